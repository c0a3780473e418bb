"""What a drawn cluster really went through, as truth.json tells it, and the marks that a report gets for it.

truth.json names for each true incident what was hit and when, and for the whole every attempt. `undecidable` lists the questions that the kept sources cannot answer.
Questions asked here: verdict, counts, nodes, invented, split, missing, reckoned; and every incident over info is held against the truth for the table of confidence."""
import collections
from cluster import *

IMAGE_SCOPE = ("image.", "registry.content", "runtime.unpack", "auth.denied")


SERVED = ("ok", "stalled", "disk-full", "read-only", "corrupt", "unpack", "cancelled")  # what a registry's log shows as a pull like any other


def ms(t):
    return rfc(round(t, 3) + 1e-6, 3)


def facts(w):
    """What really happened, by incident."""
    c, out = w.c, []
    for k, t in enumerate(w.truths):
        nodes, pods, workloads, spaces, images, failed, first, last = set(), set(), set(), set(), set(), 0, None, None
        for p in c.pods:
            mine = [x for x in p.tries if x[2].more.get("incident") == k and x[1] <= c.end]
            if not mine:
                continue
            failed += len(mine)
            nodes.add(p.node.name), pods.add((p.ns, p.name)), spaces.add(p.ns), images.add(norm(p.image)), workloads.add((p.owner[0], p.ns, p.owner[1]))
            a, b = mine[0][1], mine[-1][1]
            first, last = min(first or a, a), max(last or b, b)
        out.append({**t, "nodes": nodes, "pods": pods, "workloads": workloads, "namespaces": spaces, "images": images, "failed": failed, "first": first, "last": last,
                    "stuck": {(p.ns, p.name) for p in c.pods if (p.ns, p.name) in pods and not (p.running and p.running <= c.end)}})
    return out


def reference(image, bare):
    """A registry's own log need not say its name: then the path alone is held against."""
    n = norm(image)
    return n.split("/", 1)[1].removeprefix("library/") if bare else n


def blind(w, real, sources):
    """Whether the kept sources hold nothing that could tell the cause: events live an hour, a registry sees no disk, a runtime no refusal of the kubelet."""
    out_of_sight = ("network", "storage", "runtime")
    old = w.c.end - 3500
    past, needs = all(f["last"] < old for f in real), [f.get("needs") for f in real]
    if all(n and not n & sources for n in needs):
        return True
    if sources == {"registry"} and all(f["cause"].split(".")[0] in out_of_sight or f["cause"] in ("image.platform-mismatch", "rate-limit.client", "auth.credential-provider", "image.never-pull", "image.invalid-reference") for f in real):
        return True
    if past and not {"kubelet", "runtime", "registry"} & sources:
        return True
    if past and not {"kubelet", "runtime"} & sources and all(f.get("needs") or f["cause"].split(".")[0] in out_of_sight or f["cause"] in ("auth.invalid-credentials", "image.platform-mismatch") for f in real):
        return True
    return past and "kubelet" not in sources and all(f.get("needs", {"runtime"}) <= {"kubelet", "events", "objects"} for f in real)


def shown(p, t, end, o, sources, only):
    """Which log of the node shows an attempt: cri, kubelet (its own limiter), dockerd-unlogged, or none that was kept."""
    if only is not None and p.node.name not in only:
        return "not-kept"
    docker, crio = p.node.runtime.startswith("docker"), p.node.runtime.startswith("crio")
    if o.kind in ("never", "invalid-ref"):
        return "refused"  # no runtime heard of it: at most one attempt
    if o.kind == "ok":
        return "dockerd-unlogged" if docker else "cri" if "runtime" in sources else "not-kept"
    if "kubelet" in sources:
        return "kubelet" if o.kind == "qps" else "cri"
    if "runtime" not in sources or o.kind in ("runtime-down", "cancelled", "qps", "never", "invalid-ref") or crio or (docker and o.kind == "not-found"):
        return "not-kept"
    return "cri"


