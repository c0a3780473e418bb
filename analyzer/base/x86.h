// Whether there are x86's vector instructions to choose from when the program runs
// (__builtin_cpu_supports); elsewhere the plain loops do. Level 1.
#pragma once
#if defined(__x86_64__) || defined(__i386__)
#define PM_X86 1
#include <immintrin.h>
#else
#define PM_X86 0
#endif
