// Opening: a file of any bytes is walked as an input, all that it holds is read. Limits
// are low, so that what they cut is met often.
#include "kinds.h"
#include "bundle/bundle.h"
#include <stdlib.h>

static void begin(void *ctx, const struct pm_member *m) {
    (void)ctx;
    fuzz_see(m->path), fuzz_see(m->input);
}
static struct pm_block *room(void *ctx) {
    struct pm_block *b = pm_block_new();
    (void)ctx;
    b->most = 4096;
    return b;
}
static void filled(void *ctx, struct pm_block *b) {
    (void)ctx;
    fuzz_see(pm_block_str(b));
    free(b);
}
static void end(void *ctx, bool truncated) { (void)ctx, (void)truncated; }
static void skipped(void *ctx, struct pm_str path, struct pm_str why) {
    (void)ctx;
    fuzz_see(path), fuzz_see(why);
}

void fuzz_bundle(struct fuzz_bytes in, size_t variant) {
    (void)variant;
    static const struct pm_limits limits = {.member_max_bytes = 1 << 20,
                                            .depth_max = 4,
                                            .ratio_max = 100,
                                            .ratio_floor_bytes = 1 << 20,
                                            .members_max = 100};
    struct pm_bundle_sink sink = {
        .begin = begin, .room = room, .filled = filled, .end = end, .skipped = skipped};
    const char *path = fuzz_file("bundle", fuzz_rest(&in));
    struct pm_diags *diags = pm_diags_new();
    pm_bundle_walk(&path, 1, &limits, &sink, diags);
    for (size_t i = 0; i < pm_diags_count(diags); i++) fuzz_see(pm_diags_at(diags, i).message);
    pm_diags_free(diags);
}
