// Writing while a bundle is read: members, events, diagnostics; the end.
#include "timeline/packed.h"
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

// Rows repeat most of their texts (node, registry, namespace …). Who reads a member keeps
// one that the row before has, too, where that one lies; and comparing with the last one is
// cheaper than hashing.
static uint32_t field_id(struct pm_timeline *t, const struct pm_row *row,
                         const struct pm_row *before, int field) {
    const struct pm_str s = row->event.field[field];
    if (!s.n) return 0;
    uint32_t last = t->last[field];
    if (before && before->event.field[field].p == s.p && before->event.field[field].n == s.n)
        return last;
    if (last && last < t->strings_written && pm_str_eq(pm_intern_str(t->strings, last), s))
        return last;
    return t->last[field] = timeline_string(t, s);
}

// A registry's logs ask for the same again and again: where the repository, the tag or the
// digest is a part of a URL that came before, it needs not be looked for among all texts.
static uint32_t part_id(struct pm_timeline *t, const struct pm_row *row,
                        const struct pm_row *before, int field, uint32_t url) {
    const struct pm_str s = row->event.field[field], whole = row->event.field[PM_F_URL];
    if (!url || url >= t->strings_written || !pm_str_lies_in(whole, s))
        return field_id(t, row, before, field);
    if (!t->urls && !(t->urls = calloc(URLS_KNOWN, sizeof *t->urls))) pm_die_oom();
    struct url_known *k = &t->urls[url % URLS_KNOWN];
    if (k->url != url) *k = (struct url_known){.url = url};
    struct url_part *part = &k->part[field - PM_F_REPOSITORY];
    const uint32_t at = (uint32_t)(s.p - whole.p);
    if (part->id && part->at == at && part->n == s.n) return t->last[field] = part->id;
    *part = (struct url_part){at, (uint32_t)s.n, field_id(t, row, before, field)};
    return part->id;
}

static void ids_of(struct pm_timeline *t, const struct pm_row *row, const struct pm_row *before,
                   uint32_t ids[PM_F_COUNT]) {
    const uint32_t url = field_id(t, row, before, PM_F_URL);
    for (int f = 0; f < PM_F_COUNT; f++) {
        ids[f] = 0;
        if (!row->event.field[f].n || f == PM_F_URL) continue;
        bool part = f >= PM_F_REPOSITORY && f < PM_F_REPOSITORY + URL_PARTS;
        if (f == PM_F_JOIN && t->packed && row->event.kind == PM_KIND_REQUEST)
            ids[f] = timeline_string_loose(t, row->event.field[f]); // each has its own
        else ids[f] = part ? part_id(t, row, before, f, url) : field_id(t, row, before, f);
    }
    ids[PM_F_URL] = url;
}

static int stamps_pack(const struct pm_row *row) {
    enum pm_when_kind first = row->event.first.kind ? row->event.first.kind : row->ts_kind,
                      last = row->event.last.kind ? row->event.last.kind : row->ts_kind;
    return (int)row->ts_kind | (int)first << 3 | (int)last << 6;
}
static int64_t known(bool yes, int64_t v) { return yes ? v : PM_NO_TIME; }

static uint32_t shape_of(struct pm_timeline *t, const struct pm_row *row,
                         const uint32_t ids[PM_F_COUNT]) {
    const struct pm_event *e = &row->event;
    struct shape s = {{[SHAPE_STAMPS] = stamps_pack(row),
                       [SHAPE_QUALITY] = (int64_t)row->quality,
                       [SHAPE_KIND] = (int64_t)e->kind,
                       [SHAPE_COMPONENT] = (int64_t)e->component,
                       [SHAPE_STAGE] = (int64_t)e->stage,
                       [SHAPE_STATUS] = known(e->http_status != 0, e->http_status),
                       [SHAPE_STANDING] = (int64_t)e->standing | (int64_t)e->voice << 2,
                       [SHAPE_FLAGS] = e->flags,
                       [SHAPE_LIMIT] = known(e->limit >= 0, e->limit),
                       [SHAPE_WINDOW] = known(e->window_s >= 0, e->window_s),
                       [SHAPE_OWN] = pm_node_side(e->component)}};
    for (int i = 0; i < SHAPE_TEXTS; i++) s.v[SHAPE_NODE + i] = ids[timeline_shape_texts[i]];
    return timeline_shape(t, &s);
}

