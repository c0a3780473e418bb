// What is made from the commands' descriptors: help, man pages, completions for shells.
// Level 6.
#pragma once
#include "pm/command.h"
#include "pm/arena.h"

#define PM_COMMANDS_MAX 64
// In the order of `help`.
size_t pm_commands_sorted(const struct pm_command *sorted[PM_COMMANDS_MAX]);
// "-o, --output FILE"; without a letter the name stands under the others' names.
void pm_option_head(struct pm_buf *b, const struct pm_opt *o);
// What it is for, the values that it knows, and what it is where it is not given.
void pm_option_told(struct pm_buf *b, const struct pm_opt *o);

// Roff; NULL: the page of the tool itself. False: there is no such command.
bool pm_man_print(const char *name);
void pm_completion_print(const char *shell);
