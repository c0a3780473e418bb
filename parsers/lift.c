// Error texts: the image, status, URL and stage that every runtime says in its own words.
//
// One text may be nested in others up to four levels deep (kubelet err="…" around containerd's error around the registry's message).
//     failed to pull and unpack image "docker.io/acme/web:1": failed to resolve reference "…": unexpected status from HEAD request to https://…: 429 Too Many Requests
//     Error response from daemon: pull access denied for acme/web, repository does not exist or may require 'docker login': denied: …
//     initializing source docker://quay.test/a/b:1: reading manifest 1 in quay.test/a/b: manifest unknown
// Sources: containerd/containerd:core/remotes/docker@v1.4.0…v2.2.0, moby/moby:distribution@v17.03…v29, containers/image:docker, kubernetes/kubernetes:pkg/kubelet/images.
// Nothing is guessed: an image is taken only from a phrase that programs use to name the image they pull, a number only where the text says it is a status.
#include "lift.h"
#include "words.h"
#include "k8s_happening.h"
#include "pm/image.h"

#define UNWRAP_MAX 4
#define REFERENCE_MAX 512

static struct pm_str drop_unknown_code(struct pm_str s) {
    static const char *const heads[] = {"rpc error: code = Unknown desc = ", "rpc error: code = 2 desc = "};
    for (size_t i = 0; i < PM_LEN(heads); i++)
        if (starts(s, heads[i])) return pm_str_trim(pm_str_from(s, strlen(heads[i])));
    return s;
}

// Kubelets before 1.3 guessed beside the cause: "image pull failed for X, this may be because there are no credentials on this request.  details: (CAUSE)"
static struct pm_str drop_guess(struct pm_arena *a, struct pm_str s) {
    ptrdiff_t at = pm_str_find(s, PM_STR(", this may be because there are no credentials on this request."), 0);
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

struct pm_str pm_lift_quoted_after(struct pm_arena *a, struct pm_str s, const char *lit, bool *cut) {
    struct pm_str rest = after(s, lit), out;
    struct pm_scan c = pm_scan_of(rest);
    pm_scan_blanks(&c);
    return rest.p && pm_scan_quoted(&c, a, &out, cut) ? out : PM_NONE;
}

static bool name_char(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.'; }

static bool name_only(struct pm_str s) {
    for (size_t i = 0; i < s.n; i++)
        if (!name_char(s.p[i])) return false;
    return s.n > 0;
}

bool pm_lift_pod(struct pm_str s, struct pm_event *e) {
    struct pm_scan c = pm_scan_of(s);
    struct pm_str pod, ns, uid;
    if (!pm_scan_until(&c, '_', &pod) || !pm_scan_until(&c, '(', &ns) || !pm_scan_until(&c, ')', &uid)) return false;
    if (!name_only(pod) || !name_only(ns) || !name_only(uid)) return false;
    e->field[PM_F_POD] = pod;
    e->field[PM_F_NAMESPACE] = ns;
    e->field[PM_F_POD_UID] = uid;
    return true;
}

// ---- images

static bool blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

static struct pm_str bare_word(struct pm_str s) {
    size_t n = 0;
    while (n < s.n && !blank(s.p[n]) && !strchr("\"',()[]<>|", s.p[n])) n++;
    while (n > 0 && strchr(".:;", s.p[n - 1])) n--;
    return pm_str_sub(s, 0, n);
}

static bool reference_shape(struct pm_str s, bool any) {
    bool mark = any;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!name_char(c) && !strchr("/:@_*+", c)) return false;
        mark = mark || strchr("/:@.", c);
    }
    return mark && s.n > 0 && s.n <= REFERENCE_MAX && name_char(s.p[s.n - 1]) && s.p[0] != '/';
}

// What stands in quotes after a phrase about images is the image whatever its shape: invalid references are what some lines are about.
static bool quoted_shape(struct pm_str s) {
    for (size_t i = 0; i < s.n; i++)
        if (blank(s.p[i]) || s.p[i] == '"') return false;
    return s.n > 0 && s.n <= REFERENCE_MAX;
}

struct pm_str pm_lift_image_at(struct pm_arena *a, struct pm_str s, bool any) {
    struct pm_str out;
    struct pm_scan c = pm_scan_of(s);
    pm_scan_blanks(&c);
    s = pm_scan_rest(&c);
    if (s.n && s.p[0] == '\\') s = pm_str_from(s, 1); // a level of quoting that could not be undone
    if (s.n && (s.p[0] == '"' || s.p[0] == '\'')) {
        ptrdiff_t end = pm_str_chr(s, s.p[0], 1);
        if (end < 0) return PM_NONE;
        out = pm_str_sub(s, 1, (size_t)end - 1);
        if (out.n && out.p[out.n - 1] == '\\') out.n--;
        return quoted_shape(out) ? out : PM_NONE;
    }
    (void)a;
    out = bare_word(s);
    return reference_shape(out, any) ? out : PM_NONE;
}

struct image_cue {
    const char *before; // in any case of letters
    const char *behind; // must follow the reference; NULL: anything may
    bool any;           // the phrase leaves no doubt: a bare "nginx" is an image too
};
static const struct image_cue image_cues[] = {
    {"failed to pull and unpack image ", NULL, false},
    {"get sandbox image ", NULL, false},
    {"pulling image ref //", NULL, true},
    {"failed to pull image ", NULL, false},
    {"failed pulling image ", NULL, false},
    {"back-off pulling image ", NULL, false},
    {"cancel pulling image ", NULL, false},
    {"stop pulling image ", NULL, false},
    {"failed to resolve reference ", NULL, false},
    {"failed to resolve image ", NULL, false},
    {"source metadata for ", NULL, true},
    {"load metadata for ", NULL, true},
    {"pull access denied for ", NULL, true},
    {"manifest for ", " not found", true},
    {"no such image: ", NULL, true},
    {"trying to pull repository ", NULL, true},
    {"trust data does not exist for ", NULL, true},
    {"latest version of image ", NULL, true},
    {"default image tag ", NULL, false},
    {"parse image name ", NULL, false},
    {"parse image reference ", NULL, false},
    {"parsing image name ", NULL, false},
    {"parsing reference ", NULL, false},
    {"parse reference ", NULL, false},
    {"parse stage name ", NULL, false},
    {"short-name ", NULL, false},
    {"inspect image ", NULL, false},
    {"container image ", NULL, false},
    {"for image ", NULL, false},
    {"pulling image ", NULL, false},
    {"pull image ", NULL, false},
    {"image pull failed for ", NULL, false},
    {"unable to pull ", NULL, false},
    {"failed to solve: ", NULL, false},
    {"artifact ", " not found", false},
    {"repository ", " not found", false},
    {"image ", " not found", false},
};

