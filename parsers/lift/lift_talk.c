// What a text is about: an attempt, a place, a failure. See lift.h.
//
// Free text is asked this line by line, so all words are looked for in one pass. They say
// what programs were doing, and where. What went wrong, and which of it is no pull's
// trouble at all, is said by the rules and asked of them (pm/hear.h): a phrase that a
// rule has does not stand here (tests/unit/test_hear.c holds that).
#include "parsers/lift/lift.h"
#include "parsers/lift/words.h"
#include "pm/hear.h"

// What a word says of the text it stands in.
enum talk {
    ATTEMPT = 1, // the words around a pull's error: it failed, whatever the error is
    PLACE =
        2, // a registry is spoken of: trouble only beside a FAILURE, or words that a rule hears near one
    CLIENT_PLACE = 4, // means a registry only behind a container client's own "error: "
    FAILURE = 8,
    PATH = 16,    // perhaps a registry's path: registry_path looks closer
    RUNTIME = 32, // perhaps a runtime that is away: pm_lift_runtime_down looks closer
    MESSAGE = 64, // perhaps a kubelet's message, a klog line or a trace inside this line
};
static const struct pm_word talk_words[] = {
    {"error pulling image", ATTEMPT},
    {"while pulling image", ATTEMPT},
    {"failed to pull image", ATTEMPT},
    {"failed to pull and unpack", ATTEMPT},
    {"failed pulling image", ATTEMPT},
    {"scope=repository", PLACE},
    {"failed to resolve ref ", ATTEMPT},
    {"cannotpullcontainererror: ", ATTEMPT},
    {"cannotpullecrcontainererror: ", ATTEMPT},
    {"cannotpullimagemanifesterror: ", ATTEMPT},
    {"registry responded to head request with ", ATTEMPT},
    {"failed to resolve image to digest: ", ATTEMPT},
    {"failed pulling container ", ATTEMPT},
    {"failed pulling container: ", ATTEMPT},
    {"locking ref ", PLACE},
    {"fetching remote image", PLACE}, // minikube, with go-containerregistry's error behind it
    {"content digest sha256:", CLIENT_PLACE},
    {"received unexpected http status", ATTEMPT},
    {"pinging container registry", ATTEMPT},
    {"pinging docker registry", ATTEMPT},
    {"unable to retrieve auth token", ATTEMPT},
    {"failed to fetch anonymous token", ATTEMPT},
    {"failed to fetch oauth token", ATTEMPT},
    {"cannot pull the latest version of image", ATTEMPT},
    {"trying to pull repository", ATTEMPT},
    {"unauthorized: {\"message\"", ATTEMPT},
    {"failed to resolve reference \"", ATTEMPT},
    {"failed to resolve source metadata for ", ATTEMPT},
    {"reading signatures: ", ATTEMPT},
    {"unable to pull image", ATTEMPT},
    {"unable to pull docker://", ATTEMPT}, // Singularity, Apptainer
    {"while making image from oci registry: ", ATTEMPT},
    {"error from registry: ", ATTEMPT},
    {"you should make sure your credentials for", ATTEMPT},
    {"docker.errors.imagenotfound", ATTEMPT},
    {"credential helper error", ATTEMPT},
    {"initializing source docker", ATTEMPT},
    {"choosing an image from manifest list", ATTEMPT},
    {"choosing image instance", ATTEMPT},
    {"determining manifest mime type", ATTEMPT},
    {"docker-credential-", PLACE},
    {"/v2/", PATH},
    {"/v1/_ping", PLACE},
    {"/v1/repositories", PLACE},
    {"/blobs/", PATH},
    {"/manifests/", PATH},
    {"manifest for ", PLACE},
    {"vnd.docker.distribution", PLACE},
    {"vnd.oci.image", PLACE},
    {"reading manifest", PLACE},
    {"copying system image", PLACE},
    {"httpreadseeker", PLACE},
    {"httpreaderseeker", PLACE},
    {"content descriptor", PLACE},
    {"getimageblob", PLACE},
    {"parsing reference \"", PLACE},
    {"registry", CLIENT_PLACE},
    {"image ", CLIENT_PLACE},
    {"image:", CLIENT_PLACE},
    {"artifact ", CLIENT_PLACE},
    {"unauthorized: ", CLIENT_PLACE},
    {"denied: ", CLIENT_PLACE},
    {"overlay mount", CLIENT_PLACE},
    {"repository ", CLIENT_PLACE},
    {"bearer token", CLIENT_PLACE},
    {"manifest", CLIENT_PLACE},
    {"writing blob", CLIENT_PLACE},
    {"429 too many requests", CLIENT_PLACE},
    {"error", FAILURE},
    {"fail", FAILURE},
    {"denied", FAILURE},
    {"unauthorized", FAILURE},
    {"forbidden", FAILURE},
    {"refused", FAILURE},
    {"timeout", FAILURE},
    {"unable to", FAILURE},
    {"cannot", FAILURE},
    {"could not", FAILURE},
    {"invalid", FAILURE},
    {"not found", FAILURE},
    {"unreachable", FAILURE},
    {"canceled", FAILURE},
    {"try again", FAILURE},
    {"config verification failed", ATTEMPT},
    {"adding layer with blob", ATTEMPT},
    {"storing blob to file", ATTEMPT},
    {"proxyconnect tcp", CLIENT_PLACE},
    {"server gave http response to https client", CLIENT_PLACE},
    {"unexpected status code [manifests", ATTEMPT},
    {"unexpected status from head request", ATTEMPT},
    {"unexpected status from get request", ATTEMPT},
    {"getimageblob", ATTEMPT},
    {"failed commit on ref", ATTEMPT},
    {"fetching target platform image", ATTEMPT},
    {"login to the red hat registry", ATTEMPT},
    {"httpreadseeker: failed open", ATTEMPT},
    {"copying blob", PLACE},
    {"fetching blob", PLACE},
    {"reading blob", PLACE},
    {"/io.containerd.", PLACE},
    {"bearer token: ", CLIENT_PLACE},
    {"login attempt to http", PLACE},
    {"logging into ", CLIENT_PLACE},
    {"failed to copy: ", CLIENT_PLACE},
    {"get \"https://", CLIENT_PLACE},
    {"head \"https://", CLIENT_PLACE},
    {"get https://", CLIENT_PLACE},
    {"unexpected status", FAILURE},
    {"broken", FAILURE},
    {"not permitted", FAILURE},
    {"expired", FAILURE},
    {"mismatch", FAILURE},
    {"malformed", FAILURE},
    {"cannot connect to the docker daemon", RUNTIME},
    {"/_ping", RUNTIME},
    {"code = unavailable", RUNTIME},
    {"connection error: desc", RUNTIME},
    {"pull image ", MESSAGE},
    {"pulling image ", MESSAGE},
    {"pulled image ", MESSAGE},
    {"container image ", MESSAGE},
    {"inspect image ", MESSAGE},
    {"image tag ", MESSAGE},
    {"pod sandbox", MESSAGE},
    {"image pull secrets", MESSAGE},
    {"low on resource: ", MESSAGE},
    {"garbage collect required amount", MESSAGE},
    {"error: errimage", MESSAGE},
    {"error: imagepull", MESSAGE},
    {"error: invalidimage", MESSAGE},
    {".go:", MESSAGE},
    {" <-- ", MESSAGE},
};
_Static_assert(PM_LEN(talk_words) <= PM_WORDS_MAX, "words.h: PM_WORDS_MAX");
static struct pm_words talk = {.word = talk_words, .n = PM_LEN(talk_words)};

