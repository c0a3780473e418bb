// One error is told in many lines: by the kubelet's layers, by the runtime, again at each
// attempt. What was read out of a text a moment ago is not read again.
//
// What a text gives hangs on what the event has already, as nothing that a line says apart
// is replaced: on which of its fields are there, never on what they say. Both together are
// what is remembered. A thread has its own memory, which ends with it.
#include "base/memo.h"
#include "parsers/lift/lift.h"
#include <pthread.h>

enum { PLACES = 1024, RING_BYTES = 512 << 10, ANSWER_BYTES = 4096 };
_Static_assert(PM_F_COUNT <= 32, "fields are bits");

// An event before the text was read.
struct asked {
    uint32_t fields; // that it has
    enum pm_component component;
    bool status, stage; // known
};
// What the text adds.
struct answer {
    struct asked asked;
    unsigned flags;
    int http_status;
    enum pm_stage stage;
    size_t fills_n;
    struct fill {
        enum pm_field field;
        bool copied;    // the value stands behind the answer, else in the error itself
        uint32_t at, n; // where
    } fills[PM_F_COUNT];
};

static pthread_key_t memos;
static void memo_free(void *memo) { pm_memo_free(memo); }
static void memos_make(void) {
    if (pthread_key_create(&memos, memo_free) != 0) pm_die_oom();
}
static struct pm_memo *memo_of_thread(void) {
    static pthread_once_t made = PTHREAD_ONCE_INIT;
    static _Thread_local struct pm_memo *memo;
    if (memo) return memo;
    pthread_once(&made, memos_make);
    memo = pm_memo_new(PLACES, RING_BYTES);
    if (pthread_setspecific(memos, memo) != 0) pm_die_oom();
    return memo;
}

static struct asked asked_of(const struct pm_event *e) {
    struct asked q = {0, e->component, e->http_status != 0, e->stage != PM_STAGE_NONE};
    for (int f = 0; f < PM_F_COUNT; f++) q.fields |= (uint32_t)(e->field[f].n > 0) << f;
    return q;
}
static bool same_asked(const struct asked *a, const struct asked *b) {
    return a->fields == b->fields && a->component == b->component && a->status == b->status &&
           a->stage == b->stage;
}
static bool has_field(const struct asked *q, enum pm_field f) { return q->fields >> f & 1; }

static void give(struct pm_arena *a, struct pm_event *e, const struct answer *got) {
    const char *copies = (const char *)(got + 1), *error = e->field[PM_F_ERROR].p;
    e->flags |= got->flags;
    if (!got->asked.status) e->http_status = got->http_status;
    if (!got->asked.stage) e->stage = got->stage;
    for (size_t i = 0; i < got->fills_n; i++) {
        const struct fill *f = &got->fills[i];
        e->field[f->field] = f->copied ? pm_arena_dup(a, (struct pm_str){copies + f->at, f->n})
                                       : (struct pm_str){error + f->at, f->n};
    }
}

static bool lies_in(struct pm_str whole, struct pm_str part) {
    uintptr_t from = (uintptr_t)whole.p, at = (uintptr_t)part.p;
    return at >= from && at + part.n <= from + whole.n;
}

// What the event gained over `before`; texts that are not of the error into `copies`.
static bool learn(struct answer *got, const struct pm_event *before, const struct pm_event *e,
                  char *copies, size_t *copies_n) {
    const struct pm_str error = e->field[PM_F_ERROR];
    if (error.p != before->field[PM_F_ERROR].p || error.n != before->field[PM_F_ERROR].n)
        return false;
    for (int f = 0; f < PM_F_COUNT; f++) {
        struct pm_str v = e->field[f], was = before->field[f];
        if (v.n == was.n && (v.n == 0 || v.p == was.p)) continue;
        struct fill *fill = &got->fills[got->fills_n++];
        *fill = (struct fill){(enum pm_field)f, !lies_in(error, v), 0, (uint32_t)v.n};
        if (!fill->copied) {
            fill->at = (uint32_t)(v.p - error.p);
            continue;
        }
        if (v.n > ANSWER_BYTES - *copies_n) return false;
        fill->at = (uint32_t)*copies_n;
        if (v.n) memcpy(copies + *copies_n, v.p, v.n);
        *copies_n += v.n;
    }
    return true;
}

void pm_lift_error(struct pm_arena *a, struct pm_event *e) {
    const struct pm_str error = e->field[PM_F_ERROR];
    const struct asked asked = asked_of(e);
    // A pod that is found takes its namespace and uid with it, whatever stood there.
    bool half_a_pod = !has_field(&asked, PM_F_POD) &&
                      (has_field(&asked, PM_F_NAMESPACE) || has_field(&asked, PM_F_POD_UID));
    if (!error.n || error.n > RING_BYTES / 16 || half_a_pod) {
        pm_lift_error_anew(a, e);
        return;
    }
    struct pm_memo *memo = memo_of_thread();
    uint64_t hash = pm_str_hash(error, (uint64_t)asked.fields << 8 | (uint64_t)asked.component);
    const struct answer *known = pm_memo_find(memo, error, hash);
    if (known && same_asked(&known->asked, &asked)) {
        give(a, e, known);
        return;
    }
    struct pm_event before = *e;
    e->flags = 0;
    pm_lift_error_anew(a, e);
    struct answer got = {
        .asked = asked, .flags = e->flags, .http_status = e->http_status, .stage = e->stage};
    char copies[ANSWER_BYTES];
    size_t copies_n = 0;
    e->flags |= before.flags;
    if (!learn(&got, &before, e, copies, &copies_n)) return;
    struct answer *room = pm_memo_keep(memo, error, hash, sizeof got + copies_n);
    if (!room) return;
    *room = got;
    memcpy(room + 1, copies, copies_n);
}

void pm_lift_into(struct pm_arena *a, struct pm_event *e, struct pm_str error) {
    e->field[PM_F_ERROR] = pm_lift_unwrap(a, error);
    pm_lift_error(a, e);
}
