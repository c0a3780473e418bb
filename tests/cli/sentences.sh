# Sentences whose observation only a file can be: damage, clocks without a zone, clocks that are months off. Each is said, and not said of the same bundle whole.
# Lines written by us to containerd's and the kubelet's grammar. The judge's other sentences are rows of tests/unit/test_sentences.c.
. "$(dirname "$0")/common.inc"
says() { "$PM" analyze "$1" --format json -o - >out 2>err </dev/null; grep -qF -e "$2" out || { wrong "$1: not said: $2"; cat out; }; }
never() { "$PM" analyze "$1" --format json -o - >out 2>err </dev/null; ! grep -qF -e "$2" out || wrong "$1: said: $2"; }
failure() { # time image error
    printf 'time="%s" level=error msg="PullImage \\"%s\\" failed" error="rpc error: code = Unknown desc = failed to pull and unpack image \\"%s\\": %s"\n' "$1" "$2" "$2" "$3"
}
good() { # time image
    printf 'time="%s" level=info msg="PullImage \\"%s\\" returns image reference \\"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\\""\n' "$1" "$2"
}
image=reg.gorse.example/oven:1
missing="failed to resolve reference \\\"$image\\\": $image: not found"

# What shows that it is over is a pull of the incident's scope, and not another registry's that went well in the same second.
mkdir -p over
{
    good 2026-03-01T08:00:00Z quay.gorse.example/apps/kiln:1
    failure 2026-03-01T09:00:01Z $image "unexpected status from HEAD request to https://reg.gorse.example/v2/oven/manifests/1: 503 Service Unavailable"
    good 2026-03-01T09:00:20Z quay.gorse.example/apps/kiln:1
    good 2026-03-01T09:00:20Z $image
} >over/containerd.log
run 0 "$PM" analyze over --format text
grep -A1 'the first success after it' out | grep -qF oven:1 || { wrong "over: shown by another pull"; cat out; }

# Members that break off.
mkdir -p whole/n1 cut/n1 cuts/n1 fine
for minute in 10 11 12; do failure "2026-03-01T09:$minute:00Z" $image "$missing"; done >whole/n1/containerd.log
good 2026-03-01T09:00:00Z $image >fine/containerd.log
cp whole/n1/containerd.log cut/n1/
head -c 100000 /dev/urandom | od -x >noise
{ cat whole/n1/containerd.log noise; } | gzip -c | head -c 30000 >cut/n1/old.log.gz
cp cut/n1/* cuts/n1/
{ cat noise whole/n1/containerd.log; } | gzip -c | head -c 20000 >cuts/n1/older.log.gz
mkdir -p box/nodes/n2 packed # an archive that breaks off within a member is one, of which both are told
cp whole/n1/containerd.log packed/
sed 's/09:1/10:1/' whole/n1/containerd.log >box/nodes/n2/containerd.log
{ echo '{"apiVersion": "v1", "kind": "List", "items": ['; sed 's/.*/"&",/' noise; } >box/nodes/n2/pods.json
tar cz box | head -c 30000 >packed/box.tar.gz
mkdir -p cutfine; cp fine/containerd.log cutfine/
{ cat fine/containerd.log noise; } | gzip -c | head -c 30000 >cutfine/old.log.gz
says cut 'was read in part ('
says cut 'failures and recoveries in the rest are not counted'
says cuts 'members were read in part'
says packed '"box.tar.gz was read in part ('
mkdir alone; cp packed/box.tar.gz alone/zz.tar.gz # of the one input no member's path tells the name, which comes before theirs or behind
says packed/box.tar.gz '"box.tar.gz was read in part ('
says alone/zz.tar.gz '"zz.tar.gz was read in part ('
says cutfine 'nothing failed in what could be read; the rest is not known'
never cut 'members were read in part'
for words in 'read in part' 'failures and recoveries in the rest'; do never whole "$words"; done
never fine 'nothing failed in what could be read'

