// Pulls whose own lines cannot decide, settled by their neighbours: rules/settle.yaml says
// by what, and its head which words there are. Here its stanzas are asked, in their order:
// in three rounds, in the later of which pulls that were settled speak for others, and
// once more when all is settled.
#include "judge/causes/causes.h"
#include "judge/causes/settle.h"
#include <fnmatch.h>
#include <stdlib.h>

static void settle_as(struct settling *v, struct pm_attempt *p, int cause,
                      const struct settle_rule *r, const char *otherwise) {
    struct pm_verdict said = *p->names->verdict;
    if (said.cause != cause) said.variant = NULL; // it was the other's
    said.cause = cause;
    said.candidates[0] = cause;
    said.candidate_count = 1;
    said.confidence = r->confidence;
    if (!said.variant) said.variant = otherwise;
    pm_pull_judge(v->pulls, p, pm_verdict_keep(v->env, &said));
    p->settled_by_neighbour = true;
    pm_particulars_edit(v->pulls, p)->why = r->why;
}

static bool settle_like(struct settling *v, struct pm_attempt *p, const struct pm_verdict *other,
                        const struct settle_rule *r) {
    if (!other || other->cause < 0) return false;
    settle_as(v, p, other->cause, r, other->variant);
    return true;
}

// From here on it is an ambiguity of another kind. What was said before stays the
// mirror's, if it was anything.
static void reopen(const struct settling *v, struct settle_question *q) {
    const struct settle_rule *r = q->rule;
    struct pm_attempt *p = q->p;
    if (r->was_mirror && p->names->verdict->cause >= 0 && !pm_mirror_cause(p))
        pm_particulars_edit(v->pulls, p)->mirror_cause = (uint32_t)p->names->verdict->cause + 1;
    if (r->hidden_status) p->status = r->hidden_status;
    struct pm_verdict open = {
        .cause = r->candidates[0], .candidate_count = r->candidates_n, .confidence = r->confidence};
    memcpy(open.candidates, r->candidates, sizeof open.candidates);
    pm_pull_judge(v->pulls, p, pm_verdict_keep(v->env, &open));
    q->kept_n = 0;
}

// Is the pull settled?
static bool follow(struct settling *v, struct settle_question *q) {
    switch (q->rule->as) {
    case SETTLE_NEIGHBOUR: return settle_like(v, q->p, q->found, q->rule);
    case SETTLE_LIKELIEST:
        settle_as(v, q->p, q->p->names->verdict->candidates[0], q->rule, NULL);
        return true;
    case SETTLE_REOPEN: reopen(v, q); return false;
    case SETTLE_CAUSE: settle_as(v, q->p, q->rule->cause, q->rule, NULL); return true;
    }
    return false;
}

// Is it asked of this pull, by what its own lines leave open?
static bool concerns(const struct settle_rule *r, const struct pm_attempt *p) {
    bool open = settle_is_open(p);
    if (!(r->is.open && open) &&
        !(r->is.causes && settle_kin_has(&r->is, p->names->verdict->cause)))
        return false;
    if (r->is_not.causes && settle_kin_has(&r->is_not, p->names->verdict->cause)) return false;
    if (r->may_be.causes && !settle_may_be_any(p, &r->may_be)) return false;
    if (r->between.causes && !settle_may_be_all(p, &r->between)) return false;
    return !r->may_not_be.causes || !settle_may_be_any(p, &r->may_not_be);
}

// A pull that names neither a registry nor an image of somebody's own is Docker Hub's:
// only there have images no owner.
static const char *registry_of(const struct pm_env *env, const struct pm_attempt *p) {
    if (p->names->registry) return pm_name(env, p->names->registry).p; // a name ends with a NUL
    bool ownerless = !p->names->repository ||
                     pm_str_starts(pm_name(env, p->names->repository), PM_STR("library/"));
    return ownerless ? "docker.io" : "";
}

static bool is_like_one(const char *registry, const struct settle_globs *globs) {
    for (size_t i = 0; i < globs->n; i++)
        if (fnmatch(globs->items[i], registry, 0) == 0) return true;
    return false;
}

static int64_t lasted(const struct pm_attempt *p) {
    return p->started != PM_NO_TIME && p->ended != PM_NO_TIME ? p->ended - p->started : 0;
}

