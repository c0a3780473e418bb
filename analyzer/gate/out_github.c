// GitHub Actions: annotations as workflow commands on stdout, and a Markdown summary for
// $GITHUB_STEP_SUMMARY. Workflow commands end at the line; %, CR and LF in their values
// are percent-encoded, in properties ':' and ',' too (actions/toolkit, command.ts).
#include "pm/gate.h"
#include "report/words.h"

static void value(FILE *out, struct pm_str s, bool property) {
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ',')))
            fprintf(out, "%%%02X", (unsigned)(unsigned char)c);
        else fputc(c, out);
    }
}

static void annotation(FILE *out, const struct pm_gate_row *r, const struct pm_gate_item *x,
                       struct pm_arena *a) {
    bool warns = x->state == PM_GATE_WARN || x->state == PM_GATE_UNJUDGED;
    const char *less = warns ? "::warning " : "::notice ";
    fputs(x->state == PM_GATE_FAIL ? "::error " : less, out);
    struct pm_gate_place at = pm_gate_place_of(a, r->bundle, x->file);
    if (x->file.n) {
        fputs("file=", out);
        value(out, at.path, true);
        if (x->line && !at.inside.n) fprintf(out, ",line=%llu", (unsigned long long)x->line);
        fputc(',', out);
    }
    fputs("title=", out);
    value(out, pm_text_visible(a, pm_arena_fmt(a, "%.*s: %.*s", PM_FMT(x->id), PM_FMT(x->title))),
          true);
    fputs("::", out);
    value(
        out,
        pm_text_visible(a, pm_arena_fmt(a, "%.*s: %.*s%.*s%s%.*s", PM_FMT(r->bundle),
                                        PM_FMT(x->message), PM_FMT(pm_gate_inside(a, &at, x->line)),
                                        x->note.n ? "; " : "", PM_FMT(x->note))),
        false);
    fputc('\n', out);
}

static bool write_github(FILE *out, const struct pm_gate_result *g, struct pm_arena *a,
                         bool color) {
    (void)color;
    for (size_t i = 0; i < g->rows_n; i++) {
        const struct pm_gate_row *r = &g->rows[i];
        if (r->why_broken.n) {
            fputs("::error title=broken input::", out);
            value(out,
                  pm_text_visible(
                      a, pm_arena_fmt(a, "%.*s: %.*s", PM_FMT(r->bundle), PM_FMT(r->why_broken))),
                  false);
            fputc('\n', out);
        }
        for (size_t k = 0; k < r->items_n; k++)
            if (r->items[k].state != PM_GATE_PASS) annotation(out, r, &r->items[k], a);
    }
    return !ferror(out);
}

const struct pm_gate_output pm_gate_github = {"github", "GitHub Actions annotations", write_github};

static void cell(FILE *out, struct pm_str s, struct pm_arena *a) {
    s = pm_text_visible(a, s);
    for (size_t i = 0; i < s.n; i++) {
        if (strchr("\\`*_[]<>|#", s.p[i])) fputc('\\', out);
        fputc(s.p[i] == '\n' ? ' ' : s.p[i], out);
    }
}

static void said_too(FILE *out, struct pm_str s, struct pm_arena *a) {
    if (!s.n) return;
    fputs("; ", out);
    cell(out, s, a);
}

// A fence longer than any run of backticks inside.
static void code(FILE *out, struct pm_str s, struct pm_arena *a) {
    int fence = 3, run = 0;
    s = pm_text_visible(a, s);
    for (size_t i = 0; i < s.n; i++) {
        run = s.p[i] == '`' ? run + 1 : 0;
        if (run >= fence) fence = run + 1;
    }
    for (int i = 0; i < fence; i++) fputc('`', out);
    fprintf(out, "sh\n%.*s\n", PM_FMT(s));
    for (int i = 0; i < fence; i++) fputc('`', out);
    fputs("\n", out);
}

static void advice(FILE *out, const struct pm_gate_item *x, struct pm_arena *a) {
    for (size_t i = 0; i < x->advice_n; i++) {
        const struct pm_advice *step = &x->advice[i];
        if (!pm_str_eqc(step->phase, "mitigate") && !pm_str_eqc(step->phase, "fix")) continue;
        fprintf(out, "\n**%.*s**: ", PM_FMT(step->phase));
        cell(out, step->text, a);
        fputs("\n", out);
        if (step->command.n) code(out, step->command, a);
    }
}

// Incidents that did not pass, with the first line that shows each, and what to do.
static void told(FILE *out, const struct pm_gate_row *r, const struct pm_gate_item *x,
                 struct pm_arena *a) {
    fprintf(out, "\n### %s: ", pm_gate_state_names[x->state]);
    cell(out, x->id, a);
    fputs(", ", out);
    cell(out, x->title, a);
    fputs("\n\n", out);
    cell(out, x->message, a);
    fputs("\n\n", out);
    cell(out,
         pm_arena_fmt(a, "%.*s%s%.*s", PM_FMT(r->bundle), x->where.n ? ", " : "", PM_FMT(x->where)),
         a);
    said_too(out, x->note, a);
    said_too(out, x->why, a);
    fputs("\n", out);
    if (x->evidence_n) {
        fputs("\n", out);
        cell(out,
             pm_arena_fmt(a, "%.*s:%llu", PM_FMT(x->evidence[0].file),
                          (unsigned long long)x->evidence[0].line),
             a);
        fputs("\n", out);
        code(out, pm_text_cut(a, x->evidence[0].text, 400), a);
    }
    if (x->state == PM_GATE_FAIL || x->state == PM_GATE_WARN) advice(out, x, a);
}

static bool write_summary(FILE *out, const struct pm_gate_result *g, struct pm_arena *a,
                          bool color) {
    (void)color;
    fputs(
        "## pullmortem gate\n\n| gate | bundle | pulls | failed | verdict |\n| --- | --- | ---: | ---: | --- |\n",
        out);
    for (size_t i = 0; i < g->rows_n; i++) {
        const struct pm_gate_row *r = &g->rows[i];
        fprintf(out, "| %s | ", pm_gate_state_names[r->state]);
        cell(out, r->bundle, a);
        fprintf(out, " | %llu | %llu | ", (unsigned long long)r->attempts,
                (unsigned long long)r->failed);
        struct pm_str verdict = r->verdict.n ? r->verdict : PM_STR("no pull trouble");
        cell(out, r->why_broken.n ? r->why_broken : verdict, a);
        fputs(" |\n", out);
    }
    for (size_t i = 0; i < g->rows_n; i++)
        for (size_t k = 0; k < g->rows[i].items_n; k++)
            if (g->rows[i].items[k].state != PM_GATE_PASS)
                told(out, &g->rows[i], &g->rows[i].items[k], a);
    return !ferror(out);
}

const struct pm_gate_output pm_gate_summary = {"summary", "a Markdown summary", write_summary};
