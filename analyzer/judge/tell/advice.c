// The names that an incident's advice is filled with; which advice, and how it is worded:
// advice_row.c.
#include "judge/tell/advice_node.h"
#include "judge/evidence/mirror.h"
#include "judge/tell/tell.h"
#include "rules/tables.h"
#include "rules/taxonomy.h"

static struct pm_str lower(const struct pm_env *env, struct pm_str x) {
    char *p = x.n ? pm_arena_alloc(env->a, x.n) : NULL;
    for (size_t i = 0; i < x.n; i++)
        p[i] = (char)(x.p[i] >= 'A' && x.p[i] <= 'Z' ? x.p[i] + 32 : x.p[i]);
    return (struct pm_str){p, x.n};
}

static bool
is_address(struct pm_str s) { // of a client; no node is called so, but one that its object calls so
    bool digits = s.n > 0;
    for (size_t i = 0; i < s.n; i++)
        digits = digits && ((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '.');
    return digits || pm_str_has(s, PM_STR("::")) ||
           (pm_str_chr(s, ':', 0) > 0 && pm_str_chr(s, '.', 0) < 0);
}

static void strs_add(const struct pm_env *env, struct pm_strs *all, struct pm_str name) {
    if (all->n == all->cap) { // grown in the report's arena: nothing is freed alone
        size_t cap = all->cap ? all->cap * 2 : 8;
        struct pm_str *items = PM_NEWN(env->a, struct pm_str, cap);
        for (size_t i = 0; i < all->n; i++) items[i] = all->items[i];
        all->items = items;
        all->cap = cap;
    }
    all->items[all->n++] = name;
}

static void value_add(const struct pm_env *env, struct pm_advice_names *n, enum pm_advice_key key,
                      struct pm_str name) {
    if (!name.n) return;
    strs_add(env, &n->all[key], name);
    if (n->value[key].n) n->more[key]++;
    else n->value[key] = name;
}

static void list(const struct pm_env *env, struct pm_advice_names *n, enum pm_advice_key key,
                 const struct pm_ids *ids) {
    for (size_t i = 0; i < ids->n; i++)
        if (ids->items[i]) value_add(env, n, key, pm_name(env, ids->items[i]));
}

// Nodes that are nodes: where nothing but a registry's log was there, addresses stand for
// them, and nobody can cordon an address.
static void nodes(const struct pm_scene *scene, struct pm_advice_names *n, const struct pm_hit *h) {
    for (size_t i = 0; i < h->nodes.n; i++) {
        struct pm_str name = pm_name(scene->env, h->nodes.items[i]);
        bool listed = pm_map_get(scene->ev->facts.node_by_name, h->nodes.items[i]) != 0;
        if (listed || !is_address(name)) value_add(scene->env, n, PM_ADV_NODE, name);
    }
}

// A name can be pulled where its registry is in it.
static bool has_registry(struct pm_str image) {
    ptrdiff_t slash = pm_str_chr(image, '/', 0);
    struct pm_str first = slash > 0 ? pm_str_sub(image, 0, (size_t)slash) : PM_NONE;
    return pm_str_chr(first, '.', 0) > 0 || pm_str_chr(first, ':', 0) > 0 ||
           pm_str_eqc(first, "localhost");
}

// "docker.io/acme/web:1" before a bare digest: those that a person would recognise.
static void images(const struct pm_env *env, struct pm_advice_names *n, const struct pm_hit *h) {
    bool named = false;
    for (size_t i = 0; i < h->images.n; i++)
        named |= pm_str_has(pm_name(env, h->images.items[i]), PM_STR("/"));
    for (size_t i = 0; i < h->images.n; i++) {
        struct pm_str image = pm_name(env, h->images.items[i]);
        if (!named || pm_str_has(image, PM_STR("/"))) value_add(env, n, PM_ADV_IMAGE, image);
        n->only_told[PM_ADV_IMAGE] |= image.n && !has_registry(image);
    }
}

// Its object says so. A name that sounds like it does not: a secret that is replaced by
// mistake takes another registry away from every pod that uses it, and one for several
// registries is not replaced by one for one.
static bool secret_is_for(const struct pm_scene *scene, uint32_t k8s_namespace, struct pm_str name,
                          struct pm_str registry) {
    return pm_secret_registries(scene->env, scene->ev, k8s_namespace, name, registry) == 1;
}

static bool secret_taken(const struct pm_scene *scene, uint32_t k8s_namespace, struct pm_str name) {
    if (pm_secret_object(scene->env, scene->ev, k8s_namespace, name)) return true;
    for (size_t i = 0; i < scene->ev->facts.pods.n; i++)
        for (size_t k = 0; k < scene->ev->facts.pods.items[i].secrets.n; k++)
            if (scene->ev->facts.pods.items[i].k8s_namespace == k8s_namespace &&
                pm_str_eq(pm_name(scene->env, scene->ev->facts.pods.items[i].secrets.items[k]),
                          name))
                return true;
    return false;
}

// "regcred", else "regcred-harbor-example-com": a name that nothing has yet.
static struct pm_str new_secret(const struct pm_scene *scene, uint32_t k8s_namespace,
                                struct pm_str registry) {
    struct pm_str name = PM_STR("regcred");
    if (!secret_taken(scene, k8s_namespace, name)) return name;
    struct pm_str host = lower(scene->env, pm_str_sub(registry, 0, 40));
    for (size_t i = 0; i < host.n; i++) {
        char c = host.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
            ((char *)(uintptr_t)host.p)[i] = '-';
    }
    name = host.n ? pm_arena_fmt(scene->env->a, "regcred-%.*s", PM_FMT(host)) : PM_STR("regcred-2");
    for (int i = 2; secret_taken(scene, k8s_namespace, name) && i < 100; i++)
        name = pm_arena_fmt(scene->env->a, "regcred-%.*s-%d", PM_FMT(host), i);
    return name;
}

// A secret that is named and does not exist can be made under its name: nothing is
// overwritten.
static struct pm_str secret_missing(const struct pm_scene *scene, const struct pm_advice_names *n,
                                    const struct pm_hit *h) {
    for (size_t i = 0; i < h->said.n; i++) { // lines about its pods that tell of a secret
        const struct pm_trace *t = &scene->ev->traces.items[h->said.items[i]];
        if (t->said->kind == PM_KIND_SECRET_MISSING && t->said->secret)
            return pm_name(scene->env, t->said->secret);
    }
    for (size_t i = 0; i < scene->ev->traces.n; i++) {
        const struct pm_trace *t = &scene->ev->traces.items[i];
        if (t->said->kind == PM_KIND_SECRET_MISSING && t->said->secret &&
            pm_str_eq(pm_name(scene->env, t->said->k8s_namespace), n->value[PM_ADV_NAMESPACE]))
            return pm_name(scene->env, t->said->secret);
    }
    return PM_NONE;
}

static void pods(const struct pm_scene *scene, struct pm_advice_names *n, const struct pm_hit *h) {
    struct pm_ids own = {0};
    uint32_t k8s_namespace = 0, account = 0;
    n->one_account = true;
    for (size_t i = 0; i < h->pods.n; i++) {
        const struct pm_pod_fact *pod = pm_facts_pod(scene->ev, h->pods.items[i]);
        n->one_account &= pod && (!account || !pod->account || pod->account == account);
        if (pod && pod->account) account = pod->account;
        struct pm_str in = pod ? pm_name(scene->env, pod->k8s_namespace) : PM_NONE;
        if (!pod || (n->value[PM_ADV_NAMESPACE].n && !pm_str_eq(in, n->value[PM_ADV_NAMESPACE])))
            continue; // a command has one namespace
        k8s_namespace = pod->k8s_namespace;
        if (!n->value[PM_ADV_POD].n) n->value[PM_ADV_POD] = pm_name(scene->env, pod->name);
        if (!n->value[PM_ADV_ACCOUNT].n)
            n->value[PM_ADV_ACCOUNT] = pm_name(scene->env, pod->account);
        for (int w = 0; w < pod->waits && !n->value[PM_ADV_CONTAINER].n; w++)
            n->value[PM_ADV_CONTAINER] = pm_name(scene->env, pod->wait[w].container);
        for (size_t k = 0; k < pod->secrets.n; k++) pm_ids_add_new(&own, pod->secrets.items[k]);
    }
    list(scene->env, n, PM_ADV_OWN_SECRETS, &own);
    for (size_t i = 0; i < n->all[PM_ADV_OWN_SECRETS].n && !n->value[PM_ADV_SECRET].n; i++)
        if (secret_is_for(scene, k8s_namespace, n->all[PM_ADV_OWN_SECRETS].items[i],
                          n->value[PM_ADV_REGISTRY]))
            n->value[PM_ADV_SECRET] = n->all[PM_ADV_OWN_SECRETS].items[i];
    if (!n->value[PM_ADV_SECRET].n && pm_cause_has(h->cause, PM_TRAIT_REFUSED))
        n->value[PM_ADV_SECRET] = secret_missing(scene, n, h);
    if (!n->value[PM_ADV_SECRET].n)
        n->value[PM_ADV_NEW_SECRET] = new_secret(scene, k8s_namespace, n->value[PM_ADV_REGISTRY]);
    pm_ids_free(&own);
}

static bool undone(const struct pm_incident *inc, const struct pm_hit_workload *w) {
    for (size_t i = 0; i < inc->blast.rollbacks_n; i++) {
        const struct pm_rollout *r = &inc->blast.rollbacks[i];
        if (pm_str_eq(r->name, w->name) &&
            (!r->k8s_namespace.n || pm_str_eq(r->k8s_namespace, w->k8s_namespace)))
            return true;
    }
    return false;
}

// The one with most pods speaks for all, and one that was not rolled back before any that
// was.
static const struct pm_hit_workload *spokesman(const struct pm_incident *inc, bool *all_undone) {
    const struct pm_hit_workload *best = NULL;
    *all_undone = inc->blast.workloads_n > 0;
    for (size_t k = 0; k < inc->blast.workloads_n; k++) {
        const struct pm_hit_workload *w = &inc->blast.workloads[k];
        bool back = undone(inc, w);
        if (!best || (*all_undone && !back) || (back == *all_undone && w->pods > best->pods))
            best = w;
        *all_undone &= back;
    }
    return best;
}

static void workloads(const struct pm_env *env, struct pm_advice_names *n, const struct pm_hit *h) {
    const struct pm_incident *inc = h->incident;
    bool all_undone;
    const struct pm_hit_workload *w = spokesman(inc, &all_undone);
    list(env, n, PM_ADV_NAMESPACE, &h->namespaces);
    if (!w) return;
    static const char *const ROLLS[] = {"deployment", "daemonset", "statefulset"};
    struct pm_str kind = lower(env, w->kind),
                  ref = pm_arena_fmt(env->a, "%.*s/%.*s", PM_FMT(kind), PM_FMT(w->name));
    if (w->k8s_namespace.n) n->value[PM_ADV_NAMESPACE] = w->k8s_namespace;
    n->value[PM_ADV_WORKLOAD] = ref;
    n->more[PM_ADV_WORKLOAD] = inc->blast.workloads_n - 1;
    bool rolls = false;
    for (size_t i = 0; i < PM_LEN(ROLLS); i++) rolls |= pm_str_eqc(kind, ROLLS[i]);
    n->more[PM_ADV_ROLLOUT] = 0;
    if (rolls) value_add(env, n, PM_ADV_ROLLOUT, ref);
    if (pm_str_eqc(kind, "deployment")) value_add(env, n, PM_ADV_DEPLOYMENT, ref);
    if (all_undone) value_add(env, n, PM_ADV_UNDONE, ref);
    if (rolls)
        strs_add(env, &n->pairs,
                 pm_arena_fmt(env->a, "%.*s:%.*s", PM_FMT(w->k8s_namespace), PM_FMT(ref)));
    for (size_t k = 0; k < inc->blast.workloads_n && rolls; k++) {
        const struct pm_hit_workload *o = &inc->blast.workloads[k];
        struct pm_str its = lower(env, o->kind),
                      name = pm_arena_fmt(env->a, "%.*s/%.*s", PM_FMT(its), PM_FMT(o->name));
        bool can = false;
        for (size_t i = 0; i < PM_LEN(ROLLS); i++) can |= pm_str_eqc(its, ROLLS[i]);
        if (o == w || !can || !o->k8s_namespace.n || (!all_undone && undone(inc, o))) continue;
        value_add(env, n, PM_ADV_ROLLOUT, name);
        if (all_undone) value_add(env, n, PM_ADV_UNDONE, name);
        if (pm_str_eqc(its, "deployment")) value_add(env, n, PM_ADV_DEPLOYMENT, name);
        strs_add(env, &n->pairs,
                 pm_arena_fmt(env->a, "%.*s:%.*s", PM_FMT(o->k8s_namespace), PM_FMT(name)));
    }
}

// hosts and images ----------------------------------------------------------------------
static struct pm_str mirror_of(const struct pm_evidence *ev, struct pm_str registry) {
    for (size_t i = 0; i < ev->mirrors_n && registry.n; i++)
        if (pm_mirror_serves(&ev->mirrors[i], registry)) return ev->mirrors[i].host;
    return PM_NONE;
}

static void unread(const struct pm_env *env, struct pm_advice_names *n, const struct pm_mirror *m) {
    if (!m || !m->host.n) return;
    n->value[PM_ADV_UNREAD] = m->host;
    n->value[PM_ADV_UNREAD_URL] = pm_str_has(m->url, PM_STR("://"))
                                      ? m->url
                                      : pm_arena_fmt(env->a, "https://%.*s", PM_FMT(m->host));
}

static struct pm_str good_image_of(const struct pm_scene *scene, const struct pm_hit *h,
                                   struct pm_str image) {
    for (size_t i = 0; i < h->pulls.n; i++) {
        const struct pm_attempt *p = &scene->pulls->items[h->pulls.items[i]];
        if (!pm_str_eq(pm_name(scene->env, p->names->image), image)) continue;
        Word_t at =
            pm_map_get(scene->pulls->good_image, PM_PAIR(p->names->registry, p->names->repository));
        return at && PM_REF(*scene->pulls, at).names->image != p->names->image
                   ? pm_name(scene->env, PM_REF(*scene->pulls, at).names->image)
                   : PM_NONE;
    }
    return PM_NONE;
}

static void home(const struct pm_env *env, struct pm_advice_names *n) {
    const json_t *o = pm_table_home(env->homes, n->value[PM_ADV_IMAGE]);
    const char *old = json_string_value(json_object_get(o, "old")),
               *newer = json_string_value(json_object_get(o, "new"));
    const char *since = json_string_value(json_object_get(o, "since"));
    if (!old || !since) return;
    if (!newer) {
        n->value[PM_ADV_NO_HOME] = pm_arena_dup(env->a, pm_str_c(since));
        return;
    }
    n->value[PM_ADV_HOME] = pm_arena_fmt(env->a, "%s%.*s", newer,
                                         PM_FMT(pm_str_from(n->value[PM_ADV_IMAGE], strlen(old))));
    n->value[PM_ADV_HOME_SINCE] = pm_arena_dup(env->a, pm_str_c(since));
}

static struct pm_str moment(const struct pm_env *env,
                            int64_t ns) { // "2026-01-02 03:04:05 UTC", as journalctl reads it
    char at[32];
    struct pm_str text = pm_str_c(pm_when_format(ns, at));
    return pm_arena_fmt(env->a, "%.*s %.*s UTC", PM_FMT(pm_str_sub(text, 0, 10)),
                        PM_FMT(pm_str_sub(text, 11, 8)));
}

static void times(const struct pm_env *env, struct pm_advice_names *n, const struct pm_hit *h) {
    if (h->from == PM_NO_TIME || h->to == PM_NO_TIME) return;
    n->value[PM_ADV_SINCE] = moment(env, pm_since(h->from, PM_S(300)));
    n->value[PM_ADV_UNTIL] = moment(env, pm_time_add(h->to, PM_S(300)));
}

// Pods wait, and all that is said is that they do.
static bool wordless(const struct pm_scene *scene, const struct pm_hit *h) {
    const struct pm_wordlist *waiting = pm_ruleset_list_of(scene->env->rules, PM_LIST_WAITING);
    if (!pm_cause_has(h->cause, PM_TRAIT_UNEXPLAINED)) return false;
    for (size_t i = 0; i < h->pulls.n; i++) {
        struct pm_str error =
            pm_name(scene->env, scene->pulls->items[h->pulls.items[i]].names->error);
        if (error.n && !pm_wordlist_has(waiting, error)) return false;
    }
    return true;
}

// The quota that an incident led to using up: what frees disk now is pulled again,
// against it.
static struct pm_str effect_of(const struct pm_env *env, const struct pm_hits *hits,
                               const struct pm_hit *h) {
    uint32_t me = (uint32_t)(h - hits->items) + 1;
    for (size_t i = 0; i < hits->n; i++) {
        const struct pm_hit *e = &hits->items[i];
        if (!e->dropped && e->explained_by == me && pm_cause_has(e->cause, PM_TRAIT_LIMIT) &&
            e->registries.n)
            return pm_name(env, e->registries.items[0]);
    }
    return PM_NONE;
}

// The manifest came and a layer did not, or a connection was made and one node alone
// waits for the certificate: what is small goes through.
static bool small_passes(const struct pm_pulls *pulls, const struct pm_hit *h) {
    if (pm_str_eqc(h->incident->variant, "handshake-timeout") &&
        h->incident->scope_kind == PM_SCOPE_NODE)
        return true;
    for (size_t i = 0; i < h->pulls.n; i++)
        if (pulls->items[h->pulls.items[i]].stage == PM_STAGE_BLOB) return true;
    return false;
}

void pm_advice_fill(const struct pm_scene *scene, const struct pm_hits *hits, struct pm_hit *h) {
    struct pm_incident *inc = h->incident;
    struct pm_advice_names n = {.variant = inc->variant, .runtime = pm_advice_runtime_of(scene, h)};
    struct pm_ids failed_mirrors = {0};
    pm_mirrors_of(scene->env, scene->ev, h, &failed_mirrors);
    list(scene->env, &n, PM_ADV_REGISTRY, failed_mirrors.n ? &failed_mirrors : &h->registries);
    pm_ids_free(&failed_mirrors);
    list(scene->env, &n, PM_ADV_REPOSITORY, &h->repositories);
    nodes(scene, &n, h);
    list(scene->env, &n, PM_ADV_USER, &h->users);
    list(scene->env, &n, PM_ADV_CLIENT, &h->clients);
    images(scene->env, &n, h);
    workloads(scene->env, &n, h);
    pods(scene, &n, h);
    n.value[PM_ADV_HOST] = inc->endpoints.n ? inc->endpoints.items[0] : PM_NONE;
    unread(scene->env, &n, h->opening.unread);
    n.value[PM_ADV_MIRROR] = mirror_of(scene->ev, n.value[PM_ADV_REGISTRY]);
    n.value[PM_ADV_GOOD_IMAGE] = good_image_of(scene, h, n.value[PM_ADV_IMAGE]);
    n.value[PM_ADV_ARCH] = pm_advice_arch_of(scene, h);
    home(scene->env, &n);
    times(scene->env, &n, h);
    const char *client = pm_advice_client_of(scene, h);
    if (client) {
        n.runtime = client;
        n.value[PM_ADV_TOOL] = pm_str_c(client);
        n.value[PM_ADV_NODE] = PM_NONE;
    }
    if (small_passes(scene->pulls, h)) n.value[PM_ADV_SMALL_OK] = PM_STR("yes");
    if (wordless(scene, h)) n.value[PM_ADV_WORDLESS] = PM_STR("yes");
    n.value[PM_ADV_EFFECT] = effect_of(scene->env, hits, h);
    n.value[PM_ADV_SIZES] = pm_advice_sizes_of(scene, h);
    pm_advice_derive(scene->env->a, &n);
    inc->advice = PM_NEWN(scene->env->a, struct pm_advice, PM_ADVICE_ROWS);
    inc->advice_n = inc->advice_cap = pm_advice_pick(scene->env->a, scene->env->advice, h->cause,
                                                     &n, inc->advice, PM_ADVICE_ROWS);
}
