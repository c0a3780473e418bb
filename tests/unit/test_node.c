// Node names by the layouts of collectors, and by company. Paths written by us to the
// layouts of the named tools.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "clock/node.h"

static void names_in_paths(void **s) {
    (void)s;
    static const struct {
        const char *path, *input, *node;
    } rows[] = {
        {"nodes/worker-7/kubelet.log", "grab", "worker-7"},
        {"bundle/nodes/ip-10-1-2-3.eu-west-1.compute.internal/containerd.log", "x.tgz",
         "ip-10-1-2-3.eu-west-1.compute.internal"},
        {"hosts/worker-7/configz.json", "sonobuoy.tar.gz", "worker-7"},
        {"clusters/c1/machines/md-0-abc/kubelet.log", "artifacts", "md-0-abc"},
        {"worker-7/kubelet.log", "nodes", "worker-7"},
        {"kind-worker2/journal.log", "kind", "kind-worker2"},
        {"kind-worker2/pods/shop_cart-0_1f0c2a5e/cart/0.log", "kind", "kind-worker2"},
        {"kubelet/kubelet.log", "eks_i-0abc123def_2024-01-02_0304-UTC_0.7.9.tar.gz",
         "i-0abc123def"},
        {"eks_i-0abc123def_2024-01-02_0304-UTC_0.7.9.tar.gz/kubelet/kubelet.log", "all",
         "i-0abc123def"},
        {"rke-node-3-2024-01-02_03_04_05/journald/kubelet", "x", "rke-node-3"},
        {"sosreport-node7-0123456-2024-01-02-abcdefg/sos_commands/crio/crictl_images", "x",
         "node7"},
        {"sosreport-node-7-2024-01-02-abcdefg/var/log/messages", "x", "node-7"},
        {"kubelet.node7.example.root.log.INFO.20240102-030405.17", "x", "node7.example"},
        {"node7-kubelet.log", "x", "node7"},
        {"kubelet_node7.log.gz", "x", "node7"},
        {"worker-7/kubelet.log.1", "kops", "worker-7"},
        {"worker-7/containerd.log.2.gz", "kops", "worker-7"},
        {"worker-7/kubelet.log-20240102-1704153600.gz", "prow", "worker-7"},
        {"node7-kubelet.log.20240102-030405", "x", "node7"},
        // no names
        {"var/log/kubelet.log.1", "x", ""},
        {"kubelet/kubelet.log", "x", ""},
        {"cluster-scoped-resources/core/nodes/worker-7.yaml", "must-gather", ""},
        {"kubelet-2024-01-02T03-04-05.678.log", "x", ""},
        {"var/log/kubelet.log", "x", ""},
        {"containerd-config.txt", "x", ""},
        {"kubelet.log", "logs", ""},
        {"nodes/2024-01-02/kubelet.log", "x", ""},
        {"", "", ""},
    };
    struct pm_arena *a = pm_arena_new();
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        struct pm_str node = pm_node_of_path(pm_str_c(rows[i].path), pm_str_c(rows[i].input));
        if (!pm_str_eqc(node, rows[i].node))
            fail_msg("%s in %s: '%s', not '%s'", rows[i].path, rows[i].input,
                     pm_arena_cstr(a, node), rows[i].node);
    }
    pm_arena_free(a);
}

static struct pm_node_member member(const char *path, const char *node, enum pm_node_from from) {
    return (struct pm_node_member){pm_str_c(path), pm_str_c(node),
                                   pm_node_of_path(pm_str_c(path), PM_STR("x")), from, true};
}
#define IS(m, want) assert_true(pm_str_eqc((m).node, want))

static void company_names_the_rest(void **s) {
    (void)s;
    struct pm_node_member m[] = {
        member("a/kubelet.log", "n1", PM_NODE_ENVELOPE),
        member("a/sub/containerd.log", NULL, PM_NODE_UNKNOWN), // the folder above knows
        member("b/kubelet.log", "n2", PM_NODE_ENVELOPE),
        member("b/other.log", "n3", PM_NODE_ENVELOPE),
        member("b/x.log", NULL, PM_NODE_UNKNOWN),       // two: which?
        member("client/n2.txt", NULL, PM_NODE_UNKNOWN), // called like a node
        member("c/nginx.log", NULL, PM_NODE_UNKNOWN),
    };
    m[6].node_side = false;
    pm_node_resolve(m, PM_LEN(m));
    IS(m[1], "n1");
    IS(m[4], "");
    IS(m[5], "n2");
    IS(m[6], "");
}

static void files_name_their_folder(void **s) { // an instance id gives way to the host's own name
    (void)s;
    struct pm_node_member m[] = {
        member("kubelet/kubelet.log", "ip-10-1-2-3", PM_NODE_ENVELOPE),
        member("containerd/containerd-images.txt", "i-0abc", PM_NODE_PATH),
        member("storage/mounts.txt", "i-0abc", PM_NODE_PATH),
    };
    struct pm_node_member two[] = {
        member("nodes/w1/kubelet.log", "host-1", PM_NODE_ENVELOPE),
        member("nodes/w1/images.txt", "w1", PM_NODE_PATH),
        member("nodes/w2/kubelet.log", "host-2", PM_NODE_ENVELOPE),
        member("nodes/w2/images.txt", "w2", PM_NODE_PATH),
    };
    for (size_t i = 0; i < PM_LEN(m); i++) m[i].by_path = PM_STR("i-0abc"); // of the archive's name
    pm_node_resolve(m, PM_LEN(m));
    pm_node_resolve(two, PM_LEN(two));
    IS(m[1], "ip-10-1-2-3");
    IS(m[2], "ip-10-1-2-3");
    IS(two[1], "host-1");
    IS(two[3], "host-2");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(names_in_paths),
                                       cmocka_unit_test(company_names_the_rest),
                                       cmocka_unit_test(files_name_their_folder)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
