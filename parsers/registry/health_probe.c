// Output of a registry health probe: one line or one JSON object a registry and round.
//
//   2024-01-02T03:04:05Z registry-1.docker.io healthy status=401 latency=84ms limit=100 remaining=76 reset=2024-01-02T06:00:00Z
//   2024-01-02T03:04:05Z r.acme.test UNHEALTHY status=503 error="service unavailable"
//   [OK] https://registry-1.docker.io/v2/ 401 84ms
//   {"time":"2024-01-02T03:04:05Z","registry":"registry-1.docker.io","healthy":true,"status":401,"latency_ms":84,"ratelimit_limit":100,"ratelimit_remaining":76}
//
// Source: written by us to what such probes print: a registry, a verdict, and what GET
// /v2/ answered. 200 and 401 both mean that the registry is there, so a verdict that is
// missing is taken from the status. The verdict is the reason ("healthy", "unhealthy");
// an unhealthy registry's words are the error.
#include "parsers/proxy/http_json.h"

struct probe {
    struct pm_when when;
    struct pm_str host, error, reset;
    int verdict; // 0 unknown, 1 healthy, -1 unhealthy
    int status;
    int64_t duration_ns, limit, remaining, window_s;
};

static const struct {
    const char *word;
    int verdict;
} verdicts[] = {{"healthy", 1},   {"unhealthy", -1},   {"ok", 1},        {"up", 1},
                {"down", -1},     {"fail", -1},        {"failed", -1},   {"failure", -1},
                {"reachable", 1}, {"unreachable", -1}, {"degraded", -1}, {"pass", 1},
                {"error", -1},    {"true", 1},         {"false", -1}};

static int verdict_of(struct pm_str s) {
    for (size_t i = 0; i < PM_LEN(verdicts); i++)
        if (pm_str_ieq(s, pm_str_c(verdicts[i].word))) return verdicts[i].verdict;
    return 0;
}

// "[ERROR] …" and "failed …" begin the lines of every program; as bare words they are no
// verdict.
static bool is_log_level(struct pm_str w) {
    static const char *const words[] = {"error", "failed", "failure", "true", "false"};
    for (size_t i = 0; i < PM_LEN(words); i++)
        if (pm_str_ieq(w, pm_str_c(words[i]))) return true;
    return false;
}

static struct pm_str bare(struct pm_str w) {
    while (w.n && strchr("[](),:;\"'", w.p[0])) w = pm_str_from(w, 1);
    while (w.n && strchr("[](),:;\"'", w.p[w.n - 1])) w = pm_str_sub(w, 0, w.n - 1);
    return w;
}

// "https://registry-1.docker.io/v2/" or a host's name; PM_NONE where it is neither.
static struct pm_str host_of(struct pm_str w) {
    if (pm_str_chr(w, '.', 0) < 0 && pm_str_chr(w, ':', 0) < 0) return PM_NONE; // most words
    ptrdiff_t scheme = pm_str_find(w, PM_STR("://"), 0);
    if (scheme > 0) w = pm_str_from(w, (size_t)scheme + 3);
    else if (pm_str_chr(w, '/', 0) >= 0) return PM_NONE;
    ptrdiff_t slash = pm_str_chr(w, '/', 0);
    if (slash > 0) w = pm_str_sub(w, 0, (size_t)slash);
    if (scheme < 0 && (pm_str_chr(w, '.', 0) <= 0 || !pm_http_registry_host(w))) return PM_NONE;
    for (size_t i = 0; i < w.n; i++)
        if (!(w.p[i] == '.' || w.p[i] == '-' || w.p[i] == ':' || (w.p[i] >= '0' && w.p[i] <= '9') ||
              ((w.p[i] | 32) >= 'a' && (w.p[i] | 32) <= 'z')))
            return PM_NONE;
    return w;
}

