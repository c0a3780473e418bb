// Key/value pairs. See pairs.h.
#include "parsers/lift/pairs.h"

void pm_pairs_add(struct pm_pairs *p, struct pm_str key, struct pm_str value) {
    if (p->n == PM_PAIRS_MAX) return;
    p->item[p->n].key = key;
    p->item[p->n].value = value;
    p->n++;
}

struct pm_str pm_pairs_get(const struct pm_pairs *p, const char *key) {
    const struct pm_str name = pm_str_c(key);
    for (size_t i = p->n; i > 0; i--)
        if (pm_str_eq(p->item[i - 1].key, name)) return p->item[i - 1].value;
    return PM_NONE;
}

static struct pm_str json_text(const json_t *v) {
    return (struct pm_str){json_string_value(v), json_string_length(v)};
}

static struct pm_str json_value(struct pm_arena *a, const json_t *v) {
    if (json_is_string(v)) return json_text(v);
    if (json_is_integer(v)) return pm_arena_fmt(a, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
    if (json_is_boolean(v)) return json_is_true(v) ? PM_STR("true") : PM_STR("false");
    const json_t *name = json_object_get(v, "name"), *ns = json_object_get(v, "namespace");
    if (json_is_string(name) && json_is_string(ns))
        return pm_arena_fmt(a, "%s/%s", json_string_value(ns), json_string_value(name));
    return json_is_string(name) ? json_text(name) : PM_NONE;
}

void pm_pairs_json(struct pm_arena *a, const json_t *object, struct pm_pairs *p) {
    for (void *it = json_object_iter((json_t *)(uintptr_t)object); it;
         it = json_object_iter_next((json_t *)(uintptr_t)object, it)) {
        struct pm_str value = json_value(a, json_object_iter_value(it));
        if (value.n) pm_pairs_add(p, pm_str_c(json_object_iter_key(it)), value);
    }
}

#define KEY_BYTES 32 // of the longest key that may follow

struct pm_str pm_pairs_bare_quotes(const struct pm_scan *open, struct pm_scan *c) {
    struct pm_str rest = {open->at + 1, (size_t)(open->end - open->at - 1)};
    for (ptrdiff_t at = pm_str_chr(rest, '"', 0); at >= 0;
         at = pm_str_chr(rest, '"', (size_t)at + 1)) {
        // No further than a key may reach: a line may hold a thousand quotes.
        struct pm_scan next = pm_scan_of(pm_str_sub(rest, (size_t)at + 1, KEY_BYTES + 2));
        struct pm_str key;
        if (!pm_scan_end(&next) && !pm_scan_char(&next, ' ')) continue;
        if (!pm_scan_end(&next) &&
            (!pm_scan_until(&next, '=', &key) || !key.n || pm_str_chr(key, ' ', 0) >= 0 ||
             pm_str_chr(key, '"', 0) >= 0 || pm_str_chr(key, '/', 0) >= 0))
            continue;
        c->at = rest.p + at + 1;
        return pm_str_sub(rest, 0, (size_t)at);
    }
    c->at = c->end;
    return rest;
}
