// Error texts: the image, status, URL and stage that every runtime says in its own words.
//
// One text may be nested in others up to four levels deep (kubelet err="…" around
// containerd's error around the registry's message).
//     failed to pull and unpack image "docker.io/acme/web:1": failed to resolve reference "…": unexpected status from HEAD request to https://…: 429 Too Many Requests
//     Error response from daemon: pull access denied for acme/web, repository does not exist or may require 'docker login': denied: …
//     initializing source docker://quay.test/a/b:1: reading manifest 1 in quay.test/a/b: manifest unknown
// Sources: containerd/containerd:core/remotes/docker@v1.4.0…v2.2.0,
// moby/moby:distribution@v17.03…v29, containers/image:docker,
// kubernetes/kubernetes:pkg/kubelet/images.
// Nothing is guessed: an image is taken only from a phrase that programs use to name the
// image they pull, a number only where the text says it is a status.
#include "parsers/lift/lift.h"
#include "pm/image.h"

#define UNWRAP_MAX 4
#define LIFT_MAX_BYTES                                                                             \
    (64u << 10) // what is looked through; real errors with a whole container in them are 20 KiB
#define URL_MAX_BYTES 4096

static struct pm_str drop_unknown_code(struct pm_str s) {
    static const char *const heads[] = {"rpc error: code = Unknown desc = ",
                                        "rpc error: code = 2 desc = "};
    for (size_t i = 0; i < PM_LEN(heads); i++)
        if (starts(s, heads[i])) return pm_str_trim(pm_str_from(s, strlen(heads[i])));
    return s;
}

// Kubelets before 1.3 guessed beside the cause: "image pull failed for X, this may be because there are no credentials on this request.  details: (CAUSE)"
static struct pm_str drop_guess(struct pm_arena *a, struct pm_str s) {
    ptrdiff_t at = pm_str_find(
        s, PM_STR(", this may be because there are no credentials on this request."), 0);
    struct pm_str cause = at < 0 ? PM_NONE : after(pm_str_from(s, (size_t)at), "details: (");
    if (!cause.n) return s;
    if (pm_str_ends(cause, PM_STR(")"))) cause.n--;
    return pm_arena_fmt(a, "%.*s: %.*s", PM_FMT(pm_str_sub(s, 0, (size_t)at)), PM_FMT(cause));
}

struct pm_str pm_lift_unwrap(struct pm_arena *a, struct pm_str s) {
    s = drop_guess(a, pm_str_trim(s));
    for (int level = 0; level < UNWRAP_MAX && has(s, "\\\""); level++) s = pm_unescape(a, s);
    return drop_unknown_code(pm_str_trim(s));
}

struct pm_str pm_lift_quoted_after(struct pm_arena *a, struct pm_str s, const char *lit,
                                   bool *cut) {
    struct pm_str rest = after(s, lit), out;
    struct pm_scan c = pm_scan_of(rest);
    pm_scan_blanks(&c);
    return rest.p && pm_scan_quoted(&c, a, &out, cut) ? out : PM_NONE;
}

static bool name_only(struct pm_str s) {
    for (size_t i = 0; i < s.n; i++)
        if (!pm_name_char(s.p[i])) return false;
    return s.n > 0;
}

bool pm_lift_pod(struct pm_str s, struct pm_event *e) {
    struct pm_scan c = pm_scan_of(s);
    struct pm_str pod, ns, uid;
    if (!pm_scan_until(&c, '_', &pod) || !pm_scan_until(&c, '(', &ns) ||
        !pm_scan_until(&c, ')', &uid))
        return false;
    if (!name_only(pod) || !name_only(ns) || !name_only(uid)) return false;
    e->field[PM_F_POD] = pod;
    e->field[PM_F_NAMESPACE] = ns;
    e->field[PM_F_POD_UID] = uid;
    return true;
}

// ---- status

