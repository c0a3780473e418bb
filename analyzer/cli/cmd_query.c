// pullmortem query: read-only SQL over the timeline's views.
#include "base/leak.h"
#include "cli/cookbook.h"
#include "cli/opts.h"
#include "cli/output.h"
#include "cli/privacy.h"
#include "cli/rows.h"
#include "cli/writes.h"
#include "cli/written.h"
#include "pm/arena.h"
#include "pm/judge.h"
#include "pm/rule.h"
#include "pm/timeline.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { OPT_FORMAT, OPT_EXPANDED, OPT_FILE, OPT_LIST, OPT_PSEUDONYMISE, OPT_PSEUDONYM_KEY };
static const struct pm_opt options[] = {
    [OPT_FORMAT] = {.name = "format",
                    .letter = 'f',
                    .kind = PM_OPT_WORD,
                    .value = "F",
                    .words = "table csv json jsonl markdown",
                    .preset = "table",
                    .help = "how rows are printed (json is an array, jsonl one object a line)"},
    [OPT_EXPANDED] = {.name = "expanded",
                      .letter = 'x',
                      .help = "each row as lines of name and value, for rows that are wide"},
    [OPT_FILE] = {.name = "file",
                  .kind = PM_OPT_FILE,
                  .value = "FILE",
                  .help = "the SQL stands in FILE; - is standard input"},
    [OPT_LIST] = {.name = "list",
                  .letter = 'l',
                  .help = "views, their columns and what they mean, and the named queries"},
    [OPT_PSEUDONYMISE] = {PM_OPT_PSEUDONYMISE},
    [OPT_PSEUDONYM_KEY] = {PM_OPT_PSEUDONYM_KEY},
};

static bool seen_one(void *ctx, int n, const char *const *names, const char *const *cells) {
    (void)names;
    if (n) *(bool *)ctx = strcmp(cells[0], "0") != 0;
    return true;
}
// `ingest` and `merge` judge nothing, so pulls and incidents are empty there: such a
// timeline is judged beside the file, which stays as it is.
static void judge_where_asked(struct pm_timeline *t, const char *sql, struct pm_arena *a) {
    static const char *const views[] = {"pulls", "incidents", "quota_points", "cause", "rule"};
    struct pm_str mistake, asked = pm_str_c(sql);
    bool wanted = false, there = false;
    for (size_t i = 0; i < PM_LEN(views); i++)
        wanted |= pm_str_ifind(asked, pm_str_c(views[i]), 0) >= 0;
    if (!wanted ||
        !pm_timeline_sql(t, "SELECT count(*) FROM pulls", seen_one, &there, &mistake, a) || there)
        return;
    struct pm_diags *diags = pm_diags_new();
    struct pm_ruleset *rules = pm_ruleset_load(NULL, diags);
    struct pm_judge_options o = {.since_ns = PM_NO_TIME, .until_ns = PM_NO_TIME};
    if (rules) pm_timeline_judgement_aside(t);
    struct pm_report *r = rules ? pm_judge(t, rules, &o, diags) : NULL;
    if (r) pm_report_free(r);
    if (rules) pm_ruleset_free(rules);
    pm_diags_free(diags);
}

// What SQLite says of an unknown name, and the name of a view or column that was probably
// meant.
struct known {
    struct pm_arena *a;
    const char **names;
    size_t n, cap;
};
static bool known_in(void *ctx, int n, const char *const *names, const char *const *cells) {
    struct known *k = ctx;
    (void)names;
    if (n && cells[0]) *PM_PUSH(k->names, k->n, k->cap) = pm_arena_cstr(k->a, pm_str_c(cells[0]));
    return true;
}
static void mistake_print(struct pm_timeline *t, struct pm_str mistake, struct pm_arena *a) {
    static const struct {
        const char *before, *sql, *what;
    } kinds[] = {
        {"no such table: ", "SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY 1",
         "view"},
        {"no such column: ",
         "SELECT DISTINCT p.name FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type = 'view' ORDER BY 1",
         "column"}};
    struct known k = {.a = a};
    struct pm_str why;
    fprintf(stderr, "pullmortem query: %.*s", PM_FMT(mistake));
    for (size_t i = 0; i < PM_LEN(kinds); i++) {
        if (!pm_str_starts(mistake, pm_str_c(kinds[i].before)) ||
            !pm_timeline_sql(t, kinds[i].sql, known_in, &k, &why, a))
            continue;
        const char *name = pm_arena_cstr(a, pm_str_from(mistake, strlen(kinds[i].before))),
                   *dot = strchr(name, '.'), *near = pm_nearest(dot ? dot + 1 : name, k.names, k.n);
        if (near) fprintf(stderr, "; did you mean the %s '%s'?", kinds[i].what, near);
    }
    fputs("\n'pullmortem query --list' shows views, columns and named queries\n", stderr);
    free(k.names);
}

