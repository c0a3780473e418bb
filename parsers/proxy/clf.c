// The Common Log Format family. See clf.h for the shapes. Every access-log line passes
// here, so: forward only, memchr, no arena until a line is a registry's.
#include "parsers/proxy/clf.h"

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "…" at the cursor, escapes left alone. False where there is none; *cut where it never
// closes.
static bool quoted(struct pm_scan *c, struct pm_str *out, bool *cut) {
    if (c->at >= c->end || *c->at != '"') return false;
    const char *start = c->at + 1, *p = start;
    while ((p = memchr(p, '"', (size_t)(c->end - p)))) {
        size_t back = 0;
        while (p - back > start && p[-1 - (ptrdiff_t)back] == '\\') back++;
        if (back % 2 == 0) break;
        p++;
    }
    if (!p) {
        *cut = true;
        p = c->end;
    }
    *out = (struct pm_str){start, (size_t)(p - start)};
    c->at = p < c->end ? p + 1 : p;
    return true;
}

static struct pm_str word(struct pm_scan *c) {
    while (c->at < c->end && *c->at == ' ') c->at++;
    const char *stop = memchr(c->at, ' ', (size_t)(c->end - c->at));
    if (!stop) stop = c->end;
    struct pm_str w = {c->at, (size_t)(stop - c->at)};
    c->at = stop;
    return w;
}

// "[02/Jan/2024:03:04:05 +0000]" or the ISO form. Returns how far it goes, 0 where it has
// not the shape of a date.
static size_t bracket_date(struct pm_str s, struct pm_str *stamp) {
    if (s.n < 20 || s.p[0] != '[' || !is_digit(s.p[1])) return 0;
    bool clf = s.p[3] == '/' && s.p[7] == '/' && s.p[12] == ':',
         iso = s.p[5] == '-' && s.p[8] == '-' && s.p[14] == ':';
    const char *close = clf || iso ? memchr(s.p + 18, ']', s.n - 18 < 24 ? s.n - 18 : 24) : NULL;
    if (!close) return 0;
    *stamp = pm_str_sub(s, 1, (size_t)(close - s.p) - 1);
    return stamp->n + 2;
}

// The words before the date: who asked, for which virtual host, as whom.
static bool head_words(struct pm_str head, struct pm_clf *o) {
    struct pm_scan c = pm_scan_of(head);
    struct pm_str w[4] = {{0}};
    struct pm_scan after[4];
    int n = 0;
    while (n < 4 && c.at < c.end) {
        w[n] = word(&c);
        after[n] = c;
        if (w[n].n) n++;
    }
    if (!n) return false;
    if (n >= 3 && w[1].p[0] == '(') { // Quay's nginx: CLIENT (PROXY_PROTOCOL_ADDRESS) - USER
        o->client = w[0];
        if (w[1].n > 3) o->real_ip = pm_str_sub(w[1], 1, w[1].n - 2);
        o->user = n > 3 ? w[3] : PM_STR("-");
        return true;
    }
    char tail_char = w[0].p[w[0].n - 1];
    bool vhost = n >= 4 && w[2].n == 1 && w[2].p[0] == '-' && w[1].n > 1 && w[1].p[0] != '[' &&
                 tail_char != ',' && tail_char != ':';
    int client = vhost ? 1 : 0;
    if (client) o->vhost = w[0];
    o->client = w[client];
    if (w[0].p[w[0].n - 1] == ',') { // a forwarded list; the user is the last word
        ptrdiff_t last = pm_str_rchr(head, ' '), end = pm_str_find(head, PM_STR(" - "), 0);
        o->user = pm_str_from(head, (size_t)(last + 1));
        if (end > 0) o->client = pm_str_sub(head, 0, (size_t)end);
        return true;
    }
    if (n > client + 2 && w[client + 2].p[0] == '[') { // old ingress-nginx: - [REAL_IP] - USER
        o->real_ip = pm_str_sub(w[client + 2], 1, w[client + 2].n > 2 ? w[client + 2].n - 2 : 0);
        struct pm_str rest = pm_str_trim(pm_scan_rest(&after[client + 2]));
        o->user = pm_str_starts(rest, PM_STR("- ")) ? pm_str_from(rest, 2) : rest;
        return true;
    }
    if (n > client + 3 && w[client + 1].p[0] != '-')
        return false; // some other log's words before a request
    if (n > client + 1) o->user = pm_str_trim(pm_scan_rest(&after[client + 1]));
    return true;
}

