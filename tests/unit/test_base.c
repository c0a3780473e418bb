// The base library, one idea a test.
#include "base/json_get.h"
#include "base/sort.h"
#include "pm/diag.h"
#include "pm/event.h"
#include "pm/image.h"
#include "pm/intern.h"
#include "pm/scan.h"
#include "pm/when.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static struct pm_arena *a;
static int setup(void **s) {
    (void)s;
    a = pm_arena_new();
    return 0;
}
static int teardown(void **s) {
    (void)s;
    pm_arena_free(a);
    return 0;
}
static void same(struct pm_str got, const char *want) {
    assert_string_equal(pm_arena_cstr(a, got), want);
}

// Texts of two letters have every phrase, and nearly it, at each place of a block and at its
// borders. Each is memory of its own, so that a look beyond it is seen.
static void phrases_are_found_where_they_first_stand(void **s) {
    (void)s;
    uint64_t h = 1;
    for (size_t n = 0; n < 70; n++)
        for (size_t round = 0; round < 40; round++) {
            char *text = pm_xmalloc(n ? n : 1), phrase[20];
            const size_t m = 1 + round % (sizeof phrase - 1), from = round % 3;
            for (size_t i = 0; i < n; i++) text[i] = "ab"[(h = h * 6364136223846793005u + 1) >> 63];
            for (size_t i = 0; i < m; i++)
                phrase[i] = n > m && round % 2 ? text[n - m + i] : "ab"[i % 5 == 0];
            ptrdiff_t want = -1;
            for (size_t i = from; i + m <= n && want < 0; i++)
                if (memcmp(text + i, phrase, m) == 0) want = (ptrdiff_t)i;
            assert_int_equal(
                pm_str_find((struct pm_str){text, n}, (struct pm_str){phrase, m}, from), want);
            free(text);
        }
}

static void stamps_read_to_utc(void **s) {
    (void)s;
    static const struct {
        size_t (*read)(struct pm_str, struct pm_when *);
        const char *text, *utc;
        enum pm_when_kind kind;
    } rows[] = {
        {pm_when_rfc3339, "2024-01-02T03:04:05.678901234Z", "2024-01-02T03:04:05.678Z",
         PM_WHEN_UTC},
        {pm_when_rfc3339, "2024-01-02T03:04:05+01:00", "2024-01-02T02:04:05.000Z", PM_WHEN_UTC},
        {pm_when_rfc3339, "2024-01-02T03:04:05-0530", "2024-01-02T08:34:05.000Z", PM_WHEN_UTC},
        {pm_when_rfc3339, "2024-01-02T09:04:05.123456789+05:1800", "2024-01-02T03:34:05.123Z",
         PM_WHEN_UTC}, // old conmon: the offset's seconds where minutes belong
        {pm_when_rfc3339, "2024-01-02 03:04:05,678", "2024-01-02T03:04:05.678Z", PM_WHEN_LOCAL},
        {pm_when_rfc3339, "2024-01-02 03:04:05.000000001Z", "2024-01-02T03:04:05.000Z",
         PM_WHEN_UTC},
        {pm_when_clf, "02/Jan/2024:03:04:05 +0000", "2024-01-02T03:04:05.000Z", PM_WHEN_UTC},
        {pm_when_clf, "02/Jan/2024:03:04:05.678", "2024-01-02T03:04:05.678Z", PM_WHEN_LOCAL},
        {pm_when_slash, "2024/01/02 03:04:05", "2024-01-02T03:04:05.000Z", PM_WHEN_LOCAL},
        {pm_when_epoch, "1704164645.678", "2024-01-02T03:04:05.678Z", PM_WHEN_UTC},
        {pm_when_compact, "20240102030405", "2024-01-02T03:04:05.000Z", PM_WHEN_LOCAL},
        {pm_when_unixdate, "Tue Jan  2 03:04:05 UTC 2024", "2024-01-02T03:04:05.000Z", PM_WHEN_UTC},
        {pm_when_unixdate, "Tue Jan  2 03:04:05 PM CET 2024", "2024-01-02T14:04:05.000Z",
         PM_WHEN_UTC},
        {pm_when_full, "Tue 2024-01-02 03:04:05 UTC", "2024-01-02T03:04:05.000Z", PM_WHEN_UTC},
        {pm_when_full, "Tue 2024-01-02 03:04:05 IST", "2024-01-02T03:04:05.000Z", PM_WHEN_LOCAL},
    };
    char out[32];
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        struct pm_when w = {0};
        assert_int_equal(rows[i].read(pm_str_c(rows[i].text), &w), strlen(rows[i].text));
        assert_string_equal(pm_when_format(w.ns, out), rows[i].utc);
        assert_int_equal(w.kind, rows[i].kind);
    }
}

