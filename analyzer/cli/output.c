// Reports to files and terminals; inputs that are not there.
#include "base/unfinished.h"
#include "cli/opts.h"
#include "pm/arena.h"
#include "report/template.h"
#include "report/words.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

static int format_unknown(const struct pm_command *c, const char *what, const char *word) {
    const char *names[32];
    size_t n = 0;
    struct pm_buf list = {0};
    for (size_t i = 0; pm_renderers[i] && n < PM_LEN(names); i++) {
        names[n++] = pm_renderers[i]->name;
        pm_buf_fmt(&list, "%s%s", i ? ", " : "", pm_renderers[i]->name);
    }
    const char *near = pm_nearest(word, names, n);
    int status = near ? pm_usage(c, "%s '%s'; did you mean '%s'?", what, word, near)
                      : pm_usage(c, "%s '%s'; there are: %s", what, word, list.p);
    pm_buf_free(&list);
    return status;
}

// Read and held against the schema before the long work. NULL-terminated; lives as long
// as the program.
static int template_read(const struct pm_command *c, struct pm_outputs *out) {
    enum { TEMPLATE_MAX = 1 << 20 };
    static char text[TEMPLATE_MAX + 1];
    struct pm_arena *a = pm_arena_new();
    FILE *f = fopen(out->template, "rb");
    size_t n = f ? fread(text, 1, TEMPLATE_MAX, f) : 0;
    int status = PM_EXIT_OK;
    bool markdown = false;
    text[n] = 0;
    for (size_t i = 0; i < out->n; i++) markdown |= strcmp(out->renderer[i]->name, "markdown") == 0;
    struct pm_str mistake = f ? pm_template_mistake(a, text) : PM_NONE;
    if (!f || ferror(f)) status = pm_usage(c, "--template: %s: %s", out->template, strerror(errno));
    else if (mistake.n)
        fprintf(stderr, "pullmortem: %s: %.*s\n", out->template, PM_FMT(mistake)),
            status = PM_EXIT_USAGE;
    else if (!markdown) status = pm_usage(c, "--template is a layout of Markdown: no output is");
    if (f) fclose(f);
    out->render.template = text;
    pm_arena_free(a);
    return status;
}
int pm_outputs_check(const struct pm_command *c, struct pm_outputs *out) {
    static const char *const colors[] = {"auto", "always", "never"};
    bool color_known = !out->color;
    for (size_t i = 0; i < PM_LEN(colors); i++)
        color_known |= out->color && strcmp(out->color, colors[i]) == 0;
    if (!color_known) return pm_usage(c, "--color is auto, always or never, not '%s'", out->color);
    if (out->n == 0) out->file[out->n++] = "-";
    const struct pm_renderer *chosen = out->format ? pm_renderer_find(out->format, false) : NULL;
    if (out->format && !chosen) return format_unknown(c, "unknown format", out->format);
    for (size_t i = 0; i < out->n; i++) {
        bool standard = strcmp(out->file[i], "-") == 0;
        out->renderer[i] = chosen     ? chosen
                           : standard ? pm_renderer_find("text", false)
                                      : pm_renderer_find(out->file[i], true);
        if (!out->renderer[i])
            return pm_usage(
                c,
                "the name '%s' does not say a format: end it in .txt, .json, .md or .html, or give --format",
                out->file[i]);
    }
    if (out->template) return template_read(c, out);
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
static int write_standard(const struct pm_outputs *out, size_t i, const struct pm_report *r) {
    struct pm_render_options o = out->render;
    o.color = pm_color_wanted(out->color, STDOUT_FILENO);
    o.width = width_of(STDOUT_FILENO);
    return out->renderer[i]->render(stdout, r, &o) && fflush(stdout) == 0 ? PM_EXIT_OK
                                                                          : cannot_write("-");
}
// Devices and pipes are written as they are; a file appears whole, by renaming: where it
// cannot be written, the older one of that name stays.
bool pm_file_write(const char *path, bool (*write)(FILE *f, void *ctx), void *ctx) {
    struct pm_buf part = {0};
    struct stat there;
    bool direct =
        lstat(path, &there) == 0 && !S_ISREG(there.st_mode); // links are followed, not replaced
    if (direct) pm_buf_fmt(&part, "%s", path);
    else
        pm_buf_fmt(
            &part, "%s.%ld.part", path,
            (long)
                getpid()); // no other run's, and nothing that somebody put there is written through
    int fd = direct ? open(part.p, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)
                    : open(part.p, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd >= 0 && !direct) pm_unfinished(part.p);
    FILE *f = fd >= 0 ? fdopen(fd, "wb") : NULL;
    bool ok = f && write(f, ctx) && fflush(f) == 0 && (direct || fsync(fd) == 0);
    ok = f && fclose(f) == 0 && ok;
    if (ok && !direct) ok = rename(part.p, path) == 0;
    int why = errno;
    if (!ok && f && !direct) unlink(part.p);
    pm_finished(part.p);
    pm_buf_free(&part);
    errno = why;
    return ok;
}
struct file_report {
    const struct pm_renderer *renderer;
    const struct pm_report *report;
    struct pm_render_options options;
};
static bool render_to(FILE *f, void *ctx) {
    const struct file_report *x = ctx;
    return x->renderer->render(f, x->report, &x->options);
}
static void wrote(const char *path, const char *format, uint64_t bytes) {
    struct pm_arena *a = pm_arena_new();
    struct pm_str size = pm_words_bytes(a, bytes);
    fprintf(stderr, "wrote %s (%s, %.*s)\n", path, format, PM_FMT(size));
    pm_arena_free(a);
}
static int write_file(const struct pm_outputs *out, size_t i, const struct pm_report *r) {
    struct file_report x = {out->renderer[i], r, out->render};
    struct stat st;
    x.options.color = out->color && strcmp(out->color, "always") == 0;
    if (!pm_file_write(out->file[i], render_to, &x)) return cannot_write(out->file[i]);
    if (!out->quiet && isatty(STDERR_FILENO) && stat(out->file[i], &st) == 0 && S_ISREG(st.st_mode))
        wrote(out->file[i], out->renderer[i]->name, (uint64_t)st.st_size);
    return PM_EXIT_OK;
}
static bool incident_there(const struct pm_report *r, uint32_t id) {
    for (size_t i = 0; i < r->incidents_n; i++)
        if (r->incidents[i].id == id) return true;
    return false;
}
int pm_outputs_write(const struct pm_outputs *out, const struct pm_report *r) {
    int status = PM_EXIT_OK;
    if (out->render.incident && !incident_there(r, out->render.incident)) {
        fprintf(stderr, "pullmortem: there is no incident %u: this report has %zu\n",
                (unsigned)out->render.incident, r->incidents_n);
        return PM_EXIT_USAGE;
    }
    for (size_t i = 0; i < out->n; i++) {
        int one =
            strcmp(out->file[i], "-") == 0 ? write_standard(out, i, r) : write_file(out, i, r);
        if (one != PM_EXIT_OK) status = one;
    }
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
