// One JSON text to a jansson value. jansson's own lexer takes most of the time that a
// list of events needs (it reads character by character through a callback); this one
// scans slices and only builds with jansson, about twice as fast. It is also more
// tolerant where a log's JSON is: a key may come twice (the last wins), integers beyond
// 64 bits become reals, half a surrogate pair becomes U+FFFD, control characters in
// strings are data. "managedFields" is passed over: half of an object's bytes where a
// collector kept it, and nobody's business here but for a pull secret's, which tell when
// its credentials were written, and a revision's, which tell when it was gone back to.
#include "framing/documents/frame_docs.h"
#include "pm/scan.h"
#include <stdio.h>

#define LOAD_DEPTH 256
#define LOAD_VALUES                                                                                \
    (1u                                                                                            \
     << 19) // a value costs some hundred bytes, so that a small hostile text could cost gigabytes

struct load {
    struct pm_arena *a;
    const char *p, *end;
    const char *why;
    int depth;
    uint32_t values;
};

static void blanks(struct load *l) {
    if (l->p < l->end && (unsigned char)*l->p > ' ') return;
    while (l->p < l->end && (*l->p == ' ' || *l->p == '\n' || *l->p == '\t' || *l->p == '\r'))
        l->p++;
}

static bool fail(struct load *l, const char *why) {
    if (!l->why) l->why = why;
    return false;
}

static int hex4(const char *p) {
    int v = 0;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        int d;
        if (c >= '0' && c <= '9') d = c - '0';
        else if ((c | 32) >= 'a' && (c | 32) <= 'f') d = (c | 32) - 'a' + 10;
        else d = -1;
        if (d < 0) return -1;
        v = v << 4 | d;
    }
    return v;
}

static size_t utf8(char *out, uint32_t c) {
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 63));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | ((c >> 6) & 63));
        out[2] = (char)(0x80 | (c & 63));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | ((c >> 12) & 63));
    out[2] = (char)(0x80 | ((c >> 6) & 63));
    out[3] = (char)(0x80 | (c & 63));
    return 4;
}

// Four hex digits at p (behind \u), with its second half where there is one. Returns the
// bytes used, 0 where it is broken.
static size_t unicode(const char *p, const char *end, uint32_t *c) {
    int hi = end - p >= 4 ? hex4(p) : -1;
    if (hi < 0) return 0;
    *c = (uint32_t)hi;
    if (hi < 0xd800 || hi > 0xdfff) return 4;
    *c = 0xfffd;
    if (hi >= 0xdc00 || end - p < 10 || p[4] != '\\' || p[5] != 'u') return 4;
    int lo = hex4(p + 6);
    if (lo < 0xdc00 || lo > 0xdfff) return 4;
    *c = 0x10000 + (((uint32_t)hi - 0xd800) << 10) + ((uint32_t)lo - 0xdc00);
    return 10;
}

