// Which alerts would have fired, and when: each rule evaluated over the series at every
// step, pending until it held for `for`, as Prometheus does.
//
// Source: prometheus/prometheus:rules/alerting.go@v2.42.0: a label set is pending from
// the first evaluation that shows it, fires at the first that is `for` or more after it,
// and starts over where one evaluation does not show it.
#include "judge/alerts/alert.h"
#include "judge/alerts/series.h"
#include "judge/scene.h"
#include <stdlib.h>

struct track { // one label set of an alert
    struct pm_labels labels;
    PM_LIST(struct pm_run) runs;
    size_t since, last; // steps: when it became pending, and when it was last seen
    size_t looked;      // step + 1 at which an evaluation showed it
};
struct seen {
    uint32_t track;
    double value;
};
struct replay {
    const struct pm_env *env;
    struct pm_report *report;
    const struct pm_series_set *set;
    const struct pm_alert_rule *rule;
    struct pm_alert *out;
    struct pm_intern *keys;
    size_t stride;
    PM_LIST(struct track) tracks; // by key
    PM_LIST(struct seen) now;     // at the last evaluation
    PM_LIST(struct pm_alert_span) fired;
    bool was_firing;
};

static uint32_t track_of(struct replay *x, const struct pm_labels *l) {
    struct pm_buf key = {0};
    for (size_t i = 0; i < l->n; i++) {
        pm_buf_fmt(&key, "%zu:%zu:", l->items[i].name.n, l->items[i].value.n);
        pm_buf_add(&key, l->items[i].name);
        pm_buf_add(&key, l->items[i].value);
    }
    pm_buf_lit(&key, "."); // no labels are a label set too
    uint32_t id = pm_intern_id(x->keys, pm_buf_str(&key));
    pm_buf_free(&key);
    if (id < x->tracks.n) return id;
    while (x->tracks.n <= id)
        *PM_PUSH(x->tracks.items, x->tracks.n, x->tracks.cap) = (struct track){.last = SIZE_MAX};
    struct track *t = &x->tracks.items[id];
    t->labels = (struct pm_labels){PM_NEWN(x->env->a, struct pm_label, l->n + 1), l->n};
    for (size_t i = 0; i < l->n; i++)
        t->labels.items[i] = (struct pm_label){pm_arena_dup(x->env->a, l->items[i].name),
                                               pm_arena_dup(x->env->a, l->items[i].value)};
    return id;
}

static void value_add(struct track *t, int64_t at, int64_t every, double value) {
    struct pm_run *last = t->runs.n ? &t->runs.items[t->runs.n - 1] : NULL;
    if (last && last->to_ns + every == at && last->value == value) last->to_ns = at;
    else *PM_PUSH(t->runs.items, t->runs.n, t->runs.cap) = (struct pm_run){at, at, value};
}

static bool worse(int direction, double x, double than) {
    return direction < 0 ? x < than : x > than;
}

static void step(struct replay *x, size_t k) { // `now` holds what this evaluation shows
    int64_t at = pm_step_at(x->set, k), every = (int64_t)x->stride * x->set->step_ns;
    int direction = pm_promql_direction(x->rule->q);
    bool firing = false;
    double peak = 0;
    for (size_t i = 0; i < x->now.n; i++) {
        struct track *t = &x->tracks.items[x->now.items[i].track];
        double value = x->now.items[i].value;
        if (t->last == SIZE_MAX || t->last + x->stride != k) t->since = k;
        t->last = k;
        value_add(t, at, every, value);
        if ((int64_t)(k - t->since) * x->set->step_ns < x->rule->for_ns) continue;
        if (!firing || worse(direction, value, peak)) peak = value;
        firing = true;
    }
    if (firing && x->was_firing) {
        struct pm_alert_span *span = &x->fired.items[x->fired.n - 1];
        span->to_ns = at;
        if (worse(direction, peak, span->peak)) span->peak = peak;
    } else if (firing)
        *PM_PUSH(x->fired.items, x->fired.n, x->fired.cap) = (struct pm_alert_span){at, at, peak};
    x->was_firing = firing;
}

