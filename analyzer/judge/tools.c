// Lists, maps and names that all stages use.
#include "base/sort.h"
#include "judge/env.h"
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

struct pm_ids_set {
    Pvoid_t items;
    uint32_t n; // of the list's items the first so many are in it
};

// A list's items with what stands before them.
struct ids_room {
    struct pm_ids_set *set; // NULL: none is kept
    uint32_t items[];
};

static struct ids_room *room_of(const struct pm_ids *v) {
    return v->items
               ? (struct ids_room *)(void *)((char *)v->items - offsetof(struct ids_room, items))
               : NULL;
}
static struct pm_ids_set *set_of(const struct pm_ids *v) {
    return v->items ? room_of(v)->set : NULL;
}

void pm_ids_add(struct pm_ids *v, uint32_t id) {
    if (v->n == v->cap) {
        if (v->cap > UINT32_MAX / 2) pm_die_oom();
        bool first = !v->items;
        v->cap = v->cap ? v->cap * 2 : 4;
        struct ids_room *room =
            pm_xrealloc(room_of(v), sizeof *room + v->cap * sizeof *room->items);
        if (first) room->set = NULL;
        v->items = room->items;
    }
    v->items[v->n++] = id;
}

#define SHORT_LIST 24

bool pm_ids_has(const struct pm_ids *v, uint32_t id) {
    int there = 0;
    const struct pm_ids_set *set = v->n > SHORT_LIST ? set_of(v) : NULL;
    if (set && set->n == v->n) {
        J1T(there, set->items, id);
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

static void set_complete(struct pm_ids *v) {
    int fresh;
    struct ids_room *room = room_of(v);
    if (!room->set) {
        room->set = pm_xmalloc(sizeof *room->set);
        *room->set = (struct pm_ids_set){0};
    }
    struct pm_ids_set *set = room->set;
    for (; set->n < v->n; set->n++) J1S(fresh, set->items, v->items[set->n]);
    (void)fresh;
}

bool pm_ids_add_new(struct pm_ids *v, uint32_t id) {
    if (v->n >= SHORT_LIST) set_complete(v);
    if (pm_ids_has(v, id)) return false;
    pm_ids_add(v, id);
    if (v->n > SHORT_LIST) set_complete(v);
    return true;
}

bool pm_ids_within(const struct pm_ids *a, const struct pm_ids *b) {
    for (size_t i = 0; i < a->n; i++)
        if (!pm_ids_has(b, a->items[i])) return false;
    return true;
}
void pm_ids_free(struct pm_ids *v) {
    Word_t freed;
    struct pm_ids_set *set = set_of(v);
    if (set) J1FA(freed, set->items);
    (void)freed;
    free(set);
    free(room_of(v));
    *v = (struct pm_ids){0};
}

static uint32_t *elsewhere(const struct pm_few *v) {
    uint32_t *all;
    memcpy(&all, v->few, sizeof all);
    return all;
}

// The room is a power of two, and full where the number is one.
void pm_few_add(struct pm_few *v, uint32_t id) {
    if (v->n < PM_FEW) {
        v->few[v->n++] = id;
        return;
    }
    uint32_t *all = v->n == PM_FEW ? NULL : elsewhere(v);
    if (v->n == UINT32_MAX) pm_die_oom();
    if (!all) {
        all = pm_xmalloc((PM_FEW + 1) * sizeof *all);
        memcpy(all, v->few, sizeof v->few);
    } else if ((v->n & (v->n - 1)) == 0) all = pm_xrealloc(all, 2 * (size_t)v->n * sizeof *all);
    all[v->n++] = id;
    memcpy(v->few, &all, sizeof all);
}

uint32_t pm_few_at(const struct pm_few *v, size_t i) {
    return v->n <= PM_FEW ? v->few[i] : elsewhere(v)[i];
}

void pm_few_free(struct pm_few *v) {
    if (v->n > PM_FEW) free(elsewhere(v));
    *v = (struct pm_few){0};
}

// Most keys are there already, and looking for one costs a fifth of inserting it.
Word_t *pm_map_slot(Pvoid_t *map, Word_t key) {
    PWord_t slot;
    JLG(slot, *map, key);
    if (slot) return slot;
    JLI(slot, *map, key);
    if (slot == PJERR) pm_die_oom();
    return slot;
}

Word_t pm_map_get(Pvoid_t map, Word_t key) {
    PWord_t slot;
    JLG(slot, map, key);
    return slot ? *slot : 0;
}

static struct pm_number *number_slot(const struct pm_numbers *all, uint64_t key) {
    uint64_t hash = (key ^ key >> 32) * UINT64_C(0x9e3779b97f4a7c15);
    size_t at = (size_t)(hash ^ hash >> 32) & (all->room - 1);
    while (all->slots[at].number && all->slots[at].key != key) at = (at + 1) & (all->room - 1);
    return &all->slots[at];
}
static void numbers_grow(struct pm_numbers *all) {
    const struct pm_numbers old = *all;
    all->room = old.room ? old.room * 2 : 256;
    all->slots = pm_xmalloc(all->room * sizeof *all->slots);
    memset(all->slots, 0, all->room * sizeof *all->slots);
    for (size_t i = 0; i < old.room; i++)
        if (old.slots[i].number) *number_slot(all, old.slots[i].key) = old.slots[i];
    free(old.slots);
}
uint32_t pm_number_of(struct pm_numbers *all, uint64_t key) {
    if ((size_t)all->n * 2 >= all->room) numbers_grow(all);
    struct pm_number *slot = number_slot(all, key);
    if (!slot->number) *slot = (struct pm_number){key, ++all->n};
    return slot->number;
}
void pm_numbers_free(struct pm_numbers *all) {
    free(all->slots);
    *all = (struct pm_numbers){.slots = NULL};
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

#define JOINED_MAX                                                                                 \
    512 // longer ones are rare, and printed; so are those with a NUL, to which they go
uint32_t pm_id_join(const struct pm_env *env, uint32_t a, char between, uint32_t b) {
    struct pm_str x = pm_name(env, a), y = pm_name(env, b);
    char text[JOINED_MAX];
    bool printed =
        x.n + 1 + y.n > sizeof text || (x.n && memchr(x.p, 0, x.n)) || (y.n && memchr(y.p, 0, y.n));
    if (printed) return pm_id_fmt(env, "%.*s%c%.*s", PM_FMT(x), between, PM_FMT(y));
    if (x.n) memcpy(text, x.p, x.n);
    text[x.n] = between;
    if (y.n) memcpy(text + x.n + 1, y.p, y.n);
    return pm_id(env, (struct pm_str){text, x.n + 1 + y.n});
}

const char *pm_cstr(const struct pm_env *env, uint32_t id) {
    return pm_arena_cstr(env->a, pm_name(env, id));
}

const struct pm_verdict pm_verdict_none = {.cause = -1};

struct pm_verdicts {
    struct pm_intern *keys; // a verdict's bytes
    struct pm_arena *a;
    PM_LIST(const struct pm_verdict *) items; // by key
};
struct pm_verdicts *pm_verdicts_new(void) {
    struct pm_verdicts *kept = pm_xmalloc(sizeof *kept);
    *kept = (struct pm_verdicts){.keys = pm_intern_new(), .a = pm_arena_new()};
    return kept;
}
void pm_verdicts_free(struct pm_verdicts *kept) {
    pm_intern_free(kept->keys);
    pm_arena_free(kept->a);
    free(kept->items.items);
    free(kept);
}

// Between the members are holes, which two equal ones need not share.
static struct pm_verdict without_holes(const struct pm_verdict *v) {
    struct pm_verdict key;
    memset(&key, 0, sizeof key);
    key.rule = v->rule;
    key.cause = v->cause;
    memcpy(key.candidates, v->candidates, sizeof key.candidates);
    key.candidate_count = v->candidate_count;
    key.confidence = v->confidence;
    key.variant = v->variant;
    key.quiet = v->quiet;
    return key;
}

const struct pm_verdict *pm_verdict_keep(const struct pm_env *env, const struct pm_verdict *v) {
    struct pm_verdicts *kept = env->verdicts;
    struct pm_verdict key = without_holes(v);
    uint32_t id = pm_intern_id(kept->keys, (struct pm_str){(const char *)&key, sizeof key});
    while (kept->items.n <= id) *PM_PUSH(kept->items.items, kept->items.n, kept->items.cap) = NULL;
    if (!kept->items.items[id]) {
        struct pm_verdict *copy = PM_NEW(kept->a, struct pm_verdict);
        *copy = *v;
        kept->items.items[id] = copy;
    }
    return kept->items.items[id];
}

const struct pm_verdict *pm_verdict_of(const struct pm_env *env, int cause,
                                       enum pm_confidence confidence) {
    struct pm_verdict v = {.cause = cause, .candidate_count = 1, .confidence = confidence};
    v.candidates[0] = cause;
    return pm_verdict_keep(env, &v);
}

int pm_cause_c(const char *name) { return pm_cause_find(pm_str_c(name)); }

void pm_strs_add(struct pm_strs *v, struct pm_str s) { *PM_PUSH(v->items, v->n, v->cap) = s; }

void pm_strs_seal(struct pm_arena *a, struct pm_strs *v, enum pm_seal how) {
    struct pm_str *heap = v->items;
    size_t n = 0;
    if (!v->n) { // as of most pulls' pods: there are millions
        free(heap);
        *v = (struct pm_strs){0};
        return;
    }
    if (how == PM_SEAL_SORTED && v->n > 1) qsort(heap, v->n, sizeof *heap, pm_by_text);
    struct pm_str *out = PM_NEWN(a, struct pm_str, v->n);
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

// Most are put down in order of time, and only their groups lie mixed: eleven bits of them
// a pass, and none where all are alike, put a million in order for less than a comparison
// of each would cost.
enum { GROUP_BITS = 11, GROUP_DIGITS = 1 << GROUP_BITS };

static bool in_order_of_time(const struct pm_order *o) {
    for (size_t i = 1; i < o->n; i++) {
        const struct pm_order_key *x = &o->items[i - 1], *y = &o->items[i];
        if (x->at > y->at || (x->at == y->at && x->index > y->index)) return false;
    }
    return true;
}

static void pass(const struct pm_order_key *from, struct pm_order_key *to, size_t n, int shift) {
    size_t places[GROUP_DIGITS] = {0}, at = 0;
    for (size_t i = 0; i < n; i++) places[from[i].group >> shift & (GROUP_DIGITS - 1)]++;
    for (size_t k = 0; k < GROUP_DIGITS; k++) {
        size_t many = places[k];
        places[k] = at;
        at += many;
    }
    for (size_t i = 0; i < n; i++)
        to[places[from[i].group >> shift & (GROUP_DIGITS - 1)]++] = from[i];
}

static void groups_sort(struct pm_order *o) {
    struct pm_order_key *room = pm_xmalloc(o->n * sizeof *room);
    uint32_t most = 0;
    for (size_t i = 0; i < o->n; i++) most = o->items[i].group > most ? o->items[i].group : most;
    for (int shift = 0; shift < 32 && most >> shift; shift += GROUP_BITS) {
        struct pm_order_key *sorted = room;
        pass(o->items, sorted, o->n, shift);
        room = o->items;
        o->items = sorted;
        o->cap = o->n;
    }
    free(room);
}

// Those of one time are in order of their index; most are put down so.
static bool in_order_of_index(const struct pm_order *o) {
    for (size_t i = 1; i < o->n; i++)
        if (o->items[i - 1].index > o->items[i].index) return false;
    return true;
}
static void times_sort(struct pm_order *o) {
    struct pm_keyed *keyed = pm_xmalloc(o->n * sizeof *keyed);
    struct pm_order_key *sorted = pm_xmalloc(o->n * sizeof *sorted);
    for (size_t i = 0; i < o->n; i++) keyed[i] = (struct pm_keyed){o->items[i].index, i};
    if (!in_order_of_index(o)) pm_sort_keyed(keyed, o->n);
    for (size_t i = 0; i < o->n; i++) keyed[i].key = pm_key_of_int64(o->items[keyed[i].of].at);
    pm_sort_keyed(keyed, o->n);
    for (size_t i = 0; i < o->n; i++) sorted[i] = o->items[keyed[i].of];
    free(keyed);
    free(o->items);
    o->items = sorted;
    o->cap = o->n;
}

#define FEW_KEYS 64 // are sorted before the passes have counted
void pm_order_sort(struct pm_order *o) {
    if (o->n > FEW_KEYS) {
        if (!in_order_of_time(o)) times_sort(o);
        groups_sort(o);
    } else if (o->n > 1) qsort(o->items, o->n, sizeof *o->items, by_key);
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
