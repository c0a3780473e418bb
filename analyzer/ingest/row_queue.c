// Rows wait for those that come later in the log and are earlier in time, and leave in
// order of time and line: a server logs a request when it is done, some by when it began,
// and a row that stands for many is complete long after the first of them. A timeline of
// one log is then in order as it lies, and nothing sorts or merges it when it is read
// (timeline/order.c).
//
// So many rows and bytes wait and no more, and none for longer than a request takes, by the rows'
// own stamps: those that wait are few then, and still in the processor's cache when they
// leave. Where one comes that belongs before what has left, the timeline has one more run
// of rows in order, which the reader merges.
//
// Rows come mostly in order, so that they are kept sorted in one array from which they
// leave at the front: a heap would move each of them a dozen times.
#include "ingest/row_queue.h"
#include <stdlib.h>

#define WAITING 4096
#define WAITING_BYTES (4u << 20)
#define SPARE_BYTES 4096 // longer texts are not kept for the next row
#define LONGEST_NS (120 * PM_NS_PER_S)

struct place {
    int64_t ts;
    uint64_t line, number;
    struct row_held *held;
};
struct row_queue {
    pm_row_out *out;
    void *ctx;
    struct place *places; // in order, from `first`
    size_t first, n, room;
    size_t bytes; // of the texts that wait
    struct row_held *spare, *last;
    uint64_t numbers, last_number;
};

struct row_queue *row_queue_new(pm_row_out *out, void *ctx) {
    struct row_queue *q = pm_xmalloc(sizeof *q);
    *q = (struct row_queue){.out = out, .ctx = ctx};
    return q;
}

static bool is_before(const struct place *a, const struct place *b) {
    if (a->ts != b->ts) return a->ts < b->ts;
    return a->line != b->line ? a->line < b->line : a->number < b->number;
}

// Room for one more behind the last: at the end of the array those that wait move to its
// front.
static void make_room(struct row_queue *q) {
    if (q->first + q->n < q->room) return;
    if (!q->first) {
        q->room = q->room ? 2 * q->room : 64;
        q->places = pm_xrealloc(q->places, q->room * sizeof *q->places);
        return;
    }
    memmove(q->places, q->places + q->first, q->n * sizeof *q->places);
    q->first = 0;
}

// Where it belongs among those that wait.
static size_t rank_of(const struct row_queue *q, const struct place *p) {
    const struct place *all = q->places + q->first;
    size_t from = 0, to = q->n;
    if (!q->n || is_before(&all[q->n - 1], p)) return q->n;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (is_before(&all[middle], p)) from = middle + 1;
        else to = middle;
    }
    return from;
}

static void insert(struct row_queue *q, struct row_held *h) {
    const struct place p = {h->sum.ts_ns, h->line, h->number, h};
    make_room(q);
    size_t rank = rank_of(q, &p);
    struct place *at = q->places + q->first + rank;
    memmove(at + 1, at, (q->n - rank) * sizeof *at);
    *at = p;
    q->n++;
}

void row_queue_earlier(struct row_queue *q, struct row_held *h, int64_t before_ns) {
    const struct place p = {before_ns, h->line, h->number, h};
    size_t rank = rank_of(q, &p);
    struct place *at = q->places + q->first + rank;
    if (rank == q->n || at->held != h) return;
    q->n--;
    memmove(at, at + 1, (q->n - rank) * sizeof *at);
    insert(q, h);
}

static void first_out(struct row_queue *q) {
    struct row_held *h = q->places[q->first].held;
    q->first++;
    q->n--;
    q->bytes -= h->n;
    q->out(q->ctx, h);
    if (h->cap > SPARE_BYTES) {
        free(h->texts);
        h->texts = NULL;
        h->cap = 0;
    }
    h->open = false;
    h->number = 0;
    h->next = q->spare;
    q->spare = h;
}

