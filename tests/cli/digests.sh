# files.sha256 is the SHA-256 of each member's content, unpacked: of the small, of those that a thread of its own hashes beside the parser, of what an archive
# holds, of the empty; with any number of threads, and after a merge. files.lines counts a line that no line end follows.
. "$(dirname "$0")/common.inc"
mkdir b plain
printf '{"kind":"PodList","apiVersion":"v1","items":[]}' >plain/one-line.json
printf 'kind: Pod\nmetadata:\n  name: a' >plain/three-lines.yaml
: >plain/empty.log
head -c 5000000 /dev/zero | tr '\0' 'x' | fold -w 99 >plain/long.log
line='time="2026-01-02T03:04:05.000000001Z" level=error msg="PullImage \"r.test/a:1\" failed" error="EOF"'
i=0
while [ $i -lt 14 ]; do
    [ $i = 0 ] && printf '%s\n' "$line" >plain/containerd.log || cat plain/containerd.log plain/containerd.log >half && mv half plain/containerd.log
    i=$((i + 1))
done 2>/dev/null
cp plain/* b
gzip -c plain/containerd.log >b/packed.log.gz
tar cf b/archive.tar -C plain long.log one-line.json
(cd plain && sha256sum -- *) >sums
for threads in 1 3; do
    rm -f t.db
    run 0 "$PM" ingest b --db t.db -q -j $threads
    run 0 "$PM" query t.db "SELECT sha256 || '  ' || path FROM files WHERE path NOT LIKE '%packed%' AND path NOT LIKE 'archive%' ORDER BY path" -f csv
    sed -e 1d -e 's/"//g' out | tr -d '\r' | LC_ALL=C sort -k2 >got
    LC_ALL=C sort -k2 sums | cmp -s - got || wrong "-j$threads: $(diff sums got | head -4)"
    run 0 "$PM" query t.db "SELECT count(*) FROM files p JOIN files u ON p.sha256 = u.sha256 AND p.path < u.path WHERE u.bytes > 0" -f csv
    [ "$(sed 1d out | tr -d '\r')" = 3 ] || wrong "$(cat out)" # the packed one, and the two of the archive
done
run 0 "$PM" query t.db "SELECT path, lines FROM files WHERE path IN ('one-line.json', 'three-lines.yaml', 'empty.log') ORDER BY path" -f csv
has out 'empty.log,0'
has out 'one-line.json,1'
has out 'three-lines.yaml,3'
run 0 "$PM" merge t.db --db m.db
run 0 "$PM" query m.db "SELECT count(*) FROM files WHERE length(sha256) = 64" -f csv
[ "$(sed 1d out | tr -d '\r')" = 8 ] || wrong "$(cat out)"
exit $failed
