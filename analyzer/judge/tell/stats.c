// Numbers over all pulls: totals, by registry, node, namespace and image, latency, and
// the series over the window.
//
// Pulls that the kubelet refused itself (rate-limit.client) never reached a registry:
// they count for the node, not for the registry.
#include "judge/tell/tell.h"
#include "base/sort.h"
#include "pm/intern.h"
#include "rules/tables.h"
#include "rules/taxonomy.h"
#include <stdlib.h>

#define BUCKETS_MAX 120

struct tally {
    struct pm_pull_stats *stats;
    PM_LIST(double) seconds; // of downloads, the shortest first
    PM_LIST(double) queued;  // before them
    Pvoid_t causes, statuses;
};

// How long pulls took and how long they waited before, the shortest first: sorted once for
// all lists, whose own are parts of it.
struct spans {
    struct pm_keyed *took, *waited; // by nanoseconds, of the pull's index
    size_t took_n, waited_n;
};
static bool took_time(const struct pm_attempt *p) {
    return p->outcome == PM_OUTCOME_OK && p->duration_ns > 0;
}
static bool waited_time(const struct pm_attempt *p) {
    return p->outcome != PM_OUTCOME_CACHED && pm_waiting(p) > 0;
}
static struct spans spans_of(const struct pm_pulls *pulls) {
    struct spans s = {0};
    size_t took = 0, waited = 0;
    for (size_t i = 0; i < pulls->n; i++) {
        took += took_time(&pulls->items[i]);
        waited += waited_time(&pulls->items[i]);
    }
    s.took = pm_xmalloc((took + 1) * sizeof *s.took);
    s.waited = pm_xmalloc((waited + 1) * sizeof *s.waited);
    for (size_t i = 0; i < pulls->n; i++) {
        const struct pm_attempt *p = &pulls->items[i];
        if (took_time(p)) s.took[s.took_n++] = (struct pm_keyed){(uint64_t)p->duration_ns, i};
        if (waited_time(p)) s.waited[s.waited_n++] = (struct pm_keyed){(uint64_t)pm_waiting(p), i};
    }
    pm_sort_keyed(s.took, s.took_n);
    pm_sort_keyed(s.waited, s.waited_n);
    return s;
}
static void spans_free(struct spans *s) {
    free(s->took);
    free(s->waited);
}
static double seconds_of(const struct pm_keyed *x) { return (double)(int64_t)x->key / 1e9; }
// `row`: by the pull's index, the tally's + 1; 0: none has it. NULL: the first has all.
static void spans_share(const struct spans *s, struct tally *tallies, const uint32_t *row) {
    for (size_t i = 0; i < s->took_n; i++) {
        struct tally *t = row ? tallies + row[s->took[i].of] - 1 : tallies;
        if (!row || row[s->took[i].of])
            *PM_PUSH(t->seconds.items, t->seconds.n, t->seconds.cap) = seconds_of(&s->took[i]);
    }
    for (size_t i = 0; i < s->waited_n; i++) {
        struct tally *t = row ? tallies + row[s->waited[i].of] - 1 : tallies;
        if (!row || row[s->waited[i].of])
            *PM_PUSH(t->queued.items, t->queued.n, t->queued.cap) = seconds_of(&s->waited[i]);
    }
}

static double percentile(const double *v, size_t n, double p) { // nearest rank
    size_t rank = (size_t)(p * (double)n + 0.999999);
    return n ? v[rank ? rank - 1 : 0] : 0;
}

static struct pm_latency latency(const double *seconds, size_t n) { // in order of length
    struct pm_latency l = {.n = n};
    double sum = 0;
    if (!n) return l;
    for (size_t i = 0; i < n; i++) sum += seconds[i];
    l.mean_s = sum / (double)n;
    l.p50_s = percentile(seconds, n, 0.50);
    l.p95_s = percentile(seconds, n, 0.95);
    l.p99_s = percentile(seconds, n, 0.99);
    l.max_s = seconds[n - 1];
    return l;
}

static struct pm_counts_by *counts(const struct pm_env *env, Pvoid_t map, size_t *n, bool causes) {
    Word_t key = 0, many;
    PWord_t v;
    JLC(many, map, 0, -1);
    struct pm_counts_by *out = PM_NEWN(env->a, struct pm_counts_by, many + 1);
    *n = 0;
    JLF(v, map, key);
    while (v) {
        out[*n].name =
            causes ? pm_str_c(pm_causes[key].name) : pm_arena_fmt(env->a, "%d", (int)key);
        out[(*n)++].n = *v;
        JLN(v, map, key);
    }
    if (*n > 1) qsort(out, *n, sizeof *out, pm_counts_compare);
    return out;
}

