// Advice with names in it: what a command may hold, which row is taken, and that the
// table is whole. Inputs written by us.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include "judge/tell/advice.h"
#include "rules/tables.h"
#include "pm/rule.h"

static struct pm_arena *a;
static struct pm_diags *diags;
static int made(void **state) {
    (void)state;
    a = pm_arena_new();
    diags = pm_diags_new();
    return 0;
}
static int gone(void **state) {
    (void)state;
    pm_arena_free(a);
    pm_diags_free(diags);
    return 0;
}
static json_t *table(const char *yaml) {
    json_t *root = pm_yaml_load(pm_str_c(yaml), "advice.yaml", diags);
    assert_non_null(root);
    return root;
}
// The command of the only row for network.dns that fits; "" where it is left out.
static const char *command(const char *tmpl, const struct pm_advice_names *n) {
    struct pm_advice rows[4];
    json_t *root = json_pack("{s:[{s:s,s:s,s:s,s:s,s:s}]}", "advice", "cause", "network.dns",
                             "phase", "fix", "within", "0-10m", "text", "t", "command", tmpl);
    assert_int_equal(pm_advice_pick(a, root, pm_cause_find(PM_STR("network.dns")), n, rows, 4), 1);
    json_decref(root);
    return pm_arena_cstr(a, rows[0].command);
}

static void commands_hold_names_and_nothing_else(void **state) {
    (void)state;
    static const struct {
        const char *node, *tmpl, *want;
    } cases[] = {
        {"worker-1.example", "kubectl cordon {node}", "kubectl cordon worker-1.example"},
        {"a b", "kubectl cordon {node}", "kubectl cordon 'a b'"},
        {"x;reboot", "kubectl cordon {node}", "kubectl cordon 'x;reboot'"},
        {"it's", "kubectl cordon {node}", "kubectl cordon 'it'\\''s'"},
        {"$(reboot)", "kubectl cordon {node}", "kubectl cordon '$(reboot)'"},
        {"`reboot`", "kubectl cordon {node}", "kubectl cordon '`reboot`'"},
        {"$(reboot)", "jq '.{node}'", ""},     // no quoting is right inside a program
        {"a'b", "echo \"$(cat {node})\"", ""}, // nor inside a substitution
        {"plain", "echo \"$(cat {node})\"", "echo \"$(cat plain)\""},
        {"--all", "kubectl cordon {node}", ""}, // would be an option
        {"a\nreboot", "kubectl cordon {node}", ""},
        {"a\033[2J", "kubectl cordon {node}", ""}, // not what is seen
        {"", "kubectl cordon {node}", ""},         // nobody to cordon
        {"n1", "awk '{print $1}' {node} ${node}", "awk '{print $1}' n1 ${node}"},
    };
    for (size_t i = 0; i < PM_LEN(cases); i++) {
        struct pm_advice_names n = {0};
        n.value[PM_ADV_NODE] = pm_str_c(cases[i].node);
        assert_string_equal(command(cases[i].tmpl, &n), cases[i].want);
    }
}

static void hosts_cannot_lead_out_of_a_folder(void **state) {
    (void)state;
    static const char *const BAD[] = {"..",   "../../root", "a/../../b", ".ssh",
                                      "/etc", "a b",        "a'b"};
    struct pm_advice_names n = {0};
    for (size_t i = 0; i < PM_LEN(BAD); i++) {
        n.value[PM_ADV_REGISTRY] = pm_str_c(BAD[i]);
        assert_string_equal(command("mkdir -p /etc/containerd/certs.d/{registry}", &n), "");
    }
    n.value[PM_ADV_REGISTRY] = PM_STR("registry.example:5000");
    assert_string_equal(command("mkdir -p /etc/containerd/certs.d/{registry}", &n),
                        "mkdir -p /etc/containerd/certs.d/registry.example:5000");
}

