// `kubectl describe` of pods, nodes and workloads: events, waiting containers,
// conditions. Rows of its Events block are also understood alone.
//
//   Name:             cart-0
//   Namespace:        shop
//   Node:             node-7/10.0.0.7
//   Containers:
//     web:
//       Image:          shop/cart:1.4
//       State:          Waiting
//         Reason:       ImagePullBackOff
//   Events:
//     Type     Reason   Age                From      Message
//     ----     ------   ----               ----      -------
//     Warning  Failed   98s (x4 over 3m)   kubelet   Failed to pull image "shop/cart:1.4": …
// Source: k8s:staging/src/k8s.io/kubectl/pkg/describe/describe.go@v1.6 … v1.32; captured:
// kubectl 1.32.3. An object begins with its Name; what it was is told by fields that only
// its kind has. Its state is emitted when the next begins, with the line of its name.
// Indentation is counted from the name's, as pastes shift it. Not read: volumes,
// tolerations, resources, the images of a node.
#include "parsers/objects/k8s_object.h"
#include "parsers/lift/detail.h"
#include "parsers/objects/kubectl_row.h"
#include "parsers/lift/lift.h"

// A container.
struct waiting {
    struct pm_str name, image, state, reason, message;
    bool init, ready, ready_known;
    struct waiting *next;
};
struct condition {
    struct pm_str type, status, reason, message;
    struct pm_when at;
    struct condition *next;
};
struct pair {
    struct pm_str key, value;
    struct pair *next;
};
enum section {
    SECTION_NONE = 0,
    SECTION_LABELS,
    SECTION_CONTAINERS,
    SECTION_INIT,
    SECTION_CONDITIONS,
    SECTION_EVENTS,
    SECTION_ADDRESSES,
    SECTION_SYSTEM,
    SECTION_OTHER
};
// All strings live in the member's arena.
struct described {
    bool open;
    size_t indent;
    const char *kind;
    struct pm_str name, k8s_namespace, node, host_ip, owner, status, reason, message,
        service_account, replicas, region, zone, os, arch, kubelet, runtime, secrets;
    bool unschedulable, waiting_block;
    struct pm_when created, started, heartbeat;
    enum section section;
    struct waiting *containers, *container;
    struct condition *conditions;
    struct pair *labels;
    struct pm_str addresses[8];
    int address_count;
    struct pm_record at; // the line of its name
    uint64_t line;       // the last one that was its
    int listed;          // containers, conditions and labels together
    struct {
        struct pm_str name, k8s_namespace, node;
        uint64_t line;
    } scheduled; // of an Events table without its head: what its Scheduled row says the table is about
    int64_t capture_unit_ns; // of the member: how well its capture is known by now; 0: not
};
#define LISTED_MAX 1000
#define DESCRIBED_GAP 40 // blank lines and long rows are between its lines; more is another text

// Fields at the object's own level that tell its kind; the first seen decides.
static const struct {
    const char *key, *kind;
} TELLTALES[] = {
    {"Node", "Pod"},
    {"Containers", "Pod"},
    {"Init Containers", "Pod"},
    {"QoS Class", "Pod"},
    {"Service Account", "Pod"},
    {"Roles", "Node"},
    {"Taints", "Node"},
    {"System Info", "Node"},
    {"StrategyType", "Deployment"},
    {"Update Strategy", "StatefulSet"},
    {"Desired Number of Nodes Scheduled", "DaemonSet"},
    {"Reference", "HorizontalPodAutoscaler"},
    {"Schedule", "CronJob"},
    {"Completions", "Job"},
    {"Parallelism", "Job"},
    {"Pods Status", "ReplicaSet"},
    {"Endpoints", "Service"},
    {"Image pull secrets", "ServiceAccount"},
};

// "Service Account:  default": letters and blanks, a colon, then blanks or the end.
static bool read_field(struct pm_str line, struct pm_str *key, struct pm_str *value) {
    struct pm_str s = pm_str_trim(line);
    ptrdiff_t colon = pm_str_chr(s, ':', 0);
    if (colon <= 0 || colon > 60) return false;
    for (size_t i = 0; i < (size_t)colon; i++) {
        char c = s.p[i];
        if (!((c | 32) >= 'a' && (c | 32) <= 'z') && !(c >= '0' && c <= '9' && i > 0) &&
            !strchr(" -()/._", c))
            return false;
    }
    *key = pm_str_sub(s, 0, (size_t)colon);
    *value = pm_str_from(s, (size_t)colon + 1);
    if (value->n && value->p[0] != ' ' && value->p[0] != '\t') return false;
    *value = pm_str_trim(*value);
    return true;
}

