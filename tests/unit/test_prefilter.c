// The prefilter: every variant answers as the naive search does, and lets through
// whatever a parser of sparse logs could read.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "listen.h"
#include "framing/prefilter/prefilter.h"
#include "parsers/lift/lift.h"
#include <stdio.h>
#include <stdlib.h>

static uint64_t state = 88172645463325252u;
static uint64_t next_random(void) {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

static bool line_holds(const char *p, const char *end) {
    struct pm_str line = {p, (size_t)(end - p)};
    for (size_t i = 0; pm_prefilter_literals[i]; i++)
        if (pm_str_find(line, pm_str_c(pm_prefilter_literals[i]), 0) >= 0) return true;
    return false;
}

static const char *naive_next(const char *p, const char *end, uint64_t *newlines) {
    while (p < end) {
        const char *nl = memchr(p, '\n', (size_t)(end - p)), *line_end = nl ? nl : end;
        if (line_holds(p, line_end)) return p;
        *newlines += nl != NULL;
        p = nl ? nl + 1 : end;
    }
    return end;
}

// Text made of pieces of literals, whole ones, near misses and newlines, so that
// fingerprints hit often and matches straddle every alignment.
static size_t make(char *out, size_t cap) {
    size_t literals = 0, n = 0;
    while (pm_prefilter_literals[literals]) literals++;
    while (n + 40 < cap) {
        uint64_t r = next_random();
        const char *l = pm_prefilter_literals[r % literals];
        size_t len = strlen(l), take = r >> 8 & 15 ? r >> 16 & 7 : len; // one in sixteen is whole
        if (take > len) take = len - 1;
        memcpy(out + n, l + ((r >> 24 & 1) && take < len ? len - take : 0), take);
        n += take;
        if ((r >> 32 & 7) == 0) out[n++] = '\n';
        else out[n++] = (char)(r >> 40);
    }
    return n;
}

static void variants_agree_with_naive(void **unused) {
    (void)unused;
    static const enum pm_prefilter_isa isas[] = {PM_PREFILTER_SCALAR, PM_PREFILTER_SSSE3,
                                                 PM_PREFILTER_AVX2, PM_PREFILTER_VBMI};
    enum { CAP = 3000 };
    char *text = calloc(1, CAP);
    size_t hits = 0;
    for (int round = 0; round < 300; round++) {
        size_t n = make(text, 50 + next_random() % (CAP - 50));
        for (size_t v = 0; v < PM_LEN(isas); v++) {
            if (!pm_prefilter_use(isas[v])) continue;
            const char *at = text, *end = text + n;
            uint64_t lines = 0, want_lines = 0;
            while (at < end) {
                const char *want = naive_next(at, end, &want_lines),
                           *got = pm_prefilter_next(at, end, &lines);
                assert_ptr_equal(got, want);
                assert_int_equal(lines, want_lines);
                if (got == end) break;
                hits++;
                const char *nl = memchr(got, '\n', (size_t)(end - got));
                if (!nl) break;
                at = nl + 1;
                lines++, want_lines++;
            }
            uint64_t newlines = 0;
            for (size_t i = 0; i < n; i++) newlines += text[i] == '\n';
            assert_int_equal(pm_newlines_count(text, end), newlines);
            bool odd = false;
            for (size_t i = 0; i < n; i++) odd |= !text[i] || (text[i] & 0x80);
            assert_int_equal(pm_bytes_odd(text, end), odd);
            char plain[CAP];
            memset(plain, 'a', n);
            assert_false(pm_bytes_odd(plain, plain + n));
            plain[next_random() % n] = round % 2 ? (char)0x80 : 0;
            assert_true(pm_bytes_odd(plain, plain + n));
        }
    }
    assert_true(hits > 1000); // the generator does its part
    pm_prefilter_use(PM_PREFILTER_BEST);
    free(text);
}

// Alone in a text of newlines, which no window and no fingerprint has, at every distance
// from its start: short ones and long ones, and those that no place was free for.
static void found_everywhere(const char *literal, const char *owner) {
    static const enum pm_prefilter_isa isas[] = {PM_PREFILTER_SCALAR, PM_PREFILTER_SSSE3,
                                                 PM_PREFILTER_AVX2, PM_PREFILTER_VBMI};
    char text[200];
    size_t n = strlen(literal);
    if (n < 4) fail_msg("\"%s\" of %s has less than four bytes", literal, owner);
    for (size_t v = 0; v < PM_LEN(isas); v++)
        for (size_t at = 0; pm_prefilter_use(isas[v]) && at < 70; at++) {
            uint64_t newlines = 0;
            memset(text, '\n', sizeof text);
            memcpy(text + at, literal, n);
            const char *got = pm_prefilter_next(text, text + at + n, &newlines);
            if (got != text + at) fail_msg("\"%s\" of %s is not found at %zu", literal, owner, at);
            assert_int_equal(newlines, at);
        }
    pm_prefilter_use(PM_PREFILTER_BEST);
}

static void each_literal_is_found_everywhere(void **unused) {
    (void)unused;
    for (size_t i = 0; pm_prefilter_literals[i]; i++)
        found_everywhere(pm_prefilter_literals[i], "the prefilter");
    for (size_t i = 0; pm_parsers[i]; i++)
        for (size_t k = 0; k < PM_LEN(pm_parsers[i]->literals) && pm_parsers[i]->literals[k]; k++)
            found_everywhere(pm_parsers[i]->literals[k], pm_parsers[i]->name);
}

static void
counts_newlines_past_byte_sums(void **unused) { // 255 rounds of 32 bytes fill a byte counter
    (void)unused;
    enum { N = 100003 };
    char *text = malloc(N);
    assert_non_null(text);
    memset(text, '\n', N);
    assert_int_equal(pm_newlines_count(text, text + N), N);
    assert_int_equal(pm_newlines_count(text, text), 0);
    free(text);
}

static bool passes(const char *line) {
    uint64_t newlines = 0;
    return pm_prefilter_next(line, line + strlen(line), &newlines) == line && *line;
}

// Each parser that lets lines be skipped shows one that it understands: it must not be
// among the skipped.
static void sparse_parsers_examples_pass(void **unused) {
    (void)unused;
    size_t sparse = 0;
    for (size_t i = 0; pm_parsers[i]; i++) {
        if (!(pm_parsers[i]->flags & PM_PARSER_SPARSE)) continue;
        sparse++;
        if (!passes(pm_parsers[i]->example))
            fail_msg("no literal in the example of %s: %s", pm_parsers[i]->name,
                     pm_parsers[i]->example);
    }
    assert_true(sparse > 0);
}

// What a record of a sparse format said in the test data of all parsers: an event or a
// fact from a line that the prefilter would have left out is a lost one.
static char path[512];
static size_t heard;
static bool record_passes(const struct pm_record *r) {
    struct pm_str text = r->text.n ? r->text : r->raw;
    return line_holds(text.p, text.p + text.n) || line_holds(r->raw.p, r->raw.p + r->raw.n);
}
static void on_event(void *ctx, const struct pm_record *r, const struct pm_parser *p,
                     const struct pm_event *e) {
    (void)ctx;
    if (!p || !(p->flags & PM_PARSER_SPARSE) || r->shape != PM_SHAPE_LINE) return;
    heard++;
    if (!record_passes(r))
        fail_msg("%s:%d: %s of %s would be lost: %.*s", path, (int)r->line, pm_kind_names[e->kind],
                 p->name, PM_FMT(r->raw));
}

static void frame_file(const char *name) {
    struct pm_diags *diags = pm_diags_new();
    const struct pm_ingest_sink sink = {.event = on_event, .diags = diags};
    const struct pm_frame_options all = {.all_lines = true};
    FILE *f = fopen(name, "rb");
    assert_non_null(f);
    struct pm_frame *frame = pm_frame_new(&sink, pm_str_c(name), &all);
    char block[65536];
    for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;) pm_frame_feed(frame, block, n);
    fclose(f);
    pm_frame_end(frame, false);
    pm_frame_free(frame);
    pm_diags_free(diags);
}

