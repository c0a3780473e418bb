// Once all members are read: who speaks for whom, which node each is of, and when it was.
#include "ingest/writer.h"
#include "clock/kin.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

static bool was_seen(struct pm_clock_range r) { return r.min <= r.max; }
static bool has_open_stamps(const struct pm_clock_evidence *c) {
    return was_seen(c->no_year) || was_seen(c->local);
}
void ingest_node_choose(struct result *r) {
    r->node_from = PM_NODE_ENVELOPE;
    while (r->node_from > PM_NODE_UNKNOWN && !r->names[r->node_from].n) r->node_from--;
    r->row.node = r->names[r->node_from];
}

bool ingest_needs_dates(const struct pm_clock_evidence *c) {
    return was_seen(c->age) || has_open_stamps(c);
}

// A node has a host's name in its journal, an instance id in its collector's, and a name
// in the cluster, by which its pulls are told everywhere else.
static void prefer_cluster_name(struct writer *w, struct result *r) {
    struct pm_str own =
        r->names[PM_NODE_ENVELOPE].n ? r->names[PM_NODE_ENVELOPE] : r->names[PM_NODE_FACT];
    for (int from = PM_NODE_ENVELOPE; from > PM_NODE_UNKNOWN; from--) {
        struct pm_str name = r->names[from];
        if (!name.n || pm_intern_find(w->cluster, name) == UINT32_MAX) continue;
        r->row.node = name;
        if (!pm_str_eq(name, own)) r->also = own;
        return;
    }
}

// What is silenced goes into the rows as hearsay, and a member of which nothing is left
// that speaks for its program is of no program and no node's.
static void silence(struct writer *w, struct result *r, const struct pm_standing_member *m) {
    for (size_t k = 0; k < m->voices_n; k++)
        for (int c = 1; c < PM_COMP_COUNT; c++) {
            const unsigned g = pm_group_of((enum pm_component)c),
                           heard[2] = {m->heard[k].strict, m->heard[k].talk};
            for (uint32_t talk = 0; talk < 2; talk++)
                if (r->written && m->voices[k].open[talk] & 1u << c && !(heard[talk] & g))
                    pm_timeline_hearsay(w->p->timeline, r->file, (uint32_t)(k + 1) << 1 | talk,
                                        (enum pm_component)c);
        }
    if (m->voices_n == 0 || pm_standing_groups(m) & pm_group_of(r->component) ||
        r->component == PM_COMP_NONE)
        return;
    r->component = PM_COMP_NONE;
    r->row.component = PM_NONE;
    r->names[PM_NODE_FACT] = PM_NONE;
    if (r->by_input) r->names[PM_NODE_PATH] = PM_NONE; // no node's: the guess was for a node's log
    if (r->node_from == PM_NODE_FACT)
        r->node_from = r->names[PM_NODE_PATH].n ? PM_NODE_PATH : PM_NODE_UNKNOWN;
    r->row.node = r->names[r->node_from];
    pm_clock_forget(&r->clock);
}

static void resolve_standing(struct writer *w) {
    struct pm_standing_member *m = pm_xmalloc((w->n + 1) * sizeof *m);
    for (size_t i = 0; i < w->n; i++) {
        const struct result *r = &w->results[i];
        m[i] = (struct pm_standing_member){.node = r->row.node,
                                           .events = r->row.events,
                                           .voices = r->voices,
                                           .voices_n = r->voices_n,
                                           .heard = r->heard};
    }
    pm_standing_resolve(m, w->n);
    for (size_t i = 0; i < w->n; i++)
        if (m[i].events) silence(w, &w->results[i], &m[i]);
    free(m);
}

static void resolve_nodes(struct writer *w) {
    for (size_t i = 0; i < w->n; i++) prefer_cluster_name(w, &w->results[i]);
    struct pm_node_member *m = pm_xmalloc((w->n + 1) * sizeof *m);
    for (size_t i = 0; i < w->n; i++) {
        const struct result *r = &w->results[i];
        m[i] = (struct pm_node_member){r->path, r->row.node, r->names[PM_NODE_PATH], r->node_from,
                                       pm_node_side(r->component)};
    }
    pm_node_resolve(m, w->n);
    for (size_t i = 0; i < w->n; i++) {
        bool named = w->results[i].node_from > PM_NODE_PATH ||
                     pm_node_side(w->results[i].component) ||
                     w->results[i].component == PM_COMP_NONE;
        w->results[i].row.node = named ? pm_arena_dup(w->arena, m[i].node) : PM_NONE;
    }
    free(m);
}

