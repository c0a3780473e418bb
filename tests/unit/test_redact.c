// Redaction: what goes, what stays. `~` stands for the number of a tag. All texts written
// by us; the secrets are invented.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "pm/arena.h"
#include "base/mac.h"
#include "pm/ingest.h"
#include "ingest/redact/redact.h"

static bool like(const char *pattern, const char *text) {
    for (; *pattern; pattern++) {
        if (*pattern != '~') {
            if (*text++ != *pattern) return false;
            continue;
        }
        if (!(*text >= '1' && *text <= '9')) return false;
        while (*text >= '0' && *text <= '9') text++;
    }
    return *text == 0;
}

static void secrets_go(void **unused) {
    (void)unused;
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"Get \"https://robot:s3cr3t@r.acme.test/v2/\": EOF",
         "Get \"https://robot:<redacted:password:~>@r.acme.test/v2/\": EOF"},
        {"proxy http://u:p%40ss@10.0.0.1:3128",
         "proxy http://u:<redacted:password:~>@10.0.0.1:3128"},
        {"https://abcdefghij0123456789xyz@git.test/x", "https://<redacted:token:~>@git.test/x"},
        {"Authorization: Bearer abcdef0123456789.ghij",
         "Authorization: Bearer <redacted:bearer:~>"},
        {"Authorization: Basic dXNlcjpwYXNzd29yZA==", "Authorization: Basic <redacted:basic:~>"},
        {"map[Authorization:[Bearer abcdef0123456789ghij] Accept:[*/*]]",
         "map[Authorization:[Bearer <redacted:bearer:~>] Accept:[*/*]]"},
        {"token eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ0ZXN0In0.c2lnbmF0dXJl refused",
         "token <redacted:jwt:~> refused"},
        {"{\"auths\":{\"r.test\":{\"auth\":\"dXNlcjpwYXNz\"}}}",
         "{\"auths\":{\"r.test\":{\"auth\":\"<redacted:auth:~>\"}}}"},
        {"err=\"{\\\"auth\\\":\\\"dXNlcjpwYXNz\\\"}\"",
         "err=\"{\\\"auth\\\":\\\"<redacted:auth:~>\\\"}\""},
        {"\".dockerconfigjson\": \"eyJhdXRocyI6e319eyJhdXRocyI6e319\"",
         "\".dockerconfigjson\": \"<redacted:auth:~>\""},
        {"GET https://s3.test/b?X-Amz-Credential=AKIAEXAMPLE%2F1&X-Amz-Signature=0a1b2c3d4e5f&x=1",
         "GET https://s3.test/b?X-Amz-Credential=<redacted:signature:~>&X-Amz-Signature=<redacted:signature:~>&x=1"},
        {"https://blob.test/l?se=2024&sig=abc%2Bdef%3D&sp=r",
         "https://blob.test/l?se=2024&sig=<redacted:signature:~>&sp=r"},
        {"toomanyrequests: limit reached for dckr_jti_AbC-123_x",
         "toomanyrequests: limit reached for <redacted:token:~>"},
        {"rate limit as 'cibot': dckr_jti_AbCdEfGhIjK=. You may",
         "rate limit as 'cibot': <redacted:token:~>. You may"},
        {"login with dckr_pat_0123456789abcdef failed", "login with <redacted:token:~> failed"},
        // the value, and nothing behind it
        {"password=hunter2: denied", "password=<redacted:password:~>: denied"},
        {"denied for passwd: hunter2x1: no", "denied for passwd: <redacted:password:~>: no"},
        {"sent x-api-key: abcd1234efgh: refused", "sent x-api-key: <redacted:secret:~>: refused"},
        {"login --password hunter2: denied", "login --password <redacted:password:~>: denied"},
        {"secret_key=abcd1234efgh] failed", "secret_key=<redacted:secret:~>] failed"},
        {"password = \"hunter2\"", "password = \"<redacted:password:~>\""},
        {"  password: hunter2\n  username: u", "  password: <redacted:password:~>\n  username: u"},
        {"http:\n  secret: x\nclient_secret: abcd1234",
         "http:\n  secret: x\nclient_secret: <redacted:secret:~>"},
        {"{\"username\":\"u\",\"password\":\"p\"}",
         "{\"username\":\"u\",\"password\":\"<redacted:password:~>\"}"},
        {"GET /v2/token?service=r&access_token=0123456789ab HTTP/1.1",
         "GET /v2/token?service=r&access_token=<redacted:token:~> HTTP/1.1"},
        // behind escapes
        {"login%20ghp_abcdefghij0123456789 refused", "login%20<redacted:token:~> refused"},
        {"body %7B%22password%22:%22hunter2%22%7D sent",
         "body %7B%22password%22:%22<redacted:password:~>%22%7D sent"},
        {"body %2522password%2522%253A%2522hunter2%2522",
         "body %2522password%2522%253A%2522<redacted:password:~>%2522"},
        {"{\\u0022password\\u0022:\\u0022hunter2\\u0022}",
         "{\\u0022password\\u0022:\\u0022<redacted:password:~>\\u0022}"},
        {"{\\x22password\\x22:\\x22hunter2\\x22}",
         "{\\x22password\\x22:\\x22<redacted:password:~>\\x22}"},
        {"{\"password\":\"hun\\\"ter2\",\"a\":1}",
         "{\"password\":\"<redacted:password:~>\",\"a\":1}"},
        {"a=1\\u0026sig=abcdefgh12\\u0026sp=r", "a=1\\u0026sig=<redacted:signature:~>\\u0026sp=r"},
        {"line\\npassword=hunter2\\nuser=u", "line\\npassword=<redacted:password:~>\\nuser=u"},
        // keys with something before and behind
        {"AWS_SECRET_ACCESS_KEY=abcd1234abcd1234 denied",
         "AWS_SECRET_ACCESS_KEY=<redacted:secret:~> denied"},
        {"CI_JOB_TOKEN=abcdefgh1", "CI_JOB_TOKEN=<redacted:token:~>"},
        {"X-Auth-Token: abcdefgh12", "X-Auth-Token: <redacted:token:~>"},
        {"curl -H X-Api-Key:abcdefgh12 https://r.test",
         "curl -H X-Api-Key:<redacted:secret:~> https://r.test"},
        {"DOCKER_PASS=hunter2 passphrase=\"a b c\"",
         "DOCKER_PASS=<redacted:password:~> passphrase=\"<redacted:password:~>\""},
        {"DB_PASSWORD_2=hunter2 tokenOld=abcdefgh1",
         "DB_PASSWORD_2=<redacted:password:~> tokenOld=<redacted:token:~>"},
        {"password=x: denied", "password=<redacted:password:~>: denied"}, // nothing behind it
        {"client-key-data: LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQ==",
         "client-key-data: <redacted:key:~>"},
        // logins
        {"dial robot:s3cr3t@r.acme.test:5000/app failed",
         "dial robot:<redacted:password:~>@r.acme.test:5000/app failed"},
        {"https://u:p/w#x&y,z@r.acme.test/v2/ EOF",
         "https://u:<redacted:password:~>@r.acme.test/v2/ EOF"},
        {"next=https%3A%2F%2Fu%3Ahunter2%40r.test%2Fv2",
         "next=https%3A%2F%2Fu%3A<redacted:password:~>%40r.test%2Fv2"},
        {"https:\\/\\/u:hunter2@r.test\\/v2", "https:\\/\\/u:<redacted:password:~>@r.test\\/v2"},
        {"crictl pull --creds bob:hunter2 r.test/a:1",
         "crictl pull --creds bob:<redacted:password:~> r.test/a:1"},
        {"curl -u bob:hunter2 https://r.test", "curl -u bob:<redacted:password:~> https://r.test"},
        {"docker login -u bob -p hunter2 r.test",
         "docker login -u bob -p <redacted:password:~> r.test"},
        {"docker login --password hunter2 r.test",
         "docker login --password <redacted:password:~> r.test"},
        {"[\"login\",\"--password\",\"hunter2\"]",
         "[\"login\",\"--password\",\"<redacted:password:~>\"]"},
        {"Auth:&AuthConfig{Username:bob,Password:hunter2,Auth:,ServerAddress:,IdentityToken:abcd1234,}",
         "Auth:&AuthConfig{Username:bob,Password:<redacted:password:~>,Auth:,ServerAddress:,IdentityToken:<redacted:auth:~>,}"},
        {"auth:{username:\"bob\" password:\"hunter2\"}",
         "auth:{username:\"bob\" password:\"<redacted:password:~>\"}"},
        {"map[password:hunter2 username:bob]", "map[password:<redacted:password:~> username:bob]"},
        // headers
        {"Cookie: sid=abcdefgh denied", "Cookie: <redacted:cookie:~> denied"},
        {"{\\x22name\\x22:\\x22DB_PASSWORD\\x22,\\x22value\\x22:\\x22hunter2\\x22}",
         "{\\x22name\\x22:\\x22DB_PASSWORD\\x22,\\x22value\\x22:\\x22<redacted:password:~>\\x22}"},
        {"Cookie: sid=abcd1234; theme=dark", "Cookie: <redacted:cookie:~>"},
        {"Set-Cookie: sid=abcd1234", "Set-Cookie: <redacted:cookie:~>"},
        {"Authorization: Token abcdefgh12", "Authorization: Token <redacted:auth:~>"},
        {"Authorization: Bearer%20abcdefghijkl0123456",
         "Authorization: Bearer%20<redacted:bearer:~>"},
        // tokens of known makers, hashes, keys
        {"key AKIAABCDEFGHIJKLMNOP refused", "key <redacted:token:~> refused"},
        {"key=AIzaSyA0123456789abcdefghijklmnopqrstuv", "key=<redacted:token:~>"},
        {"vault hvs.CAESIabcdefghij0123456789", "vault <redacted:token:~>"},
        {"bob:$2y$05$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyz01234",
         "bob:<redacted:password:~>"},
        {"k: -----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----",
         "k: -----BEGIN RSA PRIVATE KEY-----<redacted:key:~>-----END RSA PRIVATE KEY-----"},
        {"{\"k\":\"-----BEGIN PRIVATE KEY-----\\nMIIabc",
         "{\"k\":\"-----BEGIN PRIVATE KEY-----<redacted:key:~>"},
        // objects
        {"{\"kind\":\"Secret\",\"data\":{\"a\":\"aHVudGVyMg==\",\"b\":\"eA==\"},\"metadata\":{\"name\":\"n\"}}",
         "{\"kind\":\"Secret\",\"data\":{\"a\":\"<redacted:secret:~>\",\"b\":\"<redacted:secret:~>\"},\"metadata\":{\"name\":\"n\"}}"},
        {"{\\\"kind\\\":\\\"Secret\\\",\\\"stringData\\\":{\\\"a\\\":\\\"hunter2\\\"}}",
         "{\\\"kind\\\":\\\"Secret\\\",\\\"stringData\\\":{\\\"a\\\":\\\"<redacted:secret:~>\\\"}}"},
        {"{\"name\":\"DB_PASSWORD\",\"value\":\"hunter2\"}",
         "{\"name\":\"DB_PASSWORD\",\"value\":\"<redacted:password:~>\"}"},
        {"- name: DB_PASSWORD\n  value: hunter2\n",
         "- name: DB_PASSWORD\n  value: <redacted:password:~>\n"},
        {"<server><password>hunter2</password></server>",
         "<server><password><redacted:password:~></password></server>"},
        {"PASSWORD_B64=aHVudGVyMg== token_base64=aHVudGVyMg== passwordB64=aHVudGVyMg==",
         "PASSWORD_B64=<redacted:password:~> token_base64=<redacted:token:~> passwordB64=<redacted:password:~>"},
        {"ACCESS_KEY_ID=abcdef0123456 my_pw=hunter2 pw=hunter2",
         "ACCESS_KEY_ID=<redacted:secret:~> my_pw=<redacted:password:~> pw=<redacted:password:~>"},
        {"password: Hunter2x1a: denied", "password: <redacted:password:~>: denied"},
        {"token: Hunter2x1a and more", "token: <redacted:token:~> and more"},
        {"GET /b?sig=abcdef0123456789: denied", "GET /b?sig=<redacted:signature:~>: denied"},
        {"(--password hunter2) failed", "(--password <redacted:password:~>) failed"},
        {"msg=\"Authorization: Digest username=\\\"b\\\", response=\\\"abcdef01\\\"\" image=\"a\"",
         "msg=\"Authorization: Digest <redacted:auth:~>\" image=\"a\""},
        // other programs' writings
        {"machine r.test login bob password hunter2 x",
         "machine r.test login bob password <redacted:password:~> x"},
        {"with password Hunter2hunter for bob", "with password <redacted:password:~> for bob"},
        {"password\\u003dhunter2\\u0026user=bob",
         "password\\u003d<redacted:password:~>\\u0026user=bob"},
        {":password=>\"hunter2\", :a=>\"b\"", ":password=>\"<redacted:password:~>\", :a=>\"b\""},
        {"{u'password': u'hunter2', u'a': u'b'}",
         "{u'password': u'<redacted:password:~>', u'a': u'b'}"},
        {"{\"key\":\"DB_PASSWORD\",\"value\":\"hunter2\"}",
         "{\"key\":\"DB_PASSWORD\",\"value\":\"<redacted:password:~>\"}"},
        {"<Data Name=\"Password\">hunter2</Data>",
         "<Data Name=\"Password\"><redacted:password:~></Data>"},
        {"a:\n  password: |\n    hunter2\n    more\n  user: bob",
         "a:\n  password: |\n    <redacted:password:~>\n  user: bob"},
        {"Uid=bob;Pwd={hunter2};x", "Uid=bob;Pwd={<redacted:password:~>};x"},
        {"bob:hunter2@tcp(db:3306)/x", "bob:<redacted:password:~>@tcp(db:3306)/x"},
        {"sshpass -phunter2 ssh bob@h", "sshpass -p<redacted:password:~> ssh bob@h"},
        {"redis-cli -a hunter2 ping", "redis-cli -a <redacted:password:~> ping"},
        {"keytool -storepass hunter2 -list", "keytool -storepass <redacted:password:~> -list"},
        {"https://hooks.slack.com/services/T0/B0/abcdefgh12345678: 404",
         "https://hooks.slack.com/services/<redacted:token:~>: 404"},
        {"Authorization: Digest username=\"bob\", response=\"abcdef01\"",
         "Authorization: Digest <redacted:auth:~>"},
        // signed addresses
        {"GET /b?OSSAccessKeyId=LTAI5tAbCdEf0123&Signature=abc%2Bdef%3D&Expires=1",
         "GET /b?OSSAccessKeyId=<redacted:secret:~>&Signature=<redacted:signature:~>&Expires=1"},
        {"AccountName=a;AccountKey=abcdef0123456789==;EndpointSuffix=core.test",
         "AccountName=a;AccountKey=<redacted:secret:~>;EndpointSuffix=core.test"},
    };
    struct pm_arena *a = pm_arena_new();
    struct pm_redactor *r = pm_redactor_new(NULL);
    int wrong = 0;
    for (size_t i = 0; i < PM_LEN(cases); i++) {
        const char *got = pm_arena_cstr(a, pm_redact_now(r, a, pm_str_c(cases[i].in)));
        if (!like(cases[i].out, got))
            print_error("%s\n  want %s\n  got  %s\n", cases[i].in, cases[i].out, got), wrong++;
        struct pm_str again = pm_redact(NULL, a, pm_str_c(got)); // what is hidden stays as it is
        if (!pm_str_eqc(again, got)) print_error("twice: %s → %.*s\n", got, PM_FMT(again)), wrong++;
    }
    assert_int_equal(wrong, 0);
    pm_redactor_free(r);
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
        "Pulling from acme/token:v1 and acme/auth:1.4.2-rc1",
        "Back-off pulling image \"r.acme.test:5000/secret/token:2.0.1\"",
        "nginx:1.25@sha256:6f1e0a9b8c7d6f1e0a9b8c7d6f1e0a9b8c7d6f1e0a9b8c7d6f1e0a9b8c7d6f1e",
        "r.acme.test:5000/shop/cart:1.4@sha256:6f1e0a9b8c7d6f1e0a9b8c7d6f1e0a9b8c7d6f1e0a9b8c7d6f1e0a9b8c7d6f1e",
        "mailto:bob@acme.test From:bob@acme.test {Username:bob@acme.test}",
        "git clone git@git.acme.test:shop/cart.git",
        "docker run -p 8080:80 -u 1000:1000 nginx",
        "failed to fetch oauth token: unexpected status from POST request: 401",
        "failed to fetch token: Get \"https://auth.test/token\": x509: certificate signed by unknown authority",
        "etag=\"5f3c1e2d4b6a7980-12\" uuid=3f0c9a3e-7e2b-4f5d-9a63-0c1f1f2d3e4f _state=abcdef0123456789abcdef",
        "imagePullPolicy=IfNotPresent imagePullSecret=regcred tokenFile=/var/run/secrets/token",
        "PASSWORD_FILE=/run/secrets/db password=$(DB_PASSWORD) token=${TOKEN}",
        "{\"kind\":\"ConfigMap\",\"data\":{\"a\":\"hello world\"}}",
        "-----BEGIN CERTIFICATE-----\nMIIabc\n-----END CERTIFICATE-----",
        "certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUM",
        "nextPageToken=abcdefgh1234 continueToken=abcdefgh1234",
        "pod/sk-worker-7d9f8b6c5d-x2x4z key-value-store-0 npm-cache-0",
        "",
    };
    struct pm_arena *a = pm_arena_new();
    int wrong = 0;
    for (size_t i = 0; i < PM_LEN(lines); i++) {
        struct pm_str in = pm_str_c(lines[i]), out = pm_redact(NULL, a, in);
        if (out.p != in.p) print_error("%s → %.*s\n", lines[i], PM_FMT(out)), wrong++;
    }
    assert_int_equal(wrong, 0);
    pm_arena_free(a);
}

