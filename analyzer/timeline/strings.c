// Interned texts: a text is written to `string` when it is first seen, and is its intern
// number from then on.
//
// Memory is bounded by distinct texts, and those by a budget: past it, new texts still
// get a row and a number, but are forgotten at once ("loose", numbers from 2^31), so that
// a hostile log of ever new texts costs disk and not memory.
#include "timeline/packed.h"
#include <stdlib.h>

#define STRINGS_BUDGET_BYTES (UINT64_C(96) << 20)
#define STRING_OVERHEAD_BYTES 64 // of the table, a text

void timeline_string_insert(struct pm_timeline *t, uint32_t id, struct pm_str s) {
    sqlite3_stmt *w = timeline_stmt(t, t->judgement_aside ? ST_STRING_ASIDE : ST_STRING);
    if (!w) return;
    sqlite3_bind_int64(w, 1, id);
    bind_str(w, 2, s);
    timeline_run(t, w);
}
static void string_write(struct pm_timeline *t, uint32_t id, struct pm_str s) {
    if (t->packed) timeline_packed_string_add(t, id, s);
    else timeline_string_insert(t, id, s);
}

uint32_t timeline_string_loose(struct pm_timeline *t, struct pm_str s) {
    if (t->loose_next == UINT32_MAX)
        return 0; // two thousand million loose texts: the file is past any use
    string_write(t, t->loose_next, s);
    return t->loose_next++;
}

uint32_t timeline_string(struct pm_timeline *t, struct pm_str s) {
    if (!s.n) return 0;
    timeline_strings_load(t);
    if (t->strings_bytes > STRINGS_BUDGET_BYTES) {
        uint32_t known = pm_intern_find(t->strings, s);
        return known != UINT32_MAX ? known : timeline_string_loose(t, s);
    }
    uint32_t id = pm_intern_id(t->strings, s);
    if (id < t->strings_written) return id;
    t->strings_written = id + 1;
    t->strings_bytes += s.n + STRING_OVERHEAD_BYTES;
    if (!t->strings_held) string_write(t, id, s);
    return id;
}

void timeline_strings_hold(struct pm_timeline *t) {
    timeline_strings_load(t);
    t->strings_held = true;
    t->strings_from = t->strings_written;
}

void timeline_strings_release(struct pm_timeline *t) {
    sqlite3_stmt *group = t->packed ? NULL : timeline_stmt(t, ST_STRINGS);
    uint32_t id = t->strings_from;
    t->strings_held = false;
    for (; group && t->strings_written - id >= GROUP_ROWS; id += GROUP_ROWS) {
        for (int i = 0; i < GROUP_ROWS; i++) {
            sqlite3_bind_int64(group, 2 * i + 1, id + (uint32_t)i);
            bind_str(group, 2 * i + 2, pm_intern_str(t->strings, id + (uint32_t)i));
        }
        timeline_run(t, group);
    }
    for (; id < t->strings_written; id++) string_write(t, id, pm_intern_str(t->strings, id));
}

struct pm_str timeline_column(sqlite3_stmt *s, int column) {
    const char *p = (const char *)sqlite3_column_text(s, column);
    return (struct pm_str){p, p ? (size_t)sqlite3_column_bytes(s, column) : 0};
}
// A member's path ends at a NUL, which no path holds: only a file of others brings one, or
// none at all.
struct pm_str timeline_path_column(sqlite3_stmt *s, int column) {
    return pm_str_c((const char *)sqlite3_column_text(s, column));
}

static const char all_sql[] = "SELECT id,text FROM main.string WHERE id<2147483648 ORDER BY id";
static void texts_are_damaged(struct pm_timeline *t) {
    if (!t->error.n) pm_buf_lit(&t->error, "the table of texts is damaged");
}

// A file's texts become the intern table again: rows are in order of id and without gaps,
// or the file is damaged.
void timeline_strings_load(struct pm_timeline *t) {
    if (t->strings_loaded) return;
    t->strings_loaded = true;
    sqlite3_stmt *s = NULL;
    if (!timeline_check(t, sqlite3_prepare_v2(t->db, all_sql, -1, &s, NULL))) return;
    int rc;
    while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
        struct pm_str text = timeline_column(s, 1);
        uint32_t id = pm_intern_id(t->strings, text);
        if (id != sqlite3_column_int64(s, 0)) {
            texts_are_damaged(t);
            break;
        }
        t->strings_bytes += text.n + STRING_OVERHEAD_BYTES;
    }
    timeline_check(t, rc);
    sqlite3_finalize(s);
    t->strings_written = pm_intern_count(t->strings);
    t->loose_next = (uint32_t)timeline_number(t, "SELECT max(max(id)+1, 2147483648) FROM string",
                                              INT64_C(2147483648));
}

