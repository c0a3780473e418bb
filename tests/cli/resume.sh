# Shards of one timeline: `ingest --resume` leaves out what is there by content, goes on where a run was killed, and what it or a merge could not take is told by report and gate.
. "$(dirname "$0")/common.inc"
bundle b
"$PM" analyze b/nodes --format json -o whole.json 2>/dev/null
answers() { # timeline, how it came: the report of one run, but for what was given
    "$PM" report "$1" --format json -o got.json 2>/dev/null
    python3 -c 'import json, sys
for n in sys.argv[1:]:
    r = json.load(open(n)); r["bundle"].pop("inputs"); print(json.dumps(r))' whole.json got.json | uniq | wc -l | grep -q '^ *1$' || wrong "$2: another report"
}

# ---- by content, whatever it is called
run 0 "$PM" ingest b/nodes/n1 --db all.db --resume
run 0 "$PM" ingest b/nodes/n1 b/nodes/n2 --db all.db --resume
has err "b/nodes/n1 is in all.db already"
! grep -q "n2 is in" err || wrong "n2 was not there before"
answers all.db "in two runs"
cp -r b/nodes/n1 copy
run 0 "$PM" ingest copy --db all.db --resume
has err "copy is in all.db already"
run 0 "$PM" ingest b/nodes/n1 b/nodes/n2 --db all.db --resume
[ "$(grep -c already err)" = 2 ] || wrong "something is read again"

# ---- what grew is read again, and what it held before counts once
cp -r b grown && head -7 b/nodes/n2/containerd.log >grown/nodes/n2/containerd.log
run 0 "$PM" ingest grown/nodes/n1 grown/nodes/n2 --db grown.db --resume
cp b/nodes/n2/containerd.log grown/nodes/n2/containerd.log
run 0 "$PM" ingest grown/nodes/n1 grown/nodes/n2 --db grown.db --resume
[ "$("$PM" query grown.db 'select sum(failed_pulls) from incidents' --format csv | tail -1 | tr -d '\r')" = 12 ] || wrong "pulls of a grown log count twice, or not"

# ---- killed at any moment, KILLS times (12): what is there at last is what a run that nobody disturbed makes
run 0 "$PM" ingest b/nodes/n1 b/nodes/n2 --db calm.db --resume
cat >kills.py <<'END'
import os, random, signal, subprocess, sys, time
pm, seed, kills = os.environ["PM"], os.environ.get("SEED", "1"), int(os.environ.get("KILLS", "12"))
r, argv = random.Random(seed), [pm, "ingest", "b/nodes/n1", "b/nodes/n2", "--db", "killed.db", "--resume"]
quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
began = time.monotonic()
subprocess.run(argv, **quiet)
takes = time.monotonic() - began
os.unlink("killed.db")
def rows(db):  # in any order, as a run that goes on writes another file last
    return sorted(subprocess.run([pm, "query", db, "select time, kind, node, image, count, file, line from events union all select '', path, node, format, component, duplicates, events from files", "-f", "csv"], stdout=subprocess.PIPE, check=True).stdout.splitlines())
calm, undone = rows("calm.db"), 0
for n in range(kills):
    p = subprocess.Popen(argv, **quiet)
    time.sleep(r.random() * takes)
    p.send_signal(r.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT]))
    undone += p.wait() != 0
    if r.random() < 0.3 or n + 1 == kills:  # one that nobody disturbs
        subprocess.run(argv, check=True, **quiet)
        if rows("killed.db") != calm:
            sys.exit(f"seed {seed}: another timeline after {n + 1} kills")
        left = [f for f in os.listdir(".") if f.startswith("killed.db") and f != "killed.db"]
        if left:
            sys.exit(f"seed {seed}: {left} stay")
        if n + 1 < kills:
            os.unlink("killed.db")
print(undone)
END
PM="$PM" python3 kills.py >kills.out 2>&1 || wrong "killed at any moment: $(cat kills.out)"
[ "$(cat kills.out)" -gt 0 ] || wrong "nothing was killed"
answers killed.db "after kills"

# ---- what is missing is told until it is there
run 3 "$PM" ingest b/nodes/n1 nowhere --db part.db --resume
run 1 "$PM" gate part.db
has out "could not be read whole: nowhere"
cp -r b/nodes/n2 nowhere
run 0 "$PM" ingest b/nodes/n1 nowhere --db part.db --resume
run 1 "$PM" gate part.db
! grep -q nowhere: out || wrong "what is there is still missing"
run 0 "$PM" ingest b/nodes/n1 --db s1.db
run 0 "$PM" ingest b/nodes/n2 --db s2.db
echo no timeline >s3.db
run 3 "$PM" merge s1.db s3.db s4.db --db merged.db
"$PM" report merged.db -o report.txt 2>/dev/null
for s in s3.db s4.db; do has report.txt "$s"; done
cp s2.db s3.db && cp s2.db s4.db
run 0 "$PM" merge s3.db s4.db --db merged.db
answers merged.db "what a merge had to skip, merged later"

# ---- usage
run 2 "$PM" ingest - --db x.db --resume
run 2 "$PM" ingest b --db x.db --resume --pseudonymise
exit $failed
