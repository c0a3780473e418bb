// Clocks: small bundles of evidence, and the year, zone and capture time that follow. All
// stamps written by us.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "clock/clock.h"
#include "clock/name.h"
#include <stdio.h>

static struct pm_clock_evidence evidence[8];
static struct pm_clock_member member[8];

static int setup(void **s) {
    (void)s;
    memset(member, 0, sizeof member);
    for (size_t i = 0; i < PM_LEN(evidence); i++) {
        pm_clock_init(&evidence[i]);
        member[i].evidence = &evidence[i];
        member[i].mtime_ns = PM_NO_TIME;
    }
    return 0;
}
static int teardown(void **s) {
    (void)s;
    for (size_t i = 0; i < PM_LEN(evidence); i++) pm_clock_free(&evidence[i]);
    return 0;
}

static struct pm_when when(const char *text) {
    struct pm_when w = {0};
    struct pm_str s = pm_str_c(text);
    if (!pm_when_rfc3339(s, &w) && !pm_when_klog(s, &w) && !pm_when_syslog(s, &w))
        fail_msg("no stamp: %s", text);
    return w;
}
static int64_t utc(const char *text) { return when(text).ns; }
static int64_t see(int i, const char *text) {
    struct pm_when w = when(text);
    return pm_clock_see(&evidence[i], &w);
}
static void pair(int i, const char *envelope, const char *payload) {
    struct pm_when e = when(envelope), p = when(payload);
    pm_clock_see(&evidence[i], &e);
    if (e.kind != PM_WHEN_UTC) pm_clock_see(&evidence[i], &p);
    pm_clock_pair(&evidence[i], &e, &p);
}
static void resolve(size_t n) { pm_clock_resolve(member, n, 0, NULL, utc("2030-06-01T00:00:00Z")); }
static const char *fixed(int i, enum pm_when_kind kind, int64_t stored) {
    static char text[32];
    enum pm_quality q = PM_QUALITY_EXACT;
    return pm_when_format(pm_clock_fix_stamp(&member[i].clock, kind, stored, &q), text);
}
#define SAME(i, stored, want) assert_string_equal(fixed(i, PM_WHEN_NO_YEAR, stored), want)

static void year_of_an_inner_stamp(
    void **s) { // journald short around containerd's logrus: year and zone of the wrapper
    (void)s;
    pair(0, "Jan 02 04:04:05", "2024-01-02T03:04:05.678Z");
    int64_t bare = see(0, "Jan 02 04:10:00");
    resolve(1);
    SAME(0, bare, "2024-01-02T03:10:00.000Z");
    assert_string_equal(member[0].clock.year_from, "inner-stamp");
    assert_string_equal(member[0].clock.offset_from, "inner-stamp");
    assert_int_equal(member[0].clock.offset_s, 3600);
    assert_int_equal(member[0].clock.quality, PM_QUALITY_INFERRED);
}

static void new_year_within_a_file(void **s) {
    (void)s;
    int64_t a = see(0, "1231 23:59:58.000000"), b = see(0, "0101 00:00:02.000000"),
            late = see(0, "1231 23:59:59.000000"), c = see(0, "0102 00:00:00.000000");
    member[0].mtime_ns = utc("2025-01-02T08:00:00Z");
    resolve(1);
    SAME(0, a, "2024-12-31T23:59:58.000Z");
    SAME(0, b, "2025-01-01T00:00:02.000Z");
    SAME(0, late, "2024-12-31T23:59:59.000Z"); // a line that came late turns nothing
    SAME(0, c, "2025-01-02T00:00:00.000Z");
    assert_string_equal(member[0].clock.year_from, "mtime");
    assert_int_equal(member[0].clock.quality, PM_QUALITY_ASSUMED);
}

static void nothing_is_later_than_its_file(
    void **s) { // January is nearer to November's end going forward, and cannot be meant
    (void)s;
    int64_t a = see(0, "0102 12:00:00.000000");
    member[0].mtime_ns = utc("2025-11-25T08:00:00Z");
    resolve(1);
    SAME(0, a, "2025-01-02T12:00:00.000Z");
}

