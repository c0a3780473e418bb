// Reading Kubernetes objects. See k8s_object.h.
#include "parsers/objects/k8s_object.h"
#include "parsers/objects/kubectl_table.h"

const json_t *pm_k8s_get(const json_t *o, const char *path) {
    char key[64];
    while (o && *path) {
        const char *dot = strchr(path, '.');
        size_t n = dot ? (size_t)(dot - path) : strlen(path);
        if (n >= sizeof key) return NULL;
        memcpy(key, path, n);
        key[n] = 0;
        o = json_object_get(o, key);
        path += n + (dot != NULL);
    }
    return o;
}

struct pm_str pm_k8s_str(const json_t *o, const char *path) {
    const json_t *v = pm_k8s_get(o, path);
    return json_is_string(v) ? (struct pm_str){json_string_value(v), json_string_length(v)}
                             : PM_NONE;
}

int64_t pm_k8s_int(const json_t *o, const char *path, int64_t otherwise) {
    const json_t *v = pm_k8s_get(o, path);
    if (json_is_integer(v)) return json_integer_value(v);
    if (json_is_real(v) && json_real_value(v) > -9e15 && json_real_value(v) < 9e15)
        return (int64_t)json_real_value(v);
    uint64_t n;
    if (json_is_string(v) && pm_str_u64(pm_k8s_str(o, path), &n) && n <= INT64_MAX)
        return (int64_t)n;
    return otherwise;
}

bool pm_k8s_true(const json_t *o, const char *path) {
    const json_t *v = pm_k8s_get(o, path);
    return json_is_true(v) ||
           (json_is_string(v) && pm_str_ieq(pm_k8s_str(o, path), PM_STR("true")));
}

struct pm_when pm_k8s_when(const json_t *o, const char *path) {
    return pm_k8s_stamp(pm_k8s_str(o, path));
}

struct pm_when pm_k8s_stamp(struct pm_str s) {
    struct pm_when w = {PM_WHEN_NONE, 0, 0, 0};
    if (s.n < 19 || pm_str_starts(s, PM_STR("0001-")) || pm_when_rfc3339(s, &w) == 0)
        return (struct pm_when){PM_WHEN_NONE, 0, 0, 0};
    return w;
}

struct pm_when pm_k8s_later(struct pm_when a, struct pm_when b) {
    if (a.kind == PM_WHEN_NONE) return b;
    if (b.kind == PM_WHEN_NONE) return a;
    return b.ns > a.ns ? b : a;
}

static const struct { // fields that tell a kind where an item of a typed list does not say it
    const char *kind, *path, *and_path;
} TELLTALES[] = {
    {"Event", "involvedObject", ""},
    {"Event", "regarding", ""},
    {"Node", "status.nodeInfo", ""},
    {"Pod", "spec.containers", ""},
    {"HorizontalPodAutoscaler", "spec.scaleTargetRef", "spec.maxReplicas"},
    {"CronJob", "spec.jobTemplate", ""},
    {"DaemonSet", "status.desiredNumberScheduled", ""},
    {"StatefulSet", "spec.template", "spec.serviceName"},
    {"Deployment", "spec.template", "spec.strategy"},
    {"ReplicaSet", "spec.template", "status.fullyLabeledReplicas"},
    {"Job", "spec.template", "spec.backoffLimit"},
    {"EndpointSlice", "endpoints", "addressType"},
    {"Endpoints", "subsets", "metadata"},
    {"Service", "spec.clusterIP", ""},
    {"Secret", "type", "data"},
};

// Collectors name files and folders after what they hold: "deployments.yaml",
// "apps_v1_replicasets.json", "cluster-resources/jobs/shop.json".
static const struct {
    const char *word, *kind;
} FILES[] = {
    {"deployments", "Deployment"},
    {"replicasets", "ReplicaSet"},
    {"controllerrevisions", "ControllerRevision"},
    {"statefulsets", "StatefulSet"},
    {"daemonsets", "DaemonSet"},
    {"cronjobs", "CronJob"},
    {"jobs", "Job"},
    {"replication-controllers", "ReplicationController"},
    {"replicationcontrollers", "ReplicationController"},
    {"horizontalpodautoscalers", "HorizontalPodAutoscaler"},
    {"hpa", "HorizontalPodAutoscaler"},
    {"serviceaccounts", "ServiceAccount"},
    {"services", "Service"},
    {"secrets", "Secret"},
    {"endpointslices", "EndpointSlice"},
    {"endpoints", "Endpoints"},
    {"nodes", "Node"},
    {"pods", "Pod"},
};

static struct pm_str kind_of_path(struct pm_str path) {
    struct pm_str base = pm_str_from(path, (size_t)(pm_str_rchr(path, '/') + 1)),
                  folder = pm_str_sub(path, 0, path.n - base.n);
    if (folder.n)
        folder = pm_str_from(folder,
                             (size_t)(pm_str_rchr(pm_str_sub(folder, 0, folder.n - 1), '/') + 1));
    const struct pm_str names[] = {base, folder};
    for (size_t n = 0; n < PM_LEN(names); n++)
        for (size_t i = 0; i < PM_LEN(FILES); i++)
            if (pm_str_has(names[n], pm_str_c(FILES[i].word))) return pm_str_c(FILES[i].kind);
    return PM_NONE;
}

