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
    case JSON_TRUE:
    case JSON_FALSE:
    case JSON_NULL: break;
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

int64_t pm_json_field_int(const struct pm_json_field *f, int64_t otherwise) {
    uint64_t n;
    if (f->type == PM_JSON_INTEGER) return f->integer;
    if (f->type == PM_JSON_REAL && f->real > -9e15 && f->real < 9e15) return (int64_t)f->real;
    if (f->type == PM_JSON_STRING && pm_str_u64(f->text, &n) && n <= INT64_MAX) return (int64_t)n;
    return otherwise;
}
