// What keys of secrets are called. A key is taken by how it ends, so that prefixes
// (CI_JOB_TOKEN, aws_secret_access_key, X-Auth-Token, dbPassword) need no list, and a few
// suffixes (PASSWORD_2, token_old, clientKeyData) are passed over. Words that end alike
// and are none are listed, too.
#include "ingest/redact/redact.h"

enum need { // what must stand before the name for it to be a key
    ALONE,  // nothing: "password", "mypassword"
    PART,   // the name is a word of its own: "pass" in DOCKER_PASS, not in compass
    MORE,   // the name is the last of several words: "secret" names an object where it stands alone
};
struct name {
    const char *text; // lower case, without separators
    size_t n;
    const char *kind;
    unsigned value_min;
    enum need need;
    bool query_only, digit;
};
#define NAME(text, kind, value_min, need, query_only, digit)                                       \
    { text, sizeof text - 1, kind, value_min, need, query_only, digit }
static const struct name names[] = {
    NAME("password", "password", 1, ALONE, false, false),
    NAME("passwd", "password", 1, ALONE, false, false),
    NAME("passphrase", "password", 1, ALONE, false, false),
    NAME("passcode", "password", 4, ALONE, false, false),
    NAME("pwd", "password", 1, PART, false, false),
    NAME("pass", "password", 1, PART, false, false),
    NAME("pw", "password", 4, PART, false, false),
    NAME("userpass", "password", 1, ALONE, false, false),
    NAME("storepass", "password", 1, ALONE, false, false),
    NAME("keypass", "password", 1, ALONE, false, false),
    NAME("bindpw", "password", 1, ALONE, false, false),
    NAME("dbpass", "password", 1, ALONE, false, false),
    NAME("token", "token", 6, ALONE, false, false),
    NAME("jwt", "token", 8, PART, false, false),
    NAME("hdnts", "signature", 8, PART, true, false),
    NAME("hdnea", "signature", 8, PART, true, false),
    NAME("hdntl", "signature", 8, PART, true, false),
    NAME("hmac", "signature", 16, PART, true, false),
    NAME("signature", "signature", 8, PART, true, false),
    NAME("sig", "signature", 8, PART, true, false),
    NAME("sign", "signature", 16, PART, true, true),
    NAME("policy", "signature", 40, PART, true, false),
    NAME("verify", "signature", 16, PART, true, false),
    NAME("authkey", "signature", 8, ALONE, false, true),
    NAME("wssecret", "signature", 16, ALONE, true, true),
    NAME("qak", "signature", 8, ALONE, true, false),
    NAME("credential", "signature", 8, PART, true, false),
    NAME("credentials", "secret", 8, PART, false, true),
    NAME("creds", "secret", 4, PART, false, false),
    NAME("secret", "secret", 4, MORE, false, false),
    NAME("apikey", "secret", 6, ALONE, false, false),
    NAME("secretkey", "secret", 4, ALONE, false, false),
    NAME("accesskey", "secret", 8, ALONE, false, false),
    NAME("accesskeyid", "secret", 12, ALONE, false, true),
    NAME("accesskeysecret", "secret", 8, ALONE, false, false),
    NAME("awsaccesskey", "secret", 8, ALONE, false, false),
    NAME("accountkey", "secret", 8, ALONE, false, false),
    NAME("sharedkey", "secret", 8, ALONE, false, false),
    NAME("storagekey", "secret", 8, ALONE, false, false),
    NAME("subscriptionkey", "secret", 8, ALONE, false, false),
    NAME("functionskey", "secret", 8, ALONE, false, false),
    NAME("masterkey", "secret", 8, ALONE, false, false),
    NAME("signingkey", "secret", 8, ALONE, false, false),
    NAME("encryptionkey", "secret", 8, ALONE, false, false),
    NAME("licensekey", "secret", 8, ALONE, false, false),
    NAME("deploykey", "secret", 8, ALONE, false, false),
    NAME("artapi", "secret", 8, ALONE, false, false),
    NAME("privatekey", "key", 16, ALONE, false, false),
    NAME("sshkey", "key", 16, ALONE, false, false),
    NAME("clientkey", "key", 16, ALONE, false, false),
    NAME("tlskey", "key", 16, ALONE, false, false),
    NAME("identitytoken", "auth", 4, ALONE, false, false),
    NAME("registrytoken", "auth", 4, ALONE, false, false),
    NAME("auth", "auth", 8, PART, false, false),
    NAME("authorization", "auth", 8, PART, false, false),
    NAME("xregistryconfig", "auth", 8, ALONE, false, false),
    NAME("dockerconfigjson", "auth", 8, ALONE, false, false),
    NAME("dockercfg", "auth", 8, ALONE, false, false),
    NAME("dockerauthconfig", "auth", 8, ALONE, false, false),
    NAME("cookie", "cookie", 4, PART, false, false),
    NAME("sessionid", "cookie", 12, ALONE, true, false),
    NAME("sessid", "cookie", 12, ALONE, true, false),
    NAME("gitlabsession", "cookie", 12, ALONE, false, false),
};
// base64 is "base" and a number.
#define SUFFIX(text)                                                                               \
    { text, sizeof text - 1 }