def recovery(w, f):
    """The first good pull after the last failure in the incident's scope."""
    scope, best = f["scope"] or "image", None
    for p in w.c.pods:
        for t, end, o in p.tries:
            if o.kind != "ok" or not f["last"] < end <= w.c.end:
                continue
            n, reg = norm(p.image), norm(p.image).split("/")[0]
            same = {"node": p.node.name in f["nodes"] and (not f.get("one") or reg == f["one"]), "registry": reg in (f["values"] or ()), "namespace": p.ns in (f["values"] or ()) and any(x.split("/")[0] == reg for x in f["images"]), "cluster": True}.get(scope, n in f["images"])
            if same and (best is None or end < best):
                best = end
    return best


def incident(w, f):
    c = w.c
    scope = {"kind": f["scope"], "values": sorted(f["nodes"]) if f["scope"] == "node" else f["values"] or sorted(f["images"]) if f["scope"] == "image" else f["values"] or []} if f["scope"] else None
    pods = []
    for p in c.pods:
        mine = [x for x in p.tries if (p.ns, p.name) in f["pods"] and x[2].kind != "ok" and x[1] <= c.end]
        if mine:
            stop = min(x for x in (p.running, p.gone, c.end) if x)
            pods.append({"namespace": p.ns, "name": p.name, "uid": p.uid, "node": p.node.name, "workload": {"kind": p.owner[0], "namespace": p.ns, "name": p.owner[1]}, "images": [norm(p.image)], "failed_pulls": len(mine), "first": ms(mine[0][0]), "last": ms(mine[-1][1]),
                         "recovered": bool(p.running and p.running <= c.end), "stuck_s": round(stop - mine[0][0], 1)})
    per = collections.Counter((x["workload"]["kind"], x["namespace"], x["workload"]["name"]) for x in pods)
    again = recovery(w, f)
    alts = set(f.get("alts", ())) | set(f.get("others", ()))
    if w.sources == {"registry"} and f["cause"].startswith("rate-limit."):
        alts |= {"rate-limit.anonymous", "rate-limit.authenticated", "rate-limit.service"} - {f["cause"]}  # 429 says nothing of whose quota it was
    alts = sorted(alts)
    what = sorted(f.get("trigger") or ())
    return {"root_cause": f["cause"], "root_cause_alt": alts, "chain": f.get("chain") or [f["cause"]], "secondary": f.get("chain") or [], "scope": scope or {"kind": "image", "values": sorted(f["images"])}, "scope_alt": [], "undecided_scope": not scope,
            "trigger": {"what": what[0] if what else "unknown", "at": ms(f["first"]), "detail": w.name, "alt": ["rollout", "scale-up", "unknown", "retry-storm", "image-gc", "new-node", "credential-expiry"]}, "began_at": ms(min(f["first"], w.t0)),
            "hit_nodes": sorted(f["nodes"]), "origin_nodes": [], "hit_pods": pods, "hit_workloads": [{"kind": k, "namespace": ns, "name": n, "pods": m} for (k, ns, n), m in sorted(per.items())], "hit_namespaces": sorted(f["namespaces"]),
            "apart": sorted(f.get("others", ())), "images": sorted(f["images"]), "registries": sorted({x.split("/")[0] for x in f["images"]}), "failed_pulls": f["failed"], "first_failure": ms(f["first"]), "last_failure": ms(f["last"]), "recovered_at": again and ms(again), "max_severity": "info" if f.get("info") else None}


def stuck_rollouts(w, fs):
    late = {x for f in fs for x in f["workloads"] if x[0] in ("Deployment", "StatefulSet", "DaemonSet") and any((p.ns, p.name) in f["stuck"] for p in w.c.workloads[x]["pods"])}
    late |= {x for f in fs for t in w.looked for x in f["workloads"] if x[0] in ("Deployment", "StatefulSet", "DaemonSet") and f["first"] < t < f["last"] and any((p.ns, p.name) in f["pods"] and p.created <= t and not (p.running and p.running <= t) for p in w.c.workloads[x]["pods"])}
    return [{"kind": k, "namespace": ns, "name": n} for k, ns, n in sorted(late)]


