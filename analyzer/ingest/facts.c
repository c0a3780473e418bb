// What was said of a member, as bytes in the timeline and back: numbers of seven bits a
// byte, signs last, so that small ones are short and every machine reads them alike.
// Timelines come from other people's machines: nothing that is read is believed.
#include "ingest/writer.h"
#include "clock/range.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// ---- packing

static void put(struct pm_buf *b, uint64_t v) {
    for (; v >= 0x80; v >>= 7) pm_buf_addc(b, (char)(0x80 | (v & 0x7f)));
    pm_buf_addc(b, (char)v);
}
static void put_signed(struct pm_buf *b, int64_t v) {
    put(b, (uint64_t)v << 1 ^ (v < 0 ? UINT64_MAX : 0));
}
static void put_text(struct pm_buf *b, struct pm_str s) {
    put(b, s.n);
    pm_buf_add(b, s);
}
static void put_range(struct pm_buf *b, struct pm_clock_range r) {
    put(b, r.min <= r.max);
    if (r.min > r.max) return;
    put_signed(b, r.min);
    put_signed(b, r.max);
}

static void put_ends(struct pm_buf *b, struct pm_clock_ends e) {
    put_signed(b, e.first);
    put_signed(b, e.last);
}

static void put_votes(struct pm_buf *b, const struct pm_clock_votes *v) {
    put(b, v != NULL);
    for (size_t i = 0; v && i < PM_LEN(v->beside); i++) {
        if (!v->beside[i] && !v->written[i]) continue;
        put(b, i + 1);
        put(b, v->beside[i]);
        put(b, v->written[i]);
        if (v->beside[i]) put_range(b, v->beside_at[i]);
    }
    if (v) put(b, 0);
}

static void put_clock(struct pm_buf *b, const struct pm_clock_evidence *c) {
    const struct pm_clock_range ranges[] = {c->no_year, c->local, c->utc, c->age, c->anchors};
    for (size_t i = 0; i < PM_LEN(ranges); i++) put_range(b, ranges[i]);
    put(b, c->feb29);
    put_signed(b, c->feb29_turn);
    put(b, c->feb29_line);
    for (size_t i = 0; i < PM_LEN(c->years); i++) {
        put_signed(b, c->years[i].base);
        put(b, c->years[i].n);
    }
    put_signed(b, c->capture_ns);
    put_signed(b, c->aged_ns);
    put_votes(b, c->votes);
    put(b, c->marks_n);
    for (size_t i = 0; i < c->marks_n; i++) {
        put(b, c->marks[i].key);
        put_signed(b, c->marks[i].ns);
        put(b, c->marks[i].node);
        put(b, c->marks[i].kind);
    }
    put_ends(b, c->no_year_ends);
    put_ends(b, c->local_ends);
    put_ends(b, c->utc_ends);
}

static void put_voice(struct pm_buf *b, const struct pm_frame_voice *v) {
    const uint64_t numbers[] = {v->known,   v->bulk,    v->first,   v->named,   v->preamble,
                                v->open[0], v->open[1], v->speaks,  v->records, v->talk,
                                v->told,    v->neutral, v->foreign, v->code,    v->sentences,
                                v->prompts, v->headings};
    put(b, (uint64_t)v->plain | (uint64_t)v->container << 1 | (uint64_t)v->quotes << 2 |
               (uint64_t)v->prose << 3 | (uint64_t)v->stranger << 4 | (uint64_t)v->teaches << 5);
    for (size_t i = 0; i < PM_LEN(numbers); i++) put(b, numbers[i]);
    for (size_t i = 0; i < PM_LEN(v->of); i++) put(b, v->of[i]);
}

void ingest_facts_pack(const struct result *r, struct pm_buf *clock, struct pm_buf *voices) {
    put_clock(clock, &r->clock);
    put(voices, r->voices_n);
    for (size_t i = 0; i < r->voices_n; i++) put_voice(voices, &r->voices[i]);
    for (size_t i = 0; i < r->shares_n; i++) {
        put_text(voices, r->shares[i].format);
        put(voices, r->shares[i].records);
    }
}

// ---- unpacking

struct bytes {
    struct pm_str rest;
    bool bad;
};
static uint64_t get(struct bytes *b) {
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (!b->rest.n) break;
        uint8_t c = (uint8_t)b->rest.p[0];
        b->rest = pm_str_from(b->rest, 1);
        v |= (uint64_t)(c & 0x7f) << shift;
        if (!(c & 0x80)) return v;
    }
    b->bad = true;
    return 0;
}
static uint64_t get_below(struct bytes *b, uint64_t bound) {
    uint64_t v = get(b);
    b->bad |= v >= bound;
    return v < bound ? v : 0;
}
static int64_t get_signed(struct bytes *b) {
    uint64_t v = get(b);
    return (int64_t)(v >> 1 ^ (v & 1 ? UINT64_MAX : 0));
}
// A time, or a wall clock in a turn of the year: sums of two never overflow.
static int64_t get_time(struct bytes *b) {
    int64_t ns = get_signed(b), bound = INT64_C(4200000000) * PM_NS_PER_S;
    if (ns == PM_NO_TIME || (ns > -bound && ns < bound)) return ns;
    b->bad = true;
    return PM_NO_TIME;
}
static int get_int(struct bytes *b) {
    int64_t v = get_signed(b);
    b->bad |= v < -100000 || v > 100000;
    return b->bad ? 0 : (int)v;
}
static struct pm_clock_range get_range(struct bytes *b) {
    struct pm_clock_range r = clock_range_none;
    if (!get_below(b, 2)) return r;
    r.min = get_time(b);
    r.max = get_time(b);
    b->bad |= r.min > r.max || r.min == PM_NO_TIME || r.max == PM_NO_TIME;
    return b->bad ? clock_range_none : r;
}

