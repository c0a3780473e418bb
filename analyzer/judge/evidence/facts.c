// States of pods, nodes, workloads, secrets and configuration: what was so, beside what
// happened.
//
// The same object is found several times (two captures, JSON beside YAML beside tables):
// the newest snapshot says how it is, all of them together say what was there. Detail
// shapes: include/pm/detail.h.
#include "judge/evidence/evidence.h"
#include "pm/scan.h"
#include <stdlib.h>

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

const struct pm_pod_fact *pm_facts_pod(const struct pm_evidence *ev, uint32_t key) {
    Word_t at = pm_map_get(ev->facts.pod_by_key, key);
    return at ? &ev->facts.pods.items[at - 1] : NULL;
}

struct pm_pod_fact *pm_facts_pod_edit(struct pm_evidence *ev, uint32_t key) {
    Word_t at = pm_map_get(ev->facts.pod_by_key, key);
    return at ? &ev->facts.pods.items[at - 1] : NULL;
}

// A table of one namespace has no NAMESPACE column: its pod is the one of that name, if
// there is one only.
static struct pm_pod_fact *pod_of_name(struct pm_evidence *ev, uint32_t namespace, uint32_t name,
                                       uint32_t key) {
    Word_t at = pm_map_get(ev->facts.pod_by_name, name);
    struct pm_pod_fact *pod = at && at != UINT32_MAX ? &ev->facts.pods.items[at - 1] : NULL;
    if (!pod || (namespace && pod->namespace)) return NULL;
    if (!namespace || pod->namespace == namespace) return pod;
    pod->namespace = namespace; // it was met without one
    pod->key = key;
    *pm_map_slot(&ev->facts.pod_by_key, key) = at;
    return pod;
}

struct pm_pod_fact *pm_facts_pod_made(const struct pm_env *env, struct pm_evidence *ev,
                                      uint32_t namespace, uint32_t name) {
    uint32_t key = pm_id_join(env, namespace, '/', name);
    struct pm_pod_fact *pod = pm_facts_pod_edit(ev, key);
    if (!pod) pod = pod_of_name(ev, namespace, name, key);
    if (pod) return pod;
    pod = PM_PUSH(ev->facts.pods.items, ev->facts.pods.n, ev->facts.pods.cap);
    *pod = (struct pm_pod_fact){.namespace = namespace,
                                .name = name,
                                .key = key,
                                .created = PM_NO_TIME,
                                .seen = PM_NO_TIME,
                                .since = PM_NO_TIME,
                                .gone = PM_NO_TIME};
    *pm_map_slot(&ev->facts.pod_by_key, key) = ev->facts.pods.n;
    Word_t *slot = pm_map_slot(&ev->facts.pod_by_name, name);
    *slot = *slot ? UINT32_MAX : ev->facts.pods.n;
    return pod;
}

