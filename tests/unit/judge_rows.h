// Hand-made timeline rows for the judge's tests: a test reads as a short log, a question
// in SQL over the views, and the answer.
//
// Times are seconds after 2024-03-01 10:00 UTC. Rows of one component and node stand in
// one file. Error texts are the shapes that the named programs print (rules/causes/ has
// the sources); hosts, images and addresses are invented.
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include <stdio.h>
#include "pm/judge.h"

#define CONTAINERD PM_COMP_CONTAINERD
#define KUBELET PM_COMP_KUBELET
#define DOCKERD PM_COMP_DOCKERD
#define CRIO PM_COMP_CRIO
#define EVENTS PM_COMP_EVENTS
#define OBJECTS PM_COMP_OBJECTS
#define PROXY PM_COMP_PROXY
#define REGISTRY PM_COMP_REGISTRY

#define START (INT64_C(1709287200) * PM_NS_PER_S)
struct line {
    double at;
    enum pm_component from;
    enum pm_kind kind;
    const char *node, *image, *error;
    const char *pod; // "namespace/name"
    const char *message, *reason, *object, *detail, *host, *url, *client, *agent, *method, *join,
        *user;
    int status;
    unsigned flags;
    uint32_t count;
    double first, took; // first: of a counted event, ends at `at`
    bool hearsay;
    const char *writer;          // "namespace/name" of the pod in whose output it stands
    const char *told, *registry; // told: "100:11", limit and rest of the answer's RateLimit headers
    bool aged;                   // a table's ages tell when
    const char *path;            // of its file, where that says something
    const char *k8s_namespace, *secret; // of what is no pod
};
struct judged {
    struct pm_timeline *t;
    struct pm_ruleset *rules;
    struct pm_diags *diags;
    struct pm_report *r;
};

#define START_OF(image_) .kind = PM_KIND_PULL_START, .image = (image_)
#define OK_OF(image_) .kind = PM_KIND_PULL_OK, .image = (image_)
#define FAILED(image_, error_) .kind = PM_KIND_PULL_FAIL, .image = (image_), .error = (error_)
#define HUB_429                                                                                                                                               \
    "failed to resolve reference \"docker.io/acme/web:1\": unexpected status from HEAD request to https://registry-1.docker.io/v2/acme/web/manifests/1: 429 " \
    "Too Many Requests"
#define NO_ROUTE                                                                                   \
    "failed to do request: Head \"https://quay.test/v2/acme/web/manifests/1\": dial tcp 192.0.2.9:443: i/o timeout"

static int64_t at_ns(double s) { return START + (int64_t)(s * 1e9); }

struct member {
    enum pm_component component;
    const char *node;
    const char *path;
    uint32_t id;
    struct pm_file_row row;
};

static uint32_t member_of(struct pm_timeline *t, struct member *members, size_t *n,
                          const struct line *l) {
    static char paths[64][80];
    const char *node = l->node ? l->node : "";
    for (size_t i = 0; i < *n; i++)
        if (members[i].component == l->from && strcmp(members[i].node, node) == 0 &&
            members[i].path == l->path) {
            if (at_ns(l->at) > members[i].row.to_ns) members[i].row.to_ns = at_ns(l->at);
            return members[i].id;
        }
    assert_true(*n < 64);
    struct member *m = &members[*n];
    if (l->path) snprintf(paths[*n], sizeof paths[0], "%s", l->path);
    else snprintf(paths[*n], sizeof paths[0], "%s/%s.log", node, pm_component_names[l->from]);
    m->path = l->path;
    m->component = l->from;
    m->node = node;
    m->row = (struct pm_file_row){.path = pm_str_c(paths[*n]),
                                  .component = pm_str_c(pm_component_names[l->from]),
                                  .node = pm_str_c(node),
                                  .lines = 1,
                                  .from_ns = at_ns(l->at),
                                  .to_ns = at_ns(l->at)};
    m->id = pm_timeline_file(t, &m->row);
    ++*n;
    return m->id;
}

