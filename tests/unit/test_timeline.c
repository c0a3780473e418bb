// The timeline: rows come back as they went in, dated, in order; records seen twice count
// once; merging is idempotent; people's SQL only reads.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include <stdio.h>
#include <unistd.h>
#include "pm/incident.h"
#include "pm/ingest.h"
#include "pm/timeline.h"

static char folder[] = "/tmp/pm-timeline-XXXXXX";
static const char *in_folder(const char *name) {
    static char paths[4][128];
    static int next;
    char *p = paths[next++ % 4];
    snprintf(p, sizeof paths[0], "%s/%s", folder, name);
    return p;
}
static struct pm_timeline *opened(const char *path, bool create) {
    const char *why = "";
    struct pm_timeline *t = pm_timeline_open(path, create, &why);
    if (!t) fail_msg("%s", why);
    return t;
}
static struct pm_file_row member(const char *path, const char *node, const char *envelopes,
                                 const char *hash) {
    return (struct pm_file_row){.path = pm_str_c(path),
                                .format = PM_STR("containerd"),
                                .node = pm_str_c(node),
                                .envelopes = pm_str_c(envelopes),
                                .hash = pm_str_c(hash),
                                .lines = 10,
                                .from_ns = PM_NO_TIME,
                                .to_ns = PM_NO_TIME};
}
static struct pm_row failure(uint32_t file, uint64_t line, uint64_t hash, int64_t ts_ns,
                             enum pm_when_kind kind, const char *node) {
    struct pm_row r = {.file = file,
                       .line = line,
                       .hash = hash,
                       .ts_ns = ts_ns,
                       .ts_kind = kind,
                       .first_ns = PM_NO_TIME,
                       .last_ns = PM_NO_TIME,
                       .raw = PM_STR("level=error …")};
    r.event = (struct pm_event){.kind = PM_KIND_PULL_FAIL,
                                .component = PM_COMP_CONTAINERD,
                                .stage = PM_STAGE_MANIFEST,
                                .http_status = 429,
                                .count = 0,
                                .bytes = -1,
                                .limit = -1,
                                .remaining = -1,
                                .window_s = -1,
                                .duration_ns = 1500000};
    r.event.field[PM_F_NODE] = pm_str_c(node);
    r.event.field[PM_F_IMAGE] = PM_STR("nginx:1.25");
    r.event.field[PM_F_ERROR] = PM_STR("429 Too Many Requests");
    return r;
}

struct seen {
    int n;
    uint64_t line[16];
    int64_t ts[16];
    char path[16][32];
};
static bool see(void *ctx, const struct pm_row *row) {
    struct seen *s = ctx;
    assert_true(s->n < 16);
    s->line[s->n] = row->line;
    s->ts[s->n] = row->ts_ns;
    snprintf(s->path[s->n++], sizeof s->path[0], "%s", row->path);
    return true;
}
static bool first_cell(void *ctx, int columns, const char *const *names, const char *const *cells) {
    (void)columns, (void)names;
    snprintf(ctx, 256, "%s", cells[0] ? cells[0] : "NULL");
    return false;
}
static const char *answer(struct pm_timeline *t, const char *sql) {
    static char cell[256];
    struct pm_arena *a = pm_arena_new();
    struct pm_str why = PM_NONE;
    snprintf(cell, sizeof cell, "(no row)");
    if (!pm_timeline_sql(t, sql, first_cell, cell, &why, a))
        snprintf(cell, sizeof cell, "mistake: %.*s", PM_FMT(why));
    pm_arena_free(a);
    return cell;
}

