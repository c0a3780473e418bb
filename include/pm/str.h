// pm_str: a slice of bytes, not NUL-terminated, not owned. Level 0: includes nothing of
// ours.
//
// Ownership: a slice borrows. Who lends it says so in its own header; unless it says
// more, the slice is good until the record that it came from is done. p is never NULL
// when n > 0; an absent value is {NULL, 0}.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct pm_str {
    const char *p;
    size_t n;
};

#define PM_STR(lit) ((struct pm_str){(lit), sizeof(lit) - 1})
#define PM_NONE ((struct pm_str){NULL, 0})
#define PM_FMT(s) (int)(s).n, (s).n ? (s).p : "" // for printf's "%.*s"
#define PM_LEN(array) (sizeof(array) / sizeof(array)[0])

static inline struct pm_str pm_str_c(const char *s) {
    return (struct pm_str){s, s ? strlen(s) : 0};
}
static inline bool pm_str_eq(struct pm_str a, struct pm_str b) {
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}
static inline bool pm_str_eqc(struct pm_str a, const char *b) { return pm_str_eq(a, pm_str_c(b)); }
// sub: from byte `at`, at most n bytes; clamped to the slice.
static inline struct pm_str pm_str_sub(struct pm_str s, size_t at, size_t n) {
    if (at > s.n) at = s.n;
    if (n > s.n - at) n = s.n - at;
    return (struct pm_str){s.p ? s.p + at : NULL, n};
}
static inline struct pm_str pm_str_from(struct pm_str s, size_t at) {
    return pm_str_sub(s, at, SIZE_MAX);
}
// Is the part, byte for byte in memory, one of the whole?
static inline bool pm_str_lies_in(struct pm_str whole, struct pm_str part) {
    uintptr_t from = (uintptr_t)whole.p, at = (uintptr_t)part.p;
    return at >= from && at + part.n <= from + whole.n;
}
static inline bool pm_str_starts(struct pm_str s, struct pm_str prefix) {
    return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}
static inline bool pm_str_ends(struct pm_str s, struct pm_str tail) {
    return s.n >= tail.n && (tail.n == 0 || memcmp(s.p + s.n - tail.n, tail.p, tail.n) == 0);
}

int pm_str_cmp(struct pm_str a, struct pm_str b); // bytewise order
// the order of a walk: folder by folder, names bytewise
int pm_path_order(struct pm_str a, struct pm_str b);
bool pm_str_ieq(struct pm_str a, struct pm_str b); // ASCII case ignored
static inline bool pm_char_alnum(char c) {         // ASCII, whatever the locale
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
static inline bool pm_str_is_digits(struct pm_str s) { // and one at least
    for (size_t n = 0; n < s.n; n++)
        if (s.p[n] < '0' || s.p[n] > '9') return false;
    return s.n > 0;
}
static inline size_t pm_str_indent(struct pm_str s) { // how many blanks and tabs it begins with
    size_t n = 0;
    while (n < s.n && (s.p[n] == ' ' || s.p[n] == '\t')) n++;
    return n;
}
// The whole of s by a pattern in which `*` stands for any characters, and nothing else is
// special.
bool pm_str_glob(const char *pattern, struct pm_str s);
// Position of the first occurrence at or after `from`, or -1. An empty needle is never
// found.
ptrdiff_t pm_str_find(struct pm_str s, struct pm_str needle, size_t from);
ptrdiff_t pm_str_ifind(struct pm_str s, struct pm_str needle, size_t from); // ASCII case ignored
ptrdiff_t pm_str_rfind(struct pm_str s, struct pm_str needle);
ptrdiff_t pm_str_chr(struct pm_str s, char c, size_t from);
ptrdiff_t pm_str_rchr(struct pm_str s, char c);
static inline bool pm_str_has(struct pm_str s, struct pm_str needle) {
    return pm_str_find(s, needle, 0) >= 0;
}
struct pm_str pm_str_trim(struct pm_str s); // blanks, tabs, CR, LF at both ends
// The text between the first `open` and the next `close` after it; PM_NONE where there is
// none.
struct pm_str pm_str_between(struct pm_str s, struct pm_str open, struct pm_str close);
bool pm_str_u64(struct pm_str s, uint64_t *out); // the whole slice is decimal digits and fits
// the whole slice is a decimal number; locale-free
bool pm_str_double(struct pm_str s, double *out);
uint64_t pm_str_hash(struct pm_str s, uint64_t seed); // stable between runs and machines
