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