static void same_secret_same_tag(void **unused) {
    (void)unused;
    struct pm_arena *a = pm_arena_new();
    struct pm_redactor *r = pm_redactor_new(NULL);
    struct pm_str one = pm_redact(NULL, a, PM_STR("https://u:hunter2@a.test/")),
                  other = pm_redact(NULL, a, PM_STR("password=hunter3"));
    struct pm_str two = pm_redact(NULL, a, PM_STR("password=hunter2 token=abcdefgh1"));
    assert_true(
        pm_str_eqc(pm_redact_number(r, a, one),
                   "https://u:<redacted:password:1>@a.test/")); // first come, first numbered
    assert_true(pm_str_eqc(pm_redact_number(r, a, two),
                           "password=<redacted:password:1> token=<redacted:token:2>"));
    assert_true(pm_str_eqc(pm_redact_number(r, a, other), "password=<redacted:password:3>"));
    assert_true(pm_str_eqc(pm_redact_number(r, a,
                                            PM_STR("\x01"
                                                   "ab")),
                           "ab")); // a text's own byte makes no mark
    assert_true(pm_str_eq(pm_redact_blank(a, PM_STR("password=a1")),
                          pm_redact_blank(a, PM_STR("password=b2"))));
    pm_redactor_free(r);
    pm_arena_free(a);
}

