#!/usr/bin/env python3
"""A search for inputs that take long: any input of a megabyte must end within two seconds of CPU, with every output asked for.

Not random: each input is made to cost most. Every case of testdata/parsers and every sample of rules/causes is taken and

same      said again until a megabyte is full
distinct  the same, each time with other names and numbers, so that nothing can be looked up that was there before
moved     the same, each time a little later, so that nothing is one moment
prefix    its first part alone, and nothing of what should follow, again and again: a reader that looks on for the rest does so each time
joined    on one line
almost    with one letter changed somewhere: what a pattern almost matches
nested    within itself, as an envelope may be

and some that know the readers' grammars: deep, wide, repeated keys, anchors, long names, tables, archives of many members (`made`). What takes more CPU than
SUSPECT_S is counted again in instructions, which no other program changes; more than MOST_INSTRUCTIONS is told, and the input is kept in build/slow.
usage: slow.py [-k WORD] [-q] [-e] [WAY...]    PM names the binary; -e: each case by itself, not those of a format together (hours); -k: only inputs whose name has WORD; -q: by the clock alone
"""
import glob, io, json, os, re, subprocess, sys, tarfile, tempfile, zipfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PM = os.environ.get("PM", os.path.join(ROOT, "build/pullmortem"))
SIZE, SUSPECT_S, MOST_INSTRUCTIONS = 1_000_000, 0.9, 6e9
OUTPUTS = [a for f in ("r.txt", "r.json", "r.html", "r.md", "r.csv", "t.db") for a in (["--db", f] if f.endswith("db") else ["-o", f])]


def cases(each):
    """one text for a format's cases, or each by itself"""
    for folder in sorted(glob.glob(ROOT + "/testdata/parsers/*")):
        whole = b""
        for path in sorted(glob.glob(folder + "/*.log")):
            with open(path, "rb") as f:
                text = b"".join(l for l in f.read().splitlines(True) if not l.startswith(b"## "))
            text = text.rstrip(b"\n") + b"\n"
            if each:
                yield os.path.basename(folder) + ":" + os.path.basename(path)[:-4], text
            whole += text
        if not each and not folder.endswith("/journald-native"):
            yield os.path.basename(folder), whole


def samples(each):
    for path in sorted(glob.glob(ROOT + "/rules/causes/*.yaml")):
        whole, name = b"", os.path.basename(path)[:-5]
        with open(path, "rb") as f:
            found = re.findall(rb"^      - (?:'([^\n]*)'|\"([^\n]*)\"|\{error: '([^\n]*?)', wins.*\})$", f.read(), re.M)
        for i, said in enumerate(found):
            said = next(s for s in said if s).replace(b"''", b"'").replace(b'\\"', b'"').replace(b"\\n", b" ")
            line = b'time="2026-04-12T06:10:07.1Z" level=error msg="PullImage \\"r.acme.test/a/b:1\\" failed" error=' + json.dumps(said.decode()).encode() + b"\n"
            if each:
                yield f"{name}:{i}", line
            whole += line
        if not each:
            yield name, whole


def repeat(make):
    out, n, i = [], 0, 0
    while n < SIZE:
        part = make(i)
        if not part:
            break
        out.append(part)
        n += len(part)
        i += 1
    return b"".join(out)[:SIZE]


