// The timeline: what each registry went through, drawn without a script; and the data
// that the page's script draws from, for nodes, namespaces and incidents, zoomed and
// panned. Both draw the same shapes with the same classes.
#include "report/html/html.h"
#include "report/words.h"
#include <stdlib.h>

enum { WIDTH = 1040, LEFT = 190, RIGHT = 12, ROW = 26, TOP = 20, LANES_DRAWN = 24 };
#define PLOT (WIDTH - LEFT - RIGHT)

static double axis_x(const struct pm_report *r, int64_t t) {
    double share = (double)(t - r->axis.from_ns) / ((double)r->axis.step_ns * (double)r->axis.n);
    if (share < 0) share = 0;
    if (share > 1) share = 1;
    return LEFT + share * PLOT;
}
static int64_t axis_end(const struct pm_report *r) {
    return r->axis.from_ns + r->axis.step_ns * (int64_t)r->axis.n;
}

// Drawn ---------------------------------------------------------------------------------
static uint32_t lane_top(const struct pm_report *r, enum pm_lane_kind kind) {
    uint32_t top = 1;
    for (size_t i = 0; i < r->lanes_n; i++)
        for (size_t k = 0; r->lanes[i].kind == kind && k < r->axis.n; k++) {
            uint32_t sum = r->lanes[i].steps[k].ok + r->lanes[i].steps[k].failed;
            if (sum > top) top = sum;
        }
    return top;
}
static void bars(struct pm_html *h, const struct pm_lane *l, int base, uint32_t top) {
    const struct pm_report *r = h->r;
    double wide = (double)PLOT / (double)r->axis.n, room = ROW - 6;
    for (size_t k = 0; k < r->axis.n; k++) {
        const struct pm_step *s = &l->steps[k];
        double x = LEFT + wide * (double)k, bad = room * s->failed / top, good = room * s->ok / top,
               w = wide > 3 ? wide - 1 : wide;
        if (s->failed)
            pm_html_fmt(
                h, "<rect class=\"s-bad\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
                x, base - bad, w, bad);
        if (s->ok)
            pm_html_fmt(
                h, "<rect class=\"s-ok\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>", x,
                base - bad - good, w, good);
        if (s->cached)
            pm_html_fmt(
                h, "<rect class=\"s-cached\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"2\"/>", x,
                base + 1, w);
        if (s->waiting)
            pm_html_fmt(h,
                        "<rect class=\"s-wait\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"2\"/>",
                        x, base + 3, w);
    }
}
static void bands(struct pm_html *h, int height) {
    const struct pm_report *r = h->r;
    double taken[PM_HTML_CARDS];
    size_t n = 0;
    for (size_t i = 0; i < r->incidents_n && i < PM_HTML_CARDS; i++) {
        const struct pm_incident *in = &r->incidents[i];
        if (in->from_ns == PM_NO_TIME) continue;
        double x = axis_x(r, in->from_ns),
               end = axis_x(r, in->to_ns == PM_NO_TIME ? in->from_ns : in->to_ns), number = x + 2;
        for (size_t k = 0; k < n;
             k++) // numbers of incidents that began together stand beside each other
            if (taken[k] - number < 12 && number - taken[k] < 12) number = taken[k] + 12;
        taken[n++] = number;
        pm_html_fmt(
            h,
            "<a href=\"#incident-%u\"><rect class=\"s-band s-%s\" x=\"%.1f\" y=\"0\" width=\"%.1f\" height=\"%d\"/><text x=\"%.1f\" y=\"12\">%u</text><title>",
            in->id, pm_severity_names[in->severity], x, end - x < 3 ? 3 : end - x, height, number,
            in->id);
        pm_html_text(h, in->title);
        pm_html_raw(h, "</title></a>");
    }
}
static void axis(struct pm_html *h, int y) {
    const struct pm_html_axis x = {LEFT, WIDTH - RIGHT, y, h->r->axis.from_ns, axis_end(h->r)};
    pm_html_fmt(h, "<line class=\"s-axis\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>", LEFT, y,
                WIDTH - RIGHT, y);
    pm_html_ticks(h, &x);
}
static size_t drawn(const struct pm_report *r) {
    size_t n = 0;
    for (size_t i = 0; i < r->lanes_n; i++) n += r->lanes[i].kind == PM_LANE_REGISTRY;
    return n < LANES_DRAWN ? n : LANES_DRAWN;
}
static void drawing(struct pm_html *h) {
    const struct pm_report *r = h->r;
    size_t n = drawn(r), at = 0;
    uint32_t top = lane_top(r, PM_LANE_REGISTRY);
    int base = TOP + (int)n * ROW;
    pm_html_fmt(
        h,
        "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"timeline by registry\"><svg viewBox=\"0 0 %d %d\" role=\"img\" "
        "aria-label=\"pulls of each registry over time, failed in red, with incidents as bands\">",
        WIDTH, base + 22);
    bands(h, base);
    for (size_t i = 0; i < r->lanes_n && at < n; i++) {
        if (r->lanes[i].kind != PM_LANE_REGISTRY) continue;
        int y = TOP + (int)++at * ROW;
        pm_html_fmt(h, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">", LEFT - 8, y - 6);
        pm_html_text(h, pm_text_cut_middle(h->a, r->lanes[i].name, 25));
        pm_html_fmt(h, "</text><line class=\"s-axis\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>",
                    LEFT, y - 4, WIDTH - RIGHT, y - 4);
        bars(h, &r->lanes[i], y - 4, top);
    }
    axis(h, base);
    pm_html_raw(h, "</svg></div>");
}

