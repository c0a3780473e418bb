// One member of a bundle by its path, read whole into memory. Level 6.
#pragma once
#include "pm/arena.h"
#include "pm/diag.h"

enum { PM_MEMBER_MAX_BYTES = 256 << 20 };
struct pm_member_text {
    struct pm_str path; // of the member that was meant
    struct pm_buf text;
    bool cut;             // it is longer than PM_MEMBER_MAX_BYTES
    size_t found;         // how many members the name fits: 1 is the one
    struct pm_str *names; // those, or where there is none, the nearest
    size_t names_n, names_cap;
};
// `name` is a member's path as a report tells it, or the end of one behind a slash. False
// where nothing could be read at all.
bool pm_member_read(const char *const *paths, size_t paths_n, struct pm_str name,
                    struct pm_member_text *out, struct pm_arena *a, struct pm_diags *diags);
void pm_member_free(struct pm_member_text *m);
