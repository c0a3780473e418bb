// Dates, rotation and first labels in names. See name.h.
#include "clock/name.h"
#include "pm/when.h"
#include <string.h>

uint32_t pm_clock_node_hash(struct pm_str node) {
    if (!node.n) return 0;
    bool address = true;
    for (size_t i = 0; i < node.n; i++)
        address &= (node.p[i] >= '0' && node.p[i] <= '9') || node.p[i] == '.' || node.p[i] == ':';
    ptrdiff_t dot = address ? -1 : pm_str_chr(node, '.', 0);
    uint32_t h = (uint32_t)pm_str_hash(pm_str_sub(node, 0, dot < 0 ? node.n : (size_t)dot), 1);
    return h ? h : 1;
}

static bool digits_at(struct pm_str s, size_t at, int n, int *out) {
    *out = 0;
    if (at + (size_t)n > s.n) return false;
    for (int i = 0; i < n; i++) {
        if (s.p[at + (size_t)i] < '0' || s.p[at + (size_t)i] > '9') return false;
        *out = *out * 10 + s.p[at + (size_t)i] - '0';
    }
    return true;
}
static bool digit_at(struct pm_str s, size_t at) {
    return at < s.n && s.p[at] >= '0' && s.p[at] <= '9';
}

// Hour and minute behind a date, however they are joined to it: _0304, -030405,
// T03-04-05, _03_04_05.
static int64_t time_behind(struct pm_str s, size_t at) {
    int h, m;
    size_t run = 0;
    while (digit_at(s, at + 1 + run)) run++;
    if (run > 6) return 12 * 60; // an epoch: noon will do
    if (at >= s.n || !memchr("_-T", s.p[at], 3) || !digits_at(s, at + 1, 2, &h) || h > 23)
        return 12 * 60;
    size_t minute = at + 3 + (at + 3 < s.n && memchr("_-:", s.p[at + 3], 3) != NULL);
    return digits_at(s, minute, 2, &m) && m < 60 ? h * 60 + m : 12 * 60;
}

int64_t pm_clock_name_date(struct pm_str name) {
    int64_t found = PM_NO_TIME;
    for (size_t i = 0; i + 8 <= name.n; i++) {
        int y, m, d;
        if ((i > 0 && digit_at(name, i - 1)) || !digits_at(name, i, 4, &y) || y < 2013 || y > 2099)
            continue;
        bool split = name.p[i + 4] == '-' || name.p[i + 4] == '_';
        size_t at = i + 4 + split;
        if (!digits_at(name, at, 2, &m) || m < 1 || m > 12) continue;
        at += 2;
        if (split && !(at < name.n && name.p[at] == name.p[i + 4])) continue;
        at += split;
        if (!digits_at(name, at, 2, &d) || d < 1 || d > 31 || digit_at(name, at + 2)) continue;
        found = pm_civil_ns(y, m, d, 0, 0, 0, 0) + time_behind(name, at + 2) * 60 * PM_NS_PER_S;
    }
    return found;
}

struct pm_str pm_node_unrotated(struct pm_str file) {
    static const char *const packed[] = {".gz", ".xz", ".zst", ".bz2"};
    for (size_t i = 0; i < PM_LEN(packed); i++)
        if (pm_str_ends(file, pm_str_c(packed[i]))) file.n -= strlen(packed[i]);
    size_t n = file.n;
    while (n > 0 && (digit_at(file, n - 1) || (file.p[n - 1] == '-' && n < file.n))) n--;
    if (n == 0 || n == file.n) return file;
    if (file.p[n - 1] == '.') file.n = n - 1;
    else if (n < file.n && file.p[n] == '-') file.n = n;
    return file;
}

struct pm_str pm_clock_folder_of(struct pm_str path) {
    ptrdiff_t slash = pm_str_rchr(path, '/');
    return pm_str_sub(path, 0, slash < 0 ? 0 : (size_t)slash);
}
