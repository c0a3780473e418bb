// The samples of rules/settle.yaml, judged: `match` is a log in which the stanza settles a
// pull, `leave` a near one in which it settles none.
//
// A sample is a list of rows, as parsers would make them of the lines. The shortest are
// {at: 5, from: kubelet, fail: acme/web:1, error: "…"}; rows of one component and node
// stand in one file.
#include "base/json_get.h"
#include "judge/tools.h"
#include "pm/judge.h"
#include "rules/tables.h"
#include <stdlib.h>

#define START_NS PM_S(1709287200.0) // 2024-03-01 10:00 UTC, from which `at` counts

static const struct {
    const char *key;
    enum pm_field field;
} fields[] = {
    {"node", PM_F_NODE},         {"error", PM_F_ERROR},
    {"message", PM_F_MESSAGE},   {"reason", PM_F_REASON},
    {"object", PM_F_OBJECT},     {"detail", PM_F_DETAIL},
    {"host", PM_F_HOST},         {"url", PM_F_URL},
    {"client", PM_F_CLIENT},     {"agent", PM_F_USER_AGENT},
    {"method", PM_F_METHOD},     {"user", PM_F_USER},
    {"registry", PM_F_REGISTRY}, {"namespace", PM_F_NAMESPACE},
    {"secret", PM_F_SECRET},     {"image", PM_F_IMAGE},
    {"start", PM_F_IMAGE},       {"ok", PM_F_IMAGE},
    {"fail", PM_F_IMAGE},        {"join", PM_F_JOIN},
};
static const struct {
    const char *key;
    enum pm_kind kind;
} shorts[] = {{"start", PM_KIND_PULL_START}, {"ok", PM_KIND_PULL_OK}, {"fail", PM_KIND_PULL_FAIL}};

struct member { // a file of the sample
    enum pm_component component;
    struct pm_str node;
    uint32_t id;
    struct pm_file_row row;
};
struct sample {
    struct pm_arena *a;
    struct pm_timeline *timeline;
    PM_LIST(struct member) members;
    const char *stanza;
    bool settled; // by it
};

static unsigned word_of(struct pm_str word, const char *const *words) {
    unsigned i = 0;
    while (words[i] && !pm_str_eqc(word, words[i])) i++;
    return words[i] ? i : 0;
}
static int64_t at_of(const json_t *row) {
    return START_NS + (int64_t)(json_number_value(json_object_get(row, "at")) * 1e9);
}

static uint32_t member_of(struct sample *s, const json_t *row) {
    enum pm_component c =
        (enum pm_component)word_of(pm_member_text(row, "from"), pm_component_names);
    struct pm_str node = pm_member_text(row, "node");
    for (size_t i = 0; i < s->members.n; i++) {
        struct member *m = &s->members.items[i];
        if (m->component != c || !pm_str_eq(m->node, node)) continue;
        m->row.to_ns = pm_max_time(m->row.to_ns, at_of(row));
        return m->id;
    }
    struct member *m = PM_PUSH(s->members.items, s->members.n, s->members.cap);
    *m = (struct member){.component = c, .node = node};
    m->row = (struct pm_file_row){
        .path = pm_arena_fmt(s->a, "%.*s/%s.log", PM_FMT(node), pm_component_names[c]),
        .component = pm_str_c(pm_component_names[c]),
        .node = node,
        .from_ns = at_of(row),
        .to_ns = at_of(row)};
    m->id = pm_timeline_file(s->timeline, &m->row);
    return m->id;
}

static void event_fill(struct pm_event *e, const json_t *row) {
    struct pm_str pod = pm_member_text(row, "pod");
    ptrdiff_t slash = pm_str_chr(pod, '/', 0);
    const json_t *flags = json_object_get(row, "flags");
    for (size_t i = 0; i < PM_LEN(fields); i++)
        if (json_object_get(row, fields[i].key))
            e->field[fields[i].field] = pm_member_text(row, fields[i].key);
    for (size_t i = 0; i < PM_LEN(shorts); i++)
        if (json_object_get(row, shorts[i].key)) e->kind = shorts[i].kind;
    for (size_t i = 0; i < json_array_size(flags); i++)
        e->flags |=
            1u << word_of(pm_str_c(json_string_value(json_array_get(flags, i))), pm_words_flag);
    if (slash < 0) return;
    e->field[PM_F_NAMESPACE] = pm_str_sub(pod, 0, (size_t)slash);
    e->field[PM_F_POD] = pm_str_from(pod, (size_t)slash + 1);
}

