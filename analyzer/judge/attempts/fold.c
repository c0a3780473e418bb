// Traces → pulls: people count pulls, so must we (design.md, "From lines to pulls").
//
// Everything that speaks of one image on one node is one bucket, in time order. Per
// bucket the sources are asked from the most authoritative to the least: the runtime's
// own log makes attempts (start and end paired first in, first out), the kubelet's image
// service line, clients, events and pod status are each matched to an attempt that is
// there already, or make one where none is. A source that was not listening at the time
// hides nothing: an event's attempts count unless a log covers their time on that node
// and saw that image.
//
//   containerd   PullImage "x"                     ┐
//   containerd   PullImage "x" failed error=…      │ one attempt: started, ended, cause
//   kubelet      remote_image … failed             │ same node, image, time: corroborates
//   kubelet      pod_workers … ErrImagePull        │ adds the pod
//   event        Failed (x4 over 3m)               ┘ adds nothing where the log covers it; else four attempts, spread by the back-off model
//   kubelet      pod_workers … ImagePullBackOff      no attempt
#include "judge/attempts/fold.h"
#include "rules/taxonomy.h"
#include <stdlib.h>

#define NEAR_NS PM_S(3)   // lines of one attempt on one node
#define LATE_NS PM_S(600) // an echo at the end of a long sync
#define REPEAT_NS PM_S(2) // a runtime's second line about the same end

struct bucket {
    uint32_t node, image;
    struct pm_ids traces;   // in time order
    struct pm_ids attempts; // indexes into pulls
    size_t sorted;          // the first so many are in time order
    struct pm_ids loose;    // attempts that events made without naming a pod
    struct pm_ids pulling;  // traces: events of attempts that began, in time order
};
struct fold {
    const struct pm_env *env;
    struct pm_evidence *ev;
    struct pm_pulls *pulls;
    Pvoid_t by_key;
    Pvoid_t image_service; // node → 1 where the kubelet's image-service lines are kept
    PM_LIST(struct bucket) buckets;
    PM_LIST(uint32_t) restarts; // traces of runtime starts and stops, in time order
};

static struct pm_attempt *pull(struct fold *f, uint32_t index) { return &f->pulls->items[index]; }

static unsigned source_bit(int origin) {
    switch (origin) {
    case PM_ORIGIN_RUNTIME:
    case PM_ORIGIN_DOCKERD: return PM_SRC_RUNTIME;
    case PM_ORIGIN_KUBELET: return PM_SRC_KUBELET;
    case PM_ORIGIN_EVENTS: return PM_SRC_EVENTS;
    case PM_ORIGIN_POD: return PM_SRC_POD;
    case PM_ORIGIN_REGISTRY: return PM_SRC_REGISTRY;
    case PM_ORIGIN_CLIENT: return PM_SRC_CLIENT;
    default: return 0;
    }
}

static bool decided(const struct pm_verdict *v) { return v->cause >= 0 && v->candidate_count <= 1; }

// Several lines of one attempt: the one that decides wins over the one that only names
// candidates.
static void take_verdict(struct pm_attempt *p, const struct pm_verdict *v) {
    if (v->cause < 0) return;
    if (p->verdict.cause < 0) {
        p->verdict = *v;
        return;
    }
    if (decided(&p->verdict) || !decided(v)) return;
    p->verdict = *v;
}

static int rank_of(const struct pm_trace *t) {
    int rank = t->error ? 4 : 0;
    if (t->verdict.cause >= 0) rank += decided(&t->verdict) ? 8 : 4;
    return rank + (t->origin == PM_ORIGIN_RUNTIME   ? 3
                   : t->origin == PM_ORIGIN_DOCKERD ? 2
                   : t->origin == PM_ORIGIN_KUBELET ? 1
                                                    : 0);
}

static void add_pod(const struct pm_env *env, struct pm_attempt *p, const struct pm_trace *t) {
    if (!t->pod) return;
    pm_ids_add_new(&p->pods, pm_id_join(env, t->namespace, '/', t->pod));
    if (!p->namespace) p->namespace = t->namespace;
}

void pm_fold_absorb(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls,
                    uint32_t attempt, uint32_t trace) {
    struct pm_attempt *p = &pulls->items[attempt];
    struct pm_trace *t = &ev->traces.items[trace];
    p->sources |= source_bit(t->origin);
    p->flags |= t->flags;
    p->lines += t->count;
    t->pull = attempt + 1;
    pm_ids_add(&p->traces, trace);
    add_pod(env, p, t);
    if (!p->container) p->container = t->container;
    if (!p->client) p->client = t->client;
    if (!p->user) p->user = t->user;
    if (!p->duration_ns) p->duration_ns = t->duration_ns;
    if (!p->waiting_ns) p->waiting_ns = t->waiting_ns;
    if (p->bytes < 0) p->bytes = t->bytes;
    if (!p->registry) p->registry = t->registry;
    if (!p->repository) p->repository = t->repository;
    if (!p->tag) p->tag = t->tag;
    if (!p->digest) p->digest = t->digest;
    if (t->kind != PM_KIND_PULL_FAIL && t->kind != PM_KIND_PULL_BACKOFF) {
        if (!p->best) p->best = t->id;
        return;
    }
    if (!p->status) p->status = t->status;
    if (!p->stage) p->stage = t->stage;
    // The same words again, perhaps without the image and hence the registry that decides
    // what they may mean: the fuller line's reading stands.
    if ((t->role == PM_ROLE_ECHO || !t->registry) && t->error && t->error == p->error &&
        p->verdict.cause >= 0)
        t->verdict = p->verdict;
    take_verdict(p, &t->verdict);
    if (p->best && rank_of(t) <= p->best_rank) return;
    p->best = t->id;
    p->best_rank = rank_of(t);
    if (t->error) p->error = t->error;
}

uint32_t pm_fold_new(struct pm_pulls *pulls, const struct pm_trace *t, enum pm_outcome outcome) {
    struct pm_attempt *p = PM_PUSH(pulls->items, pulls->n, pulls->cap);
    *p = (struct pm_attempt){.started = PM_NO_TIME,
                             .ended = PM_NO_TIME,
                             .node = t->node,
                             .image = t->image,
                             .registry = t->registry,
                             .repository = t->repository,
                             .tag = t->tag,
                             .digest = t->digest,
                             .outcome = (uint8_t)outcome,
                             .origin = t->origin,
                             .bytes = -1,
                             .best_rank = -1};
    p->verdict.cause = -1;
    return (uint32_t)(pulls->n - 1);
}

