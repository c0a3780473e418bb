// Successful requests for layers and tokens → one row for many: a pull is two manifest
// requests, which the judge and the quotas need one by one, and up to dozens of layers,
// of which only number, bytes and time matter. Rows are most of what an access log costs.
//
//   "GET /v2/acme/web/blobs/sha256:aa…" 200 1000     12:00:01    }
//   "GET /v2/acme/web/blobs/sha256:bb…" 200 2500     12:00:03    } one row: count 3, bytes 4100, 12:00:01 … 12:00:04, url and text of the first
//   "GET /v2/acme/web/blobs/sha256:cc…" 200  600     12:00:04    }
//
// Folded are requests of one client, program, repository, method and status within one
// window of ten seconds by the clock, so that a second copy of the log folds the same
// way; any other request of that client, program and repository ends the row, so that the
// order of what the judge reads stays. Where one of two overlapping logs begins or ends
// within a window, that window's layers are not seen to be the same and count in both;
// its pull does not. Refusals, manifests, pushes, and what told of limits or errors
// always keep their own rows.
//
// Which request a line tells of costs more to find out than to add it, so a line that is
// like one which went into a row (struct pm_alike) is not asked: it goes there, too.
#include "ingest/request_fold.h"
#include <stdlib.h>

#define SETS                                                                                       \
    1024 // clients and repositories in the middle of a pull; where two meet, the older one's row ends early
#define WAYS 3 // kinds of success that alternate: HEAD, GET 200, GET 307
#define WINDOW_NS (10 * PM_NS_PER_S)

struct held {
    struct pm_row row; // texts in `texts`
    char *texts;
    size_t cap;
    uint64_t kind;
    int64_t window;
    uint32_t opened; // so many times
    bool open;
};
// Which row a line went into: another that is like it goes there while it is open.
#define KNOWN_LINES 2048 // where two meet, the newer one stays
struct known_line {
    uint64_t hash;
    struct held *held;
    uint32_t opened; // that row, and none that was held there since
    struct pm_buf text;
    size_t n[PM_ALIKE_PARTS];
};
struct set {
    uint64_t who;
    struct held *way[WAYS];
};
struct pm_request_fold {
    pm_fold_out *out;
    void *ctx;
    uint64_t kind;                // of the event that was added last
    struct held *place;           // where its row may be held, NULL: nowhere
    const struct pm_alike *alike; // what its line is
    struct known_line *known;     // KNOWN_LINES, made for the first
    struct set sets[SETS];
};

struct pm_request_fold *pm_request_fold_new(pm_fold_out *out, void *ctx) {
    struct pm_request_fold *f = pm_xmalloc(sizeof *f);
    memset(f, 0, sizeof *f);
    f->out = out;
    f->ctx = ctx;
    return f;
}

static void let_go(struct pm_request_fold *f, struct held *h) {
    if (!h || !h->open) return;
    h->open = false;
    f->out(f->ctx, &h->row);
}

static void let_all_go(struct pm_request_fold *f, struct set *s) {
    for (int i = 0; i < WAYS; i++) let_go(f, s->way[i]);
}

// Only compared within a run: eight bytes a step, faster than the stable pm_str_hash.
static uint64_t mix(struct pm_str s, uint64_t h) {
    h ^= s.n;
    for (size_t i = 0; i < s.n; i += 8) {
        uint64_t w = 0;
        memcpy(&w, s.p + i, s.n - i < 8 ? s.n - i : 8);
        h = (h ^ w) * UINT64_C(0x9e3779b97f4a7c15);
        h ^= h >> 29;
    }
    return h;
}

static bool foldable(const struct pm_event *e) {
    const struct pm_str *t = e->field;
    bool method = !t[PM_F_METHOD].n || pm_str_eqc(t[PM_F_METHOD], "GET") ||
                  pm_str_eqc(t[PM_F_METHOD], "HEAD");
    bool layer = e->stage == PM_STAGE_BLOB || (e->stage == PM_STAGE_TOKEN && t[PM_F_REPOSITORY].n);
    bool dated = e->when.kind == PM_WHEN_UTC || e->when.kind == PM_WHEN_LOCAL ||
                 e->when.kind == PM_WHEN_NO_YEAR;
    if (!layer || !method || !dated || e->http_status < 200 || e->http_status >= 400 ||
        e->count != 1)
        return false;
    if (e->flags & (PM_EV_PUSH | PM_EV_CUT | PM_EV_SNAPSHOT) || e->limit >= 0 ||
        e->remaining >= 0 || e->first.kind || e->last.kind)
        return false;
    return !t[PM_F_ERROR].n && !t[PM_F_REASON].n && !t[PM_F_DETAIL].n;
}

static uint64_t kind_of(const struct pm_event *e, int64_t ns) {
    static const enum pm_field same[] = {PM_F_NODE, PM_F_REGISTRY,  PM_F_USER, PM_F_METHOD,
                                         PM_F_HOST, PM_F_NAMESPACE, PM_F_POD};
    const int64_t numbers[] = {ns / WINDOW_NS, e->http_status, e->flags,
                               e->component,   e->stage,       e->when.kind};
    uint64_t h = mix((struct pm_str){(const char *)numbers, sizeof numbers}, 5);
    for (size_t i = 0; i < PM_LEN(same); i++)
        if (e->field[same[i]].n) h = mix(e->field[same[i]], h + i);
    ptrdiff_t query =
        pm_str_chr(e->field[PM_F_URL], '?', 0); // "?ns=" names the registry behind a mirror
    return query < 0 ? h : mix(pm_str_from(e->field[PM_F_URL], (size_t)query), h);
}

