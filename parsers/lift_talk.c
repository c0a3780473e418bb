// What a text is about: a refusal, a place, a failure. See lift.h.
//
// Free text is asked this line by line, so all words are looked for in one pass. A word goes in with its class; where two classes fight, quiet wins.
#include "lift.h"
#include "words.h"

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
    {"pull access denied", REFUSAL},
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
    {"no basic auth credentials", REFUSAL},
    {"error getting credentials - err", REFUSAL},
    {"received unexpected http status", REFUSAL},
    {"unexpected http code", REFUSAL},
    {" response body: invalid character", REFUSAL},
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
    {"/v2/", PLACE},
    {"/v1/_ping", PLACE},
    {"/v1/repositories", PLACE},
    {"/blobs/", PLACE},
    {"/manifests/", PLACE},
    {"manifest for ", PLACE},
    {"vnd.docker.distribution", PLACE},
    {"vnd.oci.image", PLACE},
    {"initializing source docker", PLACE},
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
    {"authentication required", CLIENT_PLACE},
    {"manifest", CLIENT_PLACE},
    {"docker-credential", CLIENT_PLACE},
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
    {"the server has received too many requests", NO_PULL},
    {"/blobs/uploads", NO_PULL},
    {"layer upload", NO_PULL},
    {"failed to push", NO_PULL},
    {"storing credentials", NO_PULL},
    {"saving credentials", NO_PULL},
    {"unable to delete image", NO_PULL},
    {"unable to remove repository", NO_PULL},
    {"restarting failed container", NO_PULL},
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
    return (said & REFUSAL) || ((said & PLACE) && (said & FAILURE)) || ((said & RUNTIME) && pm_lift_runtime_down(s));
}

bool pm_lift_may_speak(struct pm_str s) { return pm_words_find(&talk, s) & (REFUSAL | PLACE | RUNTIME | MESSAGE); }

bool pm_lift_refusal(struct pm_str s) { return is_refusal(pm_words_find(&talk, s), s); }

bool pm_lift_talks_of_pull(struct pm_str s) {
    unsigned said = pm_words_find(&talk, s);
    return is_refusal(said, s) || (!(said & NO_PULL) && (((said & CLIENT_PLACE) && (said & FAILURE)) || pm_lift_missing_image(s).n));
}

bool pm_lift_runtime_down(struct pm_str s) {
    if (has(s, "Cannot connect to the Docker daemon") || has(s, "/_ping")) return true;
    return (has(s, "code = Unavailable") || has(s, "connection error: desc")) &&
           (has(s, "dial unix") || has(s, ".sock") || has(s, "SubConns are in TransientFailure"));
}

bool pm_lift_sandbox_image(struct pm_str s) {
    return has(s, "failed to get sandbox image") || has(s, "failed pulling image") ||
           (has(s, "sandbox") && (has(s, "failed to pull image") || has(s, "failed to pull and unpack image")));
}
