// Merging timelines: the reduce step. Idempotent: a member that is there already, by
// content, place and bundle, is not taken again, so merging twice, or merging a merge
// with its parts, changes nothing. Records that two members share are then dropped as in
// ingest.
//
// Nodes are often collected one by one, with the same paths inside each bundle. Where two
// members have the same place, both are shown below their bundle's name, and node logs
// that name no node get it as their node, whatever the order of merging.
//
// Set-based: the other file is attached read-only, its text and member numbers are
// mapped, its rows copied with the mapped numbers.
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

// Texts go through the intern table, so that string ids stay what the intern table says.
struct texts { // the source's text numbers → those here
    uint32_t *to;
    size_t n, cap;
    Pvoid_t loose; // JudyL: numbers from 2^31 on
};
static struct texts texts;

static void texts_free(void) {
    free(texts.to);
    JudyLFreeArray(&texts.loose, PJE0);
    texts = (struct texts){0};
}
static void text_map(uint64_t id, uint32_t to) {
    if (id < UINT64_C(1) << 31) {
        while (texts.n <= id) *PM_PUSH(texts.to, texts.n, texts.cap) = 0;
        texts.to[id] = to;
        return;
    }
    PWord_t slot = (PWord_t)JudyLIns(&texts.loose, (Word_t)id, PJE0);
    if (slot) *slot = to;
}
// SQL's text_here(id): what the source calls `id` has this number here.
static void text_here(sqlite3_context *c, int n, sqlite3_value **v) {
    (void)n;
    uint64_t id = (uint64_t)sqlite3_value_int64(v[0]);
    PWord_t slot = id < texts.n ? NULL : (PWord_t)JudyLGet(texts.loose, (Word_t)id, PJE0);
    int64_t to = slot ? (int64_t)*slot : 0;
    sqlite3_result_int64(c, id < texts.n ? texts.to[id] : to);
}
static void text_take(struct pm_timeline *t, uint64_t id, struct pm_str text, const char *mark) {
    struct pm_buf apart = {0};
    bool marked = timeline_tags_apart(text, mark, &apart);
    text_map(id, timeline_string(t, marked ? pm_buf_str(&apart) : text));
    pm_buf_free(&apart);
}
static bool strings_map(struct pm_timeline *t, const char *mark) {
    sqlite3_stmt *r = NULL;
    bool ok =
        timeline_check(t, sqlite3_create_function(t->db, "text_here", 1, SQLITE_UTF8, NULL,
                                                  text_here, NULL, NULL)) &&
        timeline_check(t, sqlite3_prepare_v2(t->db, "SELECT id,text FROM source.string ORDER BY id",
                                             -1, &r, NULL));
    int rc = SQLITE_DONE;
    while (ok && (rc = sqlite3_step(r)) == SQLITE_ROW)
        text_take(t, (uint64_t)sqlite3_column_int64(r, 0), timeline_column(r, 1), mark);
    ok = timeline_check(t, rc) && ok;
    sqlite3_finalize(r);
    return ok;
}

static const char members_sql[] =
    "CREATE TEMP TABLE member_map(id INTEGER PRIMARY KEY, to_ INTEGER, is_new INTEGER);"
    "INSERT INTO member_map SELECT s.id, (SELECT m.id FROM main.member m WHERE m.place = coalesce(s.place, tags_apart(s.path)) AND m.origin = "
    "coalesce(s.origin, (SELECT "
    "name FROM bundle))"
    "  AND m.hash IS s.hash), 0 FROM source.member s ORDER BY s.id;"
    "UPDATE member_map SET is_new = 1, to_ = (SELECT coalesce(max(id) + 1, 0) FROM main.member) + n.n FROM "
    "  (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM member_map WHERE to_ IS NULL) n WHERE n.id = member_map.id;"
    "INSERT INTO main.member SELECT x.to_, tags_apart(path), coalesce(place, tags_apart(path)), coalesce(origin, (SELECT name FROM bundle)), format, "
    "component, tags_apart(node), envelopes, "
    "bytes, lines, events, bad,"
    "  undated, from_ns, to_ns, quality, year, year_from, utc_offset_s, offset_from, skew_ms, hash, (SELECT d.to_ FROM member_map d WHERE d.id = "
    "s.duplicate_of), duplicates FROM source.member s JOIN member_map x ON x.id = s.id WHERE x.is_new ORDER BY s.id;"
    "INSERT OR IGNORE INTO main.skipped_member SELECT tags_apart(path), why FROM source.skipped_member;"
    "INSERT OR IGNORE INTO main.diagnostic SELECT tags_apart(path), line, code, tags_apart(message), count FROM source.diagnostic;"
    "INSERT OR IGNORE INTO main.meta SELECT key, tags_apart(value) FROM source.meta WHERE key <> 'judged';";

