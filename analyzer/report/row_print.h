// Rows of the timeline's views as CSV and as JSON lines: what `query` and the outputs of
// one row a pull or event print. Internal to analyzer/report/ and analyzer/cli/.
#pragma once
#include "pm/arena.h"
#include "pm/report.h"

// A cell's type is pm_timeline_sql_typed's letter. Cells that a spreadsheet would run as a
// formula get a leading apostrophe; numbers stay numbers.
void pm_csv_row(FILE *out, int n, const char *const *cells, const char *types);
void pm_csv_heads(FILE *out, int n, const char *const *names);
void pm_csv_cell(struct pm_buf *b, struct pm_str cell, char type);
// What stands before the i-th value of a JSON row.
void pm_json_name(struct pm_buf *b, const char *name, int i);
// {"name": value, …}: without a newline.
void pm_json_row(FILE *out, int n, const char *const *names, const char *const *cells,
                 const char *types);

enum pm_rows_form { PM_ROWS_CSV, PM_ROWS_JSONL };
// A query over the views, each row with the program, its commit and the rules as `tool`.
// @tool in the query becomes that column. False where writing failed.
bool pm_rows_print(FILE *out, const struct pm_report *r, const struct pm_render_options *o,
                   const char *query, enum pm_rows_form form);
// Every pull that the report keeps, cell by cell as the view `pulls` has them. pull_rows.c
bool pm_pulls_print(FILE *out, const struct pm_report *r, enum pm_rows_form form);
