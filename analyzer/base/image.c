// Image references and registry URLs. See pm/image.h.
//
// Source: distribution/reference regexp.go and normalize.go (vendored by moby and
// containerd), kubelet image_manager.go applyDefaultImageTag.
#include "pm/image.h"
#include "pm/scan.h"

struct pm_str pm_registry_of_host(struct pm_str host) {
    static const char *const hub[] = {
        "index.docker.io",
        "registry-1.docker.io",
        "registry.hub.docker.com",
        "docker.io",
        "auth.docker.io",
        "production.cloudflare.docker.com",
        "production.cloudfront.docker.com",
        "docker-images-prod.6aa30f8b08e16409b46e0173d6de2f56.r2.cloudflarestorage.com"};
    struct pm_str bare = host;
    if (pm_str_ends(bare, PM_STR(":443"))) bare.n -= 4;
    for (size_t i = 0; i < PM_LEN(hub); i++) {
        if (pm_str_ieq(bare, pm_str_c(hub[i]))) return PM_STR("docker.io");
    }
    return bare;
}

static bool is_domain(struct pm_str head) {
    if (pm_str_eqc(head, "localhost") || pm_str_chr(head, '.', 0) >= 0 ||
        pm_str_chr(head, ':', 0) >= 0)
        return true;
    for (size_t i = 0; i < head.n; i++) {
        if (head.p[i] >= 'A' && head.p[i] <= 'Z') return true;
    }
    return false;
}

static bool alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// Path components: [a-z0-9]+ joined by one of . _ __ -+ ; components joined by '/'.
static bool path_good(struct pm_str s) {
    if (!s.n || s.n > 255) return false;
    for (size_t i = 0; i < s.n;) {
        if (!alnum(s.p[i])) return false;
        while (i < s.n && alnum(s.p[i])) i++;
        if (i == s.n) return true;
        if (s.p[i] == '-')
            while (i < s.n && s.p[i] == '-') i++;
        else if (s.p[i] == '_') i += i + 1 < s.n && s.p[i + 1] == '_' ? 2 : 1;
        else if (s.p[i] == '.' || s.p[i] == '/') i++;
        else return false;
    }
    return false; // ends with a separator
}

static bool domain_good(struct pm_str s) {
    if (!s.n) return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!(alnum(c) || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == ':' || c == '[' ||
              c == ']' || c == '_'))
            return false;
    }
    return alnum(s.p[0]) || s.p[0] == '[' || (s.p[0] >= 'A' && s.p[0] <= 'Z');
}

static bool tag_good(struct pm_str s) {
    if (!s.n || s.n > 128 || s.p[0] == '.' || s.p[0] == '-') return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!(alnum(c) || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' || c == '-')) return false;
    }
    return true;
}

// alg:hex; logs of ours and others cut hashes short, so the length is not insisted on. No
// slash: "user:password@registry.example/web:1" has no digest.
static bool digest_good(struct pm_str s) {
    ptrdiff_t colon = pm_str_chr(s, ':', 0), slash = pm_str_chr(s, '/', 0);
    if (colon <= 0 || slash >= 0 || (size_t)colon + 1 >= s.n) return false;
    for (size_t i = (size_t)colon + 1; i < s.n; i++) {
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f') ||
              (s.p[i] >= 'A' && s.p[i] <= 'F')))
            return false;
    }
    return true;
}

static struct pm_str strip_transport(struct pm_str s) {
    static const char *const known[] = {"docker-pullable://", "docker://", "oci:", "https://",
                                        "http://"};
    for (size_t i = 0; i < PM_LEN(known); i++) {
        if (pm_str_starts(s, pm_str_c(known[i]))) return pm_str_from(s, strlen(known[i]));
    }
    return s;
}

static bool all_hex64(struct pm_str s) {
    for (size_t i = 0; i < s.n; i++) {
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f'))) return false;
    }
    return s.n == 64;
}

// Splits off @digest and :tag. False where either is malformed.
static bool split_tail(struct pm_str *name, struct pm_image *out) {
    ptrdiff_t at = pm_str_rchr(*name, '@');
    if (at >= 0) {
        out->digest = pm_str_from(*name, (size_t)at + 1);
        *name = pm_str_sub(*name, 0, (size_t)at);
        if (!digest_good(out->digest)) return false;
    }
    ptrdiff_t colon = pm_str_rchr(*name, ':'), slash = pm_str_rchr(*name, '/');
    if (colon > slash) {
        out->tag = pm_str_from(*name, (size_t)colon + 1);
        *name = pm_str_sub(*name, 0, (size_t)colon);
        if (!tag_good(out->tag)) return false;
    }
    return true;
}

