// Where a command writes: nowhere else from then on. Level 6.
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct pm_command;
// Outputs never destroy: what is read, or is a timeline, is not written over, and no two are
// of one name. PM_EXIT_USAGE: said. `files` may hold NULL and "-".
int pm_writes_spare(const struct pm_command *c, const char *const *files, size_t n,
                    const char *const *inputs, size_t inputs_n);
int pm_writes_timeline(const struct pm_command *c, const char *db); // may go to that name
bool pm_writes_same(const char *a, const char *b); // both names would write one file

// The files that a command was told to write, NULL and "-" among them; the folders of
// temporary files stay open, too. Quietly less where the kernel cannot (base/guard.h).
void pm_writes_guard(const char *const *files, size_t n);
