"""What a bundle holds beside the pulls of its nodes: who else writes, asks and repeats. A drawn scenario takes some of it by its own stream of chance, so that the
cluster beneath is the same with and without.

Three layers, each by itself:
  settle    what changes the truth, in both versions: pods that watch, ship and build, pull secrets for other registries, single failures that recover, a collection of images
  Noise     what changes nothing: voices (logs of containers), asks (requests of clients that are no runtime), chatter (a node's daily lines), papers (files that are no logs)
  contain   the same true logs, kept as the logs of containers: a registry, a proxy, a kubelet, a k3s

Words: the rules' own samples, so that every word that is listened for is also said by somebody who pulled nothing. Grammars: containerd, dockerd and kubelet as cluster.py
plays them for another cluster; kubernetes-event-exporter and eventrouter, fluent-bit's and vector's JSON, Argo CD's logrus, Flux's zap, Prometheus' and Alertmanager's
logfmt, kube-state-metrics' text, Trivy's, Keel's and cosign's clients, kaniko's and docker push's progress, Distribution's access lines."""
import datetime, json, os, random, re
from cluster import *

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
OWN = "registry.corp.test:5000"


# ── the words ──
def samples(folder=os.path.join(ROOT, "rules", "causes")):
    """Every sample line of the rules, those they match and those they leave: read as text, since YAML is not in the standard library. A map gives its error."""
    out, inside = [], False
    for name in sorted(os.listdir(folder)):
        for line in open(os.path.join(folder, name), encoding="utf-8"):
            key = re.match(r"\s+(\w+):\s*$", line)
            if key:
                inside = key[1] in ("match", "leave")
                continue
            item = re.match(r"\s+- (.*)$", line)
            if not inside or not item:
                inside = inside and bool(item)
                continue
            text = item[1].strip()
            if text.startswith("{"):
                m = re.search(r"error: ('(?:[^']|'')*'|\"(?:[^\"\\]|\\.)*\")", text)
                text = m[1] if m else ""
            if text.startswith("'") and text.endswith("'"):
                out.append(text[1:-1].replace("''", "'"))
            elif text.startswith('"') and text.endswith('"'):
                out.append(re.sub(r"\\(.)", lambda m: {"n": " ", "t": " "}.get(m[1], m[1]), text[1:-1]))
            elif text:
                out.append(text)
    return [x for x in dict.fromkeys(out) if "\n" not in x and len(x) > 6]


WORDS = samples()
assert len(WORDS) > 100, "the samples of rules/causes are not found"
OWN_BUSINESS = ["toomanyrequests: tenant {n} is over its API quota", "HTTP 429 Too Many Requests from https://api.partner.test/v1/rates, backing off {n}s", "401 Unauthorized for /admin from 203.0.113.{b}", "authorization failed for user {n}: token expired",
                "no space left on device quota for user {n}, rejecting upload", "failed to pull image list from CMS: timeout after {n}ms", "dial tcp 10.96.0.40:5432: connect: connection refused, will retry in {n}s",
                "x509: certificate signed by unknown authority calling https://ledger.partner.test/v2/accounts", "GET /v2/shipments/{n}/manifests/latest 404 12ms", "POST /api/v2/alerts 429", "image thumb-{n}.png not found: manifest unknown (photo album manifest)",
                "Failed to pull image {n} from camera: connection refused", "git: failed to pull origin main: could not resolve host: git.invalid", "pull request #{n} merged", "worker {n} finished batch in 812ms", "cache miss key=session:{n}", "GET /healthz 200",
                "received alert ImagePullBackOff for cluster dev-{n} (resolved)", "denied: requested access to report {n} is denied", "manifest for shipment {n} not found", "read tcp 10.4.0.{b}:58429->10.4.1.9:6379: read: connection reset by peer", "unauthorized: authentication required for /graphql",
                "quota metric 'Queries' and limit 'Queries per minute' of service 'dns.googleapis.com' exceeded", "NAME_UNKNOWN: HFILTER_HOSTNAME_UNKNOWN ({n} points)", "upstream returned 503 Service Unavailable, retrying (attempt {n})", "lookup orders-db on 10.96.0.10:53: server misbehaving",
                "write /spool/{n}.tmp: no space left on device", "blob unknown to bucket media-{n}", "layer {n} of the map does not exist", "rpc error: code = Unavailable desc = transport is closing", "context deadline exceeded while awaiting headers from payments", "back-off 5m0s restarting consumer {n}"]


# ── how an application dresses a line ──
def clock(t, fmt):
    return datetime.datetime.fromtimestamp(t, UTC).strftime(fmt)


STYLES = {
    "java": lambda t, lv, x, who: f"{clock(t, '%Y-%m-%d %H:%M:%S')}.{int(t % 1 * 1000):03d} {lv.upper():5} 1 --- [nio-8080-exec-3] t.corp.{who}.Worker : {x}",
    "python": lambda t, lv, x, who: f"{clock(t, '%Y-%m-%d %H:%M:%S')},{int(t % 1 * 1000):03d} {lv.upper()} {who}.tasks {x}",
    "zap": lambda t, lv, x, who: json.dumps({"level": lv, "ts": round(t, 3), "caller": "sync/worker.go:88", "msg": x}),
    "zap-error": lambda t, lv, x, who: json.dumps({"level": lv, "ts": rfc(t, 3), "logger": who, "msg": "request failed", "error": x}),
    "pino": lambda t, lv, x, who: json.dumps({"level": 50 if lv == "error" else 30, "time": int(t * 1000), "pid": 1, "hostname": who, "msg": x}),
    "logrus": lambda t, lv, x, who: f'time="{rfc(t, 0)}" level={lv} msg={q(x)}',
    "logfmt": lambda t, lv, x, who: f"ts={rfc(t, 3)} level={lv} component={who} msg={q(x)}",
    "ecs": lambda t, lv, x, who: json.dumps({"@timestamp": rfc(t, 3), "log.level": lv.upper(), "message": x, "service.name": who}),
    "nested": lambda t, lv, x, who: json.dumps({"time": rfc(t, 3), "service": who, "message": json.dumps({"event": "upstream", "detail": {"error": x, "attempt": 2}})}),
    "klog": lambda t, lv, x, who: f"{lv[0].upper()}{clock(t, '%m%d %H:%M:%S')}.{int(t % 1 * 1e6):06d}       1 {who}.go:121] {x}",
    "nginx": lambda t, lv, x, who: f"{clock(t, '%Y/%m/%d %H:%M:%S')} [error] 29#29: *41 {x}, client: 10.4.0.9, server: {who}.corp.test",
    "bare": lambda t, lv, x, who: x,
}


class Voice:
    """The log of one container: who writes, of what kind, and (time, stream, line)."""

    def __init__(self, kind, pod, entries):
        self.kind, self.pod, self.entries = kind, pod, sorted(entries, key=lambda e: e[0])