static struct pm_str cue_image(struct pm_arena *a, struct pm_str s, const struct image_cue *c) {
    ptrdiff_t at = pm_str_ifind(s, pm_str_c(c->before), 0);
    for (int tries = 0; at >= 0 && tries < 4; tries++) {
        struct pm_str rest = pm_str_from(s, (size_t)at + strlen(c->before));
        struct pm_str image = pm_lift_image_at(a, rest, c->any);
        if (image.n && (!c->behind || starts(pm_str_from(rest, (size_t)(image.p - rest.p) + image.n), c->behind))) return image;
        at = pm_str_ifind(s, pm_str_c(c->before), (size_t)at + 1);
    }
    return PM_NONE;
}

static bool has_tag(struct pm_str image) { return pm_str_chr(image, '@', 0) >= 0 || pm_str_rchr(image, ':') > pm_str_rchr(image, '/'); }

// containers/image: "initializing source docker://REF: reading manifest TAG in REPO: …". REF is what was asked for; where it has no tag, the second phrase has.
static struct pm_str source_image(struct pm_arena *a, struct pm_str s) {
    struct pm_str ref = pm_lift_image_at(a, after(s, "docker://"), true);
    struct pm_str rest = after(s, "reading manifest "), tag, repo, in;
    struct pm_scan c = pm_scan_of(rest);
    if (ref.n && has_tag(ref)) return ref;
    if (!rest.p || !pm_scan_word(&c, &tag)) return ref;
    pm_scan_blanks(&c);
    if (!pm_scan_word(&c, &in) || !pm_str_eqc(in, "in")) return ref;
    pm_scan_blanks(&c);
    repo = pm_lift_image_at(a, pm_scan_rest(&c), true);
    if (!repo.n || !reference_shape(tag, true)) return ref;
    return pm_arena_fmt(a, "%.*s%c%.*s", PM_FMT(repo), pm_str_chr(tag, ':', 0) >= 0 ? '@' : ':', PM_FMT(tag));
}

// The Docker API names it in the query: …/images/create?fromImage=REPO&tag=TAG
static struct pm_str query_value(struct pm_arena *a, struct pm_str s, const char *key) {
    struct pm_str v = after(s, key);
    size_t n = 0;
    while (n < v.n && !strchr("&\"' )\\:", v.p[n])) n++;
    return pm_percent_decode(a, pm_str_sub(v, 0, n));
}
static struct pm_str create_image(struct pm_arena *a, struct pm_str s) {
    struct pm_str repo = query_value(a, s, "fromImage="), tag = query_value(a, s, "tag=");
    if (!repo.n || !reference_shape(repo, true) || !reference_shape(tag, true)) return reference_shape(repo, true) ? repo : PM_NONE;
    return pm_arena_fmt(a, "%.*s%c%.*s", PM_FMT(repo), pm_str_chr(tag, ':', 0) >= 0 ? '@' : ':', PM_FMT(tag));
}

// "failed to resolve image: quay.test/a/b:1: not found": the reference itself is the error's subject.
static struct pm_str subject_image(struct pm_str s) {
    ptrdiff_t end = pm_str_rfind(s, PM_STR(": not found"));
    if (end <= 0) return PM_NONE;
    size_t from = (size_t)end;
    while (from > 0 && !blank(s.p[from - 1])) from--;
    struct pm_str word = pm_str_sub(s, from, (size_t)end - from);
    return pm_str_chr(word, '/', 0) > 0 && has_tag(word) && reference_shape(word, false) ? word : PM_NONE;
}

// Registry API v1: https://index.docker.io/v1/repositories/library/hello-world/images
static struct pm_str v1_image(struct pm_str s) {
    struct pm_str rest = after(s, "/v1/repositories/");
    ptrdiff_t end = pm_str_find(rest, PM_STR("/images"), 0);
    struct pm_str name = end > 0 ? pm_str_sub(rest, 0, (size_t)end) : PM_NONE;
    return reference_shape(name, true) ? name : PM_NONE;
}

static struct pm_str find_image(struct pm_arena *a, struct pm_str s) {
    struct pm_str image = cue_image(a, s, &image_cues[0]);
    if (!image.n) image = source_image(a, s);
    for (size_t i = 1; !image.n && i < PM_LEN(image_cues); i++) image = cue_image(a, s, &image_cues[i]);
    if (!image.n) image = create_image(a, s);
    if (!image.n) image = subject_image(s);
    return image.n ? image : v1_image(s);
}

// ---- status

struct status_phrase { int status; const char *phrase; };
static const struct status_phrase status_phrases[] = {
    {400, "Bad Request"}, {401, "Unauthorized"}, {402, "Payment Required"}, {403, "Forbidden"}, {404, "Not Found"}, {405, "Method Not Allowed"},
    {406, "Not Acceptable"}, {407, "Proxy Auth"}, {408, "Request Time"}, {409, "Conflict"}, {410, "Gone"}, {412, "Precondition Failed"},
    {413, "Request Entity"}, {415, "Unsupported Media Type"}, {416, "Requested Range"}, {418, "I'm a teapot"}, {422, "Unprocessable"}, {426, "Upgrade Required"},
    {429, "Too Many Requests"}, {451, "Unavailable For Legal"}, {500, "Internal Server Error"}, {501, "Not Implemented"}, {502, "Bad Gateway"},
    {503, "Service Unavailable"}, {503, "Service Temporarily"}, {504, "Gateway Time"}, {509, "Bandwidth"}, {520, "Web Server"}, {521, "Web Server"}, {522, "Connection timed out"},
    {523, "Origin"}, {524, "A timeout"}, {525, "SSL"}, {526, "Invalid SSL"}, {530, "Origin"},
};
static const char *const status_cues[] = { // in any case; the number follows at once. "HTTP code 500" is absent on purpose: the Docker API's own answer, not the registry's
    "status code ", "status code: ", "statuscode: ", "statuscode=", "\"status\":", "\"status\": ", "http code: ", "http status: ", "http status ", "status: ", "status ", "http ",
    "http/1.1 ", "http/1.0 ", "http/2 ", "http/2.0 ", "response: ", "response code: ",
};