static bool split_domain(struct pm_str name, struct pm_image *out, bool *library) {
    ptrdiff_t slash = pm_str_chr(name, '/', 0);
    struct pm_str head = slash < 0 ? PM_NONE : pm_str_sub(name, 0, (size_t)slash);
    bool has_domain = slash > 0 && is_domain(head);
    out->registry = has_domain ? head : PM_STR("docker.io");
    out->repository = has_domain ? pm_str_from(name, (size_t)slash + 1) : name;
    if (has_domain && pm_str_eqc(pm_registry_of_host(head), "docker.io"))
        out->registry = PM_STR("docker.io");
    *library = pm_str_eqc(out->registry, "docker.io") && pm_str_chr(out->repository, '/', 0) < 0;
    return (!has_domain || domain_good(head)) && path_good(out->repository);
}

static struct pm_str put(char **at, struct pm_str s) {
    struct pm_str copy = {*at, s.n};
    if (s.n) memcpy(*at, s.p, s.n);
    *at += s.n;
    **at = 0;
    return copy;
}
// "registry/repository:tag" or "…@digest", and the parts as its slices, but for the tag
// beside a digest. Each image of each line is written so: printf took most of its parsing.
static void normalise(struct pm_arena *a, const struct pm_image *i, struct pm_str library,
                      struct pm_image *out) {
    struct pm_str last = i->digest.n ? i->digest : i->tag;
    size_t n = i->registry.n + 1 + library.n + i->repository.n + 1 + last.n;
    char *p = pm_arena_alloc(a, n + 1), *at = p;
    out->registry = put(&at, i->registry);
    put(&at, PM_STR("/"));
    out->repository = put(&at, library);
    out->repository.n += put(&at, i->repository).n;
    put(&at, i->digest.n ? PM_STR("@") : PM_STR(":"));
    last = put(&at, last);
    out->norm = (struct pm_str){p, n};
    if (i->digest.n) out->digest = last;
    else out->tag = last;
    if (i->digest.n && i->tag.n) out->tag = pm_arena_dup(a, i->tag);
}

bool pm_image_parse(struct pm_arena *a, struct pm_str ref, struct pm_image *out) {
    *out = (struct pm_image){.norm = pm_arena_dup(a, ref)};
    struct pm_str name = strip_transport(pm_str_trim(ref));
    struct pm_image i = {0};
    bool library = false;
    if (!name.n || name.n > 4096 || all_hex64(name) || !split_tail(&name, &i) ||
        !split_domain(name, &i, &library))
        return false;
    if (!i.tag.n && !i.digest.n) i.tag = PM_STR("latest");
    normalise(a, &i, library ? PM_STR("library/") : PM_NONE, out);
    return true;
}

// The value of a query parameter, percent-decoded.
static struct pm_str query_value(struct pm_arena *a, struct pm_str query, const char *key) {
    size_t n = strlen(key);
    while (query.n) {
        ptrdiff_t amp = pm_str_chr(query, '&', 0);
        struct pm_str pair = amp < 0 ? query : pm_str_sub(query, 0, (size_t)amp);
        if (pair.n > n && pair.p[n] == '=' && memcmp(pair.p, key, n) == 0)
            return pm_percent_decode(a, pm_str_from(pair, n + 1));
        query = amp < 0 ? PM_NONE : pm_str_from(query, (size_t)amp + 1);
    }
    return PM_NONE;
}

static bool is_token_path(struct pm_str path) {
    if (!path.n || !memchr("nhe", path.p[path.n - 1], 3))
        return false; // what the words below end with
    static const char *const ends[] = {"/token",         "/jwt/auth",       "/oauth2/token",
                                       "/auth",          "/v2/auth",        "/v2/token",
                                       "/service/token", "/oauth2/exchange"};
    for (size_t i = 0; i < PM_LEN(ends); i++) {
        if (pm_str_ends(path, pm_str_c(ends[i]))) return true;
    }
    return false;
}

// scope=repository:NAME:pull,push — what the token was asked for.
static void token_scope(struct pm_arena *a, struct pm_str query, struct pm_registry_url *out) {
    struct pm_str scope = query_value(a, query, "scope");
    if (!pm_str_starts(scope, PM_STR("repository:"))) return;
    struct pm_str rest = pm_str_from(scope, strlen("repository:"));
    ptrdiff_t colon = pm_str_rchr(rest, ':');
    if (colon < 0) return;
    out->repository = pm_str_sub(rest, 0, (size_t)colon);
    out->push = pm_str_has(pm_str_from(rest, (size_t)colon), PM_STR("push"));
}

