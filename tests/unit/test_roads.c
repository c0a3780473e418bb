// The short roads and the long ones say the same: objects read by a list of members and
// as trees (analyzer/framing/documents/frame_fields.c, frame_listed.c), lines that a parser is sure
// of and lines that everybody looks at (frame_sure.c). Written by us.
//
// The first two tests read as examples. The third draws objects of every kind of oddness
// and holds the members that were read against those of the tree. The others feed drawn
// logs to the framer twice, by the short road in blocks of drawn sizes and by the long
// one: the same events, lines, evidence and complaints.
#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "framing/frame.h"
#include "framing/documents/frame_docs.h"
#include "framing/documents/frame_fields.h"
#include "pm/scan.h"

enum { REASON, COUNT, META, META_UID, META_NAME, MESSAGE, WANTS };
static const struct pm_json_want wants[WANTS] = {[REASON] = PM_JSON_WANT("reason", PM_JSON_TOP),
                                                 [COUNT] = PM_JSON_WANT("count", PM_JSON_TOP),
                                                 [META] = PM_JSON_WANT("metadata", PM_JSON_TOP),
                                                 [META_UID] = PM_JSON_WANT("uid", META),
                                                 [META_NAME] = PM_JSON_WANT("name", META),
                                                 [MESSAGE] = PM_JSON_WANT("message", PM_JSON_TOP)};
static const struct pm_json_fields list = {.want = wants, .n = WANTS};

static void show(struct pm_buf *out, const struct pm_json_field *f) {
    for (size_t i = 0; i < WANTS; i++)
        pm_buf_fmt(out, "%s=%d:%zu:%.*s:%lld:%.17g ", wants[i].name.p, (int)f[i].type, f[i].text.n,
                   PM_FMT(f[i].text), (long long)f[i].integer, f[i].real);
}

static size_t read_like(struct pm_arena *a, struct frame_fields_memo *memo, struct pm_str s,
                        struct pm_buf *out) {
    struct pm_json_field f[WANTS];
    uint64_t newlines = 0;
    size_t used = frame_fields_read(a, memo, s, &list, f, &newlines);
    if (!used) return 0;
    assert_int_equal(newlines, pm_newlines_count(s.p, s.p + used));
    show(out, f);
    return used;
}

// As the first of its kind.
static size_t read_list(struct pm_arena *a, struct pm_str s, struct pm_buf *out) {
    struct frame_fields_memo memo = {{0}, {NULL}, NULL};
    size_t used = read_like(a, &memo, s, out);
    frame_fields_forget(&memo);
    return used;
}

static void members_are_read(void **state) {
    static const struct {
        const char *text;
        enum pm_json_type type;
        const char *reason;
        int64_t count;
    } rows[] = {
        {"{\"reason\":\"Failed\",\"count\":3}", PM_JSON_STRING, "Failed", 3},
        {"{ \"count\" : -12 ,\n\t\"reason\" : \"\" }", PM_JSON_STRING, "", -12},
        {"{\"reason\":\"a\\\"b\\\\\\u00e9\\ud83d\\ude00\",\"count\":0}", PM_JSON_STRING,
         "a\"b\\\xc3\xa9\xf0\x9f\x98\x80", 0},
        {"{\"metadata\":{\"other\":[{\"x\":[]},null,1.5],\"uid\":\"u\"},\"reason\":\"x\",\"count\":7}",
         PM_JSON_STRING, "x", 7},
        {"{\"count\":999999999999999999,\"reason\":{\"deep\":{}}} {\"next\":1}", PM_JSON_OBJECT, "",
         999999999999999999},
    };
    (void)state;
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        struct pm_arena *a = pm_arena_new();
        struct frame_fields_memo memo = {{0}, {NULL}, NULL};
        struct pm_json_field f[WANTS];
        uint64_t newlines;
        assert_true(frame_fields_read(a, &memo, pm_str_c(rows[i].text), &list, f, &newlines) > 0);
        assert_int_equal(f[REASON].type, rows[i].type);
        assert_true(pm_str_eqc(f[REASON].text, rows[i].reason));
        assert_int_equal(f[COUNT].integer, rows[i].count);
        frame_fields_forget(&memo);
        pm_arena_free(a);
    }
}

static void the_rest_is_left_to_trees(void **state) {
    static const char *const rows[] = {
        "",
        "[]",
        "{\"reason\":\"Fai",                   // goes on behind the bytes at hand
        "{\"reason\":\"x\"",                   // the same
        "{\"reason\":\"x\",}",                 // broken
        "{\"reason\" \"x\"}",                  // broken
        "{\"reason\":\"x\" \"count\":1}",      // broken
        "{\"reason\":nul}",                    // broken
        "{\"reason\":nulll}",                  // broken
        "{\"reason\":\"\\x\"}",                // no escape
        "{\"reason\":\"a\nb\"}",               // a newline in a string: a document that was cut
        "{\"reason\":\"x\",\"stranger\":1}",   // a member that nobody listed
        "{\"reason\":\"x\",\"reason\":\"y\"}", // twice
        "{\"metadata\":{\"uid\":1,\"uid\":2}}",
        "{\"rea\\u0073on\":\"x\"}", // an escape in a name
        "{\"count\":1e3}",
        "{\"count\":-0}",
        "{\"count\":007}",
        "{\"count\":1234567890123456789}",
        "{\"count\":1.}",
        "{\"reason\":\"\xff\"}", // no UTF-8
        "{\"reason\":\"\x01\"}",
    };
    (void)state;
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        struct pm_arena *a = pm_arena_new();
        struct pm_buf out = {0};
        if (read_list(a, pm_str_c(rows[i]), &out)) fail_msg("%s was read", rows[i]);
        pm_buf_free(&out);
        pm_arena_free(a);
    }
}

