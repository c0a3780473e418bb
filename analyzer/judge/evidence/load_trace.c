// A row of the timeline as a trace: who tells of it, what it is to folding, and what the
// rules think of it.
//
// Lines that say the same thing over and over (back-off, "runtime not reachable") are
// coalesced here: a node that cannot reach its runtime writes hundreds of lines a minute,
// and only their span and number matter. Event objects are found several times in one
// bundle (JSON, YAML, table, a second capture): the copy with the highest count stands
// for all.
#include "judge/evidence/load.h"
#include "judge/evidence/row_keys.h"
#include "rules/taxonomy.h"

#define COALESCE_NS PM_S(600)
#define MESSAGE_MAX 400

static enum pm_origin origin_of(enum pm_component c) {
    switch (c) {
    case PM_COMP_CONTAINERD:
    case PM_COMP_CRIO: return PM_ORIGIN_RUNTIME;
    case PM_COMP_DOCKERD: return PM_ORIGIN_DOCKERD;
    case PM_COMP_KUBELET: return PM_ORIGIN_KUBELET;
    case PM_COMP_EVENTS: return PM_ORIGIN_EVENTS;
    case PM_COMP_OBJECTS: return PM_ORIGIN_POD;
    case PM_COMP_CLIENT: return PM_ORIGIN_CLIENT;
    case PM_COMP_REGISTRY:
    case PM_COMP_PROXY:
    case PM_COMP_CLOUD: return PM_ORIGIN_REGISTRY;
    default: return PM_ORIGIN_OTHER;
    }
}

// Programs that write two lines about one end: the Docker daemon's handler line,
// containerd's "returns image reference".
static uint8_t form_of(enum pm_telling t) {
    return t == PM_TELLING_HANDLER || t == PM_TELLING_RETURNED ? 2 : 1;
}

static enum pm_role role_of(const struct pm_row *row, enum pm_origin origin,
                            enum pm_telling telling) {
    const struct pm_event *e = &row->event;
    switch (e->kind) {
    case PM_KIND_PULL_START:
        return e->flags & PM_EV_ECHO && origin != PM_ORIGIN_EVENTS ? PM_ROLE_ECHO : PM_ROLE_START;
    case PM_KIND_PULL_OK:
        return e->flags & PM_EV_ECHO && origin != PM_ORIGIN_EVENTS ? PM_ROLE_ECHO : PM_ROLE_END;
    case PM_KIND_PULL_CACHED: return PM_ROLE_CACHED;
    case PM_KIND_PULL_BACKOFF: return PM_ROLE_BACKOFF;
    case PM_KIND_PULL_FAIL:
        // The kubelet writes two to four lines a failed pull; the one of its image service
        // counts, the rest know the pod (parsers/node/kubelet.c).
        if (origin == PM_ORIGIN_KUBELET)
            return telling == PM_TELLING_IMAGE_SERVICE ? PM_ROLE_END : PM_ROLE_ECHO;
        if (origin == PM_ORIGIN_POD) return PM_ROLE_BACKOFF;
        return origin == PM_ORIGIN_CLIENT && e->flags & PM_EV_ECHO ? PM_ROLE_ECHO : PM_ROLE_END;
    default: return PM_ROLE_SIDE;
    }
}

// Reasons of event objects that are no pulls but tell what changed.
static const char *const telling_reasons[] = {
    "Scheduled",
    "ScalingReplicaSet",
    "SuccessfulCreate",
    "SuccessfulDelete",
    "SuccessfulRescale",
    "FailedGetResourceMetric",
    "DeploymentRollback",
    "Evicted",
    "Preempted",
    "NodeNotReady",
    "NodeReady",
    "RegisteredNode",
    "Starting",
    "TriggeredScaleUp",
    "NodeHasDiskPressure",
    "EvictionThresholdMet",
    "FreeDiskSpaceFailed",
    "ImageGCFailed",
    "ContainerGCFailed",
    "Rebooted",
    "InvalidDiskCapacity",
    "ProgressDeadlineExceeded",
};

static bool tells(struct pm_str reason) {
    for (size_t i = 0; i < PM_LEN(telling_reasons); i++)
        if (pm_str_eqc(reason, telling_reasons[i])) return true;
    return false;
}

