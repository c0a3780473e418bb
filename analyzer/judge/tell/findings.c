// rules/findings.yaml over the bundle's configuration, objects and pulls. What is not in
// the bundle is no finding: a check asks only about what it can see.
#include "judge/incidents/bypass.h"
#include "judge/tell/advice.h"
#include "judge/tell/tell.h"
#include "judge/tell/findings.h"
#include "rules/tables.h"
#include "rules/yaml.h"
#include <stdlib.h>

struct found { // before it is told: the same thing on many nodes is told once
    const json_t *rule;
    struct pm_str path, text;
    uint64_t line;
    size_t files;
    bool counted; // files are worth a word
};
struct findings {
    const struct pm_scene *scene;
    struct pm_report *report;
    struct found *items;
    size_t n, cap;
    struct pm_ids files;
};

static const char *findings_word(const json_t *rule, const char *key) {
    return json_string_value(json_object_get(rule, key));
}

static struct pm_str text_of(const struct pm_env *env, const json_t *rule,
                             const struct pm_found_words *words) {
    static const char *const WORDS[] = {"{value}", "{what}", "{key}"};
    const struct pm_str said[] = {words->value, words->what, words->key};
    struct pm_buf b = {0};
    for (const char *p = findings_word(rule, "text") ? findings_word(rule, "text") : ""; *p;) {
        size_t k = 0;
        while (k < PM_LEN(WORDS) && strncmp(p, WORDS[k], strlen(WORDS[k])) != 0) k++;
        if (k == PM_LEN(WORDS)) {
            pm_buf_addc(&b, *p++);
            continue;
        }
        pm_buf_add(&b, said[k]);
        p += strlen(WORDS[k]);
    }
    struct pm_str out = pm_arena_dup(env->a, pm_buf_str(&b));
    pm_buf_free(&b);
    return out;
}

#define FINDINGS_MAX 512 // different ones; more are a hostile bundle's
static void put(struct findings *f, const json_t *rule, struct pm_str path, uint64_t line,
                struct pm_str text, bool counted) {
    for (size_t i = 0; i < f->n; i++) {
        struct found *x = &f->items[i];
        if (x->rule != rule || !pm_str_eq(x->text, text)) continue;
        x->files += !pm_str_eq(x->path, path);
        if (pm_path_order(path, x->path) < 0) {
            x->path = path;
            x->line = line;
        }
        return;
    }
    if (f->n == FINDINGS_MAX) return;
    *PM_PUSH(f->items, f->n, f->cap) = (struct found){
        .rule = rule, .path = path, .text = text, .line = line, .files = 1, .counted = counted};
}
static void add(struct findings *f, const json_t *rule, struct pm_str path, uint64_t line,
                struct pm_str key, struct pm_str what, bool counted) {
    const struct pm_found_words words = {.what = what, .value = what, .key = key};
    put(f, rule, path, line, text_of(f->scene->env, rule, &words), counted);
}
void pm_finding_add(struct findings *f, const json_t *rule, struct pm_str path,
                    const struct pm_found_words *words) {
    put(f, rule, path, 0, text_of(f->scene->env, rule, words), false);
}
const struct pm_scene *pm_findings_scene(const struct findings *f) { return f->scene; }

static void tell(struct findings *f) {
    struct pm_report *r = f->report;
    struct pm_arena *a = f->scene->env->a;
    for (size_t i = 0; i < f->n; i++) {
        const struct found *x = &f->items[i];
        const char *id = findings_word(x->rule, "id") ? findings_word(x->rule, "id")
                                                      : findings_word(x->rule, "check"),
                   *severity = findings_word(x->rule, "severity");
        *PM_PUSH(r->findings, r->findings_n, r->findings_cap) = (struct pm_finding){
            .id = pm_arena_dup(a, pm_str_c(id)),
            .severity = pm_arena_dup(a, pm_str_c(severity ? severity : "info")),
            .file = x->path,
            .line = x->line,
            .text = x->counted && x->files > 1
                        ? pm_arena_fmt(a, "%.*s; the same in %zu more %s", PM_FMT(x->text),
                                       x->files - 1, x->files == 2 ? "file" : "files")
                        : x->text,
            .advice = pm_arena_dup(a, pm_str_c(findings_word(x->rule, "advice")))};
    }
}

