// The walk: small bundles are built here, layer by layer, and what comes out of them is
// listed as text.
#define _XOPEN_SOURCE 700 // mkdtemp, nftw
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "bundle/bundle.h"
#include "pm/when.h"
#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static char root[64], given[128];
static struct pm_buf seen; // one line a member: PATH=CONTENT (long ones by length), or -PATH: WHY
static struct pm_block *block;
static struct pm_buf content;
static struct pm_diags *diags;
static struct pm_limits limits;

static int setup(void **s) {
    (void)s;
    snprintf(root, sizeof root, "/tmp/pm-bundle-XXXXXX");
    assert_non_null(mkdtemp(root));
    diags = pm_diags_new();
    limits = (struct pm_limits){0};
    pm_buf_clear(&seen);
    return 0;
}
static int unlink_one(const char *path, const struct stat *st, int type, struct FTW *at) {
    (void)st, (void)type, (void)at;
    return remove(path);
}
static int teardown(void **s) {
    (void)s;
    nftw(root, unlink_one, 16, FTW_DEPTH | FTW_PHYS);
    pm_diags_free(diags);
    pm_buf_free(&seen);
    pm_buf_free(&content);
    seen = content = (struct pm_buf){0};
    return 0;
}

static const char *at(const char *name) {
    static char paths[4][256];
    static int turn;
    char *p = paths[turn++ % 4];
    snprintf(p, sizeof paths[0], "%s/%s", root, name);
    return p;
}
static void put(const char *name, struct pm_str bytes) {
    FILE *f = fopen(at(name), "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes.n ? bytes.p : "", 1, bytes.n, f), bytes.n);
    fclose(f);
}

// ---- layers, in memory

static struct pm_buf layers[16];
static int layers_n;
static struct pm_buf *layer(void) {
    struct pm_buf *b = &layers[layers_n++ % 16];
    pm_buf_clear(b);
    return b;
}
static struct pm_str gz(struct pm_str in) {
    struct pm_buf *out = layer();
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    char *p = pm_xmalloc(in.n + 1000), *copy = pm_xmalloc(in.n + 1);
    memcpy(copy, in.p, in.n);
    z.next_in = (Bytef *)copy;
    z.avail_in = (uInt)in.n;
    z.next_out = (Bytef *)p;
    z.avail_out = (uInt)in.n + 1000;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    pm_buf_add(out, (struct pm_str){p, z.total_out});
    deflateEnd(&z);
    free(p);
    free(copy);
    return pm_buf_str(out);
}

struct entry {
    const char *name;
    struct pm_str bytes;
    const char *link;
};
static struct pm_str pack(int (*format)(struct archive *), int (*filter)(struct archive *),
                          const struct entry *e, size_t n) {
    struct pm_buf *out = layer();
    struct archive *a = archive_write_new();
    size_t cap = 4 << 20, used = 0;
    char *p = pm_xmalloc(cap);
    format(a);
    if (filter) filter(a);
    archive_write_set_bytes_in_last_block(a, 1);
    assert_int_equal(archive_write_open_memory(a, p, cap, &used), ARCHIVE_OK);
    for (size_t i = 0; i < n; i++) {
        struct archive_entry *h = archive_entry_new();
        archive_entry_set_pathname(h, e[i].name);
        archive_entry_set_filetype(h, e[i].link ? AE_IFLNK : AE_IFREG);
        if (e[i].link) archive_entry_set_symlink(h, e[i].link);
        archive_entry_set_perm(h, 0644);
        archive_entry_set_mtime(h, 1704164645, 0);
        archive_entry_set_size(h, (la_int64_t)e[i].bytes.n);
        assert_true(archive_write_header(a, h) >= ARCHIVE_WARN);
        if (e[i].bytes.n) archive_write_data(a, e[i].bytes.p, e[i].bytes.n);
        archive_entry_free(h);
    }
    archive_write_close(a);
    archive_write_free(a);
    pm_buf_add(out, (struct pm_str){p, used});
    free(p);
    return pm_buf_str(out);
}
static struct pm_str tar(const struct entry *e, size_t n) {
    return pack(archive_write_set_format_pax_restricted, NULL, e, n);
}
static struct pm_str tar1(const char *name, struct pm_str bytes) {
    return tar(&(struct entry){name, bytes, NULL}, 1);
}

// ---- what the walk hands over

static void note(struct pm_str path) {
    if (content.n > 40) pm_buf_fmt(&seen, "%.*s=%zu bytes\n", PM_FMT(path), content.n);
    else pm_buf_fmt(&seen, "%.*s=%.*s\n", PM_FMT(path), PM_FMT(pm_buf_str(&content)));
}
static struct pm_str begun;
static int64_t begun_mtime_ns;
static void on_begin(void *c, const struct pm_member *m) {
    (void)c;
    begun = m->path;
    begun_mtime_ns = m->mtime_ns;
    pm_buf_clear(&content);
}
static struct pm_block *on_room(void *c) {
    (void)c;
    if (!block) block = pm_block_new();
    block->most = 64; // borders everywhere
    return block;
}
static void on_filled(void *c, struct pm_block *b) {
    (void)c;
    pm_buf_add(&content, pm_block_str(b));
}
static void on_end(void *c, bool truncated) {
    (void)c;
    note(begun);
    if (truncated) pm_buf_lit(&seen, "(broke off)\n");
}
static void on_skipped(void *c, struct pm_str path, struct pm_str why) {
    (void)c;
    pm_buf_fmt(&seen, "-%.*s: %.*s\n", PM_FMT(path), PM_FMT(why));
}
static bool walk(const char *const *paths, size_t n) {
    const struct pm_bundle_sink sink = {.begin = on_begin,
                                        .room = on_room,
                                        .filled = on_filled,
                                        .end = on_end,
                                        .skipped = on_skipped};
    pm_limits_default(&limits);
    pm_buf_clear(&seen);
    return pm_bundle_walk(paths, n, &limits, &sink, diags);
}
static bool walk1(const char *name) {
    snprintf(given, sizeof given, "%s", at(name));
    const char *path = given;
    return walk(&path, 1);
}
static void saw(const char *want) { assert_string_equal(seen.n ? seen.p : "", want); }
static bool told(const char *code) {
    for (size_t i = 0; i < pm_diags_count(diags); i++)
        if (pm_str_eqc(pm_diags_at(diags, i).code, code)) return true;
    return false;
}

static void folders_in_order_of_names(void **s) {
    (void)s;
    mkdir(at("b"), 0755);
    mkdir(at("b/n1"), 0755);
    put("b/z.log", PM_STR("z"));
    put("b/n1/kubelet.log", PM_STR("k"));
    put("b/a.log", PM_STR("a"));
    put("b/empty", PM_STR(""));
    put("b/n1/._kubelet.log", (struct pm_str){"\0\5\26\7\0\2\0\0Mac OS X", 16});
    assert_true(walk1("b"));
    saw("a.log=a\nempty=\nn1/kubelet.log=k\nz.log=z\n");
    const char *two[] = {at("b/n1"), at("b/a.log")};
    assert_true(walk(two, 2));
    saw("n1/kubelet.log=k\na.log=a\n");
}

static void any_order_of_layers(void **s) {
    (void)s;
    struct pm_str log = PM_STR("I0102 03:04:05 hello");
    struct pm_str inner = gz(tar1("nodes/n1/kubelet.log", gz(log)));
    const struct entry outer[] = {{"./x/one.log", log, NULL}, {"x/inner.tar.gz", inner, NULL}};
    put("b", gz(tar(outer, 2)));
    assert_true(walk1("b"));
    saw("x/one.log=I0102 03:04:05 hello\nx/inner.tar.gz/nodes/n1/kubelet.log=I0102 03:04:05 hello\n");
}

static void every_compression_and_archive(void **s) {
    (void)s;
    static const struct {
        const char *name;
        int (*format)(struct archive *), (*filter)(struct archive *);
    } kinds[] = {
        {"tar.bz2", archive_write_set_format_ustar, archive_write_add_filter_bzip2},
        {"tar.xz", archive_write_set_format_ustar, archive_write_add_filter_xz},
        {"tar.zst", archive_write_set_format_ustar, archive_write_add_filter_zstd},
        {"tar.lz4", archive_write_set_format_gnutar, archive_write_add_filter_lz4},
        {"zip", archive_write_set_format_zip, NULL},
        {"7z", archive_write_set_format_7zip, NULL},
        {"cpio", archive_write_set_format_cpio_newc, NULL},
        {"raw.zst", archive_write_set_format_raw, archive_write_add_filter_zstd},
    };
    for (size_t i = 0; i < PM_LEN(kinds); i++) {
        struct pm_str packed =
            pack(kinds[i].format, kinds[i].filter, &(struct entry){"log", PM_STR("text"), NULL}, 1);
        put("p", packed);
        assert_true(walk1("p"));
        if (kinds[i].format == archive_write_set_format_raw) saw("p=text\n");
        else saw("log=text\n");
        put("q", gz(tar1("in", packed))); // and as a stream that cannot seek
        assert_true(walk1("q"));
        if (kinds[i].format == archive_write_set_format_raw) saw("in=text\n");
        else saw("in/log=text\n");
    }
}

static void gzip_members_joined(void **s) {
    (void)s;
    struct pm_buf b = {0};
    for (int i = 0; i < 3; i++) pm_buf_add(&b, gz(PM_STR("abc\n")));
    put("joined.gz", pm_buf_str(&b));
    assert_true(walk1("joined.gz"));
    saw("joined.gz=abc\nabc\nabc\n\n");
    pm_buf_add(&b, (struct pm_str){"\0\0\0\0\0\0\0\0", 8}); // tapes pad
    put("joined.gz", pm_buf_str(&b));
    assert_true(walk1("joined.gz"));
    pm_buf_lit(&b, "garbage");
    b.p[b.n - 15] = 'x';
    put("joined.gz", pm_buf_str(&b));
    assert_true(walk1("joined.gz")); // a cache's tail: nothing of a log is lost
    assert_true(told("gzip-trailing"));
    pm_buf_clear(&b);
    pm_buf_add(&b, gz(PM_STR("abc\n")));
    size_t second = b.n;
    pm_buf_add(&b, gz(PM_STR("def\n")));
    b.p[second] = 'x';
    put("joined.gz", pm_buf_str(&b));
    assert_false(walk1("joined.gz"));
    assert_true(told("gzip-corrupt"));
    pm_buf_free(&b);
}

static struct pm_str noise(size_t n) { // text that does not compress well
    struct pm_buf *b = layer();
    uint64_t x = 88172645463325252u;
    while (b->n < n) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        pm_buf_addc(b, (char)('a' + x % 23));
    }
    return pm_buf_str(b);
}

