#!/usr/bin/python3
"""Captures testdata/bundles/demo-hub-quota: three containerd nodes share one egress address, Docker Hub's anonymous quota of 100 manifest
GETs runs out during the morning's rollout, quay.io goes on working, and after the quota frees the kubelets' next tries succeed.

Everything under nodes/, nginx/ and registry/ is the programs' own output. There is no kubelet in the distribution, so this script plays it:
it pulls over CRI with the kubelet's back-off (10 s doubling), and writes cluster/*.json in the shape of `kubectl get -A -o json` with the real
error texts and times of those pulls.

usage: capture_demo.py OUTPUT-FOLDER      (root; about two minutes)"""
import json, os, shutil, sys, threading, time, uuid
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lab import Lab

HUB_IMAGES = ["nginx:1.27.3", "redis:7.4.1", "postgres:16.6", "python:3.12-slim", "node:22-alpine", "busybox:1.36.1", "memcached:1.6.32", "haproxy:3.0.6", "traefik:3.2", "rabbitmq:4.0",
              "grafana/grafana:11.3.1", "prom/prometheus:v3.0.0", "prom/node-exporter:v1.8.2", "prom/alertmanager:v0.27.0", "bitnami/kubectl:1.31", "library/alpine:3.20", "golang:1.23",
              "fluent/fluent-bit:3.2", "envoyproxy/envoy:v1.32.1", "curlimages/curl:8.11.0", "minio/minio:2024.11.7", "hashicorp/vault:1.18", "mongo:8.0", "mysql:8.4", "mariadb:11.6",
              "eclipse-temurin:21-jre", "httpd:2.4.62", "caddy:2.8.4", "influxdb:2.7.11", "telegraf:1.32", "nats:2.10.22", "etcdhosted/etcd:3.5.17", "dpage/pgadmin4:8.13"]
QUAY_IMAGES = ["quay.io/coreos/etcd:v3.5.17", "quay.io/prometheus/blackbox-exporter:v0.25.0", "quay.io/jetstack/cert-manager-controller:v1.16.2", "quay.io/argoproj/argocd:v2.13.1"]
# namespace, workload kind, name, image, replicas per node
WORKLOADS = [("shop", "Deployment", "web", "nginx:1.27.4", {"n1": 2, "n2": 2, "n3": 2}), ("shop", "Deployment", "cart", "node:22.12-alpine", {"n1": 1, "n2": 1, "n3": 1}),
             ("data", "StatefulSet", "db", "postgres:17.2", {"n1": 1, "n2": 1}), ("data", "Deployment", "cache", "redis:7.4.2", {"n2": 1, "n3": 1}),
             ("ops", "DaemonSet", "exporter", "prom/node-exporter:v1.9.0", {"n1": 1, "n2": 1, "n3": 1}), ("batch", "Job", "report-29923805", "python:3.13-slim", {"n3": 1})]
ALPHABET = "bcdfghjklmnpqrstvwxz2456789"


def stamp(t):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(t))


