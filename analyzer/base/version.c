// The commit is given by the Makefile when this file is compiled: a new commit compiles
// one file anew.
#include "pm/version.h"

#ifndef PM_COMMIT
#define PM_COMMIT ""
#endif
const char pm_commit[] = PM_COMMIT;
