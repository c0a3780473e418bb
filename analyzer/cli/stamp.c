// A stamp that was copied out of a log: the readers of all logs are asked, one after the
// other, and what one of them reads to its end it is.
#include "cli/stamp.h"
#include "pm/when.h"
#include <stdio.h>

enum { LONGEST = 64 };

static struct pm_str unwrapped(struct pm_str s) {
    static const char *const pairs[] = {"\"\"", "''", "[]", "()", "<>"};
    s = pm_str_trim(s);
    for (size_t i = 0; i < PM_LEN(pairs); i++)
        if (s.n > 2 && s.p[0] == pairs[i][0] && s.p[s.n - 1] == pairs[i][1])
            return pm_str_trim(pm_str_sub(s, 1, s.n - 2));
    return s;
}
static bool all_digits(struct pm_str s) {
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9') return false;
    return s.n > 0;
}
// Shapes that no log reader has, written as one that they have: 20240305 and
// 20240305T100000Z of ISO 8601, "Tue, 05 Mar 2024 10:00:00 GMT" of mails and HTTP.
static struct pm_str respelt(struct pm_str s, char room[LONGEST]) {
    if (s.n >= LONGEST) return s;
    int n = 0;
    if (s.n == 8 && all_digits(s))
        n = snprintf(room, LONGEST, "%.4s-%.2s-%.2sT00:00:00", s.p, s.p + 4, s.p + 6);
    else if (s.n >= 15 && s.p[8] == 'T' && all_digits(pm_str_sub(s, 0, 8)))
        n = snprintf(room, LONGEST, "%.4s-%.2s-%.2sT%.2s:%.2s:%.*s", s.p, s.p + 4, s.p + 6, s.p + 9,
                     s.p + 11, (int)(s.n - 13), s.p + 13);
    else if (s.n > 24 && s.p[3] == ',' && s.p[7] == ' ' && s.p[11] == ' ' && s.p[16] == ' ')
        n = snprintf(room, LONGEST, "%.2s/%.3s/%.4s:%.8s +0000", s.p + 5, s.p + 8, s.p + 12,
                     s.p + 17);
    return n > 0 ? (struct pm_str){room, (size_t)n} : s;
}
// A zone that the reader left, or nothing.
static bool rest_is_zone(struct pm_str rest) {
    rest = pm_str_trim(rest);
    return !rest.n || pm_str_eqc(rest, "Z") || pm_str_eqc(rest, "UTC") || pm_str_eqc(rest, "GMT") ||
           pm_str_eqc(rest, "+0000");
}
static bool read_by_any(struct pm_str s, struct pm_when *w) {
    static size_t (*const readers[])(struct pm_str, struct pm_when *) = {
        pm_when_rfc3339, pm_when_clf,      pm_when_slash, pm_when_syslog, pm_when_klog,
        pm_when_compact, pm_when_unixdate, pm_when_full,  pm_when_epoch};
    for (size_t i = 0; i < PM_LEN(readers); i++) {
        *w = (struct pm_when){0};
        size_t n = readers[i](s, w);
        if (n && w->kind != PM_WHEN_NONE && rest_is_zone(pm_str_from(s, n))) return true;
    }
    return false;
}
static enum pm_time_form dated(const struct pm_when *w, int64_t end_ns, int64_t *ns) {
    int year, mo, d, h, mi, sec, ms;
    *ns = w->ns;
    if (w->kind == PM_WHEN_UTC || w->kind == PM_WHEN_LOCAL) return PM_TIME_GOOD;
    if (w->kind != PM_WHEN_NO_YEAR) return PM_TIME_BAD;
    if (end_ns == PM_NO_TIME) return PM_TIME_UNDATED;
    pm_civil_of(end_ns, &year, &mo, &d, &h, &mi, &sec, &ms);
    for (int back = 0; back < 8; back++) // 29 February is in no year of some
        if (pm_when_in_year(w->ns, year - back, ns) && *ns <= end_ns) return PM_TIME_GOOD;
    return PM_TIME_BAD;
}
enum pm_time_form pm_stamp_pasted(struct pm_str s, int64_t end_ns, int64_t *ns) {
    char room[LONGEST];
    struct pm_when w;
    uint64_t number;
    s = unwrapped(s);
    if (s.n == 13 && pm_str_u64(s, &number)) { // milliseconds, as Java and JavaScript count
        *ns = (int64_t)number * 1000000;
        return PM_TIME_GOOD;
    }
    if (s.n > 5 && strchr("IWEF", s.p[0]) && all_digits(pm_str_sub(s, 1, 4)))
        s = pm_str_from(s, 1); // klog's letter
    return read_by_any(respelt(s, room), &w) ? dated(&w, end_ns, ns) : PM_TIME_BAD;
}
