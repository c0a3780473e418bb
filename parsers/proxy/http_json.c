// Members of JSON log lines as text. See http_json.h.
#include "parsers/proxy/http_json.h"

static struct pm_str value_text(struct pm_arena *a, const json_t *v) {
    if (json_is_array(v)) v = json_array_get(v, 0);
    if (json_is_string(v)) return (struct pm_str){json_string_value(v), json_string_length(v)};
    if (json_is_integer(v)) return pm_arena_fmt(a, "%lld", (long long)json_integer_value(v));
    if (json_is_real(v))
        return pm_arena_fmt(a, json_real_value(v) > 1e6 ? "%.6f" : "%.9g",
                            json_real_value(v)); // seconds since 1970 keep their microseconds
    if (json_is_true(v)) return PM_STR("true");
    if (json_is_false(v)) return PM_STR("false");
    return PM_NONE;
}

struct pm_str pm_http_json(struct pm_arena *a, const json_t *object, const char *key) {
    return value_text(a, json_object_get(object, key));
}

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
        if (s.n && !(s.n == 1 && s.p[0] == '-')) return s;
    }
    return PM_NONE;
}

bool pm_http_json_is(const json_t *object, const char *key, const char *value) {
    const char *s = json_string_value(json_object_get(object, key));
    return s && strcmp(s, value) == 0;
}

static struct pm_when epoch_ms(struct pm_str s) {
    static const uint64_t year_2200_s = UINT64_C(7258118400);
    uint64_t v;
    struct pm_when w = {0};
    if (s.n == 13 && pm_str_u64(s, &v) && v / 1000 < year_2200_s) {
        w = pm_when_unix_ns((int64_t)v * 1000000);
        w.unit_ns = 1000000;
    } else if (s.n == 16 && pm_str_u64(s, &v) && v / 1000000 < year_2200_s) {
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

#define A_YEAR_S 31536000 // a smaller number is no time of day but how long it takes
struct pm_str pm_http_reset(struct pm_arena *a, struct pm_str value) {
    struct pm_when w = pm_http_json_when(value);
    uint64_t seconds;
    char text[32];
    if (pm_str_u64(value, &seconds) && seconds <= A_YEAR_S)
        return seconds ? pm_arena_fmt(a, "{\"reset_in_s\":%llu}", (unsigned long long)seconds)
                       : PM_NONE; // 0: it does not say
    if (w.kind != PM_WHEN_UTC) return PM_NONE;
    pm_when_format(w.ns, text);
    return pm_arena_fmt(a, "{\"reset\":\"%s\"}", text);
}

static struct pm_str any(struct pm_arena *a, const json_t *object, const char *const *keys) {
    return keys ? pm_http_json_any(a, object, keys) : PM_NONE;
}

static int64_t duration_of(struct pm_arena *a, const json_t *object,
                           const struct pm_http_json_unit *units) {
    for (; units && units->key; units++) {
        const char *const one[] = {units->key, NULL};
        struct pm_str s = pm_http_json_any(a, object, one);
        int64_t ns;
        double v;
        if (!s.n) continue;
        if (pm_duration(s, &ns)) return ns;
        double unit = units->unit_ns == PM_HTTP_JSON_GUESS
                          ? (pm_str_chr(s, '.', 0) >= 0 ? 1e9 : 1e6)
                          : (double)units->unit_ns;
        if (units->unit_ns && pm_str_double(s, &v) && v > 0 && v * unit < 9e18)
            return (int64_t)(v * unit + 0.5);
    }
    return 0;
}

bool pm_http_json_request(struct pm_arena *a, const json_t *object,
                          const struct pm_http_json_keys *k, struct pm_http_request *q) {
    q->url = any(a, object, k->url);
    q->method = any(a, object, k->method);
    if (!q->url.n) {
        struct pm_str line = any(a, object, k->request);
        if (!pm_http_request_line(line, &q->method, &q->url)) return false;
    }
    struct pm_str query = any(a, object, k->query);
    if (query.n && pm_str_chr(q->url, '?', 0) < 0)
        q->url = pm_arena_fmt(a, "%.*s%s%.*s", PM_FMT(q->url), query.p[0] == '?' ? "" : "?",
                              PM_FMT(query));
    if (!pm_http_registry_url(q->url)) return true; // nothing will come of it
    q->when = pm_http_json_when(any(a, object, k->time));
    q->client = any(a, object, k->client);
    q->user = any(a, object, k->user);
    q->host = any(a, object, k->host);
    q->user_agent = any(a, object, k->agent);
    q->error = pm_http_absent(any(a, object, k->error));
    q->reason = pm_http_absent(any(a, object, k->reason));
    q->join = any(a, object, k->join);
    q->flags |= pm_http_cache(any(a, object, k->cache));
    pm_http_status(any(a, object, k->status), &q->status);
    pm_http_i64(any(a, object, k->bytes), &q->bytes);
    pm_http_ratelimit(any(a, object, k->limit), &q->limit, &q->window_s);
    pm_http_ratelimit(any(a, object, k->remaining), &q->remaining, &q->window_s);
    q->duration_ns = duration_of(a, object, k->duration);
    return true;
}
