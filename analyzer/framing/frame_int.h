// Inside framing only. The way of a byte: bytes (frame_bytes.c) → lines (frame.c) →
// envelopes (frame_peel.c) → records (frame_join.c) → bids (frame_dispatch.c) → parsers
// (frame_ask.c). Documents leave the road at the line: frame_json.c, frame_yaml.c,
// frame_export.c, frame_journal.c.
#pragma once
#include "frame.h"
#include "framing/documents/frame_fields.h"
#include "framing/voices/writer.h"

#define FRAME_HEAD (64u << 10)        // sniffed before anything is decided
#define FRAME_SPARSE_HEAD (16u << 10) // of lines, read whole before some are left out
#define FRAME_BLOCK (1u << 20)        // fed bytes are taken in pieces of this size
#define FRAME_LANES 16    // streams that may interleave (nodes, stdout and stderr, idents)
#define FRAME_LANE_LAG 64 // lines a record waits for its continuation while other lanes go on
#define FRAME_JOIN_LINES 500
#define FRAME_JOIN_BYTES (1u << 20)
#define FRAME_MRU 4
#define FRAME_VOICES PM_FRAME_VOICES

enum frame_mode {
    FRAME_SNIFF = 0,
    FRAME_LINES,
    FRAME_JSON,
    FRAME_YAML,
    FRAME_EXPORT,
    FRAME_CSV,
    FRAME_JOURNAL,
    FRAME_FILE
};

// A text between ``` and ``` whose marks stand on its own first and last line, as chats
// write it.
enum frame_fence { FENCE_NONE = 0, FENCE_OPEN, FENCE_LAST };

// Why a record may go on in the next line.
enum frame_open {
    OPEN_NO = 0,
    OPEN_REPEAT, // complete; held only for "last message repeated N times"
    OPEN_BLOCK,  // klog's key=< … >
    OPEN_TEXT,   // klog whose message may hold raw newlines
    OPEN_QUOTE,  // a quoted value was wrapped by whoever pasted it
    OPEN_ROW,    // a row of `kubectl describe`: errors with a newline, or wrapped
    OPEN_STATUS, // "…: 429 Too Many Requests" and the registry's own words on the next line (Go's errors.Join)
    OPEN_OUTPUT,  // kubeadm quoting crictl's output
    OPEN_COMMAND, // kind naming the command that failed, its output on the next line
    OPEN_ERRORS,  // a registry's list behind "errors:", one a line
    OPEN_WRAP,    // a message that a window wrapped at its edge
    OPEN_CELLS,   // a row of events copied out of a browser, one cell a line
    OPEN_VALUE,   // `fatal: [web01]: FAILED! => {` and the rest of the value, up to its "}"
    OPEN_LIST,    // "2 errors occurred:" and its items, indented
    OPEN_SCALAR,  // a folded YAML string in a fragment without its document
};

// One line, entry or item on its way through the envelopes. Slices borrow from the buffer
// or f->line_arena.
struct frame_unit {
    struct pm_str text, raw;
    const json_t *json;
    const struct pm_json_field *fields; // instead of json: see frame_listed.c
    json_t *owned[PM_ENVELOPES_MAX + 1];
    int owned_count;
    uint64_t line, offset;
    struct pm_envelope_hint hint;
    const char *envelopes[PM_ENVELOPES_MAX];
    int envelope_count;
    struct pm_str key;
    struct pm_str list_kind;
    bool written; // an envelope named who wrote it
};

struct frame_lane {
    bool used, pending, partial;
    struct pm_buf key;
    uint64_t last_line;
    // the record being assembled
    struct pm_record r;
    struct pm_buf text, raw;
    struct pm_arena *arena;
    enum frame_open open;
    unsigned joined;
    size_t line_chars; // of the last line joined, for wraps at a fixed column
    uint64_t weight;   // lines that the record stands for in its voice's tally
    bool same_width;
    // pieces of one entry (CRI P, json-file)
    struct pm_record piece;
    struct pm_buf piece_text, piece_raw;
    struct pm_arena *piece_arena;
    struct pm_when piece_when;
};