// An object after another that was written by the same line of code, and after one that
// only looks like it: what they have in common decides nothing about the values.
static void shapes_decide_no_value(void **state) {
    static const struct {
        const char *before, *text, *shown; // NULL: it is left to trees
    } rows[] = {
        {"{\"reason\":\"a\",\"count\":1}", "{\"reason\":\"b\\n\",\"count\":-22}", "b\n -22"},
        {"{\"reason\":\"a\",\"count\":1}", "{\"reason\":null,\"count\":\"7\"}", " 0"},
        {"{\"reason\":null,\"count\":\"7\"}", "{\"reason\":\"a\",\"count\":1}", "a 1"},
        {"{\"reason\":\"a\",\"count\":1}", "{\"count\":1,\"reason\":\"a\"}", "a 1"},
        {"{\"reason\":\"a\",\"count\":1}", "{\"reason\":\"a\",\"count\":{}}", "a 0"},
        {"{\"reason\":\"a\",\"count\":1}", "{\"reason\":\"a\",\"count\":1 }", "a 1"},
        {"{\"reason\":\"a\",\"count\":1}", "{\"reason\":\"a\",\"count\":12e3}", NULL},
        {"{\"reason\":\"a\",\"count\":1}", "{\"reason\":\"a\",\"count\":01}", NULL},
        {"{\"reason\":\"a\",\"count\":1}", "{\"reason\":\"\xff\",\"count\":1}", NULL},
        {"{\"reason\":\"a\",\"count\":1}", "{\"reason\":\"a\x01\",\"count\":1}", NULL},
        {"{\"reason\":\"a\",\"count\":1}", "{\"reason\":\"a\",\"count\":1", NULL},
        {"{\"reason\":\"a\",\"count\":1}", "{\"reason\":\"a\",\"reason\":1}", NULL},
        {"{\"reason\":\"a\",\"count\":1}", "{\"reason\":\"a\",\"count\":nulll}", NULL},
        {"{\"metadata\":{\"uid\":\"u\",\"other\":[1,{\"k\":true}]},\"reason\":\"a\"}",
         "{\"metadata\":{\"uid\":\"v\",\"other\":[2,{\"k\":\"x\"}]},\"reason\":\"b\"}", "b 0"},
        {"{\"metadata\":{\"uid\":\"u\",\"other\":[1,{\"k\":true}]},\"reason\":\"a\"}",
         "{\"metadata\":{\"uid\":\"v\",\"other\":[,{\"k\":\"x\"}]},\"reason\":\"b\"}", NULL},
    };
    (void)state;
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        struct pm_arena *a = pm_arena_new();
        struct frame_fields_memo memo = {{0}, {NULL}, NULL};
        struct pm_json_field f[WANTS];
        struct pm_str text = pm_str_c(rows[i].text);
        uint64_t newlines;
        assert_true(frame_fields_read(a, &memo, pm_str_c(rows[i].before), &list, f, &newlines) > 0);
        size_t used = frame_fields_read(a, &memo, text, &list, f, &newlines);
        assert_int_equal(used, rows[i].shown ? text.n : 0);
        if (used)
            assert_true(pm_str_eqc(
                pm_arena_fmt(a, "%.*s %lld", PM_FMT(f[REASON].text), (long long)f[COUNT].integer),
                rows[i].shown));
        frame_fields_forget(&memo);
        pm_arena_free(a);
    }
}

// A name that is no UTF-8 stands between the values: the second object of its look is left
// to trees as the first is. One in UTF-8 is read both times. Found by libFuzzer.
static void names_are_as_clean_the_second_time(void **state) {
    static const struct {
        const char *text;
        bool read;
    } rows[] = {
        {"{\"metadata\":{\"\xff\xfe\":\"u\"},\"reason\":\"a\",\"count\":1}", false},
        {"{\"metadata\":{\"gr\xc3\xb6\xc3\x9f"
         "e\":\"u\"},\"reason\":\"a\",\"count\":1}",
         true},
    };
    (void)state;
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        struct pm_arena *a = pm_arena_new();
        struct frame_fields_memo memo = {{0}, {NULL}, NULL};
        struct pm_json_field f[WANTS];
        uint64_t newlines;
        for (int again = 0; again < 3; again++)
            assert_int_equal(
                frame_fields_read(a, &memo, pm_str_c(rows[i].text), &list, f, &newlines) > 0,
                rows[i].read);
        frame_fields_forget(&memo);
        pm_arena_free(a);
    }
}

