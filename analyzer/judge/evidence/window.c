// Which time the report is about.
//
// A rotated log of another year, never cleared away, is no part of today's trouble: its
// pulls would stretch the window over a year, be counted with today's and take the
// verdict. Silence tells stretches apart: a quarter of a year in which no pull and no end
// of a log lies. The report is about the latest of them that events speak of (they live
// an hour, so they are of when the bundle was taken), else about the latest; the others
// are summed up beside it, by the same folding. Whoever names both ends of the window
// (--since, --until) gets what lies between, whole.
//
// A clock that is months off makes a stretch of its own, too. Its certificate errors
// tell: "current time T is after E" of a certificate that by the cluster's clock is good.
// Where more writers keep the cluster's time than stray from it, the stray belongs to the
// report and skew.c moves it.
//
// Not by calendar years: New Year is no silence. Not by the largest gap alone: incidents
// weeks apart belong to one account of a cluster.
#include "judge/evidence/evidence.h"
#include "rules/taxonomy.h"
#include <stdlib.h>

#define SILENCE_NS PM_S(90 * 86400.0)

static void meet(struct pm_stretch *v, int64_t from, int64_t to) {
    v->from = v->from < from ? v->from : from;
    v->to = v->to > to ? v->to : to;
}

static void join(struct pm_stretch *v, const struct pm_stretch *next) {
    meet(v, next->from, next->to);
    v->events |= next->events;
    v->expired = pm_min_time(v->expired, next->expired);
    v->begins = pm_max_time(v->begins, next->begins);
}

// Rows come in order of time but for the spans of counted events, so that what is met is
// the last stretch, or the last few that a span joins.
static void add_span(struct pm_evidence *ev, int64_t from, int64_t to, bool events) {
    if (from == PM_NO_TIME || to == PM_NO_TIME || from > to) return;
    size_t at = ev->stretches.n;
    while (at && ev->stretches.items[at - 1].from > pm_time_add(to, SILENCE_NS)) at--;
    if (at && ev->stretches.items[at - 1].to >= pm_since(from, SILENCE_NS)) {
        struct pm_stretch *v = &ev->stretches.items[at - 1];
        meet(v, from, to);
        v->events |= events;
        while (at > 1 && ev->stretches.items[at - 2].to >= pm_since(v->from, SILENCE_NS)) {
            join(&ev->stretches.items[at - 2], v);
            memmove(v, v + 1, (ev->stretches.n - at) * sizeof *v);
            ev->stretches.n--;
            v = &ev->stretches.items[--at - 1];
        }
        return;
    }
    (void)PM_PUSH(ev->stretches.items, ev->stretches.n, ev->stretches.cap);
    memmove(&ev->stretches.items[at + 1], &ev->stretches.items[at],
            (ev->stretches.n - 1 - at) * sizeof *ev->stretches.items);
    ev->stretches.items[at] = (struct pm_stretch){from, to, events, PM_NO_TIME, PM_NO_TIME};
}

static struct pm_stretch *stretch_at(struct pm_evidence *ev, int64_t at) {
    for (size_t i = ev->stretches.n; i-- > 0;)
        if (pm_time_in(at, ev->stretches.items[i].from, ev->stretches.items[i].to))
            return &ev->stretches.items[i];
    return NULL;
}

static void note_error(struct pm_evidence *ev, const struct pm_row *row) {
    struct pm_clock_error e;
    if (row->event.kind != PM_KIND_PULL_FAIL || row->ts_ns == PM_NO_TIME ||
        !pm_clock_error_read(row->event.field[PM_F_ERROR], &e))
        return;
    struct pm_stretch *v = stretch_at(ev, row->ts_ns);
    if (v && e.after) v->expired = pm_min_time(v->expired, e.date);
    else if (v) v->begins = pm_max_time(v->begins, e.date);
}

struct choosing {
    const struct pm_env *env;
    struct pm_evidence *ev;
};

