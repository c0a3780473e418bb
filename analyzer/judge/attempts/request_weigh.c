// Which groups of requests are pulls: what belongs to a push, what only looks, and what
// nobody answered is none.
#include "judge/attempts/request.h"
#include "rules/taxonomy.h"
#include <stdlib.h>

#define BEFORE_PUSH_NS PM_S(60)
#define BEFORE_UPLOAD_NS PM_S(900) // a build asks for its cache first, and pushes when it is done
#define AFTER_PUSH_NS PM_S(5)      // an index is pushed platform by platform

// The same client uploads to this repository: what it asked before and meanwhile belongs
// to the push. What it fetched was a pull all the same.
static bool belongs_to_push(const struct pm_evidence *ev, const struct pm_request_group *g) {
    if (g->blobs || (g->manifest_gets && !g->worst)) return false;
    int64_t lead =
        g->worst == 404 && !pm_agent_may_be_node(g->agent_kind) ? BEFORE_UPLOAD_NS : BEFORE_PUSH_NS;
    for (Word_t at = pm_map_get(ev->push_last, g->who); at; at = PM_REF(ev->pushes, at).before) {
        const struct pm_push *p = &PM_REF(ev->pushes, at);
        if (p->first <= pm_time_add(g->last, lead) && p->last >= pm_since(g->first, AFTER_PUSH_NS))
            return true;
    }
    return false;
}

// ── pulls ──
// kaniko keeps its layers under the tag of their hash, BuildKit and others under a name
// that says so.
static bool asks_for_cache(const struct pm_env *env, const struct pm_request_group *g) {
    struct pm_str tag = pm_name(env, g->reference);
    return (tag.n == 64 && pm_is_hex(tag)) || pm_str_ifind(tag, PM_STR("cache"), 0) >= 0 ||
           pm_str_ifind(pm_name(env, g->repository), PM_STR("cache"), 0) >= 0;
}

// One 401 that nothing follows is the registry's greeting: whoever got it went away, or
// was answered where this log does not look.
static bool is_unanswered(const struct pm_request_group *g) {
    return g->worst == 401 && g->challenges <= 1 && !g->credentials && !g->user &&
           g->stage != PM_STAGE_TOKEN;
}

static bool is_good_pull(const struct pm_request_group *g) {
    switch (g->agent_kind) {
    case PM_AGENT_TOOL:
        return g->manifest_gets && g->blobs > 1; // `inspect` reads the configuration, too
    case PM_AGENT_MIRROR:
    case PM_AGENT_OTHER: return g->manifest_gets || g->blobs;
    default: return g->ok_manifests || g->blobs;
    }
}

static bool is_failed_pull(const struct pm_env *env, const struct pm_request_group *g) {
    bool looks = g->agent_kind == PM_AGENT_TOOL || g->agent_kind == PM_AGENT_MIRROR ||
                 g->agent_kind == PM_AGENT_OTHER;
    if (looks && !g->asked_get && !g->blobs && g->stage != PM_STAGE_TOKEN) return false;
    if (g->worst == 404 && g->mirror && !g->blobs)
        return false; // not held here: the runtime goes on upstream
    if (g->worst == 404 && g->agent_kind == PM_AGENT_TOOL && !g->blobs) return false;
    return !(g->worst == 404 && g->agent_kind == PM_AGENT_BUILDER && asks_for_cache(env, g));
}

// A prober asks whether the door is open. Who gives a name, asks for one manifest with it
// and is refused by that name wanted the image, with whatever at hand.
static bool refused_by_name(const struct pm_request_group *g) {
    return g->agent_kind == PM_AGENT_PROBER && g->user && g->asked_get &&
           (g->worst == 401 || g->worst == 403) && !g->ok_manifests;
}

static bool is_pull(const struct pm_env *env, const struct pm_evidence *ev,
                    const struct pm_request_group *g) {
    if ((pm_agent_never_pulls(g->agent_kind) && !refused_by_name(g)) || belongs_to_push(ev, g))
        return false;
    return g->worst ? is_failed_pull(env, g) : is_good_pull(g);
}

// A runtime that comes back to be greeted the same way cannot pull; who came once decides
// nothing.
static void weigh_greetings(struct pm_evidence *ev) {
    Pvoid_t times = NULL;
    Word_t freed;
    for (size_t i = 0; i < ev->groups.n; i++)
        if (is_unanswered(&ev->groups.items[i]))
            ++*pm_map_slot(&times, PM_PAIR(ev->groups.items[i].who, ev->groups.items[i].reference));
    for (size_t i = 0; i < ev->groups.n; i++) {
        struct pm_request_group *g = &ev->groups.items[i];
        bool runtime = g->agent_kind == PM_AGENT_RUNTIME || g->agent_kind == PM_AGENT_UNNAMED;
        if (is_unanswered(g) && !(runtime && pm_map_get(times, PM_PAIR(g->who, g->reference)) > 1))
            g->probe = true;
    }
    JLFA(freed, times);
    (void)freed;
}

// What only an error log tells was told better, where anybody else tells of it: a request
// of that repository in an access log, or a node of its own pulls.
void pm_requests_drop_told(struct pm_evidence *ev) {
    Pvoid_t asked = NULL;
    Word_t freed;
    for (size_t i = 0; i < ev->groups.n; i++)
        if (!ev->groups.items[i].told) *pm_map_slot(&asked, ev->groups.items[i].repository) = 1;
    for (size_t i = 0; i < ev->groups.n; i++) {
        struct pm_request_group *g = &ev->groups.items[i];
        if (g->told && (ev->nodes_known || pm_map_get(asked, g->repository))) g->redundant = true;
    }
    JLFA(freed, asked);
    (void)freed;
}

void pm_requests_weigh(const struct pm_env *env, struct pm_evidence *ev) {
    for (size_t i = 0; i < ev->groups.n; i++) {
        struct pm_request_group *g = &ev->groups.items[i];
        g->probe = !is_pull(env, ev, g);
        if (g->worst == 404 && g->gone) {
            g->verdict = pm_verdict_of(env, pm_cause_shown(PM_SHOWN_TAG_WITHOUT_CONTENT),
                                       PM_CONFIDENCE_HIGH);
        }
    }
    weigh_greetings(ev);
}
