// JSON and text reports: the contract's members, null where nothing applies, exact
// escapes, no terminal control from a log.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include <jansson.h>
#include "report/words.h"
#include "sample_report.h"

static char *rendered(const char *name, const struct pm_report *r, struct pm_render_options o) {
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    assert_true(pm_renderer_find(name, false)->render(f, r, &o));
    fclose(f);
    return text;
}
static json_t *json_of(const struct pm_report *r) {
    char *text = rendered("json", r, (struct pm_render_options){0});
    json_error_t e;
    json_t *j = json_loads(text, JSON_REJECT_DUPLICATES, &e);
    if (!j) fail_msg("%s at line %d", e.text, e.line);
    free(text);
    return j;
}
// "incidents.0.scope.kind" → the value; NULL where a member is absent.
static json_t *at(json_t *j, const char *path) {
    char part[64];
    while (*path && j) {
        size_t n = strcspn(path, ".");
        assert_true(n < sizeof part);
        memcpy(part, path, n);
        part[n] = 0;
        j = json_is_array(j) ? json_array_get(j, (size_t)atol(part)) : json_object_get(j, part);
        path += n + (path[n] == '.');
    }
    return j;
}

static void every_member_is_there(void **state) {
    (void)state;
    struct pm_report *r = sample_report();
    json_t *j = json_of(r);
    // The contract, member by member (design: "Report, JSON").
    static const char *const members[] = {"schema",
                                          "bundle.inputs",
                                          "bundle.from",
                                          "bundle.to",
                                          "bundle.totals.files",
                                          "bundle.totals.bytes",
                                          "bundle.totals.lines",
                                          "bundle.totals.events",
                                          "bundle.totals.bad",
                                          "bundle.totals.undated",
                                          "bundle.files.0.path",
                                          "bundle.files.0.format",
                                          "bundle.files.0.envelopes.1",
                                          "bundle.files.0.component",
                                          "bundle.files.0.node",
                                          "bundle.files.0.bytes",
                                          "bundle.files.0.lines",
                                          "bundle.files.0.events",
                                          "bundle.files.0.bad",
                                          "bundle.files.0.undated",
                                          "bundle.files.0.from",
                                          "bundle.files.0.to",
                                          "bundle.files.0.clock.quality",
                                          "bundle.files.0.clock.year",
                                          "bundle.files.0.clock.year_from",
                                          "bundle.files.0.clock.utc_offset_s",
                                          "bundle.files.0.clock.offset_from",
                                          "bundle.files.0.clock.skew_ms",
                                          "bundle.skipped",
                                          "bundle.diagnostics.0.path",
                                          "bundle.diagnostics.0.line",
                                          "bundle.diagnostics.0.code",
                                          "bundle.diagnostics.0.message",
                                          "bundle.diagnostics.0.count",
                                          "pulls.attempts",
                                          "pulls.ok",
                                          "pulls.failed",
                                          "pulls.cached",
                                          "pulls.success_ratio",
                                          "pulls.latency_s.n",
                                          "pulls.latency_s.mean",
                                          "pulls.latency_s.p50",
                                          "pulls.latency_s.p95",
                                          "pulls.latency_s.p99",
                                          "pulls.latency_s.max",
                                          "pulls.bytes",
                                          "pulls.by_cause",
                                          "pulls.http_status",
                                          "pulls.by_registry.0.registry",
                                          "pulls.by_registry.0.success_ratio",
                                          "pulls.by_node.0.node",
                                          "pulls.by_node.0.failed",
                                          "pulls.series",
                                          "incidents.0.id",
                                          "incidents.0.root_cause",
                                          "incidents.0.title",
                                          "incidents.0.summary",
                                          "incidents.0.severity",
                                          "incidents.0.confidence",
                                          "incidents.0.score",
                                          "incidents.0.from",
                                          "incidents.0.to",
                                          "incidents.0.recovered_at",
                                          "incidents.0.duration_s",
                                          "incidents.0.scope.kind",
                                          "incidents.0.scope.values",
                                          "incidents.0.registries",
                                          "incidents.0.failed_pulls",
                                          "incidents.0.failed_requests",
                                          "incidents.0.lines",
                                          "incidents.0.http_status",
                                          "incidents.0.stages.resolve",
                                          "incidents.0.stages.token",
                                          "incidents.0.stages.manifest",
                                          "incidents.0.stages.blob",
                                          "incidents.0.stages.unpack",
                                          "incidents.0.blast_radius.pods.0.namespace",
                                          "incidents.0.blast_radius.pods.0.stuck_s",
                                          "incidents.0.blast_radius.workloads.0.kind",
                                          "incidents.0.blast_radius.namespaces",
                                          "incidents.0.blast_radius.nodes",
                                          "incidents.0.blast_radius.images",
                                          "incidents.0.blast_radius.registries",
                                          "incidents.0.blast_radius.services",
                                          "incidents.0.blast_radius.counts.pods",
                                          "incidents.0.blast_radius.counts.services",
                                          "incidents.0.blast_radius.spared.nodes",
                                          "incidents.0.blast_radius.spared.registries",
                                          "incidents.0.blast_radius.spared.images",
                                          "incidents.0.blast_radius.peak_waiting_pods",
                                          "incidents.0.blast_radius.stuck_rollouts",
                                          "incidents.0.blast_radius.blocked_autoscalers",
                                          "incidents.0.blast_radius.rollbacks",
                                          "incidents.0.chain.0.cause",
                                          "incidents.0.chain.0.at",
                                          "incidents.0.chain.0.what",
                                          "incidents.0.chain.0.incident",
                                          "incidents.0.chain.0.share",
                                          "incidents.0.explained_by",
                                          "incidents.0.explains",
                                          "incidents.0.trigger.what",
                                          "incidents.0.trigger.at",
                                          "incidents.0.trigger.detail",
                                          "incidents.0.evidence.0.file",
                                          "incidents.0.evidence.0.line",
                                          "incidents.0.evidence.0.time",
                                          "incidents.0.evidence.0.component",
                                          "incidents.0.evidence.0.text",
                                          "incidents.0.evidence.0.why",
                                          "incidents.0.against.0.cause",
                                          "incidents.0.against.0.why",
                                          "incidents.0.advice.0.phase",
                                          "incidents.0.advice.0.text",
                                          "incidents.0.advice.0.command",
                                          "quotas.0.registry",
                                          "quotas.0.identity",
                                          "quotas.0.user",
                                          "quotas.0.client",
                                          "quotas.0.policy",
                                          "quotas.0.limit",
                                          "quotas.0.window_s",
                                          "quotas.0.used_low",
                                          "quotas.0.used_high",
                                          "quotas.0.status",
                                          "quotas.0.peak.at",
                                          "quotas.0.peak.used",
                                          "quotas.0.exhausted_at",
                                          "quotas.0.first_refused",
                                          "quotas.0.last_refused",
                                          "quotas.0.free_at",
                                          "quotas.0.refused",
                                          "quotas.0.points.1.remaining",
                                          "quotas.0.consumers",
                                          "quotas.0.with_cache",
                                          "quotas.0.with_credentials",
                                          "alerts",
                                          "findings",
                                          "missing",
                                          "unknown",
                                          "verdict.root_cause",
                                          "verdict.incident",
                                          "verdict.sentence",
                                          "verdict.from",
                                          "verdict.recovered_at",
                                          "verdict.failed_pulls",
                                          "verdict.effects"};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (!at(j, members[i])) fail_msg("%s is absent", members[i]);
    assert_string_equal(json_string_value(at(j, "schema")), "pullmortem.report/1");
    assert_string_equal(json_string_value(at(j, "incidents.0.from")), "2026-04-12T06:47:00.000Z");
    assert_int_equal(
        json_integer_value(at(j, "pulls.by_cause")
                               ? json_object_get(at(j, "pulls.by_cause"), "rate-limit.anonymous")
                               : NULL),
        61);
    assert_true(json_is_null(at(j, "incidents.0.explained_by")));
    assert_true(json_is_null(at(j, "quotas.0.points.0.remaining")));
    assert_int_equal(json_integer_value(at(j, "quotas.0.points.1.remaining")), 0);
    assert_true(json_is_null(at(j, "incidents.0.chain.1.cause")));
    assert_string_equal(json_string_value(at(j, "incidents.0.evidence.0.text")),
                        "level=error msg=\"PullImage\tfailed\" \033]0;owned\a \xef\xbf\xbd <b>");
    json_decref(j);
    pm_arena_free(r->a);
}

