// Every kind of sentence that the judge says is said where its observation is there, and
// not said where that alone is missing. A row is a sentence (words of it), a bundle that
// shows it and one that differs in the one thing. The last test reads the judge's own
// sources: a sentence that no row names fails it.
//
// What the rules' files say is not repeated here: findings have a yes and a no in
// test_findings.c, links of correlate.yaml in test_chain.c, triggers and roll-backs in
// test_trigger.c, the titles of causes in the samples of their rules.
#include "judge_rows.h"
#include "pm/scan.h"
#include <ctype.h>

#define NO_TAG "failed to resolve reference \"hub.test/acme/web:2\": hub.test/acme/web:2: not found"
#define ANONYMOUS "toomanyrequests: You have reached your unauthenticated pull rate limit"
#define OUTAGE                                                                                     \
    "unexpected status from HEAD request to https://hub.test/v2/acme/web/manifests/2: 503 Service Unavailable"
#define REFUSED                                                                                    \
    "unexpected status from HEAD request to https://hub.test/v2/acme/web/manifests/2: 403 Forbidden"
#define DENIED                                                                                     \
    "pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed"
#define TIMEOUT                                                                                    \
    "failed to do request: Head \"https://hub.test/v2/acme/web/manifests/2\": dial tcp 192.0.2.9:443: i/o timeout"
#define FULL "write /var/lib/containerd/tmpmounts/x: no space left on device"
#define CORRUPT                                                                                    \
    "failed to copy: unexpected commit digest sha256:aa, expected sha256:bb: failed precondition"
#define PROXY_SAID "proxyconnect tcp: dial tcp 192.0.2.3:3128: connect: connection refused"
#define QPS "pull QPS exceeded"
#define HUB_IMAGE "docker.io/acme/web:2"
#define WEB "hub.test/acme/web:2"
#define WEB_POD "shop/web-7c9d5f6b8-x2x9k"

// The last argument may be followed by members of their own: C(0, "n1", WEB, OUTAGE,
// .status = 503).
#define C(at_, node_, image_, ...)                                                                 \
    {                                                                                              \
        .at = (at_), .from = CONTAINERD, .node = (node_), .kind = PM_KIND_PULL_FAIL,               \
        .image = (image_), .error = __VA_ARGS__                                                    \
    }
#define K(at_, node_, pod_, image_, ...)                                                           \
    {                                                                                              \
        .at = (at_), .from = KUBELET, .node = (node_), .pod = (pod_), .message = "sync pod",       \
        .kind = PM_KIND_PULL_FAIL, .image = (image_), .error = __VA_ARGS__                         \
    }
#define E(at_, pod_, image_, ...)                                                                  \
    {                                                                                              \
        .at = (at_), .from = EVENTS, .node = "n1", .pod = (pod_), .reason = "Failed",              \
        .kind = PM_KIND_PULL_FAIL, .image = (image_), .error = __VA_ARGS__                         \
    }
#define GOOD(at_, node_, ...)                                                                      \
    {                                                                                              \
        .at = (at_), .from = CONTAINERD, .node = (node_), .message = "returned",                   \
        .kind = PM_KIND_PULL_OK, .image = __VA_ARGS__                                              \
    }
#define STATUS(pod_, node_, error_)                                                                \
    {                                                                                              \
        .at = 0, .from = OBJECTS, .kind = PM_KIND_PULL_FAIL, .pod = (pod_), .node = (node_),       \
        .image = HUB_IMAGE, .error = (error_), .reason = "ErrImagePull",                           \
        .flags = PM_EV_ECHO | PM_EV_SNAPSHOT                                                       \
    }
#define POD(name_, node_, detail_)                                                                 \
    {                                                                                              \
        .at = 900, .from = OBJECTS, .kind = PM_KIND_POD_STATE, .pod = (name_), .node = (node_),    \
        .detail = (detail_)                                                                        \
    }
#define WAITS(pod_)                                                                                \
    {                                                                                              \
        .at = 0, .from = OBJECTS, .kind = PM_KIND_PULL_BACKOFF, .pod = (pod_), .node = "n1",       \
        .reason = "ImagePullBackOff", .flags = PM_EV_ECHO                                          \
    }
#define NODE(name_)                                                                                \
    {                                                                                              \
        .at = 0, .from = OBJECTS, .kind = PM_KIND_NODE_STATE, .node = (name_), .object = "Node",   \
        .detail = "{\"arch\":\"amd64\"}"                                                           \
    }
#define PRESSURE(at_, node_)                                                                       \
    {                                                                                              \
        .at = (at_), .from = KUBELET, .kind = PM_KIND_DISK_PRESSURE,                               \
        .error = "NodeHasDiskPressure", .node = (node_)                                            \
    }
#define RUNTIME(at_, kind_)                                                                        \
    {                                                                                              \
        .at = (at_), .from = CONTAINERD, .kind = (kind_), .node = "n1",                            \
        .message = "starting containerd"                                                           \
    }
#define GET(at_, status_, agent_)                                                                  \
    {                                                                                              \
        .at = (at_), .from = PROXY, .kind = PM_KIND_REQUEST, .client = "192.0.2.21",               \
        .method = "GET", .url = "/v2/acme/web/manifests/2", .host = "hub.test", .agent = (agent_), \
        .status = (status_)                                                                        \
    }
#define RUNNING                                                                                        \
    "{\"phase\":\"Running\",\"ready\":true,\"containers\":[{\"name\":\"c\",\"image\":\"hub.test/acme/" \
    "web:2\",\"running\":true,\"since\":\"2024-03-01T10:05:00Z\"}]}"

#define CUT_OFF                                                                                    \
    "Error creating: admission webhook \"validate.kyverno.svc-fail\" denied the request: ..."
#define REFUSED_CUT(at_)                                                                           \
    {                                                                                              \
        .at = (at_), .from = EVENTS, .kind = PM_KIND_OTHER, .k8s_namespace = "shop",               \
        .object = "ReplicaSet/web-7c9d5f6b8", .reason = "FailedCreate", .message = CUT_OFF,        \
        .error = CUT_OFF                                                                           \
    }
#define REFUSED_POD(at_)                                                                           \
    {                                                                                              \
        .at = (at_), .from = EVENTS, .kind = PM_KIND_OTHER, .k8s_namespace = "shop",               \
        .object = "ReplicaSet/web-7c9d5f6b8", .reason = "FailedCreate", .message = ADMISSION,      \
        .error = ADMISSION                                                                         \
    }
#define ADMISSION                                                                                                                                       \
    "Error creating: admission webhook \"validate.kyverno.svc-fail\" denied the request: resource Pod/shop/web-7c9d5f6b8-abcde was blocked due to the " \
    "following policies require-image: validate: unverified image hub.test/acme/web:2"
#define MADE(at_)                                                                                  \
    {                                                                                              \
        .at = (at_), .from = EVENTS, .kind = PM_KIND_WORKLOAD_STATE, .k8s_namespace = "shop",      \
        .object = "ReplicaSet/web-7c9d5f6b8", .reason = "SuccessfulCreate",                        \
        .message = "Created pod: web-7c9d5f6b8-abcde"                                              \
    }
#define GONE(image_)                                                                               \
    { .at = 10, .from = CONTAINERD, .kind = PM_KIND_GC_OK, .image = (image_), .node = "n1" }
#define JOB(n_)                                                                                    \
    {                                                                                              \
        .at = 0, .from = EVENTS, .kind = PM_KIND_WORKLOAD_STATE, .k8s_namespace = "shop",          \
        .object = "Job/j" n_, .reason = "SuccessfulCreate",                                        \
        .message = "Created pod: j" n_ "-x2x9k"                                                    \
    }
#define EXPIRED(at_, node_)                                                                                                                                 \
    C(at_, node_, WEB,                                                                                                                                      \
      "failed to do request: Head \"https://hub.test/v2/\": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current " \
      "time "                                                                                                                                               \
      "2024-06-29T10:00:00Z is after 2024-05-01T00:00:00Z")
#define MONTHS 10368000 // 120 days: the clock that wrote 2024-06-29
#define EVICTED                                                                                    \
    {                                                                                              \
        .at = 0, .from = KUBELET, .kind = PM_KIND_DISK_PRESSURE, .node = "n1", .pod = "shop/db-0", \
        .reason = "Evicted", .error = "DiskPressure"                                               \
    }
#define PRESSED(at_)                                                                               \
    {                                                                                              \
        .at = (at_), .from = EVENTS, .kind = PM_KIND_DISK_PRESSURE, .node = "n1",                  \
        .reason = "NodeHasDiskPressure", .message = "pressure", .error = "NodeHasDiskPressure"     \
    }

#define PENDING(at_)                                                                                      \
    {                                                                                                     \
        .at = (at_), .from = OBJECTS, .kind = PM_KIND_POD_STATE, .pod = WEB_POD, .node = "n1",            \
        .flags = PM_EV_SNAPSHOT,                                                                          \
        .detail =                                                                                         \
            "{\"phase\":\"Pending\",\"containers\":[{\"name\":\"c\",\"image\":\"hub.test/acme/web:2\"}]}" \
    }
