// Whose registry a log is, where its lines name no host. A registry's own access log has
// no reason to say it.
//
// Told by, best first: its other lines; the log that the same program keeps beside it;
// the folder that it was collected into, where that is a host that the bundle pulls from
// or a name that only Docker Hub bears. "library/" in a path is no sign: Harbor's first
// project is called so, too.
#include "judge/attempts/request.h"
#include <stdlib.h>

#define SEVERAL UINT32_MAX

static void agree(Pvoid_t *of, Word_t key, uint32_t registry) {
    Word_t *slot = pm_map_slot(of, key);
    *slot = *slot == 0 || *slot == registry ? registry : SEVERAL;
}

static struct pm_str folder_of(struct pm_str path) {
    ptrdiff_t slash = pm_str_rchr(path, '/');
    return slash < 0 ? PM_NONE : pm_str_sub(path, 0, (size_t)slash);
}

static struct pm_str path_of(const struct pm_env *env, const struct pm_evidence *ev,
                             uint32_t file) {
    return file < ev->facts.files.n ? pm_name(env, ev->facts.files.items[file].path) : PM_NONE;
}

// "hub-proxy", "dockerhub-egress", "docker-hub": what people call the way to Docker Hub.
static bool says_hub(struct pm_str part) {
    static const char *const words[] = {"hub", "dockerhub", "docker.io"};
    for (size_t i = 0; i < PM_LEN(words); i++) {
        struct pm_str w = pm_str_c(words[i]);
        for (ptrdiff_t at = pm_str_ifind(part, w, 0); at >= 0;
             at = pm_str_ifind(part, w, (size_t)at + 1)) {
            size_t end = (size_t)at + w.n;
            if ((at == 0 || strchr("-_", part.p[at - 1])) &&
                (end == part.n || strchr("-_", part.p[end])))
                return true;
        }
    }
    return false;
}

// A folder's name as a host: "registry-1.docker.io", and "registry.corp.example_5000", as
// file systems have no colon to spare.
static uint32_t host_of_folder(const struct pm_env *env, Pvoid_t known, struct pm_str part) {
    if (pm_str_chr(part, '.', 0) <= 0) return 0;
    uint32_t plain = pm_id(env, pm_registry_of_host(part));
    if (pm_str_eqc(pm_name(env, plain), "docker.io") || pm_map_get(known, plain)) return plain;
    ptrdiff_t low = pm_str_rchr(part, '_');
    if (low <= 0) return 0;
    uint32_t port = pm_id_fmt(env, "%.*s:%.*s", PM_FMT(pm_str_sub(part, 0, (size_t)low)),
                              PM_FMT(pm_str_from(part, (size_t)low + 1)));
    return pm_map_get(known, port) ? port : 0;
}

static uint32_t by_folder(const struct pm_env *env, Pvoid_t known, struct pm_str folder) {
    uint32_t found = 0, hub = 0;
    while (folder.n) {
        ptrdiff_t slash = pm_str_chr(folder, '/', 0);
        struct pm_str part = slash < 0 ? folder : pm_str_sub(folder, 0, (size_t)slash);
        uint32_t host = host_of_folder(env, known, part);
        if (host) found = host; // the innermost
        else if (pm_str_chr(part, '.', 0) < 0 && says_hub(part))
            hub = pm_id(env, PM_STR("docker.io"));
        folder = slash < 0 ? PM_NONE : pm_str_from(folder, (size_t)slash + 1);
    }
    return found ? found : hub;
}

// Registries that anything in the bundle pulls from.
static Pvoid_t known_registries(const struct pm_evidence *ev, const struct pm_pulls *pulls) {
    Pvoid_t known = NULL;
    for (size_t i = 0; i < pulls->n; i++)
        if (pulls->items[i].names->registry)
            *pm_map_slot(&known, pulls->items[i].names->registry) = 1;
    for (size_t i = 0; i < ev->traces.n; i++)
        if (ev->traces.items[i].said->registry)
            *pm_map_slot(&known, ev->traces.items[i].said->registry) = 1;
    Word_t at = 0;
    PWord_t registry;
    JLF(registry, ev->facts.registry_of_repository, at);
    while (registry) {
        if (*registry != SEVERAL) *pm_map_slot(&known, *registry) = 1;
        JLN(registry, ev->facts.registry_of_repository, at);
    }
    return known;
}

struct said {
    Pvoid_t file, folder; // → registry, SEVERAL
};

static struct said what_logs_say(const struct pm_env *env, const struct pm_evidence *ev) {
    struct said said = {0};
    for (size_t i = 0; i < ev->groups.n; i++) {
        const struct pm_request_group *g = &ev->groups.items[i];
        if (!g->registry || g->mirror) continue; // what a mirror was asked for is not what it is
        agree(&said.file, (Word_t)g->file + 1, g->registry);
        struct pm_str folder = folder_of(path_of(env, ev, g->file));
        if (folder.n) agree(&said.folder, pm_id(env, folder), g->registry);
    }
    return said;
}

static uint32_t one(Pvoid_t of, Word_t key) {
    Word_t registry = pm_map_get(of, key);
    return registry == SEVERAL ? 0 : (uint32_t)registry;
}

void pm_requests_name(const struct pm_env *env, struct pm_evidence *ev,
                      const struct pm_pulls *pulls) {
    struct said said = what_logs_say(env, ev);
    Pvoid_t known = known_registries(ev, pulls), of_file = NULL;
    Word_t freed;
    for (size_t i = 0; i < ev->groups.n; i++) {
        struct pm_request_group *g = &ev->groups.items[i];
        if (g->registry) continue;
        Word_t *slot = pm_map_slot(&of_file, (Word_t)g->file + 1);
        if (!*slot) {
            struct pm_str folder = folder_of(path_of(env, ev, g->file));
            uint32_t registry = one(said.file, (Word_t)g->file + 1);
            if (!registry && folder.n) registry = one(said.folder, pm_id(env, folder));
            if (!registry) registry = by_folder(env, known, folder);
            *slot = registry ? registry : SEVERAL;
        }
        if (*slot != SEVERAL) g->registry = (uint32_t)*slot;
    }
    JLFA(freed, said.file);
    JLFA(freed, said.folder);
    JLFA(freed, known);
    JLFA(freed, of_file);
    (void)freed;
}