// A hostile log's numbers do not overflow; what is not known adds nothing.
static int64_t sum(int64_t a, int64_t b) {
    return b <= 0 || b > INT64_MAX / 4 || a > INT64_MAX / 4 ? a : (a > 0 ? a : 0) + b;
}

static void absorb(struct pm_row *row, int64_t ns, int64_t bytes, int64_t duration_ns) {
    row->event.count++;
    row->first_ns = row->first_ns == PM_NO_TIME ? row->ts_ns : row->first_ns;
    row->last_ns = row->last_ns == PM_NO_TIME ? row->ts_ns : row->last_ns;
    if (ns > row->last_ns) row->last_ns = ns;
    if (ns < row->first_ns) row->ts_ns = row->first_ns = ns;
    row->event.bytes = sum(row->event.bytes, bytes);
    row->event.duration_ns = sum(row->event.duration_ns, duration_ns);
}

// A closed way, else the one that began first.
static struct held *place_in(struct pm_request_fold *f, struct set *s) {
    int at = 0;
    for (int i = WAYS - 1; i >= 0; i--) {
        if (!s->way[i] || !s->way[i]->open) at = i;
        else if (s->way[at] && s->way[at]->open && s->way[i]->row.line < s->way[at]->row.line)
            at = i;
    }
    if (!s->way[at]) {
        s->way[at] = pm_xmalloc(sizeof *s->way[at]);
        memset(s->way[at], 0, sizeof *s->way[at]);
    }
    let_go(f, s->way[at]);
    return s->way[at];
}

static struct known_line *known_place(struct pm_request_fold *f, const struct pm_alike *a,
                                      uint64_t *hash) {
    *hash = 7;
    for (int i = 0; i < PM_ALIKE_PARTS; i++) *hash = mix(a->same[i], *hash);
    return &f->known[*hash % KNOWN_LINES];
}

static bool is_same_line(const struct known_line *k, const struct pm_alike *a) {
    const char *p = k->text.p;
    for (int i = 0; i < PM_ALIKE_PARTS; p += k->n[i++])
        if (!pm_str_eq((struct pm_str){p, k->n[i]}, a->same[i])) return false;
    return true;
}

static void know_line(struct pm_request_fold *f, const struct pm_alike *a, struct held *held) {
    uint64_t hash;
    if (!a) return;
    if (!f->known) {
        f->known = pm_xmalloc(KNOWN_LINES * sizeof *f->known);
        memset(f->known, 0, KNOWN_LINES * sizeof *f->known);
    }
    struct known_line *k = known_place(f, a, &hash);
    k->held = held;
    k->opened = held->opened;
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
    if (!f->known) return false;
    const struct known_line *k = known_place(f, a, &hash);
    if (!k->held || k->hash != hash || !k->held->open || k->held->opened != k->opened ||
        k->held->window != ns / WINDOW_NS || k->held->row.event.when.kind != a->when.kind ||
        !is_same_line(k, a))
        return false;
    absorb(&k->held->row, ns, a->bytes, a->duration_ns);
    return true;
}

bool pm_request_fold_add(struct pm_request_fold *f, const struct pm_alike *alike,
                         const struct pm_event *e, int64_t ns) {
    uint64_t who = mix(e->field[PM_F_CLIENT], 1);
    who = mix(e->field[PM_F_USER_AGENT], who);
    who = mix(e->field[PM_F_REPOSITORY], who);
    struct set *s = &f->sets[who % SETS];
    bool may = foldable(e);
    f->place = NULL;
    if (s->who != who ? may : !may) let_all_go(f, s);
    if (!may) return false;
    s->who = who;
    f->kind = kind_of(e, ns);
    for (int i = 0; i < WAYS; i++) {
        if (!s->way[i] || !s->way[i]->open || s->way[i]->kind != f->kind) continue;
        absorb(&s->way[i]->row, ns, e->bytes, e->duration_ns);
        know_line(f, alike, s->way[i]);
        return true;
    }
    f->place = place_in(f, s);
    f->place->window = ns / WINDOW_NS;
    f->alike = alike;
    return false;
}

// The row's texts move into the held one's own memory.
static void take(struct held *h, const struct pm_row *row) {
    size_t n = row->raw.n;
    for (int i = 0; i < PM_F_COUNT; i++) n += row->event.field[i].n;
    if (n > h->cap) h->texts = pm_xrealloc(h->texts, h->cap = n + n / 2);
    h->row = *row;
    char *p = h->texts;
    for (int i = 0; i <= PM_F_COUNT; i++) {
        struct pm_str *s = i < PM_F_COUNT ? &h->row.event.field[i] : &h->row.raw;
        if (!s->n) continue;
        memcpy(p, s->p, s->n);
        s->p = p;
        p += s->n;
    }
}

bool pm_request_fold_hold(struct pm_request_fold *f, const struct pm_row *row) {
    struct held *h = f->place;
    if (!h) return false;
    take(h, row);
    h->kind = f->kind;
    h->open = true;
    h->opened++;
    know_line(f, f->alike, h);
    f->place = NULL;
    return true;
}

void pm_request_fold_end(struct pm_request_fold *f) {
    if (!f) return;
    for (size_t i = 0; i < SETS; i++) {
        let_all_go(f, &f->sets[i]);
        for (int k = 0; k < WAYS; k++) {
            if (f->sets[i].way[k]) free(f->sets[i].way[k]->texts);
            free(f->sets[i].way[k]);
        }
    }
    for (size_t i = 0; f->known && i < KNOWN_LINES; i++) pm_buf_free(&f->known[i].text);
    free(f->known);
    free(f);
}