class Pod:
    def __init__(self, ns, kind, name, image, node, n):
        self.ns, self.kind, self.workload, self.image, self.node, self.uid = ns, kind, name, image, node, str(uuid.UUID(int=hash((ns, name, node, n)) % 2**128))
        rand = "".join(ALPHABET[(hash((ns, name, node, n)) >> (5 * i)) % len(ALPHABET)] for i in range(5))
        self.rs = f"{name}-" + "".join("456789bcdf"[(sum(map(ord, ns + name)) * (i + 7)) % 10] for i in range(9)) if kind == "Deployment" else None
        self.name = {"Deployment": f"{self.rs}-{rand}", "StatefulSet": f"{name}-{n}"}.get(kind, f"{name}-{rand}")
        self.tries, self.ok_at, self.created = [], None, time.time()

    def owner(self):
        kind, name = ("ReplicaSet", self.rs) if self.rs else (self.kind, self.workload)
        return [{"apiVersion": "batch/v1" if kind == "Job" else "apps/v1", "kind": kind, "name": name, "uid": str(uuid.UUID(int=sum(map(ord, self.ns + name)))), "controller": True, "blockOwnerDeletion": True}]

    def event(self, reason, message, times, kind="Normal"):
        return {"apiVersion": "v1", "kind": "Event", "metadata": {"name": f"{self.name}.{abs(hash((self.name, reason, message))) % 16**16:016x}", "namespace": self.ns, "uid": str(uuid.UUID(int=abs(hash((self.uid, reason, message))))),
                "creationTimestamp": stamp(times[0])}, "involvedObject": {"apiVersion": "v1", "kind": "Pod", "namespace": self.ns, "name": self.name, "uid": self.uid, "fieldPath": "spec.containers{app}"},
                "reason": reason, "message": message, "type": kind, "count": len(times), "firstTimestamp": stamp(times[0]), "lastTimestamp": stamp(times[-1]), "eventTime": None,
                "source": {"component": "kubelet", "host": self.node}, "reportingComponent": "kubelet", "reportingInstance": self.node}

    def events(self, until):
        tries = [t for t in self.tries if t[0] <= until]
        if not tries:
            return []
        out = [self.event("Pulling", f'Pulling image "{self.image}"', [t[0] for t in tries])]
        failed = [t for t in tries if t[2]]
        texts = {}
        for t in failed:
            texts.setdefault(t[2], []).append(t[1])
        for text, times in texts.items():
            out.append(self.event("Failed", f'Failed to pull image "{self.image}": {text}', times, "Warning"))
        if failed:
            out.append(self.event("Failed", "Error: ErrImagePull", [t[1] for t in failed], "Warning"))
            out.append(self.event("BackOff", f'Back-off pulling image "{self.image}"', [t[1] + 1 for t in failed]))
        good = [t for t in tries if not t[2]]
        if good:
            took = good[0][1] - good[0][0]
            out.append(self.event("Pulled", f'Successfully pulled image "{self.image}" in {took:.3f}s ({took:.3f}s including waiting)', [good[0][1]]))
        return out

    def object(self, until):
        failed = [t for t in self.tries if t[2] and t[1] <= until]
        running = self.ok_at and self.ok_at <= until
        waiting = {"reason": "ImagePullBackOff", "message": f'Back-off pulling image "{self.image}"'}
        state = {"running": {"startedAt": stamp(self.ok_at)}} if running else {"waiting": waiting if failed else {"reason": "ContainerCreating"}}
        return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": self.name, "namespace": self.ns, "uid": self.uid, "creationTimestamp": stamp(self.created), "labels": {"app": self.workload}, "ownerReferences": self.owner()},
                "spec": {"nodeName": self.node, "serviceAccountName": "default", "containers": [{"name": "app", "image": self.image, "imagePullPolicy": "IfNotPresent"}]},
                "status": {"phase": "Running" if running else "Pending", "hostIP": ADDRESS[self.node], "startTime": stamp(self.created),
                           "containerStatuses": [{"name": "app", "image": self.image, "imageID": "", "ready": bool(running), "started": bool(running), "restartCount": 0, "state": state, "lastState": {}}]}}


def kubelet(lab, pod, stop):
    delay = 10
    while not stop.is_set():
        at = time.time()
        error = lab.nodes[pod.node].pull(pod.image)
        pod.tries.append((at, time.time(), error))
        if not error:
            pod.ok_at = time.time()
            return
        stop.wait(delay + 1.3)
        delay = min(delay * 2, 300)


def workload_objects(pods, until):
    out = []
    for ns, kind, name, image, _ in WORKLOADS:
        mine = [p for p in pods if (p.ns, p.workload) == (ns, name)]
        ready = sum(1 for p in mine if p.ok_at and p.ok_at <= until)
        created = stamp(min(p.created for p in mine))
        spec = {"replicas": len(mine), "selector": {"matchLabels": {"app": name}}, "template": {"spec": {"containers": [{"name": "app", "image": image}]}}}
        status = {"observedGeneration": 2, "replicas": len(mine), "readyReplicas": ready, "updatedReplicas": len(mine), "unavailableReplicas": len(mine) - ready}
        if kind == "Deployment":
            good = ready == len(mine)
            status["conditions"] = [{"type": "Progressing", "status": "True" if good else "False", "reason": "NewReplicaSetAvailable" if good else "ProgressDeadlineExceeded", "message":
                                     f'ReplicaSet "{mine[0].rs}" has ' + ("successfully progressed." if good else "timed out progressing."), "lastTransitionTime": stamp(until), "lastUpdateTime": stamp(until)}]
            out.append({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": mine[0].rs, "namespace": ns, "creationTimestamp": created, "labels": {"app": name},
                        "ownerReferences": [{"apiVersion": "apps/v1", "kind": "Deployment", "name": name, "controller": True, "uid": str(uuid.UUID(int=sum(map(ord, ns + name)) + 1))}]}, "spec": spec, "status": status and {k: v for k, v in status.items() if k != "conditions"}})
        if kind == "DaemonSet":
            spec.pop("replicas")
            status = {"desiredNumberScheduled": len(mine), "currentNumberScheduled": len(mine), "numberReady": ready, "updatedNumberScheduled": len(mine), "numberUnavailable": len(mine) - ready}
        if kind == "Job":
            spec, status = {"parallelism": 1, "completions": 1, "template": spec["template"]}, {"active": 1, "ready": ready}
        out.append({"apiVersion": "batch/v1" if kind == "Job" else "apps/v1", "kind": kind, "metadata": {"name": name, "namespace": ns, "creationTimestamp": created, "generation": 2, "labels": {"app": name}}, "spec": spec, "status": status})
    return out