static void no_event_of_a_sparse_format_is_lost(void **unused) {
    (void)unused;
    const char *root = getenv("PM_PREFILTER_DATA"); // another tree of logs, to look into by hand
    char command[512];
    snprintf(command, sizeof command, "find %s -type f | LC_ALL=C sort",
             root ? root : "testdata/parsers -name '*.log'");
    FILE *list = popen(command, "r");
    assert_non_null(list);
    heard = 0;
    while (fgets(path, sizeof path, list)) {
        path[strcspn(path, "\n")] = 0;
        frame_file(path);
    }
    pclose(list);
    assert_true(heard > 0);
}

// Free text is heard by its words in any case. A literal leaves out the letter that
// varies, and quotes, which may be escaped where the line is still wrapped.
static bool word_passes(const char *word) {
    for (size_t i = 0; pm_prefilter_literals[i]; i++)
        if (pm_str_ifind(pm_str_c(word), pm_str_c(pm_prefilter_literals[i]), 0) >= 0) return true;
    return false;
}

static void words_of_free_text_pass(void **unused) {
    (void)unused;
    static const char *const by_others[] = {
        ".go:", "get \"https://",
        "head \"https://"}; // a klog line's own words; "dial tcp" and its kin
    size_t n = 0;
    for (const char *word; (word = pm_lift_talk_word(n)); n++) {
        bool excused = false;
        for (size_t k = 0; k < PM_LEN(by_others); k++) excused |= strcmp(word, by_others[k]) == 0;
        if (!excused && !word_passes(word))
            fail_msg("free text is heard by \"%s\", of which the prefilter knows no part", word);
    }
    assert_true(n > 100);
}

