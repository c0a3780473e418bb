// TOML 1.1, as far as toml.h says. Source: toml.io/en/v1.0.0, toml.io/en/v1.1.0.
#include "parsers/host/toml.h"
#include "pm/scan.h"

#define ARRAY_DEPTH 8

struct reader {
    struct pm_arena *a;
    const struct pm_toml_handler *h;
    const char *at, *end;
    uint64_t line;
    struct pm_toml_value v; // path and position of what is being read
    int table_depth;        // how much of the path the [table] gave
    struct {
        struct pm_str name;
        int n;
    } arrays[64]; // [[name]] seen, counted
    int array_count;
};

static void skip_line(struct reader *r) {
    while (r->at < r->end && *r->at != '\n') r->at++;
}

static bool broken(struct reader *r, const char *why) {
    r->h->broken(r->h->ctx, r->line, why);
    skip_line(r);
    return false;
}

static void toml_blanks(struct reader *r) {
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\r')) r->at++;
}

// Blanks, comments and newlines: what may stand between the items of an array.
static void space(struct reader *r) {
    for (;;) {
        toml_blanks(r);
        if (r->at < r->end && *r->at == '#') skip_line(r);
        if (r->at >= r->end || *r->at != '\n') return;
        r->at++;
        r->line++;
    }
}

static bool bare_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

// A backslash at a line's end: where the text goes on behind it. NULL: this is none.
static const char *continued(const char *backslash, const char *end) {
    bool over = false;
    const char *p = backslash + 1;
    for (; p < end && strchr(" \t\r\n", *p) && *p; p++) over = over || *p == '\n';
    return over ? p : NULL;
}

// What TOML's escapes say. Logs have others of the same letters (pm_unescape): \x is a
// character here, not a byte, \e is there, and a line may end in a backslash.
static struct pm_str unescaped(struct pm_arena *a, struct pm_str s) {
    char *out = pm_arena_alloc(a, s.n / 2 * 6 + 6); // \e becomes \u001b, two bytes six
    size_t n = 0;
    for (const char *p = s.p, *end = s.p + s.n; p < end;) {
        const char *on = *p == '\\' ? continued(p, end) : NULL;
        if (on) {
            p = on;
        } else if (*p == '\\' && end - p > 1) {
            const char *as = p[1] == 'e' ? "\\u001b" : "\\u00";
            bool other = p[1] == 'e' || p[1] == 'x';
            size_t said = other ? strlen(as) : 2;
            memcpy(out + n, other ? as : p, said);
            n += said;
            p += 2;
        } else {
            out[n++] = *p++;
        }
    }
    return pm_unescape(a, (struct pm_str){out, n});
}

// A file may come from Windows.
static void skip_newline(struct reader *r) {
    const char *p = r->at + (r->at < r->end && *r->at == '\r');
    if (p >= r->end || *p != '\n') return;
    r->at = p + 1;
    r->line++;
}

// """…""" and '''…'''
static bool read_long_string(struct reader *r, char quote, struct pm_str *out) {
    r->at += 3;
    skip_newline(r);
    const char *from = r->at;
    while (r->end - r->at >= 3 && !(r->at[0] == quote && r->at[1] == quote && r->at[2] == quote)) {
        if (*r->at == '\\' && quote == '"') r->at++;
        if (*r->at == '\n') r->line++;
        r->at++;
    }
    if (r->end - r->at < 3) {
        r->at = r->end;
        return broken(r, "a multi-line string has no end");
    }
    // One or two quotes more belong to the text: """"So it is."""" quotes a sentence.
    for (int i = 0; i < 2 && r->end - r->at > 3 && r->at[3] == quote; i++) r->at++;
    *out = (struct pm_str){from, (size_t)(r->at - from)};
    if (quote == '"') *out = unescaped(r->a, *out);
    r->at += 3;
    return true;
}

static bool read_string(struct reader *r, struct pm_str *out) {
    char quote = *r->at;
    if (r->end - r->at >= 3 && r->at[1] == quote && r->at[2] == quote)
        return read_long_string(r, quote, out);
    const char *from = ++r->at;
    bool escaped = false;
    while (r->at < r->end && *r->at != quote && *r->at != '\n') {
        if (*r->at == '\\' && quote == '"' && r->end - r->at > 1 && r->at[1] != '\n') {
            escaped = true;
            r->at++;
        }
        r->at++;
    }
    if (r->at >= r->end || *r->at != quote) return broken(r, "a string has no closing quote");
    *out = (struct pm_str){from, (size_t)(r->at - from)};
    if (escaped) *out = unescaped(r->a, *out);
    r->at++;
    return true;
}

// a.b."c.d" appended to the path
static bool read_key(struct reader *r) {
    for (;;) {
        struct pm_str part;
        toml_blanks(r);
        if (r->at >= r->end) return broken(r, "a key is missing");
        if (*r->at == '"' || *r->at == '\'') {
            if (!read_string(r, &part)) return false;
        } else {
            const char *from = r->at;
            while (r->at < r->end && bare_char(*r->at)) r->at++;
            if (r->at == from) return broken(r, "a key is missing");
            part = (struct pm_str){from, (size_t)(r->at - from)};
        }
        if (r->v.depth >= PM_TOML_DEPTH) return broken(r, "tables are nested too deep");
        r->v.path[r->v.depth++] = part;
        toml_blanks(r);
        if (r->at >= r->end || *r->at != '.') return true;
        r->at++;
    }
}

static void emit(struct reader *r, enum pm_toml_kind kind, struct pm_str text, int item) {
    r->v.kind = kind;
    r->v.text = text;
    r->v.item = item;
    r->h->value(r->h->ctx, &r->v);
}

static bool read_value(struct reader *r, int item, int depth);

