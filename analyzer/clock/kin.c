// Nodes by coincidence. See kin.h.
//
// A fact votes only where all tellings of it near its time are one node's: in a rollout
// many nodes pull the same image in the same second, and then only stamps finer than that
// tell them apart. Two votes at least, and four fifths of them for one node, which has no
// other log of the same program at that time; who has most votes chooses first. Else the
// member stays without.
#include "clock/kin.h"
#include "clock/name.h"
#include "clock/node.h"
#include <stdlib.h>

#define NEAR_LOG_NS (PM_NS_PER_S / 4)       // kubelet and runtime tell an end within milliseconds
#define NEAR_EVENT_NS (3 * PM_NS_PER_S / 2) // events are dated by the second
#define LOOKED_MAX 256
#define SLOTS (1u << 16)
#define NAMES_MAX (SLOTS / 4)

struct telling {
    uint64_t key;
    int64_t ns;
    uint32_t node; // id in `names`
    bool event;
};
struct kin {
    struct telling *tellings;
    size_t n, cap;
    struct pm_str *names; // by id; 0 is nobody
    uint32_t *hashes;
    size_t names_n, names_cap, hashes_cap;
    uint16_t *slots; // name id by hash, open addressing
};

static uint32_t name_of(struct kin *k, uint32_t hash) {
    uint32_t at = hash;
    while (hash && k->slots[at % SLOTS] && k->hashes[k->slots[at % SLOTS]] != hash) at++;
    return hash ? k->slots[at % SLOTS] : 0;
}

static void learn_name(struct kin *k, struct pm_str name) {
    uint32_t hash = pm_clock_node_hash(name);
    if (!name.n || name_of(k, hash) || k->names_n >= NAMES_MAX) return;
    uint32_t at = hash;
    while (k->slots[at % SLOTS]) at++;
    k->slots[at % SLOTS] = (uint16_t)k->names_n;
    size_t hashes_n = k->names_n;
    *PM_PUSH(k->names, k->names_n, k->names_cap) = name;
    *PM_PUSH(k->hashes, hashes_n, k->hashes_cap) = hash;
}

static int64_t utc_of(struct pm_clock_member *m, const struct pm_clock_mark *mark) {
    enum pm_quality q;
    return pm_clock_fix_stamp(&m->clock, (enum pm_when_kind)mark->kind, mark->ns, &q);
}

static void gather(struct kin *k, struct pm_clock_member *m) {
    bool events = m->component == PM_COMP_EVENTS;
    if (!events && (!m->node.n || !pm_node_side(m->component))) return;
    for (size_t i = 0; i < m->evidence->marks_n; i++) {
        const struct pm_clock_mark *mark = &m->evidence->marks[i];
        uint32_t node = name_of(k, events ? mark->node : pm_clock_node_hash(m->node));
        int64_t ns = node ? utc_of(m, mark) : PM_NO_TIME;
        if (ns != PM_NO_TIME)
            *PM_PUSH(k->tellings, k->n, k->cap) = (struct telling){mark->key, ns, node, events};
    }
}

static int by_key_then_time(const void *a, const void *b) {
    const struct telling *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    if (x->ns != y->ns) return x->ns < y->ns ? -1 : 1;
    return x->node < y->node ? -1 : x->node > y->node;
}

