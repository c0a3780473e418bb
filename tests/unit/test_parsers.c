// testdata/parsers/<format>/<case>.log through framing and parsers, compared with
// <case>.expect: one compact JSON line an event and a diagnostic.
//
// Leading lines "## …" of a .log say where it came from and are not parsed. ACCEPT=1
// rewrites the .expect files; ONLY=<format> runs one folder. Times are RFC 3339 where
// they are UTC, else "<kind>:<ns>" as the clock will see them.
#include <dirent.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "listen.h"
#include "pm/diag.h"
#include "pm/ingest.h"

struct run {
    struct pm_buf out;
};

static void put_str(json_t *o, const char *key, struct pm_str s) {
    if (!s.n) return;
    json_t *v = json_stringn(s.p, s.n);
    json_object_set_new(o, key, v ? v : json_string("(not UTF-8)"));
}

static void put_when(json_t *o, const char *key, const struct pm_when *w) {
    static const char *const kinds[] = {"none", "utc", "local", "no-year", "mono", "age"};
    char text[32];
    if (w->kind == PM_WHEN_NONE) return;
    if (w->kind == PM_WHEN_UTC) {
        json_object_set_new(o, key, json_string(pm_when_format(w->ns, text)));
        return;
    }
    json_object_set_new(o, key, json_sprintf("%s:%lld", kinds[w->kind], (long long)w->ns));
}

static void put_number(json_t *o, const char *key, int64_t v, int64_t none) {
    if (v != none) json_object_set_new(o, key, json_integer(v));
}

static void put_flags(json_t *o, unsigned flags) {
    static const char *const names[] = {"cut",  "snapshot", "credentials", "anonymous",
                                        "push", "mirror",   "echo",        "sandbox"};
    if (!flags) return;
    json_t *list = json_array();
    for (size_t i = 0; i < PM_LEN(names); i++)
        if (flags & (1u << i)) json_array_append_new(list, json_string(names[i]));
    if (flags & PM_EV_CACHE_HIT) json_array_append_new(list, json_string("cache-hit"));
    if (flags & PM_EV_CACHE_MISS) json_array_append_new(list, json_string("cache-miss"));
    json_object_set_new(o, "flags", list);
}

static void print(struct run *run, json_t *o) {
    char *line = json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENSURE_ASCII);
    pm_buf_lit(&run->out, line);
    pm_buf_addc(&run->out, '\n');
    free(line);
    json_decref(o);
}

static void on_event(void *ctx, const struct pm_record *r, const struct pm_parser *p,
                     const struct pm_event *e) {
    struct run *run = ctx;
    if (!e) return;
    json_t *o = json_object();
    json_object_set_new(o, "line", json_integer((json_int_t)r->line));
    json_object_set_new(o, "format", json_string(p->name));
    json_object_set_new(o, "kind", json_string(pm_kind_names[e->kind]));
    json_object_set_new(o, "component", json_string(pm_component_names[e->component]));
    if (e->stage) json_object_set_new(o, "stage", json_string(pm_stage_names[e->stage]));
    put_number(o, "status", e->http_status, 0);
    put_flags(o, e->flags);
    if (e->count > 1) json_object_set_new(o, "count", json_integer(e->count));
    put_when(o, "time", &e->when);
    put_when(o, "first", &e->first);
    put_when(o, "last", &e->last);
    put_number(o, "duration_ns", e->duration_ns, 0);
    put_number(o, "waiting_ns", e->waiting_ns, 0);
    put_number(o, "bytes", e->bytes, -1);
    put_number(o, "limit", e->limit, -1);
    put_number(o, "remaining", e->remaining, -1);
    put_number(o, "window_s", e->window_s, -1);
    for (int i = 0; i < PM_F_COUNT; i++) put_str(o, pm_field_names[i], e->field[i]);
    json_t *env = json_array();
    for (int i = 0; i < r->envelope_count; i++)
        json_array_append_new(env, json_string(r->envelopes[i]));
    if (r->envelope_count) json_object_set(o, "envelopes", env);
    json_decref(env);
    put_str(o, "section", r->section);
    print(run, o);
}

static void put_diags(struct run *run, struct pm_diags *d) {
    for (size_t i = 0; i < pm_diags_count(d); i++) {
        struct pm_diag x = pm_diags_at(d, i);
        json_t *o = json_object();
        json_object_set_new(o, "line", json_integer((json_int_t)x.line));
        put_str(o, "diagnostic", x.code);
        put_str(o, "message", x.message);
        if (x.count > 1) json_object_set_new(o, "count", json_integer((json_int_t)x.count));
        print(run, o);
    }
}

