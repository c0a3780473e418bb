#!/usr/bin/env python3
"""Benchmarks: whole-process wall time and peak memory of pullmortem beside named peers, run in turn on warm files; ratios are medians over pairs.
usage: run.py [MEGABYTES [ROUNDS]]     PM names the binary. Inputs are generated once under build/bench/."""
import os, resource, shutil, statistics, subprocess, sys, time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PM = os.environ.get("PM", os.path.join(ROOT, "build/pullmortem"))
LITERALS = ["PullImage", "Failed to pull", "Back-off", "ErrImagePull", "ImagePullBackOff", "no space left", "garbage", "evict", "toomanyrequests", "429"]


def once(argv):
    out = open(os.devnull, "wb")
    start = time.monotonic()
    p = subprocess.Popen(argv, stdout=out, stderr=out)
    _, _, use = os.wait4(p.pid, 0)
    return time.monotonic() - start, use.ru_maxrss / 1024


def compare(title, ours, peer_name, peer, rounds):
    if not peer or not shutil.which(peer[0]):
        print(f"{title:34} {peer_name} is not here")
        return
    once(ours), once(peer)
    pairs = [(once(ours), once(peer)) for _ in range(rounds)]
    ratio = statistics.median(a[0] / b[0] for a, b in pairs)
    print(f"{title:34} {statistics.median(a[0] for a, _ in pairs):7.2f} s  {max(a[1] for a, _ in pairs):7.0f} MB   {ratio:6.2f} × {peer_name} ({statistics.median(b[0] for _, b in pairs):.2f} s, {max(b[1] for _, b in pairs):.0f} MB)", flush=True)


def main():
    megabytes, rounds = (int(sys.argv[1]) if len(sys.argv) > 1 else 200), (int(sys.argv[2]) if len(sys.argv) > 2 else 5)
    d = os.path.join(ROOT, "build/bench", str(megabytes))
    if not os.path.exists(f"{d}/events.json"):
        subprocess.run([sys.executable, os.path.join(ROOT, "tests/bench/generate.py"), d, str(megabytes)], check=True)
    for name in ("kubelet.log", "access.log"):
        if not os.path.exists(f"{d}/{name}.gz"):
            subprocess.run(["gzip", "-k", "-6", f"{d}/{name}"], check=True)
    ingest = lambda path: [PM, "ingest", path, "--db", f"{d}/out.db"]
    grep = ["grep", "-c", "-F", *sum((["-e", l] for l in LITERALS), [])]
    rg = ["rg", "-c", "-F", *sum((["-e", l] for l in LITERALS), [])]
    print(f"{megabytes} MB of kubelet log and its company; median of {rounds} pairs, {os.cpu_count()} cores")
    compare("kubelet.log, ingest", ingest(f"{d}/kubelet.log"), "gzip -dc of its gzip", ["gzip", "-dc", f"{d}/kubelet.log.gz"], rounds)
    compare("kubelet.log, ingest", ingest(f"{d}/kubelet.log"), "rg -c, ten literals", [*rg, f"{d}/kubelet.log"], rounds)
    compare("kubelet.log, ingest", ingest(f"{d}/kubelet.log"), "grep -F -c, ten literals", [*grep, f"{d}/kubelet.log"], rounds)
    compare("kubelet.log.gz, ingest", ingest(f"{d}/kubelet.log.gz"), "gzip -dc", ["gzip", "-dc", f"{d}/kubelet.log.gz"], rounds)
    compare("containerd.log, ingest", ingest(f"{d}/containerd.log"), "grep -F -c, ten literals", [*grep, f"{d}/containerd.log"], rounds)
    compare("access.log, ingest", ingest(f"{d}/access.log"), "gzip -dc of its gzip", ["gzip", "-dc", f"{d}/access.log.gz"], rounds)
    compare("events.json, ingest", ingest(f"{d}/events.json"), "jq '.items|length'", ["jq", ".items|length", f"{d}/events.json"], rounds)
    compare("kubelet.log, analyze", [PM, "analyze", f"{d}/kubelet.log", "-o", os.devnull, "--format", "json"], "gzip -dc of its gzip", ["gzip", "-dc", f"{d}/kubelet.log.gz"], rounds)


main()
