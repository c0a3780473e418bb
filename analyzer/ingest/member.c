// A worker's side: it takes the next member, reads and frames it, and says what it is.
#include "ingest/member.h"
#include "ingest/own.h"
#include "ingest/request_fold.h"
#include <stdlib.h>
#include <string.h>

static void on_stamps(void *ctx, const struct pm_record *rec, const struct pm_when *envelope,
                      const struct pm_when *payload) {
    struct pm_clock_evidence *c = &((struct reading *)ctx)->j->r.clock;
    pm_clock_see(c, envelope);
    member_note_feb29(c, rec);
    bool one_clock = envelope->kind == PM_WHEN_UTC ||
                     (envelope->kind == PM_WHEN_NO_YEAR && payload->kind == PM_WHEN_NO_YEAR);
    if (!one_clock)
        pm_clock_see(
            c, payload); // beside the collector's clock, one without year or zone is never used
    pm_clock_pair(c, envelope, payload);
}

static void on_fact(void *ctx, const struct pm_record *rec, enum pm_fact fact, struct pm_str text,
                    const struct pm_when *when) {
    (void)rec;
    struct reading *r = ctx;
    switch (fact) {
    case PM_FACT_YEAR_ANCHOR:
        if (when) pm_clock_anchor(&r->j->r.clock, when);
        break;
    case PM_FACT_CAPTURE_TIME:
        if (when) pm_clock_capture(&r->j->r.clock, when);
        break;
    case PM_FACT_NODE_NAME:
        if (!r->node.n && text.n) r->node = pm_arena_dup(r->j->arena, text);
        break;
    case PM_FACT_NODE_ADDRESS: break;
    }
}

static struct pm_str envelope_names(struct pm_arena *a, const struct pm_frame_stats *s) {
    struct pm_str names = PM_NONE;
    for (int i = 0; i < s->envelope_count; i++)
        names = names.n ? pm_arena_fmt(a, "%.*s+%s", PM_FMT(names), s->envelopes[i])
                        : pm_str_c(s->envelopes[i]);
    return names;
}

static void keep_shares(struct result *res, const struct pm_frame_stats *s) {
    for (size_t i = 0; i < PM_FRAME_SHARES && s->shares[i].records; i++) {
        const struct pm_frame_share *most = &s->shares[i];
        res->shares[res->shares_n++] =
            (struct member_share){pm_str_c(most->format->name), most->records};
    }
}

static void describe(struct reading *r, const struct pm_frame_stats *s) {
    struct job *j = r->j;
    struct result *res = &j->r;
    struct pm_file_row *row = &res->row;
    res->path = row->path = pm_str_c(j->path);
    res->input = pm_str_c(j->input);
    res->place = pm_str_from(res->path, j->place_at);
    res->input_at = (uint32_t)j->input_at;
    res->lone = j->lone;
    res->mtime_ns = j->mtime_ns;
    if (s->format) {
        row->format = pm_str_c(s->format->name);
        res->component = s->format->component;
        if (res->component != PM_COMP_NONE)
            row->component = pm_str_c(pm_component_names[res->component]);
    }
    keep_shares(res, s);
    row->envelopes = envelope_names(j->arena, s);
    row->bytes = s->bytes;
    row->lines = s->lines;
    row->events = s->events;
    row->bad = s->bad;
    row->undated = s->undated;
    row->from_ns = row->to_ns = PM_NO_TIME;
    row->hash = digest_end(r->digest, r->told, j->arena);
    bool by_fact =
        r->node.n && pm_str_eq(r->node, s->node); // the framer counts names from facts too
    res->names[PM_NODE_PATH] = pm_node_of_path(res->path, res->input);
    res->names[PM_NODE_FACT] = r->node;
    res->names[PM_NODE_ENVELOPE] = by_fact ? PM_NONE : pm_arena_dup(j->arena, s->node);
    for (size_t i = 0; i < PM_LEN(res->names) && r->p->o->redact; i++)
        res->names[i] = pm_redact(r->p->o->redact_key, j->arena, res->names[i]);
    ingest_node_choose(res);
}

