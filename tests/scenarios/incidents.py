#!/usr/bin/env python3
"""Writes the public incidents as scenarios into testdata/bundles/: bundle and truth from one simulation (cluster.py), the same bytes each time.
Dates and symptoms: Docker's and Quay's own incident reports; sizes are ours.   usage: incidents.py OUTPUT-FOLDER [NAME...]"""
import collections, os, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cluster import *

HOUR = 3600


def budget(limit, window=6 * HOUR):
    """A sliding-window quota: answers True while there is room, and then counts the pull."""
    spent = collections.deque()

    def take(t):
        while spent and spent[0] <= t - window:
            spent.popleft()
        if len(spent) >= limit:
            return False
        spent.append(t)
        return True
    take.spent = spent
    return take


def churn(c, every, until, choose):
    """Jobs of a CI cluster: one pod after another, gone when it ran or after half an hour."""
    def one(t):
        ns, job, image, node = choose(t)
        p = Pod(ns, f"{job}-{c.rand5()}", image, c.nodes[node], t, ("Job", job, None))
        c.pods.append(p)
        c.workloads.setdefault(("Job", ns, job), {"pods": [], "since": t, "image": image, "rs": None, "replicas": 1, "rolled": t})["pods"].append(p)
        c.later(t + 0.5, c.sync, p)
        p.gone = t + 1800 if t + 1800 < c.end - 600 else None
        if t + every < until:
            c.later(t + every * c.rng.uniform(0.6, 1.4), one)
    c.later(c.start + 5, one)


def hub_limits_2020():
    """All nodes leave through one address: a hundred anonymous pulls in six hours. It ends when the pulls get credentials."""
    take, healed = budget(100), at("2020-11-25T18:00:00Z")
    first = {}

    def fate(c, t, node, image):
        if not norm(image).startswith("docker.io/") or t >= healed or take(t):
            return Outcome("ok", c.rng.uniform(1, 6))
        first.setdefault("refused", t), first.update(last=t)
        return Outcome("quota", 0.4)
    c = Cluster(20201123, "2020-11-23T06:00:00Z", "2020-11-26T06:00:00Z", fate).add_nodes(12, "ci", runtimes=["containerd-1.6", "docker-20.10", "containerd-1.6"])
    c.client_of = lambda node: "198.51.100.7"
    images = [f"{n}:{v}" for n, v in (("golang", "1.15.5"), ("node", "14.15.1"), ("python", "3.9.0"), ("maven", "3.6.3"), ("alpine", "3.12"), ("postgres", "13.1"), ("redis", "6.0.9"), ("ruby", "2.7.2"))]
    n = [0]

    def choose(t):
        n[0] += 1
        return "ci", f"build-{n[0]}", f"{images[n[0] % 8]}" if n[0] % 9 else "quay.io/buildah/stable:v1.17", list(c.nodes)[n[0] * 7 % 12]
    churn(c, 170, c.end - 7200, choose)

    def expire(t):  # CI images are pruned by an hourly job, so the same images are pulled again
        for node in c.nodes.values():
            node.images.clear()
        c.later(t + HOUR, expire)
    c.later(c.start + HOUR, expire)
    c.run()
    return c, {"root_cause": "rate-limit.anonymous", "scope": {"kind": "registry", "values": ["docker.io"]}, "recovered": True, "spared": {"registries": ["quay.io"]},
               "quota": {"registry": "docker.io", "identity": "anonymous", "status": "exceeded", "used_at_first_refusal": 100}}