#define HEAD_WEB "hub.test/acme/web:2"
#define ASKED                                                                                      \
    "Head \"https://hub.test/v2/acme/web/manifests/2\": unauthorized: authentication required"
#define UPSTREAM_429                                                                               \
    "429 Too Many Requests - Server message: unknown: too many requests to upstream registry"
#define CANCELED                                                                                   \
    "rpc error: code = Canceled desc = failed to pull and unpack image \"hub.test/acme/web:2\": context canceled"
#define ECR "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
#define ECR_IMAGE ECR "/acme/api:2"
#define ECR_OTHER ECR "/acme/cron:1"
#define ECR_403                                                                                    \
    "failed to resolve reference \"" ECR_IMAGE                                                     \
    "\": unexpected status from HEAD request to https://" ECR                                      \
    "/v2/acme/api/manifests/2: 403 Forbidden"
#define MAYBE_GONE                                                                                 \
    "unexpected status from GET request to https://hub.test/v2/acme/web/manifests/2: 404 Not Found"
#define BROKEN_LAYER "failed to extract layer sha256:4c0f: gzip: invalid header: unknown"
#define MIRROR_REFUSED                                                                             \
    "failed to do request: Head \"https://mirror.test:5000/v2/acme/web/manifests/2?ns=docker.io\": dial tcp 192.0.2.5:5000: connect: connection refused"
#define BEGAN_HUB(at_)                                                                             \
    {                                                                                              \
        .at = (at_), .from = CONTAINERD, .node = "n1", .kind = PM_KIND_PULL_START,                 \
        .image = HUB_IMAGE                                                                         \
    }
#define TRIED_MIRROR(at_)                                                                          \
    {                                                                                              \
        .at = (at_), .from = CONTAINERD, .node = "n1", .kind = PM_KIND_MIRROR_TRY,                 \
        .image = HUB_IMAGE, .host = "mirror.test:5000", .error = MIRROR_REFUSED                    \
    }
#define ASKED_HUB(at_)                                                                             \
    {                                                                                              \
        .at = (at_), .from = PROXY, .kind = PM_KIND_REQUEST, .client = "192.0.2.21",               \
        .method = "HEAD", .url = "/v2/acme/web/manifests/2", .status = 429,                        \
        .agent = "containerd/v1.7.24"                                                              \
    }
#define SIDE(at_, error_)                                                                          \
    { .at = (at_), .from = REGISTRY, .kind = PM_KIND_OTHER, .error = error_ }
#define BESIDE(at_, node_, error_)                                                                 \
    { .at = (at_), .from = KUBELET, .node = (node_), .kind = PM_KIND_OTHER, .error = error_ }
#define LISTED(detail_)                                                                            \
    {                                                                                              \
        .at = 0, .from = OBJECTS, .kind = PM_KIND_POD_STATE, .pod = WEB_POD, .node = "n1",         \
        .flags = PM_EV_SNAPSHOT, .detail = (detail_)                                               \
    }
#define WITH_SECRET                                                                                \
    "{\"pull_secrets\":[\"hub\"],\"containers\":[{\"name\":\"c\",\"image\":\"acme/web:2\"}]}"
#define NO_SECRET                                                                                  \
    {                                                                                              \
        .at = 0, .from = EVENTS, .kind = PM_KIND_SECRET_MISSING, .pod = WEB_POD, .node = "n1",     \
        .secret = "hub"                                                                            \
    }
#define SECRET_FOR(registry_)                                                                      \
    {                                                                                              \
        .at = 0, .from = OBJECTS, .kind = PM_KIND_CONFIG, .object = "Secret/hub",                  \
        .k8s_namespace = "shop", .secret = "hub", .detail = "{\"registries\":[\"" registry_ "\"]}" \
    }
#define BEGAN(at_)                                                                                 \
    { .at = (at_), .from = CONTAINERD, .node = "n1", .kind = PM_KIND_PULL_START, .image = WEB }
#define NO_PROGRESS(at_)                                                                           \
    {                                                                                              \
        .at = (at_), .from = CONTAINERD, .node = "n1", .kind = PM_KIND_OTHER, .image = WEB,        \
        .error = "cancel pulling image hub.test/acme/web:2 because of no progress in 1m0s"         \
    }
#define WAITED(at_)                                                                                \
    {                                                                                              \
        .at = (at_), .from = OBJECTS, .kind = PM_KIND_PULL_FAIL, .pod = WEB_POD, .node = "n1",     \
        .image = WEB, .reason = "ErrImagePull"                                                     \
    }
