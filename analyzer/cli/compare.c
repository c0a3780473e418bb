// Incidents of two reports are one where their fingerprints are: cause, scope and
// registry, which survive another collection, other host names and other times.
#include "base/sort.h"
#include "cli/compare.h"
#include "pm/when.h"
#include "report/words.h"
#include <math.h>
#include <stdlib.h>

const char *const pm_change_names[] = {"new", "grown", "same", "shrunk", "gone"};

static void names_add(struct pm_strs *v, struct pm_str s) { *PM_PUSH(v->items, v->n, v->cap) = s; }

// Incidents -----------------------------------------------------------------------------
static uint64_t size_of(const struct pm_incident *i) {
    return i->failed_pulls ? i->failed_pulls : i->failed_requests;
}
// A tenth more or less is weather: the same cluster on another day.
static enum pm_change change_of(const struct pm_incident *before, const struct pm_incident *after) {
    if (!before) return PM_CHANGE_NEW;
    if (!after) return PM_CHANGE_GONE;
    double was = (double)size_of(before), is = (double)size_of(after);
    if (is > was * 1.1 || after->severity > before->severity ||
        after->blast.nodes.n > before->blast.nodes.n)
        return PM_CHANGE_GROWN;
    return is < was * 0.9 || after->severity < before->severity ? PM_CHANGE_SHRUNK : PM_CHANGE_SAME;
}
// The n-th of its fingerprint: one cause can come twice in a day.
static const struct pm_incident *twin(const struct pm_report *r, const struct pm_incident *i,
                                      size_t nth) {
    for (size_t k = 0; k < r->incidents_n; k++)
        if (pm_str_eq(r->incidents[k].fingerprint, i->fingerprint) && nth-- == 0)
            return &r->incidents[k];
    return NULL;
}
static size_t nth_of(const struct pm_report *r, size_t at) {
    size_t n = 0;
    for (size_t k = 0; k < at; k++)
        n += pm_str_eq(r->incidents[k].fingerprint, r->incidents[at].fingerprint);
    return n;
}
static int by_change(const void *a, const void *b) {
    const struct pm_compared_incident *x = a, *y = b;
    if (x->change != y->change) return x->change < y->change ? -1 : 1;
    const struct pm_incident *i = x->after ? x->after : x->before,
                             *k = y->after ? y->after : y->before;
    if (i->severity != k->severity) return i->severity > k->severity ? -1 : 1;
    return i->id < k->id ? -1 : i->id > k->id;
}
static void incidents(struct pm_comparison *c) {
    for (size_t k = 0; k < c->after->incidents_n; k++) {
        const struct pm_incident *is = &c->after->incidents[k],
                                 *was = twin(c->before, is, nth_of(c->after, k));
        *PM_PUSH(c->incidents, c->incidents_n, c->incidents_cap) =
            (struct pm_compared_incident){change_of(was, is), was, is};
    }
    for (size_t k = 0; k < c->before->incidents_n; k++) {
        const struct pm_incident *was = &c->before->incidents[k];
        if (!twin(c->after, was, nth_of(c->before, k)))
            *PM_PUSH(c->incidents, c->incidents_n, c->incidents_cap) =
                (struct pm_compared_incident){PM_CHANGE_GONE, was, NULL};
    }
    if (c->incidents_n > 1) qsort(c->incidents, c->incidents_n, sizeof *c->incidents, by_change);
}

