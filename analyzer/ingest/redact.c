// Secrets out of a text before it is stored: `<redacted:KIND:xxxxxx>`, where xxxxxx is the same for the same secret.
//
// Shapes, one line each:
//   https://user:pass@host/…                 password of a URL                      → password
//   Authorization: Bearer TOKEN, Basic B64   header, also as JSON or Go map text    → bearer, basic
//   eyJhbGciOi….eyJpc3Mi….sig                JWT, or a base64 JSON token (ECR's)    → jwt
//   "auth": "dXNlcjpwYXNz", .dockerconfigjson, identitytoken …                      → auth
//   ?X-Amz-Signature=…&sig=…&token=…         signed query strings                   → signature, token
//   dckr_pat_…, dckr_jti_…, ghp_…, glpat-…   tokens that say what they are          → token
//   password=…, client_secret: …             configuration                          → password, secret
// Deliberately left alone: digests, image names, names of pull secrets (`secret="ns/regcred"`), and prose such as
// "failed to fetch anonymous token: unexpected status" or "incorrect username or password: unauthorized": a colon after a bare key counts
// only where the key begins the line, as in YAML.
#include "pm/ingest.h"

enum where {      // in which writings of the key its value is a secret
    IN_QUERY = 1, // key=value
    IN_JSON = 2,  // "key": "value"
    IN_YAML = 4,  // key: value, the key first on its line
    IN_PROSE = 8, // key: value anywhere
};
struct key {
    const char *name; // lower case
    size_t n;
    const char *kind;
    unsigned where;
    unsigned value_min; // shorter values are no secrets
};
#define CONFIG (IN_QUERY | IN_JSON | IN_YAML)
#define KEY(name, kind, where, value_min)                                                                                                                      \
    { name, sizeof name - 1, kind, where, value_min }
static const struct key keys[] = {
    KEY("x-amz-signature", "signature", IN_QUERY | IN_JSON, 8),
    KEY("x-amz-credential", "signature", IN_QUERY | IN_JSON, 8),
    KEY("x-amz-security-token", "token", IN_QUERY | IN_JSON, 8),
    KEY("x-goog-signature", "signature", IN_QUERY | IN_JSON, 8),
    KEY("x-goog-credential", "signature", IN_QUERY | IN_JSON, 8),
    KEY("signature", "signature", IN_QUERY, 8),
    KEY("sig", "signature", IN_QUERY, 8),
    KEY("verify", "signature", IN_QUERY, 16),
    KEY("access_token", "token", CONFIG, 8),
    KEY("refresh_token", "token", CONFIG, 8),
    KEY("id_token", "token", CONFIG, 8),
    KEY("private_token", "token", CONFIG, 8),
    KEY("private-token", "token", CONFIG | IN_PROSE, 8),
    KEY("token", "token", CONFIG, 8),
    KEY("identitytoken", "auth", CONFIG, 4),
    KEY("registrytoken", "auth", CONFIG, 4),
    KEY("auth", "auth", CONFIG, 8),
    KEY(".dockerconfigjson", "auth", CONFIG, 8),
    KEY(".dockercfg", "auth", CONFIG, 8),
    KEY("dockerconfigjson", "auth", CONFIG, 8),
    KEY("x-registry-auth", "auth", CONFIG | IN_PROSE, 8),
    KEY("x-registry-config", "auth", CONFIG | IN_PROSE, 8),
    KEY("password", "password", CONFIG, 1),
    KEY("passwd", "password", CONFIG, 1),
    KEY("pwd", "password", IN_JSON | IN_QUERY, 1),
    KEY("api_key", "secret", CONFIG, 8),
    KEY("apikey", "secret", CONFIG, 8),
    KEY("secretkey", "secret", CONFIG, 4),
    KEY("secret_key", "secret", CONFIG, 4),
    KEY("secret_access_key", "secret", CONFIG, 8),
    KEY("secretaccesskey", "secret", CONFIG, 8),
    KEY("authorization", "auth", CONFIG | IN_PROSE, 8),
    KEY("proxy-authorization", "auth", CONFIG | IN_PROSE, 8),
};
// What a key, "secret" included, ends with in lower case: most words before a '=' or ':' are none, and this tells at one look.
static const char key_ends[] = "deghlnty";

#define MARK(prefix, min)                                                                                                                                      \
    { prefix, sizeof prefix - 1, min }