#define ROW_LINES 12
struct row {
    const char *says; // words of sentences, parted by '|'
    struct line yes[ROW_LINES], no[ROW_LINES];
};
static const struct row ROWS[] = {
    // sentence.c
    {"the account in use",
     {C(0, "n1", HUB_IMAGE,
        "toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading",
        .flags = PM_EV_CREDENTIALS)},
     {C(0, "n1", HUB_IMAGE, "toomanyrequests: You have reached your pull rate limit as 'bob': x",
        .user = "bob")}},
    {" for an image; nothing here says why| for an image, and nothing here says which, or why|message of |pods wait for images, and nothing here says which, "
     "or why|the state of pods is all there is: no line tells of an attempt",
     {WAITS(WEB_POD)},
     {WAITS(WEB_POD), K(1, "n1", WEB_POD, WEB, NO_TAG)}},
    {" for {images}; nothing here says why| for {images}, and nothing here says why|pods wait for their image, and nothing here says why",
     {WAITS(WEB_POD),
      {.at = 0,
       .from = OBJECTS,
       .kind = PM_KIND_WORKLOAD_STATE,
       .k8s_namespace = "shop",
       .object = "Deployment/web",
       .detail = "{\"images\":[\"hub.test/acme/web:2\"]}"}},
     {WAITS(WEB_POD), K(1, "n1", WEB_POD, WEB, NO_TAG)}},
    {" is the sandbox image, which the runtime pulls by itself.",
     {C(0, "n1", "hub.test/pause:3", NO_TAG, .flags = PM_EV_SANDBOX)},
     {C(0, "n1", "hub.test/pause:3", NO_TAG)}},
    {"; the first success came at |^recovered within these logs",
     {C(0, "n1", WEB, TIMEOUT), C(300, "n1", WEB, TIMEOUT), GOOD(600, "n1", WEB)},
     {C(0, "n1", WEB, TIMEOUT), C(300, "n1", WEB, TIMEOUT)}},
    {"; not recovered within these logs|few pulls, but no success after them",
     {C(0, "n1", WEB, TIMEOUT), C(300, "n1", WEB, TIMEOUT)},
     {C(0, "n1", WEB, TIMEOUT), C(300, "n1", WEB, TIMEOUT), GOOD(600, "n1", WEB)}},
    {"no image pull is in these logs",
     {PRESSURE(0, "n1")},
     {GET(0, 200, "containerd/1.7"), PRESSURE(0, "n1"), GOOD(5, "n1", WEB)}},
    {"no pull failed, of ",
     {GET(0, 200, "containerd/1.7"), PRESSURE(0, "n1"), GOOD(5, "n1", WEB)},
     {GOOD(5, "n1", WEB), C(0, "n1", WEB, TIMEOUT), GOOD(8, "n1", WEB)}},
    {" recovered by themselves",
     {C(0, "n1", WEB, TIMEOUT), GOOD(8, "n1", WEB)},
     {GOOD(8, "n1", WEB)}},
    {", none of them an incident over info",
     {K(0, "n1", WEB_POD, WEB, TIMEOUT),
      {.at = 2000,
       .from = KUBELET,
       .node = "n1",
       .kind = PM_KIND_PULL_CACHED,
       .pod = "ops/a-0",
       .image = "quay.test/a/b:1"}},
     {K(0, "n1", WEB_POD, WEB, TIMEOUT), GOOD(8, "n1", WEB)}},
    {" The first error was written at ",
     {EXPIRED(MONTHS, "n1")},
     {C(0, "n1", WEB,
        "tls: failed to verify certificate: x509: certificate signed by unknown authority")}},
    {" began and have no end|pulls of |Pulls of |the pulls began, and no line tells of an end while the pods wait",
     {{.at = 10,
       .from = EVENTS,
       .kind = PM_KIND_PULL_START,
       .image = WEB,
       .node = "n1",
       .pod = WEB_POD,
       .reason = "Pulling"},
      PENDING(900)},
     {{.at = 10,
       .from = EVENTS,
       .kind = PM_KIND_PULL_START,
       .image = WEB,
       .node = "n1",
       .pod = WEB_POD,
       .reason = "Pulling"},
      PENDING(60)}},
    // settle.c: what settled a pull whose own line cannot decide
    {"the registry's side wrote it of this client and repository at that second",
     {C(10, "n1", HEAD_WEB, ASKED),
      SIDE(10, "error authenticating user \"bot\": authentication failure")},
     {C(10, "n1", HEAD_WEB, ASKED),
      SIDE(300, "error authenticating user \"bot\": authentication failure")}},
    {"another line of the same attempt says it", // the dead mirror's error hid the 429, and a line tells whose it was
     {BEGAN_HUB(1), TRIED_MIRROR(1.1), ASKED_HUB(1.2), C(1.3, "n1", HUB_IMAGE, MIRROR_REFUSED),
      K(1.4, "n1", WEB_POD, HUB_IMAGE, ANONYMOUS)},
     {BEGAN_HUB(1), TRIED_MIRROR(1.1), ASKED_HUB(1.2), C(1.3, "n1", HUB_IMAGE, MIRROR_REFUSED),
      K(1.4, "n1", WEB_POD, HUB_IMAGE, MIRROR_REFUSED)}},
    {"another pull refused by the same registry at the time shows the registry's own words",
     {C(1, "n1", HUB_IMAGE, HUB_429, .status = 429),
      C(30, "n2", "docker.io/acme/api:1", ANONYMOUS)},
     {C(1, "n1", HUB_IMAGE, HUB_429, .status = 429),
      C(30, "n2", "docker.io/acme/api:1", HUB_429, .status = 429)}},
    {"a line beside the attempt says it",
     {C(10, "n1", HUB_IMAGE, HUB_429, .status = 429), BESIDE(11, "n1", ANONYMOUS)},
     {C(10, "n1", HUB_IMAGE, HUB_429, .status = 429), BESIDE(60, "n1", ANONYMOUS)}},
    {"this registry throttles, it has no pull quota per user",
     {C(1, "n1", WEB, UPSTREAM_429)},
     {C(1, "n1", HUB_IMAGE, HUB_429, .status = 429)}},
    {"the pull had credentials",
     {C(1, "n1", HUB_IMAGE, HUB_429, .status = 429, .flags = PM_EV_CREDENTIALS)},
     {C(1, "n1", HUB_IMAGE, HUB_429, .status = 429)}},
    {"the token was asked for anonymously",
     {C(1, "n1", HUB_IMAGE, HUB_429, .status = 429, .flags = PM_EV_ANONYMOUS)},
     {C(1, "n1", HUB_IMAGE, HUB_429, .status = 429)}},
    {"the pod has no pull secrets",
     {LISTED("{\"containers\":[{\"name\":\"c\",\"image\":\"acme/web:2\"}]}"),
      K(1, "n1", WEB_POD, HUB_IMAGE, HUB_429, .status = 429)},
     {LISTED(WITH_SECRET), K(1, "n1", WEB_POD, HUB_IMAGE, HUB_429, .status = 429)}},
    {"the pod names a pull secret, and nothing shows that it was presented to this registry",
     {LISTED(WITH_SECRET), K(1, "n1", WEB_POD, HUB_IMAGE, HUB_429, .status = 429)},
     {LISTED("{\"containers\":[{\"name\":\"c\",\"image\":\"acme/web:2\"}]}"),
      K(1, "n1", WEB_POD, HUB_IMAGE, HUB_429, .status = 429)}},
    {"nothing shows credentials, and Docker Hub's usual limit is the anonymous one",
     {C(1, "n1", HUB_IMAGE, HUB_429, .status = 429)},
     {C(1, "n1", HUB_IMAGE, HUB_429, .status = 429, .flags = PM_EV_CREDENTIALS)}},
    {"the same credential was served between the refusals: it had not run out",
     {GOOD(1, "n1", ECR_OTHER), C(100, "n1", ECR_IMAGE, ECR_403, .status = 403),
      GOOD(130, "n1", ECR_OTHER), C(200, "n1", ECR_IMAGE, ECR_403, .status = 403)},
     {GOOD(1, "n1", ECR_OTHER), C(100, "n1", ECR_IMAGE, ECR_403, .status = 403),
      C(200, "n1", ECR_IMAGE, ECR_403, .status = 403)}},
    {"the same registry served pulls before, and none since: a credential that ran out, not a missing right",
     {GOOD(1, "n1", ECR_OTHER), C(100, "n1", ECR_IMAGE, ECR_403, .status = 403),
      C(200, "n2", ECR_IMAGE, ECR_403, .status = 403)},
     {C(100, "n1", ECR_IMAGE, ECR_403, .status = 403),
      C(200, "n2", ECR_IMAGE, ECR_403, .status = 403)}},
    {"several repositories of the registry were refused at once and none was served: the credential, not one right",
     {C(100, "n1", ECR_IMAGE, ECR_403, .status = 403),
      C(110, "n2", ECR_OTHER, ECR_403, .status = 403)},
     {C(100, "n1", ECR_IMAGE, ECR_403, .status = 403),
      C(110, "n2", ECR_IMAGE, ECR_403, .status = 403)}},
    {"no earlier success with this credential is in the logs",
     {C(100, "n1", ECR_IMAGE, ECR_403, .status = 403)},
     {GOOD(1, "n1", ECR_OTHER), C(100, "n1", ECR_IMAGE, ECR_403, .status = 403)}},
    {"the pod's pull secret does not exist",
     {LISTED(WITH_SECRET), NO_SECRET, K(1, "n1", WEB_POD, WEB, ASKED)},
     {LISTED(WITH_SECRET), K(1, "n1", WEB_POD, WEB, ASKED)}},
    {"the pod has a pull secret for this registry, and it was refused",
     {LISTED(WITH_SECRET), SECRET_FOR("hub.test"), K(1, "n1", WEB_POD, WEB, ASKED)},
     {LISTED(WITH_SECRET), SECRET_FOR("quay.test"), K(1, "n1", WEB_POD, WEB, ASKED)}},
    {"the pod has a pull secret; whether it is for this registry nothing says",
     {LISTED(WITH_SECRET), K(1, "n1", WEB_POD, WEB, ASKED)},
     {LISTED(WITH_SECRET), SECRET_FOR("hub.test"), K(1, "n1", WEB_POD, WEB, ASKED)}},
    {"the request was given up before the registry answered",
     {BEGAN(1), NO_PROGRESS(61),
      C(61.1, "n1", WEB,
        "failed to do request: Head \"https://hub.test/v2/acme/web/manifests/2\": context canceled")},
     {BEGAN(1), NO_PROGRESS(61), C(61.1, "n1", WEB, CANCELED)}},
    {"the runtime stopped or started at that moment",
     {BEGAN(1), C(4, "n1", WEB, CANCELED), RUNTIME(9, PM_KIND_RUNTIME_START)},
     {BEGAN(1), C(4, "n1", WEB, CANCELED), RUNTIME(90, PM_KIND_RUNTIME_START)}},
    {"the runtime says one line earlier that there was no progress",
     {BEGAN(1), NO_PROGRESS(61), C(61.1, "n1", WEB, CANCELED)},
     {BEGAN(1), NO_PROGRESS(20), C(61.1, "n1", WEB, CANCELED)}},
    {"it was given up after five minutes of downloading, as runtimes do without progress",
     {BEGAN(1), C(302, "n1", WEB, "failed to copy: httpReadSeeker: failed open: context canceled")},
     {BEGAN(1),
      C(202, "n1", WEB, "failed to copy: httpReadSeeker: failed open: context canceled")}},
    {"another pull at the time, of the same source or on the same node, shows what was wrong",
     {BEGAN(1), C(4, "n1", WEB, CANCELED), C(20, "n1", "hub.test/acme/api:1", TIMEOUT)},
     {BEGAN(1), C(4, "n1", WEB, CANCELED), C(20, "n2", "quay.test/acme/api:1", TIMEOUT)}},
    {"the pull had been running for long when it was given up, and nothing restarted the runtime",
     {BEGAN(1), C(70, "n1", WEB, CANCELED)},
     {BEGAN(1), C(4, "n1", WEB, CANCELED)}},
    {"no line tells of missing progress",
     {BEGAN(1), C(4, "n1", WEB, CANCELED)},
     {BEGAN(1), NO_PROGRESS(3.9), C(4, "n1", WEB, CANCELED)}},
    {"the proxy cache logged its upstream's rate limit at that moment and answered 404",
     {SIDE(1,
           "failed to proxy manifest, fallback to local: http status code: 429, body: " ANONYMOUS),
      C(1.1, "n1", WEB, NO_TAG)},
     {SIDE(100,
           "failed to proxy manifest, fallback to local: http status code: 429, body: " ANONYMOUS),
      C(1.1, "n1", WEB, NO_TAG)}},
    {"another tag of the repository pulls",
     {GOOD(1, "n1", "hub.test/acme/web:1"), C(10, "n1", WEB, MAYBE_GONE, .status = 404)},
     {GOOD(1, "n1", "hub.test/acme/api:1"), C(10, "n1", WEB, MAYBE_GONE, .status = 404)}},
    {"the runtime stopped at that moment",
     {C(10, "n1", WEB, "read tcp 192.0.2.1:3->192.0.2.9:443: unexpected EOF"),
      RUNTIME(11, PM_KIND_RUNTIME_STOP)},
     {C(10, "n1", WEB, "read tcp 192.0.2.1:3->192.0.2.9:443: unexpected EOF"),
      RUNTIME(60, PM_KIND_RUNTIME_STOP)}},
    {"other pulls at the same time say it",
     {C(10, "n1", WEB, BROKEN_LAYER), C(20, "n1", "hub.test/acme/api:1", CORRUPT)},
     {C(10, "n1", WEB, BROKEN_LAYER), C(20, "n2", "quay.test/acme/api:1", CORRUPT)}},
    {"nothing in the bundle decides; the most common reading",
     {C(10, "n1", WEB, ASKED)},
     {LISTED("{\"containers\":[{\"name\":\"c\",\"image\":\"hub.test/acme/web:2\"}]}"),
      K(10, "n1", WEB_POD, WEB, ASKED)}},
    {"the line gives no reason; the same registry failed for it at the time",
     {WAITED(10), C(20, "n1", "hub.test/acme/api:1", TIMEOUT)},
     {WAITED(10), C(20, "n2", "quay.test/acme/api:1", TIMEOUT)}},
    // finish.c, blast.c
    {" was restarted",
     {RUNTIME(9, PM_KIND_RUNTIME_START), C(10, "n1", WEB, CANCELED)},
     {C(10, "n1", WEB, CANCELED)}},
    // missing.c
    {"no kubelet or runtime log of |attempts there are known from events, objects or requests only: the number of",
     {E(0, WEB_POD, WEB, NO_TAG)},
     {E(0, WEB_POD, WEB, NO_TAG), C(0, "n1", WEB, NO_TAG)}},
    {"no runtime log of |successful pulls, how long they took, and bodies of errors are missing: who was spared is known from the kubelet only",
     {K(0, "n1", WEB_POD, WEB, NO_TAG)},
     {K(0, "n1", WEB_POD, WEB, NO_TAG), C(0, "n1", WEB, NO_TAG)}},
    {"the registry's answer in full would have told whether it is ",
     {K(0, "n1", WEB_POD, HUB_IMAGE, HUB_429, .status = 429)},
     {K(0, "n1", WEB_POD, HUB_IMAGE, ANONYMOUS, .status = 429)}},
    {"its own answers would have told whether it is ",
     {C(0, "n1", WEB, REFUSED, .status = 403)},
     {C(0, "n1", WEB, NO_TAG)}},
    {"no kubelet log of |which pod asked for a pull is known from events and objects only: the blast radius may be larger",
     {C(0, "n1", WEB, NO_TAG), E(0, WEB_POD, WEB, NO_TAG)},
     {C(0, "n1", WEB, NO_TAG), E(0, WEB_POD, WEB, NO_TAG), K(0, "n1", WEB_POD, WEB, NO_TAG)}},
    {"no Kubernetes events|pods and rollouts are known from objects and node logs only: pods that are gone by now are not counted",
     {K(0, "n1", WEB_POD, WEB, NO_TAG)},
     {K(0, "n1", WEB_POD, WEB, NO_TAG), E(0, WEB_POD, WEB, NO_TAG)}},
    {"Kubernetes events begin |the first failure|events live one hour by default: pods and the trigger before that are known from logs only",
     {K(0, "n1", WEB_POD, WEB, NO_TAG), E(7200, WEB_POD, WEB, NO_TAG)},
     {K(0, "n1", WEB_POD, WEB, NO_TAG), E(60, WEB_POD, WEB, NO_TAG)}},
    {"the trouble does",
     {EVICTED, PRESSURE(60, "n1"), PRESSED(9000)},
     {EVICTED, PRESSURE(60, "n1"), PRESSED(60)}},
    {"Kubernetes events end |the last failure|whether pods recovered after that is known from logs only",
     {K(0, "n1", WEB_POD, WEB, NO_TAG), E(0, WEB_POD, WEB, NO_TAG),
      K(3000, "n1", WEB_POD, WEB, NO_TAG)},
     {K(0, "n1", WEB_POD, WEB, NO_TAG), E(0, WEB_POD, WEB, NO_TAG),
      K(300, "n1", WEB_POD, WEB, NO_TAG)}},
    {"some events were repeated more than 25 times|the kubelet's spam filter drops events beyond that: counts from events are lower bounds",
     {E(3000, WEB_POD, WEB, NO_TAG, .count = 40, .first = 0)},
     {E(3000, WEB_POD, WEB, NO_TAG, .count = 8, .first = 0)}},
    {"no pod objects with their pull secrets|which credentials were presented is not known: ",
     {K(0, "n1", WEB_POD, WEB, "unauthorized: incorrect username or password")},
     {K(0, "n1", WEB_POD, WEB, "unauthorized: incorrect username or password"),
      POD(WEB_POD, "n1",
          "{\"pull_secrets\":[\"a\"],\"containers\":[{\"name\":\"c\",\"image\":\"hub.test/acme/web:2\"}]}")}},
    {"whose credentials were presented is not known",
     {C(0, "n1", WEB, "unauthorized: incorrect username or password")},
     {C(0, "n1", WEB, NO_TAG)}},
    {"no pod objects|owners of pods are guessed from their names, and how many pods still wait is not known",
     {K(0, "n1", WEB_POD, WEB, NO_TAG)},
     {K(0, "n1", WEB_POD, WEB, NO_TAG),
      POD(WEB_POD, "n1", "{\"containers\":[{\"name\":\"c\",\"image\":\"hub.test/acme/web:2\"}]}")}},
    {"no log of a proxy or registry between the nodes and |how the quota was spent is estimated from the nodes' own pulls: others behind the same address are "
     "not seen",
     {C(0, "n1", HUB_IMAGE, ANONYMOUS)},
     {C(0, "n1", HUB_IMAGE, ANONYMOUS), GET(0, 200, "containerd/1.7")}},
    {"no log of a proxy or registry for |what the registry answered meanwhile, and to whom, is known from the nodes' own lines only",
     {C(0, "n1", WEB, NO_TAG), NODE("n1"), NODE("n2")},
     {C(0, "n1", WEB, NO_TAG), NODE("n1"), NODE("n2"), GET(0, 404, "containerd/1.7")}},
    {"disagree: |one of the logs has a hole; every attempt that either shows is counted once",
     {C(0, "n1", WEB, NO_TAG), C(300, "n1", WEB, NO_TAG), C(600, "n1", WEB, NO_TAG),
      C(900, "n1", WEB, NO_TAG), K(0, "n1", WEB_POD, WEB, NO_TAG),
      K(900, "n1", WEB_POD, WEB, NO_TAG)},
     {C(0, "n1", WEB, NO_TAG), C(300, "n1", WEB, NO_TAG), K(0, "n1", WEB_POD, WEB, NO_TAG),
      K(300, "n1", WEB_POD, WEB, NO_TAG)}},
    {"the logs do",
     {GOOD(0, "n1", WEB),
      {.at = 7300,
       .from = EVENTS,
       .kind = PM_KIND_PULL_OK,
       .pod = WEB_POD,
       .node = "n1",
       .image = WEB,
       .message = "Successfully pulled"}},
     {GOOD(0, "n1", WEB),
      {.at = 0.5,
       .from = EVENTS,
       .kind = PM_KIND_PULL_OK,
       .pod = WEB_POD,
       .node = "n1",
       .image = WEB,
       .message = "Successfully pulled"}}},
    {"the last sign of it",
     {EVICTED, PRESSED(0), PRESSURE(1000, "n1")},
     {EVICTED, PRESSED(0), PRESSURE(300, "n1")}},
    // against.c
    {"pulled from the same registry at the time",
     {C(0, "n1", WEB, TIMEOUT), GOOD(5, "n2", "hub.test/acme/api:1")},
     {C(0, "n1", WEB, TIMEOUT), GOOD(5, "n2", "quay.test/acme/api:1")}},
    {"served the same nodes at the time|the same nodes reached other registries",
     {C(0, "n1", WEB, TIMEOUT), C(3, "n2", WEB, TIMEOUT), GOOD(5, "n1", "quay.test/acme/api:1"),
      GOOD(5, "n2", "quay.test/acme/api:1")},
     {C(0, "n1", WEB, TIMEOUT), C(3, "n2", WEB, TIMEOUT)}},
    {"other images of the same registry|pulled at the time",
     {C(0, "n1", WEB, NO_TAG), GOOD(5, "n1", "hub.test/acme/api:1"),
      GOOD(9, "n1", "hub.test/acme/db:1"), C(300, "n1", WEB, NO_TAG)},
     {C(0, "n1", WEB, NO_TAG), GOOD(5, "n1", "quay.test/acme/api:1"), C(300, "n1", WEB, NO_TAG)}},
    {"pulled the same image at the time",
     {C(0, "n1", WEB, "no match for platform in manifest: not found"), GOOD(5, "n2", WEB)},
     {C(0, "n1", WEB, "no match for platform in manifest: not found"),
      GOOD(5, "n2", "hub.test/acme/api:1")}},
    {"the registry answered in ",
     {C(0, "n1", HUB_IMAGE, ANONYMOUS, .status = 429)},
     {C(0, "n1", WEB, TIMEOUT)}},
    {"got an answer from the registry",
     {C(0, "n1", WEB, TIMEOUT)},
     {C(0, "n1", WEB, OUTAGE, .status = 503)}},
    {"no request of these pulls was answered with a server error (5xx)",
     {C(0, "n1", HUB_IMAGE, ANONYMOUS, .status = 429)},
     {C(0, "n1", HUB_IMAGE, ANONYMOUS, .status = 503)}},
    {"no request of these pulls was answered with 429",
     {C(0, "n1", WEB, OUTAGE, .status = 503)},
     {C(0, "n1", WEB, TIMEOUT, .status = 429)}},
    {"no request of these pulls was answered with 404",
     {C(0, "n1", WEB, REFUSED, .status = 403)},
     {C(0, "n1", WEB, NO_TAG, .status = 404)}},
    {"none of these pulls was refused with 401 or 403",
     {C(0, "n1", HUB_IMAGE, ANONYMOUS, .status = 429)},
     {C(0, "n1", HUB_IMAGE, ANONYMOUS, .status = 403)}},
    {"no line of these nodes tells of disk pressure or a full disk at the time",
     {C(0, "n1", WEB, "failed to extract layer sha256:aa: exit status 1")},
     {C(0, "n1", WEB, "failed to extract layer sha256:aa: exit status 1"), PRESSURE(-5, "n1")}},
    {"no line tells that the runtime stopped, started or could not be reached",
     {C(0, "n1", WEB, TIMEOUT)},
     {C(0, "n1", WEB, TIMEOUT), RUNTIME(-5, PM_KIND_RUNTIME_START)}},
    {"the kubelet refused by itself: neither runtime nor registry heard of these attempts",
     {K(0, "n1", WEB_POD, WEB, QPS)},
     {C(0, "n1", WEB, NO_TAG)}},
    {"nodes failed alike at the time",
     {C(0, "n1", WEB, OUTAGE), C(1, "n2", WEB, OUTAGE)},
     {C(0, "n1", WEB, OUTAGE)}},
    {"the errors themselves", {C(0, "n1", WEB, NO_TAG)}, {WAITS(WEB_POD)}},
    {"its own lines", {PRESSURE(0, "n1"), PRESSURE(20, "n1")}, {C(0, "n1", WEB, NO_TAG)}},
    {"the same pulled later",
     {C(0, "n1", WEB, DENIED, .status = 404), C(300, "n1", WEB, DENIED, .status = 404),
      GOOD(600, "n1", WEB)},
     {C(0, "n1", WEB, DENIED, .status = 404), C(300, "n1", WEB, DENIED, .status = 404)}},
    {"at the time failed for it, of ",
     {C(0, "n1", WEB, OUTAGE), C(30, "n1", WEB, OUTAGE),
      C(10, "n1", "quay.test/acme/a:1", "unauthorized: incorrect username or password")},
     {C(0, "n1", WEB, OUTAGE), C(30, "n1", WEB, OUTAGE)}},
    {"abuse limits answer thousands of requests a minute; here ",
     {C(0, "n1", HUB_IMAGE, HUB_429, .status = 429),
      C(5, "n1", HUB_IMAGE, ANONYMOUS, .status = 429)},
     {C(0, "n1", HUB_IMAGE, ANONYMOUS, .status = 429)}},
    // scope.c
    {"pulls went past the mirror",
     {{.at = 0,
       .from = CONTAINERD,
       .kind = PM_KIND_MIRROR_TRY,
       .node = "n1",
       .image = HUB_IMAGE,
       .host = "m.test",
       .error = "dial tcp 192.0.2.7:443: connect: connection refused"},
      C(1, "n1", HUB_IMAGE, ANONYMOUS, .status = 429)},
     {C(1, "n1", HUB_IMAGE, ANONYMOUS, .status = 429)}},
    {"the API server refused the pods: no node was asked|pods were refused; nothing was pulled for them",
     {REFUSED_POD(0), REFUSED_POD(400)},
     {C(0, "n1", WEB, NO_TAG)}},
    {"pods were refused; whether for their images is cut off",
     {REFUSED_CUT(0), REFUSED_CUT(400)},
     {REFUSED_CUT(0), REFUSED_POD(400)}},
    {"the workloads could make pods since",
     {REFUSED_POD(0), REFUSED_POD(400), MADE(600)},
     {REFUSED_POD(0), REFUSED_POD(400)}},
    {"what all of these have in common is the proxy",
     {C(0, "n1", WEB, PROXY_SAID), C(1, "n2", WEB, PROXY_SAID)},
     {C(0, "n1", WEB, TIMEOUT), C(1, "n2", WEB, TIMEOUT)}},
    {"other nodes reached the same registry at the time",
     {C(0, "n1", WEB, TIMEOUT), GOOD(5, "n2", "hub.test/acme/api:1")},
     {C(0, "n1", WEB, TIMEOUT)}},
    {"no node reached this registry",
     {C(0, "n1", WEB, TIMEOUT), C(1, "n2", WEB, TIMEOUT)},
     {C(0, "n1", WEB, TIMEOUT)}},
    {"no node reached any registry",
     {C(0, "n1", WEB, TIMEOUT), C(1, "n2", "quay.test/acme/a:1", TIMEOUT),
      C(1, "n1", "quay.test/acme/a:1", TIMEOUT)},
     {C(0, "n1", WEB, TIMEOUT), C(1, "n2", WEB, TIMEOUT)}},
    {"one node only was seen",
     {C(0, "n1", WEB, TIMEOUT)},
     {C(0, "n1", WEB, TIMEOUT), C(1, "n2", WEB, TIMEOUT)}},
    {"the nodes are not known",
     {{.at = 0, .from = PM_COMP_CLIENT, FAILED(WEB, TIMEOUT)}},
     {C(0, "n1", WEB, TIMEOUT)}},
    {"other nodes pulled from the same registry at the time",
     {C(0, "n1", WEB, OUTAGE), GOOD(5, "n2", "hub.test/acme/api:1")},
     {C(0, "n1", WEB, OUTAGE), GOOD(5, "n2", "quay.test/acme/api:1")}},
    {"the same images are broken on several nodes: it is what the registry serves",
     {C(0, "n1", WEB, CORRUPT), C(1, "n2", WEB, CORRUPT)},
     {C(0, "n1", WEB, CORRUPT)}},
    {"other images of the registry pulled at the time",
     {C(0, "n1", WEB, REFUSED, .flags = PM_EV_CREDENTIALS, .user = "bob"),
      GOOD(5, "n1", "hub.test/acme/api:1"),
      C(300, "n1", WEB, REFUSED, .flags = PM_EV_CREDENTIALS, .user = "bob")},
     {C(0, "n1", WEB, REFUSED, .flags = PM_EV_CREDENTIALS, .user = "bob")}},
    {"other namespaces pulled from the same registry at the time",
     {K(0, "n1", WEB_POD, WEB, "unauthorized: incorrect username or password"),
      {.at = 5,
       .from = KUBELET,
       .node = "n1",
       .pod = "ops/a-0",
       .message = "stop pulling",
       OK_OF("hub.test/ops/a:1")},
      K(300, "n1", WEB_POD, WEB, "unauthorized: incorrect username or password")},
     {K(0, "n1", WEB_POD, WEB, "unauthorized: incorrect username or password"),
      {.at = 5,
       .from = KUBELET,
       .node = "n1",
       .pod = "ops/a-0",
       .message = "stop pulling",
       OK_OF("quay.test/ops/a:1")},
      K(300, "n1", WEB_POD, WEB, "unauthorized: incorrect username or password")}},
    {"none of these clients is a node of the cluster|pulls of clients beside the cluster: no node and no pod waited for them",
     {{.at = 0, .from = PM_COMP_CLIENT, .client = "ci-7", FAILED(WEB, NO_TAG)},
      {.at = 3, .from = PM_COMP_CLIENT, .client = "ci-7", FAILED(WEB, NO_TAG)},
      GOOD(5, "n1", "quay.test/a/b:1"),
      NODE("n1")},
     {C(0, "n1", WEB, NO_TAG), GOOD(5, "n1", "quay.test/a/b:1"), NODE("n1")}},
    // confidence.c
    {"the runtime's log", {C(0, "n1", WEB, NO_TAG)}, {K(0, "n1", WEB_POD, WEB, NO_TAG)}},
    {"the kubelet's log", {K(0, "n1", WEB_POD, WEB, NO_TAG)}, {C(0, "n1", WEB, NO_TAG)}},
    {"registry-side requests",
     {GET(0, 503, "containerd/1.7"), GET(400, 503, "containerd/1.7")},
     {C(0, "n1", WEB, NO_TAG)}},
    {"the failed pull says it in its own error",
     {C(0, "n1", WEB, NO_TAG)},
     {C(0, "n1", WEB, NO_TAG), C(300, "n1", WEB, NO_TAG)}},
    {"failed pulls say it in their own error",
     {C(0, "n1", WEB, NO_TAG), C(300, "n1", WEB, NO_TAG)},
     {C(0, "n1", WEB, NO_TAG)}},
    {"settled by what stands beside them: ",
     {C(0, "n1", HUB_IMAGE, HUB_429, .status = 429)},
     {C(0, "n1", HUB_IMAGE, ANONYMOUS, .status = 429)}},
    {"most lines allow other readings",
     {C(0, "n1", WEB,
        "unexpected status code https://hub.test/v2/acme/web/manifests/2: 400 Bad Request",
        .status = 400)},
     {C(0, "n1", WEB, NO_TAG)}},
    {"held the images and started pods without a pull meanwhile",
     {C(0, "n1", WEB, OUTAGE),
      C(60, "n1", WEB, OUTAGE),
      {.at = 30,
       .from = KUBELET,
       .node = "n2",
       .pod = "shop/web-7c9d5f6b8-bbbbb",
       .kind = PM_KIND_PULL_CACHED,
       .image = WEB}},
     {C(0, "n1", WEB, OUTAGE),
      C(60, "n1", WEB, OUTAGE),
      {.at = 30,
       .from = KUBELET,
       .node = "n2",
       .pod = "shop/web-7c9d5f6b8-bbbbb",
       .kind = PM_KIND_PULL_CACHED,
       .image = "hub.test/acme/api:1"}}},
    {"no node log: times and counts are lower bounds",
     {{.at = 0,
       .from = OBJECTS,
       .kind = PM_KIND_PULL_FAIL,
       .pod = WEB_POD,
       .node = "n1",
       .image = WEB,
       .error = NO_TAG,
       .reason = "ErrImagePull",
       .flags = PM_EV_ECHO | PM_EV_SNAPSHOT}},
     {C(0, "n1", WEB, NO_TAG)}},
    {"it beside the pulls; no pull failed for it alone|no pull failed for it, and no pod was evicted",
     {PRESSURE(0, "n1"), PRESSURE(20, "n1"), GOOD(5, "n1", WEB)},
     {C(0, "n1", WEB, FULL)}},
    {"still waiting for an image where the logs end",
     {K(0, "n1", WEB_POD, WEB, NO_TAG), K(300, "n1", WEB_POD, WEB, NO_TAG)},
     {K(0, "n1", WEB_POD, WEB, NO_TAG), K(300, "n1", WEB_POD, WEB, NO_TAG), GOOD(600, "n1", WEB)}},
    {"pulls were failing widely where the logs end",
     {C(0, "n1", WEB, OUTAGE), C(1, "n2", WEB, OUTAGE), C(2, "n3", WEB, OUTAGE)},
     {C(0, "n1", WEB, OUTAGE), C(2, "n3", WEB, OUTAGE)}},
    {"one pull failed, and the kubelet did not fail at it again",
     {K(0, "n1", WEB_POD, WEB, "image pull progress deadline exceeded"),
      {.at = 2000,
       .from = KUBELET,
       .node = "n1",
       .kind = PM_KIND_PULL_CACHED,
       .pod = "ops/a-0",
       .image = "quay.test/a/b:1"}},
     {K(0, "n1", WEB_POD, WEB, "image pull progress deadline exceeded"),
      K(300, "n1", WEB_POD, WEB, "image pull progress deadline exceeded"),
      {.at = 2000,
       .from = KUBELET,
       .node = "n1",
       .kind = PM_KIND_PULL_CACHED,
       .pod = "ops/a-0",
       .image = "quay.test/a/b:1"}}},
    {"pods of |workloads were hit",
     {K(0, "n1", "shop/a-0", WEB, NO_TAG), K(0, "n1", "shop/b-0", WEB, NO_TAG),
      K(0, "n1", "shop/c-0", WEB, NO_TAG), K(0, "n1", "shop/d-0", WEB, NO_TAG),
      K(0, "n1", "shop/e-0", WEB, NO_TAG), GOOD(300, "n1", WEB)},
     {K(0, "n1", "shop/a-0", WEB, NO_TAG), GOOD(300, "n1", WEB)}},
    {"one pull failed and the next succeeded",
     {C(0, "n1", WEB, TIMEOUT), GOOD(16, "n2", WEB), GOOD(100, "n1", "hub.test/acme/api:1")},
     {C(0, "n1", WEB, TIMEOUT), GOOD(600, "n1", WEB)}},
    {"single failures, each of which the next attempt got past",
     {C(0, "n1", WEB, TIMEOUT), GOOD(16, "n1", WEB)},
     {C(0, "n1", WEB, TIMEOUT), GOOD(600, "n1", WEB)}},
    {"two pulls wanted the same layer at once: the lock goes by itself",
     {C(0, "n1", WEB,
        "failed to pull and unpack image: (*service).Write failed: rpc error: code = Unavailable desc = ref layer-sha256:aa locked for 1m0s: unavailable")},
     {C(0, "n1", WEB, TIMEOUT)}},
    // evidence.c
    {"the first failed pull of this incident", {C(0, "n1", WEB, NO_TAG)}, {WAITS(WEB_POD)}},
    {"the last failed pull",
     {C(0, "n1", WEB, NO_TAG), C(300, "n1", WEB, NO_TAG)},
     {C(0, "n1", WEB, NO_TAG)}},
    {"the registry side answered ",
     {C(0, "n1", WEB, OUTAGE, .status = 503), GET(0, 503, "containerd/1.7"), NODE("n1")},
     {C(0, "n1", WEB, OUTAGE, .status = 503)}},
    {"the same attempt as ",
     {C(0, "n1", HUB_IMAGE, ANONYMOUS, .status = 429),
      K(0.2, "n1", WEB_POD, HUB_IMAGE, HUB_429, .status = 429)},
     {C(0, "n1", HUB_IMAGE, ANONYMOUS, .status = 429)}},
    {"seen beside the pulls", {PRESSURE(0, "n1"), PRESSURE(20, "n1")}, {C(0, "n1", WEB, NO_TAG)}},
    {"the first success after it",
     {C(0, "n1", WEB, TIMEOUT), C(300, "n1", WEB, TIMEOUT), GOOD(600, "n1", WEB)},
     {C(0, "n1", WEB, TIMEOUT), C(300, "n1", WEB, TIMEOUT)}},
    {" names the cause",
     {C(0, "n1", WEB, NO_TAG), K(0.2, "n1", WEB_POD, WEB, NO_TAG)},
     {C(0, "n1", WEB, NO_TAG)}},
    {"an object's status",
     {STATUS("shop/a-0", "n1", HUB_429), STATUS("shop/b-0", "n2", ANONYMOUS),
      STATUS("shop/c-0", "n3", HUB_429)},
     {STATUS("shop/a-0", "n1", ANONYMOUS)}},
    {"the image was removed before it had to be pulled again",
     {PRESSURE(0, "n1"), GONE(WEB),
      K(100, "n1", WEB_POD, WEB,
        "Container image \"hub.test/acme/web:2\" is not present with pull policy of Never")},
     {PRESSURE(0, "n1"), GONE("hub.test/acme/api:1"),
      K(100, "n1", WEB_POD, WEB,
        "Container image \"hub.test/acme/web:2\" is not present with pull policy of Never")}},
    // trigger.c
    {"Jobs were started within two minutes",
     {JOB("1"), JOB("2"), JOB("3"), JOB("4"), JOB("5"), K(10, "n1", "shop/j1-x2x9k", WEB, NO_TAG),
      K(10, "n1", "shop/j2-x2x9k", WEB, NO_TAG), K(10, "n1", "shop/j3-x2x9k", WEB, NO_TAG),
      K(10, "n1", "shop/j4-x2x9k", WEB, NO_TAG), K(10, "n1", "shop/j5-x2x9k", WEB, NO_TAG)},
     {JOB("1"), K(10, "n1", "shop/j1-x2x9k", WEB, NO_TAG)}},
    {"images were removed to free space",
     {PRESSURE(0, "n1"),
      {.at = 10, .from = KUBELET, .kind = PM_KIND_GC_OK, .node = "n1"},
      GOOD(-60, "n1", WEB),
      K(100, "n1", WEB_POD, WEB,
        "Container image \"hub.test/acme/web:2\" is not present with pull policy of Never")},
     {PRESSURE(0, "n1"), GOOD(-60, "n1", WEB),
      K(100, "n1", WEB_POD, WEB,
        "Container image \"hub.test/acme/web:2\" is not present with pull policy of Never")}},
    {"got a new ReplicaSet",
     {K(10, "n1", WEB_POD, WEB, NO_TAG),
      POD(WEB_POD, "n1",
          "{\"created\":\"2024-03-01T10:00:00Z\",\"owner\":{\"kind\":\"ReplicaSet\",\"name\":\"web-7c9d5f6b8\"}}"),
      {.at = 900,
       .from = OBJECTS,
       .kind = PM_KIND_WORKLOAD_STATE,
       .k8s_namespace = "shop",
       .object = "ReplicaSet/web-7c9d5f6b8",
       .detail = "{\"created\":\"2024-03-01T10:00:00Z\"}"}},
     {K(10, "n1", WEB_POD, WEB, NO_TAG),
      POD(WEB_POD, "n1",
          "{\"created\":\"2024-03-01T10:00:00Z\",\"owner\":{\"kind\":\"ReplicaSet\",\"name\":\"web-7c9d5f6b8\"}}"),
      {.at = 900,
       .from = OBJECTS,
       .kind = PM_KIND_WORKLOAD_STATE,
       .k8s_namespace = "shop",
       .object = "ReplicaSet/web-7c9d5f6b8",
       .detail = "{\"created\":\"2024-02-01T10:00:00Z\"}"}}},
    {"the list of pull secrets of service account",
     {K(10, "n1", WEB_POD, WEB, "unauthorized: incorrect username or password"),
      POD(WEB_POD, "n1", "{\"service_account\":\"default\"}"),
      {.at = 900,
       .from = OBJECTS,
       .kind = PM_KIND_CONFIG,
       .k8s_namespace = "shop",
       .object = "ServiceAccount/default",
       .detail = "{\"pull_secrets\":[],\"changed\":\"2024-03-01T09:50:00Z\"}"}},
     {K(10, "n1", WEB_POD, WEB, "unauthorized: incorrect username or password"),
      POD(WEB_POD, "n1", "{\"service_account\":\"builder\"}"),
      {.at = 900,
       .from = OBJECTS,
       .kind = PM_KIND_CONFIG,
       .k8s_namespace = "shop",
       .object = "ServiceAccount/default",
       .detail = "{\"pull_secrets\":[],\"changed\":\"2024-03-01T09:50:00Z\"}"}}},
    {"node %.*s joined",
     {C(10, "n1", WEB, TIMEOUT),
      {.at = 0,
       .from = OBJECTS,
       .kind = PM_KIND_NODE_STATE,
       .node = "n1",
       .object = "Node",
       .detail = "{\"created\":\"2024-03-01T09:55:00Z\"}"}},
     {C(10, "n1", WEB, TIMEOUT),
      {.at = 0,
       .from = OBJECTS,
       .kind = PM_KIND_NODE_STATE,
       .node = "n1",
       .object = "Node",
       .detail = "{\"created\":\"2024-02-01T09:55:00Z\"}"}}},
    {"no earlier success is in the logs",
     {C(0, "n1", WEB,
        "denied: Your authorization token has expired. Reauthenticate and try again.")},
     {GOOD(-60, "n1", "hub.test/acme/api:1"),
      C(0, "n1", WEB,
        "denied: Your authorization token has expired. Reauthenticate and try again.")}},
    {"pulls from this registry worked until then",
     {GOOD(-60, "n1", "hub.test/acme/api:1"),
      C(0, "n1", WEB,
        "denied: Your authorization token has expired. Reauthenticate and try again.")},
     {C(0, "n1", WEB,
        "denied: Your authorization token has expired. Reauthenticate and try again.")}},
    // quota
    {"the pods name a pull secret, and nothing says whether it was presented: if it was, the limit is ",
     {GOOD(0, "n1", HUB_IMAGE, .pod = WEB_POD),
      POD(WEB_POD, "n1",
          "{\"pull_secrets\":[\"a\"],\"containers\":[{\"name\":\"c\",\"image\":\"docker.io/acme/web:2\"}]}")},
     {GOOD(0, "n1", HUB_IMAGE, .pod = WEB_POD),
      POD(WEB_POD, "n1",
          "{\"pull_secrets\":[],\"containers\":[{\"name\":\"c\",\"image\":\"docker.io/acme/web:2\"}]}")}},
    {"a health check, which ",
     {{.at = 0,
       .from = PM_COMP_PROBE,
       .kind = PM_KIND_HEALTH_CHECK,
       .host = "registry-1.docker.io",
       .told = "100:1"}},
     {{.at = 0,
       .from = PM_COMP_PROBE,
       .kind = PM_KIND_HEALTH_CHECK,
       .host = "registry-1.docker.io",
       .told = "100:90"}}},
    {"the health check of ",
     {{.at = 0,
       .from = PM_COMP_PROBE,
       .kind = PM_KIND_HEALTH_CHECK,
       .host = "registry-1.docker.io",
       .told = "100:1",
       .writer = "ops/probe-0"}},
     {{.at = 0,
       .from = PM_COMP_PROBE,
       .kind = PM_KIND_HEALTH_CHECK,
       .host = "registry-1.docker.io",
       .told = "100:1"}}},
    {"only part of what |the rest was spent before these logs begin, or by others behind the same address: who used up the quota is not known",
     {C(0, "n1", HUB_IMAGE, ANONYMOUS, .status = 429)},
     {GOOD(0, "n1", HUB_IMAGE)}},
};