static bool is_name(struct pm_str line) {
    struct pm_str key, value;
    return read_field(line, &key, &value) && pm_str_eqc(key, "Name") && value.n &&
           pm_str_chr(value, ' ', 0) < 0 && pm_str_has(line, PM_STR("Name:  "));
}

static bool is_events_header(struct pm_str s) {
    s = pm_str_trim(s);
    return (pm_str_starts(s, PM_STR("Type  ")) || pm_str_starts(s, PM_STR("FirstSeen"))) &&
           pm_str_has(s, PM_STR("Reason")) && pm_str_has(s, PM_STR("Message"));
}

static bool is_ruler(struct pm_str s) { // "----     ------   ----"
    s = pm_str_trim(s);
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != '-' && s.p[i] != ' ' && s.p[i] != '\t') return false;
    return s.n > 3;
}

static bool row_of(struct pm_str text, struct pm_happening *h) {
    enum pm_row row = pm_kubectl_event_row(text, h);
    return row == PM_ROW_DESCRIBE || row == PM_ROW_OLD_DESCRIBE;
}

// Argo's views begin with "Name:" as well; their rows are of another parser.
static bool of_argo(struct pm_str text) {
    struct pm_str s = pm_str_trim(text);
    return pm_str_starts(s, PM_STR("Pod  ")) || pm_str_starts(s, PM_STR("\xe2\x94\x94")) ||
           pm_str_starts(s, PM_STR("\xe2\x94\x9c")) || pm_str_starts(s, PM_STR("\xe2\x94\x82"));
}

static bool belongs(const struct described *d, const struct pm_record *r) { // inside an open object
    struct pm_str key, value, text = r->text;
    if (of_argo(text)) return false;
    if (!d->open || r->line > d->line + DESCRIBED_GAP) return false;
    return pm_str_indent(text) > d->indent || read_field(text, &key, &value) ||
           is_events_header(text) || is_ruler(text);
}

static int bid(const struct pm_record *r, const void *state) {
    const struct described *d = state;
    struct pm_happening h = {0};
    if ((pm_str_has(r->text, PM_STR("Warning")) || pm_str_has(r->text, PM_STR("Normal"))) &&
        row_of(r->text, &h))
        return 82;
    if (is_events_header(r->text)) return 85;
    if (is_name(r->text)) return 45;
    return d && belongs(d, r) ? 42 : 0;
}

// ---- emitting an object

static struct pm_event describe_event_of(const struct described *d, enum pm_kind kind) {
    struct pm_event e = pm_event_of(&d->at, PM_COMP_OBJECTS, kind);
    e.flags |= PM_EV_SNAPSHOT;
    e.when = d->heartbeat.kind ? d->heartbeat : pm_when_age_zero();
    e.field[PM_F_NAMESPACE] = d->k8s_namespace;
    return e;
}

static bool waits_for_image(const struct waiting *w, bool *vague) {
    return pm_str_eqc(w->state, "Waiting") && pm_pull_reason(w->reason, vague);
}

static void emit_waiting(struct pm_parse_ctx *ctx, const struct described *d,
                         const struct waiting *w) {
    bool vague;
    if (!waits_for_image(w, &vague)) return;
    bool failed = pm_pull_reason_fails(w->reason);
    struct pm_event e = describe_event_of(d, failed ? PM_KIND_PULL_FAIL : PM_KIND_PULL_BACKOFF);
    e.field[PM_F_NODE] = d->node;
    e.field[PM_F_POD] = d->name;
    e.field[PM_F_CONTAINER] = w->name;
    e.field[PM_F_IMAGE] = w->image;
    if (w->message.n && !pm_lift_event_message(ctx->a, w->reason, w->message, &e))
        pm_lift_into(ctx->a, &e, w->message);
    e.kind = failed ? PM_KIND_PULL_FAIL : PM_KIND_PULL_BACKOFF;
    e.field[PM_F_REASON] = w->reason;
    if (!e.field[PM_F_ERROR].n) {
        e.field[PM_F_ERROR] = vague ? PM_NONE : w->reason;
        e.field[PM_F_MESSAGE] = PM_STR(PM_MESSAGE_REASON_ONLY);
        e.flags |= PM_EV_ECHO;
    }
    pm_emit(ctx, &d->at, &e);
}