// What stands behind /v2/ of no registry: a file (https://cdn.acme.test/v2/logo.png), a
// path of another tree that goes on in the sentence
// (https://mirror.acme.test/v2/dists/stable/InRelease  429) or ends with a quote
// (Post "https://api.snapcraft.io/v2/snaps/refresh"). A registry's path names what of the
// repository is asked for.
static bool other_path(struct pm_str rest) {
    static const char *const parts[] = {"/manifests/", "/blobs/", "/tags/", "/referrers/",
                                        "/_",          "token",   "auth"};
    size_t n = 0;
    while (n < rest.n && !strchr(" \t\n\"'\\<>)]}:,?", rest.p[n])) n++;
    struct pm_str path = pm_str_sub(rest, 0, n);
    for (size_t i = 0; i < PM_LEN(parts); i++)
        if (has(path, parts[i])) return false;
    if (n < rest.n && (rest.p[n] == ' ' || rest.p[n] == '"') && pm_str_chr(path, '/', 0) >= 0)
        return true;
    ptrdiff_t dot = pm_str_rchr(path, '.');
    size_t letters = dot < 0 ? 0 : path.n - (size_t)dot - 1;
    for (size_t i = 0; i < letters; i++)
        if (path.p[(size_t)dot + 1 + i] < 'a' || path.p[(size_t)dot + 1 + i] > 'z') return false;
    return letters >= 2 && letters <= 4;
}

// /v2/ of a registry, not of some program's /api/v2/; /manifests/ and /blobs/ in an
// address, not in a folder of Puppet's.
static bool registry_path(struct pm_str s) {
    for (ptrdiff_t at = 0; (at = pm_str_find(s, PM_STR("/v2/"), (size_t)at)) >= 0; at++)
        if (!pm_str_ends(pm_str_sub(s, 0, (size_t)at), PM_STR("/api")) &&
            !other_path(pm_str_from(s, (size_t)at + 4)))
            return true;
    return (has(s, "/manifests/") || has(s, "/blobs/")) && (has(s, "://") || has(s, "sha256:"));
}

