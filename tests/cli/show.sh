# show: a line of many records (a list of events without line breaks) shows those that failed, or the one that is asked for; what is not there is told in one line,
# with what may have been meant.
. "$(dirname "$0")/common.inc"
python3 - >one.json <<'P'
import json
items = []
for i in range(50):
    bad = i in (30, 41)
    message = f'Failed to pull image "docker.io/shop/web{i}:1.0": toomanyrequests: You have reached your pull rate limit.' if bad else f'Successfully pulled image "docker.io/shop/web{i}:1.0" in 1.2s'
    items.append({"kind": "Event", "apiVersion": "v1", "metadata": {"name": f"e{i}", "namespace": "shop"}, "involvedObject": {"kind": "Pod", "namespace": "shop", "name": f"web-{i}"},
                  "reason": "Failed" if bad else "Pulled", "message": message, "source": {"component": "kubelet", "host": "n1"},
                  "firstTimestamp": f"2026-04-12T06:10:{i:02d}Z", "lastTimestamp": f"2026-04-12T06:10:{i:02d}Z", "count": 1, "type": "Warning" if bad else "Normal"})
print(json.dumps({"kind": "List", "apiVersion": "v1", "items": items}))
P
run 0 "$PM" show one.json one.json:1
[ "$(grep -c '^record ' out)" = 2 ] || wrong 'not the two that failed'
has out 'record 31 of 50: {"kind": "Event"'
has out 'record 42 of 50: '
has out 'docker.io/shop/web41:1.0'
has out 'and 48 more records that begin at this line: one.json:1:N shows one'
run 0 "$PM" show one.json one.json:1:7
has out 'docker.io/shop/web6:1.0'
[ "$(grep -c '^record ' out)" = 1 ] || wrong 'more than the one that was asked for'
said_once() { [ "$(grep -c . err)" = 1 ] || wrong "more than a line: $(cat err)"; }
run 2 "$PM" show one.json one.json:1:77
has err 'line 1 holds 50 records'
said_once
run 2 "$PM" show one.json one.json:9
has err 'one.json has 1 lines'
said_once
bundle b
run 2 "$PM" show b containerd.lg:3
has err 'there is no containerd.lg in b; nearest: nodes/n1/containerd.log, nodes/n2/containerd.log'
said_once
run 2 "$PM" show b containerd.log:3
has err 'more than one containerd.log in b: nodes/n1/containerd.log, nodes/n2/containerd.log'
said_once
run 0 "$PM" show b n2/containerd.log:2
has out 'nodes/n2/containerd.log, line 2 of 12'
run 3 "$PM" show nowhere x:1
said_once
run 2 "$PM" show b n2/containerd.log
has err "'n2/containerd.log' is no FILE:LINE"
# The others are as plain: a bundle is no timeline, a field that is none, a window beside the logs, what is no report.
run 3 "$PM" query b/nodes/n1/containerd.log 'SELECT 1'
has err "a timeline is made of a bundle by 'pullmortem ingest b/nodes/n1/containerd.log --db t.db'"
echo '{{verdict.sentnce}}' >t.tpl
run 2 "$PM" b --template t.tpl -f markdown
has err "t.tpl: line 1: there is no field 'verdict.sentnce'"
said_once
run 2 "$PM" b --around 2031-01-01
has err '--around 2031-01-01: the logs go from 2026-04-12T06:10:01.100Z to '
said_once
run 2 "$PM" collect --for t.tpl
said_once
run 0 "$PM" compare b b
has out 'nothing changed that matters'
exit $failed
