// pullmortem version [-v]
#include "base/guard.h"
#include "cli/opts.h"
#include "pm/arena.h"
#include "pm/diag.h"
#include "pm/envelope.h"
#include "pm/parser.h"
#include "pm/report.h"
#include "pm/rule.h"
#include "pm/timeline.h"
#include <archive.h>
#include <jansson.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <yaml.h>
#include <nettle/version.h>
#include <zlib.h>
#ifdef PM_ISAL
#include <isa-l.h>
#endif

enum { OPT_VERBOSE };
static const struct pm_opt options[] = {
    [OPT_VERBOSE] =
        {.name = "verbose",
         .letter = 'v',
         .help = "also commit, compiler, libraries with their versions, and what is built in"},
};

// Each tells a version, into `out` where it has no place of its own for it.
static const char *of_pcre2(char *out) {
    pcre2_config(PCRE2_CONFIG_VERSION, out);
    return out;
}
static const char *of_zlib(char *out) {
    (void)out;
    return zlibVersion();
}
#ifdef PM_ISAL
static const char *of_isal(char *out) {
    snprintf(out, 64, "%d.%d.%d", ISAL_MAJOR_VERSION, ISAL_MINOR_VERSION, ISAL_PATCH_VERSION);
    return out;
}
#endif
static const char *of_yaml(char *out) {
    (void)out;
    return yaml_get_version_string();
}
static const char *of_jansson(char *out) {
    (void)out;
    return JANSSON_VERSION;
}
// It names zlib, liblzma, lz4 and zstd, too.
static const char *of_archive(char *out) {
    (void)out;
    return archive_version_details();
}
static const char *of_nettle(char *out) {
    snprintf(out, 64, "%d.%d", nettle_version_major(), nettle_version_minor());
    return out;
}
static bool keep_cell(void *ctx, int n, const char *const *names, const char *const *cells) {
    (void)names;
    if (n) snprintf(ctx, 64, "%s", cells[0] ? cells[0] : "");
    return true;
}
static const char *of_sqlite(char *out) {
    const char *why = NULL;
    struct pm_str mistake;
    struct pm_arena *a = pm_arena_new();
    struct pm_timeline *t = pm_timeline_open(NULL, true, &why);
    out[0] = 0;
    if (t) pm_timeline_sql(t, "SELECT sqlite_version()", keep_cell, out, &mistake, a);
    pm_timeline_close(t);
    pm_arena_free(a);
    return out;
}
static const struct {
    const char *name;
    const char *(*version)(char *out);
} libraries[] = {{"PCRE2", of_pcre2},     {"SQLite", of_sqlite}, {"zlib", of_zlib},
#ifdef PM_ISAL
                 {"ISA-L", of_isal},
#endif
                 {"jansson", of_jansson}, {"libyaml", of_yaml},  {"libarchive", of_archive},
                 {"Nettle", of_nettle}};

static void built_in(void) {
    size_t formats = 0, envelopes = 0, renderers = 0;
    while (pm_parsers[formats]) formats++;
    while (pm_envelopes[envelopes]) envelopes++;
    while (pm_renderers[renderers]) renderers++;
    struct pm_diags *diags = pm_diags_new();
    struct pm_ruleset *rules = pm_ruleset_load(NULL, diags);
    printf("built in    %zu formats, %zu envelopes, %zu kinds of report, rules %s\n", formats,
           envelopes, renderers, rules ? pm_ruleset_hash(rules) : "broken");
    pm_ruleset_free(rules);
    pm_diags_free(diags);
}
static void verbose(void) {
    char out[64];
    printf("commit      %s\n", *pm_commit ? pm_commit : "unknown");
#if defined __clang__ || defined __GNUC__
    puts("compiler    "
#ifdef __clang__
         __VERSION__
#else
         "gcc " __VERSION__
#endif
    );
#endif
    for (size_t i = 0; i < PM_LEN(libraries); i++)
        printf("%-11s %s\n", libraries[i].name, libraries[i].version(out));
    puts("Judy        built in, tells no version");
    const char *here = ".";
    pm_guard_writes(&here, 1); // as the commands that read bundles do
    printf("given up    %s\n", pm_guard_told());
    built_in();
}

static int run(struct pm_given *g) {
    if (g->words_n) return pm_usage(g->command, "takes no '%s'", g->words[0]);
    puts("pullmortem " PM_VERSION);
    if (g->value[OPT_VERBOSE]) verbose();
    return PM_EXIT_OK;
}

const struct pm_command pm_command_version = {.name = "version",
                                              .arguments = "",
                                              .summary = "the program's version",
                                              .options = options,
                                              .options_n = PM_LEN(options),
                                              .order = 91,
                                              .run = run};
