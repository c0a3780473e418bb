#!/usr/bin/env python3
"""Writes the drawn scenarios that guard what they once broke into testdata/bundles/: the same bytes each time.   usage: kept.py OUTPUT-FOLDER [NAME...]"""
import json, os, random, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import fuzz, layouts
from fuzz import *

# name: seed, incident, nodes, layout, what is done to it, what it guards
KEPT = {
    "skewed-scale-up": (18, scale_up, 6, "must-gather", {"skew": {2: -95.0, 4: 60.0}}, "An autoscaler asks for more pods while their registry is down; the clocks of two nodes are minutes off. The trigger comes after the first failure by the stamps."),
    "local-kubelet-utc-journal": (21, token_expired, 5, "must-gather", {"zone": -5, "rotate": True}, "Kubelets write local time, the journal around them UTC; the parts of a rotated log are too short to tell their zone alone."),
    "rotated-in-node-folder": (9, outage, 5, "kops", {"rotate": True}, "Rotated parts lie beside the whole in a node's folder."),
    "restart-cuts-pulls": (33, runtime, 4, "iso", {"runtime": "containerd-1.7"}, "The runtime of one node restarts under its pulls: the kubelet knows at once, the runtime's log when it is back."),
    "stuck-then-well": (41, outage, 5, "lab", {"recovers": True, "look": True}, "Somebody looked at the cluster while rollouts were stuck, and again when all was well."),
    "cluster-without-dns": (12, lambda w: network(w, "dns"), 4, "sos", {"where": "cluster"}, "No node resolves any name; some share neither node nor registry with the rest."),
    "two-faults": (52, two, 6, "journal-short", {}, "A wrong tag in one namespace and one node without DNS: two stories, neither leads to the other."),
    "one-blip": (61, transient, 4, "json", {}, "One connection was cut, the next attempt succeeded."),
}


class Fixed(random.Random):
    """Answers the one question that a scenario fixes, and is chance otherwise."""
    def choice(self, seq):
        want = getattr(self, "want", None)
        return want if want in seq else super().choice(seq)


def make(name):
    seed, incident, size, layout, how, _ = KEPT[name]
    w = fuzz.World(seed, size, life=10)
    r = Fixed(seed)
    r.want = how.get("where")
    w.r = r
    if how.get("recovers"):
        w.recovers, w.t1 = True, min(w.t0 + 1500, w.c.end - 900)
    for i, n in enumerate(w.c.nodes.values()):
        n.zone, n.skew = how.get("zone", 0), how.get("skew", {}).get(i, 0.1)
        n.runtime = how.get("runtime", n.runtime if not n.runtime.startswith("docker") else "containerd-1.7")
        n.kubelet = "1.28" if n.kubelet == "1.20" else n.kubelet
    w.c.client_of, w.c.serial = (lambda node: node.ip), False
    incident(w)
    w.c.run()
    looks = [w.t0 + 900] if how.get("look") else []
    files = layouts.lay_out(w.c, layout, fuzz.ALL, None, looks)
    return w, layouts.rotate(files, random.Random(seed)) if how.get("rotate") else files


def truth(w):
    fs = [f for f in facts(w) if f["failed"]]
    f = max(fs, key=lambda f: f["failed"])
    ok, failed = per_node(w)
    t = {"root_cause": f["cause"], "root_cause_alt": sorted(set(f.get("alts", set())) | {x["cause"] for x in fs if x is not f}), "failed": dict(sorted(failed.items())), "ok": dict(sorted(ok.items()))}
    if len(fs) == 1:
        t.update(nodes=sorted(f["nodes"]), pods=len(f["pods"]), workloads=sorted("/".join(x) for x in f["workloads"]))
        if f["scope"] and not f.get("alts"):
            t["scope"] = {"kind": f["scope"], "values": sorted(f["nodes"]) if f["scope"] == "node" else f["values"] or []} if f["scope"] != "image" else {"kind": "image"}
        if f.get("trigger"):
            t["trigger"] = sorted(f["trigger"])[0]
    else:
        t["others"] = sorted(x["cause"] for x in fs)
    t["rivals"] = 2
    if f.get("info"):
        t["severity"] = "info"
    if any(x.startswith("stuck") for x in sys.argv[2:]) or w.name == "stuck-then-well":
        t["stuck"] = sorted("/".join(x) for x in f["workloads"] if x[0] == "Deployment" and any((p.ns, p.name) in f["pods"] and p.created <= w.t0 + 900 and not (p.running and p.running <= w.t0 + 900) for p in w.c.workloads[x]["pods"]))
    return t


def main():
    for name in sys.argv[2:] or KEPT:
        w, files = make(name)
        w.name = name
        folder = os.path.join(sys.argv[1], name)
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "input.tar.gz"), "wb") as f:
            f.write(gzip.compress(layouts.tar_of(files, w.c.end, gz=False), 9, mtime=0))
        with open(os.path.join(folder, "truth.json"), "w") as f:
            json.dump(truth(w), f, indent=1, sort_keys=True)
            f.write("\n")
        pulls = sum(len(p.tries) for p in w.c.pods)
        with open(os.path.join(folder, "README.md"), "w") as f:
            f.write(f"# {name}\n\n{KEPT[name][5]}\n\nDrawn and written by tests/scenarios/kept.py (seed {KEPT[name][0]}, layout {KEPT[name][3]}): a simulation of {len(w.c.nodes)} nodes and {pulls} pulls with the programs' wordings.\n")
        print(f"{name}: {pulls} pulls, packed {os.path.getsize(os.path.join(folder, 'input.tar.gz')) >> 10} KiB")


if __name__ == "__main__":
    main()
