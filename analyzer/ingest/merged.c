// Once several timelines are one: all that hangs on the whole is decided again over what each
// of them kept, by the same code and in the same order as for members that were read
// together.
#include "ingest/places.h"
#include "ingest/rejoin.h"
#include "ingest/walked.h"
#include "ingest/writer.h"
#include <stdlib.h>

struct merged {
    struct writer w;
    struct pipe pipe; // what the end of an ingest looks at: the timeline and the options
    struct pm_ingest_options options;
    struct places places;
    size_t inputs_cap;
    struct result *members; // as the timeline has them
    size_t n, cap;
    size_t *at; // by file id: index + 1 of the member
    size_t at_n, at_cap;
    struct pm_str *tz; // zones by name, as the user gave them
    struct pm_zone **zones;
    size_t zones_n, tz_cap, zones_cap;
    uint32_t *carrier; // by content: file id + 1 of a member that has its rows
    size_t carrier_n, carrier_cap;
};

static bool input_met(void *ctx, uint32_t id, struct pm_str whole, struct pm_str shard) {
    struct merged *x = ctx;
    struct places *p = &x->places;
    if (id >= 1u << 24) return true;
    while (p->n <= id) *PM_PUSH(p->inputs, p->n, x->inputs_cap) = (struct place_input){0};
    p->inputs[id].whole = pm_arena_dup(x->w.arena, whole);
    p->inputs[id].shard = pm_arena_dup(x->w.arena, shard);
    return true;
}

static bool file_met(void *ctx, uint32_t id, const struct pm_file_row *f) {
    struct merged *x = ctx;
    if (id >= 1u << 24) return true;
    while (x->at_n <= id) *PM_PUSH(x->at, x->at_n, x->at_cap) = 0;
    struct result r = {.row = *f, .file = id};
    struct pm_str *const texts[] = {&r.row.path, &r.row.format, &r.row.envelopes, &r.row.hash};
    for (size_t i = 0; i < PM_LEN(texts); i++) *texts[i] = pm_arena_dup(x->w.arena, *texts[i]);
    r.row.component = r.row.node = r.row.year_from = r.row.offset_from = PM_NONE;
    r.row.duplicate_of = 0;
    *PM_PUSH(x->members, x->n, x->cap) = r;
    x->at[id] = x->n;
    return true;
}

static const struct pm_zone *zone_of(struct merged *x, struct pm_str tz) {
    if (!tz.n) return NULL;
    for (size_t i = 0; i < x->zones_n; i++)
        if (pm_str_eq(x->tz[i], tz)) return x->zones[i];
    size_t n = x->zones_n;
    struct pm_str name = pm_arena_dup(x->w.arena, tz);
    *PM_PUSH(x->tz, n, x->tz_cap) = name;
    return *PM_PUSH(x->zones, x->zones_n, x->zones_cap) = pm_zone_open(name.p);
}

static bool fact_met(void *ctx, uint32_t file, const struct pm_member_facts *f) {
    struct merged *x = ctx;
    size_t at = file < x->at_n ? x->at[file] : 0;
    if (!at) return true;
    struct result *r = &x->members[at - 1];
    r->place = pm_arena_dup(x->w.arena, f->place);
    r->input_at = f->input;
    r->mtime_ns = f->mtime_ns;
    r->component = f->component;
    r->row.component =
        f->component == PM_COMP_NONE ? PM_NONE : pm_str_c(pm_component_names[f->component]);
    r->names[PM_NODE_FACT] = pm_arena_dup(x->w.arena, f->fact_node);
    r->names[PM_NODE_ENVELOPE] = pm_arena_dup(x->w.arena, f->envelope_node);
    r->written = f->written;
    r->year = f->year;
    r->zone = zone_of(x, f->tz);
    if (f->read_ns != PM_NO_TIME && f->read_ns > x->w.now_ns) x->w.now_ns = f->read_ns;
    if (!ingest_facts_unpack(r, f->clock, f->voices, x->w.arena))
        pm_diags_add(x->pipe.diags, r->row.path, 0, "damaged-facts",
                     "what its timeline kept of its clock and writers is damaged: left out");
    r->lone = true; // it has facts
    return true;
}

// Members that were merged under other names, as pseudonyms are, have none.
static void without_facts_leave(struct merged *x) {
    size_t kept = 0;
    for (size_t i = 0; i < x->n; i++)
        if (x->members[i].lone) x->members[kept++] = x->members[i];
    x->n = kept;
}

static struct pm_str name_place(void *ctx, uint32_t input, struct pm_str place,
                                struct pm_arena *a) {
    return ingest_places_path(&((struct merged *)ctx)->places, input, place, a);
}

