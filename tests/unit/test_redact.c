// Redaction: what goes, what stays. `%` stands for any tag of six digits. All texts written by us; the secrets are invented.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "pm/arena.h"
#include "pm/ingest.h"

static bool like(const char *pattern, const char *text) {
    for (; *pattern; pattern++) {
        if (*pattern != '%') {
            if (*text++ != *pattern) return false;
            continue;
        }
        for (int i = 0; i < 6; i++, text++)
            if (!((*text >= '0' && *text <= '9') || (*text >= 'a' && *text <= 'f'))) return false;
    }
    return *text == 0;
}

static void secrets_go(void **unused) {
    (void)unused;
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"Get \"https://robot:s3cr3t@r.acme.test/v2/\": EOF", "Get \"https://robot:<redacted:password:%>@r.acme.test/v2/\": EOF"},
        {"proxy http://u:p%40ss@10.0.0.1:3128", "proxy http://u:<redacted:password:%>@10.0.0.1:3128"},
        {"https://abcdefghij0123456789xyz@git.test/x", "https://<redacted:token:%>@git.test/x"},
        {"Authorization: Bearer abcdef0123456789.ghij", "Authorization: Bearer <redacted:bearer:%>"},
        {"Authorization: Basic dXNlcjpwYXNzd29yZA==", "Authorization: Basic <redacted:basic:%>"},
        {"map[Authorization:[Bearer abcdef0123456789ghij] Accept:[*/*]]", "map[Authorization:[Bearer <redacted:bearer:%>] Accept:[*/*]]"},
        {"token eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ0ZXN0In0.c2lnbmF0dXJl refused", "token <redacted:jwt:%> refused"},
        {"{\"auths\":{\"r.test\":{\"auth\":\"dXNlcjpwYXNz\"}}}", "{\"auths\":{\"r.test\":{\"auth\":\"<redacted:auth:%>\"}}}"},
        {"err=\"{\\\"auth\\\":\\\"dXNlcjpwYXNz\\\"}\"", "err=\"{\\\"auth\\\":\\\"<redacted:auth:%>\\\"}\""},
        {"\".dockerconfigjson\": \"eyJhdXRocyI6e319eyJhdXRocyI6e319\"", "\".dockerconfigjson\": \"<redacted:auth:%>\""},
        {"GET https://s3.test/b?X-Amz-Credential=AKIAEXAMPLE%2F1&X-Amz-Signature=0a1b2c3d4e5f&x=1",
         "GET https://s3.test/b?X-Amz-Credential=<redacted:signature:%>&X-Amz-Signature=<redacted:signature:%>&x=1"},
        {"https://blob.test/l?se=2024&sig=abc%2Bdef%3D&sp=r", "https://blob.test/l?se=2024&sig=<redacted:signature:%>&sp=r"},
        {"toomanyrequests: limit reached for dckr_jti_AbC-123_x", "toomanyrequests: limit reached for <redacted:token:%>"},
        {"rate limit as 'cibot': dckr_jti_AbCdEfGhIjK=. You may", "rate limit as 'cibot': <redacted:token:%>. You may"},
        {"login with dckr_pat_0123456789abcdef failed", "login with <redacted:token:%> failed"},
        {"password = \"hunter2\"", "password = \"<redacted:password:%>\""},
        {"  password: hunter2\n  username: u", "  password: <redacted:password:%>\n  username: u"},
        {"http:\n  secret: x\nclient_secret: abcd1234", "http:\n  secret: x\nclient_secret: <redacted:secret:%>"},
        {"{\"username\":\"u\",\"password\":\"p\"}", "{\"username\":\"u\",\"password\":\"<redacted:password:%>\"}"},
        {"GET /v2/token?service=r&access_token=0123456789ab HTTP/1.1", "GET /v2/token?service=r&access_token=<redacted:token:%> HTTP/1.1"},
    };
    struct pm_arena *a = pm_arena_new();
    for (size_t i = 0; i < PM_LEN(cases); i++) {
        const char *got = pm_arena_cstr(a, pm_redact(a, pm_str_c(cases[i].in)));
        if (!like(cases[i].out, got)) fail_msg("%s\n  want %s\n  got  %s", cases[i].in, cases[i].out, got);
        struct pm_str again = pm_redact(a, pm_str_c(got)); // what is hidden stays as it is
        if (!pm_str_eqc(again, got)) fail_msg("twice: %s → %.*s", got, PM_FMT(again));
    }
    pm_arena_free(a);
}

