// What is made from the commands' descriptors: help, man pages, completions for shells.
// Level 6.
#pragma once
#include "pm/command.h"
#include "pm/arena.h"

#define PM_COMMANDS_MAX 64
size_t
pm_commands_sorted(const struct pm_command *sorted[PM_COMMANDS_MAX]); // in the order of `help`
// "-o, --output FILE"; without a letter the name stands under the others' names.
void pm_option_head(struct pm_buf *b, const struct pm_opt *o);

bool pm_man_print(
    const char *name); // roff; NULL: the page of the tool itself. False: there is no such command
bool pm_completion_print(const char *shell);
#define PM_SHELLS "bash fish zsh"
