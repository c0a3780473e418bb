// What only the whole bundle knows, once all of its rows are read: which node a host name
// means, whose a pod without a namespace is, which registry a repository is of, what a
// line that names less speaks of, and from when to when each node was listened to.
//
// The order matters: names of nodes are learnt before they are put in, pods are known
// before their traces are completed, and what is covered is asked of completed traces.
#include "judge/evidence/load.h"
#include "judge/evidence/scale.h"
#include <stdlib.h>

// A table row may name the pod without its namespace, a line its image without the tag's
// registry: what only the whole bundle knows.
static void complete_image(const struct pm_env *env, const struct pm_pod_fact *pod,
                           struct pm_saying *said) {
    // The one image that is known of a pod is the one it waits for, but not where it is
    // told to be there: an init container's may be nameless.
    if (said->image || pod->images.n != 1 || pm_ids_has(&pod->present, pod->images.items[0]) ||
        (said->role != PM_ROLE_ECHO && said->role != PM_ROLE_END && said->role != PM_ROLE_BACKOFF))
        return;
    pm_arena_reset(env->scratch);
    const struct pm_text_image image = pm_image_read(env, pm_name(env, pod->images.items[0]));
    pm_saying_of_image(said, &image);
}

// The nodes that names mean, by name: which of millions of lines is of which of them is
// looked up once for each.
struct meant {
    PM_LIST(uint32_t) nodes; // + 1; 0: not asked yet
};
static uint32_t node_meant(const struct pm_env *env, const struct pm_evidence *ev,
                           struct meant *known, uint32_t name) {
    while (known->nodes.n <= name)
        *PM_PUSH(known->nodes.items, known->nodes.n, known->nodes.cap) = 0;
    uint32_t *node = &known->nodes.items[name];
    if (!*node) *node = pm_facts_node(env, ev, name) + 1;
    return *node - 1;
}

static void complete(const struct pm_env *env, struct pm_evidence *ev, struct meant *known,
                     struct pm_trace *t) {
    t->node = node_meant(env, ev, known, t->node);
    if (!t->pod) return;
    struct pm_saying said = *t->said;
    if (t->pod && !said.k8s_namespace) {
        Word_t at = pm_map_get(ev->facts.pod_by_name, t->pod);
        if (at && at != UINT32_MAX) said.k8s_namespace = PM_REF(ev->facts.pods, at).k8s_namespace;
    }
    const struct pm_pod_fact *pod =
        t->pod ? pm_facts_pod(ev, pm_id_join(env, said.k8s_namespace, '/', t->pod)) : NULL;
    if (!t->node && pod) t->node = pod->node;
    if (!t->node && t->pod && pm_is_account(said.origin) && t->file < ev->facts.files.n)
        t->node = ev->facts.files.items[t->file].node;
    if (pod) complete_image(env, pod, &said);
    if (memcmp(&said, t->said, sizeof said) != 0) pm_trace_say(ev, t, &said);
}

// A table of one namespace has no column for it: its pods are pods all the same, as long
// as no two of that name are known.
static bool which_pod(const struct pm_evidence *ev, const struct pm_trace *t) {
    return t->pod &&
           (t->said->k8s_namespace || (pm_is_account(t->said->origin) &&
                                       pm_map_get(ev->facts.pod_by_name, t->pod) != UINT32_MAX));
}

// Lines know pods too: where no object speaks of one, its lines place it.
static void learn_pod(const struct pm_env *env, struct pm_evidence *ev, const struct pm_trace *t) {
    if (!which_pod(ev, t)) return;
    struct pm_pod_fact *pod = pm_facts_pod_made(env, ev, t->said->k8s_namespace, t->pod);
    if (!pod->node && t->node && t->said->origin != PM_ORIGIN_OTHER)
        pod->node = pm_facts_node(env, ev, t->node);
    if (t->said->image && !pod->listed) pm_ids_add_new(&pod->images, t->said->image);
    if (t->said->image && !pod->listed && t->said->role == PM_ROLE_CACHED)
        pm_ids_add_new(&pod->present, t->said->image);
}

