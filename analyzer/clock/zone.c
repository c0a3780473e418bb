// TZif files (RFC 8536), versions 1 to 4: transitions, then the footer's POSIX rule for
// all time after the last of them. Only the M form of POSIX rules is read
// (`CET-1CEST,M3.5.0,M10.5.0/3`), which is all that tzdata writes for zones with daylight
// saving.
#include "clock/zone.h"
#include "pm/arena.h"
#include "pm/scan.h"
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct change {
    int64_t at_s;
    int32_t offset_s;
};
struct rule_day {
    int month, week, weekday;
    int32_t time_s;
};
struct pm_zone {
    int32_t first_s; // before the first change, and where there is none
    struct change *changes;
    size_t n;
    bool rule, has_dst;
    int32_t std_s, dst_s;
    struct rule_day into, out; // of daylight saving
};

static uint64_t big(const uint8_t *p, int n) {
    uint64_t v = 0;
    for (int i = 0; i < n; i++) v = v << 8 | p[i];
    return v;
}

// [+-]h[h][:]mm[:ss]
static bool clock_of(struct pm_scan *c, int max_hour, int32_t *out) {
    int sign = 1;
    if (pm_scan_char(c, '-')) sign = -1;
    else pm_scan_char(c, '+');
    uint64_t h, m = 0, s = 0;
    if (!pm_scan_uint(c, 3, &h) || h > (uint64_t)max_hour) return false;
    if (pm_scan_char(c, ':') && !pm_scan_uint(c, 2, &m)) return false;
    if (pm_scan_char(c, ':') && !pm_scan_uint(c, 2, &s)) return false;
    *out = sign * (int32_t)(h * 3600 + m * 60 + s);
    return m < 60 && s < 60;
}

static bool abbreviation(struct pm_scan *c) {
    struct pm_str skipped;
    if (pm_scan_char(c, '<')) return pm_scan_until(c, '>', &skipped);
    const char *from = c->at;
    while (c->at < c->end && isalpha((unsigned char)*c->at)) c->at++;
    return c->at - from >= 3;
}

static bool rule_day(struct pm_scan *c, struct rule_day *d) {
    uint64_t month, week, weekday;
    if (!(pm_scan_lit(c, ",M") && pm_scan_uint(c, 2, &month) && pm_scan_char(c, '.') &&
          pm_scan_uint(c, 1, &week) && pm_scan_char(c, '.') && pm_scan_uint(c, 1, &weekday)))
        return false;
    *d = (struct rule_day){(int)month, (int)week, (int)weekday, 7200};
    if (pm_scan_char(c, '/') && !clock_of(c, 167, &d->time_s)) return false;
    return month >= 1 && month <= 12 && week >= 1 && week <= 5 && weekday <= 6;
}

static void footer(struct pm_zone *z, struct pm_str text) {
    struct pm_scan c = pm_scan_of(text);
    int32_t west;
    if (!abbreviation(&c) || !clock_of(&c, 24, &west)) return;
    z->rule = true;
    z->std_s = z->dst_s = -west;
    if (pm_scan_end(&c) || !abbreviation(&c)) return;
    z->dst_s = z->std_s + 3600;
    if (c.at < c.end && *c.at != ',' && clock_of(&c, 24, &west)) z->dst_s = -west;
    z->has_dst = rule_day(&c, &z->into) && rule_day(&c, &z->out);
}

struct counts {
    size_t isut, isstd, leap, time, type, chars;
};

static struct counts counts_of(const uint8_t *p) {
    return (struct counts){(size_t)big(p + 20, 4), (size_t)big(p + 24, 4), (size_t)big(p + 28, 4),
                           (size_t)big(p + 32, 4), (size_t)big(p + 36, 4), (size_t)big(p + 40, 4)};
}
static size_t body_bytes(struct counts k, size_t time_bytes) {
    return k.time * time_bytes + k.time + k.type * 6 + k.chars + k.leap * (time_bytes + 4) +
           k.isstd + k.isut;
}

static bool body(struct pm_zone *z, const uint8_t *p, size_t n, struct counts k, int time_bytes) {
    if (k.type == 0 || k.time > 4096 || k.type > 256 || body_bytes(k, (size_t)time_bytes) > n)
        return false;
    const uint8_t *kinds = p + k.time * (size_t)time_bytes, *types = kinds + k.time;
    z->changes = pm_xmalloc(k.time * sizeof *z->changes);
    z->first_s = (int32_t)big(types, 4);
    for (size_t i = 0; i < k.time; i++) {
        if (kinds[i] >= k.type) return false;
        uint64_t raw = big(p + i * (size_t)time_bytes, time_bytes);
        z->changes[i] = (struct change){time_bytes == 8 ? (int64_t)raw : (int32_t)raw,
                                        (int32_t)big(types + kinds[i] * 6, 4)};
    }
    z->n = k.time;
    return true;
}

