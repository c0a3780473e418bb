#!/usr/bin/python3
"""Provokes pull failures in real programs (tests/real/lab.py) and holds pullmortem's verdict on their logs against what was provoked.

One laboratory a case, each bounded in time and cleaned up. Where the machine cannot run it (no root, no network namespaces, programs missing) the script says so and
exits 0, or 1 with --require. usage: check_real.py [--require] [CASE...]     PM names the binary"""
import json, os, subprocess, sys, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PM = os.environ.get("PM", os.path.join(ROOT, "build/pullmortem"))
ECR, HARBOR = "123456789012.dkr.ecr.us-east-1.amazonaws.com", "harbor.corp.example"


def each(lab, *images):
    """Every node pulls every image; → number of failures a node."""
    failed = {}
    for n, node in lab.nodes.items():
        failed[n] = sum(1 for i in images if node.pull(i))
    return failed


def quota(lab):
    lab.image("library/redis", "7.4.1"), lab.image("library/nginx", "1.27.3"), lab.image("team/api", "2")
    lab.faults.limit = 2 if len(lab.nodes) > 1 else 1
    return each(lab, "redis:7.4.1", "nginx:1.27.3", "quay.io/team/api:2")


def on(host, method, action, what="/manifests/"):
    return lambda h, at, m, path: at == host and (not method or m in method) and what in path and action(h)


def no_credentials(lab):
    lab.faults.rules.append(on(ECR, None, lambda h: h.error(401, "UNAUTHORIZED", "Not Authorized", [("WWW-Authenticate", f'Basic realm="https://{ECR}/",service="ecr.amazonaws.com"')])))
    return each(lab, f"{ECR}/team/api:1.8.0")


def tag_missing(lab):
    lab.image("library/nginx", "1.27.3")
    return each(lab, "nginx:1.27.99")


def refused(lab):
    return each(lab, "dead.corp.example:5999/team/api:1")


def dns(lab):
    return each(lab, "registry-old.corp.example/team/api:1")


def tls(lab):
    return each(lab, "selfsigned.corp.example:8443/team/api:1")


def http_to_https(lab):
    return each(lab, "plain.corp.example:5000/team/api:1")


def outage(lab):
    lab.image("team/api", "1"), lab.image("library/nginx", "1.27.3")
    lab.faults.rules.append(on(HARBOR, None, lambda h: h.answer(503, b"<html>upstream is gone</html>")))
    return each(lab, f"{HARBOR}/team/api:1", "nginx:1.27.3")


def platform(lab):
    lab.image("team/edge", "0.9", arch="arm64", index=True)
    return each(lab, f"quay.io/team/edge:0.9")


def denied(lab):
    realm = 'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:acme/private:pull",error="insufficient_scope"'
    lab.faults.rules.append(on("registry-1.docker.io", None, lambda h: h.error(401, "UNAUTHORIZED", "authentication required", [("WWW-Authenticate", realm)]), "/acme/private/"))
    return each(lab, "docker.io/acme/private:2.3.1")


def throttled(lab):
    lab.image("team/api", "1.8.0")
    lab.faults.rules.append(on(ECR, "GET", lambda h: h.error(429, "TOOMANYREQUESTS", "Rate exceeded")))
    return each(lab, f"{ECR}/team/api:1.8.0")


def wrong_digest(lab):
    lab.image("team/api", "3", kib=64)
    lab.faults.rules.append(lambda h, at, m, path: at == HARBOR and m == "GET" and "/blobs/" in path and h.answer(200, b"x" * 4096))
    return each(lab, f"{HARBOR}/team/api:3")


def disk_full(lab):
    lab.image("team/big", "1", kib=24 << 10), lab.image("library/nginx", "1.27.3")
    return each(lab, "quay.io/team/big:1")


def one_bad_node(lab):
    lab.image("library/nginx", "1.27.3")
    from lab import sh
    sh("ip", "-n", lab.nodes["n2"].ns, "route", "add", "prohibit", f"{lab.front}/32")
    return each(lab, "nginx:1.27.3")


def healthy(lab):
    lab.image("library/nginx", "1.27.3"), lab.image("team/api", "2")
    return each(lab, "nginx:1.27.3", "quay.io/team/api:2")


COLLECTED = {"hub-quota", "refused"}
STORE = {"registry.content", "storage.corruption"}
CASES = [  # name, what provokes it, accepted root causes, how the lab is built
    ("hub-quota", quota, {"rate-limit.anonymous"}, {}), ("ecr-no-credentials", no_credentials, {"auth.missing-credentials"}, {}), ("tag-missing", tag_missing, {"image.tag-not-found"}, {}),
    ("refused", refused, {"network.refused"}, {}), ("dns", dns, {"network.dns"}, {}), ("tls-unknown-authority", tls, {"network.tls"}, {}), ("http-to-https", http_to_https, {"network.tls"}, {}),
    ("harbor-503", outage, {"registry.outage"}, {}), ("platform", platform, {"image.platform-mismatch"}, {}), ("hub-denied", denied, {"auth.denied-or-missing"}, {}),
    ("ecr-throttling", throttled, {"rate-limit.service"}, {}), ("wrong-digest", wrong_digest, STORE, {}), ("disk-full", disk_full, {"storage.disk-full"}, {"nodes": ("n1",), "small": (("n1", 12 << 20),)}),
    ("one-bad-node", one_bad_node, {"network.unreachable", "network.dns"}, {}), ("healthy", healthy, {None}, {}),
    ("docker-hub-quota", quota, {"rate-limit.anonymous"}, {"nodes": ("d1",), "docker": ("d1",)}), ("docker-refused", refused, {"network.refused"}, {"nodes": ("d1",), "docker": ("d1",)}),
]


