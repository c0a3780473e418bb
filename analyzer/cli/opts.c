// A command line is read by its command's options: "--name VALUE", "--name=VALUE",
// "-o VALUE", "-oVALUE"; "--" ends the options. Unknown options, missing values and values
// that cannot be are told here, for every command in the same words.
#include "cli/opts.h"
#include "pm/arena.h"
#include <stdlib.h>
#include <sys/stat.h>

struct line {
    int argc, at;
    char **argv;
};
// What one argument was found to be: an option with its value, or why it is none.
struct found {
    int option;
    const char *value;
    enum { FOUND_GOOD, FOUND_UNKNOWN, FOUND_NO_VALUE, FOUND_NOT_WANTED } how;
};

static struct found with_value(struct line *l, const struct pm_command *c, size_t i,
                               const char *attached) {
    struct found f = {(int)i, attached, FOUND_GOOD};
    if (c->options[i].kind == PM_OPT_FLAG) {
        if (attached) f.how = FOUND_NOT_WANTED;
        f.value = "";
    } else if (!attached && l->at < l->argc) f.value = l->argv[l->at++];
    else if (!attached) f.how = FOUND_NO_VALUE;
    return f;
}
static struct found letter_found(struct line *l, const struct pm_command *c, const char *arg) {
    const char *attached = arg[2] ? arg + 2 : NULL;
    if (arg[2] == '=') attached = arg + 3;
    for (size_t i = 0; i < c->options_n; i++)
        if (pm_opt_of(c, &c->options[i]) && c->options[i].letter == arg[1])
            return with_value(l, c, i, attached);
    return (struct found){.how = FOUND_UNKNOWN};
}
static struct found name_found(struct line *l, const struct pm_command *c, const char *arg) {
    const char *equals = strchr(arg, '=');
    struct pm_str name = {arg + 2, equals ? (size_t)(equals - arg) - 2 : strlen(arg + 2)};
    for (size_t i = 0; i < c->options_n; i++)
        if (pm_opt_of(c, &c->options[i]) && pm_str_eqc(name, c->options[i].name))
            return with_value(l, c, i, equals ? equals + 1 : NULL);
    return (struct found){.how = FOUND_UNKNOWN};
}

static int unknown_option(const struct pm_command *c, const char *arg) {
    const char *names[PM_OPTS_MAX];
    struct pm_arena *a = pm_arena_new();
    size_t n = 0, from = strspn(arg, "-");
    for (size_t i = 0; i < c->options_n; i++)
        if (pm_opt_of(c, &c->options[i])) names[n++] = c->options[i].name;
    struct pm_str word = pm_str_sub(pm_str_c(arg), from, strcspn(arg + from, "="));
    const char *near = pm_nearest(pm_arena_cstr(a, word), names, n);
    int status =
        near ? pm_usage(c, "unknown option %s; did you mean --%s?", arg, near)
             : pm_usage(c, "unknown option %s; 'pullmortem help %s' lists them", arg, c->name);
    pm_arena_free(a);
    return status;
}
static int mistake(const struct pm_command *c, const struct found *f, const char *arg) {
    if (f->how == FOUND_NO_VALUE) return pm_usage(c, "%s needs a value", arg);
    if (f->how == FOUND_NOT_WANTED)
        return pm_usage(c, "--%s takes no value", c->options[f->option].name);
    return unknown_option(c, arg);
}

