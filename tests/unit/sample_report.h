// A report as the judge could have made it, written by us: one incident with everything
// in it, hostile texts, and members that do not apply.
#pragma once
#include "pm/diag.h"
#include "pm/report.h"
#include "pm/timeline.h"
#include "pm/when.h"

#define AT(h, m) pm_civil_ns(2026, 4, 12, (h), (m), 0, 0)
static struct pm_strs strs(struct pm_arena *a, const char *const *items, size_t n) {
    struct pm_strs out = {.items = PM_NEWN(a, struct pm_str, n), .n = n};
    for (size_t i = 0; i < n; i++) out.items[i] = pm_str_c(items[i]);
    return out;
}
#define STRS(a, ...)                                                                               \
    strs((a), (const char *const[]){__VA_ARGS__},                                                  \
         sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static struct pm_report *empty_report(void) {
    struct pm_arena *a = pm_arena_new();
    struct pm_report *r = PM_NEW(a, struct pm_report);
    r->a = a;
    r->from_ns = r->to_ns = PM_NO_TIME;
    r->total.bytes = -1;
    r->rules_hash = "0123456789abcdef";
    return r;
}

static struct pm_report *sample_report(void) {
    struct pm_report *r = empty_report();
    struct pm_arena *a = r->a;
    r->inputs = STRS(a, "incident-0412.tar.gz");
    r->nodes = STRS(a, "n1", "n2", "n3");
    r->from_ns = AT(6, 2), r->to_ns = AT(9, 41);
    r->files_n = 1, r->bytes = 1234567890, r->lines = 4000, r->events = 300, r->bad = 2,
    r->undated = 1;
    r->files = PM_NEW(a, struct pm_file_row), r->file_rows_n = 1;
    r->files[0] = (struct pm_file_row){.path = PM_STR("nodes/n3/kubelet.log"),
                                       .format = PM_STR("kubelet"),
                                       .component = PM_STR("kubelet"),
                                       .node = PM_STR("n3"),
                                       .envelopes = PM_STR("journald-short+cri"),
                                       .bytes = 9000,
                                       .lines = 70,
                                       .events = 30,
                                       .from_ns = AT(6, 2),
                                       .to_ns = AT(9, 41),
                                       .quality = PM_QUALITY_INFERRED,
                                       .year = 2026,
                                       .year_from = PM_STR("containerd.log of the node"),
                                       .skew_ms = -2500};
    r->diagnostics = PM_NEW(a, struct pm_diag), r->diagnostics_n = 1;
    r->diagnostics[0] = (struct pm_diag){.path = PM_STR("a\033[31m.log"),
                                         .code = PM_STR("line-cut"),
                                         .message = PM_STR("longer than 16 MiB"),
                                         .count = 3};
    struct pm_counts_by *causes = PM_NEW(a, struct pm_counts_by),
                        *statuses = PM_NEW(a, struct pm_counts_by);
    causes[0] = (struct pm_counts_by){PM_STR("rate-limit.anonymous"), 61};
    statuses[0] = (struct pm_counts_by){PM_STR("429"), 305};
    r->total = (struct pm_pull_stats){
        .attempts = 84,
        .ok = 23,
        .failed = 61,
        .cached = 4,
        .by_cause = causes,
        .by_cause_n = 1,
        .http_status = statuses,
        .http_status_n = 1,
        .latency =
            {.n = 23, .mean_s = 1.5, .p50_s = 1.0 / 3, .p95_s = 4, .p99_s = 9.0005, .max_s = 12},
        .bytes = -1};
    r->by_registry = PM_NEW(a, struct pm_pull_stats), r->by_registry_n = 1;
    r->by_registry[0] = r->total;
    r->by_registry[0].name = PM_STR("docker.io");
    r->by_node = PM_NEW(a, struct pm_pull_stats), r->by_node_n = 1;
    r->by_node[0] =
        (struct pm_pull_stats){.name = PM_STR("n3"), .attempts = 57, .failed = 57, .bytes = -1};
    struct pm_incident *i = PM_NEW(a, struct pm_incident);
    r->incidents = i, r->incidents_n = 1, r->verdict = 1,
    r->verdict_sentence = PM_STR("Docker Hub's anonymous pull quota ran out at 06:47 UTC");
    *i = (struct pm_incident){.id = 1,
                              .root_cause = pm_cause_find(PM_STR("rate-limit.anonymous")),
                              .title = PM_STR("anonymous quota of docker.io ran out"),
                              .severity = PM_SEVERITY_CRITICAL,
                              .confidence = PM_CONFIDENCE_HIGH,
                              .score = 0.9,
                              .from_ns = AT(6, 47),
                              .to_ns = AT(9, 0),
                              .recovered_ns = AT(9, 0),
                              .scope_kind = PM_SCOPE_REGISTRY,
                              .failed_pulls = 61,
                              .lines = 420};
    i->scope = i->registries = STRS(a, "docker.io");
    i->confidence_why = STRS(a, "429 \"unauthenticated pull rate limit\" ×61",
                             "containerd, kubelet and the registry log agree");
    i->blast.nodes = STRS(a, "n1", "n2", "n3");
    i->blast.namespaces = STRS(a, "shop");
    i->blast.pods = PM_NEW(a, struct pm_hit_pod), i->blast.pods_n = 1;
    i->blast.pods[0] = (struct pm_hit_pod){.k8s_namespace = PM_STR("shop"),
                                           .name = PM_STR("web-7d9-x2x"),
                                           .workload = PM_STR("Deployment/web"),
                                           .node = PM_STR("n3"),
                                           .first_ns = AT(6, 47),
                                           .last_ns = AT(8, 59),
                                           .stuck_ns = INT64_C(7920) * PM_NS_PER_S,
                                           .recovered = true};
    i->blast.workloads = PM_NEW(a, struct pm_hit_workload), i->blast.workloads_n = 1;
    i->blast.workloads[0] = (struct pm_hit_workload){.kind = PM_STR("Deployment"),
                                                     .k8s_namespace = PM_STR("shop"),
                                                     .name = PM_STR("web"),
                                                     .pods = 1};
    i->chain = PM_NEWN(a, struct pm_link, 2), i->chain_n = 2;
    i->chain[0] = (struct pm_link){.cause = pm_cause_find(PM_STR("storage.disk-pressure")),
                                   .at_ns = AT(6, 31),
                                   .what = PM_STR("n3 disk 98 %")};
    i->chain[1] = (struct pm_link){.cause = -1, .at_ns = PM_NO_TIME, .what = PM_STR("57 re-pulls")};
    i->evidence = PM_NEW(a, struct pm_evidence_line), i->evidence_n = 1;
    i->evidence[0] = (struct pm_evidence_line){
        .file = PM_STR("nodes/n3/containerd.log"),
        .line = 8123,
        .time_ns = AT(6, 47),
        .component = PM_STR("containerd"),
        .text = PM_STR("level=error msg=\"PullImage\tfailed\" \033]0;owned\a \xff <b>")};
    i->against = PM_NEW(a, struct pm_against), i->against_n = 1;
    i->against[0] =
        (struct pm_against){.cause = pm_cause_find(PM_STR("network.dns")),
                            .why = PM_STR("the same nodes pulled 14 images from quay.io")};
    i->advice = PM_NEW(a, struct pm_advice), i->advice_n = 1;
    i->advice[0] =
        (struct pm_advice){.phase = PM_STR("mitigate"),
                           .text = PM_STR("authenticate the pulls"),
                           .command = PM_STR("kubectl create secret docker-registry hub")};
    r->quotas = PM_NEW(a, struct pm_quota), r->quotas_n = 1;
    r->quotas[0] = (struct pm_quota){.registry = PM_STR("docker.io"),
                                     .identity = PM_STR("anonymous"),
                                     .client = PM_STR("192.0.2.7"),
                                     .status = PM_STR("exceeded"),
                                     .limit = 100,
                                     .window_s = 21600,
                                     .used_low = 96,
                                     .used_high = 101,
                                     .peak_used = 101,
                                     .refused = 61,
                                     .peak_at_ns = AT(6, 47),
                                     .exhausted_at_ns = AT(6, 47),
                                     .first_refused_ns = AT(6, 47),
                                     .last_refused_ns = AT(8, 59),
                                     .free_at_ns = PM_NO_TIME,
                                     .with_cache = 9};
    r->quotas[0].points = PM_NEWN(a, struct pm_quota_point, 2), r->quotas[0].points_n = 2;
    r->quotas[0].points[0] =
        (struct pm_quota_point){.t_ns = AT(6, 2), .used = 3, .ok = 3, .remaining = -1};
    r->quotas[0].points[1] = (struct pm_quota_point){
        .t_ns = AT(6, 47), .used = 100, .ok = 1, .refused = 5, .remaining = 0};
    return r;
}
