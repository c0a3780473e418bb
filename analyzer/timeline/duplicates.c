// The same record found twice (journal.log beside kubelet.log, rotated overlaps, one file
// in two archives, a line quoted again below) counts once.
//
// A record's identity holds its node where its stamp cannot: nodes that fail in one
// second with the same words are several. A stamp with a fraction is one record's alone,
// and whoever kept it calls its node what he likes.
//
// While rows are put, seen.c notes which may have come twice. At the end only those are
// sorted, and where there are none nothing is searched.
#include "timeline/store.h"
#include <Judy.h>
#include <stdlib.h>

static void suspect(sqlite3_context *c, int n, sqlite3_value **v) {
    (void)n;
    sqlite3_result_int(c, timeline_seen_twice(sqlite3_user_data(c),
                                              (uint64_t)sqlite3_value_int64(v[0]),
                                              (uint32_t)sqlite3_value_int64(v[1])));
}

// Those that may have come twice, in groups of one record; and of each what decides among them.
static const char suspects_sql[] =
    "SELECT event.id, hash, ordinal, member, line, shape, " TIMELINE_TS ", dated_quality, count "
    "FROM event LEFT JOIN dated ON dated.event = event.id "
    "WHERE hash IS NOT NULL AND suspect(hash, ordinal) ORDER BY hash, ordinal, event.id";
struct suspect {
    int64_t id, member, line;
    enum pm_standing standing;
    bool nodeless, coarse; // names no node; its stamp is of a whole second
    int64_t quality, depth, path;
    int64_t layers; // that a manifest's row tells of, too
    uint64_t node;
};

#define KEPT_MAX 256 // nodes told apart for one record's words
struct kept {
    int64_t member, line;
    uint64_t
        node; // hash of its name's first label, as a host's short and full names are one; 0 unknown
};
struct group {
    int64_t hash, ordinal;
    struct suspect *items;
    size_t items_n, cap;
    struct kept kept[KEPT_MAX];
    size_t n;
};

// Where a member's records lie. Two of one path that only touch are the parts of a log that
// was cut: what the second begins with stands in it once more, and is no copy. A log that
// grew, or was rotated while it was read, is another matter: there one holds the other's.
struct part {
    int64_t path, from, to; // path: its rank
    int64_t depth;          // its envelopes
};
struct parts {
    struct part *items; // by member
    size_t n, cap;
};
static bool parts_load(struct pm_timeline *t, struct parts *p) {
    static const char sql[] =
        "SELECT id, dense_rank() OVER (ORDER BY path), from_ns, to_ns, (length(coalesce(envelopes, '')) > 0) + length(coalesce(envelopes, '')) "
        "- length(replace(coalesce(envelopes, ''), '+', '')) FROM member WHERE id >= 0 AND id < 16777216 ORDER BY id";
    sqlite3_stmt *s = NULL;
    int rc;
    if (!timeline_check(t, sqlite3_prepare_v2(t->db, sql, -1, &s, NULL))) return false;
    while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
        while (p->n <= (size_t)sqlite3_column_int64(s, 0))
            *PM_PUSH(p->items, p->n, p->cap) = (struct part){0, PM_NO_TIME, PM_NO_TIME, 0};
        p->items[p->n - 1] = (struct part){sqlite3_column_int64(s, 1), column_or(s, 2, PM_NO_TIME),
                                           column_or(s, 3, PM_NO_TIME), sqlite3_column_int64(s, 4)};
    }
    sqlite3_finalize(s);
    return timeline_check(t, rc);
}
static bool parts_of_one(const struct parts *p, int64_t a, int64_t b) {
    if (a == b || a < 0 || b < 0 || (size_t)a >= p->n || (size_t)b >= p->n) return false;
    const struct part *x = &p->items[a], *y = &p->items[b];
    return x->path == y->path && x->from != PM_NO_TIME && y->from != PM_NO_TIME &&
           (x->to <= y->from || y->to <= x->from);
}

static uint64_t node_hash(struct pm_str name) {
    ptrdiff_t dot = pm_str_chr(name, '.', 0);
    bool address = name.n && name.p[0] >= '0' && name.p[0] <= '9';
    uint64_t h = pm_str_hash(dot > 0 && !address ? pm_str_sub(name, 0, (size_t)dot) : name, 1);
    return name.n ? h | 1 : 0;
}