static bool check_row(void *ctx, const struct pm_row *row) {
    ++*(int *)ctx;
    assert_int_equal(row->event.kind, PM_KIND_PULL_FAIL);
    assert_int_equal(row->event.component, PM_COMP_CONTAINERD);
    assert_int_equal(row->event.stage, PM_STAGE_MANIFEST);
    assert_int_equal(row->event.http_status, 429);
    assert_int_equal(row->event.count, 1);
    assert_int_equal(row->event.bytes, -1);
    assert_int_equal(row->event.remaining, 0);
    assert_int_equal(row->event.duration_ns, 1500000);
    assert_true(row->event.field[PM_F_POD].n == 0);
    assert_true(pm_str_eqc(row->event.field[PM_F_ERROR], "429 Too Many Requests"));
    assert_true(pm_str_eqc(row->raw, "level=error …"));
    assert_string_equal(row->path, "n1/containerd.log");
    return true;
}
static void rows_come_back(void **state) {
    (void)state;
    const char *db = in_folder("rows.db");
    struct pm_timeline *t = opened(db, true);
    struct pm_file_row f = member("n1/containerd.log", "n1", "", "aa");
    uint32_t id = pm_timeline_file(t, &f);
    struct pm_row r = failure(id, 7, 99, INT64_C(1775976421123456789), PM_WHEN_UTC, "n1");
    r.event.remaining = 0;
    pm_timeline_put(t, &r);
    pm_timeline_commit(t);
    pm_timeline_close(t);
    for (int again = 0; again < 2; again++) { // in the file, opened for writing and for reading
        const char *why = "";
        t = again ? pm_timeline_open_read(db, &why) : opened(db, false);
        int n = 0;
        pm_timeline_each(t, "kind=3", check_row, &n);
        assert_int_equal(n, 1);
        assert_string_equal(
            answer(
                t,
                "SELECT time||' '||kind||' '||component||' '||node||' '||coalesce(pod,'-')||' '||status||' '||duration_ms||' '||file||':'||line FROM events"),
            "2026-04-12T06:47:01.123Z pull.fail containerd n1 - 429 1.5 n1/containerd.log:7");
        assert_null(pm_timeline_error(t));
        pm_timeline_close(t);
    }
}

// The judge's walk brings what it reads: every text with its number, raw of hearsay only.
static bool walked(void *ctx, const struct pm_row *row) {
    int *n = ctx;
    bool hearsay = row->event.standing == PM_STANDING_HEARSAY;
    assert_int_equal(row->raw.n > 0, hearsay);
    assert_int_equal(row->line, 7 + *n);
    assert_int_equal(hearsay, *n == 1);
    assert_true(pm_str_eqc(row->event.field[PM_F_ERROR], "429 Too Many Requests"));
    for (int f = 0; f < PM_F_COUNT; f++)
        assert_int_equal(row->text_id[f] != 0, row->event.field[f].n != 0);
    ++*n;
    return true;
}
static void a_walk_brings_what_is_judged(void **state) {
    (void)state;
    struct pm_timeline *t = opened(NULL, true);
    struct pm_file_row f = member("n1/containerd.log", "n1", "", "aa");
    uint32_t id = pm_timeline_file(t, &f);
    struct pm_row rows[] = {failure(id, 7, 1, 1000, PM_WHEN_UTC, "n1"),
                            failure(id, 8, 2, 2000, PM_WHEN_UTC, "n1")};
    rows[1].event.standing = PM_STANDING_HEARSAY;
    pm_timeline_put(t, &rows[0]);
    pm_timeline_put(t, &rows[1]);
    pm_timeline_commit(t);
    int n = 0;
    pm_timeline_walk(t, walked, &n);
    assert_int_equal(n, 2);
    pm_timeline_close(t);
}

// What of a URL is the repository, the tag or the digest is known again by where it stands,
// and by nothing else: parts of a few URLs are drawn, and texts that only look like one.
enum { DRAWN_ROWS = 600 };
struct drawn_rows {
    struct pm_row rows[DRAWN_ROWS];
    int n;
};
static bool drawn_row_is(void *ctx, const struct pm_row *row) {
    struct drawn_rows *d = ctx;
    const struct pm_row *want = &d->rows[row->line];
    for (int f = PM_F_REPOSITORY; f <= PM_F_URL; f++)
        assert_true(pm_str_eq(row->event.field[f], want->event.field[f]));
    d->n++;
    return true;
}
static void parts_of_urls_are_their_own(void **state) {
    (void)state;
    static const char *const urls[] = {"/v2/a/a/manifests/a", "/v2/aa/a/manifests/aa",
                                       "/v2/b/a/manifests/a", ""};
    static const char elsewhere[] = "/v2/aa/a/manifests/a";
    static struct drawn_rows d;
    struct pm_timeline *t = opened(NULL, true);
    struct pm_file_row f = member("access.log", "", "", "aa");
    uint32_t id = pm_timeline_file(t, &f), seed = 1;
    for (uint64_t i = 0; i < DRAWN_ROWS; i++) {
        struct pm_row *r = &d.rows[i];
        *r = failure(id, i, i + 1, INT64_C(1000) + (int64_t)i, PM_WHEN_UTC, "");
        const struct pm_str url = r->event.field[PM_F_URL] = pm_str_c(urls[i * 7 / 5 % 4]);
        for (int part = PM_F_REPOSITORY; part <= PM_F_DIGEST; part++) {
            seed = seed * 1664525 + 1013904223;
            const struct pm_str of = seed >> 29 ? url : pm_str_c(elsewhere);
            r->event.field[part] = pm_str_sub(of, seed >> 20 & 15, seed >> 25 & 3);
        }
    }
    pm_timeline_put_all(t, d.rows, DRAWN_ROWS);
    pm_timeline_commit(t);
    pm_timeline_each(t, NULL, drawn_row_is, &d);
    assert_int_equal(d.n, DRAWN_ROWS);
    pm_timeline_close(t);
}