static void pair(struct probe *p, struct pm_str key, struct pm_str value) {
    static const struct {
        const char *key;
        int what;
    } keys[] = {{"registry", 0},
                {"host", 0},
                {"target", 0},
                {"url", 0},
                {"endpoint", 0},
                {"status", 1},
                {"http", 1},
                {"http_status", 1},
                {"code", 1},
                {"status_code", 1},
                {"latency", 2},
                {"duration", 2},
                {"took", 2},
                {"limit", 3},
                {"ratelimit_limit", 3},
                {"ratelimit-limit", 3},
                {"remaining", 4},
                {"ratelimit_remaining", 4},
                {"ratelimit-remaining", 4},
                {"reset", 8},
                {"ratelimit_reset", 8},
                {"ratelimit-reset", 8},
                {"error", 5},
                {"err", 5},
                {"healthy", 6},
                {"health", 6},
                {"state", 6},
                {"result", 6},
                {"up", 6},
                {"time", 7},
                {"ts", 7},
                {"timestamp", 7}};
    int what = -1;
    for (size_t i = 0; i < PM_LEN(keys) && what < 0; i++)
        if (pm_str_ieq(key, pm_str_c(keys[i].key))) what = keys[i].what;
    if (what == 0 && host_of(value).n) p->host = host_of(value);
    if (what == 1 && !(pm_http_status(value, &p->status) && p->status) && !p->verdict)
        p->verdict = verdict_of(value);
    if (what == 2 && !pm_duration(value, &p->duration_ns)) p->duration_ns = 0;
    if (what == 3) pm_http_ratelimit(value, &p->limit, &p->window_s);
    if (what == 4) pm_http_ratelimit(value, &p->remaining, &p->window_s);
    if (what == 5) p->error = value;
    if (what == 6) p->verdict = verdict_of(value);
    if (what == 7) p->when = pm_http_json_when(value);
    if (what == 8) p->reset = value;
}

static void word(struct probe *p, struct pm_str w) {
    int status, v = is_log_level(w) ? 0 : verdict_of(w);
    if (!p->host.n && host_of(w).n) p->host = host_of(w);
    else if (!p->verdict && v) p->verdict = v;
    else if (!p->status && w.n == 3 && pm_http_status(w, &status)) p->status = status;
    else if (!p->duration_ns && !pm_duration(w, &p->duration_ns)) p->duration_ns = 0;
}

static bool health_probe_read_text(struct pm_arena *a, struct pm_str text, struct probe *p) {
    struct pm_scan c = pm_scan_of(text);
    c.at += pm_when_rfc3339(text, &p->when);
    for (int i = 0; i < 32 && pm_scan_more(&c); i++) {
        struct pm_scan start = c;
        struct pm_str key, value, w;
        if (pm_scan_pair(&c, a, &key, &value) && key.n) {
            pair(p, key, value);
            continue;
        }
        c = start;
        if (!pm_scan_word(&c, &w)) break;
        word(p, bare(w));
        if (p->verdict < 0 && p->host.n && w.n && w.p[w.n - 1] == ':' &&
            !p->error.n) { // "UNHEALTHY host: words"
            p->error = pm_str_trim(pm_scan_rest(&c));
            break;
        }
    }
    return p->host.n && p->verdict;
}

