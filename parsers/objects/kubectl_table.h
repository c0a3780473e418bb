// Tables as kubectl, crictl, docker and nerdctl print them. Not a descriptor: the table
// parsers share it.
//
// Rows are sliced at the header's offsets, because cells hold blanks themselves ("98s (x4
// over 3m)"); where a pasted table lost its alignment, at two blanks or a tab.
#pragma once
#include "parsers/lift/detail.h"
#include "pm/parser.h"

#define PM_TABLE_COLUMNS 20
// Lives in a parser's state; the header's text in the member's arena.
struct pm_table {
    struct pm_str name[PM_TABLE_COLUMNS];
    size_t at[PM_TABLE_COLUMNS]; // in characters, not bytes
    int n;
};
// Reads a header line: all words in capitals. False where the line is none.
bool pm_table_header(struct pm_arena *member, struct pm_str line, struct pm_table *t);
bool pm_table_has(const struct pm_table *t, const char *column);
// Cuts a row into t->n cells, trimmed. False where it does not fit the header.
bool pm_table_row(const struct pm_table *t, struct pm_str row,
                  struct pm_str cells[PM_TABLE_COLUMNS]);
// The cell of a column; PM_NONE where there is no such column, or where it says <none>,
// <unknown>, <unset>.
struct pm_str pm_table_cell(const struct pm_table *t, const struct pm_str cells[PM_TABLE_COLUMNS],
                            const char *column);
// Cells by two or more blanks or a tab, without a header. Returns how many; the last
// takes the rest.
int pm_table_split(struct pm_str row, struct pm_str *cells, int max);

// "5m12s", "98s (x4 over 3m)", "2024-01-02T03:04:05Z", "2018-05-10 22:48:32 +0200 CEST".
// False where it is no time; <unknown> and <invalid> are times that say nothing.
bool pm_table_age(struct pm_str cell, struct pm_when *last, struct pm_when *first, uint32_t *count);
// "age_s" of a state: how old the object was at the capture. Not a stamp of the event,
// which would stretch the window of the report.
void pm_table_detail_age(struct pm_detail *d, struct pm_str cell);
struct pm_when pm_when_age_zero(void); // the capture itself
// "Mon, 23 Nov 2026 10:05:00 +0000"
struct pm_when pm_when_rfc1123(struct pm_arena *a, struct pm_str s);
// "pod/cart-0", "deployment.apps/cart" → kind as the API spells it where known, and name.
// Without a slash, kind stays.
void pm_kubectl_object(struct pm_str cell, struct pm_str *kind, struct pm_str *name);
