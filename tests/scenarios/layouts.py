"""One simulated cluster in the shapes in which people collect logs: a dict of path → bytes. Layouts after formats' sources: kind export logs, the EKS log collector, must-gather,
troubleshoot, kubectl cluster-info dump, Rancher's collector, kOps toolbox dump, sosreport, journald's own output modes."""
import datetime, gzip, io, json, random, re, struct, tarfile, zipfile
from cluster import UTC, Pod, hash_of, rfc
from noise import BOXES, boxed, container_log, distribution, ingress

IDENT = {"containerd": "containerd", "docker": "dockerd", "crio": "crio"}


def runtime_of(n):
    return "crio" if n.runtime.startswith("crio") else "docker" if n.runtime.startswith("docker") else "containerd"


def stamp(n, t, fmt, local=True):
    return datetime.datetime.fromtimestamp(t + n.skew + (n.zone * 3600 if local else 0), UTC).strftime(fmt)


def wrap(n, ident, mode, t, line):
    if mode == "cat":
        return line
    if mode == "short":
        return f"{stamp(n, t, '%b %d %H:%M:%S')} {n.name} {ident}[{n.pid}]: {line}"
    if mode == "precise":  # UTC, as the kubelet's own log endpoint asks for
        return f"{stamp(n, t, '%b %d %H:%M:%S', False)}.{int(t % 1 * 1e6):06d} {n.name} {ident}[{n.pid}]: {line}"
    if mode == "iso":
        sign, zone = "-" if n.zone < 0 else "+", abs(n.zone)
        return f"{stamp(n, t, '%Y-%m-%dT%H:%M:%S')}{sign}{int(zone):02d}{int(zone * 60 % 60):02d} {n.name} {ident}[{n.pid}]: {line}"
    if mode == "json":
        return json.dumps({"__REALTIME_TIMESTAMP": str(int((t + n.skew) * 1e6)), "_HOSTNAME": n.name, "_SYSTEMD_UNIT": f"{ident}.service", "SYSLOG_IDENTIFIER": ident, "_PID": str(n.pid), "PRIORITY": "6", "MESSAGE": line})
    if mode == "cri":
        return f"{rfc(t + n.skew)} stderr F {line}"
    raise ValueError(mode)


def export(n, entries):
    out = io.BytesIO()
    for i, (t, ident, line) in enumerate(entries):
        out.write(f"__CURSOR=s=1;i={i:x}\n__REALTIME_TIMESTAMP={int((t + n.skew) * 1e6)}\n__MONOTONIC_TIMESTAMP={i * 1000}\n_BOOT_ID=0123456789abcdef0123456789abcdef\n_HOSTNAME={n.name}\nSYSLOG_IDENTIFIER={ident}\n_SYSTEMD_UNIT={ident}.service\n_PID={n.pid}\n".encode())
        if i % 3:
            out.write(f"MESSAGE={line}\n\n".encode())
        else:
            raw = line.encode()
            out.write(b"MESSAGE\n" + struct.pack("<Q", len(raw)) + raw + b"\n\n")
    return out.getvalue()


def listing(items, kind="List"):
    return (json.dumps({"apiVersion": "v1", "items": items, "kind": kind, "metadata": {"resourceVersion": ""}}, sort_keys=True, indent=1) + "\n").encode()


def yaml_of(value, depth=0):
    """kubectl's YAML: block style, sequences at their key's own indentation, strings quoted where they must be."""
    pad, out = "  " * depth, []
    for k, v in value.items():
        if isinstance(v, dict):
            out.append(f"{pad}{k}:" + (" {}" if not v else "")), out.extend(yaml_of(v, depth + 1) if v else [])
        elif isinstance(v, list):
            out.append(f"{pad}{k}:" + (" []" if not v else ""))
            for item in v:
                if isinstance(item, dict):
                    inner = yaml_of(item, depth + 1)
                    out.append(f"{pad}- {inner[0].lstrip()}"), out.extend(inner[1:])
                else:
                    out.append(f"{pad}- {scalar(item)}")
        else:
            out.append(f"{pad}{k}: {scalar(v)}")
    return out


def scalar(v):
    if v is None:
        return "null"
    if isinstance(v, bool):
        return "true" if v else "false"
    if isinstance(v, (int, float)):
        return str(v)
    plain = v and v.replace("-", "").replace("/", "").replace(".", "").replace("_", "").isalnum() and not v[0].isdigit() and v.lower() not in ("true", "false", "null", "yes", "no")
    return v if plain else json.dumps(v)


