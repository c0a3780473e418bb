// Members of JSON log lines as text. Shared by the JSON access-log parsers.
#pragma once
#include "pm/record.h"

// The member as text: strings as they are, numbers printed, true and false as words; PM_NONE for null, objects, and where it is absent.
struct pm_str pm_http_json(struct pm_arena *a, const json_t *object, const char *key);
// The first of several names that holds something. Ends at NULL. "a/b" steps into an object; an array gives its first item.
struct pm_str pm_http_json_any(struct pm_arena *a, const json_t *object, const char *const *keys);
// Strings only, no arena: for bids.
bool pm_http_json_is(const json_t *object, const char *key, const char *value);
// A stamp: RFC 3339, CLF, epoch seconds (also with fraction) or milliseconds.
struct pm_when pm_http_json_when(struct pm_str text);
