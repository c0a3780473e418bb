// pullmortem query: read-only SQL over the timeline's views.
//
// CSV cells that a spreadsheet would run as a formula get a leading apostrophe (numbers
// stay numbers). Tables escape control characters: the texts come from logs, and logs are
// hostile.
#include "cli/cookbook.h"
#include "cli/opts.h"
#include "pm/arena.h"
#include "pm/judge.h"
#include "pm/rule.h"
#include "pm/timeline.h"
#include "report/words.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

extern const struct pm_command pm_command_query;
enum { OPT_FORMAT, OPT_EXPANDED, OPT_FILE, OPT_LIST };
static const struct pm_opt options[] = {
    [OPT_FORMAT] = {"format", 'f', "F",
                    "table, csv, json (an array), jsonl (one object a line) or markdown",
                    "table csv json jsonl markdown", 0},
    [OPT_EXPANDED] = {"expanded", 'x', NULL,
                      "each row as lines of name and value, for rows that are wide", NULL, 0},
    [OPT_FILE] = {"file", 0, "FILE", "the SQL stands in FILE; - is standard input", NULL, 0},
    [OPT_LIST] = {"list", 'l', NULL,
                  "views, their columns and what they mean, and the named queries", NULL, 0},
};
enum { TABLE_ROWS_MEASURED = 2000 }; // column widths come from the first rows; the rest streams

struct table_row {
    struct pm_str *cells;
};
struct query {
    struct pm_arena *a;
    int columns;
    uint64_t rows;
    int *width;
    bool *numeric;
    struct table_row *kept;
    size_t kept_n, kept_cap;
    bool flowing; // widths are settled, rows are printed as they come
};

// table ---------------------------------------------------------------------------------
static void table_cell(struct pm_str cell, int width, bool right, bool last) {
    int pad = width - pm_text_width(cell);
    if (right) printf("%*s", pad > 0 ? pad : 0, "");
    fwrite(cell.p ? cell.p : "", 1, cell.n, stdout);
    if (!right && !last) printf("%*s", pad > 0 ? pad : 0, "");
    fputs(last ? "\n" : "  ", stdout);
}
static void table_line(const struct query *q, const struct pm_str *cells) {
    for (int i = 0; i < q->columns; i++)
        table_cell(cells[i], q->width[i], q->numeric[i], i + 1 == q->columns);
}
static struct pm_str *table_cells(struct query *q, int n, const char *const *cells) {
    struct pm_str *out = PM_NEWN(q->a, struct pm_str, n);
    for (int i = 0; i < n; i++)
        out[i] = cells[i] ? pm_text_visible(q->a, pm_arena_dup(q->a, pm_str_c(cells[i])))
                          : PM_NONE; // the cell is the next row's after this
    return out;
}
static void table_start(struct query *q, int n, const char *const *names) {
    q->columns = n;
    q->width = PM_NEWN(q->a, int, n);
    q->numeric = PM_NEWN(q->a, bool, n);
    for (int i = 0; i < n; i++) q->numeric[i] = true;
    *PM_PUSH(q->kept, q->kept_n, q->kept_cap) = (struct table_row){table_cells(q, n, names)};
    for (int i = 0; i < n; i++) q->width[i] = pm_text_width(q->kept[0].cells[i]);
}
static void table_flush(struct query *q) {
    for (size_t r = 0; r < q->kept_n; r++) {
        table_line(q, q->kept[r].cells);
        if (r > 0) continue;
        for (int i = 0; i < q->columns; i++) {
            for (int k = 0; k < q->width[i]; k++) putchar('-');
            fputs(i + 1 == q->columns ? "\n" : "  ", stdout);
        }
    }
    q->flowing = true;
}
static bool table_row(void *ctx, int n, const char *const *names, const char *const *cells,
                      const char *types) {
    struct query *q = ctx;
    if (!q->rows++) table_start(q, n, names);
    if (q->flowing) {
        struct pm_arena *row = pm_arena_new();
        struct query one = *q;
        one.a = row;
        table_line(q, table_cells(&one, n, cells));
        pm_arena_free(row);
        return !ferror(stdout);
    }
    struct pm_str *kept = table_cells(q, n, cells);
    for (int i = 0; i < n; i++) {
        int w = pm_text_width(kept[i]);
        if (w > q->width[i]) q->width[i] = w;
        if (types[i] == 't' || types[i] == 'b') q->numeric[i] = false;
    }
    *PM_PUSH(q->kept, q->kept_n, q->kept_cap) = (struct table_row){kept};
    if (q->kept_n > TABLE_ROWS_MEASURED) table_flush(q);
    return true;
}
static void table_end(struct query *q) {
    if (q->rows && !q->flowing) table_flush(q);
}

