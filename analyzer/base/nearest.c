// The word that was probably meant: few slips of the finger away from the one that stands
// there, or begun by it.
#include "base/nearest.h"
#include "pm/str.h"

enum { WORD_MAX = 24, FAR = 99 };

static int least(int a, int b) { return a < b ? a : b; }

// Optimal string alignment distance: a letter too many, too few, another, or two that
// changed places count one.
static int distance(struct pm_str a, struct pm_str b) {
    if (a.n > WORD_MAX || b.n > WORD_MAX) return FAR;
    int row[3][WORD_MAX + 1] = {{0}};
    for (size_t j = 0; j <= b.n; j++) row[0][j] = (int)j;
    for (size_t i = 1; i <= a.n; i++) {
        int *now = row[i % 3], *before = row[(i + 2) % 3], *earlier = row[(i + 1) % 3];
        now[0] = (int)i;
        for (size_t j = 1; j <= b.n; j++) {
            int best = before[j - 1] + (a.p[i - 1] != b.p[j - 1]);
            best = least(best, least(before[j], now[j - 1]) + 1);
            bool swapped = i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1];
            now[j] = swapped ? least(best, earlier[j - 2] + 1) : best;
        }
    }
    return row[a.n % 3][b.n];
}
static int slips_allowed(size_t length) {
    if (length <= 3) return 1;
    return length <= 6 ? 2 : 3;
}
const char *pm_nearest(const char *word, const char *const *candidates, size_t n) {
    const char *found = NULL;
    struct pm_str w = pm_str_c(word);
    int best = FAR;
    for (size_t i = 0; i < n; i++) {
        if (!candidates[i]) continue;
        struct pm_str c = pm_str_c(candidates[i]);
        int d = w.n >= 3 && pm_str_starts(c, w) ? 1 : distance(w, c);
        if (d > slips_allowed(w.n) || d >= best) continue;
        best = d;
        found = candidates[i];
    }
    return found;
}
