// Requests as access logs tell them: the part that all formats share. See http_request.h.
#include "parsers/proxy/http_request.h"
#include "pm/image.h"

// Paths that only registries serve. A bare /v2/ in the middle of a path is not enough
// (other services version their APIs too), so it must come with a registry's own nouns.
static const char *const registry_starts[] = {"/v2/",        "/token?",       "/service/token",
                                              "/jwt/auth",   "/oauth2/token", "/oauth2/exchange",
                                              "/auth/token", "/v1/_ping",     "/v1/repositories/"};
static const char *const registry_nouns[] = {"/manifests/", "/blobs/", "/tags/list", "/_catalog"};
static const char *const docker_roots[] = {"/api/docker/", "/repository/", "/artifactory/"};

// Where the path of an absolute or origin-form URL begins.
static struct pm_str url_path(struct pm_str url) {
    if (url.n && url.p[0] == '/') return url;
    ptrdiff_t scheme = pm_str_find(pm_str_sub(url, 0, 12), PM_STR("://"), 0);
    if (scheme < 0) return PM_NONE;
    ptrdiff_t slash = pm_str_chr(url, '/', (size_t)scheme + 3);
    return slash < 0 ? PM_STR("/") : pm_str_from(url, (size_t)slash);
}

static bool starts_with_any(struct pm_str s, const char *const *table, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (pm_str_starts(s, pm_str_c(table[i]))) return true;
    return false;
}

// A product's own versioned API, "/api/v2/tenants/7/manifests/latest": registries behind
// a path have the repository's name before their /v2/.
static bool behind_api(struct pm_str path, const char *at) {
    static const char *const heads[] = {"/api", "/apis", "/rest"};
    struct pm_str before = pm_str_sub(path, 0, (size_t)(at - path.p));
    for (size_t i = 0; i < PM_LEN(heads); i++)
        if (pm_str_ends(before, pm_str_c(heads[i]))) return true;
    return false;
}

// memmem costs more than the few slashes of a path.
static bool has_v2(struct pm_str path) {
    for (const char *p = path.p, *end = path.p + path.n;
         (p = memchr(p, '/', (size_t)(end - p))) && end - p >= 4; p++)
        if (p[1] == 'v' && p[2] == '2' && p[3] == '/' && !behind_api(path, p)) return true;
    return false;
}

bool pm_http_registry_url(struct pm_str url) {
    struct pm_str path = url_path(url);
    if (path.n >= 4 && memcmp(path.p, "/v2/", 4) == 0) return true;
    if (path.n < 3) return false;
    if (pm_str_eqc(path, "/v2") || pm_str_eqc(path, "/token")) return true;
    if (starts_with_any(path, registry_starts, PM_LEN(registry_starts))) return true;
    if (!has_v2(path)) {
        ptrdiff_t query = pm_str_chr(path, '?', 0);
        return query > 0 &&
               pm_str_has(pm_str_from(path, (size_t)query), PM_STR("scope=repository"));
    }
    if (starts_with_any(path, docker_roots, PM_LEN(docker_roots))) return true;
    for (size_t i = 0; i < PM_LEN(registry_nouns); i++)
        if (pm_str_has(path, pm_str_c(registry_nouns[i]))) return true;
    return false;
}

// Names of hosts that serve images or their tokens and layers; the list is of public
// services, the words cover what people call their own.
static const char *const registry_hosts[] = {
    "docker.io",
    "docker.com",
    "quay.io",
    "ghcr.io",
    "gcr.io",
    "pkg.dev",
    "azurecr.io",
    "registry.k8s.io",
    "mcr.microsoft.com",
    "icr.io",
    "nvcr.io",
    "lscr.io",
    "cgr.dev",
    "public.ecr.aws",
    "registry.redhat.io",
    "registry.access.redhat.com",
    "registry.gitlab.com",
    "pkg.github.com",
    "pkg-containers.githubusercontent.com",
    "registry.digitalocean.com",
    "ocir.io",
    "aliyuncs.com",
    "myhuaweicloud.com",
    "tencentcloudcr.com",
    "jfrog.io",
    "docker.elastic.co",
    "registry.suse.com",
    "r2.cloudflarestorage.com",
};
static const char *const host_words[] = {"registry", "docker", "harbor", "quay",   "artifactory",
                                         "nexus",    "zot",    "ecr",    "gcr",    "acr",
                                         "cr",       "hub",    "mirror", "images", "containers"};