static bool wants_verdict(const struct pm_event *e) {
    switch (e->kind) {
    case PM_KIND_PULL_FAIL:
    case PM_KIND_MIRROR_TRY:
    case PM_KIND_SECRET_MISSING:
    case PM_KIND_DISK_PRESSURE:
    case PM_KIND_GC_FAIL:
    case PM_KIND_RUNTIME_DOWN:
    case PM_KIND_REQUEST:
    case PM_KIND_HEALTH_CHECK: return true;
    case PM_KIND_PULL_BACKOFF:
    case PM_KIND_OTHER: return e->field[PM_F_ERROR].n > 0;
    default: return false;
    }
}

static void trace_strings(struct pm_loading *l, struct pm_draft *d, const struct pm_row *row) {
    const struct pm_str *f = row->event.field;
    d->said.k8s_namespace = pm_text(l, row, PM_F_NAMESPACE);
    d->trace.pod = pm_text(l, row, PM_F_POD);
    d->said.container = pm_text(l, row, PM_F_CONTAINER);
    d->said.workload = pm_text(l, row, PM_F_WORKLOAD);
    d->said.client = pm_text(l, row, PM_F_CLIENT);
    d->said.user = pm_text(l, row, PM_F_USER);
    d->said.error = pm_text(l, row, PM_F_ERROR);
    d->said.reason = pm_text(l, row, PM_F_REASON);
    if (f[PM_F_MESSAGE].n <= MESSAGE_MAX) d->said.message = pm_text(l, row, PM_F_MESSAGE);
    else d->said.message = pm_id(l->env, pm_str_sub(f[PM_F_MESSAGE], 0, MESSAGE_MAX));
    d->said.host = pm_text(l, row, PM_F_HOST);
    d->said.object = pm_text(l, row, PM_F_OBJECT);
    d->said.secret = pm_text(l, row, PM_F_SECRET);
    d->extent.measure.join = pm_text(l, row, PM_F_JOIN);
    d->said.url = pm_text(l, row, PM_F_URL);
    if (pm_str_chr(f[PM_F_WRITER], '/', 0) > 0) d->said.writer = pm_text(l, row, PM_F_WRITER);
    d->said.printed = f[PM_F_WRITER].n > 0;
}

// What the reference says stands before what the record says: a mirror's host does not
// change whose image it is.
static void trace_image(struct pm_loading *l, struct pm_draft *d, const struct pm_row *row) {
    struct pm_text_image image = pm_text_image(l, row);
    pm_saying_of_image(&d->said, &image);
    if (image.known) return;
    d->said.registry = pm_text(l, row, PM_F_REGISTRY);
    d->said.repository = pm_text(l, row, PM_F_REPOSITORY);
    d->said.tag = pm_text(l, row, PM_F_TAG);
    d->said.digest = pm_text(l, row, PM_F_DIGEST);
}

// What tells of a pod is about the pod's node, wherever its file lay: known once all is
// read (load_whole.c).
static uint32_t node_of(struct pm_loading *l, const struct pm_row *row) {
    const struct pm_evidence *ev = l->ev;
    if (row->event.field[PM_F_NODE].n) return pm_text(l, row, PM_F_NODE);
    if (pm_is_account(origin_of(row->event.component)) && row->event.field[PM_F_POD].n) return 0;
    return row->file < ev->facts.files.n ? ev->facts.files.items[row->file].node : 0;
}

// Where no rule knew it is the same as not asked.
static const struct pm_verdict *verdict_of(const struct pm_env *env, const struct pm_event *e) {
    struct pm_verdict v = pm_ruleset_classify(env->rules, e);
    if (pm_cause_has(v.cause, PM_TRAIT_UNEXPLAINED)) v.cause = -1;
    return pm_verdict_keep(env, &v);
}

