// Rule files → rules: which files are read, in which order, and what a file says for all of
// its rules; one rule is ruleset_stanza.c. The grammar is rules/README.md; every mistake is
// told with file, line and, where a word is near a known one, that word.
//
//   rules:
//     - id: hub-quota-anonymous
//       title: Docker Hub names the unauthenticated quota
//       cause: rate-limit.anonymous
//       when: {any: ["reached your unauthenticated pull rate limit"]}
//       match: ["toomanyrequests: You have reached your unauthenticated pull rate limit."]
//       leave: [{error: "pull QPS exceeded", wins: kubelet-pull-qps}]
//
// Not handled, on purpose: YAML anchors across files, and merging parts of a rule: a rule
// of --rules replaces the whole rule of its id.
#include "base/embed.h"
#include "rules/rule_file.h"
#include "rules/ruleset_read.h"
#include "rules/yaml.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

enum { PLACE_MAX = 99, HASH_DIGITS = 16 };

static void read_rules(struct rule_load *l, const yaml_node_t *n, void *ctx,
                       const struct rule_key *key) {
    (void)key;
    if (!rule_want(l, n, YAML_SEQUENCE_NODE, "rules")) return;
    if (n->data.sequence.items.start < n->data.sequence.items.top) // all of a file may be left out
        rule_each_item(l, n, rule_read_stanza, ctx);
}
static void read_only(struct rule_load *l, const yaml_node_t *n, void *ctx,
                      const struct rule_key *key) {
    (void)ctx;
    (void)key;
    if (!pm_str_eqc(rule_scalar(n), "true"))
        rule_tell(l, rule_line_of(n), "`only` is true, or is left out");
    else if (!l->own) rule_tell(l, rule_line_of(n), "`only` is for --rules");
    l->only = true;
}
static void read_schema(struct rule_load *l, const yaml_node_t *n, void *ctx,
                        const struct rule_key *key) {
    (void)ctx;
    (void)key;
    if (!pm_str_eqc(rule_scalar(n), "1"))
        rule_tell(l, rule_line_of(n), "`schema` is 1: the only one there is");
}
static void read_file_heard(struct rule_load *l, const yaml_node_t *n, void *ctx,
                            const struct rule_key *key) {
    (void)ctx;
    (void)key;
    l->hearing = rule_hearing_of(l, n);
}
static void read_place(struct rule_load *l, const yaml_node_t *n, void *ctx,
                       const struct rule_key *key) {
    uint64_t place;
    (void)ctx;
    (void)key;
    if (pm_str_u64(rule_scalar(n), &place) && place && place <= PLACE_MAX)
        l->place = (unsigned)place;
    else rule_tell(l, rule_line_of(n), "`place` is a number from 1 to %d", PLACE_MAX);
}
static const struct rule_key file_keys[] = {{"rules", read_rules, 0},
                                            {"place", read_place, 0},
                                            {"only", read_only, 0},
                                            {"schema", read_schema, 0},
                                            {"heard", read_file_heard, 0}};

// A rule of one's own that was copied out of its file is heard as it was there.
static enum rule_hearing hearing_before(const struct pm_ruleset *rs, const struct rule *r,
                                        const struct rule_pattern *p) {
    for (size_t i = 0; r->own && !r->added && i < rs->pattern_count; i++) {
        const struct rule_pattern *o = &rs->patterns[i];
        if (o->rule == r->stands_for && o->source && p->source && strcmp(o->source, p->source) == 0)
            return o->hearing;
    }
    return HEARING_UNSAID;
}
// What is not said beside a pattern is said beside its rule, or its file; the file has its
// place among the others.
static void file_ends(struct rule_load *l, size_t first_rule) {
    struct pm_ruleset *rs = l->rs;
    for (size_t i = 0; i < rs->pattern_count; i++) {
        struct rule_pattern *p = &rs->patterns[i];
        struct rule *r = &rs->rules[p->rule];
        if (p->rule < first_rule || p->hearing) continue;
        p->hearing = r->hearing ? r->hearing : l->hearing;
        if (!p->hearing) p->hearing = hearing_before(rs, r, p);
    }
    for (size_t i = first_rule; i < rs->rule_count; i++) {
        if (!rs->rules[i].hearing) rs->rules[i].hearing = l->hearing;
        rs->rules[i].place = l->place;
    }
}

