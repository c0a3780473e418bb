// Renderers. Level 5. One file analyzer/report/<name>.c each, exporting `const struct
// pm_renderer pm_renderer_<name>`; generated list.
#pragma once
#include "pm/incident.h"
#include <stdio.h>

struct pm_timeline; // pm/timeline.h
struct pm_render_options {
    bool color;        // terminal escapes allowed
    int width;         // columns for text; 0: 100
    bool brief;        // text: the first screen only
    bool verbose;      // text: every row, piece of evidence and incident in full
    uint32_t incident; // text: only this one, in depth; 0: all
    // the one bundle or timeline that was named, for commands that go on from here; NULL:
    // none can be told
    const char *subject;
    struct pm_timeline *timeline; // formats of one row an event read it; NULL: no rows
    const char *layout;           // markdown: the text of one's own layout; NULL: the built-in one
};
struct pm_renderer {
    const char *name; // "text", "json", "markdown", "html", "junit", "sarif", "openmetrics" …
    const char
        *extensions; // ".txt", ".json", ".md", ".html .htm": -o picks by these; space-separated
    const char *title;
    bool rows;   // reads the timeline, which has to hold what was judged
    bool pulls;  // reads all pulls of the report, which has to keep them
    bool series; // writes all series, also those that no alert asks for
    // Writes the whole report. Deterministic: no clock, no locale. Returns false on a
    // write error.
    bool (*render)(FILE *out, const struct pm_report *r, const struct pm_render_options *o);
};
extern const struct pm_renderer *const pm_renderers[]; // generated, NULL-terminated
const struct pm_renderer *pm_renderer_find(const char *name_or_path, bool by_extension);