// What is known of them from the range alone, where a timeline did not keep it.
static struct pm_clock_ends get_ends(struct bytes *b, struct pm_clock_range r) {
    struct pm_clock_ends e =
        clock_is_empty(r) ? clock_ends_none : (struct pm_clock_ends){r.min, r.max};
    if (!b->rest.n) return e;
    struct pm_clock_ends kept = {get_time(b), get_time(b)};
    bool in =
        kept.first >= r.min && kept.first <= r.max && kept.last >= r.min && kept.last <= r.max;
    b->bad |= !clock_is_empty(r) && !in;
    return in ? kept : e;
}

static void get_votes(struct bytes *b, struct pm_clock_evidence *c) {
    if (!get_below(b, 2)) return;
    struct pm_clock_votes *v = c->votes = pm_xmalloc(sizeof *v);
    memset(v, 0, sizeof *v);
    for (uint64_t at; (at = get_below(b, PM_LEN(v->beside) + 1)) != 0 && !b->bad;) {
        v->beside[at - 1] = (uint32_t)get_below(b, UINT32_MAX);
        v->written[at - 1] = (uint32_t)get_below(b, UINT32_MAX);
        if (v->beside[at - 1]) v->beside_at[at - 1] = get_range(b);
    }
}

static void get_clock(struct bytes *b, struct pm_clock_evidence *c) {
    struct pm_clock_range *const ranges[] = {&c->no_year, &c->local, &c->utc, &c->age, &c->anchors};
    pm_clock_init(c);
    for (size_t i = 0; i < PM_LEN(ranges); i++) *ranges[i] = get_range(b);
    c->feb29 = get_below(b, 2) != 0;
    c->feb29_turn = get_int(b);
    c->feb29_line = get(b);
    for (size_t i = 0; i < PM_LEN(c->years); i++) {
        c->years[i].base = get_int(b);
        c->years[i].n = (uint32_t)get_below(b, UINT32_MAX);
    }
    c->capture_ns = get_time(b);
    c->aged_ns = get_time(b);
    get_votes(b, c);
    size_t marks = (size_t)get_below(b, b->rest.n + 1);
    for (size_t i = 0; i < marks && !b->bad; i++) {
        struct pm_clock_mark *m = PM_PUSH(c->marks, c->marks_n, c->marks_cap);
        m->key = get(b);
        m->ns = get_time(b);
        m->node = (uint32_t)get_below(b, (uint64_t)UINT32_MAX + 1);
        m->kind = (uint8_t)get_below(b, PM_WHEN_AGE + 1);
    }
    c->no_year_ends = get_ends(b, c->no_year);
    c->local_ends = get_ends(b, c->local);
    c->utc_ends = get_ends(b, c->utc);
}

static void get_voice(struct bytes *b, struct pm_frame_voice *v) {
    unsigned *const words[] = {&v->known, &v->bulk, &v->first, &v->named};
    unsigned *const open[] = {&v->open[0], &v->open[1], &v->speaks};
    uint64_t *const counts[] = {&v->records, &v->talk,      &v->told,    &v->neutral, &v->foreign,
                                &v->code,    &v->sentences, &v->prompts, &v->headings};
    uint64_t flags = get_below(b, 64);
    *v = (struct pm_frame_voice){.plain = flags & 1,
                                 .container = flags & 2,
                                 .quotes = flags & 4,
                                 .prose = flags & 8,
                                 .stranger = flags & 16,
                                 .teaches = flags & 32};
    for (size_t i = 0; i < PM_LEN(words); i++) *words[i] = (unsigned)get_below(b, UINT_MAX);
    v->preamble = get(b);
    for (size_t i = 0; i < PM_LEN(open); i++) *open[i] = (unsigned)get_below(b, UINT_MAX);
    for (size_t i = 0; i < PM_LEN(counts); i++) *counts[i] = get_below(b, UINT64_C(1) << 48);
    for (size_t i = 0; i < PM_LEN(v->of); i++) v->of[i] = get_below(b, UINT64_C(1) << 48);
}

