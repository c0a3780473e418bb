// Which nodes a bundle knows, and whom its clients stand for where it knows none.
#include "judge/attempts/request.h"

// Where the bundle knows its nodes a client that is none of them stays a client; where
// registry logs are all there is, clients stand for nodes.
bool pm_requests_know_nodes(const struct pm_evidence *ev, const struct pm_pulls *pulls) {
    if (ev->have_node_logs || ev->facts.nodes.n) return true;
    for (size_t i = 0; i < pulls->n; i++)
        if (pulls->items[i].node && pulls->items[i].origin != PM_ORIGIN_REGISTRY) return true;
    for (size_t i = 0; i < ev->facts.pods.n;
         i++) // a kubelet that saw its pods start has a node, though nothing was pulled there
        if (ev->facts.pods.items[i].node && ev->facts.pods.items[i].running) return true;
    return false;
}

// Is there a cluster, and not only machines?
static bool knows_cluster(const struct pm_evidence *ev) {
    if (ev->facts.cover[PM_ORIGIN_KUBELET]) return true;
    for (size_t i = 0; i < ev->facts.nodes.n; i++)
        if (ev->facts.nodes.items[i].listed) return true;
    for (size_t i = 0; i < ev->facts.pods.n; i++)
        if (ev->facts.pods.items[i].listed && ev->facts.pods.items[i].node) return true;
    return false;
}

static bool is_cluster_node(const struct pm_evidence *ev, uint32_t node) {
    Word_t at = node ? pm_map_get(ev->facts.node_by_name, node) : 0;
    if (at && PM_REF(ev->facts.nodes, at).listed) return true;
    return node && (pm_map_get(ev->facts.cover[PM_ORIGIN_KUBELET], node) ||
                    pm_map_get(ev->facts.cover[PM_ORIGIN_RUNTIME], node) ||
                    pm_map_get(ev->facts.cover[PM_ORIGIN_DOCKERD], node));
}

static bool printed_by_pod(const struct pm_evidence *ev, const struct pm_attempt *p) {
    if (p->origin != PM_ORIGIN_CLIENT || !p->traces.n) return false;
    const struct pm_trace *t = &ev->traces.items[pm_few_at(&p->traces, 0)];
    struct pm_str in =
        t->file < ev->facts.files.n ? ev->facts.files.items[t->file].row.envelopes : PM_NONE;
    return t->said->printed || pm_str_has(in, PM_STR("docker-json")) ||
           pm_str_has(in, PM_STR("cri")); // a runtime's file, whoever it was
}

// A registry's log alone, at which runtimes pull: its clients stand for nodes. One
// client's requests are those of the session that lies beside the log, unless that
// session is what a pod printed: then there is a cluster, and those who pull beside it
// are its nodes.
bool pm_requests_clients_stand(const struct pm_evidence *ev, const struct pm_pulls *pulls) {
    bool printed = false;
    uint32_t one = 0;
    for (size_t i = 0; i < pulls->n && !printed; i++)
        printed = printed_by_pod(ev, &pulls->items[i]);
    for (size_t i = 0; i < ev->groups.n; i++) {
        const struct pm_request_group *g = &ev->groups.items[i];
        if (g->agent_kind != PM_AGENT_RUNTIME || g->probe || !g->repository) continue;
        if (printed || (one && one != g->client)) return true;
        one = g->client;
    }
    return false;
}

// A session that a client printed is that client's, where a cluster stands beside it: a
// CI job's pulls are no node's. Its name is what is known of it.
void pm_requests_name_sessions(const struct pm_evidence *ev, struct pm_pulls *pulls) {
    if (!knows_cluster(ev) && !ev->nodes_stand) return;
    for (size_t i = 0; i < pulls->n; i++) {
        struct pm_attempt *p = &pulls->items[i];
        if (p->origin != PM_ORIGIN_CLIENT || p->pods.n || !p->traces.n ||
            is_cluster_node(ev, p->node))
            continue;
        uint32_t file = ev->traces.items[pm_few_at(&p->traces, 0)].file;
        if (!p->client) p->client = p->node;
        if (!p->client && file < ev->facts.files.n) p->client = ev->facts.files.items[file].path;
        p->node = 0;
    }
}