// `before`: the row that was put last, where it is at hand.
static void event_row_of(struct pm_timeline *t, const struct pm_row *row,
                         const struct pm_row *before, struct event_row *out) {
    const struct pm_event *e = &row->event;
    uint32_t ids[PM_F_COUNT];
    ids_of(t, row, before, ids);
    *out = (struct event_row){{[EV_MEMBER] = row->file,
                               [EV_LINE] = (int64_t)row->line,
                               [EV_HASH] = known(row->hash != 0, (int64_t)row->hash),
                               [EV_ORDINAL] = known(row->hash != 0, row->ordinal),
                               [EV_TS] = row->ts_ns,
                               [EV_FIRST] = row->first_ns,
                               [EV_LAST] = row->last_ns,
                               [EV_SHAPE] = shape_of(t, row, ids),
                               [EV_COUNT] = e->count ? e->count : 1,
                               [EV_DURATION] = known(e->duration_ns != 0, e->duration_ns),
                               [EV_WAITING] = known(e->waiting_ns != 0, e->waiting_ns),
                               [EV_BYTES] = known(e->bytes >= 0, e->bytes),
                               [EV_REMAINING] = known(e->remaining >= 0, e->remaining)},
                              row->raw};
    for (int i = 0; i < EVENT_TEXTS; i++) out->v[EV_TEXTS + i] = ids[timeline_event_texts[i]];
}

void timeline_bound_forget(struct pm_timeline *t) {
    for (size_t r = 0; r < PM_LEN(t->bound); r++)
        for (int i = 0; i < EVENT_NUMBERS; i++)
            t->bound[r][i] = PM_NO_TIME; // a fresh statement's parameters are NULL
}

// Parameters keep their values: most columns of most rows repeat, also of every sixteenth.
static void event_bind(sqlite3_stmt *s, size_t place, int64_t *bound, const struct event_row *row) {
    int first = (int)place * EVENT_COLUMNS + 1;
    for (int i = 0; i < EVENT_NUMBERS; i++) {
        if (row->v[i] == bound[i]) continue;
        bind_or_null(s, first + i, row->v[i]);
        bound[i] = row->v[i];
    }
    bind_str(s, first + EVENT_NUMBERS, row->raw);
}

void timeline_row_note(struct pm_timeline *t, int64_t id, int64_t member, int64_t hash,
                       int64_t ordinal) {
    if (hash != PM_NO_TIME) timeline_seen(t, (uint64_t)hash, (uint32_t)ordinal);
    if (member < 0 || (size_t)member >= t->spans_n) return;
    struct row_span *span = &t->spans[member];
    if (id < span->lo) span->lo = id;
    span->hi = id;
}

void timeline_rows_insert(struct pm_timeline *t, const struct event_row *rows, size_t n) {
    sqlite3_stmt *one = timeline_stmt(t, ST_EVENT), *group = timeline_stmt(t, ST_EVENTS);
    if (!one || !group) return;
    for (size_t at = 0, take; at < n; at += take) {
        take = n - at < GROUP_ROWS ? 1 : GROUP_ROWS;
        sqlite3_stmt *s = take == 1 ? one : group;
        for (size_t i = 0; i < take; i++)
            event_bind(s, i, t->bound[take == 1 ? 0 : 1 + i], &rows[at + i]);
        timeline_run(t, s);
    }
}

static void rows_add(struct pm_timeline *t, const struct event_row *rows, size_t n) {
    if (t->packed) timeline_packed_add(t, rows, n);
    else timeline_rows_insert(t, rows, n);
    const int64_t last =
        t->packed ? timeline_packed_rows(t->packed) : sqlite3_last_insert_rowid(t->db);
    for (size_t i = 0; i < n; i++) {
        const int64_t *v = rows[i].v;
        timeline_row_note(t, last - (int64_t)(n - 1 - i), v[EV_MEMBER], v[EV_HASH], v[EV_ORDINAL]);
    }
}

void pm_timeline_put_all(struct pm_timeline *t, const struct pm_row *rows, size_t n) {
    struct event_row flat[GROUP_ROWS];
    timeline_write_begins(t);
    timeline_strings_hold(t);
    for (size_t at = 0; at < n; at += GROUP_ROWS) {
        size_t take = n - at < GROUP_ROWS ? n - at : GROUP_ROWS;
        for (size_t i = 0; i < take; i++)
            event_row_of(t, &rows[at + i], at + i ? &rows[at + i - 1] : NULL, &flat[i]);
        rows_add(t, flat, take);
    }
    timeline_strings_release(t);
}
void pm_timeline_put(struct pm_timeline *t, const struct pm_row *row) {
    pm_timeline_put_all(t, row, 1);
}

void pm_timeline_commit(struct pm_timeline *t) {
    if (t->committed) return;
    timeline_write_begins(t);
    timeline_duplicates_find(t);
    if (t->in_transaction) timeline_exec(t, "COMMIT");
    t->in_transaction = false;
    t->committed = !t->error.n;
    sqlite3_exec(t->db, "PRAGMA cache_size=-8192; PRAGMA shrink_memory", NULL, NULL,
                 NULL); // what follows reads; the judge needs the room
    timeline_unsee(t);
    pm_memory_trim();
}
