// How members, blocks of bytes and batches of rows are handed from thread to thread, and
// who waits for whom.
//
// A member's rows wait in memory for their turn; a worker that is ahead waits once
// PENDING_ROWS_BYTES are waiting, that of the first member in line once the writer has
// HEAD_ROWS_BYTES of it to take. Unwrapped bytes wait for workers in blocks, BLOCKS_BYTES
// of them at most. So memory is bounded whatever the bundle.
//
// Small files come in thousands, and waking a thread costs as much as reading one: the walk
// puts them in by the group, a worker wakes the writer for the end of a group or when it
// has nothing more to do, and the walk that is far ahead sleeps until half is written.
//
// Why it cannot lock up: workers take members in order, so the first unwritten member
// always has a worker (or none yet, and one is free to take it), the walk feeds members
// in order, and the writer drains the first member's rows as they come: its worker waits
// for nobody else.
#include "ingest/pipe.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BLOCKS_BYTES ((size_t)8 << 20)
#define SPARE_BLOCKS 32
#define SPARE_BATCHES 64 // fresh memory costs the kernel more than a row costs us
// Who waits for blocks, or for room for some, is woken for several: where both sides are as
// fast, they would wake each other for each.
#define WAKE_BLOCKS 4
#define PENDING_ROWS_BYTES ((size_t)24 << 20)
// More rows of one member than this are written before its end is known.
#define EARLY_ROWS_BYTES ((size_t)6 << 20)
#define HEAD_ROWS_BYTES ((size_t)8 << 20) // of the first in line: more than is written early
#define JOBS_AHEAD 256 // members the walk may be ahead: each may hold a file open
#define GROUP_JOBS 16
#define IDLE_NS 250000000

void pipe_init(struct pipe *p) {
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->work, NULL);
    pthread_cond_init(&p->space, NULL);
    pthread_cond_init(&p->ahead, NULL);
    pthread_cond_init(&p->out, NULL);
}

static void batch_free(struct batch *b) {
    pm_arena_free(b->arena);
    free(b);
}

