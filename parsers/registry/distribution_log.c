// Distribution (docker-registry) application log: logrus text, JSON and logstash; also
// Harbor's registry, OpenShift's and GitLab's, which are the same program.
//
//   time="2024-01-02T03:04:05.123Z" level=error msg="response completed with error" err.code="manifest unknown" err.detail="unknown tag=1.4"
//     err.message="manifest unknown" http.request.host=r.acme.test http.request.method=HEAD http.request.remoteaddr=10.42.0.1 … http.response.status=404 vars.name=shop/cart
//   time="2024-01-02T03:04:06Z" level=warning msg="error authorizing context: authorization token required" go.version=go1.20.8 http.request.method=GET http.request.uri=/v2/
//   {"level":"info","msg":"response completed","http.request.method":"GET","http.response.status":200,"time":"2024-01-02T03:04:05Z"}
//   {"@timestamp":"2024-01-02T03:04:05Z","@version":"1","level":"info","message":"response completed", …}
//
// Source: distribution/distribution:internal/dcontext/{http,logger}.go,
// registry/handlers/app.go, registry/proxy; captured: docker-registry 2.8.2. One event a
// finished request ("response completed[ with error]"). "authorizing request" and
// "authorized request" say the same request again and leave none. A challenge answers 401
// and ends the request: its line stands for the request. The challenge that every client
// meets first is told as message, not as error. Other lines at level error (storage
// drivers, the upstream of a pull-through cache, panics) are kind other with the error
// text.
#include "parsers/proxy/http_request.h"
#include "parsers/node/logrus.h"

struct line {
    struct pm_when when;
    struct pm_str msg, host, method, uri, agent, remote, id, status, written, duration, user, code,
        message, detail, error, name, reference, digest;
    bool trouble, cut;
};

// Where each key goes. GitLab's container registry writes some with underscores.
#define TO(member) offsetof(struct line, member)
static const struct {
    struct pm_str key;
    size_t to;
} keys[] = {
    {{"http.request.host", 17}, TO(host)},
    {{"http.request.method", 19}, TO(method)},
    {{"http.request.uri", 16}, TO(uri)},
    {{"http.request.useragent", 22}, TO(agent)},
    {{"http.request.remoteaddr", 23}, TO(remote)},
    {{"http.request.id", 15}, TO(id)},
    {{"http.response.status", 20}, TO(status)},
    {{"http.response.written", 21}, TO(written)},
    {{"http.response.duration", 22}, TO(duration)},
    {{"auth.user.name", 14}, TO(user)},
    {{"auth_user_name", 14}, TO(user)},
    {{"err.code", 8}, TO(code)},
    {{"err.message", 11}, TO(message)},
    {{"err.detail", 10}, TO(detail)},
    {{"err", 3}, TO(error)},
    {{"vars.name", 9}, TO(name)},
    {{"vars_name", 9}, TO(name)},
    {{"vars.reference", 14}, TO(reference)},
    {{"vars_reference", 14}, TO(reference)},
    {{"vars.digest", 11}, TO(digest)},
    {{"vars_digest", 11}, TO(digest)},
    {{"method", 6}, TO(method)},
    {{"uri", 3}, TO(uri)},
    {{"correlation_id", 14}, TO(id)},
};
#undef TO

static void put(struct line *l, struct pm_str key, struct pm_str value) {
    for (size_t i = 0; i < PM_LEN(keys); i++)
        if (pm_str_eq(key, keys[i].key)) {
            struct pm_str *to = (struct pm_str *)(void *)((char *)l + keys[i].to);
            if (!to->n) *to = value;
            return;
        }
}

static bool read_line(struct pm_arena *a, const struct pm_record *r, struct line *l) {
    struct pm_logrus v = {0};
    if (!pm_logrus_read(a, r, &v)) return false;
    for (size_t i = 0; i < v.pairs.n; i++) put(l, v.pairs.item[i].key, v.pairs.item[i].value);
    l->when = v.when;
    l->msg = v.msg;
    l->error = v.error.n ? v.error : l->error;
    l->trouble = pm_logrus_is_error(&v);
    l->cut = v.cut;
    return true;
}

