// Settings → config event. See config.h.
#include "parsers/host/config.h"
#include "parsers/objects/kubectl_table.h"
#include <inttypes.h>

struct pm_config pm_config_new(struct pm_arena *a, const char *source) {
    return (struct pm_config){.a = a, .source = source};
}

struct pm_str pm_config_bare_url(struct pm_arena *a, struct pm_str url) {
    ptrdiff_t scheme = pm_str_find(url, PM_STR("://"), 0);
    size_t host = scheme < 0 ? 0 : (size_t)scheme + 3;
    struct pm_str rest = pm_str_from(url, host);
    ptrdiff_t slash = pm_str_chr(rest, '/', 0),
              at = pm_str_rchr(slash < 0 ? rest : pm_str_sub(rest, 0, (size_t)slash), '@');
    if (at < 0 || pm_str_starts(pm_str_from(rest, (size_t)at + 1), PM_STR("sha256:"))) return url;
    return pm_arena_join(a, pm_str_sub(url, 0, host), pm_str_from(rest, (size_t)at + 1));
}

void pm_config_add(struct pm_config *c, enum pm_setting_kind kind, struct pm_str key,
                   struct pm_str value, uint64_t line) {
    if (c->n >= PM_SETTINGS_MAX) return;
    struct pm_setting *s = PM_NEW(c->a, struct pm_setting);
    if (pm_str_has(value, PM_STR("@"))) value = pm_config_bare_url(c->a, value);
    *s = (struct pm_setting){.key = key, .value = value, .kind = kind, .line = line};
    if (!c->tail) c->tail = &c->first;
    *c->tail = s;
    c->tail = &s->next;
    c->n++;
}

static bool is_number(struct pm_str s) { // as JSON has them; others stay text
    double v;
    size_t from = s.n && s.p[0] == '-';
    return pm_str_double(pm_str_from(s, from), &v) && s.p[from] != '.' && s.p[from] != '+' &&
           s.p[s.n - 1] != '.' && (s.p[from] != '0' || s.n == from + 1 || s.p[from + 1] == '.');
}

static void detail_number(struct pm_detail *d, const char *key, struct pm_str text) {
    uint64_t n;
    if (pm_str_u64(text, &n) && n <= INT64_MAX) pm_detail_int(d, key, (int64_t)n);
    else pm_detail_str(d, key, text);
}

static void write_list(struct pm_detail *d, struct pm_setting *s) {
    pm_detail_list(d, pm_arena_cstr(d->a, s->key));
    for (struct pm_setting *i = s; i; i = i->next) {
        if (i->kind != PM_SETTING_ITEM || !pm_str_eq(i->key, s->key)) continue;
        pm_detail_str(d, "", i->value);
        i->written = true;
    }
    pm_detail_end(d, ']');
}

// A later value of the same key stands, as in the programs that read these files; a key
// is written once.
static void mark_repeated(struct pm_setting *first) {
    for (struct pm_setting *s = first; s; s = s->next)
        for (struct pm_setting *later = s->next; later && s->kind != PM_SETTING_ITEM && !s->written;
             later = later->next)
            if (pm_str_eq(s->key, later->key)) s->written = true;
}

static void write_settings(struct pm_detail *d, struct pm_setting *first) {
    mark_repeated(first);
    pm_detail_obj(d, "settings");
    for (struct pm_setting *s = first; s; s = s->next) {
        if (s->written) continue;
        const char *key = pm_arena_cstr(d->a, s->key);
        if (s->kind == PM_SETTING_ITEM) write_list(d, s);
        else if (s->kind == PM_SETTING_BOOL) pm_detail_bool(d, key, pm_str_eqc(s->value, "true"));
        else if (s->kind == PM_SETTING_NUMBER && is_number(s->value))
            detail_number(d, key, s->value);
        else pm_detail_str(d, key, s->value);
    }
    pm_detail_end(d, '}');
}