static void cut_gzip_gives_what_it_has(void **s) {
    (void)s;
    struct pm_str whole = gz(noise(100000));
    put("cut.gz", pm_str_sub(whole, 0, whole.n / 2));
    assert_false(walk1("cut.gz"));
    assert_true(told("gzip-truncated"));
    assert_true(pm_str_ends(pm_buf_str(&seen), PM_STR("(broke off)\n")));
    assert_true(content.n > 45000 && content.n < 55000);
    char *damaged = pm_xmalloc(whole.n);
    memcpy(damaged, whole.p, whole.n);
    memset(damaged + whole.n / 2, 0xff, 64);
    put("bad.gz", (struct pm_str){damaged, whole.n});
    free(damaged);
    assert_false(walk1("bad.gz"));
    assert_true(told("gzip-corrupt"));
    assert_true(content.n > 40000);
}

static void cut_tar_gives_what_it_has(void **s) {
    (void)s;
    const struct entry two[] = {{"first.log", PM_STR("first"), NULL},
                                {"second.log", noise(9000), NULL}};
    struct pm_str whole = tar(two, 2);
    put("cut.tar", pm_str_sub(whole, 0, 4096));
    assert_false(walk1("cut.tar"));
    assert_true(pm_str_starts(pm_buf_str(&seen), PM_STR("first.log=first\nsecond.log=")));
    assert_true(pm_str_ends(pm_buf_str(&seen), PM_STR("(broke off)\n")));
    assert_true(told("archive-broken"));
}

