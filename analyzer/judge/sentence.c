// Titles, summaries and the verdict in plain English. One row a cause; {…} are the incident's own names.
#include "judge/state.h"

struct phrase {
    const char *cause, *title, *verdict;
}; // the verdict ends "at HH:MM UTC" or "from HH:MM UTC on"
static const struct phrase phrases[] = {
    {"rate-limit.anonymous", "{registry}'s anonymous pull quota ran out", "{Registry}'s anonymous pull quota ran out at {time}"},
    {"rate-limit.authenticated", "the pull quota of {user} at {registry} ran out", "The pull quota of {user} at {registry} ran out at {time}"},
    {"rate-limit.service", "{registry} throttled requests", "{Registry} began to throttle requests at {time}"},
    {"rate-limit.client", "the kubelet held pulls back (registryPullQPS)",
     "The kubelet on {nodes} held pulls back by its own limit (registryPullQPS) from {time} on"},
    {"auth.missing-credentials", "no credentials were presented to {registry}", "Pulls from {registry} had no credentials, from {time} on"},
    {"auth.invalid-credentials", "{registry} refused the credentials", "{Registry} refused the credentials that were presented, from {time} on"},
    {"auth.token-expired", "the token for {registry} expired", "The token for {registry} had expired by {time}"},
    {"auth.permission-denied", "{registry} does not allow pulling {images}", "{Registry} refused {images} to a known user, from {time} on"},
    {"auth.denied-or-missing", "{images}: private or missing, {registry} does not say",
     "{Registry} would not say whether {images} is private or missing, from {time} on"},
    {"auth.credential-provider", "fetching credentials failed on {nodes}", "The credential helper on {nodes} failed from {time} on"},
    {"network.dns", "names did not resolve on {nodes}", "DNS failed on {nodes} for {registries} from {time} on"},
    {"network.connect-timeout", "{nodes} could not reach {registries}", "{Nodes} could not connect to {registries}: connections timed out from {time} on"},
    {"network.refused", "connections to {host} were refused", "{Host} refused connections from {time} on"},
    {"network.reset", "connections to {registries} were cut", "Connections to {registries} were cut from {time} on"},
    {"network.unreachable", "{nodes} had no route to {registries}", "{Nodes} had no route to {registries} from {time} on"},
    {"network.tls", "TLS with {registries} failed", "TLS with {registries} failed from {time} on"},
    {"network.proxy", "the HTTP proxy did not let pulls through", "The nodes' HTTP proxy did not let pulls from {registries} through, from {time} on"},
    {"network.stalled", "downloads from {registries} stalled", "Downloads from {registries} stalled from {time} on"},
    {"registry.outage", "{registry} answered with server errors", "{Registry} had an outage from {time} on"},
    {"registry.content", "{registry} served broken content", "{Registry} served broken content for {images} from {time} on"},
    {"image.tag-not-found", "{images} does not exist", "{Images} does not exist at its registry; pulls of it failed from {time} on"},
    {"image.repository-not-found", "{registry} has no such repository", "{Registry} has no repository for {images}; pulls failed from {time} on"},
    {"image.platform-mismatch", "{images} does not fit the nodes' platform",
     "{Images} has no variant for the platform of {nodes}; pulls failed from {time} on"},
    {"image.invalid-reference", "{images} is no valid image reference", "{Images} is no valid image reference; refused from {time} on"},
    {"image.never-pull", "{images} is not on the node and may not be pulled", "{Images} is not present on {nodes} and its policy is Never, from {time} on"},
    {"image.unsupported-format", "{images} has a format that the runtime does not read",
     "{Images} has a manifest format that {nodes} cannot read, from {time} on"},
    {"image.signature", "{images} did not pass the signature policy", "{Images} did not pass the signature policy, from {time} on"},
    {"storage.disk-full", "the image store of {nodes} ran full", "The image store of {nodes} ran full at {time}"},
    {"storage.disk-pressure", "{nodes} came under disk pressure", "{Nodes} came under disk pressure at {time}"},
    {"storage.corruption", "content of {images} is damaged", "Content of {images} did not match what was promised, from {time} on"},
    {"storage.io", "the disk of {nodes} failed", "The disk of {nodes} failed from {time} on"},
    {"runtime.unavailable", "the container runtime of {nodes} was down", "The container runtime of {nodes} was down from {time} on"},
    {"runtime.unpack", "layers could not be unpacked on {nodes}", "Layers could not be unpacked on {nodes} from {time} on"},
    {"runtime.cancelled", "pulls on {nodes} were cut short", "Pulls on {nodes} were cut short at {time}"},
    {"unknown", "pulls failed for a reason that no rule knows", "Pulls of {images} failed from {time} on for a reason that no rule knows"},
};