static void hostile_texts_end(void **unused) {
    (void)unused;
    struct pm_arena *a = pm_arena_new();
    struct pm_buf b = {0};
    for (int i = 0; i < 2000; i++) pm_buf_lit(&b, "password=a&://x:y@\"auth\":\"");
    struct pm_str out = pm_redact(NULL, a, pm_buf_str(&b));
    assert_true(out.n > 0);
    assert_false(pm_str_has(out, PM_STR("password=a&")));
    static const char *const cut[] = {
        "password=", "password=\"", "\"auth\":\"", "://", "://@", "://:@",     "Bearer ",
        "eyJ",       "sig%3",       "=",           ":",   "%3D",  "dckr_pat_", "Authorization:["};
    for (size_t i = 0; i < PM_LEN(cut); i++) pm_redact(NULL, a, pm_str_c(cut[i]));
    pm_buf_free(&b);
    pm_arena_free(a);
}

static void nothing_is_looked_through_twice(void **unused) {
    (void)unused;
    struct pm_arena *a = pm_arena_new();
    struct pm_clean_texts *seen = pm_clean_texts_new();
    static const char line[] = "GET /v2/x ghp_abcdefghijklmnop1234567890 ok";
    struct pm_str clean = pm_str_c(line), url = pm_str_sub(clean, 4, 5),
                  middle = pm_str_sub(clean, 5, 4), mark = pm_str_sub(clean, 13, 20);
    assert_true(pm_redact_covers(clean, url) && pm_redact_covers(clean, clean));
    assert_true(pm_redact_covers(clean, middle));
    assert_false(pm_redact_covers(clean, mark)); // a token may begin here that began no word there
    assert_false(pm_redact_covers(clean, pm_str_c("GET /v2/x"))); // the same words elsewhere
    assert_false(pm_redact_covers(PM_NONE, url));
    struct pm_str text = PM_STR("manifest unknown to the registry"),
                  secret = PM_STR("password=hunter2 token=abcdefgh1");
    for (int i = 0; i < 2; i++) {
        assert_ptr_equal(pm_redact_anew(NULL, seen, a, text).p, text.p);
        assert_true(pm_str_has(pm_redact_anew(NULL, seen, a, secret),
                               PM_STR("password=<redacted:password:")));
    }
    pm_clean_texts_free(seen);
    pm_arena_free(a);
}

