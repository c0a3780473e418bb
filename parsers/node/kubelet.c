// The kubelet's lines about images: pulls, back-offs, secrets, credential plug-ins, image
// GC, eviction, its runtime.
//
//     ≥1.20  remote_image.go:180] "PullImage from image service failed" err="rpc error: code = Unknown desc = …" image="r.test/a:1"      (also log.go:32)
//            kuberuntime_image.go:55] "Failed to pull image" err="…" image="r.test/a:1"
//            pod_workers.go:1301] "Error syncing pod, skipping" err="failed to \"StartContainer\" for \"web\" with ErrImagePull: \"…\"" pod="shop/web-0" podUID="3c0f…"
//            kuberuntime_manager.go:1341] "Unhandled Error" err="container web start failed in pod web-0_shop(3c0f…): ErrImagePull: …" logger="UnhandledError"
//     ≤1.19  remote_image.go:113] PullImage "r.test/a:1" from image service failed: rpc error: …     and the same for the others
// Source: kubernetes/kubernetes:pkg/kubelet@v1.10…v1.35; captured: kubelet 1.20.2,
// 1.34.9. One failed pull is told by up to four lines. MESSAGE tells which one it was
// ("remote_image", "kuberuntime_image", "start failed", "sync pod"), so that the judge
// counts one. Not handled: probe, volume and network lines; they are the kubelet's but no
// image's.
#include "parsers/node/kubelet.h"
#include <jansson.h>
#include "parsers/objects/k8s_happening.h"
#include "parsers/lift/lift.h"

// One line while it is read.
struct line {
    struct pm_parse_ctx *ctx;
    const struct pm_record *r;
    const struct pm_klog *k;
    struct pm_str text; // the error: err="…", or the unstructured body
    unsigned flags;
};

static struct pm_str pair(const struct line *l, const char *key) {
    return pm_pairs_get(&l->k->pairs, key);
}

static void put(struct pm_event *e, enum pm_field f, struct pm_str v) {
    if (v.n) e->field[f] = v;
}

static void put_pod(struct pm_event *e, struct pm_str pod) { // "ns/name"
    ptrdiff_t slash = pm_str_chr(pod, '/', 0);
    if (slash <= 0) return;
    put(e, PM_F_NAMESPACE, pm_str_sub(pod, 0, (size_t)slash));
    put(e, PM_F_POD, pm_str_from(pod, (size_t)slash + 1));
}

static struct pm_event kubelet_event_of(const struct line *l, enum pm_kind kind,
                                        const char *message) {
    struct pm_event e = pm_event_of(l->r, PM_COMP_KUBELET, kind);
    if (l->k->when.kind != PM_WHEN_NONE) e.when = l->k->when;
    e.flags |= l->flags | (l->k->cut ? PM_EV_CUT : 0);
    put_pod(&e, pair(l, "pod"));
    put(&e, PM_F_POD_UID, pair(l, "podUID"));
    if (message) e.field[PM_F_MESSAGE] = pm_str_c(message);
    return e;
}

static void kubelet_emit(const struct line *l, struct pm_event *e) { pm_emit(l->ctx, l->r, e); }

static void kubelet_emit_error(const struct line *l, struct pm_event *e, struct pm_str error) {
    pm_lift_into(l->ctx->a, e, error);
    kubelet_emit(l, e);
}

// ---- attempts

// PullImage "X" …, Pull image "X" …, Stop pulling image "X" …
static struct pm_str quoted_image(const struct line *l) {
    return pm_lift_quoted_after(l->ctx->a, l->k->msg, "mage ", NULL);
}

// ≤1.2: Failed to pull image "X" from pod "web-0_shop" and container "web": Error: Status
// 429 trying to pull repository acme/web: …
static void put_old_pod(struct pm_event *e, struct pm_str msg) {
    struct pm_str full = pm_str_between(msg, PM_STR(" from pod \""), PM_STR("\""));
    ptrdiff_t mark = pm_str_chr(full, '_', 0);
    if (mark <= 0) return;
    put(e, PM_F_POD, pm_str_sub(full, 0, (size_t)mark));
    put(e, PM_F_NAMESPACE, pm_str_from(full, (size_t)mark + 1));
    put(e, PM_F_CONTAINER, pm_str_between(msg, PM_STR(" and container \""), PM_STR("\"")));
}

