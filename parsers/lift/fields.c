// Members of a JSON object by a list, from a tree. See pm/fields.h.
#include "pm/fields.h"

static struct pm_json_field field_of(const json_t *v) {
    struct pm_json_field f = {.type = PM_JSON_OTHER};
    if (!v) return (struct pm_json_field){.type = PM_JSON_ABSENT};
    switch (json_typeof(v)) {
    case JSON_STRING:
        f.type = PM_JSON_STRING;
        f.text = (struct pm_str){json_string_value(v), json_string_length(v)};
        break;
    case JSON_INTEGER:
        f.type = PM_JSON_INTEGER;
        f.integer = json_integer_value(v);
        break;
    case JSON_REAL:
        f.type = PM_JSON_REAL;
        f.real = json_real_value(v);
        break;
    case JSON_OBJECT: f.type = PM_JSON_OBJECT; break;
    case JSON_ARRAY: f.type = PM_JSON_ARRAY; break;
    case JSON_NULL: f.type = PM_JSON_NULL; break;
    case JSON_TRUE:
    case JSON_FALSE: break;
    }
    return f;
}

void pm_json_fields_of(const json_t *object, const struct pm_json_fields *list,
                       struct pm_json_field *out) {
    for (size_t i = 0; i < list->n; i++) {
        const struct pm_json_want *w = &list->want[i];
        const json_t *in =
            w->in == PM_JSON_TOP ? object : json_object_get(object, list->want[w->in].name.p);
        out[i] = field_of(json_object_get(in, w->name.p));
    }
}

struct pm_str pm_json_integer_text(struct pm_arena *a, int64_t v) {
    char text[24], *p = text + sizeof text;
    uint64_t n = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do *--p = (char)('0' + n % 10);
    while (n /= 10);
    if (v < 0) *--p = '-';
    return pm_arena_dup(a, (struct pm_str){p, (size_t)(text + sizeof text - p)});
}

struct pm_str pm_json_real_text(struct pm_arena *a, double v) {
    return pm_arena_fmt(a, v > 1e6 ? "%.6f" : "%.9g", v);
}

struct pm_str pm_json_field_text(struct pm_arena *a, const struct pm_json_field *f) {
    if (f->type == PM_JSON_INTEGER) return pm_json_integer_text(a, f->integer);
    return f->type == PM_JSON_REAL ? pm_json_real_text(a, f->real) : f->text;
}

int64_t pm_json_field_int(const struct pm_json_field *f, int64_t otherwise) {
    uint64_t n;
    if (f->type == PM_JSON_INTEGER) return f->integer;
    if (f->type == PM_JSON_REAL && f->real > -9e15 && f->real < 9e15) return (int64_t)f->real;
    if (f->type == PM_JSON_STRING && pm_str_u64(f->text, &n) && n <= INT64_MAX) return (int64_t)n;
    return otherwise;
}
