// rules/correlate.yaml → structs; what the words mean stands at its head. That they are
// the right ones was seen when the rules were loaded (rules/table_keys.c).
#include "base/json_get.h"
#include "judge/incidents/chain.h"
#include "rules/tables.h"

static void family(struct pm_env *env, const json_t *o) {
    struct pm_family_rule r = {.match = pm_member_copy(env->a, o, "match"),
                               .gap_ns = pm_member_seconds_ns(o, "gap_s"),
                               .together_ns = pm_member_seconds_ns(o, "together_s"),
                               .natural = PM_SCOPE_CLUSTER};
    const char *scope = pm_member_copy(env->a, o, "scope");
    size_t i, n = 0;
    json_t *g;
    json_array_foreach(json_object_get(o, "group"), i, g) if (n < PM_LEN(r.group)) r.group[n++] =
        pm_arena_cstr(env->a, pm_str_c(json_string_value(g)));
    for (int k = PM_SCOPE_CLUSTER; scope && k <= PM_SCOPE_CLIENT; k++)
        if (strcmp(scope, pm_scope_names[k]) == 0) r.natural = (enum pm_scope_kind)k;
    *PM_PUSH(env->families.items, env->families.n, env->families.cap) = r;
}

// A link that names nothing to observe is shown by what failed while its cause was at
// work: coming first alone shows nothing.
static void link_rule(struct pm_env *env, const json_t *o) {
    struct pm_link_rule r = {.from = pm_member_copy(env->a, o, "from"),
                             .to = pm_member_copy(env->a, o, "to"),
                             .share = pm_member_copy(env->a, o, "share"),
                             .what = pm_member_copy(env->a, o, "what"),
                             .observed = pm_member_copy(env->a, o, "observed"),
                             .counted = pm_member_copy(env->a, o, "counted"),
                             .lasts_ns = pm_member_seconds_ns(o, "lasts_s"),
                             .lag_ns = pm_member_seconds_ns(o, "lag_s"),
                             .back_ns = pm_member_seconds_ns(o, "back_s")};
    if (!r.observed) r.observed = "meanwhile";
    if (!r.counted) r.counted = pm_share_counted(r.observed);
    *PM_PUSH(env->links.items, env->links.n, env->links.cap) = r;
}

void pm_correlate_load(struct pm_env *env) {
    size_t i;
    json_t *o;
    const json_t *correlate = pm_ruleset_table(env->rules, PM_TABLE_CORRELATE);
    env->advice = pm_ruleset_table(env->rules, PM_TABLE_ADVICE);
    env->findings = pm_ruleset_table(env->rules, PM_TABLE_FINDINGS);
    env->homes = pm_ruleset_table(env->rules, PM_TABLE_HOMES);
    json_array_foreach(json_object_get(correlate, "families"), i, o) family(env, o);
    json_array_foreach(json_object_get(correlate, "links"), i, o) link_rule(env, o);
}

// A set of rules of one's own may leave a cause without a family.
const struct pm_family_rule *pm_family_of(const struct pm_env *env, int cause) {
    static const struct pm_family_rule fallback = {
        .match = "", .gap_ns = PM_S(1200), .natural = PM_SCOPE_CLUSTER};
    for (size_t i = 0; i < env->families.n; i++)
        if (pm_cause_named(cause, env->families.items[i].match)) return &env->families.items[i];
    return &fallback;
}
