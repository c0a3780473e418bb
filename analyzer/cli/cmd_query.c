// pullmortem query: read-only SQL over the timeline's views.
//
// CSV cells that a spreadsheet would run as a formula get a leading apostrophe (numbers stay numbers). Tables escape control characters:
// the texts come from logs, and logs are hostile.
#include "cli/opts.h"
#include "pm/arena.h"
#include "pm/judge.h"
#include "pm/rule.h"
#include "pm/timeline.h"
#include "report/words.h"
#include <stdio.h>
#include <stdlib.h>

extern const struct pm_command pm_command_query;
static const struct pm_opt options[] = {{"format", 'f', true}};
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

// table ---------------------------------------------------------------------------------------------------------------
static void table_cell(struct pm_str cell, int width, bool right, bool last) {
    int pad = width - pm_text_width(cell);
    if (right) printf("%*s", pad > 0 ? pad : 0, "");
    fwrite(cell.p ? cell.p : "", 1, cell.n, stdout);
    if (!right && !last) printf("%*s", pad > 0 ? pad : 0, "");
    fputs(last ? "\n" : "  ", stdout);
}
static void table_line(const struct query *q, const struct pm_str *cells) {
    for (int i = 0; i < q->columns; i++) table_cell(cells[i], q->width[i], q->numeric[i], i + 1 == q->columns);
}
static struct pm_str *table_cells(struct query *q, int n, const char *const *cells) {
    struct pm_str *out = PM_NEWN(q->a, struct pm_str, n);
    for (int i = 0; i < n; i++)
        out[i] = cells[i] ? pm_text_visible(q->a, pm_arena_dup(q->a, pm_str_c(cells[i]))) : PM_NONE; // the cell is the next row's after this
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
static bool table_row(void *ctx, int n, const char *const *names, const char *const *cells, const char *types) {
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

// csv -----------------------------------------------------------------------------------------------------------------
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
static bool csv_row(void *ctx, int n, const char *const *names, const char *const *cells, const char *types) {
    struct query *q = ctx;
    for (int i = 0; !q->rows && i < n; i++) csv_cell(names[i], 't'), fputs(i + 1 == n ? "\r\n" : ",", stdout);
    q->rows++;
    for (int i = 0; i < n; i++) csv_cell(cells[i], types[i]), fputs(i + 1 == n ? "\r\n" : ",", stdout);
    return !ferror(stdout);
}
static void csv_end(struct query *q) { (void)q; }

// json ----------------------------------------------------------------------------------------------------------------
static bool json_row(void *ctx, int n, const char *const *names, const char *const *cells, const char *types) {
    struct query *q = ctx;
    struct pm_buf b = {0};
    pm_buf_lit(&b, q->rows++ ? ",\n {" : "[\n {");
    for (int i = 0; i < n; i++) {
        if (i) pm_buf_lit(&b, ", ");
        pm_json_string(&b, pm_str_c(names[i]));
        pm_buf_lit(&b, ": ");
        bool number = (types[i] == 'i' || types[i] == 'f') && !strchr(cells[i], 'I') && !strchr(cells[i], 'N'); // Inf and NaN are no JSON
        if (types[i] == 'n' || ((types[i] == 'f') && !number)) pm_buf_lit(&b, "null");
        else if (number) pm_buf_lit(&b, cells[i]);
        else pm_json_string(&b, pm_str_c(cells[i]));
    }
    pm_buf_addc(&b, '}');
    fwrite(b.p, 1, b.n, stdout);
    pm_buf_free(&b);
    return !ferror(stdout);
}
static void json_end(struct query *q) { fputs(q->rows ? "\n]\n" : "[]\n", stdout); }

static const struct {
    const char *name;
    pm_sql_typed_cb *row;
    void (*end)(struct query *q);
} formats[] = {{"table", table_row, table_end}, {"csv", csv_row, csv_end}, {"json", json_row, json_end}};

static bool seen_one(void *ctx, int n, const char *const *names, const char *const *cells) {
    (void)names;
    if (n) *(bool *)ctx = strcmp(cells[0], "0") != 0;
    return true;
}
// `ingest` and `merge` judge nothing, so pulls and incidents are empty there: such a timeline is judged in a copy that goes with this run.
static struct pm_timeline *judged(struct pm_timeline *t, const char *db, const char *sql, struct pm_arena *a) {
    static const char *const views[] = {"pulls", "incidents", "quota_points"};
    struct pm_str mistake, asked = pm_str_c(sql);
    bool wanted = false, there = false;
    const char *why = NULL;
    for (size_t i = 0; i < PM_LEN(views); i++) wanted |= pm_str_ifind(asked, pm_str_c(views[i]), 0) >= 0;
    if (!wanted || !pm_timeline_sql(t, "SELECT count(*) FROM pulls", seen_one, &there, &mistake, a) || there) return t;
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

static int query(const char *db, const char *sql, size_t format) {
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
    if (pm_timeline_sql_typed(t, sql, formats[format].row, &q, &mistake, q.a)) formats[format].end(&q);
    else if (pm_timeline_error(t)) {
        fprintf(stderr, "pullmortem: %s: %s\n", db, pm_timeline_error(t));
        status = PM_EXIT_INPUT;
    } else {
        fprintf(stderr,
                "pullmortem query: %.*s\nviews: events pulls incidents quota_points files diagnostics skipped; 'PRAGMA table_info(events)' lists columns\n",
                PM_FMT(mistake));
        status = PM_EXIT_USAGE;
    }
    free(q.kept);
    pm_arena_free(q.a);
    pm_timeline_close(t);
    return fflush(stdout) == 0 ? status : PM_EXIT_USAGE;
}

static int run(int argc, char **argv) {
    const char *words[2] = {NULL, NULL}, *format = "table";
    size_t n = 0, f = 0;
    struct pm_opts o = {.argc = argc, .argv = argv};
    for (int got; (got = pm_opt_next(&o, options, PM_LEN(options))) != -1;) {
        if (got == 0) format = o.value;
        else if (got != -2) return pm_usage_option(&pm_command_query, &o, got, options, PM_LEN(options));
        else if (n == 2) return pm_usage(&pm_command_query, "one timeline and one statement; put the SQL in quotes");
        else words[n++] = o.value;
    }
    while (f < PM_LEN(formats) && strcmp(formats[f].name, format) != 0) f++;
    if (f == PM_LEN(formats)) return pm_usage(&pm_command_query, "unknown format '%s'; there are table, csv and json", format);
    if (n < 2) return pm_usage(&pm_command_query, n ? "which SQL?" : "which timeline?");
    return query(words[0], words[1], f);
}

const struct pm_command pm_command_query = {
    .name = "query",
    .synopsis = "DB 'SQL' [--format table|csv|json]",
    .summary = "read-only SQL over a timeline",
    .help = "  -f, --format F      table, csv or json\n\n"
            "Views: events, pulls, incidents, quota_points, files, diagnostics, skipped. For example\n"
            "  pullmortem query t.db \"SELECT node, cause, count(*) FROM pulls WHERE outcome = 'failed' GROUP BY 1, 2\"\n"
            "A timeline from ingest or merge is judged in a temporary copy where pulls, incidents or quota_points are asked for.\n",
    .order = 7,
    .run = run,
};
