// Timestamps, read without strptime and without any locale. See pm/when.h.
//
// strptime is locale-bound, loses fractions and costs fifty times as much; timegm is no
// part of C11 or POSIX 2008. Civil days are counted by the usual era arithmetic of the
// proleptic Gregorian calendar.
#include "pm/when.h"
#include "pm/scan.h"
#include <stdio.h>

#define NS PM_NS_PER_S
#define DAY_S INT64_C(86400)

static int64_t days_of(int y, int m, int d) { // since 1970-01-01
    y -= m <= 2;
    int era = (y >= 0 ? y : y - 399) / 400;
    int yoe = y - era * 400, doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1,
        doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return (int64_t)era * 146097 + doe - 719468;
}

static void civil_of_days(int64_t z, int *y, int *m, int *d) {
    z += 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int doe = (int)(z - era * 146097), yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365,
        doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    *d = doy - (153 * mp + 2) / 5 + 1;
    *m = mp + (mp < 10 ? 3 : -9);
    *y = (int)(yoe + era * 400) + (*m <= 2);
}

bool pm_year_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

static int days_in(int year, int month) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && pm_year_leap(year) ? 29 : days[month - 1];
}

int64_t pm_civil_ns(int year, int month, int day, int hour, int minute, int second,
                    int64_t frac_ns) {
    int64_t s = days_of(year, month, day) * DAY_S + hour * 3600 + minute * 60 + second;
    return pm_time_add(pm_seconds_ns(s), frac_ns); // the year 1 is before the first that there is
}

int pm_weekday(int year, int month, int day) {
    return (int)(((days_of(year, month, day) + 4) % 7 + 7) % 7);
}

void pm_civil_of(int64_t ns, int *year, int *month, int *day, int *hour, int *minute, int *second,
                 int *ms) {
    int64_t s = ns / NS, frac = ns % NS;
    if (frac < 0) {
        s--;
        frac += NS;
    }
    int64_t days = s / DAY_S, rest = s % DAY_S;
    if (rest < 0) {
        days--;
        rest += DAY_S;
    }
    civil_of_days(days, year, month, day);
    *hour = (int)(rest / 3600);
    *minute = (int)(rest / 60 % 60);
    *second = (int)(rest % 60);
    *ms = (int)(frac / 1000000);
}

struct civil {
    int year, month, day, hour, minute, second;
    int64_t frac_ns, unit_ns;
};

static bool civil_good(const struct civil *c) {
    return c->year >= 1970 && c->year <= 2200 && c->month >= 1 && c->month <= 12 && c->day >= 1 &&
           c->day <= days_in(c->year, c->month) && c->hour < 24 && c->minute < 60 &&
           c->second <= 60; // a leap second reads as the next one's first
}

static int64_t civil_ns(const struct civil *c) {
    return pm_civil_ns(c->year, c->month, c->day, c->hour, c->minute, c->second, c->frac_ns);
}

static bool fraction(struct pm_scan *s,
                     struct civil *c) { // digits behind a '.' or ','; more than nine are dropped
    c->frac_ns = 0;
    c->unit_ns = NS;
    if (s->end - s->at < 2 || (*s->at != '.' && *s->at != ',') || s->at[1] < '0' || s->at[1] > '9')
        return false;
    static const int64_t unit_ns[] = {NS,    100000000, 10000000, 1000000, 100000,
                                      10000, 1000,      100,      10,      1};
    size_t n = 0;
    for (s->at++; s->at < s->end && *s->at >= '0' && *s->at <= '9'; s->at++) {
        if (n + 1 == PM_LEN(unit_ns)) continue;
        c->frac_ns = c->frac_ns * 10 + (*s->at - '0');
        n++;
    }
    c->unit_ns = unit_ns[n];
    c->frac_ns *= c->unit_ns;
    return true;
}

