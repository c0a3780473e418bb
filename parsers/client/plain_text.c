// Bare messages: an event's message, a registry's or engine's error, pasted alone or
// inside a line of an unknown program.
//
//     Failed to pull image "shop/cart:1.4": failed to pull and unpack image "docker.io/shop/cart:1.4": …
//     toomanyrequests: You have reached your pull rate limit. …
//     INFO: At 2024-01-02 … - event for web-0: {kubelet node-7} Failed: Failed to pull image "shop/cart:1.4": …      (Kubernetes end-to-end tests)
// Source: kubernetes/kubernetes:pkg/kubelet/images, moby/moby:distribution/errors.go,
// distribution/distribution:registry/api/errcode. Asked only where no format bids. Text
// that merely holds "pull" or "image" gives nothing.
#include "parsers/client/client.h"
#include "parsers/node/klog.h"
#include "parsers/node/kubelet.h"

// ---- the kubelet's own messages, anywhere in a line

static const char *const message_heads[] = {
    // the image follows in quotes
    "Failed to pull image ", "Back-off pulling image ",  "Successfully pulled image ",
    "Container image ",      "Failed to inspect image ", "Failed to apply default image tag ",
};
static const char *const bare_heads[] = {
    "Failed to create pod sandbox",
    "Failed create pod sandbox",
    "Unable to retrieve some image pull secrets",
    "Error: ErrImage",
    "Error: ImagePullBackOff",
    "Error: InvalidImageName",
    "The node was low on resource: ",
    "Failed to garbage collect required amount",
    "failed to garbage collect required amount",
};

static ptrdiff_t find_message(struct pm_str s) {
    for (size_t i = 0; i < PM_LEN(message_heads); i++) {
        ptrdiff_t at = pm_str_find(s, pm_str_c(message_heads[i]), 0);
        struct pm_str rest =
            at < 0 ? PM_NONE : pm_str_from(s, (size_t)at + strlen(message_heads[i]));
        if (starts(rest, "\"") || starts(rest, "\\\"")) return at;
    }
    for (size_t i = 0; i < PM_LEN(bare_heads); i++) {
        ptrdiff_t at = pm_str_find(s, pm_str_c(bare_heads[i]), 0);
        if (at >= 0) return at;
    }
    return -1;
}

// note="Failed to pull image \"…\": …" reason=Failed: the quotes around it end it, and
// what they hold is escaped once more.
static struct pm_str whole_message(struct pm_arena *a, struct pm_str s, size_t at) {
    struct pm_str rest = pm_str_from(s, at), out;
    struct pm_scan c = pm_scan_of(pm_str_from(s, at ? at - 1 : 0));
    bool escaped = has(pm_str_sub(rest, 0, 64), "\\\"");
    if (at > 0 && s.p[at - 1] == '"' && escaped && pm_scan_quoted(&c, a, &out, NULL)) return out;
    if (at > 0 && s.p[at - 1] == '\'' && pm_str_ends(rest, PM_STR("'"))) rest.n--;
    return escaped ? pm_unescape(a, rest) : rest;
}

