// What a scraper would have seen: pulls, waiting pods, quotas, probes and disks as series on a grid. See pm/series.h.
//
// Counters of a node are there, at 0, from the first scrape: a kubelet that has run for days had counted before the window, and a first failure must show as growth.
// A gauge is there while it is known; what ends goes to 0 where 0 is true (a pod that waits no more) and stays for the lookback, because OpenMetrics has no word
// for "gone". Nothing is invented: without a probe there is no up, without a limit no rate limit.
//
// Waiting: ErrImagePull from the first failure, ImagePullBackOff from the first back-off that was logged (or BACKOFF_AFTER_NS later) until the image arrived. The
// moments at which a retry turns the reason back into ErrImagePull are not shown: alerts sum over them.
//
// The window is that of what was measured, with a margin, within the evidence. The step is 15 s, 30 s or 60 s, so that no window has more than STEPS_MAX; of a
// window that is longer still only the time from a day before the first incident on is shown, and missing[] says so: a step of minutes could not show rates of five.
#include "judge/series.h"
#include "judge/state.h"
#include <stdlib.h>

#define STEPS_MAX 20000
#define MARGIN_NS PM_S(600)
#define BACKOFF_AFTER_NS PM_S(15)
#define LINGER_NS PM_S(330) // the lookback and a step

const struct pm_family pm_families[] = {
    {"kubelet_runtime_operations_total", PM_METRIC_COUNTER, "Runtime operations of the kubelet; here pulls that a node's kubelet asked for."},
    {"kubelet_runtime_operations_errors_total", PM_METRIC_COUNTER, "Runtime operations of the kubelet that failed; here pulls."},
    {"kube_pod_container_status_waiting_reason", PM_METRIC_GAUGE, "1 while a container waits for this reason."},
    {"docker_hub_rate_limit_remaining", PM_METRIC_GAUGE,
     "Pulls left in Docker Hub's window, as its headers told or as the pulls in the logs add up to (source)."},
    {"docker_hub_rate_limit_total", PM_METRIC_GAUGE, "Docker Hub's limit of pulls in its window."},
    {"up", PM_METRIC_GAUGE, "1 where the health check reached the registry (200 and 401 both do)."},
    {"pullmortem_pulls_total", PM_METRIC_COUNTER, "Pulls that ended, by registry, node and outcome (ok, failed, cached)."},
    {"pullmortem_pull_failures_total", PM_METRIC_COUNTER, "Failed pulls by registry and cause."},
    {"pullmortem_pull_bytes_total", PM_METRIC_COUNTER, "Bytes that pulls brought, where they were logged."},
    {"pullmortem_pull_duration_seconds", PM_METRIC_SUMMARY, "Time that pulls took, queueing apart."},
    {"pullmortem_http_responses_total", PM_METRIC_COUNTER, "Answers of a registry or proxy, by status."},
    {"pullmortem_waiting_pods", PM_METRIC_GAUGE, "Pods that wait for an image."},
    {"pullmortem_disk_used_ratio", PM_METRIC_GAUGE, "How full a node's file system is, where it was logged."},
    {NULL, PM_METRIC_GAUGE, NULL},
};

int pm_labels_cmp(const struct pm_labels *a, const struct pm_labels *b) {
    for (size_t i = 0; i < a->n && i < b->n; i++) {
        if (a->items[i].name.p == b->items[i].name.p && a->items[i].value.p == b->items[i].value.p) continue; // the very same
        int c = pm_str_cmp(a->items[i].name, b->items[i].name);
        if (!c) c = pm_str_cmp(a->items[i].value, b->items[i].value);
        if (c) return c;
    }
    return (a->n > b->n) - (a->n < b->n);
}
struct pm_str pm_labels_get(const struct pm_labels *l, struct pm_str name) {
    for (size_t i = 0; i < l->n; i++)
        if (pm_str_eq(l->items[i].name, name)) return l->items[i].value;
    return PM_NONE;
}