static void detail_conditions(struct pm_detail *o, const struct condition *c) {
    if (!c) return;
    pm_detail_list(o, "conditions");
    for (; c; c = c->next) {
        pm_detail_obj(o, NULL);
        pm_detail_str(o, "type", c->type);
        pm_detail_str(o, "status", c->status);
        pm_detail_str(o, "reason", c->reason);
        pm_detail_str(o, "message", c->message);
        pm_k8s_detail_when(o, "at", c->at);
        pm_detail_end(o, '}');
    }
    pm_detail_end(o, ']');
}

static bool condition_true(const struct described *d, const char *type) {
    for (const struct condition *c = d->conditions; c; c = c->next)
        if (pm_str_eqc(c->type, type)) return pm_str_eqc(c->status, "True");
    return false;
}

static void detail_owner(struct pm_detail *o, struct pm_str owner) { // "ReplicaSet/web-6d9f8c7b4"
    struct pm_str kind = PM_NONE, name;
    if (!owner.n) return;
    pm_kubectl_object(owner, &kind, &name);
    pm_detail_obj(o, "owner");
    pm_detail_str(o, "kind", kind);
    pm_detail_str(o, "name", name);
    pm_detail_end(o, '}');
}

static void detail_containers(struct pm_detail *o, const struct waiting *all) {
    pm_detail_list(o, "waiting");
    for (const struct waiting *w = all; w; w = w->next) {
        if (!pm_str_eqc(w->state, "Waiting")) continue;
        pm_detail_obj(o, NULL);
        pm_detail_str(o, "container", w->name);
        pm_detail_str(o, "image", w->image);
        pm_detail_str(o, "reason", w->reason);
        pm_detail_str(o, "message", w->message);
        pm_detail_bool(o, "init", w->init);
        pm_detail_end(o, '}');
    }
    pm_detail_end(o, ']');
    pm_detail_list(o, "containers");
    for (const struct waiting *w = all; w; w = w->next) {
        pm_detail_obj(o, NULL);
        pm_detail_str(o, "name", w->name);
        pm_detail_str(o, "image", w->image);
        if (w->ready_known) pm_detail_bool(o, "ready", w->ready);
        pm_detail_bool(o, "running", pm_str_eqc(w->state, "Running"));
        pm_detail_end(o, '}');
    }
    pm_detail_end(o, ']');
}

static void emit_pod(struct pm_parse_ctx *ctx, const struct described *d) {
    struct pm_detail o = pm_detail_new(ctx->a);
    pm_detail_str(&o, "phase", d->status);
    pm_detail_str(&o, "reason", d->reason);
    detail_containers(&o, d->containers);
    detail_owner(&o, d->owner);
    if (d->labels) {
        pm_detail_obj(&o, "labels");
        for (const struct pair *l = d->labels; l; l = l->next) pm_detail_strk(&o, l->key, l->value);
        pm_detail_end(&o, '}');
    }
    pm_detail_str(&o, "service_account", d->service_account);
    pm_k8s_detail_when(&o, "started", d->started);
    pm_detail_str(&o, "host_ip", d->host_ip);
    pm_detail_bool(&o, "ready", condition_true(d, "Ready"));
    pm_detail_bool(&o, "evicted", pm_str_eqc(d->reason, "Evicted"));
    struct pm_event e = describe_event_of(d, PM_KIND_POD_STATE);
    e.field[PM_F_NODE] = d->node;
    e.field[PM_F_POD] = d->name;
    e.field[PM_F_REASON] = d->reason;
    e.field[PM_F_MESSAGE] = d->message;
    e.field[PM_F_DETAIL] = pm_detail_done(&o);
    pm_emit(ctx, &d->at, &e);
    for (const struct waiting *w = d->containers; w; w = w->next) emit_waiting(ctx, d, w);
}

