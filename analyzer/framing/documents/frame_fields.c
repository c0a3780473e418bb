// One pass over a JSON object for the members of a list (pm/fields.h), without a tree.
//
// It is stricter than whoever else reads JSON here: an object is taken only where it is
// whole, well formed by RFC 8259 and has no other members of its own than those of the
// list. Anything unusual (a member that nobody listed, one that comes twice, escapes in a
// name, a number with an exponent, a control character, deep nesting, an object that goes
// on behind the bytes at hand) is not read here: false, and the reader who builds trees
// begins again at the object's first byte. So nothing has to be decided twice, and what
// is broken is told by one place only.
//
// Strings and blanks are most of the bytes; they are passed sixteen at a time where the
// processor has SSE2 (every x86-64 has), else one by one. What lies between the values is
// mostly that of an object before (frame_shape.c), and is then compared, not read.
#include "framing/documents/frame_fields.h"
#include "framing/documents/frame_docs.h"
#include "pm/scan.h"
#include <stdlib.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define FIELDS_DEPTH 64
#define FIELDS_BYTES (256u << 10) // longer ones are rare, and their values are counted elsewhere

struct fields {
    struct pm_arena *a;
    struct frame_fields_memo *memo;
    const struct pm_json_fields *list;
    struct pm_json_field *out;
    const char *p, *end;
    uint64_t newlines;
    bool high;                 // a byte beyond ASCII was seen
    size_t names;              // met so far, of the record and of its listed members
    struct frame_shape *shape; // is noted meanwhile
    const char *glue;          // where that which no value holds began
};

#ifdef __SSE2__
static unsigned mask_of(__m128i equal) { return (unsigned)_mm_movemask_epi8(equal); }
static __m128i sixteen(const char *p) { return _mm_loadu_si128((const __m128i *)(const void *)p); }
#endif

// Past spaces, as far as there are sixteen bytes.
static const char *spaces_fast(const char *p, const char *end) {
#ifdef __SSE2__
    const __m128i space = _mm_set1_epi8(' ');
    for (; end - p >= 16; p += 16) {
        unsigned other = ~mask_of(_mm_cmpeq_epi8(sixteen(p), space)) & 0xffffu;
        if (other) return p + __builtin_ctz(other);
    }
#else
    (void)end;
#endif
    return p;
}

// Past what is neither quote, backslash nor control character, likewise.
static inline const char *plain_fast(struct fields *x, const char *p) {
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'),
                  control = _mm_set1_epi8(0x1f);
    for (; x->end - p >= 16; p += 16) {
        __m128i v = sixteen(p);
        unsigned stop =
            mask_of(_mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash)),
                                 _mm_cmpeq_epi8(_mm_min_epu8(v, control), v)));
        x->high |= mask_of(v) != 0;
        if (stop) return p + __builtin_ctz(stop);
    }
#else
    (void)x;
#endif
    return p;
}

// The next byte that is no blank; 0 where the bytes end.
static char next(struct fields *x) {
    const char *p = x->p, *const end = x->end;
    while (p < end && (unsigned char)*p <= ' ') {
        if (*p != ' ' && *p != '\n' && *p != '\t' && *p != '\r') return 0;
        x->newlines += *p == '\n';
        p = spaces_fast(p + 1, end);
    }
    x->p = p;
    return (char)(p < end ? *p : 0);
}

static bool pass_byte(struct fields *x, char c) {
    if (next(x) != c) return false;
    x->p++;
    return true;
}

// The cursor stands at the opening quote. *escaped: it holds escapes.
static bool raw_string(struct fields *x, struct pm_str *out, bool *escaped) {
    const char *from = x->p + 1, *p = from;
    *escaped = false;
    for (;;) {
        p = plain_fast(x, p);
        while (p < x->end && *p != '"' && *p != '\\' && (unsigned char)*p >= ' ') {
            x->high |= (unsigned char)*p >= 0x80;
            p++;
        }
        if (p >= x->end || (unsigned char)*p < ' ') return false;
        if (*p == '"') break;
        *escaped = true;
        if (x->end - p < 2 || (unsigned char)p[1] < ' ') return false;
        p += 2;
    }
    *out = (struct pm_str){from, (size_t)(p - from)};
    x->p = p + 1;
    return true;
}

static bool read_string(struct fields *x, struct pm_json_field *to) {
    struct pm_str s;
    bool escaped;
    if (!raw_string(x, &s, &escaped)) return false;
    if (escaped && !frame_json_unescape(x->a, s, &s)) return false;
    if (to) *to = (struct pm_json_field){.type = PM_JSON_STRING, .text = s};
    return true;
}

static bool frame_fields_digit(char c) { return c >= '0' && c <= '9'; }

