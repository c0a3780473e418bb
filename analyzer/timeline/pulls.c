// The rows of the view `pulls` in the order of their ids, cell by cell as the view has them,
// without what SQL costs for each: eleven look-ups of texts, two dates, seven joined texts a
// row. A row of which anything is not as this program writes it is read by the view itself.
#include "timeline/store.h"
#include "pm/when.h"
#include <stdio.h>
#include <stdlib.h>

enum kind { NUMBER, TEXT, TIME, MILLISECONDS, OUTCOME, STAGE, SOURCES, PODS };
static const struct {
    const char *name, *from; // of the view, of the table
    enum kind kind;
} columns[] = {
    {"id", "id", NUMBER},
    {"node", "node", TEXT},
    {"image", "image", TEXT},
    {"registry", "registry", TEXT},
    {"repository", "repository", TEXT},
    {"tag", "tag", TEXT},
    {"digest", "digest", TEXT},
    {"started", "started_ns", TIME},
    {"ended", "ended_ns", TIME},
    {"outcome", "outcome", OUTCOME},
    {"cause", "cause", TEXT},
    {"status", "status", NUMBER},
    {"stage", "stage", STAGE},
    {"duration_ms", "duration_ns", MILLISECONDS},
    {"bytes", "bytes", NUMBER},
    {"pods", "pods", PODS},
    {"sources", "sources", SOURCES},
    {"incident", "incident", NUMBER},
    {"client", "client", TEXT},
    {"user", "user", TEXT},
    {"namespace", "namespace", TEXT},
    {"rule", "rule", TEXT},
    {"error", "error", TEXT},
    {"started_ns", "started_ns", NUMBER},
    {"ended_ns", "ended_ns", NUMBER},
    {"waiting_ms", "waiting_ns", MILLISECONDS},
    {"reconstructed", "reconstructed", NUMBER},
    {"requests", "requests", NUMBER},
    {"evidence", "evidence", NUMBER},
};
static const char *const source_words[] = {"+runtime", "+kubelet",  "+events",
                                           "+pod",     "+registry", "+client"};
enum { COLUMNS = PM_LEN(columns), TEXTS_KEPT = 2048, TEXT_KEPT_BYTES = 512, WORDS = 32 };
enum { DAY_S = 86400, MS_NS = 1000000 };

// Texts by the last bits of their number, each column its own, so that no text of a row
// pushes out another one of the same row.
struct text_kept {
    uint32_t id;
    struct pm_buf text;
};
struct reading {
    struct pm_timeline *t;
    sqlite3_stmt *rows, *text, *view;
    struct text_kept *texts[COLUMNS];
    struct pm_str words[SOURCES][WORDS]; // OUTCOME's and STAGE's by their numbers; empty: none
    bool words_odd;                      // not all are as we write them
    struct pm_str sources[1 << PM_LEN(source_words)];
    struct pm_arena *a, *row;
    int64_t day; // of `date`
    char date[16];
    const char *names[COLUMNS];
    struct pm_cell cells[COLUMNS];
};

static bool text_of(struct reading *x, size_t column, int64_t id, struct pm_cell *out) {
    if (id <= 0 || id > UINT32_MAX) return false;
    if (!x->texts[column]) x->texts[column] = PM_NEWN(x->a, struct text_kept, TEXTS_KEPT);
    struct text_kept *kept = &x->texts[column][id % TEXTS_KEPT];
    out->type = 't';
    out->text_id = (uint32_t)id;
    out->text = pm_buf_str(&kept->text);
    if (kept->id == (uint32_t)id) return true;
    sqlite3_reset(x->text);
    sqlite3_bind_int64(x->text, 1, id);
    if (sqlite3_step(x->text) != SQLITE_ROW || sqlite3_column_type(x->text, 0) != SQLITE_TEXT)
        return false;
    struct pm_str text = timeline_column(x->text, 0);
    if (pm_str_chr(text, 0, 0) >= 0) return false;
    if (text.n > TEXT_KEPT_BYTES) {
        out->text = pm_arena_dup(x->row, text);
        return true;
    }
    pm_buf_clear(&kept->text);
    pm_buf_add(&kept->text, text);
    kept->id = (uint32_t)id;
    out->text = pm_buf_str(&kept->text);
    return true;
}