// Sentences with a yes and a no of their own elsewhere: the file holds these words.
static const struct {
    const char *says, *file;
} ELSEWHERE[] = {
    {"does not read the mirror", "unit/test_chain.c"},
    {"and nothing says why", "unit/test_chain.c"},
    {"had been tried at the mirror first", "unit/test_chain.c"},
    {"followed from it", "unit/test_chain.c"},
    {"; and ", "unit/test_chain.c"},
    {"got the new ", "unit/test_trigger.c"},
    {"pods of ", "unit/test_trigger.c"},
    {"was asked for, for the first time in these logs; before it was ", "unit/test_trigger.c"},
    {"was there before ", "unit/test_trigger.c"},
    {"Rollout aborted update", "unit/test_trigger.c"},
    {"failed checks threshold", "unit/test_trigger.c"},
    {"Helm rollback to previous release ", "unit/test_trigger.c"},
    {"by its own clock", "cli/clocks.sh"},
    {" and said ", "cli/clocks.sh"},
    {"ahead of the certificate", "cli/sentences.sh"},
    {"are off, too", "cli/sentences.sh"},
    {"is assumed (UTC)", "cli/sentences.sh"},
    {"the order between these and other files may be off by hours", "cli/sentences.sh"},
    {"was read in part (", "cli/sentences.sh"},
    {"members were read in part", "cli/sentences.sh"},
    {"failures and recoveries in the rest are not counted", "cli/sentences.sh"},
    {"nothing failed in what could be read; the rest is not known", "cli/sentences.sh"},
    {"null in place of long fields", "cli/sentences.sh"},
    {"long error texts are lost", "cli/sentences.sh"},
    {"before anything was refused", "unit/test_quota.c"},
    {"and nothing was refused", "unit/test_quota.c"},
    {"addresses or accounts stand behind this row", "unit/test_quota.c"},
    {"this account has a higher one", "unit/test_quota.c"},
    {"the limit was lifted", "unit/test_quota.c"},
    {"told as anonymous", "unit/test_quota.c"},
    {"one address shared by ", "unit/test_quota.c"},
    {"has expired{,from}: the ",
     "unit/test_sentences.c"}, // the same phrase as "ahead of the certificate"
    {"were made there since, past the mirror", "unit/test_chain.c"},
    {"pulls that used it up ", "unit/test_chain.c"},
    {" failures of it are shown to come from the other", "unit/test_chain.c"},
    {" images that failed are shown to come from the other", "unit/test_chain.c"},
    {"from then on are shown to come from the other", "unit/test_chain.c"},
    {"the node's disk ran full at the time", "cli/sentences.sh"},
    {"another pull on the node says it", "cli/sentences.sh"},
};