static void stamps_without_a_year_keep_feb_29(void **s) {
    (void)s;
    struct pm_when w;
    int64_t ns;
    char out[32];
    assert_int_equal(pm_when_klog(PM_STR("0229 23:59:59.000001    12 x.go:1] y"), &w), 20);
    assert_int_equal(w.kind, PM_WHEN_NO_YEAR);
    assert_true(pm_when_in_year(w.ns, 2024, &ns));
    assert_string_equal(pm_when_format(ns, out), "2024-02-29T23:59:59.000Z");
    assert_false(pm_when_in_year(w.ns, 2023, &ns));
    assert_int_equal(pm_when_syslog(PM_STR("Mar  1 00:00:00 host"), &w), 15);
    assert_true(pm_when_in_year(w.ns, 2023, &ns));
    assert_string_equal(pm_when_format(ns, out), "2023-03-01T00:00:00.000Z");
}

// What has no time enters no sum, is in no stretch, and is near nothing but its like.
static void no_time_enters_no_arithmetic(void **unused) {
    (void)unused;
    const int64_t none = PM_NO_TIME, last = INT64_MAX, first = INT64_MIN + 1;
    assert_int_equal(pm_time_add(none, 5), none);
    assert_int_equal(pm_time_add(7, 5), 12);
    assert_int_equal(pm_time_add(last, 5), last);
    assert_int_equal(pm_time_add(first, -5), first);
    assert_int_equal(pm_time_add(first, -1), first); // and never the number that means none
    assert_int_equal(pm_since(none, 5), none);
    assert_int_equal(pm_since(7, 5), 2);
    assert_int_equal(pm_since(first, 5), first);
    assert_int_equal(pm_since(0, INT64_MIN), last);
    assert_int_equal(pm_time_between(none, none), 0);
    assert_int_equal(pm_time_between(none, 3), last);
    assert_int_equal(pm_time_between(3, none), last);
    assert_int_equal(pm_time_between(5, 3), -2);
    assert_int_equal(pm_time_between(last, first), first);
    assert_int_equal(pm_time_apart(1, first), last);
    assert_int_equal(pm_time_apart(-1, INT64_MAX), last);
    assert_int_equal(pm_time_apart(5, 3), 2);
    assert_int_equal(pm_time_apart(none, 3), last);
    assert_int_equal(pm_time_apart(first, last), last);
    assert_int_equal(pm_min_time(none, 3), 3);
    assert_int_equal(pm_max_time(3, none), 3);
    assert_int_equal(pm_max_time(none, first), first);
    assert_int_equal(pm_max_time(none, none), none);
    assert_int_equal(pm_min_time(4, 3), 3);
    assert_int_equal(pm_max_time(4, 3), 4);
    assert_true(pm_time_in(3, none, none));
    assert_true(pm_time_in(3, 3, none));
    assert_false(pm_time_in(3, none, 2));
    assert_false(pm_time_in(none, none, none));
    assert_int_equal(pm_civil_ns(1, 1, 1, 0, 0, 0, 0), first);
    assert_int_equal(pm_civil_ns(9999, 12, 31, 23, 59, 59, 1), last);
    assert_int_equal(pm_seconds_ns(2), 2 * PM_NS_PER_S);
    assert_int_equal(pm_seconds_ns(last), last);
    assert_int_equal(pm_seconds_ns(first), first);
    assert_int_equal(pm_sum(last, 1), last);
    assert_int_equal(pm_sum(INT64_MIN, -1), INT64_MIN);
    assert_int_equal(pm_sum(1, 2), 3);
}

static void broken_stamps_are_refused(void **s) {
    (void)s;
    struct pm_when w;
    assert_int_equal(pm_when_rfc3339(PM_STR("2024-02-30T00:00:00Z"), &w), 0);
    assert_int_equal(pm_when_rfc3339(PM_STR("2024-01-02T25:00:00Z"), &w), 0);
    assert_int_equal(pm_when_klog(PM_STR("1301 00:00:00.0"), &w), 0);
    assert_int_equal(pm_when_epoch(PM_STR("17041646450"), &w), 0);
    assert_int_equal(pm_when_clf(PM_STR(""), &w), 0);
}

