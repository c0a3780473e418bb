// Members of a JSON object by a list: what a parser asks for, where a tree of all that
// the object holds would cost more than the record is worth. Level 2.
//
// A parser of such records has a list in its descriptor and reads struct pm_json_field
// only. Where framing is sure of the parser, it fills them out of the text in one pass
// (frame_fields.c); where it is not, there is a tree, and pm_json_fields_of fills them
// from that. Both say the same.
//
// Ownership: texts borrow from the record.
#pragma once
#include "pm/arena.h"
#include "pm/str.h"
#include <jansson.h>

enum pm_json_type {
    PM_JSON_ABSENT = 0,
    PM_JSON_STRING,
    PM_JSON_INTEGER,
    PM_JSON_REAL,
    PM_JSON_OBJECT,
    PM_JSON_ARRAY,
    PM_JSON_NULL,
    PM_JSON_OTHER // true, false
};

struct pm_json_field {
    enum pm_json_type type;
    struct pm_str text; // of a string
    union {
        int64_t integer;
        double real;
    };
};

// Where a member stands: in the record itself, or in that member of it (an object).
#define PM_JSON_TOP (-1)
struct pm_json_want {
    struct pm_str name;
    int in; // PM_JSON_TOP, or the place in the list of the member that holds it
};
#define PM_JSON_WANT(name, in)                                                                     \
    { {name, sizeof(name) - 1}, in }

#define PM_JSON_WANTS_MAX 64
struct pm_json_fields {
    const struct pm_json_want *want;
    size_t n; // at most PM_JSON_WANTS_MAX
    // Asked only of objects without any other member than those of the list: are such
    // members surely this parser's, and no envelope around a line?
    bool (*sure)(const struct pm_json_field *f);
};

// All of the list from a tree, into out[list->n].
void pm_json_fields_of(const json_t *object, const struct pm_json_fields *list,
                       struct pm_json_field *out);
// A string as it is, an integer's digits, a real number as pm_json_real_text writes it;
// PM_NONE for all else.
struct pm_str pm_json_field_text(struct pm_arena *a, const struct pm_json_field *f);
struct pm_str pm_json_integer_text(struct pm_arena *a, int64_t v);
// Seconds since 1970 keep their microseconds.
struct pm_str pm_json_real_text(struct pm_arena *a, double v);
// Numbers may stand as strings.
int64_t pm_json_field_int(const struct pm_json_field *f, int64_t otherwise);
