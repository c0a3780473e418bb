// What a text is about: a refusal, a place, a failure. See lift.h.
//
// Free text is asked this line by line, so all words are looked for in one pass. A word goes in with its class; where two classes fight, quiet wins.
#include "parsers/lift/lift.h"
#include "parsers/lift/words.h"
#include "pm/hear.h"

enum talk {           // what a word says of the text it stands in
    REFUSAL = 1,      // a registry's or an engine's refusal, whatever stands around it
    PLACE = 2,        // a registry is spoken of: trouble only beside a FAILURE
    CLIENT_PLACE = 4, // means a registry only behind a container client's own "error: "
    FAILURE = 8,
    NO_PULL = 16, // the same words about something else
    RUNTIME = 32, // perhaps a runtime that is away: pm_lift_runtime_down looks closer
    MESSAGE = 64, // perhaps a kubelet's message, a klog line or a trace inside this line
};
static const struct pm_word talk_words[] = {
    {"pull access denied for ", REFUSAL},
    {"pull access denied, ", REFUSAL},
    {"pull access denied: ", REFUSAL},
    {"manifest unknown", REFUSAL},
    {"manifest_unknown", REFUSAL},
    {"toomanyrequests", REFUSAL},
    {"pull rate limit", REFUSAL},
    {"pull qps exceeded", REFUSAL},
    {"failed to register layer", REFUSAL},
    {"layer verification failed", REFUSAL},
    {"error pulling image", REFUSAL},
    {"while pulling image", REFUSAL},
    {"failed to pull image", REFUSAL},
    {"failed to pull and unpack", REFUSAL},
    {"failed pulling image", REFUSAL},
    {"no matching manifest", REFUSAL},
    {"no match for platform", REFUSAL},
    {"no basic auth credential", REFUSAL},
    {"pull secrets or registry auth", REFUSAL},
    {"\"no such image: ", REFUSAL}, // `docker service ps`
    {"scope=repository", PLACE},
    {"error getting credentials - err", REFUSAL},
    {"failed to resolve ref ", REFUSAL},
    {"cannotpullcontainererror: ", REFUSAL},
    {"cannotpullecrcontainererror: ", REFUSAL},
    {"cannotpullimagemanifesterror: ", REFUSAL},
    {"registry responded to head request with ", REFUSAL},
    {"can't fetch token for repo: ", REFUSAL},
    {"failed to resolve image to digest: ", REFUSAL},
    {"failed pulling container ", REFUSAL},
    {"failed pulling container: ", REFUSAL},
    {"unexpected media type ", REFUSAL},
    {"locking ref ", PLACE},
    {"fetching remote image", PLACE}, // minikube, with go-containerregistry's error behind it
    {"content digest sha256:", CLIENT_PLACE},
    {" locked: unavailable", FAILURE},
    {"received unexpected http status", REFUSAL},
    {"unexpected http code", REFUSAL},
    {"invalid reference format", REFUSAL},
    {"mediatype in manifest", REFUSAL},
    {"name unknown: ", REFUSAL},
    {"name_unknown", REFUSAL},
    {"unknown blob", REFUSAL},
    {"blob unknown", REFUSAL},
    {"pinging container registry", REFUSAL},
    {"pinging docker registry", REFUSAL},
    {"source image rejected", REFUSAL},
    {"does not have trust data", REFUSAL},
    {"trust data does not exist", REFUSAL},
    {"unable to retrieve auth token", REFUSAL},
    {"requested access to the resource is denied", REFUSAL},
    {"access to the requested resource is not authorized", REFUSAL},
    {"unauthorized: authentication required", REFUSAL},
    {"unauthorized: incorrect username or password", REFUSAL},
    {"authorization token has expired", REFUSAL},
    {"unexpected commit digest", REFUSAL},
    {"failed to extract layer", REFUSAL},
    {"quota exceeded for quota metric", REFUSAL},
    {"repository does not exist or may require", REFUSAL},
    {"cannot pull the latest version of image", REFUSAL},
    {"trying to pull repository", REFUSAL},
    {"could not reach any registry endpoint", REFUSAL},
    {"with pull policy of never", REFUSAL},
    {"is no longer supported since containerd", REFUSAL},
    {"artifactregistry.repositories.downloadartifacts", REFUSAL},
    {"ecr:batchgetimage", REFUSAL},
    {"unauthorized: {\"message\"", REFUSAL},
    {"fetch anonymous token", REFUSAL},
    {"fetch oauth token", REFUSAL},
    {"unable to initialize unpacker", REFUSAL},
    {"failed to resolve reference \"", REFUSAL},
    {"failed to resolve source metadata for ", REFUSAL},
    {"reading signatures: ", REFUSAL},
    {"unable to pull image", REFUSAL},
    {"missing signature key", REFUSAL},
    {"image operating system", REFUSAL},
    {"can't talk to a v1 ", REFUSAL},
    {"repository name must be ", REFUSAL},
    {"did not resolve to an alias", REFUSAL},
    {"image-specific operation on artifact", REFUSAL},
    {"error from registry: ", REFUSAL},
    {"error parsing http ", REFUSAL},
    {"the specified platform", REFUSAL},
    {"-based image is incompatible", REFUSAL},
    {"schema 1 support is disabled", REFUSAL},
    {"unsupported schema version", REFUSAL},
    {"encountered remote ", REFUSAL},
    {"missing or empty content-type", REFUSAL},
    {"you should make sure your credentials for", REFUSAL},
    {"docker.errors.imagenotfound", REFUSAL},
    {"credential helper error", REFUSAL},
    {": image not known", REFUSAL},
    {"initializing source docker", REFUSAL},
    {"choosing an image from manifest list", REFUSAL},
    {"choosing image instance", REFUSAL},
    {"determining manifest mime type", REFUSAL},
    {"docker-credential-", PLACE},
    {"/v2/", PLACE},
    {"/v1/_ping", PLACE},
    {"/v1/repositories", PLACE},
    {"/blobs/", PLACE},
    {"/manifests/", PLACE},
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
    {"authentication required", CLIENT_PLACE | FAILURE},
    {"manifest", CLIENT_PLACE},
    {"writing blob", CLIENT_PLACE},
    {"error", FAILURE},
    {"fail", FAILURE},
    {"denied", FAILURE},
    {"unauthorized", FAILURE},
    {"forbidden", FAILURE},
    {"refused", FAILURE},
    {"timeout", FAILURE},
    {"timed out", FAILURE},
    {"unable to", FAILURE},
    {"cannot", FAILURE},
    {"could not", FAILURE},
    {"invalid", FAILURE},
    {"x509", FAILURE},
    {"unexpected eof", FAILURE},
    {": eof", FAILURE},
    {"not found", FAILURE},
    {"reset by peer", FAILURE},
    {"no such host", FAILURE},
    {"no route to host", FAILURE},
    {"unreachable", FAILURE},
    {"server misbehaving", FAILURE},
    {"too many requests", FAILURE},
    {"http response to https", FAILURE},
    {"deadline exceeded", FAILURE},
    {"canceled", FAILURE},
    {"no space left", FAILURE},
    {"proxy authentication required", FAILURE},
    {"not known", FAILURE},
    {"authorizedonly", FAILURE},
    {"try again", FAILURE},
    {"no such image", FAILURE},
    {"read-only file system", FAILURE},
    {"input/output error", FAILURE},
    {"because of no progress", REFUSAL},
    {"image pull progress updates", REFUSAL},
    {"no image found in ", REFUSAL},
    {"layers from manifest don't match", REFUSAL},
    {"wrong diff id", REFUSAL},
    {"extraction snapshot", REFUSAL},
    {"failed to unpack image", REFUSAL},
    {"mismatched image rootfs", REFUSAL},
    {"config verification failed", REFUSAL},
    {"unsupported manifest", REFUSAL},
    {"unsupported media type application/vnd", REFUSAL},
    {"adding layer with blob", REFUSAL},
    {"storing blob to file", REFUSAL},
    {"credential provider plugin", REFUSAL},
    {"proxyconnect tcp", CLIENT_PLACE},
    {"server gave http response to https client", CLIENT_PLACE},
    {"unexpected status code [manifests", REFUSAL},
    {"unexpected status from head request", REFUSAL},
    {"unexpected status from get request", REFUSAL},
    {"pulling from host ", REFUSAL},
    {"authorized to perform: ecr:", REFUSAL},
    {"getimageblob", REFUSAL},
    {"free data blocks", REFUSAL},
    {"failed commit on ref", REFUSAL},
    {"short-name resolution", REFUSAL},
    {"fetching target platform image", REFUSAL},
    {"login to the red hat registry", REFUSAL},
    {"does not provide the specified platform", REFUSAL},
    {"no supported platform found", REFUSAL},
    {"insufficient uids or gids", REFUSAL},
    {"pull session cancelled", REFUSAL},
    {"httpreadseeker: failed open", REFUSAL},
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
    {"service unavailable", FAILURE},
    {"bad gateway", FAILURE},
    {"internal server error", FAILURE},
    {"gateway time", FAILURE},
    {"broken", FAILURE},
    {"stream error", FAILURE},
    {"not permitted", FAILURE},
    {"expired", FAILURE},
    {"unknown error", FAILURE},
    {"tls: ", FAILURE},
    {": eof", FAILURE},
    {"please login", FAILURE},
    {"mismatch", FAILURE},
    {"certificate", FAILURE},
    {"malformed", FAILURE},
    {"the server has received too many requests", NO_PULL},
    {"/blobs/uploads", NO_PULL},
    {"layer upload", NO_PULL},
    {"uploading manifest", NO_PULL},
    {"uploading layer", NO_PULL},
    {"uploading blob", NO_PULL},
    {"trying to reuse blob", NO_PULL},
    {"while pushing", NO_PULL},
    {"due to put http", NO_PULL},
    {"action: push", NO_PULL},
    {"failed to push", NO_PULL},
    {"push failed", NO_PULL},
    {"storing credentials", NO_PULL},
    {"saving credentials", NO_PULL},
    {"erasing credentials", NO_PULL},
    {"unable to delete image", NO_PULL},
    {"unable to remove repository", NO_PULL},
    {"restarting failed container", NO_PULL},
    {"external connectivity", NO_PULL},
    {"address already in use", NO_PULL},
    {"no such container", NO_PULL},
    {"no such network", NO_PULL},
    {"no such volume", NO_PULL},
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

static bool is_refusal(unsigned said, struct pm_str s) {
    if (said & NO_PULL) return false;
    return (said & REFUSAL) || pm_heard(s) || ((said & PLACE) && (said & FAILURE)) || ((said & RUNTIME) && pm_lift_runtime_down(s));
}

bool pm_lift_may_speak(struct pm_str s) { return (pm_words_find(&talk, s) & (REFUSAL | PLACE | RUNTIME | MESSAGE)) || pm_heard(s); }

bool pm_lift_refusal(struct pm_str s) { return is_refusal(pm_words_find(&talk, s), s); }

bool pm_lift_talks_of_pull(struct pm_str s) {
    unsigned said = pm_words_find(&talk, s);
    return is_refusal(said, s) || (!(said & NO_PULL) && (((said & CLIENT_PLACE) && (said & FAILURE)) || pm_lift_missing_image(s).n));
}

bool pm_lift_talks_of_other(struct pm_str s) { return pm_words_find(&talk, s) & NO_PULL; }

// A socket is the runtime's only if it is a runtime's: CSI drivers, device plugins, snapshotters and every other daemon of a node have sockets, too.
static bool runtime_socket_name(struct pm_str name) {
    static const char *const WHOLE[] = {"containerd", "crio", "docker", "dockerd", "dockershim", "cri-dockerd", "podman", "isulad", "finch"};
    ptrdiff_t dot = pm_str_chr(name, '.', 0);
    struct pm_str stem = dot < 0 ? name : pm_str_sub(name, 0, (size_t)dot);
    for (size_t i = 0; i < PM_LEN(WHOLE); i++)
        if (pm_str_eqc(stem, WHOLE[i])) return true;
    return starts(stem, "podman-machine-"); // podman's on a desktop: podman-machine-default-api.sock
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
    if (has(s, "Cannot connect to the Docker daemon") || (has(s, "/_ping") && !has(s, "/v1/_ping"))) return true; // registries answered /v1/_ping
    return (has(s, "code = Unavailable") || has(s, "connection error: desc")) &&
           (names_runtime_socket(s) || (!has(s, ".sock") && (has(s, "dial unix") || has(s, "SubConns are in TransientFailure"))));
}

bool pm_lift_sandbox_image(struct pm_str s) {
    return has(s, "failed to get sandbox image") || has(s, "failed pulling image") ||
           (has(s, "sandbox") && (has(s, "failed to pull image") || has(s, "failed to pull and unpack image")));
}