static uint32_t attempt_new(struct fold *f, struct bucket *b, const struct pm_trace *t,
                            enum pm_outcome outcome) {
    uint32_t index = pm_fold_new(f->pulls, t, outcome);
    pm_ids_add(&b->attempts, index);
    return index;
}

static uint32_t attempt_ended(struct fold *f, struct bucket *b, uint32_t trace,
                              enum pm_outcome outcome, int64_t at) {
    const struct pm_trace *t = &f->ev->traces.items[trace];
    uint32_t index = attempt_new(f, b, t, outcome);
    struct pm_attempt *p = pull(f, index);
    p->ended = at;
    if (t->duration_ns && at != PM_NO_TIME) p->started = pm_since(at, t->duration_ns);
    pm_fold_absorb(f->env, f->ev, f->pulls, index, trace);
    return index;
}

static void close_attempt(struct fold *f, uint32_t index, uint32_t trace, enum pm_outcome outcome) {
    struct pm_attempt *p = pull(f, index);
    p->outcome = (uint8_t)outcome;
    p->ended = f->ev->traces.items[trace].ts;
    pm_fold_absorb(f->env, f->ev, f->pulls, index, trace);
    if (!p->duration_ns && p->started != PM_NO_TIME && p->ended != PM_NO_TIME)
        p->duration_ns = p->ended - p->started;
}

static void sort_attempts(struct fold *f,
                          struct bucket *b) { // insertion sort: the list is nearly sorted always
    uint32_t *v = b->attempts.items;
    for (size_t i = b->sorted ? b->sorted : 1; i < b->attempts.n; i++)
        for (size_t k = i; k > 0 && pm_at(pull(f, v[k])) < pm_at(pull(f, v[k - 1])); k--) {
            uint32_t swap = v[k];
            v[k] = v[k - 1];
            v[k - 1] = swap;
        }
    b->sorted = b->attempts.n;
}

