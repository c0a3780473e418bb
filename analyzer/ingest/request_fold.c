// Successful requests of one pull → one row: a pull is two manifest requests, which the
// judge and the quotas need one by one, and up to dozens of layers, of which only number,
// bytes and time matter. Rows are most of what an access log costs.
//
//   "GET /v2/acme/web/manifests/sha256:01…" 200 528  12:00:01    }
//   "GET /v2/acme/web/blobs/sha256:aa…" 200 1000     12:00:01    } one row: the manifest's, PM_EV_LAYERS, count 4,
//   "GET /v2/acme/web/blobs/sha256:bb…" 200 2500     12:00:03    } bytes 4100, the layers' span 12:00:01 … 12:00:04
//   "GET /v2/acme/web/blobs/sha256:cc…" 200  600     12:00:04    }
//
// Folded are requests of one client, program, repository, method and status within one
// window of ten seconds by the clock, so that a second copy of the log folds the same
// way: layers into the row of the manifest that was got before them, else of the first of
// them, and tokens. Any other request of that client, program and repository ends the row,
// so that the order of what the judge reads stays. Requests that a server stamps when they
// begin are logged when they are done: a layer from before the newest request that ended a
// row has a row of its own, as it is an older pull's; one of the same second goes to what
// stands before it in the log. Where one of two overlapping logs
// begins or ends within a window, that window's layers are not seen to be the same and
// count in both; its pull does not. Refusals, manifests, pushes, and what told of limits
// or errors always keep their own rows.
//
// Which request a line tells of costs more to find out than to add it, so a line that is
// like one which went into a row, or like what a layer of that manifest's is (struct
// pm_alike), is not asked: it goes there, too.
//
// From the first request on all rows of a member wait in order (row_queue.c).
#include "ingest/request_fold.h"
#include "base/mix.h"
#include <stdlib.h>

#define SETS                                                                                       \
    1024 // clients and repositories in the middle of a pull; where two meet, the older one's row ends early
#define WAYS 3 // kinds of success that alternate: HEAD, GET 200, GET 307
#define WINDOW_NS (10 * PM_NS_PER_S)

// A row that others may go into, while it waits and is open.
struct way {
    struct row_held *held;
    uint64_t number; // that row, and none that was held there since
    uint64_t kind;
    int64_t window, from; // of their stamps: no layer is from before what ended the row before
    int64_t part;         // of a log that was cut, in which the row is
};
// Which row a line went into: another that is like it goes there.
#define KNOWN_LINES 2048 // where two meet, the newer one stays
struct known_line {
    uint64_t hash;
    struct way way;
    struct pm_buf text;
    size_t n[PM_ALIKE_PARTS];
};
struct set {
    uint64_t who;
    int64_t newest; // stamp of the requests that ended its rows: what is open began behind it
    struct way way[WAYS];
};
struct pm_request_fold {
    struct row_queue *rows;
    struct way next;              // of the event that was added last
    struct way *place;            // where its row may be held, NULL: nowhere
    const struct pm_alike *alike; // what its line is
    struct known_line *known;     // KNOWN_LINES, made for the first
    struct set sets[SETS];
};

struct pm_request_fold *pm_request_fold_new(pm_row_out *out, void *ctx) {
    struct pm_request_fold *f = pm_xmalloc(sizeof *f);
    memset(f, 0, sizeof *f);
    f->rows = row_queue_new(out, ctx);
    return f;
}

static bool is_open(const struct way *w) {
    return w->held && w->held->number == w->number && w->held->open;
}

static void close_all(struct set *s) {
    for (int i = 0; i < WAYS; i++) {
        if (is_open(&s->way[i])) s->way[i].held->open = false;
        s->way[i].held = NULL;
    }
}

