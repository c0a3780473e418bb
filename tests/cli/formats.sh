# Every format and envelope names itself, with an example; the JSON is JSON.
set -eu
"$PM" formats | grep -q '^containerd '
"$PM" formats --format json | python3 -c '
import json, sys
formats = json.load(sys.stdin)
assert {"format", "envelope"} == {f["kind"] for f in formats}, "kinds"
names = [(f["kind"], f["name"]) for f in formats]
assert len(set(names)) == len(names), "a name twice"
lack = [f["name"] for f in formats if not f["example"] or not f["title"] or not f["source"]]
assert not lack, lack
'
