// The block prefilter: which lines of a sparse log (a node's, an application's, a journal
// of both) can matter at all.
//
// A literal scan at memory speed, by two methods, as literals are short
// (prefilter_buckets.c) or long (prefilter_windows.c), or by one for all of them
// (prefilter_sets.c); here is which of them runs, and how two share a text. All variants give the same answer; the scalar one is the
// definition. The literals are in prefilter_literals.c and in the parsers' descriptors.
//
// Not handled here, on purpose: case folding and regular expressions.
#define _GNU_SOURCE // memrchr
#include "framing/prefilter/prefilter_int.h"
#include "pm/parser.h"
#include <pthread.h>

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

static pm_prefilter_scan *find, *find_long; // of short literals, of long ones
static pm_prefilter_scan *find_all;         // of all of them; NULL: by those two
static uint64_t (*count)(const char *, const char *) = count_scalar;
static bool (*odd)(const char *, const char *) = odd_scalar;

static bool use(enum pm_prefilter_isa isa) {
#if X86
    bool avx2 = __builtin_cpu_supports("avx2"), ssse3 = __builtin_cpu_supports("ssse3"),
         vbmi = pm_prefilter_sets_can() && pm_prefilter_sets();
    if (isa == PM_PREFILTER_BEST) {
        isa = ssse3 ? PM_PREFILTER_SSSE3 : PM_PREFILTER_SCALAR;
        if (avx2) isa = PM_PREFILTER_AVX2;
        if (avx2 && vbmi) isa = PM_PREFILTER_VBMI;
    }
    find_all = isa == PM_PREFILTER_VBMI && vbmi ? pm_prefilter_sets() : NULL;
    if (isa == PM_PREFILTER_VBMI && !find_all) return false;
    if (isa == PM_PREFILTER_VBMI) isa = PM_PREFILTER_AVX2; // for all else
    if ((isa == PM_PREFILTER_AVX2 && !avx2) || (isa == PM_PREFILTER_SSSE3 && !ssse3)) return false;
    count = isa == PM_PREFILTER_AVX2 ? count_avx2 : count_scalar;
    odd = isa == PM_PREFILTER_AVX2 ? odd_avx2 : odd_scalar;
#else
    if (isa != PM_PREFILTER_SCALAR && isa != PM_PREFILTER_BEST) return false;
#endif
    find = pm_prefilter_buckets(isa);
    find_long = pm_prefilter_windows(isa);
    return true;
}

static void literal_add(const char *text) {
    if (pm_prefilter_sets_can()) pm_prefilter_sets_add(text);
    if (!pm_prefilter_windows_add(text)) pm_prefilter_buckets_add(text);
}

static void build(void) {
    pm_prefilter_usual_count();
    pm_prefilter_windows_begin();
    for (size_t i = 0; pm_prefilter_literals[i]; i++) literal_add(pm_prefilter_literals[i]);
    for (size_t i = 0; pm_parsers[i]; i++)
        for (size_t k = 0; k < PM_LEN(pm_parsers[i]->literals) && pm_parsers[i]->literals[k]; k++)
            literal_add(pm_parsers[i]->literals[k]);
    pm_prefilter_buckets_end();
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
    if (find_all) return find_all(p, p, end, end);
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

// A journal names with each record the command line of who wrote it, which for a kubelet
// has a registry and a runtime's socket in it: in each of its records a hit that nobody
// reads. Where `hit` stands in one, its end; NULL elsewhere, and where that is not sure.
// No literal goes on behind a newline, nor behind a quote that may close a value (the test
// says so): none reaches out of one.
#define COMMAND_LINE "_CMDLINE"

static bool escaped(const char *begin, const char *quote) {
    const char *p = quote;
    while (p > begin && p[-1] == '\\') p--;
    return (quote - p) % 2;
}

// In lines of JSON: "_CMDLINE":"/usr/bin/kubelet …"
static const char *json_command_end(const char *line, const char *hit, const char *end) {
    const char *quote = hit, *close = hit;
    do quote = memrchr(line, '"', (size_t)(quote - line));
    while (quote && escaped(line, quote));
    struct pm_str key =
        quote ? pm_str_trim((struct pm_str){line, (size_t)(quote - line)}) : PM_NONE;
    if (!key.n || key.p[key.n - 1] != ':') return NULL;
    if (!pm_str_ends(pm_str_trim(pm_str_sub(key, 0, key.n - 1)), PM_STR("\"" COMMAND_LINE "\"")))
        return NULL;
    do close = memchr(close + 1, '"', (size_t)(end - close - 1));
    while (close && escaped(hit, close));
    return close && !memchr(hit, '\n', (size_t)(close - hit)) ? close : NULL;
}

// In the journal's export and its verbose lines: _CMDLINE=/usr/bin/kubelet …
static const char *field_command_end(const char *line, const char *hit, const char *end) {
    while (line < hit && *line == ' ') line++;
    const struct pm_str head = {line, (size_t)(hit - line)};
    return pm_str_starts(head, PM_STR(COMMAND_LINE "=")) ? memchr(hit, '\n', (size_t)(end - hit))
                                                         : NULL;
}

static const char *command_line_end(const char *line, const char *hit, const char *end) {
    return *line == '{' ? json_command_end(line, hit, end) : field_command_end(line, hit, end);
}

// Each byte is looked at for its line's start once: a line may hold a thousand such hits.
const char *pm_prefilter_next(const char *p, const char *end, uint64_t *newlines) {
    pthread_once(&built, build);
    const char *line = p, *hit;
    for (const char *at = p; (hit = find_any(at, end));) {
        const char *newline = memrchr(at, '\n', (size_t)(hit - at));
        if (newline) line = newline + 1;
        at = command_line_end(line, hit, end);
        if (!at) break;
    }
    if (!hit) line = end;
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