// Rows are looked at like any other output before they are printed: what is in another's
// timeline was never seen by redaction. SQL sees the texts as they are.
struct looked_rows {
    struct pm_rows *rows;
    pm_sql_typed_cb *print;
    struct pm_buf texts;
    size_t struck;
};
static bool row_looked(void *ctx, int n, const char *const *names, const char *const *cells,
                       const char *types) {
    struct looked_rows *l = ctx;
    size_t at = 0;
    l->texts.n = 0;
    for (int i = 0; i < n; i++)
        if (cells[i]) pm_buf_add(&l->texts, (struct pm_str){cells[i], strlen(cells[i]) + 1});
    size_t here = l->texts.n ? pm_leaks_strike(l->texts.p, l->texts.n) : 0;
    l->struck += here;
    if (!here) return l->print(l->rows, n, names, cells, types);
    const char **struck = pm_arena_alloc(l->rows->a, (size_t)n * sizeof *struck);
    for (int i = 0; i < n; i++) {
        struck[i] = cells[i] ? l->texts.p + at : NULL;
        at += cells[i] ? strlen(cells[i]) + 1 : 0;
    }
    return l->print(l->rows, n, names, struck, types);
}
static bool rows_print(struct pm_timeline *t, const char *sql, const struct pm_row_format *format,
                       struct pm_rows *q, struct pm_str *mistake) {
    struct looked_rows l = {q, format->row, {0}, 0};
    bool kept = pm_timeline_meta_get(t, PM_META_SECRETS, q->a).n > 0,
         good = kept ? pm_timeline_sql_typed(t, sql, format->row, q, mistake, q->a)
                     : pm_timeline_sql_typed(t, sql, row_looked, &l, mistake, q->a);
    if (good) format->end(q);
    if (l.struck) fprintf(stderr, "pullmortem: standard output: " PM_STRUCK "\n", l.struck);
    pm_buf_free(&l.texts);
    return good;
}

static int query(const char *db, const char *sql, const struct pm_row_format *format,
                 const struct pm_privacy *privacy) {
    const char *why = NULL;
    struct pm_timeline *t = pm_privacy_copy(privacy, pm_timeline_open_read(db, &why), db, &why);
    if (!t) {
        fprintf(stderr, "pullmortem: %s\n", why);
        if (access(db, R_OK) == 0)
            fprintf(stderr, "a timeline is made of a bundle by 'pullmortem ingest %s --db t.db'\n",
                    db);
        return PM_EXIT_INPUT;
    }
    struct pm_rows q = {.a = pm_arena_new()};
    struct pm_str mistake = PM_NONE;
    int status = PM_EXIT_OK;
    judge_where_asked(t, sql, q.a);
    bool good = rows_print(t, sql, format, &q, &mistake);
    if (pm_timeline_error(t)) { // of the file, or of where its judgement was put
        fprintf(stderr, "pullmortem: %s: %s\n", db, pm_timeline_error(t));
        status = PM_EXIT_INPUT;
    } else if (!good) {
        mistake_print(t, mistake, q.a);
        status = PM_EXIT_USAGE;
    }
    if (status == PM_EXIT_OK && !pm_privacy_key_write(privacy)) status = PM_EXIT_INPUT;
    free(q.kept);
    pm_arena_free(q.a);
    pm_timeline_close(t);
    return status;
}

// list ----------------------------------------------------------------------------------
static bool column_print(void *ctx, int n, const char *const *names, const char *const *cells) {
    (void)ctx, (void)n, (void)names;
    struct pm_buf b = {0};
    if (!cells[1][0]) pm_buf_fmt(&b, "\n%s: %s", cells[0], cells[2]);
    else pm_buf_fmt(&b, "  %-16s  %s", cells[1], cells[2]);
    pm_line_print(stdout, b.p, b.n, cells[1][0] ? 20 : 0);
    pm_buf_free(&b);
    return true;
}
static int list(void) {
    const char *why = NULL;
    struct pm_str mistake;
    struct pm_arena *a = pm_arena_new();
    struct pm_timeline *t =
        pm_timeline_open(NULL, true, &why); // an empty one: its schema is what is asked for
    fputs("VIEWS", stdout);
    bool good = t && pm_timeline_sql(t, "SELECT view, name, about FROM columns", column_print, NULL,
                                     &mistake, a);
    puts("\nNAMED QUERIES: pullmortem query DB @NAME");
    struct pm_recipe r;
    for (struct pm_str rest = PM_NONE; pm_recipe_next(&rest, &r);)
        printf("  @%-15.*s  %.*s\n", PM_FMT(r.name), PM_FMT(r.about));
    pm_timeline_close(t);
    pm_arena_free(a);
    return good ? PM_EXIT_OK : PM_EXIT_INPUT;
}

