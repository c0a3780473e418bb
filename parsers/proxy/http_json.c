// Members of JSON log lines as text. See http_json.h.
#include "parsers/proxy/http_json.h"
#include <pthread.h>

static struct pm_str value_text(struct pm_arena *a, const json_t *v) {
    if (json_is_array(v)) v = json_array_get(v, 0);
    if (json_is_string(v)) return (struct pm_str){json_string_value(v), json_string_length(v)};
    if (json_is_integer(v)) return pm_json_integer_text(a, json_integer_value(v));
    if (json_is_real(v)) return pm_json_real_text(a, json_real_value(v));
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

static bool says(struct pm_str s) { return s.n && !(s.n == 1 && s.p[0] == '-'); }

struct pm_str pm_http_json_any(struct pm_arena *a, const json_t *object, const char *const *keys) {
    for (; *keys; keys++) {
        const json_t *v = step(a, object, *keys);
        struct pm_str s = v ? value_text(a, v) : PM_NONE;
        if (says(s)) return s;
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

// Where a request's members come from: a tree and their names, or listed members and
// their places.
struct source {
    struct pm_arena *a;
    const json_t *object;
    const struct pm_http_json_keys *keys;
    const struct pm_json_field *field; // NULL: a tree
    const struct pm_http_json_places *places;
};
typedef const char *const *names_t;
static names_t names_of(const struct pm_http_json_keys *k, size_t role) {
    names_t names;
    memcpy(&names, (const char *)k + role * sizeof names, sizeof names);
    return names;
}

static struct pm_str of_role(const struct source *s, size_t role) {
    if (!s->field) {
        names_t names = names_of(s->keys, role);
        return names ? pm_http_json_any(s->a, s->object, names) : PM_NONE;
    }
    for (const int8_t *at = s->places->role[role]; *at >= 0; at++) {
        struct pm_str text = pm_json_field_text(s->a, &s->field[*at]);
        if (says(text)) return text;
    }
    return PM_NONE;
}
#define OF(s, member) of_role(s, PM_HTTP_JSON_ROLE(member))

static bool duration_in(struct pm_str s, const struct pm_http_json_unit *u, int64_t *ns) {
    double v, unit = (double)u->unit_ns;
    if (!says(s)) return false;
    if (pm_duration(s, ns)) return true;
    if (u->unit_ns == PM_HTTP_JSON_GUESS) unit = pm_str_chr(s, '.', 0) >= 0 ? 1e9 : 1e6;
    if (!u->unit_ns || !pm_str_double(s, &v) || v <= 0 || v * unit >= 9e18) return false;
    *ns = (int64_t)(v * unit + 0.5);
    return true;
}

static int64_t duration_of(const struct source *s) {
    int64_t ns;
    if (s->field) {
        for (size_t i = 0; s->places->timed[i] >= 0; i++)
            if (duration_in(pm_json_field_text(s->a, &s->field[s->places->timed[i]]),
                            s->places->unit[i], &ns))
                return ns;
        return 0;
    }
    for (const struct pm_http_json_unit *u = s->keys->duration; u && u->key; u++)
        if (duration_in(pm_http_json_any(s->a, s->object, (const char *const[]){u->key, NULL}), u,
                        &ns))
            return ns;
    return 0;
}

static bool request_of(const struct source *s, struct pm_http_request *q) {
    struct pm_arena *a = s->a;
    q->url = OF(s, url);
    q->method = OF(s, method);
    if (!q->url.n && !pm_http_request_line(OF(s, request), &q->method, &q->url)) return false;
    struct pm_str query = OF(s, query);
    if (query.n && pm_str_chr(q->url, '?', 0) < 0)
        q->url = pm_arena_fmt(a, "%.*s%s%.*s", PM_FMT(q->url), query.p[0] == '?' ? "" : "?",
                              PM_FMT(query));
    if (!pm_http_registry_url(q->url)) return true; // nothing will come of it
    q->when = pm_http_json_when(OF(s, time));
    q->client = OF(s, client);
    q->user = OF(s, user);
    q->host = OF(s, host);
    q->user_agent = OF(s, agent);
    q->error = pm_http_absent(OF(s, error));
    q->reason = pm_http_absent(OF(s, reason));
    q->join = OF(s, join);
    q->flags |= pm_http_cache(OF(s, cache));
    pm_http_status(OF(s, status), &q->status);
    pm_http_i64(OF(s, bytes), &q->bytes);
    pm_http_ratelimit(OF(s, limit), &q->limit, &q->window_s);
    pm_http_ratelimit(OF(s, remaining), &q->remaining, &q->window_s);
    q->duration_ns = duration_of(s);
    return true;
}

bool pm_http_json_request(struct pm_arena *a, const json_t *object,
                          const struct pm_http_json_keys *k, struct pm_http_request *q) {
    return request_of(&(struct source){.a = a, .object = object, .keys = k}, q);
}

// ---- listed members

static int8_t place_of(const struct pm_json_fields *list, const char *name) {
    for (size_t i = 0; i < list->n; i++)
        if (list->want[i].in == PM_JSON_TOP && pm_str_eqc(list->want[i].name, name))
            return (int8_t)i;
    return -1;
}

static void places_make(struct pm_http_json_log *log) {
    struct pm_http_json_places *out = &log->places;
    memset(out, -1, sizeof *out);
    for (size_t role = 0; role < PM_LEN(out->role); role++) {
        size_t n = 0;
        for (names_t name = names_of(log->keys, role); name && *name; name++) {
            int8_t at = place_of(log->fields, *name);
            if (at >= 0 && n + 1 < PM_HTTP_JSON_NAMES) out->role[role][n++] = at;
        }
    }
    size_t n = 0;
    for (const struct pm_http_json_unit *u = log->keys->duration; u && u->key; u++) {
        int8_t at = place_of(log->fields, u->key);
        if (at < 0 || n + 1 >= PM_HTTP_JSON_NAMES) continue;
        out->unit[n] = u;
        out->timed[n++] = at;
    }
}

static const struct pm_http_json_places *places_of(struct pm_http_json_log *log) {
    static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;
    if (atomic_load_explicit(&log->placed, memory_order_acquire)) return &log->places;
    pthread_mutex_lock(&making);
    if (!atomic_load_explicit(&log->placed, memory_order_relaxed)) places_make(log);
    atomic_store_explicit(&log->placed, true, memory_order_release);
    pthread_mutex_unlock(&making);
    return &log->places;
}

bool pm_http_json_listed(struct pm_http_json_log *log, const struct pm_json_field *f, size_t role) {
    for (const int8_t *at = places_of(log)->role[role]; *at >= 0; at++)
        if (f[*at].type != PM_JSON_ABSENT) return true;
    return false;
}

// The role's first text, where it has nothing but texts.
static bool role_text(const struct pm_http_json_places *places, const struct pm_json_field *f,
                      size_t role, struct pm_str *text) {
    *text = PM_NONE;
    for (const int8_t *at = places->role[role]; *at >= 0; at++) {
        enum pm_json_type type = f[*at].type;
        if (type != PM_JSON_STRING && type != PM_JSON_NULL && type != PM_JSON_ABSENT) return false;
        if (!text->n && says(f[*at].text)) *text = f[*at].text;
    }
    return true;
}

bool pm_http_json_listed_asks(struct pm_http_json_log *log, const struct pm_json_field *f) {
    const struct pm_http_json_places *places = places_of(log);
    struct pm_str method, url, line;
    for (size_t i = 0; i < log->fields->n; i++)
        if (f[i].type >= PM_JSON_OBJECT && f[i].type != PM_JSON_NULL) return false;
    if (!role_text(places, f, PM_HTTP_JSON_ROLE(method), &method) ||
        !role_text(places, f, PM_HTTP_JSON_ROLE(url), &url) ||
        !role_text(places, f, PM_HTTP_JSON_ROLE(request), &line))
        return false;
    return url.n || pm_http_request_line(line, &method, &url);
}

bool pm_http_json_log_request(struct pm_arena *a, const struct pm_record *r,
                              struct pm_http_json_log *log, bool mine, struct pm_http_request *q) {
    if (!r->fields) return mine && pm_http_json_request(a, r->json, log->keys, q);
    return request_of(&(struct source){.a = a, .field = r->fields, .places = places_of(log)}, q);
}
