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

# Of two logs that overlap one ends behind a manifest: its layers are in the other, whichever is called first. The same where a line was written twice.
served() { # second path bytes
    echo "{\"http.request.host\":\"reg.gorse.example\",\"http.request.method\":\"GET\",\"http.request.remoteaddr\":\"10.4.0.157:51234\",\"http.request.uri\":\"/v2/kiln/$2\",\"http.request.useragent\":\"containerd/1.7.24\",\"http.response.status\":200,\"http.response.written\":$3,\"level\":\"info\",\"msg\":\"response completed\",\"time\":\"2026-04-12T06:10:$1.176440001Z\"}"
}
layers() { for n in 1 2 3; do served 0$((n + 2)) "blobs/sha256:244362e83532a55d92f61df278a006e00fb9fbeb714b054d457c1defff39aee$n" ${n}000; done; }
mkdir -p overlap/first overlap/last overlap/twice
manifest=$(served 02 manifests/9 3207)
echo "$manifest" | tee overlap/first/b.log overlap/last/a.log >overlap/twice/a.log
{ echo "$manifest"; layers; } | tee overlap/first/a.log overlap/last/b.log >>overlap/twice/a.log
for logs in first last twice; do
    run 0 "$PM" analyze overlap/$logs --format json
    python3 -c 'import json; p = json.load(open("out"))["pulls"]; assert (p["ok"], p["bytes"]) == (1, 6000), (p["ok"], p["bytes"])' || wrong "overlap/$logs: other layers"
done

# Two layers are one row that ends after a manifest between them: a pull ends with its last request, in whichever order the lines were written.
got() { # second path
    echo "10.4.0.157 - - [12/Apr/2026:06:10:$1 +0000] \"GET /v2/kiln/$2 HTTP/1.1\" 200 1570 \"-\" \"containerd/1.7.24\""
}
layer=sha256:244362e83532a55d92f61df278a006e00fb9fbeb714b054d457c1defff39ae
{ got 00 manifests/9 && got 01 blobs/${layer}e1 && got 08 blobs/${layer}e2 && got 03 manifests/${layer}ff; } >late.log
{ got 00 manifests/9 && got 01 blobs/${layer}e1 && got 03 manifests/${layer}ff && got 08 blobs/${layer}e2; } >even.log
for log in late even; do
    run 0 "$PM" analyze $log.log -o $log.csv
    python3 -c 'import csv, sys; (p,) = csv.DictReader(open(sys.argv[1])); assert p["ended"].startswith("2026-04-12T06:10:08"), p["ended"]' $log.csv || wrong "$log.log: the pull ends elsewhere"
done

# --since and --until part a pull between its manifest and its layers: each is of its own time, though they are one row.
{ got 02 manifests/9 && got 05 blobs/${layer}e1 && got 07 blobs/${layer}e2; } >parted.log
window() { # pulls, bytes, option
    run 0 "$PM" analyze parted.log "$3" --format json
    python3 -c 'import json, sys; p = json.load(open("out"))["pulls"]; got = (str(p["ok"]), str(p["bytes"])); assert got == tuple(sys.argv[1:]), got' "$1" "$2" || wrong "parted.log $3"
}
window 1 None --until=2026-04-12T06:10:03Z
window 1 3140 --since=2026-04-12T06:10:04Z
window 1 3140 --since=2026-04-12T06:10:01Z

# Of one log's copies the one that stands first in it is kept, though the shipper stamped a later line earlier.
for second in 40 20 50; do
    echo "2026-04-12T06:10:$second.157179432Z stderr F $(docker_line 40.123456789Z)"
done >shipped.log
run 0 "$PM" analyze shipped.log --db shipped.db
"$PM" query shipped.db 'select group_concat(line) from events' --format csv >got
[ "$(tail -1 got | tr -d '\r')" = 1 ] || wrong "of three copies are kept: $(cat got)"

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