# ── pods that are there all the while ──
ROLES = {  # role: namespace, kind, name, image, container
    "shipper": ("logging", "DaemonSet", "fluent-bit", "cr.fluentbit.io/fluent/fluent-bit:3.1.4", "fluent-bit"),
    "exporter": ("monitoring", "Deployment", "event-exporter", "ghcr.io/resmoio/kubernetes-event-exporter:v1.7", "event-exporter"),
    "bot": ("chatops", "Deployment", "ops-bot", "registry.corp.test:5000/chatops/bot:2.3", "bot"),
    "tickets": ("support", "Deployment", "helpdesk-sync", "registry.corp.test:5000/support/sync:1.8", "sync"),
    "assistant": ("support", "Deployment", "sre-assistant", "registry.corp.test:5000/support/assistant:0.9", "api"),
    "argocd": ("argocd", "StatefulSet", "argocd-application-controller", "quay.io/argoproj/argocd:v2.12.3", "argocd-application-controller"),
    "flux": ("flux-system", "Deployment", "kustomize-controller", "ghcr.io/fluxcd/kustomize-controller:v1.3.0", "manager"),
    "prometheus": ("monitoring", "StatefulSet", "prometheus-k8s", "quay.io/prometheus/prometheus:v2.54.1", "prometheus"),
    "alertmanager": ("monitoring", "StatefulSet", "alertmanager-main", "quay.io/prometheus/alertmanager:v0.27.0", "alertmanager"),
    "metrics": ("monitoring", "Deployment", "kube-state-metrics", "registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.13.0", "kube-state-metrics"),
    "scanner": ("trivy-system", "Deployment", "trivy-operator", "ghcr.io/aquasecurity/trivy-operator:0.22.0", "trivy-operator"),
    "updater": ("keel", "Deployment", "keel", "keelhq/keel:0.19.1", "keel"),
    "admission": ("kyverno", "Deployment", "kyverno-admission-controller", "ghcr.io/kyverno/kyverno:v1.12.5", "kyverno"),
    "dns": ("kube-system", "Deployment", "coredns", "registry.k8s.io/coredns/coredns:v1.11.1", "coredns"),
    "manager": ("kube-system", "StatefulSet", "kube-controller-manager", "registry.k8s.io/kube-controller-manager:v1.28.4", "kube-controller-manager"),
    "builder": ("ci", "Job", "build-4711", "gcr.io/kaniko-project/executor:v1.23.2", "kaniko"),
    "pusher": ("ci", "Job", "push-4712", "docker:27.1-cli", "build"),
}


SINGLE = {"reset": "network.reset", "timeout": "network.connect-timeout", "status": "registry.outage", "dns": "network.dns", "refused": "network.refused"}
SECRETS = {"quay-pull": "quay.io", "ghcr-pull": "ghcr.io", "old-harbor": "harbor.old.test", "regcred": OWN, "ecr": "111122223333.dkr.ecr.eu-west-1.amazonaws.com", "gar": "us-docker.pkg.dev", "hub": "docker.io"}  # ecr-pull is the one that nobody made


def settle(w, seed):
    """Before the cluster runs. A stream of its own: the incident is the one that the seed draws without."""
    r, c = random.Random(seed * 104729 + 11), w.c
    w.roles, c.front = {}, True
    for role, (ns, kind, name, image, box) in ROLES.items():
        for i in range(min(4, w.size) if kind == "DaemonSet" else 1):
            node = c.nodes[w.names[i] if kind == "DaemonSet" else r.choice(w.names)]
            tail = f"{name}-0" if kind == "StatefulSet" else f"{name}-{'7d4c9b6f5-' if kind == 'Deployment' else ''}" + "".join(r.choice(ALPHABET) for _ in range(5))
            p = Pod(ns, tail, image, node, c.start - 86400 + i, (kind, name, f"{name}-7d4c9b6f5"))
            p.running, p.box = c.start - 86390 + i, box
            c.pods.append(p)
            c.workloads.setdefault((kind, ns, name), {"pods": [], "since": p.created, "rolled": p.created, "image": image, "rs": f"{name}-7d4c9b6f5", "replicas": 0})
            c.workloads[(kind, ns, name)]["pods"].append(p)
            c.workloads[(kind, ns, name)]["replicas"] += 1
            w.roles.setdefault(role, []).append(p)
    kinds = [k for k, cause in SINGLE.items() if not any(cause in {x["cause"], *x.get("alts", ()), *x.get("others", ())} for x in w.truths)]
    armed = sorted((c.start + r.uniform(0.1, 0.85) * (c.end - c.start), r.choice(w.names), r.choice(kinds)) for _ in range(r.choice([0, 1, 1, 2, 3]) if w.size > 2 else r.choice([0, 1])))
    armed = [a for i, a in enumerate(armed) if a[1] not in {b[1] for b in armed[:i]}]
    last = [0]

    def single(t, node, image, raw):
        """The first pull of an armed node fails once, minutes after the last such; the kubelet's next attempt goes well."""
        for a in armed:
            if t >= a[0] and t - last[0] > 400 and node.name == a[1] and t < c.end - 300 and not any(p.tries for p in c.pods if p.node is node and norm(p.image) == image):
                armed.remove(a)
                last[0] = t
                return Outcome(a[2], c.rng.uniform(0.1, 0.9), background=True, **({"status": 503} if a[2] == "status" else {}))
        return None
    w.last_rules = [single]
    for n in r.sample(w.names, min(w.size, r.choice([0, 0, 1]))):  # the kubelet collects what no pod runs
        c.later(c.start + r.uniform(0.1, 0.9) * (c.end - c.start), collect, w, n, r.randrange(1, 4))
    deploy = c.deploy

    def with_secrets(t, ns, name, image, replicas, kind="Deployment", nodes=None, secrets=()):
        """Half of the workloads carry a pull secret for a registry that they do not ask."""
        other = [s for s in ("quay-pull", "ghcr-pull", "old-harbor") if not image.startswith(SECRETS[s])][hash_of(name) % 2]
        secrets = tuple(secrets) + ((other,) if hash_of(name) % 4 < 2 else ())
        for s in secrets:
            if s in SECRETS:
                c.secrets[ns, s] = SECRETS[s]
        return deploy(t, ns, name, image, replicas, kind, nodes, secrets)
    c.deploy = with_secrets


def collect(t, w, name, count):
    node = w.c.nodes[name]
    used = {p.image for p in w.c.pods if p.node is node and not (p.gone and p.gone <= t)}
    w.c.gc(t, node, 86, [i for i in sorted(node.images) if i not in used][:count])


# ── the other cluster, whose lines are quoted ──
class Elsewhere:
    """Another cluster's trouble, played by the same programs: what people paste, ship and forward."""

    def __init__(self, r, t0):
        kinds = r.sample(["quota", "status", "not-found", "dns", "refused", "tls", "denied", "no-creds", "disk-full", "stalled", "content", "perm"], 3)
        texts = {"status": {"status": 503}, "quota": {}}

        def fate(c, t, node, image):
            return Outcome("ok", 2.0) if hash_of(image) % 4 == 0 else Outcome(kinds[hash_of(image) % 3], 0.4, **texts.get(kinds[hash_of(image) % 3], {}))
        c = self.c = Cluster(r.randrange(1 << 30), rfc(t0, 0), rfc(t0 + 900, 0), fate)
        c.add_nodes(2, r.choice(["stage-worker", "edge", "gke-stage-pool"]), runtimes=[r.choice(["containerd-1.6", "containerd-1.7", "containerd-2.1"]), r.choice(["crio-1.28", "docker-20.10", "containerd-1.7"])])
        for i in range(6):
            c.deploy(c.start + 5 + 20 * i, r.choice(["crm", "billing", "stage"]), f"app{i}", r.choice(["docker.io", "quay.io", "ghcr.io", "hub.stage.test", "111122223333.dkr.ecr.us-east-1.amazonaws.com"]) + f"/crm/app{i}:{r.randrange(1, 9)}.{i}", 2)
        c.run()

    def lines(self, which=None):
        out = []
        for n in self.c.nodes.values():
            out += [x for x in (n.klog if which != "runtime" else []) + (n.rlog if which != "kubelet" else []) if x[0] <= self.c.end]
        return [x[1] for x in sorted(out, key=lambda x: x[0]) if "ull" in x[1]]


def describe(c, pod, now):
    """kubectl describe pod, the part that people paste."""
    rows = [(e["type"], e["reason"], e["t"], e["message"]) for e in c.events if e["kind"] == "Pod" and e["name"] == pod.name and e["t"] <= now][-7:]
    head = [f"Name:             {pod.name}", f"Namespace:        {pod.ns}", f"Node:             {pod.node.name}/{pod.node.ip}", "Status:           Pending", "Containers:", "  app:", f"    Image:          {pod.image}", "    State:          Waiting", "      Reason:       ImagePullBackOff", "Events:",
            "  Type     Reason     Age                From               Message", "  ----     ------     ----               ----               -------", f"  Normal   Scheduled  {int(now - pod.created)}s                default-scheduler  Successfully assigned {pod.ns}/{pod.name} to {pod.node.name}"]
    return head + [f"  {ty:8} {why:10} {int(now - t)}s (x3 over {int(now - pod.created)}s)  kubelet            {m}" for ty, why, t, m in rows]


