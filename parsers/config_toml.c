// TOML configuration → settings. See config_toml.h.
#include "config_toml.h"

struct reading {
    struct pm_parse_ctx *ctx;
    const struct pm_record *r;
    struct pm_config *config;
    const struct pm_toml_row *rows;
    size_t n;
};

// One part of the row's path from `at`; returns where the next begins, NULL after the last.
static const char *row_part(const char *at, struct pm_str *part) {
    const char *bar = strchr(at, '|');
    *part = (struct pm_str){at, bar ? (size_t)(bar - at) : strlen(at)};
    return bar ? bar + 1 : NULL;
}

static bool matches(const char *path, const struct pm_toml_value *v, struct pm_str *star) {
    struct pm_str part;
    int parts = 1, at = 0;
    for (const char *p = path; *p; p++) parts += *p == '|';
    if (strncmp(path, "...|", 4) == 0) {
        path += 4;
        parts--;
        at = v->depth - parts;
    } else if (parts != v->depth) {
        return false;
    }
    if (at < 0) return false;
    for (; path; at++) {
        path = row_part(path, &part);
        if (pm_str_eqc(part, "*")) *star = v->path[at];
        else if (!pm_str_eq(part, v->path[at])) return false;
    }
    return at == v->depth;
}

static struct pm_str name_of(struct pm_arena *a, const char *name, struct pm_str star) {
    const char *percent = strchr(name, '%');
    if (!percent) return pm_str_c(name);
    return pm_arena_fmt(a, "%.*s%.*s%s", (int)(percent - name), name, PM_FMT(star), percent + 1);
}

static void on_value(void *p, const struct pm_toml_value *v) {
    struct reading *x = p;
    static const enum pm_setting_kind KINDS[] = {[PM_TOML_STRING] = PM_SETTING_TEXT, [PM_TOML_NUMBER] = PM_SETTING_NUMBER, [PM_TOML_BOOL] = PM_SETTING_BOOL};
    for (size_t i = 0; i < x->n; i++) {
        struct pm_str star = PM_NONE;
        if (!matches(x->rows[i].path, v, &star)) continue;
        struct pm_str name = name_of(x->ctx->a, x->rows[i].name, star);
        uint64_t line = v->line + (x->r->line ? x->r->line - 1 : 0);
        if (v->kind == PM_TOML_EMPTY) return;
        if (x->rows[i].secret) pm_config_add(x->config, PM_SETTING_BOOL, name, v->text.n ? PM_STR("true") : PM_STR("false"), line);
        else pm_config_add(x->config, v->item >= 0 ? PM_SETTING_ITEM : KINDS[v->kind], name, v->text, line);
        return;
    }
}

static void on_broken(void *p, uint64_t line, const char *why) {
    struct reading *x = p;
    struct pm_record at = *x->r;
    at.line = line + (x->r->line ? x->r->line - 1 : 0);
    pm_emit_bad(x->ctx, &at, "toml-broken", "%s", why);
}

void pm_config_toml(struct pm_parse_ctx *ctx, const struct pm_record *r, struct pm_config *c, const struct pm_toml_row *rows, size_t n) {
    struct reading x = {ctx, r, c, rows, n};
    struct pm_toml_handler h = {&x, on_value, on_broken};
    pm_toml_read(ctx->a, r->text, &h);
}
