// The Docker daemon's lines, which name no image unless a URL holds it.
//
// One failed pull leaves up to three lines: "Download failed after N attempts", then
// "Attempting next endpoint for pull" or "Not continuing with pull", then "Handler for
// POST /v1.41/images/create returned error" (not written once the answer has begun to
// stream). With dockershim the kubelet is the authority and these corroborate; a pull by
// hand has only these.
#include "judge/attempts/fold.h"
#include <stdlib.h>

#define ONE_PULL_NS PM_S(3)
#define ONE_ERROR_NS PM_S(1)
#define UPSTREAM_NS PM_S(300) // from a mirror that is not there to the end of a usual pull

struct cluster {
    uint32_t traces[4];
    int n;
    uint32_t node, error, join;
    int64_t at;
    bool closed; // its handler line was seen
    bool folded; // into a pull that somebody else told of at that moment
};

// Failed pulls that a client told of: those with a time in its order, and those without, as
// many as a session has lines, by what they are of.
struct printed {
    struct pm_order dated, by_image, by_repository;
};
// The pulls that others told of. The daemon's lines make more, but none of these.
struct others {
    struct pm_order by_node; // of the daemon's nodes
    struct printed printed;
    int64_t most_off;
};

// A registry may answer with several errors: "errors:", then one a line. The pull ends with the
// first of them, and that alone is what the handler's line and the client repeat.
static struct pm_str first_error(struct pm_str error) {
    const struct pm_str list = PM_STR("errors:\n");
    if (!pm_str_starts(error, list)) return error;
    error = pm_str_from(error, list.n);
    ptrdiff_t end = pm_str_chr(error, '\n', 0);
    return end < 0 ? error : pm_str_sub(error, 0, (size_t)end);
}

static bool same_error(const struct pm_env *env, uint32_t a, uint32_t b) {
    if (a == b || !a || !b) return true;
    struct pm_str x = first_error(pm_name(env, a)), y = first_error(pm_name(env, b));
    return pm_str_has(x, y) || pm_str_has(y, x);
}

// Lines of one stamp are met in the order of their files, and the newer part of a log that was
// rotated between the two comes first: the handler's line before the one that it ends.
static bool parted_by_rotation(const struct pm_evidence *ev, const struct cluster *c,
                               const struct pm_trace *t) {
    const struct pm_trace *first = &ev->traces.items[c->traces[0]];
    return c->n == 1 && c->closed && t->said->form != 2 && t->ts == c->at && t->file != first->file;
}

static bool belongs(const struct pm_env *env, const struct pm_evidence *ev, const struct cluster *c,
                    const struct pm_trace *t) {
    if (c->node != t->node || c->n == (int)PM_LEN(c->traces)) return false;
    if (c->join && c->join == pm_trace_join(t)) return true;
    if (t->ts == PM_NO_TIME || !same_error(env, c->error, t->said->error)) return false;
    if (c->closed) return parted_by_rotation(ev, c, t);
    return pm_time_between(c->at, t->ts) <= (t->said->form == 2 ? ONE_PULL_NS : ONE_ERROR_NS);
}

// A message may name the repository and leave the tag out, which reads as "latest".
static bool other_image(const struct pm_env *env, const struct pm_trace *t,
                        const struct pm_attempt *p) {
    if (!t->said->image || !p->names->image || t->said->image == p->names->image) return false;
    return t->said->repository != p->names->repository || t->said->registry != p->names->registry ||
           !pm_str_eqc(pm_name(env, t->said->tag), "latest");
}

static void printed_find(const struct pm_pulls *pulls, struct printed *x) {
    for (size_t i = 0; i < pulls->n; i++) {
        const struct pm_attempt *p = &pulls->items[i];
        if (p->origin != PM_ORIGIN_CLIENT || p->outcome != PM_OUTCOME_FAILED) continue;
        if (pm_at(p) != PM_NO_TIME) {
            pm_order_add(&x->dated, 0, pm_at(p), (uint32_t)i);
            continue;
        }
        pm_order_add(&x->by_image, p->names->image, (int64_t)i, (uint32_t)i);
        pm_order_add(&x->by_repository, p->names->repository, (int64_t)i, (uint32_t)i);
    }
    pm_order_sort(&x->dated);
    pm_order_sort(&x->by_image);
    pm_order_sort(&x->by_repository);
}
static void printed_free(struct printed *x) {
    free(x->dated.items);
    free(x->by_image.items);
    free(x->by_repository.items);
}

