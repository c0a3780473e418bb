// The tables of rules/: typing mistakes told where they stand with what was meant, files
// of --rules merged by what names a row, and one hash over all of it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "judge/causes/settle.h"
#include "judge/tell/advice.h"
#include "judge/tell/tell.h"
#include "judge/incidents/chain.h"
#include "base/embed.h"
#include "rules/table_files.h"
#include "rules/taxonomy.h"
#include "rules/yaml.h"
#include "rules/yaml_compose.h"
#include "rules/ruleset.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char dir[] = "/tmp/pm-tables-XXXXXX", file[sizeof dir + 32];
static int setup(void **state) {
    (void)state;
    return mkdtemp(dir) ? 0 : -1;
}
static int teardown(void **state) {
    (void)state;
    return rmdir(dir);
}
static struct pm_ruleset *load(const char *name, const char *yaml, struct pm_diags *d) {
    snprintf(file, sizeof file, "%s/%s", dir, name);
    FILE *f = fopen(file, "wb");
    assert_non_null(f);
    fputs(yaml, f);
    fclose(f);
    struct pm_ruleset *rs = pm_ruleset_load(dir, d);
    unlink(file);
    return rs;
}
static struct pm_ruleset *good(const char *name, const char *yaml) {
    struct pm_diags *d = pm_diags_new();
    struct pm_ruleset *rs = load(name, yaml, d);
    for (size_t i = 0; i < pm_diags_count(d); i++)
        print_message("%.*s\n", PM_FMT(pm_diags_at(d, i).message));
    assert_non_null(rs);
    pm_diags_free(d);
    return rs;
}

#define FAMILY "families:\n  - {match: network.dns, group: [registry], "
#define LINK                                                                                       \
    "links:\n  - {from: network.proxy, to: rate-limit, share: registry, lag_s: 3600,\n     "
#define SETTING                                                                                    \
    "settings:\n  - {id: x, severity: info, source: crio.conf, key: pause_image, advice: a,\n     "
