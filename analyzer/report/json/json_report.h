// Pieces of the JSON report, shared by its files. Internal to analyzer/report/.
#pragma once
#include "report/json_writer.h"
#include "pm/report.h"

// json_parts.c: what sections share.
struct pm_str pm_json_cause(int cause);
void pm_json_texts(struct pm_json *w, const char *key, const struct pm_strs *list);
void pm_json_counts(struct pm_json *w, const char *key, const struct pm_counts_by *by, size_t n);
void pm_json_tool(struct pm_json *w, const struct pm_report *r); // which program made it

// A section each: json_bundle.c, json_pulls.c, json_incident.c.
void pm_json_bundle(struct pm_json *w, const struct pm_report *r);
void pm_json_pulls(struct pm_json *w, const struct pm_report *r);
void pm_json_incident(struct pm_json *w, const struct pm_incident *i);
