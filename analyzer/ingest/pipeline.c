// pm_ingest: one thread walks and unwraps, workers frame and parse members, the calling
// thread writes.
//
// Same bundle, same bytes out, however many workers: members are numbered by the walk,
// and their rows are written in that order (pipe.c says how they wait for one another).
//
// Plain files, and gzip over plain text where there are several inputs, are read by the
// worker itself: no hand-over, no copy. Not done: cutting one big member into pieces for
// two workers. Envelopes, continuation lines and table headers reach over any border.
#include "ingest/writer.h"
#include <stdlib.h>
#include <unistd.h>

#define THREADS_MAX 64
#define THREADS_UNASKED_MAX 8

static int threads_of(const struct pm_ingest_options *o) {
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (o->threads > 0) return o->threads > THREADS_MAX ? THREADS_MAX : o->threads;
    if (cores < 1) return 1;
    return cores > THREADS_UNASKED_MAX ? THREADS_UNASKED_MAX : (int)cores;
}

static void write_all(struct pipe *p) {
    struct writer w = {.p = p,
                       .arena = pm_arena_new(),
                       .hashes = pm_intern_new(),
                       .cluster = pm_intern_new(),
                       .rows = pm_xmalloc(BATCH_ROWS * sizeof *w.rows),
                       .began_ns = ingest_monotonic_ns()};
    if (p->o->redact) w.redactor = pm_redactor_new(p->o->redact_key);
    ingest_write(&w);
    if (pm_timeline_keeps_facts(p->timeline)) ingest_facts_write(&w);
    ingest_settle(&w);
    if (w.redactor && p->diags) pm_diags_rewrite(p->diags, ingest_shown, &w);
    free(w.rows);
    free(w.results);
    free(w.first);
    pm_intern_free(w.hashes);
    pm_intern_free(w.cluster);
    pm_redactor_free(w.redactor);
    pm_arena_free(w.arena);
}

bool pm_ingest(struct pm_timeline *t, const char *const *paths, size_t paths_n,
               const struct pm_ingest_options *o, struct pm_diags *diags) {
    struct pipe p = {.timeline = t, .o = o, .diags = diags, .paths = paths, .paths_n = paths_n};
    p.limits =
        (struct pm_limits){o->member_max_bytes, o->depth_max, o->ratio_max, o->members_max, 0};
    pm_limits_default(&p.limits);
    pipe_init(&p);
    if (o->progress) p.total_bytes = pm_bundle_bytes(paths, paths_n);
    pm_timeline_begin(t);
    pthread_t walker, workers[THREADS_MAX];
    int n = threads_of(o), started = 0;
    if (pthread_create(&walker, NULL, ingest_walk, &p) != 0) pm_die_oom();
    while (started < n && pthread_create(&workers[started], NULL, ingest_work, &p) == 0) started++;
    if (started == 0) pm_die_oom();
    write_all(&p);
    pthread_join(walker, NULL);
    for (int i = 0; i < started; i++) pthread_join(workers[i], NULL);
    pipe_free(&p);
    return !p.partial && !pm_diags_lost(diags);
}