#define CHECK "checks:\n  - {severity: info, advice: a,\n     "
#define ADVICE "advice:\n  - {cause: network.dns, phase: fix, within: 0-10m,\n     "
#define TAXON "causes:\n  - {cause: acme.held, words: w, title: t,\n     "
#define SETTLE "settle:\n  - {id: x, why: w,\n    "
#define QUOTA "quotas:\n  - {id: q, registry: r.example, identity: user,\n     "
static const struct {
    const char *file, *yaml;
    unsigned line;
    const char *words;
} mistakes[] = {
    {"taxonomy.yaml", TAXON "}\n", 2, "a cause needs `verdict`"},
    {"taxonomy.yaml", TAXON "verdict: \"{Nodess} held\"}\n", 3,
     "unknown name in a sentence \"Nodess\": did you mean \"nodes\"?"},
    {"taxonomy.yaml", TAXON "verdict: \"{nodes?is} held\"}\n", 3,
     "in `verdict` a name begins and does not end"},
    {"taxonomy.yaml", TAXON "verdict: \"{nodes held\"}\n", 3,
     "in `verdict` a name begins and does not end"},
    {"taxonomy.yaml", TAXON "verdict: v, rivals: [{cause: network.dns, beaten_by: [no-6xx]}]}\n", 3,
     "unknown beaten_by \"no-6xx\": did you mean \"no-5xx\"?"},
    {"taxonomy.yaml", TAXON "verdict: v, rivals: [{cause: network.dsn, beaten_by: [words]}]}\n", 3,
     "a rival that is no cause: \"network.dsn\""},
    {"taxonomy.yaml", TAXON "verdict: v, rivals: [words]}\n", 3, "a rival has to be a mapping"},
    {"taxonomy.yaml", TAXON "verdict: v, variants: [{variant: a, title: t}]}\n", 3,
     "a variant needs `verdict`"},
    {"taxonomy.yaml", "causes:\n  - {cause: held, words: w, title: t, verdict: v}\n", 2,
     "a cause is named family.word, not \"held\""},
    {"taxonomy.yaml", "only: true\ncauses:\n  - {cause: a.b, words: w, title: t, verdict: v}\n", 3,
     "`only: true` puts aside a cause that other rules name: \"rate-limit.anonymous\""},
    {"correlate.yaml", FAMILY "gap: 1800, scope: node}\n", 2,
     "unknown key \"gap\": did you mean \"gap_s\"?"},
    {"correlate.yaml", FAMILY "scope: node}\n", 2, "a family needs `gap_s`"},
    {"correlate.yaml", FAMILY "gap_s: \"1800\", scope: node}\n", 2,
     "`gap_s` has to be a number, zero or more"},
    {"correlate.yaml", FAMILY "gap_s: 1800, scope: nod}\n", 2,
     "unknown scope \"nod\": did you mean \"node\"?"},
    {"correlate.yaml", "families:\n  - {match: network, group: [regisry], gap_s: 9, scope: node}\n",
     2, "unknown group \"regisry\": did you mean \"registry\"?"},
    {"correlate.yaml", "families:\n  - {match: netwrok, group: [], gap_s: 9, scope: node}\n", 2,
     "unknown cause or family \"netwrok\": did you mean \"network\"?"},
    {"correlate.yaml", "familys: []\n", 1, "unknown key \"familys\": did you mean \"families\"?"},
    {"correlate.yaml", "links: {from: network}\n", 1, "`links` has to be a list"},
    {"correlate.yaml", "links: [network]\n", 1, "a link has to be a mapping"},
    {"correlate.yaml", LINK "what: w, observed: gcc}\n", 3,
     "unknown observed \"gcc\": there are removed, evicted, "},
    {"correlate.yaml", LINK "what: w, counted: \"{nn} of {of}\"}\n", 3,
     "unknown placeholder \"nn\""},
    {"correlate.yaml", LINK "waht: w}\n", 3, "unknown key \"waht\": did you mean \"what\"?"},
    {"correlate.yaml",
     LINK
     "what: w}\n  - {from: network.proxy, to: rate-limit, share: registry, lag_s: 9, what: v}\n",
     4, "this is a link that stands at line 2 already"},
    {"findings.yaml", SETTING "bellow: 5, text: t}\n", 3,
     "unknown key \"bellow\": did you mean \"below\"?"},
    {"findings.yaml", SETTING "text: t}\n", 2,
     "a finding over settings needs one of `equals`, `below`"},
    {"findings.yaml", SETTING "present: yes, text: t}\n", 3,
     "`present` has to be true, or left out"},
    {"findings.yaml", SETTING "below: five, text: t}\n", 3, "`below` has to be a number"},
    {"findings.yaml", SETTING "below: 5, where: {version: three}, text: t}\n", 3,
     "`version` in `where` has to be true, false or a number"},
    {"findings.yaml", SETTING "below: 5, text: \"it is {valu}\"}\n", 3,
     "unknown placeholder \"valu\": did you mean \"value\"?"},
    {"findings.yaml",
     "settings:\n  - {id: x, source: crio.config, key: k, below: 5, text: t, advice: a}\n", 2,
     "unknown source \"crio.config\": did you mean \"crio.conf\"?"},
    {"findings.yaml", CHECK "check: slow-pull, text: t}\n", 3,
     "unknown check \"slow-pull\": did you mean \"slow-pulls\"?"},
    {"advice.yaml", "advice:\n  - {cause: network.dsn, phase: fix, within: 0-10m, text: t}\n", 2,
     "unknown cause or family \"network.dsn\": did you mean \"network.dns\"?"},
    {"advice.yaml", "advice:\n  - {cause: network.dns, phase: fixx, within: 0-10m, text: t}\n", 2,
     "unknown phase \"fixx\": did you mean \"fix\"?"},
    {"advice.yaml", "advice:\n  - {cause: network.dns, phase: fix, within: soon, text: t}\n", 2,
     "unknown within \"soon\""},
    {"advice.yaml", ADVICE "text: \"on {nodes}\"}\n", 3,
     "unknown placeholder \"nodes\": did you mean \"node\"?"},
    {"advice.yaml", ADVICE "text: t, comand: x}\n", 3,
     "unknown key \"comand\": did you mean \"command\"?"},
    {"advice.yaml", ADVICE "text: t, command: {nerdctl: x}}\n", 3, "unknown runtime \"nerdctl\""},
    {"advice.yaml", ADVICE "text: t, needs: workloads}\n", 3,
     "unknown needs \"workloads\": did you mean \"workload\"?"},
    {"advice.yaml", ADVICE "text: [t]}\n", 3,
     "`text` has to be a text, or a mapping of runtimes to texts"},
    {"quotas.yaml", QUOTA "limit: 10, windows_s: 60}\n", 3,
     "unknown key \"windows_s\": did you mean \"window_s\"?"},
    {"quotas.yaml", QUOTA "limit: ten, window_s: 60}\n", 3, "`limit` has to be a whole number"},
    {"quotas.yaml", QUOTA "kind: slidin, window_s: 60}\n", 3,
     "unknown kind \"slidin\": did you mean \"sliding\"?"},
    {"quotas.yaml", "quotas:\n  - {id: q, registry: r.example, window_s: 60}\n", 2,
     "a quota needs `identity`"},
    {"homes.yaml", "homes:\n  - {old: r.example/, state: frozn, since: 2025-01-01}\n", 2,
     "unknown state \"frozn\": did you mean \"frozen\"?"},
    {"settle.yaml", SETTLE "as: network.dsn, confidence: low}\n", 3,
     "unknown cause \"network.dsn\": did you mean \"network.dns\"?"},
    {"settle.yaml", SETTLE "as: network, confidence: low}\n", 3, "unknown cause \"network\""},
    {"settle.yaml", SETTLE "as: neighbor, confidence: low}\n", 3,
     "unknown cause \"neighbor\": did you mean \"neighbour\"?"},
    {"settle.yaml", SETTLE "seen: [own-lines], as: neighbour, confidence: low}\n", 3,
     "unknown seen \"own-lines\": did you mean \"own-line\"?"},
    {"settle.yaml", SETTLE "is: [opened], as: neighbour, confidence: low}\n", 3,
     "unknown cause or family \"opened\": did you mean \"open\"?"},
    {"settle.yaml", SETTLE "near: {share: [host], cause: auth}, as: neighbour, confidence: low}\n",
     3, "unknown share \"host\""},
    {"settle.yaml", SETTLE "near: [auth], as: neighbour, confidence: low}\n", 3,
     "`near` has to be a mapping"},
    {"settle.yaml",
     SETTLE "beside: {by: node, before_s: 1, after_s: 1}, as: neighbour, confidence: low}\n", 3,
     "a line beside needs one of `cause`, `kind`"},
    {"settle.yaml",
     SETTLE
     "beside: {by: node, before_s: 1, after_s: 1, kind: runtime.stopp}, as: neighbour, confidence: low}\n",
     3, "unknown kind \"runtime.stopp\": did you mean \"runtime.stop\"?"},
    {"settle.yaml", SETTLE "says: connection-endd, as: neighbour, confidence: low}\n", 3,
     "no list \"connection-endd\" in lists.yaml: did you mean \"connection-ended\"?"},
    {"settle.yaml", SETTLE "confidence: low}\n", 2, "a stanza needs one of `as`, `reopen`"},
    {"settle.yaml", SETTLE "as: neighbour, confidence: lo}\n", 3,
     "unknown confidence \"lo\": did you mean \"low\"?"},
    {"settle.yaml", SETTLE "as: neighbour, confidence: low}\n", 3,
     "stanza x: `neighbour` is whom `near`, `beside` or"},
    {"settle.yaml", SETTLE "seen: [own-line, none-since], as: neighbour, confidence: low}\n", 3,
     "stanza x: none-since, same-image-before, served-between and all-refused are of the cause"},
    {"settle.yaml", SETTLE "as: network.dns, reopen: [network.tls], confidence: low}\n", 3,
     "stanza x: it says `as`, which settles, and `reopen`"},
    {"settle.yaml", SETTLE "round: after, reopen: [network.tls], confidence: low}\n", 3,
     "stanza x: nothing is asked after `round: after`"},
    {"settle.yaml", SETTLE "was: mirror, as: network.dns, confidence: low}\n", 3,
     "stanza x: `was` goes with `reopen`"},
    {"settle.yaml", "settle:\n  - {id: x,\n     as: network.dns, confidence: low}\n", 3,
     "stanza x: no `why`"},
    {"settle.yaml", SETTLE "reopen: [], confidence: low}\n", 3,
     "`reopen` is an empty list: leave it out"},
    {"settle.yaml", SETTLE "may_be: [], as: network.dns, confidence: low}\n", 3,
     "`may_be` is an empty list: leave it out"},
    {"settle.yaml",
     SETTLE
     "seen: [error-text, own-line, alike, secret-missing], as: neighbour, confidence: low}\n",
     3, "`seen` is a list of 4: 3 are the most"},
    {"settle.yaml", SETTLE "hidden_status: 65965, as: network.dns, confidence: low}\n", 3,
     "`hidden_status` has to be an HTTP status, from 100 to 599"},
    {"taxonomy.yaml", TAXON "traits: [by-user, by-address], verdict: v}\n", 3,
     "\"by-user\" and \"by-address\" cannot both be traits of \"acme.held\""},
    {"advice.yaml", ADVICE "text: t, run: \"{registry}\"}\n", 3,
     "no command \"{registry}\" in `commands`"},
    {"advice.yaml", ADVICE "text: t, run: loop}\ncommands:\n  - {id: loop, run: loop}\n", 5,
     "the command \"loop\" runs itself"},
    {"advice.yaml", ADVICE "text: t, command: \"\"}\n", 3,
     "`command` has to be a text, or a mapping of runtimes to texts"},
    {"lists.yaml", "lists:\n  - {list: l, what: w, texts: []}\n", 2,
     "`texts` is an empty list: leave it out"},
    {"lists.yaml", "lists:\n  - {list: l, what: w, texts: [\"\"]}\n", 2,
     "`texts` has to be a text, or a list of texts"},
    {"lists.yaml", "only: true\nlists:\n  - {list: l, what: w, ends: [a]}\n", 1,
     "the list \"lookup\" has to be there"},
    {"weights.yaml", "only: true\nweights: [{weight: episode-s, value: 60}]\n", 1,
     "the weight \"confidence-said\" has to be there"},
    {"weights.yaml", "weights:\n  - {weight: confidence-said, value: 90}\n", 2,
     "the weight \"confidence-said\" has to be a share from 0 to 1"},
    {"lists.yaml", "lists:\n  - {list: l, what: w, text: [a]}\n", 2,
     "unknown key \"text\": did you mean \"texts\"?"},
    {"lists.yaml", "lists:\n  - {list: l, what: w}\n", 2,
     "a list needs one of `texts`, `begins`, `ends`, `whole`"},
    {"weights.yaml", "weights:\n  - {weight: severity-workload, value: 3}\n", 2,
     "unknown weight \"severity-workload\": did you mean \"severity-workloads\"?"},
    {"weights.yaml", "weights:\n  - {weight: severity-workloads, value: many}\n", 2,
     "`value` has to be a number, zero or more"},
    {"lists.yaml", "answers:\n  - {says: gone}\n", 2, "an answer needs `status`"},
    {"quotas.yaml", "only: yes\n", 1, "`only` is true, or is left out"},
    {"quotas.yaml", "schema: 2\n", 1, "`schema` is 1"},
};
static void mistakes_are_told_where_they_stand(void **state) {
    (void)state;
    for (size_t i = 0; i < PM_LEN(mistakes); i++) {
        struct pm_diags *d = pm_diags_new();
        struct pm_ruleset *rs = load(mistakes[i].file, mistakes[i].yaml, d);
        bool told = false;
        for (size_t k = 0; k < pm_diags_count(d); k++) {
            struct pm_diag x = pm_diags_at(d, k);
            told = told || (x.line == mistakes[i].line &&
                            pm_str_starts(x.message, pm_str_c(mistakes[i].words)) &&
                            pm_str_eqc(x.path, file));
            if (k + 1 == pm_diags_count(d) && !told)
                print_message("%d: %.*s\n", (int)x.line, PM_FMT(x.message));
        }
        if (rs || !told) fail_msg("not told: %s", mistakes[i].words);
        pm_diags_free(d);
    }
}

