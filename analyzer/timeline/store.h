// Inside of the timeline: what its files share. Level 5, private to analyzer/timeline/,
// the only room that includes sqlite3.h.
#pragma once
#include "pm/arena.h"
#include "pm/intern.h"
#include "pm/timeline.h"
#include <sqlite3.h>

// "pm1t"; raise the schema when physical tables change meaning.
enum { PM_TIMELINE_APPLICATION = 0x706d3174, PM_TIMELINE_SCHEMA = 3 };

enum timeline_stmt { // prepared once, on first use
    ST_STRING,
    ST_STRINGS,
    ST_STRING_GET,
    ST_EVENT,
    ST_EVENTS,
    ST_REDATE_READ,
    ST_REDATE,
    ST_STANDING,
    ST_SAID,
    ST_INPUT,
    ST_FACT,
    ST_FACT_READ,
    ST_FACT_WRITTEN,
    ST_MEMBER,
    ST_MEMBER_UPDATE,
    ST_SKIPPED,
    ST_UNSKIP,
    ST_UNLACK,
    ST_DIAG,
    ST_META,
    ST_META_GET,
    ST_VERDICT,
    ST_PULL,
    ST_INCIDENT,
    ST_QUOTA,
    ST_QUOTA_POINT,
    ST_COUNT
};

// Columns of `event` behind its id and member.
#define TIMELINE_EVENT_READ                                                                        \
    "ts,stamps,quality,first_ns,last_ns,kind,component,stage,status,standing,"                     \
    "flags,count,duration_ns,waiting_ns,bytes,limit_,remaining,window_s,node,namespace,pod,"       \
    "pod_uid,workload,container,image,registry,repository,tag,digest,client,user,method,url,host," \
    "user_agent,reason,error,message,secret,object,join_,writer,detail"
#define TIMELINE_EVENT_REST "line,hash,ordinal," TIMELINE_EVENT_READ ",raw"

// Parameters of the event insert that are numbers; the last one is raw. Rows and texts are
// put eight by one statement: opening and closing the table costs as much as a row does.
enum { EVENT_NUMBERS = 22 + PM_F_COUNT, EVENT_COLUMNS = EVENT_NUMBERS + 1, GROUP_ROWS = 8 };
// What was made of a row, in `stamps` above the three kinds.
enum {
    ROW_KINDS = 0x1ff,
    ROW_NODE_GIVEN = 0x200,
    ROW_SILENCED = 0x400,
    ROW_STANDING_SHIFT = 11,
    ROW_NODE_RENAMED = 0x2000
};
// Event ids between which a member's rows are; other members' may be among them.
struct row_span {
    int64_t lo, hi;
};

struct pm_timeline {
    sqlite3 *db;
    char *path;
    // A new file is written beside its place and moved there at close, so that a crash leaves
    // no half timeline.
    char *building;
    int lock; // of the file that is built; -1 none
    bool writable, in_transaction, committed, locked;
    bool judgement_unasked;
    bool strings_loaded;       // of a file that was there before
    struct pm_intern *strings; // string.id == intern id
    uint32_t strings_written;
    uint64_t strings_bytes;
    uint32_t loose_next;       // ids of texts kept outside the interning budget
    uint32_t last[PM_F_COUNT]; // per field: the id seen last, most rows repeat it
    uint32_t strings_from;     // while they are held: the first without a row
    bool strings_held;         // new texts get their numbers now and their rows in groups
    // What the parameters of the inserts hold, of one row and of each row of a group;
    // PM_NO_TIME stands for NULL.
    int64_t bound[1 + GROUP_ROWS][EVENT_NUMBERS];
    struct row_span *spans;
    size_t spans_n, spans_cap; // by member id
    uint8_t *seen;             // two bits a slot: a record's hash was seen, was seen twice
    bool seen_twice;
    int64_t rows_last; // of a merge: the last row's number
    bool look_taken;   // a merge into a file that is there: texts are looked at as they come
    size_t struck;     // of these
    struct pm_arena *row_arena;
    sqlite3_stmt *stmt[ST_COUNT];
    struct pm_buf error; // the first thing that went wrong
};

// statements.c
bool timeline_check(struct pm_timeline *t, int rc); // false, and remembered, where rc is an error
sqlite3_stmt *
timeline_stmt(struct pm_timeline *t,
              enum timeline_stmt which); // NULL where it cannot be prepared (remembered)