static bool two_digits(struct pm_scan *s, int *out) {
    if (s->end - s->at < 2) return false;
    const unsigned tens = (unsigned char)s->at[0] - (unsigned)'0',
                   ones = (unsigned char)s->at[1] - (unsigned)'0';
    if (tens > 9 || ones > 9) return false;
    *out = (int)(tens * 10 + ones);
    s->at += 2;
    return true;
}

static bool clock_time(struct pm_scan *s, struct civil *c) {
    if (!(two_digits(s, &c->hour) && pm_scan_char(s, ':') && two_digits(s, &c->minute) &&
          pm_scan_char(s, ':') && two_digits(s, &c->second)))
        return false;
    fraction(s, c);
    return true;
}

static bool date_with(struct pm_scan *s, char sep, struct civil *c) {
    return pm_scan_digits(s, 4, &c->year) && pm_scan_char(s, sep) && two_digits(s, &c->month) &&
           pm_scan_char(s, sep) && two_digits(s, &c->day);
}

static bool month_name(struct pm_scan *s, int *month) {
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (s->end - s->at < 3) return false;
    for (int m = 0; m < 12; m++) {
        if (memcmp(s->at, names + 3 * m, 3) != 0) continue;
        *month = m + 1;
        s->at += 3;
        return true;
    }
    return false;
}

// Z, ±hh, ±hhmm, ±hh:mm and old conmon's ±hh:ssss, where the minutes are the offset's
// seconds left over an hour.
static bool offset(struct pm_scan *s, int32_t *seconds) {
    struct pm_scan t = *s;
    int h, m = 0, low;
    *seconds = 0;
    if (pm_scan_char(s, 'Z')) return true;
    if (t.at >= t.end || (*t.at != '+' && *t.at != '-')) return false;
    bool west = *t.at++ == '-';
    if (!pm_scan_digits(&t, 2, &h) || h > 15) return false;
    pm_scan_char(&t, ':');
    if (pm_scan_digits(&t, 2, &m) && m > 59) return false;
    struct pm_scan more = t;
    if (pm_scan_digits(&more, 2, &low) &&
        (more.at >= more.end || *more.at < '0' || *more.at > '9')) {
        m = (m * 100 + low) % 3600 / 60;
        t = more;
    }
    *seconds = (h * 3600 + m * 60) * (west ? -1 : 1);
    *s = t;
    return true;
}

static size_t finish(const struct civil *c, enum pm_when_kind kind, int32_t offset_s,
                     struct pm_str s, const struct pm_scan *at, struct pm_when *w) {
    if (!civil_good(c)) return 0;
    *w = (struct pm_when){.kind = kind,
                          .ns = civil_ns(c) - (int64_t)offset_s * NS,
                          .unit_ns = c->unit_ns,
                          .offset_s = offset_s};
    return (size_t)(at->at - s.p);
}

static size_t rfc3339(struct pm_str s, struct pm_when *w) {
    struct pm_scan at = pm_scan_of(s);
    struct civil c;
    if (!date_with(&at, '-', &c)) return 0;
    if (!pm_scan_char(&at, 'T') && !pm_scan_char(&at, ' ')) return 0;
    if (!clock_time(&at, &c)) return 0;
    int32_t off = 0;
    struct pm_scan spaced = at;
    bool zoned = offset(&at, &off);
    if (!zoned && pm_scan_char(&spaced, ' ') && spaced.at < spaced.end &&
        (*spaced.at == '+' || *spaced.at == '-') &&
        offset(&spaced, &off)) { // "2024-01-02 03:04:05 +0000"
        zoned = true;
        at = spaced;
    }
    return finish(&c, zoned ? PM_WHEN_UTC : PM_WHEN_LOCAL, off, s, &at, w);
}