// Innocent neighbours of those mistakes: what a row may leave out, null, a shell's own
// braces.
static void good_rows_pass(void **state) {
    (void)state;
    static const struct {
        const char *file, *yaml;
    } rows[] = {
        {"taxonomy.yaml", TAXON
         "verdict: \"{Nodes} {nodes?is|are} held{,from}\", variants: [{variant: a, title: t, verdict: v}]}\n"},
        {"taxonomy.yaml",
         "families:\n  - {family: network, rivals: [{cause: acme.held, beaten_by: [words]}]}\n" TAXON
         "verdict: v}\n"},
        {"correlate.yaml", FAMILY "gap_s: 1800, scope: node}\n"},
        {"correlate.yaml",
         "schema: 1\nfamilies:\n  - {match: network, group: [], gap_s: 0.5, together_s: null, scope: node}\n"},
        {"correlate.yaml", LINK "what: w}\n"},
        {"findings.yaml", SETTING
         "begins: [a, b], where: {version: 3, root: true}, not_loopback: false, text: \"{value} of {key}\"}\n"},
        {"findings.yaml", SETTING
         "equals: 3, text: t}\n  - {id: x, source: crio.conf, key: other, present: true, text: t, advice: a}\n"},
        {"findings.yaml", CHECK "check: slow-pulls, text: \"{what}\"}\n"},
        {"advice.yaml", ADVICE
         "text: \"on {node}\", command: {docker: \"curl -w '%{http_code}' ${PULL_TOKEN:?} ${nodes} | awk '{print $1}'\"}}\n"},
        {"quotas.yaml", QUOTA
         "limit: null, window_s: 60, from: 2024-04-01, until: 2024-05-01 00:00:00+00:00, users: [a, b]}\n"},
        {"advice.yaml",
         "advice:\n  - {cause: network, phase: fix, within: 0-10m, at: elsewhere, variant: [a, b], needs: [node, pod], text: \"{node:is|are} it\"}\n"},
        {"settle.yaml", SETTLE
         "round: last, is: none, between: [network.dns, image.signature], says: no-answer-yet, near: {share: node, cause: own}, as: likeliest, confidence: low}\n"},
        {"settle.yaml", SETTLE
         "between: [network.dns, image.signature], may_be: null, beside: null, hidden_status: 404, reopen: [network.tls, network.dns], was: mirror, confidence: low}\n"},
        {"settle.yaml",
         SETTLE "seen: [error-text, own-line, none-since], as: network.tls, confidence: low}\n"},
        {"taxonomy.yaml", TAXON "traits: [quota, by-user, node], verdict: v}\n"},
        {"advice.yaml", ADVICE
         "text: t, run: mine}\ncommands:\n  - {id: mine, run: {docker: later}}\n  - {id: later, command: c}\n"},
        {"weights.yaml", "weights: [{weight: confidence-said, value: 1}]\n"},
        {"lists.yaml", "lists:\n  - {list: l, what: w, ends: [a]}\n"},
        {"quotas.yaml", ""},
    };
    for (size_t i = 0; i < PM_LEN(rows); i++) pm_ruleset_free(good(rows[i].file, rows[i].yaml));
}