def node_object(name):
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": {"kubernetes.io/arch": "amd64", "kubernetes.io/os": "linux", "kubernetes.io/hostname": name}},
            "status": {"addresses": [{"type": "InternalIP", "address": ADDRESS[name]}, {"type": "Hostname", "address": name}],
                       "conditions": [{"type": "DiskPressure", "status": "False", "reason": "KubeletHasNoDiskPressure"}, {"type": "Ready", "status": "True", "reason": "KubeletReady"}],
                       "nodeInfo": {"architecture": "amd64", "operatingSystem": "linux", "kubeletVersion": "v1.31.3", "containerRuntimeVersion": "containerd://1.6.20"}}}


def write(path, items):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        json.dump({"apiVersion": "v1", "items": items, "kind": "List", "metadata": {"resourceVersion": ""}}, f, indent=4, sort_keys=True)
        f.write("\n")


def main(out):
    global ADDRESS
    with Lab() as lab:
        ADDRESS = {n: node.address for n, node in lab.nodes.items()}
        for ref in HUB_IMAGES + [w[3] for w in WORKLOADS]:
            name, _, tag = ref.partition(":")
            lab.image(name if "/" in name else "library/" + name, tag, kib=2)
        for ref in QUAY_IMAGES:
            name, _, tag = ref.removeprefix("quay.io/").partition(":")
            lab.image(name, tag, kib=2)
        lab.faults.limit = 100
        for batch in range(0, 33, 3):  # the nodes fill up: 99 pulls
            threads = [threading.Thread(target=lambda n=n: [lab.nodes[n].pull(i) for i in HUB_IMAGES[batch:batch + 3]]) for n in lab.nodes]
            [t.start() for t in threads]
            [t.join() for t in threads]
        for n in lab.nodes.values():
            n.pull(QUAY_IMAGES[0])
        stop, pods = threading.Event(), [Pod(ns, kind, name, image, node, i) for ns, kind, name, image, where in WORKLOADS for node, count in where.items() for i in range(count)]
        for i, p in enumerate([p for p in pods if p.kind == "StatefulSet"]):
            p.name = f"{p.workload}-{i}"
        threads = []
        for p in pods:
            p.created = time.time()
            threads.append(threading.Thread(target=kubelet, args=(lab, p, stop)))
            threads[-1].start()
            time.sleep(0.4)
        for i, ref in enumerate(QUAY_IMAGES[1:]):
            time.sleep(8)
            for n in lab.nodes.values():
                n.pull(ref)
        time.sleep(25)
        snapshot = time.time()
        lab.faults.limit = 10_000  # the window moves on: the oldest pulls are forgotten
        for t in threads:
            t.join(120)
        stop.set()
        end = time.time()
        for n in lab.nodes.values():
            n.stop()
        shutil.copytree(lab.out, out, dirs_exist_ok=True)
        os.remove(os.path.join(out, "nginx", "error.log"))
        write(os.path.join(out, "cluster/events.json"), [e for p in pods for e in p.events(end)])
        write(os.path.join(out, "cluster/pods.json"), [p.object(snapshot) for p in pods])
        write(os.path.join(out, "cluster/nodes.json"), [node_object(n) for n in lab.nodes])
        write(os.path.join(out, "cluster/workloads.json"), workload_objects(pods, snapshot))
        write(os.path.join(out, "cluster-after/pods.json"), [p.object(end) for p in pods])
        write(os.path.join(out, "cluster-after/workloads.json"), workload_objects(pods, end))
        failed = sum(1 for p in pods for t in p.tries if t[2])
        truth = {"root_cause": "rate-limit.anonymous", "registry": "docker.io", "nodes": sorted(lab.nodes), "failed": {n: sum(1 for p in pods for t in p.tries if t[2] and p.node == n) for n in lab.nodes},
                 "refused_requests": lab.faults.refused, "pods": len({(p.ns, p.name) for p in pods if any(t[2] for t in p.tries)}), "recovered": True, "failed_pulls": failed}
        with open(os.path.join(out, "..", os.path.basename(out.rstrip("/")) + ".truth.json"), "w") as f:
            json.dump(truth, f, indent=1, sort_keys=True)
            f.write("\n")
        print(json.dumps(truth))


if __name__ == "__main__":
    os.environ.setdefault("PYTHONHASHSEED", "0")
    main(sys.argv[1])
