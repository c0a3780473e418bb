// Google Cloud Audit Logs: Artifact Registry, and Container Registry through its storage
// bucket.
//
//   {"timestamp":"2024-01-02T03:04:06Z","logName":"projects/p/logs/cloudaudit.googleapis.com%2Fdata_access","protoPayload":{"serviceName":"artifactregistry.googleapis.com",
//    "methodName":"Docker-GetManifest","resourceName":"projects/p/locations/europe-west3/repositories/apps/dockerImages/cart","status":{"code":7,"message":"Permission denied"},
//    "authenticationInfo":{"principalEmail":"nodes@p.iam.gserviceaccount.com"},"requestMetadata":{"callerIp":"10.1.2.3","callerSuppliedUserAgent":"containerd/1.7.11"}}}
//
// Source: Google Cloud documentation, LogEntry and AuditLog; method names from public
// samples. status.code is a google.rpc.Code; its documented HTTP mapping gives the
// status. An empty status is success. Other services are understood without an event;
// kubelet and runtime lines inside a LogEntry are an envelope's.
#include "parsers/proxy/http_json.h"

static const json_t *gcp_audit_in(const json_t *object, const char *key) {
    return json_object_get(object, key);
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    const json_t *p = gcp_audit_in(r->json, "protoPayload");
    return json_is_object(p) && gcp_audit_in(p, "serviceName") ? 97 : 0;
}

static const struct {
    int code, http;
    const char *name;
} codes[] = {
    {3, 400, "INVALID_ARGUMENT"},  {4, 504, "DEADLINE_EXCEEDED"},  {5, 404, "NOT_FOUND"},
    {7, 403, "PERMISSION_DENIED"}, {8, 429, "RESOURCE_EXHAUSTED"}, {9, 400, "FAILED_PRECONDITION"},
    {13, 500, "INTERNAL"},         {14, 503, "UNAVAILABLE"},       {16, 401, "UNAUTHENTICATED"}};

static void add_status(struct pm_arena *a, const json_t *status, struct pm_http_request *q) {
    int64_t code = 0;
    pm_http_i64(pm_http_json(a, status, "code"), &code);
    if (!code) {
        q->status = 200;
        return;
    }
    q->error = pm_http_json(a, status, "message");
    for (size_t i = 0; i < PM_LEN(codes); i++)
        if (codes[i].code == code) {
            q->status = codes[i].http;
            q->reason = pm_str_c(codes[i].name);
        }
    if (!q->error.n) q->error = q->reason;
}

static struct pm_str after(struct pm_str s, const char *word, char stop) {
    ptrdiff_t at = pm_str_find(s, pm_str_c(word), 0);
    if (at < 0) return PM_NONE;
    struct pm_str v = pm_str_from(s, (size_t)at + strlen(word));
    ptrdiff_t end = stop ? pm_str_chr(v, stop, 0) : -1;
    return pm_str_sub(v, 0, end < 0 ? v.n : (size_t)end);
}

// projects/P/locations/L/repositories/R/dockerImages/NAME[@sha256:…] → L-docker.pkg.dev /
// P/R/NAME
static void add_resource(struct pm_arena *a, struct pm_str resource, struct pm_http_request *q) {
    struct pm_str project = after(resource, "projects/", '/'),
                  location = after(resource, "locations/", '/'),
                  repository = after(resource, "repositories/", '/');
    struct pm_str name = pm_percent_decode(a, after(resource, "dockerImages/", 0));
    if (!name.n) name = pm_percent_decode(a, after(resource, "packages/", '/'));
    ptrdiff_t at = pm_str_chr(name, '@', 0), colon = pm_str_rchr(name, ':');
    if (at > 0) {
        q->digest = pm_str_from(name, (size_t)at + 1);
        name = pm_str_sub(name, 0, (size_t)at);
    } else if (colon > 0) {
        q->tag = pm_str_from(name, (size_t)colon + 1);
        name = pm_str_sub(name, 0, (size_t)colon);
    }
    if (location.n) q->registry = pm_arena_fmt(a, "%.*s-docker.pkg.dev", PM_FMT(location));
    if (repository.n && name.n)
        q->repository =
            pm_arena_fmt(a, "%.*s/%.*s/%.*s", PM_FMT(project), PM_FMT(repository), PM_FMT(name));
    else if (repository.n)
        q->repository = pm_arena_fmt(a, "%.*s/%.*s", PM_FMT(project), PM_FMT(repository));
}

