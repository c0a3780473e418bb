// The report as JSON, "pullmortem.report/1": every member is there, null where it does
// not apply. Here are the verdict, the lists and the order; the pieces that its sections
// share are in json_parts.c.
#include "report/json/json_report.h"
#include "report/view.h"

static void json_quota_curve(struct pm_json *w, const struct pm_quota *q) {
    pm_json_open(w, "points", '[');
    for (size_t k = 0; k < q->points_n; k++) {
        const struct pm_quota_point *p = &q->points[k];
        pm_json_open(w, NULL, '{');
        pm_json_time(w, "t", p->t_ns);
        pm_json_uint(w, "used", p->used);
        pm_json_uint(w, "ok", p->ok);
        pm_json_uint(w, "refused", p->refused);
        pm_json_known(w, "remaining", p->remaining >= 0, p->remaining);
        pm_json_close(w, '}');
    }
    pm_json_close(w, ']');
    pm_json_open(w, "consumers", '[');
    for (size_t k = 0; k < q->consumers_n; k++) {
        pm_json_open(w, NULL, '{');
        pm_json_text(w, "kind", q->consumers[k].kind);
        pm_json_text(w, "name", q->consumers[k].name);
        pm_json_uint(w, "pulls", q->consumers[k].pulls);
        pm_json_close(w, '}');
    }
    pm_json_close(w, ']');
}

static void json_quota_credentials(struct pm_json *w, const struct pm_quota *q) {
    if (q->with_credentials.limit <= 0) {
        pm_json_known(w, "with_credentials", false, 0);
        return;
    }
    pm_json_open(w, "with_credentials", '{');
    pm_json_text(w, "policy", q->with_credentials.policy);
    pm_json_int(w, "limit", q->with_credentials.limit);
    pm_json_int(w, "window_s", q->with_credentials.window_s);
    pm_json_uint(w, "wanted", q->with_credentials.wanted);
    pm_json_close(w, '}');
}

static void pm_json_quota(struct pm_json *w, const struct pm_quota *q) {
    pm_json_open(w, NULL, '{');
    pm_json_text(w, "registry", q->registry);
    pm_json_text(w, "identity", q->identity.n ? q->identity : PM_STR("unknown"));
    pm_json_text_or_null(w, "user", q->user);
    pm_json_text_or_null(w, "client", q->client);
    pm_json_text_or_null(w, "policy", q->policy);
    pm_json_known(w, "limit", q->limit >= 0, q->limit);
    pm_json_text_or_null(w, "unit", q->unit);
    pm_json_known(w, "window_s", q->window_s >= 0, q->window_s);
    pm_json_uint(w, "used_low", q->used_low);
    pm_json_uint(w, "used_high", q->used_high);
    pm_json_text_or_null(w, "status", q->status);
    pm_json_open(w, "peak", '{');
    pm_json_time(w, "at", q->peak_at_ns);
    pm_json_uint(w, "used", q->peak_used);
    pm_json_close(w, '}');
    pm_json_time(w, "exhausted_at", q->exhausted_at_ns);
    pm_json_time(w, "first_refused", q->first_refused_ns);
    pm_json_time(w, "last_refused", q->last_refused_ns);
    pm_json_time(w, "free_at", q->free_at_ns);
    pm_json_uint(w, "refused", q->refused);
    pm_json_text_or_null(w, "note", q->note);
    json_quota_curve(w, q);
    pm_json_known(w, "with_cache", q->with_cache >= 0, q->with_cache);
    json_quota_credentials(w, q);
    pm_json_close(w, '}');
}

static void json_alert(struct pm_json *w, const struct pm_alert *x) {
    pm_json_open(w, NULL, '{');
    pm_json_text(w, "name", x->name);
    pm_json_text_or_null(w, "severity", x->severity);
    pm_json_text_or_null(w, "expr", x->expr);
    pm_json_int(w, "for_s", x->for_ns / PM_NS_PER_S);
    pm_json_int(w, "every_s", x->every_ns / PM_NS_PER_S);
    pm_json_open(w, "fired", '[');
    for (size_t k = 0; k < x->fired_n; k++) {
        pm_json_open(w, NULL, '{');
        pm_json_time(w, "from", x->fired[k].from_ns);
        pm_json_time(w, "to", x->fired[k].to_ns);
        pm_json_real(w, "peak", x->fired[k].peak);
        pm_json_close(w, '}');
    }
    pm_json_close(w, ']');
    pm_json_known(w, "lead_s", x->lead_known, x->lead_s);
    pm_json_text_or_null(w, "note", x->note);
    pm_json_close(w, '}');
}

static void json_finding(struct pm_json *w, const struct pm_finding *f) {
    pm_json_open(w, NULL, '{');
    pm_json_text(w, "id", f->id);
    pm_json_text_or_null(w, "severity", f->severity);
    pm_json_text_or_null(w, "file", f->file);
    pm_json_known(w, "line", f->line != 0, (int64_t)f->line);
    pm_json_text(w, "text", f->text);
    pm_json_text_or_null(w, "advice", f->advice);
    pm_json_close(w, '}');
}

static void json_unknown(struct pm_json *w, const struct pm_unknown *u) {
    pm_json_open(w, NULL, '{');
    pm_json_text(w, "template", u->tmpl);
    pm_json_uint(w, "count", u->count);
    pm_json_open(w, "example", '{');
    pm_json_text_or_null(w, "file", u->file);
    pm_json_known(w, "line", u->line != 0, (int64_t)u->line);
    pm_json_text_or_null(w, "text", u->text);
    pm_json_close(w, '}');
    pm_json_close(w, '}');
}