static struct pm_str some(struct pm_state *s, const struct pm_ids *ids, const char *none, const char *many) {
    if (!ids->n || !ids->items[0]) return pm_str_c(none);
    if (ids->n == 1) return pm_name(s, ids->items[0]);
    if (ids->n == 2) return pm_arena_fmt(s->a, "%.*s and %.*s", PM_FMT(pm_name(s, ids->items[0])), PM_FMT(pm_name(s, ids->items[1])));
    return pm_arena_fmt(s->a, "%zu %s", ids->n, many);
}

static struct pm_str friendly(struct pm_str registry) { return pm_str_eqc(registry, "docker.io") ? PM_STR("Docker Hub") : registry; }

static struct pm_str host_of(struct pm_state *s, const struct pm_hit *h) {
    for (size_t i = 0; i < h->traces.n; i++)
        if (s->traces.items[h->traces.items[i]].host)
            return pm_arena_fmt(s->a, "the mirror %.*s", PM_FMT(pm_name(s, s->traces.items[h->traces.items[i]].host)));
    for (size_t i = 0; i < h->pulls.n; i++) {
        const struct pm_attempt *p = &s->pulls.items[h->pulls.items[i]];
        for (size_t k = 0; k < p->traces.n; k++)
            if (s->traces.items[p->traces.items[k]].host) return pm_name(s, s->traces.items[p->traces.items[k]].host);
    }
    return some(s, &h->registries, "the registry", "registries");
}

static struct pm_str stamp(struct pm_state *s, const struct pm_hit *h) {
    char hm[32];
    if (h->from == PM_NO_TIME) return PM_STR("an unknown time");
    return pm_arena_fmt(s->a, "%s UTC", pm_when_hm(h->from, hm));
}

static struct pm_str word(struct pm_state *s, const struct pm_hit *h, struct pm_str key) {
    if (pm_str_ieq(key, PM_STR("registry")) || pm_str_ieq(key, PM_STR("registries")))
        return h->registries.n == 1 ? friendly(some(s, &h->registries, "the registry", "registries")) : some(s, &h->registries, "the registry", "registries");
    if (pm_str_ieq(key, PM_STR("nodes"))) return some(s, &h->nodes, "a node", "nodes");
    if (pm_str_ieq(key, PM_STR("images"))) return some(s, &h->images, "an image", "images");
    if (pm_str_ieq(key, PM_STR("user"))) return h->users.n ? some(s, &h->users, "", "users") : PM_STR("the account in use");
    if (pm_str_ieq(key, PM_STR("host"))) return host_of(s, h);
    return stamp(s, h);
}

// A sentence begins with a capital, unless with a name that has none of its own ("registry.k8s.io").
static bool is_name(struct pm_str w) { return pm_str_chr(w, '.', 0) >= 0 || pm_str_chr(w, '-', 0) >= 0 || pm_str_chr(w, ':', 0) >= 0; }

