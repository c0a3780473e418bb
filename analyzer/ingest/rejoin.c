// Where an access log was cut, layers of a pull stand in the one part and its manifest in the
// other: rows around the cut are folded again, in their order, as one reading of the whole
// would have done (request_fold.c).
//
// Of each part that goes on behind another only what lies within a window and a request's
// longest time of the cut is looked at, so that memory hangs on the traffic of some minutes
// and one pass over the rows does for all cuts.
#include "ingest/rejoin.h"
#include "ingest/request_fold.h"
#include "pm/intern.h"
#include <stdlib.h>
#include <string.h>

#define AROUND_NS (130 * PM_NS_PER_S)
#define ROWS_MOST 50000 // of one log; beyond, its parts stay as they are

// A time around which a log was cut.
struct cut {
    int64_t from_ns, to_ns;
};
// A row around a cut. Those that went into it are a list: indexes + 1 of the first, and of the
// next of the same.
struct kept_row {
    struct pm_row row;
    char *texts;
    size_t first, next;
};
struct cut_log {
    struct pm_str path;
    struct cut *cuts;
    size_t cuts_n, cuts_cap;
    struct kept_row *rows;
    size_t rows_n, rows_cap;
    size_t *put; // by the number that the fold gave it, less one: index of a row
    size_t put_n, put_cap;
};
struct rejoin {
    struct pm_timeline *t;
    struct pm_intern *paths; // of the logs, in their order
    struct cut_log *logs;
    size_t n, cap;
    struct cut_log *at; // that is folded now
};

static void cuts_find(struct rejoin *x, const struct result *m, size_t n) {
    for (size_t i = 1; i < n; i++) {
        if (!m[i].goes_on || m[i].row.from_ns == PM_NO_TIME || m[i - 1].row.to_ns == PM_NO_TIME)
            continue;
        struct cut_log *log = x->n ? &x->logs[x->n - 1] : NULL;
        if (!log || !pm_str_eq(log->path, m[i].path)) {
            log = PM_PUSH(x->logs, x->n, x->cap);
            *log = (struct cut_log){.path = m[i].path};
            pm_intern_id(x->paths, log->path);
        }
        *PM_PUSH(log->cuts, log->cuts_n, log->cuts_cap) =
            (struct cut){m[i].row.from_ns - AROUND_NS, m[i - 1].row.to_ns + AROUND_NS};
    }
}

static int by_from(const void *a, const void *b) {
    const struct cut *x = a, *y = b;
    return (x->from_ns > y->from_ns) - (x->from_ns < y->from_ns);
}
// In order, and none within another.
static void cuts_order(struct cut_log *log) {
    size_t n = 0;
    qsort(log->cuts, log->cuts_n, sizeof *log->cuts, by_from);
    for (size_t i = 0; i < log->cuts_n; i++) {
        const struct cut c = log->cuts[i];
        if (n && c.from_ns <= log->cuts[n - 1].to_ns) {
            if (c.to_ns > log->cuts[n - 1].to_ns) log->cuts[n - 1].to_ns = c.to_ns;
        } else log->cuts[n++] = c;
    }
    log->cuts_n = n;
}
static bool is_at_cut(const struct cut_log *log, int64_t ns) {
    size_t from = 0, to = log->cuts_n; // the first that does not end before
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (log->cuts[middle].to_ns < ns) from = middle + 1;
        else to = middle;
    }
    return from < log->cuts_n && ns >= log->cuts[from].from_ns;
}