static void names_cannot_leave(void **s) {
    (void)s;
    const struct entry e[] = {{"../../etc/cron.d/x", PM_STR("1"), NULL},
                              {"/abs/y", PM_STR("2"), NULL},
                              {"a/../b\n\x1b[2Jc", PM_STR("3"), NULL},
                              {"link", PM_NONE, "/etc/passwd"}};
    put("t", tar(e, 4));
    assert_true(walk1("t"));
    saw("etc/cron.d/x=1\nabs/y=2\na/b??[2Jc=3\n");
}

static void links_are_not_followed(void **s) {
    (void)s;
    mkdir(at("b"), 0755);
    put("b/real.log", PM_STR("r"));
    put("outside", PM_STR("secret"));
    assert_int_equal(symlink("real.log", at("b/inside")), 0);
    assert_int_equal(symlink("../outside", at("b/out")), 0);
    assert_int_equal(symlink("nowhere", at("b/dangling")), 0);
    assert_int_equal(mkfifo(at("b/pipe"), 0600), 0);
    assert_true(walk1("b"));
    saw("-dangling: link to nothing\n-out: link out of the bundle: not followed\n-pipe: not a regular file\nreal.log=r\n");
}

static void bombs_are_cut(void **s) {
    (void)s;
    char *zeros = calloc(3, 1 << 20);
    assert_non_null(zeros);
    memset(zeros, '0', 3 << 20);
    struct pm_str bomb = gz((struct pm_str){zeros, 3 << 20});
    free(zeros);
    limits.ratio_max = 100;
    put("bomb.gz", bomb);
    assert_false(walk1("bomb.gz"));
    assert_true(told("limit-ratio"));
    assert_true(content.n < 2 << 20);
    limits = (struct pm_limits){.member_max_bytes = 1000};
    assert_false(walk1("bomb.gz"));
    assert_true(told("limit-member-size"));
    assert_in_range(content.n, 1000, 4096); // to the read that passed it
    assert_true(pm_str_has(pm_buf_str(&seen), PM_STR("\n-bomb.gz: larger than 1000 bytes")));
}

