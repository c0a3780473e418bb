// Inside the prefilter only: its methods (prefilter_buckets.c and prefilter_windows.c share
// the literals, prefilter_sets.c takes all where the processor can),
// and the text on which they weigh what is rare. Each method is filled once, literal by
// literal, and then only read.
#pragma once
#include "framing/prefilter/prefilter.h"
#if defined(__x86_64__) || defined(__i386__)
#define X86 1
#include <immintrin.h>
#else
#define X86 0
#endif

#define PRINT 4   // bytes of a fingerprint of a short literal, which has that many at least
#define WINDOWS 7 // bytes of which any phase sees a whole window: what is shorter is short

// Looks for what begins within [at, stop) and whose literal is there in [begin, end):
// its place, or NULL.
typedef const char *pm_prefilter_scan(const char *begin, const char *at, const char *stop,
                                      const char *end);

void pm_prefilter_buckets_add(const char *text);
void pm_prefilter_buckets_end(void); // all are in
pm_prefilter_scan *pm_prefilter_buckets(enum pm_prefilter_isa isa);

void pm_prefilter_windows_begin(void);
bool pm_prefilter_windows_add(const char *text); // false: it is for the buckets
pm_prefilter_scan *pm_prefilter_windows(enum pm_prefilter_isa isa);

bool pm_prefilter_sets_can(void); // asked before anything is added
void pm_prefilter_sets_add(const char *text);
pm_prefilter_scan *pm_prefilter_sets(void); // NULL: a literal found no place

// Usual text is counted before anything is added: the share of its places where these four
// bytes stand, or this one; of no byte is it nothing.
void pm_prefilter_usual_count(void);
double pm_prefilter_usual_four(const char *four);
double pm_prefilter_usual_byte(uint8_t c);
