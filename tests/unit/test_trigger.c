// What changed before the first failure, and what was taken back: told by events, and by
// objects where events have expired. Each with a bundle that differs in the one thing
// that shows it. Rows written by us to the shapes of include/pm/detail.h.
#include "judge_rows.h"

#define POD_NAME "shop/web-7c9d5f6b8-x2x9k"
#define NO_TAG "failed to resolve reference \"hub.test/acme/web:2\": hub.test/acme/web:2: not found"
#define REFUSED                                                                                    \
    "failed to authorize: failed to fetch oauth token: unexpected status: 401 Unauthorized"
#define FAILS(at_, error_)                                                                         \
    {                                                                                              \
        .at = (at_), .from = KUBELET, .node = "n1", .pod = POD_NAME, .message = "sync pod",        \
        FAILED("hub.test/acme/web:2", error_)                                                      \
    }
#define PULLED(at_, image_, pod_)                                                                  \
    {                                                                                              \
        .at = (at_), .from = KUBELET, .node = "n1", .pod = (pod_), .message = "stop pulling",      \
        OK_OF(image_)                                                                              \
    }
#define POD(name_, detail_)                                                                        \
    {                                                                                              \
        .at = 900, .from = OBJECTS, .kind = PM_KIND_POD_STATE, .pod = (name_), .node = "n1",       \
        .detail = (detail_)                                                                        \
    }
#define SECRET(detail_)                                                                            \
    {                                                                                              \
        .at = 900, .from = OBJECTS, .kind = PM_KIND_CONFIG, .object = "Secret/regcred",            \
        .k8s_namespace = "shop", .secret = "regcred", .detail = (detail_)                          \
    }
#define WROTE(at_, reason_)                                                                        \
    {                                                                                              \
        .at = (at_), .from = EVENTS, .kind = PM_KIND_CONFIG, .object = "ExternalSecret/regcred",   \
        .k8s_namespace = "shop", .secret = "regcred", .reason = (reason_),                         \
        .message = "Updated Secret"                                                                \
    }
#define WORKLOAD(object_, detail_)                                                                 \
    {                                                                                              \
        .at = 900, .from = OBJECTS, .kind = PM_KIND_WORKLOAD_STATE, .k8s_namespace = "shop",       \
        .object = (object_), .detail = (detail_)                                                   \
    }
#define EVENT(at_, object_, reason_, message_)                                                     \
    {                                                                                              \
        .at = (at_), .from = EVENTS, .kind = PM_KIND_WORKLOAD_STATE, .k8s_namespace = "shop",      \
        .object = (object_), .reason = (reason_), .message = (message_)                            \
    }

#define T(minute) "2024-03-01T" minute ":00Z" // the first failure of each row is at 10:00:10
#define OWNED(kind, name) "\"owner\":{\"kind\":\"" kind "\",\"name\":\"" name "\"}"
#define USES "{\"pull_secrets\":[\"regcred\"]}"
#define SET(name, revision, created)                                                               \
    WORKLOAD("ReplicaSet/" name, "{\"revision\":\"" revision "\",\"created\":\"" created           \
                                 "\"," OWNED("Deployment", "web") "}")
#define REVISION(name, number, created)                                                            \
    WORKLOAD("ControllerRevision/" name, "{\"revision\":\"" number "\",\"created\":\"" created     \
                                         "\"," OWNED("StatefulSet", "db") "}")
#define MEMBER(name, hash, created)                                                                \
    POD(name, "{\"labels\":{\"controller-revision-hash\":\"" hash "\"},\"created\":\"" created     \
              "\"," OWNED("StatefulSet", "db") "}")
#define DB_FAILS                                                                                   \
    {                                                                                              \
        .at = 10, .from = KUBELET, .node = "n1", .pod = "shop/db-1", .message = "sync pod",        \
        FAILED("hub.test/acme/db:2", NO_TAG)                                                       \
    }

