# What of the input was not read is status 3 for every command; what only looks like it is none. One table says which (analyzer/base/loss.c).
. "$(dirname "$0")/common.inc"
bundle b
lost() { # name code: in the folder of that name
    run 3 "$PM" analyze $1 -q -f json -o $1.json
    grep -q "\"code\": \"$2\"" $1.json || wrong "$1.json does not tell $2: $(grep '"code"' $1.json)"
    run 3 "$PM" ingest $1 --db $1.db
    "$PM" gate $1 --fail-on runtime:critical >out 2>&1
    [ $? = 3 ] || wrong "the gate passes $1: $(cat out)"
}
kept() { # name code
    run 0 "$PM" analyze $1 -q -f json -o $1.json
    grep -q "\"code\": \"$2\"" $1.json || wrong "$1.json does not tell $2: $(grep '"code"' $1.json)"
}
for name in list broken tail cut line; do mkdir -p $name && cp b/nodes/n1/containerd.log $name/; done
rm tail/containerd.log
printf '{"kind":"List","items":[{"kind":"Event","reason":"x","metadata":{"name":"a"}},{"kind":"Ev' >list/events.json
lost list json-document-truncated
printf '{"kind":"Pod",\n "metadata":{"name":"x"},\n "a": }}}}\n "b":1}\n' >broken/pod.json
lost broken json-document-broken
gzip -c b/nodes/n2/containerd.log | head -c 300 >cut/c.log.gz
lost cut gzip-truncated
gzip -c b/nodes/n2/containerd.log >tail/c.log.gz
echo 'the tail that a cache put there' >>tail/c.log.gz
kept tail gzip-trailing
grep -q '"failed": 6,' tail.json || wrong "what is before the tail was not read"
printf '{"log":"time=2026-04-12T06:10:01Z level=info msg=x","stream":"stderr","time":"2026-04-12T06:10:01.1Z"}\n{"log":"ti' >line/c.json.log
kept line json-truncated
# Nothing but what was left out.
mkdir none && head -c 4096 /dev/urandom | tr '\000-\037' '\000' >none/a.bin
run 3 "$PM" analyze none -q -f json -o /dev/null
run 3 "$PM" ingest none --db none.db
run 3 "$PM" gate none.db
# A list of what may be told holds a row for every code that the walk and the framing tell.
cd "$OLDPWD" 2>/dev/null && [ -f analyzer/base/loss.c ] || exit $failed
for code in $(grep -hoE '"(json|yaml|journal|csv|gzip|archive|limit|line|last|open|read|folder|file|toml|rule|no-temporary)-[a-z-]+"' analyzer/bundle/*.c analyzer/framing/frame*.c analyzer/judge/attempts/fold_counts.c |
    tr -d '"' | grep -vE '^(json-(access|log)|journald?-.*|line-protocol|file-.*|limit-bytes)$' | sort -u) journal-hole; do
    grep -q "\"$code\"" analyzer/base/loss.c && continue
    family=${code%%-*}
    grep -q "\"$family-\*\"\|\"no-temporary-\*\"" analyzer/base/loss.c || { echo "WRONG: $code is in no row of analyzer/base/loss.c"; failed=1; }
done
exit $failed
