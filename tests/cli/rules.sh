# rules: list and show name what is there, --rules replaces and adds, mistakes end with 2 and say where.
. "$(dirname "$0")/common.inc"
set -e
"$PM" rules check | grep -q ' rules, all good'
"$PM" rules list | grep -q '^dns  *network.dns  *high '
"$PM" rules list --json | python3 -c '
import json, sys
rules = json.load(sys.stdin)
assert [r["order"] for r in rules] == list(range(1, len(rules) + 1))
assert all(r["quiet"] or r["candidates"][0] == r["cause"] for r in rules)
'
"$PM" rules show hub-429-bare | grep -q '^or: rate-limit.anonymous, rate-limit.authenticated$'
rc=0; "$PM" rules show dnss 2>err.txt || rc=$?
[ $rc = 2 ] && grep -q 'did you mean "dns"' err.txt
"$PM" rules test --coverage --junit junit.xml > out.txt
grep -q ' 0 failed; 0 of ' out.txt
python3 -c 'import sys, xml.dom.minidom as m; assert len(m.parse("junit.xml").getElementsByTagName("testcase")) > 500'

mkdir mine
cat > mine/acme.yaml <<'Y'
rules:
  - id: acme-full
    title: the registry of Acme is full
    cause: registry.outage
    when: {any: ['ACME-507']}
    yes: ['received: ACME-507']
    no: ['received: ACME-508']
Y
"$PM" rules check --rules mine >/dev/null
echo 'Error response from daemon: error pulling image configuration: ACME-507' | "$PM" explain --rules mine --format json | grep -q '"rule": "acme-full"'

# What a rule of one's own says is heard alone, on one line; a push that says it, a common word and `heard: no` are not.
cat > mine/heard.yaml <<'Y'
rules:
  - id: acme-shelf
    title: the shelf of Acme is closed
    cause: auth.permission-denied
    when: {any: ['closed by the shelf warden', 'shelf \d+ is barred'], none: ['reopened']}
    yes: ['blob is closed by the shelf warden', 'shelf 17 is barred']
    no: ['closed by the shelf warden, reopened since']
  - id: acme-word
    title: one common word
    cause: auth.permission-denied
    when: {any: ['acmelocked']}
    yes: ['this is acmelocked']
    no: ['acme locked']
  - id: acme-mute
    title: words that are said of much else
    cause: auth.permission-denied
    heard: no
    when: {any: ['the door is shut']}
    yes: ['the door is shut']
    no: ['the door is open']
Y
"$PM" rules check --rules mine >out.txt 2>err.txt
grep -q '^mine/heard.yaml:12: acme-word: a notice: .*"this is acmelocked" would not be heard' err.txt
[ "$(grep -c notice err.txt)" = 1 ]
heard() { echo "$1" | "$PM" explain --rules mine --format json | grep -q '"rule": "acme-'; }
deaf() { if heard "$1"; then echo "heard: $1"; exit 1; fi; } # `! heard` would not end the script
heard 'shelf 17 is barred'
heard 'the blob is Closed  by the Shelf Warden'
deaf 'closed by the shelf warden, reopened since'
deaf 'push failed: shelf 17 is barred'
deaf 'shelf of books is barred'
deaf 'the door is shut'
echo 'shelf 17 is barred' | "$PM" explain --format json > out.txt
[ "$(grep -c '"auth.permission-denied"' out.txt)" = 0 ]

# … also where a long log of a runtime is read by its literals alone.
i=0
while [ $i -lt 400 ]; do
    echo "time=\"2024-01-02T03:04:05.678901234Z\" level=info msg=\"ignoring event\" container=5d41402a$i module=libcontainerd namespace=moby topic=/tasks/delete type=x"
    i=$((i + 1))
done > body.txt
{ cat body.txt; echo 'time="2024-01-02T03:05:05.678901234Z" level=error msg="fatal task error" error="r.acme.test/shop/cart:7: shelf 17 is barred" module=node/agent/taskmanager'; cat body.txt; } > dockerd.log
"$PM" analyze dockerd.log --rules mine --format json -o - | grep -q '"auth.permission-denied"'
"$PM" analyze dockerd.log --format json -o out.json
[ "$(grep -c '"auth.permission-denied"' out.json)" = 0 ]
rm mine/heard.yaml
sed -i 's/ACME-507.$/ACME-506'"'"'/; s/no: .*/no: [{error: "received: ACME-507"}]/' mine/acme.yaml
rc=0; "$PM" rules test --rules mine > out.txt || rc=$?
[ $rc = 2 ] && grep -q '^FAIL  acme-full: no at ' out.txt
printf 'rules:\n  - id: x\n    cuase: network.dns\n' > mine/acme.yaml
rc=0; "$PM" rules check --rules mine 2>err.txt || rc=$?
[ $rc = 2 ] && grep -q '^mine/acme.yaml:3: unknown key "cuase": did you mean "cause"?' err.txt
rc=0; "$PM" rules check --rules nowhere 2>err.txt || rc=$?
[ $rc = 2 ] && grep -q 'no rule files here' err.txt
rc=0; "$PM" analyze --rules mine . 2>err.txt >/dev/null || rc=$?
[ $rc = 2 ]