// The head up to the request's opening quote.
static bool head(struct pm_scan *c, struct pm_clf *o) {
    struct pm_str s = pm_scan_rest(c);
    size_t used;
    if (s.n && s.p[0] == '[') { // [TIME]:CLIENT - "
        used = bracket_date(s, &o->stamp);
        if (!used || used + 1 >= s.n || s.p[used] != ':') return false;
        o->dated = true;
        c->at += used + 1;
        o->client = word(c);
        o->tail = PM_CLF_HARBOR;
        if (!o->client.n || !pm_scan_lit(c, " - \"")) return false;
        c->at--; // the quote is the request's
        return true;
    }
    ptrdiff_t quote = pm_str_chr(pm_str_sub(s, 0, 2048), '"', 0);
    if (quote < 7) return false;
    struct pm_str before = pm_str_sub(s, 0, (size_t)quote);
    c->at += quote;
    for (ptrdiff_t at = pm_str_chr(before, '[', 0); at >= 0;
         at = pm_str_chr(before, '[', (size_t)at + 1)) {
        used = bracket_date(pm_str_from(before, (size_t)at), &o->stamp);
        if (!used) continue;
        struct pm_str between =
            pm_str_trim(pm_str_from(before, (size_t)at + used)); // APISIX: the host
        if (at < 2 ||
            (between.n && (pm_str_chr(between, ' ', 0) >= 0 || pm_str_chr(between, '.', 0) <= 0)))
            return false;
        if (!between.n && (size_t)at + used + 1 != before.n) return false;
        o->vhost = between;
        o->dated = true;
        struct pm_str named = o->vhost;
        if (!head_words(pm_str_sub(before, 0, (size_t)at - 1), o)) return false;
        if (named.n) o->vhost = named;
        return o->client.n > 0 && o->user.n > 0;
    }
    if (!pm_str_ends(before, PM_STR(" - ")) ||
        pm_str_chr(before, ' ', 0) != (ptrdiff_t)before.n - 3)
        return false;
    o->client = pm_str_sub(before, 0, before.n - 3);
    o->tail = PM_CLF_HARBOR;
    return pm_str_chr(o->client, '.', 0) > 0 || pm_str_chr(o->client, ':', 0) >= 0;
}

// The table of tails: what stands after the agent. Asked in order; the last row takes the
// rest.
static bool is_end(struct pm_str rest) { return rest.n == 0; }
static bool is_any(struct pm_str rest) { return rest.n != SIZE_MAX; }
static bool is_ingress(struct pm_str rest) {
    struct pm_scan c = pm_scan_of(rest);
    uint64_t length;
    struct pm_str time;
    if (!pm_scan_uint(&c, 19, &length) || !pm_scan_blanks(&c) || !pm_scan_word(&c, &time) ||
        !is_digit(time.p[0]))
        return false;
    return pm_scan_lit(&c, " [");
}
static bool is_traefik(struct pm_str rest) {
    struct pm_scan c = pm_scan_of(rest);
    uint64_t count;
    return pm_scan_uint(&c, 19, &count) && pm_scan_lit(&c, " \"") &&
           pm_str_ends(rest, PM_STR("ms"));
}
static bool is_harbor(struct pm_str rest) {
    return rest.n >= 5 && is_digit(rest.p[0]) &&
           (pm_str_ends(rest, PM_STR(" .")) || pm_str_ends(rest, PM_STR(" p"))) &&
           pm_str_chr(rest, '"', 0) < 0;
}
static const struct {
    enum pm_clf_tail tail;
    bool empty_referer; // the row asks for ""
    bool (*is)(struct pm_str rest);
} clf_tails[] = {
    {PM_CLF_DISTRIBUTION, true, is_end}, {PM_CLF_COMBINED, false, is_end},
    {PM_CLF_INGRESS, false, is_ingress}, {PM_CLF_TRAEFIK, false, is_traefik},
    {PM_CLF_HARBOR, false, is_harbor},   {PM_CLF_COMBINED, false, is_any},
};

