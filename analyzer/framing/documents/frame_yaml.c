// YAML documents: kubectl -o yaml, must-gather, kOps dumps, gcloud.
//
// Lists under a top-level `items:` (and bare top-level lists) are cut by text at the dash
// of their first item's column, so that one item at a time is in memory; each item, or a
// document without items, is read as one value (frame_yaml_load.c) and becomes the same
// record that the JSON path gives. Nothing inside an item can stand at that column, block
// scalars included, since YAML demands deeper indentation.
#include "framing/documents/frame_docs.h"
#include "pm/scan.h"
#include <stdlib.h>

#define YAML_MAX (16u << 20)

struct frame_yaml {
    struct pm_buf doc, item, kind;
    bool wants_list, in_list, over;
    size_t indent; // column of the items' dashes
    uint64_t line, offset, item_line, item_offset, items;
};

static bool key_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == '/';
}

// `key:` or `key: value` at the first column
static bool is_key(struct pm_str s) {
    size_t i = 0;
    if (s.n && (s.p[0] == '"' || s.p[0] == '\'')) {
        ptrdiff_t close = pm_str_chr(s, s.p[0], 1);
        if (close < 0) return false;
        i = (size_t)close + 1;
    } else {
        while (i < s.n && key_char(s.p[i])) i++;
    }
    return i > 0 && i < s.n && s.p[i] == ':' &&
           (i + 1 == s.n || s.p[i + 1] == ' ' || s.p[i + 1] == '\r');
}

static bool is_dash(struct pm_str s) {
    return s.n && s.p[0] == '-' && (s.n == 1 || s.p[1] == ' ' || s.p[1] == '\r');
}

static bool frame_yaml_opens(struct pm_str s, bool first) {
    static const char *const any[] = {"apiVersion: ", "kind: ", "- apiVersion: ", "items:"};
    for (size_t i = 0; i < PM_LEN(any); i++)
        if (pm_str_starts(s, pm_str_c(any[i]))) return i < 3 || pm_str_trim(s).n == 6;
    static const char *const after_marker[] = {
        "metadata:", "insertId: ", "logName: ", "jsonPayload:", "- insertId: ", "- metadata:"};
    for (size_t i = 0; first && i < PM_LEN(after_marker); i++)
        if (pm_str_starts(s, pm_str_c(after_marker[i]))) return true;
    return false;
}

enum frame_begins frame_yaml_begins(const struct pm_frame *f, const char *p, size_t n, bool end) {
    if (n == 0 || !strchr("akmijl-", p[0])) return BEGINS_NO;
    struct pm_str first = pm_str_sub((struct pm_str){p, n}, 0, 256);
    if (n < 16 && !end && !memchr(p, '\n', n)) return BEGINS_MORE;
    if (!pm_str_starts(first, PM_STR("---")))
        return frame_yaml_opens(frame_line_at(p, first.n), f->at_start) ? BEGINS_YES : BEGINS_NO;
    struct pm_str marker = frame_line_at(p, first.n);
    if (pm_str_trim(marker).n != 3) return BEGINS_NO;
    struct pm_str next = pm_str_from(first, marker.n + 1);
    if (next.n < 16 && !end && pm_str_chr(next, '\n', 0) < 0) return BEGINS_MORE;
    return frame_yaml_opens(frame_line_at(next.p, next.n), true) ? BEGINS_YES : BEGINS_NO;
}

static void frame_yaml_reset(struct pm_frame *f) {
    struct frame_yaml *y = f->yaml;
    struct pm_buf *const bufs[] = {&y->doc, &y->item, &y->kind};
    for (size_t i = 0; i < PM_LEN(bufs); i++) pm_buf_clear(bufs[i]);
    y->wants_list = y->in_list = y->over = false;
    y->items = 0;
    y->line = f->line;
    y->offset = f->offset;
}

void frame_yaml_start(struct pm_frame *f) {
    if (!f->yaml) {
        f->yaml = pm_xmalloc(sizeof *f->yaml);
        memset(f->yaml, 0, sizeof *f->yaml);
    }
    frame_yaml_reset(f);
    f->mode = FRAME_YAML;
    f->at_start = false;
}

void frame_yaml_free(struct frame_yaml *y) {
    if (!y) return;
    pm_buf_free(&y->doc);
    pm_buf_free(&y->item);
    pm_buf_free(&y->kind);
    free(y);
}

static void frame_yaml_deliver(struct pm_frame *f, struct pm_str text, uint64_t line,
                               uint64_t offset) {
    pm_arena_reset(f->line_arena);
    const char *why;
    size_t at, bad = 0;
    struct pm_str clean = pm_utf8_clean(f->line_arena, pm_ansi_strip(f->line_arena, text), &bad);
    json_t *v = frame_yaml_load(clean, &why, &at);
    if (why)
        pm_diags_add(f->sink.diags, f->path, line + at,
                     pm_str_has(clean, PM_STR("{{")) ? "yaml-template" : "yaml-broken", "%s", why);
    if (!v) return;
    struct frame_unit u = {.text = clean,
                           .raw = frame_yaml_squeezed(f->line_arena, clean),
                           .line = line,
                           .offset = offset,
                           .list_kind = pm_buf_str(&f->yaml->kind)};
    u.owned[u.owned_count++] = v;
    if (!json_is_object(v)) {
        json_decref(v);
        return;
    }
    u.json = v;
    frame_unit_run(f, &u);
}

