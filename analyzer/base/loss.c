// Which diagnostics say that something of the input was not read: the one table of it.
// Commands end with status 3 where one was told, and the gate does not pass.
#include "pm/diag.h"

static const struct row {
    const char *code; // "limit-*" is every code that begins so
    bool lost;
} rows[] = {
    // The walk: what could not be opened, unpacked, or was left out.
    {"open-failed", true},
    {"read-error", true},
    {"folder-read-error", true},
    {"truncated", true},
    {"archive-*", true},
    {"gzip-truncated", true},
    {"gzip-corrupt", true},
    {"gzip-trailing", false}, // foreign bytes behind whole data: nothing of a log
    {"packed-trailing", false},
    {"xz-truncated", true},
    {"xz-corrupt", true},
    {"xz-trailing", false},
    {"zstd-truncated", true},
    {"zstd-corrupt", true},
    {"zstd-trailing", false},
    {"no-temporary-*", true},
    {"limit-count", false},     // of attempts that events only count: read, and not made up
    {"limit-incidents", false}, // of one cause: the smallest are told as one
    {"shard-skipped", true},    // a whole timeline, or an input
    {"limit-*", true},          // of members, sizes, depth
    // Documents: what of them was skipped.
    {"json-document-truncated", true},
    {"json-document-broken", true},
    {"json-list-broken", true},
    {"json-too-large", true},
    {"json-truncated", false}, // a log's last line, which was being written: read as text
    {"json-broken", false},    // a line that only began like JSON: read as text
    {"yaml-truncated", true},
    {"yaml-broken", true},
    {"yaml-too-large", true},
    {"yaml-template", false}, // a chart's source, no object of a cluster
    {"csv-broken", false},    // a quote that nobody closed: its line is read by itself
    {"file-too-long", false}, // for its kind: read line by line
    {"toml-broken", false},   // the settings before are read; no log
    // Journals.
    {"journal-field-null", false}, // journalctl's own limit: it says which record lacks it
    {"journal-*", true},
    // Lines.
    {"line-too-long", true},
    {"line-cut", false},       // by a pager or its writer: what is there is read
    {"last-line-open", false}, // the log was being written
    // Rules.
    {"rule-limit", true}, // a pattern was given up on a text
};

bool pm_diag_is_loss(struct pm_str code) {
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        struct pm_str row = pm_str_c(rows[i].code);
        bool all = pm_str_ends(row, PM_STR("*"));
        if (all) row.n--;
        if (all ? pm_str_starts(code, row) : pm_str_eq(code, row)) return rows[i].lost;
    }
    return false;
}