static bool ends_with_any_case(struct pm_str s, const char *tail) {
    size_t n = strlen(tail);
    return s.n >= n && pm_str_ieq(pm_str_from(s, s.n - n), pm_str_c(tail));
}

static bool status_said_before(struct pm_str before) {
    for (size_t i = 0; i < PM_LEN(status_cues); i++)
        if (ends_with_any_case(before, status_cues[i])) return true;
    return pm_str_ends(before, PM_STR(": ")) && has(before, "unexpected status"); // "unexpected status from GET request to URL: 520 "
}

static bool status_said_behind(int status, struct pm_str behind) {
    if (behind.n && behind.p[0] == ':') behind = pm_str_from(behind, 1);
    if (!behind.n || behind.p[0] != ' ') return false;
    behind = pm_str_from(behind, 1);
    for (size_t i = 0; i < PM_LEN(status_phrases); i++) {
        struct pm_str phrase = pm_str_c(status_phrases[i].phrase);
        if (status_phrases[i].status == status && pm_str_ieq(pm_str_sub(behind, 0, phrase.n), phrase)) return true;
    }
    return false;
}

static bool word_char(char c) { return name_char(c) || c == '_'; }

static int find_status(struct pm_str s) {
    for (size_t i = 0; i + 3 <= s.n; i++) {
        if (s.p[i] != '4' && s.p[i] != '5') continue;
        if (i > 0 && word_char(s.p[i - 1])) continue;
        if (i + 3 < s.n && (word_char(s.p[i + 3]) && s.p[i + 3] != '.')) continue;
        uint64_t status;
        if (!pm_str_u64(pm_str_sub(s, i, 3), &status)) continue;
        if (status_said_behind((int)status, pm_str_from(s, i + 3)) || status_said_before(pm_str_sub(s, 0, i))) return (int)status;
    }
    return 0;
}

// containers/image tells of mirrors first and of the registry itself behind them.
static int primary_status(struct pm_str s) {
    struct pm_str primary = has(s, "(Mirrors also failed: ") ? after_last(s, "]): ") : PM_NONE;
    int status = primary.n ? find_status(primary) : 0;
    return status ? status : find_status(s);
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
        for (size_t k = 0; k < m.n; k++) p[k] = (char)(m.p[k] >= 'a' && m.p[k] <= 'z' ? m.p[k] - 32 : m.p[k]);
        return (struct pm_str){p, m.n};
    }
    return PM_NONE;
}

static struct pm_str url_text(struct pm_str s) {
    size_t n = 0;
    while (n < s.n && !blank(s.p[n]) && !strchr("\"'<>()[]{}\\", s.p[n])) n++;
    while (n > 0 && strchr(".,:;", s.p[n - 1])) n--;
    return pm_str_sub(s, 0, n);
}

// Links in prose ("https://www.docker.com/increase-rate-limit") are no requests; the Docker engine's own API is no registry.
static bool request_url(struct pm_str url, struct pm_str method, struct pm_str before) {
    struct pm_str path = pm_str_from(after(url, "://"), 0);
    if (has(path, "/_ping") || has(path, "/images/create") || has(path, "/containers/")) return false;
    if (has(path, "/v2/") || has(path, "/v1/") || has(path, "/token") || has(path, "scope=") || has(path, "/blobs/")) return true;
    return method.n > 0 || ends_with_any_case(before, "code ") || ends_with_any_case(before, "url: ") || ends_with_any_case(before, "attempt to ");
}

// Get "r.test/v2/a/manifests/1": a wrapper took the scheme for a secret or a link.
static size_t schemeless_url(struct pm_arena *a, struct pm_str s, struct url_seen *out) {
    for (size_t i = 0; i < 2; i++) { // HEAD and GET are what pulls send
        struct pm_str cue = pm_arena_fmt(a, "%s \"", methods[i]);
        ptrdiff_t at = pm_str_find(s, cue, 0);
        struct pm_str url = at < 0 ? PM_NONE : url_text(pm_str_from(s, (size_t)at + cue.n));
        if (!has(url, "/v2/") || url.p[0] == '/') continue;
        out[0] = (struct url_seen){pm_arena_fmt(a, "https://%.*s", PM_FMT(url)), method_before(a, pm_str_sub(s, 0, (size_t)at + cue.n))};
        return 1;
    }
    return 0;
}

static size_t find_urls(struct pm_arena *a, struct pm_str s, struct url_seen *out) {
    size_t n = 0;
    for (ptrdiff_t at = pm_str_find(s, PM_STR("http"), 0); at >= 0 && n < URLS_MAX; at = pm_str_find(s, PM_STR("http"), (size_t)at + 4)) {
        struct pm_str rest = pm_str_from(s, (size_t)at), before = pm_str_sub(s, 0, (size_t)at);
        if (!starts(rest, "https://") && !starts(rest, "http://")) continue;
        struct url_seen u = {url_text(rest), method_before(a, before)};
        if (request_url(u.text, u.method, before)) out[n++] = u;
    }
    return n ? n : schemeless_url(a, s, out);
}

static struct pm_str url_host(struct pm_str url) {
    struct pm_str rest = after(url, "://");
    size_t n = 0;
    while (n < rest.n && rest.p[n] != '/' && rest.p[n] != '?') n++;
    ptrdiff_t user = pm_str_chr(pm_str_sub(rest, 0, n), '@', 0);
    return user < 0 ? pm_str_sub(rest, 0, n) : pm_str_sub(rest, (size_t)user + 1, n - (size_t)user - 1);
}

// Hosts named without a URL. An address that was dialled is not taken: it may be a proxy's, and is no name of a registry.
static struct pm_str host_in_words(struct pm_str s) {
    static const char *const cues[] = {"pinging container registry ", "pinging docker registry ", "pulling from host ", "lookup "};
    if (has(s, "proxyconnect")) return PM_NONE;
    for (size_t i = 0; i < PM_LEN(cues); i++) {
        struct pm_str host = bare_word(after(s, cues[i]));
        if (host.n && reference_shape(host, false) && pm_str_chr(host, '/', 0) < 0 && !pm_str_ends(host, PM_STR(".sock"))) return host;
    }
    return PM_NONE;
}