def event_objects(c):
    """Each occurrence of a pod's event as the API tells it."""
    for e in c.events:
        if e["kind"] != "Pod" or e["t"] > c.end:
            continue
        yield e["t"], {"metadata": {"name": f"{e['name']}.{hash_of(e['name'] + e['reason'] + e['message']):016x}", "namespace": e["ns"], "creationTimestamp": rfc(e["t"], 0)}, "reason": e["reason"], "message": e["message"], "source": {"component": e["source"], "host": e["host"]},
                       "firstTimestamp": rfc(e["t"], 0), "lastTimestamp": rfc(e["t"], 0), "count": 1, "type": e["type"], "involvedObject": {"kind": "Pod", "namespace": e["ns"], "name": e["name"], "apiVersion": "v1", "fieldPath": e["field"] or ""}}


class Noise:
    """Drawn after the cluster ran: reads it, changes nothing in it."""

    def __init__(self, w, seed, everything=False):
        self.w, self.c, self.r = w, w.c, random.Random(seed * 15485863 + 5)
        self.everything, self.voices, self.requests, self.lines, self.papers, self.clients, self.refused_on = everything, [], [], {}, {}, [], []
        self.kept = {}  # path: the kind of voice whose log lies there
        self.elsewhere = Elsewhere(self.r, self.c.start + self.r.choice([-86400 * 3, 600, 1200]))
        for kind in ("talk", "shop", "shipper", "exporter", "bot", "tickets", "assistant", "argocd", "flux", "prometheus", "alertmanager", "metrics", "scanner", "updater", "admission", "dns", "manager", "builder", "pusher"):
            if self.drawn(0.6):
                getattr(self, kind)()
        for kind in ("pushes", "signatures", "listings", "probes", "scans", "updates", "foreign", "snat", "node_pushes", "crawlers"):
            if self.drawn(0.7):
                getattr(self, kind)()
        self.chatter()
        if self.drawn(0.4):
            self.documents()
        if self.w.layout in ("lab", "boxed", "kops") and self.drawn(0.3):
            self.old()

    def drawn(self, p):
        return self.r.random() < p or self.everything

    def times(self, n):
        return sorted(self.r.uniform(self.c.start + 5, self.c.end - 5) for _ in range(n))

    def speak(self, kind, pod, entries, stream="stdout"):
        entries = [(t, stream, line) for t, x in entries for line in x.split("\n") if t <= self.c.end]
        if entries:
            self.voices.append(Voice(kind, pod, entries))

    def dressed(self, pod, texts, style=None):
        """The texts of one application, all in its own style."""
        style, who = style or self.r.choice(list(STYLES)), (pod.owner or ("", pod.name))[1].split("-")[0]
        return [(t, STYLES[style](t, self.r.choice(["error", "warn", "info"]), x, who)) for t, x in zip(self.times(len(texts)), texts)]

    def tenants(self, n):
        """Running pods of the cluster's own workloads."""
        up = [p for p in self.c.pods if p.running and p.running < self.c.end - 60 and not p.gone and p.box == "app"]
        return self.r.sample(up, min(n, len(up)))

    # Applications.
    def talk(self):
        for pod in self.tenants(self.r.randint(2, 5)):
            before = self.r.choice(["", "", "upstream said: ", "job 41 failed: ", "partner: ", "sync: "])
            self.speak("talk", pod, self.dressed(pod, [before + x for x in self.r.sample(WORDS, min(len(WORDS), 25))]), self.r.choice(["stdout", "stderr"]))

    def shop(self):
        for pod in self.tenants(self.r.randint(2, 5)):
            texts = [self.r.choice(OWN_BUSINESS).format(n=self.r.randrange(1, 400), b=self.r.randrange(2, 250)) for _ in range(self.r.choice([20, 60]))]
            self.speak("shop", pod, self.dressed(pod, texts))

    # Those who repeat.
    def shipper(self):
        """Tails its own node's logs, and prints what it read: as it stands, or wrapped."""
        how = self.r.choice(["tail", "fluent", "vector", "stdout-kv"])
        for pod in self.w.roles["shipper"]:
            n = pod.node
            lines = sorted(((t, w, x) for w, xs in (("kubelet", n.klog), ("containerd", n.rlog)) for t, x in xs if t <= self.c.end - 2), key=lambda x: x[0])[:400]
            out, last = [], None
            for t, w, x in lines:
                late = t + self.r.uniform(0.1, 1.5)
                if how == "tail":
                    out.append((late, (f"\n==> /host/{w}.log <==\n" if w != last else "") + x))
                elif how == "fluent":
                    out.append((late, json.dumps({"date": round(t, 6), "log": x, "_SYSTEMD_UNIT": f"{w}.service", "hostname": n.name})))
                elif how == "vector":
                    out.append((late, json.dumps({"host": n.name, "message": x, "source_type": "journald", "timestamp": rfc(t, 6), "SYSLOG_IDENTIFIER": w})))
                else:
                    out.append((late, f"[0] kube.{w}: [{t:.9f}, {{\"log\"=>{json.dumps(x)}, \"hostname\"=>{json.dumps(n.name)}}}]"))
                last = w
            self.speak("shipper", pod, out)

    def exporter(self):
        how = self.r.choice(["exporter", "router", "glog"])
        out = []
        for t, e in event_objects(self.c):
            if len(out) >= 300:
                break
            line = json.dumps({**e, "clusterName": ""}) if how == "exporter" else json.dumps({"verb": "ADDED", "event": e}) if how == "router" else \
                f"I{clock(t, '%m%d %H:%M:%S')}.{int(t % 1 * 1e6):06d}       1 glogsink.go:42] Event(v1.ObjectReference{{Kind:\"Pod\", Namespace:\"{e['involvedObject']['namespace']}\", Name:\"{e['involvedObject']['name']}\", APIVersion:\"v1\"}}): type: '{e['type']}' reason: '{e['reason']}' {e['message']}"
            out.append((t + self.r.uniform(0.05, 1), line))
        self.speak("exporter", self.w.roles["exporter"][0], out)

    def quotations(self, n):
        """Whole kubelet and runtime lines, events and descriptions: of the other cluster, and of this one."""
        other, out = self.elsewhere, []
        mine = [x for node in self.c.nodes.values() for t, x in (node.klog + node.rlog)[-60:] if "ull" in x]
        stuck = [p for p in other.c.pods if p.tries and p.tries[-1][2].kind != "ok"] or other.c.pods
        events = [e for _, e in event_objects(other.c) if e["reason"] in ("Failed", "BackOff", "Pulling")]
        for _ in range(n):
            kind = self.r.choice(["line", "line", "lines", "mine", "event", "message", "describe"])
            if kind == "mine" and mine:
                out.append(self.r.choice(mine))
            elif kind == "event" and events:
                out.append(json.dumps(self.r.choice(events)))
            elif kind == "message" and events:
                out.append(self.r.choice(events)["message"])
            elif kind == "describe":
                out.append("\n".join(describe(other.c, self.r.choice(stuck), other.c.end)))
            else:
                lines = other.lines()
                i = self.r.randrange(max(1, len(lines) - 4))
                out.append("\n".join(lines[i:i + (1 if kind == "line" else 4)]))
        return out

    def bot(self):
        """Chat-ops: what a person asked it to fetch, raw or in a payload for the chat."""
        pod, how = self.w.roles["bot"][0], self.r.choice(["raw", "slack", "dressed"])
        texts = self.quotations(12)
        if how == "slack":
            texts = [json.dumps({"channel": "#ops", "ts": f"{self.c.start:.4f}", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "```" + x + "```"}}]}) for x in texts]
        self.speak("bot", pod, list(zip(self.times(len(texts)), texts)) if how != "dressed" else self.dressed(pod, [x.replace("\n", "\\n") for x in texts]))

    def tickets(self):
        pod = self.w.roles["tickets"][0]
        texts = [json.dumps({"level": "info", "msg": "issue updated", "issue": {"key": f"OPS-{self.r.randrange(1000, 9999)}", "fields": {"summary": "pods stuck in ImagePullBackOff", "description": "{code}\n" + x + "\n{code}", "comment": {"comments": [{"body": self.r.choice(WORDS)}]}}}})
                 for x in self.quotations(8)]
        self.speak("tickets", pod, list(zip(self.times(len(texts)), texts)))

    def assistant(self):
        pod, how = self.w.roles["assistant"][0], self.r.choice(["jsonl", "plain"])
        out = []
        for t, x in zip(self.times(8), self.quotations(8)):
            answer = "The node could not pull the image: " + self.r.choice(WORDS) + ". Check the registry's quota and the pull secret."
            out.append((t, json.dumps({"ts": rfc(t, 3), "messages": [{"role": "user", "content": "why does this fail?\n```\n" + x + "\n```"}, {"role": "assistant", "content": answer}]}) if how == "jsonl" else f"user: why does this fail?\n```\n{x}\n```\nassistant: {answer}"))
        self.speak("assistant", pod, out)

    # Controllers that watch.
    def waiting(self):
        return [p for p in self.c.pods if any(x[2].kind != "ok" and x[1] <= self.c.end for x in p.tries)][:20]

    def argocd(self):
        out = []
        for p in self.waiting() or self.tenants(3):
            bad = [x for x in p.tries if x[2].kind != "ok"]
            t = (bad[0][1] if bad else self.c.start + 60) + self.r.uniform(5, 60)
            app = p.owner[1] if p.owner else p.name
            out.append((t, f'time="{rfc(t, 0)}" level=info msg={q(f"Resource health updated: apps/Deployment {p.ns}/{app}: Progressing -> Degraded: Back-off pulling image {q(p.image)}")} application=argocd/{app} dest-namespace={p.ns}'))
            out.append((t + 3, f'time="{rfc(t + 3, 0)}" level=warning msg={q(f"Failed to sync: Deployment {app} exceeded its progress deadline; pod {p.name}: ImagePullBackOff")} application=argocd/{app}'))
        t = self.c.start + 100
        out.append((t, f'time="{rfc(t, 0)}" level=error msg="finished unary call with code Unknown" error="helm pull oci://{OWN}/charts/base: GET https://{OWN}/v2/charts/base/manifests/9.9.9: MANIFEST_UNKNOWN: manifest unknown" grpc.code=Unknown grpc.method=GenerateManifest grpc.service=repository.RepoServerService'))
        self.speak("argocd", self.w.roles["argocd"][0], out, "stderr")

    def flux(self):
        out = []
        for t in self.times(8):
            what = self.r.choice([{"level": "error", "msg": "Reconciliation failed after 5m0s, next try in 10m0s", "controller": "kustomization", "error": "health check failed after 5m0s: timeout waiting for: [Deployment/shop/cart status: 'InProgress']"},
                                  {"level": "error", "msg": "failed to pull artifact", "controller": "ocirepository", "error": "failed to pull artifact from 'oci://ghcr.io/corp/manifests': GET https://ghcr.io/token?scope=repository%3Acorp%2Fmanifests%3Apull&service=ghcr.io: DENIED: denied"},
                                  {"level": "error", "msg": "Reconciler error", "controller": "imagerepository", "error": "scan failed: GET https://index.docker.io/v2/corp/web/tags/list: TOOMANYREQUESTS: You have reached your pull rate limit."},
                                  {"level": "info", "msg": "Condition Ready: False", "controller": "helmrelease", "error": "Helm upgrade failed: context deadline exceeded; last event: Failed to pull image \"ghcr.io/corp/api:9\": not found"}])
            out.append((t, json.dumps({"ts": rfc(t, 3), **what, "namespace": "flux-system", "name": "apps"})))
        self.speak("flux", self.w.roles["flux"][0], out, "stderr")

    def prometheus(self):
        out = []
        for t in self.times(25):
            head = f"ts={rfc(t, 3)} caller="
            out.append((t, head + self.r.choice(['notifier.go:530 level=error component=notifier alertmanager=http://alertmanager-main:9093/api/v2/alerts count=1 msg="Error sending alert" err="bad response status 429 Too Many Requests"',
                                                 'scrape.go:1351 level=debug component="scrape manager" scrape_pool=registry target=http://10.66.0.14:5001/metrics msg="Scrape failed" err="Get \\"http://10.66.0.14:5001/metrics\\": dial tcp 10.66.0.14:5001: connect: connection refused"',
                                                 'dedupe.go:112 component=remote level=warn remote_name=a url=https://mimir.corp.test/api/v1/push msg="Failed to send batch, retrying" err="server returned HTTP status 429 Too Many Requests: ingestion rate limit exceeded"',
                                                 'manager.go:663 level=warn component="rule manager" group=images msg="Evaluating rule failed" rule="alert: KubeletImagePullErrors" err="query processing would load too many samples"'])))
        self.speak("prometheus", self.w.roles["prometheus"][0], out, "stderr")

    def alertmanager(self):
        out = []
        for t in self.times(20):
            p = self.r.choice(self.waiting() or self.c.pods)
            labels = f'{{alertname="KubePodNotReady", namespace="{p.ns}", pod="{p.name}", reason="ImagePullBackOff", container="app", image="{p.image}"}}'
            out.append((t, f"ts={rfc(t, 3)} caller=dispatch.go:515 level=debug component=dispatcher aggrGroup={q('{}:' + labels)} msg=flushing alerts=[KubePodNotReady[5ef27f1][active]]" if self.r.random() < 0.6 else
                        f"ts={rfc(t, 3)} caller=notify.go:848 level=warn component=dispatcher receiver=chat integration=slack[0] aggrGroup={q('{}:' + labels)} msg=\"Notify attempt failed, will retry later\" attempts=1 err=\"channel \\\"#ops\\\": unexpected status code 429: rate_limited\""))
        self.speak("alertmanager", self.w.roles["alertmanager"][0], out, "stderr")

    def metrics(self):
        t, out = self.c.end - 30, []
        for p in self.waiting():
            out += [(t, f'kube_pod_container_status_waiting_reason{{namespace="{p.ns}",pod="{p.name}",uid="{p.uid}",container="app",reason="ImagePullBackOff"}} 1'), (t, f'kube_pod_container_info{{namespace="{p.ns}",pod="{p.name}",container="app",image_spec="{p.image}",image="{norm(p.image)}"}} 1')]
        out += [(t, 'kubelet_runtime_operations_errors_total{operation_type="pull_image"} 12'), (t, 'kubelet_image_pull_duration_seconds_count{image_size_in_bytes="0B-10MB"} 40')]
        self.speak("metrics", self.w.roles["metrics"][0], out)

    def dns(self):
        out = []
        for t in self.times(30):
            out.append((t, self.r.choice([f'[INFO] 10.4.{self.r.randrange(9)}.{self.r.randrange(250)}:48538 - 41716 "A IN pay.shop.svc.cluster.local. udp 55 false 512" NXDOMAIN qr,aa,rd 106 0.000469s', '[ERROR] plugin/errors: 2 api.partner.test. A: read udp 10.4.0.3:44012->10.0.0.2:53: i/o timeout',
                                          '[INFO] 10.4.2.9:51001 - 1201 "AAAA IN hub.partner.test.shop.svc.cluster.local. udp 61 false 512" NXDOMAIN qr,aa,rd 154 0.0001s', '[ERROR] plugin/errors: 2 images.partner.test. AAAA: dial tcp 10.0.0.2:53: connect: connection refused'])))
        self.speak("dns", self.w.roles["dns"][0], out)

    def manager(self):
        out = []
        for t in self.times(20):
            p = self.r.choice(self.waiting() or self.c.pods)
            head = f"{clock(t, '%m%d %H:%M:%S')}.{int(t % 1 * 1e6):06d}       1 "
            out.append((t, self.r.choice([f'I{head}replica_set.go:676] "Finished syncing" kind="ReplicaSet" key="{p.ns}/{(p.owner or ("", p.name))[1]}" duration="159.485µs"', f'E{head}horizontal.go:270] "Unhandled Error" err="failed to compute desired number of replicas: did not receive metrics for targeted pods (pods might be unready)"',
                                          f'I{head}event.go:377] "Event occurred" object="{p.ns}/{p.name}" fieldPath="" kind="Pod" apiVersion="v1" type="Warning" reason="BackOff" message="Back-off pulling image {p.image}"', f'E{head}resource_quota_controller.go:440] "Unhandled Error" err="unable to retrieve the complete list of server APIs: metrics.k8s.io/v1beta1: the server is currently unable to handle the request"'])))
        self.speak("manager", self.w.roles["manager"][0], out, "stderr")

    # Clients inside the cluster that are no runtime.
    def scanner(self):
        out = []
        for t in self.times(4):
            ref = f"{OWN}/web/gone:{self.r.randrange(9)}"
            out.append((t, json.dumps({"level": "error", "ts": rfc(t, 0), "logger": "reconciler.scan job", "msg": "Scan job container", "job": "trivy-system/scan-vulnerabilityreport-6f7b", "container": "app", "status.reason": "Error", "status.message":
                        f"FATAL Fatal error image scan error: scan error: unable to initialize a scanner: unable to initialize an image scanner: 4 errors occurred: * docker error: unable to inspect the image ({ref}): Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running? * containerd error: containerd socket not found: /run/containerd/containerd.sock * podman error: unable to initialize Podman client: no podman socket found * remote error: GET https://{ref.split('/')[0]}/v2/web/gone/manifests/{ref.rsplit(':', 1)[1]}: MANIFEST_UNKNOWN: manifest unknown"})))
        self.speak("scanner", self.w.roles["scanner"][0], out, "stderr")

    def updater(self):
        out = []
        for t in self.times(6):
            out.append((t, f'time="{rfc(t, 0)}" level=error msg="trigger.poll.RepositoryWatcher.Watch: failed to add image watch job" error={q(self.r.choice(["Get https://index.docker.io/v2/corp/web/tags/list: http: non-successful response (status=429 body=toomanyrequests)", "Get https://ghcr.io/v2/corp/api/tags/list: unauthorized: authentication required", "manifest unknown"]))} image="index.docker.io/corp/web:1.2"'))
        self.speak("updater", self.w.roles["updater"][0], out, "stderr")

    def admission(self):
        out = []
        for t in self.times(6):
            ref = f"{OWN}/shop/cart:{self.r.randrange(9)}"
            out.append((t, json.dumps({"level": "error", "ts": rfc(t, 0), "logger": "engine.verify", "msg": "failed to verify image", "error": self.r.choice([f"failed to verify image {ref}: .attestors[0].entries[0].keys: GET https://{OWN}/v2/shop/cart/manifests/sha256-{hash_of(ref):064x}.sig: MANIFEST_UNKNOWN: manifest unknown",
                        f"failed to verify image {ref}: .attestors[0].entries[0].keys: no signatures found", f"failed to fetch image descriptor: {ref}: Get \"https://{OWN}/v2/\": context deadline exceeded"]), "namespace": "shop"})))
        self.speak("admission", self.w.roles["admission"][0], out, "stderr")

    def builder(self):
        """kaniko: pulls a base that is there, pushes, and may be refused at the push."""
        t = self.times(1)[0]
        out = [f"INFO[0001] Retrieving image manifest golang:1.22", "INFO[0001] Retrieving image golang:1.22 from registry index.docker.io", "INFO[0004] Built cross stage deps: map[]", "INFO[0009] RUN go build ./...", "error: failed to pull module: 404 Not Found", f"INFO[0031] Pushing image to {OWN}/web/site:7"]
        if self.r.random() < 0.5:
            return self.own_failure("builder", t)
        out += [self.r.choice([f"INFO[0033] Pushed {OWN}/web/site@sha256:{hash_of('site'):064x}", f'error checking push permissions -- make sure you entered the correct tag name, and that you are authenticated correctly, and try again: checking push permission for "{OWN}/web/site:7": POST https://{OWN}/v2/web/site/blobs/uploads/: UNAUTHORIZED: authentication required'])]
        self.speak("builder", self.w.roles["builder"][0], [(t + 2 * i, x) for i, x in enumerate(out)], "stderr")

    def own_failure(self, role, t):
        """A client of the cluster that is none of its nodes could not pull: its own, told at most as info."""
        pod = self.w.roles[role][0]
        who = "kaniko" if role == "builder" else self.r.choice(["runner", "docker", "buildkit"])
        pod.box, lines = session(self.r, self.r.choice(sorted(REFUSED)), f"acme/base:{self.r.randrange(1, 9)}.{self.r.randrange(20)}", who)
        pod.image = {"runner": "gitlab/gitlab-runner:v17.2.1", "buildkit": "moby/buildkit:v0.15.1"}.get(who, pod.image)
        self.refused_on.append(pod.node.name)  # where its log is kept
        self.clients.append(f"{pod.ns}/{pod.name}")
        self.speak(role, pod, [(t + i, x) for i, x in enumerate(lines)], "stderr")

    def pusher(self):
        t = self.times(1)[0]
        if self.r.random() < 0.3:
            return self.own_failure("pusher", t)
        out = [f"The push refers to repository [{OWN}/web/site]", "5f70bf18a086: Preparing", "a3ed95caeb02: Waiting", "5f70bf18a086: Layer already exists", "a3ed95caeb02: Pushed"] + [self.r.choice([f"7: digest: sha256:{hash_of('site'):064x} size: 1570", "denied: requested access to the resource is denied", "received unexpected HTTP status: 503 Service Unavailable", "unauthorized: authentication required"])]
        self.speak("pusher", self.w.roles["pusher"][0], [(t + i, x) for i, x in enumerate(out)])

    # Requests at the registry's front that are no pull of a node.
    def ask(self, t, client, agent, method, url, status, size=0, user="-", host=OWN):
        self.requests.append((t, host, f'{client} - {user} [{clock(t, "%d/%b/%Y:%H:%M:%S")} +0000] "{method} {url} HTTP/1.1" {status} {size} "-" "{agent}"'))

    def known(self, host=OWN):
        names = sorted({norm(p.image) for p in self.c.pods if norm(p.image).startswith(host + "/")}) or [f"{host}/web/site:7"]
        return self.r.choice(names).split("/", 1)[1].rsplit(":", 1)

    def pushes(self):
        agents = ["docker/27.3.1 go/go1.22.7 git-commit/41ca978 kernel/6.8.0 os/linux arch/amd64 UpstreamClient(Docker-Client/27.3.1 \\x5C(linux\\x5C))", "skopeo/1.15.1", "buildkit/v0.15", "kaniko/v1.23.2", "Buildah/1.37.1", "crane/v0.20.2"]
        for t in self.times(self.r.choice([4, 15, 40])):
            name, agent, client = self.known()[0], self.r.choice(agents), f"10.9.{self.r.randrange(4)}.{self.r.randrange(2, 250)}"
            tag, user = f"{self.r.randrange(1, 9)}.{self.r.randrange(40)}", "ci-bot"
            if self.r.random() < 0.5:
                self.ask(t, client, agent, "GET", "/v2/", 401, 76)
                self.ask(t + 0.02, client, agent, "GET", f"/service/token?account=ci-bot&scope=repository%3A{name.replace('/', '%2F')}%3Apull%2Cpush&service=registry", 200, 1320)
            for i in range(self.r.choice([1, 2])):  # an index: the second platform follows the first one's manifest
                blob = f"sha256:{hash_of(name + tag + str(i)):064x}"
                there = self.r.random() < 0.3
                self.ask(t + 0.1 + i, client, agent, "HEAD", f"/v2/{name}/blobs/{blob}", 200 if there else 404, 0, user)
                if not there:
                    self.ask(t + 0.2 + i, client, agent, "POST", f"/v2/{name}/blobs/uploads/", 202, 0, user)
                    self.ask(t + 0.4 + i, client, agent, "PATCH", f"/v2/{name}/blobs/uploads/{hash_of(tag):016x}?_state=a", 202, 0, user)
                    self.ask(t + 0.5 + i, client, agent, "PUT", f"/v2/{name}/blobs/uploads/{hash_of(tag):016x}?_state=b&digest={blob}", 201, 0, user)
                if self.r.random() < 0.5:
                    self.ask(t + 0.6 + i, client, agent, "HEAD", f"/v2/{name}/manifests/{tag}", 404, 0, user)
                self.ask(t + 0.7 + i, client, agent, "PUT", f"/v2/{name}/manifests/{tag}", 201, 0, user)

    def signatures(self):
        for t in self.times(20):
            name, tag = self.known()
            digest, client, agent = f"{hash_of(name + tag):064x}", "10.9.0.77", self.r.choice(["cosign/v2.2.4 (linux; amd64) go-containerregistry/0.19.1", "kyverno go-containerregistry/v0.20.1", "policy-controller go-containerregistry/v0.19.1"])
            self.ask(t, client, agent, "HEAD", f"/v2/{name}/manifests/{tag}", 200)
            for i, x in enumerate((f"manifests/sha256-{digest}.sig", f"manifests/sha256-{digest}.att", f"referrers/sha256:{digest}", f"manifests/sha256-{digest}.sbom")):
                self.ask(t + 0.1 * i, client, agent, "GET", f"/v2/{name}/{x}", 404, 155)

    def listings(self):
        for t in self.times(30):
            self.ask(t, "10.9.0.80", self.r.choice(["argocd-image-updater/v0.14.0", "keel", "Go-http-client/1.1", "crane/v0.20.2"]), "GET", f"/v2/{self.known()[0]}/tags/list", self.r.choice([200, 200, 200, 404, 401]), 140)

    def probes(self):
        client, agent = self.r.choice([("10.9.0.1", "kube-probe/1.28"), ("10.9.0.5", "ELB-HealthChecker/2.0"), ("10.9.0.6", "Blackbox Exporter/0.25.0"), ("10.9.0.7", "curl/8.5.0")])
        for i in range(40):
            self.ask(self.c.start + i * (self.c.end - self.c.start) / 40, client, agent, "GET", self.r.choice(["/v2/", "/", "/healthz"]), self.r.choice([200, 401, 200, 503]) if i % 13 == 0 else 200, 2)

    def scans(self):
        for t in self.times(8):
            name, tag = self.known()
            agent, gone = self.r.choice(["trivy/0.55.0 go-containerregistry/v0.20.2", "Harbor-Scanner-Adapter/1.0", "clair/4.7", "grype/0.80 go-containerregistry"]), self.r.random() < 0.4
            self.ask(t, "10.9.0.90", agent, "GET", f"/v2/{name}/manifests/{tag}", 404 if gone else 200, 900)
            if not gone:
                self.ask(t + 0.2, "10.9.0.90", agent, "GET", f"/v2/{name}/blobs/sha256:{hash_of(name):064x}", 200, 9000)

    def updates(self):
        for t in self.times(10):
            name, tag = self.known()
            self.ask(t, "10.9.0.95", self.r.choice(["watchtower", "diun/4.28.0", "renovate/38.9", "flux image-reflector-controller/v0.32"]), "HEAD", f"/v2/{name}/manifests/{tag}", self.r.choice([200, 200, 401, 404, 429]))

    def foreign(self):
        """CI hosts outside that pull for themselves; some ask for what is not there, or with an old password."""
        if self.w.alone == "registry":
            return  # where nothing but the registry's log is there, a client stands for a node
        for t in self.times(self.r.choice([5, 20])):
            name, tag = self.known()
            client, user, agent = f"10.9.{self.r.randrange(4)}.{self.r.randrange(2, 250)}", self.r.choice(["-", "ci-bot", "jenkins"]), self.r.choice(["docker/27.3.1 go/go1.22.7 os/linux arch/amd64 UpstreamClient(Docker-Client/27.3.1 \\x5C(linux\\x5C))", "containerd/1.7.20+unknown", "Buildah/1.37.1", "skopeo/1.15.1"])
            how = self.r.choice(["ok", "ok", "ok", "gone", "password"])
            if how == "password":
                self.ask(t, client, agent, "GET", "/v2/", 401, 76), self.ask(t + 0.1, client, agent, "GET", f"/service/token?account={user}&scope=repository%3A{name.replace('/', '%2F')}%3Apull&service=registry", 401, 90)
            elif how == "gone":
                tag = f"nightly-{self.r.randrange(99)}"
                self.ask(t, client, agent, "HEAD", f"/v2/{name}/manifests/{tag}", 404, 0, user), self.ask(t + 0.1, client, agent, "GET", f"/v2/{name}/manifests/{tag}", 404, 120, user)
            else:
                self.ask(t, client, agent, "HEAD", f"/v2/{name}/manifests/{tag}", 200, 0, user), self.ask(t + 0.1, client, agent, "GET", f"/v2/{name}/manifests/sha256:{hash_of(name):064x}", 200, 1570, user), self.ask(t + 0.3, client, agent, "GET", f"/v2/{name}/blobs/sha256:{hash_of(tag):064x}", 200, 90000, user)
            if how in ("gone", "password"):
                self.clients.append(client)

    def snat(self):
        """A build pod leaves through its node's address: the agent tells that it is no runtime."""
        for t in self.times(10):
            name, agent = self.known()[0], self.r.choice(["kaniko/v1.23.2", "buildkit/v0.15", "Buildah/1.37.1"])
            ip = self.c.nodes[self.r.choice(self.w.names)].ip
            self.ask(t, ip, agent, "GET", "/v2/", 401, 76)
            self.ask(t + 0.1, ip, agent, "HEAD", f"/v2/{name}/blobs/sha256:{hash_of(name + str(t)):064x}", 404)
            self.ask(t + 0.2, ip, agent, "POST", f"/v2/{name}/blobs/uploads/", 202)
            self.ask(t + 0.4, ip, agent, "PUT", f"/v2/{name}/blobs/uploads/{hash_of(name):016x}?digest=sha256:{hash_of(name):064x}", 201)
            self.ask(t + 0.5, ip, agent, "PUT", f"/v2/{name}/manifests/build-{self.r.randrange(99)}", 201)

    def node_pushes(self):
        """docker push and ctr push on a node, of an image that it holds: the runtime's own agent, and no pull."""
        for t in self.times(4):
            n = self.c.nodes[self.r.choice(self.w.names)]
            name, agent = self.known()[0], "docker/20.10.24 go/go1.19.8 os/linux arch/amd64 UpstreamClient(Go-http-client/1.1)" if n.runtime.startswith("docker") else "containerd/1.7.24"
            ip, blob = self.c.client_of(n), f"sha256:{hash_of(name + str(t)):064x}"
            self.ask(t, ip, agent, "HEAD", f"/v2/{name}/blobs/{blob}", 404)
            self.ask(t + 0.1, ip, agent, "POST", f"/v2/{name}/blobs/uploads/", 202)
            self.ask(t + 0.3, ip, agent, "PUT", f"/v2/{name}/blobs/uploads/{hash_of(name):016x}?digest={blob}", 201)
            self.ask(t + 0.4, ip, agent, "HEAD", f"/v2/{name}/manifests/local-{self.r.randrange(99)}", 404)
            self.ask(t + 0.5, ip, agent, "PUT", f"/v2/{name}/manifests/local-{self.r.randrange(99)}", 201)

    def old(self):
        """A rotated log of another year that was never cleared away: failures of hosts long gone, in the runtime's own hand. A window of its own: none of it counts."""
        past = Elsewhere(self.r, self.c.start - (366 + self.r.randrange(60)) * 86400)
        for n in self.r.sample(self.w.names, min(2, self.w.size)):
            mine = next(iter(past.c.nodes.values()))
            if self.c.nodes[n].runtime.startswith("containerd") and mine.runtime.startswith("containerd"):
                self.papers[f"nodes/{n}/containerd.log.7"] = "".join(x + "\n" for t, x in sorted(mine.rlog, key=lambda x: x[0]) if t <= past.c.end).encode()

    def crawlers(self):
        for t in self.times(12):
            self.ask(t, f"203.0.113.{self.r.randrange(60, 90)}", self.r.choice(["Mozilla/5.0 zgrab/0.x", "Mozilla/5.0 (X11; Linux x86_64)", "python-requests/2.31.0"]), "GET", self.r.choice(["/v2/_catalog", "/.env", "/favicon.ico", "/v2/library/nginx/manifests/latest", "/v2/"]), self.r.choice([401, 404, 401]), 153)

    # A node's daily lines.
    def chatter(self):
        for n in self.c.nodes.values():
            keep = n.klog, n.rlog
            n.klog, n.rlog = [], []
            for t in self.times(self.r.choice([4, 10])):
                pod = self.r.choice(self.c.pods)
                key = q(f"{pod.ns}/{pod.name}")
                n.kubelet_line(t, *self.r.choice([("I", "kubelet.go:2421", f'"SyncLoop (PLEG): event for pod" pod={key} event={{"ID":"{pod.uid}","Type":"ContainerStarted"}}'),
                    ("I", "prober.go:107", f'"Probe failed" probeType="Readiness" pod={key} podUID="{pod.uid}" containerName="app" probeResult="failure" output="HTTP probe failed with statuscode: {self.r.choice([429, 500, 503])}"'),
                    ("E", "pod_workers.go:1298", f'"Error syncing pod, skipping" err="failed to \\"StartContainer\\" for \\"app\\" with CrashLoopBackOff: \\"back-off 5m0s restarting failed container=app pod={pod.name}_{pod.ns}({pod.uid})\\"" pod={key} podUID="{pod.uid}"'),
                    ("E", "csi_plugin.go:264", '"Failed to connect" err="dial unix /var/lib/kubelet/plugins/csi.corp.test/csi.sock: connect: connection refused"'),
                    ("I", "image_gc_manager.go:178", '"Imagefs usage" usage=61 highThreshold=85'),
                    ("E", "secret.go:189", f'"Couldn\'t get secret" err="secret \\"{pod.ns}-tls\\" not found"')]))
                if n.runtime.startswith("containerd"):
                    n.runtime_line(t + 0.3, *self.r.choice([("info", f'StartContainer for "{hash_of(pod.uid):064x}" returns successfully'), ("warning", "cleaning up after shim disconnected"), ("error", 'failed to load cni during init, please check CRI plugin status before setting up network for pods'), ("info", f"ImageUpdate event name:{q(norm(pod.image))}")]))
                elif n.runtime.startswith("docker"):
                    n.runtime_line(t + 0.3, *self.r.choice([("info", "ignoring event"), ("info", f"Layer sha256:{hash_of(pod.uid):064x} cleaned up"), ("error", f"Upload failed: denied: requested access to the resource is denied"), ("warning", f"Failed to delete conflicting layer upload session")]))
            self.lines[n.name] = (n.klog, n.rlog)
            n.klog, n.rlog = keep

    def documents(self):
        """Papers that lie beside the logs: a runbook, a chat export, a script."""
        quotes = self.quotations(6)
        self.papers["docs/runbook-image-pulls.md"] = ("# When images will not pull\n\n" + "\n\n".join("    " + x.replace("\n", "\n    ") + "\n\nmeans: " + self.r.choice(WORDS) for x in quotes) + "\n").encode()
        self.papers["docs/collect.sh"] = ("#!/bin/sh\n# greps for what we know\n" + "".join(f"grep -r {q(x)} .\n" for x in self.r.sample(WORDS, min(15, len(WORDS))))).encode()


