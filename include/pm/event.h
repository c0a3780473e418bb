// One typed fact. Level 2. Parsers make events; the timeline keeps them; rules and the
// judge read them.
//
// Ownership: slices borrow from the record or its arena: good until the record is done.
// Whoever keeps an event copies or interns.
#pragma once
#include "pm/when.h"

// The kinds of the report's contract, in the order of its schema.
// Reason of an event that means something only while a client's session is at a pull: an
// error of a connection, bare on its line. Framing makes it that pull's end, or drops it.
#define PM_REASON_OF_SESSION "of a session"

enum pm_kind {
    PM_KIND_OTHER = 0,
    PM_KIND_PULL_START, // an attempt begins
    PM_KIND_PULL_OK,
    PM_KIND_PULL_FAIL,    // an attempt failed, `error` says how
    PM_KIND_PULL_CACHED,  // already present: no attempt
    PM_KIND_PULL_BACKOFF, // waiting between attempts: no attempt
    PM_KIND_REQUEST,      // an HTTP request seen by a registry, proxy, balancer or cloud audit log
    PM_KIND_MIRROR_TRY,   // one host of several failed, the next is tried
    PM_KIND_SECRET_MISSING,
    PM_KIND_DISK_PRESSURE,
    PM_KIND_DISK_USAGE,
    PM_KIND_GC_START,
    PM_KIND_GC_OK, // an image was removed (image or digest named), or the run ended well
    PM_KIND_GC_FAIL,
    PM_KIND_RUNTIME_START,
    PM_KIND_RUNTIME_STOP,
    PM_KIND_RUNTIME_DOWN, // somebody could not reach the runtime
    PM_KIND_POD_STATE,
    PM_KIND_WORKLOAD_STATE,
    PM_KIND_HPA_STATE,
    PM_KIND_NODE_STATE,
    PM_KIND_HEALTH_CHECK,
    PM_KIND_CONFIG,
    PM_KIND_COUNT
};
extern const char *const pm_kind_names[PM_KIND_COUNT + 1]; // "pull.start" …; ends with NULL
enum pm_kind pm_kind_of(struct pm_str name);               // PM_KIND_COUNT where unknown

// Who said it.
enum pm_component {
    PM_COMP_NONE = 0,
    PM_COMP_KUBELET,
    PM_COMP_CONTAINERD,
    PM_COMP_DOCKERD,
    PM_COMP_CRIO,
    PM_COMP_REGISTRY, // Distribution, Harbor, Nexus, Artifactory, Quay, zot, GitLab: the registry's own log
    PM_COMP_PROXY,   // nginx, HAProxy, Traefik, Envoy, Squid, load balancers, CDNs
    PM_COMP_CLOUD,   // CloudTrail, Cloud Audit Logs, ACR tables
    PM_COMP_EVENTS,  // Kubernetes Event objects, tables, describe
    PM_COMP_OBJECTS, // pods, nodes, workloads …
    PM_COMP_CLIENT,  // docker CLI, podman, skopeo, crictl, ctr, kubeadm, CI output
    PM_COMP_HOST,    // df, date, image lists, configuration files, kernel
    PM_COMP_PROBE,   // registry health checks
    PM_COMP_COUNT
};
extern const char *const pm_component_names[PM_COMP_COUNT + 1]; // ends with NULL
bool pm_node_side(enum pm_component c); // its events belong to the node the file is from

// Who wrote the record, and was he there? (design: standing). It belongs to the writer,
// never to the words: a whole kubelet line in a chat program's log is that program's
// hearsay. Framing decides it (analyzer/framing/voices/frame_voice_stand.c), the judge obeys.
enum pm_standing {
    PM_STANDING_WITNESS = 0, // did or served the pull
    PM_STANDING_ACCOUNT,     // tells of one: events, objects, tables, the kubelet's later lines
    PM_STANDING_HEARSAY, // repeats one, or merely sounds like one: never makes a pull, a node, an incident
    PM_STANDING_COUNT
};
extern const char *const pm_standing_names[PM_STANDING_COUNT];

enum pm_stage {
    PM_STAGE_NONE = 0,
    PM_STAGE_RESOLVE,
    PM_STAGE_TOKEN,
    PM_STAGE_MANIFEST,
    PM_STAGE_BLOB,
    PM_STAGE_UNPACK,
    PM_STAGE_COUNT
};
extern const char *const pm_stage_names[PM_STAGE_COUNT];