// ---- drawn

// What an object looks like is drawn apart from what its values are, so that objects of
// one look follow each other.
static uint64_t seed = 88172645463325252u, value_seed = 362436069362436069u;
static uint64_t *drawn_from = &seed;
static unsigned draw(unsigned n) {
    *drawn_from ^= *drawn_from << 13;
    *drawn_from ^= *drawn_from >> 7;
    *drawn_from ^= *drawn_from << 17;
    return (unsigned)(*drawn_from >> 33) % n;
}

static const char *pick(const char *const *list_of, size_t n) { return list_of[draw((unsigned)n)]; }
#define PICK(table) pick(table, PM_LEN(table))

static void blanks(struct pm_buf *b) {
    static const char *const some[] = {
        "", "", "", " ", "\n", "\n        ", "\n                    ", "\t", "\r\n    "};
    pm_buf_lit(b, PICK(some));
}

static void draw_string(struct pm_buf *b) {
    static const char *const parts[] = {"a",
                                        "Failed to pull image",
                                        "\\\"acme/web:1\\\"",
                                        "\\n",
                                        "\\u00e9",
                                        "\\ud83d\\ude00",
                                        "\\ud83d",
                                        "\\ude00",
                                        "\\u0000",
                                        "\xc3\xa9",
                                        "{[:,]}",
                                        "429 Too Many Requests",
                                        "/",
                                        "\\/",
                                        "0123456789abcdef0123456789abcdef"};
    static const char *const odd[] = {"\xff", "\xc3", "\x01", "\n", "\\x", "\\u12", "\xed\xa0\x80"};
    pm_buf_addc(b, '"');
    for (unsigned n = draw(5); n; n--) pm_buf_lit(b, PICK(parts));
    if (!draw(60)) pm_buf_lit(b, PICK(odd));
    pm_buf_addc(b, '"');
}

static void draw_value(struct pm_buf *b, int depth);

static void draw_members(struct pm_buf *b, const char *const *names, size_t names_n, int depth) {
    pm_buf_addc(b, '{');
    bool used[16] = {false};
    unsigned n = draw(6);
    for (unsigned i = 0, written = 0; i < n; i++) {
        unsigned at = draw((unsigned)names_n);
        if (used[at] && draw(50)) continue;
        used[at] = true;
        if (written++) pm_buf_addc(b, ',');
        blanks(b);
        pm_buf_fmt(b, "\"%s\"", names[at]);
        blanks(b);
        pm_buf_addc(b, ':');
        blanks(b);
        draw_value(b, depth + 1);
        blanks(b);
    }
    pm_buf_addc(b, '}');
}

static void draw_value(struct pm_buf *b, int depth) {
    static const char *const plain[] = {
        "0", "1", "-17", "123456789012345678", "2.5", "-0.125", "true", "false", "null"};
    static const char *const odd[] = {"1e3", "-0", "01", "1234567890123456789", "1.5E-3", "nul",
                                      "+1",  ".5", "NaN"};
    static const char *const inner[] = {"uid", "name", "k", "reason", "managedFields"};
    unsigned kind = draw(depth > 5 ? 5 : 7);
    if (kind < 5) {
        drawn_from = &value_seed;
        if (draw(5) < 3) draw_string(b);
        else pm_buf_lit(b, draw(40) ? PICK(plain) : PICK(odd));
        drawn_from = &seed;
    } else if (kind == 5) draw_members(b, inner, PM_LEN(inner), depth);
    else {
        pm_buf_addc(b, '[');
        for (unsigned n = draw(4); n; n--) {
            draw_value(b, depth + 1);
            if (n > 1) pm_buf_addc(b, ',');
        }
        pm_buf_addc(b, ']');
    }
}

static void break_some(struct pm_buf *b) {
    if (!b->n || draw(8)) return;
    size_t at = draw((unsigned)b->n);
    if (draw(2)) b->n = at;
    else b->p[at] = (char)draw(256);
}

