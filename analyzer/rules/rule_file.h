// A file of --rules, as bytes. Internal to the rules.
#pragma once
#include "pm/arena.h"

enum { RULE_FILE_MAX = 4 << 20 };
// False: not there, or too large.
bool rule_file_read(struct pm_arena *a, const char *path, struct pm_str *text);