static void wordings_pass(void **unused) {
    (void)unused;
    static const char *const lines[] = {
        // written by us to the programs' wording
        "E0102 03:04:05.678901    2711 remote_image.go:180] \"PullImage from image service failed\" err=\"x\" image=\"r.acme.test/a:1\"", // kubelet 1.27
        "W0102 03:04:06.000042    2711 kubelet_pods.go:1079] Unable to retrieve pull secret shop/regcred for shop/cart-0 due to secret \"regcred\" not found.",
        "I0102 03:04:06.000042    2711 eviction_manager.go:341] \"Eviction manager: must evict pod(s) to reclaim\" resourceName=\"ephemeral-storage\"",
        "E0102 03:04:06.000042    2711 kubelet.go:1344] \"Image garbage collection failed once. Stats initialization may not have completed yet\"",
        "time=\"2024-01-02T03:04:05.678901234Z\" level=info msg=\"trying next host\" error=\"x\" host=mirror.acme.test", // containerd
        "time=\"2024-01-02T03:04:05.678901234Z\" level=info msg=\"fetch failed after status: 404 Not Found\" host=r.acme.test",
        "time=\"2024-01-02T03:04:05.678901234Z\" level=info msg=\"containerd successfully booted in 0.031s\"",
        "time=\"2024-01-02T03:04:05.678901234Z\" level=error msg=\"Download failed, retrying (1/5): unexpected EOF\"", // dockerd
        "time=\"2024-01-02T03:04:05.678901234Z\" level=info msg=\"API listen on /run/docker.sock\"",
        "time=\"2024-01-02T03:04:05.678901234Z\" level=error msg=\"Handler for POST /v1.41/auth returned error: Get https://r.acme.test/v2/: x\"",
        "Jan 02 03:04:05 node-7 systemd[1]: Stopped containerd container runtime.",
        "Jan 02 03:04:05 node-7 systemd[1]: Started Docker Application Container Engine.",
        "-- Logs begin at Tue 2024-01-02 03:04:05 UTC, end at Wed 2024-01-03 03:04:05 UTC. --",
        "Log file created at: 2024/01/02 03:04:05",
        "E0102 03:04:05.678901    2711 log.go:32] \"x\" err=\"rpc error: code = Unavailable desc = connection error\"",
    };
    for (size_t i = 0; i < PM_LEN(lines); i++)
        if (!passes(lines[i])) fail_msg("refused: %s", lines[i]);
}

static void everyday_lines_are_refused(void **unused) {
    (void)unused;
    static const char *const lines[] = {
        "I0102 03:04:05.678901    2711 kubelet.go:2461] \"SyncLoop (PLEG): event for pod\" pod=\"shop/cart-0\"",
        "I0102 03:04:07.000417    2711 prober.go:107] \"Probe failed\" probeType=\"Readiness\" pod=\"shop/web-0\" probeResult=\"failure\"",
        "I0102 03:04:05.678901    2711 operation_generator.go:722] MountVolume.SetUp succeeded for volume \"regcred\" (UniqueName: "
        "\"kubernetes.io/secret/1f0c-regcred\")",
        "time=\"2024-01-02T03:04:05.678901234Z\" level=info msg=\"shim disconnected\" id=5d41402a namespace=k8s.io",
    };
    for (size_t i = 0; i < PM_LEN(lines); i++)
        if (passes(lines[i])) fail_msg("let through: %s", lines[i]);
}

// Which line is found first, counted from 1; 0: none.
static unsigned first_found(const char *text) {
    uint64_t newlines = 0;
    const char *end = text + strlen(text), *line = pm_prefilter_next(text, end, &newlines);
    return line < end ? (unsigned)newlines + 1 : 0;
}