static void keep_voices(struct reading *r, const struct pm_frame *f) {
    struct pm_frame_voice all[PM_FRAME_VOICES];
    size_t n = pm_frame_voices(f, all, PM_FRAME_VOICES);
    r->j->r.voices_n = n;
    r->j->r.voices = pm_arena_alloc(r->j->arena, (n + 1) * sizeof *all);
    memcpy(r->j->r.voices, all, n * sizeof *all);
}

// The helper hashes the same bytes while they are used up.
static void feed(struct reading *r, struct pm_frame *f, struct pm_block *b) {
    const char *own = !r->begun ? pm_own_output(pm_block_str(b)) : NULL;
    if (own && !r->j->why) {
        r->j->why = pm_xstrdup(own);
        r->own = true;
    }
    r->begun = true;
    digest_add(r->digest, pm_block_bytes(b), b->n);
    if (!r->own) pm_frame_feed_block(f, b);
    digest_wait(r->digest);
    atomic_fetch_add_explicit(&r->p->bytes, b->n, memory_order_relaxed);
}

// The member's file is read here, by the worker. True where it broke off.
static bool read_file(struct reading *r, struct pm_frame *f, struct pm_block **block) {
    struct pm_budget budget = {.limits = &r->p->limits, .read_bytes = &r->p->read_bytes};
    struct pm_str path = pm_str_c(r->j->path);
    struct pm_source *root = pm_source_file(r->j->fd, true, &budget, path),
                     *s = r->j->gzip ? pm_source_gzip(root, path) : root;
    while ((*block = pm_source_block(s, *block))->n) feed(r, f, *block);
    const char *limit = pm_source_limit(s);
    if (limit) r->j->why = pm_xstrdup(limit);
    bool broke = pm_source_report(s, r->p->diags);
    if (s != root) pm_source_close(s);
    pm_source_close(root);
    r->j->fd = -1;
    return broke;
}

static bool read_blocks(struct reading *r, struct pm_frame *f) {
    bool truncated;
    for (struct pm_block *b; (b = pipe_block_take(r->p, r->j, &truncated)) != NULL;) {
        feed(r, f, b);
        pipe_block_put(r->p, b);
    }
    return truncated;
}

// PULLMORTEM_READ is there for tests, which hold the two ways of reading against each
// other.
static bool reading_is(const char *way) {
    const char *want = getenv("PULLMORTEM_READ");
    return want && strcmp(want, way) == 0;
}

// From `namespaces/NS/pods` on, where the pods at `at` are a namespace's.
static ptrdiff_t with_namespace(struct pm_str path, ptrdiff_t at) {
    struct pm_str root = PM_STR("/namespaces"), before = pm_str_sub(path, 0, (size_t)at);
    ptrdiff_t ns = pm_str_rchr(before, '/');
    before = pm_str_sub(before, 0, ns > 0 ? (size_t)ns : 0);
    return pm_str_ends(before, root) ? (ptrdiff_t)(before.n - root.n) : at;
}

// Where a folder of pods or containers begins that the path leads through. It may end with
// one that nobody else has under its name, or with a namespace's pods, or with pods whose
// logs are below. Negative: there is none.
static ptrdiff_t pods_folder(struct pm_str folder, struct pm_str place) {
    static const char *const anywhere[] = {"/podlogs/", "/pod-logs/", "/pod_logs/"};
    static const char *const through[] = {"/pods/", "/containers/"};
    ptrdiff_t at = -1, last = (ptrdiff_t)folder.n - (ptrdiff_t)strlen("/pods/");
    for (size_t i = 0; i < PM_LEN(anywhere) && at < 0; i++)
        at = pm_str_rfind(folder, pm_str_c(anywhere[i]));
    for (size_t i = 0; i < PM_LEN(through) && at < 0; i++)
        at = pm_str_rfind(folder, pm_str_c(through[i]));
    if (at < 0) return at;
    ptrdiff_t from = with_namespace(folder, at);
    bool ends = at == last && pm_str_ends(folder, PM_STR("/pods/"));
    return ends && place.n && from == at && !pm_str_starts(place, PM_STR("logs/")) ? -1 : from;
}

