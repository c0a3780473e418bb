// Timeline rows → traces, facts and request groups. One pass, in order of time.
//
// Lines that say the same thing over and over (back-off, "runtime not reachable") are
// coalesced here: a node that cannot reach its runtime writes hundreds of lines a minute,
// and only their span and number matter. Event objects are found several times in one
// bundle (JSON, YAML, table, a second capture): the copy with the highest count stands
// for all.
#include "judge/evidence/scale.h"
#include "rules/taxonomy.h"

#define COALESCE_NS PM_S(600)

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
    case PM_KIND_HEALTH_CHECK: return true;
    case PM_KIND_PULL_BACKOFF:
    case PM_KIND_OTHER: return e->field[PM_F_ERROR].n > 0;
    default: return false;
    }
}

static void trace_strings(const struct pm_env *env, struct pm_trace *t, const struct pm_row *row) {
    const struct pm_str *f = row->event.field;
    struct pm_image image;
    t->namespace = pm_id(env, f[PM_F_NAMESPACE]);
    t->pod = pm_id(env, f[PM_F_POD]);
    t->container = pm_id(env, f[PM_F_CONTAINER]);
    t->workload = pm_id(env, f[PM_F_WORKLOAD]);
    t->registry = pm_id(env, f[PM_F_REGISTRY]);
    t->repository = pm_id(env, f[PM_F_REPOSITORY]);
    t->tag = pm_id(env, f[PM_F_TAG]);
    t->digest = pm_id(env, f[PM_F_DIGEST]);
    t->client = pm_id(env, f[PM_F_CLIENT]);
    t->user = pm_id(env, f[PM_F_USER]);
    t->error = pm_id(env, f[PM_F_ERROR]);
    t->reason = pm_id(env, f[PM_F_REASON]);
    t->message = pm_id(env, pm_str_sub(f[PM_F_MESSAGE], 0, 400));
    t->host = pm_id(env, f[PM_F_HOST]);
    t->object = pm_id(env, f[PM_F_OBJECT]);
    t->secret = pm_id(env, f[PM_F_SECRET]);
    t->join = pm_id(env, f[PM_F_JOIN]);
    t->url = pm_id(env, f[PM_F_URL]);
    if (pm_str_chr(f[PM_F_WRITER], '/', 0) > 0) t->writer = pm_id(env, f[PM_F_WRITER]);
    t->printed = f[PM_F_WRITER].n > 0;
    if (!f[PM_F_IMAGE].n) return;
    bool known = pm_image_parse(env->scratch, f[PM_F_IMAGE], &image);
    t->image = pm_id(env, image.norm.n ? image.norm : f[PM_F_IMAGE]);
    if (!known) return;
    t->registry = pm_id(
        env, image.registry); // of the reference: a mirror's host does not change whose image it is
    t->repository = pm_id(env, image.repository);
    t->tag = pm_id(env, image.tag);
    t->digest = pm_id(env, image.digest);
}

static bool is_account(enum pm_origin origin) {
    return origin == PM_ORIGIN_EVENTS || origin == PM_ORIGIN_POD;
}

// What tells of a pod is about the pod's node, wherever its file lay: known once all is
// read (complete).
static uint32_t node_of(const struct pm_env *env, const struct pm_evidence *ev,
                        const struct pm_row *row) {
    struct pm_str node = row->event.field[PM_F_NODE];
    if (node.n) return pm_id(env, node);
    if (is_account(origin_of(row->event.component)) && row->event.field[PM_F_POD].n) return 0;
    return row->file < ev->facts.files.n ? ev->facts.files.items[row->file].node : 0;
}

