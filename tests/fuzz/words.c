// Small readers: an expression, a stamp, a reference, a text.
#include "kinds.h"
#include "clock/clock.h"
#include "clock/zone.h"
#include "judge/alerts/promql.h"
#include "pm/image.h"
#include "pm/ingest.h"
#include "pm/scan.h"
#include "pm/when.h"

// Series whose values and gaps come from the first bytes, an expression from the rest.
static struct pm_series_set series_of(struct fuzz_bytes *in, struct pm_arena *a) {
    static const char *const names[] = {"kubelet_runtime_operations_errors_total",
                                        "pullmortem_pulls_total", "up"};
    const int64_t step = 15 * PM_NS_PER_S;
    struct pm_series_set set = {.step_ns = step, .steps = 40, .n = PM_LEN(names)};
    set.items = PM_NEWN(a, struct pm_series, PM_LEN(names));
    for (size_t i = 0; i < PM_LEN(names); i++) {
        struct pm_label *label = PM_NEWN(a, struct pm_label, 1);
        struct pm_run *runs = PM_NEWN(a, struct pm_run, 4);
        int64_t at = 0;
        label[0] = (struct pm_label){PM_STR("node"), PM_STR("n1")};
        for (int k = 0; k < 4; k++) {
            int64_t from = at + (1 + (int64_t)fuzz_byte(in)) * step,
                    to = from + (int64_t)fuzz_byte(in) * step;
            runs[k] = (struct pm_run){from, to, (double)fuzz_byte(in)};
            at = to;
        }
        set.items[i] = (struct pm_series){pm_str_c(names[i]), {label, 1}, runs, 4};
    }
    return set;
}
void fuzz_promql(struct fuzz_bytes in, size_t variant) {
    (void)variant;
    struct pm_arena *a = pm_arena_new(), *scratch = pm_arena_new();
    struct pm_promql_error error = {0};
    struct pm_series_set set = series_of(&in, a);
    struct pm_promql *q = pm_promql_parse(a, fuzz_rest(&in), &error);
    bool changed[64] = {false};
    if (q) pm_promql_bind(q, &set), pm_promql_changes(q, &set, changed);
    for (size_t i = 0; q && i < set.steps; i++) {
        struct pm_vector out = {0};
        if (pm_promql_eval(q, pm_step_at(&set, i), scratch, &out, &error))
            for (size_t k = 0; k < out.n; k++) fuzz_see(out.items[k].name);
        pm_arena_reset(scratch);
    }
    fuzz_see(error.what);
    if (q) pm_promql_free(q);
    pm_arena_free(scratch);
    pm_arena_free(a);
}

static void back_to_text(int64_t ns) {
    char out[32];
    int64_t in_year;
    fuzz_see(pm_str_c(pm_when_format(ns, out)));
    fuzz_see(pm_str_c(pm_when_hm(ns, out)));
    fuzz_see(pm_str_c(pm_when_clock(ns, true, true, out)));
    if (ns != PM_NO_TIME) fuzz_see(pm_str_c(pm_duration_format(ns, out)));
    if (ns >= 0 && ns < INT64_C(366) * 86400 * PM_NS_PER_S) pm_when_in_year(ns, 2023, &in_year);
}
void fuzz_time(struct fuzz_bytes in, size_t variant) {
    static size_t (*const readers[])(struct pm_str, struct pm_when *) = {
        pm_when_rfc3339, pm_when_klog,    pm_when_syslog,   pm_when_clf, pm_when_slash,
        pm_when_epoch,   pm_when_compact, pm_when_unixdate, pm_when_full};
    (void)variant;
    int64_t x = fuzz_i64(&in), y = fuzz_i64(&in);
    back_to_text(x);
    pm_time_add(x, y), pm_since(x, y), pm_time_apart(x, y), pm_times(x, y), pm_sum(x, y);
    struct pm_str s = fuzz_rest(&in);
    for (size_t i = 0; i < PM_LEN(readers); i++) {
        struct pm_when w = {0};
        if (readers[i](s, &w) > s.n) abort(); // it cannot have used more than there is
        if (w.kind != PM_WHEN_NONE) back_to_text(w.ns);
    }
}

void fuzz_image(struct fuzz_bytes in, size_t variant) {
    (void)variant;
    struct pm_arena *a = pm_arena_new();
    struct pm_image image = {0}, again = {0};
    struct pm_registry_url url = {0};
    struct pm_str s = fuzz_rest(&in);
    // Of two prefixes of transports only one is taken off.
    if (!pm_str_has(s, PM_STR("//")) && pm_image_parse(a, s, &image) &&
        pm_image_parse(a, image.norm, &again) && !pm_str_eq(image.norm, again.norm))
        abort(); // the key that pulls are folded by is one for one image
    fuzz_see(image.registry), fuzz_see(image.repository), fuzz_see(image.tag);
    fuzz_see(image.digest), fuzz_see(image.norm);
    if (pm_registry_url_parse(a, s, &url))
        fuzz_see(url.host), fuzz_see(url.ns), fuzz_see(url.repository), fuzz_see(url.reference);
    fuzz_see(pm_registry_of_host(s));
    pm_arena_free(a);
}

void fuzz_redact(struct fuzz_bytes in, size_t variant) {
    (void)variant;
    struct pm_arena *a = pm_arena_new();
    struct pm_redactor *r = pm_redactor_new(NULL);
    struct pm_str s = fuzz_rest(&in), once = pm_redact_now(r, a, s);
    fuzz_see(once);
    fuzz_see(pm_redact_blank(a, s));
    fuzz_see(pm_redact_now(r, a, once));
    pm_redactor_free(r);
    pm_arena_free(a);
}

void fuzz_classify(struct fuzz_bytes in, size_t variant) {
    (void)variant;
    struct pm_event e = {.kind = (enum pm_kind)(fuzz_byte(&in) % PM_KIND_COUNT),
                         .component = (enum pm_component)(fuzz_byte(&in) % PM_COMP_COUNT)};
    e.http_status = (int)fuzz_below(&in, 700);
    e.flags = fuzz_u32(&in);
    e.field[PM_F_ERROR] = fuzz_text(&in);
    e.field[PM_F_MESSAGE] = fuzz_text(&in);
    e.field[PM_F_REASON] = fuzz_text(&in);
    e.field[PM_F_URL] = fuzz_text(&in);
    struct pm_verdict v = pm_ruleset_classify(fuzz_rules(), &e);
    fuzz_see(pm_str_c(v.rule));
}