// A long text's stamp is remembered: of two texts that part within what was looked at, or
// behind it, each has its own. The short form of each is read anew.
static void a_remembered_stamp_is_its_own_texts(void **s) {
    (void)s;
    static const char *const heads[] = {"2024-01-02T03:04:05.678901234Z",
                                        "2024-01-02T03:04:05.678901234+01:00",
                                        "2024-01-02T03:04:05.678901234 +0100",
                                        "2024-01-02T03:04:05.678901234 +01",
                                        "2024-01-02T03:04:05.678901234 +x",
                                        "2024-01-02T03:04:05",
                                        "2024-01-02T03:04:05.6789012345678901234567Z",
                                        "2024-01-02T03:04:05 ",
                                        "2024-02-30T03:04:05Z",
                                        "no stamp"};
    for (size_t i = 0; i < 2 * PM_LEN(heads) * PM_LEN(heads); i++) {
        const char *head = heads[i % 2 ? i / 2 % PM_LEN(heads) : i / 2 / PM_LEN(heads)];
        char text[96];
        snprintf(text, sizeof text, "%s%s", head, " a line that goes on for fifty bytes and more");
        struct pm_str all = pm_str_c(text);
        struct pm_when whole = {0}, again = {0}, brief = {0};
        size_t used = pm_when_rfc3339(all, &whole);
        assert_int_equal(used, pm_when_rfc3339(pm_str_sub(all, 0, 47), &brief));
        assert_int_equal(used, pm_when_rfc3339(all, &again));
        if (!used) continue;
        assert_int_equal(whole.kind, brief.kind);
        assert_true(whole.ns == brief.ns && again.ns == brief.ns);
        assert_true(whole.unit_ns == brief.unit_ns && whole.offset_s == again.offset_s);
    }
}

// What tables say in seconds: fractions count, and no number is too large.
static void seconds_of_a_member(void **s) {
    (void)s;
    json_t *o = json_pack("{s:f,s:i,s:f,s:s}", "half", 0.5, "two", 2, "ages", 1e300, "word", "x");
    assert_int_equal(pm_member_seconds_ns(o, "half"), 500000000);
    assert_int_equal(pm_member_seconds_ns(o, "two"), 2000000000);
    assert_int_equal(pm_member_seconds_ns(o, "ages"), INT64_MAX);
    assert_int_equal(pm_member_seconds_ns(o, "word"), 0);
    assert_int_equal(pm_member_seconds_ns(o, "none"), 0);
    json_decref(o);
}
static void a_star_stands_for_anything(void **s) {
    (void)s;
    static const struct {
        const char *pattern, *text;
        bool fits;
    } rows[] = {{"*.amazonaws.com", "1.dkr.ecr.eu.amazonaws.com", true},
                {"*.amazonaws.com", "amazonaws.com", false},
                {"a*b*c", "aXbXbc", true},
                {"a*b*c", "aXbXbcX", false},
                {"docker.io", "docker.io", true},
                {"docker.io", "docker.iox", false},
                {"docker?io", "docker.io", false},
                {"*", "", true},
                {"", "", true},
                {"", "a", false},
                {"**a", "ba", true}};
    for (size_t i = 0; i < PM_LEN(rows); i++)
        assert_int_equal(pm_str_glob(rows[i].pattern, pm_str_c(rows[i].text)), rows[i].fits);
}

static void images_normalise_as_the_runtimes_do(void **s) {
    (void)s;
    static const struct {
        const char *ref, *norm;
    } rows[] = {
        {"nginx", "docker.io/library/nginx:latest"},
        {"nginx:1.25", "docker.io/library/nginx:1.25"},
        {"acme/web", "docker.io/acme/web:latest"},
        {"index.docker.io/acme/web:2", "docker.io/acme/web:2"},
        {"registry-1.docker.io/library/redis:7", "docker.io/library/redis:7"},
        {"localhost/app", "localhost/app:latest"},
        {"host.test:5000/app", "host.test:5000/app:latest"},
        {"host:5000", "docker.io/library/host:5000"},
        {"docker-pullable://quay.example/a/b@sha256:00ff", "quay.example/a/b@sha256:00ff"},
        {"quay.example/a/b:1@sha256:00ff", "quay.example/a/b@sha256:00ff"},
    };
    struct pm_image i;
    for (size_t n = 0; n < PM_LEN(rows); n++) {
        assert_true(pm_image_parse(a, pm_str_c(rows[n].ref), &i));
        same(i.norm, rows[n].norm);
    }
    static const char *const bad[] = {
        "",
        "Nginx:1",
        "a//b",
        "app:",
        "app:bad tag",
        "app@sha256",
        "user:password@registry.example/web:1", // its tag would be the password
        "-x",
        "0000000000000000000000000000000000000000000000000000000000000000"};
    for (size_t n = 0; n < PM_LEN(bad); n++) assert_false(pm_image_parse(a, pm_str_c(bad[n]), &i));
}

