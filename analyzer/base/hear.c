// The one ear of the process. See pm/hear.h.
#include "pm/hear.h"

static struct pm_ear given;

void pm_hear_with(struct pm_ear ear) { given = ear; }
enum pm_heard pm_heard(struct pm_str text, bool near) {
    return given.heard ? given.heard(given.ctx, text, near) : PM_HEARD_NOTHING;
}
const char *pm_hear_next(const char *p, const char *end) {
    return given.next ? given.next(given.ctx, p, end) : NULL;
}