// Seven envelopes and some parsers ask after the stamp of one line, each anew: the last one
// read is kept. What follows a stamp has a say in where it ends, so that the bytes kept
// reach farther than its last one may lie.
#define STAMP_BYTES 48
#define STAMP_USED_MAX 36 // behind it a zone is looked for, in at most eleven bytes
static _Thread_local struct {
    char text[STAMP_BYTES];
    size_t used; // 0: none is kept
    struct pm_when when;
} last_stamp;

size_t pm_when_rfc3339(struct pm_str s, struct pm_when *w) {
    if (s.n < STAMP_BYTES) return rfc3339(s, w);
    if (last_stamp.used && memcmp(s.p, last_stamp.text, STAMP_BYTES) == 0) {
        *w = last_stamp.when;
        return last_stamp.used;
    }
    size_t used = rfc3339(s, w);
    if (!used || used > STAMP_USED_MAX) return used;
    memcpy(last_stamp.text, s.p, STAMP_BYTES);
    last_stamp.used = used;
    last_stamp.when = *w;
    return used;
}

static int64_t leap_ns(const struct civil *c) {
    return pm_civil_ns(1972, c->month, c->day, c->hour, c->minute, c->second, c->frac_ns) -
           pm_civil_ns(1972, 1, 1, 0, 0, 0, 0);
}

static size_t finish_no_year(struct civil *c, struct pm_str s, const struct pm_scan *at,
                             struct pm_when *w) {
    c->year = 1972; // leap: Feb 29 is good until the year is known
    if (!civil_good(c)) return 0;
    *w = (struct pm_when){.kind = PM_WHEN_NO_YEAR, .ns = leap_ns(c), .unit_ns = c->unit_ns};
    return (size_t)(at->at - s.p);
}

size_t pm_when_klog(struct pm_str s, struct pm_when *w) {
    struct pm_scan at = pm_scan_of(s);
    struct civil c;
    if (!(two_digits(&at, &c.month) && two_digits(&at, &c.day) && pm_scan_char(&at, ' ') &&
          clock_time(&at, &c)))
        return 0;
    return finish_no_year(&c, s, &at, w);
}

static bool day_number(struct pm_scan *s, int *day) { // " 2", "2 " or "02"
    uint64_t d;
    pm_scan_char(s, ' ');
    if (!pm_scan_uint(s, 2, &d)) return false;
    *day = (int)d;
    return true;
}

size_t pm_when_syslog(struct pm_str s, struct pm_when *w) {
    struct pm_scan at = pm_scan_of(s);
    struct civil c;
    if (!(month_name(&at, &c.month) && pm_scan_char(&at, ' ') && day_number(&at, &c.day) &&
          pm_scan_char(&at, ' ') && clock_time(&at, &c)))
        return 0;
    return finish_no_year(&c, s, &at, w);
}

size_t pm_when_clf(struct pm_str s, struct pm_when *w) {
    struct pm_scan at = pm_scan_of(s);
    struct civil c;
    if (!(pm_scan_digits(&at, 2, &c.day) && pm_scan_char(&at, '/') && month_name(&at, &c.month) &&
          pm_scan_char(&at, '/') && pm_scan_digits(&at, 4, &c.year) && pm_scan_char(&at, ':') &&
          clock_time(&at, &c)))
        return 0;
    int32_t off = 0;
    struct pm_scan zone = at;
    bool zoned = pm_scan_char(&zone, ' ') && offset(&zone, &off);
    return finish(&c, zoned ? PM_WHEN_UTC : PM_WHEN_LOCAL, off, s, zoned ? &zone : &at, w);
}

size_t pm_when_slash(struct pm_str s, struct pm_when *w) {
    struct pm_scan at = pm_scan_of(s);
    struct civil c;
    if (!(date_with(&at, '/', &c) && pm_scan_char(&at, ' ') && clock_time(&at, &c))) return 0;
    return finish(&c, PM_WHEN_LOCAL, 0, s, &at, w);
}

