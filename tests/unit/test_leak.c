// The last look: what is struck out, and what must stay. All texts written by us; the
// secrets are invented.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/leak.h"
#include "pm/arena.h"

static void secrets_are_struck(void **unused) {
    (void)unused;
    static const char *const cases[][2] = {
        {"token ghp_0123456789abcdefABCDEF0123456789abcd refused",
         "token ghp_************************************ refused"},
        {"Authorization: Bearer abcDEF0123456789.ghij",
         "Authorization: Bearer *********************"},
        {"\\\"Authorization\\\": \\\"Basic dXNlcjpwYXNzd29yZDE=\\\"",
         "\\\"Authorization\\\": \\\"Basic ********************\\\""},
        {"https://bob:Hunter2hunter@r.acme.test/v2/", "https://bob:*************@r.acme.test/v2/"},
        {"{\"password\": \"S3cretS3cret\"}", "{\"password\": \"************\"}"},
        {"password=S3cretS3cret: denied", "password=************: denied"},
        {"eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ0ZXN0In0.c2lnbmF0dXJl x",
         "eyJ************************************************** x"},
        {"$2y$05$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234",
         "$2y$********************************************************"},
        {"-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw\\n-----END",
         "-----BEGIN PRIVATE KEY-----****************************************-----END"},
    };
    for (size_t i = 0; i < PM_LEN(cases); i++) {
        char *text = pm_xstrdup(cases[i][0]);
        size_t found = pm_leaks_strike(text, strlen(text));
        assert_string_equal(text, cases[i][1]);
        assert_int_equal(found, 1);
        assert_int_equal(pm_leaks_strike(text, strlen(text)), 0); // and only once
        free(text);
    }
}

static void innocents_stay(void **unused) {
    (void)unused;
    static const char *const cases[] = {
        "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "/containers/3822d2bb0123456789abcdef0123456789abcdef0123456789abcdef012345/x",
        "Authorization: Bearer <redacted:bearer:1>",
        "https://bob:<redacted:password:2>@r.acme.test/v2/",
        "https://user:PASSWORD@host/ https://u:$PASS@h https://[fd00::1]:5000/v2/@x",
        "password=<redacted:password:3> password=PLACEHOLDER --docker-password=YOUR_PASSWORD",
        "incorrect username or password: unauthorized password \"wrong\" passwordless99999",
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx ghp_**** regularghp_0123456789abcdef01234567",
        "-----BEGIN CERTIFICATE-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwMIIEvQIBADAN\n",
        "-----BEGIN PRIVATE KEY-----<redacted:key:1>-----END PRIVATE KEY-----",
        "eyJ.eyJ.x eyJhbGciOiJub25lIn0 realm=\"https://auth.docker.io/token\"",
        "AKIAIOSFODNN AIza ya29.x docker.io/library/nginx:1.27@sha256:abc",
    };
    for (size_t i = 0; i < PM_LEN(cases); i++) {
        char *text = pm_xstrdup(cases[i]);
        assert_int_equal(pm_leaks_strike(text, strlen(text)), 0);
        assert_string_equal(text, cases[i]);
        free(text);
    }
}

// At each place of the vectors that are looked at at once, and at the end of the text.
static void places_are_alike(void **unused) {
    (void)unused;
    static const char *const secrets[] = {"ghp_0123456789abcdefABCDEF0123456789abcd",
                                          "://bob:Hunter2hunter@r", "password=S3cretS3cret"};
    for (size_t i = 0; i < PM_LEN(secrets); i++)
        for (size_t before = 0; before < 70; before++)
            for (size_t after = 0; after < 70; after += 23) {
                char text[256];
                size_t n = strlen(secrets[i]);
                memset(text, ' ', sizeof text);
                memcpy(text + before, secrets[i], n);
                assert_int_equal(pm_leaks_strike(text, before + n + after), 1);
                assert_int_equal(text[before + n - 3], '*');
            }
}

