// AWS CloudTrail: calls to Elastic Container Registry.
//
//   {"eventVersion":"1.08","userIdentity":{"arn":"arn:aws:sts::111122223333:assumed-role/node/i-0abc"},"eventTime":"2024-01-02T03:04:05Z","eventSource":"ecr.amazonaws.com","eventName":"BatchGetImage",
//    "awsRegion":"eu-west-1","sourceIPAddress":"10.1.2.3","userAgent":"containerd/1.7.11","errorCode":"AccessDenied","errorMessage":"User … is not authorized to perform: ecr:BatchGetImage",
//    "requestParameters":{"registryId":"111122223333","repositoryName":"shop/cart","imageIds":[{"imageTag":"1.4"}]},"responseElements":null}
//
// Source: AWS documentation, "Logging Amazon ECR actions with AWS CloudTrail".
// {"Records":[…]} comes apart in the framer, lookup-events by env_cloudtrail_lookup.c. A
// layer's digest names no image and is left out. The API has no HTTP status of its own; a
// call without errorCode is told as 200, an error by its code (reason) and text. Calls to
// other services are understood without an event.
#include "parsers/proxy/http_json.h"

// What a call is to a pull.
static const struct call {
    const char *name;
    enum pm_stage stage;
    unsigned flags;
} calls[] = {
    {"GetAuthorizationToken", PM_STAGE_TOKEN, 0},
    {"BatchGetImage", PM_STAGE_MANIFEST, 0},
    {"GetDownloadUrlForLayer", PM_STAGE_BLOB, 0},
    {"BatchCheckLayerAvailability", PM_STAGE_BLOB,
     0}, // asked before pushing and, by some clients, before pulling
    {"BatchImportUpstreamImage", PM_STAGE_MANIFEST, PM_EV_MIRROR},
    {"DescribeImages", PM_STAGE_RESOLVE, 0},
    {"ListImages", PM_STAGE_RESOLVE, 0},
    {"PutImage", PM_STAGE_MANIFEST, PM_EV_PUSH},
    {"InitiateLayerUpload", PM_STAGE_BLOB, PM_EV_PUSH},
    {"UploadLayerPart", PM_STAGE_BLOB, PM_EV_PUSH},
    {"CompleteLayerUpload", PM_STAGE_BLOB, PM_EV_PUSH},
    {"CreateRepository", PM_STAGE_NONE, PM_EV_PUSH},
};
// Calls after which an image is gone: they explain a tag that vanished.
static const char *const removals[] = {"PolicyExecutionEvent", "BatchDeleteImage",
                                       "DeleteRepository"};

static const json_t *in(const json_t *object, const char *key) {
    return json_object_get(object, key);
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    return in(r->json, "eventSource") && in(r->json, "eventName") ? 97 : 0;
}

static struct pm_str registry_of(struct pm_arena *a, const json_t *o, const json_t *parameters) {
    if (pm_http_json_is(o, "eventSource", "ecr-public.amazonaws.com"))
        return PM_STR("public.ecr.aws");
    struct pm_str account = pm_http_json(a, parameters, "registryId"),
                  region = pm_http_json(a, o, "awsRegion");
    if (!account.n) account = pm_http_json(a, in(o, "userIdentity"), "accountId");
    if (!account.n) account = pm_http_json(a, o, "recipientAccountId");
    if (!account.n || !region.n) return PM_NONE;
    return pm_arena_fmt(a, "%.*s.dkr.ecr.%.*s.amazonaws.com", PM_FMT(account), PM_FMT(region));
}

// {"failures":[{"failureCode":"ImageNotFound","failureReason":"Requested image not
// found"}]} in a call that itself went well.
static void add_failure(struct pm_arena *a, const json_t *o, struct pm_http_request *q) {
    const json_t *failure = json_array_get(in(in(o, "responseElements"), "failures"), 0);
    struct pm_str code = pm_http_json(a, o, "errorCode"), text = pm_http_json(a, o, "errorMessage");
    if (!code.n && !text.n && failure) {
        code = pm_http_json(a, failure, "failureCode");
        text = pm_http_json(a, failure, "failureReason");
    }
    q->reason = code;
    if (code.n && text.n) q->error = pm_arena_fmt(a, "%.*s: %.*s", PM_FMT(code), PM_FMT(text));
    else if (code.n) q->error = code;
    else q->error = text;
    if (!q->error.n) q->status = 200;
}