static size_t first_after(struct fold *f, const struct bucket *b,
                          int64_t t) { // among the sorted ones
    size_t lo = 0, hi = b->sorted;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (pm_at(pull(f, b->attempts.items[mid])) < t) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

typedef bool fits(struct fold *f, const struct pm_attempt *p, const struct pm_trace *t);

#define TAIL_MAX 256

// The attempt nearest in time that fits, within `near`; UINT32_MAX where there is none.
// The unsorted tail is short or of the same pass: its last few are asked too.
static uint32_t nearest(struct fold *f, const struct bucket *b, const struct pm_trace *t,
                        int64_t at, int64_t near, fits *fit) {
    uint32_t best = UINT32_MAX;
    int64_t best_gap = near;
    size_t tail = b->attempts.n > b->sorted + 8 ? b->attempts.n - 8 : b->sorted,
           last = b->attempts.n > TAIL_MAX ? b->attempts.n - TAIL_MAX : 0;
    for (size_t i = first_after(f, b, pm_time_add(at, -near)); i < b->attempts.n; i++) {
        if (i >= b->sorted && i < last)
            i = last; // of thousands the latest, which are nearest in time
        const struct pm_attempt *p = pull(f, b->attempts.items[i]);
        if (i < b->sorted && pm_at(p) > pm_time_add(at, near)) {
            i = tail - 1;
            if (tail >= b->attempts.n) break;
            continue;
        }
        int64_t gap = pm_time_apart(pm_at(p), at);
        if (gap > near || (best != UINT32_MAX && gap >= best_gap) || !fit(f, p, t)) continue;
        best = b->attempts.items[i];
        best_gap = gap;
    }
    return best;
}

static bool fits_failed_unseen(struct fold *f, const struct pm_attempt *p,
                               const struct pm_trace *t) {
    (void)f;
    return p->outcome == PM_OUTCOME_FAILED && !(p->sources & source_bit(t->origin));
}
static bool fits_ok_unseen(struct fold *f, const struct pm_attempt *p, const struct pm_trace *t) {
    (void)f;
    return p->outcome == PM_OUTCOME_OK && !(p->sources & source_bit(t->origin));
}
static bool fits_failed(struct fold *f, const struct pm_attempt *p, const struct pm_trace *t) {
    (void)f;
    (void)t;
    return p->outcome == PM_OUTCOME_FAILED;
}
static bool fits_ok(struct fold *f, const struct pm_attempt *p, const struct pm_trace *t) {
    (void)f;
    (void)t;
    return p->outcome == PM_OUTCOME_OK;
}
static bool fits_failed_of_pod(struct fold *f, const struct pm_attempt *p,
                               const struct pm_trace *t) {
    return p->outcome == PM_OUTCOME_FAILED && t->pod &&
           pm_ids_has(&p->pods, pm_id_join(f->env, t->namespace, '/', t->pod));
}
static bool fits_failed_podless(struct fold *f, const struct pm_attempt *p,
                                const struct pm_trace *t) {
    (void)f;
    (void)t;
    return p->outcome == PM_OUTCOME_FAILED && !p->exact_pod;
}
// Sandboxes pull their image without a start line, each for itself; the runtime downloads
// once.
static bool fits_same_download(struct fold *f, const struct pm_attempt *p,
                               const struct pm_trace *t) {
    (void)f;
    return p->outcome == PM_OUTCOME_OK && !p->requested && p->started != PM_NO_TIME &&
           t->duration_ns > 0 && pm_since(t->ts, t->duration_ns) <= p->ended;
}
static bool fits_ok_other_form(struct fold *f, const struct pm_attempt *p,
                               const struct pm_trace *t) {
    (void)f;
    return p->outcome == PM_OUTCOME_OK && !(p->forms & t->form) && pm_at(p) <= t->ts;
}

// As long to the hundredth part: the kubelet's event repeats what the runtime measured,
// and may be stamped with another clock.
static bool fits_ok_as_long(struct fold *f, const struct pm_attempt *p, const struct pm_trace *t) {
    int64_t gap = llabs(p->duration_ns - t->duration_ns);
    return fits_ok_unseen(f, p, t) && p->duration_ns > 0 && t->duration_ns > 0 &&
           gap <= PM_S(1) / 200 + t->duration_ns / 100;
}

// ── runtime ──
struct pairing {
    struct pm_ids open;
    size_t next;
    bool starts;
};

static uint32_t oldest_open(struct fold *f, struct pairing *open, const struct pm_trace *t) {
    size_t best = SIZE_MAX;
    for (size_t i = open->open.n;
         i-- > open->next && t->component == PM_COMP_CRIO &&
         best == SIZE_MAX;) { // its own start, else the newest: older ones may have failed
        uint32_t join = open->open.items[i] == UINT32_MAX ? 0 : pull(f, open->open.items[i])->join;
        if (open->open.items[i] != UINT32_MAX && (join == t->join || !join || !t->join)) best = i;
    }
    int64_t want = t->duration_ns ? pm_since(t->ts, t->duration_ns) : PM_NO_TIME,
            best_gap = INT64_MAX;
    for (size_t i = open->next; i < open->open.n && t->component != PM_COMP_CRIO; i++) {
        if (open->open.items[i] == UINT32_MAX) continue;
        int64_t started = pull(f, open->open.items[i])->started;
        int64_t gap = want == PM_NO_TIME || started == PM_NO_TIME ? (int64_t)i
                      : started > want                            ? started - want
                                                                  : want - started;
        if (gap >= best_gap) continue;
        best = i;
        best_gap = gap;
        if (want == PM_NO_TIME) break;
    }
    if (best == SIZE_MAX) return UINT32_MAX;
    uint32_t index = open->open.items[best];
    open->open.items[best] = UINT32_MAX;
    while (open->next < open->open.n && open->open.items[open->next] == UINT32_MAX) open->next++;
    return index;
}

static void cut(struct pm_attempt *p, int64_t at) {
    p->outcome = PM_OUTCOME_FAILED;
    p->ended = at;
    p->verdict = (struct pm_verdict){.cause = pm_cause_shown(PM_SHOWN_RESTART),
                                     .candidate_count = 1,
                                     .confidence = PM_CONFIDENCE_MEDIUM};
    p->verdict.candidates[0] = p->verdict.cause;
    p->settled_by_neighbour = true;
    p->why = PM_STR("the pull has no end and the runtime was restarted after it began");
}

// No pull lives through a start of its runtime: what was open is over, the lines that
// follow are not about it.
static void close_at_restart(struct fold *f, struct pairing *open, const struct pm_trace *t) {
    for (size_t i = 0; i < f->restarts.n && open->next < open->open.n; i++) {
        const struct pm_trace *start = &f->ev->traces.items[f->restarts.items[i]];
        if (start->node != t->node || start->origin != PM_ORIGIN_RUNTIME ||
            start->kind != PM_KIND_RUNTIME_START || start->ts > t->ts)
            continue;
        for (size_t k = open->next; k < open->open.n; k++) {
            struct pm_attempt *p =
                open->open.items[k] == UINT32_MAX ? NULL : pull(f, open->open.items[k]);
            if (!p || p->started == PM_NO_TIME || p->started >= start->ts) continue;
            cut(p, start->ts);
            open->open.items[k] = UINT32_MAX;
        }
    }
    while (open->next < open->open.n && open->open.items[open->next] == UINT32_MAX) open->next++;
}

static void runtime_line(struct fold *f, struct bucket *b, struct pairing *open, uint32_t trace) {
    struct pm_trace *t = &f->ev->traces.items[trace];
    close_at_restart(f, open, t);
    if (t->role == PM_ROLE_START) {
        uint32_t index = attempt_new(f, b, t, PM_OUTCOME_OPEN);
        pull(f, index)->started = t->ts;
        pull(f, index)->requested = true;
        pull(f, index)->join = t->join;
        pull(f, index)->quiet = t->component == PM_COMP_CRIO;
        pm_fold_absorb(f->env, f->ev, f->pulls, index, trace);
        pm_ids_add(&open->open, index);
        open->starts = true;
        return;
    }
    bool ok = t->kind == PM_KIND_PULL_OK;
    sort_attempts(f, b);
    uint32_t index = ok ? nearest(f, b, t, t->ts, NEAR_NS, fits_ok_other_form) : UINT32_MAX;
    if (index != UINT32_MAX) {
        pm_fold_absorb(f->env, f->ev, f->pulls, index, trace);
    } else if ((index = oldest_open(f, open, t)) != UINT32_MAX) {
        close_attempt(f, index, trace, ok ? PM_OUTCOME_OK : PM_OUTCOME_FAILED);
    } else {
        // With starts logged, an end that no start waits for is a second line about the
        // end just seen.
        if (open->starts) index = nearest(f, b, t, t->ts, REPEAT_NS, ok ? fits_ok : fits_failed);
        else if (ok) index = nearest(f, b, t, t->ts, PM_S(60), fits_same_download);
        if (index != UINT32_MAX) pm_fold_absorb(f->env, f->ev, f->pulls, index, trace);
        else index = attempt_ended(f, b, trace, ok ? PM_OUTCOME_OK : PM_OUTCOME_FAILED, t->ts);
    }
    pull(f, index)->forms |= t->form;
    b->sorted = 0;
}

static void fold_runtime(struct fold *f, struct bucket *b) {
    struct pairing open = {0};
    for (size_t i = 0; i < b->traces.n; i++) {
        const struct pm_trace *t = &f->ev->traces.items[b->traces.items[i]];
        if (t->origin == PM_ORIGIN_RUNTIME && (t->role == PM_ROLE_START || t->role == PM_ROLE_END))
            runtime_line(f, b, &open, b->traces.items[i]);
    }
    pm_ids_free(&open.open);
}

static int by_ns(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

// The first start after `at`; PM_NO_TIME where there is none.
static int64_t start_after(const int64_t *starts, size_t n, int64_t at) {
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (starts[mid] <= at) lo = mid + 1;
        else hi = mid;
    }
    return lo < n ? starts[lo] : PM_NO_TIME;
}

// CRI-O logs failures at debug level only: a start that the image's next start overtakes
// has failed, why is not told.
static void overtaken(struct fold *f, const struct bucket *b) {
    int64_t *starts = pm_xmalloc((b->attempts.n + 1) * sizeof *starts);
    size_t n = 0;
    for (size_t i = 0; i < b->attempts.n; i++) {
        const struct pm_attempt *p = pull(f, b->attempts.items[i]);
        if (p->quiet && p->started != PM_NO_TIME) starts[n++] = p->started;
    }
    if (n > 1) qsort(starts, n, sizeof *starts, by_ns);
    for (size_t i = 0; i < b->attempts.n; i++) {
        struct pm_attempt *p = pull(f, b->attempts.items[i]);
        int64_t over = p->quiet && p->outcome == PM_OUTCOME_OPEN && p->started != PM_NO_TIME
                           ? start_after(starts, n, p->started)
                           : PM_NO_TIME;
        if (over == PM_NO_TIME) continue;
        p->outcome = PM_OUTCOME_FAILED;
        p->ended = over;
        p->unended = true;
        p->why = PM_STR("the pull has no end and the next one of its image began");
    }
    free(starts);
}

// ── kubelet ──
static uint32_t open_before(struct fold *f, const struct bucket *b,
                            int64_t at) { // the newest: older ones may have failed unseen
    for (size_t i = b->attempts.n; i-- > 0;) {
        const struct pm_attempt *p = pull(f, b->attempts.items[i]);
        if (p->outcome == PM_OUTCOME_OPEN && p->started != PM_NO_TIME && p->started <= at &&
            pm_time_between(p->started, at) < PM_S(7200))
            return b->attempts.items[i];
    }
    return UINT32_MAX;
}

// A pull that the runtime's restart cut: the kubelet knew when the connection broke, the
// runtime's log only when it was back.
static uint32_t cut_under_way(struct fold *f, const struct bucket *b, const struct pm_trace *t) {
    for (size_t i = 0; i < b->attempts.n; i++) {
        const struct pm_attempt *p = pull(f, b->attempts.items[i]);
        if (p->outcome == PM_OUTCOME_FAILED && p->settled_by_neighbour &&
            !(p->sources & PM_SRC_KUBELET) && p->started != PM_NO_TIME && p->started <= t->ts &&
            t->ts <= p->ended)
            return b->attempts.items[i];
    }
    return UINT32_MAX;
}

// With dockershim the kubelet watches the pull itself, and dockerd with its containerd
// store logs a good one: each tells of it where nobody else did.
static void told_ok(struct fold *f, struct bucket *b, uint32_t trace) {
    const struct pm_trace *t = &f->ev->traces.items[trace];
    sort_attempts(f, b);
    uint32_t index = nearest(f, b, t, t->ts, NEAR_NS, fits_ok_unseen);
    if (index != UINT32_MAX) pm_fold_absorb(f->env, f->ev, f->pulls, index, trace);
    else attempt_ended(f, b, trace, PM_OUTCOME_OK, t->ts);
    b->sorted = 0;
}

static void kubelet_end(struct fold *f, struct bucket *b, uint32_t trace) {
    const struct pm_trace *t = &f->ev->traces.items[trace];
    uint32_t index = nearest(f, b, t, t->ts, NEAR_NS, fits_failed_unseen);
    if (index == UINT32_MAX && (index = cut_under_way(f, b, t)) != UINT32_MAX)
        pull(f, index)->ended = t->ts;
    if (index != UINT32_MAX) {
        pm_fold_absorb(f->env, f->ev, f->pulls, index, trace);
        return;
    }
    index = open_before(f, b, t->ts);
    if (index != UINT32_MAX) close_attempt(f, index, trace, PM_OUTCOME_FAILED);
    else attempt_ended(f, b, trace, PM_OUTCOME_FAILED, t->ts);
}

// Where the lines that count are kept, an echo adds and never makes: a pod worker tells
// the error at the end of its sync, which other containers' pulls can make long. (What
// never reaches the image service has no such line.)
static uint32_t echoed_late(struct fold *f, const struct bucket *b, const struct pm_trace *t) {
    if (pm_cause_has(t->verdict.cause, PM_TRAIT_BEFORE_RUNTIME) || t->ts == PM_NO_TIME)
        return UINT32_MAX;
    if (!pm_map_get(f->image_service, t->node) &&
        !pm_facts_covers(f->ev, PM_ORIGIN_RUNTIME, t->node, t->ts, NEAR_NS))
        return UINT32_MAX;
    for (size_t i = b->attempts.n; i-- > 0;) {
        const struct pm_attempt *p = pull(f, b->attempts.items[i]);
        if (p->outcome != PM_OUTCOME_FAILED || pm_at(p) == PM_NO_TIME || pm_at(p) > t->ts ||
            !(p->sources & (PM_SRC_RUNTIME | PM_SRC_KUBELET)))
            continue;
        return pm_time_between(pm_at(p), t->ts) <= LATE_NS ? b->attempts.items[i] : UINT32_MAX;
    }
    return UINT32_MAX;
}

static void kubelet_echo(struct fold *f, struct bucket *b, uint32_t trace) {
    const struct pm_trace *t = &f->ev->traces.items[trace];
    uint32_t index = nearest(f, b, t, t->ts, NEAR_NS, fits_failed_of_pod);
    if (index == UINT32_MAX)
        index = nearest(f, b, t, t->ts, NEAR_NS, t->pod ? fits_failed_podless : fits_failed);
    if (index == UINT32_MAX && (index = echoed_late(f, b, t)) != UINT32_MAX) {
        pm_fold_absorb(f->env, f->ev, f->pulls, index, trace);
        return;
    }
    if (index == UINT32_MAX) index = attempt_ended(f, b, trace, PM_OUTCOME_FAILED, t->ts);
    else pm_fold_absorb(f->env, f->ev, f->pulls, index, trace);
    if (t->pod) pull(f, index)->exact_pod = true;
}

static void fold_kubelet(struct fold *f, struct bucket *b) {
    sort_attempts(f, b);
    for (size_t i = 0; i < b->traces.n; i++) {
        const struct pm_trace *t = &f->ev->traces.items[b->traces.items[i]];
        if (t->role != PM_ROLE_END ||
            (t->origin != PM_ORIGIN_KUBELET && t->origin != PM_ORIGIN_DOCKERD))
            continue;
        if (t->kind == PM_KIND_PULL_OK) told_ok(f, b, b->traces.items[i]);
        else if (t->kind == PM_KIND_PULL_FAIL && t->origin == PM_ORIGIN_KUBELET)
            kubelet_end(f, b, b->traces.items[i]);
    }
    b->sorted = 0;
    sort_attempts(f, b);
    for (size_t i = 0; i < b->traces.n; i++) {
        const struct pm_trace *t = &f->ev->traces.items[b->traces.items[i]];
        if (t->origin == PM_ORIGIN_KUBELET && t->role == PM_ROLE_ECHO &&
            t->kind == PM_KIND_PULL_FAIL)
            kubelet_echo(f, b, b->traces.items[i]);
    }
    b->sorted = 0;
    sort_attempts(f, b);
}

// ── what a client printed ──
static uint32_t undated_match(struct fold *f, const struct bucket *b, const struct pm_trace *t,
                              fits *fit) {
    for (size_t i = 0; i < b->attempts.n; i++)
        if (fit(f, pull(f, b->attempts.items[i]), t)) return b->attempts.items[i];
    return UINT32_MAX;
}

static void client_end(struct fold *f, struct bucket *b, uint32_t trace) {
    const struct pm_trace *t = &f->ev->traces.items[trace];
    bool ok = t->kind == PM_KIND_PULL_OK;
    fits *fit = ok ? fits_ok_unseen : fits_failed_unseen;
    uint32_t index =
        t->ts == PM_NO_TIME ? undated_match(f, b, t, fit) : nearest(f, b, t, t->ts, PM_S(5), fit);
    if (index != UINT32_MAX) pm_fold_absorb(f->env, f->ev, f->pulls, index, trace);
    else attempt_ended(f, b, trace, ok ? PM_OUTCOME_OK : PM_OUTCOME_FAILED, t->ts);
}

// Of the same session, and not told of again yet.
static bool fits_failed_once(struct fold *f, const struct pm_attempt *p, const struct pm_trace *t) {
    if (p->outcome != PM_OUTCOME_FAILED || p->flags & PM_EV_ECHO) return false;
    for (size_t i = 0; i < p->traces.n; i++) {
        const struct pm_trace *o = &f->ev->traces.items[p->traces.items[i]];
        if (o->origin == PM_ORIGIN_CLIENT && o->file == t->file) return true;
    }
    return false;
}

// The same, told of any number of times: a client says it, its runner's last line, and
// the runner around that. An attempt that only such lines told is none.
static bool fits_failed_same(struct fold *f, const struct pm_attempt *p, const struct pm_trace *t) {
    bool told = false;
    for (size_t i = 0; i < p->traces.n && p->outcome == PM_OUTCOME_FAILED; i++) {
        const struct pm_trace *o = &f->ev->traces.items[p->traces.items[i]];
        if (o->origin != PM_ORIGIN_CLIENT || o->role != PM_ROLE_END || o->file != t->file) continue;
        struct pm_str said = pm_name(f->env, o->error), again = pm_name(f->env, t->error);
        told |= p->verdict.cause < 0 ||
                (said.n && again.n && (pm_str_has(said, again) || pm_str_has(again, said)));
    }
    return told;
}

// A runner's WARNING and its job's last ERROR, a build's step and "failed to solve": the
// second tells of the first's attempt, or of one that nobody told.
static void client_echo(struct fold *f, struct bucket *b, uint32_t trace) {
    const struct pm_trace *t = &f->ev->traces.items[trace];
    fits *fit = t->flags & PM_EV_AGAIN ? fits_failed_same : fits_failed_once;
    uint32_t index =
        t->ts == PM_NO_TIME ? undated_match(f, b, t, fit) : nearest(f, b, t, t->ts, PM_S(60), fit);
    if (index != UINT32_MAX) pm_fold_absorb(f->env, f->ev, f->pulls, index, trace);
    else client_end(f, b, trace);
}

static void fold_client(struct fold *f, struct bucket *b) {
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < b->traces.n; i++) {
            const struct pm_trace *t = &f->ev->traces.items[b->traces.items[i]];
            if (t->origin != PM_ORIGIN_CLIENT || t->role != (pass ? PM_ROLE_ECHO : PM_ROLE_END))
                continue;
            if (pass && t->kind == PM_KIND_PULL_FAIL) client_echo(f, b, b->traces.items[i]);
            else if (!pass) client_end(f, b, b->traces.items[i]);
        }
        b->sorted = 0;
        sort_attempts(f, b);
    }
}