static Word_t workload_at(const struct pm_env *env, const struct pm_evidence *ev,
                          uint32_t namespace, const char *kind, uint32_t name) {
    return pm_map_get(ev->facts.workload_by_key,
                      pm_id_fmt(env, "%.*s/%s/%.*s", PM_FMT(pm_name(env, namespace)), kind,
                                PM_FMT(pm_name(env, name))));
}
const struct pm_workload_fact *pm_facts_workload(const struct pm_env *env,
                                                 const struct pm_evidence *ev, uint32_t namespace,
                                                 const char *kind, uint32_t name) {
    Word_t at = workload_at(env, ev, namespace, kind, name);
    return at ? &ev->facts.workloads.items[at - 1] : NULL;
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
    uint32_t namespace = pm_id(env, e->field[PM_F_NAMESPACE]);
    for (size_t i = 0; i < ev->facts.services.n && !v; i++)
        if (ev->facts.services.items[i].name == name &&
            ev->facts.services.items[i].namespace == namespace)
            v = &ev->facts.services.items[i];
    if (!v) v = PM_PUSH(ev->facts.services.items, ev->facts.services.n, ev->facts.services.cap);
    v->namespace = namespace;
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
             namespace = pm_id(env, e->field[PM_F_NAMESPACE]);
    struct pm_str kind_name = pm_name(env, kind);
    if (pm_str_eqc(kind_name, "Service") || pm_str_eqc(kind_name, "Endpoints")) {
        service_row(env, ev, e, d, name);
        return;
    }
    Word_t known = workload_at(env, ev, namespace, pm_cstr(env, kind), name);
    struct pm_workload_fact *w = known ? &ev->facts.workloads.items[known - 1] : NULL;
    if (!w) {
        w = PM_PUSH(ev->facts.workloads.items, ev->facts.workloads.n, ev->facts.workloads.cap);
        *w = (struct pm_workload_fact){.namespace = namespace,
                                       .kind = kind,
                                       .name = name,
                                       .seen = PM_NO_TIME,
                                       .stuck_at = PM_NO_TIME,
                                       .created = PM_NO_TIME,
                                       .changed = PM_NO_TIME,
                                       .desired = -1,
                                       .ready = -1};
        *pm_map_slot(&ev->facts.workload_by_key,
                     pm_id_fmt(env, "%.*s/%.*s", PM_FMT(pm_name(env, namespace)), PM_FMT(object))) =
            ev->facts.workloads.n;
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
    return &ev->facts.nodes.items[*slot - 1];
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
    uint32_t namespace = pm_id(env, row->event.field[PM_F_NAMESPACE]),
             id = pm_id(env, pm_str_from(name, (size_t)(slash + 1)));
    struct pm_hpa_fact *h = NULL;
    for (size_t i = 0; i < ev->facts.hpas.n && !h; i++)
        if (ev->facts.hpas.items[i].name == id && ev->facts.hpas.items[i].namespace == namespace)
            h = &ev->facts.hpas.items[i];
    if (!h) {
        h = PM_PUSH(ev->facts.hpas.items, ev->facts.hpas.n, ev->facts.hpas.cap);
        h->seen = PM_NO_TIME;
    } else if (row->ts_ns != PM_NO_TIME && h->seen != PM_NO_TIME && row->ts_ns < h->seen) return;
    h->namespace = namespace;
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
            .namespace = pm_id(env, e->field[PM_F_NAMESPACE]),
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
    uint32_t namespace = pm_id(env, e->field[PM_F_NAMESPACE]);
    if (e->field[PM_F_SECRET].n)
        secret_written(env, ev, row, d, pm_id(env, e->field[PM_F_SECRET]), false);
    if (e->field[PM_F_SECRET].n && e->component == PM_COMP_EVENTS) return;
    if (pm_str_starts(object, PM_STR("ServiceAccount/"))) {
        secret_written(env, ev, row, d, pm_id(env, pm_str_from(object, 15)), true);
        if (json_array_size(json_object_get(d, "pull_secrets")))
            *pm_map_slot(&ev->facts.account_secrets,
                         pm_id_join(env, namespace, '/', pm_id(env, pm_str_from(object, 15)))) = 1;
        return;
    }
    struct pm_config_fact *c =
        PM_PUSH(ev->facts.configs.items, ev->facts.configs.n, ev->facts.configs.cap);
    c->source = text(env, d, "source") ? text(env, d, "source") : pm_id(env, object);
    c->namespace = namespace;
    c->node = pm_id(env, e->field[PM_F_NODE]);
    if (!c->node && row->file < ev->facts.files.n) c->node = ev->facts.files.items[row->file].node;
    c->path = pm_id(env, pm_str_c(row->path));
    c->namespace = namespace;
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

// "ip-10-1-2-3" and "ip-10-1-2-3.eu-west-1.compute.internal" are one machine: compared by
// first label, the listed name wins. An address has no labels.
static struct pm_str first_label(struct pm_str name) {
    ptrdiff_t dot = pm_str_chr(name, '.', 0);
    bool address = true;
    for (size_t i = 0; i < name.n && address; i++)
        address = (name.p[i] >= '0' && name.p[i] <= '9') || name.p[i] == '.';
    return dot > 0 && !address ? pm_str_sub(name, 0, (size_t)dot) : name;
}

uint32_t pm_facts_node(const struct pm_env *env, const struct pm_evidence *ev, uint32_t written) {
    if (!written || pm_map_get(ev->facts.node_by_name, written)) return written;
    Word_t host = pm_map_get(ev->facts.host_node, written);
    if (!host) host = pm_map_get(ev->facts.node_by_address, written);
    if (host) return (uint32_t)host;
    Word_t alias = pm_map_get(ev->facts.node_alias, pm_id(env, first_label(pm_name(env, written))));
    return alias && alias != UINT32_MAX ? (uint32_t)alias : written;
}

void pm_facts_cover(struct pm_evidence *ev, int origin, uint32_t node, int64_t from, int64_t to) {
    Word_t *slot = pm_map_slot(&ev->facts.cover[origin], node);
    if (!*slot) {
        *PM_PUSH(ev->facts.covers.items, ev->facts.covers.n, ev->facts.covers.cap) =
            (struct pm_cover){from, to};
        *slot = ev->facts.covers.n;
        return;
    }
    struct pm_cover *c = &ev->facts.covers.items[*slot - 1];
    c->from = pm_min_time(c->from, from);
    c->to = pm_max_time(c->to, to);
}

bool pm_facts_covers(const struct pm_evidence *ev, int origin, uint32_t node, int64_t at,
                     int64_t slack) {
    Word_t slot = pm_map_get(ev->facts.cover[origin], node);
    if (!slot || at == PM_NO_TIME) return slot != 0;
    const struct pm_cover *c = &ev->facts.covers.items[slot - 1];
    return pm_time_in(at, pm_since(c->from, slack), pm_time_add(c->to, slack));
}

static int origin_of_component(struct pm_str component) {
    if (pm_str_eqc(component, "containerd") || pm_str_eqc(component, "crio"))
        return PM_ORIGIN_RUNTIME;
    if (pm_str_eqc(component, "kubelet")) return PM_ORIGIN_KUBELET;
    if (pm_str_eqc(component, "dockerd")) return PM_ORIGIN_DOCKERD;
    return PM_ORIGIN_NONE;
}

// "nodes/worker-3/journal.log" written on a host that calls itself otherwise: the folder
// is the node's name if such a node is listed.
static void host_by_folder(const struct pm_env *env, struct pm_evidence *ev,
                           const struct pm_file_fact *file) {
    if (!file->node || pm_map_get(ev->facts.node_by_name, file->node)) return;
    struct pm_scan c = pm_scan_of(file->row.path);
    struct pm_str part;
    while (pm_scan_until(&c, '/', &part)) {
        uint32_t name = pm_id(env, part);
        if (pm_map_get(ev->facts.node_by_name, name))
            *pm_map_slot(&ev->facts.host_node, file->node) = name;
    }
}

// Where no object lists it, a machine whose short and full host name are both written is
// one node: by the full one, unless several machines share the label.
static void learn_full_name(const struct pm_env *env, const struct pm_evidence *ev, Pvoid_t *full,
                            uint32_t name) {
    struct pm_str text = pm_name(env, name), label = first_label(text);
    if (!name || label.n == text.n || pm_map_get(ev->facts.node_by_name, name)) return;
    Word_t *slot = pm_map_slot(full, pm_id(env, label));
    *slot = *slot == 0 || *slot == name ? name : UINT32_MAX;
}

static void learn_full_names(const struct pm_env *env, struct pm_evidence *ev) {
    Pvoid_t full = NULL;
    Word_t freed, label = 0;
    PWord_t name;
    for (size_t i = 0; i < ev->traces.n; i++)
        learn_full_name(env, ev, &full, ev->traces.items[i].node);
    for (size_t i = 0; i < ev->facts.pods.n; i++)
        learn_full_name(env, ev, &full, ev->facts.pods.items[i].node);
    for (size_t i = 0; i < ev->facts.files.n; i++)
        learn_full_name(env, ev, &full, ev->facts.files.items[i].node);
    JLF(name, full, label);
    while (name) {
        if (*name != UINT32_MAX && !pm_map_get(ev->facts.node_alias, label))
            *pm_map_slot(&ev->facts.node_alias, label) = *name;
        JLN(name, full, label);
    }
    JLFA(freed, full);
    (void)freed;
}

void pm_facts_finish(const struct pm_env *env, struct pm_evidence *ev) {
    struct pm_facts *f = &ev->facts;
    for (size_t i = 0; i < f->nodes.n; i++) {
        Word_t *slot = pm_map_slot(&f->node_alias,
                                   pm_id(env, first_label(pm_name(env, f->nodes.items[i].name))));
        *slot = *slot ? UINT32_MAX : f->nodes.items[i].name;
        for (size_t k = 0; k < f->nodes.items[i].addresses.n; k++)
            *pm_map_slot(&f->node_by_address, f->nodes.items[i].addresses.items[k]) =
                f->nodes.items[i].name;
    }
    learn_full_names(env, ev);
    for (size_t i = 0; i < f->pods.n; i++)
        f->pods.items[i].node = pm_facts_node(env, ev, f->pods.items[i].node);
    for (size_t i = 0; i < f->files.n; i++) host_by_folder(env, ev, &f->files.items[i]);
}

void pm_facts_covers_of_files(const struct pm_env *env, struct pm_evidence *ev) {
    struct pm_facts *f = &ev->facts;
    for (size_t i = 0; i < f->files.n; i++) {
        struct pm_file_fact *file = &f->files.items[i];
        file->node = pm_facts_node(env, ev, file->node);
        int origin = origin_of_component(file->row.component);
        int64_t from, to;
        if (origin && file->node && !file->excerpt && pm_file_span(ev, file, &from, &to))
            pm_facts_cover(ev, origin, file->node, from, to);
    }
}

void pm_facts_free(struct pm_evidence *ev) {
    struct pm_facts *f = &ev->facts;
    Word_t freed;
    for (size_t i = 0; i < f->pods.n; i++) {
        pm_ids_free(&f->pods.items[i].secrets);
        pm_ids_free(&f->pods.items[i].images);
        pm_ids_free(&f->pods.items[i].always);
        pm_ids_free(&f->pods.items[i].present);
        pm_ids_free(&f->pods.items[i].labels);
    }
    for (size_t i = 0; i < f->workloads.n; i++) {
        pm_ids_free(&f->workloads.items[i].images);
        pm_ids_free(&f->workloads.items[i].selector);
    }
    for (size_t i = 0; i < f->services.n; i++) {
        pm_ids_free(&f->services.items[i].selector);
        pm_ids_free(&f->services.items[i].pods);
    }
    for (size_t i = 0; i < f->nodes.n; i++) pm_ids_free(&f->nodes.items[i].addresses);
    for (size_t i = 0; i < f->configs.n; i++) json_decref(f->configs.items[i].detail);
    free(f->pods.items);
    free(f->workloads.items);
    free(f->services.items);
    free(f->nodes.items);
    free(f->hpas.items);
    free(f->configs.items);
    free(f->secrets.items);
    free(f->files.items);
    free(f->covers.items);
    Pvoid_t *maps[] = {&f->pod_by_key,      &f->pod_by_name,
                       &f->workload_by_key, &f->node_by_name,
                       &f->node_alias,      &f->host_node,
                       &f->node_by_address, &f->secret_missing,
                       &f->account_secrets, &f->registry_of_repository};
    for (size_t i = 0; i < PM_LEN(maps); i++) JLFA(freed, *maps[i]);
    for (size_t i = 0; i < PM_LEN(f->cover); i++) JLFA(freed, f->cover[i]);
    (void)freed;
}
