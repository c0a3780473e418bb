// pullmortem schema [NAME]: the JSON Schema of what it writes, for those who read it by
// program.
#include "base/embed.h"
#include "cli/opts.h"
#include <stdio.h>

extern const struct pm_command pm_command_schema;
static const struct {
    const char *name, *path;
} schemas[] = {
    {"report", "analyzer/share/report.schema.json"},
    {"explain", "analyzer/share/explain.schema.json"},
    {"gate", "analyzer/share/gate.schema.json"},
    {"compare", "analyzer/share/compare.schema.json"},
};

static int run(int argc, char **argv) {
    const char *name = NULL, *names[PM_LEN(schemas)];
    struct pm_opts o = {.argc = argc, .argv = argv};
    for (int got; (got = pm_opt_next(&o, &pm_command_schema)) != -1;) {
        if (got < -2) return pm_usage_option(&pm_command_schema, &o, got);
        if (name) return pm_usage(&pm_command_schema, "one at a time, not also '%s'", o.value);
        name = o.value;
    }
    if (!name) name = schemas[0].name;
    for (size_t i = 0; i < PM_LEN(schemas); i++) {
        names[i] = schemas[i].name;
        if (strcmp(name, names[i]) != 0) continue;
        struct pm_str s = pm_embedded_find(schemas[i].path);
        return fwrite(s.p, 1, s.n, stdout) == s.n && fflush(stdout) == 0 ? PM_EXIT_OK
                                                                         : PM_EXIT_INPUT;
    }
    const char *near = pm_nearest(name, names, PM_LEN(names));
    if (near)
        return pm_usage(&pm_command_schema, "there is no schema '%s'; did you mean '%s'?", name,
                        near);
    return pm_usage(&pm_command_schema,
                    "there is no schema '%s'; there are report, explain, gate and compare", name);
}

const struct pm_command pm_command_schema = {
    .name = "schema",
    .arguments = "[report|explain|gate|compare]",
    .summary = "the JSON Schema (2020-12) of what it writes",
    .order = 9,
    .run = run,
};