# ── where a container's log is kept ──
def container_log(c, layout, voice, end_stamp):
    """Path (within a node's archive for eks) and bytes."""
    p, n = voice.pod, voice.pod.node
    box = p.box
    docker = n.runtime.startswith("docker")
    cri = "".join(f"{rfc(t + n.skew)} {stream} F {x}\n" for t, stream, x in voice.entries).encode()
    stamped = "".join(f"{rfc(t + n.skew)} {x}\n" for t, _, x in voice.entries).encode()
    plain = "".join(x + "\n" for _, _, x in voice.entries).encode()
    pods = f"{p.ns}_{p.name}_{p.uid}/{box}/0.log"
    if layout == "must-gather":
        return f"must-gather/quay-io-x-sha256/namespaces/{p.ns}/pods/{p.name}/{box}/{box}/logs/current.log", stamped
    if layout == "troubleshoot":
        return f"cluster-resources/pods/logs/{p.ns}/{p.name}/{box}.log", plain
    if layout == "dump":
        return f"cluster/{p.ns}/{p.name}/logs.txt", f"==== START logs for container {box} of pod {p.ns}/{p.name} ====\n".encode() + plain + f"==== END logs for container {box} of pod {p.ns}/{p.name} ====\n".encode()
    if layout == "kops":
        return f"cluster-info/{p.ns}/{p.name}/logs.txt", plain
    if layout == "rancher":
        return f"{n.name}-{end_stamp(n)}/rke2/podlogs/{p.ns}-{p.name}", plain
    if docker and layout != "sos":
        i = f"{hash_of(p.uid):016x}{hash_of(p.name):016x}" * 2
        json_file = "".join(json.dumps({"log": x + "\n", "stream": stream, "time": rfc(t + n.skew)}) + "\n" for t, stream, x in voice.entries).encode()
        return (f"{n.name}/" if layout == "kind" else f"nodes/{n.name}/") + f"var/lib/docker/containers/{i}/{i}-json.log", json_file
    root = {"kind": f"{n.name}/pods", "sos": f"sosreport-{n.name}/var/log/pods", "eks": f"nodes/{n.name}/var_log/pods"}.get(layout, f"nodes/{n.name}/var/log/pods")
    return f"{root}/{pods}", cri


