// The fuzzer's two ways in. libFuzzer, where clang built this with PM_LIBFUZZER:
//
//   make fuzz T=judge TIME=600        goes on where the last run of that target stopped
//
// and without it a round that is the same every time, which `make check` runs with any
// compiler: all seeds as they are, then so many of them changed by a fixed random number.
//
//   fuzz_round TARGET SEED-FOLDER [RUNS]     fuzz_round --list     fuzz_round TARGET FILE...
#include "fuzz.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

static void list(void) {
    for (const struct fuzz_target *t = fuzz_targets; t->name; t++) {
        size_t n = 0;
        while (t->variant && t->variant(n)) n++;
        printf("%-12s %-9s %4zu  %s\n", t->name, t->seeds, n ? n : 1, t->title);
    }
}
static void list_variants(const char *name) {
    ptrdiff_t only;
    const struct fuzz_target *t = fuzz_choose(name, &only);
    for (size_t i = 0; t && t->variant && t->variant(i); i++) puts(t->variant(i));
}
static const struct fuzz_target *chosen(const char *name, ptrdiff_t *variant) {
    const struct fuzz_target *t = fuzz_choose(name, variant);
    if (t) return t;
    fprintf(stderr, "fuzz: no target \"%s\"; these are there:\n", name);
    list();
    exit(2);
}

#ifdef PM_LIBFUZZER
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
static const struct fuzz_target *target;
static ptrdiff_t only = -1;

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    for (int i = 1; i < *argc; i++) {
        if (strcmp((*argv)[i], "--list") == 0) list(), exit(0);
        if (strncmp((*argv)[i], "--list=", 7) == 0) list_variants((*argv)[i] + 7), exit(0);
        if (strncmp((*argv)[i], "--target=", 9) == 0) target = chosen((*argv)[i] + 9, &only);
    }
    if (!target) fprintf(stderr, "fuzz: --target=NAME is missing\n"), list(), exit(2);
    return 0;
}
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    fuzz_one(target, only, data, n);
    return 0;
}
#else
struct seeds {
    struct seed {
        char *name;
        struct pm_buf bytes;
    } * items;
    size_t n, cap;
};
static bool read_file(const char *path, struct pm_buf *out) {
    FILE *f = fopen(path, "rb");
    if (!f) return false;
    char block[65536];
    for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;)
        pm_buf_add(out, (struct pm_str){block, n});
    fclose(f);
    return true;
}
static int by_name(const void *a, const void *b) {
    return strcmp(((const struct seed *)a)->name, ((const struct seed *)b)->name);
}
static void read_seeds(const char *folder, struct seeds *all) {
    DIR *d = opendir(folder);
    for (struct dirent *e; d && (e = readdir(d));) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        struct seed s = {0};
        if (e->d_name[0] == '.' || !read_file(path, &s.bytes)) continue;
        s.name = pm_xstrdup(e->d_name);
        *PM_PUSH(all->items, all->n, all->cap) = s;
    }
    if (d) closedir(d);
    if (all->n) qsort(all->items, all->n, sizeof *all->items, by_name);
}

