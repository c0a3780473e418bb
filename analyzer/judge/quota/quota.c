// Quotas over time: who spent a registry's pull budget, when it was gone, when it frees.
// See quota.h.
//
// Who shares a budget is seen, not assumed: an address is its own client, unless it was
// refused with a budget of its own hardly touched while all together had used it up. Then
// they leave through one address, and are counted as one. More used than the limit before
// the first refusal disproves that. A row is of one limit: where it changes by date, or
// the registry tells another, a new row begins; the window looks back over that border
// and over --since.
#include "base/sort.h"
#include "judge/quota/quota.h"
#include <stdlib.h>

#define POINTS_MAX 240

struct term { // what held at some time
    const struct pm_policy *known;
    struct pm_policy in_force;
};
struct budget_view { // one budget at one address, or one that many share
    const struct pm_scene *scene;
    struct pm_report *report;
    const struct pm_policies *policies;
    const struct pm_budget *budget;
    struct pm_spend *spends; // in order of time
    size_t n;
    uint32_t client;
    size_t clients;
    uint32_t *term_of; // a spend's term
    PM_LIST(struct term) terms;
    int64_t atleast; // no policy of a smaller limit: one was overdrawn and nobody was refused
};

// ── limits ──
static struct term term_at(const struct budget_view *v, int64_t told, int64_t window_s,
                           int64_t at) {
    const struct pm_budget *b = v->budget;
    struct pm_str registry = pm_name(v->scene->env, b->registry),
                  user = pm_name(v->scene->env, b->user);
    struct term t = {.known = pm_policy_find(v->policies, registry, b->whose != PM_WHOSE_USER, user,
                                             told >= 0 ? told : v->atleast, at)};
    if (t.known) t.in_force = *t.known;
    else t.in_force = (struct pm_policy){.limit = -1, .from = PM_NO_TIME, .until = PM_NO_TIME};
    if (told >= 0) {
        if (t.known && t.known->limit != told) t.known = NULL; // none of the table's
        t.in_force.limit = told;
    }
    if (window_s > 0) t.in_force.window_ns = pm_seconds_ns(window_s);
    return t;
}

static bool same_term(const struct term *a, const struct term *b) {
    return a->known == b->known && a->in_force.limit == b->in_force.limit &&
           a->in_force.window_ns == b->in_force.window_ns;
}

// The limit that the registry itself told holds from there on, and before the first
// telling, too.
static void terms_find(struct budget_view *v) {
    int64_t told = -1, window_s = -1;
    v->terms.n = 0;
    for (size_t i = 0; i < v->n && told < 0; i++)
        if (v->spends[i].limit >= 0) {
            told = v->spends[i].limit;
            window_s = v->spends[i].window_s;
        }
    for (size_t i = 0; i < v->n; i++) {
        const struct pm_spend *x = &v->spends[i];
        if (x->limit >= 0) {
            told = x->limit;
            window_s = x->window_s;
        }
        struct term t = term_at(v, told, window_s, x->at);
        if (!v->terms.n || !same_term(&v->terms.items[v->terms.n - 1], &t))
            *PM_PUSH(v->terms.items, v->terms.n, v->terms.cap) = t;
        v->term_of[i] = (uint32_t)v->terms.n - 1;
    }
}

static void step(const struct budget_view *v, struct pm_curve *c, size_t i) {
    c->policy = &v->terms.items[v->term_of[i]].in_force;
    c->limit = c->policy->limit;
    pm_curve_step(c, i);
}
static struct pm_curve curve_of(const struct budget_view *v) {
    return (struct pm_curve){
        .spends = v->spends, .n = v->n, .more_at = PM_NO_TIME, .beyond_from = PM_NO_TIME};
}

// ── one address for all, or one each ──
static bool is_over(const struct pm_curve *c) {
    return c->limit > 0 && pm_curve_low(c) > (uint64_t)c->limit;
}
#define ORDER_NS                                                                                   \
    PM_S(                                                                                          \
        2) // servers log when they are done, in whole seconds: what stands beside a refusal may have been let through before it
