// Which files there are, which nodes, and which time they span.
#include "judge/tell/tell.h"
#include <stdlib.h>

// A file whose zone is only assumed may lie hours off: what it tells of pulls belongs to
// the window, its other lines do not stretch it.
static bool is_assumed(const struct pm_evidence *ev, uint32_t file) {
    return file < ev->facts.files.n &&
           pm_str_eqc(ev->facts.files.items[file].row.offset_from, "assumed");
}

// Events by a clock that is off stand among others' in one file: early ones of a clock
// that is behind, late ones of one that is ahead.
static bool one_is_off(const struct pm_evidence *ev, int way) {
    for (size_t i = 0; i < ev->far.n; i++)
        if ((ev->far.items[i].skew > 0) == (way > 0)) return true;
    return false;
}

static void widen_window(const struct pm_env *env, struct pm_evidence *ev, bool assumed) {
    for (size_t i = 0; i < ev->traces.n; i++) {
        const struct pm_trace *t = &ev->traces.items[i];
        bool pull = t->said->kind >= PM_KIND_PULL_START && t->said->kind <= PM_KIND_PULL_BACKOFF;
        if (!assumed && !pull && is_assumed(ev, t->file)) continue;
        ev->from = pm_min_time(ev->from, pm_trace_first(t));
        ev->to = pm_max_time(ev->to, pm_trace_last(t));
    }
    for (size_t i = 0; i < ev->groups.n; i++) {
        ev->from = pm_min_time(ev->from, ev->groups.items[i].first);
        ev->to = pm_max_time(ev->to, ev->groups.items[i].last);
    }
    for (uint32_t i = 0; i < ev->facts.files.n; i++) {
        const struct pm_file_fact *f = &ev->facts.files.items[i];
        int64_t from, to;
        if ((!assumed && is_assumed(ev, i)) || !pm_file_span(ev, f, &from, &to)) continue;
        if (env->options->since_ns == PM_NO_TIME && (f->node || !one_is_off(ev, -1)))
            ev->from = pm_min_time(ev->from, from);
        if (env->options->until_ns == PM_NO_TIME && (f->node || !one_is_off(ev, 1)))
            ev->to = pm_max_time(ev->to, to);
    }
}

static bool
told_by_the_sure(const struct pm_evidence *ev) { // a file that is dated for certain spans some time
    for (uint32_t i = 0; i < ev->facts.files.n; i++) {
        int64_t from, to;
        if (!is_assumed(ev, i) && pm_file_span(ev, &ev->facts.files.items[i], &from, &to) &&
            to > from)
            return true;
    }
    return false;
}

void pm_bundle_span(const struct pm_env *env, struct pm_evidence *ev, struct pm_report *report) {
    widen_window(env, ev, !told_by_the_sure(ev));
    report->from_ns = env->options->since_ns != PM_NO_TIME ? env->options->since_ns : ev->from;
    report->to_ns = env->options->until_ns != PM_NO_TIME ? env->options->until_ns : ev->to;
    if (report->from_ns > report->to_ns &&
        report->to_ns != PM_NO_TIME) { // the window lies beside all that is dated
        if (env->options->since_ns != PM_NO_TIME) report->to_ns = report->from_ns;
        else report->from_ns = report->to_ns;
    }
}

// Files in the order of their paths, whatever the order in the archive was.
// `duplicate_of` is told in that order, too.
static int file_order(const void *a, const void *b) {
    const struct pm_file_row *x = a, *y = b;
    int c = pm_path_order(x->path, y->path);
    if (c) return c;
    return x->id < y->id ? -1 : x->id > y->id;
}

static void files_order(struct pm_report *r, size_t ids) {
    if (!r->file_rows_n) return;
    uint32_t *at = calloc(ids + 1, sizeof *at);
    if (!at) pm_die_oom();
    qsort(r->files, r->file_rows_n, sizeof *r->files, file_order);
    for (size_t i = 0; i < r->file_rows_n; i++) at[r->files[i].id] = (uint32_t)i + 1;
    for (size_t i = 0; i < r->file_rows_n; i++)
        if (r->files[i].duplicate_of)
            r->files[i].duplicate_of =
                r->files[i].duplicate_of <= ids ? at[r->files[i].duplicate_of - 1] : 0;
    free(at);
}

// Nodes that only a row of pods or a line about a disk names: no pull of theirs is known,
// but an incident hit them.
static void hit_nodes(const struct pm_env *env, const struct pm_hit *h, struct pm_ids *nodes) {
    if (h->dropped) return;
    for (size_t i = 0; i < h->nodes.n; i++) pm_ids_add_new(nodes, h->nodes.items[i]);
    for (size_t i = 0; i < h->incident->blast.pods_n; i++) {
        uint32_t node = pm_intern_find(env->names, h->incident->blast.pods[i].node);
        if (node != UINT32_MAX && node) pm_ids_add_new(nodes, node);
    }
}

void pm_bundle_fill(const struct pm_scene *scene, const struct pm_hits *hits,
                    struct pm_report *report) {
    struct pm_report *r = report;
    struct pm_ids nodes = {0};
    for (size_t i = 0; i < scene->env->options->inputs.n; i++)
        pm_strs_add(&r->inputs, pm_arena_dup(scene->env->a, scene->env->options->inputs.items[i]));
    pm_strs_seal(scene->env->a, &r->inputs, PM_SEAL_AS_IS);
    for (size_t i = 0; i < scene->ev->facts.files.n; i++) {
        const struct pm_file_fact *f = &scene->ev->facts.files.items[i];
        if (!f->row.path.n) continue;
        *PM_PUSH(r->files, r->file_rows_n, r->file_rows_cap) = f->row;
        r->files[r->file_rows_n - 1].id = (uint32_t)i;
        r->files_n++;
        r->bytes += f->row.bytes;
        r->lines += f->row.lines;
        r->events += f->row.events;
        r->bad += f->row.bad;
        r->undated += f->row.undated;
        if (f->node) pm_ids_add_new(&nodes, f->node);
    }
    files_order(r, scene->ev->facts.files.n);
    for (size_t i = 0; i < scene->ev->facts.nodes.n; i++)
        pm_ids_add_new(&nodes, scene->ev->facts.nodes.items[i].name);
    for (size_t i = 0; i < scene->pulls->n; i++)
        if (scene->pulls->items[i].node) pm_ids_add_new(&nodes, scene->pulls->items[i].node);
    for (size_t i = 0; i < scene->ev->traces.n;
         i++) // where an image was already present, nothing was pulled, but there is a node
        if (scene->ev->traces.items[i].node && pm_is_present(&scene->ev->traces.items[i]))
            pm_ids_add_new(&nodes, scene->ev->traces.items[i].node);
    for (size_t i = 0; i < hits->n; i++) hit_nodes(scene->env, &hits->items[i], &nodes);
    pm_strs_of_ids(scene->env, &r->nodes, &nodes);
    pm_ids_free(&nodes);
}
