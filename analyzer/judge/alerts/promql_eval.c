// A tree's value at one moment.
//
// Source: prometheus/prometheus:promql/functions.go extrapolatedRate, promql/engine.go
// VectorBinop, VectorAnd/Or/Unless, aggregation@v2.42.0. Windows and the lookback are
// closed at both ends, as there; Prometheus 3 leaves the far end open, which no series of
// ours can tell (pm/series.h).
#include "judge/alerts/promql_tree.h"
#include <math.h>
#include <stdlib.h>

struct eval {
    struct pm_promql *q;
    int64_t at;
    struct pm_arena *a;
    struct pm_promql_error *error;
};
struct value { // a number, or series each with one
    bool scalar;
    double number;
    struct pm_vector v;
};

static bool fail(struct eval *e, const struct node *n, const char *what) {
    e->error->at = n->at;
    e->error->what = pm_str_c(what);
    return false;
}

// selectors -----------------------------------------------------------------------------
static bool selected(const struct node *n, const struct pm_series *s) {
    if (n->name.n && !pm_str_eq(n->name, s->name)) return false;
    for (size_t i = 0; i < n->matchers_n; i++) {
        const struct matcher *m = &n->matchers[i];
        if (!pm_promql_matches(
                m, pm_str_eqc(m->name, "__name__") ? s->name : pm_labels_get(&s->labels, m->name)))
            return false;
    }
    return true;
}

bool pm_promql_asks(const struct pm_promql *q, struct pm_str name) {
    for (const struct node *n = q->all; n; n = n->next)
        if (n->kind == NODE_SELECTOR && (!n->name.n || pm_str_eq(n->name, name))) return true;
    return false;
}

static struct bound bound_to(const struct pm_series *s) {
    struct bound b = {.series = s};
    for (size_t i = 1; i < s->runs_n; i++) b.falls |= s->runs[i].value < s->runs[i - 1].value;
    return b;
}
void pm_promql_bind(struct pm_promql *q, const struct pm_series_set *set) {
    q->step_ns = set->step_ns;
    for (struct node *n = q->all; n; n = n->next) {
        if (n->kind != NODE_SELECTOR) continue;
        n->bound = PM_NEWN(q->a, struct bound, set->n + 1);
        n->bound_n = 0;
        for (size_t i = 0; i < set->n; i++)
            if (set->items[i].runs_n && selected(n, &set->items[i]))
                n->bound[n->bound_n++] = bound_to(&set->items[i]);
    }
    pm_promql_join(q);
}

static void mark(const struct pm_series_set *set, int64_t at, bool *changed) {
    int64_t step = at <= set->from_ns ? 0 : (at - set->from_ns + set->step_ns - 1) / set->step_ns;
    if ((size_t)step < set->steps) changed[step] = true;
}
void pm_promql_changes(const struct pm_promql *q, const struct pm_series_set *set, bool *changed) {
    for (const struct node *n = q->all; n; n = n->next)
        for (size_t i = 0; i < n->bound_n; i++)
            for (size_t k = 0; k < n->bound[i].series->runs_n; k++) {
                const struct pm_run *r = &n->bound[i].series->runs[k];
                mark(set, r->from_ns, changed);
                mark(set, r->to_ns, changed);
                mark(set, r->to_ns + set->step_ns, changed);
                if (!n->range_ns) mark(set, r->to_ns + PM_LOOKBACK_NS + 1, changed);
            }
}

static bool newest(struct bound *b, int64_t at, int64_t step, double *value) {
    const struct pm_run *runs = b->series->runs;
    while (b->head + 1 < b->series->runs_n && runs[b->head + 1].from_ns <= at) b->head++;
    const struct pm_run *r = &runs[b->head];
    if (r->from_ns > at) return false;
    int64_t last;
    if (at < r->to_ns && step > 0) last = r->from_ns + (at - r->from_ns) / step * step;
    else if (at < r->to_ns) last = r->from_ns;
    else last = r->to_ns;
    *value = r->value;
    return at - last <= PM_LOOKBACK_NS;
}

struct window { // what rate needs of the samples in a range
    size_t n;
    int64_t first_ns, last_ns;
    double first, last, fallen; // fallen: values that a counter had before each reset
};

