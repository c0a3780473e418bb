// A plain health-check script: rounds over named registries, each with a connection, a
// test pull and a look at the limit.
//
//   INFO:__main__:Checking registry: docker-hub
//   ERROR:__main__:Registry harbor connectivity failed: HTTPSConnectionPool(host='r.acme.test', port=443): …
//   ERROR:__main__:Image pull from docker-hub failed: 429 Client Error for http+docker://localhost/…: Too Many Requests ("toomanyrequests: …")
//   INFO:__main__:Successfully pulled test image from docker-hub
//   INFO:__main__:✓ docker-hub: Healthy                       WARNING:__main__:✗ docker-hub: Unhealthy
//   {"docker-hub": {"connectivity": true, "pull_test": true, "rate_limits": {"limit": 100, "remaining": 60, "reset": 0}, "timestamp": 1717495200.0}, …}
//   {"registry": "docker-hub", "connectivity": true, "pull_test": true, …}
// The last two also as Python prints a dict. Source: written by us to the scripts that
// runbooks show. One event a round and registry, whatever it printed about it: the first
// trouble, else the verdict. Its test pull is a probe and no pull.
#include "parsers/proxy/http_json.h"
#include <ctype.h>

#define REGISTRIES_MAX 16
struct script_state {
    struct pm_str name[REGISTRIES_MAX];
    bool told[REGISTRIES_MAX]; // in this round
    size_t n;
};

enum said { SAID_CHECKING, SAID_GOOD, SAID_FAILED, SAID_HEALTHY, SAID_UNHEALTHY };
static const struct {
    const char *before, *behind; // around the registry's name
    enum said said;
    int bid;
} phrases[] = {
    {"Checking registry: ", NULL, SAID_CHECKING, 55},
    {"Successfully pulled test image from ", NULL, SAID_GOOD, 82},
    {"Registry ", " connectivity failed: ", SAID_FAILED, 82},
    {"Image pull from ", " failed: ", SAID_FAILED, 82},
    {"Image pull test for ", " failed: ", SAID_FAILED, 82},
    {"Rate limit check for ", " failed: ", SAID_FAILED, 82},
    {"\xe2\x9c\x93 ", ": Healthy", SAID_HEALTHY, 82},
    {"\xe2\x9c\x97 ", ": Unhealthy", SAID_UNHEALTHY, 82},
};

static bool name_shape(struct pm_str s) {
    for (size_t i = 0; i < s.n; i++)
        if (!isalnum((unsigned char)s.p[i]) && !strchr("-_.:/", s.p[i])) return false;
    return s.n > 1 && s.n <= 128;
}

// The phrase, its registry and what follows.
static int phrase_in(struct pm_str text, struct pm_str *name, struct pm_str *rest) {
    struct pm_str head = pm_str_sub(text, 0, 400);
    for (size_t i = 0; i < PM_LEN(phrases); i++) {
        ptrdiff_t at = pm_str_find(head, pm_str_c(phrases[i].before), 0);
        if (at < 0) continue;
        struct pm_str behind = pm_str_from(text, (size_t)at + strlen(phrases[i].before));
        ptrdiff_t end = phrases[i].behind ? pm_str_find(behind, pm_str_c(phrases[i].behind), 0)
                                          : (ptrdiff_t)pm_str_trim(behind).n;
        if (end <= 0 || !name_shape(pm_str_sub(behind, 0, (size_t)end))) continue;
        *name = pm_str_sub(behind, 0, (size_t)end);
        *rest = phrases[i].behind ? pm_str_from(behind, (size_t)end + strlen(phrases[i].behind))
                                  : PM_NONE;
        return (int)i;
    }
    return -1;
}

static size_t slot(struct pm_parse_ctx *ctx, struct script_state *s, struct pm_str name) {
    for (size_t i = 0; i < s->n; i++)
        if (pm_str_eq(s->name[i], name)) return i;
    if (s->n == REGISTRIES_MAX) return REGISTRIES_MAX - 1;
    s->name[s->n] = pm_arena_dup(ctx->member, name);
    return s->n++;
}

