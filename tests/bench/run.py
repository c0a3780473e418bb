#!/usr/bin/env python3
"""Benchmarks: CPU seconds, wall time and peak memory of pullmortem beside named rivals, run in turn on warm files. A ratio is the median over rounds of
processor time, which a busy machine disturbs least, with its least and greatest; the wall ratio, which two workers shorten, stands behind it.
usage: run.py [MEGABYTES [ROUNDS [ROW...]]]     PM names the binary; a row is named by its input
Inputs are generated once, into BENCH_DATA (build/bench/MEGABYTES); timelines, outputs and figures lie in BENCH_OUT (the same). A run goes on where one of the
same binary broke: rows of results.json are measured again only where they are named. A row's rounds end early after forty seconds, and an input of a moment gets more
of them. README=PATH puts the table between the marks `<!-- bench -->` and `<!-- /bench -->` of a file, beside the figures of before.json (BEFORE=PATH: another
results.json). A rival that is not here is said not to be (`make bench-deps` installs them)."""
import hashlib, json, os, shutil, statistics, subprocess, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import count, duckdb, rows

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PM = os.environ.get("PM", os.path.join(ROOT, "build/pullmortem"))
ROW_S, SHORT_S, SHORT_ROUNDS = 40, 0.1, 21


def once(argv):
    """(CPU seconds, wall seconds, peak MB). The kernel counts into the peak what this program itself takes, some 24 MB: no figure is less."""
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


def into(path, *argv):
    with open(path, "wb") as f:
        subprocess.run(argv, stdout=f, check=True)


def text(path, what):
    with open(path, "w") as f:
        f.write(what)


def made(path, make):
    """What `make` writes to another name, once: what a broken run left is not taken for whole."""
    if os.path.exists(path):
        return
    part = f"{path}.part"
    shutil.rmtree(part, ignore_errors=True)
    make(part)
    os.rename(part, path)


def prepared(data, out, megabytes):
    subprocess.run([sys.executable, f"{HERE}/generate.py", data, str(megabytes)], check=True)
    for suffix, packer in ((".gz", ["gzip", "-6c"]), (".zst", ["zstd", "-qc"])):
        if shutil.which(packer[0]):
            made(f"{data}/kubelet.log{suffix}", lambda to: into(to, *packer, f"{data}/kubelet.log"))
    made(f"{data}/logs.tar.gz", lambda to: into(to, "tar", "-C", data, "-cz", "kubelet.log", "containerd.log", "access-half.log", "applications-cri"))
    made(f"{data}/line", lambda to: text(to, count.LINE + "\n"))
    made(f"{data}/fleet", lambda to: subprocess.run([sys.executable, f"{HERE}/pulls.py", to, str(megabytes * 1000)], check=True))  # a gigabyte's worth is a million
    timelines(data, out)


def timelines(data, out):
    """Of the fleet, as a whole and node by node. Those that this binary does not read are made again."""
    ingest = lambda what: lambda to: subprocess.run([PM, "ingest", what, "--db", to, "-q"], check=True)
    if os.path.exists(f"{out}/shards") and subprocess.run([PM, "report", f"{out}/shards/node000.db", "-q", "--format", "json", "-o", os.devnull], stderr=subprocess.DEVNULL).returncode:
        shutil.rmtree(f"{out}/shards")
        os.unlink(f"{out}/fleet.db")
    made(f"{out}/fleet.db", ingest(f"{data}/fleet"))
    nodes = sorted(os.listdir(f"{data}/fleet/nodes"))
    made(f"{out}/shards", lambda to: [os.makedirs(to)] + [ingest(f"{data}/fleet/nodes/{node}")(f"{to}/{node}.db") for node in nodes])


def ours(row, path, out):
    if row.command == "merge":
        return ["sh", "-c", 'rm -f "$0"; exec "$1" merge "$2"/*.db --db "$0"', f"{out}/merged.db", PM, path]
    every = [a for ext in ("json", "txt", "html", "md", "csv", "jsonl") for a in ("-o", f"{out}/report.{ext}")]
    return [PM, row.command, path] + {"ingest": ["--db", f"{out}/out.db"], "report": every, "explain": []}.get(row.command, ["-o", "-", "--format", "json"])


def here(rival):
    return duckdb.library() if rival.name.startswith("DuckDB") else rival.argv[0] == "{pm}" or shutil.which(rival.argv[0])


def medians(runs):
    cpu, wall, peak = zip(*runs)
    return {"cpu": round(statistics.median(cpu), 4), "wall": round(statistics.median(wall), 4), "peak": round(max(peak))}


def beside(own, others):
    ratios = sorted(a[0] / b[0] for a, b in zip(own, others))
    return medians(others) | {"ratio": round(statistics.median(ratios), 3), "least": round(ratios[0], 3), "greatest": round(ratios[-1], 3), "wall_ratio": round(statistics.median(a[1] / b[1] for a, b in zip(own, others)), 3)}