static struct pm_trace trace_of(const struct pm_env *env, const struct pm_evidence *ev,
                                const struct pm_row *row) {
    const struct pm_event *e = &row->event;
    enum pm_origin origin = origin_of(e->component);
    enum pm_telling telling = pm_telling_of(e->component, e->field[PM_F_MESSAGE]);
    struct pm_trace t = {.id = row->id,
                         .ts = row->ts_ns,
                         .first = row->first_ns,
                         .last = row->last_ns,
                         .duration_ns = e->duration_ns,
                         .waiting_ns = e->waiting_ns,
                         .bytes = e->bytes,
                         .file = row->file,
                         .count = e->count ? e->count : 1,
                         .flags = e->flags,
                         .status = (int16_t)e->http_status,
                         .kind = (uint8_t)e->kind,
                         .component = (uint8_t)e->component,
                         .stage = (uint8_t)e->stage,
                         .origin = (uint8_t)origin,
                         .quality = (uint8_t)row->quality};
    t.telling = (uint8_t)telling;
    t.role = (uint8_t)role_of(row, origin, telling);
    t.node = node_of(env, ev, row);
    t.form = form_of(telling);
    t.verdict.cause = -1;
    if (wants_verdict(e)) t.verdict = pm_ruleset_classify(env->rules, e);
    if (pm_cause_has(t.verdict.cause, PM_TRAIT_UNEXPLAINED))
        t.verdict.cause = -1; // no rule knew: the same as not asked
    trace_strings(env, &t, row);
    if (origin == PM_ORIGIN_CLIENT && t.client)
        t.node = t.namespace = t.pod = t.container =
            0; // it pulls for itself, not for what it runs on
    return t;
}

// The same line again within the window: only its span and number grow. True: nothing
// more to keep.
static bool coalesced(struct pm_loading *l, const struct pm_trace *t) {
    if (t->role != PM_ROLE_BACKOFF && t->kind != PM_KIND_RUNTIME_DOWN &&
        t->kind != PM_KIND_HEALTH_CHECK)
        return false;
    if (t->origin == PM_ORIGIN_EVENTS) return false;
    bool state =
        t->origin ==
        PM_ORIGIN_POD; // since when a pod is as it is says nothing of when a line was written
    uint32_t who = pm_id_fmt(l->env, "%u/%u/%u/%u/%u/%u/%d/%d", t->kind, t->node, t->namespace,
                             t->pod, t->image, t->container, t->verdict.cause, state);
    Word_t *slot = pm_map_slot(&l->line_last, who);
    struct pm_trace *old = *slot ? &l->ev->traces.items[*slot - 1] : NULL;
    if (old && t->ts != PM_NO_TIME && old->last != PM_NO_TIME &&
        pm_time_between(old->last, t->ts) <= COALESCE_NS) {
        old->last = pm_max_time(old->last, t->ts);
        old->count = old->count > UINT32_MAX - t->count ? UINT32_MAX : old->count + t->count;
        return true;
    }
    *slot = l->ev->traces.n + 1;
    return false;
}

// What an event object says, without its id: copies from tables carry none.
static uint32_t event_words(const struct pm_env *env, const struct pm_trace *t) {
    bool pull = t->kind == PM_KIND_PULL_FAIL || t->kind == PM_KIND_PULL_BACKOFF;
    return pm_id_fmt(env, "%u/%u/%u/%u/%d/%u/%u", t->kind, t->pod ? t->pod : t->object, t->reason,
                     t->image, t->verdict.cause, pull ? t->error != 0 : t->message, t->secret);
}

static bool same_event(const struct pm_trace *old, const struct pm_trace *t) {
    if (old->namespace && t->namespace && old->namespace != t->namespace) return false;
    bool loose = old->quality == PM_QUALITY_RELATIVE || t->quality == PM_QUALITY_RELATIVE;
    if (!loose && old->join && t->join) return old->join == t->join;
    int64_t slack = loose ? PM_LOOSE_NS : PM_S(3);
    return t->first == PM_NO_TIME || old->last == PM_NO_TIME ||
           (t->first <= pm_time_add(old->last, slack) && old->first <= pm_time_add(t->last, slack));
}

static void merge_event(struct pm_trace *old, const struct pm_trace *t) {
    bool sharper = old->quality == PM_QUALITY_RELATIVE && t->quality != PM_QUALITY_RELATIVE;
    if (sharper) {
        old->id = t->id;
        old->first = t->first;
        old->ts = t->ts;
        old->last = t->last;
        old->quality = t->quality;
        old->join = t->join;
        if (t->error) old->error = t->error;
    } else if (t->quality != PM_QUALITY_RELATIVE) {
        old->last = pm_max_time(old->last, t->last);
        old->first = pm_min_time(old->first, t->first);
    }
    if (t->count > old->count) old->count = t->count;
    if (!old->node) old->node = t->node;
    if (!old->namespace) old->namespace = t->namespace;
    if (!old->container) old->container = t->container;
}

