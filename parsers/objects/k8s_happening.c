// Kubernetes events → typed events. See k8s_happening.h.
//
// Wordings: k8s:pkg/kubelet/{events,images,eviction,kuberuntime},
// pkg/controller/{deployment,replicaset,podautoscaler,nodelifecycle}. Reasons that are no
// part of an image's way to a node (Created, Started, Unhealthy, Killing …) are
// understood and give no event, or where they warn, one of kind other.
#include "parsers/objects/k8s_happening.h"
#include "parsers/lift/detail.h"
#include "parsers/lift/lift.h"

struct happening_ctx {
    struct pm_parse_ctx *p;
    const struct pm_record *r;
    const struct pm_happening *h;
};
typedef void happening_fn(const struct happening_ctx *c);

static bool is_kind(const struct pm_happening *h, const char *kind) {
    return pm_str_ieq(h->object_kind, pm_str_c(kind));
}
static bool says(const struct pm_happening *h, const char *word) {
    return pm_str_ifind(h->message, pm_str_c(word), 0) >= 0;
}

static const char *const NODE_COMPONENTS[] = {"kubelet", "kube-proxy", "containerd", "docker",
                                              "crio"};

static struct pm_str node_of(const struct pm_happening *h) {
    if (h->host.n && h->host_is_node) return h->host;
    if (is_kind(h, "Node")) return h->name;
    for (size_t i = 0; h->host.n && i < PM_LEN(NODE_COMPONENTS); i++)
        if (pm_str_eqc(h->component, NODE_COMPONENTS[i])) return h->host;
    // "Node edge-5 status is now: NodeHasDiskPressure", in rows that name no object
    struct pm_scan c = pm_scan_of(h->message);
    struct pm_str name;
    bool said = pm_scan_lit(&c, "Node ") && pm_scan_word(&c, &name) &&
                (pm_scan_lit(&c, " status is now: ") || pm_scan_lit(&c, " event: "));
    return said ? name : PM_NONE;
}

static const struct {
    const char *lower, *kind;
} KINDS[] = {
    // tables print them in lower case
    {"deployment", "Deployment"},
    {"replicaset", "ReplicaSet"},
    {"statefulset", "StatefulSet"},
    {"daemonset", "DaemonSet"},
    {"job", "Job"},
    {"cronjob", "CronJob"},
    {"replicationcontroller", "ReplicationController"},
    {"horizontalpodautoscaler", "HorizontalPodAutoscaler"},
    {"node", "Node"},
    {"pod", "Pod"},
    {"helmrelease", "HelmRelease"},
    {"canary", "Canary"},
    {"rollout", "Rollout"},
    {"externalsecret", "ExternalSecret"},
};

static struct pm_str object_of(struct pm_arena *a, const struct pm_happening *h) {
    if (!h->object_kind.n || !h->name.n) return h->name;
    struct pm_str kind = pm_str_sub(h->object_kind, 0,
                                    pm_str_chr(h->object_kind, '.', 0) < 0
                                        ? SIZE_MAX
                                        : (size_t)pm_str_chr(h->object_kind, '.', 0));
    for (size_t i = 0; i < PM_LEN(KINDS); i++)
        if (pm_str_ieq(kind, pm_str_c(KINDS[i].lower))) kind = pm_str_c(KINDS[i].kind);
    return pm_arena_fmt(a, "%.*s/%.*s", PM_FMT(kind), PM_FMT(h->name));
}

static struct pm_str container_of(const struct pm_happening *h) {
    struct pm_str inner = pm_str_between(h->field_path, PM_STR("{"), PM_STR("}"));
    return inner.n ? inner : h->container;
}