static size_t samples_of(int64_t from, int64_t to, int64_t step) {
    return (size_t)((to - from) / step) + 1;
}
// Of a series that never falls only the ends of the window tell, and how many samples are
// between them: the runs in there are counted as they come and go, not at each step.
static struct window samples_between(struct bound *b, int64_t low, int64_t to, int64_t step) {
    const struct pm_run *runs = b->series->runs, *first = &runs[b->tail], *last = &runs[b->head];
    int64_t high = last->to_ns;
    for (; b->inner_to < b->head; b->inner_to++)
        b->inner += samples_of(runs[b->inner_to].from_ns, runs[b->inner_to].to_ns, step);
    for (; b->inner_from <= b->tail; b->inner_from++)
        b->inner -= samples_of(runs[b->inner_from].from_ns, runs[b->inner_from].to_ns, step);
    if (high > to) high = last->from_ns + (to - last->from_ns) / step * step;
    return (struct window){.n = samples_of(low, first->to_ns, step) + b->inner +
                                samples_of(last->from_ns, high, step),
                           .first_ns = low,
                           .last_ns = high,
                           .first = first->value,
                           .last = last->value};
}
// The first of a run's samples that is not before `from`; behind its last where it has none.
static int64_t sample_from(const struct pm_run *r, int64_t from, int64_t step) {
    if (r->from_ns >= from || step <= 0) return r->from_ns;
    return r->from_ns + (from - r->from_ns + step - 1) / step * step;
}
static struct window samples_in(struct bound *b, int64_t from, int64_t to, int64_t step) {
    const struct pm_series *s = b->series;
    struct window w = {0};
    while (b->tail < s->runs_n && s->runs[b->tail].to_ns < from) b->tail++;
    if (b->tail < s->runs_n) {
        b->still_from = s->runs[b->tail].from_ns;
        b->still_to = s->runs[b->tail].to_ns;
    }
    while (b->head + 1 < s->runs_n && s->runs[b->head + 1].from_ns <= to) b->head++;
    if (!b->falls && step > 0 && b->tail < b->head) {
        int64_t low = sample_from(&s->runs[b->tail], from, step);
        if (low <= s->runs[b->tail].to_ns) return samples_between(b, low, to, step);
    }
    for (size_t i = b->tail; i < s->runs_n && s->runs[i].from_ns <= to; i++) {
        const struct pm_run *r = &s->runs[i];
        int64_t low = sample_from(r, from, step), high = r->to_ns;
        if (high > to && step > 0) high = r->from_ns + (to - r->from_ns) / step * step;
        if (low > high || low < from) continue; // the window fell between two scrapes
        if (w.n && r->value < w.last) w.fallen += w.last;
        if (!w.n) {
            w.first_ns = low;
            w.first = r->value;
        }
        w.last_ns = high;
        w.last = r->value;
        w.n += step > 0 ? (size_t)((high - low) / step) + 1 : 1;
    }
    return w;
}

// How much a counter grew, from the samples within the range out to its edges; never
// further than half a scrape where they end early, nor below zero.
static bool extrapolated(const struct window *w, int64_t from, int64_t to, double *out) {
    if (w->n < 2) return false;
    double grown = w->last - w->first + w->fallen;
    double to_start = (double)(w->first_ns - from) / 1e9, to_end = (double)(to - w->last_ns) / 1e9,
           sampled = (double)(w->last_ns - w->first_ns) / 1e9;
    double between = sampled / (double)(w->n - 1), threshold = between * 1.1, reach = sampled;
    if (grown > 0 && w->first >= 0) {
        double to_zero = sampled * (w->first / grown);
        if (to_zero < to_start) to_start = to_zero;
    }
    reach += to_start < threshold ? to_start : between / 2;
    reach += to_end < threshold ? to_end : between / 2;
    *out = grown * (reach / sampled);
    return true;
}

static struct pm_vector vector_of(struct eval *e, size_t cap) {
    // Not zeroed: at each step of the replay most of what could be selected is not there.
    return (struct pm_vector){pm_arena_room(e->a, (cap + 1) * sizeof(struct pm_sample)), 0};
}