// Data ----------------------------------------------------------------------------------
// JSON inside of a page: nothing in it may end the script or begin a tag.
static void data_text(struct pm_html *h, struct pm_str s) {
    struct pm_buf b = {0};
    pm_json_string(&b, pm_text_visible(h->a, s));
    for (size_t i = 0; i < b.n; i++)
        if (b.p[i] == '<' || b.p[i] == '>' || b.p[i] == '&')
            pm_buf_fmt(&h->b, "\\u%04x", (unsigned)b.p[i]);
        else pm_buf_addc(&h->b, b.p[i]);
    pm_buf_free(&b);
}
static void data_ms(struct pm_html *h, int64_t ns) {
    if (ns == PM_NO_TIME) pm_html_raw(h, "null");
    else pm_html_fmt(h, "%lld", (long long)(ns / 1000000));
}
// An incident's lane is told by its scope as well as its cause.
static struct pm_str lane_of_incident(struct pm_html *h, const struct pm_lane *l) {
    const struct pm_incident *in = pm_view_incident(&h->v, l->incident);
    if (!in) return l->name;
    return pm_arena_fmt(h->a, "%s, %.*s", pm_words_cause(in->root_cause),
                        PM_FMT(pm_view_scope(&h->v, in)));
}
static void data_lane(struct pm_html *h, const struct pm_lane *l) {
    pm_html_fmt(h, "{\"kind\":\"%s\",\"id\":%u,\"name\":", pm_lane_names[l->kind], l->incident);
    data_text(h, l->kind == PM_LANE_INCIDENT ? lane_of_incident(h, l) : l->name);
    pm_html_raw(h, ",\"steps\":[");
    bool any = false;
    for (size_t k = 0; k < h->r->axis.n; k++) { // a step where nothing happened is left out
        const struct pm_step *s = &l->steps[k];
        if (!s->ok && !s->failed && !s->cached && !s->waiting) continue;
        pm_html_fmt(h, "%s[%zu,%u,%u", any ? "," : "", k, s->ok, s->failed);
        if (s->cached || s->waiting) pm_html_fmt(h, ",%u,%u", s->cached, s->waiting);
        pm_html_raw(h, "]");
        any = true;
    }
    pm_html_raw(h, "]}");
}
static void data_marks(struct pm_html *h) {
    struct pm_view_events events = pm_view_events(&h->v, PM_HTML_CARDS);
    bool any = false;
    for (size_t i = 0; i < events.n; i++) {
        const struct pm_view_event *e = &events.items[i];
        if (e->kind == PM_VIEW_EVIDENCE) continue;
        pm_html_raw(h, any ? ",{\"t\":" : "{\"t\":");
        any = true;
        data_ms(h, e->at_ns);
        pm_html_raw(h, ",\"what\":");
        data_text(h, e->kind == PM_VIEW_TRIGGER ? PM_STR("trigger") : e->what);
        pm_html_raw(h, ",\"detail\":");
        data_text(h, e->kind == PM_VIEW_TRIGGER
                         ? pm_arena_fmt(h->a, "%.*s: %.*s", PM_FMT(e->what), PM_FMT(e->detail))
                         : e->detail);
        pm_html_raw(h, "}");
    }
    free(events.items);
}
static void data_incidents(struct pm_html *h) {
    for (size_t i = 0; i < h->r->incidents_n && i < PM_HTML_CARDS; i++) {
        const struct pm_incident *in = &h->r->incidents[i];
        pm_html_fmt(h, "%s{\"id\":%u,\"severity\":\"%s\",\"from\":", i ? "," : "", in->id,
                    pm_severity_names[in->severity]);
        data_ms(h, in->from_ns);
        pm_html_raw(h, ",\"to\":");
        data_ms(h, in->to_ns);
        pm_html_raw(h, ",\"title\":");
        data_text(h, in->title);
        pm_html_raw(h, "}");
    }
}
void pm_html_data(struct pm_html *h) {
    const struct pm_report *r = h->r;
    pm_html_raw(h, "<script type=\"application/json\" id=\"data\">{\"from\":");
    data_ms(h, r->axis.from_ns);
    pm_html_fmt(h, ",\"step\":%lld,\"n\":%zu,\"lanes\":[", (long long)(r->axis.step_ns / 1000000),
                r->axis.n);
    for (size_t i = 0, shown = 0; i < r->lanes_n; i++) {
        if (r->lanes[i].kind == PM_LANE_INCIDENT && r->lanes[i].incident > PM_HTML_CARDS) continue;
        if (shown++) pm_html_raw(h, ",");
        data_lane(h, &r->lanes[i]);
    }
    pm_html_raw(h, "],\"incidents\":[");
    data_incidents(h);
    pm_html_raw(h, "],\"marks\":[");
    data_marks(h);
    pm_html_raw(h, "]}</script>");
}

void pm_html_timeline(struct pm_html *h) {
    if (!pm_html_section(h, PM_SECTION_TIMELINE)) return;
    pm_html_raw(h, "<section class=\"card\" id=\"lanes\">");
    drawing(h);
    pm_html_raw(
        h,
        "<ul class=\"legend\"><li class=\"k-bad\">failed pulls</li><li class=\"k-ok\">good pulls</li><li class=\"k-cached\">already there</li><li "
        "class=\"k-wait\">back-off</li><li class=\"k-band\">incident, by its number</li></ul></section>");
}
