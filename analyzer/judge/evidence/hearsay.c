// What speaks of pulls and was not counted, because who wrote it was not there: listed by
// file and writer, so that a reader knows where else to look.
#include "judge/evidence/evidence.h"
#include "pm/image.h"
#include <stdlib.h>
#include <string.h>

static bool speaks_of_pulls(const struct pm_env *env, const struct pm_row *row) {
    const struct pm_event *e = &row->event;
    if (e->kind == PM_KIND_OTHER)
        return e->field[PM_F_ERROR].n && pm_ruleset_classify(env->rules, e).cause >= 0;
    return (e->kind >= PM_KIND_PULL_START && e->kind <= PM_KIND_PULL_BACKOFF) ||
           e->kind == PM_KIND_MIRROR_TRY || e->kind == PM_KIND_SECRET_MISSING;
}

static void rumour(const struct pm_env *env, struct pm_evidence *ev, const struct pm_row *row) {
    const struct pm_str *f = row->event.field;
    struct pm_image image;
    if (row->event.kind != PM_KIND_PULL_FAIL || row->ts_ns == PM_NO_TIME || !f[PM_F_POD].n ||
        !f[PM_F_NAMESPACE].n || !f[PM_F_IMAGE].n)
        return;
    bool known = pm_image_parse(env->scratch, f[PM_F_IMAGE], &image);
    *PM_PUSH(ev->rumours.items, ev->rumours.n, ev->rumours.cap) =
        (struct pm_rumour){.ts = row->ts_ns,
                           .node = pm_id(env, f[PM_F_NODE]),
                           .image = pm_id(env, known && image.norm.n ? image.norm : f[PM_F_IMAGE]),
                           .k8s_namespace = pm_id(env, f[PM_F_NAMESPACE]),
                           .pod = pm_id(env, f[PM_F_POD])};
}

void pm_hearsay_row(struct pm_loading *l, const struct pm_row *row) {
    const struct pm_env *env = l->env;
    struct pm_evidence *ev = l->ev;
    if (!speaks_of_pulls(env, row)) return;
    rumour(env, ev, row);
    uint32_t key =
        pm_id_fmt(env, "hearsay/%u/%.*s", row->file, PM_FMT(row->event.field[PM_F_WRITER]));
    Word_t *slot = pm_map_slot(&l->hearsay_at, key);
    if (!*slot) {
        *PM_PUSH(ev->hearsay.items, ev->hearsay.n, ev->hearsay.cap) =
            (struct pm_hearsay){.file = pm_arena_dup(env->a, pm_str_c(row->path)),
                                .pod = pm_arena_dup(env->a, row->event.field[PM_F_WRITER]),
                                .text = pm_arena_dup(env->a, row->raw),
                                .line = row->line,
                                .part = row->part};
        *slot = ev->hearsay.n;
    }
    struct pm_hearsay *h = &PM_REF(ev->hearsay, *slot);
    // A line that makes several events is one line; parts of a log have each a line 1.
    if (row->line != h->last_line || row->part != h->last_part) h->lines++;
    h->last_line = row->line;
    h->last_part = row->part;
    if (row->part > h->part || (row->part == h->part && row->line >= h->line)) return;
    h->part = row->part;
    h->line = row->line;
    h->text = pm_arena_dup(env->a, row->raw);
}
