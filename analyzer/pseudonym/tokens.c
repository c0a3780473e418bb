// Where the words of a text begin and end: names are of letters, digits, dash, dot and
// underscore. The letter of an escape before a name ("\nworker-3", "%2Fshop") is not of it.
// A host's name is cut into its labels here, too.
#include "pseudonym/pseudonym.h"

static bool hex_byte(char c) {
    return digit_byte(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
static size_t hex_run(struct pm_str s, size_t at, size_t n) {
    size_t i = at;
    while (i < s.n && i - at < n && hex_byte(s.p[i])) i++;
    return i - at == n ? n : 0;
}
// Behind the escape at `at`; `at` itself where there is none.
static size_t escape_end(struct pm_str s, size_t at) {
    if (s.p[at] == '%' && hex_run(s, at + 1, 2)) return at + 3;
    if (s.p[at] != '\\') return at;
    size_t i = at;
    while (i < s.n && s.p[i] == '\\') i++;
    if (i == s.n) return i;
    if (s.p[i] == 'u' && hex_run(s, i + 1, 4)) return i + 5;
    if (s.p[i] == 'x' && hex_run(s, i + 1, 2)) return i + 3;
    return strchr("nrtbf", s.p[i]) ? i + 1 : i;
}

// A version in a user agent ("Chrome/120.0.0.0") is written like an address.
static bool is_version(struct pm_str s, size_t at, const struct address *a) {
    bool slash = at > 1 && s.p[at - 1] == '/' && word_byte(s.p[at - 2]) && !digit_byte(s.p[at - 2]);
    bool is_private = a->bytes[0] == 10 || a->bytes[0] == 192 || a->bytes[0] == 172;
    return slash && (!is_private || a->bytes[3] == 0);
}

// "/20" behind an address; more of a path is none.
static size_t network_bits(struct pm_str s, size_t to, struct address *a) {
    size_t i = to + 1;
    unsigned bits = 0;
    if (to >= s.n || s.p[to] != '/') return 0;
    while (i < s.n && i - to < 4 && digit_byte(s.p[i]))
        bits = bits * 10 + (unsigned)(s.p[i++] - '0');
    bool ends = i == s.n || !(word_byte(s.p[i]) || s.p[i] == '/' || s.p[i] == ':');
    if (i == to + 1 || !ends || bits > a->bits) return 0;
    return a->bits = bits;
}

static bool six_at(struct pm_str s, size_t at, struct token *t) {
    size_t to = at, colons = 0;
    while (to < s.n && to - at < 46 && (hex_byte(s.p[to]) || s.p[to] == ':' || s.p[to] == '.'))
        colons += s.p[to++] == ':';
    while (to > at && s.p[to - 1] == '.') to--;
    if (colons < 2) return false;
    if (s.p[to - 1] == ':' && !(to - at > 1 && s.p[to - 2] == ':')) to--; // "fe80::1: refused"
    if (to < s.n && (word_byte(s.p[to]) && s.p[to] != '.')) return false;
    *t = (struct token){.kind = TOKEN_ADDRESS, .from = at, .to = to};
    return address_read(pm_str_sub(s, at, to - at), &t->address) && t->address.six;
}

static bool word_at(struct pm_str s, size_t at, struct token *t) {
    size_t to = at;
    while (to < s.n && word_byte(s.p[to])) to++;
    while (to > at && (s.p[to - 1] == '.' || s.p[to - 1] == '-')) to--;
    while (at < to && (s.p[at] == '.' || s.p[at] == '-')) at++;
    if (to <= at) return false;
    *t = (struct token){.kind = TOKEN_WORD, .from = at, .to = to};
    struct pm_str word = pm_str_sub(s, at, to - at);
    if (word.n >= 7 && digit_byte(word.p[0]) && address_read(word, &t->address) &&
        !is_version(s, at, &t->address))
        t->kind = TOKEN_ADDRESS;
    return true;
}

bool token_next(struct pm_str s, size_t *at, struct token *t) {
    size_t i = *at;
    while (i < s.n) {
        size_t behind = escape_end(s, i);
        if (behind > i) {
            i = behind;
            continue;
        }
        bool begins = i == 0 || !word_byte(s.p[i - 1]) || i == *at;
        bool six = begins && (hex_byte(s.p[i]) || s.p[i] == ':') && six_at(s, i, t);
        if (six || (word_byte(s.p[i]) && word_at(s, i, t))) {
            if (t->kind == TOKEN_ADDRESS) network_bits(s, t->to, &t->address);
            *at = t->to;
            return true;
        }
        while (i < s.n && word_byte(s.p[i])) i++; // dots and dashes alone
        if (i < s.n && !word_byte(s.p[i]) && escape_end(s, i) == i) i++;
    }
    return false;
}

bool token_is_key(struct pm_str s, size_t to) {
    size_t i = to;
    while (i < s.n && s.p[i] == '\\') i++;
    return i + 1 < s.n && s.p[i] == '"' && s.p[i + 1] == ':';
}

static bool key_names(struct pm_str key) {
    static const char *const ends[] = {"namespace", "ns",   "node",       "hostname", "host",
                                       "pod",       "user", "username",   "account",  "container",
                                       "project",   "repo", "repository", "nodename", "podname"};
    for (size_t i = 0; i < PM_LEN(ends); i++) {
        size_t n = strlen(ends[i]);
        if (key.n >= n && pm_str_ieq(pm_str_from(key, key.n - n), pm_str_c(ends[i]))) return true;
    }
    return false;
}
static bool between(struct pm_str s, size_t from, size_t to, const char *bytes) {
    return (from > 0 && strchr(bytes, s.p[from - 1])) || (to < s.n && strchr(bytes, s.p[to]));
}
// The whole text, a part of a path, in quotes of its own, or behind a key that says it.
bool token_is_placed(struct pm_str s, size_t from, size_t to) {
    if (from == 0 && to == s.n) return true;
    if (token_is_key(s, to)) return false;
    if (between(s, from, to, "/")) return true;
    bool quoted = from > 0 && to < s.n && strchr("\"'", s.p[from - 1]) && strchr("\"'\\", s.p[to]);
    if (quoted) return true;
    size_t end = from;
    while (end > 0 && from - end < 8 && strchr("\"'\\=: ", s.p[end - 1])) end--;
    size_t start = end;
    while (start > 0 && end - start < 24 && word_byte(s.p[start - 1])) start--;
    bool apart = end < from && !(from - end == 1 && s.p[end] == ' ');
    return apart && key_names(pm_str_sub(s, start, end - start));
}

size_t host_labels(struct pm_str host, struct pm_str *labels, size_t max) {
    size_t n = 0;
    for (struct pm_str rest = host; rest.n && n < max; n++) {
        ptrdiff_t dot = pm_str_chr(rest, '.', 0);
        labels[n] = dot < 0 ? rest : pm_str_sub(rest, 0, (size_t)dot);
        if (!labels[n].n) return 0;
        rest = dot < 0 ? PM_NONE : pm_str_from(rest, (size_t)dot + 1);
    }
    return n;
}
