// Quotas: a registry's budget over time. Each test spends one in a known way and asks
// when it was gone, for whom, and when it frees.
#include "judge_rows.h"

#define ANONYMOUS                                                                                  \
    "toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit"
#define BOB                                                                                                                    \
    "toomanyrequests: You have reached your pull rate limit as 'bob': dckr_jti_x1=. You may increase the limit by upgrading. " \
    "https://www.docker.com/increase-rate-limit"
#define SIX_HOURS 21600.0

struct log { // a growing log of pulls; images are all different, so that nothing is cached
    struct line lines[2048];
    char images[2048][48];
    size_t n;
};

static const char *image_of(struct log *l) {
    snprintf(l->images[l->n], sizeof l->images[0], "acme/app%zu:1", l->n);
    return l->images[l->n];
}
static void pulled(struct log *l, double at, const char *node) {
    const char *image = image_of(l);
    l->lines[l->n++] = (struct line){
        .at = at, .from = CONTAINERD, .kind = PM_KIND_PULL_START, .image = image, .node = node};
    l->lines[l->n++] = (struct line){.at = at + 0.5,
                                     .from = CONTAINERD,
                                     .kind = PM_KIND_PULL_OK,
                                     .image = image,
                                     .node = node,
                                     .message = "returned"};
}
static void refused(struct log *l, double at, const char *node, const char *error) {
    l->lines[l->n] = (struct line){.at = at,
                                   .from = CONTAINERD,
                                   .kind = PM_KIND_PULL_FAIL,
                                   .image = image_of(l),
                                   .node = node,
                                   .error = error,
                                   .message = "PullImage failed"};
    l->n++;
}
static void spend(struct log *l, double from, int count, const char *node) {
    for (int i = 0; i < count; i++) pulled(l, from + i, node);
}
static struct judged judge_log(const struct log *l) { return judge(l->lines, l->n); }
static double at_s(int64_t ns) { return ns == PM_NO_TIME ? -1 : (double)(ns - START) / 1e9; }
static struct log *fresh(void) {
    static struct log l;
    memset(&l, 0, sizeof l);
    return &l;
}

// A hundred pulls, then a refusal. Without the registry's own log a pull may have cost
// one manifest or two, but no more than the limit went well.
static void exhausted_to_the_second(void **state) {
    (void)state;
    struct log *l = fresh();
    spend(l, 0, 100, "n1");
    refused(l, 200, "n1", ANONYMOUS);
    refused(l, 230, "n1", ANONYMOUS);
    struct judged j = judge_log(l);
    assert_int_equal(j.r->quotas_n, 1);
    const struct pm_quota *q = &j.r->quotas[0];
    assert_true(pm_str_eqc(q->registry, "docker.io") && pm_str_eqc(q->identity, "anonymous") &&
                pm_str_eqc(q->status, "exceeded"));
    assert_int_equal(q->limit, 100);
    assert_int_equal(q->window_s, 21600);
    assert_int_equal(q->used_low, 100);
    assert_int_equal(q->used_high, 100);
    assert_int_equal(q->refused, 2);
    assert_true(at_s(q->exhausted_at_ns) == 99);
    assert_true(at_s(q->first_refused_ns) == 200 && at_s(q->last_refused_ns) == 230);
    assert_true(at_s(q->free_at_ns) == SIX_HOURS); // the pull of second 0 leaves the window
    assert_int_equal(q->with_cache, 102);
    assert_int_equal(q->with_credentials.limit, 200); // a personal account's
    assert_int_equal(q->with_credentials.wanted, 102);
    judged_free(&j);
}

// The edge of the window: a pull exactly six hours old is forgotten, one a second younger
// is not.
static void a_pull_of_six_hours_ago_is_forgotten(void **state) {
    (void)state;
    static const struct {
        double second;
        uint64_t peak;
    } rows[] = {{SIX_HOURS - 1, 2}, {SIX_HOURS, 1}, {SIX_HOURS + 1, 1}};
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        struct log *l = fresh();
        pulled(l, 0, "n1");
        pulled(l, rows[i].second, "n1");
        struct judged j = judge_log(l);
        assert_int_equal(j.r->quotas_n, 1);
        assert_int_equal(j.r->quotas[0].peak_used, rows[i].peak);
        assert_true(pm_str_eqc(j.r->quotas[0].status, "ok"));
        judged_free(&j);
    }
}