static bool parse(struct pm_zone *z, const uint8_t *p, size_t n) {
    if (n < 44 || memcmp(p, "TZif", 4) != 0) return false;
    struct counts k = counts_of(p);
    if (p[4] < '2') return body(z, p + 44, n - 44, k, 4);
    size_t skip = 44 + body_bytes(k, 4);
    if (k.time > 4096 || skip > n || n - skip < 44 || memcmp(p + skip, "TZif", 4) != 0)
        return false;
    k = counts_of(p + skip);
    if (!body(z, p + skip + 44, n - skip - 44, k, 8)) return false;
    size_t at = skip + 44 + body_bytes(k, 8);
    struct pm_str rest = {(const char *)p + at, n - at};
    footer(z, pm_str_between(rest, PM_STR("\n"), PM_STR("\n")));
    return true;
}

static struct pm_zone *fixed(int32_t offset_s) {
    struct pm_zone *z = pm_xmalloc(sizeof *z);
    *z = (struct pm_zone){.first_s = offset_s};
    return z;
}

static bool numeric(struct pm_str name, int32_t *offset_s) { // +02:00 -0530 +2
    if (name.n < 2 || (name.p[0] != '+' && name.p[0] != '-')) return false;
    int sign = name.p[0] == '-' ? -1 : 1;
    struct pm_scan c = pm_scan_of(pm_str_from(name, 1));
    uint64_t h, m = 0;
    if (!pm_scan_uint(&c, 2, &h)) return false;
    pm_scan_char(&c, ':');
    if (!pm_scan_end(&c) && !pm_scan_uint(&c, 2, &m)) return false;
    *offset_s = sign * (int32_t)(h * 3600 + m * 60);
    return pm_scan_end(&c) && h <= 14 && m < 60;
}

struct pm_zone *pm_zone_open(const char *name) {
    struct pm_str s = pm_str_c(name);
    int32_t offset_s;
    if (pm_str_ieq(s, PM_STR("utc")) || pm_str_ieq(s, PM_STR("z")) || pm_str_ieq(s, PM_STR("gmt")))
        return fixed(0);
    if (numeric(s, &offset_s)) return fixed(offset_s);
    if (s.n == 0 || s.n > 64 || s.p[0] == '/' || pm_str_has(s, PM_STR(".."))) return NULL;
    char path[128];
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return NULL;
    uint8_t *bytes = pm_xmalloc(1u << 16);
    ssize_t n = read(fd, bytes, 1u << 16);
    close(fd);
    struct pm_zone *z = fixed(0);
    if (n <= 0 || !parse(z, bytes, (size_t)n)) {
        pm_zone_close(z);
        z = NULL;
    }
    free(bytes);
    return z;
}

void pm_zone_close(struct pm_zone *z) {
    if (!z) return;
    free(z->changes);
    free(z);
}

// Local seconds of "the w-th weekday of the month" in `year`; week 5 is the last.
static int64_t rule_s(struct rule_day d, int year) {
    int first = pm_weekday(year, d.month, 1),
        day = 1 + (d.weekday - first + 7) % 7 + (d.week - 1) * 7;
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int last = days[d.month - 1] + (d.month == 2 && pm_year_leap(year));
    while (day > last) day -= 7;
    return pm_civil_ns(year, d.month, day, 0, 0, 0, 0) / PM_NS_PER_S + d.time_s;
}

static int32_t rule_offset(const struct pm_zone *z, int64_t utc_s) {
    if (!z->has_dst) return z->std_s;
    int year, mo, d, h, mi, s, ms;
    pm_civil_of((utc_s + z->std_s) * PM_NS_PER_S, &year, &mo, &d, &h, &mi, &s, &ms);
    int64_t into = rule_s(z->into, year) - z->std_s, out = rule_s(z->out, year) - z->dst_s;
    bool dst = into < out ? utc_s >= into && utc_s < out
                          : !(utc_s >= out && utc_s < into); // the south has it over New Year
    return dst ? z->dst_s : z->std_s;
}

static int64_t seconds_of(int64_t ns) {
    return ns >= 0 ? ns / PM_NS_PER_S : -((-ns + PM_NS_PER_S - 1) / PM_NS_PER_S);
}

int32_t pm_zone_offset(const struct pm_zone *z, int64_t utc_ns) {
    int64_t s = seconds_of(utc_ns);
    if (z->rule && (z->n == 0 || s >= z->changes[z->n - 1].at_s)) return rule_offset(z, s);
    int32_t offset_s = z->first_s;
    for (size_t i = 0; i < z->n && z->changes[i].at_s <= s; i++) offset_s = z->changes[i].offset_s;
    return offset_s;
}

int64_t pm_zone_utc(const struct pm_zone *z, int64_t local_ns, int64_t not_before_ns) {
    const int64_t day = 86400 * PM_NS_PER_S;
    int32_t before = pm_zone_offset(z, local_ns - day), after = pm_zone_offset(z, local_ns + day);
    int64_t a = local_ns - before * PM_NS_PER_S, b = local_ns - after * PM_NS_PER_S;
    if (a == b) return a;
    bool a_holds = pm_zone_offset(z, a) == before, b_holds = pm_zone_offset(z, b) == after;
    if (a_holds && b_holds) { // written twice: file order tells
        int64_t first = a < b ? a : b, second = a < b ? b : a;
        return not_before_ns != PM_NO_TIME && first < not_before_ns ? second : first;
    }
    return b_holds ? b : a; // neither: an hour that never was, read by the clock before it
}
