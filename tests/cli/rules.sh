# rules: list and show name what is there, --rules replaces and adds, mistakes end with 2 and say where.
home=$(cd "$(dirname "$0")/../.." && pwd)
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
[ $rc = 2 ]
grep -q 'did you mean "dns"' err.txt
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
    match: ['received: ACME-507']
    leave: ['received: ACME-508']
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
    match: ['blob is closed by the shelf warden', 'shelf 17 is barred']
    leave: ['closed by the shelf warden, reopened since']
  - id: acme-word
    title: one common word
    cause: auth.permission-denied
    when: {any: ['acmelocked']}
    match: ['this is acmelocked']
    leave: ['acme locked']
  - id: acme-mute
    title: words that are said of much else
    cause: auth.permission-denied
    heard: no
    when: {any: ['the door is shut']}
    match: ['the door is shut']
    leave: ['the door is open']
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
sed -i 's/ACME-507.$/ACME-506'"'"'/; s/leave: .*/leave: [{error: "received: ACME-507"}]/' mine/acme.yaml
rc=0; "$PM" rules test --rules mine > out.txt || rc=$?
[ $rc = 2 ]
grep -q '^FAIL  acme-full: leave at ' out.txt
printf 'rules:\n  - id: x\n    cuase: network.dns\n' > mine/acme.yaml
rc=0; "$PM" rules check --rules mine 2>err.txt || rc=$?
[ $rc = 2 ]
grep -q '^mine/acme.yaml:3: unknown key "cuase": did you mean "cause"?' err.txt
rc=0; "$PM" rules check --rules nowhere 2>err.txt || rc=$?
[ $rc = 2 ]
grep -q 'there is no folder' err.txt
rc=0; "$PM" analyze --rules mine . 2>err.txt >/dev/null || rc=$?
[ $rc = 2 ]