static int64_t year_2026(void *ctx, enum pm_when_kind kind, int64_t ns, enum pm_quality *quality) {
    ++*(int *)ctx;
    if (kind != PM_WHEN_NO_YEAR) return ns;
    int64_t out = ns;
    *quality = PM_QUALITY_INFERRED;
    assert_true(pm_when_in_year(ns, 2026, &out));
    return out;
}
static void undated_files_are_dated(void **state) {
    (void)state;
    struct pm_timeline *t = opened(NULL, true);
    struct pm_file_row a = member("kubelet.log", "n1", "", "aa"),
                       b = member("containerd.log", "n1", "", "bb");
    uint32_t klog = pm_timeline_file(t, &a), other = pm_timeline_file(t, &b);
    const int64_t day = INT64_C(86400) * PM_NS_PER_S;
    struct pm_row rows[] = {
        failure(klog, 1, 1, 101 * day, PM_WHEN_NO_YEAR, "n1"),
        failure(other, 1, 2, pm_civil_ns(2026, 4, 11, 12, 0, 0, 0), PM_WHEN_UTC, "n1"),
        failure(klog, 2, 3, 100 * day, PM_WHEN_NO_YEAR, "n1")};
    for (size_t i = 0; i < 3; i++)
        pm_timeline_put(t, &rows[i]); // members interleave, as from two threads
    int asked = 0;
    pm_timeline_redate(t, klog, year_2026, &asked);
    assert_int_equal(asked, 2);
    pm_timeline_commit(t);
    struct seen s = {0};
    pm_timeline_each(t, NULL, see, &s);
    assert_int_equal(s.n, 3);
    assert_int_equal(s.line[0], 2);
    assert_true(s.ts[0] == pm_civil_ns(2026, 4, 10, 0, 0, 0,
                                       0)); // day 100 of a year with Feb 29 is day 99 of 2026
    assert_true(s.ts[1] == pm_civil_ns(2026, 4, 11, 0, 0, 0, 0));
    assert_string_equal(s.path[2], "containerd.log");
    assert_string_equal(answer(t, "SELECT count(*) FROM events WHERE quality='inferred'"), "2");
    pm_timeline_close(t);
}

static void a_record_in_two_files_counts_once(void **state) {
    (void)state;
    struct pm_timeline *t = opened(NULL, true);
    struct pm_file_row a = member("kubelet.log", "", "", "aa"),
                       b = member("journal.log", "n1", "journald-short", "bb");
    uint32_t bare = pm_timeline_file(t, &a), journal = pm_timeline_file(t, &b);
    struct pm_row rows[] = {
        failure(bare, 1, 11, 1000, PM_WHEN_UTC, ""), // in both: the journal names the node
        failure(bare, 2, 12, 2000, PM_WHEN_UTC, ""),
        failure(bare, 3, 12, 2000, PM_WHEN_UTC,
                ""), // twice here, once there: (hash, ordinal) tells
        failure(journal, 1, 11, 1000, PM_WHEN_UTC, "n1"),
        failure(journal, 1, 11, 1000, PM_WHEN_UTC, "n1"), // one record, two events: both stay
        failure(journal, 2, 12, 2000, PM_WHEN_UTC, "n1"),
        failure(journal, 3, 0, 3000, PM_WHEN_UTC, "n1"), // no hash: never a duplicate
    };
    rows[2].ordinal = 1;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) pm_timeline_put(t, &rows[i]);
    pm_timeline_commit(t);
    assert_string_equal(
        answer(
            t,
            "SELECT group_concat(file || ':' || line, ' ') FROM (SELECT * FROM events ORDER BY ts_ns, file, line)"),
        "journal.log:1 journal.log:1 journal.log:2 kubelet.log:3 journal.log:3");
    assert_string_equal(answer(t, "SELECT duplicates FROM files WHERE path = 'kubelet.log'"), "2");
    assert_string_equal(
        answer(
            t,
            "SELECT file||'|'||message||'|'||count FROM diagnostics WHERE code = 'duplicate-records'"),
        "kubelet.log|also in journal.log: counted once|2");
    pm_timeline_close(t);
}

