# What can be read is reported, what cannot is said, and the exit status tells (3).
. "$(dirname "$0")/common.inc"
bundle b
run 3 "$PM" analyze b nowhere
has err 'nowhere: No such file'
has out VERDICT
(cd b && tar czf ../b.tar.gz nodes)
run 0 "$PM" analyze b.tar.gz -o tar.json
run 3 "$PM" analyze nowhere
head -c 400 b.tar.gz >cut.tar.gz
run 3 "$PM" analyze cut.tar.gz
has err 'could not be read'
# ingest ends with 3 for both: a timeline with gaps, which is kept, and none.
run 3 "$PM" ingest b cut.tar.gz --db gaps.db
has err 'gaps.db has gaps'
[ -s gaps.db ] || wrong 'the timeline with gaps is not there'
run 3 "$PM" ingest nowhere --db none.db
has err 'no timeline was made'
[ ! -e none.db ] || wrong 'a timeline of nothing is there'
"$PM" analyze - <b/nodes/n1/containerd.log >out 2>err || wrong "standard input: $(cat err)"
has out 'rate-limit.anonymous'
"$PM" analyze - --format json <b.tar.gz >stdin.json 2>err || wrong "an archive on standard input: $(cat err)"
python3 -c 'import json; a, b = (json.load(open(f))["pulls"]["failed"] for f in ("tar.json", "stdin.json")); assert a == b == 12, (a, b)' || wrong 'an archive differs by the way in'
: >empty.log
run 0 "$PM" analyze empty.log
has out 'VERDICT'
run 0 "$PM" analyze b --since 2026-04-12T06:15 --until 2026-04-12T06:17 -o window.json
python3 -c 'import json; n = json.load(open("window.json"))["pulls"]["failed"]; assert n == 2, n' || wrong '--since and --until'
# What has no end is not begun; nothing, a pipe and a folder with such in it are read.
for endless in /dev/zero /proc /proc/self/maps; do
    [ -e $endless ] || continue
    run 3 timeout 20 "$PM" analyze $endless
    has out "$endless: "
    has out 'not read'
done
run 0 "$PM" analyze /dev/null
has out 'VERDICT'
mkfifo pipe.log
cat b/nodes/n1/containerd.log >pipe.log &
run 0 "$PM" analyze pipe.log
has out 'rate-limit.anonymous'
wait
exit $failed