static void near_is_over_eighty_percent(void **state) {
    (void)state;
    static const struct {
        int pulls;
        const char *status;
    } rows[] = {{80, "ok"}, {81, "near"}, {100, "near"}};
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        struct log *l = fresh();
        spend(l, 0, rows[i].pulls, "n1");
        struct judged j = judge_log(l);
        assert_true(pm_str_eqc(j.r->quotas[0].status, rows[i].status));
        judged_free(&j);
    }
}

// Who shares a budget is seen. Both nodes were refused with half a budget of their own:
// they leave through one address.
static void nodes_behind_one_address(void **state) {
    (void)state;
    struct log *l = fresh();
    for (int i = 0; i < 50; i++) {
        pulled(l, 2 * i, "n1");
        pulled(l, 2 * i + 1, "n2");
    }
    refused(l, 120, "n1", ANONYMOUS);
    refused(l, 121, "n2", ANONYMOUS);
    struct judged j = judge_log(l);
    assert_int_equal(j.r->quotas_n, 1);
    assert_int_equal(j.r->quotas[0].used_low, 100);
    judged_free(&j);
}

// One node spent its hundred, the other goes on pulling: each has an address of its own.
static void nodes_with_addresses_of_their_own(void **state) {
    (void)state;
    struct log *l = fresh();
    spend(l, 0, 100, "n1");
    spend(l, 0, 40, "n2");
    refused(l, 120, "n1", ANONYMOUS);
    struct judged j = judge_log(l);
    assert_int_equal(j.r->quotas_n, 2);
    assert_true(pm_str_eqc(j.r->quotas[0].client, "n1") &&
                pm_str_eqc(j.r->quotas[0].status, "exceeded"));
    assert_true(pm_str_eqc(j.r->quotas[1].client, "n2") && pm_str_eqc(j.r->quotas[1].status, "ok"));
    assert_int_equal(j.r->quotas[1].peak_used, 40);
    judged_free(&j);
}

// Tiers side by side: what bob spent is his, what was pulled anonymously is the
// address's.
static void tiers_are_kept_apart(void **state) {
    (void)state;
    struct log *l = fresh();
    spend(l, 0, 5, "n1");
    refused(l, 10, "n1", ANONYMOUS);
    refused(l, 20, "n1", BOB);
    l->lines[l->n - 1].user = "bob";
    struct judged j = judge_log(l);
    assert_int_equal(j.r->quotas_n, 2);
    assert_true(pm_str_eqc(j.r->quotas[0].identity, "anonymous"));
    assert_int_equal(j.r->quotas[0].limit, 100);
    assert_true(pm_str_eqc(j.r->quotas[1].identity, "user") &&
                pm_str_eqc(j.r->quotas[1].user, "bob"));
    assert_int_equal(j.r->quotas[1].limit, 200);
    assert_int_equal(j.r->quotas[1].refused, 1);
    judged_free(&j);
}

// The other 429s are no quota: ECR's throttling and the kubelet's own limiter spend and
// exhaust nothing.
static void throttling_and_qps_are_no_quota(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1, CONTAINERD,
         FAILED("111122223333.dkr.ecr.eu-west-1.amazonaws.com/a:1",
                "toomanyrequests: Rate exceeded"),
         .node = "n1", .message = "PullImage failed"},
        {2, KUBELET, FAILED("acme/web:1", "pull QPS exceeded"), .node = "n1",
         .message = "kuberuntime_image"},
    };
    struct judged j = JUDGE(lines);
    for (size_t i = 0; i < j.r->quotas_n; i++) assert_int_equal(j.r->quotas[i].refused, 0);
    judged_free(&j);
}

// The limit of that day holds: 5 000 in the first days of November 2020, 2 500 after, 100
// in the end.
static void limits_are_dated(void **state) {
    (void)state;
    static const struct {
        double day; // seconds from 2024-03-01 10:00 UTC
        int64_t limit;
    } rows[] = {{1604361600 - 1709287200.0, 5000},
                {1604620800 - 1709287200.0, 2500},
                {1606780800 - 1709287200.0, 100},
                {0, 100}};
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        struct log *l = fresh();
        pulled(l, rows[i].day, "n1");
        struct judged j = judge_log(l);
        assert_int_equal(j.r->quotas_n, 1);
        assert_int_equal(j.r->quotas[0].limit, rows[i].limit);
        judged_free(&j);
    }
}

