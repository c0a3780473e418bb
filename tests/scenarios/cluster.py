"""A small simulator of clusters whose images would not pull: it plays kubelets with their back-off, runtimes and a registry front minute by minute, writes what each
program would have logged in the wordings of its version, and knows the truth because it decided it.

A scenario gives nodes, pods and a `fate`: for one attempt (time, node, image) what happens. Everything else follows: containerd, CRI-O and dockerd lines, kubelet lines of
two generations, events as the API server keeps them (counts, one hour of life), pods, nodes and workloads as objects, and the registry's access log.
Wordings: the programs' sources (containerd 1.6, 1.7, 2.1; dockerd 20.10; kubelet 1.20 and 1.28), as our captures show them."""
import base64, datetime, heapq, io, json, os, random, tarfile, gzip

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


DIAL = {"dns": "dial tcp: lookup {host} on 10.96.0.10:53: no such host", "refused": "dial tcp 198.51.100.44:443: connect: connection refused", "timeout": "dial tcp 198.51.100.44:443: i/o timeout",
        "tls": "tls: failed to verify certificate: x509: certificate signed by unknown authority", "proxy": "proxyconnect tcp: dial tcp 10.9.0.8:3128: connect: connection refused",
        "reset": "read tcp {ip}:41234->198.51.100.44:443: read: connection reset by peer", "unreachable": "dial tcp 198.51.100.44:443: connect: no route to host"}


