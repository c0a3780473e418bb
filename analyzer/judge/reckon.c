// Reckonings: what holds in every report, whatever the bundle. Checked over
// the finished report, not promised by those who fill it.
//
// Each reckoning is a row of the table below and a function of one idea; what does not
// hold is told in words. The judge asks where PM_RECKON was defined (builds with
// sanitizers) or PULLMORTEM_RECKON is set (the test runner sets it, so that every suite
// asks), and ends the program where one is broken.
#include "judge/reckon.h"
#include "rules/taxonomy.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct reckoning {
    const struct pm_scene *scene;
    const struct pm_hits *hits;
    const struct pm_report *report;
    struct pm_buf *told;
    const char *what;
    size_t broken;
    Pvoid_t nodes; // names of the bundle's nodes, by id, while they are reckoned
};

static void broken(struct reckoning *k, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void broken(struct reckoning *k, const char *fmt, ...) {
    char text[400];
    va_list v;
    va_start(v, fmt);
    vsnprintf(text, sizeof text, fmt, v);
    va_end(v);
    k->broken++;
    pm_buf_fmt(k->told, "%s: %s\n", k->what, text);
}

static void same(struct reckoning *k, const char *of, uint64_t got, uint64_t want) {
    if (got != want)
        broken(k, "%s: %llu, not %llu", of, (unsigned long long)got, (unsigned long long)want);
}

// ── the totals ──
static void attempts(struct reckoning *k) {
    const struct pm_pull_stats *t = &k->report->total;
    same(k, "ok, failed and open", t->ok + t->failed + t->open, t->attempts);
}

static void causes(struct reckoning *k) {
    const struct pm_pull_stats *t = &k->report->total;
    uint64_t sum = 0;
    for (size_t i = 0; i < t->by_cause_n; i++) sum += t->by_cause[i].n;
    same(k, "failed by cause", sum, t->failed);
}

static void add(struct pm_pull_stats *sum, const struct pm_pull_stats *rows, size_t n) {
    for (size_t i = 0; i < n; i++) {
        sum->attempts += rows[i].attempts;
        sum->ok += rows[i].ok;
        sum->failed += rows[i].failed;
        sum->open += rows[i].open;
    }
}

static void adds_up(struct reckoning *k, const char *of, const struct pm_pull_stats *sum) {
    const struct pm_pull_stats *t = &k->report->total;
    if (sum->attempts != t->attempts || sum->ok != t->ok || sum->failed != t->failed ||
        sum->open != t->open)
        broken(k, "%s: %llu attempts, %llu ok, %llu failed, %llu open, not %llu, %llu, %llu, %llu",
               of, (unsigned long long)sum->attempts, (unsigned long long)sum->ok,
               (unsigned long long)sum->failed, (unsigned long long)sum->open,
               (unsigned long long)t->attempts, (unsigned long long)t->ok,
               (unsigned long long)t->failed, (unsigned long long)t->open);
}

static void lists(struct reckoning *k) {
    const struct pm_report *r = k->report;
    struct pm_pull_stats registries = {0}, nodes = {0};
    add(&registries, r->by_registry, r->by_registry_n);
    add(&nodes, r->by_node, r->by_node_n);
    add(&nodes, r->by_client, r->by_client_n);
    adds_up(k, "by registry", &registries);
    adds_up(k, "by node and client", &nodes);
}

static void series(struct reckoning *k) {
    const struct pm_report *r = k->report;
    struct pm_bucket sum = r->series_undated;
    for (size_t i = 0; i < r->series_n; i++) {
        sum.attempts += r->series[i].attempts;
        sum.ok += r->series[i].ok;
        sum.failed += r->series[i].failed;
    }
    same(k, "attempts", sum.attempts, r->total.attempts);
    same(k, "ok", sum.ok, r->total.ok);
    same(k, "failed", sum.failed, r->total.failed);
}

// ── incidents ──
static void membership(struct reckoning *k) {
    uint64_t held = 0, told = 0;
    for (size_t i = 0; i < k->hits->n; i++) {
        const struct pm_hit *h = &k->hits->items[i];
        if (h->dropped && h->pulls.n) broken(k, "%u pulls of a dropped incident", h->pulls.n);
        if (h->dropped) continue;
        held += h->pulls.n;
        for (size_t n = 0; n < h->pulls.n; n++)
            if (pm_hit_of(k->scene->pulls, k->hits, &k->scene->pulls->items[h->pulls.items[n]]) !=
                i + 1)
                broken(k, "pull %u is of another incident, too", h->pulls.items[n] + 1);
    }
    for (size_t i = 0; i < k->scene->pulls->n; i++)
        if (k->scene->pulls->items[i].outcome == PM_OUTCOME_FAILED &&
            !pm_hit_of(k->scene->pulls, k->hits, &k->scene->pulls->items[i]))
            broken(k, "pull %zu failed and is of no incident", i + 1);
    for (size_t i = 0; i < k->report->incidents_n; i++)
        told += k->report->incidents[i].failed_pulls;
    same(k, "pulls held by incidents", held, k->report->total.failed);
    same(k, "failed pulls of incidents", told, k->report->total.failed);
}

static void order(struct reckoning *k) {
    const struct pm_report *r = k->report;
    for (size_t i = 0; i < r->incidents_n; i++) {
        const struct pm_incident *x = &r->incidents[i];
        if (x->from_ns != PM_NO_TIME && x->to_ns != PM_NO_TIME && x->from_ns > x->to_ns)
            broken(k, "incident %u ends before it begins", x->id);
        if (x->recovered_ns != PM_NO_TIME && x->to_ns != PM_NO_TIME && x->recovered_ns < x->to_ns)
            broken(k, "incident %u recovered before its end", x->id);
    }
}

static void triggers(struct reckoning *k) {
    for (size_t i = 0; i < k->hits->n; i++) {
        const struct pm_hit *h = &k->hits->items[i];
        if (h->dropped || !h->incident || h->incident->trigger.at_ns == PM_NO_TIME) continue;
        int64_t first = pm_trigger_led_to(k->scene, k->hits, h);
        if (first != PM_NO_TIME && h->incident->trigger.at_ns > first)
            broken(k, "%.*s, %.3f s after the first failure of incident %u",
                   PM_FMT(h->incident->trigger.what),
                   (double)(h->incident->trigger.at_ns - first) / 1e9, h->id);
    }
}

static void chains(struct reckoning *k) {
    const struct pm_report *r = k->report;
    for (size_t i = 0; i < r->incidents_n; i++) {
        const struct pm_incident *x = &r->incidents[i],
                                 *root =
                                     x->explained_by ? &r->incidents[x->explained_by - 1] : NULL;
        if (!root || root->from_ns == PM_NO_TIME || x->from_ns == PM_NO_TIME ||
            root->from_ns <= x->from_ns)
            continue;
        broken(k, "%s begins %.3f s after its effect %s", pm_causes[root->root_cause].name,
               (double)(root->from_ns - x->from_ns) / 1e9, pm_causes[x->root_cause].name);
    }
}

// ── nodes ──
// A thousand nodes are named by thousands of pods: each is looked up, not searched for.
static bool is_node(const struct reckoning *k, struct pm_str name) {
    uint32_t id = pm_intern_find(k->scene->env->names, name);
    return id != UINT32_MAX && pm_map_get(k->nodes, id);
}

static void named(struct reckoning *k, const char *where, struct pm_str name) {
    if (name.n && !is_node(k, name))
        broken(k, "%.*s (%s) is no node of the bundle", PM_FMT(name), where);
}

static void nodes(struct reckoning *k) {
    const struct pm_report *r = k->report;
    Word_t freed;
    for (size_t i = 0; i < r->nodes.n; i++)
        *pm_map_slot(&k->nodes, pm_intern_id(k->scene->env->names, r->nodes.items[i])) = 1;
    for (size_t i = 0; i < r->by_node_n; i++) named(k, "by_node", r->by_node[i].name);
    for (size_t i = 0; i < r->incidents_n; i++) {
        const struct pm_incident *x = &r->incidents[i];
        for (size_t n = 0; n < x->blast.nodes.n; n++) named(k, "hit", x->blast.nodes.items[n]);
        for (size_t n = 0; n < x->blast.spared_nodes.n; n++)
            named(k, "spared", x->blast.spared_nodes.items[n]);
        for (size_t n = 0; n < x->blast.pods_n; n++) named(k, "of a pod", x->blast.pods[n].node);
        for (size_t n = 0; n < x->scope.n && x->scope_kind == PM_SCOPE_NODE; n++)
            named(k, "scope", x->scope.items[n]);
    }
    for (size_t i = 0; i < r->quotas_n; i++)
        for (size_t n = 0; n < r->quotas[i].consumers_n; n++)
            if (pm_str_eqc(r->quotas[i].consumers[n].kind, "node"))
                named(k, "consumer", r->quotas[i].consumers[n].name);
    JLFA(freed, k->nodes);
    (void)freed;
}

// ── evidence: its file is one of the bundle's, its line one of the file's; tests/suites/reckonings looks for the text in it ──
static const struct pm_file_row *file_of(const struct reckoning *k, Pvoid_t by_path,
                                         struct pm_str path) {
    uint32_t id = pm_intern_find(k->scene->env->names, path);
    Word_t at = id == UINT32_MAX ? 0 : pm_map_get(by_path, id);
    return at ? &k->report->files[at - 1] : NULL;
}

static void evidence(struct reckoning *k) {
    const struct pm_report *r = k->report;
    Pvoid_t by_path = NULL;
    Word_t freed;
    for (size_t i = 0; i < r->file_rows_n; i++)
        *pm_map_slot(&by_path, pm_intern_id(k->scene->env->names, r->files[i].path)) = pm_ref_of(i);
    for (size_t i = 0; i < r->incidents_n; i++)
        for (size_t n = 0; n < r->incidents[i].evidence_n; n++) {
            const struct pm_evidence_line *e = &r->incidents[i].evidence[n];
            const struct pm_file_row *file = file_of(k, by_path, e->file);
            if (!file) broken(k, "%.*s is no file of the bundle", PM_FMT(e->file));
            else if (e->line == 0 || e->line > file->lines)
                broken(k, "%.*s has %llu lines, not %llu", PM_FMT(e->file),
                       (unsigned long long)file->lines, (unsigned long long)e->line);
        }
    JLFA(freed, by_path);
    (void)freed;
}

// ── quotas ──
static void reckon_quotas(struct reckoning *k) {
    const struct pm_report *r = k->report;
    for (size_t i = 0; i < r->quotas_n; i++) {
        const struct pm_quota *q = &r->quotas[i];
        uint64_t refused = 0;
        for (size_t n = 0; n < r->incidents_n; n++)
            if (pm_cause_has(r->incidents[n].root_cause, PM_TRAIT_LIMIT))
                refused += r->incidents[n].failed_pulls + r->incidents[n].failed_requests;
        if (q->refused > refused)
            broken(k, "%.*s refused %llu, its incidents only %llu", PM_FMT(q->registry),
                   (unsigned long long)q->refused, (unsigned long long)refused);
        if ((q->refused > 0) != (q->first_refused_ns != PM_NO_TIME))
            broken(k, "%.*s: refused without a first refusal", PM_FMT(q->registry));
    }
}

size_t pm_reckon(const struct pm_scene *scene, const struct pm_hits *hits,
                 const struct pm_report *report, struct pm_buf *told) {
    static const struct {
        const char *what;
        void (*check)(struct reckoning *k);
    } all[] = {
        {"attempts", attempts},    {"causes", causes},         {"lists", lists},
        {"series", series},        {"membership", membership}, {"order", order},
        {"triggers", triggers},    {"chains", chains},         {"nodes", nodes},
        {"quotas", reckon_quotas}, {"evidence", evidence},
    };
    struct reckoning k = {.scene = scene, .hits = hits, .report = report, .told = told};
    for (size_t i = 0; i < PM_LEN(all); i++) {
        k.what = all[i].what;
        all[i].check(&k);
    }
    return k.broken;
}

void pm_reckon_or_end(const struct pm_scene *scene, const struct pm_hits *hits,
                      const struct pm_report *report) {
    const char *wanted = getenv("PULLMORTEM_RECKON");
#ifdef PM_RECKON
    if (!wanted || !*wanted) wanted = "always";
#endif
    struct pm_buf told = {0};
    // Rows that a read error kept back are missing in any sum; the report says so, and
    // who asked for it gets status 3.
    if (wanted && *wanted && !pm_timeline_error(scene->env->timeline) &&
        pm_reckon(scene, hits, report, &told)) {
        fprintf(stderr, "pullmortem: the report does not add up\n%.*s", (int)told.n, told.p);
        fflush(stderr);
        if (strcmp(wanted, "tell") != 0) abort();
    }
    pm_buf_free(&told);
}
