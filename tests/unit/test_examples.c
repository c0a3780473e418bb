// What `pullmortem formats` shows is true: each parser takes its own example, each
// envelope peels its own.
#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <cmocka.h>
#include "listen.h"
#include "pm/diag.h"
#include "pm/envelope.h"
#include "pm/ingest.h"

struct seen {
    const struct pm_parser *parser; // who took a record
    const char *envelope;           // looked for
    bool taken, peeled;
};

static void on_record(void *ctx, const struct pm_record *r, const struct pm_parser *p,
                      const struct pm_event *e) {
    struct seen *seen = ctx;
    (void)e;
    if (p && p == seen->parser) seen->taken = true;
    for (int i = 0; i < r->envelope_count; i++)
        if (seen->envelope && !strcmp(r->envelopes[i], seen->envelope)) seen->peeled = true;
}

// These hold a record in several lines; the example shows the first. The binary journal
// has tests of its own (test_bundle.c).
static const struct {
    const char *envelope, *more;
} records[] = {{"journald-export", "\n_HOSTNAME=node-7\nMESSAGE=hello\n"},
               {"journald-verbose", "\n    _HOSTNAME=node-7\n    MESSAGE=hello\n"},
               {"journald-native", NULL}};

static struct seen read_example(const char *example, struct seen want) {
    struct pm_diags *diags = pm_diags_new();
    struct pm_buf text = {0};
    pm_buf_lit(&text, example);
    pm_buf_addc(&text, '\n');
    pm_ingest_text_every(pm_buf_str(&text), on_record, &want, diags);
    pm_buf_free(&text);
    pm_diags_free(diags);
    return want;
}

static void test_parsers_take_their_examples(void **state) {
    int bad = 0;
    (void)state;
    for (size_t i = 0; pm_parsers[i]; i++) {
        assert_non_null(pm_parsers[i]->example);
        if (read_example(pm_parsers[i]->example, (struct seen){.parser = pm_parsers[i]}).taken)
            continue;
        print_error("%s does not take its example: %s\n", pm_parsers[i]->name,
                    pm_parsers[i]->example);
        bad++;
    }
    assert_int_equal(bad, 0);
}

static void test_envelopes_peel_their_examples(void **state) {
    int bad = 0;
    (void)state;
    for (size_t i = 0; pm_envelopes[i]; i++) {
        assert_non_null(pm_envelopes[i]->example);
        char text[4096];
        const char *more = "";
        for (size_t k = 0; k < PM_LEN(records); k++)
            if (!strcmp(records[k].envelope, pm_envelopes[i]->name)) more = records[k].more;
        if (!more) continue;
        snprintf(text, sizeof text, "%s%s", pm_envelopes[i]->example, more);
        if (read_example(text, (struct seen){.envelope = pm_envelopes[i]->name}).peeled) continue;
        print_error("%s does not peel its example: %s\n", pm_envelopes[i]->name,
                    pm_envelopes[i]->example);
        bad++;
    }
    assert_int_equal(bad, 0);
}

// Framing asks only those envelopes of a line of a program's log that say that they wrap
// such: the others would have refused it.
static void test_lines_of_logs_are_in_no_other_envelope(void **state) {
    (void)state;
    static const char *const lines[] = {
        "E0102 03:04:05.678901    2711 remote_image.go:180] \"PullImage failed\" image=\"r.test/a:1\"",
        "I0102 03:04:05.6 1 a.go:1] | web | [stdout] 2026-01-02T03:04:05Z F x",
        "W1231 23:59:59 node-1 kubelet[1]: E0102 03:04:05.6 1 a.go:1] x",
        "time=\"2026-01-02T03:04:05Z\" level=error msg=\"PullImage \\\"r.test/a:1\\\" failed\"",
        "time=\"2026-01-02 03:04:05\"  | web-1  | node-1 kubelet[1]: x stdout F y",
    };
    struct pm_arena *a = pm_arena_new();
    for (size_t i = 0; pm_envelopes[i]; i++) {
        const struct pm_envelope *e = pm_envelopes[i];
        for (size_t k = 0; k < PM_LEN(lines) && e->peel && !e->logged; k++) {
            struct pm_envelope_hint hint = {0};
            struct pm_str inner = PM_NONE, key = PM_NONE;
            assert_true(pm_line_logged(pm_str_c(lines[k])));
            assert_int_equal(e->peel(a, pm_str_c(lines[k]), &inner, &hint, &key), PM_PEEL_NO);
        }
    }
    pm_arena_free(a);
}

