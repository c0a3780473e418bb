// Words and text pieces that several renderers share: widths, escapes, numbers, times,
// lists.
#include "report/words.h"
#include "pm/diag.h"
#include "pm/rule.h"
#include "pm/when.h"
#include <stdio.h>

// How many bytes a code point has that begins so: 0 where none does.
static size_t length_of(unsigned char first) {
    if (first < 0x80) return 1;
    if (first < 0xc2 || first > 0xf4) return 0;
    if (first < 0xe0) return 2;
    return first < 0xf0 ? 3 : 4;
}
// One code point at p (n > 0 bytes): its length, 0 where the bytes are no UTF-8
// (surrogates, overlong forms and beyond U+10FFFF too).
static size_t utf8_at(const unsigned char *p, size_t n, uint32_t *c) {
    size_t len = length_of(p[0]);
    if (!len || len > n) return 0;
    *c = len == 1 ? p[0] : p[0] & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80) return 0;
        *c = *c << 6 | (p[i] & 0x3f);
    }
    if ((len == 3 && (*c < 0x800 || (*c >= 0xd800 && *c < 0xe000))) ||
        (len == 4 && (*c < 0x10000 || *c > 0x10ffff)))
        return 0;
    return len;
}

static int width_of(uint32_t c) {
    static const struct {
        uint32_t from, to;
        int width;
    } rows[] = {{0x300, 0x36f, 0},     {0x200b, 0x200f, 0},   {0x2028, 0x202e, 0},
                {0x20d0, 0x20ff, 0},   {0xfe00, 0xfe0f, 0},   {0xfeff, 0xfeff, 0},
                {0x1100, 0x115f, 2},   {0x2e80, 0x303e, 2},   {0x3041, 0x33ff, 2},
                {0x3400, 0x4dbf, 2},   {0x4e00, 0x9fff, 2},   {0xa000, 0xa4cf, 2},
                {0xac00, 0xd7a3, 2},   {0xf900, 0xfaff, 2},   {0xfe30, 0xfe4f, 2},
                {0xff00, 0xff60, 2},   {0xffe0, 0xffe6, 2},   {0x1f300, 0x1f64f, 2},
                {0x1f680, 0x1f6ff, 2}, {0x1f900, 0x1f9ff, 2}, {0x20000, 0x3fffd, 2}};
    if (c < 0x300) return 1;
    for (size_t i = 0; i < PM_LEN(rows); i++)
        if (c >= rows[i].from && c <= rows[i].to) return rows[i].width;
    return 1;
}
int pm_text_width(struct pm_str s) {
    int width = 0;
    for (size_t i = 0; i < s.n;) {
        uint32_t c = 0;
        size_t len = utf8_at((const unsigned char *)s.p + i, s.n - i, &c);
        width += len ? width_of(c) : 1;
        i += len ? len : 1;
    }
    return width;
}

static bool hidden(uint32_t c) {
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}
static void show_hidden(struct pm_buf *b, uint32_t c) {
    if (c == '\n') pm_buf_lit(b, "\\n");
    else if (c == '\t') pm_buf_lit(b, "\\t");
    else if (c == '\r') pm_buf_lit(b, "\\r");
    else if (c < 0x100) pm_buf_fmt(b, "\\x%02x", (unsigned)c);
    else pm_buf_fmt(b, "\\u{%x}", (unsigned)c);
}
// What every escape leaves as it is, but for quotes and backslashes.
static bool is_plain(char c) { return c >= 0x20 && c < 0x7f; }
static size_t plain_end(struct pm_str s, size_t i) {
    while (i < s.n && is_plain(s.p[i])) i++;
    return i;
}
bool pm_text_is_neutral(struct pm_str s) { return plain_end(s, 0) == s.n; }
static bool is_layout(uint32_t c) { return c == '\n' || c == '\t' || c == '\r'; }
enum shown { SHOW_ALL, KEEP_LAYOUT };
static struct pm_str shown(struct pm_arena *a, struct pm_str s, enum shown what) {
    struct pm_buf b = {0};
    size_t clean = 0; // bytes before this are in b, or nothing is yet
    bool changed = false;
    for (size_t i = 0; (i = plain_end(s, i)) < s.n;) {
        uint32_t c = 0;
        size_t len = utf8_at((const unsigned char *)s.p + i, s.n - i, &c);
        if (len && (!hidden(c) || (what == KEEP_LAYOUT && is_layout(c)))) {
            i += len;
            continue;
        }
        pm_buf_add(&b, pm_str_sub(s, clean, i - clean));
        show_hidden(&b, len ? c : (unsigned char)s.p[i]);
        i += len ? len : 1;
        clean = i;
        changed = true;
    }
    if (!changed) return s;
    pm_buf_add(&b, pm_str_from(s, clean));
    struct pm_str out = pm_arena_dup(a, pm_buf_str(&b));
    pm_buf_free(&b);
    return out;
}

