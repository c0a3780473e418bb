// The same record found twice (journal.log beside kubelet.log, rotated overlaps, one file
// in two archives, a line quoted again below) counts once.
//
// A record's identity holds its node where its stamp cannot: nodes that fail in one
// second with the same words are several. A stamp with a fraction is one record's alone,
// and whoever kept it calls its node what he likes.
//
// While rows are put, two bits a slot tell whether some (hash, ordinal) came at least
// twice: fixed memory, and no index over random hashes, which would cost several times
// the insert. At the end only the suspects are sorted. A slot shared by chance costs
// time, not truth.
#include "timeline/store.h"
#include <stdlib.h>

#define SEEN_SLOTS (UINT64_C(1) << 24)

static uint64_t slot_of(uint64_t hash, uint32_t ordinal) {
    uint64_t x = (hash + ordinal * UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xff51afd7ed558ccd);
    return (x ^ x >> 32) & (SEEN_SLOTS - 1);
}
void timeline_seen(struct pm_timeline *t, uint64_t hash, uint32_t ordinal) {
    if (!t->seen && !(t->seen = calloc(SEEN_SLOTS / 4, 1))) pm_die_oom();
    uint64_t slot = slot_of(hash, ordinal);
    uint8_t *byte = &t->seen[slot / 4], once = (uint8_t)(1u << slot % 4 * 2);
    if (*byte & once) {
        *byte |= (uint8_t)(once << 1);
        t->seen_twice = true;
    } else *byte |= once;
}
static void suspect(sqlite3_context *c, int n, sqlite3_value **v) {
    (void)n;
    struct pm_timeline *t = sqlite3_user_data(c);
    uint64_t slot =
        slot_of((uint64_t)sqlite3_value_int64(v[0]), (uint32_t)sqlite3_value_int64(v[1]));
    sqlite3_result_int(c, t->seen ? t->seen[slot / 4] >> (slot % 4 * 2 + 1) & 1 : 1);
}

// Best first: the better standing (a shipper repeats what the node's own log says), then
// a row that names its node, then the better dated, then the one in more envelopes, then
// the first path.
static const char suspects_sql[] =
    "SELECT e.id, e.hash, e.ordinal, e.member, coalesce(e.ts, 0) % 1000000000 = 0, (SELECT text FROM string n WHERE n.id = e.node), e.line, e.standing & 3 "
    "FROM event e JOIN member m ON m.id = e.member WHERE e.hash IS NOT NULL AND suspect(e.hash, e.ordinal) "
    "ORDER BY e.hash, e.ordinal, e.standing & 3, e.node = 0, e.quality, -(length(coalesce(m.envelopes, '')) > 0) - length(coalesce(m.envelopes, '')) "
    "+ length(replace(coalesce(m.envelopes, ''), '+', '')), m.path, e.member, e.id";

#define KEPT_MAX 256 // nodes told apart for one record's words
struct kept {
    int64_t member, line;
    uint64_t
        node; // hash of its name's first label, as a host's short and full names are one; 0 unknown
};
struct group {
    int64_t hash, ordinal;
    bool open;
    struct kept kept[KEPT_MAX];
    size_t n;
};

