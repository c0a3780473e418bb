// Framing: bytes to records. Each test reads as input, then the records it must become.
//
// Records are printed as "LINE shape[envelopes] text", one a line, newlines inside as \n.
// The same input is fed whole and byte by byte: borders of blocks must not show.
#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "framing/frame.h"

struct seen {
    struct pm_buf out;
    uint64_t records;
};

static void on_record(void *ctx, const struct pm_record *r, const struct pm_parser *p) {
    struct seen *s = ctx;
    (void)p;
    s->records++;
    pm_buf_fmt(&s->out, "%llu %s[", (unsigned long long)r->line,
               r->shape == PM_SHAPE_JSON   ? "json"
               : r->shape == PM_SHAPE_FILE ? "file"
                                           : "line");
    for (int i = 0; i < r->envelope_count; i++)
        pm_buf_fmt(&s->out, "%s%s", i ? "+" : "", r->envelopes[i]);
    pm_buf_lit(&s->out, "] ");
    for (size_t i = 0; i < r->text.n; i++) {
        if (r->text.p[i] == '\n') pm_buf_lit(&s->out, "\\n");
        else pm_buf_addc(&s->out, r->text.p[i]);
    }
    pm_buf_addc(&s->out, '\n');
}

static void on_fact(void *ctx, const struct pm_record *r, enum pm_fact fact, struct pm_str text,
                    const struct pm_when *when) {
    struct seen *s = ctx;
    (void)r;
    pm_buf_fmt(&s->out, "fact %d %.*s %s\n", (int)fact, PM_FMT(text), when ? "dated" : "");
}

struct how {
    size_t block;
    bool sparse, truncated;
    uint64_t line_max;
};

static struct pm_frame_stats feed(struct seen *s, struct pm_str text, struct how how) {
    struct pm_diags *d = pm_diags_new();
    struct pm_ingest_sink sink = {.ctx = s, .record = on_record, .fact = on_fact, .diags = d};
    struct pm_frame_options o = {.all_lines = !how.sparse, .line_max_bytes = how.line_max};
    struct pm_frame *f = pm_frame_new(&sink, PM_STR("t.log"), &o);
    size_t block = how.block ? how.block : text.n;
    for (size_t i = 0; i < text.n; i += block)
        pm_frame_feed(f, text.p + i, text.n - i < block ? text.n - i : block);
    pm_frame_end(f, how.truncated);
    struct pm_frame_stats stats = *pm_frame_stats(f);
    pm_frame_free(f);
    for (size_t i = 0; i < pm_diags_count(d); i++) {
        struct pm_diag x = pm_diags_at(d, i);
        pm_buf_fmt(&s->out, "diag %llu %.*s\n", (unsigned long long)x.line, PM_FMT(x.code));
    }
    pm_diags_free(d);
    return stats;
}

static void expect_how(struct pm_str text, const char *want, struct how how) {
    static const size_t blocks[] = {0, 1, 3};
    for (size_t i = 0; i < PM_LEN(blocks); i++) {
        struct seen s = {0};
        how.block = blocks[i];
        feed(&s, text, how);
        assert_string_equal(s.out.n ? s.out.p : "", want);
        pm_buf_free(&s.out);
    }
}

static void expect(const char *text, const char *want) {
    expect_how(pm_str_c(text), want, (struct how){0});
}
#define EXPECT_BYTES(literal, want) expect_how(PM_STR(literal), want, (struct how){0})

static void test_encodings(void **state) {
    (void)state;
    EXPECT_BYTES("\xef\xbb\xbf"
                 "one\r\ntwo\n",
                 "1 line[] one\n2 line[] two\n");
    EXPECT_BYTES("\xff\xfe"
                 "h\0i\0\n\0"
                 "\x3d\xd8\x00\xde\n\0",
                 "1 line[] hi\n2 line[] \xf0\x9f\x98\x80\n");
    EXPECT_BYTES("\xfe\xff"
                 "\0h\0i",
                 "1 line[] hi\n");
    EXPECT_BYTES("p\0l\0a\0i\0n\0\n\0", "1 line[] plain\n"); // no BOM, NULs at one parity
    EXPECT_BYTES("a\0b\xff\n", "1 line[] a\xef\xbf\xbd"
                               "b\xef\xbf\xbd\ndiag 1 utf8-repaired\n");
    EXPECT_BYTES("10 %\r50 %\r\x1b[32mdone\x1b[0m\r\n", "1 line[] done\n"); // a progress bar
}