static void lists_and_trees_agree(void **state) {
    static const char *const names[] = {"reason", "count", "metadata", "message"},
                             *const more[] = {"reason", "count", "metadata", "message", "stranger"};
    size_t taken = 0;
    uint64_t looks[9], on;
    struct frame_fields_memo memo = {{0}, {NULL}, NULL};
    (void)state;
    for (size_t k = 0; k < PM_LEN(looks); k++) looks[k] = seed * (2 * k + 3);
    for (int i = 0; i < 40000; i++) {
        struct pm_arena *a = pm_arena_new();
        struct pm_buf text = {0}, by_list = {0}, by_tree = {0}, by_shape = {0};
        bool again = draw(2);
        on = seed;
        if (again) seed = looks[draw(PM_LEN(looks))];
        if (draw(20)) draw_members(&text, names, PM_LEN(names), 0);
        else draw_members(&text, more, PM_LEN(more), 0);
        if (again) seed = on;
        break_some(&text);
        if (draw(2)) pm_buf_lit(&text, ",{\"next\":1}");
        size_t used = read_list(a, pm_buf_str(&text), &by_list);
        if (read_like(a, &memo, pm_buf_str(&text), &by_shape) != used || by_shape.n != by_list.n ||
            (used && memcmp(by_shape.p, by_list.p, by_list.n) != 0))
            fail_msg("%.*s\n%.*s\n%.*s", (int)text.n, text.p, (int)by_list.n, by_list.p,
                     (int)by_shape.n, by_shape.p);
        if (used) {
            json_error_t err;
            struct pm_json_field f[WANTS];
            json_t *tree = frame_json_load(a, (struct pm_str){text.p, used}, &err);
            if (!tree) fail_msg("%.*s: %s", (int)used, text.p, err.text);
            pm_json_fields_of(tree, &list, f);
            show(&by_tree, f);
            if (by_list.n != by_tree.n || memcmp(by_list.p, by_tree.p, by_list.n) != 0)
                fail_msg("%.*s\n%s\n%s", (int)used, text.p, by_list.p, by_tree.p);
            json_decref(tree);
            taken++;
        }
        pm_buf_free(&text);
        pm_buf_free(&by_list);
        pm_buf_free(&by_tree);
        pm_buf_free(&by_shape);
        pm_arena_free(a);
    }
    frame_fields_forget(&memo);
    assert_true(taken > 20000);
}

// What is passed sixteen bytes at a time, beside a loop that takes one.
static void wide_and_plain_loops_agree(void **state) {
    static const char *const parts[] = {
        " ", "        ",  "                  ", "\n",       "\r\n", "\t",
        "a", "\"k\": 1,", "0123456789abcdef",   "\xc3\xa9", "\xff", "\xe2\x82"};
    (void)state;
    for (int i = 0; i < 20000; i++) {
        struct pm_arena *a = pm_arena_new();
        struct pm_buf text = {0}, one_line = {0}, utf8 = {0};
        for (unsigned n = draw(14); n; n--) pm_buf_lit(&text, PICK(parts));
        if (!draw(9)) pm_buf_addc(&text, '\0');
        for (size_t at = 0; at < text.n;) {
            const char *nl = memchr(text.p + at, '\n', text.n - at);
            size_t end = nl ? (size_t)(nl - text.p) : text.n, n = end - at;
            if (n && text.p[end - 1] == '\r' && memchr(text.p, '\n', text.n)) n--;
            pm_buf_add(&one_line, (struct pm_str){text.p + at, n});
            for (at = end; at < text.n && memchr(" \t\r\n", text.p[at], 4);) at++;
        }
        struct pm_str got = frame_json_squeezed(a, pm_buf_str(&text));
        if (!pm_str_eq(got, pm_buf_str(&one_line)))
            fail_msg("[%.*s]\n[%.*s]\n[%.*s]", (int)text.n, text.p, PM_FMT(got), (int)one_line.n,
                     one_line.p);
        for (size_t at = 0, n; at < text.n; at += n) {
            n = 1;
            if ((unsigned char)text.p[at] < 0x80 && text.p[at]) pm_buf_addc(&utf8, text.p[at]);
            else if (text.n - at >= 2 && memcmp(text.p + at, "\xc3\xa9", 2) == 0) {
                pm_buf_lit(&utf8, "\xc3\xa9");
                n = 2;
            } else pm_buf_lit(&utf8, "\xef\xbf\xbd");
        }
        assert_true(pm_str_eq(pm_utf8_clean(a, pm_buf_str(&text), NULL), pm_buf_str(&utf8)));
        pm_buf_free(&text);
        pm_buf_free(&one_line);
        pm_buf_free(&utf8);
        pm_arena_free(a);
    }
}

// klog's head eight bytes at a time, beside its shape byte by byte: any byte in any place.
static void klog_heads_are_known_by_shape(void **state) {
    static const char shape[] = "I0000 00:00:00";
    (void)state;
    for (size_t at = 0; at < sizeof shape - 1; at++)
        for (unsigned byte = 0; byte <= UINT8_MAX; byte++) {
            char line[] = "E0412 06:59:38.000001 x";
            line[at] = (char)byte;
            bool like = true;
            for (size_t i = 0; i < sizeof shape - 1; i++)
                like &= shape[i] == '0'   ? line[i] >= '0' && line[i] <= '9'
                        : shape[i] == 'I' ? line[i] && strchr("IWEF", line[i])
                                          : line[i] == shape[i];
            const struct pm_str s = {line, sizeof line - 1};
            assert_int_equal(pm_line_klog(s), like);
            assert_false(pm_line_klog(pm_str_sub(s, 0, sizeof shape - 1)));
        }
}

// ---- whole lists, whole logs