// Which set a client's requests go to. Where two clients meet shows in the rows, so it stays
// as it is.
static uint64_t set_hash(struct pm_str s, uint64_t h) {
    h ^= s.n;
    for (size_t i = 0; i < s.n; i += 8) {
        uint64_t w = 0;
        memcpy(&w, s.p + i, s.n - i < 8 ? s.n - i : 8);
        h = (h ^ w) * UINT64_C(0x9e3779b97f4a7c15);
        h ^= h >> 29;
    }
    return h;
}

// An answer that says no more than that it was a good one.
static bool is_plain(const struct pm_event *e) {
    const struct pm_str *t = e->field;
    bool dated = e->when.kind == PM_WHEN_UTC || e->when.kind == PM_WHEN_LOCAL ||
                 e->when.kind == PM_WHEN_NO_YEAR;
    return dated && e->http_status >= 200 && e->http_status < 400 && e->count == 1 &&
           !(e->flags & (PM_EV_PUSH | PM_EV_CUT | PM_EV_SNAPSHOT)) && e->limit < 0 &&
           e->remaining < 0 && !e->first.kind && !e->last.kind && !t[PM_F_ERROR].n &&
           !t[PM_F_REASON].n && !t[PM_F_DETAIL].n;
}

static bool foldable(const struct pm_event *e) {
    const struct pm_str *t = e->field;
    bool method = !t[PM_F_METHOD].n || pm_str_eqc(t[PM_F_METHOD], "GET") ||
                  pm_str_eqc(t[PM_F_METHOD], "HEAD");
    bool layer = e->stage == PM_STAGE_BLOB || (e->stage == PM_STAGE_TOKEN && t[PM_F_REPOSITORY].n);
    return layer && method && is_plain(e);
}

// A manifest that was got: its layers come next.
static bool takes_layers(const struct pm_event *e) {
    return e->stage == PM_STAGE_MANIFEST && e->http_status < 300 && e->field[PM_F_REPOSITORY].n &&
           pm_str_eqc(e->field[PM_F_METHOD], "GET") && is_plain(e);
}

// A manifest's is that of its layers.
static uint64_t kind_of(const struct pm_event *e) {
    static const enum pm_field same[] = {PM_F_NODE, PM_F_REGISTRY,  PM_F_USER, PM_F_METHOD,
                                         PM_F_HOST, PM_F_NAMESPACE, PM_F_POD};
    const int64_t numbers[] = {e->http_status, e->flags, e->component,
                               e->stage == PM_STAGE_MANIFEST ? PM_STAGE_BLOB : e->stage,
                               e->when.kind};
    uint64_t h = pm_mix((struct pm_str){(const char *)numbers, sizeof numbers}, 5);
    for (size_t i = 0; i < PM_LEN(same); i++)
        if (e->field[same[i]].n) h = pm_mix(e->field[same[i]], h + i);
    ptrdiff_t query =
        pm_str_chr(e->field[PM_F_URL], '?', 0); // "?ns=" names the registry behind a mirror
    return query < 0 ? h : pm_mix(pm_str_from(e->field[PM_F_URL], (size_t)query), h);
}

static struct way way_of(const struct set *s, const struct pm_event *e, int64_t ns) {
    return (struct way){.kind = kind_of(e), .window = ns / WINDOW_NS, .from = s->newest};
}

static bool is_in(const struct way *w, int64_t ns) {
    return is_open(w) && w->window == ns / WINDOW_NS && ns >= w->from;
}

// A hostile log's numbers do not overflow; what is not known adds nothing.
static int64_t sum(int64_t a, int64_t b) {
    return b <= 0 || b > INT64_MAX / 4 || a > INT64_MAX / 4 ? a : (a > 0 ? a : 0) + b;
}

// Requests that go into a row: mostly one.
struct layers {
    int64_t first_ns, last_ns, bytes, duration_ns;
    uint32_t count;
};

static uint32_t count_sum(uint32_t a, uint32_t b) {
    return b > UINT32_MAX - a ? UINT32_MAX : a + b;
}