static void set(struct pm_event *e, enum pm_field f, struct pm_str v) {
    if (!e->field[f].n) e->field[f] = v;
}

// The image is the first URL's, the request that failed the last one's: Get "https://r/v2/…": Get "https://auth/token?…": timeout
static void lift_urls(struct pm_arena *a, struct pm_event *e, struct pm_str s) {
    struct url_seen urls[URLS_MAX];
    size_t n = find_urls(a, s, urls);
    if (!n) {
        set(e, PM_F_HOST, host_in_words(s));
        return;
    }
    const struct url_seen *first = &urls[0], *last = &urls[n - 1];
    set(e, PM_F_HOST, url_host(last->text));
    set(e, PM_F_METHOD, last->method);
    set(e, PM_F_URL, last->text);
    if (!e->field[PM_F_IMAGE].n && n > 1 && !pm_str_eq(first->text, last->text)) {
        struct pm_registry_url u;
        if (pm_registry_url_parse(a, first->text, &u)) {
            set(e, PM_F_REGISTRY, u.ns.n ? u.ns : pm_registry_of_host(url_host(first->text)));
            set(e, PM_F_REPOSITORY, u.repository);
            if (u.what == PM_URL_MANIFEST) set(e, pm_str_chr(u.reference, ':', 0) > 0 ? PM_F_DIGEST : PM_F_TAG, u.reference);
        }
    }
}

// ---- stage and credentials

struct stage_cue { enum pm_stage stage; const char *text; };
static const struct stage_cue stage_cues[] = { // first hit counts: the innermost phrases first
    {PM_STAGE_UNPACK, "failed to extract layer"}, {PM_STAGE_UNPACK, "failed to register layer"}, {PM_STAGE_UNPACK, "extraction snapshot"},
    {PM_STAGE_UNPACK, "wrong diff id"}, {PM_STAGE_UNPACK, "unpacker"}, {PM_STAGE_UNPACK, "failed to unpack image on"}, {PM_STAGE_UNPACK, "adding layer with blob"},
    {PM_STAGE_UNPACK, "unpack: "}, {PM_STAGE_UNPACK, "pplyLayer"}, {PM_STAGE_UNPACK, "whiteout file"}, {PM_STAGE_UNPACK, "overlay mount"},
    {PM_STAGE_TOKEN, "fetch anonymous token"}, {PM_STAGE_TOKEN, "fetch oauth token"}, {PM_STAGE_TOKEN, "failed to authorize"}, {PM_STAGE_TOKEN, "equesting bearer token"},
    {PM_STAGE_TOKEN, "etrieve auth token"}, {PM_STAGE_TOKEN, "etting credentials"}, {PM_STAGE_TOKEN, "/token?"}, {PM_STAGE_TOKEN, "scope=repository"}, {PM_STAGE_TOKEN, "login attempt"},
    {PM_STAGE_BLOB, "/blobs/"}, {PM_STAGE_BLOB, "reading blob"}, {PM_STAGE_BLOB, "writing blob"}, {PM_STAGE_BLOB, "error pulling image configuration"},
    {PM_STAGE_BLOB, "ref \"layer-"}, {PM_STAGE_BLOB, "ref \"config-"}, {PM_STAGE_BLOB, "layer verification failed"}, {PM_STAGE_BLOB, "no progress"}, {PM_STAGE_BLOB, "GetImageBlob"},
    {PM_STAGE_BLOB, "unknown blob"}, {PM_STAGE_BLOB, "blob unknown"},
    {PM_STAGE_RESOLVE, "HEAD request"}, {PM_STAGE_RESOLVE, "Head \"http"}, {PM_STAGE_RESOLVE, "failed to resolve"}, {PM_STAGE_RESOLVE, "inging container registry"},
    {PM_STAGE_MANIFEST, "/manifests/"}, {PM_STAGE_MANIFEST, "eading manifest"}, {PM_STAGE_MANIFEST, "manifest unknown"}, {PM_STAGE_MANIFEST, "manifest for "},
    {PM_STAGE_MANIFEST, "ref \"manifest-"}, {PM_STAGE_MANIFEST, "ref \"index-"}, {PM_STAGE_MANIFEST, "in manifest"}, {PM_STAGE_MANIFEST, "vnd.docker.distribution.manifest"},
    {PM_STAGE_BLOB, "failed to copy: "}, {PM_STAGE_RESOLVE, "/v2/\""}, {PM_STAGE_RESOLVE, "/v2/: "}, {PM_STAGE_RESOLVE, "lookup "},
};

static enum pm_stage find_stage(struct pm_str s) {
    for (size_t i = 0; i < PM_LEN(stage_cues); i++)
        if (has(s, stage_cues[i].text)) return stage_cues[i].stage;
    return PM_STAGE_NONE;
}

struct credential_cue { unsigned flag; const char *text; };
static const struct credential_cue credential_cues[] = {
    {PM_EV_ANONYMOUS, "fetch anonymous token"}, {PM_EV_ANONYMOUS, "no basic auth credentials"}, {PM_EV_ANONYMOUS, "unauthenticated pull rate limit"},
    {PM_EV_ANONYMOUS, "Unauthenticated request"}, {PM_EV_CREDENTIALS, "fetch oauth token"}, {PM_EV_CREDENTIALS, "pull rate limit as '"},
    {PM_EV_CREDENTIALS, "ncorrect username or password"}, {PM_EV_CREDENTIALS, "nvalid username/password"}, {PM_EV_CREDENTIALS, "authorization token has expired"},
    {PM_EV_CREDENTIALS, "denied: User: arn:"},
};

static void lift_credentials(struct pm_event *e, struct pm_str s) {
    for (size_t i = 0; i < PM_LEN(credential_cues); i++)
        if (has(s, credential_cues[i].text)) e->flags |= credential_cues[i].flag;
    set(e, PM_F_USER, pm_str_between(s, PM_STR("pull rate limit as '"), PM_STR("'")));
    set(e, PM_F_REPOSITORY, e->field[PM_F_IMAGE].n ? PM_NONE : pm_str_between(s, PM_STR("repository with name '"), PM_STR("'")));
}