def k8s_gcr_outage():
    """The registry of Kubernetes' own images answers 503 for two hours. Nodes that hold the images run on; new ones do not."""
    bad = at("2021-03-25T09:00:00Z"), at("2021-03-25T11:00:00Z")

    def fate(c, t, node, image):
        down = norm(image).startswith("k8s.gcr.io/") and bad[0] <= t < bad[1]
        return Outcome("status", 0.6, status=503) if down else Outcome("ok", c.rng.uniform(1, 4))
    c = Cluster(20210325, "2021-03-25T08:00:00Z", "2021-03-25T12:00:00Z", fate).add_nodes(14, "old", runtimes=["containerd-1.6", "docker-20.10"]).add_nodes(6, "new", runtimes=["containerd-1.6"])
    for node in list(c.nodes)[:14]:
        c.nodes[node].images.update({"k8s.gcr.io/kube-proxy:v1.20.5": 0, "k8s.gcr.io/metrics-server/metrics-server:v0.4.2": 0})
    c.deploy(c.start + 300, "kube-system", "kube-proxy", "k8s.gcr.io/kube-proxy:v1.20.5", 14, "DaemonSet", list(c.nodes)[:14])
    c.deploy(bad[0] + 600, "kube-system", "metrics-server", "k8s.gcr.io/metrics-server/metrics-server:v0.4.2", 8, nodes=list(c.nodes)[:4] + list(c.nodes)[14:18])
    c.deploy(bad[0] + 900, "kube-system", "kube-proxy-new", "k8s.gcr.io/kube-proxy:v1.20.5", 6, "DaemonSet", list(c.nodes)[14:])
    c.deploy(bad[0] + 1000, "shop", "web", "nginx:1.19.8", 20)
    c.run()
    return c, {"root_cause": "registry.outage", "scope": {"kind": "registry", "values": ["k8s.gcr.io"]}, "recovered": True, "spared": {"registries": ["docker.io"]},
               "workloads": ["Deployment/kube-system/metrics-server", "DaemonSet/kube-system/kube-proxy-new"]}


def ecr_replication():
    """A release is pushed in one region; the copy to the other fails until somebody starts it by hand. Only the second region's nodes cannot pull."""
    copied, account = at("2024-05-14T15:10:00Z"), "111122223333.dkr.ecr"

    def fate(c, t, node, image):
        gone = "eu-west-1" in image and image.endswith(":2.4.0") and t < copied
        return Outcome("not-found", 0.3) if gone else Outcome("ok", c.rng.uniform(1, 5))
    c = Cluster(20240514, "2024-05-14T13:00:00Z", "2024-05-14T16:00:00Z", fate).add_nodes(6, "use1", runtimes=["containerd-1.7"], region="us-east-1").add_nodes(6, "euw1", runtimes=["containerd-1.7"], region="eu-west-1")
    for i, (region, prefix) in enumerate((("us-east-1", "use1"), ("eu-west-1", "euw1"))):
        nodes = [n for n in c.nodes if n.startswith(prefix)]
        c.deploy(c.start + 120 + i, f"shop-{prefix}", "cart", f"{account}.{region}.amazonaws.com/shop/cart:2.3.9", 6, nodes=nodes, secrets=("ecr",))
        c.later(at("2024-05-14T14:00:00Z") + i, lambda t, r=region, p=prefix, ns=nodes: c.deploy(t, f"shop-{p}", "cart", f"{account}.{r}.amazonaws.com/shop/cart:2.4.0", 6, nodes=ns, secrets=("ecr",)))
    c.run()
    return c, {"root_cause": "image.tag-not-found", "recovered": True, "trigger": "rollout", "workloads": ["Deployment/shop-euw1/cart"], "spared": {"nodes": [n for n in c.nodes if n.startswith("use1")]}}


def hub_hangs_2020():
    """July 2020: a bot filter of the CDN lets downloads of some machines hang; the runtime gives up after five minutes without progress. Others pull on."""
    bad = at("2020-07-05T19:00:00Z"), at("2020-07-06T06:30:00Z")

    def fate(c, t, node, image):
        if norm(image).startswith("docker.io/") and node.name.startswith("amzn") and bad[0] <= t < bad[1]:
            return Outcome("stalled", 300 + c.rng.uniform(0, 5))
        return Outcome("ok", c.rng.uniform(1, 6))
    c = Cluster(20200705, "2020-07-05T18:00:00Z", "2020-07-06T08:00:00Z", fate).add_nodes(8, "deb", runtimes=["containerd-1.7"]).add_nodes(4, "amzn", runtimes=["containerd-1.7"])
    for i in range(14):
        c.later(c.start + 600 + i * HOUR * 0.9, lambda t, i=i: c.deploy(t, "web", f"svc{i}", f"nginx:1.{19 + i // 10}.{i}", 12))
    c.run()
    return c, {"root_cause": "network.stalled", "scope": {"kind": "node", "values": sorted(n for n in c.nodes if n.startswith("amzn"))}, "recovered": True, "spared": {"nodes": [n for n in c.nodes if n.startswith("deb")]}}


