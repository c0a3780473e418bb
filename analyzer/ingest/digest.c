// The helper has at most one piece at a time, and the worker waits for it before it reads
// the next: the piece is hot in the cache that both share, and nothing is copied.
#include "ingest/digest.h"
#include "base/mac.h"
#include <pthread.h>
#include <stdlib.h>

#define ALONE_BYTES (UINT64_C(1) << 20) // until here the worker does it itself

#define NOTHING "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
const struct pm_str digest_of_nothing = {NOTHING, sizeof NOTHING - 1};

#define STRIDE_BYTES (UINT64_C(64) << 10)
#define SAMPLE_BYTES (UINT64_C(4) << 10)
struct digest {
    enum digest_of of;
    struct pm_sha256 sha;
    uint64_t bytes;
    bool helped; // the thread is there
    pthread_t helper;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    const char *p; // what the helper is to take; NULL: it has nothing to do
    size_t n;
    bool over;
};

static void *help(void *ctx) {
    struct digest *d = ctx;
    pthread_mutex_lock(&d->lock);
    while (!d->over) {
        if (!d->p) {
            pthread_cond_wait(&d->changed, &d->lock);
            continue;
        }
        pthread_mutex_unlock(&d->lock);
        pm_sha256_add(&d->sha, d->p, d->n);
        pthread_mutex_lock(&d->lock);
        d->p = NULL;
        pthread_cond_signal(&d->changed);
    }
    pthread_mutex_unlock(&d->lock);
    return NULL;
}

struct digest *digest_new(enum digest_of of) {
    struct digest *d = pm_xmalloc(sizeof *d);
    memset(d, 0, sizeof *d);
    d->of = of;
    pthread_mutex_init(&d->lock, NULL);
    pthread_cond_init(&d->changed, NULL);
    return d;
}

void digest_free(struct digest *d) {
    pthread_mutex_lock(&d->lock);
    d->over = true;
    pthread_cond_signal(&d->changed);
    pthread_mutex_unlock(&d->lock);
    if (d->helped) pthread_join(d->helper, NULL);
    pthread_cond_destroy(&d->changed);
    pthread_mutex_destroy(&d->lock);
    free(d);
}

void digest_begin(struct digest *d) {
    pm_sha256_init(&d->sha);
    d->bytes = 0;
}

static void samples_add(struct digest *d, const char *p, size_t n) {
    while (n) {
        uint64_t in = d->bytes % STRIDE_BYTES, take;
        bool taken = d->bytes < ALONE_BYTES || in < SAMPLE_BYTES;
        if (d->bytes < ALONE_BYTES) take = ALONE_BYTES - d->bytes;
        else take = (taken ? SAMPLE_BYTES : STRIDE_BYTES) - in;
        if (take > n) take = n;
        if (taken) pm_sha256_add(&d->sha, p, (size_t)take);
        d->bytes += take;
        p += take;
        n -= (size_t)take;
    }
}

void digest_add(struct digest *d, const char *p, size_t n) {
    if (n == 0) return;
    if (d->of == DIGEST_OF_SAMPLES) {
        samples_add(d, p, n);
        return;
    }
    d->bytes += n;
    if (d->bytes > ALONE_BYTES && !d->helped)
        d->helped = pthread_create(&d->helper, NULL, help, d) == 0;
    if (d->bytes <= ALONE_BYTES || !d->helped) {
        pm_sha256_add(&d->sha, p, n);
        return;
    }
    pthread_mutex_lock(&d->lock);
    d->p = p;
    d->n = n;
    pthread_cond_signal(&d->changed);
    pthread_mutex_unlock(&d->lock);
}

void digest_wait(struct digest *d) {
    if (!d->helped) return;
    pthread_mutex_lock(&d->lock);
    while (d->p) pthread_cond_wait(&d->changed, &d->lock);
    pthread_mutex_unlock(&d->lock);
}

struct pm_str digest_end(struct digest *d, uint64_t told, struct pm_arena *a) {
    static const char hex[] = "0123456789abcdef";
    unsigned char sum[PM_SHA256_BYTES];
    char text[2 * sizeof sum];
    pm_sha256_end(&d->sha, sum);
    for (size_t i = 0; i < sizeof sum; i++) {
        text[2 * i] = hex[sum[i] >> 4];
        text[2 * i + 1] = hex[sum[i] & 15];
    }
    struct pm_str digits = {text, sizeof text};
    if (d->of == DIGEST_OF_ALL || !d->bytes) return pm_arena_join(a, PM_STR("sha256:"), digits);
    return pm_arena_fmt(a, "samples:%.*s-%llu-%llx", PM_FMT(digits), (unsigned long long)d->bytes,
                        (unsigned long long)told);
}