// A line that was clean a moment ago is known again by another stamp, and by nothing else:
// each of these is read behind one that differs from it in a figure, and is no secret.
static void a_line_is_known_but_for_its_stamp(void **unused) {
    (void)unused;
    static const struct {
        const char *clean, *secret;
    } rows[] = {
        {"2//0gAbCdEfGhIjKlMnOpQrStUvWxYz01234 refused",
         "1//0gAbCdEfGhIjKlMnOpQrStUvWxYz01234 refused"},
        {"2026-01-02T03:04:05.1Z 2//0gAbCdEfGhIjKlMnOpQrStUvWxYz01234",
         "2026-01-02T03:04:06.1Z 1//0gAbCdEfGhIjKlMnOpQrStUvWxYz01234"},
        {"E0102 03:04:05.678901 9 a.go:1] password%3Ahunter2x1",
         "E0102 03:04:05.678901 9 a.go:1] password%3Dhunter2x1"},
        {"10.0.0.1 - - [02/Jan/2026:03:04:05 +0000] \"GET /v2/x?pasword=hunter2x1 HTTP/1.1\" 200 1",
         "10.0.0.2 - - [02/Jan/2026:03:04:05 +0000] \"GET /v2/x?password=hunter2x1 HTTP/1.1\" 200 1"},
        {"10.0.0.1 - - [02/Jan/2026:03:04:05 +0000] \"GET /\" 200 1 \"2//0gAbCdEfGhIjKlMnOpQrStUvWxYz01234\"",
         "10.0.0.1 - - [02/Jan/2026:03:04:05 +0000] \"GET /\" 200 1 \"1//0gAbCdEfGhIjKlMnOpQrStUvWxYz01234\""},
        {"E0102 03:04:05.678901 9 a.go:1] pasword=hunter2x1",
         "E0102 03:04:06.678901 9 a.go:1] password=hunter2x1"},
    };
    struct pm_arena *a = pm_arena_new();
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        struct pm_clean_texts *seen = pm_clean_texts_new();
        struct pm_str clean = pm_str_c(rows[i].clean), secret = pm_str_c(rows[i].secret);
        pm_redact_line(NULL, seen, a, clean);
        assert_true(pm_str_has(pm_redact_line(NULL, seen, a, secret), PM_STR("<redacted:")));
        assert_true(pm_str_has(pm_redact_line(NULL, seen, a, secret), PM_STR("<redacted:")));
        pm_clean_texts_free(seen);
    }
    pm_arena_free(a);
}