static void kubelet_on_pull_failed(const struct line *l, const char *message) {
    struct pm_event e = kubelet_event_of(l, PM_KIND_PULL_FAIL, message);
    put(&e, PM_F_IMAGE, l->k->structured ? pair(l, "image") : quoted_image(l));
    struct pm_str error = l->k->structured ? pair(l, "err") : after(l->k->msg, "failed: ");
    if (!l->k->structured) put_old_pod(&e, l->k->msg);
    if (!error.n && !l->k->structured) error = after(l->k->msg, "\": ");
    kubelet_emit_error(l, &e, error);
}
static void on_remote_image(const struct line *l) {
    kubelet_on_pull_failed(l, pm_telling_words[PM_TELLING_IMAGE_SERVICE]);
}
static void on_kuberuntime_image(const struct line *l) {
    kubelet_on_pull_failed(l, "kuberuntime_image");
}

// The kubelet asked whether the image is there, or for the list: nothing was pulled, and
// what the runtime answered is what the pod waits for.
static void on_image_question(const struct line *l) {
    struct pm_event e = kubelet_event_of(
        l, pm_lift_runtime_down(l->text) ? PM_KIND_RUNTIME_DOWN : PM_KIND_OTHER, "image status");
    if (l->k->structured) put(&e, PM_F_IMAGE, pair(l, "image"));
    else put(&e, PM_F_IMAGE, pm_lift_quoted_after(l->ctx->a, l->k->msg, "ImageStatus ", NULL));
    if (!e.field[PM_F_IMAGE].n && !l->k->structured)
        put(&e, PM_F_IMAGE, pm_str_between(l->k->msg, PM_STR("{\""), PM_STR("\"")));
    struct pm_str error = l->k->structured ? pair(l, "err") : after(l->k->msg, "failed: ");
    if (error.n) kubelet_emit_error(l, &e, error);
}

// cri-containerd before it was a part of containerd (1.0) logged as the kubelet does:
// RunPodSandbox for &PodSandboxMetadata{Name:web-0,Uid:…,Namespace:shop,Attempt:0,}
// failed, error: …
static void on_cri_containerd(const struct line *l) {
    struct pm_str error = after(l->k->msg, " failed, error: "),
                  dump = after(l->k->msg, "&PodSandboxMetadata{");
    if (!error.n || (dump.p && !pm_lift_sandbox_image(error))) return;
    struct pm_event e =
        kubelet_event_of(l, PM_KIND_PULL_FAIL, dump.p ? "sandbox" : "PullImage failed");
    e.component = PM_COMP_CONTAINERD;
    put(&e, PM_F_POD, pm_str_between(dump, PM_STR("Name:"), PM_STR(",")));
    put(&e, PM_F_POD_UID, pm_str_between(dump, PM_STR("Uid:"), PM_STR(",")));
    put(&e, PM_F_NAMESPACE, pm_str_between(dump, PM_STR("Namespace:"), PM_STR(",")));
    if (!dump.p) put(&e, PM_F_IMAGE, quoted_image(l));
    kubelet_emit_error(l, &e, error);
}

// "&Container{Name:web,Image:r.test/a:1,…}" → container and image; "container web start
// failed in pod …" names the container alone.
static void put_container(struct pm_event *e, struct pm_str s) {
    struct pm_str dump = after(s, "&Container{");
    if (dump.p) {
        put(e, PM_F_CONTAINER, pm_str_between(dump, PM_STR("Name:"), PM_STR(",")));
        put(e, PM_F_IMAGE, pm_str_between(dump, PM_STR("Image:"), PM_STR(",")));
        return;
    }
    struct pm_str name = pm_str_between(s, PM_STR("container "), PM_STR(" start failed"));
    if (name.n < 64 && pm_str_chr(name, ' ', 0) < 0) put(e, PM_F_CONTAINER, name);
}

// REASON and what follows it. False where the reason is none of images.
static bool pull_reason(struct pm_str s, struct pm_event *e, struct pm_str *cause) {
    struct pm_scan c = pm_scan_of(s);
    struct pm_str reason;
    if (!pm_scan_until(&c, ':', &reason)) {
        reason = pm_str_trim(s);
        c.at = c.end;
    }
    bool backoff = pm_str_eqc(reason, "ImagePullBackOff");
    if (!backoff && !pm_pull_reason_fails(reason)) return false;
    pm_scan_blanks(&c);
    e->kind = backoff ? PM_KIND_PULL_BACKOFF : PM_KIND_PULL_FAIL;
    e->field[PM_F_REASON] = reason;
    *cause = pm_scan_rest(&c);
    return true;
}

