// Titles, summaries and the verdict in plain English: the sentences of
// rules/taxonomy.yaml with the incident's own names in them.
#include "judge/tell/tell.h"
#include "rules/taxonomy.h"
#include <stdlib.h>

// A pod is known as "namespace/name"; where nobody told its namespace, as "/name".
static struct pm_str friendly(struct pm_str name) {
    if (pm_str_starts(name, PM_STR("/"))) return pm_str_from(name, 1);
    return pm_str_eqc(name, "docker.io") ? PM_STR("Docker Hub") : name;
}

static struct pm_str some(const struct pm_env *env, const struct pm_ids *ids, const char *none,
                          const char *many) {
    if (!ids->n || !ids->items[0]) return pm_str_c(none);
    struct pm_str first = friendly(pm_name(env, ids->items[0]));
    if (ids->n == 1) return first;
    if (ids->n == 2)
        return pm_arena_fmt(env->a, "%.*s and %.*s", PM_FMT(first),
                            PM_FMT(friendly(pm_name(env, ids->items[1]))));
    return pm_arena_fmt(env->a, "%u %s", ids->n, many);
}

static struct pm_str endpoint_of(const struct pm_env *env, const struct pm_hit *h) {
    const struct pm_strs *e = &h->incident->endpoints;
    if (!e->n) return some(env, &h->registries, "the registry", "registries");
    if (h->side) return pm_arena_fmt(env->a, "the mirror %.*s", PM_FMT(e->items[0]));
    if (e->n == 1) return e->items[0];
    if (e->n == 2)
        return pm_arena_fmt(env->a, "%.*s and %.*s", PM_FMT(e->items[0]), PM_FMT(e->items[1]));
    return pm_arena_fmt(env->a, "%zu hosts", e->n);
}

// The day where the bundle spans several, the seconds where all was over within minutes.
static struct pm_str clock_of(const struct pm_env *env, const struct pm_report *report,
                              const struct pm_hit *h, int64_t ns) {
    char first[32], last[32], out[32];
    bool days = memcmp(pm_when_format(report->from_ns, first), pm_when_format(report->to_ns, last),
                       10) != 0;
    bool brief =
        pm_time_between(h->from, h->recovered != PM_NO_TIME ? h->recovered : h->to) < PM_BRIEF_NS;
    return pm_arena_fmt(env->a, "%s UTC", pm_when_clock(ns, days, brief, out));
}

static struct pm_str when(const struct pm_env *env, const struct pm_report *report,
                          const struct pm_hit *h, struct pm_str key) {
    static const struct {
        const char *key, *before, *after;
    } forms[] = {{"at", " at ", ""},
                 {"by", " by ", ""},
                 {"from", " from ", " on"},
                 {",from", ", from ", " on"}};
    for (size_t i = 0; i < PM_LEN(forms) && h->from != PM_NO_TIME; i++)
        if (pm_str_eqc(key, forms[i].key))
            return pm_arena_fmt(env->a, "%s%.*s%s", forms[i].before,
                                PM_FMT(clock_of(env, report, h, h->from)), forms[i].after);
    return PM_NONE;
}

static const struct pm_ids *ids_of(const struct pm_hit *h, struct pm_str key) {
    if (pm_str_ieq(key, PM_STR("registry")) || pm_str_ieq(key, PM_STR("registries")))
        return &h->registries;
    if (pm_str_ieq(key, PM_STR("nodes"))) return &h->nodes;
    if (pm_str_ieq(key, PM_STR("pods"))) return &h->pods;
    return pm_str_ieq(key, PM_STR("images")) ? &h->images : NULL;
}

// Who answered ill: the mirror, where pulls went past one, not the registry behind it.
static struct pm_str registries_of(const struct pm_scene *scene, const struct pm_hit *h) {
    struct pm_ids mirrors = {0};
    pm_mirrors_of(scene->env, scene->ev, h, &mirrors);
    struct pm_str out = PM_NONE;
    if (mirrors.n == 1)
        out = pm_arena_fmt(scene->env->a, "the mirror %.*s",
                           PM_FMT(pm_name(scene->env, mirrors.items[0])));
    else if (mirrors.n) out = pm_arena_fmt(scene->env->a, "%u mirrors", mirrors.n);
    else out = some(scene->env, &h->registries, "the registry", "registries");
    pm_ids_free(&mirrors);
    return out;
}