static enum pm_stage stage_of(struct pm_str method) {
    if (pm_str_has(method, PM_STR("Manifest"))) return PM_STAGE_MANIFEST;
    if (pm_str_has(method, PM_STR("Blob")) || pm_str_has(method, PM_STR("Upload")))
        return PM_STAGE_BLOB;
    return pm_str_has(method, PM_STR("Token")) ? PM_STAGE_TOKEN : PM_STAGE_NONE;
}

static bool is_push(struct pm_str method) {
    static const char *const words[] = {"Put", "Upload", "Post", "Patch", "Delete", "Create"};
    for (size_t i = 0; i < PM_LEN(words); i++)
        if (pm_str_has(method, pm_str_c(words[i]))) return true;
    return false;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_arena *a = ctx->a;
    const json_t *p = gcp_audit_in(r->json, "protoPayload");
    if (!json_is_object(p)) return PM_PARSE_NO;
    struct pm_str method = pm_http_json(a, p, "methodName"),
                  resource = pm_http_json(a, p, "resourceName");
    bool docker = pm_http_json_is(p, "serviceName", "artifactregistry.googleapis.com") &&
                  pm_str_starts(method, PM_STR("Docker-"));
    bool bucket = pm_http_json_is(p, "serviceName", "storage.googleapis.com") &&
                  pm_str_has(resource, PM_STR("artifacts.")) &&
                  pm_str_has(resource, PM_STR("containers/"));
    if (!docker && !bucket) return PM_PARSE_OK;
    struct pm_http_request q = PM_HTTP_REQUEST_NONE;
    const json_t *from = gcp_audit_in(p, "requestMetadata");
    struct pm_str ip = pm_http_json(a, from, "callerIp");
    q.when = pm_http_json_when(pm_http_json(a, r->json, "timestamp"));
    if (pm_str_chr(ip, '.', 0) > 0 || pm_str_chr(ip, ':', 0) >= 0)
        q.client = ip; // else "gce-internal-ip", "private"
    q.user_agent = pm_http_json(a, from, "callerSuppliedUserAgent");
    q.user = pm_http_json(a, gcp_audit_in(p, "authenticationInfo"), "principalEmail");
    q.join = pm_http_json(a, r->json, "insertId");
    q.message = method;
    q.stage = docker ? stage_of(method) : PM_STAGE_BLOB;
    q.flags = is_push(method) ? PM_EV_PUSH : 0;
    if (docker && pm_str_has(method, PM_STR("Head"))) q.method = PM_STR("HEAD");
    else if (docker && pm_str_has(method, PM_STR("Get"))) q.method = PM_STR("GET");
    add_status(a, gcp_audit_in(p, "status"), &q);
    if (docker) add_resource(a, resource, &q);
    else
        q.registry = PM_STR(
            "gcr.io"); // the bucket's objects are layers and manifests by digest; which image they belong to is not said
    return pm_http_request_emit_any(ctx, r, PM_COMP_CLOUD, &q);
}

const struct pm_parser pm_parser_gcp_audit = {
    .name = "gcp-audit",
    .title = "Google Cloud Audit Logs: Artifact Registry, Container Registry",
    .example =
        "{\"timestamp\":\"2024-01-02T03:04:06Z\",\"logName\":\"projects/p/logs/"
        "cloudaudit.googleapis.com%2Fdata_access\",\"protoPayload\":{\"serviceName\":\"artifactregistry.googleapis.com\","
        "\"methodName\":\"Docker-GetManifest\",\"resourceName\":\"projects/p/locations/europe-west3/repositories/apps/dockerImages/"
        "cart\",\"status\":{\"code\":7,\"message\":\"Permission denied\"},"
        "\"requestMetadata\":{\"callerIp\":\"10.1.2.3\"}}}",
    .source = "Google Cloud documentation: LogEntry, AuditLog, google.rpc.Code",
    .component = PM_COMP_CLOUD,
    .shapes = PM_SHAPE_JSON,
    .bid = bid,
    .parse = parse,
};
