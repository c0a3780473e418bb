// JUnit XML, in the shape that Jenkins, GitLab and GitHub's report actions share
// (testsuites > testsuite > testcase > failure|error|skipped).
#include "pm/gate.h"
#include "pm/scan.h"
#include "report/words.h"

static void
escaped(FILE *out, struct pm_str s,
        struct pm_arena *a) { // for attributes and text; XML 1.0 knows no control characters
    s = pm_text_visible(a, pm_utf8_clean(a, s, NULL));
    for (size_t i = 0; i < s.n; i++) {
        switch (s.p[i]) {
        case '<': fputs("&lt;", out); break;
        case '>': fputs("&gt;", out); break;
        case '&': fputs("&amp;", out); break;
        case '"': fputs("&quot;", out); break;
        case '\n': fputs("&#10;", out); break;
        default: fputc(s.p[i], out);
        }
    }
}

static void attribute(FILE *out, const char *name, struct pm_str value, struct pm_arena *a) {
    fprintf(out, " %s=\"", name);
    escaped(out, value, a);
    fputc('"', out);
}

static void seconds(FILE *out, int64_t ns) { // how long the trouble lasted; at most three decimals
    fprintf(out, " time=\"%lld.%03lld\"", (long long)(ns / PM_NS_PER_S),
            (long long)(ns % PM_NS_PER_S / 1000000));
}

static void testcase(FILE *out, const struct pm_gate_row *r, const struct pm_gate_item *x,
                     struct pm_arena *a) {
    fputs("    <testcase", out);
    attribute(out, "classname", r->bundle, a);
    attribute(out, "name",
              x->kind == PM_CHECK_INCIDENT || x->kind == PM_CHECK_FINDING
                  ? pm_arena_fmt(a, "%.*s: %.*s", PM_FMT(x->id), PM_FMT(x->title))
                  : x->id,
              a);
    seconds(out, x->lasted_ns);
    fputc('>', out);
    if (x->state == PM_GATE_FAIL) {
        fputs("\n      <failure", out);
        attribute(out, "message", x->message, a);
        attribute(out, "type", x->id, a);
        fputc('>', out);
        escaped(out,
                x->file.n ? pm_arena_fmt(a, "%.*s (%.*s:%llu)", PM_FMT(x->message), PM_FMT(x->file),
                                         (unsigned long long)x->line)
                          : x->message,
                a);
        fputs("</failure>\n    ", out);
    } else if (x->state >= PM_GATE_UNJUDGED && x->state <= PM_GATE_WAIVED) {
        fputs("\n      <skipped", out);
        attribute(out, "message", x->why, a);
        fputs("/>\n    ", out);
    } else if (x->state == PM_GATE_WARN) {
        fputs("\n      <system-out>warning: ", out);
        escaped(out, x->message, a);
        fputs("</system-out>\n    ", out);
    }
    fputs("</testcase>\n", out);
}

static uint64_t states(const struct pm_gate_row *r, enum pm_gate_state from,
                       enum pm_gate_state to) {
    uint64_t n = 0;
    for (size_t i = 0; i < r->items_n; i++)
        n += r->items[i].state >= from && r->items[i].state <= to;
    return n;
}

static void suite(FILE *out, const struct pm_gate_row *r, struct pm_arena *a) {
    bool broken = r->state == PM_GATE_BROKEN || r->why_broken.n;
    fputs("  <testsuite", out);
    attribute(out, "name", r->bundle, a);
    fprintf(out, " tests=\"%zu\" failures=\"%llu\" errors=\"%d\" skipped=\"%llu\"", r->items_n + 1,
            (unsigned long long)states(r, PM_GATE_FAIL, PM_GATE_FAIL), broken,
            (unsigned long long)states(r, PM_GATE_UNJUDGED, PM_GATE_WAIVED));
    bool dated = r->from_ns != PM_NO_TIME && r->to_ns != PM_NO_TIME;
    char at[32];
    seconds(out, dated ? r->to_ns - r->from_ns : 0);
    if (dated)
        fprintf(out, " timestamp=\"%.19s\"",
                pm_when_format(r->from_ns, at)); // ISO 8601 without a zone, as JUnit's own: UTC
    fputs(">\n", out);
    fputs("    <testcase", out);
    attribute(out, "classname", r->bundle, a);
    fputs(" name=\"the bundle can be read whole\" time=\"0\">", out);
    if (broken) {
        fputs("\n      <error type=\"input\"", out);
        attribute(out, "message", r->why_broken, a);
        fputs("/>\n    ", out);
    }
    fputs("</testcase>\n", out);
    for (size_t i = 0; i < r->items_n; i++) testcase(out, r, &r->items[i], a);
    fputs("  </testsuite>\n", out);
}

static bool write_junit(FILE *out, const struct pm_gate_result *g, struct pm_arena *a, bool color) {
    (void)color;
    uint64_t tests = 0, failures = 0, errors = 0;
    for (size_t i = 0; i < g->rows_n; i++) {
        tests += g->rows[i].items_n + 1;
        failures += states(&g->rows[i], PM_GATE_FAIL, PM_GATE_FAIL);
        errors += g->rows[i].why_broken.n > 0;
    }
    fprintf(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"pullmortem gate\" tests=\"%llu\" failures=\"%llu\" errors=\"%llu\">\n",
        (unsigned long long)tests, (unsigned long long)failures,
        (unsigned long long)errors); // no sum of skipped: Jenkins' schema knows none
    for (size_t i = 0; i < g->rows_n; i++) suite(out, &g->rows[i], a);
    fputs("</testsuites>\n", out);
    return !ferror(out);
}

const struct pm_gate_output pm_gate_junit = {"junit", "JUnit XML", write_junit};
