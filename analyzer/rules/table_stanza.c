// Whether a stanza of settle.yaml agrees with itself: each of its keys may be well written and
// they mean nothing together. What a single key may say is table_keys.c.
#include "rules/table_files.h"

#include <string.h>

// What finds a line or a pull whose cause can be taken over; marked at the file's head.
static const char *const finders[] = {"near", "beside", NULL};
static const char *const finding[] = {"own-line", "registry-side-said", "alike", NULL};
// What asks for the family of the cause that is settled on.
static const char *const of_family[] = {"none-since", "same-image-before", "served-between",
                                        "all-refused", NULL};

struct stanza {
    const json_t *row;
    struct pm_diags *diags;
    bool good;
};

static void stanza_fault(struct stanza *s, const char *key, const char *what) {
    pm_diags_add(s->diags, pm_str_c(pm_yaml_file(s->row, "settle.yaml")),
                 (uint64_t)pm_yaml_key_line(s->row, key), "rules", "stanza %s: %s",
                 json_string_value(json_object_get(s->row, "id")), what);
    s->good = false;
}

static bool stanza_says(const json_t *row, const char *key) {
    return json_object_get(row, key) != NULL;
}
static bool stanza_value_is(const json_t *row, const char *key, const char *word) {
    const char *v = json_string_value(json_object_get(row, key));
    return v && strcmp(v, word) == 0;
}
static bool names_one_of(const json_t *list, const char *const *words) {
    for (size_t i = 0; i < json_array_size(list); i++)
        for (const char *const *w = words; *w; w++)
            if (strcmp(json_string_value(json_array_get(list, i)), *w) == 0) return true;
    return false;
}

static bool stanza_finds(const json_t *row) {
    for (const char *const *f = finders; *f; f++)
        if (stanza_says(row, *f)) return true;
    return names_one_of(json_object_get(row, "seen"), finding);
}
static bool asks_for_family(const json_t *row) {
    return names_one_of(json_object_get(row, "seen"), of_family) ||
           names_one_of(json_object_get(row, "unless"), of_family);
}

static void stanza_check(struct stanza *s) {
    const json_t *row = s->row;
    bool reopens = stanza_says(row, "reopen"), like = stanza_value_is(row, "as", "neighbour");
    if (reopens && stanza_says(row, "as"))
        stanza_fault(s, "reopen", "it says `as`, which settles, and `reopen`, which does not");
    if (reopens && stanza_value_is(row, "round", "after"))
        stanza_fault(s, "reopen", "nothing is asked after `round: after` of what is reopened");
    if (!reopens && stanza_says(row, "was")) stanza_fault(s, "was", "`was` goes with `reopen`");
    if (!reopens && !stanza_says(row, "why"))
        stanza_fault(s, "as", "no `why`: the sentence that a person reads beside the cause");
    if (like && !stanza_finds(row))
        stanza_fault(s, "as",
                     "`neighbour` is whom `near`, `beside` or one of `seen: [own-line, "
                     "registry-side-said, alike]` finds, and it asks none of these");
    if (asks_for_family(row) && (reopens || like || stanza_value_is(row, "as", "likeliest")))
        stanza_fault(s, stanza_says(row, "seen") ? "seen" : "unless",
                     "none-since, same-image-before, served-between and all-refused are of the "
                     "cause that is settled on: `as` has to name it");
}

bool pm_table_stanza_agrees(const json_t *row, struct pm_diags *diags) {
    struct stanza s = {.row = row, .diags = diags, .good = true};
    stanza_check(&s);
    return s.good;
}