# ── the same true logs, kept as the logs of containers ──
ACCESS = re.compile(r'(\S+) - (\S+) \[[^]]+\] "(\S+) (\S+) [^"]*" (\d+) (\d+) "-" "(.*)"$')
WHY = {404: ("manifest unknown", "manifest unknown"), 401: ("unauthorized", "authentication required"), 403: ("denied", "requested access to the resource is denied"), 429: ("toomanyrequests", "too many requests")}


def distribution(host, lines):
    """docker-registry's own log of the requests of an access log (registry/handlers/app.go, logrus): one line a request, with the host that was asked for."""
    for i, (t, x) in enumerate(lines):
        m = ACCESS.match(x)
        if not m or m[4].startswith(("/token", "/service/token")):
            continue
        client, user, method, url, status, size, agent = m.groups()
        bad = int(status) >= 400
        code, why = WHY.get(int(status), ("unknown", "unknown error"))
        code, why = ("blob unknown", "blob unknown to registry") if "/blobs/" in url and status == "404" else (code, why)
        yield t, (f'time="{rfc(t)}" level={"error" if bad else "info"} msg="response completed{" with error" if bad else ""}"' + (f' err.code={q(code)} err.message={q(why)}' if bad else "") + (f' auth.user.name={q(user)}' if user != "-" else "") +
                  f' go.version=go1.20.8 http.request.host={q(host)} http.request.id={hash_of(x + str(i)):016x} http.request.method={method} http.request.remoteaddr={q(client + ":40110")} http.request.uri={q(url)} http.request.useragent={q(agent)} http.response.duration=3.1ms http.response.status={status} http.response.written={size}')