static bool may_be_printed(const struct pm_env *env, const struct pm_attempt *p,
                           const struct cluster *c, const struct pm_trace *t) {
    return !(p->sources & PM_SRC_RUNTIME) && (!p->node || !c->node || p->node == c->node) &&
           !other_image(env, t, p) && c->error && p->names->error &&
           same_error(env, c->error, p->names->error);
}

struct asked {
    const struct pm_env *env;
    const struct pm_pulls *pulls;
    const struct cluster *c;
    const struct pm_trace *t;
};
// The first of a group, or one that is known and stands before it; UINT32_MAX: none.
static uint32_t first_printed(const struct asked *a, const struct pm_order *of, uint32_t group,
                              uint32_t known) {
    for (size_t i = pm_order_first(of, group, 0);
         i < of->n && of->items[i].group == group && of->items[i].index < known; i++)
        if (may_be_printed(a->env, &a->pulls->items[of->items[i].index], a->c, a->t))
            return of->items[i].index;
    return known;
}

// `docker pull` in a terminal and the daemon's journal below it: one pull. A session has
// no stamps, and need not say where it was. The first that it may be is it.
static uint32_t printed_by_client(const struct pm_env *env, const struct pm_pulls *pulls,
                                  const struct printed *x, const struct cluster *c,
                                  const struct pm_trace *t) {
    const struct asked a = {env, pulls, c, t};
    const int64_t from = pm_since(c->at, PM_S(5)), to = pm_time_add(c->at, PM_S(5));
    uint32_t first = first_printed(&a, &x->by_image, 0, UINT32_MAX);
    if (t->said->image) {
        first = first_printed(&a, &x->by_image, t->said->image, first);
        first = first_printed(&a, &x->by_repository, t->said->repository, first);
    } else
        for (size_t i = 0; i < x->by_image.n; i++)
            if (x->by_image.items[i].index < first &&
                may_be_printed(env, &pulls->items[x->by_image.items[i].index], c, t))
                first = x->by_image.items[i].index;
    for (size_t i = pm_order_first(&x->dated, 0, from);
         c->at != PM_NO_TIME && i < x->dated.n && x->dated.items[i].at <= to; i++)
        if (x->dated.items[i].index < first &&
            may_be_printed(env, &pulls->items[x->dated.items[i].index], c, t))
            first = x->dated.items[i].index;
    return first;
}

// Docker has mirrors for Docker Hub alone: the host that failed is none of Docker Hub's,
// and an image from there was pulled well on this node within the time that a pull takes.
static bool pulled_upstream(const struct pm_env *env, const struct pm_evidence *ev,
                            const struct pm_pulls *pulls, const struct pm_order *by_node,
                            const struct cluster *c) {
    struct pm_str hub = PM_STR("docker.io"), host = PM_NONE;
    for (int i = 0; i < c->n && !host.n; i++)
        host = pm_name(env, ev->traces.items[c->traces[i]].said->host);
    if (!host.n || pm_str_eq(pm_registry_of_host(host), hub)) return false;
    for (size_t i = pm_order_first(by_node, c->node, c->at); i < by_node->n; i++) {
        const struct pm_order_key *k = &by_node->items[i];
        if (k->group != c->node || k->at > pm_time_add(c->at, UPSTREAM_NS)) return false;
        const struct pm_attempt *p = &pulls->items[k->index];
        if (p->outcome == PM_OUTCOME_OK && pm_str_eq(pm_name(env, p->names->registry), hub))
            return true;
    }
    return false;
}

// "Attempting next endpoint": a mirror did not have it, or was not there, and the pull
// went on. Where the daemon's closing lines are kept and this pull has none, it did not
// fail; nor where the kubelet tells that it went well.
static bool went_on(const struct pm_env *env, const struct pm_evidence *ev,
                    const struct pm_pulls *pulls, const struct pm_order *by_node,
                    const struct cluster *c, bool closing_kept) {
    if (c->closed || (!closing_kept && !pulled_upstream(env, ev, pulls, by_node, c))) return false;
    for (int i = 0; i < c->n; i++)
        if (ev->traces.items[c->traces[i]].said->telling != PM_TELLING_NEXT_ENDPOINT ||
            ev->traces.items[c->traces[i]].said->stage >= PM_STAGE_BLOB)
            return false;
    return true;
}

