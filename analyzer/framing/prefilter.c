// The block prefilter: which lines of a sparse log (a node's, an application's, a journal
// of both) can matter at all.
//
// A literal scan at memory speed, by two methods, as literals are short or long.
//
// Short ones (PRINT to WINDOWS - 1 bytes), of which there are few, after Teddy
// (Hyperscan; BurntSushi's aho-corasick): three consecutive bytes of each, its
// fingerprint, are looked up by nibble in eight buckets at once; what survives is
// compared whole. Unlike Teddy the fingerprint may lie anywhere in the literal: literals
// are dealt to buckets where fingerprint and bucket give the fewest false candidates on
// log text.
//
// Long ones, of which there are many, after Wu and Manber: every fourth byte is the start
// of a window of four bytes, and of seven consecutive bytes of a literal one such window
// sees four, whichever of the four phases it is. The four windows of each literal's
// rarest seven bytes stand in a bitmap, by hash; who passes that is compared whole. Their
// number hardly matters, where more of them in Teddy's buckets would let most text
// through.
//
// What is rare is counted on the table `usual`, several kinds of logs. All variants give
// the same answer; the scalar one is the definition.
//
// Not handled here, on purpose: case folding (literals leave out the letter that varies)
// and regular expressions. A line that is let through costs a microsecond, a line that is
// refused wrongly is lost: when in doubt a literal goes in.
#include "framing/prefilter.h"
#include "pm/parser.h"
#include <pthread.h>
#if defined(__x86_64__) || defined(__i386__)
#define X86 1
#include <immintrin.h>
#else
#define X86 0
#endif

