// ISA-L as an inflater, where it was there at build time (PM_ISAL).
#pragma once
#include "bundle/inflate.h"

#ifdef PM_ISAL
extern const struct pm_inflater pm_inflater_isal;
#endif
