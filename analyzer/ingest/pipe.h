// The pipe between the three sides of an ingest: what waits in it, and how it is handed
// on. walk.c puts members in, member.c makes rows of them, write.c takes these out in the
// order of the walk.
#pragma once
#include "bundle/bundle.h"
#include "clock/clock.h"
#include "clock/name.h"
#include "framing/frame.h"
#include "framing/voices/standing.h"
#include "clock/node.h"
#include "ingest/narrow_row.h"
#include "pm/ingest.h"
#include <pthread.h>
#include <stdatomic.h>

#define BATCH_ROWS 64
#define ARENA_BYTES ((size_t)64 << 10)

// Rows on their way to the writer; their texts live in the arena.
struct batch {
    struct batch *next;
    struct pm_arena *arena;
    size_t n, bytes;
    struct narrow_row *rows[BATCH_ROWS]; // in the arena
};

// What is known of one member, for the end of the run. Its texts live in the run's arena.
// Records of a member by who reads them.
struct member_share {
    struct pm_str format;
    uint64_t records;
};
struct result {
    struct pm_file_row row;
    struct pm_str path, input;
    struct pm_str place; // path within its input
    uint32_t input_at;
    bool lone; // it is its input
    int year;  // what the user said of its clock, where that is not this run's
    const struct pm_zone *zone;
    int64_t mtime_ns;
    uint32_t file;
    enum pm_component component;
    enum pm_node_from node_from;
    struct pm_str names[4]; // of its node, by who said it (enum pm_node_from)
    struct pm_str also;     // its own lines' name for it, where the cluster has another
    struct pm_clock_evidence clock;
    struct pm_frame_voice *voices;
    struct pm_standing_heard *heard; // of each voice
    size_t voices_n;
    struct member_share shares[PM_FRAME_SHARES];
    size_t shares_n;
    uint32_t copy_of; // index + 1 of the result whose bytes it has
    bool needs_dates, written;
    bool by_input;           // a merge named its node after its input, for want of a better name
    bool goes_on;            // a merge found that it is the rest of the member before
    bool packed;             // a merge found that it lay in an archive, whose order is kept
    struct pm_str packed_in; // that archive's path, or a folder in it
};

enum job_kind { JOB_STREAM, JOB_FILE, JOB_SKIP };
struct job {
    struct job *next;
    enum job_kind kind;
    char *path, *input, *why;
    size_t place_at, input_at; // where in the path its place in the input begins
    bool lone;
    bool small; // one of many files: nobody is woken for it alone
    int64_t mtime_ns;
    int fd;
    bool gzip;
    struct pm_block *blocks, *blocks_last; // not yet parsed
    size_t blocks_n;
    struct batch *rows, *rows_last; // not yet written
    size_t rows_bytes;
    bool fed, truncated;    // no more blocks come; because it broke off
    bool done;              // no more rows come
    struct pm_arena *arena; // the result's texts, made by the worker
    struct result r;
};

struct pipe {
    struct pm_timeline *timeline;
    const struct pm_ingest_options *o;
    struct pm_limits limits;
    struct pm_diags *diags;
    const char *const *paths;
    size_t paths_n;
    pthread_mutex_t lock;
    // A job or block came; room for blocks or rows was made, or for jobs; rows or an end came.
    pthread_cond_t work, space, ahead, out;
    // In order of the walk: to be written next, found last, the first without a worker.
    struct job *head, *tail, *untaken;
    size_t jobs, blocks_bytes, rows_bytes;
    size_t done;                  // jobs whose end the writer was not woken for
    struct job *held, *held_last; // the walk's own: found, and not yet put in
    size_t held_n;
    struct pm_block *spare;
    size_t spares;
    struct batch *spare_batch;
    size_t spare_batches;
    bool walked, partial;
    struct job *feeding;                // the walk's own: the member it reads at present
    bool feeding_in;                    // others know of it
    _Atomic uint64_t bytes, read_bytes; // parsed so far, and read of the inputs, for progress
    uint64_t total_bytes;               // of the inputs; 0 unknown
};

// The walk's: a block to fill waits until there is room for it, and so does a member.
struct pm_block *pipe_block_get(struct pipe *p);
void pipe_block_put(struct pipe *p, struct pm_block *b);
struct job *pipe_job_new(enum job_kind kind, struct pm_str path, struct pm_str input,
                         int64_t mtime_ns);
void pipe_job_add(struct pipe *p, struct job *j);
void pipe_job_feed(struct pipe *p, struct job *j, struct pm_block *b);
void pipe_job_fed(struct pipe *p, struct job *j, bool truncated);
void pipe_walked(struct pipe *p, bool whole);

// A worker's: the next member, NULL where no more come; its next block, NULL at its end;
// its rows, of which it gives up the batch; its end.
struct job *pipe_job_take(struct pipe *p);
struct pm_block *pipe_block_take(struct pipe *p, struct job *j, bool *truncated);
struct batch *pipe_batch_get(struct pipe *p);
void pipe_rows_put(struct pipe *p, struct job *j, struct batch *b);
void pipe_job_done(struct pipe *p, struct job *j, bool truncated);

// The writer's: the member in line, NULL after the last; the rows of it that wait, *done
// where no more come. `idle` (may be NULL) is called four times a second meanwhile.
struct job *pipe_job_next(struct pipe *p);
struct batch *pipe_rows_take(struct pipe *p, struct job *j, bool *done, void (*idle)(void *),
                             void *ctx);
void pipe_job_drop(struct pipe *p, struct job *j);
void pipe_batch_put(struct pipe *p, struct batch *b); // it was written

// Its node by who said it last of enum pm_node_from.
void ingest_node_choose(struct result *r);

char *pipe_text(struct pm_str s); // a copy for a job, which frees it
void pipe_init(struct pipe *p);
void pipe_free(struct pipe *p);

// The sides that are threads of their own; ctx is the pipe.
void *ingest_walk(void *ctx);
void *ingest_work(void *ctx);
