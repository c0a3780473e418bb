// rules/quotas.yaml → policies. See quota.h.
#include "judge/quota/quota.h"
#include "rules/tables.h"
#include <stdio.h>

struct table {
    const struct pm_env *env;
    struct pm_policies *out;
};

static bool mistake(struct table *t, const json_t *o, const char *what) {
    pm_diags_add(t->env->diags, pm_str_c(pm_yaml_file(o, "quotas.yaml")), (uint64_t)pm_yaml_line(o),
                 "rules", "%s", what);
    return false;
}

static bool day(const json_t *o, const char *key, int64_t *ns) {
    const char *text = json_string_value(json_object_get(o, key));
    struct pm_when w = {0};
    *ns = PM_NO_TIME;
    if (!text) return !json_object_get(o, key) || json_is_null(json_object_get(o, key));
    char full[40];
    bool timed = strchr(text, 'T') || strchr(text, ' '); // a blank: as YAML tools write a time
    snprintf(full, sizeof full, "%s%s", text, timed ? "" : "T00:00:00Z");
    if (strchr(full, ' ')) *strchr(full, ' ') = 'T';
    if (!pm_when_rfc3339(pm_str_c(full), &w)) return false;
    *ns = w.ns;
    return true;
}

// Which of a few words; the first where none is given. That it is one of them the reader
// saw.
static size_t word(const json_t *o, const char *key, const char *const *words, size_t n) {
    const char *v = json_string_value(json_object_get(o, key));
    for (size_t i = 0; i < n && v; i++)
        if (strcmp(v, words[i]) == 0) return i;
    return 0;
}

static const char *kept(struct table *t, const char *text) {
    return text ? pm_arena_cstr(t->env->a, pm_str_c(text)) : NULL;
}

static bool users(struct table *t, const json_t *o, struct pm_policy *p) {
    const json_t *one = json_object_get(o, "user"), *list = json_object_get(o, "users"), *v;
    size_t i, n = json_array_size(list) + 2;
    if (!one && !list) return true;
    if (p->anonymous) return mistake(t, o, "a quota that names users is no anonymous one");
    p->users = PM_NEWN(t->env->a, const char *, n);
    if (json_is_string(one)) p->users[p->users_n++] = kept(t, json_string_value(one));
    if (json_is_string(list)) p->users[p->users_n++] = kept(t, json_string_value(list));
    json_array_foreach((json_t *)(uintptr_t)list, i, v) p->users[p->users_n++] =
        kept(t, json_string_value(v));
    return true;
}

static void words_of(const json_t *o, struct pm_policy *p) {
    static const char *const kinds[] = {"sliding", "fixed"},
                             *const counts[] = {"manifest-get", "request"},
                             *const units[] = {"pulls", "requests"},
                             *const pers[] = {"address", "user", "account", "project"};
    size_t per = word(o, "per", pers, 4), count = word(o, "counts", counts, 2);
    p->fixed = word(o, "kind", kinds, 2) == 1;
    p->every_request = count == 1;
    p->unit = json_object_get(o, "unit") ? units[word(o, "unit", units, 2)] : units[count];
    if (!json_object_get(o, "per")) p->per = (p->anonymous ? PM_PER_ADDRESS : PM_PER_USER);
    else if (per >= 2) p->per = PM_PER_ACCOUNT;
    else p->per = (enum pm_per)per;
}

