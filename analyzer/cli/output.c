// Reports to files and terminals; inputs that are not there.
#include "cli/output.h"
#include "base/embed.h"
#include "cli/opts.h"
#include "cli/written.h"
#include "report/template.h"
#include "report/words.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

// Made once; each renderer's first ending is the one that is told.
static const char *joined(struct pm_buf *b, const char *(*word)(const struct pm_renderer *r)) {
    if (b->n) return b->p;
    for (size_t i = 0; pm_renderers[i]; i++) {
        const char *w = word(pm_renderers[i]);
        if (i) pm_buf_addc(b, ' ');
        pm_buf_add(b, (struct pm_str){w, strcspn(w, " ")});
    }
    return b->p;
}
static const char *name_of(const struct pm_renderer *r) { return r->name; }
static const char *ending_of(const struct pm_renderer *r) { return r->extensions; }
const char *pm_outputs_formats(void) {
    static struct pm_buf words;
    return joined(&words, name_of);
}
const char *pm_outputs_endings(void) {
    static struct pm_buf words;
    return joined(&words, ending_of);
}

// Read and held against the schema before the long work. NULL-terminated; lives as long
// as the program.
static int template_read(const struct pm_command *c, struct pm_outputs *out) {
    enum { TEMPLATE_MAX = 1 << 20 };
    static char text[TEMPLATE_MAX + 1];
    struct pm_arena *a = pm_arena_new();
    FILE *f = fopen(out->layout_file, "rb");
    size_t n = f ? fread(text, 1, TEMPLATE_MAX, f) : 0;
    int status = PM_EXIT_OK, why = f && !ferror(f) ? 0 : errno;
    bool markdown = false;
    text[n] = 0;
    for (size_t i = 0; i < out->n; i++) markdown |= strcmp(out->renderer[i]->name, "markdown") == 0;
    struct pm_str mistake = f ? pm_template_mistake(a, text) : PM_NONE;
    if (why) status = pm_usage(c, "--template: %s: %s", out->layout_file, strerror(why));
    else if (mistake.n) {
        fprintf(stderr, "pullmortem: %s: %.*s\n", out->layout_file, PM_FMT(mistake));
        status = PM_EXIT_USAGE;
    } else if (!markdown) status = pm_usage(c, "--template is a layout of Markdown: no output is");
    if (f) fclose(f);
    out->render.layout = text;
    pm_arena_free(a);
    return status;
}
static const struct pm_renderer *renderer_of(const char *file) {
    if (strcmp(file, "-") == 0) return pm_renderer_find("text", false);
    return pm_renderer_find(file, true);
}
static int ending_unknown(const struct pm_command *c, const char *file) {
    struct pm_buf list = {0};
    pm_opt_words_list(&list, pm_outputs_endings(), " or ");
    int status = pm_usage(c, "the name '%s' does not say a format: end it in %s, or give --format",
                          file, list.p);
    pm_buf_free(&list);
    return status;
}
int pm_outputs_check(const struct pm_command *c, struct pm_outputs *out) {
    if (out->n == 0) out->file[out->n++] = "-";
    const struct pm_renderer *chosen = out->format ? pm_renderer_find(out->format, false) : NULL;
    for (size_t i = 0; i < out->n; i++) {
        out->renderer[i] = chosen ? chosen : renderer_of(out->file[i]);
        if (!out->renderer[i]) return ending_unknown(c, out->file[i]);
    }
    if (out->layout_file) return template_read(c, out);
    return PM_EXIT_OK;
}

bool pm_color_wanted(const char *color, int fd) {
    if (color && strcmp(color, "auto") != 0) return strcmp(color, "always") == 0;
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    return !(no && *no) && !(term && strcmp(term, "dumb") == 0) && isatty(fd);
}
static int width_of(int fd) {
    struct winsize size;
    if (!isatty(fd)) return 0;
    return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40 ? size.ws_col : 0;
}

