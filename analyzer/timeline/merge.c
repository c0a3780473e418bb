// Merging timelines: the reduce step. Associative, commutative, idempotent, and equal to
// one run over everything.
//
// A source's events are taken as they were said. Behind the last one, what was made of
// those that were here is taken back (settled.c), and analyzer/ingest/merged.c decides
// again, over all members: their paths, nodes, clocks, standing. Of records that two
// members share one is told, as in ingest. A member that is there already, by content and
// place, is not taken again.
//
// The other file is attached read-only, its texts, shapes and members get numbers here,
// and its rows are copied with those.
#include "timeline/store.h"
#include <Judy.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static _Thread_local char merge_why[512];

// Pseudonyms are numbers of one run: "node0001" of two timelines are two nodes.
static bool pseudonyms_meet(struct pm_timeline *into, struct pm_timeline *source) {
    bool renamed = pm_timeline_is_pseudonymised(source) || pm_timeline_is_pseudonymised(into);
    return renamed && timeline_number(into, "SELECT EXISTS(SELECT 1 FROM main.member)", 0) != 0;
}
static bool source_check(struct pm_timeline *into, const char *path, const char **why) {
    struct pm_timeline *source = pm_timeline_open_read(path, why);
    if (!source) return false;
    bool meet = pseudonyms_meet(into, source);
    pm_timeline_close(source);
    if (!meet) return true;
    snprintf(merge_why, sizeof merge_why,
             "%s: pseudonyms are of one run alone: merge the timelines first, then --pseudonymise",
             path);
    *why = merge_why;
    return false;
}
static bool same_file(const char *a, const char *b) {
    struct stat x, y;
    return b && stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev &&
           x.st_ino == y.st_ino;
}
static bool source_attach(struct pm_timeline *t, const char *path) {
    sqlite3_stmt *s = NULL;
    if (!timeline_check(t, sqlite3_prepare_v2(t->db, "ATTACH ? AS source", -1, &s, NULL)))
        return false;
    sqlite3_bind_text(s, 1, path, -1, SQLITE_STATIC);
    bool ok = timeline_run(t, s);
    sqlite3_finalize(s);
    return ok;
}

// Texts and shapes go through what this timeline remembers of its own, so that their
// numbers stay its own. Numbers of the source → those here: in order and without gaps, but
// for texts that were kept outside of the budget, and whatever a damaged file has.
struct numbers {
    uint32_t *to;
    size_t n, cap;
    Pvoid_t loose; // JudyL
};
struct source {
    struct pm_timeline *into;
    const char *mark;
    struct numbers texts, shapes;
    struct member_to {
        uint32_t to;
        bool is_new;
    } * members;
    size_t members_n, members_cap;
    int64_t next_id; // of the row that is copied next, here
};

static void numbers_free(struct numbers *x) {
    free(x->to);
    JudyLFreeArray(&x->loose, PJE0);
    *x = (struct numbers){0};
}
static void source_free(struct source *x) {
    numbers_free(&x->texts);
    numbers_free(&x->shapes);
    free(x->members);
}
static void number_map(struct numbers *x, int64_t number, uint32_t to) {
    if (x->n == 0) *PM_PUSH(x->to, x->n, x->cap) = 0; // is none
    if (number == (int64_t)x->n) {
        *PM_PUSH(x->to, x->n, x->cap) = to;
        return;
    }
    PWord_t slot = (PWord_t)JudyLIns(&x->loose, (Word_t)number, PJE0);
    if (slot == (PWord_t)PPJERR) pm_die_oom();
    *slot = to;
}
static uint32_t number_here(const struct numbers *x, int64_t number) {
    if (number >= 0 && (uint64_t)number < x->n) return x->to[number];
    PWord_t slot = (PWord_t)JudyLGet(x->loose, (Word_t)number, PJE0);
    return slot ? (uint32_t)*slot : 0;
}

// What comes of a text here: as it is, or marked and without what looks like a secret.
static struct pm_str taken(const struct source *x, struct pm_str text, struct pm_buf *room) {
    pm_buf_clear(room);
    return text.n && timeline_text_taken(x->into, text, x->mark, room) ? pm_buf_str(room) : text;
}