static size_t rows_of(const struct pm_ruleset *rs, enum pm_table t, const char *list) {
    return json_array_size(json_object_get(pm_ruleset_table(rs, t), list));
}
static const char *word_of(const struct pm_ruleset *rs, enum pm_table t, const char *list, size_t i,
                           const char *key) {
    return json_string_value(
        json_object_get(json_array_get(json_object_get(pm_ruleset_table(rs, t), list), i), key));
}

// One row of each: the built-in ones stay, but for the one of its name.
static void rows_merge_by_name(void **state) {
    (void)state;
    static const struct {
        enum pm_table table;
        const char *file, *list, *yaml;
        int more; // than the built-in ones
    } cases[] = {
        {PM_TABLE_CORRELATE, "correlate.yaml", "links", LINK "what: w}\n", 1},
        {PM_TABLE_CORRELATE, "correlate.yaml", "families", LINK "what: w}\n", 0},
        {PM_TABLE_CORRELATE, "correlate.yaml", "links",
         "links:\n  - {from: storage.io, to: runtime.unpack, share: node, observed: meanwhile, lag_s: 60, what: w}\n",
         0},
        {PM_TABLE_CORRELATE, "correlate.yaml", "families", FAMILY "gap_s: 60, scope: node}\n", 1},
        {PM_TABLE_CORRELATE, "correlate.yaml", "families",
         "families:\n  - {match: network, group: [], gap_s: 60, scope: node}\n", 0},
        {PM_TABLE_CORRELATE, "correlate.yaml", "links", "only: true\n" LINK "what: w}\n", -1000},
        {PM_TABLE_FINDINGS, "findings.yaml", "settings", SETTING "present: true, text: t}\n", 1},
        {PM_TABLE_FINDINGS, "findings.yaml", "settings",
         "settings:\n  - {id: frozen-pause-image, source: crio.conf, key: k, below: 5, text: t, advice: a}\n",
         -1},
        {PM_TABLE_FINDINGS, "findings.yaml", "checks", CHECK "check: slow-pulls, text: t}\n", 0},
        {PM_TABLE_ADVICE, "advice.yaml", "advice", ADVICE "text: ask the team of the registry}\n",
         1},
        {PM_TABLE_HOMES, "homes.yaml", "homes",
         "homes:\n  - {old: r.example/, new: s.example/, state: gone, since: 2025-01-01}\n", 1},
        {PM_TABLE_SETTLE, "settle.yaml", "settle", SETTLE "as: network.dns, confidence: low}\n", 1},
        {PM_TABLE_SETTLE, "settle.yaml", "settle",
         "settle:\n  - {id: own-line, as: network.dns, why: w, confidence: low}\n", 0},
        {PM_TABLE_WEIGHTS, "weights.yaml", "weights",
         "weights:\n  - {weight: severity-workloads, value: 2}\n", 0},
        {PM_TABLE_LISTS, "lists.yaml", "lists", "lists:\n  - {list: l, what: w, ends: [a]}\n", 1},
        {PM_TABLE_QUOTAS, "quotas.yaml", "quotas", QUOTA "window_s: 60}\n", 1},
        {PM_TABLE_QUOTAS, "quotas.yaml", "quotas",
         "quotas:\n  - {id: docker-hub.anonymous, registry: docker.io, identity: anonymous, limit: 5, window_s: 60}\n",
         0},
        {PM_TABLE_ALERTS, "alerts.yaml", "groups",
         "groups:\n  - {name: mine, rules: [{alert: Mine, expr: \"up > 1\"}]}\n", 1},
    };
    struct pm_ruleset *built_in = good("quotas.yaml", "");
    for (size_t i = 0; i < PM_LEN(cases); i++) {
        struct pm_ruleset *rs = good(cases[i].file, cases[i].yaml);
        size_t before = rows_of(built_in, cases[i].table, cases[i].list),
               after = rows_of(rs, cases[i].table, cases[i].list);
        assert_true(before > 0);
        if (cases[i].more == -1000) assert_int_equal(after, 1);
        else assert_int_equal((int)after - (int)before, cases[i].more);
        assert_string_not_equal(
            pm_ruleset_hash(rs),
            pm_ruleset_hash(built_in)); // each is in force, so each is in the hash
        pm_ruleset_free(rs);
    }
    pm_ruleset_free(built_in);
}

