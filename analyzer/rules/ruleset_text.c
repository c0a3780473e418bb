// A text as rules read it, and the nearest word for a person's typing mistake.
#include "rules/ruleset.h"

// Quotes that editors, blogs and chat programs put in place of " and ': U+2018, U+2019,
// U+201C, U+201D.
static char typographic_quote(struct pm_str s, size_t i) {
    if (i + 2 >= s.n || (unsigned char)s.p[i] != 0xe2 || (unsigned char)s.p[i + 1] != 0x80)
        return 0;
    switch ((unsigned char)s.p[i + 2]) {
    case 0x98:
    case 0x99: return '\'';
    case 0x9c:
    case 0x9d: return '"';
    default: return 0;
    }
}
// containers/image tells of mirrors first: "(Mirrors also failed: [m1: err] [m2: err]):
// HOST: err". The registry's own error is the pull's; mirrors have events of their own.
static void drop_mirrors(struct pm_buf *text) {
    struct pm_str s = pm_buf_str(text);
    ptrdiff_t from = pm_str_find(s, PM_STR("(Mirrors also failed: "), 0),
              to = pm_str_rfind(s, PM_STR("]): "));
    if (from < 0 || to < from) return;
    memmove(text->p + from, text->p + to + 4, text->n - (size_t)to - 4);
    text->n -= (size_t)(to + 4 - from);
}

// CRI-O tries an image, then an OCI artifact: "unable to pull image or OCI artifact: pull
// image err: X; artifact err: Y". X is why the image was not pulled.
static void drop_artifact_try(struct pm_buf *text) {
    ptrdiff_t at = pm_str_find(pm_buf_str(text), PM_STR("; artifact err: "), 0);
    if (at > 0) text->n = (size_t)at;
}

// In place: what is written never overtakes what is read.
static size_t smooth(char *p, size_t n) {
    size_t w = 0;
    for (size_t i = 0; i < n; i++) {
        char c = p[i], next = i + 1 < n ? p[i + 1] : 0,
             quote = typographic_quote((struct pm_str){p, n}, i);
        bool written =
            c == '\\' && (next == 'n' || next == 'r' || next == 't'); // a line break written out
        if (quote) {
            p[w++] = quote;
            i += 2;
        } else if (written || c == ' ' || (c >= '\t' && c <= '\r')) {
            if (w && p[w - 1] != ' ') p[w++] = ' ';
            i += written;
        } else if (c != '\\' || !(next == '"' || next == '\\' || next == '\'')) p[w++] = c;
    }
    return w;
}
bool rule_text_is_smooth(struct pm_str s) {
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '\\' || c == 0xe2 || (c >= '\t' && c <= '\r') ||
            (c == ' ' && (i == 0 || s.p[i - 1] == ' ')))
            return false;
    }
    return true;
}
void rule_text_smooth(struct pm_buf *out, struct pm_str s) {
    pm_buf_clear(out);
    pm_buf_add(out, s);
    out->n = smooth(out->p, out->n);
    drop_artifact_try(out); // first: it tells of the mirrors once more
    drop_mirrors(out);
    static const char pad
        [32]; // PCRE2's machine code reads whole vectors, past the end of a text: defined bytes there keep memory checkers quiet
    size_t n = out->n;
    pm_buf_add(out, (struct pm_str){pad, sizeof pad});
    out->n = n;
}

// Levenshtein distance of short words; longer ones are not compared.
enum { WORD_MAX = 47 };
static size_t distance(struct pm_str a, struct pm_str b) {
    size_t row[WORD_MAX + 1];
    if (a.n > WORD_MAX || b.n > WORD_MAX) return WORD_MAX;
    for (size_t j = 0; j <= b.n; j++) row[j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            size_t up = row[j], best = diagonal + (a.p[i - 1] != b.p[j - 1]);
            if (up + 1 < best) best = up + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            row[j] = best;
            diagonal = up;
        }
    }
    return row[b.n];
}
// A word cut short ("gap" for "gap_s"), or with more behind it: meant where nothing is
// nearer.
enum { STEM_MIN = 3 };
static const char *of_one_stem(struct pm_str word, const char *const *words, size_t n) {
    for (size_t i = 0; i < n && word.n >= STEM_MIN; i++) {
        struct pm_str other = words[i] ? pm_str_c(words[i]) : PM_NONE;
        if (other.n >= STEM_MIN && (pm_str_starts(word, other) || pm_str_starts(other, word)))
            return words[i];
    }
    return NULL;
}
const char *rule_nearest(struct pm_str word, const char *const *words, size_t n) {
    const char *best = NULL;
    size_t least = word.n / 2 + 1;
    for (size_t i = 0; i < n; i++) {
        size_t d = distance(word, pm_str_c(words[i]));
        if (d < least) {
            least = d;
            best = words[i];
        }
    }
    return best ? best : of_one_stem(word, words, n);
}