// Copies of one event object: by its id, else by what it says and when; a table's ages
// are only roughly anchored.
static bool event_again(struct pm_loading *l, struct pm_trace *t) {
    if (t->origin != PM_ORIGIN_EVENTS) return false;
    uint32_t id = t->join ? pm_id_fmt(l->env, "uid/%u/%u/%u", t->join, t->kind, t->secret) : 0,
             words = event_words(l->env, t);
    Word_t found = id ? pm_map_get(l->event_last, id) : 0;
    if (!found) {
        found = pm_map_get(l->event_last, words);
        if (found && !same_event(&l->ev->traces.items[found - 1], t)) found = 0;
        if (id) *pm_map_slot(&l->event_last, id) = found ? found : l->ev->traces.n + 1;
        if (!found) *pm_map_slot(&l->event_last, words) = l->ev->traces.n + 1;
    }
    if (found) merge_event(&l->ev->traces.items[found - 1], t);
    return found != 0;
}

// Both ends of a trace's span are known or none is, and the first is first, whatever the
// record said.
static void span_settle(struct pm_trace *t) {
    int64_t first = t->first == PM_NO_TIME ? t->ts : t->first,
            last = t->last == PM_NO_TIME ? t->ts : t->last;
    t->first = pm_min_time(first, last);
    t->last = pm_max_time(first, last);
}

static void keep(struct pm_loading *l, const struct pm_row *row) {
    const struct pm_event *e = &row->event;
    if (e->flags & PM_EV_PUSH) return;
    if (e->kind == PM_KIND_OTHER && !tells(e->field[PM_F_REASON]) && !e->field[PM_F_ERROR].n &&
        !(e->field[PM_F_POD].n && e->field[PM_F_IMAGE].n))
        return;
    struct pm_trace t = trace_of(l->env, l->ev, row);
    bool counts =
        t.role == PM_ROLE_END &&
        (t.origin == PM_ORIGIN_RUNTIME ||
         t.origin ==
             PM_ORIGIN_KUBELET); // a runtime's failed pull is one, whatever a rule thinks of the words
    if (t.verdict.quiet) t.verdict.cause = -1;
    if ((t.verdict.quiet && !counts) ||
        (e->kind == PM_KIND_OTHER && t.verdict.cause < 0 && !tells(e->field[PM_F_REASON])))
        return;
    span_settle(&t);
    if (coalesced(l, &t) || event_again(l, &t)) return;
    *PM_PUSH(l->ev->traces.items, l->ev->traces.n, l->ev->traces.cap) = t;
}

static bool pull_of(const struct pm_row *row) {
    return row->event.kind >= PM_KIND_PULL_START && row->event.kind <= PM_KIND_PULL_BACKOFF;
}

static bool in_window(const struct pm_env *env, const struct pm_evidence *ev,
                      const struct pm_row *row) {
    if (row->event.flags & PM_EV_SNAPSHOT && !pull_of(row))
        return true; // what pods and nodes are is asked whatever the window
    return pm_row_in_window(env, ev, row);
}

static void meter_row(const struct pm_env *env, struct pm_evidence *ev,
                      const struct pm_row *row) { // what the registry said of its own limit
    const struct pm_event *e = &row->event;
    if (e->limit < 0 && e->remaining < 0) return;
    *PM_PUSH(ev->meters.items, ev->meters.n, ev->meters.cap) =
        (struct pm_meter){.at = row->ts_ns,
                          .limit = e->limit,
                          .remaining = e->remaining,
                          .window_s = e->window_s,
                          .registry = pm_id(env, e->field[PM_F_REGISTRY]),
                          .client = pm_id(env, e->field[PM_F_CLIENT]),
                          .user = pm_id(env, e->field[PM_F_USER]),
                          .row = row->id};
}

