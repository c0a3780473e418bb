// TOML configuration → settings. See config_toml.h.
#include "parsers/host/config_toml.h"

static bool toml_line(struct pm_str s) {
    if (!s.n || s.p[0] == '#' || s.p[0] == ']' || s.p[0] == '"' || s.p[0] == '\'') return true;
    if (s.p[0] == '[')
        return s.n > 1 &&
               (s.p[1] == '[' || s.p[1] == '"' || ((s.p[1] | 32) >= 'a' && (s.p[1] | 32) <= 'z')) &&
               pm_str_chr(s, ']', 0) > 0;
    ptrdiff_t equals = pm_str_chr(s, '=', 0);
    for (ptrdiff_t i = 0; i < equals; i++)
        if (!((s.p[i] | 32) >= 'a' && (s.p[i] | 32) <= 'z') && !strchr(" ._-\"0123456789", s.p[i]))
            return false;
    return equals > 0 && pm_str_chr(pm_str_trim(pm_str_sub(s, 0, (size_t)equals)), ' ', 0) < 0;
}

bool pm_config_toml_like(struct pm_str text) {
    size_t from = 0;
    int seen = 0, odd = 0;
    while (from < text.n && seen < 12) {
        ptrdiff_t nl = pm_str_chr(text, '\n', from);
        size_t end = nl < 0 ? text.n : (size_t)nl;
        struct pm_str line = pm_str_trim(pm_str_sub(text, from, end - from));
        bool ok = toml_line(line) && !pm_str_starts(line, PM_STR("time="));
        if (!ok && !seen) return false;
        seen += line.n > 0;
        odd += !ok;
        from = end + 1;
    }
    return odd * 3 <= seen;
}

bool pm_config_has_line(struct pm_str text, const char *words) {
    struct pm_str w = pm_str_c(words);
    for (ptrdiff_t at = pm_str_find(text, w, 0); at >= 0;
         at = pm_str_find(text, w, (size_t)at + 1)) {
        ptrdiff_t i = at;
        while (i > 0 && (text.p[i - 1] == ' ' || text.p[i - 1] == '\t')) i--;
        if (i == 0 || text.p[i - 1] == '\n') return true;
    }
    return false;
}

struct reading {
    struct pm_parse_ctx *ctx;
    const struct pm_record *r;
    struct pm_config *config;
    const struct pm_toml_row *rows;
    size_t n;
};

// One part of the row's path from `at`; returns where the next begins, NULL after the
// last.
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

static void toml_on_value(void *p, const struct pm_toml_value *v) {
    struct reading *x = p;
    static const enum pm_setting_kind KINDS[] = {[PM_TOML_STRING] = PM_SETTING_TEXT,
                                                 [PM_TOML_NUMBER] = PM_SETTING_NUMBER,
                                                 [PM_TOML_BOOL] = PM_SETTING_BOOL};
    for (size_t i = 0; i < x->n; i++) {
        struct pm_str star = PM_NONE;
        if (!matches(x->rows[i].path, v, &star)) continue;
        struct pm_str name = name_of(x->ctx->a, x->rows[i].name, star);
        uint64_t line = v->line + (x->r->line ? x->r->line - 1 : 0);
        if (v->kind == PM_TOML_EMPTY) return;
        if (x->rows[i].secret)
            pm_config_add(x->config, PM_SETTING_BOOL, name,
                          v->text.n ? PM_STR("true") : PM_STR("false"), line);
        else
            pm_config_add(x->config, v->item >= 0 ? PM_SETTING_ITEM : KINDS[v->kind], name, v->text,
                          line);
        return;
    }
}

void pm_config_toml_broken(struct pm_parse_ctx *ctx, const struct pm_record *r, uint64_t line,
                           const char *why) {
    struct pm_record at = *r;
    if (!at.folded) at.line = line + (r->line ? r->line - 1 : 0);
    pm_emit_bad(ctx, &at, "toml-broken", "%s", why);
}
static void toml_on_broken(void *p, uint64_t line, const char *why) {
    struct reading *x = p;
    pm_config_toml_broken(x->ctx, x->r, line, why);
}

void pm_config_toml(struct pm_parse_ctx *ctx, const struct pm_record *r, struct pm_config *c,
                    const struct pm_toml_row *rows, size_t n) {
    struct reading x = {ctx, r, c, rows, n};
    struct pm_toml_handler h = {&x, toml_on_value, toml_on_broken};
    pm_toml_read(ctx->a, r->text, &h);
}
