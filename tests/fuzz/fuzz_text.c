// libFuzzer target: any bytes through framing, envelopes and parsers. The first byte
// chooses how the rest is fed (block size), so that block borders move.
//
//   make fuzz                         a short run over testdata/parsers
//   build/fuzz/fuzz_text corpus/ …    a long one
#include <stdlib.h>
#include "framing/frame.h"
#include "../unit/listen.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void on_event(void *ctx, const struct pm_record *r, const struct pm_parser *p,
                     const struct pm_event *e) {
    uint64_t *sum = ctx; // every byte that is handed over must be readable
    (void)p;
    for (int i = 0; i < PM_F_COUNT; i++) *sum += pm_str_hash(e->field[i], 1);
    *sum += pm_str_hash(r->text, 2) + pm_str_hash(r->raw, 3) + pm_str_hash(r->hint.node, 4) +
            pm_str_hash(r->section, 5);
}

static void on_record(void *ctx, const struct pm_record *r, const struct pm_parser *p) {
    uint64_t *sum = ctx;
    (void)p;
    *sum += pm_str_hash(r->text, 6) + pm_str_hash(r->raw, 7) + pm_str_hash(r->hint.ident, 8) +
            pm_str_hash(r->list_kind, 9);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    static struct pm_ruleset
        *rules; // once for all inputs: parsers ask the rules what a line speaks of
    if (n < 2) return 0;
    if (!rules) listen_setup((void **)&rules);
    static const size_t blocks[] = {1, 7, 64, 4096, 1u << 20};
    size_t block = blocks[data[0] % PM_LEN(blocks)];
    uint64_t sum = 0;
    struct pm_diags *diags = pm_diags_new();
    struct pm_ingest_sink sink = {
        .ctx = &sum, .event = on_event, .record = on_record, .diags = diags};
    struct pm_frame_options o = {.all_lines = data[0] & 0x80,
                                 .line_max_bytes = data[0] & 0x40 ? 512 : 0};
    struct pm_frame *f = pm_frame_new(&sink, PM_STR("fuzz/input.log"), &o);
    for (size_t i = 1; i < n; i += block)
        pm_frame_feed(f, (const char *)data + i, n - i < block ? n - i : block);
    pm_frame_end(f, data[0] & 0x20);
    pm_frame_free(f);
    pm_diags_free(diags);
    return 0;
}