def measured(row, path, out, rounds):
    """Ours and its rivals in turn, so that what disturbs one disturbs the others."""
    fill = lambda argv: [a.replace("{input}", path).replace("{folder}", out).replace("{pm}", PM) for a in argv]
    argvs = [ours(row, path, out)] + [fill(r.argv) for r in row.rivals if here(r)]
    start = time.monotonic()
    first = [once(argv) for argv in argvs]  # warms the files
    if first[0][0] < SHORT_S:
        rounds = max(rounds, SHORT_ROUNDS)
    runs = []
    while len(runs) < rounds and (not runs or time.monotonic() - start < ROW_S):
        runs.append([once(argv) for argv in argvs])
    own, *others = zip(*runs)
    names = [r.name for r in row.rivals if here(r)]
    return {"bytes": size_of(path), "rounds": len(runs), **medians(own), "rivals": {n: beside(own, o) for n, o in zip(names, others)}}


def told(key, got):
    print(f"{key:32} {got['bytes'] / 1e6:6.0f} MB {got['cpu']:8.3f} s CPU {got['wall']:8.3f} s wall {got['peak']:5.0f} MB")
    for name, r in got["rivals"].items():
        print(f"    {r['ratio']:7.2f} ({r['wall_ratio']:.2f}) of {name}, {r['cpu']:.2f} s CPU, {r['peak']:.0f} MB [{r['least']:.2f} to {r['greatest']:.2f}]", flush=True)


def number(x):
    return f"{x:.0f}" if x >= 10 else f"{x:.2f}" if x >= 0.1 else f"{x:.3f}"


def table(results, before):
    """A line for each rival, the first beside the row's own figures."""
    lines = ["| input | CPU s: before, now (wall) | beside | before | now (wall) | goal | peak MB: before, now, goal |", "| --- | --- | --- | --- | --- | --- | --- |"]
    for row in rows.ROWS:
        got, was = (r.get(f"{row.input} {row.command}") for r in (results, before))
        if not got:
            continue
        own = f"| {row.what}, {got['bytes'] / 1e6:.0f} MB: `{row.command}` | {number(was['cpu']) if was else '–'}, {number(got['cpu'])} ({number(got['wall'])})"
        peaks = f"{was['peak'] if was else '–'}, {got['peak']}, {row.peak_mb}"
        for rival, goal in row.rivals.items():
            r, w = got["rivals"].get(rival.name), was and was["rivals"].get(rival.name)
            now = f"{number(r['ratio'])} ({number(r['wall_ratio'])})" if r else "not here"
            lines.append(f"{own} | {rival.name} | {number(w['ratio']) if w else '–'} | {now} | {f'{goal:.2g}' if goal else ''} | {peaks} |")
            own, peaks = "| | ", ""
        if not row.rivals:
            lines.append(f"{own} | | | | {f'{row.cpu_s:g} s' if row.cpu_s else ''} | {peaks} |")
    return "\n".join(lines) + "\n"


def put(readme, lines):
    with open(readme) as f:
        head, _, rest = f.read().partition("<!-- bench -->\n")
    _, mark, tail = rest.partition("<!-- /bench -->")
    if not mark:
        sys.exit(f"{readme} has no marks <!-- bench --> and <!-- /bench -->")
    text(readme, head + "<!-- bench -->\n" + lines + mark + tail)


def loaded(path):
    if not os.path.exists(path):
        return {}
    with open(path) as f:
        return json.load(f)


def main():
    megabytes, rounds, named = (int(sys.argv[1]) if len(sys.argv) > 1 else 200), (int(sys.argv[2]) if len(sys.argv) > 2 else 3), sys.argv[3:]
    own = os.path.join(ROOT, "build/bench", str(megabytes))
    data, out = os.environ.get("BENCH_DATA", own), os.environ.get("BENCH_OUT", own)
    os.makedirs(out, exist_ok=True)
    prepared(data, out, megabytes)
    with open(PM, "rb") as f:
        binary = hashlib.sha256(f.read()).hexdigest()
    kept = loaded(f"{out}/results.json")
    results = kept["rows"] if kept.get("binary") == binary else {}
    for row in rows.ROWS:
        key, path = f"{row.input} {row.command}", next((p for p in (f"{data}/{row.input}", f"{out}/{row.input}") if os.path.exists(p)), None)
        if (row.input not in named) if named else (key in results) or not path:
            continue
        results[key] = measured(row, path, out, rounds)
        told(key, results[key])
        text(f"{out}/results.json", json.dumps({"binary": binary, "cores": os.cpu_count(), "megabytes": megabytes, "rows": results}, indent=1) + "\n")
    lines = table(results, loaded(os.environ.get("BEFORE", f"{HERE}/before.json")).get("rows", {}))
    text(f"{out}/results.md", lines)
    if os.environ.get("README"):
        put(os.environ["README"], lines)


main()
