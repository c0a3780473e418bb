// A list of rules/lists.yaml as values: plain texts that stand anywhere in a text, at its
// beginning, at its end, or are all of it. Internal to the judge.
#pragma once
#include "pm/arena.h"
#include <jansson.h>

// Lists that code asks for by itself; pm_words_listed (tables.h) has their names, in this
// order.
enum pm_list {
    PM_LIST_LOOKUP = 0,
    PM_LIST_CLOUDS,
    PM_LIST_WAITING,
    PM_LIST_WRAPPING,
    PM_LIST_WRAPPING_NAME,
    PM_LIST_COUNT
};

struct pm_texts {
    const struct pm_str *items;
    size_t n;
};
struct pm_wordlist {
    struct pm_texts texts, begins, ends, whole;
};
// Of a row; its strings are used as they stand there. NULL: an empty one.
struct pm_wordlist pm_wordlist_of(struct pm_arena *a, const json_t *row);
bool pm_wordlist_has(const struct pm_wordlist *w, struct pm_str text);
// How long the first beginning is that the text has; 0: it has none.
size_t pm_wordlist_begins(const struct pm_wordlist *w, struct pm_str text);
