// The text report's lists: alerts, findings, missing evidence, errors that no rule knows,
// other times, hearsay.
#include "report/text/text.h"
#include "pm/timeline.h"

void pm_text_alerts(struct text *x) {
    const struct pm_report *r = x->r;
    bool any = false;
    for (size_t k = 0; k < r->alerts_n; k++) {
        const struct pm_alert *l = &r->alerts[k];
        if (!l->fired_n) continue;
        if (!any) pm_text_section(x, PM_SECTION_ALERTS);
        any = true;
        struct pm_str when = pm_view_span(&x->v, l->fired[0].from_ns, l->fired[0].to_ns),
                      name = pm_text_seen(x, l->name);
        struct pm_str lead = pm_view_lead(&x->v, l);
        if (lead.n) lead = pm_arena_fmt(x->t.a, ", %.*s", PM_FMT(lead));
        struct pm_str again = l->fired_n > 1
                                  ? pm_arena_fmt(x->t.a, ", again %zu %s", l->fired_n - 1,
                                                 l->fired_n == 2 ? "time" : "times")
                                  : PM_NONE;
        pm_text_item(&x->t, 1, "", 0,
                     pm_arena_fmt(x->t.a, "%.*s  %.*s%.*s%.*s", PM_FMT(name), PM_FMT(when),
                                  PM_FMT(again), PM_FMT(lead)));
    }
}

// What a user's alert cannot do, or does not here: silence would look like a rule that
// watches.
void pm_text_alert_notes(struct text *x) {
    const struct pm_report *r = x->r;
    bool any = false;
    for (size_t k = 0; k < r->alerts_n; k++) {
        const struct pm_alert *l = &r->alerts[k];
        if (!l->own || !l->note.n) continue;
        if (!any) pm_text_heading(&x->t, "ALERTS of your own");
        any = true;
        struct pm_str name = pm_text_seen(x, l->name), note = pm_text_seen(x, l->note);
        pm_text_item(&x->t, 1, "", 0,
                     pm_arena_fmt(x->t.a, "%.*s  %.*s", PM_FMT(name), PM_FMT(note)));
    }
}

void pm_text_findings(struct text *x) {
    const struct pm_report *r = x->r;
    if (!pm_text_section(x, PM_SECTION_FINDINGS)) return;
    for (size_t k = 0; k < r->findings_n && k < pm_text_rows(x); k++) {
        const struct pm_finding *f = &r->findings[k];
        struct pm_str said = pm_text_seen(x, f->text), at = pm_text_place(x, f->file, f->line);
        pm_text_item(&x->t, 1, f->severity.n ? pm_arena_cstr(x->t.a, f->severity) : "", 9,
                     at.n ? pm_arena_fmt(x->t.a, "%.*s (%.*s)", PM_FMT(said), PM_FMT(at)) : said);
        pm_text_item(&x->t, 1, "", 9, pm_text_seen(x, f->advice));
    }
    pm_text_more(x, 1, pm_text_rows(x), r->findings_n);
}

void pm_text_missing(struct text *x) { // neighbours with the same effect share it
    const struct pm_report *r = x->r;
    if (!pm_text_section(x, PM_SECTION_MISSING)) return;
    for (size_t k = 0; k < r->missing_n && k < pm_text_rows(x); k++) {
        struct pm_str what = pm_text_seen(x, r->missing[k].what),
                      effect = pm_text_seen(x, r->missing[k].effect);
        bool shared = k + 1 < r->missing_n && k + 1 < pm_text_rows(x) &&
                      pm_str_eq(r->missing[k].effect, r->missing[k + 1].effect);
        pm_text_item(&x->t, 1, "", 0,
                     effect.n && !shared
                         ? pm_arena_fmt(x->t.a, "%.*s → %.*s", PM_FMT(what), PM_FMT(effect))
                         : what);
    }
    pm_text_more(x, 1, pm_text_rows(x), r->missing_n);
}

void pm_text_unknown(struct text *x) {
    const struct pm_report *r = x->r;
    if (!pm_text_section(x, PM_SECTION_UNKNOWN)) return;
    for (size_t k = 0; k < r->unknown_n && k < pm_text_rows(x); k++) {
        const struct pm_unknown *u = &r->unknown[k];
        pm_text_item(
            &x->t, 1,
            pm_arena_cstr(x->t.a, pm_arena_fmt(x->t.a, "×%llu", (unsigned long long)u->count)), 6,
            pm_text_seen(x, u->tmpl));
        if (u->file.n) pm_text_item(&x->t, 1, "", 6, pm_text_place(x, u->file, u->line));
    }
    pm_text_more(x, 1, pm_text_rows(x), r->unknown_n);
}

void pm_text_windows(struct text *x) {
    const struct pm_report *r = x->r;
    if (!pm_text_section(x, PM_SECTION_WINDOWS)) return;
    for (size_t k = 0; k < r->windows_n && k < pm_text_rows(x); k++)
        pm_text_item(&x->t, 1, "", 0, pm_text_seen(x, pm_words_window(x->t.a, r, &r->windows[k])));
    pm_text_more(x, 1, pm_text_rows(x), r->windows_n);
}

void pm_text_hearsay(struct text *x) {
    const struct pm_report *r = x->r;
    if (!pm_text_section(x, PM_SECTION_HEARSAY)) return;
    for (size_t k = 0; k < r->hearsay_n && k < x->show.hearsay; k++) {
        pm_text_item(&x->t, 1, "", 0, pm_text_seen(x, pm_words_hearsay(x->t.a, &r->hearsay[k])));
        pm_text_item(&x->t, 1, "", 6, pm_text_place(x, r->hearsay[k].file, r->hearsay[k].line));
    }
    pm_text_more(x, 1, x->show.hearsay, r->hearsay_n);
}
