// Whose budget a pull or request draws on. A pull secret on a pod says that somebody
// might have been named, not that he was: what says it are the request's own user, the
// token server, the answer's headers and the words of refusals. Where none of them speaks
// and a secret is there, both readings stay open.
#include "judge/quota/quota.h"
#include "rules/taxonomy.h"

struct pm_account *pm_account_of(struct pm_ledger *l, uint32_t registry) {
    Word_t *slot = pm_map_slot(&l->account_at, registry);
    if (!*slot) {
        *PM_PUSH(l->accounts.items, l->accounts.n, l->accounts.cap) =
            (struct pm_account){.from = PM_NO_TIME, .to = PM_NO_TIME};
        *slot = l->accounts.n;
    }
    return &PM_REF(l->accounts, *slot);
}

bool pm_quota_refused(const struct pm_attempt *p) {
    return p->outcome == PM_OUTCOME_FAILED &&
           pm_cause_has(p->names->verdict->cause, PM_TRAIT_QUOTA);
}

// Who was refused is known where the registry's words, or what it was asked with, say so;
// else the verdict took the commoner reading.
bool pm_quota_named(const struct pm_attempt *p) {
    return !p->settled_by_neighbour || p->names->verdict->confidence == PM_CONFIDENCE_HIGH;
}

enum {
    SAYS_NOTHING = -1,
    SAYS_ANONYMOUS = PM_WHOSE_ANONYMOUS,
    SAYS_USER = PM_WHOSE_USER,
    SAYS_MAYBE = PM_WHOSE_UNKNOWN
};

// The pull secrets of its pods: with none there was nothing to present.
static int secrets_say(const struct pm_evidence *ev, const struct pm_attempt *p) {
    int says = SAYS_NOTHING;
    for (size_t i = 0; i < p->pods.n; i++) {
        Word_t at = pm_map_get(ev->facts.pod_by_key, p->pods.items[i]);
        const struct pm_pod_fact *f = at ? &PM_REF(ev->facts.pods, at) : NULL;
        if (!f || !f->listed) continue;
        if (f->secrets.n) return SAYS_MAYBE;
        says = SAYS_ANONYMOUS;
    }
    return says;
}

// What a registry's refusals say of the rest: all anonymous, all of users, or mixed.
static int one_of(bool anonymous, bool user) {
    if (anonymous == user) return SAYS_NOTHING;
    return user ? SAYS_USER : SAYS_ANONYMOUS;
}
static int refusals_say(const struct pm_account *a) { return one_of(a->anonymous, a->user); }
static int requests_say(const struct pm_account *a) {
    return one_of(a->asked_anonymous, a->asked_user);
}

// A registry that has a limit for one kind alone counts nobody else.
static int table_says(struct pm_ledger *l, uint32_t registry, int64_t at) {
    struct pm_str name = pm_name(l->scene->env, registry);
    bool anonymous = pm_policy_find(l->policies, name, true, PM_NONE, -1, at) != NULL,
         user = pm_policy_find(l->policies, name, false, PM_NONE, -1, at) != NULL;
    return one_of(anonymous, user);
}

static int limit_says(struct pm_ledger *l, uint32_t registry, int64_t told, int64_t at) {
    struct pm_str name = pm_name(l->scene->env, registry);
    if (told < 0) return SAYS_NOTHING;
    const struct pm_policy *a = pm_policy_find(l->policies, name, true, PM_NONE, told, at),
                           *u = pm_policy_find(l->policies, name, false, PM_NONE, told, at);
    bool is_anonymous = a && a->limit == told, is_user = u && u->limit == told;
    return one_of(is_anonymous, is_user);
}

static enum pm_whose decide(struct pm_ledger *l, int says, int secrets, uint32_t registry,
                            int64_t at) {
    if (says == SAYS_NOTHING && secrets == SAYS_ANONYMOUS) says = SAYS_ANONYMOUS;
    if (says == SAYS_NOTHING) says = refusals_say(pm_account_of(l, registry));
    if (says == SAYS_NOTHING) says = requests_say(pm_account_of(l, registry));
    if (says == SAYS_NOTHING) says = table_says(l, registry, at);
    if (says == SAYS_NOTHING) says = secrets;
    return says == SAYS_NOTHING ? PM_WHOSE_ANONYMOUS : (enum pm_whose)says;
}

static int own_words(const struct pm_attempt *p) {
    if (pm_quota_refused(p) && pm_quota_named(p))
        return pm_cause_has(p->names->verdict->cause, PM_TRAIT_BY_USER) ? SAYS_USER
                                                                        : SAYS_ANONYMOUS;
    if (p->names->user || p->flags & PM_EV_CREDENTIALS) return SAYS_USER;
    return p->flags & PM_EV_ANONYMOUS ? SAYS_ANONYMOUS : SAYS_NOTHING;
}

enum pm_whose pm_whose_pull(struct pm_ledger *l, const struct pm_attempt *p) {
    return decide(l, own_words(p), secrets_say(l->scene->ev, p), p->names->registry, pm_began(p));
}

enum pm_whose pm_whose_group(struct pm_ledger *l, const struct pm_request_group *g,
                             uint32_t registry, int64_t told_limit) {
    const struct pm_attempt *p = g->pull ? &PM_REF(*l->scene->pulls, g->pull) : NULL;
    int says;
    if (g->user || g->credentials) says = SAYS_USER;
    else if (g->anonymous || pm_map_get(l->file_names_users, g->file)) says = SAYS_ANONYMOUS;
    else says = SAYS_NOTHING;
    if (says == SAYS_NOTHING) says = limit_says(l, registry, told_limit, g->first);
    if (says == SAYS_NOTHING && p) says = own_words(p);
    return decide(l, says, p ? secrets_say(l->scene->ev, p) : SAYS_NOTHING, registry, g->first);
}
