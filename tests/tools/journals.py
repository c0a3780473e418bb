#!/usr/bin/env python3
"""Native journals as journald writes them, and our reading of them held against journalctl's.

systemd-journal-remote writes entries that are made here, with and without a keyed hash and the compact layout; its fields are zstd. Journals of older systems
are made of those: the fields in xz or lz4, moved behind the rest, where the entries then point. journalctl reads each, and prints it for export; of that and of
the journal itself the same events must come. What was read in the end is kept: testdata/bundles/journals-of-journald is what -k writes.
usage: journals.py [-k FOLDER]    PM names the binary; needs Debian's systemd-journal-remote
"""
import ctypes, ctypes.util, lzma, os, struct, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PM = os.environ.get("PM", os.path.join(ROOT, "build/pullmortem"))
REMOTE = "/usr/lib/systemd/systemd-journal-remote"
ASKED = "SELECT ts_ns, node, component, kind, quality, image, registry, pod, error FROM events ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9"
DATA, ENTRY, ZSTD, XZ, LZ4, COMPACT = 1, 3, 4, 1, 2, 16  # systemd: src/libsystemd/sd-journal/journal-def.h


def entries(node, n):
    for i in range(n):
        image = f"quay.example/shop/cart{i % 7}:2.{i}"
        error = f'rpc error: code = NotFound desc = failed to pull and unpack image \\"{image}\\": failed to resolve reference \\"{image}\\": {image}: not found'
        said = f'E0412 06:{i // 60:02}:{i % 60:02}.{len(node) * 100 + i:06}    {1700 + len(node)} kuberuntime_image.go:55] "Failed to pull image" err="{error}" image="{image}"'
        who = ("kubelet", "kubelet.service")
        if i % 3 == 1:  # no time of its own, and long: fields of more than 512 bytes are packed
            who, said = ("containerd", "containerd.service"), f'level=error msg="PullImage \\"{image}\\" failed" error="{error}" note="' + "".join(f"{k:x}" for k in range(300)) + '"'
        message = said.encode()
        if i % 10 == 2:
            message = b"several lines\n\tof what\nnobody asked for"
        elif i % 10 == 6:
            message = b"caf\xe9 \x00\x01 no text"
        fields = {"__REALTIME_TIMESTAMP": 1775973600000000 + len(node) * 100 + i * 1000003, "__MONOTONIC_TIMESTAMP": 1000000 + i * 1000003, "_BOOT_ID": "0123456789abcdef0123456789abcdef", "_HOSTNAME": node,
                  "SYSLOG_IDENTIFIER": who[0], "_SYSTEMD_UNIT": who[1], "_PID": 1700 + i % 4, "PRIORITY": 3, "_TRANSPORT": "stdout"}
        yield b"".join(b"%s=%s\n" % (k.encode(), str(v).encode()) for k, v in fields.items()) + b"MESSAGE\n" + struct.pack("<Q", len(message)) + message + b"\n\n"


def shorter(b):
    """the file without what is empty behind its last object"""
    tail, = struct.unpack_from("<Q", b, 136)
    size, = struct.unpack_from("<Q", b, tail + 8)
    end = tail + (size + 7 & ~7)
    struct.pack_into("<Q", b, 96, end - struct.unpack_from("<Q", b, 88)[0])
    return b[:end]


def unzstd(p):
    lib = ctypes.CDLL(ctypes.util.find_library("zstd"))
    lib.ZSTD_getFrameContentSize.restype = ctypes.c_ulonglong
    n = lib.ZSTD_getFrameContentSize(p, len(p))
    out = ctypes.create_string_buffer(n)
    lib.ZSTD_decompress(out, n, p, len(p))
    return out.raw


def packed(p, how):
    if how == XZ:
        return lzma.compress(p, lzma.FORMAT_XZ, lzma.CHECK_NONE)
    out = ctypes.create_string_buffer(len(p) + 1000)
    n = ctypes.CDLL(ctypes.util.find_library("lz4")).LZ4_compress_default(p, out, len(p), len(out))
    return struct.pack("<Q", len(p)) + out.raw[:n]