static void on_event(void *ctx, const struct pm_record *r, const struct pm_parser *p,
                     const struct pm_event *e) {
    struct pm_buf *out = ctx;
    pm_buf_fmt(out, "%s %llu+%llu %s %d*%u %lld..%lld", p->name, (unsigned long long)r->line,
               (unsigned long long)r->offset, pm_kind_names[e->kind], e->http_status, e->count,
               (long long)e->first.ns, (long long)e->when.ns);
    pm_buf_fmt(out, " %d/%u/%x %lld %lld", (int)e->standing, e->voice, e->flags,
               (long long)e->bytes, (long long)e->duration_ns);
    for (int f = 0; f < PM_F_COUNT; f++)
        if (e->field[f].n) pm_buf_fmt(out, " %s=%.*s", pm_field_names[f], PM_FMT(e->field[f]));
    pm_buf_fmt(out, " %d | %.*s | %.*s\n", r->envelope_count, PM_FMT(r->raw), PM_FMT(r->list_kind));
}

enum road { LONG_ROAD, SHORT_ROADS };
static struct pm_buf framed(struct pm_str text, enum road road, size_t block) {
    struct pm_buf out = {0};
    struct pm_diags *d = pm_diags_new();
    struct pm_ingest_sink sink = {.ctx = &out, .event = on_event, .diags = d};
    struct pm_frame_options o = {.all_lines = road == LONG_ROAD};
    struct pm_frame *f = pm_frame_new(&sink, PM_STR("some.log"), &o);
    struct pm_block *b = pm_block_new();
    for (size_t i = 0; i < text.n; i += block) {
        const struct pm_str piece = pm_str_sub(text, i, block);
        if (road == LONG_ROAD || piece.n > PM_BLOCK_BYTES) {
            pm_frame_feed(f, piece.p, piece.n);
        } else { // as a file is read
            memcpy(pm_block_bytes(b), piece.p, b->n = piece.n);
            pm_frame_feed_block(f, b);
        }
    }
    free(b);
    pm_frame_end(f, false);
    const struct pm_frame_stats *s = pm_frame_stats(f);
    pm_buf_fmt(&out, "%llu lines, %llu records, %llu events, %llu bad\n",
               (unsigned long long)s->lines, (unsigned long long)s->records,
               (unsigned long long)s->events, (unsigned long long)s->bad);
    for (size_t i = 0; i < pm_diags_count(d); i++) {
        struct pm_diag x = pm_diags_at(d, i);
        pm_buf_fmt(&out, "%.*s:%llu %.*s %.*s\n", PM_FMT(x.path), (unsigned long long)x.line,
                   PM_FMT(x.code), PM_FMT(x.message));
    }
    pm_frame_free(f);
    pm_diags_free(d);
    return out;
}

static void same_both_ways(struct pm_str text) {
    struct pm_buf far = framed(text, LONG_ROAD, text.n),
                  near = framed(text, SHORT_ROADS, 1 + draw((unsigned)text.n));
    size_t same = 0;
    while (same < far.n && same < near.n && far.p[same] == near.p[same]) same++;
    if (same < far.n || same < near.n) {
        size_t from = same > 200 ? same - 200 : 0; // cmocka shows a thousand bytes
        fail_msg("--- long …%.300s\n--- short …%.300s", far.p + from, near.p + from);
    }
    pm_buf_free(&far);
    pm_buf_free(&near);
}

// One event as kubectl prints it, somewhere odd.
static void draw_event(struct pm_buf *b, const char *lead) {
    static const char *const reasons[] = {"Failed",    "Created", "Pulling", "BackOff",
                                          "Scheduled", "Killing", "Evicted", "Odd"};
    static const char *const messages[] = {
        "Failed to pull image \\\"acme/web:1\\\": toomanyrequests: You have reached your pull rate limit",
        "Back-off pulling image \\\"acme/web:1\\\"",
        "Created container app",
        "Successfully assigned shop/web-0 to n1",
        "Error: ErrImagePull",
        "caf\\u00e9 \xc3\xa9"};
    static const char *const tails[] = {
        "",
        "",
        "",
        "",
        ",%s\"eventTime\": null",
        ",%s\"reason\": \"Pulled\"",
        ",%s\"stranger\": {\"a\": [1, 2]}",
        ",%s\"name\": \"Failed\"",
        ",%s\"series\": {\"count\": 9, \"lastObservedTime\": \"2026-04-12T08:00:00.000000Z\"}",
        ",%s\"reportingInstance\": \"n1\\x\"",
        ",%s\"count\": 1e2"};
    pm_buf_fmt(b, "{%s\"apiVersion\": \"v1\",%s\"kind\": \"%s\",", lead, lead,
               draw(12) ? "Event" : "Pod");
    pm_buf_fmt(
        b,
        "%s\"metadata\": {%s\"name\": \"web-0.17\",%s\"namespace\": \"shop\",%s\"uid\": \"%u\"%s},",
        lead, lead, lead, lead, draw(1000), lead);
    pm_buf_fmt(
        b,
        "%s\"%s\": {\"kind\": \"Pod\", \"name\": \"web-%u\", \"fieldPath\": \"spec.containers{app}\"},",
        lead, draw(9) ? "involvedObject" : "regarding", draw(9));
    pm_buf_fmt(b, "%s\"reason\": \"%s\",%s\"type\": \"%s\",%s\"message\": \"%s\",%s\"count\": %u,",
               lead, PICK(reasons), lead, draw(2) ? "Warning" : "Normal", lead, PICK(messages),
               lead, draw(5));
    pm_buf_fmt(
        b,
        "%s\"lastTimestamp\": \"2026-04-12T07:%02u:00Z\",%s\"source\": {\"component\": \"kubelet\"}",
        lead, draw(60), lead);
    const char *tail = draw(4) ? "" : PICK(tails);
    const char *at = strstr(tail, "%s");
    if (at) {
        pm_buf_add(b, (struct pm_str){tail, (size_t)(at - tail)});
        pm_buf_lit(b, lead);
        pm_buf_lit(b, at + 2);
    }
    pm_buf_addc(b, '}');
}

