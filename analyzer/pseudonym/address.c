// Addresses keep their class and their networks: two that share a prefix share one of that
// length afterwards, and their order stays. Nothing else of them does.
//
// A tree over the bits of all addresses: where both bits occur both stay what they are,
// where only one occurs it becomes 0 (and 1 in the last place, so that a host is not
// called like its network). What comes after the tree was settled takes what is left.
// Decided against a keyed permutation: without a key it could be undone by anybody.
#include "pseudonym/pseudonym.h"
#include <arpa/inet.h>
#include <stdlib.h>

struct branch {
    uint32_t child[2]; // 0: nothing was there
    bool flips, settled;
};
struct tree {
    struct branch *items;
    size_t n, cap;
};
struct addresses {
    struct tree four, six;
    bool octet_seen[256];
    unsigned char octet_shown[256]; // first ones of public addresses; 0: not yet
};

static void tree_begin(struct tree *t) {
    (void)PM_PUSH(t->items, t->n, t->cap); // 0 is nobody's child
    (void)PM_PUSH(t->items, t->n, t->cap); // the root
}
struct addresses *addresses_new(void) {
    struct addresses *a = pm_xmalloc(sizeof *a);
    memset(a, 0, sizeof *a);
    tree_begin(&a->four);
    tree_begin(&a->six);
    return a;
}
void addresses_free(struct addresses *a) {
    free(a->four.items);
    free(a->six.items);
    free(a);
}

bool address_read(struct pm_str word, struct address *out) {
    char text[48];
    if (word.n < 2 || word.n >= sizeof text) return false;
    memcpy(text, word.p, word.n);
    text[word.n] = 0;
    out->six = strchr(text, ':') != NULL;
    out->bits = out->six ? 128 : 32;
    memset(out->bytes, 0, sizeof out->bytes);
    return inet_pton(out->six ? AF_INET6 : AF_INET, text, out->bytes) == 1;
}

static const struct category {
    unsigned char first[2];
    unsigned bits, kept; // the addresses that begin so; how many bits tell nothing of a network
} classes[] = {
    {{0, 0}, 8, 32},      {{127, 0}, 8, 32},   {{10, 0}, 8, 8},      {{172, 16}, 12, 12},
    {{192, 168}, 16, 16}, {{100, 64}, 10, 10}, {{169, 254}, 16, 32}, {{224, 0}, 3, 32},
};
static const unsigned char everybodys[][4] = {{8, 8, 8, 8}, {8, 8, 4, 4}, {1, 1, 1, 1},
                                              {1, 0, 0, 1}, {9, 9, 9, 9}, {168, 63, 129, 16}};

static bool begins(const unsigned char *a, const unsigned char *prefix, unsigned bits) {
    unsigned x = (unsigned)(a[0] << 8 | a[1]), y = (unsigned)(prefix[0] << 8 | prefix[1]);
    return (x ^ y) >> (16 - bits) == 0;
}
// How many bits stay; 0 where even the first number is another's network.
static unsigned bits_kept(const struct address *a) {
    static const unsigned char zeros[15] = {0};
    if (a->six) {
        if (memcmp(a->bytes, zeros, 15) == 0) return 128; // :: and ::1
        if (a->bytes[0] == 0xfe) return 10;
        return (a->bytes[0] & 0xfe) == 0xfc ? 8 : 3;
    }
    for (size_t i = 0; i < PM_LEN(everybodys); i++)
        if (memcmp(a->bytes, everybodys[i], 4) == 0) return 32;
    for (size_t i = 0; i < PM_LEN(classes); i++)
        if (begins(a->bytes, classes[i].first, classes[i].bits)) return classes[i].kept;
    return 0;
}

static bool bit_of(const unsigned char *bytes, unsigned i) {
    return bytes[i / 8] >> (7 - i % 8) & 1;
}
static void bit_flip(unsigned char *bytes, unsigned i) {
    bytes[i / 8] ^= (unsigned char)(1u << (7 - i % 8));
}

void addresses_add(struct addresses *all, const struct address *a) {
    struct tree *t = a->six ? &all->six : &all->four;
    size_t at = 1;
    if (!a->six && bits_kept(a) == 0) all->octet_seen[a->bytes[0]] = true;
    for (unsigned i = 0; i < a->bits; i++) {
        bool bit = bit_of(a->bytes, i);
        if (!t->items[at].child[bit]) {
            (void)PM_PUSH(t->items, t->n, t->cap);
            t->items[at].child[bit] = (uint32_t)(t->n - 1);
        }
        at = t->items[at].child[bit];
    }
}

static void tree_settle(struct tree *t, size_t at, unsigned depth, unsigned bits) {
    struct branch *b = &t->items[at];
    bool zero = b->child[0] != 0, one = b->child[1] != 0, last = depth + 1 == bits;
    if (!b->settled && zero != one) b->flips = last ? zero : one;
    b->settled = zero || one;
    for (int i = 0; i < 2; i++)
        if (b->child[i]) tree_settle(t, b->child[i], depth + 1, bits);
}
static bool octet_is_public(unsigned octet) {
    const struct address a = {.bytes = {(unsigned char)octet, 1, 1}, .bits = 32};
    return octet > 0 && octet != 172 && octet != 192 && octet != 100 && octet != 169 &&
           bits_kept(&a) == 0;
}
// Public first numbers in order from 20 on, so that no well-known network is named.
static void octets_settle(struct addresses *all) {
    bool taken[256] = {false};
    for (unsigned i = 0; i < 256; i++) taken[all->octet_shown[i]] = true;
    unsigned next = 20;
    for (unsigned i = 0; i < 256; i++) {
        if (!all->octet_seen[i] || all->octet_shown[i]) continue;
        for (unsigned tries = 0; tries < 256 && (taken[next] || !octet_is_public(next)); tries++)
            next = next == 255 ? 1 : next + 1;
        all->octet_shown[i] = (unsigned char)next;
        taken[next] = true;
    }
}
void addresses_settle(struct addresses *all) {
    tree_settle(&all->four, 1, 0, 32);
    tree_settle(&all->six, 1, 0, 128);
    octets_settle(all);
}

void address_shown(const struct addresses *all, const struct address *a, struct pm_buf *out) {
    struct address shown = *a;
    const struct tree *t = a->six ? &all->six : &all->four;
    unsigned kept = bits_kept(a);
    size_t at = 1;
    char text[INET6_ADDRSTRLEN];
    for (unsigned i = 0; i < a->bits && at; i++) {
        if (t->items[at].flips && i >= (kept ? kept : 8)) bit_flip(shown.bytes, i);
        at = t->items[at].child[bit_of(a->bytes, i)];
    }
    if (!a->six && kept == 0 && all->octet_shown[a->bytes[0]])
        shown.bytes[0] = all->octet_shown[a->bytes[0]];
    if (inet_ntop(a->six ? AF_INET6 : AF_INET, shown.bytes, text, sizeof text))
        pm_buf_lit(out, text);
}