typedef void source_row(struct source *x, sqlite3_stmt *s);
static bool source_each(struct source *x, const char *sql, source_row *row) {
    sqlite3_stmt *s = NULL;
    int rc;
    if (!timeline_check(x->into, sqlite3_prepare_v2(x->into->db, sql, -1, &s, NULL))) return false;
    while ((rc = sqlite3_step(s)) == SQLITE_ROW && !x->into->error.n) row(x, s);
    bool ok = timeline_check(x->into, rc) && !x->into->error.n;
    sqlite3_finalize(s);
    return ok;
}
static void text_take(struct source *x, sqlite3_stmt *s) {
    struct pm_buf room = {0};
    struct pm_str text = taken(x, timeline_column(s, 1), &room);
    number_map(&x->texts, sqlite3_column_int64(s, 0), timeline_string(x->into, text));
    pm_buf_free(&room);
}
static void shape_take(struct source *x, sqlite3_stmt *s) {
    struct shape shape;
    timeline_shape_column(s, 1, &shape);
    for (int i = SHAPE_NODE; i < SHAPE_NUMBERS; i++)
        shape.v[i] = number_here(&x->texts, shape.v[i]);
    number_map(&x->shapes, sqlite3_column_int64(s, 0), timeline_shape(x->into, &shape));
}
static bool words_take(struct source *x) {
    timeline_strings_hold(x->into);
    bool ok = source_each(x, "SELECT id,text FROM source.string ORDER BY id", text_take);
    timeline_strings_release(x->into);
    return ok &&
           source_each(x, "SELECT number," TIMELINE_SHAPE_REST " FROM source.shape ORDER BY number",
                       shape_take);
}

// A member is known again by its place and content, where neither says another node than
// the other. Its input is the same where the whole path is, whoever took it in.
static const char members_sql[] =
    "INSERT INTO main.input SELECT NULL, tags_apart(s.whole), s.prefix, coalesce(s.shard, (SELECT name FROM bundle)), s.content FROM source.input s WHERE NOT EXISTS "
    "  (SELECT 1 FROM main.input i WHERE i.whole = tags_apart(s.whole) AND i.shard = coalesce(s.shard, (SELECT name FROM bundle))) ORDER BY s.id;"
    "CREATE TEMP TABLE input_map AS SELECT s.id AS id, (SELECT i.id FROM main.input i WHERE i.whole = tags_apart(s.whole) AND i.shard = "
    "  coalesce(s.shard, (SELECT name FROM bundle))) AS to_, s.prefix AS prefix FROM source.input s;"
    "UPDATE main.input SET content = s.content FROM source.input s JOIN input_map x ON x.id = s.id WHERE main.input.id = x.to_ AND s.content IS NOT NULL;"
    "CREATE TEMP TABLE input_same AS SELECT s.id AS id, i.id AS to_ FROM source.input s JOIN main.input i ON i.whole = tags_apart(s.whole);"
    "CREATE TEMP TABLE member_map(id INTEGER PRIMARY KEY, to_ INTEGER, is_new INTEGER);"
    "INSERT INTO member_map SELECT s.id, CASE WHEN f.member IS NULL THEN (SELECT m.id FROM main.member m WHERE m.path = tags_apart(s.path) AND m.hash IS s.hash)"
    "  ELSE (SELECT min(m.id) FROM input_same x JOIN main.fact o ON o.place = tags_apart(f.place) AND o.input = x.to_ JOIN main.member m ON m.id = o.member"
    "    WHERE x.id = f.input AND m.hash IS s.hash AND coalesce(o.envelope_node, o.fact_node, f.envelope_node, f.fact_node, '') ="
    "    coalesce(tags_apart(f.envelope_node), tags_apart(f.fact_node), o.envelope_node, o.fact_node, '')) END, 0"
    "  FROM source.member s LEFT JOIN source.fact f ON f.member = s.id ORDER BY s.id;"
    "UPDATE member_map SET is_new = 1, to_ = (SELECT coalesce(max(id) + 1, 0) FROM main.member) + n.n FROM "
    "  (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM member_map WHERE to_ IS NULL) n WHERE n.id = member_map.id;"
    "INSERT INTO main.member SELECT x.to_, tags_apart(path), format, component, tags_apart(node), envelopes, bytes, lines, events, bad,"
    "  undated, from_ns, to_ns, quality, year, year_from, utc_offset_s, offset_from, skew_ms, hash, (SELECT d.to_ FROM member_map d WHERE d.id = "
    "s.duplicate_of), duplicates, NULL, NULL FROM source.member s JOIN member_map x ON x.id = s.id WHERE x.is_new ORDER BY s.id;"
    "INSERT INTO main.fact SELECT x.to_, i.to_, tags_apart(place), mtime_ns, component, tags_apart(fact_node), tags_apart(envelope_node), written, year, tz,"
    "  read_ns, clock, voices FROM source.fact f JOIN member_map x ON x.id = f.member AND x.is_new LEFT JOIN input_map i ON i.id = f.input ORDER BY x.to_;"
    "INSERT OR IGNORE INTO main.meta SELECT key, tags_apart(value) FROM source.meta WHERE key NOT IN ('judged', 'inputs', 'from', 'to', 'unsettled', '" PM_META_PARTS
    "');";