static void test_long_and_cut_lines(void **state) {
    (void)state;
    expect_how(PM_STR("0123456789abcdef\nnext\n"),
               "1 line[] 01234567\n2 line[] next\ndiag 1 line-too-long\n",
               (struct how){.line_max = 8});
    expect_how(PM_STR("one\ntw"), "1 line[] one\n2 line[] tw\ndiag 2 truncated\n",
               (struct how){.truncated = true});
}

static void test_records_of_several_lines(void **state) {
    (void)state;
    // klog block, then a pair behind its end; kubelet 1.33
    expect(
        "E0302 11:12:13.400500    2711 kuberuntime_image.go:55] \"Failed to pull image\" err=<\n\tfailed: 503\n\tupstream\n > image=\"a:1\"\nI0302 "
        "11:12:14.000000    2711 a.go:1] \"next\"\n",
        "1 line[] E0302 11:12:13.400500    2711 kuberuntime_image.go:55] \"Failed to pull image\" err=<\\n\tfailed: 503\\n\tupstream\\n > image=\"a:1\"\n"
        "5 line[] I0302 11:12:14.000000    2711 a.go:1] \"next\"\n");
    // a wrap between pairs and one inside quotes: what an issue tracker made of one line
    expect(
        "E0302 11:12:13.400500 a.go:1] \"x\"\nerr=\"rpc error:\ncode = NotFound\" image=\"a:1\"\n",
        "1 line[] E0302 11:12:13.400500 a.go:1] \"x\" err=\"rpc error: code = NotFound\" image=\"a:1\"\n");
    expect(
        "E0302 11:12:13.400500 a.go:1] \"x\" err=\"rpc error:\ncode = NotFound\" image=\"a:1\"\n",
        "1 line[] E0302 11:12:13.400500 a.go:1] \"x\" err=\"rpc error: code = NotFound\" image=\"a:1\"\n");
    // Go's errors.Join inside a description: containerd 2.2
    expect(
        "  Warning  Failed  4s  kubelet  Failed to pull image \"a:1\": unexpected status from GET request to https://r.test/v2/a/manifests/1: 403 "
        "Forbidden\ndenied: permission_denied: read_package\n\nName:  b\n",
        "1 line[]   Warning  Failed  4s  kubelet  Failed to pull image \"a:1\": unexpected status from GET request to https://r.test/v2/a/manifests/1: 403 "
        "Forbidden\\ndenied: permission_denied: read_package\n"
        "4 line[] Name:  b\n");
}

// What a log store answers and exports: each entry with its own text.
static void test_answers_and_tables(void **state) {
    (void)state;
    // failed shards stand as deep as hits
    expect(
        "{\"_shards\":{\"failures\":[{\"shard\":0}]},\"hits\":{\"hits\":[{\"_source\":{\"a\":1}}]}}\n",
        "1 json[json-log] {\"_source\":{\"a\":1}}\n");
    // a quote too many, and rows behind it: to the end, and up to a newline in a cell
    expect(
        "_time,_raw\n21,\"open\n22,\"two\"\n23,\"three\"\n",
        "2 line[json-log] open\n3 line[json-log] two\n4 line[json-log] three\ndiag 2 csv-broken\n");
    expect(
        "_time,_raw\n21,\"open\n22,\"two\"\n23,\"three\nfour\"\n",
        "2 line[json-log] open\n3 line[json-log] two\n4 line[json-log] three\\nfour\ndiag 2 csv-broken\n");
    // innocent: a cell of several lines, and a table that was cut in one
    expect("_time,_raw\n21,\"a\nb,c\"\n22,\"d\ne,f\n",
           "2 line[json-log] a\\nb,c\n4 line[json-log] d\\ne,f\n");
}