def error_text(node, ref, o):
    """The runtime's error as the CRI hands it on (without the gRPC prefix), in the wording of the node's runtime."""
    n = norm(ref)
    registry = n.split("/")[0]
    host = WIRE.get(registry, registry)
    name, tag = n.split("/", 1)[1].rsplit(":", 1)
    url = f"https://{host}/v2/{name}/manifests/{tag}"
    v = node.runtime
    docker, crio = v.startswith("docker"), v.startswith("crio")
    whole = f'failed to pull and unpack image "{n}": '
    resolve = whole + ("failed to resolve image: " if v == "containerd-2.1" else f'failed to resolve reference "{n}": ')
    digest, other = (f"sha256:{hash_of(n + x):016x}{hash_of(x + n):016x}" * 2 for x in "lm")
    digest, other = digest[:71], other[:71]
    if o.kind == "status":
        s = o.more["status"]
        words = f"{s} {STATUS[s]}"
        if docker:
            return f"received unexpected HTTP status: {words}"
        if crio:
            return f"reading manifest {tag} in {host}/{name}: received unexpected HTTP status: {words}"
        return resolve + (f"pulling from host {host} failed with status code [manifests {tag}]: {words}" if v == "containerd-1.6" else f"unexpected status from HEAD request to {url}: {words}")
    if o.kind == "quota":  # Docker Hub refuses the manifest's GET, so the body is seen
        body = "toomanyrequests: " + o.more.get("body", "You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit")
        if docker:
            return body
        if crio:
            return f"reading manifest {tag} in {registry}/{name}: {body}"
        digest = "sha256:" + f"{abs(hash_of(n)):064x}"[:64]
        return whole + f"failed to copy: httpReadSeeker: failed open: unexpected status code https://{host}/v2/{name}/manifests/{digest}: 429 Too Many Requests - Server message: {body}"
    if o.kind == "not-found":
        return f"manifest for {ref} not found: manifest unknown: manifest unknown" if docker else f"reading manifest {tag} in {host}/{name}: manifest unknown" if crio else resolve + f"{n}: not found"
    if o.kind == "stalled":
        if docker:
            return "context canceled"
        return f'failed to pull and unpack image "{n}": failed to copy: httpReadSeeker: failed open: failed to do request: context canceled'
    if o.kind == "disk-full":
        if docker:
            return f"write /var/lib/docker/tmp/GetImageBlob{hash_of(n) % 10**9}: no space left on device"
        if crio:
            return f'copying system image from manifest list: writing blob: storing blob to file "/var/tmp/container_images_storage{hash_of(n) % 10**9}/1": write /var/tmp/container_images_storage{hash_of(n) % 10**9}/1: no space left on device'
        return f'failed to pull and unpack image "{n}": failed to copy: write /var/lib/containerd/io.containerd.content.v1.content/ingest/{abs(hash_of(n)) % 16**16:016x}/data: no space left on device'
    if o.kind in DIAL or o.kind == "dial":
        text = o.more.get("text") or DIAL[o.kind].format(host=host, ip=node.ip)
        if docker:
            return f'Get "https://{host}/v2/": {text}'
        if crio:
            return f'initializing source docker://{n}: pinging container registry {host}: Get "https://{host}/v2/": {text}'
        return resolve + f'failed to do request: Head "{url}": {text}'
    if o.kind == "token-5xx":
        s = f"{o.more.get('status', 503)} {STATUS[o.more.get('status', 503)]}"
        where = {"docker.io": "https://auth.docker.io/token"}.get(registry, f"https://{host}/service/token")
        if docker:
            return f'Head "{url}": received unexpected HTTP status: {s}'
        if crio:
            return f"initializing source docker://{n}: Requesting bearer token: received unexpected HTTP status: {s}"
        return resolve + ("failed to authorize: failed to fetch anonymous token: " + (f"unexpected status: {s}" if v == "containerd-1.6" else f"unexpected status from GET request to {where}?scope=repository%3A{name.replace('/', '%2F')}%3Apull: {s}"))
    if o.kind == "denied":
        if docker:
            return f"pull access denied for {ref.rsplit(':', 1)[0]}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied"
        if crio:
            return f"initializing source docker://{n}: reading manifest {tag} in {registry}/{name}: requested access to the resource is denied"
        return resolve + "pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed"
    if o.kind == "no-creds":
        if docker:
            return f'Head "{url}": no basic auth credentials'
        if crio:
            return f"initializing source docker://{n}: reading manifest {tag} in {registry}/{name}: unauthorized: authentication required"
        return resolve + (f"pulling from host {host} failed with status code [manifests {tag}]: 401 Unauthorized" if v == "containerd-1.6" else "pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials")
    if o.kind == "bad-creds":
        if docker:
            return f'Get "https://{host}/v2/": unauthorized: incorrect username or password'
        if crio:
            return f"initializing source docker://{n}: unable to retrieve auth token: invalid username/password: unauthorized: incorrect username or password"
        return resolve + "failed to authorize: failed to fetch oauth token: " + ("unexpected status: 401 Unauthorized" if v == "containerd-1.6" else f"unexpected status from POST request to https://{host}/service/token: 401 Unauthorized")
    if o.kind == "perm":
        body = f'denied: Permission "artifactregistry.repositories.downloadArtifacts" denied on resource "projects/acme/locations/us/repositories/{name.split("/")[1]}" (or it may not exist)'
        if docker:
            return body
        if crio:
            return f"initializing source docker://{n}: reading manifest {tag} in {registry}/{name}: {body}"
        return whole + f"failed to copy: httpReadSeeker: failed open: unexpected status code {url}: 403 Forbidden - Server message: {body}"
    if o.kind == "platform":
        if docker:
            return "no matching manifest for linux/arm64/v8 in the manifest list entries"
        if crio:
            return f'choosing image instance: no image found in image index for architecture "{node.arch}", variant "v8", OS "linux"'
        return whole + "no match for platform in manifest: not found" if v != "containerd-2.1" else whole + f"no match for platform in manifest {digest}: not found"
    if o.kind == "read-only":
        if docker:
            return f"open /var/lib/docker/tmp/GetImageBlob{hash_of(n) % 10**9}: read-only file system"
        if crio:
            return "copying system image from manifest list: writing blob: open /var/lib/containers/storage/overlay-layers/.tmp-layers.json1: read-only file system"
        return whole + f"failed to copy: open /var/lib/containerd/io.containerd.content.v1.content/ingest/{abs(hash_of(n)) % 16**16:016x}/ref: read-only file system"
    if o.kind == "corrupt":
        if docker:
            return f"filesystem layer verification failed for digest {digest}"
        if crio:
            return f"copying system image from manifest list: writing blob: layer {digest}: Digest did not match, expected {digest}, got {other}"
        return whole + f'failed commit on ref "layer-{digest}": unexpected commit digest {other}, expected {digest}: failed precondition'
    if o.kind == "unpack":
        if docker:
            return "failed to register layer: ApplyLayer exit status 1 stdout:  stderr: lchown /usr/bin/x: invalid argument"
        if crio:
            return f'copying system image from manifest list: committing the finished image: adding layer with blob "{digest}": ApplyLayer exit status 1 stdout:  stderr: lchown /usr/bin/x: invalid argument'
        return whole + f'failed to extract layer {digest}: mount callback failed on /var/lib/containerd/tmpmounts/containerd-mount123: failed to Lchown "/var/lib/containerd/tmpmounts/containerd-mount123/usr/bin/x" for UID 0, GID 42: lchown: invalid argument'
    if o.kind == "content":
        if docker:
            return "unknown blob"
        if crio:
            return f'copying system image from manifest list: reading blob {digest}: fetching blob: StatusCode: 404, "{{\\"errors\\":[{{\\"code\\":\\"BLOB_UNKNOWN\\""'
        return whole + f"failed to copy: httpReadSeeker: failed open: could not fetch content descriptor {digest} (application/vnd.oci.image.layer.v1.tar+gzip) from remote: not found"
    if o.kind == "runtime-down":
        if docker:
            return "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?"
        sock = "/var/run/crio/crio.sock" if crio else "/run/containerd/containerd.sock"
        return f'connection error: desc = "transport: Error while dialing: dial unix {sock}: connect: connection refused"'
    if o.kind == "cancelled":
        return "unexpected EOF" if docker else "error reading from server: EOF"
    raise ValueError(o.kind)