const char *const pm_prefilter_literals[] = {
    // Pulls, images, and what is said about them. "Pull" and "pull" rather than "ull":
    // "successfully" stands in one line of seven.
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
    // Refusals. " 429" with its blank: three digits alone are in every hundredth time
    // stamp.
    " 429",
    "oo Many Req",
    "oomany",
    "TOOMANY",
    "ate exceeded",
    "uota exceeded",
    "ate limit",
    "nauthorized",
    "denied: ",
    // The head of a value that goes on over lines: Ansible's result of a task.
    "FAILED! =>",
    // Credentials: provider plugins, the cloud helpers' metadata. Not "secret": volume
    // mounts say it all day; pull secrets say "pull" or "mage" too.
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
    // A runtime that starts, stops or is away. Not "Started": a scope per exec stands in
    // journals.
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
    // As systemd names units in what it says, not as the journal's own members of each
    // record do: "_SYSTEMD_UNIT":"kubelet.service".
    " containerd.service",
    "containerd.service:",
    " docker.service",
    "docker.service:",
    " kubelet.service",
    "kubelet.service:",
    " crio.service",
    "crio.service:",
    // What parsers hear in free text (parsers/lift/lift_talk.c): refusals, and the places
    // by which a failure is a registry's. No quotes: they may be escaped.
    "latform",
    "scope=repo",
    "ailed to resolve",
    "etch token",
    "auth token",
    "mous token",
    "ization token",
    "earer token",
    "edia type",
    "ocking ref",
    "ontent digest",
    "ected HTTP",
    "ected http",
    "erence format",
    "sing reference",
    "ame unknown",
    "ame_unknown",
    "AME_UNKNOWN",
    "MANIFEST",
    "nknown blob",
    "blob unknown",
    "trust data",
    "requested access",
    "requested resource",
    "not exist or may",
    "since containerd",
    "ing signatures",
    "signature key",
    "talk to a v1 ",
    "name must be ",
    "not resolve to",
    "parsing HTTP",
    "parsing http",
    "schema 1 ",
    "schema version",
    "ountered remote",
    "or empty ",
    "ing source docker",
    "docker.distribution",
    "ttpRead",
    "ttpread",
    "ontent descriptor",
    "rtifact ",
    "verlay mount",
    "epository ",
    "epositories",
    "authentication required",
    " blob",
    "/blobs/",
    "no progress",
    "diff ID",
    "diff id",
    "xtraction snapshot",
    "ation/vnd",
    "roxyconnect",
    "gave HTTP",
    "gave http",
    "unexpected status",
    "erform: ecr",
    "data blocks",
    "commit on ref",
    "hort-name",
    "s or gids",
    "s or GIDs",
    "io.containerd.",
    "ogin attempt",
    "ogging into",
    "ailed to copy",
    "_ping",
    "onnection error",
    "od sandbox",
    "on resource: ",
    " <-- ",
    "from daemon",
    "oad metadata",
    "] FROM ",
    // Behind "error: " and the like, alone.
    "x509",
    "tls: ",
    "dial tcp",
    "read tcp",
    "write tcp",
    "net/http: ",
    "http2: ",
    "stream error",
    ": EOF",
    "xpected EOF",
    "ntext canceled",
    "ntext deadline",
    "Get http",
    " https://",
    // Requests of registries' clients that name neither image nor /v2/.
    "service/token",
    "/token?",
    "/token ",
    "auth/token",
    "jwt/auth",
    "oauth2/",
    "/v2 ",
    "/v2\"",
    "CONNECT ",
    "address info",
    "atelimit",
    // Documents, tables and sections among lines.
    "apiVersion",
    "==> ",
    "==== ",
    "LAST SEEN",
    "RESTARTS",
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

// What sparse logs are made of, to weigh fingerprints: our own lines in the programs'
// wording, the uninteresting ones.
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
    "\\\"web\\\" with CrashLoopBackOff: \\\"back-off 5m0s restarting failed container=web\\\"\" successfully handled volume secret configmap\n"
    // applications: a web framework's, structured ones, an access log, a controller, a
    // database
    "2024-01-02 03:04:05.678  INFO 7 --- [nio-8080-exec-3] c.a.shop.cart.CartController         : added item sku-4711 to cart 9f8e7d6c in 12 ms\n"
    "\tat com.acme.shop.cart.CartService.lambda$add$3(CartService.java:118) [classes/:na]\n"
    "2024-01-02 03:04:06.001 ERROR 7 --- [scheduling-1] o.h.engine.jdbc.spi.SqlExceptionHelper   : could not execute statement, connection is not available, "
    "request timed out after 30000ms.\n"
    "{\"level\":30,\"time\":1704164645678,\"pid\":17,\"hostname\":\"web-5d4f\",\"req\":{\"id\":4711,\"method\":\"GET\",\"url\":\"/api/items/42\","
    "\"remoteAddress\":\"10.2.3.4\"},\"res\":{\"statusCode\":200},\"responseTime\":12,\"msg\":\"request completed\"}\n"
    "{\"log\":\"level=info ts=2024-01-02T03:04:05.678Z caller=main.go:112 component=worker msg=\\\"processed batch\\\" items=12 "
    "took=31ms\\n\",\"stream\":\"stdout\","
    "\"time\":\"2024-01-02T03:04:05.678901234Z\"}\n"
    "2024-01-02T03:04:05.678901234Z stdout F 10.1.2.3 - - [02/Jan/2024:03:04:05 +0000] \"GET /static/main.8f3a.js HTTP/1.1\" 200 48213 "
    "\"https://shop.acme.test/\" \"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36\"\n"
    "2024-01-02T03:04:05.678901234Z stderr F I0102 03:04:05.678901       1 controller.go:214] \"Reconciling object\" controller=\"cart\" "
    "namespace=\"shop\" name=\"cart-x2x9k\" reconcileID=\"1f0c2a5e-7b7d\"\n"
    "2024-01-02T03:04:05.678901234Z stderr F W0102 03:04:05.678901       1 reflector.go:424] k8s.io/client-go/informers/factory.go:150: failed to list "
    "*v1.Service: "
    "the server was unable to return a response in the time allotted\n"
    "2024-01-02 03:04:05.678 UTC [71] LOG:  checkpoint complete: wrote 42 buffers (0.3%); 0 WAL file(s) added, 0 removed; write=4.2 s, sync=0.004 s\n"
    // a journal: short lines, and a record with all its members
    "Jan 02 03:04:05 node-1 systemd[1]: Started libcontainer container 9f8e7d6c5b4a.\n"
    "Jan 02 03:04:05 node-1 kernel: IPv6: ADDRCONF(NETDEV_CHANGE): veth1a2b3c4d: link becomes ready\n"
    "{\"__CURSOR\":\"s=0a;i=1f;b=2c;m=3d;t=4e;x=5f\",\"__REALTIME_TIMESTAMP\":\"1704164645678901\",\"_BOOT_ID\":\"2c\",\"PRIORITY\":\"6\",\"_UID\":\"0\",\"_"
    "SYSTEMD_UNIT\":"
    "\"session-3.scope\",\"_SYSTEMD_CGROUP\":\"/system.slice\",\"_HOSTNAME\":\"node-1\",\"SYSLOG_IDENTIFIER\":\"sshd\",\"_EXE\":\"/usr/sbin/"
    "sshd\",\"_TRANSPORT\":\"syslog\","
    "\"_CAP_EFFECTIVE\":\"1ffffffffff\",\"_MACHINE_ID\":\"7d\",\"_SELINUX_CONTEXT\":\"unconfined\",\"MESSAGE\":\"Accepted publickey for admin from 10.1.2.3 "
    "port 51234 ssh2\"}\n"
    "2024-01-02T03:04:05.678Z [warning] [cluster] member 3 is lagging behind by 12 entries, election timeout 1000ms, raft term 7\n";

#define BUCKETS 8
#define PRINT 3 // bytes of a fingerprint
#define PER_BUCKET 32
struct literal {
    const char *p;
    uint8_t n, print_at; // where in it the fingerprint stands
    uint32_t
        print; // the fingerprint itself: nibbles of several literals pass for it, their bytes do not
};
static struct teddy {
    uint8_t lo[PRINT][16],
        hi[PRINT][16];        // nibble → buckets whose fingerprints have it in that place
    uint8_t byte[PRINT][256]; // lo & hi of both nibbles: the scalar variant's table
    struct literal literal[BUCKETS][PER_BUCKET];
    uint8_t literals[BUCKETS];
} teddy;

// ---- long literals: windows

#define WINDOW 4  // bytes of a window, and of the step between two
#define WINDOWS 7 // bytes of which any phase sees a whole window
#define MAP_BITS 16
#define MAP_FACTOR 2654435761u
#define SLOTS 4096
struct window {
    uint32_t bytes, other; // four bytes, and four more of the literal, looked at next
    uint8_t at, other_at;  // where in the literal
    uint8_t n;
    const char *p; // the literal; NULL: a free slot
};
static struct {
    uint32_t map[1u << (MAP_BITS - 5)];
    struct window slot[SLOTS]; // open addressing
    size_t used;
} windows;

static uint32_t load4(const char *p) {
    uint32_t v;
    memcpy(&v, p, 4);
    return v;
}
static uint32_t map_hash(uint32_t bytes) { return (bytes * MAP_FACTOR) >> (32 - MAP_BITS); }
static uint32_t map_bit(uint32_t h) { return windows.map[h >> 5] >> (h & 31) & 1u; }

static void window_add(const char *p, size_t n, size_t at) {
    uint32_t bytes = load4(p + at), h = map_hash(bytes);
    size_t slot = h % SLOTS;
    if (windows.used + 1 >= SLOTS)
        return; // a mistake of whoever wrote that many literals; test_prefilter tells
    while (windows.slot[slot].p) slot = (slot + 1) % SLOTS;
    size_t other_at = at + 2 * WINDOW <= n ? at + WINDOW : at >= WINDOW ? at - WINDOW : n - WINDOW;
    windows.slot[slot] = (struct window){.bytes = bytes,
                                         .other = load4(p + other_at),
                                         .at = (uint8_t)at,
                                         .other_at = (uint8_t)other_at,
                                         .n = (uint8_t)n,
                                         .p = p};
    windows.used++;
    windows.map[h >> 5] |= 1u << (h & 31);
}

// The seven bytes whose windows are the rarest.
static void windows_add(const uint16_t *seen, const char *p) {
    size_t n = strlen(p), best_at = 0;
    uint32_t best = UINT32_MAX;
    for (size_t at = 0; at + WINDOWS <= n; at++) {
        uint32_t cost = 0;
        for (size_t k = 0; k < WINDOW; k++) cost += seen[map_hash(load4(p + at + k))];
        if (cost < best) {
            best = cost;
            best_at = at;
        }
    }
    for (size_t k = 0; k < WINDOW; k++) window_add(p, n, best_at + k);
}

static bool window_holds(const char *begin, const char *at, const char *end) {
    uint32_t bytes = load4(at);
    for (size_t slot = map_hash(bytes) % SLOTS; windows.slot[slot].p; slot = (slot + 1) % SLOTS) {
        const struct window *w = &windows.slot[slot];
        if (w->bytes != bytes || at - begin < w->at || end - at < w->n - w->at) continue;
        const char *begins = at - w->at;
        if (load4(begins + w->other_at) == w->other && memcmp(begins, w->p, w->n) == 0) return true;
    }
    return false;
}

// The first window at `at`, at + 4, … before `stop` that is one of a literal's which is
// there in [begin, end), or NULL.
static const char *find_window(const char *begin, const char *at, const char *stop,
                               const char *end) {
    for (; at < stop && end - at >= 4 * WINDOW; at += 4 * WINDOW) {
        uint32_t a = map_bit(map_hash(load4(at))), b = map_bit(map_hash(load4(at + 4)));
        uint32_t c = map_bit(map_hash(load4(at + 8))), d = map_bit(map_hash(load4(at + 12)));
        for (uint32_t any = a | b << 1 | c << 2 | d << 3; any; any &= any - 1) {
            const char *w = at + 4 * __builtin_ctz(any);
            if (w < stop && window_holds(begin, w, end)) return w;
        }
    }
    for (; at < stop && end - at >= WINDOW; at += WINDOW)
        if (map_bit(map_hash(load4(at))) && window_holds(begin, at, end)) return at;
    return NULL;
}

#if X86
// The same, eight windows at once: they stand side by side.
__attribute__((target("avx2"))) static const char *
find_window_avx2(const char *begin, const char *at, const char *stop, const char *end) {
    const __m256i factor = _mm256_set1_epi32((int)MAP_FACTOR), low5 = _mm256_set1_epi32(31);
    for (; at < stop && end - at >= 8 * WINDOW; at += 8 * WINDOW) {
        __m256i h = _mm256_srli_epi32(
            _mm256_mullo_epi32(_mm256_loadu_si256((const void *)at), factor), 32 - MAP_BITS);
        __m256i words = _mm256_i32gather_epi32((const int *)(const void *)windows.map,
                                               _mm256_srli_epi32(h, 5), 4);
        __m256i top = _mm256_sllv_epi32(words, _mm256_sub_epi32(low5, _mm256_and_si256(h, low5)));
        unsigned any = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(top));
        for (; any; any &= any - 1) {
            const char *w = at + WINDOW * __builtin_ctz(any);
            if (w < stop && window_holds(begin, w, end)) return w;
        }
    }
    return find_window(begin, at, stop, end);
}
#endif

