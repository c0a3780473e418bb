// journald entries that span lines: the export format (binary-safe) and `journalctl -o
// verbose`. One entry becomes one record.
//
//   __REALTIME_TIMESTAMP=1704164645678901        FIELD=value, or FIELD, a little-endian 64-bit length, that many bytes, newline
//   MESSAGE=E0102 03:04:05.678901 …              an empty line ends the entry
//
//   Tue 2024-01-02 03:04:05.678901 UTC [s=0a;i=1f;…]
//       MESSAGE=E0102 …                          four blanks; further lines of a value are indented deeper
// Source: systemd src/shared/logs-show.c@v252 and its "Journal Export Formats".
#include "framing/documents/frame_docs.h"
#include "pm/scan.h"
#include <stdlib.h>

#define FIELD_MAX (16u << 20)
#define NAME_MAX_CHARS 64

struct frame_export {
    bool verbose, in_message;
    struct pm_arena *arena;
    struct pm_envelope_hint hint;
    struct pm_buf message;
    bool any, has_message;
    uint64_t line, offset; // of the entry
    uint64_t skip;         // bytes of a binary field still to pass over
};

// Fields are upper case, digits and underscores: "_HOSTNAME=".
static size_t name_length(struct pm_str s) {
    size_t i = 0;
    while (i < s.n && i <= NAME_MAX_CHARS &&
           ((s.p[i] >= 'A' && s.p[i] <= 'Z') || s.p[i] == '_' || (s.p[i] >= '0' && s.p[i] <= '9')))
        i++;
    return i <= NAME_MAX_CHARS ? i : 0;
}

static bool verbose_head(struct pm_str line, struct pm_when *w) {
    size_t used = pm_when_full(line, w);
    return used && pm_str_starts(pm_str_from(line, used), PM_STR(" [s="));
}

enum frame_begins frame_export_begins(const struct pm_frame *f, const char *p, size_t n, bool end) {
    (void)f;
    if (n == 0 || (p[0] != '_' && (p[0] < 'A' || p[0] > 'Z'))) return BEGINS_NO;
    if (n < 80 && !end && !memchr(p, '\n', n)) return BEGINS_MORE;
    struct pm_str line = pm_str_sub(frame_line_at(p, n), 0, 256);
    struct pm_when w;
    if (line.n > 30 && line.p[3] == ' ' && line.p[8] == '-')
        return verbose_head(line, &w) ? BEGINS_YES : BEGINS_NO;
    static const char *const firsts[] = {
        "__CURSOR=s=", "__REALTIME_TIMESTAMP=", "__MONOTONIC_TIMESTAMP="};
    for (size_t i = 0; i < PM_LEN(firsts); i++)
        if (pm_str_starts(line, pm_str_c(firsts[i]))) return BEGINS_YES;
    return BEGINS_NO;
}

static void reset(struct frame_export *x) {
    pm_arena_reset(x->arena);
    x->hint = (struct pm_envelope_hint){0};
    pm_buf_clear(&x->message);
    x->any = x->has_message = x->in_message = false;
}

void frame_export_start(struct pm_frame *f) {
    if (!f->exported) {
        f->exported = pm_xmalloc(sizeof *f->exported);
        memset(f->exported, 0, sizeof *f->exported);
        f->exported->arena = pm_arena_new();
    }
    reset(f->exported);
    f->exported->verbose = f->text.p[f->pos] != '_';
    f->exported->skip = 0;
    f->mode = FRAME_EXPORT;
    f->at_start = false;
}

void frame_export_free(struct frame_export *x) {
    if (!x) return;
    pm_arena_free(x->arena);
    pm_buf_free(&x->message);
    free(x);
}

void frame_entry(struct pm_frame *f, const char *envelope, const struct pm_envelope_hint *hint,
                 struct pm_str message, uint64_t line, uint64_t offset) {
    pm_arena_reset(f->line_arena);
    struct frame_unit u = {.line = line,
                           .offset = offset,
                           .hint = *hint,
                           .envelope_count = 1,
                           .envelopes = {envelope}};
    u.text = frame_clean(f, message, line);
    u.raw = frame_line_at(u.text.p, u.text.n);
    u.key = pm_arena_fmt(f->line_arena, "%.*s[%.*s]", PM_FMT(hint->ident), PM_FMT(hint->pid));
    frame_note_envelope(f, envelope);
    frame_unit_run(f, &u);
}

static void entry_end(struct pm_frame *f) {
    struct frame_export *x = f->exported;
    if (x->any && x->has_message)
        frame_entry(f, x->verbose ? "journald-verbose" : "journald-export", &x->hint,
                    pm_buf_str(&x->message), x->line, x->offset);
    reset(x);
}