// ---- for who only reads
//
// A walk over all rows asks for a text by its number, and for no number by its text. So it
// has them without the table that finds them, and lets them go when it has ended: a file of
// half a million texts would take a hundred megabytes for as long as its rows are judged.

enum { TEXTS_BLOCK_BYTES = 256 << 10, TEXTS_FIRST_MAX = 1 << 22 };

static const char *text_keep(struct texts *x, struct pm_str text) {
    if (text.n + 1 > x->left) {
        x->left = text.n + 1 > TEXTS_BLOCK_BYTES ? text.n + 1 : TEXTS_BLOCK_BYTES;
        x->room = pm_arena_room(x->arena, x->left);
    }
    char *p = memcpy(x->room, text.p, text.n);
    p[text.n] = 0;
    x->room += text.n + 1;
    x->left -= text.n + 1;
    return p;
}

static void texts_begin(struct texts *x, int64_t last) {
    x->arena = pm_arena_new();
    x->cap = last >= 0 && last < TEXTS_FIRST_MAX ? (size_t)last + 1 : TEXTS_FIRST_MAX;
    x->items = pm_xmalloc(x->cap * sizeof *x->items);
    *PM_PUSH(x->items, x->n, x->cap) = PM_NONE;
}
static bool packed_texts_load(struct pm_timeline *t, struct texts *x) {
    const int64_t n = timeline_packed_strings(t->packed);
    texts_begin(x, n);
    for (int64_t id = 1; id <= n && !t->error.n; id++) {
        const struct pm_str text = timeline_packed_string(t, id);
        if (text.n) *PM_PUSH(x->items, x->n, x->cap) = (struct pm_str){text_keep(x, text), text.n};
    }
    if ((int64_t)x->n != n + 1) texts_are_damaged(t);
    return true;
}
bool timeline_texts_load(struct pm_timeline *t) {
    struct texts *x = &t->texts;
    sqlite3_stmt *s = NULL;
    if (t->strings_loaded || x->n) return false;
    if (t->packed) return packed_texts_load(t, x);
    if (!timeline_check(t, sqlite3_prepare_v2(t->db, all_sql, -1, &s, NULL))) return false;
    texts_begin(
        x, timeline_number(t, "SELECT coalesce(max(id), 0) FROM string WHERE id<2147483648", 0));
    int rc;
    while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
        struct pm_str text = timeline_column(s, 1);
        if (!text.n || sqlite3_column_int64(s, 0) != (int64_t)x->n) {
            texts_are_damaged(t);
            break;
        }
        *PM_PUSH(x->items, x->n, x->cap) = (struct pm_str){text_keep(x, text), text.n};
    }
    timeline_check(t, rc);
    sqlite3_finalize(s);
    return true;
}
void timeline_texts_free(struct pm_timeline *t) {
    pm_arena_free(t->texts.arena);
    free(t->texts.items);
    t->texts = (struct texts){0};
}

struct pm_str timeline_string_get(struct pm_timeline *t, uint32_t id, uint32_t *number) {
    *number = id;
    if (id == 0) return PM_NONE;
    if (id < t->texts.n) return t->texts.items[id];
    if (id < pm_intern_count(t->strings)) return pm_intern_str(t->strings, id);
    *number = 0;
    if (t->packed) return pm_arena_dup(t->row_arena, timeline_packed_string(t, id));
    sqlite3_stmt *s = timeline_stmt(t, ST_STRING_GET);
    if (!s) return PM_NONE;
    sqlite3_bind_int64(s, 1, id);
    struct pm_str text = PM_NONE;
    int rc = sqlite3_step(s);
    if (timeline_check(t, rc) && rc == SQLITE_ROW)
        text = pm_arena_dup(t->row_arena, timeline_column(s, 0));
    sqlite3_reset(s);
    return text;
}

void timeline_strings_forget(struct pm_timeline *t) {
    pm_intern_free(t->strings);
    t->strings = pm_intern_new();
    t->strings_written = pm_intern_id(t->strings, PM_NONE) + 1;
    t->strings_bytes = 0;
    t->strings_loaded = false;
    memset(t->last, 0, sizeof t->last);
    free(t->urls);
    t->urls = NULL;
}
