// What whoever feeds the series puts down: points of series by name and labels, in no order
// yet. series.c lays them on the grid when all are there. Which names are counters is said
// by the families; who reads one, by the loaded alerts and the reports.
#include "judge/alerts/alert.h"
#include "judge/alerts/series_build.h"
#include "pm/judge.h"
#include <math.h>

const struct pm_family pm_families[] = {
    {"kubelet_runtime_operations_total", PM_METRIC_COUNTER,
     "Runtime operations of the kubelet; here pulls that a node's kubelet asked for."},
    {"kubelet_runtime_operations_errors_total", PM_METRIC_COUNTER,
     "Runtime operations of the kubelet that failed; here pulls."},
    {"kube_pod_container_status_waiting_reason", PM_METRIC_GAUGE,
     "1 while a container waits for this reason."},
    {"docker_hub_rate_limit_remaining", PM_METRIC_GAUGE,
     "Pulls left in Docker Hub's window, as its headers told or as the pulls in the logs add up to (source)."},
    {"docker_hub_rate_limit_total", PM_METRIC_GAUGE, "Docker Hub's limit of pulls in its window."},
    {"up", PM_METRIC_GAUGE, "1 where the health check reached the registry (200 and 401 both do)."},
    {"pullmortem_pulls_total", PM_METRIC_COUNTER,
     "Pulls that ended, by registry, node and outcome (ok, failed, cached)."},
    {"pullmortem_pull_failures_total", PM_METRIC_COUNTER, "Failed pulls by registry and cause."},
    {"pullmortem_pull_bytes_total", PM_METRIC_COUNTER,
     "Bytes that pulls brought, where they were logged."},
    {"pullmortem_pull_duration_seconds", PM_METRIC_SUMMARY,
     "Time that pulls took, queueing apart; quantiles of the ten minutes before."},
    {"pullmortem_http_responses_total", PM_METRIC_COUNTER,
     "Answers of a registry or proxy, by status."},
    {"pullmortem_waiting_pods", PM_METRIC_GAUGE, "Pods that wait for an image."},
    {"pullmortem_disk_used_ratio", PM_METRIC_GAUGE,
     "How full a node's file system is, where it was logged."},
    {NULL, PM_METRIC_GAUGE, NULL},
};

static bool is_counter(const char *name) {
    for (const struct pm_family *f = pm_families; f->name; f++) {
        if (strcmp(f->name, name) == 0) return f->type == PM_METRIC_COUNTER;
        if (f->type == PM_METRIC_SUMMARY && strncmp(f->name, name, strlen(f->name)) == 0)
            return name[strlen(f->name)] != 0; // a quantile has the family's own name
    }
    return false;
}

// What reports tell of beside alerts.
static const char *const told[] = {
    "pullmortem_disk_used_ratio", // json_pulls.c: how full the nodes' file systems were
};
bool pm_series_told(struct pm_str name) {
    for (size_t i = 0; i < PM_LEN(told); i++)
        if (pm_str_eqc(name, told[i])) return true;
    return false;
}
bool pm_series_asked(const struct build *b, struct pm_str name) {
    if (b->scene->env->options->all_series || pm_series_told(name)) return true;
    for (size_t i = 0; i < b->alerts->n; i++) {
        const struct pm_alert_rule *r = &b->alerts->items[i];
        if (r->q && pm_promql_asks(r->q, name)) return true;
    }
    return false;
}

#define LABELS_MAX 5
// A series by its name and labels, made where it was not there. Labels in order of name;
// empty ones are no labels.
uint32_t pm_series_of(struct build *b, const char *name, const struct pm_label *labels, size_t n) {
    struct pm_buf key = {0};
    struct pm_label kept[LABELS_MAX];
    size_t kept_n = 0;
    pm_buf_lit(&key, name);
    for (size_t i = 0; i < n && kept_n < LABELS_MAX; i++) {
        if (!labels[i].value.n) continue;
        pm_buf_addc(&key, '\xff');
        pm_buf_u64(&key, labels[i].value.n);
        pm_buf_addc(&key, ':');
        pm_buf_add(&key, labels[i].name);
        pm_buf_add(&key, labels[i].value);
        kept[kept_n++] = labels[i];
    }
    uint32_t id = pm_intern_id(b->keys, pm_buf_str(&key));
    pm_buf_free(&key);
    if (id < b->drafts.n) return id;
    while (b->drafts.n <= id)
        *PM_PUSH(b->drafts.items, b->drafts.n, b->drafts.cap) = (struct draft){0};
    struct draft *d = &b->drafts.items[id];
    *d = (struct draft){.name = pm_str_c(name),
                        .counter = is_counter(name),
                        .asked = pm_series_asked(b, pm_str_c(name))};
    if (!d->asked) return id;
    d->labels = (struct pm_labels){PM_NEWN(b->scene->env->a, struct pm_label, kept_n + 1), kept_n};
    memcpy(d->labels.items, kept, kept_n * sizeof *kept);
    return id;
}

#define FINEST_NS PM_S(15) // series.c: all steps of a grid are multiples of it
int64_t pm_series_scrape(int64_t at) {
    int64_t seen = pm_time_add(at, PM_SCRAPE_LEAD_NS - 1), slot = seen / FINEST_NS;
    return seen % FINEST_NS < 0 ? slot - 1 : slot;
}

// A million pulls of one registry are some thousand scrapes of its counter. Sums of whole
// numbers are the same in any order.
static bool is_one_more(const struct draft *d, int64_t at) {
    return pm_series_scrape(d->points.items[d->points.n - 1].at) == pm_series_scrape(at);
}

void pm_series_point(struct build *b, uint32_t series, int64_t at, enum how how, double value) {
    struct draft *d = &b->drafts.items[series];
    if (at == PM_NO_TIME) return;
    if (how != HOW_END) {
        b->from = pm_min_time(b->from, at);
        b->to = pm_max_time(b->to, at);
    }
    if (!d->asked) return;
    if (how != HOW_END) d->how = how;
    if (how == HOW_COUNT && d->points.n) {
        if (is_one_more(d, at)) {
            d->points.items[d->points.n - 1].value += value;
            return;
        }
        if (value == 0) return; // it stands where it stood
    }
    *PM_PUSH(d->points.items, d->points.n, d->points.cap) =
        (struct point){at, how == HOW_END ? NAN : value};
}