struct pm_str pm_text_visible(struct pm_arena *a, struct pm_str s) {
    return shown(a, s, SHOW_ALL);
}
struct pm_str pm_text_neutral(struct pm_arena *a, struct pm_str s) {
    return shown(a, s, KEEP_LAYOUT);
}

static size_t bytes_in(struct pm_str s, int width) {
    size_t i = 0;
    for (int used = 0; i < s.n;) {
        uint32_t c = 0;
        size_t len = utf8_at((const unsigned char *)s.p + i, s.n - i, &c);
        used += len ? width_of(c) : 1;
        if (used > width) break;
        i += len ? len : 1;
    }
    return i;
}
struct pm_str pm_text_cut(struct pm_arena *a, struct pm_str s, int width) {
    if (pm_text_width(s) <= width) return s;
    if (width < 1) return PM_NONE;
    return pm_arena_join(a, pm_str_sub(s, 0, bytes_in(s, width - 1)), PM_STR("…"));
}
struct pm_str pm_text_cut_middle(struct pm_arena *a, struct pm_str s, int width) {
    int all = pm_text_width(s), head = width * 2 / 5, tail = width - head - 3;
    if (all <= width) return s;
    if (tail < 1) return pm_text_cut(a, s, width);
    size_t from = bytes_in(s, all - tail);
    while (from < s.n && ((unsigned char)s.p[from] & 0xc0) == 0x80) from++;
    return pm_arena_fmt(a, "%.*s … %.*s", PM_FMT(pm_str_trim(pm_str_sub(s, 0, bytes_in(s, head)))),
                        PM_FMT(pm_str_trim(pm_str_from(s, from))));
}
size_t pm_text_fit(struct pm_str s, int width) {
    size_t n = bytes_in(s, width);
    if (n >= s.n) return s.n;
    for (size_t i = n; i > n / 2 && i > 3; i--) // "a · b": pieces stay whole
        if (s.p[i] == ' ' && (unsigned char)s.p[i - 1] == 0xb7 && (unsigned char)s.p[i - 2] == 0xc2)
            return i;
    for (size_t i = n; i > n / 3; i--)
        if (s.p[i] == ' ') return i;
    for (size_t i = n; i > n / 3; i--) // a long path breaks behind a slash
        if (s.p[i - 1] == '/') return i;
    if (n > 0) return n;
    uint32_t c = 0;
    size_t len = utf8_at((const unsigned char *)s.p, s.n, &c);
    return len ? len : 1;
}

