# Shards that are merged: which are places of their own, which pieces of one tree, and which parts of one log. The report of all is that of one run.
. "$(dirname "$0")/common.inc"
kubelet() { # time image...: a failed pull, as a kubelet says that does not name its node
    echo "E0412 $1.000001    1234 kuberuntime_image.go:53] \"Failed to pull image\" err=\"failed to pull and unpack image \\\"docker.io/acme/$2:1\\\": 429 Too Many Requests\" image=\"acme/$2:1\""
}
merge() { # shard...: report.json of their timelines, merged
    rm -f ./*.db
    i=0
    for shard in "$@"; do
        run 0 "$PM" ingest "$shard" --db $i.db
        i=$((i + 1))
    done
    run 0 "$PM" merge ./*.db --db all.db
    run 0 "$PM" report all.db --format json -o report.json
}
says() { # python over the report r
    python3 -c "import json; r = json.load(open('report.json')); paths = sorted(f['path'] for f in r['bundle']['files']); assert $1, (r['bundle']['nodes'], paths)" || wrong "$2"
}

# Two hosts' logs, whose paths end alike and whose lines say of no node.
mkdir -p a/host1/logs a/host2/logs
for s in 01 03 05; do kubelet 06:$s:00 web; done >a/host1/logs/kubelet.log
for s in 02 04 06; do kubelet 06:$s:00 web; done >a/host2/logs/kubelet.log
merge a/host1/logs a/host2/logs
says "r['bundle']['nodes'] == ['host1', 'host2'] and paths == ['host1/logs/kubelet.log', 'host2/logs/kubelet.log']" 'two hosts are one'
merge a/host1/logs/kubelet.log a/host2/logs/kubelet.log
says "r['bundle']['nodes'] == ['host1', 'host2']" 'two lone logs are one host'"'"'s'

# Folders of one name in different places of one tree: `core` is two folders.
mkdir -p t/namespaces/shop/core t/cluster/core
event='{"kind": "List", "apiVersion": "v1", "items": [{"kind": "Event", "apiVersion": "v1", "metadata": {"name": "web.1", "namespace": "shop"}, "involvedObject": {"kind": "Pod", "namespace": "shop", "name": "web"}, "reason": "Failed", "type": "Warning", "message": "Failed to pull image \"acme/web:1\": 429 Too Many Requests", "count": 1, "firstTimestamp": "2026-04-12T06:00:00Z", "lastTimestamp": "2026-04-12T06:00:00Z", "source": {"component": "kubelet", "host": "n1"}}]}'
echo "$event" >t/namespaces/shop/core/events.json
echo '{"kind": "Node", "apiVersion": "v1", "metadata": {"name": "n1"}}' >t/cluster/core/nodes.json
merge t/namespaces/shop t/cluster
says "paths == ['cluster/core/nodes.json', 'namespaces/shop/core/events.json']" 'folders of one name were laid over one another'

# The same dump twice, at two moments: each is called by its own path.
mkdir -p d/s1/cluster d/s2/cluster
echo "$event" >d/s1/cluster/events.json
echo "$event" | sed 's/06:00:00Z/07:30:00Z/g; s/web.1/web.2/' >d/s2/cluster/events.json
merge d/s1 d/s2
says "paths == ['s1/cluster/events.json', 's2/cluster/events.json']" 'two dumps have one path'

# What pods wrote is theirs where a shard begins below the folder that says so. A file of that name on somebody's desk is what stands in it.
mkdir -p w/nodes/n1 w/podlogs/ops/shipper-x2x9k w/dump/kube-system/etcd-n1 w/dump/ops/bot-7d4c9b6f5-gm9gq desk/incident
for s in 01 03 05 07; do kubelet 06:$s:00 web; done | tee w/nodes/n1/kubelet.log >desk/incident/logs.txt
for s in 02 04 06; do kubelet 06:$s:30 web; done >w/podlogs/ops/shipper-x2x9k/out.txt
for s in 02 04 06 08; do kubelet 06:$s:00 etcd; done >w/dump/kube-system/etcd-n1/logs.txt
for i in 1 2 3 4; do echo "Error response from daemon: pull access denied for acme/bot$i, repository does not exist or may require 'docker login'"; done >w/dump/ops/bot-7d4c9b6f5-gm9gq/logs.txt
mkdir -p w/resources/pods/logs/ops/relay-0 w/namespaces/ops/pods/relay-1/app/app/logs desk/pods/n7
for s in 02 04 06 08; do kubelet 06:$s:10 relay; done | tee w/resources/pods/logs/ops/relay-0/app.log >desk/pods/n7/kubelet.log
for s in 02 04 06 08; do kubelet 06:$s:20 relay; done >w/namespaces/ops/pods/relay-1/app/app/logs/current.log
programs="sorted((f['path'], f['component'], f['node']) for f in r['bundle']['files']), [(h['file'], h['pod']) for h in r['hearsay']], r['bundle']['nodes']"
run 0 "$PM" analyze w --format json -o report.json
says "r['bundle']['nodes'] == ['n1'] and len(r['hearsay']) == 5" 'pods are believed'
whole=$(python3 -c "import json; r = json.load(open('report.json')); print($programs)")
for shards in 'w/nodes w/podlogs w/dump/kube-system/etcd-n1/logs.txt w/dump/ops w/resources/pods w/namespaces/ops/pods' 'w/nodes/n1 w/podlogs/ops w/dump/kube-system w/dump/ops/bot-7d4c9b6f5-gm9gq/logs.txt w/resources w/namespaces/ops/pods/relay-1'; do
    # shellcheck disable=SC2086 -- shards are words
    merge $shards
    got=$(python3 -c "import json; r = json.load(open('report.json')); print($programs)")
    [ "$got" = "$whole" ] || wrong "$shards: $got, not $whole"
done
run 0 "$PM" analyze desk/incident/logs.txt --format json -o report.json
says "[f['component'] for f in r['bundle']['files']] == ['kubelet']" 'a kubelet of a file called logs.txt is not heard'
run 0 "$PM" analyze desk/pods --format json -o report.json
says "[(f['component'], f['node']) for f in r['bundle']['files']] == [('kubelet', 'n7')]" 'a kubelet in a folder called pods is not heard'

# A log that was cut: only its beginning names the node.
mkdir -p whole/tree/logs c/s1/tree/logs c/s2/tree/logs
{
    echo 'I0412 06:00:00.000001    1234 kubelet_node_status.go:79] "Attempting to register node" node="n7"'
    for s in 01 02 03 04 05 06; do kubelet 06:$s:00 web$s; done
} >whole/tree/logs/kubelet.log
head -4 whole/tree/logs/kubelet.log >c/s1/tree/logs/kubelet.log
tail -n +5 whole/tree/logs/kubelet.log >c/s2/tree/logs/kubelet.log
merge c/s2 c/s1
says "r['bundle']['nodes'] == ['n7'] and set(paths) == {'tree/logs/kubelet.log'} and r['pulls']['failed'] == 6" 'the rest of a log is another node'"'"'s'

# A log of many nodes, cut: it is called by the node of its first line, and no other is known for having been the first behind the cut.
mkdir -p m/whole/masters m/s1/masters m/s2/masters
{
    for s in 01 02 03; do echo "n$s Apr 12 06:$s:00.000001 n$s kubelet[77]: $(kubelet 06:$s:00 web$s)"; done
    for s in 04 05 06; do echo "n$s Apr 12 06:$s:00.000001 n$s kubelet[77]: I0412 06:$s:00.000001      77 prober.go:107] \"Probe failed\" probeType=\"Readiness\" pod=\"shop/web\""; done
} >m/whole/masters/kubelet_service.log
head -3 m/whole/masters/kubelet_service.log >m/s1/masters/kubelet_service.log
tail -n +4 m/whole/masters/kubelet_service.log >m/s2/masters/kubelet_service.log
run 0 "$PM" analyze m/whole --format json -o report.json
says "r['bundle']['nodes'] == ['n01', 'n02', 'n03']" 'a node of which nothing is known is one'
merge m/s2 m/s1
says "r['bundle']['nodes'] == ['n01', 'n02', 'n03'] and [f['node'] for f in r['bundle']['files']] == ['n01', 'n01']" 'the rest of a log is its first line'"'"'s node'"'"'s'

# A log that was cut is of the program that all of it tells, not its longer part: here a controller's, which repeats a kubelet's events, most of them behind the cut.
pod=nodes/n1/var/log/pods/kube-system_kube-controller-manager-0_6afb05b2-6fe2-465b-9abc-642df2bb0d8f/kube-controller-manager
mkdir -p "e/whole/$pod" "e/s1/$pod" "e/s2/$pod"
wrapped() { # minute text: as a container's runtime keeps it
    echo "2026-04-12T06:$1:00.000001000Z stderr F $2"
}
{
    for s in 01 02 03 04 05 06; do wrapped $s "I0412 06:$s:00.000001       1 replica_set.go:676] \"Finished syncing\" kind=\"ReplicaSet\" key=\"shop/web\" duration=\"159.485µs\""; done
    for s in 10 11 12 13 14; do wrapped $s "I0412 06:$s:00.000001       1 event.go:377] \"Event occurred\" object=\"shop/web-1\" fieldPath=\"\" kind=\"Pod\" apiVersion=\"v1\" type=\"Warning\" reason=\"BackOff\" message=\"Back-off pulling image acme/web:1\""; done
    for s in 15 16 17; do wrapped $s "I0412 06:$s:00.000001       1 replica_set.go:676] \"Finished syncing\" kind=\"ReplicaSet\" key=\"shop/web\" duration=\"159.485µs\""; done
} >"e/whole/$pod/0.log"
head -5 "e/whole/$pod/0.log" >"e/s1/$pod/0.log"
tail -n +6 "e/whole/$pod/0.log" >"e/s2/$pod/0.log"
run 0 "$PM" analyze e/whole --format json -o report.json
says "[f['component'] for f in r['bundle']['files']] == [None]" 'a controller is a kubelet'
merge e/s2 e/s1
says "[f['component'] for f in r['bundle']['files']] == [None, None]" 'a part of a controller'"'"'s log is a kubelet'"'"'s'

# A log whose times go back, cut before they do: what comes first in it is what stands first.
pod=nodes/n1/var/log/pods/shop_bot-0_6afb05b2-6fe2-465b-9abc-642df2bb0d8f/bot
mkdir -p "g/s1/$pod" "g/s2/$pod"
wrapped 30 'failed to pull and unpack image "docker.io/acme/first:1": 429 Too Many Requests' >"g/s1/$pod/0.log"
{
    wrapped 31 'failed to pull and unpack image "docker.io/acme/second:1": 429 Too Many Requests'
    wrapped 02 'failed to pull and unpack image "docker.io/acme/late:1": 429 Too Many Requests'
} >"g/s2/$pod/0.log"
for order in "g/s1 g/s2" "g/s2 g/s1"; do
    # shellcheck disable=SC2086 -- shards are words
    merge $order
    says "[('first' in h['example']['text'], h['lines']) for h in r['hearsay']] == [(True, 3)]" "the second part of a log is told first: $order"
done

# A registry's access log, cut anywhere: layers behind the cut go to the manifest before it, a log in three within one pull too. The same again after another merge.
mkdir -p a/whole/registry/logs
python3 - >a/whole/registry/logs/access.log <<'END'
lines = []
for c in range(1, 4):
    for pull in range(4):
        at = 7 + c * 3 + pull * 31
        asked = [(0, "HEAD", "manifests/1", 0), (0, "GET", "manifests/sha256:" + "%064x" % (c + pull), 1400)]
        asked += [(1 + i * 2, "GET", "blobs/sha256:" + "%064x" % (100 + i), 1000 * (i + 1)) for i in range(5)]
        lines += [(at + s, c, n, f'10.0.0.{c} - - [12/Apr/2026:06:{(at + s) // 60:02d}:{(at + s) % 60:02d} +0000] "{method} /v2/acme/web{pull}/{what} HTTP/1.1" 200 {size} "-" "containerd/1.7.24"') for n, (s, method, what, size) in enumerate(asked)]
print("\n".join(l for *_, l in sorted(lines)))
END
cat >same.py <<'END'
import json, re, sys
def plain(v, key=None):
    if isinstance(v, dict):
        return {k: plain(x, k) for k, x in v.items() if k not in ("files", "totals", "inputs", "diagnostics", "duplicates")}
    if isinstance(v, list):
        return [plain(x, key) for x in v]
    return 0 if key in ("line", "lines") else re.sub(r":[0-9]+(?![0-9.:])", ":N", v) if isinstance(v, str) else v
a, b = (plain(json.load(open(n))) for n in sys.argv[1:])
sys.exit(a != b and "another report: " + str([k for k in a if a[k] != b.get(k)]))
END
requests() { # timeline: its rows, each with what went into it
    "$PM" query "$1" "SELECT time, client, method, url, status, count, bytes, flags & 32768, first_ns, last_ns FROM events ORDER BY 1, 2, 3, 4" --format csv
}
run 0 "$PM" analyze a/whole --format json --db whole.db -o whole.json
requests whole.db >whole.csv
[ "$(grep -c ',32768,' whole.csv)" -ge 10 ] || wrong "layers are not in their manifest's row: $(cat whole.csv)"
mv whole.db whole.kept
lines=$(grep -c . a/whole/registry/logs/access.log)
for first in 3 10 17 44; do
    for more in 1 4 "$lines"; do
        rm -rf cuts && mkdir -p cuts/s1/registry/logs cuts/s2/registry/logs cuts/s3/registry/logs
        head -$first a/whole/registry/logs/access.log >cuts/s1/registry/logs/access.log
        tail -n +$((first + 1)) a/whole/registry/logs/access.log | head -"$more" >cuts/s2/registry/logs/access.log
        tail -n +$((first + more + 1)) a/whole/registry/logs/access.log >cuts/s3/registry/logs/access.log
        [ -s cuts/s3/registry/logs/access.log ] || rm -r cuts/s3
        merge cuts/*
        requests all.db | cmp -s - whole.csv || wrong "rows of an access log that was cut behind lines $first and $more"
        python3 same.py whole.json report.json || wrong "an access log that was cut behind lines $first and $more"
    done
done
run 0 "$PM" merge 1.db all.db 0.db --db again.db
run 0 "$PM" merge 0.db --db again.db
run 0 "$PM" report again.db --format json -o report.json
python3 same.py whole.json report.json || wrong 'a cut access log, merged again'
requests again.db | cmp -s - whole.csv || wrong 'rows of a cut access log, merged again'

# An event that a container prints is of its log, which may be cut in a long silence; a dump of events is one of its time.
pod=nodes/n1/var/log/pods/support_helper-0_6afb05b2-6fe2-465b-9abc-642df2bb0d8f/api
mkdir -p "h/s1/$pod" "h/s2/$pod"
for minute in 01 41; do
    wrapped $minute "$(echo "$event" | sed "s/web\.1/web.$minute/; s/.*\"items\": \[//; s/\]}\$//")"
    wrapped $minute 'assistant: the quota is spent'
done >h/both
head -2 h/both >"h/s1/$pod/0.log"
tail -2 h/both >"h/s2/$pod/0.log"
merge h/s1 h/s2
says "set(paths) == {'$pod/0.log'}" 'a part of a container'"'"'s log is of another tree'

# A shard that a merge had to leave out is told once, where people read.
head -c 5000 0.db >damaged.db
run 3 "$PM" merge 0.db damaged.db --db lacking.db
run 0 "$PM" report lacking.db -v --color never
[ "$(sed -n '/^INPUT/,$p' out | grep -c 'damaged.db: ')" = 1 ] || wrong "told twice: $(sed -n '/^INPUT/,$p' out)"
run 0 "$PM" report lacking.db --format html -o page.html
[ "$(grep -o 'skipped: ' page.html | wc -l)" = 0 ] || wrong 'the page tells it twice'

# A shard that is one log, which is called as its pod: the pod stays its client's name, and is not taken for the log's path.
mkdir -p p/worker-4/rke2/podlogs p/worker-2/rke2/podlogs
echo '2026-04-12T06:00:01.000000001Z error building image: MANIFEST_UNKNOWN: manifest unknown; unknown tag=7.0 GET https://index.docker.io/v2/acme/base/manifests/7.0' >p/worker-4/rke2/podlogs/ci-build-4711-ndp5s
echo '2026-04-12T06:00:02.000000001Z I0412 06:00:02.000001       1 main.go:1] "ok"' >p/worker-2/rke2/podlogs/kube-proxy-x2x9k
client="[c['client'] for c in r['pulls']['by_client']]"
run 0 "$PM" analyze p --format json -o report.json
says "$client == ['ci-build-4711-ndp5s']" 'one run: another client'
merge p/worker-4/rke2/podlogs/ci-build-4711-ndp5s p/worker-2
says "$client == ['ci-build-4711-ndp5s']" 'merged: another client'
exit $failed
