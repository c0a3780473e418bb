// ingest --resume: each input is a shard of one timeline.
#pragma once
#include "cli/bundle.h"

// Inputs that the timeline holds already, by content, are left out; each other is read, and
// is in the timeline for good once it is. Returns an exit status.
int pm_ingest_resume(struct pm_bundle_args *args);
