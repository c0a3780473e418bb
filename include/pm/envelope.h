// Line wrappers. Level 3. One file parsers/env_<name>.c each, exporting `const struct pm_envelope pm_envelope_<name>`.
//
// Framing peels in a loop: every envelope is asked in order of `rank`, the first that peels wins, until none does or PM_ENVELOPES_MAX is reached.
// A peel must be cheap to refuse: look at the first bytes.
#pragma once
#include "pm/record.h"

enum pm_peel {
    PM_PEEL_NO = 0,
    PM_PEEL_YES,     // *inner is the payload
    PM_PEEL_PARTIAL, // *inner is a piece; more pieces of the same `key` follow (CRI P, json-file without \n)
    PM_PEEL_LAST,    // *inner closes what PARTIAL opened (or is whole)
    PM_PEEL_META,    // a line of the envelope itself ("-- Logs begin at", "-- Boot"): no payload; hint may hold a year anchor in `when`
};

struct pm_envelope {
    const char *name;    // "journald-short", "cri", "docker-json", "syslog-3164" …
    const char *title;   // for `formats`
    const char *example; // one line
    const char *source;  // where the grammar was read
    int rank;            // lower is asked first; strict grammars before loose ones
    // Sets what it learns in *hint, and *key to what ties pieces of one stream together (stream name, ident[pid]).
    enum pm_peel (*peel)(struct pm_arena *a, struct pm_str line, struct pm_str *inner, struct pm_envelope_hint *hint, struct pm_str *key);
};
extern const struct pm_envelope *const pm_envelopes[]; // generated list, NULL-terminated, in order of rank then name