// The SQL: given, named, or read. NULL: said.
static const char *sql_read(const char *path, struct pm_buf *b) {
    enum { SQL_MAX = 1 << 20 };
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    char block[4096];
    for (size_t n; f && b->n < SQL_MAX && (n = fread(block, 1, sizeof block, f)) > 0;)
        pm_buf_add(b, (struct pm_str){block, n});
    if (!f || ferror(f)) {
        fprintf(stderr, "pullmortem query: %s: %s\n", path, strerror(errno));
        return NULL;
    }
    if (f != stdin) fclose(f);
    pm_buf_addc(b, 0);
    return b->p;
}
static const char *sql_named(const struct pm_command *c, const char *name, struct pm_buf *b) {
    struct pm_recipe r;
    struct known k = {.a = pm_arena_new()};
    bool found = pm_recipe_find(pm_str_c(name), &r);
    if (found) pm_buf_add(b, r.sql);
    else {
        for (struct pm_str rest = PM_NONE; pm_recipe_next(&rest, &r);)
            *PM_PUSH(k.names, k.n, k.cap) = pm_arena_cstr(k.a, r.name);
        const char *near = pm_nearest(name, k.names, k.n);
        pm_usage(c,
                 near ? "there is no query '@%s'; did you mean '@%s'?"
                      : "there is no query '@%s'; --list shows them",
                 name, near);
    }
    free(k.names);
    pm_arena_free(k.a);
    return found ? b->p : NULL;
}

static int run(struct pm_given *g) {
    const char *file = g->value[OPT_FILE], *sql = g->words_n > 1 ? g->words[1] : NULL;
    struct pm_buf b = {0};
    int status = PM_EXIT_USAGE;
    if (g->value[OPT_LIST]) return list();
    if (g->words_n > 2)
        return pm_usage(g->command, "one timeline and one statement; put the SQL in quotes");
    if (!g->words_n) return pm_usage_asks(g->command, "which timeline?");
    if (!sql && !file) return pm_usage_asks(g->command, "which SQL?");
    if (sql && file) return pm_usage(g->command, "one statement: given, or in --file");
    if (file || strcmp(sql, "-") == 0) {
        sql = sql_read(file ? file : "-", &b);
        status = PM_EXIT_INPUT;
    } else if (sql[0] == '@') sql = sql_named(g->command, sql + 1, &b);
    const struct pm_row_format *format =
        g->value[OPT_EXPANDED] ? &pm_rows_expanded : pm_row_format_find(g->value[OPT_FORMAT]);
    struct pm_privacy privacy = {0};
    if (sql)
        status = pm_privacy_read(g->command, &privacy, NULL, g->value[OPT_PSEUDONYMISE],
                                 g->value[OPT_PSEUDONYM_KEY]);
    pm_writes_guard(&privacy.pseudonym_key, 1);
    if (sql && status == PM_EXIT_OK) status = query(g->words[0], sql, format, &privacy);
    pm_privacy_free(&privacy);
    pm_buf_free(&b);
    return status;
}

const struct pm_command pm_command_query = {
    .name = "query",
    .arguments = "DB 'SQL'|@NAME|-",
    .summary = "read-only SQL over a timeline",
    .options = options,
    .options_n = PM_LEN(options),
    .notes =
        "Views: events, pulls, incidents, quota_points, files, hearsay, diagnostics, skipped, about, columns. For example\n"
        "  pullmortem query t.db @top-consumers\n"
        "  pullmortem query t.db \"SELECT node, cause, count(*) FROM pulls WHERE outcome = 'failed' GROUP BY 1, 2\"\n"
        "A timeline from ingest or merge is judged for this run where pulls, incidents, quota_points or causes are asked for.\n",
    .order = 7,
    .run = run,
};