// settings ------------------------------------------------------------------------------
static bool findings_glob(const char *p, const char *s) {
    for (; *p && *p != '*'; p++, s++)
        if (*s != *p) return false;
    if (!*p) return !*s;
    for (;; s++) {
        if (findings_glob(p + 1, s)) return true;
        if (!*s) return false;
    }
}

static bool number_of(const json_t *v, double *out) {
    struct pm_str s =
        json_is_string(v) ? (struct pm_str){json_string_value(v), json_string_length(v)} : PM_NONE;
    if (json_is_number(v)) *out = json_number_value(v);
    if (pm_str_ends(s, PM_STR("%"))) s = pm_str_sub(s, 0, s.n - 1);
    return json_is_number(v) || (s.n && pm_str_double(s, out));
}
static bool truth_of(const json_t *v) {
    return json_is_true(v) || (json_is_string(v) && strcmp(json_string_value(v), "true") == 0);
}
static bool empty(const json_t *v) {
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
    if (equals && number_of(equals, &m)) return number_of(value, &n) && n == m;
    if (equals) return json_equal(equals, value);
    if (below) return number_of(value, &n) && n > 0 && n < json_number_value(below);
    if (above) return number_of(value, &n) && n > json_number_value(above);
    if (start) return begins(start, value);
    return json_is_true(json_object_get(rule, "present")) && !empty(value);
}

// where: {other.key: value}: true stands for "is there"
static bool where(const json_t *rule, const json_t *settings) {
    const char *key;
    json_t *want;
    json_object_foreach(json_object_get(rule, "where"), key, want) {
        const json_t *value = json_object_get(settings, key);
        double a, b;
        if (key[0] < ' ') continue; // the YAML reader's own
        if (json_is_true(want)    ? empty(value)
            : json_is_false(want) ? !empty(value)
                                  : !(number_of(want, &a) && number_of(value, &b) && a == b))
            return false;
    }
    return true;
}

static bool loopback(struct pm_str s) {
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
    if (loopback(host)) return true;
    if (!json_is_array(v) || !json_array_size(v)) return false;
    json_array_foreach(v, i, one) if (!loopback(pm_str_c(json_string_value(one)))) return false;
    return true;
}

static uint64_t line_of(const struct pm_config_fact *c, const char *key) {
    json_int_t line = json_integer_value(json_object_get(json_object_get(c->detail, "lines"), key));
    return line > 0 ? (uint64_t)line : c->line;
}

static void settings(struct findings *f, const json_t *rule, const struct pm_config_fact *c) {
    const char *source = findings_word(rule, "source"), *pattern = findings_word(rule, "key"), *key;
    const json_t *all = json_object_get(c->detail, "settings");
    json_t *value;
    if (!source || !pattern || !pm_str_eqc(pm_name(f->scene->env, c->source), source) ||
        !where(rule, all))
        return;
    json_object_foreach((json_t *)(uintptr_t)all, key, value) {
        if (!findings_glob(pattern, key) || !tested(rule, value)) continue;
        struct pm_str host = host_in(f->scene->env->a, pattern, key);
        if (json_is_true(json_object_get(rule, "not_loopback")) && only_loopback(value, host))
            continue;
        add(f, rule, pm_name(f->scene->env, c->path), line_of(c, key), host,
            shown(f->scene->env, value), true);
    }
}

// objects -------------------------------------------------------------------------------
static struct pm_str many(const struct pm_env *env, const struct pm_strs *names, const char *noun) {
    if (names->n <= 2)
        return pm_arena_fmt(env->a, "%.*s%s%.*s", PM_FMT(names->items[0]),
                            names->n == 2 ? " and " : "",
                            PM_FMT(names->n == 2 ? names->items[1] : PM_NONE));
    return pm_arena_fmt(env->a, "%zu %s (%.*s …)", names->n, noun, PM_FMT(names->items[0]));
}

static bool mirrored(const struct pm_evidence *ev, struct pm_str registry) {
    for (size_t i = 0; i < ev->mirrors_n; i++)
        if (pm_mirror_serves(&ev->mirrors[i], registry)) return true;
    return false;
}