// "… start failed in pod web-0_shop(3c0f…): …", "CreatePodSandbox for pod "web-0_shop(…)" failed"
static void lift_pod_in_words(struct pm_event *e, struct pm_str s) {
    if (e->field[PM_F_POD].n) return;
    struct pm_str rest = after(s, " in pod ");
    if (!rest.p) rest = after(s, "for pod \"");
    if (rest.p) pm_lift_pod(rest, e);
}

// The Docker engine names the repository alone ("pull access denied for acme/web"). The kubelet says the tag elsewhere: from its lines a bare name is
// taken as the repository, or "latest" would be invented. A client's line is all there is.
static void lift_image(struct pm_arena *a, struct pm_event *e, struct pm_str image) {
    struct pm_image parts;
    if (e->component != PM_COMP_KUBELET || !image.n || has_tag(image)) {
        set(e, PM_F_IMAGE, image);
        return;
    }
    if (!pm_image_parse(a, image, &parts)) return;
    set(e, PM_F_REGISTRY, parts.registry);
    set(e, PM_F_REPOSITORY, parts.repository);
}

void pm_lift_error(struct pm_arena *a, struct pm_event *e) {
    struct pm_str s = e->field[PM_F_ERROR];
    if (!s.n) return;
    if (!e->field[PM_F_IMAGE].n) lift_image(a, e, find_image(a, s));
    lift_urls(a, e, s);
    lift_credentials(e, s);
    lift_pod_in_words(e, s);
    if (!e->http_status) e->http_status = primary_status(s);
    if (e->stage == PM_STAGE_NONE) e->stage = find_stage(s);
}

void pm_lift_into(struct pm_arena *a, struct pm_event *e, struct pm_str error) {
    e->field[PM_F_ERROR] = pm_lift_unwrap(a, error);
    pm_lift_error(a, e);
}

// ---- kubelet and event messages

enum message_how {
    SAY_NOTHING,    // kind only
    SAY_REST,       // ERROR is what follows the image and ": "
    SAY_WHOLE,      // ERROR is the message
    SAY_AFTER_CAUSE,// ERROR is what follows ": ErrImagePull: " or another reason
};
struct message_row {
    const char *head;  // the message begins so (any case of letters)
    const char *must;  // and holds this; NULL: nothing more asked
    enum pm_kind kind;
    enum message_how how;
    bool image;        // the image follows the head
};
static const struct message_row message_rows[] = {
    {"Pulling image ", NULL, PM_KIND_PULL_START, SAY_NOTHING, true},
    {"Successfully pulled image ", NULL, PM_KIND_PULL_OK, SAY_NOTHING, true},
    {"Container image ", "already present on machine", PM_KIND_PULL_CACHED, SAY_NOTHING, true},
    {"Container image ", "not present with pull policy of Never", PM_KIND_PULL_FAIL, SAY_WHOLE, true},
    {"Failed to pull image ", NULL, PM_KIND_PULL_FAIL, SAY_REST, true},
    {"Back-off pulling image ", NULL, PM_KIND_PULL_BACKOFF, SAY_AFTER_CAUSE, true},
    {"Failed to apply default image tag ", NULL, PM_KIND_PULL_FAIL, SAY_WHOLE, true},
    {"Failed to inspect image ", NULL, PM_KIND_PULL_FAIL, SAY_REST, true},
    {"image pull failed for ", NULL, PM_KIND_PULL_FAIL, SAY_WHOLE, true},
    {"Unable to retrieve some image pull secrets", NULL, PM_KIND_SECRET_MISSING, SAY_WHOLE, false},
    {"Failed to create pod sandbox", "sandbox image", PM_KIND_PULL_FAIL, SAY_WHOLE, false},
    {"Failed to create pod sandbox", "pulling image", PM_KIND_PULL_FAIL, SAY_WHOLE, false},
    {"Failed create pod sandbox", "sandbox image", PM_KIND_PULL_FAIL, SAY_WHOLE, false},
    {"Failed create pod sandbox", "pulling image", PM_KIND_PULL_FAIL, SAY_WHOLE, false},
    {"failed to garbage collect required amount of images", NULL, PM_KIND_GC_FAIL, SAY_WHOLE, false},
    {"wanted to free ", "freed ", PM_KIND_GC_FAIL, SAY_WHOLE, false},
    {"Attempting to reclaim ephemeral-storage", NULL, PM_KIND_DISK_PRESSURE, SAY_WHOLE, false},
    {"The node was low on resource: ephemeral-storage", NULL, PM_KIND_DISK_PRESSURE, SAY_WHOLE, false},
    {"The node was low on resource: imagefs", NULL, PM_KIND_DISK_PRESSURE, SAY_WHOLE, false},
    {"The node was low on resource: nodefs", NULL, PM_KIND_DISK_PRESSURE, SAY_WHOLE, false},
    {"The node had condition: [DiskPressure", NULL, PM_KIND_DISK_PRESSURE, SAY_WHOLE, false},
};

// "Error: ErrImagePull" is the second event of one failure: the first has the cause. Some words are the whole cause, so they are kept as the error.
static bool reason_only(struct pm_str m, struct pm_event *e) {
    struct pm_str word = starts(m, "Error: ") ? pm_str_from(m, 7) : PM_NONE;
    bool backoff = pm_str_eqc(word, "ImagePullBackOff");
    if (!backoff && !pm_pull_reason_fails(word)) return false;
    e->kind = backoff ? PM_KIND_PULL_BACKOFF : PM_KIND_PULL_FAIL;
    if (!backoff && !pm_str_eqc(word, "ErrImagePull")) e->field[PM_F_ERROR] = word;
    e->field[PM_F_MESSAGE] = PM_STR(PM_MESSAGE_REASON_ONLY);
    e->flags |= PM_EV_ECHO;
    return true;
}

static bool starts_any_case(struct pm_str s, const char *head) {
    struct pm_str h = pm_str_c(head);
    return pm_str_ieq(pm_str_sub(s, 0, h.n), h);
}

