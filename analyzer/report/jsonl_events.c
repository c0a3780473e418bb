// One event a line, as JSON: what was read, with where it stands.
#include "report/row_print.h"

static bool jsonl_events_render(FILE *out, const struct pm_report *r,
                                const struct pm_render_options *o) {
    return pm_rows_print(out, r, o, "SELECT *, @tool FROM events ORDER BY id", PM_ROWS_JSONL);
}

const struct pm_renderer pm_renderer_jsonl_events = {.name = "events-jsonl",
                                                     .extensions = ".events.jsonl",
                                                     .title = "one event a line, as JSON",
                                                     .rows = true,
                                                     .render = jsonl_events_render};
