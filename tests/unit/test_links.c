// Each link of rules/correlate.yaml has a yes and a no: the same two troubles in the same
// order and time, and only in the one the step is there to be seen. A link that is new in
// the file and of which nothing here knows how it looks fails the test.
#include "judge_rows.h"
#include "rules/tables.h"

#define QUOTA "toomanyrequests: You have reached your unauthenticated pull rate limit"
#define LINES 512
struct log {
    struct line lines[LINES];
    char names[LINES][96];
    size_t n;
};
static void put(struct log *l, struct line line) {
    assert_true(l->n < LINES);
    l->lines[l->n++] = line;
}
static const char *name(
    struct log *l, const char *before,
    int i) { // "acme/a" → "acme/a7:1", and pods of a Deployment: "shop/w" → "shop/w7-7c9d5f6b8-x2x9k"
    char *out = l->names[l->n];
    snprintf(out, sizeof l->names[0], "%s%d:1", before, i);
    return out;
}
static const char *pod_name(struct log *l, const char *before, int i, const char *end) {
    char *out = l->names[l->n];
    snprintf(out, sizeof l->names[0], "%s%d-7c9d5f6b8-%s", before, i, end);
    return out;
}

// How a trouble looks: of a pull's error, or of the node. The first row that names the
// cause or its family.
static const struct trouble {
    const char *cause, *error;
    int status;
    enum pm_kind kind;
} TROUBLES[] = {
    {"rate-limit.authenticated",
     "toomanyrequests: You have reached your pull rate limit as 'bob': x", 429, PM_KIND_PULL_FAIL},
    {"rate-limit.service",
     "toomanyrequests: request rate exceeded, retry later: 429 Too Many Requests", 429,
     PM_KIND_PULL_FAIL},
    {"rate-limit", QUOTA, 429, PM_KIND_PULL_FAIL},
    {"storage.disk-pressure", "NodeHasDiskPressure", 0, PM_KIND_DISK_PRESSURE},
    {"storage.disk-full", "write /var/lib/containerd/tmpmounts/x: no space left on device", 0,
     PM_KIND_PULL_FAIL},
    {"storage.io", "write /var/lib/containerd/tmpmounts/x: input/output error", 0,
     PM_KIND_PULL_FAIL},
    {"storage", "NodeHasDiskPressure", 0, PM_KIND_DISK_PRESSURE},
    {"image.never-pull", "is not present with pull policy of Never", 0, PM_KIND_PULL_FAIL},
    {"image", "mirror.test/acme/a: not found", 404, PM_KIND_PULL_FAIL},
    {"network.dns", "dial tcp: lookup hub.test on 10.0.0.2:53: no such host", 0, PM_KIND_PULL_FAIL},
    {"network", "dial tcp 192.0.2.7:5000: connect: connection refused", 0, PM_KIND_PULL_FAIL},
    {"registry",
     "unexpected status from HEAD request to https://hub.test/v2/acme/a/manifests/1: 503 Service Unavailable",
     503, PM_KIND_PULL_FAIL},
    {"auth.token-expired",
     "denied: Your authorization token has expired. Reauthenticate and try again.", 403,
     PM_KIND_PULL_FAIL},
    {"auth.credential-provider",
     "error execing credential provider plugin ecr-credential-provider: exit status 1: dial tcp: lookup hub.test on 10.0.0.2:53: i/o timeout",
     0, PM_KIND_OTHER},
    {"auth.missing-credentials",
     "failed to resolve reference: pull access denied: no basic auth credentials", 401,
     PM_KIND_PULL_FAIL},
    {"auth", "unauthorized: incorrect username or password", 401, PM_KIND_PULL_FAIL},
    {"runtime.unavailable",
     "rpc error: code = Unavailable desc = connection error: dial unix /run/containerd/containerd.sock: connect: connection refused",
     0, PM_KIND_RUNTIME_DOWN},
    {"runtime.cancelled", "Pull session cancelled", 0, PM_KIND_PULL_FAIL},
    {"runtime.unpack", "failed to commit snapshot extract-1: gone", 0, PM_KIND_PULL_FAIL},
};
static const struct trouble *trouble_of(const char *cause) {
    for (size_t i = 0; i < PM_LEN(TROUBLES); i++) {
        size_t n = strlen(TROUBLES[i].cause);
        if (strncmp(TROUBLES[i].cause, cause, n) == 0 && (!cause[n] || cause[n] == '.'))
            return &TROUBLES[i];
    }
    fail_msg("no line of %s is known here", cause);
    return NULL;
}