// -?(0|[1-9][0-9]*)(\.[0-9]+)?, at most eighteen digits, and no minus zero.
static bool read_number(struct fields *x, struct pm_json_field *to) {
    const char *from = x->p, *p = from;
    int64_t v = 0;
    bool minus = *p == '-';
    p += minus;
    const char *digits = p;
    for (; p < x->end && frame_fields_digit(*p) && p - digits <= 18; p++) v = v * 10 + (*p - '0');
    if (p == digits || p - digits > 18 || (*digits == '0' && (p - digits > 1 || minus)))
        return false;
    bool real = p < x->end && *p == '.';
    if (real) {
        const char *fraction = ++p;
        while (p < x->end && frame_fields_digit(*p) && p - fraction <= 18) p++;
        if (p == fraction) return false;
    }
    if (p >= x->end || frame_fields_digit(*p) || (*p | 32) == 'e' || *p == '.') return false;
    x->p = p;
    if (!to) return true;
    *to = (struct pm_json_field){.type = PM_JSON_INTEGER, .integer = minus ? -v : v};
    if (!real) return true;
    *to = (struct pm_json_field){.type = PM_JSON_REAL};
    return pm_str_double((struct pm_str){from, (size_t)(p - from)}, &to->real);
}

static bool read_word(struct fields *x, struct pm_json_field *to) {
    const struct pm_str words[] = {PM_STR("true"), PM_STR("false"), PM_STR("null")},
                        rest = {x->p, (size_t)(x->end - x->p)};
    for (size_t i = 0; i < PM_LEN(words); i++) {
        if (!pm_str_starts(rest, words[i])) continue;
        x->p += words[i].n;
        if (to) to->type = *words[i].p == 'n' ? PM_JSON_NULL : PM_JSON_OTHER;
        return true;
    }
    return false;
}

// The value at the cursor, which is no container.
static bool read_scalar(struct fields *x, struct pm_json_field *to) {
    if (x->p >= x->end) return false;
    switch (*x->p) {
    case '"': return read_string(x, to);
    case 't':
    case 'f':
    case 'n': return read_word(x, to);
    default: return read_number(x, to);
    }
}

// Likewise, and its place in the object's shape.
static bool note_scalar(struct fields *x, struct pm_json_field *to) {
    const struct pm_str glue = {x->glue, (size_t)(x->p - x->glue)};
    if (!read_scalar(x, to)) return false;
    frame_shape_hole(x->shape, glue, to ? (int)(to - x->out) : -1);
    x->glue = x->p;
    return true;
}

static bool pass_value(struct fields *x, int depth);

static bool pass_container(struct fields *x, char close, int depth) {
    struct pm_str key;
    bool escaped;
    x->p++;
    if (depth > FIELDS_DEPTH) return false;
    if (pass_byte(x, close)) return true;
    do {
        if (close == '}' &&
            (next(x) != '"' || !raw_string(x, &key, &escaped) || escaped || !pass_byte(x, ':')))
            return false;
        if (!pass_value(x, depth + 1)) return false;
    } while (pass_byte(x, ','));
    return pass_byte(x, close);
}

// One value, of which nothing is kept.
static bool pass_value(struct fields *x, int depth) {
    switch (next(x)) {
    case '{': return pass_container(x, '}', depth);
    case '[': return pass_container(x, ']', depth);
    default: return note_scalar(x, NULL);
    }
}

static bool is_want(const struct pm_json_want *w, struct pm_str key, int in) {
    return w->in == in && w->name.n == key.n && memcmp(w->name.p, key.p, key.n) == 0;
}

// Objects of one kind have their members in one order: the place that this turn's name had
// last time is looked at first. Its place in the list, or -1.
static int listed_place(struct fields *x, struct pm_str key, int in) {
    size_t turn = x->names++;
    uint8_t *guess = turn < PM_LEN(x->memo->place) ? &x->memo->place[turn] : NULL;
    if (guess && *guess < x->list->n && is_want(&x->list->want[*guess], key, in)) return *guess;
    for (size_t i = 0; i < x->list->n; i++) {
        if (!is_want(&x->list->want[i], key, in)) continue;
        if (guess) *guess = (uint8_t)i;
        return (int)i;
    }
    return -1;
}

// The members of the record, or of one of its listed members; the cursor stands at the
// opening brace.
static bool members(struct fields *x, int in) {
    struct pm_str key;
    bool escaped, ok = true;
    x->p++;
    if (pass_byte(x, '}')) return true;
    do {
        if (next(x) != '"' || !raw_string(x, &key, &escaped) || escaped || !pass_byte(x, ':'))
            return false;
        int place = listed_place(x, key, in);
        struct pm_json_field *to = place < 0 ? NULL : &x->out[place];
        if ((!to && in == PM_JSON_TOP) || (to && to->type != PM_JSON_ABSENT)) return false;
        char c = next(x);
        if (!to) ok = pass_value(x, 2);
        else if (c == '{' || c == '[') {
            to->type = c == '{' ? PM_JSON_OBJECT : PM_JSON_ARRAY;
            frame_shape_inner(x->shape, place, to->type);
            ok = c == '{' && in == PM_JSON_TOP ? members(x, place) : pass_value(x, 2);
        } else ok = note_scalar(x, to);
    } while (ok && pass_byte(x, ','));
    return ok && pass_byte(x, '}');
}