enum pm_field {
    PM_F_NODE = 0,
    PM_F_NAMESPACE,
    PM_F_POD,
    PM_F_POD_UID,
    PM_F_WORKLOAD, // "Deployment/web" where the record itself says it
    PM_F_CONTAINER,
    PM_F_IMAGE,    // as written
    PM_F_REGISTRY, // these four are filled by normalisation from IMAGE, URL and ERROR; a parser sets them only where the log names them apart
    PM_F_REPOSITORY,
    PM_F_TAG,
    PM_F_DIGEST,
    PM_F_CLIENT, // address of the puller as the registry side saw it, without port
    PM_F_USER,   // credential's user; PM_NONE for anonymous
    PM_F_METHOD,
    PM_F_URL,  // path or absolute URL of the request
    PM_F_HOST, // registry host on the wire (mirror, token server), with port
    PM_F_USER_AGENT,
    PM_F_REASON,  // event reason, waiting reason, CloudTrail errorCode: the program's own word
    PM_F_ERROR,   // the error text, all wrapping and escaping undone; rules read this
    PM_F_MESSAGE, // the rest of what was said, where a person would miss it
    PM_F_SECRET,  // name of a pull secret
    PM_F_OBJECT,  // "Deployment/web", "Node/n1": what a state or event is about when it is no pod
    PM_F_JOIN,    // id that ties records of one attempt (CRI-O id, http.request.id, event uid)
    PM_F_WRITER, // who wrote the record where that is a workload: "namespace/pod", a container's or a program's name
    PM_F_DETAIL, // compact JSON, keys documented in include/pm/detail.h, one shape a kind
    PM_F_COUNT
};
extern const char *const pm_field_names[PM_F_COUNT];

enum pm_event_flag {
    PM_EV_CUT = 1,         // the record was cut
    PM_EV_SNAPSHOT = 2,    // state at capture (objects, tables), not a happening
    PM_EV_CREDENTIALS = 4, // the record shows that credentials were presented
    PM_EV_ANONYMOUS = 8,   // the record shows that none were
    PM_EV_PUSH = 16,       // a push, not a pull
    PM_EV_MIRROR = 32,     // through a mirror or pull-through cache
    PM_EV_ECHO =
        64, // an event or error repeated by another program (kubelet -v3 echo, controller quoting)
    PM_EV_SANDBOX = 128, // of the sandbox (pause) image, which the runtime pulls by itself
    PM_EV_CACHE_HIT =
        4096, // a proxy or CDN answered from what it keeps: nothing was asked upstream
    PM_EV_CACHE_MISS = 8192, // it keeps a cache, and had to ask
    PM_EV_AGAIN =
        16384, // with ECHO: of the very attempt that its session told before, which it quotes
    PM_EV_LAYERS =
        32768, // a manifest that was got, and the layers behind it: count is one more than theirs, span, bytes and duration are theirs
    PM_EV_JOINED =
        65536, // of rows alone: a merge made it of several, which one reading would have folded into one
};

// Which of a program's lines about one pull this is, where that decides what counts. Parsers
// write its word into MESSAGE, so that the database stays readable; the judge reads it back
// once. The words are stored: never change one, add another.
enum pm_telling {
    PM_TELLING_NONE = 0,
    PM_TELLING_IMAGE_SERVICE, // the kubelet's line of its image service: of its lines the one that counts
    PM_TELLING_RETURNED,      // containerd: the pull returned an image reference
    PM_TELLING_HANDLER,       // dockerd: the request that asked for the pull ended
    PM_TELLING_NEXT_ENDPOINT, // dockerd: a host failed, and it asks another
    PM_TELLING_ASKING_HOST,   // CRI-O: it is about to ask a host
    PM_TELLING_COUNT
};
extern const char *const pm_telling_words[PM_TELLING_COUNT];
// What is stored of a program whose lines are told apart; NONE for any other's free text.
enum pm_telling pm_telling_of(enum pm_component c, struct pm_str message);

struct pm_event {
    enum pm_kind kind;
    enum pm_component component;
    enum pm_stage stage;
    enum pm_standing standing;
    // while reading: the writer whose standing is settled at the member's end, from 1; 0:
    // it is settled
    uint16_t voice;
    int http_status; // 0: none
    unsigned flags;  // enum pm_event_flag
    uint32_t count;  // happenings this stands for; 0 is read as 1
    // the record's own stamp; kind NONE: the framework puts the envelope's, else the last
    // seen
    struct pm_when when;
    struct pm_when first, last; // count > 1: the span (Kubernetes events); kind NONE where unknown
    int64_t duration_ns;        // of the pull or request; 0 unknown
    int64_t waiting_ns;         // part of it spent queued; 0 unknown
    int64_t bytes; // downloaded or sent; -1 unknown (the framework starts events at -1)
    int64_t limit, remaining, window_s; // RateLimit headers seen in the log; -1 unknown
    struct pm_str field[PM_F_COUNT];
};
