// What one collector printed on many nodes: logs of one name and one program are in one
// zone, mostly. A log whose zone nothing of its own node tells takes that of its likes on
// other nodes, where two of them know theirs and four fifths of those agree.
//
// Never against a log's own coincidences, and never to say UTC: that is assumed already.
#include "clock/resolve.h"
#include <stdlib.h>

#define KNOWING_LEAST 2 // logs that know their zone

struct likes {
    uint32_t votes[2 * PM_CLOCK_STEPS + 1]; // by offset
    uint32_t knowing;
};

static bool asks(const struct pm_clock_member *m) {
    return m->node.n && m->clock.quality == PM_QUALITY_ASSUMED && !m->clock.has_offset &&
           (!clock_is_empty(m->evidence->no_year) || !clock_is_empty(m->evidence->local));
}

static bool knows(const struct pm_clock_member *m) {
    return m->node.n && m->clock.has_offset && !m->clock.zone &&
           m->clock.quality == PM_QUALITY_INFERRED;
}

static uint32_t kind_of(struct pm_intern *kinds, const struct pm_clock_member *m) {
    ptrdiff_t slash = pm_str_rchr(m->path, '/');
    struct pm_str file = slash < 0 ? m->path : pm_str_from(m->path, (size_t)slash + 1);
    uint64_t key[] = {pm_str_hash(pm_node_unrotated(file), 5), (uint64_t)m->component};
    return pm_intern_id(kinds, (struct pm_str){(const char *)key, sizeof key});
}

static int most(const uint32_t votes[2 * PM_CLOCK_STEPS + 1]) {
    int best = PM_CLOCK_STEPS; // UTC wins a tie
    for (int i = 0; i <= 2 * PM_CLOCK_STEPS; i++)
        if (votes[i] > votes[best]) best = i;
    return best;
}

static bool agree(const struct likes *l, int *at) {
    *at = most(l->votes);
    return l->knowing >= KNOWING_LEAST && l->votes[*at] * 5 >= l->knowing * 4;
}

static bool objects(const uint32_t own[2 * PM_CLOCK_STEPS + 1], int at) {
    uint32_t best = own[most(own)];
    return best >= 2 && own[at] * 3 < best;
}

void clock_alike_resolve(struct resolve *r) {
    struct pm_intern *kinds = pm_intern_new();
    struct {
        struct likes *items;
        size_t n, cap;
    } all = {0};
    for (size_t i = 0; i < r->n; i++) {
        const struct pm_clock_member *m = &r->m[i];
        if (!knows(m)) continue;
        uint32_t kind = kind_of(kinds, m);
        while (all.n <= kind) *PM_PUSH(all.items, all.n, all.cap) = (struct likes){0};
        all.items[kind].knowing++;
        all.items[kind].votes[m->clock.offset_s / 900 + PM_CLOCK_STEPS]++;
    }
    for (size_t i = 0; i < r->n; i++) {
        struct pm_clock_member *m = &r->m[i];
        int at;
        uint32_t kind = asks(m) ? kind_of(kinds, m) : UINT32_MAX;
        if (kind >= all.n || !agree(&all.items[kind], &at) || at == PM_CLOCK_STEPS ||
            objects(clock_offset_votes(r, m), at))
            continue;
        m->clock.has_offset = true;
        m->clock.offset_s = (at - PM_CLOCK_STEPS) * 900;
        m->clock.offset_from = "alike";
        m->clock.quality = PM_QUALITY_INFERRED;
    }
    free(all.items);
    pm_intern_free(kinds);
}
