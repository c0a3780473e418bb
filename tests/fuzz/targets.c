// The table of fuzz targets, and how one is fed.
#include "kinds.h"
#include <stdlib.h>

#define TARGET(name, title, seeds, variant, round)                                                 \
    { #name, title, seeds, variant, fuzz_##name, round }
const struct fuzz_target fuzz_targets[] = {
    TARGET(bundle, "opening: archives, layers, folders of whatever was given", "bundles", NULL,
           400),
    TARGET(framing, "a member's bytes to events, in blocks of any size", "members",
           fuzz_framing_variant, 3000),
    TARGET(config, "whole files by the names that they have", "configs", fuzz_config_variant, 2000),
    TARGET(envelope, "one line, or a JSON object, out of its wrapping", "lines",
           fuzz_envelope_variant, 6000),
    TARGET(parser, "one record to one parser, whether it is its or not", "lines",
           fuzz_parser_variant, 6000),
    TARGET(fields, "JSON objects by a list of members, and as trees: both say the same", "members",
           fuzz_fields_variant, 3000),
    TARGET(sure, "lines that a parser is sure of, by both roads", "lines", NULL, 6000),
    TARGET(toml, "the TOML reader", "configs", NULL, 6000),
    TARGET(yaml, "the YAML reader of rules and policies", "rules", NULL, 6000),
    TARGET(table, "the data files of a --rules folder", "rules", fuzz_table_variant, 2000),
    TARGET(ruleset, "a file of rules", "rules", NULL, 2000),
    TARGET(policy, "a gate's policy, baseline and --fail-on", "rules", fuzz_policy_variant, 4000),
    TARGET(quotas, "--quotas and --alerts files", "rules", fuzz_quotas_variant, 100),
    TARGET(promql, "an expression parsed, and evaluated over series", "promql", NULL, 6000),
    TARGET(time, "stamps, zones and durations, and back to text", "lines", NULL, 6000),
    TARGET(image, "image references and registry URLs", "lines", NULL, 6000),
    TARGET(redact, "secrets in a text", "lines", NULL, 4000),
    TARGET(classify, "the rules over any error text", "lines", NULL, 4000),
    TARGET(judge, "rows of any kind, in any order and at any time, to a report", "rows", NULL, 150),
    TARGET(render, "what the judge makes of such rows, in every format", "rows",
           fuzz_render_variant, 60),
    TARGET(template, "a report by a layout of one's own", "templates", NULL, 200),
    TARGET(database, "report over a timeline with changed bytes", "patches", NULL, 800),
    TARGET(merge, "merge of a timeline with changed bytes", "patches", NULL, 200),
    {0},
};

const struct fuzz_target *fuzz_choose(const char *name, ptrdiff_t *variant) {
    const char *colon = strchr(name, ':');
    struct pm_str first = {name, colon ? (size_t)(colon - name) : strlen(name)};
    const struct fuzz_target *t = fuzz_targets;
    while (t->name && !pm_str_eqc(first, t->name)) t++;
    *variant = -1;
    if (!t->name || !colon) return t->name ? t : NULL;
    for (size_t i = 0; t->variant && t->variant(i); i++)
        if (strcmp(t->variant(i), colon + 1) == 0) *variant = (ptrdiff_t)i;
    return *variant < 0 ? NULL : t;
}

void fuzz_one(const struct fuzz_target *t, ptrdiff_t variant, const uint8_t *p, size_t n) {
    struct fuzz_bytes in = {p, n};
    size_t variants = 0;
    while (t->variant && t->variant(variants)) variants++;
    // The two bytes are there also where one was named: a crash of the one is a crash of all.
    size_t chosen = t->variant ? fuzz_below(&in, variants) : 0;
    t->run(in, variant >= 0 ? (size_t)variant : chosen);
}
