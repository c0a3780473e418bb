// The report as JSON, "pullmortem.report/1": every member is there, null where it does
// not apply.
#include "report/json_writer.h"
#include "report/words.h"
#include "pm/diag.h"
#include "pm/report.h"
#include "pm/series.h"
#include "pm/timeline.h"
#include "pm/version.h"

typedef struct pm_json json; // the walk below is long: a short name for its one hero

static struct pm_str cause_name(int cause) { return pm_str_c(pm_words_cause(cause)); }

static void texts(json *w, const char *key, const struct pm_strs *list) {
    pm_json_open(w, key, '[');
    for (size_t i = 0; i < list->n; i++) pm_json_text(w, NULL, list->items[i]);
    pm_json_close(w, ']');
}
static void counts_by(json *w, const char *key, const struct pm_counts_by *by, size_t n) {
    pm_json_open(w, key, '{');
    for (size_t i = 0; i < n; i++) pm_json_named(w, by[i].name, by[i].n);
    pm_json_close(w, '}');
}

// bundle --------------------------------------------------------------------------------
static void clock_of(json *w, const struct pm_file_row *f) {
    pm_json_open(w, "clock", '{');
    pm_json_text(w, "quality", pm_str_c(pm_quality_names[f->quality]));
    pm_json_known(w, "year", f->year != 0, f->year);
    pm_json_text_or_null(w, "year_from", f->year_from);
    pm_json_known(w, "utc_offset_s", f->offset_known, f->utc_offset_s);
    pm_json_text_or_null(w, "offset_from", f->offset_from);
    pm_json_int(w, "skew_ms", f->skew_ms);
    pm_json_close(w, '}');
}
static void envelopes_of(json *w, struct pm_str joined) {
    pm_json_open(w, "envelopes", '[');
    for (struct pm_str rest = joined; rest.n;) {
        ptrdiff_t plus = pm_str_chr(rest, '+', 0);
        pm_json_text(w, NULL, plus < 0 ? rest : pm_str_sub(rest, 0, (size_t)plus));
        rest = plus < 0 ? PM_NONE : pm_str_from(rest, (size_t)plus + 1);
    }
    pm_json_close(w, ']');
}
static void file(json *w, const struct pm_report *r, const struct pm_file_row *f) {
    pm_json_open(w, NULL, '{');
    pm_json_text(w, "path", f->path);
    pm_json_text_or_null(w, "format", f->format);
    envelopes_of(w, f->envelopes);
    pm_json_text_or_null(w, "component", f->component);
    pm_json_text_or_null(w, "node", f->node);
    pm_json_uint(w, "bytes", f->bytes);
    pm_json_uint(w, "lines", f->lines);
    pm_json_uint(w, "events", f->events);
    pm_json_uint(w, "bad", f->bad);
    pm_json_uint(w, "undated", f->undated);
    pm_json_time(w, "from", f->from_ns);
    pm_json_time(w, "to", f->to_ns);
    clock_of(w, f);
    bool duplicate = f->duplicate_of && f->duplicate_of <= r->file_rows_n;
    pm_json_text_or_null(w, "duplicate_of",
                         duplicate ? r->files[f->duplicate_of - 1].path : PM_NONE);
    pm_json_close(w, '}');
}
static void bundle(json *w, const struct pm_report *r) {
    pm_json_open(w, "bundle", '{');
    texts(w, "inputs", &r->inputs);
    pm_json_time(w, "from", r->from_ns);
    pm_json_time(w, "to", r->to_ns);
    texts(w, "nodes", &r->nodes);
    pm_json_open(w, "totals", '{');
    const struct {
        const char *name;
        uint64_t n;
    } totals[] = {{"files", r->files_n}, {"bytes", r->bytes}, {"lines", r->lines},
                  {"events", r->events}, {"bad", r->bad},     {"undated", r->undated}};
    for (size_t i = 0; i < PM_LEN(totals); i++) pm_json_uint(w, totals[i].name, totals[i].n);
    pm_json_close(w, '}');
    pm_json_open(w, "files", '[');
    for (size_t i = 0; i < r->file_rows_n; i++) file(w, r, &r->files[i]);
    pm_json_close(w, ']');
    pm_json_open(w, "skipped", '[');
    for (size_t i = 0; i < r->skipped_n; i++) {
        pm_json_open(w, NULL, '{');
        pm_json_text(w, "path", r->skipped[i].path);
        pm_json_text(w, "why", r->skipped[i].why);
        pm_json_close(w, '}');
    }
    pm_json_close(w, ']');
    pm_json_open(w, "diagnostics", '[');
    for (size_t i = 0; i < r->diagnostics_n; i++) {
        const struct pm_diag *d = &r->diagnostics[i];
        pm_json_open(w, NULL, '{');
        pm_json_text(w, "path", d->path);
        pm_json_known(w, "line", d->line != 0, (int64_t)d->line);
        pm_json_text(w, "code", d->code);
        pm_json_text(w, "message", d->message);
        pm_json_uint(w, "count", d->count);
        pm_json_close(w, '}');
    }
    pm_json_close(w, ']');
    pm_json_close(w, '}');
}

