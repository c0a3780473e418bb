// The last look at what is about to get its final name: does it hold a secret after all?
// Level 1.
//
// Written apart from redaction (analyzer/ingest/redact*), on purpose: it knows few shapes,
// only such as nothing innocent has, and looks at bytes, whatever format they are of. What
// it finds is struck out in place, with as many stars: texts, JSON and HTML stay what they
// are. In a database the byte behind a text may be the next row's, so that its file is only
// looked at, and struck out text by text.
#pragma once
#include "pm/str.h"

size_t pm_leaks_strike(char *p, size_t n); // how many were struck out
// Whether a file holds one. False: it could not be read.
bool pm_leaks_in_file(int fd, bool *found);
