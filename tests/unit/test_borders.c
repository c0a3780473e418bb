// Blocks end anywhere: a log that is read by its hits alone says the same wherever the bytes
// were cut, and the same events as when every line of it is read. Written by us: what a line
// may hold that a border could tear apart (CRLF, NUL, UTF-8, half of a character, an escape of
// a terminal, a value of several lines, a line longer than a block's front), in lines that are
// hits and in lines that are left out.
#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>
#include "framing/frame.h"

#define NOISE "I0412 06:00:%02u.000001    2711 prober.go:107] \"Probe failed\" pod=\"shop/web-%u\""
#define HIT                                                                                        \
    "E0412 06:00:%02u.000001    2711 pod_workers.go:1298] \"Error syncing pod, skipping\" "        \
    "err=\"failed to \\\"StartContainer\\\" for \\\"web\\\" with ImagePullBackOff: "               \
    "\\\"Back-off pulling image \\\\\\\"acme/web:%u\\\\\\\"\\\"\" pod=\"shop/web-%u\""

// In front of a line, in it, behind it; '|' is where the line goes.
static const char *const odd[] = {
    "|\r\n",
    "|\r\r\n",
    "\r\n|\n",
    "a progress bar\r|\n",
    "|@\n", // '@' becomes NUL
    "@@|\n",
    "|\xc3\xa9\n",
    "\xf0\x9f\x98\x80|\xe2\x82\xac\n",
    "|\xc3\n", // half of a character
    "|\xe2\x82\n",
    "\xa9|\xff\n",
    "\x1b[31m|\x1b[0m\n",
    "|\x1b[3\n",
    "|: <\n\tone\n\ttwo >\n",
    "\n\n|\n\n",
    "\xef\xbb\xbf|\n",
};

static void line_add(struct pm_buf *b, const char *frame, unsigned i, bool hit) {
    for (const char *p = frame; *p; p++) {
        if (*p == '@') pm_buf_addc(b, 0);
        else if (*p != '|') pm_buf_addc(b, *p);
        else if (hit) pm_buf_fmt(b, HIT, i % 60, i % 7, i);
        else pm_buf_fmt(b, NOISE, i % 60, i);
    }
}

// `marks`: a byte for each of the text, 1 where a border is worth trying.
static struct pm_buf text_of(struct pm_buf *marks) {
    struct pm_buf b = {0};
    for (unsigned i = 0; i < 60; i++) line_add(&b, "|\n", i, i % 20 == 0);
    while (marks->n < b.n) pm_buf_addc(marks, 0);
    for (unsigned i = 0; i < 2 * PM_LEN(odd); i++) {
        const char *frame = odd[i / 2], *line = strchr(frame, '|');
        const size_t from = b.n, before = (size_t)(line - frame), behind = strlen(line + 1);
        line_add(&b, frame, 60 + i, i % 2);
        for (size_t at = from; at < b.n; at++)
            pm_buf_addc(marks, at <= from + before || b.n - at <= behind + 1);
        for (unsigned k = 0; k < 3; k++) line_add(&b, "|\n", 60 + i, false);
        while (marks->n < b.n) pm_buf_addc(marks, 0);
    }
    for (size_t n = 0; n < PM_BLOCK_FRONT_BYTES + 100; n++) pm_buf_addc(&b, 'x');
    line_add(&b, "|\r\n", 9, true);
    while (marks->n < b.n) pm_buf_addc(marks, b.n - marks->n < 3);
    return b;
}

static void on_event(void *ctx, const struct pm_record *r, const struct pm_parser *p,
                     const struct pm_event *e) {
    pm_buf_fmt(ctx, "%s %llu+%llu %s *%u %.*s | %.*s\n", p->name, (unsigned long long)r->line,
               (unsigned long long)r->offset, pm_kind_names[e->kind], e->count,
               PM_FMT(e->field[PM_F_IMAGE]), PM_FMT(r->raw));
}

