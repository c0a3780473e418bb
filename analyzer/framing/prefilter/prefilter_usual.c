// What sparse logs are made of, to weigh which parts of a literal are rare: several kinds
// of logs, our own lines in the programs' wording, the uninteresting ones.
#include "framing/prefilter/prefilter_int.h"

static const char *const usual[] = {
    "I0102 03:04:05.678901    2711 reconciler_common.go:251] \"operationExecutor.MountVolume started for volume \\\"kube-api-access-x2x9k\\\" (UniqueName: "
    "\\\"kubernetes.io/projected/1f0c2a5e-7b7d-4b39-9c53-0d6c7e8f9a1b-kube-api-access-x2x9k\\\") pod \\\"cart-6d9f8c7b4-x2x9k\\\" (UID: "
    "\\\"1f0c2a5e-7b7d-4b39-9c53-0d6c7e8f9a1b\\\") \" pod=\"shop/cart-6d9f8c7b4-x2x9k\"\n"
    "I0102 03:04:06.123456    2711 kubelet.go:2461] \"SyncLoop (PLEG): event for pod\" pod=\"shop/cart-0\" "
    "event={\"ID\":\"5b1c\",\"Type\":\"ContainerStarted\",\"Data\":\"9f8e7d6c\"}\n"
    "I0102 03:04:07.000417    2711 prober.go:107] \"Probe failed\" probeType=\"Readiness\" pod=\"shop/web-7c5ddbdf54-8kq2m\" podUID=\"0a4f\" "
    "containerName=\"web\" "
    "probeResult=\"failure\" output=\"Get \\\"http://10.1.2.3:8080/ready\\\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)\"\n"
    "time=\"2024-01-02T03:04:05.678901234Z\" level=info msg=\"shim disconnected\" id=5d41402abc4b2a76b9719d911017c592ae2f10c8d1f3e7b6a5c4d3e2f1a0b9c8 "
    "namespace=k8s.io\n"
    "time=\"2024-01-02T03:04:06.111222333Z\" level=info msg=\"CreateContainer within sandbox \\\"7215ee9c7d9dc229d2921a40e899ec5f\\\" for container "
    "&ContainerMetadata{Name:web,Attempt:0,}\"\n"
    "Jan 02 03:04:05 node-1 kubelet[2711]: E0102 03:04:05.700001    2711 pod_workers.go:1298] \"Error syncing pod, skipping\" err=\"failed to "
    "\\\"StartContainer\\\" for "
    "\\\"web\\\" with CrashLoopBackOff: \\\"back-off 5m0s restarting failed container=web\\\"\" successfully handled volume secret configmap\n",
    // applications: a web framework's, structured ones, an access log, a controller, a
    // database
    "2024-01-02 03:04:05.678  INFO 7 --- [nio-8080-exec-3] c.a.shop.cart.CartController         : added item sku-4711 to cart 9f8e7d6c in 12 ms\n"
    "\tat com.acme.shop.cart.CartService.lambda$add$3(CartService.java:118) [classes/:na]\n"
    "2024-01-02 03:04:06.001 ERROR 7 --- [scheduling-1] o.h.engine.jdbc.spi.SqlExceptionHelper   : could not execute statement, connection is not available, "
    "request timed out after 30000ms.\n"
    "{\"level\":30,\"time\":1704164645678,\"pid\":17,\"hostname\":\"web-5d4f\",\"req\":{\"id\":4711,\"method\":\"GET\",\"url\":\"/api/items/42\","
    "\"remoteAddress\":\"10.2.3.4\"},\"res\":{\"statusCode\":200},\"responseTime\":12,\"msg\":\"request completed\"}\n"
    "{\"log\":\"level=info ts=2024-01-02T03:04:05.678Z caller=main.go:112 component=worker msg=\\\"processed batch\\\" items=12 "
    "took=31ms\\n\",\"stream\":\"stdout\","
    "\"time\":\"2024-01-02T03:04:05.678901234Z\"}\n"
    "2024-01-02T03:04:05.678901234Z stdout F 10.1.2.3 - - [02/Jan/2024:03:04:05 +0000] \"GET /static/main.8f3a.js HTTP/1.1\" 200 48213 "
    "\"https://shop.acme.test/\" \"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36\"\n"
    "2024-01-02T03:04:05.678901234Z stderr F I0102 03:04:05.678901       1 controller.go:214] \"Reconciling object\" controller=\"cart\" "
    "namespace=\"shop\" name=\"cart-x2x9k\" reconcileID=\"1f0c2a5e-7b7d\"\n"
    "2024-01-02T03:04:05.678901234Z stderr F W0102 03:04:05.678901       1 reflector.go:424] k8s.io/client-go/informers/factory.go:150: failed to list "
    "*v1.Service: "
    "the server was unable to return a response in the time allotted\n"
    "2024-01-02 03:04:05.678 UTC [71] LOG:  checkpoint complete: wrote 42 buffers (0.3%); 0 WAL file(s) added, 0 removed; write=4.2 s, sync=0.004 s\n"
    // a journal: short lines, and a record with all its members
    "Jan 02 03:04:05 node-1 systemd[1]: Started libcontainer container 9f8e7d6c5b4a.\n"
    "Jan 02 03:04:05 node-1 kernel: IPv6: ADDRCONF(NETDEV_CHANGE): veth1a2b3c4d: link becomes ready\n"
    "{\"__CURSOR\":\"s=0a;i=1f;b=2c;m=3d;t=4e;x=5f\",\"__REALTIME_TIMESTAMP\":\"1704164645678901\",\"_BOOT_ID\":\"2c\",\"PRIORITY\":\"6\",\"_UID\":\"0\",\"_"
    "SYSTEMD_UNIT\":"
    "\"session-3.scope\",\"_SYSTEMD_CGROUP\":\"/system.slice\",\"_HOSTNAME\":\"node-1\",\"SYSLOG_IDENTIFIER\":\"sshd\",\"_EXE\":\"/usr/sbin/"
    "sshd\",\"_TRANSPORT\":\"syslog\","
    "\"_CAP_EFFECTIVE\":\"1ffffffffff\",\"_MACHINE_ID\":\"7d\",\"_SELINUX_CONTEXT\":\"unconfined\",\"MESSAGE\":\"Accepted publickey for admin from 10.1.2.3 "
    "port 51234 ssh2\"}\n",
    // klog's JSON, and a kubelet's day
    "{\"ts\":1704164645678.123,\"caller\":\"kubelet/kubelet.go:2461\",\"msg\":\"SyncLoop (PLEG): event for pod\",\"v\":2,\"pod\":{\"name\":\"cart-0\","
    "\"namespace\":\"shop\"},\"event\":{\"ID\":\"5b1c\",\"Type\":\"ContainerStarted\",\"Data\":\"9f8e\"}}\n"
    "{\"ts\":1704164645679.5,\"logger\":\"kubelet\",\"caller\":\"volumemanager/reconciler_common.go:251\",\"msg\":\"operationExecutor.UnmountVolume started for volume\","
    "\"v\":2}\n"
    "E0102 03:04:05.700001    2711 kubelet_volumes.go:263] \"There were many similar errors. Turn up verbosity to see them.\" err=\"orphaned pod "
    "\\\"1f0c2a5e\\\" found, but error not a directory occurred when trying to remove the volumes dir\" numErrs=2\n"
    "I0102 03:04:05.700001    2711 topology_manager.go:215] \"Topology Admit Handler\" podUID=\"0a4f\" podNamespace=\"kube-system\" podName=\"kube-proxy-x2x9k\"\n"
    "W0102 03:04:05.700001    2711 container_manager_linux.go:1106] \"CPUAccounting not enabled for process\" pid=2711\n"
    // journals: a unit's record, sessions, packages
    "Jan 02 03:04:05 node-1 systemd[1]: kubepods-burstable-pod1f0c2a5e.slice: Consumed 1.204s CPU time.\n"
    "Jan 02 03:04:05 node-1 systemd[1]: cri-containerd-9f8e7d6c.scope: Deactivated successfully.\n"
    "Jan 02 03:04:05 node-1 sshd[4711]: pam_unix(sshd:session): session opened for user admin(uid=1000) by (uid=0)\n"
    "{\"_SYSTEMD_UNIT\":\"kubelet.service\",\"_SYSTEMD_CGROUP\":\"/system.slice/kubelet.service\",\"_COMM\":\"kubelet\",\"_EXE\":\"/usr/bin/kubelet\","
    "\"_CMDLINE\":\"/usr/bin/kubelet --config=/var/lib/kubelet/config.yaml --node-ip=10.0.0.4\",\"_SYSTEMD_SLICE\":\"system.slice\",\"_STREAM_ID\":\"2c\"}\n"
    "2024-01-02 03:04:05 status half-configured libc-bin:amd64 2.36-9\nPreparing to unpack .../curl_7.88_amd64.deb ...\nSetting up curl (7.88) ...\n"
    "time=\"2024-01-02T03:04:05.6Z\" level=warning msg=\"cleaning up after shim disconnected\" id=9f8e namespace=k8s.io runtime=io.containerd.runc.v2\n"
    "time=\"2024-01-02T03:04:05.6Z\" level=info msg=\"StopPodSandbox for \\\"7215ee9c\\\"\"\ntime=\"2024-01-02T03:04:05.6Z\" level=info msg=\"TearDown network "
    "for sandbox \\\"7215ee9c\\\" successfully\"\n"
    "2024-01-02T03:04:05.678Z [warning] [cluster] member 3 is lagging behind by 12 entries, election timeout 1000ms, raft term 7\n",
};

static struct {
    unsigned four[1u << 16]; // by hash
    unsigned byte[256];
    size_t all;
} times;

static unsigned *times_of(const char *four) {
    uint32_t v;
    memcpy(&v, four, sizeof v);
    return &times.four[(v * 2654435761u) >> 16];
}

void pm_prefilter_usual_count(void) {
    for (size_t i = 0; i < PM_LEN(usual); i++) {
        size_t n = strlen(usual[i]);
        for (size_t k = 0; k < n; k++) times.byte[(uint8_t)usual[i][k]]++;
        for (size_t k = 0; k + sizeof(uint32_t) <= n; k++) ++*times_of(usual[i] + k);
        times.all += n;
    }
}

double pm_prefilter_usual_four(const char *four) { return *times_of(four) / (double)times.all; }

double pm_prefilter_usual_byte(uint8_t c) { return (times.byte[c] + 1) / (double)times.all; }