static void inner_stamps_around_new_year(void **s) {
    (void)s;
    pair(0, "Dec 31 23:30:00", "2024-12-31T23:30:00Z");
    pair(0, "Jan  1 00:30:00", "2025-01-01T00:30:00Z");
    int64_t after = see(0, "Jan  1 01:00:00");
    resolve(1);
    SAME(0, after, "2025-01-01T01:00:00.000Z");
}

static void february_29_wants_a_leap_year(void **s) { // the file was copied in 2025
    (void)s;
    int64_t a = see(0, "0229 12:00:00.000000");
    member[0].mtime_ns = utc("2025-03-01T00:00:00Z");
    resolve(1);
    SAME(0, a, "2024-02-29T12:00:00.000Z");
}

static void header_beats_mtime(void **s) {
    (void)s;
    struct pm_when created = when("2022-11-05 10:00:00");
    pm_clock_anchor(&evidence[0], &created);
    int64_t a = see(0, "1105 10:00:01.000000");
    member[0].mtime_ns = utc("2024-01-01T00:00:00Z");
    resolve(1);
    SAME(0, a, "2022-11-05T10:00:01.000Z");
    assert_string_equal(member[0].clock.year_from, "header");
}

static void node_beats_name_beats_objects(void **s) {
    (void)s;
    int64_t a = see(0, "1105 10:00:01.000000"), b = see(1, "1105 10:00:01.000000"),
            c = see(2, "1105 10:00:01.000000");
    member[0].node = PM_STR("n1.test");
    member[0].path = PM_STR("kubelet.log-20230101");
    member[1].path = PM_STR("kubelet.log-20221106-1667700000.gz");
    member[2].path = PM_STR("kubelet.log");
    see(3, "2021-11-05T10:00:00Z"); // the runtime of n1
    member[3].node = PM_STR("n1");
    member[3].component = PM_COMP_CONTAINERD;
    see(4, "2020-11-05T10:00:00Z"); // events of the cluster
    member[4].component = PM_COMP_EVENTS;
    resolve(5);
    SAME(0, a, "2021-11-05T10:00:01.000Z");
    SAME(1, b, "2022-11-05T10:00:01.000Z");
    SAME(2, c, "2020-11-05T10:00:01.000Z");
    assert_string_equal(member[0].clock.year_from, "node");
    assert_string_equal(member[1].clock.year_from, "file-name");
    assert_string_equal(member[2].clock.year_from, "objects");
}

// A rotated log of 2024 lies beside the node's year-less one. It is of its own year, and
// so is what stands beside it; what stands beside today's events is of today, though the
// old log is the only dated one of its node.
static void old_log_of_the_node(void **s) {
    (void)s;
    int64_t now = see(0, "0319 10:00:01.000000"), then = see(1, "0201 10:00:01.000000"),
            both = see(5, "0319 09:00:00.000000");
    for (int i = 0; i < 2; i++) member[i].node = PM_STR("n1");
    see(2, "2024-02-01T09:00:00Z");
    see(2, "2024-02-01T11:00:00Z");
    see(3, "2026-03-19T10:00:00Z");
    see(4, "2025-03-19T10:00:00Z"); // of n2, a year before to the day
    member[2].node = PM_STR("n1"), member[4].node = member[5].node = PM_STR("n2");
    member[2].component = member[4].component = PM_COMP_CONTAINERD;
    member[3].component = PM_COMP_EVENTS;
    resolve(6);
    SAME(0, now, "2026-03-19T10:00:01.000Z");
    SAME(1, then, "2024-02-01T10:00:01.000Z");
    SAME(5, both, "2026-03-19T09:00:00.000Z");
}