const char *const pm_trouble_names[PM_TROUBLE_COUNT] = {
    "429", "401", "403", "404", "5xx", "timeout", "token_expired", "invalid_credentials"};
static const struct { // by the status that the node or the registry's side saw, or by the cause
    int low, high;    // 0: by the trait
    enum pm_trait trait;
    enum pm_trouble trouble;
} troubles[] = {
    {.low = 429, .high = 429, .trouble = PM_TROUBLE_429},
    {.low = 401, .high = 401, .trouble = PM_TROUBLE_401},
    {.low = 403, .high = 403, .trouble = PM_TROUBLE_403},
    {.low = 404, .high = 404, .trouble = PM_TROUBLE_404},
    {.low = 500, .high = 599, .trouble = PM_TROUBLE_5XX},
    {.trait = PM_TRAIT_TIMES_OUT, .trouble = PM_TROUBLE_TIMEOUT},
    {.trait = PM_TRAIT_EXPIRES, .trouble = PM_TROUBLE_TOKEN_EXPIRED},
    {.trait = PM_TRAIT_WRONG_CREDENTIAL, .trouble = PM_TROUBLE_INVALID_CREDENTIALS},
};

// Where no status was printed the registry's own word stands for it (rules/lists.yaml).
static int status_of(const struct pm_env *env, const struct pm_attempt *p) {
    if (p->status || pm_hidden_status(p)) return p->status ? p->status : pm_hidden_status(p);
    struct pm_str error = pm_name(env, p->names->error);
    if (!error.n || pm_cause_has(p->names->verdict->cause, PM_TRAIT_NO_STATUS)) return 0;
    const json_t *rows = json_object_get(pm_ruleset_table(env->rules, PM_TABLE_LISTS), "answers");
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        struct pm_str word = pm_str_c(json_string_value(json_object_get(row, "says")));
        if (pm_str_ifind(error, word, 0) >= 0)
            return (int)json_integer_value(json_object_get(row, "status"));
    }
    return 0;
}

static void count_troubles(const struct pm_env *env, struct pm_pull_stats *st,
                           const struct pm_attempt *p) {
    int status = status_of(env, p);
    for (size_t i = 0; i < PM_LEN(troubles); i++) {
        bool met = troubles[i].low ? status >= troubles[i].low && status <= troubles[i].high
                                   : pm_cause_has(p->names->verdict->cause, troubles[i].trait);
        if (met) st->troubles[troubles[i].trouble]++;
    }
}

static void count(const struct pm_env *env, struct tally *t, const struct pm_attempt *p,
                  bool retry) {
    struct pm_pull_stats *st = t->stats;
    if (p->outcome == PM_OUTCOME_CACHED) {
        st->cached++;
        return;
    }
    st->attempts++;
    st->retries += retry;
    if (p->outcome == PM_OUTCOME_OPEN) st->open++;
    if (p->outcome == PM_OUTCOME_OK) st->ok++;
    if (p->bytes > 0 && p->outcome == PM_OUTCOME_OK)
        st->bytes = pm_sum(st->bytes < 0 ? 0 : st->bytes, p->bytes);
    if (p->outcome != PM_OUTCOME_FAILED) return;
    st->failed++;
    count_troubles(env, st, p);
    ++*pm_map_slot(&t->causes, (Word_t)(p->names->verdict->cause >= 0
                                            ? p->names->verdict->cause
                                            : pm_cause_shown(PM_SHOWN_UNKNOWN_WORDS)));
    if (p->status) ++*pm_map_slot(&t->statuses, (Word_t)p->status);
}

static void count_trace(struct pm_pull_stats *st, const struct pm_trace *t) { // what is no attempt
    if (pm_is_present(t)) st->cached += pm_trace_count(t);
    if (t->said->kind == PM_KIND_GC_OK && t->said->image) st->gc_removed += pm_trace_count(t);
}

static void finish(const struct pm_env *env, struct tally *t) {
    Word_t freed;
    t->stats->latency = latency(t->seconds.items, t->seconds.n);
    t->stats->queue = latency(t->queued.items, t->queued.n);
    t->stats->by_cause = counts(env, t->causes, &t->stats->by_cause_n, true);
    t->stats->http_status = counts(env, t->statuses, &t->stats->http_status_n, false);
    JLFA(freed, t->causes);
    JLFA(freed, t->statuses);
    (void)freed;
    free(t->seconds.items);
    free(t->queued.items);
}

