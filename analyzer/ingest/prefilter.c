// The block prefilter: which lines of a sparse log (kubelet, containerd, dockerd, CRI-O, a journal of them) can matter at all.
//
// A literal scan at memory speed, after Teddy (Hyperscan; BurntSushi's aho-corasick): three consecutive bytes of each literal, its fingerprint, are
// looked up by nibble in eight buckets at once; what survives is compared whole. Unlike Teddy the fingerprint may lie anywhere in the literal: literals
// are dealt to buckets where fingerprint and bucket give the fewest false candidates on log text, which the table `usual` samples.
// All variants give the same answer; the scalar one is the definition.
//
// Not handled here, on purpose: case folding (literals leave out the letter that varies) and regular expressions. A line that is let through
// costs a microsecond, a line that is refused wrongly is lost: when in doubt a literal goes in.
#include "ingest/prefilter.h"
#include <pthread.h>
#if defined(__x86_64__) || defined(__i386__)
#define X86 1
#include <immintrin.h>
#else
#define X86 0
#endif

const char *const pm_prefilter_literals[] = {
    // Pulls, images, and what is said about them. "Pull" and "pull" rather than "ull": "successfully" stands in one line of seven.
    "pull",
    "Pull",
    "mage",
    "ErrImage",
    "anifest",
    "Solve returned",
    "egistry",
    "/v2/",
    "docker.io",
    "trying next",
    "etch failed",
    "mirror",
    "rying to access",
    "ownload",
    "unpack",
    "apply failure",
    "register layer",
    "xtract layer",
    "verification failed",
    "size validation",
    "commit digest",
    "ocker-credential",
    // Refusals. " 429" with its blank: three digits alone are in every hundredth time stamp.
    " 429",
    "oo Many Req",
    "oomany",
    "TOOMANY",
    "ate exceeded",
    "uota exceeded",
    "ate limit",
    "nauthorized",
    "denied: ",
    // Credentials: provider plugins, the cloud helpers' metadata. Not "secret": volume mounts say it all day; pull secrets say "pull" or "mage" too.
    "redential",
    "ockercfg",
    "ockerconfig",
    // Disk, garbage collection, eviction.
    "isk",
    "no space",
    "ead-only file",
    "output error",
    "I/O error",
    "arbage",
    "vict",
    "NodeHas",
    // A runtime that starts, stops or is away. Not "Started": a scope per exec stands in journals.
    "Unavailable",
    "containerd.sock",
    "docker.sock",
    "dockerd.sock",
    "dockershim.sock",
    "crio.sock",
    "ocker daemon",
    "ontainer runtime",
    "ontainer Runtime",
    "PLEG is not",
    "ing kubelet",
    "ed kubelet",
    "Kubelet",
    "ing containerd",
    "containerd successfully",
    "Starting up",
    "listen on",
    "aemon has",
    "aemon shut",
    "ing signal",
    "top CRI",
    "CRI-O",
    "Application Container",
    "containerd.service",
    "docker.service",
    "kubelet.service",
    "crio.service",
    // Clock and node anchors.
    "Log file created",
    "Running on machine",
    "ogs begin",
    "ournal begins",
    "-- Boot",
    "-- Reboot",
    "ime has been",
    "register node",
    "op DELETE",  // SyncLoop DELETE: a pod that is gone waits no longer
    "op (DELETE", // … as kubelets before 1.22 say it
    "registered node",
    "ostname-override",
    NULL,
};

