// Can an expression ever have a value over these series? A selector that matches none,
// and a threshold that what it stands beside never reaches, are mistakes of the rule,
// which replaying it would only show as silence.
//
// What a family's values can be is known by its meaning: 0 or 1, a share, or what never
// falls under 0. Nothing is concluded from the values that happen to be there: that an
// alert did not fire is no reason that it could not.
#include "judge/alerts/promql_tree.h"
#include <math.h>

struct span {
    double low, high;
};
struct never {
    const struct pm_promql *q;
    const struct pm_series_set *set;
    struct pm_arena *a;
    struct pm_str why; // of the first part that gives nothing
};

// ── what values can be ──
static const struct {
    const char *name;
    double low, high;
} values[] = {
    {"up", 0, 1},
    {"kube_pod_container_status_waiting_reason", 0, 1},
    {"pullmortem_disk_used_ratio", 0, 1},
};
static const char *const ops[OP_COUNT] = {
    [OP_EQ] = "==", [OP_NE] = "!=", [OP_LE] = "<=", [OP_LT] = "<", [OP_GE] = ">=", [OP_GT] = ">"};

static struct span span_of(const struct node *n) {
    struct span all = {-INFINITY, INFINITY}, x;
    switch (n->kind) {
    case NODE_NUMBER: return (struct span){n->number, n->number};
    case NODE_SELECTOR:
        for (size_t i = 0; i < PM_LEN(values); i++)
            if (pm_str_eqc(n->name, values[i].name))
                return (struct span){values[i].low, values[i].high};
        return n->name.n ? (struct span){0, INFINITY}
                         : all; // all that is made of logs is counted or measured from 0 up
    case NODE_RATE: return (struct span){0, INFINITY};
    case NODE_AGGREGATE:
        x = span_of(n->left);
        if (n->aggregate == AGG_COUNT) return (struct span){1, INFINITY};
        return n->aggregate != AGG_SUM
                   ? x
                   : (struct span){x.low < 0 ? -INFINITY : x.low, x.high > 0 ? INFINITY : x.high};
    case NODE_NEGATE: x = span_of(n->left); return (struct span){-x.high, -x.low};
    case NODE_BINARY:
        if (n->returns_bool) return (struct span){0, 1};
        return op_compares(n->op) && pm_promql_is_vector(n->left) ? span_of(n->left) : all;
    }
    return all;
}

static bool reaches(enum op op, struct span x, double bound) {
    switch (op) {
    case OP_GT: return x.high > bound;
    case OP_GE: return x.high >= bound;
    case OP_LT: return x.low < bound;
    case OP_LE: return x.low <= bound;
    case OP_EQ: return x.low <= bound && bound <= x.high;
    default: return x.low != bound || x.high != bound;
    }
}
static enum op turned(enum op op) {
    if (op == OP_GT) return OP_LT;
    if (op == OP_GE) return OP_LE;
    if (op == OP_LT) return OP_GT;
    return op == OP_LE ? OP_GE : op;
}

// ── what selectors match ──
static const struct node *first_selector(const struct node *n) {
    while (n && n->kind != NODE_SELECTOR) {
        bool left = n->left && (pm_promql_is_vector(n->left) || n->left->kind == NODE_SELECTOR);
        n = left ? n->left : n->right;
    }
    return n;
}

static bool is_family(struct pm_str name) {
    for (const struct pm_family *f = pm_families; f->name; f++)
        if (pm_str_starts(name, pm_str_c(f->name))) return true; // a summary's are _sum and _count
    return false;
}

// The first values of a label that series of that name have; "" is one, too.
static struct pm_str label_values(struct never *x, struct pm_str name, struct pm_str label) {
    enum { SHOWN = 3 };
    struct pm_str seen[SHOWN];
    struct pm_buf b = {0};
    size_t n = 0;
    for (size_t i = 0; i < x->set->n; i++) {
        struct pm_str v = pm_str_eq(x->set->items[i].name, name)
                              ? pm_labels_get(&x->set->items[i].labels, label)
                              : PM_NONE;
        bool again = !v.n;
        for (size_t k = 0; k < n && !again; k++) again = pm_str_eq(seen[k], v);
        if (again) continue;
        if (n == SHOWN) {
            pm_buf_lit(&b, " …");
            break;
        }
        pm_buf_fmt(&b, "%s%.*s", n ? ", " : "", PM_FMT(v));
        seen[n++] = v;
    }
    struct pm_str out = pm_arena_dup(x->a, pm_buf_str(&b));
    pm_buf_free(&b);
    return out;
}

