// Looking up files compiled into the binary. See base/embed.h.
#include "base/embed.h"

struct pm_str pm_embedded_find(const char *path) {
    for (const struct pm_embedded *e = pm_embedded; e->path; e++) {
        if (strcmp(e->path, path) == 0) return (struct pm_str){e->bytes, e->n};
    }
    return PM_NONE;
}
