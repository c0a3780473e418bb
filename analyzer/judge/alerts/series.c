// What a scraper would have seen: pulls, waiting pods, quotas, probes and disks as series
// on a grid. See pm/series.h.
//
// A gauge is there while it is known; what ends goes to 0 where 0 is true (a pod that
// waits no more) and stays for the lookback, because OpenMetrics has no word for "gone".
//
// The window is that of what was measured, with a margin, within the evidence. The step
// is 15 s, 30 s or 60 s, so that no window has more than STEPS_MAX, and fewer where there
// are thousands of series; of a window that is longer still only the time from a day
// before the first incident on is shown, and missing[] says so: a step of minutes could
// not show rates of five.
#include "base/sort.h"
#include "judge/alerts/series_build.h"
#include <math.h>
#include <stdlib.h>

#define STEPS_MAX 20000
#define STEPS_MIN 500
#define VALUES_MAX 16000000 // series × steps: what evaluating may cost
#define MARGIN_NS PM_S(600)
#define LINGER_NS PM_S(330) // the lookback and a step

// points → runs on the grid -------------------------------------------------------------
static int64_t floor_to(int64_t t, int64_t step) { return t - ((t % step) + step) % step; }

static struct wait measured(
    const struct build *b) { // from the first to the last point; from PM_NO_TIME: there is none
    const struct pm_report *r = b->report;
    struct wait w = {.from = b->from, .to = b->to};
    if (w.from == PM_NO_TIME) return w;
    if (r->from_ns != PM_NO_TIME && r->from_ns < w.from)
        w.from = pm_max_time(r->from_ns, pm_since(w.from, MARGIN_NS));
    if (r->to_ns != PM_NO_TIME && r->to_ns > w.to)
        w.to = pm_min_time(r->to_ns, pm_time_add(w.to, MARGIN_NS));
    if (w.from < 0) w.from = 0; // nothing was pulled before 1970
    return w;
}

static struct wait shortened(const struct build *b, struct wait w, int64_t longest) {
    struct pm_report *r = b->report;
    char from[32], to[32];
    int64_t first = r->incidents_n && r->incidents[0].from_ns != PM_NO_TIME
                        ? pm_since(r->incidents[0].from_ns, PM_S(86400))
                        : pm_since(w.to, longest);
    if (first > w.from) w.from = first;
    if (w.to - w.from > longest) w.to = w.from + longest;
    struct pm_missing *m = PM_PUSH(r->missing, r->missing_n, r->missing_cap);
    m->what =
        pm_arena_fmt(b->scene->env->a,
                     "alerts and metrics are of %s to %s only: the window is too long for one grid",
                     pm_when_format(w.from, from), pm_when_format(w.to, to));
    m->effect = PM_STR("--since and --until choose another part");
    return w;
}

static int64_t steps_max(const struct build *b) {
    int64_t n = VALUES_MAX / (int64_t)(b->drafts.n + 1);
    if (n > STEPS_MAX) return STEPS_MAX;
    return n < STEPS_MIN ? STEPS_MIN : n;
}

static void grid(const struct build *b, struct pm_series_set *set) {
    static const int steps[] = {15, 30, 60};
    int64_t most = steps_max(b);
    struct wait w = measured(b);
    size_t k = 0;
    if (w.from == PM_NO_TIME) return;
    while (k + 1 < PM_LEN(steps) && (w.to - w.from) / PM_S(steps[k]) > most) k++;
    if ((w.to - w.from) / PM_S(steps[k]) > most) w = shortened(b, w, PM_S(steps[k]) * most);
    set->step_ns = PM_S(steps[k]);
    set->from_ns = floor_to(w.from, set->step_ns);
    if (set->from_ns < set->step_ns) set->from_ns = set->step_ns;
    set->steps = w.to > set->from_ns ? (size_t)((w.to - set->from_ns) / set->step_ns) + 2
                                     : 2; // up to the first evaluation after it all
}

static size_t scrape_after(const struct pm_series_set *set,
                           int64_t at) { // the first that sees what happened at `at`
    int64_t since = pm_time_between(set->from_ns, pm_time_add(at, PM_SCRAPE_LEAD_NS));
    return since <= 0 ? 0 : (size_t)(since / set->step_ns + (since % set->step_ns != 0));
}

struct state_of { // of one series while its points are taken in order
    double value;
    int64_t depth;
    bool there;
};
static void take(const struct draft *d, const struct point *p, struct state_of *x) {
    x->there = !isnan(p->value);
    if (!x->there) return;
    if (d->how == HOW_COUNT || d->how == HOW_ADD) x->value += p->value;
    if (d->how == HOW_SET) x->value = p->value;
    if (d->how == HOW_DEPTH) {
        x->depth += (int64_t)p->value;
        x->value = d->counts ? (double)x->depth : x->depth > 0;
    }
}

// Runs of the series that is laid down at the moment.
struct runs {
    struct pm_run *items;
    size_t n;
};
static void run_add(struct runs *out, const struct pm_series_set *set, size_t from, size_t to,
                    double value) { // scrapes from..to
    struct pm_run r = {pm_step_at(set, from) - PM_SCRAPE_LEAD_NS,
                       pm_step_at(set, to) - PM_SCRAPE_LEAD_NS, value};
    struct pm_run *last = out->n ? &out->items[out->n - 1] : NULL;
    if (last && last->to_ns + set->step_ns == r.from_ns && last->value == value)
        last->to_ns = r.to_ns;
    else out->items[out->n++] = r;
}