// Credentials that the nodes themselves hold for a registry.
static bool node_credentials(const struct pm_evidence *ev, const char *registry) {
    const char *key;
    json_t *v;
    for (size_t i = 0; i < ev->facts.configs.n; i++)
        json_object_foreach(json_object_get(ev->facts.configs.items[i].detail, "settings"), key,
                            v) {
            struct pm_str k = pm_str_c(key);
            if (pm_str_ends(k, PM_STR(".auth")) && pm_str_has(k, pm_str_c(registry)) && !empty(v))
                return true;
            if (strcmp(key, "global_auth_file") == 0 && !empty(v))
                return true; // what is in it is not known
        }
    return false;
}

typedef bool image_test(const struct pm_scene *scene, const struct pm_pod_fact *pod,
                        uint32_t image);
static bool hub_anonymous(const struct pm_scene *scene, const struct pm_pod_fact *pod,
                          uint32_t image) {
    if (!pm_str_starts(pm_name(scene->env, image), PM_STR("docker.io/")) || pod->secrets.n ||
        !pod->secrets_known)
        return false;
    return !pm_map_get(
        scene->ev->facts.account_secrets,
        pm_id_join(scene->env, pod->namespace, '/',
                   pod->account ? pod->account : pm_id(scene->env, PM_STR("default"))));
}
static bool latest_always(const struct pm_scene *scene, const struct pm_pod_fact *pod,
                          uint32_t image) {
    return pm_ids_has(&pod->always, image) &&
           pm_str_ends(pm_name(scene->env, image), PM_STR(":latest"));
}
static bool frozen(const struct pm_scene *scene, const struct pm_pod_fact *pod, uint32_t image) {
    (void)pod;
    const json_t *home = pm_table_home(scene->env->homes, pm_name(scene->env, image));
    const char *state = json_string_value(json_object_get(home, "state"));
    return state && strcmp(state, "frozen") == 0;
}

static void over_pods(struct findings *f, const json_t *rule, image_test *test) {
    struct pm_strs names = {0};
    struct pm_str path = PM_NONE;
    for (size_t i = 0; i < f->scene->ev->facts.pods.n; i++) {
        const struct pm_pod_fact *pod = &f->scene->ev->facts.pods.items[i];
        bool found = false;
        for (size_t k = 0; k < pod->images.n && pod->listed && !found; k++)
            found = test(f->scene, pod, pod->images.items[k]);
        if (!found) continue;
        uint32_t name = pod->workload_name ? pod->workload_name : pod->name;
        struct pm_str at = pm_name(f->scene->env, pod->path);
        if (at.n && (!path.n || pm_path_order(at, path) < 0)) path = at;
        pm_strs_add(&names, pm_arena_fmt(f->scene->env->a, "%.*s/%.*s",
                                         PM_FMT(pm_name(f->scene->env, pod->namespace)),
                                         PM_FMT(pm_name(f->scene->env, name))));
    }
    pm_strs_seal(f->scene->env->a, &names, PM_SEAL_SORTED);
    if (names.n) add(f, rule, path, 0, PM_NONE, many(f->scene->env, &names, "workloads"), false);
}

static void hub_anonymous_pods(struct findings *f, const json_t *rule) {
    if (!mirrored(f->scene->ev, PM_STR("docker.io")) &&
        !node_credentials(f->scene->ev, "docker.io"))
        over_pods(f, rule, hub_anonymous);
}
static void latest_always_pods(struct findings *f, const json_t *rule) {
    over_pods(f, rule, latest_always);
}
static void frozen_pods(struct findings *f, const json_t *rule) { over_pods(f, rule, frozen); }

// lines ---------------------------------------------------------------------------------
static bool tells(const struct pm_env *env, const struct pm_trace *t, enum pm_kind kind) {
    if (t->kind != kind) return false;
    if (kind == PM_KIND_SECRET_MISSING) return t->secret != 0;
    return t->host && t->status != 404 &&
           !pm_str_eq(pm_registry_of_host(pm_name(env, t->host)), pm_name(env, t->registry));
}