def hash_of(text):
    h = 1469598103934665603
    for c in text.encode():
        h = (h ^ c) * 1099511628211 % 2**64
    return h


CODE = {"not-found": "NotFound", "stalled": "Canceled", "platform": "NotFound", "corrupt": "FailedPrecondition", "content": "NotFound", "runtime-down": "Unavailable", "cancelled": "Unavailable"}
BEFORE_RUNTIME = {"invalid-ref", "never", "qps"}  # the kubelet refuses by itself


class Node:
    def __init__(self, name, ip, runtime="containerd-1.6", kubelet="1.28", skew=0.0, region=None, arch="amd64", journald=False, zone=0.0):
        self.zone = zone  # hours east of UTC: klog and the journal's text speak local time
        self.name, self.ip, self.runtime, self.kubelet, self.skew, self.region, self.arch, self.journald = name, ip, runtime, kubelet, skew, region, arch, journald
        self.images, self.klog, self.rlog, self.ok, self.failed = {}, [], [], 0, 0
        self.pid = 1000 + hash_of(name) % 30000

    def kubelet_line(self, t, level, place, text):
        self.klog.append((t, f"{level}{datetime.datetime.fromtimestamp(t + self.skew + self.zone * 3600, UTC).strftime('%m%d %H:%M:%S')}.{int((t + self.skew) % 1 * 1e6):06d} {self.pid:7d} {place}] {text}"))

    def runtime_line(self, t, level, msg, **fields):
        extra = "".join(f" {k}={v if v and all(c.isalnum() or c in '._/@^+-' for c in v) else q(v)}" for k, v in sorted(fields.items()))
        stamp = rfc(t + self.skew + self.zone * 3600)
        if self.zone:
            stamp = stamp[:-1] + f"{'-' if self.zone < 0 else '+'}{int(abs(self.zone)):02d}:{int(abs(self.zone) * 60 % 60):02d}"
        stamp = stamp.replace("T", " ") if self.runtime.startswith("crio") else stamp
        self.rlog.append((t, f'time="{stamp}" level={level} msg={q(msg)}{extra}'))


