// A Markdown report in a layout of one's own. Level 5.
//
//   {{verdict.sentence}}            a member of the JSON report, escaped for Markdown; {{{…}}} as it stands
//   {{#incidents}} … {{/incidents}} once for each item of a list, with its members at hand; once for what is neither null, false, 0 nor empty
//   {{^missing}} … {{/missing}}     where it is null, false, 0 or empty
//   {{.}}                           the item itself, of a list of texts or numbers;  {{! a remark }}
//
// The set is Mustache's without partials and changed delimiters. Fields are held against
// the published schema before anything is read, so that a slip of the finger is told with
// its line, also in a part that this report would not show.
#pragma once
#include "pm/arena.h"
#include "pm/report.h"

// PM_NONE, or what is wrong: "line 3: there is no field 'verdict.sentense'".
struct pm_str pm_template_mistake(struct pm_arena *a, const char *text);
bool pm_template_render(FILE *out, const struct pm_report *r,
                        const char *text); // of a template without mistakes
