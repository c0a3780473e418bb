// The pieces that the sections of the text report are made of: a section's heading, a line
// of pieces, a place, a scope in the room there is, a lane as bars. It calls no section.
#include "report/text/text.h"
#include "pm/report.h"

size_t pm_text_rows(const struct text *x) {
    return x->show.rows < PM_TEXT_ROWS ? x->show.rows : PM_TEXT_ROWS;
}

struct pm_str pm_text_seen(struct text *x, struct pm_str s) {
    return pm_text_visible(x->t.a, s);
}

enum pm_ink pm_text_severity(enum pm_severity s) {
    static const enum pm_ink inks[] = {[PM_SEVERITY_INFO] = PM_INK_BLUE,
                                       [PM_SEVERITY_WARNING] = PM_INK_YELLOW,
                                       [PM_SEVERITY_CRITICAL] = PM_INK_RED};
    return inks[s];
}

bool pm_text_section(struct text *x, enum pm_view_section s) {
    const struct pm_view_title *title = &pm_view_titles[s];
    char name[32];
    if (!pm_view_has(x->r, s)) return false;
    snprintf(name, sizeof name, "%s", title->name);
    for (char *p = name; *p; p++)
        if (*p >= 'a' && *p <= 'z') *p = (char)(*p - 'a' + 'A');
    pm_text_heading(&x->t, pm_arena_cstr(x->t.a, pm_arena_fmt(x->t.a, "%s%s", name, title->rest)));
    return true;
}

// Pieces joined with a mark between them: the sections build most of their lines so.
void pm_text_piece(struct pm_buf *b, const char *between, struct pm_str s) {
    if (!s.n) return;
    if (b->n) pm_buf_lit(b, between);
    pm_buf_add(b, s);
}

struct pm_str pm_text_taken(struct text *x, struct pm_buf *b) {
    struct pm_str s = pm_arena_dup(x->t.a, pm_buf_str(b));
    pm_buf_free(b);
    return s;
}

struct pm_str pm_text_place(struct text *x, struct pm_str file, uint64_t line) {
    return pm_text_seen(x, pm_view_place(&x->v, file, line));
}

void pm_text_more(struct text *x, int indent, size_t shown, size_t n) {
    if (n > shown) fprintf(x->t.f, "%*sand %zu more\n", indent, "", n - shown);
}

// The scope in the room there is: names, or how many, or a name that is cut.
struct pm_str pm_text_scope(struct text *x, const struct pm_incident *i, int room) {
    static const char *const many[] = {"clusters",   "registries", "nodes", "images",
                                       "namespaces", "clients"}; // by enum pm_scope_kind
    if (!i->scope.n)
        return i->scope_kind == PM_SCOPE_CLUSTER ? PM_STR("the whole cluster")
                                                 : pm_str_c(pm_scope_names[i->scope_kind]);
    struct pm_str names = pm_text_seen(x, pm_words_list(x->t.a, &i->scope, 2));
    if (pm_text_width(names) <= room) return names;
    if (i->scope.n > 1) return pm_words_count(x->t.a, i->scope.n, "", many[i->scope_kind]);
    return pm_text_cut(x->t.a, names, room < 12 ? 12 : room);
}

struct pm_str pm_text_lane(struct text *x, enum pm_lane_kind kind, struct pm_str name,
                           uint32_t incident, size_t width) {
    const struct pm_report *r = x->r;
    double v[PM_TEXT_SPARK] = {0};
    uint64_t failed = 0;
    for (size_t i = 0; i < r->lanes_n; i++) {
        const struct pm_lane *l = &r->lanes[i];
        if (l->kind != kind || l->incident != incident || (!incident && !pm_str_eq(l->name, name)))
            continue;
        size_t slots = r->axis.n < width ? r->axis.n : width;
        for (size_t k = 0; k < r->axis.n; k++) {
            v[k * slots / r->axis.n] += l->steps[k].failed;
            failed += l->steps[k].failed;
        }
        return failed && slots > 1 ? pm_text_spark(x->t.a, v, slots, 0) : PM_NONE;
    }
    return PM_NONE;
}
