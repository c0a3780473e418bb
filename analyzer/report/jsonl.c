// One pull a line, as JSON: for jq and for stores that take lines.
#include "report/row_print.h"

static bool jsonl_render(FILE *out, const struct pm_report *r, const struct pm_render_options *o) {
    (void)o;
    return pm_pulls_print(out, r, PM_ROWS_JSONL);
}

const struct pm_renderer pm_renderer_jsonl = {.name = "jsonl",
                                              .extensions = ".jsonl .ndjson",
                                              .title = "one pull a line, as JSON",
                                              .pulls = true,
                                              .render = jsonl_render};
