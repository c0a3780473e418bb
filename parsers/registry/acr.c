// Azure Container Registry's diagnostic tables. See acr.h.
//
// Source: Azure Monitor reference, ContainerRegistryRepositoryEvents and
// ContainerRegistryLoginEvents. ResultType holds the HTTP status as text, or the words
// "HttpStatusCode" with the number in ResultDescription: both are met in exports.
#include "parsers/registry/acr.h"

static const struct {
    const char *name;
    enum pm_acr_column column;
} columns[] = {
    {"TimeGenerated", PM_ACR_TIME},
    {"time", PM_ACR_TIME},
    {"OperationName", PM_ACR_OPERATION},
    {"Repository", PM_ACR_REPOSITORY},
    {"Tag", PM_ACR_TAG},
    {"Digest", PM_ACR_DIGEST},
    {"ResultType", PM_ACR_RESULT},
    {"ResultDescription", PM_ACR_DESCRIPTION},
    {"CallerIpAddress", PM_ACR_CLIENT},
    {"Identity", PM_ACR_IDENTITY},
    {"UserAgent", PM_ACR_AGENT},
    {"LoginServer", PM_ACR_SERVER},
    {"DurationMs", PM_ACR_DURATION},
    {"Size", PM_ACR_SIZE},
    {"CorrelationId", PM_ACR_JOIN},
};

enum pm_acr_column pm_acr_column_of(struct pm_str name) {
    ptrdiff_t bracket = pm_str_chr(name, '[', 0);
    if (bracket > 0) name = pm_str_sub(name, 0, (size_t)bracket);
    name = pm_str_trim(name);
    for (size_t i = 0; i < PM_LEN(columns); i++)
        if (pm_str_ieq(name, pm_str_c(columns[i].name))) return columns[i].column;
    return PM_ACR_COLUMNS;
}

bool pm_acr_operation(struct pm_str s) {
    static const char *const operations[] = {"Pull",   "Push",  "Login",       "Delete", "Untag",
                                             "Import", "Purge", "GetManifest", "GetBlob"};
    for (size_t i = 0; i < PM_LEN(operations); i++)
        if (pm_str_ieq(s, pm_str_c(operations[i]))) return true;
    return false;
}

static bool portal_time(struct pm_scan *c, struct pm_when *w) {
    uint64_t month, day, year, hour, minute, second, ms = 0;
    if (!pm_scan_uint(c, 2, &month) || !pm_scan_char(c, '/') || !pm_scan_uint(c, 2, &day) ||
        !pm_scan_char(c, '/') || !pm_scan_uint(c, 4, &year))
        return false;
    pm_scan_char(c, ',');
    pm_scan_blanks(c);
    if (!pm_scan_uint(c, 2, &hour) || !pm_scan_char(c, ':') || !pm_scan_uint(c, 2, &minute) ||
        !pm_scan_char(c, ':') || !pm_scan_uint(c, 2, &second))
        return false;
    if (pm_scan_char(c, '.') && !pm_scan_uint(c, 3, &ms)) return false;
    pm_scan_blanks(c);
    bool pm = pm_scan_lit(c, "PM"), am = !pm && pm_scan_lit(c, "AM");
    if (pm || am) hour = hour % 12 + (pm ? 12 : 0);
    if (month < 1 || month > 12 || day < 1 || day > 31 || year < 2000 || year > 2200 || hour > 23 ||
        minute > 59 || second > 60)
        return false;
    *w = (struct pm_when){.kind = PM_WHEN_UTC, .unit_ns = ms ? 1000000 : PM_NS_PER_S};
    w->ns = pm_civil_ns((int)year, (int)month, (int)day, (int)hour, (int)minute, (int)second,
                        (int64_t)ms * 1000000);
    return true;
}

size_t pm_acr_when(struct pm_str s, struct pm_when *w) {
    size_t used = pm_when_rfc3339(s, w);
    if (used) return used;
    struct pm_scan c = pm_scan_of(s);
    return portal_time(&c, w) ? (size_t)(c.at - s.p) : 0;
}

// Anything but pulls and logins changes the registry.
static void add_operation(struct pm_http_request *q, struct pm_str operation) {
    q->message = operation;
    if (pm_str_ieq(operation, PM_STR("Pull")) || pm_str_ieq(operation, PM_STR("GetManifest"))) {
        q->stage = PM_STAGE_MANIFEST;
        q->method = PM_STR("GET");
    } else if (pm_str_ieq(operation, PM_STR("GetBlob"))) {
        q->stage = PM_STAGE_BLOB;
        q->method = PM_STR("GET");
    } else if (pm_str_ieq(operation, PM_STR("Login"))) q->stage = PM_STAGE_TOKEN;
    else q->flags |= PM_EV_PUSH;
}

enum pm_parse pm_acr_emit(struct pm_parse_ctx *ctx, const struct pm_record *r,
                          const struct pm_str *row, unsigned flags) {
    struct pm_http_request q = PM_HTTP_REQUEST_NONE;
    int64_t ms;
    if (!pm_acr_when(row[PM_ACR_TIME], &q.when)) q.when = (struct pm_when){0};
    q.flags = flags;
    add_operation(&q, row[PM_ACR_OPERATION]);
    q.client = row[PM_ACR_CLIENT];
    q.user = row[PM_ACR_IDENTITY];
    q.user_agent = row[PM_ACR_AGENT];
    q.registry = q.host = row[PM_ACR_SERVER];
    q.repository = row[PM_ACR_REPOSITORY];
    q.tag = row[PM_ACR_TAG];
    q.digest = row[PM_ACR_DIGEST];
    q.join = row[PM_ACR_JOIN];
    struct pm_str description = row[PM_ACR_DESCRIPTION];
    bool described = pm_http_status(description, &q.status) && q.status;
    if (!described) pm_http_status(row[PM_ACR_RESULT], &q.status);
    if (q.status >= 400 && !described) q.error = description;
    pm_http_i64(row[PM_ACR_SIZE], &q.bytes);
    if (pm_http_i64(row[PM_ACR_DURATION], &ms) && ms > 0 && ms < 100000000)
        q.duration_ns = ms * 1000000;
    return pm_http_request_emit_any(ctx, r, PM_COMP_CLOUD, &q);
}
