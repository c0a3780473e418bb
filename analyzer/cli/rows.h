// The rows of a query on standard output. Level 6.
#pragma once
#include "pm/arena.h"
#include "pm/timeline.h"

struct pm_table_row {
    struct pm_str *cells;
};
// What a format keeps from row to row. Begins with an arena of the caller's and nothing
// else; `kept` is freed by the caller.
struct pm_rows {
    struct pm_arena *a;
    uint64_t rows;
    // Of a table: its columns' widths come from the first rows, which are kept for that.
    int columns;
    int *width;
    bool *numeric;
    struct pm_table_row *kept;
    size_t kept_n, kept_cap;
    bool flowing; // widths are settled, rows are printed as they come
};
struct pm_row_format {
    const char *name;
    pm_sql_typed_cb *row; // its context is struct pm_rows
    void (*end)(struct pm_rows *q);
};
extern const struct pm_row_format pm_row_formats[]; // ends with a NULL name
extern const struct pm_row_format pm_rows_expanded;
const struct pm_row_format *pm_row_format_find(const char *name);