// The node's two dated logs are two years apart: the time between them is nobody's.
static void between_two_dated_logs(void **s) {
    (void)s;
    int64_t old = see(0, "0210 10:00:00.000000"), now = see(1, "0320 10:00:00.000000");
    see(2, "2024-02-09T10:00:00Z");
    see(3, "2026-03-20T10:00:00Z");
    for (int i = 0; i < 4; i++) member[i].node = PM_STR("n1");
    resolve(4);
    SAME(0, old, "2024-02-10T10:00:00.000Z");
    SAME(1, now, "2026-03-20T10:00:00.000Z");
}

// Files keep their times in an archive: one that was left alone for a year is of that
// year. Where all have one time (a checkout), it says nothing.
static void left_alone_for_a_year(void **s) {
    (void)s;
    int64_t old = see(0, "0310 10:00:00.000000"), now = see(1, "0310 10:00:00.000000");
    member[0].node = member[1].node = member[2].node = PM_STR("n1");
    see(2, "2026-03-10T10:00:00Z");
    member[0].mtime_ns = utc("2025-03-10T10:05:00Z");
    member[1].mtime_ns = member[2].mtime_ns = utc("2026-03-10T11:00:00Z");
    resolve(3);
    SAME(0, old, "2025-03-10T10:00:00.000Z");
    SAME(1, now, "2026-03-10T10:00:00.000Z");
    member[1].mtime_ns = member[2].mtime_ns = member[0].mtime_ns;
    resolve(3);
    SAME(0, old, "2026-03-10T10:00:00.000Z");
}

static void mark(int i, uint64_t key, const char *text) {
    struct pm_when w = when(text);
    pm_clock_mark(&evidence[i], key, w.kind, pm_clock_see(&evidence[i], &w));
}

static void zone_of_coincident_failures(
    void **s) { // kubelet at -05:00, events in UTC; image 1 thrice, image 2 once
    (void)s;
    mark(0, 1, "0102 03:00:10.500000");
    mark(0, 1, "0102 03:00:31.100000");
    mark(0, 2, "0102 03:01:02.900000");
    int64_t stored = see(0, "0102 03:05:40.000000");
    mark(1, 1, "2024-01-02T08:00:10Z");
    mark(1, 1, "2024-01-02T08:00:31Z");
    mark(1, 2, "2024-01-02T08:01:03Z");
    member[1].component = PM_COMP_EVENTS;
    resolve(2);
    assert_int_equal(member[0].clock.offset_s, -5 * 3600);
    assert_string_equal(member[0].clock.offset_from, "coincidence");
    SAME(0, stored, "2024-01-02T08:05:40.000Z");
}

// A log that was cut into shards: neither part has two coincidences of its own, together
// they tell the zone, for both. A part that begins before the other ends is another log.
static void parts_of_a_log_that_was_cut(void **s) {
    (void)s;
    mark(0, 1, "0102 03:00:10.500000");
    mark(1, 2, "0102 03:01:02.900000");
    mark(1, 1, "0102 03:01:31.100000");
    int64_t first = see(0, "0102 03:00:20.000000");
    see(1, "0102 03:00:50.000000");
    int64_t last = see(1, "0102 03:05:40.000000");
    see(2, "0102 03:02:00.000000");
    see(2, "0102 03:09:00.000000");
    mark(3, 1, "2024-01-02T08:00:10Z");
    mark(3, 1, "2024-01-02T08:01:31Z");
    mark(3, 2, "2024-01-02T08:01:03Z");
    for (int i = 0; i < 3; i++) member[i].path = PM_STR("n1/kubelet.log");
    member[1].node = PM_STR("n1");
    member[3].component = PM_COMP_EVENTS;
    assert_true(pm_clock_goes_on(&evidence[0], &evidence[1]));
    assert_false(pm_clock_goes_on(&evidence[1], &evidence[2]));
    assert_false(pm_clock_goes_on(&evidence[1], &evidence[0]));
    resolve(4);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(member[i].clock.offset_s, -5 * 3600);
        assert_string_equal(member[i].clock.offset_from, "coincidence");
        assert_ptr_equal(member[i].evidence, &evidence[i]);
    }
    assert_string_equal(member[0].node.p, "n1");
    SAME(0, first, "2024-01-02T08:00:20.000Z");
    SAME(1, last, "2024-01-02T08:05:40.000Z");
}