static void event_lists_are_told_alike(void **state) {
    (void)state;
    for (int i = 0; i < 400; i++) {
        struct pm_buf b = {0};
        const char *lead = draw(3) ? "\n            " : "";
        unsigned n = 1 + draw(30);
        pm_buf_lit(&b, draw(2) ? "{\n    \"apiVersion\": \"v1\",\n    \"items\": [\n        "
                               : "{\"kind\":\"EventList\",\"items\":[");
        for (unsigned k = 0; k < n; k++) {
            draw_event(&b, lead);
            if (k + 1 < n) pm_buf_lit(&b, ",\n        ");
        }
        pm_buf_lit(
            &b, "\n    ],\n    \"kind\": \"List\"\n}\nE0412 06:00:00.000001    1 a.go:1] tail\n");
        if (!draw(3)) {
            size_t at = draw((unsigned)b.n);
            if (draw(2)) b.n = at;
            else b.p[at] = (char)draw(256);
        }
        if (b.n) same_both_ways(pm_buf_str(&b));
        pm_buf_free(&b);
    }
}

static void lines_of_events_are_told_alike(void **state) {
    (void)state;
    for (int i = 0; i < 200; i++) {
        struct pm_buf b = {0};
        for (unsigned k = draw(20) + 1; k; k--) {
            draw_event(&b, "");
            if (draw(30)) pm_buf_addc(&b, '\n');
        }
        if (!draw(3)) b.p[draw((unsigned)b.n)] = (char)draw(256);
        same_both_ways(pm_buf_str(&b));
        pm_buf_free(&b);
    }
}

// A registry's requests, one a line.
static void requests_are_told_alike(void **state) {
    static const char *const levels[] = {"info", "error", "warning", "INFO", ""};
    static const char *const msgs[] = {
        "response completed", "response completed with error", "authorizing request",
        "error authorizing context: authorization token required", "token from untrusted issuer"};
    static const char *const tails[] = {
        "\"err.code\":\"manifest unknown\",\"err.message\":\"manifest unknown\",",
        "\"vars.name\":\"acme/web\",\"vars.reference\":\"1\",",
        "\"auth.user.name\":\"joe\",\"go.version\":null,",
        "\"http.request.method\":\"PUT\",",
        "\"http.response.written\":-7,",
        "\"http.response.written\":\"x\",",
        "\"error\":\"stranger\",",
        "\"level\":\"error\",",
        "\"kind\":\"Event\","};
    (void)state;
    for (int i = 0; i < 200; i++) {
        struct pm_buf b = {0};
        for (unsigned k = draw(20) + 1; k; k--) {
            pm_buf_fmt(&b, "{\"level\":\"%s\",", PICK(levels));
            if (!draw(3)) pm_buf_lit(&b, PICK(tails));
            if (draw(9)) pm_buf_lit(&b, "\"http.request.method\":\"GET\",");
            pm_buf_fmt(&b, "\"http.request.uri\":\"/v2/acme/web/manifests/%u\",", draw(3));
            if (draw(9)) pm_buf_fmt(&b, "\"http.response.status\":%u,", 200 + draw(300));
            if (draw(9)) pm_buf_fmt(&b, "\"http.response.duration\":\"%u.5ms\",", draw(90));
            if (draw(9)) pm_buf_fmt(&b, "\"http.request.id\":\"%u\",", draw(90));
            pm_buf_fmt(&b, "\"msg\":\"%s\",\"time\":\"2026-04-12T06:00:%02uZ\"}", PICK(msgs),
                       draw(60));
            if (draw(30)) pm_buf_addc(&b, '\n');
        }
        if (!draw(3)) b.p[draw((unsigned)b.n)] = (char)draw(256);
        same_both_ways(pm_buf_str(&b));
        pm_buf_free(&b);
    }
}

// The same in the JSON of balancers and proxies: whole records, and some with a member that
// decides otherwise, or is of another make.
struct json_log {
    const char *usual; // %s is its request's path, and what comes before the brace is added
    const char *const *odd;
    size_t odd_n;
};

