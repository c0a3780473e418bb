// JSON: the figures of the pulls, of all and by registry, node, client, namespace and
// image.
#include "report/json/json_report.h"
#include "pm/series.h"

static void latency(struct pm_json *w, const char *key, const struct pm_latency *l) {
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

static void ratio(struct pm_json *w, const char *key, uint64_t part, uint64_t whole) {
    if (whole) pm_json_real(w, key, (double)part / (double)whole);
    else pm_json_null(w, key);
}

static void troubles(struct pm_json *w, const struct pm_pull_stats *s) {
    pm_json_open(w, "troubles", '{');
    for (int i = 0; i < PM_TROUBLE_COUNT; i++) {
        pm_json_open(w, pm_trouble_names[i], '{');
        pm_json_uint(w, "pulls", s->troubles[i]);
        ratio(w, "share", s->troubles[i], s->attempts);
        pm_json_close(w, '}');
    }
    pm_json_close(w, '}');
}

static void pull_stats(struct pm_json *w, const struct pm_report *r,
                       const struct pm_pull_stats *s) {
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
    pm_json_counts(w, "by_cause", s->by_cause, s->by_cause_n);
    pm_json_counts(w, "http_status", s->http_status, s->http_status_n);
    troubles(w, s);
}

static void stats_by(struct pm_json *w, const struct pm_report *r, const char *key,
                     const char *what, const struct pm_pull_stats *by, size_t n) {
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
proxy_cache(struct pm_json *w,
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
trend(struct pm_json *w,
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
disks(struct pm_json *w,
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

static void bucket(struct pm_json *w, const struct pm_bucket *b) {
    pm_json_open(w, NULL, '{');
    pm_json_time(w, "t", b->t_ns);
    pm_json_uint(w, "attempts", b->attempts);
    pm_json_uint(w, "ok", b->ok);
    pm_json_uint(w, "failed", b->failed);
    pm_json_uint(w, "waiting", b->waiting);
    pm_json_close(w, '}');
}

void pm_json_pulls(struct pm_json *w, const struct pm_report *r) {
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
