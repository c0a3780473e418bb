// Writing while a bundle is read: members, events, diagnostics; dating; the end.
#include "timeline/store.h"
#include <stdlib.h>

static void member_bind(sqlite3_stmt *s, const struct pm_file_row *f) {
    const struct pm_str texts[] = {f->path, f->format, f->component, f->node, f->envelopes};
    for (int i = 0; i < (int)PM_LEN(texts); i++) bind_str(s, i + 1, texts[i]);
    if (!f->path.n) sqlite3_bind_text(s, 1, "-", 1, SQLITE_STATIC);
    const uint64_t numbers[] = {f->bytes, f->lines, f->events, f->bad, f->undated};
    for (int i = 0; i < (int)PM_LEN(numbers); i++)
        sqlite3_bind_int64(s, i + 6, (int64_t)numbers[i]);
    bind_time(s, 11, f->from_ns);
    bind_time(s, 12, f->to_ns);
    sqlite3_bind_int(s, 13, (int)f->quality);
    bind_known(s, 14, f->year != 0, f->year);
    bind_str(s, 15, f->year_from);
    bind_known(s, 16, f->offset_known, f->utc_offset_s);
    bind_str(s, 17, f->offset_from);
    sqlite3_bind_int64(s, 18, f->skew_ms);
    bind_str(s, 19, f->hash);
    bind_known(s, 20, f->duplicate_of != 0, (int64_t)f->duplicate_of - 1);
}

uint32_t pm_timeline_file(struct pm_timeline *t, const struct pm_file_row *f) {
    timeline_write_begins(t);
    uint32_t id = (uint32_t)t->spans_n;
    *PM_PUSH(t->spans, t->spans_n, t->spans_cap) = (struct row_span){INT64_MAX, 0};
    sqlite3_stmt *s = timeline_stmt(t, ST_MEMBER);
    if (!s) return id;
    member_bind(s, f);
    sqlite3_bind_int64(s, 21, id);
    timeline_run(t, s);
    return id;
}
void pm_timeline_file_update(struct pm_timeline *t, uint32_t id, const struct pm_file_row *f) {
    timeline_write_begins(t);
    sqlite3_stmt *s = timeline_stmt(t, ST_MEMBER_UPDATE);
    if (!s) return;
    member_bind(s, f);
    sqlite3_bind_int64(s, 21, id);
    timeline_run(t, s);
}
void pm_timeline_skipped(struct pm_timeline *t, struct pm_str path, struct pm_str why) {
    timeline_write_begins(t);
    sqlite3_stmt *s = timeline_stmt(t, ST_SKIPPED);
    if (!s) return;
    sqlite3_bind_text64(s, 1, path.n ? path.p : "", path.n, SQLITE_STATIC, SQLITE_UTF8);
    sqlite3_bind_text64(s, 2, why.n ? why.p : "", why.n, SQLITE_STATIC, SQLITE_UTF8);
    timeline_run(t, s);
}
static void diag_put(struct pm_timeline *t, struct pm_diag d) {
    sqlite3_stmt *s = timeline_stmt(t, ST_DIAG);
    if (!s) return;
    sqlite3_bind_text64(s, 1, d.path.n ? d.path.p : "", d.path.n, SQLITE_STATIC, SQLITE_UTF8);
    sqlite3_bind_int64(s, 2, (int64_t)d.line);
    sqlite3_bind_text64(s, 3, d.code.n ? d.code.p : "", d.code.n, SQLITE_STATIC, SQLITE_UTF8);
    sqlite3_bind_text64(s, 4, d.message.n ? d.message.p : "", d.message.n, SQLITE_STATIC,
                        SQLITE_UTF8);
    sqlite3_bind_int64(s, 5, (int64_t)d.count);
    timeline_run(t, s);
}
void pm_timeline_diags(struct pm_timeline *t, struct pm_diags *d) {
    if (!t->writable) return;
    timeline_write_begins(t);
    for (size_t i = 0, n = pm_diags_count(d); i < n; i++) diag_put(t, pm_diags_at(d, i));
}
#define SHARD_SKIPPED "shard-skipped"
void pm_timeline_lacks(struct pm_timeline *t, const char *shard, const char *why) {
    timeline_write_begins(t);
    pm_timeline_skipped(t, pm_str_c(shard), pm_str_c(why));
    diag_put(t, (struct pm_diag){.path = pm_str_c(shard),
                                 .code = PM_STR(SHARD_SKIPPED),
                                 .message = pm_str_c(why),
                                 .count = 1});
}
void pm_timeline_lacks_no_more(struct pm_timeline *t, const char *shard) {
    static const enum timeline_stmt both[] = {ST_UNSKIP, ST_UNLACK};
    timeline_write_begins(t);
    for (size_t i = 0; i < PM_LEN(both); i++) {
        sqlite3_stmt *s = timeline_stmt(t, both[i]);
        if (!s) return;
        bind_str(s, 1, pm_str_c(shard));
        timeline_run(t, s);
    }
}
void pm_timeline_meta(struct pm_timeline *t, const char *key, struct pm_str value) {
    if (!t->writable) return;
    timeline_write_begins(t);
    sqlite3_stmt *s = timeline_stmt(t, ST_META);
    if (!s) return;
    bind_str(s, 1, pm_str_c(key));
    bind_str(s, 2, value);
    timeline_run(t, s);
}
struct pm_str pm_timeline_meta_get(struct pm_timeline *t, const char *key, struct pm_arena *a) {
    sqlite3_stmt *s = timeline_stmt(t, ST_META_GET);
    if (!s) return PM_NONE;
    bind_str(s, 1, pm_str_c(key));
    int rc = sqlite3_step(s);
    struct pm_str value = timeline_check(t, rc) && rc == SQLITE_ROW
                              ? pm_arena_dup(a, timeline_column(s, 0))
                              : PM_NONE; // unread is not absent
    sqlite3_reset(s);
    return value;
}

