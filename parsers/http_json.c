// Members of JSON log lines as text. See http_json.h.
#include "http_json.h"

static struct pm_str value_text(struct pm_arena *a, const json_t *v) {
    if (json_is_array(v)) v = json_array_get(v, 0);
    if (json_is_string(v)) return (struct pm_str){json_string_value(v), json_string_length(v)};
    if (json_is_integer(v)) return pm_arena_fmt(a, "%lld", (long long)json_integer_value(v));
    if (json_is_real(v)) return pm_arena_fmt(a, "%.9g", json_real_value(v));
    if (json_is_true(v)) return PM_STR("true");
    if (json_is_false(v)) return PM_STR("false");
    return PM_NONE;
}

struct pm_str pm_http_json(struct pm_arena *a, const json_t *object, const char *key) { return value_text(a, json_object_get(object, key)); }

static const json_t *step(struct pm_arena *a, const json_t *object, const char *path) {
    const char *slash = strchr(path, '/');
    if (!slash) return json_object_get(object, path);
    const char *head = pm_arena_cstr(a, (struct pm_str){path, (size_t)(slash - path)});
    const json_t *inner = json_object_get(object, head);
    return inner ? step(a, inner, slash + 1) : NULL;
}

struct pm_str pm_http_json_any(struct pm_arena *a, const json_t *object, const char *const *keys) {
    for (; *keys; keys++) {
        const json_t *v = step(a, object, *keys);
        struct pm_str s = v ? value_text(a, v) : PM_NONE;
        if (s.n) return s;
    }
    return PM_NONE;
}

bool pm_http_json_is(const json_t *object, const char *key, const char *value) {
    const char *s = json_string_value(json_object_get(object, key));
    return s && strcmp(s, value) == 0;
}

static struct pm_when epoch_ms(struct pm_str s) {
    uint64_t v;
    struct pm_when w = {0};
    if (s.n == 13 && pm_str_u64(s, &v)) {
        w = pm_when_unix_ns((int64_t)v * 1000000);
        w.unit_ns = 1000000;
    } else if (s.n == 16 && pm_str_u64(s, &v)) {
        w = pm_when_unix_ns((int64_t)v * 1000);
        w.unit_ns = 1000;
    }
    return w;
}

struct pm_when pm_http_json_when(struct pm_str s) {
    struct pm_when w = epoch_ms(s);
    if (w.kind != PM_WHEN_NONE || !s.n) return w;
    if (pm_when_rfc3339(s, &w) || pm_when_clf(s, &w) || pm_when_epoch(s, &w)) return w;
    return (struct pm_when){0};
}
