// One HTTP request as a registry, proxy, balancer or cloud audit log tells it. Shared by
// every access-log parser.
//
// A parser fills struct pm_http_request with what its format says, pm_http_request_emit
// turns it into one PM_KIND_REQUEST event: stage and push flag by URL, client without
// port, credentials flags by user. It says nothing of why; a 401 here may be the normal
// challenge.
#pragma once
#include "pm/parser.h"
#include "pm/scan.h"

struct pm_http_request {
    struct pm_when when;
    // address; may hold a port, brackets, or be a forwarded list whose first entry counts
    struct pm_str client;
    struct pm_str user; // "-" and "" are nobody, "anonymous" says that none was given
    struct pm_str method, url, host, user_agent;
    struct pm_str image, registry, repository, tag,
        digest; // only where the log names them apart from the URL
    struct pm_str reason, error, message, join;
    int status;                         // 0 unknown
    unsigned flags;                     // enum pm_event_flag, what the format itself shows
    enum pm_stage stage;                // only where the log has no URL that shows it
    int64_t bytes;                      // -1 unknown
    int64_t duration_ns;                // 0 unknown
    int64_t limit, remaining, window_s; // RateLimit headers; -1 unknown
};

#define PM_HTTP_REQUEST_NONE                                                                       \
    ((struct pm_http_request){.bytes = -1, .limit = -1, .remaining = -1, .window_s = -1})

// A registry's path (/v2/…, token services, the docker routes of Nexus, Artifactory,
// Quay, blob stores). Cheap: called on every access-log line.
bool pm_http_registry_url(struct pm_str url);
// A host whose name says that it serves images. For proxies that see only CONNECT
// host:port.
bool pm_http_registry_host(struct pm_str host);
bool pm_http_method(struct pm_str s); // GET, HEAD, …: upper-case letters, at most ten
// first of a list, without port, brackets and ::ffff:
struct pm_str pm_http_client(struct pm_str s);
struct pm_str pm_http_client_last(
    // the last of a list: who stood before the proxy, where it hands on what a client
    // claims
    struct pm_str s);
struct pm_str pm_http_host(struct pm_str s);   // without the default port of its scheme
struct pm_str pm_http_absent(struct pm_str s); // "-" → PM_NONE
// "METHOD URL PROTO" → the two that matter; the protocol may lack. False: no request line
// (a TLS hello, "-").
bool pm_http_request_line(struct pm_str line, struct pm_str *method, struct pm_str *url);
// three digits, or "-", "0", "-1" and "000", which are 0
bool pm_http_status(struct pm_str s, int *status);
// "100;w=21600" → limit and window; "97" alone leaves *window_s.
bool pm_http_ratelimit(struct pm_str value, int64_t *count, int64_t *window_s);
// What a cache said of a request ("HIT", "TCP_MEM_HIT", "RefreshHit", "EXPIRED", "true"):
// PM_EV_CACHE_HIT where nothing was asked upstream, PM_EV_CACHE_MISS where something was,
// 0 where it is no such word.
unsigned pm_http_cache(struct pm_str said);
bool pm_http_seconds(struct pm_str s, int64_t *ns); // "0.004", "-" is false
bool pm_http_i64(struct pm_str s, int64_t *out);    // decimal, with sign

// PM_PARSE_OK without an event where the URL is no registry's.
enum pm_parse pm_http_request_emit(struct pm_parse_ctx *ctx, const struct pm_record *r,
                                   enum pm_component component, const struct pm_http_request *q);
// The same without asking the URL: the format itself says that it is registry traffic
// (ECR, ACR, a CONNECT to a registry's host).
enum pm_parse pm_http_request_emit_any(struct pm_parse_ctx *ctx, const struct pm_record *r,
                                       enum pm_component component,
                                       const struct pm_http_request *q);
// A request that is none for a registry: nothing, except where somebody asks what the
// line says (ctx->every).
enum pm_parse pm_http_request_other(struct pm_parse_ctx *ctx, const struct pm_record *r,
                                    enum pm_component component, const struct pm_http_request *q);

// A line of an application's log (not of its access log) at trouble: time, what was said,
// and how bad. Emits kind other with the error text, and URL, status and repository
// lifted out of it. Shared by Harbor core, Nexus, Artifactory, Quay.
struct pm_http_app_line {
    struct pm_when when;
    struct pm_str error, message, reason, client, user, repository, tag, digest, join;
    unsigned flags;
};
enum pm_parse pm_http_app_emit(struct pm_parse_ctx *ctx, const struct pm_record *r,
                               enum pm_component component, const struct pm_http_app_line *l);
// Talk of images in a log that also speaks of other things.
bool pm_http_app_about_images(struct pm_str message);