bool pm_word_in(const char *words, const char *word) {
    size_t n = strlen(word);
    for (const char *p = words; n && (p = strstr(p, word)); p += n)
        if ((p == words || p[-1] == ' ') && (p[n] == ' ' || !p[n])) return true;
    return false;
}
void pm_opt_words_list(struct pm_buf *b, const char *words, const char *last) {
    for (const char *p = words; *p;) {
        size_t n = strcspn(p, " ");
        bool ends = !p[n];
        if (p != words) pm_buf_fmt(b, "%s", ends ? last : ", ");
        pm_buf_add(b, (struct pm_str){p, n});
        p += ends ? n : n + 1;
    }
}
const char *pm_nearest_of(const char *word, const char *words, struct pm_arena *a) {
    const char *each[PM_WORDS_MAX];
    size_t n = 0;
    for (const char *p = words; *p && n < PM_WORDS_MAX;) {
        size_t length = strcspn(p, " ");
        each[n++] = pm_arena_cstr(a, (struct pm_str){p, length});
        p += p[length] ? length + 1 : length;
    }
    return pm_nearest(word, each, n);
}
static int no_such_word(const struct pm_command *c, const struct pm_opt *o, const char *value) {
    struct pm_arena *a = pm_arena_new();
    struct pm_buf list = {0};
    pm_opt_words_list(&list, pm_opt_words(o), " or ");
    const char *near = pm_nearest_of(value, pm_opt_words(o), a);
    int status = near ? pm_usage(c, "--%s: '%s'; did you mean '%s'?", o->name, value, near)
                      : pm_usage(c, "--%s is %s, not '%s'", o->name, list.p, value);
    pm_buf_free(&list);
    pm_arena_free(a);
    return status;
}
static bool is_there(const char *path, bool folder) {
    struct stat st;
    return stat(path, &st) == 0 && (!folder || S_ISDIR(st.st_mode));
}
static bool number_of(const struct pm_opt *o, const char *text, long *out) {
    uint64_t n;
    if (!pm_str_u64(pm_str_c(text), &n) || n > (uint64_t)o->high || n < (uint64_t)o->low)
        return false;
    *out = (long)n;
    return true;
}
static int value_check(const struct pm_command *c, const struct pm_opt *o, const char *value) {
    long n;
    switch (o->kind) {
    case PM_OPT_WORD:
        return pm_word_in(pm_opt_words(o), value) ? PM_EXIT_OK : no_such_word(c, o, value);
    case PM_OPT_NUMBER:
        return number_of(o, value, &n) ? PM_EXIT_OK
                                       : pm_usage(c, "--%s is a number from %ld to %ld, not '%s'",
                                                  o->name, o->low, o->high, value);
    case PM_OPT_READ:
        return is_there(value, false) ? PM_EXIT_OK
                                      : pm_usage(c, "--%s: there is no file '%s'", o->name, value);
    case PM_OPT_FOLDER:
        return is_there(value, true) ? PM_EXIT_OK
                                     : pm_usage(c, "--%s: there is no folder '%s'", o->name, value);
    // An empty one is a variable that nobody set: no list to fail on is no reason to pass.
    case PM_OPT_TEXT:
    case PM_OPT_FILE:
        return *value ? PM_EXIT_OK : pm_usage(c, "--%s needs a value, not ''", o->name);
    case PM_OPT_FLAG: break;
    }
    return PM_EXIT_OK;
}

static int option_read(struct line *l, struct pm_given *g, const char *arg) {
    const struct pm_command *c = g->command;
    struct found f = arg[1] == '-' ? name_found(l, c, arg) : letter_found(l, c, arg);
    if (f.how != FOUND_GOOD) return mistake(c, &f, arg);
    const struct pm_opt *o = &c->options[f.option];
    int status = value_check(c, o, f.value);
    g->value[f.option] = f.value;
    if (o->many)
        *PM_PUSH(g->all, g->all_n, g->all_cap) = (struct pm_given_value){f.option, f.value};
    return status;
}
int pm_given_read(const struct pm_command *c, int argc, char **argv, struct pm_given *g) {
    struct line l = {argc, 1, argv};
    int status = PM_EXIT_OK;
    *g = (struct pm_given){.command = c};
    for (size_t i = 0; i < c->options_n; i++) g->value[i] = c->options[i].preset;
    for (bool ended = false; l.at < l.argc && status == PM_EXIT_OK;) {
        const char *arg = l.argv[l.at++];
        if (!ended && strcmp(arg, "--") == 0) ended = true;
        else if (ended || arg[0] != '-' || !arg[1])
            *PM_PUSH(g->words, g->words_n, g->words_cap) = arg;
        else status = option_read(&l, g, arg);
    }
    return status;
}
void pm_given_free(struct pm_given *g) {
    free(g->all);
    free(g->words);
}
long pm_given_number(const struct pm_given *g, int option) {
    long n = 0;
    if (g->value[option]) number_of(&g->command->options[option], g->value[option], &n);
    return n;
}
