"""A small simulator of clusters whose images would not pull: it plays kubelets with their back-off, runtimes and a registry front minute by minute, writes what each
program would have logged in the wordings of its version, and knows the truth because it decided it.

A scenario gives nodes, pods and a `fate`: for one attempt (time, node, image) what happens. Everything else follows: containerd, CRI-O and dockerd lines, kubelet lines of
two generations, events as the API server keeps them (counts, one hour of life), pods, nodes and workloads as objects, and the registry's access log.
Wordings: formats.md's sources (containerd 1.6, 1.7, 2.1; dockerd 20.10; kubelet 1.20 and 1.28), as our captures show them."""
import datetime, heapq, io, json, os, random, tarfile, gzip

ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
UTC = datetime.timezone.utc


def at(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def rfc(t, digits=9):
    d = datetime.datetime.fromtimestamp(int(t), UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return d + (f".{int((t % 1) * 10**digits):0{digits}d}" if digits else "") + "Z"


def q(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def norm(ref):
    head, slash, rest = ref.partition("/")
    if not slash or not ("." in head or ":" in head):
        head, rest = "docker.io", ref if slash else "library/" + ref
    return f"{head}/{rest}"


WIRE = {"docker.io": "registry-1.docker.io"}


class Outcome:
    """What one attempt came to. kind: ok, cached, or a way of failing that ERRORS words."""

    def __init__(self, kind, took=1.5, size=30_000_000, **more):
        self.kind, self.took, self.size, self.more = kind, took, size, more


OK = Outcome("ok")
STATUS = {403: "Forbidden", 429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout", 404: "Not Found"}


def error_text(node, ref, o):
    """The runtime's error as the CRI hands it on (without the gRPC prefix), in the wording of the node's runtime."""
    n, host = norm(ref), WIRE.get(norm(ref).split("/")[0], norm(ref).split("/")[0])
    name, tag = n.split("/", 1)[1].rsplit(":", 1)
    url = f"https://{host}/v2/{name}/manifests/{tag}"
    v = node.runtime
    resolve = f'failed to pull and unpack image "{n}": ' + ("failed to resolve image: " if v == "containerd-2.1" else f'failed to resolve reference "{n}": ')
    if o.kind == "status":
        s = o.more["status"]
        words = f"{s} {STATUS[s]}"
        if v == "docker-20.10":
            return f"received unexpected HTTP status: {words}"
        if v == "crio-1.28":
            return f"reading manifest {tag} in {host}/{name}: received unexpected HTTP status: {words}"
        return resolve + (f"pulling from host {host} failed with status code [manifests {tag}]: {words}" if v == "containerd-1.6" else f"unexpected status from HEAD request to {url}: {words}")
    if o.kind == "quota":  # Docker Hub refuses the manifest's GET, so the body is seen
        body = "toomanyrequests: " + o.more.get("body", "You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit")
        if v == "docker-20.10":
            return body
        if v == "crio-1.28":
            return f"reading manifest {tag} in docker.io/{name}: {body}"
        digest = "sha256:" + f"{abs(hash_of(n)):064x}"[:64]
        return f'failed to pull and unpack image "{n}": failed to copy: httpReadSeeker: failed open: unexpected status code https://{host}/v2/{name}/manifests/{digest}: 429 Too Many Requests - Server message: {body}'
    if o.kind == "not-found":
        return f"manifest for {ref} not found: manifest unknown: manifest unknown" if v == "docker-20.10" else f"reading manifest {tag} in {host}/{name}: manifest unknown" if v == "crio-1.28" else resolve + f"{n}: not found"
    if o.kind == "stalled":
        return f'failed to pull and unpack image "{n}": failed to copy: httpReadSeeker: failed open: failed to do request: context canceled'
    if o.kind == "disk-full":
        return f'failed to pull and unpack image "{n}": failed to copy: write /var/lib/containerd/io.containerd.content.v1.content/ingest/{abs(hash_of(n)) % 16**16:016x}/data: no space left on device'
    if o.kind == "dial":
        return resolve + f'failed to do request: Head "{url}": {o.more["text"]}'
    raise ValueError(o.kind)


def hash_of(text):
    h = 1469598103934665603
    for c in text.encode():
        h = (h ^ c) * 1099511628211 % 2**64
    return h


CODE = {"not-found": "NotFound", "stalled": "Canceled"}


class Node:
    def __init__(self, name, ip, runtime="containerd-1.6", kubelet="1.28", skew=0.0, region=None, arch="amd64", journald=False):
        self.name, self.ip, self.runtime, self.kubelet, self.skew, self.region, self.arch, self.journald = name, ip, runtime, kubelet, skew, region, arch, journald
        self.images, self.klog, self.rlog, self.ok, self.failed = {}, [], [], 0, 0
        self.pid = 1000 + hash_of(name) % 30000

    def kubelet_line(self, t, level, place, text):
        self.klog.append((t, f"{level}{datetime.datetime.fromtimestamp(t + self.skew, UTC).strftime('%m%d %H:%M:%S')}.{int((t + self.skew) % 1 * 1e6):06d} {self.pid:7d} {place}] {text}"))

    def runtime_line(self, t, level, msg, **fields):
        extra = "".join(f" {k}={v if v and all(c.isalnum() or c in '._/@^+-' for c in v) else q(v)}" for k, v in sorted(fields.items()))
        stamp = rfc(t + self.skew).replace("T", " ") if self.runtime.startswith("crio") else rfc(t + self.skew)
        self.rlog.append((t, f'time="{stamp}" level={level} msg={q(msg)}{extra}'))


class Pod:
    def __init__(self, ns, name, image, node, created, owner=None, secrets=()):
        self.ns, self.name, self.image, self.node, self.created, self.owner, self.secrets = ns, name, image, node, created, owner, secrets
        self.uid = f"{hash_of(ns + name):016x}"
        self.uid = f"{self.uid[:8]}-{self.uid[8:12]}-4{self.uid[13:16]}-9abc-{hash_of(name + ns) % 16**12:012x}"
        self.tries, self.running, self.gone, self.delay = [], None, None, 10


class Cluster:
    def __init__(self, seed, start, end, fate):
        self.rng, self.start, self.end, self.fate = random.Random(seed), at(start), at(end), fate
        self.nodes, self.pods, self.workloads, self.queue, self.access, self.events, self.seq = {}, [], {}, [], [], [], 0
        self.services, self.hpas, self.client_of = [], [], lambda node: node.ip
        self.user_of = lambda t, node, image: None  # what a metered registry saw as credentials

    def add_nodes(self, count, prefix="node", **how):
        for i in range(count):
            name = f"{prefix}-{i + 1}"
            kinds = how.get("runtimes", ["containerd-1.6"])
            self.nodes[name] = Node(name, f"10.{20 + len(self.nodes) // 250}.{len(self.nodes) // 250}.{len(self.nodes) % 250 + 1}", kinds[i % len(kinds)], "1.20" if kinds[i % len(kinds)] == "docker-20.10" else "1.28",
                                    skew=how.get("skew", lambda r: 0.0)(self.rng), region=how.get("region"), arch=how.get("arch", "amd64"), journald=how.get("journald", False))
        return self

    def later(self, t, what, *args):
        self.seq += 1
        heapq.heappush(self.queue, (t, self.seq, what, args))

    def rand5(self):
        return "".join(self.rng.choice(ALPHABET) for _ in range(5))

    def deploy(self, t, ns, name, image, replicas, kind="Deployment", nodes=None, secrets=()):
        """Creates (or rolls out) a workload: pods over the nodes in turn."""
        names = list(nodes or self.nodes)
        shift = hash_of(name) % len(names) if not nodes and kind == "Deployment" else 0  # the scheduler does not begin with the first node each time
        template = "".join("456789bcdf"[(hash_of(ns + name + image) >> (4 * i)) % 10] for i in range(9))
        w = self.workloads.setdefault((kind, ns, name), {"pods": [], "since": t})
        w.update(image=image, rs=f"{name}-{template}", replicas=replicas, rolled=t)
        if kind == "Deployment":
            self.event(t, "deployment-controller", "Deployment", ns, name, "ScalingReplicaSet", f"Scaled up replica set {w['rs']} to {replicas}")
        for i in range(replicas):
            node = names[(i + shift) % len(names)]
            pod_name = f"{w['rs']}-{self.rand5()}" if kind == "Deployment" else f"{name}-{i}" if kind == "StatefulSet" else f"{name}-{self.rand5()}"
            pod = Pod(ns, pod_name, image, self.nodes[node], t + 0.2 * i, (kind, name, w["rs"]), secrets)
            self.pods.append(pod), w["pods"].append(pod)
            self.later(pod.created + 0.5, self.sync, pod)
        return w

    def event(self, t, source, kind, ns, name, reason, message, type_="Normal", node=None, field=None):
        self.events.append({"t": t, "source": source, "kind": kind, "ns": ns, "name": name, "reason": reason, "message": message, "type": type_, "host": node, "field": field})

    def pod_event(self, pod, t, reason, message, type_="Normal"):
        self.event(t + pod.node.skew, "kubelet", "Pod", pod.ns, pod.name, reason, message, type_, pod.node.name, "spec.containers{app}")

    def sync(self, t, pod):
        if pod.gone and t >= pod.gone:
            return
        node, ref = pod.node, pod.image
        if ref in node.images:
            self.pod_event(pod, t, "Pulled", f'Container image "{ref}" already present on machine')
            pod.running = t + 0.5
            return
        o = self.fate(self, t, node, ref)
        pod.tries.append((t, t + o.took, o))
        self.pod_event(pod, t, "Pulling", f'Pulling image "{ref}"')
        self.requests(t, node, ref, o)
        end = t + o.took
        (self.pulled if o.kind == "ok" else self.failed)(t, end, pod, o)

    def pulled(self, t, end, pod, o):
        node, ref = pod.node, pod.image
        node.ok += 1
        node.images[ref] = end
        digest = f"sha256:{hash_of(ref):016x}{hash_of(ref + 'x'):016x}" * 2
        digest = digest[:71]
        if node.runtime.startswith("containerd"):
            node.runtime_line(t, "info", f'PullImage "{ref}"')
            if node.runtime != "containerd-1.6":
                node.runtime_line(end - 0.002, "info", f"stop pulling image {norm(ref)}: active requests=0, bytes read={o.size}")
                node.runtime_line(end - 0.001, "info", f'Pulled image "{ref}" with image id "{digest}", repo tag "{norm(ref)}", repo digest "{norm(ref).rsplit(":", 1)[0]}@{digest}", size "{o.size}" in {o.took:.6f}s')
            node.runtime_line(end, "info", f'PullImage "{ref}" returns image reference "{digest}"')
        elif node.runtime.startswith("crio"):
            i = f"{hash_of(ref + str(t)):016x}"
            node.runtime_line(t, "info", f"Pulling image: {ref}", id=i, name="/runtime.v1.ImageService/PullImage")
            node.runtime_line(end, "info", f"Pulled image: {norm(ref).rsplit(':', 1)[0]}@{digest}", id=i, name="/runtime.v1.ImageService/PullImage")
        took = f" in {o.took:.3f}s ({o.took:.3f}s including waiting)" if node.kubelet != "1.20" else f" in {o.took:.6f}s"
        self.pod_event(pod, end, "Pulled", f'Successfully pulled image "{ref}"{took}')
        pod.running = end + 0.5

    def failed(self, t, end, pod, o):
        node, ref, text = pod.node, pod.image, error_text(pod.node, pod.image, o)
        node.failed += 1
        cri = f"rpc error: code = {CODE.get(o.kind, 'Unknown')} desc = {text}"
        if node.runtime.startswith("containerd"):
            node.runtime_line(t, "info", f'PullImage "{ref}"')
            if o.kind == "stalled":
                node.runtime_line(end - 0.01, "error", f"cancel pulling image {norm(ref)} because of no progress in 5m0s")
            node.runtime_line(end, "error", f'PullImage "{ref}" failed', error=cri if o.kind in CODE else text)
        elif node.runtime.startswith("crio"):
            node.runtime_line(t, "info", f"Pulling image: {ref}", id=f"{hash_of(ref + str(t)):016x}", name="/runtime.v1.ImageService/PullImage")
        else:
            if o.kind == "quota":
                node.runtime_line(end, "error", f"Not continuing with pull after error: {text}")
                node.runtime_line(end, "error", f"Handler for POST /v1.40/images/create returned error: {text}")
            elif o.kind != "not-found":
                node.runtime_line(end, "info", f"Attempting next endpoint for pull after error: {text}")
                node.runtime_line(end, "error", f"Handler for POST /v1.40/images/create returned error: {text}")
        self.kubelet_failed(end, pod, cri, text if o.kind not in CODE else cri)
        self.pod_event(pod, end, "Failed", f'Failed to pull image "{ref}": {cri if node.kubelet == "1.20" else text if o.kind not in CODE else cri}', "Warning")
        self.pod_event(pod, end + 0.001, "Failed", "Error: ErrImagePull", "Warning")
        self.backoff(end, pod)

    def kubelet_failed(self, t, pod, cri, text):
        node, ref = pod.node, pod.image if ":" in pod.image.rsplit("/", 1)[-1] else pod.image + ":latest"
        key = f'{pod.name}_{pod.ns}({pod.uid})'
        if node.kubelet == "1.20":
            node.kubelet_line(t + 0.001, "E", "remote_image.go:113", f'PullImage "{ref}" from image service failed: {cri}')
            node.kubelet_line(t + 0.0011, "E", "kuberuntime_image.go:51", f'Pull image "{ref}" failed: {cri}')
            node.kubelet_line(t + 0.0013, "E", "pod_workers.go:191", f'Error syncing pod {pod.uid} ({q(key)}), skipping: failed to "StartContainer" for "app" with ErrImagePull: {q(cri)}')
            return
        node.kubelet_line(t + 0.001, "E", "remote_image.go:180", f'"PullImage from image service failed" err={q(cri)} image={q(ref)}')
        node.kubelet_line(t + 0.0011, "E", "kuberuntime_image.go:53", f'"Failed to pull image" err={q(text)} image={q(ref)}')
        inner = f'failed to "StartContainer" for "app" with ErrImagePull: {q(text)}'
        node.kubelet_line(t + 0.0013, "E", "pod_workers.go:1298", f'"Error syncing pod, skipping" err={q(inner)} pod={q(pod.ns + "/" + pod.name)} podUID={q(pod.uid)}')

    def backoff(self, t, pod):
        """Between attempts the kubelet says ImagePullBackOff at its syncs, then tries again."""
        again, node, ref = t + pod.delay + self.rng.uniform(0, 4), pod.node, pod.image
        for s in (t + 11, t + 24, t + 38):
            if s >= again or (pod.gone and s > pod.gone) or s > self.end:
                break
            inner = f'failed to "StartContainer" for "app" with ImagePullBackOff: {q(f"Back-off pulling image {q(ref)}")}'
            if node.kubelet == "1.20":
                node.kubelet_line(s, "E", "pod_workers.go:191", f'Error syncing pod {pod.uid} ({q(f"{pod.name}_{pod.ns}({pod.uid})")}), skipping: {inner}')
            else:
                node.kubelet_line(s, "E", "pod_workers.go:1298", f'"Error syncing pod, skipping" err={q(inner)} pod={q(pod.ns + "/" + pod.name)} podUID={q(pod.uid)}')
            self.pod_event(pod, s, "BackOff", f'Back-off pulling image "{ref}"')
            self.pod_event(pod, s + 0.001, "Failed", "Error: ImagePullBackOff", "Warning")
        pod.delay = min(pod.delay * 2, 300)
        self.later(again, self.sync, pod)

    def requests(self, t, node, ref, o):
        """The front's access log (nginx combined): HEAD, token dance, GETs; refused ones repeated as containerd does."""
        if o.more.get("unseen"):
            return
        n = norm(ref)
        host, path = n.split("/", 1)
        name, tag = path.rsplit(":", 1)
        agent = {"containerd-1.6": "containerd/1.6.20", "containerd-1.7": "containerd/1.7.24", "containerd-2.1": "containerd/2.1.9", "crio-1.28": "cri-o/1.28.2 go/go1.20 os/linux arch/amd64",
                 "docker-20.10": "docker/20.10.24 go/go1.19.8 os/linux arch/amd64 UpstreamClient(Go-http-client/1.1)"}[node.runtime]
        digest = f"sha256:{hash_of(ref):064x}"

        def line(dt, method, url, status, size):
            self.access.append((t + dt, host, f'{self.client_of(node)} - - [{datetime.datetime.fromtimestamp(t + dt, UTC).strftime("%d/%b/%Y:%H:%M:%S")} +0000] "{method} {url} HTTP/1.1" {status} {size} "-" "{agent}"'))
        if host == "docker.io":
            line(0.01, "HEAD", f"/v2/{name}/manifests/{tag}", 401, 0)
            line(0.02, "GET", f"/token?scope=repository%3A{name.replace('/', '%2F')}%3Apull&service=registry.docker.io", 200, 4200)
        if o.kind == "status":
            tries = 5 if o.more["status"] == 429 else 1
            for i in range(tries):
                line(0.03 + i * 0.01, "HEAD", f"/v2/{name}/manifests/{tag}", o.more["status"], 0)
        elif o.kind == "not-found":
            line(0.03, "HEAD", f"/v2/{name}/manifests/{tag}", 404, 0)
        elif o.kind == "quota":
            line(0.03, "HEAD", f"/v2/{name}/manifests/{tag}", 200, 0)
            for i in range(5 if node.runtime.startswith("containerd") else 1):
                line(0.04 + i * 0.01, "GET", f"/v2/{name}/manifests/{digest}", 429, 244)
        elif o.kind in ("ok", "stalled", "disk-full"):
            line(0.03, "HEAD", f"/v2/{name}/manifests/{tag}", 200, 0)
            line(0.04, "GET", f"/v2/{name}/manifests/{digest}", 200, 1570)
            line(0.05, "GET", f"/v2/{name}/blobs/sha256:{hash_of(ref + 'c'):064x}", 200, 7023)
            line(max(0.06, o.took - 0.05), "GET", f"/v2/{name}/blobs/sha256:{hash_of(ref + 'l'):064x}", 200, o.size if o.kind == "ok" else 65536)

    def delete(self, t, pod):
        pod.gone = t

    def gc(self, t, node, used, images, high=85, low=80):
        """The kubelet's image garbage collector: says why, removes, says what."""
        node.kubelet_line(t, "I", "image_gc_manager.go:310", f'"Disk usage on image filesystem is over the high threshold, trying to free bytes down to the low threshold" usage={used} highThreshold={high} amountToFree={30_000_000 * len(images)} lowThreshold={low}')
        for i, ref in enumerate(images):
            if node.images.pop(ref, None) is not None:
                node.kubelet_line(t + 0.2 * (i + 1), "I", "image_gc_manager.go:391", f'"Removing image to free bytes" imageID="sha256:{hash_of(ref):064x}" size=30000000')
                node.runtime_line(t + 0.2 * (i + 1) + 0.05, "info", f'ImageDelete event &ImageDelete{{Name:{norm(ref)},XXX_unrecognized:[],}}')

    def run(self):
        while self.queue and self.queue[0][0] <= self.end:
            t, _, what, args = heapq.heappop(self.queue)
            what(t, *args)
        return self

    # What is written.
    def events_json(self):
        merged, order = {}, []
        for e in sorted(self.events, key=lambda e: e["t"]):
            key = (e["source"], e["kind"], e["ns"], e["name"], e["reason"], e["message"])
            m = merged.get(key)
            if m:
                m["last"], m["count"] = e["t"], m["count"] + 1
            else:
                merged[key] = {**e, "first": e["t"], "last": e["t"], "count": 1}
                order.append(key)
        out = []
        for key in order:
            e = merged[key]
            if e["last"] < self.end - 3600 or e["t"] > self.end:  # --event-ttl
                continue
            o = {"kind": e["kind"], "namespace": e["ns"], "name": e["name"], "apiVersion": "v1" if e["kind"] in ("Pod", "Node") else "apps/v1"}
            if e["field"]:
                o["fieldPath"] = e["field"]
            source = {"component": e["source"], **({"host": e["host"]} if e["host"] else {})}
            out.append({"apiVersion": "v1", "kind": "Event", "metadata": {"name": f"{e['name']}.{hash_of(str(key)):016x}", "namespace": e["ns"] or "default", "uid": f"{hash_of('u' + str(key)):016x}", "creationTimestamp": rfc(e["first"], 0)},
                        "involvedObject": o, "reason": e["reason"], "message": e["message"], "type": e["type"], "count": e["count"], "firstTimestamp": rfc(e["first"], 0), "lastTimestamp": rfc(e["last"], 0),
                        "eventTime": None, "source": source, "reportingComponent": e["source"], "reportingInstance": e["host"] or ""})
        return out

    def pod_json(self, p, now):
        kind, name, rs = p.owner or (None, None, None)
        owner = [{"apiVersion": "apps/v1", "kind": "ReplicaSet" if kind == "Deployment" else kind, "name": rs if kind == "Deployment" else name, "uid": f"{hash_of(p.ns + (rs or name)):016x}", "controller": True}] if kind else []
        up = p.running and p.running <= now
        bad = [x for x in p.tries if x[2].kind != "ok" and x[1] <= now]
        state = {"running": {"startedAt": rfc(p.running, 0)}} if up else {"waiting": {"reason": "ImagePullBackOff", "message": f'Back-off pulling image "{p.image}"'} if bad else {"reason": "ContainerCreating"}}
        return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": p.name, "namespace": p.ns, "uid": p.uid, "creationTimestamp": rfc(p.created, 0), "labels": {"app": name or p.name}, "ownerReferences": owner},
                "spec": {"nodeName": p.node.name, "containers": [{"name": "app", "image": p.image, "imagePullPolicy": "IfNotPresent"}], **({"imagePullSecrets": [{"name": s} for s in p.secrets]} if p.secrets else {})},
                "status": {"phase": "Running" if up else "Pending", "hostIP": p.node.ip, "startTime": rfc(p.created, 0),
                           "containerStatuses": [{"name": "app", "image": p.image, "ready": bool(up), "restartCount": 0, "state": state}]}}

    def workload_json(self, now):
        out = []
        for (kind, ns, name), w in sorted(self.workloads.items()):
            pods = [p for p in w["pods"] if not (p.gone and p.gone <= now)]
            ready = sum(1 for p in pods if p.running and p.running <= now)
            current = [p for p in pods if p.image == w["image"]]
            want = w["replicas"]
            status = {"replicas": len(pods), "readyReplicas": ready, "updatedReplicas": len(current), "unavailableReplicas": max(0, want - ready), "observedGeneration": 2}
            spec = {"replicas": want, "selector": {"matchLabels": {"app": name}}, "template": {"metadata": {"labels": {"app": name}}, "spec": {"containers": [{"name": "app", "image": w["image"]}]}}}
            if kind == "Deployment":
                done = all(p.running and p.running <= now for p in current)
                late = now - w["rolled"] > 600 and not done
                status["conditions"] = [{"type": "Progressing", "status": "False" if late else "True", "reason": "ProgressDeadlineExceeded" if late else "NewReplicaSetAvailable" if done else "ReplicaSetUpdated",
                                         "message": f'ReplicaSet "{w["rs"]}" ' + ("has timed out progressing." if late else "has successfully progressed."), "lastTransitionTime": rfc(w["rolled"] + 600 if late else w["rolled"], 0)}]
                out.append({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": w["rs"], "namespace": ns, "creationTimestamp": rfc(w["rolled"], 0), "labels": {"app": name},
                            "ownerReferences": [{"apiVersion": "apps/v1", "kind": "Deployment", "name": name, "controller": True, "uid": "x"}]}, "spec": spec, "status": {k: v for k, v in status.items() if k != "conditions"}})
            if kind == "DaemonSet":
                spec.pop("replicas")
                status = {"desiredNumberScheduled": want, "currentNumberScheduled": len(pods), "numberReady": ready, "updatedNumberScheduled": len(current), "numberUnavailable": want - ready}
            out.append({"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name, "namespace": ns, "creationTimestamp": rfc(w["since"], 0), "generation": 2, "labels": {"app": name}}, "spec": spec, "status": status})
        return out

    def node_json(self, n):
        labels = {"kubernetes.io/arch": n.arch, "kubernetes.io/hostname": n.name, **({"topology.kubernetes.io/region": n.region} if n.region else {})}
        runtime = {"containerd-1.6": "containerd://1.6.20", "containerd-1.7": "containerd://1.7.24", "containerd-2.1": "containerd://2.1.9", "docker-20.10": "docker://20.10.24", "crio-1.28": "cri-o://1.28.2"}[n.runtime]
        return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": n.name, "labels": labels}, "status": {"addresses": [{"type": "InternalIP", "address": n.ip}, {"type": "Hostname", "address": n.name}],
                "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady"}], "nodeInfo": {"architecture": n.arch, "operatingSystem": "linux", "kubeletVersion": f"v{n.kubelet}.4", "containerRuntimeVersion": runtime}}}

    def files(self, access=True):
        def listing(items):
            return (json.dumps({"apiVersion": "v1", "items": items, "kind": "List", "metadata": {"resourceVersion": ""}}, sort_keys=True, indent=1) + "\n").encode()
        alive = [p for p in self.pods if not (p.gone and p.gone <= self.end) and p.created <= self.end]
        yield "cluster/events.json", listing(self.events_json())
        yield "cluster/pods.json", listing([self.pod_json(p, self.end) for p in alive])
        yield "cluster/nodes.json", listing([self.node_json(n) for n in self.nodes.values()])
        yield "cluster/workloads.json", listing(self.workload_json(self.end) + self.services + self.hpas)
        for n in self.nodes.values():
            runtime = {"c": "containerd", "d": "docker"}[n.runtime[0]] if not n.runtime.startswith("crio") else "crio"
            for name, ident, lines in (("kubelet", "kubelet", n.klog), (runtime, {"docker": "dockerd"}.get(runtime, runtime), n.rlog)):
                text = []
                for t, line in sorted((x for x in lines if x[0] <= self.end), key=lambda x: x[0]):
                    prefix = f"{datetime.datetime.fromtimestamp(t + n.skew, UTC).strftime('%b %d %H:%M:%S')} {n.name} {ident}[{n.pid}]: " if n.journald else ""
                    text.append(prefix + line + "\n")
                if text:
                    yield f"nodes/{n.name}/{name}.log", "".join(text).encode()
        hosts = {}
        for t, host, line in sorted(self.access):
            if t <= self.end:
                hosts.setdefault(host, []).append(line + "\n")
        for host, lines in sorted(hosts.items()) if access else ():
            yield f"registry/{host.split(':')[0]}/access.log", "".join(lines).encode()

    def write(self, folder, truth, access=True):
        os.makedirs(folder, exist_ok=True)
        raw = io.BytesIO()
        with tarfile.open(fileobj=raw, mode="w") as tar:
            for path, data in self.files(access):
                info = tarfile.TarInfo(path)
                info.size, info.mtime = len(data), int(self.end)
                tar.addfile(info, io.BytesIO(data))
        with open(os.path.join(folder, "input.tar.gz"), "wb") as f:
            f.write(gzip.compress(raw.getvalue(), 9, mtime=0))
        truth = {"nodes": sorted(n.name for n in self.nodes.values() if n.failed), "failed": {n.name: n.failed for n in self.nodes.values()}, "ok": {n.name: n.ok for n in self.nodes.values() if n.runtime != "docker-20.10"}, **truth}
        with open(os.path.join(folder, "truth.json"), "w") as f:
            json.dump({k: v for k, v in truth.items() if v is not None or k == "root_cause"}, f, indent=1, sort_keys=True)
            f.write("\n")
        return sum(n.ok + n.failed for n in self.nodes.values()), len(raw.getvalue())
