// Templates over the JSON report. One walk does both: over the published schema it finds
// mistakes, over a report it prints.
#include "report/template.h"
#include "base/embed.h"
#include "base/nearest.h"
#include "report/words.h"
#include <jansson.h>
#include <stdlib.h>

enum { DEPTH = 32 };
struct tag {
    struct pm_str before, name; // the text before it
    char
        kind; // 0 end of the text, = value, & raw, # section, ^ inverted, / end of a section, ! remark
    unsigned line;
    bool broken;
};
// The next tag, or the rest of the text. A section's tag that stands alone on its line
// takes the line with it.
static struct tag next_tag(struct pm_str text, size_t *at, unsigned *line) {
    struct tag t = {.line = *line};
    ptrdiff_t open = pm_str_find(text, PM_STR("{{"), *at);
    if (open < 0) {
        t.before = pm_str_from(text, *at);
        *at = text.n;
        return t;
    }
    t.before = pm_str_sub(text, *at, (size_t)open - *at);
    for (size_t i = 0; i < t.before.n; i++) *line += t.before.p[i] == '\n';
    t.line = *line;
    bool raw = (size_t)open + 2 < text.n && text.p[open + 2] == '{';
    struct pm_str mark = raw ? PM_STR("}}}") : PM_STR("}}");
    size_t from = (size_t)open + (raw ? 3 : 2);
    ptrdiff_t close = pm_str_find(text, mark, from);
    t.broken = close < 0;
    if (t.broken) {
        *at = text.n;
        return t;
    }
    struct pm_str inner = pm_str_trim(pm_str_sub(text, from, (size_t)close - from));
    *at = (size_t)close + mark.n;
    t.kind = raw ? '&' : '=';
    if (!raw && inner.n && strchr("#^/!&", inner.p[0])) {
        t.kind = inner.p[0];
        inner = pm_str_trim(pm_str_from(inner, 1));
    }
    t.name = inner;
    bool alone = strchr("#^/!", t.kind) && (open == 0 || text.p[open - 1] == '\n') &&
                 *at < text.n && text.p[*at] == '\n';
    if (alone) {
        *at += 1;
        *line += 1;
    }
    return t;
}

