# Whose clock says when: zones out of a log's own lines, and files whose zone nobody knows.
. "$(dirname "$0")/common.inc"
window() { # folder wanted-from wanted-to
    run 0 "$PM" analyze "$1" -o w.json
    python3 -c 'import json, sys; b = json.load(open("w.json"))["bundle"]; got = (b["from"][:16], b["to"][:16]); assert got == tuple(sys.argv[1:]), got' "$2" "$3" 2>err ||
        wrong "$1: $(tail -1 err)"
}

# The kubelet of a node at +05:30 has no zone in its stamps, but measures a pod's start in UTC.
mkdir -p own/nodes/heath-1 without/nodes/heath-1
failed_at() { echo "E0301 $1 911 log.go:32] \"PullImage from image service failed\" err=\"rpc error: code = NotFound desc = failed to pull and unpack image \\\"reg.gorse.example/kiln:9\\\": failed to resolve image: reg.gorse.example/kiln:9: not found\" image=\"reg.gorse.example/kiln:9\""; }
failed_at 02:10:00.000000 >without/nodes/heath-1/kubelet.log
failed_at 02:40:00.000000 >>without/nodes/heath-1/kubelet.log
{
    echo 'I0301 02:05:00.100000 911 pod_startup_latency_tracker.go:104] "Observed pod startup duration" pod="moor/peat-0" podStartSLOduration=2.1 podStartE2EDuration="2.1s" podCreationTimestamp="2026-02-28 20:34:58 +0000 UTC" firstStartedPulling="0001-01-01 00:00:00 +0000 UTC" lastFinishedPulling="0001-01-01 00:00:00 +0000 UTC" observedRunningTime="2026-02-28 20:34:59.9 +0000 UTC" watchObservedRunningTime="2026-02-28 20:35:00.1 +0000 UTC"'
    cat without/nodes/heath-1/kubelet.log
} >own/nodes/heath-1/kubelet.log
run 0 "$PM" analyze own -o own.json
python3 -c 'import json; i = json.load(open("own.json"))["incidents"][0]; assert i["from"].startswith("2026-02-28T20:40"), i["from"]' 2>err || wrong "own stamps: $(tail -1 err)"

# Behind a journal that writes UTC the journal's stamps are kept, and need no offset.
mkdir -p behind/nodes/heath-1
sed 's/^\([IE]\)0301 \(0[0-9]\)\(:[0-9:]*\)/Feb 28 20\3 heath-1 kubelet[911]: &/' own/nodes/heath-1/kubelet.log >behind/nodes/heath-1/kubelet.log
sed -i 's/^Feb 28 20:05:00.100000/Feb 28 20:35:00/; s/^Feb 28 20:10:00.000000/Feb 28 20:40:00/; s/^Feb 28 20:40:00.000000/Feb 28 21:10:00/' behind/nodes/heath-1/kubelet.log
run 0 "$PM" analyze behind -o behind.json
python3 -c 'import json; i = json.load(open("behind.json"))["incidents"][0]; assert i["from"].startswith("2026-02-28T20:40"), i["from"]' 2>err || wrong "a journal's stamps: $(tail -1 err)"

# A scheduler's log, in a zone that nothing tells, does not end the window; alone it is all there is.
mkdir -p far/control far/nodes/heath-1
for m in 10 11 12; do echo "time=\"2026-03-01T09:$m:01Z\" level=error msg=\"PullImage \\\"reg.gorse.example/kiln:9\\\" failed\" error=\"reg.gorse.example/kiln:9: not found\""; done >far/nodes/heath-1/containerd.log
for m in 08 19; do echo "I0301 15:$m:00.000000 1 schedule_one.go:304] \"Successfully bound pod to node\" pod=\"moor/peat-$m\" node=\"heath-1\" evaluatedNodes=2 feasibleNodes=2"; done >far/control/kube-scheduler.log
window far 2026-03-01T09:10 2026-03-01T09:12
failed_at 15:40:00.000000 | sed 's/E0301/E0302/' >far/control/kubelet.log # pulls are never left out, whatever their clock
run 0 "$PM" analyze far -o w.json
has w.json '"failed": 4'
exit $failed