static bool read_document(struct rule_load *l, struct pm_str text, yaml_document_t *doc) {
    yaml_parser_t parser;
    if (pm_yaml_is_deep(text)) {
        rule_tell(l, 1, "no YAML that anybody wrote: nested too deep");
        return false;
    }
    if (!yaml_parser_initialize(&parser)) pm_die_oom();
    yaml_parser_set_input_string(&parser, (const unsigned char *)(text.n ? text.p : ""), text.n);
    bool good = yaml_parser_load(&parser, doc);
    if (!good)
        rule_tell(l, (unsigned)parser.problem_mark.line + 1, "no YAML: %s%s%s",
                  parser.problem ? parser.problem : "unreadable", parser.context ? " " : "",
                  parser.context ? parser.context : "");
    yaml_parser_delete(&parser);
    return good;
}

static void load_document(struct rule_load *l, yaml_document_t *doc) {
    size_t first_rule = l->rs->rule_count;
    l->doc = doc;
    const yaml_node_t *root = yaml_document_get_root_node(doc);
    if (!root) rule_tell(l, 1, "the file is empty");
    else if (rule_want(l, root, YAML_MAPPING_NODE, "rules"))
        rule_each_key(l, root, file_keys, PM_LEN(file_keys), NULL);
    file_ends(l, first_rule);
}

static void load_text(struct rule_load *l, struct pm_str path, struct pm_str text) {
    struct pm_arena *nodes = pm_arena_new();
    yaml_document_t doc;
    l->path = path;
    l->text = text;
    l->hearing = HEARING_UNSAID;
    l->place = 0;
    if (pm_yaml_compose(text, nodes, &doc)) { // the program's own, read when it was built
        load_document(l, &doc);
    } else if (read_document(l, text, &doc)) {
        load_document(l, &doc);
        yaml_document_delete(&doc);
    }
    pm_arena_free(nodes);
}

static void beats_known(struct rule_load *l) {
    struct pm_ruleset *rs = l->rs;
    const char **names = PM_NEWN(rs->a, const char *, rs->rule_count * 3);
    size_t n = 0;
    for (size_t i = 0; i < rs->rule_count; i++) {
        names[n++] = rs->rules[i].id;
        names[n++] = rs->rules[i].family;
        if (rs->rules[i].candidate_count) names[n++] = pm_causes[rs->rules[i].candidates[0]].name;
    }
    for (size_t i = 0; i < rs->rule_count; i++)
        for (size_t b = 0; b < rs->rules[i].beat_count; b++) {
            struct rule_beat *beat = &rs->rules[i].beats[b];
            size_t k = 0;
            while (k < n && !pm_str_eqc(beat->what, names[k])) k++;
            l->path = pm_str_c(rs->rules[i].path);
            if (k == n)
                rule_tell_word(l, beat->line, "rule, cause or family in `beats`", beat->what, names,
                               n);
        }
}