// Mistakes: over the schema -------------------------------------------------------------
struct checking {
    struct pm_arena *a;
    json_t *schema;
    struct pm_str text, mistake, open[DEPTH];
    size_t at;
    unsigned line;
};
static const json_t *resolved(const struct checking *c, const json_t *s) {
    const char *ref = json_string_value(json_object_get(s, "$ref"));
    if (!ref || strncmp(ref, "#/$defs/", 8) != 0) return s;
    return json_object_get(json_object_get(c->schema, "$defs"), ref + 8);
}
static const json_t *member_of(const struct checking *c, const json_t *s, struct pm_str name) {
    const char *key = pm_arena_cstr(c->a, name);
    const json_t *found = json_object_get(json_object_get(s, "properties"), key);
    if (!found) found = json_object_get(json_object_get(resolved(c, s), "properties"), key);
    if (!found && json_is_object(json_object_get(resolved(c, s), "additionalProperties")))
        found = json_object_get(resolved(c, s), "additionalProperties");
    return found;
}
static const json_t *path_in(const struct checking *c, const json_t *s, struct pm_str name) {
    while (s && name.n) {
        ptrdiff_t dot = pm_str_chr(name, '.', 0);
        s = member_of(c, s, dot < 0 ? name : pm_str_sub(name, 0, (size_t)dot));
        name = dot < 0 ? PM_NONE : pm_str_from(name, (size_t)dot + 1);
    }
    return s;
}
// The field of an object that was probably meant.
static const char *near_member(const struct checking *c, const json_t *s, struct pm_str name) {
    json_t *members = json_object_get(s, "properties");
    if (!members) members = json_object_get(resolved(c, s), "properties");
    const char **names = PM_NEWN(c->a, const char *, json_object_size(members) + 1), *key;
    json_t *value;
    size_t n = 0;
    json_object_foreach(members, key, value) names[n++] = key;
    return pm_nearest(pm_arena_cstr(c->a, name), names, n);
}
// A path with the part mended where it leaves the schema, looked for from the innermost
// section outwards; PM_NONE where nothing is near.
static struct pm_str near_path(const struct checking *c, const json_t *const *scopes, size_t depth,
                               struct pm_str name) {
    for (size_t k = depth; k-- > 0;) {
        const json_t *s = scopes[k], *next;
        for (size_t at = 0; s; s = next) {
            ptrdiff_t dot = pm_str_chr(name, '.', at);
            size_t end = dot < 0 ? name.n : (size_t)dot;
            struct pm_str part = pm_str_sub(name, at, end - at);
            if ((next = member_of(c, s, part)) && dot >= 0) {
                at = end + 1;
                continue;
            }
            const char *near = next ? NULL : near_member(c, s, part);
            if (near)
                return pm_arena_fmt(c->a, "%.*s%s%.*s", PM_FMT(pm_str_sub(name, 0, at)), near,
                                    PM_FMT(pm_str_from(name, end)));
            break;
        }
    }
    return PM_NONE;
}
static void field_unknown(struct checking *c, unsigned line, const json_t *const *scopes,
                          size_t depth, struct pm_str name) {
    struct pm_str near = near_path(c, scopes, depth, name);
    if (c->mistake.n) return;
    c->mistake =
        near.n ? pm_arena_fmt(c->a, "line %u: there is no field '%.*s'; did you mean '%.*s'?", line,
                              PM_FMT(name), PM_FMT(near))
               : pm_arena_fmt(c->a,
                              "line %u: there is no field '%.*s'; 'pullmortem schema' has them all",
                              line, PM_FMT(name));
}
static void mistake(struct checking *c, unsigned line, const char *what, struct pm_str name) {
    if (!c->mistake.n)
        c->mistake = pm_arena_fmt(c->a, "line %u: %s '%.*s'", line, what, PM_FMT(name));
}
static void check(struct checking *c, const json_t *const *scopes, size_t depth) {
    for (;;) {
        struct tag t = next_tag(c->text, &c->at, &c->line);
        const json_t *found = NULL;
        if (t.broken)
            mistake(c, t.line, "no end of a tag after",
                    pm_str_sub(t.before, t.before.n > 20 ? t.before.n - 20 : 0, SIZE_MAX));
        if (c->mistake.n) return;
        if (!t.kind) {
            if (depth > 1) mistake(c, t.line, "no end of the section", c->open[depth - 1]);
            return;
        }
        if (t.kind == '!') continue;
        if (t.kind == '/') {
            if (depth < 2 || !pm_str_eq(t.name, c->open[depth - 1]))
                mistake(c, t.line, "no section is open that ends with", t.name);
            return;
        }
        for (size_t k = depth; k-- > 0 && !found;)
            found = pm_str_eqc(t.name, ".") ? scopes[depth - 1] : path_in(c, scopes[k], t.name);
        if (!found) field_unknown(c, t.line, scopes, depth, t.name);
        if (c->mistake.n || t.kind == '=' || t.kind == '&') {
            if (c->mistake.n) return;
            continue;
        }
        const json_t *inside = resolved(c, found), *items = json_object_get(inside, "items"),
                     *stack[DEPTH];
        if (depth + 1 >= DEPTH)
            mistake(c, t.line, "too many sections within each other at", t.name);
        if (c->mistake.n) return;
        memcpy(stack, scopes, depth * sizeof *stack);
        stack[depth] = items ? items : inside;
        if (t.kind == '^') stack[depth] = scopes[depth - 1];
        c->open[depth] = t.name;
        check(c, stack, depth + 1);
        if (c->mistake.n) return;
    }
}
struct pm_str pm_template_mistake(struct pm_arena *a, const char *text) {
    struct pm_str s = pm_embedded_find("analyzer/share/report.schema.json");
    struct checking c = {
        .a = a, .schema = json_loadb(s.p, s.n, 0, NULL), .text = pm_str_c(text), .line = 1};
    const json_t *scopes[] = {c.schema};
    check(&c, scopes, 1);
    json_decref(c.schema);
    return c.mistake;
}

