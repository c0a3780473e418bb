// In which order rows are read: by time, and those of one time by the path of their file
// and their line, so that neither parallel reading nor an archive's order shows.
//
// No index is kept of it: it would cost as much as the rows. Within a member rows mostly lie
// in order, so that what lies in order is a run, and the runs are merged while they are
// read. A timeline of one log is a single run, and its rows are read as they lie.
#include "timeline/store.h"
#include <stdlib.h>

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

// ---- rows

static bool is_before(const struct row_place *a, const struct row_place *b) {
    if (a->ts != b->ts) return a->ts < b->ts;
    return a->place != b->place ? a->place < b->place : a->id < b->id;
}

static uint64_t place_of(const struct paths *p, int64_t member, int64_t line) {
    const uint64_t lines = (UINT64_C(1) << 40) - 1;
    uint64_t rank = (uint64_t)member, at = (uint64_t)line;
    if (p->rank && rank < p->n) rank = (uint64_t)p->rank[rank];
    return rank << 40 | (at < lines ? at : lines);
}

static void run_add(struct row_order *o, size_t to) {
    size_t from = o->runs_n ? o->runs[o->runs_n - 1].to : 0;
    *PM_PUSH(o->runs, o->runs_n, o->runs_cap) = (struct row_run){from, to};
}

// A heap: the run with the next row is the first.
static void sift(struct row_order *o, size_t at) {
    const struct row_run moved = o->runs[at];
    for (size_t child; (child = 2 * at + 1) < o->runs_n; at = child) {
        if (child + 1 < o->runs_n &&
            is_before(&o->rows[o->runs[child + 1].at], &o->rows[o->runs[child].at]))
            child++;
        if (!is_before(&o->rows[o->runs[child].at], &o->rows[moved.at])) break;
        o->runs[at] = o->runs[child];
    }
    o->runs[at] = moved;
}

static bool is_known(const struct paths *p, int64_t member) {
    return member >= 0 && (uint64_t)member < p->n && is_named(&p->items[member]);
}

// A row of no member, or of one without a path, is damage: no file could show it, and it
// is left out.
static void rows_find(struct pm_timeline *t, sqlite3_stmt *s, const struct paths *paths,
                      struct row_order *o) {
    int rc;
    while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
        const int64_t member = sqlite3_column_int64(s, 1);
        if (!is_known(paths, member)) {
            o->lost = true;
            continue;
        }
        const struct row_place row = {column_or(s, 3, PM_NO_TIME), sqlite3_column_int64(s, 0),
                                      place_of(paths, member, sqlite3_column_int64(s, 2))};
        if (o->n && is_before(&row, &o->rows[o->n - 1])) run_add(o, o->n);
        *PM_PUSH(o->rows, o->n, o->cap) = row;
    }
    timeline_check(t, rc);
    if (o->n) run_add(o, o->n);
    o->as_stored = o->runs_n < 2;
    for (size_t i = o->runs_n / 2; i-- > 0;) sift(o, i);
}

void timeline_order_find(struct pm_timeline *t, const char *where, const struct paths *paths,
                         struct row_order *o) {
    struct pm_buf sql = {0};
    sqlite3_stmt *s = NULL;
    pm_buf_lit(&sql, "SELECT event.id, member, line, " TIMELINE_TS
                     " FROM event LEFT JOIN dated ON dated.event = event.id ");
    if (where) pm_buf_lit(&sql, "LEFT JOIN shape ON number = shape ");
    pm_buf_fmt(&sql, "WHERE (%s) AND NOT EXISTS(SELECT 1 FROM copy WHERE copy.event = event.id)",
               where ? where : "1");
    if (timeline_check(t, sqlite3_prepare_v2(t->db, sql.p, -1, &s, NULL)))
        rows_find(t, s, paths, o);
    sqlite3_finalize(s);
    pm_buf_free(&sql);
}

const struct row_place *timeline_order_next(struct row_order *o) {
    if (!o->runs_n) return NULL;
    const struct row_place *row = &o->rows[o->runs[0].at++];
    if (o->runs[0].at == o->runs[0].to) o->runs[0] = o->runs[--o->runs_n];
    if (o->runs_n > 1) sift(o, 0);
    return row;
}
void timeline_order_free(struct row_order *o) {
    free(o->rows);
    free(o->runs);
    *o = (struct row_order){0};
}
