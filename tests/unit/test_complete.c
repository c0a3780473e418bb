// Every registered parser and envelope has a folder testdata/parsers/<name>/ with a plain
// case, a foreign one and a cut one.
#include <dirent.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include "pm/parser.h"
#include "pm/envelope.h"

static bool holds(const char *name, const char *file, const char *what) {
    struct pm_buf path = {0};
    char text[4096];
    pm_buf_fmt(&path, "testdata/parsers/%s/%s", name, file);
    FILE *in = fopen(path.p, "rb");
    bool found = in && !what;
    for (size_t n; in && !found && (n = fread(text, 1, sizeof text, in)) > 0;)
        found = pm_str_has((struct pm_str){text, n}, pm_str_c(what));
    if (in) fclose(in);
    if (!found)
        print_error("%s: missing%s%s\n", path.p, what ? ", or without " : "", what ? what : "");
    pm_buf_free(&path);
    return found;
}

// A plain case at least, a foreign input that only looks like it, and a line that is cut,
// with what is said about it.
static bool has_cases(const char *name) {
    struct pm_buf dir = {0};
    pm_buf_fmt(&dir, "testdata/parsers/%s", name);
    DIR *d = opendir(dir.p);
    pm_buf_free(&dir);
    bool plain = false;
    for (struct dirent *e; d && (e = readdir(d));) {
        struct pm_str file = pm_str_c(e->d_name);
        plain |= pm_str_ends(file, PM_STR(".log")) && !pm_str_eqc(file, "foreign.log") &&
                 !pm_str_eqc(file, "cut.log");
    }
    if (d) closedir(d);
    if (!plain) print_error("testdata/parsers/%s/: no plain case\n", name);
    bool foreign = holds(name, "foreign.log", NULL),
         cut = holds(name, "cut.expect", "\"diagnostic\"");
    return plain && foreign && cut;
}

static void test_parsers_have_cases(void **state) {
    (void)state;
    size_t missing = 0;
    for (size_t i = 0; pm_parsers[i]; i++) missing += !has_cases(pm_parsers[i]->name);
    assert_int_equal(missing, 0);
}

static void test_envelopes_have_cases(void **state) {
    (void)state;
    size_t missing = 0;
    for (size_t i = 0; pm_envelopes[i]; i++) missing += !has_cases(pm_envelopes[i]->name);
    assert_int_equal(missing, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_parsers_have_cases),
                                       cmocka_unit_test(test_envelopes_have_cases)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