#define NO_COLUMN(at_) /* of no namespace */                                                       \
    {                                                                                              \
        .at = (at_), .from = EVENTS, .pod = "/web-7c9d5f6b8-x2x9k", .reason = "Failed",            \
        FAILED("hub.test/acme/web:2", NO_TAG)                                                      \
    }
#define SCALED(how_, to_) "Scaled " how_ " replica set web-7c9d5f6b8 to " to_

static const struct {
    const char *what, *detail; // detail: words in it
    struct line lines[8];
} TRIGGERS[] = {
    // a pull secret was written: its object says when, or its operator; somebody must go
    // by it, and nothing may have been pulled with it since
    {"secret-changed",
     "shop/regcred was written by argocd",
     {FAILS(10, REFUSED), POD(POD_NAME, USES),
      SECRET("{\"created\":\"" T("08:00") "\",\"changed\":\"" T("09:40") "\",\"by\":\"argocd\"}")}},
    {"secret-changed",
     "shop/regcred was made",
     {FAILS(10, REFUSED), POD(POD_NAME, USES), SECRET("{\"created\":\"" T("09:40") "\"}")}},
    {"secret-changed",
     "by ExternalSecret/regcred",
     {FAILS(10, REFUSED), POD(POD_NAME, USES), WROTE(-600, "Updated")}},
    {"unknown",
     "",
     {FAILS(10, REFUSED), POD(POD_NAME, "{\"pull_secrets\":[\"other\"]}"), WROTE(-600, "Updated")}},
    {"unknown",
     "",
     {FAILS(10, REFUSED), POD(POD_NAME, USES), WROTE(60, "Updated")}}, // after it: perhaps its end
    {"unknown",
     "",
     {PULLED(-300, "hub.test/acme/api:1", POD_NAME), FAILS(10, REFUSED), POD(POD_NAME, USES),
      WROTE(-600, "Updated")}}, // it still worked
    {"unknown",
     "",
     {FAILS(10, "dial tcp 192.0.2.9:443: connect: connection refused"), POD(POD_NAME, USES),
      WROTE(-600, "Updated")}},
    {"secret-changed",
     "shop/regcred", // no pod object: a secret for that registry in that namespace
     {FAILS(10, REFUSED),
      SECRET("{\"registries\":[\"hub.test\"],\"changed\":\"" T("09:40") "\"}")}},
    {"unknown",
     "",
     {FAILS(10, REFUSED),
      SECRET("{\"registries\":[\"other.test\"],\"changed\":\"" T("09:40") "\"}")}},
    // sets and revisions
    {"rollout",
     "got the new ReplicaSet web-7c9d5f6b8",
     {FAILS(10, NO_TAG), SET("web-7c9d5f6b8", "4", T("10:00"))}},
    {"unknown", "", {FAILS(10, NO_TAG), SET("web-7c9d5f6b8", "4", T("08:00"))}},
    {"unknown", "", {FAILS(10, NO_TAG), SET("api-7c9d5f6b8", "4", T("10:00"))}}, // another's
    {"rollout",
     "got the new ControllerRevision db-aaa",
     {DB_FAILS, POD("shop/db-1", "{" OWNED("StatefulSet", "db") "}"),
      REVISION("db-aaa", "2", T("09:59"))}},
    {"rollout",
     "pods of shop/db",
     {DB_FAILS, MEMBER("shop/db-1", "db-aaa", T("10:00")),
      MEMBER("shop/db-0", "db-999", T("07:00"))}},
    {"scale-up",
     "pods of shop/db",
     {DB_FAILS, MEMBER("shop/db-1", "db-aaa", T("10:00")),
      MEMBER("shop/db-0", "db-aaa", T("07:00"))}},
    // a table of one namespace has no column for it: neither pod nor workload has one
    {"rollout",
     "Scaled up replica set web-7c9d5f6b8",
     {NO_COLUMN(10),
      {.at = 0,
       .from = EVENTS,
       .kind = PM_KIND_WORKLOAD_STATE,
       .object = "Deployment/web",
       .reason = "ScalingReplicaSet",
       .message = SCALED("up", "1")}}},
    {"unknown",
     "",
     {NO_COLUMN(10),
      {.at = 0,
       .from = EVENTS,
       .kind = PM_KIND_WORKLOAD_STATE,
       .object = "Deployment/api",
       .reason = "ScalingReplicaSet",
       .message = "Scaled up replica set api-7c9d5f6b8 to 1"}}},
    // images
    {"rollout",
     "hub.test/acme/web:2 was asked for, for the first time in these logs; before it was hub.test/acme/web:1",
     {PULLED(-600, "hub.test/acme/web:1", "shop/web-6d8-aaaaa"), FAILS(10, NO_TAG)}},
    {"unknown", "", {PULLED(-600, "hub.test/acme/api:1", "shop/api-6d8-aaaaa"), FAILS(10, NO_TAG)}},
    {"unknown",
     "",
     {PULLED(-600, "hub.test/acme/web:1", "shop/web-6d8-aaaaa"),
      PULLED(-500, "hub.test/acme/web:2", "shop/web-6d8-bbbbb"), FAILS(10, NO_TAG)}},
};

