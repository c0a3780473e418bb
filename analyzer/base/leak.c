// One pass: three bytes say at one look whether some shape can begin there; then the
// shape's own check. See base/leak.h for why this shares nothing with redaction.
#include "base/leak.h"
#include "base/x86.h"
#include "pm/arena.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { BLOCK = 1 << 20, OVERLAP = 8 << 10 };

struct text {
    char *p;
    size_t n;
    bool more; // behind it comes more, which is not here yet
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

// Each check says how far it dealt with the text; 0: it is none; WAIT: what is behind the
// text decides it.
#define WAIT SIZE_MAX
static bool at_end(struct text t, size_t to) { return to >= t.n && t.more; }
static size_t too_short(struct text t) { return t.more ? WAIT : 0; }
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
        if (memcmp(t.p + at, marks[i].text, t.n - at < n ? t.n - at : n) != 0) continue;
        if (at_end(t, to)) return WAIT;
        if (to > t.n) continue;
        while (to < t.n && of_word(t.p[to])) to++;
        if (at_end(t, to)) return WAIT;
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
    if (at_end(t, to)) return WAIT;
    return claims && dots == 2 && to - claims > 20 ? strike_out(t, at + 3, to) : 0;
}
static size_t crypt_hash(struct text t, size_t at) { // $2y$10$…
    size_t to = at + 4;
    if (t.n - at < 60) return too_short(t);
    if (t.p[at] != '$' || t.p[at + 1] != '2' || t.p[at + 3] != '$') return 0;
    while (to < t.n && (of_base64(t.p[to]) || t.p[to] == '$')) to++;
    if (at_end(t, to)) return WAIT;
    return to - at >= 59 ? strike_out(t, at + 4, to) : 0;
}
static size_t private_key(struct text t, size_t at) {
    static const char begin[] = "-----BEGIN ", key[] = "PRIVATE KEY-----";
    size_t body = at + sizeof begin - 1 + sizeof key - 1; // no kind of key between them
    if (t.n - at < 64) return too_short(t);
    if (memcmp(t.p + at, begin, sizeof begin - 1) != 0) return 0;
    while (body < t.n && body - at < 48 &&
           memcmp(t.p + body - (sizeof key - 1), key, sizeof key - 1) != 0)
        body++;
    if (body - at == 48) return 0;
    if (body == t.n) return too_short(t);
    size_t to = body, letters = 0;
    for (; to < t.n && t.p[to] != '-' && t.p[to] != '<' && t.p[to] != '*'; to++)
        letters += of_base64(t.p[to]);
    if (at_end(t, to)) return WAIT;
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
    if (t.n - at < sizeof name + 20) return too_short(t);
    if (memcmp(t.p + at + 1, name, sizeof name - 1) != 0) return 0;
    size_t from = value_begin(t, at + sizeof name, "\"\\: =['"), to;
    for (size_t i = 0; i < PM_LEN(schemes); i++) {
        size_t n = strlen(schemes[i]);
        if (t.n - from <= n || memcmp(t.p + from, schemes[i], n) != 0) continue;
        for (to = from += n; to < t.n && of_base64(t.p[to]); to++) continue;
        if (at_end(t, to)) return WAIT;
        return to - from >= 16 && !is_placeholder(t.p + from, to - from) ? strike_out(t, from, to)
                                                                         : 0;
    }
    return 0;
}
static size_t password(struct text t, size_t at) {
    if (t.n - at < 16) return too_short(t);
    if (memcmp(t.p + at + 1, "assword", 7) != 0) return 0;
    size_t from = value_begin(t, at + 8, "\"\\:=' "), to = from;
    bool said = memchr(t.p + at + 8, '=', from - at - 8) ||
                (from - at > 10 && memchr(t.p + at + 8, '"', from - at - 8) &&
                 memchr(t.p + at + 8, ':', from - at - 8));
    while (to < t.n && of_base64(t.p[to])) to++;
    if (at_end(t, to)) return WAIT;
    return said && to - from >= 8 && !is_placeholder(t.p + from, to - from)
               ? strike_out(t, from, to)
               : 0;
}
static bool of_password(char c) { return c > ' ' && !strchr("\"'<>\\/@,;()[]{}`", c); }
static size_t login(struct text t, size_t at) { // ://user:pass@host
    size_t user = at + 3, i = user, from;
    if (memcmp(t.p + at, "://", 3) != 0) return 0;
    while (i < t.n && i - user < 64 && (of_token(t.p[i]) || t.p[i] == '$' || t.p[i] == '%')) i++;
    if (i >= t.n) return too_short(t);
    if (i == user || t.p[i] != ':') return 0;
    for (from = ++i; i < t.n && i - from < 128 && t.p[i] != ':' && of_password(t.p[i]); i++)
        continue;
    if (at_end(t, i + 1)) return WAIT;
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
// By three letters: a bit for each check of what may begin with them.
enum { LETTERS = 3 };
static uint8_t begins[1 << 15];
// The same for 32 places at once (Teddy's way, as in Hyperscan): by the halves of each of
// the three bytes, a bit for each group of beginnings that are alike, so that few others
// pass for one of a group.
static struct { uint8_t low[16], high[16]; } halves[LETTERS];

static unsigned look(const char *p) {
    unsigned a = (unsigned char)p[0], b = (unsigned char)p[1], c = (unsigned char)p[2];
    return (a & 31) << 10 | (b & 31) << 5 | (c & 31);
}
enum group { CAPITALS, FORGES, OTHERS, CLAIMS, CRYPTS, DASHES, KEYS, SCHEMES };
static void begins_add(const char *text, int check, enum group group) {
    begins[look(text)] |= (uint8_t)(1u << check);
    for (int i = 0; i < LETTERS; i++) {
        halves[i].low[(uint8_t)text[i] & 15] |= (uint8_t)(1u << group);
        halves[i].high[(uint8_t)text[i] >> 4] |= (uint8_t)(1u << group);
    }
}
__attribute__((constructor)) static void begins_fill(void) {
    static const struct {
        const char *text;
        int check;
        enum group group;
    } others[] = {{"eyJ", JWT, CLAIMS},           {"$2a$", CRYPT_HASH, CRYPTS},
                  {"$2b$", CRYPT_HASH, CRYPTS},   {"$2y$", CRYPT_HASH, CRYPTS},
                  {"-----", PRIVATE_KEY, DASHES}, {"Auth", AUTHORIZATION, KEYS},
                  {"auth", AUTHORIZATION, KEYS},  {"password", PASSWORD, KEYS},
                  {"Password", PASSWORD, KEYS},   {"://", LOGIN, SCHEMES}};
    for (size_t i = 0; i < PM_LEN(marks); i++) {
        char first = marks[i].text[0];
        enum group group = first == 'g' ? FORGES : OTHERS;
        begins_add(marks[i].text, MARK, first >= 'A' && first <= 'Z' ? CAPITALS : group);
    }
    for (size_t i = 0; i < PM_LEN(others); i++)
        begins_add(others[i].text, others[i].check, others[i].group);
}

struct strike {
    size_t found, done; // what is before `done` was dealt with
    size_t wait;        // the first place that what is behind the text decides
};
static bool strike_at(struct strike *s, struct text t, size_t at) {
    unsigned maybe = at < s->done ? 0 : begins[look(t.p + at)];
    for (int c = 0; maybe >> c; c++) {
        size_t to = maybe >> c & 1 ? checks[c](t, at) : 0;
        if (!to) continue;
        if (to == WAIT) {
            s->wait = at;
            return false;
        }
        s->found++;
        s->done = to;
        return true;
    }
    return true;
}
// What begins in [at, until); three letters are there at each of these places.
static void strike_each(struct strike *s, struct text t, size_t at, size_t until) {
    while (at < until && strike_at(s, t, at)) at++;
}
#if PM_X86
__attribute__((target("avx2"))) static void strike_avx2(struct strike *s, struct text t, size_t at,
                                                        size_t until) {
    __m256i low[LETTERS], high[LETTERS], low4 = _mm256_set1_epi8(15), none = _mm256_setzero_si256();
    for (int i = 0; i < LETTERS; i++) {
        low[i] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)halves[i].low));
        high[i] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)halves[i].high));
    }
    for (; until - at >= 32 && until > at; at += 32) {
        __m256i groups = _mm256_set1_epi8(-1);
        for (int i = 0; i < LETTERS; i++) {
            __m256i v = _mm256_loadu_si256((const void *)(t.p + at + i));
            __m256i a = _mm256_shuffle_epi8(low[i], _mm256_and_si256(v, low4)),
                    b = _mm256_shuffle_epi8(high[i],
                                            _mm256_and_si256(_mm256_srli_epi16(v, 4), low4));
            groups = _mm256_and_si256(groups, _mm256_and_si256(a, b));
        }
        unsigned any = ~(unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(groups, none));
        for (; any; any &= any - 1)
            if (!strike_at(s, t, at + (size_t)__builtin_ctz(any))) return;
    }
    strike_each(s, t, at, until);
}
#endif
// What begins in [at, until).
static void strike_all(struct strike *s, struct text t, size_t at, size_t until) {
    size_t last = t.n < LETTERS ? 0 : t.n - LETTERS + 1; // places that have three letters
    if (until > last) until = last;
    s->wait = t.more ? last : t.n;
    if (at >= until) return;
#if PM_X86
    if (__builtin_cpu_supports("avx2")) {
        strike_avx2(s, t, at, until);
        return;
    }
#endif
    strike_each(s, t, at, until);
}
size_t pm_leaks_strike(char *p, size_t n) {
    struct strike s = {0};
    strike_all(&s, (struct text){p, n, .more = false}, 0, n);
    return s.found;
}