static void two_digits(char *at, int64_t n) {
    at[0] = (char)('0' + n / 10);
    at[1] = (char)('0' + n % 10);
}
static bool time_of(struct reading *x, int64_t ns, struct pm_cell *out) {
    int64_t s = ns / PM_NS_PER_S, day = s / DAY_S, of_day = s % DAY_S, ms = ns / MS_NS % 1000;
    if (ns < 0) return false;
    if (day != x->day) {
        char stamp[32];
        pm_when_format(day * DAY_S * PM_NS_PER_S, stamp);
        memcpy(x->date, stamp, 11); // 2026-04-12T
        x->day = day;
    }
    char *p = pm_arena_room(x->row, 24);
    memcpy(p, x->date, 11);
    two_digits(p + 11, of_day / 3600);
    p[13] = ':';
    two_digits(p + 14, of_day / 60 % 60);
    p[16] = ':';
    two_digits(p + 17, of_day % 60);
    p[19] = '.';
    p[20] = (char)('0' + ms / 100);
    two_digits(p + 21, ms % 100);
    p[23] = 'Z';
    *out = (struct pm_cell){'t', 0, {p, 24}};
    return true;
}

static struct pm_str digits_of(struct reading *x, int64_t n) {
    char *room = pm_arena_room(x->row, 24), *end = room + 24, *p = end;
    uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    do *--p = (char)('0' + rest % 10);
    while (rest /= 10);
    if (n < 0) *--p = '-';
    return (struct pm_str){p, (size_t)(end - p)};
}
// A double holds fifteen digits exactly, so that what is written of ns / 1e6 is ns with a
// point in it; more digits, and so little that SQLite writes an exponent, are left to SQLite.
static struct pm_str milliseconds_of(struct reading *x, int64_t ns) {
    if (ns < MS_NS || ns >= INT64_C(1000000000000000)) {
        char *p = pm_arena_room(x->row, 40);
        sqlite3_snprintf(40, p, "%!.15g", (double)ns / 1e6);
        return pm_str_c(p);
    }
    struct pm_str whole = digits_of(x, ns / MS_NS);
    int64_t rest = ns % MS_NS;
    char *p = pm_arena_room(x->row, whole.n + 8);
    size_t n = whole.n + 7;
    memcpy(p, whole.p, whole.n);
    p[whole.n] = '.';
    for (size_t i = n; i-- > whole.n + 1; rest /= 10) p[i] = (char)('0' + rest % 10);
    while (n > whole.n + 2 && p[n - 1] == '0') n--;
    return (struct pm_str){p, n};
}

static bool word_of(const struct reading *x, enum kind kind, int64_t id, struct pm_cell *out) {
    if (x->words_odd || id < 0 || id >= WORDS) return false;
    struct pm_str word = x->words[kind][id];
    if (word.n) *out = (struct pm_cell){'t', 0, word};
    return true;
}
static void source_words_of(const struct reading *x, int64_t bits, struct pm_cell *out) {
    struct pm_str s = x->sources[(uint64_t)bits % PM_LEN(x->sources)];
    *out = s.n ? (struct pm_cell){'t', 0, s} : (struct pm_cell){.type = 'n'};
}
static bool pods_of(sqlite3_stmt *s, int i, struct pm_cell *out) {
    struct pm_str text = timeline_column(s, i);
    *out = (struct pm_cell){'t', 0, text};
    return pm_str_chr(text, 0, 0) < 0;
}

// False: not as we write it.
static bool cell_of(struct reading *x, int i) {
    struct pm_cell *out = &x->cells[i];
    int type = sqlite3_column_type(x->rows, i);
    enum kind kind = columns[i].kind;
    *out = (struct pm_cell){.type = 'n'};
    if (type == SQLITE_NULL) return kind != SOURCES;
    if (type != (kind == PODS ? SQLITE_TEXT : SQLITE_INTEGER)) return false;
    int64_t n = sqlite3_column_int64(x->rows, i);
    switch (kind) {
    case NUMBER: *out = (struct pm_cell){'i', 0, digits_of(x, n)}; return true;
    case TEXT: return text_of(x, (size_t)i, n, out);
    case TIME: return time_of(x, n, out);
    case MILLISECONDS: *out = (struct pm_cell){'f', 0, milliseconds_of(x, n)}; return true;
    case OUTCOME:
    case STAGE: return word_of(x, kind, n, out);
    case SOURCES: source_words_of(x, n, out); return true;
    case PODS: return pods_of(x->rows, i, out);
    }
    return false;
}
static bool row_plain(struct reading *x) {
    for (int i = 0; i < COLUMNS; i++)
        if (!cell_of(x, i)) return false;
    return true;
}
static bool row_by_view(struct reading *x) {
    sqlite3_reset(x->view);
    sqlite3_bind_int64(x->view, 1, sqlite3_column_int64(x->rows, 0));
    if (sqlite3_step(x->view) != SQLITE_ROW) return false;
    for (int i = 0; i < COLUMNS; i++) {
        char type = timeline_type_letter(sqlite3_column_type(x->view, i)); // before it is a text
        x->cells[i] = (struct pm_cell){type, 0, pm_str_c(timeline_cell_text(x->view, i, x->row))};
    }
    return true;
}