static const struct kept *kept_before(const struct parts *p, const struct group *g, int64_t member,
                                      uint64_t node, bool coarse) {
    for (size_t i = 0; i < g->n; i++)
        if (parts_of_one(p, g->kept[i].member, member)) continue;
        else if (!coarse || !node || !g->kept[i].node || g->kept[i].node == node)
            return &g->kept[i];
    return g->n == KEPT_MAX ? &g->kept[0] : NULL;
}

// Best first: the better standing (a shipper repeats what the node's own log says), then
// a row that names its node, then the better dated, then the one in more envelopes, then
// a manifest's that has more of its layers (a log may end behind it), then the first path.
static int by_merit(const void *a, const void *b) {
    const struct suspect *x = a, *y = b;
    const int64_t order[][2] = {{(int64_t)x->standing, (int64_t)y->standing},
                                {x->nodeless, y->nodeless},
                                {x->quality, y->quality},
                                {y->depth, x->depth},
                                {y->layers, x->layers},
                                {x->path, y->path},
                                {x->member, y->member},
                                {x->line, y->line},
                                {x->id, y->id}};
    for (size_t i = 0; i < PM_LEN(order); i++)
        if (order[i][0] != order[i][1]) return order[i][0] < order[i][1] ? -1 : 1;
    return 0;
}

// How many of one member's records are told by another's, and the line of the first.
struct toll {
    int64_t member, kept, n, line;
};
// An event, and the member whose row tells it.
struct copy {
    int64_t event, kept;
};
enum { COPIES_MAX = 1 << 16 }; // that wait to be put
struct search {
    struct pm_timeline *t;
    struct parts parts;
    struct settled settled;
    struct group group;
    struct copy *copies;
    size_t copies_n, copies_cap;
    struct toll *tolls;
    size_t tolls_n, tolls_cap;
    Pvoid_t toll_of; // JudyL: members' numbers → place in tolls + 1
};

static void suspect_add(struct search *x, sqlite3_stmt *s) {
    struct group *g = &x->group;
    const struct shape *shape = timeline_shape_get(x->t, sqlite3_column_int64(s, 5));
    int64_t member = sqlite3_column_int64(s, 3), ts = column_or(s, 6, 0);
    bool there = member >= 0 && (size_t)member < x->parts.n;
    uint32_t node = timeline_settled_node(&x->settled, member, shape);
    struct suspect *u = PM_PUSH(g->items, g->items_n, g->cap);
    *u = (struct suspect){
        .id = sqlite3_column_int64(s, 0),
        .member = member,
        .line = sqlite3_column_int64(s, 4),
        .standing = timeline_settled_standing(&x->settled, member, shape),
        .nodeless = node == 0,
        .coarse = ts % PM_NS_PER_S == 0,
        .quality = column_or(s, 7, shape->v[SHAPE_QUALITY]),
        .depth = there ? x->parts.items[member].depth : 0,
        .path = there ? x->parts.items[member].path : 0,
        .layers = shape->v[SHAPE_FLAGS] & PM_EV_LAYERS ? sqlite3_column_int64(s, 8) : 0};
    // Where hearsay lay says nothing of whom it repeats.
    if (u->standing != PM_STANDING_HEARSAY)
        u->node = node_hash(timeline_string_get(x->t, node, &node));
}

static int by_event(const void *a, const void *b) {
    const struct copy *x = a, *y = b;
    return (x->event > y->event) - (x->event < y->event);
}
// They are found by their hashes, and put in order of their numbers and in groups: a row
// behind the last is a third of the work of one somewhere.
static void copies_put(struct search *x) {
    sqlite3_stmt *one = timeline_stmt(x->t, ST_COPY), *group = timeline_stmt(x->t, ST_COPYS);
    if (x->copies_n > 1) qsort(x->copies, x->copies_n, sizeof *x->copies, by_event);
    for (size_t at = 0, take; one && group && at < x->copies_n; at += take) {
        take = x->copies_n - at < GROUP_ROWS ? 1 : GROUP_ROWS;
        sqlite3_stmt *s = take == 1 ? one : group;
        for (size_t i = 0; i < take; i++) {
            sqlite3_bind_int64(s, 2 * (int)i + 1, x->copies[at + i].event);
            sqlite3_bind_int64(s, 2 * (int)i + 2, x->copies[at + i].kept);
        }
        timeline_run(x->t, s);
    }
    x->copies_n = 0;
}

