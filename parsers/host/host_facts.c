// Small files of collectors that say where and when: `date`, `hostname`, `uname -a`,
// version outputs, cloud instance ids.
//
//   Tue Jan  2 03:04:05 UTC 2024                                              systeminfo/date
//   node-7                                                                    systeminfo/hostname, etc/hostname
//   Linux node-7 6.1.0-28-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.119-1 (2024-11-22) x86_64 GNU/Linux
//   containerd github.com/containerd/containerd v1.7.24 88bf19b2105c8b17560993bee28a01ddc2f97182
//   Kubernetes v1.31.2   |   Docker version 26.1.5, build a72d7cd   |   crio version 1.31.3
//   v1.31.2                                                                   NODE/kubernetes-version.txt of kind
//   i-0abc1234def567890                                                       system/instance-id.txt
// Source: rancherlabs/support-tools:collection/rancher/v2.x/logs-collector,
// awslabs/amazon-eks-ami:log-collector-script/linux; captured: containerd 1.7.24, dockerd
// 26.1.5. Bare words mean something only by the name of their file, which is asked for;
// versions speak for themselves, and so does what `date` prints where it is all that a
// file holds.
#include "parsers/host/config.h"
#include "parsers/objects/kubectl_table.h"
#include "pm/scan.h"

// A first line as `date` prints it: what it is worth is known at the file's end.
struct host_facts_state {
    struct pm_when date;
    struct pm_str text;
};
enum fact_kind {
    FACT_NONE = 0,
    FACT_KUBERNETES,
    FACT_DATE,
    FACT_HOSTNAME,
    FACT_UNAME,
    FACT_INSTANCE,
    FACT_VERSION
};
static const struct {
    const char *prefix, *key;
} VERSIONS[] = {
    // the version is the first word behind the prefix that begins with a digit or v
    {"containerd github.com/containerd/containerd ", "containerd"},
    {"containerd containerd.io ", "containerd"},
    {"Kubernetes v", "kubelet"},
    {"Docker version ", "docker"},
    {"crio version ", "crio"},
    {"k3s version v", "kubelet"},
    {"rke2 version v", "kubelet"},
};

static bool named(struct pm_str path, const char *const *names) {
    struct pm_str base = pm_path_base(path);
    ptrdiff_t dot = pm_str_chr(base, '.', 0);
    if (dot > 0) base = pm_str_sub(base, 0, (size_t)dot);
    for (; *names; names++)
        if (pm_str_ieq(base, pm_str_c(*names))) return true;
    return false;
}

static size_t date_of(struct pm_str s, struct pm_when *w) {
    size_t used = pm_when_unixdate(s, w);
    if (!used) used = pm_when_rfc3339(s, w);
    return used;
}

static bool host_word(struct pm_str s) {
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] | 32) >= 'a' && (s.p[i] | 32) <= 'z') && !(s.p[i] >= '0' && s.p[i] <= '9') &&
            s.p[i] != '-' && s.p[i] != '.' && s.p[i] != '_')
            return false;
    return s.n > 0 && s.n < 254;
}

static enum fact_kind fact_of(const struct pm_record *r) {
    static const char *const DATES[] = {"date", "current_date", "time", "datetime", NULL},
                             *const HOSTS[] = {"hostname", "nodename", "node_name", NULL},
                             *const IDS[] = {"instance-id", NULL},
                             *const KUBERNETES[] = {"kubernetes-version", NULL};
    struct pm_str s = pm_str_trim(r->text);
    struct pm_when w;
    if (!s.n || s.n > 400) return FACT_NONE;
    if (pm_str_starts(s, PM_STR("Linux ")) && pm_str_has(s, PM_STR(" #")) &&
        (pm_str_has(s, PM_STR(" SMP")) || pm_str_has(s, PM_STR("GNU/Linux"))))
        return FACT_UNAME;
    for (size_t i = 0; i < PM_LEN(VERSIONS); i++)
        if (pm_str_starts(s, pm_str_c(VERSIONS[i].prefix))) return FACT_VERSION;
    if (r->line > 3) return FACT_NONE;
    if (named(r->path, DATES) && date_of(s, &w)) return FACT_DATE;
    if (r->line == 1 && named(r->path, HOSTS) && host_word(s)) return FACT_HOSTNAME;
    if (r->line == 1 && named(r->path, KUBERNETES) && pm_str_starts(s, PM_STR("v1.")))
        return FACT_KUBERNETES;
    return r->line == 1 && named(r->path, IDS) && host_word(s) ? FACT_INSTANCE : FACT_NONE;
}

static bool lone_date(const struct pm_record *r, struct pm_when *w) {
    struct pm_str s = pm_str_trim(r->text);
    return r->line == 1 && r->envelope_count == 0 && !r->section.n && s.n && s.n < 64 &&
           pm_when_unixdate(s, w) == s.n;
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    enum fact_kind kind = fact_of(r);
    struct pm_when w;
    if (kind == FACT_NONE) return lone_date(r, &w) ? 30 : 0;
    return kind == FACT_UNAME ? 85 : 70;
}

