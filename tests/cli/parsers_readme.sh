#!/bin/sh
# The parser in parsers/README.md compiles without warnings, bids on its own example, emits the event it says, and leaves a foreign line alone.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
sed -n '/^```c$/,/^```$/p' parsers/README.md | sed '1d;$d' >"$dir/greet.c"
cat >"$dir/main.c" <<'C'
#include <stdio.h>
#include <string.h>
#include "framing/frame.h"
extern const struct pm_parser pm_parser_greet;
static int events;
static void on_event(void *ctx, const struct pm_record *r, const struct pm_parser *p, const struct pm_event *e) {
    (void)ctx, (void)r;
    events++;
    printf("%s %s %.*s %d\n", p->name, pm_kind_names[e->kind], PM_FMT(e->field[PM_F_IMAGE]), e->http_status);
}
static int run(const char *line) {
    struct pm_arena *a = pm_arena_new();
    struct pm_diags *d = pm_diags_new();
    struct pm_ingest_sink sink = {.event = on_event, .diags = d};
    struct pm_parse_ctx ctx = {.a = a, .member = a, .sink = &sink, .parser = &pm_parser_greet};
    struct pm_record r = {.text = pm_str_c(line), .raw = pm_str_c(line), .shape = PM_SHAPE_LINE, .line = 1};
    int bid = pm_parser_greet.bid(&r, NULL);
    if (bid > 0) pm_parser_greet.parse(&ctx, &r);
    size_t bad = pm_diags_count(d);
    printf("bid %d, %zu diagnostics\n", bid, bad);
    pm_diags_free(d);
    pm_arena_free(a);
    return bid;
}
int main(void) {
    run(pm_parser_greet.example);
    run("greet: could not fetch");
    run("greet: could not fetch web:1 (");
    return events == 1 ? 0 : 1;
}
C
libs="$(pkg-config --libs libpcre2-8 sqlite3 zlib jansson yaml-0.1 libarchive libzstd liblzma liblz4) $(pkg-config --libs libisal 2>/dev/null || true)"
${CC:-cc} -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Werror -Iinclude -Ianalyzer -o "$dir/run" "$dir/greet.c" "$dir/main.c" "${BUILD:-build}/libpullmortem.a" $libs -lJudy -lpthread -lm
"$dir/run" >"$dir/out"
cat >"$dir/want" <<'T'
greet pull.fail web:1 429
bid 90, 0 diagnostics
bid 0, 0 diagnostics
bid 90, 1 diagnostics
T
diff -u "$dir/want" "$dir/out"
