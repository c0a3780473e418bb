// Prometheus rule files → alert rules.
//
//   groups:
//     - name: image-pulls
//       interval: 30s                      # how often it is evaluated; the grid's step where it is not given
//       rules:
//         - alert: ImagePullBackOffPods
//           expr: sum(kube_pod_container_status_waiting_reason{reason="ImagePullBackOff"}) > 5
//           for: 30s
//           labels: {severity: warning}
//           annotations: {summary: "…"}    # not read: templates say nothing that the report does not
//
// Source: prometheus.io/docs/prometheus/latest/configuration/alerting_rules. Not handled,
// and refused: recording rules, keep_firing_for, limit, and what judge/promql.h does not
// list. Rule files of the field hold such: of a user's file each refuses its own alert,
// the others are replayed.
#include "judge/alerts/alert.h"
#include "rules/schema.h"
#include "rules/tables.h"
#include "pm/judge.h"
#include <stdio.h>
#include <stdlib.h>

#define FILE_MAX (4u << 20)

struct load {
    struct pm_alert_rules *rules;
    size_t kept; // those before are the user's: their names win
    const char *file;
    struct pm_arena *a;
    struct pm_diags *diags;
    bool bad, own;
};

static bool mistake(struct load *l, uint64_t line, struct pm_str what) {
    pm_diags_add(l->diags, pm_str_c(l->file), line, "alerts", "%.*s", PM_FMT(what));
    l->bad = true;
    return false;
}

// Whole, but not in the subset.
static bool outside(struct load *l, struct pm_str name, uint64_t line, struct pm_str what) {
    if (!l->own) return mistake(l, line, what);
    struct pm_alert_rule r = {.name = pm_arena_dup(l->a, name), .own = true};
    r.refused =
        pm_arena_fmt(l->a, "%.*s (%s:%llu)", PM_FMT(what), l->file, (unsigned long long)line);
    *PM_PUSH(l->rules->items, l->rules->n, l->rules->cap) = r;
    return false;
}

static bool keys_known(struct load *l, const json_t *o, const char *const *known,
                       struct pm_str what, struct pm_str name) {
    const char *key;
    json_t *v;
    bool good = true;
    json_object_foreach((json_t *)(uintptr_t)o, key, v) {
        bool found = pm_yaml_hidden(key);
        for (size_t i = 0; known[i] && !found; i++) found = strcmp(key, known[i]) == 0;
        if (found) continue;
        good = false;
        struct pm_str words =
            pm_arena_fmt(l->a, "%.*s%s'%s' is not in the subset that is replayed%.*s", PM_FMT(what),
                         what.n ? ": " : "", key, PM_FMT(schema_hint(l->a, pm_str_c(key), known)));
        if (name.n) return outside(l, name, (uint64_t)pm_yaml_key_line(o, key), words);
        mistake(l, (uint64_t)pm_yaml_key_line(o, key), words);
    }
    return good;
}

static bool duration(struct load *l, const json_t *o, const char *key, int64_t *ns) {
    const json_t *v = json_object_get(o, key);
    *ns = 0;
    if (!v || (json_is_integer(v) && json_integer_value(v) == 0)) return true;
    if (json_is_string(v) && pm_promql_duration(pm_str_c(json_string_value(v)), ns)) return true;
    return mistake(l, (uint64_t)pm_yaml_key_line(o, key),
                   pm_arena_fmt(l->a, "%s is a duration such as 30s, 5m or 1h30m", key));
}

// By an alert of the user's that can be replayed, which then says so.
static bool replaced(struct load *l, struct pm_str name) {
    bool found = false;
    for (size_t i = 0; i < l->kept; i++)
        if (l->rules->items[i].q && pm_str_eq(l->rules->items[i].name, name))
            found = l->rules->items[i].replaces = true;
    return found;
}