static bool read_file(const char *path, struct pm_buf *b) {
    char block[65536];
    FILE *in = fopen(path, "rb");
    if (!in) return false;
    for (size_t n; (n = fread(block, 1, sizeof block, in)) > 0;)
        pm_buf_add(b, (struct pm_str){block, n});
    fclose(in);
    return true;
}

// Without the "## " head. Line numbers count from what is left.
static struct pm_str without_provenance(struct pm_str s) {
    while (pm_str_starts(s, PM_STR("## "))) {
        ptrdiff_t nl = pm_str_chr(s, '\n', 0);
        s = nl < 0 ? PM_NONE : pm_str_from(s, (size_t)nl + 1);
    }
    return s;
}

static void show_difference(const char *path, struct pm_str want, struct pm_str got) {
    size_t line = 1, at = 0, start = 0;
    while (at < want.n && at < got.n && want.p[at] == got.p[at]) {
        if (want.p[at] == '\n') line++, start = at + 1;
        at++;
    }
    struct pm_str w = pm_str_from(want, start), g = pm_str_from(got, start);
    ptrdiff_t we = pm_str_chr(w, '\n', 0), ge = pm_str_chr(g, '\n', 0);
    print_error("%s:%zu: differs\n  want %.*s\n  got  %.*s\n", path, line,
                PM_FMT(pm_str_sub(w, 0, we < 0 ? w.n : (size_t)we)),
                PM_FMT(pm_str_sub(g, 0, ge < 0 ? g.n : (size_t)ge)));
}

static bool run_case(const char *log_path, const char *member) {
    struct pm_buf log = {0}, want = {0};
    struct run run = {0};
    struct pm_diags *diags = pm_diags_new();
    if (!read_file(log_path, &log)) fail_msg("%s: cannot be read", log_path);
    pm_ingest_text(without_provenance(pm_buf_str(&log)), member, on_event, &run, diags);
    put_diags(&run, diags);
    struct pm_buf expect = {0};
    pm_buf_fmt(&expect, "%.*s.expect", (int)(strlen(log_path) - 4), log_path);
    bool ok = true;
    if (getenv("ACCEPT")) {
        FILE *out = fopen(expect.p, "wb");
        ok = out && fwrite(run.out.n ? run.out.p : "", 1, run.out.n, out) == run.out.n;
        if (out) fclose(out);
    } else if (!read_file(expect.p, &want)) {
        print_error("%s: missing (ACCEPT=1 writes it)\n", expect.p);
        ok = false;
    } else if (!pm_str_eq(pm_buf_str(&want), pm_buf_str(&run.out))) {
        show_difference(expect.p, pm_buf_str(&want), pm_buf_str(&run.out));
        ok = false;
    }
    pm_diags_free(diags);
    pm_buf_free(&log);
    pm_buf_free(&want);
    pm_buf_free(&expect);
    pm_buf_free(&run.out);
    return ok;
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

struct names {
    char **items;
    size_t n, cap;
};

static struct names list_dir(const char *path, const char *tail) {
    struct names v = {0};
    DIR *d = opendir(path);
    if (!d) return v;
    for (struct dirent *e; (e = readdir(d));) {
        if (e->d_name[0] == '.' || !pm_str_ends(pm_str_c(e->d_name), pm_str_c(tail))) continue;
        *PM_PUSH(v.items, v.n, v.cap) = pm_xstrdup(e->d_name);
    }
    closedir(d);
    if (v.n) qsort(v.items, v.n, sizeof *v.items, by_name);
    return v;
}

static void free_names(struct names *v) {
    for (size_t i = 0; i < v->n; i++) free(v->items[i]);
    free(v->items);
}

static void test_cases(void **state) {
    (void)state;
    struct names formats = list_dir("testdata/parsers", "");
    size_t bad = 0, n = 0;
    for (size_t i = 0; i < formats.n; i++) {
        if (getenv("ONLY") && strcmp(getenv("ONLY"), formats.items[i]) != 0) continue;
        struct pm_buf dir = {0};
        pm_buf_fmt(&dir, "testdata/parsers/%s", formats.items[i]);
        struct names cases = list_dir(dir.p, ".log");
        for (size_t k = 0; k < cases.n; k++, n++) {
            struct pm_buf path = {0};
            pm_buf_fmt(&path, "%s/%s", dir.p, cases.items[k]);
            bad += !run_case(path.p, cases.items[k]);
            pm_buf_free(&path);
        }
        free_names(&cases);
        pm_buf_free(&dir);
    }
    free_names(&formats);
    if (bad) fail_msg("%zu of %zu cases differ", bad, n);
    assert_true(n > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases)};
    return cmocka_run_group_tests(tests, listen_setup, listen_teardown);
}
