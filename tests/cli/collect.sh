# collect: the script that it prints runs in a plain shell with the tools that are there, here ones that answer what real ones would; what it gathers is read again, the
# secrets among it are left out. --for asks for what a report misses, of its nodes and window, and takes no other file for a report.
. "$(dirname "$0")/common.inc"
run 0 "$PM" collect
mv out collect.sh
sh -n collect.sh || wrong 'no shell script'
command -v dash >/dev/null 2>&1 && { dash -n collect.sh || wrong 'not POSIX'; }
if command -v shellcheck >/dev/null 2>&1; then shellcheck -s sh -S warning collect.sh || wrong shellcheck; else echo 'NOT RUN: no shellcheck is here'; fi
bundle b
mkdir bin
cat >bin/kubectl <<'K'
#!/bin/sh
case "$*" in
"get events --all-namespaces -o json") cat <<'J'
{
    "apiVersion": "v1",
    "kind": "List",
    "items": [
        {
            "apiVersion": "v1", "kind": "Event", "reason": "Failed", "type": "Warning", "count": 1,
            "metadata": {"namespace": "shop", "name": "e1"},
            "involvedObject": {"kind": "Pod", "namespace": "shop", "name": "web-5d6f7c8b9-abcde"},
            "source": {"component": "kubelet", "host": "n1"},
            "firstTimestamp": "2026-04-12T06:10:02Z", "lastTimestamp": "2026-04-12T06:10:02Z",
            "message": "Failed to pull image \"docker.io/shop/web0:1.0\": toomanyrequests: You have reached your unauthenticated pull rate limit."
        }
    ]
}
J
;;
"get pods --all-namespaces -o json") cat <<'J'
{
    "apiVersion": "v1",
    "kind": "List",
    "items": [
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "annotations": {
                    "kubectl.kubernetes.io/last-applied-configuration": "{\"env\":[{\"name\":\"DB\",\"value\":\"hunter2hunter2\"}]}"
                },
                "name": "web-5d6f7c8b9-abcde",
                "namespace": "shop"
            },
            "spec": {
                "containers": [
                    {
                        "env": [
                            {
                                "name": "DB",
                                "value": "hunter2hunter2"
                            }
                        ],
                        "image": "docker.io/shop/web0:1.0",
                        "name": "app"
                    }
                ],
                "nodeName": "n1"
            }
        }
    ]
}
J
;;
"get secrets"*) echo "a secret was asked for" >>"$ASKED"; exit 1 ;;
*) echo "error: the server doesn't have a resource type" >&2; exit 1 ;;
esac
K
cat >bin/journalctl <<'J'
#!/bin/sh
echo "$*" >>"$ASKED"
case "$*" in *"-u containerd "*) sed 's/^/2026-04-12T06:10:01.100000+00:00 n1 containerd[812]: /' "$LOGS/nodes/n1/containerd.log" ;; esac
J
cat >bin/crictl <<'C'
#!/bin/sh
[ "$1" = images ] && printf 'IMAGE                     TAG   IMAGE ID        SIZE\ndocker.io/library/nginx   1.27  0123456789abc   72MB\n'
C
for tool in docker podman timedatectl; do printf '#!/bin/sh\nexit 1\n' >bin/$tool; done
chmod +x bin/*
ASKED=$PWD/asked LOGS=$PWD/b
export ASKED LOGS
: >asked
PATH=$PWD/bin:$PATH SINCE='2026-04-12 06:00:00' sh collect.sh -o got.tar.gz cluster node >said 2>&1 || { wrong 'the script failed'; cat said; }
has said 'got.tar.gz: '
has said 'next: pullmortem got.tar.gz'
grep -q secret asked && wrong 'it read secrets'
has asked '-u containerd --since 2026-04-12 06:00:00'
gzip -dc got.tar.gz | tar xf - || wrong 'no archive'
grep -r hunter2 pullmortem-*/ && wrong 'a value of an environment variable was kept'
has "$(echo pullmortem-*/collect.log)" 'none  kubectl get jobs'
run 0 "$PM" got.tar.gz -o got.json
python3 - <<'P' || wrong 'what was gathered is not read'
import json
r = json.load(open("got.json"))
assert r["verdict"]["root_cause"] == "rate-limit.anonymous", r["verdict"]
assert r["pulls"]["failed"] == 6, r["pulls"]["failed"]
assert any(p["name"] == "web-5d6f7c8b9-abcde" for i in r["incidents"] for p in i["blast_radius"]["pods"])
P
PATH=$PWD/bin:$PATH sh collect.sh everything >said 2>&1 && wrong "a part that is none"
has said "what is 'everything'?"
mkdir nothing
for tool in sh uname date mktemp rm mkdir dirname cat sed head grep tar gzip mv df; do ln -s "$(command -v $tool)" nothing/; done
PATH=$PWD/nothing sh collect.sh -o no.tar.gz cluster >said 2>&1
[ $? = 3 ] || wrong 'nothing gathered is no failure'
has said 'nothing that could be read is here'
# What a report misses: its events and pods, of its nodes, in its window; a name that is no node's stays out of the script.
run 0 "$PM" b -o r.json
run 0 "$PM" collect --for r.json
mv out for.sh
sh -n for.sh || wrong 'no shell script for a report'
has for.sh 'NODES:=n1 n2}'
has for.sh 'SINCE:=2026-04-12 06:10:01 UTC}'
grep -q 'WHAT:=cluster' for.sh || { wrong 'events are missing, the cluster is not asked'; grep WHAT: for.sh; }
python3 -c 'import json; r = json.load(open("r.json")); r["pulls"]["by_node"][0]["node"] = "n1}$(touch owned)\""; r["bundle"]["from"] = "$(touch owned)         "; json.dump(r, open("evil.json", "w"))'
run 0 "$PM" collect --for evil.json
grep -q owned out && wrong 'a name of a report went into the script'
run 2 "$PM" collect --for collect.sh
has err 'it is no JSON report'
echo '{"schema": "pullmortem.gate/1"}' >g.json
run 2 "$PM" collect --for g.json
has err 'g.json is no report of pullmortem'
run 3 "$PM" collect --for nowhere.json
[ "$(wc -l <err)" = 1 ] || wrong 'a missing report is told in more than a line'
run 2 "$PM" collect node
run 0 "$PM" collect --troubleshoot
has out 'kind: SupportBundle'
exit $failed