static void meets(struct log *l, const struct trouble *t, double at, const char *node,
                  const char *image, const char *pod) {
    bool pull = t->kind == PM_KIND_PULL_FAIL;
    put(l, (struct line){
               .at = at,
               .from = pull ? CONTAINERD : KUBELET,
               .kind = t->kind,
               .node = node,
               .image = t->kind == PM_KIND_DISK_PRESSURE || t->kind == PM_KIND_RUNTIME_DOWN ? NULL
                                                                                            : image,
               .error = t->error,
               .status = t->status,
               .pod = pod});
}
static void pulled(struct log *l, double at, const char *image, const char *pod) {
    put(l, (struct line){.at = at,
                         .from = CONTAINERD,
                         .node = "n1",
                         .message = "returned",
                         .pod = pod,
                         OK_OF(image)});
}

struct link {
    const struct trouble *from, *to;
};
// A quota: forty pulls spend it, and three are refused.
static void spent(struct log *l, const struct link *k, const char *images) {
    for (int i = 0; i < 40; i++) pulled(l, 100 + 4 * i, name(l, images, i), NULL);
    for (int i = 0; i < 3; i++)
        meets(l, k->to, 300 + 4 * i, "n1", name(l, "acme/refused", i), NULL);
}
static void removed(struct log *l, const struct link *k, bool yes) {
    meets(l, k->from, 0, "n1", "acme/f:1", NULL);
    meets(l, k->from, 5, "n1", "acme/f:1", NULL);
    for (int i = 0; i < 20; i++) {
        const char *image = name(l, yes ? "acme/a" : "acme/z", i);
        put(l, (struct line){.at = 10 + i,
                             .from = CONTAINERD,
                             .kind = PM_KIND_GC_OK,
                             .image = image,
                             .node = "n1"});
    }
    spent(l, k, "acme/a");
}
static void evicted(struct log *l, const struct link *k, bool yes) {
    meets(l, k->from, 0, "n1", "acme/f:1", NULL);
    meets(l, k->from, 5, "n1", "acme/f:1", NULL);
    for (int i = 0; i < 20; i++) {
        const char *pod = pod_name(l, yes ? "shop/w" : "shop/v", i, "bcdfg");
        put(l, (struct line){.at = 10 + i,
                             .from = KUBELET,
                             .kind = PM_KIND_DISK_PRESSURE,
                             .reason = "Evicted",
                             .pod = pod,
                             .node = "n1",
                             .error = "DiskPressure"});
    }
    for (int i = 0; i < 40; i++) {
        const char *pod = pod_name(l, "shop/w", i, "x2x9k");
        snprintf(l->names[LINES - 1 - i], sizeof l->names[0], "acme/a%d:1", i);
        put(l, (struct line){.at = 100 + 4 * i,
                             .from = KUBELET,
                             .node = "n1",
                             .message = "stop pulling",
                             .pod = pod,
                             OK_OF(l->names[LINES - 1 - i])});
    }
    for (int i = 0; i < 3; i++)
        meets(l, k->to, 300 + 4 * i, "n1", name(l, "acme/refused", i), NULL);
}
static void gone(struct log *l, const struct link *k, bool yes) {
    const char *image = strstr(k->to->cause, "auth") ? "quay.test/acme/a:1" : "acme/a:1";
    pulled(l, -600, image, NULL);
    meets(l, k->from, 0, "n1", "acme/f:1", NULL);
    meets(l, k->from, 5, "n1", "acme/f:1", NULL);
    put(l, (struct line){.at = 10,
                         .from = CONTAINERD,
                         .kind = PM_KIND_GC_OK,
                         .image = yes ? image : "acme/z:1",
                         .node = "n1"});
    meets(l, k->to, 100, "n1", image, NULL);
    meets(l, k->to, 400, "n1", image, NULL);
}
// In the no the mirror is tried, and fails, for images of another registry meanwhile.
static void mirror(struct log *l, const struct link *k, bool yes) {
    for (int i = 0; i < 40; i++) {
        const char *tried = name(l, yes ? "acme/a" : "quay.test/acme/c", i);
        put(l, (struct line){.at = 99.5 + 4 * i,
                             .from = CONTAINERD,
                             .kind = PM_KIND_MIRROR_TRY,
                             .image = tried,
                             .host = "mirror.test:5000",
                             .node = "n1",
                             .flags = PM_EV_MIRROR,
                             .error = k->from->error,
                             .status = k->from->status});
        if (!yes) pulled(l, 99.8 + 4 * i, tried, NULL);
    }
    spent(l, k, "acme/a");
}
static void expired(struct log *l, const struct link *k, bool yes) {
    for (int i = 0; i < 12; i++)
        meets(l, k->from, 4 * i, "n1", name(l, yes ? "acme/a" : "acme/z", i), NULL);
    for (int i = 0; i < 12; i++) pulled(l, 100 + 4 * i, name(l, "acme/a", i), NULL);
    for (int i = 0; i < 3; i++)
        meets(l, k->to, 200 + 4 * i, "n1", name(l, "acme/refused", i), NULL);
}
static void retries(struct log *l, const struct link *k, bool yes) {
    for (int i = 0; i < 12; i++)
        meets(l, k->from, 4 * i, "n1", name(l, "hub.test/acme/a", i), NULL);
    for (int i = 0; i < 12; i++)
        meets(l, k->to, 100 + 4 * i, "n1", name(l, yes ? "hub.test/acme/a" : "hub.test/acme/b", i),
              NULL);
}
static void helper(struct log *l, const struct link *k, bool yes) {
    meets(l, k->from, 0, "n1", yes ? "hub.test/acme/a:1" : "ecr.test/acme/z:1", "shop/web-0");
    for (int i = 0; i < 3; i++)
        meets(l, k->to, 600 + 4 * i, "n1", name(l, "hub.test/acme/a", i), NULL);
}
static void restart(struct log *l, const struct link *k, bool yes) {
    for (int i = 0; i < 12; i++) meets(l, k->from, 5 * i, "n1", NULL, NULL);
    for (int i = 0; i < 3; i++)
        meets(l, k->to, (yes ? 60 : 500) + 4 * i, "n1", name(l, "acme/a", i), NULL);
}
static void meanwhile(struct log *l, const struct link *k, bool yes) {
    meets(l, k->from, 0, yes ? "n1" : "n2", "hub.test/acme/f:1", NULL);
    meets(l, k->from, 50, yes ? "n1" : "n2", "hub.test/acme/f:1", NULL);
    for (int i = 0; i < 3; i++)
        meets(l, k->to, 100 + 4 * i, "n1", name(l, "hub.test/acme/a", i), "shop/web-0");
}