// ---- short literals: buckets

// How often, per mille squared, the bucket's nibble sets pass a byte of usual text in
// place j, with `add` added (add < 0: as it is).
static uint32_t place_mass(const uint32_t freq[256], int bucket, int j, int add) {
    uint32_t mass = 0;
    for (int hi = 0; hi < 16; hi++) {
        if (!(teddy.hi[j][hi] >> bucket & 1) && !(add >= 0 && add >> 4 == hi)) continue;
        for (int lo = 0; lo < 16; lo++)
            if ((teddy.lo[j][lo] >> bucket & 1) || (add >= 0 && (add & 15) == lo))
                mass += freq[hi << 4 | lo];
    }
    return mass;
}

static double bucket_mass(const uint32_t freq[256], int bucket, const char *print) {
    double mass = 1;
    for (int j = 0; j < PRINT; j++)
        mass *= place_mass(freq, bucket, j, print ? (uint8_t)print[j] : -1) /
                (double)(sizeof usual - 1);
    return mass;
}

static uint32_t print_of(const char *p) {
    return (uint32_t)(uint8_t)p[0] | (uint32_t)(uint8_t)p[1] << 8 | (uint32_t)(uint8_t)p[2] << 16;
}

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
            if (cost < best) {
                best = cost;
                best_bucket = b;
                best_at = at;
            }
        }
    }
    for (int j = 0; j < PRINT; j++) {
        uint8_t c = (uint8_t)text[best_at + (size_t)j];
        teddy.lo[j][c & 15] |= (uint8_t)(1u << best_bucket);
        teddy.hi[j][c >> 4] |= (uint8_t)(1u << best_bucket);
    }
    teddy.literal[best_bucket][teddy.literals[best_bucket]++] =
        (struct literal){text, (uint8_t)n, (uint8_t)best_at, print_of(text + best_at)};
}