// The kubelet's own words first ("Back-off pulling image …", "Failed to inspect image
// …"), they name the image; other texts are the runtime's error.
static void emit_cause(const struct line *l, struct pm_event *e, struct pm_str cause) {
    enum pm_kind kind = e->kind;
    cause = pm_lift_unwrap(l->ctx->a, cause);
    if (!pm_lift_event_message(l->ctx->a, e->field[PM_F_REASON], cause, e))
        pm_lift_into(l->ctx->a, e, cause);
    e->kind = kind;
    if (!e->field[PM_F_ERROR].n && kind == PM_KIND_PULL_FAIL &&
        !pm_str_eqc(e->field[PM_F_REASON], "ErrImagePull"))
        e->field[PM_F_ERROR] = e->field[PM_F_REASON];
    kubelet_emit(l, e);
}

static void on_start_failed(const struct line *l) {
    struct pm_event e = kubelet_event_of(l, PM_KIND_PULL_FAIL, "start failed");
    struct pm_str rest = after(l->text, " start failed in pod "), cause;
    if (!rest.p) rest = after(l->text, "container start failed: ");
    else {
        pm_lift_pod(rest, &e);
        rest = after(rest, "): ");
    }
    if (!rest.p || !pull_reason(rest, &e, &cause)) return;
    put_container(&e, l->text);
    emit_cause(l, &e, cause);
}

// ---- pod workers

static bool on_start_container(const struct line *l, struct pm_str rest) {
    struct pm_scan c = pm_scan_of(rest);
    struct pm_event e = kubelet_event_of(l, PM_KIND_PULL_FAIL, "sync pod");
    struct pm_str container, cause, quoted;
    if (!pm_scan_quoted(&c, l->ctx->a, &container, NULL) || !pm_scan_lit(&c, " with ") ||
        !pull_reason(pm_scan_rest(&c), &e, &cause))
        return false;
    struct pm_scan q = pm_scan_of(cause);
    if (pm_scan_quoted(&q, l->ctx->a, &quoted, NULL)) cause = quoted;
    if (!e.field[PM_F_POD].n) pm_lift_pod(after(l->k->msg, "(\""), &e);
    e.field[PM_F_CONTAINER] = container;
    emit_cause(l, &e, cause);
    return true;
}

// The runtime's own words, without the layers of the kubelet's around them: all lines of
// one failure then say the same.
static struct pm_str sandbox_error(struct pm_str s) {
    static const char *const heads[] = {"failed to get sandbox image ", "failed pulling image ",
                                        "failed to pull image "};
    for (size_t i = 0; i < PM_LEN(heads); i++) {
        ptrdiff_t at = pm_str_find(s, pm_str_c(heads[i]), 0);
        if (at < 0) continue;
        s = pm_str_from(s, (size_t)at);
        if (pm_str_ends(s, PM_STR("\""))) s.n--;
        break;
    }
    return s;
}

static void kubelet_on_sandbox(const struct line *l) {
    if (!pm_lift_sandbox_image(l->text)) {
        if (!pm_lift_runtime_down(l->text)) return;
        struct pm_event down = kubelet_event_of(l, PM_KIND_RUNTIME_DOWN, NULL);
        kubelet_emit_error(l, &down, l->text);
        return;
    }
    struct pm_event e = kubelet_event_of(l, PM_KIND_PULL_FAIL, "sandbox");
    e.flags |= PM_EV_SANDBOX;
    if (!e.field[PM_F_POD].n) pm_lift_pod(after(l->text, "for \""), &e);
    if (!e.field[PM_F_POD].n) pm_lift_pod(after(l->text, "for pod \""), &e);
    kubelet_emit_error(l, &e, sandbox_error(pm_lift_unwrap(l->ctx->a, l->text)));
}

// One line may tell of several containers: err="[failed to …, failed to …]".
static void on_sync_pod(const struct line *l) {
    static const char head[] = "failed to \"StartContainer\" for ";
    struct line own = *l;
    if (!has(own.text, head) && has(own.text, "failed to \\\""))
        own.text = pm_unescape(l->ctx->a, own.text);
    int n = 0;
    for (struct pm_str rest = after(own.text, head); rest.p && n < 64;
         rest = after(rest, head), n++)
        on_start_container(&own, rest);
    if (n) return;
    if (has(own.text, "image pull failed for ")) { // ≤1.2
        struct pm_event e = kubelet_event_of(l, PM_KIND_PULL_FAIL, "sync pod");
        pm_lift_pod(after(l->k->msg, "(\""), &e);
        kubelet_emit_error(
            l, &e,
            after(own.text, "image pull failed for ").p
                ? pm_str_from(own.text,
                              (size_t)pm_str_find(own.text, PM_STR("image pull failed for "), 0))
                : own.text);
        return;
    }
    kubelet_on_sandbox(&own);
}

// ---- events echoed by the kubelet itself (-v=3)

