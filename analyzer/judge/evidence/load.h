// What the files that load share. Internal to load*.c.
#pragma once
#include "judge/evidence/evidence.h"

// An account of a pod, as events and its status are: about the pod's node, wherever its
// file lay.
static inline bool pm_is_account(enum pm_origin origin) {
    return origin == PM_ORIGIN_EVENTS || origin == PM_ORIGIN_POD;
}

// A text of a row as a name. texts.c
uint32_t pm_text(struct pm_loading *l, const struct pm_row *row, enum pm_field field);
uint32_t pm_text_word(struct pm_loading *l, const struct pm_row *row,
                      enum pm_field field); // its first word
struct pm_text_image pm_text_image(struct pm_loading *l, const struct pm_row *row);
void pm_texts_free(struct pm_loading *l);
// A row as a trace, where it is one and none that is there already. load_trace.c
void pm_load_trace(struct pm_loading *l, const struct pm_row *row);
// A trace while it is drawn from a row: it holds its saying and extent, which are looked up
// among those that are there when it is kept.
struct pm_draft {
    struct pm_trace trace;
    struct pm_saying said;
    struct pm_trace_extent extent;
};
void pm_draft_of(struct pm_loading *l, const struct pm_row *row, struct pm_draft *d);
void pm_draft_keep(struct pm_evidence *ev, const struct pm_draft *d);
// A tunnel to a registry that a proxy refused. tunnel.c
void pm_tunnel_row(struct pm_loading *l, const struct pm_row *row);
// What only the whole bundle knows, once all rows are read. load_whole.c
void pm_load_whole(const struct pm_env *env, struct pm_evidence *ev);
