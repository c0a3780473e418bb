// rules/correlate.yaml, advice.yaml, findings.yaml and homes.yaml → structs. What the words mean stands at the head of each file.
#include "judge/chain.h"
#include "judge/rules/yaml.h"

static json_t *data(struct pm_state *s, const char *name) {
    struct pm_str text;
    if (!pm_rules_data(s->options->rules_dir, name, &text, s->a)) {
        pm_diags_add(s->diags, pm_str_c(name), 0, "rules", "is missing");
        return NULL;
    }
    return pm_yaml_load(text, name, s->diags);
}

static const char *word(struct pm_state *s, const json_t *o, const char *key) {
    const char *v = json_string_value(json_object_get(o, key));
    return v ? pm_arena_cstr(s->a, pm_str_c(v)) : NULL;
}
static int64_t seconds(const json_t *o, const char *key) { return (int64_t)(json_number_value(json_object_get(o, key)) * 1e9); }

static bool names_cause(const char *match) {
    if (pm_cause_c(match) >= 0) return true;
    for (const struct pm_cause *c = pm_causes; c->name; c++)
        if (strcmp(c->family, match) == 0) return true;
    return false;
}

static bool mistake(struct pm_state *s, const json_t *o, const char *what) {
    pm_diags_add(s->diags, PM_STR("correlate.yaml"), (uint64_t)pm_yaml_line(o), "rules", "%s", what);
    return false;
}

static bool family(struct pm_state *s, const json_t *o) {
    struct pm_family_rule r = {
        .match = word(s, o, "match"), .gap_ns = seconds(o, "gap_s"), .together_ns = seconds(o, "together_s"), .natural = PM_SCOPE_CLUSTER};
    const char *scope = word(s, o, "scope");
    size_t i, n = 0;
    json_t *g;
    if (!r.match || !names_cause(r.match)) return mistake(s, o, "match must name a cause or a family of causes");
    json_array_foreach(json_object_get(o, "group"), i, g) if (json_is_string(g) && n < PM_LEN(r.group)) r.group[n++] =
        pm_arena_cstr(s->a, pm_str_c(json_string_value(g)));
    for (int k = PM_SCOPE_CLUSTER; scope && k < PM_SCOPE_COUNT; k++)
        if (strcmp(scope, pm_scope_names[k]) == 0) r.natural = (enum pm_scope_kind)k;
    *PM_PUSH(s->families.items, s->families.n, s->families.cap) = r;
    return true;
}

static bool link_rule(struct pm_state *s, const json_t *o) {
    struct pm_link_rule r = {.from = word(s, o, "from"),
                             .to = word(s, o, "to"),
                             .share = word(s, o, "share"),
                             .what = word(s, o, "what"),
                             .observed = word(s, o, "observed"),
                             .counted = word(s, o, "counted"),
                             .lasts_ns = seconds(o, "lasts_s"),
                             .lag_ns = seconds(o, "lag_s"),
                             .back_ns = seconds(o, "back_s")};
    if (!r.from || !r.to || !names_cause(r.from) || !names_cause(r.to)) return mistake(s, o, "from and to must name causes or families of causes");
    if (!r.share || !r.what || !r.counted) return mistake(s, o, "a link needs share, what and counted");
    if (!pm_share_known(r.observed)) return mistake(s, o, "a link needs something observed that can be counted");
    *PM_PUSH(s->links.items, s->links.n, s->links.cap) = r;
    return true;
}

bool pm_correlate_load(struct pm_state *s) {
    size_t i;
    json_t *o;
    bool ok = true;
    s->correlate = data(s, "correlate.yaml");
    s->advice = data(s, "advice.yaml");
    s->findings = data(s, "findings.yaml");
    s->homes = data(s, "homes.yaml");
    if (!s->homes || !s->correlate || !s->advice || !s->findings) return false;
    json_array_foreach(json_object_get(s->correlate, "families"), i, o) ok &= family(s, o);
    json_array_foreach(json_object_get(s->correlate, "links"), i, o) ok &= link_rule(s, o);
    return ok;
}
