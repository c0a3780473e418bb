// `rules check|test|list|show`: the rules told to people, and their samples run.
//
// A sample is the specification of its rule. `match`: this rule answers, over the whole
// set. `leave`: it does not; with `wins`, the named rule does. Every alternative of a rule
// has to be exercised by one of its samples, else nobody knows whether it can match at
// all.
#include "rules/ruleset.h"
#include "rules/taxonomy.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

enum { EXIT_GOOD = 0, EXIT_MISTAKE = 2 }; // 2 is a mistake in the rules

struct answer {
    const char *id; // the rule that answered, NULL: none
    bool failed;    // no event came out of the line
    struct pm_event event;
};
static struct answer answer_of(struct pm_ruleset *rs, const struct pm_rules_run *run,
                               const struct rule_sample *s, struct pm_arena *a) {
    struct answer r = {.event = s->event};
    if (s->line.n && !(run->event_of_line && run->event_of_line(rs, s->line, &r.event, a)))
        r.failed = true;
    else r.id = pm_ruleset_classify(rs, &r.event).rule;
    return r;
}
// What is wrong with this sample, or PM_NONE.
static struct pm_str fault_of(const struct rule *r, const struct rule_sample *s,
                              const struct answer *got, struct pm_arena *a) {
    const char *id = got->id ? got->id : "no rule";
    bool own = got->id && strcmp(got->id, r->id) == 0, none = pm_str_eqc(s->wins, "none");
    if (s->yes && got->failed) return PM_STR("the line says nothing that a rule is asked about");
    if (s->yes && !own) return pm_arena_fmt(a, "answered by %s", id);
    if (!s->yes && own) return PM_STR("a near miss, but this rule answers");
    if (s->wins.n && none && got->id) return pm_arena_fmt(a, "answered by %s, expected none", id);
    if (s->wins.n && !none && !(got->id && pm_str_eqc(s->wins, got->id)))
        return pm_arena_fmt(a, "answered by %s, expected %.*s", id, PM_FMT(s->wins));
    return PM_NONE;
}
static void cover(struct pm_ruleset *rs, size_t rule, const struct pm_event *e) {
    struct rule *r = &rs->rules[rule];
    struct rule_view v = rule_view_of(rs, e);
    rule_wake(rs, &v);
    for (size_t c = 0; c < r->condition_count; c++) {
        if (!rule_condition_matches(rs, &r->conditions[c], &v)) continue;
        r->conditions[c].hit = true;
        for (size_t k = 0; k < r->conditions[c].clause_count; k++)
            for (uint32_t p = r->conditions[c].clauses[k].first,
                          n = r->conditions[c].clauses[k].count;
                 n--; p++)
                if (rule_pattern_matches(rs, p, v.subject[r->conditions[c].clauses[k].subject]))
                    rs->patterns[p].hit = true;
    }
}

struct tally {
    size_t passed, failed, bare;
};
typedef void outcome_fn(void *ctx, const struct rule *r, const struct rule_sample *s,
                        struct pm_str fault);
static void run_samples(struct pm_ruleset *rs, const struct pm_rules_run *run, outcome_fn *outcome,
                        void *ctx) {
    struct pm_arena *a = pm_arena_new();
    for (size_t i = 0; i < rs->order_count; i++) {
        struct rule *r = &rs->rules[rs->order[i]];
        for (size_t k = 0; k < r->sample_count; k++) {
            struct answer got = answer_of(rs, run, &r->samples[k], a);
            struct pm_str fault = fault_of(r, &r->samples[k], &got, a);
            if (r->samples[k].yes && !fault.n) cover(rs, rs->order[i], &got.event);
            outcome(ctx, r, &r->samples[k], fault);
            pm_arena_reset(a);
        }
    }
    pm_arena_free(a);
}
typedef void bare_fn(void *ctx, const struct rule *r, unsigned line, const char *what);
// Alternatives that no sample exercised: conditions, and patterns of a clause that needs
// one of several.
static void each_bare(const struct pm_ruleset *rs, bare_fn *tell, void *ctx) {
    for (size_t i = 0; i < rs->order_count; i++) {
        const struct rule *r = &rs->rules[rs->order[i]];
        for (size_t c = 0; c < r->condition_count; c++) {
            if (!r->conditions[c].hit) tell(ctx, r, r->conditions[c].line, "a condition");
            for (size_t k = 0; k < r->conditions[c].clause_count && r->conditions[c].hit; k++) {
                const struct rule_clause *clause = &r->conditions[c].clauses[k];
                for (uint32_t p = clause->first; !clause->none && p < clause->first + clause->count;
                     p++)
                    if (!rs->patterns[p].hit)
                        tell(ctx, r, rs->patterns[p].line, rs->patterns[p].source);
            }
        }
    }
}