static void emit_node(struct pm_parse_ctx *ctx, const struct described *d) {
    struct pm_detail o = pm_detail_new(ctx->a);
    pm_detail_list(&o, "addresses");
    for (int i = 0; i < d->address_count; i++) pm_detail_str(&o, "", d->addresses[i]);
    pm_detail_end(&o, ']');
    pm_detail_str(&o, "os", d->os);
    pm_detail_str(&o, "arch", d->arch);
    pm_detail_str(&o, "kubelet", d->kubelet);
    pm_detail_str(&o, "runtime", d->runtime);
    pm_detail_str(&o, "region", d->region);
    pm_detail_str(&o, "zone", d->zone);
    detail_conditions(&o, d->conditions);
    pm_k8s_detail_when(&o, "created", d->created);
    pm_detail_bool(&o, "pressure", condition_true(d, "DiskPressure"));
    pm_detail_bool(&o, "unschedulable", d->unschedulable);
    struct pm_event e = describe_event_of(d, PM_KIND_NODE_STATE);
    e.field[PM_F_NAMESPACE] = PM_NONE;
    e.field[PM_F_NODE] = d->name;
    e.field[PM_F_OBJECT] = pm_arena_fmt(ctx->a, "Node/%.*s", PM_FMT(d->name));
    e.field[PM_F_DETAIL] = pm_detail_done(&o);
    pm_emit(ctx, &d->at, &e);
}

// "4 desired | 2 updated | 6 total | 2 available | 4 unavailable", "2 current / 2
// desired"
static void detail_replicas(struct pm_detail *o, struct pm_str s) {
    static const char *const WORDS[] = {"desired", "updated", "available", "unavailable"};
    struct pm_scan c = pm_scan_of(s);
    while (!pm_scan_end(&c)) {
        uint64_t n;
        struct pm_str word;
        if (!pm_scan_uint(&c, 9, &n)) {
            c.at++;
            continue;
        }
        pm_scan_blanks(&c);
        if (!pm_scan_word(&c, &word)) return;
        for (size_t i = 0; i < PM_LEN(WORDS); i++)
            if (pm_str_eqc(word, WORDS[i])) pm_detail_int(o, WORDS[i], (int64_t)n);
    }
}

static void emit_workload(struct pm_parse_ctx *ctx, const struct described *d) {
    struct pm_detail o = pm_detail_new(ctx->a);
    pm_detail_str(&o, "kind", pm_str_c(d->kind));
    detail_replicas(&o, d->replicas);
    detail_conditions(&o, d->conditions);
    detail_owner(&o, d->owner);
    pm_k8s_detail_when(&o, "created", d->created);
    struct pm_event e = describe_event_of(d, PM_KIND_WORKLOAD_STATE);
    e.field[PM_F_OBJECT] = e.field[PM_F_WORKLOAD] =
        pm_arena_fmt(ctx->a, "%s/%.*s", d->kind, PM_FMT(d->name));
    e.field[PM_F_DETAIL] = pm_detail_done(&o);
    pm_emit(ctx, &d->at, &e);
}

static void close_object(struct pm_parse_ctx *ctx, struct described *d) {
    if (!d->open) return;
    d->open = false;
    if (!d->kind) return;
    if (strcmp(d->kind, "Pod") == 0) emit_pod(ctx, d);
    else if (strcmp(d->kind, "Node") == 0) emit_node(ctx, d);
    else if (d->replicas.n) emit_workload(ctx, d);
}

// ---- reading

static void open_object(struct pm_parse_ctx *ctx, const struct pm_record *r, struct described *d,
                        struct pm_str name) {
    *d = (struct described){.open = true,
                            .capture_unit_ns = d->capture_unit_ns,
                            .indent = pm_str_indent(r->text),
                            .name = pm_arena_dup(ctx->member, name),
                            .at = pm_record_to_keep(ctx->member, r)};
    d->at.section = pm_arena_dup(ctx->member, r->section);
}

static void add_container(struct pm_arena *a, struct described *d, struct pm_str name) {
    struct waiting *w = PM_NEW(a, struct waiting), **tail = &d->containers;
    d->container = NULL;
    if (d->listed++ >= LISTED_MAX) return;
    while (*tail) tail = &(*tail)->next;
    w->name = pm_arena_dup(a, name);
    w->init = d->section == SECTION_INIT;
    *tail = d->container = w;
}

