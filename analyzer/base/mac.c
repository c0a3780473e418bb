// By Nettle, which libarchive brings along on Debian: it has the processor's own instructions
// where there are any. Held against the published vectors in tests/unit/test_redact.c.
#include "base/mac.h"

void pm_sha256_init(struct pm_sha256 *s) { sha256_init(&s->context); }
void pm_sha256_add(struct pm_sha256 *s, const void *p, size_t n) {
    sha256_update(&s->context, n, p);
}
void pm_sha256_end(struct pm_sha256 *s, unsigned char out[PM_SHA256_BYTES]) {
    sha256_digest(&s->context, PM_SHA256_BYTES, out);
}

void pm_mac_key_set(struct pm_mac_key *k, const void *key, size_t n) {
    hmac_sha256_set_key(&k->context, n, key);
}
void pm_mac(const struct pm_mac_key *k, const void *p, size_t n,
            unsigned char out[PM_SHA256_BYTES]) {
    struct hmac_sha256_ctx context = k->context;
    hmac_sha256_update(&context, n, p);
    hmac_sha256_digest(&context, PM_SHA256_BYTES, out);
}