static void nesting_has_an_end(void **s) {
    (void)s;
    struct pm_str b = PM_STR("deep");
    for (int i = 0; i < 6; i++) b = gz(b);
    put("deep.gz", b);
    limits.depth_max = 5;
    assert_false(walk1("deep.gz"));
    saw("-deep.gz: archives nested too deep: not opened\n");
    assert_true(told("limit-depth"));
    limits.depth_max = 6;
    assert_true(walk1("deep.gz"));
    saw("deep.gz=deep\n");
}

static void members_have_an_end(void **s) {
    (void)s;
    const struct entry e[] = {{"a", PM_STR("1"), NULL},
                              {"b", PM_STR("2"), NULL},
                              {"c", PM_STR("3"), NULL},
                              {"d", PM_STR("4"), NULL}};
    put("t", tar(e, 4));
    limits.members_max = 2;
    assert_false(walk1("t"));
    saw("a=1\nb=2\n-c: more than 2 members: this one and all after it are left out\n");
}

static void contents_by_their_bytes(void **s) {
    (void)s;
    static const struct {
        const char *bytes;
        size_t n;
        enum pm_content content;
    } heads[] = {
        {"\x7f"
         "ELF\2\1\1",
         7, PM_CONTENT_BINARY},
        {"SQLite format 3\0", 16, PM_CONTENT_BINARY},
        {"LPKSHHRH\0\0\0\0\0\0\0\0\0\0\0\0\1\2\3", 23,
         PM_CONTENT_TEXT}, // a journal: the framer reads it
        {"\xff\xfeI\0 \0h\0i\0", 10, PM_CONTENT_TEXT},
        {"I\0 \0h\0i\0l\0o\0g\0", 14, PM_CONTENT_TEXT},
        {"\0\0\0\0\0\0\0\0I0102 after copytruncate", 31, PM_CONTENT_TEXT},
        {"\1\2\3\4\5\6\7\1\2\3", 10, PM_CONTENT_BINARY},
        {"\x1b[31mred\x1b[0m\r\n", 14, PM_CONTENT_TEXT},
        {"BZhey, a log", 12, PM_CONTENT_TEXT},
        {"", 0, PM_CONTENT_EMPTY},
    };
    const char *what;
    for (size_t i = 0; i < PM_LEN(heads); i++)
        assert_int_equal(pm_content_of((struct pm_str){heads[i].bytes, heads[i].n}, &what),
                         heads[i].content);
}

static void what_cannot_be_opened_is_told(void **s) {
    (void)s;
    put("ok", PM_STR("x"));
    const char *two[] = {at("gone"), at("ok")};
    assert_false(walk(two, 2));
    assert_true(told("open-failed"));
    assert_true(pm_str_ends(pm_buf_str(&seen), PM_STR("ok=x\n")));
}

static void archives_carry_their_times(void **s) {
    (void)s;
    put("t", gz(tar1("a", PM_STR("1"))));
    assert_true(walk1("t"));
    assert_true(begun_mtime_ns == INT64_C(1704164645) * PM_NS_PER_S);
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(folders_in_order_of_names),
        T(any_order_of_layers),
        T(every_compression_and_archive),
        T(gzip_members_joined),
        T(cut_gzip_gives_what_it_has),
        T(cut_tar_gives_what_it_has),
        T(names_cannot_leave),
        T(links_are_not_followed),
        T(bombs_are_cut),
        T(nesting_has_an_end),
        T(members_have_an_end),
        T(contents_by_their_bytes),
        T(what_cannot_be_opened_is_told),
        T(archives_carry_their_times),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    for (size_t i = 0; i < PM_LEN(layers); i++) pm_buf_free(&layers[i]);
    return failed;
}