// What a manifest itself took is not told once its layers are.
static void first_layers(struct row_sum *all, const struct layers *l) {
    all->flags |= PM_EV_LAYERS;
    all->count = count_sum(l->count, 1);
    all->first_ns = l->first_ns;
    all->last_ns = l->last_ns;
    all->bytes = l->bytes;
    all->duration_ns = l->duration_ns;
}

static void absorb(struct pm_request_fold *f, struct row_held *h, const struct layers *l) {
    struct row_sum *all = &h->sum;
    const bool manifest = h->stage == PM_STAGE_MANIFEST;
    if (manifest && !(all->flags & PM_EV_LAYERS)) {
        first_layers(all, l);
        return;
    }
    all->count = count_sum(all->count, l->count);
    all->first_ns = all->first_ns == PM_NO_TIME ? all->ts_ns : all->first_ns;
    all->last_ns = all->last_ns == PM_NO_TIME ? all->ts_ns : all->last_ns;
    if (l->last_ns > all->last_ns) all->last_ns = l->last_ns;
    all->bytes = sum(all->bytes, l->bytes);
    all->duration_ns = sum(all->duration_ns, l->duration_ns);
    if (l->first_ns >= all->first_ns) return;
    const int64_t before = all->ts_ns;
    all->first_ns = l->first_ns;
    if (manifest) return;
    all->ts_ns = l->first_ns;
    row_queue_earlier(f->rows, h, before);
}

// A closed way, else the one that began first.
static struct way *place_in(struct set *s) {
    struct way *at = &s->way[0];
    for (int i = WAYS - 1; i >= 0; i--) {
        struct way *w = &s->way[i];
        if (!is_open(w) || (is_open(at) && w->held->line < at->held->line)) at = w;
    }
    if (is_open(at)) at->held->open = false;
    return at;
}

static struct known_line *known_place(struct pm_request_fold *f, const struct pm_alike *a,
                                      uint64_t *hash) {
    *hash = 7;
    for (int i = 0; i < PM_ALIKE_PARTS; i++) *hash = pm_mix(a->same[i], *hash);
    return &f->known[*hash % KNOWN_LINES];
}

static bool is_same_line(const struct known_line *k, const struct pm_alike *a) {
    const char *p = k->text.p;
    for (int i = 0; i < PM_ALIKE_PARTS; p += k->n[i++])
        if (!pm_str_eq((struct pm_str){p, k->n[i]}, a->same[i])) return false;
    return true;
}

static void know_line(struct pm_request_fold *f, const struct pm_alike *a, const struct way *way) {
    uint64_t hash;
    if (!a) return;
    if (!f->known) {
        f->known = pm_xmalloc(KNOWN_LINES * sizeof *f->known);
        memset(f->known, 0, KNOWN_LINES * sizeof *f->known);
    }
    struct known_line *k = known_place(f, a, &hash);
    k->way = *way;
    if (k->text.n && k->hash == hash && is_same_line(k, a)) return;
    k->hash = hash;
    pm_buf_clear(&k->text);
    for (int i = 0; i < PM_ALIKE_PARTS; i++) {
        k->n[i] = a->same[i].n;
        pm_buf_add(&k->text, a->same[i]);
    }
}

bool pm_request_fold_again(struct pm_request_fold *f, const struct pm_alike *a, int64_t ns) {
    uint64_t hash;
    if (!f->known || !a->layer) return false;
    const struct known_line *k = known_place(f, a, &hash);
    if (k->hash != hash || !is_in(&k->way, ns) || k->way.held->when_kind != a->when.kind ||
        !is_same_line(k, a))
        return false;
    absorb(f, k->way.held, &(struct layers){ns, ns, a->bytes, a->duration_ns, 1});
    return true;
}

static struct way *way_to(struct set *s, const struct way *next) {
    for (int i = 0; i < WAYS; i++) {
        struct way *w = &s->way[i];
        if (is_open(w) && w->kind == next->kind && w->window == next->window) return w;
    }
    return NULL;
}