static void write_lines(struct pm_detail *d, const struct pm_setting *first, uint64_t only) {
    struct pm_str last = PM_NONE;
    pm_detail_obj(d, "lines");
    for (const struct pm_setting *s = first; s; s = s->next) {
        if (!s->line || !s->value.n || pm_str_eq(s->key, last) ||
            (s->kind != PM_SETTING_ITEM && s->written))
            continue;
        uint64_t line = only ? only : s->line;
        pm_detail_int(d, pm_arena_cstr(d->a, s->key), line > INT64_MAX ? 0 : (int64_t)line);
        last = s->key;
    }
    pm_detail_end(d, '}');
}

void pm_config_emit(struct pm_parse_ctx *ctx, const struct pm_record *r, struct pm_config *c,
                    struct pm_str object) {
    if (!c->n) return; // nothing that findings look at
    struct pm_detail d = pm_detail_new(ctx->a);
    pm_detail_str(&d, "source", pm_str_c(c->source));
    write_settings(&d, c->first);
    write_lines(&d, c->first, r->folded ? r->line : 0);
    struct pm_event e = pm_event_of(r, PM_COMP_HOST, PM_KIND_CONFIG);
    e.flags |= PM_EV_SNAPSHOT;
    if (e.when.kind == PM_WHEN_NONE) e.when = pm_when_age_zero();
    e.field[PM_F_OBJECT] = object.n ? object : pm_str_c(c->source);
    e.field[PM_F_DETAIL] = pm_detail_done(&d);
    pm_emit(ctx, r, &e);
}

uint64_t pm_config_line(const struct pm_record *r, struct pm_str key) {
    uint64_t line = r->line ? r->line : 1;
    size_t counted = 0;
    for (ptrdiff_t at = pm_str_find(r->text, key, 0); at >= 0;
         at = pm_str_find(r->text, key, (size_t)at + 1)) {
        size_t end = (size_t)at + key.n;
        if (end >= r->text.n ||
            (r->text.p[end] != '"' && r->text.p[end] != ':' && r->text.p[end] != '\''))
            continue;
        if (at > 0 && r->text.p[at - 1] != '"' && r->text.p[at - 1] != ' ' &&
            r->text.p[at - 1] != '\n' && r->text.p[at - 1] != '\'')
            continue;
        for (; counted < (size_t)at; counted++) line += r->text.p[counted] == '\n';
        return line;
    }
    return 0;
}

void pm_config_add_json(struct pm_config *c, struct pm_str key, const json_t *value,
                        uint64_t line) {
    struct pm_str text = PM_NONE;
    if (json_is_string(value))
        text = (struct pm_str){json_string_value(value), json_string_length(value)};
    if (json_is_string(value)) pm_config_add(c, PM_SETTING_TEXT, key, text, line);
    else if (json_is_boolean(value))
        pm_config_add(c, PM_SETTING_BOOL, key,
                      json_is_true(value) ? PM_STR("true") : PM_STR("false"), line);
    else if (json_is_integer(value))
        pm_config_add(c, PM_SETTING_NUMBER, key,
                      pm_arena_fmt(c->a, "%" JSON_INTEGER_FORMAT, json_integer_value(value)), line);
    else if (json_is_real(value))
        pm_config_add(c, PM_SETTING_TEXT, key, pm_arena_fmt(c->a, "%g", json_real_value(value)),
                      line);
    else if (json_is_array(value))
        for (size_t i = 0; i < json_array_size(value); i++) {
            const json_t *item = json_array_get(value, i);
            if (json_is_string(item))
                pm_config_add(c, PM_SETTING_ITEM, key,
                              (struct pm_str){json_string_value(item), json_string_length(item)},
                              line);
        }
}

struct pm_str pm_path_base(struct pm_str path) {
    return pm_str_from(path, (size_t)(pm_str_rchr(path, '/') + 1));
}

struct pm_str pm_path_folder(struct pm_str path) {
    ptrdiff_t slash = pm_str_rchr(path, '/');
    return slash < 0 ? PM_NONE : pm_path_base(pm_str_sub(path, 0, (size_t)slash));
}
