// gzip by each inflater that was built in: the same bytes, the same reasons, the same
// price, of whole files, of several members, of cut and of damaged ones.
#define _XOPEN_SOURCE 700 // mkstemp
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "bundle/inflate.h"
#include "bundle/unwrap.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#define TEXT_BYTES 400000
#define ROUNDS 400

static uint32_t seed;
static uint32_t next_random(void) {
    seed = seed * 1664525u + 1013904223u;
    return seed >> 8;
}

// What logs are made of: words that come again, and numbers that do not.
static struct pm_buf text_of(size_t n) {
    static const char *const words[] = {"Failed to pull image ", "docker.io/acme/web:1 ", "429\n",
                                        "kubelet[17]: ",         "msg=\"unpacked\" ",     "E0412 "};
    struct pm_buf b = {0};
    while (b.n < n) {
        pm_buf_lit(&b, words[next_random() % PM_LEN(words)]);
        pm_buf_fmt(&b, "%x ", (unsigned)next_random());
    }
    return b;
}

static void member_add(struct pm_buf *out, struct pm_str text, int level) {
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t cap = deflateBound(&z, (uLong)text.n) + 64;
    unsigned char *p = pm_xmalloc(cap), *in = pm_xmalloc(text.n + 1);
    memcpy(in, text.p, text.n);
    z.next_in = in;
    z.avail_in = (uInt)text.n;
    z.next_out = p;
    z.avail_out = (uInt)cap;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    pm_buf_add(out, (struct pm_str){(const char *)p, cap - z.avail_out});
    deflateEnd(&z);
    free(in);
    free(p);
}

struct got {
    struct pm_buf bytes;
    const char *code;
    uint64_t in_bytes;
    bool spent;
};

static struct got read_by(const struct pm_inflater *with, const char *path, size_t step,
                          const struct pm_limits *limits) {
    struct got g = {0};
    struct pm_budget budget = {.limits = limits};
    struct pm_source *root = pm_source_file(open(path, O_RDONLY), true, &budget, PM_STR("a.gz")),
                     *s = pm_source_gzip_by(with, root, PM_STR("a.gz"));
    struct pm_block *b = pm_block_new();
    b->most = step; // whole ones may come back as others
    while ((b = pm_source_block(s, b))->n) pm_buf_add(&g.bytes, pm_block_str(b));
    free(b);
    g.code = s->code;
    g.in_bytes = budget.in_bytes;
    g.spent = budget.spent;
    pm_source_close(s);
    pm_source_close(root);
    return g;
}

static struct got same_by_all(struct pm_str file, size_t step, const struct pm_limits *limits) {
    char path[] = "/tmp/pm-gunzip-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, file.p, file.n), (ssize_t)file.n);
    close(fd);
    struct got first = read_by(pm_inflaters[0], path, step, limits);
    for (size_t i = 1; pm_inflaters[i]; i++) {
        struct got other = read_by(pm_inflaters[i], path, step, limits);
        assert_int_equal(first.bytes.n, other.bytes.n);
        if (first.bytes.n) assert_memory_equal(first.bytes.p, other.bytes.p, other.bytes.n);
        assert_true(first.code == other.code ||
                    (first.code && other.code && strcmp(first.code, other.code) == 0));
        assert_int_equal(first.spent, other.spent);
        if (!first.spent) assert_int_equal(first.in_bytes, other.in_bytes);
        pm_buf_free(&other.bytes);
    }
    unlink(path);
    return first;
}

static struct pm_limits loose(void) {
    struct pm_limits l = {0};
    l.member_max_bytes = l.ratio_max = l.ratio_floor_bytes = UINT64_MAX;
    return l;
}

static void members_follow_each_other(void **state) {
    (void)state;
    seed = 1;
    struct pm_buf text = text_of(TEXT_BYTES), file = {0}, want = {0};
    static const size_t lengths[] = {TEXT_BYTES, 0, 1, 70000, TEXT_BYTES / 2};
    for (size_t i = 0; i < PM_LEN(lengths); i++) {
        struct pm_str piece = pm_str_sub(pm_buf_str(&text), 0, lengths[i]);
        member_add(&file, piece, (int)(i * 2 + 1));
        pm_buf_add(&want, piece);
    }
    static const size_t steps[] = {1 << 18, 4096, 7};
    const struct pm_limits limits = loose();
    for (size_t i = 0; i < PM_LEN(steps); i++) {
        struct got g = same_by_all(pm_buf_str(&file), steps[i], &limits);
        assert_null(g.code);
        assert_int_equal(g.bytes.n, want.n);
        assert_memory_equal(g.bytes.p, want.p, want.n);
        pm_buf_free(&g.bytes);
    }
    pm_buf_lit(&file, "no gzip");
    struct got g = same_by_all(pm_buf_str(&file), 4096, &limits);
    assert_string_equal(g.code, "gzip-trailing");
    assert_int_equal(g.bytes.n, want.n);
    pm_buf_free(&g.bytes);
    pm_buf_free(&text);
    pm_buf_free(&file);
    pm_buf_free(&want);
}