# A copy of the built-in rules is the built-in rules: the natural first step of whoever wants to change one.
built_in=$home/rules
cp -r "$built_in" my
"$PM" rules check > here.txt
"$PM" rules check --rules my > copied.txt 2>err.txt
[ ! -s err.txt ]
cmp here.txt copied.txt
"$PM" rules list > here.txt
"$PM" rules list --rules my > copied.txt
cmp here.txt copied.txt
bundle b
"$PM" analyze b --format json -o here.json
"$PM" analyze b --rules my --format json -o copied.json
cmp here.json copied.json
# One that replaces a rule stands where that stood.
sed -i 's/title: no space .*/title: says this folder/' my/causes/storage.yaml
"$PM" rules check --rules my >/dev/null
"$PM" rules list --rules my | grep -n 'says this folder' | cut -d: -f1 >at
[ "$(cat at)" = "$(grep -n '^no-space ' here.txt | cut -d: -f1)" ]
for f in $(cd my && ls causes/*.yaml *.yaml); do # `only` files judge the same, as they hold everything
    sed -i '0,/^[a-z]*:/s//only: true\n&/' "my/$f"
done
"$PM" rules check --rules my >/dev/null
"$PM" analyze b --rules my --format json -o copied.json
grep -v '"rules"' here.json >h; grep -v '"rules"' copied.json >c; cmp h c

# Every rule file survives a standard YAML library, to which words such as `yes` are booleans and days are dates.
if python3 -c 'import yaml' 2>/dev/null; then
    rm -rf dumped && cp -r "$built_in" dumped
    python3 - <<'P'
import glob, yaml
for path in glob.glob("dumped/**/*.yaml", recursive=True):
    with open(path, encoding="utf-8") as f: tree = yaml.safe_load(f)
    with open(path, "w", encoding="utf-8") as f: yaml.safe_dump(tree, f, allow_unicode=True)
P
    "$PM" rules check --rules dumped >out.txt 2>err.txt
    grep -q 'rules, all good' out.txt
    [ ! -s err.txt ] # and what they say is not new, so no more is heard for it
    "$PM" analyze b --rules dumped --format json -o dumped.json
    grep -v '"rules"' here.json >h; grep -v '"rules"' dumped.json >d; cmp h d
else
    echo "NOT RUN: rule files through a YAML library (python3-yaml is not there)"
fi

# One link of one's own: the built-in families and links stay, and so does the verdict.
mkdir link
printf 'links:\n  - {from: network.proxy, to: rate-limit.anonymous, share: registry, lag_s: 3600, what: "pulls went past the proxy"}\n' > link/correlate.yaml
"$PM" rules check --rules link >/dev/null
"$PM" analyze b --rules link --format json -o linked.json
grep -v '"rules"' here.json >h; grep -v '"rules"' linked.json >l; cmp h l
if cmp -s here.json linked.json; then echo 'the hash does not cover links'; exit 1; fi
printf 'quotas:\n  - {id: q, registry: r.example, identity: user, limit: 5, window_s: 60}\n' > q.yaml
"$PM" analyze b --quotas q.yaml --format json -o quota.json
if cmp -s here.json quota.json; then echo 'the hash does not cover --quotas'; exit 1; fi

# `yes` and `no` are `match` and `leave`; a line that only a rule of one's own knows is explained by it, and noise with built-in words is not.
mkdir policy
cat > policy/p.yaml <<'Y'
rules:
  - id: policy-block
    title: the registry's policy blocks the download
    cause: auth.permission-denied
    when: {any: ['download blocked by policy']}
    yes: ['download blocked by policy p1']
    no: [{error: 'denied: requested access to the resource is denied', wins: denied-or-missing}]
Y
"$PM" rules check --rules policy >/dev/null
echo 'download blocked by policy p1' | "$PM" explain --rules policy | grep -q '^auth.permission-denied '
echo 'download blocked by policy p1' | "$PM" explain | grep -q '^not understood'
echo 'my notes: no such host was the answer' | "$PM" explain --rules policy | grep -q '^not understood'
printf 'rules:\n  - id: x\n    title: t\n    cause: network.dns\n    when: {any: [abcd]}\n    mach: [abcd]\n' > policy/p.yaml
rc=0; "$PM" rules check --rules policy 2>err.txt || rc=$?
[ $rc = 2 ]
grep -q ':6: unknown key "mach": did you mean "match"?' err.txt

# Mistakes of several files are told at once, and analyze stops for the same ones.
printf 'families:\n  - {match: network, group: [], gap: 60, scope: node}\n' > link/correlate.yaml
printf 'checks:\n  - {check: slow-pulls, sevrity: info, text: t, advice: a}\n' > link/findings.yaml
rc=0; "$PM" rules check --rules link 2>err.txt || rc=$?
[ $rc = 2 ]
grep -q '^link/correlate.yaml:2: unknown key "gap": did you mean "gap_s"?' err.txt
grep -q '^link/findings.yaml:2: unknown key "sevrity": did you mean "severity"?' err.txt
rc=0; "$PM" analyze b --rules link --format json -o x.json 2>err.txt || rc=$?
[ $rc = 2 ]
grep -q '^link/correlate.yaml:2: unknown key "gap"' err.txt

# A cause of one's own, by the recipe of rules/README.md: told in reports and named by a gate's policy as well as in --fail-on; unknown without its rules.
mkdir -p held/causes
cat > held/taxonomy.yaml <<'Y'
causes:
  - {cause: policy.quarantine, words: held back by the scanner, title: "{images} {images?is|are} held", verdict: "{Images} {images?was|were} held back{,from}"}
Y
cat > held/causes/q.yaml <<'Y'
rules:
  - id: acme-quarantine
    title: Acme's scanner holds an image back
    cause: policy.quarantine
    when: {any: ['image is in quarantine by acme-scan']}
    match: ['image is in quarantine by acme-scan']
    leave: ['image was in quarantine']
Y
echo 'Nov 29 10:00:00 n1 kubelet[900]: E1129 10:00:00.123456     900 log.go:32] "PullImage from image service failed" err="rpc error: code = Unknown desc = failed to pull and unpack image \"r.acme.test/a/b:1\": image is in quarantine by acme-scan" image="r.acme.test/a/b:1"' > held.log
"$PM" analyze held.log --rules held | grep -q 'r.acme.test/a/b:1 was held back'
printf 'incidents:\n  - {match: policy.quarantine, severity: info}\n' > held.policy
for ask in '--policy held.policy' '--fail-on policy.quarantine'; do
    rc=0; "$PM" gate held.log --rules held $ask >out.txt 2>err.txt || rc=$?
    [ $rc = 1 ]
    grep -q 'policy.quarantine' out.txt
    rc=0; "$PM" gate held.log $ask >out.txt 2>err.txt || rc=$?
    [ $rc = 2 ]
done

# A stanza of one's own in settle.yaml: asked before the built-in ones, and told where it has no log beside it, or settles the wrong one.
mkdir -p settle
cat > settle/settle.yaml <<'Y'
settle:
  - id: acme-knows-no-wrong
    may_be: [auth.missing-credentials]
    registry: ['*.acme.test']
    as: auth.missing-credentials
    confidence: high
    why: "the registry of Acme has no accounts that could be wrong"
    match:
      - {at: 1, from: containerd, node: n1, fail: r.acme.test/a/b:1, error: 'Head \"https://r.acme.test/v2/a/b/manifests/1\": unauthorized: authentication required'}
    leave:
      - {at: 1, from: containerd, node: n1, fail: r.other.test/a/b:1, error: 'Head \"https://r.other.test/v2/a/b/manifests/1\": unauthorized: authentication required'}
Y
"$PM" rules check --rules settle >/dev/null
sed -i 's/r\.other\.test/s.acme.test/g' settle/settle.yaml
rc=0; "$PM" rules check --rules settle >/dev/null 2>err.txt || rc=$?
[ $rc = 2 ]
grep -q '^settle/settle.yaml:10: stanza acme-knows-no-wrong: it settles a pull of this log' err.txt
sed -i '/^    leave:/,$d; s/r\.acme\.test/r.other.test/g' settle/settle.yaml
rc=0; "$PM" rules check --rules settle >/dev/null 2>err.txt || rc=$?
[ $rc = 2 ]
grep -q '^settle/settle.yaml:8: stanza acme-knows-no-wrong: it settles no pull of this log' err.txt
grep -q '^settle/settle.yaml:2: stanza acme-knows-no-wrong: no `leave`' err.txt
# A log of no lines is none, and `own`, by which a built-in stanza goes without logs, spares nobody else's.
for none in 'leave: []' 'leave: ' 'own: true'; do
    { sed '/^    match:/,$d' settle/settle.yaml; echo "    $none"; } > settle/next && mv settle/next settle/settle.yaml
    rc=0; "$PM" rules check --rules settle >/dev/null 2>err.txt || rc=$?
    [ $rc = 2 ]
    [ "$(grep -c '^settle/settle.yaml:2: stanza acme-knows-no-wrong: no `[ml]' err.txt)" = 2 ]
    sed -i '$d' settle/settle.yaml
done
# A pull is not amid itself: only another one that failed so is.
mkdir -p amid
cat > amid/settle.yaml <<'Y'
settle:
  - id: acme-two-resets
    is: [network.reset]
    amid: {share: node, within_s: 3, cause: [network.reset]}
    as: network.proxy
    confidence: low
    why: "two pulls of a node are cut at once by the proxy of Acme"
    match:
      - {at: 1, from: containerd, node: n1, fail: r.test/a/b:1, error: 'failed to copy: read tcp 10.0.0.5:5000->192.0.2.9:443: read: connection reset by peer'}
      - {at: 2, from: containerd, node: n1, fail: r.test/a/c:1, error: 'failed to copy: read tcp 10.0.0.5:5000->192.0.2.9:443: read: connection reset by peer'}
    leave:
      - {at: 1, from: containerd, node: n1, fail: r.test/a/b:1, error: 'failed to copy: read tcp 10.0.0.5:5000->192.0.2.9:443: read: connection reset by peer'}
Y
"$PM" rules check --rules amid >/dev/null 2>err.txt || true
grep -c '^amid/settle.yaml' err.txt && exit 1
# What is there and cannot be read is not passed over.
mkdir -p unread/lists.yaml && cp settle/settle.yaml unread/
rc=0; "$PM" rules check --rules unread >/dev/null 2>err.txt || rc=$?
[ $rc = 2 ]
grep -q '^unread/lists.yaml: cannot be read' err.txt

# A weight of one's own: what is told as sure, and no other number, moves.
mkdir -p weigh
echo 'weights: [{weight: confidence-high-from, value: 1}]' > weigh/weights.yaml
"$PM" rules check --rules weigh >/dev/null
"$PM" analyze b --format json -o - | python3 -c 'import json, sys; assert "high" in [i["confidence"] for i in json.load(sys.stdin)["incidents"]]'
"$PM" analyze b --rules weigh --format json -o - | python3 -c 'import json, sys; assert "high" not in [i["confidence"] for i in json.load(sys.stdin)["incidents"]]'

# A rule that would answer for everything, or for nothing, is a mistake for whoever loads it.
mkdir empty bundle
echo 'Error response from daemon: toomanyrequests: Rate exceeded' >bundle/pull.log
for when in '{}' '{any: []}' '{any: [abcdef], status: []}' '[{any: [abcdef]}, {}]' '{kind: []}' '[]'; do
    printf 'rules:\n  - id: nothing\n    title: of nothing\n    cause: network.proxy\n    when: %s\n' "$when" >empty/empty.yaml
    for command in 'rules check' 'analyze bundle' 'explain bundle/pull.log'; do
        rc=0
        # shellcheck disable=SC2086 -- a command and its words
        "$PM" $command --rules empty >out.txt 2>err.txt || rc=$?
        [ $rc = 2 ] && grep -qE '^(pullmortem: )?empty/empty.yaml:5: an empty (list|`when`)' err.txt || { echo "$command, when: $when: $rc"; cat err.txt; exit 1; }
    done
done
echo 'rules: []' >empty/empty.yaml
"$PM" rules check --rules empty >/dev/null