size_t pm_when_epoch(struct pm_str s, struct pm_when *w) {
    struct pm_scan at = pm_scan_of(s);
    uint64_t sec;
    struct civil c;
    if (!pm_scan_uint(&at, 10, &sec) || at.at - s.p != 10 ||
        (at.at < at.end && *at.at >= '0' && *at.at <= '9'))
        return 0;
    if (sec > UINT64_C(7258118400)) return 0; // the year 2200, as everywhere
    fraction(&at, &c);
    *w = (struct pm_when){
        .kind = PM_WHEN_UTC, .ns = (int64_t)sec * NS + c.frac_ns, .unit_ns = c.unit_ns};
    return (size_t)(at.at - s.p);
}

size_t pm_when_compact(struct pm_str s, struct pm_when *w) {
    struct pm_scan at = pm_scan_of(s);
    struct civil c = {.unit_ns = NS};
    if (!(pm_scan_digits(&at, 4, &c.year) && pm_scan_digits(&at, 2, &c.month) &&
          pm_scan_digits(&at, 2, &c.day)))
        return 0;
    pm_scan_char(&at, '-');
    if (!(pm_scan_digits(&at, 2, &c.hour) && pm_scan_digits(&at, 2, &c.minute) &&
          pm_scan_digits(&at, 2, &c.second)))
        return 0;
    return finish(&c, PM_WHEN_LOCAL, 0, s, &at, w);
}

// Abbreviations are ambiguous (IST, CST, BST): only these are taken, the rest leaves the
// zone open.
static bool zone_word(struct pm_scan *s, int32_t *off) {
    static const struct {
        const char *name;
        int32_t offset_s;
    } zones[] = {{"UTC", 0},      {"GMT", 0},      {"CET", 3600},   {"CEST", 7200},
                 {"EST", -18000}, {"EDT", -14400}, {"PST", -28800}, {"PDT", -25200},
                 {"MST", -25200}, {"MDT", -21600}, {"JST", 32400}};
    struct pm_str word;
    struct pm_scan t = *s;
    if (!pm_scan_word(&t, &word)) return false;
    for (size_t i = 0; i < PM_LEN(zones); i++) {
        if (!pm_str_eqc(word, zones[i].name)) continue;
        *off = zones[i].offset_s;
        *s = t;
        return true;
    }
    return offset(s, off);
}

static bool skip_word_len(struct pm_scan *s, size_t n) { // a weekday's three letters
    struct pm_str word;
    struct pm_scan t = *s;
    if (!pm_scan_word(&t, &word) || word.n != n || !pm_scan_blanks(&t)) return false;
    for (size_t i = 0; i < n; i++) {
        if (!((word.p[i] >= 'A' && word.p[i] <= 'Z') || (word.p[i] >= 'a' && word.p[i] <= 'z')))
            return false;
    }
    *s = t;
    return true;
}

size_t pm_when_unixdate(struct pm_str s, struct pm_when *w) {
    struct pm_scan at = pm_scan_of(s);
    struct civil c;
    struct pm_str word;
    if (!(skip_word_len(&at, 3) && month_name(&at, &c.month) && pm_scan_blanks(&at) &&
          day_number(&at, &c.day) && pm_scan_blanks(&at) && clock_time(&at, &c)))
        return 0;
    pm_scan_blanks(&at);
    if (pm_scan_lit(&at, "PM")) c.hour = c.hour % 12 + 12;
    else if (pm_scan_lit(&at, "AM")) c.hour %= 12;
    pm_scan_blanks(&at);
    int32_t off = 0;
    bool zoned = false;
    if (!pm_scan_digits(&at, 4, &c.year)) {
        zoned = zone_word(&at, &off);
        if (!zoned && !pm_scan_word(&at, &word)) return 0;
        pm_scan_blanks(&at);
        if (!pm_scan_digits(&at, 4, &c.year)) return 0;
    }
    return finish(&c, zoned ? PM_WHEN_UTC : PM_WHEN_LOCAL, off, s, &at, w);
}

