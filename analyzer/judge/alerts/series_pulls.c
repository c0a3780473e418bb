// Series of pulls and of the registry side's answers.
//
// Counters of a node are there, at 0, from the first scrape: a kubelet that has run for
// days had counted before the window, and a first failure must show as growth.
#include "judge/alerts/series_build.h"
#include "rules/taxonomy.h"

// The kubelet counts what it asked the runtime for: what its own limiter or its policy
// refused never got there, and its count grows when the runtime answers.
static bool kubelet_asked(const struct pm_attempt *p) {
    if (!(p->sources & (PM_SRC_RUNTIME | PM_SRC_KUBELET | PM_SRC_EVENTS | PM_SRC_POD)))
        return false;
    return !pm_cause_has(p->verdict.cause, PM_TRAIT_KUBELET);
}

static void pulls(struct build *b) {
    for (size_t i = 0; i < b->scene->pulls->n; i++) {
        const struct pm_attempt *p = &b->scene->pulls->items[i];
        struct pm_str node = pm_name(b->scene->env, p->node),
                      registry = pm_name(b->scene->env, p->registry);
        bool failed = p->outcome == PM_OUTCOME_FAILED, ok = p->outcome == PM_OUTCOME_OK;
        if (p->outcome == PM_OUTCOME_OPEN || pm_at(p) == PM_NO_TIME) continue;
        pm_series_point(b,
                        SERIES(b, "pullmortem_pulls_total", L("node", node),
                               L("outcome", pm_str_c(pm_outcome_names[p->outcome])),
                               L("registry", registry)),
                        pm_at(p), HOW_ADD, 1);
        if (!failed && !ok) continue;
        int cause =
            p->verdict.cause >= 0 ? p->verdict.cause : pm_cause_shown(PM_SHOWN_UNKNOWN_WORDS);
        if (failed)
            pm_series_point(b,
                            SERIES(b, "pullmortem_pull_failures_total",
                                   L("cause", pm_str_c(pm_causes[cause].name)),
                                   L("registry", registry)),
                            pm_at(p), HOW_ADD, 1);
        if (ok && p->bytes > 0)
            pm_series_point(b, SERIES(b, "pullmortem_pull_bytes_total", L("registry", registry)),
                            pm_at(p), HOW_ADD, (double)p->bytes);
        if (ok && p->duration_ns > 0) {
            pm_series_point(
                b, SERIES(b, "pullmortem_pull_duration_seconds_sum", L("registry", registry)),
                pm_at(p), HOW_ADD, (double)p->duration_ns / 1e9);
            pm_series_point(
                b, SERIES(b, "pullmortem_pull_duration_seconds_count", L("registry", registry)),
                pm_at(p), HOW_ADD, 1);
        }
        if (!kubelet_asked(p)) continue;
        uint32_t all = SERIES(b, "kubelet_runtime_operations_total", L("node", node),
                              L("operation_type", PM_STR("pull_image")));
        uint32_t errors = SERIES(b, "kubelet_runtime_operations_errors_total", L("node", node),
                                 L("operation_type", PM_STR("pull_image")));
        pm_series_point(b, all, pm_at(p), HOW_ADD, 1);
        pm_series_point(b, errors, pm_at(p), HOW_ADD, failed);
    }
}

static void cached(struct build *b) {
    for (size_t i = 0; i < b->scene->ev->traces.n; i++) {
        const struct pm_trace *t = &b->scene->ev->traces.items[i];
        if (!pm_is_present(t)) continue;
        pm_series_point(b,
                        SERIES(b, "pullmortem_pulls_total",
                               L("node", pm_name(b->scene->env, t->node)),
                               L("outcome", PM_STR("cached")),
                               L("registry", pm_name(b->scene->env, t->registry))),
                        t->last, HOW_ADD, t->count);
    }
}

static void requests(struct build *b) {
    for (size_t i = 0; i < b->scene->ev->groups.n; i++) {
        const struct pm_request_group *g = &b->scene->ev->groups.items[i];
        for (int k = 0; k < g->statuses_n && !g->redundant; k++) {
            char code[8];
            size_t n = 0;
            for (int x = g->statuses[k].code; x > 0 && n < 6; x /= 10)
                code[n++] = (char)('0' + x % 10);
            for (size_t l = 0; l < n / 2; l++) {
                char swap = code[l];
                code[l] = code[n - 1 - l];
                code[n - 1 - l] = swap;
            }
            if (!n) continue;
            struct pm_str status =
                pm_name(b->scene->env, pm_id(b->scene->env, (struct pm_str){code, n}));
            pm_series_point(b,
                            SERIES(b, "pullmortem_http_responses_total", L("code", status),
                                   L("registry", pm_name(b->scene->env, g->registry))),
                            g->last, HOW_ADD, g->statuses[k].n);
        }
    }
}

void pm_series_pulls(struct build *b) {
    pulls(b);
    cached(b);
    requests(b);
}
