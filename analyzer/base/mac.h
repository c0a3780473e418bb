// SHA-256 and HMAC over it: digests of what was read, and tags of secrets that tell nothing
// to who has not the key. Level 0.
#pragma once
#include <nettle/hmac.h>
#include <nettle/sha2.h>
#include <stddef.h>

enum { PM_SHA256_BYTES = SHA256_DIGEST_SIZE };
struct pm_sha256 {
    struct sha256_ctx context;
};
void pm_sha256_init(struct pm_sha256 *s);
void pm_sha256_add(struct pm_sha256 *s, const void *p, size_t n);
void pm_sha256_end(struct pm_sha256 *s, unsigned char out[PM_SHA256_BYTES]);

struct pm_mac_key { // both hashes with the key taken in, so that each message costs what it holds
    struct hmac_sha256_ctx context;
};
void pm_mac_key_set(struct pm_mac_key *k, const void *key, size_t n);
void pm_mac(const struct pm_mac_key *k, const void *p, size_t n,
            unsigned char out[PM_SHA256_BYTES]);