said() { # folder condition over the report r and its first incident i
    run 0 "$PM" analyze "$1" -o s.json
    python3 -c 'import json, sys; r = json.load(open("s.json")); i = r["incidents"][0]; assert eval(sys.argv[1]), (r["pulls"]["attempts"], r["pulls"]["failed"], i)' "$2" 2>err ||
        wrong "$1: $2: $(tail -1 err)"
}

# Tables only: the image that the pods wait for is the one that their workload asks for. Of two containers nobody says which one waits.
mkdir tables
printf '%s\n' 'NAMESPACE   NAME                   READY   STATUS             RESTARTS   AGE   IP            NODE    NOMINATED NODE   READINESS GATES' \
    'moor        peat-6d9f8c7b4-bx9k2   0/1     ImagePullBackOff   0          7m    10.42.1.19    heath-1   <none>           <none>' \
    'moor        reed-7c8f9d6b5-cx9k2   0/2     ErrImagePull       0          7m    10.42.1.20    heath-2   <none>           <none>' >tables/pods.txt
printf '%s\n' 'NAMESPACE   NAME   READY   UP-TO-DATE   AVAILABLE   AGE   CONTAINERS   IMAGES                                                     SELECTOR' \
    'moor        peat   0/1     1            0           40d   app          reg.gorse.example/peat:3                                   app=peat' \
    'moor        reed   0/1     1            0           40d   app,side     reg.gorse.example/reed:3,reg.gorse.example/side:1           app=reed' >tables/deploy.txt
said tables 'i["blast_radius"]["images"] == ["reg.gorse.example/peat:3"] and len(i["blast_radius"]["pods"]) == 2 and r["pulls"]["failed"] == 0'

# One pull met the missing runtime; then the kubelet could not even ask whether the image is there: one failed pull, and more than a blip.
mkdir -p inspect/nodes/heath-1
down='rpc error: code = Unavailable desc = connection error: desc = \"transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: connection refused\"'
{
    echo "E0317 09:01:31.001999    1733 log.go:32] \"PullImage from image service failed\" err=\"$down\" image=\"traefik:3.4\""
    for s in 45 57; do
        echo "E0317 09:01:$s.000000    1733 log.go:32] \"Get ImageStatus from image service failed\" err=\"$down\" image=\"traefik:3.4\""
        echo "E0317 09:01:$s.000299    1733 pod_workers.go:1324] \"Error syncing pod, skipping\" err=\"failed to \\\"StartContainer\\\" for \\\"main\\\" with ImageInspectError: \\\"Failed to inspect image \\\\\\\"traefik:3.4\\\\\\\": $(printf '%s' "$down" | sed 's/\\"/\\\\\\"/g')\\\"\" pod=\"moor/peat-1\" podUID=\"77aa\""
    done
} >inspect/nodes/heath-1/kubelet.log
printf '%s\n' 'time="2026-03-17T09:01:30.000000000Z" level=info msg="Stop CRI service"' 'time="2026-03-17T09:03:05.000000000Z" level=info msg="starting containerd" revision="a0" version="v2.1.4"' \
    'time="2026-03-17T09:03:20.000000000Z" level=info msg="PullImage \"traefik:3.4\""' \
    "time=\"2026-03-17T09:03:21.400000095Z\" level=info msg=\"PullImage \\\"traefik:3.4\\\" returns image reference \\\"sha256:$(printf %064d 7)\\\"\"" >inspect/nodes/heath-1/containerd.log
said inspect 'r["pulls"]["failed"] == 1 and r["pulls"]["ok"] == 1 and i["severity"] == "warning" and i["root_cause"] == "runtime.unavailable"'
sed -i '/ImageInspectError/d; /ImageStatus/d' inspect/nodes/heath-1/kubelet.log # the blip itself
said inspect 'r["pulls"]["failed"] == 1 and i["severity"] == "info"'

