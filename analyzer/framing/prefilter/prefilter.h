// The prefilter's variants, for its test and for benchmarks; everybody else sees the two
// functions in frame.h.
#pragma once
#include "framing/frame.h"

enum pm_prefilter_isa {
    PM_PREFILTER_SCALAR = 0,
    PM_PREFILTER_SSSE3,
    PM_PREFILTER_AVX2,
    PM_PREFILTER_VBMI,
    PM_PREFILTER_BEST
};
// From now on scans run in this variant. False where the processor lacks it (nothing
// changes then).
bool pm_prefilter_use(enum pm_prefilter_isa isa);
