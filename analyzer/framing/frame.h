// Framing: a member's bytes → records → events. Level 4, inside ingest.
//
// Push model: the pipeline feeds decompressed bytes in blocks of any size, the framer
// does the rest: encoding, lines, sections, JSON and YAML items, envelopes, continuation
// lines, bids. It is single-threaded; each worker has its own. Everything it calls back
// with is borrowed until the callback returns.
#pragma once
#include "base/block.h"
#include "pm/envelope.h"
#include "pm/parser.h"
#include "pm/diag.h"

struct pm_ingest_sink { // where a member's facts go: the writer's queue, or `explain`
    void *ctx;
    // A normalised event. Called in record order.
    void (*event)(void *ctx, const struct pm_record *r, const struct pm_parser *p,
                  const struct pm_event *e);
    // A line like an earlier one, whose event went into a row that is still open: true, it
    // went there, too, and neither event nor stamps are called for it. May be NULL.
    bool (*again)(void *ctx, struct pm_str line, const struct pm_alike *alike);
    // After each record, events or not (p NULL: nobody's). May be NULL.
    void (*record)(void *ctx, const struct pm_record *r, const struct pm_parser *p);
    void (*fact)(void *ctx, const struct pm_record *r, enum pm_fact fact, struct pm_str text,
                 const struct pm_when *when);
    // Clock evidence: an envelope's stamp and the payload's own on one record (either may
    // be kind NONE). May be NULL.
    void (*stamps)(void *ctx, const struct pm_record *r, const struct pm_when *envelope,
                   const struct pm_when *payload);
    struct pm_diags *diags;
};

struct pm_frame_options {
    uint64_t line_max_bytes; // 0: 16 MiB
    // The member's path with folders that the user gave: a file of a pod's folder that is read
    // alone is still that pod's. PM_NONE: the path is all.
    struct pm_str given;
    bool all_lines; // never prefilter (explain, tests)
    bool soon;      // begin to prefilter as soon as the records suffice (tests)
    bool anew;      // no line's events are given again without reading it (tests)
    bool every;     // parsers tell of requests and pods that are no image's business, too (explain)
};
// A writer of a member, as far as its standing goes (frame_voice_stand.c). Groups are enum
// pm_group bits, `of` is indexed by pm_group_index.
#define PM_FRAME_VOICES 120
// A merge asks for all of it again: ingest/facts.c keeps each member.
struct pm_frame_voice {
    unsigned known, bulk, first, named; // named: what the name says, whether it is enough or not
    uint64_t preamble;                  // records before the first that is anybody's
    bool plain, container, quotes, prose, stranger;
    unsigned open
        [2]; // components (bits) with events that hang on this voice: in their own grammar; recognised by their words
    unsigned speaks; // components (bits) in whose grammar it has events, heard or not
    uint64_t records, of[6], talk, told, neutral, foreign, code, sentences, prompts,
        headings; // code: of the foreign ones, what looks like a program's text
    bool teaches; // it is no report of somebody's trouble: a runbook, an FAQ
};
// Groups whose events of this voice count; `talk`: those of its lines that were
// recognised by their words alone.
unsigned pm_frame_voice_testifies(const struct pm_frame_voice *v, bool talk);

#define PM_FRAME_SHARES 4 // of formats, the most
struct pm_frame_share {
    const struct pm_parser *format;
    uint64_t records;
};
struct pm_frame_stats { // complete after pm_frame_end
    uint64_t bytes, lines, records, events, bad, undated,
        skipped_lines;              // skipped: left out by the prefilter, counted all the same
    const struct pm_parser *format; // most records, fallbacks not counted; NULL: nobody's
    struct pm_frame_share shares[PM_FRAME_SHARES]; // it and the next, as long as they have any
    const char *envelopes[PM_ENVELOPES_MAX];
    int envelope_count;
    struct pm_str node; // most named by envelopes; lives in the framer
};
struct pm_frame;
struct pm_frame *pm_frame_new(const struct pm_ingest_sink *sink, struct pm_str path,
                              const struct pm_frame_options *o);
void pm_frame_feed(struct pm_frame *f, const char *p, size_t n);
// The same of a block, around whose bytes the frame may write meanwhile. It keeps none of it.
void pm_frame_feed_block(struct pm_frame *f, struct pm_block *b);
void pm_frame_end(struct pm_frame *f, bool truncated); // truncated: the archive broke off
const struct pm_frame_stats *pm_frame_stats(const struct pm_frame *f);
size_t pm_frame_voices(const struct pm_frame *f, struct pm_frame_voice *out,
                       size_t max); // after the end, in the order of event.voice / 2 - 1
void pm_frame_free(struct pm_frame *f);

// analyzer/framing/prefilter/prefilter.c. The next line in [p, end) that holds one of the literals, and
// not only in a journal's _CMDLINE, which nobody reads: its first byte, or `end` where there
// is none. `p` is at a line's start. *newlines is increased by the newlines passed before the
// returned line.
const char *pm_prefilter_next(const char *p, const char *end, uint64_t *newlines);
uint64_t pm_newlines_count(const char *p, const char *end);
bool pm_bytes_odd(const char *p, const char *end); // is one NUL, or beyond ASCII?
// prefilter_literals.c, NULL-terminated; tests/unit/test_prefilter.c proves that every yes
// sample of a SPARSE parser or rule holds one.
extern const char *const pm_prefilter_literals[];
