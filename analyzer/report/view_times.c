// Times and places in a view's words: stamps of the view's own day are told without it,
// moments of something brief with their seconds.
#include "report/view.h"

struct pm_str pm_view_time(const struct pm_view *v, int64_t ns) {
    return pm_words_time(v->a, ns, v->day_ns);
}
struct pm_str pm_view_span(const struct pm_view *v, int64_t from_ns, int64_t to_ns) {
    return pm_words_span(v->a, from_ns, to_ns, v->day_ns);
}
struct pm_str pm_view_moment(const struct pm_view *v, const struct pm_incident *i, int64_t ns) {
    int64_t end = i->recovered_ns == PM_NO_TIME ? i->to_ns : i->recovered_ns;
    return pm_words_moment(v->a, ns, i->from_ns, end, v->day_ns);
}
struct pm_str pm_view_moment_of(const struct pm_view *v, int64_t ns, int64_t from_ns,
                                int64_t to_ns) {
    return pm_words_moment(v->a, ns, from_ns, to_ns, v->day_ns);
}
struct pm_str pm_view_lasted(const struct pm_view *v, int64_t ns) {
    char out[32];
    return pm_arena_dup(v->a, pm_str_c(pm_duration_format(ns, out)));
}
struct pm_str pm_view_place(const struct pm_view *v, struct pm_str file, uint64_t line) {
    return line ? pm_arena_fmt(v->a, "%.*s:%llu", PM_FMT(file), (unsigned long long)line) : file;
}