static bool is_word_of_host(struct pm_str host, struct pm_str word) {
    for (ptrdiff_t at = pm_str_ifind(host, word, 0); at >= 0;
         at = pm_str_ifind(host, word, (size_t)at + 1)) {
        size_t end = (size_t)at + word.n;
        bool left = at == 0 || strchr(".-_", host.p[at - 1]) != NULL;
        bool right = end == host.n || strchr(".-_", host.p[end]) != NULL ||
                     (host.p[end] >= '0' && host.p[end] <= '9');
        if (left && right) return true;
    }
    return false;
}

static bool is_name_or_below(struct pm_str host, struct pm_str name) {
    if (!pm_str_ends(host, name)) return false;
    return host.n == name.n || host.p[host.n - name.n - 1] == '.' ||
           host.p[host.n - name.n - 1] == '-';
}

bool pm_http_registry_host(struct pm_str host) {
    ptrdiff_t colon = pm_str_rchr(host, ':');
    if (colon >= 0) {
        struct pm_str port = pm_str_from(host, (size_t)colon + 1);
        if (pm_str_eqc(port, "5000") || pm_str_eqc(port, "5001") || pm_str_eqc(port, "5050"))
            return true;
        host = pm_str_sub(host, 0, (size_t)colon);
    }
    for (size_t i = 0; i < PM_LEN(registry_hosts); i++)
        if (is_name_or_below(host, pm_str_c(registry_hosts[i]))) return true;
    for (size_t i = 0; i < PM_LEN(host_words); i++)
        if (is_word_of_host(host, pm_str_c(host_words[i]))) return true;
    return false;
}

bool pm_http_method(struct pm_str s) {
    if (s.n < 3 || s.n > 10) return false;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < 'A' || s.p[i] > 'Z') return false;
    return true;
}

struct pm_str pm_http_absent(struct pm_str s) {
    return s.n == 1 && s.p[0] == '-' ? PM_NONE : s;
}

struct pm_str pm_http_client(struct pm_str s) {
    s = pm_http_absent(pm_str_trim(s));
    ptrdiff_t comma = pm_str_chr(s, ',', 0);
    if (comma >= 0) s = pm_str_trim(pm_str_sub(s, 0, (size_t)comma));
    if (s.n && s.p[0] == '[') {
        ptrdiff_t close = pm_str_chr(s, ']', 0);
        s = pm_str_sub(s, 1, close > 0 ? (size_t)close - 1 : s.n);
    } else {
        ptrdiff_t colon = pm_str_chr(s, ':', 0);
        if (colon >= 0 && pm_str_rchr(s, ':') == colon) s = pm_str_sub(s, 0, (size_t)colon);
    }
    if (pm_str_starts(s, PM_STR("::ffff:")) && pm_str_chr(s, '.', 7) > 0) s = pm_str_from(s, 7);
    return pm_str_eqc(s, "unknown") ? PM_NONE : s;
}

struct pm_str pm_http_client_last(struct pm_str s) {
    ptrdiff_t comma = pm_str_rchr(s, ',');
    return pm_http_client(comma < 0 ? s : pm_str_from(s, (size_t)comma + 1));
}

unsigned pm_http_cache(struct pm_str said) {
    static const struct {
        const char *word;
        unsigned flag;
    } words[] = {
        // nginx, Varnish, Squid and ATS, CloudFront, Fastly, Cloudflare, Akamai, Cloud
        // Load Balancing
        {"HIT", PM_EV_CACHE_HIT},
        {"STALE", PM_EV_CACHE_HIT}, // served as it is while, or because, upstream cannot be asked
        {"UPDATING", PM_EV_CACHE_HIT},
        {"HIT-CLUSTER", PM_EV_CACHE_HIT},
        {"HIT-STALE", PM_EV_CACHE_HIT},
        {"true", PM_EV_CACHE_HIT},
        {"1", PM_EV_CACHE_HIT},
        {"MISS", PM_EV_CACHE_MISS},
        {"MISS-CLUSTER", PM_EV_CACHE_MISS},
        {"EXPIRED", PM_EV_CACHE_MISS},
        {"REVALIDATED", PM_EV_CACHE_MISS}, // asked upstream whether it is still good
        {"BYPASS", PM_EV_CACHE_MISS},
        {"DYNAMIC", PM_EV_CACHE_MISS},
        {"PASS", PM_EV_CACHE_MISS},
        {"RefreshHit", PM_EV_CACHE_MISS},
        {"false", PM_EV_CACHE_MISS},
        {"0", PM_EV_CACHE_MISS},
    };
    for (size_t i = 0; i < PM_LEN(words); i++)
        if (pm_str_ieq(said, pm_str_c(words[i].word))) return words[i].flag;
    if (!pm_str_starts(said, PM_STR("TCP_"))) return 0;
    if (pm_str_has(said, PM_STR("REFRESH")) || pm_str_has(said, PM_STR("MISS")) ||
        pm_str_has(said, PM_STR("CF_")))
        return PM_EV_CACHE_MISS;
    return pm_str_has(said, PM_STR("HIT")) ? PM_EV_CACHE_HIT : 0;
}

