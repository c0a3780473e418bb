# Counters and quantiles of many pulls, against a model that sorts each window anew: what is merged into one scrape, and what is counted in a tree, is the same.
. "$(dirname "$0")/common.inc"
cat >make.py <<'P'
import os, random, sys
r = random.Random(7)
at = 0.0
for node in range(3):
    os.makedirs(f"b/n{node}", exist_ok=True)
lines = {n: [] for n in range(3)}
for i in range(1500):  # bursts, pulls of one moment, and silences that are longer than the window
    at += 0 if r.random() < 0.2 else r.choice([0.01, 0.4, 3, 40]) if i % 500 else 900
    ms, reg = r.choice([r.randrange(200, 90000), 1000, 2500]), r.randrange(2)
    stamp = f"2026-04-12T{6 + int(at) // 3600:02d}:{int(at) // 60 % 60:02d}:{int(at) % 60:02d}.{int(at * 1000) % 1000:03d}000000Z"
    image = f"r{reg}.acme.test/team/app{r.randrange(9)}:1"
    lines[r.randrange(3)].append(f'time="{stamp}" level=info msg="Pulled image \\"{image}\\" with image id \\"sha256:{i:064x}\\", repo tag \\"{image}\\", repo digest \\"r{reg}.acme.test/team/app@sha256:{i:064x}\\", size \\"1000\\" in {ms}ms"\n')
for n, text in lines.items():
    open(f"b/n{n}/containerd.log", "w").writelines(text)
P
cat >look.py <<'P'
import bisect, json, re, subprocess, sys
pm = sys.argv[1]
rows = subprocess.run([pm, "query", "t.db", "SELECT registry, ended_ns, duration_ms, node FROM pulls WHERE outcome = 'ok'", "-f", "jsonl"], capture_output=True, text=True, check=True).stdout
pulls = sorted((p["registry"], p["ended_ns"], round(p["duration_ms"] * 1e6), p["node"]) for p in map(json.loads, rows.splitlines()))
seen = {}
for line in open("m.om"):
    m = re.match(r'pullmortem_(pull_duration_seconds|pull_duration_seconds_count|pulls_total)\{(.*)\} (\S+) (\S+)$', line)
    if m:
        labels = dict(re.findall(r'(\w+)="([^"]*)"', m[2]))
        seen[m[1], labels["registry"], labels.get("quantile"), labels.get("node"), round(float(m[4]) * 1e9)] = float(m[3])
wrong = looked = 0
for registry in sorted({p[0] for p in pulls}):
    mine = [p for p in pulls if p[0] == registry]
    times = [p[1] for p in mine]
    last = [i for i in range(len(mine)) if i + 1 == len(mine) or times[i] // 15 // 10**9 != times[i + 1] // 15 // 10**9]
    for (name, reg, q, node, at), value in seen.items():
        if reg != registry:
            continue
        if name == "pull_duration_seconds":
            points = [i for i in last if times[i] <= at]
            if not points:
                continue
            t = times[points[-1]]
            window = sorted(p[2] for p in mine[bisect.bisect_left(times, t - 600 * 10**9):points[-1] + 1])
            rank = (len(window) * round(float(q) * 100) + 99) // 100
            expected = window[rank - 1] / 1e9
        elif name == "pulls_total":
            expected = sum(p[1] <= at and p[3] == node for p in mine)
        else:
            expected = bisect.bisect_right(times, at)
        looked += 1
        wrong += abs(value - expected) > 1e-9
print(wrong, "wrong;", "enough" if looked > 3000 and len(pulls) > 1000 else f"looked at {looked} of {len(pulls)} pulls")
P
python3 make.py
run 0 "$PM" analyze b --db t.db -o m.om
python3 look.py "$PM" >out
has out '0 wrong; enough'
exit $failed
