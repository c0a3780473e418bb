// What a parser hands over goes through the emitter that it was given
// (include/pm/parser.h): no parser knows who reads the member.
#include "pm/parser.h"
#include <stdarg.h>
#include <stdio.h>

struct pm_event pm_event_of(const struct pm_record *r, enum pm_component component,
                            enum pm_kind kind) {
    struct pm_event e = {.kind = kind,
                         .component = component,
                         .count = 1,
                         .bytes = -1,
                         .limit = -1,
                         .remaining = -1,
                         .window_s = -1,
                         .when = r->hint.when};
    return e;
}

void pm_emit(struct pm_parse_ctx *ctx, const struct pm_record *r, struct pm_event *e) {
    ctx->emit->event(ctx, r, e);
}

void pm_emit_bad(struct pm_parse_ctx *ctx, const struct pm_record *r, const char *code,
                 const char *fmt, ...) {
    va_list ap;
    char message[512];
    va_start(ap, fmt);
    vsnprintf(message, sizeof message, fmt, ap);
    va_end(ap);
    ctx->emit->bad(ctx, r, code, message);
}

void pm_emit_stamps(struct pm_parse_ctx *ctx, const struct pm_record *r, const struct pm_when *own,
                    const struct pm_when *beside) {
    ctx->emit->stamps(ctx, r, own, beside);
}

void pm_emit_fact(struct pm_parse_ctx *ctx, const struct pm_record *r, enum pm_fact fact,
                  struct pm_str text, const struct pm_when *when) {
    ctx->emit->fact(ctx, r, fact, text, when);
}
