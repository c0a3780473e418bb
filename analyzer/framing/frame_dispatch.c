// Bids: who reads this record?
//
// The parsers that won last are asked first, as logs are of one make for long stretches;
// where none of them is sure (FRAME_SURE), all bid. Equal bids go to the first by name,
// so that the same bytes give the same answer.
#include "frame_int.h"
#include <pthread.h>

#define FRAME_SURE 80

// Who bids at all: by shape, those that are asked first and the fallbacks. Made once.
#define BIDDERS 256
struct bidders {
    uint8_t who[BIDDERS];
    size_t n;
};
static struct bidders bidders[2][PM_SHAPE_FILE + 1];
static void bidders_make(void) {
    for (size_t i = 0; pm_parsers[i] && i < BIDDERS; i++)
        for (unsigned shape = PM_SHAPE_LINE; shape <= PM_SHAPE_FILE; shape <<= 1) {
            struct bidders *b = &bidders[(pm_parsers[i]->flags & PM_PARSER_FALLBACK) != 0][shape];
            if (pm_parsers[i]->shapes & shape) b->who[b->n++] = (uint8_t)i;
        }
}
static const struct bidders *bidders_of(enum pm_shape shape, bool fallbacks) {
    static pthread_once_t made = PTHREAD_ONCE_INIT;
    pthread_once(&made, bidders_make);
    return &bidders[fallbacks][shape];
}

static int bid_of(struct pm_frame *f, size_t i, const struct pm_record *r) {
    const struct pm_parser *p = pm_parsers[i];
    return (p->shapes & r->shape) ? p->bid(r, f->states[i]) : 0;
}

int frame_best_bid(struct pm_frame *f, const struct pm_record *r, bool fallbacks, int *parser) {
    const struct bidders *all = bidders_of(r->shape, fallbacks);
    int best = 0, who = -1;
    for (size_t k = 0; k < all->n; k++) {
        int b = pm_parsers[all->who[k]]->bid(r, frame_state_of(f, all->who[k]));
        if (b <= best) continue;
        best = b;
        who = (int)all->who[k];
    }
    if (parser) *parser = who;
    return best;
}

static int surest_of_last(struct pm_frame *f, const struct pm_record *r) {
    int best = FRAME_SURE - 1, who = -1;
    for (int i = 0; i < FRAME_MRU && f->mru[i] >= 0; i++) {
        int b = bid_of(f, (size_t)f->mru[i], r);
        if (b <= best) continue;
        best = b;
        who = f->mru[i];
    }
    return who;
}

// Everybody by descending bid until one takes it; of equal bids the first by name. All
// bid once: who is asked and refuses changes no other's bid.
static int auction(struct pm_frame *f, const struct pm_record *r, bool fallbacks, int already) {
    const struct bidders *all = bidders_of(r->shape, fallbacks);
    int bids[BIDDERS];
    uint8_t who[BIDDERS];
    size_t n = 0;
    for (size_t k = 0; k < all->n; k++) {
        const size_t i = all->who[k];
        if ((int)i == already) continue;
        int b = pm_parsers[i]->bid(r, frame_state_of(f, i));
        if (b <= 0) continue;
        who[n] = (uint8_t)i;
        bids[n++] = b;
    }
    for (;;) {
        size_t best = 0;
        for (size_t k = 1; k < n; k++)
            if (bids[k] > bids[best]) best = k;
        if (!n || !bids[best]) return -1;
        if (frame_ask(f, who[best], r) != PM_PARSE_NO) return who[best];
        bids[best] = 0;
    }
}

// Who is asked before any bid. A record that waited for its end is read between an object's
// members and their parser's turn, so that this one need not be who won last.
static int asked_first(const struct pm_frame *f, const struct pm_record *r) {
    if (r->fields) return f->listed.who;
    return r->sure ? f->mru[0] : f->sticky;
}

static int find_parser(struct pm_frame *f, const struct pm_record *r) {
    int first = asked_first(f, r);
    if (r->sure) return frame_ask(f, first, r) != PM_PARSE_NO ? first : -1;
    if (first >= 0) {
        if (bid_of(f, (size_t)first, r) > 0 && frame_ask(f, first, r) != PM_PARSE_NO) return first;
        f->sticky = -1;
    }
    int sure = surest_of_last(f, r);
    if (sure >= 0 && sure != first && frame_ask(f, sure, r) != PM_PARSE_NO) return sure;
    int who = auction(f, r, false, sure);
    return who >= 0 ? who : auction(f, r, true, -1);
}

static struct pm_str or_base(struct pm_str own, struct pm_str base) { return own.n ? own : base; }

bool frame_dispatch(struct pm_frame *f, struct pm_record *r) {
    struct pm_record_memo memo = {0}, *outer = f->memo;
    r->memo = f->memo = &memo;
    f->stats.records++;
    f->record_events = 0;
    f->wrapped = r->envelope_count > 0;
    f->record_own = (struct pm_when){0};
    r->hint.k8s_namespace = or_base(r->hint.k8s_namespace, f->base.k8s_namespace);
    r->hint.pod = or_base(r->hint.pod, f->base.pod);
    r->hint.container = or_base(r->hint.container, f->base.container);
    f->voice = frame_voice_of(f, r);
    if (!r->sure) frame_terminal_line(f, r);
    int who = find_parser(f, r);
    if (who < 0 && f->o.every && r->shape == PM_SHAPE_JSON &&
        r->text.n) { // a bare JSON body is still text that a person can read
        struct pm_record line = *r;
        line.shape = PM_SHAPE_LINE;
        line.json = NULL;
        who = find_parser(f, &line);
    }
    int inside = r->sure ? -1 : frame_nested(f, r), heard = inside >= 0 ? inside : who;
    if (f->voice) frame_voice_tally(f, f->voice, r, heard < 0 ? NULL : pm_parsers[heard]);
    if (!f->decided) frame_sparse_note(f, r, heard < 0 ? NULL : pm_parsers[heard]);
    frame_stamps(f, r);
    if (f->sink.record) f->sink.record(f->sink.ctx, r, who < 0 ? NULL : pm_parsers[who]);
    pm_arena_reset(f->record_arena);
    r->memo = NULL;
    f->memo = outer;
    return who >= 0;
}

bool frame_file_bids(struct pm_frame *f, struct pm_str head) {
    struct pm_record r = {
        .text = head, .raw = head, .shape = PM_SHAPE_FILE, .line = 1, .path = f->path};
    if (frame_is_template(head)) return false; // what a program will make of it is not known
    return frame_best_bid(f, &r, false, NULL) >= 60;
}
