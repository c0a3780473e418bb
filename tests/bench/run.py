#!/usr/bin/env python3
"""Benchmarks: CPU seconds, wall time and peak memory of pullmortem beside named peers, run in turn on warm files. A ratio is the median over pairs of
processor time, which a busy machine disturbs least; the wall ratio, which two workers shorten, stands behind it.
usage: run.py [MEGABYTES [ROUNDS]]     PM names the binary. Inputs are generated once under build/bench/."""
import os, resource, shutil, statistics, subprocess, sys, time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PM = os.environ.get("PM", os.path.join(ROOT, "build/pullmortem"))
LITERALS = ["PullImage", "Failed to pull", "Back-off", "ErrImagePull", "ImagePullBackOff", "no space left", "garbage", "evict", "toomanyrequests", "429"]


def once(argv):
    with open(os.devnull, "wb") as out:
        start = time.monotonic()
        p = subprocess.Popen(argv, stdout=out, stderr=out)
        _, status, use = os.wait4(p.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"failed: {' '.join(argv)}")
    return use.ru_utime + use.ru_stime, time.monotonic() - start, use.ru_maxrss / 1024


def compare(title, ours, peer_name, peer, rounds):
    once(ours)
    here = peer and shutil.which(peer[0])
    if here:
        once(peer)
    pairs = [(once(ours), once(peer) if here else None) for _ in range(rounds)]
    median = lambda side, what: statistics.median(p[side][what] for p in pairs)
    line = f"{title:26} {median(0, 0):7.2f} s CPU {median(0, 1):7.2f} s wall {max(a[2] for a, _ in pairs):5.0f} MB"
    if not here:
        print(f"{line}   ({peer_name} is not here)", flush=True)
        return
    cpu, wall = (statistics.median(a[i] / b[i] for a, b in pairs) for i in (0, 1))
    print(f"{line}   {cpu:6.2f} ({wall:.2f}) × {peer_name} ({median(1, 0):.2f} s CPU, {max(b[2] for _, b in pairs):.0f} MB)", flush=True)


def main():
    megabytes, rounds = (int(sys.argv[1]) if len(sys.argv) > 1 else 200), (int(sys.argv[2]) if len(sys.argv) > 2 else 3)
    d = os.path.join(ROOT, "build/bench", str(megabytes))
    if not os.path.exists(f"{d}/events.json"):
        subprocess.run([sys.executable, os.path.join(ROOT, "tests/bench/generate.py"), d, str(megabytes)], check=True)
    for name in ("kubelet.log", "access.log"):
        if not os.path.exists(f"{d}/{name}.gz"):
            subprocess.run(["gzip", "-k", "-6", f"{d}/{name}"], check=True)
    ingest = lambda name: [PM, "ingest", f"{d}/{name}", "--db", f"{d}/out.db"]
    analyze = lambda name: [PM, "analyze", f"{d}/{name}", "-o", "-", "--format", "json"]
    inflate = lambda name: ["gzip", "-dc", f"{d}/{name}.gz"]
    literals = sum((["-e", l] for l in LITERALS), [])
    grep = lambda name: ["sh", "-c", 'grep -F -c "$@" | cat', "grep", *literals, f"{d}/{name}"]  # into /dev/null it would stop at the first hit
    size = lambda name: f"{os.path.getsize(f'{d}/{name}') / 1e6:.0f} MB"
    print(f"kubelet.log {size('kubelet.log')}, containerd.log {size('containerd.log')}, access.log {size('access.log')}, events.json {size('events.json')}; "
          f"medians of {rounds} pairs, {os.cpu_count()} cores; ratio of CPU time (of wall time)")
    compare("kubelet.log, analyze", analyze("kubelet.log"), "gzip -dc of its gzip", inflate("kubelet.log"), rounds)
    compare("kubelet.log, ingest", ingest("kubelet.log"), "gzip -dc of its gzip", inflate("kubelet.log"), rounds)
    compare("kubelet.log, ingest", ingest("kubelet.log"), "rg -c, ten literals", ["rg", "-c", "-F", *literals, f"{d}/kubelet.log"], rounds)
    compare("kubelet.log, ingest", ingest("kubelet.log"), "grep -F -c, ten literals", grep("kubelet.log"), rounds)
    compare("kubelet.log.gz, ingest", ingest("kubelet.log.gz"), "gzip -dc", inflate("kubelet.log"), rounds)
    compare("containerd.log, ingest", ingest("containerd.log"), "grep -F -c, ten literals", grep("containerd.log"), rounds)
    compare("access.log, ingest", ingest("access.log"), "goaccess", ["goaccess", f"{d}/access.log", "--log-format=COMBINED", "-o", f"{d}/goaccess.json"], rounds)
    compare("access.log, analyze", analyze("access.log"), "gzip -dc of its gzip", inflate("access.log"), rounds)
    compare("events.json, ingest", ingest("events.json"), "jq '.items|length'", ["jq", ".items|length", f"{d}/events.json"], rounds)
    compare("events.json, analyze", analyze("events.json"), "jq '.items|length'", ["jq", ".items|length", f"{d}/events.json"], rounds)


main()
