// States of pods, nodes, workloads, secrets and configuration: what was so, beside what
// happened.
//
// The same object is found several times (two captures, JSON beside YAML beside tables):
// the newest snapshot says how it is, all of them together say what was there. Detail
// shapes: include/pm/detail.h.
#include "judge/evidence/evidence.h"

static uint32_t text(const struct pm_env *env, const json_t *o, const char *key) {
    const json_t *v = json_object_get(o, key);
    return json_is_string(v)
               ? pm_id(env, (struct pm_str){json_string_value(v), json_string_length(v)})
               : 0;
}

static int64_t number(const json_t *o, const char *key, int64_t otherwise) {
    const json_t *v = json_object_get(o, key);
    if (json_is_integer(v)) return (int64_t)json_integer_value(v);
    return json_is_real(v) ? (int64_t)json_real_value(v) : otherwise;
}

static int64_t stamp(const json_t *o, const char *key) {
    const json_t *v = json_object_get(o, key);
    struct pm_when w;
    if (!json_is_string(v)) return PM_NO_TIME;
    return pm_when_rfc3339((struct pm_str){json_string_value(v), json_string_length(v)}, &w) &&
                   w.kind == PM_WHEN_UTC
               ? w.ns
               : PM_NO_TIME;
}

static void texts(const struct pm_env *env, const json_t *o, const char *key, struct pm_ids *out) {
    size_t i;
    json_t *v;
    json_array_foreach(json_object_get(o, key), i, v) if (json_is_string(v)) pm_ids_add_new(
        out, pm_id(env, (struct pm_str){json_string_value(v), json_string_length(v)}));
}

static void pairs(const struct pm_env *env, json_t *o, struct pm_ids *out) {
    const char *key;
    json_t *v;
    json_object_foreach(o, key, v) if (json_is_string(v))
        pm_ids_add_new(out, pm_id_fmt(env, "%s=%s", key, json_string_value(v)));
}

static uint32_t image_id(const struct pm_env *env, const json_t *o, const char *key) {
    const json_t *v = json_object_get(o, key);
    struct pm_image image;
    if (!json_is_string(v) || !json_string_length(v)) return 0;
    struct pm_str ref = {json_string_value(v), json_string_length(v)};
    pm_image_parse(env->scratch, ref, &image);
    return pm_id(env, image.norm.n ? image.norm : ref);
}

static void pod_waits(const struct pm_env *env, struct pm_pod_fact *pod, const json_t *d,
                      uint64_t event) {
    size_t i;
    json_t *w;
    pod->waits = 0;
    pod->waiting = false;
    json_array_foreach(json_object_get(d, "waiting"), i, w) {
        if (pod->waits == (int)PM_LEN(pod->wait)) break;
        int n = pod->waits++;
        pod->wait[n].image = image_id(env, w, "image");
        pod->wait[n].reason = text(env, w, "reason");
        pod->wait[n].message = text(env, w, "message");
        pod->wait[n].container = text(env, w, "container");
        pod->wait[n].event = event;
        pod->waiting = true;
    }
}

// A kubelet saw all of the pod's containers run: as good as a status of that moment.
static void pod_started(struct pm_pod_fact *pod, int64_t at, bool newest) {
    if (at == PM_NO_TIME) return;
    pod->since = pm_max_time(pod->since, at);
    if (!newest) return;
    pod->seen = at;
    pod->running = true;
    pod->waiting = false;
    pod->waits = 0;
}