static const struct {
    const char *observed;
    void (*build)(struct log *l, const struct link *k, bool yes);
} BUILDS[] = {{"removed", removed}, {"evicted", evicted}, {"gone", gone},
              {"mirror", mirror},   {"expired", expired}, {"retries", retries},
              {"helper", helper},   {"restart", restart}, {"meanwhile", meanwhile}};

static bool is(int cause, const char *named) {
    return strcmp(pm_causes[cause].name, named) == 0 || strcmp(pm_causes[cause].family, named) == 0;
}

// Itself, or over a step between: a full disk that evicts has put the node under pressure
// first.
static bool linked(const struct pm_report *r, const char *from, const char *to) {
    for (size_t i = 0; i < r->incidents_n; i++)
        for (const struct pm_incident *at = &r->incidents[i];
             is(r->incidents[i].root_cause, to) && at->explained_by;) {
            at = &r->incidents[at->explained_by - 1];
            if (is(at->root_cause, from)) return true;
        }
    return false;
}

static bool shows(const char *observed, const char *from, const char *to, bool yes) {
    const struct link k = {trouble_of(from), trouble_of(to)};
    struct log *l = calloc(1, sizeof *l);
    assert_non_null(l);
    size_t b = 0;
    while (b < PM_LEN(BUILDS) && strcmp(BUILDS[b].observed, observed) != 0) b++;
    if (b == PM_LEN(BUILDS)) fail_msg("how %s looks is not known here", observed);
    BUILDS[b].build(l, &k, yes);
    struct judged j = judge(l->lines, l->n);
    bool found = linked(j.r, from, to);
    judged_free(&j);
    free(l);
    return found;
}

static void each_link_has_a_yes_and_a_no(void **state) {
    (void)state;
    struct pm_diags *diags = pm_diags_new();
    struct pm_ruleset *rules = pm_ruleset_load(NULL, diags);
    const json_t *links = json_object_get(pm_ruleset_table(rules, PM_TABLE_CORRELATE), "links");
    size_t i, wrong = 0;
    json_t *link;
    assert_true(json_array_size(links) > 0);
    json_array_foreach((json_t *)(uintptr_t)links, i, link) {
        const char *from = json_string_value(json_object_get(link, "from")),
                   *to = json_string_value(json_object_get(link, "to")),
                   *observed = json_string_value(json_object_get(link, "observed"));
        bool yes = shows(observed, from, to, true), no = shows(observed, from, to, false);
        if (!yes || no)
            wrong++, print_error("%s to %s by %s: %s\n", from, to, observed,
                                 yes ? "told though it only came before" : "not told");
    }
    pm_ruleset_free(rules);
    pm_diags_free(diags);
    assert_int_equal(wrong, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_link_has_a_yes_and_a_no)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