static struct pm_str render(struct pm_state *s, const struct pm_hit *h, const char *text) {
    struct pm_buf b = {0};
    for (const char *p = text; *p; p++) {
        const char *end = *p == '{' ? strchr(p, '}') : NULL;
        if (!end) {
            pm_buf_addc(&b, *p);
            continue;
        }
        struct pm_str key = {p + 1, (size_t)(end - p - 1)}, w = word(s, h, key);
        bool capital = key.p[0] >= 'A' && key.p[0] <= 'Z' && w.n && w.p[0] >= 'a' && w.p[0] <= 'z' && pm_str_chr(w, ' ', 0) > 0 &&
                       !is_name(pm_str_sub(w, 0, (size_t)pm_str_chr(w, ' ', 0)));
        if (capital) {
            pm_buf_addc(&b, (char)(w.p[0] - 32));
            w = pm_str_from(w, 1);
        }
        pm_buf_add(&b, w);
        p = end;
    }
    struct pm_str out = pm_arena_dup(s->a, pm_buf_str(&b));
    pm_buf_free(&b);
    return out;
}

static const struct phrase *phrase_of(int cause) {
    for (size_t i = 0; i < PM_LEN(phrases); i++)
        if (pm_cause_is(cause, phrases[i].cause)) return &phrases[i];
    return &phrases[PM_LEN(phrases) - 1];
}

static void tail(struct pm_state *s, const struct pm_hit *h, struct pm_buf *b) {
    char hm[32], took[32];
    const struct pm_incident *inc = h->incident;
    if (h->failed) pm_buf_fmt(b, "%llu %s failed", (unsigned long long)h->failed, h->failed == 1 ? "pull" : "pulls");
    else pm_buf_fmt(b, "%llu lines tell of it", (unsigned long long)h->lines);
    uint64_t led_to = 0;
    for (size_t i = 0; i < s->hits.n && !h->failed; i++)
        if (s->hits.items[i].explained_by && &s->hits.items[s->hits.items[i].explained_by - 1] == h) led_to += s->hits.items[i].failed;
    if (h->nodes.n) pm_buf_fmt(b, " on %zu %s", h->nodes.n, h->nodes.n == 1 ? "node" : "nodes");
    if (led_to) pm_buf_fmt(b, ", %llu failed %s followed from it", (unsigned long long)led_to, led_to == 1 ? "pull" : "pulls");
    if (inc->blast.pods_n)
        pm_buf_fmt(b, ", %zu %s of %zu %s hit", inc->blast.pods_n, inc->blast.pods_n == 1 ? "pod" : "pods", inc->blast.workloads_n,
                   inc->blast.workloads_n == 1 ? "workload" : "workloads");
    if (h->recovered != PM_NO_TIME)
        pm_buf_fmt(b, "; the first success came at %s UTC, after %s", pm_when_hm(h->recovered, hm), pm_duration_format(h->recovered - h->from, took));
    else if (h->failed) pm_buf_lit(b, "; not recovered within these logs");
    pm_buf_addc(b, '.');
}

void pm_sentence_write(struct pm_state *s, struct pm_hit *h) {
    const struct phrase *p = phrase_of(h->cause);
    struct pm_buf b = {0};
    h->incident->title = render(s, h, p->title);
    pm_buf_add(&b, render(s, h, p->verdict));
    pm_buf_lit(&b, ". ");
    tail(s, h, &b);
    h->incident->summary = pm_arena_dup(s->a, pm_buf_str(&b));
    pm_buf_free(&b);
}

struct pm_str pm_sentence_verdict(struct pm_state *s, const struct pm_hit *h) {
    struct pm_buf b = {0};
    pm_buf_add(&b, render(s, h, phrase_of(h->cause)->verdict));
    for (size_t i = 0; i < s->hits.n; i++) {
        const struct pm_hit *e = &s->hits.items[i];
        if (e->dropped || !e->explained_by || &s->hits.items[e->explained_by - 1] != h || !e->via) continue;
        pm_buf_fmt(&b, "; %s", s->links.items[e->via - 1].what);
        break;
    }
    pm_buf_addc(&b, '.');
    struct pm_str out = pm_arena_dup(s->a, pm_buf_str(&b));
    pm_buf_free(&b);
    return out;
}
