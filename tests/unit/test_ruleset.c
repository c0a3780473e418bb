// The rule engine: loading with mistakes told, the order, the gate, match limits, the
// memory of answers. The rules themselves are tested by their samples (`rules check`).
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "rules/ruleset.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

// A rule directory made of one file, gone when the test ends.
static char dir[] = "/tmp/pm-rules-XXXXXX", file[sizeof dir + 16];
static void write_rules(const char *yaml) {
    FILE *f = fopen(file, "wb");
    assert_non_null(f);
    fputs(yaml, f);
    fclose(f);
}
static int setup(void **state) {
    (void)state;
    if (!mkdtemp(dir)) return -1;
    snprintf(file, sizeof file, "%s/rule.yaml", dir);
    return 0;
}
static int teardown(void **state) {
    (void)state;
    unlink(file);
    return rmdir(dir);
}
static struct pm_event failed(const char *error) {
    struct pm_event e = {.kind = PM_KIND_PULL_FAIL, .bytes = -1};
    e.field[PM_F_ERROR] = pm_str_c(error);
    return e;
}
static const char *rule_for(struct pm_ruleset *rs, const char *error) {
    struct pm_event e = failed(error);
    const char *id = pm_ruleset_classify(rs, &e).rule;
    return id ? id : "none";
}
static struct pm_ruleset *load(const char *yaml) { // must be good
    struct pm_diags *d = pm_diags_new();
    write_rules(yaml);
    struct pm_ruleset *rs = pm_ruleset_load(dir, d);
    for (size_t i = 0; !rs && i < pm_diags_count(d); i++)
        print_message("%.*s\n", PM_FMT(pm_diags_at(d, i).message));
    assert_non_null(rs);
    pm_diags_free(d);
    return rs;
}

// Each mistake: the file, and the line and words it is told with.
static const struct {
    const char *yaml;
    unsigned line;
    const char *words;
} mistakes[] = {
    {"rules:\n  - id: a\n    title: t\n    cause: network.dsn\n    when: {any: ['abc']}\n", 4,
     "unknown cause \"network.dsn\": did you mean \"network.dns\"?"},
    {"rules:\n  - id: a\n    title: t\n    casue: network.dns\n    when: {any: ['abc']}\n", 4,
     "unknown key \"casue\": did you mean \"cause\"?"},
    {"rules:\n  - id: a\n    title: t\n    cause: network.dns\n    when:\n      any: ['(abc']\n", 6,
     "broken pattern \"(abc\": missing closing parenthesis at character 5"},
    {"rules:\n  - id: a\n    title: t\n    cause: network.dns\n    when:\n      any: ['\\d+']\n", 6,
     "no literal of 3 plain characters in every alternative of \"\\d+\": write {re: …, literal: …}"},
    {"rules:\n  - id: a\n    title: t\n    cause: network.dns\n    when: {any: ['abc'], kind: pull.failed}\n",
     5, "unknown kind \"pull.failed\": did you mean \"pull.fail\"?"},
    {"rules:\n  - id: a\n    title: t\n    cause: network.dns\n    when: {any: ['abc'], status: 4x}\n",
     5, "\"4x\" is no HTTP status: 429 and 5xx are"},
    {"rules:\n  - id: a\n    title: t\n    cause: network.dns\n    when: {any: ['abc']}\n    beats: [kubelet-pul-qps]\n",
     6,
     "unknown rule, cause or family in `beats` \"kubelet-pul-qps\": did you mean \"kubelet-pull-qps\"?"},
    {"rules:\n  - id: a\n    title: t\n    cause: network.dns\n    when: {any: ['abc']}\n  - id: a\n    title: t\n    cause: network.dns\n    when: {any: "
     "['abc']}\n",
     6, "rule a stands at "},
    {"rules:\n  - id: a\n    title: t\n    cause: [network.dns, network.tls]\n    when: {any: ['abc']}\n",
     4, "`cause` is one cause; write `candidates` where there are several"},
    {"rules:\n  - id: a\n    title: t\n    quiet: true\n    cause: network.dns\n    when: {any: ['abc']}\n",
     2, "rule a is quiet and names a cause: one of them"},
    {"rules:\n  - id: a\n    title: t\n    when: {any: ['abc']}\n", 2, "rule a has no `cause`"},
    {"rules:\n  - title: t\n    cause: network.dns\n    when: {any: ['abc']}\n", 2,
     "a rule without `id`"},
    {"rules:\n  - id: Not Clean\n    title: t\n    cause: network.dns\n    when: {any: ['abc']}\n",
     2, "\"Not Clean\" is no id: small letters, digits and '-'"},
    {"rules:\n  - id: a\n    id: b\n    title: t\n    cause: network.dns\n    when: {any: ['abc']}\n",
     3, "`id` stands here twice"},
    {"rules: [\n", 2, "no YAML: "},
    {"", 1, "the file is empty"},
    {"rules: text\n", 1, "`rules` has to be a list"},
};
static void test_mistakes(void **state) {
    (void)state;
    for (size_t i = 0; i < PM_LEN(mistakes); i++) {
        struct pm_diags *d = pm_diags_new();
        write_rules(mistakes[i].yaml);
        assert_null(pm_ruleset_load(dir, d));
        bool told = false;
        for (size_t k = 0; k < pm_diags_count(d); k++) {
            struct pm_diag x = pm_diags_at(d, k);
            told = told || (x.line == mistakes[i].line &&
                            pm_str_starts(x.message, pm_str_c(mistakes[i].words)) &&
                            pm_str_eqc(x.path, file));
            if (k + 1 == pm_diags_count(d) && !told)
                print_message("line %u, got %s:%d: %.*s\n", mistakes[i].line, "rule.yaml",
                              (int)x.line, PM_FMT(x.message));
        }
        assert_true(told);
        pm_diags_free(d);
    }
}
static void test_missing_directory(void **state) {
    (void)state;
    struct pm_diags *d = pm_diags_new();
    assert_null(pm_ruleset_load("/nonexistent/rules", d));
    assert_int_equal(pm_diags_count(d), 1);
    pm_diags_free(d);
}

