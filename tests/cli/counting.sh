# The same record found twice counts once, and what only looks the same counts for each; merged timelines give what one run gives.
. "$(dirname "$0")/common.inc"
counts() { # path expected: node:failed…, by node
    run 0 "$PM" analyze "$1" --format json
    python3 -c 'import json, sys; r = json.load(open("out")); print(" ".join("%s:%d" % (n["node"], n["failed"]) for n in r["pulls"]["by_node"]))' >got
    [ "$(cat got)" = "$2" ] || wrong "$1: $(cat got), not $2"
}
gone='returned error: manifest for reg.gorse.example/kiln:9 not found: manifest unknown: manifest unknown'
docker_line() { echo "time=\"2026-04-12T06:10:$1\" level=error msg=\"Handler for POST /v1.41/images/create $gone\""; }

# Nodes that fail in the same second with the same words are two; the copy of one node's log in another folder of its own is the same log.
mkdir -p storm/nodes/kiln-1 storm/nodes/kiln-2
for node in kiln-1 kiln-2; do { docker_line 01Z; docker_line 31Z; } >storm/nodes/$node/docker.log; done
counts storm 'kiln-1:2 kiln-2:2'
mkdir -p copied/nodes/kiln-1
cp storm/nodes/kiln-1/docker.log copied/nodes/kiln-1/docker.log
{ cat storm/nodes/kiln-1/docker.log; docker_line 59Z; } >copied/nodes/kiln-1/dockerd.log
counts copied 'kiln-1:3'
# A stamp with a fraction is one record's, whatever the one or the other calls its node.
mkdir -p named/nodes/kiln-1 named/nodes/kiln-1-copy
docker_line 01.123456789Z >named/nodes/kiln-1/docker.log
{ docker_line 01.123456789Z; echo 'time="2026-04-12T06:12:00Z" level=info msg="API listen on /run/docker.sock"'; } >named/nodes/kiln-1-copy/docker.log
run 0 "$PM" analyze named --format json
has out '"failed": 1'

# Quoted in a reply: counted once. Two pulls of one second that nobody quoted stay two.
pulled='level=error msg="PullImage \"reg.gorse.example/kiln:9\" failed" error="failed to pull and unpack image \"reg.gorse.example/kiln:9\": failed to resolve reference \"reg.gorse.example/kiln:9\": reg.gorse.example/kiln:9: not found"'
{
    printf 'What I see:\n\n```\ntime="2026-04-12T06:10:01.000000001Z" %s\n```\n\nand the answer was\n\n' "$pulled"
    printf '> time="2026-04-12T06:10:01.000000001Z" %s\n\nwhich is no tag.\n' "$pulled"
} >quoted.md
counts quoted.md None:1
{ printf 'time="2026-04-12T06:10:01Z" %s\n' "$pulled"; printf 'time="2026-04-12T06:10:01Z" %s\n' "$pulled"; } >twice.log
counts twice.log None:2

# An object's folder is no node.
mkdir -p dump/pods/attic
printf 'time="2026-04-12T06:10:01Z" %s\n' "$pulled" >dump/pods/attic/containerd.log
counts dump None:1

# Single nodes, merged: the folder given is the node, and a rotated log beside the named one is of it, too.
for node in kiln-1 kiln-2; do printf 'time="2026-04-12T06:09:01Z" %s\n' "$pulled" >storm/nodes/$node/containerd.log; done
printf 'time="2026-04-12T05:09:01Z" %s\n' "$pulled" >storm/nodes/kiln-2/containerd.log.1
counts storm 'kiln-1:3 kiln-2:4'
for node in kiln-1 kiln-2; do run 0 "$PM" ingest storm/nodes/$node --db $node.db; done
run 0 "$PM" merge kiln-1.db kiln-2.db --db merged.db
run 0 "$PM" query merged.db "SELECT node, count(*) AS n FROM events WHERE kind = 'pull.fail' GROUP BY 1" --format csv
[ "$(tr -d '\r' <out | tail -2 | tr '\n' ' ')" = "kiln-1,3 kiln-2,4 " ] || wrong "merged: $(cat out)"
run 0 "$PM" report merged.db --format json
has out '"failed": 7'
# A file that holds the lines of several nodes goes on for each of them: who failed once and was not heard of again for half an hour waits no longer.
mkdir -p several
several() { # minute of the last line
    echo '2026-03-01T09:00:00+0000 heath-1 kubelet[9]: I0301 09:00:00.000001       9 kubelet.go:2425] "SyncLoop ADD" source="api" pods=["moor/peat-1"]'
    echo '2026-03-01T09:05:00+0000 heath-2 kubelet[9]: E0301 09:05:00.000001       9 pod_workers.go:1301] "Error syncing pod, skipping" err="failed to \"StartContainer\" for \"app\" with ErrImagePull: \"rpc error: code = Unknown desc = failed to pull and unpack image \\\"reg.gorse.example/kiln:9\\\": failed to resolve reference \\\"reg.gorse.example/kiln:9\\\": failed to do request: Head \\\"https://reg.gorse.example/v2/kiln/manifests/9\\\": dial tcp 10.0.0.9:443: i/o timeout\"" pod="moor/peat-2" podUID="6d1c9a52-0b7e-4b7c-9f1e-1f2a3b4c5d6e"'
    for m in 06 07 08 "$1"; do echo "2026-03-01T09:$m:00+0000 heath-1 kubelet[9]: I0301 09:$m:00.000001       9 kubelet.go:2425] \"SyncLoop ADD\" source=\"api\" pods=[\"moor/peat-$m\"]"; done
}
severity() { "$PM" analyze several --format json -o - | python3 -c 'import json, sys; print(json.load(sys.stdin)["incidents"][0]["severity"])'; }
several 35 >several/kubelet_service.log
[ "$(severity)" = info ] || wrong "one failure and half an hour of silence: $(severity)"
several 09 >several/kubelet_service.log
[ "$(severity)" != info ] || wrong "one failure where the log ends: $(severity)"
exit $failed
