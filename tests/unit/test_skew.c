// Clocks that are hours off: seen by pods whose names are drawn anew, and moved to the
// cluster's time before anything is folded.
#include "judge_rows.h"

#define NOT_YET                                                                                                                                             \
    "failed to do request: Head \"https://quay.test/v2/acme/web/manifests/1\": tls: failed to verify certificate: x509: certificate has expired or is not " \
    "yet "                                                                                                                                                  \
    "valid: current time 2024-03-01T07:00:10Z is before 2024-03-01T09:00:00Z"
#define POD(owner_)                                                                                \
    "{\"created\":\"2024-03-01T10:00:05Z\",\"owner\":{\"kind\":\"" owner_                          \
    "\",\"name\":\"web-5f\"},\"containers\":[{\"name\":\"main\",\"image\":\"quay.test/acme/web:1\"}]}"

// Three hours behind the API server, which made the pod at 10:00:05; the event is by the
// kubelet's clock, too.
static struct judged of(const char *pod) {
    struct line lines[] = {
        {-10790, CONTAINERD, FAILED("quay.test/acme/web:1", NOT_YET), .node = "n1"},
        {-10789, KUBELET, FAILED("quay.test/acme/web:1", NOT_YET), .node = "n1",
         .message = "remote_image", .pod = "shop/web-5f-x2"},
        {-10789, EVENTS, FAILED("quay.test/acme/web:1", NOT_YET), .node = "n1", .reason = "Failed",
         .pod = "shop/web-5f-x2", .join = "u1"},
        {600, OBJECTS, .kind = PM_KIND_POD_STATE, .node = "n1", .pod = "shop/web-5f-x2",
         .detail = pod},
        {20, CONTAINERD, OK_OF("quay.test/acme/web:1"), .node = "n2", .message = "returned"},
    };
    return judge(lines, PM_LEN(lines));
}

static void hours_behind_its_own_pods(void **state) {
    (void)state;
    struct judged j = of(POD("ReplicaSet"));
    ASK(j, "SELECT node, strftime('%H:%M:%S', ended), outcome FROM pulls ORDER BY 1",
        "n1 10:00:10 failed, n2 10:00:20 ok");
    judged_free(&j);
}

// Another pod of the same name was there before: no clock is wrong.
static void a_name_that_is_used_again_proves_nothing(void **state) {
    (void)state;
    struct judged j = of(POD("StatefulSet"));
    ASK(j, "SELECT node, strftime('%H:%M:%S', ended), outcome FROM pulls ORDER BY 1",
        "n1 07:00:10 failed, n2 10:00:20 ok");
    judged_free(&j);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hours_behind_its_own_pods),
        cmocka_unit_test(a_name_that_is_used_again_proves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