static struct pm_str word(const struct pm_scene *scene, const struct pm_report *report,
                          const struct pm_hit *h, struct pm_str key) {
    ptrdiff_t ask = pm_str_chr(key, '?', 0), or_at = pm_str_chr(key, '|', 0);
    const struct pm_ids *ids = ids_of(h, ask > 0 ? pm_str_sub(key, 0, (size_t)ask) : key);
    bool endpoint = pm_str_ieq(ask > 0 ? pm_str_sub(key, 0, (size_t)ask) : key, PM_STR("endpoint"));
    size_t n = ids ? ids->n : 0;
    if (endpoint) n = h->incident->endpoints.n ? h->incident->endpoints.n : h->registries.n;
    if (ask > 0 && or_at > ask)
        return n > 1 ? pm_str_from(key, (size_t)or_at + 1)
                     : pm_str_sub(key, (size_t)ask + 1, (size_t)(or_at - ask - 1));
    if (ids == &h->registries) return registries_of(scene, h);
    if (ids == &h->nodes) return some(scene->env, ids, "a node", "nodes");
    if (ids == &h->images) return some(scene->env, ids, "an image", "images");
    if (ids == &h->pods) return some(scene->env, ids, "pods", "pods");
    if (pm_str_eqc(key, "user"))
        return h->users.n ? some(scene->env, &h->users, "", "users") : PM_STR("the account in use");
    return endpoint ? endpoint_of(scene->env, h) : when(scene->env, report, h, key);
}

// A sentence begins with a capital, unless with a name that has none of its own
// ("registry.k8s.io").
static bool is_name(struct pm_str w) {
    return pm_str_chr(w, '.', 0) >= 0 || pm_str_chr(w, '-', 0) >= 0 || pm_str_chr(w, ':', 0) >= 0;
}

static struct pm_str render(const struct pm_scene *scene, const struct pm_report *report,
                            const struct pm_hit *h, const char *text) {
    struct pm_buf b = {0};
    for (const char *p = text; *p; p++) {
        const char *end = *p == '{' ? strchr(p, '}') : NULL;
        if (!end) {
            pm_buf_addc(&b, *p);
            continue;
        }
        struct pm_str key = {p + 1, (size_t)(end - p - 1)}, w = word(scene, report, h, key);
        bool capital = key.p[0] >= 'A' && key.p[0] <= 'Z' && w.n && w.p[0] >= 'a' &&
                       w.p[0] <= 'z' && pm_str_chr(w, ' ', 0) > 0 &&
                       !is_name(pm_str_sub(w, 0, (size_t)pm_str_chr(w, ' ', 0)));
        if (capital) {
            pm_buf_addc(&b, (char)(w.p[0] - 32));
            w = pm_str_from(w, 1);
        }
        pm_buf_add(&b, w);
        p = end;
    }
    struct pm_str out = pm_arena_dup(scene->env->a, pm_buf_str(&b));
    pm_buf_free(&b);
    return out;
}

static bool clocks_ahead(const struct pm_evidence *ev, const struct pm_hit *h) {
    size_t n = 0;
    for (size_t i = 0; i < h->nodes.n; i++) {
        const struct pm_far_clock *far = pm_far_clock_of(ev, h->nodes.items[i]);
        n += far && far->skew > 0;
    }
    return n && n == h->nodes.n && pm_str_eqc(h->incident->variant, "expired");
}

static const struct pm_phrase *phrase_of(const struct pm_hit *h) {
    const struct pm_taxon *t = pm_taxon_of(h->cause);
    for (size_t i = 0; i < t->variants_n; i++)
        if (pm_str_eqc(h->incident->variant, t->variants[i].name)) return &t->variants[i].phrase;
    return &t->phrase;
}

// Pods that wait are no failure that a cause could be said of.
static const struct pm_phrase waiting = {
    .title = "{pods} {pods?waits|wait} for an image; nothing here says why",
    .verdict = "{Pods} {pods?waits|wait} for an image, and nothing here says which, or why"};
// Their workloads name it.
static const struct pm_phrase waiting_for = {
    .title = "{pods} {pods?waits|wait} for {images}; nothing here says why",
    .verdict = "{Pods} {pods?waits|wait} for {images}, and nothing here says why"};
static const struct pm_phrase pulling = {
    .title = "pulls of {images} for {pods} began and have no end",
    .verdict =
        "Pulls of {images} for {pods} began and have no end{,from}: the {pods?pod waits|pods wait}"};
