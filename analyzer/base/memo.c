// Memos. See memo.h.
//
// Texts and what is kept of them stand one behind the other in one ring of bytes; a table
// of places by hash says where. A place whose bytes were written over since is empty.
#include "base/memo.h"
#include "pm/arena.h"
#include <stdlib.h>

struct place {
    uint64_t hash, at; // at: bytes written before it, and one; 0: empty
    uint32_t text_n;
};
struct pm_memo {
    char *ring;
    size_t cap;
    uint64_t written; // bytes so far, over all rounds
    size_t mask;
    struct place place[];
};

static size_t aligned(size_t n) {
    const size_t align = sizeof(max_align_t);
    return (n + align - 1) / align * align;
}

struct pm_memo *pm_memo_new(size_t places, size_t bytes) {
    struct pm_memo *m = calloc(1, sizeof *m + places * sizeof m->place[0]);
    if (!m) pm_die_oom();
    m->cap = aligned(bytes);
    m->ring = pm_xmalloc(m->cap);
    m->mask = places - 1;
    return m;
}

void pm_memo_free(struct pm_memo *m) {
    if (m) free(m->ring);
    free(m);
}

static bool is_kept(const struct pm_memo *m, const struct place *p) {
    return p->at && p->at - 1 + m->cap >= m->written;
}
static char *bytes_of(const struct pm_memo *m, const struct place *p) {
    return m->ring + (p->at - 1) % m->cap;
}

// A text has two places.
const void *pm_memo_find(const struct pm_memo *m, struct pm_str text, uint64_t hash) {
    for (size_t i = 0; i < 2; i++) {
        const struct place *p = &m->place[(hash & m->mask) ^ i];
        if (p->hash != hash || p->text_n != text.n || !is_kept(m, p)) continue;
        const char *bytes = bytes_of(m, p);
        if (text.n == 0 || memcmp(bytes, text.p, text.n) == 0) return bytes + aligned(text.n);
    }
    return NULL;
}

void *pm_memo_keep(struct pm_memo *m, struct pm_str text, uint64_t hash, size_t bytes) {
    if (text.n > m->cap / 16 || bytes > m->cap / 16) return NULL;
    const size_t need = aligned(text.n) + aligned(bytes), left = m->cap - m->written % m->cap;
    struct place *p = &m->place[hash & m->mask], *other = &m->place[(hash & m->mask) ^ 1];
    if (other->at < p->at) p = other; // the older one goes
    if (need > left) m->written += left;
    *p = (struct place){.hash = hash, .at = m->written + 1, .text_n = (uint32_t)text.n};
    m->written += need;
    char *at = bytes_of(m, p);
    if (text.n) memcpy(at, text.p, text.n);
    return at + aligned(text.n);
}