static void test_streams_interleave(void **state) {
    (void)state;
    // stdout in pieces, stderr between them (CRI, 16 KiB in reality)
    expect(
        "2024-01-02T03:04:05.1Z stdout P ab\n2024-01-02T03:04:05.2Z stderr F other\n2024-01-02T03:04:05.3Z stdout F cd\n",
        "2 line[cri] other\n1 line[cri] abcd\n");
    // a piece that a later stamp shows to be the last one
    expect("2024-01-02T03:04:05.1Z stdout P ab\n2024-01-02T03:04:09.1Z stdout F cd\n",
           "1 line[cri] ab\n2 line[cri] cd\n");
}

static void test_json_documents(void **state) {
    (void)state;
    expect("{\"a\":1}\n{\"b\":[1,2]}\n", "1 json[] {\"a\":1}\n2 json[] {\"b\":[1,2]}\n");
    expect(
        "{\n \"kind\": \"PodList\",\n \"items\": [\n  {\"x\": \"}\"},\n  {\n   \"y\": 2}\n ]\n}\nE0302 11:12:13.400500 a.go:1] tail\n",
        "4 json[] {\"x\": \"}\"}\n5 json[] {\\n   \"y\": 2}\n9 line[] E0302 11:12:13.400500 a.go:1] tail\n");
    expect("[{\"x\":1},{\"y\":2}]", "1 json[] {\"x\":1}\n1 json[] {\"y\":2}\n");
    expect("{\"x\":1}{\"y\":2}\n", "1 json[] {\"x\":1}\n1 json[] {\"y\":2}\n");
    expect("{\"cut\": \"no end\nnext\n",
           "1 line[] {\"cut\": \"no end\n2 line[] next\ndiag 1 json-broken\n");
    // log text in the middle of a cut document (kubectl cluster-info dump to one stream)
    expect(
        "{\n \"items\": [\n  {\"x\": 1},\n  {\"y\":\n==== START logs for container c of pod ns/p ====\nhello\n==== END logs for container c of pod ns/p "
        "====\n{\"z\":3}\n",
        "3 json[] {\"x\": 1}\n6 line[] hello\n8 json[] {\"z\":3}\ndiag 5 json-list-broken\n");
    // a broken item: the next one is read
    expect("{\"items\": [\n  {\"x\": 1},\n  {\"y\": oops},\n  {\"z\": 3}\n]}\n",
           "2 json[] {\"x\": 1}\n4 json[] {\"z\": 3}\ndiag 3 json-list-broken\n");
    expect("{\n \"a\": 1,\n", "diag 3 json-document-truncated\n");
    expect("{\"a\": 1,", "1 line[] {\"a\": 1,\ndiag 1 json-document-truncated\n"); // the whole file
    expect("{\"a\": 1}\n{\"b\":",
           "1 json[] {\"a\": 1}\n2 line[] {\"b\":\ndiag 2 json-truncated\n"); // a log's last line
}

static void test_yaml_documents(void **state) {
    (void)state;
    expect("apiVersion: v1\nitems:\n- kind: Pod\n  m: |\n    - text\n- kind: Node\nkind: List\n",
           "3 json[]   kind: Pod\\n  m: |\\n    - text\\n\n6 json[]   kind: Node\\n\n");
    expect(
        "---\nkind: A\n---\nkind: B\nE0302 11:12:13.400500 a.go:1] tail\n",
        "2 json[] kind: A\\n\n4 json[] kind: B\\n\n5 line[] E0302 11:12:13.400500 a.go:1] tail\n");
    expect(
        "apiVersion: v1\nimagePullSecrets:\n- name: a\n- name: b\nkind: ServiceAccount\n",
        "1 json[] apiVersion: v1\\nimagePullSecrets:\\n- name: a\\n- name: b\\nkind: ServiceAccount\\n\n");
    expect("kind: A\nx: *y\n", "diag 2 yaml-broken\n");
    expect("kind: A\nx: {{ .y }}\n", "diag 2 yaml-template\n");
    expect("apiVersion: v1\nitems:\n- kind: Pod\n- kind: Node\n",
           "3 json[]   kind: Pod\\n\n4 json[]   kind: Node\\n\ndiag 5 yaml-truncated\n");
    expect("kind: A\napiVersion: v1\nitems:\n- kind: Pod\n",
           "4 json[]   kind: Pod\\n\n"); // a list by hand
}