static void emit_echo(const struct line *l, struct pm_event *e, struct pm_str reason,
                      struct pm_str message) {
    if (has(message, "failed to \"StartContainer\"")) {
        struct line own = *l;
        own.text = message;
        on_sync_pod(&own);
    } else if (pm_lift_event_message(l->ctx->a, reason, message, e)) {
        kubelet_emit(l, e);
    }
}

// Event(v1.ObjectReference{Kind:"Pod", Namespace:"shop", Name:"web-0", UID:"…", …,
// FieldPath:"spec.containers{web}"}): type: 'Warning' reason: 'Failed' MESSAGE
static void on_event_text(const struct line *l0) {
    struct line l = *l0;
    l.flags |= PM_EV_ECHO;
    struct pm_event e = kubelet_event_of(&l, PM_KIND_OTHER, NULL);
    struct pm_str m = l.k->msg;
    if (has(m, "Kind:\"Pod\"")) {
        put(&e, PM_F_NAMESPACE, pm_str_between(m, PM_STR("Namespace:\""), PM_STR("\"")));
        put(&e, PM_F_POD, pm_str_between(m, PM_STR(" Name:\""), PM_STR("\"")));
        put(&e, PM_F_POD_UID, pm_str_between(m, PM_STR("UID:\""), PM_STR("\"")));
        put(&e, PM_F_CONTAINER, pm_str_between(after(m, "FieldPath:\""), PM_STR("{"), PM_STR("}")));
    }
    struct pm_str rest = after(m, "reason: '");
    emit_echo(&l, &e,
              pm_str_sub(rest, 0,
                         (size_t)(pm_str_chr(rest, '\'', 0) < 0 ? 0 : pm_str_chr(rest, '\'', 0))),
              after(rest, "' "));
}

static void on_event_pairs(const struct line *l0) {
    struct line l = *l0;
    l.flags |= PM_EV_ECHO;
    struct pm_event e = kubelet_event_of(&l, PM_KIND_OTHER, NULL);
    if (pm_str_eqc(pair(&l, "kind"), "Pod")) put_pod(&e, pair(&l, "object"));
    put(&e, PM_F_CONTAINER, pm_str_between(pair(&l, "fieldPath"), PM_STR("{"), PM_STR("}")));
    emit_echo(&l, &e, pair(&l, "reason"), pair(&l, "message"));
}

// ---- credentials

// Unable to retrieve pull secret shop/regcred for shop/web-0 due to ERROR.  The image pull may not succeed.
static void on_secret(const struct line *l) {
    struct pm_event e = kubelet_event_of(l, PM_KIND_SECRET_MISSING, "pull secret");
    struct pm_str err = l->k->structured ? pair(l, "err") : after(l->k->msg, " due to "),
                  secret = pair(l, "secret"), rest = after(l->k->msg, "pull secret ");
    struct pm_scan c = pm_scan_of(rest);
    struct pm_str name, pod;
    if (!l->k->structured && pm_scan_word(&c, &name) && pm_scan_lit(&c, " for ") &&
        pm_scan_word(&c, &pod)) {
        secret = name;
        put_pod(&e, pod);
    }
    if (!secret.n) secret = pm_str_between(err, PM_STR("secret \""), PM_STR("\""));
    put(&e, PM_F_SECRET, pm_str_from(secret, (size_t)(pm_str_chr(secret, '/', 0) + 1)));
    ptrdiff_t advice = pm_str_find(err, PM_STR(".  The image pull"), 0);
    kubelet_emit_error(l, &e, advice < 0 ? err : pm_str_sub(err, 0, (size_t)advice));
}

// The pull itself goes on without credentials, so this is no failed attempt.
static void on_credential_plugin(const struct line *l) {
    struct pm_event e = kubelet_event_of(l, PM_KIND_OTHER, "credential provider");
    struct pm_str err = pair(l, "err");
    e.stage = PM_STAGE_TOKEN;
    kubelet_emit_error(l, &e,
                       err.n ? pm_arena_fmt(l->ctx->a, "%.*s: %.*s", PM_FMT(l->k->msg), PM_FMT(err))
                             : l->k->msg);
}

// ---- disk

static struct pm_str ratio(struct pm_arena *a, uint64_t percent) {
    return pm_arena_fmt(a, "%llu.%02llu", (unsigned long long)(percent / 100),
                        (unsigned long long)(percent % 100));
}

