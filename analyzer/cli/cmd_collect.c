// pullmortem collect: prints the script that gathers what this program reads. It runs
// nothing itself: a script can be read before it is trusted, and carried to where this
// program is not.
#include "base/embed.h"
#include "cli/opts.h"
#include "cli/output.h"
#include "pm/arena.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

enum { OPT_FOR, OPT_TROUBLESHOOT };
static const struct pm_opt options[] = {
    [OPT_FOR] = {.name = "for",
                 .kind = PM_OPT_FILE,
                 .value = "REPORT.json",
                 .help = "only what the report names as missing, of its nodes and its window"},
    [OPT_TROUBLESHOOT] =
        {.name = "troubleshoot",
         .help = "a Troubleshoot support bundle (YAML) with the same collectors instead"},
};

enum { PART_CLUSTER = 1, PART_NODE = 2, PART_REGISTRY = 4 };
static const struct {
    const char *name;
    unsigned bit;
} parts[] = {{"cluster", PART_CLUSTER}, {"node", PART_NODE}, {"registry", PART_REGISTRY}};
// Which part brings what a report misses, by the words it is named with.
static const struct {
    const char *word;
    unsigned bit;
} brings[] = {{"kubelet", PART_NODE | PART_CLUSTER},
              {"runtime", PART_NODE | PART_CLUSTER},
              {"containerd", PART_NODE},
              {"CRI-O", PART_NODE},
              {"docker", PART_NODE},
              {"journal", PART_NODE},
              {"zone", PART_NODE},
              {"year", PART_NODE},
              {"clock", PART_NODE},
              {"event", PART_CLUSTER},
              {"pod objects", PART_CLUSTER},
              {"workload", PART_CLUSTER},
              {"node objects", PART_CLUSTER},
              {"proxy", PART_REGISTRY},
              {"registry", PART_REGISTRY}};

// A name of a report goes into a shell script: only what a node can be called does.
static bool is_name(const char *s) {
    if (!*s || *s == '-') return false;
    for (; *s; s++)
        if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9') ||
              strchr("._-", *s)))
            return false;
    return true;
}
static bool is_stamp(const char *s) {
    return s && strlen(s) == 24 && strspn(s, "0123456789-:.TZ") == 24;
}

