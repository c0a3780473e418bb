// Hits → incidents of the report in reading order; pulls and incidents back into the
// timeline, so that its views answer the same.
#include "judge/incidents/chain.h"
#include "judge/passes.h"
#include "judge/tell/pulls.h"
#include "judge/tell/tell.h"
#include "base/sort.h"
#include "rules/taxonomy.h"
#include <stdio.h>
#include <stdlib.h>

static void strength(struct pm_hits *hits) { // an incident weighs what it explains, too
    for (size_t i = 0; i < hits->n; i++) hits->items[i].effect = (double)hits->items[i].failed;
    for (size_t i = 0; i < hits->n; i++) {
        const struct pm_hit *h = &hits->items[i];
        size_t steps = 0;
        for (uint32_t up = h->explained_by; up && steps++ < hits->n;
             up = PM_REF(*hits, up).explained_by) {
            PM_REF(*hits, up).effect += (double)h->failed;
            if (h->incident && PM_REF(*hits, up).incident &&
                h->incident->severity > PM_REF(*hits, up).incident->severity) {
                PM_REF(*hits, up).incident->severity = h->incident->severity;
                PM_REF(*hits, up).incident->severity_why = h->incident->severity_why;
            }
        }
    }
}

static const struct pm_hit *root_of(const struct pm_hits *hits, const struct pm_hit *h) {
    for (size_t steps = 0; h->explained_by && steps < hits->n; steps++)
        h = &PM_REF(*hits, h->explained_by);
    return h;
}

static int by_weight(const void *a, const void *b, void *ctx) {
    const struct pm_hits *hits = ctx;
    const struct pm_hit *x = &hits->items[*(const uint32_t *)a],
                        *y = &hits->items[*(const uint32_t *)b];
    const struct pm_hit *rx = root_of(hits, x), *ry = root_of(hits, y);
    if (rx != ry) {
        bool ix = rx->incident->severity == PM_SEVERITY_INFO,
             iy = ry->incident->severity == PM_SEVERITY_INFO;
        bool ux = pm_cause_has(rx->cause, PM_TRAIT_UNEXPLAINED),
             uy = pm_cause_has(ry->cause, PM_TRAIT_UNEXPLAINED);
        if (ix != iy) return ix ? 1 : -1;
        if (ux != uy && (ux ? ry : rx)->effect * 4 > (ux ? rx : ry)->effect) return ux ? 1 : -1;
        if (rx->effect != ry->effect) return rx->effect > ry->effect ? -1 : 1;
        if (rx->incident->severity != ry->incident->severity)
            return rx->incident->severity > ry->incident->severity ? -1 : 1;
        if (rx->from != ry->from) return rx->from < ry->from ? -1 : 1;
        return rx < ry ? -1 : 1;
    }
    if (x == rx || y == rx) return x == rx ? -1 : 1;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    return x < y ? -1 : x > y;
}

static struct pm_str fingerprint(const struct pm_scene *scene, const struct pm_hit *h) {
    uint64_t hash = pm_str_hash(pm_str_c(pm_causes[h->cause].name), 1);
    const struct pm_incident *inc = h->incident;
    hash = pm_str_hash(pm_str_c(pm_scope_names[inc->scope_kind]), pm_str_hash(inc->variant, hash));
    // Nodes come and go: a node scope is its shape, other scopes are their values.
    for (size_t i = 0; inc->scope_kind != PM_SCOPE_NODE && i < inc->scope.n; i++)
        hash = pm_str_hash(inc->scope.items[i], hash);
    for (size_t i = 0; i < inc->registries.n; i++)
        hash = pm_str_hash(inc->registries.items[i], pm_str_hash(PM_STR("registry"), hash));
    // All that is known of an unknown is what it says: another wording is another
    // trouble, and no baseline of the first excuses it.
    if (pm_cause_has(h->cause, PM_TRAIT_UNEXPLAINED) && h->pulls.n)
        hash = pm_str_hash(
            pm_unknown_template(
                scene->env->scratch,
                pm_name(scene->env, scene->pulls->items[h->pulls.items[0]].names->error)),
            hash);
    return pm_arena_fmt(scene->env->a, "%016llx", (unsigned long long)hash);
}

static void requests_of(const struct pm_scene *scene, struct pm_hit *h) {
    Pvoid_t statuses = NULL;
    Word_t freed, code = 0;
    PWord_t n;
    struct pm_incident *inc = h->incident;
    for (size_t i = 0; i < h->pulls.n; i++) {
        const struct pm_attempt *p = &scene->pulls->items[h->pulls.items[i]];
        inc->stages[p->stage]++;
        if (p->status && !p->requests) ++*pm_map_slot(&statuses, (Word_t)p->status);
    }
    for (size_t i = 0; i < h->groups.n; i++) {
        const struct pm_request_group *g = &scene->ev->groups.items[h->groups.items[i]];
        const struct pm_status_count *s = pm_group_status(scene->ev, g->statuses);
        for (; s; s = pm_group_status(scene->ev, s->next)) {
            if (s->code) *pm_map_slot(&statuses, (Word_t)s->code) += s->n;
            if (s->code >= 400 && (s->code != 401 || g->worst == 401)) inc->failed_requests += s->n;
        }
    }
    Word_t many;
    JLC(many, statuses, 0, -1);
    inc->http_status = PM_NEWN(scene->env->a, struct pm_counts_by, many + 1);
    JLF(n, statuses, code);
    while (n) {
        inc->http_status[inc->http_status_n].name = pm_arena_fmt(scene->env->a, "%d", (int)code);
        inc->http_status[inc->http_status_n++].n = *n;
        JLN(n, statuses, code);
    }
    JLFA(freed, statuses);
    (void)freed;
}