static bool refused_soon(const struct pm_curve *c) {
    for (size_t k = c->at;
         k < c->n && c->spends[k].at <= pm_time_add(c->spends[c->at].at, ORDER_NS); k++)
        if (c->spends[k].refused) return true;
    return false;
}
// This one passed the limit: not what an earlier, higher limit let through.
static bool overdraws(const struct pm_curve *c) {
    return c->spends[c->at].low && is_over(c) && !refused_soon(c);
}

struct verge { // how things stood at the first refusal
    uint64_t used;
    int64_t limit;
    bool refused, overdrawn;
};
static struct verge verge_of(const struct pm_env *env, const struct pm_policies *policies,
                             const struct pm_budget *b, struct pm_spend *spends, size_t n) {
    struct pm_curve c = {
        .spends = spends, .n = n, .more_at = PM_NO_TIME, .beyond_from = PM_NO_TIME};
    struct verge v = {.limit = -1};
    for (size_t i = 0; i < n && !v.refused; i++) {
        c.policy = pm_policy_find(policies, pm_name(env, b->registry), b->whose != PM_WHOSE_USER,
                                  pm_name(env, b->user), spends[i].limit, spends[i].at);
        c.limit = c.policy ? c.policy->limit : -1;
        pm_curve_step(&c, i);
        v.overdrawn |= overdraws(&c);
        if (spends[i].refused) v = (struct verge){c.low, c.limit, true, v.overdrawn};
    }
    return v;
}

// A budget's spends by client, those of one in their order: looking through all for each
// client would be their product.
static struct pm_keyed *by_client(const struct pm_budget *b) {
    struct pm_keyed *by = pm_xmalloc((b->spends.n + 1) * sizeof *by);
    for (size_t i = 0; i < b->spends.n; i++)
        by[i] = (struct pm_keyed){b->spends.items[i].client, i};
    pm_sort_keyed(by, b->spends.n);
    return by;
}
static size_t of_client(const struct pm_budget *b, const struct pm_keyed *by, uint32_t client,
                        struct pm_spend *out) {
    size_t lo = 0, hi = b->spends.n, n = 0;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (by[mid].key < client) lo = mid + 1;
        else hi = mid;
    }
    for (; lo < b->spends.n && by[lo].key == client; lo++) out[n++] = b->spends.items[by[lo].of];
    return n;
}

// Where only pulls are known each may have cost two manifests, and two addresses of their
// own would look alike; one address for all is the commoner wiring, unless it would have
// had to pass more than the limit.
static bool is_shared(const struct pm_env *env, const struct pm_policies *policies,
                      const struct pm_budget *b, const struct pm_ids *clients) {
    const struct pm_policy *p =
        pm_policy_find(policies, pm_name(env, b->registry), b->whose != PM_WHOSE_USER,
                       pm_name(env, b->user), -1, b->spends.items[0].at);
    if (b->whose == PM_WHOSE_USER || (p && p->per != PM_PER_ADDRESS)) return true;
    if (clients->n < 2 || !p || p->limit < 0) return false;
    struct pm_spend *own = pm_xmalloc((b->spends.n + 1) * sizeof *own);
    memcpy(own, b->spends.items, b->spends.n * sizeof *own);
    struct verge together = verge_of(env, policies, b, own, b->spends.n);
    struct pm_keyed *by = by_client(b);
    size_t early = 0; // clients that were refused with a budget of their own hardly touched
    bool more = false;
    for (size_t i = 0; i < clients->n && together.refused && !together.overdrawn; i++) {
        struct verge alone =
            verge_of(env, policies, b, own, of_client(b, by, clients->items[i], own));
        if (!alone.refused || alone.limit < 0 || alone.used * 10 >= (uint64_t)alone.limit * 8)
            continue;
        early++;
        more |= together.used > alone.used;
    }
    free(by);
    free(own);
    return more || early > 1;
}

// ── moments ──
static bool is_full(const struct pm_curve *c) {
    return c->limit > 0 && pm_curve_low(c) >= (uint64_t)c->limit;
}

