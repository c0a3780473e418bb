// The kubelet's messages, as events and its own log carry them. See include/pm/parser.h.
//
//     Failed to pull image "acme/web:1": CAUSE
//     Successfully pulled image "acme/web:1" in 1.2s (2.3s including waiting). Image size: 123 bytes.
//     Back-off pulling image "acme/web:1": ErrImagePull: CAUSE
// Source: kubernetes/kubernetes:pkg/kubelet/images/image_manager.go,
// pkg/kubelet/eviction, image_gc_manager.go@v1.10…v1.35.
#include "parsers/lift/lift.h"

enum message_how {
    SAY_NOTHING,     // kind only
    SAY_REST,        // ERROR is what follows the image and ": "
    SAY_WHOLE,       // ERROR is the message
    SAY_AFTER_CAUSE, // ERROR is what follows ": ErrImagePull: " or another reason
};
struct message_row {
    const char *head; // the message begins so (any case of letters)
    const char *must; // and holds this; NULL: nothing more asked
    enum pm_kind kind;
    enum message_how how;
    bool image; // the image follows the head
};
static const struct message_row message_rows[] = {
    {"Pulling image ", NULL, PM_KIND_PULL_START, SAY_NOTHING, true},
    {"Successfully pulled image ", NULL, PM_KIND_PULL_OK, SAY_NOTHING, true},
    {"Container image ", "already present on machine", PM_KIND_PULL_CACHED, SAY_NOTHING, true},
    {"Container image ", "not present with pull policy of Never", PM_KIND_PULL_FAIL, SAY_WHOLE,
     true},
    {"Failed to pull image ", NULL, PM_KIND_PULL_FAIL, SAY_REST, true},
    {"Back-off pulling image ", NULL, PM_KIND_PULL_BACKOFF, SAY_AFTER_CAUSE, true},
    {"Failed to apply default image tag ", NULL, PM_KIND_PULL_FAIL, SAY_WHOLE, true},
    {"Failed to inspect image ", NULL, PM_KIND_PULL_FAIL, SAY_REST, true},
    {"image pull failed for ", NULL, PM_KIND_PULL_FAIL, SAY_WHOLE, true},
    {"Unable to retrieve some image pull secrets", NULL, PM_KIND_SECRET_MISSING, SAY_WHOLE, false},
    {"Failed to create pod sandbox", "sandbox image", PM_KIND_PULL_FAIL, SAY_WHOLE, false},
    {"Failed to create pod sandbox", "pulling image", PM_KIND_PULL_FAIL, SAY_WHOLE, false},
    {"Failed to create pod sandbox", "error unpacking image", PM_KIND_PULL_FAIL, SAY_WHOLE, false},
    {"Error: failed to create containerd container", "error unpacking image: ", PM_KIND_OTHER,
     SAY_WHOLE, false}, // it was pulled, and is not whole any more
    {"Error: failed to create containerd task", "Image Pull error: ", PM_KIND_PULL_FAIL, SAY_WHOLE,
     false}, // Confidential Containers: the guest pulls
    {"Failed create pod sandbox", "sandbox image", PM_KIND_PULL_FAIL, SAY_WHOLE, false},
    {"Failed create pod sandbox", "pulling image", PM_KIND_PULL_FAIL, SAY_WHOLE, false},
    {"failed to garbage collect required amount of images", NULL, PM_KIND_GC_FAIL, SAY_WHOLE,
     false},
    {"wanted to free ", "freed ", PM_KIND_GC_FAIL, SAY_WHOLE, false},
    {"Attempting to reclaim ephemeral-storage", NULL, PM_KIND_DISK_PRESSURE, SAY_WHOLE, false},
    {"The node was low on resource: ephemeral-storage", NULL, PM_KIND_DISK_PRESSURE, SAY_WHOLE,
     false},
    {"The node was low on resource: imagefs", NULL, PM_KIND_DISK_PRESSURE, SAY_WHOLE, false},
    {"The node was low on resource: nodefs", NULL, PM_KIND_DISK_PRESSURE, SAY_WHOLE, false},
    {"The node had condition: [DiskPressure", NULL, PM_KIND_DISK_PRESSURE, SAY_WHOLE, false},
};

// "Error: ErrImagePull" is the second event of one failure: the first has the cause. Some
// words are the whole cause, so they are kept as the error.
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

// "in 1.2s (2.3s including waiting). Image size: 123 bytes." : duration is the pull
// alone, waiting what the queue added.
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
    if (total.n && pm_duration(total, &all) && all >= e->duration_ns)
        e->waiting_ns = all - e->duration_ns;
    size = pm_str_between(s, PM_STR("Image size: "), PM_STR(" bytes"));
    if (pm_str_u64(size, &bytes) && bytes <= INT64_MAX) e->bytes = (int64_t)bytes;
}

