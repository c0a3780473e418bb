#!/usr/bin/env python3
"""Draws clusters by seed, each with all its noise and without, holds the reports against the truth and tells how far each confidence was right.

usage: calibrate.py [N | FROM-TO] [--bin PATH] [--jobs J] [--worst K] [--loud-only] [--json FILE]      (make calibrate N=1000)
       calibrate.py --draw FOLDER SEED...     writes the bundle and its truth.json (with noise; --quiet: without), as folders that other scorers read
       calibrate.py --score FOLDER...         scores such folders again
Seeds past SHOWN were looked at by nobody while rules and judge were written: measure on those."""
import argparse, collections, json, multiprocessing, os, subprocess, sys, tempfile, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import fuzz, truth

PROMISED = {"high": 0.99, "medium": 0.90, "low": 0.60}
ASKED = ["verdict", "invented", "split", "counts", "nodes", "clients", "missing", "reckoned"]
SHOWN = 1000


def analyze(binary, path):
    p = subprocess.run([binary, "analyze", path, "--format", "json", "-o", "-"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, cwd=os.path.dirname(path))
    if p.returncode:
        raise RuntimeError(f"exit {p.returncode}: {p.stderr.decode()[-200:]}")
    return json.loads(p.stdout)


def marked(binary, path, t):
    try:
        began = time.time()
        r = analyze(binary, path)
        return list(truth.marks(t, r)), time.time() - began
    except (RuntimeError, ValueError, subprocess.TimeoutExpired) as x:
        return [("verdict", str(x)[:200])], 0


def one(job):
    """Both versions of one seed: (seed, title, {"noise": marks, "quiet": marks}, seconds of drawing and of analysis)."""
    seed, binary, both = job
    out, drawn, taken = {}, 0, 0
    for name in ("noise", "quiet") if both else ("noise",):
        began = time.time()
        with tempfile.TemporaryDirectory() as tmp:
            w, layout, missing, files, t = fuzz.draw(seed, noisy=name == "noise")
            if not files:
                return seed, "", {}, 0, 0
            path = os.path.join(tmp, "bundle")
            fuzz.write_folder(files, path, w.c.end)
            drawn += time.time() - began
            out[name], s = marked(binary, path, t)
            taken += s
    return seed, f"{w.name}, {w.size} nodes, {layout}, without {missing}", out, drawn, taken


def wrong(marks):
    return [f"{k}: {x}" for k, x in marks if x and k != "sure"]


def tables(rows, both):
    names = ("noise", "quiet") if both else ("noise",)
    asked, good, sure = {n: collections.Counter() for n in names}, {n: collections.Counter() for n in names}, {n: collections.defaultdict(lambda: [0, 0]) for n in names}
    by_cause, by_whose = collections.Counter(), collections.Counter()
    for _, _, out, _, _ in rows:
        for n, ms in out.items():
            for k, x in ms:
                if k == "sure":
                    sure[n][x[0]][0] += 1
                    sure[n][x[0]][1] += x[1]
                    if n == "noise" and not x[1]:
                        by_cause[f"{x[0]} {x[2]}"] += 1
                        by_whose[x[3]] += 1
                else:
                    asked[n][k] += 1
                    good[n][k] += not x
    ratio = lambda n, k: good[n][k] / asked[n][k] if asked[n][k] else 1.0
    print(f"\n{'question':10} " + " ".join(f"{n:>18}" for n in names) + ("   difference" if both else ""))
    for k in ASKED:
        print(f"{k:10} " + " ".join(f"{good[n][k]:5}/{asked[n][k]:<5} {ratio(n, k):.3f}" .rjust(18) for n in names) + (f"   {ratio('noise', k) - ratio('quiet', k):+.3f}" if both else ""))
    whole = {n: sum(good[n].values()) / max(1, sum(asked[n].values())) for n in names}
    print(f"{'all':10} " + " ".join(f"{whole[n]:18.3f}" for n in names) + (f"   {whole['noise'] - whole['quiet']:+.3f}" if both else ""))
    print("\nconfidence  promised " + " ".join(f"{n + ': right of told':>26}" for n in names))
    for c, p in PROMISED.items():
        print(f"{c:11} {p:8.2f} " + " ".join((f"{sure[n][c][1]:6} of {sure[n][c][0]:<6}" + (f" {sure[n][c][1] / sure[n][c][0]:.3f}" if sure[n][c][0] else "     -")).rjust(26) for n in names))
    for title, table in (("", by_cause), (", by whose lines", by_whose)):
        if table:
            print(f"told and not true, with noise{title}: " + ", ".join(f"{k} {n}" for k, n in sorted(table.items(), key=lambda x: (-x[1], x[0]))[:14]))
    return whole, sure["noise"]


def run(a):
    lo, _, hi = (a.seeds or "200").rpartition("-")
    seeds = range(int(lo) if lo else SHOWN + 1, (int(hi) if lo else SHOWN + int(hi)) + 1)
    jobs = [(s, a.bin, not a.loud_only) for s in seeds]
    began, rows = time.time(), []
    with multiprocessing.Pool(a.jobs) as pool:
        for row in pool.imap(one, jobs, chunksize=2):
            rows.append(row)
            if a.v and any(wrong(m) for m in row[2].values()):
                print(f"{row[0]} {row[1]}: " + " | ".join(f"{n}: " + "; ".join(wrong(m)) for n, m in row[2].items() if wrong(m)), flush=True)
    whole, sure = tables(rows, not a.loud_only)
    worst = sorted((r for r in rows if wrong(r[2].get("noise", []))), key=lambda r: (-len(wrong(r[2]["noise"])), r[0]))[:a.worst]
    if worst:
        print("\nworst seeds (with noise):")
    for seed, title, out, _, _ in worst:
        print(f"  {seed} {title}: " + "; ".join(wrong(out["noise"]))[:400])
    print(f"\n{len(rows)} clusters, seeds {seeds[0]}-{seeds[-1]}: drawn in {sum(r[3] for r in rows):.0f} s, analyzed in {sum(r[4] for r in rows):.0f} s, {time.time() - began:.0f} s by the clock")
    if a.json:
        json.dump(rows, open(a.json, "w"))
    low = [c for c, p in PROMISED.items() if sure[c][0] >= 20 and sure[c][1] / sure[c][0] < p]
    return whole, low


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--bin", default=os.environ.get("PM", os.path.join(fuzz.ROOT, "build/pullmortem")))
    ap.add_argument("--jobs", type=int, default=os.cpu_count())
    ap.add_argument("--worst", type=int, default=15)
    ap.add_argument("--least", type=float, help="exit 1 where the share of right answers with noise is below")
    ap.add_argument("--loud-only", action="store_true", help="with noise only")
    ap.add_argument("--quiet", action="store_true")
    ap.add_argument("--draw"), ap.add_argument("--json")
    ap.add_argument("--score", action="store_true")
    ap.add_argument("-v", action="store_true")
    ap.add_argument("seeds", nargs="*")
    a = ap.parse_args()
    a.bin = os.path.abspath(a.bin)
    if a.draw:
        for s in a.seeds:
            w, layout, missing, files, t = fuzz.draw(int(s), noisy=not a.quiet)
            folder = os.path.join(a.draw, f"{s}-{w.name}")
            fuzz.write_folder(files, folder, w.c.end)
            json.dump(t, open(os.path.join(folder, "truth.json"), "w"), indent=1, sort_keys=True)
            print(f"{folder}: {layout}, without {missing}, {len(files)} files, {sum(map(len, files.values())) >> 10} KiB")
        return 0
    if a.score:
        for folder in a.seeds:
            t = json.load(open(os.path.join(folder, "truth.json")))
            with tempfile.TemporaryDirectory() as tmp:
                subprocess.run(["cp", "-a", folder, os.path.join(tmp, "bundle")], check=True)
                os.remove(os.path.join(tmp, "bundle", "truth.json"))
                print(f"{os.path.basename(folder)}: " + ("; ".join(wrong(marked(a.bin, os.path.join(tmp, "bundle"), t)[0])) or "right"))
        return 0
    a.seeds = a.seeds[0] if a.seeds else None
    whole, low = run(a)
    if low:
        print("less than promised: " + ", ".join(low))
    return int(a.least is not None and whole["noise"] < a.least)


if __name__ == "__main__":
    sys.exit(main())
