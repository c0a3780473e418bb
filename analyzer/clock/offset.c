// The zone of a member whose stamps leave it out. What is asked, in this order:
//
// --tz · stamps with a zone on the same lines · the same pulls told elsewhere with a
// zone, at an offset of whole clock_quarters of an hour · what the node's runtime writes behind
// its own stamps · logs of the same kind on other nodes (alike.c) · UTC on trust.
//
// Not done: abbreviations of zones (CST is three of them).
#include "clock/resolve.h"
#include <stdlib.h>

#define SAME_FACT_NS (2 * PM_NS_PER_S)

static bool has_open_zone(const struct pm_clock_evidence *c) {
    return !clock_is_empty(c->no_year) || !clock_is_empty(c->local);
}

static void set_offset(struct pm_clock_member *m, int64_t q, const char *from,
                       enum pm_quality quality) {
    m->clock.has_offset = true;
    m->clock.offset_s = (int32_t)(q * 900);
    m->clock.offset_from = from;
    if (m->clock.quality < quality) m->clock.quality = quality;
}

// The most voted of the offsets, where it has three fifths of the votes.
static bool most_voted(const uint32_t votes[2 * PM_CLOCK_STEPS + 1], int64_t *q) {
    uint64_t all = 0;
    int best = 0;
    for (int i = 0; i <= 2 * PM_CLOCK_STEPS; i++) {
        all += votes[i];
        if (votes[i] > votes[best]) best = i;
    }
    *q = best - PM_CLOCK_STEPS;
    return all > 0 && votes[best] * UINT64_C(5) >= all * 3;
}

// Summer time began or ended within the member: two offsets an hour apart (half an hour
// on Lord Howe), one after the other. Clocks are put forward and back at a whole hour of
// UTC; where none lies between the two (zones at odd quarters), at the first stamp that
// shows it.
static bool changed(const struct pm_clock_votes *v, struct pm_clock *clock) {
    static const int apart[] = {4, 2};
    uint64_t all = 0;
    for (int i = 0; i <= 2 * PM_CLOCK_STEPS; i++) all += v->beside[i];
    for (int i = 0; i <= 2 * PM_CLOCK_STEPS; i++) {
        for (size_t k = 0; k < PM_LEN(apart); k++) {
            int j = i + apart[k];
            if (j > 2 * PM_CLOCK_STEPS || v->beside[i] < 2 || v->beside[j] < 2 ||
                (v->beside[i] + v->beside[j]) * UINT64_C(5) < all * 4)
                continue;
            bool back = v->beside_at[j].max < v->beside_at[i].min,
                 forward = v->beside_at[i].max < v->beside_at[j].min;
            int from = back ? j : i, to = back ? i : j;
            if (!back && !forward) continue;
            int64_t hour = 3600 * PM_NS_PER_S,
                    at = (clock_floor_div(v->beside_at[from].max, hour) + 1) * hour;
            clock->changes = true;
            clock->before_s = (from - PM_CLOCK_STEPS) * 900;
            clock->offset_s = (to - PM_CLOCK_STEPS) * 900;
            clock->change_ns = at <= v->beside_at[to].min ? at : v->beside_at[to].min;
            return true;
        }
    }
    return false;
}

// One fact of the member against all tellings of it with a zone: each offset that would
// make two of them one gets a vote, once.
static void vote(const struct resolve *r, const struct pm_clock_mark *mark, uint32_t node,
                 int64_t local_ns, uint32_t votes[2 * PM_CLOCK_STEPS + 1]) {
    bool voted[2 * PM_CLOCK_STEPS + 1] = {false};
    const int64_t reach = PM_CLOCK_STEPS * QUARTER_NS + SAME_FACT_NS;
    size_t i = clock_marks_from(r, mark->key, local_ns - reach), looked = 0;
    for (; i < r->marks_n && r->marks[i].key == mark->key && r->marks[i].ns <= local_ns + reach &&
           looked < 1024;
         i++, looked++) {
        int64_t ahead = local_ns - r->marks[i].ns, q = clock_quarters(ahead);
        if (q < -PM_CLOCK_STEPS || q > PM_CLOCK_STEPS ||
            llabs(ahead - q * QUARTER_NS) > SAME_FACT_NS ||
            !clock_same_node(node, r->marks[i].node))
            continue;
        if (!voted[q + PM_CLOCK_STEPS]) votes[q + PM_CLOCK_STEPS]++;
        voted[q + PM_CLOCK_STEPS] = true;
    }
}

// The parts of a rotated log are written in one zone: they vote together, a part alone
// may be too short to tell.
static struct log *log_of(struct resolve *r, const struct pm_clock_member *m) {
    uint64_t key[] = {pm_str_hash(pm_node_unrotated(m->path), 3), pm_str_hash(m->input, 4),
                      pm_clock_node_hash(m->node)};
    uint32_t id = pm_intern_id(r->log_names, (struct pm_str){(const char *)key, sizeof key});
    while (r->logs_n <= id) *PM_PUSH(r->logs, r->logs_n, r->logs_cap) = (struct log){{0}};
    return &r->logs[id];
}