struct pm_str pm_http_host(struct pm_str s) {
    s = pm_http_absent(s);
    if (pm_str_ends(s, PM_STR(":443"))) return pm_str_sub(s, 0, s.n - 4);
    if (pm_str_ends(s, PM_STR(":80"))) return pm_str_sub(s, 0, s.n - 3);
    return s;
}

bool pm_http_request_line(struct pm_str line, struct pm_str *method, struct pm_str *url) {
    ptrdiff_t blank = pm_str_chr(line, ' ', 0);
    if (blank < 0 || !pm_http_method(pm_str_sub(line, 0, (size_t)blank))) return false;
    *method = pm_str_sub(line, 0, (size_t)blank);
    *url = pm_str_from(line, (size_t)blank + 1);
    ptrdiff_t proto = pm_str_rchr(*url, ' ');
    if (proto >= 0 && pm_str_starts(pm_str_from(*url, (size_t)proto + 1), PM_STR("HTTP")))
        *url = pm_str_sub(*url, 0, (size_t)proto);
    return url->n > 0;
}

bool pm_http_status(struct pm_str s, int *status) {
    *status = 0;
    if (pm_str_eqc(s, "-") || pm_str_eqc(s, "0") || pm_str_eqc(s, "-1") || pm_str_eqc(s, "000"))
        return true;
    if (s.n != 3) return false;
    for (int i = 0; i < 3; i++)
        if (s.p[i] < '0' || s.p[i] > '9') return false;
    *status = (s.p[0] - '0') * 100 + (s.p[1] - '0') * 10 + (s.p[2] - '0');
    return *status >= 100;
}

bool pm_http_i64(struct pm_str s, int64_t *out) {
    bool minus = s.n > 1 && s.p[0] == '-';
    uint64_t v;
    if (!pm_str_u64(minus ? pm_str_from(s, 1) : s, &v) || v > INT64_MAX) return false;
    *out = minus ? -(int64_t)v : (int64_t)v;
    return true;
}

bool pm_http_ratelimit(struct pm_str value, int64_t *count, int64_t *window_s) {
    value = pm_str_trim(value);
    ptrdiff_t semi = pm_str_chr(value, ';', 0);
    int64_t w;
    if (!pm_http_i64(pm_str_trim(pm_str_sub(value, 0, semi < 0 ? value.n : (size_t)semi)), count))
        return false;
    ptrdiff_t at = semi < 0 ? -1 : pm_str_find(value, PM_STR("w="), (size_t)semi);
    if (at < 0) return true;
    struct pm_str digits = pm_str_from(value, (size_t)at + 2);
    ptrdiff_t end = pm_str_chr(digits, ';', 0);
    if (pm_http_i64(pm_str_sub(digits, 0, end < 0 ? digits.n : (size_t)end), &w)) *window_s = w;
    return true;
}

bool pm_http_seconds(struct pm_str s, int64_t *ns) {
    double v;
    if (!pm_str_double(s, &v) || v < 0 || v > 1e7) return false;
    *ns = (int64_t)(v * 1e9 + 0.5);
    return true;
}

static enum pm_stage stage_of(enum pm_url_what what) {
    switch (what) {
    case PM_URL_TOKEN: return PM_STAGE_TOKEN;
    case PM_URL_MANIFEST: return PM_STAGE_MANIFEST;
    case PM_URL_BLOB:
    case PM_URL_UPLOAD: return PM_STAGE_BLOB;
    case PM_URL_TAGS: return PM_STAGE_RESOLVE;
    case PM_URL_OTHER:
    case PM_URL_PING:
    case PM_URL_CATALOG: break;
    }
    return PM_STAGE_NONE;
}

static bool is_writing(struct pm_str method) {
    return pm_str_eqc(method, "PUT") || pm_str_eqc(method, "PATCH") || pm_str_eqc(method, "POST") ||
           pm_str_eqc(method, "DELETE");
}