// Before 2020-11-02 17:00 UTC there was none, so there is nothing to tell.
static void before_the_limits_there_is_no_quota(void **state) {
    (void)state;
    struct log *l = fresh();
    pulled(l, 1601510400 - 1709287200.0, "n1");
    struct judged j = judge_log(l);
    assert_int_equal(j.r->quotas_n, 0);
    judged_free(&j);
}

// The window does not care for New Year, or for a clock that was put back: it is counted
// in UTC.
static void the_window_spans_new_year(void **state) {
    (void)state;
    struct log *l = fresh();
    double new_year = 1704067200 - 1709287200.0; // 2024-01-01
    pulled(l, new_year - 3600, "n1");
    pulled(l, new_year + 3600, "n1");
    pulled(l, new_year - 3600 + SIX_HOURS, "n1");
    struct judged j = judge_log(l);
    assert_int_equal(j.r->quotas[0].peak_used, 2);
    judged_free(&j);
}

// The registry's side is the better meter: manifest GETs count, HEADs and refused GETs do
// not; an image index costs its platform's manifest too.
static void manifest_gets_are_what_counts(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1.0, CONTAINERD, START_OF("acme/web:1"), .node = "n1"},
        {1.1, PROXY, .kind = PM_KIND_REQUEST, .method = "HEAD", .url = "/v2/acme/web/manifests/1",
         .client = "192.0.2.7", .agent = "containerd/1.7.24", .host = "registry-1.docker.io",
         .status = 200},
        {1.2, PROXY, .kind = PM_KIND_REQUEST, .method = "GET",
         .url = "/v2/acme/web/manifests/sha256:aa", .client = "192.0.2.7",
         .agent = "containerd/1.7.24", .host = "registry-1.docker.io", .status = 200},
        {1.3, PROXY, .kind = PM_KIND_REQUEST, .method = "GET",
         .url = "/v2/acme/web/manifests/sha256:bb", .client = "192.0.2.7",
         .agent = "containerd/1.7.24", .host = "registry-1.docker.io", .status = 200},
        {1.4, PROXY, .kind = PM_KIND_REQUEST, .method = "GET",
         .url = "/v2/acme/web/blobs/sha256:cc", .client = "192.0.2.7", .agent = "containerd/1.7.24",
         .host = "registry-1.docker.io", .status = 200},
        {1.9, CONTAINERD, OK_OF("acme/web:1"), .node = "n1", .message = "returned"},
    };
    struct judged j = JUDGE(lines);
    assert_int_equal(j.r->quotas_n, 1);
    assert_int_equal(j.r->quotas[0].used_low, 2);
    assert_int_equal(j.r->quotas[0].used_high, 2);
    judged_free(&j);
}

// Thousands of pulls: the points are bounded, and the moments that matter are among them.
static void points_are_bounded_and_keep_the_crossings(void **state) {
    (void)state;
    struct log *l = fresh();
    spend(l, 0, 900, "n1");
    refused(l, 950.25, "n1", ANONYMOUS);
    struct judged j = judge_log(l);
    const struct pm_quota *q = &j.r->quotas[0];
    bool full = false, first = false;
    uint64_t ok = 0;
    for (size_t i = 0; i < q->points_n; i++) {
        full |= at_s(q->points[i].t_ns) == 99 && q->points[i].used == 100;
        first |= q->points[i].t_ns == q->first_refused_ns;
        ok += q->points[i].ok;
    }
    assert_true(q->points_n <= 300 && full && first);
    assert_int_equal(ok, 900);
    judged_free(&j);
}

// ── meters: what a registry's own log, its headers and its users say ──
struct get {
    double at;
    const char *client, *user;
    int status;
    const char *told, *ns;
    unsigned flags;
    int tag;
};
static void got(struct log *l, struct get g) {
    snprintf(l->images[l->n], sizeof l->images[0], "/v2/acme/web/manifests/%d%s%.9s", g.tag,
             g.ns ? "?ns=" : "", g.ns ? g.ns : "");
    l->lines[l->n] = (struct line){.at = g.at,
                                   .from = PROXY,
                                   .kind = PM_KIND_REQUEST,
                                   .method = "GET",
                                   .url = l->images[l->n],
                                   .client = g.client,
                                   .user = g.user,
                                   .agent = "containerd/1.7.24",
                                   .host = g.ns ? NULL : "registry-1.docker.io",
                                   .registry = "docker.io",
                                   .status = g.status ? g.status : 200,
                                   .told = g.told,

                                   .flags = g.flags | (g.user ? PM_EV_CREDENTIALS : 0)};
    l->n++;
}
static const struct pm_quota *quota_of(const struct judged *j, const char *user,
                                       const char *client) {
    for (size_t i = 0; i < j->r->quotas_n; i++)
        if ((!user || pm_str_eqc(j->r->quotas[i].user, user)) &&
            (!client || pm_str_eqc(j->r->quotas[i].client, client)))
            return &j->r->quotas[i];
    fail_msg("no quota of %s %s", user ? user : "anybody", client ? client : "");
    return NULL;
}

