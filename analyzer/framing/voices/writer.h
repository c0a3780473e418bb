// Who may have written a record, by the names that stand around it: the member's path,
// the container, pod, unit or ident in its envelopes.
//
// Names vouch for groups of programs, words never do. A name that is not in the table
// vouches for nothing; what such a writer says can still be heard where the whole of it
// is in one program's own grammar (frame_voice_stand.c).
#pragma once
#include "pm/event.h"

// Groups of programs that speak of pulls, as bits. A component belongs to one.
enum pm_group {
    PM_GROUP_NONE = 0,
    PM_GROUP_NODE = 1,     // kubelet and container runtimes
    PM_GROUP_REGISTRY = 2, // registries, proxies, balancers, cloud audit logs
    PM_GROUP_CLIENT = 4,   // docker, podman, skopeo, builders, CI runners
    PM_GROUP_ACCOUNT = 8,  // events, objects, tables
    PM_GROUP_HOST = 16,    // facts of a host, configuration
    PM_GROUP_PROBE = 32,   // health-check scripts
    PM_GROUP_ALL = 63
};
#define PM_GROUP_COUNT 6
enum pm_group pm_group_of(enum pm_component c);
int pm_group_index(enum pm_group g); // 0 … PM_GROUP_COUNT - 1; -1 for NONE

struct pm_writer_place { // of a container, as a path tells it; slices borrow from the path
    bool container;      // the member is the output of a container
    struct pm_str k8s_namespace, pod, name;
};
// Layouts of kubelets, Docker and the collectors. `container` false where the path speaks
// of no container.
struct pm_writer_place pm_writer_of_path(struct pm_str path);

bool pm_writer_log_name(struct pm_str path); // "job.log", "web.log.1.gz", "logs.txt"
// What a file is by its name: programs and people quote logs in their texts, no log is
// written into a file of that name.
enum pm_document { PM_DOCUMENT_NONE = 0, PM_DOCUMENT_PROSE, PM_DOCUMENT_PROGRAM };
enum pm_document pm_writer_document(struct pm_str path);

enum pm_writer_name {
    PM_WRITER_PROGRAM,
    PM_WRITER_CONTAINER
}; // of a host: a syslog ident, a unit; of a container or its pod
// Groups that a writer of this name belongs to; 0: a name that vouches for nothing.
unsigned pm_writer_groups(struct pm_str name, enum pm_writer_name kind);
// Nothing but ids and words that any container may bear ("app", "main-0"): the pod's name
// says more.
bool pm_writer_nameless(struct pm_str name);
// The name is that of a program which repeats what others say: shippers, exporters,
// alerting, chat, GitOps. It never vouches.
bool pm_writer_repeats(struct pm_str name);
