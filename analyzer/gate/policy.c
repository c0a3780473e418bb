// A gate's policy, YAML → checks and waivers. Every mistake names file and line, and the word that was probably meant.
#include "judge/rules/yaml.h"
#include "pm/gate.h"
#include "pm/scan.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

const char *const pm_check_names[] = {"incident", "metric", "quota", "finding"};

struct reader {
    struct pm_gate_policy *policy;
    const char *path;
    struct pm_arena *a;
    struct pm_diags *diags;
    bool good;
};

__attribute__((format(printf, 3, 4))) static void mistake(struct reader *x, const json_t *o, const char *fmt, ...) {
    char message[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(message, sizeof message, fmt, ap);
    va_end(ap);
    pm_diags_add(x->diags, pm_str_c(x->path), (uint64_t)pm_yaml_line(o), "policy", "%s", message);
    x->good = false;
}

static void unknown_word(struct reader *x, const json_t *o, const char *what, const char *word, const char *near) {
    if (near) mistake(x, o, "%s '%s' is not known; did you mean '%s'?", what, word, near);
    else mistake(x, o, "%s '%s' is not known", what, word);
}

static size_t distance(const char *a, const char *b) { // edits between two short words
    size_t row[64], n = strlen(b);
    if (n >= PM_LEN(row)) return 99;
    for (size_t j = 0; j <= n; j++) row[j] = j;
    for (size_t i = 1; *a; a++, i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t up = row[j], best = corner + (*a != b[j - 1]);
            if (up + 1 < best) best = up + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            corner = up;
            row[j] = best;
        }
    }
    return row[n];
}

static const char *nearest(const char *word, const char *const *known) {
    const char *best = NULL;
    size_t least = strlen(word) / 2 + 1;
    for (; *known; known++) {
        size_t d = distance(word, *known);
        if (d < least) least = d, best = *known;
    }
    return best;
}

static void keys_known(struct reader *x, const json_t *o, const char *const *known) {
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)(uintptr_t)o, key, v) {
        size_t i = 0;
        if ((unsigned char)key[0] < ' ') continue; // the reader's own note of the line
        while (known[i] && strcmp(known[i], key) != 0) i++;
        if (known[i]) continue;
        unknown_word(x, o, "the key", key, nearest(key, known));
    }
}

static const char *text(struct reader *x, const json_t *o, const char *key) {
    const json_t *v = json_object_get(o, key);
    if (!v || json_is_null(v)) return NULL;
    if (json_is_string(v)) return pm_arena_cstr(x->a, pm_str_c(json_string_value(v)));
    mistake(x, o, "%s must be a word", key);
    return NULL;
}

static int word_of(struct reader *x, const json_t *o, const char *key, const char *const *names, int n, int missing) {
    const char *v = text(x, o, key);
    if (!v) return missing;
    for (int i = 0; i < n; i++)
        if (strcmp(names[i], v) == 0) return i;
    mistake(x, o, "'%s' is no %s", v, key);
    return missing;
}

static bool cause_pattern(const char *match) {
    if (strcmp(match, "any") == 0 || strcmp(match, "*") == 0) return true;
    pm_causes_read();
    for (const struct pm_cause *c = pm_causes; c->name; c++)
        if (strcmp(c->name, match) == 0 || strcmp(c->family, match) == 0) return true;
    return false;
}

static const char *cause_hint(const char *match) {
    const char *names[128];
    size_t n = 0;
    for (const struct pm_cause *c = pm_causes; c->name && n + 2 < PM_LEN(names); c++) names[n++] = c->name, names[n++] = c->family;
    names[n < PM_LEN(names) ? n : PM_LEN(names) - 1] = NULL;
    return nearest(match, names);
}

static const char *match_of(struct reader *x, const json_t *o) {
    const char *match = text(x, o, "match");
    if (!match) return "any";
    if (!cause_pattern(match)) unknown_word(x, o, "the cause or family", match, cause_hint(match));
    return match;
}

static bool number(const json_t *o, const char *key, double *out) {
    const json_t *v = json_object_get(o, key);
    if (!json_is_number(v)) return false;
    *out = json_number_value(v);
    return true;
}

static struct pm_check check_of(struct reader *x, const json_t *o, enum pm_check_kind kind) {
    static const char *const actions[] = {"fail", "warn"};
    return (struct pm_check){.kind = kind,
                             .line = (uint64_t)pm_yaml_line(o),
                             .warn = word_of(x, o, "action", actions, 2, 0) == 1,
                             .scope = -1,
                             .registry = text(x, o, "registry"),
                             .node = text(x, o, "node"),
                             .identity = text(x, o, "identity"),
                             .severity = (enum pm_severity)word_of(x, o, "severity", pm_severity_names, 3, PM_SEVERITY_WARNING)};
}