static void span_of(const struct choosing *c, const struct pm_row *row) {
    if (!pm_row_in_window(c->env, c->ev, row)) return;
    add_span(c->ev, row->first_ns != PM_NO_TIME ? row->first_ns : row->ts_ns,
             row->last_ns != PM_NO_TIME ? row->last_ns : row->ts_ns,
             row->event.component == PM_COMP_EVENTS);
    note_error(c->ev, row);
}
static bool span_in(void *ctx, const struct pm_row *row) {
    struct pm_row manifest, layers;
    if (row->event.standing == PM_STANDING_HEARSAY || row->event.flags & PM_EV_SNAPSHOT)
        return true;
    bool parted = pm_row_part(row, &manifest, &layers);
    span_of(ctx, parted ? &manifest : row);
    if (parted) span_of(ctx, &layers);
    return true;
}

static bool is_writer(struct pm_str component) {
    static const char *const told[] = {"kubelet",  "containerd", "dockerd", "crio",
                                       "registry", "proxy",      "events",  "objects"};
    for (size_t i = 0; i < PM_LEN(told); i++)
        if (pm_str_eqc(component, told[i])) return true;
    return false;
}

static bool widen(void *ctx, uint32_t id, const struct pm_file_row *f) {
    (void)id;
    struct pm_stretch *all = ctx;
    if (f->from_ns != PM_NO_TIME && f->to_ns != PM_NO_TIME && f->events && !f->duplicate_of)
        meet(all, f->from_ns, f->to_ns);
    return true;
}

// A log that goes on says where the present is, though it has no pull to tell.
static bool end_in(void *ctx, uint32_t id, const struct pm_file_row *f) {
    (void)id;
    const struct choosing *c = ctx;
    const struct pm_judge_options *o = c->env->options;
    if (!f->events || f->duplicate_of || (o->since_ns != PM_NO_TIME && f->to_ns < o->since_ns) ||
        (o->until_ns != PM_NO_TIME && f->to_ns > o->until_ns))
        return true;
    if (is_writer(f->component)) add_span(c->ev, f->to_ns, f->to_ns, false);
    return true;
}

// Nodes, and files that are no node's, which wrote in two stretches.
struct writers {
    const struct pm_stretch *stretch[2];
    Pvoid_t in[2];
};

static bool writer_in(void *ctx, uint32_t id, const struct pm_file_row *f) {
    struct writers *w = ctx;
    int had;
    if (!f->events || f->duplicate_of || !is_writer(f->component) || f->from_ns == PM_NO_TIME)
        return true;
    Word_t key = f->node.n ? (Word_t)pm_str_hash(f->node, 1) : (Word_t)id;
    for (int i = 0; i < 2; i++) {
        const struct pm_stretch *v = w->stretch[i];
        if (pm_time_in(f->from_ns, v->from, v->to) || pm_time_in(f->to_ns, v->from, v->to))
            J1S(had, w->in[i], key);
    }
    (void)had;
    return true;
}

static bool outnumbered(const struct pm_env *env, const struct pm_stretch *few,
                        const struct pm_stretch *many) {
    struct writers w = {{few, many}, {NULL, NULL}};
    Word_t n[2], key = 0, freed;
    int found, both;
    pm_timeline_each_file(env->timeline, writer_in, &w);
    J1C(n[0], w.in[0], 0, -1);
    J1C(n[1], w.in[1], 0, -1);
    J1F(found, w.in[0], key);
    while (found) { // a clock that was set meanwhile has written in both
        J1T(both, w.in[1], key);
        n[1] -= both != 0;
        J1N(found, w.in[0], key);
    }
    J1FA(freed, w.in[0]);
    J1FA(freed, w.in[1]);
    (void)freed;
    return n[0] && n[1] > n[0];
}

static bool strays_from(const struct pm_env *env, const struct pm_stretch *v,
                        const struct pm_stretch *era) {
    bool ahead = v->from > era->to && v->expired != PM_NO_TIME && v->expired > era->to;
    bool behind = v->to < era->from && v->begins != PM_NO_TIME && v->begins <= era->to;
    return (ahead || behind) && outnumbered(env, v, era);
}

// The latest, unless it strays from an earlier one; then what strays from it.
static void choose(const struct pm_env *env, struct pm_evidence *ev, size_t main) {
    struct pm_stretch *v = ev->stretches.items;
    for (size_t i = main; i-- > 0 && ev->stray.from == PM_NO_TIME;)
        if (strays_from(env, &v[main], &v[i])) {
            ev->stray = v[main];
            main = i;
        }
    for (size_t i = 0; i < ev->stretches.n && ev->stray.from == PM_NO_TIME; i++)
        if (i != main && strays_from(env, &v[i], &v[main])) ev->stray = v[i];
    ev->era = v[main];
}

