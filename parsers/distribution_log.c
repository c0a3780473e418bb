// Distribution (docker-registry) application log: logrus text, JSON and logstash; also Harbor's registry, OpenShift's and GitLab's, which are the same program.
//
//   time="2024-01-02T03:04:05.123Z" level=error msg="response completed with error" err.code="manifest unknown" err.detail="unknown tag=1.4"
//     err.message="manifest unknown" http.request.host=r.acme.test http.request.method=HEAD http.request.remoteaddr=10.42.0.1 … http.response.status=404 vars.name=shop/cart
//   time="2024-01-02T03:04:06Z" level=warning msg="error authorizing context: authorization token required" go.version=go1.20.8 http.request.method=GET http.request.uri=/v2/
//   {"level":"info","msg":"response completed","http.request.method":"GET","http.response.status":200,"time":"2024-01-02T03:04:05Z"}
//   {"@timestamp":"2024-01-02T03:04:05Z","@version":"1","level":"info","message":"response completed", …}
//
// Source: distribution/distribution:internal/dcontext/{http,logger}.go, registry/handlers/app.go, registry/proxy; captured: docker-registry 2.8.2.
// One event a finished request ("response completed[ with error]"). "authorizing request" and "authorized request" say the same request again and leave none.
// A challenge answers 401 and ends the request: its line stands for the request. The challenge that every client meets first is told as message, not as error.
// Other lines at level error (storage drivers, the upstream of a pull-through cache, panics) are kind other with the error text.
#include "http_json.h"
#include "http_request.h"

struct line {
    struct pm_str time, level, msg, host, method, uri, agent, remote, id, status, written, duration, user, code, message, detail, error, name, reference, digest;
    bool cut;
};

// Where each key goes. GitLab's container registry writes some with underscores, the logstash formatter has its own time and message.
#define TO(member) offsetof(struct line, member)
static const struct {
    const char *key;
    size_t to;
} keys[] = {
    {"time", TO(time)},
    {"@timestamp", TO(time)},
    {"level", TO(level)},
    {"msg", TO(msg)},
    {"message", TO(msg)},
    {"http.request.host", TO(host)},
    {"http.request.method", TO(method)},
    {"http.request.uri", TO(uri)},
    {"http.request.useragent", TO(agent)},
    {"http.request.remoteaddr", TO(remote)},
    {"http.request.id", TO(id)},
    {"http.response.status", TO(status)},
    {"http.response.written", TO(written)},
    {"http.response.duration", TO(duration)},
    {"auth.user.name", TO(user)},
    {"auth_user_name", TO(user)},
    {"err.code", TO(code)},
    {"err.message", TO(message)},
    {"err.detail", TO(detail)},
    {"error", TO(error)},
    {"err", TO(error)},
    {"vars.name", TO(name)},
    {"vars_name", TO(name)},
    {"vars.reference", TO(reference)},
    {"vars_reference", TO(reference)},
    {"vars.digest", TO(digest)},
    {"vars_digest", TO(digest)},
    {"method", TO(method)},
    {"uri", TO(uri)},
    {"correlation_id", TO(id)},
};
#undef TO

static void put(struct line *l, struct pm_str key, struct pm_str value) {
    for (size_t i = 0; i < PM_LEN(keys); i++)
        if (pm_str_eqc(key, keys[i].key)) {
            struct pm_str *to = (struct pm_str *)(void *)((char *)l + keys[i].to);
            if (!to->n) *to = value;
            return;
        }
}

// The TTY form: INFO[0012] message   key=value …
static bool terminal_head(struct pm_scan *c, struct line *l) {
    static const struct { const char *shown, *level; } levels[] = {{"INFO[", "info"}, {"WARN[", "warning"}, {"ERRO[", "error"}, {"FATA[", "fatal"}, {"PANI[", "panic"}, {"DEBU[", "debug"}};
    for (size_t i = 0; i < PM_LEN(levels); i++) {
        if (!pm_scan_lit(c, levels[i].shown)) continue;
        struct pm_str stamp, rest;
        if (!pm_scan_until(c, ']', &stamp)) return false;
        pm_scan_blanks(c);
        rest = pm_scan_rest(c);
        l->level = pm_str_c(levels[i].level);
        if (stamp.n > 4 && stamp.p[4] == '-') l->time = stamp;
        ptrdiff_t end = pm_str_find(rest, PM_STR("  "), 0), pair = pm_str_find(rest, PM_STR(" go.version="), 0);
        if (end < 0 || (pair >= 0 && pair < end)) end = pair;
        l->msg = pm_str_trim(pm_str_sub(rest, 0, end < 0 ? rest.n : (size_t)end));
        c->at += l->msg.n;
        return true;
    }
    return false;
}

