// A gate's policy, YAML → checks and waivers. Every mistake names file and line, and the
// word that was probably meant.
#include "base/json_get.h"
#include "rules/schema.h"
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

// What may stand in a policy. The lists of words are those of a report, so that a check
// names what a report names.
static const char *const any[] = {"any", "*", NULL}, *const actions[] = {"fail", "warn", NULL},
                         *const severities[] = {"info", "warning", "critical", NULL},
                         *const confidences[] = {"low", "medium", "high", NULL},
                         *const scopes[] = {"cluster",   "registry", "node",     "image",
                                            "namespace", "client",   "endpoint", NULL},
                         *const required[] = {"files", "events",     "nodes",
                                              "pulls", "registries", NULL};

static const struct schema_key incident_keys[] = {
    {.name = "match", .type = SCHEMA_KIN, .words = any},
    {.name = "severity", .type = SCHEMA_WORD, .words = severities},
    {.name = "confidence", .type = SCHEMA_WORD, .words = confidences},
    {.name = "scope", .type = SCHEMA_WORD, .words = scopes},
    {.name = "registry", .type = SCHEMA_TEXT},
    {.name = "node", .type = SCHEMA_TEXT},
    {.name = "action", .type = SCHEMA_WORD, .words = actions},
    {.name = NULL},
};
static const struct schema_key metric_keys[] = {
    {.name = "metric", .type = SCHEMA_TEXT, .required = true},
    {.name = "over", .type = SCHEMA_NUMBER},
    {.name = "under", .type = SCHEMA_NUMBER},
    {.name = "for", .type = SCHEMA_TEXT},
    {.name = "registry", .type = SCHEMA_TEXT},
    {.name = "node", .type = SCHEMA_TEXT},
    {.name = "action", .type = SCHEMA_WORD, .words = actions},
    {.name = NULL},
};
static const struct schema_key quota_keys[] = {
    {.name = "registry", .type = SCHEMA_TEXT},
    {.name = "identity", .type = SCHEMA_TEXT},
    {.name = "headroom_under", .type = SCHEMA_SHARE, .required = true},
    {.name = "action", .type = SCHEMA_WORD, .words = actions},
    {.name = NULL},
};
static const struct schema_key finding_keys[] = {
    {.name = "id", .type = SCHEMA_TEXT},
    {.name = "severity", .type = SCHEMA_WORD, .words = severities},
    {.name = "action", .type = SCHEMA_WORD, .words = actions},
    {.name = NULL},
};
static const struct schema_key waiver_keys[] = {
    {.name = "match", .type = SCHEMA_KIN, .words = any},
    {.name = "registry", .type = SCHEMA_TEXT},
    {.name = "node", .type = SCHEMA_TEXT},
    {.name = "fingerprint", .type = SCHEMA_TEXT},
    {.name = "reason", .type = SCHEMA_TEXT, .required = true},
    {.name = "expires", .type = SCHEMA_TEXT, .required = true},
    {.name = NULL},
};
static const struct schema_key top_keys[] = {
    {.name = "version", .type = SCHEMA_SCALAR},
    {.name = "require", .type = SCHEMA_COUNTS, .words = required},
    {.name = NULL},
};
static const struct schema_file policy_file = {
    // several checks may ask the same at different thresholds
    .name = "policy",
    .top = top_keys,
    .lists =
        {{.name = "incidents",
          .what = "a check of incidents",
          .keys = incident_keys,
          .several = true},
         {.name = "metrics",
          .what = "a check of a metric",
          .keys = metric_keys,
          .one_of = {"over", "under"},
          .several = true},
         {.name = "quotas", .what = "a check of quotas", .keys = quota_keys, .several = true},
         {.name = "findings", .what = "a check of findings", .keys = finding_keys, .several = true},
         {.name = "waivers", .what = "a waiver", .keys = waiver_keys, .several = true}},
};