static uint64_t state = UINT64_C(0x9e3779b97f4a7c15);
static size_t below(size_t n) { // xorshift: the same numbers on every machine
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return n ? (size_t)(state % n) : 0;
}
static void set(struct pm_buf *b, size_t at, uint8_t byte) {
    if (at < b->n) memcpy(b->p + at, &byte, 1);
}
// A few changes of the kinds that break readers: bytes, numbers, cuts, repeats, a part of
// another seed.
static void change(struct pm_buf *b, const struct pm_buf *other) {
    static const char *const words[] = {
        "9223372036854775807",  "-1",         "0", "\n", "\"", "\\", "{", "[", "\xff", "\x00",
        "0001-01-01T00:00:00Z", "99999999999"};
    size_t at = below(b->n + 1), n = below(64);
    struct pm_str all = pm_buf_str(b), part = pm_str_sub(pm_buf_str(other), below(other->n), n);
    struct pm_buf out = {0};
    switch (below(7)) {
    case 0: set(b, at, (uint8_t)below(256)); return;
    case 1: set(b, at, b->n ? (uint8_t)(b->p[at % b->n] ^ (1 << below(8))) : 0); return;
    case 2: // without a piece
        pm_buf_add(&out, pm_str_sub(all, 0, at));
        pm_buf_add(&out, pm_str_from(all, at + n));
        break;
    case 3: // a piece twice
        pm_buf_add(&out, pm_str_sub(all, 0, at));
        pm_buf_add(&out, pm_str_sub(all, at > n ? at - n : 0, n));
        pm_buf_add(&out, pm_str_from(all, at));
        break;
    case 4: // a piece of another
        pm_buf_add(&out, pm_str_sub(all, 0, at));
        pm_buf_add(&out, part);
        pm_buf_add(&out, pm_str_from(all, at + below(n + 1)));
        break;
    case 5:
        pm_buf_add(&out, pm_str_sub(all, 0, at));
        pm_buf_lit(&out, words[below(PM_LEN(words))]);
        pm_buf_add(&out, pm_str_from(all, at));
        break;
    default: pm_buf_add(&out, pm_str_sub(all, 0, at)); // cut
    }
    pm_buf_free(b);
    *b = out;
}

static const struct pm_buf *running; // what is fed now: kept where it ends the program
static void run_buf(const struct fuzz_target *t, ptrdiff_t only, const struct pm_buf *b) {
    // A copy of its own size: a byte read behind it is one that the sanitizer sees.
    uint8_t *p = pm_xmalloc(b->n ? b->n : 1);
    if (b->n) memcpy(p, b->p, b->n);
    running = b;
    fuzz_one(t, only, p, b->n);
    free(p);
}
static void keep(const char *path, const struct pm_buf *b) {
    FILE *f = fopen(path, "wb");
    if (!f) return;
    fwrite(b->p, 1, b->n, f);
    fclose(f);
}
static int round_of(const struct fuzz_target *t, ptrdiff_t only, size_t runs, const char *folder) {
    const char *left = getenv("FUZZ_LEFT"); // where the input goes before it is fed
    struct seeds all = {0};
    struct pm_buf none = {0};
    read_seeds(folder, &all);
    for (size_t i = 0; i < all.n + runs; i++) {
        struct pm_buf b = {0};
        if (all.n) pm_buf_add(&b, pm_buf_str(&all.items[i < all.n ? i : below(all.n)].bytes));
        for (size_t k = i < all.n ? 0 : 1 + below(6); k > 0; k--)
            change(&b, all.n ? &all.items[below(all.n)].bytes : &none);
        if (left) keep(left, &b);
        clock_t from = clock();
        run_buf(t, only, &b);
        double s = (double)(clock() - from) / CLOCKS_PER_SEC;
        if (s > 10) return fprintf(stderr, "%s: input %zu took %.1f s of CPU\n", t->name, i, s), 1;
        pm_buf_free(&b);
    }
    printf("%s: %zu seeds, %zu changed\n", t->name, all.n, runs);
    for (size_t i = 0; i < all.n; i++) free(all.items[i].name), pm_buf_free(&all.items[i].bytes);
    free(all.items);
    return 0;
}

int main(int argc, char **argv) {
    ptrdiff_t only = -1;
    struct stat st;
    if (argc == 2 && strcmp(argv[1], "--list") == 0) return list(), 0;
    if (argc == 2 && strncmp(argv[1], "--list=", 7) == 0) return list_variants(argv[1] + 7), 0;
    if (argc < 3) return fprintf(stderr, "fuzz_round TARGET SEED-FOLDER [RUNS]\n"), 2;
    const struct fuzz_target *t = chosen(argv[1], &only);
    if (stat(argv[2], &st) == 0 && S_ISDIR(st.st_mode))
        return round_of(t, only, argc > 3 ? strtoul(argv[3], NULL, 10) : t->round, argv[2]);
    for (int i = 2; i < argc; i++) {
        struct pm_buf b = {0};
        if (!read_file(argv[i], &b)) return perror(argv[i]), 2;
        run_buf(t, only, &b);
        pm_buf_free(&b);
    }
    return 0;
}
#endif