// Two users pull the same tags from one address, and somebody without a name does, too:
// three budgets, and no pull is lost between them.
static void users_on_one_address(void **state) {
    (void)state;
    struct log *l = fresh();
    for (int i = 0; i < 10; i++) {
        got(l, (struct get){.at = 60.0 * i, .client = "198.51.100.9", .user = "ann", .tag = i});
        got(l, (struct get){.at = 60.0 * i + 2, .client = "198.51.100.9", .user = "ben", .tag = i});
        if (i < 4) got(l, (struct get){.at = 60.0 * i + 4, .client = "198.51.100.9", .tag = i});
    }
    struct judged j = judge_log(l);
    assert_int_equal(j.r->total.attempts, 24);
    assert_int_equal(j.r->quotas_n, 3);
    assert_int_equal(quota_of(&j, "ann", NULL)->used_low, 10);
    assert_int_equal(quota_of(&j, "ben", NULL)->used_high, 10);
    assert_int_equal(quota_of(&j, "", NULL)->used_low, 4);
    assert_true(pm_str_eqc(quota_of(&j, "", NULL)->identity, "anonymous"));
    judged_free(&j);
}

// A header is of the meter that sent it: whoever was answered last, each curve has its
// own limit and what is left of it.
static void headers_bound_their_own_curve(void **state) {
    (void)state;
    struct log *l = fresh();
    static char told[64][16];
    for (int i = 0; i < 20; i++) {
        snprintf(told[2 * i], sizeof told[0], "100:%d",
                 80 - i); // others behind the address had spent 19 before
        snprintf(told[2 * i + 1], sizeof told[0], "5000:%d", 4999 - i);
        got(l, (struct get){.at = 60.0 * i, .client = "198.51.100.9", .told = told[2 * i]});
        got(l, (struct get){.at = 60.0 * i + 20,
                            .client = "198.51.100.10",
                            .user = "pro",
                            .told = told[2 * i + 1]});
    }
    struct judged j = judge_log(l);
    const struct pm_quota *a = quota_of(&j, "", NULL), *u = quota_of(&j, "pro", NULL);
    assert_int_equal(a->limit, 100);
    assert_int_equal(a->used_low, 39);
    assert_int_equal(u->limit, 5000);
    assert_int_equal(u->used_low, 20);
    assert_true(pm_str_eqc(u->status, "ok") && pm_str_eqc(a->status, "ok"));
    assert_int_equal(a->points[a->points_n - 1].remaining, 61);
    judged_free(&j);
}

// Who refuses has nothing left, whatever these logs saw spent.
static void nothing_is_left_while_refused(void **state) {
    (void)state;
    struct log *l = fresh();
    spend(l, 0, 3, "n1");
    refused(l, 10, "n1", ANONYMOUS);
    struct judged j = judge_log(l);
    const struct pm_quota *q = &j.r->quotas[0];
    for (size_t i = 0; i < q->points_n; i++)
        assert_true(q->points[i].remaining ==
                    (q->points[i].refused ? 0 : 100 - (int64_t)q->points[i].used));
    assert_int_equal(q->peak_used, q->used_low);
    judged_free(&j);
}

static void a_slash_64_is_one_address(void **state) {
    (void)state;
    struct log *l = fresh();
    got(l, (struct get){.at = 0, .client = "2001:db8:5:1::1"});
    got(l, (struct get){.at = 60, .client = "2001:db8:5:1:0:0:0:2"});
    got(l, (struct get){.at = 120, .client = "2001:db8:5:2::1"}); // the neighbour's
    struct judged j = judge_log(l);
    assert_int_equal(j.r->quotas_n, 2);
    assert_int_equal(quota_of(&j, NULL, "2001:db8:5:1::/64")->used_low, 2);
    assert_int_equal(quota_of(&j, NULL, "2001:db8:5:2::/64")->used_low, 1);
    judged_free(&j);
}

