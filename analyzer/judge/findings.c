// rules/findings.yaml over the bundle's configuration and objects.
#include "judge/state.h"
#include "judge/yaml.h"
#include <stdlib.h>

static void add(struct pm_state *s, const json_t *rule, const char *id, struct pm_str file, uint64_t line, const char *key, struct pm_str what) {
    const char *text = json_string_value(json_object_get(rule, "text")), *severity = json_string_value(json_object_get(rule, "severity"));
    struct pm_buf b = {0};
    struct pm_report *r = s->report;
    for (const char *p = text ? text : ""; *p;) {
        const char *const words[] = {"{value}", "{what}", "{key}"};
        size_t k = 0;
        while (k < PM_LEN(words) && strncmp(p, words[k], strlen(words[k])) != 0) k++;
        if (k == PM_LEN(words)) {
            pm_buf_addc(&b, *p++);
            continue;
        }
        pm_buf_add(&b, k == 2 ? pm_str_c(key) : what);
        p += strlen(words[k]);
    }
    struct pm_finding *f = PM_PUSH(r->findings, r->findings_n, r->findings_cap);
    f->id = pm_arena_dup(s->a, pm_str_c(id));
    f->severity = pm_arena_dup(s->a, pm_str_c(severity ? severity : "info"));
    f->file = file;
    f->line = line;
    f->text = pm_arena_dup(s->a, pm_buf_str(&b));
    f->advice = pm_arena_dup(s->a, pm_str_c(json_string_value(json_object_get(rule, "advice"))));
    pm_buf_free(&b);
}

static bool key_fits(const char *pattern, const char *key) {
    size_t n = strlen(pattern), k = strlen(key);
    if (n && pattern[0] == '*') return k >= n - 1 && strcmp(key + k - (n - 1), pattern + 1) == 0;
    if (n && pattern[n - 1] == '*') return strncmp(key, pattern, n - 1) == 0;
    return strcmp(key, pattern) == 0;
}

static bool number_of(const json_t *v, double *out) {
    if (json_is_number(v)) *out = json_number_value(v);
    return json_is_number(v) || (json_is_string(v) && pm_str_double(pm_str_c(json_string_value(v)), out));
}

static bool truth_of(const json_t *v) { return json_is_true(v) || (json_is_string(v) && strcmp(json_string_value(v), "true") == 0); }

static bool tested(const json_t *rule, const json_t *value) {
    const json_t *equals = json_object_get(rule, "equals"), *below = json_object_get(rule, "below"), *above = json_object_get(rule, "above");
    double n;
    if (equals) return json_is_boolean(equals) ? truth_of(value) == json_is_true(equals) : json_equal(equals, value);
    if (below) return number_of(value, &n) && n > 0 && n < json_number_value(below);
    if (above) return number_of(value, &n) && n > json_number_value(above);
    return json_is_true(json_object_get(rule, "present")) && !json_is_null(value) && !(json_is_array(value) && json_array_size(value) == 0);
}

static struct pm_str shown(struct pm_state *s, const json_t *v) {
    if (json_is_string(v)) return pm_arena_dup(s->a, pm_str_c(json_string_value(v)));
    char *text = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT);
    struct pm_str out = pm_arena_dup(s->a, pm_str_c(text ? text : ""));
    free(text);
    return out;
}

static void settings(struct pm_state *s, const json_t *rule, const struct pm_config_fact *c) {
    const char *source = json_string_value(json_object_get(rule, "source")), *pattern = json_string_value(json_object_get(rule, "key")), *key;
    json_t *value;
    if (!source || !pattern || !pm_str_eqc(pm_name(s, c->source), source)) return;
    json_object_foreach(json_object_get(c->detail, "settings"), key, value) {
        if (!key_fits(pattern, key) || !tested(rule, value)) continue;
        json_int_t line = json_integer_value(json_object_get(json_object_get(c->detail, "lines"), key));
        add(s, rule, json_string_value(json_object_get(rule, "id")), pm_name(s, c->path), line > 0 ? (uint64_t)line : c->line, key, shown(s, value));
        return;
    }
}

static struct pm_str many(struct pm_state *s, const struct pm_strs *names, const char *noun) {
    if (names->n <= 2)
        return pm_arena_fmt(s->a, "%.*s%s%.*s", PM_FMT(names->items[0]), names->n == 2 ? " and " : "", PM_FMT(names->n == 2 ? names->items[1] : PM_NONE));
    return pm_arena_fmt(s->a, "%zu %s (%.*s …)", names->n, noun, PM_FMT(names->items[0]));
}

