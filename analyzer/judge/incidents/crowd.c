// More incidents than anybody reads: the smallest of each cause are told as one.
//
// A list of twelve thousand images that were not found, without a time or a node to join
// them by, is twelve thousand incidents by the rules of grouping. Each costs a look at
// all that happened, so that the work would grow with the square of the input, and the
// report would be of no use. So there is a bound; each cause keeps its share of it (a
// rare one is never crowded out by a frequent one), of a cause those with most failed
// pulls stay, and the rest goes into one. No pull is lost by it, and a diagnostic says
// so. Decided against: a bound on pulls, which would make counts wrong.
#include "judge/incidents/hits.h"
#include <stdlib.h>

#define INCIDENTS_MAX 1000

struct rank {
    uint32_t hit;
    int cause;
    uint64_t failed;
};

static int by_size(const void *a, const void *b) {
    const struct rank *x = a, *y = b;
    if (x->cause != y->cause) return x->cause < y->cause ? -1 : 1;
    if (x->failed != y->failed) return x->failed > y->failed ? -1 : 1;
    return x->hit < y->hit ? -1 : x->hit > y->hit;
}

static bool may_join(const struct pm_hit *h) {
    return !h->dropped && !h->side && !h->client && h->pulls.n > 0;
}

// Those of one cause, largest first: what is beyond its share joins the first that is.
static size_t pool(const struct pm_pulls *pulls, struct pm_hits *hits, const struct rank *of,
                   size_t n, size_t share) {
    if (n <= share + 1) return 0;
    for (size_t i = share + 1; i < n; i++)
        pm_hit_take_over(pulls, &hits->items[of[share].hit], &hits->items[of[i].hit]);
    return n - share;
}

// What was taken over is gone: nothing points to places in the list yet.
static void close_up(struct pm_hits *hits) {
    size_t kept = 0;
    for (size_t i = 0; i < hits->n; i++) {
        if (hits->items[i].dropped) pm_hit_free(&hits->items[i]);
        else hits->items[kept++] = hits->items[i];
    }
    hits->n = kept;
}

void pm_crowd_pool(const struct pm_scene *scene, struct pm_hits *hits) {
    struct rank *all = pm_xmalloc((hits->n + 1) * sizeof *all);
    size_t n = 0, pooled = 0;
    for (size_t i = 0; i < hits->n; i++)
        if (may_join(&hits->items[i]))
            all[n++] = (struct rank){(uint32_t)i, hits->items[i].cause, hits->items[i].failed};
    qsort(all, n, sizeof *all, by_size);
    for (size_t from = 0, to; n > INCIDENTS_MAX && from < n; from = to) {
        for (to = from; to < n && all[to].cause == all[from].cause;) to++;
        pooled +=
            pool(scene->pulls, hits, all + from, to - from, 1 + (to - from) * INCIDENTS_MAX / n);
    }
    free(all);
    close_up(hits);
    if (pooled)
        pm_diags_add(
            scene->env->diags, PM_NONE, 0, "limit-incidents",
            "%zu incidents would be told: of each cause the smallest, %zu in all, are told as one",
            n, pooled);
}
