// Which of many words stand in a text? One pass over the text for all of them: free text
// is asked this for every line. Level 3.
#pragma once
#include "pm/str.h"
#include <stdatomic.h>

#define PM_WORDS_MAX 512
#define PM_WORD_MIN 4 // bytes; shorter ones would fit everywhere
#define PM_WORDS_SLOTS 4096
struct pm_word {
    const char *text; // in lower case, at least PM_WORD_MIN bytes
    unsigned classes; // what it says, the table's own bits
};
struct pm_words {
    // the table: the first two members are given, the rest is made at first use
    const struct pm_word *word;
    size_t n;
    atomic_int ready;
    uint16_t head[PM_WORDS_SLOTS]; // by hash of the first four bytes: index + 1
    uint16_t next[PM_WORDS_MAX];
};
// The classes of all words found, or'ed; ASCII case ignored. Thread-safe.
unsigned pm_words_find(struct pm_words *w, struct pm_str s);
