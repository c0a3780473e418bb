#!/usr/bin/env python3
"""Writes the benchmark inputs: kubelet.log (2 % of its lines talk of pulls), containerd.log (10 %), access.log and events.json in the shapes of the real programs, the same bytes each time.
usage: generate.py FOLDER [MEGABYTES]"""
import json, os, random, sys

NOISE = [
    'I{st}  {pid} kubelet.go:2535] "SyncLoop (PLEG): event for pod" pod="{ns}/{pod}" event={{"ID":"{uid}","Type":"ContainerStarted","Data":"{hex}"}}',
    'I{st}  {pid} pod_startup_latency_tracker.go:102] "Observed pod startup duration" pod="{ns}/{pod}" podStartSLOduration=2.31 podStartE2EDuration="4.2s" observedRunningTime="2026-04-12 06:02:11.1 +0000 UTC"',
    'I{st}  {pid} reconciler_common.go:258] "operationExecutor.VerifyControllerAttachedVolume started for volume \\"kube-api-access-{r5}\\" (UniqueName: \\"kubernetes.io/projected/{uid}-kube-api-access-{r5}\\") pod \\"{pod}\\" (UID: \\"{uid}\\") " pod="{ns}/{pod}"',
    'W{st}  {pid} watcher.go:93] Error while processing event ("/sys/fs/cgroup/kubepods.slice/kubepods-burstable.slice/{hex}": 0x40000100 == IN_CREATE|IN_ISDIR): inotify_add_watch /sys/fs/cgroup/{hex}: no such file or directory',
    'I{st}  {pid} scope.go:117] "RemoveContainer" containerID="{hex}{hex}"',
    'E{st}  {pid} cadvisor_stats_provider.go:516] "Partial failure issuing cadvisor.ContainerInfoV2" err="partial failures: [\\"/kubepods.slice/{hex}\\": RecentStats: unable to find data in memory cache]"',
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
    return {"ns": ns, "pod": pod, "uid": f"{h[:8]}-{h[8:12]}-4{h[13:16]}-9abc-{h[16:28]}", "hex": h, "r5": h[3:8], "pid": " 1234", "img": f"svc{r.randrange(120)}"}


def stamp(i, n):
    s = int(i / n * 36000)
    return f"0412 {6 + s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}.{i % 1000000:06d}"


def kubelet(path, size):
    r, written, i = random.Random(1), 0, 0
    with open(path, "w") as f:
        while written < size:
            lines = []
            for _ in range(2000):
                template = r.choice(PULL) if r.random() < 0.02 else r.choice(NOISE)
                lines.append(template.format(st=stamp(written, size), **words(r)) + "\n")
                i += 1
            block = "".join(lines)
            f.write(block)
            written += len(block)


def containerd(path, size):
    r, written = random.Random(2), 0
    with open(path, "w") as f:
        while written < size:
            lines = []
            for _ in range(2000):
                w = words(r)
                s = int(written / size * 36000)
                t = f'time="2026-04-12T{6 + s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}.{r.randrange(10**9):09d}Z"'
                x = r.random()
                if x < 0.05:
                    lines.append(f'{t} level=info msg="PullImage \\"acme/{w["img"]}:1\\""\n')
                elif x < 0.10:
                    lines.append(f'{t} level=error msg="PullImage \\"acme/{w["img"]}:1\\" failed" error="failed to pull and unpack image \\"docker.io/acme/{w["img"]}:1\\": failed to resolve reference \\"docker.io/acme/{w["img"]}:1\\": unexpected status from HEAD request to https://registry-1.docker.io/v2/acme/{w["img"]}/manifests/1: 429 Too Many Requests"\n')
                else:
                    lines.append(f'{t} level=info msg="CreateContainer within sandbox \\"{w["hex"]}\\" for &ContainerMetadata{{Name:app,Attempt:0,}} returns container id \\"{w["hex"]}\\""\n')
            block = "".join(lines)
            f.write(block)
            written += len(block)


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
                 "involvedObject": {"apiVersion": "v1", "kind": "Pod", "name": w["pod"], "namespace": w["ns"], "uid": w["uid"], "fieldPath": "spec.containers{app}"}, "reason": "Failed" if i % 5 == 0 else "Created", "type": "Warning" if i % 5 == 0 else "Normal",
                 "message": f'Failed to pull image "acme/{w["img"]}:1": failed to pull and unpack image "docker.io/acme/{w["img"]}:1": failed to resolve reference "docker.io/acme/{w["img"]}:1": unexpected status from HEAD request to https://registry-1.docker.io/v2/acme/{w["img"]}/manifests/1: 429 Too Many Requests' if i % 5 == 0 else "Created container app",
                 "count": 1 + i % 4, "firstTimestamp": "2026-04-12T06:00:00Z", "lastTimestamp": f"2026-04-12T07:{i // 60 % 60:02d}:{i % 60:02d}Z", "eventTime": None, "source": {"component": "kubelet", "host": f"n{i % 40}"}, "reportingComponent": "kubelet", "reportingInstance": f"n{i % 40}"}
            f.write(("        " + json.dumps(e, indent=4).replace("\n", "\n        ")) + ("," if i + 1 < count else "") + "\n")
        f.write('    ],\n    "kind": "List",\n    "metadata": {"resourceVersion": ""}\n}\n')


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    folder, megabytes = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 200
    os.makedirs(folder, exist_ok=True)
    kubelet(f"{folder}/kubelet.log", megabytes * 10**6)
    containerd(f"{folder}/containerd.log", megabytes * 3 * 10**5)
    access(f"{folder}/access.log", megabytes * 5 * 10**5)
    events(f"{folder}/events.json", megabytes * 200)
