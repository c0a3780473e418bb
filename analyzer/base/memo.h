// What was worked out for a text a moment ago, as messages come again and again. Level 1.
//
// A memo forgets: its memory is given once, and the oldest makes room. A text is told from
// others by all of its bytes, never by its hash alone. Of one thread.
#pragma once
#include "pm/str.h"

struct pm_memo;
struct pm_memo *pm_memo_new(size_t places, size_t bytes); // places: a power of two
void pm_memo_free(struct pm_memo *m);
// What was kept for the text: good until the next pm_memo_keep. NULL: not known. hash: of
// the text (pm_mix), with what else the answer depends on as its seed.
const void *pm_memo_find(const struct pm_memo *m, struct pm_str text, uint64_t hash);
// Room for what is kept of it, aligned for any type; NULL where it is too long to be worth it.
void *pm_memo_keep(struct pm_memo *m, struct pm_str text, uint64_t hash, size_t bytes);
