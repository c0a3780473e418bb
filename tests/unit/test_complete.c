// Every registered parser and envelope has a folder testdata/parsers/<name>/ with at least one case.
#include <dirent.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "pm/parser.h"
#include "pm/envelope.h"

static bool has_case(const char *name) {
    struct pm_buf dir = {0};
    pm_buf_fmt(&dir, "testdata/parsers/%s", name);
    DIR *d = opendir(dir.p);
    pm_buf_free(&dir);
    bool found = false;
    for (struct dirent *e; d && (e = readdir(d));) found |= pm_str_ends(pm_str_c(e->d_name), PM_STR(".log"));
    if (d) closedir(d);
    if (!found) print_error("testdata/parsers/%s/: no case\n", name);
    return found;
}

static void test_parsers_have_cases(void **state) {
    (void)state;
    size_t missing = 0;
    for (size_t i = 0; pm_parsers[i]; i++) missing += !has_case(pm_parsers[i]->name);
    assert_int_equal(missing, 0);
}

static void test_envelopes_have_cases(void **state) {
    (void)state;
    size_t missing = 0;
    for (size_t i = 0; pm_envelopes[i]; i++) missing += !has_case(pm_envelopes[i]->name);
    assert_int_equal(missing, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_parsers_have_cases), cmocka_unit_test(test_envelopes_have_cases)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