static bool read_array(struct reader *r, int depth) {
    int n = 0;
    uint64_t line = r->line;
    if (depth >= ARRAY_DEPTH) return broken(r, "arrays are nested too deep");
    r->at++;
    for (;;) {
        space(r);
        if (r->at >= r->end) {
            r->line = line;
            return broken(r, "an array has no closing bracket");
        }
        if (*r->at == ']') break;
        r->v.line = r->line;
        if (!read_value(r, n++, depth + 1)) return false;
        space(r);
        if (r->at < r->end && *r->at == ',') r->at++;
        else if (r->at >= r->end || *r->at != ']')
            return broken(r, "an array's item is not followed by a comma or bracket");
    }
    r->at++;
    if (n == 0) emit(r, PM_TOML_EMPTY, PM_NONE, -1);
    return true;
}

// One `key = value` of an inline table; the path is the table's again behind it.
static bool read_inline_pair(struct reader *r, int depth) {
    int own = r->v.depth;
    bool good = read_key(r);
    if (good && (r->at >= r->end || *r->at != '='))
        good = broken(r, "a key of an inline table has no value");
    if (good) {
        r->at++;
        good = read_value(r, -1, depth + 1);
    }
    r->v.depth = own;
    return good;
}
static bool read_inline_table(struct reader *r, int depth) {
    if (depth >= ARRAY_DEPTH) return broken(r, "inline tables are nested too deep");
    const char *brace = r->at++;
    uint64_t line = r->line;
    for (;;) { // of several lines in TOML 1.1
        space(r);
        if (r->at < r->end && *r->at == '}') break;
        if (!read_inline_pair(r, depth)) return false;
        space(r);
        if (r->at < r->end && *r->at == ',') r->at++;
        else if (r->at >= r->end || *r->at != '}') { // what follows its line is read again
            r->at = brace;
            r->line = line;
            return broken(r, "an inline table has no closing brace");
        }
    }
    r->at++;
    return true;
}

static bool read_value(struct reader *r, int item, int depth) {
    struct pm_str text;
    toml_blanks(r);
    if (r->at >= r->end || *r->at == '\n' || *r->at == '#') return broken(r, "a key has no value");
    if (*r->at == '[') return read_array(r, depth);
    if (*r->at == '{') return read_inline_table(r, depth);
    if (*r->at == '"' || *r->at == '\'') {
        if (!read_string(r, &text)) return false;
        emit(r, PM_TOML_STRING, text, item);
        return true;
    }
    const char *from = r->at;
    while (r->at < r->end && !strchr(",]}#\n", *r->at)) r->at++;
    text = pm_str_trim((struct pm_str){from, (size_t)(r->at - from)});
    if (!text.n) return broken(r, "a key has no value");
    bool boolean = pm_str_eqc(text, "true") || pm_str_eqc(text, "false");
    if (!boolean && !(text.p[0] >= '0' && text.p[0] <= '9') && !strchr("+-in", text.p[0]))
        return broken(r, "a value is neither quoted nor a number");
    if (pm_str_chr(text, ' ', 0) >= 0 && pm_str_chr(text, ':', 0) < 0)
        return broken(r, "there is more on the line than one value"); // dates hold a blank
    emit(r, boolean ? PM_TOML_BOOL : PM_TOML_NUMBER, text, item);
    return true;
}

static int count_array(struct reader *r, struct pm_str name) {
    for (int i = 0; i < r->array_count; i++)
        if (pm_str_eq(r->arrays[i].name, name)) return r->arrays[i].n++;
    if (r->array_count == (int)PM_LEN(r->arrays)) return 0;
    r->arrays[r->array_count].name = name;
    r->arrays[r->array_count++].n = 1;
    return 0;
}

static bool read_table(struct reader *r) {
    const char *from = r->at;
    bool array = r->end - r->at > 1 && r->at[1] == '[';
    r->at += array ? 2 : 1;
    r->v.depth = 0;
    if (!read_key(r)) return false;
    if (r->at >= r->end || *r->at != ']' || (array && (r->end - r->at < 2 || r->at[1] != ']')))
        return broken(r, "a table's name has no closing bracket");
    r->at += array ? 2 : 1;
    r->table_depth = r->v.depth;
    if (array && r->v.depth == 1)
        r->v.table = count_array(r, (struct pm_str){from, (size_t)(r->at - from)});
    else if (!array && r->v.depth == 1) r->v.table = -1;
    return true;
}

static void toml_read_line(struct reader *r) {
    r->v.line = r->line;
    if (*r->at == '[') {
        if (!read_table(r)) { // what follows belongs to a table that nobody knows
            r->table_depth = 1;
            r->v.path[0] = PM_STR("?");
            return;
        }
    } else {
        r->v.depth = r->table_depth;
        if (!read_key(r)) return;
        if (r->at >= r->end || *r->at != '=') {
            broken(r, "a line is neither a table nor a key with a value");
            return;
        }
        r->at++;
        if (!read_value(r, -1, 0)) return;
    }
    toml_blanks(r);
    if (r->at < r->end && *r->at != '\n' && *r->at != '#')
        broken(r, "there is more on the line than one value");
}

void pm_toml_read(struct pm_arena *a, struct pm_str text, const struct pm_toml_handler *h) {
    struct reader *r = PM_NEW(a, struct reader);
    *r = (struct reader){.a = a,
                         .h = h,
                         .at = text.p,
                         .end = text.p ? text.p + text.n : NULL,
                         .line = 1,
                         .v.table = -1};
    if (pm_str_starts(text, PM_STR("\xef\xbb\xbf"))) r->at += 3; // a byte order mark
    for (;;) {
        space(r);
        if (r->at >= r->end) return;
        toml_read_line(r);
        skip_line(r);
    }
}