#define KEYS(...) ((const char *const[]){__VA_ARGS__, NULL})
static bool health_probe_read_json(struct pm_arena *a, const json_t *o, struct probe *p) {
    p->when =
        pm_http_json_when(pm_http_json_any(a, o, KEYS("time", "timestamp", "ts", "checked_at")));
    struct pm_str host =
        pm_http_json_any(a, o, KEYS("registry", "host", "target", "endpoint", "url"));
    ptrdiff_t scheme = pm_str_find(host, PM_STR("://"), 0);
    p->host = scheme > 0 ? host_of(host) : host;
    p->verdict = verdict_of(
        pm_http_json_any(a, o, KEYS("healthy", "health", "up", "state", "result", "verdict")));
    struct pm_str status =
        pm_http_json_any(a, o, KEYS("status_code", "http_status", "status", "code"));
    if (!pm_http_status(status, &p->status) && !p->verdict) p->verdict = verdict_of(status);
    p->error = pm_http_json_any(a, o, KEYS("error", "err", "message"));
    pm_http_ratelimit(
        pm_http_json_any(a, o,
                         KEYS("ratelimit_limit", "rate_limit/limit", "limit", "ratelimit-limit")),
        &p->limit, &p->window_s);
    pm_http_ratelimit(pm_http_json_any(a, o,
                                       KEYS("ratelimit_remaining", "rate_limit/remaining",
                                            "remaining", "ratelimit-remaining")),
                      &p->remaining, &p->window_s);
    p->reset = pm_http_json_any(
        a, o, KEYS("ratelimit_reset", "rate_limit/reset", "reset", "ratelimit-reset"));
    double ms;
    if (pm_str_double(pm_http_json_any(a, o, KEYS("latency_ms", "duration_ms")), &ms) && ms > 0 &&
        ms < 1e9)
        p->duration_ns = (int64_t)(ms * 1e6);
    if (!p->verdict && p->status) p->verdict = p->status == 200 || p->status == 401 ? 1 : -1;
    return p->host.n && p->verdict;
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    if (r->shape == PM_SHAPE_JSON) {
        bool named = json_is_string(pm_record_member(r, "registry"));
        bool judged = pm_record_member(r, "healthy") || pm_record_member(r, "health") ||
                      pm_record_member(r, "up");
        return named && judged ? 80 : 0;
    }
    if (r->text.n > 600 || r->text.n < 8) return 0;
    struct pm_when when;
    struct pm_scan c = pm_scan_of(r->text);
    struct pm_str w, near[4];
    size_t n = 0;
    bool host = false, verdict = false, measured = false;
    c.at += pm_when_rfc3339(r->text, &when);
    // Both near the start: "Get https://HOST/v2/: dial tcp …: network is unreachable" is
    // somebody's error, not a probe's verdict.
    for (; n < PM_LEN(near) && pm_scan_next_word(&c, &w); n++) {
        ptrdiff_t equals = pm_str_chr(w, '=', 0);
        bool pair = equals > 0;
        uint64_t number;
        measured |=
            pair || (n == 0 && w.n && w.p[0] == '[') || (w.n == 3 && pm_str_u64(w, &number));
        w = near[n] = bare(pair ? pm_str_from(w, (size_t)equals + 1) : w);
        verdict |= verdict_of(w) != 0 && (pair || !is_log_level(w));
    }
    if (!verdict) return 0; // of nearly all lines: what is a host is harder to tell
    measured = measured || pm_str_has(r->text, PM_STR("/v2/"));
    for (size_t i = 0; i < n; i++) host |= host_of(near[i]).n > 0;
    return host && measured ? 50 : 0; // "r.test: ok" is any tool's
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct probe p = {.limit = -1, .remaining = -1, .window_s = -1};
    if (!(r->shape == PM_SHAPE_JSON ? health_probe_read_json(ctx->a, r->json, &p)
                                    : health_probe_read_text(ctx->a, r->text, &p)))
        return PM_PARSE_NO;
    if (p.status == 401) p.verdict = 1; // the challenge: the registry is there
    struct pm_event e = pm_event_of(r, PM_COMP_PROBE, PM_KIND_HEALTH_CHECK);
    if (p.when.kind != PM_WHEN_NONE) e.when = p.when;
    e.http_status = p.status;
    e.duration_ns = p.duration_ns;
    e.limit = p.limit;
    e.remaining = p.remaining;
    e.window_s = p.window_s;
    e.field[PM_F_DETAIL] = pm_http_reset(ctx->a, p.reset);
    e.field[PM_F_HOST] = pm_http_host(p.host);
    e.field[PM_F_REASON] = p.verdict > 0 ? PM_STR("healthy") : PM_STR("unhealthy");
    if (p.verdict < 0) e.field[PM_F_ERROR] = p.error;
    pm_emit(ctx, r, &e);
    return PM_PARSE_OK;
}

const struct pm_parser pm_parser_health_probe = {
    .name = "health-probe",
    .title = "Registry health probe output, text and JSON",
    .example =
        "2024-01-02T03:04:05Z registry-1.docker.io healthy status=401 latency=84ms limit=100 remaining=76",
    .source = "written by us to what probes of GET /v2/ print",
    .component = PM_COMP_PROBE,
    .shapes = PM_SHAPE_LINE | PM_SHAPE_JSON,
    .bid = bid,
    .parse = parse,
};