// Wherever in an access log's line a secret stands, it is seen behind lines that have the
// same request and are clean: what stands before the request is known only where it can hold
// none. Each line is as its column's writer has it, "%s" the column.
static void no_column_hides_a_secret(void **unused) {
    (void)unused;
    static const char *const lines[] = {
        "%s - - [02/Jan/2026:03:04:05 +0000] \"GET /v2/ HTTP/1.1\" 200 1 \"-\" \"a\"",
        "10.0.0.1, %s - - [02/Jan/2026:03:04:05 +0000] \"GET /v2/ HTTP/1.1\" 200 1 \"-\" \"a\"",
        "10.0.0.1 %s - [02/Jan/2026:03:04:05 +0000] \"GET /v2/ HTTP/1.1\" 200 1 \"-\" \"a\"",
        "10.0.0.1 - %s [02/Jan/2026:03:04:05 +0000] \"GET /v2/ HTTP/1.1\" 200 1 \"-\" \"a\"",
        "10.0.0.1 - - %s [02/Jan/2026:03:04:05 +0000] \"GET /v2/ HTTP/1.1\" 200 1 \"-\" \"a\"",
        "10.0.0.1 - - [02/Jan/2026:03:04:05 +0000] %s \"GET /v2/ HTTP/1.1\" 200 1 \"-\" \"a\"",
        "10.0.0.1 - - [02/Jan/2026:03:04:05 +0000] \"%s /v2/ HTTP/1.1\" 200 1 \"-\" \"a\"",
        "10.0.0.1 - - [02/Jan/2026:03:04:05 +0000] \"GET /v2/?%s HTTP/1.1\" 200 1 \"-\" \"a\"",
        "10.0.0.1 - - [02/Jan/2026:03:04:05 +0000] \"GET /v2/ HTTP/1.1\" 200 1 \"%s\" \"a\"",
        "10.0.0.1 - - [02/Jan/2026:03:04:05 +0000] \"GET /v2/ HTTP/1.1\" 200 1 \"-\" \"%s\"",
        "10.0.0.1 - - [02/Jan/2026:03:04:05 +0000] \"GET /v2/ HTTP/1.1\" 200 1 \"-\" \"a\" \"%s\"",
        "10.0.0.1 - - [%s:03:04:05 +0000] \"GET /v2/ HTTP/1.1\" 200 1 \"-\" \"a\"",
        "10.0.0.1 - - [02/Jan/2026:03:04:05 %s] \"GET /v2/ HTTP/1.1\" 200 1 \"-\" \"a\"",
    };
    static const char *const secrets[] = {
        "ghp_0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX", "password=hunter2x1",
        "https://joe:hunter2x1@r.acme.test/",       "joe:hunter2x1@r.acme.test",
        "Authorization:Bearer abcdef0123456789.gh", "1//0gAbCdEfGhIjKlMnOpQrStUvWxYz01234",
    };
    static const char *const clean[] = {"10.0.0.1", "-", "02/Jan/2026", "+0000", "GET", "joe", ""};
    struct pm_arena *a = pm_arena_new();
    struct pm_clean_texts *seen = pm_clean_texts_new();
    size_t found = 0;
    for (size_t i = 0; i < PM_LEN(lines) * PM_LEN(secrets); i++) {
        const struct pm_str line = pm_str_c(lines[i / PM_LEN(secrets)]);
        const size_t at = (size_t)pm_str_find(line, PM_STR("%s"), 0);
        const struct pm_str front = pm_str_sub(line, 0, at), rest = pm_str_from(line, at + 2);
        for (size_t k = 0; k <= PM_LEN(clean); k++) {
            const char *column = k < PM_LEN(clean) ? clean[k] : secrets[i % PM_LEN(secrets)];
            struct pm_str s = pm_arena_join(a, pm_arena_join(a, front, pm_str_c(column)), rest),
                          want = pm_redact(NULL, a, s);
            assert_true(pm_str_eq(pm_redact_line(NULL, seen, a, s), want));
            found += want.p != s.p;
        }
    }
    assert_in_range(found, PM_LEN(lines) * 4, PM_LEN(lines) * PM_LEN(secrets));
    pm_clean_texts_free(seen);
    pm_arena_free(a);
}

