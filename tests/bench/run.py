#!/usr/bin/env python3
"""Benchmarks: CPU seconds, wall time and peak memory of pullmortem beside named rivals, run in turn on warm files. A ratio is the median over pairs of
processor time, which a busy machine disturbs least, with its least and greatest; the wall ratio, which two workers shorten, stands behind it.
usage: run.py [MEGABYTES [ROUNDS [ROW...]]]     PM names the binary. Inputs are generated once under build/bench/; the figures are kept there as results.json,
and as a table for a README, results.md; README=PATH puts that table between the marks `<!-- bench -->` and `<!-- /bench -->` of a file. A row is named by its input. A rival that is not here is said not to be (`make bench-deps` installs them)."""
import json, os, shutil, statistics, subprocess, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import count, generate

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PM = os.environ.get("PM", os.path.join(ROOT, "build/pullmortem"))
LITERALS = ["PullImage", "Failed to pull", "Back-off", "ErrImagePull", "ImagePullBackOff", "no space left", "garbage", "evict", "toomanyrequests", " 429",
            "pulling image", "pull access", "manifest unknown", "unauthorized", "x509", "i/o timeout", "ErrImage", "docker.io", "containerd.sock", "/v2/"]
RG = ("rg -c, twenty literals", ["rg", "-c", "-uuu", "--no-mmap", "-F", *sum((["-e", l] for l in LITERALS), []), "{input}"])
GZIP = ("gzip -dc", ["gzip", "-dc", "{input}.gz"])
JQ = ("jq '.items|length'", ["jq", ".items|length", "{input}"])
GOACCESS = ("goaccess", ["goaccess", "{input}", "--log-format=COMBINED", "-o", "{folder}/goaccess.json"])
LNAV = ("lnav, lines like %pull%", ["lnav", "-n", "-c", ";select count(*) from all_logs where log_body like '%pull%'", "{input}"])
DUCKDB_LINES = ("duckdb, lines like %pull%", ["duckdb", "-c", "select count(*) from read_csv('{input}', columns={'l': 'VARCHAR'}, delim='\\x01', quote='', header=false) where l like '%pull%'"])
DUCKDB_ACCESS = ("duckdb, requests by status", ["duckdb", "-c", "select regexp_extract(l, '\" ([0-9]{3}) ', 1) as s, count(*) from read_csv('{input}', columns={'l': 'VARCHAR'}, delim='\\x01', quote='', header=false) group by 1"])
DUCKDB = ("duckdb read_json", ["duckdb", "-c", "select \"http.response.status\", count(*) from read_json('{input}') group by 1"])
ROWS = [  # input, what it is, command, rivals
    ("applications-cri", "containers' logs behind CRI's stamps, nothing relevant", "analyze", [RG]),
    ("applications-docker", "the same in json-file", "analyze", [RG]),
    ("gathered", "a must-gather of small files", "analyze", []),
    ("kubelet.log", "kubelet log, 2 % about pulls", "analyze", [RG, DUCKDB_LINES, LNAV]),
    ("kubelet.log", "kubelet log, 2 % about pulls", "ingest", [RG, GZIP]),
    ("kubelet.log.gz", "the same, gzipped", "analyze", [("gzip -dc", ["gzip", "-dc", "{input}"])]),
    ("kubelet.log.zst", "the same, by zstd", "analyze", [("zstd -dc", ["zstd", "-dc", "{input}"])]),
    ("logs.tar.gz", "a tar.gz of these logs", "analyze", [("gzip -dc", ["gzip", "-dc", "{input}"])]),
    ("klog-json.log", "klog's JSON behind syslog, 2 % about pulls", "analyze", [RG]),
    ("journal.json", "journalctl -o json", "analyze", [RG]),
    ("containerd.log", "containerd log, 10 % about pulls", "analyze", [RG]),
    ("access.log", "a registry's access log", "analyze", [DUCKDB_ACCESS, GOACCESS]),
    ("distribution.jsonl", "a registry's own log", "analyze", [DUCKDB, RG]),
    ("events.json", "kubectl's list of events", "analyze", [JQ]),
    ("storm.log", "a pull storm: kubelet log, 60 % about pulls", "analyze", [RG]),
    ("fleet.db", "the judge and every report, pulls of 300 nodes", "report", []),
    ("shards", "timelines of that fleet's nodes into one", "merge", []),
    ("line", "one line, cold", "explain", []),
]


def once(argv):
    with open(os.devnull, "wb") as out:
        start = time.monotonic()
        p = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=out)
        while p.stdout.read(1 << 20):  # into /dev/null, grep would stop at the first hit
            pass
        _, status, use = os.wait4(p.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"failed: {' '.join(argv)}")
    return use.ru_utime + use.ru_stime, time.monotonic() - start, use.ru_maxrss / 1024


def size_of(path):
    if not os.path.isdir(path):
        return os.path.getsize(path)
    return sum(os.path.getsize(os.path.join(d, f)) for d, _, files in os.walk(path) for f in files)