static void texts_tell_how_many_more(void **state) {
    (void)state;
    json_t *root = table(
        "advice:\n  - {cause: network.dns, phase: fix, within: 0-10m, text: \"On {node}.\"}\n  - {cause: network.dns, phase: fix, within: "
        "0-10m, text: \"{image} is gone.\"}\n");
    struct pm_advice rows[4];
    struct pm_advice_names n = {0};
    n.value[PM_ADV_NODE] = PM_STR("n1");
    n.more[PM_ADV_NODE] = 3;
    assert_int_equal(pm_advice_pick(a, root, pm_cause_find(PM_STR("network.dns")), &n, rows, 4), 2);
    assert_string_equal(pm_arena_cstr(a, rows[0].text), "On n1 and 3 more.");
    assert_string_equal(pm_arena_cstr(a, rows[1].text), "The image is gone.");
    json_decref(root);
}

static void all_that_were_hit_are_named_and_looped_over(void **state) {
    (void)state;
    static const struct {
        const char *tmpl, *want;
    } cases[] = {
        {"kubectl cordon {node}", "for node in n1 n2 n3; do kubectl cordon \"$node\"; done"},
        {"echo \"at {node}\"", "for node in n1 n2 n3; do echo \"at $node\"; done"},
        {"jq '.{node}'", "jq '.n1'"}, // nothing is put in for a variable there: the first alone
        {"kubectl -n {namespace} rollout restart {rollout}",
         "for rollout in shop:deployment/web pay:daemonset/till; do kubectl -n \"${rollout%%:*}\" rollout restart \"${rollout#*:}\"; done"},
        {"kubectl -n {namespace} get pod {pod}",
         "kubectl -n shop get pod web-0"}, // of this pod alone
        {"crictl pull {image}", "crictl pull r.test/a:1"},
    };
    struct pm_str nodes[] = {PM_STR("n1"), PM_STR("n2"), PM_STR("n3")},
                  spaces[] = {PM_STR("shop"), PM_STR("pay")};
    struct pm_str rolls[] = {PM_STR("deployment/web"), PM_STR("daemonset/till")},
                  pairs[] = {PM_STR("shop:deployment/web"), PM_STR("pay:daemonset/till")};
    for (size_t i = 0; i < PM_LEN(cases); i++) {
        struct pm_advice_names n = {.pairs = {pairs, 2, 2}};
        n.value[PM_ADV_NODE] = nodes[0], n.more[PM_ADV_NODE] = 2,
        n.all[PM_ADV_NODE] = (struct pm_strs){nodes, 3, 3};
        n.value[PM_ADV_NAMESPACE] = spaces[0], n.more[PM_ADV_NAMESPACE] = 1,
        n.all[PM_ADV_NAMESPACE] = (struct pm_strs){spaces, 2, 2};
        n.value[PM_ADV_ROLLOUT] = rolls[0], n.more[PM_ADV_ROLLOUT] = 1,
        n.all[PM_ADV_ROLLOUT] = (struct pm_strs){rolls, 2, 2};
        n.value[PM_ADV_POD] = PM_STR("web-0");
        n.value[PM_ADV_IMAGE] = PM_STR("r.test/a:1");
        assert_string_equal(command(cases[i].tmpl, &n), cases[i].want);
        n.only_told[PM_ADV_IMAGE] = true; // without a registry it cannot be pulled
        if (i + 1 == PM_LEN(cases)) assert_string_equal(command(cases[i].tmpl, &n), "");
    }
}

