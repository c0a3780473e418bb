// The order of members after a merge.
#pragma once
#include "ingest/pipe.h"

// Paths and inputs are those that they have now.
void ingest_walked_order(struct result *m, size_t n);
