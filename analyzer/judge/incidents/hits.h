// Which failures are one story: the incidents while they are put together. Internal to the
// judge.
#pragma once
#include "judge/scene.h"

struct pm_mirror;
struct pm_goods;

// n of the `of` things that an effect is made of are shown to come from its cause.
struct pm_share {
    uint64_t n, of;
};

// How many there are, and one of them: the first by name.
struct pm_several {
    size_t n;
    struct pm_str first;
};
// An incident while it is put together.
struct pm_hit {
    struct pm_incident *incident; // in the report
    int cause;
    int64_t from, to, recovered;
    pm_ref back; // the good pull that showed it, index + 1; 0: something else did
    struct pm_ids pulls, traces, groups; // indexes
    struct pm_ids said;                  // traces that name a pod of it
    struct pm_ids nodes, registries, images, namespaces, pods, clients, repositories, users;
    pm_ref explained_by;   // index + 1
    pm_ref via;            // index + 1 into link rules
    struct pm_share share; // of that link
    struct {
        struct pm_link *step; // before it, and no incident of its own; NULL: none
        const char *trigger;  // what it is as a trigger; NULL: it is none
        const char *counted;  // "… of the … pulls that used it up {counted}"
        struct pm_share share;
        const struct pm_mirror *unread; // that the new runtime has no use for
    } opening;
    uint64_t failed; // pulls
    uint64_t lines;
    bool client;  // of clients that are no nodes
    bool side;    // made of events, no pull of its own
    bool refused; // … of pods that admission refused: nobody pulled
    bool waits;   // … of pods that wait for an image; nothing says why
    bool pulling; // … and their pulls began
    bool dropped;
    double effect;
    uint32_t id;               // in the report
    struct pm_str because;     // the observation behind its scope
    size_t held;               // nodes spared because they held the images
    struct pm_several reached; // other nodes that pulled from its registries
    struct pm_several served;  // other registries that served its nodes
};
void pm_hit_free(struct pm_hit *h);

struct pm_hits {
    struct pm_hit *items;
    size_t n, cap;
    // by index of the pull: index + 1 of its incident; NULL until they are put together
    uint32_t *of_pull;
    struct pm_ids undoing; // traces that may tell of a rollback
    struct pm_order sets;  // of pods, by namespace: workloads whose revisions tell of one
};
void pm_hits_free(struct pm_hits *hits);

// Index + 1 of the incident that a pull is part of; 0: of none.
static inline uint32_t pm_hit_of(const struct pm_pulls *pulls, const struct pm_hits *hits,
                                 const struct pm_attempt *p) {
    return hits->of_pull ? hits->of_pull[p - pulls->items] : 0;
}

// The passes over all, in order.
void pm_group_incidents(const struct pm_scene *scene, struct pm_hits *hits);
void pm_chain_links(const struct pm_scene *scene, struct pm_hits *hits);
// Gives quotas that were used up by it their opening step.
void pm_bypass_find(const struct pm_scene *scene, struct pm_hits *hits);
void pm_blast_prepare(const struct pm_scene *scene, struct pm_hits *hits);

// Grouping asks these.
// It spans this, too.
void pm_hit_widen(struct pm_hit *h, int64_t from, int64_t to);
// A pull, by its index, is part of it.
void pm_hit_add(const struct pm_pulls *pulls, struct pm_hit *h, uint32_t index);
// All pulls of b are a's; b is dropped.
void pm_hit_take_over(const struct pm_pulls *pulls, struct pm_hit *a, struct pm_hit *b);
// What the trouble of their runtimes ties. bridge.c
void pm_bridge(const struct pm_scene *scene, struct pm_hits *hits);
// More incidents than anybody reads. crowd.c
void pm_crowd_pool(const struct pm_scene *scene, struct pm_hits *hits);
// Where it began, as back-offs count it. back_off.c
void pm_back_off_begin(const struct pm_scene *scene, struct pm_hits *hits);
// Pods that no failed pull tells of. waiting.c
void pm_waiting_group(const struct pm_scene *scene, struct pm_hits *hits);
// Pods that were refused before they were. admission.c
void pm_admission_group(const struct pm_scene *scene, struct pm_hits *hits);
int64_t pm_admission_recovered(const struct pm_scene *scene, const struct pm_hit *h);
void pm_admission_workloads(const struct pm_scene *scene, struct pm_hit *h);

// The passes over one, in order.
void pm_wire_fill(const struct pm_scene *scene, struct pm_hit *h); // variant and endpoints
// What was spared beside it says what was hit.
void pm_scope_find(const struct pm_scene *scene, struct pm_goods *goods, struct pm_hit *h);
void pm_wire_tags(const struct pm_scene *scene, struct pm_hit *h); // the variant of a missing tag
void pm_recovery_find(const struct pm_scene *scene, struct pm_hit *h);
void pm_blast_fill(const struct pm_scene *scene, const struct pm_hits *hits, struct pm_hit *h);
// After its pods and workloads are known.
void pm_rollbacks_prepare(const struct pm_scene *scene, struct pm_hits *hits);
void pm_rollbacks_find(const struct pm_scene *scene, const struct pm_hits *hits, struct pm_hit *h);
void pm_trigger_find(const struct pm_scene *scene, const struct pm_hits *hits, struct pm_hit *h);
void pm_severity_weigh(const struct pm_scene *scene, const struct pm_hits *hits, struct pm_hit *h);
void pm_confidence_weigh(const struct pm_scene *scene, const struct pm_hits *hits,
                         struct pm_hit *h);
void pm_against_fill(const struct pm_scene *scene, const struct pm_hits *hits, struct pm_hit *h);

// Mirrors that failed, where the incident is theirs: no pull of its own.
void pm_mirrors_of(const struct pm_env *env, const struct pm_evidence *ev, const struct pm_hit *h,
                   struct pm_ids *hosts);
struct pm_trigger_made {
    const char *what;
    int64_t at;
    struct pm_str detail;
};
bool pm_trigger_made(const struct pm_scene *scene, const struct pm_hit *h, int64_t from, int64_t to,
                     struct pm_trigger_made *m);
// Has the pod a brother of the same owner that was made before? same: of its revision, as
// far as labels and images tell.
bool pm_trigger_older_brother(const struct pm_scene *scene, const struct pm_hit *h,
                              const struct pm_pod_fact *of, int64_t before, bool same);
bool pm_trigger_secret(const struct pm_scene *scene, const struct pm_hit *h, int64_t late,
                       int64_t *at, struct pm_str *detail);
// The first failure that its trigger can have led to.
int64_t pm_trigger_led_to(const struct pm_scene *scene, const struct pm_hits *hits,
                          const struct pm_hit *h);
