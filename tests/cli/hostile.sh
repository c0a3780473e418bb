# Hostile inputs (tests/tools/hostile.sh made them): read as far as they go, in time and in bounded memory, and what was left out is told.
set -u
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
cd "$(dirname "$0")/../.." || exit 1
failed=0
case ${BUILD:-} in *san*) ;; *) ulimit -v 2000000 ;; esac
expect() { # input status "row the query gives" query
    timeout 60 "$PM" ingest "testdata/hostile/$1" --db "$tmp/t.db" >"$tmp/out" 2>&1 </dev/null
    got=$?
    [ $got = "$2" ] || { echo "$1: exit status $got, not $2"; cat "$tmp/out"; failed=1; }
    "$PM" query "$tmp/t.db" "$4" --format csv >"$tmp/rows" 2>&1
    grep -qF -e "$3" "$tmp/rows" || { echo "$1: '$3' is not in"; cat "$tmp/rows"; failed=1; }
}
told="select file, code from diagnostics"
left="select file, why from skipped"
files="select path || ' ' || coalesce(node, '-') || ' ' || events from files"
expect cut.log.gz 3 'cut.log.gz,gzip-truncated' "$told"
expect bomb.gz 3 'bomb.gz,limit-ratio' "$told"
expect nested.tar.gz 0 'mid.tgz/in.tar/nodes/n1/kubelet.log.1.gz n1 50' "$files"
expect forged-names.tar 0 'etc/cron.d/one - 50' "$files"
expect cut.tar 3 'a.log - 3' "$files"
expect cut.tar 3 'archive-broken' "$told"
expect links 0 'passwd,link out of the bundle: not followed' "$left"
expect links 0 'nothing,link to nothing' "$left"
for f in testdata/hostile/*; do
    timeout 60 "$PM" ingest "$f" --db "$tmp/t.db" >"$tmp/out" 2>&1 </dev/null
    got=$?
    [ $got = 0 ] || [ $got = 3 ] || { echo "$f: exit status $got"; cat "$tmp/out"; failed=1; }
done
# What a number, an archive or a pattern asks for is bounded, and what was left out is told. CPU seconds, so that a busy machine fails nothing.
bounded() { # CPU-SECONDS STATUS ARGUMENTS...
    seconds=$1 want=$2
    shift 2
    case ${BUILD:-} in *san*) seconds=$((seconds * 20)) ;; esac
    (ulimit -t "$seconds"; "$PM" "$@" >"$tmp/out" 2>&1 </dev/null)
    got=$?
    [ $got = "$want" ] || { echo "$*: exit status $got, not $want, within $seconds s"; failed=1; }
}
holds() { grep -qF -e "$2" "$tmp/$1" || { echo "'$2' is not in $1 after: $3"; failed=1; }; }
expect zips.zip 3 'limit-ratio' "$told"
bounded 4 3 gate testdata/hostile/zips.zip
bounded 4 0 analyze testdata/hostile/counts.json --format json -o "$tmp/report"
holds report limit-count counts.json
holds report cart-39 counts.json
# A file of 200 GB that is nothing but a hole is no minutes of zeros, and brackets without end in a rule file are no minutes of libyaml.
mkdir -p "$tmp/hole" "$tmp/deep"
if truncate -s 200G "$tmp/hole/a.log" 2>/dev/null; then bounded 2 0 analyze "$tmp/hole" --format json -o "$tmp/report"; fi
{ printf 'rules: '; head -c 400000 /dev/zero | tr '\000' '['; } >"$tmp/deep/causes.yaml"
bounded 2 2 rules check --rules "$tmp/deep"
holds out 'nested too deep' 'deep flows'
# A pattern that backtracks without end on these texts: told with the texts' place and the rule's, the run is partial, and the pulls are counted all the same.
mkdir -p "$tmp/rules/causes" "$tmp/texts"
printf "rules:\n  - id: hard\n    title: hard\n    cause: storage.io\n    source: here\n    when: {any: [{re: 'pull (?:a|b|ab)+(?:!|cd)', literal: pull}]}\n    yes: ['pull abcd']\n" >"$tmp/rules/causes/hard.yaml"
awk 'BEGIN { for (i = 0; i < 300; i++) { s = ""; for (k = 0; k < 400; k++) s = s "ab"; printf "E0203 04:%02d:%02d.000001 77 remote_image.go:180] \"PullImage from image service failed\" err=\"rpc error: code = Unknown desc = pull %s%d\" image=\"r.acme.test/a/b:%d\"\n", i / 60, i % 60, s, i, i } }' >"$tmp/texts/kubelet.log"
bounded 4 3 analyze "$tmp/texts" --rules "$tmp/rules" --format json -o "$tmp/report"
holds report rule-limit "a hard pattern"
holds report 'hard.yaml:2' "a hard pattern"
holds report '"failed": 300' "a hard pattern"
bounded 4 0 analyze "$tmp/texts" --format json -o "$tmp/report"
grep -q rule-limit "$tmp/report" && { echo "a limit is told where none bit"; failed=1; }
# More incidents than anybody reads are told as one, of each cause the smallest; every pull is in one of them, and what is rare keeps its own.
mkdir "$tmp/crowd"
awk 'BEGIN { for (i = 0; i < 1500; i++) printf "Failed to pull image \"r%d.acme.test/a/b:1\": r%d.acme.test/a/b:1: not found\n", i, i
    print "Failed to pull image \"rare.acme.test/a/b:1\": toomanyrequests: retry later" }' >"$tmp/crowd/a.log"
bounded 4 0 analyze "$tmp/crowd" --format json -o "$tmp/report"
holds report limit-incidents "1500 incidents"
holds report '"failed": 1501' "1500 incidents"
holds report '; done # and ' "a command for hundreds of images"
python3 - "$tmp/report" <<'END' || failed=1
import json, sys
all = json.load(open(sys.argv[1]))["incidents"]
failed = sorted((i["failed_pulls"] for i in all), reverse=True)
rare = [i for i in all if i["scope"]["values"] == ["rare.acme.test"]]
assert 900 < len(all) < 1010 and sum(failed) == 1501, (len(all), sum(failed))
assert failed[0] > 400 and failed[1] == 1 and len(rare) == 1 and rare[0]["failed_pulls"] == 1, (failed[:3], rare)
END
head -900 "$tmp/crowd/a.log" >"$tmp/few.log"
bounded 4 0 analyze "$tmp/few.log" --format json -o "$tmp/report"
grep -q limit-incidents "$tmp/report" && { echo "a limit is told where none bit"; failed=1; }
# An empty policy is the default one; an empty file of quotas, alerts or rules is told as such.
: >"$tmp/empty.yaml" && mkdir -p "$tmp/empty/causes" && : >"$tmp/empty/causes/empty.yaml"
bounded 4 1 gate testdata/bundles/demo-hub-quota/input.tar.gz --policy "$tmp/empty.yaml"
holds out any:warning "an empty policy"
for o in --quotas --alerts; do bounded 4 2 analyze "$tmp/few.log" $o "$tmp/empty.yaml"; holds out empty.yaml "$o with an empty file"; done
bounded 4 2 analyze "$tmp/few.log" --rules "$tmp/empty"
holds out 'the file is empty' "an empty rule file"
# Outputs never destroy what is read or kept: refused before anything is read. A name of its own is no trouble.
spared() { # FILE ARGUMENTS...: the file is as it was, and the status is one of usage
    spared=$1
    shift
    cp "$spared" "$tmp/before"
    "$PM" "$@" >"$tmp/out" 2>&1
    got=$?
    [ $got = 2 ] || { echo "$*: exit status $got, not 2"; cat "$tmp/out"; failed=1; }
    cmp "$spared" "$tmp/before" || { echo "$*: $spared was written over"; failed=1; }
}
cp testdata/hostile/links/a/kubelet.log "$tmp/in.txt"
"$PM" ingest "$tmp/in.txt" --db "$tmp/kept.db" >/dev/null 2>&1
spared "$tmp/in.txt" analyze "$tmp/in.txt" -o "$tmp/in.txt"
spared "$tmp/in.txt" analyze "$tmp/in.txt" --db "$tmp/in.txt"
spared "$tmp/kept.db" analyze "$tmp/in.txt" -f json -o "$tmp/kept.db"
spared "$tmp/kept.db" report "$tmp/kept.db" -f json -o "$tmp/kept.db"
spared "$tmp/in.txt" analyze "$tmp/in.txt" -o "$tmp/one.json" -o "$tmp/one.json"
"$PM" analyze "$tmp/in.txt" --db "$tmp/kept.db" -o "$tmp/one.json" -o "$tmp/one.txt" -o - >/dev/null 2>&1 || { echo "outputs of different names are refused"; failed=1; }
# A merge that a full disk (no file may grow past its limit) did not let in whole says so, and the timeline holds what it held.
rows() { "$PM" query "$tmp/all.db" "select count(*) from events" --format csv | tail -1 | tr -d "\r"; }
for part in 1 2; do
    awk -v p=$part 'BEGIN { for (i = 0; i < 700; i++) printf "E0203 0%d:%02d:%02d.000001 77 remote_image.go:180] \"PullImage from image service failed\" err=\"rpc error: code = NotFound desc = r%d-%d: not found\" image=\"r.acme.test/a/b:%d-%d\"\n", p, i / 60, i % 60, p, i, p, i }' >"$tmp/part.log"
    "$PM" ingest "$tmp/part.log" --db "$tmp/part$part.db" >/dev/null 2>&1
done
cp "$tmp/part1.db" "$tmp/all.db"
had=$(rows)
(trap '' XFSZ; ulimit -f $(($(wc -c <"$tmp/all.db") / 1024 + 16)); "$PM" merge "$tmp/part2.db" --db "$tmp/all.db" >"$tmp/out" 2>&1)
[ $? = 3 ] || { echo "a merge on a full disk does not end with 3"; cat "$tmp/out"; failed=1; }
holds out all.db "a merge on a full disk"
[ "$(rows)" = "$had" ] || { echo "a merge on a full disk left $(rows) rows of $had"; failed=1; }
"$PM" merge "$tmp/part2.db" --db "$tmp/all.db" >/dev/null 2>&1 && [ "$(rows)" = $((had * 2)) ] || { echo "a merge with room is not whole"; failed=1; }
# The same bytes out, whatever the number of workers.
for jobs in 1 3; do
    "$PM" ingest testdata/hostile -j $jobs --db "$tmp/$jobs.db" >/dev/null 2>&1
    for table in files events diagnostics; do "$PM" query "$tmp/$jobs.db" "select * from $table" --format csv; done >"$tmp/$jobs.csv" 2>&1
done
cmp "$tmp/1.csv" "$tmp/3.csv" || failed=1
exit $failed