static void on_gc_start(const struct line *l) {
    struct pm_event e = kubelet_event_of(l, PM_KIND_GC_START, NULL);
    uint64_t usage, wanted;
    struct pm_str percent = pair(l, "usage"), amount = pair(l, "amountToFree");
    if (!percent.n) percent = pm_str_between(l->k->msg, PM_STR("is at "), PM_STR("%"));
    if (!amount.n) amount = pm_str_between(l->k->msg, PM_STR("rying to free "), PM_STR(" bytes"));
    bool known = pm_str_u64(percent, &usage), sized = pm_str_u64(amount, &wanted);
    struct pm_str left = known ? ratio(l->ctx->a, usage) : PM_NONE;
    if (known && sized)
        e.field[PM_F_DETAIL] =
            pm_arena_fmt(l->ctx->a, "{\"used_ratio\":%.*s,\"wanted_bytes\":%llu}", PM_FMT(left),
                         (unsigned long long)wanted);
    else if (known)
        e.field[PM_F_DETAIL] = pm_arena_fmt(l->ctx->a, "{\"used_ratio\":%.*s}", PM_FMT(left));
    e.field[PM_F_MESSAGE] = l->k->msg;
    kubelet_emit(l, &e);
}

static void on_gc_remove(const struct line *l) {
    struct pm_event e = kubelet_event_of(l, PM_KIND_GC_OK, "Removing image to free bytes");
    struct pm_str id = pair(l, "imageID"), size = pair(l, "size");
    uint64_t bytes;
    if (!id.n) id = pm_str_between(l->k->msg, PM_STR("image \""), PM_STR("\""));
    if (!size.n) size = pm_str_between(l->k->msg, PM_STR("to free "), PM_STR(" bytes"));
    if (pm_str_has(id, PM_STR("sha256:"))) e.field[PM_F_DIGEST] = id;
    else put(&e, PM_F_IMAGE, id);
    if (pm_str_u64(size, &bytes) && bytes <= INT64_MAX) e.bytes = (int64_t)bytes;
    kubelet_emit(l, &e);
}

// "Image garbage collection failed once. Stats initialization may not have completed yet"
// and "unable to find data for container /" say nothing about disk.
static void on_gc_failed(const struct line *l) {
    struct pm_str err = l->k->structured ? pair(l, "err") : l->k->msg;
    if (!ihas(err, "garbage collect required amount") && !ihas(err, "to free ")) return;
    struct pm_event e = kubelet_event_of(l, PM_KIND_GC_FAIL, NULL);
    e.field[PM_F_MESSAGE] = l->k->msg;
    pm_lift_gc(l->ctx->a, &e, err);
    kubelet_emit_error(l, &e, err);
}

static bool disk_resource(struct pm_str s) {
    return has(s, "ephemeral-storage") || has(s, "imagefs") || has(s, "nodefs") ||
           has(s, "inodes") || has(s, "containerfs");
}

static void emit_pressure(const struct line *l, struct pm_event *e, struct pm_str error) {
    e->field[PM_F_ERROR] = error;
    kubelet_emit(l, e);
}

static void on_reclaim(const struct line *l) {
    struct pm_str what = pair(l, "resourceName");
    if (!disk_resource(what.n ? what : l->k->msg)) return;
    struct pm_event e = kubelet_event_of(l, PM_KIND_DISK_PRESSURE, NULL);
    e.field[PM_F_MESSAGE] = l->k->msg;
    emit_pressure(l, &e,
                  what.n ? pm_arena_fmt(l->ctx->a, "%.*s %.*s", PM_FMT(l->k->msg), PM_FMT(what))
                         : l->k->msg);
}

static void on_admit(const struct line *l) {
    struct pm_str why = l->k->structured ? pair(l, "nodeCondition") : l->k->msg;
    if (!has(why, "DiskPressure")) return;
    struct pm_event e = kubelet_event_of(l, PM_KIND_DISK_PRESSURE, "not admitted");
    if (!e.field[PM_F_POD].n) pm_lift_pod(after(l->k->msg, "admit pod "), &e);
    emit_pressure(l, &e,
                  l->k->structured ? pm_arena_fmt(l->ctx->a, "%.*s - node has conditions: %.*s",
                                                  PM_FMT(l->k->msg), PM_FMT(why))
                                   : l->k->msg);
}

static void on_node_condition(const struct line *l) {
    struct pm_str what = l->k->structured ? pair(l, "event") : l->k->msg;
    if (!has(what, "NodeHasDiskPressure")) return;
    struct pm_event e = kubelet_event_of(l, PM_KIND_DISK_PRESSURE, "node condition");
    put(&e, PM_F_NODE, pair(l, "node"));
    e.field[PM_F_REASON] = PM_STR("NodeHasDiskPressure");
    emit_pressure(l, &e, PM_STR("NodeHasDiskPressure"));
}

// ---- the runtime and the kubelet itself

static void on_runtime_not_ready(const struct line *l) {
    if (!has(l->text, "RuntimeReady=false") && !has(l->text, "container runtime is down") &&
        !pm_lift_runtime_down(l->text))
        return;
    struct pm_event e = kubelet_event_of(l, PM_KIND_RUNTIME_DOWN, NULL);
    kubelet_emit_error(l, &e, l->text);
}