// csv -----------------------------------------------------------------------------------
static void csv_cell(const char *text, char type) {
    if (!text) return;
    bool number = type == 'i' || type == 'f';
    bool formula = !number && *text && strchr("=+-@\t\r", *text);
    if (!formula && !strpbrk(text, "\",\r\n")) {
        fputs(text, stdout);
        return;
    }
    fputs(formula ? "\"'" : "\"", stdout);
    for (; *text; text++) {
        if (*text == '"') putchar('"');
        putchar(*text);
    }
    putchar('"');
}
static bool csv_row(void *ctx, int n, const char *const *names, const char *const *cells,
                    const char *types) {
    struct query *q = ctx;
    for (int i = 0; !q->rows && i < n; i++)
        csv_cell(names[i], 't'), fputs(i + 1 == n ? "\r\n" : ",", stdout);
    q->rows++;
    for (int i = 0; i < n; i++)
        csv_cell(cells[i], types[i]), fputs(i + 1 == n ? "\r\n" : ",", stdout);
    return !ferror(stdout);
}
static void csv_end(struct query *q) { (void)q; }

// json ----------------------------------------------------------------------------------
static void json_members(int n, const char *const *names, const char *const *cells,
                         const char *types, struct pm_buf *b) {
    for (int i = 0; i < n; i++) {
        if (i) pm_buf_lit(b, ", ");
        pm_json_string(b, pm_str_c(names[i]));
        pm_buf_lit(b, ": ");
        bool number = (types[i] == 'i' || types[i] == 'f') && !strchr(cells[i], 'I') &&
                      !strchr(cells[i], 'N'); // Inf and NaN are no JSON
        if (types[i] == 'n' || ((types[i] == 'f') && !number)) pm_buf_lit(b, "null");
        else if (number) pm_buf_lit(b, cells[i]);
        else pm_json_string(b, pm_str_c(cells[i]));
    }
}
static bool json_object(const char *before, const char *after, int n, const char *const *names,
                        const char *const *cells, const char *types) {
    struct pm_buf b = {0};
    pm_buf_lit(&b, before);
    json_members(n, names, cells, types, &b);
    pm_buf_lit(&b, after);
    fwrite(b.p, 1, b.n, stdout);
    pm_buf_free(&b);
    return !ferror(stdout);
}
static bool json_row(void *ctx, int n, const char *const *names, const char *const *cells,
                     const char *types) {
    struct query *q = ctx;
    return json_object(q->rows++ ? ",\n {" : "[\n {", "}", n, names, cells, types);
}
static void json_end(struct query *q) { fputs(q->rows ? "\n]\n" : "[]\n", stdout); }
static bool jsonl_row(void *ctx, int n, const char *const *names, const char *const *cells,
                      const char *types) {
    struct query *q = ctx;
    q->rows++;
    return json_object("{", "}\n", n, names, cells, types);
}
static void nothing_end(struct query *q) { (void)q; }

