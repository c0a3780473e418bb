#!/usr/bin/env python3
"""Draws clusters and incidents by seed, runs the binary on them and holds its report against what the simulation decided.

usage: fuzz.py [--quiet] [--bin PATH] [--seeds A-B] [--cause NAME] [--size N] [--layout L] [--missing M] [--keep FOLDER] [-v]
Prints a line for each wrong seed, then tables by cause, by missing source and by layout. --keep writes the wrong bundles there."""
import argparse, collections, json, os, random, shutil, subprocess, sys, tempfile, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cluster import *
import layouts, noise, truth
from truth import blind, facts

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ECR, OWN, GAR = "111122223333.dkr.ecr.eu-west-1.amazonaws.com", "registry.corp.test:5000", "us-docker.pkg.dev"
REGISTRIES = ["docker.io", OWN, "quay.io", "ghcr.io", ECR]
MISSING = {"nothing": set(), "kubelet": {"kubelet"}, "runtime": {"runtime"}, "events": {"events"}, "registry": {"registry"}, "node logs": {"kubelet", "runtime"}, "objects": {"objects"},
           "all but events": {"kubelet", "runtime", "objects", "registry"}, "all but registry": {"kubelet", "runtime", "objects", "events"}, "all but kubelet": {"runtime", "objects", "events", "registry"}, "one node": set()}
ALL = {"kubelet", "runtime", "events", "objects", "registry"}