// A proxy that passes refusals on is as good a meter as the registry; one that never does
// may have answered by itself.
static void requests_with_ns(void **state) {
    (void)state;
    for (int refuses = 0; refuses < 2; refuses++) {
        struct log *l = fresh();
        for (int i = 0; i < 12; i++)
            got(l, (struct get){.at = 60.0 * i, .client = "198.51.100.9", .ns = "docker.io"});
        if (refuses)
            got(l, (struct get){
                       .at = 900, .client = "198.51.100.9", .ns = "docker.io", .status = 429});
        struct judged j = judge_log(l);
        assert_int_equal(j.r->quotas_n, 1);
        assert_int_equal(j.r->quotas[0].used_low, refuses ? 12 : 0);
        assert_int_equal(j.r->quotas[0].used_high, 12);
        assert_int_equal(j.r->quotas[0].refused, refuses);
        if (refuses) assert_int_equal(j.r->incidents[0].failed_pulls, 1);
        judged_free(&j);
    }
}

// What a cache answered nobody counted; what it asked for it asked from one address.
static void cache_hits_are_not_spent(void **state) {
    (void)state;
    struct log *l = fresh();
    for (int i = 0; i < 10; i++)
        got(l, (struct get){.at = 60.0 * i,
                            .client = i % 2 ? "10.3.0.4" : "10.3.0.5",
                            .flags = i < 3 ? PM_EV_CACHE_MISS : PM_EV_CACHE_HIT});
    struct judged j = judge_log(l);
    assert_int_equal(j.r->quotas_n, 1);
    assert_int_equal(j.r->quotas[0].used_high, 3);
    judged_free(&j);
}

static void headers_alone(void **state) {
    (void)state;
    static const struct line lines[] = {{5, PM_COMP_CLIENT, .kind = PM_KIND_REQUEST,
                                         .registry = "docker.io", .client = "198.51.100.9",
                                         .status = 200, .told = "100:11"}};
    struct judged j = JUDGE(lines);
    assert_int_equal(j.r->quotas_n, 1);
    assert_int_equal(j.r->quotas[0].used_low, 89);
    assert_true(pm_str_eqc(j.r->quotas[0].status, "near") &&
                pm_str_eqc(j.r->quotas[0].identity, "anonymous"));
    assert_int_equal(j.r->total.attempts, 0);
    judged_free(&j);
}

// A budget that is used up to the last is at its end; exceeded is what somebody was
// refused for.
static void nothing_left_is_near(void **state) {
    (void)state;
    static const struct line lines[] = {{5, PM_COMP_CLIENT, .kind = PM_KIND_REQUEST,
                                         .registry = "docker.io", .client = "198.51.100.9",
                                         .status = 200, .told = "100:0"}};
    struct judged j = JUDGE(lines);
    assert_int_equal(j.r->quotas_n, 1);
    assert_int_equal(j.r->quotas[0].used_low, 100);
    assert_true(pm_str_eqc(j.r->quotas[0].status, "near"));
    assert_int_equal(j.r->quotas[0].refused, 0);
    judged_free(&j);
}

// ── figures that cannot be ──
// Three nodes of 60 pulls each, then refused: 180 of 100 do not pass one address. Each
// has a budget of its own.
static void an_impossible_figure_disproves_one_address(void **state) {
    (void)state;
    struct log *l = fresh();
    static const char *const nodes[] = {"n1", "n2", "n3"};
    for (int i = 0; i < 180; i++) pulled(l, i, nodes[i % 3]);
    for (int i = 0; i < 3; i++) refused(l, 200 + i, nodes[i], ANONYMOUS);
    struct judged j = judge_log(l);
    assert_int_equal(j.r->quotas_n, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(j.r->quotas[i].used_low, 60);
        assert_int_equal(j.r->quotas[i].used_high, 100);
        assert_int_equal(j.r->quotas[i].note.n, 0);
    }
    judged_free(&j);
}