static struct pm_vector select_now(struct eval *e, struct node *n) {
    struct pm_vector v = vector_of(e, n->bound_n);
    for (size_t i = 0; i < n->bound_n; i++) {
        double x;
        if (newest(&n->bound[i], e->at, e->q->step_ns, &x))
            v.items[v.n++] =
                (struct pm_sample){n->bound[i].series->labels, n->bound[i].series->name, x};
    }
    return v;
}

// How much one series grew in the window. Most of thousands stand still at any moment, and
// that is seen without looking at their runs.
static bool growth(struct eval *e, struct bound *b, int64_t range_ns, double *out) {
    int64_t from = e->at - range_ns, step = e->q->step_ns;
    if (step > 0 && range_ns >= 2 * step && b->still_from <= from && e->at <= b->still_to) {
        *out = 0;
        return true;
    }
    struct window w = samples_in(b, from, e->at, step);
    return extrapolated(&w, from, e->at, out);
}

static struct pm_vector rate(struct eval *e, const struct node *n) {
    struct node *range = n->left;
    struct pm_vector v = vector_of(e, range->bound_n);
    for (size_t i = 0; i < range->bound_n; i++) {
        double x;
        if (!growth(e, &range->bound[i], range->range_ns, &x)) continue;
        v.items[v.n++] =
            (struct pm_sample){.labels = range->bound[i].series->labels,
                               .value = n->per_second ? x / ((double)range->range_ns / 1e9) : x};
    }
    return v;
}

// labels --------------------------------------------------------------------------------
struct keyed { // a sample and the labels it is matched by
    struct pm_labels key;
    const struct pm_sample *sample;
    size_t index;
    bool used;
};
static int by_key(const void *a, const void *b) {
    const struct keyed *x = a, *y = b;
    int c = pm_labels_cmp(&x->key, &y->key);
    return c ? c : (x->index > y->index) - (x->index < y->index);
}
static struct keyed *keyed(struct eval *e, const struct node *n, const struct pm_vector *v) {
    struct keyed *k = PM_NEWN(e->a, struct keyed, v->n + 1);
    for (size_t i = 0; i < v->n; i++)
        k[i] = (struct keyed){.key = pm_promql_kept(e->a, n, &v->items[i].labels),
                              .sample = &v->items[i],
                              .index = i};
    return k;
}
static struct keyed *keyed_sorted(struct eval *e, const struct node *n, const struct pm_vector *v) {
    struct keyed *k = keyed(e, n, v);
    size_t in_order =
        1; // series come in order of their labels: most often there is nothing to sort
    while (in_order < v->n && by_key(&k[in_order - 1], &k[in_order]) < 0) in_order++;
    if (in_order < v->n) qsort(k, v->n, sizeof *k, by_key);
    return k;
}
// The first of equal ones. Keys are asked for in about their order: the one behind the last
// that was found (`next`) mostly is it.
static struct keyed *find(struct keyed *sorted, size_t n, const struct pm_labels *key,
                          size_t *next) {
    size_t low = 0, high = n, at = *next;
    if (at < n && pm_labels_cmp(&sorted[at].key, key) == 0 &&
        (at == 0 || pm_labels_cmp(&sorted[at - 1].key, key) < 0)) {
        *next = at + 1;
        return &sorted[at];
    }
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (pm_labels_cmp(&sorted[mid].key, key) < 0) low = mid + 1;
        else high = mid;
    }
    *next = low + 1;
    return low < n && pm_labels_cmp(&sorted[low].key, key) == 0 ? &sorted[low] : NULL;
}

// aggregation ---------------------------------------------------------------------------
static double aggregated(enum aggregate how, const struct keyed *k, size_t n) {
    double x;
    if (how == AGG_COUNT) x = (double)n;
    else if (how == AGG_SUM || how == AGG_AVG) x = 0;
    else x = k[0].sample->value;
    for (size_t i = 0; i < n; i++) {
        double v = k[i].sample->value;
        if (how == AGG_SUM || how == AGG_AVG) x += v;
        if (how == AGG_MAX && (x < v || isnan(x))) x = v;
        if (how == AGG_MIN && (x > v || isnan(x))) x = v;
    }
    return how == AGG_AVG ? x / (double)n : x;
}

