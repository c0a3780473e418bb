// What a line tells of limits, probes and disks: gauges (readings), and what a health
// check read of a registry's limit (checkups), which has a budget of its own.
#include "judge/evidence/evidence.h"
#include <stdlib.h>

void pm_reading_row(const struct pm_env *env, struct pm_evidence *ev, const struct pm_row *row) {
    const struct pm_event *e = &row->event;
    const bool gauge = e->kind == PM_KIND_HEALTH_CHECK || e->remaining >= 0;
    if (row->ts_ns == PM_NO_TIME) return;
    struct pm_str host = e->field[PM_F_HOST].n ? e->field[PM_F_HOST] : e->field[PM_F_REGISTRY];
    uint32_t registry = gauge ? pm_id(env, pm_registry_of_host(host)) : 0;
    struct pm_reading r = {.at = row->ts_ns, .who = registry};
    if (e->kind == PM_KIND_HEALTH_CHECK && registry) {
        r.what = PM_READING_UP;
        r.value = e->http_status == 200 || e->http_status == 401 ||
                  pm_str_eqc(e->field[PM_F_REASON], "healthy"); // a challenge is an answer
        *PM_PUSH(ev->readings.items, ev->readings.n, ev->readings.cap) = r;
    }
    if (e->remaining >= 0 && registry) {
        r.what = PM_READING_LIMIT;
        r.value = (double)e->remaining;
        r.of = e->limit >= 0 ? (double)e->limit : -1;
        *PM_PUSH(ev->readings.items, ev->readings.n, ev->readings.cap) = r;
    }
    bool disk = e->kind == PM_KIND_DISK_USAGE || e->kind == PM_KIND_DISK_PRESSURE ||
                e->kind == PM_KIND_GC_START || e->kind == PM_KIND_GC_OK ||
                e->kind == PM_KIND_GC_FAIL;
    if (!disk || !pm_str_has(e->field[PM_F_DETAIL], PM_STR("used_ratio"))) return;
    json_t *d = json_loadb(e->field[PM_F_DETAIL].p, e->field[PM_F_DETAIL].n, 0, NULL),
           *ratio = json_object_get(d, "used_ratio");
    const char *mount = json_string_value(json_object_get(d, "mount"));
    if (json_is_number(ratio)) {
        uint32_t node = pm_id(env, e->field[PM_F_NODE]);
        if (!node && row->file < ev->facts.files.n) node = ev->facts.files.items[row->file].node;
        *PM_PUSH(ev->readings.items, ev->readings.n, ev->readings.cap) =
            (struct pm_reading){.at = row->ts_ns,
                                .what = PM_READING_DISK,
                                .who = node,
                                .where = pm_id(env, pm_str_c(mount)),
                                .value = json_number_value(ratio)};
    }
    json_decref(d);
}

void pm_checkup_row(const struct pm_env *env, struct pm_evidence *ev, const struct pm_row *row) {
    const struct pm_event *e = &row->event;
    struct pm_str host = e->field[PM_F_HOST].n ? e->field[PM_F_HOST] : e->field[PM_F_REGISTRY],
                  detail = e->field[PM_F_DETAIL];
    if (e->limit <= 0 || e->remaining < 0 || !host.n || row->ts_ns == PM_NO_TIME) return;
    struct pm_checkup c = {.at = row->ts_ns,
                           .limit = e->limit,
                           .used = e->limit > e->remaining ? e->limit - e->remaining : 0,
                           .window_s = e->window_s,
                           .reset = PM_NO_TIME,
                           .registry = pm_id(env, pm_registry_of_host(host)),
                           .who = pm_id(env, e->field[PM_F_WRITER])};
    json_t *d = detail.n ? json_loadb(detail.p, detail.n, 0, NULL) : NULL;
    const char *reset = json_string_value(json_object_get(d, "reset"));
    struct pm_when w;
    if (reset && pm_when_rfc3339(pm_str_c(reset), &w) && w.kind == PM_WHEN_UTC) c.reset = w.ns;
    const json_t *in = json_object_get(d, "reset_in_s");
    if (json_is_integer(in) && json_integer_value(in) > 0)
        c.reset = pm_time_add(row->ts_ns, pm_seconds_ns(json_integer_value(in)));
    json_decref(d);
    *PM_PUSH(ev->checkups.items, ev->checkups.n, ev->checkups.cap) = c;
}

static int by_budget(const void *a, const void *b) {
    const struct pm_checkup *x = a, *y = b;
    if (x->registry != y->registry) return x->registry < y->registry ? -1 : 1;
    if (x->who != y->who) return x->who < y->who ? -1 : 1;
    if (x->limit != y->limit) return x->limit < y->limit ? -1 : 1;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    return (x->used > y->used) - (x->used < y->used);
}

void pm_checkups_order(struct pm_evidence *ev) {
    if (ev->checkups.n > 1)
        qsort(ev->checkups.items, ev->checkups.n, sizeof *ev->checkups.items, by_budget);
}
