// rules/quotas.yaml → policies. See quota.h.
#include "judge/quota/quota.h"
#include "judge/rules/yaml.h"
#include <stdio.h>

struct table {
    struct pm_state *s;
    const char *file;
    struct pm_policies *out;
};

static bool mistake(struct table *t, const json_t *o, const char *what) {
    pm_diags_add(t->s->diags, pm_str_c(t->file), (uint64_t)pm_yaml_line(o), "rules", "%s", what);
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

// A key that is read nowhere is a limit that silently does not hold.
static bool keys_known(struct table *t, const json_t *o) {
    static const char *const known[] = {"id",    "registry", "identity", "plan",   "users", "user", "from",  "until",
                                        "limit", "window_s", "kind",     "counts", "per",   "unit", "source"};
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)(uintptr_t)o, key, v) {
        bool found = key[0] == '\x01'; // the reader's own mark
        for (size_t i = 0; i < PM_LEN(known) && !found; i++) found = strcmp(key, known[i]) == 0;
        if (!found) return mistake(t, o, pm_arena_cstr(t->s->a, pm_arena_fmt(t->s->a, "'%s' is no key of a quota", key)));
    }
    return true;
}

// One of a few words; the first where none is given.
static bool word(struct table *t, const json_t *o, const char *key, const char *const *words, size_t n, size_t *out) {
    const json_t *v = json_object_get(o, key);
    *out = 0;
    if (!v || json_is_null(v)) return true;
    for (size_t i = 0; i < n && json_is_string(v); i++)
        if (strcmp(json_string_value(v), words[i]) == 0) return *out = i, true;
    struct pm_buf b = {0};
    for (size_t i = 0; i < n; i++) pm_buf_fmt(&b, "%s%s", i ? (i + 1 == n ? " or " : ", ") : "", words[i]);
    struct pm_str list = pm_buf_str(&b);
    bool good = mistake(t, o, pm_arena_cstr(t->s->a, pm_arena_fmt(t->s->a, "%s must be %.*s", key, PM_FMT(list))));
    pm_buf_free(&b);
    return good;
}

static const char *kept(struct table *t, const char *text) { return text ? pm_arena_cstr(t->s->a, pm_str_c(text)) : NULL; }

static bool users(struct table *t, const json_t *o, struct pm_policy *p) {
    const json_t *one = json_object_get(o, "user"), *list = json_object_get(o, "users"), *v;
    size_t i, n = json_array_size(list) + 1;
    if ((one && !json_is_string(one)) || (list && !json_is_array(list))) return mistake(t, o, "user is a name, users a list of names");
    if (!one && !list) return true;
    if (p->anonymous) return mistake(t, o, "a quota that names users is no anonymous one");
    p->users = PM_NEWN(t->s->a, const char *, n);
    if (one) p->users[p->users_n++] = kept(t, json_string_value(one));
    json_array_foreach((json_t *)(uintptr_t)list, i, v) {
        if (!json_is_string(v)) return mistake(t, o, "user is a name, users a list of names");
        p->users[p->users_n++] = kept(t, json_string_value(v));
    }
    return true;
}

static bool words_of(struct table *t, const json_t *o, struct pm_policy *p) {
    static const char *const kinds[] = {"sliding", "fixed"}, *const counts[] = {"manifest-get", "request"}, *const units[] = {"pulls", "requests"},
                             *const pers[] = {"address", "user", "account", "project"};
    size_t kind, count, unit, per;
    if (!word(t, o, "kind", kinds, 2, &kind) || !word(t, o, "counts", counts, 2, &count) || !word(t, o, "unit", units, 2, &unit) ||
        !word(t, o, "per", pers, 4, &per))
        return false;
    p->fixed = kind == 1;
    p->every_request = count == 1;
    p->unit = json_object_get(o, "unit") ? units[unit] : units[count];
    p->per = !json_object_get(o, "per") ? (p->anonymous ? PM_PER_ADDRESS : PM_PER_USER) : per >= 2 ? PM_PER_ACCOUNT : (enum pm_per)per;
    return true;
}