// what rows tell ---------------------------------------------------------------------------------------------------------
void pm_series_row(struct pm_state *s, const struct pm_row *row) {
    const struct pm_event *e = &row->event;
    if (row->ts_ns == PM_NO_TIME) return;
    struct pm_str host = e->field[PM_F_HOST].n ? e->field[PM_F_HOST] : e->field[PM_F_REGISTRY];
    uint32_t registry = pm_id(s, pm_registry_of_host(host));
    struct pm_reading r = {.at = row->ts_ns, .who = registry};
    if (e->kind == PM_KIND_HEALTH_CHECK && registry) {
        r.what = PM_READING_UP;
        r.value = e->http_status == 200 || e->http_status == 401 || (!e->http_status && pm_str_eqc(e->field[PM_F_REASON], "healthy"));
        *PM_PUSH(s->readings.items, s->readings.n, s->readings.cap) = r;
    }
    if (e->remaining >= 0 && registry) {
        r.what = PM_READING_LIMIT;
        r.value = (double)e->remaining;
        r.of = e->limit >= 0 ? (double)e->limit : -1;
        *PM_PUSH(s->readings.items, s->readings.n, s->readings.cap) = r;
    }
    bool disk = e->kind == PM_KIND_DISK_USAGE || e->kind == PM_KIND_DISK_PRESSURE || e->kind == PM_KIND_GC_START || e->kind == PM_KIND_GC_OK ||
                e->kind == PM_KIND_GC_FAIL;
    if (!disk || !pm_str_has(e->field[PM_F_DETAIL], PM_STR("used_ratio"))) return;
    json_t *d = json_loadb(e->field[PM_F_DETAIL].p, e->field[PM_F_DETAIL].n, 0, NULL), *ratio = json_object_get(d, "used_ratio");
    const char *mount = json_string_value(json_object_get(d, "mount"));
    if (json_is_number(ratio)) {
        uint32_t node = e->field[PM_F_NODE].n ? pm_id(s, e->field[PM_F_NODE]) : row->file < s->facts.files.n ? s->facts.files.items[row->file].node : 0;
        *PM_PUSH(s->readings.items, s->readings.n, s->readings.cap) =
            (struct pm_reading){.at = row->ts_ns, .what = PM_READING_DISK, .who = node, .where = pm_id(s, pm_str_c(mount)), .value = json_number_value(ratio)};
    }
    json_decref(d);
}

// points ----------------------------------------------------------------------------------------------------------------
enum how { HOW_ADD, HOW_SET, HOW_DEPTH, HOW_END }; // a counter grows; a gauge is; one more or fewer waits; it is not known any more
struct point {
    uint32_t series, order;
    int64_t at;
    double value;
    enum how how;
};
struct draft {
    struct pm_str name;
    struct pm_labels labels;
    bool counter, counts; // counts: a gauge of how many, not of whether
};
struct wait { // a pod's, to INT64_MAX where it still waits
    uint32_t pod;
    int64_t from, to;
};
struct build {
    struct pm_state *s;
    struct pm_intern *keys;
    PM_LIST(struct draft) drafts; // by key
    PM_LIST(struct point) points;
    PM_LIST(struct wait) waits;
    Pvoid_t container_of; // pod and image → container
    Pvoid_t backed_off;   // pod → index + 1 of the trace that first told of back-off
};

static bool is_counter(const char *name) {
    for (const struct pm_family *f = pm_families; f->name; f++) {
        if (strcmp(f->name, name) == 0) return f->type == PM_METRIC_COUNTER;
        if (f->type == PM_METRIC_SUMMARY && strncmp(f->name, name, strlen(f->name)) == 0) return true;
    }
    return false;
}

