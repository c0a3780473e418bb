#!/usr/bin/env python3
"""Instruction counts of hot paths on small fixed inputs (valgrind's callgrind), held against those kept in counts.json: a path that became slower is seen
without a quiet machine. Counts are of one compiler and one set of libraries: with others the comparison is shown, and fails nothing.
usage: count.py [PATH...]     PM names the binary; ACCEPT=1 writes what was counted; LIMIT is the growth that fails, in percent (3)."""
import json, os, re, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PM = os.environ.get("PM", os.path.join(ROOT, "build/pullmortem"))
KEPT = os.path.join(HERE, "counts.json")
sys.path.insert(0, HERE)
import generate, releases

LINE = 'E0412 06:00:00.000001    1234 kuberuntime_image.go:53] "Failed to pull image" err="failed to pull and unpack image \\"docker.io/acme/web:1\\": 429 Too Many Requests" image="acme/web:1"'


def inputs(d):
    with open(f"{d}/line", "w") as f:
        f.write(LINE + "\n")
    generate.kubelet(f"{d}/kubelet.log", 10**6)
    generate.containerd(f"{d}/containerd.log", 10**6)
    generate.access(f"{d}/access.log", 5 * 10**5)
    generate.events(f"{d}/events.json", 1000)
    generate.klog_json(f"{d}/klog-json.log", 10**6)
    generate.journal(f"{d}/journal.json", 10**6)
    generate.distribution(f"{d}/distribution.jsonl", 5 * 10**5)
    generate.applications(f"{d}/cri", 2 * 10**6, "cri", 5)
    generate.applications(f"{d}/docker", 2 * 10**6, "docker", 5)
    generate.must_gather(f"{d}/gathered", 200)
    for name in ("KUBELET", "CONTAINERD", "DOCKERD", "CRIO"):
        generate.releases_of(getattr(releases, name), 0.05)(f"{d}/releases/{name.lower()}.log", 3 * 10**5)
    for i in range(12):
        os.makedirs(f"{d}/nodes/n{i}")
        with open(f"{d}/containerd.log") as f, open(f"{d}/nodes/n{i}/containerd.log", "w") as out:
            out.writelines(f.readlines()[i * 100:i * 100 + 300])
        subprocess.run([PM, "ingest", f"{d}/nodes/n{i}", "--db", f"{d}/n{i}.db"], check=True, stderr=subprocess.DEVNULL)
    subprocess.run([PM, "ingest", f"{d}/containerd.log", "--db", f"{d}/read.db"], check=True, stderr=subprocess.DEVNULL)


def ingest(name, **env):
    return ["ingest", "{d}/" + name, "--db", "{d}/out.db", "-j1"], env


PATHS = {
    "start, and one line": (["explain", "{d}/line"], {}),
    "kubelet, by its hits": ingest("kubelet.log"),
    "applications behind CRI, by their hits": ingest("cri"),
    "applications in json-file, by their hits": ingest("docker"),
    "applications, every line": ingest("cri", PULLMORTEM_READ="full"),
    "containerd": ingest("containerd.log"),
    "other releases": ingest("releases"),
    "klog JSON": ingest("klog-json.log"),
    "journal, JSON": ingest("journal.json"),
    "access log": ingest("access.log"),
    "registry's JSON": ingest("distribution.jsonl"),
    "event list": ingest("events.json"),
    "small files": ingest("gathered"),
    "judge and report": (["report", "{d}/read.db", "--format", "json", "-o", "-"], {}),
    "merge of twelve": (["merge", *[f"{{d}}/n{i}.db" for i in range(12)], "--db", "{d}/merged.db"], {}),
}


def count(d, argv, env):
    p = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={d}/out", PM, *[a.replace("{d}", d) for a in argv]], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                       env={**os.environ, **env}, text=True)
    found = re.search(r"refs:\s+([\d,]+)", p.stderr)
    if not found:
        sys.exit(f"valgrind counted nothing for {argv[0]}:\n{p.stderr[-2000:]}")
    for name in ("out.db", "merged.db"):
        if os.path.exists(f"{d}/{name}"):
            os.unlink(f"{d}/{name}")
    return int(found.group(1).replace(",", "")) - digests(f"{d}/out")


def digests(counted):
    """The processor's own instructions for SHA-256 are hidden by valgrind: what the library does instead, 28 times as many, is left out."""
    p = subprocess.run(["callgrind_annotate", "--threshold=100", counted], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return sum(int(n.replace(",", "")) for n in re.findall(r"^ *([\d,]+) .*:_nettle_sha256_compress_x86_64 ", p.stdout, re.M))


def made_with():
    p = subprocess.run(["sh", "-c", "ldd --version | head -1; ${CC:-cc} --version | head -1; valgrind --version"], stdout=subprocess.PIPE, text=True)
    return p.stdout.strip().split("\n")


def main():
    with open(KEPT) as f:
        kept = json.load(f)
    same, limit, slower = kept["made with"] == made_with(), float(os.environ.get("LIMIT", "3")), 0
    counts = dict(kept["counts"])
    with tempfile.TemporaryDirectory() as d:
        inputs(d)
        for name, (argv, env) in PATHS.items():
            if sys.argv[1:] and name not in sys.argv[1:]:
                continue
            n, before = count(d, argv, env), kept["counts"].get(name)
            grown = 100 * (n / before - 1) if before else 0
            slower += grown > limit
            counts[name] = n
            print(f"{name:44} {n / 1e6:9.1f} million" + (f" {grown:+6.1f} %{'  slower' if grown > limit else ''}" if before else "   new"), flush=True)
    if os.environ.get("ACCEPT"):
        with open(KEPT, "w") as f:
            json.dump({"made with": made_with(), "counts": counts}, f, indent=1)
            f.write("\n")
    elif not same:
        print(f"not comparable: counted with {', '.join(made_with())}; kept are those of {', '.join(kept['made with'])}")
    elif slower:
        sys.exit(f"{slower} paths became slower; ACCEPT=1 keeps the new counts")


if __name__ == "__main__":
    main()