void pm_window_choose(const struct pm_env *env, struct pm_evidence *ev) {
    struct choosing c = {.env = env, .ev = ev};
    struct pm_stretch all = {.from = INT64_MAX, .to = INT64_MIN};
    ev->era.from = ev->stray.from = PM_NO_TIME;
    if (env->options->since_ns != PM_NO_TIME && env->options->until_ns != PM_NO_TIME) return;
    pm_timeline_each_file(env->timeline, widen, &all);
    if (all.from > all.to || all.to - all.from <= SILENCE_NS) return;
    pm_timeline_each(env->timeline, "kind BETWEEN 1 AND 6", span_in, &c); // pull.start to request
    pm_timeline_each_file(env->timeline, end_in, &c);
    if (ev->stretches.n < 2) return;
    size_t main = ev->stretches.n - 1;
    for (size_t i = ev->stretches.n; i-- > 0 && !ev->stretches.items[main].events;)
        if (ev->stretches.items[i].events) main = i;
    choose(env, ev, main);
}

static bool beside(const struct pm_stretch *v, int64_t from, int64_t to) {
    return to > v->from - SILENCE_NS / 2 && from < v->to + SILENCE_NS / 2;
}
bool pm_window_is_part(const struct pm_evidence *ev) { return ev->era.from != PM_NO_TIME; }

bool pm_window_has(const struct pm_evidence *ev, int64_t from, int64_t to) {
    if (!pm_window_is_part(ev)) return true;
    if (from == PM_NO_TIME) return !ev->aside; // what nobody dated is today's
    return beside(&ev->era, from, to) ||
           (ev->stray.from != PM_NO_TIME && beside(&ev->stray, from, to));
}

bool pm_row_part(const struct pm_row *row, struct pm_row *manifest, struct pm_row *layers) {
    if (!(row->event.flags & PM_EV_LAYERS)) return false;
    const struct pm_str url = row->event.field[PM_F_URL];
    ptrdiff_t query = pm_str_chr(url, '?', 0);
    *manifest = *layers = *row;
    manifest->event.flags = layers->event.flags &= ~(unsigned)PM_EV_LAYERS;
    manifest->first_ns = manifest->last_ns = PM_NO_TIME;
    manifest->event.count = 1;
    layers->ts_ns = row->first_ns;
    layers->event.stage = PM_STAGE_BLOB;
    layers->event.count = row->event.count > 1 ? row->event.count - 1 : 1;
    layers->event.field[PM_F_URL] = query < 0 ? PM_NONE : pm_str_from(url, (size_t)query);
    layers->text_id[PM_F_URL] = 0;
    return true;
}

bool pm_row_in_window(const struct pm_env *env, const struct pm_evidence *ev,
                      const struct pm_row *row) {
    int64_t from = row->first_ns != PM_NO_TIME ? row->first_ns : row->ts_ns,
            to = row->last_ns != PM_NO_TIME ? row->last_ns : row->ts_ns;
    if (env->options->since_ns != PM_NO_TIME && to != PM_NO_TIME && to < env->options->since_ns)
        return false;
    if (env->options->until_ns != PM_NO_TIME && from != PM_NO_TIME && from > env->options->until_ns)
        return false;
    return pm_window_has(ev, from, to);
}

bool pm_file_span(const struct pm_evidence *ev, const struct pm_file_fact *f, int64_t *from,
                  int64_t *to) {
    if (f->row.from_ns == PM_NO_TIME || f->row.to_ns == PM_NO_TIME) return false;
    *from = pm_far_back(ev, f->node, f->row.from_ns);
    *to = pm_far_back(ev, f->node, f->row.to_ns);
    if (!pm_window_is_part(ev)) return true;
    if (ev->stray.from != PM_NO_TIME && ev->far.n == 0 && beside(&ev->stray, *from, *to))
        return true; // not moved yet
    if (!beside(&ev->era, *from, *to)) return false;
    if (*from < ev->era.from - SILENCE_NS / 2) *from = ev->era.from;
    if (*to > ev->era.to + SILENCE_NS / 2) *to = ev->era.to;
    return true;
}
