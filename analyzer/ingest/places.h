// What members are called after a merge, whose inputs were read one by one.
#pragma once
#include "clock/clock.h"

struct place_input {
    struct pm_str whole, shard; // its path from the root of its machine; the timeline's name
    struct pm_str apart;        // out: what tells it from the others; nothing where it is alone
};
struct place_member {
    uint32_t input;
    struct pm_str place, hash;
    struct pm_str node; // as its own lines or envelopes say
    bool runs_pods;     // a kubelet's or a runtime's
    bool is_document;   // JSON or YAML of the API: nobody cuts it in two
    const struct pm_clock_evidence *clock;
    bool same_elsewhere; // out: another input has this place too, and it says of no node
};
struct places {
    struct place_input *inputs; // by id
    size_t n;
    struct pm_str root; // name of the folder that all inputs lie in
    bool overlaid;      // they are pieces of one tree
    struct pm_arena *a;
};
void ingest_places_settle(struct places *p, struct place_member *m, size_t n);
struct pm_str ingest_places_path(const struct places *p, uint32_t input, struct pm_str place,
                                 struct pm_arena *a);
// The input's own name, as a walk over all of them would have it.
struct pm_str ingest_places_input(const struct places *p, uint32_t input);
// What an input whose members name no node is called by. PM_NONE: its path has no such name.
struct pm_str ingest_places_node(const struct places *p, uint32_t input);
