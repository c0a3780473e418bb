// The timeline: one SQLite file. Level 5. Only analyzer/timeline/ includes sqlite3.h.
//
// Ownership: a pm_timeline owns its connection. Rows handed out borrow until the next
// step or the end of the query. One writer: pm_timeline_put is called from the writer
// thread only.
#pragma once
#include "pm/event.h"
#include "pm/arena.h"
#include "pm/diag.h"

struct pm_timeline;
// path NULL: a private temporary database, gone at close. `create`: make or overwrite;
// else open an existing one. NULL with *why set.
struct pm_timeline *pm_timeline_open(const char *path, bool create, const char **why);
struct pm_timeline *pm_timeline_open_read(const char *path, const char **why);
// A temporary one that is filled and read by this run alone, before anything is put: its rows
// take a fraction of the work. False: see error.
bool pm_timeline_packed(struct pm_timeline *t);
bool pm_timeline_is(const char *path); // the file is a timeline, by its first bytes
void pm_timeline_close(struct pm_timeline *t);
// The same, and whether all of it is on the disk under its name. False with *why: a new
// file is removed, and what was under the name before is still there.
bool pm_timeline_finish(struct pm_timeline *t, const char **why);
// The first thing that went wrong with the file since it was opened (disk full, damage),
// NULL: nothing.
const char *pm_timeline_error(const struct pm_timeline *t);

// One member of a bundle: the report's files[] and the view `files`.
struct pm_file_row {
    struct pm_str path, format, component, node, envelopes; // envelopes: names joined with '+'
    uint64_t bytes, lines, events, bad, undated;
    int64_t from_ns, to_ns; // PM_NO_TIME where nothing is dated
    enum pm_quality quality;
    int year; // 0 where stamps carry their own
    struct pm_str year_from, offset_from;
    int32_t utc_offset_s;
    bool offset_known;
    int64_t skew_ms;
    struct pm_str hash;    // content hash (zlib CRC-32 and length), for duplicates
    uint32_t duplicate_of; // file id + 1, 0 none; in a report, place in the list + 1
    uint32_t id;           // reading only
};
uint32_t pm_timeline_file(struct pm_timeline *t, const struct pm_file_row *f); // → file id
// after its clock is known
void pm_timeline_file_update(struct pm_timeline *t, uint32_t id, const struct pm_file_row *f);
void pm_timeline_skipped(struct pm_timeline *t, struct pm_str path, struct pm_str why);
// A whole shard is missing: whoever reports or gates this timeline is told. Until it is
// there after all.
void pm_timeline_lacks(struct pm_timeline *t, const char *shard, const char *why);
void pm_timeline_lacks_no_more(struct pm_timeline *t, const char *shard);
void pm_timeline_diags(struct pm_timeline *t, struct pm_diags *d);
void pm_timeline_meta(struct pm_timeline *t, const char *key, struct pm_str value);
#define PM_META_SECRETS "secrets" // "kept": of a run with --no-redact
struct pm_str pm_timeline_meta_get(struct pm_timeline *t, const char *key, struct pm_arena *a);

// An event as stored.
struct pm_row {
    uint64_t id;
    uint32_t file;
    uint64_t line;
    int64_t part;  // of a log that was cut: parts and then lines are in order; reading only
    uint64_t hash; // of the record's text: duplicates across files
    // n-th record with this hash in its file (0 where its own stamp has a fraction below
    // 1 ms): equal (hash, ordinal) are the same record
    uint32_t ordinal;
    struct pm_str raw; // first line, redacted, at most 2 KiB: evidence
    int64_t ts_ns;     // PM_NO_TIME unknown. While ingesting: raw ns of ts_kind
    enum pm_when_kind ts_kind;
    enum pm_quality quality;
    int64_t first_ns, last_ns; // PM_NO_TIME unknown
    // while ingesting: its texts hold marks of secrets, which become numbers when it is
    // written
    bool tagged;
    struct pm_event event; // strings borrowed
    // The number of each text of it, reading only: equal numbers are equal texts, small and
    // dense. 0: no text, or one that has none.
    uint32_t text_id[PM_F_COUNT];
    const char *path; // of the file, reading only
};
void pm_timeline_begin(struct pm_timeline *t);
void pm_timeline_put(struct pm_timeline *t, const struct pm_row *row);
void pm_timeline_put_all(struct pm_timeline *t, const struct pm_row *rows, size_t n);
// Dates the rows of one file: called once per file after ingest. fix(raw kind, raw ns) →
// final ns; see clock/clock.c.
typedef int64_t pm_clock_fix(void *ctx, enum pm_when_kind kind, int64_t ns,
                             enum pm_quality *quality);