static void on_kubelet_start(const struct line *l) {
    struct pm_event e = kubelet_event_of(l, PM_KIND_OTHER, "kubelet start");
    kubelet_emit(l, &e);
}

// "SyncLoop DELETE" source="api" pods=["shop/web-0"]; in JSON a list of objects; before
// 1.22 SyncLoop (DELETE, "api"): "web-0_shop(UID), …". A pod that is gone waits for
// nothing.
static void emit_deleted(const struct line *l, struct pm_str k8s_namespace, struct pm_str pod) {
    struct pm_event e = kubelet_event_of(l, PM_KIND_POD_STATE, "deleted");
    put(&e, PM_F_NAMESPACE, k8s_namespace);
    put(&e, PM_F_POD, pod);
    e.field[PM_F_REASON] = PM_STR("Deleted");
    if (e.field[PM_F_NAMESPACE].n && e.field[PM_F_POD].n) kubelet_emit(l, &e);
}

static void on_deleted_json(const struct line *l, const json_t *pods) {
    size_t i;
    json_t *pod;
    json_array_foreach(pods, i, pod) {
        const char *k8s_namespace = json_string_value(json_object_get(pod, "namespace")),
                   *name = json_string_value(json_object_get(pod, "name"));
        if (k8s_namespace && name) emit_deleted(l, pm_str_c(k8s_namespace), pm_str_c(name));
    }
}

static void on_deleted(const struct line *l) {
    const json_t *pods = l->r->json ? json_object_get(l->r->json, "pods") : NULL;
    if (json_is_array(pods)) {
        on_deleted_json(l, pods);
        return;
    }
    struct pm_str s = pair(l, "pods");
    bool old = !l->k->structured;
    char mark = old ? '_' : '/'; // name_namespace, namespace/name
    if (old) s = after(l->k->msg, ": ");
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] != mark) continue;
        size_t from = i, to = i + 1;
        while (from > 0 && pm_object_char(s.p[from - 1])) from--;
        while (to < s.n && pm_object_char(s.p[to])) to++;
        struct pm_str left = pm_str_sub(s, from, i - from),
                      right = pm_str_sub(s, i + 1, to - i - 1);
        emit_deleted(l, old ? right : left, old ? left : right);
    }
}

// "Observed pod startup duration" pod="shop/web-0" …: once, when all containers of the
// pod run for the first time. It waits for no image any more. Source:
// kubernetes:pkg/kubelet/util/pod_startup_latency_tracker.go@v1.26.
static void on_started(const struct line *l) {
    struct pm_event e = kubelet_event_of(l, PM_KIND_POD_STATE, "started");
    e.field[PM_F_REASON] = PM_STR("Started");
    if (e.field[PM_F_NAMESPACE].n && e.field[PM_F_POD].n) kubelet_emit(l, &e);
}

static void on_node_name(const struct line *l) {
    struct pm_str node = pair(l, "node");
    if (!node.n) node = after(l->k->msg, "egister node ");
    if (!node.n) node = after(l->k->msg, "egistered node ");
    struct pm_scan c = pm_scan_of(node);
    struct pm_str name;
    if (pm_scan_word(&c, &name)) pm_emit_fact(l->ctx, l->r, PM_FACT_NODE_NAME, name, NULL);
}

// dockershim watches progress itself: Cancel pulling image "X" because of no progress for
// 1m0s, latest progress: "…"
static void kubelet_on_no_progress(const struct line *l) {
    struct pm_event e = kubelet_event_of(l, PM_KIND_OTHER, "no progress");
    e.stage = PM_STAGE_BLOB;
    kubelet_emit_error(l, &e, l->k->msg);
}

// Stop pulling image "X": "Status: Downloaded newer image for X"
static void kubelet_on_stop_pulling(const struct line *l) {
    bool fresh = has(l->k->msg, "Downloaded newer image");
    if (!fresh && !has(l->k->msg, "Image is up to date")) return;
    struct pm_event e =
        kubelet_event_of(l, fresh ? PM_KIND_PULL_OK : PM_KIND_PULL_CACHED, "stop pulling");
    put(&e, PM_F_IMAGE, quoted_image(l));
    kubelet_emit(l, &e);
}