static void pod_row(const struct pm_env *env, struct pm_evidence *ev, const struct pm_row *row,
                    const json_t *d) {
    const struct pm_event *e = &row->event;
    if (!e->field[PM_F_POD].n) return;
    struct pm_pod_fact *pod = pm_facts_pod_made(env, ev, pm_id(env, e->field[PM_F_NAMESPACE]),
                                                pm_id(env, e->field[PM_F_POD]));
    size_t i;
    json_t *c;
    bool newest = pod->seen == PM_NO_TIME || row->ts_ns == PM_NO_TIME || row->ts_ns >= pod->seen;
    uint32_t node = pm_id(env, e->field[PM_F_NODE]);
    if (node) pod->node = node;
    if (pm_str_eqc(e->field[PM_F_REASON], "Started") && e->component == PM_COMP_KUBELET)
        pod_started(pod, row->ts_ns, newest);
    if (pm_str_eqc(e->field[PM_F_REASON], "Deleted"))
        pod->gone = pm_max_time(pod->gone, row->ts_ns);
    if (e->field[PM_F_POD_UID].n) pod->uid = pm_id(env, e->field[PM_F_POD_UID]);
    json_array_foreach(json_object_get(d, "containers"), i, c) {
        uint32_t image = image_id(env, c, "image");
        if (image) pm_ids_add_new(&pod->images, image);
        if (image && pm_str_eqc(pm_name(env, text(env, c, "policy")), "Always"))
            pm_ids_add_new(&pod->always, image);
        if (json_is_true(json_object_get(c, "running")))
            pod->since = pm_max_time(pod->since, stamp(c, "since"));
    }
    if (json_object_get(d, "containers") && row->path) pod->path = pm_id(env, pm_str_c(row->path));
    texts(env, d, "pull_secrets", &pod->secrets);
    pod->secrets_known = pod->secrets_known || json_object_get(d, "pull_secrets");
    pairs(env, json_object_get(d, "labels"), &pod->labels);
    const json_t *owner = json_object_get(d, "owner");
    if (owner) {
        pod->owner_kind = text(env, owner, "kind");
        pod->owner_name = text(env, owner, "name");
    }
    if (node && text(env, d, "host_ip") &&
        !pm_map_get(ev->facts.node_by_address, text(env, d, "host_ip")))
        *pm_map_slot(&ev->facts.node_by_address, text(env, d, "host_ip")) =
            node; // "Node: n1/10.0.0.1"
    if (text(env, d, "service_account")) pod->account = text(env, d, "service_account");
    pod->created = pm_max_time(pod->created, stamp(d, "created"));
    pod->listed = pod->listed || json_object_get(d, "containers");
    if (json_is_true(json_object_get(d, "evicted"))) pod->evicted = true;
    if (!newest || json_object_size(d) == 0)
        return; // "Successfully assigned …" names the node only
    pod->seen = row->ts_ns;
    pod->phase = text(env, d, "phase");
    pod->ready = json_is_true(json_object_get(d, "ready"));
    pod->running = pod->ready || (pm_str_eqc(pm_name(env, pod->phase), "Running") &&
                                  json_array_size(json_object_get(d, "waiting")) == 0);
    pod_waits(env, pod, d, row->id);
}

// A condition that says the rollout does not get on.
static void workload_conditions(const struct pm_env *env, struct pm_workload_fact *w,
                                const json_t *d) {
    size_t i;
    json_t *c;
    json_array_foreach(json_object_get(d, "conditions"), i, c) {
        struct pm_str type = pm_name(env, text(env, c, "type")),
                      status = pm_name(env, text(env, c, "status"));
        if (!pm_str_eqc(type, "Progressing") || !pm_str_eqc(status, "False")) continue;
        w->stuck = true;
        w->why = text(env, c, "message") ? text(env, c, "message") : text(env, c, "reason");
        w->stuck_at = stamp(c, "at");
    }
}

// Any snapshot that shows it stuck or short is kept, though a later one be well again: a
// report is about what was.
static void behind_at(const struct pm_env *env, struct pm_workload_fact *w, int64_t seen,
                      const json_t *d) {
    struct pm_workload_fact then = {.stuck_at = PM_NO_TIME};
    int64_t desired = number(d, "desired", -1), ready = number(d, "ready", -1),
            missing = number(d, "unavailable", 0);
    workload_conditions(env, &then, d);
    if (!then.stuck && missing <= 0 && (desired < 0 || ready < 0 || ready >= desired)) return;
    int i = w->behind_n < (int)PM_LEN(w->behind) ? w->behind_n++ : (int)PM_LEN(w->behind) - 1;
    w->behind[i].seen = seen;
    w->behind[i].at = then.stuck_at;
    w->behind[i].desired = desired;
    w->behind[i].ready = ready;
    w->behind[i].why = then.why;
}

static void service_row(const struct pm_env *env, struct pm_evidence *ev, const struct pm_event *e,
                        const json_t *d, uint32_t name) {
    struct pm_service_fact *v = NULL;
    uint32_t k8s_namespace = pm_id(env, e->field[PM_F_NAMESPACE]);
    for (size_t i = 0; i < ev->facts.services.n && !v; i++)
        if (ev->facts.services.items[i].name == name &&
            ev->facts.services.items[i].k8s_namespace == k8s_namespace)
            v = &ev->facts.services.items[i];
    if (!v) v = PM_PUSH(ev->facts.services.items, ev->facts.services.n, ev->facts.services.cap);
    v->k8s_namespace = k8s_namespace;
    v->name = name;
    pairs(env, json_object_get(d, "selector"), &v->selector);
    texts(env, d, "pods", &v->pods);
}