// Each point ends one run at most, and the end of the grid the last.
static void fill(const struct draft *d, const struct point *p, size_t n,
                 const struct pm_series_set *set, struct runs *out) {
    struct state_of x = {.there = d->counter};
    size_t from = 0, linger = (size_t)(LINGER_NS / set->step_ns) + 1;
    out->n = 0;
    for (size_t i = 0; i <= n; i++) {
        size_t at = i < n ? scrape_after(set, p[i].at) : set->steps;
        if (at > set->steps) at = set->steps;
        bool waits_no_more = !d->counter && i > 0 && d->how == HOW_DEPTH &&
                             x.depth <= 0; // 0 stays for the lookback, then it is gone
        if (x.there && at > from)
            run_add(out, set, from, (waits_no_more && at - from > linger ? from + linger : at) - 1,
                    x.value);
        if (i < n) take(d, &p[i], &x);
        from = at;
    }
}

static int by_time(const void *a, const void *b, void *none) {
    const struct point *x = a, *y = b;
    (void)none;
    return (x->at > y->at) - (x->at < y->at);
}

static void points_sort(struct point *p, size_t n) {
    bool sorted = true;
    for (size_t i = 1; i < n; i++) sorted = sorted && p[i - 1].at <= p[i].at;
    if (!sorted) pm_sort(p, n, sizeof *p, by_time, NULL);
}

// Series by series, so that the points of one are given back as its runs are kept.
static void lay(struct build *b, struct pm_series_set *set) {
    struct runs runs = {0};
    size_t cap = 0;
    for (size_t k = 0; k < b->drafts.n; k++) {
        struct draft *d = &b->drafts.items[k];
        size_t n = d->points.n;
        if (!n) continue;
        if (n > cap) {
            cap = n + n / 2;
            runs.items = pm_xrealloc(runs.items, (cap + 1) * sizeof *runs.items);
        }
        points_sort(d->points.items, n);
        fill(d, d->points.items, n, set, &runs);
        free(d->points.items);
        if (!runs.n) continue;
        struct pm_run *kept = PM_NEWN(set->a, struct pm_run, runs.n);
        memcpy(kept, runs.items, runs.n * sizeof *kept);
        set->items[set->n++] = (struct pm_series){
            .name = d->name, .labels = d->labels, .runs = kept, .runs_n = runs.n};
    }
    free(runs.items);
}

static int by_name(const void *a, const void *b) {
    const struct pm_series *x = a, *y = b;
    int c = pm_str_cmp(x->name, y->name);
    return c ? c : pm_labels_cmp(&x->labels, &y->labels);
}

static size_t asked_n(const struct build *b) {
    size_t n = 0;
    for (size_t i = 0; i < b->drafts.n; i++) n += b->drafts.items[i].asked;
    return n;
}
static struct pm_series_set *set_of(struct build *b) {
    struct pm_series_set *set = PM_NEW(b->scene->env->a, struct pm_series_set);
    grid(b, set);
    set->a = pm_arena_new();
    set->items = PM_NEWN(set->a, struct pm_series, asked_n(b) + 1);
    lay(b, set);
    if (set->n > 1) qsort(set->items, set->n, sizeof *set->items, by_name);
    if (set->steps) return set;
    pm_arena_free(set->a);
    return NULL;
}

void pm_series_forget(const struct pm_scene *scene, struct pm_report *report) {
    struct pm_series_set *set = report->metrics;
    size_t n = 0;
    if (!set || scene->env->options->all_series) return;
    for (size_t i = 0; i < set->n; i++)
        if (pm_series_told(set->items[i].name)) set->items[n++] = set->items[i];
    struct pm_series *kept = PM_NEWN(scene->env->a, struct pm_series, n + 1);
    for (size_t i = 0; i < n; i++) {
        kept[i] = set->items[i];
        kept[i].runs = PM_NEWN(scene->env->a, struct pm_run, kept[i].runs_n);
        memcpy(kept[i].runs, set->items[i].runs, kept[i].runs_n * sizeof *kept[i].runs);
    }
    set->items = kept;
    set->n = n;
    pm_arena_free(set->a);
    set->a = NULL;
}

void pm_series_fill(const struct pm_scene *scene, const struct pm_alert_rules *alerts,
                    struct pm_report *report) {
    struct build b = {.scene = scene,
                      .alerts = alerts,
                      .report = report,
                      .keys = pm_intern_new(),
                      .from = PM_NO_TIME,
                      .to = PM_NO_TIME};
    Word_t freed;
    pm_series_pulls(&b);
    pm_series_latency(&b);
    pm_series_waiting(&b);
    pm_series_readings(&b);
    report->metrics = set_of(&b);
    JLFA(freed, b.container_of);
    JLFA(freed, b.backed_off);
    (void)freed;
    free(b.drafts.items);
    free(b.waits.items);
    pm_intern_free(b.keys);
}
