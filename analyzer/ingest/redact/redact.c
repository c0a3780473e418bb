// Secrets out of a text before it is stored: `<redacted:KIND:N>`, where N is the same for
// the same secret of a run.
//
// Shapes, one line each; how each is written stands beside its code:
//   https://user:pass@host/…, user:pass@host   password of a URL, with or without scheme        → password, token
//   Authorization: Bearer TOKEN, Basic B64     header, also as JSON or Go map text              → bearer, basic, auth
//   ghp_…, hvs.…, AKIA…, eyJ….….…, $2y$…      tokens that say what they are (redact_mark.c)    → token, jwt, key, password
//   -----BEGIN … PRIVATE KEY-----              in lines, in JSON strings, in base64             → key
//   password=…, client_secret: …, ?sig=…       keys by their names (redact_key.c, redact_pair.c) → password, secret, token, auth, signature, cookie
//   login -u u -p …, --creds u:p               flags of clients                                 → password
//   "kind":"Secret" … "data":{…}               every value, whatever its key                    → secret
// Deliberately left alone: digests, image names, ids, names of pull secrets
// (`secret="ns/regcred"`), and prose.
//
// The workers that read do not know what comes first in the bundle, so they write a mark
// (a control byte and a hash of the secret) for the number; who puts the rows in order
// gives numbers, first come, first numbered (pm_redact_number). Nothing of the secret is
// left then: a number cannot be tried out at home.
#include "ingest/redact/redact.h"
#include "base/mac.h"
#include "pm/ingest.h"
#include "pm/intern.h"
#include <stdlib.h>

enum { SEAL = 1, SEAL_HEX = 32, KEYED_BYTES = 10 };

static bool at_percent(struct pm_str s, size_t at, size_t *step, struct pm_secret_at *f) {
    unsigned char byte;
    size_t n = pm_secret_percent(s, at, &byte);
    if (!n) return false;
    *step = n;
    size_t after = at + n, slash;
    if ((byte == '=' || byte == ':') && pm_secret_pair(s, at, after, f)) return true;
    if (byte == ':') {
        unsigned char next;
        slash = pm_secret_percent(s, after, &next);
        if (slash && next == '/' && pm_secret_percent(s, after + slash, &next) == slash &&
            next == '/')
            return pm_secret_url(s, after + 2 * slash, true, f);
    }
    if (byte == ' ' && at >= 5 && pm_secret_scheme(s, at, at, f)) {
        struct pm_str before = pm_str_sub(s, at - 5, 5);
        if (pm_str_ieq(before, PM_STR("earer")) || pm_str_ieq(before, PM_STR("basic"))) return true;
    }
    return after < s.n && pm_secret_may_mark(s, after) && pm_secret_mark(s, after, f);
}

static bool at_colon(struct pm_str s, size_t at, struct pm_secret_at *f) {
    const char *p = s.p + at;
    size_t n = s.n - at;
    if (n > 3 && p[1] == '/' && p[2] == '/') return pm_secret_url(s, at + 3, false, f);
    if (n > 5 && p[1] == '\\' && pm_str_starts(pm_str_from(s, at), PM_STR(":\\/\\/")))
        return pm_secret_url(s, at + 5, false, f);
    return !pm_secret_no_key(s, at) && pm_secret_pair(s, at, at + 1, f);
}

static bool at_blank(struct pm_str s, size_t at, struct pm_secret_at *f) {
    if (at < 5) return false;
    unsigned char last = pm_secret_lower((unsigned char)s.p[at - 1]);
    if (last != 'r' && last != 'c') return !pm_secret_no_key(s, at) && pm_secret_spoken(s, at, f);
    if (pm_secret_lower((unsigned char)s.p[at - 2]) != (last == 'r' ? 'e' : 'i')) return false;
    struct pm_str before = pm_str_sub(s, at - 5, 5);
    if (last == 'r' && !(at >= 6 && pm_str_ieq(pm_str_sub(s, at - 6, 6), PM_STR("bearer"))))
        return false;
    if (last == 'c' && !pm_str_ieq(before, PM_STR("basic"))) return false;
    return pm_secret_scheme(s, at, at, f);
}