struct text {
    struct pm_buf b;
};
static void say(struct text *t, struct pm_str s) {
    pm_buf_add(&t->b, s);
    pm_buf_addc(&t->b, '\n');
}
static void say_incident(struct text *t, const struct pm_incident *inc) {
    say(t, inc->title), say(t, inc->summary), say(t, inc->severity_why),
        say(t, inc->trigger.detail);
    for (size_t i = 0; i < inc->confidence_why.n; i++) say(t, inc->confidence_why.items[i]);
    for (size_t i = 0; i < inc->against_n; i++) say(t, inc->against[i].why);
    for (size_t i = 0; i < inc->chain_n; i++) say(t, inc->chain[i].what);
    for (size_t i = 0; i < inc->evidence_n; i++) say(t, inc->evidence[i].why);
    for (size_t i = 0; i < inc->blast.stuck_rollouts_n; i++)
        say(t, inc->blast.stuck_rollouts[i].why);
    for (size_t i = 0; i < inc->blast.rollbacks_n; i++) say(t, inc->blast.rollbacks[i].why);
}
static struct text said(const struct line *lines) {
    size_t n = 0;
    while (n < ROW_LINES && lines[n].from) n++;
    struct judged j = judge(lines, n);
    struct text t = {0};
    say(&t, j.r->verdict_sentence);
    for (size_t i = 0; i < j.r->incidents_n; i++) say_incident(&t, &j.r->incidents[i]);
    for (size_t i = 0; i < j.r->quotas_n; i++)
        say(&t, j.r->quotas[i].note), say(&t, j.r->quotas[i].client);
    for (size_t i = 0; i < j.r->missing_n; i++)
        say(&t, j.r->missing[i].what), say(&t, j.r->missing[i].effect);
    judged_free(&j);
    return t;
}