// Times of a log may go back: what comes behind its last line goes on, whatever comes then.
static void parts_of_a_log_whose_times_go_back(void **s) {
    (void)s;
    see(0, "2024-01-02T03:10:00Z");
    see(0, "2024-01-02T03:40:00Z");
    see(1, "2024-01-02T03:40:30Z");
    see(1, "2024-01-02T03:01:00Z");
    see(1, "2024-01-02T03:20:00Z");
    see(2, "2024-01-02T03:20:10Z");
    assert_true(pm_clock_goes_on(&evidence[0], &evidence[1]));
    assert_false(pm_clock_goes_on(&evidence[1], &evidence[0]));
    assert_false(pm_clock_goes_on(&evidence[0], &evidence[2]));
    assert_true(pm_clock_order(&evidence[0], &evidence[1]) < 0);
}

// What only some lines have in their text may be missing around a cut for long; it may not
// go back.
static void parts_of_a_log_with_rare_stamps(void **s) {
    (void)s;
    static const char *const stamps[][3] = {
        {"0102 03:00:00.000000", "0102 03:20:00.000000", "2024-01-02T03:05:00Z"},
        {"0102 03:20:10.000000", "0102 03:40:00.000000", "2024-01-02T03:30:00Z"},
        {"0102 03:20:10.000000", "0102 03:40:00.000000", "2024-01-02T03:01:00Z"},
        {"0102 03:35:00.000000", "0102 03:40:00.000000", "2024-01-02T03:36:00Z"},
    };
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < 3; k++) see(i, stamps[i][k]);
    assert_true(pm_clock_goes_on(&evidence[0], &evidence[1]));
    assert_false(pm_clock_goes_on(&evidence[0], &evidence[2]));
    assert_false(pm_clock_goes_on(&evidence[0], &evidence[3]));
}

// Two kubelets' journals know their zone, the third has nothing to tell it by: the same
// file of the same collector. Its own coincidences, other files and likes that differ say
// no.
static void zone_of_logs_alike(void **s) {
    (void)s;
    static const char *const paths[] = {"b/n1/kubelet.log", "b/n2/kubelet.log", "b/n3/kubelet.log",
                                        "b/n4/containerd.log"};
    int64_t stored = 0;
    for (int i = 0; i < 4; i++) {
        member[i].path = pm_str_c(paths[i]);
        member[i].node = pm_str_sub(member[i].path, 2, 2);
        member[i].component = i < 3 ? PM_COMP_KUBELET : PM_COMP_CONTAINERD;
        int64_t at = see(i, "0102 03:05:40.000000");
        if (i == 0) stored = at;
    }
    for (int i = 1; i < 3; i++) pair(i, "2024-01-02T08:00:00Z", "0102 03:00:00.000000");
    resolve(4);
    assert_int_equal(member[1].clock.offset_s, -5 * 3600);
    assert_string_equal(member[0].clock.offset_from, "alike");
    assert_string_equal(member[3].clock.offset_from, "assumed");
    SAME(0, stored, "2024-01-02T08:05:40.000Z");
    pm_clock_free(&evidence[2]);
    pm_clock_init(&evidence[2]);
    pair(2, "2024-01-02T08:00:00Z", "0102 10:00:00.000000");
    resolve(4);
    assert_string_equal(member[0].clock.offset_from, "assumed");
}