void pm_timeline_redate(struct pm_timeline *t, uint32_t file, pm_clock_fix *fix, void *ctx);
// Events of one file that name no node and come from a node's own programs (kubelet,
// runtimes, client, host) get this one; those that name `also` (PM_NONE: nobody), the
// same node under its host's name, too. Before commit.
void pm_timeline_renode(struct pm_timeline *t, uint32_t file, struct pm_str node,
                        struct pm_str also);
// Events of one file, voice (event.voice) and component become hearsay. Before commit.
void pm_timeline_hearsay(struct pm_timeline *t, uint32_t file, uint32_t voice,
                         enum pm_component component);
// marks duplicates (counted)
void pm_timeline_commit(struct pm_timeline *t);

// Walk events in order of time. `where` is SQL over the columns of event and shape in
// schema.sql, or NULL. cb returns false to stop.
typedef bool pm_row_cb(void *ctx, const struct pm_row *row);
void pm_timeline_each(struct pm_timeline *t, const char *where, pm_row_cb *cb, void *ctx);
// All of them in the same order, as the judge reads them: with raw of hearsay only.
void pm_timeline_walk(struct pm_timeline *t, pm_row_cb *cb, void *ctx);
typedef bool pm_file_cb(void *ctx, uint32_t id, const struct pm_file_row *f);
void pm_timeline_each_file(struct pm_timeline *t, pm_file_cb *cb, void *ctx);
// Plain SQL for the judge and `query`: cb gets text cells (NULL for SQL null). False with
// *why on a mistake. Read-only.
typedef bool pm_sql_cb(void *ctx, int columns, const char *const *names, const char *const *cells);
bool pm_timeline_sql(struct pm_timeline *t, const char *sql, pm_sql_cb *cb, void *ctx,
                     struct pm_str *why, struct pm_arena *a);
// The same with a letter a cell: n null, i integer, f float, t text, b blob.
typedef bool pm_sql_typed_cb(void *ctx, int columns, const char *const *names,
                             const char *const *cells, const char *types);
bool pm_timeline_sql_typed(struct pm_timeline *t, const char *sql, pm_sql_typed_cb *cb, void *ctx,
                           struct pm_str *why, struct pm_arena *a);
// The text cell that a fraction is; which halves it rounds down differs by SQLite's version.
enum { PM_SQL_FRACTION_BYTES = 40 };
struct pm_str pm_sql_fraction(double x, char text[PM_SQL_FRACTION_BYTES]);
// What was said of a member, before anything was made of it: from this a merge decides
// again, over all members. Only a timeline with a file keeps it.
struct pm_member_facts {
    uint32_t input;      // of pm_timeline_input
    struct pm_str place; // path within it
    int64_t mtime_ns;    // PM_NO_TIME unknown
    enum pm_component component;
    struct pm_str fact_node, envelope_node;
    bool written; // its rows are here: it is no copy of an earlier member
    int year;     // the user's, 0 none
    struct pm_str tz;
    int64_t read_ns; // PM_NO_TIME where nothing hangs on it
    struct pm_str clock, voices;
};
bool pm_timeline_keeps_facts(const struct pm_timeline *t);
void pm_timeline_input(struct pm_timeline *t, uint32_t id, struct pm_str whole,
                       struct pm_str prefix, struct pm_str content);
