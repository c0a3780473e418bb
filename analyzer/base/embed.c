// Looking up files compiled into the binary. See base/embed.h.
#include "base/embed.h"

struct pm_str pm_embedded_find(const char *path) {
    for (const struct pm_embedded *e = pm_embedded; e->path; e++) {
        if (strcmp(e->path, path) == 0) return (struct pm_str){e->bytes, e->n};
    }
    return PM_NONE;
}

struct pm_str pm_embedded_events_of(struct pm_str text) {
    const struct pm_embedded *e = pm_embedded;
    while (e->path && (e->bytes != text.p || e->n != text.n)) e++;
    for (const struct pm_embedded *r = pm_embedded_events; e->path && r->path; r++)
        if (strcmp(r->path, e->path) == 0) return (struct pm_str){r->bytes, r->n};
    return PM_NONE;
}