static size_t tellings_from(const struct kin *k, uint64_t key, int64_t ns) {
    size_t lo = 0, hi = k->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (k->tellings[mid].key < key || (k->tellings[mid].key == key && k->tellings[mid].ns < ns))
            lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

// The one node that tells this fact at this time; 0 where none or several do.
static uint32_t teller_of(const struct kin *k, uint64_t key, int64_t ns, bool event) {
    const int64_t near = event ? NEAR_EVENT_NS : NEAR_LOG_NS;
    uint32_t one = 0;
    size_t looked = 0;
    for (size_t i = tellings_from(k, key, ns - near);
         i < k->n && k->tellings[i].key == key && k->tellings[i].ns <= ns + near; i++) {
        if (k->tellings[i].event != event) continue;
        if ((one && k->tellings[i].node != one) || ++looked > LOOKED_MAX) return 0;
        one = k->tellings[i].node;
    }
    return one;
}

static uint32_t kin_of(const struct kin *k, struct pm_clock_member *m, struct pm_str *name) {
    uint32_t *votes = calloc(k->names_n, sizeof *votes), all = 0, best = 0;
    if (!votes) pm_die_oom();
    for (size_t i = 0; i < m->evidence->marks_n; i++) {
        const struct pm_clock_mark *mark = &m->evidence->marks[i];
        int64_t ns = utc_of(m, mark);
        if (ns == PM_NO_TIME) continue;
        uint32_t node = teller_of(k, mark->key, ns, false);
        if (!node) node = teller_of(k, mark->key, ns, true);
        if (!node) continue;
        all++;
        if (++votes[node] > votes[best] || !best) best = node;
    }
    uint32_t most = votes[best];
    free(votes);
    if (!best || most < 2 || most * UINT64_C(5) < all * UINT64_C(4)) return 0;
    *name = k->names[best];
    return most;
}

static struct pm_clock_range span_of(struct pm_clock_member *m) {
    struct pm_clock_range r = {INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < m->evidence->marks_n; i++) {
        int64_t ns = utc_of(m, &m->evidence->marks[i]);
        if (ns == PM_NO_TIME) continue;
        if (ns < r.min) r.min = ns;
        if (ns > r.max) r.max = ns;
    }
    return r;
}

static bool taken(struct pm_clock_member *m, size_t n, struct pm_clock_member *who,
                  struct pm_str node) {
    struct pm_clock_range own = span_of(who);
    for (size_t i = 0; i < n; i++) {
        if (&m[i] == who || m[i].component != who->component ||
            pm_clock_node_hash(m[i].node) != pm_clock_node_hash(node))
            continue;
        struct pm_clock_range r = span_of(&m[i]);
        if (r.min <= own.max && own.min <= r.max) return true;
    }
    return false;
}

static bool nameless(const struct pm_clock_member *m) {
    return !m->node.n && m->component >= PM_COMP_KUBELET && m->component <= PM_COMP_CRIO &&
           m->evidence->marks_n >= 2;
}

struct claim {
    struct pm_clock_member *m;
    struct pm_str node;
    uint32_t votes;
};
static int most_votes(const void *a, const void *b) {
    const struct claim *x = a, *y = b;
    return x->votes != y->votes ? (x->votes > y->votes ? -1 : 1)
                                : pm_str_cmp(x->m->path, y->m->path);
}

// Kubelets are named by events first; runtimes then by their kubelets, too.
static void round_of(struct kin *k, struct pm_clock_member *m, size_t n) {
    k->n = 0;
    for (size_t i = 0; i < n; i++) gather(k, &m[i]);
    if (k->n > 1) qsort(k->tellings, k->n, sizeof *k->tellings, by_key_then_time);
    struct claim *claims = pm_xmalloc((n + 1) * sizeof *claims);
    size_t claims_n = 0;
    for (size_t i = 0; i < n && k->n; i++) {
        struct claim c = {.m = &m[i]};
        if (nameless(&m[i]) && (c.votes = kin_of(k, &m[i], &c.node))) claims[claims_n++] = c;
    }
    if (claims_n > 1) qsort(claims, claims_n, sizeof *claims, most_votes);
    for (size_t i = 0; i < claims_n; i++)
        if (!taken(m, n, claims[i].m, claims[i].node)) claims[i].m->node = claims[i].node;
    free(claims);
}

void pm_kin_resolve(struct pm_clock_member *m, size_t n, struct pm_intern *cluster) {
    bool any = false;
    for (size_t i = 0; i < n; i++) any |= nameless(&m[i]);
    if (!any) return;
    struct kin k = {.slots = calloc(SLOTS, sizeof(uint16_t))};
    if (!k.slots) pm_die_oom();
    size_t hashes_n = 0;
    *PM_PUSH(k.names, k.names_n, k.names_cap) = PM_NONE;
    *PM_PUSH(k.hashes, hashes_n, k.hashes_cap) = 0;
    for (uint32_t i = 0; i < pm_intern_count(cluster); i++)
        learn_name(&k, pm_intern_str(cluster, i));
    for (size_t i = 0; i < n; i++)
        if (pm_node_side(m[i].component)) learn_name(&k, m[i].node);
    round_of(&k, m, n);
    round_of(&k, m, n);
    free(k.tellings);
    free(k.names);
    free(k.hashes);
    free(k.slots);
}
