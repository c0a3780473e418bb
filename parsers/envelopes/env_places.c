// What collectors and log stores call the places of a line: its node, pod, container and
// program. One table for Fluent Bit's and Filebeat's JSON, Loki's labels, the columns of
// a CSV export and the fields of a query's answer. No descriptor here.
//
// A name is found flat ("kubernetes.pod.name", as Kibana exports it) or as objects in
// one another ({"kubernetes":{"pod":{"name":…}}}); both read the same row. Where two
// names tell the same place, the earlier row is believed: what Kubernetes says of the
// node comes before the host that an agent or a forwarder ran on.
#include "parsers/envelopes/env_shared.h"
#include <stddef.h>

#define PLACE_DEPTH 3 // kubernetes.pod.name

struct place_row {
    const char *name;
    size_t at;    // of the field in the hint
    bool telling; // nobody but a collector or a store has a field of this name
};
#define PLACE(field) offsetof(struct pm_envelope_hint, field)
static const struct place_row rows[] = {
    {"kubernetes.host", PLACE(node), true},
    {"kubernetes.node_name", PLACE(node), true},
    {"kubernetes.node.name", PLACE(node), true},
    {"k8s.node.name", PLACE(node), true},
    {"kubernetes_host", PLACE(node), true},
    {"nodename", PLACE(node), false},
    {"node_name", PLACE(node), false},
    {"node", PLACE(node), false},
    {"host.name", PLACE(node), true},
    {"host.hostname", PLACE(node), true},
    {"_HOSTNAME", PLACE(node), true},
    {"hostname", PLACE(node), false},
    {"host", PLACE(node), false},
    {"Computer", PLACE(node), true},
    {"kubernetes.namespace_name", PLACE(k8s_namespace), true},
    {"kubernetes.namespace", PLACE(k8s_namespace), true},
    {"k8s.namespace.name", PLACE(k8s_namespace), true},
    {"kube_namespace", PLACE(k8s_namespace), true},
    {"PodNamespace", PLACE(k8s_namespace), true},
    {"namespace", PLACE(k8s_namespace), false},
    {"kubernetes.pod_name", PLACE(pod), true},
    {"kubernetes.pod.name", PLACE(pod), true},
    {"k8s.pod.name", PLACE(pod), true},
    {"PodName", PLACE(pod), true},
    {"pod_name", PLACE(pod), false},
    {"pod", PLACE(pod), false},
    {"kubernetes.container_name", PLACE(container), true},
    {"kubernetes.container.name", PLACE(container), true},
    {"k8s.container.name", PLACE(container), true},
    {"kube_container_name", PLACE(container), true},
    {"ContainerName", PLACE(container), true},
    {"container", PLACE(container), false},
    {"_SYSTEMD_UNIT", PLACE(unit), true},
    {"systemd.unit", PLACE(unit), true},
    {"systemd_unit", PLACE(unit), true},
    {"unit", PLACE(unit), false},
    {"SYSLOG_IDENTIFIER", PLACE(ident), true},
    {"syslog.identifier", PLACE(ident), true},
    {"syslog_identifier", PLACE(ident), true},
    {"ProcessName", PLACE(ident), true},
};

struct found {
    struct pm_envelope_hint *hint;
    size_t row[PM_LEN(rows)]; // by place: one more than the row that told it; 0 none
    bool telling;
};

static size_t place_index(size_t at) {
    size_t i = 0;
    while (rows[i].at != at) i++;
    return i;
}

static void place(struct found *f, struct pm_str name, struct pm_str value) {
    if (!value.n) return;
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        if (rows[i].name[0] != name.p[0] || !pm_str_eqc(name, rows[i].name)) continue;
        size_t *told = &f->row[place_index(rows[i].at)];
        f->telling |= rows[i].telling;
        if (*told && *told <= i + 1) return;
        *told = i + 1;
        *(struct pm_str *)(void *)((char *)f->hint + rows[i].at) = value;
        return;
    }
}

// Labels stand in an object of their own; what is in it has no prefix.
static bool unnamed(struct pm_str key) {
    static const char *const keys[] = {"labels", "fields", "attributes"};
    for (size_t i = 0; i < PM_LEN(keys); i++)
        if (pm_str_eqc(key, keys[i])) return true;
    return false;
}

static void walk(struct pm_arena *a, struct found *f, struct pm_str prefix, const json_t *object,
                 int depth) {
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)(uintptr_t)object, key, v) {
        struct pm_str name = pm_str_c(key);
        if (!name.n || (!json_is_string(v) && !json_is_object(v))) continue;
        if (prefix.n) name = pm_arena_fmt(a, "%.*s.%s", PM_FMT(prefix), key);
        if (json_is_string(v))
            place(f, name, (struct pm_str){json_string_value(v), json_string_length(v)});
        else if (depth < PLACE_DEPTH)
            walk(a, f, depth == 1 && unnamed(name) ? PM_NONE : name, v, depth + 1);
    }
}

bool pm_envelope_places(struct pm_arena *a, const json_t *object, struct pm_envelope_hint *hint) {
    struct found f = {.hint = hint};
    walk(a, &f, PM_NONE, object, 1);
    return f.telling;
}

void pm_envelope_place(struct pm_str name, struct pm_str value, struct pm_envelope_hint *hint) {
    struct found f = {.hint = hint};
    if (name.n) place(&f, name, value);
}

// Loki and Datadog count in nanoseconds, Fluent Bit in seconds, CloudWatch in
// milliseconds: the number of digits tells which, for all of this century.
static bool unix_stamp(struct pm_str s, struct pm_when *w) {
    static const struct {
        size_t digits;
        int64_t unit_ns;
    } units[] = {{10, PM_NS_PER_S}, {13, 1000000}, {16, 1000}, {19, 1}};
    uint64_t v;
    for (size_t i = 0; i < PM_LEN(units); i++) {
        if (s.n != units[i].digits || s.p[0] != '1' || !pm_str_u64(s, &v)) continue;
        *w = pm_when_unix_ns((int64_t)v * units[i].unit_ns);
        w->unit_ns = units[i].unit_ns;
        return true;
    }
    return false;
}

bool pm_envelope_stamp(struct pm_str s, struct pm_when *w) {
    return pm_when_rfc3339(s, w) || unix_stamp(s, w) || (s.n > 10 && pm_when_epoch(s, w));
}