static void registry_urls_say_what_was_asked(void **s) {
    (void)s;
    struct pm_registry_url u;
    assert_true(pm_registry_url_parse(
        a, PM_STR("https://mirror.test:5000/v2/library/nginx/manifests/1.25?ns=docker.io"), &u));
    assert_int_equal(u.what, PM_URL_MANIFEST);
    same(u.host, "mirror.test:5000");
    same(u.ns, "docker.io");
    same(u.repository, "library/nginx");
    same(u.reference, "1.25");
    assert_true(pm_registry_url_parse(
        a, PM_STR("/service/token?scope=repository%3Ashop%2Fcart%3Apull&service=harbor-registry"),
        &u));
    assert_int_equal(u.what, PM_URL_TOKEN);
    same(u.repository, "shop/cart");
    assert_false(u.push);
    assert_true(pm_registry_url_parse(
        a, PM_STR("/api/docker/docker-remote/v2/library/redis/blobs/sha256:6f1e"), &u));
    assert_int_equal(u.what, PM_URL_BLOB);
    same(u.repository, "library/redis");
    same(u.reference, "sha256:6f1e");
    assert_true(pm_registry_url_parse(a, PM_STR("/v2/"), &u));
    assert_int_equal(u.what, PM_URL_PING);
    assert_false(pm_registry_url_parse(a, PM_STR("/index.html"), &u));
}

static void quoted_text_loses_one_level_of_escapes(void **s) {
    (void)s;
    struct pm_scan c = pm_scan_of(PM_STR("\"a \\\"b\\\" \\\\n \\u00e9\\t\" rest"));
    struct pm_str out;
    bool cut;
    assert_true(pm_scan_quoted(&c, a, &out, &cut));
    same(out, "a \"b\" \\n \xC3\xA9\t");
    same(pm_scan_rest(&c), " rest");
    assert_false(cut);
    c = pm_scan_of(PM_STR("\"open"));
    assert_true(pm_scan_quoted(&c, a, &out, &cut));
    assert_true(cut);
    same(out, "open");
}

// The next quote is found by sixteen bytes at once, and as one byte after the other finds
// it, wherever backslashes stand.
static void quotes_are_found_in_any_place(void **s) {
    (void)s;
    char text[80];
    uint64_t h = 1;
    for (size_t round = 0; round < 20000; round++) {
        size_t n = round % sizeof text;
        for (size_t i = 0; i < n; i++) {
            h = h * UINT64_C(6364136223846793005) + 1442695040888963407u;
            text[i] = (h >> 40) % 8 == 0 ? '"' : "\\\\abcdefgh"[(h >> 33) % 10];
        }
        const struct pm_str t = {text, n};
        ptrdiff_t want = -1;
        bool even = true;
        for (size_t i = 0; i < n; i++) {
            if (text[i] == '\\') i++;
            else if (text[i] == '"') {
                if (want < 0) want = (ptrdiff_t)i;
                even = !even;
            }
        }
        assert_int_equal(pm_quote_find(t, 0), want);
        assert_int_equal(pm_quotes_even(t), even);
    }
}

static void pairs_are_read_one_by_one(void **s) {
    (void)s;
    struct pm_scan c = pm_scan_of(PM_STR("level=error msg=\"a b\" empty= http.request.uri=/v2/"));
    static const char *const want[][2] = {
        {"level", "error"}, {"msg", "a b"}, {"empty", ""}, {"http.request.uri", "/v2/"}};
    for (size_t i = 0; i < PM_LEN(want); i++) {
        struct pm_str k, v;
        assert_true(pm_scan_pair(&c, a, &k, &v));
        same(k, want[i][0]);
        same(v, want[i][1]);
    }
    assert_true(pm_scan_end(&c));
}