static void verbs_agree_and_nodes_are_told(void **state) {
    (void)state;
    json_t *root = table(
        "advice:\n  - {cause: network.dns, phase: fix, within: 0-10m, text: \"{node} {node:is|are} away.\", command: \"df -h {node}\"}\n"
        "  - {cause: network.dns, phase: fix, within: 0-10m, text: \"Ask.\", command: \"kubectl get nodes {node}\"}\n");
    struct pm_str nodes[] = {PM_STR("n1"), PM_STR("n2"), PM_STR("n3"), PM_STR("n4"),
                             PM_STR("n5"), PM_STR("n6"), PM_STR("n7")};
    static const char *const want[] = {
        "n1 is away. Run it on n1.", "n1 and n2 are away. Run it on n1 and n2.",
        "n1, n2, n3, n4, n5 and 2 more are away. Run it on n1, n2, n3, n4, n5 and 2 more."};
    const size_t many[] = {1, 2, 7};
    for (size_t i = 0; i < PM_LEN(many); i++) {
        struct pm_advice rows[4];
        struct pm_advice_names n = {0};
        n.value[PM_ADV_NODE] = nodes[0], n.more[PM_ADV_NODE] = many[i] - 1,
        n.all[PM_ADV_NODE] = (struct pm_strs){nodes, many[i], 7};
        assert_int_equal(pm_advice_pick(a, root, pm_cause_find(PM_STR("network.dns")), &n, rows, 4),
                         2);
        assert_string_equal(pm_arena_cstr(a, rows[0].text), want[i]);
        assert_string_equal(pm_arena_cstr(a, rows[1].text), "Ask."); // kubectl runs anywhere
    }
    json_decref(root);
}

static void homes_are_dated(void **state) {
    (void)state;
    struct pm_ruleset *rs = pm_ruleset_load(NULL, diags);
    size_t i;
    json_t *o;
    assert_non_null(rs);
    const json_t *root = pm_ruleset_table(rs, PM_TABLE_HOMES);
    assert_true(json_array_size(json_object_get(root, "homes")) > 3);
    json_array_foreach(json_object_get(root, "homes"), i, o) {
        const char *since = json_string_value(json_object_get(o, "since")),
                   *state_of = json_string_value(json_object_get(o, "state"));
        assert_non_null(json_string_value(json_object_get(o, "old")));
        assert_true(since && strlen(since) == 10 && since[4] == '-');
        assert_true(state_of && (strcmp(state_of, "frozen") == 0 || strcmp(state_of, "gone") == 0));
    }
    assert_string_equal(json_string_value(json_object_get(
                            pm_table_home(root, PM_STR("k8s.gcr.io/pause:3.2")), "new")),
                        "registry.k8s.io/");
    assert_null(pm_table_home(root, PM_STR("registry.k8s.io/pause:3.9")));
    assert_null(pm_table_home(root, PM_STR("mirror.test/k8s.gcr.io/pause:3.2")));
    pm_ruleset_free(rs);
}

static void rows_fit_runtime_and_registry(void **state) {
    (void)state;
    json_t *root = table(
        "advice:\n"
        "  - {cause: unknown, phase: fix, within: 0-10m, text: t, command: {containerd2: two, containerd: one, docker: dock, any: other}}\n"
        "  - {cause: unknown, phase: fix, within: 0-10m, registry: \"*.amazonaws.com\", text: ecr}\n"
        "  - {cause: unknown, phase: fix, within: 0-10m, registry: \"!*.amazonaws.com\", text: not ecr}\n"
        "  - {cause: unknown, phase: fix, within: 0-10m, needs: mirror, text: has mirror}\n"
        "  - {cause: unknown, phase: fix, within: 0-10m, unless: mirror, text: no mirror}\n");
    static const struct {
        const char *runtime, *registry, *mirror, *want;
    } cases[] = {
        {"containerd2", "docker.io", "m.example", "two not ecr has mirror"},
        {"containerd1", "1.dkr.ecr.eu-west-1.amazonaws.com", "", "one ecr no mirror"},
        {"k3s", "", "", "one no mirror"}, // a registry that is not known is neither
        {"docker", "quay.io", "", "dock not ecr no mirror"},
        {"crio", "quay.io", "", "other not ecr no mirror"},
        {NULL, "quay.io", "", "other not ecr no mirror"},
    };
    for (size_t i = 0; i < PM_LEN(cases); i++) {
        struct pm_advice rows[8];
        struct pm_advice_names n = {.runtime = cases[i].runtime};
        n.value[PM_ADV_REGISTRY] = pm_str_c(cases[i].registry);
        n.value[PM_ADV_MIRROR] = pm_str_c(cases[i].mirror);
        size_t found = pm_advice_pick(a, root, pm_cause_find(PM_STR("unknown")), &n, rows, 8);
        struct pm_str got = rows[0].command;
        for (size_t k = 1; k < found; k++)
            got = pm_arena_fmt(a, "%.*s %.*s", PM_FMT(got), PM_FMT(rows[k].text));
        assert_string_equal(pm_arena_cstr(a, got), cases[i].want);
    }
    json_decref(root);
}