// A pull that comes after a failed one of the same node for the same image. Pulls are in
// order of time.
static bool *retries(const struct pm_pulls *pulls) {
    bool *out = pm_xmalloc(pulls->n + 1), failed = false;
    struct pm_keyed *by = pm_xmalloc((pulls->n + 1) * sizeof *by);
    for (size_t i = 0; i < pulls->n; i++)
        by[i] = (struct pm_keyed){PM_PAIR(pulls->items[i].node, pulls->items[i].names->image), i};
    pm_sort_keyed(by, pulls->n);
    for (size_t i = 0; i < pulls->n; i++) {
        enum pm_outcome outcome = (enum pm_outcome)pulls->items[by[i].of].outcome;
        failed = failed && i > 0 && by[i].key == by[i - 1].key;
        out[by[i].of] = outcome != PM_OUTCOME_CACHED && failed;
        if (outcome != PM_OUTCOME_CACHED) failed = outcome == PM_OUTCOME_FAILED;
    }
    free(by);
    return out;
}

struct counting { // what is found once for all lists
    bool *retry;
    struct spans spans;
};

#define NOT_COUNTED UINT32_MAX
struct
    keys { // what pulls and traces are counted by; 0: it belongs to none; NOT_COUNTED: another list has it
    uint32_t (*of_pull)(const struct pm_env *env, const struct pm_attempt *p);
    uint32_t (*of_trace)(const struct pm_env *env, const struct pm_trace *t);
    bool
        rest; // what belongs to none has a row of its own, without a name, so that the list adds up to the totals
};
static uint32_t pull_registry(const struct pm_env *env, const struct pm_attempt *p) {
    (void)env;
    return pm_cause_has(p->names->verdict->cause, PM_TRAIT_OWN_LIMIT) ? 0 : p->names->registry;
}
static uint32_t pull_node(const struct pm_env *env, const struct pm_attempt *p) {
    (void)env;
    return p->node || !p->client ? p->node : NOT_COUNTED;
}
static uint32_t pull_client(const struct pm_env *env, const struct pm_attempt *p) {
    (void)env;
    return !p->node && p->client ? p->client : NOT_COUNTED;
}
static uint32_t pull_image(const struct pm_env *env, const struct pm_attempt *p) {
    (void)env;
    return p->names->image;
}

static uint32_t trace_registry(const struct pm_env *env, const struct pm_trace *t) {
    (void)env;
    return t->said->registry;
}
static uint32_t trace_node(const struct pm_env *env, const struct pm_trace *t) {
    (void)env;
    return t->node;
}
static uint32_t trace_client(const struct pm_env *env, const struct pm_trace *t) {
    (void)env;
    (void)t;
    return NOT_COUNTED;
}
static uint32_t trace_image(const struct pm_env *env, const struct pm_trace *t) {
    (void)env;
    return t->said->image;
}
static uint32_t trace_namespace(const struct pm_env *env, const struct pm_trace *t) {
    (void)env;
    return t->said->k8s_namespace;
}
static const struct keys registries = {pull_registry, trace_registry, true},
                         nodes = {pull_node, trace_node, true},
                         clients = {pull_client, trace_client, false},
                         images = {pull_image, trace_image, false},
                         namespaces = {pm_pull_namespace, trace_namespace, false};

static bool is_counted(const struct pm_trace *t) {
    return pm_is_present(t) || (t->said->kind == PM_KIND_GC_OK && t->said->image);
}

static int by_name(const void *a, const void *b) {
    return pm_str_cmp(((const struct pm_pull_stats *)a)->name,
                      ((const struct pm_pull_stats *)b)->name);
}

// Rows of a list: by a name's number the row's + 1.
struct rows {
    uint32_t *of_name;
    struct pm_ids names;
};
static uint32_t row_of(const struct rows *r, uint32_t key) {
    return key == NOT_COUNTED ? 0 : r->of_name[key];
}
static uint32_t know(struct rows *r, uint32_t key, bool rest) {
    if (key == NOT_COUNTED || (!key && !rest)) return 0;
    if (!r->of_name[key]) {
        pm_ids_add(&r->names, key);
        r->of_name[key] = (uint32_t)r->names.n;
    }
    return r->of_name[key];
}

