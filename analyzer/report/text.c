// The report for a terminal: which sections, in which order, and how much of each list.
// Sections with nothing to say are left out; a healthy bundle is two lines.
#include "report/text/text.h"
#include "pm/report.h"

static const struct pm_amounts usual = {6, 12, 4, 12, 3},
                               everything = {SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX};

typedef void section(struct text *x);

static section *const whole_report[] = {pm_text_head,
                                        pm_text_verdict,
                                        pm_text_overview,
                                        pm_text_incidents,
                                        pm_text_quotas,
                                        pm_text_pulls,
                                        pm_text_health,
                                        pm_text_alerts,
                                        pm_text_alert_notes,
                                        pm_text_findings,
                                        pm_text_missing,
                                        pm_text_unknown,
                                        pm_text_windows,
                                        pm_text_hearsay,
                                        pm_text_clocks,
                                        pm_text_input,
                                        pm_text_next,
                                        pm_text_tool,
                                        NULL};
static section *const first_screen[] = {pm_text_head, pm_text_verdict, pm_text_overview,
                                        pm_text_next, pm_text_tool,    NULL};
static section *const one_incident[] = {pm_text_head, pm_text_incidents, pm_text_next, pm_text_tool,
                                        NULL};
static section *const *sections_of(const struct pm_render_options *o) {
    if (o->incident) return one_incident;
    return o->brief ? first_screen : whole_report;
}

static bool text_render(FILE *out, const struct pm_report *r, const struct pm_render_options *o) {
    struct text x = {.t = {.f = out,
                           .a = pm_arena_new(),
                           .width = o->width > 0 ? o->width : 100,
                           .color = o->color},
                     .r = r,
                     .o = o};
    x.show = o->verbose || o->incident ? everything : usual;
    if (o->brief) x.show.overview = 5;
    x.v = pm_view_open(r, x.t.a);
    if (x.v.first && x.v.first->from_ns != PM_NO_TIME) x.v.day_ns = x.v.first->from_ns;
    for (section *const *s = sections_of(o); *s; s++) (*s)(&x);
    pm_arena_free(x.t.a);
    return !ferror(out);
}

const struct pm_renderer pm_renderer_text = {
    .name = "text", .extensions = ".txt", .title = "for a terminal", .render = text_render};
