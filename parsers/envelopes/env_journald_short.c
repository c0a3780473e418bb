// journalctl -o short and short-precise, which is also what BSD syslog files look like
// when the day has two digits.
//
//   Jan 02 03:04:05 node-7 kubelet[2711]: E0102 03:04:05.678901    2711 pod_workers.go:1301] "Error syncing pod, skipping"
//   Jan 02 03:04:05.678901 node-7 containerd[911]: time="2024-01-02T03:04:05.699000000Z" level=info msg="PullImage \"busybox\""
//   Jan 02 03:04:05 containerd[911]: …                     (--no-hostname)
//   -- Logs begin at Tue 2024-01-02 03:04:05 UTC, end at Tue 2024-01-02 04:04:05 UTC. --     (and the other "-- … --" lines)
// Some locales print the month as "1月" or in their own letters ("janv.", "Mär"): read for
// CJK, French, German, Spanish, Portuguese and Italian. Source: systemd
// src/shared/logs-show.c@v252, src/journal/journalctl.c@v245 (headers).
#include "pm/envelope.h"
#include "pm/scan.h"

static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// "5月 13 02:10:01" → "May 13 02:10:01"
static size_t cjk_stamp(struct pm_arena *a, struct pm_str line, struct pm_when *w) {
    struct pm_scan c = pm_scan_of(line);
    uint64_t month;
    if (!pm_scan_uint(&c, 2, &month) || month < 1 || month > 12 ||
        !pm_scan_lit(&c, "\xe6\x9c\x88 "))
        return 0;
    struct pm_str rest = pm_str_sub(pm_scan_rest(&c), 0, 32);
    struct pm_str text = pm_arena_fmt(a, "%s %.*s", months[month - 1], PM_FMT(rest));
    size_t used = pm_when_syslog(text, w);
    return used ? (size_t)(c.at - line.p) + used - 4 : 0;
}

struct month {
    const char *name; // as glibc's locale prints %b; those that are English too are absent
    int number;
};
static const struct month local_months[] = {
    {"janv.", 1}, {"ene", 1},   {"gen", 1},  {"jan", 1},  {"févr.", 2}, {"feb", 2},   {"fev", 2},
    {"mars", 3},  {"mar", 3},   {"Mär", 3},  {"März", 3}, {"avril", 4}, {"abr", 4},   {"apr", 4},
    {"mai", 5},   {"may", 5},   {"mag", 5},  {"Mai", 5},  {"juin", 6},  {"jun", 6},   {"giu", 6},
    {"juil.", 7}, {"jul", 7},   {"lug", 7},  {"août", 8}, {"ago", 8},   {"sept.", 9}, {"sep", 9},
    {"set", 9},   {"oct.", 10}, {"oct", 10}, {"out", 10}, {"ott", 10},  {"Okt", 10},  {"nov.", 11},
    {"nov", 11},  {"déc.", 12}, {"dic", 12}, {"dez", 12}, {"Dez", 12},
};

// "janv. 06 12:44:17" → "Jan 06 12:44:17"
static size_t local_stamp(struct pm_arena *a, struct pm_str line, struct pm_when *w) {
    ptrdiff_t end = pm_str_chr(pm_str_sub(line, 0, 8), ' ', 0);
    struct pm_str name = pm_str_sub(line, 0, end < 0 ? 0 : (size_t)end),
                  rest = pm_str_sub(line, (size_t)(end + 1), 32);
    if (end < 3 || !rest.n || rest.p[0] < '0' || rest.p[0] > '3') return 0;
    for (size_t i = 0; i < PM_LEN(local_months); i++) {
        if (name.p[0] != local_months[i].name[0] || !pm_str_eqc(name, local_months[i].name))
            continue;
        size_t used = pm_when_syslog(
            pm_arena_fmt(a, "%s %.*s", months[local_months[i].number - 1], PM_FMT(rest)), w);
        return used ? used - 4 + (size_t)end + 1 : 0;
    }
    return 0;
}

static enum pm_peel marker(struct pm_str line, struct pm_envelope_hint *hint) {
    static const char *const begins[] = {"-- Logs begin at ", "-- Journal begins at "};
    for (size_t i = 0; i < PM_LEN(begins); i++)
        if (pm_str_starts(line, pm_str_c(begins[i]))) {
            pm_when_full(pm_str_from(line, strlen(begins[i])), &hint->when);
            return PM_PEEL_META;
        }
    static const char *const others[] = {"-- Boot ", "-- Reboot --", "-- No entries --",
                                         "-- cursor: "};
    for (size_t i = 0; i < PM_LEN(others); i++)
        if (pm_str_starts(line, pm_str_c(others[i]))) return PM_PEEL_META;
    return PM_PEEL_NO;
}

static enum pm_peel peel(struct pm_arena *a, struct pm_str line, struct pm_str *inner,
                         struct pm_envelope_hint *hint, struct pm_str *key) {
    if (line.n < 12) return PM_PEEL_NO;
    if (line.p[0] == '-') return marker(line, hint);
    bool latin = line.p[0] >= 'A' && line.p[0] <= 'Z' && line.p[3] == ' ' && line.p[4] != ' ';
    bool digit = line.p[0] >= '1' && line.p[0] <= '9';
    struct pm_when w = {0};
    size_t used;
    if (digit) used = cjk_stamp(a, line, &w);
    else if (latin) used = pm_when_syslog(line, &w);
    else used = 0;
    if (!used && !digit) used = local_stamp(a, line, &w);
    if (!used || used >= line.n || line.p[used] != ' ') return PM_PEEL_NO;
    size_t more = pm_envelope_ident(pm_str_from(line, used + 1), hint, key);
    if (!more) return PM_PEEL_NO;
    hint->when = w;
    *inner = pm_str_from(line, used + 1 + more);
    return PM_PEEL_YES;
}

const struct pm_envelope pm_envelope_journald_short = {
    .name = "journald-short",
    .title = "journalctl -o short, short-precise",
    .example =
        "Jan 02 03:04:05 node-7 kubelet[2711]: W0102 03:04:05.000042    2711 kubelet_pods.go:1079] Unable to retrieve pull secret",
    .source = "systemd/systemd:src/shared/logs-show.c@v252",
    .rank = 20,
    .first = "A0-a",
    .peel = peel,
};