def yaml_list(items, kind="List"):
    return ("\n".join(yaml_of({"apiVersion": "v1", "items": items, "kind": kind})) + "\n").encode()


def human(seconds):
    s = max(0, int(seconds))
    if s < 120:
        return f"{s}s"
    if s < 600:
        return f"{s // 60}m{s % 60}s" if s % 60 else f"{s // 60}m"
    if s < 10800:
        return f"{s // 60}m"
    if s < 28800:
        return f"{s // 3600}h{s % 3600 // 60}m" if s % 3600 >= 60 else f"{s // 3600}h"
    return f"{s // 3600}h"


def table(rows):
    widths = [max(len(r[i]) for r in rows) + 3 for i in range(len(rows[0]))]
    return "".join("".join(c.ljust(w) for c, w in zip(r, widths)).rstrip() + "\n" for r in rows).encode()


def events_table(events, now):
    when = lambda text: datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
    rows = [["NAMESPACE", "LAST SEEN", "TYPE", "REASON", "OBJECT", "SUBOBJECT", "SOURCE", "MESSAGE", "FIRST SEEN", "COUNT", "NAME"]]
    for e in events:
        o, s = e["involvedObject"], e["source"]
        rows.append([e["metadata"]["namespace"], human(now - when(e["lastTimestamp"])), e["type"], e["reason"], f"{o['kind'].lower()}/{o['name']}", o.get("fieldPath", ""), s["component"] + (f", {s['host']}" if "host" in s else ""),
                     e["message"].split("\n")[0], human(now - when(e["firstTimestamp"])), str(e["count"]), e["metadata"]["name"]])
    return table(rows)


def pods_table(c, pods, now):
    rows = [["NAMESPACE", "NAME", "READY", "STATUS", "RESTARTS", "AGE", "IP", "NODE", "NOMINATED NODE", "READINESS GATES"]]
    for p in pods:
        state = p["status"]["containerStatuses"][0]["state"]
        up = "running" in state
        created = datetime.datetime.fromisoformat(p["metadata"]["creationTimestamp"].replace("Z", "+00:00")).timestamp()
        rows.append([p["metadata"]["namespace"], p["metadata"]["name"], "1/1" if up else "0/1", "Running" if up else state["waiting"]["reason"], "0", human(now - created), "10.42.1.9" if up else "<none>", p["spec"]["nodeName"], "<none>", "<none>"])
    return table(rows)


def by_namespace(items):
    out = {}
    for i in items:
        out.setdefault(i["metadata"].get("namespace", "default"), []).append(i)
    return sorted(out.items())


def tar_of(files, mtime, gz=True):
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        for path, data in files.items():
            info = tarfile.TarInfo(path)
            info.size, info.mtime = len(data), int(mtime)
            tar.addfile(info, io.BytesIO(data))
    return gzip.compress(raw.getvalue(), 6, mtime=int(mtime)) if gz else raw.getvalue()


def zip_of(files, mtime):
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as z:
        for path, data in files.items():
            z.writestr(zipfile.ZipInfo(path, datetime.datetime.fromtimestamp(mtime, UTC).timetuple()[:6]), data)
    return raw.getvalue()


def boxed_program(n, how):
    return "k3s" if hash_of(n.name + how) % 2 and runtime_of(n) == "containerd" else "kubelet"


def boxed_pods(c, how):
    """The pods in which the kubelets run, as objects tell of them."""
    for n in c.nodes.values():
        program = boxed_program(n, how)
        p = Pod("kube-system", f"{program}-{n.name}", {"k3s": "rancher/k3s:v1.28.4-k3s1", "kubelet": "rancher/hyperkube:v1.28.4-rancher1"}[program], n, c.start - 86400, ("Node", n.name, n.name))
        p.running, p.box = c.start - 86390, program
        yield p