#define LABELS_MAX 5
// A series by its name and labels, made where it was not there. Labels in order of name; empty ones are no labels.
static uint32_t series_of(struct build *b, const char *name, const struct pm_label *labels, size_t n) {
    struct pm_buf key = {0};
    struct pm_label kept[LABELS_MAX];
    size_t kept_n = 0;
    pm_buf_lit(&key, name);
    for (size_t i = 0; i < n && kept_n < LABELS_MAX; i++) {
        if (!labels[i].value.n) continue;
        pm_buf_fmt(&key, "\xff%zu:", labels[i].value.n);
        pm_buf_add(&key, labels[i].name);
        pm_buf_add(&key, labels[i].value);
        kept[kept_n++] = labels[i];
    }
    uint32_t id = pm_intern_id(b->keys, pm_buf_str(&key));
    pm_buf_free(&key);
    if (id < b->drafts.n) return id;
    while (b->drafts.n <= id) *PM_PUSH(b->drafts.items, b->drafts.n, b->drafts.cap) = (struct draft){0};
    struct draft *d = &b->drafts.items[id];
    *d = (struct draft){.name = pm_str_c(name), .counter = is_counter(name)};
    d->labels = (struct pm_labels){PM_NEWN(b->s->a, struct pm_label, kept_n + 1), kept_n};
    memcpy(d->labels.items, kept, kept_n * sizeof *kept);
    return id;
}
#define L(name_, value_)                                                                                                                                       \
    { PM_STR(name_), (value_) }
#define SERIES(b, name, ...) series_of((b), (name), (const struct pm_label[]){__VA_ARGS__}, PM_LEN(((const struct pm_label[]){__VA_ARGS__})))

static void point(struct build *b, uint32_t series, int64_t at, enum how how, double value) {
    if (at == PM_NO_TIME) return;
    struct point p = {series, (uint32_t)b->points.n, at, value, how};
    *PM_PUSH(b->points.items, b->points.n, b->points.cap) = p;
}

// The kubelet counts what it asked the runtime for: what its own limiter or its policy refused never got there, and its count grows when the runtime answers.
static bool kubelet_asked(const struct pm_attempt *p) {
    if (!(p->sources & (PM_SRC_RUNTIME | PM_SRC_KUBELET | PM_SRC_EVENTS | PM_SRC_POD))) return false;
    return !pm_cause_is(p->verdict.cause, "rate-limit.client") && !pm_cause_is(p->verdict.cause, "image.never-pull") &&
           !pm_cause_is(p->verdict.cause, "image.invalid-reference");
}

static void pulls(struct build *b) {
    struct pm_state *s = b->s;
    for (size_t i = 0; i < s->pulls.n; i++) {
        const struct pm_attempt *p = &s->pulls.items[i];
        struct pm_str node = pm_name(s, p->node), registry = pm_name(s, p->registry);
        bool failed = p->outcome == PM_OUTCOME_FAILED, ok = p->outcome == PM_OUTCOME_OK;
        if (p->outcome == PM_OUTCOME_OPEN || pm_at(p) == PM_NO_TIME) continue;
        point(b, SERIES(b, "pullmortem_pulls_total", L("node", node), L("outcome", pm_str_c(pm_outcome_names[p->outcome])), L("registry", registry)), pm_at(p),
              HOW_ADD, 1);
        if (!failed && !ok) continue;
        int cause = p->verdict.cause >= 0 ? p->verdict.cause : pm_cause_c("unknown");
        if (failed)
            point(b, SERIES(b, "pullmortem_pull_failures_total", L("cause", pm_str_c(pm_causes[cause].name)), L("registry", registry)), pm_at(p), HOW_ADD, 1);
        if (ok && p->bytes > 0) point(b, SERIES(b, "pullmortem_pull_bytes_total", L("registry", registry)), pm_at(p), HOW_ADD, (double)p->bytes);
        if (ok && p->duration_ns > 0) {
            point(b, SERIES(b, "pullmortem_pull_duration_seconds_sum", L("registry", registry)), pm_at(p), HOW_ADD, (double)p->duration_ns / 1e9);
            point(b, SERIES(b, "pullmortem_pull_duration_seconds_count", L("registry", registry)), pm_at(p), HOW_ADD, 1);
        }
        if (!kubelet_asked(p)) continue;
        uint32_t all = SERIES(b, "kubelet_runtime_operations_total", L("node", node), L("operation_type", PM_STR("pull_image")));
        uint32_t errors = SERIES(b, "kubelet_runtime_operations_errors_total", L("node", node), L("operation_type", PM_STR("pull_image")));
        point(b, all, pm_at(p), HOW_ADD, 1);
        point(b, errors, pm_at(p), HOW_ADD, failed);
    }
}