// Without by everything is one group: no keys, nothing to sort. A cluster has thousands
// of pods, and this is asked at every step.
static struct keyed *one_group(struct eval *e, const struct pm_vector *v) {
    struct keyed *k = PM_NEWN(e->a, struct keyed, v->n + 1);
    for (size_t i = 0; i < v->n; i++) k[i].sample = &v->items[i];
    return k;
}

static struct pm_vector aggregate(struct eval *e, const struct node *n, const struct pm_vector *v) {
    bool one = n->labels_how == LABELS_NONE || (n->labels_how == LABELS_ONLY && n->labels.n == 0);
    struct keyed *k = one ? one_group(e, v) : keyed_sorted(e, n, v);
    struct pm_vector out = vector_of(e, v->n);
    for (size_t i = 0, end; i < v->n; i = end) {
        for (end = i + 1; end < v->n && pm_labels_cmp(&k[i].key, &k[end].key) == 0;) end++;
        out.items[out.n++] = (struct pm_sample){.labels = k[i].key,
                                                .value = aggregated(n->aggregate, &k[i], end - i)};
    }
    return out;
}

// operators -----------------------------------------------------------------------------
static double compute(enum op op, double x, double y) {
    switch (op) {
    case OP_ADD: return x + y;
    case OP_SUB: return x - y;
    case OP_MUL: return x * y;
    case OP_DIV: return x / y;
    case OP_EQ: return x == y;
    case OP_NE: return x != y;
    case OP_LE: return x <= y;
    case OP_LT: return x < y;
    case OP_GE: return x >= y;
    case OP_GT: return x > y;
    default: return NAN;
    }
}
// The result of one pair, put into `s` (whose labels and name are the left's): false
// where a comparison filters it out. `keeps` is the value that passes a filter.
static bool combine(const struct node *n, double x, double y, double keeps, struct pm_sample *s) {
    double z = compute(n->op, x, y);
    bool compares = op_compares(n->op);
    if (compares && !n->returns_bool && z == 0) return false;
    s->value = compares && !n->returns_bool ? keeps : z;
    if (!compares || n->returns_bool) s->name = PM_NONE;
    return true;
}

static struct pm_vector with_number(struct eval *e, const struct node *n, const struct pm_vector *v,
                                    double number, bool number_left) {
    struct pm_vector out = vector_of(e, v->n);
    for (size_t i = 0; i < v->n; i++) {
        struct pm_sample s = v->items[i];
        if (combine(n, number_left ? number : s.value, number_left ? s.value : number, s.value, &s))
            out.items[out.n++] = s;
    }
    return out;
}

static bool one_to_one(struct eval *e, const struct node *n, const struct pm_vector *l,
                       const struct pm_vector *r, struct pm_vector *out) {
    struct keyed *left = keyed(e, n, l), *right = keyed_sorted(e, n, r);
    for (size_t i = 1; i < r->n; i++)
        if (pm_labels_cmp(&right[i - 1].key, &right[i].key) == 0)
            return fail(e, n, "several series on the right side match one group of labels");
    *out = vector_of(e, l->n);
    size_t next = 0;
    for (size_t i = 0; i < l->n; i++) {
        struct keyed *other = find(right, r->n, &left[i].key, &next);
        struct pm_sample s = *left[i].sample;
        if (!other || !combine(n, s.value, other->sample->value, s.value, &s)) continue;
        if (other->used)
            return fail(e, n, "several series on the left side match one on the right");
        other->used = true;
        s.labels = left[i].key;
        if (n->labels_how == LABELS_ONLY) s.name = PM_NONE;
        out->items[out->n++] = s;
    }
    return true;
}

