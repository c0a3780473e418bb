// One pull a row, as CSV: for a spreadsheet. The columns are those of the view `pulls`,
// which `pullmortem query --list` explains.
#include "report/row_print.h"

static bool csv_render(FILE *out, const struct pm_report *r, const struct pm_render_options *o) {
    (void)o;
    return pm_pulls_print(out, r, PM_ROWS_CSV);
}

const struct pm_renderer pm_renderer_csv = {.name = "csv",
                                            .extensions = ".csv",
                                            .title = "one pull a row, for a spreadsheet",
                                            .pulls = true,
                                            .render = csv_render};
