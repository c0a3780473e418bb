# A bundle of one node at -05:00, given as a folder, as an archive of it, and both: clock, node, duplicates, secrets. Lines written by us to the programs' wording.
set -u
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
failed=0
mkdir -p b/nodes/worker-7 b/cluster
for m in 00 01 03 08; do
    cat >> b/nodes/worker-7/kubelet.log <<LOG
E0102 03:${m}:10.678901    2711 kuberuntime_image.go:55] "Failed to pull image" err="rpc error: code = Unknown desc = failed to pull and unpack image \"r.acme.test/shop/cart:1.4\": failed to resolve reference \"r.acme.test/shop/cart:1.4\": unexpected status from HEAD request to https://r.acme.test/v2/shop/cart/manifests/1.4: 503 Service Unavailable" image="r.acme.test/shop/cart:1.4"
LOG
    cat >> b/nodes/worker-7/containerd.log <<LOG
time="2024-01-02T03:${m}:10.500000000-05:00" level=error msg="PullImage \"r.acme.test/shop/cart:1.4\" failed" error="failed to pull and unpack image \"r.acme.test/shop/cart:1.4\": failed to resolve reference \"r.acme.test/shop/cart:1.4\": unexpected status from HEAD request to https://robot:hunter2@r.acme.test/v2/shop/cart/manifests/1.4: 503 Service Unavailable"
LOG
done
TZ=UTC touch -d 2031-05-05T00:00:00Z b/nodes/worker-7/*
tar -C b -czf b.tgz .
rows() { # query
    "$PM" query t.db "$1" --format csv | tail -n +2 | tr -d '\r'
}
same() { # what query expected
    rows "$2" > got
    printf '%s\n' "$3" | cmp -s - got || { echo "$1: not"; printf '%s\n' "$3"; echo "but"; cat got; failed=1; }
}
for input in b b.tgz; do
    "$PM" ingest $input --db t.db >out 2>&1 </dev/null || { echo "$input: exit status $?"; cat out; failed=1; }
    same "$input: clock" "select file, node, clock from (select path as file, node, year || ' ' || year_from || ' ' || utc_offset_s || ' ' || offset_from as clock from files) where clock is not null" \
        'nodes/worker-7/kubelet.log,worker-7,2024 node -18000 coincidence'
    same "$input: times" "select distinct substr(time, 1, 16) from events where component='kubelet' and kind='pull.fail' order by 1 limit 1" '2024-01-02T08:00'
    same "$input: nodes" "select distinct node from events" 'worker-7'
    same "$input: secrets" "select count(*) from events where error like '%hunter2%' or error like '%:<redacted:password:%'" 4
done
"$PM" ingest b/nodes/worker-7 --tz +01:00 --year 2020 --db t.db >out 2>&1
same 'options' "select min(time), count(*) from events where component='kubelet' and kind='pull.fail'" '2020-01-02T02:00:10.678Z,4'
"$PM" ingest b.tgz --db t.db >out 2>&1
once=$(rows 'select count(*) from events')
"$PM" ingest b b.tgz --db t.db >out 2>&1
same 'both' 'select count(*) from events' "$once"
same 'both' 'select count(*) from files where duplicate_of is not null' 2
"$PM" ingest - --db t.db <b.tgz >out 2>&1
same 'stdin' 'select count(*) from events' "$once"
exit $failed
