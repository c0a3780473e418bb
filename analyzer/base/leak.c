// One pass: the three last bytes say at one look whether some shape can begin there; then
// the shape's own check. See base/leak.h for why this shares nothing with redaction.
#include "base/leak.h"
#include "pm/arena.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { BLOCK = 1 << 20, OVERLAP = 8 << 10, LOOK = 3 };

struct text {
    char *p;
    size_t n;
};
static bool of_token(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '-' || c == '.';
}
static bool of_base64(char c) { return of_token(c) || c == '+' || c == '/' || c == '='; }
static bool of_word(char c) { return of_token(c) && c != '.' && c != '-'; }

// What a person or a program put there instead of a secret.
static bool is_placeholder(const char *p, size_t n) {
    size_t digits = 0, small = 0, same = 0;
    for (size_t i = 0; i < n; i++) {
        digits += p[i] >= '0' && p[i] <= '9';
        small += p[i] >= 'a' && p[i] <= 'z';
        same += p[i] == p[0];
    }
    return digits == 0 || digits + small == digits || same == n || memchr(p, '*', n) ||
           memchr(p, '<', n) || memchr(p, '$', n) || memchr(p, '{', n) ||
           (n >= 8 && memcmp(p, "redacted", 8) == 0);
}

// Each check says how far it dealt with the text; 0: it is none.
static size_t strike_out(struct text t, size_t from, size_t to) {
    memset(t.p + from, '*', to - from);
    return to;
}

static const struct {
    const char *text;
    size_t least; // of letters behind it
} marks[] = {
    {"ghp_", 20},        {"gho_", 20},    {"ghs_", 20},     {"ghu_", 20},     {"ghr_", 20},
    {"github_pat_", 20}, {"glpat-", 16},  {"gldt-", 16},    {"glrt-", 16},    {"dckr_pat_", 16},
    {"dckr_oat_", 16},   {"npm_", 30},    {"pypi-AgE", 20}, {"xoxb-", 20},    {"xoxp-", 20},
    {"xoxa-", 20},       {"hvs.", 20},    {"hvb.", 20},     {"sk_live_", 16}, {"rk_live_", 16},
    {"AKIA", 16},        {"ASIA", 16},    {"AIza", 30},     {"ya29.", 20},    {"GOCSPX-", 20},
    {"shpat_", 20},      {"dop_v1_", 30}, {"glsa_", 24},    {"tskey-", 20},   {"AKCp", 30},
};
static size_t mark(struct text t, size_t at) {
    for (size_t i = 0; i < PM_LEN(marks); i++) {
        size_t n = strlen(marks[i].text), to = at + n;
        if (t.n - at < n || memcmp(t.p + at, marks[i].text, n) != 0) continue;
        while (to < t.n && of_word(t.p[to])) to++;
        if (to - at - n < marks[i].least || is_placeholder(t.p + at + n, to - at - n)) return 0;
        return at > 0 && of_word(t.p[at - 1]) ? 0 : strike_out(t, at + n, to);
    }
    return 0;
}
// eyJ….eyJ….…: header and claims are JSON in base64, a signature is behind.
static size_t jwt(struct text t, size_t at) {
    size_t to = at, dots = 0, claims = 0;
    if (at > 0 && of_word(t.p[at - 1])) return 0;
    for (; to < t.n && of_token(t.p[to]); to++) {
        if (t.p[to] != '.') continue;
        dots++;
        if (dots == 1 && t.n - to > 4 && memcmp(t.p + to + 1, "eyJ", 3) == 0) claims = to;
    }
    return claims && dots == 2 && to - claims > 20 ? strike_out(t, at + 3, to) : 0;
}
static size_t crypt_hash(struct text t, size_t at) { // $2y$10$…
    size_t to = at + 4;
    if (t.n - at < 60 || t.p[at] != '$' || t.p[at + 1] != '2' || t.p[at + 3] != '$') return 0;
    while (to < t.n && (of_base64(t.p[to]) || t.p[to] == '$')) to++;
    return to - at >= 59 ? strike_out(t, at + 4, to) : 0;
}
static size_t private_key(struct text t, size_t at) {
    static const char begin[] = "-----BEGIN ", key[] = "PRIVATE KEY-----";
    size_t body = at + sizeof begin - 1 + sizeof key - 1; // no kind of key between them
    if (t.n - at < 64 || memcmp(t.p + at, begin, sizeof begin - 1) != 0) return 0;
    while (body < t.n && body - at < 48 &&
           memcmp(t.p + body - (sizeof key - 1), key, sizeof key - 1) != 0)
        body++;
    if (body - at == 48 || body == t.n) return 0;
    size_t to = body, letters = 0;
    for (; to < t.n && t.p[to] != '-' && t.p[to] != '<' && t.p[to] != '*'; to++)
        letters += of_base64(t.p[to]);
    return letters >= 32 ? strike_out(t, body, to) : 0;
}

