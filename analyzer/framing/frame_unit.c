// From a line on its way through the envelopes (struct frame_unit) to a record, and hints
// that outlive their line. Whoever peels, joins or keeps voices needs this and none of
// the others.
#include "frame_int.h"

struct pm_envelope_hint frame_hint_dup(struct pm_arena *a, const struct pm_envelope_hint *h) {
    struct pm_envelope_hint d = *h;
    struct pm_str *const all[] = {&d.node,          &d.ident, &d.unit,      &d.pid,     &d.stream,
                                  &d.k8s_namespace, &d.pod,   &d.container, &d.priority};
    for (size_t i = 0; i < PM_LEN(all); i++)
        if (all[i]->n) *all[i] = pm_arena_dup(a, *all[i]);
    return d;
}

void frame_record_of(struct pm_frame *f, const struct frame_unit *u, struct pm_record *r) {
    *r = (struct pm_record){
        .text = u->text,
        .raw = u->raw,
        .shape = u->json || u->fields ? PM_SHAPE_JSON : PM_SHAPE_LINE,
        .json = u->json,
        .fields = u->fields,
        .sure = u->fields != NULL,
        .list_kind = u->list_kind,
        .line = u->line,
        .offset = u->offset,
        .hint = u->hint,
        .envelope_count = u->envelope_count,
        .section = f->section,
        .path = f->path,
    };
    memcpy(r->envelopes, u->envelopes, sizeof r->envelopes);
}
