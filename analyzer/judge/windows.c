// The stretches of time that the report is not about: counted by the same folding, told
// beside it.
#include "judge/passes.h"
#include "rules/taxonomy.h"
#include <stdlib.h>

#define OTHERS_MAX 16 // told one by one; more are somebody's clock

static void count_cause(struct pm_window *w, int cause) {
    struct pm_str name =
        pm_str_c(pm_causes[cause >= 0 ? cause : pm_cause_shown(PM_SHOWN_UNKNOWN_WORDS)].name);
    size_t i = 0;
    while (i < w->by_cause_n && !pm_str_eq(w->by_cause[i].name, name)) i++;
    if (i == w->by_cause_n) w->by_cause[w->by_cause_n++] = (struct pm_counts_by){name, 0};
    w->by_cause[i].n++;
}

static void sum_up(const struct pm_env *env, const struct pm_scene *seen, struct pm_window *w) {
    struct pm_ids files = {0};
    size_t causes = 1;
    while (pm_causes[causes - 1].name) causes++;
    w->by_cause = PM_NEWN(env->a, struct pm_counts_by, causes);
    for (size_t i = 0; i < seen->pulls->n; i++) {
        const struct pm_attempt *p = &seen->pulls->items[i];
        if (p->outcome == PM_OUTCOME_CACHED) continue;
        w->attempts++;
        w->ok += p->outcome == PM_OUTCOME_OK;
        w->failed += p->outcome == PM_OUTCOME_FAILED;
        if (p->outcome == PM_OUTCOME_FAILED) count_cause(w, p->names->verdict->cause);
        for (size_t k = 0; k < p->traces.n; k++)
            pm_ids_add_new(&files, seen->ev->traces.items[pm_few_at(&p->traces, k)].file);
    }
    for (size_t i = 0; i < seen->ev->groups.n; i++)
        if (seen->ev->groups.items[i].pull) pm_ids_add_new(&files, seen->ev->groups.items[i].file);
    if (w->by_cause_n > 1)
        qsort(w->by_cause, w->by_cause_n, sizeof *w->by_cause, pm_counts_compare);
    for (size_t i = 0; i < files.n; i++)
        if (files.items[i] < seen->ev->facts.files.n)
            pm_strs_add(&w->files, seen->ev->facts.files.items[files.items[i]].row.path);
    pm_strs_seal(env->a, &w->files, PM_SEAL_SORTED);
    pm_ids_free(&files);
}

// One of the others, as another view of the timeline that shares the report's names.
static struct pm_window other(const struct pm_env *env, const struct pm_stretch *stretch) {
    struct pm_window w = {.from_ns = stretch->from, .to_ns = stretch->to};
    struct pm_evidence ev = {.from = PM_NO_TIME,
                             .to = PM_NO_TIME,
                             .era = *stretch,
                             .stray = {.from = PM_NO_TIME},
                             .aside = true};
    struct pm_pulls pulls = {0};
    const struct pm_scene seen = {env, &ev, &pulls};
    pm_judge_pulls(env, &ev, &pulls);
    sum_up(env, &seen, &w);
    pm_evidence_free(&ev);
    pm_pulls_free(&pulls);
    return w;
}

void pm_windows_fill(const struct pm_env *env, const struct pm_evidence *ev,
                     struct pm_report *report) {
    if (!pm_window_is_part(ev)) return;
    report->windows = PM_NEWN(env->a, struct pm_window, OTHERS_MAX);
    // the nearest years are the likeliest to be asked for
    for (size_t i = ev->stretches.n; i-- > 0 && report->windows_n < OTHERS_MAX;) {
        const struct pm_stretch *v = &ev->stretches.items[i];
        if (v->from == ev->era.from || v->from == ev->stray.from) continue;
        struct pm_window w = other(env, v);
        if (w.attempts) report->windows[report->windows_n++] = w;
    }
}