static void read_text(struct pm_arena *a, struct pm_str text, struct line *l) {
    struct pm_scan c = pm_scan_of(text);
    struct pm_str key, value;
    terminal_head(&c, l);
    for (;;) {
        pm_scan_blanks(&c);
        if (pm_scan_end(&c)) return;
        if (pm_scan_pair(&c, a, &key, &value)) put(l, key, value);
        else if (!pm_scan_word(&c, &value)) return; // a bare word: old releases print values with blanks unquoted
    }
}

static void read_json(struct pm_arena *a, const json_t *object, struct line *l) {
    for (size_t i = 0; i < PM_LEN(keys); i++) put(l, pm_str_c(keys[i].key), pm_http_json(a, object, keys[i].key));
}

// A line that ends inside a quoted value: an odd number of quotes that are not escaped.
static bool is_cut(struct pm_str text) {
    bool open = false;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\\') i++;
        else if (text.p[i] == '"') open = !open;
    }
    return open;
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    if (r->shape == PM_SHAPE_JSON) {
        if (json_object_get(r->json, "http.request.method") || json_object_get(r->json, "http.request.id")) return 95;
        bool leveled = json_object_get(r->json, "level") && (json_object_get(r->json, "msg") || json_object_get(r->json, "message"));
        if (!leveled) return 0;
        if (json_object_get(r->json, "go.version") || json_object_get(r->json, "instance.id")) return 85;
        return json_object_get(r->json, "correlation_id") && (json_object_get(r->json, "err.code") || json_object_get(r->json, "vars_name") || json_object_get(r->json, "root_repo")) ? 85 : 0;
    }
    if (!pm_str_starts(r->text, PM_STR("time=")) && !(r->text.n > 6 && r->text.p[4] == '[')) return 0;
    if (pm_str_has(r->text, PM_STR(" http.request."))) return 95;
    if (pm_str_has(r->text, PM_STR(" go.version=go")) || pm_str_has(r->text, PM_STR(" service=registry"))) return 85;
    return pm_str_has(r->text, PM_STR(" instance.id=")) ? 70 : 0;
}

// What clients would print: "CODE: MESSAGE: DETAIL", without saying a thing twice.
static struct pm_str error_text(struct pm_arena *a, const struct line *l) {
    struct pm_str text = l->code;
    const struct pm_str more[] = {l->message, l->detail, l->error};
    for (size_t i = 0; i < PM_LEN(more); i++) {
        if (!more[i].n || pm_str_eqc(more[i], "<nil>") || pm_str_ifind(text, more[i], 0) >= 0) continue;
        text = text.n ? pm_arena_fmt(a, "%.*s: %.*s", PM_FMT(text), PM_FMT(more[i])) : more[i];
    }
    return text;
}

static struct pm_http_request request_of(const struct line *l) {
    struct pm_http_request q = PM_HTTP_REQUEST_NONE;
    q.when = pm_http_json_when(l->time);
    q.client = l->remote;
    q.user = l->user;
    q.method = l->method;
    q.url = l->uri;
    q.host = l->host;
    q.user_agent = l->agent;
    q.join = l->id;
    q.repository = l->uri.n ? PM_NONE : l->name;
    if (!l->uri.n && l->reference.n) {
        if (pm_str_chr(l->reference, ':', 0) > 0) q.digest = l->reference;
        else q.tag = l->reference;
    }
    pm_http_status(l->status, &q.status);
    pm_http_i64(l->written, &q.bytes);
    if (!pm_duration(l->duration, &q.duration_ns)) q.duration_ns = 0;
    q.flags = l->cut ? PM_EV_CUT : 0;
    return q;
}

// The first request of every client is answered with a challenge. These are the words for "nothing was presented".
static const char *const nothing_presented[] = {"authorization token required", "authorization header required", "invalid authorization credential"};

