// One error is told in many lines: by the kubelet's layers, by the runtime, again at each
// attempt; and one image is named in all of them. What was read out of a text a moment ago
// is not read again.
//
// What a text gives hangs on what the event has already, as nothing that a line says apart
// is replaced: on which of its fields are there, never on what they say. Both together are
// what is remembered. A thread has its own memory, which ends with it.
#include "base/memo.h"
#include "base/mix.h"
#include "parsers/lift/lift.h"
#include <pthread.h>

enum { PLACES = 1024, RING_BYTES = 512 << 10, ANSWER_BYTES = 4096 };
_Static_assert((int)PM_F_COUNT <= (int)PM_LIFT_ASKS_STATUS, "fields are bits");

// An event before the text was read.
struct asked {
    const struct pm_lifting *how;
    uint32_t has; // a bit for each of what is asked after
    enum pm_component component;
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
        bool copied;    // the value stands behind the answer, else in the text itself
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

#define BIT(asked) (UINT32_C(1) << (asked))
static struct asked asked_of(const struct pm_event *e, const struct pm_lifting *how) {
    struct asked q = {.how = how};
    for (int f = 0; f < PM_F_COUNT; f++) q.has |= (uint32_t)(e->field[f].n > 0) << f;
    if (e->http_status) q.has |= BIT(PM_LIFT_ASKS_STATUS);
    if (e->stage != PM_STAGE_NONE) q.has |= BIT(PM_LIFT_ASKS_STAGE);
    q.has &= how->asks;
    if (how->asks & BIT(PM_LIFT_ASKS_COMPONENT)) q.component = e->component;
    return q;
}
static bool same_asked(const struct asked *a, const struct asked *b) {
    return a->how == b->how && a->has == b->has && a->component == b->component;
}
static bool has_field(const struct asked *q, enum pm_field f) { return q->has >> f & 1; }

static void give(struct pm_arena *a, struct pm_event *e, const struct answer *got) {
    const char *copies = (const char *)(got + 1), *text = e->field[got->asked.how->from].p;
    e->flags |= got->flags;
    if (!e->http_status) e->http_status = got->http_status;
    if (e->stage == PM_STAGE_NONE) e->stage = got->stage;
    for (size_t i = 0; i < got->fills_n; i++) {
        const struct fill *f = &got->fills[i];
        e->field[f->field] = f->copied ? pm_arena_dup(a, (struct pm_str){copies + f->at, f->n})
                                       : (struct pm_str){text + f->at, f->n};
    }
}

// What the event gained over `before`; values that are not of the text into `copies`.
static bool learn(struct answer *got, const struct pm_event *before, const struct pm_event *e,
                  char *copies, size_t *copies_n) {
    const enum pm_field from = got->asked.how->from;
    const struct pm_str text = e->field[from];
    if (text.p != before->field[from].p || text.n != before->field[from].n) return false;
    for (int f = 0; f < PM_F_COUNT; f++) {
        struct pm_str v = e->field[f], was = before->field[f];
        if (v.n == was.n && (v.n == 0 || v.p == was.p)) continue;
        struct fill *fill = &got->fills[got->fills_n++];
        *fill = (struct fill){(enum pm_field)f, !pm_str_lies_in(text, v), 0, (uint32_t)v.n};
        if (!fill->copied) {
            fill->at = (uint32_t)(v.p - text.p);
            continue;
        }
        if (v.n > ANSWER_BYTES - *copies_n) return false;
        fill->at = (uint32_t)*copies_n;
        if (v.n) memcpy(copies + *copies_n, v.p, v.n);
        *copies_n += v.n;
    }
    return true;
}

void pm_lift_once(struct pm_arena *a, struct pm_event *e, const struct pm_lifting *how) {
    const struct pm_str text = e->field[how->from];
    const struct asked asked = asked_of(e, how);
    // A pod that is found takes its namespace and uid with it, whatever stood there.
    bool half_a_pod = !has_field(&asked, PM_F_POD) &&
                      (has_field(&asked, PM_F_NAMESPACE) || has_field(&asked, PM_F_POD_UID));
    if (!text.n || text.n > RING_BYTES / 16 || half_a_pod) {
        how->anew(a, e);
        return;
    }
    struct pm_memo *memo = memo_of_thread();
    uint64_t seed = (uint64_t)asked.has << 16 | (uint64_t)how->from << 8 | asked.component,
             hash = pm_mix(text, seed);
    const struct answer *known = pm_memo_find(memo, text, hash);
    if (known && same_asked(&known->asked, &asked)) {
        give(a, e, known);
        return;
    }
    struct pm_event before = *e;
    e->flags = 0;
    how->anew(a, e);
    struct answer got = {.asked = asked, .flags = e->flags};
    if (!before.http_status) got.http_status = e->http_status;
    if (before.stage == PM_STAGE_NONE) got.stage = e->stage;
    char copies[ANSWER_BYTES];
    size_t copies_n = 0;
    e->flags |= before.flags;
    if (!learn(&got, &before, e, copies, &copies_n)) return;
    struct answer *room = pm_memo_keep(memo, text, hash, sizeof got + copies_n);
    if (!room) return;
    *room = got;
    memcpy(room + 1, copies, copies_n);
}

static const struct pm_lifting of_error = {PM_F_ERROR, UINT32_MAX, pm_lift_error_anew};
void pm_lift_error(struct pm_arena *a, struct pm_event *e) { pm_lift_once(a, e, &of_error); }

void pm_lift_into(struct pm_arena *a, struct pm_event *e, struct pm_str error) {
    e->field[PM_F_ERROR] = pm_lift_unwrap(a, error);
    pm_lift_error(a, e);
}