static bool events_copy(struct pm_timeline *t) {
    struct pm_buf sql = {0};
    pm_buf_lit(
        &sql,
        "INSERT INTO main.event SELECT "
        "NULL,x.to_,line,hash,ordinal,ts,stamps,quality,first_ns,last_ns,kind,component,stage,status,standing,flags,count,duration_ns,waiting_ns,bytes,"
        "limit_,remaining,window_s");
    static const char *const columns[PM_F_COUNT] = {
        "node",     "namespace",  "pod",        "pod_uid", "workload", "container", "image",
        "registry", "repository", "tag",        "digest",  "client",   "user",      "method",
        "url",      "host",       "user_agent", "reason",  "error",    "message",   "secret",
        "object",   "join_",      "writer",     "detail"};
    for (int f = 0; f < PM_F_COUNT; f++) pm_buf_fmt(&sql, ",text_here(e.%s)", columns[f]);
    pm_buf_lit(
        &sql,
        ",tags_apart(raw) FROM source.event e JOIN member_map x ON x.id=e.member AND x.is_new ORDER BY e.id");
    bool ok = timeline_exec(t, sql.p);
    pm_buf_free(&sql);
    return ok;
}

// The name of what a timeline was read from: of its one input, else of its own file.
static struct pm_str bundle_name(struct pm_timeline *t, const char *meta_sql, const char *path,
                                 struct pm_arena *a) {
    static const char *const tails[] = {".gz",  ".xz",  ".zst", ".bz2", ".tgz",
                                        ".tar", ".zip", ".7z",  ".db"};
    sqlite3_stmt *s = NULL;
    struct pm_str name = pm_str_c(path);
    if (timeline_check(t, sqlite3_prepare_v2(t->db, meta_sql, -1, &s, NULL)) &&
        sqlite3_step(s) == SQLITE_ROW)
        name = pm_arena_dup(a, timeline_column(s, 0));
    sqlite3_finalize(s);
    while (name.n > 1 && name.p[name.n - 1] == '/') name.n--;
    name = pm_str_from(name, (size_t)(pm_str_rchr(name, '/') + 1));
    for (size_t i = 0; i < PM_LEN(tails); i++)
        if (pm_str_ends(name, pm_str_c(tails[i])) && name.n > strlen(tails[i]))
            name.n -= strlen(tails[i]);
    return name.n ? name : PM_STR("bundle");
}
#define ONE_INPUT(file)                                                                            \
    "SELECT value FROM " file                                                                      \
    ".meta WHERE key = 'inputs' AND value NOT LIKE '%' || char(10) || '%' AND value != '-'"
static bool bundles_name(struct pm_timeline *t, const char *path) {
    struct pm_arena *a = pm_arena_new();
    sqlite3_stmt *source = NULL, *own = NULL;
    bool ok =
        timeline_exec(t, "CREATE TEMP TABLE bundle(name TEXT)") &&
        timeline_check(
            t, sqlite3_prepare_v2(t->db, "INSERT INTO bundle VALUES(?)", -1, &source, NULL)) &&
        timeline_check(t, sqlite3_prepare_v2(
                              t->db,
                              "UPDATE main.member SET place = path, origin = ? WHERE place IS NULL",
                              -1, &own, NULL));
    if (ok) {
        bind_str(source, 1, bundle_name(t, ONE_INPUT("source"), path, a));
        bind_str(own, 1, bundle_name(t, ONE_INPUT("main"), t->path ? t->path : "", a));
        ok = timeline_run(t, source) && timeline_run(t, own);
    }
    sqlite3_finalize(source);
    sqlite3_finalize(own);
    pm_arena_free(a);
    return ok;
}