static void frame_yaml_item_end(struct pm_frame *f) {
    struct frame_yaml *y = f->yaml;
    if (!y->in_list) return;
    if (y->over)
        pm_diags_add(f->sink.diags, f->path, y->item_line, "yaml-too-large",
                     "one item of more than %u MiB was left out", YAML_MAX >> 20);
    else frame_yaml_deliver(f, pm_buf_str(&y->item), y->item_line, y->item_offset);
    y->over = false;
    pm_buf_clear(&y->item);
}

static void frame_yaml_doc_end(struct pm_frame *f) {
    struct frame_yaml *y = f->yaml;
    frame_yaml_item_end(f);
    if (y->over)
        pm_diags_add(f->sink.diags, f->path, y->line, "yaml-too-large",
                     "one document of more than %u MiB was left out", YAML_MAX >> 20);
    else if (!y->items && pm_str_trim(pm_buf_str(&y->doc)).n)
        frame_yaml_deliver(f, pm_buf_str(&y->doc), y->line, y->offset);
}

static void frame_yaml_keep(struct frame_yaml *y, struct pm_str line) {
    struct pm_buf *b = y->in_list ? &y->item : &y->doc;
    if (y->over || (!y->in_list && y->items)) return;
    if (b->n + line.n + 1 > YAML_MAX) {
        y->over = true;
        return;
    }
    pm_buf_add(b, line);
    pm_buf_addc(b, '\n');
}

static void frame_yaml_item_begin(struct pm_frame *f, struct pm_str line, size_t indent,
                                  uint64_t at) {
    struct frame_yaml *y = f->yaml;
    frame_yaml_item_end(f);
    y->in_list = true;
    y->wants_list = false;
    y->indent = indent;
    y->items++;
    y->item_line = f->line;
    y->item_offset = at;
    for (size_t i = 0; i <= indent; i++)
        pm_buf_addc(&y->item, ' '); // a blank for the dash: the item becomes a document
    pm_buf_add(&y->item, pm_str_from(line, indent + 1));
    pm_buf_addc(&y->item, '\n');
}

// A line at the first column that is neither key, dash nor marker: no YAML any more.
static bool first_column(struct pm_frame *f, struct pm_str line, uint64_t at) {
    struct frame_yaml *y = f->yaml;
    if (is_dash(line) && ((y->in_list && y->indent == 0) || y->wants_list || !y->doc.n)) {
        frame_yaml_item_begin(f, line, 0, at);
        return true;
    }
    if (line.p[0] == '#') return true;
    if (is_dash(line)) { // a list under another key: "imagePullSecrets:" of a service account
        frame_yaml_keep(y, line);
        return true;
    }
    if (!is_key(line)) return false;
    frame_yaml_item_end(f);
    y->in_list = false;
    struct pm_str t = pm_str_trim(line);
    y->wants_list = pm_str_eqc(t, "items:");
    if (pm_str_starts(t, PM_STR("kind: "))) {
        pm_buf_clear(&y->kind);
        pm_buf_add(&y->kind, pm_str_trim(pm_str_from(t, 6)));
    }
    frame_yaml_keep(y, line);
    return true;
}

static bool take(struct pm_frame *f, struct pm_str line, uint64_t at) {
    struct frame_yaml *y = f->yaml;
    struct pm_str t = pm_str_trim(line);
    if (!t.n) {
        frame_yaml_keep(y, line);
        return true;
    }
    if (pm_str_starts(line, PM_STR("---")) && (t.n == 3 || line.p[3] == ' ')) {
        frame_yaml_doc_end(f);
        frame_yaml_reset(f);
        y->line++; // what follows the marker
        return true;
    }
    if (line.p[0] != ' ') return first_column(f, line, at);
    size_t blanks = (size_t)(t.p - line.p);
    bool dash = is_dash(pm_str_from(line, blanks));
    if (dash && (y->wants_list || (y->in_list && blanks == y->indent)))
        frame_yaml_item_begin(f, line, blanks, at);
    else frame_yaml_keep(y, line);
    return true;
}

size_t frame_yaml_feed(struct pm_frame *f, const char *p, size_t n, bool end) {
    size_t i = 0;
    while (i < n && f->mode == FRAME_YAML) {
        const char *nl = memchr(p + i, '\n', n - i);
        size_t len = nl ? (size_t)(nl - p) - i : n - i;
        if (!nl && !end && len <= f->o.line_max_bytes) return i;
        struct pm_str line = {p + i, len};
        while (line.n && line.p[line.n - 1] == '\r') line.n--;
        if (!take(f, line, f->offset + i)) {
            frame_yaml_doc_end(f);
            f->mode = FRAME_LINES;
            return i;
        }
        i += len + (nl != NULL);
        f->line += nl != NULL;
        f->stats.lines += nl != NULL || end;
    }
    return i;
}

void frame_yaml_end(struct pm_frame *f) {
    f->mode = FRAME_LINES;
    frame_yaml_doc_end(f);
    struct frame_yaml *y =
        f->yaml; // kubectl writes a list's kind behind its items: where it is missing, so are items
    if (!y->in_list || y->kind.n || !pm_str_starts(pm_buf_str(&y->doc), PM_STR("apiVersion:")))
        return;
    pm_diags_add(f->sink.diags, f->path, f->line, "yaml-truncated",
                 "the list that began in line %llu ends before it is complete",
                 (unsigned long long)y->line);
}