// The names that such scripts give; other names are the script's own, and no host.
static struct pm_str health_script_host_of(struct pm_str name) {
    static const struct {
        const char *name, *host;
    } known[] = {{"docker-hub", "docker.io"}, {"dockerhub", "docker.io"},
                 {"docker_hub", "docker.io"}, {"hub", "docker.io"},
                 {"quay", "quay.io"},         {"ghcr", "ghcr.io"}};
    for (size_t i = 0; i < PM_LEN(known); i++)
        if (pm_str_ieq(name, pm_str_c(known[i].name))) return pm_str_c(known[i].host);
    return pm_str_chr(name, '.', 0) > 0 && pm_http_registry_host(name) ? name : PM_NONE;
}

static struct pm_event event_of(struct pm_parse_ctx *ctx, const struct pm_record *r,
                                struct pm_str name, bool healthy) {
    struct pm_event e = pm_event_of(r, PM_COMP_PROBE, PM_KIND_HEALTH_CHECK);
    e.field[PM_F_OBJECT] = pm_arena_fmt(ctx->a, "Registry/%.*s", PM_FMT(name));
    e.field[PM_F_HOST] = health_script_host_of(name);
    e.field[PM_F_REASON] = healthy ? PM_STR("healthy") : PM_STR("unhealthy");
    return e;
}

// requests: "429 Client Error for http+docker://…: Too Many Requests"
static int status_of(struct pm_str error) {
    int status = 0;
    bool said = pm_str_starts(pm_str_from(error, 3), PM_STR(" Client Error")) ||
                pm_str_starts(pm_str_from(error, 3), PM_STR(" Server Error"));
    return said && pm_http_status(pm_str_sub(error, 0, 3), &status) ? status : 0;
}

static enum pm_parse line(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct script_state *s = ctx->state;
    struct pm_str name, rest;
    int i = phrase_in(r->text, &name, &rest);
    if (i < 0) return PM_PARSE_NO;
    size_t k = slot(ctx, s, name);
    if (phrases[i].said == SAID_CHECKING) s->told[k] = false;
    if (phrases[i].said == SAID_CHECKING || phrases[i].said == SAID_GOOD) return PM_PARSE_OK;
    bool verdict = phrases[i].said == SAID_HEALTHY || phrases[i].said == SAID_UNHEALTHY,
         told = s->told[k];
    s->told[k] = !verdict; // a verdict ends the round
    if (told) return PM_PARSE_OK;
    struct pm_event e = event_of(ctx, r, name, phrases[i].said == SAID_HEALTHY);
    if (phrases[i].said == SAID_FAILED) e.field[PM_F_ERROR] = pm_str_trim(rest);
    e.http_status = status_of(e.field[PM_F_ERROR]);
    pm_emit(ctx, r, &e);
    return PM_PARSE_OK;
}

// {'connectivity': True, 'error': None} → JSON. PM_NONE where no dict stands at the end
// of the line.
static struct pm_str dict_text(struct pm_arena *a, struct pm_str text) {
    static const struct {
        const char *python, *json;
    } words[] = {{"True", "true"}, {"False", "false"}, {"None", "null"}};
    ptrdiff_t at = pm_str_find(text, PM_STR("{'"), 0);
    if (at < 0 || !pm_str_ends(pm_str_trim(text), PM_STR("}"))) return PM_NONE;
    struct pm_str s = pm_str_trim(pm_str_from(text, (size_t)at));
    char *out = pm_arena_alloc(a, 2 * s.n + 8);
    size_t n = 0;
    char quote = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        size_t w = 0;
        while (!quote && w < PM_LEN(words) &&
               !pm_str_starts(pm_str_from(s, i), pm_str_c(words[w].python)))
            w++;
        if (!quote && w < PM_LEN(words)) {
            memcpy(out + n, words[w].json, strlen(words[w].json));
            n += strlen(words[w].json);
            i += strlen(words[w].python) - 1;
        } else if ((c == '\'' || c == '"') && (!quote || quote == c)) {
            quote = quote ? 0 : c;
            out[n++] = '"';
        } else {
            if (quote && c == '"') out[n++] = '\\';
            out[n++] = c;
        }
    }
    return (struct pm_str){out, n};
}

static bool is_result(const json_t *v) {
    return json_is_object(v) && json_object_get(v, "connectivity") &&
           (json_object_get(v, "pull_test") || json_object_get(v, "rate_limits"));
}

