// JSON documents out of a stream of bytes: NDJSON lines, pretty-printed objects, lists of
// 300 MB on one line.
//
// A small grammar machine follows the nesting and cuts out what is a record: the elements
// of a top-level array, those of a list under "items", "Records" … in a top-level object,
// else the whole document. Only such a piece is kept in memory and parsed (jansson), so a
// list costs one item, whatever its length. The grammar is checked as far as needed to
// notice at once that a document was cut and log text goes on (kubectl cluster-info dump
// writes both to one stream): then a diagnostic names the line, and reading resumes at
// the next item, document or line of log text. Not done: lists deeper than that (a List
// of PodLists); they come as one item.
#include "framing/documents/frame_docs.h"
#include "pm/scan.h"
#include <stdlib.h>

#define JSON_DEPTH 512
#define JSON_MAX (16u << 20) // one item, or one document without a list

enum state {
    J_VALUE,
    J_FIRST_VALUE,
    J_KEY,
    J_FIRST_KEY,
    J_COLON,
    J_AFTER,
    J_LITERAL,
    J_STRING,
    J_TAIL,
    J_RESYNC
};

struct frame_json {
    enum state state;
    struct pm_buf doc, item; // the document without its items; the item at hand
    char stack[JSON_DEPTH];
    size_t depth, list_depth; // list_depth: of the array whose elements are items; 0 none
    bool is_key, escaped, in_item, over, one_line;
    struct pm_buf key, kind; // of the top-level object
    struct pm_buf *capture;  // where the string at hand is copied to
    char literal[24];
    size_t literal_n;
    uint64_t line, offset; // where the document began
    uint64_t item_line, item_offset;
    size_t indent,
        item_indent; // blanks before the first character of the line at hand; of the first item's line
    bool fresh;      // nothing but blanks since the newline
    uint64_t items;
};

static bool is_list_key(struct pm_str key) {
    static const char *const keys[] = {"items",  "Items",   "Records", "records", "Events",
                                       "events", "entries", "tables",  "value"};
    for (size_t i = 0; i < PM_LEN(keys); i++)
        if (pm_str_eqc(key, keys[i])) return true;
    return false;
}

