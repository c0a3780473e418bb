# Tags of secrets: numbers of one run, kept apart by what a shard holds when timelines are merged; keyed hashes, the same everywhere, with --redact-key.
. "$(dirname "$0")/common.inc"
shard() { # FILE NODE MINUTE PASSWORD...
    file=$1 node=$2 minute=$3 i=0
    shift 3
    mkdir -p "$(dirname "$file")"
    for secret in "$@"; do
        i=$((i + 1))
        echo "Apr 12 06:$minute:0$i $node containerd[7]: time=\"2026-04-12T06:$minute:0$i.10000000${i}Z\" level=error msg=\"PullImage \\\"r.acme.test/shop/web:$i\\\" failed\" error=\"failed to resolve reference: https://bot:$secret@r.acme.test/v2/: 403 Forbidden\""
    done >"$file"
}
# n1 and n2 share a password, and each has one of its own: 1 and 2 in both, for other secrets.
shard n1/containerd.log n1 10 hunter2aa first11b
shard n2/containerd.log n2 11 second22 hunter2aa
tags() { "$PM" query "$1" "select node || ' ' || error from events where error is not null order by 1" --format csv | grep -o 'n[12] .*redacted:[a-z]*:[^>]*' | sed 's/ .*redacted:/ /'; }
for n in n1 n2; do run 0 "$PM" ingest $n --db $n.db; done
[ "$(tags n1.db | sort -u | tr '\n' ' ')" = "n1 password:1 n1 password:2 " ] || wrong "numbers of one run: $(tags n1.db)"
run 0 "$PM" merge n1.db n2.db --db a.db
run 0 "$PM" merge n2.db n1.db --db b.db
cp n1.db c.db # a shard that the other is merged into
run 0 "$PM" merge n2.db --db c.db
run 0 "$PM" merge a.db n1.db n2.db --db d.db # and once more
run 0 "$PM" merge n1.db --db d.db
tags a.db >want
[ "$(sort -u want | wc -l)" = 4 ] || wrong "four tags of two shards: $(cat want)"
[ "$(cut -d' ' -f2 want | sort -u | wc -l)" = 4 ] || wrong "tags of two shards meet: $(cat want)"
grep -qE '^n1 password:1-[0-9a-f]{8}$' want || wrong "no mark: $(cat want)"
for db in b c d; do tags $db.db >got; cmp -s want got || wrong "$db.db has other tags: $(cat got)"; done
run 0 "$PM" analyze n1 n2 -f json -o one.json
run 0 "$PM" report a.db -f json -o two.json
has two.json '<redacted:password:1-'
grep -q 'hunter2aa\|first11b\|second22' ./*.db ./*.json && wrong "a secret is in an output"
# With a key: one tag for one secret in every shard, run and merge; another key gives others, and nothing shorter than 16 bytes is one.
printf '0123456789abcdef' >key
printf 'another key of one' >key2
printf 'short' >key3
for n in n1 n2; do run 0 "$PM" ingest $n --db k$n.db --redact-key key; done
run 0 "$PM" merge kn1.db kn2.db --db k.db
tags k.db >got
[ "$(cut -d' ' -f2 got | sort -u | wc -l)" = 3 ] || wrong "three secrets, not: $(cat got)"
[ "$(cut -d' ' -f2 got | sort | uniq -d | wc -l)" = 1 ] || wrong "the shared one has not one tag: $(cat got)"
grep -qvE '^n[12] password:[0-9a-f]{20}$' got && wrong "no keyed tags: $(cat got)"
"$PM" analyze n1 n2 --redact-key key -f json -o k1.json >/dev/null 2>&1
"$PM" analyze n1 n2 --redact-key key -j 1 -f json -o k2.json >/dev/null 2>&1
cmp -s k1.json k2.json || wrong "the same key gives other bytes"
run 0 "$PM" ingest n1 --db other.db --redact-key key2
tags other.db >got2
grep -qFf got got2 && wrong "another key gives the same tags"
# The commands that print texts of a bundle tag alike.
tag=$(grep -o 'redacted:password:[0-9a-f]\{20\}' k1.json | sort | head -1)
[ -n "$tag" ] || wrong "no keyed tag in k1.json"
cat n1/containerd.log n2/containerd.log | "$PM" explain --redact-key key >out
has out "$tag"
"$PM" show n1 containerd.log:1 --redact-key key >out 2>&1
"$PM" show n2 containerd.log:2 --redact-key key >>out 2>&1
grep -q 'redacted:password:[0-9a-f]\{20\}' out || wrong "show has no keyed tag: $(cat out)"
"$PM" gate n1 n2 --redact-key key -f json >out 2>&1
grep -q 'redacted:password:[0-9]>' out && wrong "the gate has numbers"
run 2 "$PM" analyze n1 --redact-key key3
has err 'holds 5 bytes, 16 are the least'
run 2 "$PM" analyze n1 --redact-key nothing
has err 'nothing cannot be read'
# A user and a password before an image's registry: no part of the image is the password, and a tag of digits makes no digest of the rest.
for tag in 1 latest; do
    echo "time=\"2026-04-12T06:10:02.100000001Z\" level=error msg=\"PullImage \\\"bob:s3cr3tPassw0rd@r.acme.test/shop/web:$tag\\\" failed\" error=\"failed to pull and unpack image \\\"bob:s3cr3tPassw0rd@r.acme.test/shop/web:$tag\\\": 401 Unauthorized\""
done >userinfo.log
run 0 "$PM" analyze userinfo.log --db userinfo.db -o u.csv -o u.events.csv -o u.json
has u.events.csv 'redacted:password'
grep -q s3cr3tPassw0rd u.* userinfo.db && wrong "a password before a registry is in an output"
exit $failed