static void durations_and_sizes(void **s) {
    (void)s;
    int64_t n, unit;
    assert_true(pm_duration(PM_STR("1m21.284220239s"), &n) && n == INT64_C(81284220239));
    assert_true(pm_duration(PM_STR("880.092\xC2\xB5s"), &n) && n == 880092);
    assert_false(pm_duration(PM_STR("12"), &n));
    assert_true(pm_human_duration(PM_STR("5m12s"), &n, &unit) && n == 312 * PM_NS_PER_S &&
                unit == PM_NS_PER_S);
    assert_true(pm_human_duration(PM_STR("2d4h"), &n, &unit) && unit == 3600 * PM_NS_PER_S);
    assert_true(pm_size_bytes(PM_STR("83.6MB"), &n) && n == 83600000);
    assert_true(pm_size_bytes(PM_STR("5Gi"), &n) && n == INT64_C(5368709120));
    assert_false(pm_size_bytes(PM_STR("big"), &n));
}

static void dirty_bytes_are_repaired_and_counted(void **s) {
    (void)s;
    size_t bad;
    same(pm_utf8_clean(a,
                       (struct pm_str){"a\xFF"
                                       "b\0c",
                                       5},
                       &bad),
         "a\xEF\xBF\xBD"
         "b\xEF\xBF\xBD"
         "c");
    assert_int_equal(bad, 2);
    same(pm_ansi_strip(a, PM_STR("\033[31mred\033[0m \033]8;;http://x\033\\link")), "red link");
    same(pm_percent_decode(a, PM_STR("a%2Fb%zz%2")), "a/b%zz%2");
}

static void interning_gives_one_number_a_string(void **s) {
    (void)s;
    struct pm_intern *t = pm_intern_new();
    uint32_t x = pm_intern_id(t, PM_STR("x")), y = pm_intern_id(t, (struct pm_str){"y\0z", 3});
    assert_int_equal(pm_intern_id(t, PM_STR("")), 0);
    assert_int_equal(pm_intern_id(t, PM_STR("x")), x);
    assert_int_not_equal(x, y);
    assert_int_equal(pm_intern_str(t, y).n, 3);
    assert_int_equal(pm_intern_find(t, PM_STR("never")), UINT32_MAX);
    pm_intern_free(t);
}

// The highest bit of a word of eight bytes, flipped, is undone in the hash by bits 31 and
// 63 of the next, whatever else they hold: k such pairs are 2^k texts of one hash.
static void interning_stands_texts_made_to_collide(void **s) {
    (void)s;
    enum { PAIRS = 10, TEXTS = 1 << PAIRS };
    char text[PAIRS * 16];
    uint64_t hash = 0;
    struct pm_intern *t = pm_intern_new();
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < TEXTS; i++) {
            memset(text, 'a', sizeof text);
            for (int k = 0; k < PAIRS; k++)
                if (i >> k & 1) {
                    text[k * 16 + 7] ^= (char)0x80;
                    text[k * 16 + 11] ^= (char)0x80;
                    text[k * 16 + 15] ^= (char)0x80;
                }
            struct pm_str x = {text, sizeof text};
            if (!i && !round) hash = pm_str_hash(x, 29);
            assert_true(pm_str_hash(x, 29) == hash);
            if (round) assert_int_equal(pm_intern_find(t, x), i + 1);
            assert_int_equal(pm_intern_id(t, x), i + 1);
        }
    assert_int_equal(pm_intern_count(t), TEXTS + 1);
    pm_intern_free(t);
}

static void diagnostics_are_counted_and_bounded(void **s) {
    (void)s;
    struct pm_diags *d = pm_diags_new();
    for (int i = 0; i < 200; i++)
        pm_diags_add(d, PM_STR("b.log"), (uint64_t)i + 1, "kind", "number %d", i);
    pm_diags_add(d, PM_STR("a.log"), 7, "line-cut", "cut");
    pm_diags_add(d, PM_STR("a.log"), 3, "line-cut", "cut");
    struct pm_diag first = pm_diags_at(d, 0);
    same(first.path, "a.log");
    assert_int_equal(first.count, 2);
    assert_int_equal(first.line, 3);
    pm_diags_add(d, PM_STR("a.log"), 9, "line-cut", "cut");
    assert_int_equal(pm_diags_at(d, 0).count, 3);
    assert_true(pm_diags_count(d) < 60);
    pm_diags_free(d);
}

