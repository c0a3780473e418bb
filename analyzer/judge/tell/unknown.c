// Failures that no rule knows, clustered by template: numbers, digests, names and
// addresses taken out, equal texts counted. Nothing is dropped.
#include "judge/tell/tell.h"
#include "rules/taxonomy.h"
#include <stdlib.h>

static bool digit(char c) { return c >= '0' && c <= '9'; }
static bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// A word that holds a digit, a slash or a dot is a name or a number: <*>. Words of
// letters alone are the template.
struct pm_str pm_unknown_template(struct pm_arena *a, struct pm_str text) {
    struct pm_buf b = {0};
    for (size_t i = 0; i < text.n && b.n < 400;) {
        size_t end = i;
        bool name = false;
        while (end < text.n &&
               (letter(text.p[end]) || digit(text.p[end]) || strchr("-_./:@%+", text.p[end]))) {
            name = name || digit(text.p[end]) || text.p[end] == '/' ||
                   (text.p[end] == '.' && end + 1 < text.n && letter(text.p[end + 1]));
            end++;
        }
        if (end == i) {
            pm_buf_addc(&b, text.p[i] == '\n' ? ' ' : text.p[i]);
            i++;
            continue;
        }
        if (name) {
            pm_buf_lit(&b, "<*>");
            if (text.p[end - 1] == ':' && end - i > 1) pm_buf_addc(&b, ':');
        } else pm_buf_add(&b, pm_str_sub(text, i, end - i));
        i = end;
    }
    struct pm_str out = pm_arena_dup(a, pm_buf_str(&b));
    pm_buf_free(&b);
    return out;
}

struct sample_fetch {
    const struct pm_env *env;
    struct pm_unknown *u;
};
static bool sample_fetched(void *ctx, const struct pm_row *row) {
    struct sample_fetch *f = ctx;
    f->u->file = pm_arena_dup(f->env->a, pm_str_c(row->path));
    f->u->line = row->line;
    f->u->text = pm_arena_dup(f->env->a, row->raw);
    return true;
}

static int by_count(const void *a, const void *b) {
    const struct pm_unknown *x = a, *y = b;
    if (x->count != y->count) return x->count > y->count ? -1 : 1;
    return pm_str_cmp(x->tmpl, y->tmpl);
}

void pm_unknown_fill(const struct pm_scene *scene, struct pm_report *report) {
    struct pm_report *r = report;
    Pvoid_t at = NULL;
    Word_t freed;
    for (size_t i = 0; i < scene->pulls->n; i++) {
        const struct pm_attempt *p = &scene->pulls->items[i];
        if (p->outcome != PM_OUTCOME_FAILED ||
            (p->names->verdict->cause >= 0 &&
             !pm_cause_has(p->names->verdict->cause, PM_TRAIT_UNEXPLAINED)))
            continue;
        struct pm_str tmpl =
            pm_unknown_template(scene->env->a, pm_name(scene->env, p->names->error));
        Word_t *slot = pm_map_slot(&at, pm_id(scene->env, tmpl));
        if (*slot) {
            r->unknown[*slot - 1].count++;
            continue;
        }
        struct pm_unknown *u = PM_PUSH(r->unknown, r->unknown_n, r->unknown_cap);
        *slot = r->unknown_n;
        u->tmpl = tmpl.n ? tmpl : PM_STR("(no error text)");
        u->count = 1;
        if (!p->best) continue;
        struct sample_fetch f = {.env = scene->env, .u = u};
        char where[64];
        struct pm_str id = pm_arena_fmt(scene->env->a, "id = %llu", (unsigned long long)p->best);
        memcpy(where, id.p, id.n);
        where[id.n] = 0;
        pm_timeline_each(scene->env->timeline, where, sample_fetched, &f);
    }
    if (r->unknown_n > 1) qsort(r->unknown, r->unknown_n, sizeof *r->unknown, by_count);
    JLFA(freed, at);
    (void)freed;
}
