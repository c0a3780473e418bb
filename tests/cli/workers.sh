# Many small files, big ones among them, and what is left out: the same bytes however many workers read them, from a folder and from an archive.
. "$(dirname "$0")/common.inc"
python3 - <<'END'
import os
for i in range(900):
    d = f"many/ns{i % 7}/pods/app-{i:03d}"
    os.makedirs(d)
    with open(f"{d}/app.log", "w") as f:
        for k in range(6000 if i % 300 == 13 else 1 + i % 4):  # three of them are larger than a group is held back for
            f.write(f"2024-03-05T10:{k // 60 % 60:02d}:{k % 60:02d}.{i:03d}Z added item sku-{k} to cart {i}\n")
        if i % 50 == 0:
            f.write(f'2024-03-05T10:59:00.{i:03d}Z Error: initializing source docker://r.acme.test/shop/web:{i}: reading manifest {i} in r.acme.test/shop/web: manifest unknown\n')
    if i % 100 == 7:
        os.symlink("/etc/hostname", f"{d}/elsewhere")  # told as left out, in its place
        with open(f"{d}/core", "wb") as f:
            f.write(b"\x7fELF" + bytes(5000))
END
tar -czf many.tar.gz many
for what in many many.tar.gz; do
    for n in 1 2 4 16; do
        "$PM" analyze $what -j $n --format json -o $n.json >out 2>err || [ $? = 3 ] || wrong "$what with $n workers: status"
        cmp -s 1.json $n.json || wrong "$what: $n workers tell something else than one"
    done
    python3 -c 'import json; b = json.load(open("1.json"))["bundle"]; assert len(b["files"]) >= 900, len(b["files"]); assert [f["path"] for f in b["files"]] == sorted(f["path"] for f in b["files"])' || wrong "$what: not all files, or not in their order"
done