// What was skipped or wrong is of an input and a place in it, as its members are: by the
// longest prefix that its path begins with. Until all is settled such a path is one of its
// own, so that two shards' are not taken for one.
#define PLACED(table)                                                                              \
    "SELECT d.*, i.to_ AS to_, coalesce(d.place, CASE WHEN i.prefix = '' THEN d.path ELSE "        \
    "substr(d.path, length(i.prefix) + 2) END) AS at FROM source." table " d LEFT JOIN "           \
    "input_map i ON i.id = coalesce(d.input, (SELECT p.id FROM source.input p WHERE "              \
    "d.path NOT IN ('', '-') AND (p.prefix = '' OR d.path = p.prefix OR "                          \
    "substr(d.path, 1, length(p.prefix) + 1) = p.prefix || '/') "                                  \
    "ORDER BY length(p.prefix) DESC, p.id LIMIT 1))"
#define PATH_HERE "CASE WHEN to_ IS NULL THEN tags_apart(path) ELSE char(1) || to_ || '/' || at END"
static const char losses_sql[] =
    "INSERT OR IGNORE INTO main.skipped_member SELECT " PATH_HERE
    ", why, to_, tags_apart(at) FROM (" PLACED(
        "skipped_member") ") s WHERE NOT EXISTS (SELECT 1 FROM "
                          "main.skipped_member m WHERE m.input = s.to_ AND m.place = tags_apart(s.at) AND m.why = s.why);"
                          "INSERT OR IGNORE INTO main.diagnostic SELECT " PATH_HERE
                          ", line, code, tags_apart(message), count, to_, tags_apart(at) FROM (" PLACED(
                              "diagnostic") ") s WHERE code <> 'duplicate-records' AND NOT EXISTS (SELECT 1 FROM main.diagnostic m WHERE m.input = s.to_ AND "
                                            "m.place = tags_apart(s.at) AND m.code = s.code AND m.message = tags_apart(s.message));";

static void member_met(struct source *x, sqlite3_stmt *s) {
    int64_t id = sqlite3_column_int64(s, 0);
    if (!timeline_is_member(id)) return;
    while (x->members_n <= (size_t)id)
        *PM_PUSH(x->members, x->members_n, x->members_cap) = (struct member_to){0};
    x->members[id] = (struct member_to){(uint32_t)sqlite3_column_int64(s, 1), true};
}

// Rows keep their order, behind those that are here. SQLite copies them by itself and asks
// for what is another number here: taking them out cell by cell, and binding each again,
// took as long again.

