// Members of JSON log lines as text. Shared by the JSON access-log parsers.
#pragma once
#include "parsers/proxy/http_request.h"
#include <stdatomic.h>

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

// ---- the same for objects of which a list of members was read (pm/fields.h)

// A log of such objects: what its members are called, and which of them may stand in an
// object that is read by a list.
#define PM_HTTP_JSON_NAMES 24
#define PM_HTTP_JSON_ROLE(member)                                                                  \
    (offsetof(struct pm_http_json_keys, member) / sizeof(const char *const *))
struct pm_http_json_log {
    const struct pm_http_json_keys *keys;
    const struct pm_json_fields *fields;
    // Where in the list each role's names stand, in its order. Made at the first question.
    struct pm_http_json_places {
        int8_t role[PM_HTTP_JSON_ROLE(duration)][PM_HTTP_JSON_NAMES]; // ends at -1
        int8_t timed[PM_HTTP_JSON_NAMES];                             // likewise, of durations
        const struct pm_http_json_unit *unit[PM_HTTP_JSON_NAMES];     // and their units
    } places;
    atomic_bool placed;
};
// One of the role's names is a member, whatever it holds. Role: PM_HTTP_JSON_ROLE(url).
// Names that lead into an inner object are no members of a list.
bool pm_http_json_listed(struct pm_http_json_log *log, const struct pm_json_field *f, size_t role);
// A URL or a request line is there; what is text by its nature is text; and no member is
// true, false or an object.
bool pm_http_json_listed_asks(struct pm_http_json_log *log, const struct pm_json_field *f);
// By the record's list, or from its tree where that is `mine`.
bool pm_http_json_log_request(struct pm_arena *a, const struct pm_record *r,
                              struct pm_http_json_log *log, bool mine, struct pm_http_request *q);
