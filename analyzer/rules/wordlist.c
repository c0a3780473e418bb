// Lists of plain texts, found in a text as they stand.
#include "rules/wordlist.h"

static struct pm_texts texts_of(struct pm_arena *a, const json_t *v) {
    bool one = json_is_string(v);
    size_t n = one ? 1 : json_array_size(v);
    struct pm_str *items = PM_NEWN(a, struct pm_str, n + 1);
    for (size_t i = 0; i < n; i++)
        items[i] = pm_str_c(json_string_value(one ? v : json_array_get(v, i)));
    return (struct pm_texts){items, n};
}

struct pm_wordlist pm_wordlist_of(struct pm_arena *a, const json_t *row) {
    return (struct pm_wordlist){.texts = texts_of(a, json_object_get(row, "texts")),
                                .begins = texts_of(a, json_object_get(row, "begins")),
                                .ends = texts_of(a, json_object_get(row, "ends")),
                                .whole = texts_of(a, json_object_get(row, "whole"))};
}

size_t pm_wordlist_begins(const struct pm_wordlist *w, struct pm_str text) {
    for (size_t i = 0; i < w->begins.n; i++)
        if (pm_str_starts(text, w->begins.items[i])) return w->begins.items[i].n;
    return 0;
}

bool pm_wordlist_has(const struct pm_wordlist *w, struct pm_str text) {
    for (size_t i = 0; i < w->texts.n; i++)
        if (pm_str_has(text, w->texts.items[i])) return true;
    for (size_t i = 0; i < w->ends.n; i++)
        if (pm_str_ends(text, w->ends.items[i])) return true;
    for (size_t i = 0; i < w->whole.n; i++)
        if (pm_str_eq(text, w->whole.items[i])) return true;
    return pm_wordlist_begins(w, text) > 0;
}
