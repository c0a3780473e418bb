// Many words, one pass: a hash of four bytes picks the few words that can begin here. See
// words.h.
#include "parsers/lift/words.h"
#include <pthread.h>

static pthread_mutex_t building = PTHREAD_MUTEX_INITIALIZER;

static uint32_t lower4(const char *p) {
    uint32_t v;
    memcpy(&v, p, 4);
    return v | 0x20202020u; // also folds some signs onto others: the comparison below is exact
}
static uint32_t slot(uint32_t four) { return (four * 2654435761u) >> 20; }

static void build(struct pm_words *w) {
    pthread_mutex_lock(&building);
    if (!atomic_load_explicit(&w->ready, memory_order_relaxed)) {
        for (size_t i = 0; i < w->n && i < PM_WORDS_MAX; i++) {
            uint16_t *head = &w->head[slot(lower4(w->word[i].text))];
            w->next[i] = *head;
            *head = (uint16_t)(i + 1);
        }
        atomic_store_explicit(&w->ready, 1, memory_order_release);
    }
    pthread_mutex_unlock(&building);
}

static bool same(const char *p, size_t n, const char *word) {
    size_t i = 0;
    for (; word[i]; i++) {
        if (i == n) return false;
        char c = p[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c + 32);
        if (c != word[i]) return false;
    }
    return true;
}

unsigned pm_words_find(struct pm_words *w, struct pm_str s) {
    unsigned found = 0;
    if (!atomic_load_explicit(&w->ready, memory_order_acquire)) build(w);
    for (size_t i = 0; i + PM_WORD_MIN <= s.n; i++) {
        for (uint16_t k = w->head[slot(lower4(s.p + i))]; k; k = w->next[k - 1]) {
            const struct pm_word *word = &w->word[k - 1];
            if ((found & word->classes) != word->classes && same(s.p + i, s.n - i, word->text))
                found |= word->classes;
        }
    }
    return found;
}
