// Ingest: a bundle in, a timeline out. Level 5 (analyzer/ingest/).
#pragma once
#include "pm/timeline.h"
#include "pm/parser.h"

struct pm_ingest_options {
    int threads;                            // 0: as many as cores, at most 8
    bool redact;                            // default true
    const struct pm_redact_key *redact_key; // --redact-key; NULL: tags are numbers
    // --tz: "UTC", "+02:00", "Europe/Berlin" (read from the system's zoneinfo); NULL:
    // find out
    const char *tz;
    int year;                // --year; 0: find out
    bool progress;           // stderr is a terminal
    bool digests_of_samples; // the timeline goes with the run, and nobody sees its files' sums
    // What the one input holds (bundle/known_again.c), kept so that it is known again; NULL:
    // not asked
    const char *content;
    uint64_t member_max_bytes, depth_max, ratio_max, members_max,
        line_max_bytes; // limits; 0: defaults
};
// Reads every path ("-" is stdin). Never stops at a bad member: diags hold it. Returns
// false where some input could not be read whole (exit status 3).
bool pm_ingest(struct pm_timeline *t, const char *const *paths, size_t paths_n,
               const struct pm_ingest_options *o, struct pm_diags *diags);

// Behind the last pm_timeline_merge_take: decides over all members what an ingest of all of
// them would have decided. False: why.
bool pm_ingest_merged(struct pm_timeline *t, struct pm_diags *diags, const char **why);

// Both, for one source.
bool pm_ingest_merge(struct pm_timeline *t, const char *path, const char **why);

// Text in memory through the same framing and parsers, without a timeline: `explain`,
// tests, fuzz targets.
typedef void
pm_explain_cb(void *ctx, const struct pm_record *r, const struct pm_parser *p,
              const struct pm_event *e); // e NULL: understood, no event; p NULL: nobody's
void pm_ingest_text(struct pm_str text, const char *path, pm_explain_cb *cb, void *ctx,
                    struct pm_diags *diags);
// The same for a person's question: parsers also tell what the line says of a request or
// a pod that is no image's business.
void pm_ingest_text_every(struct pm_str text, pm_explain_cb *cb, void *ctx, struct pm_diags *diags);

// Redaction of one text: same secret, same tag. Returns s itself where nothing is secret.
// The tags hold marks, in memory only, until numbers are given for them in the order of
// pm_redact_number's calls; by one thread.
//
// With a key the tag is a keyed hash of the secret instead (HMAC-SHA-256, its first 80
// bits): the same in every run, shard and merge with that key.
struct pm_redact_key;
struct pm_redact_key *pm_redact_key_new(const void *key, size_t n);
void pm_redact_key_free(struct pm_redact_key *key);
struct pm_redactor;
struct pm_redactor *pm_redactor_new(const struct pm_redact_key *key); // NULL: numbers
void pm_redactor_free(struct pm_redactor *r);
struct pm_str pm_redact(const struct pm_redact_key *key, struct pm_arena *a, struct pm_str s);
// the piece stands in a text without secrets, and so has none
bool pm_redact_covers(struct pm_str clean, struct pm_str piece);
// Texts that were found clean a moment ago, as messages come again and again. Of one
// thread.
struct pm_clean_texts;
struct pm_clean_texts *pm_clean_texts_new(void);
void pm_clean_texts_free(struct pm_clean_texts *seen);
// pm_redact, where it was not seen
struct pm_str pm_redact_anew(const struct pm_redact_key *key, struct pm_clean_texts *seen,
                             struct pm_arena *a, struct pm_str s);
// The same for a line with its stamps, which differ where nothing else does.
struct pm_str pm_redact_line(const struct pm_redact_key *key, struct pm_clean_texts *seen,
                             struct pm_arena *a, struct pm_str s);
// tags without marks: for hashes of texts
struct pm_str pm_redact_blank(struct pm_arena *a, struct pm_str s);
struct pm_str pm_redact_number(struct pm_redactor *r, struct pm_arena *a, struct pm_str s);
// both in one
struct pm_str pm_redact_now(struct pm_redactor *r, struct pm_arena *a, struct pm_str s);