struct talked {
    unsigned said;
    bool place, client_place; // a registry is spoken of, surely; if a client says it
};
static struct talked listen(struct pm_str s) {
    struct talked t = {.said = pm_words_find(&talk, s)};
    t.place = (t.said & PLACE) || ((t.said & PATH) && registry_path(s));
    t.client_place = t.place || (t.said & CLIENT_PLACE);
    return t;
}
static bool is_refusal(const struct talked *t, enum pm_heard heard, struct pm_str s) {
    if (heard == PM_HEARD_OTHER) return false;
    return (t->said & ATTEMPT) || heard == PM_HEARD_PULL || (t->place && (t->said & FAILURE)) ||
           ((t->said & RUNTIME) && pm_lift_runtime_down(s));
}

bool pm_lift_may_speak(struct pm_str s) {
    struct talked t = listen(s);
    return t.place || (t.said & (ATTEMPT | RUNTIME | MESSAGE)) ||
           pm_heard(s, false) == PM_HEARD_PULL;
}

bool pm_lift_refusal(struct pm_str s) {
    struct talked t = listen(s);
    return is_refusal(&t, pm_heard(s, t.place), s);
}

const char *pm_lift_talk_word(size_t i) {
    size_t n = 0;
    for (size_t k = 0; k < PM_LEN(talk_words); k++)
        if (talk_words[k].classes & ~(unsigned)FAILURE && n++ == i) return talk_words[k].text;
    return NULL;
}

bool pm_lift_talks_of_pull(struct pm_str s) {
    struct talked t = listen(s);
    enum pm_heard heard = pm_heard(s, t.client_place);
    if (heard == PM_HEARD_OTHER) return false;
    return is_refusal(&t, heard, s) || ((t.said & CLIENT_PLACE) && (t.said & FAILURE)) ||
           pm_lift_missing_image(s).n;
}

bool pm_lift_talks_of_other(struct pm_str s) { return pm_heard(s, false) == PM_HEARD_OTHER; }

// A socket is the runtime's only if it is a runtime's: CSI drivers, device plugins,
// snapshotters and every other daemon of a node have sockets, too.
static bool runtime_socket_name(struct pm_str name) {
    static const char *const WHOLE[] = {"containerd",  "crio",   "docker", "dockerd", "dockershim",
                                        "cri-dockerd", "podman", "isulad", "finch"};
    ptrdiff_t dot = pm_str_chr(name, '.', 0);
    struct pm_str stem = dot < 0 ? name : pm_str_sub(name, 0, (size_t)dot);
    for (size_t i = 0; i < PM_LEN(WHOLE); i++)
        if (pm_str_eqc(stem, WHOLE[i])) return true;
    return starts(stem,
                  "podman-machine-"); // podman's on a desktop: podman-machine-default-api.sock
}
static bool names_runtime_socket(struct pm_str s) {
    for (ptrdiff_t at = 0; (at = pm_str_find(s, PM_STR(".sock"), (size_t)at)) >= 0; at++) {
        size_t from = (size_t)at, end = (size_t)at;
        while (from > 0 && (pm_name_char(s.p[from - 1]) || s.p[from - 1] == '_')) from--;
        while (end < s.n && pm_name_char(s.p[end])) end++;
        if (runtime_socket_name(pm_str_sub(s, from, end - from))) return true;
    }
    return false;
}

bool pm_lift_runtime_down(struct pm_str s) {
    if (has(s, "Cannot connect to the Docker daemon") || (has(s, "/_ping") && !has(s, "/v1/_ping")))
        return true; // registries answered /v1/_ping
    return (has(s, "code = Unavailable") || has(s, "connection error: desc")) &&
           (names_runtime_socket(s) ||
            (!has(s, ".sock") &&
             (has(s, "dial unix") || has(s, "SubConns are in TransientFailure"))));
}

static bool says(struct pm_str s, const char *word) {
    return pm_str_ifind(s, pm_str_c(word), 0) >= 0;
}

// Whoever said no: a webhook, the API server's own image policy, a policy written in its
// language, pod security. (A webhook that does not answer is "failed calling webhook"; a
// quota is "exceeded quota".) Why it said no stands behind them, and is for the rules.
bool pm_lift_refused_by_admission(struct pm_str s) {
    static const char *const words[] = {"image policy webhook backend denied",
                                        "images rejected by webhook backend",
                                        "ValidatingAdmissionPolicy '",
                                        "MutatingAdmissionPolicy '",
                                        "violates PodSecurity \"",
                                        "prohibited by policy"};
    if (says(s, "admission webhook \"") && says(s, "\" denied the request")) return true;
    for (size_t i = 0; i < PM_LEN(words); i++)
        if (says(s, " is forbidden: ") && says(s, words[i])) return true;
    return false;
}

bool pm_lift_sandbox_image(struct pm_str s) {
    return has(s, "failed to get sandbox image") || has(s, "failed pulling image") ||
           (has(s, "sandbox") &&
            (has(s, "error unpacking image") || has(s, "failed to pull image") ||
             has(s, "failed to pull and unpack image")));
}