// As analyzer/ingest/facts.c packs it: five empty ranges, no leap day, no votes on years; no
// capture and no age, each PM_NO_TIME; no votes on zones, no marks.
#define NO_STAMP "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
#define CLOCK_OF_NOTHING "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" NO_STAMP NO_STAMP "\0\0"
static void make(const char *db, const char *path, const char *hash, uint64_t first_hash,
                 const char *input) {
    struct pm_timeline *t = opened(db, true);
    struct pm_file_row f = member(path, "n1", "", hash);
    uint32_t id = pm_timeline_file(t, &f);
    for (uint64_t i = 0; i < 3; i++) {
        struct pm_row r = failure(id, i + 1, first_hash + i, (int64_t)(1000 * (first_hash + i)),
                                  PM_WHEN_UTC, "n1");
        r.event.field[PM_F_MESSAGE] = pm_str_c(path);
        pm_timeline_put(t, &r);
    }
    pm_timeline_meta(t, "inputs", pm_str_c(input));
    pm_timeline_input(t, 0, pm_str_c(input), PM_NONE, PM_NONE);
    const struct pm_member_facts said = {.place = pm_str_c(path),
                                         .component = PM_COMP_CONTAINERD,
                                         .fact_node = PM_STR("n1"),
                                         .written = true,
                                         .mtime_ns = PM_NO_TIME,
                                         .read_ns = PM_NO_TIME,
                                         .clock = PM_STR(CLOCK_OF_NOTHING),
                                         .voices = PM_STR("\0")};
    pm_timeline_fact(t, id, &said);
    pm_timeline_commit(t);
    pm_timeline_close(t);
}
static void merge_all(struct pm_timeline *into, const char *a, const char *b) {
    const char *why = "";
    if (!pm_ingest_merge(into, a, &why) || !pm_ingest_merge(into, b, &why)) fail_msg("%s", why);
}
static void merging_is_idempotent(void **state) {
    (void)state;
    char a[128], b[128], all[128];
    snprintf(a, sizeof a, "%s/a.db", folder), snprintf(b, sizeof b, "%s/b.db", folder),
        snprintf(all, sizeof all, "%s/all.db", folder);
    make(a, "one/containerd.log", "h1", 1, "one.tar");
    make(b, "two/containerd.log", "h2", 3, "two.tar"); // its first record is one's last
    struct pm_timeline *t = opened(all, true);
    merge_all(t, a, b);
    pm_timeline_close(t);
    t = opened(all, false);
    static const char everything[] =
        "SELECT count(*) || ' ' || count(DISTINCT message) || ' ' || (SELECT count(*) FROM files) || ' ' || (SELECT value FROM "
        "meta WHERE key = 'inputs') FROM events";
    assert_string_equal(answer(t, everything), "5 2 2 one.tar\ntwo.tar");
    merge_all(t, b, a);
    assert_string_equal(answer(t, everything), "5 2 2 one.tar\ntwo.tar");
    const char *why = "";
    assert_true(pm_ingest_merge(t, all, &why)); // itself: nothing new
    assert_string_equal(answer(t, everything), "5 2 2 one.tar\ntwo.tar");
    struct seen s = {0};
    pm_timeline_each(t, NULL, see, &s);
    assert_int_equal(s.n, 5);
    assert_string_equal(s.path[2], "one.tar/one/containerd.log");
    assert_string_equal(s.path[4], "two.tar/two/containerd.log");
    pm_timeline_close(t);
}

// A row is copied cell by cell as it was said, behind rows of others, whose texts and shapes
// have other numbers; what it has not stays absent.
static const char every_cell[] =
    "SELECT quote(line)||quote(hash)||quote(ordinal)||quote(ts)||quote(first_ns)||quote(last_ns)||quote(kind)||quote(limit_)||quote(count)||"
    "quote(duration_ns)||quote(waiting_ns)||quote(bytes)||quote(remaining)||(SELECT text FROM string WHERE id = error)||"
    "quote((SELECT text FROM string WHERE id = pod))||quote((SELECT text FROM string WHERE id = detail))||quote(join_)||quote(raw)||"
    "(SELECT path FROM member m WHERE m.id = member) FROM event JOIN shape ON number = shape WHERE line = ";
