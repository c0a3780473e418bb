// What the judge found goes back, so that the views answer it. A timeline that was opened
// for reading is not changed: there these do nothing, or, where somebody is to see the rows,
// write into tables of the connection, which go with it.
#include "timeline/store.h"
#include "pm/incident.h"

static void bind_id(struct pm_timeline *t, sqlite3_stmt *s, int at, struct pm_str v) {
    bind_known(s, at, v.n != 0, timeline_string(t, v));
}
static void bind_unsigned_or_null(sqlite3_stmt *s, int at, int64_t v) {
    bind_known(s, at, v >= 0, v);
}

static struct pm_str joined(struct pm_arena *a, const struct pm_strs *list) {
    size_t bytes = 0;
    for (size_t i = 0; i < list->n; i++) bytes += list->items[i].n + 1;
    if (!bytes) return PM_NONE;
    char *p = pm_arena_alloc(a, bytes), *at = p;
    for (size_t i = 0; i < list->n; i++) {
        if (i) *at++ = ' ';
        if (list->items[i].n) {
            memcpy(at, list->items[i].p, list->items[i].n);
            at += list->items[i].n;
        }
    }
    return (struct pm_str){p, (size_t)(at - p)};
}

bool pm_timeline_takes_judgement(const struct pm_timeline *t) {
    return (t->writable || t->judgement_aside) && !t->judgement_unasked;
}
static sqlite3_stmt *judgement_stmt(struct pm_timeline *t, enum timeline_stmt which) {
    if (!pm_timeline_takes_judgement(t)) return NULL;
    timeline_strings_load(t);
    timeline_write_begins(t);
    return timeline_stmt(t, which);
}

// Nothing is put from now on, and who reads has texts by their number (strings.c).
void pm_timeline_judgement_unasked(struct pm_timeline *t) {
    t->judgement_unasked = true;
    if (t->committed) timeline_strings_forget(t);
}

// The tables of the judgement hide those of the file, whatever was judged there before by
// other rules or of another time. Texts that the file has not go to a table beside its own;
// copying the file for this would copy all its events.
void pm_timeline_judgement_aside(struct pm_timeline *t) {
    static const char strings_sql[] =
        "CREATE TEMP TABLE string_aside(id INTEGER PRIMARY KEY, text TEXT NOT NULL);"
        "CREATE TEMP VIEW string AS SELECT id, text FROM main.string "
        "UNION ALL SELECT id, text FROM string_aside";
    if (t->writable || t->judgement_aside) return;
    t->judgement_aside = timeline_section_shadow(t, "judgement") && timeline_exec(t, strings_sql) &&
                         timeline_views_shadow(t);
}

void pm_timeline_put_verdict(struct pm_timeline *t, uint64_t event_id, const char *cause,
                             const char *rule) {
    sqlite3_stmt *s = judgement_stmt(t, ST_VERDICT);
    if (!s) return;
    sqlite3_bind_int64(s, 1, (int64_t)event_id);
    bind_id(t, s, 2, pm_str_c(cause));
    bind_id(t, s, 3, pm_str_c(rule));
    timeline_run(t, s);
}

void pm_timeline_put_pull(struct pm_timeline *t, const struct pm_pull *p) {
    sqlite3_stmt *s = judgement_stmt(t, ST_PULL);
    if (!s) return;
    struct pm_arena *a = pm_arena_new();
    const struct pm_str texts[] = {p->node,
                                   p->image,
                                   p->registry,
                                   p->repository,
                                   p->tag,
                                   p->digest,
                                   p->client,
                                   p->user,
                                   p->k8s_namespace,
                                   p->cause >= 0 ? pm_str_c(pm_causes[p->cause].name) : PM_NONE,
                                   pm_str_c(p->rule),
                                   p->error};
    sqlite3_bind_int64(s, 1, (int64_t)p->id);
    for (int i = 0; i < (int)PM_LEN(texts); i++) bind_id(t, s, i + 2, texts[i]);
    bind_time(s, 14, p->started_ns);
    bind_time(s, 15, p->ended_ns);
    sqlite3_bind_int(s, 16, (int)p->outcome);
    bind_known(s, 17, p->http_status != 0, p->http_status);
    sqlite3_bind_int(s, 18, (int)p->stage);
    bind_known(s, 19, p->duration_ns != 0, p->duration_ns);
    bind_known(s, 20, p->waiting_ns != 0, p->waiting_ns);
    bind_unsigned_or_null(s, 21, p->bytes);
    bind_str(s, 22, joined(a, &p->pods));
    sqlite3_bind_int(s, 23, (int)p->sources);
    sqlite3_bind_int(s, 24, p->reconstructed);
    sqlite3_bind_int64(s, 25, (int64_t)p->requests);
    bind_known(s, 26, p->evidence != 0, (int64_t)p->evidence);
    bind_known(s, 27, p->incident != 0, p->incident);
    timeline_run(t, s);
    pm_arena_free(a);
}