def letters(i, n):
    return bytes(97 + (i // 26**k + k) % 26 for k in range(n))


def same(text):
    return repeat(lambda i: text)


def distinct(text):
    def other(i):
        count = [i * 37]

        def another(m):
            count[0] += 1
            w = m.group()
            if re.fullmatch(rb"[0-9a-f]{12,}", w):
                return (b"%0*x" % (len(w), count[0] * 0x9E3779B97F4A7C15 % 16 ** len(w)))[-len(w):]
            return w[:-2] + letters(count[0], 4) if len(w) > 4 else w
        # a name: what stands in a host, a path, a tag, a pod's name
        return re.sub(rb"(?<=[/.:@-])[a-z0-9]{3,}(?=[/.:@\"\\-])|[0-9a-f]{12,}", another, text)
    return repeat(other)


def moved(text):
    def later(i):
        return re.sub(rb"(\d\d):(\d\d):(\d\d)", lambda m: b"%02d:%02d:%02d" % ((int(m[1]) + i // 3600) % 24, (i // 60) % 60, i % 60), text)
    return repeat(later)


def prefix(part):
    def make(text):
        first = text[: max(1, len(text) * part // 8)]
        return repeat(lambda i: first + (b"\n" if i % 2 else b""))
    return make


def joined(text):
    return repeat(lambda i: text.replace(b"\n", b" "))


def almost(text):
    def spoilt(i):
        at = (i * 7919) % max(1, len(text))
        return text[:at] + b"~" + text[at + 1:] if text[at:at + 1] != b"\n" else text
    return repeat(spoilt)


def nested(text):
    line = text.strip(b"\n").split(b"\n")[0]
    for _ in range(12):
        quoted = json.dumps(line.decode("latin1"))[1:-1].encode("latin1", "replace")
        if 2 * len(line) + len(quoted) > 60000:
            break
        at = len(line) * 3 // 4
        line = line[:at] + quoted + line[at:]
    return repeat(lambda i: line + b"\n")


WAYS = {"same": same, "distinct": distinct, "moved": moved, "prefix2": prefix(2), "prefix5": prefix(5), "prefix7": prefix(7), "joined": joined, "almost": almost, "nested": nested}


def archive(n, size, depth=0):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as t:
        for i in range(n):
            info = tarfile.TarInfo(f"n{i % 100}/{i}.log")
            info.size = size
            t.addfile(info, io.BytesIO((b"E0412 06:10:07.000000 1 kuberuntime_image.go:55] \"Failed to pull image\" err=\"x\" image=\"a/b:%d\"\n" % i)[:size].ljust(size, b"\n")))
    return out.getvalue()


def zipped(n, inner, depth):
    for d in range(depth):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
            for i in range(n if d == 0 else 8):
                z.writestr(f"{d}/{i}.zip" if d else f"n{i}/a.log", inner)
        inner = out.getvalue()
    return inner


def event(i, **more):
    at = f"2026-04-12T{i // 3600 % 24:02}:{i // 60 % 60:02}:{i % 60:02}Z"
    return {"kind": "Event", "metadata": {"name": f"w{i}.{i:x}", "namespace": more.get("ns", "shop")}, "involvedObject": {"kind": "Pod", "name": more.get("pod", f"w{i}"), "namespace": more.get("ns", "shop")},
            "reason": more.get("reason", "Failed"), "message": more.get("message", 'Failed to pull image "a/b:1": not found'), "count": more.get("count", 1), "firstTimestamp": more.get("first", at),
            "lastTimestamp": more.get("last", at), "source": {"component": "kubelet", "host": more.get("node", "n0")}}


def made():
    say = lambda f: repeat(lambda i: f(i).encode())
    yield "odd-times.log", say(lambda i: f'time="{["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1677-09-21T00:12:43Z", "2262-04-11T23:47:16Z", "", "2026-02-30T25:61:61Z"][i % 6]}" level=error msg="PullImage \\"r{i}.io/a:1\\" failed" error="not found"\n')
    yield "wide-times.log", say(lambda i: f'time="{1970 + i * 7 % 290}-0{1 + i % 9}-1{i % 9}T00:00:0{i % 10}Z" level=error msg="PullImage \\"r{i}.io/a:1\\" failed" error="not found {i}"\n')
    yield "backwards.log", say(lambda i: f'time="2026-04-{28 - i // 3600 % 28:02}T06:{59 - i // 60 % 60:02}:{59 - i % 60:02}Z" level=error msg="PullImage \\"a/b{i}:1\\" failed" error="dial tcp 10.0.0.1:443: i/o timeout"\n')
    yield "counts.json", json.dumps({"kind": "List", "items": [event(i, count=2147483647 - i) for i in range(2400)]}).encode()
    yield "counts-long.json", json.dumps({"kind": "List", "items": [event(i, count=100000 + i, first="2020-01-01T00:00:00Z", pod="w") for i in range(2400)]}).encode()
    yield "counts-pods.json", json.dumps({"kind": "List", "items": [event(i, count=90000, first="2026-04-01T00:00:00Z", reason="BackOff", message="Back-off pulling image \"a/b:%d\"" % i) for i in range(2400)]}).encode()
    yield "namespaces.json", json.dumps({"kind": "List", "items": [event(i, ns=f"n{i}", node=f"w{i}", message=f'Failed to pull image "r{i}.io/a{i}/b:1": word{i} gone') for i in range(2400)]}).encode()
    yield "deep.json", b'{"kind":"List","items":[' + b'{"a":[' * 100000 + b"1" + b"]}" * 100000 + b"]}"
    yield "deep-lists.json", b"[" * SIZE
    yield "keys.json", b'{"kind":"Pod","metadata":{' + b",".join(b'"k%d":"v"' % i for i in range(70000)) + b"}}"
    yield "one-key.json", b'{"kind":"Pod","metadata":{' + b",".join(b'"name":"v%d"' % i for i in range(60000)) + b"}}"
    yield "containers.json", json.dumps({"kind": "Pod", "metadata": {"name": "p", "namespace": "s"}, "spec": {"nodeName": "n", "containers": [{"name": f"c{i}", "image": f"a/b{i}:1"} for i in range(8000)]},
                                         "status": {"containerStatuses": [{"name": f"c{i}", "image": f"a/b{i}:1", "state": {"waiting": {"reason": "ErrImagePull", "message": "x"}}} for i in range(6000)]}}).encode()
    yield "escapes.json", b'{"kind":"Event","message":"' + b"\\u0022" * 160000 + b'"}'
    yield "escapes.log", b'{"log":"' + b'\\\\\\"' * 240000 + b'"}\n'
    yield "anchors.yaml", b"kind: List\nitems:\n" + b"".join(b"- &a%d {kind: Pod, metadata: {name: p%d}}\n- *a%d\n" % (i, i, i // 2) for i in range(20000))
    yield "aliases.yaml", b"a: &a [x,x,x,x,x,x,x,x]\n" + b"".join(b"%c: &%c [%s]\n" % (98 + i, 98 + i, b",".join([b"*%c" % (97 + i)] * 9)) for i in range(20)) + b"kind: Pod\n"
    yield "flows.yaml", b"kind: Pod\nmetadata: " + b"{a: [" * 150000
    yield "indent.yaml", b"kind: Pod\n" + b"".join(b" " * i + b"a:\n" for i in range(1400))
    yield "block.yaml", b"kind: ConfigMap\ndata:\n  a: |\n" + b"    x: y\n" * 110000
    yield "documents.yaml", b"---\nkind: Pod\nmetadata: {name: a}\n" * 28000
    yield "keys.yaml", b"kind: Pod\nmetadata:\n  labels:\n" + b"".join(b"    k%d: v\n" % i for i in range(80000))
    yield "tables.toml", b"version = 2\n" + b"".join(b"[plugins.a%d.b]\nx = 1\n" % i for i in range(40000))
    yield "mirrors/config.toml", b"version = 2\n" + b"".join(b'[plugins."io.containerd.grpc.v1.cri".registry.mirrors."r%d.io"]\n  endpoint = ["https://m%d.io"]\n' % (i, i) for i in range(9000))
    yield "nest/config.toml", b"a" + b".a" * 200000 + b" = 1\n" + b"x = " + b"[" * 300000
    yield "inline/config.toml", b"x = " + b"{a = " * 200000
    yield "dotted/config.toml", b"".join(b"a.b.c.k%d = %d\n" % (i, i) for i in range(50000))
    yield "arrays/config.toml", b"".join(b"[[a.b]]\nk = 1\n" for i in range(60000))
    yield "strings/config.toml", b'a = """' + b'""\\"' * 200000
    yield "registries.conf", b"".join(b'[[registry]]\nprefix = "r%d.io"\nlocation = "r%d.io"\n[[registry.mirror]]\nlocation = "m%d.io"\n' % (i, i, i) for i in range(9000))
    yield "certs.d/a/hosts.toml", b"".join(b'[host."https://m%d.io"]\n  capabilities = ["pull"]\n' % i for i in range(18000))
    yield "table.txt", say(lambda i: ("NAME READY STATUS RESTARTS AGE NODE\n" if i % 50 == 0 else "") + f"web-{i} 0/1 ImagePullBackOff 0 {i}m n{i}\n")
    yield "columns.txt", b"NAME " + b"COL " * 120000 + b"\n" + b"a " * 250000
    yield "heads.txt", b"NAMESPACE   LAST SEEN   TYPE   REASON   OBJECT   MESSAGE\n" * 17000
    yield "describe.txt", say(lambda i: f"Name:         web-{i}\nNamespace:    shop\nNode:         n{i}/10.0.0.1\nContainers:\n  app:\n    Image: a/b{i}:1\n    State: Waiting\n      Reason: ImagePullBackOff\nEvents:\n  Type  Reason  Age  From  Message\n  Warning  Failed  {i % 60}m (x{i} over 2h)  kubelet  Failed to pull image \"a/b{i}:1\": not found\n")
    yield "describe-events.txt", b"Name: web\nNamespace: shop\nEvents:\n  Type  Reason  Age  From  Message\n  ----  ------  ---  ----  -------\n" + say(lambda i: f"  Warning  Failed  {i % 60}m  kubelet  Failed to pull image \"a/b{i}:1\": not found {i}\n")[:990000]
    yield "indent.txt", b"Name: web\n" + b"".join(b" " * (i % 900) + b"Image: a\n" for i in range(2000))
    yield "colons.log", b"a: " * 330000
    yield "errors-in-errors.log", say(lambda i: 'time="2026-04-12T06:10:07Z" level=error msg="PullImage \\"a/b:1\\" failed" error="' + 'failed to pull and unpack image \\"a/b:1\\": ' * 2000 + '"\n')
    yield "chains.log", say(lambda i: f'E0412 06:10:07.0 1 kuberuntime_image.go:55] "Failed to pull image" err="' + "rpc error: code = Unknown desc = " * 1500 + '" image="a/b:1"\n')
    yield "quotes.log", say(lambda i: 'time="2026-04-12T06:10:07Z" level=error msg="' + '\\"' * 20000 + '"\n')
    yield "pairs.log", say(lambda i: 'time="2026-04-12T06:10:07Z" level=error ' + "".join(f"k{k}=v " for k in range(10000)) + '\n')
    yield "slashes.log", b'Failed to pull image "' + b"a/" * 490000 + b'": not found\n'
    yield "dots.log", b'Failed to pull image "' + b"a." * 490000 + b'/b:1": not found\n'
    yield "urls.log", say(lambda i: f'Error response from daemon: Get "https://' + "x" * 900 + f'{i}.io/v2/": dial tcp: lookup x{i}.io on 10.0.0.{i % 250}:53: no such host\n')
    yield "many-urls.log", b'Error response from daemon: ' + b'Get "https://r.io/v2/": ' * 40000 + b"\n"
    yield "tokens.log", say(lambda i: "password=" * 1000 + "\n")
    yield "tokens-one.log", b"token: Bearer " * 70000
    yield "basic.log", b"https://user:" * 75000
    yield "at.log", b"a:b@" * 250000
    yield "pem.log", b"-----BEGIN RSA PRIVATE KEY-----\n" * 31000
    yield "pem-one.log", b"-----BEGIN RSA PRIVATE KEY-----" + b"A" * 900000
    yield "base64.log", b"eyJ" * 330000
    yield "jwt.log", b"eyJhbGciOiJIUzI1NiJ9." * 47000
    yield "hex.log", b"0123456789abcdef" * 62000
    yield "percent.log", b"%2520" * 200000
    yield "auths.json", b'{"auths":{' + b",".join(b'"r%d.io":{"auth":"dTpw"}' % i for i in range(35000)) + b"}}"
    yield "nul.log", b"\0" * SIZE
    yield "newlines.log", b"\n" * SIZE
    yield "spaces.log", b" " * SIZE
    yield "tabs.log", b"\t\n" * (SIZE // 2)
    yield "returns.log", b"a\r" * (SIZE // 2)
    yield "high.log", b"\xff" * SIZE
    yield "utf16.log", "\ufeff".encode("utf-16-le") + ("Failed to pull image \"a/b:1\": not found\n" * 12000).encode("utf-16-le")[:SIZE]
    yield "ansi.log", b"\x1b[31m" * 200000
    yield "cr-progress.log", b"1a2b: Downloading [====>   ]  1MB/2MB\r" * 26000
    yield "progress.log", say(lambda i: f"{i:012x}: Downloading\n")
    yield "docker-pull.log", say(lambda i: f"$ docker pull a/b{i}:1\n1: Pulling from a/b{i}\n{i:012x}: Pulling fs layer\nerror pulling image configuration: not found\n")
    yield "sessions.log", say(lambda i: f"$ docker pull r{i}.io/a:1\nError response from daemon: manifest for r{i}.io/a:1 not found: manifest unknown: manifest unknown\n")
    yield "buildkit.log", say(lambda i: f"#{i} [internal] load metadata for docker.io/a/b{i}:1\n#{i} ERROR: docker.io/a/b{i}:1: not found\n")
    yield "buildkit-open.log", say(lambda i: f"#{i} [internal] load metadata for docker.io/a/b{i}:1\n")
    yield "klog-blocks.log", say(lambda i: f'E0412 06:10:07.000000 1 kuberuntime_image.go:55] "Failed to pull image" err=<\n')
    yield "klog-tabs.log", b'E0412 06:10:07.000000 1 kuberuntime_image.go:55] "Failed to pull image" err=<\n' + b"\tx\n" * 330000
    yield "cri-partial.log", b"2026-04-12T06:10:07.000000000Z stdout P Failed to pull\n" * 18000
    yield "docker-partial.log", b'{"log":"Failed to pull","stream":"stderr","time":"2026-04-12T06:10:07Z"}\n' * 13000
    yield "syslog-many-hosts.log", say(lambda i: f'Apr 12 06:{i // 60 % 60:02}:{i % 60:02} host{i} containerd[{i}]: time="2026-04-12T06:10:07Z" level=error msg="PullImage \\"a/b:1\\" failed" error="not found"\n')
    yield "years.log", say(lambda i: f'{["Jan", "Dec", "Jun"][i % 3]} {1 + i % 28} 06:10:07 host containerd[{i}]: time="2026-04-12T06:10:07Z" level=error msg="PullImage \\"a/b:1\\" failed" error="not found"\n')
    yield "export.log", say(lambda i: f"__CURSOR=s={i}\n__REALTIME_TIMESTAMP={1775974207000000 + i}\nMESSAGE=Failed to pull image \"a/b{i}:1\": not found\n\n")
    yield "export-one.log", b"__CURSOR=s\n" + b"A=b\n" * 240000
    yield "verbose.log", say(lambda i: f"Sun 2026-04-12 06:10:07 UTC [s={i}]\n    MESSAGE=Failed to pull image \"a/b{i}:1\": not found\n")
    yield "paste.log", say(lambda i: ">" * (i % 300) + ' Failed to pull image "a/b:1": not found\n')
    yield "markdown.md", say(lambda i: "```\n" + f'Failed to pull image "a/b{i}:1": not found\n' + "```\n" * (i % 2))
    yield "table.md", say(lambda i: f'| web-{i} | Failed | Failed to pull image "a/b{i}:1": not found |\n')
    yield "pipes.md", b"|" * SIZE
    yield "access-clients.log", say(lambda i: f'10.{i >> 16}.{i >> 8 & 255}.{i & 255} - u{i} [12/Apr/2026:06:{i // 60 % 60:02}:{i % 60:02} +0000] "GET /v2/a{i}/b/manifests/1 HTTP/1.1" 429 120 "-" "containerd/1.{i}"\n')
    yield "access-moment.log", say(lambda i: f'10.0.0.{i % 250} - - [12/Apr/2026:06:00:00 +0000] "GET /v2/a/b/blobs/sha256:{i:064x} HTTP/1.1" 200 {i} "-" "containerd/1.7"\n')
    yield "access-odd.log", say(lambda i: f'10.0.0.{i % 250} - - [12/Apr/2026:06:{i // 60 % 60:02}:{i % 60:02} +0000] "GET /v2/{"%2e" * 300} HTTP/1.1" 401 0 "-" "-"\n')
    yield "access-two.log", say(lambda i: f'10.0.0.{i % 250} - - [12/Apr/2026:06:{i // 60 % 60:02}:{i % 60:02} +0000] "HEAD /v2/a/b{i}/manifests/1 HTTP/1.1" {[401, 200, 404, 500, 503, 403][i % 6]} 0 "-" "docker/24"\n')
    yield "headers.txt", say(lambda i: f"HTTP/1.1 429 Too Many Requests\nratelimit-limit: 100;w=21600\nratelimit-remaining: {i % 100};w=21600\ndocker-ratelimit-source: 10.0.{i % 250}.1\ndate: Sun, 12 Apr 2026 06:{i // 60 % 60:02}:{i % 60:02} GMT\n\n")
    yield "unended.log", say(lambda i: f'time="2026-04-12T06:{i // 60 % 60:02}:{i % 60:02}Z" level=info msg="PullImage \\"r{i % 300}.io/a{i}:1\\""\n')
    yield "good-and-bad.log", say(lambda i: f'time="2026-04-12T06:{i // 60 % 60:02}:{i % 60:02}Z" level={"info" if i % 2 else "error"} msg="PullImage \\"r.io/a{i // 2}:1\\" {"returns image reference" if i % 2 else "failed"}" error="x"\n')
    yield "dialled.log", say(lambda i: f'time="2026-04-12T06:{i // 60 % 60:02}:{i % 60:02}Z" level=error msg="PullImage \\"r{i}.io/a:1\\" failed" error="dial tcp 10.{i >> 16}.{i >> 8 & 255}.{i & 255}:443: connect: connection refused"\n')
    yield "dialled-chain.log", say(lambda i: f'time="2026-04-12T06:{i // 60 % 60:02}:{i % 60:02}Z" level=error msg="PullImage \\"r{i // 2}.io/a:1\\" failed" error="dial tcp 10.0.{(i + 1) // 2 >> 8}.{(i + 1) // 2 & 255}:443: i/o timeout"\n')
    yield "digests.log", say(lambda i: f'time="2026-04-12T06:{i // 60 % 60:02}:{i % 60:02}Z" level=error msg="PullImage \\"r.io/a@sha256:{i:064x}\\" failed" error="failed commit on ref \\"layer-sha256:{i:064x}\\": unexpected commit digest"\n')
    yield "jobs.log", say(lambda i: f"Running with gitlab-runner {i}\nERROR: Job failed: failed to pull image \"r{i}.io/a:1\" with specified policies [always]: Error response from daemon: not found\n")
    yield "promql.txt", b"ALERT ((((" * 90000
    yield "df.txt", say(lambda i: f"/dev/sd{i} 100 99 1 99% /var/lib/d{i}\n")
    yield "images.txt", b"REPOSITORY TAG IMAGE ID CREATED SIZE\n" + say(lambda i: f"r{i}.io/a 1 {i:012x} 2 days ago 9223372036854775807GB\n")[:990000]
    yield "nodes.txt", b"NAME STATUS ROLES AGE VERSION\n" + say(lambda i: f"n{i} NotReady <none> {i}d v1.30\n")[:990000]
    yield "members.tar", archive(970, 512)
    yield "empty-members.tar", archive(1900, 0)
    yield "zips.zip", zipped(10, b"Failed to pull image \"a/b:1\": not found\n" * 500, 6)
    yield "ten-thousand.zip", zipped(10000, b"x\n", 1)[:SIZE * 2]
    yield "broken.zip", zipped(6000, b"x\n", 1)[:-40]


def measure(folder, out):
    p = subprocess.Popen([PM, "analyze", folder, "-j1", "-q", *(a if a.startswith("-") else out + "/" + a for a in OUTPUTS)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(p.pid, 0)
    for f in os.listdir(out):
        os.unlink(os.path.join(out, f))
    return os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def instructions(folder, out):
    p = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", PM, "analyze", folder, "-j1", "-q", *(a if a.startswith("-") else out + "/" + a for a in OUTPUTS)],
                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    for f in os.listdir(out):
        os.unlink(os.path.join(out, f))
    found = re.search(r"refs:\s+([\d,]+)", p.stderr)
    return int(found.group(1).replace(",", "")) if found else 0


def inputs(ways, each):
    if "made" in ways:
        yield from (("made/" + n, n, data) for n, data in made())
    for name, text in [*cases(each), *samples(each)]:
        for way in ways:
            if way in WAYS:
                yield f"{way}/{name}", "n0/" + name.replace(":", "/") + ".log", WAYS[way](text)


def main():
    args = sys.argv[1:]
    only = args.pop(args.index("-k") + 1) if "-k" in args else ""
    quick = "-q" in args
    ways = [a for a in args if a not in ("-k", "-q", "-e")] or ["made", *WAYS]
    tried, bad, worst, most_mb = 0, 0, [], 0
    with tempfile.TemporaryDirectory() as top:
        os.mkdir(top + "/out")
        for name, path, data in inputs(ways, "-e" in args):
            if only not in name:
                continue
            tried += 1
            at = f"{top}/in/{path}"
            os.makedirs(os.path.dirname(at))
            with open(at, "wb") as f:
                f.write(data)
            code, cpu, mb = measure(top + "/in", top + "/out")
            most_mb = max(most_mb, mb)
            counted = instructions(top + "/in", top + "/out") if cpu > SUSPECT_S and not quick else 0
            worst = sorted([*worst, (counted, cpu, name)], reverse=True)[:20]
            if code not in (0, 3) or counted > MOST_INSTRUCTIONS or (quick and cpu > SUSPECT_S):
                bad += 1
                kept = f"{ROOT}/build/slow/{name.replace('/', '-')}"
                os.makedirs(os.path.dirname(kept), exist_ok=True)
                with open(kept, "wb") as f:
                    f.write(data)
                print(f"FAIL {name}: ended with {code}, {cpu:.2f} s of CPU, {counted / 1e9:.2f} G instructions, {mb:.0f} MB; kept as {kept}", flush=True)
            elif counted:
                print(f"{name}: {cpu:.2f} s of CPU, {counted / 1e9:.2f} G instructions", flush=True)
            subprocess.run(["rm", "-r", top + "/in"], check=True)
    print(f"{tried} inputs of a megabyte, {bad} too slow or ended wrongly; most memory {most_mb:.0f} MB; dearest: " + ", ".join(f"{n} {c:.2f} s" for _, c, n in worst[:5]))
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
