// Text in memory through framing and parsers: `explain`, tests, fuzz targets.
#include "frame_int.h"
#include "pm/ingest.h"

struct explain {
    pm_explain_cb *cb;
    void *ctx;
    unsigned events; // of the record at hand
};

static void on_event(void *ctx, const struct pm_record *r, const struct pm_parser *p,
                     const struct pm_event *e) {
    struct explain *x = ctx;
    x->events++;
    x->cb(x->ctx, r, p, e);
}

static void on_record(void *ctx, const struct pm_record *r, const struct pm_parser *p) {
    struct explain *x = ctx;
    if (!x->events) x->cb(x->ctx, r, p, NULL);
    x->events = 0;
}

static void read_text(struct pm_str text, const char *path, bool every, pm_explain_cb *cb,
                      void *ctx, struct pm_diags *diags) {
    struct explain x = {.cb = cb, .ctx = ctx};
    struct pm_ingest_sink sink = {
        .ctx = &x, .event = on_event, .record = on_record, .diags = diags};
    struct pm_frame_options o = {.all_lines = true, .every = every};
    struct pm_frame *f = pm_frame_new(&sink, pm_str_c(path), &o);
    pm_frame_feed(f, text.p, text.n);
    pm_frame_end(f, false);
    pm_frame_free(f);
}

void pm_ingest_text(struct pm_str text, const char *path, pm_explain_cb *cb, void *ctx,
                    struct pm_diags *diags) {
    read_text(text, path, false, cb, ctx, diags);
}

void pm_ingest_text_every(struct pm_str text, pm_explain_cb *cb, void *ctx,
                          struct pm_diags *diags) {
    read_text(text, "-", true, cb, ctx, diags);
}