struct status_phrase {
    int status;
    const char *phrase;
};
static const struct status_phrase status_phrases[] = {
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Auth"},
    {408, "Request Time"},
    {409, "Conflict"},
    {410, "Gone"},
    {412, "Precondition Failed"},
    {413, "Request Entity"},
    {415, "Unsupported Media Type"},
    {416, "Requested Range"},
    {418, "I'm a teapot"},
    {422, "Unprocessable"},
    {426, "Upgrade Required"},
    {429, "Too Many Requests"},
    {451, "Unavailable For Legal"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {503, "Service Temporarily"},
    {504, "Gateway Time"},
    {509, "Bandwidth"},
    {520, "Web Server"},
    {521, "Web Server"},
    {522, "Connection timed out"},
    {523, "Origin"},
    {524, "A timeout"},
    {525, "SSL"},
    {526, "Invalid SSL"},
    {530, "Origin"},
};
static const char *const status_cues[] = {
    // in any case; the number follows at once. "HTTP code 500" is absent on purpose: the
    // Docker API's own answer, not the registry's
    "status code ", "status code: ", "statuscode: ",    "statuscode=",  "\"status\":",
    "\"status\": ", "http code: ",   "http status: ",   "http status ", "status: ",
    "status ",      "http ",         "http/1.1 ",       "http/1.0 ",    "http/2 ",
    "http/2.0 ",    "response: ",    "response code: ",
};

static bool ends_with_any_case(struct pm_str s, const char *tail) {
    size_t n = strlen(tail);
    return s.n >= n && pm_str_ieq(pm_str_from(s, s.n - n), pm_str_c(tail));
}

static bool status_said_before(struct pm_str before) {
    for (size_t i = 0; i < PM_LEN(status_cues); i++)
        if (ends_with_any_case(before, status_cues[i])) return true;
    return pm_str_ends(before, PM_STR(": ")) &&
           has(before, "unexpected status"); // "unexpected status from GET request to URL: 520 "
}

static bool status_said_behind(int status, struct pm_str behind) {
    if (behind.n && behind.p[0] == ':') behind = pm_str_from(behind, 1);
    if (!behind.n || behind.p[0] != ' ') return false;
    behind = pm_str_from(behind, 1);
    if (starts(behind, "("))
        behind = pm_str_from(behind, 1); // "invalid status code from registry 403 (Forbidden)"
    for (size_t i = 0; i < PM_LEN(status_phrases); i++) {
        struct pm_str phrase = pm_str_c(status_phrases[i].phrase);
        if (status_phrases[i].status == status &&
            pm_str_ieq(pm_str_sub(behind, 0, phrase.n), phrase))
            return true;
    }
    return false;
}

static bool word_char(char c) { return pm_name_char(c) || c == '_'; }

static int find_status(struct pm_str s) {
    for (size_t i = 0; i + 3 <= s.n; i++) {
        if (s.p[i] != '4' && s.p[i] != '5') continue;
        if (i > 0 && word_char(s.p[i - 1])) continue;
        if (i + 3 < s.n && (word_char(s.p[i + 3]) && s.p[i + 3] != '.')) continue;
        uint64_t status;
        if (!pm_str_u64(pm_str_sub(s, i, 3), &status)) continue;
        if (status_said_behind((int)status, pm_str_from(s, i + 3)) ||
            status_said_before(pm_str_sub(s, 0, i)))
            return (int)status;
    }
    return 0;
}

// The error of the registry itself: without the mirrors that containers/image tells of
// first, which are steps of their own (lift_mirrors.c), and without CRI-O's second look
// for an artifact, at the same hosts again.
static struct pm_str own_words(struct pm_arena *a, struct pm_str s) {
    ptrdiff_t artifact = pm_str_find(s, PM_STR("; artifact err: "), 0);
    if (artifact > 0) s = pm_str_sub(s, 0, (size_t)artifact);
    ptrdiff_t from = pm_str_find(s, PM_STR("(Mirrors also failed: "), 0),
              to = pm_str_rfind(s, PM_STR("]): "));
    if (from < 0 || to < from) return s;
    return pm_arena_fmt(a, "%.*s%.*s", PM_FMT(pm_str_sub(s, 0, (size_t)from)),
                        PM_FMT(pm_str_from(s, (size_t)to + 4)));
}

// ---- URLs

#define URLS_MAX 8
struct url_seen {
    struct pm_str text, method;
};

static const char *const methods[] = {"Head", "Get", "Post", "Put", "Patch", "Delete"};

static struct pm_str method_before(struct pm_arena *a, struct pm_str before) {
    if (pm_str_ends(before, PM_STR("\""))) before.n--;
    if (ends_with_any_case(before, " request to ")) before.n -= strlen(" request to ");
    else if (ends_with_any_case(before, " ")) before.n--;
    else return PM_NONE;
    for (size_t i = 0; i < PM_LEN(methods); i++) {
        if (!ends_with_any_case(before, methods[i])) continue;
        size_t n = strlen(methods[i]);
        if (before.n > n && word_char(before.p[before.n - n - 1])) return PM_NONE;
        struct pm_str m = pm_arena_dup(a, pm_str_from(before, before.n - n));
        char *p = pm_arena_alloc(a, m.n);
        for (size_t k = 0; k < m.n; k++)
            p[k] = (char)(m.p[k] >= 'a' && m.p[k] <= 'z' ? m.p[k] - 32 : m.p[k]);
        return (struct pm_str){p, m.n};
    }
    return PM_NONE;
}

static struct pm_str url_text(struct pm_str s) {
    size_t n = 0;
    s = pm_str_sub(s, 0, URL_MAX_BYTES);
    while (n < s.n && !pm_blank(s.p[n]) && !strchr("\"'<>()[]{}\\", s.p[n])) n++;
    while (n > 0 && strchr(".,:;", s.p[n - 1])) n--;
    return pm_str_sub(s, 0, n);
}

// Links in prose ("https://www.docker.com/increase-rate-limit") are no requests; the
// Docker engine's own API is no registry.
static bool request_url(struct pm_str url, struct pm_str method, struct pm_str before) {
    struct pm_str path = pm_str_from(after(url, "://"), 0);
    if (starts(path, "%2F")) return false; // a socket or pipe, written as a host
    if (has(path, "/_ping") || has(path, "/images/create") || has(path, "/containers/"))
        return false;
    if (has(path, "/v2/") || has(path, "/v1/") || has(path, "/token") || has(path, "scope=") ||
        has(path, "/blobs/"))
        return true;
    return method.n > 0 || ends_with_any_case(before, "code ") ||
           ends_with_any_case(before, "url: ") || ends_with_any_case(before, "attempt to ");
}

// Get "r.test/v2/a/manifests/1": a wrapper took the scheme for a secret or a link.
static size_t schemeless_url(struct pm_arena *a, struct pm_str s, struct url_seen *out) {
    for (size_t i = 0; i < 2; i++) { // HEAD and GET are what pulls send
        struct pm_str cue = pm_arena_fmt(a, "%s \"", methods[i]);
        ptrdiff_t at = pm_str_find(s, cue, 0);
        struct pm_str url = at < 0 ? PM_NONE : url_text(pm_str_from(s, (size_t)at + cue.n));
        if (!has(url, "/v2/") || url.p[0] == '/') continue;
        out[0] = (struct url_seen){pm_arena_fmt(a, "https://%.*s", PM_FMT(url)),
                                   method_before(a, pm_str_sub(s, 0, (size_t)at + cue.n))};
        return 1;
    }
    return 0;
}

static size_t find_urls(struct pm_arena *a, struct pm_str s, struct url_seen *out) {
    size_t n = 0;
    for (ptrdiff_t at = pm_str_find(s, PM_STR("http"), 0); at >= 0 && n < URLS_MAX;
         at = pm_str_find(s, PM_STR("http"), (size_t)at + 4)) {
        struct pm_str rest = pm_str_from(s, (size_t)at), before = pm_str_sub(s, 0, (size_t)at);
        if (!starts(rest, "https://") && !starts(rest, "http://")) continue;
        struct url_seen u = {url_text(rest), method_before(a, before)};
        if (request_url(u.text, u.method, before)) out[n++] = u;
    }
    return n ? n : schemeless_url(a, s, out);
}

struct pm_str pm_lift_url_host(struct pm_str url) {
    struct pm_str rest = after(url, "://");
    size_t n = 0;
    while (n < rest.n && rest.p[n] != '/' && rest.p[n] != '?') n++;
    ptrdiff_t user = pm_str_chr(pm_str_sub(rest, 0, n), '@', 0);
    return user < 0 ? pm_str_sub(rest, 0, n)
                    : pm_str_sub(rest, (size_t)user + 1, n - (size_t)user - 1);
}

// Hosts named without a URL. An address that was dialled is not taken: it may be a
// proxy's, and is no name of a registry.
static struct pm_str host_in_words(struct pm_str s) {
    static const char *const cues[] = {"pinging container registry ", "pinging docker registry ",
                                       "pulling from host ", "lookup "};
    if (has(s, "proxyconnect")) return PM_NONE;
    for (size_t i = 0; i < PM_LEN(cues); i++) {
        struct pm_str host = pm_lift_bare_word(after(s, cues[i]));
        if (host.n && pm_lift_reference_shape(host, false) && pm_str_chr(host, '/', 0) < 0 &&
            !pm_str_ends(host, PM_STR(".sock")))
            return host;
    }
    return PM_NONE;
}

// "Get "https://registry-1.docker.io/v2/…": dial tcp: lookup
// production.cloudflare.docker.com on 10.0.0.2:53: no such host"
static struct pm_str looked_up(struct pm_str s) {
    struct pm_str host =
        has(s, "proxyconnect") ? PM_NONE : pm_lift_bare_word(after(s, "dial tcp: lookup "));
    return host.n && pm_lift_reference_shape(host, false) && pm_str_chr(host, '/', 0) < 0 ? host
                                                                                          : PM_NONE;
}

// The image is the first URL's, the request that failed the last one's: Get
// "https://r/v2/…": Get "https://auth/token?…": timeout
static void lift_urls(struct pm_arena *a, struct pm_event *e, struct pm_str s) {
    struct url_seen urls[URLS_MAX];
    size_t n = find_urls(a, s, urls);
    if (!n) {
        pm_event_fill(e, PM_F_HOST, host_in_words(s));
        return;
    }
    const struct url_seen *first = &urls[0], *last = &urls[n - 1];
    struct pm_str named = pm_lift_url_host(last->text), asked = looked_up(s);
    pm_event_fill(e, PM_F_HOST,
                  asked.n && !pm_str_starts(named, asked)
                      ? asked
                      : named); // of a redirect the client prints the URL that it came from
    pm_event_fill(e, PM_F_METHOD, last->method);
    pm_event_fill(e, PM_F_URL, last->text);
    if (!e->field[PM_F_IMAGE].n && n > 1 && !pm_str_eq(first->text, last->text)) {
        struct pm_registry_url u;
        if (pm_registry_url_parse(a, first->text, &u)) {
            pm_event_fill(e, PM_F_REGISTRY,
                          u.ns.n ? u.ns : pm_registry_of_host(pm_lift_url_host(first->text)));
            pm_event_fill(e, PM_F_REPOSITORY, u.repository);
            if (u.what == PM_URL_MANIFEST)
                pm_event_fill(e, pm_str_chr(u.reference, ':', 0) > 0 ? PM_F_DIGEST : PM_F_TAG,
                              u.reference);
        }
    }
}

// ---- stage and credentials

struct stage_cue {
    enum pm_stage stage;
    const char *text;
};
static const struct stage_cue stage_cues[] = {
    // first hit counts: the innermost phrases first
    {PM_STAGE_UNPACK, "failed to extract layer"},
    {PM_STAGE_UNPACK, "failed to register layer"},
    {PM_STAGE_UNPACK, "extraction snapshot"},
    {PM_STAGE_UNPACK, "wrong diff id"},
    {PM_STAGE_UNPACK, "unpacker"},
    {PM_STAGE_UNPACK, "failed to unpack image on"},
    {PM_STAGE_UNPACK, "adding layer with blob"},
    {PM_STAGE_UNPACK, "unpack: "},
    {PM_STAGE_UNPACK, "pplyLayer"},
    {PM_STAGE_UNPACK, "whiteout file"},
    {PM_STAGE_UNPACK, "overlay mount"},
    {PM_STAGE_TOKEN, "fetch anonymous token"},
    {PM_STAGE_TOKEN, "fetch oauth token"},
    {PM_STAGE_TOKEN, "failed to authorize"},
    {PM_STAGE_TOKEN, "equesting bearer token"},
    {PM_STAGE_TOKEN, "etrieve auth token"},
    {PM_STAGE_TOKEN, "etting credentials"},
    {PM_STAGE_TOKEN, "/token?"},
    {PM_STAGE_TOKEN, "scope=repository"},
    {PM_STAGE_TOKEN, "login attempt"},
    {PM_STAGE_BLOB, "/blobs/"},
    {PM_STAGE_BLOB, "reading blob"},
    {PM_STAGE_BLOB, "writing blob"},
    {PM_STAGE_BLOB, "error pulling image configuration"},
    {PM_STAGE_BLOB, "ref \"layer-"},
    {PM_STAGE_BLOB, "ref \"config-"},
    {PM_STAGE_BLOB, "layer verification failed"},
    {PM_STAGE_BLOB, "no progress"},
    {PM_STAGE_BLOB, "GetImageBlob"},
    {PM_STAGE_BLOB, "unknown blob"},
    {PM_STAGE_BLOB, "blob unknown"},
    {PM_STAGE_RESOLVE, "HEAD request"},
    {PM_STAGE_RESOLVE, "Head \"http"},
    {PM_STAGE_RESOLVE, "failed to resolve"},
    {PM_STAGE_RESOLVE, "inging container registry"},
    {PM_STAGE_MANIFEST, "/manifests/"},
    {PM_STAGE_MANIFEST, "eading manifest"},
    {PM_STAGE_MANIFEST, "manifest unknown"},
    {PM_STAGE_MANIFEST, "manifest for "},
    {PM_STAGE_MANIFEST, "ref \"manifest-"},
    {PM_STAGE_MANIFEST, "ref \"index-"},
    {PM_STAGE_MANIFEST, "in manifest"},
    {PM_STAGE_MANIFEST, "vnd.docker.distribution.manifest"},
    {PM_STAGE_BLOB, "failed to copy: "},
    {PM_STAGE_RESOLVE, "/v2/\""},
    {PM_STAGE_RESOLVE, "/v2/: "},
    {PM_STAGE_RESOLVE, "lookup "},
};

// Which pairs of bytes a text has, by their hash. Some seventy cues are looked for in each
// error, and nearly all of them have a pair that it lacks.
enum { PAIR_BITS = 1024 };
struct pairs {
    uint64_t bits[PAIR_BITS / 64];
};
static unsigned pair_of(const char *p) {
    return ((unsigned char)p[0] * 37u + (unsigned char)p[1]) % PAIR_BITS;
}
static struct pairs pairs_of(struct pm_str s) {
    struct pairs found = {{0}};
    for (size_t i = 0; i + 1 < s.n; i++)
        found.bits[pair_of(s.p + i) / 64] |= UINT64_C(1) << pair_of(s.p + i) % 64;
    return found;
}
static bool has_cue(struct pm_str s, const struct pairs *pairs, const char *cue) {
    for (const char *p = cue; p[0] && p[1]; p++)
        if (!(pairs->bits[pair_of(p) / 64] >> pair_of(p) % 64 & 1)) return false;
    return has(s, cue);
}

static enum pm_stage find_stage(struct pm_str s, const struct pairs *pairs) {
    for (size_t i = 0; i < PM_LEN(stage_cues); i++)
        if (has_cue(s, pairs, stage_cues[i].text)) return stage_cues[i].stage;
    return PM_STAGE_NONE;
}

struct credential_cue {
    unsigned flag;
    const char *text;
};
static const struct credential_cue credential_cues[] = {
    {PM_EV_ANONYMOUS, "fetch anonymous token"},
    {PM_EV_ANONYMOUS, "no basic auth credentials"},
    {PM_EV_ANONYMOUS, "unauthenticated pull rate limit"},
    {PM_EV_ANONYMOUS, "Unauthenticated request"},
    {PM_EV_CREDENTIALS, "fetch oauth token"},
    {PM_EV_CREDENTIALS, "pull rate limit as '"},
    {PM_EV_CREDENTIALS, "ncorrect username or password"},
    {PM_EV_CREDENTIALS, "nvalid username/password"},
    {PM_EV_CREDENTIALS, "authorization token has expired"},
    {PM_EV_CREDENTIALS, "denied: User: arn:"},
};

static void lift_credentials(struct pm_event *e, struct pm_str s, const struct pairs *pairs) {
    for (size_t i = 0; i < PM_LEN(credential_cues); i++)
        if (has_cue(s, pairs, credential_cues[i].text)) e->flags |= credential_cues[i].flag;
    pm_event_fill(e, PM_F_USER, pm_str_between(s, PM_STR("pull rate limit as '"), PM_STR("'")));
    pm_event_fill(e, PM_F_REPOSITORY,
                  e->field[PM_F_IMAGE].n
                      ? PM_NONE
                      : pm_str_between(s, PM_STR("repository with name '"), PM_STR("'")));
}

static struct pm_str arn_part(struct pm_str *arn) { // up to the next colon
    ptrdiff_t colon = pm_str_chr(*arn, ':', 0);
    struct pm_str part = colon < 0 ? *arn : pm_str_sub(*arn, 0, (size_t)colon);
    *arn = colon < 0 ? PM_NONE : pm_str_from(*arn, (size_t)colon + 1);
    return part;
}

// "arn:aws:ecr:eu-west-1:111122223333:repository/shop/cart": ECR names no image in a
// refusal, but partition, region, account and repository are all of its name.
static void lift_arn(struct pm_arena *a, struct pm_event *e, struct pm_str s) {
    if (e->field[PM_F_IMAGE].n || e->field[PM_F_REPOSITORY].n) return;
    ptrdiff_t at = pm_str_find(s, PM_STR(":repository/"), 0);
    if (at < 0) return;
    ptrdiff_t start = pm_str_rfind(pm_str_sub(s, 0, (size_t)at), PM_STR("arn:aws"));
    if (start < 0) return;
    struct pm_str arn = pm_str_sub(s, (size_t)start + 4, (size_t)at - (size_t)start - 4),
                  name = pm_str_from(s, (size_t)at + strlen(":repository/"));
    struct pm_str partition = arn_part(&arn), service = arn_part(&arn), region = arn_part(&arn),
                  account = arn;
    size_t n = 0;
    while (n < name.n && (strchr("/._-", name.p[n]) || (name.p[n] >= 'a' && name.p[n] <= 'z') ||
                          (name.p[n] >= '0' && name.p[n] <= '9')))
        n++;
    while (n && strchr("/._-", name.p[n - 1])) n--;
    if (!pm_str_eqc(service, "ecr") || !region.n || account.n != 12 ||
        pm_str_chr(account, ' ', 0) >= 0 || !n)
        return;
    e->field[PM_F_REGISTRY] =
        pm_arena_fmt(a, "%.*s.dkr.ecr.%.*s.amazonaws.com%s", PM_FMT(account), PM_FMT(region),
                     pm_str_eqc(partition, "aws-cn") ? ".cn" : "");
    e->field[PM_F_REPOSITORY] = pm_str_sub(name, 0, n);
}

// "… start failed in pod web-0_shop(3c0f…): …", "CreatePodSandbox for pod "web-0_shop(…)"
// failed"
static void lift_pod_in_words(struct pm_event *e, struct pm_str s) {
    if (e->field[PM_F_POD].n) return;
    struct pm_str rest = after(s, " in pod ");
    if (!rest.p) rest = after(s, "for pod \"");
    if (rest.p) pm_lift_pod(rest, e);
}

// The Docker engine names the repository alone ("pull access denied for acme/web"). The
// kubelet says the tag elsewhere: from its lines a bare name is taken as the repository,
// or "latest" would be invented. A client's line is all there is.
static void lift_image(struct pm_arena *a, struct pm_event *e, struct pm_str image) {
    struct pm_image parts;
    if (e->component != PM_COMP_KUBELET || !image.n || pm_lift_has_tag(image)) {
        pm_event_fill(e, PM_F_IMAGE, image);
        return;
    }
    if (!pm_image_parse(a, image, &parts)) return;
    pm_event_fill(e, PM_F_REGISTRY, parts.registry);
    pm_event_fill(e, PM_F_REPOSITORY, parts.repository);
}

// "unexpected media type text/html for sha256:…: not found": where no image is named, the
// manifest's digest is the reference.
static void lift_digest(struct pm_event *e, struct pm_str s) {
    struct pm_str rest = after(after(s, "unexpected media type "), " for sha256:");
    size_t n = 0;
    while (n < rest.n &&
           ((rest.p[n] >= '0' && rest.p[n] <= '9') || (rest.p[n] >= 'a' && rest.p[n] <= 'f')))
        n++;
    if (n != 64 || e->field[PM_F_IMAGE].n || e->field[PM_F_REPOSITORY].n) return;
    pm_event_fill(e, PM_F_DIGEST,
                  (struct pm_str){rest.p - strlen("sha256:"), n + strlen("sha256:")});
}

void pm_lift_error_anew(struct pm_arena *a, struct pm_event *e) {
    struct pm_str s = own_words(a, pm_str_sub(e->field[PM_F_ERROR], 0, LIFT_MAX_BYTES));
    if (!s.n) return;
    struct pairs pairs = pairs_of(s);
    if (!e->field[PM_F_IMAGE].n) lift_image(a, e, pm_lift_image(a, s));
    lift_urls(a, e, s);
    if (pm_lift_sandbox_image(s)) e->flags |= PM_EV_SANDBOX;
    lift_credentials(e, s, &pairs);
    lift_arn(a, e, s);
    lift_digest(e, s);
    lift_pod_in_words(e, s);
    if (!e->http_status) e->http_status = find_status(s);
    if (e->stage == PM_STAGE_NONE) e->stage = find_stage(s, &pairs);
}