static const char names_sql[] =
    "UPDATE main.member SET path = origin || '/' || place WHERE origin IS NOT NULL AND path = place AND place IN (SELECT place "
    "FROM main.member GROUP BY place HAVING count(*) > 1);"
    "CREATE TEMP TABLE named(member INTEGER PRIMARY KEY, node TEXT, id INTEGER);"
    "INSERT INTO named SELECT id, origin, NULL FROM main.member WHERE path = origin || '/' || place AND node IS NULL AND component "
    "IN ('kubelet', 'containerd', 'dockerd', 'crio');"
    "UPDATE main.member SET node = origin WHERE id IN (SELECT member FROM named);";

// Nodes are resolved again, as when all is read at once: what a bundle's other logs say
// of their one node is true of those that say none, and a file called as a node is that
// node's.
static const char again_sql[] =
    "CREATE TEMP TABLE node_side(component TEXT PRIMARY KEY); INSERT INTO node_side VALUES('kubelet'),('containerd'),('dockerd'),('crio'),('client'),('host');"
    "CREATE TEMP TABLE company AS SELECT origin, min(node) AS node FROM main.member WHERE node IS NOT NULL AND origin IS NOT NULL AND component IN node_side "
    "  GROUP BY origin HAVING count(DISTINCT CASE instr(node, '.') WHEN 0 THEN node ELSE substr(node, 1, instr(node, '.') - 1) END) = 1;"
    "CREATE TEMP TABLE named(member INTEGER PRIMARY KEY, node TEXT);"
    "INSERT INTO named SELECT m.id, n.node FROM main.member m JOIN (SELECT DISTINCT node FROM main.member WHERE node IS NOT NULL AND component IN node_side) n "
    "  ON n.node = replace(replace(replace(m.place, rtrim(m.place, replace(m.place, '/', '')), ''), '.txt', ''), '.log', '') "
    "  WHERE m.node IS NULL AND m.component IN node_side;"
    "INSERT OR IGNORE INTO named SELECT m.id, c.node FROM main.member m JOIN company c ON c.origin = m.origin WHERE m.node IS NULL AND m.component IN "
    "node_side;"
    "UPDATE main.member SET node = n.node FROM named n WHERE n.member = main.member.id;"
    "DROP TABLE temp.company; DROP TABLE temp.node_side;";

// The members of the table `named` got their node: their events that name none are of it.
static bool names_tell(struct pm_timeline *t) {
    sqlite3_stmt *r = NULL, *w = NULL;
    char text[200];
    snprintf(
        text, sizeof text,
        "UPDATE main.event SET node = ? WHERE node = 0 AND member = ? AND component IN (%d,%d,%d,%d,%d,%d)",
        PM_COMP_KUBELET, PM_COMP_CONTAINERD, PM_COMP_DOCKERD, PM_COMP_CRIO, PM_COMP_CLIENT,
        PM_COMP_HOST);
    bool ok = timeline_check(
                  t, sqlite3_prepare_v2(t->db, "SELECT member, node FROM named", -1, &r, NULL)) &&
              timeline_check(t, sqlite3_prepare_v2(t->db, text, -1, &w, NULL));
    int rc = SQLITE_DONE;
    while (ok && (rc = sqlite3_step(r)) == SQLITE_ROW) {
        sqlite3_bind_int64(w, 1, timeline_string(t, timeline_column(r, 1)));
        sqlite3_bind_int64(w, 2, sqlite3_column_int64(r, 0));
        ok = timeline_run(t, w);
    }
    ok = timeline_check(t, rc) && ok;
    sqlite3_finalize(r);
    sqlite3_finalize(w);
    return ok && timeline_exec(t, "DROP TABLE temp.named");
}