static struct pm_event event_of(const struct happening_ctx *c, enum pm_kind kind) {
    const struct pm_happening *h = c->h;
    struct pm_event e = pm_event_of(c->r, PM_COMP_EVENTS, kind);
    struct pm_str node = node_of(h);
    if (node.n) e.field[PM_F_NODE] = node;
    if (h->k8s_namespace.n && !is_kind(h, "Node")) e.field[PM_F_NAMESPACE] = h->k8s_namespace;
    if (is_kind(h, "Pod")) {
        e.field[PM_F_POD] = h->name;
        e.field[PM_F_POD_UID] = h->object_uid;
        e.field[PM_F_CONTAINER] = container_of(h);
    } else {
        e.field[PM_F_OBJECT] = object_of(c->p->a, h);
    }
    e.field[PM_F_IMAGE] = h->image;
    e.field[PM_F_REASON] = h->reason;
    e.field[PM_F_JOIN] = h->uid;
    e.count = h->count ? h->count : 1;
    e.when = h->last;
    if (e.count > 1) {
        e.first = h->first;
        e.last = h->last;
    }
    return e;
}

static void emit_message(const struct happening_ctx *c, enum pm_kind kind) {
    struct pm_event e = event_of(c, kind);
    e.field[PM_F_MESSAGE] = c->h->message;
    pm_emit(c->p, c->r, &e);
}

// Reasons

// "Error: ErrImagePull": the second event of the same attempt, an echo of it.
static bool emit_reason_only(const struct happening_ctx *c) {
    struct pm_str m = pm_str_trim(c->h->message);
    bool vague;
    if (!pm_str_starts(m, PM_STR("Error: ")) || !pm_pull_reason(pm_str_from(m, 7), &vague))
        return false;
    struct pm_str word = pm_str_from(m, 7);
    struct pm_event e =
        event_of(c, pm_pull_reason_fails(word) ? PM_KIND_PULL_FAIL : PM_KIND_PULL_BACKOFF);
    e.flags |= PM_EV_ECHO;
    e.field[PM_F_ERROR] = vague ? PM_NONE : word;
    e.field[PM_F_MESSAGE] = PM_STR(PM_MESSAGE_REASON_ONLY);
    pm_emit(c->p, c->r, &e);
    return true;
}

// Old kubelets: reason FailedSync, `Error syncing pod, skipping: failed to
// "StartContainer" for "web" with ErrImagePull: "CAUSE"`.
static bool emit_failed_sync(const struct happening_ctx *c) {
    struct pm_str m = c->h->message;
    const struct pm_str words = PM_STR("failed to \"StartContainer\" for ");
    ptrdiff_t at = pm_str_find(m, words, 0);
    if (at < 0) return false;
    bool any = false;
    while (at >= 0) {
        struct pm_scan s = pm_scan_of(pm_str_from(m, (size_t)at + words.n));
        struct pm_str container, word, cause = PM_NONE;
        at = pm_str_find(m, words, (size_t)at + words.n);
        if (!pm_scan_quoted(&s, c->p->a, &container, NULL) || !pm_scan_lit(&s, " with ") ||
            !pm_scan_until(&s, ':', &word))
            continue;
        pm_scan_blanks(&s);
        if (!pm_scan_quoted(&s, c->p->a, &cause, NULL)) cause = pm_scan_rest(&s);
        if (pm_str_eqc(word, "ImagePullBackOff")) {
            struct pm_event e = event_of(c, PM_KIND_PULL_BACKOFF);
            e.field[PM_F_CONTAINER] = container;
            if (!pm_lift_event_message(c->p->a, word, cause, &e)) e.field[PM_F_ERROR] = cause;
            pm_emit(c->p, c->r, &e);
        } else if (pm_pull_reason(word, NULL)) {
            struct pm_event e = event_of(c, PM_KIND_PULL_FAIL);
            e.field[PM_F_CONTAINER] = container;
            pm_lift_into(c->p->a, &e, pm_str_trim(cause));
            pm_emit(c->p, c->r, &e);
        } else {
            continue;
        }
        any = true;
    }
    return any;
}