static bool row_known(struct pm_loading *l, const struct pm_row *row) {
    const struct pm_env *env = l->env;
    struct pm_evidence *ev = l->ev;
    if (!in_window(env, ev, row)) return true;
    pm_arena_reset(env->scratch);
    if (row->event.standing == PM_STANDING_HEARSAY) {
        if (!ev->aside) pm_hearsay_row(l, row);
        return true;
    }
    pm_reading_row(env, ev, row);
    bool told = row->event.component == PM_COMP_EVENTS && !row->event.field[PM_F_DETAIL].n &&
                row->event.field[PM_F_MESSAGE].n; // an event object about a state: what changed
    switch (row->event.kind) {
    case PM_KIND_REQUEST:
        meter_row(env, ev, row);
        pm_request_row(l, row);
        break;
    case PM_KIND_POD_STATE:
    case PM_KIND_WORKLOAD_STATE:
    case PM_KIND_HPA_STATE:
    case PM_KIND_NODE_STATE:
    case PM_KIND_CONFIG:
    case PM_KIND_DISK_USAGE:
        pm_facts_row(env, ev, row);
        if (told && row->event.kind != PM_KIND_CONFIG) keep(l, row);
        break;
    case PM_KIND_HEALTH_CHECK: pm_checkup_row(env, ev, row); // fall through
    default: keep(l, row);
    }
    return true;
}

static bool file_in(void *ctx, uint32_t id, const struct pm_file_row *f) {
    struct pm_loading *l = ctx;
    while (l->ev->facts.files.n <= id)
        *PM_PUSH(l->ev->facts.files.items, l->ev->facts.files.n, l->ev->facts.files.cap) =
            (struct pm_file_fact){0};
    struct pm_file_fact *fact = &l->ev->facts.files.items[id];
    fact->row = *f;
    fact->row.path = pm_arena_dup(l->env->a, f->path);
    fact->row.format = pm_arena_dup(l->env->a, f->format);
    fact->row.component = pm_arena_dup(l->env->a, f->component);
    fact->row.node = pm_arena_dup(l->env->a, f->node);
    fact->row.envelopes = pm_arena_dup(l->env->a, f->envelopes);
    fact->row.year_from = pm_arena_dup(l->env->a, f->year_from);
    fact->row.offset_from = pm_arena_dup(l->env->a, f->offset_from);
    fact->row.hash = pm_arena_dup(l->env->a, f->hash);
    fact->node = pm_id(l->env, f->node);
    fact->path = pm_id(l->env, f->path);
    return true;
}

// A table row may name the pod without its namespace, a line its image without the tag's
// registry: what only the whole bundle knows.
static void complete(const struct pm_env *env, const struct pm_evidence *ev, struct pm_trace *t) {
    t->node = pm_facts_node(env, ev, t->node);
    if (t->pod && !t->namespace) {
        Word_t at = pm_map_get(ev->facts.pod_by_name, t->pod);
        if (at && at != UINT32_MAX) t->namespace = ev->facts.pods.items[at - 1].namespace;
    }
    if (!t->pod) return;
    const struct pm_pod_fact *pod = pm_facts_pod(ev, pm_id_join(env, t->namespace, '/', t->pod));
    if (!t->node && pod) t->node = pod->node;
    if (!t->node && is_account(t->origin) && t->file < ev->facts.files.n)
        t->node = ev->facts.files.items[t->file].node;
    if (!pod) return;
    // The one image that is known of a pod is the one it waits for, but not where it is
    // told to be there: an init container's may be nameless.
    if (!t->image && pod->images.n == 1 && !pm_ids_has(&pod->present, pod->images.items[0]) &&
        (t->role == PM_ROLE_ECHO || t->role == PM_ROLE_END || t->role == PM_ROLE_BACKOFF)) {
        struct pm_image image;
        t->image = pod->images.items[0];
        pm_arena_reset(env->scratch);
        if (pm_image_parse(env->scratch, pm_name(env, t->image), &image)) {
            t->registry = pm_id(env, image.registry);
            t->repository = pm_id(env, image.repository);
            t->tag = pm_id(env, image.tag);
        }
    }
}

// A table of one namespace has no column for it: its pods are pods all the same, as long
// as no two of that name are known.
static bool which_pod(const struct pm_evidence *ev, const struct pm_trace *t) {
    return t->pod && (t->namespace || (is_account(t->origin) &&
                                       pm_map_get(ev->facts.pod_by_name, t->pod) != UINT32_MAX));
}

// Lines know pods too: where no object speaks of one, its lines place it.
static void learn_pod(const struct pm_env *env, struct pm_evidence *ev, const struct pm_trace *t) {
    if (!which_pod(ev, t)) return;
    struct pm_pod_fact *pod = pm_facts_pod_made(env, ev, t->namespace, t->pod);
    if (!pod->node && t->node && t->origin != PM_ORIGIN_OTHER)
        pod->node = pm_facts_node(env, ev, t->node);
    if (t->image && !pod->listed) pm_ids_add_new(&pod->images, t->image);
    if (t->image && !pod->listed && t->role == PM_ROLE_CACHED)
        pm_ids_add_new(&pod->present, t->image);
}