size_t pm_when_full(struct pm_str s, struct pm_when *w) {
    struct pm_scan at = pm_scan_of(s);
    struct civil c;
    struct pm_str word;
    if (!(skip_word_len(&at, 3) && date_with(&at, '-', &c) && pm_scan_char(&at, ' ') &&
          clock_time(&at, &c) && pm_scan_char(&at, ' ')))
        return 0;
    int32_t off = 0;
    bool zoned = zone_word(&at, &off);
    if (!zoned && !pm_scan_word(&at, &word)) return 0;
    return finish(&c, zoned ? PM_WHEN_UTC : PM_WHEN_LOCAL, off, s, &at, w);
}

struct pm_when pm_when_unix_ns(int64_t ns) {
    return (struct pm_when){.kind = PM_WHEN_UTC, .ns = ns, .unit_ns = 1};
}

bool pm_when_in_year(int64_t in_leap_ns, int year, int64_t *ns) {
    int y, month, day, hour, minute, second, ms;
    int64_t base = pm_civil_ns(1972, 1, 1, 0, 0, 0, 0);
    pm_civil_of(base + in_leap_ns, &y, &month, &day, &hour, &minute, &second, &ms);
    if (y != 1972 || (month == 2 && day == 29 && !pm_year_leap(year))) return false;
    int64_t in_day = in_leap_ns % (DAY_S * NS);
    *ns = days_of(year, month, day) * DAY_S * NS + in_day;
    return true;
}

char *pm_when_format(int64_t ns, char out[32]) {
    int y, mo, d, h, mi, s, ms;
    out[0] = 0;
    if (ns == PM_NO_TIME) return out;
    pm_civil_of(ns, &y, &mo, &d, &h, &mi, &s, &ms);
    snprintf(out, 32, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", y, mo, d, h, mi, s, ms);
    return out;
}

char *pm_when_hm(int64_t ns, char out[32]) {
    int y, mo, d, h, mi, s, ms;
    out[0] = 0;
    if (ns == PM_NO_TIME) return out;
    pm_civil_of(ns, &y, &mo, &d, &h, &mi, &s, &ms);
    snprintf(out, 32, "%02d:%02d", h, mi);
    return out;
}

char *pm_when_clock(int64_t ns, bool day, bool seconds, char out[32]) {
    int y, mo, d, h, mi, s, ms;
    out[0] = 0;
    if (ns == PM_NO_TIME) return out;
    pm_civil_of(ns, &y, &mo, &d, &h, &mi, &s, &ms);
    int n = day ? snprintf(out, 32, "%04d-%02d-%02d ", y, mo, d) : 0;
    n += snprintf(out + n, 32 - (size_t)n, "%02d:%02d", h, mi);
    if (seconds) snprintf(out + n, 32 - (size_t)n, ":%02d", s);
    return out;
}

char *pm_duration_format(int64_t ns, char out[32]) {
    int64_t s = pm_sum(ns, NS / 2) / NS;
    if (ns < 10 * NS)
        snprintf(out, 32, "%lld.%lld s", (long long)(ns / NS), (long long)(ns % NS / (NS / 10)));
    else if (s < 120) snprintf(out, 32, "%lld s", (long long)s);
    else if (s < 3600) snprintf(out, 32, "%lld min", (long long)((s + 30) / 60));
    else if (s < 48 * 3600) {
        int n = snprintf(out, 32, "%lld h", (long long)(s / 3600));
        if (s % 3600 >= 60)
            snprintf(out + n, 32 - (size_t)n, " %lld min", (long long)(s % 3600 / 60));
    } else {
        int n = snprintf(out, 32, "%lld d", (long long)(s / DAY_S));
        if (s % DAY_S >= 3600)
            snprintf(out + n, 32 - (size_t)n, " %lld h", (long long)(s % DAY_S / 3600));
    }
    return out;
}
