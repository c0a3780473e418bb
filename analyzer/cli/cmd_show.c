// pullmortem show BUNDLE|DB FILE:LINE: a line where it stands, in archives within
// archives too, with what is around it, and what it was taken for.
//
// Of a timeline the bundle is read where it still lies under the name that it had; else
// what the timeline kept of the line is told.
#include "cli/answer_print.h"
#include "cli/member.h"
#include "cli/opts.h"
#include "cli/output.h"
#include "cli/privacy.h"
#include "cli/writes.h"
#include "pm/timeline.h"
#include "report/words.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { OPT_CONTEXT, OPT_RULES, OPT_NO_REDACT, OPT_REDACT_KEY, OPT_COLOR };
static const struct pm_opt options[] = {
    [OPT_CONTEXT] = {.name = "context",
                     .letter = 'C',
                     .kind = PM_OPT_NUMBER,
                     .value = "N",
                     .low = 0,
                     .high = 10000,
                     .preset = "2",
                     .help = "so many lines before and after"},
    [OPT_RULES] = {PM_OPT_RULES},
    [OPT_NO_REDACT] = {PM_OPT_NO_REDACT},
    [OPT_REDACT_KEY] = {PM_OPT_REDACT_KEY},
    [OPT_COLOR] = {PM_OPT_COLOR},
};
enum { LINE_SHOWN = 4000, ANSWERS_SHOWN = 3, TEXT_ASKED = 32 << 20 };

struct show {
    const char *subject, *rules_dir, *color;
    struct pm_str file;
    uint64_t line, record; // record: which of the line's, from 1 on; 0: not said
    long context;
    bool raw;
    struct pm_answer_view view;
};

// The line and its neighbours -----------------------------------------------------------
static void line_print(struct show *x, struct pm_str text, uint64_t number, int digits) {
    bool here = number == x->line;
    struct pm_str shown =
        pm_text_visible(x->view.a, pm_answer_clean(&x->view, pm_str_sub(text, 0, LINE_SHOWN)));
    if (here && x->view.color) fputs("\033[1m", stdout);
    printf("%c %*llu  %.*s", here ? '>' : ' ', digits, (unsigned long long)number, PM_FMT(shown));
    if (text.n > LINE_SHOWN) {
        struct pm_str size = pm_words_bytes(x->view.a, text.n);
        printf(" … (%.*s)", PM_FMT(size));
    }
    if (here && x->view.color) fputs("\033[0m", stdout);
    putchar('\n');
}
static uint64_t lines_of(struct pm_str text) {
    uint64_t n = 0;
    for (struct pm_str rest = text; rest.n; n++) {
        ptrdiff_t end = pm_str_chr(rest, '\n', 0);
        rest = end < 0 ? PM_NONE : pm_str_from(rest, (size_t)end + 1);
    }
    return n;
}
static int digits_of(const struct show *x, uint64_t n) { // of the last number that is shown
    char width[32];
    uint64_t to = x->line + (uint64_t)x->context;
    return snprintf(width, sizeof width, "%llu", (unsigned long long)(to < n ? to : n));
}
static void lines_print(struct show *x, struct pm_str text, uint64_t n) {
    uint64_t from = x->line > (uint64_t)x->context ? x->line - (uint64_t)x->context : 1,
             to = x->line + (uint64_t)x->context, at = 1;
    int digits = digits_of(x, n);
    for (struct pm_str rest = text; rest.n && at <= to; at++) {
        ptrdiff_t end = pm_str_chr(rest, '\n', 0);
        struct pm_str line = end < 0 ? rest : pm_str_sub(rest, 0, (size_t)end);
        if (line.n && line.p[line.n - 1] == '\r') line.n--;
        if (at >= from) line_print(x, line, at, digits);
        rest = end < 0 ? PM_NONE : pm_str_from(rest, (size_t)end + 1);
    }
}

// The lines of a native journal are its entries, of which the bytes show nothing.
static bool is_journal(struct pm_str text) { return pm_str_starts(text, PM_STR("LPKSHHRH")); }