static void copy_mark(struct search *x, const struct suspect *u, int64_t kept) {
    PWord_t at = NULL;
    if (x->copies_n == COPIES_MAX) copies_put(x);
    *PM_PUSH(x->copies, x->copies_n, x->copies_cap) = (struct copy){u->id, kept};
    if (!timeline_is_member(u->member) || !timeline_is_member(kept)) return;
    JLI(at, x->toll_of, (Word_t)u->member << 24 | (Word_t)kept);
    if (at == PJERR) pm_die_oom();
    if (!*at) {
        *PM_PUSH(x->tolls, x->tolls_n, x->tolls_cap) = (struct toll){u->member, kept, 0, u->line};
        *at = x->tolls_n;
    }
    struct toll *toll = &x->tolls[*at - 1];
    toll->n++;
    if (u->line < toll->line) toll->line = u->line;
}

static void group_judge(struct search *x) {
    struct group *g = &x->group;
    if (g->items_n > 1) qsort(g->items, g->items_n, sizeof *g->items, by_merit);
    g->n = 0;
    for (size_t i = 0; i < g->items_n && g->items_n > 1; i++) {
        const struct suspect *u = &g->items[i];
        const struct kept *same = kept_before(&x->parts, g, u->member, u->node, u->coarse);
        if (!same) g->kept[g->n++] = (struct kept){u->member, u->line, u->node};
        if (!same || (same->member == u->member && same->line == u->line))
            continue; // two events of one record are no copies
        copy_mark(x, u, same->member);
    }
    g->items_n = 0;
}

static void duplicates_find(struct search *x, sqlite3_stmt *s) {
    struct group *g = &x->group;
    int rc;
    while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
        int64_t hash = sqlite3_column_int64(s, 1), ordinal = sqlite3_column_int64(s, 2);
        if (g->hash != hash || g->ordinal != ordinal) group_judge(x);
        g->hash = hash;
        g->ordinal = ordinal;
        pm_arena_reset(x->t->row_arena);
        suspect_add(x, s);
    }
    group_judge(x);
    copies_put(x);
    timeline_check(x->t, rc);
}

static int by_members(const void *a, const void *b) {
    const struct toll *x = a, *y = b;
    if (x->member != y->member) return x->member < y->member ? -1 : 1;
    return (x->kept > y->kept) - (x->kept < y->kept);
}
// Counted where the rows are, said where the better ones are.
static void tolls_tell(struct search *x) {
    sqlite3_stmt *count = timeline_stmt(x->t, ST_COPIES),
                 *say = timeline_stmt(x->t, ST_COPIES_TOLD);
    if (x->tolls_n > 1) qsort(x->tolls, x->tolls_n, sizeof *x->tolls, by_members);
    for (size_t i = 0; i < x->tolls_n && count && say; i++) {
        const struct toll *toll = &x->tolls[i];
        sqlite3_bind_int64(count, 1, toll->n);
        sqlite3_bind_int64(count, 2, toll->member);
        timeline_run(x->t, count);
        const int64_t said[] = {toll->line, toll->n, toll->member, toll->kept};
        for (int c = 0; c < (int)PM_LEN(said); c++) sqlite3_bind_int64(say, c + 1, said[c]);
        timeline_run(x->t, say);
    }
}

void timeline_duplicates_find(struct pm_timeline *t) {
    if (!timeline_seen_any_twice(t) || t->error.n) return;
    struct search x = {.t = t};
    sqlite3_stmt *read = NULL;
    timeline_strings_load(t);
    sqlite3_create_function(t->db, "suspect", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC, t, suspect,
                            NULL, NULL);
    timeline_settled_load(t, &x.settled);
    if (parts_load(t, &x.parts) &&
        timeline_check(t, sqlite3_prepare_v2(t->db, suspects_sql, -1, &read, NULL)))
        duplicates_find(&x, read);
    sqlite3_finalize(read);
    timeline_settled_free(&x.settled);
    free(x.group.items);
    free(x.parts.items);
    free(x.copies);
    tolls_tell(&x);
    JudyLFreeArray(&x.toll_of, PJE0);
    free(x.tolls);
}
