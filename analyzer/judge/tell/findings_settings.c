// Findings over settings that need no code: a row of `settings` in rules/findings.yaml names a
// program's file and a key, and what its value has to be, or not to be.
#include "judge/tell/findings.h"
#include <stdlib.h>

bool pm_setting_number(const json_t *v, double *out) {
    struct pm_str s =
        json_is_string(v) ? (struct pm_str){json_string_value(v), json_string_length(v)} : PM_NONE;
    if (json_is_number(v)) *out = json_number_value(v);
    if (pm_str_ends(s, PM_STR("%"))) s = pm_str_sub(s, 0, s.n - 1);
    return json_is_number(v) || (s.n && pm_str_double(s, out));
}
static bool truth_of(const json_t *v) {
    return json_is_true(v) || (json_is_string(v) && strcmp(json_string_value(v), "true") == 0);
}
bool pm_setting_empty(const json_t *v) {
    return !v || json_is_null(v) || json_is_false(v) ||
           (json_is_array(v) && json_array_size(v) == 0) ||
           (json_is_string(v) && !json_string_length(v));
}

static bool begins(const json_t *want, const json_t *value) {
    size_t i;
    json_t *one;
    if (!json_is_string(value)) return false;
    if (json_is_string(want))
        return strncmp(json_string_value(value), json_string_value(want),
                       json_string_length(want)) == 0;
    json_array_foreach(want, i, one) if (begins(one, value)) return true;
    return false;
}

static bool tested(const json_t *rule, const json_t *value) {
    const json_t *equals = json_object_get(rule, "equals"), *below = json_object_get(rule, "below"),
                 *above = json_object_get(rule, "above"), *start = json_object_get(rule, "begins");
    double n, m;
    if (equals && json_is_boolean(equals)) return truth_of(value) == json_is_true(equals);
    if (equals && pm_setting_number(equals, &m)) return pm_setting_number(value, &n) && n == m;
    if (equals) return json_equal(equals, value);
    if (below) return pm_setting_number(value, &n) && n > 0 && n < json_number_value(below);
    if (above) return pm_setting_number(value, &n) && n > json_number_value(above);
    if (start) return begins(start, value);
    return json_is_true(json_object_get(rule, "present")) && !pm_setting_empty(value);
}

// where: {other.key: value}: true stands for "is there"
static bool where(const json_t *rule, const json_t *settings) {
    const char *key;
    json_t *want;
    json_object_foreach(json_object_get(rule, "where"), key, want) {
        const json_t *value = json_object_get(settings, key);
        double a, b;
        if (key[0] < ' ') continue; // the YAML reader's own
        bool as_wanted = pm_setting_number(want, &a) && pm_setting_number(value, &b) && a == b;
        if (json_is_boolean(want)) as_wanted = json_is_true(want) == !pm_setting_empty(value);
        if (!as_wanted) return false;
    }
    return true;
}

bool pm_findings_loopback(struct pm_str s) {
    return pm_str_starts(s, PM_STR("127.")) || pm_str_starts(s, PM_STR("localhost")) ||
           pm_str_starts(s, PM_STR("::1")) || pm_str_starts(s, PM_STR("[::1]"));
}

static struct pm_str shown(const struct pm_env *env, const json_t *v) {
    if (json_is_string(v)) return pm_arena_dup(env->a, pm_str_c(json_string_value(v)));
    if (json_is_array(v) && json_array_size(v)) {
        const char *first = json_string_value(json_array_get(v, 0));
        if (json_array_size(v) == 1) return pm_arena_dup(env->a, pm_str_c(first));
        return pm_arena_fmt(env->a, "%s and %zu more", first ? first : "", json_array_size(v) - 1);
    }
    char *text = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT);
    struct pm_str out = pm_arena_dup(env->a, pm_str_c(text ? text : ""));
    free(text);
    return out;
}

// The part of the key that the pattern's first star stands for: a host.
static struct pm_str host_in(struct pm_arena *a, const char *pattern, const char *key) {
    const char *star = strchr(pattern, '*');
    size_t before = star ? (size_t)(star - pattern) : 0, after = star ? strlen(star + 1) : 0,
           n = strlen(key);
    if (!star || strchr(star + 1, '*') || n < before + after) return pm_arena_dup(a, pm_str_c(key));
    return pm_arena_dup(a, pm_str_sub(pm_str_c(key), before, n - before - after));
}

static bool only_loopback(const json_t *v, struct pm_str host) {
    size_t i;
    json_t *one;
    if (pm_findings_loopback(host)) return true;
    if (!json_is_array(v) || !json_array_size(v)) return false;
    json_array_foreach(
        v, i, one) if (!pm_findings_loopback(pm_str_c(json_string_value(one)))) return false;
    return true;
}

uint64_t pm_setting_line(const struct pm_config_fact *c, const char *key) {
    json_int_t line = json_integer_value(json_object_get(json_object_get(c->detail, "lines"), key));
    return line > 0 ? (uint64_t)line : c->line;
}

void pm_findings_over_settings(struct findings *f, const json_t *rule,
                               const struct pm_config_fact *c) {
    const char *source = pm_finding_word(rule, "source"), *pattern = pm_finding_word(rule, "key"),
               *key;
    const json_t *all = json_object_get(c->detail, "settings");
    json_t *value;
    if (!source || !pattern || !pm_str_eqc(pm_name(f->scene->env, c->source), source) ||
        !where(rule, all))
        return;
    json_object_foreach((json_t *)(uintptr_t)all, key, value) {
        if (!pm_str_glob(pattern, pm_str_c(key)) || !tested(rule, value)) continue;
        struct pm_str host = host_in(f->scene->env->a, pattern, key);
        if (json_is_true(json_object_get(rule, "not_loopback")) && only_loopback(value, host))
            continue;
        pm_finding_put(f, rule, pm_name(f->scene->env, c->path), pm_setting_line(c, key), host,
                       shown(f->scene->env, value), true);
    }
}
