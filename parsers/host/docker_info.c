// `docker info` as text or JSON → config (mirrors, insecure registries, proxies, data
// root), versions, the node's name and the time of capture.
//
//    Server Version: 26.1.5
//    Registry Mirrors:
//     https://mirror.example/
//   {"Name":"node-7","SystemTime":"2024-01-02T03:04:05.678901234Z","ServerVersion":"26.1.5","RegistryConfig":{"Mirrors":["https://mirror.example/"],…},…}
// Source: docker/cli:cli/command/system/info.go@v28.5,
// moby/moby:api/types/system/info.go@v28.5.
#include "parsers/host/config.h"
#include "parsers/objects/k8s_object.h"
#include "parsers/objects/kubectl_table.h"

struct info_state {
    bool open;
    // a row that only docker info has: kubectl and databases print a "Server Version:",
    // too
    bool proved;
    struct pm_record at;
    struct pm_config config;
    const char *list; // setting whose items stand in the next, deeper lines
    size_t list_indent;
    struct pm_str docker, containerd, kernel, name;
    uint64_t line;
};

enum what {
    WHAT_SKIP = 0,
    WHAT_SETTING,
    WHAT_LIST,
    WHAT_DOCKER,
    WHAT_CONTAINERD,
    WHAT_KERNEL,
    WHAT_NAME
};
static const struct {
    const char *key, *name;
    enum what what;
} TEXT[] = {
    {"Server Version", NULL, WHAT_DOCKER},
    {"containerd version", NULL, WHAT_CONTAINERD},
    {"Kernel Version", NULL, WHAT_KERNEL},
    {"Name", NULL, WHAT_NAME},
    {"Storage Driver", "storage-driver", WHAT_SETTING},
    {"Docker Root Dir", "data-root", WHAT_SETTING},
    {"HTTP Proxy", "proxies.http-proxy", WHAT_SETTING},
    {"HTTPS Proxy", "proxies.https-proxy", WHAT_SETTING},
    {"No Proxy", "proxies.no-proxy", WHAT_SETTING},
    {"Http Proxy", "proxies.http-proxy", WHAT_SETTING},
    {"Https Proxy", "proxies.https-proxy", WHAT_SETTING},
    {"Registry Mirrors", "registry-mirrors", WHAT_LIST},
    {"Insecure Registries", "insecure-registries", WHAT_LIST},
    {"Registry", NULL, WHAT_SKIP},
    {"Operating System", NULL, WHAT_SKIP},
    {"OSType", NULL, WHAT_SKIP},
    {"Architecture", NULL, WHAT_SKIP},
    {"CPUs", NULL, WHAT_SKIP},
    {"Total Memory", NULL, WHAT_SKIP},
    {"Logging Driver", NULL, WHAT_SKIP},
    {"Cgroup Driver", NULL, WHAT_SKIP},
    {"Cgroup Version", NULL, WHAT_SKIP},
    {"Live Restore Enabled", NULL, WHAT_SKIP},
    {"Debug Mode", NULL, WHAT_SKIP},
    {"Experimental", NULL, WHAT_SKIP},
    {"Default Runtime", NULL, WHAT_SKIP},
    {"runc version", NULL, WHAT_SKIP},
    {"init version", NULL, WHAT_SKIP},
    {"Swarm", NULL, WHAT_SKIP},
    {"Runtimes", NULL, WHAT_SKIP},
    {"Backing Filesystem", NULL, WHAT_SKIP},
    {"Stopped", NULL, WHAT_SKIP},
    {"Paused", NULL, WHAT_SKIP},
};

static size_t indent_of(struct pm_str s) {
    size_t i = 0;
    while (i < s.n && s.p[i] == ' ') i++;
    return i;
}

static int row_of(struct pm_str line, struct pm_str *value) {
    struct pm_str s = pm_str_trim(line);
    ptrdiff_t colon = pm_str_chr(s, ':', 0);
    if (colon <= 0 || colon > 30) return -1;
    struct pm_str key = pm_str_sub(s, 0, (size_t)colon);
    *value = pm_str_from(s, (size_t)colon + 1);
    if (value->n && value->p[0] != ' ') return -1;
    *value = pm_str_trim(*value);
    for (size_t i = 0; i < PM_LEN(TEXT); i++)
        if (pm_str_eqc(key, TEXT[i].key)) return (int)i;
    return -1;
}