static void first_refusal(struct pm_quota *q, const struct pm_curve *c, int64_t at) {
    q->first_refused_ns = at;
    q->free_at_ns = pm_curve_frees(c);
    if (q->exhausted_at_ns == PM_NO_TIME) q->exhausted_at_ns = at;
}

// A lower limit begins with what the higher one had let through: of the new one all is
// used, not more.
static uint64_t shown(const struct pm_curve *c, bool overdrawn) {
    return is_over(c) && !overdrawn ? (uint64_t)c->limit : pm_curve_low(c);
}

static void moments(const struct budget_view *v, struct pm_quota *q, struct pm_curve *c,
                    size_t from, size_t to) {
    int64_t full_since = PM_NO_TIME;
    bool overdrawn = false;
    q->peak_at_ns = q->exhausted_at_ns = q->first_refused_ns = q->last_refused_ns = q->free_at_ns =
        PM_NO_TIME;
    for (size_t i = 0; i < to; i++) {
        step(v, c, i);
        int64_t at = v->spends[i].at;
        if (!is_full(c)) full_since = PM_NO_TIME;
        else if (full_since == PM_NO_TIME || (i && v->term_of[i] != v->term_of[i - 1]))
            full_since = at; // a new limit is used up no sooner than it holds
        if (i < from) continue;
        overdrawn |= overdraws(c);
        uint64_t low = shown(c, overdrawn), high = pm_curve_high(c);
        if (low > q->used_low || q->peak_at_ns == PM_NO_TIME) {
            q->used_low = low;
            q->peak_at_ns = at;
        }
        if (high > q->used_high) q->used_high = high;
        if (overdraws(c) && !q->refused)
            q->exhausted_at_ns = full_since = PM_NO_TIME; // it went on: that was not the end of it
        if (full_since != PM_NO_TIME && q->exhausted_at_ns == PM_NO_TIME)
            q->exhausted_at_ns = full_since;
        if (!v->spends[i].refused) continue;
        if (!q->refused++) first_refusal(q, c, at);
        q->last_refused_ns = at;
    }
    q->peak_used = q->used_low;
    if (q->used_high < q->used_low) q->used_high = q->used_low;
    // What goes well is within the limit: two manifests each it cannot have been.
    if (q->limit > 0 && q->used_low <= (uint64_t)q->limit && q->used_high > (uint64_t)q->limit)
        q->used_high = (uint64_t)q->limit;
    bool near = q->limit > 0 && q->used_low * 10 > (uint64_t)q->limit * 8;
    q->status = PM_STR("ok");
    if (near) q->status = PM_STR("near"); // full, too: nobody was refused yet
    if (q->refused) q->status = PM_STR("exceeded");
}

// The points of a curve: every change of a short one; of a long one an even choice, and
// always the moments that matter.
static void points(const struct budget_view *v, struct pm_quota *q, size_t from, size_t to) {
    struct pm_curve c = curve_of(v);
    size_t n = to - from, step_by = n / POINTS_MAX + 1,
           room = POINTS_MAX + n / step_by + 8 < n + 1 ? POINTS_MAX + n / step_by + 8 : n + 1;
    bool was_full = false, was_near = false, overdrawn = false;
    uint64_t ok = 0, refused = 0;
    q->points = PM_NEWN(v->scene->env->a, struct pm_quota_point, room);
    q->points_cap = room;
    for (size_t i = 0; i < to; i++) {
        const struct pm_spend *x = &v->spends[i];
        step(v, &c, i);
        if (i < from) continue;
        overdrawn |= overdraws(&c);
        uint64_t low = shown(&c, overdrawn);
        ok += !x->refused && (x->low || x->high);
        refused += x->refused;
        bool full = is_full(&c), near = q->limit > 0 && low * 10 > (uint64_t)q->limit * 8,
             last_of_moment = i + 1 == to || x[1].at != x->at;
        bool crossing = full != was_full || near != was_near || x->at == q->first_refused_ns ||
                        x->at == q->last_refused_ns || x->at == q->peak_at_ns;
        was_full = full;
        was_near = near;
        if (!crossing && ((i - from) % step_by || !last_of_moment) && i + 1 != to) continue;
        if (q->points_n == room) break;
        int64_t left = q->limit > 0 ? (full || x->refused ? 0 : q->limit - (int64_t)low)
                                    : -1; // who refuses has none to give
        q->points[q->points_n++] = (struct pm_quota_point){
            x->at, low, ok, refused, left}; // of each point: what came since the one before
        ok = refused = 0;
    }
}

