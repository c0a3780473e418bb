// Bump allocator. Level 1.
//
// Ownership: everything an arena hands out dies with pm_arena_reset or pm_arena_free, and
// not before. Three lifetimes exist: the run's arena (rules, the report), a member's, and
// a record's (reset after each record). Parsers never malloc or free. Running out of
// memory aborts in one place (pm_die_oom), so no caller checks for NULL.
#pragma once
#include "pm/str.h"

struct pm_arena;
struct pm_arena *pm_arena_new(void);
void pm_arena_free(struct pm_arena *a);
void pm_arena_reset(struct pm_arena *a); // keeps its memory for the next use, up to a bound
void *pm_arena_alloc(struct pm_arena *a, size_t n); // zeroed, aligned for any type; n may be 0
void *pm_arena_room(struct pm_arena *a, size_t n);  // the same, and whatever stood there before
// the copy is followed by a NUL (not counted)
struct pm_str pm_arena_dup(struct pm_arena *a, struct pm_str s);
const char *pm_arena_cstr(struct pm_arena *a, struct pm_str s);
struct pm_str pm_arena_fmt(struct pm_arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3), nonnull(2)));
struct pm_str pm_arena_join(struct pm_arena *a, struct pm_str x, struct pm_str y);

#define PM_NEW(a, T) ((T *)pm_arena_alloc((a), sizeof(T)))
#define PM_NEWN(a, T, n) ((T *)pm_arena_alloc((a), sizeof(T) * (size_t)(n)))

_Noreturn void pm_die_oom(void);
// At a program's start: what grows large is memory of its own, which grows in place and
// leaves no hole behind.
void pm_memory_begin(void);
void *pm_xmalloc(size_t n);
// Freed memory goes back to the system, where the C library keeps it for each thread: between
// two phases, the second of which could not use what the threads of the first left.
void pm_memory_trim(void);
void *pm_xrealloc(void *p, size_t n);
char *pm_xstrdup(const char *s);

// Growable byte buffer, heap-backed. A zeroed struct is an empty buffer; p is
// NUL-terminated whenever n > 0.
struct pm_buf {
    char *p;
    size_t n, cap;
};
// Room for that many bytes behind what is there; who writes there counts them to n.
char *pm_buf_room(struct pm_buf *b, size_t more);
void pm_buf_add(struct pm_buf *b, struct pm_str s);
void pm_buf_addc(struct pm_buf *b, char c);
void pm_buf_fmt(struct pm_buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3), nonnull(2)));
void pm_buf_u64(struct pm_buf *b, uint64_t n); // decimal; printf costs ten times as much
void pm_buf_clear(struct pm_buf *b);           // keeps its memory
void pm_buf_free(struct pm_buf *b);
static inline struct pm_str pm_buf_str(const struct pm_buf *b) {
    return (struct pm_str){b->p, b->n};
}
static inline void pm_buf_lit(struct pm_buf *b, const char *s) { pm_buf_add(b, pm_str_c(s)); }

// Growable arrays: PM_PUSH(v.items, v.n, v.cap) is a pointer to a new zeroed last item.
// Freed with free().
#define PM_PUSH(items, n, cap)                                                                     \
    ((n) == (cap) ? ((items) = pm_grow((items), &(cap), sizeof *(items))) : (items), (n)++,        \
     memset(&(items)[(n)-1], 0, sizeof *(items)), &(items)[(n)-1])
void *pm_grow(void *items, size_t *cap, size_t item_bytes);
