// The bytes of a file of --rules, rules and tables alike. Whatever is larger than a rule file
// can be is not read: a folder may hold anything.
#include "rules/rule_file.h"

#include <stdio.h>
#include <stdlib.h>

bool rule_file_read(struct pm_arena *a, const char *path, struct pm_str *text) {
    FILE *f = fopen(path, "rb");
    if (!f) return false;
    char *p = pm_xmalloc(RULE_FILE_MAX + 1);
    size_t n = fread(p, 1, RULE_FILE_MAX + 1, f);
    bool ok = !ferror(f) && n <= RULE_FILE_MAX;
    fclose(f);
    if (ok) *text = pm_arena_dup(a, (struct pm_str){p, n});
    free(p);
    return ok;
}