// The source whose rows are copied at this moment, for the functions that the copy calls.
static struct source *copying_of(sqlite3_context *c) {
    struct pm_timeline *t = sqlite3_user_data(c);
    if (!t->merging) sqlite3_result_error(c, "this function is of the program's own merge", -1);
    return t->merging;
}
// is_new_here(member): its rows are taken.
static void is_new_here(sqlite3_context *c, int n, sqlite3_value **v) {
    const struct source *x = copying_of(c);
    (void)n;
    if (!x) return;
    int64_t member = sqlite3_value_int64(v[0]);
    sqlite3_result_int(c,
                       member >= 0 && (size_t)member < x->members_n && x->members[member].is_new);
}
// member_here(member, hash, ordinal) of a row whose member is new; it is noted.
static void member_here(sqlite3_context *c, int n, sqlite3_value **v) {
    struct source *x = copying_of(c);
    (void)n;
    if (!x) return;
    const uint32_t to = x->members[sqlite3_value_int64(v[0])].to;
    bool known = sqlite3_value_type(v[1]) != SQLITE_NULL;
    timeline_row_note(x->into, x->next_id++, to, known ? sqlite3_value_int64(v[1]) : PM_NO_TIME,
                      sqlite3_value_int64(v[2]));
    sqlite3_result_int64(c, to);
}
static void shape_here(sqlite3_context *c, int n, sqlite3_value **v) {
    const struct source *x = copying_of(c);
    (void)n;
    if (x) sqlite3_result_int64(c, number_here(&x->shapes, sqlite3_value_int64(v[0])));
}
static void text_here(sqlite3_context *c, int n, sqlite3_value **v) {
    const struct source *x = copying_of(c);
    (void)n;
    if (x) sqlite3_result_int64(c, number_here(&x->texts, sqlite3_value_int64(v[0])));
}

static bool copying_functions(struct pm_timeline *t) {
    static const struct {
        const char *name;
        int n;
        void (*call)(sqlite3_context *, int, sqlite3_value **);
    } ours[] = {{"is_new_here", 1, is_new_here},
                {"member_here", 3, member_here},
                {"shape_here", 1, shape_here},
                {"text_here", 1, text_here}};
    for (size_t i = 0; i < PM_LEN(ours) && !t->merge_functions; i++)
        if (!timeline_check(t, sqlite3_create_function(t->db, ours[i].name, ours[i].n,
                                                       SQLITE_UTF8 | SQLITE_DIRECTONLY, t,
                                                       ours[i].call, NULL, NULL)))
            return false;
    t->merge_functions = true;
    return true;
}

#define TEXT(column) "CASE WHEN " column " THEN text_here(" column ") ELSE 0 END"
#define NUMBER(cell) "CAST(" cell " AS INTEGER)" // a foreign file's may be a text, with a secret
static const char events_sql[] = "INSERT INTO main.event SELECT NULL, member_here(member, hash, ordinal), " NUMBER("line") "," NUMBER("hash") "," NUMBER(
    "ordinal") "," NUMBER("ts") "," NUMBER("first_ns") "," NUMBER("last_ns") ", shape_here(shape), " NUMBER("count") "," NUMBER("duration_ns") "," NUMBER("waiting_ns") "," NUMBER("bytes") "," NUMBER("remaining") "," TEXT("namespace") "," TEXT("pod") "," TEXT("pod_uid") "," TEXT("object") "," TEXT("client") "," TEXT("url") "," TEXT("digest") "," TEXT("message") "," TEXT("join_") "," TEXT("detail") ", "
                                                                                                                                                                                                                                                                                                                                                                                                                "CASE WHEN raw <> '' THEN tags_apart(raw) END FROM source.event WHERE is_new_here(member)";
static bool events_take(struct source *x) {
    struct pm_timeline *t = x->into;
    timeline_members_note(t);
    x->next_id = timeline_number(t, "SELECT coalesce(max(id), 0) FROM main.event", 0);
    if (x->next_id > INT64_MAX / 2 && !t->error.n) // SQLite would choose any that are free
        pm_buf_lit(&t->error, "there are no numbers left for its rows");
    if (t->error.n) return false;
    x->next_id++;
    t->merging = x;
    struct pm_buf sql = {0};
    pm_buf_fmt(&sql, "%s%s ORDER BY id", events_sql,
               timeline_source_has_joined(t) ? timeline_source_joined_sql : "");
    bool ok = copying_functions(t) &&
              source_each(x, "SELECT id, to_ FROM member_map WHERE is_new", member_met) &&
              timeline_exec(t, sql.p);
    pm_buf_free(&sql);
    t->merging = NULL;
    return ok && !t->error.n;
}