static void absorb(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls,
                   const struct cluster *c, uint32_t best) {
    if (pm_off(&pulls->items[best]) &&
        c->at != PM_NO_TIME) { // between an event's first and last: now it is known when
        pulls->items[best].ended = c->at;
        pm_particulars_edit(pulls, &pulls->items[best])->off_ns = 0;
        pulls->items[best].reconstructed = false;
    }
    for (int i = 0; i < c->n; i++) {
        const struct pm_trace *line = &ev->traces.items[c->traces[i]];
        struct pm_attempt *p = &pulls->items[best];
        if (!p->names->image) PM_PULL_SET(pulls, p, image, line->said->image);
        pm_fold_absorb(env, ev, pulls, best, c->traces[i]);
    }
}

// The pull of that moment.
static void fold_exact(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls,
                       struct cluster *c, const struct pm_ids *failed) {
    const struct pm_trace *t = &ev->traces.items[c->traces[0]];
    uint32_t best = UINT32_MAX;
    int64_t gap = ONE_PULL_NS;
    for (size_t i = 0; i < failed->n; i++) {
        const struct pm_attempt *p = &pulls->items[failed->items[i]];
        int64_t d = pm_time_apart(pm_at(p), c->at);
        if (p->node != c->node || p->sources & PM_SRC_RUNTIME || d > gap || other_image(env, t, p))
            continue;
        best = failed->items[i];
        gap = d;
    }
    if (best == UINT32_MAX) return;
    absorb(env, ev, pulls, c, best);
    c->folded = true;
}

// An event that counts tells when the first and the last of its attempts ended, not those
// between: the daemon's line says when one of them did.
static uint32_t counted_by_event(const struct pm_env *env, const struct pm_evidence *ev,
                                 const struct pm_pulls *pulls, const struct pm_order *by_node,
                                 const struct cluster *c, int64_t most) {
    uint32_t best = UINT32_MAX;
    int64_t gap = INT64_MAX;
    for (size_t i = pm_order_first(by_node, c->node, pm_since(c->at, most)); i < by_node->n && most;
         i++) {
        const struct pm_order_key *k = &by_node->items[i];
        if (k->group != c->node || k->at > pm_time_add(c->at, most)) break;
        const struct pm_attempt *p = &pulls->items[k->index];
        int64_t d = pm_time_apart(pm_at(p), c->at);
        if (p->outcome != PM_OUTCOME_FAILED || p->sources & (PM_SRC_RUNTIME | PM_SRC_KUBELET) ||
            d > pm_off(p) || d >= gap)
            continue;
        if (other_image(env, &ev->traces.items[c->traces[0]], p) || !c->error || !p->names->error ||
            !same_error(env, c->error, p->names->error))
            continue;
        best = k->index;
        gap = d;
    }
    return best;
}

// The line that names the pull's image best: swarm's second line has the tag that the
// registry's answer in the first leaves out.
static const struct pm_trace *naming_line(const struct pm_env *env, const struct pm_evidence *ev,
                                          const struct cluster *c) {
    const struct pm_trace *best = &ev->traces.items[c->traces[0]];
    for (int i = 1; i < c->n; i++) {
        const struct pm_trace *t = &ev->traces.items[c->traces[i]];
        bool same = t->said->image && t->said->repository == best->said->repository &&
                    t->said->registry == best->said->registry;
        if (same && pm_str_eqc(pm_name(env, best->said->tag), "latest") &&
            !pm_str_eqc(pm_name(env, t->said->tag), "latest"))
            best = t;
    }
    return best;
}

