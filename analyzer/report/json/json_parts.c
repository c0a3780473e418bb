// What the sections of the JSON report say in the same form: a cause, a list of texts,
// counts by name, and which program made it. It calls no section.
#include "report/json/json_report.h"
#include "report/words.h"
#include "pm/version.h"

struct pm_str pm_json_cause(int cause) {
    return pm_str_c(pm_words_cause(cause));
}

void pm_json_texts(struct pm_json *w, const char *key, const struct pm_strs *list) {
    pm_json_open(w, key, '[');
    for (size_t i = 0; i < list->n; i++) pm_json_text(w, NULL, list->items[i]);
    pm_json_close(w, ']');
}

void pm_json_counts(struct pm_json *w, const char *key, const struct pm_counts_by *by, size_t n) {
    pm_json_open(w, key, '{');
    for (size_t i = 0; i < n; i++) pm_json_named(w, by[i].name, by[i].n);
    pm_json_close(w, '}');
}

void pm_json_tool(struct pm_json *w, const struct pm_report *r) {
    pm_json_open(w, "tool", '{');
    pm_json_text(w, "version", PM_STR(PM_VERSION));
    pm_json_text_or_null(w, "commit", pm_str_c(pm_commit));
    pm_json_text_or_null(w, "rules", pm_str_c(r->rules_hash));
    pm_json_close(w, '}');
}