// A certificate that has expired only by clocks that run ahead of everybody else's.
static const struct pm_phrase ahead = {
    .title =
        "the {nodes?clock|clocks} of {nodes} {nodes?is|are} ahead of the certificate of {endpoint}",
    .verdict =
        "By the {nodes?clock|clocks} of {nodes} the certificate of {endpoint} has expired{,from}: the {nodes?clock is|clocks are} ahead"};
static const struct pm_phrase *phrase_for(const struct pm_evidence *ev, const struct pm_hit *h) {
    if (h->pulling) return &pulling;
    if (h->waits) return h->images.n ? &waiting_for : &waiting;
    return clocks_ahead(ev, h) ? &ahead : phrase_of(h);
}

// Both times, where they differ: the report's are the cluster's, the lines of that node
// say another.
static void own_clock(const struct pm_scene *scene, const struct pm_hit *h, struct pm_buf *b) {
    char off[32], said[32], first[32], own[32];
    size_t n = 0;
    const struct pm_far_clock *far = NULL;
    for (size_t i = 0; i < h->nodes.n; i++) {
        const struct pm_far_clock *f = pm_far_clock_of(scene->ev, h->nodes.items[i]);
        if (f && !far) far = f;
        n += f != NULL;
    }
    if (!far || h->from == PM_NO_TIME) return;
    bool day =
        memcmp(pm_when_format(h->from, first), pm_when_format(h->from + far->skew, own), 10) != 0;
    pm_buf_fmt(b, "; the clock of %.*s is %s %s and said %s then",
               PM_FMT(pm_name(scene->env, far->node)), pm_duration_format(llabs(far->skew), off),
               far->skew < 0 ? "behind" : "ahead",
               pm_when_clock(h->from + far->skew, day, true, said));
    if (n > 1) pm_buf_fmt(b, ", those of %zu more are off, too", n - 1);
}

// The words of the error itself, where it names the clock that it was measured by and the
// certificate's date.
static void clock_and_date(const struct pm_scene *scene, const struct pm_hit *h, struct pm_buf *b) {
    struct pm_clock_error e;
    char now[32], date[32];
    for (size_t i = 0; pm_cause_has(h->cause, PM_TRAIT_CERTIFICATES) && i < h->pulls.n; i++) {
        const struct pm_attempt *p = &scene->pulls->items[h->pulls.items[i]];
        if (!pm_clock_error_read(pm_name(scene->env, p->names->error), &e)) continue;
        pm_buf_fmt(b, " The first error was written at %s by its own clock; the certificate %s %s.",
                   pm_when_clock(e.now, true, true, now), e.after ? "ended" : "begins",
                   pm_when_clock(e.date, true, true, date));
        return;
    }
}

// The runtime pulls the sandbox image by itself: nobody finds it in a pod's
// specification.
static void sandbox(const struct pm_scene *scene, const struct pm_hit *h, struct pm_buf *b) {
    size_t of_it = 0;
    for (size_t i = 0; i < h->pulls.n; i++)
        of_it += (scene->pulls->items[h->pulls.items[i]].flags & PM_EV_SANDBOX) != 0;
    if (of_it * 2 <= h->pulls.n || h->images.n != 1) return;
    pm_buf_fmt(b, " %.*s is the sandbox image, which the runtime pulls by itself.",
               PM_FMT(pm_name(scene->env, h->images.items[0])));
}

static void tail(const struct pm_env *env, const struct pm_hits *hits,
                 const struct pm_report *report, const struct pm_hit *h, struct pm_buf *b) {
    char took[32];
    const struct pm_incident *inc = h->incident;
    if (h->failed)
        pm_buf_fmt(b, "%llu %s failed", (unsigned long long)h->failed,
                   h->failed == 1 ? "pull" : "pulls");
    else
        pm_buf_fmt(b, "%llu %s of it", (unsigned long long)h->lines,
                   h->lines == 1 ? "line tells" : "lines tell");
    uint64_t led_to = 0;
    for (size_t i = 0; i < hits->n && !h->failed; i++)
        if (hits->items[i].explained_by && &PM_REF(*hits, hits->items[i].explained_by) == h)
            led_to += hits->items[i].failed;
    if (h->nodes.n) pm_buf_fmt(b, " on %u %s", h->nodes.n, h->nodes.n == 1 ? "node" : "nodes");
    if (led_to)
        pm_buf_fmt(b, ", %llu failed %s followed from it", (unsigned long long)led_to,
                   led_to == 1 ? "pull" : "pulls");
    if (inc->blast.pods_n)
        pm_buf_fmt(b, ", %zu %s of %zu %s hit", inc->blast.pods_n,
                   inc->blast.pods_n == 1 ? "pod" : "pods", inc->blast.workloads_n,
                   inc->blast.workloads_n == 1 ? "workload" : "workloads");
    if (h->recovered != PM_NO_TIME)
        pm_buf_fmt(b, "; the first success came at %.*s, after %s",
                   PM_FMT(clock_of(env, report, h, h->recovered)),
                   pm_duration_format(h->recovered - h->from, took));
    else if (h->failed) pm_buf_lit(b, "; not recovered within these logs");
    pm_buf_addc(b, '.');
}