static void workload_row(const struct pm_env *env, struct pm_evidence *ev, const struct pm_row *row,
                         const json_t *d) {
    const struct pm_event *e = &row->event;
    struct pm_str object = e->field[PM_F_OBJECT];
    ptrdiff_t slash = pm_str_chr(object, '/', 0);
    if (slash < 0) return;
    uint32_t kind = pm_id(env, pm_str_sub(object, 0, (size_t)slash)),
             name = pm_id(env, pm_str_from(object, (size_t)slash + 1)),
             k8s_namespace = pm_id(env, e->field[PM_F_NAMESPACE]);
    struct pm_str kind_name = pm_name(env, kind);
    if (pm_str_eqc(kind_name, "Service") || pm_str_eqc(kind_name, "Endpoints")) {
        service_row(env, ev, e, d, name);
        return;
    }
    Word_t known = pm_facts_workload_at(env, ev, k8s_namespace, pm_cstr(env, kind), name);
    struct pm_workload_fact *w = known ? &PM_REF(ev->facts.workloads, known) : NULL;
    if (!w) {
        w = PM_PUSH(ev->facts.workloads.items, ev->facts.workloads.n, ev->facts.workloads.cap);
        *w = (struct pm_workload_fact){.k8s_namespace = k8s_namespace,
                                       .kind = kind,
                                       .name = name,
                                       .seen = PM_NO_TIME,
                                       .stuck_at = PM_NO_TIME,
                                       .created = PM_NO_TIME,
                                       .changed = PM_NO_TIME,
                                       .desired = -1,
                                       .ready = -1};
        *pm_map_slot(&ev->facts.workload_by_key,
                     pm_id_fmt(env, "%.*s/%.*s", PM_FMT(pm_name(env, k8s_namespace)),
                               PM_FMT(object))) = ev->facts.workloads.n;
    }
    const json_t *owner = json_object_get(d, "owner");
    if (owner) {
        w->owner_kind = text(env, owner, "kind");
        w->owner_name = text(env, owner, "name");
    }
    pairs(env, json_object_get(d, "selector"), &w->selector);
    size_t i;
    json_t *image;
    json_array_foreach(json_object_get(d, "images"), i, image) {
        struct pm_image parsed;
        struct pm_str ref = {json_string_value(image), json_string_length(image)};
        if (!ref.p) continue;
        pm_image_parse(env->scratch, ref, &parsed);
        pm_ids_add_new(&w->images, pm_id(env, parsed.norm.n ? parsed.norm : ref));
    }
    if (w->created == PM_NO_TIME) w->created = stamp(d, "created");
    if (row->ts_ns != PM_NO_TIME && json_object_size(d)) behind_at(env, w, row->ts_ns, d);
    bool newest = w->seen == PM_NO_TIME || row->ts_ns == PM_NO_TIME || row->ts_ns >= w->seen;
    if (!newest || json_object_size(d) == 0) return;
    w->seen = row->ts_ns;
    w->desired = number(d, "desired", w->desired);
    w->ready = number(d, "ready", w->ready);
    w->updated = number(d, "updated", w->updated);
    w->available = number(d, "available", w->available);
    w->unavailable = number(d, "unavailable", w->unavailable);
    w->generation = number(d, "generation", w->generation);
    w->changed = pm_max_time(w->changed, stamp(d, "changed"));
    if (text(env, d, "revision")) w->revision = text(env, d, "revision");
    if (json_object_get(d, "conditions")) {
        w->stuck = false;
        workload_conditions(env, w, d);
    }
}

static struct pm_node_fact *node_made(struct pm_evidence *ev, uint32_t name) {
    Word_t *slot = pm_map_slot(&ev->facts.node_by_name, name);
    if (!*slot) {
        struct pm_node_fact *n =
            PM_PUSH(ev->facts.nodes.items, ev->facts.nodes.n, ev->facts.nodes.cap);
        *n = (struct pm_node_fact){.name = name, .created = PM_NO_TIME};
        *slot = ev->facts.nodes.n;
    }
    return &PM_REF(ev->facts.nodes, *slot);
}

static void node_row(const struct pm_env *env, struct pm_evidence *ev, const struct pm_row *row,
                     const json_t *d) {
    struct pm_str name = row->event.field[PM_F_NODE];
    if (!name.n) name = row->event.field[PM_F_OBJECT];
    if (pm_str_starts(name, PM_STR("Node/"))) name = pm_str_from(name, 5);
    if (!name.n) return;
    struct pm_node_fact *n = node_made(ev, pm_id(env, name));
    n->listed = true;
    texts(env, d, "addresses", &n->addresses);
    if (text(env, d, "arch")) n->arch = text(env, d, "arch");
    if (text(env, d, "runtime")) n->runtime = text(env, d, "runtime");
    if (text(env, d, "kubelet")) n->kubelet = text(env, d, "kubelet");
    if (n->created == PM_NO_TIME) n->created = stamp(d, "created");
    if (json_is_true(json_object_get(d, "pressure"))) n->pressure = true;
}