void pm_json_string(struct pm_buf *b, struct pm_str s) {
    static const char short_escapes[] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
                                         ['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\'};
    pm_buf_addc(b, '"');
    size_t clean = 0;
    for (size_t i = 0; i < s.n;) {
        uint32_t c = 0;
        unsigned char first = (unsigned char)s.p[i];
        if (is_plain(s.p[i]) && first != '"' && first != '\\') {
            i++;
            continue;
        }
        size_t len = utf8_at((const unsigned char *)s.p + i, s.n - i, &c);
        if (len && first >= 0x20 && first != '"' && first != '\\' && !hidden(c)) {
            i += len;
            continue;
        }
        pm_buf_add(b, pm_str_sub(s, clean, i - clean));
        if (!len) pm_buf_lit(b, "\xef\xbf\xbd");
        else if (c < sizeof short_escapes && short_escapes[c]) {
            pm_buf_addc(b, '\\');
            pm_buf_addc(b, short_escapes[c]);
        } else pm_buf_fmt(b, "\\u%04x", (unsigned)c);
        i += len ? len : 1;
        clean = i;
    }
    pm_buf_add(b, pm_str_from(s, clean));
    pm_buf_addc(b, '"');
}

struct pm_str pm_words_number(struct pm_arena *a, uint64_t n) {
    char digits[24], out[40];
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n), at = 0;
    for (int i = 0; i < len; i++) {
        if (n >= 10000 && i && (len - i) % 3 == 0) out[at++] = ' ';
        out[at++] = digits[i];
    }
    return pm_arena_dup(a, (struct pm_str){out, (size_t)at});
}
struct pm_str pm_words_count(struct pm_arena *a, uint64_t n, const char *one, const char *many) {
    struct pm_str number = pm_words_number(a, n);
    return pm_arena_fmt(a, "%.*s %s", PM_FMT(number), n == 1 ? one : many);
}
struct pm_str pm_words_bytes(struct pm_arena *a, uint64_t n) {
    static const char *const units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
    if (n < 1000) return pm_words_count(a, n, "byte", "bytes");
    uint64_t whole = n / 1000, rest = n % 1000;
    size_t unit = 0;
    for (; whole >= 1000; unit++) {
        rest = whole % 1000;
        whole /= 1000;
    }
    if (whole >= 100) return pm_arena_fmt(a, "%llu %s", (unsigned long long)whole, units[unit]);
    return pm_arena_fmt(a, "%llu.%llu %s", (unsigned long long)whole,
                        (unsigned long long)rest / 100, units[unit]);
}
struct pm_str pm_words_seconds(struct pm_arena *a, double s) {
    char out[32];
    if (!(s >= 0 && s < 9e9)) return PM_NONE;
    if (s < 0.9995) return pm_arena_fmt(a, "%d ms", (int)(s * 1000 + 0.5));
    return pm_arena_dup(a, pm_str_c(pm_duration_format((int64_t)(s * 1e9), out)));
}
struct pm_str pm_words_list(struct pm_arena *a, const struct pm_strs *list, size_t most) {
    struct pm_buf b = {0};
    size_t shown = list->n <= most + 1 ? list->n : most;
    for (size_t i = 0; i < shown; i++) {
        if (i) pm_buf_lit(&b, i + 1 == list->n ? " and " : ", ");
        pm_buf_add(&b, list->items[i]);
    }
    if (shown < list->n) pm_buf_fmt(&b, "%s%zu more", shown ? " and " : "", list->n - shown);
    struct pm_str out = pm_arena_dup(a, pm_buf_str(&b));
    pm_buf_free(&b);
    return out;
}

static struct pm_str date_of(struct pm_arena *a, int64_t ns) {
    char out[32];
    return pm_arena_dup(a, pm_str_sub(pm_str_c(pm_when_format(ns, out)), 0, 10));
}
static struct pm_str clock_words(struct pm_arena *a, int64_t ns, int64_t day_ns, bool seconds) {
    char out[32];
    if (ns == PM_NO_TIME) return PM_STR("–");
    bool same_day = day_ns != PM_NO_TIME && pm_str_eq(date_of(a, ns), date_of(a, day_ns));
    return pm_arena_dup(a, pm_str_c(pm_when_clock(ns, !same_day, seconds, out)));
}
static bool brief(int64_t from_ns, int64_t to_ns) {
    return from_ns != PM_NO_TIME && to_ns != PM_NO_TIME && to_ns - from_ns < PM_BRIEF_NS;
}

