// What is heard in free text: the rules say it, one table for the built-in ones and one's
// own (pm/hear.h).
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "rules/ruleset.h"
#include "listen.h"
#include "parsers/lift/lift.h"
#include "pm/hear.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

// Written by us: a wording of each program, and what other programs say with the same
// words.
static const struct {
    const char *text;
    bool refusal;      // wherever it stands
    bool behind_error; // behind a container client's own "error: "
} rows[] = {
    {"manifest unknown: manifest unknown", true, true},
    {"{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\"}]}", true, true},
    {"static const int ERR_MANIFEST_UNKNOWN_ONERROR = 4;", false,
     true}, // "manifest" behind a client's error is an image's
    {"HFILTER_HOSTNAME_UNKNOWN and name_unknown_hosts", false, false},
    {"pull access denied for acme/web, repository does not exist", true, true},
    {"denied", false, false},
    {"no space left on device", false, false},
    {"writing blob: storing blob to file \"/var/tmp/x\": no space left on device", true, true},
    {"Get \"https://r.acme.test/v2/\": dial tcp: lookup r.acme.test: no such host", true, true},
    {"Post \"https://alerts.acme.test/api/v2/alerts\": dial tcp: lookup alerts.acme.test: no such host",
     false, false},
    {"failed to load https://cdn.acme.test/v2/logo.png: HTTP 404", false, false},
    {"/etc/puppet/modules/web/manifests/init.pp: could not parse", false, true},
    {"trying to reuse blob sha256:4c0f at destination: pinging container registry r.acme.test: unauthorized",
     false, false},
    {"the server has received too many requests and has asked us to try again later", false, false},
    {"Back-off restarting failed container", false, false},
    {"failed to copy: httpReadSeeker: failed open: unexpected status code 503", true, true},
    {"415 unsupported media type", false, false},
    {"user namespace is not configured", false, false},
};
static void test_rows(void **state) {
    (void)state;
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        struct pm_str s = pm_str_c(rows[i].text);
        if (pm_lift_refusal(s) != rows[i].refusal ||
            pm_lift_talks_of_pull(s) != rows[i].behind_error)
            fail_msg("\"%s\": refusal %d, behind an error %d", rows[i].text, pm_lift_refusal(s),
                     pm_lift_talks_of_pull(s));
    }
}

// Blanks, quotes and line breaks of carriers are undone before rules are asked, here too.
static void test_carriers(void **state) {
    (void)state;
    assert_int_equal(pm_heard(PM_STR("manifest   unknown"), false), PM_HEARD_PULL);
    assert_int_equal(pm_heard(PM_STR("manifest\\nunknown"), false), PM_HEARD_PULL);
    assert_int_equal(
        pm_heard(PM_STR("image operating system \\\"windows\\\" cannot be used on this platform"),
                 false),
        PM_HEARD_PULL);
    assert_int_equal(pm_heard(PM_STR("no space left on device"), true), PM_HEARD_PULL);
    assert_int_equal(pm_heard(PM_STR(""), true), PM_HEARD_NOTHING);
}

// The parsers' table repeats no phrase of a rule: each stands once, with its rule and its
// samples.
static void test_no_second_list(void **state) {
    struct pm_ruleset *rs = *state;
    FILE *f = fopen("parsers/lift/lift_talk.c", "rb");
    char line[512], word[256];
    size_t attempts = 0;
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        if (!strstr(line, "\", ATTEMPT}") || sscanf(line, " {\"%255[^\"\\]", word) != 1) continue;
        attempts++;
        for (size_t p = 0; p < rs->pattern_count; p++)
            for (size_t l = 0; l < rs->patterns[p].literal_count; l++)
                if (pm_str_eq(pm_str_trim(rs->patterns[p].literals[l]),
                              pm_str_trim(pm_str_c(word))))
                    fail_msg("\"%s\" stands in rule %s as well", word,
                             rs->rules[rs->patterns[p].rule].id);
    }
    fclose(f);
    assert_true(attempts > 20);
}

static char dir[] = "/tmp/pm-hear-XXXXXX", file[sizeof dir + 16];
static struct pm_ruleset *own_rules(const char *yaml) {
    FILE *f;
    struct pm_diags *diags = pm_diags_new();
    snprintf(file, sizeof file, "%s/rule.yaml", dir);
    f = fopen(file, "wb");
    assert_non_null(f);
    fputs(yaml, f);
    fclose(f);
    struct pm_ruleset *rs = pm_ruleset_load(dir, diags);
    pm_diags_free(diags);
    unlink(file);
    assert_non_null(rs);
    pm_ruleset_listen(rs);
    return rs;
}
// Own words are heard as far as they say, and are found in long logs, whose prefilter
// does not know them.
static void test_own(void **state) {
    assert_non_null(mkdtemp(dir));
    struct pm_ruleset *rs = own_rules(
        "rules:\n"
        "  - id: acme-shelf\n    title: t\n    cause: network.proxy\n"
        "    when: {any: ['the shelf is \"shut\"', {re: 'shelf dust', heard: near}, {re: 'shelf mice', heard: no}]}\n"
        "    yes: ['the shelf is \"shut\"', shelf dust, shelf mice]\n    no: [shelf]\n"
        "  - id: acme-fair\n    title: t\n    quiet: true\n    when: {any: ['the fair of shelves']}\n"
        "    yes: ['the fair of shelves']\n    no: [shelf]\n");
    assert_int_equal(pm_heard(PM_STR("x: the  shelf is \\\"shut\\\""), false), PM_HEARD_PULL);
    assert_int_equal(pm_heard(PM_STR("shelf dust"), false), PM_HEARD_NOTHING);
    assert_int_equal(pm_heard(PM_STR("shelf dust"), true), PM_HEARD_PULL);
    assert_int_equal(pm_heard(PM_STR("shelf mice"), true), PM_HEARD_NOTHING);
    assert_int_equal(pm_heard(PM_STR("manifest unknown at the fair of shelves"), true),
                     PM_HEARD_OTHER);
    struct pm_str log = PM_STR("one\nmanifest unknown\nand the shelf\tis \\\"shut\\\"\nlast\n");
    const char *behind = pm_hear_next(log.p, log.p + log.n);
    assert_non_null(behind);
    assert_int_equal(behind[0], '\n'); // of the third line
    assert_null(pm_hear_next(behind, log.p + log.n));
    pm_ruleset_free(rs);
    assert_int_equal(pm_heard(PM_STR("manifest unknown"), true),
                     PM_HEARD_NOTHING); // nobody listens any more
    pm_ruleset_listen(*state);
    assert_null(
        pm_hear_next(log.p, log.p + log.n)); // the prefilter knows what the built-in rules say
    rmdir(dir);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_carriers),
                                       cmocka_unit_test(test_no_second_list),
                                       cmocka_unit_test(test_own)};
    return cmocka_run_group_tests(tests, listen_setup, listen_teardown);
}