static const char *const cause_words[] = {
    "ErrImagePull",      "RegistryUnavailable", "SignatureValidationFailed",
    "ImageInspectError", "InvalidImageName",    "ErrImageNeverPull"};

// Back-off pulling image "X": ErrImagePull: CAUSE (since 1.32)
static struct pm_str cause_of(struct pm_event *e, struct pm_str rest) {
    for (size_t i = 0; i < PM_LEN(cause_words); i++) {
        if (!starts(rest, cause_words[i])) continue;
        pm_event_fill(e, PM_F_REASON, pm_str_c(cause_words[i]));
        struct pm_str cause = pm_str_from(rest, strlen(cause_words[i]));
        return starts(cause, ": ") ? pm_str_from(cause, 2) : PM_NONE;
    }
    return rest;
}

static struct pm_str rest_behind_image(struct pm_str message, struct pm_str image) {
    struct pm_str rest =
        image.n ? pm_str_from(message, (size_t)(image.p - message.p) + image.n) : message;
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
        pm_event_fill(e, PM_F_CONTAINER, pm_str_between(m, PM_STR("{"), PM_STR("}")));
        m = after(m, "}: ");
    }
    return m;
}

static bool condition_event(struct pm_str reason, struct pm_event *e) {
    static const char *const words[] = {"NodeHasDiskPressure", "EvictionThresholdMet"};
    for (size_t i = 0; i < PM_LEN(words); i++)
        if (pm_str_eqc(reason, words[i])) e->kind = PM_KIND_DISK_PRESSURE;
    if (pm_str_eqc(reason, "ImageGCFailed") || pm_str_eqc(reason, "FreeDiskSpaceFailed"))
        e->kind = PM_KIND_GC_FAIL;
    return e->kind == PM_KIND_DISK_PRESSURE || e->kind == PM_KIND_GC_FAIL;
}

// EvictionThresholdMet also tells of memory and pids, ImageGCFailed of a cache that is
// not ready yet: no trouble of images.
static bool condition_message(struct pm_str reason, struct pm_str m, struct pm_event *e) {
    enum pm_kind before = e->kind;
    if (!condition_event(reason, e)) return false;
    bool disk = ihas(m, "ephemeral-storage") || ihas(m, "DiskPressure") || ihas(m, "imagefs") ||
                ihas(m, "nodefs") || ihas(m, "inodes") || ihas(m, "to free ");
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
    if (!number_after(s, "but freed ", &freed) && !number_after(s, "but only found ", &freed))
        return;
    e->field[PM_F_DETAIL] = pm_arena_fmt(a, "{\"freed_bytes\":%llu,\"wanted_bytes\":%llu}",
                                         (unsigned long long)freed, (unsigned long long)wanted);
}

bool pm_lift_event_message(struct pm_arena *a, struct pm_str reason, struct pm_str message,
                           struct pm_event *e) {
    struct pm_str m = message_core(e, message), image = PM_NONE;
    const struct message_row *row = NULL;
    for (size_t i = 0; i < PM_LEN(message_rows) && !row; i++)
        if (starts_any_case(m, message_rows[i].head) &&
            (!message_rows[i].must || has(m, message_rows[i].must)))
            row = &message_rows[i];
    pm_event_fill(e, PM_F_REASON, reason);
    pm_event_fill(e, PM_F_MESSAGE, m);
    if (!row) return reason_only(m, e) || condition_message(reason, m, e);
    if (row->image) image = pm_lift_image_at(a, pm_str_from(m, strlen(row->head)), false);
    if (row->image && !image.n && row->how != SAY_WHOLE && row->how != SAY_REST)
        return false; // "Pulling image layers…": not the kubelet's words
    e->kind = row->kind;
    pm_event_fill(e, PM_F_IMAGE, image);
    if (row->kind == PM_KIND_PULL_OK)
        lift_durations(e, rest_behind_image(m, image).n
                              ? pm_str_from(m, (size_t)(image.p - m.p) + image.n)
                              : PM_NONE);
    if (row->kind == PM_KIND_SECRET_MISSING)
        pm_event_fill(e, PM_F_SECRET, pm_str_between(m, PM_STR("("), PM_STR(")")));
    if (row->how == SAY_WHOLE) pm_lift_into(a, e, m);
    if (row->kind == PM_KIND_GC_FAIL) pm_lift_gc(a, e, m);
    if (row->how == SAY_REST) pm_lift_into(a, e, rest_behind_image(m, image));
    if (row->how == SAY_AFTER_CAUSE) pm_lift_into(a, e, cause_of(e, rest_behind_image(m, image)));
    return true;
}
