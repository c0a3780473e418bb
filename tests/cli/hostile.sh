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
# The same bytes out, whatever the number of workers.
for jobs in 1 3; do
    "$PM" ingest testdata/hostile -j $jobs --db "$tmp/$jobs.db" >/dev/null 2>&1
    for table in files events diagnostics; do "$PM" query "$tmp/$jobs.db" "select * from $table" --format csv; done >"$tmp/$jobs.csv" 2>&1
done
cmp "$tmp/1.csv" "$tmp/3.csv" || failed=1
exit $failed
