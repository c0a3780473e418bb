// A hash for tables of this run: sixteen bytes a step. Never stored, nor sent anywhere
// (pm_str_hash is, and stays as it is for that). Level 1.
#pragma once
#include "pm/str.h"

static inline uint64_t pm_mix_step(uint64_t h, uint64_t word) {
    h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return h << 31 | h >> 33;
}

static inline uint64_t pm_mix_8(const char *p) {
    uint64_t w;
    memcpy(&w, p, sizeof w);
    return w;
}

// Up to seven bytes as a number: the first and the last four, or each of three.
static inline uint64_t pm_mix_few(const char *p, size_t n) {
    uint32_t first, last;
    if (n == 0) return 0;
    if (n < 4)
        return (uint64_t)(unsigned char)p[0] << 16 | (uint64_t)(unsigned char)p[n / 2] << 8 |
               (unsigned char)p[n - 1];
    memcpy(&first, p, sizeof first);
    memcpy(&last, p + n - sizeof last, sizeof last);
    return (uint64_t)first << 32 | last;
}

// Two chains that do not wait for one another; the last bytes of a text may be taken twice.
static inline uint64_t pm_mix(struct pm_str s, uint64_t h) {
    const char *p = s.p;
    size_t n = s.n;
    uint64_t a = h ^ n, b = ~h;
    for (; n > 16; n -= 16, p += 16) {
        a = pm_mix_step(a, pm_mix_8(p));
        b = pm_mix_step(b, pm_mix_8(p + 8));
    }
    if (s.n >= 16) {
        a = pm_mix_step(a, pm_mix_8(p + n - 16));
        b = pm_mix_step(b, pm_mix_8(p + n - 8));
    } else if (n >= 8) {
        a = pm_mix_step(a, pm_mix_8(p));
        b = pm_mix_step(b, pm_mix_8(p + n - 8));
    } else a = pm_mix_step(a, pm_mix_few(p, n));
    h = pm_mix_step(a, b);
    return h ^ h >> 29;
}