static void add(struct reader *x, struct pm_check c) { *PM_PUSH(x->policy->checks, x->policy->checks_n, x->policy->checks_cap) = c; }

static void incident_in(struct reader *x, const json_t *o) {
    static const char *const keys[] = {"match", "severity", "confidence", "scope", "registry", "node", "action", NULL};
    keys_known(x, o, keys);
    struct pm_check c = check_of(x, o, PM_CHECK_INCIDENT);
    c.match = match_of(x, o);
    c.confidence = (enum pm_confidence)word_of(x, o, "confidence", pm_confidence_names, 3, PM_CONFIDENCE_LOW);
    c.scope = word_of(x, o, "scope", pm_scope_names, PM_SCOPE_COUNT, -1);
    c.id = pm_arena_fmt(x->a, "%s:%s", c.match, pm_severity_names[c.severity]).p;
    add(x, c);
}

static void metric_in(struct reader *x, const json_t *o) {
    static const char *const keys[] = {"metric", "over", "under", "for", "registry", "node", "action", NULL};
    keys_known(x, o, keys);
    struct pm_check c = check_of(x, o, PM_CHECK_METRIC);
    const char *names[64], *span = text(x, o, "for");
    size_t n = 0;
    for (const struct pm_metric *m = pm_metrics; m->name && n + 1 < PM_LEN(names); m++) names[n++] = m->name;
    names[n] = NULL;
    c.metric = text(x, o, "metric");
    const struct pm_metric *m = c.metric ? pm_metric_find(c.metric) : NULL;
    if (!m) {
        unknown_word(x, o, "the metric", c.metric ? c.metric : "", c.metric ? nearest(c.metric, names) : NULL);
        return;
    }
    c.over = number(o, "over", &c.threshold);
    double low;
    bool under = number(o, "under", &low);
    if (c.over == under) mistake(x, o, "metric %s needs either over or under, a number", c.metric);
    if (under) c.threshold = low;
    if (span && !pm_duration(pm_str_c(span), &c.for_ns)) mistake(x, o, "for: '%s' is no duration such as 10m", span);
    if (c.for_ns && !m->of_bucket) mistake(x, o, "metric %s has no series, so it cannot have `for`", c.metric);
    if (c.for_ns && (c.registry || c.node)) mistake(x, o, "metric %s: a series is of the whole bundle, so `for` goes without registry and node", c.metric);
    c.id = pm_arena_fmt(x->a, "%s %s %g%s%s%s%s", c.metric, c.over ? "over" : "under", c.threshold, span ? " for " : "", span ? span : "",
                        c.registry || c.node ? " of " : "",
                        c.registry ? c.registry
                        : c.node   ? c.node
                                   : "")
               .p;
    add(x, c);
}

static void quota_in(struct reader *x, const json_t *o) {
    static const char *const keys[] = {"registry", "identity", "headroom_under", "action", NULL};
    keys_known(x, o, keys);
    struct pm_check c = check_of(x, o, PM_CHECK_QUOTA);
    if (!number(o, "headroom_under", &c.headroom) || c.headroom < 0 || c.headroom > 1) mistake(x, o, "headroom_under must be a share from 0 to 1");
    c.id = pm_arena_fmt(x->a, "quota headroom under %g%s%s", c.headroom, c.registry ? " of " : "", c.registry ? c.registry : "").p;
    add(x, c);
}

static void finding_in(struct reader *x, const json_t *o) {
    static const char *const keys[] = {"id", "severity", "action", NULL};
    keys_known(x, o, keys);
    struct pm_check c = check_of(x, o, PM_CHECK_FINDING);
    c.finding = text(x, o, "id");
    c.id = pm_arena_fmt(x->a, "finding %s", c.finding ? c.finding : pm_severity_names[c.severity]).p;
    add(x, c);
}

static void waiver_in(struct reader *x, const json_t *o) {
    static const char *const keys[] = {"match", "registry", "node", "fingerprint", "reason", "expires", NULL};
    keys_known(x, o, keys);
    struct pm_waiver w = {.match = match_of(x, o),
                          .registry = text(x, o, "registry"),
                          .node = text(x, o, "node"),
                          .fingerprint = text(x, o, "fingerprint"),
                          .reason = text(x, o, "reason"),
                          .expires_ns = PM_NO_TIME,
                          .line = (uint64_t)pm_yaml_line(o)};
    const char *day = text(x, o, "expires");
    struct pm_when when;
    if (!w.reason || !*w.reason) mistake(x, o, "a waiver needs a reason");
    if (!day) mistake(x, o, "a waiver needs a day on which it expires, such as expires: 2026-12-31");
    else if (!pm_when_rfc3339(pm_arena_fmt(x->a, "%s%s", day, strchr(day, 'T') ? "" : "T23:59:59Z"), &when))
        mistake(x, o, "expires: '%s' is no day such as 2026-12-31", day);
    else w.expires_ns = when.ns;
    *PM_PUSH(x->policy->waivers, x->policy->waivers_n, x->policy->waivers_cap) = w;
}