// "in 1.2s (2.3s including waiting). Image size: 123 bytes." : duration is the pull alone, waiting what the queue added.
static void lift_durations(struct pm_event *e, struct pm_str s) {
    struct pm_str took, total, size;
    struct pm_scan c = pm_scan_of(after(s, " in "));
    int64_t ns, all;
    uint64_t bytes;
    if (c.at && pm_scan_word(&c, &took)) {
        while (took.n && took.p[took.n - 1] == '.') took.n--;
        if (pm_duration(took, &ns)) e->duration_ns = ns;
    }
    total = pm_str_between(s, PM_STR("("), PM_STR(" including waiting)"));
    if (total.n && pm_duration(total, &all) && all >= e->duration_ns) e->waiting_ns = all - e->duration_ns;
    size = pm_str_between(s, PM_STR("Image size: "), PM_STR(" bytes"));
    if (pm_str_u64(size, &bytes) && bytes <= INT64_MAX) e->bytes = (int64_t)bytes;
}

static const char *const cause_words[] = {"ErrImagePull", "RegistryUnavailable", "SignatureValidationFailed", "ImageInspectError", "InvalidImageName", "ErrImageNeverPull"};

// Back-off pulling image "X": ErrImagePull: CAUSE (since 1.32)
static struct pm_str cause_of(struct pm_event *e, struct pm_str rest) {
    for (size_t i = 0; i < PM_LEN(cause_words); i++) {
        if (!starts(rest, cause_words[i])) continue;
        set(e, PM_F_REASON, pm_str_c(cause_words[i]));
        struct pm_str cause = pm_str_from(rest, strlen(cause_words[i]));
        return starts(cause, ": ") ? pm_str_from(cause, 2) : PM_NONE;
    }
    return rest;
}

static struct pm_str rest_behind_image(struct pm_str message, struct pm_str image) {
    struct pm_str rest = image.n ? pm_str_from(message, (size_t)(image.p - message.p) + image.n) : message;
    size_t i = 0;
    while (i < rest.n && strchr("\\\"' :", rest.p[i])) i++; // also `"X" : rpc error`
    return pm_str_from(rest, i);
}

// Prefixes that other layers put before the kubelet's own words.
static struct pm_str message_core(struct pm_event *e, struct pm_str m) {
    m = pm_str_trim(m);
    if (starts(m, "(combined from similar events): ")) m = after(m, "events): ");
    for (int i = 0; i < 2; i++) { // kubectl ≥ 1.35 describe: `spec.containers{web}: `
        const char *head = i ? "spec.initContainers{" : "spec.containers{";
        if (!starts(m, head) || !has(m, "}: ")) continue;
        set(e, PM_F_CONTAINER, pm_str_between(m, PM_STR("{"), PM_STR("}")));
        m = after(m, "}: ");
    }
    return m;
}

static bool condition_event(struct pm_str reason, struct pm_event *e) {
    static const char *const words[] = {"NodeHasDiskPressure", "EvictionThresholdMet"};
    for (size_t i = 0; i < PM_LEN(words); i++)
        if (pm_str_eqc(reason, words[i])) e->kind = PM_KIND_DISK_PRESSURE;
    if (pm_str_eqc(reason, "ImageGCFailed") || pm_str_eqc(reason, "FreeDiskSpaceFailed")) e->kind = PM_KIND_GC_FAIL;
    return e->kind == PM_KIND_DISK_PRESSURE || e->kind == PM_KIND_GC_FAIL;
}

// EvictionThresholdMet also tells of memory and pids, ImageGCFailed of a cache that is not ready yet: no trouble of images.
static bool condition_message(struct pm_str reason, struct pm_str m, struct pm_event *e) {
    enum pm_kind before = e->kind;
    if (!condition_event(reason, e)) return false;
    bool disk = ihas(m, "ephemeral-storage") || ihas(m, "DiskPressure") || ihas(m, "imagefs") || ihas(m, "nodefs") || ihas(m, "inodes") || ihas(m, "to free ");
    if (!disk) e->kind = before;
    else e->field[PM_F_ERROR] = m;
    return disk;
}

static bool number_after(struct pm_str s, const char *words, uint64_t *out) {
    ptrdiff_t at = pm_str_ifind(s, pm_str_c(words), 0);
    struct pm_scan c = pm_scan_of(pm_str_from(s, at < 0 ? s.n : (size_t)at + strlen(words)));
    return pm_scan_uint(&c, 19, out);
}

void pm_lift_gc(struct pm_arena *a, struct pm_event *e, struct pm_str s) {
    uint64_t wanted, freed;
    if (!number_after(s, "to free ", &wanted) || e->field[PM_F_DETAIL].n) return;
    if (!number_after(s, "but freed ", &freed) && !number_after(s, "but only found ", &freed)) return;
    e->field[PM_F_DETAIL] = pm_arena_fmt(a, "{\"freed_bytes\":%llu,\"wanted_bytes\":%llu}", (unsigned long long)freed, (unsigned long long)wanted);
}

bool pm_lift_event_message(struct pm_arena *a, struct pm_str reason, struct pm_str message, struct pm_event *e) {
    struct pm_str m = message_core(e, message), image = PM_NONE;
    const struct message_row *row = NULL;
    for (size_t i = 0; i < PM_LEN(message_rows) && !row; i++)
        if (starts_any_case(m, message_rows[i].head) && (!message_rows[i].must || has(m, message_rows[i].must))) row = &message_rows[i];
    set(e, PM_F_REASON, reason);
    set(e, PM_F_MESSAGE, m);
    if (!row) return reason_only(m, e) || condition_message(reason, m, e);
    if (row->image) image = pm_lift_image_at(a, pm_str_from(m, strlen(row->head)), false);
    if (row->image && !image.n && row->how != SAY_WHOLE && row->how != SAY_REST) return false; // "Pulling image layers…": not the kubelet's words
    e->kind = row->kind;
    set(e, PM_F_IMAGE, image);
    if (row->kind == PM_KIND_PULL_OK) lift_durations(e, rest_behind_image(m, image).n ? pm_str_from(m, (size_t)(image.p - m.p) + image.n) : PM_NONE);
    if (row->kind == PM_KIND_SECRET_MISSING) set(e, PM_F_SECRET, pm_str_between(m, PM_STR("("), PM_STR(")")));
    if (row->how == SAY_WHOLE) pm_lift_into(a, e, m);
    if (row->kind == PM_KIND_GC_FAIL) pm_lift_gc(a, e, m);
    if (row->how == SAY_REST) pm_lift_into(a, e, rest_behind_image(m, image));
    if (row->how == SAY_AFTER_CAUSE) pm_lift_into(a, e, cause_of(e, rest_behind_image(m, image)));
    return true;
}