// Over the limit and never refused, or pulls that go well while it is shut: said in a
// sentence. Within the limit: no sentence.
static void what_cannot_be_is_explained(void **state) {
    (void)state;
    static const struct {
        int before, refusals, after;
        const char *note;
        uint64_t used;
    } rows[] = {
        {90, 0, 0, NULL, 90},
        {100, 2, 0, NULL, 100},
        {250, 0, 0,
         "250 used of a limit of 100, and nothing was refused: at least 3 addresses or accounts stand behind this row",
         250},
        {100, 2, 30, "30 requests went well", 100}, // "the limit was lifted"
        {220, 2, 0, "220 used of a limit of 100, before anything was refused: at least 3 addresses",
         220}};
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        struct log *l = fresh();
        for (int k = 0; k < rows[i].before; k++)
            got(l, (struct get){.at = 10.0 * k, .client = "198.51.100.9"});
        for (int k = 0; k < rows[i].refusals; k++)
            got(l, (struct get){.at = 4000 + 60.0 * k, .client = "198.51.100.9", .status = 429});
        for (int k = 0; k < rows[i].after; k++)
            got(l, (struct get){.at = 5000 + 10.0 * k, .client = "198.51.100.9"});
        struct judged j = judge_log(l);
        assert_int_equal(j.r->quotas_n, 1);
        const struct pm_quota *q = &j.r->quotas[0];
        assert_true(rows[i].note ? pm_str_has(q->note, pm_str_c(rows[i].note)) : !q->note.n);
        assert_int_equal(q->used_low, rows[i].used);
        assert_int_equal(q->peak_used, q->used_low);
        if (rows[i].before == 220) assert_true(q->exhausted_at_ns == q->first_refused_ns);
        if (rows[i].before == 250) assert_true(q->exhausted_at_ns == PM_NO_TIME);
        judged_free(&j);
    }
}

// ── dates, cuts and tables ──
// The limit falls from 5 000 to 2 500 in the middle of a busy evening: a row each, and
// the window of the second looks back into the first.
static void a_step_down_begins_a_row(void **state) {
    (void)state;
    struct log *l = fresh();
    double step = 1604520000 - 1709287200.0; // 2020-11-04T20:00Z
    for (int i = 0; i < 30; i++)
        got(l, (struct get){.at = step - 1500 + 100 * i, .client = "198.51.100.9"});
    struct judged j = judge_log(l);
    assert_int_equal(j.r->quotas_n, 2);
    assert_int_equal(j.r->quotas[0].limit, 5000);
    assert_int_equal(j.r->quotas[0].used_low, 15);
    assert_int_equal(j.r->quotas[1].limit, 2500);
    assert_int_equal(j.r->quotas[1].used_low, 30);
    judged_free(&j);
}

static void since_cuts_the_view_not_the_window(void **state) {
    (void)state;
    struct log *l = fresh();
    for (int i = 0; i < 100; i++)
        got(l, (struct get){.at = 60.0 * i, .client = "198.51.100.9", .tag = i});
    got(l, (struct get){.at = 6100, .client = "198.51.100.9", .status = 429});
    struct pm_judge_options o = {.since_ns = at_ns(5400), .until_ns = PM_NO_TIME};
    struct judged j = judge_as(l->lines, l->n, &o);
    assert_non_null(j.r);
    assert_int_equal(j.r->total.attempts, 11);
    assert_int_equal(j.r->quotas_n, 1);
    assert_int_equal(j.r->quotas[0].used_low, 100);
    assert_true(at_s(j.r->quotas[0].exhausted_at_ns) == 5940 &&
                at_s(j.r->quotas[0].free_at_ns) == SIX_HOURS);
    assert_true(j.r->quotas[0].points[0].t_ns >= o.since_ns);
    judged_free(&j);
}

static struct judged judge_with_table(const struct log *l, const char *table) {
    static const char path[] = "build/unit/quotas-of-a-test.yaml";
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(table, f);
    fclose(f);
    struct pm_judge_options o = {
        .since_ns = PM_NO_TIME, .until_ns = PM_NO_TIME, .quotas_file = path};
    return judge_as(l->lines, l->n, &o);
}

// A user's own table: who has which plan, windows that begin by the clock, requests of
// every kind.
static void a_table_of_the_users(void **state) {
    (void)state;
    struct log *l = fresh();
    for (int i = 0; i < 7; i++)
        got(l, (struct get){.at = 30 + 10.0 * i, .client = "198.51.100.9", .user = "ann"});
    got(l, (struct get){.at = 110, .client = "198.51.100.9", .user = "ben"});
    struct judged j = judge_with_table(
        l,
        "quotas:\n"
        "  - {id: ours, registry: docker.io, identity: user, users: [ann, eve], limit: 5, window_s: 60, kind: fixed, unit: "
        "requests}\n");
    assert_non_null(j.r);
    const struct pm_quota *ann = quota_of(&j, "ann", NULL), *ben = quota_of(&j, "ben", NULL);
    assert_true(pm_str_eqc(ann->policy, "ours") && pm_str_eqc(ann->unit, "requests"));
    assert_int_equal(ann->limit, 5);
    assert_int_equal(ann->peak_used, 4); // 10:01:00 … 10:01:30; three were in the minute before
    assert_int_equal(ben->limit, 200);
    judged_free(&j);
}