static void container_field(struct pm_arena *a, struct described *d, struct pm_str line,
                            struct pm_str key, struct pm_str value) {
    size_t depth = pm_str_indent(line) - d->indent;
    if (depth <= 3 && !value.n) {
        add_container(a, d, key);
        d->waiting_block = false;
        return;
    }
    struct waiting *w = d->container;
    if (!w) return;
    if (pm_str_eqc(key, "State") || pm_str_eqc(key, "Last State")) {
        d->waiting_block = key.p[0] == 'S';
        if (d->waiting_block) w->state = pm_arena_dup(a, value);
    } else if (pm_str_eqc(key, "Image")) {
        w->image = pm_arena_dup(a, value);
    } else if (d->waiting_block && pm_str_eqc(key, "Reason")) {
        w->reason = pm_arena_dup(a, value);
    } else if (d->waiting_block && pm_str_eqc(key, "Message")) {
        w->message = pm_arena_dup(a, value);
    } else if (pm_str_eqc(key, "Ready")) {
        d->waiting_block = false;
        w->ready_known = true;
        w->ready = pm_str_eqc(value, "True");
    }
}

// Pods print Type and Status; nodes also stamps, reason and message; workloads Type,
// Status and Reason.
static void condition_row(struct pm_arena *a, struct described *d, struct pm_str line) {
    struct pm_str cells[8];
    int n = pm_table_split(line, cells, 6);
    if (n < 2 || pm_str_eqc(cells[0], "Type") || is_ruler(line)) return;
    if (d->listed++ >= LISTED_MAX) return;
    struct condition *c = PM_NEW(a, struct condition), **tail = &d->conditions;
    while (*tail) tail = &(*tail)->next;
    c->type = pm_arena_dup(a, cells[0]);
    c->status = pm_arena_dup(a, cells[1]);
    if (n == 6) {
        struct pm_when seen = pm_when_rfc1123(a, cells[2]);
        if (seen.kind == PM_WHEN_UTC &&
            (d->heartbeat.kind == PM_WHEN_NONE || seen.ns > d->heartbeat.ns))
            d->heartbeat = seen;
        c->at = pm_when_rfc1123(a, cells[3]);
        c->reason = pm_arena_dup(a, cells[4]);
        c->message = pm_arena_dup(a, cells[5]);
    } else if (n >= 3) {
        c->reason = pm_arena_dup(a, cells[2]);
    }
    *tail = c;
}

static void label_line(struct pm_arena *a, struct described *d, struct pm_str text) { // "app=cart"
    static const struct {
        const char *name;
        bool zone;
    } PLACES[] = {{"topology.kubernetes.io/region", false},
                  {"failure-domain.beta.kubernetes.io/region", false},
                  {"topology.kubernetes.io/zone", true},
                  {"failure-domain.beta.kubernetes.io/zone", true}};
    ptrdiff_t equals = pm_str_chr(text, '=', 0);
    if (equals <= 0 || pm_str_chr(text, ' ', 0) >= 0) return;
    if (d->listed++ >= LISTED_MAX) return;
    struct pair *p = PM_NEW(a, struct pair), **tail = &d->labels;
    while (*tail) tail = &(*tail)->next;
    p->key = pm_arena_dup(a, pm_str_sub(text, 0, (size_t)equals));
    p->value = pm_arena_dup(a, pm_str_from(text, (size_t)equals + 1));
    *tail = p;
    for (size_t i = 0; i < PM_LEN(PLACES); i++)
        if (pm_str_eqc(p->key, PLACES[i].name))
            *(PLACES[i].zone ? &d->zone : &d->region) = p->value;
}

static const struct {
    const char *key;
    enum section section;
} SECTIONS[] = {
    {"Labels", SECTION_LABELS},         {"Containers", SECTION_CONTAINERS},
    {"Init Containers", SECTION_INIT},  {"Ephemeral Containers", SECTION_CONTAINERS},
    {"Conditions", SECTION_CONDITIONS}, {"Events", SECTION_EVENTS},
    {"Addresses", SECTION_ADDRESSES},   {"System Info", SECTION_SYSTEM},
};
static const struct {
    const char *key;
    size_t at;
} FIELDS[] = {
    {"Namespace", offsetof(struct described, k8s_namespace)},
    {"Controlled By", offsetof(struct described, owner)},
    {"Status", offsetof(struct described, status)},
    {"Reason", offsetof(struct described, reason)},
    {"Message", offsetof(struct described, message)},
    {"Service Account", offsetof(struct described, service_account)},
    {"Replicas", offsetof(struct described, replicas)},
};
static const struct {
    const char *key;
    size_t at;
} SYSTEM[] = {
    {"Operating System", offsetof(struct described, os)},
    {"Architecture", offsetof(struct described, arch)},
    {"Kubelet Version", offsetof(struct described, kubelet)},
    {"Container Runtime Version", offsetof(struct described, runtime)},
};

