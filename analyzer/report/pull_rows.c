// Every pull as a row, as CSV or as a JSON line: what the view `pulls` of the timeline has,
// column by column, without writing a million rows there and reading them again.
//
// Most texts of a pull are names that thousands have, and such a name is one place in memory:
// it is escaped when it is met first, as long as no other takes its place, and a row is put
// together of pieces.
#include "pm/timeline.h"
#include "pm/when.h"
#include "report/row_print.h"
#include "report/view.h"
#include "report/words.h"
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

// What stands in a column, and of which type its member is.
enum kind {
    TEXT,    // pm_str
    RULE,    // C string
    CAUSE,   // int
    OUTCOME, // an enumeration
    STAGE,
    PODS,         // pm_strs
    SOURCES,      // unsigned
    TIME,         // int64_t; none: PM_NO_TIME
    TIME_NS,      // the same as a number
    MILLISECONDS, // of ns, int64_t; none: 0
    BYTES,        // int64_t; none: -1
    COUNT,        // uint64_t
    EVENT,        // the same; none: 0
    STATUS,       // int; none: 0
    INCIDENT,     // uint32_t; none: 0
    FLAG          // bool
};
#define OF(member) offsetof(struct pm_pull, member)
static const struct column {
    const char *name;
    enum kind kind;
    size_t at;
} columns[] = {
    {"id", COUNT, OF(id)},
    {"node", TEXT, OF(node)},
    {"image", TEXT, OF(image)},
    {"registry", TEXT, OF(registry)},
    {"repository", TEXT, OF(repository)},
    {"tag", TEXT, OF(tag)},
    {"digest", TEXT, OF(digest)},
    {"started", TIME, OF(started_ns)},
    {"ended", TIME, OF(ended_ns)},
    {"outcome", OUTCOME, OF(outcome)},
    {"cause", CAUSE, OF(cause)},
    {"status", STATUS, OF(http_status)},
    {"stage", STAGE, OF(stage)},
    {"duration_ms", MILLISECONDS, OF(duration_ns)},
    {"bytes", BYTES, OF(bytes)},
    {"pods", PODS, OF(pods)},
    {"sources", SOURCES, OF(sources)},
    {"incident", INCIDENT, OF(incident)},
    {"client", TEXT, OF(client)},
    {"user", TEXT, OF(user)},
    {"namespace", TEXT, OF(k8s_namespace)},
    {"rule", RULE, OF(rule)},
    {"error", TEXT, OF(error)},
    {"started_ns", TIME_NS, OF(started_ns)},
    {"ended_ns", TIME_NS, OF(ended_ns)},
    {"waiting_ms", MILLISECONDS, OF(waiting_ns)},
    {"reconstructed", FLAG, OF(reconstructed)},
    {"requests", COUNT, OF(requests)},
    {"evidence", EVENT, OF(evidence)},
};
static const char *const source_words[] = {"runtime", "kubelet",  "events",
                                           "pod",     "registry", "client"};
enum {
    COLUMNS = PM_LEN(columns),
    NAMES = 1 << 13, // so many are kept
    NAME_BYTES = 512,
    DAY_S = 86400,
    MS_NS = 1000000,
    FLUSH_BYTES = 256 << 10
};

struct escaped {
    struct pm_str of; // told by its address
    struct pm_buf text;
};
struct printing {
    FILE *out;
    enum pm_rows_form form;
    struct pm_buf before[COLUMNS], end; // what stands before each cell, and behind the last
    struct pm_str nothing, quote;
    struct pm_buf sources[1 << PM_LEN(source_words)]; // words
    struct escaped names[NAMES];
    int64_t day; // of `date`
    char date[32];
    struct pm_buf rows, shown; // shown: a text of which parts stand as something else
};

static void put(struct printing *p, struct pm_str s) {
    if (!s.n) return;
    memcpy(pm_buf_room(&p->rows, s.n), s.p, s.n);
    p->rows.n += s.n;
}

// ---- texts

