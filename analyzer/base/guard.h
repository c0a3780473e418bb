// What this program never needs is given up, so that whoever breaks a parser with a log
// gets no further. Level 1.
#pragma once
#include <stdbool.h>
#include <stddef.h>

// At the start: no core file and no look into the memory (both hold secrets), no new
// privileges, no network, no other program, where the kernel can that. Debug and
// sanitizer builds keep all of it: their tools need it.
void pm_guard_begin(void);
// From now on only files below these folders, and in those for temporary files, can be
// made or written; false: the kernel cannot that.
bool pm_guard_writes(const char *const *folders, size_t n);
// What holds by now: "no core, no exec, no network, writes in outputs' folders only", or
// "nothing".
const char *pm_guard_told(void);