static void draw_request(struct pm_buf *b, const struct json_log *log) {
    static const char *const paths[] = {"/v2/acme/web/manifests/1",
                                        "/v2/acme/web/blobs/sha256:aa",
                                        "/v2/",
                                        "/index.html",
                                        "/v2/acme/web/manifests/1?ns=docker.io",
                                        "-",
                                        ""};
    static const char *const codes[] = {"200",   "404",  "\"429\"", "null",
                                        "200.5", "true", "{}",      "\"-\""};
    const char *code = draw(3) ? codes[0] : PICK(codes), *path = draw(3) ? paths[0] : PICK(paths);
    pm_buf_addc(b, '{');
    if (!draw(4)) pm_buf_fmt(b, "%s,", log->odd[draw((unsigned)log->odd_n)]);
    for (const char *p = log->usual; *p; p++) {
        if (*p == '@') pm_buf_lit(b, path);
        else if (*p == '#') pm_buf_lit(b, code);
        else if (*p == '%') pm_buf_fmt(b, "%u", draw(60) + 10);
        else pm_buf_addc(b, *p);
    }
    if (!draw(6)) pm_buf_fmt(b, ",%s", log->odd[draw((unsigned)log->odd_n)]);
    pm_buf_addc(b, '}');
}

static void json_access_logs_are_told_alike(void **state) {
    static const char *const nginx[] = {"\"request_method\":\"GET\"",
                                        "\"request\":\"GET /v2/ HTTP/1.1\"",
                                        "\"request\":7",
                                        "\"request\":{\"uri\":\"/v2/\"}",
                                        "\"uri\":\"/v2/acme/web/manifests/2\"",
                                        "\"uri\":5",
                                        "\"msg\":\"access\"",
                                        "\"message\":\"E0412 06:00:00.000001    1 a.go:1] x\"",
                                        "\"kind\":\"Event\"",
                                        "\"http_x_forwarded_for\":\"10.9.9.9, 10.1.1.1\"",
                                        "\"upstream_cache_status\":\"HIT\"",
                                        "\"handler\":\"mirror\"",
                                        "\"request_time\":0",
                                        "\"upstream_response_time\":\"0.25\"",
                                        "\"time\":\"12/Apr/2026:06:00:09 +0000\"",
                                        "\"msec\":1776000000.125",
                                        "\"remote_user\":\"joe\"",
                                        "\"args\":\"ns=quay.io\""};
    static const char *const envoy[] = {"\"response_flags\":\"UF\"",
                                        "\"authority\":null",
                                        "\"x_forwarded_for\":\"10.9.9.9\"",
                                        "\"duration\":\"5ms\"",
                                        "\"duration\":0.5",
                                        "\"upstream_transport_failure_reason\":\"x509\"",
                                        "\"level\":\"info\"",
                                        "\"path\":null",
                                        "\"stranger\":[1]"};
    static const char *const traefik[] = {"\"msg\":\"x\"",
                                          "\"msg\":\"\"",
                                          "\"level\":\"error\"",
                                          "\"OriginStatus\":502",
                                          "\"downstream_Ratelimit-Remaining\":\"76;w=21600\"",
                                          "\"request_X-Forwarded-For\":\"10.9.9.9, 10.8.8.8\"",
                                          "\"RequestPath\":3",
                                          "\"RetryAttempts\":0",
                                          "\"origin_X-Odd\":\"x\""};
    static const struct json_log logs[] = {
        {"\"time\":\"2026-04-12T06:00:%+00:00\",\"remote_addr\":\"10.4.1.%\",\"request\":\"GET @ HTTP/1.1\",\"status\":#,"
         "\"body_bytes_sent\":1%,\"http_user_agent\":\"containerd/1.7.%\",\"request_time\":0.0%",
         nginx, PM_LEN(nginx)},
        {"\"authority\":\"r.test\",\"bytes_sent\":%,\"downstream_remote_address\":\"10.4.1.%:41022\",\"duration\":%,"
         "\"method\":\"GET\",\"path\":\"@\",\"response_code\":#,\"response_flags\":\"-\",\"route_name\":null,"
         "\"start_time\":\"2026-04-12T06:00:%.678Z\",\"user_agent\":\"containerd/1.7.24\"",
         envoy, PM_LEN(envoy)},
        {"\"ClientAddr\":\"10.4.1.%:41022\",\"ClientHost\":\"10.4.1.%\",\"DownstreamContentSize\":%,\"DownstreamStatus\":#,"
         "\"Duration\":31%,\"RequestHost\":\"r.test\",\"RequestMethod\":\"GET\",\"RequestPath\":\"@\","
         "\"StartUTC\":\"2026-04-12T06:00:%.678901234Z\",\"request_User-Agent\":\"containerd/1.7.24\","
         "\"time\":\"2026-04-12T06:00:%Z\"",
         traefik, PM_LEN(traefik)}};
    (void)state;
    for (int i = 0; i < 400; i++) {
        struct pm_buf b = {0};
        const struct json_log *log = &logs[draw(PM_LEN(logs))];
        for (unsigned k = draw(20) + 1; k; k--) {
            draw_request(&b, draw(12) ? log : &logs[draw(PM_LEN(logs))]);
            if (draw(30)) pm_buf_addc(&b, '\n');
        }
        if (!draw(4)) b.p[draw((unsigned)b.n)] = (char)draw(256);
        same_both_ways(pm_buf_str(&b));
        pm_buf_free(&b);
    }
}

