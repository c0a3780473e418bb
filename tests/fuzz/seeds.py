#!/usr/bin/env python3
"""Seeds and a dictionary for a fuzz target, out of testdata and rules, the same every time.

A target says in tests/fuzz/targets.c which of the kinds below its seeds are of. Where it has variants, an input begins with two bytes that choose one: each
seed stands under the variant that its file's name speaks of, where there is one, and else under one after the other.
usage: seeds.py FUZZER TARGET FOLDER [DICTIONARY]
"""
import glob, hashlib, os, re, subprocess, sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MOST, BYTES = 400, 12000


def read(path):
    with open(path, "rb") as f:
        return f.read(1 << 20)


def files(*patterns):
    for pattern in patterns:
        for path in sorted(glob.glob(os.path.join(ROOT, pattern), recursive=True)):
            if os.path.isfile(path) and os.path.getsize(path) < 1 << 20:
                yield os.path.relpath(path, ROOT), read(path)


def cases():  # of parsers: what stands behind the lines that say where it came from
    for path, text in files("testdata/parsers/*/*.log"):
        yield path, b"".join(l for l in text.splitlines(True) if not l.startswith(b"## "))


def noise(name, n, size):  # bytes that are nothing; rows are made of them
    for i in range(n):
        out = b""
        while len(out) < size:
            out += hashlib.sha256(b"%s %d %d" % (name, i, len(out))).digest()
        yield "noise", out[: size * (i + 1) // n]


def members():
    for path, text in cases():
        yield path, bytes([0]) + text[:BYTES]
    for path, text in files("testdata/hostile/*", "testdata/hostile/fuzz/*", "testdata/parsers/journald-native/*"):
        yield path, bytes([0]) + text[:60000]


def lines():
    for path, text in cases():
        whole = text.strip(b"\n")
        yield path, whole[:BYTES]
        for line in whole.split(b"\n")[:6]:
            if line:
                yield path, line[:4000]


def configs():
    names = r"\.(toml|conf|json|yaml)|config|registries|crio|docker-info|crictl-info|df|images-list|host-facts"
    for path, text in cases():
        if re.search(names, path):
            yield path, bytes([0]) + text[:BYTES]


def rules():
    for path, text in files("rules/*.yaml", "rules/causes/*.yaml"):
        yield path, text[:BYTES]
        for part in re.split(rb"\n(?=  - )", text)[1:4]:
            yield path, text[: text.find(b"\n  - ") + 1] + part + b"\n"
    yield "policy", b"""incidents:
  - {match: rate-limit, severity: warning}
  - {match: any, severity: critical, confidence: high, scope: node, action: warn}
metrics:
  - {metric: success_ratio, under: 0.95, registry: docker.io}
  - {metric: failure_ratio, over: 0.1, for: 5m}
quotas:
  - {registry: docker.io, identity: anonymous, headroom_under: 0.2}
findings:
  - {severity: warning, action: warn}
waivers:
  - {match: image, until: 2027-01-31, reason: known}
require: {pulls: 1}
"""
    yield "fail-on", b"rate-limit:critical,auth,any:info"
    yield "baseline", b'{"schema": 1, "known": [{"fingerprint": "0123456789abcdef", "nodes": 3, "pods": 9, "images": 1}]}\n'


def promql():
    for _, text in files("rules/alerts.yaml"):
        for expression in re.findall(rb"expr: (.*)", text):
            yield "alerts", bytes(12) + expression.strip(b"'\"")
    for e in (b"sum by (node) (rate(up[5m])) > 0", b"a / on (node) b", b"up{node=~\"n.*\",x!=\"y\"} unless bool 1", b"-(1 + 2) * count(up)"):
        yield "own", bytes(range(12)) + e


def bundles():
    yield from files("testdata/hostile/*", "testdata/hostile/fuzz/*")
    for path, data in files("testdata/bundles/*/*.tar*", "testdata/bundles/*/*.zip"):
        if len(data) < 60000:
            yield path, data


def rows():
    yield from noise(b"rows", 60, 3000)


def patches():
    yield from noise(b"patches", 40, 400)
    yield "none", b"\1"
    for at in range(0, 4096, 97):  # the header and the schema
        yield "header", b"\1" + at.to_bytes(4, "big") + b"\0\xff"


def templates():
    yield from files("analyzer/share/postmortem.md.template")
    yield "own", b"# {{title}}\n{{#incidents}}{{summary}}{{/incidents}}\n"


def choose(path, variants, i):
    for word in re.split(r"[/.]", path):
        hits = [k for k, v in enumerate(variants) if word == v or os.path.basename(v).split(".")[0] == word]
        if hits:
            return hits[0]
    return i % len(variants)


def words_of(seeds):
    count = {}
    for data in seeds:
        for word in set(re.findall(rb'"[A-Za-z_@./-]{3,24}"|[A-Za-z_][A-Za-z_-]{3,20}[=:]|\[[a-z.]{3,20}\]|[a-z]{4,16}', data)):
            count[word] = count.get(word, 0) + 1
    return sorted(sorted(count), key=lambda w: -count[w])[:300]


def main():
    fuzzer, target, folder = sys.argv[1:4]
    listed = subprocess.run([fuzzer, "--list"], capture_output=True, text=True, check=True).stdout
    kind = next(l.split()[1] for l in listed.splitlines() if l.split()[0] == target)
    variants = subprocess.run([fuzzer, "--list=" + target], capture_output=True, text=True, check=True).stdout.split()
    os.makedirs(folder, exist_ok=True)
    for old in os.listdir(folder):
        os.remove(os.path.join(folder, old))
    # What broke a target once is fed to it for ever.
    made = [d for p, d in files(f"testdata/hostile/fuzz/{target}-*")]
    every = list(globals()[kind]())
    step = max(1, len(every) // MOST)
    for i, (path, data) in enumerate(every[::step]):
        made.append((choose(path, variants, i).to_bytes(2, "big") if variants else b"") + data)
    for i, data in enumerate(made):
        with open(os.path.join(folder, f"{i:04}"), "wb") as f:
            f.write(data)
    if len(sys.argv) > 4:
        with open(sys.argv[4], "w") as f:
            for word in words_of(made):
                f.write('"' + "".join(chr(c) if 32 < c < 127 and c not in b'"\\' else f"\\x{c:02x}" for c in word) + '"\n')


main()
