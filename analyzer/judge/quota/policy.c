// rules/quotas.yaml → policies. See judge/quota.h.
#include "judge/quota/quota.h"
#include "judge/rules/yaml.h"
#include <stdio.h>

static bool mistake(struct pm_state *s, const char *name, const json_t *o, const char *what) {
    pm_diags_add(s->diags, pm_str_c(name), (uint64_t)pm_yaml_line(o), "rules", "%s", what);
    return false;
}

static bool day(const json_t *o, const char *key, int64_t *ns) {
    const char *text = json_string_value(json_object_get(o, key));
    struct pm_when w = {0};
    *ns = PM_NO_TIME;
    if (!text) return !json_object_get(o, key) || json_is_null(json_object_get(o, key));
    char full[40];
    snprintf(full, sizeof full, "%s%s", text, strchr(text, 'T') ? "" : "T00:00:00Z");
    if (!pm_when_rfc3339(pm_str_c(full), &w)) return false;
    *ns = w.ns;
    return true;
}

static bool policy(struct pm_state *s, const char *name, const json_t *o, struct pm_policies *out) {
    const char *id = json_string_value(json_object_get(o, "id")), *registry = json_string_value(json_object_get(o, "registry")),
               *identity = json_string_value(json_object_get(o, "identity"));
    const char *per = json_string_value(json_object_get(o, "per"));
    const json_t *limit = json_object_get(o, "limit"), *window = json_object_get(o, "window_s");
    struct pm_policy p = {0};
    if (!id || !registry) return mistake(s, name, o, "a quota needs id and registry");
    if (!identity || (strcmp(identity, "anonymous") != 0 && strcmp(identity, "user") != 0)) return mistake(s, name, o, "identity must be anonymous or user");
    if (!json_is_number(window) || json_number_value(window) <= 0) return mistake(s, name, o, "window_s must be a number of seconds over 0");
    if (limit && !json_is_null(limit) && (!json_is_integer(limit) || json_integer_value(limit) < 0))
        return mistake(s, name, o, "limit must be a whole number, or null where it is not published");
    if (!day(o, "from", &p.from) || !day(o, "until", &p.until)) return mistake(s, name, o, "from and until are days or RFC 3339 times");
    p.id = pm_arena_cstr(s->a, pm_str_c(id));
    p.registry = pm_arena_cstr(s->a, pm_str_c(registry));
    p.anonymous = strcmp(identity, "anonymous") == 0;
    p.per_user = per && strcmp(per, "address") != 0;
    p.limit = json_is_integer(limit) ? json_integer_value(limit) : -1;
    p.window_ns = (int64_t)(json_number_value(window) * 1e9);
    *PM_PUSH(out->list.items, out->list.n, out->list.cap) = p;
    return true;
}

static bool table(struct pm_state *s, const char *name, struct pm_str text, struct pm_policies *out) {
    json_t *root = pm_yaml_load(text, name, s->diags), *o;
    const json_t *list = json_object_get(root, "quotas");
    size_t i;
    bool good = root != NULL;
    if (root && !json_is_array(list)) good = mistake(s, name, root, "a quota table is a list under `quotas:`");
    json_array_foreach(list, i, o) good &= policy(s, name, o, out);
    json_decref(root);
    return good;
}

static bool file(struct pm_state *s, const char *path, struct pm_str *text) {
    FILE *f = fopen(path, "rb");
    char block[4096];
    struct pm_buf b = {0};
    if (!f) {
        pm_diags_add(s->diags, pm_str_c(path), 0, "rules", "cannot be opened");
        return false;
    }
    for (size_t n; b.n < (1u << 20) && (n = fread(block, 1, sizeof block, f)) > 0;) pm_buf_add(&b, (struct pm_str){block, n});
    fclose(f);
    *text = pm_arena_dup(s->a, pm_buf_str(&b));
    pm_buf_free(&b);
    return true;
}

bool pm_policies_load(struct pm_state *s, struct pm_policies *out) {
    struct pm_str text;
    if (s->options->quotas_file && (!file(s, s->options->quotas_file, &text) || !table(s, s->options->quotas_file, text, out))) return false;
    return !pm_rules_data(s->options->rules_dir, "quotas.yaml", &text, s->a) || table(s, "quotas.yaml", text, out);
}

static bool fits(const char *pattern, struct pm_str registry) {
    if (pattern[0] != '*') return pm_str_eqc(registry, pattern);
    return pm_str_ends(registry, pm_str_c(pattern + 1));
}

const struct pm_policy *pm_policy_find(const struct pm_policies *p, struct pm_str registry, bool anonymous, int64_t at) {
    for (size_t i = 0; i < p->list.n; i++) {
        const struct pm_policy *x = &p->list.items[i];
        if (x->anonymous != anonymous || !fits(x->registry, registry)) continue;
        if ((x->from != PM_NO_TIME && at < x->from) || (x->until != PM_NO_TIME && at >= x->until)) continue;
        return x;
    }
    return NULL;
}