static void traces_share(const struct pm_scene *scene, const struct keys *keys,
                         const struct rows *rows, struct pm_pull_stats *out) {
    for (size_t i = 0; i < scene->ev->traces.n; i++) {
        const struct pm_trace *t = &scene->ev->traces.items[i];
        uint32_t row = is_counted(t) ? row_of(rows, keys->of_trace(scene->env, t)) : 0;
        if (row) count_trace(&out[row - 1], t);
    }
}
static struct pm_pull_stats *by_key(const struct pm_scene *scene, const struct keys *keys,
                                    const struct counting *by, size_t *n_out) {
    size_t known = ((size_t)pm_intern_count(scene->env->names) + 1) * sizeof(uint32_t),
           pulls = scene->pulls->n;
    struct rows rows = {.of_name = memset(pm_xmalloc(known), 0, known)};
    uint32_t *row = pm_xmalloc((pulls + 1) * sizeof *row);
    for (size_t i = 0; i < pulls; i++)
        row[i] = know(&rows, keys->of_pull(scene->env, &scene->pulls->items[i]), keys->rest);
    for (size_t i = 0; i < scene->ev->traces.n; i++)
        if (is_counted(&scene->ev->traces.items[i]))
            know(&rows, keys->of_trace(scene->env, &scene->ev->traces.items[i]), false);
    size_t n = rows.names.n;
    struct pm_pull_stats *out = PM_NEWN(scene->env->a, struct pm_pull_stats, n + 1);
    struct tally *tallies = pm_xmalloc((n + 1) * sizeof *tallies);
    for (size_t i = 0; i < n; i++) {
        tallies[i] = (struct tally){.stats = &out[i]};
        out[i].name = pm_name(scene->env, rows.names.items[i]);
        out[i].bytes = -1;
    }
    for (size_t i = 0; i < pulls; i++)
        if (row[i]) count(scene->env, &tallies[row[i] - 1], &scene->pulls->items[i], by->retry[i]);
    spans_share(&by->spans, tallies, row);
    traces_share(scene, keys, &rows, out);
    for (size_t i = 0; i < n; i++) finish(scene->env, &tallies[i]);
    *n_out = n;
    if (n > 1) qsort(out, n, sizeof *out, by_name);
    free(tallies);
    free(row);
    free(rows.of_name);
    pm_ids_free(&rows.names);
    return out;
}

// Widths that people read: 1 s … 1 day, the smallest that keeps the series short.
int64_t pm_step_width(int64_t span, int64_t most) {
    static const int widths[] = {1,   2,   5,    10,   15,   30,    60,    120,   300,
                                 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400};
    for (size_t i = 0; i < PM_LEN(widths); i++)
        if (span / PM_S(widths[i]) < most) return PM_S(widths[i]);
    return (span / most / PM_S(86400) + 1) * PM_S(86400);
}

static void in_bucket(struct pm_bucket *b, const struct pm_attempt *p) {
    if (p->outcome == PM_OUTCOME_CACHED) return;
    b->attempts++;
    b->ok += p->outcome == PM_OUTCOME_OK;
    b->failed += p->outcome == PM_OUTCOME_FAILED;
}

static size_t bucket_of(const struct pm_attempt *p, int64_t start, int64_t width) {
    return (size_t)((pm_at(p) - start) / width);
}
// The spans by bucket, each one's in the order that they had.
static void series_latency(const struct pm_pulls *pulls, const struct spans *spans,
                           struct pm_report *report, int64_t start, int64_t width) {
    double *seconds = pm_xmalloc((spans->took_n + 1) * sizeof *seconds);
    size_t *from = pm_xmalloc((report->series_n + 1) * sizeof *from);
    memset(from, 0, (report->series_n + 1) * sizeof *from);
    uint32_t *bucket = pm_xmalloc((pulls->n + 1) * sizeof *bucket); // + 1; 0: of no time
    for (size_t i = 0; i < pulls->n; i++) {
        const struct pm_attempt *p = &pulls->items[i];
        bool counts = pm_at(p) != PM_NO_TIME && took_time(p);
        bucket[i] = counts ? (uint32_t)bucket_of(p, start, width) + 1 : 0;
        if (counts) from[bucket[i]]++;
    }
    for (size_t i = 1; i <= report->series_n; i++) from[i] += from[i - 1];
    for (size_t i = 0; i < spans->took_n; i++) {
        uint32_t b = bucket[spans->took[i].of];
        if (b) seconds[from[b - 1]++] = seconds_of(&spans->took[i]);
    }
    for (size_t i = 0, at = 0; i < report->series_n; at = from[i++])
        report->series[i].latency = latency(seconds + at, from[i] - at);
    free(bucket);
    free(from);
    free(seconds);
}