static bool at_dash(struct pm_str s, size_t at, struct pm_secret_at *f) {
    char before = at > 0 ? s.p[at - 1] : ' ', next = at + 1 < s.n ? s.p[at + 1] : 0;
    if (pm_secret_word((unsigned char)before) || before == '.' || before == '/') return false;
    if (next == '-' && at + 4 < s.n && s.p[at + 2] == '-') return pm_secret_pem(s, at, f);
    return pm_secret_word((unsigned char)next) && pm_secret_flag(s, at, f);
}

// A separator that a text within the text has escaped: \u003d, \x3d, \=.
static size_t escaped_separator(struct pm_str s, size_t at) {
    static const char *const writings[] = {"\\u003d", "\\u003D", "\\u003a", "\\u003A", "\\x3d",
                                           "\\x3D",   "\\x3a",   "\\x3A",   "\\=",     "\\:"};
    struct pm_str rest = pm_str_sub(s, at, 6);
    for (size_t i = 0; i < PM_LEN(writings); i++)
        if (pm_str_starts(rest, pm_str_c(writings[i]))) return strlen(writings[i]);
    return 0;
}
static bool at_escape(struct pm_str s, size_t at, struct pm_secret_at *f) {
    size_t word = at + 2, separator = escaped_separator(s, at), first = at;
    while (first > 0 && s.p[first - 1] == '\\') first--; // a text within a text within a text
    if (separator && pm_secret_pair(s, first, at + separator, f)) return true;
    if (at + 1 < s.n && s.p[at + 1] == 't' && pm_secret_spoken(s, first, f)) return true;
    if (at + 1 < s.n && s.p[at + 1] == 'u') word = at + 6;
    if (at + 1 < s.n && s.p[at + 1] == 'x') word = at + 4;
    return word < s.n && at + 1 < s.n && strchr("nrtux", s.p[at + 1]) &&
           pm_secret_may_mark(s, word) && pm_secret_mark(s, word, f);
}

// key = value, and the arrow that Ruby, PHP and Perl have before a quoted one.
static bool at_equals(struct pm_str s, size_t at, struct pm_secret_at *f) {
    size_t after = at + 1;
    if (pm_secret_no_key(s, at)) return false;
    if (after < s.n && s.p[after] == '>') {
        for (after++; after < s.n && s.p[after] == ' ';) after++;
        if (!pm_secret_quote(s, after)) return false;
    }
    return pm_secret_pair(s, at, after, f);
}

static bool at_byte(struct pm_str s, size_t at, size_t *step, struct pm_secret_at *f) {
    switch (s.p[at]) {
    case '=': return at_equals(s, at, f);
    case ':': return at_colon(s, at, f);
    case '%': return at_percent(s, at, step, f);
    case '\t':
    case ' ': return at_blank(s, at, f);
    case '-': return at_dash(s, at, f);
    case '@': return pm_secret_login(s, at, f);
    case '>': return pm_secret_element(s, at, f);
    case '$': return pm_secret_hash(s, at, f);
    case '\\': return at_escape(s, at, f); // \n, \u0026: a word may begin behind
    default: return false;
    }
}

// The one scan: places at which some shape can show, then the shape's own check. What an
// escape spells out was looked at with it: *done is behind it.
static bool secret_at(struct pm_str s, size_t at, size_t *done, struct pm_secret_at *f) {
    size_t step = 1;
    if (at < *done) return false;
    if (pm_secret_begins_word(s, at) && pm_secret_may_mark(s, at) && pm_secret_mark(s, at, f))
        return true;
    bool found = at_byte(s, at, &step, f);
    *done = at + step;
    return found;
}
static bool next_secret(struct pm_str s, size_t at, struct pm_secret_at *f) {
    uint32_t places[PM_SECRET_BLOCKS];
    size_t done = at;
    while (at < s.n) {
        pm_secret_places(s, at, places);
        for (size_t i = 0; i < PM_SECRET_BLOCKS && at < s.n; i++, at += 32)
            for (uint32_t left = places[i]; left; left &= left - 1)
                if (secret_at(s, at + (size_t)__builtin_ctz(left), &done, f)) return true;
    }
    return false;
}