// A NUL, which would end the text in other people's tools, stands as its picture.
static struct pm_str nuls_shown(struct printing *p, struct pm_str text) {
    if (!memchr(text.p, 0, text.n)) return text;
    pm_buf_clear(&p->shown);
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i]) pm_buf_addc(&p->shown, text.p[i]);
        else pm_buf_lit(&p->shown, "\xe2\x90\x80");
    }
    return pm_buf_str(&p->shown);
}
static void text_put(struct printing *p, struct pm_buf *b, struct pm_str text) {
    if (!text.n) pm_buf_add(b, p->nothing);
    else if (p->form == PM_ROWS_JSONL) pm_json_string(b, nuls_shown(p, text));
    else pm_csv_cell(b, nuls_shown(p, text), 't');
}
// Of a text that stays where it is as long as rows are printed.
static void name_put(struct printing *p, struct pm_str name) {
    const uint64_t address = (uint64_t)(uintptr_t)name.p;
    struct escaped *kept = &p->names[(address * UINT64_C(0x9e3779b97f4a7c15) >> 32) % NAMES];
    if (!name.n || name.n > NAME_BYTES) {
        text_put(p, &p->rows, name);
        return;
    }
    if (kept->of.p != name.p || kept->of.n != name.n) {
        pm_buf_clear(&kept->text);
        text_put(p, &kept->text, name);
        kept->of = name;
    }
    put(p, pm_buf_str(&kept->text));
}
static void pods_put(struct printing *p, const struct pm_strs *pods) {
    struct pm_buf all = {0};
    for (size_t i = 0; i < pods->n; i++) {
        if (i) pm_buf_addc(&all, ' ');
        pm_buf_add(&all, pods->items[i]);
    }
    text_put(p, &p->rows, pm_buf_str(&all));
    pm_buf_free(&all);
}

// ---- numbers

static uint64_t size_of(int64_t n) { return n < 0 ? 0 - (uint64_t)n : (uint64_t)n; }
static void size_put(struct printing *p, uint64_t n) {
    char room[24], *end = room + sizeof room, *at = end;
    do *--at = (char)('0' + n % 10);
    while (n /= 10);
    put(p, (struct pm_str){at, (size_t)(end - at)});
}
static void number_put(struct printing *p, int64_t n) {
    if (n < 0) put(p, PM_STR("-"));
    size_put(p, size_of(n));
}
static void number_or_put(struct printing *p, int64_t n, int64_t none) {
    if (n == none) put(p, p->nothing);
    else number_put(p, n);
}

// A fraction holds fifteen digits exactly, so that what is printed of ns / 1e6 is ns with a
// point in it. Of more digits, and of so few that they are far behind the point, SQL itself
// says what it prints.
static void milliseconds_put(struct printing *p, int64_t ns) {
    const uint64_t size = size_of(ns);
    char digits[6], fraction[PM_SQL_FRACTION_BYTES];
    size_t n = sizeof digits;
    if (size < 100 || size >= UINT64_C(1000000000000000)) {
        put(p, pm_sql_fraction((double)ns / 1e6, fraction));
        return;
    }
    for (uint64_t i = n, rest = size % MS_NS; i-- > 0; rest /= 10)
        digits[i] = (char)('0' + rest % 10);
    while (n > 1 && digits[n - 1] == '0') n--;
    if (ns < 0) put(p, PM_STR("-"));
    size_put(p, size / MS_NS);
    put(p, PM_STR("."));
    put(p, (struct pm_str){digits, n});
}

// ---- times

static void two_digits(char *at, int64_t n) {
    at[0] = (char)('0' + n / 10);
    at[1] = (char)('0' + n % 10);
}
// Before 1970 the view's arithmetic rounds towards it, and its milliseconds have a sign.
static void early_time_put(struct printing *p, int64_t ns) {
    char second[32], ms[16];
    pm_when_format(ns / PM_NS_PER_S * PM_NS_PER_S, second);
    snprintf(ms, sizeof ms, ".%03dZ", (int)(ns / MS_NS % 1000));
    put(p, (struct pm_str){second, 19});
    put(p, pm_str_c(ms));
}
static void time_put(struct printing *p, int64_t ns) {
    const int64_t s = ns / PM_NS_PER_S, of_day = s % DAY_S, ms = ns / MS_NS % 1000;
    if (s / DAY_S != p->day) pm_when_format(s / DAY_S * DAY_S * PM_NS_PER_S, p->date);
    p->day = s / DAY_S;
    char *at = p->date + 11; // behind 2026-04-12T
    two_digits(at, of_day / 3600);
    two_digits(at + 3, of_day / 60 % 60);
    two_digits(at + 6, of_day % 60);
    at[9] = (char)('0' + ms / 100);
    two_digits(at + 10, ms % 100);
    put(p, (struct pm_str){p->date, 24});
}
static void time_or_put(struct printing *p, int64_t ns) {
    put(p, ns == PM_NO_TIME ? p->nothing : p->quote);
    if (ns == PM_NO_TIME) return;
    if (ns < 0) early_time_put(p, ns);
    else time_put(p, ns);
    put(p, p->quote);
}

// ---- rows