static void test_sections_and_preamble(void **state) {
    (void)state;
    expect("==> kubelet <==\nx\n", "2 line[] x\n");
    expect(
        "Log file created at: 2024/01/02 03:04:05\nRunning on machine: node-a\nE0102 03:04:05.400500 a.go:1] x\n",
        "fact 0 Log file created at: 2024/01/02 03:04:05 dated\nfact 2 node-a \n3 line[] E0102 03:04:05.400500 a.go:1] x\n");
}

// Two blocks' worth of lines without trouble, hits at known places.
static struct pm_buf quiet_log(size_t lines, const char *extra, size_t every) {
    struct pm_buf b = {0};
    for (size_t i = 0; i < lines; i++) {
        pm_buf_fmt(
            &b,
            "I0302 11:12:13.%06zu    2711 kubelet.go:1] \"SyncLoop (PLEG): event for pod\" pod=\"shop/web-%zu\"\n",
            i % 1000000, i);
        if (i % every == every - 1) pm_buf_lit(&b, extra);
    }
    return b;
}

static size_t count(struct pm_str s, const char *what) {
    size_t n = 0;
    for (ptrdiff_t at = pm_str_find(s, pm_str_c(what), 0); at >= 0;
         at = pm_str_find(s, pm_str_c(what), (size_t)at + 1))
        n++;
    return n;
}

// Lines without trouble are left out and counted; a block of klog with the literal in its
// middle comes whole, wherever blocks of bytes end.
static void test_sparse(void **state) {
    (void)state;
    static const char block[] =
        "E0302 11:12:14.000000    2711 kuberuntime_image.go:55] \"Failed\" err=<\n\tplain\n\tfailed to pull and unpack image\n\ttoomanyrequests\n > x=\"y\"\n";
    static const char joined[] =
        "\"Failed\" err=<\\n\tplain\\n\tfailed to pull and unpack image\\n\ttoomanyrequests\\n > x=\"y\"\n";
    struct pm_buf log = quiet_log(30000, block, 1000);
    static const size_t blocks[] = {0, 4096, 65537};
    for (size_t i = 0; i < PM_LEN(blocks); i++) {
        struct seen s = {0};
        struct pm_frame_stats st =
            feed(&s, pm_buf_str(&log), (struct how){.block = blocks[i], .sparse = true});
        assert_int_equal(st.lines, 30000 + 30 * 5);
        assert_int_equal(count(pm_buf_str(&s.out), joined), 30);
        assert_true(st.skipped_lines > 15000);
        pm_buf_free(&s.out);
    }
    pm_buf_free(&log);
}

// A list of any length on one line is cut into its items as it streams.
static void test_long_compact_list(void **state) {
    (void)state;
    struct pm_buf b = {0};
    pm_buf_lit(&b, "{\"kind\":\"EventList\",\"items\":[");
    for (int i = 0; i < 50000; i++)
        pm_buf_fmt(&b,
                   "%s{\"n\":%d,\"message\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}",
                   i ? "," : "", i);
    pm_buf_lit(&b, "]}\n");
    struct seen s = {0};
    struct pm_frame_stats st = feed(&s, pm_buf_str(&b), (struct how){.line_max = 4096});
    assert_int_equal(s.records, 50000);
    assert_int_equal(st.lines, 1);
    assert_int_equal(count(pm_buf_str(&s.out), "line-cut"), 0);
    pm_buf_free(&s.out);
    pm_buf_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encodings),
        cmocka_unit_test(test_long_and_cut_lines),
        cmocka_unit_test(test_records_of_several_lines),
        cmocka_unit_test(test_answers_and_tables),
        cmocka_unit_test(test_streams_interleave),
        cmocka_unit_test(test_json_documents),
        cmocka_unit_test(test_yaml_documents),
        cmocka_unit_test(test_sections_and_preamble),
        cmocka_unit_test(test_sparse),
        cmocka_unit_test(test_long_compact_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
