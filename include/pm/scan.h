// Cursor scanning: forward over a slice, no copies, no NUL assumed, every step bounded.
// Level 1.
//
// A scanner that fails leaves the cursor where it was. Results borrow from the scanned
// slice, except unquoted text that needed unescaping, which lives in the arena given.
#pragma once
#include "pm/arena.h"

struct pm_scan {
    const char *at, *end;
};
static inline struct pm_scan pm_scan_of(struct pm_str s) {
    return (struct pm_scan){s.p, s.p ? s.p + s.n : NULL};
}
static inline struct pm_str pm_scan_rest(const struct pm_scan *c) {
    return (struct pm_str){c->at, (size_t)(c->end - c->at)};
}
static inline bool pm_scan_end(const struct pm_scan *c) { return c->at >= c->end; }

bool pm_scan_lit(struct pm_scan *c, const char *lit); // exactly these bytes
bool pm_scan_char(struct pm_scan *c, char ch);
size_t pm_scan_blanks(struct pm_scan *c);                 // spaces and tabs passed; 0 is fine
bool pm_scan_word(struct pm_scan *c, struct pm_str *out); // up to a blank or the end; not empty
// The same behind blanks: the next word of several.
static inline bool pm_scan_next_word(struct pm_scan *c, struct pm_str *out) {
    pm_scan_blanks(c);
    return pm_scan_word(c, out);
}
// Blanks are passed; is anything left?
static inline bool pm_scan_more(struct pm_scan *c) {
    pm_scan_blanks(c);
    return !pm_scan_end(c);
}
// text before `stop`, which is passed too; may be empty
bool pm_scan_until(struct pm_scan *c, char stop, struct pm_str *out);
bool pm_scan_until_lit(struct pm_scan *c, const char *stop, struct pm_str *out);
bool pm_scan_uint(struct pm_scan *c, int max_digits, uint64_t *out);
bool pm_scan_digits(struct pm_scan *c, int digits, int *out); // exactly that many
// A Go %q / JSON-like string in double quotes at the cursor, unescaped (\" \\ \n \t \r \a
// \b \f \v \xNN \uNNNN \UNNNNNNNN and octal). A missing closing quote takes the rest and
// sets *cut (may be NULL).
bool pm_scan_quoted(struct pm_scan *c, struct pm_arena *a, struct pm_str *out, bool *cut);
// The next '"' at or after `from` that no backslash escapes; -1.
ptrdiff_t pm_quote_find(struct pm_str s, size_t from);
bool pm_quotes_even(struct pm_str s); // is each of them closed?
// key=value as logrus and klog write them: value bare up to a blank, or quoted. `key` may
// hold dots.
bool pm_scan_pair(struct pm_scan *c, struct pm_arena *a, struct pm_str *key, struct pm_str *value);

// Undo one level of Go/JSON escaping of a text that is not in quotes itself. Returns s
// itself where nothing is escaped.
struct pm_str pm_unescape(struct pm_arena *a, struct pm_str s);
struct pm_str pm_percent_decode(struct pm_arena *a, struct pm_str s); // %2F → /; '+' stays
struct pm_str pm_ansi_strip(struct pm_arena *a, struct pm_str s);     // CSI and OSC sequences out
// Invalid UTF-8 → U+FFFD; NUL → U+FFFD. Returns s itself where it is clean; *bad counts
// replaced bytes (may be NULL).
struct pm_str pm_utf8_clean(struct pm_arena *a, struct pm_str s, size_t *bad);
// Go durations (1m21.28s, 313ms, 880.092µs, 2h0m0s, "-1s" refused) and plain "12ms".
// Whole slice or false.
bool pm_duration(struct pm_str s, int64_t *ns);
// kubectl's HumanDuration (3h, 5m12s, 2d4h, 1y30d): *ns and the size of its last printed
// unit. Whole slice or false.
bool pm_human_duration(struct pm_str s, int64_t *ns, int64_t *unit_ns);
// 83.6MB, 1.2 GB, 322kB, 12345678, 5Gi, 100M as docker, crictl, df -h and Kubernetes
// quantities print them. Whole slice or false.
bool pm_size_bytes(struct pm_str s, int64_t *bytes);