// Of lines that never come again none is remembered after a while; what is secret in one is
// seen as before, among them and where lines come again.
static void lines_that_come_once_are_looked_through(void **unused) {
    (void)unused;
    struct pm_arena *a = pm_arena_new();
    struct pm_clean_texts *seen = pm_clean_texts_new();
    for (int i = 0; i < 20000; i++) {
        bool secret = i % 101 == 0, again = i > 12000;
        struct pm_str s = pm_arena_fmt(a, "{\"id\":\"%d\",\"msg\":\"%s\"}", again ? i % 7 : i,
                                       secret ? "password=hunter2x1" : "response completed"),
                      out = pm_redact_line(NULL, seen, a, s);
        assert_int_equal(pm_str_has(out, PM_STR("<redacted:")), secret);
        if (!secret) assert_ptr_equal(out.p, s.p);
    }
    pm_clean_texts_free(seen);
    pm_arena_free(a);
}

// Behind any stamp a text has the secrets that it has behind another: so lines may be known
// again without theirs.
static void no_secret_hangs_on_a_stamp(void **unused) {
    (void)unused;
    static const char *const stamps[][2] = {
        {"E0102 03:04:05.678901 ", "E1231 23:59:58.000010 "},
        {"2024-01-02T03:04:05.678901234Z ", "2026-11-30T23:10:00.000000001Z "},
        {"time=\"2024-01-02T03:04:05Z\" ", "time=\"2026-10-31T12:00:20Z\" "},
        {"token=\"2024-01-02 03:04:05\" ", "token=\"2026-11-11 11:11:11\" "},
        {"Jan  2 03:04:05 ", "Jan  7 17:21:22 "},
        {"10.0.0.1 - - [02/Jan/2026:03:04:05 +0000] \"",
         "11.1.1.1 - - [31/Nov/2025:23:59:58 -0730] \""},
        {"1 - - [02/Jan/2026:03:04:05 +0000] \"",
         "203.0.113.77 - - [31/Nov/2025:23:59:58 -0730] \""},
    };
    static const char *const texts[] = {
        "password=hunter2",
        "-p hunter2x1",
        "AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ",
        "@r.acme.test",
        "login u password x1Y2",
        "Bearer abcdef0123456789.ghij",
        "= hunter2",
        ": hunter2x1",
        "//u:pw@r.test/v2/",
        "1//0gAbCdEfGhIjKlMnOpQrStUvWxYz01234",
        "ok",
    };
    struct pm_arena *a = pm_arena_new();
    for (size_t i = 0; i < PM_LEN(stamps); i++)
        for (size_t k = 0; k < PM_LEN(texts); k++) {
            struct pm_str out[2];
            for (size_t j = 0; j < 2; j++) {
                struct pm_str line = pm_arena_fmt(a, "%s%s", stamps[i][j], texts[k]),
                              got = pm_redact(NULL, a, line);
                out[j] = got.p == line.p ? PM_STR("clean") : PM_STR("not clean");
            }
            assert_true(pm_str_eq(out[0], out[1]));
        }
    pm_arena_free(a);
}