static void steady_back_off_proves_no_zone(
    void **s) { // one failure every five minutes fits each quarter of an hour: UTC, on trust
    (void)s;
    for (int i = 0; i < 40; i++) {
        char local[32], far[40];
        snprintf(local, sizeof local, "0102 %02d:%02d:10.000000", 3 + i / 12, i % 12 * 5);
        snprintf(far, sizeof far, "2024-01-02T%02d:%02d:10Z", 3 + i / 12, i % 12 * 5);
        mark(0, 1, local);
        mark(1, 1, far);
    }
    member[1].component = PM_COMP_EVENTS;
    resolve(2);
    assert_int_equal(member[0].clock.offset_s, 0);
    assert_false(member[0].clock.has_offset);
    assert_string_equal(member[0].clock.offset_from, "assumed");
}

static void zone_that_the_runtime_writes(void **s) {
    (void)s;
    int64_t a = see(0, "0102 03:00:00.000000");
    struct pm_when w = when("2024-01-02T03:00:00.000000000-05:00");
    pm_clock_see(&evidence[1], &w);
    pm_clock_written(&evidence[1], &w);
    member[0].node = member[1].node = PM_STR("n1");
    member[1].component = PM_COMP_CONTAINERD;
    resolve(2);
    SAME(0, a, "2024-01-02T08:00:00.000Z");
    assert_string_equal(member[0].clock.offset_from, "node");
}

static void options_override(void **s) {
    (void)s;
    int64_t summer = see(0, "0702 03:00:00.000000"), winter = see(0, "1202 03:00:00.000000");
    struct pm_zone *berlin = pm_zone_open("Europe/Berlin");
    if (!berlin) skip(); // no zoneinfo on this machine
    pm_clock_resolve(member, 1, 2019, berlin, 0);
    SAME(0, summer, "2019-07-02T01:00:00.000Z");
    SAME(0, winter, "2019-12-02T02:00:00.000Z");
    assert_string_equal(member[0].clock.year_from, "option");
    pm_zone_close(berlin);
}

static void repeated_hour_keeps_file_order(void **s) {
    (void)s;
    struct pm_zone *berlin = pm_zone_open("Europe/Berlin");
    if (!berlin) skip();
    static const char *const stamps[] = {"1027 02:10:00.000000", "1027 02:50:00.000000",
                                         "1027 02:05:00.000000", "1027 02:40:00.000000",
                                         "1027 03:00:00.000000"};
    static const char *const want[] = {"2024-10-27T00:10:00.000Z", "2024-10-27T00:50:00.000Z",
                                       "2024-10-27T01:05:00.000Z", "2024-10-27T01:40:00.000Z",
                                       "2024-10-27T02:00:00.000Z"};
    int64_t stored[PM_LEN(stamps)];
    for (size_t i = 0; i < PM_LEN(stamps); i++) stored[i] = see(0, stamps[i]);
    pm_clock_resolve(member, 1, 2024, berlin, 0);
    for (size_t i = 0; i < PM_LEN(stamps); i++) SAME(0, stored[i], want[i]);
    pm_zone_close(berlin);
}

