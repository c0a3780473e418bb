// How each alert was replayed: what its expression was at each evaluation, in the shape
// that Prometheus' query_range answers, so that the two can be laid side by side.
//
//   {"schema": "pullmortem.alerts/1", "tool": {…}, "from": 1775976405, "to": …, "step": 15,
//    "alerts": [{"name", "expr", "for": 120, "every": 15, "fired": [{"from", "to", "peak"}], "result": [{"metric": {…}, "values": [[1775976405, "0.25"], …]}]}]}
//
// Times are seconds since 1970, as there. Every evaluation is written: not for reading,
// but for comparing.
#include "report/json/json_report.h"
#include "pm/report.h"
#include "pm/series.h"
#include "pm/when.h"

static void seconds(struct pm_json *w, const char *key, int64_t ns) {
    pm_json_int(w, key, ns / PM_NS_PER_S);
}

// As Prometheus does: a string, so that it is exact and may be NaN.
static void sample_value(struct pm_json *w, double x) {
    char text[40];
    const double most = 1e308 * 10;
    if (x != x) snprintf(text, sizeof text, "NaN");
    else if (x >= most || x <= -most) snprintf(text, sizeof text, "%cInf", x > 0 ? '+' : '-');
    else snprintf(text, sizeof text, "%.17g", x);
    pm_json_text(w, NULL, pm_str_c(text));
}

static void result(struct pm_json *w, const struct pm_series *s, int64_t every_ns) {
    pm_json_open(w, NULL, '{');
    pm_json_open(w, "metric", '{');
    for (size_t i = 0; i < s->labels.n; i++)
        pm_json_text(w, s->labels.items[i].name.p, s->labels.items[i].value);
    pm_json_close(w, '}');
    pm_json_open(w, "values", '[');
    for (size_t i = 0; i < s->runs_n; i++)
        for (int64_t t = s->runs[i].from_ns; t <= s->runs[i].to_ns; t += every_ns) {
            pm_json_open(w, NULL, '[');
            seconds(w, NULL, t);
            sample_value(w, s->runs[i].value);
            pm_json_close(w, ']');
        }
    pm_json_close(w, ']');
    pm_json_close(w, '}');
}

static void replayed(struct pm_json *w, const struct pm_alert *x) {
    pm_json_open(w, NULL, '{');
    pm_json_text(w, "name", x->name);
    pm_json_text(w, "expr", x->expr);
    seconds(w, "for", x->for_ns);
    seconds(w, "every", x->every_ns);
    pm_json_open(w, "fired", '[');
    for (size_t i = 0; i < x->fired_n; i++) {
        pm_json_open(w, NULL, '{');
        seconds(w, "from", x->fired[i].from_ns);
        seconds(w, "to", x->fired[i].to_ns);
        pm_json_real(w, "peak", x->fired[i].peak);
        pm_json_close(w, '}');
    }
    pm_json_close(w, ']');
    pm_json_open(w, "result", '[');
    for (size_t i = 0; i < x->values_n; i++) result(w, &x->values[i], x->every_ns);
    pm_json_close(w, ']');
    pm_json_close(w, '}');
}

static bool alerts_render(FILE *out, const struct pm_report *r, const struct pm_render_options *o) {
    (void)o;
    struct pm_json w = {.f = out, .inline_from = 4};
    const struct pm_series_set *set = r->metrics;
    pm_json_open(&w, NULL, '{');
    pm_json_text(&w, "schema", PM_STR("pullmortem.alerts/1"));
    pm_json_tool(&w, r);
    if (set) {
        seconds(&w, "from", set->from_ns);
        seconds(&w, "to", pm_step_at(set, set->steps - 1));
        seconds(&w, "step", set->step_ns);
    }
    pm_json_open(&w, "alerts", '[');
    for (size_t i = 0; i < r->alerts_n; i++) replayed(&w, &r->alerts[i]);
    pm_json_close(&w, ']');
    pm_json_close(&w, '}');
    return pm_json_end(&w);
}

const struct pm_renderer pm_renderer_alerts = {.name = "alerts",
                                               .extensions = ".alerts.json",
                                               .title = "alert replay, evaluation by evaluation",
                                               .render = alerts_render};