static size_t count_of(const struct line *lines, size_t most) {
    size_t n = 0;
    while (n < most && lines[n].kind) n++;
    return n;
}

static void what_changed_before(void **state) {
    (void)state;
    for (size_t i = 0; i < PM_LEN(TRIGGERS); i++) {
        struct judged j = judge(TRIGGERS[i].lines, count_of(TRIGGERS[i].lines, 8));
        assert_int_equal(j.r->incidents_n, 1);
        const struct pm_incident *inc = &j.r->incidents[0];
        if (!pm_str_eqc(inc->trigger.what, TRIGGERS[i].what) ||
            (*TRIGGERS[i].detail && !pm_str_has(inc->trigger.detail, pm_str_c(TRIGGERS[i].detail))))
            fail_msg("row %zu: %.*s: %.*s", i, PM_FMT(inc->trigger.what),
                     PM_FMT(inc->trigger.detail));
        judged_free(&j);
    }
}

static const struct {
    const char *why; // NULL: nothing was taken back
    struct line lines[8];
} ROLLBACKS[] = {
    {"web-6d8 was there before web-7c9d5f6b8",
     {FAILS(10, NO_TAG), SET("web-6d8", "5", T("08:00")), SET("web-7c9d5f6b8", "4", T("10:00"))}},
    {NULL,
     {FAILS(10, NO_TAG), SET("web-6d8", "3", T("08:00")), SET("web-7c9d5f6b8", "4", T("10:00"))}},
    {NULL,
     {FAILS(10, NO_TAG), SET("web-8e7", "5", T("10:10")),
      SET("web-7c9d5f6b8", "4", T("10:00"))}}, // a new set: forward
    {"db-999 was there before db-aaa",
     {DB_FAILS, MEMBER("shop/db-1", "db-aaa", T("10:00")), REVISION("db-999", "3", T("07:00")),
      REVISION("db-aaa", "2", T("10:00"))}},
    {NULL,
     {DB_FAILS, MEMBER("shop/db-1", "db-aaa", T("10:00")), REVISION("db-999", "1", T("07:00")),
      REVISION("db-aaa", "2", T("10:00"))}},
    {"Rolled back deployment",
     {FAILS(10, NO_TAG), EVENT(300, "Deployment/web", "DeploymentRollback",
                               "Rolled back deployment \"web\" to revision 3")}},
    {NULL,
     {FAILS(10, NO_TAG), EVENT(300, "Deployment/api", "DeploymentRollback",
                               "Rolled back deployment \"api\" to revision 3")}},
    {NULL,
     {FAILS(10, NO_TAG), EVENT(-300, "Deployment/web", "DeploymentRollback",
                               "Rolled back deployment \"web\" to revision 3")}}, // before
    {"Scaled down replica set web-7c9d5f6b8",
     {NO_COLUMN(10),
      {.at = 300,
       .from = EVENTS,
       .kind = PM_KIND_WORKLOAD_STATE,
       .object = "Deployment/web",
       .reason = "ScalingReplicaSet",
       .message = SCALED("down", "0")}}},
    {NULL, // to one is not to none
     {NO_COLUMN(10),
      {.at = 300,
       .from = EVENTS,
       .kind = PM_KIND_WORKLOAD_STATE,
       .object = "Deployment/web",
       .reason = "ScalingReplicaSet",
       .message = SCALED("down", "1")}}},
    {"Rollout aborted",
     {FAILS(10, NO_TAG),
      EVENT(300, "Rollout/web", "RolloutAborted", "Rollout aborted update to revision 6")}},
    {"Scaled down ReplicaSet",
     {FAILS(10, NO_TAG), EVENT(300, "Rollout/web", "ScalingReplicaSet",
                               "Scaled down ReplicaSet web-7c9d5f6b8 (revision 6) from 1 to 0")}},
    {"Rolling back web.shop",
     {FAILS(10, NO_TAG), EVENT(300, "Canary/web", "Synced",
                               "Rolling back web.shop failed checks threshold reached 5")}},
    {NULL,
     {FAILS(10, NO_TAG),
      EVENT(300, "Canary/web", "Synced", "Halt web.shop advancement success rate 61 < 99%")}},
    {"Helm rollback",
     {FAILS(10, NO_TAG),
      EVENT(300, "HelmRelease/web", "RollbackSucceeded",
            "Helm rollback to previous release shop/web.v3 with chart web@1.2.0 succeeded")}},
    {NULL,
     {FAILS(10, NO_TAG),
      EVENT(
          300, "HelmRelease/web", "RollbackFailed",
          "Helm rollback to previous release shop/web.v3 with chart web@1.2.0 failed: timed out")}},
};