static const json_t *first_result(const json_t *o) {
    void *it = json_object_iter((json_t *)(uintptr_t)o);
    const json_t *v = it ? json_object_iter_value(it) : NULL;
    return is_result(v) ? v : NULL;
}

static int64_t count_of(const json_t *limits, const char *key) {
    const json_t *v = json_object_get(limits, key);
    return json_is_integer(v) && json_integer_value(v) >= 0 ? json_integer_value(v) : -1;
}

static void result(struct pm_parse_ctx *ctx, const struct pm_record *r, struct pm_str name,
                   const json_t *v) {
    const json_t *limits = json_object_get(v, "rate_limits"), *at = json_object_get(v, "timestamp"),
                 *pulled = json_object_get(v, "pull_test");
    bool healthy = json_is_true(json_object_get(v, "connectivity")) && !json_is_false(pulled);
    struct pm_event e = event_of(ctx, r, name, healthy);
    struct pm_when w = pm_http_json_when(pm_http_json(ctx->a, v, "timestamp"));
    if (at && w.kind != PM_WHEN_NONE) e.when = w;
    int64_t limit = count_of(limits, "limit");
    if (limit > 0) {
        e.limit = limit;
        e.remaining = count_of(limits, "remaining"); // 0 of 0: the registry sends no such header
    }
    e.field[PM_F_DETAIL] = pm_http_reset(
        ctx->a, pm_http_json_any(ctx->a, limits,
                                 ((const char *const[]){"reset", "reset_at", "reset_in", NULL})));
    if (!healthy)
        e.field[PM_F_ERROR] =
            pm_http_json_any(ctx->a, v, ((const char *const[]){"error", "message", NULL}));
    pm_emit(ctx, r, &e);
}

// A result that names its registry itself.
static struct pm_str own_name(struct pm_arena *a, const json_t *o) {
    return is_result(o) ? pm_http_json_any(a, o, ((const char *const[]){"registry", "name", NULL}))
                        : PM_NONE;
}

static enum pm_parse results(struct pm_parse_ctx *ctx, const struct pm_record *r, const json_t *o) {
    struct pm_str name = own_name(ctx->a, o);
    if (name.n) {
        result(ctx, r, pm_arena_dup(ctx->a, name), o);
        return PM_PARSE_OK;
    }
    if (!first_result(o)) return PM_PARSE_NO;
    for (void *it = json_object_iter((json_t *)(uintptr_t)o); it;
         it = json_object_iter_next((json_t *)(uintptr_t)o, it))
        if (is_result(json_object_iter_value(it)))
            result(ctx, r, pm_arena_dup(ctx->a, pm_str_c(json_object_iter_key(it))),
                   json_object_iter_value(it));
    return PM_PARSE_OK;
}

static int bid(const struct pm_record *r, const void *state) {
    struct pm_str name, rest;
    (void)state;
    if (r->shape == PM_SHAPE_JSON)
        return first_result(r->json) || (is_result(r->json) && (pm_record_member(r, "registry") ||
                                                                pm_record_member(r, "name")))
                   ? 95
                   : 0;
    if (r->text.n > (64u << 10)) return 0;
    if (pm_str_has(r->text, PM_STR("'connectivity': "))) return 85;
    int i = phrase_in(r->text, &name, &rest);
    return i < 0 ? 0 : phrases[i].bid;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    if (r->shape == PM_SHAPE_JSON) return results(ctx, r, r->json);
    struct pm_str text =
        pm_str_has(r->text, PM_STR("'connectivity': ")) ? dict_text(ctx->a, r->text) : PM_NONE;
    if (!text.n) return line(ctx, r);
    json_t *o = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
    enum pm_parse got = o ? results(ctx, r, o) : PM_PARSE_NO;
    json_decref(o);
    return got;
}

const struct pm_parser pm_parser_health_script = {
    .name = "health-script",
    .title = "Health-check scripts: lines and results",
    .example =
        "ERROR:__main__:Registry harbor connectivity failed: HTTPSConnectionPool(host='r.acme.test', port=443): Max retries exceeded with url: /v2/",
    .source = "written by us to the scripts that runbooks show",
    .component = PM_COMP_PROBE,
    .shapes = PM_SHAPE_LINE | PM_SHAPE_JSON,
    .state_bytes = sizeof(struct script_state),
    .bid = bid,
    .parse = parse,
};
