// Line wrappers. Level 3. One file parsers/envelopes/env_<name>.c each, exporting `const
// struct pm_envelope pm_envelope_<name>`.
//
// Framing peels in a loop: every envelope is asked in order of `rank`, the first that
// peels wins, until none does or PM_ENVELOPES_MAX is reached. A peel must be cheap to
// refuse: look at the first bytes.
#pragma once
#include "pm/record.h"

enum pm_peel {
    PM_PEEL_NO = 0,
    PM_PEEL_YES, // *inner is the payload
    PM_PEEL_PARTIAL, // *inner is a piece; more pieces of the same `key` follow (CRI P, json-file without \n)
    PM_PEEL_LAST, // *inner closes what PARTIAL opened (or is whole)
    PM_PEEL_META, // a line of the envelope itself ("-- Logs begin at", "-- Boot"): no payload; hint may hold a year anchor in `when`
};

struct pm_envelope {
    const char *name;    // "journald-short", "cri", "docker-json", "syslog-3164" …
    const char *title;   // for `formats`
    const char *example; // one line
    const char *source;  // where the grammar was read
    int rank;            // lower is asked first; strict grammars before loose ones
    // what a wrapped line can begin with: '0' any digit, 'A' upper case, 'a' lower case,
    // others themselves; NULL: anything. For `peel`
    const char *first;
    // It wraps lines of logs that begin as a log library's own do, too (pm_line_logged).
    bool logged;
    // Sets what it learns in *hint, and *key to what ties pieces of one stream together
    // (stream name, ident[pid]). NULL where the framer itself reads the wrapping (export,
    // native .journal, verbose) or only `peel_json` applies.
    enum pm_peel (*peel)(struct pm_arena *a, struct pm_str line, struct pm_str *inner,
                         struct pm_envelope_hint *hint, struct pm_str *key);
    // Members of which an object that `peel_json` takes has one at least; NULL ends them.
    const char *members[16];
    // The same for a JSON object: a line of NDJSON, an item, or a payload that is one.
    // Either *inner (text) or *inner_json (a part of `json`) is set.
    enum pm_peel (*peel_json)(struct pm_arena *a, const json_t *json, struct pm_str *inner,
                              const json_t **inner_json, struct pm_envelope_hint *hint,
                              struct pm_str *key);
};
extern const struct pm_envelope
    *const pm_envelopes[]; // generated list, NULL-terminated, in order of rank then name

// Shared by envelopes and framing (parsers/envelopes/env_shared.c). Does a record begin
// here? True where a log library's, server's or collector's own header stands at the
// first byte. Cheap, no allocation.
bool pm_line_head(struct pm_str s);
// klog's "E0102 03:04:05" only.
bool pm_line_klog(struct pm_str s);
// klog's, or logrus's `time="`: a line of a program's log, and of no wrapper or session.
static inline bool pm_line_logged(struct pm_str s) {
    return pm_line_klog(s) || pm_str_starts(s, PM_STR("time=\""));
}
// The stamp that the payload itself begins with (klog, logrus, ISO, CLF). False where
// there is none that we know.
bool pm_line_stamp(struct pm_str s, struct pm_when *w);
// "HOST IDENT[PID]: " or, without --no-hostname's host, "IDENT[PID]: ", at the start.
// Returns the bytes used, 0 where it is not there.
size_t pm_envelope_ident(struct pm_str s, struct pm_envelope_hint *hint, struct pm_str *key);
// A journald entry given as fields: fills hint and key from one FIELD=value. True where
// the field is MESSAGE.
bool pm_envelope_journal_field(struct pm_arena *a, struct pm_str name, struct pm_str value,
                               struct pm_envelope_hint *hint);
