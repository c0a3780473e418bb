// `aws cloudtrail lookup-events`: the record itself is a string of JSON in
// "CloudTrailEvent".
//
//   {"EventId":"…","EventName":"BatchGetImage","CloudTrailEvent":"{\"eventSource\":\"ecr.amazonaws.com\",…}"}
// Source: AWS CloudTrail API reference, Event.
#include "base/json_get.h"
#include "parsers/envelopes/env_shared.h"

static enum pm_peel peel_json(struct pm_arena *a, const json_t *json, struct pm_str *inner,
                              const json_t **inner_json, struct pm_envelope_hint *hint,
                              struct pm_str *key) {
    (void)a;
    (void)inner_json;
    (void)hint;
    (void)key;
    struct pm_str event = pm_member_text(json, "CloudTrailEvent");
    if (!event.n) return PM_PEEL_NO;
    *inner = event;
    return PM_PEEL_YES;
}

const struct pm_envelope pm_envelope_cloudtrail_lookup = {
    .name = "cloudtrail-lookup",
    .title = "aws cloudtrail lookup-events",
    .example =
        "{\"EventId\":\"9b0c\",\"EventName\":\"BatchGetImage\",\"CloudTrailEvent\":\"{\\\"eventSource\\\":\\\"ecr.amazonaws.com\\\"}\"}",
    .source = "docs.aws.amazon.com awscloudtrail API Event",
    .rank = 13,
    .members = {"CloudTrailEvent"},
    .peel_json = peel_json,
};