static void learn_registry(struct pm_evidence *ev, uint32_t repository, uint32_t registry) {
    if (!repository || !registry) return;
    Word_t *slot = pm_map_slot(&ev->facts.registry_of_repository, repository);
    *slot = *slot == 0 || *slot == registry ? registry : UINT32_MAX;
}

// Access logs name a repository only: the pods' images know whose it is.
static void learn_registries_of_pods(const struct pm_env *env, struct pm_evidence *ev) {
    for (size_t i = 0; i < ev->facts.pods.n; i++)
        for (size_t k = 0; k < ev->facts.pods.items[i].images.n; k++) {
            struct pm_image image;
            pm_arena_reset(env->scratch);
            if (pm_image_parse(env->scratch, pm_name(env, ev->facts.pods.items[i].images.items[k]),
                               &image))
                learn_registry(ev, pm_id(env, image.repository), pm_id(env, image.registry));
        }
}

// A log's host name need not be the node's name: the pods that its kubelet speaks of are
// on that node, say the objects and the scheduler's events. Where no object lists the
// node, all of them must say so, and the name must be no other log's.
static void learn_hosts(const struct pm_env *env, struct pm_evidence *ev) {
    Pvoid_t votes = NULL, hosts = NULL;
    Word_t freed, host = 0;
    PWord_t vote;
    for (size_t i = 0; i < ev->traces.n; i++) {
        const struct pm_trace *t = &ev->traces.items[i];
        if (t->node && (t->origin == PM_ORIGIN_KUBELET || t->origin == PM_ORIGIN_RUNTIME))
            *pm_map_slot(&hosts, t->node) = 1;
        if (t->origin != PM_ORIGIN_KUBELET || !t->pod || !t->node ||
            pm_map_get(ev->facts.node_by_name, t->node))
            continue;
        const struct pm_pod_fact *pod =
            pm_facts_pod(ev, pm_id_join(env, t->namespace, '/', t->pod));
        if (!pod || !pod->node || pod->node == pm_facts_node(env, ev, t->node)) continue;
        if (pm_map_get(ev->facts.node_by_name, pod->node))
            *pm_map_slot(&ev->facts.host_node, t->node) = pod->node;
        Word_t *slot = pm_map_slot(&votes, t->node);
        *slot = *slot == 0 || *slot == pod->node ? pod->node : UINT32_MAX;
    }
    JLF(vote, votes, host);
    while (vote) {
        if (*vote != UINT32_MAX && !pm_map_get(hosts, *vote) &&
            !pm_map_get(ev->facts.host_node, host))
            *pm_map_slot(&ev->facts.host_node, host) = *vote;
        JLN(vote, votes, host);
    }
    JLFA(freed, votes);
    JLFA(freed, hosts);
    (void)freed;
}

// ── the only node ──
// Runtime and kubelet lines that say no host (journalctl -o cat, a paste) are of the one
// node that the bundle names, where each program's are one file.
static void one_file(Pvoid_t *files, const struct pm_trace *t) {
    Word_t *slot = pm_map_slot(files, t->component);
    *slot = *slot == 0 || *slot == t->file + 1 ? t->file + 1 : UINT32_MAX;
}

static uint32_t only_node(const struct pm_evidence *ev) {
    struct pm_ids nodes = {0};
    for (size_t i = 0; i < ev->facts.nodes.n; i++)
        pm_ids_add_new(&nodes, ev->facts.nodes.items[i].name);
    for (size_t i = 0; i < ev->facts.pods.n; i++)
        if (ev->facts.pods.items[i].node) pm_ids_add_new(&nodes, ev->facts.pods.items[i].node);
    for (size_t i = 0; i < ev->facts.files.n; i++)
        if (ev->facts.files.items[i].node) pm_ids_add_new(&nodes, ev->facts.files.items[i].node);
    for (size_t i = 0; i < ev->traces.n; i++)
        if (ev->traces.items[i].node) pm_ids_add_new(&nodes, ev->traces.items[i].node);
    uint32_t only = nodes.n == 1 ? nodes.items[0] : 0;
    pm_ids_free(&nodes);
    return only;
}

