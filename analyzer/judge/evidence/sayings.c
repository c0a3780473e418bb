// What traces say alike, kept once. A log of a million pulls says some thousand things, each
// of a node and an image; what is a trace's own, its moment, pod and number, stays with it.
#include "base/once.h"
#include "judge/evidence/evidence.h"
#include <stdlib.h>

struct pm_sayings {
    struct pm_once *said;
    struct pm_arena *a;
    struct pm_trace_extent *extents; // the next of a block, of so many that are left
    size_t extents_left;
};
#define EXTENTS 1024

// Equal sayings are equal bytes as long as no member is followed by a hole.
_Static_assert(sizeof(struct pm_saying) == sizeof(void *) + 19 * sizeof(uint32_t) +
                                               2 * sizeof(uint16_t) + 8 * sizeof(uint8_t),
               "a saying has a hole");

static struct pm_sayings *sayings_of(struct pm_evidence *ev) {
    if (ev->sayings) return ev->sayings;
    ev->sayings = pm_xmalloc(sizeof *ev->sayings);
    *ev->sayings =
        (struct pm_sayings){.said = pm_once_new(sizeof(struct pm_saying)), .a = pm_arena_new()};
    return ev->sayings;
}

const struct pm_saying *pm_saying_keep(struct pm_evidence *ev, const struct pm_saying *s) {
    return pm_once_keep(sayings_of(ev)->said, s);
}

void pm_trace_say(struct pm_evidence *ev, struct pm_trace *t, const struct pm_saying *s) {
    t->said = pm_saying_keep(ev, s);
}

void pm_trace_judge(struct pm_evidence *ev, struct pm_trace *t, const struct pm_verdict *v) {
    struct pm_saying said = *t->said;
    said.verdict = v;
    pm_trace_say(ev, t, &said);
}

// By blocks: one alone would be aligned to more than it needs.
static struct pm_trace_extent *extent_new(struct pm_sayings *all) {
    if (!all->extents_left) {
        all->extents_left = EXTENTS;
        all->extents = PM_NEWN(all->a, struct pm_trace_extent, EXTENTS);
    }
    all->extents_left--;
    return all->extents++;
}

void pm_trace_extend(struct pm_evidence *ev, struct pm_trace *t, const struct pm_trace_extent *e) {
    bool moment = e->first == t->ts && e->last == t->ts && !e->duration_ns && !e->waiting_ns &&
                  e->bytes == -1 && e->count == 1 && !e->join;
    if (!t->extent && moment) return;
    if (!t->extent) t->extent = extent_new(sayings_of(ev));
    *t->extent = *e;
}

struct pm_trace_extent pm_trace_extent_of(const struct pm_trace *t) {
    return t->extent
               ? *t->extent
               : (struct pm_trace_extent){.first = t->ts, .last = t->ts, .bytes = -1, .count = 1};
}

void pm_trace_span(struct pm_evidence *ev, struct pm_trace *t, int64_t first, int64_t last) {
    struct pm_trace_extent e = pm_trace_extent_of(t);
    if (e.first == first && e.last == last) return;
    e.first = first;
    e.last = last;
    pm_trace_extend(ev, t, &e);
}

void pm_extents_pack(struct pm_evidence *ev) {
    struct pm_sayings *all = sayings_of(ev);
    struct pm_arena *before = all->a;
    all->a = pm_arena_new();
    all->extents_left = 0;
    for (size_t i = 0; i < ev->traces.n; i++) {
        struct pm_trace *t = &ev->traces.items[i];
        if (t->extent) t->extent = memcpy(extent_new(all), t->extent, sizeof *t->extent);
    }
    pm_arena_free(before);
}

void pm_sayings_free(struct pm_evidence *ev) {
    if (!ev->sayings) return;
    pm_once_free(ev->sayings->said);
    pm_arena_free(ev->sayings->a);
    free(ev->sayings);
    ev->sayings = NULL;
}
