// The parts of redaction among themselves: redact.c says what is a secret, redact_scan.c
// where one can show, redact_key.c what keys are called, redact_pair.c how keys and values
// are written, redact_flag.c what clients' flags are, redact_url.c where a URL has its
// password, redact_mark.c what tokens look like that need no key, redact_text.c how texts
// are escaped within texts. Level 5.
#pragma once
#include "pm/arena.h"

struct pm_secret_at {
    size_t from, to;  // of the secret itself
    const char *kind; // of its tag
};

// How sure a key makes us: what its value must look like.
struct pm_secret_key {
    const char *kind;
    unsigned value_min; // shorter values are no secrets
    bool query_only;    // a word of any other use outside of a query string
    bool digit;         // a value without any digit is a word, no secret
    bool compound;      // the key is of several words, as DB_PASSWORD is: prose does not write so
};
bool pm_secret_key(struct pm_str word, struct pm_secret_key *key);
bool pm_secret_may_key(struct pm_str s, size_t end); // false: no key ends there, at one look

// A bit for each three letters that some key ends with.
extern uint32_t pm_secret_last_three[1 << 10];
static inline bool pm_secret_letter(char c) { return (unsigned char)((c | 32) - 'a') < 26; }
static inline bool pm_secret_figure(char c) { return (unsigned char)(c - '0') < 10; }
// At one look, which most colons and blanks need: the hour or minute of a time, or three
// letters before `end`, or before the quote that ends there, with which no key ends.
static inline bool pm_secret_no_key(struct pm_str s, size_t end) {
    if (end > 3 && pm_secret_figure(s.p[end - 1]))
        return pm_secret_figure(s.p[end - 2]) && (s.p[end - 3] == ' ' || s.p[end - 3] == ':');
    if (end > 3 && s.p[end - 1] == '"') end--;
    if (end < 3 || !pm_secret_letter(s.p[end - 1]) || !pm_secret_letter(s.p[end - 2]) ||
        !pm_secret_letter(s.p[end - 3]))
        return false;
    const unsigned two = (s.p[end - 3] & 31u) << 5 | (s.p[end - 2] & 31u);
    return !(pm_secret_last_three[two] >> (s.p[end - 1] & 31) & 1);
}

static inline bool pm_secret_word(unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '-';
}
static inline bool pm_secret_hex(unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
static inline unsigned char pm_secret_lower(unsigned char c) {
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}
static inline bool pm_secret_token(unsigned char c) {
    return pm_secret_word(c) || c == '.' || c == '~' || c == '+' || c == '/' || c == '=';
}
bool pm_secret_has_digit(struct pm_str s);
bool pm_secret_is_blanked(
    struct pm_str value); // hidden by somebody already, or plainly a value that hides nothing

// Where a word of [A-Za-z0-9_-] and `more` that ends at `end` begins: the letters of an
// escape before it (%20, \u0026, \x22, \n) are not of the word.
size_t pm_secret_word_start(struct pm_str s, size_t end, const char *more);
// Length of a percent-encoded byte at `at` (%22, %2522 …; 0: none), its value in *byte.
size_t pm_secret_percent(struct pm_str s, size_t at, unsigned char *byte);
// Length of a quote at `at`, in any writing: " ' \" \\\" \u0022 \x22 %22 &quot; (0:
// none).
size_t pm_secret_quote(struct pm_str s, size_t at);

// The end of a value behind `quote`: the same quote again, unless it is escaped in the value.
size_t pm_secret_quoted_end(struct pm_str s, size_t from, struct pm_str quote);
// A path, a file or a digest: the value stands elsewhere. By its first bytes.
bool pm_secret_is_elsewhere(struct pm_str value);
// Long enough for its key, and not hidden already.
bool pm_secret_plausible(struct pm_str value, const struct pm_secret_key *key);

// Some mark begins so: one bit for the first three letters of every mark.
extern uint64_t pm_secret_firsts[512];
static inline unsigned pm_secret_first_bit(const char *p) {
    unsigned a = (unsigned char)p[0], b = (unsigned char)p[1], c = (unsigned char)p[2];
    return (a & 31) << 10 | (b & 31) << 5 | (c & 31);
}
static inline bool pm_secret_may_mark(struct pm_str s, size_t word) {
    if (s.n - word < 12) return false;
    unsigned bit = pm_secret_first_bit(s.p + word);
    return pm_secret_firsts[bit / 64] >> (bit % 64) & 1;
}
// The same for many places at once, and by the letters themselves: of each of the first
// three, which eighths of the marks have its low and its high half there. A word begins as
// none does where no eighth has all six.
struct pm_secret_halves {
    uint8_t low[16], high[16];
};
extern struct pm_secret_halves pm_secret_thirds[3];

// The places from `at` on at which some shape can show: a bit each, 32 to a block; of
// blocks beyond the text nothing is said.
enum { PM_SECRET_BLOCKS = 16 };
void pm_secret_places(struct pm_str s, size_t at, uint32_t places[PM_SECRET_BLOCKS]);
// The same one byte after the other, on any processor: for its test.
void pm_secret_places_plain(struct pm_str s, size_t at, uint32_t places[PM_SECRET_BLOCKS]);
static inline bool pm_secret_begins_word(struct pm_str s, size_t at) {
    return pm_secret_word((unsigned char)s.p[at]) &&
           !(at > 0 && pm_secret_word((unsigned char)s.p[at - 1]));
}

// Each looks at one place that the scan found, and says whether a secret stands there.
bool pm_secret_mark(struct pm_str s, size_t word, struct pm_secret_at *f);   // a word begins here
bool pm_secret_hash(struct pm_str s, size_t dollar, struct pm_secret_at *f); // $2y$…: a crypt hash
bool pm_secret_pem(struct pm_str s, size_t dashes,
                   struct pm_secret_at *f); // -----BEGIN … PRIVATE KEY
bool pm_secret_pair(struct pm_str s, size_t separator, size_t after,
                    struct pm_secret_at *f); // key = value, key: value
bool pm_secret_flag(struct pm_str s, size_t dash,
                    struct pm_secret_at *f); // --creds u:p, -p password
bool pm_secret_scheme(struct pm_str s, size_t blank, size_t after,
                      struct pm_secret_at *f); // Bearer TOKEN
bool pm_secret_spoken(struct pm_str s, size_t blank,
                      struct pm_secret_at *f); // "password x", without a separator
bool pm_secret_element(struct pm_str s, size_t close,
                       struct pm_secret_at *f); // <password>…</password>
bool pm_secret_url(struct pm_str s, size_t after, bool percent,
                   struct pm_secret_at *f);                               // behind ://
bool pm_secret_login(struct pm_str s, size_t at, struct pm_secret_at *f); // user:pass@host
bool pm_secret_data(struct pm_str s, size_t *at,
                    struct pm_secret_at *f); // values of a Secret's data