def compare(ours, rival, rounds):
    """{what was measured}: medians, and over pairs the ratios of CPU time as least, median, greatest."""
    once(ours)
    here = rival and shutil.which(rival[0])
    if here:
        once(rival)
    pairs = [(once(ours), once(rival) if here else None) for _ in range(rounds)]
    side = lambda k: [round(statistics.median(p[k][w] for p in pairs), 3) for w in (0, 1)] + [round(max(p[k][2] for p in pairs))]
    got = {"ours": side(0)}
    if here:
        ratios = sorted(a[0] / b[0] for a, b in pairs)
        got |= {"rival": side(1), "ratio": [round(x, 2) for x in (ratios[0], statistics.median(ratios), ratios[-1])], "wall": round(statistics.median(a[1] / b[1] for a, b in pairs), 2)}
    return got


def prepared(folder, megabytes):
    if not os.path.exists(f"{folder}/gathered"):
        subprocess.run([sys.executable, os.path.join(ROOT, "tests/bench/generate.py"), folder, str(megabytes)], check=True)
    pulls = megabytes * 1000  # a gigabyte's worth is a million
    if not os.path.exists(f"{folder}/storm.log"):
        generate.kubelet(f"{folder}/storm.log", megabytes * 10**5, 0.6)
        with open(f"{folder}/line", "w") as f:
            f.write(count.LINE + "\n")
    if not os.path.exists(f"{folder}/logs.tar.gz"):
        subprocess.run(["tar", "-C", folder, "-czf", f"{folder}/logs.tar.gz", "kubelet.log", "containerd.log", "access.log", "applications-cri"], check=True)
    if not os.path.exists(f"{folder}/shards"):
        subprocess.run([sys.executable, os.path.join(ROOT, "tests/bench/pulls.py"), f"{folder}/fleet", str(pulls)], check=True)
        subprocess.run([PM, "ingest", f"{folder}/fleet", "--db", f"{folder}/fleet.db"], check=True)
        os.makedirs(f"{folder}/shards")
        for node in sorted(os.listdir(f"{folder}/fleet/nodes")):
            subprocess.run([PM, "ingest", f"{folder}/fleet/nodes/{node}", "--db", f"{folder}/shards/{node}.db"], check=True)
    for name, argv in ((".gz", ["gzip", "-k", "-6"]), (".zst", ["zstd", "-q", "-k"])):
        if not os.path.exists(f"{folder}/kubelet.log{name}") and shutil.which(argv[0]):
            subprocess.run([*argv, f"{folder}/kubelet.log"], check=True)


def ours_of(folder, path, command):
    if command == "merge":
        return ["sh", "-c", f'rm -f "$0/merged.db"; exec "$1" merge "$0"/shards/*.db --db "$0/merged.db"', folder, PM]
    every = [a for ext in ("json", "txt", "html", "md", "csv", "jsonl") for a in ("-o", f"{folder}/report.{ext}")]
    return [PM, command, path] + {"ingest": ["--db", f"{folder}/out.db"], "report": every, "explain": []}.get(command, ["-o", "-", "--format", "json"])


def row(folder, name, command, rival, rounds):
    fill = lambda argv: [a.replace("{input}", f"{folder}/{name}").replace("{folder}", folder) for a in argv]
    ours = ours_of(folder, f"{folder}/{name}", command)
    return compare(ours, fill(rival[1]) if rival else None, rounds)


def main():
    megabytes, rounds, only = (int(sys.argv[1]) if len(sys.argv) > 1 else 200), (int(sys.argv[2]) if len(sys.argv) > 2 else 3), sys.argv[3:]
    folder = os.path.join(ROOT, "build/bench", str(megabytes))
    prepared(folder, megabytes)
    kept, table = [], ["| input | command | ratio of CPU time (of wall time) | peak memory |", "| --- | --- | --- | --- |"]
    for name, what, command, rivals in ROWS:
        if (only and name not in only) or not os.path.exists(f"{folder}/{name}"):
            continue
        for rival in rivals or [None]:
            got = row(folder, name, command, rival, rounds) | {"input": name, "bytes": size_of(f"{folder}/{name}"), "command": command, "against": rival[0] if rival else None}
            kept.append(got)
            cpu, wall, peak = got["ours"]
            beside = f"{got['ratio'][1]:.2f} ({got['wall']:.2f}) of {rival[0]}" if "ratio" in got else f"{cpu:.2f} s of CPU" + (f" ({rival[0]} is not here)" if rival else "")
            spread = f" [{got['ratio'][0]:.2f} to {got['ratio'][2]:.2f}]" if "ratio" in got else ""
            print(f"{name:20} {got['bytes'] / 1e6:6.0f} MB {command:8} {cpu:7.2f} s CPU {wall:7.2f} s wall {peak:5.0f} MB   {beside}{spread}", flush=True)
            table.append(f"| {what}, {got['bytes'] / 1e6:.0f} MB | `{command}` | {beside} | {peak:.0f} MB |")
    with open(f"{folder}/results.json", "w") as f:
        json.dump({"cores": os.cpu_count(), "rounds": rounds, "rows": kept}, f, indent=1)
    with open(f"{folder}/results.md", "w") as f:
        f.write("\n".join(table) + "\n")
    if os.environ.get("README"):
        with open(os.environ["README"]) as f:
            before, _, rest = f.read().partition("<!-- bench -->\n")
        _, mark, after = rest.partition("<!-- /bench -->")
        if not mark:
            sys.exit(f"{os.environ['README']} has no marks <!-- bench --> and <!-- /bench -->")
        with open(os.environ["README"], "w") as f:
            f.write(before + "<!-- bench -->\n" + "\n".join(table) + "\n" + mark + after)


main()
