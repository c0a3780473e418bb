// Which node a member is from, where its own lines do not say.
#pragma once
#include "pm/arena.h"
#include "pm/event.h"

// By the conventions of the collectors. PM_NONE where the path tells nothing. Borrows
// from path or input.
struct pm_str pm_node_of_path(struct pm_str path, struct pm_str input);
// It lies in a folder of namespaces, pods or other objects: no node's own, as a log of `pods/`
// is its workload's.
bool pm_node_is_object(struct pm_str path);

// Weakest first.
enum pm_node_from { PM_NODE_UNKNOWN = 0, PM_NODE_PATH, PM_NODE_FACT, PM_NODE_ENVELOPE };
struct pm_node_member {
    struct pm_str path, node;
    struct pm_str by_path; // what the path alone says
    enum pm_node_from from;
    bool node_side;
};
// Members without a node take the one of their companions: the nearest folder whose best
// source names just one. Also a file named after a known node. A name taken from the path
// gives way to the one name that the files under it say themselves (an instance id to the
// host's name).
void pm_node_resolve(struct pm_node_member *m, size_t n);