// ---- the same, where the registry writes JSON: each member is one of these names, which
// are those above and what else stands beside them.
enum {
    LEVEL,
    MSG,
    TIME,
    METHOD,
    ID,
    NUMBERS,
    STATUS = NUMBERS,
    WRITTEN,
    KEYS,
    HOST = KEYS,
    URI,
    AGENT,
    REMOTE,
    DURATION,
    USER,
    CODE,
    MESSAGE,
    DETAIL,
    NAME,
    REFERENCE,
    DIGEST,
    UNUSED
};
static const struct pm_json_want wants[] = {
    [LEVEL] = PM_JSON_WANT("level", PM_JSON_TOP),
    [MSG] = PM_JSON_WANT("msg", PM_JSON_TOP),
    [TIME] = PM_JSON_WANT("time", PM_JSON_TOP),
    [METHOD] = PM_JSON_WANT("http.request.method", PM_JSON_TOP),
    [ID] = PM_JSON_WANT("http.request.id", PM_JSON_TOP),
    [STATUS] = PM_JSON_WANT("http.response.status", PM_JSON_TOP),
    [WRITTEN] = PM_JSON_WANT("http.response.written", PM_JSON_TOP),
    [HOST] = PM_JSON_WANT("http.request.host", PM_JSON_TOP),
    [URI] = PM_JSON_WANT("http.request.uri", PM_JSON_TOP),
    [AGENT] = PM_JSON_WANT("http.request.useragent", PM_JSON_TOP),
    [REMOTE] = PM_JSON_WANT("http.request.remoteaddr", PM_JSON_TOP),
    [DURATION] = PM_JSON_WANT("http.response.duration", PM_JSON_TOP),
    [USER] = PM_JSON_WANT("auth.user.name", PM_JSON_TOP),
    [CODE] = PM_JSON_WANT("err.code", PM_JSON_TOP),
    [MESSAGE] = PM_JSON_WANT("err.message", PM_JSON_TOP),
    [DETAIL] = PM_JSON_WANT("err.detail", PM_JSON_TOP),
    [NAME] = PM_JSON_WANT("vars.name", PM_JSON_TOP),
    [REFERENCE] = PM_JSON_WANT("vars.reference", PM_JSON_TOP),
    [DIGEST] = PM_JSON_WANT("vars.digest", PM_JSON_TOP),
    [UNUSED] = PM_JSON_WANT("vars.uuid", PM_JSON_TOP),
    PM_JSON_WANT("auth.user.type", PM_JSON_TOP),
    PM_JSON_WANT("environment", PM_JSON_TOP),
    PM_JSON_WANT("go.version", PM_JSON_TOP),
    PM_JSON_WANT("http.request.contenttype", PM_JSON_TOP),
    PM_JSON_WANT("http.request.referer", PM_JSON_TOP),
    PM_JSON_WANT("http.response.contenttype", PM_JSON_TOP),
    PM_JSON_WANT("instance.id", PM_JSON_TOP),
    PM_JSON_WANT("service", PM_JSON_TOP),
    PM_JSON_WANT("version", PM_JSON_TOP),
};

// Texts, but for the two numbers; what logrus never leaves out; and of a request.
static bool sure(const struct pm_json_field *f) {
    for (size_t i = 0; i < PM_LEN(wants); i++)
        if (f[i].type && f[i].type != PM_JSON_STRING &&
            (f[i].type != PM_JSON_INTEGER || i < NUMBERS || i >= KEYS))
            return false;
    return pm_logrus_level(f[LEVEL].text) && f[MSG].text.n && f[TIME].text.n &&
           (f[METHOD].text.n || f[ID].text.n);
}

static const struct pm_json_fields fields = {wants, PM_LEN(wants), sure};

static void read_fields(struct pm_arena *a, const struct pm_json_field *f, struct line *l) {
    const struct pm_logrus v = {.level = f[LEVEL].text};
    *l = (struct line){.msg = f[MSG].text,
                       .method = f[METHOD].text,
                       .id = f[ID].text,
                       .status = pm_json_field_text(a, &f[STATUS]),
                       .written = pm_json_field_text(a, &f[WRITTEN]),
                       .host = f[HOST].text,
                       .uri = f[URI].text,
                       .agent = f[AGENT].text,
                       .remote = f[REMOTE].text,
                       .duration = f[DURATION].text,
                       .user = f[USER].text,
                       .code = f[CODE].text,
                       .message = f[MESSAGE].text,
                       .detail = f[DETAIL].text,
                       .name = f[NAME].text,
                       .reference = f[REFERENCE].text,
                       .digest = f[DIGEST].text,
                       .trouble = pm_logrus_is_error(&v)};
    if (pm_when_rfc3339(f[TIME].text, &l->when) == 0) l->when.kind = PM_WHEN_NONE;
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    if (r->shape == PM_SHAPE_JSON) {
        if (pm_record_member(r, "http.request.method") || pm_record_member(r, "http.request.id"))
            return 95;
        bool leveled = pm_record_member(r, "level") &&
                       (pm_record_member(r, "msg") || pm_record_member(r, "message"));
        if (!leveled) return 0;
        if (pm_record_member(r, "go.version") || pm_record_member(r, "instance.id")) return 85;
        return pm_record_member(r, "correlation_id") &&
                       (pm_record_member(r, "err.code") || pm_record_member(r, "vars_name") ||
                        pm_record_member(r, "root_repo"))
                   ? 85
                   : 0;
    }
    if (!pm_str_starts(r->text, PM_STR("time=")) && !(r->text.n > 6 && r->text.p[4] == '['))
        return 0;
    if (pm_str_has(r->text, PM_STR(" http.request."))) return 95;
    if (pm_str_has(r->text, PM_STR(" go.version=go")) ||
        pm_str_has(r->text, PM_STR(" service=registry")))
        return 85;
    return pm_str_has(r->text, PM_STR(" instance.id=")) ? 70 : 0;
}