struct pm_str pm_words_time(struct pm_arena *a, int64_t ns, int64_t day_ns) {
    return clock_words(a, ns, day_ns, false);
}
struct pm_str pm_words_moment(struct pm_arena *a, int64_t ns, int64_t from_ns, int64_t to_ns,
                              int64_t day_ns) {
    return clock_words(a, ns, day_ns, brief(from_ns, to_ns));
}
struct pm_str pm_words_span(struct pm_arena *a, int64_t from_ns, int64_t to_ns, int64_t day_ns) {
    bool seconds = brief(from_ns, to_ns);
    struct pm_str from = clock_words(a, from_ns, day_ns, seconds),
                  to = clock_words(a, to_ns, from_ns, seconds);
    if (to_ns == PM_NO_TIME || pm_str_ends(from, to)) return from;
    return pm_arena_fmt(a, "%.*s%s%.*s", PM_FMT(from), pm_str_chr(to, ' ', 0) < 0 ? "–" : " – ",
                        PM_FMT(to));
}
struct pm_str pm_words_range(struct pm_arena *a, int64_t from_ns, int64_t to_ns) {
    if (from_ns == PM_NO_TIME || to_ns == PM_NO_TIME) return PM_NONE;
    return pm_arena_fmt(a, "%.*s UTC", PM_FMT(pm_words_span(a, from_ns, to_ns, PM_NO_TIME)));
}
bool pm_words_told(const struct pm_report *r, size_t skipped) {
    for (size_t i = 0; i < r->diagnostics_n; i++)
        if (pm_str_eq(r->diagnostics[i].path, r->skipped[skipped].path) &&
            pm_str_eq(r->diagnostics[i].message, r->skipped[skipped].why))
            return true;
    return false;
}
static struct pm_str no_pulls(const struct pm_report *r) {
    if (r->partial) return PM_STR("no image pull is in what could be read");
    if (!r->files_n)
        return r->skipped_n ? PM_STR("nothing could be read") : PM_STR("there is no file to read");
    if (!r->bytes) return PM_STR("the input is empty");
    if (!r->events)
        return PM_STR(
            "nothing in it is a log that is known here; 'pullmortem formats' lists what is");
    return PM_STR("no image pull is in these logs");
}
struct pm_incident pm_words_whole(const struct pm_report *r, const struct pm_incident *i) {
    struct pm_incident whole = *i;
    if (!r->whole.effects_n) return whole;
    whole.from_ns = r->whole.from_ns;
    whole.to_ns = r->whole.to_ns;
    whole.recovered_ns = r->whole.recovered_ns;
    whole.failed_pulls = r->whole.failed_pulls;
    return whole;
}
struct pm_str pm_words_partial(struct pm_arena *a, const struct pm_report *r) {
    if (!r->partial) return PM_NONE;
    for (size_t i = 0; i < r->diagnostics_n; i++) {
        const struct pm_diag *d = &r->diagnostics[i];
        if (pm_diag_is_loss(d->code))
            return pm_arena_fmt(a, "could not be read whole: %.*s%s%.*s", PM_FMT(d->path),
                                d->path.n ? ": " : "", PM_FMT(d->message));
    }
    return PM_STR("could not be read whole");
}

struct pm_str pm_words_calm(struct pm_arena *a, const struct pm_report *r) {
    if (r->total.attempts == 0) return no_pulls(r);
    struct pm_str n = pm_words_count(a, r->total.attempts, "pull", "pulls");
    if (r->total.failed)
        return pm_arena_fmt(a, "%.*s, %llu failed, none of them an incident", PM_FMT(n),
                            (unsigned long long)r->total.failed);
    unsigned long long open =
        r->total
            .open; // a pull under way as the logs end is usual; where none ended at all, nothing is known to be well
    if (open == r->total.attempts)
        return pm_arena_fmt(a, "%.*s began, and none ended within these logs", PM_FMT(n));
    struct pm_str rest =
        open ? pm_arena_fmt(a, ", %llu without an end in these logs", open) : PM_NONE;
    return pm_arena_fmt(a,
                        r->partial ? "in what could be read: %.*s, none failed%.*s"
                                   : "healthy: %.*s, none failed%.*s",
                        PM_FMT(n), PM_FMT(rest));
}
struct pm_str pm_words_within(struct pm_str step) {
    static const struct {
        const char *step, *words;
    } STEPS[] = {{"0-10m", "first 10 min"},
                 {"10-30m", "10\xe2\x80\x93"
                            "30 min"},
                 {"30-120m", "30\xe2\x80\x93"
                             "120 min"},
                 {"1-7d", "1\xe2\x80\x93"
                          "7 days"}};
    for (size_t i = 0; i < PM_LEN(STEPS); i++)
        if (pm_str_eqc(step, STEPS[i].step)) return pm_str_c(STEPS[i].words);
    return PM_NONE;
}

const char *pm_words_cause(int cause) { return cause >= 0 ? pm_causes[cause].name : "unknown"; }
struct pm_str pm_words_ratio(struct pm_arena *a, uint64_t part, uint64_t whole) {
    if (!whole) return PM_NONE;
    uint64_t percent = (part * 100 + whole / 2) / whole;
    if (percent == 100 && part < whole) percent = 99;
    if (percent == 0 && part > 0) percent = 1;
    return pm_arena_fmt(a, "%llu %%", (unsigned long long)percent);
}

struct pm_str pm_words_object(struct pm_arena *a, struct pm_str kind, struct pm_str k8s_namespace,
                              struct pm_str name) {
    return pm_arena_fmt(a, "%.*s%s%.*s%s%.*s", PM_FMT(kind), kind.n ? " " : "",
                        PM_FMT(k8s_namespace), k8s_namespace.n ? "/" : "", PM_FMT(name));
}