# Rules of one's own may leave open what no built-in rule does: here, whether a layer failed for want of room.
mkdir -p own/causes room/n1 roomless/n1 apart/n1 apart/n2 beside/n1
cat >own/causes/own.yaml <<'RULES'
schema: 1
rules:
  - id: gorse-layer
    title: a layer was not written
    candidates: [runtime.unpack, storage.disk-full]
    source: ours
    when: {any: ['gorse could not keep the layer']}
    match: ['gorse could not keep the layer']
    leave: [{error: 'gorse kept the layer', wins: none}]
RULES
kept="gorse could not keep the layer"
for d in room roomless beside apart; do failure 2026-03-01T09:10:00Z $image "$kept" >$d/n1/containerd.log; done
pressure='I0301 09:09:50.000000    1234 kubelet_node_status.go:669] "Recording event message for node" node="n1" event="NodeHasDiskPressure"'
echo "$pressure" >room/n1/kubelet.log
failure 2026-03-01T09:11:00Z reg.gorse.example/other:1 "write /var/lib/containerd/x: no space left on device" | tee -a beside/n1/containerd.log >apart/n2/containerd.log
by_own() { mv "$1" bundle && "$PM" analyze bundle --rules own --year 2026 --format json -o - >out 2>err </dev/null; mv bundle "$1"; }
by_own room; grep -q "the node's disk ran full at the time" out || { wrong "room: not said"; cat err out; }
by_own beside; grep -q "another pull on the node says it" out || { wrong "beside: not said"; cat err out; }
by_own roomless; ! grep -q "the node's disk ran full at the time" out || wrong "roomless: said"
by_own apart; ! grep -q "another pull on the node says it" out || wrong "apart: said"

# journalctl without --all writes null for long fields.
mkdir -p journal ended
record() { printf '{"__REALTIME_TIMESTAMP":"1772356%s00000000","_HOSTNAME":"n1","SYSLOG_IDENTIFIER":"containerd","MESSAGE":%s}\n' "$1" "$2"; }
text=$(failure 2026-03-01T09:10:00Z $image "$missing" | python3 -c 'import json, sys; print(json.dumps(sys.stdin.read().strip()))')
record 2 "$text" >ended/journal.json
{ record 2 "$text"; record 3 null; } >journal/journal.json
says journal 'null in place of long fields'
says journal 'long error texts are lost'
never ended 'null in place of long fields'

# A kubelet's log has neither year nor zone; beside a log that has both it is only assumed to be UTC, where nothing in it coincides.
mkdir -p zone/n1 zone/n2 stamped/n1 stamped/n2
klog() { printf 'E0301 %s:00.000000     812 remote_image.go:180] "PullImage from image service failed" err="rpc error: code = NotFound desc = %s: not found" image="%s"\n' "$1" $image $image; }
for minute in 09:10 09:15; do klog $minute; done >zone/n1/kubelet.log
good 2026-03-01T06:00:00Z reg.gorse.example/kiln:1 >zone/n2/containerd.log
cp zone/n2/containerd.log stamped/n2/
for minute in 09:10 09:15; do failure "2026-03-01T$minute:00Z" $image "$missing"; done >>stamped/n1/containerd.log
says zone 'is assumed (UTC)'
says zone 'the order between these and other files may be off by hours'
never stamped 'is assumed (UTC)'

# Clocks that are months ahead of everybody's: the certificate has expired by them alone.
mkdir -p ahead/n1 ahead/n2 ahead/n3 ahead/n4 ahead/n5 one
expired() { failure "$1" $image "failed to do request: Head \\\"https://reg.gorse.example/v2/\\\": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time $1 is after 2026-05-01T00:00:00Z"; }
for n in 2 3 5; do for minute in 09 15; do good "2026-03-01T09:$minute:0${n}Z" $image; done >ahead/n$n/containerd.log; done
for n in 1 4; do
    { good "2026-03-01T09:10:0${n}Z" reg.gorse.example/kiln:1; for minute in 12 13 14; do expired "2026-06-29T09:$minute:0${n}Z"; done; } >ahead/n$n/containerd.log
done
cp -r ahead/n1 ahead/n2 ahead/n3 one/
says ahead 'are off, too'
says one 'ahead of the certificate'
never one 'are off, too'
never whole 'ahead of the certificate'
exit $failed
