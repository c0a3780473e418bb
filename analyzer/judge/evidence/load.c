// The timeline's rows, one pass in order of time: each is asked for what it is, a trace, a
// fact, a request, a reading or hearsay, and handed to the file that keeps such. Rows
// outside of the time that the report is about are left out, but for what pods and nodes
// are, which is asked whatever the window.
#include "judge/evidence/load.h"
#include "judge/evidence/row_keys.h"

static bool pull_of(const struct pm_row *row) {
    return row->event.kind >= PM_KIND_PULL_START && row->event.kind <= PM_KIND_PULL_BACKOFF;
}

static bool in_window(const struct pm_env *env, const struct pm_evidence *ev,
                      const struct pm_row *row) {
    if (row->event.flags & PM_EV_SNAPSHOT && !pull_of(row)) return true;
    return pm_row_in_window(env, ev, row);
}

// What the registry said of its own limit.
static void meter_row(const struct pm_env *env, struct pm_evidence *ev, const struct pm_row *row) {
    const struct pm_event *e = &row->event;
    if (e->limit < 0 && e->remaining < 0) return;
    *PM_PUSH(ev->meters.items, ev->meters.n, ev->meters.cap) =
        (struct pm_meter){.at = row->ts_ns,
                          .limit = e->limit,
                          .remaining = e->remaining,
                          .window_s = e->window_s,
                          .registry = pm_id(env, e->field[PM_F_REGISTRY]),
                          .client = pm_id(env, e->field[PM_F_CLIENT]),
                          .user = pm_id(env, e->field[PM_F_USER]),
                          .row = row->id};
}

static bool row_known(struct pm_loading *l, const struct pm_row *row) {
    const struct pm_env *env = l->env;
    struct pm_evidence *ev = l->ev;
    if (!in_window(env, ev, row)) return true;
    pm_arena_reset(env->scratch);
    if (row->event.standing == PM_STANDING_HEARSAY) {
        if (!ev->aside) pm_hearsay_row(l, row);
        return true;
    }
    pm_reading_row(env, ev, row);
    bool told = row->event.component == PM_COMP_EVENTS && !row->event.field[PM_F_DETAIL].n &&
                row->event.field[PM_F_MESSAGE].n; // an event object about a state: what changed
    switch (row->event.kind) {
    case PM_KIND_REQUEST:
        meter_row(env, ev, row);
        pm_request_row(l, row);
        pm_tunnel_row(l, row);
        break;
    case PM_KIND_POD_STATE:
    case PM_KIND_WORKLOAD_STATE:
    case PM_KIND_HPA_STATE:
    case PM_KIND_NODE_STATE:
    case PM_KIND_CONFIG:
    case PM_KIND_DISK_USAGE:
        pm_facts_row(env, ev, row);
        if (told && row->event.kind != PM_KIND_CONFIG) pm_load_trace(l, row);
        break;
    case PM_KIND_OTHER:
        if (pm_request_is_told(env, row)) pm_request_row(l, row);
        pm_load_trace(l, row);
        break;
    case PM_KIND_HEALTH_CHECK: pm_checkup_row(env, ev, row); // fall through
    default: pm_load_trace(l, row);
    }
    return true;
}

static bool file_in(void *ctx, uint32_t id, const struct pm_file_row *f) {
    struct pm_loading *l = ctx;
    while (l->ev->facts.files.n <= id)
        *PM_PUSH(l->ev->facts.files.items, l->ev->facts.files.n, l->ev->facts.files.cap) =
            (struct pm_file_fact){0};
    struct pm_file_fact *fact = &l->ev->facts.files.items[id];
    fact->row = *f;
    fact->row.path = pm_arena_dup(l->env->a, f->path);
    fact->row.format = pm_arena_dup(l->env->a, f->format);
    fact->row.component = pm_arena_dup(l->env->a, f->component);
    fact->row.node = pm_arena_dup(l->env->a, f->node);
    fact->row.envelopes = pm_arena_dup(l->env->a, f->envelopes);
    fact->row.year_from = pm_arena_dup(l->env->a, f->year_from);
    fact->row.offset_from = pm_arena_dup(l->env->a, f->offset_from);
    fact->row.hash = pm_arena_dup(l->env->a, f->hash);
    return true;
}

// Names get their numbers in the order of paths, as rows come: neither an archive's order
// nor that in which timelines were merged must show where two things are of one moment.
static int by_path_then_age(const void *a, const void *b) {
    const struct pm_file_row *x = &(*(struct pm_file_fact *const *)a)->row,
                             *y = &(*(struct pm_file_fact *const *)b)->row;
    int c = pm_path_order(x->path, y->path);
    if (!c) c = (x->from_ns > y->from_ns) - (x->from_ns < y->from_ns);
    if (!c) c = (x->to_ns > y->to_ns) - (x->to_ns < y->to_ns);
    return c ? c : pm_str_cmp(x->hash, y->hash);
}
static void files_name(const struct pm_env *env, struct pm_evidence *ev) {
    size_t n = ev->facts.files.n;
    struct pm_file_fact **sorted = pm_xmalloc((n + 1) * sizeof *sorted);
    for (size_t i = 0; i < n; i++) sorted[i] = &ev->facts.files.items[i];
    if (n > 1) qsort(sorted, n, sizeof *sorted, by_path_then_age);
    for (size_t i = 0; i < n; i++) {
        sorted[i]->node = pm_id(env, sorted[i]->row.node);
        sorted[i]->path = pm_id(env, sorted[i]->row.path);
    }
    free(sorted);
}

static bool row_in(void *ctx, const struct pm_row *row) {
    struct pm_loading *l = ctx;
    struct pm_row manifest, layers;
    bool parted = pm_row_part(row, &manifest, &layers);
    bool more = row_known(l, parted ? &manifest : row);
    if (more && parted) more = row_known(l, &layers);
    pm_ruleset_limits(l->env->rules, l->env->diags, pm_str_c(row->path), row->line);
    return more;
}

static void loading_free(struct pm_loading *l) {
    Word_t freed;
    JLFA(freed, l->tunnel_last);
    pm_row_keys_free(l->lines);
    pm_row_keys_free(l->requests);
    free(l->tagged.items);
    JLFA(freed, l->hearsay_at);
    pm_texts_free(l);
    (void)freed;
}

void pm_load_rows(const struct pm_env *env, struct pm_evidence *ev) {
    struct pm_row_keys requests = {.slots = NULL}, lines = {.slots = NULL};
    struct pm_loading l = {.env = env, .ev = ev, .requests = &requests, .lines = &lines};
    pm_timeline_each_file(env->timeline, file_in, &l);
    files_name(env, ev);
    pm_timeline_walk(env->timeline, row_in, &l);
    loading_free(&l);
    pm_memory_trim(); // what told rows apart is more than the pulls that come of them
    pm_load_whole(env, ev);
}