static void get_shares(struct bytes *b, struct result *r, struct pm_arena *a) {
    r->shares_n = 0;
    while (b->rest.n && r->shares_n < PM_FRAME_SHARES && !b->bad) {
        struct member_share *s = &r->shares[r->shares_n++];
        size_t n = (size_t)get_below(b, b->rest.n + 1);
        b->bad |= n > b->rest.n;
        s->format = pm_arena_dup(a, pm_str_sub(b->rest, 0, n));
        b->rest = pm_str_from(b->rest, s->format.n);
        s->records = get_below(b, UINT64_C(1) << 48);
    }
}

bool ingest_facts_unpack(struct result *r, struct pm_str clock, struct pm_str voices,
                         struct pm_arena *a) {
    struct bytes c = {clock, false}, v = {voices, false};
    get_clock(&c, &r->clock);
    r->voices_n = (size_t)get_below(&v, PM_FRAME_VOICES + 1);
    r->voices = pm_arena_alloc(a, (r->voices_n + 1) * sizeof *r->voices);
    r->heard = pm_arena_alloc(a, (r->voices_n + 1) * sizeof *r->heard);
    for (size_t i = 0; i < r->voices_n; i++) get_voice(&v, &r->voices[i]);
    get_shares(&v, r, a);
    if (!c.bad && !v.bad) return true;
    pm_clock_free(&r->clock);
    pm_clock_init(&r->clock);
    r->voices_n = r->shares_n = 0;
    return false;
}

// ---- written behind the last member

// As given, told from the root of this machine; what a link leads to is not asked, as it is
// the link's name that people gave.
static struct pm_str whole_path(const char *given, struct pm_arena *a) {
    char here[PATH_MAX];
    struct pm_str path = pm_str_c(given);
    struct pm_buf b = {0};
    if (pm_str_eqc(path, "-")) return path;
    if (path.p[0] != '/' && getcwd(here, sizeof here)) path = pm_arena_fmt(a, "%s/%s", here, given);
    for (size_t at = 0; at < path.n;) {
        ptrdiff_t slash = pm_str_chr(path, '/', at);
        size_t end = slash < 0 ? path.n : (size_t)slash;
        struct pm_str part = pm_str_sub(path, at, end - at);
        at = end + 1;
        if (!part.n || pm_str_eqc(part, ".")) continue;
        ptrdiff_t up = pm_str_rchr(pm_buf_str(&b), '/');
        if (pm_str_eqc(part, "..")) b.n = up > 0 ? (size_t)up : 0;
        else pm_buf_fmt(&b, "/%.*s", PM_FMT(part));
    }
    struct pm_str whole = pm_arena_dup(a, b.n ? pm_buf_str(&b) : PM_STR("/"));
    pm_buf_free(&b);
    return whole;
}

// A file that was given alone is of its folder, so that its neighbours are.
static struct pm_str without_last(struct pm_str path) {
    ptrdiff_t slash = pm_str_rchr(path, '/');
    return pm_str_sub(path, 0, slash > 0 ? (size_t)slash : 0);
}
static void inputs_write(struct writer *w) {
    struct pipe *p = w->p;
    struct pm_str *prefix = pm_xmalloc((p->paths_n + 1) * sizeof *prefix);
    bool *lone = pm_xmalloc((p->paths_n + 1) * sizeof *lone);
    memset(lone, 0, (p->paths_n + 1) * sizeof *lone);
    pm_bundle_prefixes(p->paths, p->paths_n, prefix, w->arena);
    for (size_t i = 0; i < w->n; i++) lone[w->results[i].input_at] |= w->results[i].lone;
    for (size_t i = 0; i < p->paths_n; i++) {
        struct pm_str whole = whole_path(p->paths[i], w->arena);
        if (lone[i]) whole = pm_str_eqc(whole, "-") ? whole : without_last(whole);
        if (lone[i]) prefix[i] = without_last(prefix[i]);
        pm_timeline_input(p->timeline, (uint32_t)i, ingest_shown(w, whole),
                          ingest_shown(w, prefix[i]),
                          p->o->content && p->paths_n == 1 ? pm_str_c(p->o->content) : PM_NONE);
    }
    free(prefix);
    free(lone);
}

void ingest_facts_write(struct writer *w) {
    const struct pm_ingest_options *o = w->p->o;
    inputs_write(w);
    for (size_t i = 0; i < w->n; i++) {
        const struct result *r = &w->results[i];
        struct pm_buf clock = {0}, voices = {0};
        ingest_facts_pack(r, &clock, &voices);
        const struct pm_member_facts f = {.input = r->input_at,
                                          .place = ingest_shown(w, r->place),
                                          .mtime_ns = r->mtime_ns,
                                          .component = r->component,
                                          .fact_node = r->names[PM_NODE_FACT],
                                          .envelope_node = r->names[PM_NODE_ENVELOPE],
                                          .written = r->written,
                                          .year = o->year,
                                          .tz = o->tz ? pm_str_c(o->tz) : PM_NONE,
                                          .read_ns = PM_NO_TIME,
                                          .clock = pm_buf_str(&clock),
                                          .voices = pm_buf_str(&voices)};
        pm_timeline_fact(w->p->timeline, r->file, &f);
        pm_buf_free(&clock);
        pm_buf_free(&voices);
    }
}