class World:
    """A cluster with its ordinary life: releases all the time, from several registries, that pull well. What goes wrong is added by an incident below."""

    def __init__(self, seed, size=None, life=None):
        r = self.r = random.Random(seed)
        self.size = size or r.choice([2, 3, 4, 5, 6, 8, 10, 12, 16, 24, 40, 60, 100, 300])
        year_end = r.random() < 0.08
        start = at("2025-12-31T22:30:00Z") if year_end else at("2026-03-01T00:00:00Z") + r.randrange(0, 250 * 86400)
        self.hours = r.choice([1, 1.5, 2, 3]) if self.size < 100 and not life else 1
        c = self.c = Cluster(seed, rfc(start, 0), rfc(start + self.hours * 3600, 0), self.fate)
        mixes = [["containerd-1.7"], ["containerd-2.1"], ["containerd-1.6"], ["containerd-1.6", "containerd-1.7", "containerd-2.1"], ["containerd-1.7", "crio-1.28"], ["crio-1.28"], ["containerd-1.6", "docker-20.10"], ["docker-20.10"]]
        mix = r.choice(mixes[:5] if r.random() < 0.75 else mixes)
        skewed, zone = r.random() < 0.35, r.choice([0] * 5 + [-5, 2, 5.5])
        c.add_nodes(self.size, r.choice(["node", "worker", "ip-10-0-7", "pool-a"]), runtimes=mix, skew=lambda q: q.choice([0, 0, q.uniform(-4, 4), q.uniform(-150, 150)]) if skewed else q.uniform(-0.3, 0.3))
        for n in c.nodes.values():
            n.zone = zone
            n.kubelet = "1.20" if n.runtime == "docker-20.10" else r.choice(["1.28", "1.34"]) if "crio" not in n.runtime else "1.28"
        c.serial = r.random() < 0.2
        if r.random() < 0.4:
            c.client_of = lambda node: "203.0.113.9"
        self.names = list(c.nodes)
        self.rules, self.last_rules, self.truths, self.images, self.alone = [], [], [], 0, None
        self.namespaces = ["shop", "web", "orders", "data", "ops", "mon"][: r.randint(2, 6)]
        self.t0 = c.start + r.uniform(0.25, 0.45) * (c.end - c.start)
        self.t1 = self.t0 + r.uniform(0.2, 0.35) * (c.end - c.start)
        self.recovers = r.random() < 0.7
        if not self.recovers:
            self.t1 = c.end + 1
        self.ordinary = [("background", ns, reg) for ns in self.namespaces for reg in r.sample(REGISTRIES, 2)]
        self.lively(life)

    def fate(self, c, t, node, image):
        for rule in (*self.rules, *self.last_rules):
            o = rule(t, node, norm(image), image)
            if o:
                return o
        return Outcome("ok", c.rng.uniform(0.8, 5), c.rng.randrange(5_000_000, 90_000_000))

    def lively(self, life):
        r, c = self.r, self.c
        many = life or max(6, min(60, 150 // self.size + 8))
        for i in range(many):
            _, ns, reg = r.choice(self.ordinary)
            t = c.start + 30 + (c.end - c.start - 300) * i / many
            self.release(t, ns, f"svc{i}", f"{reg}/{ns}/svc{i}:1.{i}", min(self.size, r.choice([1, 2, 3, 5, 8])))
        if r.random() < 0.5:
            self.release(c.start + 60, "kube-system", "node-agent", "quay.io/acme/node-agent:3.1", self.size, "DaemonSet")

    def release(self, t, ns, name, image, replicas, kind="Deployment", nodes=None, **more):
        def go(now):
            w = self.c.deploy(now, ns, name, image, replicas, kind, nodes, **more)
            return w
        self.c.later(t, go)

    def during(self, count, image, ns=None, kind=None, nodes=None, replicas=None, **more):
        """Releases inside the trouble: the first one at its very start."""
        r = self.r
        for i in range(count):
            t = self.t0 + 5 + i * min(240, (min(self.t1, self.c.end) - self.t0) * 0.6 / max(1, count))
            where = ns or r.choice(self.namespaces)
            self.release(t, where, f"rel{self.images}", image(i, where), replicas or r.choice([1, 2, 4]), kind or r.choice(["Deployment"] * 4 + ["StatefulSet", "DaemonSet"] if not nodes and self.size <= 40 else ["Deployment"]), nodes, **more)
            self.images += 1

    def truth(self, cause, scope=None, values=None, **more):
        self.truths.append({"cause": cause, "scope": scope, "values": values, **more})
        return len(self.truths) - 1

    def bad(self, kind, truth, took=(0.2, 1.5), **more):
        return Outcome(kind, self.c.rng.uniform(*took), incident=truth, **more)


# ── incidents ──
def network(w, kind=None):
    r = w.r
    kind = kind or r.choice(["dns", "refused", "timeout", "tls", "proxy", "reset", "unreachable", "stalled"])
    cause = {"timeout": "network.connect-timeout"}.get(kind, "network." + kind)
    where = r.choice(["nodes", "nodes", "registry", "cluster"])
    if w.size < 3 and where == "nodes":
        where = "registry"
    hit = set(r.sample(w.names, max(1, w.size // r.choice([3, 5, 10]))) if where == "nodes" else w.names)
    reg = r.choice([OWN, "quay.io", "docker.io"])
    one = where == "registry" or (where == "nodes" and r.random() < 0.3)
    k = w.truth(cause, {"nodes": "node", "registry": "registry", "cluster": "cluster"}[where], sorted(hit) if where == "nodes" else [reg] if where == "registry" else None)
    took = (300, 306) if kind == "stalled" else (30, 32) if kind == "timeout" else (0.1, 1)
    w.rules.append(lambda t, n, im, raw: w.bad(kind, k, took) if n.name in hit and w.t0 <= t < w.t1 and (not one or im.startswith(reg + "/")) else None)
    regs = [reg] if one else [OWN, "quay.io", "docker.io", reg]
    w.during(4, lambda i, ns: f"{regs[i % len(regs)]}/{ns}/net{w.images}:2.{i}", replicas=min(w.size, 12) if w.size <= 16 else w.size // 2, kind="Deployment", nodes=sorted(hit)[:6] + [n for n in w.names if n not in hit][:6])
    if where == "registry":
        w.during(2, lambda i, ns: f"ghcr.io/{ns}/other{w.images}:2.{i}", replicas=3)


def outage(w):
    kind, reg = w.r.choice(["status", "status", "token-5xx"]), w.r.choice([OWN, "quay.io", "docker.io"])
    share = w.r.choice([1, 1, 0.6])
    k = w.truth("registry.outage", "registry", [reg])
    w.rules.append(lambda t, n, im, raw: w.bad(kind, k, status=w.c.rng.choice([500, 502, 503, 503, 504]) if kind == "status" else 503) if im.startswith(reg + "/") and w.t0 <= t < w.t1 and w.c.rng.random() < share else None)
    w.during(5, lambda i, ns: f"{reg}/{ns}/out{w.images}:3.{i}")
    w.during(2, lambda i, ns: f"ghcr.io/{ns}/fine{w.images}:3.{i}")


def denied(w):
    k = w.truth("auth.denied-or-missing", "image")
    name = f"docker.io/acme/secret{w.r.randrange(100)}"
    w.rules.append(lambda t, n, im, raw: w.bad("denied", k) if im.startswith(name + ":") and t < w.t1 else None)
    w.during(1, lambda i, ns: f"{name[10:]}:1.0")


def missing_creds(w):
    ns = w.r.choice(w.namespaces)
    k = w.truth("auth.missing-credentials", None)
    with_event = w.r.random() < 0.5
    w.rules.append(lambda t, n, im, raw: w.bad("no-creds", k, **({"no_secret": "ecr-pull"} if with_event else {})) if im.startswith(f"{ECR}/{ns}-private/") and w.t0 <= t < w.t1 else None)
    w.during(3, lambda i, _: f"{ECR}/{ns}-private/app{w.images}:1.{i}", ns=ns, secrets=("ecr-pull",) if with_event else ())


def bad_creds(w):
    """A credential is rotated and one namespace keeps the old one."""
    ns = w.namespaces[0]
    k = w.truth("auth.invalid-credentials", "namespace", [ns])
    w.rules.append(lambda t, n, im, raw: w.bad("bad-creds", k) if im.startswith(f"{OWN}/{ns}-own/") and w.t0 <= t < w.t1 else None)
    w.during(3, lambda i, _: f"{OWN}/{ns}-own/app{w.images}:1.{i}", ns=ns, secrets=("regcred",))
    w.during(4, lambda i, _: f"{OWN}/{w.namespaces[1]}/fine{w.images}:1.{i}", ns=w.namespaces[1], secrets=("regcred",))


def token_expired(w):
    k = w.truth("auth.token-expired", "registry", [ECR], trigger={"credential-expiry"})
    w.rules.append(lambda t, n, im, raw: w.bad("status", k, status=403) if im.startswith(ECR + "/") and w.t0 <= t < w.t1 else None)
    for i in range(6):
        w.release(w.c.start + 60 + i * (w.t0 - w.c.start - 120) / 6, "orders", f"before{i}", f"{ECR}/orders/before{i}:1.{i}", 3, secrets=("ecr",))
    w.during(5, lambda i, ns: f"{ECR}/orders/after{w.images}:1.{i}", ns="orders", secrets=("ecr",))


def perm(w):
    k = w.truth("auth.permission-denied", None)
    w.rules.append(lambda t, n, im, raw: w.bad("perm", k) if im.startswith(f"{GAR}/acme/closed/") and w.t0 <= t < w.t1 else None)
    w.during(2, lambda i, ns: f"{GAR}/acme/closed/app{w.images}:1.{i}", secrets=("gar",))


def provider(w):
    """The credential plugin of some nodes fails; their pulls from ECR go out without credentials."""
    hit = set(w.r.sample(w.names, max(1, w.size // 3)))
    k = w.truth("auth.credential-provider", None, alts={"auth.missing-credentials"}, chain=["auth.credential-provider", "auth.missing-credentials"], needs={"kubelet"})
    words = "error execing credential provider plugin ecr-credential-provider for image " + ECR + ": exit status 1"
    w.rules.append(lambda t, n, im, raw: w.bad("no-creds", k, plugin=words) if n.name in hit and im.startswith(ECR + "/") and w.t0 <= t < w.t1 else None)
    w.during(4, lambda i, ns: f"{ECR}/{ns}/plug{w.images}:1.{i}", nodes=sorted(hit)[:8] + [n for n in w.names if n not in hit][:4], replicas=6, kind="Deployment")


def tag(w):
    k = w.truth("image.tag-not-found", "image", trigger={"rollout"})
    w.rules.append(lambda t, n, im, raw: w.bad("not-found", k) if im.startswith(f"{OWN}/shop/cart") and im.endswith(":1.8.O") and t < w.t1 else None)
    w.release(w.c.start + 40, "shop", "cart", f"{OWN}/shop/cart:1.7.9", 4)
    w.release(w.t0 + 3, "shop", "cart", f"{OWN}/shop/cart:1.8.O", 3)


def platform(w):
    pool = set(w.names[-max(1, w.size // 3):])
    for n in pool:
        w.c.nodes[n].arch = "arm64"
    k = w.truth("image.platform-mismatch", None)
    w.rules.append(lambda t, n, im, raw: w.bad("platform", k) if n.name in pool and im.startswith("ghcr.io/acme/amd-only") and t < w.t1 else None)
    w.during(1, lambda i, ns: "ghcr.io/acme/amd-only:2.0", kind="DaemonSet", replicas=w.size)


def invalid(w):
    k = w.truth("image.invalid-reference", "image", needs={"kubelet", "events", "objects"})
    w.rules.append(lambda t, n, im, raw: w.bad("invalid-ref", k) if "/Shop/Cart" in raw and t < w.t1 else None)
    w.during(1, lambda i, ns: f"{OWN}/Shop/Cart:1.0", kind="Deployment", replicas=2)


def never(w):
    k = w.truth("image.never-pull", "image", needs={"kubelet", "events", "objects"})
    w.rules.append(lambda t, n, im, raw: w.bad("never", k) if im.startswith("docker.io/acme/preloaded") and t < w.t1 else None)
    w.during(1, lambda i, ns: "acme/preloaded:5", kind="Deployment", replicas=2)


def qps(w):
    node = w.r.choice(w.names)
    k = w.truth("rate-limit.client", "node", [node], needs={"kubelet", "events"})
    t1 = w.t0 + 60
    w.rules.append(lambda t, n, im, raw: w.bad("qps", k) if n.name == node and w.t0 <= t < t1 and w.c.rng.random() < 0.5 else None)
    for i in range(14):
        w.release(w.t0 + 1 + i * 0.1, w.r.choice(w.namespaces), f"burst{i}", f"{OWN}/burst/b{i}:1", 1, nodes=[node])


def disk(w):
    kind = w.r.choice(["disk-full", "read-only", "corrupt"])
    node = w.r.choice(w.names)
    k = w.truth({"disk-full": "storage.disk-full", "read-only": "storage.io", "corrupt": "storage.corruption"}[kind], "node", [node])
    w.rules.append(lambda t, n, im, raw: w.bad(kind, k, (3, 9)) if n.name == node and w.t0 <= t < w.t1 else None)
    w.during(4, lambda i, ns: f"{w.r.choice([OWN, 'quay.io'])}/{ns}/disk{w.images}:1.{i}", nodes=[node] + [n for n in w.names if n != node][:5], replicas=6, kind="Deployment")


def unpack(w):
    k = w.truth("runtime.unpack", None)
    w.rules.append(lambda t, n, im, raw: w.bad("unpack", k, (2, 4)) if im.startswith("ghcr.io/acme/odd-owner") and t < w.t1 else None)
    w.during(1, lambda i, ns: "ghcr.io/acme/odd-owner:1.0")


def content(w):
    k = w.truth("registry.content", "image", ["quay.io/acme/broken:7"])
    w.rules.append(lambda t, n, im, raw: w.bad("content", k, (1, 3)) if im.startswith("quay.io/acme/broken") and t < w.t1 else None)
    w.during(1, lambda i, ns: "quay.io/acme/broken:7", replicas=4)
    w.during(3, lambda i, ns: f"quay.io/{ns}/whole{w.images}:7")


def runtime(w):
    """The runtime of one node restarts while pulls are under way, and is away for a while."""
    node = w.r.choice(w.names)
    away = w.r.choice([8, 120])
    k = w.truth("runtime.unavailable", "node", [node], alts={"runtime.cancelled"}, trigger=None, needs={"kubelet", "events"})
    w.t1 = w.t0 + away

    def rule(t, n, im, raw):
        if n.name != node:
            return None
        if w.t0 <= t < w.t1:
            return w.bad("runtime-down", k, (0.01, 0.02))
        if w.t0 - 40 <= t < w.t0:
            return Outcome("cancelled", w.t0 - t, incident=k)
        return None
    w.rules.append(rule)
    w.c.later(w.t0, lambda t: w.c.restart(t, w.c.nodes[node], away))
    for i in range(3):
        w.release(w.t0 - 12 + i, w.namespaces[0], f"cut{i}", f"{OWN}/cut/c{i}:1", 1, nodes=[node])
    for i in range(3):
        w.release(w.t0 + 2 + i, w.namespaces[1], f"away{i}", f"{OWN}/away/a{i}:1", 1, nodes=[node])


def quota(w):
    """Everybody behind one address; the anonymous quota of Docker Hub is gone."""
    w.c.client_of = lambda node: "203.0.113.9"
    kind = w.r.choice(["quota", "status", "user", "ecr"])
    reg = ECR if kind == "ecr" else "docker.io"
    cause = {"user": "rate-limit.authenticated", "ecr": "rate-limit.service"}.get(kind, "rate-limit.anonymous")
    body = {"user": "You have reached your pull rate limit as 'ci-bot': dckr_jti_abcDEF123=. You may increase the limit by upgrading. https://www.docker.com/increase-rate-limit", "ecr": "Rate exceeded",
            "quota": w.r.choice(["You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit", "You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit"])}.get(kind)
    k = w.truth(cause, "registry", [reg])
    w.rules.append(lambda t, n, im, raw: w.bad("status" if kind == "status" else "quota", k, (0.2, 0.6), **({"status": 429} if kind == "status" else {"body": body})) if im.startswith(reg + "/") and w.t0 <= t < w.t1 and (kind != "ecr" or w.c.rng.random() < 0.7) else None)
    secrets = ("hub",) if kind == "user" else ("ecr",) if kind == "ecr" else ()
    w.during(6, lambda i, ns: f"{reg}/{ns}/lim{w.images}:1.{i}", secrets=secrets)


def mirror(w):
    """The pull-through mirror dies; the runtimes go to Docker Hub themselves until its quota is gone."""
    host, t_quota = "mirror.corp.test:5000", w.t0 + (min(w.t1, w.c.end) - w.t0) * 0.4
    for n in w.c.nodes.values():
        if not n.runtime.startswith("containerd"):
            n.runtime, n.kubelet = "containerd-1.7", "1.28"
    why = w.r.choice(['failed to do request: Head "{url}": dial tcp 10.9.0.21:5000: connect: connection refused', 'failed to do request: Head "{url}": dial tcp 10.9.0.21:5000: i/o timeout'])
    first = "network.refused" if "refused" in why else "network.connect-timeout"
    k = w.truth(first, None, alts={"rate-limit.anonymous"}, chain=[first, "rate-limit.anonymous"], needs={"runtime"})

    def rule(t, n, im, raw):
        if not im.startswith("docker.io/") or not w.t0 <= t < w.t1:
            return None
        if t < t_quota:
            return Outcome("ok", w.c.rng.uniform(1, 3), mirror=(host, why))
        return w.bad("quota", k, (0.2, 0.5), mirror=(host, why), body="You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit")
    w.rules.append(rule)
    w.during(8, lambda i, ns: f"{ns}/mir{w.images}:1.{i}")


def storm(w):
    """A registry is down for a while; the retries that follow run into its throttling."""
    reg = "ghcr.io"
    mid = w.t0 + (min(w.t1, w.c.end) - w.t0) * 0.5
    k = w.truth("registry.outage", "registry", [reg], alts={"rate-limit.service"}, others={"rate-limit.service"})
    w.rules.append(lambda t, n, im, raw: None if not im.startswith(reg + "/") or not w.t0 <= t < w.t1 else w.bad("status", k, status=503) if t < mid else w.bad("quota", k, body="retry-after: 880.092µs, allowed: 44000/minute") if w.c.rng.random() < 0.85 else None)
    w.during(8, lambda i, ns: f"{reg}/{ns}/storm{w.images}:1.{i}", replicas=4)


def transient(w):
    spent, k = [], w.truth("network.reset", None, info=True)

    def rule(t, n, im, raw):
        if t < w.t0 or spent or not im.startswith(OWN + "/"):
            return None
        spent.append(1)
        return w.bad("reset", k)
    w.rules.append(rule)
    w.during(2, lambda i, ns: f"{OWN}/{ns}/once{w.images}:1.{i}", replicas=1, kind="Deployment")


def healthy(w):
    w.during(4, lambda i, ns: f"quay.io/{ns}/well{w.images}:1.{i}")


def two(w):
    """Two faults that have nothing to do with one another: a wrong tag in one namespace and one node without DNS."""
    tag(w)
    if w.size < 3:
        return outage(w)
    node = w.r.choice(w.names)
    k = w.truth("network.dns", "node", [node])
    w.rules.append(lambda t, n, im, raw: w.bad("dns", k) if n.name == node and w.t0 <= t < w.t1 else None)
    w.during(4, lambda i, ns: f"quay.io/{ns}/two{w.images}:2.{i}", nodes=[node] + [n for n in w.names if n != node][:5], replicas=6, kind="Deployment")


def scale_up(w):
    if w.size < 5:
        return outage(w)
    """An autoscaler asks for more pods of an image that some nodes do not hold; the registry is down."""
    k = w.truth("registry.outage", "registry", [OWN], trigger={"scale-up"}, blocked=[("orders", "api")])
    w.rules.append(lambda t, n, im, raw: w.bad("status", k, status=503) if im.startswith(OWN + "/") and w.t0 <= t < w.t1 else None)
    w.release(w.c.start + 40, "orders", "api", f"{OWN}/orders/api:1", 2, nodes=w.names[:2])

    def more(t):
        c, want = w.c, 8
        wl = c.workloads[("Deployment", "orders", "api")]
        c.event(t, "horizontal-pod-autoscaler", "HorizontalPodAutoscaler", "orders", "api", "SuccessfulRescale", f"New size: {want}; reason: cpu resource utilization (percentage of request) above target")
        c.event(t + 0.2, "deployment-controller", "Deployment", "orders", "api", "ScalingReplicaSet", f"Scaled up replica set {wl['rs']} to {want} from 2")
        wl["replicas"] = want
        for i in range(want - 2):
            p = Pod("orders", f"{wl['rs']}-{c.rand5()}", f"{OWN}/orders/api:1", c.nodes[w.names[(2 + i) % w.size]], t + 1 + i * 0.2, ("Deployment", "api", wl["rs"]))
            c.pods.append(p), wl["pods"].append(p), c.later(p.created + 0.5, c.sync, p)
    w.c.later(w.t0 + 2, more)
    w.c.hpas.append({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "api", "namespace": "orders"}, "spec": {"maxReplicas": 8, "minReplicas": 2, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "api"}},
                     "status": {"currentReplicas": 8, "desiredReplicas": 8, "conditions": [{"type": "ScalingLimited", "status": "True", "reason": "TooManyReplicas"}]}})


INCIDENTS = {f.__name__: f for f in (network, outage, denied, missing_creds, bad_creds, token_expired, perm, provider, tag, platform, invalid, never, qps, disk, unpack, content, runtime, quota, mirror, storm, transient, healthy, two, scale_up)}


def build(seed, cause=None, size=None):
    r = random.Random(seed * 7919)
    name = cause or r.choice(list(INCIDENTS))
    w = World(seed, size)
    w.name = name
    INCIDENTS[name](w)
    noise.settle(w, seed)
    w.c.run()
    return w


def per_node(w):
    ok, failed = collections.Counter(), collections.Counter()
    for p in w.c.pods:
        for t, end, o in p.tries:
            if end <= w.c.end:
                (ok if o.kind == "ok" else failed)[p.node.name] += 1
    return ok, failed


def pack(w, r, layout, missing, seed=0, noisy=True):
    sources = ALL - MISSING[missing]
    if missing == "all but registry":
        sources = {"registry"}
    if missing == "all but events":
        sources = {"events"}
    if missing == "all but kubelet":
        sources = {"kubelet"}
    only = None
    f = facts(w)
    if missing == "one node":
        hit = sorted(f[0]["nodes"]) if f and f[0]["nodes"] else w.names
        only, sources = {r.choice(hit)}, {"kubelet", "runtime"}
    middle = [w.t0 + 700] if w.t0 + 700 < min(w.t1, w.c.end - 60) and r.random() < 0.4 else []  # somebody looked at the cluster during the trouble
    w.alone = "registry" if sources == {"registry"} else None
    w.noise = noise.Noise(w, seed, w.name == "healthy") if noisy else None
    files = layouts.lay_out(w.c, layout, sources, only, middle, w.noise, w.how)
    w.looked = middle if "objects" in sources else []
    if r.random() < 0.3:
        files = layouts.rotate(files, r)
    if r.random() < 0.2:
        some = dict(sorted(files.items())[: max(1, len(files) // 4)])
        files["again.zip"] = layouts.zip_of({"again/" + k.replace("/", "/"): v for k, v in some.items()}, w.c.end)
    return files, sources, only


def write_folder(files, folder, mtime):
    for path, data in files.items():
        full = os.path.join(folder, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "wb") as f:
            f.write(data)
        os.utime(full, (mtime, mtime))


def judge(w, report, sources, only, missing):
    """Yields (aspect, words) for each thing that is wrong; aspects that hold are counted by the caller."""
    fs, v, incs = facts(w), report["verdict"] or {"root_cause": None, "incident": None}, report["incidents"]
    real = [f for f in fs if f["failed"]]
    loud = [i for i in incs if i["severity"] != "info"]
    if not real:
        yield ("cause", f"{v['root_cause']} for nothing") if loud else ("cause", None)
        return
    good = set()
    for f in real:
        good |= {f["cause"]} | f.get("alts", set())
    old = w.c.end - 3500  # events live an hour
    inc = next((i for i in incs if i["id"] == v["incident"]), None)
    right = v["root_cause"] in good
    if inc and inc["confidence"] == "high" and not right:
        yield "sure", f"{v['root_cause']} with high confidence"
    if blind(w, real, sources):
        return
    yield "cause", None if right else f"{v['root_cause']} for {sorted(good)}" + (f" ({inc['confidence']})" if inc else "")
    if not right or not inc:
        return
    whole = not MISSING[missing] - {"registry"} and only is None
    logs = {"kubelet", "runtime"} <= sources and only is None
    f = next(f for f in real if v["root_cause"] in {f["cause"]} | f.get("alts", set()))
    if real[0].get("info"):
        yield "severity", None if inc["severity"] == "info" else f"severity {inc['severity']} for one failure"
    if only is None and sources & {"kubelet", "events"}:
        every = f["nodes"] if len(real) < 2 else None
        got = set(inc["blast_radius"]["nodes"])
        if every is not None and not f.get("others"):
            yield "nodes", None if got == every else f"nodes -{sorted(every - got)[:4]} +{sorted(got - every)[:4]}"
    if logs:
        if f["scope"]:
            if inc["root_cause"] == f["cause"]:
                s = inc["scope"]
                values = f["values"] if f["scope"] != "node" else sorted(f["nodes"])
                bad = s["kind"] != f["scope"] or (values and sorted(s["values"]) != sorted(values))
                yield "scope", None if not bad else f"scope {s['kind']} {s['values'][:3]} for {f['scope']} {(values or [])[:3]}"
        by = {n["node"]: n for n in report["pulls"]["by_node"]}
        lo, hi = truth.ranges(w.truth)
        for kind in ("failed", "ok"):
            wrong = [(n, by.get(n, {}).get(kind, 0), lo[n, kind], hi[n, kind]) for n in w.names if not lo[n, kind] <= by.get(n, {}).get(kind, 0) <= hi[n, kind]]
            yield kind, None if not wrong else f"{kind} {wrong[:3]} of {len(wrong)}"
    if whole and len(real) == 1:
        b = inc["blast_radius"]
        mine = {(p["namespace"], p["name"]) for p in b["pods"]}
        if inc["root_cause"] == f["cause"] and not f.get("chain") and not f.get("others"):
            yield "pods", None if mine == f["pods"] else f"pods {len(mine)} for {len(f['pods'])} -{sorted(f['pods'] - mine)[:2]} +{sorted(mine - f['pods'])[:2]}"
            stuck = {(p["namespace"], p["name"]) for p in b["pods"] if not p["recovered"]}
            yield "stuck", None if stuck == f["stuck"] else f"stuck {len(stuck)} for {len(f['stuck'])} -{sorted(f['stuck'] - stuck)[:2]} +{sorted(stuck - f['stuck'])[:2]}"
            got = {(x["kind"], x["namespace"], x["name"]) for x in b["workloads"]}
            if w.layout != "rancher":  # its tables name no owners
                yield "workloads", None if got == f["workloads"] else f"workloads -{sorted(f['workloads'] - got)[:2]} +{sorted(got - f['workloads'])[:2]}"
            yield "namespaces", None if set(b["namespaces"]) == f["namespaces"] else f"namespaces {b['namespaces']} for {sorted(f['namespaces'])}"
            yield "images", None if set(b["images"]) == f["images"] else f"images {b['images'][:3]} for {sorted(f['images'])[:3]}"
            rollouts = {(x["kind"], x["namespace"], x["name"]) for x in b["stuck_rollouts"]}
            want = {x for x in f["workloads"] if x[0] in ("Deployment", "StatefulSet", "DaemonSet") and any((p.ns, p.name) in f["stuck"] for p in w.c.workloads[x]["pods"])}
            want |= {x for t in w.looked for x in f["workloads"] if x[0] in ("Deployment", "StatefulSet", "DaemonSet") and f["first"] < t < f["last"] and any((p.ns, p.name) in f["pods"] and p.created <= t and not (p.running and p.running <= t) for p in w.c.workloads[x]["pods"])}
            want = {x for x in want if x[0] == "Deployment"} if w.layout in ("rancher", "dump") else want
            yield "rollouts", None if want <= rollouts else f"stuck rollouts lack {sorted(want - rollouts)[:2]}"
            if f.get("blocked") and w.layout not in ("rancher", "dump", "troubleshoot"):
                yield "autoscalers", None if b["blocked_autoscalers"] or not f["stuck"] else "no blocked autoscaler"
        if f.get("trigger") and f["first"] > old and w.layout != "rancher":
            yield "trigger", None if inc["trigger"]["what"] in f["trigger"] else f"trigger {inc['trigger']['what']} for {f['trigger']}"
        if f.get("chain"):
            chain = [x["cause"] for x in inc["chain"]]
            yield "chain", None if [x for x in chain if x in f["chain"]] == f["chain"] else f"chain {chain}"
        elif f["cause"] != "runtime.unavailable":
            foreign = [x["cause"] for x in inc["chain"] if x["cause"] not in good | f.get("others", set())]
            yield "chain", None if not foreign else f"chain {foreign} is no link"
        yield "against", None if len(inc["against"]) >= 2 else f"only {len(inc['against'])} rivals"
        strays = [i for i in loud if i["id"] != inc["id"] and i["root_cause"] not in good | f.get("others", set()) and i["explained_by"] is None]
        yield "strays", None if not strays else f"also {[(i['root_cause'], i['failed_pulls']) for i in strays][:3]}"
        same = [i for i in incs if i["root_cause"] == inc["root_cause"]]
        yield "one", None if len(same) == 1 or f["cause"].startswith("image") else f"{len(same)} incidents of {inc['root_cause']}: {[(i['failed_pulls'], i['scope']['kind'], i['from'][11:19]) for i in same][:4]}"
    if whole and len(real) > 1:
        lost = {f["cause"] for f in real} - {i["root_cause"] for i in incs}
        yield "two", None if not lost else f"no incident of {sorted(lost)}"
        linked = [i for i in incs if i["explained_by"] is not None]
        yield "two", None if not linked else f"{linked[0]['root_cause']} explained by another"


def draw(seed, cause=None, size=None, layout=None, missing=None, noisy=True):
    """One cluster, how it was collected, and what is true of it: world, layout, what is missing, files, truth."""
    own = random.Random(seed * 433494437 + 1)
    if own.random() < 0.04 and not (cause or size or layout or missing):
        w = noise.Sessions(seed)
        return w, w.layout, "all but clients", w.files, w.truth()
    w, r = build(seed, cause, size), random.Random(seed * 31 + 7)
    w.layout = layout or r.choice(layouts.NAMES)
    if own.random() < 0.2 and not layout:
        w.layout = "boxed"
    w.how = own.choice(layouts.BOXES)
    if w.layout == "boxed":
        w.c.pods += layouts.boxed_pods(w.c, w.how)
    missing = missing or ("nothing" if r.random() < 0.5 else r.choice(list(MISSING)))
    w.chance = r
    files, w.sources, w.only = pack(w, r, w.layout, missing, seed, noisy)
    w.truth = truth.of(w, w.layout, missing, w.sources, w.only, w.noise)
    return w, w.layout, missing, files, w.truth


def one(seed, a):
    w, layout, missing, files, _ = draw(seed, a.cause, a.size, a.layout, a.missing, not a.quiet)
    if w.name == "sessions":
        return w, layout, missing, [], 0
    sources, only, r = w.sources, w.only, w.chance
    if not files:
        return w, layout, missing, [], 0
    with tempfile.TemporaryDirectory() as tmp:
        bundle = os.path.join(tmp, "bundle")
        if r.random() < 0.5:
            write_folder(files, bundle, w.c.end)
        else:
            bundle += ".tar.gz"
            with open(bundle, "wb") as f:
                f.write(layouts.tar_of(files, w.c.end))
            os.utime(bundle, (w.c.end, w.c.end))
        began = time.time()
        p = subprocess.run([a.bin, "analyze", bundle, "--format", "json", "-o", "-"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, cwd=tmp)
        took = time.time() - began
        if p.returncode:
            return w, layout, missing, [("run", f"exit {p.returncode}: {p.stderr.decode()[-200:]}")], took
        results = list(judge(w, json.loads(p.stdout), sources, only, missing))
        if took > 10:
            results.append(("time", f"{took:.1f} s"))
        if a.keep and (any(x for _, x in results) or a.all):
            write_folder(files, os.path.join(a.keep, f"{seed}-{w.name}"), w.c.end)
    return w, layout, missing, results, took


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--bin", default=os.environ.get("PM", os.path.join(ROOT, "build/pullmortem")))
    ap.add_argument("--seeds", default="1-60")
    for name in ("cause", "layout", "missing", "keep"):
        ap.add_argument("--" + name)
    ap.add_argument("--size", type=int)
    ap.add_argument("--all", action="store_true")
    ap.add_argument("--quiet", action="store_true", help="without noise")
    ap.add_argument("-v", action="store_true")
    a = ap.parse_args()
    a.bin = os.path.abspath(a.bin)
    lo, _, hi = a.seeds.partition("-")
    tables, slowest = {k: collections.defaultdict(collections.Counter) for k in ("aspect", "incident", "missing", "layout")}, (0, 0)
    for seed in range(int(lo), int(hi or lo) + 1):
        w, layout, missing, results, took = one(seed, a)
        slowest = max(slowest, (took, seed))
        wrong = [f"{k}: {x}" for k, x in results if x]
        for aspect, x in results:
            for table, row in (("aspect", aspect), ("incident", w.name), ("missing", missing), ("layout", layout)):
                tables[table][row][bool(x)] += 1
        if wrong or a.v:
            kinds = ",".join(sorted({n.runtime for n in w.c.nodes.values()}))
            print(f"{seed} {w.name} nodes {w.size} {kinds} {layout}, without {missing}" + (f", zone {next(iter(w.c.nodes.values())).zone}" if next(iter(w.c.nodes.values())).zone else "") + f" ({took:.1f} s): " + "; ".join(wrong), flush=True)
    for table, rows in tables.items():
        print(f"\n{table:20} right  wrong")
        for row, n in sorted(rows.items(), key=lambda x: x[1][False] / max(1, sum(x[1].values()))):
            print(f"{row:20} {n[False]:5} {n[True]:6}")
    total = sum((n for n in tables["aspect"].values()), collections.Counter())
    print(f"\nscore {total[False] / max(1, sum(total.values())):.3f}; slowest {slowest[0]:.1f} s (seed {slowest[1]})")


if __name__ == "__main__":
    main()
