// The last look before a timeline's file gets its name: all its bytes, free pages, too. Only
// where something shows there is it opened once more, and struck out text by text.
#include "base/leak.h"
#include "timeline/store.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

// struck(text), and struck(text, number) for texts that must stay different ones.
static void struck(sqlite3_context *c, int n, sqlite3_value **v) {
    size_t *found = sqlite3_user_data(c), bytes = (size_t)sqlite3_value_bytes(v[0]);
    char *text = pm_xmalloc(bytes + 1);
    if (bytes) memcpy(text, sqlite3_value_text(v[0]), bytes);
    size_t here = sqlite3_value_type(v[0]) == SQLITE_TEXT ? pm_leaks_strike(text, bytes) : 0;
    struct pm_buf out = {0};
    if (here) pm_buf_add(&out, (struct pm_str){text, bytes});
    if (here && n == 2) pm_buf_fmt(&out, " #%lld", (long long)sqlite3_value_int64(v[1]));
    if (here) sqlite3_result_text64(c, out.p, out.n, SQLITE_TRANSIENT, SQLITE_UTF8);
    else sqlite3_result_value(c, v[0]);
    *found += here;
    pm_buf_free(&out);
    free(text);
}

static const char strike_sql[] =
    "PRAGMA journal_mode=OFF; PRAGMA secure_delete=ON; BEGIN;"
    "UPDATE string SET text = struck(text, id);"
    "UPDATE event SET raw = struck(raw);"
    "UPDATE member SET path = struck(path), node = struck(node);"
    "UPDATE input SET whole = struck(whole), prefix = struck(prefix), shard = struck(shard);"
    "UPDATE fact SET place = struck(place), fact_node = struck(fact_node), envelope_node = struck(envelope_node), tz = struck(tz);"
    "UPDATE OR REPLACE skipped_member SET path = struck(path), why = struck(why), place = struck(place);"
    "UPDATE OR REPLACE diagnostic SET path = struck(path), message = struck(message), place = struck(place);"
    "UPDATE meta SET value = struck(value);"
    "UPDATE incident SET title = struck(title), summary = struck(summary), scope = struck(scope), endpoints = struck(endpoints);"
    "UPDATE quota SET identity = struck(identity), user = struck(user), client = struck(client);"
    "UPDATE pull SET pods = struck(pods);";

bool timeline_struck_tell(struct pm_timeline *t, size_t found) {
    char told[240];
    snprintf(
        told, sizeof told,
        "INSERT OR REPLACE INTO main.diagnostic(path, line, code, message, count) VALUES('-', 0, "
        "'self-check', 'places that looked like secrets still were struck out', %zu)",
        found);
    return timeline_exec(t, told);
}
void timeline_struck_say(const struct pm_timeline *t, size_t found) {
    fprintf(
        stderr,
        "pullmortem: %s: self-check: %zu places looked like secrets still and were struck out\n",
        t->path, found);
}

static size_t texts_strike(struct pm_timeline *t) {
    size_t found = 0;
    int rc =
        sqlite3_open_v2(t->building, &t->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    bool ok = timeline_check(t, rc) &&
              timeline_check(t, sqlite3_create_function(t->db, "struck", -1, SQLITE_UTF8, &found,
                                                        struck, NULL, NULL)) &&
              timeline_exec(t, strike_sql);
    if (ok && found) ok = timeline_struck_tell(t, found);
    if (ok) timeline_exec(t, "COMMIT; VACUUM");
    sqlite3_close(t->db);
    t->db = NULL;
    return found;
}

void timeline_secrets_strike(struct pm_timeline *t) {
    bool found = false;
    int fd = open(t->building, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || !pm_leaks_in_file(fd, &found))
        pm_buf_fmt(&t->error, "the last look for secrets failed: %s", strerror(errno));
    if (fd >= 0) close(fd);
    size_t struck_out = found && !t->error.n ? texts_strike(t) : 0;
    if (struck_out) timeline_struck_say(t, struck_out);
}
