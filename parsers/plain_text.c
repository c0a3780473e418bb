// Bare messages: an event's message, a registry's or engine's error, response headers, pasted alone or inside a line of an unknown program.
//
//     Failed to pull image "shop/cart:1.4": failed to pull and unpack image "docker.io/shop/cart:1.4": …
//     toomanyrequests: You have reached your pull rate limit. …
//     < ratelimit-remaining: 0;w=21600
//     INFO: At 2024-01-02 … - event for web-0: {kubelet node-7} Failed: Failed to pull image "shop/cart:1.4": …      (Kubernetes end-to-end tests)
// Source: kubernetes/kubernetes:pkg/kubelet/images, moby/moby:distribution/errors.go, distribution/distribution:registry/api/errcode; Docker Hub's documented headers.
// Asked only where no format bids. Text that merely holds "pull" or "image" gives nothing.
#include "client.h"
#include "klog.h"
#include "kubelet.h"

// ---- the kubelet's own messages, anywhere in a line

static const char *const message_heads[] = {
    "Failed to pull image \"", "Back-off pulling image \"", "Successfully pulled image \"", "Container image \"", "Failed to inspect image \"", "Failed to apply default image tag \"",
    "Failed to create pod sandbox", "Failed create pod sandbox", "Unable to retrieve some image pull secrets", "Error: ErrImage", "Error: ImagePullBackOff", "Error: InvalidImageName",
};

// note="Failed to pull image \"…\": …" reason=Failed: the quotes around it end it.
static struct pm_str whole_message(struct pm_arena *a, struct pm_str s, size_t at) {
    struct pm_str rest = pm_str_from(s, at), out;
    bool quoted = at > 1 && s.p[at - 1] == '"' && (s.p[at - 2] == '=' || s.p[at - 2] == ':' || s.p[at - 2] == ' ');
    struct pm_scan c = pm_scan_of(pm_str_from(s, quoted ? at - 1 : at));
    if (quoted && has(rest, "\\\"") && pm_scan_quoted(&c, a, &out, NULL)) return out;
    if (at > 0 && s.p[at - 1] == '\'' && pm_str_ends(rest, PM_STR("'"))) rest.n--;
    return rest;
}

