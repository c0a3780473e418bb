// Workloads from the names that controllers give to pods. Written by us to
// kubernetes:pkg/util/rand, apiserver names, cronjob utils.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include "judge/evidence/evidence.h"

static void names(void **state) {
    (void)state;
    static const struct {
        const char *pod, *kind, *name;
    } cases[] = {
        {"cart-6d9f8c7b5d-x2x9k", "Deployment", "cart"},
        {"cart-api-56978bcdf-x2x9k", "Deployment", "cart-api"},
        {"report-29923806-zhdms", "CronJob", "report"},
        {"report-1704164640-zhdms", "CronJob", "report"}, // before 1.21: seconds
        {"db-0", "StatefulSet", "db"},
        {"queue-east-12", "StatefulSet", "queue-east"},
        {"exporter-84bqd", "Workload",
         "exporter"}, // DaemonSet, ReplicaSet or Job: the name does not say
        {"cart-6d9e8c7b5d-x2x9k", "Workload", "cart-6d9e8c7b5d"}, // 'e' is in no hash
        {"etcd", NULL, NULL},
        {"db-01", NULL, NULL},
        {"tool-hello", NULL, NULL}, // vowels are in no random part
        {"", NULL, NULL},
    };
    for (size_t i = 0; i < PM_LEN(cases); i++) {
        struct pm_str kind = PM_NONE, name = PM_NONE;
        bool guessed = pm_workload_guess(pm_str_c(cases[i].pod), &kind, &name);
        if (guessed != (cases[i].kind != NULL))
            fail_msg("%s: %s", cases[i].pod, guessed ? "guessed" : "not guessed");
        if (!guessed) continue;
        if (!pm_str_eqc(kind, cases[i].kind) || !pm_str_eqc(name, cases[i].name))
            fail_msg("%s: %.*s %.*s", cases[i].pod, PM_FMT(kind), PM_FMT(name));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