typedef bool image_test(struct pm_state *s, const struct pm_pod_fact *pod, struct pm_str image);
static bool hub_anonymous(struct pm_state *s, const struct pm_pod_fact *pod, struct pm_str image) {
    if (!pm_str_starts(image, PM_STR("docker.io/")) || pod->secrets.n) return false;
    return !pm_map_get(s->facts.account_secrets, pm_id_join(s, pod->namespace, '/', pod->account ? pod->account : pm_id(s, PM_STR("default"))));
}
static bool latest_tag(struct pm_state *s, const struct pm_pod_fact *pod, struct pm_str image) {
    (void)s, (void)pod;
    return pm_str_ends(image, PM_STR(":latest"));
}
static bool frozen(struct pm_state *s, const struct pm_pod_fact *pod, struct pm_str image) {
    (void)s, (void)pod;
    return pm_str_starts(image, PM_STR("k8s.gcr.io/"));
}

static void over_pods(struct pm_state *s, const json_t *rule, const char *check, image_test *test) {
    struct pm_strs names = {0};
    for (size_t i = 0; i < s->facts.pods.n; i++) {
        const struct pm_pod_fact *pod = &s->facts.pods.items[i];
        bool found = false;
        for (size_t k = 0; k < pod->images.n && pod->listed && !found; k++) found = test(s, pod, pm_name(s, pod->images.items[k]));
        if (!found) continue;
        uint32_t name = pod->workload_name ? pod->workload_name : pod->name;
        pm_strs_add(&names, pm_arena_fmt(s->a, "%.*s/%.*s", PM_FMT(pm_name(s, pod->namespace)), PM_FMT(pm_name(s, name))));
    }
    pm_strs_seal(s->a, &names, true);
    if (names.n) add(s, rule, check, PM_NONE, 0, "", many(s, &names, "workloads"));
}

static void over_traces(struct pm_state *s, const json_t *rule, const char *check, enum pm_kind kind) {
    struct pm_strs names = {0};
    const struct pm_trace *first = NULL;
    for (size_t i = 0; i < s->traces.n; i++) {
        const struct pm_trace *t = &s->traces.items[i];
        uint32_t what = kind == PM_KIND_MIRROR_TRY ? t->host : t->secret;
        if (t->kind != kind || !what ||
            (kind == PM_KIND_MIRROR_TRY && (t->status == 404 || pm_str_eq(pm_registry_of_host(pm_name(s, t->host)), pm_name(s, t->registry)))))
            continue;
        if (!first) first = t;
        pm_strs_add(&names, kind == PM_KIND_SECRET_MISSING && t->namespace
                                ? pm_arena_fmt(s->a, "%.*s/%.*s", PM_FMT(pm_name(s, t->namespace)), PM_FMT(pm_name(s, what)))
                                : pm_name(s, what));
    }
    pm_strs_seal(s->a, &names, true);
    if (names.n) add(s, rule, check, first->file < s->facts.files.n ? s->facts.files.items[first->file].row.path : PM_NONE, 0, "", many(s, &names, "of them"));
}

void pm_findings_fill(struct pm_state *s) {
    static const struct {
        const char *check;
        image_test *test;
        enum pm_kind kind;
    } checks[] = {
        {"hub-anonymous", hub_anonymous, 0},
        {"latest-tag", latest_tag, 0},
        {"frozen-registry", frozen, 0},
        {"secret-missing", NULL, PM_KIND_SECRET_MISSING},
        {"mirror-passed-over", NULL, PM_KIND_MIRROR_TRY},
    };
    size_t i;
    json_t *rule;
    json_array_foreach(json_object_get(s->findings, "settings"), i, rule) for (size_t k = 0; k < s->facts.configs.n; k++)
        settings(s, rule, &s->facts.configs.items[k]);
    json_array_foreach(json_object_get(s->findings, "checks"), i, rule) {
        const char *check = json_string_value(json_object_get(rule, "check"));
        for (size_t k = 0; check && k < PM_LEN(checks); k++) {
            if (strcmp(checks[k].check, check) != 0) continue;
            if (checks[k].test) over_pods(s, rule, check, checks[k].test);
            else over_traces(s, rule, check, checks[k].kind);
        }
    }
}
