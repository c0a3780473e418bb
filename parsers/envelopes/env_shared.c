// What envelopes and framing share: where a record begins, and journald's "HOST
// IDENT[PID]: ". No descriptor here.
//
// A head is what a program prints before each record. Continuation lines are recognised
// by the lack of one, so this list is wide on purpose: a head taken for a continuation
// hides a record, a continuation taken for a head only splits one.
#include "parsers/envelopes/env_shared.h"
#include "pm/scan.h"

static bool digit(char c) { return c >= '0' && c <= '9'; }
static bool alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// '0' a digit, 'A' an upper-case letter, 'a' a lower-case letter, '?' anything, others
// themselves.
static bool shape(struct pm_str s, const char *pattern) {
    for (size_t i = 0; pattern[i]; i++) {
        if (i >= s.n) return false;
        char c = s.p[i];
        switch (pattern[i]) {
        case '0':
            if (!digit(c)) return false;
            break;
        case 'A':
            if (c < 'A' || c > 'Z') return false;
            break;
        case 'a':
            if (c < 'a' || c > 'z') return false;
            break;
        case '?': break;
        default:
            if (c != pattern[i]) return false;
        }
    }
    return true;
}

// Eight bytes at once: `like` has zeros where any digit may stand. What differs from it is
// nine at most in a digit and nothing elsewhere, so that `most` lifts no byte over 127.
static bool eight_like(const char *p, const char *like, const char *most) {
    uint64_t is, wanted, add;
    memcpy(&is, p, sizeof is);
    memcpy(&wanted, like, sizeof wanted);
    memcpy(&add, most, sizeof add);
    is ^= wanted;
    return !(((is + add) | is) & UINT64_C(0x8080808080808080));
}

// "E0102 03:04:05". Asked of every line more than once, so not by its shape as written.
bool pm_line_klog(struct pm_str s) {
    if (s.n <= 14 || (s.p[0] != 'I' && s.p[0] != 'W' && s.p[0] != 'E' && s.p[0] != 'F'))
        return false;
    return eight_like(s.p + 1, "0000 00:", "\x76\x76\x76\x76\x7f\x76\x76\x7f") &&
           eight_like(s.p + 6, "00:00:00", "\x76\x76\x7f\x76\x76\x7f\x76\x76");
}

// "10.1.2.3 - - [02/Jan/2024:…" and its kin: a bracketed CLF date after a few words;
// Harbor's `10.1.2.3 - "GET `.
static bool clf(struct pm_str s) {
    if (!digit(s.p[0]) && !alpha(s.p[0]) && s.p[0] != '-' && s.p[0] != ':') return false;
    struct pm_str near = pm_str_sub(s, 0, 200);
    for (ptrdiff_t at = pm_str_chr(near, '[', 0); at > 0;
         at = pm_str_chr(near, '[', (size_t)at + 1))
        if (shape(pm_str_from(near, (size_t)at), "[00/Aaa/0000:00")) return true;
    ptrdiff_t dash = pm_str_find(pm_str_sub(s, 0, 60), PM_STR(" - \""), 0);
    return dash > 0 && pm_str_chr(pm_str_sub(s, 0, (size_t)dash), ' ', 0) < 0;
}

bool pm_line_head(struct pm_str s) {
    if (s.n < 5) return false;
    char c = s.p[0];
    if (pm_line_klog(s)) return true;
    if (digit(c))
        return shape(s, "0000-00-00?00:00") || shape(s, "0000/00/00 00:00") ||
               shape(s, "0000000000.000") || clf(s);
    if (c == '{') return s.p[1] == '"';
    if (c == '[')
        return shape(s, "[0000-00-00") || shape(s, "[0000/00/00") || shape(s, "[00/Aaa/0000") ||
               shape(s, "[00:00:00") || s.p[1] == ' ' || pm_str_starts(s, PM_STR("[pod/"));
    if (c == '<')
        return shape(s, "<0>1 2") || shape(s, "<00>1 2") || shape(s, "<000>1 2") ||
               shape(s, "<00>Aaa ") || shape(s, "<000>Aaa ");
    if (c == '\xe2') return pm_str_starts(s, PM_STR("\xe2\x94\x82 ")); // a box's side
    if (c == '=') return pm_str_starts(s, PM_STR("==> ")) || pm_str_starts(s, PM_STR("==== "));
    if (pm_str_starts(s, PM_STR("time=\"")) || pm_str_starts(s, PM_STR("time=2"))) return true;
    if (pm_str_starts(s, PM_STR("level=")) || pm_str_starts(s, PM_STR("ts="))) return true;
    if (shape(s, "AAAA[") || shape(s, "Aaa 00 00:00:00") || shape(s, "Aaa  0 00:00:00") ||
        shape(s, "Aaa 0000-00-00 "))
        return true;
    return clf(s);
}