// In pieces of `size` bytes, the first of `first`: the same bytes and the same count as at once.
static void looks_alike(const char *text, size_t n, size_t first, size_t size) {
    struct pm_leaks l = {0};
    struct pm_buf out = {0};
    char *whole = pm_xmalloc(n + 1);
    memcpy(whole, text, n);
    size_t found = pm_leaks_strike(whole, n), at = 0, step = first;
    for (; at < n; at += step, step = size) {
        if (step > n - at) step = n - at;
        pm_buf_add(&out, pm_leaks_look(&l, (struct pm_str){text + at, step}, PM_LEAKS_MORE));
    }
    pm_buf_add(&out, pm_leaks_look(&l, PM_NONE, PM_LEAKS_LAST));
    assert_int_equal(l.found, found);
    assert_int_equal(out.n, n);
    assert_memory_equal(out.p, whole, n);
    pm_leaks_free(&l);
    pm_buf_free(&out);
    free(whole);
}
// Whatever is cut off by a piece's end: in the middle of a beginning, of a secret, of what says
// that it is none, and where one text's end is the next one's beginning.
static void pieces_are_alike(void **unused) {
    (void)unused;
    static const char text[] =
        "xghp_0123456789abcdefABCDEF0123456789abcd ghp_0123456789abcdefABCDEF0123456789abcdAuth "
        "Authorization: Bearer abcDEF0123456789.ghij \\\"Authorization\\\": \\\"Basic "
        "dXNlcjpwYXNzd29yZDE=\\\" https://bob:Hunter2hunter@r.acme.test/v2/://a:b@ "
        "password=S3cretS3cret: \"password\": \"S3cretS3cret\" password=PLACEHOLDER "
        "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ0ZXN0In0.c2lnbmF0dXJl eyJ.eyJ.x eyJhbGciOiJub25lIn0 "
        "$2y$05$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234 $2a$ $2$ "
        "-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw\\n-----END PRIVATE "
        "KEY----- ------ -----BEGIN CERTIFICATE-----MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwMIIE "
        "dckr_pat_0123456789abcdefGHIJ github_pat_11ABCDEFG0123456789 glpat- AKIA0123456789ABCDEF";
    for (size_t n = 0; n < sizeof text; n++) { // each end of the whole, too
        looks_alike(text, n, n / 2, 1000);
        looks_alike(text, n, 1, 7);
    }
    for (size_t first = 1; first < sizeof text; first++)
        for (size_t size = 1; size < 80; size += 13)
            looks_alike(text, sizeof text - 1, first, size);
}
// A secret that is longer than any piece is struck out to its end.
static void long_ones_are_struck(void **unused) {
    (void)unused;
    enum { SIZE = 1 << 20 };
    struct pm_buf text = {0};
    pm_buf_lit(&text, "token ghp_");
    while (text.n < SIZE) pm_buf_lit(&text, "0123456789abcdefABCDEF");
    pm_buf_lit(&text, " -----BEGIN EC PRIVATE KEY-----");
    while (text.n < 2 * SIZE) pm_buf_lit(&text, "MIIEvQIBADANBgkqhkiG9w0B\n");
    looks_alike(text.p, text.n, 100, 4096);
    pm_buf_free(&text);
}

// Also over the border of two blocks of the file, which is not written.
static void files_are_looked_at(void **unused) {
    (void)unused;
    enum { SIZE = 3 << 20, BORDER = 1 << 20 };
    static const char secret[] = " ghp_0123456789abcdefABCDEF0123456789abcd ";
    static const size_t places[] = {0, BORDER - 10, BORDER + 1, SIZE - sizeof secret};
    char name[] = "/tmp/leak-XXXXXX", *text = pm_xmalloc(SIZE);
    int fd = mkstemp(name);
    bool found = true;
    assert_true(fd >= 0);
    unlink(name);
    memset(text, 'x', SIZE);
    assert_int_equal(pwrite(fd, text, SIZE, 0), SIZE);
    assert_true(pm_leaks_in_file(fd, &found));
    assert_false(found);
    for (size_t i = 0; i < PM_LEN(places); i++) {
        memcpy(text + places[i], secret, sizeof secret - 1);
        assert_int_equal(pwrite(fd, text, SIZE, 0), SIZE);
        assert_true(pm_leaks_in_file(fd, &found));
        assert_true(found);
        memset(text + places[i], 'x', sizeof secret - 1);
    }
    free(text);
    close(fd);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_are_struck),   cmocka_unit_test(innocents_stay),
        cmocka_unit_test(places_are_alike),     cmocka_unit_test(pieces_are_alike),
        cmocka_unit_test(long_ones_are_struck), cmocka_unit_test(files_are_looked_at)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
