// Where a command writes: nowhere else from then on. Level 6.
#pragma once
#include <stddef.h>

// The files that a command was told to write, NULL and "-" among them; the folders of
// temporary files stay open, too. Quietly less where the kernel cannot (base/guard.h).
void pm_writes_guard(const char *const *files, size_t n);
