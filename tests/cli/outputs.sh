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
exit $failed
