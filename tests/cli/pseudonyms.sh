# --pseudonymise: other names in all that is written, of the same shape, and a key for oneself. The bundle is written by us to containerd's and the
# kubelet's wordings.
. "$(dirname "$0")/common.inc"
mkdir -p acme-prod/nodes/worker-3 acme-prod/nodes/worker-11
line() { # NODE MINUTE ADDRESS WORKLOAD
    echo "time=\"2026-04-12T06:$2:01.100000000Z\" level=info msg=\"PullImage \\\"harbor.acme.corp/payments/$4:1.0\\\"\""
    echo "time=\"2026-04-12T06:$2:02.20000000${2}Z\" level=error msg=\"PullImage \\\"harbor.acme.corp/payments/$4:1.0\\\" failed\" error=\"failed to pull and unpack image \\\"harbor.acme.corp/payments/$4:1.0\\\": failed to resolve reference: Head \\\"https://harbor.acme.corp/v2/payments/$4/manifests/1.0\\\": dial tcp 10.20.7.$3:443: connect: connection refused\""
}
for node in worker-3 worker-11; do
    { line $node 10 4 ledger; line $node 12 9 ledger-api; line $node 14 4 image; } >acme-prod/nodes/$node/containerd.log
    echo "I0412 06:10:03.000000    2711 pod_workers.go:951] \"Error syncing pod, skipping\" err=\"failed to \\\"StartContainer\\\" for \\\"ledger\\\" with ImagePullBackOff: \\\"Back-off pulling image \\\\\\\"harbor.acme.corp/payments/ledger:1.0\\\\\\\"\\\"\" pod=\"payments/ledger-6d4cf56db6-x2x9k\" podUID=\"1b2d\" nodeName=\"$node\"" >acme-prod/nodes/$node/kubelet.log
done
run 0 "$PM" analyze acme-prod --pseudonymise --pseudonym-key key -f json -o p.json --db p.db -j 1
run 0 "$PM" analyze acme-prod --pseudonymise -f json -o p4.json --db p4.db -j 4
cmp -s p.json p4.json || wrong "other bytes with more threads"
run 0 "$PM" analyze acme-prod --pseudonymise -o p.txt -o p.html -o p.md -o p.om
for name in acme harbor.acme worker-3 worker-11 payments ledger x2x9k 10.20.7; do
    grep -qF "$name" p.json p.db p.txt p.html p.md p.om && wrong "'$name' is in an output: $(grep -oF -m1 "$name" p.json p.txt p.html p.md p.om)"
done
has p.json 'failed to pull and unpack image' # a repository called "image" takes the word from no message
# A key is for its owner alone, and is never written over.
[ "$(stat -c %a key 2>/dev/null || stat -f %Lp key)" = 600 ] || wrong "the key's mode: $(ls -l key)"
run 2 "$PM" analyze acme-prod --pseudonymise --pseudonym-key key
has err 'is there already'
run 2 "$PM" analyze acme-prod --pseudonym-key other
has err 'goes with --pseudonymise'
grep -qP '^node\d+\tworker-3$' key || wrong "no node in the key: $(cat key)"
grep -qP '^app\d+-4+5?-2{4}.\tledger-6d4cf56db6-x2x9k$' key || wrong "no pod of its grammar in the key: $(cat key)"
# Both addresses stay of one network, and of the class they were of.
a=$(sed -n 's/\t10\.20\.7\.4$//p' key) b=$(sed -n 's/\t10\.20\.7\.9$//p' key)
[ "${a%.*}" = "${b%.*}" ] && [ "${a%%.*}" = 10 ] && [ "$a" != "$b" ] || wrong "10.20.7.4 and .9 became $a and $b"
# What a timeline with real names gives is the same, and one with pseudonyms is merged with none.
run 0 "$PM" ingest acme-prod --db plain.db
run 0 "$PM" report plain.db --pseudonymise -f json -o r.json
run 0 "$PM" report p.db -f json -o r2.json
for f in r.json r2.json; do
    grep -o '"title": "[^"]*"' $f >titles
    grep -o '"title": "[^"]*"' p.json | cmp -s - titles || wrong "$f tells otherwise: $(cat titles)"
done
run 0 "$PM" query plain.db "SELECT DISTINCT node FROM pulls ORDER BY 1" --pseudonymise -f csv
tr -d '\r' <out | tr '\n' ' ' | grep -q '^node node0001 node0002 $' || wrong "query: $(cat out)"
run 3 "$PM" merge plain.db p.db --db m.db
has err 'merge the timelines first'
run 0 "$PM" merge plain.db --db m2.db --pseudonymise
grep -q 'acme\|worker-3' m2.db && wrong "merge left a name"
run 2 "$PM" merge plain.db --db plain.db --pseudonymise
# The words of a rule's samples ("acme") are no prose, who has an address of mail is a user, and files of one's own call hosts what they are called.
mkdir -p own/nodes/worker-3
i=10
while [ $i -lt 20 ]; do
    echo "time=\"2026-04-12T06:$i:02.20000000${i}Z\" level=error msg=\"PullImage \\\"harbor.acme.corp/payments/ledger$i:1.0\\\" failed\" error=\"unexpected status from HEAD request to https://harbor.acme.corp/v2/payments/ledger$i/manifests/1.0: 429 Too Many Requests: acme says no, ask kowalski@acme.corp\""
    i=$((i + 1))
done >own/nodes/worker-3/containerd.log
printf 'quotas:\n  - {id: own-quota, registry: harbor.acme.corp, identity: anonymous, limit: 4, window_s: 600}\n' >q.yaml
printf 'groups:\n  - name: g\n    rules:\n      - {alert: Refused, expr: '"'"'sum(rate(pullmortem_pull_failures_total{registry="harbor.acme.corp"}[5m])) > 0'"'"', annotations: {summary: ask acme}}\n' >a.yaml
run 0 "$PM" analyze own --quotas q.yaml --alerts a.yaml -f json -o real.json
run 0 "$PM" analyze own --quotas q.yaml --alerts a.yaml --pseudonymise -o own.json -o own.html -o own.md -o own.csv -o own.txt -o own.om -o own.alerts.json -o own.timesketch.jsonl --db own.db
for f in own.*; do grep -qi 'acme\|kowalski\|worker-3' "$f" && wrong "$f names: $(grep -aoi -m1 '.\{20\}\(acme\|kowalski\|worker-3\).\{9\}' "$f")"; done
python3 - <<'END' || wrong 'quotas and alerts of real names do not hold over pseudonyms'
import json
real, own = (json.load(open(f)) for f in ("real.json", "own.json"))
of = lambda r: [len(a.get("fired") or a.get("spans") or []) for a in r["alerts"] if a["name"] == "Refused"]
assert of(real) == of(own) == [1], (of(real), of(own))
END
# The gate holds its policy, which has the real names, against the same report.
cat >policy.yaml <<'END'
incidents:
  - {match: any, severity: info, registry: harbor.acme.corp}
END
run 1 "$PM" gate acme-prod --policy policy.yaml --pseudonymise --junit j.xml --sarif s.json --gitlab g.json
cat out err >>j.xml
grep -q 'acme\|worker-3\|payments' j.xml s.json g.json && wrong "the gate names: $(grep -h 'acme\|worker-3\|payments' j.xml s.json g.json | head -3)"
run 2 "$PM" gate acme-prod --pseudonymise --baseline b.json
run 0 "$PM" compare acme-prod plain.db --pseudonymise
grep -q 'acme\|worker-3\|payments' out && wrong "compare names: $(cat out)"
exit $failed