enum way { EVERY_LINE, BY_HITS };
static struct pm_buf told(struct pm_str text, enum way way, size_t border, size_t second,
                          uint64_t *left_out) {
    struct pm_buf out = {0};
    struct pm_diags *d = pm_diags_new();
    struct pm_ingest_sink sink = {.ctx = &out, .event = on_event, .diags = d};
    struct pm_frame_options o = {.all_lines = way == EVERY_LINE, .soon = way == BY_HITS};
    struct pm_frame *f = pm_frame_new(&sink, PM_STR("kubelet.log"), &o);
    struct pm_block *b = pm_block_new();
    const size_t ends[] = {border, second, text.n};
    for (size_t i = 0, at = 0; i < PM_LEN(ends); at = ends[i++])
        for (size_t n; at < ends[i]; at += n) {
            n = ends[i] - at < PM_BLOCK_BYTES ? ends[i] - at : PM_BLOCK_BYTES;
            memcpy(pm_block_bytes(b), text.p + at, b->n = n);
            pm_frame_feed_block(f, b);
            memset(pm_block_bytes(b), '#', n); // nothing of it is kept
        }
    free(b);
    pm_frame_end(f, false);
    *left_out = pm_frame_stats(f)->skipped_lines;
    pm_buf_fmt(&out, "%llu lines, %llu bytes\n", (unsigned long long)pm_frame_stats(f)->lines,
               (unsigned long long)pm_frame_stats(f)->bytes);
    for (size_t i = 0; i < pm_diags_count(d); i++) {
        struct pm_diag x = pm_diags_at(d, i);
        pm_buf_fmt(&out, "%llu %.*s\n", (unsigned long long)x.line, PM_FMT(x.code));
    }
    pm_frame_free(f);
    pm_diags_free(d);
    return out;
}

static void the_same(struct pm_buf *got, const struct pm_buf *want, size_t border) {
    if (!pm_str_eq(pm_buf_str(got), pm_buf_str(want)))
        fail_msg("border at %zu\n%.600s\n--- and\n%.600s", border, got->p, want->p);
    pm_buf_free(got);
}

static void borders_lie_anywhere(void **state) {
    (void)state;
    uint64_t left_out;
    struct pm_buf marks = {0}, text = text_of(&marks);
    struct pm_str s = pm_buf_str(&text);
    struct pm_buf want = told(s, EVERY_LINE, s.n, s.n, &left_out);
    assert_int_equal(left_out, 0);
    assert_true(pm_str_has(pm_buf_str(&want), PM_STR("acme/web:6")));
    for (size_t i = 4096; i < s.n; i++) { // the encoding is known by then
        if (!marks.p[i]) continue;
        struct pm_buf got = told(s, BY_HITS, i, i, &left_out);
        assert_true(left_out > 20);
        the_same(&got, &want, i);
        got = told(s, BY_HITS, i, i + 1, &left_out);
        the_same(&got, &want, i);
    }
    pm_buf_free(&want);
    pm_buf_free(&text);
    pm_buf_free(&marks);
}

// An export's header of columns that nobody asked for, as warehouses write them, is longer
// than what its encoding is told by.
static void a_border_lies_in_a_header(void **state) {
    (void)state;
    uint64_t left_out;
    struct pm_buf text = {0};
    for (unsigned i = 0; i < 200; i++) pm_buf_fmt(&text, "a_column_of_no_interest_%u,", i);
    pm_buf_fmt(&text, "timestamp,message\n");
    const size_t header = text.n;
    for (unsigned i = 0; i < 300; i++) {
        for (unsigned k = 0; k < 200; k++) pm_buf_addc(&text, ',');
        pm_buf_fmt(&text,
                   "2026-04-12T06:00:00Z,\"E0412 06:00:00.000001    2711 kuberuntime_image.go:55] "
                   "\"\"Failed to pull image\"\" err=\"\"EOF\"\" image=\"\"acme/web:%u\"\"\"\n",
                   i);
    }
    const struct pm_str s = pm_buf_str(&text);
    struct pm_buf want = told(s, EVERY_LINE, s.n, s.n, &left_out);
    assert_true(pm_str_has(pm_buf_str(&want), PM_STR("acme/web:299")));
    for (size_t i = 4096; i < header + 200; i += 7) {
        struct pm_buf got = told(s, EVERY_LINE, i, i, &left_out);
        the_same(&got, &want, i);
    }
    pm_buf_free(&want);
    pm_buf_free(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(borders_lie_anywhere),
                                       cmocka_unit_test(a_border_lies_in_a_header)};
    return cmocka_run_group_tests_name("borders", tests, NULL, NULL);
}
