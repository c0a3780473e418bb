// What the members of one node tell each other: their record, by the first label of its
// name. A member without a node shares its folder's: a server's error log beside its
// access log, a flat grab of one host.
#include "clock/resolve.h"

struct node *clock_node_of(struct resolve *r, const struct pm_clock_member *m) {
    uint64_t key = m->node.n ? pm_clock_node_hash(m->node)
                             : pm_str_hash(pm_clock_folder_of(m->path), 2) | UINT64_C(1) << 40;
    uint32_t id = pm_intern_id(r->labels, (struct pm_str){(const char *)&key, sizeof key});
    while (r->nodes_n <= id) *PM_PUSH(r->nodes, r->nodes_n, r->nodes_cap) = (struct node){{0}, {0}};
    return &r->nodes[id];
}