// markdown ------------------------------------------------------------------------------
static void markdown_cell(
    struct query *q,
    const char *text) { // what would end a cell or begin a tag is escaped; a cell is one line
    struct pm_arena *row = pm_arena_new();
    struct pm_str s = text ? pm_text_visible(row, pm_str_c(text)) : PM_NONE;
    (void)q;
    fputs("| ", stdout);
    for (size_t i = 0; i < s.n; i++) {
        if (strchr("|\\`*_<>[]", s.p[i])) putchar('\\');
        putchar(s.p[i]);
    }
    putchar(' ');
    pm_arena_free(row);
}
static bool markdown_row(void *ctx, int n, const char *const *names, const char *const *cells,
                         const char *types) {
    struct query *q = ctx;
    for (int i = 0; !q->rows && i < n; i++) markdown_cell(q, names[i]);
    if (!q->rows) puts("|");
    for (int i = 0; !q->rows && i < n; i++)
        fputs(types[i] == 'i' || types[i] == 'f' ? "| ---: " : "| --- ", stdout);
    if (!q->rows++) puts("|");
    for (int i = 0; i < n; i++) markdown_cell(q, cells[i]);
    puts("|");
    return !ferror(stdout);
}

// expanded ------------------------------------------------------------------------------
static bool expanded_row(void *ctx, int n, const char *const *names, const char *const *cells,
                         const char *types) {
    struct query *q = ctx;
    struct pm_arena *row = pm_arena_new();
    int widest = 0;
    (void)types;
    for (int i = 0; i < n; i++)
        widest = (int)strlen(names[i]) > widest ? (int)strlen(names[i]) : widest;
    if (q->rows++) putchar('\n');
    for (int i = 0; i < n; i++) {
        if (!cells[i]) continue; // nothing is known of it
        struct pm_str name = pm_text_visible(row, pm_str_c(names[i])),
                      cell = pm_text_visible(row, pm_str_c(cells[i]));
        printf("%.*s%*s  %.*s\n", PM_FMT(name), widest - (int)strlen(names[i]), "", PM_FMT(cell));
    }
    pm_arena_free(row);
    return !ferror(stdout);
}

struct format {
    const char *name;
    pm_sql_typed_cb *row;
    void (*end)(struct query *q);
};
static const struct format formats[] = {{"table", table_row, table_end},
                                        {"csv", csv_row, csv_end},
                                        {"json", json_row, json_end},
                                        {"jsonl", jsonl_row, nothing_end},
                                        {"markdown", markdown_row, nothing_end}};
static const struct format expanded = {"expanded", expanded_row, nothing_end};