#define RULE(id, cause, rest) "  - id: " id "\n    title: t\n    cause: " cause "\n" rest
static void test_order(void **state) {
    (void)state;
    // As they stand, but `beats` moves a rule up; an id is more exact than a cause, a
    // cause than a family.
    struct pm_ruleset *rs = load(
        "rules:\n" RULE("first", "network.dns",
                        "    when: {any: [pineapple]}\n    beats: [storage]\n")
            RULE("second", "storage.io", "    when: {any: [pineapple pie]}\n    beats: [first]\n"));
    assert_string_equal(rule_for(rs, "pineapple"), "first");
    assert_string_equal(rule_for(rs, "pineapple pie"), "second");
    pm_ruleset_free(rs);

    struct pm_diags *d = pm_diags_new();
    write_rules(
        "rules:\n" RULE("one", "network.dns", "    when: {any: [pineapple]}\n    beats: [two]\n")
            RULE("two", "storage.io", "    when: {any: [pineapple]}\n    beats: [three]\n")
                RULE("three", "storage.io", "    when: {any: [pineapple]}\n    beats: [one]\n"));
    assert_null(pm_ruleset_load(dir, d));
    assert_true(pm_str_starts(pm_diags_at(d, 0).message, PM_STR("`beats` goes in a circle")) ||
                pm_str_has(pm_diags_at(d, 0).message, PM_STR("is beaten by")));
    pm_diags_free(d);
}
static void test_own_rules_replace_and_come_first(void **state) {
    (void)state;
    struct pm_ruleset *rs = load(
        "rules:\n" RULE("kubelet-pull-qps", "rate-limit.service", "    when: {any: [pineapple]}\n")
            RULE("mine", "storage.io", "    when: {any: ['no such host']}\n"));
    assert_string_equal(rule_for(rs, "pull QPS exceeded"), "none"); // the built-in one is gone
    assert_string_equal(rule_for(rs, "dial tcp: lookup a.example: no such host"), "mine");
    assert_string_equal(rule_for(rs, "dial tcp 10.0.0.1:443: connect: connection refused"),
                        "refused"); // the others stay
    pm_ruleset_free(rs);
    rs = load(
        "only: true\nrules:\n" RULE("mine", "storage.io", "    when: {any: ['no such host']}\n"));
    assert_int_equal(rs->order_count, 1);
    pm_ruleset_free(rs);
}