static void cached(struct build *b) {
    for (size_t i = 0; i < b->s->traces.n; i++) {
        const struct pm_trace *t = &b->s->traces.items[i];
        if (t->role != PM_ROLE_CACHED) continue;
        point(b,
              SERIES(b, "pullmortem_pulls_total", L("node", pm_name(b->s, t->node)), L("outcome", PM_STR("cached")), L("registry", pm_name(b->s, t->registry))),
              t->last, HOW_ADD, t->count);
    }
}

static void requests(struct build *b) {
    for (size_t i = 0; i < b->s->groups.n; i++) {
        const struct pm_request_group *g = &b->s->groups.items[i];
        for (int k = 0; k < g->statuses_n && !g->redundant; k++) {
            char code[8];
            size_t n = 0;
            for (int x = g->statuses[k].code; x > 0 && n < 6; x /= 10) code[n++] = (char)('0' + x % 10);
            for (size_t l = 0; l < n / 2; l++) {
                char swap = code[l];
                code[l] = code[n - 1 - l];
                code[n - 1 - l] = swap;
            }
            if (!n) continue;
            struct pm_str status = pm_name(b->s, pm_id(b->s, (struct pm_str){code, n}));
            point(b, SERIES(b, "pullmortem_http_responses_total", L("code", status), L("registry", pm_name(b->s, g->registry))), g->last, HOW_ADD,
                  g->statuses[k].n);
        }
    }
}

// waiting ---------------------------------------------------------------------------------------------------------------
static void learn_containers(struct build *b) {
    struct pm_state *s = b->s;
    for (size_t i = 0; i < s->traces.n; i++) {
        const struct pm_trace *t = &s->traces.items[i];
        if (!t->pod || !t->namespace) continue;
        uint32_t pod = pm_id_join(s, t->namespace, '/', t->pod);
        if (t->container && t->image) {
            Word_t *slot = pm_map_slot(&b->container_of, PM_PAIR(pod, t->image));
            if (!*slot) *slot = t->container;
        }
        if (t->kind != PM_KIND_PULL_BACKOFF || t->origin == PM_ORIGIN_POD || t->first == PM_NO_TIME) continue;
        Word_t *slot = pm_map_slot(&b->backed_off, pod);
        if (!*slot || s->traces.items[*slot - 1].first > t->first) *slot = i + 1;
    }
}

static void waits(struct build *b, uint32_t series, int64_t from, int64_t to) {
    if (to <= from) return;
    point(b, series, from, HOW_DEPTH, 1);
    if (to != INT64_MAX) point(b, series, to, HOW_DEPTH, -1);
}