// ── what a figure that cannot be says ──
static struct pm_str many(const struct pm_env *env, uint64_t n, const char *noun) {
    return pm_arena_fmt(env->a, "%llu %s%s", (unsigned long long)n, noun, n == 1 ? "" : "s");
}

static struct pm_str note_over(const struct pm_env *env, const struct pm_quota *q, bool anonymous) {
    unsigned long long atleast = (q->used_low + (uint64_t)q->limit - 1) / (uint64_t)q->limit,
                       used = q->used_low;
    const char *when = q->refused ? "before anything was refused" : "and nothing was refused";
    if (anonymous)
        return pm_arena_fmt(
            env->a,
            "%llu used of a limit of %lld, %s: at least %llu addresses or accounts stand behind this row, or the limit did not hold",
            used, (long long)q->limit, when, atleast);
    return pm_arena_fmt(
        env->a,
        "%llu used of a limit of %lld, %s: this account has a higher one, or more than one account stands behind this row",
        used, (long long)q->limit, when);
}

static struct pm_str note_beyond(const struct pm_env *env, const struct pm_quota *q,
                                 const struct pm_curve *c) {
    char from[32], until[32];
    struct pm_str pulls = many(env, c->beyond, "request"),
                  shut = q->free_at_ns != PM_NO_TIME
                             ? pm_arena_fmt(env->a, ", shut until %s",
                                            pm_when_format(q->free_at_ns, until))
                             : PM_NONE;
    return pm_arena_fmt(
        env->a,
        "%.*s went well from %s on, while this budget was used up%.*s: the limit was lifted, or they were made as somebody else; they are not "
        "counted here",
        PM_FMT(pulls), pm_when_format(c->beyond_from, from), PM_FMT(shut));
}

static struct pm_str note_open(const struct budget_view *v, const struct pm_quota *q, int64_t at) {
    const struct pm_policy *u = pm_policy_find(v->policies, q->registry, false, PM_NONE, -1, at);
    if (!u || u->limit < 0)
        return PM_STR(
            "the pods name a pull secret, and nothing says whether it was presented: told as anonymous");
    return pm_arena_fmt(
        v->scene->env->a,
        "the pods name a pull secret, and nothing says whether it was presented: if it was, the limit is %lld (%s) and the budget is the user's",
        (long long)u->limit, u->id);
}

static struct pm_str note(const struct budget_view *v, const struct pm_quota *q,
                          const struct pm_curve *c, int64_t at) {
    if (q->limit > 0 && q->used_low > (uint64_t)q->limit)
        return note_over(v->scene->env, q, v->budget->whose != PM_WHOSE_USER);
    if (c->beyond) return note_beyond(v->scene->env, q, c);
    return v->budget->whose == PM_WHOSE_UNKNOWN ? note_open(v, q, at) : PM_NONE;
}

// What an account would have been allowed on that day: told where an anonymous budget ran
// short.
static void with_credentials(const struct budget_view *v, struct pm_quota *q, size_t from,
                             size_t to) {
    if (v->budget->whose == PM_WHOSE_USER || pm_str_eqc(q->status, "ok")) return;
    const struct pm_policy *u =
        pm_policy_find(v->policies, q->registry, false, PM_NONE, -1, v->spends[from].at);
    if (!u || u->limit <= 0) return;
    q->with_credentials.policy = pm_arena_dup(v->scene->env->a, pm_str_c(u->id));
    q->with_credentials.limit = u->limit;
    q->with_credentials.window_s = u->window_ns / PM_NS_PER_S;
    q->with_credentials.wanted =
        q->used_high + pm_quota_refused_images(v->scene->pulls, v->spends + from, to - from);
}