static const struct suffix {
    const char *text;
    size_t n;
} suffixes[] = {SUFFIX("old"),       SUFFIX("new"),  SUFFIX("value"),   SUFFIX("b"),
                SUFFIX("base"),      SUFFIX("data"), SUFFIX("primary"), SUFFIX("secondary"),
                SUFFIX("encrypted"), SUFFIX("enc"),  SUFFIX("hash"),    SUFFIX("raw")};
// Ends of other words, and tokens that turn pages.
static const char *const none[] = {"nexttoken",         "pagetoken",     "nextpagetoken",
                                   "continuationtoken", "continuetoken", "paginationtoken",
                                   "synctoken",         "mounttoken",    "automounttoken",
                                   "boottoken",         "noauth",        "bypass",
                                   "compass",           "oldpwd",        "pullsecret",
                                   "imagepullsecret",   "cosignverify",  "tokentoken",
                                   "skipverify",        "tlsverify",     "pullpolicy"};

bool pm_secret_has_digit(struct pm_str s) {
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] >= '0' && s.p[i] <= '9') return true;
    return false;
}

bool pm_secret_is_blanked(struct pm_str v) {
    static const char *const plain[] = {"null",       "none",       "true",   "false",
                                        "nil",        "<none>",     "<nil>",  "redacted",
                                        "[redacted]", "<redacted>", "hidden", "masked"};
    static const char *const referring[] = {"<redacted:", "***", "${",    "$(",
                                            "{{",         "%(",  "<nil>", "<none>"};
    size_t same = 0;
    while (same < v.n &&
           (v.p[same] == '*' || v.p[same] == 'x' || v.p[same] == 'X' || v.p[same] == '.'))
        same++;
    bool letters = same > 0 && (v.p[0] == 'x' || v.p[0] == 'X');
    if (same == v.n && (!letters || same > 2)) return true;
    for (size_t i = 0; i < PM_LEN(referring); i++)
        if (pm_str_starts(v, pm_str_c(referring[i]))) return true;
    for (size_t i = 0; i < PM_LEN(plain); i++)
        if (pm_str_ieq(v, pm_str_c(plain[i]))) return true;
    return false;
}

enum { WORD_MAX = 96 };
// A key as its words, lower case and joined; start[i]: a word begins at byte i.
struct folded {
    char p[WORD_MAX];
    size_t n;
    bool start[WORD_MAX + 1];
    size_t words;
};

static void fold(struct pm_str word, struct folded *f) {
    if (word.n > WORD_MAX) word = pm_str_from(word, word.n - WORD_MAX);
    f->n = f->words = 0;
    bool start = true;
    for (size_t i = 0; i < word.n; i++) {
        unsigned char c = (unsigned char)word.p[i], before = i ? (unsigned char)word.p[i - 1] : 0;
        if (c == '_' || c == '-' || c == '.') {
            start = true;
            continue;
        }
        if (c >= 'A' && c <= 'Z' && before >= 'a' && before <= 'z') start = true;
        if (c >= '0' && c <= '9' && !(before >= '0' && before <= '9') && before) start = true;
        f->words += start;
        f->start[f->n] = start;
        f->p[f->n++] = (char)pm_secret_lower(c);
        start = false;
    }
    f->start[f->n] = true;
}

static bool ends_with(const struct folded *f, const char *tail, size_t n) {
    return f->n >= n && f->p[f->n - n] == tail[0] && memcmp(f->p + f->n - n, tail, n) == 0;
}

// PASSWORD_2, token_old, clientKeyData: one or two words behind the name.
static void drop_suffixes(struct folded *f) {
    for (int round = 0; round < 2; round++) {
        size_t last = f->n;
        while (last > 0 && !f->start[--last]) continue;
        if (last == 0) return;
        size_t n = f->n - last;
        bool number = true, known = false;
        for (size_t i = last; i < f->n; i++) number &= f->p[i] >= '0' && f->p[i] <= '9';
        for (size_t i = 0; i < PM_LEN(suffixes) && !number && !known; i++)
            known = suffixes[i].n == n && memcmp(f->p + last, suffixes[i].text, n) == 0;
        if (!(number && n < 3) && !known) return;
        f->n = last;
        f->words--;
    }
}

// Most words before a '=' or ':' are no keys, and the three letters that they end with tell
// it at one look: a bit for each three, of names and of suffixes. What is shorter may have
// any letter before it.
uint32_t pm_secret_last_three[1 << 10];
static void last_three_add(const char *text) {
    size_t n = strlen(text);
    for (unsigned any = 0; any < 1 << 10; any++) {
        const unsigned two =
            (n > 2 ? text[n - 3] & 31u : any >> 5) << 5 | (n > 1 ? text[n - 2] & 31u : any & 31);
        pm_secret_last_three[two] |= UINT32_C(1) << (text[n - 1] & 31);
        if (n > 2) return;
    }
}