// Artifactory and Nexus name one of their own repositories before /v2/; pullers put it
// before the image's name, so it belongs to the repository.
static struct pm_str repository_below_root(struct pm_arena *a, struct pm_str url,
                                           struct pm_str name) {
    struct pm_str path = url_path(url);
    ptrdiff_t v2 = pm_str_find(path, PM_STR("/v2/"), 0);
    if (v2 <= 0 || !name.n || !starts_with_any(path, docker_roots, PM_LEN(docker_roots)))
        return PM_NONE;
    struct pm_str before = pm_str_sub(path, 0, (size_t)v2);
    return pm_arena_fmt(a, "%.*s/%.*s",
                        PM_FMT(pm_str_from(before, (size_t)(pm_str_rchr(before, '/') + 1))),
                        PM_FMT(name));
}

static void add_url(struct pm_arena *a, struct pm_event *e, const struct pm_http_request *q) {
    struct pm_registry_url u = {0};
    if (!q->url.n || !pm_registry_url_parse(a, q->url, &u)) return;
    if (!e->stage) e->stage = stage_of(u.what);
    if (!e->stage && pm_str_has(q->url, PM_STR("/blobs/sha256/")))
        e->stage =
            PM_STAGE_BLOB; // the layout of Distribution's storage, as CDNs and buckets see it
    if (u.push || (is_writing(q->method) && u.what != PM_URL_TOKEN)) e->flags |= PM_EV_PUSH;
    if (u.ns.n) e->flags |= PM_EV_MIRROR;
    struct pm_str below =
        e->field[PM_F_REPOSITORY].n ? PM_NONE : repository_below_root(a, q->url, u.repository);
    if (below.n) {
        e->field[PM_F_REPOSITORY] = below;
        if (u.what == PM_URL_MANIFEST)
            e->field[pm_str_chr(u.reference, ':', 0) > 0 ? PM_F_DIGEST : PM_F_TAG] = u.reference;
    }
    if (!e->field[PM_F_HOST].n) e->field[PM_F_HOST] = pm_http_host(u.host);
    if (u.what != PM_URL_TOKEN || e->field[PM_F_USER].n) return;
    struct pm_str query = pm_str_from(q->url, (size_t)(pm_str_chr(q->url, '?', 0) + 1));
    for (ptrdiff_t at = pm_str_find(query, PM_STR("account="), 0); at >= 0;
         at = pm_str_find(query, PM_STR("account="), (size_t)at + 1)) {
        if (at && query.p[at - 1] != '&') continue;
        struct pm_str v = pm_str_from(query, (size_t)at + 8);
        ptrdiff_t end = pm_str_chr(v, '&', 0);
        e->field[PM_F_USER] = pm_percent_decode(a, pm_str_sub(v, 0, end < 0 ? v.n : (size_t)end));
        return;
    }
}

static void add_user(struct pm_event *e, struct pm_str user) {
    user = pm_http_absent(user);
    if (pm_str_ieq(user, PM_STR("anonymous")) || pm_str_eqc(user, "_anonymous_") ||
        pm_str_eqc(user, "non_authenticated_user"))
        e->flags |= PM_EV_ANONYMOUS;
    else e->field[PM_F_USER] = user;
}

static void emit_request(struct pm_parse_ctx *ctx, const struct pm_record *r,
                         enum pm_component component, enum pm_kind kind,
                         const struct pm_http_request *q) {
    struct pm_event e = pm_event_of(r, component, kind);
    if (q->when.kind != PM_WHEN_NONE) e.when = q->when;
    e.http_status = q->status;
    e.stage = q->stage;
    e.flags |= q->flags;
    e.bytes = q->bytes;
    e.duration_ns = q->duration_ns;
    e.limit = q->limit;
    e.remaining = q->remaining;
    e.window_s = q->window_s;
    add_user(&e, q->user);
    e.field[PM_F_CLIENT] = pm_http_client(q->client);
    e.field[PM_F_METHOD] = pm_http_absent(q->method);
    e.field[PM_F_URL] = q->url;
    e.field[PM_F_HOST] = pm_http_host(q->host);
    e.field[PM_F_USER_AGENT] = pm_http_absent(q->user_agent);
    e.field[PM_F_IMAGE] = q->image;
    e.field[PM_F_REGISTRY] = q->registry;
    e.field[PM_F_REPOSITORY] = q->repository;
    e.field[PM_F_TAG] = q->tag;
    e.field[PM_F_DIGEST] = q->digest;
    e.field[PM_F_REASON] = q->reason;
    e.field[PM_F_ERROR] = q->error;
    e.field[PM_F_MESSAGE] = q->message;
    e.field[PM_F_JOIN] = pm_http_absent(q->join);
    add_url(ctx->a, &e, q);
    if (e.field[PM_F_USER].n) e.flags |= PM_EV_CREDENTIALS;
    pm_emit(ctx, r, &e);
}