// ── events ──
static int64_t slack_of(const struct pm_trace *t) {
    return t->quality == PM_QUALITY_RELATIVE ? PM_LOOSE_NS : NEAR_NS;
}

static bool log_covers(const struct fold *f, const struct pm_trace *t, int64_t at) {
    int64_t slack = slack_of(t);
    if (pm_facts_covers(f->ev, PM_ORIGIN_KUBELET, t->node, at, slack) &&
        (t->kind == PM_KIND_PULL_FAIL))
        return true;
    return !pm_cause_has(t->verdict.cause, PM_TRAIT_NODE) &&
           pm_facts_covers(f->ev, PM_ORIGIN_RUNTIME, t->node, at, slack);
}

// Did this attempt end while the event was counted? Where nobody told its end, any time
// between its start and the next is as good.
static bool ended_in(const struct pm_attempt *p, const struct pm_trace *t) {
    int64_t from = pm_time_add(t->first, -slack_of(t)), to = pm_time_add(t->last, slack_of(t));
    return p->unended ? p->started <= to && p->ended >= from : pm_time_in(pm_at(p), from, to);
}

#define BEYOND_MAX 16 // attempts whose end nobody told may lie a little out of order

// How many such attempts the logs show while the event was counted; no more than `enough`
// are counted.
static size_t logs_saw(struct fold *f, const struct bucket *b, const struct pm_trace *t,
                       enum pm_outcome outcome, uint64_t enough) {
    int64_t to = pm_time_add(t->last, slack_of(t));
    size_t n = 0, beyond = 0;
    for (size_t i = first_after(f, b, pm_time_add(t->first, -slack_of(t)));
         i < b->sorted && n < enough; i++) { // behind those are the events' own
        const struct pm_attempt *p = pull(f, b->attempts.items[i]);
        if (to != PM_NO_TIME && pm_at(p) > to && ++beyond > BEYOND_MAX) break;
        n += p->outcome == outcome && p->sources & (PM_SRC_RUNTIME | PM_SRC_KUBELET) &&
             ended_in(p, t);
    }
    return n;
}

