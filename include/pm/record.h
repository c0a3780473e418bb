// A record: one logical log entry after its envelopes are peeled. Level 2.
//
// Ownership: slices borrow from the line buffer or the record arena: good until the
// record is done.
#pragma once
#include "pm/arena.h"
#include "pm/event.h"
#include "pm/fields.h"
#include <jansson.h>

// What the framer saw; a parser says which shapes it takes.
enum pm_shape {
    PM_SHAPE_LINE = 1, // text, maybe several lines joined with '\n'
    PM_SHAPE_JSON =
        2, // one JSON object: a line of NDJSON, an item of a list, or a whole document; `json` is set
    PM_SHAPE_FILE = 4, // a whole small file (configuration, host facts) up to PM_FILE_MAX bytes
};
#define PM_FILE_MAX (4u << 20)

// What envelopes told; later (inner) ones overwrite only what they know.
struct pm_envelope_hint {
    struct pm_when when; // the innermost envelope stamp that is UTC, else the innermost
    struct pm_str node, ident, unit, pid, stream, k8s_namespace, pod, container, priority;
    uint32_t repeats; // "message repeated N times": N more
    bool cut;         // the envelope says the payload is cut
    bool relayed;     // a header of another program stood inside of what the named writer wrote
    // the envelope says there was a payload and does not have it (journalctl prints long
    // fields as null)
    bool lost;
};

// klog's header at the start of a text: parsers/node/klog.c.
struct pm_klog_head {
    struct pm_when when;
    char severity; // I W E F; 0 where there is no header
    struct pm_str pid;
    struct pm_str file; // "kuberuntime_image.go", without directory
    size_t n;           // its length; 0 where there is none
};

// An event's texts hold no secret: its fields, and the line that they are of.
enum pm_clean { PM_CLEAN_FIELDS = 1, PM_CLEAN_LINE = 2 };

// What one parser found in the text and others ask, too.
struct pm_record_memo {
    bool client_known, kind_known, klog_known, members_known;
    struct pm_klog_head klog;
    uint64_t members;     // of its JSON: pm_record_may_have
    unsigned client_cues; // parsers/client/client.c
    struct pm_str kind;   // of the API's object: parsers/objects/k8s_object.c
    // Of the event at hand, where its line may come again but for its stamp: what the reader
    // found out of its texts then (enum pm_clean). NULL: nobody remembers.
    unsigned char *clean;
};
#define PM_ENVELOPES_MAX 6

// A line of an access log beside other lines of it: where `same` is equal, two layers'
// lines make the same event but for the layer that was asked for and what stands below. A
// manifest's `same` is what a layer's would be that is got from the same place. Only lines
// that may go into one row with others have it (ingest/request_fold.c).
#define PM_ALIKE_PARTS 5
struct pm_alike {
    // All that is not named below, in the line's order, without "/blobs/sha256:" and
    // "/manifests/".
    struct pm_str same[PM_ALIKE_PARTS];
    struct pm_when when;
    bool layer;                 // else a manifest, and its size and time are not told
    int64_t bytes, duration_ns; // as the event has them
};
struct pm_record {
    struct pm_str text; // payload
    struct pm_str raw;  // the first line as it stands in the file, for evidence
    enum pm_shape shape;
    const json_t *json; // shape JSON only; owned by the framework
    // shape JSON, instead of `json`: what its parser's list asks for (parser.h)
    const struct pm_json_field *fields;
    // kind of the list that an item came from ("PodList", "EventList", "List"), where
    // known before it
    struct pm_str list_kind;
    uint64_t line;   // of its first line, from 1
    uint64_t offset; // of its first byte in the member
    struct pm_envelope_hint hint;
    const char *envelopes[PM_ENVELOPES_MAX]; // names, outermost first
    int envelope_count;
    struct pm_str section; // name of the `==> NAME <==` or START frame it stands in
    struct pm_str path;    // member path, a hint only
    // the parser that is asked said so of it (parser.h): no other is, and nothing is around it
    bool sure;
    const struct pm_alike *alike; // of such a line; NULL: it is told by itself
    bool folded; // its lines stand in one line of the file: a text inside of a JSON string
    struct pm_record_memo *memo; // NULL: nobody keeps one
};

// For a parser that keeps a record beyond its turn: where it stands and its first line,
// without what is only there meanwhile.
static inline struct pm_record pm_record_to_keep(struct pm_arena *a, const struct pm_record *r) {
    struct pm_record kept = *r;
    kept.text = kept.raw = pm_arena_dup(a, r->raw.n ? r->raw : r->text);
    kept.hint = (struct pm_envelope_hint){.node = pm_arena_dup(a, r->hint.node)};
    kept.list_kind = kept.section = PM_NONE;
    kept.json = NULL;
    kept.memo = NULL;
    kept.fields = NULL;
    kept.alike = NULL;
    return kept;
}

// Forty parsers ask an object for members, of which it has few: a bit for each by its
// length and its first byte. False: it has none of that name.
static inline unsigned pm_member_bit(const char *name, size_t n) {
    return ((unsigned char)name[0] + 7 * (unsigned)n) & 63;
}
static inline uint64_t pm_member_bits(const json_t *object) {
    uint64_t bits = 0;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, key, value) bits |=
        UINT64_C(1) << pm_member_bit(key, strlen(key));
    return bits;
}
static inline bool pm_record_may_have(const struct pm_record *r, const char *name, size_t n) {
    if (!r->memo) return true;
    if (!r->memo->members_known) {
        r->memo->members = pm_member_bits(r->json);
        r->memo->members_known = true;
    }
    return r->memo->members >> pm_member_bit(name, n) & 1;
}
// A member of the record's object, NULL where it has none.
static inline json_t *pm_record_member(const struct pm_record *r, const char *name) {
    return pm_record_may_have(r, name, strlen(name)) ? json_object_get(r->json, name) : NULL;
}