static void hpa_row(const struct pm_env *env, struct pm_evidence *ev, const struct pm_row *row,
                    const json_t *d) {
    struct pm_str name = row->event.field[PM_F_OBJECT];
    ptrdiff_t slash = pm_str_rchr(name, '/');
    uint32_t k8s_namespace = pm_id(env, row->event.field[PM_F_NAMESPACE]),
             id = pm_id(env, pm_str_from(name, (size_t)(slash + 1)));
    struct pm_hpa_fact *h = NULL;
    for (size_t i = 0; i < ev->facts.hpas.n && !h; i++)
        if (ev->facts.hpas.items[i].name == id &&
            ev->facts.hpas.items[i].k8s_namespace == k8s_namespace)
            h = &ev->facts.hpas.items[i];
    if (!h) {
        h = PM_PUSH(ev->facts.hpas.items, ev->facts.hpas.n, ev->facts.hpas.cap);
        h->seen = PM_NO_TIME;
    } else if (row->ts_ns != PM_NO_TIME && h->seen != PM_NO_TIME && row->ts_ns < h->seen) return;
    h->k8s_namespace = k8s_namespace;
    h->name = id;
    if (json_object_size(d) == 0) return;
    h->seen = row->ts_ns;
    h->current = number(d, "current", -1);
    h->desired = number(d, "desired", -1);
    h->max = number(d, "max", -1);
    const json_t *target = json_object_get(d, "target");
    h->target_kind = text(env, target, "kind");
    h->target_name = text(env, target, "name");
}

// Objects say when it was written last, operators' events when they wrote it.
static void secret_written(const struct pm_env *env, struct pm_evidence *ev,
                           const struct pm_row *row, const json_t *d, uint32_t name, bool account) {
    const struct pm_event *e = &row->event;
    *PM_PUSH(ev->facts.secrets.items, ev->facts.secrets.n, ev->facts.secrets.cap) =
        (struct pm_secret_fact){
            .k8s_namespace = pm_id(env, e->field[PM_F_NAMESPACE]),
            .name = name,
            .by = e->component == PM_COMP_EVENTS ? pm_id(env, e->field[PM_F_OBJECT])
                                                 : text(env, d, "by"),
            .created = stamp(d, "created"),
            .changed = e->component == PM_COMP_EVENTS ? row->ts_ns : stamp(d, "changed"),
            .account = account};
}

static void config_row(const struct pm_env *env, struct pm_evidence *ev, const struct pm_row *row,
                       const json_t *d) {
    const struct pm_event *e = &row->event;
    struct pm_str object = e->field[PM_F_OBJECT];
    uint32_t k8s_namespace = pm_id(env, e->field[PM_F_NAMESPACE]);
    if (e->field[PM_F_SECRET].n)
        secret_written(env, ev, row, d, pm_id(env, e->field[PM_F_SECRET]), false);
    if (e->field[PM_F_SECRET].n && e->component == PM_COMP_EVENTS) return;
    if (pm_str_starts(object, PM_STR("ServiceAccount/"))) {
        secret_written(env, ev, row, d, pm_id(env, pm_str_from(object, 15)), true);
        if (json_array_size(json_object_get(d, "pull_secrets")))
            *pm_map_slot(&ev->facts.account_secrets,
                         pm_id_join(env, k8s_namespace, '/', pm_id(env, pm_str_from(object, 15)))) =
                1;
        return;
    }
    struct pm_config_fact *c =
        PM_PUSH(ev->facts.configs.items, ev->facts.configs.n, ev->facts.configs.cap);
    c->source = text(env, d, "source") ? text(env, d, "source") : pm_id(env, object);
    c->k8s_namespace = k8s_namespace;
    c->node = pm_id(env, e->field[PM_F_NODE]);
    if (!c->node && row->file < ev->facts.files.n) c->node = ev->facts.files.items[row->file].node;
    c->path = pm_id(env, pm_str_c(row->path));
    c->k8s_namespace = k8s_namespace;
    c->file = row->file;
    c->line = row->line;
    c->event = row->id;
    c->detail = json_deep_copy(d);
}

void pm_facts_row(const struct pm_env *env, struct pm_evidence *ev, const struct pm_row *row) {
    struct pm_str detail = row->event.field[PM_F_DETAIL];
    json_t *d = detail.n ? json_loadb(detail.p, detail.n, JSON_REJECT_DUPLICATES, NULL) : NULL;
    if (!json_is_object(d)) {
        json_decref(d);
        d = json_object();
    }
    switch (row->event.kind) {
    case PM_KIND_POD_STATE: pod_row(env, ev, row, d); break;
    case PM_KIND_WORKLOAD_STATE: workload_row(env, ev, row, d); break;
    case PM_KIND_NODE_STATE: node_row(env, ev, row, d); break;
    case PM_KIND_HPA_STATE: hpa_row(env, ev, row, d); break;
    default: config_row(env, ev, row, d); // configuration and disk usage
    }
    json_decref(d);
}