static int cannot_write(const char *name) {
    fprintf(stderr, "pullmortem: %s: %s\n", strcmp(name, "-") == 0 ? "standard output" : name,
            strerror(errno));
    return PM_EXIT_INPUT;
}
int pm_embedded_print(const char *path) {
    struct pm_str s = pm_embedded_find(path);
    return fwrite(s.p, 1, s.n, stdout) == s.n && fflush(stdout) == 0 ? PM_EXIT_OK
                                                                     : cannot_write("-");
}
struct rendering {
    const struct pm_outputs *out;
    const struct pm_report *report;
    size_t i;
};
static bool render_to(FILE *f, void *ctx) {
    const struct rendering *x = ctx;
    struct pm_render_options o = x->out->render;
    bool standard = strcmp(x->out->file[x->i], "-") == 0;
    o.color = standard ? pm_color_wanted(x->out->color, STDOUT_FILENO)
                       : x->out->color && strcmp(x->out->color, "always") == 0;
    if (standard) o.width = width_of(STDOUT_FILENO);
    return x->out->renderer[x->i]->render(f, x->report, &o);
}
static void wrote(const char *path, const char *format, uint64_t bytes) {
    struct pm_arena *a = pm_arena_new();
    struct pm_str size = pm_words_bytes(a, bytes);
    fprintf(stderr, "wrote %s (%s, %.*s)\n", path, format, PM_FMT(size));
    pm_arena_free(a);
}
static bool incident_there(const struct pm_report *r, uint32_t id) {
    for (size_t i = 0; i < r->incidents_n; i++)
        if (r->incidents[i].id == id) return true;
    return false;
}
// How many places were struck out. What goes wrong with one is told where it is put.
static size_t render_all(const struct pm_outputs *out, const struct pm_report *r,
                         struct pm_written *text) {
    size_t struck = 0;
    for (size_t i = 0; i < out->n; i++) {
        struct rendering x = {out, r, i};
        pm_written_make(&text[i], out->file[i], render_to, &x);
        struck += text[i].struck;
    }
    return struck;
}
static void forget_all(const struct pm_outputs *out, struct pm_written *text) {
    for (size_t i = 0; i < out->n; i++) pm_written_free(&text[i]);
}
// What the last look found is a diagnostic of the report, too.
static void render_told(const struct pm_outputs *out, const struct pm_report *r,
                        struct pm_written *text, size_t struck) {
    struct pm_report told = *r;
    char message[160];
    snprintf(message, sizeof message, PM_STRUCK, struck);
    told.diagnostics = pm_xmalloc((r->diagnostics_n + 1) * sizeof *told.diagnostics);
    if (r->diagnostics_n)
        memcpy(told.diagnostics, r->diagnostics, r->diagnostics_n * sizeof *told.diagnostics);
    told.diagnostics[told.diagnostics_n++] = (struct pm_diag){.path = PM_STR("-"),
                                                              .code = PM_STR("self-check"),
                                                              .message = pm_str_c(message),
                                                              .count = struck};
    forget_all(out, text);
    render_all(out, &told, text);
    free(told.diagnostics);
}
static bool put(const struct pm_outputs *out, size_t i, struct pm_written *text) {
    const char *name = out->file[i];
    struct stat st;
    bool file = strcmp(name, "-") != 0;
    if (!pm_written_put(text)) return false;
    if (file && !out->quiet && isatty(STDERR_FILENO) && stat(name, &st) == 0 && S_ISREG(st.st_mode))
        wrote(name, out->renderer[i]->name, (uint64_t)st.st_size);
    return true;
}
int pm_outputs_write(const struct pm_outputs *out, const struct pm_report *r) {
    int status = PM_EXIT_OK;
    if (out->render.incident && !incident_there(r, out->render.incident)) {
        fprintf(stderr, "pullmortem: there is no incident %u: this report has %zu\n",
                (unsigned)out->render.incident, r->incidents_n);
        return PM_EXIT_USAGE;
    }
    struct pm_written text[PM_OUTPUTS_MAX];
    size_t struck = render_all(out, r, text);
    if (struck) render_told(out, r, text, struck);
    for (size_t i = 0; i < out->n; i++)
        if (!put(out, i, &text[i])) status = cannot_write(out->file[i]);
    forget_all(out, text);
    return status;
}

bool pm_paths_present(const char **paths, size_t *n) {
    size_t kept = 0;
    for (size_t i = 0; i < *n; i++) {
        if (strcmp(paths[i], "-") == 0 || access(paths[i], R_OK) == 0) paths[kept++] = paths[i];
        else fprintf(stderr, "pullmortem: %s: %s\n", paths[i], strerror(errno));
    }
    bool all = kept == *n;
    *n = kept;
    return all;
}

void pm_diags_print(struct pm_diags *d) {
    for (size_t i = 0, n = pm_diags_count(d); i < n; i++) {
        struct pm_diag g = pm_diags_at(d, i);
        fprintf(stderr, "%.*s", PM_FMT(g.path));
        if (g.line) fprintf(stderr, ":%llu", (unsigned long long)g.line);
        fprintf(stderr, ": %.*s", PM_FMT(g.message));
        if (g.count > 1) fprintf(stderr, " (%llu times)", (unsigned long long)g.count);
        fputc('\n', stderr);
    }
}