// check: mistakes go to diags, good news is one line.
struct check {
    struct pm_diags *diags;
    size_t faults;
    size_t plain,
        alone; // plain samples of the built-in rules; those that are heard as a line of their own
};
static void check_outcome(void *ctx, const struct rule *r, const struct rule_sample *s,
                          struct pm_str fault) {
    struct check *c = ctx;
    if (!fault.n) return;
    pm_diags_add(c->diags, pm_str_c(r->path), s->at, "rule", "%s: sample %.*s", r->id,
                 PM_FMT(fault));
    c->faults++;
}
static void check_bare(void *ctx, const struct rule *r, unsigned line, const char *what) {
    struct check *c = ctx;
    pm_diags_add(c->diags, pm_str_c(r->path), line, "rule", "%s: no sample exercises \"%s\"", r->id,
                 what);
    c->faults++;
}
static void check_present(struct check *c, const struct rule *r) {
    size_t yes = 0;
    for (size_t i = 0; i < r->sample_count; i++) yes += r->samples[i].yes;
    if (!yes)
        pm_diags_add(c->diags, pm_str_c(r->path), r->line, "rule", "%s has no `match` sample",
                     r->id);
    if (yes == r->sample_count)
        pm_diags_add(c->diags, pm_str_c(r->path), r->line, "rule",
                     "%s has no `leave` sample: a near one that it must leave alone", r->id);
    c->faults += (yes == 0) + (yes == r->sample_count);
}
// A sample that is an error text and nothing else, of a rule that has a cause and wants
// to be heard.
static bool is_plain(const struct rule *r, const struct rule_sample *s) {
    const struct pm_event *e = &s->event;
    if (!s->yes || s->line.n || r->quiet || r->hearing == HEARING_NO ||
        e->kind != PM_KIND_PULL_FAIL)
        return false;
    for (int f = 0; f < PM_F_COUNT; f++)
        if ((f == PM_F_ERROR) != (e->field[f].n > 0)) return false;
    return !e->component && !e->stage && !e->http_status && !e->flags;
}
// Is the sample understood where it stands alone on a line, with no program's format
// around it? No mistake: many words need a record beside them.
static void check_heard(struct pm_ruleset *rs, const struct pm_rules_run *run, struct check *c) {
    struct pm_arena *a = pm_arena_new();
    for (size_t i = 0; i < rs->order_count; i++) {
        const struct rule *r = &rs->rules[rs->order[i]];
        for (size_t k = 0; run->event_of_line && k < r->sample_count; k++) {
            const struct rule_sample *s = &r->samples[k];
            struct pm_event e = {0};
            if (!is_plain(r, s)) continue;
            bool heard = run->event_of_line(rs, s->event.field[PM_F_ERROR], &e, a) &&
                         pm_ruleset_classify(rs, &e).cause == r->candidates[0];
            bool own = r->own && !r->same;
            c->plain += !own;
            c->alone += !own && heard;
            if (own && !heard)
                pm_diags_add(
                    c->diags, pm_str_c(r->path), s->at, "rule-heard",
                    "%s: a notice: as a line of its own \"%.*s\" would not be heard, only inside a record of a known format (`heard: no` says that it "
                    "is meant so)",
                    r->id, PM_FMT(pm_str_sub(s->event.field[PM_F_ERROR], 0, 120)));
            pm_arena_reset(a);
        }
    }
    pm_arena_free(a);
}
// A cause that no rule can find is told of nothing, and one that no family holds is
// grouped by nobody's word. Its sentences are the reader's to ask for, its advice is
// judge/tell/advice_row.c's.
static bool has_rule(const struct pm_ruleset *rs, int cause) {
    for (size_t i = 0; i < rs->order_count; i++)
        for (int k = 0; k < rs->rules[rs->order[i]].candidate_count; k++)
            if (rs->rules[rs->order[i]].candidates[k] == cause) return true;
    return false;
}
static bool has_family(const struct pm_ruleset *rs, int cause) {
    const json_t *families = json_object_get(pm_ruleset_table(rs, PM_TABLE_CORRELATE), "families");
    for (size_t i = 0; i < json_array_size(families); i++) {
        struct pm_str match =
            pm_str_c(json_string_value(json_object_get(json_array_get(families, i), "match")));
        if (pm_str_eqc(match, pm_causes[cause].name) || pm_str_eqc(match, pm_causes[cause].family))
            return true;
    }
    return false;
}
static void check_causes(const struct pm_ruleset *rs, struct check *c) {
    const json_t *rows = json_object_get(pm_ruleset_table(rs, PM_TABLE_TAXONOMY), "causes");
    for (int i = 0; pm_causes[i].name; i++) {
        const json_t *row = json_array_get(rows, (size_t)i);
        struct pm_str path = pm_str_c(pm_yaml_file(row, "taxonomy.yaml"));
        bool rule = has_rule(rs, i) || pm_cause_has(i, PM_TRAIT_UNEXPLAINED),
             family = has_family(rs, i);
        if (!rule)
            pm_diags_add(c->diags, path, (uint64_t)pm_yaml_line(row), "rule",
                         "no rule finds \"%s\"", pm_causes[i].name);
        if (!family)
            pm_diags_add(
                c->diags, path, (uint64_t)pm_yaml_line(row), "rule",
                "no family of correlate.yaml holds \"%s\": which of its failures are one incident?",
                pm_causes[i].name);
        c->faults += !rule + !family;
    }
}
int pm_ruleset_check(struct pm_ruleset *rs, const struct pm_rules_run *run, size_t elsewhere,
                     struct pm_diags *diags) {
    struct check c = {.diags = diags, .faults = elsewhere};
    for (size_t i = 0; i < rs->order_count; i++) check_present(&c, &rs->rules[rs->order[i]]);
    run_samples(rs, run, check_outcome, &c);
    each_bare(rs, check_bare, &c);
    check_causes(rs, &c);
    check_heard(rs, run, &c);
    if (!c.faults) printf("%zu rules, all good (%s)\n", rs->order_count, pm_ruleset_hash(rs));
    if (!c.faults && c.plain)
        printf("%zu of %zu plain samples of the built-in rules are heard as a line of their own\n",
               c.alone, c.plain);
    return c.faults ? EXIT_MISTAKE : EXIT_GOOD;
}