def undecidable(w, real, sources, only):
    """Questions (of the deep ones, too) that nobody could answer from what was kept."""
    out = {"quota", "trigger", "when", "stuck_s", "waiting"}
    if real and blind(w, real, sources):
        out |= {"verdict", "split", "nodes", "failed", "span", "scope", "values", "pods", "workloads", "namespaces", "images", "chain", "stuck", "hpa", "spared", "recovered", "trigger+"}
    if not {"kubelet", "runtime"} <= sources or only is not None:
        out |= {"scope", "values", "failed", "span", "recovered", "spared"}
    if not {"kubelet", "runtime", "events", "objects"} <= sources or only is not None:
        out |= {"pods", "workloads", "namespaces", "images", "stuck", "hpa", "chain", "trigger+"}
    if w.layout == "boxed" and w.how == "must-gather" and "objects" not in sources:
        out |= {"nodes", "scope", "values", "by node"}  # a pod's name does not say where it runs
    if only is not None or not sources & {"kubelet", "events"}:
        out |= {"nodes"}
    if any(f["cause"] in ("image.never-pull", "image.invalid-reference") for f in real):
        out |= {"failed"}  # told as none or as one of each pod
    if any(not f["scope"] for f in real):
        out |= {"scope", "values", "recovered"}
    if w.layout in ("rancher", "dump", "troubleshoot"):
        out |= {"workloads", "stuck", "hpa"}
    return sorted(out)


def of(w, layout, missing, sources, only, noise=None):
    c, fs = w.c, facts(w)
    real = [f for f in fs if f["failed"]]
    loud = [f for f in real if not f.get("info")]
    attempts, by_node = [], {n: {"ok": 0, "failed": 0} for n in c.nodes}
    for p in c.pods:
        for i, (t, end, o) in enumerate(p.tries):
            if end > c.end or (i and o.kind in ("never", "invalid-ref")):
                continue
            k = o.more.get("incident")
            by_node[p.node.name]["ok" if o.kind == "ok" else "failed"] += 1
            attempts.append({"node": p.node.name, "ts": ms(t), "end": ms(end), "ref": norm(p.image), "ok": o.kind == "ok", "tool": shown(p, t, end, o, sources, only), "cause": None if o.kind == "ok" else fs[k]["cause"] if k is not None else "background", "registry": norm(p.image).split("/")[0], "namespace": p.ns, "pod": p.name, "served": o.kind in SERVED})
    attempts.sort(key=lambda a: (a["ts"], a["node"], a["ref"], a["pod"]))
    incidents = [incident(w, f) for f in loud]
    first = max(loud, key=lambda f: f["failed"]) if loud else None
    others = {a for i in incidents for a in i["root_cause_alt"]} | {f["cause"] for f in loud} | {a for f in loud for a in f.get("alts", ())} | {a for f in loud for a in f.get("others", ())}
    end = lambda kind: sorted({x for i in incidents for x in i[kind]})
    return {"scenario": w.name, "layout": layout, "envelope": None, "sources_mode": None if missing == "nothing" else "without " + missing, "sources": sorted(sources), "only": sorted(only) if only is not None else None, "window_utc": [rfc(c.start, 3), rfc(c.end, 3)],
            "root_cause": first["cause"] if first else "not-pull", "root_cause_alt": sorted(others - {first["cause"]}) if first else [], "secondary": [], "chain": first.get("chain") or [first["cause"]] if first else [], "n_incidents": len(loud), "max_severity": None if loud else "info",
            "nodes": sorted(c.nodes), "hit_nodes": end("hit_nodes"), "attempts": attempts, "pulls_by_node": by_node, "pulls": {k: sum(x[k] for x in by_node.values()) for k in ("ok", "failed")}, "incidents": incidents, "quotas": [], "quota": None,
            "stuck_rollouts": stuck_rollouts(w, loud), "waiting_workloads": [{"kind": k, "namespace": ns, "name": n} for f in loud for k, ns, n in sorted(f["workloads"])], "blocked_hpas": [{"namespace": ns, "name": n} for f in loud if f["stuck"] for ns, n in f.get("blocked", ())], "rollbacks": [],
            "clock_offsets_s": {n.name: round(n.skew, 4) for n in c.nodes.values()}, "client_failures": sorted(set(noise.clients)) if noise else [], "clients_failed": sum(1 for n in noise.refused_on if only is None or n in only) if noise else 0, "dim_pods": [], "noise_files": dict(sorted(noise.kept.items())) if noise else {}, "undecidable": undecidable(w, loud, sources, only),
            "noise_kinds": {k: {"pods": sorted({f"{v.pod.ns}/{v.pod.name}" for v in noise.voices if v.kind == k})} for k in sorted({v.kind for v in noise.voices})} if noise else {}}


