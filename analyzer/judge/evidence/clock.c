// A clock that is off, as others read it: what its stamps are worth by the cluster's time,
// and what an error says that holds one against a certificate's dates.
//
// skew.c measures how far clocks are off, window.c asks which time the report is about;
// each needs what stands here, and neither needs the other for it.
#include "judge/evidence/evidence.h"

static size_t read_time(struct pm_str s, int64_t *ns) {
    struct pm_when w;
    size_t n = pm_when_rfc3339(s, &w);
    if (n) *ns = w.ns;
    return n;
}

// Go's words for a certificate out of its time, which name both: "current time
// 2026-01-02T03:04:05Z is after 2025-12-31T00:00:00Z".
bool pm_clock_error_read(struct pm_str error, struct pm_clock_error *e) {
    static const char lead[] = "current time ", before[] = " is before ", after[] = " is after ";
    ptrdiff_t at = pm_str_find(error, PM_STR(lead), 0);
    if (at < 0) return false;
    struct pm_str rest = pm_str_from(error, (size_t)at + sizeof lead - 1);
    size_t n = read_time(rest, &e->now);
    rest = pm_str_from(rest, n);
    e->after = n && pm_str_starts(rest, PM_STR(after));
    if (!e->after && !(n && pm_str_starts(rest, PM_STR(before)))) return false;
    return read_time(pm_str_from(rest, e->after ? sizeof after - 1 : sizeof before - 1), &e->date) >
           0;
}

const struct pm_far_clock *pm_far_clock_of(const struct pm_evidence *ev, uint32_t node) {
    for (size_t i = 0; node && i < ev->far.n; i++)
        if (ev->far.items[i].node == node) return &ev->far.items[i];
    return NULL;
}

int64_t pm_far_back(const struct pm_evidence *ev, uint32_t node, int64_t at) {
    const struct pm_far_clock *far = pm_far_clock_of(ev, node);
    if (!far || at == PM_NO_TIME) return at;
    bool right = far->edge != PM_NO_TIME && (far->skew > 0 ? at <= far->edge : at >= far->edge);
    return right ? at : at - far->skew;
}

int64_t pm_skew_of(const struct pm_evidence *ev, uint32_t node) {
    return (int64_t)pm_map_get(ev->skew, node);
}