// Lines that somebody picked to go with an event are of what it counts, and mostly of the
// end of it.
static uint64_t counted_besides(const struct fold *f, const struct pm_trace *t, uint64_t n,
                                size_t seen) {
    bool excerpt = t->file < f->ev->facts.files.n && f->ev->facts.files.items[t->file].excerpt;
    return !excerpt ? n : seen < n ? n - seen : 0;
}

// An event's first and last time are ends of attempts.
static void learn_end(struct pm_attempt *p, const struct pm_trace *t) {
    int64_t end = pm_time_in(t->last, p->started, p->ended) ? t->last : t->first;
    if (!p->unended || t->quality == PM_QUALITY_RELATIVE || !pm_time_in(end, p->started, p->ended))
        return;
    p->ended = end;
    p->unended = false;
}

static void pod_to_attempt(struct fold *f, struct pm_attempt *p, const struct pm_trace *t) {
    if (p->outcome != PM_OUTCOME_FAILED || p->exact_pod || !ended_in(p, t)) return;
    learn_end(p, t);
    p->sources |= PM_SRC_EVENTS;
    add_pod(f->env, p, t);
    if (!p->quiet || p->verdict.cause >= 0) return; // nobody else knows why
    take_verdict(p, &t->verdict);
    if (!p->error) p->error = t->error;
}