static void make_pull(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls,
                      const struct others *others, const struct cluster *c, bool closing_kept) {
    const struct pm_trace *t = &ev->traces.items[c->traces[0]];
    uint32_t best = counted_by_event(env, ev, pulls, &others->by_node, c, others->most_off);
    if (best == UINT32_MAX) {
        best = printed_by_client(env, pulls, &others->printed, c, t);
        if (best != UINT32_MAX && pm_at(&pulls->items[best]) == PM_NO_TIME)
            pulls->items[best].ended = c->at;
    }
    if (best == UINT32_MAX && went_on(env, ev, pulls, &others->by_node, c, closing_kept)) {
        for (int i = 0; i < c->n; i++) {
            struct pm_saying said = *ev->traces.items[c->traces[i]].said;
            said.kind = PM_KIND_MIRROR_TRY;
            said.role = PM_ROLE_SIDE;
            if (!closing_kept) said.flags |= PM_EV_MIRROR;
            pm_trace_say(ev, &ev->traces.items[c->traces[i]], &said);
        }
        return;
    }
    if (best == UINT32_MAX) {
        best = pm_fold_new(pulls, naming_line(env, ev, c), PM_OUTCOME_FAILED);
        pulls->items[best].ended = c->at;
    }
    absorb(env, ev, pulls, c, best);
}

static struct others others_of(const struct pm_pulls *pulls, const struct pm_ids *nodes) {
    struct others o = {.by_node = pm_fold_by_node(pulls, nodes)};
    for (size_t i = 0; i < pulls->n; i++) {
        const struct pm_attempt *p = &pulls->items[i];
        if (pm_off(p) > o.most_off) o.most_off = pm_off(p);
    }
    printed_find(pulls, &o.printed);
    return o;
}

static void failed_near(const struct pm_pulls *pulls, const struct pm_order *by_node, uint32_t node,
                        int64_t at, struct pm_ids *out) {
    out->n = 0;
    for (size_t i = pm_order_first(by_node, node, pm_since(at, ONE_PULL_NS)); i < by_node->n; i++) {
        const struct pm_order_key *k = &by_node->items[i];
        if (k->group != node || k->at > pm_time_add(at, ONE_PULL_NS)) break;
        if (pulls->items[k->index].outcome == PM_OUTCOME_FAILED) pm_ids_add(out, k->index);
    }
}

bool pm_fold_imageless(const struct pm_trace *t) {
    if (t->said->kind != PM_KIND_PULL_FAIL) return false;
    return (t->said->origin == PM_ORIGIN_DOCKERD && t->said->role == PM_ROLE_END) ||
           (t->said->origin == PM_ORIGIN_KUBELET && t->said->role == PM_ROLE_ECHO &&
            !t->said->image);
}

static bool is_echo(const struct pm_trace *t) {
    return t->said->origin == PM_ORIGIN_KUBELET && pm_fold_imageless(t);
}

// Pulls that echoes made. They are made in order of time, so that those near an echo are the
// newest of its node: an order of all would have to be sorted after each.
struct made {
    int64_t at;
    uint32_t pull;
    pm_ref before; // of the node; index + 1
};
struct echoes {
    const struct pm_env *env;
    struct pm_pulls *pulls;
    struct pm_order by_node; // that others made
    PM_LIST(struct made) made;
    Pvoid_t newest; // node → index + 1
};
struct nearest {
    uint32_t pull; // UINT32_MAX: none
    int64_t gap, at;
};

static bool may_be_echoed(const struct echoes *x, const struct pm_attempt *p,
                          const struct pm_trace *t) {
    if (p->outcome != PM_OUTCOME_FAILED ||
        (t->said->verdict->cause >= 0 && p->names->verdict->cause >= 0 &&
         t->said->verdict->cause != p->names->verdict->cause))
        return false;
    return !t->pod || !p->exact_pod ||
           pm_ids_has(&p->pods, pm_id_join(x->env, t->said->k8s_namespace, '/', t->pod));
}

// Of those that are equally near the earlier, then the one that was made first.
static void look(const struct echoes *x, struct nearest *best, const struct pm_trace *t, int64_t at,
                 uint32_t pull) {
    const int64_t gap = pm_time_apart(at, t->ts);
    if (gap > best->gap ||
        (gap == best->gap && (at > best->at || (at == best->at && pull > best->pull))) ||
        !may_be_echoed(x, &x->pulls->items[pull], t))
        return;
    *best = (struct nearest){pull, gap, at};
}

static uint32_t echoed(const struct echoes *x, const struct pm_trace *t) {
    const int64_t from = pm_since(t->ts, ONE_PULL_NS), to = pm_time_add(t->ts, ONE_PULL_NS);
    struct nearest best = {UINT32_MAX, ONE_PULL_NS, INT64_MAX};
    for (size_t k = pm_order_first(&x->by_node, t->node, from);
         k < x->by_node.n && x->by_node.items[k].group == t->node && x->by_node.items[k].at <= to;
         k++)
        look(x, &best, t, x->by_node.items[k].at, x->by_node.items[k].index);
    for (pm_ref at = (pm_ref)pm_map_get(x->newest, t->node); at && PM_REF(x->made, at).at >= from;
         at = PM_REF(x->made, at).before)
        look(x, &best, t, PM_REF(x->made, at).at, PM_REF(x->made, at).pull);
    return best.pull;
}