// A journal tells with each record how its writer was called; written by us to what
// journalctl prints (systemd, src/shared/logs-show.c) of a kubelet that kubeadm began.
#define CALL "/usr/bin/kubelet --container-runtime-endpoint=unix:///run/containerd/containerd.sock "
// A literal reaches out of none of them: a quote in it closes a member's name, no value.
static void stays_within(const char *literal) {
    const char *out = strpbrk(literal, "\"\n");
    if (out && out[1] && out[1 + strspn(out + 1, " ")] != ':')
        fail_msg("\"%s\" reaches out of a command line", literal);
}
static void command_lines_of_a_journal_are_passed_over(void **unused) {
    (void)unused;
    static const struct {
        const char *text;
        unsigned found;
    } cases[] = {
        {"{\"_CMDLINE\":\"" CALL "\",\"MESSAGE\":\"ok\"}\n", 0},
        {"{\"MESSAGE\":\"ok\", \"_CMDLINE\" : \"" CALL "--x=\\\"registry\\\"\"}\n", 0},
        {"{\"_CMDLINE\":\"" CALL "\",\"MESSAGE\":\"Pulling image\"}\n", 1},
        {"{\"MESSAGE\":\"Pulling image\",\"_CMDLINE\":\"" CALL "\"}\n", 1},
        {"{\"_CMDLINE\":\"" CALL "\"}\n{\"MESSAGE\":\"Pulling image\"}\n", 2},
        {"{\"_CMDLINE\":\"a\\\\\",\"MESSAGE\":\"Pulling image\"}\n", 1},    // ends in a backslash
        {"{\"MESSAGE\":\"as \\\"_CMDLINE\\\":\\\"docker pull\\\"\"}\n", 1}, // said by a message
        {"{\"A_CMDLINE\":\"docker pull\"}\n", 1},                           // another's member
        {"{\"_CMDLINE\":\"docker pull\n", 1},                               // cut
        {"{\"_CMDLINE\":[\"docker pull\"]}\n", 1},                          // given twice
        {"{\"_CMDLINE\":\"docker pull\n{\"a\":1}\n", 1},
        {"{\"_CMDLINE\":\"" CALL "\",\"MESSAGE\":[80,117,108,108,27]}\n", 1}, // not to be seen
        {"{\"_CMDLINE\":[47,27],\"_COMM\":\"" CALL "\",\"MESSAGE\":\"ok\"}\n", 1},
        {"{\"log\":\"{\\\"_CMDLINE\\\":\\\"" CALL "\\\"}\\n\"}\n", 1}, // wrapped: it is not sure
        {"2024-04-12T06:00:00Z stdout F {\"_CMDLINE\":\"" CALL "\"}\n", 1},
        {"_COMM=kubelet\n_CMDLINE=" CALL "\nMESSAGE=ok\n", 0},     // -o export
        {"    _CMDLINE=" CALL "\n    MESSAGE=Pulling image\n", 2}, // -o verbose
        {"_CMDLINE=docker pull", 1},                               // cut
        {"level=info _CMDLINE=docker pull\n", 1},                  // within a line
    };
    for (size_t i = 0; i < PM_LEN(cases); i++)
        if (first_found(cases[i].text) != cases[i].found)
            fail_msg("line %u, not %u, of %s", first_found(cases[i].text), cases[i].found,
                     cases[i].text);
    for (size_t i = 0; pm_prefilter_literals[i]; i++) stays_within(pm_prefilter_literals[i]);
    for (size_t i = 0; pm_parsers[i]; i++)
        for (size_t k = 0; k < PM_LEN(pm_parsers[i]->literals) && pm_parsers[i]->literals[k]; k++)
            stays_within(pm_parsers[i]->literals[k]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variants_agree_with_naive),
        cmocka_unit_test(each_literal_is_found_everywhere),
        cmocka_unit_test(counts_newlines_past_byte_sums),
        cmocka_unit_test(sparse_parsers_examples_pass),
        cmocka_unit_test(wordings_pass),
        cmocka_unit_test(words_of_free_text_pass),
        cmocka_unit_test(everyday_lines_are_refused),
        cmocka_unit_test(command_lines_of_a_journal_are_passed_over),
        cmocka_unit_test(no_event_of_a_sparse_format_is_lost),
    };
    return cmocka_run_group_tests(tests, listen_setup, listen_teardown);
}
