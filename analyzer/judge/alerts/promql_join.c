// Which series meet which in an operation of series by series: found once for all steps, where
// nothing but the series themselves stands on either side and their labels tell them apart.
// Values decide nothing of it then, and no step compares labels.
#include "judge/alerts/promql_tree.h"
#include <stdlib.h>

static bool listed(const struct names *l, struct pm_str name) {
    for (size_t i = 0; i < l->n; i++)
        if (pm_str_eq(l->items[i], name)) return true;
    return false;
}
struct pm_labels pm_promql_kept(struct pm_arena *a, const struct node *n,
                                const struct pm_labels *l) {
    if (n->labels_how == LABELS_NONE) return *l;
    if (n->labels_how == LABELS_ONLY && !n->labels.n) return (struct pm_labels){0};
    struct pm_labels out = {PM_NEWN(a, struct pm_label, l->n + 1), 0};
    for (size_t i = 0; i < l->n; i++)
        if (listed(&n->labels, l->items[i].name) == (n->labels_how == LABELS_ONLY))
            out.items[out.n++] = l->items[i];
    return out;
}

struct side { // a series of one side by the labels that it is met by
    struct pm_labels labels;
    size_t place;
};
static int by_shared_labels(const void *a, const void *b) {
    return pm_labels_cmp(&((const struct side *)a)->labels, &((const struct side *)b)->labels);
}
// In order of labels; NULL where two have the same.
static struct side *side_of(struct pm_arena *a, const struct node *n, struct node *of) {
    const struct node *leaf = pm_promql_leaf(of);
    struct side *out = PM_NEWN(a, struct side, leaf->bound_n + 1);
    for (size_t i = 0; i < leaf->bound_n; i++)
        out[i] = (struct side){pm_promql_kept(a, n, &leaf->bound[i].series->labels), i};
    if (leaf->bound_n > 1) qsort(out, leaf->bound_n, sizeof *out, by_shared_labels);
    for (size_t i = 1; i < leaf->bound_n; i++)
        if (by_shared_labels(&out[i - 1], &out[i]) == 0) return NULL;
    return out;
}

static bool meets_series(const struct node *n) {
    return n->kind == NODE_BINARY && !op_is_set(n->op) && pm_promql_is_vector(n->left) &&
           pm_promql_is_vector(n->right);
}
static void join(struct pm_promql *q, struct node *n) {
    n->mates = NULL;
    if (!meets_series(n) || !pm_promql_leaf(n->left) || !pm_promql_leaf(n->right)) return;
    struct side *left = side_of(q->a, n, n->left), *right = side_of(q->a, n, n->right);
    size_t left_n = pm_promql_leaf(n->left)->bound_n, right_n = pm_promql_leaf(n->right)->bound_n;
    if (!left || !right) return;
    n->mates = PM_NEWN(q->a, uint32_t, left_n + 1);
    n->shared = PM_NEWN(q->a, struct pm_labels, left_n + 1);
    for (size_t i = 0, k = 0; i < left_n; i++) {
        while (k < right_n && by_shared_labels(&right[k], &left[i]) < 0) k++;
        n->shared[left[i].place] = left[i].labels;
        if (k < right_n && by_shared_labels(&right[k], &left[i]) == 0)
            n->mates[left[i].place] = (uint32_t)right[k].place + 1;
    }
}
static bool may_fail(struct node *n) { // and each node below it
    bool left = n->left && may_fail(n->left), right = n->right && may_fail(n->right);
    n->fails = left || right || (meets_series(n) && !n->mates);
    return n->fails;
}
void pm_promql_join(struct pm_promql *q) {
    for (struct node *n = q->all; n; n = n->next) join(q, n);
    may_fail(q->root);
}
