# Alerts replayed over a bundle with a health probe; a rule file of one's own; what is refused; the series as OpenMetrics.
. "$(dirname "$0")/common.inc"
bundle b
# A probe every 15 s, written by us to its grammar: one registry does not answer from 06:12:00 to 06:13:45, Docker Hub's window is spent to 15 % at 06:11:00.
probe() { # minute second host rest...
    printf '2026-04-12T06:%02d:%02dZ %s %s\n' "$1" "$2" "$3" "$4"
}
i=0
while [ $i -lt 40 ]; do
    minute=$((10 + i / 4)) second=$((i % 4 * 15))
    if [ $minute -ge 12 ] && [ $minute -lt 14 ]; then probe $minute $second registry.acme.test 'UNHEALTHY status=503 error="service unavailable"'
    else probe $minute $second registry.acme.test 'healthy status=200 latency=20ms'; fi
    remaining=30
    [ $minute -ge 11 ] && remaining=15
    probe $minute $second registry-1.docker.io "healthy status=401 latency=84ms limit=100 remaining=$remaining"
    i=$((i + 1))
done >b/probe.log
# A pod that is first stuck at 06:14:00.
cat >b/events.json <<'J'
{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Event", "metadata": {"name": "web-0.17c", "namespace": "shop", "uid": "5f0c1f7e-0001"},
 "involvedObject": {"kind": "Pod", "namespace": "shop", "name": "web-0", "fieldPath": "spec.containers{web}"}, "reason": "Failed", "type": "Warning", "count": 1,
 "message": "Failed to pull image \"quay.test/acme/api:9\": rpc error: code = NotFound desc = failed to pull and unpack image \"quay.test/acme/api:9\": failed to resolve reference \"quay.test/acme/api:9\": quay.test/acme/api:9: not found",
 "firstTimestamp": "2026-04-12T06:14:00Z", "lastTimestamp": "2026-04-12T06:14:00Z", "source": {"component": "kubelet", "host": "n1"}}]}
J
run 0 "$PM" analyze b -o r.json -o r.txt -o m.om
has r.txt 'RegistryConnectivityFailure'
cat >look.py <<'P'
import json, sys
alerts = {a["name"]: a for a in json.load(open(sys.argv[1]))["alerts"]}
bad = 0
for line in sys.stdin:
    name, want = line.split(None, 1)
    a = alerts.get(name)
    got = a and " ".join(f'{f["from"][11:19]}-{f["to"][11:19]}={f["peak"]}' for f in a["fired"]) + f' lead {a["lead_s"]}'
    got = got and got.strip()
    if got != want.strip():
        bad = 1
        print(f"{name}: {got}, not {want.strip()}")
sys.exit(bad)
P
# Scrapes stand half a second before evaluations: what the probe saw at 06:12:00 is first seen at 06:12:15, and held for a minute at 06:13:15. The pod was stuck 45 s later.
python3 look.py r.json <<'W' || wrong 'r.json'
RegistryConnectivityFailure 06:13:15-06:14:00=0 lead 45
RegistryRateLimitApproaching 06:12:15-06:20:15=0.15 lead 105
HighImagePullFailureRate 06:12:15-06:20:15=1 lead 105
ImagePullBackOffPods  lead None
W
has m.om 'up{instance="registry.acme.test",job="registry-health-check",registry="registry.acme.test"} 0 1775974334.5'
has m.om 'docker_hub_rate_limit_remaining{source="headers"} 15'
has m.om 'kube_pod_container_status_waiting_reason{container="web",namespace="shop",pod="web-0",reason="ErrImagePull"} 1'
has m.om '# TYPE kubelet_runtime_operations counter'
[ "$(tail -n 1 m.om)" = '# EOF' ] || wrong 'm.om has no end'

cat >own.yaml <<'Y'
groups:
  - name: ours
    interval: 30s
    rules:
      - alert: RegistryConnectivityFailure
        expr: up{job="registry-health-check"} < 1
        labels: {severity: page}
      - alert: AnythingWaits
        expr: count by (namespace) (kube_pod_container_status_waiting_reason == 1) > 0
Y
run 0 "$PM" analyze b --alerts own.yaml -o r.json
python3 look.py r.json <<'W' || wrong 'r.json with own.yaml'
RegistryConnectivityFailure 06:12:30-06:14:00=0 lead 90
AnythingWaits 06:14:30-06:20:00=1 lead -30
RegistryRateLimitApproaching 06:12:15-06:20:15=0.15 lead 105
W
run 0 "$PM" analyze b --alerts own.yaml --format alerts
has out '"schema": "pullmortem.alerts/1"'
has out '{"metric": {"namespace": "shop"}, "values": [['

