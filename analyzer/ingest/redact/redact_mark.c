// Tokens that say what they are by how they begin, as their vendors document it and as
// scanners of repositories know it; JWTs, crypt hashes, private keys.
#include "ingest/redact/redact.h"

enum letters {
    WORDS,
    DOTTED,
    CAPITALS,
    HEX,
    MIXED
}; // what a token goes on with; MIXED: as words, and it needs a capital and a digit beside small letters
struct mark {
    const char *prefix;
    size_t n, min; // min: of the whole token
    enum letters letters;
    const char *kind;
};
#define MARK(prefix, min, letters)                                                                 \
    { prefix, sizeof prefix - 1, min, letters, "token" }
#define KIND(prefix, min, letters, kind)                                                           \
    { prefix, sizeof prefix - 1, min, letters, kind }
static const struct mark marks[] = {
    // registries and forges
    MARK("dckr_pat_", 14, WORDS),
    MARK("dckr_jti_", 12, WORDS),
    MARK("dckr_oat_", 14, WORDS),
    MARK("ghp_", 20, WORDS),
    MARK("gho_", 20, WORDS),
    MARK("ghs_", 20, WORDS),
    MARK("ghu_", 20, WORDS),
    MARK("ghr_", 20, WORDS),
    MARK("github_pat_", 24, WORDS),
    MARK("glpat-", 16, DOTTED),
    MARK("gldt-", 16, WORDS),
    MARK("glrt-", 16, DOTTED),
    MARK("glcbt-", 16, WORDS),
    MARK("glptt-", 16, WORDS),
    MARK("glft-", 16, WORDS),
    MARK("glimt-", 16, WORDS),
    MARK("glagent-", 20, WORDS),
    MARK("gloas-", 16, WORDS),
    MARK("glsoat-", 16, WORDS),
    MARK("glffct-", 16, WORDS),
    MARK("glrtr-", 16, WORDS),
    MARK("GR1348941", 20, WORDS),
    MARK("npm_", 20, WORDS),
    MARK("pypi-AgE", 24, WORDS),
    MARK("rubygems_", 20, WORDS),
    MARK("AKCp", 20, WORDS),
    MARK("cmVmdGtu", 40, WORDS),
    MARK("NpmToken.", 24, WORDS),
    MARK("DockerToken.", 24, WORDS),
    MARK("NuGetApiKey.", 24, WORDS),
    MARK("ATATT3", 24, DOTTED),
    MARK("ATCTT3", 24, DOTTED),
    MARK("ATBB", 24, MIXED),
    MARK("BBDC-", 24, DOTTED),
    MARK("CLOJARS_", 24, WORDS),
    MARK("hf_", 24, WORDS),
    MARK("api_org_", 24, WORDS),
    MARK("sha256~", 30, WORDS),
    MARK("oy2", 46, WORDS),
    // clouds and CDNs
    MARK("AKIA", 20, CAPITALS),
    MARK("ASIA", 20, CAPITALS),
    MARK("ABIA", 20, CAPITALS),
    MARK("ACCA", 20, CAPITALS),
    MARK("ABSK", 40, DOTTED),
    MARK("AIza", 30, WORDS),
    MARK("ya29.", 16, DOTTED),
    MARK("GOCSPX-", 20, WORDS),
    MARK("1//0", 30, DOTTED),
    MARK("LTAI", 16, MIXED),
    MARK("AKID", 24, MIXED),
    MARK("AKLT", 24, MIXED),
    MARK("t1.9euel", 30, DOTTED),
    MARK("AQVN", 30, WORDS),
    MARK("y0_", 30, WORDS),
    MARK("dop_v1_", 24, WORDS),
    MARK("doo_v1_", 24, WORDS),
    MARK("dor_v1_", 24, WORDS),
    MARK("HRKU-", 24, WORDS),
    MARK("FlyV1 ", 24, DOTTED),
    MARK("fm2_", 24, DOTTED),
    MARK("fo1_", 24, WORDS),
    MARK("dapi", 32, HEX),
    MARK("v1.0-", 40, MIXED),
    MARK("scw-secret-", 20, WORDS),
    MARK("exo_secret_", 20, WORDS),
    // secrets' stores, builders, watchers
    MARK("hvs.", 16, DOTTED),
    MARK("hvb.", 16, DOTTED),
    MARK("hvr.", 16, DOTTED),
    MARK("dp.pt.", 20, DOTTED),
    MARK("dp.st.", 20, DOTTED),
    MARK("dp.ct.", 20, DOTTED),
    MARK("dp.sa.", 20, DOTTED),
    MARK("dp.scim.", 20, DOTTED),
    MARK("dp.audit.", 20, DOTTED),
    MARK("ops_eyJ", 40, DOTTED),
    MARK("A3-", 30, CAPITALS),
    MARK("AGE-SECRET-KEY-1", 30, WORDS),
    MARK("CCIPAT_", 20, WORDS),
    MARK("CCIPRJ_", 20, WORDS),
    MARK("bkua_", 20, WORDS),
    MARK("pul-", 30, HEX),
    MARK("pnu_", 24, WORDS),
    MARK("tskey-", 20, WORDS),
    MARK("glsa_", 24, WORDS),
    MARK("glc_", 24, DOTTED),
    MARK("NRAK-", 20, WORDS),
    MARK("NRII-", 20, WORDS),
    MARK("NRJS-", 16, WORDS),
    MARK("sntrys_", 24, DOTTED),
    MARK("sntryu_", 24, WORDS),
    MARK("squ_", 24, WORDS),
    MARK("sqp_", 24, WORDS),
    MARK("sqa_", 24, WORDS),
    MARK("dt0c01.", 24, DOTTED),
    MARK("dt0s16.", 24, DOTTED),
    MARK("PMAK-", 24, WORDS),
    MARK("lin_api_", 24, WORDS),
    MARK("ntn_", 24, WORDS),
    MARK("rdme_", 24, WORDS),
    MARK("snyk_uat.", 24, DOTTED),
    MARK("ico-", 30, MIXED),
    MARK("pscale_tkn_", 24, WORDS),
    MARK("pscale_oauth_", 24, WORDS),
    MARK("pscale_pw_", 24, WORDS),
    MARK("s-s4t2ud-", 24, WORDS),
    MARK("secret_", 40, MIXED),
    // chat, mail, money, models
    MARK("xoxb-", 14, WORDS),
    MARK("xoxp-", 14, WORDS),
    MARK("xoxa-", 14, WORDS),
    MARK("xoxr-", 14, WORDS),
    MARK("xoxs-", 14, WORDS),
    MARK("xoxo-", 14, WORDS),
    MARK("xoxe-", 14, WORDS),
    MARK("xoxe.xox", 20, DOTTED),
    MARK("xoxc-", 14, WORDS),
    MARK("xoxd-", 14, WORDS),
    MARK("xapp-", 14, WORDS),
    MARK("SG.", 30, DOTTED),
    MARK("key-", 36, HEX),
    MARK("sk_live_", 16, WORDS),
    MARK("sk_test_", 16, WORDS),
    MARK("rk_live_", 16, WORDS),
    MARK("rk_test_", 16, WORDS),
    MARK("rk_prod_", 16, WORDS),
    MARK("sk_prod_", 16, WORDS),
    MARK("whsec_", 20, DOTTED),
    MARK("sq0atp-", 20, WORDS),
    MARK("sq0csp-", 20, WORDS),
    MARK("EAAA", 40, WORDS),
    MARK("shpat_", 24, WORDS),
    MARK("shpca_", 24, WORDS),
    MARK("shppa_", 24, WORDS),
    MARK("shpss_", 24, WORDS),
    MARK("sk-proj-", 24, WORDS),
    MARK("sk-ant-", 24, WORDS),
    MARK("sk-svcacct-", 24, WORDS),
    MARK("sk-", 30, MIXED),
    MARK("gsk_", 24, WORDS),
    MARK("r8_", 24, WORDS),
    MARK("pplx-", 24, WORDS),
    MARK("xai-", 30, WORDS),
    MARK("EZAK", 30, MIXED),
    MARK("EZTK", 30, MIXED),
    MARK("tfp_", 24, DOTTED),
    MARK("fio-u-", 24, WORDS),
    MARK("sib-", 24, WORDS),
    MARK("xkeysib-", 24, WORDS),
    // JSON and keys, in base64
    KIND("eyJ", 20, DOTTED, "jwt"),
    KIND("ewog", 40, DOTTED, "auth"),
    KIND("ewoJ", 40, DOTTED, "auth"),
    KIND("ewo=", 40, DOTTED, "auth"),
    KIND("LS0tLS1CRUdJTi", 24, DOTTED, "key"),
    KIND("LS0tLUJFR0lO", 24, DOTTED, "key"),
    KIND("0tLS0tQkVHSU4g", 24, DOTTED, "key"),
    KIND("PuTTY-User-Key-File-", 24, WORDS, "key"),
    KIND("openssh-key-v1", 24, DOTTED, "key"),
    KIND("b3BlbnNzaC1rZXktdjE", 24, DOTTED, "key"),
    KIND("MIIEvQIBADAN", 40, DOTTED, "key"),
    KIND("MIIEvAIBADAN", 40, DOTTED, "key"),
    KIND("MIIEowIBAA", 40, DOTTED, "key"),
    KIND("MIIEpAIBAA", 40, DOTTED, "key"),
    KIND("MIIEpQIBAA", 40, DOTTED, "key"),
    KIND("MHcCAQEE", 40, DOTTED, "key"),
    KIND("MIGHAgEAMB", 40, DOTTED, "key"),
};

