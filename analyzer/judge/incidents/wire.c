// What exactly, and where on the wire: the variant that most pulls of an incident show,
// and the hosts that failed.
//
// A registry's name in an image reference is often not the host that failed: blobs are
// redirected to a CDN, tokens come from a server of their own, a mirror or a proxy stands
// in between. Where an error names the host, that host is told; where it names none,
// nothing is: the registry is told elsewhere.
#include "judge/incidents/hits.h"
#include "base/sort.h"
#include "rules/tables.h"
#include "rules/taxonomy.h"
#include <stdlib.h>

#define ENDPOINTS_MAX 8

struct tally {
    uint32_t id, n;
};
struct tallies {
    struct tally items[ENDPOINTS_MAX * 4];
    size_t n;
};

static void wire_count(struct tallies *t, uint32_t id, uint32_t n) {
    for (size_t i = 0; i < t->n; i++)
        if (t->items[i].id == id) {
            t->items[i].n += n;
            return;
        }
    if (id && t->n < PM_LEN(t->items)) t->items[t->n++] = (struct tally){id, n};
}

static int by_number(const void *a, const void *b, void *names) {
    const struct tally *x = a, *y = b;
    if (x->n != y->n) return x->n > y->n ? -1 : 1;
    return pm_str_cmp(pm_intern_str(names, x->id), pm_intern_str(names, y->id));
}
static void sort(const struct pm_env *env, struct tallies *t) {
    pm_sort(t->items, t->n, sizeof *t->items, by_number, env->names);
}

// golang/go:src/net/http/transport.go names the registry's URL and dials the proxy:
// "proxyconnect tcp: dial tcp 10.0.0.8:3128: …", "… dial tcp: lookup proxy…".
static struct pm_str proxy_in(struct pm_str error) {
    ptrdiff_t at = pm_str_find(error, PM_STR("proxyconnect tcp: dial tcp"), 0);
    struct pm_str rest =
        at < 0 ? PM_NONE : pm_str_from(error, (size_t)at + strlen("proxyconnect tcp: dial tcp"));
    size_t n = 0;
    if (pm_str_starts(rest, PM_STR(": lookup "))) rest = pm_str_from(rest, strlen(": lookup "));
    else if (pm_str_starts(rest, PM_STR(" "))) rest = pm_str_from(rest, 1);
    else return PM_NONE;
    while (n < rest.n && rest.p[n] != ' ' &&
           !(rest.p[n] == ':' && (n + 1 == rest.n || rest.p[n + 1] == ' ')))
        n++;
    return pm_str_sub(rest, 0, n);
}

static uint32_t host_of(const struct pm_env *env, const struct pm_trace *t) {
    struct pm_str proxy = proxy_in(pm_name(env, t->said->error));
    return proxy.n ? pm_id(env, proxy) : t->said->host;
}

// The line that says what the pull failed of; where several lines of an attempt name
// different hosts, that line's host is the one that failed it.
static uint32_t failed_host(const struct pm_scene *scene, const struct pm_hit *h,
                            const struct pm_attempt *p) {
    uint32_t host = 0;
    for (size_t i = 0; i < p->traces.n; i++) {
        const struct pm_trace *t = &scene->ev->traces.items[pm_few_at(&p->traces, i)];
        uint32_t own = t->said->kind == PM_KIND_PULL_FAIL || t->said->kind == PM_KIND_PULL_BACKOFF
                           ? host_of(scene->env, t)
                           : 0;
        if (own && (t->id == p->best || !host) &&
            (t->said->verdict->cause < 0 || t->said->verdict->cause == h->cause ||
             p->settled_by_neighbour))
            host = own;
    }
    return host;
}

static bool on_the_wire(int cause) { return pm_cause_has(cause, PM_TRAIT_WIRE); }

// "no space left on device" is said of bytes and of inodes. `df` beside the failure tells
// which: of the mounts that hold images, the most particular. Both at their end, or
// neither, and nothing is said.
static bool holds_images(struct pm_str mount) {
    static const char *const WORDS[] = {"containerd", "docker",  "containers", "images",
                                        "imagefs",    "kubelet", "rancher"};
    if (pm_str_eqc(mount, "/") || pm_str_eqc(mount, "/var") || pm_str_eqc(mount, "/var/lib"))
        return true;
    for (size_t i = 0; i < PM_LEN(WORDS); i++)
        if (pm_str_has(mount, pm_str_c(WORDS[i]))) return true;
    return false;
}

static bool is_full(const struct pm_scene *scene, const struct pm_hit *h, const char *what) {
    size_t longest = 0;
    double ratio = 0;
    for (size_t i = 0; i < scene->ev->facts.configs.n; i++) {
        const struct pm_config_fact *c = &scene->ev->facts.configs.items[i];
        const json_t *mount = json_object_get(c->detail, "mount"),
                     *used = json_object_get(c->detail, what);
        struct pm_str at = pm_str_c(json_is_string(mount) ? json_string_value(mount) : "");
        if (!json_is_number(used) || !holds_images(at) || at.n < longest) continue;
        if (c->node ? h->nodes.n &&
                          !pm_ids_has(&h->nodes, pm_facts_node(scene->env, scene->ev, c->node))
                    : h->nodes.n > 1)
            continue;
        ratio = at.n > longest || json_number_value(used) > ratio ? json_number_value(used) : ratio;
        longest = at.n;
    }
    return ratio >= 0.99;
}