static bool leaf_value(struct eval *e, const struct node *n, size_t i, double *x) {
    if (n->kind == NODE_SELECTOR) return newest(&n->bound[i], e->at, e->q->step_ns, x);
    int64_t range_ns = n->left->range_ns;
    if (!growth(e, &n->left->bound[i], range_ns, x)) return false;
    if (n->per_second) *x /= (double)range_ns / 1e9;
    return true;
}
// The same where it is known which series meet: no labels are compared.
static struct pm_vector joined(struct eval *e, const struct node *n) {
    const struct node *from = pm_promql_leaf(n->left);
    struct pm_vector out = vector_of(e, from->bound_n);
    for (size_t i = 0; i < from->bound_n; i++) {
        double x, y;
        if (!n->mates[i] || !leaf_value(e, n->left, i, &x) ||
            !leaf_value(e, n->right, n->mates[i] - 1, &y))
            continue;
        struct pm_sample s = {.labels = n->shared[i]};
        if (n->left->kind == NODE_SELECTOR && n->labels_how != LABELS_ONLY)
            s.name = from->bound[i].series->name;
        if (combine(n, x, y, x, &s)) out.items[out.n++] = s;
    }
    return out;
}

static struct pm_vector set_operation(struct eval *e, const struct node *n,
                                      const struct pm_vector *l, const struct pm_vector *r) {
    struct pm_vector out = vector_of(e, l->n + r->n);
    struct keyed *left = keyed(e, n, l), *right = keyed_sorted(e, n, r);
    size_t next = 0;
    for (size_t i = 0; i < l->n; i++)
        if (n->op == OP_OR || (find(right, r->n, &left[i].key, &next) != NULL) == (n->op == OP_AND))
            out.items[out.n++] = l->items[i];
    if (n->op != OP_OR) return out;
    struct keyed *sorted = keyed_sorted(e, n, l), *plain = keyed(e, n, r);
    next = 0;
    for (size_t i = 0; i < r->n; i++)
        if (!find(sorted, l->n, &plain[i].key, &next)) out.items[out.n++] = r->items[i];
    return out;
}

static bool value_of(struct eval *e, struct node *n, struct value *out);

static bool binary(struct eval *e, struct node *n, struct value *out) {
    struct value l, r;
    if (n->mates) {
        *out = (struct value){.v = joined(e, n)};
        return true;
    }
    if (!value_of(e, n->left, &l)) return false;
    if (op_is_set(n->op) && n->op != OP_OR && !l.v.n && !n->right->fails) {
        *out = l; // of nothing nothing is left, whatever stands on the right
        return true;
    }
    if (!value_of(e, n->right, &r)) return false;
    *out = (struct value){.scalar = l.scalar && r.scalar};
    if (out->scalar) out->number = compute(n->op, l.number, r.number);
    else if (r.scalar) out->v = with_number(e, n, &l.v, r.number, false);
    else if (l.scalar) out->v = with_number(e, n, &r.v, l.number, true);
    else if (op_is_set(n->op)) out->v = set_operation(e, n, &l.v, &r.v);
    else return one_to_one(e, n, &l.v, &r.v, &out->v);
    return true;
}

static bool negate(struct eval *e, struct node *n, struct value *out) {
    if (!value_of(e, n->left, out)) return false;
    out->number = -out->number;
    for (size_t i = 0; i < out->v.n; i++) {
        out->v.items[i].value = -out->v.items[i].value;
        out->v.items[i].name = PM_NONE;
    }
    return true;
}

static bool value_of(struct eval *e, struct node *n, struct value *out) {
    struct value inner;
    *out = (struct value){0};
    switch (n->kind) {
    case NODE_NUMBER: *out = (struct value){.scalar = true, .number = n->number}; return true;
    case NODE_SELECTOR: out->v = select_now(e, n); return true;
    case NODE_RATE: out->v = rate(e, n); return true;
    case NODE_AGGREGATE:
        if (!value_of(e, n->left, &inner)) return false;
        out->v = aggregate(e, n, &inner.v);
        return true;
    case NODE_NEGATE: return negate(e, n, out);
    case NODE_BINARY: return binary(e, n, out);
    }
    return false;
}

bool pm_promql_eval(struct pm_promql *q, int64_t at_ns, struct pm_arena *scratch,
                    struct pm_vector *out, struct pm_promql_error *error) {
    struct eval e = {q, at_ns, scratch, error};
    struct value v;
    if (!value_of(&e, q->root, &v)) return false;
    *out = v.v;
    if (!v.scalar) return true;
    *out = vector_of(&e, 1);
    out->items[out->n++] = (struct pm_sample){.value = v.number};
    return true;
}
