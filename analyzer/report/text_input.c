// The text report's word on what it read: clocks that were guessed, and input that was
// cut, broken or left out.
#include "report/text.h"
#include "pm/diag.h"
#include "pm/timeline.h"

// Members whose clock is known the same way are one line.
static bool same_clock(const struct pm_file_row *a, const struct pm_file_row *b) {
    return a->quality == b->quality && a->year == b->year &&
           pm_str_eq(a->year_from, b->year_from) && a->offset_known == b->offset_known &&
           a->utc_offset_s == b->utc_offset_s && pm_str_eq(a->offset_from, b->offset_from);
}

static bool clock_worth(const struct pm_file_row *f) {
    return f->quality != PM_QUALITY_EXACT && f->from_ns != PM_NO_TIME;
}

static const char *source_words(struct pm_str from) {
    static const struct {
        const char *code, *words;
    } rows[] = {{"inner-stamp", "full stamps inside its lines"},
                {"neighbour", "full stamps in the same file"},
                {"header", "the file's header"},
                {"node", "the node's other logs"},
                {"folder", "the other logs of its folder"},
                {"file-name", "the file's name"},
                {"objects", "the bundle's dated objects"},
                {"mtime", "the file's own time"},
                {"option", "the command line"},
                {"coincidence", "failures that a dated log tells too"}};
    for (size_t i = 0; i < PM_LEN(rows); i++)
        if (pm_str_eqc(from, rows[i].code)) return rows[i].words;
    return "nothing: it is assumed";
}

static void clock_line(struct text *x, const struct pm_file_row *f, size_t members) {
    struct pm_arena *a = x->t.a;
    struct pm_buf b = {0};
    struct pm_str path = pm_text_seen(x, f->path), zone = PM_NONE;
    bool same = f->year && f->offset_known && pm_str_eq(f->year_from, f->offset_from);
    if (f->offset_known) {
        int minutes = f->utc_offset_s / 60, positive = minutes < 0 ? -minutes : minutes;
        zone = pm_arena_fmt(a, "zone %c%02d:%02d", minutes < 0 ? '-' : '+', positive / 60,
                            positive % 60);
    }
    if (same)
        pm_text_piece(&b, ", ",
                      pm_arena_fmt(a, "year %d and %.*s from %s", f->year, PM_FMT(zone),
                                   source_words(f->year_from)));
    else {
        if (f->year)
            pm_text_piece(&b, ", ",
                          pm_arena_fmt(a, "year %d from %s", f->year, source_words(f->year_from)));
        if (zone.n)
            pm_text_piece(
                &b, ", ",
                pm_arena_fmt(a, "%.*s from %s", PM_FMT(zone), source_words(f->offset_from)));
        else if (f->quality == PM_QUALITY_ASSUMED) pm_text_piece(&b, ", ", PM_STR("taken for UTC"));
    }
    if (!b.n && f->quality == PM_QUALITY_RELATIVE)
        pm_text_piece(&b, "", PM_STR("ages and states, dated by when they were taken"));
    struct pm_str how = pm_text_taken(x, &b),
                  more = members > 1 ? pm_arena_fmt(a, " and %zu more", members - 1) : PM_NONE;
    pm_text_item(&x->t, 1, pm_quality_names[f->quality], 10,
                 pm_arena_fmt(a, "%.*s%.*s%s%.*s", PM_FMT(path), PM_FMT(more), how.n ? ": " : "",
                              PM_FMT(how)));
}

static void skew_lines(struct text *x) {
    const struct pm_report *r = x->r;
    for (size_t k = 0; k < r->file_rows_n; k++) {
        const struct pm_file_row *f = &r->files[k];
        bool told = !f->node.n || (f->skew_ms > -2000 && f->skew_ms < 2000);
        for (size_t e = 0; e < k && !told; e++)
            told = pm_str_eq(r->files[e].node, f->node) && r->files[e].skew_ms == f->skew_ms;
        if (told) continue;
        struct pm_str node = pm_text_seen(x, f->node);
        char off[32];
        pm_duration_format((f->skew_ms < 0 ? -f->skew_ms : f->skew_ms) * 1000000, off);
        pm_text_item(&x->t, 1, "skew", 10,
                     pm_arena_fmt(x->t.a, "node %.*s is %s %s the others", PM_FMT(node), off,
                                  f->skew_ms < 0 ? "behind" : "ahead of"));
    }
}

void pm_text_clocks(struct text *x) {
    const struct pm_report *r = x->r;
    bool any = false;
    for (size_t k = 0; k < r->file_rows_n && !any; k++)
        any = clock_worth(&r->files[k]) || r->files[k].skew_ms <= -2000 ||
              r->files[k].skew_ms >= 2000;
    if (!any) return;
    pm_text_heading(&x->t, "CLOCKS that the logs do not state");
    size_t lines = 0, left = 0;
    for (size_t k = 0; k < r->file_rows_n; k++) {
        size_t members = 0;
        bool told = !clock_worth(&r->files[k]);
        for (size_t e = 0; e < k && !told; e++)
            told = clock_worth(&r->files[e]) && same_clock(&r->files[e], &r->files[k]);
        if (told) continue;
        for (size_t e = k; e < r->file_rows_n; e++)
            members += clock_worth(&r->files[e]) && same_clock(&r->files[e], &r->files[k]);
        if (lines++ < pm_text_rows(x)) clock_line(x, &r->files[k], members);
        else left++;
    }
    pm_text_more(x, 1, 0, left);
    skew_lines(x);
}

void pm_text_input(struct text *x) {
    const struct pm_report *r = x->r;
    struct pm_arena *a = x->t.a;
    struct pm_buf b = {0};
    if (!r->skipped_n && !r->diagnostics_n && !r->bad) return;
    pm_text_heading(&x->t, "INPUT problems");
    if (r->bad)
        pm_text_piece(&b, ", ",
                      pm_words_count(a, r->bad, "record is broken", "records are broken"));
    if (r->undated)
        pm_text_piece(&b, ", ", pm_words_count(a, r->undated, "has no time", "have no time"));
    pm_text_item(&x->t, 1, "", 0, pm_text_taken(x, &b));
    for (size_t k = 0; k < r->diagnostics_n && k < pm_text_rows(x); k++) {
        const struct pm_diag *d = &r->diagnostics[k];
        struct pm_str at = pm_text_place(x, d->path, d->line), said = pm_text_seen(x, d->message);
        struct pm_str times =
            d->count > 1 ? pm_arena_fmt(a, " (×%llu)", (unsigned long long)d->count) : PM_NONE;
        pm_text_item(&x->t, 1, "", 0,
                     pm_arena_fmt(a, "%.*s%s%.*s%.*s", PM_FMT(at), at.n ? ": " : "", PM_FMT(said),
                                  PM_FMT(times)));
    }
    pm_text_more(x, 1, pm_text_rows(x), r->diagnostics_n);
    for (size_t k = 0; k < r->skipped_n && k < pm_text_rows(x); k++) {
        struct pm_str path = pm_text_seen(x, r->skipped[k].path),
                      said = pm_text_seen(x, r->skipped[k].why);
        pm_text_item(&x->t, 1, "", 0,
                     pm_arena_fmt(a, "%.*s: not read: %.*s", PM_FMT(path), PM_FMT(said)));
    }
    pm_text_more(x, 1, pm_text_rows(x), r->skipped_n);
}