static void date_member(struct writer *w, struct result *r, struct pm_clock_member *m) {
    struct pm_file_row *row = &r->row;
    pm_clock_span(m, &row->from_ns, &row->to_ns);
    if (has_open_stamps(&r->clock)) row->quality = m->clock.quality;
    else if (was_seen(r->clock.age) && !was_seen(r->clock.utc)) row->quality = PM_QUALITY_RELATIVE;
    else row->quality = PM_QUALITY_EXACT;
    row->year = was_seen(r->clock.no_year) ? m->clock.year : 0;
    row->year_from = pm_str_c(m->clock.year_from);
    row->offset_from = pm_str_c(m->clock.offset_from);
    row->utc_offset_s = m->clock.offset_s;
    row->offset_known = m->clock.has_offset;
    row->skew_ms = m->clock.skew_ms;
    if (row->year_from.p && pm_str_eqc(row->year_from, "assumed"))
        pm_timeline_fact_read(w->p->timeline, r->file, w->now_ns);
    if (r->written && r->needs_dates)
        pm_timeline_redate(w->p->timeline, r->file, pm_clock_fix_stamp, &m->clock);
    if (r->written && row->node.n) pm_timeline_renode(w->p->timeline, r->file, row->node, r->also);
    pm_timeline_file_update(w->p->timeline, r->file, row);
}

static void meta_time(struct pm_timeline *t, const char *key, int64_t ns) {
    char text[32];
    if (ns != PM_NO_TIME) pm_timeline_meta(t, key, pm_str_c(pm_when_format(ns, text)));
}

static int64_t wall_clock_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * PM_NS_PER_S;
}

void ingest_settle(struct writer *w) {
    const struct pm_ingest_options *o = w->p->o;
    struct pm_zone *zone = o->tz ? pm_zone_open(o->tz) : NULL;
    if (o->tz && !zone)
        pm_diags_add(w->p->diags, PM_NONE, 0, "bad-zone",
                     "--tz: there is no zone '%s' here: left out", o->tz);
    resolve_standing(w);
    resolve_nodes(w);
    struct pm_clock_member *m = pm_xmalloc((w->n + 1) * sizeof *m);
    for (size_t i = 0; i < w->n; i++) {
        struct result *r = &w->results[i];
        m[i] = (struct pm_clock_member){.path = r->path,
                                        .input = r->input,
                                        .node = r->row.node,
                                        .component = r->component,
                                        .mtime_ns = r->mtime_ns,
                                        .evidence = &r->clock,
                                        .copy_of = r->copy_of,
                                        .year = r->year,
                                        .zone = r->zone};
    }
    if (!w->now_ns) w->now_ns = wall_clock_ns();
    pm_clock_resolve(m, w->n, o->year, zone, w->now_ns);
    for (size_t i = 0; i < w->n; i++)
        if (m[i].clock.no_such_day)
            pm_diags_add(
                w->p->diags, w->results[i].row.path, w->results[i].clock.feb29_line,
                PM_DIAG_NO_SUCH_DAY,
                "--year %d: this line is of 29 February, which %d has not; --year is the year of each file's last line",
                o->year, m[i].clock.year + w->results[i].clock.feb29_turn);
    pm_kin_resolve(m, w->n, w->cluster);
    int64_t from = INT64_MAX, to = INT64_MIN;
    for (size_t i = 0; i < w->n; i++) {
        struct result *r = &w->results[i];
        if (!r->row.node.n && m[i].node.n) r->row.node = pm_arena_dup(w->arena, m[i].node);
        date_member(w, r, &m[i]);
        if (r->row.from_ns == PM_NO_TIME || r->component == PM_COMP_OBJECTS)
            continue; // objects are as old as the cluster
        if (r->row.from_ns < from) from = r->row.from_ns;
        if (r->row.to_ns > to) to = r->row.to_ns;
    }
    meta_time(w->p->timeline, "from", from == INT64_MAX ? PM_NO_TIME : from);
    meta_time(w->p->timeline, "to", to == INT64_MIN ? PM_NO_TIME : to);
    for (size_t i = 0; i < w->n; i++) pm_clock_free(&w->results[i].clock);
    free(m);
    pm_zone_close(zone);
}