static void field(struct pm_frame *f, struct pm_str name, struct pm_str value, uint64_t at) {
    struct frame_export *x = f->exported;
    if (!x->any) {
        x->line = f->line;
        x->offset = at;
    }
    x->any = true;
    x->in_message = pm_envelope_journal_field(x->arena, name, pm_str_sub(value, 0, 4096), &x->hint);
    if (!x->in_message || x->has_message) return;
    x->has_message = true;
    pm_buf_add(&x->message, value);
}

static uint64_t le64(const char *p) {
    uint64_t v = 0;
    for (int i = 7; i >= 0; i--) v = v << 8 | (unsigned char)p[i];
    return v;
}

// FIELD\n, length, bytes, \n. Returns the bytes used, 0 where more are needed; values
// beyond FIELD_MAX are passed over.
static size_t binary(struct pm_frame *f, struct pm_str name, const char *p, size_t n, uint64_t at) {
    struct frame_export *x = f->exported;
    if (n < 9) return 0;
    uint64_t len = le64(p + 1);
    if (len > FIELD_MAX) {
        bool absurd = len > (UINT64_C(1) << 40);
        pm_diags_add(f->sink.diags, f->path, f->line,
                     absurd ? "journal-broken" : "journal-field-too-large",
                     "field %.*s says it has %llu bytes", PM_FMT(name), (unsigned long long)len);
        x->skip = absurd ? 0 : len + 1;
        return 9;
    }
    if (n < 9 + len + 1) return 0;
    struct pm_str value = {p + 9, (size_t)len};
    field(f, name, value, at);
    uint64_t newlines = 1 + pm_newlines_count(p + 1, p + 9 + len + 1);
    f->line += newlines;
    f->stats.lines += newlines;
    return 9 + (size_t)len + 1;
}

static size_t next_line(struct pm_frame *f, size_t len, bool nl) {
    f->line += nl;
    f->stats.lines += nl;
    return len + nl;
}

static size_t export_line(struct pm_frame *f, const char *p, size_t n, struct pm_str line, bool nl,
                          uint64_t at) {
    size_t name_n = name_length(line);
    struct pm_str name = pm_str_sub(line, 0, name_n);
    if (pm_str_trim(line).n == 0) {
        entry_end(f);
        return next_line(f, line.n, nl);
    }
    if (!name_n || (name_n < line.n && line.p[name_n] != '=')) { // no export any more
        entry_end(f);
        f->mode = FRAME_LINES;
        return 0;
    }
    if (name_n < line.n) {
        field(f, name, pm_str_from(line, name_n + 1), at);
        return next_line(f, line.n, nl);
    }
    size_t used = binary(f, name, p + name_n, n - name_n, at);
    return used ? name_n + used : 0;
}

static size_t verbose_line(struct pm_frame *f, struct pm_str line, bool nl, uint64_t at) {
    struct frame_export *x = f->exported;
    struct pm_when w = {0};
    if (verbose_head(line, &w)) {
        entry_end(f);
        x->any = true;
        x->line = f->line;
        x->offset = at;
        x->hint.when = w;
        return next_line(f, line.n, nl);
    }
    size_t blanks = 0;
    while (blanks < line.n && line.p[blanks] == ' ') blanks++;
    struct pm_str rest = pm_str_from(line, blanks);
    size_t name_n = name_length(rest);
    if (x->any && blanks == 4 && name_n && name_n < rest.n && rest.p[name_n] == '=') {
        field(f, pm_str_sub(rest, 0, name_n), pm_str_from(rest, name_n + 1), at);
        return next_line(f, line.n, nl);
    }
    if (x->in_message && blanks > 4) {
        pm_buf_addc(&x->message, '\n');
        pm_buf_add(&x->message, rest);
        return next_line(f, line.n, nl);
    }
    if (x->any && (blanks >= 4 || line.n == 0)) return next_line(f, line.n, nl);
    entry_end(f);
    f->mode = FRAME_LINES;
    return 0;
}

size_t frame_export_feed(struct pm_frame *f, const char *p, size_t n, bool end) {
    struct frame_export *x = f->exported;
    size_t i = 0;
    while (i < n && f->mode == FRAME_EXPORT) {
        if (x->skip) {
            size_t take = x->skip < n - i ? (size_t)x->skip : n - i;
            x->skip -= take;
            i += take;
            continue;
        }
        const char *nl = memchr(p + i, '\n', n - i);
        if (!nl && !end && n - i <= f->o.line_max_bytes) return i;
        struct pm_str line = {p + i, nl ? (size_t)(nl - p) - i : n - i};
        size_t used = x->verbose ? verbose_line(f, line, nl != NULL, f->offset + i)
                                 : export_line(f, p + i, n - i, line, nl != NULL, f->offset + i);
        if (!used) break;
        i += used;
    }
    return i;
}

void frame_export_end(struct pm_frame *f) {
    f->mode = FRAME_LINES;
    entry_end(f);
}