// Names, and behind them suffixes, by their last letter, in a chain: position + 1; 0: none.
static uint8_t last_letter[32], next_tail[PM_LEN(names) + PM_LEN(suffixes)];
_Static_assert(PM_LEN(next_tail) < 255, "positions are bytes");
static const char *tail_at(size_t i) {
    return i < PM_LEN(names) ? names[i].text : suffixes[i - PM_LEN(names)].text;
}

__attribute__((constructor)) static void tails_fill(void) {
    for (size_t i = PM_LEN(next_tail); i-- > 0;) {
        const char *tail = tail_at(i);
        uint8_t *first = &last_letter[tail[strlen(tail) - 1] & 31];
        next_tail[i] = *first;
        *first = (uint8_t)(i + 1);
        last_three_add(tail);
    }
    last_three_add("value"); // of an environment's variable, whose name is the key
}

static const struct name *name_of(const struct folded *f) {
    const struct name *best = NULL;
    size_t i = f->n ? last_letter[f->p[f->n - 1] & 31] : 0;
    for (; i > 0 && i <= PM_LEN(names); i = next_tail[i - 1]) {
        const struct name *w = &names[i - 1];
        if (!ends_with(f, w->text, w->n) || (best && best->n >= w->n)) continue;
        bool whole = f->start[f->n - w->n];
        if (w->need == PART && !whole) continue;
        if (w->need == MORE && (!whole || f->n == w->n)) continue;
        best = w;
    }
    return best;
}

static bool separates(char c) { return c == '_' || c == '-' || c == '.'; }

// Whether a word ends with a name or a suffix, read backwards in the word itself: most that
// end as one in three letters (version, duration) do not in six.
static bool ends_as(struct pm_str word, const char *tail) {
    size_t at = word.n, n = strlen(tail);
    while (n > 0) {
        if (at == 0) return false;
        char c = word.p[--at];
        if (separates(c)) continue;
        if (pm_secret_lower((unsigned char)c) != (unsigned char)tail[--n]) return false;
    }
    return true;
}
static bool ends_as_some(struct pm_str word) {
    for (size_t i = last_letter[word.p[word.n - 1] & 31]; i > 0; i = next_tail[i - 1])
        if (ends_as(word, tail_at(i - 1))) return true;
    return false;
}

// Whether a key may end with the letter at `end` - 1. Separators are no part of its name:
// ACCESS_KEY_ID.
static bool may_end(const char *p, size_t end) {
    if (end < 3) return true;
    char before = p[end - 2];
    if (!pm_secret_letter(before)) // \u0022, not 2026-01-02T03, nor a letter by itself
        return before != ' ' && !(before >= '0' && before <= '9');
    char third = p[end - 3];
    if (separates(third)) {
        if (end < 4 || !pm_secret_letter(p[end - 4])) return true;
        third = p[end - 4];
    }
    return pm_secret_last_three[(third & 31u) << 5 | (before & 31u)] >> (p[end - 1] & 31) & 1 &&
           ends_as_some((struct pm_str){p, end});
}
// The same before anybody looks for where the word begins: at the colons of times, ports,
// digests and of what JSON calls its fields.
bool pm_secret_may_key(struct pm_str s, size_t end) {
    if (end > 1 && s.p[end - 1] == '"' && pm_secret_letter(s.p[end - 2])) end--; // "key":
    size_t i = end;
    while (i > 0 && end - i < 8 && ((s.p[i - 1] >= '0' && s.p[i - 1] <= '9') || s.p[i - 1] == '_'))
        i--; // PASSWORD_2
    if (i == 0) return false;
    if (pm_secret_letter(s.p[i - 1])) return may_end(s.p, i);
    return i == end || end - i == 8 ||
           strchr("%-\\&#;", s.p[i - 1]); // a quote in some writing, as %22
}
static bool may_be_key(struct pm_str word) {
    while (word.n > 2 && !pm_secret_letter(word.p[word.n - 1])) word.n--; // PASSWORD_2
    return word.n >= 2 && may_end(word.p, word.n);
}

bool pm_secret_key(struct pm_str word, struct pm_secret_key *key) {
    struct folded f;
    if (word.n < 2 || !may_be_key(word)) return false;
    fold(word, &f);
    const struct name *n = name_of(&f);
    size_t whole = f.n;
    if (!n) drop_suffixes(&f);
    if (!n && f.n < whole) n = name_of(&f);
    if (!n) return false;
    for (size_t i = 0; i < PM_LEN(none); i++)
        if (ends_with(&f, none[i], strlen(none[i]))) return false;
    if (strcmp(n->kind, "secret") == 0 && n->need == MORE && f.n >= 10 &&
        pm_str_has((struct pm_str){f.p, f.n}, PM_STR("pull")))
        return false;
    *key = (struct pm_secret_key){n->kind, n->value_min, n->query_only, n->digit,
                                  f.words > 1 || (n->n > 8 && n->need == ALONE)};
    return true;
}
