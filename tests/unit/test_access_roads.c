// An access log says the same whether each of its lines is read or not: lines that are like
// one which went into a row are added to it unread (analyzer/framing/frame_sure.c,
// analyzer/ingest/request_fold.c). Logs of pulls are drawn, in their own grammar and with
// what spoils it in between, and ingested twice: PULLMORTEM_READ=full reads every line.
// Events and files must be the same, to the last column, bare and as a container's runtime
// keeps them (CRI). Written by us.
#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "pm/diag.h"
#include "pm/ingest.h"

static uint64_t seed = 88172645463325252u;
static unsigned draw(unsigned n) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed >> 33) % n;
}
#define PICK(table) ((table)[draw(PM_LEN(table))])

static const char *const clients[] = {"10.4.1.2", "10.4.1.3", "2001:db8::1"};
static const char *const users[] = {"-", "-", "-", "joe"};
static const char *const agents[] = {"containerd/1.7.24", "containerd/1.7.24",
                                     "docker/26.1.5 go/go1.21"};
static const char *const repositories[] = {"acme/web", "acme/db", "library/nginx"};
static const char *const referers[] = {"-", "-", "", "https://r.test/"};
static const char *const odd_ends[] = {" \"10.9.8.7\"", " HIT",   " 0.004",  "\r",
                                       "\x01",          " \"cut", "\xc3\xa9"};
static const char *const strangers[] = {
    "==> other.log <==\n",
    "> 10.4.1.2 - - quoted\n",
    "{\"level\":\"info\",\"msg\":\"ready\"}\n",
    "E0412 06:00:00.000001    1 a.go:1] \"x\" err=<\n",
    "$ docker pull acme/web:1\n",
    "10.4.1.2 - - [12/Apr/2026:06:00:01 +0000] \"GET /static/a.js HTTP/1.1\" 200 7 \"-\" \"x\"\n",
    "\n",
};

// What stands behind the status, by who writes it.
enum make { NGINX, MAIN, INGRESS, TRAEFIK, NEXUS, MAKES };
static void draw_size(struct pm_buf *b, bool odd) {
    if (draw(9)) pm_buf_fmt(b, "%u", draw(90000000));
    else pm_buf_lit(b, odd && !draw(3) ? "99999999999999999999" : "-");
}

static void draw_tail(struct pm_buf *b, enum make make, bool odd) {
    static const char *const upstreams[] = {"hub-registry-5000", "hub-registry-5000", "HIT", ""};
    static const char *const forwarded[] = {"-", "10.9.8.7", "10.9.8.8, 10.1.1.1", "HIT",
                                            "] Retrieving image x"};
    static const char *const routers[] = {"reg@kubernetes", "HIT", "a b"};
    if (make == NEXUS) {
        if (draw(3)) pm_buf_lit(b, draw(2) ? "- " : "17 ");
        draw_size(b, odd);
        pm_buf_fmt(b, " %u \"%s\"", draw(500), PICK(agents));
        if (draw(9)) pm_buf_fmt(b, " [qtp1054-%u%s]", draw(99), odd && !draw(9) ? "x" : "");
        return;
    }
    draw_size(b, odd);
    if (draw(40)) pm_buf_fmt(b, " \"%s\" \"%s\"", PICK(referers), PICK(agents));
    if (make == MAIN) pm_buf_fmt(b, " \"%s\"", PICK(forwarded));
    if (make == TRAEFIK)
        pm_buf_fmt(b, " %u \"%s\" \"http://10.2.0.5:5000\" %u%s", draw(9999), PICK(routers),
                   draw(90), draw(30) ? "ms" : "s");
    if (make == INGRESS)
        pm_buf_fmt(b, " %u 0.%03u [%s] [%s] %s %u 0.%03u 200 %08x", draw(900), draw(999),
                   PICK(upstreams), draw(9) ? "" : "alt", draw(9) ? "10.2.0.5:5000" : "-",
                   draw(900), draw(999), draw(1 << 30));
}