// Words with a place for something are found by what stands around it.
static bool found(struct pm_str in, struct pm_str words) {
    if (pm_str_starts(words, PM_STR("^"))) { // at the beginning of a text
        for (ptrdiff_t at = -1, next; at < (ptrdiff_t)in.n; at = next) {
            next = pm_str_chr(in, '\n', (size_t)(at + 1));
            if (pm_str_starts(pm_str_from(in, (size_t)(at + 1)), pm_str_from(words, 1)))
                return true;
            if (next < 0) break;
        }
        return false;
    }
    ptrdiff_t open = pm_str_chr(words, '{', 0), percent = pm_str_chr(words, '%', 0);
    size_t cut = open >= 0 ? (size_t)open : percent >= 0 ? (size_t)percent : words.n;
    if (cut == words.n) return pm_str_has(in, words);
    struct pm_str after = open >= 0 ? pm_str_from(words, (size_t)pm_str_chr(words, '}', 0) + 1)
                                    : pm_str_from(words, cut + 4); // %.*s
    for (ptrdiff_t at = pm_str_find(in, pm_str_sub(words, 0, cut), 0); at >= 0;
         at = pm_str_find(in, pm_str_sub(words, 0, cut), (size_t)at + 1)) {
        ptrdiff_t end = pm_str_chr(in, '\n', (size_t)at),
                  then = pm_str_find(in, after, (size_t)at + cut);
        if (then >= 0 && (end < 0 || then < end)) return true;
    }
    return false;
}

