// What was found, before it is told: the same thing on many nodes is told once, of the first
// file by its path, and its text is the row's with what was found in it.
#include "judge/tell/findings.h"
#include <stdlib.h>

const char *pm_finding_word(const json_t *rule, const char *key) {
    return json_string_value(json_object_get(rule, key));
}

static struct pm_str text_of(const struct pm_env *env, const json_t *rule,
                             const struct pm_found_words *words) {
    static const char *const WORDS[] = {"{value}", "{what}", "{key}"};
    const struct pm_str said[] = {words->value, words->what, words->key};
    struct pm_buf b = {0};
    for (const char *p = pm_finding_word(rule, "text") ? pm_finding_word(rule, "text") : ""; *p;) {
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
void pm_finding_put(struct findings *f, const json_t *rule, struct pm_str path, uint64_t line,
                    struct pm_str key, struct pm_str what, bool counted) {
    const struct pm_found_words words = {.what = what, .value = what, .key = key};
    put(f, rule, path, line, text_of(f->scene->env, rule, &words), counted);
}
void pm_finding_add(struct findings *f, const json_t *rule, struct pm_str path,
                    const struct pm_found_words *words) {
    put(f, rule, path, 0, text_of(f->scene->env, rule, words), false);
}

void pm_findings_told(struct findings *f) {
    struct pm_report *r = f->report;
    struct pm_arena *a = f->scene->env->a;
    for (size_t i = 0; i < f->n; i++) {
        const struct found *x = &f->items[i];
        const char *id = pm_finding_word(x->rule, "id") ? pm_finding_word(x->rule, "id")
                                                        : pm_finding_word(x->rule, "check"),
                   *severity = pm_finding_word(x->rule, "severity");
        *PM_PUSH(r->findings, r->findings_n, r->findings_cap) = (struct pm_finding){
            .id = pm_arena_dup(a, pm_str_c(id)),
            .severity = pm_arena_dup(a, pm_str_c(severity ? severity : "info")),
            .file = x->path,
            .line = x->line,
            .text = x->counted && x->files > 1
                        ? pm_arena_fmt(a, "%.*s; the same in %zu more %s", PM_FMT(x->text),
                                       x->files - 1, x->files == 2 ? "file" : "files")
                        : x->text,
            .advice = pm_arena_dup(a, pm_str_c(pm_finding_word(x->rule, "advice")))};
    }
}

struct pm_str pm_findings_many(const struct pm_env *env, const struct pm_strs *names,
                               const char *noun) {
    if (names->n <= 2)
        return pm_arena_fmt(env->a, "%.*s%s%.*s", PM_FMT(names->items[0]),
                            names->n == 2 ? " and " : "",
                            PM_FMT(names->n == 2 ? names->items[1] : PM_NONE));
    return pm_arena_fmt(env->a, "%zu %s (%.*s …)", names->n, noun, PM_FMT(names->items[0]));
}

struct pm_str pm_path_of_pull(const struct pm_evidence *ev, const struct pm_attempt *p) {
    return p->file && p->file <= ev->facts.files.n ? PM_REF(ev->facts.files, p->file).row.path
                                                   : PM_NONE;
}