static void no_value(struct replay *x, int64_t at, struct pm_str why) {
    char when[32];
    struct pm_missing *m =
        PM_PUSH(x->report->missing, x->report->missing_n, x->report->missing_cap);
    m->what = pm_arena_fmt(x->env->a, "alert %.*s has no value at %s: %.*s", PM_FMT(x->rule->name),
                           pm_when_format(at, when), PM_FMT(why));
    m->effect = PM_STR("it was not replayed from there on");
}

static bool look(struct replay *x, size_t k, struct pm_arena *scratch) { // evaluates into `now`
    struct pm_vector v = {0};
    struct pm_promql_error error;
    int64_t at = pm_step_at(x->set, k);
    x->now.n = 0;
    if (!pm_promql_eval(x->rule->q, at, scratch, &v, &error)) {
        no_value(x, at, error.what);
        return false;
    }
    for (size_t i = 0; i < v.n; i++) {
        struct seen seen = {track_of(x, &v.items[i].labels), v.items[i].value};
        struct track *t = &x->tracks.items[seen.track];
        if (t->looked == k + 1) {
            no_value(x, at, PM_STR("two of its series have the same labels"));
            return false;
        }
        t->looked = k + 1;
        *PM_PUSH(x->now.items, x->now.n, x->now.cap) = seen;
    }
    return true;
}

// Nothing that the expression looks at has changed within its windows (where it looks at
// moments, none began, ended or grew too old): its value is what it was. Quiet days cost
// nothing.
static void replay(struct replay *x) {
    struct pm_arena *scratch = pm_arena_new();
    size_t reach = (size_t)(pm_promql_window_ns(x->rule->q) / x->set->step_ns) + x->stride + 2,
           changed_at = 0;
    bool *changed = pm_xmalloc(x->set->steps + 1);
    memset(changed, 0, x->set->steps + 1);
    pm_promql_bind(x->rule->q, x->set);
    pm_promql_changes(x->rule->q, x->set, changed);
    for (size_t k = 0; k < x->set->steps; k++) {
        if (changed[k]) changed_at = k;
        if (k % x->stride) continue;
        if (k - changed_at <= reach && !look(x, k, scratch)) break;
        step(x, k);
        pm_arena_reset(scratch);
    }
    free(changed);
    pm_arena_free(scratch);
}

static int by_labels(const void *a, const void *b) {
    return pm_labels_cmp(&((const struct pm_series *)a)->labels,
                         &((const struct pm_series *)b)->labels);
}

static void keep(struct replay *x) { // heap lists → the report's arena
    struct pm_arena *a = x->env->a;
    struct pm_alert *out = x->out;
    out->fired_n = out->fired_cap = x->fired.n;
    out->fired = PM_NEWN(a, struct pm_alert_span, x->fired.n + 1);
    if (x->fired.n) memcpy(out->fired, x->fired.items, x->fired.n * sizeof *out->fired);
    out->values = PM_NEWN(a, struct pm_series, x->tracks.n + 1);
    for (size_t i = 0; i < x->tracks.n; i++) {
        struct track *t = &x->tracks.items[i];
        if (!t->runs.n) continue;
        struct pm_run *runs = PM_NEWN(a, struct pm_run, t->runs.n);
        memcpy(runs, t->runs.items, t->runs.n * sizeof *runs);
        out->values[out->values_n++] = (struct pm_series){
            .name = out->name, .labels = t->labels, .runs = runs, .runs_n = t->runs.n};
        free(t->runs.items);
    }
    if (out->values_n > 1) qsort(out->values, out->values_n, sizeof *out->values, by_labels);
    free(x->fired.items);
    free(x->tracks.items);
    free(x->now.items);
}

static int64_t first_stuck(const struct pm_report *r) {
    int64_t first = PM_NO_TIME;
    for (size_t i = 0; i < r->incidents_n; i++)
        for (size_t k = 0; k < r->incidents[i].blast.pods_n; k++)
            first = pm_min_time(first, r->incidents[i].blast.pods[k].first_ns);
    return first;
}