static bool name_byte(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.'; }

// "event for web-0: {kubelet node-7} Failed: …", "web-0[pod-event]…", "… pod=web-0 …"
static void pod_around(struct pm_str s, size_t at, struct pm_event *e) {
    struct pm_str before = pm_str_sub(s, 0, at), pod = pm_str_between(before, PM_STR("event for "), PM_STR(": "));
    struct pm_str source = pm_str_between(before, PM_STR("{kubelet "), PM_STR("}"));
    ptrdiff_t mark = pm_str_find(before, PM_STR("[pod-event]"), 0);
    if (!pod.n && mark > 0) {
        size_t from = (size_t)mark;
        while (from > 0 && name_byte(before.p[from - 1])) from--;
        pod = pm_str_sub(before, from, (size_t)mark - from);
    }
    if (!pod.n && has(s, " pod=") && has(s, "event=")) {
        struct pm_scan c = pm_scan_of(after(s, " pod="));
        pm_scan_word(&c, &pod);
    }
    if (pod.n && pm_str_chr(pod, ' ', 0) < 0) e->field[PM_F_POD] = pod;
    if (source.n) e->field[PM_F_NODE] = source;
}

static bool take_message(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    for (size_t i = 0; i < PM_LEN(message_heads); i++) {
        struct pm_str s = r->text;
        ptrdiff_t at = pm_str_find(s, pm_str_c(message_heads[i]), 0);
        if (at < 0 && has(s, "\\\"")) { // quoted once more than we know why
            s = pm_unescape(ctx->a, s);
            at = pm_str_find(s, pm_str_c(message_heads[i]), 0);
        }
        if (at < 0) continue;
        struct pm_event e = pm_event_of(r, PM_COMP_EVENTS, PM_KIND_OTHER);
        if (!pm_lift_event_message(ctx->a, PM_NONE, pm_client_trim(whole_message(ctx->a, s, (size_t)at)), &e)) continue;
        pod_around(s, (size_t)at, &e);
        if (at > 0) e.flags |= PM_EV_ECHO; // another program quotes it
        pm_emit(ctx, r, &e);
        return true;
    }
    return false;
}

// ---- klog inside a line of something else ("STDERR: E0102 …")

static bool take_klog(struct pm_parse_ctx *ctx, const struct pm_record *r, enum pm_parse *got) {
    struct pm_klog k = {0};
    ptrdiff_t at = pm_klog_find(pm_str_sub(r->text, 0, 512));
    if (at < 0 || !pm_klog_read(ctx->a, pm_str_from(r->text, (size_t)at), &k)) return false;
    *got = pm_kubelet_line(ctx, r, &k);
    return true;
}

// talosctl prints "NODE: " before each line of the kubelet's JSON, which makes it no JSON: the two members that matter are read out of the text.
static bool take_klog_json(struct pm_parse_ctx *ctx, const struct pm_record *r, enum pm_parse *got) {
    ptrdiff_t at = pm_str_find(pm_str_sub(r->text, 0, 128), PM_STR(": {\"ts\":"), 0);
    if (at <= 0 || !has(r->text, "\"caller\":\"")) return false;
    static const char *const keys[] = {"err", "image", "podUID", "reason", "imageID"};
    struct pm_klog k = {.structured = true, .msg = pm_lift_quoted_after(ctx->a, r->text, "\"msg\":", NULL)};
    for (size_t i = 0; i < PM_LEN(keys); i++) {
        struct pm_str v = pm_lift_quoted_after(ctx->a, r->text, pm_arena_cstr(ctx->a, pm_arena_fmt(ctx->a, "\"%s\":", keys[i])), NULL);
        if (v.n) pm_pairs_add(&k.pairs, pm_str_c(keys[i]), v);
    }
    struct pm_record named = *r;
    if (!named.hint.node.n) named.hint.node = pm_str_sub(r->text, 0, (size_t)at);
    *got = pm_kubelet_line(ctx, &named, &k);
    return true;
}

// ---- response headers

static bool header(struct pm_str line, const char *name, struct pm_str *value) {
    ptrdiff_t colon = pm_str_chr(line, ':', 0);
    if (colon < 0 || !pm_str_ieq(pm_str_sub(line, 0, (size_t)colon), pm_str_c(name))) return false;
    *value = pm_str_trim(pm_str_from(line, (size_t)colon + 1));
    return true;
}

static void number_and_window(struct pm_str v, int64_t *n, int64_t *window) { // 100;w=21600
    struct pm_scan c = pm_scan_of(v);
    bool minus = pm_scan_char(&c, '-'); // Hub has been seen to say less than nothing
    uint64_t number, seconds;
    if (pm_scan_uint(&c, 12, &number)) *n = minus ? 0 : (int64_t)number;
    if (pm_scan_lit(&c, ";w=") && pm_scan_uint(&c, 9, &seconds)) *window = (int64_t)seconds;
}

static bool header_line(struct pm_str line, struct pm_event *e) {
    struct pm_str v;
    uint64_t status;
    line = pm_str_trim(line);
    if (starts(line, "< ") || starts(line, "> ")) line = pm_str_from(line, 2); // curl -v
    if (header(line, "ratelimit-limit", &v)) return number_and_window(v, &e->limit, &e->window_s), true;
    if (header(line, "ratelimit-remaining", &v)) return number_and_window(v, &e->remaining, &e->window_s), true;
    if (header(line, "docker-ratelimit-source", &v)) return e->field[PM_F_CLIENT] = v, true;
    struct pm_scan c = pm_scan_of(line);
    struct pm_str version;
    if (!pm_scan_lit(&c, "HTTP/") || !pm_scan_word(&c, &version) || !pm_scan_blanks(&c) || !pm_scan_uint(&c, 3, &status)) return false;
    e->http_status = (int)status;
    return true;
}

static bool take_headers(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_event e = pm_event_of(r, PM_COMP_CLIENT, PM_KIND_OTHER);
    struct pm_scan c = pm_scan_of(r->text);
    bool any = false;
    while (!pm_scan_end(&c)) {
        struct pm_str line;
        if (!pm_scan_until(&c, '\n', &line)) line = pm_scan_rest(&c), c.at = c.end;
        any = header_line(line, &e) || any;
    }
    if (!any) return false;
    bool refused = e.http_status == 429 && (e.limit >= 0 || e.remaining >= 0); // a dump of one response that says both
    if (refused) e.field[PM_F_ERROR] = PM_STR("429 Too Many Requests");
    pm_emit(ctx, r, &e);
    return true;
}

// ---- errors

static const char *const heads[] = {"Error: ", "ERROR: ", "error: ", "Error ", "FATAL: ", "fatal: ", "docker: ", "Failed: ", "ERR ", "error running app: "};

static struct pm_str without_head(struct pm_str s, bool *headed) {
    size_t i = 0;
    while (i < s.n && strchr(" \t*>-'\"", s.p[i])) i++;
    s = pm_str_from(s, i);
    for (size_t k = 0; k < PM_LEN(heads); k++)
        if (starts(s, heads[k])) return *headed = true, pm_str_from(s, strlen(heads[k]));
    return s;
}

// {"message":"…"} and "message": "…" around an error
static struct pm_str json_message(struct pm_arena *a, struct pm_str s) {
    struct pm_str v = pm_lift_quoted_after(a, s, "\"message\":", NULL);
    return v.n && pm_lift_talks_of_pull(v) ? v : s;
}

// A network error behind "ERROR: " and nothing else: the client that printed it is unknown, so is the attempt.
static bool network_error(struct pm_str s) {
    static const char *const words[] = {"read tcp ", "dial tcp", "write tcp ", "net/http: ", "proxyconnect "};
    for (size_t i = 0; i < PM_LEN(words); i++)
        if (starts(s, words[i])) return true;
    return false;
}

static bool take_error(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    bool headed = false;
    struct pm_str core = json_message(ctx->a, without_head(r->text, &headed));
    if (pm_client_error(ctx, r, core)) return true;
    if (!headed || !network_error(core)) return false;
    struct pm_event e = pm_event_of(r, PM_COMP_CLIENT, PM_KIND_OTHER);
    pm_lift_into(ctx->a, &e, core);
    pm_emit(ctx, r, &e);
    return true;
}

// go-containerregistry's trace: "2024/01/02 03:04:05 <-- 200 https://r.test/v2/a/manifests/1 (161ms)"
static bool take_trace(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_scan c = pm_scan_of(after(pm_str_sub(r->text, 0, 4096), " <-- "));
    struct pm_str url, took;
    uint64_t status;
    if (!c.at || !pm_scan_uint(&c, 3, &status) || !pm_scan_char(&c, ' ') || !pm_scan_word(&c, &url) || !starts(url, "http")) return false;
    struct pm_event e = pm_event_of(r, PM_COMP_CLIENT, PM_KIND_OTHER);
    pm_when_slash(r->text, &e.when);
    e.http_status = (int)status;
    e.field[PM_F_URL] = url;
    if (pm_scan_lit(&c, " (") && pm_scan_until(&c, ')', &took)) pm_duration(took, &e.duration_ns);
    pm_emit(ctx, r, &e);
    return true;
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    return r->text.n > 0 ? 1 : 0;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    enum pm_parse got = PM_PARSE_OK;
    if (r->text.n > (256u << 10)) return PM_PARSE_NO;
    if (take_klog(ctx, r, &got) || take_klog_json(ctx, r, &got)) return got;
    return take_message(ctx, r) || take_headers(ctx, r) || take_trace(ctx, r) || take_error(ctx, r) ? PM_PARSE_OK : PM_PARSE_NO;
}

const struct pm_parser pm_parser_plain_text = {
    .name = "plain-text",
    .title = "bare messages: event messages, engine and registry errors, response headers",
    .example = "toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit",
    .source = "kubernetes/kubernetes:pkg/kubelet/images, moby/moby:distribution/errors.go, distribution/distribution:registry/api/errcode",
    .component = PM_COMP_CLIENT,
    .shapes = PM_SHAPE_LINE,
    .flags = PM_PARSER_FALLBACK,
    .bid = bid,
    .parse = parse,
};
