// What is heard beside the parsers' own words. Level 1.
//
// Parsers know how programs write, rules know what their words say: so whether a line of
// free text speaks of a failed pull is asked of the rules, built-in ones and --rules'
// alike. Whoever loads rules gives their ear here before anything is read: workers of
// ingest share it and never change it. A phrase list in the parsers was decided against:
// it said what the rules say once more, and a rule of one's own stood in none.
#pragma once
#include "pm/str.h"

enum pm_heard {
    PM_HEARD_NOTHING = 0,
    PM_HEARD_PULL,  // a pull that failed, or a registry that refused
    PM_HEARD_OTHER, // what a quiet rule says: looks like it, and is about something else
};
// Both are called by many threads at once.
struct pm_ear {
    // near: a registry or an image is spoken of, so that words that are said of much else
    // count, too
    enum pm_heard (*heard)(const void *ctx, struct pm_str text, bool near);
    // Behind the first words in [p, end) that the prefilter of long logs does not know;
    // NULL where there are none. May be NULL itself: it knows all words
    const char *(*next)(const void *ctx, const char *p, const char *end);
    const void *ctx; // has to live until the next call of pm_hear_with
};
void pm_hear_with(struct pm_ear ear); // {0}: deaf
enum pm_heard pm_heard(struct pm_str text, bool near);
const char *pm_hear_next(const char *p, const char *end);
