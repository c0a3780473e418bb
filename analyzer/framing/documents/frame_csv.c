// CSV exports of log stores: Splunk, Kibana, Grafana, Azure's log tables. Their first row
// names the columns, and one of them holds the line as it was collected; the others say
// where and when.
//
//   "_time",host,source,"_raw"                      a cell may hold newlines, and quotes written twice
//   "2024-01-02T03:04:05.678+0000",node-7,"/var/log/messages","Jan  2 03:04:05 node-7 kubelet[1]: …"
//
// A row becomes the JSON object that it would be in the same store's JSON, and goes on
// to the envelopes (env_json_log.c). A table whose columns name no line is not ours: the
// formats that are CSV themselves (acr_csv.c) have such.
// Source: RFC 4180, Splunk's and Kibana's exports.
#include "framing/documents/frame_docs.h"
#include "pm/scan.h"
#include <stdlib.h>

#define CSV_COLUMNS 256
#define CSV_HEAD (64u << 10)
#define CSV_ROW (16u << 20)

struct frame_csv {
    char between;
    struct pm_arena *arena;
    struct pm_str names[CSV_COLUMNS];
    size_t columns;
};

static bool names_line(struct pm_str s) {
    static const char *const names[] = {"_raw",       "@message", "message",       "Line",
                                        "LogMessage", "LogEntry", "SyslogMessage", "log"};
    for (size_t i = 0; i < PM_LEN(names); i++)
        if (pm_str_eqc(s, names[i])) return true;
    return false;
}
static bool names_time(struct pm_str s) {
    static const char *const names[] = {"_time", "@timestamp", "timestamp", "Time",
                                        "time",  "date",       "tsNs",      "TimeGenerated"};
    for (size_t i = 0; i < PM_LEN(names); i++)
        if (pm_str_eqc(s, names[i])) return true;
    return false;
}

// Datadog's columns and their likes are the JSON export's with a capital.
static struct pm_str plain_name(struct pm_str s) {
    static const char *const names[] = {"message", "timestamp", "date",
                                        "host",    "hostname",  "service"};
    for (size_t i = 0; i < PM_LEN(names); i++)
        if (pm_str_ieq(s, pm_str_c(names[i]))) return pm_str_c(names[i]);
    return s;
}

// The row that begins at s: its bytes with the newline, 0 where its end is not there. A
// newline between quotes belongs to its cell.
static size_t row_length(struct pm_str s) {
    bool quoted = false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"') quoted = !quoted;
        if (s.p[i] == '\n' && !quoted) return i + 1;
    }
    return 0;
}

// Cells of one row, quotes undone. Returns how many.
static size_t cells_of(struct pm_arena *a, struct pm_str row, char between, struct pm_str *out) {
    size_t n = 0, i = 0;
    char *cell = pm_arena_alloc(a, row.n);
    while (row.n && (row.p[row.n - 1] == '\n' || row.p[row.n - 1] == '\r')) row.n--;
    for (; n < CSV_COLUMNS && i <= row.n; i++, n++) {
        bool quoted = i < row.n && row.p[i] == '"';
        size_t len = 0;
        for (i += quoted; i < row.n; i++) {
            bool quote = quoted && row.p[i] == '"';
            if (quote && i + 1 < row.n && row.p[i + 1] == '"') i++;
            else if (quote) quoted = false;
            else if (!quoted && row.p[i] == between) break;
            if (!quote || quoted) cell[len++] = row.p[i];
        }
        out[n] = pm_str_trim((struct pm_str){cell, len});
        cell += len;
    }
    return n;
}

// Which byte stands between the cells of this header? 0: it is no export's.
static char header_between(struct pm_arena *a, struct pm_str row, struct pm_str *names, size_t *n) {
    static const char between[] = {',', ';', '\t'};
    for (size_t i = 0; i < PM_LEN(between); i++) {
        bool line = false, time = false;
        *n = cells_of(a, row, between[i], names);
        for (size_t k = 0; k < *n; k++) {
            ptrdiff_t zone = pm_str_find(names[k], PM_STR(" [UTC]"), 0); // Azure's columns of time
            if (zone > 0) names[k].n = (size_t)zone;
            names[k] = plain_name(names[k]);
            line |= names_line(names[k]);
            time |= names_time(names[k]);
        }
        if (line && time) return between[i];
    }
    return 0;
}

