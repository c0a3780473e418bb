// SHA-256 and HMAC over it. Written here because it is a page, and the libraries that
// have it would each be one more that a build needs; held against the published vectors
// in tests/unit/test_redact.c. Secrets are short and few, so that speed does not matter.
#include "base/mac.h"
#include <string.h>

static const uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t right(uint32_t x, int n) { return x >> n | x << (32 - n); }

static void take_block(struct pm_sha256 *s) {
    uint32_t w[64], v[8];
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)s->block[4 * i] << 24 | (uint32_t)s->block[4 * i + 1] << 16 |
               (uint32_t)s->block[4 * i + 2] << 8 | s->block[4 * i + 3];
    for (int i = 16; i < 64; i++) {
        uint32_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + (right(a, 7) ^ right(a, 18) ^ a >> 3) + w[i - 7] +
               (right(b, 17) ^ right(b, 19) ^ b >> 10);
    }
    memcpy(v, s->h, sizeof v);
    for (int i = 0; i < 64; i++) {
        uint32_t one = v[7] + (right(v[4], 6) ^ right(v[4], 11) ^ right(v[4], 25)) +
                       ((v[4] & v[5]) ^ (~v[4] & v[6])) + K[i] + w[i];
        uint32_t two = (right(v[0], 2) ^ right(v[0], 13) ^ right(v[0], 22)) +
                       ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += one;
        v[0] = one + two;
    }
    for (int i = 0; i < 8; i++) s->h[i] += v[i];
}

void pm_sha256_init(struct pm_sha256 *s) {
    static const uint32_t first[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    memcpy(s->h, first, sizeof first);
    s->bytes = 0;
}

void pm_sha256_add(struct pm_sha256 *s, const void *p, size_t n) {
    const unsigned char *bytes = p;
    for (size_t i = 0; i < n; i++) {
        s->block[s->bytes++ % PM_SHA256_BLOCK] = bytes[i];
        if (s->bytes % PM_SHA256_BLOCK == 0) take_block(s);
    }
}

void pm_sha256_end(struct pm_sha256 *s, unsigned char out[PM_SHA256_BYTES]) {
    static const unsigned char pad[PM_SHA256_BLOCK] = {0x80};
    unsigned char length[8];
    for (int i = 0; i < 8; i++) length[i] = (unsigned char)(s->bytes * 8 >> (56 - 8 * i));
    size_t used = s->bytes % PM_SHA256_BLOCK;
    pm_sha256_add(s, pad, used < 56 ? 56 - used : 120 - used);
    pm_sha256_add(s, length, sizeof length);
    for (int i = 0; i < 32; i++) out[i] = (unsigned char)(s->h[i / 4] >> (24 - 8 * (i % 4)));
}

void pm_mac_key_set(struct pm_mac_key *k, const void *key, size_t n) {
    unsigned char block[PM_SHA256_BLOCK] = {0};
    pm_sha256_init(&k->inner);
    if (n > sizeof block) {
        pm_sha256_add(&k->inner, key, n);
        pm_sha256_end(&k->inner, block);
    } else if (n) memcpy(block, key, n);
    struct pm_sha256 *const sides[] = {&k->inner, &k->outer};
    static const unsigned char pads[] = {0x36, 0x5c};
    for (int side = 0; side < 2; side++) {
        unsigned char padded[PM_SHA256_BLOCK];
        for (size_t i = 0; i < sizeof block; i++) padded[i] = block[i] ^ pads[side];
        pm_sha256_init(sides[side]);
        pm_sha256_add(sides[side], padded, sizeof padded);
    }
}

void pm_mac(const struct pm_mac_key *k, const void *p, size_t n,
            unsigned char out[PM_SHA256_BYTES]) {
    struct pm_sha256 inner = k->inner, outer = k->outer;
    pm_sha256_add(&inner, p, n);
    pm_sha256_end(&inner, out);
    pm_sha256_add(&outer, out, PM_SHA256_BYTES);
    pm_sha256_end(&outer, out);
}