enum pm_parse pm_http_request_emit_any(struct pm_parse_ctx *ctx, const struct pm_record *r,
                                       enum pm_component component,
                                       const struct pm_http_request *q) {
    emit_request(ctx, r, component, PM_KIND_REQUEST, q);
    return PM_PARSE_OK;
}

enum pm_parse pm_http_request_other(struct pm_parse_ctx *ctx, const struct pm_record *r,
                                    enum pm_component component, const struct pm_http_request *q) {
    struct pm_http_request other = *q;
    other.error = PM_NONE; // no error of ours
    if (ctx->every) emit_request(ctx, r, component, PM_KIND_OTHER, &other);
    return PM_PARSE_OK;
}

enum pm_parse pm_http_request_emit(struct pm_parse_ctx *ctx, const struct pm_record *r,
                                   enum pm_component component, const struct pm_http_request *q) {
    return pm_http_registry_url(q->url) ? pm_http_request_emit_any(ctx, r, component, q)
                                        : pm_http_request_other(ctx, r, component, q);
}

// The first registry URL inside a text, absolute or a path.
static struct pm_str url_in(struct pm_str text) {
    static const char stops[] = " \t\n\"'<>,)";
    for (ptrdiff_t at = pm_str_find(text, PM_STR("/v2/"), 0); at >= 0;
         at = pm_str_find(text, PM_STR("/v2/"), (size_t)at + 1)) {
        size_t from = (size_t)at, to = (size_t)at;
        while (from > 0 && !memchr(stops, text.p[from - 1], sizeof stops - 1)) from--;
        while (to < text.n && !memchr(stops, text.p[to], sizeof stops - 1)) to++;
        while (to > from && strchr(".:;", text.p[to - 1])) to--;
        struct pm_str url = pm_str_sub(text, from, to - from);
        if (pm_http_registry_url(url)) return url;
    }
    return PM_NONE;
}

// "remote response: 429", "status code 503", "status: 429", "http status: 404"
static int status_in(struct pm_str text) {
    static const char *const words[] = {"response: ", "status code: ", "status code ",
                                        "status: ",   "statuscode: ",  "statuscode=",
                                        "status=",    "http code "};
    for (size_t i = 0; i < PM_LEN(words); i++) {
        ptrdiff_t at = pm_str_ifind(text, pm_str_c(words[i]), 0);
        if (at < 0) continue;
        struct pm_str digits = pm_str_sub(text, (size_t)at + strlen(words[i]), 3),
                      after = pm_str_sub(text, (size_t)at + strlen(words[i]) + 3, 1);
        int status;
        if (pm_http_status(digits, &status) && !(after.n && after.p[0] >= '0' && after.p[0] <= '9'))
            return status;
    }
    return 0;
}

bool pm_http_app_about_images(struct pm_str m) {
    static const char *const words[] = {
        "/v2/", "docker",    "manifest", "blob", "registry", "Too Many Requests", "toomanyrequests",
        "pull", "rate limit"};
    for (size_t i = 0; i < PM_LEN(words); i++)
        if (pm_str_ifind(m, pm_str_c(words[i]), 0) >= 0) return true;
    return false;
}

enum pm_parse pm_http_app_emit(struct pm_parse_ctx *ctx, const struct pm_record *r,
                               enum pm_component component, const struct pm_http_app_line *l) {
    struct pm_event e = pm_event_of(r, component, PM_KIND_OTHER);
    if (l->when.kind != PM_WHEN_NONE) e.when = l->when;
    e.flags |= l->flags;
    e.field[PM_F_ERROR] = l->error;
    e.field[PM_F_MESSAGE] = l->message;
    e.field[PM_F_REASON] = l->reason;
    e.field[PM_F_CLIENT] = pm_http_client(l->client);
    add_user(&e, l->user);
    e.field[PM_F_REPOSITORY] = l->repository;
    e.field[PM_F_TAG] = l->tag;
    e.field[PM_F_DIGEST] = l->digest;
    e.field[PM_F_JOIN] = l->join;
    struct pm_str said = l->error.n ? l->error : l->message;
    struct pm_http_request q = PM_HTTP_REQUEST_NONE;
    q.url = e.field[PM_F_URL] = url_in(l->message);
    if (!q.url.n) q.url = e.field[PM_F_URL] = url_in(said);
    e.http_status = status_in(said);
    if (!e.http_status) e.http_status = status_in(l->message);
    if (q.url.n) add_url(ctx->a, &e, &q);
    if (e.field[PM_F_USER].n) e.flags |= PM_EV_CREDENTIALS;
    pm_emit(ctx, r, &e);
    return PM_PARSE_OK;
}
