// Diagnostics, counted by (member, code, message). See pm/diag.h.
#include "pm/diag.h"
#include "pm/arena.h"
#include "pm/intern.h"
#include <Judy.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define PER_MEMBER_MAX 50 // different ones; a hostile member must not fill memory with its mistakes

struct pm_diags {
    pthread_mutex_t lock;
    struct pm_arena *a;
    struct pm_intern *paths;
    Pvoid_t index;      // JudyHS: path id, code, message → position + 1
    Pvoid_t per_member; // JudyL: path id → number of different ones
    struct pm_diag *items;
    size_t n, cap;
    bool sorted, lost;
};

struct pm_diags *pm_diags_new(void) {
    struct pm_diags *d = pm_xmalloc(sizeof *d);
    *d = (struct pm_diags){.a = pm_arena_new(), .paths = pm_intern_new(), .sorted = true};
    pthread_mutex_init(&d->lock, NULL);
    return d;
}

void pm_diags_free(struct pm_diags *d) {
    if (!d) return;
    Word_t bytes;
    JHSFA(bytes, d->index);
    JLFA(bytes, d->per_member);
    (void)bytes;
    pm_intern_free(d->paths);
    pm_arena_free(d->a);
    free(d->items);
    pthread_mutex_destroy(&d->lock);
    free(d);
}

static PWord_t slot_of(struct pm_diags *d, uint32_t path, const char *code, const char *message) {
    struct pm_buf key = {0};
    pm_buf_fmt(&key, "%u %s %s", path, code, message);
    PWord_t slot;
    JHSI(slot, d->index, key.p, key.n);
    if (slot == PJERR) pm_die_oom();
    pm_buf_free(&key);
    return slot;
}

static void count_one(struct pm_diags *d, struct pm_str path, uint64_t line, const char *code,
                      const char *message) {
    uint32_t id = pm_intern_id(d->paths, path);
    PWord_t of_member;
    JLI(of_member, d->per_member, id);
    if (of_member == PJERR) pm_die_oom();
    PWord_t slot = slot_of(d, id, code, message);
    if (*slot == 0 && *of_member >= PER_MEMBER_MAX) {
        Word_t rc;
        struct pm_buf key = {0};
        pm_buf_fmt(&key, "%u %s %s", id, code, message);
        JHSD(rc, d->index, key.p, key.n);
        (void)rc;
        pm_buf_free(&key);
        code = "more-diagnostics";
        message = "further kinds of trouble in this file are counted here";
        slot = slot_of(d, id, code, message);
    }
    if (*slot) {
        struct pm_diag *known = &d->items[*slot - 1];
        known->count++;
        if (line && line < known->line) known->line = line; // workers may meet pieces in any order
        return;
    }
    ++*of_member;
    struct pm_diag *item = PM_PUSH(d->items, d->n, d->cap);
    *item = (struct pm_diag){.path = pm_intern_str(d->paths, id),
                             .code = pm_arena_dup(d->a, pm_str_c(code)),
                             .message = pm_arena_dup(d->a, pm_str_c(message)),
                             .line = line,
                             .count = 1};
    *slot = d->n;
}

void pm_diags_add(struct pm_diags *d, struct pm_str path, uint64_t line, const char *code,
                  const char *fmt, ...) {
    if (!d) return;
    char message[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(message, sizeof message, fmt, ap);
    va_end(ap);
    pthread_mutex_lock(&d->lock);
    if (d->n && d->sorted) { // positions moved: look them up anew
        Word_t bytes;
        JHSFA(bytes, d->index);
        (void)bytes;
        for (size_t i = 0; i < d->n; i++) {
            PWord_t slot = slot_of(d, pm_intern_id(d->paths, d->items[i].path), d->items[i].code.p,
                                   d->items[i].message.p);
            *slot = i + 1;
        }
    }
    d->sorted = false;
    d->lost |= pm_diag_is_loss(pm_str_c(code));
    count_one(d, path, line, code, message);
    pthread_mutex_unlock(&d->lock);
}

bool pm_diags_lost(struct pm_diags *d) {
    if (!d) return false;
    pthread_mutex_lock(&d->lock);
    bool lost = d->lost;
    pthread_mutex_unlock(&d->lock);
    return lost;
}

size_t pm_diags_count(const struct pm_diags *d) { return d ? d->n : 0; }

static int by_place(const void *x, const void *y) {
    const struct pm_diag *a = x, *b = y;
    int c = pm_str_cmp(a->path, b->path);
    if (!c) c = (a->line > b->line) - (a->line < b->line);
    if (!c) c = pm_str_cmp(a->code, b->code);
    return c ? c : pm_str_cmp(a->message, b->message);
}

struct pm_diag pm_diags_at(struct pm_diags *d, size_t i) {
    pthread_mutex_lock(&d->lock);
    if (!d->sorted) qsort(d->items, d->n, sizeof *d->items, by_place);
    d->sorted = true;
    struct pm_diag item = d->items[i];
    pthread_mutex_unlock(&d->lock);
    return item;
}

void pm_diags_rewrite(struct pm_diags *d, pm_diag_text *text, void *ctx) {
    for (size_t i = 0; i < pm_diags_count(d); i++) {
        if (i == 0) pm_diags_at(d, 0); // puts them in order
        struct pm_diag *item = &d->items[i];
        struct pm_str path = text(ctx, item->path), message = text(ctx, item->message);
        if (path.p != item->path.p) item->path = pm_arena_dup(d->a, path);
        if (message.p != item->message.p) item->message = pm_arena_dup(d->a, message);
    }
}
