// Lines that come again but for their stamp are told again without reading them
// (analyzer/framing/frame_again.c): as they are told when each is read. Input: the lines of
// the runtimes' and the kubelet's cases in testdata/parsers, and some of our own, drawn into
// logs in which few lines come often, each time with another stamp.
#include <stdarg.h>
#include <setjmp.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "framing/frame.h"
#include "pm/envelope.h"

static uint64_t seed = 88172645463325252u;
static unsigned draw(size_t n) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)((seed >> 33) % n);
}

// Values that hold the line's own stamp, that are cut, that lie before the stamp.
static const char *const ours[] = {
    "E0102 03:04:05.678901    9 remote_image.go:180] \"PullImage from image service failed\" err=\"at 03:04:05.678901: not found\" image=\"r.test/a:1\"",
    "E0102 03:04:05.678901    9 remote_image.go:180] \"PullImage from image service failed\" err=\"E0102 03:04:05.678901 \\\"x\\\" not found\" image=\"r.test/a:1\"",
    "I0102 03:04:05.678901    9 pod_startup_latency_tracker.go:102] \"Observed pod startup duration\" pod=\"shop/web-0\" observedRunningTime=\"2026-01-02 03:04:05.1 +0000 UTC\"",
    "E0102 03:04:05.678901    9 kuberuntime_image.go:53] \"Failed to pull image\" err=\"429 Too Many Requests\" image=\"acme/web:1",
    "I0102 03:04:05.678901    9 kubelet_node_status.go:1] \"Attempting to register node\" node=\"n1\"",
    "time=\"2026-01-02T03:04:05.678901234Z\" level=error msg=\"PullImage \\\"r.test/a:1\\\" failed\" error=\"time=\\\"2026-01-02T03:04:05.678901234Z\\\" not found\"",
    "time=\"2026-01-02T03:04:05Z\" level=info msg=\"trying next host\" error=\"pull access denied\" host=mirror.test",
    "time=\"2026-01-02T03:04:05Z\" level=error msg=\"x\" time=\"2026-01-02T03:04:09Z\" error=\"not found\"",
    "plain words of nobody",
    "",
};
static const char *const before[] = {"",
                                     "",
                                     "",
                                     "Jan 02 03:04:05 n1 kubelet[7]: ",
                                     "Jan 02 03:04:05 n2 containerd[8]: ",
                                     "2026-01-02T03:04:05.123456789Z stderr F "};

static char *lines[1024];
static size_t lines_n;