static uint32_t pull_of_echo(struct echoes *x, const struct pm_trace *t) {
    Word_t *newest = pm_map_slot(&x->newest, t->node);
    uint32_t pull = pm_fold_new(x->pulls, t, PM_OUTCOME_FAILED);
    x->pulls->items[pull].ended = t->ts;
    *PM_PUSH(x->made.items, x->made.n, x->made.cap) = (struct made){t->ts, pull, (pm_ref)*newest};
    *newest = x->made.n;
    return pull;
}

// The kubelet's echo lines of old releases name the container, not the image: they belong
// to the failure on the node just before, of the same cause.
static void fold_echoes(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls) {
    struct echoes x = {.env = env, .pulls = pulls};
    struct pm_ids nodes = {0};
    Word_t freed;
    for (size_t i = 0; i < ev->traces.n; i++)
        if (is_echo(&ev->traces.items[i])) pm_ids_add_new(&nodes, ev->traces.items[i].node);
    x.by_node = pm_fold_by_node(pulls, &nodes);
    pm_ids_free(&nodes);
    for (size_t i = 0; i < ev->traces.n; i++) {
        const struct pm_trace *t = &ev->traces.items[i];
        if (!is_echo(t)) continue;
        uint32_t pull = echoed(&x, t);
        if (pull == UINT32_MAX) pull = pull_of_echo(&x, t);
        pm_fold_absorb(env, ev, pulls, pull, (uint32_t)i);
        if (t->pod) pulls->items[pull].exact_pod = true;
    }
    free(x.by_node.items);
    free(x.made.items);
    JLFA(freed, x.newest);
    (void)freed;
}

void pm_fold_dockerd(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls) {
    PM_LIST(struct cluster) clusters = {0};
    struct pm_ids near = {0}, closing = {0}, nodes = {0};
    for (size_t i = 0; i < ev->traces.n; i++) {
        const struct pm_trace *t = &ev->traces.items[i];
        if (t->said->origin != PM_ORIGIN_DOCKERD || t->said->role != PM_ROLE_END ||
            t->said->kind != PM_KIND_PULL_FAIL)
            continue;
        if (t->said->form == 2) pm_ids_add_new(&closing, t->node);
        struct cluster *home = NULL;
        for (size_t k = clusters.n; k-- > 0 && clusters.n - k <= 64 && !home;)
            if (belongs(env, ev, &clusters.items[k], t)) home = &clusters.items[k];
        if (!home) {
            home = PM_PUSH(clusters.items, clusters.n, clusters.cap);
            *home = (struct cluster){
                .node = t->node, .error = t->said->error, .join = pm_trace_join(t), .at = t->ts};
        }
        home->traces[home->n++] = (uint32_t)i;
        if (t->said->error &&
            (!home->error || pm_name(env, t->said->error).n < pm_name(env, home->error).n))
            home->error = t->said->error;
        if (!home->join) home->join = pm_trace_join(t);
        home->at = t->ts;
        home->closed = home->closed || t->said->form == 2;
    }
    for (size_t i = 0; i < clusters.n; i++) pm_ids_add_new(&nodes, clusters.items[i].node);
    struct others others = others_of(pulls, &nodes);
    for (size_t i = 0; i < clusters.n; i++) {
        failed_near(pulls, &others.by_node, clusters.items[i].node, clusters.items[i].at, &near);
        fold_exact(env, ev, pulls, &clusters.items[i], &near);
    }
    for (size_t i = 0; i < clusters.n; i++)
        if (!clusters.items[i].folded)
            make_pull(env, ev, pulls, &others, &clusters.items[i],
                      pm_ids_has(&closing, clusters.items[i].node));
    pm_ids_free(&near);
    pm_ids_free(&closing);
    pm_ids_free(&nodes);
    printed_free(&others.printed);
    free(others.by_node.items);
    free(clusters.items);
    fold_echoes(env, ev, pulls);
}
