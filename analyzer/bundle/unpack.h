// xz and zstd, which have libraries of their own here: see unpack.c. Level 2.
#pragma once
#include "bundle/inflate.h"

extern const struct pm_inflater pm_inflater_xz, pm_inflater_zstd;
// How one of them is written in a file, and what is said of it.
struct pm_packing {
    const struct pm_inflater *with;
    const char *head; // what a stream or frame begins with
    size_t head_n;
    const char *cut, *damaged, *tail; // diagnostics
};
// NULL where the bytes are neither.
const struct pm_packing *pm_packing_of(const char *head, size_t n);