// Most values: a string without escapes that ends while there are sixteen bytes at hand.
// False, and nothing was done, where it is any other.
static inline bool read_usual(struct fields *x, struct pm_json_field *to) {
    if (x->end - x->p < 2 || *x->p != '"') return false;
    const char *const from = x->p + 1, *const p = plain_fast(x, from);
    if (p >= x->end || *p != '"') return false;
    x->p = p + 1;
    if (!to) return true;
    to->type = PM_JSON_STRING;
    to->text = (struct pm_str){from, (size_t)(p - from)};
    return true;
}

// Where the object has the shape of one before: the bytes it takes, else 0.
static size_t by_shape(struct fields *x, const struct frame_shape *s) {
    const char *const from = x->p, *glue = s->glue, *const glue_end = s->glue + s->glue_n;
    memset(x->out, 0, x->list->n * sizeof *x->out);
    for (size_t i = 0; i < s->inner_n; i++) x->out[s->inner[i].place].type = s->inner[i].type;
    for (size_t i = 0; i < s->holes_n; i++) {
        const size_t n = s->hole[i].glue;
        const int place = s->hole[i].place;
        if ((size_t)(x->end - x->p) < n || memcmp(x->p, glue, n) != 0) return 0;
        x->p += n;
        glue += n;
        struct pm_json_field *const to = place < 0 ? NULL : &x->out[place];
        if (!read_usual(x, to) && !read_scalar(x, to)) return 0;
    }
    const size_t n = (size_t)(glue_end - glue);
    if ((size_t)(x->end - x->p) < n || memcmp(x->p, glue, n) != 0) return 0;
    x->p += n;
    x->newlines = s->newlines;
    return (size_t)(x->p - from);
}

// The shape in place `at` becomes the first.
static void shape_to_front(struct frame_fields_memo *memo, size_t at) {
    struct frame_shape *s = memo->shape[at];
    for (; at > 0; at--) memo->shape[at] = memo->shape[at - 1];
    memo->shape[0] = s;
}

// The object is read, and its shape takes the place of the one that was met longest ago.
static size_t by_grammar(struct fields *x) {
    struct frame_fields_memo *memo = x->memo;
    const char *const from = x->p;
    if (!memo->spare) memo->spare = pm_xmalloc(sizeof *memo->spare);
    x->shape = memo->spare;
    x->glue = from;
    frame_shape_begin(x->shape);
    memset(x->out, 0, x->list->n * sizeof *x->out);
    if (!members(x, PM_JSON_TOP)) return 0;
    frame_shape_end(x->shape, (struct pm_str){x->glue, (size_t)(x->p - x->glue)}, x->newlines);
    if (x->shape->closed) {
        memo->spare = memo->shape[FRAME_SHAPES - 1];
        memo->shape[FRAME_SHAPES - 1] = x->shape;
        shape_to_front(memo, FRAME_SHAPES - 1);
    }
    return (size_t)(x->p - from);
}

size_t frame_fields_read(struct pm_arena *a, struct frame_fields_memo *memo, struct pm_str s,
                         const struct pm_json_fields *list, struct pm_json_field *out,
                         uint64_t *newlines) {
    s = pm_str_sub(s, 0, FIELDS_BYTES);
    const struct fields begin = {
        .a = a, .memo = memo, .list = list, .out = out, .p = s.p, .end = s.p + s.n};
    struct fields x = begin;
    size_t used = 0, bad = 0;
    if (s.n < 2 || s.p[0] != '{') return 0;
    for (size_t i = 0; i < FRAME_SHAPES && memo->shape[i] && !used; i++) {
        x = begin;
        used = by_shape(&x, memo->shape[i]);
        if (used && i) shape_to_front(memo, i);
    }
    if (!used) {
        x = begin;
        used = by_grammar(&x);
    }
    if (!used) return 0;
    if (x.high) pm_utf8_clean(a, pm_str_sub(s, 0, used), &bad);
    *newlines = x.newlines;
    return bad ? 0 : used;
}

void frame_fields_forget(struct frame_fields_memo *memo) {
    for (size_t i = 0; i < FRAME_SHAPES; i++) free(memo->shape[i]);
    free(memo->spare);
    memset(memo, 0, sizeof *memo);
}
