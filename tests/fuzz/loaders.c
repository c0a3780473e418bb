// What people write by hand: configuration, rules, policies, quotas, alerts.
#include "kinds.h"
#include "parsers/host/toml.h"
#include "pm/gate.h"
#include "pm/judge.h"
#include "rules/tables.h"
#include "rules/ruleset.h"

static void see_value(void *ctx, const struct pm_toml_value *v) {
    (void)ctx;
    for (int i = 0; i < v->depth; i++) fuzz_see(v->path[i]);
    fuzz_see(v->text);
}
static void see_broken(void *ctx, uint64_t line, const char *why) {
    (void)ctx, (void)line;
    fuzz_see(pm_str_c(why));
}
void fuzz_toml(struct fuzz_bytes in, size_t variant) {
    (void)variant;
    struct pm_arena *a = pm_arena_new();
    const struct pm_toml_handler h = {.value = see_value, .broken = see_broken};
    pm_toml_read(a, fuzz_rest(&in), &h);
    pm_arena_free(a);
}

void fuzz_yaml(struct fuzz_bytes in, size_t variant) {
    (void)variant;
    struct pm_diags *diags = pm_diags_new();
    json_decref(pm_yaml_load(fuzz_rest(&in), "x.yaml", diags));
    pm_diags_free(diags);
}

const char *fuzz_table_variant(size_t i) { return pm_table_name((enum pm_table)i); }
void fuzz_table(struct fuzz_bytes in, size_t variant) {
    struct pm_diags *diags = pm_diags_new();
    fuzz_rules();
    const char *name = pm_table_name((enum pm_table)variant);
    json_decref(pm_table_read((enum pm_table)variant, fuzz_rest(&in), name, diags));
    pm_diags_free(diags);
}

void fuzz_ruleset(struct fuzz_bytes in, size_t variant) {
    (void)variant;
    struct pm_diags *diags = pm_diags_new();
    fuzz_rules(); // the causes that they can name
    struct pm_ruleset *rs = ruleset_alone(fuzz_rest(&in), "own.yaml", diags);
    struct pm_event e = {.kind = PM_KIND_PULL_FAIL, .component = PM_COMP_CONTAINERD};
    e.field[PM_F_ERROR] = PM_STR("pull access denied: 429 toomanyrequests: no such host");
    if (rs) pm_ruleset_classify(rs, &e);
    pm_ruleset_free(rs);
    pm_diags_free(diags);
}

static const char *const policies[] = {"policy", "baseline", "fail-on", NULL};
const char *fuzz_policy_variant(size_t i) { return policies[i]; }
void fuzz_policy(struct fuzz_bytes in, size_t variant) {
    struct pm_arena *a = pm_arena_new();
    struct pm_diags *diags = pm_diags_new();
    struct pm_gate_policy p = {0};
    struct pm_baseline b = {0};
    const char *bad = NULL;
    pm_causes_read();
    if (variant == 0) pm_policy_load(&p, fuzz_file("policy.yaml", fuzz_rest(&in)), a, diags);
    if (variant == 1) pm_baseline_load(&b, fuzz_file("known.json", fuzz_rest(&in)), a, diags);
    if (variant == 2) pm_policy_fail_on(&p, pm_arena_cstr(a, fuzz_rest(&in)), a, &bad);
    free(p.checks), free(p.waivers), free(p.requirements), free(b.known);
    pm_diags_free(diags);
    pm_arena_free(a);
}

static const char *const own[] = {"quotas", "alerts", NULL};
const char *fuzz_quotas_variant(size_t i) { return own[i]; }
// Over the rows of one quiet quota, so that what the file says is also acted on.
void fuzz_quotas(struct fuzz_bytes in, size_t variant) {
    static const uint8_t rows[] = {0, 1, 0, 0, 9, 0, 4, 0, 40, 0, 2, 0, 0, 9, 0, 9, 0, 80};
    struct fuzz_bytes fixed = {rows, sizeof rows};
    struct pm_timeline *t = fuzz_timeline(&fixed, NULL);
    struct pm_diags *diags = pm_diags_new();
    const char *path = fuzz_file("own.yaml", fuzz_rest(&in));
    const struct pm_judge_options o = {.quotas_file = variant == 0 ? path : NULL,
                                       .alerts_file = variant == 1 ? path : NULL,
                                       .since_ns = PM_NO_TIME,
                                       .until_ns = PM_NO_TIME};
    pm_report_free(pm_judge(t, fuzz_rules(), &o, diags));
    pm_timeline_close(t);
    pm_diags_free(diags);
}
