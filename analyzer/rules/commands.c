// A command that several rows of advice run is said once, under an id: a row says `run:`
// with the id, or with one for each runtime. What reads advice sees commands only.
#include "rules/commands.h"
#include "rules/schema.h"
#include "pm/arena.h"
#include <stdlib.h>

enum command_state { COMMAND_UNUSED = 0, COMMAND_BEGUN, COMMAND_MADE };
struct commands {
    const json_t *rows; // of `commands`, as --rules left them
    enum command_state *state;
    struct pm_arena *a;
    struct pm_diags *diags;
    bool good;
};

static void mistake(struct commands *c, const json_t *row, const char *key, struct pm_str what) {
    pm_diags_add(c->diags, pm_str_c(pm_yaml_file(row, "advice.yaml")),
                 (uint64_t)pm_yaml_key_line(row, key), "rules", "%.*s", PM_FMT(what));
    c->good = false;
}
static const char *id_of(const struct commands *c, size_t i) {
    return json_string_value(json_object_get(json_array_get(c->rows, i), "id"));
}
static void put(struct commands *c, json_t *row);

// A command may be made of others, wherever those stand, but not of itself.
static json_t *made(struct commands *c, const json_t *row, size_t i) {
    json_t *command = json_array_get(c->rows, i);
    if (c->state[i] == COMMAND_BEGUN) {
        mistake(c, row, "run", pm_arena_fmt(c->a, "the command \"%s\" runs itself", id_of(c, i)));
        return NULL;
    }
    if (c->state[i] == COMMAND_UNUSED) {
        c->state[i] = COMMAND_BEGUN;
        put(c, command);
        c->state[i] = COMMAND_MADE;
    }
    return json_object_get(command, "command");
}
// The command of an id; NULL where there is none, told.
static json_t *named(struct commands *c, const json_t *row, const char *id) {
    size_t n = json_array_size(c->rows);
    for (size_t i = 0; i < n; i++)
        if (strcmp(id_of(c, i), id) == 0) return made(c, row, i);
    const char **ids = PM_NEWN(c->a, const char *, n + 1);
    for (size_t i = 0; i < n; i++) ids[i] = id_of(c, i);
    struct pm_str hint = schema_hint(c->a, pm_str_c(id), ids);
    mistake(c, row, "run",
            pm_arena_fmt(c->a, "no command \"%s\" in `commands`%.*s", id, PM_FMT(hint)));
    return NULL;
}
// One command for each runtime, beside those that the row says itself.
static void put_by_runtime(struct commands *c, json_t *row, json_t *run) {
    json_t *own = json_object_get(row, "command"), *id;
    const char *runtime;
    if (own && !json_is_object(own)) {
        mistake(c, row, "run", PM_STR("`run` for some runtimes goes with `command` for others"));
        return;
    }
    json_t *all = own ? json_copy(own) : json_object();
    json_object_foreach(run, runtime, id) {
        if (pm_yaml_hidden(runtime)) continue;
        json_t *command = named(c, row, json_string_value(id));
        if (!command) continue;
        if (!json_is_string(command) || json_object_get(own, runtime))
            mistake(c, row, "run",
                    pm_arena_fmt(c->a, "command \"%s\" cannot stand for %s: it is %s",
                                 json_string_value(id), runtime,
                                 json_is_string(command) ? "said beside it, too"
                                                         : "one for each runtime itself"));
        else json_object_set(all, runtime, command);
    }
    json_object_set_new(row, "command", all);
}
static void put(struct commands *c, json_t *row) {
    json_t *run = json_object_get(row, "run");
    if (!run) return;
    if (json_is_object(run)) put_by_runtime(c, row, run);
    else if (json_object_get(row, "command"))
        mistake(c, row, "run", PM_STR("a row has a `command`, or a `run`"));
    else {
        json_t *command = named(c, row, json_string_value(run));
        if (command) json_object_set(row, "command", command);
    }
    json_object_del(row, "run");
}
// A built-in command may lose its rows to those of --rules: that is nobody's mistake.
static void unused_told(struct commands *c, const char *built_in) {
    for (size_t i = 0; i < json_array_size(c->rows); i++)
        if (c->state[i] == COMMAND_UNUSED &&
            strcmp(pm_yaml_file(json_array_get(c->rows, i), ""), built_in) != 0)
            mistake(c, json_array_get(c->rows, i), "id",
                    pm_arena_fmt(c->a, "nothing runs the command \"%s\"", id_of(c, i)));
}
bool pm_commands_put(json_t *advice, const char *spared, struct pm_diags *diags) {
    const json_t *rows = json_object_get(advice, "advice");
    struct commands c = {.rows = json_object_get(advice, "commands"),
                         .a = pm_arena_new(),
                         .diags = diags,
                         .good = true};
    c.state = calloc(json_array_size(c.rows) + 1, sizeof *c.state);
    if (!c.state) pm_die_oom();
    for (size_t i = 0; i < json_array_size(rows); i++) put(&c, json_array_get(rows, i));
    if (c.good) unused_told(&c, spared);
    free(c.state);
    pm_arena_free(c.a);
    return c.good;
}