// What clients would print: "CODE: MESSAGE: DETAIL", without saying a thing twice.
static struct pm_str error_text(struct pm_arena *a, const struct line *l) {
    struct pm_str text = l->code;
    const struct pm_str more[] = {l->message, l->detail, l->error};
    for (size_t i = 0; i < PM_LEN(more); i++) {
        if (!more[i].n || pm_str_eqc(more[i], "<nil>") || pm_str_ifind(text, more[i], 0) >= 0)
            continue;
        text = text.n ? pm_arena_fmt(a, "%.*s: %.*s", PM_FMT(text), PM_FMT(more[i])) : more[i];
    }
    return text;
}

static struct pm_http_request request_of(const struct line *l) {
    struct pm_http_request q = PM_HTTP_REQUEST_NONE;
    q.when = l->when;
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

// The first request of every client is answered with a challenge. These are the words for
// "nothing was presented".
static const char *const nothing_presented[] = {"authorization token required",
                                                "authorization header required",
                                                "invalid authorization credential"};

static enum pm_parse challenge(struct pm_parse_ctx *ctx, const struct pm_record *r,
                               const struct line *l, struct pm_str why) {
    struct pm_http_request q = request_of(l);
    if (!q.status)
        q.status =
            401; // registry/handlers/app.go: authorized() answers every challenge with UNAUTHORIZED
    for (size_t i = 0; i < PM_LEN(nothing_presented) && !q.message.n; i++)
        if (pm_str_ends(why, pm_str_c(nothing_presented[i]))) q.message = why;
    if (!q.message.n) q.error = why;
    return pm_http_request_emit(ctx, r, PM_COMP_REGISTRY, &q);
}

static enum pm_parse other_error(struct pm_parse_ctx *ctx, const struct pm_record *r,
                                 const struct line *l) {
    struct pm_event e = pm_event_of(r, PM_COMP_REGISTRY, PM_KIND_OTHER);
    struct pm_http_request q = request_of(l);
    if (q.when.kind != PM_WHEN_NONE) e.when = q.when;
    struct pm_str detail = error_text(ctx->a, l);
    e.field[PM_F_ERROR] = detail.n && !pm_str_has(l->msg, detail)
                              ? pm_arena_fmt(ctx->a, "%.*s: %.*s", PM_FMT(l->msg), PM_FMT(detail))
                              : l->msg;
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
    if (r->fields) read_fields(ctx->a, r->fields, &l);
    else if (!bid(r, ctx->state) || !read_line(ctx->a, r, &l)) return PM_PARSE_NO;
    if (l.id.n && pm_str_starts(l.msg, PM_STR("token ")))
        l.trouble = true; // why a token was not taken is told at any level
    if (l.cut) pm_emit_bad(ctx, r, "line-cut", "log line ends inside a quoted value");
    static const struct pm_str authorizing = {"error authorizing context: ", 27};
    enum pm_parse done = PM_PARSE_OK;
    if (pm_str_starts(l.msg, PM_STR("response completed"))) {
        struct pm_http_request q = request_of(&l);
        if (l.code.n || l.error.n) q.error = error_text(ctx->a, &l);
        if (!l.cut || q.status) done = pm_http_request_emit(ctx, r, PM_COMP_REGISTRY, &q);
    } else if (pm_str_starts(l.msg, authorizing))
        done = challenge(ctx, r, &l, pm_str_from(l.msg, authorizing.n));
    else if (l.trouble) done = other_error(ctx, r, &l);
    return l.cut ? PM_PARSE_BAD : done;
}

const struct pm_parser pm_parser_distribution_log = {
    .name = "distribution-log",
    .title = "Distribution (docker-registry) application log: logrus text, JSON, logstash",
    .example =
        "time=\"2024-01-02T03:04:05.123Z\" level=error msg=\"response completed with error\" err.code=\"manifest unknown\" err.detail=\"unknown tag=1.4\" "
        "err.message=\"manifest unknown\" go.version=go1.20.8 http.request.host=r.acme.test http.request.method=HEAD http.request.remoteaddr=10.42.0.1 "
        "http.request.uri=/v2/shop/cart/manifests/1.4 http.response.duration=4.1ms http.response.status=404 http.response.written=96",
    .source =
        "distribution/distribution:internal/dcontext/http.go, registry/handlers/app.go; captured: docker-registry 2.8.2",
    .component = PM_COMP_REGISTRY,
    .shapes = PM_SHAPE_LINE | PM_SHAPE_JSON,
    .fields = &fields,
    .bid = bid,
    .parse = parse,
};