// Most words are no tokens, and this is asked at each word of each text: one bit for the
// first three letters of every mark, and the few marks of such a beginning ("sha256~"
// among the digests) in a chain, in the table's order.
uint64_t pm_secret_firsts[512];
static uint8_t chain[256], next_mark[PM_LEN(marks)]; // position in the table + 1; 0: none
_Static_assert(PM_LEN(marks) < 255, "positions are bytes");
static uint8_t *chain_of(const char *p) {
    return &chain[((unsigned char)p[0] * 5u + (unsigned char)p[1] * 23u + (unsigned char)p[2]) %
                  PM_LEN(chain)];
}
struct pm_secret_halves pm_secret_thirds[3];
// Marks that begin alike are of one eighth.
static void thirds_add(const char *prefix) {
    const uint8_t eighth = (uint8_t)(1 << ((unsigned char)prefix[0] * 3u & 7));
    for (size_t i = 0; i < PM_LEN(pm_secret_thirds); i++) {
        const unsigned char c = (unsigned char)prefix[i];
        pm_secret_thirds[i].low[c & 15] |= eighth;
        pm_secret_thirds[i].high[c >> 4] |= eighth;
    }
}
__attribute__((constructor)) static void firsts_fill(void) {
    for (size_t i = PM_LEN(marks); i-- > 0;) {
        unsigned bit = pm_secret_first_bit(marks[i].prefix);
        uint8_t *first = chain_of(marks[i].prefix);
        thirds_add(marks[i].prefix);
        pm_secret_firsts[bit / 64] |= UINT64_C(1) << (bit % 64);
        next_mark[i] = *first;
        *first = (uint8_t)(i + 1);
    }
}