// Other trouble of a container (a missing config map, a failing probe): told as such, so
// that nobody takes it for a pull's.
static void on_warning(const struct happening_ctx *c) {
    if (!pm_str_eqc(c->h->type, "Warning")) return;
    struct pm_event e = event_of(c, PM_KIND_OTHER);
    e.field[PM_F_IMAGE] = PM_NONE;
    e.field[PM_F_MESSAGE] = c->h->message;
    pm_emit(c->p, c->r, &e);
}

static void on_pull_talk(const struct happening_ctx *c) {
    if (emit_reason_only(c) || emit_failed_sync(c)) return;
    struct pm_event e = event_of(c, PM_KIND_OTHER);
    if (pm_lift_event_message(c->p->a, c->h->reason, c->h->message, &e)) pm_emit(c->p, c->r, &e);
    else on_warning(c);
}

// InspectFailed and ErrImageNeverPull: refused before any request.
static void on_refused(const struct happening_ctx *c) {
    struct pm_event e = event_of(c, PM_KIND_PULL_FAIL);
    if (!pm_lift_event_message(c->p->a, c->h->reason, c->h->message, &e))
        pm_lift_into(c->p->a, &e, c->h->message);
    struct pm_str written =
        pm_lift_quoted_after(c->p->a, c->h->message, "image tag ",
                             NULL); // what is no reference is still what the pod asked for
    if (!e.field[PM_F_IMAGE].n && pm_str_trim(written).n) e.field[PM_F_IMAGE] = written;
    e.kind = PM_KIND_PULL_FAIL;
    pm_emit(c->p, c->r, &e);
}

static void on_secret_missing(const struct happening_ctx *c) {
    struct pm_scan s = pm_scan_of(pm_str_between(c->h->message, PM_STR("("), PM_STR(")")));
    struct pm_str name;
    do {
        pm_scan_blanks(&s);
        if (!pm_scan_until(&s, ',', &name)) {
            name = pm_scan_rest(&s);
            s.at = s.end;
        }
        struct pm_event e = event_of(c, PM_KIND_SECRET_MISSING);
        e.field[PM_F_SECRET] = pm_str_trim(name);
        e.field[PM_F_MESSAGE] = c->h->message;
        pm_emit(c->p, c->r, &e);
    } while (!pm_scan_end(&s));
}

// Sandbox: the runtime pulls the pause image itself, so no Pulling event exists. CRI-O
// does not say that it was the sandbox's image.
static void on_sandbox(const struct happening_ctx *c) {
    struct pm_event e = event_of(c, PM_KIND_PULL_FAIL);
    e.field[PM_F_CONTAINER] = e.field[PM_F_IMAGE] = PM_NONE;
    bool told = pm_lift_event_message(c->p->a, c->h->reason, c->h->message, &e);
    if (!told && !says(c->h, "initializing source docker://") &&
        !pm_lift_sandbox_image(c->h->message))
        return;
    if (!told) pm_lift_into(c->p->a, &e, c->h->message);
    e.kind = PM_KIND_PULL_FAIL;
    e.flags |= PM_EV_SANDBOX;
    pm_emit(c->p, c->r, &e);
}

static int64_t number_after(struct pm_str m, const char *words) {
    ptrdiff_t at = pm_str_find(m, pm_str_c(words), 0);
    uint64_t n;
    if (at < 0) return -1;
    struct pm_scan s = pm_scan_of(pm_str_from(m, (size_t)at + strlen(words)));
    return pm_scan_uint(&s, 18, &n) ? (int64_t)n : -1;
}

static void on_gc_failed(const struct happening_ctx *c) {
    struct pm_str m = c->h->message;
    struct pm_event e = event_of(c, PM_KIND_GC_FAIL);
    struct pm_detail d = pm_detail_new(c->p->a);
    int64_t wanted = number_after(m, "Wanted to free "), freed = number_after(m, "but freed ");
    if (wanted < 0) wanted = number_after(m, "Attempted to free ");
    if (wanted < 0) wanted = number_after(m, "wanted to free ");
    if (freed < 0) freed = number_after(m, "only found ");
    pm_detail_size(&d, "freed_bytes", freed);
    pm_detail_size(&d, "wanted_bytes", wanted);
    e.field[PM_F_ERROR] = m;
    if (wanted >= 0 || freed >= 0) e.field[PM_F_DETAIL] = pm_detail_done(&d);
    pm_emit(c->p, c->r, &e);
}