static void nothing_is_null_not_absent(void **state) {
    (void)state;
    struct pm_report *r = empty_report();
    json_t *j = json_of(r);
    static const char *const nulls[] = {
        "verdict.root_cause",   "verdict.incident", "verdict.from",
        "verdict.recovered_at", "bundle.from",      "bundle.to",
        "pulls.success_ratio",  "pulls.bytes",      "pulls.latency_s.p50"};
    for (size_t i = 0; i < sizeof nulls / sizeof *nulls; i++)
        assert_true(json_is_null(at(j, nulls[i])));
    assert_int_equal(json_array_size(at(j, "incidents")), 0);
    assert_int_equal(json_object_size(at(j, "pulls.by_cause")), 0);
    json_decref(j);
    pm_arena_free(r->a);
}

static void numbers_are_printed_one_way(void **state) {
    (void)state;
    struct pm_report *r = sample_report();
    char *text = rendered("json", r, (struct pm_render_options){0});
    assert_non_null(strstr(text, "\"p50\": 0.333"));
    assert_non_null(strstr(text, "\"mean\": 1.5,"));
    assert_non_null(strstr(text, "\"max\": 12"));
    assert_non_null(strstr(text, "\"success_ratio\": 0.274"));
    char *again = rendered("json", r, (struct pm_render_options){.color = true, .width = 60});
    assert_string_equal(text, again); // the terminal changes nothing
    free(text);
    free(again);
    pm_arena_free(r->a);
}