enum frame_begins frame_csv_begins(const struct pm_frame *f, const char *p, size_t n, bool end) {
    if (!f->at_start || !n || p[0] == '{' || p[0] == '[' || p[0] == ' ') return BEGINS_NO;
    struct pm_str names[CSV_COLUMNS], head = pm_str_sub((struct pm_str){p, n}, 0, CSV_HEAD);
    const char *nl = memchr(head.p, '\n', head.n);
    if (!nl) return end || head.n == CSV_HEAD ? BEGINS_NO : BEGINS_MORE;
    size_t count;
    head.n = (size_t)(nl - head.p);
    return header_between(f->line_arena, head, names, &count) ? BEGINS_YES : BEGINS_NO;
}

void frame_csv_start(struct pm_frame *f) {
    struct pm_str text = pm_str_from(f->text, f->pos);
    if (!f->csv) f->csv = pm_xmalloc(sizeof *f->csv);
    *f->csv = (struct frame_csv){.arena = pm_arena_new()};
    size_t head = row_length(text);
    if (head) text.n = head;
    f->csv->between = header_between(f->csv->arena, text, f->csv->names, &f->csv->columns);
    f->mode = FRAME_CSV;
    f->at_start = true; // the row at hand is the header
}

void frame_csv_free(struct frame_csv *c) {
    if (!c) return;
    pm_arena_free(c->arena);
    free(c);
}

static void row(struct pm_frame *f, struct pm_str text) {
    struct frame_csv *c = f->csv;
    struct pm_str cells[CSV_COLUMNS];
    json_error_t err;
    pm_arena_reset(f->line_arena);
    size_t bad = 0,
           n = cells_of(f->line_arena, pm_utf8_clean(f->line_arena, text, &bad), c->between, cells);
    json_t *object = json_object();
    for (size_t i = 0; i < n && i < c->columns; i++) {
        if (!cells[i].n || !c->names[i].n) continue;
        bool labels = pm_str_eqc(c->names[i], "labels"); // Grafana writes them as JSON
        json_t *v = labels ? frame_json_load(f->line_arena, cells[i], &err) : NULL;
        if (!v) v = json_stringn_nocheck(cells[i].p, cells[i].n);
        json_object_setn_new_nocheck(object, c->names[i].p, c->names[i].n, v);
    }
    struct frame_unit u = {.line = f->line, .offset = f->offset, .json = object};
    u.raw = u.text = frame_json_squeezed(f->line_arena, pm_str_trim(text));
    u.owned[u.owned_count++] = object;
    frame_unit_run(f, &u);
}

static size_t cells_count(struct pm_frame *f, struct pm_str row) {
    struct pm_str cells[CSV_COLUMNS];
    pm_arena_reset(f->line_arena);
    return cells_of(f->line_arena, row, f->csv->between, cells);
}

// One quote too many, and a row swallows those behind it: to the end, or up to a newline in
// a cell. Then its first line is a row by itself, and the next one is whole again: of as
// many cells as there are columns, and it begins as this one does (exports lead with a
// stamp or a name). A long cell, and the last row of a file that was cut, are not like that.
static size_t broken_length(struct pm_frame *f, struct pm_str text, size_t len) {
    ptrdiff_t nl = pm_str_chr(text, '\n', 0);
    size_t first = (size_t)(nl + 1), columns = f->csv->columns;
    if (nl < 0 || first == (len ? len : text.n)) return 0;
    if (len && cells_count(f, pm_str_sub(text, 0, len)) <= columns) return 0;
    struct pm_str rest = pm_str_from(len ? pm_str_sub(text, 0, len) : text, first);
    size_t next = rest.p[0] == text.p[0] ? row_length(rest) : 0;
    return next && cells_count(f, pm_str_sub(rest, 0, next)) == columns ? first : 0;
}

size_t frame_csv_feed(struct pm_frame *f, const char *p, size_t n, bool end) {
    struct pm_str text = {p, n}, most = pm_str_sub(text, 0, CSV_ROW);
    size_t len = row_length(most);
    if (!n || (!len && n < CSV_ROW && !end)) return 0;
    size_t first = f->at_start ? 0 : broken_length(f, most, len);
    if (first) {
        pm_diags_add(f->sink.diags, f->path, f->line, "csv-broken",
                     "a quote opens in this row and does not close: it was read by itself");
        len = first;
    }
    if (!len && n < CSV_ROW) len = n; // the last row
    if (!len) {                       // the rest is no table any more
        pm_diags_add(f->sink.diags, f->path, f->line, "csv-broken",
                     "a row has no end within %u MiB", CSV_ROW >> 20);
        f->mode = FRAME_LINES;
        f->plain = true;
        return 0;
    }
    text.n = len;
    if (!f->at_start && pm_str_trim(text).n) row(f, text);
    f->at_start = false;
    uint64_t lines = pm_newlines_count(p, p + len);
    f->line += lines;
    f->stats.lines += lines + (p[len - 1] != '\n');
    return len;
}
