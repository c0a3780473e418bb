# Several -o in one run; the format follows the name; --format overrides; a file is whole or not there; the same bytes every time.
. "$(dirname "$0")/common.inc"
bundle b
run 0 "$PM" analyze b -o r.json -o r.txt -o r.html -o r.md -o -
has out VERDICT
has r.txt VERDICT
has r.html '<html'
has r.md '#'
# Each registry's figures are in what people read, not only in JSON.
for figure in pulls success mean p95 p99 429 401 timeouts 'cache hits'; do
    sed -n '/^REGISTRIES/,/^$/p' r.txt | grep -q -- " $figure" || wrong "r.txt: no $figure"
    grep '^| Registry |' r.md | grep -q -- "| $figure |" || wrong "r.md: no $figure"
    grep -qi -- ">$figure<" r.html || wrong "r.html: no $figure"
done
grep -q "$(printf '\033')" out r.txt && wrong 'colours without a terminal'
python3 -c 'import json; r = json.load(open("r.json")); assert r["schema"] == "pullmortem.report/1", r["schema"]; assert r["pulls"]["failed"] == 12, r["pulls"]; assert r["verdict"]["root_cause"] == "rate-limit.anonymous", r["verdict"]' || wrong 'r.json'
ls ./*.part 2>/dev/null && wrong 'a part was left'
for threads in 1 2; do
    run 0 "$PM" analyze b -j $threads -o again.json
    cmp -s r.json again.json || wrong "other bytes with -j $threads"
done
# Each says which program and rules made it.
"$PM" analyze b -q -o r.om -o r.alerts.json -o r.csv -o r.jsonl -o r.events.csv -o r.events.jsonl -o r.timesketch.jsonl
rules=$(python3 -c 'import json; print(json.load(open("r.json"))["tool"]["rules"])')
for name in r.txt r.html r.md r.json r.om r.alerts.json r.csv r.jsonl r.events.csv r.events.jsonl r.timesketch.jsonl; do
    grep -q "$rules" $name || wrong "$name does not say its rules"
    grep -q "0\.2" $name || wrong "$name does not say the program's version"
done
# Standard output and a link get the bytes of a file, also where that is more than is kept in memory twice.
mkdir many
awk 'BEGIN { for (i = 0; i < 30000; i++) printf "time=\"2026-04-12T%02d:%02d:%02d.1Z\" level=error msg=\"PullImage \\\"r.test/a%d:1\\\" failed\" error=\"not found\"\n", i / 3600, i / 60 % 60, i % 60, i % 9 }' >many/containerd.log
"$PM" analyze many -q -o m.events.jsonl || wrong 'many'
[ "$(wc -c <m.events.jsonl)" -gt 17000000 ] || wrong "not much: $(wc -c <m.events.jsonl)"
"$PM" analyze many -q --format events-jsonl | cmp -s - m.events.jsonl || wrong 'other bytes through a pipe'
: >there && ln -s there link
"$PM" analyze many -q -o link --format events-jsonl && [ -L link ] && cmp -s there m.events.jsonl || wrong 'other bytes through a link'
ls ./*.part 2>/dev/null && wrong 'a part was left'
run 0 "$PM" b
has out VERDICT
run 0 "$PM" analyze b --format json
has out '"schema": "pullmortem.report/1"'
run 0 "$PM" analyze b --format json -o x.txt
has x.txt '"schema": "pullmortem.report/1"'
run 0 "$PM" analyze b --color always
grep -q "$(printf '\033')" out || wrong 'no colours with --color always'
NO_COLOR=1 run 0 "$PM" analyze b --color auto
grep -q "$(printf '\033')" out && wrong 'colours with NO_COLOR'
run 3 "$PM" analyze b -o nowhere/r.json
has err 'nowhere/r.json: No such file'
run 3 "$PM" analyze b -o /dev/full --format text
has err 'No space left'
# Docker Hub's limit went down at midnight: one card, one chart, with a step in the limit; what an account would have been allowed is told.
mkdir steps
awk 'BEGIN { for (i = 0; i < 12; i++) { at = i < 6 ? "2020-11-17T23:5" i : "2020-11-18T00:0" i - 6; image = "docker.io/library/app" i ":1"
    printf "time=\"%s:00.1Z\" level=info msg=\"PullImage \\\"%s\\\"\"\n", at, image
    if (i < 9) printf "time=\"%s:09.1Z\" level=info msg=\"PullImage \\\"%s\\\" returns image reference \\\"sha256:%064d\\\"\"\n", at, image, i
    else printf "time=\"%s:09.1Z\" level=error msg=\"PullImage \\\"%s\\\" failed\" error=\"failed to pull and unpack image \\\"%s\\\": failed to copy: httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/library/app/manifests/1: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit.\"\n", at, image, image } }' >steps/containerd.log
run 0 "$PM" analyze steps -o s.html -o s.txt -o s.json
[ "$(grep -o 'aria-label="quota used over time"' s.html | wc -l)" = 1 ] || wrong 's.html: not one chart of the budget'
[ "$(grep -o '<p>From [^:]*:[0-9]*: [^<]* used of [0-9]* / 6 h' s.html | grep -o 'of [0-9]*' | tr '\n' ' ')" = 'of 2500 of 250 ' ] || wrong 's.html: not both limits'
grep -o 'class="s-limit" d="[^"]*"' s.html | grep -q 'V' || wrong 's.html: the limit has no step'
has s.txt 'with an account 200 / 6 h: all 21 that were wanted would have fit'
grep -q '"with_credentials": {' s.json || wrong 's.json: no with_credentials'
exit $failed