// What replaces stands where that stood; what is new goes before, advice before its own
// step.
static void rows_keep_their_places(void **state) {
    (void)state;
    struct pm_ruleset *rs = good(
        "correlate.yaml",
        "families:\n  - {match: network.tls, group: [], gap_s: 7, scope: node}\n  - {match: auth, group: [], gap_s: 8, scope: node}\n");
    assert_string_equal(word_of(rs, PM_TABLE_CORRELATE, "families", 0, "match"), "network.tls");
    assert_string_equal(word_of(rs, PM_TABLE_CORRELATE, "families", 5, "match"),
                        "auth"); // it was the fifth
    pm_ruleset_free(rs);
    rs = good(
        "advice.yaml",
        "advice:\n  - {cause: network.dns, phase: fix, within: 30-120m, text: first of mine}\n  - {cause: network.dns, phase: fix, "
        "within: 30-120m, text: second of mine}\n");
    const json_t *all = json_object_get(pm_ruleset_table(rs, PM_TABLE_ADVICE), "advice");
    size_t at = 0;
    while (at < json_array_size(all) &&
           strcmp(json_string_value(json_object_get(json_array_get(all, at), "cause")),
                  "network.dns") != 0)
        at++;
    assert_true(at > 0 && at < json_array_size(all));
    while (strcmp(word_of(rs, PM_TABLE_ADVICE, "advice", at, "phase"), "fix") != 0) at++;
    assert_string_equal(word_of(rs, PM_TABLE_ADVICE, "advice", at, "text"), "first of mine");
    assert_string_equal(word_of(rs, PM_TABLE_ADVICE, "advice", at + 1, "text"), "second of mine");
    assert_string_equal(word_of(rs, PM_TABLE_ADVICE, "advice", at + 2, "cause"), "network.dns");
    pm_ruleset_free(rs);
}