static enum pm_parse challenge(struct pm_parse_ctx *ctx, const struct pm_record *r, const struct line *l, struct pm_str why) {
    struct pm_http_request q = request_of(l);
    if (!q.status) q.status = 401; // registry/handlers/app.go: authorized() answers every challenge with UNAUTHORIZED
    for (size_t i = 0; i < PM_LEN(nothing_presented) && !q.message.n; i++)
        if (pm_str_ends(why, pm_str_c(nothing_presented[i]))) q.message = why;
    if (!q.message.n) q.error = why;
    return pm_http_request_emit(ctx, r, PM_COMP_REGISTRY, &q);
}

static bool is_error_level(struct pm_str level) { return pm_str_eqc(level, "error") || pm_str_eqc(level, "fatal") || pm_str_eqc(level, "panic"); }

static enum pm_parse other_error(struct pm_parse_ctx *ctx, const struct pm_record *r, const struct line *l) {
    struct pm_event e = pm_event_of(r, PM_COMP_REGISTRY, PM_KIND_OTHER);
    struct pm_http_request q = request_of(l);
    if (q.when.kind != PM_WHEN_NONE) e.when = q.when;
    struct pm_str detail = error_text(ctx->a, l);
    e.field[PM_F_ERROR] = detail.n && !pm_str_has(l->msg, detail) ? pm_arena_fmt(ctx->a, "%.*s: %.*s", PM_FMT(l->msg), PM_FMT(detail)) : l->msg;
    e.field[PM_F_CLIENT] = pm_http_client(q.client);
    e.field[PM_F_METHOD] = q.method;
    e.field[PM_F_URL] = q.url;
    e.field[PM_F_HOST] = pm_http_host(q.host);
    e.field[PM_F_JOIN] = q.join;
    e.field[PM_F_REPOSITORY] = q.repository;
    e.field[PM_F_TAG] = q.tag;
    e.field[PM_F_DIGEST] = q.digest;
    e.flags |= q.flags;
    pm_emit(ctx, r, &e);
    return PM_PARSE_OK;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct line l = {0};
    if (!bid(r, ctx->state)) return PM_PARSE_NO;
    if (r->shape == PM_SHAPE_JSON) read_json(ctx->a, r->json, &l);
    else read_text(ctx->a, r->text, &l);
    if (r->shape != PM_SHAPE_JSON && is_cut(r->text)) {
        pm_emit_bad(ctx, r, "line-cut", "log line ends inside a quoted value");
        l.cut = true;
    }
    static const struct pm_str authorizing = {"error authorizing context: ", 27};
    enum pm_parse done = PM_PARSE_OK;
    if (pm_str_starts(l.msg, PM_STR("response completed"))) {
        struct pm_http_request q = request_of(&l);
        if (l.code.n || l.error.n) q.error = error_text(ctx->a, &l);
        done = pm_http_request_emit(ctx, r, PM_COMP_REGISTRY, &q);
    } else if (pm_str_starts(l.msg, authorizing)) done = challenge(ctx, r, &l, pm_str_from(l.msg, authorizing.n));
    else if (is_error_level(l.level)) done = other_error(ctx, r, &l);
    return l.cut ? PM_PARSE_BAD : done;
}

const struct pm_parser pm_parser_distribution_log = {
    .name = "distribution-log",
    .title = "Distribution (docker-registry) application log: logrus text, JSON, logstash",
    .example = "time=\"2024-01-02T03:04:05.123Z\" level=error msg=\"response completed with error\" err.code=\"manifest unknown\" err.detail=\"unknown tag=1.4\" "
               "err.message=\"manifest unknown\" go.version=go1.20.8 http.request.host=r.acme.test http.request.method=HEAD http.request.remoteaddr=10.42.0.1 "
               "http.request.uri=/v2/shop/cart/manifests/1.4 http.response.duration=4.1ms http.response.status=404 http.response.written=96",
    .source = "distribution/distribution:internal/dcontext/http.go, registry/handlers/app.go; captured: docker-registry 2.8.2",
    .component = PM_COMP_REGISTRY,
    .shapes = PM_SHAPE_LINE | PM_SHAPE_JSON,
    .bid = bid,
    .parse = parse,
};