// The processor's wide way and the plain one find the same places, whatever stands around.
static void both_ways_see_the_same(void **unused) {
    (void)unused;
    static const char letters[] = "abcPUuprRcC019_-:=@> %\\$\"'nxt.~/gh\x80\xff";
    char text[1200];
    uint64_t h = 1;
    for (size_t n = 0; n < sizeof text; n += n < 140 ? 1 : 97)
        for (size_t at = 0; at <= n; at += 13) {
            uint32_t wide[PM_SECRET_BLOCKS] = {0}, plain[PM_SECRET_BLOCKS] = {0};
            for (size_t i = 0; i < n; i++) {
                h = h * UINT64_C(6364136223846793005) + 1442695040888963407u;
                text[i] =
                    (h >> 60) == 0 ? (char)(h >> 33) : letters[(h >> 33) % (sizeof letters - 1)];
            }
            const struct pm_str s = {text, n};
            pm_secret_places(s, at, wide);
            pm_secret_places_plain(s, at, plain);
            assert_memory_equal(wide, plain, sizeof wide);
        }
}

// A token across any border of what is looked at together, and at the text's end.
static void tokens_are_seen_at_every_place(void **unused) {
    (void)unused;
    static const char *const tokens[] = {"ghp_0123456789abcdefABCD", "dckr_pat_0123456789abc",
                                         "sk-0123456789abcdefABCDEFGHIJKLMNOP"};
    struct pm_arena *a = pm_arena_new();
    for (size_t i = 0; i < PM_LEN(tokens); i++)
        for (int before = 0; before < 70; before++)
            for (int behind = 0; behind < 40; behind += 13) {
                const struct pm_str text =
                    pm_arena_fmt(a, "%*s%s%*s", before, "", tokens[i], behind, "");
                assert_false(pm_str_has(pm_redact(NULL, a, text), pm_str_c(tokens[i])));
            }
    pm_arena_free(a);
}