static void draft(struct pm_loading *l, const struct pm_row *row, struct pm_draft *d) {
    const struct pm_event *e = &row->event;
    enum pm_origin origin = origin_of(e->component);
    enum pm_telling telling = pm_telling_of(e->component, e->field[PM_F_MESSAGE]);
    *d = (struct pm_draft){
        .trace = {.id = row->id, .ts = row->ts_ns, .file = row->file},
        .extent = {.measure = {.duration_ns = e->duration_ns, .bytes = e->bytes, .lasts = true},
                   .first = row->first_ns,
                   .last = row->last_ns,
                   .waiting_ns = e->waiting_ns,
                   .count = e->count ? e->count : 1},
        .said = {.flags = e->flags,
                 .status = (int16_t)e->http_status,
                 .kind = (uint8_t)e->kind,
                 .component = (uint8_t)e->component,
                 .stage = (uint8_t)e->stage,
                 .origin = (uint8_t)origin,
                 .quality = (uint8_t)row->quality}};
    d->trace.said = &d->said;
    d->trace.measure = &d->extent.measure;
    d->said.telling = (uint8_t)telling;
    d->said.role = (uint8_t)role_of(row, origin, telling);
    d->trace.node = node_of(l, row);
    d->said.form = form_of(telling);
    d->said.verdict = wants_verdict(e) ? verdict_of(l->env, e) : &pm_verdict_none;
    trace_strings(l, d, row);
    trace_image(l, d, row);
    if (origin == PM_ORIGIN_CLIENT &&
        d->said.client) // it pulls for itself, not for what it runs on
        d->trace.node = d->said.k8s_namespace = d->trace.pod = d->said.container = 0;
}

// What keys of traces are of.
enum key { KEY_LINE = 1, KEY_STATE, KEY_EVENT_ID, KEY_EVENT_WORDS };

static uint32_t key_of(enum key what, const struct pm_trace *t) {
    uint32_t cause = (uint32_t)(t->said->verdict->cause + 1);
    return cause << 16 | (uint32_t)t->said->kind << 8 | what;
}

static pm_ref *held_of(const struct pm_loading *l, const struct pm_row_key *key) {
    return pm_row_held(l->lines, pm_row_key(l->lines, key));
}

// The same line again within the window: only its span and number grow. True: nothing
// more to keep.
static bool coalesced(struct pm_loading *l, const struct pm_trace *t) {
    if (t->said->role != PM_ROLE_BACKOFF && t->said->kind != PM_KIND_RUNTIME_DOWN &&
        t->said->kind != PM_KIND_HEALTH_CHECK)
        return false;
    if (t->said->origin == PM_ORIGIN_EVENTS) return false;
    // since when a pod is as it is says nothing of when a line was written
    bool state = t->said->origin == PM_ORIGIN_POD;
    const struct pm_row_key who = {{key_of(state ? KEY_STATE : KEY_LINE, t), t->node,
                                    t->said->k8s_namespace, t->pod, t->said->image,
                                    t->said->container}};
    pm_ref *slot = held_of(l, &who);
    struct pm_trace *old = *slot ? &PM_REF(l->ev->traces, *slot) : NULL;
    if (old && t->ts != PM_NO_TIME && pm_trace_last(old) != PM_NO_TIME &&
        pm_time_between(pm_trace_last(old), t->ts) <= COALESCE_NS) {
        struct pm_trace_extent e = pm_trace_extent_of(old);
        uint32_t more = pm_trace_count(t);
        e.last = pm_max_time(e.last, t->ts);
        e.count = pm_sum_u32(e.count, more);
        pm_trace_extend(l->ev, old, &e);
        return true;
    }
    *slot = pm_ref_of(l->ev->traces.n);
    return false;
}

// What an event object says, without its id: copies from tables carry none.
static struct pm_row_key event_words(const struct pm_trace *t) {
    const struct pm_saying *said = t->said;
    bool pull = said->kind == PM_KIND_PULL_FAIL || said->kind == PM_KIND_PULL_BACKOFF;
    return (struct pm_row_key){{key_of(KEY_EVENT_WORDS, t), t->pod ? t->pod : said->object,
                                said->reason, said->image, pull ? said->error != 0 : said->message,
                                said->secret}};
}

// One object is told by several captures: its own id, whatever they say of it.
static struct pm_row_key event_id(const struct pm_trace *t) {
    return (struct pm_row_key){
        {(uint32_t)t->said->kind << 8 | KEY_EVENT_ID, pm_trace_join(t), t->said->secret}};
}

static bool same_event(const struct pm_trace *old, const struct pm_trace *t) {
    if (old->said->k8s_namespace && t->said->k8s_namespace &&
        old->said->k8s_namespace != t->said->k8s_namespace)
        return false;
    bool loose =
        old->said->quality == PM_QUALITY_RELATIVE || t->said->quality == PM_QUALITY_RELATIVE;
    if (!loose && pm_trace_join(old) && pm_trace_join(t))
        return pm_trace_join(old) == pm_trace_join(t);
    int64_t slack = loose ? PM_LOOSE_NS : PM_S(3);
    return pm_trace_first(t) == PM_NO_TIME || pm_trace_last(old) == PM_NO_TIME ||
           (pm_trace_first(t) <= pm_time_add(pm_trace_last(old), slack) &&
            pm_trace_first(old) <= pm_time_add(pm_trace_last(t), slack));
}

