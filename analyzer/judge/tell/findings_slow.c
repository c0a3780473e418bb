// Checks over all pulls at once, which a row of `pulls` (findings_pulls.c) cannot say: a
// percentile, the longest wait, what is large, and whether all comes from one registry.
#include "base/sort.h"
#include "judge/tell/findings.h"
#include <stdlib.h>

#define SLOW_S 45.0
#define SLOW_MIN 5 // fewer pulls have no 99th percentile
static struct pm_str seconds(struct pm_arena *a, int64_t ns) {
    double s = (double)ns / 1e9;
    return s < 100 ? pm_arena_fmt(a, "%.0f s", s) : pm_arena_fmt(a, "%.1f min", s / 60);
}
void pm_find_slow_pulls(struct findings *f, const json_t *rule) {
    int64_t *took = calloc(f->scene->pulls->n + 1, sizeof *took);
    const struct pm_attempt *slowest = NULL;
    size_t n = 0;
    if (!took) pm_die_oom();
    for (size_t i = 0; i < f->scene->pulls->n; i++) {
        const struct pm_attempt *p = &f->scene->pulls->items[i];
        if (p->outcome != PM_OUTCOME_OK || p->duration_ns <= 0) continue;
        took[n++] = p->duration_ns;
        if (!slowest || p->duration_ns > slowest->duration_ns) slowest = p;
    }
    qsort(took, n, sizeof *took, pm_by_int64);
    int64_t p99 = n ? took[(n * 99 + 99) / 100 - 1] : 0;
    free(took);
    if (n < SLOW_MIN || (double)p99 < SLOW_S * 1e9) return;
    pm_finding_put(f, rule, pm_path_of_pull(f->scene->ev, slowest), 0, PM_NONE,
                   pm_arena_fmt(f->scene->env->a,
                                "%.*s over %zu pulls; the slowest is %.*s with %.*s",
                                PM_FMT(seconds(f->scene->env->a, p99)), n,
                                PM_FMT(pm_name(f->scene->env, slowest->names->image)),
                                PM_FMT(seconds(f->scene->env->a, slowest->duration_ns))),
                   false);
}

// "in 1.2s (2m3s including waiting)": the difference was spent behind other pulls.
void pm_find_serial_waits(struct findings *f, const json_t *rule) {
    const struct pm_attempt *worst = NULL;
    size_t waited = 0;
    for (size_t i = 0; i < f->scene->pulls->n; i++) {
        const struct pm_attempt *p = &f->scene->pulls->items[i];
        if (pm_waiting(p) < PM_S(30)) continue;
        waited++;
        if (!worst || pm_waiting(p) > pm_waiting(worst)) worst = p;
    }
    if (!worst) return;
    pm_finding_put(
        f, rule, pm_path_of_pull(f->scene->ev, worst), 0, PM_NONE,
        pm_arena_fmt(f->scene->env->a,
                     "%zu pull%s waited behind others, the longest %.*s on %.*s (%.*s)", waited,
                     waited == 1 ? "" : "s", PM_FMT(seconds(f->scene->env->a, pm_waiting(worst))),
                     PM_FMT(worst->node ? pm_name(f->scene->env, worst->node) : PM_STR("a node")),
                     PM_FMT(pm_name(f->scene->env, worst->names->image))),
        false);
}

#define HUGE_BYTES (INT64_C(2) << 30)
void pm_find_huge_images(struct findings *f, const json_t *rule) {
    struct pm_strs names = {0};
    struct pm_str path = PM_NONE;
    for (size_t i = 0; i < f->scene->pulls->n; i++) {
        const struct pm_attempt *p = &f->scene->pulls->items[i];
        if (p->outcome != PM_OUTCOME_OK || p->bytes < HUGE_BYTES) continue;
        if (!path.n) path = pm_path_of_pull(f->scene->ev, p);
        pm_strs_add(&names, pm_arena_fmt(f->scene->env->a, "%.*s (%.1f GiB)",
                                         PM_FMT(pm_name(f->scene->env, p->names->image)),
                                         (double)p->bytes / (double)(INT64_C(1) << 30)));
    }
    pm_strs_seal(f->scene->env->a, &names, PM_SEAL_SORTED);
    if (names.n)
        pm_finding_put(f, rule, path, 0, PM_NONE, pm_findings_many(f->scene->env, &names, "images"),
                       false);
}

#define SHARED_MIN 5 // images; fewer come from one place by nature
void pm_find_one_registry(struct findings *f, const json_t *rule) {
    struct pm_ids images = {0}, nodes = {0};
    uint32_t registry = 0;
    bool several = false;
    for (size_t i = 0; i < f->scene->pulls->n && !several; i++) {
        const struct pm_attempt *p = &f->scene->pulls->items[i];
        if (!p->names->registry) continue;
        several = registry && registry != p->names->registry;
        registry = p->names->registry;
        pm_ids_add_new(&images, p->names->repository);
        if (p->node) pm_ids_add_new(&nodes, p->node);
    }
    if (!several && images.n >= SHARED_MIN && nodes.n > 1 &&
        !pm_findings_mirrored(f->scene->ev, pm_name(f->scene->env, registry)))
        pm_finding_put(f, rule, PM_NONE, 0, PM_NONE,
                       pm_arena_fmt(f->scene->env->a,
                                    "all %u repositories that %u nodes pull are on %.*s", images.n,
                                    nodes.n, PM_FMT(pm_name(f->scene->env, registry))),
                       false);
    pm_ids_free(&images);
    pm_ids_free(&nodes);
}
