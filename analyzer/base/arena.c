// Arena, growable buffers, and the one place where running out of memory ends the
// program. See pm/arena.h.
#include "pm/arena.h"
#include "base/unfinished.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#define BLOCK_BYTES (64u << 10)
#define KEEP_BYTES                                                                                 \
    (1u << 20) // what a reset keeps: one long record must not pin its peak for the rest of the run

struct block {
    struct block *next;
    size_t cap;
    max_align_t data[];
};
struct pm_arena {
    struct block *first, *current;
    size_t used;
};

void pm_die_oom(void) {
    pm_unfinished_end("pullmortem: out of memory\n"); // no core: it would hold what the logs hold
}

// The judge's arrays double. Within the heap each leaves a hole of half its size, into which
// only smaller ones fit; glibc would put them there once memory of that size was freed, and
// keep twice as much of what is free at the heap's end.
enum { LARGE_BYTES = 8 << 20, FREE_BYTES = 1 << 20 };
void pm_memory_begin(void) {
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
    mallopt(M_TRIM_THRESHOLD, FREE_BYTES);
#endif
}

void pm_memory_trim(void) {
#ifdef __GLIBC__ // others give back what they can by themselves
    malloc_trim(0);
#endif
}

void *pm_xmalloc(size_t n) {
    void *p = malloc(n ? n : 1);
    if (!p) pm_die_oom();
    return p;
}

void *pm_xrealloc(void *p, size_t n) {
    void *q = realloc(p, n ? n : 1);
    if (!q) pm_die_oom();
    return q;
}

char *pm_xstrdup(const char *s) {
    size_t n = strlen(s) + 1;
    return memcpy(pm_xmalloc(n), s, n);
}

static struct block *block_new(size_t need) {
    size_t cap = need > BLOCK_BYTES ? need : BLOCK_BYTES;
    struct block *b = pm_xmalloc(sizeof *b + cap);
    b->next = NULL;
    b->cap = cap;
    return b;
}

struct pm_arena *pm_arena_new(void) {
    struct pm_arena *a = pm_xmalloc(sizeof *a);
    a->first = a->current = block_new(0);
    a->used = 0;
    return a;
}

static void blocks_free(struct block *b) {
    while (b) {
        struct block *next = b->next;
        free(b);
        b = next;
    }
}

void pm_arena_free(struct pm_arena *a) {
    if (!a) return;
    blocks_free(a->first);
    free(a);
}

void pm_arena_reset(struct pm_arena *a) {
    size_t kept = a->first->cap;
    struct block *b = a->first;
    while (b->next && kept + b->next->cap <= KEEP_BYTES) {
        b = b->next;
        kept += b->cap;
    }
    blocks_free(b->next);
    b->next = NULL;
    if (a->first->cap > KEEP_BYTES) {
        free(a->first);
        a->first = block_new(0);
    }
    a->current = a->first;
    a->used = 0;
}

void *pm_arena_room(struct pm_arena *a, size_t n) {
    size_t align = sizeof(max_align_t);
    if (n > SIZE_MAX - align) pm_die_oom();
    n = (n + align - 1) / align * align;
    if (n > a->current->cap - a->used) {
        struct block *next = a->current->next;
        if (!next ||
            n > next->cap) { // a kept block that is too small stays in line behind the new one
            struct block *b = block_new(n);
            b->next = next;
            a->current->next = b;
            next = b;
        }
        a->current = next;
        a->used = 0;
    }
    void *p = (char *)a->current->data + a->used;
    a->used += n;
    return p;
}

void *pm_arena_alloc(struct pm_arena *a, size_t n) {
    return memset(pm_arena_room(a, n ? n : 1), 0, n ? n : 1);
}

struct pm_str pm_arena_dup(struct pm_arena *a, struct pm_str s) {
    char *p = pm_arena_room(a, s.n + 1);
    if (s.n) memcpy(p, s.p, s.n);
    p[s.n] = 0;
    return (struct pm_str){p, s.n};
}

const char *pm_arena_cstr(struct pm_arena *a, struct pm_str s) { return pm_arena_dup(a, s).p; }

struct pm_str pm_arena_fmt(struct pm_arena *a, const char *fmt, ...) {
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0) n = 0;
    char *p = pm_arena_room(a, (size_t)n + 1);
    vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return (struct pm_str){p, (size_t)n};
}

struct pm_str pm_arena_join(struct pm_arena *a, struct pm_str x, struct pm_str y) {
    char *p = pm_arena_room(a, x.n + y.n + 1);
    if (x.n) memcpy(p, x.p, x.n);
    if (y.n) memcpy(p + x.n, y.p, y.n);
    p[x.n + y.n] = 0;
    return (struct pm_str){p, x.n + y.n};
}

static void buf_room(struct pm_buf *b, size_t more) {
    if (more > SIZE_MAX / 2 - b->n - 1) pm_die_oom();
    size_t need = b->n + more + 1;
    if (need <= b->cap) return;
    size_t cap = b->cap ? b->cap : 256;
    while (cap < need) cap *= 2;
    b->p = pm_xrealloc(b->p, cap);
    b->cap = cap;
}

char *pm_buf_room(struct pm_buf *b, size_t more) {
    buf_room(b, more);
    return b->p + b->n;
}

void pm_buf_add(struct pm_buf *b, struct pm_str s) {
    buf_room(b, s.n);
    if (s.n) memcpy(b->p + b->n, s.p, s.n);
    b->n += s.n;
    b->p[b->n] = 0;
}

void pm_buf_addc(struct pm_buf *b, char c) { pm_buf_add(b, (struct pm_str){&c, 1}); }

void pm_buf_fmt(struct pm_buf *b, const char *fmt, ...) {
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n > 0) {
        buf_room(b, (size_t)n);
        vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
        b->n += (size_t)n;
    }
    va_end(again);
}

void pm_buf_u64(struct pm_buf *b, uint64_t n) {
    char text[20], *p = text + sizeof text;
    do {
        *--p = (char)('0' + n % 10);
        n /= 10;
    } while (n);
    pm_buf_add(b, (struct pm_str){p, (size_t)(text + sizeof text - p)});
}

void pm_buf_clear(struct pm_buf *b) {
    b->n = 0;
    if (b->p) b->p[0] = 0;
}

void pm_buf_free(struct pm_buf *b) {
    free(b->p);
    *b = (struct pm_buf){0};
}

void *pm_grow(void *items, size_t *cap, size_t item_bytes) {
    size_t next = *cap ? *cap * 2 : 8;
    if (next > SIZE_MAX / item_bytes) pm_die_oom();
    *cap = next;
    return pm_xrealloc(items, next * item_bytes);
}