# What can never fire is told per alert, and why; what could fire and did not is not.
cat >never.yaml <<'Y'
groups:
  - name: published
    rules:
      - {alert: WrongLabel, expr: 'sum(rate(kubelet_runtime_operations_errors_total{operation_type="image_pull"}[5m])) > 0'}
      - {alert: TooHigh, expr: 'up{job="registry-health-check"} > 1'}
      - {alert: NoSuch, expr: 'container_runtime_crio_image_pulls_failures > 0'}
      - {alert: NoData, expr: 'pullmortem_disk_used_ratio > 0.9'}
      - {alert: Quantile, expr: 'histogram_quantile(0.9, x) > 1'}
      - {alert: Either, expr: 'up{job="other"} == 0 or up == 0'}
      - {alert: Quiet, expr: 'sum(kube_pod_container_status_waiting_reason) > 7'}
      - {alert: Flag, expr: 'sum(up > bool 5) > 100'}
      - {alert: HighImagePullFailureRate, expr: 'vector(1) > 0'}
      - {alert: ImagePullBackOffPods, expr: 'sum(kube_pod_container_status_waiting_reason) > 0'}
      - {record: 'a:b', expr: up}
Y
run 0 "$PM" analyze b --alerts never.yaml -o n.json -o n.txt -o n.md -o n.html
cat >notes.py <<'P'
import json, sys
for a in json.load(open(sys.argv[1]))["alerts"]:
    if a["note"]: print(f'{a["name"]}: {a["note"]}')
P
python3 notes.py n.json >notes
has notes 'WrongLabel: never fires: no series has operation_type="image_pull"; the kubelet writes pull_image'
has notes 'TooHigh: never fires: up is 0 to 1, and never > 1'
has notes 'NoSuch: never fires: no series is called container_runtime_crio_image_pulls_failures'
has notes 'NoData: never fires: these logs give no pullmortem_disk_used_ratio'
has notes 'Quantile: not replayed: alert Quantile, character 1'
has notes 'HighImagePullFailureRate: not replayed:'
has notes 'a:b: not replayed: recording rules'
has notes 'ImagePullBackOffPods: in place of the built-in alert of that name'
grep -qE '^(Either|Quiet|Flag|NodeCannotPullImages):' notes && wrong "a note on what could fire: $(cat notes)"
[ "$(grep -c '"name": "HighImagePullFailureRate"' n.json)" = 2 ] || wrong 'what cannot be replayed replaced the built-in alert'
for f in n.txt n.md n.html; do has $f 'the kubelet writes pull'; has $f 'imeouts'; done # and the figures of a health dashboard

cat >bad.yaml <<'Y'
groups:
  - name: ours
    rules:
      - alert: Slow
        for: 2m
        expr: |
          histogram_quantile(0.9, x) > 1
      - alert: Then
        expr: rate(up[5m] offset 1h) > 0
      - record: a:b
        expr: up
      - expr: up
      - alert: Long
        expr: up == 0
        for: 5 minutes
Y
run 2 "$PM" analyze b --alerts bad.yaml
has err 'bad.yaml:12: a rule needs `alert`'
has err 'bad.yaml:15: for is a duration'
mkdir builtin
cp bad.yaml builtin/alerts.yaml
run 2 "$PM" analyze b --rules builtin
has err 'alerts.yaml:6: alert Slow, character 1 of expr ("histogram_quantile(0.9, "): only rate, increase, sum, avg, max, min and count are in the subset'
has err 'alerts.yaml:9: alert Then, character 13 of expr ("offset 1h) > 0"): the offset modifier is not in the subset'
has err 'alerts.yaml:10: recording rules are not replayed'
mkdir mine
cp own.yaml mine/alerts.yaml
run 0 "$PM" rules check --rules mine
run 0 "$PM" analyze b --rules mine -o r.json
python3 look.py r.json <<'W' || wrong 'r.json with mine/alerts.yaml'
AnythingWaits 06:14:30-06:20:00=1 lead -30
W
grep -q HighImagePullFailureRate r.json || wrong 'an alert of --rules put the built-in ones aside'
sed 's/^groups:/only: true\ngroups:/' own.yaml >mine/alerts.yaml
run 0 "$PM" analyze b --rules mine -o r.json
grep -q HighImagePullFailureRate r.json && wrong 'the built-in alerts are still there'
grep -q AnythingWaits r.json || wrong 'the alerts of a file with only: true are gone'
cp bad.yaml mine/alerts.yaml
run 2 "$PM" rules check --rules mine
has err 'alerts.yaml:10: recording rules are not replayed'
run 2 "$PM" analyze b --alerts nowhere.yaml
has err "there is no file 'nowhere.yaml'"
printf 'groups: [' >broken.yaml
run 2 "$PM" analyze b --alerts broken.yaml
has err broken.yaml:
run 0 "$PM" help analyze
tr -s ' \n' ' ' <out >joined # help folds its lines at 100 columns
has joined 'rate, increase, sum, avg, max, min, count'
exit $failed