// Whose the set is from now on. What opens no row takes it from nobody who has one open.
static bool take_set(struct set *s, uint64_t who, bool opens) {
    if (s->who == who) return true;
    for (int i = 0; i < WAYS && !opens; i++)
        if (is_open(&s->way[i])) return false;
    close_all(s);
    s->who = who;
    s->newest = INT64_MIN;
    return true;
}

// A request that is not folded ends what was open before it. False: the request at hand is
// from before one that did so.
static bool comes_in_turn(struct set *s, bool folds, int64_t ns) {
    if (ns < s->newest && ns != PM_NO_TIME) return false;
    if (folds) return true;
    close_all(s);
    if (ns > s->newest) s->newest = ns;
    return true;
}

// The way of the row that it belongs to; NULL: none, and a row of its own may be one.
static struct way *way_for(struct pm_request_fold *f, const struct pm_event *e, int64_t ns) {
    uint64_t who = set_hash(e->field[PM_F_CLIENT], 1);
    who = set_hash(e->field[PM_F_USER_AGENT], who);
    who = set_hash(e->field[PM_F_REPOSITORY], who);
    struct set *s = &f->sets[who % SETS];
    bool may = foldable(e), opens = may || takes_layers(e);
    f->place = NULL;
    if ((!may && !e->field[PM_F_REPOSITORY].n) || !take_set(s, who, opens) ||
        !comes_in_turn(s, may, ns) || !opens)
        return NULL;
    f->next = way_of(s, e, ns);
    struct way *w = may ? way_to(s, &f->next) : NULL;
    if (!w) f->place = place_in(s);
    return w;
}

bool pm_request_fold_add(struct pm_request_fold *f, const struct pm_alike *alike,
                         const struct pm_event *e, int64_t ns) {
    struct way *w = way_for(f, e, ns);
    f->alike = alike;
    if (!w) return false;
    absorb(f, w->held, &(struct layers){ns, ns, e->bytes, e->duration_ns, 1});
    know_line(f, alike, w);
    return true;
}

// As it was when its first request came.
static struct pm_event unfolded(const struct pm_row *row) {
    struct pm_event e = row->event;
    e.flags &= ~(unsigned)PM_EV_LAYERS;
    e.count = 1;
    e.first = e.last = (struct pm_when){0};
    return e;
}
static struct layers layers_of(const struct pm_row *row) {
    return (struct layers){.first_ns = row->first_ns == PM_NO_TIME ? row->ts_ns : row->first_ns,
                           .last_ns = row->last_ns == PM_NO_TIME ? row->ts_ns : row->last_ns,
                           .bytes = row->event.bytes,
                           .duration_ns = row->event.duration_ns,
                           .count = row->event.count};
}
uint64_t pm_request_fold_join(struct pm_request_fold *f, const struct pm_row *row) {
    const struct pm_event e = unfolded(row);
    struct way *w = way_for(f, &e, row->ts_ns);
    f->alike = NULL;
    if (w && w->part != row->part) {
        const struct layers l = layers_of(row);
        absorb(f, w->held, &l);
        return w->number;
    }
    if (w) { // the reading of its own part had a reason, such as that the row had left
        w->held->open = false;
        f->place = w;
    }
    f->next.part = row->part;
    pm_request_fold_put(f, row);
    return 0;
}

void pm_request_fold_put(struct pm_request_fold *f, const struct pm_row *row) {
    struct row_held *h = row_queue_put(f->rows, row);
    if (!f->place) return;
    h->open = h->number > 0;
    f->next.held = h;
    f->next.number = h->number;
    *f->place = f->next;
    know_line(f, f->alike, f->place);
    f->place = NULL;
}

const struct narrow_row *pm_request_fold_last(const struct pm_request_fold *f) {
    return row_queue_last(f->rows);
}

void pm_request_fold_end(struct pm_request_fold *f) {
    if (!f) return;
    row_queue_end(f->rows);
    for (size_t i = 0; f->known && i < KNOWN_LINES; i++) pm_buf_free(&f->known[i].text);
    free(f->known);
    free(f);
}