static void hosts_unsaid(struct pm_evidence *ev) {
    uint32_t only = only_node(ev);
    Pvoid_t files = NULL;
    Word_t freed;
    for (size_t i = 0; only && i < ev->traces.n; i++)
        if (ev->traces.items[i].origin >= PM_ORIGIN_RUNTIME &&
            ev->traces.items[i].origin <= PM_ORIGIN_KUBELET && !ev->traces.items[i].node)
            one_file(&files, &ev->traces.items[i]);
    for (size_t i = 0; only && i < ev->traces.n; i++) {
        struct pm_trace *t = &ev->traces.items[i];
        Word_t file = t->node || t->origin < PM_ORIGIN_RUNTIME || t->origin > PM_ORIGIN_KUBELET
                          ? 0
                          : pm_map_get(files, t->component);
        if (file && file != UINT32_MAX) t->node = only;
    }
    JLFA(freed, files);
    (void)freed;
}

// CRI-O ends a pull by digest what it began by tag: the request id ties them, else the
// repository.
static void learn_tags(struct pm_evidence *ev) {
    Pvoid_t by_join = NULL, by_repository = NULL;
    Word_t freed;
    for (size_t i = 0; i < ev->traces.n; i++) {
        struct pm_trace *t = &ev->traces.items[i];
        if (t->component != PM_COMP_CRIO || (t->role != PM_ROLE_START && t->role != PM_ROLE_END))
            continue;
        Word_t join = PM_PAIR(t->node, t->join), repository = PM_PAIR(t->node, t->repository);
        if (t->role == PM_ROLE_START) {
            if (t->join) *pm_map_slot(&by_join, join) = i + 1;
            if (t->repository) *pm_map_slot(&by_repository, repository) = i + 1;
            continue;
        }
        Word_t start = t->join ? pm_map_get(by_join, join) : 0;
        if (!start && t->digest && t->repository) start = pm_map_get(by_repository, repository);
        if (!start) continue;
        const struct pm_trace *from = &ev->traces.items[start - 1];
        t->image = from->image;
        t->registry = from->registry;
        t->repository = from->repository;
        t->tag = from->tag;
    }
    JLFA(freed, by_join);
    JLFA(freed, by_repository);
    (void)freed;
}

// The workload controllers say which pods they delete.
static void learn_deleted(const struct pm_env *env, struct pm_evidence *ev,
                          const struct pm_trace *t) {
    struct pm_scale v;
    if (!pm_str_eqc(pm_name(env, t->reason), "SuccessfulDelete") || !pm_scale_read(env, t, &v) ||
        !v.pod.n)
        return;
    struct pm_pod_fact *pod =
        pm_facts_pod_edit(ev, pm_id_join(env, t->namespace, '/', pm_id(env, v.pod)));
    if (pod) pod->gone = pm_max_time(pod->gone, t->ts);
}

static bool row_in(void *ctx, const struct pm_row *row) {
    struct pm_loading *l = ctx;
    bool more = row_known(l, row);
    pm_ruleset_limits(l->env->rules, l->env->diags, pm_str_c(row->path), row->line);
    return more;
}

// A pod runs because its images were pulled: what its output says of them is of another
// time or place, whoever it is. (A registry's requests stay: others ask it for the image
// that it runs itself.)
static bool of_own_image(const struct pm_evidence *ev, const struct pm_trace *t) {
    const struct pm_pod_fact *pod = t->writer && t->image ? pm_facts_pod(ev, t->writer) : NULL;
    return pod && pm_ids_has(&pod->images, t->image);
}

static void drop_own_images(struct pm_evidence *ev) {
    size_t kept = 0;
    for (size_t i = 0; i < ev->traces.n; i++)
        if (!of_own_image(ev, &ev->traces.items[i])) ev->traces.items[kept++] = ev->traces.items[i];
    ev->traces.n = kept;
}