// One writer in this member. Texts live in the member's arena.
struct frame_voice {
    struct pm_envelope_hint
        hint; // by which it is known again: container, pod, namespace, ident, unit
    struct pm_str section;
    struct pm_str
        writer; // for people: "namespace/pod", or a program's name; PM_NONE for a plain file and for whom a name vouches
    unsigned known; // groups that its name vouches for
    unsigned bulk;  // groups that all of its records together may vouch for
    unsigned first; // group of its first record; PM_GROUP_ALL: a log library's line; NONE: nobody's
    unsigned named; // groups that its name speaks of, also where the name alone is not enough
    uint64_t preamble; // records before the first that is anybody's
    bool stranger;     // a host's program, of a name that vouches for nothing
    bool plain, container,
        quotes; // quotes: it prints other files (`tail`), or other programs' lines with their headers
    bool prose; // it stands in a document that people write
    uint8_t index;
    unsigned open[2]; // components whose events wait for the verdict: strict, talk
    unsigned speaks;  // components of all its events
    uint64_t records, of[PM_GROUP_COUNT], talk, told, neutral, foreign, code, sentences, prompts,
        headings, titles, lessons, reports, remarks;
    // Of a container's, events of a node's programs with a stamp of their own, and those of them
    // that were written long after it.
    uint64_t stamped, late;
};

#define FRAME_ENVELOPES 64
struct frame_envelopes { // made once
    const struct pm_envelope *by_rank[FRAME_ENVELOPES];
    size_t n;
    // Bits by rank: those that a line beginning with this byte can have, those of lines of
    // logs, and those of JSON objects.
    uint64_t first[256], logged, json;
    uint64_t members[FRAME_ENVELOPES]; // of those of JSON, by rank: bits of pm_member_bit
};
struct frame_json;
struct frame_yaml;
struct frame_export;
struct frame_csv;
struct frame_journal;
struct frame_again;
struct frame_bytes { // encoding: what is left over between two feeds
    enum { BYTES_UNKNOWN = 0, BYTES_UTF8, BYTES_UTF16LE, BYTES_UTF16BE } kind;
    unsigned char odd[4];
    size_t odd_n;
    struct pm_buf out;
};

struct pm_frame {
    struct pm_ingest_sink sink;
    struct pm_str path;
    struct pm_frame_options o;
    struct pm_frame_stats stats;
    struct pm_arena *member, *line_arena, *record_arena;
    enum frame_mode mode;
    struct frame_bytes bytes;
    struct pm_buf buf;     // decoded bytes that are kept from one feed to the next
    struct pm_str text;    // those at hand: all of buf, or a block's with what was kept in front
    size_t pos;            // not yet consumed from here on
    uint64_t line, offset; // of the byte at pos
    struct pm_buf back;    // bytes given back by a document
    bool plain;            // the line at hand is text, whatever it looks like
    bool skip_line;        // the rest of an overlong line
    bool at_start;         // no line was seen yet
    bool open_end;         // the last line of several had no newline
    bool whole_text;       // a YAML document or a configuration file was read
    char last_byte;        // that was fed
    bool gave_back;        // a document was none, or ended early, and said so

    const struct frame_envelopes *envelopes;
    struct frame_lane lanes[FRAME_LANES];
    struct frame_lane *last_lane;
    unsigned lanes_pending;
    size_t indent; // width of the last line's prefix: journald indents continuation lines by it
    struct pm_buf section_text;
    struct pm_str section;                            // in section_text, as is what base holds
    struct pm_envelope_hint base;                     // what the section says
    struct pm_writer_place place;                     // what the path says of the writer
    struct frame_voice *voices[FRAME_VOICES], *voice; // and the one at hand
    size_t voices_n;

    void **states; // by parser
    uint64_t *won;
    size_t parser_n;
    int mru[FRAME_MRU]; // parsers that won last, most recent first; -1 none
    int sticky;
    uint64_t won_total, won_sparse;
    unsigned record_events;
    struct pm_record_memo *memo; // of the record at hand; NULL between records
    uint64_t sure_record;      // the last record, where frame_sure.c read it; 0: others came since
    bool wrapped;              // the last record stood in an envelope
    struct pm_when record_own; // the payload's own stamp as its parser read it
    struct pm_when last_when;
    bool sections_seen;
    bool log_named,
        traced; // the file is called a log; a shell's trace of a client's command was seen
    bool stern; // lines of a member that stern wrote
    enum pm_document document;
    bool quoted; // the line at hand belongs to a Markdown quote
    enum frame_fence fence;
    bool decided, sparse; // sparse: lines without a literal are left out
    uint64_t
        weight; // of the line at hand: a sample stands for those left out around it, every other line for itself
    struct {                 // frame_sparse.c
        uint64_t headed;     // records so far that begin as records of logs do
        uint64_t dense;      // and those of formats that need every line
        bool documents;      // values of several lines stand among the lines
        uint64_t unweighed;  // lines left out since the last sample
        uint64_t sample_at;  // offset behind which the next one is
        uint64_t weighed_at; // of the one at hand
        uint64_t read_to;    // lines that begin before this offset are read
        uint64_t end_at,
            safe_to;    // where the bytes at hand end, and how far lines of them may be left out
        unsigned ahead; // lines read behind a hit because its record may go on
    } sparsely;