bool pm_line_stamp(struct pm_str s, struct pm_when *w) {
    if (s.n < 15) return false;
    if (pm_line_klog(s)) return pm_when_klog(pm_str_from(s, 1), w) > 0;
    if (pm_str_starts(s, PM_STR("time=\""))) return pm_when_rfc3339(pm_str_from(s, 6), w) > 0;
    if (pm_str_starts(s, PM_STR("time="))) return pm_when_rfc3339(pm_str_from(s, 5), w) > 0;
    if (shape(s, "0000-00-00")) return pm_when_rfc3339(s, w) > 0;
    if (shape(s, "[0000-00-00")) return pm_when_rfc3339(pm_str_from(s, 1), w) > 0;
    if (shape(s, "0000/00/00 ")) return pm_when_slash(s, w) > 0;
    ptrdiff_t at = pm_str_chr(pm_str_sub(s, 0, 200), '[', 0);
    return at >= 0 && shape(pm_str_from(s, (size_t)at), "[00/Aaa/0000:00") &&
           pm_when_clf(pm_str_from(s, (size_t)at + 1), w) > 0;
}

// IDENT or IDENT[PID] before ": ". Idents hold no blanks.
static size_t ident(struct pm_str s, struct pm_str *name, struct pm_str *pid) {
    size_t i = 0;
    while (i < s.n && i < 128 && (unsigned char)s.p[i] > ' ' && !strchr("[:\"={", s.p[i])) i++;
    if (i == 0 || i >= s.n) return 0;
    *name = pm_str_sub(s, 0, i);
    *pid = PM_NONE;
    if (s.p[i] == '[') {
        size_t from = i + 1, to = from;
        while (to < s.n && digit(s.p[to])) to++;
        if (to == from || to >= s.n || s.p[to] != ']') return 0;
        *pid = pm_str_sub(s, from, to - from);
        i = to + 1;
    }
    if (i >= s.n || s.p[i] != ':') return 0;
    i++;
    if (i == s.n) return i;
    return s.p[i] == ' ' ? i + 1 : 0;
}

static bool ends_unit(struct pm_str name) {
    static const char *const tails[] = {".service", ".scope", ".socket", ".mount", ".timer"};
    for (size_t i = 0; i < PM_LEN(tails); i++)
        if (pm_str_ends(name, pm_str_c(tails[i]))) return true;
    return false;
}

static bool is_host(struct pm_str s) {
    for (size_t i = 0; i < s.n; i++)
        if (!alpha(s.p[i]) && !digit(s.p[i]) && !strchr("-._:%", s.p[i]) &&
            (unsigned char)s.p[i] < 0x80)
            return false;
    return s.n > 0;
}

// "2024-01-02T03:04:05Z INFO main: …" has no host called INFO.
static bool is_level(struct pm_str s) {
    static const char *const levels[] = {"trace",    "debug", "info", "notice", "warn",
                                         "warning",  "error", "err",  "fatal",  "panic",
                                         "critical", "crit",  "alert"};
    for (size_t i = 0; s.n >= 3 && s.n <= 8 && i < PM_LEN(levels); i++)
        if (pm_str_ieq(s, pm_str_c(levels[i]))) return true;
    return false;
}

size_t pm_envelope_ident(struct pm_str s, struct pm_envelope_hint *hint, struct pm_str *key) {
    struct pm_str host = PM_NONE, name, pid;
    size_t used = ident(s, &name, &pid);
    if (!used) {
        size_t i = 0;
        while (i < s.n && i < 256 && (unsigned char)s.p[i] > ' ') i++;
        if (i == 0 || i >= s.n || s.p[i] != ' ') return 0;
        host = pm_str_sub(s, 0, i);
        if (!is_host(host)) return 0;
        used = ident(pm_str_from(s, i + 1), &name, &pid);
        if (!used) return 0;
        used += i + 1;
    }
    if (is_level(host) || is_level(name)) return 0;
    size_t blanks =
        0; // rsyslog's template and what copies of it make of the one blank behind the header
    while (used + blanks < s.n && s.p[used + blanks] == ' ') blanks++;
    if (blanks && pm_line_head(pm_str_from(s, used + blanks))) used += blanks;
    if (host.n) hint->node = host;
    if (ends_unit(name)) hint->unit = name;
    hint->ident = name;
    if (pid.n) hint->pid = pid;
    *key = pid.n ? (struct pm_str){name.p, (size_t)(pid.p + pid.n - name.p)} : name;
    return used;
}

