// Timelines of other hands: a good one with some bytes changed is reported, and merged
// into another. The input is where, and to what.
#include "kinds.h"
#include <stdio.h>
#include <stdlib.h>
#include "pm/ingest.h"
#include "pm/judge.h"
#include "pm/timeline.h"

// A timeline of some rows, made once; every input changes a copy of it.
static struct pm_str good(void) {
    static struct pm_buf bytes;
    static uint8_t rows[900];
    if (bytes.n) return pm_buf_str(&bytes);
    for (size_t i = 0; i < sizeof rows; i++) rows[i] = (uint8_t)(i * 41 % 253);
    struct fuzz_bytes in = {rows, sizeof rows};
    char path[128], block[65536];
    snprintf(path, sizeof path, "%s/good.db", fuzz_folder());
    pm_timeline_close(fuzz_timeline(&in, path));
    FILE *f = fopen(path, "rb");
    if (!f) perror(path), exit(2);
    for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;)
        pm_buf_add(&bytes, (struct pm_str){block, n});
    fclose(f);
    return pm_buf_str(&bytes);
}
static const char *changed(struct fuzz_bytes in) {
    struct pm_str from = good();
    char *p = pm_xmalloc(from.n);
    memcpy(p, from.p, from.n);
    size_t n = from.n;
    if (fuzz_byte(&in) == 0) n = fuzz_u32(&in) % (n + 1); // cut
    while (in.n) {
        size_t at = fuzz_u32(&in) % from.n, run = 1 + fuzz_byte(&in) % 8;
        for (; run && at < from.n; run--) p[at++] = (char)fuzz_byte(&in);
    }
    const char *path = fuzz_file("changed.db", (struct pm_str){p, n});
    free(p);
    return path;
}

void fuzz_database(struct fuzz_bytes in, size_t variant) {
    const char *why = NULL;
    (void)variant;
    struct pm_ruleset *rules = fuzz_rules();
    struct pm_timeline *t = pm_timeline_open_read(changed(in), &why);
    const struct pm_judge_options o = {.since_ns = PM_NO_TIME, .until_ns = PM_NO_TIME};
    struct pm_diags *diags = pm_diags_new();
    fuzz_see(pm_str_c(why));
    if (t) pm_report_free(pm_judge(t, rules, &o, diags));
    if (t) pm_timeline_close(t);
    pm_diags_free(diags);
}

void fuzz_merge(struct fuzz_bytes in, size_t variant) {
    const char *why = NULL, *path = changed(in);
    struct pm_timeline *into = pm_timeline_open(NULL, true, &why);
    (void)variant;
    if (!into) fprintf(stderr, "fuzz: %s\n", why), exit(2);
    why = NULL;
    pm_timeline_begin(into);
    pm_ingest_merge(into, path, &why);
    fuzz_see(pm_str_c(why));
    pm_timeline_commit(into);
    pm_timeline_close(into);
}
