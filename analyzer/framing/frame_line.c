// What a line is before anybody reads it: the head of a section, a preamble of glog's, a
// part of what somebody quoted or fenced, the rest of the record before it. What is left
// is a text of its own and goes on to the envelopes.
#include "frame_int.h"
#include "pm/scan.h"

// "C of pod NS/P ===="
static void container_section(struct pm_frame *f, struct pm_str s) {
    ptrdiff_t of = pm_str_find(s, PM_STR(" of pod "), 0), end = pm_str_find(s, PM_STR(" ===="), 0);
    if (of < 0 || end < of + 8) return;
    f->section = pm_str_sub(s, (size_t)of + 8, (size_t)(end - of) - 8);
    f->base.container = pm_str_sub(s, 0, (size_t)of);
    ptrdiff_t slash = pm_str_chr(f->section, '/', 0);
    if (slash <= 0) return;
    f->base.k8s_namespace = pm_str_sub(f->section, 0, (size_t)slash);
    f->base.pod = pm_str_from(f->section, (size_t)slash + 1);
}

// "==> kubelet <==" (minikube, tail) and "==== START logs for container C of pod NS/P
// ====" (kubectl cluster-info dump)
static bool section(struct pm_frame *f, struct pm_str line) {
    struct pm_str s = line;
    if (pm_str_starts(s, PM_STR("* ")) || pm_str_starts(s, PM_STR("> "))) s = pm_str_from(s, 2);
    if (pm_str_starts(s, PM_STR("    ="))) s = pm_str_from(s, 4);
    if (!pm_str_starts(s, PM_STR("==")) || s.n > 1024) return false;
    bool tail = pm_str_starts(s, PM_STR("==> ")) && pm_str_ends(s, PM_STR(" <=="));
    bool start = pm_str_starts(s, PM_STR("==== START logs for container ")),
         end = pm_str_starts(s, PM_STR("==== END logs for container "));
    if (!tail && !start && !end) return false;
    frame_flush(f);
    f->sections_seen = true;
    f->sticky = -1;
    f->indent = 0;
    f->base = (struct pm_envelope_hint){0};
    pm_buf_clear(&f->section_text); // nothing pending borrows from it any more
    pm_buf_add(&f->section_text, s);
    s = pm_buf_str(&f->section_text);
    f->section = tail ? pm_str_sub(s, 4, s.n - 8) : PM_NONE;
    if (start) container_section(f, pm_str_from(s, strlen("==== START logs for container ")));
    return true;
}

// glog's preamble of files that it opened itself: a year and a name.
static bool preamble(struct pm_frame *f, struct pm_str line) {
    struct pm_record r = {.text = line,
                          .raw = line,
                          .shape = PM_SHAPE_LINE,
                          .line = f->line,
                          .offset = f->offset,
                          .path = f->path,
                          .section = f->section};
    struct pm_str at = PM_STR("Log file created at: "), on = PM_STR("Running on machine: ");
    struct pm_when w = {0};
    if (pm_str_starts(line, at) && pm_when_slash(pm_str_from(line, at.n), &w)) {
        if (f->sink.fact) f->sink.fact(f->sink.ctx, &r, PM_FACT_YEAR_ANCHOR, line, &w);
        return true;
    }
    if (!pm_str_starts(line, on)) return false;
    struct pm_str name = pm_str_trim(pm_str_from(line, on.n));
    frame_note_node(f, name);
    if (f->sink.fact && name.n) f->sink.fact(f->sink.ctx, &r, PM_FACT_NODE_NAME, name, NULL);
    return true;
}

// "> ", "> > ", ">> ": how deep a line is quoted; *rest is what stands behind the marks.
static int quote_marks(struct pm_str line, struct pm_str *rest) {
    int depth = 0;
    size_t i = 0;
    while (i < line.n && line.p[i] == '>') {
        depth++;
        i++;
        if (i < line.n && line.p[i] == ' ') i++;
        else if (i < line.n && line.p[i] != '>') return 0; // ">text" is no quote
    }
    *rest = pm_str_from(line, i);
    return depth;
}

// Quotes in Markdown and mail: once a quoted line began a record, the "> " of the lines
// below it goes, too, so that they can continue it. (A single "> " may be anything: curl
// prints requests so. Two are a mail's answer to an answer.)
static bool unquote(struct pm_frame *f, struct pm_str *line) {
    struct pm_str rest = PM_NONE;
    int depth = quote_marks(*line, &rest);
    if (!depth) {
        f->quoted = false;
        return false;
    }
    struct pm_str t = pm_str_trim(rest);
    f->quoted |= depth > 1 || pm_line_head(t) || pm_str_starts(t, PM_STR("Warning  ")) ||
                 pm_str_starts(t, PM_STR("Normal  "));
    if (f->quoted) *line = rest;
    return f->quoted;
}

// "```Failed to pull image …" and, some lines below, "… not found```". A mark with
// nothing or a language behind it stands on a line of its own and is no part of the text.
static void unfence(struct pm_frame *f, struct pm_str *line) {
    struct pm_str mark = PM_STR("```");
    if (f->fence == FENCE_LAST) f->fence = FENCE_NONE;
    if (f->fence == FENCE_NONE) {
        if (!pm_str_starts(*line, mark) || pm_str_chr(*line, ' ', 0) < 0) return;
        *line = pm_str_from(*line, mark.n);
        f->fence = FENCE_OPEN;
    }
    struct pm_str t = pm_str_trim(*line);
    if (!pm_str_ends(t, mark)) return;
    *line = pm_str_sub(t, 0, t.n - mark.n);
    f->fence = FENCE_LAST;
}

void frame_line(struct pm_frame *f, struct pm_str raw, bool cut) {
    pm_arena_reset(f->line_arena);
    f->sure_record = 0;
    struct pm_str line = frame_entities(f, frame_clean(f, raw, f->line));
    f->at_start = false;
    if (section(f, line)) return;
    bool quoted = unquote(f, &line);
    if (f->fence || (line.n > 3 && line.p[0] == '`')) unfence(f, &line);
    if (f->indent && line.n > f->indent && line.p[0] == ' ' && frame_indented(f, line)) return;
    if (line.n > 20 && (line.p[0] == 'L' || line.p[0] == 'R') && preamble(f, line)) return;
    struct frame_unit u = {
        .text = line, .raw = raw, .line = f->line, .offset = f->offset, .hint.cut = cut};
    while (u.raw.n && u.raw.p[u.raw.n - 1] == '\r') u.raw.n--;
    if (quoted) {
        u.envelopes[u.envelope_count++] = "paste";
        frame_note_envelope(f, "paste");
    }
    frame_unit_run(f, &u);
    if (u.envelope_count && u.hint.ident.n && u.text.p >= line.p && u.text.p <= line.p + line.n)
        f->indent = (size_t)(u.text.p - line.p);
    else if (u.envelope_count == 0) f->indent = 0;
}
