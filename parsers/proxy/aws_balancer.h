// AWS load balancer access logs: the reader that the application and the classic balancer
// share.
#pragma once
#include "parsers/proxy/http_request.h"

// Space-separated fields, quoted ones without their quotes. Returns how many, at most
// max; *cut where a quote never closes.
int pm_aws_fields(struct pm_str text, struct pm_str *out, int max, bool *cut);
// request processing + target processing + response processing, in seconds; -1 parts do
// not count.
int64_t pm_aws_duration_ns(const struct pm_str *three);