// A runtime's stamps beside the collector's show that summer time ended, or began, within
// the log: no zone need be known.
static void clocks_put_back_and_forward(void **s) {
    (void)s;
    static const char *const beside[][2] = {{"Oct 27 02:10:00", "2024-10-27T00:10:00Z"},
                                            {"Oct 27 02:50:00", "2024-10-27T00:50:00Z"},
                                            {"Oct 27 02:10:00", "2024-10-27T01:10:00Z"},
                                            {"Oct 27 03:10:00", "2024-10-27T02:10:00Z"}};
    for (size_t i = 0; i < PM_LEN(beside); i++) pair(0, beside[i][0], beside[i][1]);
    static const char *const forward[][2] = {{"Mar 31 01:10:00", "2024-03-31T00:10:00Z"},
                                             {"Mar 31 01:50:00", "2024-03-31T00:50:00Z"},
                                             {"Mar 31 03:10:00", "2024-03-31T01:10:00Z"},
                                             {"Mar 31 03:20:00", "2024-03-31T01:20:00Z"}};
    for (size_t i = 0; i < PM_LEN(forward); i++) pair(1, forward[i][0], forward[i][1]);
    static const char *const mixed[][2] = {{"Oct 27 02:10:00", "2024-10-27T00:10:00Z"},
                                           {"Oct 27 02:10:00", "2024-10-27T01:10:00Z"},
                                           {"Oct 27 02:50:00", "2024-10-27T00:50:00Z"},
                                           {"Oct 27 02:50:00", "2024-10-27T01:50:00Z"},
                                           {"Oct 27 03:50:00", "2024-10-27T01:50:00Z"}};
    for (size_t i = 0; i < PM_LEN(mixed); i++) pair(2, mixed[i][0], mixed[i][1]);
    int64_t first = see(0, "Oct 27 02:30:00"), second = see(0, "Oct 27 02:20:00"),
            before = see(1, "Mar 31 01:30:00"), after = see(1, "Mar 31 03:05:00");
    resolve(3);
    SAME(0, first, "2024-10-27T00:30:00.000Z");
    SAME(0, second, "2024-10-27T01:20:00.000Z"); // written again
    SAME(1, before, "2024-03-31T00:30:00.000Z");
    SAME(1, after, "2024-03-31T01:05:00.000Z");
    assert_false(member[2].clock.changes); // two clocks side by side, not one that changed
}

static void zones_by_number_and_rule(void **s) {
    (void)s;
    static const struct {
        const char *name;
        int32_t offset_s;
    } fixed_zones[] = {{"UTC", 0}, {"+02:00", 7200}, {"-0530", -19800}, {"+14", 50400}};
    for (size_t i = 0; i < PM_LEN(fixed_zones); i++) {
        struct pm_zone *z = pm_zone_open(fixed_zones[i].name);
        assert_non_null(z);
        assert_int_equal(pm_zone_offset(z, 0), fixed_zones[i].offset_s);
        pm_zone_close(z);
    }
    static const char *const none[] = {
        "", "+99:00", "../../etc/passwd", "/etc/localtime", "Mars/Olympus", "+2x"};
    for (size_t i = 0; i < PM_LEN(none); i++) assert_null(pm_zone_open(none[i]));
    struct pm_zone *z =
        pm_zone_open("America/New_York"); // 2060 lies behind every table: the footer's rule
    if (!z) skip();
    assert_int_equal(pm_zone_offset(z, utc("2060-07-01T12:00:00Z")), -4 * 3600);
    assert_int_equal(pm_zone_offset(z, utc("2060-12-01T12:00:00Z")), -5 * 3600);
    pm_zone_close(z);
}

static void ages_hang_on_the_nearest_capture_time(void **s) {
    (void)s;
    struct pm_when age = {.kind = PM_WHEN_AGE, .ns = 90 * PM_NS_PER_S, .unit_ns = PM_NS_PER_S};
    member[0].path = PM_STR("n1/k3s/kubectl/pods");
    member[1].path = PM_STR("cluster/pods.txt");
    member[2].path = PM_STR("n1/systeminfo/date");
    member[3].path = PM_STR("cluster/events.json");
    member[3].component = PM_COMP_EVENTS;
    int64_t a = pm_clock_see(&evidence[0], &age), b = pm_clock_see(&evidence[1], &age);
    evidence[2].capture_ns = utc("2024-01-02T03:04:05Z");
    see(3, "2024-01-05T00:00:00Z");
    resolve(4);
    assert_string_equal(fixed(0, PM_WHEN_AGE, a), "2024-01-02T03:02:35.000Z");
    assert_string_equal(fixed(1, PM_WHEN_AGE, b), "2024-01-04T23:58:30.000Z");
}

