// Events and incidents for Timesketch: JSON lines with the columns that it asks of each
// row: message, datetime, timestamp (microseconds) and timestamp_desc. What has no time
// has no place on a timeline and is left out.
//
// Source: timesketch.org, guides, "Import timeline from JSON/JSONL/CSV file".
#include "report/row_print.h"

static const char query[] =
    "SELECT printf('%s %s%s%s', component, kind, coalesce(' of ' || image, ''),"
    " coalesce(': ' || coalesce(error, method || ' ' || url || ' ' || status, reason, message), '')) AS message,"
    " time AS datetime, ts_ns / 1000 AS timestamp, 'Recorded Time' AS timestamp_desc,"
    " 'pullmortem:event' AS data_type, component AS source, cause, node, namespace, pod, image,"
    " registry, status, file, line, @tool"
    " FROM events WHERE ts_ns IS NOT NULL"
    " UNION ALL SELECT printf('incident %d began: %s', id, title), started,"
    " (SELECT started_ns / 1000 FROM incident WHERE incident.id = incidents.id), 'Start Time',"
    " 'pullmortem:incident', 'pullmortem', root_cause, NULL, NULL, NULL, NULL, registries, NULL,"
    " NULL, NULL, @tool FROM incidents WHERE started IS NOT NULL"
    " UNION ALL SELECT printf('incident %d was over: %s', id, title), recovered,"
    " (SELECT recovered_ns / 1000 FROM incident WHERE incident.id = incidents.id), 'End Time',"
    " 'pullmortem:incident', 'pullmortem', root_cause, NULL, NULL, NULL, NULL, registries, NULL,"
    " NULL, NULL, @tool FROM incidents WHERE recovered IS NOT NULL"
    " ORDER BY timestamp, file, line, message";

static bool timesketch_render(FILE *out, const struct pm_report *r,
                              const struct pm_render_options *o) {
    return pm_rows_print(out, r, o, query, PM_ROWS_JSONL);
}

const struct pm_renderer pm_renderer_timesketch = {
    .name = "timesketch",
    .extensions = ".timesketch.jsonl",
    .title = "events and incidents as JSON lines for Timesketch",
    .rows = true,
    .render = timesketch_render};