def box_node(c, n, mine, how, files):
    """A node's own programs kept as containers: a kubelet of RKE or of a static pod, a k3s whose log is the kubelet's and its own. The runtime keeps its file, where each of them has it."""
    program = boxed_program(n, how)
    k3s = program == "k3s"
    lines = [(t, line) for t, _, line in mine.get("kubelet", ())]
    if k3s and lines:
        lines = [(c.start, f'time="{rfc(c.start + n.skew, 0)}" level=info msg="Starting k3s agent v1.28.4+k3s1 (6ba6c1b6)"'), (c.start + 1, f'time="{rfc(c.start + n.skew + 1, 0)}" level=info msg="Running kubelet --hostname-override={n.name} --kubeconfig=/var/lib/rancher/k3s/agent/kubelet.kubeconfig"')] + lines
    if lines:
        path, data = boxed(how, f"nodes/{n.name}", "kube-system", f"{program}-{n.name}", program, lines, n.skew)
        files[path] = data
    if mine.get("runtime"):
        files[f"nodes/{n.name}/" + ("var/lib/rancher/k3s/agent/containerd/containerd.log" if k3s else f"{runtime_of(n)}.log")] = text(n, "cat", mine["runtime"])


def box_registry(host, lines, how):
    """The front as a container: Distribution itself where it answered, ingress-nginx where a proxy did."""
    failing = any('" 5' in x.split("HTTP/1.1", 1)[-1][:4] for _, x in lines)
    ns, pod, box = ("ingress-nginx", "ingress-nginx-controller-6d5f-x2v8k", "controller") if failing else ("registry", "docker-registry-7c9b6-qq2jx", "registry")
    return boxed(how, "" if how in ("pods", "docker", "must-gather") else "registry-pod", ns, pod, box, list(ingress(lines) if failing else distribution(host, lines)))


NAMES = ["lab", "journal-short", "kind", "eks", "must-gather", "troubleshoot", "dump", "rancher", "kops", "sos", "json", "export", "iso"]


def node_lines(c, n, what, noise=None):
    daily = noise.lines.get(n.name, ((), ())) if noise else ((), ())
    lines = [*n.klog, *daily[0]] if what == "kubelet" else [*n.rlog, *daily[1]]
    return [(t, "kubelet" if what == "kubelet" else IDENT[runtime_of(n)], line) for t, line in sorted((x for x in lines if x[0] <= c.end), key=lambda x: x[0])]


def text(n, mode, entries):
    return "".join(wrap(n, ident, mode, t, line) + "\n" for t, ident, line in entries).encode()