static int widest(const char *text) {
    int most = 0;
    for (struct pm_str rest = pm_str_c(text); rest.n;) {
        ptrdiff_t end = pm_str_chr(rest, '\n', 0);
        struct pm_str line = end < 0 ? rest : pm_str_sub(rest, 0, (size_t)end);
        int w = pm_text_width(line);
        if (w > most) most = w;
        rest = end < 0 ? PM_NONE : pm_str_from(rest, (size_t)end + 1);
    }
    return most;
}
static void text_says_what_happened(void **state) {
    (void)state;
    struct pm_report *r = sample_report();
    char *text = rendered("text", r, (struct pm_render_options){.width = 100});
    static const char *const said[] = {"Docker Hub's anonymous pull quota ran out at 06:47 UTC",
                                       "61 of 84 pulls failed",
                                       "(2 h 13 min)",
                                       "1 pod, 1 workload, 1 namespace, 3 of 3 nodes",
                                       "recovered 09:00",
                                       "rate-limit.anonymous",
                                       "06:47–09:00",
                                       "n3 disk 98 % 06:31 → 57 re-pulls",
                                       "nodes/n3/containerd.log:8123",
                                       "network.dns: the same nodes pulled 14 images from quay.io",
                                       "$ kubectl create secret docker-registry hub",
                                       "96–101",
                                       "100 / 6 h",
                                       "year 2026 from",
                                       "node n3 is 2.5 s behind the others",
                                       "longer than 16 MiB (×3)"};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (!strstr(text, said[i])) fail_msg("'%s' is not in\n%s", said[i], text);
    assert_null(strchr(text, '\033')); // neither colours nor what the log smuggled in
    assert_null(strchr(text, '\a'));
    assert_non_null(strstr(text, "a\\x1b[31m.log"));
    assert_true(widest(text) <= 100);
    assert_null(strstr(text, "FINDINGS")); // nothing to say
    free(text);
    text = rendered("text", r, (struct pm_render_options){.width = 60, .color = true});
    assert_non_null(strstr(text, "\033[1;31m"));
    free(text);
    pm_arena_free(r->a);
}
static void healthy_is_one_line(void **state) {
    (void)state;
    struct pm_report *r = empty_report();
    r->total = (struct pm_pull_stats){.attempts = 12, .ok = 12, .bytes = -1};
    char *text = rendered("text", r, (struct pm_render_options){0});
    assert_non_null(strstr(text, "VERDICT  healthy: 12 pulls, none failed\n"));
    assert_null(strstr(text, "INCIDENTS"));
    free(text);
    r->total = (struct pm_pull_stats){.attempts = 12, .ok = 11, .open = 1, .bytes = -1};
    text = rendered("text", r, (struct pm_render_options){0});
    assert_non_null(
        strstr(text, "VERDICT  healthy: 12 pulls, none failed, 1 without an end in these logs\n"));
    free(text);
    r->total = (struct pm_pull_stats){.attempts = 2, .open = 2, .bytes = -1};
    text = rendered("text", r, (struct pm_render_options){0});
    assert_non_null(strstr(text, "VERDICT  2 pulls began, and none ended within these logs\n"));
    assert_null(strstr(text, "healthy"));
    free(text);
    pm_arena_free(r->a);
}

