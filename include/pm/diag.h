// Diagnostics: bad input is data. Level 1.
//
// A diagnostic names a member, a line (0: the whole file), a code and a message for a
// person. Equal (member, code, message) are counted, the first line kept.
#pragma once
#include "pm/str.h"

struct pm_diags;
struct pm_diag {
    struct pm_str path, code,
        message; // code: short stable words, e.g. "line-cut", "archive-truncated", "json-broken"
    uint64_t line, count;
};
struct pm_diags *pm_diags_new(void);
void pm_diags_free(struct pm_diags *d);
// Copies all it is given. Thread-safe. More than a bounded number of different ones a
// member fold into code "more-diagnostics".
void pm_diags_add(struct pm_diags *d, struct pm_str path, uint64_t line, const char *code,
                  const char *fmt, ...) __attribute__((format(printf, 5, 6)));
size_t pm_diags_count(const struct pm_diags *d);
// Codes that say that something of the input was not read (base/loss.c): cut, broken off, left out.
// What was read all the same (a repaired byte, a cut line that still spoke) is none. A
// bundle with such a loss was read in part only.
bool pm_diag_is_loss(struct pm_str code);
// one was told, even where too many other kinds crowded it out of the list
bool pm_diags_lost(struct pm_diags *d);
#define PM_DIAG_NO_SUCH_DAY                                                                        \
    "no-such-day" // --year puts a 29 February into a year without one: the option is refused
// Puts other texts for paths and messages, in order: a secret in the name of a folder is
// none to print. Once all is told.
typedef struct pm_str pm_diag_text(void *ctx, struct pm_str text);
void pm_diags_rewrite(struct pm_diags *d, pm_diag_text *text, void *ctx);
// In order of path, line, code, message. Borrowed until the next add.
struct pm_diag pm_diags_at(struct pm_diags *d, size_t i);