void pm_timeline_begin(struct pm_timeline *t) { timeline_write_begins(t); }

// Rows repeat most of their texts (node, registry, namespace …): comparing with the last
// one is cheaper than hashing.
static uint32_t field_id(struct pm_timeline *t, int field, struct pm_str s) {
    if (!s.n) return 0;
    uint32_t last = t->last[field];
    if (last && last < t->strings_written && pm_str_eq(pm_intern_str(t->strings, last), s))
        return last;
    return t->last[field] = timeline_string(t, s);
}
static int stamps_pack(const struct pm_row *row) {
    enum pm_when_kind first = row->event.first.kind ? row->event.first.kind : row->ts_kind,
                      last = row->event.last.kind ? row->event.last.kind : row->ts_kind;
    return (int)row->ts_kind | (int)first << 3 | (int)last << 6;
}

#define NO_NUMBER PM_NO_TIME
static int64_t known(bool yes, int64_t v) { return yes ? v : NO_NUMBER; }

// In the order of the columns.
static void numbers_of(struct pm_timeline *t, const struct pm_row *row, int64_t v[EVENT_NUMBERS]) {
    const struct pm_event *e = &row->event;
    const int64_t fixed[EVENT_NUMBERS - PM_F_COUNT] = {row->file,
                                                       (int64_t)row->line,
                                                       known(row->hash != 0, (int64_t)row->hash),
                                                       known(row->hash != 0, row->ordinal),
                                                       row->ts_ns,
                                                       stamps_pack(row),
                                                       (int64_t)row->quality,
                                                       row->first_ns,
                                                       row->last_ns,
                                                       (int64_t)e->kind,
                                                       (int64_t)e->component,
                                                       (int64_t)e->stage,
                                                       known(e->http_status != 0, e->http_status),
                                                       (int64_t)e->standing | (int64_t)e->voice
                                                                                  << 2,
                                                       e->flags,
                                                       e->count ? e->count : 1,
                                                       known(e->duration_ns != 0, e->duration_ns),
                                                       known(e->waiting_ns != 0, e->waiting_ns),
                                                       known(e->bytes >= 0, e->bytes),
                                                       known(e->limit >= 0, e->limit),
                                                       known(e->remaining >= 0, e->remaining),
                                                       known(e->window_s >= 0, e->window_s)};
    memcpy(v, fixed, sizeof fixed);
    for (int f = 0; f < PM_F_COUNT; f++)
        v[EVENT_NUMBERS - PM_F_COUNT + f] = field_id(t, f, e->field[f]);
}

void timeline_bound_forget(struct pm_timeline *t) {
    for (size_t r = 0; r < PM_LEN(t->bound); r++)
        for (int i = 0; i < EVENT_NUMBERS; i++)
            t->bound[r][i] = PM_NO_TIME; // a fresh statement's parameters are NULL
}

// Parameters keep their values: most columns of most rows repeat, also of every eighth.
static void event_bind(struct pm_timeline *t, sqlite3_stmt *s, size_t place, int64_t *bound,
                       const struct pm_row *row) {
    int64_t v[EVENT_NUMBERS];
    int first = (int)place * EVENT_COLUMNS + 1;
    numbers_of(t, row, v);
    for (int i = 0; i < EVENT_NUMBERS; i++) {
        if (v[i] == bound[i]) continue;
        bind_known(s, first + i, v[i] != NO_NUMBER, v[i]);
        bound[i] = v[i];
    }
    bind_str(s, first + EVENT_NUMBERS, row->raw);
}