static bool names_settle(struct pm_timeline *t) {
    return timeline_exec(t, names_sql) && names_tell(t) && timeline_exec(t, again_sql) &&
           names_tell(t);
}

// Every hash is looked at again: a new member may hold the better copy of a record that
// was there.
static bool hashes_see(struct pm_timeline *t) {
    sqlite3_stmt *s = NULL;
    if (!timeline_check(t, sqlite3_prepare_v2(
                               t->db, "SELECT hash, ordinal FROM main.event WHERE hash IS NOT NULL",
                               -1, &s, NULL)))
        return false;
    int rc;
    while ((rc = sqlite3_step(s)) == SQLITE_ROW)
        timeline_seen(t, (uint64_t)sqlite3_column_int64(s, 0),
                      (uint32_t)sqlite3_column_int64(s, 1));
    sqlite3_finalize(s);
    return timeline_check(t, rc);
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

static bool take(struct pm_timeline *t, const char *path) {
    const char *mark = timeline_tags_mark(t, "source");
    if (!mark || !bundles_name(t, path) || !strings_map(t, mark) ||
        !timeline_exec(t, members_sql) || !timeline_exec(t, inputs_add_sql))
        return false;
    bool inputs_grew = sqlite3_changes(t->db) > 0;
    if (timeline_number(t, "SELECT count(*) FROM member_map WHERE is_new", 0) ==
        0) // all of it is here
        return (!inputs_grew || timeline_exec(t, inputs_sql)) && !t->error.n;
    return timeline_exec(t, "INSERT OR REPLACE INTO main.meta VALUES('unsettled', '1')") &&
           timeline_exec(t, "DROP INDEX IF EXISTS main.event_time") && events_copy(t) &&
           !t->error.n;
}

static bool settle(struct pm_timeline *t) {
    if (timeline_number(t, "SELECT count(*) FROM main.meta WHERE key = 'unsettled'", 0) == 0)
        return !t->error.n;
    pm_timeline_clear_judgement(t); // it was about other evidence
    if (!timeline_exec(t, inputs_sql) || !names_settle(t) || !hashes_see(t)) return false;
    timeline_duplicates_drop(t);
    return timeline_section(t, "indexes") &&
           timeline_exec(t, "DELETE FROM main.meta WHERE key = 'unsettled'") && !t->error.n;
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
    bool apart = t->strings_loaded || timeline_tags_own(t);
    timeline_strings_load(t);
    transaction_end(t, apart);
    if (t->building) timeline_exec(t, "PRAGMA journal_mode=MEMORY");
    timeline_exec(t, "CREATE INDEX IF NOT EXISTS main.member_place ON member(place)");
}

bool pm_timeline_merge_take(struct pm_timeline *into, const char *path, const char **why) {
    if (!source_check(into, path, why)) return false;
    if (same_file(path, into->path)) return true;
    prepare(into);
    bool attached = source_attach(into, path);
    timeline_write_begins(into);
    bool ok = transaction_end(into, attached && take(into, path));
    sqlite3_exec(into->db, "DROP TABLE IF EXISTS temp.member_map; DROP TABLE IF EXISTS temp.bundle",
                 NULL, NULL, NULL);
    if (attached) sqlite3_exec(into->db, "DETACH source", NULL, NULL, NULL);
    texts_free();
    into->committed = into->committed || ok; // a timeline of nothing is not kept
    return merged(into, ok, path, why);
}

bool pm_timeline_merge_settle(struct pm_timeline *into, const char **why) {
    timeline_write_begins(into);
    timeline_exec(into, "DROP INDEX IF EXISTS main.member_place");
    bool ok = transaction_end(into, settle(into));
    sqlite3_exec(into->db, "DROP TABLE IF EXISTS temp.named", NULL, NULL, NULL);
    free(into->seen);
    into->seen = NULL;
    return merged(into, ok, "what was taken", why);
}

bool pm_timeline_merge(struct pm_timeline *into, const char *path, const char **why) {
    return pm_timeline_merge_take(into, path, why) && pm_timeline_merge_settle(into, why);
}