// What follows a backslash and is no escape is an error: *why says which.
static bool unescaped(struct pm_arena *a, struct pm_str s, struct pm_str *out, const char **why) {
    static const char letters[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    const char *from = s.p, *to = s.p + s.n;
    char *w = pm_arena_room(a, s.n), *start = w;
    while (from < to) {
        const char *slash = memchr(from, '\\', (size_t)(to - from)), *run = slash ? slash : to;
        memcpy(w, from, (size_t)(run - from));
        w += run - from;
        from = run;
        if (!slash) break;
        *why = "a string ends in a backslash";
        if (++from >= to) return false;
        if (*from == 'u') {
            uint32_t c;
            size_t used = unicode(from + 1, to, &c);
            *why = "broken \\u escape";
            if (!used) return false;
            w += utf8(w, c);
            from += 1 + used;
            continue;
        }
        const char *at = memchr(letters, *from++, sizeof letters - 1);
        *why = "unknown escape";
        if (!at) return false;
        *w++ = values[at - letters];
    }
    *out = (struct pm_str){start, (size_t)(w - start)};
    return true;
}

bool frame_json_unescape(struct pm_arena *a, struct pm_str s, struct pm_str *out) {
    const char *why;
    return unescaped(a, s, out, &why);
}

// Eight bytes at a time past what is neither quote nor backslash.
static const char *load_plain_run(const char *p, const char *end) {
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = UINT64_C(0x8080808080808080);
    for (; end - p >= 8; p += 8) {
        uint64_t w, quote, slash;
        memcpy(&w, p, 8);
        quote = w ^ (ones * '"');
        slash = w ^ (ones * '\\');
        if (((quote - ones) & ~quote & highs) | ((slash - ones) & ~slash & highs)) break;
    }
    return p;
}

// The cursor stands behind the opening quote.
static bool string(struct load *l, struct pm_str *out) {
    const char *from = l->p, *q = from;
    bool escaped = false;
    for (;;) {
        q = load_plain_run(q, l->end);
        while (q < l->end && *q != '"' && *q != '\\') q++;
        if (q >= l->end) return fail(l, "a string has no end");
        if (*q == '"') break;
        escaped = true;
        q += 2;
    }
    l->p = q + 1;
    *out = (struct pm_str){from, (size_t)(q - from)};
    const char *why;
    return !escaped || unescaped(l->a, *out, out, &why) || fail(l, why);
}

// The exponent apart, since pm_str_double reads plain decimals.
static bool real(struct pm_str s, double *d) {
    ptrdiff_t e = pm_str_chr(s, 'e', 0);
    if (e < 0) e = pm_str_chr(s, 'E', 0);
    if (e < 0) return pm_str_double(s, d);
    struct pm_str exponent = pm_str_from(s, (size_t)e + 1);
    bool minus = exponent.n && exponent.p[0] == '-';
    if (exponent.n && (minus || exponent.p[0] == '+')) exponent = pm_str_from(exponent, 1);
    uint64_t n;
    if (!pm_str_u64(exponent, &n) || !pm_str_double(pm_str_sub(s, 0, (size_t)e), d)) return false;
    double power = 1; // exact up to 1e22
    for (uint64_t i = 0; i < n && i < 400; i++) power *= 10;
    *d = minus ? *d / power : *d * power;
    return true;
}

static json_t *number(struct load *l) {
    const char *from = l->p;
    bool minus = *from == '-', whole = true;
    int64_t v = 0;
    if (minus) l->p++;
    const char *digits = l->p;
    for (; l->p < l->end; l->p++) {
        char c = *l->p;
        if (c >= '0' && c <= '9') {
            if (l->p - digits < 18) v = v * 10 + (c - '0');
        } else if (c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-') whole = false;
        else break;
    }
    double d;
    if (l->p == digits) {
        fail(l, "invalid token");
        return NULL;
    }
    if (whole && l->p - digits <= 18) return json_integer(minus ? -v : v);
    if (!real((struct pm_str){from, (size_t)(l->p - from)}, &d)) {
        fail(l, "broken number");
        return NULL;
    }
    json_t *v_real = json_real(d);
    return v_real ? v_real : json_null(); // not finite
}

static json_t *word(struct load *l) {
    struct pm_str s = {l->p, (size_t)(l->end - l->p)};
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < 3; i++) {
        if (!pm_str_starts(s, pm_str_c(words[i]))) continue;
        l->p += strlen(words[i]);
        if (i == 0) return json_true();
        return i == 1 ? json_false() : json_null();
    }
    fail(l, "invalid token");
    return NULL;
}

static json_t *value(struct load *l);

// Past one value without building it.
static bool pass(struct load *l) {
    size_t depth = 0;
    do {
        blanks(l);
        if (l->p >= l->end) return fail(l, "unexpected end");
        char c = *l->p++;
        struct pm_str s;
        if (c == '"' && !string(l, &s)) return false;
        if (c == '{' || c == '[') depth++;
        if (c == '}' || c == ']') {
            if (!depth) return fail(l, "invalid token");
            depth--;
        }
        if (depth == 0 && c != '"' && c != '}' && c != ']' && c != ',' && c != ':')
            while (l->p < l->end && *l->p != ',' && *l->p != '}' && *l->p != ']') l->p++;
    } while (depth);
    return true;
}

// The fields of a pull secret's data, or of a service account's list (which pods have,
// too, within their spec).
static bool tells_of_secrets(struct pm_str fields) {
    if (pm_str_has(fields, PM_STR("\"f:.dockerc"))) return true;
    return pm_str_has(fields, PM_STR("\"f:imagePullSecrets\"")) &&
           !pm_str_has(fields, PM_STR("\"f:spec\""));
}

// The number of a Deployment's set, or of a StatefulSet's or DaemonSet's
// ControllerRevision.
static bool tells_of_revisions(struct pm_str fields) {
    return pm_str_has(fields, PM_STR("\"f:deployment.kubernetes.io/revision\"")) ||
           pm_str_has(fields, PM_STR("\"f:revision\""));
}

static bool member(struct load *l, json_t *object) {
    struct pm_str key;
    if (*l->p++ != '"') return fail(l, "a key is no string");
    if (!string(l, &key)) return false;
    blanks(l);
    if (l->p >= l->end || *l->p++ != ':') return fail(l, "no colon behind a key");
    if (pm_str_eqc(key, "managedFields")) {
        const char *from = l->p;
        if (!pass(l)) return false;
        struct pm_str fields = {from, (size_t)(l->p - from)};
        if (!tells_of_secrets(fields) && !tells_of_revisions(fields)) return true;
        l->p = from;
    }
    json_t *v = value(l);
    return v && json_object_setn_new_nocheck(object, key.p ? key.p : "", key.n, v) == 0;
}

static bool element(struct load *l, json_t *array) {
    json_t *v = value(l);
    return v && json_array_append_new(array, v) == 0;
}

static json_t *container(struct load *l, char close) {
    json_t *v = close == '}' ? json_object() : json_array();
    bool ok = ++l->depth <= LOAD_DEPTH || fail(l, "nested too deeply");
    blanks(l);
    bool empty = l->p < l->end && *l->p == close;
    if (empty) l->p++;
    while (ok && !empty) {
        blanks(l);
        if (l->p >= l->end) ok = fail(l, "unexpected end");
        else ok = close == '}' ? member(l, v) : element(l, v);
        if (!ok) break;
        blanks(l);
        if (l->p >= l->end) ok = fail(l, "unexpected end");
        else if (*l->p == close) {
            l->p++;
            break;
        } else if (*l->p++ != ',') ok = fail(l, "no comma behind a value");
    }
    l->depth--;
    if (ok) return v;
    json_decref(v);
    return NULL;
}

static json_t *value(struct load *l) {
    blanks(l);
    if (l->p >= l->end) {
        fail(l, "unexpected end");
        return NULL;
    }
    if (++l->values > LOAD_VALUES) {
        fail(l, "too many values");
        return NULL;
    }
    struct pm_str s;
    switch (*l->p) {
    case '{': l->p++; return container(l, '}');
    case '[': l->p++; return container(l, ']');
    case '"': l->p++; return string(l, &s) ? json_stringn_nocheck(s.p ? s.p : "", s.n) : NULL;
    case 't':
    case 'f':
    case 'n': return word(l);
    default: return number(l);
    }
}

json_t *frame_json_load(struct pm_arena *a, struct pm_str s, json_error_t *err) {
    size_t bad = 0;
    s = pm_utf8_clean(a, s, &bad); // jansson holds UTF-8 only
    struct load l = {.a = a, .p = s.p, .end = s.p + s.n};
    json_t *v = value(&l);
    if (v) {
        blanks(&l);
        if (l.p >= l.end) return v;
        json_decref(v);
        fail(&l, "more text behind the value");
    }
    *err = (json_error_t){.line = 1};
    for (const char *p = s.p; p < l.p && p < l.end; p++) err->line += *p == '\n';
    snprintf(err->text, sizeof err->text, "%s", l.why ? l.why : "broken");
    return NULL;
}