void pipe_free(struct pipe *p) {
    for (struct pm_block *b = p->spare, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    for (struct batch *b = p->spare_batch, *next; b; b = next) {
        next = b->next;
        batch_free(b);
    }
    pthread_cond_destroy(&p->work);
    pthread_cond_destroy(&p->space);
    pthread_cond_destroy(&p->ahead);
    pthread_cond_destroy(&p->out);
    pthread_mutex_destroy(&p->lock);
}

// ---- blocks

struct pm_block *pipe_block_get(struct pipe *p) {
    pthread_mutex_lock(&p->lock);
    while (p->blocks_bytes >= BLOCKS_BYTES) pthread_cond_wait(&p->space, &p->lock);
    p->blocks_bytes += PM_BLOCK_BYTES;
    struct pm_block *b = p->spare;
    if (b) {
        p->spare = b->next;
        p->spares--;
    }
    pthread_mutex_unlock(&p->lock);
    if (!b) return pm_block_new();
    b->next = NULL;
    b->n = 0;
    return b;
}

void pipe_block_put(struct pipe *p, struct pm_block *b) {
    pthread_mutex_lock(&p->lock);
    p->blocks_bytes -= PM_BLOCK_BYTES;
    if (p->spares < SPARE_BLOCKS) {
        b->next = p->spare;
        p->spare = b;
        p->spares++;
        b = NULL;
    }
    if (p->blocks_bytes <= BLOCKS_BYTES - WAKE_BLOCKS * PM_BLOCK_BYTES)
        pthread_cond_broadcast(&p->space);
    pthread_mutex_unlock(&p->lock);
    free(b);
}

// ---- members

char *pipe_text(struct pm_str s) {
    char *t = pm_xmalloc(s.n + 1);
    memcpy(t, s.n ? s.p : "", s.n);
    t[s.n] = 0;
    return t;
}

struct job *pipe_job_new(enum job_kind kind, struct pm_str path, struct pm_str input,
                         int64_t mtime_ns) {
    struct job *j = pm_xmalloc(sizeof *j);
    *j = (struct job){.kind = kind,
                      .path = pipe_text(path),
                      .input = pipe_text(input),
                      .mtime_ns = mtime_ns,
                      .fd = -1};
    return j;
}

// With the lock held.
static void put_in(struct pipe *p, struct job *j) {
    p->jobs++;
    if (p->tail) p->tail->next = j;
    else p->head = j;
    p->tail = j;
    if (j->kind == JOB_SKIP) j->done = true;
    else if (!p->untaken) p->untaken = j;
}

static void put_held_in(struct pipe *p) {
    pthread_mutex_lock(&p->lock);
    if (p->jobs + p->held_n > JOBS_AHEAD) {
        pthread_cond_signal(&p->out); // the writer may sleep over what is done
        while (p->jobs > JOBS_AHEAD / 2) pthread_cond_wait(&p->ahead, &p->lock);
    }
    for (struct job *j = p->held, *next; j; j = next) {
        next = j->next;
        j->next = NULL;
        put_in(p, j);
    }
    p->held = p->held_last = NULL;
    p->held_n = 0;
    pthread_cond_broadcast(&p->work);
    pthread_cond_signal(&p->out);
    pthread_mutex_unlock(&p->lock);
}

void pipe_job_add(struct pipe *p, struct job *j) {
    if (p->held_last) p->held_last->next = j;
    else p->held = j;
    p->held_last = j;
    p->held_n++;
    if (!j->small || p->held_n == GROUP_JOBS) put_held_in(p);
}

void pipe_job_feed(struct pipe *p, struct job *j, struct pm_block *b) {
    pthread_mutex_lock(&p->lock);
    if (j->blocks_last) j->blocks_last->next = b;
    else j->blocks = b;
    j->blocks_last = b;
    if (++j->blocks_n == WAKE_BLOCKS) pthread_cond_broadcast(&p->work);
    pthread_mutex_unlock(&p->lock);
}

void pipe_job_fed(struct pipe *p, struct job *j, bool truncated) {
    pthread_mutex_lock(&p->lock);
    j->fed = true;
    j->truncated = truncated;
    pthread_cond_broadcast(&p->work);
    pthread_mutex_unlock(&p->lock);
}

void pipe_walked(struct pipe *p, bool whole) {
    put_held_in(p);
    pthread_mutex_lock(&p->lock);
    p->walked = true;
    p->partial |= !whole;
    pthread_cond_broadcast(&p->work);
    pthread_cond_broadcast(&p->out);
    pthread_mutex_unlock(&p->lock);
}

// With the lock held.
static void wake_writer(struct pipe *p) {
    p->done = 0;
    pthread_cond_signal(&p->out);
}

struct job *pipe_job_take(struct pipe *p) {
    pthread_mutex_lock(&p->lock);
    if (!p->untaken) wake_writer(p);
    while (!p->untaken && !p->walked) pthread_cond_wait(&p->work, &p->lock);
    struct job *j = p->untaken;
    if (j) {
        p->untaken = j->next;
        while (p->untaken && p->untaken->kind == JOB_SKIP) p->untaken = p->untaken->next;
    }
    pthread_mutex_unlock(&p->lock);
    return j;
}

struct pm_block *pipe_block_take(struct pipe *p, struct job *j, bool *truncated) {
    pthread_mutex_lock(&p->lock);
    if (!j->blocks)
        while (j->blocks_n < WAKE_BLOCKS && !j->fed) pthread_cond_wait(&p->work, &p->lock);
    struct pm_block *b = j->blocks;
    if (b) {
        j->blocks = b->next;
        j->blocks_n--;
    }
    if (!j->blocks) j->blocks_last = NULL;
    *truncated = j->truncated;
    pthread_mutex_unlock(&p->lock);
    return b;
}

void pipe_job_done(struct pipe *p, struct job *j, bool truncated) {
    pthread_mutex_lock(&p->lock);
    p->partial |= truncated;
    j->done = true;
    if (!j->small || ++p->done >= GROUP_JOBS) wake_writer(p);
    pthread_mutex_unlock(&p->lock);
}

struct job *pipe_job_next(struct pipe *p) {
    pthread_mutex_lock(&p->lock);
    while (!p->head && !p->walked) pthread_cond_wait(&p->out, &p->lock);
    struct job *j = p->head;
    pthread_mutex_unlock(&p->lock);
    return j;
}

static void job_free(struct job *j) {
    free(j->path);
    free(j->input);
    free(j->why);
    pm_arena_free(j->arena);
    free(j);
}

void pipe_job_drop(struct pipe *p, struct job *j) {
    pthread_mutex_lock(&p->lock);
    p->head = j->next;
    if (!p->head) p->tail = NULL;
    p->jobs--;
    if (p->jobs <= JOBS_AHEAD / 2) pthread_cond_signal(&p->ahead);
    pthread_cond_broadcast(&p->space);
    pthread_mutex_unlock(&p->lock);
    job_free(j);
}

// ---- rows

struct batch *pipe_batch_get(struct pipe *p) {
    pthread_mutex_lock(&p->lock);
    struct batch *b = p->spare_batch;
    if (b) {
        p->spare_batch = b->next;
        p->spare_batches--;
    }
    pthread_mutex_unlock(&p->lock);
    if (!b) {
        b = pm_xmalloc(sizeof *b);
        b->arena = pm_arena_new();
    }
    b->next = NULL;
    b->n = b->bytes = 0;
    return b;
}

void pipe_batch_put(struct pipe *p, struct batch *b) {
    pm_arena_reset(b->arena);
    pthread_mutex_lock(&p->lock);
    if (p->spare_batches < SPARE_BATCHES) {
        b->next = p->spare_batch;
        p->spare_batch = b;
        p->spare_batches++;
        b = NULL;
    }
    pthread_mutex_unlock(&p->lock);
    if (b) batch_free(b);
}

void pipe_rows_put(struct pipe *p, struct job *j, struct batch *b) {
    // As the arena takes it: in blocks.
    b->bytes = sizeof *b + (b->bytes > ARENA_BYTES ? b->bytes + ARENA_BYTES / 2 : ARENA_BYTES);
    pthread_mutex_lock(&p->lock);
    while (p->head == j ? j->rows_bytes >= HEAD_ROWS_BYTES : p->rows_bytes >= PENDING_ROWS_BYTES) {
        wake_writer(p);
        pthread_cond_wait(&p->space, &p->lock);
    }
    if (j->rows_last) j->rows_last->next = b;
    else j->rows = b;
    j->rows_last = b;
    j->rows_bytes += b->bytes;
    p->rows_bytes += b->bytes;
    if (j->rows_bytes >= EARLY_ROWS_BYTES) wake_writer(p);
    pthread_mutex_unlock(&p->lock);
}

static struct timespec idle_until(void) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += IDLE_NS;
    if (until.tv_nsec < 1000000000) return until;
    until.tv_sec++;
    until.tv_nsec -= 1000000000;
    return until;
}

// Small members are held until their end, so that duplicates need no rows.
static bool is_held(const struct job *j) {
    return !j->done && (j->rows_bytes < EARLY_ROWS_BYTES || !j->rows);
}

struct batch *pipe_rows_take(struct pipe *p, struct job *j, bool *done, void (*idle)(void *),
                             void *ctx) {
    pthread_mutex_lock(&p->lock);
    while (is_held(j)) {
        if (!idle) {
            pthread_cond_wait(&p->out, &p->lock);
            continue;
        }
        const struct timespec until = idle_until();
        pthread_cond_timedwait(&p->out, &p->lock, &until);
        pthread_mutex_unlock(&p->lock);
        idle(ctx);
        pthread_mutex_lock(&p->lock);
    }
    struct batch *b = j->rows;
    *done = j->done;
    j->rows = j->rows_last = NULL;
    p->rows_bytes -= j->rows_bytes;
    j->rows_bytes = 0;
    pthread_cond_broadcast(&p->space);
    pthread_mutex_unlock(&p->lock);
    return b;
}
