# One pull or event a row: CSV, JSON lines, and JSON lines for Timesketch. The rows are those of the views, in every cell as JSON has them, and say which program made them.
. "$(dirname "$0")/common.inc"
demo=$OLDPWD/testdata/bundles
run 0 "$PM" "$demo/demo-hub-quota/input.tar.gz" -o r.json -o p.csv -o p.jsonl -o e.events.csv -o e.events.jsonl -o t.timesketch.jsonl --db t.db
python3 - <<'P' || wrong 'rows'
import csv, datetime, json
r = json.load(open("r.json"))
tool = f"pullmortem {r['tool']['version']}" + (f", commit {r['tool']['commit']}" if r["tool"]["commit"] else "") + f", rules {r['tool']['rules']}"
lines = lambda name: [json.loads(l) for l in open(name, encoding="utf-8")]
table = lambda name: list(csv.DictReader(open(name, encoding="utf-8", newline="")))
for rows, flat in ((lines("p.jsonl"), table("p.csv")), (lines("e.events.jsonl"), table("e.events.csv"))):
    assert len(rows) == len(flat) > 100, (len(rows), len(flat))
    for a, b in zip(rows, flat):
        assert list(a) == list(b) and a["tool"] == b["tool"] == tool, (a, b)
        for name, value in a.items():  # a leading apostrophe keeps a spreadsheet from running what a log says
            text = "" if value is None else value if isinstance(value, str) else None
            assert text is None or b[name] in (text, "'" + text), (name, value, b[name])
            assert text is not None or abs(float(b[name]) - value) < 1e-6, (name, value, b[name])
pulls = lines("p.jsonl")
count = lambda outcome: sum(p["outcome"] == outcome for p in pulls)
assert (count("ok"), count("failed")) == (r["pulls"]["ok"], r["pulls"]["failed"]), (count("ok"), count("failed"))
assert sum(p["cause"] == "rate-limit.anonymous" for p in pulls) == r["incidents"][0]["failed_pulls"]
sketch = lines("t.timesketch.jsonl")
dated = [e for e in lines("e.events.jsonl") if e["time"]]
assert len(sketch) == len(dated) + sum(1 + bool(i["recovered_at"]) for i in r["incidents"]), len(sketch)
for row in sketch:  # what Timesketch requires of each row
    assert row["message"] and row["timestamp_desc"], row
    stamp = datetime.datetime.fromisoformat(row["datetime"].replace("Z", "+00:00"))
    assert isinstance(row["timestamp"], int) and abs(stamp.timestamp() - row["timestamp"] / 1e6) < 0.002, row
assert [row["timestamp"] for row in sketch] == sorted(row["timestamp"] for row in sketch)
assert sum(row["data_type"] == "pullmortem:incident" for row in sketch) == 2, "an incident's beginning and its end"
P
# The same rows from the timeline, and with any number of threads.
for name in p.csv t.timesketch.jsonl; do
    "$PM" t.db -q -o "again.$name" || wrong "$name from the timeline"
    cmp -s $name "again.$name" || wrong "$name: other bytes from the timeline"
done
for threads in 1 3; do
    "$PM" analyze "$demo/demo-hub-quota/input.tar.gz" -q -j $threads -o again.events.jsonl
    cmp -s e.events.jsonl again.events.jsonl || wrong "e.events.jsonl: other bytes with -j $threads"
done
# The longest ending tells the format; --format names it as well.
run 0 "$PM" "$demo/one-blip/input.tar.gz" -f timesketch
has out '"timestamp_desc": "Recorded Time"'
run 0 "$PM" "$demo/one-blip/input.tar.gz" -f events-csv
has out 'id,time,ts_ns'
# A cell that a spreadsheet would run.
mkdir evil
printf 'time="2026-04-12T06:10:02.2Z" level=error msg="PullImage \\"r.test/a:1\\" failed" error="=cmd|calc!A1"\n' >evil/containerd.log
run 0 "$PM" evil -f csv
has out "\"'=cmd"
exit $failed