# Short trouble of one image: those that pulled around it are spared, and told.
mkdir short
tls='rpc error: code = Unknown desc = Error response from daemon: Get https://registry-1.docker.io/v2/: net/http: TLS handshake timeout'
{
    for s in 29 49; do echo "E0120 11:42:$s.602285    4787 remote_image.go:113] PullImage \"acme/web:1.4\" from image service failed: $tls"; done
    echo 'I0120 11:43:32.675857    4787 kube_docker_client.go:347] Stop pulling image "acme/web:1.4": "Status: Downloaded newer image for acme/web:1.4"'
    echo 'I0120 11:43:40.661246    4787 kube_docker_client.go:347] Stop pulling image "acme/cart:2": "Status: Downloaded newer image for acme/cart:2"'
} >short/kubelet.log
said short 'i["blast_radius"]["spared"]["images"] == ["docker.io/acme/cart:2"] and i["blast_radius"]["images"] == ["docker.io/acme/web:1.4"]'

# A paste: what the event counts, and the one line of the log that was picked to go with it. The excerpt hides nothing by its silence; what it shows is counted.
mkdir paste
{
    printf 'Name:             peat-1\nNamespace:        moor\nNode:             heath-1/10.0.3.12\nEvents:\n  Type     Reason     Age                   From               Message\n  ----     ------     ----                  ----               -------\n'
    printf '  Normal   Scheduled  48m                   default-scheduler  Successfully assigned moor/peat-1 to heath-1\n  Warning  Failed     7s (x60 over 48m)     kubelet            Failed to pull image "reg.gorse.example/kiln:9": failed to resolve reference "reg.gorse.example/kiln:9": reg.gorse.example/kiln:9: not found\n\n'
    for at in 02:11.000000 03:40.000000; do echo "Jan 29 10:${at%.*} heath-1 kubelet[3729]: E0129 10:$at    3729 log.go:32] \"PullImage from image service failed\" err=\"rpc error: code = NotFound desc = failed to pull and unpack image \\\"reg.gorse.example/kiln:9\\\": failed to resolve reference \\\"reg.gorse.example/kiln:9\\\": reg.gorse.example/kiln:9: not found\" image=\"reg.gorse.example/kiln:9\""; done
} >paste/issue.txt
touch -d 2026-01-29T10:04:00Z paste/issue.txt
said paste 'r["pulls"]["failed"] == 60 and i["to"][:16] == "2026-01-29T10:03"'
touch -d 2027-08-01T00:00:00Z paste/issue.txt # found again next year: ages still go with the lines beside them
said paste 'r["pulls"]["failed"] == 60 and i["from"][5:13] == "01-29T09" and r["windows"] == []'

# Since when a pod is as it is says nothing of when its back-off began.
mkdir -p since/nodes/heath-1
printf '{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Pod","metadata":{"name":"peat-1","namespace":"moor","creationTimestamp":"2026-03-17T09:00:29Z"},"spec":{"nodeName":"heath-1","containers":[{"name":"app","image":"reg.gorse.example/kiln:9"}]},"status":{"phase":"Pending","conditions":[{"type":"Ready","status":"False","lastTransitionTime":"2026-03-17T09:00:29Z"}],"containerStatuses":[{"name":"app","image":"reg.gorse.example/kiln:9","state":{"waiting":{"reason":"ImagePullBackOff","message":"Back-off pulling image \\"reg.gorse.example/kiln:9\\""}}}]}}]}\n' >since/pods.json
for s in 10 24 52; do
    echo "E0317 09:01:$s.000000       9 log.go:32] \"PullImage from image service failed\" err=\"rpc error: code = NotFound desc = failed to pull and unpack image \\\"reg.gorse.example/kiln:9\\\": failed to resolve reference \\\"reg.gorse.example/kiln:9\\\": reg.gorse.example/kiln:9: not found\" image=\"reg.gorse.example/kiln:9\""
    echo "E0317 09:01:$s.900000       9 pod_workers.go:1301] \"Error syncing pod, skipping\" err=\"failed to \\\"StartContainer\\\" for \\\"app\\\" with ImagePullBackOff: \\\"Back-off pulling image \\\\\\\"reg.gorse.example/kiln:9\\\\\\\"\\\"\" pod=\"moor/peat-1\" podUID=\"9f1e\""
done >since/nodes/heath-1/kubelet.log
said since 'i["from"] == "2026-03-17T09:01:10.000Z" and r["pulls"]["failed"] == 3'

