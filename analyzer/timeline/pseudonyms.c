// A timeline with its names replaced: once it is committed, and before anything is judged
// or kept. Reports, queries and the gate then show pseudonyms by themselves.
//
// Hashes of records and of contents go, as a guessed name could be tried out on them; so
// two such timelines cannot be merged, which is refused. The order in which members were
// read decides between records of one time, and the order of their new paths is another:
// it is kept beside them.
#include "pm/pseudonym.h"
#include "timeline/store.h"
#include <stdio.h>
#include <stdlib.h>

typedef void each_text(struct pm_pseudonyms *p, struct pm_str first, struct pm_str second);

static bool each(struct pm_timeline *t, const char *sql, struct pm_pseudonyms *p, each_text *see) {
    sqlite3_stmt *s = NULL;
    int rc = SQLITE_DONE;
    if (!timeline_check(t, sqlite3_prepare_v2(t->db, sql, -1, &s, NULL))) return false;
    bool two = sqlite3_column_count(s) > 1;
    while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
        struct pm_str first = timeline_column(s, 0);
        see(p, first, two ? timeline_column(s, 1) : PM_NONE);
    }
    sqlite3_finalize(s);
    return timeline_check(t, rc);
}

#define SEE(name, kind)                                                                            \
    static void name(struct pm_pseudonyms *p, struct pm_str first, struct pm_str second) {         \
        (void)second;                                                                              \
        pm_pseudonyms_name(p, kind, first);                                                        \
    }
SEE(see_node, PM_NAME_NODE)
SEE(see_namespace, PM_NAME_NAMESPACE)
SEE(see_pod, PM_NAME_POD)
SEE(see_workload, PM_NAME_WORKLOAD)
SEE(see_user, PM_NAME_USER)

static struct pm_str behind_slash(struct pm_str s) {
    return pm_str_from(s, (size_t)(pm_str_rchr(s, '/') + 1));
}
static void see_secret(struct pm_pseudonyms *p, struct pm_str first, struct pm_str second) {
    (void)second;
    pm_pseudonyms_name(p, PM_NAME_SECRET, behind_slash(first));
}
static void see_host(struct pm_pseudonyms *p, struct pm_str first, struct pm_str second) {
    (void)second;
    pm_pseudonyms_host(p, first);
}
static void see_repository(struct pm_pseudonyms *p, struct pm_str first, struct pm_str second) {
    pm_pseudonyms_repository(p, first, second);
}
static void see_text(struct pm_pseudonyms *p, struct pm_str first, struct pm_str second) {
    (void)second;
    pm_pseudonyms_text(p, first);
}
static void see_path(struct pm_pseudonyms *p, struct pm_str first, struct pm_str second) {
    (void)second;
    pm_pseudonyms_path(p, first);
}
// "Deployment/web", "Node/n1", "Secret/ns/regcred", "ReplicaSet/web-6d9f8c7b5d".
static void see_object(struct pm_pseudonyms *p, struct pm_str first, struct pm_str second) {
    (void)second;
    if (pm_str_chr(first, '/', 0) <= 0) return;
    enum pm_name_kind kind;
    if (pm_str_starts(first, PM_STR("Node/"))) kind = PM_NAME_NODE;
    else if (pm_str_starts(first, PM_STR("Secret/"))) kind = PM_NAME_SECRET;
    else if (pm_str_starts(first, PM_STR("Namespace/"))) kind = PM_NAME_NAMESPACE;
    else kind = PM_NAME_POD;
    pm_pseudonyms_name(p, kind, behind_slash(first));
}
static void see_writer(struct pm_pseudonyms *p, struct pm_str first, struct pm_str second) {
    (void)second;
    ptrdiff_t slash = pm_str_chr(first, '/', 0);
    if (slash <= 0) return; // a program's name
    pm_pseudonyms_name(p, PM_NAME_NAMESPACE, pm_str_sub(first, 0, (size_t)slash));
    pm_pseudonyms_name(p, PM_NAME_POD, behind_slash(first));
}

#define TEXTS_OF(column)                                                                           \
    "SELECT text FROM string WHERE id IN (SELECT " column " FROM main.shape) ORDER BY id"
#define TEXTS_OF_EVENTS(column)                                                                    \
    "SELECT text FROM string WHERE id IN (SELECT DISTINCT " column                                 \
    " FROM main.event WHERE id NOT IN (SELECT event FROM main.copy)) ORDER BY id"
