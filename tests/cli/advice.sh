# What the advice may say: whose secret is replaced, names and commands for all that were hit, and nothing that nobody said.
set -u
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
failed=0
advice() { [ -f "$1.out" ] || "$PM" analyze "$1" --format json -o - | python3 -c 'import json, sys
for i in json.load(sys.stdin)["incidents"]:
    for a in i["advice"]: print(a["text"]); a["command"] and print("$ " + a["command"])' >"$1.out"; cat "$1.out"; }
says() { advice "$tmp/$1" >/dev/null; grep -qF -e "$2" "$tmp/$1.out" || { echo "$1: not said: $2"; cat "$tmp/$1.out"; failed=1; }; }
never() { advice "$tmp/$1" >/dev/null; [ -s "$tmp/$1.out" ] || { echo "$1: no advice"; failed=1; }; ! grep -F -e "$2" "$tmp/$1.out" || { echo "$1: said: $2"; failed=1; }; }
event() { # name pod node image error
    printf '{"kind":"Event","apiVersion":"v1","metadata":{"name":"%s","namespace":"pay","uid":"%s"},"involvedObject":{"kind":"Pod","namespace":"pay","name":"%s"},"reason":"Failed","message":"Failed to pull image \\"%s\\": %s","source":{"component":"kubelet","host":"%s"},"firstTimestamp":"2026-02-03T04:05:06Z","lastTimestamp":"2026-02-03T04:05:06Z","count":1,"type":"Warning"}' "$1" "$1" "$2" "$4" "$5" "$3"
}
pod() { # name node image secrets
    printf '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"%s","namespace":"pay","ownerReferences":[{"kind":"ReplicaSet","name":"till-5d8f7c9b6d","controller":true}]},"spec":{"nodeName":"%s","containers":[{"name":"till","image":"%s"}],"imagePullSecrets":[%s]},"status":{"phase":"Pending"}}' "$1" "$2" "$3" "$4"
}
secret() { # name registry
    printf '{"kind":"Secret","apiVersion":"v1","metadata":{"name":"%s","namespace":"pay"},"type":"kubernetes.io/dockerconfigjson","stringData":{".dockerconfigjson":"{\\"auths\\":{\\"%s\\":{}}}"}}' "$1" "$2"
}
list() { printf '{"kind":"List","apiVersion":"v1","items":['; printf '%s' "$1"; shift; for x in "$@"; do printf ',%s' "$x"; done; printf ']}\n'; }
refused='failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://harbor.example/service/token?scope=repository%3Atill%3Apull: 401 Unauthorized'
image=harbor.example/till/till:4
three='{"name":"hub"},{"name":"harbor-robot"},{"name":"cloud"}'

mkdir "$tmp/unknown" "$tmp/known" "$tmp/taken" "$tmp/nodes"
list "$(event e1 till-5d8f7c9b6d-aaaaa n1 $image "$refused")" >"$tmp/unknown/events.json"
list "$(pod till-5d8f7c9b6d-aaaaa n1 $image "$three")" >"$tmp/unknown/pods.json"
cp "$tmp/unknown"/* "$tmp/known"; cp "$tmp/unknown"/* "$tmp/taken"
list "$(secret hub https://index.docker.io/v1/)" "$(secret harbor-robot harbor.example)" >"$tmp/known/secrets.json"
list "$(secret regcred https://index.docker.io/v1/)" >"$tmp/taken/secrets.json"
# Which of three secrets is the registry's is not known by their order or their names: none is replaced.
for one in hub harbor-robot cloud; do never unknown "docker-registry $one "; done
says unknown 'docker-registry regcred --docker-server=harbor.example'
says unknown 'for secret in hub harbor-robot cloud; do echo $secret; kubectl -n pay get secret $secret'
# Where the secrets' own objects are there, it is.
says known 'docker-registry harbor-robot --docker-server=harbor.example'
never known 'docker-registry hub '
never known 'docker-registry regcred '
# A new name does not exist yet.
never taken 'docker-registry regcred --'
says taken 'docker-registry regcred-harbor-example --docker-server=harbor.example'
never unknown 'which lacked it'

# All that were hit are named, and the command is a loop over them; what looks at a node says on which.
for n in 1 2 3; do printf 'time="2026-02-03T04:05:0%s.000000000Z" level=error msg="PullImage \\"quay.example/till/till:4\\" failed" error="failed to pull and unpack image \\"quay.example/till/till:4\\": failed to copy: write /var/lib/containerd/io.containerd.content.v1.content/ingest/a/data: no space left on device"\n' $n >"$tmp/nodes/n$n.log"; done
for n in 1 2 3; do mkdir -p "$tmp/nodes/nodes/worker-$n"; mv "$tmp/nodes/n$n.log" "$tmp/nodes/nodes/worker-$n/containerd.log"; done
says nodes 'for node in worker-1 worker-2 worker-3; do kubectl cordon "$node"; done'
says nodes 'Run it on worker-1, worker-2 and worker-3.'
never nodes '--force'

# A layer that hangs behind a manifest that came, and a handshake of one node that others have no trouble with: test the path's MTU first. Where nothing was
# answered, and where every node waits, size is not what matters.
tells_mtu='Small requests go through and large answers do not'
failure() { # folder node image error
    mkdir -p "$tmp/$1/nodes/$2"
    printf 'time="2026-02-03T04:05:01Z" level=error msg="PullImage \\"%s\\" failed" error="failed to pull and unpack image \\"%s\\": %s"\n' "$3" "$3" "$4" >>"$tmp/$1/nodes/$2/containerd.log"
}
hung='failed to copy: read tcp 192.0.2.1:4000->192.0.2.9:443: i/o timeout' tls='failed to do request: Head \"https://quay.example/v2/till/till/manifests/4\": net/http: TLS handshake timeout'
failure layer n1 quay.example/till/till:4 "$hung"
failure silent n1 quay.example/till/till:4 'failed to do request: Head \"https://quay.example/v2/till/till/manifests/4\": dial tcp 192.0.2.9:443: i/o timeout'
failure hands n1 quay.example/till/till:4 "$tls"
for n in 1 2 3; do failure everyone n$n quay.example/till/till:4 "$tls"; done
for n in 2 3; do
    mkdir -p "$tmp/hands/nodes/n$n"
    printf 'time="2026-02-03T04:05:0%s.000000000Z" level=info msg="PullImage \\"quay.example/till/till:4\\" returns image reference \\"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\\""\n' $n >"$tmp/hands/nodes/n$n/containerd.log"
done
says layer "$tells_mtu"
says hands "$tells_mtu"
never silent "$tells_mtu"
never everyone "$tells_mtu"

# An old home is told with the new one and since when.
mkdir "$tmp/home" "$tmp/laptop" "$tmp/address"
list "$(event e1 till-5d8f7c9b6d-aaaaa n1 k8s.gcr.io/pause:3.2.9 'rpc error: code = NotFound desc = failed to pull and unpack image \"k8s.gcr.io/pause:3.2.9\": failed to resolve reference \"k8s.gcr.io/pause:3.2.9\": k8s.gcr.io/pause:3.2.9: not found')" >"$tmp/home/events.json"
says home 'since 2023-04-03; it lives on as registry.k8s.io/pause:3.2.9'
never home 'Push k8s.gcr.io/pause'
never home 'put back the tag'

# Docker on a laptop gets docker's commands, and nothing about a cluster.
printf '$ docker pull ghcr.io/till/till:4\nError response from daemon: Head "https://ghcr.io/v2/till/till/manifests/4": denied: denied\n' >"$tmp/laptop/paste.txt"
says laptop 'docker logout ghcr.io'
never laptop kubectl
never laptop kubelet

# A client's address in a registry's log is no node: nobody cordons it.
for s in 01 02 03; do printf '10.9.8.7 - - [03/Feb/2026:04:05:%s +0000] "GET /v2/till/till/manifests/4 HTTP/1.1" 503 96 "" "containerd/1.7.11"\n' $s; done >"$tmp/address/access.log"
never address 'cordon'
never address '(on 10.9.8.7'
exit $failed