# ── marks ──
def over_info(i):
    return i["severity"] != "info"


def accepted(t):
    return {t["root_cause"], *t["root_cause_alt"], *t["chain"], *t["secondary"]}


def fit(i, t, bare=False):
    """How much a told incident shares with a true one: none where the cause is another, or nothing that was hit is the same."""
    b = i["blast_radius"]
    images = {reference(x, bare) for x in b["images"]} & {reference(x, bare) for x in t["images"]}
    share = 3 * len({(p["namespace"], p["name"]) for p in b["pods"]} & {(p["namespace"], p["name"]) for p in t["hit_pods"]}) + len(set(b["nodes"]) & set(t["hit_nodes"])) + 2 * len(images)
    share += bare and bool({x for x in b["registries"]} & set(t["registries"]))  # a client's words may name no more than the registry
    if not share or i["root_cause"] not in accepted(t):
        return 0
    return share + (1000 if i["root_cause"] == t["root_cause"] else 0)


def ranges(t):
    """How many pulls of each (node, outcome) the kept logs show, and how many there were."""
    lo, hi = collections.Counter(), collections.Counter()
    for a in t["attempts"]:
        key = a["node"], "ok" if a["ok"] else "failed"
        hi[key] += 1
        lo[key] += a["tool"] in ("cri", "kubelet")
        hi[a["node"], "ok"] += not a["ok"] and a["tool"] == "not-kept" and a.get("served", False)
    return lo, hi


def reckoning(r):
    """The first sum that does not come out, or None: they hold in every report."""
    p, incs = r["pulls"], r["incidents"]
    if p["attempts"] != p["ok"] + p["failed"] + p["open"]:
        return f"attempts {p['attempts']} are not {p['ok']} + {p['failed']} + {p['open']}"
    if sum(i["failed_pulls"] for i in incs) != p["failed"]:
        return f"incidents hold {sum(i['failed_pulls'] for i in incs)} failed pulls of {p['failed']}"
    if sum(p["by_cause"].values()) != p["failed"]:
        return f"causes hold {sum(p['by_cause'].values())} failed pulls of {p['failed']}"
    for key in ("ok", "failed"):
        for name, rows in (("registries", p["by_registry"]), ("nodes and clients", p["by_node"] + p.get("by_client", [])), ("series", p["series"])):
            if sum(x[key] for x in rows) != p[key]:
                return f"{name} hold {sum(x[key] for x in rows)} {key} of {p[key]}"
    for i in incs:
        if i["from"] and i["to"] and (i["from"] > i["to"] or (i["recovered_at"] and i["recovered_at"] < i["to"])):
            return f"{i['root_cause']} lasts from {i['from']} to {i['to']}, recovered at {i['recovered_at']}"
    return None


def whose(i, t):
    """Whose lines an incident rests on: a kind of noise, a registry's front, or the node's own."""
    at = collections.Counter()
    for e in i["evidence"]:
        f = e["file"] or ""
        kind = next((k for path, k in t.get("noise_files", {}).items() if f.endswith(path)), None)
        at[kind or ("papers" if "docs/" in f else "requests" if "registry" in f or "ingress" in f else "events and objects" if "cluster" in f or "namespaces" in f else "nodes")] += 1
    return sorted(at.items(), key=lambda x: (-x[1], x[0]))[0][0] if at else "nothing"