// What controllers put behind the names of pods: five letters, no vowels, no 0, 1 or 3.
static bool is_generated(struct pm_str pod) {
    static const char letters[] = "bcdfghjklmnpqrstvwxz2456789";
    ptrdiff_t dash = pm_str_rchr(pod, '-');
    struct pm_str end = pm_str_from(pod, (size_t)(dash + 1));
    for (size_t i = 0; i < end.n; i++)
        if (!memchr(letters, end.p[i], sizeof letters - 1)) return false;
    return dash > 0 && end.n == 5;
}

// Where NS/POD/logs.txt of a cluster-info dump begins. Anybody may call a file so: it is a
// pod's where its folder is called as a controller names pods, or lies in the cluster's own
// namespace.
static ptrdiff_t pod_folder(struct pm_str file) {
    struct pm_str name = PM_STR("/logs.txt");
    if (!pm_str_ends(file, name)) return -1;
    struct pm_str pod = pm_str_sub(file, 0, file.n - name.n);
    ptrdiff_t at = pm_str_rchr(pod, '/');
    struct pm_str ns = pm_str_sub(pod, 0, at > 0 ? (size_t)at : 0);
    ptrdiff_t ns_at = pm_str_rchr(ns, '/');
    bool of_cluster = pm_str_starts(pm_str_from(ns, (size_t)(ns_at + 1)), PM_STR("kube-"));
    return of_cluster || is_generated(pm_str_from(pod, (size_t)(at + 1))) ? ns_at : -1;
}

// The user's own path to the member, from the folder on that says that a pod wrote it; what
// else stands in it is none of the bundle's.
static struct pm_str given_path(struct pipe *p, struct job *j) {
    struct pm_str given = pm_str_c(p->paths[j->input_at]),
                  place = pm_str_from(pm_str_c(j->path), j->place_at);
    while (given.n > 1 && given.p[given.n - 1] == '/') given.n--;
    struct pm_str folder = pm_arena_fmt(j->arena, "/%.*s/", PM_FMT(given)),
                  file = j->lone ? pm_str_sub(folder, 0, folder.n - 1)
                                 : pm_arena_join(j->arena, folder, place);
    ptrdiff_t at = pods_folder(folder, j->lone ? PM_NONE : place);
    if (at < 0) at = pod_folder(file);
    return at < 0 ? PM_NONE : pm_str_from(file, (size_t)(at + 1));
}

// What a worker keeps from member to member.
struct worker {
    struct pm_clean_texts *clean;
    struct digest *digest;
    struct pm_block *block; // a file's bytes are read into it
};

static void read_member(struct pipe *p, struct job *j, struct worker *w) {
    struct reading r = {.p = p,
                        .j = j,
                        .clean = w->clean,
                        .digest = w->digest,
                        .record_offset = UINT64_MAX,
                        .minute = INT64_MIN / 2};
    digest_begin(w->digest);
    j->arena = pm_arena_new();
    pm_clock_init(&j->r.clock);
    const struct pm_ingest_sink sink = {.ctx = &r,
                                        .event = member_event,
                                        .again = member_again,
                                        .fact = on_fact,
                                        .stamps = on_stamps,
                                        .diags = p->diags};
    const struct pm_frame_options fo = {.line_max_bytes = p->o->line_max_bytes,
                                        .given = given_path(p, j),
                                        .all_lines = reading_is("full"),
                                        .anew = reading_is("full"),
                                        .soon = reading_is("sparse")};
    struct pm_frame *f = pm_frame_new(&sink, pm_str_c(j->path), &fo);
    bool truncated = j->kind == JOB_FILE ? read_file(&r, f, &w->block) : read_blocks(&r, f);
    pm_frame_end(f, truncated);
    describe(&r, pm_frame_stats(f));
    keep_voices(&r, f);
    pm_frame_free(f);
    member_rows_end(&r);
    pipe_job_done(p, j, truncated);
}

void *ingest_work(void *ctx) {
    struct pipe *p = ctx;
    struct worker *w = pm_xmalloc(sizeof *w);
    w->block = pm_block_new();
    w->clean = pm_clean_texts_new();
    w->digest = digest_new(p->o->digests_of_samples ? DIGEST_OF_SAMPLES : DIGEST_OF_ALL);
    for (struct job *j; (j = pipe_job_take(p)) != NULL;) read_member(p, j, w);
    digest_free(w->digest);
    pm_clean_texts_free(w->clean);
    free(w->block);
    free(w);
    return NULL;
}