// Published rules write labels that nobody ever wrote: what their writer does write.
static const struct {
    const char *name, *label, *writer, *value;
} written[] = {
    {"kubelet_runtime_operations_total", "operation_type", "the kubelet", "pull_image"},
    {"kubelet_runtime_operations_errors_total", "operation_type", "the kubelet", "pull_image"},
    {"kube_pod_container_status_waiting_reason", "reason", "kube-state-metrics",
     "ErrImagePull or ImagePullBackOff"},
    {"up", "job", "the probe here", "registry-health-check"},
};

static struct pm_str no_label(struct never *x, const struct node *n, const struct matcher *m) {
    static const char *const how[] = {
        [MATCH_EQ] = "=", [MATCH_NE] = "!=", [MATCH_RE] = "=~", [MATCH_NOT_RE] = "!~"};
    struct pm_str start = pm_arena_fmt(x->a, "no series has %.*s%s\"%.*s\"", PM_FMT(m->name),
                                       how[m->how], PM_FMT(m->value));
    for (size_t i = 0; i < PM_LEN(written); i++)
        if (pm_str_eqc(n->name, written[i].name) && pm_str_eqc(m->name, written[i].label))
            return pm_arena_fmt(x->a, "%.*s; %s writes %s", PM_FMT(start), written[i].writer,
                                written[i].value);
    struct pm_str there = label_values(x, n->name, m->name);
    return there.n ? pm_arena_fmt(x->a, "%.*s; there is %.*s", PM_FMT(start), PM_FMT(there))
                   : pm_arena_fmt(x->a, "%.*s; %.*s has no label %.*s", PM_FMT(start),
                                  PM_FMT(n->name), PM_FMT(m->name));
}

static struct pm_str no_match(struct never *x, const struct node *n) {
    bool any = false;
    for (size_t i = 0; i < x->set->n; i++) any = any || pm_str_eq(x->set->items[i].name, n->name);
    for (size_t k = 0; k < n->matchers_n; k++) {
        const struct matcher *m = &n->matchers[k];
        bool met = false;
        for (size_t i = 0; i < x->set->n && !met; i++)
            met = pm_str_eq(x->set->items[i].name, n->name) &&
                  pm_promql_matches(m, pm_labels_get(&x->set->items[i].labels, m->name));
        if (any && !met) return no_label(x, n, m);
    }
    if (any)
        return pm_arena_fmt(x->a, "no series of %.*s has all of these labels", PM_FMT(n->name));
    return is_family(n->name) ? pm_arena_fmt(x->a, "these logs give no %.*s", PM_FMT(n->name))
                              : pm_arena_fmt(x->a, "no series is called %.*s", PM_FMT(n->name));
}

// ── the tree ──
static bool can_give(struct never *x, const struct node *n);

static bool can_compare(struct never *x, const struct node *n) {
    bool left = pm_promql_is_vector(n->left), right = pm_promql_is_vector(n->right);
    if (n->returns_bool || left == right) return true;
    const struct node *v = left ? n->left : n->right, *number = left ? n->right : n->left,
                      *of = first_selector(v);
    struct span b = span_of(number), s = span_of(v);
    if (b.low != b.high || reaches(left ? n->op : turned(n->op), s, b.low)) return true;
    if (s.high < INFINITY)
        x->why = pm_arena_fmt(x->a, "%.*s is %g to %g, and never %s %g",
                              PM_FMT(of ? of->name : PM_STR("it")), s.low, s.high,
                              ops[left ? n->op : turned(n->op)], b.low);
    else
        x->why = pm_arena_fmt(x->a, "%.*s is never %s %g", PM_FMT(of ? of->name : PM_STR("it")),
                              ops[left ? n->op : turned(n->op)], b.low);
    return false;
}

static bool can_give(struct never *x, const struct node *n) {
    switch (n->kind) {
    case NODE_NUMBER: return true;
    case NODE_SELECTOR:
        if (!n->bound_n) x->why = no_match(x, n);
        return n->bound_n > 0;
    case NODE_RATE:
    case NODE_AGGREGATE:
    case NODE_NEGATE: return can_give(x, n->left);
    case NODE_BINARY:
        if (n->op == OP_OR) return can_give(x, n->left) || can_give(x, n->right);
        if (n->op == OP_UNLESS) return can_give(x, n->left);
        return can_give(x, n->left) && can_give(x, n->right) &&
               (!op_compares(n->op) || can_compare(x, n));
    }
    return true;
}

bool pm_promql_never(const struct pm_promql *q, const struct pm_series_set *set, struct pm_arena *a,
                     struct pm_str *why) {
    struct never x = {.q = q, .set = set, .a = a};
    if (can_give(&x, q->root)) return false;
    *why = x.why;
    return true;
}