static bool goes_on(const struct mark *m, unsigned char c) {
    switch (m->letters) {
    case DOTTED: return pm_secret_token(c);
    case CAPITALS:
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               (m->prefix[1] == '3' && c == '-');
    case HEX: return pm_secret_hex(c);
    default: return pm_secret_word(c);
    }
}

static bool mixed(struct pm_str v) {
    bool upper = false, lower = false;
    for (size_t i = 0; i < v.n; i++) {
        upper |= v.p[i] >= 'A' && v.p[i] <= 'Z';
        lower |= v.p[i] >= 'a' && v.p[i] <= 'z';
    }
    return upper && lower && pm_secret_has_digit(v);
}

// A JWT has its dots; JSON in base64 without any is long.
static bool is_jwt(struct pm_str v) { return v.n >= (pm_str_chr(v, '.', 0) >= 0 ? 20u : 40u); }

// A certificate or a public key in base64.
static bool is_public(struct pm_str s) {
    return pm_str_starts(s, PM_STR("LS0tLS1CRUdJTiBDRVJ")) ||
           pm_str_starts(s, PM_STR("LS0tLS1CRUdJTiBQVUJ"));
}

static bool fits(const struct mark *m, struct pm_str v, unsigned char next) {
    if (v.n < m->min) return false;
    struct pm_str rest = pm_str_from(v, m->n);
    if (m->letters == MIXED) return mixed(rest);
    if (m->letters == CAPITALS) return !pm_secret_word(next) && (v.n == 20 || m->n != 4);
    if (m->letters == HEX) return !pm_secret_word(next);
    if (strcmp(m->kind, "jwt") == 0) return is_jwt(v);
    return m->n >= 5 || pm_secret_has_digit(rest) || mixed(v);
}