// ── rows ──
static struct pm_str whose_name(enum pm_whose w) {
    if (w == PM_WHOSE_USER) return PM_STR("user");
    return w == PM_WHOSE_ANONYMOUS ? PM_STR("anonymous") : PM_STR("unknown");
}

static void row(const struct budget_view *v, size_t from, size_t to) {
    struct pm_report *r = v->report;
    const struct term *t = &v->terms.items[v->term_of[from]];
    const struct pm_policy *p = &t->in_force;
    struct pm_quota q = {.registry = pm_name(v->scene->env, v->budget->registry),
                         .identity = whose_name(v->budget->whose),
                         .user = pm_name(v->scene->env, v->budget->user),
                         .policy = t->known ? pm_arena_dup(v->scene->env->a, pm_str_c(t->known->id))
                                            : PM_NONE,
                         .unit = pm_str_c(p->unit ? p->unit : "pulls"),
                         .limit = p->limit,
                         .window_s = p->window_ns > 0 ? p->window_ns / PM_NS_PER_S : -1};
    if (v->client) q.client = pm_name(v->scene->env, v->client);
    else if (v->clients > 1 && v->budget->whose != PM_WHOSE_USER)
        q.client = pm_arena_fmt(v->scene->env->a, "one address shared by %zu clients", v->clients);
    struct pm_curve c = curve_of(v);
    moments(v, &q, &c, from, to);
    points(v, &q, from, to);
    pm_quota_consumers(v->scene, &q, v->spends + from, to - from);
    q.with_cache = pm_quota_images(v->scene->pulls, v->spends + from, to - from);
    with_credentials(v, &q, from, to);
    q.note = note(v, &q, &c, v->spends[from].at);
    *PM_PUSH(r->quotas, r->quotas_n, r->quotas_cap) = q;
}

// A user whose plan is not known and who drew more than it allows, unrefused, has the
// next bigger one.
static bool bigger_plan(struct budget_view *v) {
    struct pm_curve c = curve_of(v);
    uint64_t most = 0;
    if (v->budget->whose != PM_WHOSE_USER) return false;
    for (size_t i = 0; i < v->n; i++) {
        const struct term *t = &v->terms.items[v->term_of[i]];
        if (v->spends[i].refused || v->spends[i].limit >= 0 || !t->known || !t->known->plan ||
            t->known->users_n)
            return false;
        step(v, &c, i);
        if (is_over(&c) && pm_curve_low(&c) > most) most = pm_curve_low(&c);
    }
    for (size_t i = 0; i < v->policies->list.n && most; i++) {
        const struct pm_policy *x = &v->policies->list.items[i];
        if (!x->anonymous && x->plan && !x->users_n && x->limit > (int64_t)most &&
            (v->atleast < 0 || x->limit < v->atleast))
            v->atleast = x->limit;
    }
    return v->atleast >= 0;
}

static void rows(struct budget_view *v) {
    int64_t since = v->report->from_ns; // of what is asked for
    size_t from = 0;
    if (!v->n) return;
    v->term_of = pm_xmalloc(v->n * sizeof *v->term_of);
    v->atleast = -1;
    terms_find(v);
    if (bigger_plan(v)) terms_find(v);
    while (from < v->n && v->scene->env->options->since_ns != PM_NO_TIME && since != PM_NO_TIME &&
           v->spends[from].at < v->report->from_ns)
        from++;
    for (size_t to; from < v->n; from = to) {
        for (to = from + 1; to < v->n && v->term_of[to] == v->term_of[from];) to++;
        row(v, from, to);
    }
    free(v->term_of);
    free(v->terms.items);
}