static struct pm_link step_of(const struct pm_env *env, const struct pm_hit *h) {
    if (h->opening.step) {
        struct pm_share x = h->opening.share;
        struct pm_str what = pm_arena_fmt(env->a, "%.*s: %llu of the %llu pulls that used it up %s",
                                          PM_FMT(h->incident->title), (unsigned long long)x.n,
                                          (unsigned long long)x.of, h->opening.counted);
        return (struct pm_link){h->cause, h->from, what, h->id, (double)x.n / (double)x.of};
    }
    double share = h->share.of ? (double)h->share.n / (double)h->share.of : -1;
    return (struct pm_link){h->cause, h->from, h->via ? pm_chain_step(env, h) : h->incident->title,
                            h->id, share};
}

// What each incident led to at the next step, in their order: looking through all of them for
// each would be their square.
struct effects {
    pm_ref *first, *next; // by index
};
static struct effects effects_of(const struct pm_hits *hits) {
    size_t bytes = (hits->n + 1) * sizeof(pm_ref);
    struct effects x = {memset(pm_xmalloc(bytes), 0, bytes), pm_xmalloc(bytes)};
    for (size_t i = hits->n; i-- > 0;) {
        const struct pm_hit *h = &hits->items[i];
        if (!h->explained_by || h->dropped) continue;
        x.next[i] = x.first[h->explained_by - 1];
        x.first[h->explained_by - 1] = pm_ref_of(i);
    }
    return x;
}
static void effects_free(struct effects *x) {
    free(x->first);
    free(x->next);
}

// Root first, then each step down to the incident itself; a root shows what it led to.
static void chain_of(const struct pm_scene *scene, const struct pm_hits *hits,
                     const struct effects *led_to, struct pm_hit *h) {
    struct pm_incident *inc = h->incident;
    uint32_t path[16];
    size_t n = 0;
    for (const struct pm_hit *at = h; n < PM_LEN(path); at = &PM_REF(*hits, at->explained_by)) {
        path[n++] = (uint32_t)(at - hits->items);
        if (!at->explained_by) break;
    }
    size_t effects = 0, cap = n + 3;
    pm_ref led = led_to->first[h - hits->items];
    for (pm_ref at = led; at; at = led_to->next[at - 1]) effects++;
    inc->chain = PM_NEWN(scene->env->a, struct pm_link, cap + effects);
    const struct pm_hit *root = &hits->items[path[n - 1]];
    if (root->opening.step) inc->chain[inc->chain_n++] = *root->opening.step;
    for (size_t i = n; i-- > 0;) {
        const struct pm_hit *at = &hits->items[path[i]];
        inc->chain[inc->chain_n++] = step_of(scene->env, at);
    }
    inc->explains = PM_NEWN(scene->env->a, uint32_t, effects + 1);
    for (pm_ref at = led; at; at = led_to->next[at - 1]) {
        const struct pm_hit *e = &PM_REF(*hits, at);
        inc->chain[inc->chain_n++] = step_of(scene->env, e);
        inc->explains[inc->explains_n++] = e->id;
    }
    inc->chain_cap = inc->chain_n;
    inc->explains_cap = inc->explains_n;
    // Pulls cut by a restart: the runtime was away, though nobody may have knocked
    // meanwhile.
    if (!pm_cause_has(h->cause, PM_TRAIT_STOPPED) || h->explained_by) return;
    for (size_t i = 0; i < scene->ev->sides.n; i++) {
        const struct pm_trace *t = &scene->ev->traces.items[scene->ev->sides.items[i]];
        if ((t->said->kind != PM_KIND_RUNTIME_STOP && t->said->kind != PM_KIND_RUNTIME_START) ||
            !pm_ids_has(&h->nodes, t->node) ||
            !pm_time_in(t->ts, pm_since(h->from, PM_S(60)), pm_time_add(h->to, PM_S(60))))
            continue;
        inc->chain[inc->chain_n++] = (struct pm_link){
            pm_cause_shown(PM_SHOWN_RUNTIME_AWAY), t->ts,
            pm_arena_fmt(scene->env->a, "%s on %.*s %s", pm_component_names[t->said->component],
                         PM_FMT(pm_name(scene->env, t->node)),
                         t->said->kind == PM_KIND_RUNTIME_STOP ? "stopped" : "was restarted"),
            0, -1};
        break;
    }
}