bool pm_envelope_journal_field(struct pm_arena *a, struct pm_str name, struct pm_str value,
                               struct pm_envelope_hint *hint) {
    static const struct {
        const char *field;
        size_t at;
    } rows[] = {
        {"_HOSTNAME", offsetof(struct pm_envelope_hint, node)},
        {"SYSLOG_IDENTIFIER", offsetof(struct pm_envelope_hint, ident)},
        {"_PID", offsetof(struct pm_envelope_hint, pid)},
        {"SYSLOG_PID", offsetof(struct pm_envelope_hint, pid)},
        {"_SYSTEMD_UNIT", offsetof(struct pm_envelope_hint, unit)},
        {"PRIORITY", offsetof(struct pm_envelope_hint, priority)},
        {"_STREAM_ID", offsetof(struct pm_envelope_hint, stream)},
        {"CONTAINER_NAME", offsetof(struct pm_envelope_hint, container)},
    };
    if (pm_str_eqc(name, "MESSAGE")) return true;
    uint64_t us;
    if (pm_str_eqc(name, "__REALTIME_TIMESTAMP") && pm_str_u64(value, &us) &&
        us < UINT64_C(4000000000000000)) {
        hint->when = pm_when_unix_ns((int64_t)us * 1000);
        hint->when.unit_ns = 1000;
        return false;
    }
    if (pm_str_eqc(name, "_COMM") && !hint->ident.n) hint->ident = pm_arena_dup(a, value);
    for (size_t i = 0; i < PM_LEN(rows); i++)
        if (pm_str_eqc(name, rows[i].field)) {
            struct pm_str dup = pm_arena_dup(a, value);
            memcpy((char *)hint + rows[i].at, &dup, sizeof dup);
        }
    return false;
}

size_t pm_envelope_priority(struct pm_str s, struct pm_envelope_hint *hint) {
    struct pm_scan c = pm_scan_of(s);
    uint64_t pri;
    if (!pm_scan_char(&c, '<') || !pm_scan_uint(&c, 3, &pri) || pri > 191 || !pm_scan_char(&c, '>'))
        return 0;
    hint->priority = pm_str_sub(s, 1, (size_t)(c.at - s.p) - 2);
    return (size_t)(c.at - s.p);
}

// Only the control characters that programs really print: a stray "#123" in a message
// stays.
static int octal_at(struct pm_str s, size_t i) {
    if (i + 4 > s.n || s.p[i] != '#' || s.p[i + 1] != '0') return -1;
    int hi = s.p[i + 2] - '0', lo = s.p[i + 3] - '0', value = hi * 8 + lo;
    if (hi < 0 || hi > 7 || lo < 0 || lo > 7) return -1;
    return value == 9 || value == 10 || value == 13 || value == 27 ? value : -1;
}

struct pm_str pm_envelope_octal(struct pm_arena *a, struct pm_str s) {
    if (pm_str_find(s, PM_STR("#0"), 0) < 0) return s;
    char *out = pm_arena_alloc(a, s.n);
    size_t n = 0;
    for (size_t i = 0; i < s.n;) {
        int c = octal_at(s, i);
        out[n++] = c < 0 ? s.p[i] : (char)c;
        i += c < 0 ? 1 : 4;
    }
    return (struct pm_str){out, n};
}

enum pm_iso pm_envelope_iso(struct pm_str line, struct pm_str *inner, struct pm_envelope_hint *hint,
                            struct pm_str *key) {
    if (!shape(line, "0000-00-00T00:00:00")) return PM_ISO_NONE;
    struct pm_when w = {0};
    size_t used = pm_when_rfc3339(line, &w);
    if (!used || used >= line.n || line.p[used] != ' ' || w.kind != PM_WHEN_UTC || w.unit_ns < 1000)
        return PM_ISO_NONE; // nanoseconds are kubectl's and CI's
    struct pm_envelope_hint h = *hint;
    struct pm_str node_before = hint->node;
    h.node = PM_NONE;
    size_t more = pm_envelope_ident(pm_str_from(line, used + 1), &h, key);
    if (!more || (!h.node.n && !h.pid.n)) return PM_ISO_NONE;
    bool host = h.node.n > 0, z = line.p[used - 1] == 'Z', colon = !z && line.p[used - 3] == ':',
         fraction = line.p[19] == '.';
    if (!host) h.node = node_before;
    h.when = w;
    *hint = h;
    *inner = pm_str_from(line, used + 1 + more);
    if (z && !host) return PM_ISO_SNAP;
    return z || (colon && fraction) ? PM_ISO_SYSLOG : PM_ISO_JOURNALD;
}

bool pm_envelope_dns(struct pm_str s) {
    if (!s.n || s.n > 253) return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!digit(c) && !(c >= 'a' && c <= 'z') && c != '-' && c != '.') return false;
    }
    return s.p[0] != '-' && s.p[0] != '.' && s.p[s.n - 1] != '-' && s.p[s.n - 1] != '.';
}
