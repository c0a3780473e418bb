#!/usr/bin/env python3
"""Writes the benchmark inputs in the shapes of the real programs, the same bytes each time: kubelet.log (2 % of its lines talk of pulls), containerd.log (10 %), access.log, events.json, logs of
applications behind CRI's stamps and in json-file, klog's JSON, a journal's, a registry's, a must-gather of small files, other releases of the same programs
(releases.py). What is there already is not made again.
usage: generate.py FOLDER [MEGABYTES]"""
import concurrent.futures, json, os, random, shutil, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import releases

# What a kubelet of 1.29 says besides, by how often: of twenty such lines one tells that a pod runs. Half of these pods had their image.
STARTED = 'I{st}  {pid} pod_startup_latency_tracker.go:102] "Observed pod startup duration" pod="{ns}/{pod}" podStartSLOduration=2.314000102 podStartE2EDuration="4.{n6}s" podCreationTimestamp="2026-04-12 {made} +0000 UTC" '
RUNS = ' observedRunningTime="2026-04-12 {now} +0000 UTC m=+{n5}.{n6}" watchObservedRunningTime="2026-04-12 {now} +0000 UTC m=+{n5}.{n6}"'
NOISE = [
    *9 * ['I{st}  {pid} kubelet.go:2465] "SyncLoop (PLEG): event for pod" pod="{ns}/{pod}" event={{"ID":"{uid}","Type":"ContainerStarted","Data":"{hex}{hex}"}}'],
    *8 * ['I{st}  {pid} reconciler_common.go:258] "operationExecutor.VerifyControllerAttachedVolume started for volume \\"kube-api-access-{r5}\\" (UniqueName: \\"kubernetes.io/projected/{uid}-kube-api-access-{r5}\\") pod \\"{pod}\\" (UID: \\"{uid}\\") " pod="{ns}/{pod}"'],
    *6 * ['I{st}  {pid} operation_generator.go:721] "MountVolume.SetUp succeeded for volume \\"kube-api-access-{r5}\\" (UniqueName: \\"kubernetes.io/projected/{uid}-kube-api-access-{r5}\\") pod \\"{pod}\\" (UID: \\"{uid}\\") " pod="{ns}/{pod}"'],
    *4 * ['W{st}  {pid} watcher.go:93] Error while processing event ("/sys/fs/cgroup/kubepods.slice/kubepods-burstable.slice/{hex}": 0x40000100 == IN_CREATE|IN_ISDIR): inotify_add_watch /sys/fs/cgroup/{hex}: no such file or directory'],
    *5 * ['I{st}  {pid} scope.go:117] "RemoveContainer" containerID="{hex}{hex}"'],
    *6 * ['E{st}  {pid} cadvisor_stats_provider.go:516] "Partial failure issuing cadvisor.ContainerInfoV2" err="partial failures: [\\"/kubepods.slice/{hex}\\": RecentStats: unable to find data in memory cache]"'],
    STARTED + 'firstStartedPulling="0001-01-01 00:00:00 +0000 UTC" lastFinishedPulling="0001-01-01 00:00:00 +0000 UTC"' + RUNS,
    STARTED + 'firstStartedPulling="2026-04-12 {made}.200104 +0000 UTC m=+{n5}.10{n4}" lastFinishedPulling="2026-04-12 {now} +0000 UTC m=+{n5}.20{n4}"' + RUNS,
]
PULL = [
    'E{st}  {pid} remote_image.go:180] "PullImage from image service failed" err="rpc error: code = Unknown desc = failed to pull and unpack image \\"docker.io/acme/{img}:1\\": failed to resolve reference \\"docker.io/acme/{img}:1\\": unexpected status from HEAD request to https://registry-1.docker.io/v2/acme/{img}/manifests/1: 429 Too Many Requests" image="acme/{img}:1"',
    'E{st}  {pid} kuberuntime_image.go:53] "Failed to pull image" err="failed to pull and unpack image \\"docker.io/acme/{img}:1\\": failed to resolve reference \\"docker.io/acme/{img}:1\\": unexpected status from HEAD request to https://registry-1.docker.io/v2/acme/{img}/manifests/1: 429 Too Many Requests" image="acme/{img}:1"',
    'E{st}  {pid} pod_workers.go:1298] "Error syncing pod, skipping" err="failed to \\"StartContainer\\" for \\"app\\" with ImagePullBackOff: \\"Back-off pulling image \\\\\\"acme/{img}:1\\\\\\"\\"" pod="{ns}/{pod}" podUID="{uid}"',
]