// Memory and process pressure evict too: only storage is about images.
static bool about_storage(const struct pm_happening *h) {
    static const char *const WORDS[] = {"storage", "imagefs",      "nodefs", "containerfs",
                                        "inodes",  "DiskPressure", "disk"};
    for (size_t i = 0; i < PM_LEN(WORDS); i++)
        if (says(h, WORDS[i])) return true;
    return false;
}
static void on_pressure(const struct happening_ctx *c) { emit_message(c, PM_KIND_DISK_PRESSURE); }
static void on_storage_only(const struct happening_ctx *c) {
    if (about_storage(c->h)) emit_message(c, PM_KIND_DISK_PRESSURE);
}

static void on_pressure_gone(const struct happening_ctx *c) {
    struct pm_event e = event_of(c, PM_KIND_NODE_STATE);
    struct pm_detail d = pm_detail_new(c->p->a);
    pm_detail_bool(&d, "pressure", false);
    e.field[PM_F_MESSAGE] = c->h->message;
    e.field[PM_F_DETAIL] = pm_detail_done(&d);
    pm_emit(c->p, c->r, &e);
}

// "Successfully assigned shop/cart-0 to node-7" says the node, which the event's source
// does not, and the namespace, which a table of one does not.
static void on_scheduled(const struct happening_ctx *c) {
    struct pm_event e = event_of(c, PM_KIND_POD_STATE);
    ptrdiff_t to = pm_str_rfind(c->h->message, PM_STR(" to "));
    if (to < 0 || !is_kind(c->h, "Pod")) return;
    struct pm_scan s = pm_scan_of(pm_str_from(c->h->message, (size_t)to + 4));
    if (!pm_scan_word(&s, &e.field[PM_F_NODE])) return;
    struct pm_str of = pm_str_between(c->h->message, PM_STR("assigned "), PM_STR("/"));
    if (!c->h->k8s_namespace.n && of.n && pm_str_chr(of, ' ', 0) < 0) e.field[PM_F_NAMESPACE] = of;
    e.field[PM_F_MESSAGE] = c->h->message;
    pm_emit(c->p, c->r, &e);
}

// The image that a refusal names, between brackets, quotes or blanks: a reference with a
// tag or digest, and a slash unless a word or bracket says what it is.
static struct pm_str refused_image(struct pm_arena *a, struct pm_str m) {
    static const char *const leads[] = {"image ", "<"};
    for (size_t i = 1; i < m.n; i++) {
        if (!memchr(" <\"'\n[(", m.p[i - 1], 8)) continue;
        struct pm_str rest = pm_str_from(m, i), image = pm_lift_image_at(a, rest, false),
                      before = pm_str_sub(m, 0, i);
        if (!image.n || !pm_lift_has_tag(image) || pm_str_has(image, PM_STR("://")) ||
            pm_str_starts(rest, PM_STR("http")))
            continue;
        bool said = pm_str_has(image, PM_STR("/"));
        for (size_t k = 0; k < PM_LEN(leads) && !said; k++)
            said = pm_str_ends(before, pm_str_c(leads[k]));
        if (said) return image;
    }
    return PM_NONE;
}

// The pod never was: what is told is the workload's, and no node's pull.
static void on_create_failed(const struct happening_ctx *c) {
    if (!pm_lift_refused_by_admission(c->h->message) || !c->h->k8s_namespace.n) {
        emit_message(c, PM_KIND_WORKLOAD_STATE);
        return;
    }
    struct pm_event e = event_of(c, PM_KIND_OTHER);
    e.field[PM_F_ERROR] = c->h->message;
    e.field[PM_F_IMAGE] = refused_image(c->p->a, c->h->message);
    pm_emit(c->p, c->r, &e);
}