static void row_put(struct sample *s, const json_t *row, size_t line) {
    struct pm_row r = {.file = member_of(s, row),
                       .line = line,
                       .ts_ns = at_of(row),
                       .ts_kind = PM_WHEN_UTC,
                       .quality = PM_QUALITY_EXACT,
                       .first_ns = PM_NO_TIME,
                       .last_ns = PM_NO_TIME,
                       .raw = pm_member_text(row, "error")};
    if (!r.raw.n) r.raw = PM_STR("line");
    r.event = (struct pm_event){
        .kind = (enum pm_kind)word_of(pm_member_text(row, "kind"), pm_kind_names),
        .component = (enum pm_component)word_of(pm_member_text(row, "from"), pm_component_names),
        .http_status = (int)json_integer_value(json_object_get(row, "status")),
        .bytes = -1,
        .limit = -1,
        .remaining = -1,
        .window_s = -1};
    event_fill(&r.event, row);
    pm_timeline_put(s->timeline, &r);
}

static void rows_put(struct sample *s, const json_t *rows) {
    pm_timeline_begin(s->timeline);
    for (size_t i = 0; i < json_array_size(rows); i++) row_put(s, json_array_get(rows, i), i + 1);
    for (size_t i = 0; i < s->members.n; i++) {
        s->members.items[i].row.lines = json_array_size(rows); // numbered over all members
        pm_timeline_file_update(s->timeline, s->members.items[i].id, &s->members.items[i].row);
    }
    pm_timeline_commit(s->timeline);
}

static void note(void *ctx, const char *stanza) {
    struct sample *s = ctx;
    s->settled |= strcmp(stanza, s->stanza) == 0;
}

static bool settles(struct pm_ruleset *rules, const json_t *rows, const char *stanza,
                    struct pm_diags *diags) {
    const char *why = NULL;
    struct sample s = {
        .a = pm_arena_new(), .timeline = pm_timeline_open(NULL, true, &why), .stanza = stanza};
    const struct pm_judge_options o = {
        .since_ns = PM_NO_TIME, .until_ns = PM_NO_TIME, .settled = note, .settled_ctx = &s};
    if (!s.timeline) pm_die_oom();
    rows_put(&s, rows);
    struct pm_report *r = pm_judge(s.timeline, rules, &o, diags);
    if (r) pm_report_free(r);
    pm_timeline_close(s.timeline);
    free(s.members.items);
    pm_arena_free(s.a);
    return s.settled;
}

static size_t fault(struct pm_diags *diags, const json_t *stanza, const char *key,
                    const char *what) {
    pm_diags_add(diags, pm_str_c(pm_yaml_file(stanza, "settle.yaml")),
                 (uint64_t)pm_yaml_key_line(stanza, key), "rules", "stanza %s: %s",
                 json_string_value(json_object_get(stanza, "id")), what);
    return 1;
}

// The built-in stanza of that id; NULL where there is none.
static const json_t *built_in_of(const json_t *built_in, const json_t *stanza) {
    const json_t *rows = json_object_get(built_in, "settle");
    for (size_t i = 0; i < json_array_size(rows); i++)
        if (pm_str_eq(pm_member_text(json_array_get(rows, i), "id"), pm_member_text(stanza, "id")))
            return json_array_get(rows, i);
    return NULL;
}
// What is built in is read whole: in the rules it has no samples.
static const json_t *whole_of(const json_t *known, const json_t *stanza) {
    bool same = known && strcmp(pm_yaml_file(known, ""), pm_yaml_file(stanza, "")) == 0;
    return same ? known : stanza;
}

// With built-in rules no log leaves such readings open. Whoever writes a stanza of his own has
// the rule that does.
static bool is_spared(const json_t *known, const json_t *stanza) {
    return json_is_true(json_object_get(stanza, "own")) &&
           json_is_true(json_object_get(known, "own")) && !json_object_get(stanza, "match") &&
           !json_object_get(stanza, "leave");
}

static size_t sample_check(struct pm_ruleset *rules, const json_t *stanza, struct pm_diags *diags) {
    const json_t *match = json_object_get(stanza, "match"),
                 *leave = json_object_get(stanza, "leave");
    const char *id = json_string_value(json_object_get(stanza, "id"));
    struct pm_diags *aside = pm_diags_new(); // of the sample's own log
    size_t faults = 0;
    if (!json_array_size(match))
        faults += fault(diags, stanza, "id", "no `match`: a log in which it settles a pull");
    else if (!settles(rules, match, id, aside))
        faults += fault(diags, stanza, "match", "it settles no pull of this log");
    if (!json_array_size(leave))
        faults += fault(diags, stanza, "id", "no `leave`: a near log in which it settles none");
    else if (settles(rules, leave, id, aside))
        faults += fault(diags, stanza, "leave", "it settles a pull of this log");
    pm_diags_free(aside);
    return faults;
}

size_t pm_settle_check(struct pm_ruleset *rules, struct pm_diags *diags) {
    const json_t *rows = json_object_get(pm_ruleset_table(rules, PM_TABLE_SETTLE), "settle");
    json_t *built_in = pm_table_built_in(PM_TABLE_SETTLE, diags);
    size_t faults = 0;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *stanza = json_array_get(rows, i), *known = built_in_of(built_in, stanza);
        stanza = whole_of(known, stanza);
        if (!is_spared(known, stanza)) faults += sample_check(rules, stanza, diags);
    }
    json_decref(built_in);
    return faults;
}