static void choose_tail(struct pm_clf *o) {
    if (o->tail) return; // the head decided
    bool empty_referer = o->referer.p && !o->referer.n;
    if (o->cut) {
        o->tail = empty_referer ? PM_CLF_DISTRIBUTION : PM_CLF_COMBINED;
        return;
    }
    for (size_t i = 0; i < PM_LEN(clf_tails) && !o->tail; i++)
        if ((empty_referer || !clf_tails[i].empty_referer) && clf_tails[i].is(o->rest))
            o->tail = clf_tails[i].tail;
}

// STATUS and the numbers after it: one is a size, two or three are Nexus.
static bool tail(struct pm_scan *c, struct pm_clf *o) {
    if (!pm_http_status(word(c), &o->status)) return false;
    struct pm_str number[3];
    int n = 0;
    for (; n < 3; n++) {
        struct pm_scan back = *c;
        number[n] = word(c);
        bool dash = number[n].n == 1 && number[n].p[0] == '-';
        if (!number[n].n || !(dash || is_digit(number[n].p[0]))) {
            *c = back;
            break;
        }
    }
    if (!n) o->cut = true;
    pm_scan_blanks(c);
    if (n >= 2) pm_http_i64(number[n - 2], &o->bytes);
    else if (n == 1) pm_http_i64(number[0], &o->bytes);
    if (!quoted(c, &o->referer, &o->cut)) {
        if (!o->tail) o->tail = PM_CLF_COMMON;
        return c->at >= c->end || !is_digit(*c->at);
    }
    pm_scan_blanks(c);
    if (n >= 2 && (c->at >= c->end || *c->at == '[')) {
        pm_http_i64(number[n - 1], &o->elapsed_ms);
        o->agent = o->referer;
        o->referer = PM_NONE;
        o->rest = pm_scan_rest(c);
        o->tail = PM_CLF_NEXUS;
        return true;
    }
    if (n >= 2) pm_http_i64(number[0], &o->bytes);
    if (!quoted(c, &o->agent, &o->cut) && c->at >= c->end) o->cut = true;
    pm_scan_blanks(c);
    o->rest = pm_str_trim(pm_scan_rest(c));
    choose_tail(o);
    return true;
}

static bool split(struct pm_str text, struct pm_clf *o) {
    *o = (struct pm_clf){.bytes = -1, .elapsed_ms = -1};
    struct pm_scan c = pm_scan_of(text);
    if (!head(&c, o) || !quoted(&c, &o->request, &o->cut)) return false;
    bool asked = pm_http_request_line(o->request, &o->method, &o->url);
    if (o->cut) {
        choose_tail(o);
        return asked;
    }
    return (o->dated || asked) && tail(&c, o);
}

// Whoever bids for a line parses it next. The same bytes in the same place split the same
// way, so the thread's last line is not split again.
#define LAST_BYTES 1024
static _Thread_local struct {
    struct pm_clf clf;
    const char *at;
    size_t n;
    bool good;
    char text[LAST_BYTES];
} last_split;

static void split_remember(struct pm_str text, bool good) {
    last_split.good = good;
    last_split.at = text.n <= LAST_BYTES ? text.p : NULL;
    last_split.n = text.n;
    if (last_split.at && text.n) memcpy(last_split.text, text.p, text.n);
}

bool pm_clf_split(struct pm_str text, struct pm_clf *o) {
    bool again = text.p == last_split.at && text.n == last_split.n && text.n &&
                 memcmp(text.p, last_split.text, text.n) == 0;
    if (!again) split_remember(text, split(text, &last_split.clf));
    *o = last_split.clf;
    return last_split.good;
}

int pm_clf_bid(struct pm_str text, unsigned tails, int bid) {
    struct pm_clf o;
    if (!pm_clf_split(text, &o) || !(o.tail & tails)) return 0;
    return o.cut ? bid - 20 : bid;
}

