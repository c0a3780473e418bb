// The rows of each member in the order of the walk, duplicates left out, tags numbered;
// and how far it is, for who waits.
#include "ingest/digest.h"
#include "ingest/writer.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t ingest_monotonic_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * PM_NS_PER_S + t.tv_nsec;
}

static void progress(void *writer) {
    struct writer *w = writer;
    if (!w->p->o->progress) return;
    int64_t now = ingest_monotonic_ns();
    if (now - w->told_ns < PM_NS_PER_S / 4 || now - w->began_ns < PM_NS_PER_S / 2) return;
    w->told_ns = now;
    double mib = (double)atomic_load(&w->p->bytes) / (1 << 20),
           s = (double)(now - w->began_ns) / 1e9;
    double read = (double)atomic_load(&w->p->read_bytes), left = (double)w->p->total_bytes - read;
    char left_text[48] = "", duration[32];
    if (left > 0 && read > 0 && s > 1)
        snprintf(left_text, sizeof left_text, ", %s left to read",
                 s * left / read < 1
                     ? "a moment"
                     : pm_duration_format((int64_t)(s * left / read * 1e9), duration));
    fprintf(stderr, "\r%.0f MiB read, %.0f MiB/s, %zu files%s\033[K", mib, mib / s, w->n,
            left_text);
}

static void progress_end(struct writer *w) {
    if (w->p->o->progress) fputs("\rdating and sorting\033[K", stderr);
}

// A member with the very bytes of an earlier one, unless the two are known to be of
// different nodes (a configuration may well be the same on all).
bool ingest_find_duplicate(struct writer *w, struct result *r) {
    if (!r->row.hash.n || pm_str_eq(r->row.hash, digest_of_nothing)) return false;
    uint32_t id = pm_intern_id(w->hashes, r->row.hash);
    while (w->first_n <= id) *PM_PUSH(w->first, w->first_n, w->first_cap) = UINT32_MAX;
    uint32_t first = w->first[id];
    if (first == UINT32_MAX) {
        w->first[id] = (uint32_t)w->n;
        return false;
    }
    const struct result *other = &w->results[first];
    uint32_t a = pm_clock_node_hash(r->row.node), b = pm_clock_node_hash(other->row.node);
    if (a && b && a != b) return false;
    r->row.duplicate_of = other->file + 1;
    r->copy_of = first + 1;
    return true;
}

struct pm_str ingest_shown(void *writer, struct pm_str path) {
    struct writer *w = writer;
    return w->redactor ? pm_redact_now(w->redactor, w->arena, path) : path;
}

static void number_tags(struct writer *w, struct pm_arena *a, struct pm_row *row) {
    if (!row->tagged || !w->redactor) return;
    for (int f = 0; f < PM_F_COUNT; f++)
        row->event.field[f] = pm_redact_number(w->redactor, a, row->event.field[f]);
    row->raw = pm_redact_number(w->redactor, a, row->raw);
}

static void put_rows(struct writer *w, struct batch *b, uint32_t file) {
    while (b) {
        struct batch *next = b->next;
        for (size_t i = 0; i < b->n; i++) {
            struct pm_row *row = &w->rows[i];
            const struct pm_event *e = &row->event;
            narrow_row_wide(b->rows[i], row);
            row->file = file;
            number_tags(w, b->arena, row);
            if ((e->component == PM_COMP_EVENTS || e->component == PM_COMP_OBJECTS) &&
                e->field[PM_F_NODE].n)
                pm_intern_id(w->cluster, e->field[PM_F_NODE]);
        }
        pm_timeline_put_all(w->p->timeline, w->rows, b->n);
        pipe_batch_put(w->p, b);
        b = next;
    }
}
static void drop_rows(struct pipe *p, struct batch *b) {
    while (b) {
        struct batch *next = b->next;
        pipe_batch_put(p, b);
        b = next;
    }
}

static void keep_result(struct writer *w, struct result *r) {
    size_t place_n = r->place.n;
    struct pm_str *const texts[] = {&r->path,
                                    &r->input,
                                    &r->row.envelopes,
                                    &r->row.hash,
                                    &r->names[PM_NODE_PATH],
                                    &r->names[PM_NODE_FACT],
                                    &r->names[PM_NODE_ENVELOPE]};
    for (size_t i = 0; i < PM_LEN(texts); i++) {
        if (w->redactor && i >= 4) *texts[i] = pm_redact_number(w->redactor, w->arena, *texts[i]);
        *texts[i] = pm_arena_dup(w->arena, *texts[i]);
    }
    struct pm_frame_voice *voices = pm_arena_alloc(w->arena, (r->voices_n + 1) * sizeof *voices);
    memcpy(voices, r->voices, r->voices_n * sizeof *voices);
    r->voices = voices;
    r->heard = pm_arena_alloc(w->arena, (r->voices_n + 1) * sizeof *r->heard);
    r->row.path = ingest_shown(w, r->path);
    r->place = pm_str_from(r->path, r->path.n - place_n);
    r->row.node = r->names[r->node_from];
    r->needs_dates = ingest_needs_dates(&r->clock);
    *PM_PUSH(w->results, w->n, w->cap) = *r;
}

static void write_member(struct writer *w, struct job *j) {
    struct pm_file_row row = {
        .path = ingest_shown(w, pm_str_c(j->path)), .from_ns = PM_NO_TIME, .to_ns = PM_NO_TIME};
    bool registered = false, done = false;
    while (!done) {
        struct batch *b = pipe_rows_take(w->p, j, &done, w->p->o->progress ? progress : NULL, w);
        bool duplicate = done && ingest_find_duplicate(w, &j->r) && !registered;
        if (!registered) j->r.file = pm_timeline_file(w->p->timeline, &row);
        registered = true;
        j->r.written = !duplicate;
        if (duplicate) drop_rows(w->p, b);
        else put_rows(w, b, j->r.file);
    }
    keep_result(w, &j->r);
}

void ingest_write(struct writer *w) {
    struct pipe *p = w->p;
    for (struct job *j; (j = pipe_job_next(p)) != NULL;) {
        if (j->kind != JOB_SKIP) write_member(w, j);
        if (j->why)
            pm_timeline_skipped(p->timeline, ingest_shown(w, pm_str_c(j->path)), pm_str_c(j->why));
        pipe_job_drop(p, j);
        progress(w);
    }
    progress_end(w);
}