static enum pm_parse removal(struct pm_parse_ctx *ctx, const struct pm_record *r,
                             const struct pm_http_request *q, struct pm_str name) {
    struct pm_event e = pm_event_of(r, PM_COMP_CLOUD, PM_KIND_OTHER);
    e.when = q->when;
    e.field[PM_F_REGISTRY] = q->registry;
    e.field[PM_F_REPOSITORY] = q->repository;
    e.field[PM_F_TAG] = q->tag;
    e.field[PM_F_DIGEST] = q->digest;
    e.field[PM_F_USER] = q->user;
    e.field[PM_F_REASON] = name;
    e.field[PM_F_MESSAGE] =
        pm_arena_fmt(ctx->a, "images removed from the registry by %.*s", PM_FMT(name));
    pm_emit(ctx, r, &e);
    return PM_PARSE_OK;
}

static enum pm_parse one(struct pm_parse_ctx *ctx, const struct pm_record *r, const json_t *o) {
    struct pm_arena *a = ctx->a;
    if (!pm_http_json_is(o, "eventSource", "ecr.amazonaws.com") &&
        !pm_http_json_is(o, "eventSource", "ecr-public.amazonaws.com"))
        return PM_PARSE_OK;
    const json_t *p = in(o, "requestParameters"), *id = json_array_get(in(p, "imageIds"), 0);
    struct pm_str name = pm_http_json(a, o, "eventName"),
                  source = pm_http_json(a, o, "sourceIPAddress");
    struct pm_http_request q = PM_HTTP_REQUEST_NONE;
    q.when = pm_http_json_when(pm_http_json(a, o, "eventTime"));
    if (source.n && (source.p[0] <= '9' || pm_str_chr(source, ':', 0) >= 0) &&
        pm_str_find(source, PM_STR("amazonaws"), 0) < 0)
        q.client = source;
    q.user = pm_http_json(a, in(o, "userIdentity"), "arn");
    q.user_agent = pm_http_json(a, o, "userAgent");
    q.join = pm_http_json(a, o, "eventID");
    q.registry = registry_of(a, o, p);
    q.repository = pm_http_json(a, p, "repositoryName");
    q.tag = pm_http_json(a, id, "imageTag");
    q.digest = pm_http_json(a, id, "imageDigest");
    if (!q.tag.n) q.tag = pm_http_json(a, p, "imageTag");
    add_failure(a, o, &q);
    for (size_t i = 0; i < PM_LEN(removals); i++)
        if (pm_str_eqc(name, removals[i])) return removal(ctx, r, &q, name);
    for (size_t i = 0; i < PM_LEN(calls); i++) {
        if (!pm_str_eqc(name, calls[i].name)) continue;
        q.stage = calls[i].stage;
        q.flags = calls[i].flags;
        q.message = name;
        return pm_http_request_emit_any(ctx, r, PM_COMP_CLOUD, &q);
    }
    return PM_PARSE_OK;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    return bid(r, NULL) ? one(ctx, r, r->json) : PM_PARSE_NO;
}

const struct pm_parser pm_parser_cloudtrail = {
    .name = "cloudtrail",
    .title = "AWS CloudTrail: Elastic Container Registry calls",
    .example =
        "{\"eventTime\":\"2024-01-02T03:04:05Z\",\"eventSource\":\"ecr.amazonaws.com\",\"eventName\":\"BatchGetImage\",\"awsRegion\":\"eu-west-1\","
        "\"sourceIPAddress\":\"10.1.2.3\","
        "\"errorCode\":\"AccessDenied\",\"errorMessage\":\"not authorized to perform: "
        "ecr:BatchGetImage\",\"requestParameters\":{\"registryId\":\"111122223333\",\"repositoryName\":\"shop/cart\","
        "\"imageIds\":[{\"imageTag\":\"1.4\"}]}}",
    .source = "AWS documentation: Logging Amazon ECR actions with AWS CloudTrail",
    .component = PM_COMP_CLOUD,
    .shapes = PM_SHAPE_JSON,
    .bid = bid,
    .parse = parse,
};