static void own_field(struct pm_arena *a, struct described *d, struct pm_str key,
                      struct pm_str value) {
    d->section = SECTION_OTHER;
    for (size_t i = 0; !d->kind && i < PM_LEN(TELLTALES); i++)
        if (pm_str_eqc(key, TELLTALES[i].key)) d->kind = TELLTALES[i].kind;
    for (size_t i = 0; i < PM_LEN(SECTIONS); i++)
        if (pm_str_eqc(key, SECTIONS[i].key)) d->section = SECTIONS[i].section;
    if (d->section == SECTION_LABELS) label_line(a, d, value);
    for (size_t i = 0; i < PM_LEN(FIELDS); i++)
        if (pm_str_eqc(key, FIELDS[i].key))
            *(struct pm_str *)(void *)((char *)d + FIELDS[i].at) = pm_arena_dup(a, value);
    if (pm_str_eqc(key, "Node") && !pm_str_starts(value, PM_STR("<"))) {
        ptrdiff_t slash = pm_str_chr(value, '/', 0);
        d->node = pm_arena_dup(a, slash < 0 ? value : pm_str_sub(value, 0, (size_t)slash));
        if (slash >= 0) d->host_ip = pm_arena_dup(a, pm_str_from(value, (size_t)slash + 1));
    }
    if (pm_str_eqc(key, "Unschedulable")) d->unschedulable = pm_str_eqc(value, "true");
    if (pm_str_eqc(key, "Start Time")) d->started = pm_when_rfc1123(a, value);
    if (pm_str_eqc(key, "CreationTimestamp")) d->created = pm_when_rfc1123(a, value);
}

static void inner_line(struct pm_arena *a, struct described *d, struct pm_str line) {
    struct pm_str key = PM_NONE, value = PM_NONE;
    bool field = read_field(line, &key, &value);
    switch (d->section) {
    case SECTION_LABELS: label_line(a, d, pm_str_trim(line)); break;
    case SECTION_CONTAINERS:
    case SECTION_INIT:
        if (field) container_field(a, d, line, key, value);
        break;
    case SECTION_CONDITIONS: condition_row(a, d, line); break;
    case SECTION_ADDRESSES:
        if (field && pm_str_ends(key, PM_STR("IP")) && d->address_count < (int)PM_LEN(d->addresses))
            d->addresses[d->address_count++] = pm_arena_dup(a, value);
        break;
    case SECTION_SYSTEM:
        for (size_t i = 0; field && i < PM_LEN(SYSTEM); i++)
            if (pm_str_eqc(key, SYSTEM[i].key))
                *(struct pm_str *)(void *)((char *)d + SYSTEM[i].at) = pm_arena_dup(a, value);
        break;
    case SECTION_NONE:
    case SECTION_EVENTS:
    case SECTION_OTHER: break;
    }
}

// A pod starts within the second in which it is scheduled: its start is a date, the event
// an age, so together they date the capture.
static void tell_capture(struct pm_parse_ctx *ctx, const struct pm_record *r, struct described *d,
                         const struct pm_happening *h) {
    if (!pm_str_eqc(h->reason, "Scheduled") || h->count > 1 || h->last.kind != PM_WHEN_AGE ||
        d->started.kind != PM_WHEN_UTC)
        return;
    if (d->capture_unit_ns && h->last.unit_ns > d->capture_unit_ns) return;
    struct pm_when capture = {PM_WHEN_UTC, d->started.ns + h->last.ns, h->last.unit_ns, 0};
    d->capture_unit_ns = h->last.unit_ns;
    pm_emit_fact(ctx, r, PM_FACT_CAPTURE_TIME, h->message, &capture);
}

// "Successfully assigned shop/cart-0 to node-7", without the namespace up to 1.11: the
// first row of a pod's table, and the one that names pod and node.
static void learn_scheduled(struct pm_parse_ctx *ctx, const struct pm_record *r,
                            struct described *d, const struct pm_happening *h) {
    struct pm_scan c = pm_scan_of(h->message);
    struct pm_str pod, node;
    if (!pm_str_eqc(h->reason, "Scheduled") || !pm_scan_lit(&c, "Successfully assigned ") ||
        !pm_scan_word(&c, &pod) || !pm_scan_lit(&c, " to ") || !pm_scan_word(&c, &node))
        return;
    ptrdiff_t slash = pm_str_chr(pod, '/', 0);
    d->scheduled.k8s_namespace =
        slash > 0 ? pm_arena_dup(ctx->member, pm_str_sub(pod, 0, (size_t)slash)) : PM_NONE;
    d->scheduled.name =
        pm_arena_dup(ctx->member, pm_str_from(pod, slash > 0 ? (size_t)slash + 1 : 0));
    d->scheduled.node = pm_arena_dup(ctx->member, node);
    d->scheduled.line = r->line;
}