static void learn_registry(struct pm_evidence *ev, uint32_t repository, uint32_t registry) {
    if (!repository || !registry) return;
    Word_t *slot = pm_map_slot(&ev->facts.registry_of_repository, repository);
    *slot = *slot == 0 || *slot == registry ? registry : UINT32_MAX;
}

// Access logs name a repository only: the pods' images know whose it is.
static void learn_registries_of_pods(const struct pm_env *env, struct pm_evidence *ev) {
    for (size_t i = 0; i < ev->facts.pods.n; i++)
        for (size_t k = 0; k < ev->facts.pods.items[i].images.n; k++) {
            struct pm_image image;
            pm_arena_reset(env->scratch);
            if (pm_image_parse(env->scratch, pm_name(env, ev->facts.pods.items[i].images.items[k]),
                               &image))
                learn_registry(ev, pm_id(env, image.repository), pm_id(env, image.registry));
        }
}

// A log's host name need not be the node's name: the pods that its kubelet speaks of are
// on that node, say the objects and the scheduler's events. Where no object lists the
// node, all of them must say so, and the name must be no other log's.
static void learn_hosts(const struct pm_env *env, struct pm_evidence *ev) {
    Pvoid_t votes = NULL, hosts = NULL;
    Word_t freed, host = 0;
    PWord_t vote;
    for (size_t i = 0; i < ev->traces.n; i++) {
        const struct pm_trace *t = &ev->traces.items[i];
        if (t->node &&
            (t->said->origin == PM_ORIGIN_KUBELET || t->said->origin == PM_ORIGIN_RUNTIME))
            *pm_map_slot(&hosts, t->node) = 1;
        if (t->said->origin != PM_ORIGIN_KUBELET || !t->pod || !t->node ||
            pm_map_get(ev->facts.node_by_name, t->node))
            continue;
        const struct pm_pod_fact *pod =
            pm_facts_pod(ev, pm_id_join(env, t->said->k8s_namespace, '/', t->pod));
        if (!pod || !pod->node || pod->node == pm_facts_node(env, ev, t->node)) continue;
        if (pm_map_get(ev->facts.node_by_name, pod->node))
            *pm_map_slot(&ev->facts.host_node, t->node) = pod->node;
        Word_t *slot = pm_map_slot(&votes, t->node);
        *slot = *slot == 0 || *slot == pod->node ? pod->node : UINT32_MAX;
    }
    JLF(vote, votes, host);
    while (vote) {
        if (*vote != UINT32_MAX && !pm_map_get(hosts, *vote) &&
            !pm_map_get(ev->facts.host_node, host))
            *pm_map_slot(&ev->facts.host_node, host) = *vote;
        JLN(vote, votes, host);
    }
    JLFA(freed, votes);
    JLFA(freed, hosts);
    (void)freed;
}

// Runtime and kubelet lines that say no host (journalctl -o cat, a paste) are of the one
// node that the bundle names, where each program's are one file.
static void one_file(Pvoid_t *files, const struct pm_trace *t) {
    Word_t *slot = pm_map_slot(files, t->said->component);
    *slot = *slot == 0 || *slot == t->file + 1u ? t->file + 1u : UINT32_MAX;
}

static uint32_t only_node(const struct pm_evidence *ev) {
    struct pm_ids nodes = {0};
    for (size_t i = 0; i < ev->facts.nodes.n; i++)
        pm_ids_add_new(&nodes, ev->facts.nodes.items[i].name);
    for (size_t i = 0; i < ev->facts.pods.n; i++)
        if (ev->facts.pods.items[i].node) pm_ids_add_new(&nodes, ev->facts.pods.items[i].node);
    for (size_t i = 0; i < ev->facts.files.n; i++)
        if (ev->facts.files.items[i].node) pm_ids_add_new(&nodes, ev->facts.files.items[i].node);
    for (size_t i = 0; i < ev->traces.n; i++)
        if (ev->traces.items[i].node) pm_ids_add_new(&nodes, ev->traces.items[i].node);
    uint32_t only = nodes.n == 1 ? nodes.items[0] : 0;
    pm_ids_free(&nodes);
    return only;
}