static void words_read(struct reading *x, enum kind kind, const char *list) {
    sqlite3_stmt *s = NULL;
    sqlite3_prepare_v2(x->t->db, "SELECT id, text FROM word WHERE list = ?", -1, &s, NULL);
    sqlite3_bind_text(s, 1, list, -1, SQLITE_STATIC);
    int rc;
    while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
        int64_t id = sqlite3_column_int64(s, 0);
        bool of_text = sqlite3_column_type(s, 1) == SQLITE_TEXT;
        struct pm_str text = timeline_column(s, 1);
        bool plain = of_text && text.n && pm_str_chr(text, 0, 0) < 0 && id >= 0 && id < WORDS;
        if (plain) x->words[kind][id] = pm_arena_dup(x->a, text);
        else x->words_odd = true;
    }
    if (rc != SQLITE_DONE) x->words_odd = true; // the view tells of the damage
    sqlite3_finalize(s);
}
static void sources_name(struct reading *x) {
    for (size_t bits = 0; bits < PM_LEN(x->sources); bits++) {
        struct pm_str all = PM_NONE;
        for (size_t i = 0; i < PM_LEN(source_words); i++)
            if (bits >> i & 1) all = pm_arena_join(x->a, all, pm_str_c(source_words[i]));
        x->sources[bits] = pm_str_from(all, 1);
    }
}
static int statements_prepare(struct reading *x) {
    static const char view[] = "SELECT * FROM pulls WHERE id = ?",
                      text[] = "SELECT text FROM string WHERE id = ?";
    struct pm_buf rows = {0};
    for (size_t i = 0; i < COLUMNS; i++)
        pm_buf_fmt(&rows, "%s p.%s", i ? "," : "SELECT", columns[i].from);
    pm_buf_lit(&rows, " FROM pull p ORDER BY p.id");
    int rc = sqlite3_prepare_v2(x->t->db, rows.p, -1, &x->rows, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_prepare_v2(x->t->db, view, -1, &x->view, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_prepare_v2(x->t->db, text, -1, &x->text, NULL);
    pm_buf_free(&rows);
    return rc;
}
static void reading_end(struct reading *x) {
    for (size_t i = 0; i < COLUMNS; i++)
        for (size_t k = 0; x->texts[i] && k < TEXTS_KEPT; k++) pm_buf_free(&x->texts[i][k].text);
    sqlite3_finalize(x->rows);
    sqlite3_finalize(x->view);
    sqlite3_finalize(x->text);
    pm_arena_free(x->row);
    pm_arena_free(x->a);
    free(x);
}

bool pm_timeline_pulls(struct pm_timeline *t, pm_cells_cb *cb, void *ctx) {
    struct reading *x = pm_xmalloc(sizeof *x);
    *x = (struct reading){.t = t, .a = pm_arena_new(), .row = pm_arena_new(), .day = -1};
    for (size_t i = 0; i < COLUMNS; i++) x->names[i] = columns[i].name;
    words_read(x, OUTCOME, "outcome");
    words_read(x, STAGE, "stage");
    sources_name(x);
    int rc = statements_prepare(x);
    if (rc == SQLITE_OK) rc = SQLITE_ROW;
    while (rc == SQLITE_ROW && (rc = sqlite3_step(x->rows)) == SQLITE_ROW) {
        pm_arena_reset(x->row);
        if (!row_plain(x) && !row_by_view(x)) rc = sqlite3_errcode(t->db);
        else if (!cb(ctx, COLUMNS, x->names, x->cells)) rc = SQLITE_DONE;
    }
    reading_end(x);
    if (rc != SQLITE_DONE) timeline_check(t, rc);
    return rc == SQLITE_DONE;
}