static void each_sentence_rests_on_its_observation(void **state) {
    (void)state;
    size_t wrong = 0;
    for (size_t i = 0; i < PM_LEN(ROWS); i++) {
        struct text yes = said(ROWS[i].yes), no = said(ROWS[i].no);
        struct pm_scan c = pm_scan_of(pm_str_c(ROWS[i].says));
        struct pm_str words;
        while (!pm_scan_end(&c)) {
            if (!pm_scan_until(&c, '|', &words)) words = pm_scan_rest(&c), c.at = c.end;
            if (!found(pm_buf_str(&yes.b), words))
                wrong++, print_error("not said: %.*s\n%.*s\n", PM_FMT(words),
                                     PM_FMT(pm_buf_str(&yes.b)));
            if (found(pm_buf_str(&no.b), words))
                wrong++, print_error("said for nothing: %.*s\n%.*s\n", PM_FMT(words),
                                     PM_FMT(pm_buf_str(&no.b)));
        }
        pm_buf_free(&yes.b);
        pm_buf_free(&no.b);
    }
    assert_int_equal(wrong, 0);
}

// ── the judge's own sources: each sentence has a row ──
static const char *const SOURCES[] = {"tell/sentence",
                                      "tell/missing",
                                      "incidents/against",
                                      "incidents/scope",
                                      "incidents/confidence",
                                      "tell/evidence",
                                      "incidents/trigger",
                                      "incidents/trigger_secret",
                                      "incidents/trigger_made",
                                      "incidents/rollback",
                                      "incidents/bypass",
                                      "causes/settle",
                                      "finish",
                                      "incidents/share",
                                      "incidents/blast",
                                      "incidents/admission",
                                      "evidence/window",
                                      "windows",
                                      "tell/bundle",
                                      "tell/lanes",
                                      "quota/quota",
                                      "quota/checked"};