static void hosts_unsaid(struct pm_evidence *ev) {
    uint32_t only = only_node(ev);
    Pvoid_t files = NULL;
    Word_t freed;
    for (size_t i = 0; only && i < ev->traces.n; i++)
        if (ev->traces.items[i].said->origin >= PM_ORIGIN_RUNTIME &&
            ev->traces.items[i].said->origin <= PM_ORIGIN_KUBELET && !ev->traces.items[i].node)
            one_file(&files, &ev->traces.items[i]);
    for (size_t i = 0; only && i < ev->traces.n; i++) {
        struct pm_trace *t = &ev->traces.items[i];
        Word_t file =
            t->node || t->said->origin < PM_ORIGIN_RUNTIME || t->said->origin > PM_ORIGIN_KUBELET
                ? 0
                : pm_map_get(files, t->said->component);
        if (file && file != UINT32_MAX) t->node = only;
    }
    JLFA(freed, files);
    (void)freed;
}

// CRI-O ends a pull by digest what it began by tag: the request id ties them, else the
// repository.
static void learn_tags(struct pm_evidence *ev) {
    Pvoid_t by_join = NULL, by_repository = NULL;
    Word_t freed;
    for (size_t i = 0; i < ev->traces.n; i++) {
        struct pm_trace *t = &ev->traces.items[i];
        if (t->said->component != PM_COMP_CRIO ||
            (t->said->role != PM_ROLE_START && t->said->role != PM_ROLE_END))
            continue;
        Word_t join = PM_PAIR(t->node, pm_trace_join(t)),
               repository = PM_PAIR(t->node, t->said->repository);
        if (t->said->role == PM_ROLE_START) {
            if (pm_trace_join(t)) *pm_map_slot(&by_join, join) = pm_ref_of(i);
            if (t->said->repository) *pm_map_slot(&by_repository, repository) = pm_ref_of(i);
            continue;
        }
        Word_t start = pm_trace_join(t) ? pm_map_get(by_join, join) : 0;
        if (!start && t->said->digest && t->said->repository)
            start = pm_map_get(by_repository, repository);
        if (!start) continue;
        const struct pm_trace *from = &PM_REF(ev->traces, start);
        struct pm_saying said = *t->said;
        said.image = from->said->image;
        said.registry = from->said->registry;
        said.repository = from->said->repository;
        said.tag = from->said->tag;
        pm_trace_say(ev, t, &said);
    }
    JLFA(freed, by_join);
    JLFA(freed, by_repository);
    (void)freed;
}

// The workload controllers say which pods they delete.
static void learn_deleted(const struct pm_env *env, struct pm_evidence *ev,
                          const struct pm_trace *t) {
    struct pm_scale v;
    if (!pm_str_eqc(pm_name(env, t->said->reason), "SuccessfulDelete") ||
        !pm_scale_read(env, t, &v) || !v.pod.n)
        return;
    struct pm_pod_fact *pod =
        pm_facts_pod_edit(ev, pm_id_join(env, t->said->k8s_namespace, '/', pm_id(env, v.pod)));
    if (pod) pod->gone = pm_max_time(pod->gone, t->ts);
}

// A pod runs because its images were pulled: what its output says of them is of another
// time or place, whoever it is. (A registry's requests stay: others ask it for the image
// that it runs itself.)
static bool of_own_image(const struct pm_evidence *ev, const struct pm_trace *t) {
    const struct pm_pod_fact *pod =
        t->said->writer && t->said->image ? pm_facts_pod(ev, t->said->writer) : NULL;
    return pod && pm_ids_has(&pod->images, t->said->image);
}

static void drop_own_images(struct pm_evidence *ev) {
    size_t kept = 0;
    for (size_t i = 0; i < ev->traces.n; i++)
        if (!of_own_image(ev, &ev->traces.items[i])) ev->traces.items[kept++] = ev->traces.items[i];
    ev->traces.n = kept;
}