// What sparse logs are made of, to weigh fingerprints: our own lines in the programs' wording, the uninteresting ones.
static const char usual[] =
    "I0102 03:04:05.678901    2711 reconciler_common.go:251] \"operationExecutor.MountVolume started for volume \\\"kube-api-access-x2x9k\\\" (UniqueName: "
    "\\\"kubernetes.io/projected/1f0c2a5e-7b7d-4b39-9c53-0d6c7e8f9a1b-kube-api-access-x2x9k\\\") pod \\\"cart-6d9f8c7b4-x2x9k\\\" (UID: "
    "\\\"1f0c2a5e-7b7d-4b39-9c53-0d6c7e8f9a1b\\\") \" pod=\"shop/cart-6d9f8c7b4-x2x9k\"\n"
    "I0102 03:04:06.123456    2711 kubelet.go:2461] \"SyncLoop (PLEG): event for pod\" pod=\"shop/cart-0\" "
    "event={\"ID\":\"5b1c\",\"Type\":\"ContainerStarted\",\"Data\":\"9f8e7d6c\"}\n"
    "I0102 03:04:07.000417    2711 prober.go:107] \"Probe failed\" probeType=\"Readiness\" pod=\"shop/web-7c5ddbdf54-8kq2m\" podUID=\"0a4f\" "
    "containerName=\"web\" "
    "probeResult=\"failure\" output=\"Get \\\"http://10.1.2.3:8080/ready\\\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)\"\n"
    "time=\"2024-01-02T03:04:05.678901234Z\" level=info msg=\"shim disconnected\" id=5d41402abc4b2a76b9719d911017c592ae2f10c8d1f3e7b6a5c4d3e2f1a0b9c8 "
    "namespace=k8s.io\n"
    "time=\"2024-01-02T03:04:06.111222333Z\" level=info msg=\"CreateContainer within sandbox \\\"7215ee9c7d9dc229d2921a40e899ec5f\\\" for container "
    "&ContainerMetadata{Name:web,Attempt:0,}\"\n"
    "Jan 02 03:04:05 node-1 kubelet[2711]: E0102 03:04:05.700001    2711 pod_workers.go:1298] \"Error syncing pod, skipping\" err=\"failed to "
    "\\\"StartContainer\\\" for "
    "\\\"web\\\" with CrashLoopBackOff: \\\"back-off 5m0s restarting failed container=web\\\"\" successfully handled volume secret configmap\n";

#define BUCKETS 8
#define PRINT 3 // bytes of a fingerprint
#define PER_BUCKET 32
struct literal {
    const char *p;
    uint8_t n, print_at; // where in it the fingerprint stands
    uint32_t print;      // the fingerprint itself: nibbles of several literals pass for it, their bytes do not
};
static struct teddy {
    uint8_t lo[PRINT][16], hi[PRINT][16]; // nibble → buckets whose fingerprints have it in that place
    uint8_t byte[PRINT][256];             // lo & hi of both nibbles: the scalar variant's table
    struct literal literal[BUCKETS][PER_BUCKET];
    uint8_t literals[BUCKETS];
} teddy;

// How often, per mille squared, the bucket's nibble sets pass a byte of usual text in place j, with `add` added (add < 0: as it is).
static uint32_t place_mass(const uint32_t freq[256], int bucket, int j, int add) {
    uint32_t mass = 0;
    for (int hi = 0; hi < 16; hi++) {
        if (!(teddy.hi[j][hi] >> bucket & 1) && !(add >= 0 && add >> 4 == hi)) continue;
        for (int lo = 0; lo < 16; lo++)
            if ((teddy.lo[j][lo] >> bucket & 1) || (add >= 0 && (add & 15) == lo)) mass += freq[hi << 4 | lo];
    }
    return mass;
}

static double bucket_mass(const uint32_t freq[256], int bucket, const char *print) {
    double mass = 1;
    for (int j = 0; j < PRINT; j++) mass *= place_mass(freq, bucket, j, print ? (uint8_t)print[j] : -1) / (double)(sizeof usual - 1);
    return mass;
}

static uint32_t print_of(const char *p) { return (uint32_t)(uint8_t)p[0] | (uint32_t)(uint8_t)p[1] << 8 | (uint32_t)(uint8_t)p[2] << 16; }