// Where a member's records lie. Two of one path that only touch are the parts of a log that
// was cut: what the second begins with stands in it once more, and is no copy. A log that
// grew, or was rotated while it was read, is another matter: there one holds the other's.
struct part {
    int64_t path, from, to; // path: its rank
};
struct parts {
    struct part *items; // by member
    size_t n, cap;
};
static bool parts_load(struct pm_timeline *t, struct parts *p) {
    static const char sql[] =
        "SELECT id, dense_rank() OVER (ORDER BY path), from_ns, to_ns FROM member WHERE id >= 0 AND id < 16777216 ORDER BY id";
    sqlite3_stmt *s = NULL;
    int rc;
    if (!timeline_check(t, sqlite3_prepare_v2(t->db, sql, -1, &s, NULL))) return false;
    while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
        while (p->n <= (size_t)sqlite3_column_int64(s, 0))
            *PM_PUSH(p->items, p->n, p->cap) = (struct part){0, PM_NO_TIME, PM_NO_TIME};
        p->items[p->n - 1] = (struct part){sqlite3_column_int64(s, 1), column_or(s, 2, PM_NO_TIME),
                                           column_or(s, 3, PM_NO_TIME)};
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

static void drop(struct pm_timeline *t, sqlite3_stmt *into, int64_t id, int64_t kept_in) {
    sqlite3_bind_int64(into, 1, id);
    sqlite3_bind_int64(into, 2, kept_in);
    timeline_run(t, into);
}
static void duplicates_find(struct pm_timeline *t, const struct parts *p, sqlite3_stmt *read,
                            sqlite3_stmt *into) {
    struct group g = {0};
    int rc;
    while ((rc = sqlite3_step(read)) == SQLITE_ROW) {
        int64_t hash = sqlite3_column_int64(read, 1), ordinal = sqlite3_column_int64(read, 2),
                member = sqlite3_column_int64(read, 3), line = sqlite3_column_int64(read, 6);
        bool hearsay = sqlite3_column_int(read, 7) ==
                       PM_STANDING_HEARSAY; // where it lay says nothing of whom it repeats
        uint64_t node = hearsay ? 0 : node_hash(timeline_column(read, 5));
        if (!g.open || g.hash != hash || g.ordinal != ordinal) {
            g.open = true;
            g.hash = hash;
            g.ordinal = ordinal;
            g.n = 0;
        }
        const struct kept *same =
            kept_before(p, &g, member, node, sqlite3_column_int(read, 4) != 0);
        if (!same) g.kept[g.n++] = (struct kept){member, line, node};
        else if (same->member != member || same->line != line)
            drop(t, into, sqlite3_column_int64(read, 0),
                 same->member); // else two events of one record
    }
    timeline_check(t, rc);
}

// The two statements that count what is dropped, then the drop. Counted where the rows
// were, said where the better ones are.
static const char drop_sql[] =
    "UPDATE member SET duplicates = duplicates + d.n FROM (SELECT e.member AS member, count(*) AS n FROM dropped x JOIN event e ON e.id = x.id GROUP BY "
    "e.member) d "
    "  WHERE d.member = member.id;"
    "INSERT OR REPLACE INTO diagnostic(path, line, code, message, count) SELECT m.path, min(e.line), 'duplicate-records', 'also in ' || k.path || ': counted "
    "once', count(*) "
    "  FROM dropped x JOIN event e ON e.id = x.id JOIN member m ON m.id = e.member JOIN member k ON k.id = x.kept GROUP BY m.id, k.id ORDER BY m.id, k.id;"
    "DELETE FROM event WHERE id IN (SELECT id FROM dropped);";

void timeline_duplicates_drop(struct pm_timeline *t) {
    if (!t->seen_twice || t->error.n) return;
    sqlite3_stmt *read = NULL, *into = NULL;
    struct parts parts = {0};
    sqlite3_create_function(t->db, "suspect", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC, t, suspect,
                            NULL, NULL);
    if (parts_load(t, &parts) &&
        timeline_exec(t, "CREATE TEMP TABLE dropped(id INTEGER PRIMARY KEY, kept INTEGER)") &&
        timeline_check(t, sqlite3_prepare_v2(t->db, suspects_sql, -1, &read, NULL)) &&
        timeline_check(
            t, sqlite3_prepare_v2(t->db, "INSERT INTO dropped VALUES(?,?)", -1, &into, NULL)))
        duplicates_find(t, &parts, read, into);
    free(parts.items);
    sqlite3_finalize(read);
    sqlite3_finalize(into);
    if (timeline_number(t, "SELECT count(*) FROM dropped", 0) > 0) {
        if (t->path)
            timeline_exec(
                t, "INSERT INTO copy SELECT * FROM event WHERE id IN (SELECT id FROM dropped)");
        timeline_exec(t, drop_sql);
    }
    timeline_exec(t, "DROP TABLE dropped");
    t->seen_twice = false;
}
