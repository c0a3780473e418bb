"""What `make bench` measures: a row is an input, a command, the rivals beside which it runs, and what is wanted of it."""
import os, sys
from typing import NamedTuple

import duckdb

LITERALS = ["PullImage", "Failed to pull", "Back-off", "ErrImagePull", "ImagePullBackOff", "no space left", "garbage", "evict", "toomanyrequests", " 429",
            "pulling image", "pull access", "manifest unknown", "unauthorized", "x509", "i/o timeout", "ErrImage", "docker.io", "containerd.sock", "/v2/"]


class Rival(NamedTuple):
    name: str
    argv: tuple  # {input}, {folder} where outputs may lie, {pm}


class Row(NamedTuple):
    input: str
    what: str
    command: str
    rivals: dict = {}  # of each rival, the ratio of CPU time that is wanted, or None
    cpu_s: float = None  # that is wanted, where there is no rival
    peak_mb: int = 200


def sql(name, question):
    return Rival(f"DuckDB, {name}", (sys.executable, os.path.abspath(duckdb.__file__), question))


def aggregate(name, columns, rows):
    return sql(name, f"copy (select {columns}, count(*) from {rows} group by all) to '{{folder}}/duckdb.csv'")


RG = Rival("`rg -c`", ("rg", "-c", "-uuu", "--no-mmap", "-F", *(w for l in LITERALS for w in ("-e", l)), "{input}"))
GZIP = Rival("`gzip -dc`", ("gzip", "-dc", "{input}"))
GZIP_OF_IT = Rival("`gzip -dc` of it", ("gzip", "-dc", "{input}.gz"))
ZSTD = Rival("`zstd -dc`", ("zstd", "-dc", "{input}"))
JQ = Rival("`jq '.items\\|length'`", ("jq", ".items|length", "{input}"))
GOACCESS = Rival("GoAccess", ("goaccess", "{input}", "--log-format=COMBINED", "-o", "{folder}/goaccess.json"))
LNAV = Rival("lnav, lines like %pull%", ("lnav", "-n", "-c", ";select count(*) from all_logs where log_body like '%pull%'", "{input}"))
# What is asked of DuckDB is once a scan, and once what our rows hold: who asked for which image, when, and what came of it.
LINE = "read_csv('{input}', columns={'l': 'VARCHAR'}, delim='\\x01', quote='', header=false)"
FIELDS = "read_csv('{input}', columns={" + ", ".join(f"'{c}': 'VARCHAR'" for c in ("client", "ident", "login", "stamp", "zone", "request", "status", "bytes", "referer", "agent")) + "}, delim=' ', quote='\"', header=false)"
WORDS = "PullImage|Failed to pull|Back-off|ErrImagePull|ImagePullBackOff|no space left|toomanyrequests"
IMAGE = "'/v2/(\\S+)/(?:manifests|blobs)/', 1"
LIKE_PULL = sql("lines like %pull%", f"select count(*) from {LINE} where l like '%pull%'")
PULL_LINES = aggregate("by image, status, minute", "regexp_extract(l, '^[EIWF]\\d{4} (\\d\\d:\\d\\d):', 1), regexp_extract(l, 'image=\"([^\"]+)\"', 1), regexp_extract(l, ' ([45]\\d\\d) [A-Z]', 1)",
                       f"{LINE} where regexp_matches(l, '{WORDS}')")
BY_STATUS = sql("by status", f"select regexp_extract(l, '\" ([0-9]{{3}}) ', 1), count(*) from {LINE} group by all")
CLIENTS = aggregate("by client, image, status class, ten seconds", f"client, regexp_extract(request, {IMAGE}), left(status, 1), left(stamp, 20), sum(try_cast(bytes as bigint))", FIELDS)
JSON_STATUS = sql("by status", "select \"http.response.status\", count(*) from read_json('{input}') group by all")
JSON_CLIENTS = aggregate("by client, image, status class, ten seconds",
                         f"split_part(\"http.request.remoteaddr\", ':', 1), regexp_extract(\"http.request.uri\", {IMAGE}), \"http.response.status\" // 100, epoch(\"time\"::timestamp)::bigint // 10, sum(\"http.response.written\")", "read_json('{input}')")
ONE_WORKER = Rival("itself with `-j1`", ("{pm}", "analyze", "{input}", "-j1", "-o", "-", "--format", "json"))
MANY_WORKERS = Rival("itself with `-j16`", ("{pm}", "analyze", "{input}", "-j16", "-o", "-", "--format", "json"))

ROWS = [
    Row("applications-cri", "containers' logs behind CRI's stamps, nothing relevant", "analyze", {RG: 2.5}),
    Row("applications-docker", "the same in json-file", "analyze", {RG: 2.5}),
    Row("gathered", "a must-gather of small files", "analyze", cpu_s=3),
    Row("kubelet.log", "kubelet log, 2 % about pulls, 5 % about pods that run", "analyze", {RG: 2, LIKE_PULL: None, PULL_LINES: 0.3, LNAV: 0.05, ONE_WORKER: None, MANY_WORKERS: None}),
    Row("kubelet.log", "the same", "ingest", {RG: None, GZIP_OF_IT: None}),
    Row("kubelet.log.gz", "the same, gzipped", "analyze", {GZIP: 0.35}),
    Row("kubelet.log.zst", "the same, by zstd", "analyze", {ZSTD: 1.6}),
    Row("logs.tar.gz", "a tar.gz of these logs", "analyze", {GZIP: 0.4, ONE_WORKER: None, MANY_WORKERS: None}),
    Row("klog-json.log", "klog's JSON behind syslog, 2 % about pulls", "analyze", {RG: 4}),
    Row("journal.json", "`journalctl -o json`", "analyze", {RG: 8}),
    Row("containerd.log", "containerd log, 10 % about pulls", "analyze", {RG: 8}),
    Row("kubelet-releases.log", "kubelets 1.10, 1.18, 1.24 and 1.34, 2 % about pulls", "analyze", {RG: None}),
    Row("containerd-releases.log", "containerd 1.2, 1.6 and 2.1, 10 % about pulls", "analyze", {RG: None}),
    Row("dockerd-releases.log", "dockerd 17.03, 20.10 and 29, 10 % about pulls", "analyze", {RG: None}),
    Row("crio-releases.log", "CRI-O 1.24 and 1.32, 5 % begin or end a pull", "analyze", {RG: None}),
    Row("access.log", "a registry's access log", "analyze", {CLIENTS: 0.7, BY_STATUS: None, ONE_WORKER: None, MANY_WORKERS: None}),
    Row("access-tenth.log", "a tenth of it", "analyze", {GOACCESS: 1 / 15}),
    Row("distribution.jsonl", "a registry's own log", "analyze", {JSON_CLIENTS: 2, JSON_STATUS: None}),
    Row("events.json", "kubectl's list of events", "analyze", {JQ: 0.2}, peak_mb=64),
    Row("storm.log", "a pull storm: kubelet log, 60 % about pulls", "analyze", cpu_s=1.5),
    Row("fleet.db", "the judge and every report, pulls of 300 nodes", "report", cpu_s=4, peak_mb=300),
    Row("shards", "timelines of that fleet's nodes into one", "merge"),
    Row("line", "one line, cold", "explain", cpu_s=0.008),
]