static void pulls_back(const struct pm_scene *scene, const struct pm_hits *hits) {
    if (!pm_timeline_takes_judgement(scene->env->timeline)) return; // not made for nobody
    struct pm_env env = *scene->env;
    env.a = pm_arena_new();
    for (size_t i = 0; i < scene->pulls->n; i++) {
        pm_ref hit = pm_hit_of(scene->pulls, hits, &scene->pulls->items[i]);
        pm_arena_reset(env.a);
        const struct pm_pull told =
            pm_pull_told(&env, scene->pulls, i, hit ? PM_REF(*hits, hit).id : 0);
        pm_timeline_put_pull(env.timeline, &told);
    }
    pm_arena_free(env.a);
    for (size_t i = 0; i < scene->ev->traces.n; i++) {
        const struct pm_trace *t = &scene->ev->traces.items[i];
        if (t->said->verdict->cause >= 0)
            pm_timeline_put_verdict(scene->env->timeline, t->id,
                                    pm_causes[t->said->verdict->cause].name,
                                    t->said->verdict->rule);
    }
}

// The headline is the whole chain's: who reads only "recovered" must be able to rely on
// it.
static void whole_chain(const struct pm_env *env, const struct pm_hits *hits,
                        struct pm_report *report, const struct pm_hit *root) {
    struct pm_report *r = report;
    bool over = true;
    r->whole.from_ns = root->from;
    r->whole.to_ns = root->to;
    r->whole.recovered_ns = root->recovered;
    r->whole.effects = PM_NEWN(env->a, uint32_t, hits->n + 1);
    for (size_t i = 0; i < hits->n; i++) {
        const struct pm_hit *h = &hits->items[i];
        if (h->dropped || root_of(hits, h) != root) continue;
        r->whole.failed_pulls += h->failed;
        r->whole.from_ns = pm_min_time(r->whole.from_ns, h->from);
        r->whole.to_ns = pm_max_time(r->whole.to_ns, h->to);
        over = over && (h->recovered != PM_NO_TIME || (h->side && !h->failed));
        r->whole.recovered_ns = pm_max_time(r->whole.recovered_ns, h->recovered);
        if (h != root) r->whole.effects[r->whole.effects_n++] = h->id;
    }
    if (!over) r->whole.recovered_ns = PM_NO_TIME;
}

static void verdict(const struct pm_scene *scene, const struct pm_hits *hits,
                    struct pm_report *report, const uint32_t *order, size_t n) {
    struct pm_report *r = report;
    const struct pm_hit *first = n ? &hits->items[order[0]] : NULL;
    r->whole.from_ns = r->whole.to_ns = r->whole.recovered_ns = PM_NO_TIME;
    if (first && first->incident->severity > PM_SEVERITY_INFO) {
        r->verdict = first->id;
        whole_chain(scene->env, hits, report, first);
        r->verdict_sentence = pm_sentence_verdict(scene, hits, report, first);
    } else if (first) r->verdict_sentence = pm_sentence_calm(scene, hits);
}

void pm_report_finish(const struct pm_scene *scene, struct pm_hits *hits,
                      struct pm_report *report) {
    struct pm_report *r = report;
    uint32_t *order = pm_xmalloc((hits->n + 1) * sizeof *order);
    size_t n = 0;
    strength(hits);
    for (size_t i = 0; i < hits->n; i++)
        if (!hits->items[i].dropped) order[n++] = (uint32_t)i;
    pm_sort(order, n, sizeof *order, by_weight, hits);
    for (size_t i = 0; i < n; i++) hits->items[order[i]].id = (uint32_t)i + 1;
    r->incidents = PM_NEWN(scene->env->a, struct pm_incident, n + 1);
    struct effects led_to = effects_of(hits);
    for (size_t i = 0; i < n; i++) {
        struct pm_hit *h = &hits->items[order[i]];
        struct pm_incident *inc = h->incident;
        inc->id = h->id;
        inc->root_cause = h->cause;
        inc->from_ns = h->from;
        inc->to_ns = h->to;
        inc->recovered_ns = h->recovered;
        inc->failed_pulls = h->failed;
        inc->lines = h->lines;
        inc->fingerprint = fingerprint(scene, h);
        inc->explained_by = h->explained_by ? PM_REF(*hits, h->explained_by).id : 0;
        requests_of(scene, h);
        chain_of(scene, hits, &led_to, h);
    }
    effects_free(&led_to);
    for (size_t i = 0; i < n; i++) r->incidents[i] = *hits->items[order[i]].incident;
    r->incidents_n = r->incidents_cap = n;
    verdict(scene, hits, report, order, n);
    free(order);
    pm_timeline_clear_judgement(scene->env->timeline);
    for (size_t i = 0; i < r->quotas_n; i++)
        pm_timeline_put_quota(scene->env->timeline, &r->quotas[i]);
    pulls_back(scene, hits);
    for (size_t i = 0; i < n; i++) pm_timeline_put_incident(scene->env->timeline, &r->incidents[i]);
    pm_timeline_meta(scene->env->timeline, "judged", PM_STR("yes"));
}
