// A comparison as text, Markdown and JSON.
#include "cli/compare.h"
#include "pm/version.h"
#include "report/json/json_report.h"
#include "report/json_writer.h"
#include "report/words.h"
#include <math.h>

static struct pm_str figure_word(struct pm_arena *a, double x) {
    if (isnan(x)) return PM_STR("–");
    if (x == floor(x)) return pm_words_number(a, (uint64_t)x);
    return pm_arena_fmt(a, "%.*f", x < 10 ? 2 : 1, x);
}
static const struct pm_incident *either(const struct pm_compared_incident *x) {
    return x->after ? x->after : x->before;
}
static struct pm_str sizes(struct pm_arena *a, const struct pm_compared_incident *x) {
    struct pm_str was = x->before ? pm_words_count(a, x->before->failed_pulls, "failed pull",
                                                   "failed pulls")
                                  : PM_STR("not there"),
                  is = x->after ? pm_words_count(a, x->after->failed_pulls, "failed pull",
                                                 "failed pulls")
                                : PM_STR("not there");
    return pm_arena_fmt(a, "%.*s → %.*s", PM_FMT(was), PM_FMT(is));
}
static struct pm_str input_of(struct pm_arena *a, const struct pm_report *r) {
    struct pm_str range = pm_words_range(a, r->from_ns, r->to_ns),
                  name = pm_text_visible(a, pm_words_list(a, &r->inputs, 3));
    return pm_arena_fmt(a, "%.*s%s%.*s", PM_FMT(name), range.n ? ", " : "", PM_FMT(range));
}
static struct pm_str verdict_of(const struct pm_comparison *c) {
    bool any = false;
    for (size_t i = 0; i < c->incidents_n; i++) any |= c->incidents[i].change != PM_CHANGE_SAME;
    if (c->worse.n) return PM_STR("worse");
    return any ? PM_STR("not worse") : PM_STR("nothing changed that matters");
}

static bool text(FILE *out, const struct pm_comparison *c, struct pm_arena *a) {
    struct pm_str before = input_of(a, c->before), after = input_of(a, c->after),
                  verdict = verdict_of(c);
    fprintf(out, "before   %.*s\nafter    %.*s\n\nVERDICT  %.*s\n", PM_FMT(before), PM_FMT(after),
            PM_FMT(verdict));
    for (size_t i = 0; i < c->worse.n; i++)
        fprintf(out, "         %.*s\n", PM_FMT(pm_text_visible(a, c->worse.items[i])));
    if (c->incidents_n) fputs("\nINCIDENTS\n", out);
    for (size_t i = 0; i < c->incidents_n; i++) {
        const struct pm_compared_incident *x = &c->incidents[i];
        struct pm_str title = pm_text_visible(a, either(x)->title), size = sizes(a, x);
        fprintf(out, " %-6s  %-8s  %.*s\n                   %.*s\n", pm_change_names[x->change],
                pm_severity_names[either(x)->severity], PM_FMT(title), PM_FMT(size));
    }
    fputs("\nFIGURES\n", out);
    for (size_t i = 0; i < c->figures_n; i++) {
        const struct pm_figure *f = &c->figures[i];
        struct pm_str was = figure_word(a, f->before), is = figure_word(a, f->after);
        fprintf(out, " %*s%.*s → %.*s%s%s  %s\n", 12 - pm_text_width(was), "", PM_FMT(was),
                PM_FMT(is), *f->unit ? " " : "", f->unit, f->name);
    }
    for (size_t i = 0; i < PM_LEN(c->names); i++) {
        const struct pm_compared_names *n = &c->names[i];
        struct pm_str come = pm_text_visible(a, pm_words_list(a, &n->come, 8)),
                      gone = pm_text_visible(a, pm_words_list(a, &n->gone, 8));
        if (come.n) fprintf(out, "\nNEW %s (%zu): %.*s\n", n->what, n->come.n, PM_FMT(come));
        if (gone.n) fprintf(out, "\nGONE %s (%zu): %.*s\n", n->what, n->gone.n, PM_FMT(gone));
    }
    return !ferror(out);
}