static bool is_own(const char *key) {
    static const char *const own[] = {
        "Storage Driver",   "Docker Root Dir",     "Logging Driver",       "Cgroup Driver",
        "Cgroup Version",   "Default Runtime",     "Live Restore Enabled", "runc version",
        "Registry Mirrors", "Insecure Registries", "containerd version"};
    for (size_t i = 0; i < PM_LEN(own); i++)
        if (strcmp(key, own[i]) == 0) return true;
    return false;
}

// Docker counts without a "v"; Kubernetes does not, and a word is nobody's version.
static bool is_version(struct pm_str s) {
    return s.n && s.p[0] >= '0' && s.p[0] <= '9' && pm_str_chr(s, '.', 0) > 0;
}

static bool list_item(const struct info_state *s, struct pm_str line) {
    return s->open && s->list && indent_of(line) > s->list_indent &&
           pm_str_chr(pm_str_trim(line), ' ', 0) < 0;
}

static bool near(const struct info_state *s, const struct pm_record *r) {
    return s && s->open && r->line <= s->line + 30;
}

static int bid(const struct pm_record *r, const void *state) {
    const struct info_state *s = state;
    struct pm_str value;
    if (r->shape == PM_SHAPE_JSON)
        return pm_record_member(r, "ServerVersion") && (pm_record_member(r, "RegistryConfig") ||
                                                        pm_record_member(r, "DockerRootDir"))
                   ? 92
                   : 0;
    if (r->text.n > 300) return 0;
    int row = row_of(r->text, &value);
    if (row >= 0 && TEXT[row].what == WHAT_DOCKER) return is_version(value) ? 75 : 0;
    return near(s, r) && (row >= 0 || list_item(s, r->text)) ? 50 : 0;
}

static void emit_versions(struct pm_parse_ctx *ctx, const struct pm_record *r, struct pm_str docker,
                          struct pm_str containerd, struct pm_str kernel) {
    struct pm_detail d = pm_detail_new(ctx->a);
    pm_detail_str(&d, "docker", docker);
    pm_detail_str(&d, "containerd", containerd);
    pm_detail_str(&d, "kernel", kernel);
    struct pm_event e = pm_event_of(r, PM_COMP_HOST, PM_KIND_CONFIG);
    e.flags |= PM_EV_SNAPSHOT;
    if (e.when.kind == PM_WHEN_NONE) e.when = pm_when_age_zero();
    e.field[PM_F_OBJECT] = PM_STR("Version");
    e.field[PM_F_DETAIL] = pm_detail_done(&d);
    pm_emit(ctx, r, &e);
}

static void docker_info_flush(struct pm_parse_ctx *ctx, struct info_state *s) {
    if (!s->open) return;
    s->open = false;
    if (!s->proved) s->name = PM_NONE;
    if (s->config.n) pm_config_emit(ctx, &s->at, &s->config, PM_NONE);
    emit_versions(ctx, &s->at, s->docker, s->containerd, s->kernel);
    if (s->name.n) pm_emit_fact(ctx, &s->at, PM_FACT_NODE_NAME, s->name, NULL);
}

