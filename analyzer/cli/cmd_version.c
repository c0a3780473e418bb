// pullmortem version
#include "pm/command.h"
#include <stdio.h>

static int run(int argc, char **argv) {
    (void)argc, (void)argv;
    puts("pullmortem " PM_VERSION);
    return PM_EXIT_OK;
}

const struct pm_command pm_command_version = {.name = "version", .synopsis = "", .summary = "the program's version", .order = 91, .run = run};