def lay_out(c, layout, sources, nodes=None, snapshots=(), noise=None, how=None):
    """sources: a set of kubelet, runtime, events, objects, registry. nodes: whose logs are there (None: all). noise: what else is written (noise.py). how: in the layout `boxed`, how
    the logs of containers were taken."""
    files, end = {}, c.end
    picked = [n for n in c.nodes.values() if nodes is None or n.name in nodes]
    logs = {n.name: {w: e for w in ("kubelet", "runtime") if w in sources and (e := node_lines(c, n, w, noise))} for n in picked}
    mode = {"journal-short": "short", "kind": "short", "eks": "short", "rancher": "short", "sos": "short", "troubleshoot": "short", "must-gather": "precise", "iso": "iso"}.get(layout, "cat")
    if layout == "must-gather":
        for w, name in (("kubelet", "kubelet"), ("runtime", "crio")):
            merged = [(f"{n.name} {wrap(n, i, 'precise', t, line)}\n") for n in picked for t, i, line in logs[n.name].get(w, [])]
            merged.sort(key=lambda s: s.split(" ", 1)[1][:22])  # a merge: each node's own order stays
            if merged:
                files[f"must-gather/quay-io-x-sha256/host_service_logs/masters/{name}_service.log"] = "".join(merged).encode()
    for n in picked if layout != "must-gather" else ():
        mine, runtime = logs[n.name], runtime_of(n)
        if layout == "boxed":
            box_node(c, n, mine, how, files)
            continue
        if layout in ("json", "export"):
            both = sorted(mine.get("kubelet", []) + mine.get("runtime", []), key=lambda x: x[0])
            if both:
                files[f"nodes/{n.name}/journal.{layout}"] = export(n, both) if layout == "export" else text(n, "json", both)
            continue
        for w, entries in mine.items():
            name = "kubelet" if w == "kubelet" else runtime
            path = {"kind": f"{n.name}/{name}.log", "kops": f"{n.name}/{name}.log", "rancher": f"{n.name}-{stamp(n, end, '%Y-%m-%d_%H_%M_%S')}/journald/{name}", "troubleshoot": f"host-collectors/{n.name}/journald/{name}.txt",
                    "sos": f"sosreport-{n.name}/sos_commands/{'kubernetes' if w == 'kubelet' else runtime}/journalctl_--no-pager_--unit_{name}"}.get(layout, f"nodes/{n.name}/{name}.log")
            files[path] = text(n, mode, entries)
        if layout == "rancher" and mine:
            files[f"{n.name}-{stamp(n, end, '%Y-%m-%d_%H_%M_%S')}/systeminfo/date"] = (stamp(n, end, "%a %b %e %H:%M:%S UTC %Y", False) + "\n").encode()
    voices = [v for v in noise.voices if nodes is None or v.pod.node.name in nodes] if noise else []
    for v in voices:
        path, data = container_log(c, layout, v, lambda n: stamp(n, end, "%Y-%m-%d_%H_%M_%S"))
        files[path] = files.get(path, b"") + data
        noise.kept[path.split("/", 2)[2] if layout == "eks" else path] = v.kind
    if layout == "eks":
        packed = {}
        for n in picked:
            mine = {k: v for k, v in files.items() if k.startswith(f"nodes/{n.name}/")}
            inner = {(k.split("/", 2)[2] if "/var_log/" in k or "/var/lib/" in k else "kubelet/kubelet.log" if "kubelet" in k else "containerd/containerd-log.txt" if "containerd" in k else f"docker/{k.rsplit('/', 1)[1]}"): v for k, v in mine.items()}
            if inner:
                packed[f"eks_i-{hash_of(n.name):016x}_{stamp(n, end, '%Y-%m-%d_%H%M', False)}-UTC_0.7.9.tar.gz"] = tar_of(inner, end)
        files = packed
    for at, prefix in [*((t, f"cluster-{i}") for i, t in enumerate(snapshots)), (end, "cluster")]:
        alive = [p for p in c.pods if not (p.gone and p.gone <= at) and p.created <= at]
        pods, workloads, events = [c.pod_json(p, at) for p in alive], c.workload_json(at) + c.services + c.hpas, c.events_json() if at == end else []
        node_objects = [c.node_json(n) for n in c.nodes.values()]
        files.update(objects(c, layout, prefix, at, sources, pods, workloads, events, node_objects))
    if "registry" in sources:
        hosts, zone, twin = {}, [0] * 4 + [2, -7], c.rng.random()
        zone = zone[int(twin * 600) % 6] if c.front else 0
        for t, host, line in sorted([*c.access, *(noise.requests if noise else ())]):
            if t <= end:
                hosts.setdefault(host, []).append((t, line))
        for host, lines in sorted(hosts.items()):
            if layout == "boxed" and host == "registry.corp.test:5000":
                path, data = box_registry(host, lines, how)
                files[path] = data
                continue
            cri = layout in ("kind", "json")
            if c.front and twin < 0.3 and host == "registry.corp.test:5000" and layout not in ("kind", "json"):  # Distribution behind the front tells the same requests
                files[f"registry/{host.replace(':', '_')}/registry.log"] = "".join(x + "\n" for _, x in distribution(host, lines)).encode()
            if zone:
                lines = [(t, re.sub(r"\[[^]]+\]", datetime.datetime.fromtimestamp(t + zone * 3600, UTC).strftime(f"[%d/%b/%Y:%H:%M:%S {'+' if zone > 0 else '-'}{abs(zone):02d}00]"), x, count=1)) for t, x in lines]
            files[f"registry/{host.split(':')[0]}/access.log"] = "".join((f"{rfc(t)} stdout F {x}\n" if cri else x + "\n") for t, x in lines).encode()
    if noise and layout not in ("must-gather", "eks"):
        files.update(noise.papers)
    return files