// test: one line a rule, failures with their sample.
struct test {
    struct tally tally;
    const struct rule *rule; // the one being told
    size_t rule_failed, rules, rules_failed;
    FILE *junit;
};
static void test_rule_end(struct test *t) {
    if (!t->rule) return;
    t->rules++;
    t->rules_failed += t->rule_failed > 0;
    if (!t->rule_failed) printf("ok    %s (%zu)\n", t->rule->id, t->rule->sample_count);
    t->rule_failed = 0;
}
static void xml(FILE *f, struct pm_str s) {
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '<') fputs("&lt;", f);
        else if (c == '>') fputs("&gt;", f);
        else if (c == '&') fputs("&amp;", f);
        else if (c == '"') fputs("&quot;", f);
        else if (c < ' ' && c != '\t') fputc(' ', f);
        else fputc(c, f);
    }
}
static void test_junit(FILE *f, const struct rule *r, const struct rule_sample *s,
                       struct pm_str fault) {
    fprintf(f, "  <testcase classname=\"%s\" name=\"%s:%u\"", r->id, s->yes ? "match" : "leave",
            s->at);
    if (!fault.n) {
        fputs("/>\n", f);
        return;
    }
    fputs("><failure message=\"", f);
    xml(f, fault);
    fputs("\"/></testcase>\n", f);
}
static void test_outcome(void *ctx, const struct rule *r, const struct rule_sample *s,
                         struct pm_str fault) {
    struct test *t = ctx;
    struct pm_str text = s->line.n ? s->line : s->event.field[PM_F_ERROR];
    if (r != t->rule) {
        test_rule_end(t);
        t->rule = r;
    }
    if (t->junit) test_junit(t->junit, r, s, fault);
    if (!fault.n) {
        t->tally.passed++;
        return;
    }
    t->tally.failed++;
    t->rule_failed++;
    printf("FAIL  %s: %s at %s:%u: %.*s\n      %.*s\n", r->id, s->yes ? "match" : "leave", r->path,
           s->at, PM_FMT(fault), (int)(text.n > 300 ? 300 : text.n), text.n ? text.p : "");
}
static void test_bare(void *ctx, const struct rule *r, unsigned line, const char *what) {
    ((struct test *)ctx)->tally.bare++;
    printf("bare  %s at %s:%u: %s\n", r->id, r->path, line, what);
}
int pm_ruleset_test(struct pm_ruleset *rs, const struct pm_rules_run *run) {
    struct test t = {.junit = run->junit ? fopen(run->junit, "wb") : NULL};
    if (run->junit && !t.junit) {
        fprintf(stderr, "pullmortem rules: cannot write %s\n", run->junit);
        return EXIT_MISTAKE;
    }
    if (t.junit)
        fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"pullmortem rules\">\n",
              t.junit);
    run_samples(rs, run, test_outcome, &t);
    test_rule_end(&t);
    if (run->coverage) each_bare(rs, test_bare, &t);
    printf("%zu samples of %zu rules: %zu passed, %zu failed", t.tally.passed + t.tally.failed,
           t.rules, t.tally.passed, t.tally.failed);
    if (run->coverage)
        printf("; %zu of %zu patterns and conditions without a sample", t.tally.bare,
               rs->pattern_count);
    puts("");
    if (t.junit) {
        fputs("</testsuite>\n", t.junit);
        fclose(t.junit);
    }
    return t.tally.failed || (run->coverage && t.tally.bare) ? EXIT_MISTAKE : EXIT_GOOD;
}