static bool bucket_holds(int bucket, const char *begin, const char *at, const char *end) {
    uint32_t print = print_of(at);
    for (int i = 0; i < teddy.literals[bucket]; i++) {
        const struct literal *l = &teddy.literal[bucket][i];
        if (print != l->print || at - begin < l->print_at || end - at < l->n - l->print_at)
            continue;
        if (memcmp(at - l->print_at, l->p, l->n) == 0) return true;
    }
    return false;
}

static bool any_bucket_holds(unsigned buckets, const char *begin, const char *at, const char *end) {
    for (; buckets; buckets &= buckets - 1)
        if (bucket_holds(__builtin_ctz(buckets), begin, at, end)) return true;
    return false;
}

// Each returns the place of the first fingerprint within [at, stop) whose literal is
// there in [begin, end), or NULL.
static const char *find_scalar(const char *begin, const char *at, const char *stop,
                               const char *end) {
    for (; stop - at >= PRINT; at++) {
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

static bool odd_scalar(const char *p, const char *end) {
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = UINT64_C(0x8080808080808080);
    uint64_t odd = 0;
    for (; end - p >= 8; p += 8) {
        uint64_t w;
        memcpy(&w, p, 8);
        odd |= (w | ((w - ones) & ~w)) & highs;
    }
    for (; p < end; p++) odd |= (uint64_t)(*p == 0 || (*p & 0x80));
    return odd != 0;
}

#if X86
// The 16 or 32 bucket bytes are in `buckets`, `mask` says which are not zero.
static const char *verify(const uint8_t *buckets, unsigned mask, const char *begin, const char *at,
                          const char *end) {
    for (; mask; mask &= mask - 1) {
        int i = __builtin_ctz(mask);
        if (any_bucket_holds(buckets[i], begin, at + i, end)) return at + i;
    }
    return NULL;
}

__attribute__((target("ssse3"))) static const char *find_ssse3(const char *begin, const char *at,
                                                               const char *stop, const char *end) {
    __m128i lo[PRINT], hi[PRINT], low4 = _mm_set1_epi8(15), zero = _mm_setzero_si128();
    for (int j = 0; j < PRINT; j++) {
        lo[j] = _mm_loadu_si128((const void *)teddy.lo[j]);
        hi[j] = _mm_loadu_si128((const void *)teddy.hi[j]);
    }
    for (; stop - at >= 16 + PRINT - 1; at += 16) {
        __m128i r = _mm_set1_epi8(-1);
        for (int j = 0; j < PRINT; j++) {
            __m128i v = _mm_loadu_si128((const void *)(at + j));
            __m128i l = _mm_shuffle_epi8(lo[j], _mm_and_si128(v, low4)),
                    h = _mm_shuffle_epi8(hi[j], _mm_and_si128(_mm_srli_epi16(v, 4), low4));
            r = _mm_and_si128(r, _mm_and_si128(l, h));
        }
        unsigned mask = 0xffffu & ~(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(r, zero));
        if (!mask) continue;
        uint8_t buckets[16];
        _mm_storeu_si128((void *)buckets, r);
        const char *hit = verify(buckets, mask, begin, at, end);
        if (hit) return hit;
    }
    return find_scalar(begin, at, stop, end);
}

__attribute__((target("avx2"))) static const char *find_avx2(const char *begin, const char *at,
                                                             const char *stop, const char *end) {
    __m256i lo[PRINT], hi[PRINT], low4 = _mm256_set1_epi8(15), zero = _mm256_setzero_si256();
    for (int j = 0; j < PRINT; j++) {
        lo[j] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)teddy.lo[j]));
        hi[j] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)teddy.hi[j]));
    }
    for (; stop - at >= 32 + PRINT - 1; at += 32) {
        __m256i r = _mm256_set1_epi8(-1);
        for (int j = 0; j < PRINT; j++) {
            __m256i v = _mm256_loadu_si256((const void *)(at + j));
            __m256i l = _mm256_shuffle_epi8(lo[j], _mm256_and_si256(v, low4)),
                    h = _mm256_shuffle_epi8(hi[j], _mm256_and_si256(_mm256_srli_epi16(v, 4), low4));
            r = _mm256_and_si256(r, _mm256_and_si256(l, h));
        }
        unsigned mask = ~(unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(r, zero));
        if (!mask) continue;
        uint8_t buckets[32];
        _mm256_storeu_si256((void *)buckets, r);
        const char *hit = verify(buckets, mask, begin, at, end);
        if (hit) return hit;
    }
    return find_scalar(begin, at, stop, end);
}