def marks(t, report):
    """Yields (question, None or what is wrong), and ("sure", (confidence, right, cause)) for each incident over info."""
    v, incs, no = report.get("verdict") or {}, report["incidents"], set(t["undecidable"])
    told = next((i for i in incs if i["id"] == v.get("incident")), None)
    good = {t["root_cause"], *t["root_cause_alt"]} if t["incidents"] else {None}
    if not t["incidents"] and told and not over_info(told):
        good.add(v.get("root_cause"))
    right = v.get("root_cause") in good
    if "verdict" not in no:
        yield "verdict", None if right else f"{v.get('root_cause')} for {t['root_cause']}" + (f" ({told['confidence']})" if told else "")
    lo, hi = ranges(t)
    by = {n["node"]: n for n in report["pulls"]["by_node"]}
    wrong = [f"{n} {k} {by.get(n, {}).get(k, 0)}" + f" not in {lo[n, k]}..{hi[n, k]}" for n in t["nodes"] for k in ("failed", "ok") if not lo[n, k] <= by.get(n, {}).get(k, 0) <= hi[n, k]]
    strange = sorted(str(n) for n in by if n is not None and n not in t["nodes"] and by[n]["failed"]) if t["sources"] not in (["registry"], ["clients"]) else []
    if "by node" in no:
        lo, hi = ({("all", k): sum(n for (_, x), n in side.items() if x == k) for k in ("ok", "failed")} for side in (lo, hi))
        told_all = {k: report["pulls"][k] - sum(x[k] for x in report["pulls"].get("by_client", [])) for k in ("ok", "failed")}
        wrong = [f"{k} {told_all[k]} not in {lo['all', k]}..{hi['all', k]}" for k in ("ok", "failed") if not lo["all", k] <= told_all[k] <= hi["all", k]]
    if t["sources"] == ["registry"]:
        most = sum(n for (_, k), n in hi.items() if k == "failed")
        told_failed = report["pulls"]["failed"] - sum(x["failed"] for x in report["pulls"].get("by_client", []))  # a session beside the log is a client's own
        wrong = [f"{told_failed} failed pulls, not more than {most}"] if told_failed > most else []
    yield "counts", None if not wrong and not strange else "; ".join(wrong[:2]) + (f" … {len(wrong)} in all" if len(wrong) > 2 else "") + (f" strange nodes {strange[:3]}" if strange else "")
    if "nodes" not in no and t["incidents"] and right and told:
        got, true = {n for i in incs if i is told or i["explained_by"] == told["id"] for n in i["blast_radius"]["nodes"]}, set(t["hit_nodes"])  # the verdict is told for its whole chain
        ok = got == true if len(t["incidents"]) == 1 else bool(got) and got <= true
        yield "nodes", None if ok else f"-{sorted(true - got)[:3]} +{sorted(got - true)[:3]}"
    if t["clients_failed"]:
        r = report["pulls"]
        n = sum(x["failed"] for x in r.get("by_client", [])) if t["nodes"] else r["failed"]
        yield "clients", None if n >= t["clients_failed"] else f"{n} failed pulls of clients told, {t['clients_failed']} are there"
    owner, bare = {}, t["sources"] in (["registry"], ["clients"])
    for i in incs:
        best = max(range(len(t["incidents"])), key=lambda k: fit(i, t["incidents"][k], bare), default=None)
        if best is not None and fit(i, t["incidents"][best], bare):
            owner[i["id"]] = best
    loud = [i for i in incs if over_info(i)]
    strays = [i for i in loud if i["id"] not in owner and not (t["client_failures"] and i["scope"]["kind"] == "client" and not i["blast_radius"]["nodes"])]
    if "verdict" in no:
        strays = [i for i in strays if i["root_cause"] != "unknown"]
    yield "reckoned", reckoning(report)
    yield "invented", None if not strays else "; ".join(f"{i['root_cause']} {i['severity']}/{i['confidence']} {i['scope']['kind']} {i['scope']['values'][:2]} {i['failed_pulls']} pulls" for i in strays[:3]) + (f" … {len(strays)} in all" if len(strays) > 3 else "")
    if t["incidents"] and "split" not in no:
        apart = lambda i: i["root_cause"] if i["root_cause"] in t["incidents"][owner[i["id"]]].get("apart", ()) else ""
        per = collections.Counter((owner[i["id"]], apart(i)) for i in loud if i["id"] in owner and i["explained_by"] is None)
        many = [f"{n} times {cause or t['incidents'][k]['root_cause']}" for (k, cause), n in sorted(per.items()) if n > 1]
        yield "split", None if not many else "; ".join(many)
    for i in loud:
        ti = t["incidents"][owner[i["id"]]] if i["id"] in owner else None
        if ti is not None or i in strays:
            yield "sure", (i["confidence"], ti is not None and i["root_cause"] in {ti["root_cause"], *ti["root_cause_alt"], *ti["chain"]}, i["root_cause"], whose(i, t))
    if t["incidents"] and not {"missing", "verdict"} & no and t["sources"] != sorted({"kubelet", "runtime", "events", "objects", "registry"}):
        yield "missing", None if report["missing"] else "no source told as missing"
