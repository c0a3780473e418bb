// The walk's side: one thread that walks and unwraps the bundle, and puts its members into
// the pipe in that order.
#include "ingest/pipe.h"
#include <string.h>
#include <sys/stat.h>

#define SMALL_BYTES ((uint64_t)64 << 10)

static struct job *job_of(enum job_kind kind, const struct pm_member *m) {
    struct job *j = pipe_job_new(kind, m->path, m->input, m->mtime_ns);
    j->place_at = m->path.n - m->place.n;
    j->input_at = m->at;
    j->lone = m->lone;
    return j;
}

static void on_file(void *ctx, const struct pm_member *m, int fd, bool gzip) {
    struct job *j = job_of(JOB_FILE, m);
    j->fd = fd;
    j->gzip = gzip;
    j->fed = true;
    j->small = m->bytes < SMALL_BYTES;
    pipe_job_add(ctx, j);
}

// An entry of an archive that fits into a block goes in with it, as a small file would.
static void on_begin(void *ctx, const struct pm_member *m) {
    struct pipe *p = ctx;
    p->feeding = job_of(JOB_STREAM, m);
    p->feeding_in = false;
}

static void put_feeding_in(struct pipe *p) {
    if (!p->feeding_in) pipe_job_add(p, p->feeding);
    p->feeding_in = true;
}

static struct pm_block *on_room(void *ctx) { return pipe_block_get(ctx); }

static void on_filled(void *ctx, struct pm_block *b) {
    struct pipe *p = ctx;
    if (b->n == PM_BLOCK_BYTES || (b->n && p->feeding->blocks)) put_feeding_in(p);
    if (b->n) pipe_job_feed(p, p->feeding, b);
    else pipe_block_put(p, b);
}

static void on_end(void *ctx, bool truncated) {
    struct pipe *p = ctx;
    p->feeding->small = !p->feeding_in;
    pipe_job_fed(p, p->feeding, truncated);
    put_feeding_in(p);
    p->feeding = NULL;
}

static void on_skipped(void *ctx, struct pm_str path, struct pm_str why) {
    struct job *j = pipe_job_new(JOB_SKIP, path, PM_NONE, PM_NO_TIME);
    j->why = pipe_text(why);
    j->small = true;
    pipe_job_add(ctx, j);
}

// One big file alone is better inflated by the walk while a worker parses; many are
// better inflated side by side.
static bool take_gzip(void *ctx) {
    struct pipe *p = ctx;
    struct stat st;
    bool alone = p->paths_n == 1 && stat(p->paths[0], &st) == 0 && S_ISREG(st.st_mode);
    return !alone;
}

void *ingest_walk(void *ctx) {
    struct pipe *p = ctx;
    const struct pm_bundle_sink sink = {p,      on_file,    on_begin,  on_room,       on_filled,
                                        on_end, on_skipped, take_gzip, &p->read_bytes};
    pipe_walked(p, pm_bundle_walk(p->paths, p->paths_n, &p->limits, &sink, p->diags));
    return NULL;
}