# On a node: its own name and /var/log, where this containerd's log lies as a service's would.
ON_NODE = 'hostname "$1" && mount -t tmpfs none /var/log && touch /var/log/containerd.log && mount --bind "$2" /var/log/containerd.log && shift 2 && exec "$@"'


def on_node(node, *command):
    return subprocess.run(["unshare", "-m", "-u", "sh", "-c", ON_NODE, "sh", node.name, node.log_path, *command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)


def collected(lab, how):
    """What `collect HOW` gathers on each node, as one archive a node in a folder; or what went wrong."""
    script, folder = os.path.join(lab.dir, "collect.sh"), os.path.join(lab.dir, "collected" + "".join(how).replace("/", "_"))
    os.makedirs(folder)
    with open(script, "wb") as f:
        p = subprocess.run([PM, "collect", *how], stdout=f, stderr=subprocess.PIPE)
    if not p.returncode and b"misses nothing" in p.stderr:
        return None, None
    if p.returncode or not os.path.getsize(script):
        return None, f"collect {' '.join(how)}: {p.stderr.decode()[:200]}"
    for node in lab.nodes.values():
        p = on_node(node, "sh", script, "-o", f"{folder}/{node.name}.tar.gz", "node")
        if p.returncode:
            return None, f"collect.sh on {node.name}: {p.stdout.decode()[-300:]}"
    return folder, None


def collects(lab, causes, failed):
    """The script that `collect` prints, on nodes with a real containerd: the verdict on what it gathers is the one on the logs themselves; --for asks only for what its
    report misses, and what that gathers is read as well."""
    folder, wrong = collected(lab, [])
    for again in (False, True):
        if wrong or not folder:
            return wrong
        report = f"{folder}.json"
        p = subprocess.run([PM, "analyze", folder, "-q", "-o", report], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
        if p.returncode:
            return f"what collect gathered: exit {p.returncode}: {p.stderr.decode()[:200]}"
        r = json.load(open(report))
        got = {x["node"]: x["failed"] for x in r["pulls"]["by_node"]}
        if (r["verdict"] or {}).get("root_cause") not in causes or any(got.get(n, 0) != c for n, c in failed.items()):
            return f"what collect gathered{' again' if again else ''}: verdict {r['verdict']}, failed {got}"
        if not again:
            folder, wrong = collected(lab, ["--for", report])
    return None


def own_python():
    """The distribution's grpc belongs to the distribution's python, which need not be the first one on PATH."""
    try:
        import grpc  # noqa: F401
    except ImportError:
        if sys.executable != "/usr/bin/python3" and os.path.exists("/usr/bin/python3"):
            os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])


def unable():
    if os.geteuid() != 0:
        return "needs root"
    for program in ("containerd", "dockerd", "docker-registry", "nginx", "ip", "openssl"):
        if not any(os.access(os.path.join(d, program), os.X_OK) for d in (*os.environ["PATH"].split(":"), "/usr/sbin", "/sbin")):
            return f"needs {program}"
    try:
        import grpc  # noqa: F401
    except ImportError:
        return "needs python3-grpcio"
    try:  # in a bare chroot they can be made, but not entered
        if any(subprocess.run(["ip", *command], capture_output=True).returncode for command in (("netns", "add", "pmprobe"), ("-n", "pmprobe", "link"))):
            return "this machine gives no network namespaces"
    finally:
        subprocess.run(["ip", "netns", "del", "pmprobe"], capture_output=True)
    return None


def run(name, provoke, causes, how):
    from lab import Lab
    with Lab(**how) as lab:
        failed = provoke(lab)
        for n in lab.nodes.values():
            n.stop()
        time.sleep(0.2)
        p = subprocess.run([PM, "analyze", lab.out, "--format", "json", "-o", "-"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
        if p.returncode:
            return f"exit {p.returncode}: {p.stderr.decode()[:300]}"
        r = json.loads(p.stdout)
        wrong, verdict = [], (r["verdict"] or {}).get("root_cause")
        if verdict not in causes:
            wrong.append(f"verdict {verdict}, provoked {sorted(map(str, causes))}")
        got = {x["node"]: x["failed"] for x in r["pulls"]["by_node"]}
        if name in COLLECTED and (bad := collects(lab, causes, failed)):
            wrong.append(bad)
        wrong += [f"{n}: {got.get(n, 0)} failed pulls told, {c} made" for n, c in failed.items() if got.get(n, 0) != c]
        keep = os.environ.get("KEEP")
        if wrong and keep:
            import shutil
            shutil.copytree(lab.out, os.path.join(keep, name), dirs_exist_ok=True)
        return "; ".join(wrong)


def main():
    args = [a for a in sys.argv[1:] if a != "--require"]
    own_python()
    why = unable()
    if why:
        print(f"NOT RUN: no failure was provoked in real programs: {why}")
        return "--require" in sys.argv
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    passed = failed = 0
    for name, provoke, causes, how in CASES:
        if args and name not in args:
            continue
        try:
            wrong = run(name, provoke, causes, how)
        except Exception as x:
            wrong = f"{type(x).__name__}: {x}"
        passed, failed = passed + (not wrong), failed + bool(wrong)
        print(f"{'FAIL' if wrong else 'ok'} real/{name}" + (f": {wrong}" if wrong else ""), flush=True)
    print(f"{passed} passed, {failed} failed")
    return failed > 0 or passed == 0


sys.exit(main())