// list, show.
static json_t *rule_json(const struct rule *r, size_t order, bool whole) {
    json_t *o = json_object(), *candidates = json_array();
    json_object_set_new(o, "id", json_string(r->id));
    json_object_set_new(o, "cause",
                        r->quiet ? json_null() : json_string(pm_causes[r->candidates[0]].name));
    for (int i = 0; i < r->candidate_count; i++)
        json_array_append_new(candidates, json_string(pm_causes[r->candidates[i]].name));
    json_object_set_new(o, "candidates", candidates);
    json_object_set_new(o, "quiet", json_boolean(r->quiet));
    json_object_set_new(o, "confidence",
                        r->quiet ? json_null() : json_string(pm_confidence_names[r->confidence]));
    json_object_set_new(o, "title", json_string(r->title));
    json_object_set_new(o, "source", r->source ? json_string(r->source) : json_null());
    json_object_set_new(o, "order", json_integer((json_int_t)order + 1));
    json_object_set_new(o, "file", json_string(r->path));
    json_object_set_new(o, "line", json_integer(r->line));
    json_object_set_new(o, "samples", json_integer((json_int_t)r->sample_count));
    if (whole) json_object_set_new(o, "text", json_stringn(r->text.p, r->text.n));
    return o;
}
static void rule_row(const struct rule *r) {
    const char *cause = r->quiet ? "(quiet)" : pm_causes[r->candidates[0]].name;
    printf("%-40s %-27s %-7s %s%s\n", r->id, cause,
           r->quiet ? "" : pm_confidence_names[r->confidence], r->title,
           r->candidate_count > 1 ? " (the neighbours decide)" : "");
}
static void rule_show(const struct rule *r, size_t order) {
    printf("%s:%u, asked as number %zu\n", r->path, r->line, order + 1);
    for (int i = 1; i < r->candidate_count; i++)
        printf("%s%s", i == 1 ? "or: " : ", ", pm_causes[r->candidates[i]].name);
    if (r->candidate_count > 1) puts("");
    printf("  - %.*s\n", PM_FMT(pm_str_trim(r->text)));
}
// Asked by a cause or a family instead of a rule's id: does this rule name it?
static bool rule_says(const struct rule *r, const char *cause) {
    if (strcmp(r->family, cause) == 0) return true;
    for (int i = 0; i < r->candidate_count && !r->quiet; i++)
        if (strcmp(pm_causes[r->candidates[i]].name, cause) == 0) return true;
    return false;
}
int pm_ruleset_list(const struct pm_ruleset *rs, const char *id, const struct pm_rules_run *run) {
    json_t *all = run->json ? json_array() : NULL;
    bool found = false, one = false;
    size_t causes = pm_causes_count(); // a rule is asked for by its cause, too
    const char **names = PM_NEWN(rs->a, const char *, rs->order_count + causes);
    for (size_t i = 0; i < rs->order_count; i++) {
        const struct rule *r = &rs->rules[rs->order[i]];
        names[i] = r->id;
        if (id && strcmp(id, r->id) != 0 && !rule_says(r, id)) continue;
        if (id && !all && found) puts("");
        found = true;
        one |= id && strcmp(id, r->id) == 0;
        if (all) json_array_append_new(all, rule_json(r, i, id != NULL));
        else if (id) rule_show(r, i);
        else rule_row(r);
    }
    if (all && found) {
        json_dumpf(one ? json_array_get(all, 0) : all, stdout, JSON_INDENT(2));
        puts("");
    }
    json_decref(all);
    if (found || !id) return EXIT_GOOD;
    for (size_t i = 0; i < causes; i++) names[rs->order_count + i] = pm_causes[i].name;
    const char *near = rule_nearest(pm_str_c(id), names, rs->order_count + causes);
    fprintf(stderr, "pullmortem rules: no rule \"%s\"%s%s%s\n", id, near ? ": did you mean \"" : "",
            near ? near : "", near ? "\"?" : "");
    return EXIT_MISTAKE;
}