void pm_timeline_put_incident(struct pm_timeline *t, const struct pm_incident *i) {
    sqlite3_stmt *s = judgement_stmt(t, ST_INCIDENT);
    if (!s) return;
    struct pm_arena *a = pm_arena_new();
    sqlite3_bind_int64(s, 1, i->id);
    bind_str(s, 2, i->fingerprint);
    bind_str(s, 3, i->root_cause >= 0 ? pm_str_c(pm_causes[i->root_cause].name) : PM_NONE);
    bind_str(s, 4, i->title);
    bind_str(s, 5, i->summary);
    sqlite3_bind_int(s, 6, (int)i->severity);
    sqlite3_bind_int(s, 7, (int)i->confidence);
    sqlite3_bind_double(s, 8, i->score);
    bind_time(s, 9, i->from_ns);
    bind_time(s, 10, i->to_ns);
    bind_time(s, 11, i->recovered_ns);
    sqlite3_bind_int(s, 12, (int)i->scope_kind);
    bind_str(s, 13, joined(a, &i->scope));
    bind_str(s, 14, joined(a, &i->registries));
    const uint64_t counts[] = {i->failed_pulls,  i->failed_requests,   i->lines,
                               i->blast.pods_n,  i->blast.workloads_n, i->blast.namespaces.n,
                               i->blast.nodes.n, i->blast.images.n};
    for (int k = 0; k < (int)PM_LEN(counts); k++) sqlite3_bind_int64(s, 15 + k, (int64_t)counts[k]);
    bind_known(s, 23, i->explained_by != 0, i->explained_by);
    bind_str(s, 24, i->variant);
    bind_str(s, 25, joined(a, &i->endpoints));
    timeline_run(t, s);
    pm_arena_free(a);
}

static void quota_points_put(struct pm_timeline *t, const struct pm_quota *q, int64_t id) {
    sqlite3_stmt *s = judgement_stmt(t, ST_QUOTA_POINT);
    for (size_t i = 0; s && i < q->points_n; i++) {
        const struct pm_quota_point *p = &q->points[i];
        sqlite3_bind_int64(s, 1, id);
        bind_time(s, 2, p->t_ns);
        sqlite3_bind_int64(s, 3, (int64_t)p->used);
        sqlite3_bind_int64(s, 4, (int64_t)p->ok);
        sqlite3_bind_int64(s, 5, (int64_t)p->refused);
        bind_unsigned_or_null(s, 6, p->remaining);
        timeline_run(t, s);
    }
}
void pm_timeline_put_quota(struct pm_timeline *t, const struct pm_quota *q) {
    sqlite3_stmt *s = judgement_stmt(t, ST_QUOTA);
    if (!s) return;
    const struct pm_str texts[] = {q->registry, q->identity, q->user,
                                   q->client,   q->policy,   q->status};
    for (int i = 0; i < (int)PM_LEN(texts); i++) bind_str(s, i + 1, texts[i]);
    bind_unsigned_or_null(s, 7, q->limit);
    bind_unsigned_or_null(s, 8, q->window_s);
    const uint64_t counts[] = {q->used_low, q->used_high, q->peak_used, q->refused};
    for (int i = 0; i < (int)PM_LEN(counts); i++) sqlite3_bind_int64(s, 9 + i, (int64_t)counts[i]);
    const int64_t times[] = {q->peak_at_ns, q->exhausted_at_ns, q->first_refused_ns,
                             q->last_refused_ns, q->free_at_ns};
    for (int i = 0; i < (int)PM_LEN(times); i++) bind_time(s, 13 + i, times[i]);
    bind_unsigned_or_null(s, 18, q->with_cache);
    timeline_run(t, s);
    quota_points_put(t, q, sqlite3_last_insert_rowid(t->db));
}

void pm_timeline_clear_judgement(struct pm_timeline *t) {
    if (!t->writable) return; // what stands aside was made empty
    timeline_write_begins(t);
    timeline_exec(
        t,
        "DELETE FROM verdict; DELETE FROM pull; DELETE FROM incident; DELETE FROM quota; DELETE FROM quota_point;"
        "DELETE FROM meta WHERE key = 'judged';");
}