static bool policy(struct table *t, const json_t *o) {
    const char *id = json_string_value(json_object_get(o, "id")), *registry = json_string_value(json_object_get(o, "registry")),
               *identity = json_string_value(json_object_get(o, "identity"));
    const json_t *limit = json_object_get(o, "limit"), *window = json_object_get(o, "window_s"), *plan = json_object_get(o, "plan");
    struct pm_policy p = {0};
    if (!json_is_object(o)) return mistake(t, o, "a quota is a mapping");
    if (!keys_known(t, o)) return false;
    if (!id || !registry) return mistake(t, o, "a quota needs id and registry");
    if (!identity || (strcmp(identity, "anonymous") != 0 && strcmp(identity, "user") != 0)) return mistake(t, o, "identity must be anonymous or user");
    if (!json_is_number(window) || json_number_value(window) <= 0 || json_number_value(window) > 4e7)
        return mistake(t, o, "window_s must be a number of seconds over 0");
    if (limit && !json_is_null(limit) && (!json_is_integer(limit) || json_integer_value(limit) < 0))
        return mistake(t, o, "limit must be a whole number, or null where it is not published");
    if (!day(o, "from", &p.from) || !day(o, "until", &p.until)) return mistake(t, o, "from and until are days or RFC 3339 times");
    if (plan && !json_is_null(plan) && !json_is_string(plan)) return mistake(t, o, "plan is the name of an account's tier");
    p.anonymous = strcmp(identity, "anonymous") == 0;
    if (!words_of(t, o, &p) || !users(t, o, &p)) return false;
    p.id = kept(t, id);
    p.registry = kept(t, registry);
    p.plan = kept(t, json_string_value(plan));
    p.limit = json_is_integer(limit) ? json_integer_value(limit) : -1;
    p.window_ns = (int64_t)(json_number_value(window) * 1e9);
    *PM_PUSH(t->out->list.items, t->out->list.n, t->out->list.cap) = p;
    return true;
}

static bool read_table(struct pm_state *s, const char *file, struct pm_str text, struct pm_policies *out) {
    struct table t = {s, file, out};
    json_t *root = pm_yaml_load(text, file, s->diags), *o;
    const json_t *list = json_object_get(root, "quotas");
    size_t i;
    bool good = root != NULL;
    if (root && !json_is_array(list)) good = mistake(&t, root, "a quota table is a list under `quotas:`");
    json_array_foreach(list, i, o) good &= policy(&t, o);
    json_decref(root);
    return good;
}

static bool read_file(struct pm_state *s, const char *path, struct pm_str *text) {
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
    if (s->options->quotas_file && (!read_file(s, s->options->quotas_file, &text) || !read_table(s, s->options->quotas_file, text, out))) return false;
    return !pm_rules_data(s->options->rules_dir, "quotas.yaml", &text, s->a) || read_table(s, "quotas.yaml", text, out);
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

const struct pm_policy *pm_policy_find(const struct pm_policies *p, struct pm_str registry, bool anonymous, struct pm_str user, int64_t told, int64_t at) {
    const struct pm_policy *first = NULL, *as_told = NULL;
    for (size_t i = 0; i < p->list.n; i++) {
        const struct pm_policy *x = &p->list.items[i];
        if (x->anonymous != anonymous || !fits(x->registry, registry)) continue;
        if ((x->from != PM_NO_TIME && at < x->from) || (x->until != PM_NO_TIME && at >= x->until)) continue;
        if (x->users_n && user.n && names(x, user)) return x;
        if (x->users_n) continue; // somebody else's
        if (!first) first = x;
        if (!as_told && told >= 0 && x->limit == told) as_told = x;
    }
    return as_told ? as_told : first;
}
