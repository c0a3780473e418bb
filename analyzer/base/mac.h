// HMAC-SHA-256 (FIPS 180-4, RFC 2104): tags of secrets that tell nothing to who has not
// the key. Level 0.
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { PM_SHA256_BYTES = 32, PM_SHA256_BLOCK = 64 };
struct pm_sha256 {
    uint32_t h[8];
    uint64_t bytes;
    unsigned char block[PM_SHA256_BLOCK];
};
void pm_sha256_init(struct pm_sha256 *s);
void pm_sha256_add(struct pm_sha256 *s, const void *p, size_t n);
void pm_sha256_end(struct pm_sha256 *s, unsigned char out[PM_SHA256_BYTES]);

struct pm_mac_key { // both hashes with the key taken in, so that each message costs what it holds
    struct pm_sha256 inner, outer;
};
void pm_mac_key_set(struct pm_mac_key *k, const void *key, size_t n);
void pm_mac(const struct pm_mac_key *k, const void *p, size_t n,
            unsigned char out[PM_SHA256_BYTES]);
