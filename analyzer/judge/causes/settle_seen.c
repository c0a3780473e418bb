// What can be observed of a pull: one row a word of rules/settle.yaml, whose head says
// what each means. What needs a search over time is in files of its own.
#include "judge/causes/settle.h"

static bool finds(struct settle_question *q, const struct pm_verdict *found) {
    if (found) q->found = found;
    return found != NULL;
}
static const char *family_settled_on(const struct settle_question *q) {
    return pm_causes[q->rule->cause].family;
}

static bool own_line(struct settling *v, struct settle_question *q) {
    for (size_t i = 0; i < q->p->traces.n; i++) {
        const struct pm_trace *t = &v->ev->traces.items[pm_few_at(&q->p->traces, i)];
        if (t->said->verdict->cause < 0 || t->said->verdict->candidate_count > 1 ||
            t->said->kind == PM_KIND_MIRROR_TRY)
            continue;
        if (settle_may_be(q->p, t->said->verdict->cause)) return finds(q, t->said->verdict);
    }
    return false;
}
static bool registry_side_said(struct settling *v, struct settle_question *q) {
    return finds(q, pm_registry_said(v->env, v->ev, &v->said, q->p));
}
static bool alike(struct settling *v, struct settle_question *q) {
    const struct pm_attempt *other = settle_alike(v, q->p);
    return finds(q, other ? other->names->verdict : NULL);
}
static bool error_text(struct settling *v, struct settle_question *q) {
    (void)v;
    return q->p->names->error != 0;
}
static bool credential_sent(struct settling *v, struct settle_question *q) {
    (void)v;
    return q->p->flags & PM_EV_CREDENTIALS;
}
static bool credential_shown(struct settling *v, struct settle_question *q) {
    return credential_sent(v, q) || q->p->names->user;
}
static bool asked_anonymously(struct settling *v, struct settle_question *q) {
    (void)v;
    return q->p->flags & PM_EV_ANONYMOUS;
}
static bool no_pull_secrets(struct settling *v, struct settle_question *q) {
    return settle_secrets_of(v, q) == SECRETS_NONE;
}
static bool other_pull_secret(struct settling *v, struct settle_question *q) {
    return settle_secrets_of(v, q) == SECRETS_SOME;
}
static bool own_pull_secret(struct settling *v, struct settle_question *q) {
    return settle_secrets_of(v, q) == SECRETS_OWN;
}
static bool secret_missing(struct settling *v, struct settle_question *q) {
    return settle_secret_missing(v->ev, q->p);
}
static bool none_since(struct settling *v, struct settle_question *q) {
    return settle_none_since(v, q->p, family_settled_on(q));
}
static bool same_image_before(struct settling *v, struct settle_question *q) {
    return settle_same_image_before(v, q->p, family_settled_on(q));
}
static bool settle_seen_served_between(struct settling *v, struct settle_question *q) {
    return settle_served_between(v, q->p, family_settled_on(q));
}
static bool all_refused(struct settling *v, struct settle_question *q) {
    return settle_all_refused(v, q->p, family_settled_on(q));
}
static bool repository_pulls(struct settling *v, struct settle_question *q) {
    return q->p->names->repository && pm_map_get(v->good_repository, q->p->names->repository);
}

const struct settle_observation settle_observations[] = {
    {"own-line", own_line},
    {"registry-side-said", registry_side_said},
    {"alike", alike},
    {"error-text", error_text},
    {"credential-sent", credential_sent},
    {"credential-shown", credential_shown},
    {"asked-anonymously", asked_anonymously},
    {"no-pull-secrets", no_pull_secrets},
    {"other-pull-secret", other_pull_secret},
    {"own-pull-secret", own_pull_secret},
    {"secret-missing", secret_missing},
    {"none-since", none_since},
    {"same-image-before", same_image_before},
    {"served-between", settle_seen_served_between},
    {"all-refused", all_refused},
    {"repository-pulls", repository_pulls},
    {NULL, NULL},
};
