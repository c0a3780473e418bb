// Words of the report's enumerations, as the contract has them.
#include "pm/incident.h"

const char *const pm_outcome_names[] = {"open", "ok", "failed", "cached"};
const char *const pm_severity_names[] = {"info", "warning", "critical"};
const char *const pm_scope_names[] = {"cluster",   "registry", "node",    "image",
                                      "namespace", "client",   "endpoint"};
