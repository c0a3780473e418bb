// Which JSON objects need no tree: where a parser has a list of the members that it reads
// (pm/fields.h) and won last, the next object is most likely of the same kind. It is read
// by the list, and the list says whether it is surely that parser's. All others, and all
// objects where a person asks what everything means, take the road of trees.
#include "framing/frame_int.h"

static void list_of(struct pm_frame *f, int who, const struct pm_json_fields *list) {
    frame_fields_forget(&f->listed.memo);
    f->listed.who = who;
    f->listed.kind = -1;
    for (size_t i = 0; i < list->n; i++)
        if (list->want[i].in == PM_JSON_TOP && pm_str_eqc(list->want[i].name, "kind"))
            f->listed.kind = (int)i;
}

size_t frame_listed(struct pm_frame *f, struct pm_str s, struct frame_unit *u, uint64_t *newlines) {
    int who = f->mru[0];
    const struct pm_json_fields *list = who < 0 ? NULL : pm_parsers[who]->fields;
    if (!list || f->sticky >= 0 || f->o.all_lines || f->o.every) return 0;
    if (f->listed.who != who) list_of(f, who, list);
    struct pm_json_field *field = f->listed.field;
    size_t used = frame_fields_read(f->line_arena, &f->listed.memo, s, list, field, newlines);
    if (!used || !list->sure(field)) return 0;
    u->fields = field;
    return used;
}

struct pm_str frame_listed_kind(const struct pm_frame *f) {
    return f->listed.kind < 0 ? PM_NONE : f->listed.field[f->listed.kind].text;
}