static void merge_event(struct pm_evidence *ev, struct pm_trace *old, const struct pm_trace *t) {
    struct pm_saying said = *old->said;
    struct pm_trace_extent e = pm_trace_extent_of(old);
    const struct pm_trace_extent more = pm_trace_extent_of(t);
    bool sharper = said.quality == PM_QUALITY_RELATIVE && t->said->quality != PM_QUALITY_RELATIVE;
    if (sharper) {
        old->id = t->id;
        old->ts = t->ts;
        e.first = more.first;
        e.last = more.last;
        e.measure.join = more.measure.join;
        said.quality = t->said->quality;
        if (t->said->error) said.error = t->said->error;
    } else if (t->said->quality != PM_QUALITY_RELATIVE) {
        e.last = pm_max_time(e.last, more.last);
        e.first = pm_min_time(e.first, more.first);
    }
    if (more.count > e.count) e.count = more.count;
    if (!old->node) old->node = t->node;
    if (!said.k8s_namespace) said.k8s_namespace = t->said->k8s_namespace;
    if (!said.container) said.container = t->said->container;
    pm_trace_extend(ev, old, &e);
    pm_trace_say(ev, old, &said);
}

// Copies of one event object: by its id, else by what it says and when; a table's ages
// are only roughly anchored.
static bool event_again(struct pm_loading *l, const struct pm_trace *t) {
    if (t->said->origin != PM_ORIGIN_EVENTS) return false;
    const struct pm_row_key by_id = event_id(t), by_words = event_words(t);
    const pm_ref own = pm_ref_of(l->ev->traces.n);
    pm_ref found = pm_trace_join(t) ? *held_of(l, &by_id) : 0;
    if (!found) {
        pm_ref *words = held_of(l, &by_words);
        found = *words;
        if (found && !same_event(&PM_REF(l->ev->traces, found), t)) found = 0;
        if (!found) *words = own;
        if (pm_trace_join(t)) *held_of(l, &by_id) = found ? found : own;
    }
    if (found) merge_event(l->ev, &PM_REF(l->ev->traces, found), t);
    return found != 0;
}

// Both ends of a trace's span are known or none is, and the first is first, whatever the
// record said.
static void span_settle(struct pm_draft *d) {
    struct pm_trace_extent *e = &d->extent;
    int64_t first = e->first == PM_NO_TIME ? d->trace.ts : e->first,
            last = e->last == PM_NO_TIME ? d->trace.ts : e->last;
    e->first = pm_min_time(first, last);
    e->last = pm_max_time(first, last);
}

void pm_draft_of(struct pm_loading *l, const struct pm_row *row, struct pm_draft *d) {
    draft(l, row, d);
    span_settle(d);
}

void pm_draft_keep(struct pm_evidence *ev, const struct pm_draft *d) {
    struct pm_trace *t = PM_PUSH(ev->traces.items, ev->traces.n, ev->traces.cap);
    *t = d->trace;
    t->measure = NULL;
    pm_trace_say(ev, t, &d->said);
    pm_trace_extend(ev, t, &d->extent);
}

void pm_load_trace(struct pm_loading *l, const struct pm_row *row) {
    const struct pm_event *e = &row->event;
    if (e->flags & PM_EV_PUSH) return;
    if (e->kind == PM_KIND_OTHER && !tells(e->field[PM_F_REASON]) && !e->field[PM_F_ERROR].n &&
        !(e->field[PM_F_POD].n && e->field[PM_F_IMAGE].n))
        return;
    struct pm_draft d;
    draft(l, row, &d);
    // a runtime's failed pull is one, whatever a rule thinks of the words
    bool counts = d.said.role == PM_ROLE_END &&
                  (d.said.origin == PM_ORIGIN_RUNTIME || d.said.origin == PM_ORIGIN_KUBELET);
    bool quiet = d.said.verdict->quiet;
    if (quiet) d.said.verdict = &pm_verdict_none;
    if ((quiet && !counts) ||
        (e->kind == PM_KIND_OTHER && d.said.verdict->cause < 0 && !tells(e->field[PM_F_REASON])))
        return;
    span_settle(&d);
    if (!coalesced(l, &d.trace) && !event_again(l, &d.trace)) pm_draft_keep(l->ev, &d);
}
