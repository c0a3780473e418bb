// HTTP response headers that somebody kept: curl -v, curl -I, a debug log. What counts
// are a registry's rate-limit headers.
//
//   < HTTP/2 429
//   < date: Tue, 02 Jan 2024 03:04:05 GMT
//   < ratelimit-limit: 100;w=21600
//   < ratelimit-remaining: 0;w=21600
//   < docker-ratelimit-source: 192.0.2.1
//   … Ratelimit-Limit:[100;w=21600] Ratelimit-Remaining:[97;w=21600] …            a Go header map inside a log line
//   … {'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '76;w=21600'} …    Python's
//
// Source: Docker Hub documentation, "Pull usage and limits"; written by us to RFC 9110
// and the output of curl. One event a response: limit, remaining, window, the address
// that was counted, host and status where the dump shows them. Headers of one response
// are gathered over lines; a new status line, a blank line or the end closes it.
#include "parsers/proxy/http_request.h"

struct state {
    int status;
    int64_t limit, remaining, window_s;
    struct pm_str source, host;
    struct pm_when when;
    bool open; // a rate-limit header was seen
};

static void clear(struct state *s) {
    struct pm_str host = s->host;
    *s = (struct state){.limit = -1, .remaining = -1, .window_s = -1, .host = host};
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '<' || c == '>' || c == '*'; }

static struct pm_str without_arrow(struct pm_str t) {
    size_t n = 0;
    while (n < t.n && n < 8 && is_blank(t.p[n])) n++;
    return pm_str_from(t, n);
}

static bool header(struct pm_str t, const char *name, struct pm_str *value) {
    struct pm_str key = pm_str_c(name);
    if (t.n <= key.n || t.p[key.n] != ':' || !pm_str_ieq(pm_str_sub(t, 0, key.n), key))
        return false;
    *value = pm_str_trim(pm_str_from(t, key.n + 1));
    return true;
}

// The status line of a response: "HTTP/1.1 200 OK".
static bool status_line(struct pm_str t, int *status) {
    struct pm_scan c = pm_scan_of(t);
    struct pm_str version, number;
    return pm_scan_lit(&c, "HTTP/") && pm_scan_word(&c, &version) && pm_scan_blanks(&c) &&
           pm_scan_word(&c, &number) && pm_http_status(number, status) && *status;
}

static const char *const limit_names[] = {"ratelimit-limit", "x-ratelimit-limit"};
static const char *const remaining_names[] = {"ratelimit-remaining", "x-ratelimit-remaining"};

// NAME, then anything that is no digit (quotes, colon, bracket, blank), then the value.
static bool inline_value(struct pm_str t, const char *name, struct pm_str *value) {
    ptrdiff_t at = pm_str_ifind(t, pm_str_c(name), 0);
    if (at < 0) return false;
    size_t from = (size_t)at + strlen(name), limit = from + 6;
    while (from < t.n && from < limit && !(t.p[from] >= '0' && t.p[from] <= '9') &&
           t.p[from] != '-')
        from++;
    size_t to = from;
    while (to < t.n && ((t.p[to] >= '0' && t.p[to] <= '9') || strchr("-;w=", t.p[to]))) to++;
    *value = pm_str_sub(t, from, to - from);
    return to > from;
}

static bool any_header(struct pm_str t, const char *const *names, size_t n, struct pm_str *value) {
    for (size_t i = 0; i < n; i++)
        if (header(t, names[i], value)) return true;
    return false;
}

static int bid(const struct pm_record *r, const void *state) {
    const struct state *s = state;
    struct pm_str t = without_arrow(r->text), v;
    int status;
    if (any_header(t, limit_names, 2, &v) || any_header(t, remaining_names, 2, &v) ||
        header(t, "docker-ratelimit-source", &v))
        return 80;
    if (t.n < 400 && status_line(t, &status)) return 40;
    if (s && (s->open || s->status) && (!t.n || header(t, "date", &v))) return 40;
    if (pm_str_starts(r->text, PM_STR("> ")) && header(t, "host", &v)) return 40;
    return t.n < 8192 && inline_value(t, "ratelimit-remaining", &v) ? 15 : 0;
}