// A few lines of a log beside a row of events in one file are what somebody picked: they
// tell what they say, and nothing by their silence.
#define EXCERPT_MAX 50
static void find_excerpts(struct pm_evidence *ev) {
    for (size_t i = 0; i < ev->traces.n; i++) {
        const struct pm_trace *t = &ev->traces.items[i];
        struct pm_file_fact *f = t->origin == PM_ORIGIN_EVENTS && t->file < ev->facts.files.n
                                     ? &ev->facts.files.items[t->file]
                                     : NULL;
        if (f && f->row.events && f->row.events < EXCERPT_MAX) f->excerpt = true;
    }
}

// A node is listened to from its first line to its last. In a file that holds the lines
// of several nodes (must-gather) those that speak of pulls are few: such a file goes on
// for each of them to its own end.
static void cover(struct pm_evidence *ev, const struct pm_trace *t) {
    const struct pm_file_fact *file =
        t->file < ev->facts.files.n ? &ev->facts.files.items[t->file] : NULL;
    int64_t from, to;
    if (file && file->excerpt) return;
    bool several = file && file->node != t->node && t->origin == PM_ORIGIN_KUBELET &&
                   pm_str_eqc(file->row.component, "kubelet") && pm_file_span(ev, file, &from, &to);
    pm_facts_cover(ev, t->origin, t->node, t->first, several ? pm_max_time(t->last, to) : t->last);
}

// The kubelet's log repeats its events: where the event itself is there, the repetition
// of "already present" counts no second time.
static void find_retold(struct pm_evidence *ev) {
    Pvoid_t told = NULL;
    Word_t freed;
    for (size_t i = 0; i < ev->traces.n; i++) {
        const struct pm_trace *t = &ev->traces.items[i];
        if (t->role == PM_ROLE_CACHED && t->origin == PM_ORIGIN_EVENTS)
            *pm_map_slot(&told, PM_PAIR(t->pod, t->image)) = 1;
    }
    for (size_t i = 0; i < ev->traces.n; i++) {
        struct pm_trace *t = &ev->traces.items[i];
        if (t->role == PM_ROLE_CACHED && t->origin == PM_ORIGIN_KUBELET &&
            pm_map_get(told, PM_PAIR(t->pod, t->image)))
            t->retold = true;
    }
    JLFA(freed, told);
    (void)freed;
}

static void find_missing_secrets(const struct pm_env *env, struct pm_evidence *ev) {
    for (size_t i = 0; i < ev->traces.n; i++) {
        const struct pm_trace *t = &ev->traces.items[i];
        if (t->kind == PM_KIND_SECRET_MISSING && t->pod)
            *pm_map_slot(&ev->facts.secret_missing, pm_id_join(env, t->namespace, '/', t->pod)) = 1;
    }
}

static void loading_free(struct pm_loading *l) {
    Word_t freed;
    JLFA(freed, l->line_last);
    JLFA(freed, l->event_last);
    JLFA(freed, l->request_open);
    JLFA(freed, l->hearsay_at);
    (void)freed;
}

void pm_load_rows(const struct pm_env *env, struct pm_evidence *ev) {
    struct pm_loading l = {.env = env, .ev = ev};
    pm_timeline_each_file(env->timeline, file_in, &l);
    pm_timeline_each(env->timeline, NULL, row_in, &l);
    loading_free(&l);
    pm_facts_finish(env, ev);
    drop_own_images(ev);
    learn_hosts(env, ev);
    pm_facts_boxed(env, ev);
    learn_registries_of_pods(env, ev);
    find_excerpts(ev);
    pm_facts_covers_of_files(env, ev);
    for (size_t i = 0; i < ev->traces.n; i++) learn_pod(env, ev, &ev->traces.items[i]);
    for (size_t i = 0; i < ev->traces.n; i++) learn_deleted(env, ev, &ev->traces.items[i]);
    for (size_t i = 0; i < ev->traces.n; i++) {
        struct pm_trace *t = &ev->traces.items[i];
        complete(env, ev, t);
    }
    hosts_unsaid(ev);
    for (size_t i = 0; i < ev->traces.n; i++) {
        struct pm_trace *t = &ev->traces.items[i];
        if (t->image) learn_registry(ev, t->repository, t->registry);
        if (t->node && t->origin <= PM_ORIGIN_KUBELET && t->ts != PM_NO_TIME) {
            cover(ev, t);
            ev->have_node_logs = true;
        }
    }
    learn_tags(ev);
    find_retold(ev);
    pm_checkups_order(ev);
    find_missing_secrets(env, ev);
}