static void test_literals(void **state) {
    (void)state;
    static const struct {
        const char *pattern, *literals;
    } cases[] = {
        // joined with '|'; NULL: none
        {"pull QPS exceeded", "pull qps exceeded"},
        {"no such host|server misbehaving", "no such host|server misbehaving"},
        {"unexpected status(?: code)?:? 5\\d\\d", "unexpected status"},
        {"colou?r of registries", "r of registries"},
        {"ab{2,3}cdef", "cdef"},
        {"docker\\.io", "docker.io"},
        {"(?:gzip|zstd): .{0,9}bad", "gzip|zstd"},
        {"(?:ab|cdef)", NULL},
        {"x(?:abcd|efgh)?yz", NULL},
        {"[a-z]+\\d", NULL},
        {"a|pull", NULL},
        {"[[:alpha:]]]wide", "]wide"},
        {"\\x41bcdef", NULL},
        {"(?<!no )route lost", "route lost"},
    };
    struct pm_arena *a = pm_arena_new();
    for (size_t i = 0; i < PM_LEN(cases); i++) {
        struct pm_str *literals;
        size_t n;
        struct pm_buf joined = {0};
        bool ok = rule_literals_derive(a, cases[i].pattern, &literals, &n);
        for (size_t k = 0; ok && k < n; k++) {
            if (k) pm_buf_addc(&joined, '|');
            pm_buf_add(&joined, literals[k]);
        }
        if (!cases[i].literals) assert_false(ok);
        else if (!ok || !pm_str_eqc(pm_buf_str(&joined), cases[i].literals))
            fail_msg("%s: got %.*s", cases[i].pattern, PM_FMT(pm_buf_str(&joined)));
        pm_buf_free(&joined);
    }
    pm_arena_free(a);
}

// The gate only saves work: with it and without it, every sample of every rule has the
// same answer. The samples are also asked in pairs, joined, so that texts with the words
// of several rules are among them.
static void test_gate_equals_plain_loop(void **state) {
    (void)state;
    struct pm_diags *d = pm_diags_new();
    struct pm_ruleset *gated = pm_ruleset_load(NULL, d), *plain = pm_ruleset_load(NULL, d);
    assert_true(pm_ruleset_samples(gated, d));
    assert_non_null(gated);
    plain->plain = true;
    struct pm_arena *a = pm_arena_new();
    struct pm_str before = PM_NONE;
    size_t asked = 0;
    for (size_t r = 0; r < gated->rule_count; r++)
        for (size_t k = 0; k < gated->rules[r].sample_count; k++) {
            struct pm_event e = gated->rules[r].samples[k].event;
            struct pm_str text = e.field[PM_F_ERROR];
            for (int joined = 0; joined < 2; joined++, asked++) {
                if (joined)
                    e.field[PM_F_ERROR] =
                        pm_arena_fmt(a, "%.*s: %.*s", PM_FMT(before), PM_FMT(text));
                struct pm_verdict x = pm_ruleset_classify(gated, &e),
                                  y = pm_ruleset_classify(plain, &e);
                assert_string_equal(x.rule ? x.rule : "none", y.rule ? y.rule : "none");
            }
            before = text;
        }
    assert_true(asked > 1000);
    pm_arena_free(a);
    pm_ruleset_free(gated), pm_ruleset_free(plain);
    pm_diags_free(d);
}

// In a hurry the gate finds in a log what it finds without: words of all beginnings in
// drawn texts of their letters, and of what smoothing takes away.
static void test_hurry_finds_the_same(void **state) {
    (void)state;
    static const char *const pieces[] = {
        "pine", "apple", "Pineapple", " ",    "  ",   "\n", "\\n", "\\\"", "\"", "\xe2\x80\x9c",
        "pie",  " of ",  "of team",   "\\",   "'",    "x",  "p",   "\xe2", "t",  "\t",
        "team", "pi",    "no seat",   "seat", "\\\\", "o",  "\\t",
    };
    struct pm_diags *d = pm_diags_new();
    struct pm_ruleset *rs = pm_ruleset_load(NULL, d);
    assert_non_null(rs);
    struct pm_ruleset *own =
        ruleset_alone(pm_str_c("rules:\n" RULE(
                          "mine", "storage.io",
                          "    when: {any: [pineapple pie, ' of team', '\"no seat', 'x''t']}\n")),
                      "own.yaml", d);
    assert_non_null(own);
    struct rule_gate *plain = rule_gate_new(own, NULL), *hurried = rule_gate_new(own, NULL);
    rule_gate_hurry(hurried);
    uint64_t h = 1;
    size_t hits = 0;
    for (size_t round = 0; round < 50000; round++) {
        struct pm_buf b = {0};
        for (size_t i = 0; i < round % 24; i++) {
            h = h * UINT64_C(6364136223846793005) + 1442695040888963407u;
            pm_buf_lit(&b, pieces[(h >> 33) % PM_LEN(pieces)]);
        }
        const char *from = b.p ? b.p : "", *x = rule_gate_next(plain, from, from + b.n),
                   *y = rule_gate_next(hurried, from, from + b.n);
        if (x != y) fail_msg("\"%.*s\": found elsewhere", (int)b.n, b.p);
        hits += x != NULL;
        pm_buf_free(&b);
    }
    assert_true(hits > 1000);
    rule_gate_free(plain), rule_gate_free(hurried);
    pm_ruleset_free(own), pm_ruleset_free(rs);
    pm_diags_free(d);
}