static void a_merge_copies_every_cell(void **state) {
    (void)state;
    char one[128], other[128], all[128], cells[2][256], sql[1024];
    const char *why = "";
    snprintf(one, sizeof one, "%s/cells.db", folder),
        snprintf(other, sizeof other, "%s/cells-other.db", folder);
    snprintf(all, sizeof all, "%s/cells-all.db", folder);
    make(other, "two/containerd.log", "h2", 30, "two.tar");
    struct pm_timeline *t = opened(one, true);
    struct pm_file_row f = member("n1/containerd.log", "n1", "", "h1");
    uint32_t id = pm_timeline_file(t, &f);
    struct pm_row full = failure(id, 101, 99, 1234567, PM_WHEN_UTC, "n1"),
                  bare = failure(id, 102, 0, PM_NO_TIME, PM_WHEN_UTC, "n1");
    full.ordinal = 3;
    full.first_ns = 1234000;
    full.last_ns = 1235000;
    full.event.count = 17;
    full.event.waiting_ns = 5;
    full.event.bytes = 6;
    full.event.remaining = full.event.limit = 7;
    full.event.field[PM_F_POD] = PM_STR("web-0");
    full.event.field[PM_F_DETAIL] = PM_STR("containerd");
    bare.event.duration_ns = 0;
    bare.raw = PM_NONE;
    pm_timeline_put(t, &full);
    pm_timeline_put(t, &bare);
    pm_timeline_commit(t);
    pm_timeline_close(t);
    struct pm_timeline *merged = opened(all, true);
    merge_all(merged, other, one);
    t = opened(one, false);
    for (int line = 101; line <= 102; line++) {
        snprintf(sql, sizeof sql, "%s%d", every_cell, line);
        snprintf(cells[0], sizeof cells[0], "%s", answer(t, sql));
        snprintf(cells[1], sizeof cells[1], "%s", answer(merged, sql));
        assert_string_equal(cells[0], cells[1]);
        assert_non_null(strstr(cells[0], line == 101 ? "'web-0''containerd'0'level=error …'"
                                                     : "429 Too Many RequestsNULLNULL0NULL"));
    }
    assert_string_equal(answer(merged, "SELECT min(id)||'-'||max(id)||' '||count(*) FROM event"),
                        "1-5 5");
    assert_string_equal(answer(merged, "SELECT is_new_here(1) FROM event"),
                        "mistake: this function is of the program's own merge");
    assert_true(pm_ingest_merge(merged, one, &why)); // and none of it twice
    assert_string_equal(answer(merged, "SELECT count(*) FROM event"), "5");
    pm_timeline_close(t);
    pm_timeline_close(merged);
}

// Many sources are taken one by one and settled once; what was taken and not settled, as
// by a run that was killed, is settled by the next.
static void many_are_settled_once(void **state) {
    (void)state;
    const char *why = "";
    char a[128], b[128], all[128], one[128];
    snprintf(a, sizeof a, "%s/ma.db", folder), snprintf(b, sizeof b, "%s/mb.db", folder);
    snprintf(all, sizeof all, "%s/many.db", folder),
        snprintf(one, sizeof one, "%s/one-by-one.db", folder);
    make(a, "one/containerd.log", "h1", 1, "two.tar"); // the inputs come in the wrong order
    make(b, "two/containerd.log", "h2", 3, "one.tar");
    struct pm_timeline *many = opened(all, true), *each = opened(one, true);
    merge_all(each, a, b);
    assert_true(pm_timeline_merge_take(many, a, &why) && pm_timeline_merge_take(many, b, &why) &&
                pm_timeline_merge_take(many, a, &why));
    static const char everything[] =
        "SELECT count(*) || ' ' || (SELECT value FROM meta WHERE key = 'inputs') || ' ' || (SELECT count(*) FROM meta WHERE key = "
        "'unsettled') || ' ' || (SELECT count(*) FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL) FROM events";
    assert_string_equal(
        answer(many, everything),
        "6 two.tar\none.tar 1 1"); // the record that both hold twice; an index that helps taking, not the timeline's
    pm_timeline_close(many);
    many = opened(all, false);
    assert_true(pm_ingest_merge(many, a, &why)); // nothing new in it
    assert_string_equal(answer(many, everything), "5 one.tar\ntwo.tar 0 0");
    assert_string_equal(answer(each, everything), "5 one.tar\ntwo.tar 0 0");
    pm_timeline_close(many);
    pm_timeline_close(each);
}