static bool ws(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

enum frame_begins frame_json_begins(const struct pm_frame *f, const char *p, size_t n, bool end) {
    size_t i = 0;
    if (n && p[0] == 0x1e) i++; // json-seq
    while (f->at_start && i < n && i < 64 && (p[i] == ' ' || p[i] == '\t')) i++;
    if (i >= n || (p[i] != '{' && p[i] != '[')) return BEGINS_NO;
    char open = p[i++];
    size_t from = i;
    while (i < n && ws(p[i]) && i - from < 4096) i++;
    if (i >= n) return end ? BEGINS_NO : BEGINS_MORE;
    if (open == '{') return p[i] == '"' || p[i] == '}' ? BEGINS_YES : BEGINS_NO;
    return p[i] == '{' || p[i] == ']' || (p[i] == '"' && f->at_start) ? BEGINS_YES : BEGINS_NO;
}

void frame_json_start(struct pm_frame *f) {
    if (!f->json) {
        f->json = pm_xmalloc(sizeof *f->json);
        memset(f->json, 0, sizeof *f->json);
    }
    struct frame_json *j = f->json;
    struct pm_buf *const bufs[] = {&j->doc, &j->item, &j->key, &j->kind};
    for (size_t i = 0; i < PM_LEN(bufs); i++) pm_buf_clear(bufs[i]);
    j->state = J_VALUE;
    j->depth = j->list_depth = j->items = 0;
    j->is_key = j->escaped = j->in_item = j->over = false;
    j->one_line = j->fresh = true;
    j->capture = NULL;
    j->line = f->line;
    j->offset = f->offset;
    j->indent = j->item_indent = 0;
    f->mode = FRAME_JSON;
    f->at_start = false;
}

void frame_json_free(struct frame_json *j) {
    if (!j) return;
    struct pm_buf *const bufs[] = {&j->doc, &j->item, &j->key, &j->kind};
    for (size_t i = 0; i < PM_LEN(bufs); i++) pm_buf_free(bufs[i]);
    free(j);
}

// A value that was read goes on as a record; what is neither object nor string is none.
static void run_value(struct pm_frame *f, struct frame_unit *u, json_t *v) {
    v = frame_internal_object(v);
    u->owned[u->owned_count++] = v;
    if (json_is_object(v) && frame_answer(f, v, u)) {
        json_decref(v);
        return;
    }
    if (json_is_object(v)) u->json = v;
    else if (json_is_string(v))
        u->text = u->raw =
            frame_clean(f, (struct pm_str){json_string_value(v), json_string_length(v)}, u->line);
    else {
        json_decref(v);
        return;
    }
    frame_unit_run(f, u);
}

static void deliver(struct pm_frame *f, struct pm_str text, uint64_t line, uint64_t offset,
                    bool one_line) {
    pm_arena_reset(f->line_arena);
    text = pm_str_trim(text);
    json_error_t err;
    struct frame_unit u = {.text = text,
                           .raw = one_line ? text : frame_json_squeezed(f->line_arena, text),
                           .line = line,
                           .offset = offset,
                           .list_kind = pm_buf_str(&f->json->kind)};
    json_t *v = frame_json_load(f->line_arena, text, &err);
    if (v) {
        run_value(f, &u, v);
        return;
    }
    uint64_t at = line + (err.line > 0 ? (uint64_t)err.line - 1 : 0);
    const char *code = one_line ? "json-broken" : "json-document-broken";
    if (f->json->in_item) code = "json-list-broken";
    pm_diags_add(f->sink.diags, f->path, at, code, "%s", err.text);
    if (!one_line) return;
    u.text = u.raw = frame_clean(f, text, line);
    frame_unit_run(f, &u);
}

static void keep(struct frame_json *j, const char *p, size_t n) {
    struct pm_buf *b = j->in_item ? &j->item : &j->doc;
    if (j->over || (!j->in_item && j->items))
        return; // the rest of a list's document says nothing more
    if (b->n + n > JSON_MAX) j->over = true;
    else pm_buf_add(b, (struct pm_str){p, n});
}

static void too_large(struct pm_frame *f, uint64_t line) {
    pm_diags_add(f->sink.diags, f->path, line, "json-too-large",
                 "one JSON value of more than %u MiB was left out", JSON_MAX >> 20);
}

static void item_end(struct pm_frame *f) {
    struct frame_json *j = f->json;
    if (j->over) too_large(f, j->item_line);
    else deliver(f, pm_buf_str(&j->item), j->item_line, j->item_offset, false);
    j->in_item = j->over = false;
    pm_buf_clear(&j->item);
}

static void doc_end(struct pm_frame *f) {
    struct frame_json *j = f->json;
    if (j->over) too_large(f, j->line);
    else if (!j->items && !j->list_depth)
        deliver(f, pm_buf_str(&j->doc), j->line, j->offset, j->one_line);
    j->state = J_TAIL;
}

// The value that ends here was the item, or the document?
static void value_end(struct pm_frame *f) {
    struct frame_json *j = f->json;
    j->state = J_AFTER;
    if (j->in_item && j->depth == j->list_depth) item_end(f);
    if (j->depth == 0) doc_end(f);
}

static void item_begin(struct pm_frame *f, size_t at) {
    struct frame_json *j = f->json;
    j->in_item = true;
    j->item_line = f->line;
    j->item_offset = f->offset + at;
    if (j->fresh && !j->items) j->item_indent = j->indent;
    j->items++;
}

// Is this '[' the one whose elements are records?
static bool opens_list(const struct frame_json *j) {
    if (j->list_depth || j->in_item) return false;
    return j->depth == 0 ||
           (j->depth == 1 && j->stack[0] == '{' && is_list_key(pm_buf_str(&j->key)));
}

static bool value_begin(struct frame_json *j, char c) {
    if (c == '{' || c == '[') {
        if (j->depth >= JSON_DEPTH) return false;
        if (c == '[' && opens_list(j)) j->list_depth = j->depth + 1;
        j->stack[j->depth++] = c;
        j->state = c == '{' ? J_FIRST_KEY : J_FIRST_VALUE;
        return true;
    }
    if (c == '"') {
        j->is_key = false;
        j->escaped = false;
        j->capture = j->depth == 1 && j->stack[0] == '{' && !j->in_item &&
                             pm_str_eqc(pm_buf_str(&j->key), "kind")
                         ? &j->kind
                         : NULL;
        if (j->capture) pm_buf_clear(j->capture);
        j->state = J_STRING;
        return true;
    }
    j->literal[0] = c;
    j->literal_n = 1;
    j->state = J_LITERAL;
    return c == '-' || (c >= '0' && c <= '9') || c == 't' || c == 'f' || c == 'n';
}

static bool closes(struct frame_json *j, char c) {
    if (!j->depth || j->stack[j->depth - 1] != (c == '}' ? '{' : '[')) return false;
    if (j->depth == j->list_depth && !j->in_item)
        j->list_depth =
            j->depth == 1 ? j->list_depth : 0; // another list may follow; a bare array stays one
    j->depth--;
    return true;
}

static bool literal_ok(const struct frame_json *j) {
    char c = j->literal[0];
    if (c != 't' && c != 'f' && c != 'n') return true; // jansson reads the number
    struct pm_str s = {j->literal, j->literal_n};
    return pm_str_eqc(s, "true") || pm_str_eqc(s, "false") || pm_str_eqc(s, "null");
}

enum stepped { STEP_ON, STEP_VALUE, STEP_BROKEN }; // STEP_VALUE: a value ends with this byte

static enum stepped string_begin(struct frame_json *j) {
    j->is_key = true;
    j->escaped = false;
    j->capture = j->depth == 1 && !j->in_item ? &j->key : NULL;
    if (j->capture) pm_buf_clear(j->capture);
    j->state = J_STRING;
    return STEP_ON;
}

// One byte outside strings and literals.
static enum stepped step(struct frame_json *j, char c) {
    if (ws(c)) return STEP_ON;
    switch (j->state) {
    case J_FIRST_VALUE:
        if (c == ']') break;
        // fall through
    case J_VALUE: return value_begin(j, c) ? STEP_ON : STEP_BROKEN;
    case J_FIRST_KEY:
        if (c == '}') break;
        // fall through
    case J_KEY: return c == '"' ? string_begin(j) : STEP_BROKEN;
    case J_COLON: j->state = J_VALUE; return c == ':' ? STEP_ON : STEP_BROKEN;
    case J_AFTER:
        if (c != ',') break;
        j->state = j->stack[j->depth - 1] == '{' ? J_KEY : J_VALUE;
        return STEP_ON;
    default: return STEP_BROKEN;
    }
    return (c == '}' || c == ']') && closes(j, c) ? STEP_VALUE : STEP_BROKEN;
}

static bool literal_goes_on(struct frame_json *j, char c) {
    bool more = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '.' ||
                c == '+' || c == '-';
    if (more && j->literal_n < sizeof j->literal) j->literal[j->literal_n++] = c;
    return more;
}

// Eight bytes at a time past what is neither quote, backslash nor newline.
static size_t plain_run(const char *p, size_t i, size_t n) {
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = UINT64_C(0x8080808080808080);
    for (; i + 8 <= n; i += 8) {
        uint64_t w, quote, slash, newline;
        memcpy(&w, p + i, 8);
        quote = w ^ (ones * '"');
        slash = w ^ (ones * '\\');
        newline = w ^ (ones * '\n');
        if (((quote - ones) & ~quote & highs) | ((slash - ones) & ~slash & highs) |
            ((newline - ones) & ~newline & highs))
            break;
    }
    return i;
}

// From inside a string to behind its closing quote, to a raw newline (which no string
// holds), or to the chunk's end.
static size_t string_run(struct frame_json *j, const char *p, size_t i, size_t n,
                         enum stepped *got) {
    size_t from = i;
    *got = STEP_ON;
    for (; i < n; i++) {
        if (!j->escaped) i = plain_run(p, i, n);
        if (i >= n) break;
        char c = p[i];
        if (c == '\n') {
            *got = STEP_BROKEN;
            return i;
        }
        if (j->escaped) j->escaped = false;
        else if (c == '\\') j->escaped = true;
        else if (c == '"') break;
    }
    if (j->capture && j->capture->n < 256)
        pm_buf_add(j->capture, pm_str_sub((struct pm_str){p + from, i - from}, 0, 256));
    if (i >= n) return i;
    if (j->is_key) j->state = J_COLON;
    else *got = STEP_VALUE;
    return i + 1;
}

// The document broke at byte i. In its first line the line was no JSON at all: it goes
// back, as text. Else skip to where reading can resume.
static size_t broken(struct pm_frame *f, const char *p, size_t from, size_t i) {
    struct frame_json *j = f->json;
    bool plain = j->one_line && !j->items && !j->over;
    const char *code = plain ? "json-broken" : "json-document-broken";
    if (j->items) code = "json-list-broken";
    pm_diags_add(f->sink.diags, f->path, f->line, code, "%s that began in line %llu breaks here",
                 plain ? "text like JSON" : "the document", (unsigned long long)j->line);
    if (plain) {
        keep(j, p + from, i - from);
        frame_unread(f, pm_buf_str(&j->doc));
        return i;
    }
    j->state = J_RESYNC;
    if (j->in_item) j->depth = j->list_depth;
    j->in_item = j->over = false;
    j->items++; // the rest is no whole document any more
    pm_buf_clear(&j->item);
    return i;
}

// At a line's start: may reading resume here? Lines in between were part of what broke.
static enum frame_begins resumes(const struct pm_frame *f, const char *p, size_t n) {
    const struct frame_json *j = f->json;
    size_t i = 0;
    while (i < n && p[i] == ' ') i++;
    if (i >= n) return BEGINS_MORE;
    if (i == 0) return strchr("}]\",\t\r\n", p[0]) ? BEGINS_NO : BEGINS_YES;
    return j->list_depth && i == j->item_indent && p[i] == '{' ? BEGINS_YES : BEGINS_NO;
}

static size_t resync(struct pm_frame *f, const char *p, size_t i, size_t n, bool end) {
    struct frame_json *j = f->json;
    if (!j->fresh) {
        const char *nl = memchr(p + i, '\n', n - i);
        if (!nl) return n;
        f->line++;
        f->stats.lines++;
        j->fresh = true;
        return (size_t)(nl - p) + 1;
    }
    enum frame_begins b = resumes(f, p + i, n - i);
    if (b == BEGINS_MORE && !end) return i;
    if (b != BEGINS_YES) {
        j->fresh = false;
        return i;
    }
    if (p[i] != ' ') {
        f->mode = FRAME_LINES;
        return i;
    }
    j->state = J_VALUE;
    j->indent = j->item_indent;
    return i + j->item_indent;
}

static void newline(struct pm_frame *f) {
    f->line++;
    f->stats.lines++;
    f->json->fresh = true;
    f->json->indent = 0;
    if (f->json->depth) {
        f->json->one_line = false;
        f->sparsely.documents = true;
    }
}

// Blanks, a comma and the newline behind a document. Returns false where something else
// follows.
static bool tail(struct pm_frame *f, char c) {
    if (c == '\n') newline(f);
    if (c == '\n' || (!ws(c) && c != ',')) f->mode = FRAME_LINES;
    return ws(c) || c == ',';
}

static bool item_opens(const struct frame_json *j, char c) {
    return j->list_depth && !j->in_item && j->depth == j->list_depth &&
           (j->state == J_VALUE || j->state == J_FIRST_VALUE) && !ws(c) && c != ']';
}

static void newlines_passed(struct pm_frame *f, uint64_t n) {
    if (!n) return;
    f->line += n;
    f->stats.lines += n;
    f->json->one_line = false;
    f->sparsely.documents = true;
}

// A whole item that needs no tree is read where it stands, and the machine goes on behind
// it. The first item always takes the machine: it says how far items are indented.
// Returns where the item ends, or i.
static size_t listed_item(struct pm_frame *f, const char *p, size_t i, size_t n) {
    struct frame_json *j = f->json;
    struct frame_unit u = {
        .line = f->line, .offset = f->offset + i, .list_kind = pm_buf_str(&j->kind)};
    uint64_t newlines = 0;
    pm_arena_reset(f->line_arena);
    size_t used = frame_listed(f, (struct pm_str){p + i, n - i}, &u, &newlines);
    if (!used) return i;
    u.text = (struct pm_str){p + i, used};
    newlines_passed(f, newlines);
    j->items++;
    j->fresh = false;
    j->state = J_AFTER;
    frame_unit_run(f, &u);
    return i + used;
}

// One step of the machine at p[i]; *from is the first byte not yet kept. Returns where to
// go on.
static size_t json_at(struct pm_frame *f, const char *p, size_t i, size_t n, size_t *from) {
    struct frame_json *j = f->json;
    enum stepped got = STEP_ON;
    size_t next = i;
    if (p[i] == ' ' && j->fresh && j->state != J_STRING && j->state != J_LITERAL) { // indentation
        while (next < n && p[next] == ' ') next++;
        j->indent += next - i;
        return next;
    }
    if (p[i] == 0x1e && j->depth == 0 && j->state == J_VALUE)
        return *from = i + 1; // json-seq's mark
    if (j->state == J_STRING) next = string_run(j, p, i, n, &got);
    else if (j->state == J_LITERAL) {
        if (literal_goes_on(j, p[i])) return i + 1;
        got = literal_ok(j) ? STEP_VALUE : STEP_BROKEN;
    } else {
        if (item_opens(j, p[i])) {
            if (j->items && p[i] == '{' && (next = listed_item(f, p, i, n)) > i)
                return *from = next;
            keep(j, p + *from, i - *from);
            *from = i;
            item_begin(f, i);
        }
        got = step(j, p[i]);
        if (got !=
            STEP_BROKEN) { // where it breaks in a line's first column, that line is read again
            if (p[i] == '\n') newline(f);
            else if (!ws(p[i])) j->fresh = false;
            else if (j->fresh) j->indent++;
            next = i + 1;
        }
    }
    if (got == STEP_BROKEN) return *from = broken(f, p, *from, next);
    if (got == STEP_VALUE) {
        keep(j, p + *from, next - *from);
        *from = next;
        value_end(f);
    }
    return next;
}

static bool note_kind(struct frame_json *j, struct pm_str kind) {
    bool plain = true;
    for (size_t i = 0; i < kind.n; i++)
        plain &= kind.p[i] > ' ' && kind.p[i] < 0x7f && kind.p[i] != '"' && kind.p[i] != '\\';
    pm_buf_clear(&j->kind);
    pm_buf_add(&j->kind, pm_str_sub(kind, 0, 256));
    return plain;
}

// The object's members as the machine would have seen them: false where one of them is a
// list of records, or its kind is not written as it reads.
static bool is_plain_object(struct frame_json *j, json_t *v) {
    const char *key;
    json_t *member;
    bool plain = true;
    json_object_foreach(v, key, member) {
        if (json_is_array(member) && is_list_key(pm_str_c(key))) plain = false;
        if (strcmp(key, "kind") == 0 && json_is_string(member))
            plain &= note_kind(
                j, (struct pm_str){json_string_value(member), json_string_length(member)});
    }
    if (!plain) pm_buf_clear(&j->kind);
    return plain;
}

// The object on one line: by its parser's list, or as a tree. False, and nothing was done,
// where it is left to the machine.
static bool listed_line(struct pm_frame *f, struct frame_unit *u) {
    uint64_t newlines;
    pm_arena_reset(f->line_arena);
    if (frame_listed(f, u->text, u, &newlines) != u->text.n ||
        !note_kind(f->json, frame_listed_kind(f))) {
        pm_buf_clear(&f->json->kind);
        u->fields = NULL;
        return false;
    }
    u->list_kind = pm_buf_str(&f->json->kind);
    frame_unit_run(f, u);
    return true;
}

static bool loaded_line(struct pm_frame *f, struct frame_unit *u) {
    json_error_t err;
    pm_arena_reset(f->line_arena);
    json_t *v = frame_json_load(f->line_arena, u->text, &err);
    if (!v) return false;
    if (!is_plain_object(f->json, v)) {
        json_decref(v);
        return false;
    }
    u->list_kind = pm_buf_str(&f->json->kind);
    run_value(f, u, v);
    return true;
}

// A document of one line, read as it stands there: most of the JSON in logs is that, and
// the machine would look at each byte of it before it is read at all. Whatever is not
// quite that goes to the machine: lists, whose items are records, and what does not end,
// or not well. Returns the bytes taken.
static size_t one_line_object(struct pm_frame *f, const char *p, size_t n) {
    struct frame_json *j = f->json;
    bool fresh = j->state == J_VALUE && !j->depth && j->fresh && !j->doc.n && !j->indent;
    const char *nl = fresh && n && *p == '{' ? memchr(p, '\n', n < JSON_MAX ? n : JSON_MAX) : NULL;
    if (!nl) return 0;
    struct pm_str text = pm_str_trim((struct pm_str){p, (size_t)(nl - p)});
    if (text.p[text.n - 1] != '}') return 0;
    struct frame_unit u = {.text = text, .raw = text, .line = j->line, .offset = j->offset};
    if (!listed_line(f, &u) && !loaded_line(f, &u)) return 0;
    newline(f);
    f->mode = FRAME_LINES;
    return (size_t)(nl - p) + 1;
}

size_t frame_json_feed(struct pm_frame *f, const char *p, size_t n, bool end) {
    struct frame_json *j = f->json;
    size_t i = one_line_object(f, p, n), from = i;
    while (i < n && f->mode == FRAME_JSON) {
        if (j->state == J_RESYNC) {
            bool fresh = j->fresh;
            size_t to = resync(f, p, i, n, end);
            if (to == i && fresh && j->fresh && f->mode == FRAME_JSON)
                return i; // needs more bytes to tell
            i = from = to;
        } else if (j->state == J_TAIL) {
            i += tail(f, p[i]);
            from = i;
        } else {
            i = json_at(f, p, i, n, &from);
        }
    }
    if (j->state != J_TAIL && j->state != J_RESYNC && f->mode == FRAME_JSON)
        keep(j, p + from, i - from);
    return i;
}

void frame_json_end(struct pm_frame *f) {
    struct frame_json *j = f->json;
    f->mode = FRAME_LINES;
    if (j->state == J_LITERAL && j->depth == 0) value_end(f);
    if (j->state == J_TAIL || j->state == J_RESYNC) return;
    bool text =
        j->one_line && !j->items &&
        !j->over; // read as a line after all; in a log it is no more than a last line that is being written
    pm_diags_add(f->sink.diags, f->path, f->line,
                 text && j->line > 1 ? "json-truncated" : "json-document-truncated",
                 "the document that began in line %llu ends before it is complete",
                 (unsigned long long)j->line);
    if (text) frame_unread(f, pm_buf_str(&j->doc));
}