static bool policy(struct table *t, const json_t *o) {
    const json_t *limit = json_object_get(o, "limit");
    double window = json_number_value(json_object_get(o, "window_s"));
    struct pm_policy p = {
        .anonymous = strcmp(json_string_value(json_object_get(o, "identity")), "anonymous") == 0};
    if (window <= 0 || window > 4e7)
        return mistake(t, o, "window_s must be a number of seconds over 0");
    if (!day(o, "from", &p.from) || !day(o, "until", &p.until))
        return mistake(t, o, "from and until are days or RFC 3339 times");
    words_of(o, &p);
    if (!users(t, o, &p)) return false;
    p.id = kept(t, json_string_value(json_object_get(o, "id")));
    p.registry = kept(t, json_string_value(json_object_get(o, "registry")));
    p.plan = kept(t, json_string_value(json_object_get(o, "plan")));
    p.limit = json_is_integer(limit) ? json_integer_value(limit) : -1;
    p.window_ns = (int64_t)(window * 1e9);
    *PM_PUSH(t->out->list.items, t->out->list.n, t->out->list.cap) = p;
    return true;
}

static bool read_table(const struct pm_env *env, const json_t *root, struct pm_policies *out) {
    struct table t = {.env = env, .out = out};
    json_t *o;
    size_t i;
    bool good = true;
    json_array_foreach(json_object_get(root, "quotas"), i, o) good &= policy(&t, o);
    return good;
}

static bool read_file(const struct pm_env *env, const char *path, struct pm_str *text) {
    FILE *f = fopen(path, "rb");
    char block[4096];
    struct pm_buf b = {0};
    if (!f) {
        pm_diags_add(env->diags, pm_str_c(path), 0, "rules", "cannot be opened");
        return false;
    }
    for (size_t n; b.n < (1u << 20) && (n = fread(block, 1, sizeof block, f)) > 0;)
        pm_buf_add(&b, (struct pm_str){block, n});
    fclose(f);
    *text = pm_arena_dup(env->a, pm_buf_str(&b));
    pm_buf_free(&b);
    return true;
}

static bool read_own(const struct pm_env *env, uint64_t *own_hash, const char *path,
                     struct pm_policies *out) {
    struct pm_str text;
    const struct pm_judge_options *o = env->options;
    bool there = read_file(env, path, &text);
    if (there && o->shown) text = o->shown(o->shown_ctx, env->a, text);
    json_t *root = there ? pm_table_read(PM_TABLE_QUOTAS, text, path, env->diags) : NULL;
    bool good = root && read_table(env, root, out);
    if (root && !json_is_array(json_object_get(root, "quotas"))) {
        pm_diags_add(env->diags, pm_str_c(path), 1, "rules",
                     "a quota table is a list under `quotas:`");
        good = false;
    }
    if (good) *own_hash = pm_str_hash(text, *own_hash);
    json_decref(root);
    return good;
}

bool pm_policies_load(const struct pm_env *env, uint64_t *own_hash, struct pm_policies *out) {
    if (env->options->quotas_file && !read_own(env, own_hash, env->options->quotas_file, out))
        return false;
    return read_table(env, pm_ruleset_table(env->rules, PM_TABLE_QUOTAS), out);
}

static bool fits(const char *pattern, struct pm_str registry) {
    if (pattern[0] != '*') return pm_str_eqc(registry, pattern);
    return pm_str_ends(registry, pm_str_c(pattern + 1));
}

static bool names(const struct pm_policy *p, struct pm_str user) {
    for (size_t i = 0; i < p->users_n; i++)
        if (pm_str_eqc(user, p->users[i])) return true;
    return false;
}

const struct pm_policy *pm_policy_find(const struct pm_policies *p, struct pm_str registry,
                                       bool anonymous, struct pm_str user, int64_t told,
                                       int64_t at) {
    const struct pm_policy *first = NULL, *as_told = NULL;
    for (size_t i = 0; i < p->list.n; i++) {
        const struct pm_policy *x = &p->list.items[i];
        if (x->anonymous != anonymous || !fits(x->registry, registry)) continue;
        if ((x->from != PM_NO_TIME && at < x->from) || (x->until != PM_NO_TIME && at >= x->until))
            continue;
        if (x->users_n && user.n && names(x, user)) return x;
        if (x->users_n) continue; // somebody else's
        if (!first) first = x;
        if (!as_told && told >= 0 && x->limit == told) as_told = x;
    }
    return as_told ? as_told : first;
}
