// Finding a renderer by its name or by a file's name.
#include "pm/report.h"

// How much of the path's end is one of the endings: 0 none. "x.events.csv" ends in two.
static size_t ending_of(const char *list, struct pm_str path) {
    size_t longest = 0;
    for (struct pm_str rest = pm_str_c(list); rest.n;) {
        ptrdiff_t blank = pm_str_chr(rest, ' ', 0);
        struct pm_str one = blank < 0 ? rest : pm_str_sub(rest, 0, (size_t)blank);
        if (one.n > longest && path.n > one.n && pm_str_ieq(pm_str_from(path, path.n - one.n), one))
            longest = one.n;
        rest = blank < 0 ? PM_NONE : pm_str_from(rest, (size_t)blank + 1);
    }
    return longest;
}
static const struct pm_renderer *by_ending(const char *path) {
    const struct pm_renderer *best = NULL;
    size_t most = 0;
    for (size_t i = 0; pm_renderers[i]; i++) {
        const struct pm_renderer *r = pm_renderers[i];
        size_t n = r->extensions ? ending_of(r->extensions, pm_str_c(path)) : 0;
        if (n <= most) continue;
        best = r;
        most = n;
    }
    return best;
}
const struct pm_renderer *pm_renderer_find(const char *name_or_path, bool by_extension) {
    static const struct {
        const char *word, *name;
    } also[] = {{"txt", "text"}, {"md", "markdown"}, {"htm", "html"}};
    if (by_extension) return by_ending(name_or_path);
    for (size_t i = 0; i < PM_LEN(also); i++)
        if (strcmp(also[i].word, name_or_path) == 0) name_or_path = also[i].name;
    for (size_t i = 0; pm_renderers[i]; i++)
        if (strcmp(pm_renderers[i]->name, name_or_path) == 0) return pm_renderers[i];
    return NULL;
}
