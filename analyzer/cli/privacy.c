// Keys of tags and pseudonyms: read before the work, written after it.
#include "cli/privacy.h"
#include "pm/judge.h"
#include "base/unfinished.h"
#include "pm/ingest.h"
#include "pm/timeline.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEY_MIN = 16, KEY_MAX = 4096, KEY_MODE = 0600 };

static int redact_key_read(const struct pm_command *c, struct pm_privacy *p, const char *path) {
    char key[KEY_MAX];
    FILE *f = fopen(path, "rb");
    size_t n = f ? fread(key, 1, sizeof key, f) : 0;
    bool bad = !f || ferror(f);
    if (f) fclose(f);
    if (bad) return pm_usage(c, "--redact-key: %s cannot be read", path);
    if (n < KEY_MIN)
        return pm_usage(
            c, "--redact-key: %s holds %zu bytes, %d are the least: head -c 32 /dev/urandom >%s",
            path, n, KEY_MIN, path);
    p->redact_key = pm_redact_key_new(key, n);
    memset(key, 0, sizeof key);
    return PM_EXIT_OK;
}
int pm_privacy_read(const struct pm_command *c, struct pm_privacy *p, const char *redact_key,
                    const char *pseudonymise, const char *pseudonym_key) {
    *p = (struct pm_privacy){.pseudonym_key = pseudonym_key};
    if (pseudonym_key && !pseudonymise)
        return pm_usage(c, "--pseudonym-key goes with --pseudonymise");
    if (pseudonym_key && access(pseudonym_key, F_OK) == 0)
        return pm_usage(c, "--pseudonym-key: %s is there already: a key is never written over",
                        pseudonym_key);
    if (pseudonymise) p->pseudonyms = pm_pseudonyms_new();
    return redact_key ? redact_key_read(c, p, redact_key) : PM_EXIT_OK;
}
void pm_privacy_free(struct pm_privacy *p) {
    pm_redact_key_free(p->redact_key);
    pm_pseudonyms_free(p->pseudonyms);
    *p = (struct pm_privacy){0};
}

struct said {
    struct pm_pseudonyms *pseudonyms;
    struct pm_arena *a;
};
static struct pm_str said_text(void *ctx, struct pm_str text) {
    struct said *s = ctx;
    return pm_pseudonyms_apply_path(s->pseudonyms, s->a, text);
}
bool pm_privacy_names(const struct pm_privacy *p, struct pm_timeline *t, struct pm_diags *said) {
    if (!p->pseudonyms) return true;
    struct said s = {p->pseudonyms, pm_arena_new()};
    pm_timeline_names(t, p->pseudonyms);
    pm_pseudonyms_settle(p->pseudonyms);
    bool ok = pm_timeline_pseudonymise(t, p->pseudonyms);
    if (said) pm_diags_rewrite(said, said_text, &s);
    pm_arena_free(s.a);
    return ok;
}

struct pm_timeline *pm_privacy_copy(const struct pm_privacy *p, struct pm_timeline *t,
                                    const char *path, const char **why) {
    if (!t || !p->pseudonyms || pm_timeline_is_pseudonymised(t)) return t;
    pm_timeline_close(t);
    struct pm_timeline *copy = pm_timeline_open(NULL, true, why);
    bool ok = copy && pm_ingest_merge(copy, path, why);
    if (ok && pm_privacy_names(p, copy, NULL)) return copy;
    if (ok) *why = "the copy with other names could not be made";
    pm_timeline_close(copy);
    return NULL;
}

bool pm_privacy_key_write(const struct pm_privacy *p) {
    const char *path = p->pseudonym_key;
    if (!path) return true;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, KEY_MODE);
    if (fd >= 0) pm_unfinished(path);
    FILE *f = fd >= 0 ? fdopen(fd, "wb") : NULL;
    bool ok = f && pm_pseudonyms_key(p->pseudonyms, f) && fflush(f) == 0 && fsync(fd) == 0;
    if (f) ok = fclose(f) == 0 && ok;
    if (!ok) fprintf(stderr, "pullmortem: %s: %s\n", path, strerror(errno));
    if (!ok && fd >= 0) unlink(path);
    pm_finished(path);
    return ok;
}

struct pm_str pm_privacy_path(const struct pm_privacy *p, struct pm_arena *a, const char *path) {
    return p->pseudonyms ? pm_pseudonyms_apply_path(p->pseudonyms, a, pm_str_c(path))
                         : pm_str_c(path);
}

static struct pm_str file_shown(void *ctx, struct pm_arena *a, struct pm_str text) {
    return pm_pseudonyms_apply(ctx, a, text);
}
void pm_privacy_judge(const struct pm_privacy *p, struct pm_judge_options *o) {
    if (!p->pseudonyms) return;
    o->shown = file_shown;
    o->shown_ctx = p->pseudonyms;
}