// RFC 4231's cases 1, 2, 6 (a key longer than a block) and FIPS 180-4's empty and long
// messages.
static void macs_are_the_published_ones(void **unused) {
    (void)unused;
    unsigned char key[131], out[PM_SHA256_BYTES];
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    char big[200];
    for (size_t i = 0; i < sizeof big; i++) big[i] = letters[i % 26];
    memset(key, 0x0b, 20);
    struct pm_mac_key k;
    const struct {
        const char *key, *text, *want;
        size_t key_n;
    } cases[] = {{(const char *)key, "Hi There",
                  "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7", 20},
                 {"Jefe", "what do ya want for nothing?",
                  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", 4}};
    for (size_t i = 0; i < PM_LEN(cases); i++) {
        char hex[65];
        pm_mac_key_set(&k, cases[i].key, cases[i].key_n);
        pm_mac(&k, cases[i].text, strlen(cases[i].text), out);
        for (size_t b = 0; b < sizeof out; b++) snprintf(hex + 2 * b, 3, "%02x", out[b]);
        assert_string_equal(hex, cases[i].want);
    }
    memset(key, 0xaa, sizeof key);
    pm_mac_key_set(&k, key, sizeof key);
    pm_mac(&k, "Test Using Larger Than Block-Size Key - Hash Key First", 54, out);
    assert_int_equal(out[0] << 8 | out[1], 0x60e4);
    assert_int_equal(out[30] << 8 | out[31], 0x7f54);
    struct pm_sha256 s;
    pm_sha256_init(&s);
    pm_sha256_end(&s, out);
    assert_int_equal(out[0] << 8 | out[1], 0xe3b0);
    for (size_t n = 0; n < sizeof big; n++) { // in one piece or byte by byte: the same
        unsigned char other[PM_SHA256_BYTES];
        pm_sha256_init(&s);
        pm_sha256_add(&s, big, n);
        pm_sha256_end(&s, out);
        pm_sha256_init(&s);
        for (size_t i = 0; i < n; i++) pm_sha256_add(&s, big + i, 1);
        pm_sha256_end(&s, other);
        assert_memory_equal(out, other, sizeof out);
    }
}

static void a_key_makes_tags_of_its_own(void **unused) {
    (void)unused;
    struct pm_arena *a = pm_arena_new();
    struct pm_redact_key *one = pm_redact_key_new("0123456789abcdef", 16),
                         *two = pm_redact_key_new("0123456789abcdeF", 16);
    struct pm_str text = PM_STR("https://u:hunter2@a.test/ password=hunter2 token=abcdefgh1"),
                  got = pm_redact(one, a, text);
    assert_true(pm_str_starts(got, PM_STR("https://u:<redacted:password:")));
    struct pm_str tag = pm_str_sub(got, 29, 21);                    // ten bytes and the end
    assert_true(tag.p[20] == '>' && pm_str_find(got, tag, 60) > 0); // the same secret, the same tag
    assert_true(pm_str_eq(pm_redact(one, a, text), got));           // in every run
    assert_false(pm_str_has(pm_redact(two, a, text), tag));         // of that key
    assert_true(pm_str_eq(pm_redact(one, a, got), got));            // what is hidden stays as it is
    assert_true(pm_str_eq(
        pm_redact_blank(a, text),
        pm_redact_blank(a, PM_STR("https://u:hunter3@a.test/ password=x token=abcdefgh2"))));
    struct pm_redactor *r = pm_redactor_new(one);
    assert_true(pm_str_eq(pm_redact_now(r, a, text), got)); // nothing is left to number
    pm_redactor_free(r);
    pm_redact_key_free(one);
    pm_redact_key_free(two);
    pm_arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(secrets_go),
                                       cmocka_unit_test(the_rest_stays),
                                       cmocka_unit_test(same_secret_same_tag),
                                       cmocka_unit_test(hostile_texts_end),
                                       cmocka_unit_test(nothing_is_looked_through_twice),
                                       cmocka_unit_test(a_line_is_known_but_for_its_stamp),
                                       cmocka_unit_test(lines_that_come_once_are_looked_through),
                                       cmocka_unit_test(no_secret_hangs_on_a_stamp),
                                       cmocka_unit_test(no_column_hides_a_secret),
                                       cmocka_unit_test(both_ways_see_the_same),
                                       cmocka_unit_test(tokens_are_seen_at_every_place),
                                       cmocka_unit_test(macs_are_the_published_ones),
                                       cmocka_unit_test(a_key_makes_tags_of_its_own)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