static void waiting_pod(struct build *b, const struct pm_hit_pod *pod, int cause) {
    struct pm_state *s = b->s;
    int64_t from = pod->first_ns, to = pod->recovered || from + pod->stuck_ns < s->to ? from + pod->stuck_ns : INT64_MAX, turns = from + BACKOFF_AFTER_NS;
    if (from == PM_NO_TIME) return;
    uint32_t key = pm_id_fmt(s, "%.*s/%.*s", PM_FMT(pod->namespace), PM_FMT(pod->name));
    Word_t off = pm_map_get(b->backed_off, key);
    struct pm_str container = pm_name(s, (uint32_t)pm_map_get(b->container_of, PM_PAIR(key, pm_id(s, pod->image))));
    if (off && s->traces.items[off - 1].first > from && s->traces.items[off - 1].first < from + PM_S(60)) turns = s->traces.items[off - 1].first;
    const char *only = pm_cause_is(cause, "image.invalid-reference") ? "InvalidImageName" : pm_cause_is(cause, "image.never-pull") ? "ErrImageNeverPull" : NULL;
    const char *const reasons[] = {only ? only : "ErrImagePull", only ? NULL : "ImagePullBackOff"};
    for (size_t i = 0; i < PM_LEN(reasons) && reasons[i]; i++) {
        uint32_t series = SERIES(b, "kube_pod_container_status_waiting_reason", L("container", container), L("namespace", pod->namespace), L("pod", pod->name),
                                 L("reason", pm_str_c(reasons[i])));
        if (only) waits(b, series, from, to);
        else if (i == 0) waits(b, series, from, to < turns ? to : turns);
        else waits(b, series, turns, to);
    }
    *PM_PUSH(b->waits.items, b->waits.n, b->waits.cap) = (struct wait){key, from, to};
}

static int by_pod(const void *a, const void *b) {
    const struct wait *x = a, *y = b;
    if (x->pod != y->pod) return x->pod < y->pod ? -1 : 1;
    return (x->from > y->from) - (x->from < y->from);
}

static void merge_waits(struct build *b) { // a pod in two incidents waits once
    size_t n = 0;
    if (b->waits.n > 1) qsort(b->waits.items, b->waits.n, sizeof *b->waits.items, by_pod);
    for (size_t i = 0; i < b->waits.n; i++) {
        struct wait *last = n ? &b->waits.items[n - 1] : NULL, w = b->waits.items[i];
        if (last && last->pod == w.pod && w.from <= last->to) last->to = w.to > last->to ? w.to : last->to;
        else b->waits.items[n++] = w;
    }
    b->waits.n = n;
}

struct edge {
    int64_t at;
    int by;
};
static int by_edge(const void *a, const void *b) {
    const struct edge *x = a, *y = b;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    return (x->by > y->by) - (x->by < y->by); // who leaves goes first
}

// The report's own series over the window: the most that waited at one time in each bucket.
static void waiting_buckets(const struct build *b) {
    struct pm_report *r = b->s->report;
    struct edge *edges = pm_xmalloc((b->waits.n * 2 + 1) * sizeof *edges);
    uint64_t now = 0;
    for (size_t i = 0; i < b->waits.n; i++) {
        edges[i * 2] = (struct edge){b->waits.items[i].from, 1};
        edges[i * 2 + 1] = (struct edge){b->waits.items[i].to, -1};
    }
    if (b->waits.n) qsort(edges, b->waits.n * 2, sizeof *edges, by_edge);
    for (size_t i = 0, k = 0; i < r->series_n; i++) {
        int64_t end = i + 1 < r->series_n ? r->series[i + 1].t_ns : INT64_MAX;
        while (k < b->waits.n * 2 && edges[k].at <= r->series[i].t_ns) now = edges[k].by > 0 ? now + 1 : now - 1, k++;
        r->series[i].waiting = now;
        for (; k < b->waits.n * 2 && edges[k].at < end; k++) {
            now = edges[k].by > 0 ? now + 1 : now - 1;
            if (now > r->series[i].waiting) r->series[i].waiting = now;
        }
    }
    free(edges);
}

static void waiting(struct build *b) {
    struct pm_report *r = b->s->report;
    learn_containers(b);
    for (size_t i = 0; i < r->incidents_n; i++)
        for (size_t k = 0; k < r->incidents[i].blast.pods_n; k++) waiting_pod(b, &r->incidents[i].blast.pods[k], r->incidents[i].root_cause);
    merge_waits(b);
    waiting_buckets(b);
    for (size_t i = 0; i < b->waits.n; i++) {
        uint32_t all = series_of(b, "pullmortem_waiting_pods", NULL, 0);
        b->drafts.items[all].counts = true;
        waits(b, all, b->waits.items[i].from, b->waits.items[i].to);
    }
}