static void put_scheduled(const struct pm_record *r, const struct described *d,
                          struct pm_happening *h) {
    if (!d->scheduled.line || h->name.n || r->line > d->scheduled.line + DESCRIBED_GAP) return;
    h->object_kind = PM_STR("Pod");
    h->name = d->scheduled.name;
    h->k8s_namespace = d->scheduled.k8s_namespace;
    if (!h->host.n && pm_str_eqc(h->component, "kubelet")) h->host = d->scheduled.node;
}

// The row says no object: the description around it does, else the table's own Scheduled
// row.
static enum pm_parse emit_happening(struct pm_parse_ctx *ctx, const struct pm_record *r,
                                    struct described *d, struct pm_happening *h) {
    if (!d->open) {
        learn_scheduled(ctx, r, d, h);
        put_scheduled(r, d, h);
        return pm_happening_emit(ctx, r, h);
    }
    tell_capture(ctx, r, d, h);
    h->object_kind = pm_str_c(d->kind);
    h->name = d->name;
    h->k8s_namespace = d->k8s_namespace;
    if (!h->host.n && d->kind && strcmp(d->kind, "Pod") == 0 && pm_str_eqc(h->component, "kubelet"))
        h->host = d->node;
    struct pm_str container = pm_str_between(h->field_path, PM_STR("{"), PM_STR("}"));
    const struct waiting *only = d->containers;
    for (const struct waiting *w = d->containers; w; w = w->next)
        if (container.n && pm_str_eq(w->name, container)) only = w;
    if (only && (container.n || !only->next)) { // a pod of one container: it is meant
        h->container = only->name;
        if (pm_str_starts(h->message, PM_STR("Error: "))) h->image = only->image;
    }
    return pm_happening_emit(ctx, r, h);
}

static enum pm_parse read_line(struct pm_parse_ctx *ctx, const struct pm_record *r,
                               struct described *d) {
    struct pm_str key, value;
    struct pm_happening h = {0};
    if (row_of(r->text, &h)) return emit_happening(ctx, r, d, &h);
    if (is_events_header(r->text) || is_ruler(r->text)) {
        d->scheduled.line = 0; // another table
        if (d->open && d->section != SECTION_CONDITIONS) d->section = SECTION_EVENTS;
        return PM_PARSE_OK;
    }
    if (is_name(r->text) && (!d->open || pm_str_indent(r->text) <= d->indent)) {
        close_object(ctx, d);
        read_field(r->text, &key, &value);
        open_object(ctx, r, d, value);
        return PM_PARSE_OK;
    }
    if (!belongs(d, r)) {
        close_object(ctx, d);
        return PM_PARSE_NO;
    }
    if (pm_str_indent(r->text) <= d->indent && read_field(r->text, &key, &value))
        own_field(ctx->member, d, key, value);
    else inner_line(ctx->member, d, r->text);
    return PM_PARSE_OK;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct described *d = ctx->state;
    enum pm_parse got = read_line(ctx, r, d);
    if (got == PM_PARSE_OK) d->line = r->line;
    return got;
}

static void finish(struct pm_parse_ctx *ctx, const struct pm_record *last) {
    (void)last;
    close_object(ctx, ctx->state);
}

const struct pm_parser pm_parser_describe = {
    .name = "kubectl-describe",
    .title = "kubectl describe of pods, nodes, workloads, and rows of its Events",
    .example =
        "  Warning  Failed     98s (x4 over 3m)   kubelet            Failed to pull image \"shop/cart:1.4\": pull QPS exceeded",
    .source =
        "k8s:staging/src/k8s.io/kubectl/pkg/describe/describe.go@v1.6, v1.32; captured: kubectl 1.32.3",
    .component = PM_COMP_EVENTS,
    .shapes = PM_SHAPE_LINE,
    .flags = PM_PARSER_STICKY,
    .state_bytes = sizeof(struct described),
    .bid = bid,
    .parse = parse,
    .finish = finish,
};