// Files of --rules DIR: DIR/causes/*.yaml and DIR/*.yaml, but not the data files that
// have readers of their own.
static int by_name(const void *x, const void *y) {
    return strcmp(*(char *const *)x, *(char *const *)y);
}
static size_t load_dir(struct rule_load *l, const char *dir) {
    DIR *d = opendir(dir);
    if (!d) return 0;
    char **names = NULL;
    size_t n = 0, cap = 0;
    for (struct dirent *e; (e = readdir(d));)
        if (pm_str_ends(pm_str_c(e->d_name), PM_STR(".yaml")) && e->d_name[0] != '.' &&
            !pm_table_is(e->d_name))
            *PM_PUSH(names, n, cap) = pm_xstrdup(e->d_name);
    closedir(d);
    if (n) qsort(names, n, sizeof *names, by_name);
    for (size_t i = 0; i < n; i++) {
        struct pm_str path = pm_arena_fmt(l->rs->a, "%s/%s", dir, names[i]), text;
        l->path = path;
        if (rule_file_read(l->rs->a, pm_arena_cstr(l->rs->a, path), &text))
            load_text(l, path, text);
        else rule_tell(l, 0, "cannot be read, or is larger than %d MiB", RULE_FILE_MAX >> 20);
        free(names[i]);
    }
    free(names);
    return n;
}
static void load_builtin(struct rule_load *l) {
    for (const struct pm_embedded *e = pm_embedded; e->path; e++)
        if (strncmp(e->path, "rules/causes/", 13) == 0)
            load_text(l, pm_str_c(e->path), (struct pm_str){e->bytes, e->n});
}
static void load_own(struct rule_load *l, const char *dir, size_t files) {
    l->own = true;
    files += load_dir(l, dir) +
             load_dir(l, pm_arena_cstr(l->rs->a, pm_arena_fmt(l->rs->a, "%s/causes", dir)));
    l->path = pm_str_c(dir);
    if (!files) rule_tell(l, 0, "no rule files here: DIR/causes/*.yaml or DIR/*.yaml are read");
    for (size_t i = 0; l->only && i < l->rs->rule_count; i++)
        if (!l->rs->rules[i].own) l->rs->rules[i].gone = true;
}
// Over what is in force, in the order in which it is asked, and not over where it stands
// written: a copy of the built-in rules has their hash.
const char *pm_ruleset_hash(const struct pm_ruleset *rs) {
    uint64_t h = 0;
    if (rs->hash[0]) return rs->hash;
    for (size_t i = 0; i < rs->order_count; i++)
        h = pm_str_hash(pm_str_trim(rs->rules[rs->order[i]].text),
                        h + (uint64_t)rs->rules[rs->order[i]].hearing);
    snprintf(rs->hash, HASH_DIGITS + 1, "%016llx",
             (unsigned long long)pm_tables_hash(&rs->tables, h));
    return rs->hash;
}
static struct pm_ruleset *ruleset_new(void) {
    struct pm_ruleset *rs = pm_xmalloc(sizeof *rs);
    memset(rs, 0, sizeof *rs);
    rs->a = pm_arena_new();
    rs->scratch = pm_arena_new();
    rs->hash = PM_NEWN(rs->a, char, HASH_DIGITS + 1);
    return rs;
}
struct pm_ruleset *pm_ruleset_load(const char *dir, struct pm_diags *diags) {
    struct pm_ruleset *rs = ruleset_new();
    struct rule_load l = {.rs = rs, .diags = diags};
    size_t files = 0;
    l.bad |=
        !pm_tables_load(&rs->tables, dir, &files, diags); // first: it says which causes there are
    load_builtin(&l);
    if (dir) load_own(&l, dir, files);
    if (!l.bad) beats_known(&l);
    if (!l.bad && ruleset_ready(rs, diags)) { return rs; }
    pm_ruleset_free(rs);
    return NULL;
}
// By reading the files once more: only `rules` asks, and every start would pay.
bool pm_ruleset_samples(struct pm_ruleset *rs, struct pm_diags *diags) {
    if (rs->sampled) return true;
    struct rule_load l = {.rs = ruleset_new(), .diags = diags, .samples = true};
    load_builtin(&l);
    for (size_t i = 0; i < l.rs->rule_count && i < rs->rule_count; i++) {
        struct rule *from = &l.rs->rules[i], *to = &rs->rules[i];
        if (to->own) break; // they stand behind the built-in ones
        to->samples = from->samples;
        to->sample_count = from->sample_count;
        from->samples = NULL;
        from->sample_count = 0;
    }
    rs->sampled = l.rs;
    return !l.bad;
}
struct pm_ruleset *ruleset_alone(struct pm_str text, const char *path, struct pm_diags *diags) {
    struct pm_ruleset *rs = ruleset_new();
    struct rule_load l = {.rs = rs, .diags = diags, .own = true};
    load_text(&l, pm_str_c(path), text);
    if (!l.bad) beats_known(&l);
    if (!l.bad && ruleset_ready(rs, diags)) return rs;
    pm_ruleset_free(rs);
    return NULL;
}
const json_t *pm_ruleset_table(const struct pm_ruleset *rs, enum pm_table table) {
    return pm_tables_tree(&rs->tables, table);
}
