// One member at a time: what a worker knows of the one that it reads. member.c reads it
// and says what it is; member_rows.c makes rows of its events.
#pragma once
#include "ingest/digest.h"
#include "ingest/pipe.h"
#include <Judy.h>

struct reading {
    struct pipe *p;
    struct job *j;
    struct batch *batch;
    struct pm_request_fold *fold; // made for the first request
    struct pm_str node;           // the first that a fact named
    struct pm_clean_texts *clean;
    struct digest *digest;
    uint64_t told; // a hash over the records that events came from
    bool begun;    // something of the content was seen
    bool own;      // the member is of our own making: nothing of it is read
    // JudyL: record hash → times, for coarse stamps of this minute and the one before.
    Pvoid_t seen[2];
    int64_t minute;
    uint64_t record_offset; // the record that events come from, to number them
    uint32_t record_events;
};

// A sink of the framer's (frame.h); ctx is the reading.
void member_event(void *ctx, const struct pm_record *rec, const struct pm_parser *parser,
                  const struct pm_event *e);
bool member_again(void *ctx, struct pm_str line, const struct pm_alike *alike);
// The rows that still wait are given up, and what was remembered of the last minutes.
void member_rows_end(struct reading *r);
void member_note_feb29(struct pm_clock_evidence *c, const struct pm_record *rec);