// One line: mostly a layer of a pull that goes on.
static void draw_line(struct pm_buf *b, enum make make, unsigned second, bool odd) {
    static const char *const layers[] = {"aa", "bb", "cc", "dd", "0e", "1f"};
    char digest[65] = "", url[160];
    const char *layer = PICK(layers), *repository = PICK(repositories);
    for (int i = 0; i < 32; i++) memcpy(digest + 2L * i, layer, 3);
    if (odd && !draw(9)) digest[draw(64)] = "/?%gG\\\"] "[draw(9)];
    unsigned what = draw(10);
    if (what < 7) snprintf(url, sizeof url, "/v2/%s/blobs/sha256:%s", repository, digest);
    else if (what == 7) snprintf(url, sizeof url, "/v2/%s/manifests/1", repository);
    else if (what == 8) snprintf(url, sizeof url, "/v2/%s/manifests/sha256:%s", repository, digest);
    else
        snprintf(url, sizeof url, "/v2/%s/blobs/sha256:%.8s%s", repository, digest,
                 draw(2) ? "?ns=docker.io" : "");
    unsigned status = draw(12) ? 200 : (unsigned[]){206, 307, 401, 404, 429, 503}[draw(6)];
    pm_buf_fmt(b, "%s - %s [12/Apr/2026:06:%02u:%02u %s] \"%s %s HTTP/1.1\" %u ", PICK(clients),
               PICK(users), second / 60, second % 60, odd && !draw(20) ? "+0200" : "+0000",
               draw(8) ? "GET" : "HEAD", url, status);
    draw_tail(b, odd && !draw(60) ? (enum make)draw(MAKES) : make, odd);
    if (odd && !draw(25)) pm_buf_lit(b, PICK(odd_ends));
    pm_buf_addc(b, '\n');
    if (odd && !draw(40)) pm_buf_lit(b, PICK(strangers));
}

// As containerd writes a container's output: mostly whole lines of one stream, and what
// spoils it: pieces, the other stream, lines of nobody, stamps of another hour.
static void wrap(struct pm_buf *out, struct pm_str log, bool odd) {
    unsigned second = 0, minute = 0;
    for (ptrdiff_t nl; (nl = pm_str_chr(log, '\n', 0)) >= 0;
         log = pm_str_from(log, (size_t)nl + 1)) {
        struct pm_str line = pm_str_sub(log, 0, (size_t)nl);
        ptrdiff_t at = pm_str_find(line, PM_STR("/Apr/2026:06:"), 0);
        if (at > 0) sscanf(line.p + at + 13, "%u:%u", &minute, &second);
        if (odd && !draw(60)) {
            pm_buf_add(out, line);
            pm_buf_addc(out, '\n');
            continue;
        }
        const char *stream = odd && !draw(12) ? "stderr" : "stdout";
        size_t cut = odd && !draw(25) ? draw((unsigned)line.n + 1) : 0;
        char stamp[64];
        snprintf(stamp, sizeof stamp, "2026-04-12T%02d:%02u:%02u.%09uZ", odd && !draw(30) ? 8 : 6,
                 minute % 60, second % 60, draw(9) ? draw(1000000000) : 0);
        if (cut) pm_buf_fmt(out, "%s %s P %.*s\n", stamp, stream, (int)cut, line.p);
        pm_buf_fmt(out, "%s %s %s ", stamp, stream, odd && !draw(50) ? "X" : "F");
        pm_buf_add(out, pm_str_from(line, cut));
        pm_buf_addc(out, '\n');
    }
}

static bool show_row(void *ctx, int columns, const char *const *names, const char *const *cells) {
    struct pm_buf *b = ctx;
    for (int i = 0; i < columns; i++)
        pm_buf_fmt(b, "%s=%s|", names[i], cells[i] ? cells[i] : "NULL");
    pm_buf_addc(b, '\n');
    return true;
}

