// The writer's side: the calling thread. write.c writes the rows of members in their
// order; settle.c, once all are read, says of each whose it is and when it was.
#pragma once
#include "ingest/pipe.h"
#include "pm/intern.h"

struct writer {
    struct pipe *p;
    struct pm_arena *arena; // results' texts, for the whole run
    struct result *results;
    size_t n, cap;
    struct pm_intern *hashes; // content hash → first member with it
    uint32_t *first;
    size_t first_n, first_cap;
    struct pm_intern *cluster;    // node names that events and objects use
    struct pm_redactor *redactor; // NULL: secrets stay
    int64_t began_ns, told_ns;
    struct pm_row *rows; // BATCH_ROWS of them: those of the batch that is written
    int64_t now_ns;      // by which years are guessed at last; 0: this machine's clock
};

void ingest_write(struct writer *w);
void ingest_settle(struct writer *w);
// What was said of each member and input, before anything is made of it. facts.c
void ingest_facts_write(struct writer *w);
void ingest_facts_pack(const struct result *r, struct pm_buf *clock, struct pm_buf *voices);
// False where the bytes are not ours.
bool ingest_facts_unpack(struct result *r, struct pm_str clock, struct pm_str voices,
                         struct pm_arena *a);
// The next result repeats an earlier one's bytes, and both may be of one node. write.c
bool ingest_find_duplicate(struct writer *w, struct result *r);
// Stamps without a year or a zone, or ages: not dated before all is known.
bool ingest_needs_dates(const struct pm_clock_evidence *c);
// The path of a member as it is shown: people put tokens into names of folders, too.
struct pm_str ingest_shown(void *writer, struct pm_str path);
int64_t ingest_monotonic_ns(void);
