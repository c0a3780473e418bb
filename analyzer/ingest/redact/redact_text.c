// How texts are escaped within texts: where a word begins behind an escape, what is a
// quote, where a quoted value ends.
#include "ingest/redact/redact.h"

size_t pm_secret_percent(struct pm_str s, size_t at, unsigned char *byte) {
    size_t i = at;
    if (i >= s.n || s.p[i] != '%') return 0;
    for (i++; i + 3 < s.n && s.p[i] == '2' && s.p[i + 1] == '5' &&
              pm_secret_hex((unsigned char)s.p[i + 2]) && pm_secret_hex((unsigned char)s.p[i + 3]);)
        i += 2;
    if (i + 1 >= s.n || !pm_secret_hex((unsigned char)s.p[i]) ||
        !pm_secret_hex((unsigned char)s.p[i + 1]))
        return 0;
    unsigned value = 0;
    for (size_t k = i; k < i + 2; k++) {
        unsigned char c = pm_secret_lower((unsigned char)s.p[k]);
        value = value * 16 + (c <= '9' ? c - 48u : c - 87u);
    }
    *byte = (unsigned char)value;
    return i + 2 - at;
}

// Of the letters from `start` on, those that an escape before them owns.
static size_t escaped_letters(struct pm_str s, size_t start, size_t end) {
    if (start == 0) return 0;
    unsigned char byte;
    if (s.p[start - 1] == '%') {
        size_t n = pm_secret_percent(s, start - 1, &byte);
        return n ? n - 1 : 0;
    }
    if (s.p[start - 1] != '\\' || start == end) return 0;
    static const struct {
        char letter;
        size_t n;
    } escapes[] = {{'u', 5}, {'x', 3}, {'n', 1}, {'t', 1}, {'r', 1}};
    for (size_t i = 0; i < PM_LEN(escapes); i++) {
        if (s.p[start] != escapes[i].letter || end - start < escapes[i].n) continue;
        bool hex = true;
        for (size_t k = 1; k < escapes[i].n; k++)
            hex &= pm_secret_hex((unsigned char)s.p[start + k]);
        if (hex) return escapes[i].n;
    }
    return 0;
}

size_t pm_secret_word_start(struct pm_str s, size_t end, const char *more) {
    size_t start = end;
    while (start > 0 && end - start < 128 &&
           (pm_secret_word((unsigned char)s.p[start - 1]) ||
            (s.p[start - 1] && strchr(more, s.p[start - 1]))))
        start--;
    size_t own = escaped_letters(s, start, end);
    return start + own > end ? end : start + own;
}

size_t pm_secret_quote(struct pm_str s, size_t at) {
    if (at >= s.n) return 0;
    unsigned char byte;
    size_t n = pm_secret_percent(s, at, &byte), i = at;
    if (n && (byte == '"' || byte == '\'')) return n;
    if (n && byte == '\\') { // %5C%22
        size_t rest = pm_secret_quote(s, at + n);
        return rest ? n + rest : 0;
    }
    struct pm_str from = pm_str_sub(s, at, 8);
    if (pm_str_starts(from, PM_STR("&quot;"))) return 6;
    if (pm_str_starts(from, PM_STR("&#34;")) || pm_str_starts(from, PM_STR("&#39;"))) return 5;
    while (i < s.n && s.p[i] == '\\') i++;
    if (i < s.n && (s.p[i] == '"' || s.p[i] == '\'' || (s.p[i] == '`' && i == at)))
        return i + 1 - at;
    if (i == at) return 0;
    from = pm_str_sub(s, i, 5);
    if (pm_str_starts(from, PM_STR("u0022")) || pm_str_starts(from, PM_STR("u0027")))
        return i + 5 - at;
    if (pm_str_starts(from, PM_STR("x22")) || pm_str_starts(from, PM_STR("x27"))) return i + 3 - at;
    return 0;
}

// The end of a value in quotes: the same quote again, where it is not escaped within the
// value. Backslashes double with each level of escaping.
size_t pm_secret_quoted_end(struct pm_str s, size_t from, struct pm_str quote) {
    char mark = quote.p[quote.n - 1];
    bool plain = mark == '"' || mark == '\'' || mark == '`';
    if (!plain) {
        ptrdiff_t close = pm_str_ifind(s, quote, from);
        return close < 0 ? s.n : (size_t)close;
    }
    size_t depth = quote.n - 1;
    for (size_t at = from; at < s.n; at++) {
        if (s.p[at] != mark) continue;
        size_t run = 0;
        while (at - run > from && s.p[at - run - 1] == '\\') run++;
        if (run < depth || (run - depth) % (2 * (depth + 1)) == 0)
            return at - (run < depth ? run : depth);
    }
    return s.n;
}
