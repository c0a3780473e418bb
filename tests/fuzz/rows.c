// The judge over timelines that no bundle would make: events of every kind that our own
// test data holds, in any order, at any time or at none, with any numbers in them.
//
// A row is twelve bytes or more: which event it begins as (one that a parser made of
// testdata), when it was, and what is different about it. Texts come from the input, too,
// where the row asks for it.
#include "kinds.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include "pm/ingest.h"
#include "pm/judge.h"
#include "pm/report.h"
#include "pm/timeline.h"

enum { EVENTS_MAX = 6000, PER_FILE = 60, ROWS_MAX = 400, MEMBERS = 6 };
static struct pm_event *events;
static size_t events_n, events_cap;

static void keep(void *ctx, const struct pm_record *r, const struct pm_parser *p,
                 const struct pm_event *e) {
    static struct pm_arena *a; // lives as long as the program
    size_t *left = ctx;
    (void)r, (void)p;
    if (!e || !*left || events_n == EVENTS_MAX) return;
    --*left;
    if (!a) a = pm_arena_new();
    struct pm_event *mine = PM_PUSH(events, events_n, events_cap);
    *mine = *e;
    mine->voice = 0;
    for (int f = 0; f < PM_F_COUNT; f++) mine->field[f] = pm_arena_dup(a, e->field[f]);
}
static void keep_file(const char *path) {
    FILE *f = fopen(path, "rb");
    struct pm_buf b = {0};
    char block[4096];
    for (size_t n; f && (n = fread(block, 1, sizeof block, f)) > 0;)
        pm_buf_add(&b, (struct pm_str){block, n});
    if (f) fclose(f);
    size_t left = PER_FILE;
    struct pm_diags *diags = pm_diags_new();
    pm_ingest_text(pm_buf_str(&b), path, keep, &left, diags);
    pm_diags_free(diags);
    pm_buf_free(&b);
}
static int visible(const struct dirent *e) { return e->d_name[0] != '.'; }
static void keep_folder(const char *folder, int depth) {
    struct dirent **names = NULL;
    int n = scandir(folder, &names, visible, alphasort); // by name: the same events everywhere
    for (int i = 0; i < n; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
        if (depth) keep_folder(path, depth - 1);
        else if (pm_str_ends(pm_str_c(path), PM_STR(".log"))) keep_file(path);
        free(names[i]);
    }
    free(names);
}
static void events_read(void) {
    const char *root = getenv("FUZZ_TESTDATA");
    char path[1024];
    if (events_n) return;
    fuzz_rules();
    snprintf(path, sizeof path, "%s/parsers", root ? root : "testdata");
    keep_folder(path, 1);
    if (!events_n) fprintf(stderr, "fuzz: no test data in %s\n", path), exit(2);
}

static struct pm_event event_of(struct fuzz_bytes *in) {
    static const char *const nodes[] = {"", "n1", "n2", "n3"};
    struct pm_event e = events[fuzz_below(in, events_n)];
    uint8_t other = fuzz_byte(in);
    if (other & 1) e.field[PM_F_NODE] = pm_str_c(nodes[fuzz_byte(in) % 4]);
    if (other & 2) e.count = (uint32_t)fuzz_i64(in);
    if (other & 4) e.bytes = fuzz_i64(in);
    if (other & 8) e.duration_ns = fuzz_i64(in), e.waiting_ns = fuzz_i64(in);
    if (other & 16) e.flags ^= 1u << fuzz_byte(in) % 16;
    if (other & 32) e.http_status = (int)fuzz_below(in, 700);
    if (other & 64) {
        e.limit = fuzz_i64(in), e.remaining = fuzz_i64(in), e.window_s = fuzz_i64(in);
        e.standing = (enum pm_standing)(fuzz_byte(in) % PM_STANDING_COUNT);
    }
    if (other & 128) { // a text of the input's own, or another event's
        int f = fuzz_byte(in) % PM_F_COUNT;
        e.field[f] = fuzz_byte(in) & 1 ? fuzz_text(in) : events[fuzz_below(in, events_n)].field[f];
    }
    return e;
}
static struct pm_row row_of(struct fuzz_bytes *in, const uint32_t *members, size_t i) {
    uint8_t how = fuzz_byte(in);
    struct pm_row r = {.file = members[how % MEMBERS],
                       .line = i + 1,
                       .ts_kind = PM_WHEN_UTC,
                       .ts_ns = fuzz_moment(in),
                       .first_ns = PM_NO_TIME,
                       .last_ns = PM_NO_TIME,
                       .raw = PM_STR("a line")};
    if (how & 32) r.first_ns = fuzz_moment(in);
    if (how & 64) r.last_ns = fuzz_moment(in);
    if (how & 128) r.quality = (enum pm_quality)(fuzz_byte(in) % (PM_QUALITY_RELATIVE + 1));
    r.event = event_of(in);
    return r;
}