static void emit(struct pm_parse_ctx *ctx, const struct pm_record *r, struct state *s) {
    if (!s->open) {
        clear(s);
        return;
    }
    struct pm_event e = pm_event_of(r, PM_COMP_CLIENT, PM_KIND_REQUEST);
    if (s->when.kind != PM_WHEN_NONE) e.when = s->when;
    e.http_status = s->status;
    e.limit = s->limit;
    e.remaining = s->remaining;
    e.window_s = s->window_s;
    e.field[PM_F_CLIENT] = pm_http_client(s->source);
    e.field[PM_F_HOST] = pm_http_host(s->host);
    // Only Docker Hub sends docker-ratelimit-source and a window inside the value.
    if (!s->host.n && (s->source.n || s->window_s > 0))
        e.field[PM_F_REGISTRY] = PM_STR("docker.io");
    e.field[PM_F_MESSAGE] = PM_STR("rate-limit headers");
    pm_emit(ctx, r, &e);
    clear(s);
}

// "Tue, 02 Jan 2024 03:04:05 GMT"
static bool http_date(struct pm_str v, struct pm_when *w) {
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct pm_scan c = pm_scan_of(v);
    struct pm_str day_name, month;
    uint64_t day, year, hour, minute, second;
    if (!pm_scan_until(&c, ',', &day_name) || !pm_scan_blanks(&c) || !pm_scan_uint(&c, 2, &day) ||
        !pm_scan_blanks(&c) || !pm_scan_word(&c, &month) || month.n != 3)
        return false;
    ptrdiff_t at = pm_str_find(PM_STR(months), month, 0);
    pm_scan_blanks(&c);
    if (at < 0 || at % 3 || !pm_scan_uint(&c, 4, &year) || !pm_scan_blanks(&c) ||
        !pm_scan_uint(&c, 2, &hour) || !pm_scan_char(&c, ':'))
        return false;
    if (!pm_scan_uint(&c, 2, &minute) || !pm_scan_char(&c, ':') || !pm_scan_uint(&c, 2, &second) ||
        day < 1 || day > 31 || year < 1970 || year > 2200 || hour > 23 || minute > 59 ||
        second > 60)
        return false;
    *w = (struct pm_when){.kind = PM_WHEN_UTC, .unit_ns = PM_NS_PER_S};
    w->ns =
        pm_civil_ns((int)year, (int)(at / 3) + 1, (int)day, (int)hour, (int)minute, (int)second, 0);
    return true;
}

static enum pm_parse whole_dump(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_str limit, remaining;
    struct state one;
    one.host = PM_NONE;
    clear(&one);
    if (!inline_value(r->text, "ratelimit-remaining", &remaining)) return PM_PARSE_NO;
    one.open = pm_http_ratelimit(remaining, &one.remaining, &one.window_s);
    if (inline_value(r->text, "ratelimit-limit", &limit))
        pm_http_ratelimit(limit, &one.limit, &one.window_s);
    emit(ctx, r, &one);
    return PM_PARSE_OK;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct state *s = ctx->state;
    struct pm_str t = without_arrow(r->text), v;
    int status;
    if (!s->open && !s->status) clear(s);
    if (!t.n && s->open) {
        emit(ctx, r, s);
        return PM_PARSE_OK;
    }
    if (status_line(t, &status)) {
        emit(ctx, r, s);
        s->status = status;
    } else if (any_header(t, limit_names, 2, &v))
        s->open |= pm_http_ratelimit(v, &s->limit, &s->window_s);
    else if (any_header(t, remaining_names, 2, &v))
        s->open |= pm_http_ratelimit(v, &s->remaining, &s->window_s);
    else if (header(t, "docker-ratelimit-source", &v)) {
        s->source = pm_arena_dup(ctx->member, v);
        if (s->open) emit(ctx, r, s); // Docker Hub writes it last
        s->open |= s->source.n > 0;
    } else if (header(t, "host", &v)) s->host = pm_arena_dup(ctx->member, v);
    else if (header(t, "date", &v)) {
        if (!http_date(v, &s->when)) s->when = (struct pm_when){0};
    } else return whole_dump(ctx, r);
    return PM_PARSE_OK;
}

static void finish(struct pm_parse_ctx *ctx, const struct pm_record *last) {
    struct state *s = ctx->state;
    if (s->open) emit(ctx, last, s);
}

const struct pm_parser pm_parser_http_headers = {
    .name = "http-headers",
    .title = "HTTP response headers with a registry's rate limits",
    .example = "< ratelimit-remaining: 76;w=21600",
    .source =
        "Docker documentation: Docker Hub pull usage and limits; written by us to the output of curl",
    .component = PM_COMP_CLIENT,
    .shapes = PM_SHAPE_LINE,
    .state_bytes = sizeof(struct state),
    .bid = bid,
    .parse = parse,
    .finish = finish,
};
