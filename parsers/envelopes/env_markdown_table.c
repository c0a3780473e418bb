// A row of a Markdown table, as people and assistants retype what kubectl printed.
//
//   | LAST SEEN | TYPE | REASON | OBJECT | MESSAGE |
//   |---|---|---|---|---|
//   | 5m12s | Warning | Failed | pod/cart-0 | Failed to pull image "shop/cart:1.4": … |
// Cells become columns divided by tabs, which every table's reader knows. Source: GitHub
// Flavored Markdown, section 4.10.
#include "parsers/envelopes/env_shared.h"
#include "pm/scan.h"

#define CELLS_MIN 4 // fewer are anybody's bars

static bool rule_cell(struct pm_str s) {
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != '-' && s.p[i] != ':') return false;
    return s.n > 0;
}

static enum pm_peel peel(struct pm_arena *a, struct pm_str line, struct pm_str *inner,
                         struct pm_envelope_hint *hint, struct pm_str *key) {
    (void)hint;
    (void)key;
    struct pm_str s = pm_str_trim(line);
    if (s.n < 16 || s.p[0] != '|' || s.p[s.n - 1] != '|') return PM_PEEL_NO;
    char *out = pm_arena_alloc(a, s.n);
    size_t n = 0, from = 1, cells = 0, rules = 0;
    for (size_t i = 1; i < s.n; i++) {
        if (s.p[i] != '|' || s.p[i - 1] == '\\') continue;
        struct pm_str cell = pm_str_trim(pm_str_sub(s, from, i - from));
        if (cells++) out[n++] = '\t';
        memcpy(out + n, cell.p, cell.n);
        n += cell.n;
        rules += rule_cell(cell);
        from = i + 1;
    }
    if (cells < CELLS_MIN) return PM_PEEL_NO;
    if (rules == cells) return PM_PEEL_META; // the line beneath the header
    *inner = (struct pm_str){out, n};
    return PM_PEEL_YES;
}

const struct pm_envelope pm_envelope_markdown_table = {
    .name = "markdown-table",
    .title = "rows of a Markdown table",
    .example =
        "| 5m12s | Warning | Failed | pod/cart-0 | Failed to pull image \"shop/cart:1.4\": not found |",
    .source = "GitHub Flavored Markdown, 4.10",
    .rank = 7,
    .first = "|",
    .peel = peel,
};