static void disk_variant(const struct pm_scene *scene, struct pm_hit *h) {
    bool inodes = is_full(scene, h, "inodes_ratio"), bytes = is_full(scene, h, "used_ratio");
    if (inodes != bytes) h->incident->variant = inodes ? PM_STR("inodes") : PM_STR("space");
}

// A place that was closed on a day serves nothing that it had (rules/homes.yaml).
static bool home_is_gone(const struct pm_env *env, uint32_t image, int64_t at) {
    const json_t *o = pm_table_home(env->homes, pm_name(env, image));
    const char *state = json_string_value(json_object_get(o, "state")),
               *since = json_string_value(json_object_get(o, "since"));
    char day[32];
    if (!state || !since || strcmp(state, "gone") != 0) return false;
    return at == PM_NO_TIME ||
           pm_str_cmp(pm_str_sub(pm_str_c(pm_when_format(at, day)), 0, 10), pm_str_c(since)) >= 0;
}

// The first good pull of the image at or after a moment; PM_NO_TIME where there is none.
static int64_t good_from(const struct pm_pulls *pulls, uint32_t image, int64_t at) {
    const struct pm_attempt *p = pm_ok_at(pulls, image, pm_ok_first(pulls, image, at));
    return p ? pm_at(p) : PM_NO_TIME;
}

// Good pulls before the incident: the tag was there. While it lasted, or nodes that held
// the image: one place's trouble, not the tag's.
static const char *tag_variant(const struct pm_scene *scene, const struct pm_hit *h,
                               const struct pm_attempt *p) {
    if (home_is_gone(scene->env, p->names->image, pm_at(p))) return "withdrawn";
    int64_t first = good_from(scene->pulls, p->names->image, INT64_MIN),
            meanwhile = h->from == PM_NO_TIME ? PM_NO_TIME
                                              : good_from(scene->pulls, p->names->image, h->from);
    if (first == PM_NO_TIME) return h->held ? NULL : "never-seen";
    return h->from != PM_NO_TIME && first < h->from &&
                   (meanwhile == PM_NO_TIME || meanwhile > h->to)
               ? "withdrawn"
               : NULL;
}

void pm_wire_fill(const struct pm_scene *scene, struct pm_hit *h) {
    struct tallies variants = {0}, hosts = {0};
    for (size_t i = 0; i < h->pulls.n; i++) {
        const struct pm_attempt *p = &scene->pulls->items[h->pulls.items[i]];
        const char *variant =
            pm_variant_of(p->names->verdict->cause, p->names->verdict->variant, p->flags);
        wire_count(&variants, variant ? pm_id(scene->env, pm_str_c(variant)) : 0, 1);
        if (on_the_wire(h->cause)) wire_count(&hosts, failed_host(scene, h, p), 1);
    }
    for (size_t i = 0; i < h->traces.n && !h->pulls.n;
         i++) { // trouble beside pulls: a mirror that was passed over, a full disk
        const struct pm_trace *t = &scene->ev->traces.items[h->traces.items[i]];
        wire_count(
            &variants,
            t->said->verdict->variant ? pm_id(scene->env, pm_str_c(t->said->verdict->variant)) : 0,
            pm_trace_count(t));
        if (on_the_wire(h->cause)) wire_count(&hosts, host_of(scene->env, t), pm_trace_count(t));
    }
    sort(scene->env, &variants);
    sort(scene->env, &hosts);
    if (variants.n) h->incident->variant = pm_name(scene->env, variants.items[0].id);
    if (!variants.n && pm_cause_has(h->cause, PM_TRAIT_FULL)) disk_variant(scene, h);
    for (size_t i = 0; i < hosts.n && i < ENDPOINTS_MAX; i++)
        pm_strs_add(&h->incident->endpoints, pm_name(scene->env, hosts.items[i].id));
    pm_strs_seal(scene->env->a, &h->incident->endpoints, PM_SEAL_AS_IS);
}

// Once the scope is known, and with it who held the image.
void pm_wire_tags(const struct pm_scene *scene, struct pm_hit *h) {
    struct tallies variants = {0};
    if (h->incident->variant.n || !pm_cause_has(h->cause, PM_TRAIT_MISSING)) return;
    for (size_t i = 0; i < h->pulls.n; i++) {
        const char *variant = tag_variant(scene, h, &scene->pulls->items[h->pulls.items[i]]);
        wire_count(&variants, variant ? pm_id(scene->env, pm_str_c(variant)) : 0, 1);
    }
    sort(scene->env, &variants);
    if (variants.n) h->incident->variant = pm_name(scene->env, variants.items[0].id);
}