// What parsers write into MESSAGE to tell a program's lines apart is read back as what it
// was; another program's free text that sounds the same is none.
static void tellings_are_read_back(void **state) {
    (void)state;
    static const struct {
        enum pm_component of;
        const char *message;
        enum pm_telling telling;
    } rows[] = {
        {PM_COMP_KUBELET, "remote_image", PM_TELLING_IMAGE_SERVICE},
        {PM_COMP_CONTAINERD, "returned", PM_TELLING_RETURNED},
        {PM_COMP_DOCKERD, "handler", PM_TELLING_HANDLER},
        {PM_COMP_DOCKERD, "next endpoint", PM_TELLING_NEXT_ENDPOINT},
        {PM_COMP_CRIO, "trying to access", PM_TELLING_ASKING_HOST},
        {PM_COMP_EVENTS, "handler", PM_TELLING_NONE},
        {PM_COMP_CRIO, "returned", PM_TELLING_NONE},
        {PM_COMP_KUBELET, "", PM_TELLING_NONE},
        {PM_COMP_KUBELET, "remote_image.go", PM_TELLING_NONE},
    };
    for (size_t i = 0; i < PM_LEN(rows); i++)
        assert_int_equal(pm_telling_of(rows[i].of, pm_str_c(rows[i].message)), rows[i].telling);
}

// Few and many, of few digits and of all, in order and not: as the sort that compares has them.
static int by_key(const void *x, const void *y, void *none) {
    const struct pm_keyed *l = x, *r = y;
    (void)none;
    return (l->key > r->key) - (l->key < r->key);
}
static void numbers_sort_as_they_compare(void **s) {
    (void)s;
    static const struct {
        size_t n;
        uint64_t mask;
    } rows[] = {{0, 0},     {1, 9},       {2, UINT64_MAX},   {47, 7},          {48, 7},
                {500, 255}, {3000, 4095}, {999, UINT64_MAX}, {77, 255u << 16}, {300, 0}};
    uint64_t seed = 3;
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        struct pm_keyed x[3000], want[3000];
        for (size_t k = 0; k < rows[i].n; k++) {
            seed = seed * UINT64_C(6364136223846793005) + 1;
            x[k] = want[k] = (struct pm_keyed){(seed ^ seed >> 31) & rows[i].mask, k};
        }
        pm_sort(want, rows[i].n, sizeof *want, by_key, NULL);
        for (int again = 0; again < 2; again++) {
            pm_sort_keyed(x, rows[i].n);
            assert_memory_equal(x, want, rows[i].n * sizeof *x);
        }
    }
    assert_true(pm_key_of_int64(INT64_MIN) < pm_key_of_int64(-1));
    assert_true(pm_key_of_int64(-1) < pm_key_of_int64(0));
    assert_true(pm_key_of_int64(0) < pm_key_of_int64(INT64_MAX));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tellings_are_read_back),
        cmocka_unit_test(numbers_sort_as_they_compare),
        cmocka_unit_test(stamps_read_to_utc),
        cmocka_unit_test(stamps_without_a_year_keep_feb_29),
        cmocka_unit_test(no_time_enters_no_arithmetic),
        cmocka_unit_test(broken_stamps_are_refused),
        cmocka_unit_test(a_remembered_stamp_is_its_own_texts),
        cmocka_unit_test(seconds_of_a_member),
        cmocka_unit_test(a_star_stands_for_anything),
        cmocka_unit_test(images_normalise_as_the_runtimes_do),
        cmocka_unit_test(registry_urls_say_what_was_asked),
        cmocka_unit_test(quoted_text_loses_one_level_of_escapes),
        cmocka_unit_test(quotes_are_found_in_any_place),
        cmocka_unit_test(pairs_are_read_one_by_one),
        cmocka_unit_test(durations_and_sizes),
        cmocka_unit_test(phrases_are_found_where_they_first_stand),
        cmocka_unit_test(dirty_bytes_are_repaired_and_counted),
        cmocka_unit_test(interning_gives_one_number_a_string),
        cmocka_unit_test(interning_stands_texts_made_to_collide),
        cmocka_unit_test(diagnostics_are_counted_and_bounded),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