static void pods_to_span(struct fold *f, struct bucket *b, const struct pm_trace *t) {
    int64_t to = pm_time_add(t->last, slack_of(t));
    for (size_t i = first_after(f, b, pm_time_add(t->first, -slack_of(t))); i < b->sorted; i++) {
        struct pm_attempt *p = pull(f, b->attempts.items[i]);
        if (pm_at(p) > to && !p->unended) break;
        pod_to_attempt(f, p, t);
    }
    for (size_t i = 0; i < b->loose.n; i++) pod_to_attempt(f, pull(f, b->loose.items[i]), t);
}

// "Pulling" of the same pod tells when its last attempt began: how long one lasted tells
// a stall from a refusal.
static int64_t began_before(struct fold *f, const struct bucket *b, const struct pm_trace *t) {
    for (size_t i = 0; i < b->pulling.n; i++) {
        const struct pm_trace *o = &f->ev->traces.items[b->pulling.items[i]];
        if (o->pod == t->pod && o->namespace == t->namespace && o->last != PM_NO_TIME &&
            o->last <= t->last && pm_time_between(o->last, t->last) < PM_S(3600))
            return o->last;
    }
    return PM_NO_TIME;
}

// The back-off model says where between first and last an attempt lay; it may be as far
// off as its neighbours are away.
static int64_t may_be_off(const struct pm_trace *t, uint64_t n, uint64_t i) {
    int64_t off = t->quality == PM_QUALITY_RELATIVE ? PM_LOOSE_NS : 0;
    if (i == 0 || i + 1 >= n) return off;
    int64_t at = pm_backoff_at(t->first, t->last, n, i),
            before = pm_backoff_at(t->first, t->last, n, i - 1),
            after = pm_backoff_at(t->first, t->last, n, i + 1);
    return off + (at - before > after - at ? at - before : after - at);
}

static void event_failed(struct fold *f, struct bucket *b, uint32_t trace) {
    struct pm_trace *t = &f->ev->traces.items[trace];
    uint64_t n = pm_fold_times(f->ev, t);
    size_t seen = logs_saw(f, b, t, PM_OUTCOME_FAILED, n);
    uint64_t besides = counted_besides(f, t, n, seen);
    pods_to_span(f, b, t);
    for (uint64_t i = 0; i < n; i++) {
        int64_t at = pm_backoff_at(t->first, t->last, n, i);
        if (i >= besides || (seen && log_covers(f, t, at))) continue;
        uint32_t index = attempt_new(f, b, t, PM_OUTCOME_FAILED);
        struct pm_attempt *p = pull(f, index);
        p->ended = at;
        p->reconstructed = i > 0 && i + 1 < n;
        p->off_ns = may_be_off(t, n, i);
        p->lead_ns = n > 1 && t->first != PM_NO_TIME && t->last != PM_NO_TIME
                         ? (t->last - t->first) / (int64_t)(n - 1)
                         : 0;
        if (i + 1 == n && t->quality != PM_QUALITY_RELATIVE) p->started = began_before(f, b, t);
        p->exact_pod = t->pod != 0;
        if (!p->exact_pod) pm_ids_add(&b->loose, index);
        pm_fold_absorb(f->env, f->ev, f->pulls, index, trace);
        if (i) pull(f, index)->lines = 0;
    }
    uint32_t near = t->pull ? UINT32_MAX : nearest(f, b, t, t->first, slack_of(t), fits_failed);
    if (near != UINT32_MAX) pm_fold_absorb(f->env, f->ev, f->pulls, near, trace);
}

static void event_ok(struct fold *f, struct bucket *b, uint32_t trace) {
    const struct pm_trace *t = &f->ev->traces.items[trace];
    uint32_t index = nearest(f, b, t, t->last, slack_of(t), fits_ok_unseen);
    if (index == UINT32_MAX && (t->duration_ns == 0 || t->quality == PM_QUALITY_RELATIVE))
        index = nearest(f, b, t, t->last, slack_of(t), fits_ok);
    if (index == UINT32_MAX) index = nearest(f, b, t, t->last, PM_S(30), fits_ok_as_long);
    if (index != UINT32_MAX) {
        pm_fold_absorb(f->env, f->ev, f->pulls, index, trace);
        return;
    }
    if (log_covers(f, t, t->last) && logs_saw(f, b, t, PM_OUTCOME_OK, 1)) return;
    index = attempt_ended(f, b, trace, PM_OUTCOME_OK, t->last);
    pull(f, index)->off_ns = may_be_off(t, 1, 0);
}