// Artifactory's and Nexus' paths name the hosted repository before /v2/; it is no part of
// the image's name there.
static void v2_path(struct pm_str rest, struct pm_registry_url *out) {
    static const struct {
        struct pm_str word;
        enum pm_url_what what;
    } parts[] = {{{"/manifests/", 11}, PM_URL_MANIFEST},
                 {{"/blobs/uploads", 14}, PM_URL_UPLOAD},
                 {{"/blobs/", 7}, PM_URL_BLOB},
                 {{"/tags/list", 10}, PM_URL_TAGS}};
    if (!rest.n) {
        out->what = PM_URL_PING;
        return;
    }
    if (pm_str_starts(rest, PM_STR("_catalog"))) out->what = PM_URL_CATALOG;
    if (pm_str_chr(rest, '/', 0) < 0) return; // "_catalog"
    size_t last[PM_LEN(parts)] = {0};         // of each word, as a path may hold it more than once
    for (const char *p = rest.p + 1, *end = rest.p + rest.n;
         (p = memchr(p, '/', (size_t)(end - p))) && end - p > 1; p++)
        for (size_t i = 0; i < PM_LEN(parts); i++)
            if (p[1] == parts[i].word.p[1] &&
                pm_str_starts((struct pm_str){p, (size_t)(end - p)}, parts[i].word))
                last[i] = (size_t)(p - rest.p);
    for (size_t i = 0; i < PM_LEN(parts); i++) {
        if (!last[i]) continue;
        out->what = parts[i].what;
        out->repository = pm_str_sub(rest, 0, last[i]);
        out->push = out->what == PM_URL_UPLOAD;
        if (out->what == PM_URL_MANIFEST || out->what == PM_URL_BLOB)
            out->reference = pm_str_from(rest, last[i] + parts[i].word.n);
        return;
    }
}

static bool url_parse(struct pm_arena *a, struct pm_str url, struct pm_registry_url *out) {
    *out = (struct pm_registry_url){0};
    struct pm_str path = url, query = PM_NONE;
    ptrdiff_t scheme = pm_str_chr(pm_str_sub(url, 0, 8), ':', 0);
    if (scheme > 0 && scheme < 8 &&
        pm_str_starts(pm_str_from(url, (size_t)scheme), PM_STR("://"))) {
        struct pm_str rest = pm_str_from(url, (size_t)scheme + 3);
        ptrdiff_t slash = pm_str_chr(rest, '/', 0);
        out->host = slash < 0 ? rest : pm_str_sub(rest, 0, (size_t)slash);
        ptrdiff_t at = pm_str_rchr(out->host, '@');
        if (at >= 0) out->host = pm_str_from(out->host, (size_t)at + 1);
        path = slash < 0 ? PM_NONE : pm_str_from(rest, (size_t)slash);
    }
    ptrdiff_t mark = pm_str_chr(path, '?', 0);
    if (mark >= 0) {
        query = pm_str_from(path, (size_t)mark + 1);
        path = pm_str_sub(path, 0, (size_t)mark);
    }
    out->ns = query_value(a, query, "ns");
    if (is_token_path(path)) {
        out->what = PM_URL_TOKEN;
        token_scope(a, query, out);
        return true;
    }
    ptrdiff_t v2 = pm_str_starts(path, PM_STR("/v2")) ? 0 : pm_str_find(path, PM_STR("/v2"), 0);
    if (v2 < 0) return out->host.n > 0;
    struct pm_str rest = pm_str_from(path, (size_t)v2 + 3);
    if (rest.n && rest.p[0] != '/') return out->host.n > 0;
    v2_path(pm_percent_decode(a, pm_str_from(rest, 1)), out);
    return true;
}

// Whoever reads a request's URL and whoever puts its event in order ask for the same one,
// one after the other: the thread's last is remembered. Only what borrows from the URL
// itself is; a query or an escape makes texts that are an arena's.
#define URL_BYTES 256
bool pm_registry_url_parse(struct pm_arena *a, struct pm_str url, struct pm_registry_url *out) {
    static _Thread_local struct {
        const char *at;
        size_t n;
        char text[URL_BYTES];
        struct pm_registry_url url;
    } last;
    if (url.n && url.p == last.at && url.n == last.n && memcmp(url.p, last.text, url.n) == 0) {
        *out = last.url;
        return true;
    }
    bool parsed = url_parse(a, url, out);
    if (!parsed || url.n > URL_BYTES || memchr(url.p, '%', url.n) || memchr(url.p, '?', url.n))
        return parsed;
    last.at = url.p;
    last.n = url.n;
    memcpy(last.text, url.p, url.n);
    last.url = *out;
    return true;
}
