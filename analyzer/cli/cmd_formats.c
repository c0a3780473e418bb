// pullmortem formats: every format and envelope it knows, with an example line.
#include "cli/opts.h"
#include "pm/arena.h"
#include "pm/envelope.h"
#include "pm/parser.h"
#include "report/words.h"
#include <stdio.h>

enum { OPT_FORMAT };
static const struct pm_opt options[] = {
    [OPT_FORMAT] = {.name = "format",
                    .letter = 'f',
                    .kind = PM_OPT_WORD,
                    .value = "F",
                    .words = "text json",
                    .preset = "text",
                    .help = "how it is told"},
};

struct entry {
    const char *kind, *name, *title, *component, *example, *source;
};

static void print_text(const struct entry *e) {
    printf("%-22s %s\n", e->name, e->title ? e->title : "");
    if (e->example && *e->example) {
        struct pm_str example = pm_str_c(e->example);
        ptrdiff_t end = pm_str_chr(example, '\n', 0);
        printf("%22s %.*s\n", "", (int)(end < 0 ? (ptrdiff_t)example.n : end), example.p);
    }
}
static void member(struct pm_buf *b, const char *name, const char *value, bool first) {
    if (!first) pm_buf_lit(b, ", ");
    pm_json_string(b, pm_str_c(name));
    pm_buf_lit(b, ": ");
    if (value && *value) pm_json_string(b, pm_str_c(value));
    else pm_buf_lit(b, "null");
}
static void print_json(const struct entry *e, bool first) {
    struct pm_buf b = {0};
    pm_buf_lit(&b, first ? " {" : ",\n {");
    member(&b, "kind", e->kind, true);
    member(&b, "name", e->name, false);
    member(&b, "title", e->title, false);
    member(&b, "component", e->component, false);
    member(&b, "example", e->example, false);
    member(&b, "source", e->source, false);
    pm_buf_addc(&b, '}');
    fwrite(b.p, 1, b.n, stdout);
    pm_buf_free(&b);
}
static struct entry of_parser(const struct pm_parser *p) {
    return (struct entry){
        "format",   p->name,
        p->title,   p->component < PM_COMP_COUNT ? pm_component_names[p->component] : NULL,
        p->example, p->source};
}
static struct entry of_envelope(const struct pm_envelope *v) {
    return (struct entry){"envelope", v->name, v->title, NULL, v->example, v->source};
}

static int list_json(void) {
    fputs("[\n", stdout);
    for (size_t i = 0; pm_parsers[i]; i++) {
        struct entry e = of_parser(pm_parsers[i]);
        print_json(&e, i == 0);
    }
    for (size_t i = 0; pm_envelopes[i]; i++) {
        struct entry e = of_envelope(pm_envelopes[i]);
        print_json(&e, i == 0 && !pm_parsers[0]);
    }
    fputs("\n]\n", stdout);
    return PM_EXIT_OK;
}
static int list_text(void) {
    fputs("FORMATS\n", stdout);
    for (size_t i = 0; pm_parsers[i]; i++) {
        struct entry e = of_parser(pm_parsers[i]);
        print_text(&e);
    }
    fputs("\nENVELOPES, peeled off in any order and depth\n", stdout);
    for (size_t i = 0; pm_envelopes[i]; i++) {
        struct entry e = of_envelope(pm_envelopes[i]);
        print_text(&e);
    }
    return PM_EXIT_OK;
}

static int run(struct pm_given *g) {
    if (g->words_n) return pm_usage(g->command, "takes no '%s'", g->words[0]);
    return strcmp(g->value[OPT_FORMAT], "json") == 0 ? list_json() : list_text();
}

const struct pm_command pm_command_formats = {
    .name = "formats",
    .arguments = "",
    .summary = "every log format and envelope it knows, with an example line",
    .options = options,
    .options_n = PM_LEN(options),
    .order = 8,
    .run = run,
};