// "Error syncing pod, skipping: failed to "StartContainer" …" (kubelets up to 1.10): the
// worker's event about an attempt that its image manager's Failed event counts, where
// that was kept.
static bool resync_of(const struct fold *f, const struct pm_trace *t) {
    if (!pm_str_eqc(pm_name(f->env, t->reason), "FailedSync")) return false;
    for (size_t i = 0; i < f->ev->traces.n; i++) { // by pod: it names a container, not the image
        const struct pm_trace *o = &f->ev->traces.items[i];
        if (o->origin == PM_ORIGIN_EVENTS && o->kind == PM_KIND_PULL_FAIL && o->pod == t->pod &&
            o->node == t->node && o->error &&
            (o->namespace == t->namespace || !o->namespace || !t->namespace) &&
            pm_str_eqc(pm_name(f->env, o->reason), "Failed"))
            return true;
    }
    return false;
}

static void fold_events(struct fold *f, struct bucket *b) {
    for (size_t i = 0; i < b->traces.n; i++) {
        uint32_t trace = b->traces.items[i];
        const struct pm_trace *t = &f->ev->traces.items[trace];
        if (t->origin != PM_ORIGIN_EVENTS || t->role != PM_ROLE_END) continue;
        if (t->kind == PM_KIND_PULL_OK) event_ok(f, b, trace);
        else if (resync_of(f, t)) pods_to_span(f, b, t);
        else if (t->error && t->verdict.cause >= 0) event_failed(f, b, trace);
        else if (t->error && !pm_str_starts(pm_name(f->env, t->error), PM_STR("ErrImage")))
            event_failed(f, b, trace);
    }
    b->sorted = 0;
    sort_attempts(f, b);
    // "Pulling" and no end from anybody: still open.
    for (size_t i = 0; i < b->traces.n; i++) {
        const struct pm_trace *t = &f->ev->traces.items[b->traces.items[i]];
        if (t->origin != PM_ORIGIN_EVENTS || t->role != PM_ROLE_START || b->attempts.n) continue;
        uint32_t index = attempt_new(f, b, t, PM_OUTCOME_OPEN);
        pull(f, index)->started = t->last;
        pm_fold_absorb(f->env, f->ev, f->pulls, index, b->traces.items[i]);
    }
}

// ── back-off lines: no attempts; but an image that waits did fail, if nobody kept the failure ──
static bool any_failed(struct fold *f, const struct bucket *b) {
    for (size_t i = 0; i < b->attempts.n; i++)
        if (pull(f, b->attempts.items[i])->outcome == PM_OUTCOME_FAILED) return true;
    return false;
}

static void backoff_to_last(struct fold *f, struct bucket *b, uint32_t trace) {
    const struct pm_trace *t = &f->ev->traces.items[trace];
    for (size_t i = b->attempts.n; i-- > 0;) {
        struct pm_attempt *p = pull(f, b->attempts.items[i]);
        if (p->outcome != PM_OUTCOME_FAILED || (pm_at(p) > pm_time_add(t->last, NEAR_NS) && i > 0))
            continue;
        if (!p->exact_pod) add_pod(f->env, p, t);
        p->lines += t->count;
        take_verdict(p, &t->verdict);
        f->ev->traces.items[trace].pull = b->attempts.items[i] + 1;
        return;
    }
}

static void fold_backoff(struct fold *f, struct bucket *b) {
    for (size_t i = 0; i < b->traces.n; i++) {
        uint32_t trace = b->traces.items[i];
        const struct pm_trace *t = &f->ev->traces.items[trace];
        if (t->role != PM_ROLE_BACKOFF || !b->image) continue;
        if (any_failed(f, b)) {
            backoff_to_last(f, b, trace);
            continue;
        }
        uint32_t index = attempt_ended(f, b, trace, PM_OUTCOME_FAILED, t->first);
        pull(f, index)->reconstructed = true;
    }
}

// ── pulls that the runtime's own end cut ──
static bool restart_ends(const struct pm_trace *t, const struct pm_attempt *p) {
    return t->ts != PM_NO_TIME && p->started != PM_NO_TIME && t->ts >= p->started &&
           (t->kind == PM_KIND_RUNTIME_START || t->kind == PM_KIND_RUNTIME_STOP);
}

static void cut_by_restart(struct fold *f, struct pm_attempt *p) {
    for (size_t i = 0; i < f->restarts.n; i++) {
        const struct pm_trace *t = &f->ev->traces.items[f->restarts.items[i]];
        if (t->node != p->node || t->origin != PM_ORIGIN_RUNTIME || !restart_ends(t, p)) continue;
        cut(p, t->ts);
        return;
    }
}

// ── buckets ──
static struct bucket *bucket_at(struct fold *f, uint32_t node, uint32_t image) {
    Word_t *slot = pm_map_slot(&f->by_key, PM_PAIR(node, image));
    if (!*slot) {
        struct bucket *b = PM_PUSH(f->buckets.items, f->buckets.n, f->buckets.cap);
        b->node = node;
        b->image = image;
        *slot = f->buckets.n;
    }
    return &f->buckets.items[*slot - 1];
}

static void deal(struct fold *f) {
    for (size_t i = 0; i < f->ev->traces.n; i++) {
        const struct pm_trace *t = &f->ev->traces.items[i];
        if (t->kind == PM_KIND_RUNTIME_START || t->kind == PM_KIND_RUNTIME_STOP)
            *PM_PUSH(f->restarts.items, f->restarts.n, f->restarts.cap) = (uint32_t)i;
        if (t->origin == PM_ORIGIN_KUBELET && t->role == PM_ROLE_END &&
            t->kind == PM_KIND_PULL_FAIL)
            *pm_map_slot(&f->image_service, t->node) = 1;
        if (pm_fold_imageless(t) || pm_fold_refused_early(f->env, t))
            continue; // fold_dockerd.c, fold_refused.c
        if (t->role == PM_ROLE_SIDE || t->role == PM_ROLE_NONE || t->role == PM_ROLE_CACHED)
            continue;
        struct bucket *b = bucket_at(f, t->node, t->image);
        pm_ids_add(&b->traces, (uint32_t)i);
        if (t->origin == PM_ORIGIN_EVENTS && t->role == PM_ROLE_START)
            pm_ids_add(&b->pulling, (uint32_t)i);
    }
}