// What the schema cannot say: a mistake between two keys.
__attribute__((format(printf, 4, 5))) static void mistake(struct reader *x, const json_t *o,
                                                          const char *key, const char *fmt, ...) {
    char message[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(message, sizeof message, fmt, ap);
    va_end(ap);
    pm_diags_add(x->diags, pm_str_c(x->path), (uint64_t)pm_yaml_key_line(o, key), "policy", "%s",
                 message);
    x->good = false;
}

static int word_of(const json_t *o, const char *key, const char *const *names, int missing) {
    const char *v = json_string_value(json_object_get(o, key));
    for (int i = 0; v && names[i]; i++)
        if (strcmp(names[i], v) == 0) return i;
    return missing;
}

static bool cause_pattern(const char *match) {
    if (strcmp(match, "any") == 0 || strcmp(match, "*") == 0) return true;
    pm_causes_read();
    for (const struct pm_cause *c = pm_causes; c->name; c++)
        if (strcmp(c->name, match) == 0 || strcmp(c->family, match) == 0) return true;
    return false;
}

static const char *match_of(struct reader *x, const json_t *o) {
    const char *match = pm_member_copy(x->a, o, "match");
    return match ? match : "any";
}

static struct pm_check check_of(struct reader *x, const json_t *o, enum pm_check_kind kind) {
    return (struct pm_check){
        .kind = kind,
        .line = (uint64_t)pm_yaml_line(o),
        .warn = word_of(o, "action", actions, 0) == 1,
        .scope = -1,
        .registry = pm_member_copy(x->a, o, "registry"),
        .node = pm_member_copy(x->a, o, "node"),
        .identity = pm_member_copy(x->a, o, "identity"),
        .severity = (enum pm_severity)word_of(o, "severity", severities, PM_SEVERITY_WARNING)};
}

static void add(struct reader *x, struct pm_check c) {
    *PM_PUSH(x->policy->checks, x->policy->checks_n, x->policy->checks_cap) = c;
}

static void incident_in(struct reader *x, const json_t *o) {
    struct pm_check c = check_of(x, o, PM_CHECK_INCIDENT);
    c.match = match_of(x, o);
    c.confidence = (enum pm_confidence)word_of(o, "confidence", confidences, PM_CONFIDENCE_LOW);
    c.scope = word_of(o, "scope", scopes, -1);
    c.id = pm_arena_fmt(x->a, "%s:%s", c.match, pm_severity_names[c.severity]).p;
    add(x, c);
}

static void metric_unknown(struct reader *x, const json_t *o, const char *metric) {
    const char *names[64];
    size_t n = 0;
    for (const struct pm_metric *m = pm_metrics; m->name && n + 1 < PM_LEN(names); m++)
        names[n++] = m->name;
    names[n] = NULL;
    mistake(x, o, "metric", "unknown metric \"%s\"%.*s", metric,
            PM_FMT(schema_hint(x->a, pm_str_c(metric), names)));
}

static void metric_in(struct reader *x, const json_t *o) {
    struct pm_check c = check_of(x, o, PM_CHECK_METRIC);
    const char *span = pm_member_copy(x->a, o, "for");
    c.metric = pm_member_copy(x->a, o, "metric");
    const struct pm_metric *m = pm_metric_find(c.metric);
    const json_t *over = json_object_get(o, "over"), *under = json_object_get(o, "under");
    if (!m) {
        metric_unknown(x, o, c.metric);
        return;
    }
    c.over = over != NULL;
    c.threshold = json_number_value(over ? over : under);
    if (over && under)
        mistake(x, o, "under", "metric %s has `over` and `under`: one a check", c.metric);
    if (span && !pm_duration(pm_str_c(span), &c.for_ns))
        mistake(x, o, "for", "`for` has to be a duration such as 10m, which \"%s\" is not", span);
    if (c.for_ns && !m->of_bucket)
        mistake(x, o, "for", "metric %s has no series, so it cannot have `for`", c.metric);
    if (c.for_ns && (c.registry || c.node))
        mistake(
            x, o, "for",
            "metric %s: a series is of the whole bundle, so `for` goes without registry and node",
            c.metric);
    const char *place = c.registry ? c.registry : c.node;
    c.id =
        pm_arena_fmt(x->a, "%s %s %g%s%s%s%s", c.metric, c.over ? "over" : "under", c.threshold,
                     span ? " for " : "", span ? span : "", place ? " of " : "", place ? place : "")
            .p;
    add(x, c);
}

static void quota_in(struct reader *x, const json_t *o) {
    struct pm_check c = check_of(x, o, PM_CHECK_QUOTA);
    c.headroom = json_number_value(json_object_get(o, "headroom_under"));
    c.id = pm_arena_fmt(x->a, "quota headroom under %g%s%s", c.headroom, c.registry ? " of " : "",
                        c.registry ? c.registry : "")
               .p;
    add(x, c);
}

static void finding_in(struct reader *x, const json_t *o) {
    struct pm_check c = check_of(x, o, PM_CHECK_FINDING);
    c.finding = pm_member_copy(x->a, o, "id");
    c.id =
        pm_arena_fmt(x->a, "finding %s", c.finding ? c.finding : pm_severity_names[c.severity]).p;
    add(x, c);
}

static void waiver_in(struct reader *x, const json_t *o) {
    struct pm_waiver w = {.match = match_of(x, o),
                          .registry = pm_member_copy(x->a, o, "registry"),
                          .node = pm_member_copy(x->a, o, "node"),
                          .fingerprint = pm_member_copy(x->a, o, "fingerprint"),
                          .reason = pm_member_copy(x->a, o, "reason"),
                          .expires_ns = PM_NO_TIME,
                          .line = (uint64_t)pm_yaml_line(o)};
    const char *day = pm_member_copy(x->a, o, "expires");
    struct pm_when when;
    if (!pm_when_rfc3339(pm_arena_fmt(x->a, "%s%s", day, strchr(day, 'T') ? "" : "T23:59:59Z"),
                         &when))
        mistake(x, o, "expires",
                "`expires` has to be a day such as 2026-12-31, which \"%s\" is not", day);
    else w.expires_ns = when.ns;
    *PM_PUSH(x->policy->waivers, x->policy->waivers_n, x->policy->waivers_cap) = w;
}

static void require_in(struct reader *x, const json_t *root) {
    const json_t *o = json_object_get(root, "require"), *v;
    for (const struct pm_requirement_kind *k = pm_requirement_kinds; k->name; k++)
        if ((v = json_object_get(o, k->name)))
            *PM_PUSH(x->policy->requirements, x->policy->requirements_n,
                     x->policy->requirements_cap) =
                (struct pm_requirement){k, (uint64_t)json_integer_value(v)};
}

static void list_in(struct reader *x, const json_t *root, const char *key,
                    void (*item)(struct reader *, const json_t *)) {
    size_t i;
    json_t *o;
    json_array_foreach(json_object_get(root, key), i, o) item(x, o);
}

static bool file_text(const char *path, struct pm_buf *b) {
    FILE *f = fopen(path, "rb");
    char block[4096];
    if (!f) return false;
    for (size_t n; b->n < (4u << 20) && (n = fread(block, 1, sizeof block, f)) > 0;)
        pm_buf_add(b, (struct pm_str){block, n});
    bool whole = !ferror(f) && b->n < (4u << 20);
    fclose(f);
    return whole;
}

static struct pm_check default_check(void) {
    return (struct pm_check){.kind = PM_CHECK_INCIDENT,
                             .id = "any:warning",
                             .match = "any",
                             .severity = PM_SEVERITY_WARNING,
                             .scope = -1};
}

bool pm_policy_load(struct pm_gate_policy *p, const char *path, struct pm_arena *a,
                    struct pm_diags *diags) {
    struct reader x = {p, path, a, diags, true};
    if (!path) {
        add(&x, default_check());
        return true;
    }
    struct pm_buf b = {0};
    if (!file_text(path, &b)) {
        pm_diags_add(diags, pm_str_c(path), 0, "policy", "cannot be read, or is larger than 4 MiB");
        return false;
    }
    json_t *root = pm_yaml_load(pm_buf_str(&b), path, diags);
    pm_buf_free(&b);
    if (!root) return false;
    pm_causes_read();
    if (!schema_check(&policy_file, root, path, pm_causes, diags)) {
        json_decref(root);
        return false;
    }
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

bool pm_policy_fail_on(struct pm_gate_policy *p, const char *list, struct pm_arena *a,
                       const char **bad) {
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
            while (s < 3 && !pm_str_eqc(pm_str_from(part, (size_t)colon + 1), pm_severity_names[s]))
                s++;
            if (s == 3) return false;
            c.severity = (enum pm_severity)s;
        }
        *PM_PUSH(p->checks, p->checks_n, p->checks_cap) = c;
    }
    return true;
}
