// One failed pull, told again: by the client's last line, by the tool around it, by the
// runner around that.
//
//    ✘ api Error Head "https://r.test/v2/acme/api/manifests/2": denied     a row of Compose
//   Error response from daemon: Head "https://r.test/v2/…": denied         and its last line
//   #1 ERROR: Error response from daemon: …       ERROR: Error response from daemon: …       a step of buildx, and its last line
//   ##[error]Error response from daemon: Head "https://r.test/v2/…": denied       Azure Pipelines repeats what came on stderr
//   npm ERR! Error response from daemon: …     + echo 'attempt 1 failed: Error response from daemon: …'      stderr: 'Error response from daemon: …'
//
// A line that holds a whole earlier line of its session, and more, quotes it. The line
// itself once more is another attempt: that is what a loop without any words of its own
// prints. So is the same quotation once more, or anything behind a command line. A time
// limit was decided against: most sessions have no clock.
#include "frame_int.h"

#define QUOTE_LINES 120 // stack traces and usage texts stand between a line and what repeats it
#define QUOTE_MIN 16    // shorter lines stand inside others by chance

// Rows of one service each, with one line about the first of them at the end
// (docker/compose).
static bool frame_repeat_is_row(struct pm_str s) {
    static const char *const heads[] = {
        "✘ ",     "! ",    "⠿ ",   "ERROR: for ",
        "Image ", "ERRO[", "WARN["}; // nerdctl's FATA[ says last what ERRO[ said
    s = pm_str_trim(s);
    for (size_t i = 0; i < PM_LEN(heads); i++)
        if (pm_str_starts(s, pm_str_c(heads[i]))) return true;
    if (pm_str_starts(s, PM_STR("#")))
        return pm_str_has(pm_str_sub(s, 0, 16), PM_STR(" ERROR: ")); // a build's step
    ptrdiff_t blank = pm_str_chr(s, ' ', 0); // " api Error …": not on a terminal
    return blank > 0 && s.p[blank - 1] != ':' &&
           pm_str_starts(pm_str_from(s, (size_t)blank), PM_STR(" Error ")) &&
           !pm_str_starts(s, PM_STR("Error "));
}

static bool same_error(struct pm_str a, struct pm_str b) {
    return a.n && b.n && (pm_str_has(a, b) || pm_str_has(b, a));
}

// What stands before the words that are repeated: two quotations with the same head are
// of two attempts.
static uint32_t head_of(struct pm_str text, struct pm_str words) {
    ptrdiff_t at = pm_str_find(text, words, 0);
    uint32_t h = 2166136261u;
    for (ptrdiff_t i = 0; i < at; i++) h = (h ^ (unsigned char)text.p[i]) * 16777619u;
    return h ? h : 1;
}

static bool head_seen(struct frame_told *t, uint32_t head) {
    for (size_t i = 0; i < t->heads_n; i++)
        if (t->heads[i] == head) return true;
    if (t->heads_n < PM_LEN(t->heads)) t->heads[t->heads_n++] = head;
    return false;
}

// `failed to pull image "x": command "docker pull x" failed with error: exit status 1`
// (kind), "Please check output of `docker pull x`" (Testcontainers): why is in a line
// that follows.
static bool says_no_why(struct pm_str error) {
    static const char *const words[] = {"exit status ", "exit code ", "check output of `"};
    struct pm_str end = pm_str_from(error, error.n > 80 ? error.n - 80 : 0);
    for (size_t i = 0; i < PM_LEN(words); i++)
        if (pm_str_has(end, pm_str_c(words[i]))) return true;
    return false;
}

static bool repeats(struct frame_told *t, struct pm_str text, const struct pm_event *e) {
    struct pm_str line = pm_buf_str(&t->line), before = pm_buf_str(&t->error),
                  error = e->field[PM_F_ERROR];
    if (line.n >= QUOTE_MIN && line.n < text.n && pm_str_has(text, line))
        return !head_seen(t, head_of(text, line));
    if (e->flags & PM_EV_ECHO)
        return same_error(before, error) &&
               !head_seen(t, head_of(text, before)); // a runner's last words, each once
    if (t->closed || frame_repeat_is_row(text)) return false;
    t->closed = says_no_why(before) ? !says_no_why(error) : t->row && same_error(before, error);
    return t->closed;
}

// What a runner put before the line, and an envelope took off with its stamp.
static struct pm_str marked_text(struct pm_frame *f, const struct pm_record *r) {
    static const char *const marks[] = {"##[error]", "##[warning]"};
    struct pm_str text = pm_str_trim(r->text);
    for (size_t i = 0; i < PM_LEN(marks); i++)
        if (!pm_str_starts(text, pm_str_c(marks[i])) &&
            pm_str_has(pm_str_sub(r->raw, 0, 80), pm_str_c(marks[i])))
            return pm_arena_fmt(f->record_arena, "%s%.*s", marks[i], PM_FMT(text));
    return text;
}

static void tell(struct pm_frame *f, const struct pm_record *r, const struct pm_event *e,
                 struct pm_str text) {
    struct frame_told *t = &f->told.items[f->told.n++ % PM_LEN(f->told.items)];
    pm_buf_clear(&t->line);
    pm_buf_clear(&t->error);
    pm_buf_clear(&t->image);
    pm_buf_add(&t->line, text);
    pm_buf_add(&t->error, e->field[PM_F_ERROR]);
    pm_buf_add(&t->image, e->field[PM_F_IMAGE]);
    t->at = r->line;
    t->voice = f->voice;
    t->heads_n = 0;
    t->row = frame_repeat_is_row(text);
    t->closed = false;
}

// It is the attempt that was told, so it names that attempt's image, or none if that was
// not known then. Lines that a person asks about stand for themselves.
void frame_repeat_event(struct pm_frame *f, const struct pm_record *r, struct pm_event *e) {
    if (f->o.every || e->component != PM_COMP_CLIENT || e->kind != PM_KIND_PULL_FAIL ||
        r->shape != PM_SHAPE_LINE || r->text.n > 4096)
        return;
    struct pm_str text = marked_text(f, r);
    size_t known = f->told.n < PM_LEN(f->told.items) ? f->told.n : PM_LEN(f->told.items);
    for (size_t i = 1; i <= known; i++) {
        struct frame_told *t = &f->told.items[(f->told.n - i) % PM_LEN(f->told.items)];
        if (t->voice != f->voice || r->line <= t->at || r->line - t->at > QUOTE_LINES ||
            !repeats(t, text, e))
            continue;
        e->flags |= PM_EV_ECHO | PM_EV_AGAIN;
        e->field[PM_F_IMAGE] = pm_arena_dup(f->record_arena, pm_buf_str(&t->image));
        e->field[PM_F_REPOSITORY] = e->field[PM_F_TAG] = e->field[PM_F_DIGEST] =
            e->field[PM_F_REGISTRY] = PM_NONE;
        return;
    }
    tell(f, r, e, text);
}

// A command was typed, or a client says that it begins: what fails from here on is
// another pull.
void frame_repeat_begin(struct pm_frame *f) { f->told.n = 0; }

void frame_repeat_free(struct pm_frame *f) {
    for (size_t i = 0; i < PM_LEN(f->told.items); i++) {
        pm_buf_free(&f->told.items[i].line);
        pm_buf_free(&f->told.items[i].error);
        pm_buf_free(&f->told.items[i].image);
    }
}
