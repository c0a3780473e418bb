// Shards come in two kinds. Pieces of one tree keep their paths from its root (`s1/nodes/n1`,
// `s2/nodes/n2`): laid over one another they are that tree again, and a member is called by
// its place. Else inputs are different places (`b/nodes/n1` and `b/registry`, `host1/logs` and
// `host2/logs`): a member is called by its whole path, from the folder on that all lie in.
//
// They are taken for pieces of one tree where they lie side by side and folders of one name
// stand at the top of several, or nothing but folders at the top of any and the inputs are numbered
// (`s1`, `s2`), unless that would lose what is known: a node that an input's own path names,
// whose of two nodes a file is that both inputs have, or which of two a dump is.
#include "ingest/places.h"
#include "clock/name.h"
#include "clock/node.h"
#include "pm/intern.h"
#include <stdlib.h>

static size_t common_folder(struct pm_str a, struct pm_str b) { // bytes, whole parts only
    size_t n = a.n < b.n ? a.n : b.n, i = 0, end = 0;
    for (; i < n && a.p[i] == b.p[i]; i++)
        if (a.p[i] == '/') end = i;
    bool whole = i == n && (a.n == b.n || (a.n > n ? a : b).p[n] == '/');
    return whole ? n : end;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static struct pm_str last_part(struct pm_str path) {
    return pm_str_from(path, (size_t)(pm_str_rchr(path, '/') + 1));
}

static void tell_apart(struct places *p) {
    struct pm_str root = PM_NONE;
    bool any = false;
    for (size_t i = 0; i < p->n; i++) {
        if (!p->inputs[i].whole.n) continue;
        root =
            any ? pm_str_sub(root, 0, common_folder(root, p->inputs[i].whole)) : p->inputs[i].whole;
        any = true;
    }
    p->root = last_part(root);
    for (size_t i = 0; i < p->n; i++) {
        struct pm_str rest = pm_str_from(p->inputs[i].whole, root.n);
        while (rest.n && rest.p[0] == '/') rest = pm_str_from(rest, 1);
        p->inputs[i].apart = rest;
    }
}

static int by_place_then_time(const void *a, const void *b) {
    const struct place_member *x = *(struct place_member *const *)a,
                              *y = *(struct place_member *const *)b;
    int c = pm_str_cmp(x->place, y->place);
    if (!c) c = pm_clock_order(x->clock, y->clock);
    if (!c) c = pm_str_cmp(x->hash, y->hash);
    return c ? c : (x->input > y->input) - (x->input < y->input);
}

// The two parts of a log that was cut: one may not say whose it is, or each begins with
// another of the nodes that it tells of. Where neither says, the inputs' paths have to.
static bool is_rest_of(const struct place_member *y, const struct place_member *x) {
    return (x->node.n || y->node.n) && pm_clock_goes_on(x->clock, y->clock);
}

// Of two machines: members of one place and other content, whose place says of no node, nor
// do both say that they are one node's, as the parts of a log that was cut.
static bool of_two_machines(const struct place_member *x, const struct place_member *y) {
    if (x->input == y->input || !pm_str_eq(x->place, y->place) || pm_str_eq(x->hash, y->hash) ||
        !x->runs_pods || pm_node_is_object(x->place) || pm_node_of_path(x->place, PM_NONE).n ||
        is_rest_of(y, x))
        return false;
    return !x->node.n || !y->node.n || pm_clock_node_hash(x->node) != pm_clock_node_hash(y->node);
}

// Two places of one name: a whole file cannot be part of two trees that are one.
static bool of_two_trees(const struct place_member *x, const struct place_member *y) {
    return x->is_document && x->input != y->input && pm_str_eq(x->place, y->place) &&
           !pm_str_eq(x->hash, y->hash) && !pm_clock_goes_on(x->clock, y->clock);
}

static bool places_meet(struct places *p, struct place_member *m, size_t n) {
    struct place_member **sorted = pm_xmalloc((n + 1) * sizeof *sorted);
    bool meet = false, of_one_path = false;
    for (size_t i = 0; i < n; i++) sorted[i] = &m[i];
    if (n > 1) qsort(sorted, n, sizeof *sorted, by_place_then_time);
    for (size_t i = 1; i < n; i++) {
        struct place_member *x = sorted[i - 1], *y = sorted[i];
        meet |= of_two_trees(x, y);
        if (!of_two_machines(x, y)) continue;
        meet = x->same_elsewhere = y->same_elsewhere = true;
        of_one_path |= pm_str_eq(p->inputs[x->input].whole, p->inputs[y->input].whole);
    }
    // The same path on several machines.
    for (size_t i = 0; i < p->n && of_one_path; i++) {
        struct place_input *in = &p->inputs[i];
        in->apart = in->apart.n
                        ? pm_arena_fmt(p->a, "%.*s/%.*s", PM_FMT(in->shard), PM_FMT(in->apart))
                        : in->shard;
    }
    free(sorted);
    return meet;
}

// "shard-01/logs" and "shard-02/logs" but for their numbers.
static bool same_but_numbers(struct pm_str a, struct pm_str b) {
    size_t i = 0, k = 0;
    while (i < a.n || k < b.n) {
        bool number = i < a.n && k < b.n && is_digit(a.p[i]) && is_digit(b.p[k]);
        while (number && i < a.n && is_digit(a.p[i])) i++;
        while (number && k < b.n && is_digit(b.p[k])) k++;
        if (number) continue;
        if (i == a.n || k == b.n || a.p[i++] != b.p[k++]) return false;
    }
    return true;
}
static bool inputs_numbered(const struct places *p) {
    const struct place_input *first = NULL;
    for (size_t i = 0; i < p->n; i++) {
        if (!p->inputs[i].whole.n) continue;
        if (first && !same_but_numbers(first->apart, p->inputs[i].apart)) return false;
        first = &p->inputs[i];
    }
    return true;
}

// Pieces are kept beside one another in one folder. Of `n1/var`, `n2/var` and `registry` the
// folders of one name are two folders of the tree that all are in.
static bool lie_side_by_side(const struct places *p) {
    for (size_t i = 0; i < p->n; i++)
        if (pm_str_has(p->inputs[i].apart, PM_STR("/"))) return false;
    return true;
}

static bool tops_are_of_one_tree(const struct places *p, const struct place_member *m, size_t n) {
    struct pm_intern *tops = pm_intern_new();
    uint32_t *input = NULL;
    size_t input_n = 0, input_cap = 0;
    bool shared = false, folders_only = true;
    for (size_t i = 0; i < n && !shared; i++) {
        ptrdiff_t slash = pm_str_chr(m[i].place, '/', 0);
        folders_only &= slash > 0;
        if (slash <= 0) continue;
        uint32_t id = pm_intern_id(tops, pm_str_sub(m[i].place, 0, (size_t)slash));
        while (input_n <= id) *PM_PUSH(input, input_n, input_cap) = UINT32_MAX;
        shared = input[id] != UINT32_MAX && input[id] != m[i].input;
        input[id] = m[i].input;
    }
    free(input);
    pm_intern_free(tops);
    return shared || (folders_only && inputs_numbered(p));
}

static bool inputs_name_nodes(const struct places *p) {
    for (size_t i = 0; i < p->n; i++) {
        if (!p->inputs[i].apart.n) continue;
        struct pm_str path = pm_arena_fmt(p->a, "%.*s/-", PM_FMT(p->inputs[i].apart));
        if (pm_node_of_path(path, p->root).n) return true;
    }
    return false;
}

void ingest_places_settle(struct places *p, struct place_member *m, size_t n) {
    tell_apart(p);
    bool meet = places_meet(p, m, n);
    p->overlaid =
        !meet && lie_side_by_side(p) && tops_are_of_one_tree(p, m, n) && !inputs_name_nodes(p);
}

struct pm_str ingest_places_path(const struct places *p, uint32_t input, struct pm_str place,
                                 struct pm_arena *a) {
    if (input >= p->n) return place;
    struct pm_str apart = p->overlaid ? PM_NONE : p->inputs[input].apart;
    if (!place.n) return apart.n ? apart : last_part(p->inputs[input].whole);
    return apart.n ? pm_arena_fmt(a, "%.*s/%.*s", PM_FMT(apart), PM_FMT(place)) : place;
}

struct pm_str ingest_places_input(const struct places *p, uint32_t input) {
    if (input >= p->n) return PM_NONE;
    const struct place_input *in = &p->inputs[input];
    return in->apart.n ? p->root : last_part(in->whole);
}

struct pm_str ingest_places_node(const struct places *p, uint32_t input) {
    struct pm_str rest = input < p->n ? p->inputs[input].apart : PM_NONE;
    while (rest.n) {
        struct pm_str path = pm_arena_fmt(p->a, "%.*s/kubelet.log", PM_FMT(last_part(rest)));
        struct pm_str node = pm_node_of_path(path, PM_NONE);
        if (node.n) return node;
        ptrdiff_t slash = pm_str_rchr(rest, '/');
        rest = pm_str_sub(rest, 0, slash > 0 ? (size_t)slash : 0);
    }
    return PM_NONE;
}
