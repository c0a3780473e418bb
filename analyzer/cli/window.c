// Times as people give and paste them, in the order in which they are tried: absolute, a
// time of day, a span before the end, a day by its name, a stamp out of a log.
#include "cli/stamp.h"
#include "cli/window.h"
#include "pm/when.h"
#include <stdio.h>

#define DAY_NS (86400 * PM_NS_PER_S)
#define AROUND_NS (900 * PM_NS_PER_S)

static bool digits(struct pm_str s, size_t at, size_t n, int *out) {
    int value = 0;
    for (size_t i = at; i < at + n; i++) {
        if (i >= s.n || s.p[i] < '0' || s.p[i] > '9') return false;
        value = value * 10 + s.p[i] - '0';
    }
    *out = value;
    return true;
}
// Digits behind the point at *n, as ns; *n goes behind them.
static int64_t fraction_of(struct pm_str s, size_t *n) {
    int64_t frac = 0, unit = PM_NS_PER_S / 10;
    for (++*n; *n < s.n && s.p[*n] >= '0' && s.p[*n] <= '9'; ++*n) {
        frac += unit * (s.p[*n] - '0');
        unit /= 10;
    }
    return frac;
}
// The hour of a clock of twelve hours: "am" and "pm" go with it.
static bool half_of_day(struct pm_str s, size_t *n, int *hour) {
    struct pm_str rest = pm_str_trim(pm_str_from(s, *n));
    bool morning = pm_str_starts(rest, PM_STR("am")) || pm_str_starts(rest, PM_STR("AM")),
         evening = pm_str_starts(rest, PM_STR("pm")) || pm_str_starts(rest, PM_STR("PM"));
    if ((!morning && !evening) || *hour < 1 || *hour > 12) return false;
    *hour = *hour % 12 + (evening ? 12 : 0);
    *n = (size_t)(rest.p - s.p) + 2;
    return true;
}
// "06:47", "6:47", "06:47:01", "06:47:01.5", "3pm", "3:15 pm": ns into the day, and how
// many bytes it took; 0: it is none.
static size_t clock_of(struct pm_str s, int64_t *ns) {
    int h, m = 0, sec = 0;
    int64_t frac = 0;
    size_t n = digits(s, 0, 2, &h) ? 2 : digits(s, 0, 1, &h);
    if (!n || h > 24) return 0;
    bool minutes = s.n > n && s.p[n] == ':';
    if (minutes) {
        if (!digits(s, n + 1, 2, &m) || m > 59) return 0;
        n += 3;
        if (s.n > n && s.p[n] == ':') {
            if (!digits(s, n + 1, 2, &sec) || sec > 60) return 0;
            n += 3;
            if (s.n > n && (s.p[n] == '.' || s.p[n] == ',')) frac = fraction_of(s, &n);
        }
    }
    if (!half_of_day(s, &n, &h) && !minutes) return 0;
    *ns = ((int64_t)h * 3600 + m * 60 + sec) * PM_NS_PER_S + frac;
    return n;
}
// "", "Z", "UTC", "+02", "+0200", "+02:00", with blanks before it: seconds east.
static bool zone_of(struct pm_str s, int *east) {
    int h, m = 0;
    s = pm_str_trim(s);
    *east = 0;
    if (!s.n || pm_str_eqc(s, "Z") || pm_str_eqc(s, "UTC") || pm_str_eqc(s, "GMT")) return true;
    if ((s.p[0] != '+' && s.p[0] != '-') || !digits(s, 1, 2, &h) || h > 15) return false;
    struct pm_str rest = pm_str_from(s, 3);
    if (rest.n && rest.p[0] == ':') rest = pm_str_from(rest, 1);
    if (rest.n && (rest.n != 2 || !digits(rest, 0, 2, &m) || m > 59)) return false;
    *east = (h * 3600 + m * 60) * (s.p[0] == '-' ? -1 : 1);
    return true;
}
static bool absolute(struct pm_str s, int64_t *ns) {
    int y, mo, d, east;
    int64_t clock = 0;
    if (!digits(s, 0, 4, &y) || !digits(s, 5, 2, &mo) || !digits(s, 8, 2, &d) || s.p[4] != '-' ||
        s.p[7] != '-')
        return false;
    if (y < 1970 || mo < 1 || mo > 12 || d < 1 || d > 31) return false;
    struct pm_str rest = pm_str_from(s, 10);
    if (rest.n > 1 && (rest.p[0] == 'T' || rest.p[0] == 't' || rest.p[0] == ' ')) {
        size_t n = clock_of(pm_str_from(rest, 1), &clock);
        if (n) rest = pm_str_from(rest, n + 1);
        else if (rest.p[0] != ' ') return false;
    }
    if (!zone_of(rest, &east)) return false;
    int yy, mm, dd, h, mi, sec, ms;
    int64_t day = pm_civil_ns(y, mo, d, 0, 0, 0, 0);
    pm_civil_of(day, &yy, &mm, &dd, &h, &mi, &sec, &ms);
    *ns = day + clock - east * PM_NS_PER_S;
    return dd == d; // 30 February is no day
}
// "2h", "-30m", "1h30m", "90s", "2 d".
static bool span_of(struct pm_str s, int64_t *ns) {
    static const struct {
        const char *unit;
        int64_t s;
    } units[] = {{"seconds", 1}, {"second", 1}, {"sec", 1},      {"s", 1},       {"minutes", 60},
                 {"minute", 60}, {"mins", 60},  {"min", 60},     {"m", 60},      {"hours", 3600},
                 {"hour", 3600}, {"h", 3600},   {"days", 86400}, {"day", 86400}, {"d", 86400}};
    int64_t total = 0;
    if (pm_str_eqc(s, "now")) {
        *ns = 0;
        return true;
    }
    if (s.n && (s.p[0] == '-' || s.p[0] == '+')) s = pm_str_from(s, 1);
    if (pm_str_ends(s, PM_STR(" ago"))) s = pm_str_sub(s, 0, s.n - strlen(" ago"));
    if (!s.n) return false;
    while (s.n) {
        size_t n = 0, k = 0;
        int value;
        while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9') n++;
        if (!n || n > 6 || !digits(s, 0, n, &value)) return false;
        s = pm_str_trim(pm_str_from(s, n));
        while (k < PM_LEN(units) && !pm_str_starts(s, pm_str_c(units[k].unit))) k++;
        if (k == PM_LEN(units)) return false;
        total += value * units[k].s;
        s = pm_str_trim(pm_str_from(s, strlen(units[k].unit)));
    }
    *ns = total * PM_NS_PER_S;
    return true;
}
static int64_t day_of(int64_t ns) { return ns - ((ns % DAY_NS) + DAY_NS) % DAY_NS; }

