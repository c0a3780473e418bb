// Finding a renderer by its name or by a file's name.
#include "pm/report.h"

static bool extension_in(const char *list, struct pm_str path) {
    for (struct pm_str rest = pm_str_c(list); rest.n;) {
        ptrdiff_t blank = pm_str_chr(rest, ' ', 0);
        struct pm_str one = blank < 0 ? rest : pm_str_sub(rest, 0, (size_t)blank);
        if (one.n && path.n > one.n && pm_str_ieq(pm_str_from(path, path.n - one.n), one))
            return true;
        rest = blank < 0 ? PM_NONE : pm_str_from(rest, (size_t)blank + 1);
    }
    return false;
}
const struct pm_renderer *pm_renderer_find(const char *name_or_path, bool by_extension) {
    static const struct {
        const char *word, *name;
    } also[] = {{"txt", "text"}, {"md", "markdown"}, {"htm", "html"}};
    for (size_t i = 0; !by_extension && i < PM_LEN(also); i++)
        if (strcmp(also[i].word, name_or_path) == 0) name_or_path = also[i].name;
    for (size_t i = 0; pm_renderers[i]; i++) {
        const struct pm_renderer *r = pm_renderers[i];
        if (by_extension ? r->extensions && extension_in(r->extensions, pm_str_c(name_or_path))
                         : strcmp(r->name, name_or_path) == 0)
            return r;
    }
    return NULL;
}
