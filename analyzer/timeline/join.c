// Rows of a log that was cut, as one reading of the whole would have them.
//
// What is told stays as it was: the rows that are one now are marked as copies, which nobody
// reads, and a row of all of them stands beside, known by a flag of its shape. A merge throws
// it away with all else that was made of events, and takes none over from others.
#include "timeline/store.h"
#include <stdio.h>

#define JOINED "(flags & 65536)" // PM_EV_JOINED
_Static_assert(PM_EV_JOINED == 65536, "as SQL has it");

const char timeline_source_joined_sql[] =
    " AND shape NOT IN (SELECT number FROM source.shape WHERE " JOINED ")";

bool timeline_joined_drop(struct pm_timeline *t) {
    if (!timeline_number(t, "SELECT EXISTS(SELECT 1 FROM main.shape WHERE " JOINED ")", 0))
        return !t->error.n;
    return timeline_exec(t, "DELETE FROM main.event WHERE shape IN "
                            "(SELECT number FROM main.shape WHERE " JOINED ")");
}
bool timeline_source_has_joined(struct pm_timeline *t) {
    return timeline_number(t, "SELECT EXISTS(SELECT 1 FROM source.shape WHERE " JOINED ")", 0) != 0;
}

// The shape of the row that the others went into, which tells of layers now.
static uint32_t shape_joined(struct pm_timeline *t, const struct pm_row *as) {
    char sql[96];
    snprintf(sql, sizeof sql, "SELECT shape FROM event WHERE id = %llu",
             (unsigned long long)as->id);
    struct shape s = *timeline_shape_get(t, timeline_number(t, sql, 0));
    s.v[SHAPE_FLAGS] = as->event.flags | PM_EV_JOINED;
    return timeline_shape(t, &s);
}

// Its own stamps may be without a zone: what is new of it is as far from them as it is in UTC.
static bool row_put(struct pm_timeline *t, const struct pm_row *as, int64_t was_ns) {
    static const char event[] =
        "INSERT INTO event SELECT NULL, member, line, NULL, NULL, ts + ?2, ts + ?3, ts + ?4, ?5, ?6, ?7, "
        "waiting_ns, ?8, remaining, namespace, pod, pod_uid, object, client, url, digest, message, join_, detail, raw "
        "FROM event WHERE id = ?1",
                      dated[] =
                          "INSERT INTO dated SELECT (SELECT max(id) FROM event), utc_ns + ?2, "
                          "dated_quality, utc_ns + ?3, utc_ns + ?4 FROM dated WHERE event = ?1";
    const int64_t v[] = {(int64_t)as->id,       as->ts_ns - was_ns,  as->first_ns - was_ns,
                         as->last_ns - was_ns,  shape_joined(t, as), as->event.count,
                         as->event.duration_ns, as->event.bytes};
    const char *const sql[] = {event, dated};
    for (size_t i = 0; i < PM_LEN(sql) && !t->error.n; i++) {
        sqlite3_stmt *s = NULL;
        if (!timeline_check(t, sqlite3_prepare_v2(t->db, sql[i], -1, &s, NULL))) return false;
        for (int c = 0; c < (int)PM_LEN(v) && c < sqlite3_bind_parameter_count(s); c++)
            sqlite3_bind_int64(s, c + 1, v[c]);
        timeline_run(t, s);
        sqlite3_finalize(s);
    }
    return !t->error.n;
}

void pm_timeline_copies_find(struct pm_timeline *t) {
    timeline_duplicates_find(t);
    timeline_unsee(t); // or a merge's end would find them again
}

void pm_timeline_join(struct pm_timeline *t, const struct pm_row *as, int64_t was_ns,
                      const uint64_t *rows, size_t n) {
    sqlite3_stmt *copy = timeline_stmt(t, ST_COPY);
    if (!copy || !timeline_unpack(t) || !row_put(t, as, was_ns)) return;
    for (size_t i = 0; i <= n; i++) {
        sqlite3_bind_int64(copy, 1, (int64_t)(i < n ? rows[i] : as->id));
        sqlite3_bind_int64(copy, 2, as->file);
        timeline_run(t, copy);
    }
}