// What was handed out by the last call goes, but for the byte that a place looks back at.
static void handed_out_go(struct pm_leaks *l) {
    size_t keep = l->at ? 1 : 0, gone = l->at - keep;
    if (!gone) return;
    memmove(l->text.p, l->text.p + gone, l->text.n - gone);
    l->text.n -= gone;
    l->done = l->done > gone ? l->done - gone : 0;
    l->at = keep;
}
struct pm_str pm_leaks_look(struct pm_leaks *l, struct pm_str piece, enum pm_leaks_piece which) {
    handed_out_go(l);
    pm_buf_add(&l->text, piece);
    size_t from = l->at, behind = l->text.n - from;
    if (which == PM_LEAKS_MORE && behind < l->enough) return PM_NONE;
    struct strike s = {.found = l->found, .done = l->done};
    struct text t = {l->text.p, l->text.n, which == PM_LEAKS_MORE};
    strike_all(&s, t, from, t.n);
    l->found = s.found;
    l->done = s.done;
    l->at = s.wait > from ? s.wait : from;
    // Twice what could not be decided: a text of one long word is looked at again and again,
    // but each time over twice as much.
    l->enough = 2 * (t.n - l->at);
    return pm_str_sub((struct pm_str){t.p, t.n}, from, l->at - from);
}
void pm_leaks_free(struct pm_leaks *l) {
    pm_buf_free(&l->text);
    *l = (struct pm_leaks){0};
}

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
        struct strike s = {0};
        if (n > 0) strike_all(&s, (struct text){p, (size_t)n, .more = false}, 0, BLOCK);
        *found = s.found > 0;
    }
    free(p);
    return n >= 0;
}