// An alert of one's own replaces the one of its name, in whatever group it stands.
static void alerts_merge_by_name(void **state) {
    (void)state;
    struct pm_ruleset *built_in = good("quotas.yaml", "");
    const json_t *group =
        json_array_get(json_object_get(pm_ruleset_table(built_in, PM_TABLE_ALERTS), "groups"), 0);
    const json_t *rule = json_array_get(json_object_get(group, "rules"), 0);
    const char *name = json_string_value(json_object_get(rule, "alert")),
               *home = json_string_value(json_object_get(group, "name"));
    char yaml[512];
    for (int same = 0; same < 2; same++) {
        snprintf(yaml, sizeof yaml,
                 "groups:\n  - name: %s\n    rules: [{alert: %s, expr: \"up > 7\"}]\n",
                 same ? home : "mine", name);
        struct pm_ruleset *rs = good("alerts.yaml", yaml);
        size_t i, k, found = 0;
        json_t *g, *r;
        json_array_foreach(json_object_get(pm_ruleset_table(rs, PM_TABLE_ALERTS), "groups"), i, g)
            json_array_foreach(json_object_get(g, "rules"), k, r) {
            if (strcmp(json_string_value(json_object_get(r, "alert")), name) != 0) continue;
            assert_string_equal(json_string_value(json_object_get(r, "expr")), "up > 7");
            found++;
        }
        assert_int_equal(found, 1);
        assert_int_equal(rows_of(rs, PM_TABLE_ALERTS, "groups"),
                         rows_of(built_in, PM_TABLE_ALERTS, "groups") + !same);
        pm_ruleset_free(rs);
    }
    pm_ruleset_free(built_in);
}

static void words_are_known_to_the_code(void **state) {
    (void)state;
    size_t n = 0;
    for (size_t i = 0; pm_words_observed[i]; i++) assert_true(pm_share_known(pm_words_observed[i]));
    assert_string_equal(pm_words_seen[PM_SEEN_WORDS], "words");
    assert_null(pm_words_seen[PM_SEEN_COUNT]);
    assert_string_equal(pm_words_trait[PM_TRAIT_SANDBOX], "sandbox");
    for (size_t i = 0; pm_words_settle[i] || settle_observations[i].name; i++)
        assert_string_equal(pm_words_settle[i], settle_observations[i].name);
    assert_null(pm_words_trait[PM_TRAIT_COUNT]);
    assert_string_equal(pm_words_shown[PM_SHOWN_RESTART], "restart");
    assert_null(pm_words_shown[PM_SHOWN_COUNT]);
    assert_string_equal(pm_words_weight[PM_WEIGHT_REGISTRY_SIDE_S], "registry-side-s");
    assert_null(pm_words_weight[PM_WEIGHT_COUNT]);
    assert_string_equal(pm_words_listed[PM_LIST_WRAPPING_NAME], "wrapping-name");
    assert_null(pm_words_listed[PM_LIST_COUNT]);
    for (size_t i = 0; pm_words_check[i]; i++) assert_true(pm_finding_known(pm_words_check[i]));
    while (pm_words_placeholder[n]) n++;
    assert_int_equal(n, PM_ADV_KEY_COUNT);
    assert_string_equal(pm_words_placeholder[PM_ADV_HOST], "host");
    assert_string_equal(pm_words_placeholder[PM_ADV_NEW_SECRET], "new_secret");
    assert_string_equal(pm_words_placeholder[PM_ADV_ACR], "acr");
}

