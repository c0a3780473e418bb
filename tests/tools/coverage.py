#!/usr/bin/env python3
"""What of the program the tests run: lines and branches, room by room, from a build that counts (make coverage).

Runs unit tests, command line tests, the suites that need no other program and the fuzz round with BUILD, then reads gcov's counts. A branch is a way out of a
condition; of a && b there are four. What ends the program for want of memory is no test's business and not counted, nor are branches that the compiler made.
usage: coverage.py BUILD [-l ROOM]    -l: list the lines of that room that nothing ran
"""
import collections, glob, gzip, json, os, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ROOMS = ["parsers", "analyzer/judge", "analyzer/ingest", "analyzer/timeline", "analyzer/framing", "analyzer/clock", "analyzer/bundle", "analyzer/base", "analyzer/rules",
         "analyzer/report", "analyzer/gate", "analyzer/cli"]
HELD = {"parsers": (95, 85), "analyzer/judge": (95, 85), "analyzer/ingest": (95, 85), "analyzer/timeline": (95, 85)}
SUITES = "bundles foreign fuzz gate merge pseudonyms reckonings schema scenarios secrets shards show sparse threads times toml views invariance faults".split()


def run_tests(build):
    env = dict(os.environ, BUILD=build, PM=os.path.join(ROOT, build, "pullmortem"), PULLMORTEM_RECKON="1")
    every = [[t] for t in sorted(glob.glob(f"{build}/unit/test_*")) if os.access(t, os.X_OK)] + [[f"{build}/pullmortem", "rules", "check"], [f"{build}/pullmortem", "rules", "test"]]
    every += [["sh", t] for t in sorted(glob.glob("tests/cli/*.sh"))] + [[f"tests/suites/{s}"] for s in SUITES]
    for command in every:
        p = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if p.returncode:
            print(f"(ended with {p.returncode} here, where programs are slower and keep files open: {' '.join(command)})", flush=True)


def counts(build):
    """source → line → (how often, branches taken, branches)"""
    seen = collections.defaultdict(dict)
    with tempfile.TemporaryDirectory() as top:
        data = [os.path.abspath(p) for p in glob.glob(f"{build}/obj/**/*.gcda", recursive=True)]
        for i in range(0, len(data), 50):
            subprocess.run(["gcov", "-b", "-c", "--json-format", *data[i:i + 50]], cwd=top, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        for path in glob.glob(f"{top}/*.gcov.json.gz"):
            with gzip.open(path) as f:
                for file in json.load(f)["files"]:
                    name = os.path.relpath(os.path.join(ROOT, file["file"]), ROOT)
                    for line in file["lines"]:
                        was = seen[name].get(line["line_number"], (0, []))
                        ways = [b["count"] for b in line["branches"] if not b["throw"]]
                        both = [a + b for a, b in zip(was[1], ways)] if len(was[1]) == len(ways) else max(was[1], ways, key=len)
                        seen[name][line["line_number"]] = (was[0] + line["count"], both)
    return seen


def main():
    build, low = sys.argv[1], 0
    os.chdir(ROOT)
    for old in glob.glob(f"{build}/obj/**/*.gcda", recursive=True) if "-l" not in sys.argv else []:
        os.unlink(old)
    if "-l" not in sys.argv:
        run_tests(build)
    seen = counts(build)
    if "-l" in sys.argv:
        room = sys.argv[sys.argv.index("-l") + 1]
        for name in sorted(n for n in seen if n.startswith(room)):
            with open(name) as f:
                text = f.read().split("\n")
            for n, (count, ways) in sorted(seen[name].items()):
                if not count or 0 in ways:
                    print(f"{name}:{n}: {'never' if not count else f'{ways.count(0)} of {len(ways)} ways'}: {text[n - 1].strip()[:120]}")
        return 0
    print(f"{'room':20} {'lines':>8} {'run':>7}   {'branches':>8} {'taken':>7}")
    for room in ROOMS:
        lines = [v for name in seen if name.startswith(room + "/") and name.endswith(".c") for v in seen[name].values()]
        ways = [w for _, branches in lines for w in branches]
        if not lines or not ways:
            continue
        ran, taken = 100 * sum(c > 0 for c, _ in lines) / len(lines), 100 * sum(w > 0 for w in ways) / len(ways)
        want = HELD.get(room)
        low += bool(want) and (ran < want[0] or taken < want[1])
        print(f"{room:20} {len(lines):8} {ran:6.1f}%   {len(ways):8} {taken:6.1f}%" + (f"   at least {want[0]} % and {want[1]} %" if want else ""))
    return low > 0


sys.exit(main())