static void over_traces(struct findings *f, const json_t *rule, enum pm_kind kind) {
    struct pm_strs names = {0};
    const struct pm_trace *first = NULL;
    for (size_t i = 0; i < f->scene->ev->traces.n; i++) {
        const struct pm_trace *t = &f->scene->ev->traces.items[i];
        if (!tells(f->scene->env, t, kind)) continue;
        if (!first) first = t;
        struct pm_str what =
            pm_name(f->scene->env, kind == PM_KIND_SECRET_MISSING ? t->secret : t->host);
        pm_strs_add(&names,
                    kind == PM_KIND_SECRET_MISSING && t->namespace
                        ? pm_arena_fmt(f->scene->env->a, "%.*s/%.*s",
                                       PM_FMT(pm_name(f->scene->env, t->namespace)), PM_FMT(what))
                        : what);
    }
    pm_strs_seal(f->scene->env->a, &names, PM_SEAL_SORTED);
    if (names.n)
        add(f, rule,
            first->file < f->scene->ev->facts.files.n
                ? f->scene->ev->facts.files.items[first->file].row.path
                : PM_NONE,
            0, PM_NONE, many(f->scene->env, &names, "of them"), false);
}
static void secrets_missing(struct findings *f, const json_t *rule) {
    over_traces(f, rule, PM_KIND_SECRET_MISSING);
}
static void mirrors_passed(struct findings *f, const json_t *rule) {
    over_traces(f, rule, PM_KIND_MIRROR_TRY);
}

// mirrors -------------------------------------------------------------------------------
static bool pulls_from(const struct pm_scene *scene, struct pm_str registry, uint32_t node) {
    for (size_t i = 0; i < scene->pulls->n; i++)
        if ((!node || scene->pulls->items[i].node == node) &&
            pm_str_eq(pm_name(scene->env, scene->pulls->items[i].registry), registry))
            return true;
    return false;
}

// Where a runtime's whole mirror configuration is in the bundle and has none. A
// config_path points to files that may not have been collected: not known.
static bool could_say(const struct pm_env *env, const struct pm_config_fact *c) {
    struct pm_str source = pm_name(env, c->source);
    const json_t *path =
        json_object_get(json_object_get(c->detail, "settings"), "registry.config_path");
    if (pm_str_eqc(source, "containerd.config"))
        return empty(path) && json_object_get(json_object_get(c->detail, "settings"), "version");
    return pm_str_eqc(source, "docker.daemon") || pm_str_eqc(source, "registries.conf") ||
           pm_str_eqc(source, "k3s.registries");
}
static void no_mirror(struct findings *f, const json_t *rule) {
    if (mirrored(f->scene->ev, PM_STR("docker.io")) ||
        !pulls_from(f->scene, PM_STR("docker.io"), 0))
        return;
    for (size_t i = 0; i < f->scene->ev->facts.configs.n; i++) {
        const struct pm_config_fact *c = &f->scene->ev->facts.configs.items[i];
        if (could_say(f->scene->env, c))
            add(f, rule, pm_name(f->scene->env, c->path), c->line, PM_NONE, PM_STR("docker.io"),
                true);
    }
}

static size_t
hosts_for(const struct pm_evidence *ev,
          const struct pm_mirror *m) { // different mirrors of the same registry in the same file
    size_t n = 0;
    for (size_t i = 0; i < ev->mirrors_n; i++)
        n += ev->mirrors[i].config == m->config &&
             pm_str_eq(ev->mirrors[i].registry, m->registry) && !ev->mirrors[i].never_pulls;
    return n;
}
static struct pm_str served_by(const struct pm_mirror *m) {
    return pm_str_eqc(m->registry, "*") ? PM_STR("every registry") : m->registry;
}
static void single_mirror(struct findings *f, const json_t *rule) {
    bool closed = json_is_true(json_object_get(rule, "only_way"));
    for (size_t i = 0; i < f->scene->ev->mirrors_n; i++) {
        const struct pm_mirror *m = &f->scene->ev->mirrors[i];
        if (hosts_for(f->scene->ev, m) != 1 || m->only_way != closed || m->after_registry ||
            m->never_pulls || loopback(m->host))
            continue;
        add(f, rule, m->path, m->line, served_by(m), m->host, true);
    }
}
static void idle_mirror(struct findings *f, const json_t *rule) {
    const char *check = findings_word(rule, "check");
    for (size_t i = 0; i < f->scene->ev->mirrors_n; i++) {
        const struct pm_mirror *m = &f->scene->ev->mirrors[i];
        bool found;
        if (strcmp(check, "mirror-never-pulls") == 0) found = m->never_pulls;
        else if (strcmp(check, "mirror-unread") == 0) found = pm_mirror_unread(f->scene, m);
        else found = m->after_registry;
        if (found) add(f, rule, m->path, m->line, served_by(m), m->host, true);
    }
}
static void plain_http(struct findings *f, const json_t *rule) {
    for (size_t i = 0; i < f->scene->ev->mirrors_n; i++) {
        const struct pm_mirror *m = &f->scene->ev->mirrors[i];
        if (pm_str_starts(m->url, PM_STR("http://")) && !loopback(m->host))
            add(f, rule, m->path, m->line, m->registry, m->host, true);
    }
}