// limits, probes, disks -------------------------------------------------------------------------------------------------
static void quota(struct build *b, const struct pm_quota *q) {
    struct pm_str client = pm_str_chr(q->client, ' ', 0) < 0 ? q->client : PM_NONE; // "one address shared by 3 clients" is no name
    if (q->limit <= 0 || !q->points_n) return;
    uint32_t remaining =
        SERIES(b, "docker_hub_rate_limit_remaining", L("client", client), L("identity", q->identity), L("source", PM_STR("pulls")), L("user", q->user));
    uint32_t total =
        SERIES(b, "docker_hub_rate_limit_total", L("client", client), L("identity", q->identity), L("source", PM_STR("pulls")), L("user", q->user));
    point(b, total, q->points[0].t_ns, HOW_SET, (double)q->limit);
    for (size_t i = 0; i < q->points_n; i++)
        if (q->points[i].remaining >= 0) point(b, remaining, q->points[i].t_ns, HOW_SET, (double)q->points[i].remaining);
    if (q->window_s <= 0) return;
    int64_t freed = q->points[q->points_n - 1].t_ns + PM_S(q->window_s); // all that was seen has left the window
    point(b, remaining, freed, HOW_END, 0);
    point(b, total, freed, HOW_END, 0);
}

static int by_reading(const void *a, const void *b) {
    const struct pm_reading *x = a, *y = b;
    if (x->what != y->what) return x->what < y->what ? -1 : 1;
    if (x->who != y->who) return x->who < y->who ? -1 : 1;
    if (x->where != y->where) return x->where < y->where ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

// A reading holds until the next; after the last, or before a long silence, for as long as readings of this kind lay apart.
static int64_t holds(const struct pm_reading *r, size_t i, size_t n) {
    int64_t usual = n > 1 ? (r[n - 1].at - r[0].at) / (int64_t)(n - 1) : 0, longest = usual * 3 > PM_S(60) ? usual * 3 : PM_S(60);
    if (i + 1 < n && r[i + 1].at - r[i].at <= longest) return r[i + 1].at;
    return r[i].at + (usual > PM_S(15) ? usual : PM_S(15));
}

static bool readings_of(struct build *b, const struct pm_reading *r, size_t n) { // of one thing, in order of time
    struct pm_state *s = b->s;
    struct pm_str who = pm_name(s, r->what == PM_READING_DISK ? pm_facts_node(s, r->who) : r->who);
    uint32_t series = 0, total = 0;
    if (r->what == PM_READING_UP) series = SERIES(b, "up", L("instance", who), L("job", PM_STR("registry-health-check")), L("registry", who));
    if (r->what == PM_READING_DISK) series = SERIES(b, "pullmortem_disk_used_ratio", L("mount", pm_name(s, r->where)), L("node", who));
    if (r->what == PM_READING_LIMIT) {
        if (!pm_str_eqc(who, "docker.io")) return false;
        series = SERIES(b, "docker_hub_rate_limit_remaining", L("source", PM_STR("headers")));
        total = SERIES(b, "docker_hub_rate_limit_total", L("source", PM_STR("headers")));
    }
    for (size_t i = 0; i < n; i++) {
        point(b, series, r[i].at, HOW_SET, r[i].value);
        if (total && r[i].of >= 0) point(b, total, r[i].at, HOW_SET, r[i].of);
        int64_t until = holds(r, i, n);
        if (i + 1 < n && until == r[i + 1].at) continue;
        point(b, series, until, HOW_END, 0);
        if (total) point(b, total, until, HOW_END, 0);
    }
    return total != 0;
}

static void readings(struct build *b) {
    struct pm_state *s = b->s;
    bool told = false;
    if (s->readings.n > 1) qsort(s->readings.items, s->readings.n, sizeof *s->readings.items, by_reading);
    for (size_t i = 0, end; i < s->readings.n; i = end) {
        const struct pm_reading *r = &s->readings.items[i];
        for (end = i + 1;
             end < s->readings.n && s->readings.items[end].what == r->what && s->readings.items[end].who == r->who && s->readings.items[end].where == r->where;)
            end++;
        told |= readings_of(b, r, end - i);
    }
    for (size_t i = 0; i < s->report->quotas_n && !told; i++) // what Docker Hub itself told is better than what pulls add up to
        if (pm_str_eqc(s->report->quotas[i].registry, "docker.io")) quota(b, &s->report->quotas[i]);
}

// points → runs on the grid ---------------------------------------------------------------------------------------------
static int64_t floor_to(int64_t t, int64_t step) { return t - ((t % step) + step) % step; }

static struct wait measured(const struct build *b) { // from the first to the last point; from PM_NO_TIME: there is none
    const struct pm_report *r = b->s->report;
    struct wait w = {.from = PM_NO_TIME, .to = PM_NO_TIME};
    for (size_t i = 0; i < b->points.n; i++) {
        if (b->points.items[i].how == HOW_END) continue;
        w.from = pm_min_time(w.from, b->points.items[i].at);
        w.to = pm_max_time(w.to, b->points.items[i].at);
    }
    if (w.from == PM_NO_TIME) return w;
    if (r->from_ns != PM_NO_TIME && r->from_ns < w.from) w.from = r->from_ns > w.from - MARGIN_NS ? r->from_ns : w.from - MARGIN_NS;
    if (r->to_ns != PM_NO_TIME && r->to_ns > w.to) w.to = r->to_ns < w.to + MARGIN_NS ? r->to_ns : w.to + MARGIN_NS;
    if (w.from < 0) w.from = 0; // nothing was pulled before 1970
    return w;
}

static struct wait shortened(const struct build *b, struct wait w, int64_t longest) {
    struct pm_report *r = b->s->report;
    char from[32], to[32];
    int64_t first = r->incidents_n && r->incidents[0].from_ns != PM_NO_TIME ? r->incidents[0].from_ns - PM_S(86400) : w.to - longest;
    if (first > w.from) w.from = first;
    if (w.to - w.from > longest) w.to = w.from + longest;
    struct pm_missing *m = PM_PUSH(r->missing, r->missing_n, r->missing_cap);
    m->what = pm_arena_fmt(b->s->a, "alerts and metrics are of %s to %s only: the window is too long for one grid", pm_when_format(w.from, from),
                           pm_when_format(w.to, to));
    m->effect = PM_STR("--since and --until choose another part");
    return w;
}

static void grid(const struct build *b, struct pm_series_set *set) {
    static const int64_t steps[] = {15, 30, 60};
    struct wait w = measured(b);
    size_t k = 0;
    if (w.from == PM_NO_TIME) return;
    while (k + 1 < PM_LEN(steps) && (w.to - w.from) / PM_S(steps[k]) > STEPS_MAX) k++;
    if ((w.to - w.from) / PM_S(steps[k]) > STEPS_MAX) w = shortened(b, w, PM_S(steps[k]) * STEPS_MAX);
    set->step_ns = PM_S(steps[k]);
    set->from_ns = floor_to(w.from, set->step_ns);
    if (set->from_ns < set->step_ns) set->from_ns = set->step_ns;
    set->steps = w.to > set->from_ns ? (size_t)((w.to - set->from_ns) / set->step_ns) + 2 : 2; // up to the first evaluation after it all
}

static size_t scrape_after(const struct pm_series_set *set, int64_t at) { // the first that sees what happened at `at`
    int64_t since = at + PM_SCRAPE_LEAD_NS - set->from_ns;
    return since <= 0 ? 0 : (size_t)((since + set->step_ns - 1) / set->step_ns);
}

struct state_of { // of one series while its points are taken in order
    double value;
    int64_t depth;
    bool there;
};
static void take(const struct draft *d, const struct point *p, struct state_of *x) {
    if (p->how == HOW_ADD) x->value += p->value;
    if (p->how == HOW_SET) x->value = p->value;
    if (p->how == HOW_DEPTH) {
        x->depth += (int64_t)p->value;
        x->value = d->counts ? (double)x->depth : x->depth > 0;
    }
    x->there = p->how != HOW_END;
}

static void run_add(struct pm_series *out, size_t cap, const struct pm_series_set *set, size_t from, size_t to, double value) { // scrapes from..to
    if (from > to || out->runs_n == cap) return;
    struct pm_run r = {pm_step_at(set, from) - PM_SCRAPE_LEAD_NS, pm_step_at(set, to) - PM_SCRAPE_LEAD_NS, value};
    struct pm_run *last = out->runs_n ? &out->runs[out->runs_n - 1] : NULL;
    if (last && last->to_ns + set->step_ns == r.from_ns && last->value == value) last->to_ns = r.to_ns;
    else out->runs[out->runs_n++] = r;
}

static void fill(struct build *b, const struct draft *d, const struct point *p, size_t n, const struct pm_series_set *set, struct pm_series *out) {
    struct state_of x = {.there = d->counter};
    size_t from = 0, linger = (size_t)(LINGER_NS / set->step_ns) + 1;
    *out = (struct pm_series){.name = d->name, .labels = d->labels, .runs = PM_NEWN(b->s->a, struct pm_run, n + 2)};
    for (size_t i = 0; i <= n; i++) {
        size_t at = i < n ? scrape_after(set, p[i].at) : set->steps;
        if (at > set->steps) at = set->steps;
        bool waits_no_more = !d->counter && i > 0 && p[i - 1].how == HOW_DEPTH && x.depth <= 0; // 0 stays for the lookback, then it is gone
        if (x.there && at > from) run_add(out, n + 2, set, from, (waits_no_more && at - from > linger ? from + linger : at) - 1, x.value);
        if (i < n) take(d, &p[i], &x);
        from = at;
    }
}

static int by_series(const void *a, const void *b) {
    const struct point *x = a, *y = b;
    if (x->series != y->series) return x->series < y->series ? -1 : 1;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}
static int by_name(const void *a, const void *b) {
    const struct pm_series *x = a, *y = b;
    int c = pm_str_cmp(x->name, y->name);
    return c ? c : pm_labels_cmp(&x->labels, &y->labels);
}

static struct pm_series_set *set_of(struct build *b) {
    struct pm_series_set *set = PM_NEW(b->s->a, struct pm_series_set);
    grid(b, set);
    set->items = PM_NEWN(b->s->a, struct pm_series, b->drafts.n + 1);
    if (b->points.n > 1) qsort(b->points.items, b->points.n, sizeof *b->points.items, by_series);
    for (size_t i = 0, end; i < b->points.n; i = end) {
        const struct point *p = &b->points.items[i];
        for (end = i + 1; end < b->points.n && b->points.items[end].series == p->series;) end++;
        fill(b, &b->drafts.items[p->series], p, end - i, set, &set->items[set->n]);
        if (set->items[set->n].runs_n) set->n++;
    }
    if (set->n > 1) qsort(set->items, set->n, sizeof *set->items, by_name);
    return set->steps ? set : NULL;
}

void pm_series_fill(struct pm_state *s) {
    struct build b = {.s = s, .keys = pm_intern_new()};
    Word_t freed;
    pulls(&b);
    cached(&b);
    requests(&b);
    waiting(&b);
    readings(&b);
    s->report->metrics = set_of(&b);
    JLFA(freed, b.container_of);
    JLFA(freed, b.backed_off);
    (void)freed;
    free(b.drafts.items);
    free(b.points.items);
    free(b.waits.items);
    pm_intern_free(b.keys);
}