static void rule(struct load *l, const json_t *o, int64_t every_ns) {
    static const char *const known[] = {"alert", "expr", "for", "labels", "annotations", NULL};
    const char *name = json_string_value(json_object_get(o, "alert")),
               *expr = json_string_value(json_object_get(o, "expr"));
    const char *severity =
        json_string_value(json_object_get(json_object_get(o, "labels"), "severity"));
    uint64_t line = (uint64_t)pm_yaml_line(o);
    l->file = pm_yaml_file(o, l->file);
    struct pm_promql_error error;
    struct pm_alert_rule r = {.every_ns = every_ns};
    if (json_is_string(json_object_get(o, "record"))) {
        outside(l, pm_str_c(json_string_value(json_object_get(o, "record"))), line,
                PM_STR("recording rules are not replayed: write the expression into the alert"));
        return;
    }
    if (!name) {
        mistake(l, line, PM_STR("a rule needs `alert`, its name"));
        return;
    }
    if (!keys_known(l, o, known, pm_arena_fmt(l->a, "alert %s", name), pm_str_c(name)) ||
        !duration(l, o, "for", &r.for_ns))
        return;
    if (!expr) {
        mistake(l, line, pm_arena_fmt(l->a, "alert %s needs `expr`", name));
        return;
    }
    r.name = pm_arena_dup(l->a, pm_str_c(name));
    r.severity = pm_arena_dup(l->a, pm_str_c(severity));
    r.expr = pm_arena_dup(l->a, pm_str_trim(pm_str_c(expr)));
    r.q = pm_promql_parse(l->a, r.expr, &error);
    if (r.q && pm_promql_is_scalar(r.q)) {
        error = (struct pm_promql_error){0, PM_STR("an alert is about series, this is a number")};
        pm_promql_free(r.q);
        r.q = NULL;
    }
    if (!r.q) {
        struct pm_str near = pm_str_sub(r.expr, error.at, 24);
        outside(l, r.name, (uint64_t)pm_yaml_key_line(o, "expr"),
                pm_arena_fmt(l->a, "alert %s, character %zu of expr%s%.*s%s: %.*s", name,
                             error.at + 1, near.n ? " (\"" : "", PM_FMT(near), near.n ? "\")" : "",
                             PM_FMT(error.what)));
        return;
    }
    r.own = l->own;
    if (replaced(l, r.name)) pm_promql_free(r.q);
    else *PM_PUSH(l->rules->items, l->rules->n, l->rules->cap) = r;
}

static void group(struct load *l, const json_t *o) {
    static const char *const known[] = {"name", "interval", "rules", "partial_response_strategy",
                                        NULL};
    int64_t every_ns;
    size_t i;
    json_t *r;
    l->file = pm_yaml_file(o, l->file);
    if (!json_is_object(o) || !keys_known(l, o, known, PM_STR("group"), PM_NONE) ||
        !duration(l, o, "interval", &every_ns))
        return;
    if (!json_is_array(json_object_get(o, "rules")))
        mistake(l, (uint64_t)pm_yaml_line(o), PM_STR("a group needs a list of `rules`"));
    json_array_foreach(json_object_get(o, "rules"), i, r) rule(l, r, every_ns);
}

static void each_group(struct load *l, const json_t *root) {
    size_t i;
    json_t *g;
    json_array_foreach(json_object_get(root, "groups"), i, g) group(l, g);
}

static void rule_file(struct load *l, const char *name, struct pm_str text) {
    json_t *root = pm_yaml_load(text, name, l->diags);
    l->file = name;
    if (!root) l->bad = true; // said already
    else if (!json_is_array(json_object_get(root, "groups")))
        mistake(l, 1, PM_STR("a rule file is a list under `groups:`"));
    each_group(l, root);
    json_decref(root);
}

static bool read_own(struct load *l, const char *path, struct pm_str *text) {
    struct pm_buf b = {0};
    char block[8192];
    FILE *f = fopen(path, "rb");
    l->file = path;
    if (!f) return mistake(l, 0, PM_STR("cannot be opened"));
    for (size_t n; b.n <= FILE_MAX && (n = fread(block, 1, sizeof block, f)) > 0;)
        pm_buf_add(&b, (struct pm_str){block, n});
    bool good = !ferror(f) && b.n <= FILE_MAX;
    fclose(f);
    *text = pm_arena_dup(l->a, pm_buf_str(&b));
    pm_buf_free(&b);
    return good || mistake(l, 0, PM_STR("cannot be read, or is longer than 4 MiB"));
}

bool pm_alert_rules_load(struct pm_alert_rules *rules, const struct pm_ruleset *rs,
                         const struct pm_judge_options *o, struct pm_arena *a,
                         struct pm_diags *diags) {
    struct load l = {.rules = rules, .a = a, .diags = diags};
    struct pm_str text;
    const char *own = o ? o->alerts_file : NULL;
    l.own = own != NULL;
    if (own && read_own(&l, own, &text)) {
        if (o->shown) text = o->shown(o->shown_ctx, a, text);
        rule_file(&l, own, text);
        rules->own_hash = pm_str_hash(text, 0);
    }
    l.own = false;
    l.kept = rules->n;
    l.file = "alerts.yaml";
    each_group(&l, pm_ruleset_table(rs, PM_TABLE_ALERTS));
    return !l.bad;
}

void pm_alert_rules_free(struct pm_alert_rules *rules) {
    for (size_t i = 0; i < rules->n; i++) pm_promql_free(rules->items[i].q);
    free(rules->items);
    *rules = (struct pm_alert_rules){0};
}

bool pm_alerts_check(const struct pm_ruleset *rs, struct pm_diags *diags) {
    struct pm_alert_rules rules = {0};
    struct pm_arena *a = pm_arena_new();
    bool good = pm_alert_rules_load(&rules, rs, NULL, a, diags);
    pm_alert_rules_free(&rules);
    pm_arena_free(a);
    return good;
}