// pulls ---------------------------------------------------------------------------------
static void latency(json *w, const char *key, const struct pm_latency *l) {
    pm_json_open(w, key, '{');
    pm_json_uint(w, "n", l->n);
    const struct {
        const char *name;
        double s;
    } rows[] = {{"mean", l->mean_s},
                {"p50", l->p50_s},
                {"p95", l->p95_s},
                {"p99", l->p99_s},
                {"max", l->max_s}};
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        if (l->n) pm_json_real(w, rows[i].name, rows[i].s);
        else pm_json_null(w, rows[i].name);
    }
    pm_json_close(w, '}');
}
static void ratio(json *w, const char *key, uint64_t part, uint64_t whole) {
    if (whole) pm_json_real(w, key, (double)part / (double)whole);
    else pm_json_null(w, key);
}
static void troubles(json *w, const struct pm_pull_stats *s) {
    pm_json_open(w, "troubles", '{');
    for (int i = 0; i < PM_TROUBLE_COUNT; i++) {
        pm_json_open(w, pm_trouble_names[i], '{');
        pm_json_uint(w, "pulls", s->troubles[i]);
        ratio(w, "share", s->troubles[i], s->attempts);
        pm_json_close(w, '}');
    }
    pm_json_close(w, '}');
}
static void pull_stats(json *w, const struct pm_report *r, const struct pm_pull_stats *s) {
    pm_json_uint(w, "attempts", s->attempts);
    pm_json_uint(w, "ok", s->ok);
    pm_json_uint(w, "failed", s->failed);
    pm_json_uint(w, "cached", s->cached);
    pm_json_uint(w, "open", s->open);
    ratio(w, "success_ratio", s->ok, s->ok + s->failed);
    latency(w, "latency_s", &s->latency);
    latency(w, "queue_s", &s->queue);
    pm_json_uint(w, "retries", s->retries);
    ratio(w, "cache_hit_ratio", s->cached,
          r->total.cached ? s->cached + s->ok
                          : 0); // no log here tells of images that were there: not known
    pm_json_uint(w, "gc_removed", s->gc_removed);
    pm_json_known(w, "bytes", s->bytes >= 0, s->bytes);
    counts_by(w, "by_cause", s->by_cause, s->by_cause_n);
    counts_by(w, "http_status", s->http_status, s->http_status_n);
    troubles(w, s);
}
static void stats_by(json *w, const struct pm_report *r, const char *key, const char *what,
                     const struct pm_pull_stats *by, size_t n) {
    pm_json_open(w, key, '[');
    for (size_t i = 0; i < n; i++) {
        pm_json_open(w, NULL, '{');
        pm_json_text_or_null(w, what, by[i].name);
        pull_stats(w, r, &by[i]);
        pm_json_close(w, '}');
    }
    pm_json_close(w, ']');
}
static void
proxy_cache(json *w,
            const struct pm_pull_stats
                *s) { // what proxies and CDNs answered by themselves, where their logs say it
    uint64_t told = s->cache_hits + s->cache_misses;
    if (!told) {
        pm_json_null(w, "proxy_cache");
        return;
    }
    pm_json_open(w, "proxy_cache", '{');
    pm_json_uint(w, "hits", s->cache_hits);
    pm_json_uint(w, "misses", s->cache_misses);
    ratio(w, "hit_ratio", s->cache_hits, told);
    pm_json_close(w, '}');
}
static void
trend(json *w,
      const struct pm_report
          *r) { // of the success ratio, from the first half of the pulls' time to the second
    uint64_t n[2] = {r->trend.ok[0] + r->trend.failed[0], r->trend.ok[1] + r->trend.failed[1]};
    pm_json_open(w, "trend", '{');
    pm_json_time(w, "middle", r->trend.from_ns == PM_NO_TIME ? PM_NO_TIME : r->trend.middle_ns);
    ratio(w, "first_half", r->trend.ok[0], n[0]);
    ratio(w, "second_half", r->trend.ok[1], n[1]);
    if (n[0] && n[1])
        pm_json_real(w, "change",
                     (double)r->trend.ok[1] / (double)n[1] - (double)r->trend.ok[0] / (double)n[0]);
    else pm_json_null(w, "change");
    pm_json_close(w, '}');
}
static void
disks(json *w,
      const struct pm_report *r) { // how full the nodes' file systems were, where it was logged
    pm_json_open(w, "disks", '[');
    for (size_t i = 0; r->metrics && i < r->metrics->n; i++) {
        const struct pm_series *s = &r->metrics->items[i];
        if (!pm_str_eqc(s->name, "pullmortem_disk_used_ratio") || !s->runs_n) continue;
        double low = s->runs[0].value, high = low;
        for (size_t k = 0; k < s->runs_n; k++) {
            if (s->runs[k].value < low) low = s->runs[k].value;
            if (s->runs[k].value > high) high = s->runs[k].value;
        }
        pm_json_open(w, NULL, '{');
        pm_json_text_or_null(w, "node", pm_labels_get(&s->labels, PM_STR("node")));
        pm_json_text_or_null(w, "mount", pm_labels_get(&s->labels, PM_STR("mount")));
        pm_json_real(w, "used_ratio_min", low);
        pm_json_real(w, "used_ratio_max", high);
        pm_json_real(w, "used_ratio_last", s->runs[s->runs_n - 1].value);
        pm_json_close(w, '}');
    }
    pm_json_close(w, ']');
}
static void bucket(json *w, const struct pm_bucket *b) {
    pm_json_open(w, NULL, '{');
    pm_json_time(w, "t", b->t_ns);
    pm_json_uint(w, "attempts", b->attempts);
    pm_json_uint(w, "ok", b->ok);
    pm_json_uint(w, "failed", b->failed);
    pm_json_uint(w, "waiting", b->waiting);
    pm_json_close(w, '}');
}
static void pulls(json *w, const struct pm_report *r) {
    pm_json_open(w, "pulls", '{');
    pull_stats(w, r, &r->total);
    stats_by(w, r, "by_registry", "registry", r->by_registry, r->by_registry_n);
    stats_by(w, r, "by_node", "node", r->by_node, r->by_node_n);
    stats_by(w, r, "by_client", "client", r->by_client, r->by_client_n);
    stats_by(w, r, "by_namespace", "namespace", r->by_namespace, r->by_namespace_n);
    stats_by(w, r, "by_image", "image", r->by_image, r->by_image_n);
    proxy_cache(w, &r->total);
    trend(w, r);
    disks(w, r);
    pm_json_open(w, "series", '[');
    for (size_t i = 0; i < r->series_n; i++) bucket(w, &r->series[i]);
    if (r->series_undated.attempts) bucket(w, &r->series_undated);
    pm_json_close(w, ']');
    pm_json_close(w, '}');
}