struct secrets {
    struct pm_secret_at *items;
    size_t n, cap;
};

static bool is_kind_secret(struct pm_str s) {
    ptrdiff_t at = -1;
    while ((at = pm_str_find(s, PM_STR("Secret"), (size_t)(at + 1))) >= 0) {
        size_t from = (size_t)at > 20 ? (size_t)at - 20 : 0;
        unsigned char next = (size_t)at + 6 < s.n ? (unsigned char)s.p[at + 6] : '"';
        if (!pm_secret_word(next) &&
            pm_str_has(pm_str_sub(s, from, (size_t)at - from), PM_STR("kind")))
            return true;
    }
    return false;
}

// All values of the "data" and "stringData" of a Secret, also of the one quoted in its
// annotations.
static void object_secrets(struct pm_str s, struct secrets *all) {
    if (s.n < 30 || pm_str_chr(s, '{', 0) < 0 || !is_kind_secret(s)) return; // cheapest first
    ptrdiff_t key = -1;
    while ((key = pm_str_ifind(s, PM_STR("data"), (size_t)(key + 1))) >= 0) {
        size_t at = (size_t)key + 4, quote = pm_secret_quote(s, at);
        at += quote;
        while (at < s.n && (s.p[at] == ' ' || s.p[at] == ':')) at++;
        if (!quote || at >= s.n || s.p[at] != '{') continue;
        bool metadata = key >= 4 && pm_str_ieq(pm_str_sub(s, (size_t)key - 4, 4), PM_STR("meta"));
        struct pm_secret_at f;
        for (at++; !metadata && pm_secret_data(s, &at, &f);)
            *PM_PUSH(all->items, all->n, all->cap) = f;
        key = (ptrdiff_t)at - 1;
    }
}

static int by_place(const void *a, const void *b) {
    const struct pm_secret_at *x = a, *y = b;
    return x->from != y->from ? (x->from < y->from ? -1 : 1) : (x->to > y->to) - (x->to < y->to);
}

// In order of place, none over another: what two shapes found goes as one.
static bool all_secrets(struct pm_str s, struct secrets *all) {
    struct pm_secret_at f;
    object_secrets(s, all);
    bool objects = all->n > 0;
    for (size_t at = 0; next_secret(s, at, &f); at = f.to > at ? f.to : at + 1) {
        struct pm_secret_at *last = all->n && !objects ? &all->items[all->n - 1] : NULL;
        if (last && f.from < last->to)
            f.from = last->to; // found by looking back into what is already replaced
        if (f.to > f.from) *PM_PUSH(all->items, all->n, all->cap) = f;
    }
    if (all->n == 0) return false;
    if (objects) qsort(all->items, all->n, sizeof *all->items, by_place);
    size_t kept = 1;
    for (size_t i = 1; i < all->n; i++) {
        struct pm_secret_at *last = &all->items[kept - 1];
        if (all->items[i].from >= last->to) all->items[kept++] = all->items[i];
        else if (all->items[i].to > last->to) last->to = all->items[i].to;
    }
    all->n = kept;
    return true;
}

struct pm_redact_key {
    struct pm_mac_key mac;
};
struct pm_redact_key *pm_redact_key_new(const void *key, size_t n) {
    struct pm_redact_key *k = pm_xmalloc(sizeof *k);
    pm_mac_key_set(&k->mac, key, n);
    return k;
}
void pm_redact_key_free(struct pm_redact_key *key) {
    if (key) memset(key, 0, sizeof *key);
    free(key);
}