# curl that names itself and is refused by that name wanted the image; one that finds the door open, or is greeted, looked whether it is there.
mkdir door
printf '%s\n' '10.0.0.1 - dora [25/Nov/2026:10:00:00 +0000] "GET /v2/app/a/manifests/1 HTTP/1.1" 403 120 "-" "curl/8.5.0"' \
    '10.0.0.2 - - [25/Nov/2026:10:00:01 +0000] "GET /v2/app/a/manifests/1 HTTP/1.1" 401 120 "-" "curl/8.5.0"' \
    '10.0.0.3 - dora [25/Nov/2026:10:00:02 +0000] "GET /v2/app/b/manifests/1 HTTP/1.1" 200 120 "-" "curl/8.5.0"' >door/access.log
said door '(r["pulls"]["attempts"], r["pulls"]["failed"]) == (1, 1)'
# A registry's log: the layers of a pull stand in the row of the manifest that was got before them, those of the next ten seconds in one of their own, and the pull has all of them. One that was refused, and those behind an escaped path, keep theirs.
request() { echo "10.1.0.$1 - - [12/Apr/2026:06:10:$2 +0000] \"$3 HTTP/1.1\" $4 $5 \"-\" \"containerd/1.7.24\""; }
layer() { printf 'GET /v2/acme/%s/blobs/sha256:%064d' "$1" "$2"; }
{
    request 7 01 "HEAD /v2/acme/web/manifests/1" 200 0
    request 7 02 "GET /v2/acme/web/manifests/sha256:0e" 200 1400
    request 8 02 "GET /v2/acme/db/manifests/2" 200 900
    for i in 1 2 3; do request 7 0$((i + 3)) "$(layer web $i)" 200 100$i; done
    request 8 07 "$(layer db 4)" 200 50
    request 8 08 "$(layer db 5)" 503 0
    request 7 11 "$(layer web 6)" 200 7
    request 8 09 "$(layer db 5)" 200 60
    request 9 20 "GET /v2/acme/a%2fb/manifests/3" 200 5
    request 9 21 "$(layer a%2fb 7)" 200 11
} >access.log
run 0 "$PM" analyze access.log -q --db access.db
"$PM" query access.db "SELECT line, count, bytes, substr(time, 18, 2) || ' ' || coalesce(first_ns / 1000000000 % 60, '-') || ' ' || coalesce(last_ns / 1000000000 % 60, '-') AS at FROM events ORDER BY ts_ns, line" --format csv >got 2>err
printf '%s\n' line,count,bytes,at '1,1,0,01 - -' '2,4,3006,02 4 6' '3,2,50,02 7 7' '8,1,0,08 - -' '10,1,60,09 - -' '9,1,7,11 - -' '11,2,11,20 21 21' >want
tr -d '\r' <got | cmp -s - want || wrong "rows of a registry's log: $(cat got err)"
"$PM" query access.db "SELECT client, requests, bytes, substr(ended, 18, 2) AS ended FROM pulls ORDER BY 1" --format csv >got 2>err
printf '%s\n' client,requests,bytes,ended 10.1.0.7,6,3013,11 10.1.0.8,4,110,09 10.1.0.9,2,11,21 >want
tr -d '\r' <got | cmp -s - want || wrong "pulls of a registry's log: $(cat got err)"
# Nodes behind one address ask for the same in one second: each is a request, where a runtime's own stamp stands before the log's whole seconds, too. A copy without it adds none, nor does a line that was written twice.
mkdir -p alike/pods
for ms in 143 343 843; do
    got 01 manifests/9 | sed "s/^/2026-04-12T06:10:01.${ms}000001Z stdout F /"
    got 01 manifests/9 >>alike/copy.log
done | sed 2p >alike/pods/access.log
for log in alike/pods/access.log alike; do
    run 0 "$PM" analyze $log --format json
    python3 -c 'import json; n = json.load(open("out"))["pulls"]["http_status"]["200"]; assert n == 3, n' || wrong "$log: other requests"
done
exit $failed