static void event_put(struct pm_timeline *t, const struct pm_row *row, int64_t id) {
    if (row->hash) timeline_seen(t, row->hash, row->ordinal);
    if (row->file >= t->spans_n) return;
    struct row_span *span = &t->spans[row->file];
    if (id < span->lo) span->lo = id;
    span->hi = id;
}

void pm_timeline_put_all(struct pm_timeline *t, const struct pm_row *rows, size_t n) {
    timeline_write_begins(t);
    sqlite3_stmt *one = timeline_stmt(t, ST_EVENT), *group = timeline_stmt(t, ST_EVENTS);
    if (!one || !group) return;
    timeline_strings_hold(t);
    for (size_t at = 0, take; at < n; at += take) {
        take = n - at < GROUP_ROWS ? 1 : GROUP_ROWS;
        sqlite3_stmt *s = take == 1 ? one : group;
        for (size_t i = 0; i < take; i++)
            event_bind(t, s, i, t->bound[take == 1 ? 0 : 1 + i], &rows[at + i]);
        timeline_run(t, s);
        int64_t last = sqlite3_last_insert_rowid(t->db);
        for (size_t i = 0; i < take; i++)
            event_put(t, &rows[at + i], last - (int64_t)(take - 1 - i));
    }
    timeline_strings_release(t);
}
void pm_timeline_put(struct pm_timeline *t, const struct pm_row *row) {
    pm_timeline_put_all(t, row, 1);
}

static int64_t stamp_fix(pm_clock_fix *fix, void *ctx, int kind, int64_t ns,
                         enum pm_quality *quality) {
    return ns == PM_NO_TIME ? ns : fix(ctx, (enum pm_when_kind)kind, ns, quality);
}

// `r` is at a row of ST_REDATE_READ.
static void said_keep(struct pm_timeline *t, sqlite3_stmt *r) {
    sqlite3_stmt *s = timeline_stmt(t, ST_SAID);
    if (!s) return;
    for (int i = 0; i < 6; i++) sqlite3_bind_value(s, i + 1, sqlite3_column_value(r, i));
    timeline_run(t, s);
}

// The rows of a member lie between two ids, among rows of the members that were read at
// the same time: no index is needed to find them.
void pm_timeline_redate(struct pm_timeline *t, uint32_t file, pm_clock_fix *fix, void *ctx) {
    if (file >= t->spans_n || t->spans[file].hi == 0) return;
    sqlite3_stmt *r = timeline_stmt(t, ST_REDATE_READ), *w = timeline_stmt(t, ST_REDATE);
    if (!r || !w) return;
    sqlite3_bind_int64(r, 1, t->spans[file].lo);
    sqlite3_bind_int64(r, 2, t->spans[file].hi);
    sqlite3_bind_int64(r, 3, file);
    int rc;
    while ((rc = sqlite3_step(r)) == SQLITE_ROW) {
        int stamps = sqlite3_column_int(r, 2);
        enum pm_quality quality = (enum pm_quality)sqlite3_column_int(r, 3), was = quality,
                        aside = quality;
        int64_t ts = column_or(r, 1, PM_NO_TIME), first = column_or(r, 4, PM_NO_TIME),
                last = column_or(r, 5, PM_NO_TIME);
        int64_t new_ts =
            fix(ctx, (enum pm_when_kind)(stamps & 7), ts,
                &quality); // an undated row is asked too: it may stand for the moment of capture
        int64_t new_first = stamp_fix(fix, ctx, stamps >> 3 & 7, first, &aside),
                new_last = stamp_fix(fix, ctx, stamps >> 6 & 7, last, &aside);
        if (new_ts == ts && new_first == first && new_last == last && quality == was) continue;
        if (t->path) said_keep(t, r);
        bind_time(w, 1, new_ts);
        sqlite3_bind_int(w, 2,
                         (stamps & ~ROW_KINDS) | PM_WHEN_UTC | PM_WHEN_UTC << 3 | PM_WHEN_UTC << 6);
        sqlite3_bind_int(w, 3, (int)quality);
        bind_time(w, 4, new_first);
        bind_time(w, 5, new_last);
        sqlite3_bind_int64(w, 6, sqlite3_column_int64(r, 0));
        timeline_run(t, w);
    }
    timeline_check(t, rc);
    sqlite3_reset(r);
}

void pm_timeline_commit(struct pm_timeline *t) {
    if (t->committed) return;
    timeline_write_begins(t);
    timeline_duplicates_drop(t);
    timeline_section(t, "indexes");
    if (t->in_transaction) timeline_exec(t, "COMMIT");
    t->in_transaction = false;
    t->committed = !t->error.n;
    sqlite3_exec(t->db, "PRAGMA cache_size=-16384; PRAGMA shrink_memory", NULL, NULL,
                 NULL); // what follows reads; the judge needs the room
    free(t->seen);
    t->seen = NULL;
}