// pulls ---------------------------------------------------------------------------------
#define SLOW_S 45.0
#define SLOW_MIN 5 // fewer pulls have no 99th percentile
static int findings_by_size(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}
static struct pm_str seconds(struct pm_arena *a, int64_t ns) {
    double s = (double)ns / 1e9;
    return s < 100 ? pm_arena_fmt(a, "%.0f s", s) : pm_arena_fmt(a, "%.1f min", s / 60);
}
struct pm_str pm_path_of_pull(const struct pm_evidence *ev, const struct pm_attempt *p) {
    if (!p->traces.n) return PM_NONE;
    uint32_t file = ev->traces.items[p->traces.items[0]].file;
    return file < ev->facts.files.n ? ev->facts.files.items[file].row.path : PM_NONE;
}

static void slow_pulls(struct findings *f, const json_t *rule) {
    int64_t *took = calloc(f->scene->pulls->n + 1, sizeof *took);
    const struct pm_attempt *slowest = NULL;
    size_t n = 0;
    if (!took) pm_die_oom();
    for (size_t i = 0; i < f->scene->pulls->n; i++) {
        const struct pm_attempt *p = &f->scene->pulls->items[i];
        if (p->outcome != PM_OUTCOME_OK || p->duration_ns <= 0) continue;
        took[n++] = p->duration_ns;
        if (!slowest || p->duration_ns > slowest->duration_ns) slowest = p;
    }
    qsort(took, n, sizeof *took, findings_by_size);
    int64_t p99 = n ? took[(n * 99 + 99) / 100 - 1] : 0;
    free(took);
    if (n < SLOW_MIN || (double)p99 < SLOW_S * 1e9) return;
    add(f, rule, pm_path_of_pull(f->scene->ev, slowest), 0, PM_NONE,
        pm_arena_fmt(f->scene->env->a, "%.*s over %zu pulls; the slowest is %.*s with %.*s",
                     PM_FMT(seconds(f->scene->env->a, p99)), n,
                     PM_FMT(pm_name(f->scene->env, slowest->image)),
                     PM_FMT(seconds(f->scene->env->a, slowest->duration_ns))),
        false);
}

// "in 1.2s (2m3s including waiting)": the difference was spent behind other pulls.
static void serial_waits(struct findings *f, const json_t *rule) {
    const struct pm_attempt *worst = NULL;
    size_t waited = 0;
    for (size_t i = 0; i < f->scene->pulls->n; i++) {
        const struct pm_attempt *p = &f->scene->pulls->items[i];
        if (p->waiting_ns < PM_S(30)) continue;
        waited++;
        if (!worst || p->waiting_ns > worst->waiting_ns) worst = p;
    }
    if (!worst) return;
    add(f, rule, pm_path_of_pull(f->scene->ev, worst), 0, PM_NONE,
        pm_arena_fmt(f->scene->env->a,
                     "%zu pull%s waited behind others, the longest %.*s on %.*s (%.*s)", waited,
                     waited == 1 ? "" : "s", PM_FMT(seconds(f->scene->env->a, worst->waiting_ns)),
                     PM_FMT(worst->node ? pm_name(f->scene->env, worst->node) : PM_STR("a node")),
                     PM_FMT(pm_name(f->scene->env, worst->image))),
        false);
}