static void the_rest_stays(void **unused) {
    (void)unused;
    static const char *const lines[] = {
        "failed to pull \"docker.io/library/nginx@sha256:6f1e0a9b8c7d6f1e0a9b8c7d6f1e0a9b8c7d6f1e0a9b8c7d6f1e0a9b8c7d6f1e\": 429 Too Many Requests",
        "docker-pullable://nginx@sha256:6f1e0a9b8c7d6f1e0a9b8c7d6f1e0a9b8c7d6f1e0a9b8c7d6f1e0a9b8c7d6f1e",
        "failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized",
        "failed to fetch oauth token: unexpected status",
        "unauthorized: incorrect username or password: unauthorized",
        "Unable to retrieve some image pull secrets secret=\"shop/regcred\" pod=\"shop/cart-0\"",
        "www-authenticate: Bearer realm=\"https://auth.test/token\",service=\"r.test\"",
        "Basic realm=\"r.test\"",
        "authorization failed: no basic auth credentials",
        "couldn't find key password in Secret shop/db",
        "pull secret: regcred",
        "https://r.acme.test:5000/v2/shop/cart/manifests/1.4: EOF",
        "https://auth.test/token?scope=repository%3Ashop%2Fcart%3Apull&service=r.test",
        "http://user:***@proxy.test:3128",
        "image eyJet/app:1 not found",
        "",
    };
    struct pm_arena *a = pm_arena_new();
    for (size_t i = 0; i < PM_LEN(lines); i++) {
        struct pm_str in = pm_str_c(lines[i]), out = pm_redact(a, in);
        if (out.p != in.p) fail_msg("%s → %.*s", lines[i], PM_FMT(out));
    }
    pm_arena_free(a);
}

static void same_secret_same_tag(void **unused) {
    (void)unused;
    struct pm_arena *a = pm_arena_new();
    const char *one = pm_arena_cstr(a, pm_redact(a, PM_STR("https://u:hunter2@a.test/"))), *two = pm_arena_cstr(a, pm_redact(a, PM_STR("password=hunter2"))),
               *other = pm_arena_cstr(a, pm_redact(a, PM_STR("password=hunter3")));
    struct pm_str tag = pm_str_between(pm_str_c(one), PM_STR("password:"), PM_STR(">"));
    assert_int_equal(tag.n, 6);
    assert_true(pm_str_has(pm_str_c(two), tag));
    assert_false(pm_str_has(pm_str_c(other), tag));
    pm_arena_free(a);
}

static void hostile_texts_end(void **unused) {
    (void)unused;
    struct pm_arena *a = pm_arena_new();
    struct pm_buf b = {0};
    for (int i = 0; i < 2000; i++) pm_buf_lit(&b, "password=a&://x:y@\"auth\":\"");
    struct pm_str out = pm_redact(a, pm_buf_str(&b));
    assert_true(out.n > 0);
    assert_false(pm_str_has(out, PM_STR("password=a&")));
    static const char *const cut[] = {"password=", "password=\"", "\"auth\":\"", "://", "://@", "://:@",     "Bearer ",
                                      "eyJ",       "sig%3",       "=",           ":",   "%3D",  "dckr_pat_", "Authorization:["};
    for (size_t i = 0; i < PM_LEN(cut); i++) pm_redact(a, pm_str_c(cut[i]));
    pm_buf_free(&b);
    pm_arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(secrets_go), cmocka_unit_test(the_rest_stays), cmocka_unit_test(same_secret_same_tag),
                                       cmocka_unit_test(hostile_texts_end)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