// incidents -----------------------------------------------------------------------------
static void hit_pods(json *w, const struct pm_incident *i) {
    pm_json_open(w, "pods", '[');
    for (size_t k = 0; k < i->blast.pods_n; k++) {
        const struct pm_hit_pod *p = &i->blast.pods[k];
        pm_json_open(w, NULL, '{');
        pm_json_text_or_null(w, "namespace", p->namespace);
        pm_json_text(w, "name", p->name);
        pm_json_text_or_null(w, "workload", p->workload);
        pm_json_text_or_null(w, "node", p->node);
        pm_json_text_or_null(w, "image", p->image);
        pm_json_time(w, "first", p->first_ns);
        pm_json_time(w, "last", p->last_ns);
        if (p->stuck_ns >= 0) pm_json_real(w, "stuck_s", (double)p->stuck_ns / 1e9);
        else pm_json_null(w, "stuck_s");
        pm_json_bool(w, "recovered", p->recovered);
        pm_json_bool(w, "guessed", p->guessed);
        pm_json_close(w, '}');
    }
    pm_json_close(w, ']');
}
static void hit_workloads(json *w, const struct pm_incident *i) {
    pm_json_open(w, "workloads", '[');
    for (size_t k = 0; k < i->blast.workloads_n; k++) {
        const struct pm_hit_workload *x = &i->blast.workloads[k];
        pm_json_open(w, NULL, '{');
        pm_json_text_or_null(w, "kind", x->kind);
        pm_json_text_or_null(w, "namespace", x->namespace);
        pm_json_text(w, "name", x->name);
        pm_json_uint(w, "pods", x->pods);
        pm_json_bool(w, "guessed", x->guessed);
        pm_json_close(w, '}');
    }
    pm_json_close(w, ']');
}
static void rollouts(json *w, const char *key, const struct pm_rollout *x, size_t n) {
    pm_json_open(w, key, '[');
    for (size_t k = 0; k < n; k++) {
        pm_json_open(w, NULL, '{');
        pm_json_text_or_null(w, "kind", x[k].kind);
        pm_json_text_or_null(w, "namespace", x[k].namespace);
        pm_json_text(w, "name", x[k].name);
        pm_json_text_or_null(w, "why", x[k].why);
        pm_json_known(w, "desired", x[k].desired >= 0, x[k].desired);
        pm_json_known(w, "ready", x[k].ready >= 0, x[k].ready);
        pm_json_time(w, "at", x[k].at_ns);
        pm_json_close(w, '}');
    }
    pm_json_close(w, ']');
}
static void autoscalers(json *w, const struct pm_incident *i) {
    pm_json_open(w, "blocked_autoscalers", '[');
    for (size_t k = 0; k < i->blast.blocked_autoscalers_n; k++) {
        const struct pm_autoscaler *x = &i->blast.blocked_autoscalers[k];
        pm_json_open(w, NULL, '{');
        pm_json_text_or_null(w, "namespace", x->namespace);
        pm_json_text(w, "name", x->name);
        pm_json_text_or_null(w, "target", x->target);
        pm_json_known(w, "current", x->current >= 0, x->current);
        pm_json_known(w, "desired", x->desired >= 0, x->desired);
        pm_json_known(w, "max", x->max >= 0, x->max);
        pm_json_close(w, '}');
    }
    pm_json_close(w, ']');
}
static void blast_radius(json *w, const struct pm_incident *i) {
    pm_json_open(w, "blast_radius", '{');
    hit_pods(w, i);
    hit_workloads(w, i);
    const struct {
        const char *name;
        const struct pm_strs *list;
    } lists[] = {{"namespaces", &i->blast.namespaces},
                 {"nodes", &i->blast.nodes},
                 {"images", &i->blast.images},
                 {"registries", &i->blast.registries},
                 {"services", &i->blast.services}};
    for (size_t k = 0; k < PM_LEN(lists); k++) texts(w, lists[k].name, lists[k].list);
    pm_json_open(w, "counts", '{');
    pm_json_uint(w, "pods", i->blast.pods_n);
    pm_json_uint(w, "workloads", i->blast.workloads_n);
    for (size_t k = 0; k < PM_LEN(lists); k++) pm_json_uint(w, lists[k].name, lists[k].list->n);
    pm_json_close(w, '}');
    pm_json_open(w, "spared", '{');
    texts(w, "nodes", &i->blast.spared_nodes);
    texts(w, "registries", &i->blast.spared_registries);
    texts(w, "images", &i->blast.spared_images);
    pm_json_close(w, '}');
    pm_json_uint(w, "peak_waiting_pods", i->blast.peak_waiting_pods);
    rollouts(w, "stuck_rollouts", i->blast.stuck_rollouts, i->blast.stuck_rollouts_n);
    autoscalers(w, i);
    rollouts(w, "rollbacks", i->blast.rollbacks, i->blast.rollbacks_n);
    pm_json_close(w, '}');
}
static void chain(json *w, const struct pm_incident *i) {
    pm_json_open(w, "chain", '[');
    for (size_t k = 0; k < i->chain_n; k++) {
        const struct pm_link *l = &i->chain[k];
        pm_json_open(w, NULL, '{');
        if (l->cause >= 0) pm_json_text(w, "cause", cause_name(l->cause));
        else pm_json_null(w, "cause");
        pm_json_time(w, "at", l->at_ns);
        pm_json_text(w, "what", l->what);
        pm_json_known(w, "incident", l->incident != 0, l->incident);
        if (l->share >= 0) pm_json_real(w, "share", l->share);
        else pm_json_null(w, "share");
        pm_json_close(w, '}');
    }
    pm_json_close(w, ']');
    pm_json_known(w, "explained_by", i->explained_by != 0, i->explained_by);
    pm_json_open(w, "explains", '[');
    for (size_t k = 0; k < i->explains_n; k++) pm_json_uint(w, NULL, i->explains[k]);
    pm_json_close(w, ']');
}
static void evidence(json *w, const struct pm_incident *i) {
    pm_json_open(w, "evidence", '[');
    for (size_t k = 0; k < i->evidence_n; k++) {
        const struct pm_evidence_line *e = &i->evidence[k];
        pm_json_open(w, NULL, '{');
        pm_json_text(w, "file", e->file);
        pm_json_known(w, "line", e->line != 0, (int64_t)e->line);
        pm_json_time(w, "time", e->time_ns);
        pm_json_text_or_null(w, "component", e->component);
        pm_json_text(w, "text", e->text);
        pm_json_text_or_null(w, "why", e->why);
        pm_json_close(w, '}');
    }
    pm_json_close(w, ']');
    pm_json_open(w, "against", '[');
    for (size_t k = 0; k < i->against_n; k++) {
        pm_json_open(w, NULL, '{');
        pm_json_text(w, "cause", cause_name(i->against[k].cause));
        pm_json_text(w, "why", i->against[k].why);
        pm_json_close(w, '}');
    }
    pm_json_close(w, ']');
}
static void advice(json *w, const struct pm_incident *i) {
    pm_json_open(w, "advice", '[');
    for (size_t k = 0; k < i->advice_n; k++) {
        pm_json_open(w, NULL, '{');
        pm_json_text(w, "phase", i->advice[k].phase);
        pm_json_text(w, "text", i->advice[k].text);
        pm_json_text_or_null(w, "command", i->advice[k].command);
        pm_json_text_or_null(w, "within", i->advice[k].within);
        pm_json_close(w, '}');
    }
    pm_json_close(w, ']');
}
static void incident(json *w, const struct pm_incident *i) {
    pm_json_open(w, NULL, '{');
    pm_json_uint(w, "id", i->id);
    pm_json_text_or_null(w, "fingerprint", i->fingerprint);
    pm_json_text(w, "root_cause", cause_name(i->root_cause));
    pm_json_text_or_null(w, "variant", i->variant);
    texts(w, "endpoints", &i->endpoints);
    pm_json_text(w, "title", i->title);
    pm_json_text_or_null(w, "summary", i->summary);
    pm_json_text(w, "severity", pm_str_c(pm_severity_names[i->severity]));
    pm_json_text_or_null(w, "severity_why", i->severity_why);
    pm_json_text(w, "confidence", pm_str_c(pm_confidence_names[i->confidence]));
    texts(w, "confidence_why", &i->confidence_why);
    pm_json_real(w, "score", i->score);
    pm_json_time(w, "from", i->from_ns);
    pm_json_time(w, "to", i->to_ns);
    pm_json_time(w, "recovered_at", i->recovered_ns);
    if (i->from_ns != PM_NO_TIME && i->to_ns != PM_NO_TIME)
        pm_json_real(w, "duration_s", (double)(i->to_ns - i->from_ns) / 1e9);
    else pm_json_null(w, "duration_s");
    pm_json_open(w, "scope", '{');
    pm_json_text(w, "kind", pm_str_c(pm_scope_names[i->scope_kind]));
    texts(w, "values", &i->scope);
    pm_json_close(w, '}');
    texts(w, "registries", &i->registries);
    pm_json_uint(w, "failed_pulls", i->failed_pulls);
    pm_json_uint(w, "failed_requests", i->failed_requests);
    pm_json_uint(w, "lines", i->lines);
    counts_by(w, "http_status", i->http_status, i->http_status_n);
    pm_json_open(w, "stages", '{');
    for (int s = PM_STAGE_RESOLVE; s < PM_STAGE_COUNT; s++)
        pm_json_uint(w, pm_stage_names[s], i->stages[s]);
    pm_json_close(w, '}');
    blast_radius(w, i);
    chain(w, i);
    pm_json_open(w, "trigger", '{');
    pm_json_text(w, "what", i->trigger.what.n ? i->trigger.what : PM_STR("unknown"));
    pm_json_time(w, "at", i->trigger.what.n ? i->trigger.at_ns : PM_NO_TIME);
    pm_json_text_or_null(w, "detail", i->trigger.detail);
    pm_json_close(w, '}');
    evidence(w, i);
    advice(w, i);
    pm_json_close(w, '}');
}

