// Mirrors inside of an error: containers/image tells of all that it asked, in one text.
//
//     (Mirrors also failed: [MIRROR/repo:tag: ERR]
//     [MIRROR2/repo:tag: ERR]): REGISTRY/repo:tag: ERR
// Source: containers/image:docker/docker_image_src.go@v5 (newImageSource): one pair of
// brackets a mirror, line feeds between them, the registry itself behind. CRI-O at its
// usual level logs no failure, so that the kubelet's copy of this text is all that says
// why a mirror was passed over.
#include "parsers/lift/lift.h"

#define MIRRORS_MAX 16

// The text of the bracket that s begins with; an error may hold brackets of its own
// ("dial tcp [::1]:5000"). PM_NONE where it does not close.
static struct pm_str bracket(struct pm_str s) {
    int depth = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '[') depth++;
        if (s.p[i] == ']' && --depth == 0) return pm_str_sub(s, 1, i - 1);
    }
    return PM_NONE;
}

// Behind a bracket: the next one, past blanks and line feeds, also such as were written
// out.
static struct pm_str next_bracket(struct pm_str s) {
    while (s.n && (pm_blank(s.p[0]) || starts(s, "\\n")))
        s = pm_str_from(s, pm_blank(s.p[0]) ? 1 : 2);
    return starts(s, "[") ? s : PM_NONE;
}

// "MIRROR/repo:tag: ERR" → a step of the pull that e tells of, with its own error.
static void emit_step(struct pm_parse_ctx *ctx, const struct pm_record *r, const struct pm_event *e,
                      struct pm_str said) {
    static const enum pm_field kept[] = {PM_F_NODE,   PM_F_POD,   PM_F_NAMESPACE,
                                         PM_F_REASON, PM_F_IMAGE, PM_F_CLIENT};
    struct pm_event step = pm_event_of(r, e->component, PM_KIND_MIRROR_TRY);
    ptrdiff_t slash = pm_str_chr(said, '/', 0), behind = pm_str_find(said, PM_STR(": "), 0);
    if (slash <= 0 || behind < slash) return;
    step.when = e->when;
    step.first = e->first;
    step.last = e->last;
    step.count = e->count;
    step.flags = PM_EV_MIRROR | (e->flags & (PM_EV_SNAPSHOT | PM_EV_ECHO | PM_EV_CUT));
    for (size_t i = 0; i < PM_LEN(kept); i++) step.field[kept[i]] = e->field[kept[i]];
    if (e->component == PM_COMP_CRIO) step.field[PM_F_JOIN] = e->field[PM_F_JOIN];
    step.field[PM_F_HOST] = pm_str_sub(said, 0, (size_t)slash);
    step.field[PM_F_MESSAGE] = PM_STR("mirror failed");
    pm_lift_into(ctx->a, &step, pm_str_from(said, (size_t)behind + 2));
    pm_emit(ctx, r, &step);
}

void pm_lift_emit_mirrors(struct pm_parse_ctx *ctx, const struct pm_record *r,
                          const struct pm_event *e) {
    if (e->kind != PM_KIND_PULL_FAIL) return;
    struct pm_str rest = after(e->field[PM_F_ERROR], "(Mirrors also failed: ");
    for (size_t n = 0; starts(rest, "[") && n < MIRRORS_MAX; n++) {
        struct pm_str said = bracket(rest);
        if (!said.n) return;
        emit_step(ctx, r, e, said);
        rest = next_bracket(pm_str_from(rest, said.n + 2));
    }
}