bool pm_timeline_has_input(struct pm_timeline *t, const char *content);
void pm_timeline_fact(struct pm_timeline *t, uint32_t file, const struct pm_member_facts *f);
// The year of this member was guessed from the time at which it was read.
void pm_timeline_fact_read(struct pm_timeline *t, uint32_t file, int64_t now_ns);
typedef bool pm_fact_cb(void *ctx, uint32_t file, const struct pm_member_facts *f);
void pm_timeline_each_fact(struct pm_timeline *t, pm_fact_cb *cb, void *ctx);
typedef bool pm_input_cb(void *ctx, uint32_t id, struct pm_str whole, struct pm_str shard);
void pm_timeline_each_input(struct pm_timeline *t, pm_input_cb *cb, void *ctx);
// A member that repeats another has no rows; one that turns out not to gets them.
void pm_timeline_rows_drop(struct pm_timeline *t, uint32_t file);
void pm_timeline_rows_repeat(struct pm_timeline *t, uint32_t file, uint32_t of);
// Members of logs that were cut, by id and in order, where the order is not that of their
// least times: "7 3 12 9", of each path all.
void pm_timeline_parts(struct pm_timeline *t, struct pm_str ids);
// Rows of a log that was cut, which one reading would have folded into one: such a row stands
// before theirs until the next merge. `as` is the one that they went into, as it is with them,
// and `was_ns` its time before. First all copies of records are found.
void pm_timeline_copies_find(struct pm_timeline *t);
void pm_timeline_join(struct pm_timeline *t, const struct pm_row *as, int64_t was_ns,
                      const uint64_t *rows, size_t n);
// Events of a member whose client is called by the member's path, as a session of nobody's.
void pm_timeline_path_anew(struct pm_timeline *t, uint32_t file, struct pm_str before,
                           struct pm_str path);
// Paths of what was skipped or wrong get the names that their members got.
typedef struct pm_str pm_place_cb(void *ctx, uint32_t input, struct pm_str place,
                                  struct pm_arena *a);
void pm_timeline_places_name(struct pm_timeline *t, pm_place_cb *name, void *ctx);

// Merging: each source is taken; then, once for all, rows are put back to what was said,
// ingest decides again (pm_ingest_merged), and records that two members hold are dropped.
// Where taking returns false, nothing of this source was taken.
bool pm_timeline_merge_take(struct pm_timeline *into, const char *path, const char **why);
bool pm_timeline_merge_begin(struct pm_timeline *into, bool *settled); // nothing new to decide
bool pm_timeline_merge_end(struct pm_timeline *into, const char **why);

// Names → pseudonyms, in three steps: what the timeline names is shown to p, p settles its
// numbers, the timeline is rewritten. Once it is committed, before it is judged.
struct pm_pseudonyms;
void pm_timeline_names(struct pm_timeline *t, struct pm_pseudonyms *p);
bool pm_timeline_pseudonymise(struct pm_timeline *t, struct pm_pseudonyms *p); // false: see error
bool pm_timeline_is_pseudonymised(struct pm_timeline *t);

// What the judge found goes back, so that the views answer it.
struct pm_pull;
struct pm_incident;
struct pm_quota;
bool pm_timeline_takes_judgement(const struct pm_timeline *t); // else what is put goes nowhere
void pm_timeline_put_verdict(struct pm_timeline *t, uint64_t event_id, const char *cause,
                             const char *rule);
void pm_timeline_put_pull(struct pm_timeline *t, const struct pm_pull *p);
void pm_timeline_put_incident(struct pm_timeline *t, const struct pm_incident *i);
void pm_timeline_put_quota(struct pm_timeline *t, const struct pm_quota *q);
// A temporary one, of which reports are written and nothing else: what is put is not kept.
void pm_timeline_judgement_unasked(struct pm_timeline *t);
// One that is only read: what is put goes beside it, and its views answer that until it is
// closed.
void pm_timeline_judgement_aside(struct pm_timeline *t);
void pm_timeline_clear_judgement(struct pm_timeline *t); // before judging again