// Figures -------------------------------------------------------------------------------
static double pulls_of(const struct pm_report *r) { return (double)r->total.attempts; }
static double failed_of(const struct pm_report *r) { return (double)r->total.failed; }
static double success_of(const struct pm_report *r) {
    return r->total.ok + r->total.failed
               ? (double)r->total.ok / (double)(r->total.ok + r->total.failed) * 100
               : NAN;
}
static double p50_of(const struct pm_report *r) {
    return r->total.latency.n ? r->total.latency.p50_s : NAN;
}
static double p95_of(const struct pm_report *r) {
    return r->total.latency.n ? r->total.latency.p95_s : NAN;
}
static double refused_of(const struct pm_report *r) {
    return (double)r->total.troubles[PM_TROUBLE_429];
}
static double pods_of(const struct pm_report *r) {
    uint64_t n = 0;
    for (size_t i = 0; i < r->incidents_n; i++) n += r->incidents[i].blast.pods_n;
    return (double)n;
}
static void figures(struct pm_comparison *c, struct pm_arena *a) {
    static const struct {
        const char *name, *unit;
        double (*of)(const struct pm_report *r);
        bool more_is_worse, judged;
    } rows[] = {{"pulls", "", pulls_of, false, false},
                {"failed pulls", "", failed_of, true, false},
                {"success", "%", success_of, false, true},
                {"pulls refused for rate (429)", "", refused_of, true, false},
                {"pods hit", "", pods_of, true, false},
                {"median pull", "s", p50_of, true, false},
                {"95 % of pulls within", "s", p95_of, true, false}};
    for (size_t i = 0; i < PM_LEN(rows); i++)
        *PM_PUSH(c->figures, c->figures_n, c->figures_cap) =
            (struct pm_figure){rows[i].name,         rows[i].unit,          rows[i].of(c->before),
                               rows[i].of(c->after), rows[i].more_is_worse, rows[i].judged};
    for (size_t i = 0; i < c->after->quotas_n; i++) { // budgets that both have
        const struct pm_quota *q = &c->after->quotas[i];
        for (size_t k = 0; k < c->before->quotas_n && q->limit > 0; k++) {
            const struct pm_quota *p = &c->before->quotas[k];
            if (!pm_str_eq(p->registry, q->registry) || !pm_str_eq(p->identity, q->identity) ||
                !pm_str_eq(p->client, q->client) || p->limit <= 0)
                continue;
            struct pm_str name =
                pm_arena_fmt(a, "quota of %.*s, %.*s%s%.*s", PM_FMT(q->registry),
                             PM_FMT(q->identity), q->client.n ? " from " : "", PM_FMT(q->client));
            *PM_PUSH(c->figures, c->figures_n, c->figures_cap) =
                (struct pm_figure){name.p,
                                   "% used",
                                   100.0 * (double)p->used_high / (double)p->limit,
                                   100.0 * (double)q->used_high / (double)q->limit,
                                   true,
                                   false};
            break;
        }
    }
}

// Names ---------------------------------------------------------------------------------
static bool has(const struct pm_pull_stats *rows, size_t n, struct pm_str name) {
    for (size_t i = 0; i < n; i++)
        if (pm_str_eq(rows[i].name, name)) return true;
    return false;
}
static void missing_in(struct pm_strs *out, const struct pm_pull_stats *rows, size_t n,
                       const struct pm_pull_stats *other, size_t other_n) {
    for (size_t i = 0; i < n; i++)
        if (rows[i].name.n && !has(other, other_n, rows[i].name)) names_add(out, rows[i].name);
    if (out->n > 1) qsort(out->items, out->n, sizeof *out->items, pm_by_text);
}
static void names(struct pm_comparison *c) {
    const struct pm_report *b = c->before, *r = c->after;
    const struct {
        const char *what;
        const struct pm_pull_stats *before, *after;
        size_t before_n, after_n;
    } lists[] = {{"registries", b->by_registry, r->by_registry, b->by_registry_n, r->by_registry_n},
                 {"images", b->by_image, r->by_image, b->by_image_n, r->by_image_n},
                 {"nodes", b->by_node, r->by_node, b->by_node_n, r->by_node_n}};
    for (size_t i = 0; i < PM_LEN(lists); i++) {
        c->names[i].what = lists[i].what;
        missing_in(&c->names[i].come, lists[i].after, lists[i].after_n, lists[i].before,
                   lists[i].before_n);
        missing_in(&c->names[i].gone, lists[i].before, lists[i].before_n, lists[i].after,
                   lists[i].after_n);
    }
}

// Worse: an incident over info that is new or has grown, or a success rate that fell by
// more than a point.
static void worse(struct pm_comparison *c, struct pm_arena *a) {
    for (size_t i = 0; i < c->incidents_n; i++) {
        const struct pm_compared_incident *x = &c->incidents[i];
        if (x->change > PM_CHANGE_GROWN || x->after->severity == PM_SEVERITY_INFO) continue;
        names_add(&c->worse,
                  pm_arena_fmt(a, "%s: %.*s", pm_change_names[x->change], PM_FMT(x->after->title)));
    }
    for (size_t i = 0; i < c->figures_n; i++) {
        const struct pm_figure *f = &c->figures[i];
        if (f->judged && f->after < f->before - 1)
            names_add(&c->worse, pm_arena_fmt(a, "%s fell from %.1f to %.1f %s", f->name, f->before,
                                              f->after, f->unit));
    }
}

struct pm_comparison *pm_compare(const struct pm_report *before, const struct pm_report *after,
                                 struct pm_arena *a) {
    struct pm_comparison *c = PM_NEW(a, struct pm_comparison);
    *c = (struct pm_comparison){.before = before, .after = after};
    incidents(c);
    figures(c, a);
    names(c);
    worse(c, a);
    return c;
}
void pm_comparison_free(struct pm_comparison *c) {
    if (!c) return;
    for (size_t i = 0; i < PM_LEN(c->names); i++) {
        free(c->names[i].come.items);
        free(c->names[i].gone.items);
    }
    free(c->incidents);
    free(c->figures);
    free(c->worse.items);
}
