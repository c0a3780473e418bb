// How the logs were dated where they do not say it themselves, and whose clock is off.
#include "report/view.h"
#include "pm/timeline.h"

enum { SKEW_WORTH_MS = 2000 }; // less is the noise of clocks that agree
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
                {"alike", "the same logs of other nodes"},
                {"coincidence", "failures that a dated log tells too"}};
    for (size_t i = 0; i < PM_LEN(rows); i++)
        if (pm_str_eqc(from, rows[i].code)) return rows[i].words;
    return "nothing: it is assumed";
}

static struct pm_str zone_words(struct pm_arena *a, const struct pm_file_row *f) {
    if (!f->offset_known) return PM_NONE;
    int minutes = f->utc_offset_s / 60, positive = minutes < 0 ? -minutes : minutes;
    return pm_arena_fmt(a, "zone %c%02d:%02d", minutes < 0 ? '-' : '+', positive / 60,
                        positive % 60);
}
// Where the year and the zone of its stamps come from.
static struct pm_str how_dated(struct pm_arena *a, const struct pm_file_row *f) {
    struct pm_str zone = zone_words(a, f), year = PM_NONE;
    if (f->year && f->offset_known && pm_str_eq(f->year_from, f->offset_from))
        return pm_arena_fmt(a, "year %d and %.*s from %s", f->year, PM_FMT(zone),
                            source_words(f->year_from));
    if (f->year) year = pm_arena_fmt(a, "year %d from %s", f->year, source_words(f->year_from));
    if (zone.n) zone = pm_arena_fmt(a, "%.*s from %s", PM_FMT(zone), source_words(f->offset_from));
    else if (f->quality == PM_QUALITY_ASSUMED) zone = PM_STR("taken for UTC");
    if (!year.n && !zone.n && f->quality == PM_QUALITY_RELATIVE)
        return PM_STR("ages and states, dated by when they were taken");
    return pm_arena_fmt(a, "%.*s%s%.*s", PM_FMT(year), year.n && zone.n ? ", " : "", PM_FMT(zone));
}
static bool is_off(const struct pm_file_row *f) {
    return f->skew_ms <= -SKEW_WORTH_MS || f->skew_ms >= SKEW_WORTH_MS;
}
bool pm_view_any_clock(const struct pm_report *r) {
    for (size_t k = 0; k < r->file_rows_n; k++)
        if (clock_worth(&r->files[k]) || is_off(&r->files[k])) return true;
    return false;
}
static void add_guessed(const struct pm_view *v, struct pm_view_clock *rows, size_t *n) {
    const struct pm_report *r = v->r;
    for (size_t k = 0; k < r->file_rows_n; k++) {
        size_t members = 0;
        bool told = !clock_worth(&r->files[k]);
        for (size_t e = 0; e < k && !told; e++)
            told = clock_worth(&r->files[e]) && same_clock(&r->files[e], &r->files[k]);
        if (told) continue;
        for (size_t e = k; e < r->file_rows_n; e++)
            members += clock_worth(&r->files[e]) && same_clock(&r->files[e], &r->files[k]);
        struct pm_str more =
            members > 1 ? pm_arena_fmt(v->a, " and %zu more", members - 1) : PM_NONE;
        rows[(*n)++] = (struct pm_view_clock){pm_quality_names[r->files[k].quality],
                                              pm_arena_join(v->a, r->files[k].path, more),
                                              how_dated(v->a, &r->files[k])};
    }
}
static void add_skewed(const struct pm_view *v, struct pm_view_clock *rows, size_t *n) {
    const struct pm_report *r = v->r;
    for (size_t k = 0; k < r->file_rows_n; k++) {
        const struct pm_file_row *f = &r->files[k];
        bool told = !f->node.n || !is_off(f);
        for (size_t e = 0; e < k && !told; e++)
            told = pm_str_eq(r->files[e].node, f->node) && r->files[e].skew_ms == f->skew_ms;
        if (told) continue;
        struct pm_str off =
            pm_view_lasted(v, (f->skew_ms < 0 ? -f->skew_ms : f->skew_ms) * 1000000);
        const char *side = f->skew_ms < 0 ? "behind" : "ahead of";
        rows[(*n)++] = (struct pm_view_clock){
            NULL, f->node, pm_arena_fmt(v->a, "%.*s %s the others", PM_FMT(off), side)};
    }
}
struct pm_view_clocks pm_view_clocks(const struct pm_view *v) {
    struct pm_view_clock *rows = PM_NEWN(v->a, struct pm_view_clock, 2 * v->r->file_rows_n + 1);
    struct pm_view_clocks out = {.items = rows};
    add_guessed(v, rows, &out.n);
    add_skewed(v, rows, &out.n);
    return out;
}
