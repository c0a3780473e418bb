// What the fuzz targets share. A target takes any bytes and hands them to one part of the
// program; it has no opinion of what comes out (but for sure.c), only that it comes back, in
// memory that is its own. Each kind of input is one file here; targets.c is the table of them.
//
// A target of several variants (one parser out of eighty) lets the first two bytes choose,
// unless one was named ("parser:crio"): so that one round feeds all of them, and a long
// one can stay with the one that matters.
#pragma once
#include "pm/arena.h"
#include "pm/diag.h"
#include "pm/rule.h"

struct fuzz_bytes { // the input, taken from the front; past its end everything is zero
    const uint8_t *p;
    size_t n;
};
struct fuzz_target {
    const char *name, *title;
    const char *seeds;                // what tests/fuzz/seeds.py makes seeds of; see there
    const char *(*variant)(size_t i); // names; NULL behind the last. May be NULL: only one
    void (*run)(struct fuzz_bytes in, size_t variant);
    size_t round; // changed seeds in the round of `make check`: a second's work, or two
};
extern const struct fuzz_target fuzz_targets[]; // ends with a NULL name
const struct fuzz_target *fuzz_choose(const char *name, ptrdiff_t *variant); // NULL: no such
void fuzz_one(const struct fuzz_target *t, ptrdiff_t variant, const uint8_t *p, size_t n);

uint8_t fuzz_byte(struct fuzz_bytes *in);
uint32_t fuzz_u32(struct fuzz_bytes *in);
int64_t fuzz_i64(struct fuzz_bytes *in);
size_t fuzz_below(struct fuzz_bytes *in, size_t n); // 0 where n is 0
int64_t fuzz_moment(struct fuzz_bytes *in);         // none, near one moment, or at an end of time
struct pm_str fuzz_rest(struct fuzz_bytes *in);
struct pm_str fuzz_text(struct fuzz_bytes *in); // up to the next byte 0xff, or to the end

const char *fuzz_folder(void); // of this process, removed when it ends
// The bytes as a file of this name in that folder; the path is good until the next call.
const char *fuzz_file(const char *name, struct pm_str bytes);
struct pm_ruleset *fuzz_rules(void); // the built-in ones, listening; made once
void fuzz_see(struct pm_str s);      // every byte of it can be read