static void require_in(struct reader *x, const json_t *root) {
    const json_t *o = json_object_get(root, "require"), *v;
    const char *names[16];
    size_t n = 0;
    if (!o || json_is_null(o)) return;
    if (!json_is_object(o)) {
        mistake(x, root, "require is a mapping such as {nodes: 3, events: 1}");
        return;
    }
    for (const struct pm_requirement_kind *k = pm_requirement_kinds; k->name; k++) {
        names[n++] = k->name;
        if (!(v = json_object_get(o, k->name))) continue;
        if (json_is_integer(v) && json_integer_value(v) >= 0)
            *PM_PUSH(x->policy->requirements, x->policy->requirements_n, x->policy->requirements_cap) =
                (struct pm_requirement){k, (uint64_t)json_integer_value(v)};
        else mistake(x, o, "require: %s is a whole number", k->name);
    }
    names[n] = NULL;
    keys_known(x, o, names);
}

static void list_in(struct reader *x, const json_t *root, const char *key, void (*item)(struct reader *, const json_t *)) {
    const json_t *list = json_object_get(root, key), *o;
    size_t i;
    if (!list || json_is_null(list)) return;
    if (!json_is_array(list)) {
        mistake(x, root, "%s must be a list", key);
        return;
    }
    json_array_foreach(list, i, o) {
        if (json_is_object(o)) item(x, o);
        else mistake(x, root, "each entry of %s is a mapping such as {match: rate-limit}", key);
    }
}

static bool file_text(const char *path, struct pm_buf *b) {
    FILE *f = fopen(path, "rb");
    char block[4096];
    if (!f) return false;
    for (size_t n; b->n < (4u << 20) && (n = fread(block, 1, sizeof block, f)) > 0;) pm_buf_add(b, (struct pm_str){block, n});
    return fclose(f) == 0;
}

static struct pm_check default_check(void) {
    return (struct pm_check){.kind = PM_CHECK_INCIDENT, .id = "any:warning", .match = "any", .severity = PM_SEVERITY_WARNING, .scope = -1};
}

bool pm_policy_load(struct pm_gate_policy *p, const char *path, struct pm_arena *a, struct pm_diags *diags) {
    static const char *const keys[] = {"version", "incidents", "metrics", "quotas", "findings", "waivers", "require", NULL};
    struct reader x = {p, path, a, diags, true};
    if (!path) {
        add(&x, default_check());
        return true;
    }
    struct pm_buf b = {0};
    if (!file_text(path, &b)) {
        pm_diags_add(diags, pm_str_c(path), 0, "policy", "cannot be opened");
        return false;
    }
    json_t *root = pm_yaml_load(pm_buf_str(&b), path, diags);
    pm_buf_free(&b);
    if (!root) return false;
    if (!json_is_object(root)) {
        pm_diags_add(diags, pm_str_c(path), 1, "policy", "a policy is a mapping with incidents, metrics, quotas, findings or waivers");
        json_decref(root);
        return false;
    }
    keys_known(&x, root, keys);
    list_in(&x, root, "incidents", incident_in);
    list_in(&x, root, "metrics", metric_in);
    list_in(&x, root, "quotas", quota_in);
    list_in(&x, root, "findings", finding_in);
    list_in(&x, root, "waivers", waiver_in);
    require_in(&x, root);
    if (!p->checks_n) add(&x, default_check()); // waivers alone excuse from the default
    json_decref(root);
    return x.good;
}

bool pm_policy_fail_on(struct pm_gate_policy *p, const char *list, struct pm_arena *a, const char **bad) {
    struct pm_str rest = pm_str_c(list);
    while (rest.n) {
        ptrdiff_t comma = pm_str_chr(rest, ',', 0);
        struct pm_str part = pm_str_trim(comma < 0 ? rest : pm_str_sub(rest, 0, (size_t)comma));
        rest = comma < 0 ? PM_NONE : pm_str_from(rest, (size_t)comma + 1);
        ptrdiff_t colon = pm_str_chr(part, ':', 0);
        struct pm_check c = default_check();
        c.match = pm_arena_cstr(a, colon < 0 ? part : pm_str_sub(part, 0, (size_t)colon));
        c.id = *bad = pm_arena_cstr(a, part);
        c.severity = PM_SEVERITY_INFO; // a named cause fails however small it was
        if (!part.n || !cause_pattern(c.match)) return false;
        if (colon >= 0) {
            int s = 0;
            while (s < 3 && !pm_str_eqc(pm_str_from(part, (size_t)colon + 1), pm_severity_names[s])) s++;
            if (s == 3) return false;
            c.severity = (enum pm_severity)s;
        }
        *PM_PUSH(p->checks, p->checks_n, p->checks_cap) = c;
    }
    return true;
}
