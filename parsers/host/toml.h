// A reader for the TOML that configuration files are written in. Not a descriptor.
//
// Calls back for each value, in order, with its full path. Arrays call once an item.
// Read: tables, arrays of tables, dotted and quoted keys, basic, literal and multi-line
// strings, numbers, booleans, dates (as text), nested arrays, inline tables, comments.
// Not checked: that keys are unique, that numbers are well formed. A broken line is
// reported and passed; the reader goes on with the next, because half a configuration
// still tells something.
#pragma once
#include "pm/arena.h"

#define PM_TOML_DEPTH 12
// EMPTY: an array without items.
enum pm_toml_kind { PM_TOML_STRING = 1, PM_TOML_NUMBER, PM_TOML_BOOL, PM_TOML_EMPTY };
struct pm_toml_value {
    struct pm_str path[PM_TOML_DEPTH];
    int depth;
    int table; // which [[table]] of its name, from 0; -1 where the path holds none
    enum pm_toml_kind kind;
    struct pm_str text; // unescaped; "true" and "false" for BOOL
    int item;           // index in an array, -1 for a plain value
    uint64_t line;      // from 1
};
struct pm_toml_handler {
    void *ctx;
    void (*value)(void *ctx, const struct pm_toml_value *v);
    void (*broken)(void *ctx, uint64_t line, const char *why);
};
void pm_toml_read(struct pm_arena *a, struct pm_str text, const struct pm_toml_handler *h);