static void ingested(const char *log, const char *db, const char *way, struct pm_buf *said) {
    static const char *const asked[] = {"SELECT * FROM events", "SELECT * FROM files",
                                        "SELECT * FROM diagnostics"};
    const char *why = NULL;
    struct pm_str mistake;
    struct pm_arena *a = pm_arena_new();
    struct pm_diags *diags = pm_diags_new();
    struct pm_timeline *t = pm_timeline_open(db, true, &why);
    const struct pm_ingest_options o = {.threads = 1, .redact = true};
    assert_non_null(t);
    setenv("PULLMORTEM_READ", way, 1);
    pm_ingest(t, &log, 1, &o, diags);
    pm_timeline_diags(t, diags);
    for (size_t i = 0; i < PM_LEN(asked); i++)
        if (!pm_timeline_sql(t, asked[i], show_row, said, &mistake, a))
            fail_msg("%s: %.*s", asked[i], PM_FMT(mistake));
    pm_timeline_close(t);
    pm_diags_free(diags);
    pm_arena_free(a);
    unlink(db);
}

// Where a log lies says whether anybody vouches for a container.
static const char *const folders[] = {"in", "in/pods", "in/pods/shop_registry-0_3f1c9a52",
                                      "in/pods/shop_registry-0_3f1c9a52/registry"};
static const char *const names[] = {"in/access.log",
                                    "in/pods/shop_registry-0_3f1c9a52/registry/0.log"};

static void same_both_ways(const char *folder, const char *name, struct pm_str log) {
    char path[128], in[64], db[64];
    struct pm_buf full = {0}, road = {0};
    snprintf(path, sizeof path, "%s/%s", folder, name);
    snprintf(in, sizeof in, "%s/in", folder);
    snprintf(db, sizeof db, "%s/t.db", folder);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fwrite(log.p, 1, log.n, f);
    fclose(f);
    ingested(in, db, "full", &full);
    ingested(in, db, "", &road);
    if (!pm_str_eq(pm_buf_str(&full), pm_buf_str(&road))) {
        size_t at = 0;
        while (at < full.n && at < road.n && full.p[at] == road.p[at]) at++;
        size_t from = at < 300 ? 0 : at - 300;
        fail_msg("kept as %s; every line read:\n%.*s\nunread ones added:\n%.*s", path, 600,
                 full.p + from, 600, road.p + from);
    }
    assert_true(full.n > 0);
    unlink(path);
    pm_buf_free(&full);
    pm_buf_free(&road);
}

static void draw_log(struct pm_buf *b, enum make make, bool odd) {
    unsigned second = draw(60), lines = 400 + draw(600);
    for (unsigned k = 0; k < lines; k++) {
        if (!draw(12)) second += draw(9);
        draw_line(b, make, second % 3600, odd && k > 150);
    }
}

static void logs_are_told_alike(void **state) {
    char folder[] = "/tmp/pm-access-XXXXXX", path[128];
    (void)state;
    assert_non_null(mkdtemp(folder));
    for (size_t i = 0; i < PM_LEN(folders); i++) {
        snprintf(path, sizeof path, "%s/%s", folder, folders[i]);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    for (int i = 0; i < 90; i++) {
        struct pm_buf bare = {0}, b = {0};
        const bool odd = i % 3 != 0, wrapped = i % 2;
        draw_log(&bare, (enum make)(i % MAKES), odd);
        if (wrapped) wrap(&b, pm_buf_str(&bare), odd);
        else pm_buf_add(&b, pm_buf_str(&bare));
        if (odd && !draw(3)) b.p[b.n / 2 + draw((unsigned)b.n / 2)] = (char)draw(256);
        if (!draw(5)) b.n -= draw(200);
        same_both_ways(folder, names[i / 2 % 2], pm_buf_str(&b));
        pm_buf_free(&bare);
        pm_buf_free(&b);
    }
    for (size_t i = PM_LEN(folders); i-- > 0;) {
        snprintf(path, sizeof path, "%s/%s", folder, folders[i]);
        rmdir(path);
    }
    rmdir(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(logs_are_told_alike)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