// image_manager.go without an object to write an event for (static pods):
// `shop/web-0/r.test/a:1 Failed to pull image "r.test/a:1": …`
static bool take_prefixed(const struct line *l) {
    struct pm_scan c = pm_scan_of(l->k->msg);
    struct pm_str prefix;
    if (l->k->structured || !pm_str_eqc(l->k->file, "image_manager.go") ||
        !pm_scan_word(&c, &prefix))
        return false;
    ptrdiff_t first = pm_str_chr(prefix, '/', 0),
              second = first < 0 ? -1 : pm_str_chr(prefix, '/', (size_t)first + 1);
    struct pm_event e = kubelet_event_of(l, PM_KIND_OTHER, NULL);
    pm_scan_blanks(&c);
    if (second < 0) return false;
    if (!pm_lift_event_message(l->ctx->a, PM_NONE, pm_scan_rest(&c), &e))
        pm_lift_into(l->ctx->a, &e, pm_scan_rest(&c));
    put_pod(&e, pm_str_sub(prefix, 0, (size_t)second));
    e.flags |= PM_EV_ECHO; // remote_image.go told the attempt
    kubelet_emit(l, &e);
    return true;
}

// ---- the catalogue

struct kubelet_row {
    const char *head; // the message begins so
    const char *must; // and holds this; NULL: nothing more asked
    void (*take)(const struct line *l);
};
static const struct kubelet_row kubelet_rows[] = {
    {"PullImage ", "from image service failed", on_remote_image},
    {"ImageStatus ", "from image service failed", on_image_question},
    {"ImageStatus for image ", "failed: ", on_image_question},
    {"Failed to get image status", NULL, on_image_question},
    {"ListImages ", "from image service failed", on_image_question},
    {"RunPodSandbox for &PodSandboxMetadata{", " failed, error: ", on_cri_containerd},
    {"PullImage ", " failed, error: ", on_cri_containerd},
    {"Failed to pull image", NULL, on_kuberuntime_image},
    {"Pull image ", "failed: ", on_kuberuntime_image},
    {"Unhandled Error", NULL, on_start_failed},
    {"container ", "start failed", on_start_failed},
    {"init container ", "start failed", on_start_failed},
    {"ephemeral container ", "start failed", on_start_failed},
    {"Error syncing pod", NULL, on_sync_pod},
    {"RunPodSandbox from runtime service failed", NULL, kubelet_on_sandbox},
    {"Failed to create sandbox for pod", NULL, kubelet_on_sandbox},
    {"Failed to create pod sandbox", NULL, kubelet_on_sandbox},
    {"CreatePodSandbox for pod", NULL, kubelet_on_sandbox},
    {"createPodSandbox for pod", NULL, kubelet_on_sandbox},
    {"Failed to create pod infra container", NULL, kubelet_on_sandbox},
    {"Event(", "reason: '", on_event_text},
    {"Event occurred", NULL, on_event_pairs},
    {"Unable to retrieve pull secret", NULL, on_secret},
    {"Failed getting credential from external registry credential provider", NULL,
     on_credential_plugin},
    {"Error running credential provider plugin", NULL,
     on_credential_plugin}, // the plug-ins' own stderr, from here on
    {"failed to receive challenge", NULL, on_credential_plugin},
    {"Error getting credential", NULL, on_credential_plugin},
    {"error getting credential", NULL, on_credential_plugin},
    {"while getting AWS credentials", NULL, on_credential_plugin},
    {"while requesting ECR authorization token", NULL, on_credential_plugin},
    {"Failed to get credential", NULL, on_credential_plugin},
    {"failed to acquire ACR token", NULL, on_credential_plugin},
    {"failed to resolve ACR token", NULL, on_credential_plugin},
    {"Error retrieving AAD access token", NULL, on_credential_plugin},
    {"Disk usage on image filesystem is", "high threshold", on_gc_start},
    {"[imageGCManager]: Disk usage on image filesystem is", "high threshold", on_gc_start},
    {"Removing image to free bytes", NULL, on_gc_remove},
    {"[imageGCManager]: Removing image ", NULL, on_gc_remove},
    {"Image garbage collection failed", NULL, on_gc_failed},
    {"failed to garbage collect required amount", NULL, on_gc_failed},
    {"eviction manager: unexpected error when attempting to reduce", NULL, on_gc_failed},
    {"Eviction manager: unexpected error when attempting to reduce", NULL, on_gc_failed},
    {"Eviction manager: attempting to reclaim", NULL, on_reclaim},
    {"eviction manager: attempting to reclaim", NULL, on_reclaim},
    {"Eviction manager: must evict pod", NULL, on_reclaim},
    {"eviction manager: must evict pod", NULL, on_reclaim},
    {"Failed to admit pod", NULL, on_admit},
    {"Recording ", "event message for node", on_node_condition},
    {"SyncLoop DELETE", NULL, on_deleted},
    {"SyncLoop (DELETE, ", NULL, on_deleted},
    {"Observed pod startup duration", NULL, on_started},
    {"Attempting to register node", NULL, on_node_name},
    {"Successfully registered node", NULL, on_node_name},
    {"Starting kubelet main sync loop", NULL, on_kubelet_start},
    {"Cancel pulling image ", NULL, kubelet_on_no_progress},
    {"Stop pulling image ", NULL, kubelet_on_stop_pulling},
    {"Container runtime not ready", NULL, on_runtime_not_ready},
    {"Skipping pod synchronization", NULL, on_runtime_not_ready},
    {"skipping pod synchronization", NULL, on_runtime_not_ready},
};