static void budget_rows(const struct pm_scene *scene, struct pm_report *report,
                        const struct pm_budget *b, const struct pm_policies *policies) {
    struct pm_ids clients = {0};
    if (!b->spends.n) return;
    for (size_t i = 0; i < b->spends.n; i++) pm_ids_add_new(&clients, b->spends.items[i].client);
    struct budget_view v = {
        .scene = scene, .report = report, .policies = policies, .budget = b, .clients = clients.n};
    if (clients.n < 2 || is_shared(scene->env, policies, b, &clients)) {
        v.spends = b->spends.items;
        v.n = b->spends.n;
        v.client = clients.n == 1 ? clients.items[0] : 0;
        rows(&v);
    } else {
        struct pm_spend *own = pm_xmalloc((b->spends.n + 1) * sizeof *own);
        struct pm_keyed *by = by_client(b);
        for (size_t i = 0; i < clients.n; i++) {
            struct budget_view one = {.scene = scene,
                                      .report = report,
                                      .policies = policies,
                                      .budget = b,
                                      .spends = own,
                                      .client = clients.items[i],
                                      .clients = 1};
            one.n = of_client(b, by, clients.items[i], own);
            rows(&one);
        }
        free(by);
        free(own);
    }
    pm_ids_free(&clients);
}

static int quota_order(const void *a, const void *b) {
    const struct pm_quota *x = a, *y = b;
    if ((x->refused > 0) != (y->refused > 0)) return x->refused ? -1 : 1;
    if (x->checked != y->checked) return x->checked ? 1 : -1;
    int c = pm_str_cmp(x->registry, y->registry);
    if (!c) c = pm_str_cmp(x->identity, y->identity);
    if (!c) c = pm_str_cmp(x->user, y->user);
    if (!c) c = pm_str_cmp(x->client, y->client);
    return c ? c : (x->peak_at_ns > y->peak_at_ns) - (x->peak_at_ns < y->peak_at_ns);
}

// A budget that was refused long before these logs saw it spent was spent elsewhere: that
// is worth knowing, once, and no guess is made of by whom.
static bool spent_elsewhere(const struct pm_quota *q) {
    return q->refused && q->limit > 0 && q->used_high * 10 < (uint64_t)q->limit * 9;
}

static void say_spent_elsewhere(const struct pm_env *env, struct pm_report *report) {
    enum { NAMED = 3 };
    struct pm_report *r = report;
    for (size_t i = 0, end; i < r->quotas_n; i = end) {
        struct pm_buf b = {0};
        size_t n = 0;
        for (end = i;
             end < r->quotas_n && pm_str_eq(r->quotas[end].registry, r->quotas[i].registry);
             end++) {
            const struct pm_quota *q = &r->quotas[end];
            struct pm_str who = q->client.n ? q->client : q->identity;
            if (q->user.n) who = q->user;
            if (spent_elsewhere(q) && n++ < NAMED)
                pm_buf_fmt(&b, "%s%llu of %lld by %.*s", n > 1 ? ", " : "",
                           (unsigned long long)q->used_high, (long long)q->limit, PM_FMT(who));
        }
        if (n > NAMED) pm_buf_fmt(&b, " and %zu more", n - NAMED);
        struct pm_str list = pm_buf_str(&b);
        if (n) {
            struct pm_missing *m = PM_PUSH(r->missing, r->missing_n, r->missing_cap);
            m->what = pm_arena_fmt(
                env->a, "only part of what %.*s allows was seen before its first refusal: %.*s",
                PM_FMT(r->quotas[i].registry), PM_FMT(list));
            m->effect = PM_STR(
                "the rest was spent before these logs begin, or by others behind the same address: who used up the quota is not known");
        }
        pm_buf_free(&b);
    }
}

bool pm_quotas_fill(const struct pm_scene *scene, struct pm_report *report, uint64_t *own_hash,
                    const struct pm_scene *seen) {
    struct pm_policies policies = {0};
    struct pm_budgets budgets = {0};
    bool good = pm_policies_load(scene->env, own_hash, &policies);
    if (good) {
        struct pm_ledger l = {.scene = seen, .policies = &policies, .budgets = &budgets};
        pm_budgets_fill(&l);
        for (size_t i = 0; i < budgets.list.n; i++)
            budget_rows(seen, report, &budgets.list.items[i], &policies);
        pm_quota_checked(scene, report, &policies);
        if (report->quotas_n)
            qsort(report->quotas, report->quotas_n, sizeof *report->quotas, quota_order);
        say_spent_elsewhere(scene->env, report);
    }
    pm_budgets_free(&budgets);
    free(policies.list.items);
    return good;
}
