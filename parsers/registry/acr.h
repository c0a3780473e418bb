// Azure Container Registry's diagnostic tables: what a row means, shared by the CSV and
// the JSON reader.
#pragma once
#include "parsers/proxy/http_request.h"

enum pm_acr_column {
    PM_ACR_TIME,
    PM_ACR_OPERATION,
    PM_ACR_REPOSITORY,
    PM_ACR_TAG,
    PM_ACR_DIGEST,
    PM_ACR_RESULT,
    PM_ACR_DESCRIPTION,
    PM_ACR_CLIENT,
    PM_ACR_IDENTITY,
    PM_ACR_AGENT,
    PM_ACR_SERVER,
    PM_ACR_DURATION,
    PM_ACR_SIZE,
    PM_ACR_JOIN,
    PM_ACR_COLUMNS
};
// The column of a name as the tables spell it ("TimeGenerated [UTC]", "CallerIpAddress");
// case and a unit in brackets do not count. PM_ACR_COLUMNS: none of ours.
enum pm_acr_column pm_acr_column_of(struct pm_str name);
bool pm_acr_operation(struct pm_str s); // Pull, Push, Login …
// "1/2/2024, 3:04:05.678 AM" as the portal exports it (UTC), or RFC 3339.
size_t pm_acr_when(struct pm_str s, struct pm_when *w);
enum pm_parse pm_acr_emit(struct pm_parse_ctx *ctx, const struct pm_record *r,
                          const struct pm_str *row, unsigned flags);