// A few lines of a log beside a row of events in one file are what somebody picked: they
// tell what they say, and nothing by their silence.
#define EXCERPT_MAX 50
static void find_excerpts(struct pm_evidence *ev) {
    for (size_t i = 0; i < ev->traces.n; i++) {
        const struct pm_trace *t = &ev->traces.items[i];
        struct pm_file_fact *f = t->said->origin == PM_ORIGIN_EVENTS && t->file < ev->facts.files.n
                                     ? &ev->facts.files.items[t->file]
                                     : NULL;
        if (f && f->row.events && f->row.events < EXCERPT_MAX) f->excerpt = true;
    }
}

// A node is listened to from its first line to its last. In a file that holds the lines
// of several nodes (must-gather) those that speak of pulls are few: such a file goes on
// for each of them to its own end.
static void cover(struct pm_evidence *ev, const struct pm_trace *t) {
    const struct pm_file_fact *file =
        t->file < ev->facts.files.n ? &ev->facts.files.items[t->file] : NULL;
    int64_t from, to;
    if (file && file->excerpt) return;
    bool several = file && file->node != t->node && t->said->origin == PM_ORIGIN_KUBELET &&
                   pm_str_eqc(file->row.component, "kubelet") && pm_file_span(ev, file, &from, &to);
    pm_facts_cover(ev, t->said->origin, t->node, pm_trace_first(t),
                   several ? pm_max_time(pm_trace_last(t), to) : pm_trace_last(t));
}

// The kubelet's log repeats its events: where the event itself is there, the repetition
// of "already present" counts no second time.
static void find_retold(struct pm_evidence *ev) {
    Pvoid_t told = NULL;
    Word_t freed;
    for (size_t i = 0; i < ev->traces.n; i++) {
        const struct pm_trace *t = &ev->traces.items[i];
        if (t->said->role == PM_ROLE_CACHED && t->said->origin == PM_ORIGIN_EVENTS)
            *pm_map_slot(&told, PM_PAIR(t->pod, t->said->image)) = 1;
    }
    for (size_t i = 0; i < ev->traces.n; i++) {
        struct pm_trace *t = &ev->traces.items[i];
        if (t->said->role == PM_ROLE_CACHED && t->said->origin == PM_ORIGIN_KUBELET &&
            pm_map_get(told, PM_PAIR(t->pod, t->said->image)))
            t->retold = true;
    }
    JLFA(freed, told);
    (void)freed;
}

static void find_missing_secrets(const struct pm_env *env, struct pm_evidence *ev) {
    for (size_t i = 0; i < ev->traces.n; i++) {
        const struct pm_trace *t = &ev->traces.items[i];
        if (t->said->kind == PM_KIND_SECRET_MISSING && t->pod)
            *pm_map_slot(&ev->facts.secret_missing,
                         pm_id_join(env, t->said->k8s_namespace, '/', t->pod)) = 1;
    }
}

void pm_load_whole(const struct pm_env *env, struct pm_evidence *ev) {
    pm_facts_finish(env, ev);
    drop_own_images(ev);
    learn_hosts(env, ev);
    pm_facts_boxed(env, ev);
    learn_registries_of_pods(env, ev);
    find_excerpts(ev);
    pm_facts_covers_of_files(env, ev);
    for (size_t i = 0; i < ev->traces.n; i++) learn_pod(env, ev, &ev->traces.items[i]);
    for (size_t i = 0; i < ev->traces.n; i++) learn_deleted(env, ev, &ev->traces.items[i]);
    struct meant known = {0};
    for (size_t i = 0; i < ev->traces.n; i++) complete(env, ev, &known, &ev->traces.items[i]);
    free(known.nodes.items);
    hosts_unsaid(ev);
    for (size_t i = 0; i < ev->traces.n; i++) {
        struct pm_trace *t = &ev->traces.items[i];
        if (t->said->image) learn_registry(ev, t->said->repository, t->said->registry);
        if (t->node && t->said->origin <= PM_ORIGIN_KUBELET && t->ts != PM_NO_TIME) {
            cover(ev, t);
            ev->have_node_logs = true;
        }
    }
    learn_tags(ev);
    find_retold(ev);
    pm_checkups_order(ev);
    find_missing_secrets(env, ev);
}