#define WORDS_MIN 3 // fewer are names and joints

static struct pm_str file_text(struct pm_arena *a, const char *path) {
    struct pm_buf b = {0};
    char block[4096];
    FILE *f = fopen(path, "rb");
    if (!f) fail_msg("%s cannot be opened", path);
    for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;)
        pm_buf_add(&b, (struct pm_str){block, n});
    fclose(f);
    struct pm_str out = pm_arena_dup(a, pm_buf_str(&b));
    pm_buf_free(&b);
    return out;
}

// Words of two letters at least, without formats and places.
static size_t words_in(struct pm_str s) {
    size_t words = 0, letters = 0;
    for (size_t i = 0; i <= s.n; i++) {
        if (i < s.n && s.p[i] == '{')
            i = (size_t)(pm_str_chr(s, '}', i) < 0 ? (ptrdiff_t)s.n : pm_str_chr(s, '}', i));
        if (i < s.n && s.p[i] == '%')
            while (++i < s.n && strchr(".*0123456789lz", s.p[i])) {} // and past what it is for
        else if (i < s.n && isalpha((unsigned char)s.p[i])) {
            letters++;
            continue;
        }
        words += letters > 1;
        letters = 0;
    }
    return words;
}

static bool has_row(struct pm_str literal) {
    for (size_t i = 0; i < PM_LEN(ROWS); i++) {
        struct pm_scan c = pm_scan_of(pm_str_c(ROWS[i].says));
        struct pm_str words;
        while (!pm_scan_end(&c)) {
            if (!pm_scan_until(&c, '|', &words)) words = pm_scan_rest(&c), c.at = c.end;
            if (pm_str_starts(words, PM_STR("^"))) words = pm_str_from(words, 1);
            if (pm_str_has(literal, words)) return true;
        }
    }
    for (size_t i = 0; i < PM_LEN(ELSEWHERE); i++)
        if (pm_str_has(literal, pm_str_c(ELSEWHERE[i].says))) return true;
    return false;
}

// One string of the source, adjacent literals joined, escapes left as they are; where it
// is none, PM_NONE and *at past it.
static struct pm_str literal(struct pm_arena *a, struct pm_str s, size_t *at) {
    struct pm_buf b = {0};
    while (*at < s.n && s.p[*at] == '"') {
        size_t from = ++*at;
        while (*at < s.n && s.p[*at] != '"') *at += s.p[*at] == '\\' ? 2 : 1;
        pm_buf_add(&b, pm_str_sub(s, from, *at - from));
        size_t next = ++*at;
        while (next < s.n && isspace((unsigned char)s.p[next])) next++;
        if (next < s.n && s.p[next] == '"') *at = next;
    }
    struct pm_str out = pm_arena_dup(a, pm_buf_str(&b));
    pm_buf_free(&b);
    return out;
}

// What is only looked for in others' words, or asked of the database, is said to nobody.
static bool said_to_nobody(struct pm_str s, size_t at, struct pm_str l) {
    static const char *const LOOKS[] = {"pm_str_has(", "pm_str_starts(", "pm_str_ends(",
                                        "pm_str_find(", "pm_str_eqc("};
    struct pm_str before = pm_str_sub(s, at > 80 ? at - 80 : 0, at > 80 ? 80 : at);
    for (size_t i = 0; i < PM_LEN(LOOKS); i++) {
        ptrdiff_t look = pm_str_rfind(before, pm_str_c(LOOKS[i]));
        int open = 0;
        for (size_t k = look < 0 ? before.n : (size_t)look; k < before.n && (open >= 0); k++) {
            open += (before.p[k] == '(') - (before.p[k] == ')');
            if (!open && before.p[k] == ')') open = -1;
        }
        if (open > 0) return true;
    }
    return pm_str_starts(l, PM_STR("SELECT ")) || pm_str_has(l, PM_STR(" BETWEEN "));
}

static size_t without_row(struct pm_arena *a, const char *path) {
    struct pm_str s = file_text(a, path);
    size_t wrong = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (pm_str_starts(pm_str_from(s, i), PM_STR("//")))
            i = (size_t)(pm_str_chr(s, '\n', i) < 0 ? (ptrdiff_t)s.n : pm_str_chr(s, '\n', i));
        if (i < s.n && s.p[i] == '\'')
            i += i + 1 < s.n && s.p[i + 1] == '\\' ? 3 : 2; // a character, which may be a quote
        if (i >= s.n || s.p[i] != '"') continue;
        size_t from = i;
        struct pm_str l = literal(a, s, &i);
        if (words_in(l) < WORDS_MIN || pm_str_chr(l, ' ', 0) < 0 || said_to_nobody(s, from, l) ||
            has_row(l))
            continue;
        print_error("%s: this sentence has no row: \"%.*s\"\n", path, PM_FMT(l));
        wrong++;
    }
    return wrong;
}

static void each_sentence_has_a_row(void **state) {
    (void)state;
    struct pm_arena *a = pm_arena_new();
    size_t wrong = 0;
    char path[128];
    for (size_t i = 0; i < PM_LEN(SOURCES); i++) {
        snprintf(path, sizeof path, "analyzer/judge/%s.c", SOURCES[i]);
        wrong += without_row(a, path);
    }
    for (size_t i = 0; i < PM_LEN(ELSEWHERE); i++) {
        snprintf(path, sizeof path, "tests/%s", ELSEWHERE[i].file);
        if (!pm_str_has(file_text(a, path), pm_str_c(ELSEWHERE[i].says)))
            wrong++, print_error("%s does not ask for \"%s\"\n", path, ELSEWHERE[i].says);
    }
    pm_arena_free(a);
    assert_int_equal(wrong, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_sentence_rests_on_its_observation),
                                       cmocka_unit_test(each_sentence_has_a_row)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