static void on_workload(const struct happening_ctx *c) {
    emit_message(c, is_kind(c->h, "HorizontalPodAutoscaler") ? PM_KIND_HPA_STATE
                                                             : PM_KIND_WORKLOAD_STATE);
}
// Reasons that say anything: Flagger's, and helm-controller's before it had better ones.
static void on_rolled_back(const struct happening_ctx *c) {
    if (pm_str_starts(c->h->message, PM_STR("Rolling back ")) ||
        pm_str_starts(c->h->message, PM_STR("Helm rollback to ")))
        on_workload(c);
    else on_warning(c);
}
static void on_node(const struct happening_ctx *c) { emit_message(c, PM_KIND_NODE_STATE); }
static void on_runtime_start(const struct happening_ctx *c) {
    emit_message(c, PM_KIND_RUNTIME_START);
}

static void on_runtime_down(const struct happening_ctx *c) {
    struct pm_event e = event_of(c, PM_KIND_RUNTIME_DOWN);
    e.field[PM_F_ERROR] = c->h->message;
    pm_emit(c->p, c->r, &e);
}
// Housekeeping fails for many reasons; only a runtime that does not answer is told.
static void on_maybe_runtime_down(const struct happening_ctx *c) {
    if (pm_lift_runtime_down(c->h->message)) on_runtime_down(c);
}
// "Starting kubelet." is a node's happening, kube-proxy says Starting too.
static void on_starting(const struct happening_ctx *c) {
    if (pm_str_eqc(c->h->component, "kubelet") || says(c->h, "kubelet")) on_node(c);
}

// Operators write pull secrets and say so on their own objects: ExternalSecret ("Updated
// Secret"), SealedSecret ("SealedSecret unsealed successfully"), VaultStaticSecret
// ("Secret synced"). Older ones say it at each look, changed or not: what is counted up
// is no change.
#define CHANGES_MAX 3
static bool on_secret_written(const struct happening_ctx *c) {
    static const char *const WRITTEN[] = {"Created",       "Updated",       "Unsealed",
                                          "SecretSynced",  "SecretRotated", "SecretCreated",
                                          "SecretUpdated", "Synced"};
    if (pm_str_ifind(c->h->object_kind, PM_STR("secret"), 0) < 0 || !c->h->name.n) return false;
    for (size_t i = 0; i < PM_LEN(WRITTEN); i++) {
        if (!pm_str_eqc(c->h->reason, WRITTEN[i]) || c->h->count > CHANGES_MAX ||
            pm_str_eqc(c->h->type, "Warning"))
            continue;
        struct pm_event e = event_of(c, PM_KIND_CONFIG);
        e.field[PM_F_SECRET] = c->h->name;
        e.field[PM_F_MESSAGE] = c->h->message;
        pm_emit(c->p, c->r, &e);
        return true;
    }
    return false;
}

