// A member of a JSON object as text. Objects are jansson's; what is no object has no
// member, and what is no text is none.
#pragma once
#include "pm/arena.h"
#include "pm/str.h"
#include "pm/when.h"
#include <jansson.h>

static inline struct pm_str pm_member_text(const json_t *o, const char *key) {
    const json_t *v = json_object_get(o, key);
    return json_is_string(v) ? (struct pm_str){json_string_value(v), json_string_length(v)}
                             : PM_NONE;
}
// The same for who goes on with C's functions; never NULL.
static inline const char *pm_member_word(const json_t *o, const char *key) {
    const char *s = json_string_value(json_object_get(o, key));
    return s ? s : "";
}
// A copy in the arena; NULL where there is none.
static inline const char *pm_member_copy(struct pm_arena *a, const json_t *o, const char *key) {
    const char *s = json_string_value(json_object_get(o, key));
    return s ? pm_arena_cstr(a, pm_str_c(s)) : NULL;
}
// A number of seconds, perhaps with a fraction, in nanoseconds; 0 where there is none, and
// as large as there is room for where it is larger.
static inline int64_t pm_member_seconds_ns(const json_t *o, const char *key) {
    double seconds = json_number_value(json_object_get(o, key));
    const double most = (double)INT32_MAX * 4; // some 270 years
    if (seconds >= most || seconds <= -most) return seconds < 0 ? INT64_MIN + 1 : INT64_MAX;
    return (int64_t)(seconds * PM_NS_PER_S);
}
// Memory for JSON comes from here, or the program ends and says why: a tree that lacks what
// there was no memory for is a report that lacks it, and nobody asks each call whether it
// came to that.
static inline void pm_json_begin(void) { json_set_alloc_funcs(pm_xmalloc, free); }
