// Format parsers. Level 3. One file parsers/<room>/<name>.c each, exporting `const struct
// pm_parser pm_parser_<name>`; no list to edit.
//
// Per record the framework asks the parser that last won in this member, then the others
// by descending bid. A bid is evidence: 0 is "not mine", 100 "no other format looks like
// this". Parsers see payloads: envelopes are peeled, ANSI and UTF-8 repaired,
// continuation lines joined. They emit events and lift error texts out of their wrapping;
// they never decide a cause.
#pragma once
#include "pm/record.h"

enum pm_parse {
    PM_PARSE_NO = 0, // not mine after all: ask the next
    PM_PARSE_OK,     // understood; events emitted, or none: a line about something else
    PM_PARSE_BAD,    // mine, but broken: pm_emit_bad said why
};

// Facts about the member or node rather than events.
enum pm_fact { PM_FACT_YEAR_ANCHOR, PM_FACT_CAPTURE_TIME, PM_FACT_NODE_NAME, PM_FACT_NODE_ADDRESS };

struct pm_parse_ctx;
// What whoever reads the member does with what a parser found. Parsers are handed these
// functions and call nothing of the framework by name: they can be run, and tested,
// without it.
struct pm_emitter {
    void (*event)(struct pm_parse_ctx *ctx, const struct pm_record *r, struct pm_event *e);
    void (*bad)(struct pm_parse_ctx *ctx, const struct pm_record *r, const char *code,
                const char *message);
    void (*stamps)(struct pm_parse_ctx *ctx, const struct pm_record *r, const struct pm_when *own,
                   const struct pm_when *beside);
    void (*fact)(struct pm_parse_ctx *ctx, const struct pm_record *r, enum pm_fact fact,
                 struct pm_str text, const struct pm_when *when);
};

// What a parser is given besides the record.
struct pm_parse_ctx {
    struct pm_arena *a;      // the record's arena
    struct pm_arena *member; // of the member: for state that spans records (table columns)
    void *state;             // state_bytes, zeroed at the start of the member
    bool every;              // a person asks (`explain`): also what has nothing to do with images
    const struct pm_emitter *emit;
    const struct pm_parser *parser; // who is asked
    void *reader;                   // the emitter's own
};
// A new event with the framework's defaults (component, bytes −1, count 1, limits −1,
// when/node/pod from the hint). Fill it, then emit.
struct pm_event pm_event_of(const struct pm_record *r, enum pm_component component,
                            enum pm_kind kind);
void pm_emit(struct pm_parse_ctx *ctx, const struct pm_record *r, struct pm_event *e);
void pm_emit_bad(struct pm_parse_ctx *ctx, const struct pm_record *r, const char *code,
                 const char *fmt, ...) __attribute__((format(printf, 4, 5)));
// `beside`, with year and zone, is of the moment of the record's `own` stamp, which has
// none: the member's clock learns from it.
void pm_emit_stamps(struct pm_parse_ctx *ctx, const struct pm_record *r, const struct pm_when *own,
                    const struct pm_when *beside);
void pm_emit_fact(struct pm_parse_ctx *ctx, const struct pm_record *r, enum pm_fact fact,
                  struct pm_str text, const struct pm_when *when);

enum pm_parser_flag {
    // Lines without one of the prefilter's literals say nothing: they may be left out.
    // Without the flag every line is wanted.
    PM_PARSER_SPARSE = 1,
    // Once it won (a table header), it is asked first for following lines until it says NO.
    PM_PARSER_STICKY = 2,
    // Free text: asked only where no other parser bids; its records do not count towards
    // the member's format.
    PM_PARSER_FALLBACK = 4,
    // A log library's grammar, of many programs: says nothing about who wrote the record.
    PM_PARSER_SHARED = 8,
    // Its events hang on the line alone, and on the names of who wrote it: a line that
    // differs from another in its own stamp only says the same at another time. No field is
    // made of that stamp.
    PM_PARSER_ALONE = 16,
};

struct pm_parser {
    const char *name;    // "kubelet-klog", "registry-access" …
    const char *title;   // for `formats`
    const char *example; // one line (or JSON) it understands
    const char *source; // where the grammar was read: repo:path@tag, or "captured: PROGRAM VERSION"
    enum pm_component component;
    unsigned shapes; // enum pm_shape, or'ed
    unsigned flags;  // enum pm_parser_flag
    // Words of which one stands in each line that says something: long logs are searched
    // for them. Needed where none of the prefilter's own stands there (its list is
    // analyzer/framing/prefilter/prefilter_literals.c); they have four bytes at least.
    const char *literals[4];
    // The members that it reads of its JSON records, where that is all. Framing then may
    // leave the tree out and give r->fields: the parser is sure of those, and never says NO.
    const struct pm_json_fields *fields;
    // Of a line without what a log's line may come with (an envelope, a quotation, an odd
    // byte, a backslash): is it whole, surely this parser's, and is what follows surely none
    // of it?
    // Asked only where this parser won last. It never says NO to such a line. *alike is of
    // this thread's last line; NULL where the line is told by itself.
    bool (*sure_line)(struct pm_str line, const struct pm_alike **alike);
    size_t state_bytes;
    int (*bid)(const struct pm_record *r, const void *state);
    enum pm_parse (*parse)(struct pm_parse_ctx *ctx, const struct pm_record *r);
    void (*finish)(struct pm_parse_ctx *ctx,
                   const struct pm_record *last); // at the end of the member; may be NULL
};
extern const struct pm_parser *const pm_parsers[]; // generated list, NULL-terminated, by file name

// Shared by parsers (parsers/lift/lift.c): reads an error text of any runtime and fills
// what the event lacks: image, status, method, URL, host, stage, credentials flags.
void pm_lift_error(struct pm_arena *a, struct pm_event *e);
// A kubelet/event message ("Failed to pull image …", "Back-off pulling image …",
// "Successfully pulled …"): sets kind, image, error, durations, bytes. False: no pull
// talk.
bool pm_lift_event_message(struct pm_arena *a, struct pm_str reason, struct pm_str message,
                           struct pm_event *e);
// Fills registry, repository, tag, digest from image, url and host. The framework calls
// it on each emitted event, parsers need not.
void pm_event_normalise(struct pm_arena *a, struct pm_event *e);
// A failed pull whose error tells of mirrors that had failed first: each is emitted as a
// step of its own. The framework calls it on each emitted event.
void pm_lift_emit_mirrors(struct pm_parse_ctx *ctx, const struct pm_record *r,
                          const struct pm_event *e);
