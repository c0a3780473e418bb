// The text report's own struct and the pieces that its files share. Internal to
// analyzer/report/.
#pragma once
#include "report/text/text_out.h"
#include "report/view.h"

enum {
    PM_TEXT_LABEL = 10,
    PM_TEXT_INDENT = 5,
    PM_TEXT_SPARK = 40,
    PM_TEXT_SPARK_SHORT = 16,
    PM_TEXT_ROWS = 4096
}; // of a table, also where everything is told

struct text { // what every section is given
    struct pm_text t;
    struct pm_view v;
    const struct pm_report *r;
    const struct pm_render_options *o;
    struct pm_amounts { // how much of each list is told
        size_t full, overview, evidence, rows, hearsay;
    } show;
};

// text_parts.c
// Its heading; false, and nothing, where there is nothing to say.
bool pm_text_section(struct text *x, enum pm_view_section s);
struct pm_str pm_text_seen(struct text *x, struct pm_str s); // control characters made visible
enum pm_ink pm_text_severity(enum pm_severity s);
void pm_text_piece(
    struct pm_buf *b, const char *between,
    struct pm_str s); // sections build most of their lines so; nothing for an empty one
struct pm_str pm_text_taken(struct text *x, struct pm_buf *b);
struct pm_str pm_text_place(struct text *x, struct pm_str file, uint64_t line);
struct pm_str pm_text_scope(
    struct text *x, const struct pm_incident *i,
    int room); // the scope in the room there is: names, or how many, or a name that is cut
// The failures of a lane as bars, so many characters; PM_NONE where there is no such
// lane, or nothing failed.
struct pm_str pm_text_lane(struct text *x, enum pm_lane_kind kind, struct pm_str name,
                           uint32_t incident, size_t width);

// text_first.c
void pm_text_head(struct text *x);
void pm_text_verdict(struct text *x);
void pm_text_overview(struct text *x); // one line an incident
void pm_text_next(struct text *x);     // what one would type next
void pm_text_tool(struct text *x);     // which program said it

// How many rows of a table are told, and the line for those that are not.
size_t pm_text_rows(const struct text *x);
void pm_text_more(struct text *x, int indent, size_t shown, size_t n);

// The sections, each with its heading; nothing where there is nothing to say.
void pm_text_incidents(struct text *x);
void pm_text_quotas(struct text *x);
void pm_text_pulls(struct text *x);
void pm_text_health(struct text *x);
void pm_text_alerts(struct text *x);
void pm_text_alert_notes(struct text *x);
void pm_text_findings(struct text *x);
void pm_text_missing(struct text *x);
void pm_text_unknown(struct text *x);
void pm_text_windows(struct text *x);
void pm_text_hearsay(struct text *x);
void pm_text_clocks(struct text *x);
void pm_text_input(struct text *x);