// A copy of some files of a collection, in an archive of its own: what told the time was
// left out, and another collection's stands nearer. It is as old as the original,
// whichever was read first.
static void a_copy_is_as_old_as_its_original(void **s) {
    (void)s;
    struct pm_when age = {.kind = PM_WHEN_AGE, .ns = 90 * PM_NS_PER_S, .unit_ns = PM_NS_PER_S};
    member[0].path = PM_STR("again.zip/again/n1-second/kubectl/events");
    member[1].path = PM_STR("again.zip/again/n1-first/systeminfo/date");
    member[2].path = PM_STR("n1-second/kubectl/events");
    member[3].path = PM_STR("n1-second/systeminfo/date");
    member[2].copy_of = 1;
    int64_t a = pm_clock_see(&evidence[0], &age);
    pm_clock_see(&evidence[2], &age);
    evidence[1].capture_ns = utc("2024-01-02T03:04:05Z");
    evidence[3].capture_ns = utc("2024-01-02T04:04:05Z");
    resolve(4);
    assert_string_equal(fixed(0, PM_WHEN_AGE, a), "2024-01-02T04:02:35.000Z");
    member[2].copy_of = 0;
}

static void skew_of_a_node_is_told_not_applied(void **s) {
    (void)s;
    static const char *const node[] = {"2024-01-02T03:00:07.100Z", "2024-01-02T03:10:07.300Z",
                                       "2024-01-02T03:20:07.200Z", "2024-01-02T03:40:07.250Z"};
    static const char *const events[] = {"2024-01-02T03:00:00Z", "2024-01-02T03:10:00Z",
                                         "2024-01-02T03:20:00Z", "2024-01-02T03:40:00Z"};
    for (int i = 0; i < 4; i++) mark(0, 1, node[i]), mark(1, 1, events[i]);
    member[0].component = PM_COMP_CONTAINERD;
    member[1].component = PM_COMP_EVENTS;
    resolve(2);
    assert_in_range(member[0].clock.skew_ms, 7000, 7400);
    assert_string_equal(fixed(0, PM_WHEN_UTC, utc(node[0])), "2024-01-02T03:00:07.100Z");
}

static void dates_in_names(void **s) {
    (void)s;
    static const struct {
        const char *name, *want;
    } names[] = {
        {"kubelet.log-20240102-1704153600.gz",
         "2024-01-02T12:00:00.000Z"}, // logrotate with an epoch behind: noon will do
        {"0.log.20240102-030405", "2024-01-02T03:04:00.000Z"},
        {"eks_i-0abc_2024-01-02_0304-UTC_0.7.9.tar.gz", "2024-01-02T03:04:00.000Z"},
        {"node-2024-01-02_03_04_05", "2024-01-02T03:04:00.000Z"},
        {"kubelet-2024-01-02T03-04-05.678.log", "2024-01-02T03:04:00.000Z"},
        {"kubelet.log", ""},
        {"sha-1202401022.log", ""},
        {"build-20241399.log", ""},
    };
    char text[32];
    for (size_t i = 0; i < PM_LEN(names); i++)
        assert_string_equal(pm_when_format(pm_clock_name_date(pm_str_c(names[i].name)), text),
                            names[i].want);
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(year_of_an_inner_stamp),
        T(new_year_within_a_file),
        T(inner_stamps_around_new_year),
        T(february_29_wants_a_leap_year),
        T(header_beats_mtime),
        T(nothing_is_later_than_its_file),
        T(old_log_of_the_node),
        T(between_two_dated_logs),
        T(left_alone_for_a_year),
        T(node_beats_name_beats_objects),
        T(zone_of_coincident_failures),
        T(parts_of_a_log_that_was_cut),
        T(parts_of_a_log_whose_times_go_back),
        T(parts_of_a_log_with_rare_stamps),
        T(zone_of_logs_alike),
        T(steady_back_off_proves_no_zone),
        T(zone_that_the_runtime_writes),
        T(options_override),
        T(repeated_hour_keeps_file_order),
        T(clocks_put_back_and_forward),
        T(zones_by_number_and_rule),
        T(ages_hang_on_the_nearest_capture_time),
        T(a_copy_is_as_old_as_its_original),
        T(skew_of_a_node_is_told_not_applied),
        T(dates_in_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
