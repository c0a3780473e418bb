// The report's series as OpenMetrics with timestamps: what `promtool tsdb
// create-blocks-from openmetrics` loads.
//
//   # HELP kubelet_runtime_operations Runtime operations of the kubelet; here pulls that a node's kubelet asked for.
//   # TYPE kubelet_runtime_operations counter
//   kubelet_runtime_operations_total{node="n1",operation_type="pull_image"} 3 1775976404.5
//   # EOF
//
// Source: OpenMetrics 1.0 (prometheus/OpenMetrics:specification/OpenMetrics.md): families
// whole, series whole, samples in order of time. Every scrape is written, also where
// nothing changed: rate() and the lookback count samples.
#include "pm/report.h"
#include "pm/scan.h"
#include "pm/series.h"
#include "pm/version.h"
#include "pm/when.h"

static const char *const type_names[] = {
    [PM_METRIC_COUNTER] = "counter", [PM_METRIC_GAUGE] = "gauge", [PM_METRIC_SUMMARY] = "summary"};

static bool belongs(const struct pm_family *f, struct pm_str name) {
    if (f->type != PM_METRIC_SUMMARY) return pm_str_eqc(name, f->name);
    if (!pm_str_starts(name, pm_str_c(f->name))) return false;
    struct pm_str tail = pm_str_from(name, strlen(f->name));
    return !tail.n || pm_str_eqc(tail, "_sum") || pm_str_eqc(tail, "_count");
}

static void escaped(struct pm_buf *b, struct pm_str s) {
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\\' || s.p[i] == '"') pm_buf_addc(b, '\\');
        if (s.p[i] == '\n') pm_buf_lit(b, "\\n");
        else pm_buf_addc(b, s.p[i]);
    }
}
static void series_head(struct pm_buf *b, const struct pm_series *s, struct pm_arena *a) {
    pm_buf_add(b, s->name);
    for (size_t i = 0; i < s->labels.n; i++) {
        pm_buf_addc(b, i ? ',' : '{');
        pm_buf_add(b, s->labels.items[i].name);
        pm_buf_lit(b, "=\"");
        escaped(b, pm_utf8_clean(a, s->labels.items[i].value, NULL));
        pm_buf_addc(b, '"');
    }
    if (s->labels.n) pm_buf_addc(b, '}');
}
static void sample_number(struct pm_buf *b, double x) {
    bool whole = x > -9e18 && x < 9e18 && x == (double)(int64_t)x; // no int64_t holds more
    if (whole) pm_buf_fmt(b, "%lld", (long long)x);
    else pm_buf_fmt(b, "%.17g", x);
}
static void samples(FILE *out, struct pm_buf *b, struct pm_arena *a, const struct pm_series *s,
                    int64_t step_ns) {
    pm_buf_clear(b);
    pm_arena_reset(a);
    series_head(b, s, a);
    size_t head_n = b->n;
    for (size_t i = 0; i < s->runs_n; i++) {
        b->n = head_n;
        pm_buf_addc(b, ' ');
        sample_number(b, s->runs[i].value);
        for (int64_t t = s->runs[i].from_ns; t <= s->runs[i].to_ns;
             t += step_ns) // scrapes stand on half seconds
            fprintf(out, "%.*s %lld.%lld\n", (int)b->n, b->p, (long long)(t / PM_NS_PER_S),
                    (long long)(t % PM_NS_PER_S / 100000000));
    }
}

// Which program made it, as exporters say it: at the first scrape, so that a store that
// wants a time for each sample takes it.
static void tool_info(FILE *out, const struct pm_report *r) {
    if (!r->metrics) return;
    fprintf(out,
            "# HELP pullmortem_build Program and rules that these series come from.\n"
            "# TYPE pullmortem_build info\n"
            "pullmortem_build_info{version=\"" PM_VERSION
            "\",commit=\"%s\",rules=\"%s\"} 1 %lld.0\n",
            pm_commit, r->rules_hash ? r->rules_hash : "",
            (long long)(r->metrics->from_ns / PM_NS_PER_S));
}
static bool openmetrics_render(FILE *out, const struct pm_report *r,
                               const struct pm_render_options *o) {
    (void)o;
    const struct pm_series_set *set = r->metrics;
    struct pm_buf line = {0};
    struct pm_arena *a = pm_arena_new();
    for (const struct pm_family *f = pm_families; set && f->name; f++) {
        size_t n = strlen(f->name), tail = strlen("_total");
        struct pm_str family = {f->name, f->type == PM_METRIC_COUNTER && n > tail ? n - tail : n};
        bool any = false;
        for (size_t i = 0; i < set->n; i++) {
            if (!belongs(f, set->items[i].name)) continue;
            if (!any)
                fprintf(out, "# HELP %.*s %s\n# TYPE %.*s %s\n", PM_FMT(family), f->help,
                        PM_FMT(family), type_names[f->type]);
            any = true;
            samples(out, &line, a, &set->items[i], set->step_ns);
        }
    }
    tool_info(out, r);
    pm_buf_free(&line);
    pm_arena_free(a);
    fputs("# EOF\n", out);
    return !ferror(out);
}

const struct pm_renderer pm_renderer_openmetrics = {
    .name = "openmetrics",
    .extensions = ".om .openmetrics",
    .title = "the series behind the report, for promtool and Prometheus",
    .series = true,
    .render = openmetrics_render};