static void what_was_taken_back(void **state) {
    (void)state;
    for (size_t i = 0; i < PM_LEN(ROLLBACKS); i++) {
        struct judged j = judge(ROLLBACKS[i].lines, count_of(ROLLBACKS[i].lines, 8));
        const struct pm_incident *inc = &j.r->incidents[0];
        bool told = inc->blast.rollbacks_n == 1 && ROLLBACKS[i].why &&
                    pm_str_has(inc->blast.rollbacks[0].why, pm_str_c(ROLLBACKS[i].why));
        if (ROLLBACKS[i].why ? !told : inc->blast.rollbacks_n != 0)
            fail_msg("row %zu: %zu: %.*s", i, inc->blast.rollbacks_n,
                     PM_FMT(inc->blast.rollbacks_n ? inc->blast.rollbacks[0].why : PM_NONE));
        judged_free(&j);
    }
}

// A roll-back by revisions is as old as its first stamp: a pod of the old set, the old
// revision written anew, the failing set made empty. A set with pods is written for other
// reasons, too.
#define EMPTY_SET(name, revision, created, desired, changed)                                       \
    WORKLOAD("ReplicaSet/" name,                                                                   \
             "{\"revision\":\"" revision "\",\"desired\":" desired ",\"created\":\"" created       \
             "\",\"changed\":\"" changed "\"," OWNED("Deployment", "web") "}")
#define POD_OF_SET(name, set, created)                                                             \
    POD(name, "{\"created\":\"" created "\"," OWNED("ReplicaSet", set) "}")