// What the pull itself shows.
static bool shows(struct settling *v, const struct settle_question *q) {
    const struct settle_rule *r = q->rule;
    const struct pm_attempt *p = q->p;
    if (r->hidden_status && pm_hidden_status(p) != r->hidden_status) return false;
    if (r->lasted_ns && lasted(p) < r->lasted_ns) return false;
    if (r->says.asked && !pm_wordlist_has(&r->says.list, pm_name(v->env, p->names->error)))
        return false;
    if (r->says_not.asked && pm_wordlist_has(&r->says_not.list, pm_name(v->env, p->names->error)))
        return false;
    if (r->registries.n && !is_like_one(registry_of(v->env, p), &r->registries)) return false;
    return !r->other_registries.n || !is_like_one(registry_of(v->env, p), &r->other_registries);
}

static bool observed(struct settling *v, struct settle_question *q) {
    const struct settle_rule *r = q->rule;
    for (size_t i = 0; i < SETTLE_SEEN_MAX && r->unless[i]; i++)
        if (r->unless[i]->made(v, q)) return false;
    for (size_t i = 0; i < SETTLE_SEEN_MAX && r->seen[i]; i++)
        if (!r->seen[i]->made(v, q)) return false;
    return true;
}

// What others show: the searches, the cheap ones first.
static bool others_show(struct settling *v, struct settle_question *q) {
    const struct settle_rule *r = q->rule;
    if (r->beside.asked) {
        const struct pm_trace *t = settle_line_beside(v, q->p, &r->beside);
        if (!t) return false;
        q->found = t->said->verdict;
    }
    if (r->amid.asked && !settle_amid_others(v, q->p, &r->amid)) return false;
    if (r->not_near.shares_n && settle_nearest(v, q, &r->not_near)) return false;
    if (r->near.shares_n) {
        const struct pm_attempt *other = settle_nearest(v, q, &r->near);
        if (!other) return false;
        q->found = other->names->verdict;
    }
    return true;
}

static void told(const struct settling *v, const struct settle_rule *r) {
    const struct pm_judge_options *o = v->env->options;
    if (o->settled) o->settled(o->settled_ctx, r->id);
}

// `rounds`: a bit for each enum settle_round whose stanzas are asked now.
static void ask(struct settling *v, struct pm_attempt *p, unsigned rounds) {
    struct settle_question q = {.p = p};
    for (size_t i = 0; i < v->rules.n; i++) {
        const struct settle_rule *r = &v->rules.items[i];
        if (!(rounds >> r->round & 1) || !concerns(r, p)) continue;
        q.rule = r;
        q.found = NULL;
        if (!shows(v, &q) || !observed(v, &q) || !others_show(v, &q)) continue;
        bool settled = follow(v, &q);
        if (settled || r->as == SETTLE_REOPEN) told(v, r);
        if (settled) return;
    }
}

static void round_of(struct settling *v, unsigned rounds) {
    settle_near_hear(v, !(rounds >> SETTLE_FIRST & 1));
    for (size_t i = 0; i < v->pulls->n; i++) {
        struct pm_attempt *p = &v->pulls->items[i];
        if (p->outcome == PM_OUTCOME_FAILED && !p->settled_by_neighbour) ask(v, p, rounds);
    }
}
static void all_settled(struct settling *v) {
    for (size_t i = 0; i < v->pulls->n; i++)
        if (v->pulls->items[i].outcome == PM_OUTCOME_FAILED)
            ask(v, &v->pulls->items[i], 1u << SETTLE_AFTER);
}

void pm_settle(const struct pm_env *env, const struct pm_evidence *ev, struct pm_pulls *pulls) {
    struct settling v = {.env = env,
                         .episode_ns = pm_weight_ns(env->rules, PM_WEIGHT_EPISODE_S),
                         .ev = ev,
                         .pulls = pulls};
    settle_place_by_words(env, pulls);
    pm_registry_side_load(ev, &v.said);
    settle_rules_read(&v);
    settle_near_prepare(&v);
    round_of(&v, 1u << SETTLE_EVERY | 1u << SETTLE_FIRST);
    round_of(&v, 1u << SETTLE_EVERY); // those that follow from them
    round_of(&v, 1u << SETTLE_EVERY | 1u << SETTLE_LAST);
    all_settled(&v);
    settle_place_by_others(pulls);
    settle_place_by_words(env, pulls);
    settle_near_free(&v);
    settle_turns_free(&v);
    settle_rules_free(&v);
    settle_kin_free(&v);
    pm_registry_side_free(&v.said);
}
