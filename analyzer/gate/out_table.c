// The gate for people: one row a bundle, what failed it below, a total.
#include "pm/gate.h"
#include "report/words.h"
#include <stdio.h>
#include <unistd.h>

struct totals {
    uint64_t n[PM_GATE_BROKEN + 1];
};

static const char *paint(enum pm_gate_state s, bool color) {
    static const char *const codes[] = {"\033[32m", "\033[35m", "\033[36m", "\033[36m",
                                        "\033[33m", "\033[31m", "\033[35m"};
    return color ? codes[s] : "";
}

static void padded(FILE *out, struct pm_str s, int width) {
    fprintf(out, "%.*s", PM_FMT(s));
    for (int w = pm_text_width(s); w < width; w++) fputc(' ', out);
}

// What failed and why, where and how much, and the first line that shows it.
static void item_line(FILE *out, const struct pm_gate_item *x, struct pm_arena *a, bool color) {
    bool told = x->kind == PM_CHECK_INCIDENT || x->kind == PM_CHECK_FINDING;
    struct pm_str why = x->state == PM_GATE_FAIL || x->state == PM_GATE_WARN
                            ? pm_arena_fmt(a, "check %.*s", PM_FMT(x->why))
                            : x->why;
    struct pm_str says = told ? x->title : x->message;
    bool named = pm_str_starts(says, x->id),
         reasoned = pm_str_eq(x->why, x->id) || pm_str_has(says, why); // each is said once
    fprintf(out, "         %s%s%s ", paint(x->state, color), pm_gate_state_names[x->state],
            color ? "\033[0m" : "");
    if (!named) fprintf(out, "%.*s: ", PM_FMT(pm_text_visible(a, x->id)));
    fprintf(out, "%.*s", PM_FMT(pm_text_visible(a, says)));
    if (x->where.n) fprintf(out, "; %.*s", PM_FMT(pm_text_visible(a, x->where)));
    if (x->file.n) fprintf(out, "; %.*s", PM_FMT(pm_text_visible(a, x->file)));
    if (x->file.n && x->line) fprintf(out, ":%llu", (unsigned long long)x->line);
    if (why.n && !reasoned) fprintf(out, " (%.*s)", PM_FMT(pm_text_visible(a, why)));
    if (x->note.n) fprintf(out, " (%.*s)", PM_FMT(pm_text_visible(a, x->note)));
    fputc('\n', out);
}

static void row(FILE *out, const struct pm_gate_row *r, int wide, struct pm_arena *a, bool color) {
    fprintf(out, "%s%-7s%s  ", paint(r->state, color), pm_gate_state_names[r->state],
            color ? "\033[0m" : "");
    padded(out, pm_text_cut_middle(a, pm_text_visible(a, r->bundle), wide), wide);
    fprintf(out, "  %9llu  %6llu  ", (unsigned long long)r->attempts,
            (unsigned long long)r->failed);
    struct pm_str says = r->verdict.n ? r->verdict : PM_STR("no pull trouble");
    if (r->state == PM_GATE_BROKEN) says = r->why_broken;
    fprintf(out, "%.*s\n", PM_FMT(pm_text_visible(a, says)));
    if (r->state != PM_GATE_BROKEN && r->why_broken.n)
        fprintf(out, "         %.*s\n", PM_FMT(pm_text_visible(a, r->why_broken)));
    for (size_t i = 0; i < r->items_n; i++)
        if (r->items[i].state != PM_GATE_PASS) item_line(out, &r->items[i], a, color);
}

static bool write_table(FILE *out, const struct pm_gate_result *g, struct pm_arena *a, bool color) {
    struct totals t = {{0}};
    int wide = 10,
        most = isatty(fileno(out)) ? 48 : 4096; // a pipe has room: programs read names there
    for (size_t i = 0; i < g->rows_n; i++) {
        int w = pm_text_width(g->rows[i].bundle);
        if (w > wide) wide = w > most ? most : w;
        t.n[g->rows[i].state]++;
    }
    fprintf(out, "%-7s  %-*s  %9s  %6s  %s\n", "gate", wide, "bundle", "pulls", "failed",
            "verdict");
    for (size_t i = 0; i < g->rows_n; i++) row(out, &g->rows[i], wide, a, color);
    fprintf(out, "%zu %s:", g->rows_n, g->rows_n == 1 ? "bundle" : "bundles");
    const char *between = " ";
    for (int s = PM_GATE_BROKEN; s >= 0; s--) {
        if (!t.n[s]) continue;
        fprintf(out, "%s%llu %s", between, (unsigned long long)t.n[s], pm_gate_state_names[s]);
        between = ", ";
    }
    fprintf(out, "%s\n", g->report_only ? " (report only)" : "");
    return !ferror(out);
}

const struct pm_gate_output pm_gate_table = {"table", "a table for people", write_table};