struct entries {
    struct show *x; // NULL: they are counted only
    uint64_t n;
    int digits;
};
static void entry_seen(void *ctx, const struct pm_answer *r) {
    struct entries *e = ctx;
    if (r->line <= e->n) return; // an entry's first record has its text
    e->n = r->line;
    if (!e->x || r->line + (uint64_t)e->x->context < e->x->line ||
        r->line > e->x->line + (uint64_t)e->x->context)
        return;
    ptrdiff_t end = pm_str_chr(r->text, '\n', 0);
    line_print(e->x, end < 0 ? r->text : pm_str_sub(r->text, 0, (size_t)end), r->line, e->digits);
    pm_arena_reset(e->x->view.a);
}
static void entries_look(struct pm_ruleset *rules, struct pm_str text, struct entries *e) {
    struct pm_diags *quiet = pm_diags_new();
    pm_answers(rules, text, entry_seen, e, quiet);
    pm_diags_free(quiet);
}
static uint64_t entries_of(struct pm_ruleset *rules, struct pm_str text) {
    struct entries all = {0};
    entries_look(rules, text, &all);
    return all.n;
}

// What it was taken for: the record that the line is of began at it or before it. A line
// can hold many (a list of events without line breaks): then those that failed are told
// first, or the one that is asked for --------------------------------------------------
struct taken {
    struct show *x;
    uint64_t first;     // line of the record, once it is known
    size_t all, failed; // records that begin there
    size_t at, printed;
};
static void find_record(void *ctx, const struct pm_answer *r) {
    struct taken *t = ctx;
    if (r->line > t->x->line || r->line < t->first) return;
    if (r->line > t->first) {
        t->all = 0;
        t->failed = 0;
    }
    t->first = r->line;
    t->all++;
    t->failed += r->verdict.cause >= 0;
}
static bool is_wanted(const struct taken *t, const struct pm_answer *r) {
    if (t->x->record) return t->at == t->x->record;
    if (t->printed == ANSWERS_SHOWN) return false;
    return t->all <= ANSWERS_SHOWN || !t->failed || r->verdict.cause >= 0;
}
static void print_record(void *ctx, const struct pm_answer *r) {
    struct taken *t = ctx;
    if (r->line != t->first) return;
    t->at++;
    if (!is_wanted(t, r)) return;
    t->printed++;
    if (t->all > ANSWERS_SHOWN) {
        struct pm_str text = pm_answer_clean(&t->x->view, pm_str_sub(r->text, 0, LINE_SHOWN));
        if (t->x->view.any) putchar('\n');
        t->x->view.any = false;
        printf("record %zu of %zu: %.*s\n", t->at, t->all,
               PM_FMT(pm_text_visible(t->x->view.a, text)));
    }
    pm_answer_print(&t->x->view, r);
    pm_arena_reset(t->x->view.a);
}
static int taken_for(struct show *x, struct pm_ruleset *rules, struct pm_str text) {
    // The text was read already; what was wrong with it is the report's to tell.
    struct pm_diags *quiet = pm_diags_new();
    struct taken t = {.x = x};
    int status = PM_EXIT_OK;
    putchar('\n');
    pm_answers(rules, text, find_record, &t, quiet);
    if (t.first && t.first != x->line)
        printf("This line is part of the record that begins at line %llu.\n",
               (unsigned long long)t.first);
    if (t.first && x->record <= t.all) pm_answers(rules, text, print_record, &t, quiet);
    if (x->record > t.all) {
        fprintf(stderr, "pullmortem show: line %llu holds %zu record%s\n",
                (unsigned long long)x->line, t.all, t.all == 1 ? "" : "s");
        status = PM_EXIT_USAGE;
    } else if (!t.printed) puts("Nothing was made of this line.");
    else if (!x->record && t.printed < t.all)
        printf("and %zu more records that begin at this line: %.*s:%llu:N shows one\n",
               t.all - t.printed, PM_FMT(x->file), (unsigned long long)t.first);
    pm_diags_free(quiet);
    return status;
}