static bool seen_one(void *ctx, int n, const char *const *names, const char *const *cells) {
    (void)names;
    if (n) *(bool *)ctx = strcmp(cells[0], "0") != 0;
    return true;
}
// `ingest` and `merge` judge nothing, so pulls and incidents are empty there: such a
// timeline is judged in a copy that goes with this run.
static struct pm_timeline *judged(struct pm_timeline *t, const char *db, const char *sql,
                                  struct pm_arena *a) {
    static const char *const views[] = {"pulls", "incidents", "quota_points", "cause", "rule"};
    struct pm_str mistake, asked = pm_str_c(sql);
    bool wanted = false, there = false;
    const char *why = NULL;
    for (size_t i = 0; i < PM_LEN(views); i++)
        wanted |= pm_str_ifind(asked, pm_str_c(views[i]), 0) >= 0;
    if (!wanted ||
        !pm_timeline_sql(t, "SELECT count(*) FROM pulls", seen_one, &there, &mistake, a) || there)
        return t;
    struct pm_timeline *copy = pm_timeline_open(NULL, true, &why);
    if (!copy || !pm_timeline_merge(copy, db, &why)) {
        if (copy) pm_timeline_close(copy);
        return t;
    }
    struct pm_diags *diags = pm_diags_new();
    struct pm_ruleset *rules = pm_ruleset_load(NULL, diags);
    struct pm_judge_options o = {.since_ns = PM_NO_TIME, .until_ns = PM_NO_TIME};
    struct pm_report *r = rules ? pm_judge(copy, rules, &o, diags) : NULL;
    if (r) pm_report_free(r);
    if (rules) pm_ruleset_free(rules);
    pm_diags_free(diags);
    pm_timeline_close(t);
    return copy;
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

static int query(const char *db, const char *sql, const struct format *format) {
    const char *why = NULL;
    struct pm_timeline *t = pm_timeline_open_read(db, &why);
    if (!t) {
        fprintf(stderr, "pullmortem: %s\n", why);
        return PM_EXIT_INPUT;
    }
    struct query q = {.a = pm_arena_new()};
    struct pm_str mistake = PM_NONE;
    int status = PM_EXIT_OK;
    t = judged(t, db, sql, q.a);
    if (pm_timeline_sql_typed(t, sql, format->row, &q, &mistake, q.a)) format->end(&q);
    else if (pm_timeline_error(t)) {
        fprintf(stderr, "pullmortem: %s: %s\n", db, pm_timeline_error(t));
        status = PM_EXIT_INPUT;
    } else {
        mistake_print(t, mistake, q.a);
        status = PM_EXIT_USAGE;
    }
    free(q.kept);
    pm_arena_free(q.a);
    pm_timeline_close(t);
    return fflush(stdout) == 0 ? status : PM_EXIT_USAGE;
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
static const char *sql_named(const char *name, struct pm_buf *b) {
    struct pm_recipe r;
    struct known k = {.a = pm_arena_new()};
    bool found = pm_recipe_find(pm_str_c(name), &r);
    if (found) pm_buf_add(b, r.sql), pm_buf_addc(b, 0);
    else {
        for (struct pm_str rest = PM_NONE; pm_recipe_next(&rest, &r);)
            *PM_PUSH(k.names, k.n, k.cap) = pm_arena_cstr(k.a, r.name);
        const char *near = pm_nearest(name, k.names, k.n);
        pm_usage(&pm_command_query,
                 near ? "there is no query '@%s'; did you mean '@%s'?"
                      : "there is no query '@%s'; --list shows them",
                 name, near);
    }
    free(k.names);
    pm_arena_free(k.a);
    return found ? b->p : NULL;
}

struct query_args {
    const char *words[2], *file;
    size_t n;
    const struct format *format;
    bool list;
};
static int format_take(struct query_args *args, const char *word) {
    for (size_t f = 0; f < PM_LEN(formats); f++)
        if (strcmp(formats[f].name, word) == 0) return args->format = &formats[f], PM_EXIT_OK;
    return pm_usage(&pm_command_query,
                    "unknown format '%s'; there are table, csv, json, jsonl and markdown", word);
}
static int args_read(struct query_args *args, int argc, char **argv) {
    struct pm_opts o = {.argc = argc, .argv = argv};
    int status = PM_EXIT_OK;
    for (int got; status == PM_EXIT_OK && (got = pm_opt_next(&o, &pm_command_query)) != -1;) {
        if (got == OPT_FORMAT) status = format_take(args, o.value);
        else if (got == OPT_EXPANDED) args->format = &expanded;
        else if (got == OPT_FILE) args->file = o.value;
        else if (got == OPT_LIST) args->list = true;
        else if (got != -2) return pm_usage_option(&pm_command_query, &o, got);
        else if (args->n == 2)
            return pm_usage(&pm_command_query,
                            "one timeline and one statement; put the SQL in quotes");
        else args->words[args->n++] = o.value;
    }
    return status;
}
static int run(int argc, char **argv) {
    struct query_args args = {.format = &formats[0]};
    struct pm_buf b = {0};
    int status = args_read(&args, argc, argv);
    if (status != PM_EXIT_OK) return status;
    if (args.list) return list();
    const char *sql = args.words[1];
    if (args.n < 1) return pm_usage(&pm_command_query, "which timeline?");
    if (!sql && !args.file) return pm_usage(&pm_command_query, "which SQL?");
    if (sql && args.file) return pm_usage(&pm_command_query, "one statement: given, or in --file");
    if (args.file || strcmp(sql, "-") == 0)
        sql = sql_read(args.file ? args.file : "-", &b), status = PM_EXIT_INPUT;
    else if (sql[0] == '@') sql = sql_named(sql + 1, &b), status = PM_EXIT_USAGE;
    if (sql) status = query(args.words[0], sql, args.format);
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
        "A timeline from ingest or merge is judged in a temporary copy where pulls, incidents, quota_points or causes are asked for.\n",
    .order = 7,
    .run = run,
};