static struct pm_str bundle_name(const char *path) {
    struct pm_str name = pm_str_c(path), tail = PM_STR(".db");
    name = pm_str_from(name, (size_t)(pm_str_rchr(name, '/') + 1));
    if (pm_str_ends(name, tail) && name.n > tail.n) name.n -= tail.n;
    return name.n ? name : PM_STR("bundle");
}
// A shard is called as its file is: whoever collects shards keeps their names apart.
static bool bundle_note(struct pm_timeline *t, const char *path) {
    sqlite3_stmt *source = NULL, *own = NULL;
    bool ok = timeline_exec(t, "CREATE TEMP TABLE bundle(name TEXT)") &&
              timeline_check(t, sqlite3_prepare_v2(t->db, "INSERT INTO bundle VALUES(?)", -1,
                                                   &source, NULL)) &&
              timeline_check(t, sqlite3_prepare_v2(
                                    t->db, "UPDATE main.input SET shard = ? WHERE shard IS NULL",
                                    -1, &own, NULL));
    if (ok) {
        bind_str(source, 1, bundle_name(path));
        bind_str(own, 1, bundle_name(t->path ? t->path : ""));
        ok = timeline_run(t, source) && timeline_run(t, own);
    }
    sqlite3_finalize(source);
    sqlite3_finalize(own);
    return ok;
}

// The bundles that went in: a set, in order. Put behind the others first, as the set is
// made of a text that grows with each source.
static const char inputs_add_sql[] =
    "INSERT INTO main.meta SELECT 'inputs', tags_apart(value) FROM source.meta WHERE key = 'inputs' ON CONFLICT(key) DO "
    "UPDATE SET value = value || char(10) || "
    "excluded.value "
    "  WHERE instr(char(10) || value || char(10), char(10) || excluded.value || char(10)) = 0;";
static const char inputs_sql[] =
    "INSERT OR REPLACE INTO main.meta SELECT 'inputs', group_concat(line, char(10)) FROM (WITH RECURSIVE cut(line, rest) AS ("
    "  SELECT NULL, value || char(10) FROM main.meta WHERE key = 'inputs'"
    "  UNION ALL SELECT substr(rest, 1, instr(rest, char(10)) - 1), substr(rest, instr(rest, char(10)) + 1) FROM cut WHERE rest != '')"
    "  SELECT DISTINCT line FROM cut WHERE line != '' ORDER BY line);";

// ---- many at once
//
// What is new of each source is taken in a transaction of its own, so that one that
// breaks leaves nothing. What is decided over all of them, nodes, duplicates, the index
// by time, is done once, behind the last. A timeline says of itself when that is still to
// be done.

// A new file is looked at as a whole before it gets its name (strike.c); one that is there
// must not hold for a moment what is struck out behind.
static bool look_begins(struct pm_timeline *t) {
    static const char kept[] =
        "SELECT EXISTS(SELECT 1 FROM main.meta WHERE key = '" PM_META_SECRETS "')"
        " OR EXISTS(SELECT 1 FROM source.meta WHERE key = '" PM_META_SECRETS "')";
    t->struck = 0;
    t->look_taken = !t->building && timeline_number(t, kept, 0) == 0;
    return !t->error.n;
}

static bool source_take(struct source *x, const char *path) {
    struct pm_timeline *t = x->into;
    x->mark = timeline_tags_mark(t, "source");
    if (!x->mark || !bundle_note(t, path) || !timeline_exec(t, members_sql)) return false;
    int before = sqlite3_total_changes(t->db);
    if (!timeline_exec(t, losses_sql) || !timeline_exec(t, inputs_add_sql)) return false;
    bool more = timeline_number(t, "SELECT EXISTS(SELECT 1 FROM member_map WHERE is_new)", 0) != 0;
    if (!more && sqlite3_total_changes(t->db) == before) return !t->error.n; // all of it is here
    return timeline_exec(t, "INSERT OR REPLACE INTO main.meta VALUES('unsettled', '1')") &&
           (!more || (words_take(x) && events_take(x))) && !t->error.n;
}
static bool take(struct pm_timeline *t, const char *path) {
    struct source x = {.into = t};
    bool ok = source_take(&x, path);
    source_free(&x);
    if (!ok) { // what was met of it goes with it
        timeline_strings_forget(t);
        timeline_shapes_forget(t);
    }
    return ok;
}