static void deal(const uint32_t freq[256], const char *text) {
    size_t n = strlen(text);
    double best = 1e9;
    int best_bucket = 0;
    size_t best_at = 0;
    for (int b = 0; b < BUCKETS; b++) {
        if (teddy.literals[b] == PER_BUCKET) continue;
        double before = teddy.literals[b] ? bucket_mass(freq, b, NULL) : 0;
        for (size_t at = 0; at + PRINT <= n; at++) {
            double cost = bucket_mass(freq, b, text + at) - before;
            if (cost < best) best = cost, best_bucket = b, best_at = at;
        }
    }
    for (int j = 0; j < PRINT; j++) {
        uint8_t c = (uint8_t)text[best_at + (size_t)j];
        teddy.lo[j][c & 15] |= (uint8_t)(1u << best_bucket);
        teddy.hi[j][c >> 4] |= (uint8_t)(1u << best_bucket);
    }
    teddy.literal[best_bucket][teddy.literals[best_bucket]++] = (struct literal){text, (uint8_t)n, (uint8_t)best_at, print_of(text + best_at)};
}

static bool bucket_holds(int bucket, const char *begin, const char *at, const char *end) {
    uint32_t print = print_of(at);
    for (int i = 0; i < teddy.literals[bucket]; i++) {
        const struct literal *l = &teddy.literal[bucket][i];
        if (print != l->print || at - begin < l->print_at || end - at < l->n - l->print_at) continue;
        if (memcmp(at - l->print_at, l->p, l->n) == 0) return true;
    }
    return false;
}

static bool any_bucket_holds(unsigned buckets, const char *begin, const char *at, const char *end) {
    for (; buckets; buckets &= buckets - 1)
        if (bucket_holds(__builtin_ctz(buckets), begin, at, end)) return true;
    return false;
}

// Each returns the place of the first fingerprint at or after `at` whose literal is there in [begin, end), or NULL.
static const char *find_scalar(const char *begin, const char *at, const char *end) {
    for (; end - at >= PRINT; at++) {
        const uint8_t *u = (const uint8_t *)at;
        unsigned buckets = teddy.byte[0][u[0]] & teddy.byte[1][u[1]] & teddy.byte[2][u[2]];
        if (buckets && any_bucket_holds(buckets, begin, at, end)) return at;
    }
    return NULL;
}

static uint64_t count_scalar(const char *p, const char *end) {
    uint64_t n = 0;
    for (; p < end; p++) n += *p == '\n';
    return n;
}

#if X86
// The 16 or 32 bucket bytes are in `buckets`, `mask` says which are not zero.
static const char *verify(const uint8_t *buckets, unsigned mask, const char *begin, const char *at, const char *end) {
    for (; mask; mask &= mask - 1) {
        int i = __builtin_ctz(mask);
        if (any_bucket_holds(buckets[i], begin, at + i, end)) return at + i;
    }
    return NULL;
}

__attribute__((target("ssse3"))) static const char *find_ssse3(const char *begin, const char *at, const char *end) {
    __m128i lo[PRINT], hi[PRINT], low4 = _mm_set1_epi8(15), zero = _mm_setzero_si128();
    for (int j = 0; j < PRINT; j++) lo[j] = _mm_loadu_si128((const void *)teddy.lo[j]), hi[j] = _mm_loadu_si128((const void *)teddy.hi[j]);
    for (; end - at >= 16 + PRINT - 1; at += 16) {
        __m128i r = _mm_set1_epi8(-1);
        for (int j = 0; j < PRINT; j++) {
            __m128i v = _mm_loadu_si128((const void *)(at + j));
            __m128i l = _mm_shuffle_epi8(lo[j], _mm_and_si128(v, low4)), h = _mm_shuffle_epi8(hi[j], _mm_and_si128(_mm_srli_epi16(v, 4), low4));
            r = _mm_and_si128(r, _mm_and_si128(l, h));
        }
        unsigned mask = 0xffffu & ~(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(r, zero));
        if (!mask) continue;
        uint8_t buckets[16];
        _mm_storeu_si128((void *)buckets, r);
        const char *hit = verify(buckets, mask, begin, at, end);
        if (hit) return hit;
    }
    return find_scalar(begin, at, end);
}

