// Streaming JSON: nothing is kept, so a report of any size costs no memory. Level 5.
//
// Why not jansson here: it would hold the whole report as a tree, print doubles by its
// own rules, and needs clean UTF-8 handed to it.
#pragma once
#include "pm/arena.h"
#include <stdio.h>

struct pm_json {
    FILE *f;
    struct pm_buf b;
    int depth, inline_from; // containers deeper than inline_from stay on one line
    bool first;             // nothing in the open container yet
};
// key NULL: an item of an array, or the whole document.
void pm_json_open(struct pm_json *w, const char *key, char bracket);            // '{' or '['
void pm_json_close(struct pm_json *w, char bracket);                            // '}' or ']'
void pm_json_text(struct pm_json *w, const char *key, struct pm_str s);         // "" stays ""
void pm_json_text_or_null(struct pm_json *w, const char *key, struct pm_str s); // empty is null
void pm_json_named(struct pm_json *w, struct pm_str key, uint64_t n); // a member whose name is data
void pm_json_uint(struct pm_json *w, const char *key, uint64_t n);
void pm_json_int(struct pm_json *w, const char *key, int64_t n);
void pm_json_known(struct pm_json *w, const char *key, bool known,
                   int64_t n); // null where not known
void pm_json_real(struct pm_json *w, const char *key,
                  double x); // three decimals at most; not finite: null
void pm_json_bool(struct pm_json *w, const char *key, bool b);
void pm_json_null(struct pm_json *w, const char *key);
void pm_json_time(struct pm_json *w, const char *key,
                  int64_t ns);       // RFC 3339 UTC, null for PM_NO_TIME
bool pm_json_end(struct pm_json *w); // a last newline; false where writing failed