bool timeline_exec(struct pm_timeline *t, const char *sql);
struct pm_str timeline_section_text(const char *name);          // of schema.sql
bool timeline_section(struct pm_timeline *t, const char *name); // runs it
void timeline_write_begins(struct pm_timeline *t);              // a transaction is open after this
bool timeline_run(struct pm_timeline *t, sqlite3_stmt *s);      // step to the end and reset
int64_t timeline_number(struct pm_timeline *t, const char *sql, int64_t otherwise);

// create.c
struct pm_timeline *timeline_new(bool writable); // nothing of it is open yet
// NULL path: a temporary one. NULL: `why`.
struct pm_timeline *timeline_create(const char *path, const char **why);

// close.c: NULL, with "PATH WHAT DETAIL" in `why`; closes what was opened
struct pm_timeline *timeline_refuse(struct pm_timeline *t, const char **why, const char *path,
                                    const char *what, const char *detail);

// strings.c
void timeline_bound_forget(struct pm_timeline *t); // write.c: its statements are made anew
// Between the two, new texts get their numbers at once and their rows at the end, in groups.
void timeline_strings_hold(struct pm_timeline *t);
void timeline_strings_release(struct pm_timeline *t);
uint32_t timeline_string(struct pm_timeline *t,
                         struct pm_str s);         // → string.id, written to the table where new
void timeline_strings_load(struct pm_timeline *t); // texts of an opened file, once
struct pm_str timeline_string_get(struct pm_timeline *t,
                                  uint32_t id); // loose ones live until the row arena is reset
struct pm_str timeline_column(sqlite3_stmt *s,
                              int column); // text cell, borrowed until the next step

// facts.c: rows as they were said, before anything was made of them
bool timeline_unsettle(struct pm_timeline *t);

// read.c
int64_t timeline_time_column(sqlite3_stmt *s, int at); // PM_NO_TIME where it is absurd
#define PM_META_ORDER "order" // of members whose paths are pseudonyms; "-": as they are numbered
void timeline_order_of(struct pm_timeline *t, struct pm_buf *order); // empty: as numbered

// tags.c
const char *timeline_tags_mark(
    struct pm_timeline *t,
    const char
        *schema); // of "main" or "source"; SQL's tags_apart(text) uses it from then on; NULL: error
bool timeline_tags_apart(
    struct pm_str s, const char *mark,
    struct pm_buf *out); // false where there is nothing to mark: out is as it was
// What a merge takes over of a text: its tags marked, what looks like a secret still struck
// out. False: as it is.
bool timeline_text_taken(struct pm_timeline *t, struct pm_str s, const char *mark,
                         struct pm_buf *out);
bool timeline_tags_own(struct pm_timeline *t); // before others are merged into it

// foreign.c
void timeline_distrust(struct pm_timeline *t); // before anything is read of it
// Its objects are ours. False: why.
bool timeline_schema_check(struct pm_timeline *t, char *why, size_t why_n);

// strike.c: of a closed file that has not its name yet
bool timeline_struck_tell(struct pm_timeline *t, size_t found); // among its diagnostics
void timeline_struck_say(const struct pm_timeline *t, size_t found);
void timeline_secrets_strike(struct pm_timeline *t);

// duplicates.c
void timeline_seen(struct pm_timeline *t, uint64_t hash, uint32_t ordinal);
void timeline_duplicates_drop(struct pm_timeline *t);

static inline void bind_str(sqlite3_stmt *s, int at, struct pm_str v) {
    if (v.n) sqlite3_bind_text64(s, at, v.p, v.n, SQLITE_STATIC, SQLITE_UTF8);
    else sqlite3_bind_null(s, at);
}
static inline void bind_known(sqlite3_stmt *s, int at, bool known, int64_t v) {
    if (known) sqlite3_bind_int64(s, at, v);
    else sqlite3_bind_null(s, at);
}
static inline void bind_time(sqlite3_stmt *s, int at, int64_t ns) {
    bind_known(s, at, ns != PM_NO_TIME, ns);
}
static inline int64_t column_or(sqlite3_stmt *s, int at, int64_t otherwise) {
    return sqlite3_column_type(s, at) == SQLITE_NULL ? otherwise : sqlite3_column_int64(s, at);
}
