// In which order rows of one time are read: by the path of their file and their line, so
// that neither parallel reading nor an archive's order shows (rows.c reads them).
#include "timeline/store.h"
#include "base/sort.h"
#include <stdlib.h>
#include <string.h>

// A member that a foreign file gave no path is one by itself: nothing tells of whose it is
// a part.
static bool is_named(const struct path *p) { return p->text && *p->text; }

static void parts_join(struct paths *p) {
    struct pm_intern *names = pm_intern_new();
    uint32_t *first = pm_xmalloc((p->n + 2) * sizeof *first), met = pm_intern_count(names);
    for (size_t i = 0; i < p->n; i++) {
        if (!is_named(&p->items[i])) continue;
        uint32_t name = pm_intern_id(names, pm_str_c(p->items[i].text));
        if (name == met) first[met++] = (uint32_t)i;
        else if (p->items[i].age < p->items[first[name]].age) first[name] = (uint32_t)i;
    }
    for (size_t i = 0; i < p->n; i++)
        if (is_named(&p->items[i]))
            p->items[i].one = first[pm_intern_find(names, pm_str_c(p->items[i].text))];
    free(first);
    pm_intern_free(names);
}

// Of the ages that the parts of one log have by their least times the first gets the least.
static void parts_in_order(struct paths *p, const uint32_t *part, size_t n) {
    int64_t *ages = pm_xmalloc((n + 1) * sizeof *ages);
    for (size_t i = 0; i < n; i++) ages[i] = p->items[part[i]].age;
    if (n > 1) qsort(ages, n, sizeof *ages, pm_by_int64);
    for (size_t i = 0; i < n; i++) p->items[part[i]].age = ages[i];
    free(ages);
}
static void parts_order(struct pm_timeline *t, struct paths *p) {
    struct pm_arena *a = pm_arena_new();
    struct pm_str rest = pm_timeline_meta_get(t, PM_META_PARTS, a);
    uint32_t *part = pm_xmalloc((rest.n + 1) * sizeof *part);
    size_t n = 0;
    for (uint64_t id; rest.n;) {
        ptrdiff_t blank = pm_str_chr(rest, ' ', 0);
        struct pm_str number = blank < 0 ? rest : pm_str_sub(rest, 0, (size_t)blank);
        rest = blank < 0 ? PM_NONE : pm_str_from(rest, (size_t)blank + 1);
        if (!pm_str_u64(number, &id) || id >= p->n || !is_named(&p->items[id])) continue;
        if (n && strcmp(p->items[part[0]].text, p->items[id].text) != 0) {
            parts_in_order(p, part, n);
            n = 0;
        }
        part[n++] = (uint32_t)id;
    }
    parts_in_order(p, part, n);
    free(part);
    pm_arena_free(a);
}

static void members_load(struct pm_timeline *t, struct paths *p) {
    static const char sql[] =
        "SELECT id, path, row_number() OVER (ORDER BY coalesce(from_ns, 0), coalesce(to_ns, 0), hash, bytes, lines, id) FROM member ORDER BY id";
    sqlite3_stmt *s = NULL;
    if (!timeline_check(t, sqlite3_prepare_v2(t->db, sql, -1, &s, NULL))) return;
    int rc;
    while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
        int64_t id = sqlite3_column_int64(s, 0);
        if (!timeline_is_member(id)) break;
        while (p->n <= (size_t)id) (void)PM_PUSH(p->items, p->n, p->cap);
        if (p->items[id].text) continue;
        struct pm_str path = timeline_path_column(s, 1);
        char *text = pm_xmalloc(path.n + 1);
        if (path.n) memcpy(text, path.p, path.n);
        text[path.n] = 0;
        p->items[id] = (struct path){text, sqlite3_column_int64(s, 2), (uint32_t)id};
    }
    timeline_check(t, rc == SQLITE_ROW ? SQLITE_CORRUPT : rc);
    sqlite3_finalize(s);
    parts_order(t, p);
    parts_join(p);
}
void timeline_paths_free(struct paths *p) {
    for (size_t i = 0; i < p->n; i++) free(p->items[i].text);
    free(p->items);
    free(p->rank);
}

static int path_order(const struct path *x, const struct path *y) {
    int c = pm_path_order(pm_str_c(x->text), pm_str_c(y->text));
    return c ? c : (x->age > y->age) - (x->age < y->age);
}
static int by_path(const void *a, const void *b) {
    return path_order(*(const struct path *const *)a, *(const struct path *const *)b);
}
static void paths_rank(struct paths *p) {
    bool in_order = true;
    for (size_t i = 1; i < p->n && in_order; i++)
        in_order = path_order(&p->items[i - 1], &p->items[i]) <= 0;
    if (in_order) return;
    struct path **sorted = pm_xmalloc(p->n * sizeof *sorted);
    p->rank = pm_xmalloc(p->n * sizeof *p->rank);
    for (size_t i = 0; i < p->n; i++) sorted[i] = &p->items[i];
    qsort(sorted, p->n, sizeof *sorted, by_path);
    for (size_t i = 0; i < p->n; i++) p->rank[sorted[i] - p->items] = (int64_t)i;
    free(sorted);
}
// Ranks that were kept from before the paths got other names: "2 0 1", by member id.
static bool rank_kept(struct pm_timeline *t, struct paths *p) {
    struct pm_arena *a = pm_arena_new();
    struct pm_str rest = pm_timeline_meta_get(t, PM_META_ORDER, a), number;
    bool kept = rest.n > 0;
    if (kept && !pm_str_eqc(rest, "-")) {
        p->rank = pm_xmalloc((p->n + 1) * sizeof *p->rank);
        for (size_t i = 0; i < p->n; i++) {
            ptrdiff_t blank = pm_str_chr(rest, ' ', 0);
            uint64_t rank = i;
            number = blank < 0 ? rest : pm_str_sub(rest, 0, (size_t)blank);
            rest = blank < 0 ? PM_NONE : pm_str_from(rest, (size_t)blank + 1);
            pm_str_u64(number, &rank);
            p->rank[i] = (int64_t)(rank % ((uint64_t)p->n + 1));
        }
    }
    pm_arena_free(a);
    return kept;
}
bool timeline_path_known(const struct paths *p, int64_t member) {
    return member >= 0 && (uint64_t)member < p->n && is_named(&p->items[member]);
}
void timeline_paths_load(struct pm_timeline *t, struct paths *p) {
    members_load(t, p);
    if (!rank_kept(t, p)) paths_rank(p);
}
void timeline_order_of(struct pm_timeline *t, struct pm_buf *order) {
    struct paths paths = {0};
    members_load(t, &paths);
    paths_rank(&paths);
    for (size_t i = 0; i < paths.n && paths.rank; i++)
        pm_buf_fmt(order, "%s%lld", i ? " " : "", (long long)paths.rank[i]);
    timeline_paths_free(&paths);
}