static enum pm_parse parse_line(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct info_state *s = ctx->state;
    struct pm_arena *a = ctx->member;
    struct pm_str value;
    int row = row_of(r->text, &value);
    if (row >= 0 && TEXT[row].what == WHAT_DOCKER) {
        if (!is_version(value)) return PM_PARSE_NO;
        docker_info_flush(ctx, s);
        *s = (struct info_state){.open = true,
                                 .at = pm_record_to_keep(a, r),
                                 .config = pm_config_new(a, "docker.daemon")};
    }
    if (!s->open) return PM_PARSE_NO;
    s->proved |= row >= 0 && is_own(TEXT[row].key);
    s->line = r->line;
    if (row < 0) {
        if (!list_item(s, r->text)) return PM_PARSE_NO;
        pm_config_add(&s->config, PM_SETTING_ITEM, pm_str_c(s->list),
                      pm_arena_dup(a, pm_str_trim(r->text)), r->line);
        return PM_PARSE_OK;
    }
    s->list = TEXT[row].what == WHAT_LIST ? TEXT[row].name : NULL;
    s->list_indent = indent_of(r->text);
    value = pm_arena_dup(a, value);
    if (TEXT[row].what == WHAT_SETTING && value.n)
        pm_config_add(&s->config, PM_SETTING_TEXT, pm_str_c(TEXT[row].name), value, r->line);
    if (TEXT[row].what == WHAT_DOCKER) s->docker = value;
    if (TEXT[row].what == WHAT_CONTAINERD) s->containerd = value;
    if (TEXT[row].what == WHAT_KERNEL) s->kernel = value;
    if (TEXT[row].what == WHAT_NAME) s->name = value;
    return PM_PARSE_OK;
}

static void json_insecure(struct pm_config *c, const struct pm_record *r) {
    const json_t *index = pm_k8s_get(r->json, "RegistryConfig.IndexConfigs"),
                 *ranges = pm_k8s_get(r->json, "RegistryConfig.InsecureRegistryCIDRs");
    for (void *it = json_object_iter((json_t *)(uintptr_t)index); it;
         it = json_object_iter_next((json_t *)(uintptr_t)index, it))
        if (json_is_false(json_object_get(json_object_iter_value(it), "Secure")))
            pm_config_add(c, PM_SETTING_ITEM, PM_STR("insecure-registries"),
                          pm_str_c(json_object_iter_key(it)), 0);
    pm_config_add_json(c, PM_STR("insecure-registries"), ranges, 0);
}

static enum pm_parse parse_json(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    static const struct {
        const char *path, *name;
    } SETTINGS[] = {
        {"RegistryConfig.Mirrors", "registry-mirrors"},
        {"Driver", "storage-driver"},
        {"DockerRootDir", "data-root"},
        {"HttpProxy", "proxies.http-proxy"},
        {"HttpsProxy", "proxies.https-proxy"},
        {"NoProxy", "proxies.no-proxy"},
    };
    struct pm_config c = pm_config_new(ctx->a, "docker.daemon");
    for (size_t i = 0; i < PM_LEN(SETTINGS); i++) {
        const json_t *v = pm_k8s_get(r->json, SETTINGS[i].path);
        if (json_is_array(v) || pm_k8s_str(r->json, SETTINGS[i].path).n)
            pm_config_add_json(&c, pm_str_c(SETTINGS[i].name), v, 0);
    }
    json_insecure(&c, r);
    if (c.n) pm_config_emit(ctx, r, &c, PM_NONE);
    emit_versions(ctx, r, pm_k8s_str(r->json, "ServerVersion"), PM_NONE,
                  pm_k8s_str(r->json, "KernelVersion"));
    struct pm_str name = pm_k8s_str(r->json, "Name");
    struct pm_when when = pm_k8s_when(r->json, "SystemTime");
    if (name.n) pm_emit_fact(ctx, r, PM_FACT_NODE_NAME, name, NULL);
    if (when.kind != PM_WHEN_NONE)
        pm_emit_fact(ctx, r, PM_FACT_CAPTURE_TIME, pm_k8s_str(r->json, "SystemTime"), &when);
    return PM_PARSE_OK;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    return r->shape == PM_SHAPE_JSON ? parse_json(ctx, r) : parse_line(ctx, r);
}

static void finish(struct pm_parse_ctx *ctx, const struct pm_record *last) {
    (void)last;
    docker_info_flush(ctx, ctx->state);
}

const struct pm_parser pm_parser_docker_info = {
    .name = "docker-info",
    .title = "docker info, text or JSON",
    .example = " Server Version: 26.1.5",
    .source = "docker/cli:cli/command/system/info.go@v28.5.2",
    .component = PM_COMP_HOST,
    .shapes = PM_SHAPE_LINE | PM_SHAPE_JSON,
    .flags = PM_PARSER_STICKY,
    .state_bytes = sizeof(struct info_state),
    .bid = bid,
    .parse = parse,
    .finish = finish,
};