__attribute__((target("avx2"))) static uint64_t count_avx2(const char *p, const char *end) {
    const __m256i newline = _mm256_set1_epi8('\n');
    __m256i total = _mm256_setzero_si256();
    while (end - p >= 32) {
        __m256i sum = _mm256_setzero_si256(); // bytes; 255 rounds fit
        for (int round = 0; round < 255 && end - p >= 32; round++, p += 32)
            sum = _mm256_sub_epi8(sum,
                                  _mm256_cmpeq_epi8(_mm256_loadu_si256((const void *)p), newline));
        total = _mm256_add_epi64(total, _mm256_sad_epu8(sum, _mm256_setzero_si256()));
    }
    uint64_t part[4];
    _mm256_storeu_si256((void *)part, total);
    return part[0] + part[1] + part[2] + part[3] + count_scalar(p, end);
}

__attribute__((target("avx2"))) static bool odd_avx2(const char *p, const char *end) {
    __m256i odd = _mm256_setzero_si256();
    for (; end - p >= 32; p += 32) {
        __m256i v = _mm256_loadu_si256((const void *)p);
        odd =
            _mm256_or_si256(odd, _mm256_or_si256(v, _mm256_cmpeq_epi8(v, _mm256_setzero_si256())));
    }
    return _mm256_movemask_epi8(odd) != 0 || odd_scalar(p, end);
}
#endif