static bool transaction_end(struct pm_timeline *t, bool ok) {
    if (t->in_transaction && ok)
        ok = timeline_exec(t, "COMMIT"); // a full disk shows here at the latest
    if (t->in_transaction && !ok) sqlite3_exec(t->db, "ROLLBACK", NULL, NULL, NULL);
    t->in_transaction = false;
    return ok;
}

static bool merged(struct pm_timeline *into, bool ok, const char *path, const char **why) {
    if (ok) return true;
    snprintf(merge_why, sizeof merge_why, "%s cannot be merged into %s: %s", path,
             into->path ? into->path : "the temporary timeline",
             into->error.n ? into->error.p : "unknown");
    *why = merge_why;
    return false;
}

// ATTACH is not allowed inside a transaction, and a new file has no journal to roll back
// with until it is told.
static void prepare(struct pm_timeline *t) {
    timeline_write_begins(t);
    bool apart = timeline_unpack(t) && (t->strings_loaded || timeline_tags_own(t));
    timeline_strings_load(t);
    transaction_end(t, apart);
    if (t->building) timeline_exec(t, "PRAGMA journal_mode=MEMORY");
    timeline_exec(t, "CREATE INDEX IF NOT EXISTS main.fact_place ON fact(place, input)");
}

// Not BEGIN IMMEDIATE: that locks the source for writing, too, and leaves a journal of both
// files where it is killed.
static void take_begins(struct pm_timeline *t) {
    t->in_transaction = timeline_exec(t, "BEGIN");
    if (t->in_transaction) timeline_exec(t, "DELETE FROM main.meta WHERE 0");
}

bool pm_timeline_merge_take(struct pm_timeline *into, const char *path, const char **why) {
    if (!source_check(into, path, why)) return false;
    if (same_file(path, into->path)) return true;
    prepare(into);
    bool attached = source_attach(into, path);
    take_begins(into);
    bool ok = attached && look_begins(into) && take(into, path);
    if (ok && into->struck) ok = timeline_struck_tell(into, into->struck);
    into->look_taken = false;
    ok = transaction_end(into, ok);
    if (ok && into->struck) timeline_struck_say(into, into->struck);
    sqlite3_exec(into->db,
                 "DROP TABLE IF EXISTS temp.member_map; DROP TABLE IF EXISTS temp.bundle;"
                 "DROP TABLE IF EXISTS temp.input_map; DROP TABLE IF EXISTS temp.input_same",
                 NULL, NULL, NULL);
    if (attached) sqlite3_exec(into->db, "DETACH source", NULL, NULL, NULL);
    into->committed = into->committed || ok; // a timeline of nothing is not kept
    return merged(into, ok, path, why);
}

bool pm_timeline_merge_begin(struct pm_timeline *into, bool *settled) {
    timeline_write_begins(into);
    *settled =
        timeline_number(into, "SELECT count(*) FROM main.meta WHERE key = 'unsettled'", 0) == 0;
    if (*settled || into->error.n) return !into->error.n;
    pm_timeline_clear_judgement(into); // it was about other evidence
    return timeline_exec(into, "DROP INDEX IF EXISTS main.fact_place") &&
           timeline_exec(into, inputs_sql) && timeline_unsettle(into);
}
static bool settled_end(struct pm_timeline *t) {
    if (timeline_number(t, "SELECT count(*) FROM main.meta WHERE key = 'unsettled'", 0) == 0)
        return !t->error.n;
    timeline_duplicates_find(t);
    return timeline_exec(t, "DELETE FROM main.meta WHERE key = 'unsettled'") && !t->error.n;
}
bool pm_timeline_merge_end(struct pm_timeline *into, const char **why) {
    timeline_write_begins(into);
    bool ok = transaction_end(into, !into->error.n && settled_end(into));
    timeline_unsee(into);
    return merged(into, ok, "what was taken", why);
}