static void lines_of(const char *folder) {
    char path[512], line[16384];
    DIR *d = opendir(folder);
    assert_non_null(d);
    for (const struct dirent *e; (e = readdir(d));) {
        size_t n = strlen(e->d_name);
        if (n < 5 || strcmp(e->d_name + n - 4, ".log") != 0) continue;
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        FILE *f = fopen(path, "r");
        assert_non_null(f);
        while (fgets(line, sizeof line, f) && lines_n < PM_LEN(lines)) {
            line[strcspn(line, "\n")] = 0;
            lines[lines_n++] = strdup(line);
        }
        fclose(f);
    }
    closedir(d);
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int setup(void **state) {
    (void)state;
    static const char *const folders[] = {"testdata/parsers/kubelet-klog", "testdata/parsers/crio",
                                          "testdata/parsers/containerd",
                                          "testdata/parsers/dockerd"};
    for (size_t i = 0; i < PM_LEN(folders); i++) lines_of(folders[i]);
    assert_true(lines_n > 100);
    for (size_t i = 0; i < PM_LEN(ours); i++) lines[lines_n++] = strdup(ours[i]);
    qsort(lines, lines_n, sizeof *lines, by_text);
    return 0;
}
static int teardown(void **state) {
    (void)state;
    while (lines_n) free(lines[--lines_n]);
    return 0;
}

// Another second, and another fraction of it.
static void with_stamp(struct pm_buf *b, const char *line) {
    struct pm_str s = pm_str_c(line);
    size_t from = b->n, at = pm_line_klog(s) ? 12 : strlen("time=\"2026-01-02T03:04:");
    pm_buf_add(b, s);
    if (!pm_line_logged(s) || s.n < at + 9) return;
    b->p[from + at] = (char)('0' + draw(6));
    b->p[from + at + 1] = (char)('0' + draw(10));
    for (size_t i = from + at + 3; b->p[from + at + 2] == '.' && i < b->n; i++) {
        if (b->p[i] < '0' || b->p[i] > '9') break;
        b->p[i] = (char)('0' + draw(10));
    }
}

struct seen {
    struct pm_buf out;
    size_t known; // events whose texts the reader may know
};
static void on_event(void *ctx, const struct pm_record *r, const struct pm_parser *p,
                     const struct pm_event *e) {
    struct seen *seen = ctx;
    struct pm_buf *out = &seen->out;
    seen->known += r->memo && r->memo->clean && *r->memo->clean;
    if (r->memo && r->memo->clean) *r->memo->clean = PM_CLEAN_FIELDS;
    pm_buf_fmt(out, "%s %llu+%llu %s %d*%u %d:%lld/%lld", p->name, (unsigned long long)r->line,
               (unsigned long long)r->offset, pm_kind_names[e->kind], e->http_status, e->count,
               (int)e->when.kind, (long long)e->when.ns, (long long)e->when.unit_ns);
    pm_buf_fmt(out, " %d/%d/%u/%x %lld %lld", (int)e->standing, (int)e->stage, e->voice, e->flags,
               (long long)e->bytes, (long long)e->duration_ns);
    for (int f = 0; f < PM_F_COUNT; f++)
        if (e->field[f].n) pm_buf_fmt(out, " %s=%.*s", pm_field_names[f], PM_FMT(e->field[f]));
    pm_buf_fmt(out, " | %.*s\n", PM_FMT(r->raw));
}
static void on_stamps(void *ctx, const struct pm_record *r, const struct pm_when *envelope,
                      const struct pm_when *own) {
    struct seen *seen = ctx;
    pm_buf_fmt(&seen->out, "%llu: %lld %lld\n", (unsigned long long)r->line,
               (long long)envelope->ns, (long long)own->ns);
}
static void on_fact(void *ctx, const struct pm_record *r, enum pm_fact fact, struct pm_str text,
                    const struct pm_when *when) {
    struct seen *seen = ctx;
    (void)when;
    pm_buf_fmt(&seen->out, "%llu: %d %.*s\n", (unsigned long long)r->line, (int)fact, PM_FMT(text));
}

static struct seen framed(struct pm_str text, const char *path, bool anew) {
    struct seen seen = {0};
    struct pm_diags *d = pm_diags_new();
    struct pm_ingest_sink sink = {
        .ctx = &seen, .event = on_event, .stamps = on_stamps, .fact = on_fact, .diags = d};
    struct pm_frame_options o = {.all_lines = true, .anew = anew, .soon = true};
    struct pm_frame *f = pm_frame_new(&sink, pm_str_c(path), &o);
    pm_frame_feed(f, text.p, text.n);
    pm_frame_end(f, false);
    const struct pm_frame_stats *s = pm_frame_stats(f);
    pm_buf_fmt(&seen.out, "%llu lines, %llu records, %llu events, %llu bad, %zu diagnostics\n",
               (unsigned long long)s->lines, (unsigned long long)s->records,
               (unsigned long long)s->events, (unsigned long long)s->bad, pm_diags_count(d));
    pm_frame_free(f);
    pm_diags_free(d);
    return seen;
}

static void lines_that_come_again_are_told_alike(void **state) {
    static const char *const paths[] = {"kubelet.log", "containerd.log", "some.log"};
    size_t known = 0;
    (void)state;
    for (int round = 0; round < 300; round++) {
        struct pm_buf text = {0};
        const char *some[12];
        for (size_t i = 0; i < PM_LEN(some); i++)
            some[i] = draw(4) ? lines[draw(lines_n)] : ours[draw(PM_LEN(ours))];
        for (unsigned k = 20 + draw(100); k; k--) {
            pm_buf_lit(&text, before[draw(PM_LEN(before))]);
            with_stamp(&text, some[draw(PM_LEN(some))]);
            pm_buf_addc(&text, '\n');
        }
        const char *path = paths[draw(PM_LEN(paths))];
        struct seen anew = framed(pm_buf_str(&text), path, true),
                    again = framed(pm_buf_str(&text), path, false);
        size_t same = 0;
        while (same < anew.out.n && same < again.out.n && anew.out.p[same] == again.out.p[same])
            same++;
        if (same < anew.out.n || same < again.out.n) {
            size_t from = same > 200 ? same - 200 : 0;
            fail_msg("--- anew …%.300s\n--- again …%.300s", anew.out.p + from, again.out.p + from);
        }
        assert_int_equal(anew.known, 0);
        known += again.known;
        pm_buf_free(&anew.out);
        pm_buf_free(&again.out);
        pm_buf_free(&text);
    }
    assert_true(known > 1000);
}

// A parser keeps the record in which a description begins, and tells of it when the
// description is over: what was known of that record's text is gone by then.
struct told_late {
    uint64_t line; // of the last record that was read
    size_t late;
};
static void on_record(void *ctx, const struct pm_record *r, const struct pm_parser *p) {
    (void)p;
    ((struct told_late *)ctx)->line = r->line;
}
static void on_late_event(void *ctx, const struct pm_record *r, const struct pm_parser *p,
                          const struct pm_event *e) {
    struct told_late *t = ctx;
    (void)p;
    (void)e;
    if (r->line > t->line) return;
    assert_null(r->memo);
    t->late++;
}
static void records_that_were_kept_have_no_memo(void **state) {
    static const char text[] =
        "Name:               n1\nRoles:              worker\n"
        "Conditions:\n"
        "  Type          Status  LastHeartbeatTime  Reason  Message\n"
        "  DiskPressure  True    x  y  KubeletHasDiskPressure  kubelet has disk pressure\n"
        "  Ready         False   x  y  KubeletNotReady  container runtime is down\n"
        "Events:             <none>\n";
    struct told_late t = {0};
    struct pm_diags *d = pm_diags_new();
    struct pm_ingest_sink sink = {
        .ctx = &t, .event = on_late_event, .record = on_record, .diags = d};
    struct pm_frame *f = pm_frame_new(&sink, PM_STR("describe-node.txt"), NULL);
    (void)state;
    pm_frame_feed(f, text, sizeof text - 1);
    pm_frame_end(f, false);
    pm_frame_free(f);
    pm_diags_free(d);
    assert_true(t.late > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(lines_that_come_again_are_told_alike),
                                       cmocka_unit_test(records_that_were_kept_have_no_memo)};
    return cmocka_run_group_tests(tests, setup, teardown);
}
