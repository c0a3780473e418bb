// Rows against their keys: is each key known, there where it has to be, and of its type, and
// is each word one of the list that it is from? Every mistake is told where it stands.
#include "rules/schema.h"
#include "rules/ruleset.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct check {
    const char *path;
    struct pm_diags *diags;
    struct pm_arena *a;
    const struct pm_cause *causes; // that may be named
    bool bad;
};
static void schema_tell(struct check *c, int line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static void schema_tell(struct check *c, int line, const char *fmt, ...) {
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    pm_diags_add(c->diags, pm_str_c(c->path), line > 0 ? (uint64_t)line : 0, "rules", "%s", text);
    c->bad = true;
}

static size_t words_count(const char *const *words) {
    size_t n = 0;
    while (words[n]) n++;
    return n;
}
static bool words_have(const char *const *words, struct pm_str word) {
    for (; *words; words++)
        if (pm_str_eqc(word, *words)) return true;
    return false;
}

enum { HINT_WORDS = 24 }; // a longer list helps nobody
struct pm_str schema_hint(struct pm_arena *a, struct pm_str word, const char *const *words) {
    size_t n = words_count(words);
    const char *near = rule_nearest(word, words, n);
    if (near) return pm_arena_fmt(a, ": did you mean \"%s\"?", near);
    if (n > HINT_WORDS || !n) return PM_NONE;
    struct pm_buf b = {0};
    pm_buf_lit(&b, ": there ");
    pm_buf_fmt(&b, "%s ", n == 1 ? "is" : "are");
    for (size_t i = 0; i < n; i++) {
        if (i) pm_buf_fmt(&b, "%s", i + 1 == n ? " and " : ", ");
        pm_buf_fmt(&b, "%s", words[i]);
    }
    struct pm_str s = pm_arena_dup(a, pm_buf_str(&b));
    pm_buf_free(&b);
    return s;
}
static void schema_tell_word(struct check *c, int line, const char *what, struct pm_str word,
                             const char *const *words) {
    schema_tell(c, line, "unknown %s \"%.*s\"%.*s", what, PM_FMT(word),
                PM_FMT(schema_hint(c->a, word, words)));
}

// values --------------------------------------------------------------------------------
struct value { // where it stands, for whoever has to tell of it
    const struct schema_key *key;
    json_t *v;
    int line;
};
static struct pm_str schema_text_of(const json_t *v) {
    return json_is_string(v) ? (struct pm_str){json_string_value(v), json_string_length(v)}
                             : PM_NONE;
}

static bool number_good(const json_t *v) {
    return json_is_number(v) && json_number_value(v) >= 0 && json_number_value(v) < 4e9;
}

static void wrong_type(struct check *c, const struct value *x, const char *wanted) {
    schema_tell(c, x->line, "`%s` has to be %s", x->key->name, wanted);
}

static void check_word(struct check *c, const struct value *x, const json_t *v) {
    if (!json_is_string(v)) wrong_type(c, x, "a word");
    else if (!words_have(x->key->words, schema_text_of(v)))
        schema_tell_word(c, x->line, x->key->name, schema_text_of(v), x->key->words);
}

// Every cause, every family where they are asked for, and the key's own words.
static const char **kin_names(struct check *c, const char *const *words, bool families) {
    size_t n = 0, causes = 0;
    while (c->causes[causes].name) causes++;
    const char **names =
        PM_NEWN(c->a, const char *, 2 * causes + (words ? words_count(words) : 0) + 1);
    for (; words && *words; words++) names[n++] = *words;
    for (const struct pm_cause *k = c->causes; k->name; k++) {
        names[n++] = k->name;
        if (families) names[n++] = k->family;
    }
    return names;
}
static void check_kin(struct check *c, const struct value *x, const json_t *v, bool families) {
    const char **names = kin_names(c, x->key->words, families);
    if (!json_is_string(v))
        wrong_type(c, x, families ? "a cause or a family of causes" : "a cause");
    else if (!words_have(names, schema_text_of(v)))
        schema_tell_word(c, x->line, families ? "cause or family" : "cause", schema_text_of(v),
                         names);
}
static void check_kins(struct check *c, const struct value *x, bool families) {
    size_t i;
    json_t *one;
    if (!json_is_array(x->v)) check_kin(c, x, x->v, families);
    json_array_foreach((json_t *)(uintptr_t)x->v, i, one) check_kin(c, x, one, families);
}

// "{word}" or "{word:is|are}" of small letters, that no "$" or "%" makes somebody else's.
static void check_template(struct check *c, const struct value *x, struct pm_str t) {
    for (ptrdiff_t at = pm_str_chr(t, '{', 0); at >= 0; at = pm_str_chr(t, '{', (size_t)at + 1)) {
        size_t n = 0;
        struct pm_str rest = pm_str_from(t, (size_t)at + 1);
        while (n < rest.n && ((rest.p[n] >= 'a' && rest.p[n] <= 'z') || rest.p[n] == '_')) n++;
        bool foreign = at && (t.p[at - 1] == '$' || t.p[at - 1] == '%'),
             closed = n && n < rest.n && rest.p[n] == '}';
        ptrdiff_t end = pm_str_chr(rest, '}', n), bar = pm_str_chr(rest, '|', n);
        bool forms =
            n && n + 1 < rest.n && rest.p[n] == ':' && rest.p[n + 1] != ' ' && bar > 0 && bar < end;
        if ((closed || forms) && !foreign && !words_have(x->key->words, pm_str_sub(rest, 0, n)))
            schema_tell_word(c, x->line, "placeholder", pm_str_sub(rest, 0, n), x->key->words);
    }
}

// "{Registry}", "{nodes?is|are}", "{,from}": each begins with one of the names.
static void check_sentence(struct check *c, const struct value *x, struct pm_str t) {
    for (ptrdiff_t at = pm_str_chr(t, '{', 0); at >= 0; at = pm_str_chr(t, '{', (size_t)at + 1)) {
        ptrdiff_t end = pm_str_chr(t, '}', (size_t)at), ask = pm_str_chr(t, '?', (size_t)at),
                  bar = pm_str_chr(t, '|', (size_t)at);
        bool forms = ask > at && ask < end;
        if (end < 0 || (forms && (bar < ask || bar > end))) {
            schema_tell(c, x->line,
                        "in `%s` a name begins and does not end: {name}, or {name?one|several}",
                        x->key->name);
            return;
        }
        struct pm_str name = pm_str_sub(t, (size_t)at + 1, (size_t)((forms ? ask : end) - at - 1));
        bool known = false;
        for (const char *const *w = x->key->words; *w && !known; w++)
            known = pm_str_ieq(name, pm_str_c(*w));
        if (!known) schema_tell_word(c, x->line, "name in a sentence", name, x->key->words);
    }
}

static void check_one_by_runtime(struct check *c, const struct value *x) {
    struct pm_str t = schema_text_of(x->v);
    if (!t.n) wrong_type(c, x, "a text, or a mapping of runtimes to texts");
    else if (x->key->words) check_template(c, x, t);
}
static void check_by_runtime(struct check *c, const struct value *x) {
    const char *runtime;
    json_t *one;
    if (json_is_string(x->v)) check_one_by_runtime(c, x);
    else if (!json_is_object(x->v)) wrong_type(c, x, "a text, or a mapping of runtimes to texts");
    else json_object_foreach((json_t *)(uintptr_t)x->v, runtime, one) {
            if (pm_yaml_hidden(runtime)) continue;
            struct value y = {x->key, one, pm_yaml_key_line(x->v, runtime)};
            if (!words_have(x->key->runtimes, pm_str_c(runtime)))
                schema_tell_word(c, y.line, "runtime", pm_str_c(runtime), x->key->runtimes);
            else check_one_by_runtime(c, &y);
        }
}

static void check_names(struct check *c, const struct value *x) {
    size_t i;
    json_t *one;
    bool good = schema_text_of(x->v).n || json_is_array(x->v);
    json_array_foreach((json_t *)(uintptr_t)x->v, i, one) good = good && schema_text_of(one).n;
    if (!good) wrong_type(c, x, "a text, or a list of texts");
}

static void check_words(struct check *c, const struct value *x) {
    size_t i;
    json_t *one;
    if (!json_is_array(x->v)) wrong_type(c, x, "a list of words");
    json_array_foreach((json_t *)(uintptr_t)x->v, i, one) check_word(c, x, one);
}

static void check_settings(struct check *c, const struct value *x) {
    const char *name;
    json_t *one;
    if (!json_is_object(x->v)) wrong_type(c, x, "a mapping of settings to values");
    json_object_foreach((json_t *)(uintptr_t)x->v, name, one) if (!pm_yaml_hidden(name) &&
                                                                  !json_is_boolean(one) &&
                                                                  !json_is_number(one))
        schema_tell(c, pm_yaml_key_line(x->v, name),
                    "`%s` in `%s` has to be true, false or a number", name, x->key->name);
}

static void check_counts(struct check *c, const struct value *x) {
    const char *name;
    json_t *one;
    if (!json_is_object(x->v)) wrong_type(c, x, "a mapping of words to whole numbers");
    else json_object_foreach(x->v, name, one) {
            int line = pm_yaml_key_line(x->v, name);
            if (pm_yaml_hidden(name)) continue;
            if (!words_have(x->key->words, pm_str_c(name)))
                schema_tell_word(c, line, "key", pm_str_c(name), x->key->words);
            else if (!json_is_integer(one) || json_integer_value(one) < 0)
                schema_tell(c, line, "`%s` in `%s` has to be a whole number", name, x->key->name);
        }
}

static void check_rows(struct check *c, const struct schema_list *l, json_t *rows, int line);
static void check_one(struct check *c, const struct value *x);
// What a list of none would mean nobody can tell; what is behind its end nobody reads.
static void check_length(struct check *c, const struct value *x) {
    size_t n = json_array_size(x->v);
    if (!json_is_array(x->v) || x->key->type == SCHEMA_ROWS) return;
    if (!n && !x->key->or_none)
        schema_tell(c, x->line, "`%s` is an empty list: %s", x->key->name,
                    x->key->required ? "say one or more" : "leave it out");
    if (x->key->most && n > x->key->most)
        schema_tell(c, x->line, "`%s` is a list of %zu: %zu are the most", x->key->name, n,
                    x->key->most);
}
static void check_value(struct check *c, const struct value *x) {
    check_length(c, x);
    switch (x->key->type) {
    case SCHEMA_TEXT:
        if (!schema_text_of(x->v).n) wrong_type(c, x, "text");
        break;
    case SCHEMA_NAMES: check_names(c, x); break;
    case SCHEMA_NUMBER:
        if (!number_good(x->v)) wrong_type(c, x, "a number, zero or more");
        break;
    case SCHEMA_WHOLE:
        if (!json_is_integer(x->v) || json_integer_value(x->v) < 0)
            wrong_type(c, x, "a whole number");
        break;
    case SCHEMA_STATUS:
        if (!json_is_integer(x->v) || json_integer_value(x->v) < 100 ||
            json_integer_value(x->v) > 599)
            wrong_type(c, x, "an HTTP status, from 100 to 599");
        break;
    case SCHEMA_TRUE:
        if (!json_is_true(x->v)) wrong_type(c, x, "true, or left out");
        break;
    case SCHEMA_BOOLEAN:
        if (!json_is_boolean(x->v)) wrong_type(c, x, "true or false");
        break;
    case SCHEMA_SCALAR:
        if (json_is_array(x->v) || json_is_object(x->v)) wrong_type(c, x, "one value");
        break;
    case SCHEMA_SETTINGS: check_settings(c, x); break;
    case SCHEMA_WORD: check_word(c, x, x->v); break;
    case SCHEMA_WORDS: check_words(c, x); break;
    case SCHEMA_ONE_OR_MORE:
        if (json_is_array(x->v)) check_words(c, x);
        else check_word(c, x, x->v);
        break;
    case SCHEMA_KIN: check_kin(c, x, x->v, true); break;
    case SCHEMA_KINS: check_kins(c, x, true); break;
    case SCHEMA_CAUSE: check_kin(c, x, x->v, false); break;
    case SCHEMA_CAUSES: check_kins(c, x, false); break;
    case SCHEMA_ONE: check_one(c, x); break;
    case SCHEMA_TEMPLATE:
        if (!schema_text_of(x->v).n) wrong_type(c, x, "text");
        else check_template(c, x, schema_text_of(x->v));
        break;
    case SCHEMA_BY_RUNTIME: check_by_runtime(c, x); break;
    case SCHEMA_SENTENCE:
        if (!schema_text_of(x->v).n) wrong_type(c, x, "text");
        else check_sentence(c, x, schema_text_of(x->v));
        break;
    case SCHEMA_COUNTS: check_counts(c, x); break;
    case SCHEMA_SHARE:
        if (!number_good(x->v) || json_number_value(x->v) > 1)
            wrong_type(c, x, "a share from 0 to 1");
        break;
    case SCHEMA_ROWS: check_rows(c, x->key->rows, x->v, x->line); break;
    }
}

// rows ----------------------------------------------------------------------------------
static const struct schema_key *key_named(const struct schema_key *keys, const char *name) {
    for (; keys && keys->name; keys++)
        if (strcmp(keys->name, name) == 0) return keys;
    return NULL;
}
static void unknown_key(struct check *c, const char *const *before, const struct schema_key *keys,
                        const json_t *row, const char *key) {
    const char *names[32];
    size_t n = 0;
    for (; before && *before && n + 1 < PM_LEN(names); before++) names[n++] = *before;
    for (; keys && keys->name && n + 1 < PM_LEN(names); keys++) names[n++] = keys->name;
    names[n] = NULL;
    schema_tell_word(c, pm_yaml_key_line(row, key), "key", pm_str_c(key), names);
}
static bool given(const json_t *row, const char *key) {
    const json_t *v = json_object_get(row, key);
    return v && !json_is_null(v);
}
static void check_needed(struct check *c, const struct schema_list *l, const json_t *row) {
    bool one = !l->one_of[0];
    for (const struct schema_key *k = l->keys; k->name; k++)
        if (k->required && !given(row, k->name))
            schema_tell(c, pm_yaml_line(row), "%s needs `%s`", l->what, k->name);
    struct pm_buf b = {0};
    for (size_t i = 0; i < PM_LEN(l->one_of) && l->one_of[i]; i++) {
        one = one || given(row, l->one_of[i]);
        pm_buf_fmt(&b, "%s`%s`", i ? ", " : "", l->one_of[i]);
    }
    if (!one)
        schema_tell(c, pm_yaml_line(row), "%s needs one of %.*s", l->what, PM_FMT(pm_buf_str(&b)));
    pm_buf_free(&b);
}
static void check_row(struct check *c, const struct schema_list *l, json_t *row) {
    const char *name;
    void *next;
    json_t *v;
    json_object_foreach_safe(row, next, name, v) {
        const struct schema_key *k = key_named(l->keys, name);
        if (pm_yaml_hidden(name)) continue;
        if (!k) unknown_key(c, NULL, l->keys, row, name);
        else if (json_is_null(v) && !k->required) json_object_del(row, name);
        else check_value(c, &(struct value){k, v, pm_yaml_key_line(row, name)});
    }
    check_needed(c, l, row);
    pm_yaml_file_set(row, c->path);
}

static void check_one(struct check *c, const struct value *x) {
    if (json_is_object(x->v)) check_row(c, x->key->rows, (json_t *)(uintptr_t)x->v);
    else wrong_type(c, x, "a mapping");
}

static void check_unique(struct check *c, const struct schema_list *l, const json_t *rows) {
    size_t i;
    json_t *row, *seen = json_object();
    json_array_foreach((json_t *)(uintptr_t)rows, i, row) {
        if (!json_is_object(row)) continue;
        char *name = schema_row_name(l->id, row);
        const json_t *line = json_object_get(seen, name);
        if (line)
            schema_tell(c, pm_yaml_line(row), "this is %s that stands at line %d already", l->what,
                        (int)json_integer_value(line));
        else json_object_set_new(seen, name, json_integer(pm_yaml_line(row)));
        free(name);
    }
    json_decref(seen);
}

static void check_rows(struct check *c, const struct schema_list *l, json_t *rows, int line) {
    json_t *row;
    size_t i;
    if (!json_is_array(rows)) {
        schema_tell(c, line, "`%s` has to be a list", l->name);
        return;
    }
    json_array_foreach(rows, i, row) {
        if (json_is_object(row)) check_row(c, l, row);
        else schema_tell(c, line, "%s has to be a mapping", l->what);
    }
    if (!l->several) check_unique(c, l, rows);
}
static void check_list(struct check *c, const struct schema_list *l, const json_t *root) {
    json_t *rows = json_object_get(root, l->name);
    if (rows && !json_is_null(rows)) check_rows(c, l, rows, pm_yaml_key_line(root, l->name));
}

static void check_top(struct check *c, const struct schema_file *f, const json_t *root) {
    const char *names[PM_LEN(f->lists) + 3] = {"schema", "only"}, *name;
    json_t *v;
    for (size_t i = 0, n = 2; i < PM_LEN(f->lists); i++)
        if (f->lists[i].name) names[n++] = f->lists[i].name;
    json_object_foreach((json_t *)(uintptr_t)root, name, v) {
        const struct schema_key *k = key_named(f->top, name);
        if (pm_yaml_hidden(name)) continue;
        if (k && !json_is_null(v))
            check_value(c, &(struct value){k, v, pm_yaml_key_line(root, name)});
        if (!k && !words_have(names, pm_str_c(name))) unknown_key(c, names, f->top, root, name);
        if (strcmp(name, "only") == 0 && !json_is_true(v))
            schema_tell(c, pm_yaml_key_line(root, name), "`only` is true, or is left out");
        if (strcmp(name, "schema") == 0 && json_integer_value(v) != 1)
            schema_tell(c, pm_yaml_key_line(root, name), "`schema` is 1: the only one there is");
    }
}

bool schema_check(const struct schema_file *f, json_t *root, const char *path,
                  const struct pm_cause *causes, struct pm_diags *diags) {
    struct check c = {.path = path, .diags = diags, .a = pm_arena_new(), .causes = causes};
    if (!json_is_object(root)) schema_tell(&c, 1, "the file has to be a mapping");
    else {
        pm_yaml_file_set(root, path);
        check_top(&c, f, root);
        for (size_t i = 0; i < PM_LEN(f->lists); i++)
            if (f->lists[i].name && f->lists[i].keys) check_list(&c, &f->lists[i], root);
    }
    pm_arena_free(c.a);
    return !c.bad;
}