// "event for web-0: {kubelet node-7} Failed: …", "web-0[pod-event]…", "… pod=web-0 …"
static void pod_around(struct pm_str s, size_t at, struct pm_event *e) {
    struct pm_str before = pm_str_sub(s, 0, at),
                  pod = pm_str_between(before, PM_STR("event for "), PM_STR(": "));
    struct pm_str source = pm_str_between(before, PM_STR("{kubelet "), PM_STR("}"));
    ptrdiff_t mark = pm_str_find(before, PM_STR("[pod-event]"), 0);
    if (!pod.n && mark > 0) {
        size_t from = (size_t)mark;
        while (from > 0 && pm_object_char(before.p[from - 1])) from--;
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
    ptrdiff_t at = find_message(r->text);
    if (at < 0) return false;
    struct pm_event e = pm_event_of(r, PM_COMP_EVENTS, PM_KIND_OTHER);
    if (!pm_lift_event_message(ctx->a, PM_NONE,
                               pm_client_trim(whole_message(ctx->a, r->text, (size_t)at)), &e))
        return false;
    pod_around(r->text, (size_t)at, &e);
    if (at > 0) e.flags |= PM_EV_ECHO; // another program quotes it
    pm_emit(ctx, r, &e);
    return true;
}

// ---- klog inside a line of something else ("STDERR: E0102 …")

static bool take_klog(struct pm_parse_ctx *ctx, const struct pm_record *r, enum pm_parse *got) {
    struct pm_klog k = {0};
    ptrdiff_t at = pm_klog_find(pm_str_sub(r->text, 0, 512));
    if (at < 0 || !pm_klog_read(ctx->a, pm_str_from(r->text, (size_t)at), &k)) return false;
    *got = pm_kubelet_line(ctx, r, &k);
    return true;
}

// ---- errors

static const char *const heads[] = {
    "Error: ", "ERROR: ",  "error: ",  "Error ", "FATAL: ",
    "fatal: ", "docker: ", "Failed: ", "ERR ",   "error running app: "};

static struct pm_str without_head(struct pm_str s, bool *headed) {
    size_t i = 0;
    while (i < s.n && strchr(" \t*>-'\"", s.p[i])) i++;
    s = pm_str_from(s, i);
    for (size_t k = 0; k < PM_LEN(heads); k++) {
        if (!starts(s, heads[k])) continue;
        *headed = true;
        return pm_str_from(s, strlen(heads[k]));
    }
    return s;
}

// {"message":"…"} and "message": "…" around an error
static struct pm_str json_message(struct pm_arena *a, struct pm_str s) {
    struct pm_str v = pm_lift_quoted_after(a, s, "\"message\":", NULL);
    return v.n && pm_lift_talks_of_pull(v) ? v : s;
}

// A network error, perhaps behind "ERROR: ", and nothing else: the client that printed it
// is unknown, so is the attempt. Where a session is at a pull, it is that pull's.
static bool network_error(struct pm_str s) {
    static const char *const words[] = {"read tcp ",  "dial tcp",          "write tcp ",
                                        "net/http: ", "proxyconnect ",     "http: server gave",
                                        "http2: ",    "stream error: ",    "tls: ",
                                        "x509: ",     "remote error: tls", "context canceled"};
    for (size_t i = 0; i < PM_LEN(words); i++)
        if (starts(s, words[i])) return true;
    return pm_str_eqc(s, "unexpected EOF") || pm_str_eqc(s, "EOF");
}

static bool take_error(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    bool headed = false;
    return pm_client_error(ctx, r, json_message(ctx->a, without_head(r->text, &headed)));
}

// docker-py: `500 Server Error for http+docker://…: Internal Server Error ("Get …")`. The
// status is the Docker API's own, the cause stands in the brackets.
static bool take_docker_api(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    if (!has(r->text, " Server Error") && !has(r->text, " Client Error")) return false;
    struct pm_str all = has(r->text, "\\\"") ? pm_unescape(ctx->a, r->text) : r->text,
                  in = after(all, " (\"");
    ptrdiff_t end = pm_str_rfind(in, PM_STR("\")"));
    if (end <= 0 || !pm_lift_refusal(all)) return false;
    struct pm_event e = pm_event_of(r, PM_COMP_CLIENT, PM_KIND_PULL_FAIL);
    e.field[PM_F_IMAGE] = pm_lift_image(ctx->a, all);
    if (has(all, " failed: Can't install "))
        e.flags |= PM_EV_ECHO; // Home Assistant's update says again what its engine said
    pm_lift_into(ctx->a, &e, pm_str_sub(in, 0, (size_t)end));
    pm_emit(ctx, r, &e);
    return true;
}

static bool take_network_error(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    bool headed = false;
    struct pm_str core = without_head(r->text, &headed);
    if (!network_error(core)) return false;
    struct pm_event e = pm_event_of(r, PM_COMP_CLIENT, PM_KIND_OTHER);
    if (!headed) e.field[PM_F_REASON] = PM_STR(PM_REASON_OF_SESSION);
    pm_lift_into(ctx->a, &e, core);
    pm_emit(ctx, r, &e);
    return true;
}

// go-containerregistry's trace: "2024/01/02 03:04:05 <-- 200
// https://r.test/v2/a/manifests/1 (161ms)"
static bool take_trace(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_scan c = pm_scan_of(after(pm_str_sub(r->text, 0, 4096), " <-- "));
    struct pm_str url, took;
    uint64_t status;
    if (!c.at || !pm_scan_uint(&c, 3, &status) || !pm_scan_char(&c, ' ') ||
        !pm_scan_word(&c, &url) || !starts(url, "http"))
        return false;
    struct pm_event e = pm_event_of(r, PM_COMP_CLIENT, PM_KIND_OTHER);
    pm_when_slash(r->text, &e.when);
    e.http_status = (int)status;
    e.field[PM_F_URL] = url;
    if (pm_scan_lit(&c, " (") && pm_scan_until(&c, ')', &took)) pm_duration(took, &e.duration_ns);
    pm_emit(ctx, r, &e);
    return true;
}

// What stands behind a quotation that the text is in at `at`: "`docker pull web 2>&1`: …". The
// command is told there, and then what came of it. PM_NONE: it is in none.
static struct pm_str behind_quoted(struct pm_str s, size_t at) {
    static const char quotes[] = "`'\"";
    for (const char *q = quotes; *q; q++) {
        bool open = false;
        for (size_t i = 0; i < at; i++) open ^= s.p[i] == *q;
        ptrdiff_t end = open ? pm_str_chr(s, *q, at) : -1;
        if (end >= 0) return pm_str_from(s, (size_t)end + 1);
    }
    return PM_NONE;
}

// A command, a comment or a template with the words of a failure: what stands there is what
// somebody looks for or would say, and nothing that happened.
static bool says_what_would_be(struct pm_str s) {
    static const char *const begins[] = {"+ ", "++ ", "$ ", "# ", "//", "/* ", "if ", "elif "};
    static const char *const commands[] = {" 2>&1", "| grep ", "|grep "};
    static const char *const templates[] = {"{{ ", "{{$", "{{.",  " %s",      " %q",
                                            " %v", " %w", "\"%s", "_test.go:"};
    s = pm_str_trim(s);
    for (size_t i = 0; i < PM_LEN(begins); i++)
        if (starts(s, begins[i])) return true;
    for (size_t i = 0; i < PM_LEN(templates); i++)
        if (has(s, templates[i])) return true;
    ptrdiff_t last = -1;
    for (size_t i = 0; i < PM_LEN(commands); i++) {
        ptrdiff_t at = pm_str_rfind(s, pm_str_c(commands[i]));
        last = at > last ? at : last;
    }
    return last >= 0 && !pm_lift_may_speak(behind_quoted(s, (size_t)last));
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    return r->text.n > 0 ? 1 : 0;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    enum pm_parse got = PM_PARSE_OK;
    if (r->text.n > (256u << 10)) return PM_PARSE_NO;
    if (take_network_error(ctx, r)) return PM_PARSE_OK;
    if (!pm_lift_may_speak(r->text)) return PM_PARSE_NO;
    if (take_klog(ctx, r, &got)) return got;
    if (says_what_would_be(r->text)) return PM_PARSE_NO;
    return take_message(ctx, r) || take_trace(ctx, r) || take_docker_api(ctx, r) ||
                   take_error(ctx, r)
               ? PM_PARSE_OK
               : PM_PARSE_NO;
}

const struct pm_parser pm_parser_plain_text = {
    .name = "plain-text",
    .title = "bare messages: event messages, engine and registry errors",
    .example =
        "toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: "
        "https://www.docker.com/increase-rate-limit",
    .source =
        "kubernetes/kubernetes:pkg/kubelet/images, moby/moby:distribution/errors.go, distribution/distribution:registry/api/errcode",
    .component = PM_COMP_CLIENT,
    .shapes = PM_SHAPE_LINE,
    .flags = PM_PARSER_FALLBACK,
    .bid = bid,
    .parse = parse,
};