static void markdown_text(FILE *out, struct pm_arena *a, struct pm_str s) {
    s = pm_text_visible(a, s);
    for (size_t i = 0; i < s.n; i++) {
        if (strchr("|\\`*_<>[]#", s.p[i])) fputc('\\', out);
        fputc(s.p[i], out);
    }
}
static void markdown_row(FILE *out, struct pm_arena *a, const struct pm_str *cells, size_t n) {
    for (size_t i = 0; i < n; i++) {
        fputs("| ", out);
        markdown_text(out, a, cells[i]);
        fputc(' ', out);
    }
    fputs("|\n", out);
}
static void markdown_names(FILE *out, struct pm_arena *a, const char *how, const char *what,
                           const struct pm_strs *names) {
    if (!names->n) return;
    fprintf(out, "\n%s %s: ", how, what);
    markdown_text(out, a, pm_words_list(a, names, 30));
    fputc('\n', out);
}
static bool markdown(FILE *out, const struct pm_comparison *c, struct pm_arena *a) {
    fputs("# Pulls compared: ", out);
    markdown_text(out, a, verdict_of(c));
    fputs("\n\n- before: ", out);
    markdown_text(out, a, input_of(a, c->before));
    fputs("\n- after: ", out);
    markdown_text(out, a, input_of(a, c->after));
    fputs("\n", out);
    for (size_t i = 0; i < c->worse.n; i++) {
        fputs(i ? "- " : "\n## Worse\n\n- ", out);
        markdown_text(out, a, c->worse.items[i]);
        fputc('\n', out);
    }
    if (c->incidents_n)
        fputs(
            "\n## Incidents\n\n| Change | Severity | Incident | Failed pulls |\n| --- | --- | --- | --- |\n",
            out);
    for (size_t i = 0; i < c->incidents_n; i++) {
        const struct pm_compared_incident *x = &c->incidents[i];
        const struct pm_str cells[] = {pm_str_c(pm_change_names[x->change]),
                                       pm_str_c(pm_severity_names[either(x)->severity]),
                                       either(x)->title, sizes(a, x)};
        markdown_row(out, a, cells, PM_LEN(cells));
    }
    fputs("\n## Figures\n\n| Figure | Before | After |\n| --- | ---: | ---: |\n", out);
    for (size_t i = 0; i < c->figures_n; i++) {
        const struct pm_figure *f = &c->figures[i];
        const struct pm_str cells[] = {*f->unit ? pm_arena_fmt(a, "%s (%s)", f->name, f->unit)
                                                : pm_str_c(f->name),
                                       figure_word(a, f->before), figure_word(a, f->after)};
        markdown_row(out, a, cells, PM_LEN(cells));
    }
    for (size_t i = 0; i < PM_LEN(c->names); i++) {
        markdown_names(out, a, "New", c->names[i].what, &c->names[i].come);
        markdown_names(out, a, "Gone", c->names[i].what, &c->names[i].gone);
    }
    return !ferror(out);
}

static void side(struct pm_json *w, const char *key, const struct pm_report *r) {
    pm_json_open(w, key, '{');
    pm_json_open(w, "inputs", '[');
    for (size_t i = 0; i < r->inputs.n; i++) pm_json_text(w, NULL, r->inputs.items[i]);
    pm_json_close(w, ']');
    pm_json_time(w, "from", r->from_ns);
    pm_json_time(w, "to", r->to_ns);
    pm_json_bool(w, "partial", r->partial);
    pm_json_close(w, '}');
}
static void incident_side(struct pm_json *w, const char *key, const struct pm_incident *i) {
    if (!i) {
        pm_json_null(w, key);
        return;
    }
    pm_json_open(w, key, '{');
    pm_json_uint(w, "id", i->id);
    pm_json_text(w, "severity", pm_str_c(pm_severity_names[i->severity]));
    pm_json_uint(w, "failed_pulls", i->failed_pulls);
    pm_json_uint(w, "failed_requests", i->failed_requests);
    pm_json_uint(w, "pods", i->blast.pods_n);
    pm_json_uint(w, "nodes", i->blast.nodes.n);
    pm_json_time(w, "from", i->from_ns);
    pm_json_time(w, "to", i->to_ns);
    pm_json_close(w, '}');
}
static bool json(FILE *out, const struct pm_comparison *c, struct pm_arena *a) {
    struct pm_json w = {.f = out, .inline_from = 3};
    (void)a;
    pm_json_open(&w, NULL, '{');
    pm_json_text(&w, "schema", PM_STR("pullmortem.compare/1"));
    pm_json_open(&w, "tool", '{');
    pm_json_text(&w, "version", PM_STR(PM_VERSION));
    pm_json_text_or_null(&w, "commit", pm_str_c(pm_commit));
    pm_json_text_or_null(&w, "rules", pm_str_c(c->after->rules_hash));
    pm_json_close(&w, '}');
    side(&w, "before", c->before);
    side(&w, "after", c->after);
    pm_json_bool(&w, "is_worse", c->worse.n > 0);
    pm_json_texts(&w, "worse", &c->worse);
    pm_json_open(&w, "incidents", '[');
    for (size_t i = 0; i < c->incidents_n; i++) {
        const struct pm_compared_incident *x = &c->incidents[i];
        pm_json_open(&w, NULL, '{');
        pm_json_text(&w, "change", pm_str_c(pm_change_names[x->change]));
        pm_json_text(&w, "root_cause", pm_str_c(pm_words_cause(either(x)->root_cause)));
        pm_json_text(&w, "fingerprint", either(x)->fingerprint);
        pm_json_text(&w, "title", either(x)->title);
        incident_side(&w, "before", x->before);
        incident_side(&w, "after", x->after);
        pm_json_close(&w, '}');
    }
    pm_json_close(&w, ']');
    pm_json_open(&w, "figures", '[');
    for (size_t i = 0; i < c->figures_n; i++) {
        pm_json_open(&w, NULL, '{');
        pm_json_text(&w, "name", pm_str_c(c->figures[i].name));
        pm_json_text(&w, "unit", pm_str_c(c->figures[i].unit));
        pm_json_real(&w, "before", c->figures[i].before);
        pm_json_real(&w, "after", c->figures[i].after);
        pm_json_close(&w, '}');
    }
    pm_json_close(&w, ']');
    for (size_t i = 0; i < PM_LEN(c->names); i++) {
        pm_json_open(&w, c->names[i].what, '{');
        pm_json_texts(&w, "new", &c->names[i].come);
        pm_json_texts(&w, "gone", &c->names[i].gone);
        pm_json_close(&w, '}');
    }
    pm_json_close(&w, '}');
    return pm_json_end(&w);
}

const struct pm_comparison_output pm_comparison_outputs[] = {
    {.name = "text", .ending = ".txt", .write = text},
    {.name = "markdown", .ending = ".md", .write = markdown},
    {.name = "json", .ending = ".json", .write = json},
    {0},
};