static void mistakes_of_a_table(void **state) {
    (void)state;
    static const char *const tables[] = {
        "quotas:\n  - id: a\n    registry: docker.io\n    identity: user\n    limit: 5\n    window_s: 60\n    limits: 7\n",
        "quotas:\n  - {id: a, registry: docker.io, identity: user, limit: 5, window_s: 60, kind: rolling}\n",
        "quotas:\n  - {id: a, registry: docker.io, identity: user, limit: 5, window_s: 60, counts: heads}\n",
        "quotas:\n  - {id: a, registry: docker.io, identity: anonymous, users: [ann], limit: 5, window_s: 60}\n",
        "quotas:\n  - {id: a, registry: docker.io, identity: user, limit: -5, window_s: 60}\n",
        "quotas:\n  - {id: a, registry: docker.io, identity: user, limit: 5, window_s: 60, plan: [x]}\n",
    };
    struct log *l = fresh();
    got(l, (struct get){.at = 30, .client = "198.51.100.9", .user = "ann"});
    for (size_t i = 0; i < PM_LEN(tables); i++) {
        struct judged j = judge_with_table(l, tables[i]);
        assert_null(j.r);
        judged_free(&j);
    }
}

// The rest of a budget that was spent elsewhere is missed once, with the names of all
// that were refused early.
static void what_was_spent_elsewhere_is_said_once(void **state) {
    (void)state;
    struct log *l = fresh();
    spend(l, 0, 95, "n3");
    for (int i = 0; i < 2; i++) {
        got(l, (struct get){.at = 10 + i, .client = i ? "198.51.100.9" : "203.0.113.9"});
        got(l, (struct get){
                   .at = 60 + i, .client = i ? "198.51.100.9" : "203.0.113.9", .status = 429});
    }
    struct judged j = judge_log(l);
    size_t said = 0;
    for (size_t i = 0; i < j.r->missing_n; i++)
        said += pm_str_has(j.r->missing[i].effect, PM_STR("spent before these logs begin"));
    assert_int_equal(said, 1);
    judged_free(&j);
}

// A health check's readings are a budget of its own: limit, reset and curve are the
// registry's word, and no pull is counted in it.
#define CHECK(at_, told_, detail_)                                                                 \
    {                                                                                              \
        .at = (at_), .from = PM_COMP_PROBE, .kind = PM_KIND_HEALTH_CHECK,                          \
        .host = "registry-1.docker.io", .told = (told_), .detail = (detail_)                       \
    }
static void health_checks_read_a_budget_of_their_own(void **state) {
    (void)state;
    const struct line lines[] = {
        {.at = 5, .from = CONTAINERD, .node = "n1", OK_OF("docker.io/acme/a:1")},
        CHECK(10, "100:60", "{\"reset\":\"2024-03-01T12:00:00Z\"}"),
        CHECK(310, "100:0", "{\"reset_in_s\":600}"),
        CHECK(610, "0:0", NULL), // no such header
    };
    struct judged j = JUDGE(lines);
    assert_int_equal(j.r->quotas_n, 2);
    const struct pm_quota *own = &j.r->quotas[1];
    assert_int_equal(j.r->quotas[0].used_low,
                     1); // the pull's budget is bound by nobody else's header
    assert_true(pm_str_eqc(own->client, "a health check") &&
                pm_str_eqc(own->identity, "anonymous") &&
                pm_str_eqc(own->policy, "docker-hub.anonymous"));
    assert_int_equal(own->limit, 100);
    assert_int_equal(own->points_n, 2);
    assert_int_equal(own->used_low, 100);
    assert_int_equal(own->refused, 0);
    assert_true(own->exhausted_at_ns == at_ns(310) && own->free_at_ns == at_ns(910));
    judged_free(&j);
    const struct line calm[] = {CHECK(10, "5000:4990", NULL)};
    j = JUDGE(calm);
    assert_int_equal(j.r->quotas_n, 1);
    assert_true(!j.r->quotas[0].note.n && j.r->quotas[0].free_at_ns == PM_NO_TIME &&
                pm_str_eqc(j.r->quotas[0].status, "ok"));
    judged_free(&j);
}