def ingress(lines):
    """ingress-nginx's default log-format-upstream of the same requests."""
    for t, x in lines:
        yield t, re.sub(r' "-" "(.*)"$', r' "-" "\1" 512 0.004 [registry-docker-registry-5000] [] 10.4.3.7:5000 120 0.004 200 0f1e2d3c', x)


BOXES = ["pods", "docker", "kubectl", "prefix", "stamps", "must-gather"]


def boxed(how, folder, ns, pod, box, entries, skew=0.0):
    """One container's log as it is found: in a node's pod folder, as docker's json file, printed by kubectl logs (bare, with prefix, with stamps) under any name, in a must-gather."""
    uid = f"{hash_of(pod):016x}"
    name = f"{folder}/" if folder else ""
    if how == "docker":
        i = f"{hash_of(pod + box):016x}" * 4
        return f"{name}var/lib/docker/containers/{i}/{i}-json.log", "".join(json.dumps({"log": x + "\n", "stream": "stderr", "time": rfc(t + skew)}) + "\n" for t, x in entries).encode()
    if how == "pods":
        return f"{name}var/log/pods/{ns}_{pod}_{uid[:8]}-{uid[8:12]}-4abc-9abc-{uid}0000/{box}/0.log".replace(uid + "0000", (uid + "0000")[:12]), "".join(f"{rfc(t + skew)} stderr F {x}\n" for t, x in entries).encode()
    if how == "must-gather":
        return f"must-gather/quay-io-x-sha256/namespaces/{ns}/pods/{pod}/{box}/{box}/logs/current.log", "".join(f"{rfc(t + skew)} {x}\n" for t, x in entries).encode()
    head = {"kubectl": lambda t: "", "prefix": lambda t: f"[pod/{pod}/{box}] ", "stamps": lambda t: rfc(t + skew) + " "}[how]
    return f"{name}{['out', 'logs-' + box, box + '-log', 'kubectl'][hash_of(pod) % 4]}.txt", "".join(head(t) + x + "\n" for t, x in entries).encode()


