// What a policy can put a threshold on. One row a metric.
#include "pm/gate.h"

static double attempts(const struct pm_pull_stats *s) { return (double)s->attempts; }
static double failed(const struct pm_pull_stats *s) { return (double)s->failed; }
static double ok(const struct pm_pull_stats *s) { return (double)s->ok; }
static double success_ratio(const struct pm_pull_stats *s) {
    return s->ok + s->failed ? (double)s->ok / (double)(s->ok + s->failed) : 1;
}
static double failure_ratio(const struct pm_pull_stats *s) { return 1 - success_ratio(s); }
static double p50(const struct pm_pull_stats *s) { return s->latency.p50_s; }
static double p95(const struct pm_pull_stats *s) { return s->latency.p95_s; }
static double p99(const struct pm_pull_stats *s) { return s->latency.p99_s; }
static double longest(const struct pm_pull_stats *s) { return s->latency.max_s; }
static double cached(const struct pm_pull_stats *s) { return (double)s->cached; }

static double statuses(const struct pm_pull_stats *s, const char *first,
                       const char *last) { // of a range of codes
    uint64_t n = 0;
    for (size_t i = 0; i < s->http_status_n; i++) {
        struct pm_str code = s->http_status[i].name;
        if (pm_str_cmp(code, pm_str_c(first)) >= 0 && pm_str_cmp(code, pm_str_c(last)) <= 0)
            n += s->http_status[i].n;
    }
    return (double)n;
}
static double http_401(const struct pm_pull_stats *s) { return statuses(s, "401", "401"); }
static double http_403(const struct pm_pull_stats *s) { return statuses(s, "403", "403"); }
static double http_404(const struct pm_pull_stats *s) { return statuses(s, "404", "404"); }
static double http_429(const struct pm_pull_stats *s) { return statuses(s, "429", "429"); }
static double http_5xx(const struct pm_pull_stats *s) { return statuses(s, "500", "599"); }

static double bucket_attempts(const struct pm_bucket *b) { return (double)b->attempts; }
static double bucket_failed(const struct pm_bucket *b) { return (double)b->failed; }
static double bucket_success(const struct pm_bucket *b) {
    return b->ok + b->failed ? (double)b->ok / (double)(b->ok + b->failed) : 1;
}
static double bucket_failure(const struct pm_bucket *b) { return 1 - bucket_success(b); }

// A share of nothing and the duration of nothing are no numbers: what they need to be
// judged, or what is missing.
static const char *ended(const struct pm_pull_stats *s) {
    return s->ok + s->failed ? NULL : "no pull ended";
}
static const char *timed(const struct pm_pull_stats *s) {
    return s->latency.n ? NULL : "no download was timed";
}

const struct pm_metric pm_metrics[] = {
    {"attempts", "pulls made", attempts, bucket_attempts, NULL},
    {"failed", "pulls that failed", failed, bucket_failed, NULL},
    {"ok", "pulls that succeeded", ok, NULL, NULL},
    {"success_ratio", "share of ended pulls that succeeded, 0 to 1", success_ratio, bucket_success,
     ended},
    {"failure_ratio", "share of ended pulls that failed, 0 to 1", failure_ratio, bucket_failure,
     ended},
    {"cached", "containers whose image was there already", cached, NULL, NULL},
    {"latency_p50_s", "download time, median, seconds", p50, NULL, timed},
    {"latency_p95_s", "download time, 95th percentile, seconds", p95, NULL, timed},
    {"latency_p99_s", "download time, 99th percentile, seconds", p99, NULL, timed},
    {"latency_max_s", "download time, longest, seconds", longest, NULL, timed},
    {"http_401", "answers 401", http_401, NULL, NULL},
    {"http_403", "answers 403", http_403, NULL, NULL},
    {"http_404", "answers 404", http_404, NULL, NULL},
    {"http_429", "answers 429", http_429, NULL, NULL},
    {"http_5xx", "answers 500 to 599", http_5xx, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

const struct pm_metric *pm_metric_find(const char *name) {
    for (const struct pm_metric *m = pm_metrics; m->name; m++)
        if (strcmp(m->name, name) == 0) return m;
    return NULL;
}

static const struct pm_pull_stats *named(const struct pm_pull_stats *rows, size_t n,
                                         const char *name) {
    for (size_t i = 0; i < n; i++)
        if (pm_str_eqc(rows[i].name, name)) return &rows[i];
    return NULL;
}

const struct pm_pull_stats *pm_metric_stats(const struct pm_report *r, const struct pm_check *c) {
    if (c->registry) return named(r->by_registry, r->by_registry_n, c->registry);
    if (c->node) return named(r->by_node, r->by_node_n, c->node);
    return &r->total;
}