// Nor are those asked of an object that has none of the members by which they go.
static void test_objects_without_their_members_are_in_no_envelope(void **state) {
    (void)state;
    static const char *const objects[] = {
        "{\"log\":\"a\\n\",\"stream\":\"stderr\",\"time\":\"2024-01-02T03:04:05.2Z\",\"kubernetes\":{\"pod_name\":\"a\"}}",
        "{\"@timestamp\":\"2024-01-02T03:04:05.678Z\",\"message\":\"E0102 03:04:05.6 1 a.go:1] x\",\"host\":{\"name\":\"node-7\"},\"agent\":{\"type\":\"filebeat\"}}",
        "{\"_index\":\"logs-1\",\"_source\":{\"message\":\"x\"}}",
        "{\"labels\":{\"unit\":\"kubelet.service\"},\"fields\":{},\"line\":\"x\",\"Line\":\"x\",\"tsNs\":\"1\",\"Time\":\"1\"}",
        "{\"preview\":false,\"result\":{\"_raw\":\"x\"},\"_raw\":\"x\",\"@message\":\"x\",\"@logStream\":\"s\"}",
        "{\"type\":\"log\",\"attributes\":{\"host\":\"node-7\",\"message\":\"x\"}}",
        "{\"TimeGenerated\":\"2024-01-02T03:04:05Z\",\"Computer\":\"c\",\"LogMessage\":\"x\",\"LogEntry\":\"x\",\"SyslogMessage\":\"x\"}",
        "{\"MESSAGE\":\"x\",\"_HOSTNAME\":\"node-7\",\"__REALTIME_TIMESTAMP\":\"1704164645678901\"}",
        "{\"timestamp\":\"2024-01-02T03:04:05Z\",\"logName\":\"l\",\"insertId\":\"i\",\"textPayload\":\"x\"}",
        "{\"timestamp\":1704164645678,\"message\":\"x\",\"ingestionTime\":1704164645678,\"logStreamName\":\"s\"}",
        "{\"EventId\":\"e\",\"CloudTrailEvent\":\"{}\"}",
    };
    struct pm_arena *a = pm_arena_new();
    size_t taken = 0;
    for (size_t i = 0; pm_envelopes[i]; i++)
        for (size_t k = 0; k < PM_LEN(objects) && pm_envelopes[i]->peel_json; k++) {
            const struct pm_envelope *e = pm_envelopes[i];
            struct pm_envelope_hint hint = {0};
            struct pm_str inner = PM_NONE, key = PM_NONE;
            const json_t *part = NULL;
            json_t *object = json_loads(objects[k], 0, NULL);
            assert_non_null(object);
            taken += e->peel_json(a, object, &inner, &part, &hint, &key) != PM_PEEL_NO;
            for (const char *const *name = e->members; *name; name++)
                json_object_del(object, *name);
            part = NULL;
            assert_int_equal(e->peel_json(a, object, &inner, &part, &hint, &key), PM_PEEL_NO);
            json_decref(object);
        }
    assert_true(taken >= PM_LEN(objects));
    pm_arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parsers_take_their_examples),
        cmocka_unit_test(test_envelopes_peel_their_examples),
        cmocka_unit_test(test_lines_of_logs_are_in_no_other_envelope),
        cmocka_unit_test(test_objects_without_their_members_are_in_no_envelope),
    };
    return cmocka_run_group_tests(tests, listen_setup, listen_teardown);
}
