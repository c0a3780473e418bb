// Pseudonyms: names of machines and people out of texts, the same for the same name, and
// of the same shape. Level 4.
//
// Two passes: everything is shown first (names by the field that they stood in, texts for
// the addresses and hosts in them), then numbers are given, then texts are rewritten.
// Numbers go by the names' order, so that what was sorted stays sorted, and do not hang
// on how many threads read. What is shown later gets the next numbers.
//
// Ownership: everything handed out lives as long as the arena that it was made in.
#pragma once
#include "pm/arena.h"
#include <stdio.h>

// What a name names, the more telling first: a name that is several things is called by
// the first of them.
enum pm_name_kind {
    PM_NAME_PUBLIC = 0, // known to everybody: stays
    PM_NAME_NODE,
    PM_NAME_NAMESPACE,
    PM_NAME_WORKLOAD,
    PM_NAME_POD, // a workload's name with what its controller put behind it
    PM_NAME_SECRET,
    PM_NAME_REPOSITORY,
    PM_NAME_USER,
    PM_NAME_HOST,    // one label of a host's name
    PM_NAME_ACCOUNT, // digits, in the hosts of clouds
    PM_NAME_FOLDER,
    PM_NAME_KINDS
};

struct pm_pseudonyms;
struct pm_pseudonyms *pm_pseudonyms_new(void);
void pm_pseudonyms_free(struct pm_pseudonyms *p);

void pm_pseudonyms_name(struct pm_pseudonyms *p, enum pm_name_kind kind, struct pm_str name);
void pm_pseudonyms_host(struct pm_pseudonyms *p, struct pm_str host); // with or without a port
void pm_pseudonyms_repository(struct pm_pseudonyms *p, struct pm_str registry,
                              struct pm_str repository);
void pm_pseudonyms_text(struct pm_pseudonyms *p, struct pm_str text);
void pm_pseudonyms_path(struct pm_pseudonyms *p, struct pm_str path); // of a member or an input
void pm_pseudonyms_settle(struct pm_pseudonyms *p);

// Returns `s` itself where nothing in it is a name.
struct pm_str pm_pseudonyms_apply(struct pm_pseudonyms *p, struct pm_arena *a, struct pm_str s);
struct pm_str pm_pseudonyms_apply_path(struct pm_pseudonyms *p, struct pm_arena *a,
                                       struct pm_str path);
// One line each: what stands in the outputs, a tab, what it was.
bool pm_pseudonyms_key(const struct pm_pseudonyms *p, FILE *f);