#define AT(T) (*(T const *)at)
static void cell_put(struct printing *p, enum kind kind, const void *at) {
    switch (kind) {
    case TEXT: name_put(p, AT(struct pm_str)); break;
    case RULE: name_put(p, pm_str_c(AT(const char *))); break;
    case CAUSE: name_put(p, AT(int) >= 0 ? pm_str_c(pm_causes[AT(int)].name) : PM_NONE); break;
    case OUTCOME: name_put(p, pm_str_c(pm_outcome_names[AT(enum pm_outcome)])); break;
    case STAGE: name_put(p, pm_str_c(pm_stage_names[AT(enum pm_stage)])); break;
    case PODS: pods_put(p, &AT(struct pm_strs)); break;
    case SOURCES: put(p, pm_buf_str(&p->sources[AT(unsigned) % PM_LEN(p->sources)])); break;
    case TIME: time_or_put(p, AT(int64_t)); break;
    case TIME_NS: number_or_put(p, AT(int64_t), PM_NO_TIME); break;
    case MILLISECONDS:
        if (AT(int64_t)) milliseconds_put(p, AT(int64_t));
        else put(p, p->nothing);
        break;
    case BYTES:
        if (AT(int64_t) < 0) put(p, p->nothing);
        else number_put(p, AT(int64_t));
        break;
    case COUNT: number_put(p, (int64_t)AT(uint64_t)); break;
    case EVENT: number_or_put(p, (int64_t)AT(uint64_t), 0); break;
    case STATUS: number_or_put(p, AT(int), 0); break;
    case INCIDENT: number_or_put(p, AT(uint32_t), 0); break;
    case FLAG: put(p, AT(bool) ? PM_STR("1") : PM_STR("0")); break;
    }
}

static void rows_write(struct printing *p) {
    fwrite(p->rows.p ? p->rows.p : "", 1, p->rows.n, p->out);
    pm_buf_clear(&p->rows);
}
static void heads_put(struct printing *p) {
    for (size_t i = 0; i < COLUMNS; i++) {
        pm_buf_lit(&p->rows, columns[i].name);
        pm_buf_addc(&p->rows, ',');
    }
    pm_buf_lit(&p->rows, "tool\r\n");
}
static bool row_put(void *ctx, const struct pm_pull *pull) {
    struct printing *p = ctx;
    if (p->form == PM_ROWS_CSV && pull->id == 1) heads_put(p);
    for (size_t i = 0; i < COLUMNS; i++) {
        put(p, pm_buf_str(&p->before[i]));
        cell_put(p, columns[i].kind, (const char *)pull + columns[i].at);
    }
    put(p, pm_buf_str(&p->end));
    if (p->rows.n >= FLUSH_BYTES) rows_write(p);
    return !ferror(p->out);
}

static void sources_name(struct printing *p) {
    for (size_t bits = 0; bits < PM_LEN(p->sources); bits++) {
        struct pm_buf all = {0};
        for (size_t i = 0; i < PM_LEN(source_words); i++)
            if (bits >> i & 1) pm_buf_fmt(&all, "%s%s", all.n ? "+" : "", source_words[i]);
        text_put(p, &p->sources[bits], pm_buf_str(&all));
        pm_buf_free(&all);
    }
}
static void printing_begin(struct printing *p, const struct pm_report *r) {
    const bool json = p->form == PM_ROWS_JSONL;
    struct pm_arena *a = pm_arena_new();
    p->nothing = json ? PM_STR("null") : PM_NONE;
    p->quote = json ? PM_STR("\"") : PM_NONE;
    for (size_t i = 0; i < COLUMNS; i++) {
        if (json) pm_json_name(&p->before[i], columns[i].name, (int)i);
        else if (i) pm_buf_addc(&p->before[i], ',');
    }
    if (json) pm_json_name(&p->end, "tool", COLUMNS);
    else pm_buf_addc(&p->end, ',');
    text_put(p, &p->end, pm_view_tool(r, a));
    pm_buf_lit(&p->end, json ? "}\n" : "\r\n");
    sources_name(p);
    pm_arena_free(a);
}
static void printing_end(struct printing *p) {
    for (size_t i = 0; i < COLUMNS; i++) pm_buf_free(&p->before[i]);
    for (size_t i = 0; i < PM_LEN(p->sources); i++) pm_buf_free(&p->sources[i]);
    for (size_t i = 0; i < NAMES; i++) pm_buf_free(&p->names[i].text);
    pm_buf_free(&p->end);
    pm_buf_free(&p->rows);
    pm_buf_free(&p->shown);
    free(p);
}

bool pm_pulls_print(FILE *out, const struct pm_report *r, enum pm_rows_form form) {
    struct printing *p = pm_xmalloc(sizeof *p);
    *p = (struct printing){.out = out, .form = form, .day = -1};
    printing_begin(p, r);
    bool good = pm_report_pulls(r, row_put, p);
    rows_write(p);
    printing_end(p);
    return good && !ferror(out);
}