// A tape or a device that is written block by block holds zeros between and behind.
static void padding_is_passed_over(void **state) {
    (void)state;
    struct pm_buf file = {0};
    const struct pm_limits limits = loose();
    const struct {
        struct pm_str behind;
        const char *code;
    } tails[] = {
        {{"\0\0\0", 3}, NULL}, {{"\0\0\0g", 4}, "gzip-trailing"}, {{"\0\037x", 3}, "gzip-corrupt"}};
    for (size_t i = 0; i < PM_LEN(tails); i++) {
        pm_buf_clear(&file);
        member_add(&file, PM_STR("abc\n"), 6);
        pm_buf_add(&file, (struct pm_str){"\0\0\0", 3});
        member_add(&file, PM_STR("def\n"), 6);
        pm_buf_add(&file, tails[i].behind);
        struct got g = same_by_all(pm_buf_str(&file), 4096, &limits);
        assert_true(pm_str_eqc(pm_buf_str(&g.bytes), "abc\ndef\n"));
        assert_true(tails[i].code ? g.code && strcmp(g.code, tails[i].code) == 0 : !g.code);
        pm_buf_free(&g.bytes);
    }
    pm_buf_free(&file);
}

static void a_wrong_sum_is_noticed(void **state) {
    (void)state;
    seed = 2;
    struct pm_buf text = text_of(TEXT_BYTES), file = {0};
    const struct pm_limits limits = loose();
    member_add(&file, pm_buf_str(&text), 6);
    for (size_t back = 1; back <= 8; back++) { // four bytes of a sum, four of a length
        file.p[file.n - back] ^= 1;
        struct got g = same_by_all(pm_buf_str(&file), 1 << 18, &limits);
        assert_string_equal(g.code, "gzip-corrupt");
        assert_int_equal(g.bytes.n, text.n);
        file.p[file.n - back] ^= 1;
        pm_buf_free(&g.bytes);
    }
    pm_buf_free(&text);
    pm_buf_free(&file);
}

static void what_is_cut_or_damaged_gives_the_same(void **state) {
    (void)state;
    seed = 3;
    struct pm_buf text = text_of(TEXT_BYTES), file = {0};
    const struct pm_limits limits = loose();
    member_add(&file, pm_str_sub(pm_buf_str(&text), 0, 90000), 1);
    member_add(&file, pm_buf_str(&text), 6);
    char *damaged = pm_xmalloc(file.n);
    for (int i = 0; i < ROUNDS; i++) {
        size_t n = i % 3 ? file.n : next_random() % file.n;
        memcpy(damaged, file.p, file.n);
        for (int k = 0; i % 3 && k < 1 + i % 4; k++)
            damaged[next_random() % (i % 5 ? file.n : 40)] ^= (char)(1u << next_random() % 8);
        struct got g = same_by_all((struct pm_str){damaged, n}, i % 2 ? 1 << 18 : 1 + i, &limits);
        pm_buf_free(&g.bytes);
    }
    free(damaged);
    pm_buf_free(&text);
    pm_buf_free(&file);
}

static void limits_bite_in_the_same_place(void **state) {
    (void)state;
    struct pm_buf zeros = {0}, file = {0};
    char block[4096] = {0};
    while (zeros.n < 8u << 20) pm_buf_add(&zeros, (struct pm_str){block, sizeof block});
    member_add(&file, pm_buf_str(&zeros), 9);
    struct pm_limits limits = loose();
    limits.ratio_max = 100;
    limits.ratio_floor_bytes = 1 << 20;
    struct got g = same_by_all(pm_buf_str(&file), 1 << 16, &limits);
    assert_string_equal(g.code, "limit-ratio");
    pm_buf_free(&g.bytes);
    limits = loose();
    limits.member_max_bytes = 3 << 20;
    g = same_by_all(pm_buf_str(&file), 1 << 16, &limits);
    assert_string_equal(g.code, "limit-member-size");
    pm_buf_free(&g.bytes);
    pm_buf_free(&zeros);
    pm_buf_free(&file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_follow_each_other),
        cmocka_unit_test(padding_is_passed_over),
        cmocka_unit_test(a_wrong_sum_is_noticed),
        cmocka_unit_test(what_is_cut_or_damaged_gives_the_same),
        cmocka_unit_test(limits_bite_in_the_same_place),
    };
    return cmocka_run_group_tests_name("gunzip", tests, NULL, NULL);
}
