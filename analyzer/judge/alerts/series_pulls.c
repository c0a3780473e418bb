// Series of pulls and of the registry side's answers.
//
// Counters of a node are there, at 0, from the first scrape: a kubelet that has run for
// days had counted before the window, and a first failure must show as growth.
#include "judge/alerts/series_build.h"
#include "rules/taxonomy.h"
#include <stdlib.h>

// The kubelet counts what it asked the runtime for: what its own limiter or its policy
// refused never got there, and its count grows when the runtime answers.
static bool kubelet_asked(const struct pm_attempt *p) {
    if (!(p->sources & (PM_SRC_RUNTIME | PM_SRC_KUBELET | PM_SRC_EVENTS | PM_SRC_POD)))
        return false;
    return !pm_cause_has(p->names->verdict->cause, PM_TRAIT_KUBELET);
}

// The series that pulls of one node, of one registry and of both go to: a million pulls are
// of some hundred of them, and are to ask for none by name.
struct of_node {
    uint32_t asked, errors;
};
struct of_registry { // series + 1; 0 where it is not made yet
    uint32_t bytes, sum, count;
};
struct known {
    struct build *b;
    PM_LIST(struct of_node) nodes;
    PM_LIST(struct of_registry) registries;
    Pvoid_t node_at, registry_at;         // name → index + 1
    Pvoid_t ended[PM_OUTCOME_CACHED + 1]; // node and registry → series + 1
    Pvoid_t failures;                     // registry and cause → series + 1
};

static struct pm_str name_of(const struct known *k, uint32_t name) {
    return pm_name(k->b->scene->env, name);
}

static void count_ended(struct known *k, const struct pm_attempt *p) {
    Word_t *at = pm_map_slot(&k->ended[p->outcome], PM_PAIR(p->node, p->names->registry));
    if (!*at)
        *at = SERIES(k->b, "pullmortem_pulls_total", L("node", name_of(k, p->node)),
                     L("outcome", pm_str_c(pm_outcome_names[p->outcome])),
                     L("registry", name_of(k, p->names->registry))) +
              (Word_t)1;
    pm_series_point(k->b, (uint32_t)(*at - 1), pm_at(p), HOW_COUNT, 1);
}

static void count_failed(struct known *k, const struct pm_attempt *p) {
    int cause = p->names->verdict->cause >= 0 ? p->names->verdict->cause
                                              : pm_cause_shown(PM_SHOWN_UNKNOWN_WORDS);
    Word_t *at = pm_map_slot(&k->failures, PM_PAIR(p->names->registry, cause));
    if (!*at)
        *at = SERIES(k->b, "pullmortem_pull_failures_total",
                     L("cause", pm_str_c(pm_causes[cause].name)),
                     L("registry", name_of(k, p->names->registry))) +
              (Word_t)1;
    pm_series_point(k->b, (uint32_t)(*at - 1), pm_at(p), HOW_COUNT, 1);
}

static void grow(struct known *k, uint32_t *series, const char *name, const struct pm_attempt *p,
                 enum how how, double value) {
    if (!*series) *series = SERIES(k->b, name, L("registry", name_of(k, p->names->registry))) + 1;
    pm_series_point(k->b, *series - 1, pm_at(p), how, value);
}
static void count_ok(struct known *k, const struct pm_attempt *p) {
    Word_t *at = pm_map_slot(&k->registry_at, p->names->registry);
    if (!*at) {
        *PM_PUSH(k->registries.items, k->registries.n, k->registries.cap) = (struct of_registry){0};
        *at = k->registries.n;
    }
    struct of_registry *r = &PM_REF(k->registries, *at);
    if (p->bytes > 0)
        grow(k, &r->bytes, "pullmortem_pull_bytes_total", p, HOW_COUNT, (double)p->bytes);
    if (p->duration_ns <= 0) return;
    grow(k, &r->sum, "pullmortem_pull_duration_seconds_sum", p, HOW_ADD,
         (double)p->duration_ns / 1e9);
    grow(k, &r->count, "pullmortem_pull_duration_seconds_count", p, HOW_COUNT, 1);
}

static uint32_t operations(const struct known *k, const char *name, uint32_t node) {
    return SERIES(k->b, name, L("node", name_of(k, node)),
                  L("operation_type", PM_STR("pull_image")));
}
static void count_asked(struct known *k, const struct pm_attempt *p, bool failed) {
    Word_t *at = pm_map_slot(&k->node_at, p->node);
    if (!*at) {
        *PM_PUSH(k->nodes.items, k->nodes.n, k->nodes.cap) = (struct of_node){
            .asked = operations(k, "kubelet_runtime_operations_total", p->node),
            .errors = operations(k, "kubelet_runtime_operations_errors_total", p->node)};
        *at = k->nodes.n;
    }
    const struct of_node *n = &PM_REF(k->nodes, *at);
    pm_series_point(k->b, n->asked, pm_at(p), HOW_COUNT, 1);
    pm_series_point(k->b, n->errors, pm_at(p), HOW_COUNT, failed);
}

static void known_free(struct known *k) {
    Word_t freed;
    for (size_t i = 0; i < PM_LEN(k->ended); i++) JLFA(freed, k->ended[i]);
    JLFA(freed, k->failures);
    JLFA(freed, k->node_at);
    JLFA(freed, k->registry_at);
    (void)freed;
    free(k->nodes.items);
    free(k->registries.items);
}

static void pulls(struct build *b) {
    struct known k = {.b = b};
    for (size_t i = 0; i < b->scene->pulls->n; i++) {
        const struct pm_attempt *p = &b->scene->pulls->items[i];
        bool failed = p->outcome == PM_OUTCOME_FAILED, ok = p->outcome == PM_OUTCOME_OK;
        if (p->outcome == PM_OUTCOME_OPEN || pm_at(p) == PM_NO_TIME) continue;
        count_ended(&k, p);
        if (!failed && !ok) continue;
        if (failed) count_failed(&k, p);
        if (ok) count_ok(&k, p);
        if (kubelet_asked(p)) count_asked(&k, p, failed);
    }
    known_free(&k);
}

static void cached(struct build *b) {
    for (size_t i = 0; i < b->scene->ev->traces.n; i++) {
        const struct pm_trace *t = &b->scene->ev->traces.items[i];
        if (!pm_is_present(t)) continue;
        pm_series_point(b,
                        SERIES(b, "pullmortem_pulls_total",
                               L("node", pm_name(b->scene->env, t->node)),
                               L("outcome", PM_STR("cached")),
                               L("registry", pm_name(b->scene->env, t->said->registry))),
                        pm_trace_last(t), HOW_COUNT, pm_trace_count(t));
    }
}

static void requests(struct build *b) {
    for (size_t i = 0; i < b->scene->ev->groups.n; i++) {
        const struct pm_request_group *g = &b->scene->ev->groups.items[i];
        const struct pm_status_count *s = pm_group_status(b->scene->ev, g->statuses);
        for (; s && !g->redundant; s = pm_group_status(b->scene->ev, s->next)) {
            char code[8];
            size_t n = 0;
            for (int x = s->code; x > 0 && n < 6; x /= 10) code[n++] = (char)('0' + x % 10);
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
                            g->last, HOW_COUNT, s->n);
        }
    }
}

void pm_series_pulls(struct build *b) {
    pulls(b);
    cached(b);
    requests(b);
}