// A file that has a place and no rule: its gate has sets without a bit, and finds nothing.
// Found by libFuzzer.
static void test_no_rule_at_all(void **state) {
    (void)state;
    struct pm_diags *d = pm_diags_new();
    struct pm_ruleset *rs = pm_ruleset_load(NULL, d),
                      *none = ruleset_alone(PM_STR("schema: 1\nplace: 4\n"), "none.yaml", d);
    assert_non_null(rs);
    assert_non_null(none);
    struct rule_gate *g = rule_gate_new(none, NULL);
    const char *text = "no space left on device";
    assert_null(rule_gate_next(g, text, text + strlen(text)));
    rule_gate_free(g);
    pm_ruleset_free(none), pm_ruleset_free(rs);
    pm_diags_free(d);
}

// A pattern that backtracks without end on a text made for it: stopped, counted, told
// once, and the other rules still answer.
static void test_match_limit(void **state) {
    (void)state;
    struct pm_ruleset *rs =
        load("rules:\n" RULE("greedy", "storage.io", "    when: {any: ['pineapple (?:a|aa)+!!']}\n")
                 RULE("plain", "network.dns", "    when: {any: ['pineapple']}\n"));
    char text[4000] = "pineapple ";
    memset(text + 10, 'a', sizeof text - 12);
    text[sizeof text - 2] = '!';
    assert_string_equal(rule_for(rs, text), "plain");
    struct pm_diags *d = pm_diags_new();
    pm_ruleset_limits(rs, d, PM_STR("n1/kubelet.log"), 7);
    assert_int_equal(pm_diags_count(d), 1);
    assert_int_equal(pm_diags_at(d, 0).line, 7);
    assert_string_equal(pm_arena_cstr(rs->scratch, pm_diags_at(d, 0).code), "rule-limit");
    assert_true(pm_str_has(pm_diags_at(d, 0).message, PM_STR("greedy")));
    pm_ruleset_limits(rs, d, PM_NONE, 0);
    assert_int_equal(pm_diags_at(d, 0).count, 1);
    pm_diags_free(d);
    pm_ruleset_free(rs);
}

static void test_smoothing(void **state) {
    (void)state;
    static const struct {
        const char *from, *to;
    } cases[] = {
        {"429 Too Many\n   Requests\r\n\ttoomanyrequests", "429 Too Many Requests toomanyrequests"},
        {"for \\\"app\\\": bad\\nline", "for \"app\": bad line"},
        {"invalid character \xe2\x80\x98T\xe2\x80\x99: \xe2\x80\x9cToo\xe2\x80\x9d",
         "invalid character 'T': \"Too\""},
        {"(Mirrors also failed: [m1.test/a:1: connection refused]): r.test/a:1: manifest unknown",
         "r.test/a:1: manifest unknown"},
        {"pull image err: manifest unknown; artifact err: no such host",
         "pull image err: manifest unknown"},
        {"\n \n", ""},
    };
    struct pm_buf b = {0};
    for (size_t i = 0; i < PM_LEN(cases); i++) {
        rule_text_smooth(&b, pm_str_c(cases[i].from));
        if (!pm_str_eqc(pm_buf_str(&b), cases[i].to))
            fail_msg("got \"%.*s\", expected \"%s\"", PM_FMT(pm_buf_str(&b)), cases[i].to);
    }
    pm_buf_free(&b);
}