static const struct {
    const char *at; // "": a roll-back without a time
    struct line lines[8];
} TAKEN_BACK_AT[] = {
    {"2024-03-01T10:20:00.000Z",
     {FAILS(10, NO_TAG), SET("web-6d8", "5", T("08:00")), SET("web-7c9d5f6b8", "4", T("10:00")),
      POD_OF_SET("shop/web-6d8-aaaaa", "web-6d8", T("10:25")),
      POD_OF_SET("shop/web-6d8-bbbbb", "web-6d8", T("10:20"))}},
    {"", // its pods were there all along
     {FAILS(10, NO_TAG), SET("web-6d8", "5", T("08:00")), SET("web-7c9d5f6b8", "4", T("10:00")),
      POD_OF_SET("shop/web-6d8-aaaaa", "web-6d8", T("09:00"))}},
    {"2024-03-01T10:30:00.000Z",
     {FAILS(10, NO_TAG), SET("web-6d8", "5", T("08:00")),
      EMPTY_SET("web-7c9d5f6b8", "4", T("10:00"), "0", T("10:30"))}},
    {"",
     {FAILS(10, NO_TAG), SET("web-6d8", "5", T("08:00")),
      EMPTY_SET("web-7c9d5f6b8", "4", T("10:00"), "1", T("10:30"))}},
    {"2024-03-01T10:40:00.000Z",
     {DB_FAILS, MEMBER("shop/db-1", "db-aaa", T("10:00")), REVISION("db-aaa", "2", T("10:00")),
      WORKLOAD("ControllerRevision/db-999",
               "{\"revision\":\"3\",\"created\":\"" T("07:00") "\",\"changed\":\"" T(
                   "10:40") "\"," OWNED("StatefulSet", "db") "}")}},
};

static void when_it_was_taken_back(void **state) {
    (void)state;
    for (size_t i = 0; i < PM_LEN(TAKEN_BACK_AT); i++) {
        char at[32];
        struct judged j = judge(TAKEN_BACK_AT[i].lines, count_of(TAKEN_BACK_AT[i].lines, 8));
        const struct pm_incident *inc = &j.r->incidents[0];
        assert_int_equal(inc->blast.rollbacks_n, 1);
        int64_t ns = inc->blast.rollbacks[0].at_ns;
        const char *got = ns == PM_NO_TIME ? "" : pm_when_format(ns, at);
        if (strcmp(got, TAKEN_BACK_AT[i].at) != 0) fail_msg("row %zu: '%s'", i, got);
        judged_free(&j);
    }
}

// Who has gone back is not told to go back; who has not is, beside one who has.
static void advice_knows_what_was_taken_back(void **state) {
    (void)state;
    static const struct {
        const char *undo, *status;
        struct line lines[8];
    } rows[] = {
        {"kubectl -n shop rollout undo deployment/web", NULL, {FAILS(10, NO_TAG)}},
        {NULL,
         "kubectl -n shop rollout status deployment/web --timeout=60s",
         {FAILS(10, NO_TAG), EVENT(300, "Deployment/web", "DeploymentRollback",
                                   "Rolled back deployment \"web\" to revision 3")}},
        {"kubectl -n shop rollout undo deployment/api",
         NULL,
         {FAILS(10, NO_TAG),
          {.at = 12,
           .from = KUBELET,
           .node = "n1",
           .pod = "shop/api-7c9d5f6b8-x2x9k",
           .message = "sync pod",
           FAILED("hub.test/acme/web:2", NO_TAG)},
          EVENT(300, "Deployment/web", "DeploymentRollback",
                "Rolled back deployment \"web\" to revision 3")}},
    };
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        struct judged j = judge(rows[i].lines, count_of(rows[i].lines, 8));
        const struct pm_incident *inc = &j.r->incidents[0];
        bool undo = false, status = false;
        for (size_t k = 0; k < inc->advice_n; k++) {
            struct pm_str command = inc->advice[k].command;
            if (pm_str_has(command, PM_STR("rollout undo")) &&
                !(rows[i].undo && pm_str_eqc(command, rows[i].undo)))
                fail_msg("row %zu: %.*s", i, PM_FMT(command));
            undo |= rows[i].undo && pm_str_eqc(command, rows[i].undo);
            status |= pm_str_has(command, PM_STR("rollout status")) &&
                      (!rows[i].status || pm_str_eqc(command, rows[i].status));
        }
        if (undo != (rows[i].undo != NULL) || status != (rows[i].status != NULL))
            fail_msg("row %zu: %d %d", i, undo, status);
        judged_free(&j);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_changed_before),
                                       cmocka_unit_test(what_was_taken_back),
                                       cmocka_unit_test(when_it_was_taken_back),
                                       cmocka_unit_test(advice_knows_what_was_taken_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
