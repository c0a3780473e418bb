// What traces say alike, kept once. A log of a million pulls says some thousand things, each
// of a node and an image; what is a trace's own, its moment, pod and number, stays with it.
#include "base/once.h"
#include "judge/evidence/evidence.h"
#include <stdlib.h>

struct extent_room { // the next of a block, of so many that are left
    char *next;
    size_t left;
};
struct pm_sayings {
    struct pm_once *said;
    struct pm_arena *a;
    struct extent_room extents, measures;
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

void pm_saying_of_image(struct pm_saying *said, const struct pm_text_image *image) {
    said->image = image->name;
    if (!image->known) return;
    said->registry = image->registry;
    said->repository = image->repository;
    said->tag = image->tag;
    said->digest = image->digest;
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
static void *room_new(struct pm_sayings *all, struct extent_room *room, size_t bytes) {
    if (!room->left) {
        room->left = EXTENTS;
        room->next = pm_arena_room(all->a, EXTENTS * bytes);
    }
    void *p = room->next;
    room->left--;
    room->next += bytes;
    return p;
}
static struct pm_trace_measure *measure_new(struct pm_sayings *all,
                                            const struct pm_trace_measure *m) {
    const size_t bytes = m->lasts ? sizeof(struct pm_trace_extent) : sizeof *m;
    return memcpy(room_new(all, m->lasts ? &all->extents : &all->measures, bytes), m, bytes);
}

void pm_trace_extend(struct pm_evidence *ev, struct pm_trace *t, const struct pm_trace_extent *e) {
    const struct pm_trace_extent *own = pm_trace_lasting(t);
    struct pm_trace_extent now = *e;
    struct pm_trace_measure *m = &now.measure;
    m->lasts = own || e->first != t->ts || e->last != t->ts || e->waiting_ns || e->count != 1;
    if (!t->measure && !m->lasts && !m->duration_ns && m->bytes == -1 && !m->join) return;
    if (t->measure && t->measure->lasts == m->lasts)
        memcpy(t->measure, m, m->lasts ? sizeof now : sizeof *m);
    else t->measure = measure_new(sayings_of(ev), m);
}

struct pm_trace_extent pm_trace_extent_of(const struct pm_trace *t) {
    const struct pm_trace_extent *own = pm_trace_lasting(t);
    if (own) return *own;
    return (struct pm_trace_extent){.measure = {.duration_ns = pm_trace_duration(t),
                                                .bytes = pm_trace_bytes(t),
                                                .join = pm_trace_join(t),
                                                .lasts = true},
                                    .first = t->ts,
                                    .last = t->ts,
                                    .count = 1};
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
    all->extents.left = all->measures.left = 0;
    for (size_t i = 0; i < ev->traces.n; i++) {
        struct pm_trace *t = &ev->traces.items[i];
        if (t->measure) t->measure = measure_new(all, t->measure);
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