static const char *(*find)(const char *, const char *, const char *, const char *) = find_scalar;
static const char *(*find_long)(const char *, const char *, const char *,
                                const char *) = find_window;
static uint64_t (*count)(const char *, const char *) = count_scalar;
static bool (*odd)(const char *, const char *) = odd_scalar;

static bool use(enum pm_prefilter_isa isa) {
#if X86
    bool avx2 = __builtin_cpu_supports("avx2"), ssse3 = __builtin_cpu_supports("ssse3");
    if (isa == PM_PREFILTER_BEST)
        isa = avx2 ? PM_PREFILTER_AVX2 : ssse3 ? PM_PREFILTER_SSSE3 : PM_PREFILTER_SCALAR;
    if ((isa == PM_PREFILTER_AVX2 && !avx2) || (isa == PM_PREFILTER_SSSE3 && !ssse3)) return false;
    find = isa == PM_PREFILTER_AVX2    ? find_avx2
           : isa == PM_PREFILTER_SSSE3 ? find_ssse3
                                       : find_scalar;
    count = isa == PM_PREFILTER_AVX2 ? count_avx2 : count_scalar;
    odd = isa == PM_PREFILTER_AVX2 ? odd_avx2 : odd_scalar;
    find_long = isa == PM_PREFILTER_AVX2 ? find_window_avx2 : find_window;
    return true;
#else
    return isa == PM_PREFILTER_SCALAR || isa == PM_PREFILTER_BEST;
#endif
}