bool pm_secret_mark(struct pm_str s, size_t word, struct pm_secret_at *f) {
    for (size_t i = *chain_of(s.p + word); i > 0; i = next_mark[i - 1]) {
        const struct mark *m = &marks[i - 1];
        if (s.n - word < m->min || memcmp(s.p + word, m->prefix, m->n) != 0) continue;
        if (is_public(pm_str_from(s, word))) return false;
        size_t to = word + m->n;
        while (to < s.n && goes_on(m, (unsigned char)s.p[to])) to++;
        while (to > word && s.p[to - 1] == '.') to--;
        if (!fits(m, pm_str_sub(s, word, to - word), to < s.n ? (unsigned char)s.p[to] : ' '))
            continue;
        while (to < s.n && s.p[to] == '=' && m->letters == WORDS) to++; // padding
        *f = (struct pm_secret_at){word, to, m->kind};
        return true;
    }
    return false;
}

// $2y$10$…, $6$salt$…, $argon2id$v=19$…: what a password was hashed to is tried out at
// home.
bool pm_secret_hash(struct pm_str s, size_t dollar, struct pm_secret_at *f) {
    static const char *const heads[] = {
        "$2a$", "$2b$",   "$2y$",    "$2x$",     "$1$",     "$5$",    "$6$", "$y$",
        "$7$",  "$apr1$", "$argon2", "$scrypt$", "$pbkdf2", "$sha1$", "$P$", "$H$"};
    bool head = false;
    for (size_t i = 0; i < PM_LEN(heads) && !head; i++)
        head = pm_str_starts(pm_str_from(s, dollar), pm_str_c(heads[i]));
    if (!head) return false;
    size_t to = dollar;
    while (to < s.n &&
           (pm_secret_token((unsigned char)s.p[to]) || s.p[to] == '$' ||
            (s.p[to] == ',' && to + 1 < s.n && pm_secret_word((unsigned char)s.p[to + 1]))))
        to++;
    while (to > dollar && s.p[to - 1] == '.' && (to == s.n || s.p[to] == ' ')) to--;
    if (to - dollar < 20) return false;
    *f = (struct pm_secret_at){dollar, to, "password"};
    return true;
}

// -----BEGIN … PRIVATE KEY----- to its end, or as far as the text goes: in lines, in a JSON string with \n, anything between.
bool pm_secret_pem(struct pm_str s, size_t dashes, struct pm_secret_at *f) {
    static const char begin[] = "-----BEGIN ";
    if (!pm_str_starts(pm_str_from(s, dashes), PM_STR(begin))) return false;
    size_t label = dashes + sizeof begin - 1;
    ptrdiff_t key = pm_str_find(pm_str_sub(s, label, 48), PM_STR("PRIVATE KEY"), 0);
    if (key < 0) return false;
    size_t body = label + (size_t)key + 11;
    while (body < s.n && s.p[body] != '-' && s.p[body] == ' ') body++;
    if (pm_str_starts(pm_str_from(s, body), PM_STR("BLOCK"))) body += 5;
    while (body < s.n && s.p[body] == '-') body++;
    if (body >= s.n || pm_str_starts(pm_str_from(s, body), PM_STR("<redacted:"))) return false;
    ptrdiff_t end = pm_str_find(s, PM_STR("-----END"), body);
    size_t to = end < 0 ? s.n : (size_t)end;
    if (to <= body) return false;
    *f = (struct pm_secret_at){body, to, "key"};
    return true;
}