def objects(c, layout, prefix, at, sources, pods, workloads, events, nodes):
    have, want = "objects" in sources, "events" in sources and events
    if layout in ("troubleshoot",):
        root = "cluster-resources" if prefix == "cluster" else f"{prefix}/cluster-resources"
        out = {f"{root}/events/{ns}.json": listing(x, "EventList") for ns, x in by_namespace(events)} if want else {}
        if have:
            out.update({f"{root}/pods/{ns}.json": listing(x, "PodList") for ns, x in by_namespace(pods)})
            for kind in ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"):
                out.update({f"{root}/{kind.lower()}s/{ns}.json": listing(x, kind + "List") for ns, x in by_namespace([w for w in workloads if w["kind"] == kind])})
            out[f"{root}/nodes.json"] = listing(nodes, "NodeList")
        return out
    if layout in ("must-gather", "kops"):
        root = {"must-gather": "must-gather/quay-io-x-sha256/namespaces", "kops": "cluster-info"}[layout] if prefix == "cluster" else f"{prefix}/namespaces"
        core = "/core" if layout == "must-gather" else ""
        out = {f"{root}/{ns}{core}/events.yaml": yaml_list(x, "EventList") for ns, x in by_namespace(events)} if want else {}
        if have:
            out.update({f"{root}/{ns}{core}/pods.yaml": yaml_list(x, "PodList") for ns, x in by_namespace(pods)})
            out.update({f"{root}/{ns}/apps.yaml": yaml_list(x) for ns, x in by_namespace([w for w in workloads])})
            out.update({f"{root}/../cluster-scoped-resources/core/nodes/{n['metadata']['name']}.yaml".replace("namespaces/../", "").replace("cluster-info/../", ""): ("\n".join(yaml_of(n)) + "\n").encode() for n in nodes})
        return out
    if layout == "dump":
        out = {f"{prefix}/{ns}/events.json": listing(x, "EventList") for ns, x in by_namespace(events)} if want else {}
        if have:
            out.update({f"{prefix}/{ns}/pods.json": listing(x, "PodList") for ns, x in by_namespace(pods)})
            for kind in ("Deployment", "ReplicaSet", "DaemonSet"):
                out.update({f"{prefix}/{ns}/{kind.lower()}s.json": listing(x, kind + "List") for ns, x in by_namespace([w for w in workloads if w["kind"] == kind])})
            out[f"{prefix}/nodes.json"] = listing(nodes, "NodeList")
        return out
    if layout == "rancher":
        first = next(iter(c.nodes.values()))
        root = f"{first.name}-{stamp(first, at, '%Y-%m-%d_%H_%M_%S')}/rke2/kubectl"
        out = {f"{root}/events": events_table(events, at)} if want else {}
        if have:
            out[f"{root}/pods"] = pods_table(c, pods, at)
            rows = [["NAMESPACE", "NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE", "CONTAINERS", "IMAGES", "SELECTOR"]]
            for w in workloads:
                if w["kind"] == "Deployment":
                    m, ready = w["metadata"], w["status"]["readyReplicas"]
                    made = datetime.datetime.fromisoformat(m["creationTimestamp"].replace("Z", "+00:00")).timestamp()
                    rows.append([m["namespace"], m["name"], f"{ready}/{w['spec']['replicas']}", str(w["status"]["updatedReplicas"]), str(ready), human(at - made), "app", w["spec"]["template"]["spec"]["containers"][0]["image"], f"app={m['name']}"])
            out[f"{root}/deployments"] = table(rows)
            rows = [["NAME", "STATUS", "ROLES", "AGE", "VERSION", "INTERNAL-IP", "EXTERNAL-IP", "OS-IMAGE", "KERNEL-VERSION", "CONTAINER-RUNTIME"]]
            for n in nodes:
                rows.append([n["metadata"]["name"], "Ready", "worker", "40d", n["status"]["nodeInfo"]["kubeletVersion"], n["status"]["addresses"][0]["address"], "<none>", "SLES 15 SP5", "5.14.21", n["status"]["nodeInfo"]["containerRuntimeVersion"]])
            out[f"{root}/nodes"] = table(rows)
        if out:
            out[f"{root.split('/')[0]}/systeminfo/date"] = (stamp(first, at, "%a %b %e %H:%M:%S UTC %Y", False) + "\n").encode()
        return out
    out = {f"{prefix}/events.json": listing(events)} if want else {}
    if have:
        out.update({f"{prefix}/pods.json": listing(pods), f"{prefix}/nodes.json": listing(nodes), f"{prefix}/workloads.json": listing(workloads)})
        if c.secrets:
            out[f"{prefix}/secrets.json"] = listing(list(c.secrets_json()))
    return out


CONTAINER = re.compile(r"/pods/|podlogs/|/logs/|containers/")  # a container's log is turned by the kubelet, by other names


def rotate(files, rng):
    """Parts by size with the names that logrotate gives; the older one packed."""
    out = {}
    for path, data in files.items():
        lines = data.splitlines(keepends=True)
        if path.endswith(".log") and "access" not in path and not CONTAINER.search(path) and len(lines) > 30 and rng.random() < 0.6:
            a, b = len(lines) // 3, 2 * len(lines) // 3
            out[path + ".2.gz"], out[path + ".1"], out[path] = gzip.compress(b"".join(lines[:a]), mtime=0), b"".join(lines[max(0, a - 3):b]), b"".join(lines[b:])
        else:
            out[path] = data
    return out