static void row_keep(struct cut_log *log, const struct pm_row *row) {
    size_t n = 0, at = 0;
    for (int i = 0; i < PM_F_COUNT; i++) n += row->event.field[i].n;
    struct kept_row *k = PM_PUSH(log->rows, log->rows_n, log->rows_cap);
    *k = (struct kept_row){.row = *row, .texts = pm_xmalloc(n + 1)};
    k->row.raw = PM_NONE;
    for (int i = 0; i < PM_F_COUNT; i++) {
        struct pm_str *s = &k->row.event.field[i];
        if (!s->n) continue;
        memcpy(k->texts + at, s->p, s->n);
        s->p = k->texts + at;
        at += s->n;
    }
}
static bool row_met(void *ctx, const struct pm_row *row) {
    const struct rejoin *x = ctx;
    uint32_t id = pm_intern_find(x->paths, pm_str_c(row->path)); // 0: the empty text
    struct cut_log *log = id > 0 && id <= x->n ? &x->logs[id - 1] : NULL;
    if (log && row->ts_ns != PM_NO_TIME && log->rows_n <= ROWS_MOST && is_at_cut(log, row->ts_ns))
        row_keep(log, row);
    return true;
}

static void rows_read(struct rejoin *x, const struct result *m, size_t n) {
    struct pm_buf where = {0};
    pm_buf_fmt(&where, "kind = %d AND member IN (", PM_KIND_REQUEST);
    for (size_t i = 0, some = 0; i < n; i++) {
        if (!m[i].goes_on && !(i + 1 < n && m[i + 1].goes_on)) continue;
        pm_buf_fmt(&where, "%s%u", some++ ? "," : "", m[i].file);
    }
    pm_buf_lit(&where, ")");
    pm_timeline_each(x->t, where.p, row_met, x);
    pm_buf_free(&where);
}

// ---- folded again

static int by_part_and_line(const void *a, const void *b) {
    const struct pm_row *x = &((const struct kept_row *)a)->row,
                        *y = &((const struct kept_row *)b)->row;
    if (x->part != y->part) return x->part < y->part ? -1 : 1;
    if (x->line != y->line) return x->line < y->line ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}
// One that others went into: it has its last state.
static void row_out(void *ctx, const struct row_held *held) {
    const struct rejoin *x = ctx;
    const struct kept_row *rows = x->at->rows, *k = &rows[x->at->put[held->number - 1]];
    struct pm_row as = k->row;
    uint64_t *ids = NULL;
    size_t n = 0, cap = 0;
    for (size_t i = k->first; i; i = rows[i - 1].next) *PM_PUSH(ids, n, cap) = rows[i - 1].row.id;
    row_sum_put(&held->sum, &as);
    if (n) pm_timeline_join(x->t, &as, k->row.ts_ns, ids, n);
    free(ids);
}

static void log_fold(struct rejoin *x, struct cut_log *log) {
    if (log->rows_n < 2 || log->rows_n > ROWS_MOST) return;
    qsort(log->rows, log->rows_n, sizeof *log->rows, by_part_and_line);
    x->at = log;
    struct pm_request_fold *fold = pm_request_fold_new(row_out, x);
    for (size_t i = 0; i < log->rows_n; i++) {
        *PM_PUSH(log->put, log->put_n, log->put_cap) = i; // it may leave while it is put
        uint64_t into = pm_request_fold_join(fold, &log->rows[i].row);
        if (!into) continue;
        log->put_n--;
        struct kept_row *k = &log->rows[log->put[into - 1]];
        log->rows[i].next = k->first;
        k->first = i + 1;
    }
    pm_request_fold_end(fold);
}

static void log_free(struct cut_log *log) {
    for (size_t i = 0; i < log->rows_n; i++) free(log->rows[i].texts);
    free(log->rows);
    free(log->put);
    free(log->cuts);
}

void ingest_rejoin(struct pm_timeline *t, const struct result *members, size_t n) {
    struct rejoin x = {.t = t, .paths = pm_intern_new()};
    cuts_find(&x, members, n);
    for (size_t i = 0; i < x.n; i++) cuts_order(&x.logs[i]);
    if (x.n) rows_read(&x, members, n);
    for (size_t i = 0; i < x.n; i++) {
        log_fold(&x, &x.logs[i]);
        log_free(&x.logs[i]);
    }
    free(x.logs);
    pm_intern_free(x.paths);
}
