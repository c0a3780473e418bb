// Inside of the timeline: what its files share. Level 5, private to analyzer/timeline/,
// the only room that includes sqlite3.h.
#pragma once
#include "pm/arena.h"
#include "pm/intern.h"
#include "pm/timeline.h"
#include <sqlite3.h>

// "pm1t"; raise the schema when physical tables change meaning.
enum { PM_TIMELINE_APPLICATION = 0x706d3174, PM_TIMELINE_SCHEMA = 4 };

// What stands in blocks, in a table of its own each (packed.c).
enum packed_kind {
    PACKED_ROW,
    PACKED_RAW,
    PACKED_STRING,
    PACKED_LOOSE,
    PACKED_DATES,
    PACKED_KINDS
};

enum timeline_stmt { // prepared once, on first use
    ST_STRING,
    ST_STRINGS,
    ST_STRING_ASIDE,
    ST_STRING_GET,
    ST_SHAPE,
    ST_SHAPE_GET,
    ST_EVENT,
    ST_EVENTS,
    ST_PACK, // one of each enum packed_kind
    ST_PACKED = ST_PACK + PACKED_KINDS,
    ST_RAW = ST_PACKED + PACKED_KINDS,
    ST_UNDATED,
    ST_DATED,
    ST_DATEDS,
    ST_SILENCED,
    ST_COPY,
    ST_COPYS,
    ST_COPIES,
    ST_COPIES_TOLD,
    ST_GIVEN,
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

// Columns of `event` behind its id and member, in the order of enum event_column.
#define TIMELINE_EVENT_REST TIMELINE_EVENT_NUMBERS ",raw"
#define TIMELINE_EVENT_NUMBERS                                                                     \
    "line,hash,ordinal,ts,first_ns,last_ns,shape,count,duration_ns,waiting_ns,bytes,remaining,"    \
    "namespace,pod,pod_uid,object,client,url,digest,message,join_,detail"
enum event_column {
    EV_MEMBER,
    EV_LINE,
    EV_HASH,
    EV_ORDINAL,
    EV_TS,
    EV_FIRST,
    EV_LAST,
    EV_SHAPE,
    EV_COUNT,
    EV_DURATION,
    EV_WAITING,
    EV_BYTES,
    EV_REMAINING,
    EV_TEXTS, // timeline_event_texts from here on
    EVENT_TEXTS = 10,
    EVENT_NUMBERS = EV_TEXTS + EVENT_TEXTS
};
// Columns of `shape` behind its number.
#define TIMELINE_SHAPE_REST                                                                        \
    "stamps,quality,kind,component,stage,status,standing,flags,limit_,window_s,own,node,workload," \
    "container,image,registry,repository,tag,user,method,host,user_agent,reason,error,secret,writer"
enum shape_column {
    SHAPE_STAMPS,
    SHAPE_QUALITY,
    SHAPE_KIND,
    SHAPE_COMPONENT,
    SHAPE_STAGE,
    SHAPE_STATUS,
    SHAPE_STANDING,
    SHAPE_FLAGS,
    SHAPE_LIMIT,
    SHAPE_WINDOW,
    SHAPE_OWN,
    SHAPE_NODE, // timeline_shape_texts from here on
    SHAPE_TEXTS = PM_F_COUNT - EVENT_TEXTS,
    SHAPE_NUMBERS = SHAPE_NODE + SHAPE_TEXTS
};
extern const uint8_t timeline_event_texts[EVENT_TEXTS], timeline_shape_texts[SHAPE_TEXTS];

// PM_NO_TIME stands for NULL in both.
struct shape {
    int64_t v[SHAPE_NUMBERS];
};
struct event_row {
    int64_t v[EVENT_NUMBERS];
    struct pm_str raw;
};
struct packed; // rows that stand packed (packed.c)
struct shapes; // those of this timeline that are remembered (shapes.c)
struct source; // a timeline that is taken into this one (merge.c)

// Rows are put so many by one statement: opening and closing the table costs as much as a
// row does.
enum { EVENT_COLUMNS = EVENT_NUMBERS + 1, GROUP_ROWS = 16 };
// Event ids between which a member's rows are; other members' may be among them.
struct row_span {
    int64_t lo, hi;
};

// Texts by their number, while a walk reads.
struct texts {
    struct pm_str *items;
    size_t n, cap;
    struct pm_arena *arena;
    char *room; // of its last block
    size_t left;
};

// What of a URL are its repository, tag and digest (the fields from PM_F_REPOSITORY on):
// where each stands, and its string.id.
enum { URL_PARTS = 3, URLS_KNOWN = 4096 };
struct url_known {
    uint32_t url; // string.id; 0: none
    struct url_part {
        uint32_t at, n, id;
    } part[URL_PARTS];
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
    bool judgement_aside;      // in tables of the connection, as the file is only read
    bool views_shadowed;       // ours, in the connection's own schema
    bool rows_functions;       // those that rows.c reads by are there
    bool merge_functions;      // and those that merge.c copies by
    struct source *merging;    // whose rows are copied at this moment
    bool strings_loaded;       // of a file that was there before
    struct pm_intern *strings; // string.id == intern id
    struct texts texts;
    uint32_t strings_written;
    uint64_t strings_bytes;
    uint32_t loose_next;       // ids of texts kept outside the interning budget
    uint32_t last[PM_F_COUNT]; // per field: the id seen last, most rows repeat it
    struct url_known *urls;    // URLS_KNOWN of them; where two meet, the newer one stays
    struct shapes *shapes;
    struct packed *packed; // NULL: rows are in the table `event`
    uint32_t strings_from; // while they are held: the first without a row
    bool strings_held;     // new texts get their numbers now and their rows in groups
    // What the parameters of the inserts hold, of one row and of each row of a group.
    int64_t bound[1 + GROUP_ROWS][EVENT_NUMBERS];
    struct row_span *spans;
    size_t spans_n, spans_cap; // by member id
    struct seen *seen;         // which records came twice
    bool noted;                // spans and seen are of all rows that are in the file
    bool look_taken; // a merge into a file that is there: texts are looked at as they come
    size_t struck;   // of these
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
#define STRINGS_LOOSE (INT64_C(1) << 31) // texts that are not remembered are from here on
void timeline_string_insert(struct pm_timeline *t, uint32_t id, struct pm_str s);
uint32_t timeline_string_loose(struct pm_timeline *t, struct pm_str s); // nobody has it again
void timeline_bound_forget(struct pm_timeline *t); // write.c: its statements are made anew
// Between the two, new texts get their numbers at once and their rows at the end, in groups.
void timeline_strings_hold(struct pm_timeline *t);
void timeline_strings_release(struct pm_timeline *t);
uint32_t timeline_string(struct pm_timeline *t,
                         struct pm_str s);         // → string.id, written to the table where new
void timeline_strings_load(struct pm_timeline *t); // texts of an opened file, once
void timeline_strings_forget(struct pm_timeline *t); // they are loaded again
// All texts, for a walk that asks for each by its number. False: they are there already.
bool timeline_texts_load(struct pm_timeline *t);
void timeline_texts_free(struct pm_timeline *t);
// One that is not in memory lives until the row arena is reset, and *number is 0: it is of
// no use as a name.
struct pm_str timeline_string_get(struct pm_timeline *t, uint32_t id, uint32_t *number);
struct pm_str timeline_column(sqlite3_stmt *s,
                              int column); // text cell, borrowed until the next step
struct pm_str timeline_path_column(sqlite3_stmt *s, int column);

// write.c
// This row is of that member, and its record was met.
void timeline_row_note(struct pm_timeline *t, int64_t id, int64_t member, int64_t hash,
                       int64_t ordinal);

void timeline_rows_insert(struct pm_timeline *t, const struct event_row *rows, size_t n); // unnoted

// packed_turn.c: from now on rows and texts are in tables, where they may be changed. False: see
// error.
bool timeline_unpack(struct pm_timeline *t);

// shapes.c
uint32_t timeline_shape(struct pm_timeline *t, const struct shape *s); // → shape.number
// Until the next that is asked for; of a number that nothing has: all zero.
const struct shape *timeline_shape_get(struct pm_timeline *t, int64_t number);
void timeline_shape_column(sqlite3_stmt *s, int at, struct shape *out); // from TIMELINE_SHAPE_REST
void timeline_shapes_forget(struct pm_timeline *t);

// join.c: rows that stand for several of a log that was cut
extern const char timeline_source_joined_sql[]; // behind a WHERE: a source's are left out
bool timeline_source_has_joined(struct pm_timeline *t);
bool timeline_joined_drop(struct pm_timeline *t);

// settled.c: what was made of members and events is taken back
bool timeline_unsettle(struct pm_timeline *t);
void timeline_members_note(struct pm_timeline *t); // those that SQL put get spans

// told.c: what was made of members, by whose events it is asked
struct settled_member {
    uint32_t given, also; // string.id
};
struct settled {
    struct settled_member *members;
    size_t n, cap;
    void *silenced; // Judy1: member, voice and component
};
void timeline_settled_load(struct pm_timeline *t, struct settled *x);
void timeline_settled_free(struct settled *x);
uint32_t timeline_settled_node(const struct settled *x, int64_t member, const struct shape *shape);
enum pm_standing timeline_settled_standing(const struct settled *x, int64_t member,
                                           const struct shape *shape);

// read.c
int64_t timeline_time_column(sqlite3_stmt *s, int at); // PM_NO_TIME where it is absurd

// order.c
// Members are kept by their number, so that a number of somebody else's choice is memory.
enum { MEMBERS_MAX = 1 << 24 };
static inline bool timeline_is_member(int64_t id) { return id >= 0 && id < MEMBERS_MAX; }

// Paths by member id, for pm_row.path.
struct path {
    char *text;   // NULL: no such member
    int64_t age;  // of two with one path, as the parts of a file that was cut, the earlier first
    uint32_t one; // the first of those: to who reads rows they are one file
};
struct paths {
    struct path *items;
    size_t n, cap;
    int64_t *rank; // by member id; NULL where the walk's order is the paths' own
};
void timeline_paths_load(struct pm_timeline *t, struct paths *p);
void timeline_paths_free(struct paths *p);

// A member of that number, which has a path.
bool timeline_path_known(const struct paths *p, int64_t member);
// Members of one path that follow one another otherwise than by their least times, by id: of
// each path all, in order.
#define PM_META_PARTS "parts"
#define PM_META_ORDER "order" // of members whose paths are pseudonyms; "-": as they are numbered
void timeline_order_of(struct pm_timeline *t, struct pm_buf *order); // empty: as numbered

// rows.c
// Of an event that may have been dated.
#define TIMELINE_TS "CASE WHEN dated.event IS NULL THEN ts ELSE utc_ns END"
struct row_place {
    int64_t ts, id;
    uint64_t place; // rank of its member's path, then its line
};
enum { UNDATED = -1 };
// A row, before its shape and its texts are looked up. PM_NO_TIME: none.
struct row_cells {
    struct row_place at;
    int64_t line, hash, shape, first_ns, last_ns, duration_ns, waiting_ns;
    int64_t bytes, remaining; // -1: none
    uint32_t member, ordinal, count;
    int dated_quality; // UNDATED: its stamps are as its shape says
    uint32_t text[EVENT_TEXTS];
};
struct rows;
// The rows of `where`, which is SQL over the columns of event and shape; NULL: all.
struct rows *timeline_rows_open(struct pm_timeline *t, const char *where,
                                const struct paths *paths);
const struct row_cells *timeline_rows_next(struct rows *x); // until the next; NULL: no more
bool timeline_rows_are_few(const struct rows *x);           // read at once
void timeline_rows_close(struct rows *x);

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
// What a section of schema.sql makes, made in the connection's own schema: there it comes
// before what the file has under the same names.
bool timeline_section_shadow(struct pm_timeline *t, const char *name);
bool timeline_views_shadow(struct pm_timeline *t); // the same of our views, once

// strike.c: of a closed file that has not its name yet
bool timeline_struck_tell(struct pm_timeline *t, size_t found); // among its diagnostics
void timeline_struck_say(const struct pm_timeline *t, size_t found);
void timeline_secrets_strike(struct pm_timeline *t);

// seen.c: a record comes; did it, or any, come twice? False is sure.
void timeline_seen(struct pm_timeline *t, uint64_t hash, uint32_t ordinal);
bool timeline_seen_twice(const struct pm_timeline *t, uint64_t hash, uint32_t ordinal);
bool timeline_seen_any_twice(const struct pm_timeline *t);
void timeline_unsee(struct pm_timeline *t);

// duplicates.c
void timeline_duplicates_find(struct pm_timeline *t);

static inline void bind_str(sqlite3_stmt *s, int at, struct pm_str v) {
    if (v.n) sqlite3_bind_text64(s, at, v.p, v.n, SQLITE_STATIC, SQLITE_UTF8);
    else sqlite3_bind_null(s, at);
}
static inline void bind_known(sqlite3_stmt *s, int at, bool known, int64_t v) {
    if (known) sqlite3_bind_int64(s, at, v);
    else sqlite3_bind_null(s, at);
}
static inline void bind_or_null(sqlite3_stmt *s, int at, int64_t v) {
    bind_known(s, at, v != PM_NO_TIME, v);
}
static inline void bind_time(sqlite3_stmt *s, int at, int64_t ns) { bind_or_null(s, at, ns); }
// One look at the cell: a connection is one thread's, so that its value may be asked.
static inline int64_t column_or(sqlite3_stmt *s, int at, int64_t otherwise) {
    sqlite3_value *v = sqlite3_column_value(s, at);
    return sqlite3_value_type(v) == SQLITE_NULL ? otherwise : sqlite3_value_int64(v);
}