struct pm_timeline *fuzz_timeline(struct fuzz_bytes *in, const char *path) {
    const char *why = NULL;
    struct pm_timeline *t = pm_timeline_open(path, true, &why);
    uint32_t members[MEMBERS];
    struct pm_file_row files[MEMBERS];
    events_read();
    if (!t) fprintf(stderr, "fuzz: %s\n", why), exit(2);
    pm_timeline_begin(t);
    for (size_t i = 0; i < MEMBERS; i++) {
        static const char *const paths[MEMBERS] = {"n1/kubelet.log", "n2/containerd.log",
                                                   "registry.log",   "events.json",
                                                   "pods.json",      "n3/other.log"};
        files[i] = (struct pm_file_row){.path = pm_str_c(paths[i]),
                                        .from_ns = fuzz_moment(in),
                                        .to_ns = fuzz_moment(in),
                                        .lines = ROWS_MAX};
        members[i] = pm_timeline_file(t, &files[i]);
    }
    for (size_t i = 0; i < ROWS_MAX && in->n; i++) {
        struct pm_row r = row_of(in, members, i);
        pm_timeline_put(t, &r);
    }
    for (size_t i = 0; i < MEMBERS; i++) pm_timeline_file_update(t, members[i], &files[i]);
    pm_timeline_commit(t);
    return t;
}

static struct pm_report *judged(struct pm_timeline *t, struct pm_diags *diags) {
    const struct pm_judge_options o = {.since_ns = PM_NO_TIME, .until_ns = PM_NO_TIME};
    return pm_judge(t, fuzz_rules(), &o, diags);
}
static void with_report(struct fuzz_bytes in,
                        void (*use)(const struct pm_report *r, const void *ctx), const void *ctx) {
    struct pm_timeline *t = fuzz_timeline(&in, NULL);
    struct pm_diags *diags = pm_diags_new();
    struct pm_report *r = judged(t, diags);
    if (r && use) use(r, ctx);
    pm_report_free(r);
    pm_timeline_close(t);
    pm_diags_free(diags);
}
void fuzz_judge(struct fuzz_bytes in, size_t variant) {
    (void)variant;
    with_report(in, NULL, NULL);
}

const char *fuzz_render_variant(size_t i) { return pm_renderers[i] ? pm_renderers[i]->name : NULL; }
static void render(const struct pm_report *r, const struct pm_renderer *by,
                   const struct pm_render_options *o) {
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    if (!by->render(out, r, o)) abort(); // memory takes whatever is written
    fclose(out);
    free(text);
}
static void render_all_ways(const struct pm_report *r, const void *ctx) {
    const struct pm_renderer *by = ctx;
    for (unsigned how = 0; how < 4; how++) {
        const struct pm_render_options o = {.color = how & 1,
                                            .width = how & 2 ? 20 : 0,
                                            .brief = how == 1,
                                            .verbose = how == 2,
                                            .incident = how == 3 && r->incidents_n};
        render(r, by, &o);
    }
}
void fuzz_render(struct fuzz_bytes in, size_t variant) {
    with_report(in, render_all_ways, pm_renderers[variant]);
}

static void render_template(const struct pm_report *r, const void *ctx) {
    const struct pm_render_options o = {.layout = ctx};
    render(r, pm_renderer_find("markdown", false), &o);
}
// The input is the layout; the report is one of each kind of row.
void fuzz_template(struct fuzz_bytes in, size_t variant) {
    static uint8_t rows[600];
    (void)variant;
    for (size_t i = 0; i < sizeof rows; i++) rows[i] = (uint8_t)(i * 37 % 251);
    struct pm_str text = fuzz_rest(&in);
    char *layout = pm_xmalloc(text.n + 1);
    if (text.n) memcpy(layout, text.p, text.n);
    layout[text.n] = 0;
    with_report((struct fuzz_bytes){rows, sizeof rows}, render_template, layout);
    free(layout);
}
