// What every target needs: bytes taken apart, files, the rules.
#include "fuzz.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "pm/when.h"

uint8_t fuzz_byte(struct fuzz_bytes *in) {
    if (!in->n) return 0;
    in->n--;
    return *in->p++;
}
uint32_t fuzz_u32(struct fuzz_bytes *in) {
    uint32_t v = 0;
    for (int i = 0; i < 4; i++) v = v << 8 | fuzz_byte(in);
    return v;
}
int64_t fuzz_i64(struct fuzz_bytes *in) {
    // Numbers that readers trip over are as likely as all others together.
    static const int64_t ends[] = {0,         1,      -1, INT64_MAX, INT64_MIN, INT64_MIN + 1,
                                   INT32_MAX, 1 << 20};
    uint8_t which = fuzz_byte(in);
    if (which < PM_LEN(ends)) return ends[which];
    if (which < 128) return which;
    return (int64_t)((uint64_t)fuzz_u32(in) << 32 | fuzz_u32(in));
}
size_t fuzz_below(struct fuzz_bytes *in, size_t n) {
    size_t v = (size_t)fuzz_byte(in) << 8 | fuzz_byte(in);
    return n ? v % n : 0;
}
int64_t fuzz_moment(struct fuzz_bytes *in) {
    const int64_t day = pm_civil_ns(2026, 4, 12, 6, 0, 0, 0);
    switch (fuzz_byte(in) % 16) {
    case 0:
    case 1: return PM_NO_TIME;
    case 2: return pm_civil_ns(1, 1, 1, 0, 0, 0, 0);
    case 3: return INT64_MAX;
    case 4: return INT64_MIN + 1;
    case 5: return 0;
    case 6: return day + (int64_t)fuzz_byte(in) * 86400 * PM_NS_PER_S;
    case 7: return INT64_C(3999999999) * PM_NS_PER_S;
    default: return day + (int64_t)fuzz_below(in, 40000) * PM_NS_PER_S / 10;
    }
}
struct pm_str fuzz_rest(struct fuzz_bytes *in) {
    struct pm_str s = {(const char *)in->p, in->n};
    in->p += in->n, in->n = 0;
    return s;
}
struct pm_str fuzz_text(struct fuzz_bytes *in) {
    struct pm_str s = {(const char *)in->p, in->n};
    ptrdiff_t at = pm_str_chr(s, '\xff', 0);
    if (at < 0) return fuzz_rest(in);
    in->p += at + 1, in->n -= (size_t)at + 1;
    return pm_str_sub(s, 0, (size_t)at);
}

static char folder[64];
static pid_t owner;
static void folder_remove(void) {
    DIR *d = getpid() == owner ? opendir(folder) : NULL;
    for (struct dirent *e; d && (e = readdir(d));) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        unlink(path);
    }
    if (d) closedir(d), rmdir(folder);
}
const char *fuzz_folder(void) {
    if (folder[0]) return folder;
    const char *top = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(folder, sizeof folder, "%s/pm-fuzz-XXXXXX", top);
    if (!mkdtemp(folder)) perror(folder), exit(2);
    owner = getpid();
    atexit(folder_remove);
    return folder;
}
const char *fuzz_file(const char *name, struct pm_str bytes) {
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", fuzz_folder(), name);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(bytes.p ? bytes.p : "", 1, bytes.n, f) != bytes.n) perror(path), exit(2);
    fclose(f);
    return path;
}

struct pm_ruleset *fuzz_rules(void) {
    static struct pm_ruleset *rules;
    if (rules) return rules;
    struct pm_diags *diags = pm_diags_new();
    rules = pm_ruleset_load(NULL, diags);
    if (!rules) abort();
    pm_ruleset_listen(rules);
    pm_diags_free(diags);
    return rules;
}
void fuzz_see(struct pm_str s) {
    static volatile uint64_t seen;
    seen = pm_str_hash(s, seen);
}