static const struct {
    const char *reason;
    happening_fn *fn;
} REASONS[] = {
    {"Pulling", on_pull_talk},
    {"Pulled", on_pull_talk},
    {"Failed", on_pull_talk},
    {"BackOff", on_pull_talk},
    {"FailedSync", on_pull_talk},
    {"InspectFailed", on_refused},
    {"ErrImageNeverPull", on_refused},
    {"InvalidImageName", on_refused},
    {"FailedToRetrieveImagePullSecret", on_secret_missing},
    {"FailedCreatePodSandBox", on_sandbox},
    {"FailedCreatePodSandbox", on_sandbox},
    {"ImageGCFailed", on_gc_failed},
    {"FreeDiskSpaceFailed", on_gc_failed},
    {"ContainerGCFailed", on_maybe_runtime_down},
    {"NodeHasDiskPressure", on_pressure},
    {"EvictionThresholdMet", on_storage_only},
    {"Evicted", on_storage_only},
    {"NodeHasNoDiskPressure", on_pressure_gone},
    {"Scheduled", on_scheduled},
    {"ScalingReplicaSet", on_workload},
    {"SuccessfulCreate", on_workload},
    {"SuccessfulDelete", on_workload},
    {"DeploymentRollback", on_workload},
    {"DeploymentRollbackRevisionNotFound", on_workload},
    {"RolloutAborted", on_workload},
    {"RollbackSucceeded", on_workload},
    {"Synced", on_rolled_back},
    {"info", on_rolled_back},
    {"FailedCreate", on_create_failed},
    {"BackoffLimitExceeded", on_workload},
    {"DeadlineExceeded", on_workload},
    {"ProgressDeadlineExceeded", on_workload},
    {"SuccessfulRescale", on_workload},
    {"RegisteredNode", on_node},
    {"NodeReady", on_node},
    {"NodeNotReady", on_node},
    {"NodeNotSchedulable", on_node},
    {"NodeSchedulable", on_node},
    {"Rebooted", on_node},
    {"RemovingNode", on_node},
    {"DeletingNode", on_node},
    {"TriggeredScaleUp", on_node},
    {"ScaledUpGroup", on_node},
    {"ScaleDown", on_node},
    {"Starting", on_starting},
    // node-problem-detector
    {"ContainerdStart", on_runtime_start},
    {"DockerStart", on_runtime_start},
    {"DockerHung", on_runtime_down},
    {"ContainerdUnhealthy", on_runtime_down},
    {"DockerUnhealthy", on_runtime_down},
    {"ContainerRuntimeUnhealthy", on_runtime_down},
    {"FilesystemIsReadOnly", on_node},
    {"FrequentContainerdRestart", on_node},
    {"FrequentDockerRestart", on_node},
};

static happening_fn *teller_of(struct pm_str reason) {
    for (size_t i = 0; i < PM_LEN(REASONS) && reason.n; i++)
        if (*REASONS[i].reason == *reason.p && pm_str_eqc(reason, REASONS[i].reason))
            return REASONS[i].fn;
    return pm_pull_reason(reason, NULL) ? on_pull_talk : on_warning;
}

bool pm_happening_is_silent(const struct pm_happening *h) {
    return !pm_str_eqc(h->type, "Warning") && teller_of(h->reason) == on_warning &&
           pm_str_ifind(h->object_kind, PM_STR("secret"), 0) < 0;
}

enum pm_parse pm_happening_emit(struct pm_parse_ctx *ctx, const struct pm_record *r,
                                const struct pm_happening *h) {
    struct happening_ctx c = {ctx, r, h};
    if (!on_secret_written(&c)) teller_of(h->reason)(&c);
    return PM_PARSE_OK;
}

void pm_happening_set_message(struct pm_happening *h, struct pm_str message) {
    struct pm_scan s = pm_scan_of(pm_str_trim(message));
    struct pm_str path;
    pm_scan_lit(&s, "(combined from similar events): ");
    struct pm_scan at = s;
    if (pm_str_starts(pm_scan_rest(&at), PM_STR("spec.")) && pm_scan_until_lit(&at, "}: ", &path) &&
        pm_str_chr(path, ' ', 0) < 0 && pm_str_chr(path, '{', 0) > 0) {
        if (!h->field_path.n) h->field_path = (struct pm_str){path.p, path.n + 1};
        s = at;
    }
    pm_scan_lit(&s, "(combined from similar events): ");
    h->message = pm_scan_rest(&s);
}

void pm_happening_set_source(struct pm_happening *h, struct pm_str source) {
    source = pm_str_trim(source);
    if (source.n >= 2 && source.p[0] == '{' && source.p[source.n - 1] == '}')
        source = pm_str_sub(source, 1, source.n - 2);
    struct pm_scan s = pm_scan_of(source);
    struct pm_str word;
    if (!pm_scan_word(&s, &word)) return;
    if (pm_str_ends(word, PM_STR(","))) word.n--;
    h->component = word;
    pm_scan_blanks(&s);
    h->host = pm_scan_rest(&s);
}
