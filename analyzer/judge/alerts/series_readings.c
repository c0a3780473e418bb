// Series of what logs kept of limits, probes and disks. Nothing is invented: without a
// probe there is no up, without a limit no rate limit.
#include "judge/alerts/series_build.h"
#include <stdlib.h>

static void quota(struct build *b, const struct pm_quota *q) {
    struct pm_str client = pm_str_chr(q->client, ' ', 0) < 0
                               ? q->client
                               : PM_NONE; // "one address shared by 3 clients" is no name
    if (q->limit <= 0 || !q->points_n || q->checked) return; // readings are series of their own
    uint32_t remaining =
        SERIES(b, "docker_hub_rate_limit_remaining", L("client", client),
               L("identity", q->identity), L("source", PM_STR("pulls")), L("user", q->user));
    uint32_t total =
        SERIES(b, "docker_hub_rate_limit_total", L("client", client), L("identity", q->identity),
               L("source", PM_STR("pulls")), L("user", q->user));
    pm_series_point(b, total, q->points[0].t_ns, HOW_SET, (double)q->limit);
    for (size_t i = 0; i < q->points_n; i++)
        if (q->points[i].remaining >= 0)
            pm_series_point(b, remaining, q->points[i].t_ns, HOW_SET,
                            (double)q->points[i].remaining);
    if (q->window_s <= 0) return;
    int64_t freed =
        pm_time_add(q->points[q->points_n - 1].t_ns,
                    pm_seconds_ns(q->window_s)); // all that was seen has left the window
    pm_series_point(b, remaining, freed, HOW_END, 0);
    pm_series_point(b, total, freed, HOW_END, 0);
}

static int by_reading(const void *a, const void *b) {
    const struct pm_reading *x = a, *y = b;
    if (x->what != y->what) return x->what < y->what ? -1 : 1;
    if (x->who != y->who) return x->who < y->who ? -1 : 1;
    if (x->where != y->where) return x->where < y->where ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

// A reading holds until the next; after the last, or before a long silence, for as long
// as readings of this kind lay apart.
static int64_t holds(const struct pm_reading *r, size_t i, size_t n) {
    int64_t usual = n > 1 ? (r[n - 1].at - r[0].at) / (int64_t)(n - 1) : 0,
            longest = usual > PM_S(20) ? pm_times(usual, 3) : PM_S(60);
    if (i + 1 < n && r[i + 1].at - r[i].at <= longest) return r[i + 1].at;
    return pm_time_add(r[i].at, usual > PM_S(15) ? usual : PM_S(15));
}

static bool readings_of(struct build *b, const struct pm_reading *r,
                        size_t n) { // of one thing, in order of time
    struct pm_str who = pm_name(
        b->scene->env,
        r->what == PM_READING_DISK ? pm_facts_node(b->scene->env, b->scene->ev, r->who) : r->who);
    uint32_t series = 0, total = 0;
    if (r->what == PM_READING_UP)
        series = SERIES(b, "up", L("instance", who), L("job", PM_STR("registry-health-check")),
                        L("registry", who));
    if (r->what == PM_READING_DISK)
        series = SERIES(b, "pullmortem_disk_used_ratio",
                        L("mount", pm_name(b->scene->env, r->where)), L("node", who));
    if (r->what == PM_READING_LIMIT) {
        if (!pm_str_eqc(who, "docker.io")) return false;
        series = SERIES(b, "docker_hub_rate_limit_remaining", L("source", PM_STR("headers")));
        total = SERIES(b, "docker_hub_rate_limit_total", L("source", PM_STR("headers")));
    }
    for (size_t i = 0; i < n; i++) {
        pm_series_point(b, series, r[i].at, HOW_SET, r[i].value);
        if (total && r[i].of >= 0) pm_series_point(b, total, r[i].at, HOW_SET, r[i].of);
        int64_t until = holds(r, i, n);
        if (i + 1 < n && until == r[i + 1].at) continue;
        pm_series_point(b, series, until, HOW_END, 0);
        if (total) pm_series_point(b, total, until, HOW_END, 0);
    }
    return total != 0;
}

void pm_series_readings(struct build *b) {
    bool told = false;
    struct pm_reading *r = pm_xmalloc((b->scene->ev->readings.n + 1) * sizeof *r);
    if (b->scene->ev->readings.n)
        memcpy(r, b->scene->ev->readings.items, b->scene->ev->readings.n * sizeof *r);
    if (b->scene->ev->readings.n > 1) qsort(r, b->scene->ev->readings.n, sizeof *r, by_reading);
    for (size_t i = 0, end; i < b->scene->ev->readings.n; i = end) {
        for (end = i + 1; end < b->scene->ev->readings.n && r[end].what == r[i].what &&
                          r[end].who == r[i].who && r[end].where == r[i].where;)
            end++;
        told |= readings_of(b, &r[i], end - i);
    }
    free(r);
    for (size_t i = 0; i < b->report->quotas_n && !told;
         i++) // what Docker Hub itself told is better than what pulls add up to
        if (pm_str_eqc(b->report->quotas[i].registry, "docker.io")) quota(b, &b->report->quotas[i]);
}