#define HUGE_BYTES (INT64_C(2) << 30)
static void huge_images(struct findings *f, const json_t *rule) {
    struct pm_strs names = {0};
    struct pm_str path = PM_NONE;
    for (size_t i = 0; i < f->scene->pulls->n; i++) {
        const struct pm_attempt *p = &f->scene->pulls->items[i];
        if (p->outcome != PM_OUTCOME_OK || p->bytes < HUGE_BYTES) continue;
        if (!path.n) path = pm_path_of_pull(f->scene->ev, p);
        pm_strs_add(&names, pm_arena_fmt(f->scene->env->a, "%.*s (%.1f GiB)",
                                         PM_FMT(pm_name(f->scene->env, p->image)),
                                         (double)p->bytes / (double)(INT64_C(1) << 30)));
    }
    pm_strs_seal(f->scene->env->a, &names, PM_SEAL_SORTED);
    if (names.n) add(f, rule, path, 0, PM_NONE, many(f->scene->env, &names, "images"), false);
}

#define SHARED_MIN 5 // images; fewer come from one place by nature
static void one_registry(struct findings *f, const json_t *rule) {
    struct pm_ids images = {0}, nodes = {0};
    uint32_t registry = 0;
    bool several = false;
    for (size_t i = 0; i < f->scene->pulls->n && !several; i++) {
        const struct pm_attempt *p = &f->scene->pulls->items[i];
        if (!p->registry) continue;
        several = registry && registry != p->registry;
        registry = p->registry;
        pm_ids_add_new(&images, p->repository);
        if (p->node) pm_ids_add_new(&nodes, p->node);
    }
    if (!several && images.n >= SHARED_MIN && nodes.n > 1 &&
        !mirrored(f->scene->ev, pm_name(f->scene->env, registry)))
        add(f, rule, PM_NONE, 0, PM_NONE,
            pm_arena_fmt(f->scene->env->a, "all %zu repositories that %zu nodes pull are on %.*s",
                         images.n, nodes.n, PM_FMT(pm_name(f->scene->env, registry))),
            false);
    pm_ids_free(&images);
    pm_ids_free(&nodes);
}

// disk ----------------------------------------------------------------------------------
// The newest reading of a node's image file system.
static const struct pm_reading *disk_of(const struct pm_scene *scene, uint32_t node) {
    static const char *const MOUNTS[] = {"",
                                         "/",
                                         "/var",
                                         "/var/lib",
                                         "/var/lib/containerd",
                                         "/var/lib/docker",
                                         "/var/lib/containers",
                                         "/var/lib/kubelet"};
    const struct pm_reading *found = NULL;
    for (size_t i = 0; i < scene->ev->readings.n; i++) {
        const struct pm_reading *r = &scene->ev->readings.items[i];
        if (r->what != PM_READING_DISK || pm_facts_node(scene->env, scene->ev, r->who) != node)
            continue;
        for (size_t k = 0; k < PM_LEN(MOUNTS); k++)
            if (pm_str_eqc(pm_name(scene->env, r->where), MOUNTS[k]) &&
                (!found || r->at >= found->at))
                found = r;
    }
    return found;
}
static void gc_near(struct findings *f, const json_t *rule) {
    for (size_t i = 0; i < f->scene->ev->facts.configs.n; i++) {
        const struct pm_config_fact *c = &f->scene->ev->facts.configs.items[i];
        double high;
        if (!pm_str_eqc(pm_name(f->scene->env, c->source), "kubelet.config")) continue;
        if (!number_of(json_object_get(json_object_get(c->detail, "settings"),
                                       "imageGCHighThresholdPercent"),
                       &high))
            continue;
        const struct pm_reading *disk =
            c->node ? disk_of(f->scene, pm_facts_node(f->scene->env, f->scene->ev, c->node)) : NULL;
        if (!disk || disk->value * 100 < high - 5) continue;
        add(f, rule, pm_name(f->scene->env, c->path), line_of(c, "imageGCHighThresholdPercent"),
            PM_NONE,
            pm_arena_fmt(f->scene->env->a,
                         "the disk of %.*s is %.0f %% full and image GC starts at %.0f %%",
                         PM_FMT(pm_name(f->scene->env, c->node)), disk->value * 100, high),
            false);
    }
}

