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

# said CONDITION over the report r of the bundle in the folder, and the bundle's verdict v.
said() { # folder condition
    run 0 "$PM" analyze "$1" -o s.json
    python3 -c 'import json, sys; r = json.load(open("s.json")); v = r["verdict"]; assert eval(sys.argv[1]), (v, r["bundle"]["from"], r["windows"])' "$2" 2>err ||
        wrong "$1: $2: $(tail -1 err)"
}
runtime() { echo "time=\"$1\" level=error msg=\"PullImage \\\"$2\\\" failed\" error=\"failed to pull and unpack image \\\"$2\\\": $3\""; }
got() { printf 'time="%s" level=info msg="PullImage \\"%s\\""\ntime="%s" level=info msg="PullImage \\"%s\\" returns image reference \\"sha256:%064d\\""\n' "$1" "$2" "$3" "$2" 7; }

# A rotated log of two years ago was never cleared away: it holds more failures than today's, and is told apart.
mkdir -p old/nodes/heath-1 old/nodes/heath-2
for m in 10 11 12 13 14 15; do runtime "2024-03-01T09:$m:01Z" "reg.gorse.example/kiln:$m" 'dial tcp: lookup reg.gorse.example: no such host'; done >old/nodes/heath-1/containerd.log.7
for m in 10 11 12; do runtime "2026-03-01T09:$m:01Z" reg.gorse.example/kiln:9 'failed to resolve image: reg.gorse.example/kiln:9: not found'; done >old/nodes/heath-1/containerd.log
got 2026-03-01T09:15:00Z reg.gorse.example/oven:1 2026-03-01T09:15:03Z >old/nodes/heath-2/containerd.log
said old 'v["root_cause"] == "image.tag-not-found" and r["pulls"]["failed"] == 3 and len(r["incidents"]) == 1'
said old 'r["bundle"]["from"] == "2026-03-01T09:10:01.000Z" and [(w["from"][:4], w["attempts"], w["failed"], w["by_cause"]) for w in r["windows"]] == [("2024", 6, 6, {"network.dns": 6})]'
said old 'r["windows"][0]["files"] == ["nodes/heath-1/containerd.log.7"]'
# A pod that waits today is no pull of then.
mkdir -p pods/cluster && cp -r old/nodes pods
cat >pods/cluster/pods.json <<'END'
{"kind": "List", "apiVersion": "v1", "items": [{"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "kiln-0", "namespace": "shop", "creationTimestamp": "2026-03-01T09:09:00Z"}, "spec": {"nodeName": "heath-2", "containers": [{"name": "kiln", "image": "reg.gorse.example/kiln:9"}]}, "status": {"phase": "Pending", "startTime": "2026-03-01T09:09:00Z", "containerStatuses": [{"name": "kiln", "image": "reg.gorse.example/kiln:9", "ready": false, "state": {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling image \"reg.gorse.example/kiln:9\""}}}]}}]}
END
said pods '[(w["attempts"], w["by_cause"], w["files"]) for w in r["windows"]] == [(6, {"network.dns": 6}, ["nodes/heath-1/containerd.log.7"])]'
run 0 "$PM" old
has out 'OTHER TIMES in these logs'
run 0 "$PM" old --until 2024-12-31 # what it says to do
has out 'no such name'
run 0 "$PM" old --since 2024-01-01 --until 2027-01-01 # whoever names both ends has all of it
has out '6 of 10 pulls failed'
run 1 "$PM" gate old
rm old/nodes/heath-1/containerd.log
said old 'v["root_cause"] is None and r["pulls"]["failed"] == 0 and len(r["windows"]) == 1' # today all is well
run 0 "$PM" gate old
# New Year is no silence, and neither are some weeks.
mkdir -p year/nodes/heath-1
for at in 2025-12-31T23:50:00Z 2026-01-01T00:10:00Z 2026-02-20T10:00:00Z; do runtime $at reg.gorse.example/kiln:9 'failed to resolve image: reg.gorse.example/kiln:9: not found'; done >year/nodes/heath-1/containerd.log
said year 'r["pulls"]["failed"] == 3 and r["windows"] == []'

# A clock was set 120 days ahead while its node's log was written: the certificate has expired for it alone. It is today's trouble, at today's time.
mkdir -p ahead/nodes/heath-1 ahead/nodes/heath-2 ahead/nodes/heath-3
{
    got 2026-03-01T09:10:00Z reg.gorse.example/kiln:9 2026-03-01T09:10:02Z
    for m in 12 13 14; do runtime "2026-06-29T09:$m:01Z" reg.gorse.example/oven:1 "tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-06-29T09:$m:00Z is after 2026-05-30T00:00:00Z"; done
} >ahead/nodes/heath-1/containerd.log
for n in 2 3; do
    got 2026-03-01T09:09:00Z reg.gorse.example/kiln:9 2026-03-01T09:09:02Z
    got 2026-03-01T09:15:00Z reg.gorse.example/oven:1 2026-03-01T09:15:02Z