// A cause of one's own is one like the others as long as its rules are loaded, and the
// built-in ones keep their words.
static void a_cause_is_added(void **state) {
    (void)state;
    struct pm_ruleset *rs = good("taxonomy.yaml", TAXON "verdict: held}\n");
    int own = pm_cause_find(PM_STR("acme.held")), known = pm_cause_find(PM_STR("network.dns"));
    assert_true(own >= 0 && known >= 0);
    assert_string_equal(pm_causes[own].family, "acme");
    assert_string_equal(pm_taxon_of(own)->phrase.verdict, "held");
    assert_true(pm_taxon_of(known)->variants_n >= 3 && pm_taxon_of(known)->rivals_n >= 3);
    pm_ruleset_free(rs);
    assert_int_equal(pm_cause_find(PM_STR("acme.held")), -1);
    assert_true(pm_cause_find(PM_STR("network.dns")) >= 0);
}

// As many as one likes: lists of names were once of a fixed length.
static void many_causes_are_added(void **state) {
    (void)state;
    enum { MANY = 200 };
    struct pm_buf yaml = {0};
    pm_buf_lit(&yaml, "causes:\n");
    for (int i = 0; i < MANY; i++)
        pm_buf_fmt(&yaml, "  - {cause: acme.held-%d, words: w, title: t, verdict: v}\n", i);
    pm_buf_addc(&yaml, 0);
    struct pm_ruleset *rs = good("taxonomy.yaml", yaml.p);
    assert_true(pm_causes_count() > MANY);
    assert_true(pm_cause_find(PM_STR("acme.held-199")) >= 0);
    pm_ruleset_free(rs);
    struct pm_diags *d = pm_diags_new();
    rs = load("correlate.yaml", FAMILY "gap_s: 1, scope: nod}\n", d);
    assert_null(rs);
    pm_diags_free(d);
    pm_buf_free(&yaml);
}

static void same_items(const yaml_node_t *a, const yaml_node_t *b) {
    const bool list = a->type == YAML_SEQUENCE_NODE;
    const char *p = list ? (char *)a->data.sequence.items.start
                         : (char *)a->data.mapping.pairs.start,
               *q = list ? (char *)b->data.sequence.items.start
                         : (char *)b->data.mapping.pairs.start;
    ptrdiff_t n =
        (list ? (char *)a->data.sequence.items.top : (char *)a->data.mapping.pairs.top) - p;
    assert_int_equal(
        n, (list ? (char *)b->data.sequence.items.top : (char *)b->data.mapping.pairs.top) - q);
    assert_memory_equal(p, q, (size_t)n);
}

static void same_nodes(yaml_document_t *x, yaml_document_t *y) {
    int n = 1;
    for (yaml_node_t *a, *b; (a = yaml_document_get_node(x, n)) != NULL; n++) {
        b = yaml_document_get_node(y, n);
        assert_non_null(b);
        assert_int_equal(a->type, b->type);
        assert_int_equal(a->start_mark.line, b->start_mark.line);
        if (a->type == YAML_SCALAR_NODE) {
            assert_int_equal(a->data.scalar.length, b->data.scalar.length);
            assert_memory_equal(a->data.scalar.value, b->data.scalar.value, a->data.scalar.length);
            continue;
        }
        same_items(a, b);
        assert_int_equal(a->start_mark.index, b->start_mark.index);
        assert_int_equal(a->end_mark.index, b->end_mark.index);
    }
    assert_null(yaml_document_get_node(y, n));
}

static void recorded_documents_are_the_text(void **state) {
    (void)state;
    for (const struct pm_embedded *e = pm_embedded_events; e->path; e++) {
        struct pm_str text = pm_embedded_find(e->path);
        yaml_document_t recorded, read;
        yaml_parser_t parser;
        struct pm_arena *nodes = pm_arena_new();
        assert_true(pm_yaml_compose(text, nodes, &recorded));
        assert_true(yaml_parser_initialize(&parser));
        yaml_parser_set_input_string(&parser, (const unsigned char *)text.p, text.n);
        assert_true(yaml_parser_load(&parser, &read));
        same_nodes(&recorded, &read);
        pm_arena_free(nodes);
        yaml_document_delete(&read);
        yaml_parser_delete(&parser);
    }
}

