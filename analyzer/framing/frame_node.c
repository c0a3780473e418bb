// Which node this member is of: envelopes and facts name nodes, line by line, and the
// member's end decides between them.
#include "frame_int.h"

void frame_note_node(struct pm_frame *f, struct pm_str node) {
    if (!node.n) return;
    for (size_t i = 0; i < PM_LEN(f->nodes); i++) {
        if (!f->nodes[i].n) f->nodes[i].name = pm_arena_dup(f->member, node);
        if (!pm_str_eq(f->nodes[i].name, node)) continue;
        f->nodes[i].n += f->weight;
        return;
    }
}

// The node that most lines name. Where many write into one file, none of them is its
// node: then it is the first, whoever of them has some lines more.
void frame_name_node(struct pm_frame *f) {
    uint64_t all = 0, most = 0;
    size_t who = 0;
    for (size_t i = 0; i < PM_LEN(f->nodes); i++) {
        all += f->nodes[i].n;
        if (f->nodes[i].n <= most) continue;
        most = f->nodes[i].n;
        who = i;
    }
    f->stats.node = f->nodes[most * 3 < all * 2 ? 0 : who].name;
}