// the rest ------------------------------------------------------------------------------
static void quota_curve(json *w, const struct pm_quota *q) {
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
static void quota(json *w, const struct pm_quota *q) {
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
    quota_curve(w, q);
    pm_json_known(w, "with_cache", q->with_cache >= 0, q->with_cache);
    pm_json_close(w, '}');
}
static void alert(json *w, const struct pm_alert *x) {
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
static void finding(json *w, const struct pm_finding *f) {
    pm_json_open(w, NULL, '{');
    pm_json_text(w, "id", f->id);
    pm_json_text_or_null(w, "severity", f->severity);
    pm_json_text_or_null(w, "file", f->file);
    pm_json_known(w, "line", f->line != 0, (int64_t)f->line);
    pm_json_text(w, "text", f->text);
    pm_json_text_or_null(w, "advice", f->advice);
    pm_json_close(w, '}');
}
static void unknown(json *w, const struct pm_unknown *u) {
    pm_json_open(w, NULL, '{');
    pm_json_text(w, "template", u->template);
    pm_json_uint(w, "count", u->count);
    pm_json_open(w, "example", '{');
    pm_json_text_or_null(w, "file", u->file);
    pm_json_known(w, "line", u->line != 0, (int64_t)u->line);
    pm_json_text_or_null(w, "text", u->text);
    pm_json_close(w, '}');
    pm_json_close(w, '}');
}
static void hearsay(json *w, const struct pm_hearsay *h) {
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
static void window(json *w, const struct pm_window *v) {
    pm_json_open(w, NULL, '{');
    pm_json_time(w, "from", v->from_ns);
    pm_json_time(w, "to", v->to_ns);
    pm_json_uint(w, "attempts", v->attempts);
    pm_json_uint(w, "ok", v->ok);
    pm_json_uint(w, "failed", v->failed);
    counts_by(w, "by_cause", v->by_cause, v->by_cause_n);
    pm_json_open(w, "files", '[');
    for (size_t i = 0; i < v->files.n; i++) pm_json_text(w, NULL, v->files.items[i]);
    pm_json_close(w, ']');
    pm_json_close(w, '}');
}
static const struct pm_incident *incident_of(const struct pm_report *r, uint32_t id) {
    for (size_t i = 0; id && i < r->incidents_n; i++)
        if (r->incidents[i].id == id) return &r->incidents[i];
    return NULL;
}
// What a person should read first, told for its whole chain; without an incident over
// info the sentence alone.
static void verdict(json *w, const struct pm_report *r) {
    const struct pm_incident *first = incident_of(r, r->verdict);
    struct pm_arena *a = pm_arena_new();
    pm_json_open(w, "verdict", '{');
    pm_json_text_or_null(w, "root_cause", first ? cause_name(first->root_cause) : PM_NONE);
    pm_json_text_or_null(w, "variant", first ? first->variant : PM_NONE);
    pm_json_known(w, "incident", first != NULL, r->verdict);
    pm_json_text(w, "sentence", r->verdict_sentence.n ? r->verdict_sentence : pm_words_calm(a, r));
    pm_json_time(w, "from", first ? r->whole.from_ns : PM_NO_TIME);
    pm_json_time(w, "recovered_at", first ? r->whole.recovered_ns : PM_NO_TIME);
    pm_json_uint(w, "failed_pulls", r->whole.failed_pulls);
    pm_json_open(w, "effects", '[');
    for (size_t k = 0; first && k < r->whole.effects_n; k++) {
        const struct pm_incident *e = incident_of(r, r->whole.effects[k]);
        if (!e) continue;
        pm_json_open(w, NULL, '{');
        pm_json_text(w, "root_cause", cause_name(e->root_cause));
        pm_json_uint(w, "incident", e->id);
        pm_json_uint(w, "failed_pulls", e->failed_pulls);
        pm_json_close(w, '}');
    }
    pm_json_close(w, ']');
    pm_json_close(w, '}');
    pm_arena_free(a);
}

static bool render(FILE *out, const struct pm_report *r, const struct pm_render_options *o) {
    (void)o;
    json w = {.f = out, .inline_from = 4};
    pm_json_open(&w, NULL, '{');
    pm_json_text(&w, "schema", PM_STR("pullmortem.report/1"));
    pm_json_text_or_null(&w, "rules", pm_str_c(r->rules_hash));
    pm_json_open(&w, "tool", '{');
    pm_json_text(&w, "version", PM_STR(PM_VERSION));
    pm_json_text_or_null(&w, "commit", pm_str_c(pm_commit));
    pm_json_text_or_null(&w, "rules", pm_str_c(r->rules_hash));
    pm_json_close(&w, '}');
    verdict(&w, r);
    bundle(&w, r);
    pulls(&w, r);
    pm_json_open(&w, "incidents", '[');
    for (size_t i = 0; i < r->incidents_n; i++) incident(&w, &r->incidents[i]);
    pm_json_close(&w, ']');
    pm_json_open(&w, "quotas", '[');
    for (size_t i = 0; i < r->quotas_n; i++) quota(&w, &r->quotas[i]);
    pm_json_close(&w, ']');
    pm_json_open(&w, "alerts", '[');
    for (size_t i = 0; i < r->alerts_n; i++) alert(&w, &r->alerts[i]);
    pm_json_close(&w, ']');
    pm_json_open(&w, "findings", '[');
    for (size_t i = 0; i < r->findings_n; i++) finding(&w, &r->findings[i]);
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
    for (size_t i = 0; i < r->windows_n; i++) window(&w, &r->windows[i]);
    pm_json_close(&w, ']');
    pm_json_open(&w, "hearsay", '[');
    for (size_t i = 0; i < r->hearsay_n; i++) hearsay(&w, &r->hearsay[i]);
    pm_json_close(&w, ']');
    pm_json_open(&w, "unknown", '[');
    for (size_t i = 0; i < r->unknown_n; i++) unknown(&w, &r->unknown[i]);
    pm_json_close(&w, ']');
    pm_json_close(&w, '}');
    return pm_json_end(&w);
}

const struct pm_renderer pm_renderer_json = {.name = "json",
                                             .extensions = ".json",
                                             .title = "the whole report, for programs",
                                             .render = render};