// A workload whose pods were refused before they were has none.
struct pm_str pm_words_workload(struct pm_arena *a, const struct pm_hit_workload *w) {
    struct pm_str name = pm_words_object(a, w->kind, w->k8s_namespace, w->name);
    return w->pods ? pm_arena_fmt(a, "%.*s (%.*s)", PM_FMT(name),
                                  PM_FMT(pm_words_count(a, w->pods, "pod", "pods")))
                   : name;
}

static struct pm_str window_files(struct pm_arena *a, const struct pm_window *w) {
    if (!w->files.n) return PM_NONE;
    if (w->files.n == 1) return pm_arena_fmt(a, " in %.*s", PM_FMT(w->files.items[0]));
    return pm_arena_fmt(a, " in %.*s and %zu more", PM_FMT(w->files.items[0]), w->files.n - 1);
}

struct pm_str pm_words_window(struct pm_arena *a, const struct pm_report *r,
                              const struct pm_window *w) {
    char from[32], to[32], asked[32];
    struct pm_buf causes = {0};
    for (size_t i = 0; i < w->by_cause_n && i < 3; i++)
        pm_buf_fmt(&causes, "%s%.*s %llu", i ? ", " : " (", PM_FMT(w->by_cause[i].name),
                   (unsigned long long)w->by_cause[i].n);
    if (w->by_cause_n) pm_buf_lit(&causes, w->by_cause_n > 3 ? " …)" : ")");
    bool earlier = r->from_ns == PM_NO_TIME || w->to_ns < r->from_ns;
    const struct pm_str *option = earlier ? &PM_STR("--until") : &PM_STR("--since");
    int64_t at = earlier ? w->to_ns + PM_NS_PER_S - 1 : w->from_ns;
    pm_when_clock(w->from_ns, true, false, from);
    pm_when_clock(w->to_ns, true, false, to);
    pm_when_clock(at, true, true, asked);
    asked[10] = 'T';
    struct pm_str said = pm_arena_fmt(
        a, "%s to %s UTC: %llu of %s failed%.*s%.*s; not counted above, %.*s %sZ tells it", from,
        to, (unsigned long long)w->failed,
        pm_arena_cstr(a, pm_words_count(a, w->attempts, "pull", "pulls")),
        PM_FMT(pm_buf_str(&causes)), PM_FMT(window_files(a, w)), PM_FMT(*option), asked);
    pm_buf_free(&causes);
    return said;
}

struct pm_str pm_words_hearsay(struct pm_arena *a, const struct pm_hearsay *h) {
    struct pm_str lines = pm_words_count(a, h->lines, "line", "lines");
    const char *rest = h->lines == 1 ? "speaks of pulls; it was not counted"
                                     : "speak of pulls; they were not counted";
    if (!h->pod.n) return pm_arena_fmt(a, "%.*s %s", PM_FMT(lines), rest);
    const char *who = pm_str_has(h->pod, PM_STR("/")) ? "pod " : "";
    return pm_arena_fmt(a, "%.*s of %s%.*s %s", PM_FMT(lines), who, PM_FMT(h->pod), rest);
}

const char *const pm_health_heads[PM_HEALTH_COLUMNS] = {
    "pulls", "success", "mean", "p95", "p99", "429", "401", "timeouts", "cache hits"};
void pm_words_health(struct pm_arena *a, const struct pm_report *r, const struct pm_pull_stats *s,
                     struct pm_str cells[PM_HEALTH_COLUMNS]) {
    const double took[] = {s->latency.mean_s, s->latency.p95_s, s->latency.p99_s};
    static const enum pm_trouble shares[] = {PM_TROUBLE_429, PM_TROUBLE_401, PM_TROUBLE_TIMEOUT};
    size_t n = 0;
    cells[n++] = pm_words_number(a, s->attempts);
    cells[n++] = pm_words_ratio(a, s->ok, s->ok + s->failed);
    for (size_t i = 0; i < PM_LEN(took); i++)
        cells[n++] = s->latency.n ? pm_words_seconds(a, took[i]) : PM_NONE;
    for (size_t i = 0; i < PM_LEN(shares); i++)
        cells[n++] = pm_words_ratio(a, s->troubles[shares[i]], s->attempts);
    cells[n++] = pm_words_ratio(a, s->cached,
                                r->total.cached
                                    ? s->cached + s->ok
                                    : 0); // no log here tells of images that were there: not known
    for (size_t i = 0; i < n; i++)
        if (!cells[i].n) cells[i] = PM_STR("–");
}