__attribute__((target("avx2"))) static const char *find_avx2(const char *begin, const char *at, const char *end) {
    __m256i lo[PRINT], hi[PRINT], low4 = _mm256_set1_epi8(15), zero = _mm256_setzero_si256();
    for (int j = 0; j < PRINT; j++) {
        lo[j] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)teddy.lo[j]));
        hi[j] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)teddy.hi[j]));
    }
    for (; end - at >= 32 + PRINT - 1; at += 32) {
        __m256i r = _mm256_set1_epi8(-1);
        for (int j = 0; j < PRINT; j++) {
            __m256i v = _mm256_loadu_si256((const void *)(at + j));
            __m256i l = _mm256_shuffle_epi8(lo[j], _mm256_and_si256(v, low4)), h = _mm256_shuffle_epi8(hi[j], _mm256_and_si256(_mm256_srli_epi16(v, 4), low4));
            r = _mm256_and_si256(r, _mm256_and_si256(l, h));
        }
        unsigned mask = ~(unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(r, zero));
        if (!mask) continue;
        uint8_t buckets[32];
        _mm256_storeu_si256((void *)buckets, r);
        const char *hit = verify(buckets, mask, begin, at, end);
        if (hit) return hit;
    }
    return find_scalar(begin, at, end);
}

__attribute__((target("avx2"))) static uint64_t count_avx2(const char *p, const char *end) {
    const __m256i newline = _mm256_set1_epi8('\n');
    __m256i total = _mm256_setzero_si256();
    while (end - p >= 32) {
        __m256i sum = _mm256_setzero_si256(); // bytes; 255 rounds fit
        for (int round = 0; round < 255 && end - p >= 32; round++, p += 32)
            sum = _mm256_sub_epi8(sum, _mm256_cmpeq_epi8(_mm256_loadu_si256((const void *)p), newline));
        total = _mm256_add_epi64(total, _mm256_sad_epu8(sum, _mm256_setzero_si256()));
    }
    uint64_t part[4];
    _mm256_storeu_si256((void *)part, total);
    return part[0] + part[1] + part[2] + part[3] + count_scalar(p, end);
}
#endif

static const char *(*find)(const char *, const char *, const char *) = find_scalar;
static uint64_t (*count)(const char *, const char *) = count_scalar;

static bool use(enum pm_prefilter_isa isa) {
#if X86
    bool avx2 = __builtin_cpu_supports("avx2"), ssse3 = __builtin_cpu_supports("ssse3");
    if (isa == PM_PREFILTER_BEST) isa = avx2 ? PM_PREFILTER_AVX2 : ssse3 ? PM_PREFILTER_SSSE3 : PM_PREFILTER_SCALAR;
    if ((isa == PM_PREFILTER_AVX2 && !avx2) || (isa == PM_PREFILTER_SSSE3 && !ssse3)) return false;
    find = isa == PM_PREFILTER_AVX2 ? find_avx2 : isa == PM_PREFILTER_SSSE3 ? find_ssse3 : find_scalar;
    count = isa == PM_PREFILTER_AVX2 ? count_avx2 : count_scalar;
    return true;
#else
    return isa == PM_PREFILTER_SCALAR || isa == PM_PREFILTER_BEST;
#endif
}

static void build(void) {
    uint32_t freq[256] = {0};
    for (size_t i = 0; i + 1 < sizeof usual; i++) freq[(uint8_t)usual[i]]++;
    for (int c = 0; c < 256; c++) freq[c]++; // nothing is impossible
    for (size_t i = 0; pm_prefilter_literals[i]; i++) deal(freq, pm_prefilter_literals[i]);
    for (int j = 0; j < PRINT; j++)
        for (int c = 0; c < 256; c++) teddy.byte[j][c] = teddy.lo[j][c & 15] & teddy.hi[j][c >> 4];
    use(PM_PREFILTER_BEST);
}

static pthread_once_t built = PTHREAD_ONCE_INIT;

bool pm_prefilter_use(enum pm_prefilter_isa isa) {
    pthread_once(&built, build);
    return use(isa);
}

const char *pm_prefilter_next(const char *p, const char *end, uint64_t *newlines) {
    pthread_once(&built, build);
    const char *hit = find(p, p, end);
    const char *line = hit ? hit : end;
    while (hit && line > p && line[-1] != '\n') line--;
    *newlines += count(p, line);
    return line;
}

uint64_t pm_newlines_count(const char *p, const char *end) {
    pthread_once(&built, build);
    return count(p, end);
}