// The program's own files are read as they were recorded when it was built; a copy of one
// is read as text. Lines of mappings and keys stand in the trees, too.
static void recorded_rules_are_the_text(void **state) {
    (void)state;
    struct pm_diags *d = pm_diags_new();
    size_t files = 0;
    for (const struct pm_embedded *e = pm_embedded; e->path; e++) {
        struct pm_str text = {e->bytes, e->n};
        if (!pm_embedded_events_of(text).p) continue;
        struct pm_arena *a = pm_arena_new();
        json_t *recorded = pm_yaml_load(text, e->path, d),
               *read = pm_yaml_load(pm_arena_dup(a, text), e->path, d);
        assert_non_null(recorded);
        assert_true(json_equal(recorded, read));
        json_decref(recorded);
        json_decref(read);
        pm_arena_free(a);
        files++;
    }
    assert_true(files > 10);
    assert_null(pm_embedded_events_of(PM_STR("rules: []")).p);
    pm_diags_free(d);
}

// What is read when it is first asked for is what is read at once where there are rules of
// one's own, of which a copy of the built-in ones changes nothing.
static void late_tables_are_the_same(void **state) {
    (void)state;
    struct pm_diags *d = pm_diags_new();
    struct pm_tables late = {.late = NULL}, whole = {.late = NULL};
    size_t files = 0;
    assert_true(pm_tables_load(&whole, "rules", &files, d));
    assert_int_equal(files, PM_TABLE_COUNT);
    assert_true(pm_tables_load(&late, NULL, &files, d));
    assert_null(late.late[PM_TABLE_SETTLE]);
    assert_true(pm_tables_hash(&late, 1) == pm_tables_hash(&whole, 1));
    for (int i = 0; i < PM_TABLE_COUNT; i++) {
        const json_t *tree = pm_tables_tree(&late, (enum pm_table)i);
        assert_non_null(tree);
        assert_ptr_equal(tree, pm_tables_tree(&late, (enum pm_table)i));
    }
    assert_int_equal(pm_diags_count(d), 0);
    pm_tables_free(&late);
    pm_tables_free(&whole);
    pm_diags_free(d);
}

// A start marks the program's own tables and does not check them: the tree has to be what a
// check leaves, and the check has to find nothing.
static void built_in_tables_are_good(void **state) {
    (void)state;
    struct pm_diags *d = pm_diags_new();
    assert_true(pm_rules_built_in_check(d));
    for (int i = 0; i < PM_TABLE_COUNT; i++) {
        snprintf(file, sizeof file, "rules/%s", pm_table_files[i].name);
        json_t *checked = pm_table_of_text((enum pm_table)i, pm_embedded_find(file), file, NULL,
                                           pm_causes, d),
               *marked = pm_table_of_build((enum pm_table)i, file, NULL, d);
        assert_non_null(checked);
        assert_true(json_equal(checked, marked));
        json_decref(checked);
        json_decref(marked);
    }
    assert_int_equal(pm_diags_count(d), 0);
    pm_diags_free(d);
}

// Keys without a value go, also in a list of mappings within a row; a mistake stays.
static void marked_is_as_checked(void **state) {
    (void)state;
    static const struct schema_key inner[] = {{.name = "a", .type = SCHEMA_TEXT}, {.name = NULL}};
    static const struct schema_list within = {.name = "in", .what = "an inner", .keys = inner};
    static const struct schema_key keys[] = {{.name = "x", .type = SCHEMA_TEXT, .required = true},
                                             {.name = "y", .type = SCHEMA_TEXT},
                                             {.name = "in", .type = SCHEMA_ROWS, .rows = &within},
                                             {.name = "one", .type = SCHEMA_ONE, .rows = &within},
                                             {.name = NULL}};
    static const struct schema_file form = {
        .name = "t.yaml",
        .lists = {{.name = "rows", .what = "a row", .keys = keys, .several = true}}};
    static const struct pm_cause none[] = {{.name = NULL}};
    struct pm_diags *d = pm_diags_new();
    struct pm_str text = PM_STR("rows:\n  - {x: 1, y: null, in: [{a: null}, {a: b}], one: {a: ~}}\n"
                                "  - {x: null, y: z}\n");
    json_t *checked = pm_yaml_load(text, "t.yaml", d), *marked = pm_yaml_load(text, "t.yaml", d);
    assert_false(schema_check(&form, checked, "t.yaml", none, d));
    schema_mark(&form, marked, "t.yaml");
    assert_true(json_equal(checked, marked));
    json_decref(checked);
    json_decref(marked);
    pm_diags_free(d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_rules_are_the_text),
        cmocka_unit_test(recorded_documents_are_the_text),
        cmocka_unit_test(late_tables_are_the_same),
        cmocka_unit_test(built_in_tables_are_good),
        cmocka_unit_test(marked_is_as_checked),
        cmocka_unit_test(mistakes_are_told_where_they_stand),
        cmocka_unit_test(good_rows_pass),
        cmocka_unit_test(rows_merge_by_name),
        cmocka_unit_test(rows_keep_their_places),
        cmocka_unit_test(alerts_merge_by_name),
        cmocka_unit_test(words_are_known_to_the_code),
        cmocka_unit_test(a_cause_is_added),
        cmocka_unit_test(many_causes_are_added),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