static struct pm_str kind_of(const struct pm_record *r) {
    struct pm_str kind = pm_k8s_str(r->json, "kind");
    if (kind.n) return kind;
    if (!json_is_object(json_object_get(r->json, "metadata")) &&
        !json_object_get(r->json, "involvedObject"))
        return PM_NONE;
    if (r->list_kind.n > 4 && pm_str_ends(r->list_kind, PM_STR("List")))
        return pm_str_sub(r->list_kind, 0, r->list_kind.n - 4);
    for (size_t i = 0; i < PM_LEN(TELLTALES); i++)
        if (pm_k8s_get(r->json, TELLTALES[i].path) && pm_k8s_get(r->json, TELLTALES[i].and_path))
            return pm_str_c(TELLTALES[i].kind);
    bool object = json_object_get(r->json, "spec") || json_object_get(r->json, "status") ||
                  json_object_get(r->json, "subsets");
    return object ? kind_of_path(r->path) : PM_NONE;
}

struct pm_str pm_k8s_kind(const struct pm_record *r) {
    if (r->shape != PM_SHAPE_JSON || !json_is_object(r->json)) return PM_NONE;
    if (!r->memo) return kind_of(r);
    if (!r->memo->kind_known) {
        r->memo->kind = kind_of(r);
        r->memo->kind_known = true;
    }
    return r->memo->kind;
}

bool pm_k8s_is(const struct pm_record *r, const char *kind) {
    return pm_str_eqc(pm_k8s_kind(r), kind);
}

struct pm_str pm_k8s_named(struct pm_arena *a, struct pm_str kind, struct pm_str name) {
    if (!kind.n || !name.n) return name;
    return pm_arena_fmt(a, "%.*s/%.*s", PM_FMT(kind), PM_FMT(name));
}

struct pm_event pm_k8s_event(const struct pm_record *r, enum pm_kind kind, const json_t *o) {
    struct pm_event e = pm_event_of(r, PM_COMP_OBJECTS, kind);
    struct pm_str k8s_namespace = pm_k8s_str(o, "metadata.namespace");
    e.flags |= PM_EV_SNAPSHOT;
    if (e.when.kind == PM_WHEN_NONE) e.when = pm_when_age_zero();
    if (k8s_namespace.n) e.field[PM_F_NAMESPACE] = k8s_namespace;
    return e;
}

void pm_k8s_detail_int(struct pm_detail *d, const char *key, const json_t *o, const char *path) {
    int64_t v = pm_k8s_int(o, path, INT64_MIN);
    if (v != INT64_MIN) pm_detail_int(d, key, v);
}

void pm_k8s_detail_when(struct pm_detail *d, const char *key, struct pm_when w) {
    char text[32];
    if (w.kind == PM_WHEN_UTC) pm_detail_str(d, key, pm_str_c(pm_when_format(w.ns, text)));
}

void pm_k8s_detail_strings(struct pm_detail *d, const char *key, const json_t *object) {
    if (!json_object_size(object)) return;
    pm_detail_obj(d, key);
    for (void *i = json_object_iter((json_t *)(uintptr_t)object); i;
         i = json_object_iter_next((json_t *)(uintptr_t)object, i)) {
        const json_t *v = json_object_iter_value(i);
        if (json_is_string(v) && *json_object_iter_key(i))
            pm_detail_strk(d, pm_str_c(json_object_iter_key(i)),
                           (struct pm_str){json_string_value(v), json_string_length(v)});
    }
    pm_detail_end(d, '}');
}

void pm_k8s_detail_conditions(struct pm_detail *d, const json_t *conditions) {
    if (!json_array_size(conditions)) return;
    pm_detail_list(d, "conditions");
    for (size_t i = 0; i < json_array_size(conditions); i++) {
        const json_t *c = json_array_get(conditions, i);
        pm_detail_obj(d, NULL);
        pm_detail_str(d, "type", pm_k8s_str(c, "type"));
        pm_detail_str(d, "status", pm_k8s_str(c, "status"));
        pm_detail_str(d, "reason", pm_k8s_str(c, "reason"));
        pm_detail_str(d, "message", pm_k8s_str(c, "message"));
        pm_k8s_detail_when(d, "at", pm_k8s_when(c, "lastTransitionTime"));
        pm_detail_end(d, '}');
    }
    pm_detail_end(d, ']');
}

void pm_k8s_detail_owner(struct pm_detail *d, const json_t *o) {
    const json_t *owners = pm_k8s_get(o, "metadata.ownerReferences"),
                 *owner = json_array_get(owners, 0);
    for (size_t i = 0; i < json_array_size(owners); i++)
        if (pm_k8s_true(json_array_get(owners, i), "controller")) owner = json_array_get(owners, i);
    if (!owner) return;
    pm_detail_obj(d, "owner");
    pm_detail_str(d, "kind", pm_k8s_str(owner, "kind"));
    pm_detail_str(d, "name", pm_k8s_str(owner, "name"));
    pm_detail_end(d, '}');
}

struct pm_when pm_k8s_conditions_latest(const json_t *conditions) {
    struct pm_when latest = {PM_WHEN_NONE, 0, 0, 0};
    for (size_t i = 0; i < json_array_size(conditions); i++) {
        const json_t *c = json_array_get(conditions, i);
        latest = pm_k8s_later(latest, pm_k8s_when(c, "lastTransitionTime"));
        latest = pm_k8s_later(latest, pm_k8s_when(c, "lastUpdateTime"));
        latest = pm_k8s_later(latest, pm_k8s_when(c, "lastHeartbeatTime"));
    }
    return latest;
}