static void series(const struct pm_scene *scene, const struct spans *spans,
                   struct pm_report *report) {
    int64_t from = PM_NO_TIME, to = PM_NO_TIME;
    for (size_t i = 0; i < scene->pulls->n; i++) {
        from = pm_min_time(from, pm_at(&scene->pulls->items[i]));
        to = pm_max_time(to, pm_at(&scene->pulls->items[i]));
    }
    report->trend.from_ns = report->series_undated.t_ns = PM_NO_TIME;
    for (size_t i = 0; i < scene->pulls->n; i++)
        if (pm_at(&scene->pulls->items[i]) == PM_NO_TIME)
            in_bucket(&report->series_undated, &scene->pulls->items[i]);
    if (from == PM_NO_TIME) return;
    int64_t width = pm_step_width(to - from, BUCKETS_MAX),
            start = from - ((from % width) + width) % width;
    struct pm_report *r = report;
    r->series_n = r->series_cap = (size_t)((to - start) / width + 1);
    r->series = PM_NEWN(scene->env->a, struct pm_bucket, r->series_n);
    r->trend.from_ns = from;
    r->trend.middle_ns = from + (to - from) / 2;
    r->trend.to_ns = to;
    for (size_t i = 0; i < r->series_n; i++) r->series[i].t_ns = start + (int64_t)i * width;
    for (size_t i = 0; i < scene->pulls->n; i++) {
        const struct pm_attempt *p = &scene->pulls->items[i];
        if (pm_at(p) == PM_NO_TIME || p->outcome == PM_OUTCOME_CACHED) continue;
        in_bucket(&r->series[bucket_of(p, start, width)], p);
        bool second = pm_at(p) >= r->trend.middle_ns;
        r->trend.ok[second] += p->outcome == PM_OUTCOME_OK;
        r->trend.failed[second] += p->outcome == PM_OUTCOME_FAILED;
    }
    series_latency(scene->pulls, spans, report, start, width);
}

// Every request that a registry or proxy logged, once.
static void request_statuses(const struct pm_scene *scene, struct pm_pull_stats *total) {
    Pvoid_t map = NULL;
    Word_t freed;
    for (size_t i = 0; i < scene->ev->groups.n; i++) {
        const struct pm_request_group *g = &scene->ev->groups.items[i];
        if (g->redundant) continue;
        total->cache_hits += g->hits;
        total->cache_misses += g->misses;
        const struct pm_status_count *s = pm_group_status(scene->ev, g->statuses);
        for (; s; s = pm_group_status(scene->ev, s->next))
            if (s->code) *pm_map_slot(&map, (Word_t)s->code) += s->n;
    }
    total->http_status = counts(scene->env, map, &total->http_status_n, false);
    JLFA(freed, map);
    (void)freed;
}

void pm_stats_fill(const struct pm_scene *scene, struct pm_report *report) {
    struct pm_report *r = report;
    struct tally all = {.stats = &r->total};
    r->total.bytes = -1;
    struct counting by = {retries(scene->pulls), spans_of(scene->pulls)};
    for (size_t i = 0; i < scene->pulls->n; i++)
        count(scene->env, &all, &scene->pulls->items[i], by.retry[i]);
    spans_share(&by.spans, &all, NULL);
    for (size_t i = 0; i < scene->ev->traces.n; i++)
        count_trace(&r->total, &scene->ev->traces.items[i]);
    finish(scene->env, &all);
    if (scene->ev->have_requests) request_statuses(scene, &r->total);
    r->by_registry = by_key(scene, &registries, &by, &r->by_registry_n);
    r->by_node = by_key(scene, &nodes, &by, &r->by_node_n);
    r->by_client = by_key(scene, &clients, &by, &r->by_client_n);
    r->by_namespace = by_key(scene, &namespaces, &by, &r->by_namespace_n);
    r->by_image = by_key(scene, &images, &by, &r->by_image_n);
    r->by_registry_cap = r->by_registry_n;
    r->by_node_cap = r->by_node_n;
    series(scene, &by.spans, report);
    spans_free(&by.spans);
    free(by.retry);
}