// Printing: over a report ---------------------------------------------------------------
struct printing {
    FILE *out;
    struct pm_arena *a;
    struct pm_str text;
    size_t at;
    unsigned line;
};
static const json_t *value_in(struct printing *p, const json_t *v, struct pm_str name) {
    while (v && name.n) {
        ptrdiff_t dot = pm_str_chr(name, '.', 0);
        v = json_object_get(v,
                            pm_arena_cstr(p->a, dot < 0 ? name : pm_str_sub(name, 0, (size_t)dot)));
        name = dot < 0 ? PM_NONE : pm_str_from(name, (size_t)dot + 1);
    }
    return v;
}
static bool says_something(const json_t *v) {
    if (json_is_string(v)) return json_string_length(v) > 0;
    if (json_is_array(v)) return json_array_size(v) > 0;
    if (json_is_integer(v)) return json_integer_value(v) != 0;
    if (json_is_real(v)) return json_real_value(v) < 0 || json_real_value(v) > 0;
    return json_is_true(v) || (json_is_object(v) && json_object_size(v) > 0);
}
static void text_print(struct printing *p, struct pm_str s, bool raw) {
    s = pm_text_visible(p->a, s);
    for (size_t i = 0; i < s.n; i++) {
        if (!raw && strchr("\\`*_[]<>|#", s.p[i])) fputc('\\', p->out);
        fputc(s.p[i], p->out);
    }
}
static void value_print(struct printing *p, const json_t *v, bool raw) {
    char *dump = NULL;
    if (json_is_string(v))
        text_print(p, (struct pm_str){json_string_value(v), json_string_length(v)}, raw);
    else if (json_is_array(v)) {
        size_t i;
        json_t *item;
        json_array_foreach(v, i, item) {
            if (i) fputs(", ", p->out);
            value_print(p, item, raw);
        }
    } else if (json_is_null(v) || !v) return;
    else if ((dump = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(6)))) {
        text_print(p, pm_str_c(dump), raw || !json_is_object(v));
        free(dump);
    }
}
static void print(struct printing *p, const json_t *const *scopes, size_t depth, bool shown) {
    for (;;) {
        struct tag t = next_tag(p->text, &p->at, &p->line);
        const json_t *v = NULL;
        if (shown) fwrite(t.before.n ? t.before.p : "", 1, t.before.n, p->out);
        if (!t.kind || t.kind == '/') return;
        if (t.kind == '!') continue;
        for (size_t k = depth; shown && k-- > 0 && !v;)
            v = pm_str_eqc(t.name, ".") ? scopes[depth - 1] : value_in(p, scopes[k], t.name);
        if (t.kind == '=' || t.kind == '&') {
            if (shown) value_print(p, v, t.kind == '&');
            continue;
        }
        bool on = shown && says_something(v) == (t.kind == '#');
        const json_t *stack[DEPTH];
        memcpy(stack, scopes, depth * sizeof *stack);
        size_t start = p->at,
               times = on && t.kind == '#' && json_is_array(v) ? json_array_size(v) : 1;
        for (size_t i = 0; i < times; i++) {
            p->at = start;
            stack[depth] = json_is_array(v) ? json_array_get(v, i) : v;
            if (!on || t.kind == '^') stack[depth] = scopes[depth - 1];
            print(p, stack, depth + 1, on);
        }
    }
}
extern const struct pm_renderer pm_renderer_json;
bool pm_template_render(FILE *out, const struct pm_report *r, const char *text) {
    char *json = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&json, &n);
    const struct pm_render_options o = {0};
    bool good = f && pm_renderer_json.render(f, r, &o);
    if (f) fclose(f);
    json_t *report = good ? json_loadb(json, n, JSON_ALLOW_NUL, NULL) : NULL;
    struct printing p = {.out = out, .a = pm_arena_new(), .text = pm_str_c(text), .line = 1};
    const json_t *scopes[] = {report};
    if (report) print(&p, scopes, 1, true);
    good = report && !ferror(out);
    json_decref(report);
    free(json);
    pm_arena_free(p.a);
    return good;
}