static void words_are_for_people(void **state) {
    (void)state;
    struct pm_arena *a = pm_arena_new();
    assert_string_equal(pm_arena_cstr(a, pm_words_bytes(a, 999)), "999 bytes");
    assert_string_equal(pm_arena_cstr(a, pm_words_bytes(a, 1234567890)), "1.2 GB");
    assert_string_equal(pm_arena_cstr(a, pm_words_count(a, 1, "pod", "pods")), "1 pod");
    assert_string_equal(pm_arena_cstr(a, pm_words_count(a, 1234567, "line", "lines")),
                        "1 234 567 lines");
    struct pm_strs five = STRS(a, "a", "b", "c", "d", "e");
    assert_string_equal(pm_arena_cstr(a, pm_words_list(a, &five, 2)), "a, b and 3 more");
    assert_string_equal(pm_arena_cstr(a, pm_words_list(a, &five, 4)), "a, b, c, d and e");
    assert_string_equal(pm_arena_cstr(a, pm_words_range(a, AT(6, 2), AT(9, 41))),
                        "2026-04-12 06:02–09:41 UTC");
    assert_string_equal(
        pm_arena_cstr(a, pm_words_range(a, AT(6, 2), pm_civil_ns(2026, 4, 13, 1, 0, 0, 0))),
        "2026-04-12 06:02 – 2026-04-13 01:00 UTC");
    assert_string_equal(pm_arena_cstr(a, pm_words_ratio(a, 999, 1000)),
                        "99 %"); // a failure never rounds away
    assert_int_equal(pm_text_width(PM_STR("né→日本")), 7);
    assert_string_equal(pm_arena_cstr(a, pm_text_visible(a, PM_STR("a\x1b[2J\xe2\x80\xae"
                                                                   "b\xc3("))),
                        "a\\x1b[2J\\u{202e}b\\xc3(");
    assert_string_equal(pm_arena_cstr(a, pm_text_cut(a, PM_STR("日本語"), 5)), "日本…");
    struct pm_buf b = {0};
    pm_json_string(&b, PM_STR("\"\\/\b\f\n\r\t\x01\x7f\xed\xa0\x80\xf0\x9f\x90\x8b"));
    assert_string_equal(
        b.p,
        "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u007f\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xf0\x9f\x90\x8b\"");
    pm_buf_free(&b);
    pm_arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_member_is_there),       cmocka_unit_test(nothing_is_null_not_absent),
        cmocka_unit_test(numbers_are_printed_one_way), cmocka_unit_test(text_says_what_happened),
        cmocka_unit_test(healthy_is_one_line),         cmocka_unit_test(words_are_for_people)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