pool = random.Random(5)
PODS = [(f"ns{pool.randrange(30)}", f"app{i % 200}-6d9f8c7b4-{pool.getrandbits(20):05x}") for i in range(2000)]


def words(r):
    h = "%032x" % r.getrandbits(128)
    ns, pod = PODS[r.randrange(len(PODS))]
    return {"ns": ns, "pod": pod, "uid": f"{h[:8]}-{h[8:12]}-4{h[13:16]}-9abc-{h[16:28]}", "hex": h, "r5": h[3:8], "pid": " 1234", "img": f"svc{r.randrange(120)}",
            **{f"n{k}": 10 ** (k - 1) + int(h[-8:], 16) % (9 * 10 ** (k - 1)) for k in range(1, 7)}}


def clock(s):
    return f"{6 + s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}"


def klog(part, i):
    """A line's stamp, the same as Go prints it, and when a pod was made that runs now."""
    s = int(part * 36000)
    now = f"{clock(s)}.{i % 1000000:06d}"
    return {"st": f"0412 {now}", "now": now, "made": clock(max(s - 4, 0))}


def kubelet(path, size, share=0.02):
    r, written, i = random.Random(1), 0, 0
    with open(path, "w") as f:
        while written < size:
            lines = []
            for _ in range(2000):
                template = r.choice(PULL) if r.random() < share else r.choice(NOISE)
                lines.append(template.format(**klog(written / size, i), **words(r)) + "\n")
                i += 1
            block = "".join(lines)
            f.write(block)
            written += len(block)


# What containerd 1.7 says while pods come and go, their images being there, and of an image that a registry refuses.
PODS_COME_AND_GO = [
    'info msg="RunPodSandbox for &PodSandboxMetadata{{Name:{pod},Uid:{uid},Namespace:{ns},Attempt:0,}}"',
    'info msg="loading plugin \\"io.containerd.ttrpc.v1.task\\"..." runtime=io.containerd.runc.v2 type=io.containerd.ttrpc.v1',
    *2 * ['info msg="CreateContainer within sandbox \\"{hex}{hex}\\" for container &ContainerMetadata{{Name:app,Attempt:0,}}"'],
    *2 * ['info msg="CreateContainer within sandbox \\"{hex}{hex}\\" for &ContainerMetadata{{Name:app,Attempt:0,}} returns container id \\"{hex}{hex}\\""'],
    *2 * ['info msg="StartContainer for \\"{hex}{hex}\\" returns successfully"'],
    'info msg="shim disconnected" id={hex}{hex} namespace=k8s.io',
    'info msg="TearDown network for sandbox \\"{hex}{hex}\\" successfully"',
    'info msg="StopPodSandbox for \\"{hex}{hex}\\" returns successfully"',
]
REFUSED = [
    'info msg="PullImage \\"acme/{img}:1\\""',
    'info msg="trying next host - response was http.StatusTooManyRequests" host=registry-1.docker.io',
    'error msg="PullImage \\"acme/{img}:1\\" failed" error="rpc error: code = Unknown desc = failed to pull and unpack image \\"docker.io/acme/{img}:1\\": failed to resolve reference \\"docker.io/acme/{img}:1\\": unexpected status from HEAD request to https://registry-1.docker.io/v2/acme/{img}/manifests/1: 429 Too Many Requests"',
    'info msg="stop pulling image docker.io/acme/{img}:1: active requests=0, bytes read=0"',
]


def containerd(path, size):
    r = random.Random(2)

    def line(part, _):
        said = r.choice(REFUSED if r.random() < 0.1 else PODS_COME_AND_GO)
        return f'time="{moment(part)["stamp"]}" level={said.format(**words(r))}\n'

    filled(path, size, line)