// What the tails hold beyond the common fields. The first address of a quoted
// X-Forwarded-For counts as client: the address before it is a proxy's.
static void add_rest(struct pm_arena *a, struct pm_clf *o, struct pm_http_request *q) {
    struct pm_scan c = pm_scan_of(o->rest);
    struct pm_str w[6] = {{0}};
    if (o->tail == PM_CLF_NEXUS) {
        if (o->elapsed_ms > 0) q->duration_ns = o->elapsed_ms * 1000000;
        return;
    }
    if (o->tail == PM_CLF_HARBOR) {
        pm_http_seconds(word(&c), &q->duration_ns);
        return;
    }
    if (o->tail == PM_CLF_TRAEFIK) {
        ptrdiff_t last = pm_str_rchr(o->rest, ' ');
        int64_t ms;
        if (pm_http_i64(pm_str_sub(o->rest, (size_t)(last + 1), o->rest.n - (size_t)(last + 1) - 2),
                        &ms) &&
            ms >= 0 && ms < 100000000)
            q->duration_ns = ms * 1000000;
        return;
    }
    if (o->tail == PM_CLF_INGRESS) {
        for (size_t i = 0; i < 3; i++) w[i] = word(&c);
        pm_http_seconds(w[1], &q->duration_ns);
        if (q->status >= 400)
            q->message = pm_arena_join(a, PM_STR("upstream "),
                                       pm_str_from(o->rest, (size_t)(w[2].p - o->rest.p)));
        return;
    }
    bool cut = false;
    struct pm_str forwarded;
    if (o->rest.n && quoted(&c, &forwarded, &cut)) {
        if (!cut && forwarded.n >= 3 &&
            (is_digit(forwarded.p[0]) || pm_str_chr(forwarded, ':', 0) >= 0) &&
            pm_str_chr(forwarded, '/', 0) < 0)
            q->client = forwarded;
    } else if (o->rest.n && is_digit(o->rest.p[0]) && pm_str_chr(w[0] = word(&c), '.', 0) > 0)
        pm_http_seconds(w[0], &q->duration_ns);
}

// $upstream_cache_status or Varnish's hit or miss, where an administrator appended it: a
// word of its own, in quotes, or behind a name.
static unsigned cache_word(struct pm_str rest) {
    struct pm_scan c = pm_scan_of(rest);
    unsigned flag = 0;
    while (!flag && c.at < c.end) {
        struct pm_str w = word(&c);
        ptrdiff_t name = pm_str_rchr(w, '=');
        if (name < 0) name = pm_str_rchr(w, ':');
        if (name >= 0) w = pm_str_from(w, (size_t)name + 1);
        while (w.n && strchr("\"[(,", w.p[0])) w = pm_str_from(w, 1);
        while (w.n && strchr("\"]),", w.p[w.n - 1])) w = pm_str_sub(w, 0, w.n - 1);
        if (w.n >= 3 && !is_digit(w.p[0]) && !pm_str_ieq(w, PM_STR("true")) &&
            !pm_str_ieq(w, PM_STR("false")))
            flag = pm_http_cache(w);
    }
    return flag;
}

enum pm_parse pm_clf_parse(struct pm_parse_ctx *ctx, const struct pm_record *r, struct pm_str text,
                           unsigned tails, enum pm_component component) {
    struct pm_clf o;
    if (r->sure) o = *pm_clf_sure_last();
    else if (!pm_clf_split(text, &o) || !(o.tail & tails)) return PM_PARSE_NO;
    if (o.cut)
        pm_emit_bad(ctx, r, "line-cut", "access log line ends inside %s",
                    o.status ? "the user agent" : "the request");
    if (o.cut && !o.status) return PM_PARSE_BAD; // half a URL and no answer: nothing to count
    bool ours = pm_http_registry_url(o.url);
    if (!ours && !ctx->every) return o.cut ? PM_PARSE_BAD : PM_PARSE_OK;
    struct pm_http_request q = PM_HTTP_REQUEST_NONE;
    q.when = pm_clf_stamp(o.stamp);
    q.client = o.client;
    // Traefik hands X-Forwarded-For on as it came.
    if (o.tail == PM_CLF_TRAEFIK) q.client = pm_http_client_last(o.client);
    if (o.real_ip.n) q.client = o.real_ip;
    q.user = o.user;
    q.method = o.method;
    q.url = o.url;
    q.host = o.vhost;
    q.user_agent = o.agent;
    q.status = o.status;
    q.bytes = o.bytes;
    q.flags = cache_word(o.rest) | (o.cut ? PM_EV_CUT : 0);
    if (o.rest.n || o.tail == PM_CLF_NEXUS) add_rest(ctx->a, &o, &q);
    if (ours) pm_http_request_emit_any(ctx, r, component, &q);
    else pm_http_request_other(ctx, r, component, &q);
    return o.cut ? PM_PARSE_BAD : PM_PARSE_OK;
}