// Where it stands -----------------------------------------------------------------------
static int no_member(const struct show *x, const struct pm_member_text *m) {
    fprintf(stderr, "pullmortem show: %s %.*s in %s", m->found ? "more than one" : "there is no",
            PM_FMT(x->file), x->subject);
    const char *before = m->found ? ": " : "; nearest: ";
    for (size_t i = 0; i < m->names_n && i < 5; i++)
        fprintf(stderr, "%s%.*s", i ? ", " : before, PM_FMT(m->names[i]));
    if (!m->names_n) fputs("; 'pullmortem query DB @files' lists its members", stderr);
    fputc('\n', stderr);
    return PM_EXIT_USAGE;
}
static int show_bundle(struct show *x, struct pm_ruleset *rules, const char *const *paths,
                       size_t n) {
    struct pm_member_text m;
    struct pm_arena *names = pm_arena_new();
    struct pm_diags *diags = pm_diags_new();
    int status = PM_EXIT_OK;
    bool any = pm_member_read(paths, n, x->file, &m, names, diags);
    struct pm_str text = pm_buf_str(&m.text);
    bool journal = is_journal(text);
    uint64_t lines = journal ? entries_of(rules, text) : lines_of(text);
    if (!any) {
        pm_diags_print(diags);
        fprintf(stderr, "pullmortem show: nothing in %s could be read\n", x->subject);
        status = PM_EXIT_INPUT;
    } else if (m.found != 1) status = no_member(x, &m);
    else if (x->line > lines) {
        fprintf(stderr, "pullmortem show: %.*s has %llu %s\n", PM_FMT(m.path),
                (unsigned long long)lines, journal ? "entries" : "lines");
        status = PM_EXIT_USAGE;
    } else {
        printf("%.*s, %s %llu of %llu\n\n", PM_FMT(m.path), journal ? "entry" : "line",
               (unsigned long long)x->line, (unsigned long long)lines);
        if (journal)
            entries_look(rules, text, &(struct entries){.x = x, .digits = digits_of(x, lines)});
        else lines_print(x, text, lines);
        if (text.n <= TEXT_ASKED) status = taken_for(x, rules, text);
    }
    pm_member_free(&m);
    pm_diags_free(diags);
    pm_arena_free(names);
    return status;
}

// The bundle is gone: the timeline kept the first line of each record that events were
// made from.
static bool kept_in(void *ctx, int n, const char *const *names, const char *const *cells) {
    static const char *const labels[] = {NULL,   NULL,  "kind", "cause",    "image",
                                         "node", "pod", "time", "standing", "error"};
    struct show *x = ctx;
    (void)names;
    if (x->view.any) putchar('\n');
    x->view.any = true;
    printf("%s:%s\n  %s\n", cells[0], cells[1],
           cells[n - 1]
               ? pm_arena_cstr(x->view.a, pm_text_visible(x->view.a, pm_str_c(cells[n - 1])))
               : "");
    for (size_t i = 2; i < PM_LEN(labels); i++)
        if (cells[i])
            printf("  %-10s %s\n", labels[i],
                   pm_arena_cstr(x->view.a, pm_text_visible(x->view.a, pm_str_c(cells[i]))));
    return true;
}
static int show_kept(struct show *x, struct pm_timeline *t) {
    struct pm_str why;
    struct pm_buf sql = {0};
    pm_buf_lit(
        &sql,
        "SELECT file, line, kind, cause, image, node, pod, time, standing, error, raw FROM events WHERE line = ");
    pm_buf_fmt(&sql, "%llu AND (file = '", (unsigned long long)x->line);
    for (int k = 0; k < 2; k++) {
        for (size_t i = 0; i < x->file.n; i++) {
            if (x->file.p[i] == '\'') pm_buf_addc(&sql, '\'');
            pm_buf_addc(&sql, x->file.p[i]);
        }
        pm_buf_lit(&sql, k ? "') ORDER BY id" : "' OR file LIKE '%/' || '");
    }
    pm_timeline_sql(t, sql.p, kept_in, x, &why, x->view.a);
    pm_buf_free(&sql);
    if (x->view.any) {
        puts("\nThe bundle is not where it was: this is what the timeline kept of the line.");
        return PM_EXIT_OK;
    }
    fprintf(
        stderr,
        "pullmortem show: the bundle is not where it was, and the timeline kept nothing of %.*s:%llu\n",
        PM_FMT(x->file), (unsigned long long)x->line);
    return PM_EXIT_INPUT;
}
static int show_timeline(struct show *x, struct pm_ruleset *rules) {
    const char *why = NULL, *paths[64];
    size_t n = 0;
    struct pm_timeline *t = pm_timeline_open_read(x->subject, &why);
    if (!t) {
        fprintf(stderr, "pullmortem: %s\n", why);
        return PM_EXIT_INPUT;
    }
    struct pm_arena *a = pm_arena_new();
    bool there = true;
    for (struct pm_str rest = pm_timeline_meta_get(t, "inputs", a); rest.n && n < PM_LEN(paths);) {
        ptrdiff_t end = pm_str_chr(rest, '\n', 0);
        paths[n] = pm_arena_cstr(a, end < 0 ? rest : pm_str_sub(rest, 0, (size_t)end));
        there &= access(paths[n++], R_OK) == 0;
        rest = end < 0 ? PM_NONE : pm_str_from(rest, (size_t)end + 1);
    }
    int status = n && there ? show_bundle(x, rules, paths, n) : show_kept(x, t);
    pm_arena_free(a);
    pm_timeline_close(t);
    return status;
}