static const struct {
    const char *prefix;
    size_t n, min;
} marked[] = {
    // tokens that carry their own mark; min: with the mark
    MARK("dckr_pat_", 14), MARK("dckr_jti_", 12), MARK("dckr_oat_", 14),   MARK("ghp_", 20),   MARK("gho_", 20),
    MARK("ghs_", 20),      MARK("ghu_", 20),      MARK("github_pat_", 24), MARK("glpat-", 16), MARK("ya29.", 16),
};

struct found {
    size_t from, to; // of the secret itself
    const char *kind;
};

static bool is_word(unsigned char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-'; }
static bool is_token(unsigned char c) { return is_word(c) || c == '.' || c == '~' || c == '+' || c == '/' || c == '='; }
static bool is_digit(unsigned char c) { return c >= '0' && c <= '9'; }
static unsigned char lower(unsigned char c) { return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c; }

static size_t token_end(struct pm_str s, size_t at) {
    while (at < s.n && is_token((unsigned char)s.p[at])) at++;
    return at;
}

static bool has_digit(struct pm_str s) {
    for (size_t i = 0; i < s.n; i++)
        if (is_digit((unsigned char)s.p[i])) return true;
    return false;
}

// Already hidden by somebody, or plainly a value that hides nothing.
static bool is_blanked(struct pm_str v) {
    static const char *const plain[] = {"null", "none", "true", "false", "nil", "<none>", "<nil>", "redacted", "[redacted]", "<redacted>"};
    size_t same = 0;
    while (same < v.n && (v.p[same] == '*' || v.p[same] == 'x' || v.p[same] == 'X')) same++;
    if (same == v.n || pm_str_starts(v, PM_STR("<redacted:")) || pm_str_starts(v, PM_STR("***"))) return true;
    for (size_t i = 0; i < PM_LEN(plain); i++)
        if (pm_str_ieq(v, pm_str_c(plain[i]))) return true;
    return false;
}

// The value that begins at `at`: in quotes (plain or escaped any number of times) up to the same quotes, else up to a delimiter.
static bool value_of(struct pm_str s, size_t at, size_t *from, size_t *to, bool *quoted) {
    size_t open = at;
    while (at < s.n && s.p[at] == '\\') at++;
    *quoted = at < s.n && (s.p[at] == '"' || s.p[at] == '\'');
    if (*quoted) {
        struct pm_str quote = pm_str_sub(s, open, at + 1 - open);
        ptrdiff_t close = pm_str_find(s, quote, at + 1);
        *from = at + 1;
        *to = close < 0 ? s.n : (size_t)close;
        return true;
    }
    *from = at = open;
    while (at < s.n && !strchr(" \t\r\n&\"'<>,;)}]\\|", s.p[at])) at++;
    *to = at;
    return at > open;
}

// "Bearer TOKEN" and "Basic B64": `at` is behind the scheme and its blank.
static bool scheme_secret(struct pm_str s, size_t at, bool basic, struct found *f) {
    size_t to = token_end(s, at);
    struct pm_str v = pm_str_sub(s, at, to - at);
    if (v.n < 8 || pm_str_starts(v, PM_STR("realm=")) || !has_digit(v)) {
        bool padded = basic && v.n >= 8 && v.n % 4 == 0 && v.p[v.n - 1] == '=';
        if (!padded) return false;
    }
    if (!basic && v.n < 16) return false;
    *f = (struct found){at, to, basic ? "basic" : "bearer"};
    return true;
}

// Compares the word that ends at `end` (quotes already passed) with a key; true where the word is just the key.
static bool ends_with_key(struct pm_str s, size_t end, const char *name, size_t n, size_t *start) {
    if (end < n || lower((unsigned char)s.p[end - 1]) != (unsigned char)name[n - 1]) return false;
    for (size_t i = 0; i < n; i++)
        if (lower((unsigned char)s.p[end - n + i]) != (unsigned char)name[i]) return false;
    *start = end - n;
    return true;
}

// "client_secret", "http.secret", "clientSecret" but neither "secret" alone nor anything about pull secrets: those name objects.
static bool is_secret_key(struct pm_str s, size_t end, size_t *start) {
    if (!ends_with_key(s, end, "secret", 6, start) || *start == 0) return false;
    unsigned char before = (unsigned char)s.p[*start - 1];
    if (before != '.' && before != '_' && before != '-' && s.p[*start] != 'S') return false;
    size_t at = *start;
    while (at > 0 && (is_word((unsigned char)s.p[at - 1]) || s.p[at - 1] == '.')) at--;
    if (pm_str_ifind(pm_str_sub(s, at, end - at), PM_STR("pull"), 0) >= 0) return false;
    return at < *start;
}

static bool begins_line(struct pm_str s, size_t at) {
    while (at > 0 && (s.p[at - 1] == ' ' || s.p[at - 1] == '\t' || s.p[at - 1] == '-')) at--;
    return at == 0 || s.p[at - 1] == '\n';
}

// At a '=' or ':' (or "%3D", at its end): does a key stand before it and a secret behind?
static bool pair_secret(struct pm_str s, size_t separator, size_t after, struct found *f) {
    size_t end = separator;
    while (end > 0 && (s.p[end - 1] == ' ' || s.p[end - 1] == '\t') && separator - end < 8) end--;
    bool key_quoted = end > 0 && (s.p[end - 1] == '"' || s.p[end - 1] == '\'');
    if (key_quoted)
        for (end--; end > 0 && s.p[end - 1] == '\\';) end--;
    if (end == 0 || !memchr(key_ends, lower((unsigned char)s.p[end - 1]), sizeof key_ends - 1)) return false;
    static const struct key secret = KEY("secret", "secret", CONFIG, 4);
    const struct key *key = NULL;
    size_t start = 0;
    for (size_t i = 0; i < PM_LEN(keys) && !key; i++)
        if (ends_with_key(s, end, keys[i].name, keys[i].n, &start) &&
            (start == 0 || !(is_word((unsigned char)s.p[start - 1])) || strcmp(keys[i].kind, "password") == 0))
            key = &keys[i];
    if (!key && is_secret_key(s, end, &start)) key = &secret;
    if (!key) return false;
    while (start > 0 && (is_word((unsigned char)s.p[start - 1]) || s.p[start - 1] == '.')) start--; // db_password, http.secret
    bool colon = s.p[separator] == ':';
    unsigned where = !colon ? IN_QUERY : key_quoted ? IN_JSON : begins_line(s, start) ? IN_YAML | IN_PROSE : IN_PROSE;
    if (!(key->where & where)) return false;
    while (after < s.n && (s.p[after] == ' ' || s.p[after] == '\t') && (colon || separator != end)) after++;
    if (after < s.n && s.p[after] == '[') after++; // Go's http.Header: map[Authorization:[Bearer …]]
    size_t from, to;
    bool quoted;
    if (!value_of(s, after, &from, &to, &quoted)) return false;
    if (strcmp(key->kind, "auth") == 0) { // keep the scheme in sight
        struct pm_str v = pm_str_from(s, from);
        if (v.n > 7 && pm_str_ieq(pm_str_sub(v, 0, 7), PM_STR("bearer "))) return scheme_secret(s, from + 7, false, f);
        if (v.n > 6 && pm_str_ieq(pm_str_sub(v, 0, 6), PM_STR("basic "))) return scheme_secret(s, from + 6, true, f);
    }
    struct pm_str v = pm_str_sub(s, from, to - from);
    if (v.n < key->value_min || is_blanked(v) || pm_str_starts(v, PM_STR("sha256:"))) return false;
    if (colon && where == (IN_YAML | IN_PROSE) && !quoted && to < s.n && s.p[to] == ' ') return false; // several words: prose
    if ((key->where & IN_PROSE) && !quoted && !has_digit(v)) return false;                             // "authorization: failed"
    if (strcmp(key->kind, "auth") == 0 && pm_str_chr(v, ' ', 0) >= 0) return false;
    *f = (struct found){from, to, key->kind};
    return true;
}

// At "://": the password of the authority behind it, or a token standing as its user.
static bool url_secret(struct pm_str s, size_t after, struct found *f) {
    size_t end = after;
    while (end < s.n && !strchr("/?# \t\r\n\"'<>\\,)]}", s.p[end])) end++;
    struct pm_str authority = pm_str_sub(s, after, end - after);
    ptrdiff_t at = pm_str_rchr(authority, '@');
    if (at <= 0) return false;
    struct pm_str host = pm_str_from(authority, (size_t)at + 1);
    if (pm_str_starts(host, PM_STR("sha256:")) || pm_str_starts(host, PM_STR("sha512:"))) return false; // docker://name@digest
    ptrdiff_t colon = pm_str_chr(authority, ':', 0);
    bool pair = colon >= 0 && colon < at;
    size_t from = after + (pair ? (size_t)colon + 1 : 0), to = after + (size_t)at;
    struct pm_str v = pm_str_sub(s, from, to - from);
    if (v.n == 0 || is_blanked(v) || (!pair && (v.n < 20 || !has_digit(v)))) return false;
    *f = (struct found){from, to, pair ? "password" : "token"};
    return true;
}

static bool jwt_secret(struct pm_str s, size_t at, struct found *f) {
    if (at > 0 && is_word((unsigned char)s.p[at - 1])) return false;
    size_t to = token_end(s, at), dots = 0;
    for (size_t i = at; i < to; i++) dots += s.p[i] == '.';
    if (to - at < (dots >= 1 ? 20u : 40u)) return false;
    while (to > at && s.p[to - 1] == '.') to--;
    *f = (struct found){at, to, "jwt"};
    return true;
}

static bool marked_secret(struct pm_str s, size_t at, struct found *f) {
    for (size_t i = 0; i < PM_LEN(marked); i++) {
        size_t n = marked[i].n;
        if (s.p[at] != marked[i].prefix[n - 1] || s.p[at - 1] != marked[i].prefix[n - 2]) continue; // most end here
        if (at + 1 < n || memcmp(s.p + at + 1 - n, marked[i].prefix, n) != 0) continue;
        size_t from = at + 1 - n, to = at + 1;
        if (from > 0 && is_word((unsigned char)s.p[from - 1])) continue;
        while (to < s.n && is_word((unsigned char)s.p[to])) to++;
        if (to - from < marked[i].min) continue;
        while (to < s.n && s.p[to] == '=') to++; // padding
        *f = (struct found){from, to, "token"};
        return true;
    }
    return false;
}

// The one scan: bytes at which some shape can show, then the shape's own check.
static bool next_secret(struct pm_str s, size_t at, struct found *f) {
    static const bool trigger[256] = {['='] = true, [':'] = true, ['_'] = true, ['-'] = true, ['.'] = true, ['J'] = true, [' '] = true, ['%'] = true};
    for (; at < s.n; at++) {
        unsigned char c = (unsigned char)s.p[at];
        if (!trigger[c]) continue;
        const char *p = s.p + at;
        bool yes = false;
        switch (c) {
        case '=': yes = pair_secret(s, at, at + 1, f); break;
        case ':':
            if (s.n - at >= 3 && p[1] == '/' && p[2] == '/') yes = url_secret(s, at + 3, f);
            else yes = pair_secret(s, at, at + 1, f);
            break;
        case '%': yes = s.n - at >= 3 && p[1] == '3' && lower((unsigned char)p[2]) == 'd' && pair_secret(s, at, at + 3, f); break;
        case 'J': yes = at >= 2 && p[-1] == 'y' && p[-2] == 'e' && jwt_secret(s, at - 2, f); break;
        case ' ':
            if (at >= 6 && lower((unsigned char)p[-1]) == 'r' && pm_str_ieq(pm_str_sub(s, at - 6, 6), PM_STR("bearer")))
                yes = scheme_secret(s, at + 1, false, f);
            else if (at >= 5 && p[-1] == 'c' && pm_str_ieq(pm_str_sub(s, at - 5, 5), PM_STR("basic"))) yes = scheme_secret(s, at + 1, true, f);
            break;
        case '.': yes = at >= 3 && p[-1] == '9' && marked_secret(s, at, f); break; // "ya29."; addresses have many dots
        default: yes = at >= 3 && marked_secret(s, at, f); break;
        }
        if (yes) return true;
    }
    return false;
}

struct pm_str pm_redact(struct pm_arena *a, struct pm_str s) {
    struct found f;
    if (!next_secret(s, 0, &f)) return s;
    struct pm_buf out = {0};
    size_t at = 0;
    do {
        if (f.from < at) f.from = at; // found by looking back into what is already replaced; `to` lies behind the byte that showed it
        pm_buf_add(&out, pm_str_sub(s, at, f.from - at));
        unsigned tag = (unsigned)(pm_str_hash(pm_str_sub(s, f.from, f.to - f.from), 0x706d) & 0xffffff);
        pm_buf_fmt(&out, "<redacted:%s:%06x>", f.kind, tag);
        at = f.to;
    } while (next_secret(s, at, &f));
    pm_buf_add(&out, pm_str_from(s, at));
    struct pm_str redacted = pm_arena_dup(a, pm_buf_str(&out));
    pm_buf_free(&out);
    return redacted;
}