static void test_only_failures_are_asked(void **state) {
    (void)state;
    struct pm_diags *d = pm_diags_new();
    struct pm_ruleset *rs = pm_ruleset_load(NULL, d);
    static const struct {
        enum pm_kind kind;
        int status;
        unsigned flags;
        const char *error, *cause;
    } cases[] = {
        {PM_KIND_PULL_OK, 0, 0, "connection refused", NULL},
        {PM_KIND_REQUEST, 200, 0, NULL, NULL},
        {PM_KIND_REQUEST, 503, 0, NULL, "registry.outage"},
        {PM_KIND_REQUEST, 503, PM_EV_PUSH, NULL, NULL},
        {PM_KIND_REQUEST, 401, 0, NULL, NULL}, // the challenge
        {PM_KIND_PULL_BACKOFF, 0, 0, NULL, NULL},
        {PM_KIND_PULL_BACKOFF, 0, 0, "ErrImagePull: pull QPS exceeded",
         "rate-limit.client"}, // the line repeats the error
        {PM_KIND_OTHER, 0, 0, NULL, NULL},
        {PM_KIND_HEALTH_CHECK, 503, 0, "Service Unavailable", NULL},
        {PM_KIND_PULL_FAIL, 0, 0, "the pineapple is not ripe", "unknown"}, // never dropped
        {PM_KIND_PULL_FAIL, 0, 0, "Error: ErrImagePull", NULL},            // says nothing by itself
        {PM_KIND_PULL_FAIL, 0, 0,
         "Failed to pull image \"a:1\": rpc error: code = Unknown desc = Error response from",
         NULL}, // cut before it said why
        {PM_KIND_RUNTIME_DOWN, 0, 0, NULL, "runtime.unavailable"},
    };
    for (size_t i = 0; i < PM_LEN(cases); i++) {
        struct pm_event e = {.kind = cases[i].kind,
                             .stage = cases[i].kind == PM_KIND_REQUEST ? PM_STAGE_MANIFEST
                                                                       : PM_STAGE_NONE,
                             .http_status = cases[i].status,
                             .flags = cases[i].flags,
                             .bytes = -1};
        e.field[PM_F_ERROR] = pm_str_c(cases[i].error);
        int cause = pm_ruleset_classify(rs, &e).cause;
        const char *got = cause < 0 ? NULL : pm_causes[cause].name;
        if ((got == NULL) != (cases[i].cause == NULL) || (got && strcmp(got, cases[i].cause) != 0))
            fail_msg("case %zu: got %s, expected %s", i, got ? got : "none",
                     cases[i].cause ? cases[i].cause : "none");
    }
    pm_ruleset_free(rs);
    pm_diags_free(d);
}

static void test_answers_are_remembered(void **state) {
    (void)state;
    struct pm_diags *d = pm_diags_new();
    struct pm_ruleset *rs = pm_ruleset_load(NULL, d);
    for (int i = 0; i < 100; i++)
        assert_string_equal(rule_for(rs, "no such host"), "dns-no-such-name");
    assert_int_equal(rs->answer_count, 2); // the empty one and this
    assert_string_equal(rule_for(rs, "no route to host"), "unreachable");
    assert_int_equal(rs->answer_count, 3);
    struct pm_event e = failed("no such host");
    e.kind = PM_KIND_PULL_OK;
    assert_null(
        pm_ruleset_classify(rs, &e).rule); // the same text of another kind is another question
    pm_ruleset_free(rs);
    pm_diags_free(d);
}
static void test_every_cause_has_a_rule(void **state) {
    (void)state;
    struct pm_diags *d = pm_diags_new();
    struct pm_ruleset *rs = pm_ruleset_load(NULL, d);
    for (int c = 0; pm_causes[c].name; c++) {
        bool found = pm_cause_find(PM_STR("unknown")) == c;
        for (size_t r = 0; r < rs->rule_count; r++)
            for (int k = 0; k < rs->rules[r].candidate_count; k++)
                found = found || rs->rules[r].candidates[k] == c;
        if (!found) fail_msg("no rule for %s", pm_causes[c].name);
        assert_int_equal(pm_cause_find(pm_str_c(pm_causes[c].name)), c);
    }
    assert_int_equal(pm_cause_find(PM_STR("network")), -1);
    assert_int_equal(strlen(pm_ruleset_hash(rs)), 16);
    pm_ruleset_free(rs);
    pm_diags_free(d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_missing_directory),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_own_rules_replace_and_come_first),
        cmocka_unit_test(test_literals),
        cmocka_unit_test(test_gate_equals_plain_loop),
        cmocka_unit_test(test_hurry_finds_the_same),
        cmocka_unit_test(test_no_rule_at_all),
        cmocka_unit_test(test_match_limit),
        cmocka_unit_test(test_smoothing),
        cmocka_unit_test(test_only_failures_are_asked),
        cmocka_unit_test(test_answers_are_remembered),
        cmocka_unit_test(test_every_cause_has_a_rule),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
