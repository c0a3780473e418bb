// Findings over pulls that need no code: a row of `pulls` in rules/findings.yaml says which
// pulls it is about, what they are counted by, and from how many on that is worth a word.
// What looks at more than one pull at a time (a percentile, a share) is a check in
// findings_slow.c.
#include "judge/tell/findings.h"
#include <stdlib.h>

struct counted { // the pulls of one registry, image, node or namespace
    struct pm_str who;
    size_t n;
    const struct pm_attempt *first;
};
struct condition {
    const char *outcome, *cause;
    double longer_s, waited_s, larger_mb;
};

static double number_in(const json_t *rule, const char *key) {
    return json_number_value(json_object_get(rule, key));
}
static struct condition condition_of(const json_t *rule) {
    return (struct condition){.outcome = json_string_value(json_object_get(rule, "outcome")),
                              .cause = json_string_value(json_object_get(rule, "cause")),
                              .longer_s = number_in(rule, "longer_s"),
                              .waited_s = number_in(rule, "waited_s"),
                              .larger_mb = number_in(rule, "larger_mb")};
}
static bool holds(const struct condition *c, const struct pm_attempt *p) {
    if (p->outcome == PM_OUTCOME_OPEN) return false;
    if (c->outcome && strcmp(pm_outcome_names[p->outcome], c->outcome) != 0) return false;
    if (c->cause && !pm_cause_is(p->names->verdict->cause, c->cause) &&
        !pm_cause_in(p->names->verdict->cause, c->cause))
        return false;
    if (c->longer_s > 0 && (double)p->duration_ns <= c->longer_s * 1e9) return false;
    if (c->waited_s > 0 && (double)pm_waiting(p) <= c->waited_s * 1e9) return false;
    return c->larger_mb <= 0 || (double)p->bytes > c->larger_mb * 1e6;
}
static uint32_t who_of(const char *by, const struct pm_attempt *p) {
    if (strcmp(by, "registry") == 0) return p->names->registry;
    if (strcmp(by, "image") == 0) return p->names->image;
    return strcmp(by, "node") == 0 ? p->node : p->names->k8s_namespace;
}

static int by_who(const void *a, const void *b) {
    const struct counted *x = a, *y = b;
    return pm_str_cmp(x->who, y->who);
}
// One row for each who, in order of their names: the first pull of each, and how many.
static size_t merge_alike(struct counted *rows, size_t n) {
    size_t kept = 0;
    qsort(rows, n, sizeof *rows, by_who);
    for (size_t i = 0; i < n; i++) {
        struct counted *last = kept ? &rows[kept - 1] : NULL;
        if (!last || !pm_str_eq(last->who, rows[i].who)) rows[kept++] = rows[i];
        else {
            last->n++;
            if (rows[i].first < last->first) last->first = rows[i].first; // they lie in one array
        }
    }
    return kept;
}
static void tell_of(struct findings *f, const json_t *rule, const struct counted *row) {
    const struct pm_scene *scene = f->scene;
    const struct pm_found_words words = {
        .what = row->who,
        .value = pm_arena_fmt(scene->env->a, "%zu", row->n),
    };
    pm_finding_add(f, rule, pm_path_of_pull(scene->ev, row->first), &words);
}

void pm_findings_over_pulls(struct findings *f, const json_t *rule) {
    const struct pm_scene *scene = f->scene;
    const char *by = json_string_value(json_object_get(rule, "by"));
    const struct condition c = condition_of(rule);
    size_t n = 0, least = (size_t)number_in(rule, "at_least");
    struct counted *rows = pm_xmalloc((scene->pulls->n + 1) * sizeof *rows);
    for (size_t i = 0; by && i < scene->pulls->n; i++) {
        const struct pm_attempt *p = &scene->pulls->items[i];
        uint32_t who = who_of(by, p);
        if (who && holds(&c, p)) rows[n++] = (struct counted){pm_name(scene->env, who), 1, p};
    }
    n = merge_alike(rows, n);
    for (size_t i = 0; i < n; i++)
        if (rows[i].n >= least) tell_of(f, rule, &rows[i]);
    free(rows);
}