# ── clients' own sessions: what a build pod or a runner had refused ──
REFUSED = {
    "image.tag-not-found": ("MANIFEST_UNKNOWN: manifest unknown; unknown tag={tag}", "manifest for {ref} not found: manifest unknown: manifest unknown", "{full}: not found"),
    "rate-limit.anonymous": ("TOOMANYREQUESTS: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit", "toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit", "unexpected status from GET request to https://registry-1.docker.io/v2/{repo}/manifests/{tag}: 429 Too Many Requests toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit"),
    "auth.denied-or-missing": ("UNAUTHORIZED: authentication required; [map[Action:pull Class: Name:{repo} Type:repository]]", "pull access denied for {name}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied", "pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed"),
}


def session(r, cause, ref, who=None):
    """(container, lines) of one client that could not pull: kaniko, a GitLab runner, docker in a job, BuildKit."""
    full = norm(ref)
    repo, tag = full.split("/", 1)[1].rsplit(":", 1)
    kaniko, docker, kit = (x.format(ref=ref, full=full, repo=repo, tag=tag, name=ref.rsplit(":", 1)[0]) for x in REFUSED[cause])
    who = who or r.choice(["kaniko", "runner", "docker", "buildkit"])
    if who == "kaniko":
        return "kaniko", [f"INFO[0000] Resolved base name {ref} to base", "INFO[0000] Using dockerignore file: /workspace/.dockerignore", f"INFO[0000] Retrieving image manifest {ref}", f"INFO[0000] Retrieving image {ref} from registry {'index.docker.io' if full.startswith('docker.io/') else full.split('/')[0]}", f"error building image: GET https://{'index.docker.io' if full.startswith('docker.io/') else full.split('/')[0]}/v2/{repo}/manifests/{tag}: {kaniko}"]
    if who == "runner":
        return "gitlab-runner", ["Running with gitlab-runner 17.2.1 (9882d9c7)", "  on shared-runner-3 t1_x9Yz, system ID: s_1a2b3c", "Preparing the \"docker\" executor", f"Using Docker executor with image {ref} ...", f"Pulling docker image {ref} ...", f'WARNING: Failed to pull image with policy "always": Error response from daemon: {docker} (manager.go:254:0s)',
                         f'ERROR: Job failed: failed to pull image "{ref}" with specified policies [always]: Error response from daemon: {docker} (manager.go:254:0s)']
    if who == "docker":
        return "build", [f"+ docker pull {ref}", f"Error response from daemon: {docker}"]
    return "buildkit", ["#1 [internal] load build definition from Dockerfile", "#1 DONE 0.0s", f"#2 [internal] load metadata for {full}", f"#2 ERROR: {kit if cause != 'image.tag-not-found' else full + ': not found'}", "------", f" > [internal] load metadata for {full}:", "------", f"ERROR: failed to solve: {ref}: failed to resolve source metadata for {full}: {kit}"]