done >ahead/nodes/heath-2/containerd.log
cp ahead/nodes/heath-2/containerd.log ahead/nodes/heath-3/
cp old/nodes/heath-1/containerd.log.7 ahead/nodes/heath-2/
said ahead '(v["root_cause"], v["variant"]) == ("network.tls", "expired") and r["pulls"]["failed"] == 3 and r["incidents"][0]["from"] == "2026-03-01T09:12:01.000Z"'
said ahead 'r["bundle"]["to"][:10] == "2026-03-01" and [w["from"][:4] for w in r["windows"]] == ["2024"]'
said ahead '"heath-1 is 120 d ahead and said 2026-06-29 09:12:01" in v["sentence"] and [f["clock"]["skew_ms"] for f in r["bundle"]["files"] if "heath-1" in f["path"]] == [120 * 86400000]'
# The innocent neighbour: today's certificate has really expired, on every node, and the log of 2024 is nobody's right clock.
mkdir -p over/nodes/heath-1 over/nodes/heath-2
for n in 1 2; do
    for m in 12 13 14; do runtime "2026-03-01T09:$m:01Z" reg.gorse.example/oven:1 "tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-03-01T09:$m:00Z is after 2026-02-28T00:00:00Z"; done >over/nodes/heath-$n/containerd.log
done
cp old/nodes/heath-1/containerd.log.7 over/nodes/heath-2/
said over '(v["root_cause"], v["variant"]) == ("network.tls", "expired") and r["incidents"][0]["from"] == "2026-03-01T09:12:01.000Z" and "clock" not in v["sentence"]'
said over '"written at 2026-03-01 09:12:00 by its own clock; the certificate ended 2026-02-28 00:00:00" in r["incidents"][0]["summary"]'

# The error's own clock dates what stands beside it: the year of klog, the age of a row.
mkdir klog ages
echo 'E0302 10:09:00.000000 911 log.go:32] "PullImage from image service failed" err="rpc error: code = Unknown desc = failed to pull and unpack image \"reg.gorse.example/kiln:9\": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2023-03-02T08:09:00Z is after 2023-03-01T00:00:00Z" image="reg.gorse.example/kiln:9"' >klog/kubelet.log
said klog 'r["incidents"][0]["from"] == "2023-03-02T08:09:00.000Z"'
printf '%s\n' 'LAST SEEN   TYPE      REASON   OBJECT       MESSAGE' '10m         Warning   Failed   pod/peat-0   Failed to pull image "reg.gorse.example/kiln:9": rpc error: code = Unknown desc = failed to pull and unpack image "reg.gorse.example/kiln:9": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2023-03-02T08:09:00Z is after 2023-03-01T00:00:00Z' >ages/events.txt
said ages 'r["incidents"][0]["from"][:16] == "2023-03-02T08:09"'

# A balancer writes local time and no zone. Who asks it says when.
mkdir -p lb/lb lb/nodes/heath-1
for m in 10 17 31; do
    got "2026-06-01T09:$m:00Z" "reg.gorse.example/kiln:$m" "2026-06-01T09:$m:02Z" >>lb/nodes/heath-1/containerd.log
    echo "Jun  1 11:$m:00 lb1 haproxy[811]: 10.1.2.4:41022 [01/Jun/2026:11:$m:00.400] reg~ reg/r1 0/0/1/-1/12 200 198 - - ---- 12/6/3/1/0 0/0 \"GET /v2/kiln/manifests/$m HTTP/1.1\"" >>lb/lb/haproxy.log
done
said lb '[f["clock"]["utc_offset_s"] for f in r["bundle"]["files"] if "haproxy" in f["path"]] == [7200] and r["pulls"]["attempts"] == 3'

# An error log without a zone, too.
mkdir -p errors/lb
cp -r lb/nodes errors/nodes
for m in 10 17 31; do echo "2026/06/01 12:$m:00 [error] 7#7: *1 upstream prematurely closed connection while reading response header from upstream, client: 10.0.0.1, server: reg.gorse.example, request: \"GET /v2/kiln/manifests/$m HTTP/1.1\", upstream: \"http://10.0.0.9:5000/v2/kiln/manifests/$m\", host: \"reg.gorse.example\""; done >errors/lb/error.log
said errors '[f["clock"]["utc_offset_s"] for f in r["bundle"]["files"] if f["path"] == "lb/error.log"] == [3 * 3600]'

# 29 February has no place in 2025: the option is refused, with the line.
mkdir leap
sed 's/E0302/E0229/; s/current time [^:]*:[^:]*:[^ ]* is after/current time is after/' klog/kubelet.log >leap/kubelet.log
run 2 "$PM" analyze leap --year 2025 -o leap.json
has err 'kubelet.log:1: --year 2025: this line is of 29 February, which 2025 has not'
test ! -e leap.json || wrong "a report stands on a day that there was not"
run 2 "$PM" ingest leap --year 2025 --db leap.db
test ! -e leap.db || wrong "a timeline stands on a day that there was not"
run 0 "$PM" analyze leap --year 2024 -o leap.json
has leap.json '2024-02-29T10:09:00.000Z'
exit $failed