static unsigned missing_parts(const json_t *missing) {
    unsigned found = 0;
    size_t i;
    json_t *m;
    json_array_foreach(missing, i, m) {
        const char *what = json_string_value(json_object_get(m, "what"));
        for (size_t k = 0; what && k < PM_LEN(brings); k++)
            if (pm_str_ifind(pm_str_c(what), pm_str_c(brings[k].word), 0) >= 0)
                found |= brings[k].bit;
    }
    return found;
}
static void setting(struct pm_buf *b, const char *name, const char *stamp,
                    const char *wide) { // journalctl takes "2026-04-12 06:00:00 UTC"
    if (is_stamp(stamp))
        pm_buf_fmt(b, ": \"${%s:=%.10s %.8s UTC}\"%s\n", name, stamp, stamp + 11, wide);
}
static void settings(const json_t *report, unsigned which, struct pm_buf *b) {
    const json_t *bundle = json_object_get(report, "bundle"),
                 *nodes = json_object_get(json_object_get(report, "pulls"), "by_node");
    size_t i;
    json_t *n;
    pm_buf_lit(b, ": \"${WHAT:=");
    for (size_t k = 0; k < PM_LEN(parts); k++)
        if (which & parts[k].bit)
            pm_buf_fmt(b, "%s%s", b->p[b->n - 1] == '=' ? "" : " ", parts[k].name);
    pm_buf_lit(b, "}\"\n: \"${NODES:=");
    bool any = false;
    json_array_foreach(nodes, i, n) {
        const char *name = json_string_value(json_object_get(n, "node"));
        if (!name || !is_name(name)) continue;
        pm_buf_fmt(b, "%s%s", any ? " " : "", name);
        any = true;
    }
    pm_buf_lit(b, "}\"\n");
    setting(b, "SINCE", json_string_value(json_object_get(bundle, "from")), "");
    setting(b, "UNTIL", json_string_value(json_object_get(bundle, "to")), "");
}
// The script with the report's settings before its own, which only fill in what is not
// set.
static int print_for(const json_t *report, unsigned which) {
    struct pm_str script = pm_embedded_find("analyzer/share/collect.sh");
    ptrdiff_t at = pm_str_find(script, PM_STR("\n: \"${WHAT:="), 0);
    struct pm_buf b = {0};
    pm_buf_add(&b, pm_str_sub(script, 0, (size_t)at + 1));
    pm_buf_lit(&b, "# What the report says is missing:\n");
    settings(report, which, &b);
    pm_buf_add(&b, pm_str_from(script, (size_t)at + 1));
    bool good = fwrite(b.p, 1, b.n, stdout) == b.n && fflush(stdout) == 0;
    pm_buf_free(&b);
    return good ? PM_EXIT_OK : PM_EXIT_INPUT;
}
// NULL: it is no report, said; *status is why.
static json_t *report_read(const char *path, int *status) {
    json_error_t e;
    json_t *report = strcmp(path, "-") == 0 ? json_loadf(stdin, JSON_ALLOW_NUL, &e)
                                            : json_load_file(path, JSON_ALLOW_NUL, &e);
    const char *schema = json_string_value(json_object_get(report, "schema"));
    *status = PM_EXIT_USAGE;
    if (schema && strcmp(schema, "pullmortem.report/1") == 0 &&
        json_is_array(json_object_get(report, "missing")))
        return report;
    if (report)
        fprintf(
            stderr,
            "pullmortem collect: %s is no report of pullmortem: make one with 'pullmortem BUNDLE -o report.json'\n",
            path);
    else if (e.line >= 0)
        fprintf(stderr, "pullmortem collect: %s:%d: %s: it is no JSON report\n", path, e.line,
                e.text);
    else {
        fprintf(stderr, "pullmortem collect: %s\n", e.text);
        *status = PM_EXIT_INPUT;
    }
    json_decref(report);
    return NULL;
}
static int collect_for(const char *path) {
    int status = PM_EXIT_OK;
    json_t *report = report_read(path, &status);
    if (!report) return status;
    const json_t *missing = json_object_get(report, "missing");
    unsigned which = missing_parts(missing);
    status = PM_EXIT_OK;
    if (which) status = print_for(report, which);
    else if (json_array_size(missing))
        fprintf(stderr, "pullmortem collect: what %s misses no script can gather\n", path);
    else fprintf(stderr, "pullmortem collect: %s misses nothing\n", path);
    json_decref(report);
    return status;
}

static int run(struct pm_given *g) {
    if (g->words_n)
        return pm_usage(g->command,
                        "takes no '%s': the script is printed, put it where it is needed",
                        g->words[0]);
    bool troubleshoot = g->value[OPT_TROUBLESHOOT] != NULL;
    if (g->value[OPT_FOR] && troubleshoot)
        return pm_usage(g->command, "--for or --troubleshoot, not both");
    if (g->value[OPT_FOR]) return collect_for(g->value[OPT_FOR]);
    return pm_embedded_print(troubleshoot ? "analyzer/share/troubleshoot.yaml"
                                          : "analyzer/share/collect.sh");
}

const struct pm_command pm_command_collect = {
    .name = "collect",
    .arguments = "",
    .summary = "print a shell script that gathers what this program reads",
    .help =
        "The script is POSIX sh, uses what is there (kubectl, journalctl, crictl, docker) and only reads; secrets are left out.\n",
    .options = options,
    .options_n = PM_LEN(options),
    .notes = "  pullmortem collect > collect.sh && less collect.sh && sh collect.sh\n"
             "  pullmortem collect | ssh NODE sudo sh -s -- -o /tmp/node.tar.gz node\n",
    .order = 10,
    .run = run,
};