static const struct {
    const char *sql;
    each_text *see;
} sights[] = {
    {TEXTS_OF("registry"), see_host},
    {TEXTS_OF("host"), see_host},
    {TEXTS_OF_EVENTS("client"), see_host},
    {TEXTS_OF("node"), see_node},
    {"SELECT node FROM main.member WHERE node IS NOT NULL ORDER BY id", see_node},
    {TEXTS_OF_EVENTS("namespace"), see_namespace},
    {TEXTS_OF_EVENTS("pod"), see_pod},
    {TEXTS_OF("workload"), see_object},
    {TEXTS_OF("container"), see_workload},
    {TEXTS_OF_EVENTS("object"), see_object},
    {TEXTS_OF("writer"), see_writer},
    {TEXTS_OF("secret"), see_secret},
    {TEXTS_OF("user"), see_user},
    {"SELECT (SELECT text FROM string WHERE id = r), (SELECT text FROM string WHERE id = n) FROM "
     "(SELECT DISTINCT registry AS r, repository AS n FROM main.shape WHERE repository <> 0) ORDER BY 1, 2",
     see_repository},
    {"SELECT text FROM main.string ORDER BY id", see_text},
    {"SELECT raw FROM main.event WHERE id NOT IN (SELECT event FROM main.copy) ORDER BY id",
     see_text},
    {"SELECT message FROM main.diagnostic", see_text},
    {"SELECT why FROM main.skipped_member", see_text},
    {"SELECT path FROM main.member ORDER BY id", see_path},
    {"SELECT path FROM main.diagnostic", see_path},
    {"SELECT path FROM main.skipped_member", see_path},
    {"SELECT value FROM main.meta WHERE key = 'inputs'", see_path},
};

void pm_timeline_names(struct pm_timeline *t, struct pm_pseudonyms *p) {
    for (size_t i = 0; i < PM_LEN(sights) && !t->error.n; i++)
        each(t, sights[i].sql, p, sights[i].see);
}

static void call(sqlite3_context *c, sqlite3_value *v, bool path) {
    struct pm_pseudonyms *p = sqlite3_user_data(c);
    struct pm_str s = {(const char *)sqlite3_value_text(v), 0};
    s.n = s.p ? (size_t)sqlite3_value_bytes(v) : 0;
    struct pm_arena *a = pm_arena_new();
    struct pm_str shown = path ? pm_pseudonyms_apply_path(p, a, s) : pm_pseudonyms_apply(p, a, s);
    if (shown.p == s.p) sqlite3_result_value(c, v);
    else sqlite3_result_text64(c, shown.p, shown.n, SQLITE_TRANSIENT, SQLITE_UTF8);
    pm_arena_free(a);
}
static void shown_text(sqlite3_context *c, int n, sqlite3_value **v) {
    (void)n;
    call(c, v[0], false);
}
static void shown_path(sqlite3_context *c, int n, sqlite3_value **v) {
    (void)n;
    call(c, v[0], true);
}

// What was deleted is overwritten, and the file is written anew behind: nothing of a name
// stays on a free page.
static const char rewrite_sql[] =
    "PRAGMA secure_delete=ON;"
    "UPDATE main.string SET text = shown_text(text);"
    "UPDATE main.event SET raw = shown_text(raw), hash = NULL, ordinal = NULL;"
    "UPDATE main.member SET path = shown_path(path), node = shown_text(node), hash = NULL;"
    "DELETE FROM main.input; DELETE FROM main.fact; DELETE FROM main.event WHERE id IN (SELECT event FROM main.copy); DELETE FROM main.copy;"
    "UPDATE main.skipped_member SET input = NULL, place = NULL; UPDATE main.diagnostic SET input = NULL, place = NULL;"
    "UPDATE OR REPLACE main.skipped_member SET path = shown_path(path), why = shown_text(why);"
    "UPDATE OR REPLACE main.diagnostic SET path = shown_path(path), message = shown_text(message);"
    "UPDATE main.meta SET value = shown_path(value) WHERE key = 'inputs';";

static bool functions_add(struct pm_timeline *t, struct pm_pseudonyms *p) {
    return timeline_check(t, sqlite3_create_function(t->db, "shown_text", 1, SQLITE_UTF8, p,
                                                     shown_text, NULL, NULL)) &&
           timeline_check(t, sqlite3_create_function(t->db, "shown_path", 1, SQLITE_UTF8, p,
                                                     shown_path, NULL, NULL));
}

bool pm_timeline_pseudonymise(struct pm_timeline *t, struct pm_pseudonyms *p) {
    struct pm_buf order = {0};
    if (!t->writable || t->error.n || !timeline_unpack(t)) return false;
    pm_timeline_clear_judgement(t);
    timeline_order_of(t, &order);
    pm_timeline_meta(t, PM_META_ORDER, order.n ? pm_buf_str(&order) : PM_STR("-"));
    pm_buf_free(&order);
    bool ok = functions_add(t, p) && timeline_exec(t, rewrite_sql);
    timeline_strings_forget(t);
    if (t->in_transaction) ok = timeline_exec(t, "COMMIT") && ok;
    t->in_transaction = false;
    for (size_t i = 0; i < ST_COUNT; i++) {
        sqlite3_finalize(t->stmt[i]);
        t->stmt[i] = NULL;
    }
    timeline_bound_forget(t);
    return ok && timeline_exec(t, "VACUUM");
}
bool pm_timeline_is_pseudonymised(struct pm_timeline *t) {
    return timeline_number(t, "SELECT count(*) FROM main.meta WHERE key = '" PM_META_ORDER "'", 0) >
           0;
}