// ---- what a text is about

enum talk { // what a word says of the text it stands in
    REFUSAL = 1,      // a registry's or an engine's refusal, whatever stands around it
    PLACE = 2,        // a registry is spoken of: trouble only beside a FAILURE
    CLIENT_PLACE = 4, // means a registry only behind a container client's own "error: "
    FAILURE = 8,
    NO_PULL = 16,     // the same words about something else
    RUNTIME = 32,     // perhaps a runtime that is away: pm_lift_runtime_down looks closer
    MESSAGE = 64,     // perhaps a kubelet's message, a klog line or a trace inside this line
};
static const struct pm_word talk_words[] = {
    {"pull access denied", REFUSAL}, {"manifest unknown", REFUSAL}, {"manifest_unknown", REFUSAL}, {"toomanyrequests", REFUSAL}, {"pull rate limit", REFUSAL},
    {"pull qps exceeded", REFUSAL}, {"failed to register layer", REFUSAL}, {"layer verification failed", REFUSAL}, {"error pulling image", REFUSAL},
    {"while pulling image", REFUSAL}, {"failed to pull image", REFUSAL}, {"failed to pull and unpack", REFUSAL}, {"failed pulling image", REFUSAL},
    {"no matching manifest", REFUSAL}, {"no match for platform", REFUSAL}, {"no basic auth credentials", REFUSAL},
    {"error getting credentials - err", REFUSAL}, {"received unexpected http status", REFUSAL}, {"unexpected http code", REFUSAL},
    {" response body: invalid character", REFUSAL}, {"invalid reference format", REFUSAL}, {"mediatype in manifest", REFUSAL}, {"name unknown: ", REFUSAL},
    {"name_unknown", REFUSAL}, {"unknown blob", REFUSAL}, {"blob unknown", REFUSAL}, {"pinging container registry", REFUSAL},
    {"pinging docker registry", REFUSAL}, {"source image rejected", REFUSAL}, {"does not have trust data", REFUSAL}, {"trust data does not exist", REFUSAL},
    {"unable to retrieve auth token", REFUSAL}, {"requested access to the resource is denied", REFUSAL},
    {"access to the requested resource is not authorized", REFUSAL}, {"unauthorized: authentication required", REFUSAL},
    {"unauthorized: incorrect username or password", REFUSAL}, {"authorization token has expired", REFUSAL}, {"unexpected commit digest", REFUSAL},
    {"failed to extract layer", REFUSAL}, {"quota exceeded for quota metric", REFUSAL}, {"repository does not exist or may require", REFUSAL},
    {"cannot pull the latest version of image", REFUSAL}, {"trying to pull repository", REFUSAL}, {"with pull policy of never", REFUSAL},
    {"is no longer supported since containerd", REFUSAL}, {"artifactregistry.repositories.downloadartifacts", REFUSAL}, {"ecr:batchgetimage", REFUSAL},
    {"unauthorized: {\"message\"", REFUSAL}, {"fetch anonymous token", REFUSAL}, {"fetch oauth token", REFUSAL}, {"unable to initialize unpacker", REFUSAL},
    {"failed to resolve reference \"", REFUSAL}, {"failed to resolve source metadata for ", REFUSAL}, {"reading signatures: ", REFUSAL},
    {"unable to pull image", REFUSAL}, {"image operating system", REFUSAL},
    {"/v2/", PLACE}, {"/v1/_ping", PLACE}, {"/v1/repositories", PLACE}, {"/blobs/", PLACE}, {"/manifests/", PLACE}, {"manifest for ", PLACE},
    {"vnd.docker.distribution", PLACE}, {"vnd.oci.image", PLACE}, {"initializing source docker", PLACE}, {"reading manifest", PLACE},
    {"copying system image", PLACE}, {"httpreadseeker", PLACE}, {"httpreaderseeker", PLACE}, {"content descriptor", PLACE}, {"parsing reference \"", PLACE},
    {"registry", CLIENT_PLACE}, {"image ", CLIENT_PLACE}, {"image:", CLIENT_PLACE}, {"artifact ", CLIENT_PLACE}, {"unauthorized: ", CLIENT_PLACE},
    {"denied: ", CLIENT_PLACE}, {"overlay mount", CLIENT_PLACE}, {"repository ", CLIENT_PLACE}, {"bearer token", CLIENT_PLACE},
    {"authentication required", CLIENT_PLACE}, {"manifest", CLIENT_PLACE}, {"docker-credential", CLIENT_PLACE}, {"writing blob", CLIENT_PLACE},
    {"error", FAILURE}, {"fail", FAILURE}, {"denied", FAILURE}, {"unauthorized", FAILURE}, {"forbidden", FAILURE}, {"refused", FAILURE}, {"timeout", FAILURE},
    {"timed out", FAILURE}, {"unable to", FAILURE}, {"cannot", FAILURE}, {"could not", FAILURE}, {"invalid", FAILURE}, {"x509", FAILURE},
    {"unexpected eof", FAILURE}, {"not found", FAILURE}, {"reset by peer", FAILURE}, {"no such host", FAILURE}, {"no route to host", FAILURE},
    {"unreachable", FAILURE}, {"server misbehaving", FAILURE}, {"too many requests", FAILURE}, {"http response to https", FAILURE},
    {"deadline exceeded", FAILURE}, {"canceled", FAILURE}, {"no space left", FAILURE}, {"proxy authentication required", FAILURE}, {"not known", FAILURE},
    {"authorizedonly", FAILURE}, {"try again", FAILURE}, {"no such image", FAILURE}, {"read-only file system", FAILURE}, {"input/output error", FAILURE},
    {"the server has received too many requests", NO_PULL}, {"/blobs/uploads", NO_PULL}, {"layer upload", NO_PULL}, {"failed to push", NO_PULL},
    {"storing credentials", NO_PULL}, {"saving credentials", NO_PULL}, {"unable to delete image", NO_PULL}, {"unable to remove repository", NO_PULL},
    {"restarting failed container", NO_PULL},
    {"cannot connect to the docker daemon", RUNTIME}, {"/_ping", RUNTIME}, {"code = unavailable", RUNTIME}, {"connection error: desc", RUNTIME},
    {"pull image ", MESSAGE}, {"pulling image ", MESSAGE}, {"pulled image ", MESSAGE}, {"container image ", MESSAGE}, {"inspect image ", MESSAGE}, {"image tag ", MESSAGE},
    {"pod sandbox", MESSAGE}, {"image pull secrets", MESSAGE}, {"error: errimage", MESSAGE}, {"error: imagepull", MESSAGE}, {"error: invalidimage", MESSAGE}, {".go:", MESSAGE}, {" <-- ", MESSAGE},
};
_Static_assert(PM_LEN(talk_words) <= PM_WORDS_MAX, "words.h: PM_WORDS_MAX");
static struct pm_words talk = {.word = talk_words, .n = PM_LEN(talk_words)};