// What a container wrote is its pod's, whichever node's program runs in it.
static bool is_of_containers(const struct result *r) {
    size_t n = 0;
    while (n < r->voices_n && r->voices[n].container) n++;
    return n > 0 && n == r->voices_n;
}
// A dump, which nobody cuts at a line; what a container printed of one is of its log.
static bool is_document(const struct result *r) {
    return pm_str_starts(r->row.format, PM_STR("k8s-")) && !r->row.envelopes.n;
}
static struct place_member place_member_of(const struct result *r) {
    struct pm_str said = r->names[PM_NODE_ENVELOPE];
    return (struct place_member){.input = r->input_at,
                                 .place = r->place,
                                 .hash = r->row.hash,
                                 .node = said.n ? said : r->names[PM_NODE_FACT],
                                 .clock = &r->clock,
                                 .is_document = is_document(r),
                                 .runs_pods = r->component >= PM_COMP_KUBELET &&
                                              r->component <= PM_COMP_CRIO && !is_of_containers(r)};
}
static void name_members(struct merged *x) {
    struct place_member *m = pm_xmalloc((x->n + 1) * sizeof *m);
    x->places.a = x->w.arena;
    for (size_t i = 0; i < x->n; i++) m[i] = place_member_of(&x->members[i]);
    ingest_places_settle(&x->places, m, x->n);
    for (size_t i = 0; i < x->n; i++) {
        struct result *r = &x->members[i];
        struct pm_str before = r->row.path;
        r->path = r->row.path = ingest_places_path(&x->places, r->input_at, r->place, x->w.arena);
        r->input = ingest_places_input(&x->places, r->input_at);
        if (!pm_str_eq(r->path, before))
            pm_timeline_path_anew(x->pipe.timeline, r->file, before, r->path);
        r->names[PM_NODE_PATH] = pm_arena_dup(x->w.arena, pm_node_of_path(r->path, r->input));
        ingest_node_choose(r);
        if (!m[i].same_elsewhere || r->row.node.n) continue;
        r->names[PM_NODE_PATH] =
            pm_arena_dup(x->w.arena, ingest_places_node(&x->places, r->input_at));
        r->by_input = true;
        ingest_node_choose(r);
    }
    free(m);
    pm_timeline_places_name(x->pipe.timeline, name_place, x);
}

// Who reads most of the records of these members, as the framer chooses for one.
static const struct pm_parser *format_of_all(const struct result *m, size_t n) {
    const struct pm_parser *format = NULL;
    uint64_t most = 0;
    for (const struct pm_parser *const *p = pm_parsers; *p; p++) {
        uint64_t records = 0;
        for (size_t i = 0; i < n; i++)
            for (size_t k = 0; k < m[i].shares_n; k++)
                if (pm_str_eqc(m[i].shares[k].format, (*p)->name))
                    records += m[i].shares[k].records;
        if (records <= most) continue;
        most = records;
        format = *p;
    }
    return format;
}

// A log is its first line's node's that names one, a collector's log of many nodes, too.
static void parts_share_node(struct result *m, size_t n) {
    for (int from = PM_NODE_FACT; from <= PM_NODE_ENVELOPE; from++) {
        size_t first = 0;
        while (first < n && !m[first].names[from].n) first++;
        for (size_t i = 0; first < n && i < n; i++) m[i].names[from] = m[first].names[from];
    }
    for (size_t i = 0; i < n; i++) ingest_node_choose(&m[i]);
}

// The parts of a log that was cut are of one program, which all of it tells: a short one may
// hold little else than what that program repeats of another.
static void parts_agree(struct merged *x) {
    for (size_t from = 0, to; from < x->n; from = to) {
        struct result *m = &x->members[from];
        for (to = from + 1; to < x->n && pm_str_eq(m->path, x->members[to].path) &&
                            pm_clock_goes_on(&x->members[to - 1].clock, &x->members[to].clock);
             to++) {}
        for (size_t i = 1; i < to - from; i++) m[i].goes_on = true;
        if (to > from + 1) parts_share_node(m, to - from);
        const struct pm_parser *format = to - from > 1 ? format_of_all(m, to - from) : NULL;
        for (size_t i = 0; format && i < to - from; i++) {
            m[i].component = format->component;
            m[i].row.component = format->component == PM_COMP_NONE
                                     ? PM_NONE
                                     : pm_str_c(pm_component_names[format->component]);
        }
    }
}

