// GitHub Actions: annotations as workflow commands on stdout, and a Markdown summary for $GITHUB_STEP_SUMMARY.
// Workflow commands end at the line; %, CR and LF in their values are percent-encoded, in properties ':' and ',' too (actions/toolkit, command.ts).
#include "pm/gate.h"
#include "report/words.h"

static void value(FILE *out, struct pm_str s, bool property) {
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','))) fprintf(out, "%%%02X", (unsigned)(unsigned char)c);
        else fputc(c, out);
    }
}

static void annotation(FILE *out, const struct pm_gate_row *r, const struct pm_gate_item *x, struct pm_arena *a) {
    fputs(x->state == PM_GATE_FAIL ? "::error " : x->state == PM_GATE_WARN || x->state == PM_GATE_UNJUDGED ? "::warning " : "::notice ", out);
    if (x->file.n) {
        fputs("file=", out);
        value(out, x->file, true);
        if (x->line) fprintf(out, ",line=%llu", (unsigned long long)x->line);
        fputc(',', out);
    }
    fputs("title=", out);
    value(out, pm_text_visible(a, pm_arena_fmt(a, "%.*s: %.*s", PM_FMT(x->id), PM_FMT(x->title))), true);
    fputs("::", out);
    value(out, pm_text_visible(a, pm_arena_fmt(a, "%.*s: %.*s", PM_FMT(r->bundle), PM_FMT(x->message))), false);
    fputc('\n', out);
}

static bool write_github(FILE *out, const struct pm_gate_result *g, struct pm_arena *a, bool color) {
    (void)color;
    for (size_t i = 0; i < g->rows_n; i++) {
        const struct pm_gate_row *r = &g->rows[i];
        if (r->why_broken.n) {
            fputs("::error title=broken input::", out);
            value(out, pm_text_visible(a, pm_arena_fmt(a, "%.*s: %.*s", PM_FMT(r->bundle), PM_FMT(r->why_broken))), false);
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

static bool write_summary(FILE *out, const struct pm_gate_result *g, struct pm_arena *a, bool color) {
    (void)color;
    fputs("## pullmortem gate\n\n| gate | bundle | pulls | failed | verdict |\n| --- | --- | ---: | ---: | --- |\n", out);
    for (size_t i = 0; i < g->rows_n; i++) {
        const struct pm_gate_row *r = &g->rows[i];
        fprintf(out, "| %s | ", pm_gate_state_names[r->state]);
        cell(out, r->bundle, a);
        fprintf(out, " | %llu | %llu | ", (unsigned long long)r->attempts, (unsigned long long)r->failed);
        cell(out, r->why_broken.n ? r->why_broken : r->verdict.n ? r->verdict : PM_STR("no pull trouble"), a);
        fputs(" |\n", out);
    }
    return !ferror(out);
}

const struct pm_gate_output pm_gate_summary = {"summary", "a Markdown summary", write_summary};
