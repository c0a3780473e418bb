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
# The same behind what other programs pack: all of it is read, where the data was whole.
for packer in 'xz xz' 'zstd zst zstd' 'bzip2 bz2 packed' 'lz4 lz4 packed'; do
    # shellcheck disable=SC2086 -- program, suffix, family of codes
    set -- $packer
    command -v "$1" >/dev/null 2>&1 || continue
    mkdir -p "$1-tail" "$1-padded" "$1-twice" "$1-cut"
    cp b/nodes/n2/containerd.log packed.log
    "$1" -qc packed.log >"$1-tail/c.log.$2"
    for f in padded twice cut; do cp "$1-tail/c.log.$2" "$1-$f"; done
    echo 'the tail that a cache put there' >>"$1-tail/c.log.$2"
    kept "$1-tail" "${3-$1}-trailing"
    grep -q '"failed": 6,' "$1-tail.json" || wrong "$1: what is before the tail was not read"
    head -c 512 /dev/zero >>"$1-padded/c.log.$2"
    run 0 "$PM" ingest "$1-padded" --db "$1.db" -q
    run 0 "$PM" query "$1.db" "SELECT count(*) FROM diagnostics WHERE code LIKE '%trailing'" -f csv
    [ "$(sed 1d out | tr -d '\r')" = 0 ] || wrong "$1: padding is told as a tail"
    "$1" -qc packed.log >>"$1-twice/c.log.$2"
    run 0 "$PM" ingest "$1-twice" --db "$1-twice.db" -q
    run 0 "$PM" query "$1-twice.db" "SELECT lines FROM files" -f csv
    [ "$(sed 1d out | tr -d '\r')" = 24 ] || wrong "$1: two streams are not read as one: $(cat out)"
    head -c 300 "$1-cut/c.log.$2" >cut.part && mv cut.part "$1-cut/c.log.$2"
    case $1 in xz | zstd) lost "$1-cut" "$1-truncated" ;; *) run 3 "$PM" ingest "$1-cut" --db "$1-cut.db" -q ;; esac
done
printf '{"log":"time=2026-04-12T06:10:01Z level=info msg=x","stream":"stderr","time":"2026-04-12T06:10:01.1Z"}\n{"log":"ti' >line/c.json.log
kept line json-truncated
# Nothing but what was left out.
mkdir none && head -c 4096 /dev/urandom | tr '\000-\037' '\000' >none/a.bin
run 3 "$PM" analyze none -q -f json -o /dev/null
run 3 "$PM" ingest none --db none.db
run 3 "$PM" gate none.db
# A list of what may be told holds a row for every code that the walk and the framing tell.
cd "$OLDPWD" 2>/dev/null && [ -f analyzer/base/loss.c ] || exit $failed
for code in $(grep -hoE '"(json|yaml|journal|csv|gzip|xz|zstd|packed|archive|limit|line|last|open|read|folder|file|toml|rule|no-temporary)-[a-z-]+"' analyzer/bundle/*.c analyzer/framing/*.c analyzer/framing/*/*.c analyzer/judge/attempts/fold_counts.c |
    tr -d '"' | grep -vE '^(json-(access|log)|journald?-.*|line-protocol|file-.*|limit-bytes)$' | sort -u) journal-hole; do
    grep -q "\"$code\"" analyzer/base/loss.c && continue
    family=${code%%-*}
    grep -q "\"$family-\*\"\|\"no-temporary-\*\"" analyzer/base/loss.c || { echo "WRONG: $code is in no row of analyzer/base/loss.c"; failed=1; }
done
exit $failed
