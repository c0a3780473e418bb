// pullmortem formats: every format and envelope it knows, with an example line.
#include "cli/opts.h"
#include "pm/arena.h"
#include "pm/envelope.h"
#include "pm/parser.h"
#include "report/json_writer.h"
#include <stdio.h>

enum { OPT_FORMAT };
static const struct pm_opt options[] = {
    [OPT_FORMAT] = {PM_OPT_TEXT_OR_JSON, .help = "how it is told"},
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
static void print_json(struct pm_json *w, const struct entry *e) {
    pm_json_open(w, NULL, '{');
    pm_json_text_or_null(w, "kind", pm_str_c(e->kind));
    pm_json_text_or_null(w, "name", pm_str_c(e->name));
    pm_json_text_or_null(w, "title", pm_str_c(e->title));
    pm_json_text_or_null(w, "component", pm_str_c(e->component));
    pm_json_text_or_null(w, "example", pm_str_c(e->example));
    pm_json_text_or_null(w, "source", pm_str_c(e->source));
    pm_json_close(w, '}');
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
    struct pm_json w = {.f = stdout, .inline_from = 1, .first = true};
    pm_json_open(&w, NULL, '[');
    for (size_t i = 0; pm_parsers[i]; i++) {
        struct entry e = of_parser(pm_parsers[i]);
        print_json(&w, &e);
    }
    for (size_t i = 0; pm_envelopes[i]; i++) {
        struct entry e = of_envelope(pm_envelopes[i]);
        print_json(&w, &e);
    }
    pm_json_close(&w, ']');
    pm_json_end(&w);
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
