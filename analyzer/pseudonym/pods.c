// Names that controllers made keep their grammar, so that whoever reads them folds pods
// into workloads as before: a hash stays of the hash's letters, random letters stay
// random, an ordinal and the minutes of a cron job stay what they are.
#include "pseudonym/pseudonym.h"
#include "base/sort.h"
#include <stdlib.h>

#define HASH_LETTERS "456789bcdf"
#define RANDOM_LETTERS "2456789bcdfghjklmnpqrstvwxz"
enum { PART_MAX = 10 };

struct rank {
    uint32_t number;
    bool settled;
};
// Parts of one length and one alphabet are numbered among themselves.
struct endings {
    struct pm_intern *parts;
    struct rank *ranks;
    size_t n, cap;
    uint32_t next[2][PART_MAX + 1];
};

struct endings *endings_new(void) {
    struct endings *e = pm_xmalloc(sizeof *e);
    memset(e, 0, sizeof *e);
    e->parts = pm_intern_new();
    return e;
}
void endings_free(struct endings *e) {
    pm_intern_free(e->parts);
    free(e->ranks);
    free(e);
}

static bool of_letters(struct pm_str s, const char *letters) {
    for (size_t i = 0; i < s.n; i++)
        if (!s.p[i] || !strchr(letters, s.p[i])) return false;
    return s.n > 0;
}
static bool is_hash(struct pm_str s) {
    return s.n >= 6 && s.n <= PART_MAX && of_letters(s, HASH_LETTERS);
}
static bool is_random(struct pm_str s) { return s.n == 5 && of_letters(s, RANDOM_LETTERS); }
static bool pods_is_number(struct pm_str s) { return of_letters(s, "0123456789"); }
// An ordinal, or the minutes since 1970 that a cron job's jobs have.
static bool is_counted(struct pm_str s) { return pods_is_number(s) && (s.n < 5 || s.n >= 8); }

static struct pm_str last_part(struct pm_str name) {
    ptrdiff_t dash = pm_str_rchr(name, '-');
    return dash > 0 ? pm_str_from(name, (size_t)dash + 1) : PM_NONE;
}
struct pod pod_split(struct pm_str name) {
    struct pm_str head = name, last = last_part(name);
    if (is_random(last) || is_hash(last) || is_counted(last)) {
        head.n -= last.n + 1;
        struct pm_str middle = is_random(last) ? last_part(head) : PM_NONE;
        if (is_hash(middle) || (pods_is_number(middle) && middle.n >= 8)) head.n -= middle.n + 1;
    }
    return (struct pod){head, pm_str_from(name, head.n)};
}

void endings_add(struct endings *e, struct pm_str tail) {
    for (struct pm_str rest = tail; rest.n > 1;) {
        ptrdiff_t next = pm_str_chr(rest, '-', 1);
        struct pm_str part = pm_str_sub(rest, 1, next < 0 ? rest.n : (size_t)next - 1);
        rest = next < 0 ? PM_NONE : pm_str_from(rest, (size_t)next);
        if (pods_is_number(part) || !(is_random(part) || is_hash(part))) continue;
        uint32_t id = pm_intern_id(e->parts, part);
        while (e->n <= id) (void)PM_PUSH(e->ranks, e->n, e->cap);
    }
}

static int by_text(const void *a, const void *b, void *parts) {
    return pm_str_cmp(pm_intern_str(parts, *(const uint32_t *)a),
                      pm_intern_str(parts, *(const uint32_t *)b));
}
void endings_settle(struct endings *e) {
    uint32_t *fresh = pm_xmalloc((e->n + 1) * sizeof *fresh);
    size_t n = 0;
    for (uint32_t id = 1; id < e->n; id++)
        if (!e->ranks[id].settled) fresh[n++] = id;
    pm_sort(fresh, n, sizeof *fresh, by_text, e->parts);
    for (size_t i = 0; i < n; i++) {
        struct pm_str part = pm_intern_str(e->parts, fresh[i]);
        e->ranks[fresh[i]] = (struct rank){e->next[is_hash(part)][part.n]++, true};
    }
    free(fresh);
}

bool ending_shown(const struct endings *e, struct pm_str part, struct pm_buf *out) {
    uint32_t id = pm_intern_find(e->parts, part);
    if (id == UINT32_MAX || id == 0 || !e->ranks[id].settled) return false;
    const char *letters = is_hash(part) ? HASH_LETTERS : RANDOM_LETTERS;
    uint64_t base = strlen(letters), number = e->ranks[id].number;
    char text[PART_MAX];
    for (size_t i = part.n; i-- > 0; number /= base) text[i] = letters[number % base];
    pm_buf_add(out, (struct pm_str){text, part.n});
    return true;
}
