// --since, --until and --around as people give and paste them; what is no time is none.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>
#include "cli/window.h"
#include "pm/when.h"

// The logs end on a Saturday at 01:30 UTC.
#define END "2026-04-11T01:30:00.000Z"
static const struct row {
    const char *text, *want; // NULL: no time
} ROWS[] = {
    {"2026-04-12", "2026-04-12T00:00:00.000Z"},
    {"2026-04-12 06:47", "2026-04-12T06:47:00.000Z"},
    {"2026-04-12T06:47", "2026-04-12T06:47:00.000Z"},
    {"2026-04-12 06:47:09", "2026-04-12T06:47:09.000Z"}, // as the report prints it
    {"2026-04-12T06:47:09Z", "2026-04-12T06:47:09.000Z"},
    {"2026-04-12T06:47:09.250Z", "2026-04-12T06:47:09.250Z"}, // as JSON has it
    {"2026-04-12T06:47+02:00", "2026-04-12T04:47:00.000Z"},   // no seconds, a zone
    {"2026-04-12 06:47 UTC", "2026-04-12T06:47:00.000Z"},     // as the report's head has it
    {"2026-04-12 06:47:00 +0200", "2026-04-12T04:47:00.000Z"},
    {"2026-04-12T06:47:00-05", "2026-04-12T11:47:00.000Z"},
    {" 2026-04-12 ", "2026-04-12T00:00:00.000Z"},
    {"2h", "2026-04-10T23:30:00.000Z"},
    {"-30m", "2026-04-11T01:00:00.000Z"},
    {"1h30m", "2026-04-11T00:00:00.000Z"},
    {"90 s", "2026-04-11T01:28:30.000Z"},
    {"2 days", "2026-04-09T01:30:00.000Z"},
    {"01:20", "2026-04-11T01:20:00.000Z"},
    {"15:26", "2026-04-10T15:26:00.000Z"}, // the last one that the logs hold
    {"15:26:30", "2026-04-10T15:26:30.000Z"},
    {"02:20+02:00", "2026-04-11T00:20:00.000Z"},
    {"today", "2026-04-11T00:00:00.000Z"},
    {"today 01:00", "2026-04-11T01:00:00.000Z"},
    {"yesterday", "2026-04-10T00:00:00.000Z"},
    {"yesterday 15:00", "2026-04-10T15:00:00.000Z"},
    {"now", "2026-04-11T01:30:00.000Z"},
    {"2 hours ago", "2026-04-10T23:30:00.000Z"},
    {"1:20", "2026-04-11T01:20:00.000Z"},
    {"3pm", "2026-04-10T15:00:00.000Z"},
    {"12:10 am", "2026-04-11T00:10:00.000Z"},
    {"yesterday 3 pm", "2026-04-10T15:00:00.000Z"},
    {"2026-04-12T06:47:09,5Z", "2026-04-12T06:47:09.500Z"}, // as Java's loggers write it
    // Stamps as they stand in logs: nginx, its error log, syslog, klog, journalctl, date,
    // mails and HTTP, ISO's short forms, numbers.
    {"12/Apr/2026:06:47:09 +0200", "2026-04-12T04:47:09.000Z"},
    {"[12/Apr/2026:06:47:09 +0000]", "2026-04-12T06:47:09.000Z"},
    {"2026/04/12 06:47:09", "2026-04-12T06:47:09.000Z"},
    {"Apr 10 06:47:09", "2026-04-10T06:47:09.000Z"},
    {"Apr 12 06:47:09", "2025-04-12T06:47:09.000Z"}, // the last one before the logs' end
    {"Feb 29 06:47:09", "2024-02-29T06:47:09.000Z"},
    {"I0410 06:47:09.250000", "2026-04-10T06:47:09.250Z"},
    {"Sun 2026-04-12 06:47:09 UTC", "2026-04-12T06:47:09.000Z"},
    {"Sun Apr 12 06:47:09 UTC 2026", "2026-04-12T06:47:09.000Z"},
    {"Sun, 12 Apr 2026 06:47:09 GMT", "2026-04-12T06:47:09.000Z"},
    {"20260412", "2026-04-12T00:00:00.000Z"},
    {"20260412T064709Z", "2026-04-12T06:47:09.000Z"},
    {"20260412064709", "2026-04-12T06:47:09.000Z"},
    {"1775976429", "2026-04-12T06:47:09.000Z"},
    {"1775976429250", "2026-04-12T06:47:09.250Z"},
    {"\"2026-04-12 06:47:09\"", "2026-04-12T06:47:09.000Z"},
    {"0pm", NULL},
    {"13pm", NULL},
    {"5", NULL},
    {"12/Apr/2026:06:47:09 rubbish", NULL},
    {"Apr 31 06:47:09", NULL},
    {"20261312", NULL},
    {"", NULL},
    {"h", NULL},
    {"-", NULL},
    {"12", NULL},
    {"2x", NULL},
    {"yesteryear", NULL},
    {"yesterday 3", NULL},
    {"2026-02-30", NULL},
    {"2026-13-01", NULL},
    {"2026-04-12T", NULL},
    {"2026-04-12T25:99", NULL},
    {"2026-04-12 06:47 CEST", NULL}, // names of zones are several zones each
    {"15:60", NULL},
    {"06:47:00 rubbish", NULL},
};
static int64_t ns_of(const char *text) {
    struct pm_when w = {0};
    assert_true(pm_when_rfc3339(pm_str_c(text), &w));
    return w.ns;
}
static void forms(void **state) {
    (void)state;
    const struct pm_extent e = {ns_of("2026-04-09T00:00:00.000Z"), ns_of(END)};
    for (size_t i = 0; i < PM_LEN(ROWS); i++) {
        int64_t ns = 0;
        char out[32];
        enum pm_time_form form = pm_time_given(ROWS[i].text, &e, &ns);
        if (form == PM_TIME_GOOD && ROWS[i].want &&
            strcmp(pm_when_format(ns, out), ROWS[i].want) == 0)
            continue;
        if (form == PM_TIME_BAD && !ROWS[i].want) continue;
        fail_msg("'%s' is %s, not %s", ROWS[i].text,
                 form == PM_TIME_GOOD ? pm_when_format(ns, out) : "no time",
                 ROWS[i].want ? ROWS[i].want : "no time");
    }
}
static void undated(void **state) {
    (void)state;
    const struct pm_extent none = {PM_NO_TIME, PM_NO_TIME};
    int64_t ns;
    assert_int_equal(pm_time_given("2h", &none, &ns), PM_TIME_UNDATED);
    assert_int_equal(pm_time_given("15:26", &none, &ns), PM_TIME_UNDATED);
    assert_int_equal(pm_time_given("2026-04-12", &none, &ns), PM_TIME_GOOD);
}
static void around(void **state) {
    (void)state;
    const struct pm_extent e = {0, ns_of(END)};
    int64_t at, from, to;
    assert_int_equal(pm_time_around("01:00", &e, &at, &from, &to), PM_TIME_GOOD);
    assert_true(from == at - 900 * PM_NS_PER_S && to == at + 900 * PM_NS_PER_S);
    assert_int_equal(pm_time_around("2026-04-10 15:00/1h", &e, &at, &from, &to), PM_TIME_GOOD);
    assert_true(from == ns_of("2026-04-10T14:00:00Z") && to == ns_of("2026-04-10T16:00:00Z"));
    assert_int_equal(pm_time_around("01:00/", &e, &at, &from, &to), PM_TIME_BAD);
    assert_int_equal(pm_time_around("/1h", &e, &at, &from, &to), PM_TIME_BAD);
}
int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(forms), cmocka_unit_test(undated),
                                       cmocka_unit_test(around)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