void pm_sentence_write(const struct pm_scene *scene, const struct pm_hits *hits,
                       const struct pm_report *report, struct pm_hit *h) {
    const struct pm_phrase *p = phrase_for(scene->ev, h);
    struct pm_buf b = {0};
    h->incident->title = render(scene, report, h, p->title);
    pm_buf_add(&b, render(scene, report, h, p->verdict));
    own_clock(scene, h, &b);
    pm_buf_lit(&b, ". ");
    tail(scene->env, hits, report, h, &b);
    clock_and_date(scene, h, &b);
    sandbox(scene, h, &b);
    h->incident->summary = pm_arena_dup(scene->env->a, pm_buf_str(&b));
    pm_buf_free(&b);
}

#define EFFECTS_NAMED 2

static bool below(const struct pm_hits *hits, const struct pm_hit *e, const struct pm_hit *root) {
    for (size_t steps = 0; e->explained_by && steps < hits->n; steps++) {
        e = &PM_REF(*hits, e->explained_by);
        if (e == root) return true;
    }
    return false;
}

// The root, then each effect by name: "…; pulls fell back to the upstream registry and
// used up its quota: Docker Hub's anonymous pull quota ran out at 09:30 UTC."
struct pm_str pm_sentence_verdict(const struct pm_scene *scene, const struct pm_hits *hits,
                                  const struct pm_report *report, const struct pm_hit *h) {
    struct pm_buf b = {0};
    size_t named = 0, more = 0;
    pm_buf_add(&b, render(scene, report, h, phrase_for(scene->ev, h)->verdict));
    if (h->opening.step) pm_buf_fmt(&b, "; %.*s", PM_FMT(h->opening.step->what));
    own_clock(scene, h, &b);
    for (size_t i = 0; i < hits->n; i++) {
        const struct pm_hit *e = &hits->items[i];
        if (e->dropped || !e->via || !below(hits, e, h)) continue;
        if (named++ >= EFFECTS_NAMED) more++;
        else
            pm_buf_fmt(&b, "; %s: %.*s", PM_REF(scene->env->links, e->via).what,
                       PM_FMT(render(scene, report, e, phrase_for(scene->ev, e)->verdict)));
    }
    if (more) pm_buf_fmt(&b, "; and %zu more %s of it", more, more == 1 ? "effect" : "effects");
    pm_buf_addc(&b, '.');
    struct pm_str out = pm_arena_dup(scene->env->a, pm_buf_str(&b));
    pm_buf_free(&b);
    return out;
}

// Incidents, but none over info.
struct pm_str pm_sentence_calm(const struct pm_scene *scene, const struct pm_hits *hits) {
    uint64_t attempts = 0, failed = 0;
    bool over = true;
    for (size_t i = 0; i < scene->pulls->n; i++) {
        attempts += scene->pulls->items[i].outcome != PM_OUTCOME_CACHED;
        failed += scene->pulls->items[i].outcome == PM_OUTCOME_FAILED;
    }
    for (size_t i = 0; i < hits->n; i++)
        over = over && (hits->items[i].dropped || hits->items[i].recovered != PM_NO_TIME);
    if (!attempts) return PM_STR("no image pull is in these logs");
    if (!failed)
        return pm_arena_fmt(scene->env->a, "no pull failed, of %llu", (unsigned long long)attempts);
    return pm_arena_fmt(scene->env->a, "%s%llu %s, %llu single %s%s", over ? "healthy: " : "",
                        (unsigned long long)attempts, attempts == 1 ? "pull" : "pulls",
                        (unsigned long long)failed, failed == 1 ? "failure" : "failures",
                        over ? " recovered by themselves" : ", none of them an incident over info");
}