def access(path, size):
    """A registry's log is made of pulls: a tag asked for, its manifest, four to twelve layers over some seconds, many clients at once. Some thousand layers
    are served again and again, the often pulled ones far more often; one pull in thirty fails."""
    r, written, at = random.Random(3), 0, 0.0
    digests = ["%064x" % r.getrandbits(256) for _ in range(3000)]
    line = '10.4.{c[0]}.{c[1]} - - [{d:02d}/Apr/2026:{h:02d}:{m:02d}:{s:02d} +0000] "{what} HTTP/1.1" {status} {size} "-" "containerd/1.7.24"\n'
    waiting = []
    with open(path, "w") as f:
        while written < size:
            for _ in range(200):
                at += r.random() * 0.5
                c, n, image = (r.randrange(4), r.randrange(250)), r.randrange(4, 13), r.randrange(400)
                steps = [(f"HEAD /v2/acme/svc{image}/manifests/1", 0.0, 0), (f"GET /v2/acme/svc{image}/manifests/sha256:{digests[image]}", 0.1, 1400)]
                steps += [(f"GET /v2/acme/svc{image}/blobs/sha256:{digests[int(2600 * r.random() ** 2) + 400]}", 0.3 + r.random() * 4, r.randrange(90000000)) for _ in range(n)]
                bad = r.choice([401, 404, 429, 503]) if r.random() < 1 / 30 else 0
                for i, (what, after, size_) in enumerate(steps[:1] if bad else steps):
                    waiting.append((at + after, i, what, bad or 200, 0 if bad else size_, c))
            waiting.sort()
            ready = [w for w in waiting if w[0] < at - 5]
            waiting = waiting[len(ready):]
            block = ""
            for t, _, what, status, bytes_, c in ready:
                t = int(t)
                block += line.format(c=c, d=12 + (6 * 3600 + t) // 86400, h=(6 + t // 3600) % 24, m=t // 60 % 60, s=t % 60, what=what, status=status, size=bytes_)
            f.write(block)
            written += len(block)


def events(path, count):
    r = random.Random(4)
    with open(path, "w") as f:
        f.write('{\n    "apiVersion": "v1",\n    "items": [\n')
        for i in range(count):
            w = words(r)
            e = {"apiVersion": "v1", "kind": "Event", "metadata": {"name": f"{w['pod']}.{w['hex'][:16]}", "namespace": w["ns"], "uid": w["uid"], "creationTimestamp": "2026-04-12T06:00:00Z", "resourceVersion": str(i)},
                 "involvedObject": {"apiVersion": "v1", "kind": "Pod", "name": w["pod"], "namespace": w["ns"], "uid": w["uid"], "resourceVersion": str(i), "fieldPath": "spec.containers{app}"}, "reason": "Failed" if i % 5 == 0 else "Created", "type": "Warning" if i % 5 == 0 else "Normal",
                 "message": f'Failed to pull image "acme/{w["img"]}:1": failed to pull and unpack image "docker.io/acme/{w["img"]}:1": failed to resolve reference "docker.io/acme/{w["img"]}:1": unexpected status from HEAD request to https://registry-1.docker.io/v2/acme/{w["img"]}/manifests/1: 429 Too Many Requests' if i % 5 == 0 else "Created container app",
                 "count": 1 + i % 4, "firstTimestamp": "2026-04-12T06:00:00Z", "lastTimestamp": f"2026-04-12T07:{i // 60 % 60:02d}:{i % 60:02d}Z", "eventTime": None, "source": {"component": "kubelet", "host": f"n{i % 40}"}, "reportingComponent": "kubelet", "reportingInstance": f"n{i % 40}"}
            f.write(("        " + json.dumps(e, indent=4, sort_keys=True).replace("\n", "\n        ")) + ("," if i + 1 < count else "") + "\n")
        f.write('    ],\n    "kind": "List",\n    "metadata": {"resourceVersion": ""}\n}\n')

APPLICATIONS = {
    "web": ["{clock}  INFO {n4} --- [nio-8080-exec-{n2}] c.a.shop.cart.CartController         : added item sku-{n5} to cart {r12} in {n3} ms",
            "{clock}  WARN {n4} --- [scheduling-{n1}] o.h.engine.jdbc.spi.SqlExceptionHelper   : SQL Error: {n1}, SQLState: 40001",
            "\tat com.acme.shop.cart.CartService.lambda$add${n1}(CartService.java:{n3})",
            "{clock} DEBUG {n4} --- [nio-8080-exec-{n2}] o.s.web.servlet.DispatcherServlet        : Completed 200 OK, session {hex}"],
    "node": ['{{"level":30,"time":1776000{n6},"pid":17,"hostname":"web-{r5}","req":{{"id":{n6},"method":"GET","url":"/api/items/{n5}","remoteAddress":"10.2.3.{n2}"}},"res":{{"statusCode":200}},"responseTime":{n3},"msg":"request completed"}}',
             '{{"level":40,"time":1776000{n6},"pid":17,"hostname":"web-{r5}","msg":"slow query","sql":"select * from orders where id = $1","ms":{n4}}}'],
    "worker": ['time="{stamp}" level=info msg="processed batch" batch={r12} items={n3} took={n2}ms', 'time="{stamp}" level=debug msg="heartbeat from worker" worker=w-{n2} queue=orders depth={n2}'],
    "controller": ['I0412 {day}.{n6}       1 controller.go:{n3}] "Reconciling object" logger="cart" namespace="{ns}" name="{pod}" reconcileID="{uid}"',
                   "I0412 {day}.{n6}       1 reflector.go:{n3}] k8s.io/client-go/informers/factory.go:150: Watch close - *v1.Service total {n2} items received"],
    "static": ['10.1.2.{n2} - - [12/Apr/2026:{day} +0000] "GET /static/{r12}.js HTTP/1.1" 200 {n5} "https://shop.example/" "Mozilla/5.0 (X11; Linux x86_64)"'],
}


def moment(part):
    s = int(part * 36000)
    day, ns = clock(s), int((part * 36000 - s) * 10**9)
    return {"day": day, "clock": f"2026-04-12 {day}.{ns // 10**6:03d}", "stamp": f"2026-04-12T{day}.{ns:09d}Z"}


def said(r, app, part):
    w = words(r)
    return r.choice(APPLICATIONS[app]).format(**w, **moment(part), r12=w["hex"][:12])


def wrapped(kind, part, line):
    t = moment(part)["stamp"]
    if kind == "docker":
        return json.dumps({"log": line + "\n", "stream": "stdout", "time": t}, separators=(",", ":")) + "\n"
    return (f"{t} stdout F {line}\n" if kind == "cri" else f"{t} {line}\n")


def filled(path, size, line):
    """Writes line(how far, number) until the file has its size."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    written = i = 0
    with open(path, "w") as f:
        while written < size:
            block = "".join(line(min(written / size + k * 1e-9, 1), i + k) for k in range(500))
            f.write(block)
            written += len(block)
            i += 500


def applications(folder, size, kind, files=10):
    """Container logs of programs that have nothing to do with images."""
    r = random.Random(6)
    for k in range(files):
        app = list(APPLICATIONS)[k % len(APPLICATIONS)]
        place = f"var/log/pods/shop_{app}-{k}_{words(r)['uid']}/{app}/0.log" if kind == "cri" else f"var/lib/docker/containers/{k:064x}/{k:064x}-json.log"
        filled(f"{folder}/{place}", size // files, lambda part, _: wrapped(kind, part, said(r, app, part)))


def klog_json(path, size):
    """With --logging-format=json, in the shares of its text: a stamp is milliseconds since 1970, and Go's stamp of nothing is what its 64 bits hold."""
    r = random.Random(7)

    def noise(w, ts):
        pod = {"name": w["pod"], "namespace": w["ns"]}
        runs = {"pod": pod, "podStartSLOduration": 2.314000102, "podStartE2EDuration": "4.2s", "podCreationTimestamp": ts - 4200, "firstStartedPulling": -6795364578871.345, "lastFinishedPulling": -6795364578871.345, "observedRunningTime": ts, "watchObservedRunningTime": ts}
        return r.choice([
            *16 * [("kubelet/kubelet.go:2465", "SyncLoop (PLEG): event for pod", {"v": 2, "pod": pod, "event": {"ID": w["uid"], "Type": "ContainerStarted", "Data": w["hex"] * 2}})],
            *14 * [("reconciler/reconciler_common.go:258", f'operationExecutor.VerifyControllerAttachedVolume started for volume "kube-api-access-{w["r5"]}" (UniqueName: "kubernetes.io/projected/{w["uid"]}-kube-api-access-{w["r5"]}") pod "{w["pod"]}" (UID: "{w["uid"]}") ', {"v": 0, "pod": pod})],
            *5 * [("topologymanager/scope.go:117", "RemoveContainer", {"v": 0, "containerID": w["hex"] * 2})],
            *6 * [("stats/cadvisor_stats_provider.go:516", "Partial failure issuing cadvisor.ContainerInfoV2", {"err": f'partial failures: ["/kubepods.slice/{w["hex"]}": RecentStats: unable to find data in memory cache]'})],
            *2 * [("util/pod_startup_latency_tracker.go:102", "Observed pod startup duration", {"v": 0, **runs})],
        ])

    def line(part, _):
        w, ts = words(r), round(1775973600000 + part * 36e6, 3)
        caller, said, rest = noise(w, ts)
        if r.random() < 0.02:
            caller, said, rest = "kuberuntime/kuberuntime_image.go:53", "Failed to pull image", {"image": f"acme/{w['img']}:1", "err": f'failed to resolve reference "docker.io/acme/{w["img"]}:1": unexpected status from HEAD request to https://registry-1.docker.io/v2/acme/{w["img"]}/manifests/1: 429 Too Many Requests'}
        return f"Apr 12 {moment(part)['day']} worker-1 kubelet[1234]: {json.dumps({'ts': ts, 'caller': caller, 'msg': said, **rest}, separators=(',', ':'))}\n"

    filled(path, size, line)


# How kubeadm starts a kubelet: each of its records repeats it.
KUBEADM = ("/usr/bin/kubelet --bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf --config=/var/lib/kubelet/config.yaml "
           "--container-runtime-endpoint=unix:///var/run/containerd/containerd.sock --pod-infra-container-image=registry.k8s.io/pause:3.9")


def journal(path, size):
    """journalctl -o json: without blanks, its members in another order each time. A third of it is the kubelet's, of which a twentieth speaks of pulls."""
    r = random.Random(8)
    boot, machine, seqnum_id = ("%032x" % r.getrandbits(128) for _ in range(3))
    writers = [  # by identifier: how it comes, its unit, program and command line, what it says
        ("systemd", "journal", "init.scope", "/usr/lib/systemd/systemd", "/sbin/init", "Started libcontainer container {hex}{hex}."),
        ("sshd", "syslog", "ssh.service", "/usr/sbin/sshd", "sshd: admin [priv]", "Accepted publickey for admin from 10.1.2.3 port 51234 ssh2: ED25519 SHA256:{hex}"),
        ("CRON", "syslog", "cron.service", "/usr/sbin/cron", "/usr/sbin/CRON -f", "(root) CMD (/usr/lib/sysstat/sa1 1 1)"),
        ("kernel", "kernel", None, None, None, "IPv6: ADDRCONF(NETDEV_CHANGE): veth{r5}: link becomes ready"),
    ]

    def line(part, i):
        w, us = words(r), 1775973600000000 + int(part * 36e9)
        of_kubelet = ("kubelet", "stdout", "kubelet.service", "/usr/bin/kubelet", KUBEADM, r.choice(PULL if r.random() < 0.05 else NOISE))
        ident, transport, unit, program, command, text = of_kubelet if r.random() < 0.33 else r.choice(writers)
        since_boot = us - 1775970000000000
        record = {"__CURSOR": f"s={seqnum_id};i={i:x};b={boot};m={since_boot:x};t={us:x};x={w['hex'][:16]}", "__REALTIME_TIMESTAMP": str(us), "__MONOTONIC_TIMESTAMP": str(since_boot), "__SEQNUM": str(i), "__SEQNUM_ID": seqnum_id,
                  "_BOOT_ID": boot, "_MACHINE_ID": machine, "_HOSTNAME": "worker-1", "_RUNTIME_SCOPE": "system", "_TRANSPORT": transport, "PRIORITY": "6", "SYSLOG_IDENTIFIER": ident, "MESSAGE": text.format(**klog(part, i), **w)}
        if program:
            record |= {"_PID": "1234", "_UID": "0", "_GID": "0", "_COMM": program.rsplit("/", 1)[1], "_EXE": program, "_CMDLINE": command, "_CAP_EFFECTIVE": "1ffffffffff", "_SYSTEMD_CGROUP": f"/system.slice/{unit}", "_SYSTEMD_UNIT": unit, "_SYSTEMD_SLICE": "system.slice"}
        if transport == "stdout":
            record["_STREAM_ID"] = machine[::-1]
        members = list(record.items())
        r.shuffle(members)
        return json.dumps(dict(members), separators=(",", ":")) + "\n"

    filled(path, size, line)


def distribution(path, size):
    """A registry's own log. Some thousand layers, the often pulled ones far more often."""
    r = random.Random(9)
    digests = ["%064x" % r.getrandbits(256) for _ in range(3000)]

    def line(part, _):
        w = words(r)
        what = f"blobs/sha256:{digests[int(3000 * r.random() ** 2)]}" if r.random() < 0.8 else "manifests/1"
        return json.dumps({"go.version": "go1.22.4", "http.request.host": "registry.acme.example", "http.request.id": w["uid"], "http.request.method": "GET", "http.request.remoteaddr": f"10.4.{r.randrange(4)}.{r.randrange(250)}:{r.randrange(32768, 61000)}", "http.request.uri": f"/v2/acme/{w['img']}/{what}", "http.request.useragent": "containerd/1.7.24", "http.response.contenttype": "application/octet-stream", "http.response.duration": f"{r.uniform(1, 90):.6f}ms", "http.response.status": 200, "http.response.written": r.randrange(10**7), "level": "info", "msg": "response completed", "time": moment(part)["stamp"]}, separators=(",", ":")) + "\n"

    filled(path, size, line)


def must_gather(folder, files):
    """Small files, as `oc adm inspect` leaves them: a container's log, a pod, an object that nobody asks about."""
    r = random.Random(10)
    for i in range(files):
        w, base = words(r), f"{folder}/must-gather/quay-io-release-sha256/namespaces/ns{i % 60}"
        if i % 5 < 2:
            path, app = f"{base}/pods/{w['pod']}-{i}/app/app/logs/current.log", list(APPLICATIONS)[i % len(APPLICATIONS)]
            text = "".join(wrapped("plain", k / 100, said(r, app, k / 100)) for k in range(r.randrange(5, 60)))
        elif i % 5 == 2:
            path = f"{base}/pods/{w['pod']}-{i}/{w['pod']}.yaml"
            text = f"---\napiVersion: v1\nkind: Pod\nmetadata:\n  creationTimestamp: \"2026-04-12T05:10:00Z\"\n  name: {w['pod']}-{i}\n  namespace: ns{i % 60}\nspec:\n  containers:\n  - image: quay.io/acme/{w['img']}:1\n    name: app\n  nodeName: worker-{i % 12}\nstatus:\n  phase: Running\n  containerStatuses:\n  - image: quay.io/acme/{w['img']}:1\n    name: app\n    ready: true\n    restartCount: 0\n"
        else:
            path = f"{base}/core/configmap-{i}.yaml"
            text = f"---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: cm-{i}\n  namespace: ns{i % 60}\ndata:\n  app.properties: |\n    color=blue\n    retries={i % 9}\n  other: \"{w['hex']}\"\n"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            f.write(text)


def releases_of(table, share):
    def make(path, size):
        r = random.Random(11)
        filled(path, size, lambda part, _: releases.said(r, table, share, part, words(r)))

    return make


# What is made for MEGABYTES: how, and how much of it for each megabyte.
INPUTS = {
    "kubelet.log": (kubelet, 10**6),
    "containerd.log": (containerd, 3 * 10**5),
    "access.log": (access, 10**6),
    "access-half.log": (access, 5 * 10**5),  # for the archive
    "access-tenth.log": (access, 10**5),  # for a slow rival
    "events.json": (events, 220),
    "applications-cri": (lambda path, size: applications(path, size, "cri"), 10**6),
    "applications-docker": (lambda path, size: applications(path, size, "docker"), 10**6),
    "klog-json.log": (klog_json, 3 * 10**5),
    "journal.json": (journal, 3 * 10**5),
    "distribution.jsonl": (distribution, 3 * 10**5),
    "gathered": (must_gather, 20),
    "storm.log": (lambda path, size: kubelet(path, size, 0.6), 10**5),
    "kubelet-releases.log": (releases_of(releases.KUBELET, 0.02), 3 * 10**5),
    "containerd-releases.log": (releases_of(releases.CONTAINERD, 0.1), 10**5),
    "dockerd-releases.log": (releases_of(releases.DOCKERD, 0.1), 10**5),
    "crio-releases.log": (releases_of(releases.CRIO, 0.05), 10**5),
}


def made(folder, name, megabytes):
    """What a broken run left is made again."""
    make, each = INPUTS[name]
    part = f"{folder}/{name}.part"
    shutil.rmtree(part, ignore_errors=True)
    make(part, megabytes * each)
    os.rename(part, f"{folder}/{name}")
    return name


def main():
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    folder, megabytes = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 200
    os.makedirs(folder, exist_ok=True)
    with concurrent.futures.ProcessPoolExecutor() as workers:
        for name in workers.map(made, *zip(*[(folder, name, megabytes) for name in INPUTS if not os.path.exists(f"{folder}/{name}")])):
            print(f"made {name}", file=sys.stderr)


if __name__ == "__main__":
    main()
