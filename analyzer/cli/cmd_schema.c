// pullmortem schema [NAME]: the JSON Schema of what it writes, for those who read it by
// program.
#include "cli/opts.h"
#include "cli/output.h"

static const struct {
    const char *name, *path;
} schemas[] = {
    {"report", "analyzer/share/report.schema.json"},
    {"explain", "analyzer/share/explain.schema.json"},
    {"gate", "analyzer/share/gate.schema.json"},
    {"compare", "analyzer/share/compare.schema.json"},
};

static int run(struct pm_given *g) {
    const char *names[PM_LEN(schemas)], *name = g->words_n ? g->words[0] : schemas[0].name;
    if (g->words_n > 1) return pm_usage(g->command, "one at a time, not also '%s'", g->words[1]);
    for (size_t i = 0; i < PM_LEN(schemas); i++) {
        names[i] = schemas[i].name;
        if (strcmp(name, names[i]) == 0) return pm_embedded_print(schemas[i].path);
    }
    const char *near = pm_nearest(name, names, PM_LEN(names));
    if (near)
        return pm_usage(g->command, "there is no schema '%s'; did you mean '%s'?", name, near);
    return pm_usage(g->command,
                    "there is no schema '%s'; there are report, explain, gate and compare", name);
}

const struct pm_command pm_command_schema = {
    .name = "schema",
    .arguments = "[report|explain|gate|compare]",
    .summary = "the JSON Schema (2020-12) of what it writes",
    .order = 9,
    .run = run,
};