def quay_5xx_day():
    """A day of overload: more than half of the requests end in 502, 503 or 504, at all hours and for everybody."""
    bad = at("2020-05-19T07:00:00Z"), at("2020-05-20T01:00:00Z")

    def fate(c, t, node, image):
        if norm(image).startswith("quay.io/") and bad[0] <= t < bad[1] and c.rng.random() < 0.6:
            return Outcome("status", c.rng.uniform(0.5, 8), status=c.rng.choice([502, 503, 503, 504]))
        return Outcome("ok", c.rng.uniform(1, 8))
    c = Cluster(20200519, "2020-05-19T06:00:00Z", "2020-05-20T02:00:00Z", fate).add_nodes(10, "node", runtimes=["containerd-1.6", "crio-1.28"], skew=lambda r: r.uniform(-1.5, 1.5))
    for i in range(18):
        c.later(c.start + 1200 + i * HOUR, lambda t, i=i: c.deploy(t, "mon", f"agent{i}", f"quay.io/acme/agent:{i}.0", 10, "DaemonSet"))
        c.later(c.start + 1500 + i * HOUR, lambda t, i=i: c.deploy(t, "shop", f"web{i}", f"docker.io/acme/web:{i}.0", 6))
    c.run()
    return c, {"root_cause": "registry.outage", "scope": {"kind": "registry", "values": ["quay.io"]}, "recovered": True, "spared": {"registries": ["docker.io"]}}


def ecr_token_cliff():
    """A pull secret was made by hand from an ECR token; twelve hours later every pull with it is refused, on all nodes at once, until it is made again."""
    cliff, renewed, registry = at("2023-09-12T20:00:00Z"), at("2023-09-12T22:30:00Z"), "444455556666.dkr.ecr.us-west-2.amazonaws.com"

    def fate(c, t, node, image):
        expired = norm(image).startswith(registry) and cliff <= t < renewed
        return Outcome("status", 0.4, status=403) if expired else Outcome("ok", c.rng.uniform(1, 5))
    c = Cluster(20230912, "2023-09-12T07:50:00Z", "2023-09-12T23:30:00Z", fate).add_nodes(8, "node", runtimes=["containerd-1.7"])
    for i in range(15):
        c.later(at("2023-09-12T08:05:00Z") + i * HOUR, lambda t, i=i: c.deploy(t, "orders", f"svc{i}", f"{registry}/orders/svc{i}:1.{i}", 8, secrets=("ecr-login",)))
        c.later(at("2023-09-12T08:35:00Z") + i * HOUR, lambda t, i=i: c.deploy(t, "tools", f"tool{i}", f"quay.io/acme/tool:{i}", 4))
    c.run()
    return c, {"root_cause": "auth.token-expired", "recovered": True, "trigger": "credential-expiry", "spared": {"registries": ["quay.io"]}}


def tag_typo():
    """A release asks for 1.8.O with a letter for the nought. The old replicas serve on, the rollout sticks."""
    def fate(c, t, node, image):
        return Outcome("not-found", 0.3) if image.endswith("1.8.O") else Outcome("ok", c.rng.uniform(1, 4))
    c = Cluster(20250310, "2025-03-10T10:00:00Z", "2025-03-10T11:30:00Z", fate).add_nodes(5, "node", runtimes=["containerd-1.7", "containerd-2.1"])
    c.deploy(c.start + 60, "shop", "cart", "registry.example:5000/shop/cart:1.7.9", 5)
    c.deploy(c.start + 70, "shop", "web", "registry.example:5000/shop/web:4.2", 5)
    c.later(at("2025-03-10T10:20:00Z"), lambda t: c.deploy(t, "shop", "cart", "registry.example:5000/shop/cart:1.8.O", 3))
    c.services.append({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "cart", "namespace": "shop"}, "spec": {"selector": {"app": "cart"}, "ports": [{"port": 80}]}})
    c.run()
    return c, {"root_cause": "image.tag-not-found", "recovered": False, "trigger": "rollout", "workloads": ["Deployment/shop/cart"], "scope": {"kind": "image"}}