// More shapes than are remembered: each event has its own, whether it is the first with it,
// one that is remembered, or one that stands in the table a second time.
static bool limit_is_line(void *ctx, const struct pm_row *row) {
    ++*(int *)ctx;
    assert_int_equal(row->event.limit, row->line % 66000);
    return true;
}
static void no_two_events_are_alike(void **state) {
    (void)state;
    enum { SHAPES = 66000, AGAIN = 500 }; // beyond the 65536 that are remembered
    char db[128], all[128];
    const char *why = "";
    snprintf(db, sizeof db, "%s/alike.db", folder),
        snprintf(all, sizeof all, "%s/alike-all.db", folder);
    struct pm_timeline *t = opened(db, true);
    struct pm_file_row f = member("containerd.log", "n1", "", "h1");
    uint32_t id = pm_timeline_file(t, &f);
    for (int i = 0; i < SHAPES + AGAIN; i++) {
        struct pm_row r = failure(id, (uint64_t)i, 0, 1000, PM_WHEN_UTC, "n1");
        r.event.limit = i % SHAPES;
        pm_timeline_put(t, &r);
    }
    pm_timeline_commit(t);
    int n = 0;
    pm_timeline_each(t, NULL, limit_is_line, &n);
    assert_int_equal(n, SHAPES + AGAIN);
    static const char as_seen[] =
        "SELECT count(*) || ' ' || sum(limit_ = line % 66000) FROM events WHERE line >= 65000";
    assert_string_equal(answer(t, as_seen), "1500 1500");
    pm_timeline_close(t);
    t = opened(all, true);
    if (!pm_ingest_merge(t, db, &why)) fail_msg("%s", why);
    assert_string_equal(answer(t, as_seen), "1500 1500");
    pm_timeline_close(t);
}

static void refusals_say_why(void **state) {
    (void)state;
    char path[128];
    snprintf(path, sizeof path, "%s/notes.txt", folder);
    FILE *f = fopen(path, "wb");
    for (int i = 0; i < 100; i++) fputs("not a database\n", f);
    fclose(f);
    const char *why = NULL;
    assert_null(pm_timeline_open_read(path, &why));
    assert_non_null(strstr(why, "not a timeline"));
    assert_null(pm_timeline_open(path, true, &why)); // a log given as --db is not overwritten
    assert_non_null(strstr(why, "not overwritten"));
    assert_int_equal(access(path, F_OK), 0);
    assert_null(pm_timeline_open_read(in_folder("absent.db"), &why));
    assert_non_null(strstr(why, "No such file"));
    make(in_folder("whole.db"), "x.log", "h", 1, "x");
    f = fopen(in_folder("whole.db"), "r+b");
    fseek(f, 60, SEEK_SET); // user_version: a schema of the future
    fwrite("\0\0\1\0", 1, 4, f);
    fclose(f);
    assert_null(pm_timeline_open_read(in_folder("whole.db"), &why));
    assert_non_null(strstr(why, "newer pullmortem"));
    assert_true(pm_timeline_is(in_folder("whole.db")));
    assert_false(pm_timeline_is(path));
}

static void a_file_cut_short_is_no_crash(void **state) {
    (void)state;
    const char *db = in_folder("cut.db");
    make(db, "x.log", "h", 1, "x");
    assert_int_equal(truncate(db, 20000), 0);
    const char *why = NULL;
    struct pm_timeline *t = pm_timeline_open_read(db, &why);
    if (t) { // its first pages are whole: reading on must end with a reason
        struct seen s = {0};
        pm_timeline_each(t, NULL, see, &s);
        assert_non_null(pm_timeline_error(t));
        pm_timeline_close(t);
    } else assert_non_null(why);
}

static void an_unfinished_timeline_leaves_nothing(void **state) {
    (void)state;
    const char *db = in_folder("half.db");
    struct pm_timeline *t = opened(db, true);
    pm_timeline_close(t);
    assert_int_not_equal(access(db, F_OK), 0);
    assert_int_not_equal(access(in_folder("half.db.building"), F_OK), 0);
}