static struct pm_str error_text(const struct pm_klog *k) {
    struct pm_str err = pm_pairs_get(&k->pairs, "err");
    return err.n ? err : k->msg;
}

// A line about a pod that is no image's: nothing, except where somebody asks what the
// line says.
static void tell_pod(const struct line *l) {
    struct pm_event e = kubelet_event_of(l, PM_KIND_OTHER, NULL);
    for (ptrdiff_t at = pm_str_chr(l->k->msg, '"', 0); at >= 0 && !e.field[PM_F_POD].n;
         at = pm_str_chr(l->k->msg, '"', (size_t)at + 1))
        pm_lift_pod(pm_str_from(l->k->msg, (size_t)at + 1), &e);
    if (e.field[PM_F_POD].n) kubelet_emit(l, &e);
}

enum pm_parse pm_kubelet_line(struct pm_parse_ctx *ctx, const struct pm_record *r,
                              const struct pm_klog *k) {
    struct line l = {ctx, r, k, error_text(k), 0};
    const struct kubelet_row *row = NULL;
    for (size_t i = 0; i < PM_LEN(kubelet_rows) && !row; i++)
        if (k->msg.n && k->msg.p[0] == kubelet_rows[i].head[0] &&
            starts(k->msg, kubelet_rows[i].head) &&
            (!kubelet_rows[i].must || has(k->msg, kubelet_rows[i].must)))
            row = &kubelet_rows[i];
    if (ctx->every) tell_pod(&l);
    if (row) row->take(&l);
    else if (take_prefixed(&l)) return PM_PARSE_OK;
    else if (pm_lift_runtime_down(l.text)) on_runtime_not_ready(&l);
    if (!k->cut) return PM_PARSE_OK;
    pm_emit_bad(ctx, r, "line-cut", "the line ends inside a quoted value");
    return PM_PARSE_BAD;
}

bool pm_kubelet_words(struct pm_str body) {
    if (starts(body, "\"")) body = pm_str_from(body, 1);
    if (starts(
            body,
            "Event")) { // controllers echo events too, but only the kubelet's are about a container, or before 1.20 do not say what of the pod they are about
        bool pulls = has(body, "reason=\"Pull") || has(body, "message=\"Failed to pull image");
        return has(body, "ontainers{") || (pulls && !has(body, "fieldPath="));
    }
    for (size_t i = 0; i < PM_LEN(kubelet_rows); i++)
        if (starts(body, kubelet_rows[i].head) &&
            (!kubelet_rows[i].must || has(body, kubelet_rows[i].must)))
            return true;
    return false;
}

bool pm_kubelet_file(struct pm_str file) {
    static const char *const files[] = {
        "remote_image.go",
        "remote_runtime.go",
        "kuberuntime_image.go",
        "kuberuntime_manager.go",
        "kuberuntime_sandbox.go",
        "kuberuntime_container.go",
        "pod_workers.go",
        "kubelet.go",
        "kubelet_pods.go",
        "kubelet_node_status.go",
        "kubelet_getters.go",
        "image_gc_manager.go",
        "image_manager.go",
        "eviction_manager.go",
        "kube_docker_client.go",
        "docker_sandbox.go",
        "docker_service.go",
        "docker_manager.go",
        "aws_credentials.go",
        "azure_credentials.go",
        "pod_startup_latency_tracker.go",
        "reconciler_common.go",
        "generic.go",
        "status_manager.go",
        "kuberuntime_gc.go",
        "container_manager_linux.go",
        "topology_manager.go",
        "pod_container_deletor.go",
    };
    for (size_t i = 0; i < PM_LEN(files); i++)
        if (pm_str_eqc(file, files[i])) return true;
    return false;
}

bool pm_kubelet_ident(struct pm_str ident) {
    static const char *const words[] = {"kubelet",  "k3s",       "rke2",          "k0s",
                                        "kubelite", "hyperkube", "kubenswrapper", "localkube"};
    for (size_t i = 0; i < PM_LEN(words); i++)
        if (has(ident, words[i])) return true;
    return false;
}