static void json_hearsay(struct pm_json *w, const struct pm_hearsay *h) {
    pm_json_open(w, NULL, '{');
    pm_json_text(w, "file", h->file);
    pm_json_uint(w, "lines", h->lines);
    pm_json_text_or_null(w, "pod", h->pod);
    pm_json_open(w, "example", '{');
    pm_json_uint(w, "line", h->line);
    pm_json_text(w, "text", h->text);
    pm_json_close(w, '}');
    pm_json_close(w, '}');
}

static void json_window(struct pm_json *w, const struct pm_window *v) {
    pm_json_open(w, NULL, '{');
    pm_json_time(w, "from", v->from_ns);
    pm_json_time(w, "to", v->to_ns);
    pm_json_uint(w, "attempts", v->attempts);
    pm_json_uint(w, "ok", v->ok);
    pm_json_uint(w, "failed", v->failed);
    pm_json_counts(w, "by_cause", v->by_cause, v->by_cause_n);
    pm_json_open(w, "files", '[');
    for (size_t i = 0; i < v->files.n; i++) pm_json_text(w, NULL, v->files.items[i]);
    pm_json_close(w, ']');
    pm_json_close(w, '}');
}

// What a person should read first, told for its whole chain; without an incident over
// info the sentence alone.
static void json_verdict(struct pm_json *w, const struct pm_report *r) {
    struct pm_arena *a = pm_arena_new();
    struct pm_view v = pm_view_open(r, a);
    const struct pm_incident *first = v.first;
    pm_json_open(w, "verdict", '{');
    pm_json_text_or_null(w, "root_cause", first ? pm_json_cause(first->root_cause) : PM_NONE);
    pm_json_text_or_null(w, "variant", first ? first->variant : PM_NONE);
    pm_json_known(w, "incident", first != NULL, r->verdict);
    pm_json_text(w, "sentence", pm_view_sentence(&v));
    pm_json_time(w, "from", first ? r->whole.from_ns : PM_NO_TIME);
    pm_json_time(w, "recovered_at", first ? r->whole.recovered_ns : PM_NO_TIME);
    pm_json_uint(w, "failed_pulls", r->whole.failed_pulls);
    pm_json_open(w, "effects", '[');
    for (size_t k = 0; first && k < r->whole.effects_n; k++) {
        const struct pm_incident *e = pm_view_incident(&v, r->whole.effects[k]);
        if (!e) continue;
        pm_json_open(w, NULL, '{');
        pm_json_text(w, "root_cause", pm_json_cause(e->root_cause));
        pm_json_uint(w, "incident", e->id);
        pm_json_uint(w, "failed_pulls", e->failed_pulls);
        pm_json_close(w, '}');
    }
    pm_json_close(w, ']');
    pm_json_close(w, '}');
    pm_arena_free(a);
}

static bool json_render(FILE *out, const struct pm_report *r, const struct pm_render_options *o) {
    (void)o;
    struct pm_json w = {.f = out, .inline_from = 4};
    pm_json_open(&w, NULL, '{');
    pm_json_text(&w, "schema", PM_STR("pullmortem.report/1"));
    pm_json_text_or_null(&w, "rules", pm_str_c(r->rules_hash));
    pm_json_tool(&w, r);
    json_verdict(&w, r);
    pm_json_bundle(&w, r);
    pm_json_pulls(&w, r);
    pm_json_open(&w, "incidents", '[');
    for (size_t i = 0; i < r->incidents_n; i++) pm_json_incident(&w, &r->incidents[i]);
    pm_json_close(&w, ']');
    pm_json_open(&w, "quotas", '[');
    for (size_t i = 0; i < r->quotas_n; i++) pm_json_quota(&w, &r->quotas[i]);
    pm_json_close(&w, ']');
    pm_json_open(&w, "alerts", '[');
    for (size_t i = 0; i < r->alerts_n; i++) json_alert(&w, &r->alerts[i]);
    pm_json_close(&w, ']');
    pm_json_open(&w, "findings", '[');
    for (size_t i = 0; i < r->findings_n; i++) json_finding(&w, &r->findings[i]);
    pm_json_close(&w, ']');
    pm_json_open(&w, "missing", '[');
    for (size_t i = 0; i < r->missing_n; i++) {
        pm_json_open(&w, NULL, '{');
        pm_json_text(&w, "what", r->missing[i].what);
        pm_json_text_or_null(&w, "effect", r->missing[i].effect);
        pm_json_close(&w, '}');
    }
    pm_json_close(&w, ']');
    pm_json_open(&w, "windows", '[');
    for (size_t i = 0; i < r->windows_n; i++) json_window(&w, &r->windows[i]);
    pm_json_close(&w, ']');
    pm_json_open(&w, "hearsay", '[');
    for (size_t i = 0; i < r->hearsay_n; i++) json_hearsay(&w, &r->hearsay[i]);
    pm_json_close(&w, ']');
    pm_json_open(&w, "unknown", '[');
    for (size_t i = 0; i < r->unknown_n; i++) json_unknown(&w, &r->unknown[i]);
    pm_json_close(&w, ']');
    pm_json_close(&w, '}');
    return pm_json_end(&w);
}

const struct pm_renderer pm_renderer_json = {.name = "json",
                                             .extensions = ".json",
                                             .title = "the whole report, for programs",
                                             .render = json_render};
