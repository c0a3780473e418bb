// Numbers of secrets are of one run: <redacted:password:3> of two shards are two secrets.
// Nobody can tell whether they are the same one (that is what a key is for), so merging
// keeps them apart by what is in the shard: <redacted:password:3-5f2c9a1b>. A shard has
// the same mark in whatever order it is merged, and tags that have a mark already, of a
// timeline that was merged before, or a keyed hash stay as they are.
//
// The mark is made of the members' paths and sizes and of the records' hashes, which are
// taken with the secrets blanked: it tells nothing of a secret.
#include "base/leak.h"
#include "timeline/store.h"
#include <stdio.h>

#define TAG "<redacted:"
#define NUMBER_DIGITS 9

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Where the number of the tag at `at` ends; 0 where it is no tag with a number alone.
static size_t number_end(struct pm_str s, size_t at) {
    size_t i = at + sizeof TAG - 1;
    while (i < s.n && s.p[i] >= 'a' && s.p[i] <= 'z') i++;
    if (i >= s.n || s.p[i] != ':') return 0;
    size_t from = ++i;
    while (i < s.n && is_digit(s.p[i])) i++;
    return i > from && i - from <= NUMBER_DIGITS && i < s.n && s.p[i] == '>' ? i : 0;
}

bool timeline_tags_apart(struct pm_str s, const char *mark, struct pm_buf *out) {
    size_t done = 0;
    for (ptrdiff_t at = pm_str_find(s, PM_STR(TAG), 0); at >= 0;
         at = pm_str_find(s, PM_STR(TAG), (size_t)at + 1)) {
        size_t end = number_end(s, (size_t)at);
        if (!end) continue;
        pm_buf_add(out, pm_str_sub(s, done, end - done));
        pm_buf_fmt(out, "-%s", mark);
        done = end;
    }
    if (done) pm_buf_add(out, pm_str_from(s, done));
    return done > 0;
}

bool timeline_text_taken(struct pm_timeline *t, struct pm_str s, const char *mark,
                         struct pm_buf *out) {
    bool changed = timeline_tags_apart(s, mark, out);
    if (!t->look_taken) return changed;
    if (!changed) pm_buf_add(out, s);
    size_t struck = pm_leaks_strike(out->p, out->n);
    t->struck += struck;
    return changed || struck > 0;
}

// SQL's tags_apart(text): as above, with the mark that was set last.
static char mark_now[9];
static void tags_apart(sqlite3_context *c, int n, sqlite3_value **v) {
    (void)n;
    struct pm_buf out = {0};
    struct pm_str s = {(const char *)sqlite3_value_text(v[0]), 0};
    s.n = s.p ? (size_t)sqlite3_value_bytes(v[0]) : 0;
    if (s.n && timeline_text_taken(sqlite3_user_data(c), s, mark_now, &out))
        sqlite3_result_text64(c, out.p, out.n, SQLITE_TRANSIENT, SQLITE_UTF8);
    else sqlite3_result_value(c, v[0]);
    pm_buf_free(&out);
}

static bool hash_rows(struct pm_timeline *t, const char *sql, uint64_t *h) {
    sqlite3_stmt *s = NULL;
    if (!timeline_check(t, sqlite3_prepare_v2(t->db, sql, -1, &s, NULL))) return false;
    int rc;
    while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
        *h = pm_str_hash(timeline_column(s, 0), *h);
        const int64_t numbers[] = {sqlite3_column_int64(s, 1), sqlite3_column_int64(s, 2)};
        *h = pm_str_hash((struct pm_str){(const char *)numbers, sizeof numbers}, *h);
    }
    sqlite3_finalize(s);
    return timeline_check(t, rc);
}

const char *timeline_tags_mark(struct pm_timeline *t, const char *schema) {
    char members[160], events[160];
    uint64_t h = 0x7368;
    snprintf(
        members, sizeof members,
        "SELECT coalesce((SELECT place FROM %s.fact f WHERE f.member = m.id), path), bytes, lines FROM %s.member m ORDER BY 1, 2, 3",
        schema, schema);
    snprintf(events, sizeof events, "SELECT '', hash, line FROM %s.event ORDER BY id", schema);
    bool ok = timeline_check(t, sqlite3_create_function(t->db, "tags_apart", 1,
                                                        SQLITE_UTF8 | SQLITE_DETERMINISTIC, t,
                                                        tags_apart, NULL, NULL)) &&
              hash_rows(t, members, &h) && hash_rows(t, events, &h);
    snprintf(mark_now, sizeof mark_now, "%08x", (unsigned)(h ^ h >> 32));
    return ok ? mark_now : NULL;
}

// A timeline that others are merged into was a shard itself, once.
bool timeline_tags_own(struct pm_timeline *t) {
    static const char sql[] =
        "UPDATE main.string SET text = tags_apart(text) WHERE instr(text, '" TAG "');"
        "UPDATE main.event SET raw = tags_apart(raw) WHERE instr(raw, '" TAG "');"
        "UPDATE main.member SET path = tags_apart(path), node = tags_apart(node) WHERE instr(path || coalesce(node, ''), '" TAG
        "');"
        "UPDATE main.skipped_member SET path = tags_apart(path) WHERE instr(path, '" TAG "');"
        "UPDATE main.diagnostic SET path = tags_apart(path), message = tags_apart(message) WHERE instr(path || message, '" TAG
        "');"
        "UPDATE main.fact SET place = tags_apart(place), fact_node = tags_apart(fact_node), envelope_node = tags_apart(envelope_node);"
        "UPDATE main.input SET whole = tags_apart(whole), prefix = tags_apart(prefix);"
        "UPDATE main.meta SET value = tags_apart(value) WHERE key = 'inputs';";
    if (timeline_number(t, "SELECT EXISTS(SELECT 1 FROM main.input WHERE shard IS NULL)", 0) == 0)
        return !t->error.n;
    return timeline_tags_mark(t, "main") && timeline_exec(t, sql);
}
