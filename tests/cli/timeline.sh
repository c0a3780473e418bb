# ingest, merge, report, query: map and reduce give what one run gives; merging again changes nothing; query cannot write.
. "$(dirname "$0")/common.inc"
bundle b
run 0 "$PM" analyze b --db all.db -o all.json
run 0 "$PM" report all.db -o report.json
cmp -s all.json report.json || { wrong 'report differs from analyze'; diff all.json report.json | head -20; }
run 0 "$PM" all.db --format json -o bare.json
cmp -s all.json bare.json || wrong 'a bare timeline is no report'
run 0 "$PM" query all.db "SELECT count(*) AS n FROM pulls WHERE outcome = 'failed' AND cause = 'rate-limit.anonymous'" --format csv
[ "$(tr -d '\r' <out | tail -1)" = 12 ] || wrong "the view pulls: $(cat out)"
run 0 "$PM" query all.db 'SELECT id, root_cause, failed_pulls, nodes FROM incidents' -f json
has out '"root_cause": "rate-limit.anonymous", "failed_pulls": 12, "nodes": 2'
run 2 "$PM" analyze all.db
has err "all.db is a timeline"
run 0 "$PM" query all.db 'PRAGMA table_info(events)'
has out ts_ns
sum=$(cksum <all.db)
for sql in "DELETE FROM event" "DROP VIEW pulls" "ATTACH 'x.db' AS x" "PRAGMA user_version = 9" "BEGIN" "SELECT 1; DELETE FROM event"; do run 2 "$PM" query all.db "$sql"; done
[ "$sum" = "$(cksum <all.db)" ] && [ ! -e x.db ] || wrong 'query wrote'
chmod a-w all.db
run 0 "$PM" report all.db
chmod u+w all.db

for node in n1 n2; do run 0 "$PM" ingest "b/nodes/$node" --db $node.db; done
run 0 "$PM" merge n1.db n2.db --db merged.db
run 0 "$PM" report merged.db --format json
cp out merged.json
python3 -c 'import json; r = json.load(open("merged.json")); assert r["pulls"]["failed"] == 12, r["pulls"]["failed"]; assert r["verdict"]["root_cause"] == "rate-limit.anonymous"; assert len(r["bundle"]["inputs"]) == 2, r["bundle"]["inputs"]' || wrong 'merged'
run 0 "$PM" merge n2.db n1.db merged.db --db merged.db
run 0 "$PM" report merged.db --format json
cmp -s merged.json out || wrong 'merging again changed the report'
run 0 "$PM" ingest b --db one.db -j1
run 0 "$PM" ingest b --db two.db -j2
cmp -s one.db two.db || wrong 'the timeline depends on the number of threads'
cp n1.db damaged.db && dd if=/dev/zero of=damaged.db bs=1 seek=16400 count=20000 conv=notrunc 2>/dev/null
run 3 "$PM" report damaged.db
run 3 "$PM" merge damaged.db --db other.db
[ ! -e other.db ] || wrong 'a timeline of nothing was left'
# What a writer's standing hangs on is asked again over the merged: a runbook's example is nobody's pull.
cat > runbook.md <<'Y'
# Runbook: image pull failures

If you see a pod in ImagePullBackOff, check the kubelet of its node:

```
E0302 11:12:13.400500    2711 kuberuntime_image.go:55] "Failed to pull image" err="quay.example/shop/cart:2.1: not found" image="quay.example/shop/cart:2.1"
```

When a tag is missing, ask the team that owns the image.

## Escalation

Escalate to the platform team. Verify that the tag exists.
Y
run 0 "$PM" ingest runbook.md --db runbook.db
run 0 "$PM" merge runbook.db --db taught.db
run 0 "$PM" report taught.db --format json
python3 -c 'import json; r = json.load(open("out")); assert not r["incidents"], r["incidents"]' || wrong 'a merged runbook became an incident'
# Two long logs that differ in one line, far behind their beginnings: neither is left out as a copy, with a timeline or without.
python3 - <<'Y'
import os
os.mkdir("long")
line = 'time="2026-04-12T06:%02d:%02d.%09dZ" level=%s msg="%s"\n'
for image in ("web", "api"):
    with open(f"long/{image}.log", "w") as f:
        for i in range(30000):
            f.write(line % (i // 600 % 60, i // 10 % 60, i, "info", "StopPodSandbox for a sandbox that is nobody's business here, returns successfully"))
            if i == 15003:
                f.write(line % (i // 600 % 60, i // 10 % 60, i, "error", f'PullImage \\"r.acme.test/shop/{image}:1\\" failed" error="r.acme.test/shop/{image}:1: not found'))
Y
for with in "" "--db long.db"; do
    # shellcheck disable=SC2086 -- two words or none
    run 0 "$PM" analyze long --format json $with
    python3 -c 'import json; r = json.load(open("out")); assert r["pulls"]["failed"] == 2, r["pulls"]["failed"]' || wrong "long logs that differ in a line, $with"
done
# A part that could not be merged is remembered: who reads the report of the whole is told.
run 3 "$PM" merge n2.db damaged.db --db lacking.db
run 0 "$PM" report lacking.db --format json
python3 -c 'import json; s = json.load(open("out"))["bundle"]["skipped"]; assert [x["path"] for x in s] == ["damaged.db"], s' || wrong 'the part that is not in it'
exit $failed