// Access logs in their strictest form, nearly in it, and far from it.
static void access_logs_are_told_alike(void **state) {
    static const char *const clients[] = {"10.4.1.2", "10.4.1.3",          "2001:db8::1",
                                          "fe80::1",  "10.4.1.2:51234",    "web-1",
                                          "-",        "10.4.1.2, 10.9.9.9"};
    static const char *const users[] = {"-", "-", "-", "joe", "joe@acme", "docker", "a b", "ci_1"};
    static const char *const methods[] = {"GET", "GET", "HEAD", "PUT", "get", "PROPFINDALLX"};
    static const char *const urls[] = {"/v2/acme/web/manifests/1",
                                       "/v2/acme/web/blobs/sha256:0123456789abcdef",
                                       "/v2/",
                                       "/token?scope=repository:acme/web:pull&account=joe",
                                       "/static/a.js",
                                       "/v2/a/blobs/x/manifests/y",
                                       "/v2/acme%2Fweb/manifests/1",
                                       "/v2/a b/manifests/1",
                                       "/v2/a\\\"b/manifests/1",
                                       "/v2/]/tags/list",
                                       "https://r.test/v2/acme/web/manifests/2?ns=docker.io"};
    static const char *const numbers[] = {"200 1400", "200 -",     "401 87",
                                          "429 0",    "000 0",     "- -",
                                          "200",      "200 12 13", "200 99999999999999999999",
                                          "2000 1"};
    static const char *const tails[] = {
        " \"-\" \"containerd/1.7.24\"",
        " \"\" \"containerd/1.7.24\"",
        "",
        " \"-\" \"x\" \"10.9.8.7\"",
        " \"-\" \"docker pull nginx:1 $ docker pull a/b:1\"",
        " \"-\" \"] Retrieving image manifest a/b:1 x\"",
        " \"-\" \"a\\\"b\"",
        " \"-\" \"cut",
        " \"-\" \"x\" 3 times",
        " \"-\" \"x\" HIT",
        " \"-\" \"x\" 12 0.001 [up-5000] [] 10.2.0.5:80 7 0.002 200 5f0c",
        " \"-\" \"x\" 12 0.001 [up-5000] [] - - - - 5f0c",
        " \"-\" \"x\" 184 \"reg@kubernetes\" \"-\" 3ms",
        " 12 3 \"x\" [qtp1054-231]",
        " 3 \"x\" [qtp1054-231]",
        "\r"};
    (void)state;
    for (int i = 0; i < 800; i++) {
        struct pm_buf b = {0};
        bool odd = draw(2);
        for (unsigned k = draw(40) + 1; k; k--) {
            pm_buf_fmt(
                &b, "%s - %s [12/Apr/2026:06:%02u:%02u +0000] \"%s %s HTTP/1.1\" %s%s\n",
                odd && !draw(5) ? PICK(clients) : clients[draw(3)],
                odd && !draw(5) ? PICK(users) : users[draw(4)], k / 20, draw(60),
                odd && !draw(5) ? PICK(methods) : methods[draw(4)],
                odd && !draw(5) ? PICK(urls) : urls[draw(5)],
                odd && !draw(5) ? PICK(numbers) : numbers[draw(4)],
                odd && !draw(5)
                    ? PICK(tails)
                    : tails[i % 4 < 3 ? (size_t)i % 3 : PM_LEN(tails) - 2 - (size_t)(i / 4) % 5]);
            if (odd && !draw(12)) pm_buf_lit(&b, "> 10.4.1.2 - - quoted\n==> a.log <==\n");
            if (odd && !draw(12)) pm_buf_lit(&b, "{\"level\":\"info\",\"msg\":\"ready\"}\n");
            if (odd && !draw(12))
                pm_buf_lit(&b, "E0412 06:00:00.000001    1 a.go:1] \"x\" err=<\n");
            if (odd && !draw(12)) pm_buf_lit(&b, "$ docker pull acme/web:1\n");
        }
        if (!draw(3)) b.p[draw((unsigned)b.n)] = (char)draw(256);
        if (!draw(5)) b.n = 1 + draw((unsigned)b.n);
        same_both_ways(pm_buf_str(&b));
        pm_buf_free(&b);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_read),
        cmocka_unit_test(the_rest_is_left_to_trees),
        cmocka_unit_test(shapes_decide_no_value),
        cmocka_unit_test(names_are_as_clean_the_second_time),
        cmocka_unit_test(lists_and_trees_agree),
        cmocka_unit_test(wide_and_plain_loops_agree),
        cmocka_unit_test(klog_heads_are_known_by_shape),
        cmocka_unit_test(event_lists_are_told_alike),
        cmocka_unit_test(lines_of_events_are_told_alike),
        cmocka_unit_test(requests_are_told_alike),
        cmocka_unit_test(json_access_logs_are_told_alike),
        cmocka_unit_test(access_logs_are_told_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