// "a:3" → "a" and 3. False: no number stands behind a colon.
static bool number_off(struct pm_str *place, uint64_t *number) {
    size_t colon = place->n;
    while (colon > 0 && place->p[colon - 1] != ':') colon--;
    if (!colon || !pm_str_u64(pm_str_from(*place, colon), number)) return false;
    *place = pm_str_sub(*place, 0, colon - 1);
    return true;
}
// FILE:LINE as a report prints it, FILE:LINE:N for a record of it; FILE and LINE as two
// words are taken as well.
static bool place_read(struct show *x, const char *const *words, size_t n) {
    struct pm_str place = pm_str_trim(pm_str_c(words[1]));
    uint64_t outer;
    if (n > 2) {
        if (!pm_str_u64(pm_str_c(words[2]), &x->line)) return false;
    } else if (!number_off(&place, &x->line)) return false;
    else if (number_off(&place, &outer)) {
        x->record = x->line;
        x->line = outer;
        if (!x->record) return false;
    }
    if (pm_str_starts(place, PM_STR("./"))) place = pm_str_from(place, 2);
    x->file = place;
    return place.n && x->line > 0;
}
static int run(struct pm_given *g) {
    struct show x = {.context = pm_given_number(g, OPT_CONTEXT),
                     .rules_dir = g->value[OPT_RULES],
                     .color = g->value[OPT_COLOR],
                     .raw = g->value[OPT_NO_REDACT] != NULL};
    const char **words = g->words;
    if (g->words_n > 3) return pm_usage(g->command, "one place at a time, not also '%s'", words[3]);
    if (g->words_n < 2)
        return pm_usage_asks(g->command, g->words_n
                                             ? "which line? FILE:LINE, as the report tells it"
                                             : "which bundle?");
    if (!place_read(&x, words, g->words_n))
        return pm_usage(g->command, "'%s' is no FILE:LINE", words[1]);
    x.subject = words[0];
    if (!pm_paths_present(words, &(size_t){1})) return PM_EXIT_INPUT;
    struct pm_privacy privacy;
    if (pm_privacy_read(g->command, &privacy, g->value[OPT_REDACT_KEY], NULL, NULL) != PM_EXIT_OK)
        return PM_EXIT_USAGE;
    pm_writes_guard(NULL, 0);
    struct pm_diags *diags = pm_diags_new();
    struct pm_ruleset *rules = pm_ruleset_load(x.rules_dir, diags);
    int status = PM_EXIT_USAGE;
    if (rules) {
        pm_ruleset_listen(rules);
        x.view =
            (struct pm_answer_view){.a = pm_arena_new(),
                                    .rules = rules,
                                    .redactor = x.raw ? NULL : pm_redactor_new(privacy.redact_key),
                                    .width = pm_answer_columns()};
        x.view.color = pm_color_wanted(x.color, STDOUT_FILENO);
        status =
            pm_timeline_is(x.subject) ? show_timeline(&x, rules) : show_bundle(&x, rules, words, 1);
        pm_redactor_free(x.view.redactor);
        pm_arena_free(x.view.a);
    } else pm_diags_print(diags);
    pm_privacy_free(&privacy);
    pm_ruleset_free(rules);
    pm_diags_free(diags);
    return status;
}

const struct pm_command pm_command_show = {
    .name = "show",
    .arguments = "BUNDLE|DB FILE:LINE",
    .summary = "one line of a bundle where it stands, and what it was taken for",
    .help =
        "FILE is a member's path as reports tell it, in archives too, or the end of one that fits one member alone. A line that holds many records (a list of objects "
        "without line breaks) shows those that failed; FILE:LINE:N is the Nth of them.\n",
    .options = options,
    .options_n = PM_LEN(options),
    .notes = "  pullmortem show bundle.tar.gz nodes/n2/containerd.log:264 -C 5\n",
    .order = 7,
    .run = run,
};
