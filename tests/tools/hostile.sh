#!/bin/sh
# hostile.sh DIR: makes the inputs of testdata/hostile. They are checked in; run it again to change one. All written by us to the formats' own descriptions.
set -eu
out=$(mkdir -p "$1" && cd "$1" && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
export LC_ALL=C TZ=UTC
pack() { tar --format=ustar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@1704164645 "$@"; }
fail_line() { # NUMBER
    printf 'E0102 03:04:%02d.678901    2711 kuberuntime_image.go:55] "Failed to pull image" err="rpc error: code = NotFound desc = failed to pull and unpack image \\"r.acme.test/shop/cart:1.%d\\": not found" image="r.acme.test/shop/cart:1.%d"\n' "$1" "$1" "$1"
}

i=0; while [ $i -lt 50 ]; do fail_line $i; i=$((i + 1)); done > kubelet.log

# Breaks off in the middle of its compressed data.
gzip -9n < kubelet.log | head -c 400 > "$out/cut.log.gz"
# 300 MB of zeros, packed twice into a few hundred bytes.
head -c 300000000 /dev/zero | gzip -9n | gzip -9n > "$out/bomb.gz"
# A tar in a tar in a gzipped tar; the innermost holds the log, gzipped.
mkdir -p n/nodes/n1 && gzip -9nc kubelet.log > n/nodes/n1/kubelet.log.1.gz
pack -C n -cf in.tar nodes && pack -czf mid.tgz in.tar && pack -cf "$out/nested.tar" mid.tgz && gzip -9nf "$out/nested.tar"
# Names that want to be elsewhere, that hide on a terminal, and a link out.
mkdir -p f/a && cp kubelet.log f/a/one && ln -s /etc/passwd f/passwd
pack -P -C f --transform 's,^a/one,../../../etc/cron.d/one,' -cf "$out/forged-names.tar" a/one passwd
# A tar that ends within its second member.
mkdir -p c && head -n 3 kubelet.log > c/a.log && cp kubelet.log c/b.log && pack -C c -cf cut-whole.tar a.log b.log && head -c 4000 cut-whole.tar > "$out/cut.tar"
# Links in a folder: out of it, to nothing, and round in a circle.
rm -rf "$out/links" && mkdir -p "$out/links/a" && head -n 2 kubelet.log > "$out/links/a/kubelet.log"
ln -s /etc/passwd "$out/links/passwd" && ln -s nowhere "$out/links/nothing" && ln -s . "$out/links/a/circle"
# Lines and bytes no program should trust.
{ printf 'E0102 03:04:05.678901    2711 x.go:1] "'; head -c 300000 /dev/zero | tr '\0' 'A'; fail_line 1; } > line && gzip -9nc line > "$out/long-line.log.gz"
printf 'E0102 03:04:05.678901    2711 x.go:1] "Failed to pull image \377\376\300\200" image="\200\201"\nE1399 77:88:99.000000 1 x.go:1] pull\nE0229 03:04:05.678901 1 x.go:1] "Failed to pull image" image="a"\n' > "$out/bad-bytes.log"
{ printf '\377\376'; printf 'E0102 pull' | sed 's/./&\n/g' | tr '\n' '\0'; printf '\r'; } > "$out/utf16-cut.txt"
{ printf 'LPKSHHRH'; head -c 40 /dev/zero | tr '\0' '\377'; fail_line 2; } > "$out/cut.journal"
awk 'BEGIN { for (i = 0; i < 5000; i++) printf "{\"items\":["; print "" }' > "$out/deep.json"
printf '{"kind":"EventList","items":[{"kind":"Event","reason":"Failed","message":"Failed to pull image \\"\\u0000\\ud800x\\"","count":-1,"lastTimestamp":"2024-99-99T99:99:99Z"},{"kind":' > "$out/cut.json"
{ echo 'apiVersion: v1'; echo 'kind: PodList'; echo 'items:'; echo '- &a [x,x,x,x,x,x,x,x]'; for l in b c d e f g h; do p=$(printf %s "$l" | tr bcdefgh abcdefg); echo "- &$l [*$p,*$p,*$p,*$p,*$p,*$p,*$p,*$p]"; done; } > "$out/aliases.yaml"
# Zips in zips in zips, whose innermost files are zeros: a few kilobytes that would be gigabytes, and more entries than anybody can look at.
head -c 20000000 /dev/zero > zeros && cp zeros 0.bin
pack_zip() { python3 -c 'import sys, zipfile
z = zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED)
for i in range(int(sys.argv[3])): z.writestr(zipfile.ZipInfo("%d%s" % (i, sys.argv[4])), open(sys.argv[2], "rb").read(), zipfile.ZIP_DEFLATED)' "$@"; }
pack_zip z0.zip 0.bin 1 .bin
for l in 1 2 3 4 5; do pack_zip z$l.zip z$((l - 1)).zip 12 .zip; done
cp z5.zip "$out/zips.zip"
# A count is a number that somebody wrote: forty events that say two thousand million each.
python3 -c 'import json
event = lambda i: {"kind": "Event", "metadata": {"name": "cart-%d.1" % i, "namespace": "shop", "uid": "e-%d" % i}, "involvedObject": {"kind": "Pod", "namespace": "shop", "name": "cart-%d" % i},
    "source": {"component": "kubelet", "host": "w1"}, "reason": "Failed", "message": "Failed to pull image \"r.acme.test/shop/cart:%d\": not found" % i,
    "count": 2147483647, "firstTimestamp": "2026-02-03T04:05:06Z", "lastTimestamp": "2026-02-03T05:35:06Z"}
print(json.dumps({"kind": "List", "items": [event(i) for i in range(40)]}))' > "$out/counts.json"