static void sql_only_reads(void **state) {
    (void)state;
    const char *db = in_folder("sql.db");
    make(db, "x.log", "h", 1, "x");
    struct pm_timeline *t = opened(db, false); // even where the program itself may write
    static const char *const refused[] = {"DELETE FROM event",
                                          "UPDATE member SET path = ''",
                                          "DROP VIEW events",
                                          "CREATE TEMP TABLE t(x)",
                                          "ATTACH '/tmp/pm-should-not-be.db' AS x",
                                          "PRAGMA journal_mode = DELETE",
                                          "PRAGMA writable_schema = 1",
                                          "BEGIN",
                                          "DETACH main",
                                          "INSERT INTO meta VALUES('a', 1)",
                                          "SELECT load_extension('x')",
                                          "VACUUM INTO '/tmp/pm-should-not-be.db'"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (!strstr(answer(t, refused[i]), "only reading") &&
            !strstr(answer(t, refused[i]), "not authorized"))
            fail_msg("%s: %s", refused[i], answer(t, refused[i]));
    assert_int_not_equal(access("/tmp/pm-should-not-be.db", F_OK), 0);
    assert_string_equal(answer(t, "SELECT 1; SELECT 2"), "mistake: one statement at a time");
    assert_string_equal(answer(t, " "), "mistake: the statement is empty");
    assert_string_equal(answer(t, "SELECT nosuch FROM events"), "mistake: no such column: nosuch");
    assert_string_equal(
        answer(
            t,
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT sum(i) FROM n"),
        "15");
    assert_string_equal(answer(t, "SELECT name FROM pragma_table_info('events') LIMIT 1"), "id");
    pm_timeline_close(t);
}

static void views_have_the_contracts_columns(void **state) {
    (void)state;
    struct pm_timeline *t = opened(NULL, true);
    pm_timeline_commit(t);
    static const char *const selects[] = {
        "SELECT id, time, ts_ns, quality, kind, component, node, namespace, pod, workload, container, image, registry, "
        "repository, tag, digest, client, user, method, url, status, bytes, "
        "duration_ms, count, error, cause, rule, file, line FROM events",
        "SELECT id, node, image, registry, repository, tag, digest, started, ended, outcome, cause, status, stage, "
        "duration_ms, bytes, pods, sources, incident FROM pulls",
        "SELECT id, root_cause, severity, confidence, started, ended, recovered, scope_kind, scope, failed_pulls, pods, "
        "workloads, nodes, images, explained_by FROM incidents",
        "SELECT registry, identity, client, time, used, ok, refused, remaining, limit_ FROM quota_points",
        "SELECT path, format, component, node, bytes, lines, events, bad, sha256 FROM files",
        "SELECT file, line, code, message, count FROM diagnostics"};
    for (size_t i = 0; i < sizeof selects / sizeof *selects; i++)
        assert_string_equal(answer(t, selects[i]), "(no row)");
    pm_timeline_close(t);
}

static void judgement_goes_back(void **state) {
    (void)state;
    const char *db = in_folder("judged.db");
    make(db, "x.log", "h", 1, "x");
    struct pm_timeline *t = opened(db, false);
    struct pm_str pods[] = {PM_STR("shop/web-1"), PM_STR("shop/web-2")};
    struct pm_pull p = {.id = 1,
                        .node = PM_STR("n1"),
                        .image = PM_STR("docker.io/library/nginx:1.25"),
                        .started_ns = pm_civil_ns(2026, 4, 12, 6, 47, 0, 0),
                        .ended_ns = PM_NO_TIME,
                        .outcome = PM_OUTCOME_FAILED,
                        .cause = pm_cause_find(PM_STR("rate-limit.anonymous")),
                        .http_status = 429,
                        .stage = PM_STAGE_MANIFEST,
                        .bytes = -1,
                        .pods = {pods, 2, 2},
                        .sources = PM_SRC_RUNTIME | PM_SRC_EVENTS,
                        .incident = 1};
    struct pm_incident i = {.id = 1,
                            .root_cause = p.cause,
                            .severity = PM_SEVERITY_CRITICAL,
                            .confidence = PM_CONFIDENCE_HIGH,
                            .from_ns = p.started_ns,
                            .to_ns = p.started_ns,
                            .recovered_ns = PM_NO_TIME,
                            .scope_kind = PM_SCOPE_REGISTRY,
                            .failed_pulls = 1};
    struct pm_quota_point point = {
        .t_ns = p.started_ns, .used = 100, .refused = 1, .remaining = -1};
    struct pm_quota q = {.registry = PM_STR("docker.io"),
                         .identity = PM_STR("anonymous"),
                         .limit = 100,
                         .window_s = -1,
                         .with_cache = -1,
                         .points = &point,
                         .points_n = 1};
    for (int again = 0; again < 2; again++) { // judging again replaces
        pm_timeline_clear_judgement(t);
        pm_timeline_put_verdict(t, 1, "rate-limit.anonymous", "hub-429");
        pm_timeline_put_pull(t, &p);
        pm_timeline_put_incident(t, &i);
        pm_timeline_put_quota(t, &q);
    }
    assert_string_equal(
        answer(
            t,
            "SELECT count(*) || outcome || ' ' || pods || ' ' || sources || ' ' || started || ' ' || coalesce(ended, '-') || ' ' || cause FROM pulls"),
        "1failed shop/web-1 shop/web-2 runtime+events 2026-04-12T06:47:00.000Z - rate-limit.anonymous");
    assert_string_equal(
        answer(t, "SELECT cause || ' ' || rule FROM events WHERE cause IS NOT NULL"),
        "rate-limit.anonymous hub-429");
    assert_string_equal(answer(t, "SELECT severity || scope_kind || confidence FROM incidents"),
                        "criticalregistryhigh");
    assert_string_equal(
        answer(
            t,
            "SELECT count(*) || ' ' || used || '/' || limit_ || coalesce(remaining, '-') FROM quota_points"),
        "1 100/100-");
    pm_timeline_close(t);
    const char *why;
    t = pm_timeline_open_read(db, &why);
    pm_timeline_clear_judgement(t); // does nothing on a timeline opened for reading
    pm_timeline_put_pull(t, &p);
    assert_string_equal(answer(t, "SELECT count(*) FROM pulls"), "1");
    assert_null(pm_timeline_error(t));
    pm_timeline_close(t);
}

static int setup(void **state) {
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}
// Rows are put in groups, and what is left one by one: whichever way, each has its number,
// its texts and its place.
static void rows_in_groups_are_rows_one_by_one(void **state) {
    enum { ROWS = 29 };
    static const char *const questions[] = {
        "SELECT count(*)||' '||sum(id*line)||' '||sum(id*ts_ns%1000) FROM events",
        "SELECT group_concat(id||':'||line||':'||pod||':'||coalesce(remaining,'-')||':'||node||':'||coalesce(tag,'-')) FROM "
        "(SELECT e.*, (SELECT remaining FROM event WHERE id=e.id) AS remaining FROM events e ORDER BY id)",
        "SELECT group_concat(id||'='||text) FROM (SELECT * FROM string ORDER BY id)"};
    struct pm_row rows[ROWS];
    char pod[ROWS][16], got[2][PM_LEN(questions)][256];
    (void)state;
    for (int way = 0; way < 2; way++) {
        struct pm_timeline *t = opened(in_folder(way ? "groups.db" : "singly.db"), true);
        struct pm_file_row f = member("n1/containerd.log", "n1", "", "aa");
        uint32_t id = pm_timeline_file(t, &f);
        for (size_t i = 0; i < ROWS; i++) {
            rows[i] = failure(id, i + 1, i + 99, INT64_C(1775976421123456789) + (int64_t)i,
                              PM_WHEN_UTC, i % 3 ? "n1" : "n2");
            snprintf(pod[i], sizeof pod[i], "web-%zu", i % 11);
            rows[i].event.field[PM_F_POD] = pm_str_c(pod[i]);
            rows[i].event.remaining = i % 4 ? -1 : (int64_t)i;
            if (i % 5 == 0) rows[i].event.field[PM_F_TAG] = PM_STR("1");
        }
        if (way) pm_timeline_put_all(t, rows, ROWS);
        for (size_t i = 0; i < ROWS && !way; i++) pm_timeline_put(t, &rows[i]);
        pm_timeline_commit(t);
        for (size_t q = 0; q < PM_LEN(questions); q++)
            snprintf(got[way][q], sizeof got[way][q], "%s", answer(t, questions[q]));
        assert_null(pm_timeline_error(t));
        pm_timeline_close(t);
    }
    for (size_t q = 0; q < PM_LEN(questions); q++) {
        assert_string_equal(got[0][q], got[1][q]);
        assert_null(strstr(got[0][q], "mistake"));
    }
    assert_memory_equal(got[0][0], "29 ", 3);
}

static int teardown(void **state) {
    (void)state;
    static const char *const files[] = {
        "rows.db",   "groups.db",    "singly.db", "a.db",           "b.db",
        "all.db",    "notes.txt",    "whole.db",  "cut.db",         "sql.db",
        "judged.db", "ma.db",        "mb.db",     "many.db",        "one-by-one.db",
        "alike.db",  "alike-all.db", "cells.db",  "cells-other.db", "cells-all.db"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) unlink(in_folder(files[i]));
    return rmdir(folder);
}
int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows_come_back),
                                       cmocka_unit_test(a_walk_brings_what_is_judged),
                                       cmocka_unit_test(rows_in_groups_are_rows_one_by_one),
                                       cmocka_unit_test(parts_of_urls_are_their_own),
                                       cmocka_unit_test(undated_files_are_dated),
                                       cmocka_unit_test(a_record_in_two_files_counts_once),
                                       cmocka_unit_test(merging_is_idempotent),
                                       cmocka_unit_test(a_merge_copies_every_cell),
                                       cmocka_unit_test(many_are_settled_once),
                                       cmocka_unit_test(no_two_events_are_alike),
                                       cmocka_unit_test(refusals_say_why),
                                       cmocka_unit_test(a_file_cut_short_is_no_crash),
                                       cmocka_unit_test(an_unfinished_timeline_leaves_nothing),
                                       cmocka_unit_test(sql_only_reads),
                                       cmocka_unit_test(views_have_the_contracts_columns),
                                       cmocka_unit_test(judgement_goes_back)};
    return cmocka_run_group_tests(tests, setup, teardown);
}