static struct pm_row row_of(const struct line *l, uint32_t file, size_t i) {
    struct pm_row r = {.file = file,
                       .line = i + 1,
                       .hash = 0,
                       .ts_ns = at_ns(l->at),
                       .ts_kind = PM_WHEN_UTC,
                       .quality = l->aged ? PM_QUALITY_RELATIVE : PM_QUALITY_EXACT,
                       .first_ns = PM_NO_TIME,
                       .last_ns = PM_NO_TIME,
                       .raw = pm_str_c(l->error ? l->error : "line")};
    struct pm_event *e = &r.event;
    *e = (struct pm_event){.kind = l->kind,
                           .component = l->from,
                           .http_status = l->status,
                           .flags = l->flags,
                           .count = l->count,
                           .bytes = -1,
                           .limit = -1,
                           .remaining = -1,
                           .window_s = -1,
                           .duration_ns = (int64_t)(l->took * 1e9)};
    if (l->hearsay) e->standing = PM_STANDING_HEARSAY;
    if (l->told) {
        e->limit = atoi(l->told);
        e->remaining = atoi(strchr(l->told, ':') + 1);
        e->window_s = 21600;
    }
    if (l->count > 1) {
        r.first_ns = at_ns(l->first);
        r.last_ns = at_ns(l->at);
    }
    const struct {
        enum pm_field field;
        const char *text;
    } fields[] = {
        {PM_F_NODE, l->node},
        {PM_F_IMAGE, l->image},
        {PM_F_ERROR, l->error},
        {PM_F_MESSAGE, l->message},
        {PM_F_REASON, l->reason},
        {PM_F_OBJECT, l->object},
        {PM_F_DETAIL, l->detail},
        {PM_F_HOST, l->host},
        {PM_F_URL, l->url},
        {PM_F_CLIENT, l->client},
        {PM_F_USER_AGENT, l->agent},
        {PM_F_METHOD, l->method},
        {PM_F_JOIN, l->join},
        {PM_F_USER, l->user},
        {PM_F_REGISTRY, l->registry},
        {PM_F_WRITER, l->writer},
        {PM_F_NAMESPACE, l->k8s_namespace},
        {PM_F_SECRET, l->secret},
    };
    for (size_t k = 0; k < PM_LEN(fields); k++)
        e->field[fields[k].field] = pm_str_c(fields[k].text);
    if (l->pod) {
        const char *slash = strchr(l->pod, '/');
        e->field[PM_F_NAMESPACE] = (struct pm_str){l->pod, (size_t)(slash - l->pod)};
        e->field[PM_F_POD] = pm_str_c(slash + 1);
    }
    return r;
}

// The rows in a timeline, and the rules: all that the judge is given, and no report yet.
static inline struct judged to_judge(const struct line *lines, size_t n) {
    const char *why = NULL;
    struct judged j = {.t = pm_timeline_open(NULL, true, &why), .diags = pm_diags_new()};
    setenv("PULLMORTEM_RECKON", "1", 1);
    struct member members[64];
    size_t members_n = 0;
    assert_non_null(j.t);
    pm_timeline_begin(j.t);
    for (size_t i = 0; i < n; i++) {
        struct pm_row r = row_of(&lines[i], member_of(j.t, members, &members_n, &lines[i]), i);
        pm_timeline_put(j.t, &r);
    }
    for (size_t i = 0; i < members_n; i++) {
        members[i].row.lines = n; // rows are numbered over all members
        pm_timeline_file_update(j.t, members[i].id, &members[i].row);
    }
    pm_timeline_commit(j.t);
    j.rules = pm_ruleset_load(NULL, j.diags);
    assert_non_null(j.rules);
    return j;
}
static inline struct judged judge_as(const struct line *lines, size_t n,
                                     const struct pm_judge_options *o) {
    struct judged j = to_judge(lines, n);
    j.r = pm_judge(j.t, j.rules, o, j.diags);
    return j;
}
static inline struct judged judge(const struct line *lines, size_t n) {
    struct pm_judge_options o = {.since_ns = PM_NO_TIME, .until_ns = PM_NO_TIME};
    struct judged j = judge_as(lines, n, &o);
    assert_non_null(j.r);
    return j;
}
#define JUDGE(lines) judge((lines), PM_LEN(lines))

static void judged_free(struct judged *j) {
    pm_report_free(j->r);
    pm_ruleset_free(j->rules);
    pm_timeline_close(j->t);
    pm_diags_free(j->diags);
}

static inline bool join_cells(void *ctx, int columns, const char *const *names,
                              const char *const *cells) {
    char *out = ctx;
    (void)names;
    for (int i = 0; i < columns; i++)
        snprintf(out + strlen(out), 1024 - strlen(out), "%s%s",
                 i      ? " "
                 : *out ? ", "
                        : "",
                 cells[i] ? cells[i] : "-");
    return true;
}
// Cells of a row joined by blanks, rows by commas.
static inline const char *answer(const struct judged *j, const char *sql) {
    static char out[1024];
    struct pm_arena *a = pm_arena_new();
    struct pm_str why = PM_NONE;
    *out = 0;
    if (!pm_timeline_sql(j->t, sql, join_cells, out, &why, a)) fail_msg("%.*s", PM_FMT(why));
    pm_arena_free(a);
    return out;
}
#define ASK(j, sql, expected) assert_string_equal(answer(&(j), (sql)), (expected))
static inline const char *cause_of(const struct judged *j) {
    return j->r->verdict ? pm_causes[j->r->incidents[0].root_cause].name : "none";
}
