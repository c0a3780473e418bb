// The last look at what is about to get its final name: does it hold a secret after all?
// Level 1.
//
// Written apart from redaction (analyzer/ingest/redact/), on purpose: it knows few shapes,
// only such as nothing innocent has, and looks at bytes, whatever format they are of. What
// it finds is struck out in place, with as many stars: texts, JSON and HTML stay what they
// are. In a database the byte behind a text may be the next row's, so that its file is only
// looked at, and struck out text by text.
#pragma once
#include "pm/arena.h"

size_t pm_leaks_strike(char *p, size_t n); // how many were struck out
// The same over a text that comes in pieces, as it is written: what is returned is looked at
// for good, and is the caller's until the next call. What a piece's end cuts off waits for the
// next one, whatever its length: the bytes and the count are those of the whole text.
struct pm_leaks {
    struct pm_buf text;
    size_t at, done; // in text: what is before `at` was handed out, before `done` dealt with
    size_t enough;   // less than this behind `at` is not worth another look
    size_t found;
};
enum pm_leaks_piece { PM_LEAKS_MORE, PM_LEAKS_LAST };
struct pm_str pm_leaks_look(struct pm_leaks *l, struct pm_str piece, enum pm_leaks_piece which);
void pm_leaks_free(struct pm_leaks *l);
// Whether a file holds one. False: it could not be read.
bool pm_leaks_in_file(int fd, bool *found);