static void note(const struct pm_env *env, const struct pm_report *report,
                 const struct pm_alert_rule *rule, struct pm_alert *out) {
    struct pm_str why,
        what = PM_NONE,
        replaces = rule->replaces ? PM_STR("in place of the built-in alert of that name") : PM_NONE;
    if (!out->fired_n && pm_promql_never(rule->q, report->metrics, env->a, &why))
        what = pm_arena_fmt(env->a, "never fires: %.*s", PM_FMT(why));
    if (what.n && replaces.n)
        out->note = pm_arena_fmt(env->a, "%.*s (%.*s)", PM_FMT(what), PM_FMT(replaces));
    else if (what.n) out->note = what;
    else out->note = replaces;
}

static void one(const struct pm_env *env, struct pm_report *report,
                const struct pm_alert_rule *rule, struct pm_alert *out) {
    const struct pm_series_set *set = report->metrics;
    struct replay x = {
        .env = env, .report = report, .set = set, .rule = rule, .out = out, .stride = 1};
    int64_t stuck = first_stuck(report);
    *out = (struct pm_alert){
        .name = rule->name, .severity = rule->severity, .expr = rule->expr, .for_ns = rule->for_ns};
    out->own = rule->own;
    if (!rule->q) out->note = pm_arena_fmt(env->a, "not replayed: %.*s", PM_FMT(rule->refused));
    if (!set || !rule->q) return;
    x.keys = pm_intern_new();
    if (rule->every_ns > set->step_ns) x.stride = (size_t)(rule->every_ns / set->step_ns);
    out->every_ns = (int64_t)x.stride * set->step_ns;
    replay(&x);
    pm_intern_free(x.keys);
    keep(&x);
    note(env, report, rule, out);
    if (!out->fired_n || stuck == PM_NO_TIME) return;
    out->lead_known = true;
    out->lead_s = (stuck - out->fired[0].from_ns) / PM_NS_PER_S;
}

static void grid_is_coarse(const struct pm_env *env, struct pm_report *report,
                           const struct pm_alert_rules *rules) {
    const struct pm_series_set *set = report->metrics;
    for (size_t i = 0; set && set->step_ns > PM_S(15) && i < rules->n; i++) {
        const struct pm_alert_rule *r = &rules->items[i];
        if (!r->q) continue;
        if (pm_promql_reach_ns(r->q) >= 4 * set->step_ns &&
            (!r->for_ns || r->for_ns >= set->step_ns))
            continue;
        struct pm_missing *m = PM_PUSH(report->missing, report->missing_n, report->missing_cap);
        m->what =
            pm_arena_fmt(env->a, "alerts were evaluated every %lld s, because the window is long",
                         (long long)(set->step_ns / PM_NS_PER_S));
        m->effect = pm_arena_fmt(
            env->a,
            "%.*s looks at shorter spans than that can show; --since and --until narrow the window",
            PM_FMT(r->name));
        return;
    }
}

bool pm_alerts_fill(const struct pm_scene *scene, struct pm_report *report, uint64_t *own_hash) {
    const struct pm_env *env = scene->env;
    struct pm_alert_rules rules = {0};
    struct pm_report *r = report;
    bool good = pm_alert_rules_load(&rules, env->rules, env->options, env->a, env->diags);
    if (rules.own_hash)
        *own_hash = pm_str_hash(
            (struct pm_str){(const char *)&rules.own_hash, sizeof rules.own_hash}, *own_hash);
    pm_series_fill(scene, &rules, report);
    if (good && rules.n) {
        r->alerts = PM_NEWN(env->a, struct pm_alert, rules.n);
        r->alerts_n = r->alerts_cap = rules.n;
        for (size_t i = 0; i < rules.n; i++) one(env, report, &rules.items[i], &r->alerts[i]);
        grid_is_coarse(env, report, &rules);
    }
    pm_series_forget(scene, report);
    pm_alert_rules_free(&rules);
    return good;
}
