// Sets of causes, and what a pull may have failed of: the readings that its own lines
// leave open.
#include "judge/causes/settle.h"
#include <stdlib.h>

struct settle_kin settle_kin_of(struct settling *v, const uint8_t *causes) {
    size_t n = pm_causes_count();
    for (size_t i = 0; i < v->sets.n; i++)
        if (memcmp(v->sets.items[i], causes, n) == 0)
            return (struct settle_kin){.causes = v->sets.items[i]};
    uint8_t *set = pm_xmalloc(n);
    memcpy(set, causes, n);
    *PM_PUSH(v->sets.items, v->sets.n, v->sets.cap) = set;
    return (struct settle_kin){.causes = set};
}

struct settle_kin settle_kin_family(struct settling *v, int cause) {
    uint8_t *all = pm_xmalloc(pm_causes_count());
    for (int i = 0; pm_causes[i].name; i++) all[i] = pm_cause_in(i, pm_causes[cause].family);
    struct settle_kin kin = settle_kin_of(v, all);
    free(all);
    return kin;
}

void settle_kin_free(struct settling *v) {
    for (size_t i = 0; i < v->sets.n; i++) free(v->sets.items[i]);
    free(v->sets.items);
}

bool settle_kin_has(const struct settle_kin *k, int cause) {
    return cause < 0 ? k->none : k->causes && k->causes[cause];
}

bool settle_is_open(const struct pm_attempt *p) {
    return p->names->verdict->cause >= 0 && p->names->verdict->candidate_count > 1;
}

bool settle_may_be(const struct pm_attempt *p, int cause) {
    for (int i = 0; i < p->names->verdict->candidate_count; i++)
        if (p->names->verdict->candidates[i] == cause) return true;
    return p->names->verdict->candidate_count == 0 && p->names->verdict->cause == cause;
}

bool settle_may_be_any(const struct pm_attempt *p, const struct settle_kin *k) {
    for (int i = 0; i < p->names->verdict->candidate_count; i++)
        if (settle_kin_has(k, p->names->verdict->candidates[i])) return true;
    return p->names->verdict->candidate_count == 0 && settle_kin_has(k, p->names->verdict->cause);
}

bool settle_may_be_all(const struct pm_attempt *p, const struct settle_kin *k) {
    for (int i = 0; pm_causes[i].name; i++)
        if (k->causes[i] && !settle_may_be(p, i)) return false;
    return true;
}

bool settle_may_be_in(const struct pm_attempt *p, const char *family) {
    for (int i = 0; i < p->names->verdict->candidate_count; i++)
        if (pm_cause_in(p->names->verdict->candidates[i], family)) return true;
    return p->names->verdict->candidate_count == 0 && pm_cause_in(p->names->verdict->cause, family);
}