static void take(struct row_held *h, const struct pm_row *row) {
    const struct pm_event *e = &row->event;
    h->sum = (struct row_sum){row->ts_ns,     row->first_ns, row->last_ns, e->bytes,
                              e->duration_ns, e->count,      e->flags};
    h->line = row->line;
    h->stage = e->stage;
    h->when_kind = e->when.kind;
    narrow_row_of(row, h->row);
    const int texts = narrow_row_before(h->row->has, PM_F_COUNT);
    size_t most = row->raw.n;
    for (int i = 0; i < texts; i++) most += h->row->text[i].n;
    if (most > h->cap) h->texts = pm_xrealloc(h->texts, h->cap = most + most / 2);
    if (row->raw.n) memcpy(h->texts, row->raw.p, row->raw.n);
    h->n = row->raw.n;
    for (int i = 0; i < texts; i++) {
        struct pm_str *s = &h->row->text[i];
        if (pm_str_lies_in(row->raw, *s)) { // of the line itself: it is in the copy, too
            s->p = h->texts + (s->p - row->raw.p);
            continue;
        }
        memcpy(h->texts + h->n, s->p, s->n);
        s->p = h->texts + h->n;
        h->n += s->n;
    }
}

void row_sum_put(const struct row_sum *sum, struct pm_row *row) {
    row->ts_ns = sum->ts_ns;
    row->first_ns = sum->first_ns;
    row->last_ns = sum->last_ns;
    row->event.bytes = sum->bytes;
    row->event.duration_ns = sum->duration_ns;
    row->event.count = sum->count;
    row->event.flags = sum->flags;
}

struct narrow_row *row_held_copy(const struct row_held *held, struct pm_arena *a) {
    const size_t bytes = narrow_row_bytes(held->row);
    char *room = pm_arena_room(a, bytes + held->n), *texts = room + bytes;
    struct narrow_row *row = memcpy(room, held->row, bytes);
    struct pm_row front; // the part of it that a narrow row has
    if (held->n) memcpy(texts, held->texts, held->n);
    for (int i = narrow_row_before(row->has, PM_F_COUNT); i-- > 0;)
        row->text[i].p = texts + (row->text[i].p - held->texts);
    memcpy(&front, row->front, sizeof row->front);
    front.raw.p = texts;
    row_sum_put(&held->sum, &front);
    memcpy(row->front, &front, sizeof row->front);
    return row;
}

static struct row_held *held_new(void) {
    struct row_held *h = pm_xmalloc(sizeof *h + NARROW_ROW_MOST);
    *h = (struct row_held){.row = (struct narrow_row *)(h + 1)};
    return h;
}

// Nothing that comes at this time belongs before the first. Undated rows come first and
// wait for nobody.
static bool is_done(const struct row_queue *q, int64_t ts) {
    const int64_t first = q->places[q->first].ts;
    return q->n > 1 && ts != PM_NO_TIME &&
           (first == PM_NO_TIME ||
            (ts > first && (uint64_t)ts - (uint64_t)first > (uint64_t)LONGEST_NS));
}

struct row_held *row_queue_put(struct row_queue *q, const struct pm_row *row) {
    struct row_held *h = q->spare;
    if (h) q->spare = h->next;
    else h = held_new();
    const int64_t ts = row->ts_ns; // whose memory may be that of the next row that leaves
    take(h, row);
    q->bytes += h->n;
    h->open = false;
    h->number = q->last_number = ++q->numbers;
    q->last = h;
    insert(q, h);
    while (q->n > WAITING || (q->bytes > WAITING_BYTES && q->n > 1) || is_done(q, ts)) first_out(q);
    return h;
}

const struct narrow_row *row_queue_last(const struct row_queue *q) {
    return q->last && q->last->number == q->last_number ? q->last->row : NULL;
}

void row_queue_end(struct row_queue *q) {
    while (q->n) first_out(q);
    for (struct row_held *h = q->spare, *next; h; h = next) {
        next = h->next;
        free(h->texts);
        free(h);
    }
    free(q->places);
    free(q);
}
