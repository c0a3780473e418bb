// One event a row, as CSV: what was read, with where it stands.
#include "report/row_print.h"

static bool csv_events_render(FILE *out, const struct pm_report *r,
                              const struct pm_render_options *o) {
    return pm_rows_print(out, r, o, "SELECT *, @tool FROM events ORDER BY id", PM_ROWS_CSV);
}

const struct pm_renderer pm_renderer_csv_events = {.name = "events-csv",
                                                   .extensions = ".events.csv",
                                                   .title = "one event a row, for a spreadsheet",
                                                   .rows = true,
                                                   .render = csv_events_render};