class Pod:
    def __init__(self, ns, name, image, node, created, owner=None, secrets=()):
        self.ns, self.name, self.image, self.node, self.created, self.owner, self.secrets = ns, name, image, node, created, owner, secrets
        self.uid = f"{hash_of(ns + name):016x}"
        self.uid = f"{self.uid[:8]}-{self.uid[8:12]}-4{self.uid[13:16]}-9abc-{hash_of(name + ns) % 16**12:012x}"
        self.tries, self.running, self.gone, self.delay = [], None, None, 10
        self.policy, self.box = "IfNotPresent", "app"


class Cluster:
    def __init__(self, seed, start, end, fate):
        self.rng, self.start, self.end, self.fate = random.Random(seed), at(start), at(end), fate
        self.nodes, self.pods, self.workloads, self.queue, self.access, self.events, self.seq = {}, [], {}, [], [], [], 0
        self.services, self.hpas, self.client_of = [], [], lambda node: node.ip
        self.front = False  # whether the registry's front is drawn: its zone, and its own log beside the access log
        self.secrets = {}  # (namespace, name): the registry that a pull secret is for
        self.serial, self.busy = False, {}  # serialised pulls: when each node's puller is free again
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
            self.up(t + 0.5, pod)
            return
        asked = t
        if self.serial:
            if self.busy.get(node.name, 0) > t:
                t = self.busy[node.name] + 0.01
        o = self.fate(self, t, node, ref)
        if o.kind in BEFORE_RUNTIME:
            self.refused_by_kubelet(t, pod, o)
            return
        pod.tries.append((t, t + o.took, o))
        self.pod_event(pod, asked, "Pulling", f'Pulling image "{ref}"')
        self.requests(t, node, ref, o)
        end = t + o.took
        if self.serial:
            self.busy[node.name] = end
        (self.pulled if o.kind == "ok" else self.failed)(t, end, pod, o, end - asked)

    def refused_by_kubelet(self, t, pod, o):
        """No valid name, never to be pulled, or over registryPullQPS: neither runtime nor registry hears of it."""
        node, ref = pod.node, pod.image
        pod.tries.append((t, t + 0.01, o))
        node.failed += 1
        if o.kind == "invalid-ref":
            why, reason = f'Failed to apply default image tag {q(ref)}: couldn\'t parse image name {q(ref)}: invalid reference format: repository name ({ref.partition("/")[2].partition(":")[0]}) must be lowercase', "InvalidImageName"
            self.pod_event(pod, t, "InspectFailed", why, "Warning")
        elif o.kind == "never":
            why, reason = f"Container image {q(ref)} is not present with pull policy of Never", "ErrImageNeverPull"
            self.pod_event(pod, t, "ErrImageNeverPull", why, "Warning")
        else:
            why, reason = "pull QPS exceeded", "ErrImagePull"
            self.pod_event(pod, t, "Pulling", f'Pulling image "{ref}"')
            self.pod_event(pod, t, "Failed", f'Failed to pull image "{ref}": {why}', "Warning")
        self.pod_event(pod, t + 0.001, "Failed", f"Error: {reason}", "Warning")
        self.start_failed(t, pod, reason, why)
        if o.kind == "qps":
            self.backoff(t, pod)
        else:
            self.later(t + 12 + self.rng.uniform(0, 3), self.sync, pod)

    def pulled(self, t, end, pod, o, waited=None):
        node, ref = pod.node, pod.image
        self.mirror_lines(t, node, ref, o)
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
        took = f" in {o.took:.3f}s ({waited or o.took:.3f}s including waiting)" if node.kubelet != "1.20" else f" in {o.took:.6f}s"
        took += f". Image size: {o.size} bytes." if node.kubelet == "1.34" else ""
        self.pod_event(pod, end, "Pulled", f'Successfully pulled image "{ref}"{took}')
        self.up(end + 0.5, pod)

    def up(self, t, pod):
        """The pod runs; a kubelet from 1.26 on measures its start, and writes times in UTC into a line whose own stamp is local."""
        pod.running = t
        if self.front and pod.node.kubelet != "1.20":
            utc = lambda x: datetime.datetime.fromtimestamp(x, UTC).strftime("%Y-%m-%d %H:%M:%S") + f".{int(x % 1 * 1e9):09d} +0000 UTC"
            seen = utc(t + 0.7 + pod.node.skew) + f" m=+{t - self.start + 86400:.9f}"
            pod.node.kubelet_line(t + 0.7, "I", "pod_startup_latency_tracker.go:102", f'"Observed pod startup duration" pod={q(pod.ns + "/" + pod.name)} podStartSLOduration={t - pod.created:.9f} podCreationTimestamp={q(utc(int(pod.created)).replace(".000000000", ""))} firstStartedPulling="0001-01-01 00:00:00 +0000 UTC" lastFinishedPulling="0001-01-01 00:00:00 +0000 UTC" observedRunningTime={q(seen)} watchObservedRunningTime={q(seen)}')

    def mirror_lines(self, t, node, ref, o):
        """A mirror that was asked first and did not serve: one line of the runtime an attempt."""
        m = o.more.get("mirror")
        if m and node.runtime.startswith("containerd"):
            name, tag = norm(ref).split("/", 1)[1].rsplit(":", 1)
            why = m[1].format(url=f"https://{m[0]}/v2/{name}/manifests/{tag}?ns={norm(ref).split('/')[0]}")
            node.runtime_line(t + 0.005, "info", "trying next host", error=why, host=m[0])

    def failed(self, t, end, pod, o, waited=None):
        self.mirror_lines(t, pod.node, pod.image, o)
        node, ref, text = pod.node, pod.image, error_text(pod.node, pod.image, o)
        node.failed += 1
        cri = f"rpc error: code = {CODE.get(o.kind, 'Unknown')} desc = {text}"
        if o.more.get("plugin"):
            node.kubelet_line(t - 0.05, "E", "plugin.go:244", f'Failed getting credential from external registry credential provider: {o.more["plugin"]}')
        if o.more.get("no_secret"):
            node.kubelet_line(t - 0.06, "I", "kubelet_pods.go:1007", f'"Unable to retrieve pull secret, the image pull may not succeed." pod={q(pod.ns + "/" + pod.name)} secret="" err="secret \\"{o.more["no_secret"]}\\" not found"')
            self.pod_event(pod, t, "FailedToRetrieveImagePullSecret", f'Unable to retrieve some image pull secrets ({o.more["no_secret"]}); attempting to pull the image may not succeed.', "Warning")
        if o.kind == "runtime-down":
            pass
        elif o.kind == "cancelled":
            if node.runtime.startswith("containerd"):
                node.runtime_line(t, "info", f'PullImage "{ref}"')
        elif node.runtime.startswith("containerd"):
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
            elif o.kind in ("denied", "no-creds", "bad-creds", "perm", "platform"):
                node.runtime_line(end, "error", f"Not continuing with pull after error: {text}")
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
        if node.kubelet == "1.34":
            node.kubelet_line(t + 0.001, "E", "log.go:32", f'"PullImage from image service failed" err={q(cri)} image={q(ref)}')
            node.kubelet_line(t + 0.0011, "E", "kuberuntime_image.go:43", f'"Failed to pull image" err={q(text)} image={q(ref)}')
            self.start_failed(t + 0.0012, pod, "ErrImagePull", text)
            return
        if node.kubelet == "1.20":
            node.kubelet_line(t + 0.001, "E", "remote_image.go:113", f'PullImage "{ref}" from image service failed: {cri}')
            node.kubelet_line(t + 0.0011, "E", "kuberuntime_image.go:51", f'Pull image "{ref}" failed: {cri}')
            node.kubelet_line(t + 0.0013, "E", "pod_workers.go:191", f'Error syncing pod {pod.uid} ({q(key)}), skipping: failed to "StartContainer" for "app" with ErrImagePull: {q(cri)}')
            return
        node.kubelet_line(t + 0.001, "E", "remote_image.go:180", f'"PullImage from image service failed" err={q(cri)} image={q(ref)}')
        node.kubelet_line(t + 0.0011, "E", "kuberuntime_image.go:53", f'"Failed to pull image" err={q(text)} image={q(ref)}')
        inner = f'failed to "StartContainer" for "app" with ErrImagePull: {q(text)}'
        node.kubelet_line(t + 0.0013, "E", "pod_workers.go:1298", f'"Error syncing pod, skipping" err={q(inner)} pod={q(pod.ns + "/" + pod.name)} podUID={q(pod.uid)}')

    def start_failed(self, t, pod, reason, text):
        """What the kubelet's manager and pod worker say once no container can be started."""
        node, key = pod.node, f"{pod.name}_{pod.ns}({pod.uid})"
        inner = f'failed to "StartContainer" for "app" with {reason}: {q(text)}'
        if node.kubelet == "1.34":
            node.kubelet_line(t, "E", "kuberuntime_manager.go:1459", f'"Unhandled Error" err={q(f"container app start failed in pod {key}: {reason}: {text}")} logger="UnhandledError"')
        elif node.kubelet == "1.20":
            node.kubelet_line(t + 0.0001, "E", "pod_workers.go:191", f'Error syncing pod {pod.uid} ({q(key)}), skipping: {inner}')
            return
        node.kubelet_line(t + 0.0001, "E", "pod_workers.go:1324", f'"Error syncing pod, skipping" err={q(inner)} pod={q(pod.ns + "/" + pod.name)} podUID={q(pod.uid)}')

    def backoff(self, t, pod):
        """Between attempts the kubelet says ImagePullBackOff at its syncs, then tries again."""
        again, node, ref = t + pod.delay + self.rng.uniform(0, 4), pod.node, pod.image
        for s in (t + 11, t + 24, t + 38):
            if s >= again or (pod.gone and s > pod.gone) or s > self.end:
                break
            why = f"Back-off pulling image {q(ref)}"
            if node.kubelet == "1.34":
                why += f": ErrImagePull: {self.last_words(pod)}"
            inner = f'failed to "StartContainer" for "app" with ImagePullBackOff: {q(why)}'
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
        elif o.kind == "denied" and host != "docker.io":
            line(0.03, "HEAD", f"/v2/{name}/manifests/{tag}", 401, 0)
        elif o.kind == "denied":
            line(0.03, "HEAD", f"/v2/{name}/manifests/{tag}", 401, 0)
        elif o.kind in ("no-creds",):
            line(0.03, "HEAD", f"/v2/{name}/manifests/{tag}", 401, 0)
        elif o.kind == "bad-creds":
            line(0.03, "HEAD", f"/v2/{name}/manifests/{tag}", 401, 0)
            line(0.04, "POST", "/service/token", 401, 0)
        elif o.kind == "token-5xx":
            line(0.03, "GET", f"/service/token?scope=repository%3A{name.replace('/', '%2F')}%3Apull", o.more.get("status", 503), 0)
        elif o.kind == "perm":
            line(0.03, "HEAD", f"/v2/{name}/manifests/{tag}", 200, 0)
            line(0.04, "GET", f"/v2/{name}/manifests/{digest}", 403, 120)
        elif o.kind == "platform":
            line(0.03, "HEAD", f"/v2/{name}/manifests/{tag}", 200, 0)
            line(0.04, "GET", f"/v2/{name}/manifests/{digest}", 200, 1570)
        elif o.kind == "content":
            line(0.03, "HEAD", f"/v2/{name}/manifests/{tag}", 200, 0)
            line(0.04, "GET", f"/v2/{name}/manifests/{digest}", 200, 1570)
            line(0.05, "GET", f"/v2/{name}/blobs/sha256:{hash_of(ref + 'l'):064x}", 404, 157)
        elif o.kind == "not-found":
            line(0.03, "HEAD", f"/v2/{name}/manifests/{tag}", 404, 0)
        elif o.kind == "quota":
            line(0.03, "HEAD", f"/v2/{name}/manifests/{tag}", 200, 0)
            for i in range(5 if node.runtime.startswith("containerd") else 1):
                line(0.04 + i * 0.01, "GET", f"/v2/{name}/manifests/{digest}", 429, 244)
        elif o.kind in ("ok", "stalled", "disk-full", "read-only", "corrupt", "unpack", "cancelled"):
            line(0.03, "HEAD", f"/v2/{name}/manifests/{tag}", 200, 0)
            line(0.04, "GET", f"/v2/{name}/manifests/{digest}", 200, 1570)
            line(0.05, "GET", f"/v2/{name}/blobs/sha256:{hash_of(ref + 'c'):064x}", 200, 7023)
            line(max(0.06, o.took - 0.05), "GET", f"/v2/{name}/blobs/sha256:{hash_of(ref + 'l'):064x}", 200, o.size if o.kind in ("ok", "corrupt", "unpack") else 65536)

    def last_words(self, pod, now=None):
        """The error of the pod's last failed attempt, as a kubelet from 1.32 on repeats it."""
        o = [x[2] for x in pod.tries if x[2].kind != "ok" and (now is None or x[1] <= now)][-1]
        if o.kind in BEFORE_RUNTIME:
            return "pull QPS exceeded"
        text = error_text(pod.node, pod.image, o)
        return f"rpc error: code = {CODE[o.kind]} desc = {text}" if o.kind in CODE else text

    def restart(self, t, node, down=8.0):
        """The runtime stops and comes back: its own lines; pulls under way are cut by whoever asks fate."""
        if node.runtime.startswith("containerd"):
            node.runtime_line(t, "info", "Stop CRI service")
            node.runtime_line(t + down, "info", "starting containerd", revision="1.x", version=f"v{node.runtime[11:]}.20")
            node.runtime_line(t + down + 0.8, "info", "containerd successfully booted in 0.081724s")
        elif node.runtime.startswith("docker"):
            node.runtime_line(t, "info", "Processing signal 'terminated'")
            node.runtime_line(t + down, "info", "Starting up")
            node.runtime_line(t + down + 1, "info", "API listen on /run/docker.sock")

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
            if e["t"] > self.end:
                break
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
        state = {"running": {"startedAt": rfc(p.running, 0)}} if up else {"waiting": self.waiting(p, bad, now) if bad else {"reason": "ContainerCreating"}}
        return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": p.name, "namespace": p.ns, "uid": p.uid, "creationTimestamp": rfc(p.created, 0), "labels": {"app": name or p.name}, "ownerReferences": owner},
                "spec": {"nodeName": p.node.name, "containers": [{"name": p.box, "image": p.image, "imagePullPolicy": p.policy}], **({"imagePullSecrets": [{"name": s} for s in p.secrets]} if p.secrets else {})},
                "status": {"phase": "Running" if up else "Pending", "hostIP": p.node.ip, "startTime": rfc(p.created, 0),
                           "containerStatuses": [{"name": p.box, "image": p.image, "ready": bool(up), "restartCount": 0, "state": state}]}}

    def waiting(self, p, bad, now):
        if bad[-1][2].kind == "invalid-ref":
            return {"reason": "InvalidImageName", "message": f'Failed to apply default image tag "{p.image}": couldn\'t parse image name "{p.image}": invalid reference format'}
        if bad[-1][2].kind == "never":
            return {"reason": "ErrImageNeverPull", "message": f'Container image "{p.image}" is not present with pull policy of Never'}
        message = f'Back-off pulling image "{p.image}"'
        return {"reason": "ImagePullBackOff", "message": message + (f": ErrImagePull: {self.last_words(p, now)}" if p.node.kubelet == "1.34" else "")}

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

    def secrets_json(self):
        """As kubectl lists them, the passwords taken out by whoever collected them."""
        for (ns, name), host in sorted(self.secrets.items()):
            data = base64.b64encode(json.dumps({"auths": {host: {"auth": "UkVEQUNURUQ="}}}).encode()).decode()
            yield {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": ns}, "type": "kubernetes.io/dockerconfigjson", "data": {".dockerconfigjson": data}}

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
                    prefix = f"{datetime.datetime.fromtimestamp(t + n.skew + n.zone * 3600, UTC).strftime('%b %d %H:%M:%S')} {n.name} {ident}[{n.pid}]: " if n.journald else ""
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
