// Members of JSON log lines as text. Shared by the JSON access-log parsers.
#pragma once
#include "parsers/proxy/http_request.h"

// The member as text: strings as they are, numbers printed, true and false as words;
// PM_NONE for null, objects, and where it is absent.
struct pm_str pm_http_json(struct pm_arena *a, const json_t *object, const char *key);
// The first of several names that holds something. Ends at NULL. "a/b" steps into an
// object; an array gives its first item.
struct pm_str pm_http_json_any(struct pm_arena *a, const json_t *object, const char *const *keys);
// Strings only, no arena: for bids.
bool pm_http_json_is(const json_t *object, const char *key, const char *value);
// A stamp: RFC 3339, CLF, epoch seconds (also with fraction) or milliseconds.
struct pm_when pm_http_json_when(struct pm_str text);
// When a limit is whole again, as a health check's detail: {"reset":TIME}, or
// {"reset_in_s":SECONDS} where it was given as seconds from then on.
struct pm_str pm_http_reset(struct pm_arena *a, struct pm_str value);

// Which members of a JSON access log hold what. Lists end at NULL; a NULL list is "never
// there". See pm_http_json_any for paths.
struct pm_http_json_unit {
    const char *key;
    int64_t unit_ns; // of a plain number; 0: text with its own unit ("12ms")
};
#define PM_HTTP_JSON_GUESS                                                                         \
    (-1) // Envoy writes whole milliseconds, Caddy and others seconds with a fraction
struct pm_http_json_keys {
    const char *const *time,
        *const *client, *const *user, *const *method,
                                          *const *url, *const *query, *const *request,
                                                                          *const *host,
                                                                              *const *agent,
                                                                                  *const *status,
                                                                                      *const *bytes;
    const char *const *error, *const *reason, *const *join, *const *limit, *const *remaining,
                                                                               *const *cache;
    const struct pm_http_json_unit *duration; // ends at a NULL key
};
// False where neither a URL nor a request line is there.
bool pm_http_json_request(struct pm_arena *a, const json_t *object,
                          const struct pm_http_json_keys *keys, struct pm_http_request *q);