enum pm_time_form pm_time_given(const char *text, const struct pm_extent *e, int64_t *ns) {
    static const struct {
        const char *word;
        int days;
    } days[] = {{"today", 0}, {"yesterday", 1}};
    struct pm_str s = pm_str_trim(pm_str_c(text));
    int64_t span, clock = 0, end = e->to_ns;
    int east = 0;
    if (absolute(s, ns)) return PM_TIME_GOOD;
    size_t n = clock_of(s, &clock), k = 0;
    bool by_clock = n && zone_of(pm_str_from(s, n), &east),
         by_span = !by_clock && span_of(s, &span);
    while (k < PM_LEN(days) && !pm_str_starts(s, pm_str_c(days[k].word))) k++;
    if (k < PM_LEN(days)) {
        struct pm_str rest = pm_str_trim(pm_str_from(s, strlen(days[k].word)));
        n = rest.n ? clock_of(rest, &clock) : 0;
        if (rest.n && (!n || !zone_of(pm_str_from(rest, n), &east))) return PM_TIME_BAD;
    } else if (!by_clock && !by_span) return pm_stamp_pasted(s, end, ns);
    if (end == PM_NO_TIME) return PM_TIME_UNDATED;
    if (by_span) *ns = end - span;
    else
        *ns = day_of(end) + clock - east * PM_NS_PER_S -
              (k < PM_LEN(days) ? days[k].days * DAY_NS : 0);
    if (by_clock && *ns > end) *ns -= DAY_NS; // the last such time of day that the logs hold
    return PM_TIME_GOOD;
}
enum pm_time_form pm_time_around(const char *text, const struct pm_extent *e, int64_t *at,
                                 int64_t *from, int64_t *to) {
    int64_t reach = AROUND_NS;
    char when[64];
    const char *slash = strchr(text, '/');
    size_t n = slash ? (size_t)(slash - text) : strlen(text);
    if (n >= sizeof when || (slash && !span_of(pm_str_trim(pm_str_c(slash + 1)), &reach)))
        return PM_TIME_BAD;
    memcpy(when, text, n);
    when[n] = 0;
    enum pm_time_form form = pm_time_given(when, e, at);
    if (form != PM_TIME_GOOD) return form;
    *from = *at - reach;
    *to = *at + reach;
    return form;
}