const uint32_t *clock_offset_votes(struct resolve *r, const struct pm_clock_member *m) {
    return log_of(r, m)->votes;
}

void clock_offset_vote(struct resolve *r, const struct pm_clock_member *m) {
    if (!has_open_zone(m->evidence) || !m->evidence->marks_n) return;
    bool server =
        m->component == PM_COMP_REGISTRY ||
        m->component == PM_COMP_PROXY; // whoever asked it, it was not the machine that it runs on
    uint32_t *votes = log_of(r, m)->votes, node = server ? 0 : pm_clock_node_hash(m->node);
    for (size_t i = 0; i < m->evidence->marks_n; i++) {
        const struct pm_clock_mark *mark = &m->evidence->marks[i];
        int64_t local_ns = mark->ns;
        if (mark->kind == PM_WHEN_UTC ||
            (mark->kind == PM_WHEN_NO_YEAR &&
             (!m->clock.has_year || !clock_in_turn(mark->ns, m->clock.year, &local_ns))))
            continue;
        vote(r, mark, node, local_ns, votes);
    }
}

// Back-off settles at five minutes, so a long outage repeats at every quarter of an hour:
// the winner must beat the second clearly. Where the node's other members are at an
// offset that coincides about as often, it is that: several nodes in one file coincide
// with one another by chance.
static bool coincidence(struct resolve *r, const struct pm_clock_member *m, const int64_t *others_q,
                        int64_t *q) {
    const uint32_t *votes = log_of(r, m)->votes;
    int best = PM_CLOCK_STEPS; // UTC wins a tie
    uint32_t second = 0;
    for (int i = 0; i <= 2 * PM_CLOCK_STEPS; i++)
        if (votes[i] > votes[best]) best = i;
    for (int i = 0; i <= 2 * PM_CLOCK_STEPS; i++)
        if (i != best && votes[i] > second) second = votes[i];
    if (others_q && votes[*others_q + PM_CLOCK_STEPS] >= 2 &&
        votes[*others_q + PM_CLOCK_STEPS] * 3 >= votes[best]) {
        *q = *others_q;
        return true;
    }
    *q = best - PM_CLOCK_STEPS;
    return votes[best] >= 2 && votes[best] * 2 >= second * 3;
}

// What the runtime of a node writes, and what its members were found to run at.
void clock_offset_learn(struct resolve *r, const struct pm_clock_member *m) {
    if (!m->node.n && (clock_is_of_cluster(m->component) || m->component == PM_COMP_CLOUD)) return;
    struct node *node = clock_node_of(r, m);
    int64_t q;
    if (!clock_is_empty(m->evidence->utc))
        *PM_PUSH(node->utc.items, node->utc.n, node->utc.cap) = m->evidence->utc;
    if (!m->evidence->votes) return;
    if (most_voted(m->evidence->votes->beside, &q)) node->votes[q + PM_CLOCK_STEPS] += 2;
    if (most_voted(m->evidence->votes->written, &q)) node->votes[q + PM_CLOCK_STEPS]++;
}

void clock_offset_resolve(struct resolve *r, struct pm_clock_member *m,
                          const struct pm_zone *zone) {
    int64_t q, others;
    const struct node *node = clock_node_of(r, m);
    bool told = most_voted(node->votes, &others);
    if (!has_open_zone(m->evidence)) return;
    if (zone) {
        m->clock.zone = zone;
        set_offset(m, 0, "option", PM_QUALITY_INFERRED);
        int64_t at = 0;
        if (!clock_is_empty(m->evidence->local)) at = m->evidence->local.max;
        else if (m->clock.has_year) clock_in_turn(m->evidence->no_year.max, m->clock.year, &at);
        m->clock.offset_s = pm_zone_offset(zone, pm_zone_utc(zone, at, PM_NO_TIME));
    } else if (m->evidence->votes && changed(m->evidence->votes, &m->clock))
        set_offset(m, m->clock.offset_s / 900, "inner-stamp", PM_QUALITY_INFERRED);
    else if (m->evidence->votes && most_voted(m->evidence->votes->beside, &q))
        set_offset(m, q, "inner-stamp", PM_QUALITY_INFERRED);
    else if (coincidence(r, m, told ? &others : NULL, &q))
        set_offset(m, q, "coincidence", PM_QUALITY_INFERRED);
    else if (told) set_offset(m, others, m->node.n ? "node" : "folder", PM_QUALITY_INFERRED);
    else {
        set_offset(m, 0, "assumed", PM_QUALITY_ASSUMED);
        m->clock.has_offset = false;
    }
}