class Sessions:
    """A bundle of nothing but clients' sessions, kept as the logs of containers: there they are what it is about."""

    def __init__(self, seed):
        r = random.Random(seed * 6700417 + 3)
        self.cause, self.size, self.name, self.layout, how = r.choice(sorted(REFUSED)), 0, "sessions", "containers", r.choice(["pods", "docker", "kubectl", "stamps"])
        self.c = Cluster(seed, rfc(at("2026-04-01T00:00:00Z") + r.randrange(0, 200 * 86400), 0), "2026-12-30T00:00:00Z", None)
        self.c.end = self.c.start + 3600
        self.files, self.refs = {}, []
        for i in range(r.choice([1, 1, 2, 3])):
            ref = f"acme/base{i}:{r.randrange(1, 9)}.{r.randrange(20)}" if self.cause != "image.tag-not-found" or r.random() < 0.5 else f"{OWN}/acme/base{i}:{r.randrange(1, 9)}.{r.randrange(20)}"
            box, lines = session(r, self.cause, ref)
            t = self.c.start + 60 + 600 * i
            path, data = boxed(how, f"build-{i}" if how in ("kubectl", "stamps") else "ci-host", "ci", f"{box}-{r.randrange(1000, 9999)}-{i}", box, [(t + k, x) for k, x in enumerate(lines)])
            self.files[path] = data
            self.refs.append(norm(ref))

    def truth(self):
        other = ["auth.missing-credentials"] if self.cause == "auth.denied-or-missing" else []  # "authentication required" says no more
        one = {"root_cause": self.cause, "root_cause_alt": other, "chain": [self.cause], "secondary": [], "scope": {"kind": "client", "values": []}, "scope_alt": [], "hit_nodes": [], "hit_pods": [], "hit_workloads": [], "hit_namespaces": [], "images": sorted(self.refs), "registries": sorted({x.split("/")[0] for x in self.refs}),
               "failed_pulls": len(self.refs), "trigger": {"what": "unknown", "at": rfc(self.c.start, 3), "detail": "", "alt": []}, "first_failure": rfc(self.c.start, 3), "last_failure": rfc(self.c.end, 3), "recovered_at": None}
        return {"scenario": self.name, "layout": self.layout, "envelope": None, "sources_mode": "sessions alone", "sources": ["clients"], "only": None, "root_cause": self.cause, "root_cause_alt": other, "secondary": [], "chain": [self.cause], "n_incidents": 1, "max_severity": None, "nodes": [], "hit_nodes": [], "attempts": [], "clients_failed": len(self.refs),
                "pulls_by_node": {}, "pulls": {"ok": 0, "failed": len(self.refs)}, "incidents": [one], "quotas": [], "quota": None, "stuck_rollouts": [], "waiting_workloads": [], "blocked_hpas": [], "rollbacks": [], "clock_offsets_s": {}, "client_failures": [], "dim_pods": [], "noise_kinds": {}, "counts": "skip",
                "undecidable": ([] if self.cause.startswith("rate") else ["split"]) + ["nodes", "span", "scope", "values", "trigger", "trigger+", "when", "pods", "workloads", "namespaces", "stuck", "hpa", "stuck_s", "spared", "recovered", "failed", "chain", "missing", "quota"]}
