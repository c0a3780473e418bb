// `pullmortem . -o report.html`, twice: the second time the report lies in the bundle,
// and all that it quotes would be told once more. It is known by how it begins, whatever
// its name, and named among what was skipped. Each form needs two signs, so that a log
// that only speaks of pullmortem is read.
#include "ingest/own.h"

#define HEAD_BYTES 4096

static const struct form {
    const char *begins, *holds, *what;
} forms[] = {
    {"{", "\n \"schema\": \"pullmortem.", "a report of pullmortem's own"},
    {"<!doctype html>", "content=\"pullmortem\"", "a report of pullmortem's own"},
    {"pullmortem ", "\nVERDICT  ", "a report of pullmortem's own"},
    {"# HELP kubelet_runtime_operations ", "here pulls that a node's kubelet asked for.",
     "metrics of pullmortem's own"},
    {"# HELP ", "\n# TYPE pullmortem_", "metrics of pullmortem's own"},
    {"<?xml ", "<testsuites name=\"pullmortem gate\"", "a gate's file of pullmortem's own"},
    {"{", "\"name\": \"pullmortem\",", "a gate's file of pullmortem's own"},
    {"[\n {\n  \"description\": ", "\n  \"check_name\": ", "a gate's file of pullmortem's own"},
};

// Markdown has no place for a sign: a title, the line of the bundle that ends with the
// program's name, and a heading.
static bool is_markdown(struct pm_str head) {
    ptrdiff_t end = pm_str_find(head, PM_STR("\n\n"), 0);
    if (!pm_str_starts(head, PM_STR("# ")) || end < 0) return false;
    struct pm_str rest = pm_str_from(head, (size_t)end + 2);
    ptrdiff_t line = pm_str_find(rest, PM_STR("\n\n## "), 0);
    return line > 0 && pm_str_chr(rest, '\n', 0) == line &&
           pm_str_has(pm_str_sub(rest, 0, (size_t)line), PM_STR(" \xc2\xb7 pullmortem "));
}

const char *pm_own_output(struct pm_str head) {
    head = pm_str_sub(head, 0, HEAD_BYTES);
    for (size_t i = 0; i < PM_LEN(forms); i++)
        if (pm_str_starts(head, pm_str_c(forms[i].begins)) &&
            pm_str_has(head, pm_str_c(forms[i].holds)))
            return forms[i].what;
    return is_markdown(head) ? "a report of pullmortem's own" : NULL;
}