// Traces of a pod whose node nobody names belong to the node where that image failed, if
// there is one only.
static void pod_waits(struct fold *f) {
    for (size_t i = 0; i < f->ev->facts.pods.n; i++) {
        struct pm_pod_fact *pod = &f->ev->facts.pods.items[i];
        for (int k = 0; k < pod->waits; k++) {
            struct pm_event e = {
                .kind = PM_KIND_PULL_BACKOFF, .component = PM_COMP_OBJECTS, .bytes = -1};
            e.field[PM_F_REASON] = pm_name(f->env, pod->wait[k].reason);
            e.field[PM_F_ERROR] = pm_name(f->env, pod->wait[k].message);
            if (!pm_fold_reason_is_pull(e.field[PM_F_REASON]) || !pod->wait[k].image) continue;
            pm_arena_reset(f->env->scratch);
            pm_lift_event_message(f->env->scratch, PM_STR("Failed"), e.field[PM_F_ERROR], &e);
            e.kind = PM_KIND_PULL_FAIL;
            pm_lift_error(f->env->scratch, &e);
            struct pm_trace t = {.id = pod->wait[k].event,
                                 .ts = pod->seen,
                                 .first = pod->seen,
                                 .last = pod->seen,
                                 .bytes = -1,
                                 .node = pod->node,
                                 .image = pod->wait[k].image,
                                 .namespace = pod->namespace,
                                 .pod = pod->name,
                                 .container = pod->wait[k].container,
                                 .count = 1,
                                 .kind = PM_KIND_PULL_BACKOFF,
                                 .component = PM_COMP_OBJECTS,
                                 .origin = PM_ORIGIN_POD,
                                 .role = PM_ROLE_BACKOFF,
                                 .reason = pod->wait[k].reason,
                                 .error = pm_id(f->env, e.field[PM_F_ERROR]),
                                 .status = (int16_t)e.http_status,
                                 .stage = (uint8_t)e.stage};
            struct pm_image image;
            if (pm_image_parse(f->env->scratch, pm_name(f->env, t.image), &image)) {
                t.registry = pm_id(f->env, image.registry);
                t.repository = pm_id(f->env, image.repository);
                t.tag = pm_id(f->env, image.tag);
                t.digest = pm_id(f->env, image.digest);
            }
            t.verdict = pm_ruleset_classify(f->env->rules, &e);
            if (pm_cause_has(t.verdict.cause, PM_TRAIT_UNEXPLAINED)) t.verdict.cause = -1;
            *PM_PUSH(f->ev->traces.items, f->ev->traces.n, f->ev->traces.cap) = t;
        }
    }
}

static int by_time(const void *a, const void *b) {
    const struct pm_attempt *x = a, *y = b;
    int64_t tx = pm_at(x), ty = pm_at(y);
    if (tx != ty) return tx < ty ? -1 : 1;
    if (x->node != y->node) return x->node < y->node ? -1 : 1;
    if (x->image != y->image) return x->image < y->image ? -1 : 1;
    return x->best < y->best ? -1 : x->best > y->best;
}

void pm_fold_order(struct pm_evidence *ev, struct pm_pulls *pulls) {
    uint32_t *now = pm_xmalloc((pulls->n + 1) * sizeof *now);
    for (size_t i = 0; i < pulls->n; i++) pulls->items[i].was = (uint32_t)i;
    if (pulls->n > 1) qsort(pulls->items, pulls->n, sizeof *pulls->items, by_time);
    for (size_t i = 0; i < pulls->n; i++) now[pulls->items[i].was + 1] = (uint32_t)i + 1;
    now[0] = 0;
    for (size_t i = 0; i < ev->traces.n; i++)
        ev->traces.items[i].pull = now[ev->traces.items[i].pull];
    for (size_t i = 0; i < ev->groups.n; i++)
        ev->groups.items[i].pull = now[ev->groups.items[i].pull];
    free(now);
}

// Runtime lines know no namespace, and events that did have expired: where only one
// namespace's pods use an image, its pulls were theirs.
static void namespaces_by_image(const struct pm_evidence *ev, struct pm_pulls *pulls) {
    Pvoid_t by_image = NULL;
    Word_t freed;
    for (size_t i = 0; i < ev->facts.pods.n; i++) {
        const struct pm_pod_fact *pod = &ev->facts.pods.items[i];
        for (size_t k = 0; k < pod->images.n; k++) {
            Word_t *slot = pm_map_slot(&by_image, pod->images.items[k]);
            *slot = *slot == 0 || *slot == pod->namespace ? pod->namespace : UINT32_MAX;
        }
    }
    for (size_t i = 0; i < pulls->n; i++) {
        struct pm_attempt *p = &pulls->items[i];
        Word_t only = p->namespace || !p->image ? 0 : pm_map_get(by_image, p->image);
        if (only && only != UINT32_MAX) p->namespace = (uint32_t)only;
    }
    JLFA(freed, by_image);
    (void)freed;
}

void pm_fold_pulls(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls) {
    struct fold f = {.env = env, .ev = ev, .pulls = pulls};
    Word_t freed;
    pod_waits(&f);
    deal(&f);
    pm_fold_counts_add_up(env, ev);
    for (size_t i = 0; i < f.buckets.n; i++) {
        struct bucket *b = &f.buckets.items[i];
        fold_runtime(&f, b);
        fold_kubelet(&f, b);
        fold_client(&f, b);
        overtaken(&f, b);
        fold_events(&f, b);
        fold_backoff(&f, b);
    }
    for (size_t i = 0; i < pulls->n; i++)
        if (pulls->items[i].outcome == PM_OUTCOME_OPEN) cut_by_restart(&f, &pulls->items[i]);
    pm_fold_dockerd(env, ev, pulls);
    pm_fold_refused(env, ev, pulls);
    pm_fold_credentials(env, ev, pulls);
    pm_fold_mirrors(env, ev, pulls);
    namespaces_by_image(ev, pulls);
    for (size_t i = 0; i < f.buckets.n; i++) {
        pm_ids_free(&f.buckets.items[i].traces);
        pm_ids_free(&f.buckets.items[i].attempts);
        pm_ids_free(&f.buckets.items[i].loose);
        pm_ids_free(&f.buckets.items[i].pulling);
    }
    free(f.buckets.items);
    free(f.restarts.items);
    JLFA(freed, f.by_key);
    JLFA(freed, f.image_service);
    (void)freed;
}