static bool is_refusal(unsigned said, struct pm_str s) {
    if (said & NO_PULL) return false;
    return (said & REFUSAL) || ((said & PLACE) && (said & FAILURE)) || ((said & RUNTIME) && pm_lift_runtime_down(s));
}

bool pm_lift_may_speak(struct pm_str s) { return pm_words_find(&talk, s) & (REFUSAL | PLACE | RUNTIME | MESSAGE); }

bool pm_lift_refusal(struct pm_str s) { return is_refusal(pm_words_find(&talk, s), s); }

bool pm_lift_talks_of_pull(struct pm_str s) {
    unsigned said = pm_words_find(&talk, s);
    return is_refusal(said, s) || (!(said & NO_PULL) && (said & CLIENT_PLACE) && (said & FAILURE));
}

bool pm_lift_runtime_down(struct pm_str s) {
    if (has(s, "Cannot connect to the Docker daemon") || has(s, "/_ping")) return true;
    return (has(s, "code = Unavailable") || has(s, "connection error: desc")) && (has(s, "dial unix") || has(s, ".sock") || has(s, "SubConns are in TransientFailure"));
}

bool pm_lift_sandbox_image(struct pm_str s) {
    return has(s, "failed to get sandbox image") || has(s, "failed pulling image") || (has(s, "sandbox") && (has(s, "failed to pull image") || has(s, "failed to pull and unpack image")));
}

// ---- normalisation

// No valid reference (upper case, a masked account number "****.dkr.ecr…"), and still its registry can be read.
static struct pm_str registry_in_words(struct pm_str image) {
    ptrdiff_t slash = pm_str_chr(image, '/', 0);
    struct pm_str head = pm_str_sub(image, 0, slash < 0 ? 0 : (size_t)slash);
    return pm_str_chr(head, '.', 0) > 0 && pm_str_chr(head, '$', 0) < 0 ? head : PM_NONE;
}

static void normalise_reference(struct pm_arena *a, struct pm_event *e) {
    struct pm_image image;
    if (!pm_image_parse(a, e->field[PM_F_IMAGE], &image)) {
        set(e, PM_F_REGISTRY, registry_in_words(e->field[PM_F_IMAGE]));
        return;
    }
    set(e, PM_F_REGISTRY, image.registry);
    set(e, PM_F_REPOSITORY, image.repository);
    set(e, PM_F_TAG, image.tag);
    set(e, PM_F_DIGEST, image.digest);
}

// https://r.test/a/b/manifests/1: copies that lost the "/v2".
static bool elided_url(struct pm_str url, struct pm_registry_url *u) {
    struct pm_str rest = after(url, "://");
    ptrdiff_t slash = pm_str_chr(rest, '/', 0), mark = pm_str_find(rest, PM_STR("/manifests/"), 0);
    if (slash <= 0) return false;
    u->host = url_host(url);
    if (mark <= slash + 1) return true;
    u->what = PM_URL_MANIFEST;
    u->repository = pm_str_sub(rest, (size_t)slash + 1, (size_t)(mark - slash) - 1);
    u->reference = pm_str_from(rest, (size_t)mark + strlen("/manifests/"));
    return true;
}

// A URL names the image only with its registry: a path alone ("/v2/a/b/manifests/1" in the registry's own log) leaves IMAGE empty, never "docker.io".
static void normalise_url(struct pm_arena *a, struct pm_event *e) {
    struct pm_registry_url u = {0};
    if (!e->field[PM_F_URL].n) return;
    if ((!pm_registry_url_parse(a, e->field[PM_F_URL], &u) || u.what == PM_URL_OTHER) && !elided_url(e->field[PM_F_URL], &u)) return;
    struct pm_str host = u.host.n ? u.host : e->field[PM_F_HOST];
    if (u.what == PM_URL_MANIFEST && !e->field[PM_F_REPOSITORY].n) set(e, pm_str_chr(u.reference, ':', 0) > 0 ? PM_F_DIGEST : PM_F_TAG, u.reference);
    set(e, PM_F_REPOSITORY, u.repository);
    set(e, PM_F_REGISTRY, u.ns.n ? u.ns : host.n ? pm_registry_of_host(host) : PM_NONE);
    if (u.push) e->flags |= PM_EV_PUSH;
}

static void image_from_parts(struct pm_arena *a, struct pm_event *e) {
    struct pm_str registry = e->field[PM_F_REGISTRY], repository = e->field[PM_F_REPOSITORY], tag = e->field[PM_F_TAG], digest = e->field[PM_F_DIGEST];
    if (e->field[PM_F_IMAGE].n || !registry.n || !repository.n || (!tag.n && !digest.n)) return;
    e->field[PM_F_IMAGE] = digest.n ? pm_arena_fmt(a, "%.*s/%.*s@%.*s", PM_FMT(registry), PM_FMT(repository), PM_FMT(digest))
                                    : pm_arena_fmt(a, "%.*s/%.*s:%.*s", PM_FMT(registry), PM_FMT(repository), PM_FMT(tag));
}

void pm_event_normalise(struct pm_arena *a, struct pm_event *e) {
    if (e->field[PM_F_IMAGE].n) {
        normalise_reference(a, e);
        return;
    }
    normalise_url(a, e);
    if (e->field[PM_F_HOST].n) set(e, PM_F_REGISTRY, pm_registry_of_host(e->field[PM_F_HOST]));
    image_from_parts(a, e);
}