def disk_to_quota():
    """A node's disk fills, the kubelet's collector throws its images away, everything is pulled again at once, and the anonymous quota is gone."""
    take, t0 = budget(100), at("2024-08-20T09:30:00Z")

    def fate(c, t, node, image):
        if not norm(image).startswith("docker.io/") or take(t):
            return Outcome("ok", c.rng.uniform(1, 3))
        return Outcome("quota", 0.3, body="You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit")
    c = Cluster(20240820, "2024-08-20T08:00:00Z", "2024-08-20T11:30:00Z", fate).add_nodes(4, "node", runtimes=["containerd-1.7"])
    c.client_of = lambda node: "203.0.113.9"
    for i in range(27):
        c.deploy(c.start + 60 + 20 * i, "apps", f"app{i}", f"acme/app{i}:1.{i}", 3)
    c.deploy(c.start + 500, "mon", "agent", "quay.io/acme/agent:3", 4, "DaemonSet")

    def full(t):
        node = c.nodes["node-3"]
        c.event(t, "kubelet", "Node", "", "node-3", "NodeHasDiskPressure", "Node node-3 status is now: NodeHasDiskPressure", node="node-3")
        node.kubelet_line(t - 1, "I", "eviction_manager.go:366", '"Eviction manager: attempting to reclaim" resourceName="ephemeral-storage"')
        gone = sorted(i for i in node.images)
        c.gc(t, node, 97, gone)
        for p in [p for p in c.pods if p.node is node]:
            p.gone = t + 5
            new = Pod(p.ns, p.name[:-5] + c.rand5(), p.image, node, t + 10 + c.rng.uniform(0, 20), p.owner)
            c.pods.append(new)
            c.workloads[(p.owner[0], p.ns, p.owner[1])]["pods"].append(new)
            c.later(new.created, c.sync, new)
    c.later(t0, full)
    for i in range(30):  # the morning's releases, which find the quota spent
        c.later(t0 + 900 + 60 * i, lambda t, i=i: c.deploy(t, "apps", f"rel{i}", f"acme/rel{i}:2.{i}", 2))
    c.run()
    return c, {"root_cause": "storage.disk-pressure", "chain": ["storage.disk-pressure", "rate-limit.anonymous"], "trigger": "image-gc", "root_cause_alt": ["rate-limit.anonymous"], "nodes": None}


SCENARIOS = {"docker-hub-limits-2020": hub_limits_2020, "k8s-gcr-outage": k8s_gcr_outage, "ecr-replication": ecr_replication, "docker-hub-hangs-2020": hub_hangs_2020, "quay-5xx-day": quay_5xx_day,
             "ecr-token-cliff": ecr_token_cliff, "tag-typo": tag_typo, "disk-to-quota": disk_to_quota}


def main():
    for name in sys.argv[2:] or SCENARIOS:
        c, truth = SCENARIOS[name]()
        folder = os.path.join(sys.argv[1], name)
        pulls, size = c.write(folder, truth)
        with open(os.path.join(folder, "README.md"), "w") as f:
            f.write(f"# {name}\n\n{SCENARIOS[name].__doc__}\n\nWritten by tests/scenarios/incidents.py, a simulation of {len(c.nodes)} nodes and {pulls} pulls with the programs' wordings.\n")
        print(f"{name}: {pulls} pulls, {sum(n.failed for n in c.nodes.values())} failed, {size >> 10} KiB, packed {os.path.getsize(os.path.join(folder, 'input.tar.gz')) >> 10} KiB")


if __name__ == "__main__":
    main()