    struct {      // frame_listed.c
        int who;  // whose list it is; what is remembered of others' says nothing of it
        int kind; // the place of an object's kind in it, -1: not asked for
        struct frame_fields_memo memo;
        struct pm_json_field field[PM_JSON_WANTS_MAX];
        struct pm_record *late; // the record at hand, whose evidence is made for its first event
    } listed;
    struct {
        struct pm_str name;
        uint64_t n;
    } nodes[16];
    struct {
        struct pm_buf image;
        uint64_t line;
        bool asked;                  // a command asked for it, and no other has come since
        bool started;                // its attempt was told
        bool typed;                  // a client's command was
        bool idle;                   // the last command was one that pulls nothing
        struct pm_buf k8s_namespace; // that the last command asked a cluster for
        struct pm_buf crictl;        // its first line for a failure
        uint64_t crictl_line;
        struct {
            struct pm_buf image;
            uint64_t number, line;
        } steps[8]; // of a build, by their numbers: they run side by side
        size_t step;
    } terminal; // the pull that a client's session is at
    struct {
        struct frame_told {
            struct pm_buf line, error, image;
            const struct frame_voice *voice;
            uint64_t at;
            uint32_t heads[4]; // of the lines that quoted it
            size_t heads_n;
            bool row, closed; // one service's of several; the last line told it again
        } items[8];
        size_t n;
    } told; // frame_repeat.c: the last failures of a client's session
    struct frame_json *json;
    struct frame_yaml *yaml;
    struct frame_export *exported;
    struct frame_csv *csv;
    struct frame_journal *journal;
    struct frame_again *again;
};

// frame_bytes.c: appends the text of these bytes to f->buf. `end` flushes what an odd
// byte left.
void frame_bytes_add(struct pm_frame *f, const char *p, size_t n, bool end);
// Repairs one line: CR, ANSI, NUL, UTF-8. Returns s itself where it is clean.
struct pm_str frame_clean(struct pm_frame *f, struct pm_str s, uint64_t line);

// frame_peel.c: envelopes off, then on to frame_join or, for JSON, frame_dispatch.
void frame_unit_run(struct pm_frame *f, struct frame_unit *u);
void frame_note_envelope(struct pm_frame *f, const char *name);
// A whole line in a container's stream, as the runtime wrote it: one envelope off. False:
// *u is of no use.
bool frame_peel_stream(struct pm_frame *f, struct frame_unit *u);

// frame_node.c: which node this member is of
void frame_note_node(struct pm_frame *f, struct pm_str node);
void frame_name_node(struct pm_frame *f); // at the end: the node that most lines name

// frame_unit.c
struct pm_envelope_hint frame_hint_dup(struct pm_arena *a, const struct pm_envelope_hint *h);
void frame_record_of(struct pm_frame *f, const struct frame_unit *u, struct pm_record *r);

// frame_join.c
void frame_join(struct pm_frame *f, struct frame_unit *u);
bool frame_indented(struct pm_frame *f,
                    struct pm_str line); // journald's indented continuation: taken
bool frame_continues(struct pm_frame *f,
                     struct pm_str line); // would the last record take this line?
struct frame_lane *frame_lane_of(struct pm_frame *f, struct pm_str key);
void frame_lane_flush(struct pm_frame *f, struct frame_lane *l);
void frame_flush(struct pm_frame *f); // every pending record, in line order
// frame_terminal.c: the image of a client's session
void frame_terminal_line(struct pm_frame *f, const struct pm_record *r);
// False: it means something only within a session, and there is none.
bool frame_terminal_event(struct pm_frame *f, const struct pm_record *r, struct pm_event *e);
// frame_repeat.c: one failure that several lines of a session tell
void frame_repeat_event(struct pm_frame *f, const struct pm_record *r, struct pm_event *e);
void frame_repeat_begin(struct pm_frame *f);
void frame_repeat_free(struct pm_frame *f);
// frame_nested.c: configuration inside of ConfigMaps; the parser that read some, -1 none
int frame_nested(struct pm_frame *f, const struct pm_record *r);
bool frame_is_template(struct pm_str text); // {{ … }}: Helm's, Ansible's, k3s's .tmpl
// frame_wrap.c: windows, pagers and web pages
enum frame_seam { SEAM_UNKNOWN = 0, SEAM_TIGHT, SEAM_BLANK };
bool frame_wrap_begins(struct pm_str s);  // a message about an image that cannot end here
bool frame_wrap_goes_on(struct pm_str s); // this line cannot be the last
bool frame_wrap_can_follow(struct pm_str before, struct pm_str s); // and this may be the next
enum frame_seam frame_wrap_seam(struct pm_str before,
                                struct pm_str next); // was a blank eaten between the two?