static void names_are_derived(void **state) {
    (void)state;
    struct pm_advice_names n = {0};
    n.value[PM_ADV_REGISTRY] = PM_STR("docker.io");
    pm_advice_derive(a, &n);
    assert_string_equal(pm_arena_cstr(a, n.value[PM_ADV_SERVER]), "https://index.docker.io/v1/");
    assert_string_equal(pm_arena_cstr(a, n.value[PM_ADV_ENDPOINT]), "registry-1.docker.io:443");
    n = (struct pm_advice_names){0};
    n.value[PM_ADV_REGISTRY] = PM_STR("111122223333.dkr.ecr.eu-west-1.amazonaws.com");
    n.value[PM_ADV_HOST] = PM_STR("m.example:5000");
    pm_advice_derive(a, &n);
    assert_string_equal(pm_arena_cstr(a, n.value[PM_ADV_REGION]), "eu-west-1");
    assert_string_equal(pm_arena_cstr(a, n.value[PM_ADV_HOSTNAME]), "m.example");
    assert_string_equal(pm_arena_cstr(a, n.value[PM_ADV_ENDPOINT]), "m.example:5000");
}

static void the_table_is_whole(void **state) {
    (void)state;
    struct pm_ruleset *rs = pm_ruleset_load(NULL, diags);
    assert_non_null(rs);
    const json_t *root = pm_ruleset_table(rs, PM_TABLE_ADVICE);
    for (size_t i = 0;
         i < (pm_advice_check(root, "advice.yaml", diags) ? pm_diags_count(diags) : 0); i++)
        print_error("%.*s\n", PM_FMT(pm_diags_at(diags, i).message));
    assert_int_equal(pm_advice_check(root, "advice.yaml", diags), 0);
    pm_ruleset_free(rs);
}

static void a_cause_without_a_step_is_told(void **state) {
    (void)state;
    struct pm_diags *d = pm_diags_new();
    json_t *root = table("advice:\n  - {cause: network.dns, phase: fix, within: 0-10m, text: t}\n");
    bool prevent = false, fix = false;
    assert_true(pm_advice_check(root, "x", d) > 0);
    for (size_t k = 0; k < pm_diags_count(d); k++) {
        prevent =
            prevent ||
            pm_str_eqc(pm_diags_at(d, k).message, "network.dns has no advice for \"prevent\"") ||
            pm_str_eqc(pm_diags_at(d, k).code, "more-diagnostics");
        fix = fix || pm_str_eqc(pm_diags_at(d, k).message, "network.dns has no advice for \"fix\"");
    }
    assert_true(prevent);
    assert_false(fix);
    json_decref(root);
    pm_diags_free(d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_hold_names_and_nothing_else),
        cmocka_unit_test(hosts_cannot_lead_out_of_a_folder),
        cmocka_unit_test(texts_tell_how_many_more),
        cmocka_unit_test(all_that_were_hit_are_named_and_looped_over),
        cmocka_unit_test(verbs_agree_and_nodes_are_told),
        cmocka_unit_test(homes_are_dated),
        cmocka_unit_test(rows_fit_runtime_and_registry),
        cmocka_unit_test(names_are_derived),
        cmocka_unit_test(the_table_is_whole),
        cmocka_unit_test(a_cause_without_a_step_is_told),
    };
    return cmocka_run_group_tests(tests, made, gone);
}