// Over the quotes, colons and blanks between a key and its value, escaped or not.
static size_t value_begin(struct text t, size_t at, const char *between) {
    size_t i = at;
    while (i < t.n && i - at < 12 && t.p[i] && strchr(between, t.p[i])) i++;
    return i;
}
static size_t authorization(struct text t, size_t at) {
    static const char *const schemes[] = {"Bearer ", "Basic ", "Token ", "bearer ", "basic "};
    static const char name[] = "uthorization";
    if (t.n - at < sizeof name + 20 || memcmp(t.p + at + 1, name, sizeof name - 1) != 0) return 0;
    size_t from = value_begin(t, at + sizeof name, "\"\\: =['"), to;
    for (size_t i = 0; i < PM_LEN(schemes); i++) {
        size_t n = strlen(schemes[i]);
        if (t.n - from <= n || memcmp(t.p + from, schemes[i], n) != 0) continue;
        for (to = from += n; to < t.n && of_base64(t.p[to]); to++) continue;
        return to - from >= 16 && !is_placeholder(t.p + from, to - from) ? strike_out(t, from, to)
                                                                         : 0;
    }
    return 0;
}
static size_t password(struct text t, size_t at) {
    if (t.n - at < 16 || memcmp(t.p + at + 1, "assword", 7) != 0) return 0;
    size_t from = value_begin(t, at + 8, "\"\\:=' "), to = from;
    bool said = memchr(t.p + at + 8, '=', from - at - 8) ||
                (from - at > 10 && memchr(t.p + at + 8, '"', from - at - 8) &&
                 memchr(t.p + at + 8, ':', from - at - 8));
    while (to < t.n && of_base64(t.p[to])) to++;
    return said && to - from >= 8 && !is_placeholder(t.p + from, to - from)
               ? strike_out(t, from, to)
               : 0;
}
static bool of_password(char c) { return c > ' ' && !strchr("\"'<>\\/@,;()[]{}`", c); }
static size_t login(struct text t, size_t at) { // ://user:pass@host
    size_t user = at + 3, i = user, from;
    if (memcmp(t.p + at, "://", 3) != 0) return 0;
    while (i < t.n && i - user < 64 && (of_token(t.p[i]) || t.p[i] == '$' || t.p[i] == '%')) i++;
    if (i == user || i >= t.n || t.p[i] != ':') return 0;
    for (from = ++i; i < t.n && i - from < 128 && t.p[i] != ':' && of_password(t.p[i]); i++)
        continue;
    bool host = i + 1 < t.n && t.p[i] == '@' && of_token(t.p[i + 1]);
    return host && i - from >= 6 && !is_placeholder(t.p + from, i - from) ? strike_out(t, from, i)
                                                                          : 0;
}

enum { MARK, JWT, CRYPT_HASH, PRIVATE_KEY, AUTHORIZATION, PASSWORD, LOGIN, CHECKS };
static size_t (*const checks[CHECKS])(struct text t, size_t at) = {
    [MARK] = mark,
    [JWT] = jwt,
    [CRYPT_HASH] = crypt_hash,
    [PRIVATE_KEY] = private_key,
    [AUTHORIZATION] = authorization,
    [PASSWORD] = password,
    [LOGIN] = login,
};
// By three letters: a bit for each check of what may begin with them, and, from bit 8 on, of
// what may have begun one letter before them. So every second place is looked at.
static uint16_t begins[1 << 15];
enum { BEFORE = 8 };

static unsigned look(const char *p) {
    unsigned a = (unsigned char)p[0], b = (unsigned char)p[1], c = (unsigned char)p[2];
    return (a & 31) << 10 | (b & 31) << 5 | (c & 31);
}
// `text` of three letters may go on with any.
static void begins_add(const char *text, int check) {
    char next[] = {text[1], text[2], text[3]};
    begins[look(text)] |= (uint16_t)(1u << check);
    for (char any = 0; any < 32; any++) {
        if (!text[3]) next[2] = any;
        begins[look(next)] |= (uint16_t)(1u << (check + BEFORE));
    }
}
__attribute__((constructor)) static void begins_fill(void) {
    static const struct {
        const char *text;
        int check;
    } others[] = {{"eyJ", JWT},
                  {"$2a$", CRYPT_HASH},
                  {"$2b$", CRYPT_HASH},
                  {"$2y$", CRYPT_HASH},
                  {"-----", PRIVATE_KEY},
                  {"Auth", AUTHORIZATION},
                  {"auth", AUTHORIZATION},
                  {"password", PASSWORD},
                  {"Password", PASSWORD},
                  {"://", LOGIN}};
    for (size_t i = 0; i < PM_LEN(marks); i++) begins_add(marks[i].text, MARK);
    for (size_t i = 0; i < PM_LEN(others); i++) begins_add(others[i].text, others[i].check);
}

static size_t strike_at(struct text t, size_t at, unsigned maybe) {
    for (int c = 0; c < CHECKS; c++) {
        size_t to = maybe >> c & 1 ? checks[c](t, at) : 0;
        if (to) return to;
    }
    return 0;
}
static size_t strike_all(struct text t, size_t until) {
    size_t found = 0, done = 0; // what is before `done` was dealt with
    for (size_t i = 0; i + LOOK < t.n && i <= until; i += 2) {
        unsigned maybe = begins[look(t.p + i)], here = maybe & 0xff, before = maybe >> BEFORE;
        if (!maybe) continue;
        size_t to = before && i > done ? strike_at(t, i - 1, before) : 0;
        if (!to && here && i >= done && i < until) to = strike_at(t, i, here);
        if (!to) continue;
        found++;
        done = to;
        i = (to & ~(size_t)1) - 2 + (to & 1) * 2;
    }
    return found;
}
size_t pm_leaks_strike(char *p, size_t n) { return strike_all((struct text){p, n}, n); }

static ssize_t read_at(int fd, char *p, size_t n, off_t at) {
    ssize_t got;
    do got = pread(fd, p, n, at);
    while (got < 0 && errno == EINTR);
    return got;
}
bool pm_leaks_in_file(int fd, bool *found) {
    char *p = pm_xmalloc(BLOCK + OVERLAP);
    ssize_t n = BLOCK + OVERLAP;
    *found = false;
    for (off_t at = 0; n == BLOCK + OVERLAP && !*found; at += BLOCK) {
        n = read_at(fd, p, BLOCK + OVERLAP, at);
        *found = n > 0 && strike_all((struct text){p, (size_t)n}, BLOCK) > 0;
    }
    free(p);
    return n >= 0;
}