def converted(b, how):
    """the journal with its packed fields in xz or lz4; how many"""
    number = lambda at: struct.unpack_from("<Q", b, at)[0]
    flags, = struct.unpack_from("<I", b, 12)
    head, item = (72, "<I") if flags & COMPACT else (64, "<Q")
    objects, at, tail = [], number(88), number(136)
    while at <= tail:
        objects.append((at, b[at], number(at + 8)))
        at += number(at + 8) + 7 & ~7
    end, moved = at, {}
    for at, kind, size in objects:
        if kind == DATA and b[at + 1] & ZSTD:
            p = packed(unzstd(bytes(b[at + head:at + size])), how)
            b[end:end + head] = b[at:at + head]
            b[end + 1] = how
            struct.pack_into("<Q", b, end + 8, head + len(p))
            struct.pack_into("<Q", b, 136, end)
            moved[at] = end
            b[end + head:end + head + len(p)] = p
            end += head + len(p) + 7 & ~7
    for at, kind, size in objects:
        for i in range(at + 64, at + size if kind == ENTRY else 0, 4 if flags & COMPACT else 16):
            was, = struct.unpack_from(item, b, i)
            struct.pack_into(item, b, i, moved.get(was, was))
    struct.pack_into("<I", b, 12, flags & ~(1 | 2 | 8) | how)
    return b, len(moved)


def events(path, top):
    db = top + "/t.db"
    p = subprocess.run([PM, "ingest", path, "--db", db], capture_output=True, text=True)
    if p.returncode:
        sys.exit(f"FAIL {path}: {p.stderr}")
    out = subprocess.run([PM, "query", db, ASKED, "-f", "csv"], capture_output=True, check=True).stdout
    os.unlink(db)
    return out


def main():
    keep = sys.argv[sys.argv.index("-k") + 1] if "-k" in sys.argv else None
    if not os.access(REMOTE, os.X_OK):
        print("NOT RUN: systemd-journal-remote is not here")
        return 0
    bad = 0
    with tempfile.TemporaryDirectory() as top:
        for keyed in "01":
            for compact in "01":
                for how in (0, XZ, LZ4):
                    node = f"acre-{'keyed' if keyed == '1' else 'plain'}{'-compact' if compact == '1' else ''}-{ {0: 'zstd', XZ: 'xz', LZ4: 'lz4'}[how]}"
                    at = f"{top}/{node}.journal"
                    with open(top + "/in", "wb") as f:
                        f.write(b"".join(entries(node, 60)))
                    env = dict(os.environ, SYSTEMD_JOURNAL_KEYED_HASH=keyed, SYSTEMD_JOURNAL_COMPACT=compact)
                    subprocess.run([REMOTE, "-o", at, top + "/in"], env=env, check=True, capture_output=True)
                    with open(at, "rb") as f:
                        b = bytearray(f.read())
                    if how:
                        b, n = converted(b, how)
                        assert n > 0, "no field was packed"
                    with open(at, "wb") as f:
                        f.write(shorter(b))
                    with open(top + "/out", "wb") as f:
                        f.write(subprocess.run(["journalctl", "--file", at, "-o", "export", "--all"], stdout=subprocess.PIPE, check=True).stdout)
                    ours, theirs = events(at, top), events(top + "/out", top)
                    good = ours == theirs and ours.count(b"\n") > 40
                    bad += not good
                    print(f"{'same' if good else 'FAIL'} {node}: {ours.count(b'pull.fail')} failed pulls, {ours.count(bytes([10])) - 1} events")
                    if keep and keyed == "1":
                        os.makedirs(f"{keep}/{node}/var/log/journal/fedcba98765432100123456789abcdef", exist_ok=True)
                        os.rename(at, f"{keep}/{node}/var/log/journal/fedcba98765432100123456789abcdef/system.journal")
    return bad > 0


sys.exit(main())
