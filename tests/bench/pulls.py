#!/usr/bin/env python3
"""A fleet's runtimes over ten hours: pulls alone, by node, the same bytes each time. Most succeed; a registry's rate limit, a mistyped tag, a registry that does
not answer and a node without disk fail the others. Wordings of three containerd releases and of CRI-O.
usage: pulls.py FOLDER PULLS [NODES [REGISTRIES]]"""
import os, random, sys

FAILURES = [
    ("docker.io/acme/{img}:1", 'unexpected status from HEAD request to https://registry-1.docker.io/v2/acme/{img}/manifests/1: 429 Too Many Requests'),
    ("{reg}/team/{img}:1.0.typo", '{reg}/team/{img}:1.0.typo: not found'),
    ("{reg}/team/{img}:2", 'failed to do request: Head "https://{reg}/v2/team/{img}/manifests/2": dial tcp 10.1.2.3:443: i/o timeout'),
]


def stamp(s, ns):
    return f"2026-04-12T{6 + int(s) // 3600:02d}:{int(s) // 60 % 60:02d}:{int(s) % 60:02d}.{ns:09d}Z"


def node_log(path, n, i, nodes, registries):
    r = random.Random(i)
    newer = i % 3
    with open(path, "w") as f:
        for k in range(n):
            s, img, reg = k / n * 36000, f"svc{r.randrange(400)}", f"registry{r.randrange(registries)}.example.com"
            x = r.random()
            fails = FAILURES[0 if x < 0.08 else 1 if x < 0.085 else 2] if x < 0.09 else None
            ref = (fails[0] if fails else "{reg}/team/{img}:2").format(img=img, reg=reg)
            ns = r.randrange(10**9 - 20000)
            f.write(f'time="{stamp(s, ns)}" level=info msg="PullImage \\"{ref}\\""\n')
            if fails:
                why = fails[1].format(img=img, reg=reg)
                lead = f'failed to pull and unpack image \\"{ref}\\": ' + (f'failed to resolve reference \\"{ref}\\": ' if newer else "")
                f.write(f'time="{stamp(s + 1, ns)}" level=error msg="PullImage \\"{ref}\\" failed" error="{"rpc error: code = Unknown desc = " if newer == 1 else ""}{lead}{why}"\n')
                continue
            image = f'sha256:{r.getrandbits(256):064x}'
            if newer:
                f.write(f'time="{stamp(s + 2, ns)}" level=info msg="Pulled image \\"{ref}\\" with image id \\"{image}\\", repo tag \\"{ref}\\", repo digest \\"{ref.rsplit(":", 1)[0]}@sha256:{r.getrandbits(256):064x}\\", size \\"{r.randrange(10**6, 10**9)}\\" in 2.{r.randrange(10**8, 10**9)}s"\n')
            f.write(f'time="{stamp(s + 2, ns + 20000)}" level=info msg="PullImage \\"{ref}\\" returns image reference \\"{image}\\""\n')


def main():
    folder, pulls, nodes, registries = sys.argv[1], int(sys.argv[2]), int((sys.argv + [0, 0])[3] or 300), int((sys.argv + [0, 0, 0])[4] or 5)
    for i in range(nodes):
        os.makedirs(f"{folder}/nodes/node{i:03d}", exist_ok=True)
        node_log(f"{folder}/nodes/node{i:03d}/containerd.log", pulls // nodes + (i < pulls % nodes), i, nodes, registries)


main()