static void gc_thresholds(struct findings *f,
                          const json_t *rule) { // two settings of one file against each other
    bool eviction = strcmp(findings_word(rule, "check"), "gc-after-eviction") == 0;
    static const char *const SIGNALS[] = {"evictionHard.imagefs.available",
                                          "evictionHard.nodefs.available"};
    for (size_t i = 0; i < f->scene->ev->facts.configs.n; i++) {
        const struct pm_config_fact *c = &f->scene->ev->facts.configs.items[i];
        const json_t *all = json_object_get(c->detail, "settings");
        double high, low, free_at;
        if (!pm_str_eqc(pm_name(f->scene->env, c->source), "kubelet.config") ||
            !number_of(json_object_get(all, "imageGCHighThresholdPercent"), &high))
            continue;
        uint64_t line = line_of(c, "imageGCHighThresholdPercent");
        if (!eviction && number_of(json_object_get(all, "imageGCLowThresholdPercent"), &low) &&
            high - low < 5)
            add(f, rule, pm_name(f->scene->env, c->path), line, PM_NONE,
                pm_arena_fmt(f->scene->env->a, "image GC starts at %.0f %% and stops at %.0f %%",
                             high, low),
                true);
        for (size_t k = 0; eviction && k < PM_LEN(SIGNALS); k++) {
            const json_t *v = json_object_get(all, SIGNALS[k]);
            if (!json_is_string(v) || !strchr(json_string_value(v), '%') ||
                !number_of(v, &free_at) || 100 - free_at > high)
                continue;
            add(f, rule, pm_name(f->scene->env, c->path), line, PM_NONE,
                pm_arena_fmt(
                    f->scene->env->a,
                    "pods are evicted when the disk is %.0f %% full (%s), image GC starts at %.0f %%",
                    100 - free_at, SIGNALS[k], high),
                true);
            break;
        }
    }
}

static const struct {
    const char *check;
    void (*find)(struct findings *f, const json_t *rule);
} CHECKS[] = {
    {"hub-anonymous", hub_anonymous_pods},
    {"latest-always", latest_always_pods},
    {"frozen-registry", frozen_pods},
    {"secret-missing", secrets_missing},
    {"mirror-passed-over", mirrors_passed},
    {"no-mirror", no_mirror},
    {"single-mirror", single_mirror},
    {"mirror-only-way", single_mirror},
    {"mirror-after-registry", idle_mirror},
    {"mirror-never-pulls", idle_mirror},
    {"mirror-unread", idle_mirror},
    {"mirror-plain-http", plain_http},
    {"slow-pulls", slow_pulls},
    {"serial-pulls-waited", serial_waits},
    {"huge-images", huge_images},
    {"one-registry", one_registry},
    {"gc-near-use", gc_near},
    {"gc-after-eviction", gc_thresholds},
    {"gc-narrow", gc_thresholds},
};

bool pm_finding_known(const char *check) {
    for (size_t i = 0; i < PM_LEN(CHECKS); i++)
        if (strcmp(CHECKS[i].check, check) == 0) return true;
    return false;
}

void pm_findings_fill(const struct pm_scene *scene, struct pm_report *report) {
    struct findings f = {.scene = scene, .report = report};
    size_t i;
    json_t *rule;
    json_array_foreach(json_object_get(scene->env->findings, "settings"), i,
                       rule) for (size_t k = 0; k < scene->ev->facts.configs.n; k++)
        settings(&f, rule, &scene->ev->facts.configs.items[k]);
    json_array_foreach(json_object_get(scene->env->findings, "checks"), i, rule) {
        const char *check = findings_word(rule, "check");
        for (size_t k = 0; check && k < PM_LEN(CHECKS); k++)
            if (strcmp(CHECKS[k].check, check) == 0) CHECKS[k].find(&f, rule);
    }
    json_array_foreach(json_object_get(scene->env->findings, "pulls"), i, rule)
        pm_findings_over_pulls(&f, rule);
    tell(&f);
    free(f.items);
}