enum tag { SEALED, BLANK };
static void tag_add(struct pm_buf *out, const struct pm_redact_key *key, struct pm_str v,
                    enum tag tag) {
    if (tag == BLANK) return;
    if (!key) {
        pm_buf_fmt(out, "%c%016llx%016llx", SEAL, (unsigned long long)pm_str_hash(v, 0x706d),
                   (unsigned long long)pm_str_hash(v, 0x7265));
        return;
    }
    unsigned char mac[PM_SHA256_BYTES];
    pm_mac(&key->mac, v.p, v.n, mac);
    for (int i = 0; i < KEYED_BYTES; i++) pm_buf_fmt(out, "%02x", mac[i]);
}

static struct pm_str redact(const struct pm_redact_key *key, struct pm_arena *a, struct pm_str s,
                            enum tag tag) {
    struct secrets all = {0};
    if (!all_secrets(s, &all)) return s;
    struct pm_buf out = {0};
    size_t at = 0;
    for (size_t i = 0; i < all.n; i++) {
        struct pm_secret_at f = all.items[i];
        struct pm_str v = pm_str_sub(s, f.from, f.to - f.from);
        pm_buf_add(&out, pm_str_sub(s, at, f.from - at));
        pm_buf_fmt(&out, "<redacted:%s:", f.kind);
        tag_add(&out, key, v, tag);
        pm_buf_addc(&out, '>');
        at = f.to;
    }
    pm_buf_add(&out, pm_str_from(s, at));
    struct pm_str redacted = pm_arena_dup(a, pm_buf_str(&out));
    pm_buf_free(&out);
    free(all.items);
    return redacted;
}

// From a word's beginning on, so that no token begins with the piece that did not begin
// in the whole text.
bool pm_redact_covers(struct pm_str clean, struct pm_str piece) {
    if (clean.n == 0 || !pm_str_lies_in(clean, piece)) return false;
    return piece.p == clean.p || !pm_secret_word((unsigned char)piece.p[-1]);
}

struct pm_str pm_redact(const struct pm_redact_key *key, struct pm_arena *a, struct pm_str s) {
    return redact(key, a, s, SEALED);
}
struct pm_str pm_redact_blank(struct pm_arena *a, struct pm_str s) {
    return redact(NULL, a, s, BLANK);
}

// ---- numbers

struct pm_redactor {
    struct pm_intern *seals;
    const struct pm_redact_key *key;
};
struct pm_redactor *pm_redactor_new(const struct pm_redact_key *key) {
    struct pm_redactor *r = pm_xmalloc(sizeof *r);
    *r = (struct pm_redactor){pm_intern_new(), key};
    return r;
}
void pm_redactor_free(struct pm_redactor *r) {
    if (!r) return;
    pm_intern_free(r->seals);
    free(r);
}

struct pm_str pm_redact_number(struct pm_redactor *r, struct pm_arena *a, struct pm_str s) {
    ptrdiff_t seal = s.n ? pm_str_chr(s, SEAL, 0) : -1;
    if (seal < 0) return s;
    struct pm_buf out = {0};
    size_t at = 0;
    for (; seal >= 0; seal = pm_str_chr(s, SEAL, at)) {
        pm_buf_add(&out, pm_str_sub(s, at, (size_t)seal - at));
        struct pm_str hex = pm_str_sub(s, (size_t)seal + 1, SEAL_HEX);
        bool whole = hex.n == SEAL_HEX;
        for (size_t i = 0; i < hex.n; i++) whole &= pm_secret_hex((unsigned char)hex.p[i]);
        at = (size_t)seal + 1;
        if (!whole) continue; // a text's own control byte: it goes
        pm_buf_fmt(&out, "%u", pm_intern_id(r->seals, hex));
        at += SEAL_HEX;
    }
    pm_buf_add(&out, pm_str_from(s, at));
    struct pm_str numbered = pm_arena_dup(a, pm_buf_str(&out));
    pm_buf_free(&out);
    return numbered;
}

struct pm_str pm_redact_now(struct pm_redactor *r, struct pm_arena *a, struct pm_str s) {
    return pm_redact_number(r, a, pm_redact(r->key, a, s));
}