// Readings that stay open are said: whose budget it is, how many stand behind one
// address.
static void open_readings_are_said(void **state) {
    (void)state;
    struct log *l = fresh();
    for (int k = 0; k < 250; k++)
        got(l, (struct get){.at = 10.0 * k,
                            .client = "198.51.100.9",
                            .user = "bob",
                            .told = k ? NULL : "200:199"});
    struct judged j = judge_log(l);
    assert_true(pm_str_has(
        j.r->quotas[0].note,
        PM_STR("this account has a higher one, or more than one account stands behind this row")));
    judged_free(&j);
    for (int shared = 0; shared < 2; shared++) {
        l = fresh();
        spend(l, 0, 50, "n1");
        spend(l, 0, 50, "n2");
        if (shared) refused(l, 120, "n1", ANONYMOUS), refused(l, 121, "n2", ANONYMOUS);
        j = judge_log(l);
        assert_int_equal(pm_str_eqc(j.r->quotas[0].client, "one address shared by 2 clients"),
                         shared);
        judged_free(&j);
    }
    char path[] = "/tmp/quotas-XXXXXX"; // a limit for users that is not published
    int fd = mkstemp(path);
    FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
    assert_non_null(f);
    fputs(
        "quotas:\n  - {id: a, registry: hub.test, identity: anonymous, limit: 100, window_s: 60, source: us}\n"
        "  - {id: b, registry: hub.test, identity: user, limit: null, window_s: 60, source: us}\n",
        f);
    fclose(f);
    for (int secret = 0; secret < 2; secret++) {
        const struct line lines[] = {
            {.at = 0,
             .from = CONTAINERD,
             .node = "n1",
             .pod = "shop/web-1",
             .message = "returned",
             OK_OF("hub.test/acme/web:1")},
            {.at = 1,
             .from = OBJECTS,
             .kind = PM_KIND_POD_STATE,
             .pod = "shop/web-1",
             .node = "n1",
             .detail =
                 secret
                     ? "{\"pull_secrets\":[\"a\"],\"containers\":[{\"name\":\"c\",\"image\":\"hub.test/acme/web:1\"}]}"
                     : "{\"pull_secrets\":[],\"containers\":[{\"name\":\"c\",\"image\":\"hub.test/acme/web:1\"}]}"},
        };
        const struct pm_judge_options o = {
            .since_ns = PM_NO_TIME, .until_ns = PM_NO_TIME, .quotas_file = path};
        j = judge_as(lines, PM_LEN(lines), &o);
        assert_int_equal(j.r->quotas_n, 1);
        assert_int_equal(
            pm_str_has(j.r->quotas[0].note,
                       PM_STR("nothing says whether it was presented: told as anonymous")),
            secret);
        judged_free(&j);
    }
    remove(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(open_readings_are_said),
        cmocka_unit_test(health_checks_read_a_budget_of_their_own),
        cmocka_unit_test(exhausted_to_the_second),
        cmocka_unit_test(a_pull_of_six_hours_ago_is_forgotten),
        cmocka_unit_test(near_is_over_eighty_percent),
        cmocka_unit_test(nodes_behind_one_address),
        cmocka_unit_test(nodes_with_addresses_of_their_own),
        cmocka_unit_test(tiers_are_kept_apart),
        cmocka_unit_test(throttling_and_qps_are_no_quota),
        cmocka_unit_test(limits_are_dated),
        cmocka_unit_test(before_the_limits_there_is_no_quota),
        cmocka_unit_test(the_window_spans_new_year),
        cmocka_unit_test(manifest_gets_are_what_counts),
        cmocka_unit_test(points_are_bounded_and_keep_the_crossings),
        cmocka_unit_test(users_on_one_address),
        cmocka_unit_test(headers_bound_their_own_curve),
        cmocka_unit_test(nothing_is_left_while_refused),
        cmocka_unit_test(a_slash_64_is_one_address),
        cmocka_unit_test(requests_with_ns),
        cmocka_unit_test(cache_hits_are_not_spent),
        cmocka_unit_test(headers_alone),
        cmocka_unit_test(nothing_left_is_near),
        cmocka_unit_test(an_impossible_figure_disproves_one_address),
        cmocka_unit_test(what_cannot_be_is_explained),
        cmocka_unit_test(a_step_down_begins_a_row),
        cmocka_unit_test(since_cuts_the_view_not_the_window),
        cmocka_unit_test(a_table_of_the_users),
        cmocka_unit_test(mistakes_of_a_table),
        cmocka_unit_test(what_was_spent_elsewhere_is_said_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