static void emit_object(struct pm_parse_ctx *ctx, const struct pm_record *r, struct pm_str object,
                        const char *key, struct pm_str value) {
    struct pm_detail d = pm_detail_new(ctx->a);
    pm_detail_str(&d, key, value);
    struct pm_event e = pm_event_of(r, PM_COMP_HOST, PM_KIND_CONFIG);
    e.flags |= PM_EV_SNAPSHOT;
    if (e.when.kind == PM_WHEN_NONE) e.when = pm_when_age_zero();
    e.field[PM_F_OBJECT] = object;
    e.field[PM_F_DETAIL] = pm_detail_done(&d);
    pm_emit(ctx, r, &e);
}

static void emit_date(struct pm_parse_ctx *ctx, const struct pm_record *r, struct pm_str s) {
    struct pm_when when;
    struct pm_detail d = pm_detail_new(ctx->a);
    char text[32];
    if (!date_of(s, &when)) return;
    pm_detail_str(&d, "date", pm_str_c(pm_when_format(when.ns, text)));
    struct pm_event e = pm_event_of(r, PM_COMP_HOST, PM_KIND_CONFIG);
    e.flags |= PM_EV_SNAPSHOT;
    e.when = when;
    e.field[PM_F_OBJECT] = PM_STR("Date");
    e.field[PM_F_DETAIL] = pm_detail_done(&d);
    pm_emit(ctx, r, &e);
    pm_emit_fact(ctx, r, PM_FACT_CAPTURE_TIME, s, &when);
}

static void emit_version(struct pm_parse_ctx *ctx, const struct pm_record *r, struct pm_str s) {
    for (size_t i = 0; i < PM_LEN(VERSIONS); i++) {
        if (!pm_str_starts(s, pm_str_c(VERSIONS[i].prefix))) continue;
        struct pm_scan c = pm_scan_of(pm_str_from(s, strlen(VERSIONS[i].prefix)));
        struct pm_str version;
        if (!pm_scan_word(&c, &version)) return;
        if (pm_str_ends(version, PM_STR(","))) version.n--;
        if (pm_str_ends(pm_str_c(VERSIONS[i].prefix), PM_STR(" v")))
            version = pm_arena_fmt(ctx->a, "v%.*s", PM_FMT(version));
        emit_object(ctx, r, PM_STR("Version"), VERSIONS[i].key, version);
        return;
    }
}

static void emit_uname(struct pm_parse_ctx *ctx, const struct pm_record *r, struct pm_str s) {
    struct pm_scan c = pm_scan_of(pm_str_from(s, 6));
    struct pm_str host, kernel;
    if (!pm_scan_word(&c, &host) || !pm_scan_blanks(&c) || !pm_scan_word(&c, &kernel)) return;
    emit_object(ctx, r, PM_STR("Version"), "kernel", kernel);
    pm_emit_fact(ctx, r, PM_FACT_NODE_NAME, host, NULL);
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_str s = pm_str_trim(r->text);
    switch (fact_of(r)) {
    case FACT_NONE: {
        struct host_facts_state *state = ctx->state;
        if (!lone_date(r, &state->date)) return PM_PARSE_NO;
        state->text = pm_arena_dup(ctx->member, s);
        break;
    }
    case FACT_KUBERNETES: emit_object(ctx, r, PM_STR("Version"), "kubelet", s); break;
    case FACT_DATE: emit_date(ctx, r, s); break;
    case FACT_HOSTNAME: pm_emit_fact(ctx, r, PM_FACT_NODE_NAME, s, NULL); break;
    case FACT_UNAME: emit_uname(ctx, r, s); break;
    case FACT_INSTANCE: emit_object(ctx, r, PM_STR("Instance"), "id", s); break;
    case FACT_VERSION: emit_version(ctx, r, s); break;
    }
    return PM_PARSE_OK;
}

static void finish(struct pm_parse_ctx *ctx, const struct pm_record *last) {
    const struct host_facts_state *state = ctx->state;
    if (!state->text.n || last->line > 2) return; // the line that would come next
    struct pm_record r = *last;
    r.text = r.raw = state->text;
    emit_date(ctx, &r, state->text);
}

const struct pm_parser pm_parser_host_facts = {
    .name = "host-facts",
    .title = "date, hostname, uname, versions, instance ids",
    .example =
        "Linux node-7 6.1.0-28-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.119-1 (2024-11-22) x86_64 GNU/Linux",
    .source =
        "rancherlabs/support-tools:collection/rancher/v2.x/logs-collector; captured: containerd 1.7.24, dockerd 26.1.5",
    .component = PM_COMP_HOST,
    .shapes = PM_SHAPE_LINE,
    .state_bytes = sizeof(struct host_facts_state),
    .bid = bid,
    .parse = parse,
    .finish = finish,
};
