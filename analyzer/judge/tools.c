// Lists, maps and names that all stages use.
#include "base/sort.h"
#include "judge/env.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void pm_ids_add(struct pm_ids *v, uint32_t id) { *PM_PUSH(v->items, v->n, v->cap) = id; }

#define SHORT_LIST 24

bool pm_ids_has(const struct pm_ids *v, uint32_t id) {
    int there = 0;
    if (v->n > SHORT_LIST && v->set_n == v->n) {
        J1T(there, v->set, id);
        return there;
    }
    for (size_t i = 0; i < v->n; i++)
        if (v->items[i] == id) return true;
    return false;
}

bool pm_ids_meet(const struct pm_ids *a, const struct pm_ids *b) {
    for (size_t i = 0; i < a->n; i++)
        if (pm_ids_has(b, a->items[i])) return true;
    return false;
}

bool pm_ids_add_new(struct pm_ids *v, uint32_t id) {
    int fresh;
    for (; v->n >= SHORT_LIST && v->set_n < v->n; v->set_n++)
        J1S(fresh, v->set, v->items[v->set_n]);
    if (pm_ids_has(v, id)) return false;
    pm_ids_add(v, id);
    if (v->n > SHORT_LIST) {
        J1S(fresh, v->set, id);
        v->set_n = v->n;
    }
    return true;
}

bool pm_ids_within(const struct pm_ids *a, const struct pm_ids *b) {
    for (size_t i = 0; i < a->n; i++)
        if (!pm_ids_has(b, a->items[i])) return false;
    return true;
}
void pm_ids_free(struct pm_ids *v) {
    Word_t freed;
    J1FA(freed, v->set);
    (void)freed;
    free(v->items);
    *v = (struct pm_ids){0};
}

Word_t *pm_map_slot(Pvoid_t *map, Word_t key) {
    PWord_t slot;
    JLI(slot, *map, key);
    if (slot == PJERR) pm_die_oom();
    return slot;
}

Word_t pm_map_get(Pvoid_t map, Word_t key) {
    PWord_t slot;
    JLG(slot, map, key);
    return slot ? *slot : 0;
}

uint32_t pm_id_fmt(const struct pm_env *env, const char *fmt, ...) {
    char text[1024];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (n < 0) n = 0;
    if ((size_t)n >= sizeof text) n = sizeof text - 1;
    return pm_id(env, (struct pm_str){text, (size_t)n});
}

uint32_t pm_id_key(const struct pm_env *env, char kind, const uint32_t *numbers, size_t n,
                   struct pm_str text) {
    struct pm_buf b = {.p = NULL};
    pm_buf_addc(&b, kind);
    for (size_t i = 0; i < n; i++) {
        pm_buf_addc(&b, '/');
        pm_buf_u64(&b, numbers[i]);
    }
    pm_buf_addc(&b, '/');
    pm_buf_add(&b, text);
    uint32_t id = pm_id(env, pm_buf_str(&b));
    pm_buf_free(&b);
    return id;
}

uint32_t pm_id_join(const struct pm_env *env, uint32_t a, char between, uint32_t b) {
    return pm_id_fmt(env, "%.*s%c%.*s", PM_FMT(pm_name(env, a)), between, PM_FMT(pm_name(env, b)));
}

const char *pm_cstr(const struct pm_env *env, uint32_t id) {
    return pm_arena_cstr(env->a, pm_name(env, id));
}

int pm_cause_c(const char *name) { return pm_cause_find(pm_str_c(name)); }

void pm_strs_add(struct pm_strs *v, struct pm_str s) { *PM_PUSH(v->items, v->n, v->cap) = s; }

void pm_strs_seal(struct pm_arena *a, struct pm_strs *v, enum pm_seal how) {
    struct pm_str *heap = v->items;
    size_t n = 0;
    if (how == PM_SEAL_SORTED && v->n > 1) qsort(heap, v->n, sizeof *heap, pm_by_text);
    struct pm_str *out = PM_NEWN(a, struct pm_str, v->n ? v->n : 1);
    for (size_t i = 0; i < v->n; i++)
        if (how != PM_SEAL_SORTED || n == 0 || !pm_str_eq(out[n - 1], heap[i])) out[n++] = heap[i];
    free(heap);
    *v = (struct pm_strs){out, n, n};
}

void pm_strs_of_ids(const struct pm_env *env, struct pm_strs *out, const struct pm_ids *ids) {
    *out = (struct pm_strs){0};
    for (size_t i = 0; i < ids->n; i++)
        if (ids->items[i]) pm_strs_add(out, pm_name(env, ids->items[i]));
    pm_strs_seal(env->a, out, PM_SEAL_SORTED);
}

void pm_order_add(struct pm_order *o, uint32_t group, int64_t at, uint32_t index) {
    *PM_PUSH(o->items, o->n, o->cap) = (struct pm_order_key){group, index, at};
}

static int by_key(const void *a, const void *b) {
    const struct pm_order_key *x = a, *y = b;
    if (x->group != y->group) return x->group < y->group ? -1 : 1;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

void pm_order_sort(struct pm_order *o) {
    if (o->n > 1) qsort(o->items, o->n, sizeof *o->items, by_key);
}

size_t pm_order_first(const struct pm_order *o, uint32_t group, int64_t at) {
    size_t lo = 0, hi = o->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        const struct pm_order_key *k = &o->items[mid];
        if (k->group < group || (k->group == group && k->at < at)) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

int pm_counts_compare(const void *a, const void *b) {
    const struct pm_counts_by *x = a, *y = b;
    if (x->n != y->n) return x->n > y->n ? -1 : 1;
    return pm_str_cmp(x->name, y->name);
}