bool frame_pager_cut(struct pm_str *s);              // a pager cut it: its mark is taken off
// The line that begins at p, as far as it is there.
static inline struct pm_str frame_line_at(const char *p, size_t n) {
    const char *nl = memchr(p, '\n', n);
    return (struct pm_str){p, nl ? (size_t)(nl - p) : n};
}
struct pm_str frame_entities(struct pm_frame *f, struct pm_str s); // &quot; and its kin undone
// frame_piece.c
void frame_piece(struct pm_frame *f, struct frame_unit *u, struct pm_str inner);
bool frame_piece_last(struct pm_frame *f, struct frame_unit *u, struct pm_str *inner);

// frame_dispatch.c
bool frame_dispatch(struct pm_frame *f, struct pm_record *r); // false: nobody's
int frame_best_bid(struct pm_frame *f, const struct pm_record *r, bool fallbacks, int *parser);
bool frame_file_bids(struct pm_frame *f,
                     struct pm_str head); // is this a whole small file for one parser?

// frame_ask.c: this parser and no other reads the record; also how a text inside of a
// record is read as one of its own.
enum pm_parse frame_ask(struct pm_frame *f, int who, const struct pm_record *r);
// frame_again.c: it parses the record, or gives the events of one like it again.
enum pm_parse frame_again(struct pm_frame *f, struct pm_parse_ctx *ctx, int who,
                          const struct pm_record *r);
void frame_again_free(struct frame_again *again);
void frame_stamps(struct pm_frame *f, const struct pm_record *r); // of a record that was read
// The output of a workload that no name vouches for.
bool frame_is_second_hand(const struct pm_frame *f);
// The record's own stamp is kept beside the envelope's where it says another time.
void frame_own_note(struct pm_frame *f, const struct pm_when *env, const struct pm_when *own);
void frame_finish(struct pm_frame *f);
// A parser's state, made when it is needed; every bid needs it, so it stands here.
static inline void *frame_state_of(struct pm_frame *f, size_t i) {
    if (!f->states[i] && pm_parsers[i]->state_bytes)
        f->states[i] = pm_arena_alloc(f->member, pm_parsers[i]->state_bytes);
    return f->states[i];
}

// frame_listed.c: the object that begins at s.p, by the list of the parser that won last:
// the bytes that it takes, u->fields and *newlines set; 0: it needs a tree.
size_t frame_listed(struct pm_frame *f, struct pm_str s, struct frame_unit *u, uint64_t *newlines);
struct pm_str frame_listed_kind(const struct pm_frame *f); // of the object that was read last

// frame_sure.c: the whole line at p, where the parser that won last is sure of it and
// nothing is pending or open around it: the bytes that it takes; 0: it goes the usual way.
size_t frame_sure_line(struct pm_frame *f, const char *p, size_t n);

// frame_voice.c
struct frame_voice *frame_voice_of(struct pm_frame *f, const struct pm_record *r);
// frame_voice_tally.c
void frame_voice_tally(struct pm_frame *f, struct frame_voice *v, const struct pm_record *r,
                       const struct pm_parser *p);
// written: when a container's runtime got the line.
void frame_voice_lag(struct frame_voice *v, const struct pm_when *written,
                     const struct pm_event *e);
// frame_voice_stand.c
void frame_voice_stand(const struct pm_frame *f, const struct pm_parser *p,
                       const struct pm_record *r, struct pm_event *e);

// frame_sparse_decide.c
void frame_sparse_note(struct pm_frame *f, const struct pm_record *r,
                       const struct pm_parser *p); // of each record before the decision
void frame_sparse_decide(struct pm_frame *f);

// frame_sparse.c
enum frame_next { NEXT_MORE = 0, NEXT_READ, NEXT_SKIPPED };
// At a line's start: is it to be read, or were *skipped bytes of lines left out, or are
// more bytes needed to tell?
enum frame_next frame_sparse(struct pm_frame *f, const char *p, size_t n, bool last,
                             size_t *skipped);

// frame_line.c
void frame_line(struct pm_frame *f, struct pm_str raw,
                bool cut); // one whole line, without its newline

// frame_back.c: bytes that a document took and does not want after all become the line at
// hand again, and are read as text.
void frame_unread(struct pm_frame *f, struct pm_str bytes);
void frame_take_back(struct pm_frame *f); // what was given back goes in front of what is left
