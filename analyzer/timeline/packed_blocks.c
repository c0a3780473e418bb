// Blocks of bytes by their number: where what is packed stands in the file.
#include "timeline/packed.h"

void timeline_packed_put(struct pm_timeline *t, enum packed_kind of, int64_t block,
                         struct pm_str bytes) {
    sqlite3_stmt *s = timeline_stmt(t, ST_PACK + of);
    if (!s) return;
    sqlite3_bind_int64(s, 1, block);
    sqlite3_bind_blob64(s, 2, bytes.p, bytes.n, SQLITE_STATIC);
    timeline_run(t, s);
}
sqlite3_stmt *timeline_packed_seek(struct pm_timeline *t, enum packed_kind of, int64_t block) {
    sqlite3_stmt *s = timeline_stmt(t, ST_PACKED + of);
    if (!s) return NULL;
    sqlite3_bind_int64(s, 1, block);
    int rc = sqlite3_step(s);
    if (timeline_check(t, rc) && rc == SQLITE_ROW) return s;
    sqlite3_reset(s);
    return NULL;
}
sqlite3_stmt *timeline_packed_find(struct pm_timeline *t, enum packed_kind of, int64_t block) {
    sqlite3_stmt *s = timeline_packed_seek(t, of, block);
    if (!s) timeline_check(t, SQLITE_CORRUPT);
    return s;
}