static void find_carriers(struct merged *x) {
    for (size_t i = 0; i < x->n; i++) {
        const struct result *r = &x->members[i];
        if (!r->row.hash.n || !r->written) continue;
        uint32_t id = pm_intern_id(x->w.hashes, r->row.hash);
        while (x->carrier_n <= id) *PM_PUSH(x->carrier, x->carrier_n, x->carrier_cap) = 0;
        x->carrier[id] = r->file + 1;
    }
}
static void settle_copies(struct merged *x) {
    find_carriers(x);
    for (size_t i = 0; i < x->n; i++) {
        struct result *r = &x->members[i];
        bool was = r->written;
        r->written = !ingest_find_duplicate(&x->w, r);
        r->needs_dates = ingest_needs_dates(&r->clock);
        uint32_t id = pm_intern_find(x->w.hashes, r->row.hash);
        if (r->written && !was && id < x->carrier_n && x->carrier[id])
            pm_timeline_rows_repeat(x->pipe.timeline, r->file, x->carrier[id] - 1);
        r->lone = was && !r->written; // dropped once all are repeated
        *PM_PUSH(x->w.results, x->w.n, x->w.cap) = *r;
    }
    for (size_t i = 0; i < x->w.n; i++)
        if (x->w.results[i].lone) pm_timeline_rows_drop(x->pipe.timeline, x->w.results[i].file);
}

static bool name_met(void *ctx, int columns, const char *const *names, const char *const *cells) {
    (void)names;
    if (columns && cells[0]) pm_intern_id(ctx, pm_str_c(cells[0]));
    return true;
}
static void learn_cluster(struct merged *x) {
    struct pm_str why;
    char sql[256];
    snprintf(sql, sizeof sql,
             "SELECT DISTINCT s.text FROM shape e JOIN string s ON s.id = e.node WHERE "
             "e.component IN (%d, %d) ORDER BY 1",
             PM_COMP_EVENTS, PM_COMP_OBJECTS);
    pm_timeline_sql(x->pipe.timeline, sql, name_met, x->w.cluster, &why, x->w.arena);
}

// Members of one path are read in the order of their least times; where one goes on behind
// lines of later times, the timeline says so.
static void parts_order_keep(struct merged *x) {
    struct pm_buf ids = {0};
    for (size_t from = 0, to; from < x->w.n; from = to) {
        const struct result *m = &x->w.results[from];
        bool in_order = true;
        for (to = from + 1; to < x->w.n && pm_str_eq(m->path, x->w.results[to].path); to++)
            in_order &= x->w.results[to - 1].row.from_ns <= x->w.results[to].row.from_ns;
        for (size_t i = from; i < to && !in_order; i++)
            pm_buf_fmt(&ids, "%s%u", ids.n ? " " : "", x->w.results[i].file);
    }
    pm_timeline_parts(x->pipe.timeline, pm_buf_str(&ids));
    pm_buf_free(&ids);
}

static void decide(struct merged *x) {
    struct pm_timeline *t = x->pipe.timeline;
    pm_timeline_each_input(t, input_met, x);
    pm_timeline_each_file(t, file_met, x);
    pm_timeline_each_fact(t, fact_met, x);
    without_facts_leave(x);
    name_members(x);
    ingest_walked_order(x->members, x->n);
    parts_agree(x);
    settle_copies(x);
    learn_cluster(x);
    ingest_settle(&x->w);
    parts_order_keep(x);
    pm_timeline_copies_find(x->pipe.timeline);
    ingest_rejoin(x->pipe.timeline, x->w.results, x->w.n);
}

bool pm_ingest_merged(struct pm_timeline *t, struct pm_diags *diags, const char **why) {
    bool settled = true;
    if (pm_timeline_merge_begin(t, &settled) && !settled) {
        struct merged x = {
            .pipe = {.timeline = t, .diags = diags},
            .w = {.arena = pm_arena_new(), .hashes = pm_intern_new(), .cluster = pm_intern_new()}};
        x.pipe.o = &x.options;
        x.w.p = &x.pipe;
        decide(&x);
        for (size_t i = 0; i < x.zones_n; i++) pm_zone_close(x.zones[i]);
        free(x.tz);
        free(x.zones);
        free(x.members);
        free(x.at);
        free(x.carrier);
        free(x.places.inputs);
        free(x.w.results);
        free(x.w.first);
        pm_intern_free(x.w.hashes);
        pm_intern_free(x.w.cluster);
        pm_arena_free(x.w.arena);
    }
    return pm_timeline_merge_end(t, why);
}

bool pm_ingest_merge(struct pm_timeline *t, const char *path, const char **why) {
    struct pm_diags *diags = pm_diags_new();
    bool ok = pm_timeline_merge_take(t, path, why) && pm_ingest_merged(t, diags, why);
    if (ok) pm_timeline_diags(t, diags);
    pm_diags_free(diags);
    return ok;
}