static void literal_add(const uint32_t freq[256], const uint16_t *seen, const char *text) {
    if (strlen(text) < WINDOWS) deal(freq, text);
    else windows_add(seen, text);
}
static void build(void) {
    uint32_t freq[256] = {0};
    for (size_t i = 0; i + 1 < sizeof usual; i++) freq[(uint8_t)usual[i]]++;
    for (int c = 0; c < 256; c++) freq[c]++; // nothing is impossible
    static uint16_t seen[1u << MAP_BITS];
    for (size_t i = 0; i + sizeof(uint32_t) < sizeof usual; i++) seen[map_hash(load4(usual + i))]++;
    for (size_t i = 0; pm_prefilter_literals[i]; i++)
        literal_add(freq, seen, pm_prefilter_literals[i]);
    for (size_t i = 0; pm_parsers[i]; i++)
        for (size_t k = 0; k < PM_LEN(pm_parsers[i]->literals) && pm_parsers[i]->literals[k]; k++)
            literal_add(freq, seen, pm_parsers[i]->literals[k]);
    for (int j = 0; j < PRINT; j++)
        for (int c = 0; c < 256; c++) teddy.byte[j][c] = teddy.lo[j][c & 15] & teddy.hi[j][c >> 4];
    use(PM_PREFILTER_BEST);
}

static pthread_once_t built = PTHREAD_ONCE_INIT;

bool pm_prefilter_use(enum pm_prefilter_isa isa) {
    pthread_once(&built, build);
    return use(isa);
}

// Piece by piece, so that a line which one method finds is not searched for by the other
// through all that follows.
#define PIECE_BYTES 2048 // a multiple of the windows' step

static const char *find_any(const char *p, const char *end) {
    for (const char *at = p; at < end; at += PIECE_BYTES) {
        const char *stop = end - at > PIECE_BYTES ? at + PIECE_BYTES : end;
        const char *over =
            end - stop > PRINT - 1
                ? stop + (PRINT - 1)
                : end; // a fingerprint may reach into the next piece, its literal anywhere
        const char *window = find_long(p, at, stop, end),
                   *print = find(p, at, window ? window : over, end);
        if (print) return print;
        if (window) return window;
    }
    return NULL;
}

const char *pm_prefilter_next(const char *p, const char *end, uint64_t *newlines) {
    pthread_once(&built, build);
    const char *hit = find_any(p, end);
    const char *line = hit ? hit : end;
    while (hit && line > p && line[-1] != '\n') line--;
    *newlines += count(p, line);
    return line;
}

uint64_t pm_newlines_count(const char *p, const char *end) {
    pthread_once(&built, build);
    return count(p, end);
}

bool pm_bytes_odd(const char *p, const char *end) {
    pthread_once(&built, build);
    return odd(p, end);
}
