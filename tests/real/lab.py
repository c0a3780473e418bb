"""A small laboratory of real programs: containerd nodes in network namespaces of their own, nginx before a fault-injecting
proxy before docker-registry, and a name server. Everything listens on addresses that only exist on this machine, is started
in a temporary folder, and is gone when the lab closes. Needs root, iproute2, openssl, containerd, docker-registry, nginx, python3-grpcio.

  nodes n1…  10.77.N.11…   containerd (CRI), /etc/hosts sends registry names to the front
  front      10.77.N.1:443 nginx, one certificate of our own authority for every name; access.log in the combined form
  proxy      127.0.0.1     the faults below, an anonymous token service, otherwise forwards to docker-registry
"""
import fcntl, hashlib, http.client, http.server, io, gzip, json, os, shutil, signal, socket, socketserver, struct, subprocess, tarfile, tempfile, threading, time, urllib.parse

HUB = "registry-1.docker.io"
NAMES = [HUB, "auth.docker.io", "quay.io", "registry.k8s.io", "123456789012.dkr.ecr.us-east-1.amazonaws.com", "harbor.corp.example"]
LOCAL = ["selfsigned.corp.example", "plain.corp.example", "dead.corp.example", "blackhole.corp.example"]  # names of trouble; the proxy does not serve them
HUB_BODY = ("You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit")


def sh(*argv, check=True, **kw):
    return subprocess.run(argv, check=check, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **kw)


# dockerd wants a cgroup tree. `ip netns exec` runs in a mount namespace of its own, so mounting one there leaves the machine as it was.
CGROUPS = ("mountpoint -q /sys/fs/cgroup || mount -t cgroup2 none /sys/fs/cgroup || { mount -t tmpfs none /sys/fs/cgroup && mkdir /sys/fs/cgroup/devices && "
           "mount -t cgroup -o devices none /sys/fs/cgroup/devices; }; exec \"$0\" \"$@\"")


class Faults:
    """What the proxy does to the next requests. `rules`: functions (handler, host, method, path) → True when they answered."""

    def __init__(self):
        self.rules, self.limit, self.used, self.refused, self.seen = [], None, 0, 0, []
        self.lock = threading.Lock()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    faults, upstream = None, None

    def log_message(self, *a):
        pass

    def answer(self, status, body=b"", headers=()):
        if isinstance(body, (dict, list)):
            body, headers = json.dumps(body).encode(), [("Content-Type", "application/json"), *headers]
        self.send_response(status)
        for k, v in headers:
            self.send_header(k, v)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        return True

    def error(self, status, code, message, headers=()):
        return self.answer(status, {"errors": [{"code": code, "message": message}]}, headers)

    def hub(self, host, path):
        """Docker Hub as its documentation tells: a token first, and manifest GETs that count."""
        if host == "auth.docker.io":
            return self.answer(200, {"token": "t-anonymous", "access_token": "t-anonymous", "expires_in": 300})
        if host != HUB:
            return False
        if not self.headers.get("Authorization"):
            repo = path.split("/v2/", 1)[-1].split("/manifests/")[0].split("/blobs/")[0]
            realm = f'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:{repo}:pull"'
            return self.error(401, "UNAUTHORIZED", "authentication required", [("WWW-Authenticate", realm)])
        f = self.faults
        if f.limit is None or "/manifests/" not in path or self.command != "GET":
            return False
        with f.lock:
            if f.used < f.limit:
                f.used += 1
                return False
            f.refused += 1
        return self.error(429, "TOOMANYREQUESTS", HUB_BODY, [("RateLimit-Limit", f"{f.limit};w=21600"), ("RateLimit-Remaining", "0;w=21600")])

    def any(self):
        host = (self.headers.get("Host") or "").split(":")[0]
        path = urllib.parse.urlsplit(self.path).path
        with self.faults.lock:
            self.faults.seen.append((time.time(), host, self.command, self.path))
        for rule in list(self.faults.rules):
            if rule(self, host, self.command, path):
                return
        if not self.hub(host, path):
            self.forward(host)

    do_GET = do_HEAD = any

    def forward(self, host):
        c = http.client.HTTPConnection("127.0.0.1", self.upstream, timeout=30)
        headers = {}
        for k, v in self.headers.items():  # the Docker daemon sends one Accept header a media type
            if k.lower() not in ("host", "connection", "authorization"):
                headers[k] = f"{headers[k]}, {v}" if k in headers else v
        c.request(self.command, self.path, headers={**headers, "Host": host})
        r = c.getresponse()
        body = r.read()
        self.send_response(r.status)
        for k, v in r.getheaders():
            if k.lower() not in ("connection", "transfer-encoding", "content-length", "date", "server"):
                self.send_header(k, v)
        self.send_header("Content-Length", r.getheader("Content-Length") or str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        c.close()


class Threaded(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads, allow_reuse_address, request_queue_size = True, True, 256


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def pb_str(field, data):
    if isinstance(data, str):
        data = data.encode()
    n, out = len(data), b""
    while True:
        out += bytes([n & 127 | (128 if n > 127 else 0)])
        n >>= 7
        if not n:
            return bytes([field << 3 | 2]) + out + data


class Node:
    """One containerd with the CRI plugin, in a network namespace of its own."""

    def __init__(self, lab, name, address, tmpfs_bytes=None):
        self.lab, self.name, self.address, self.ns = lab, name, address, f"{lab.tag}{name}"
        self.dir = os.path.join(lab.dir, name)
        os.makedirs(self.dir)
        self.log_path = os.path.join(lab.dir, "out", "nodes", name, "containerd.log")
        os.makedirs(os.path.dirname(self.log_path), exist_ok=True)
        self.sock, self.process, self.tmpfs = os.path.join(self.dir, "c.sock"), None, None
        lab.nodes[name] = self  # from here on close() cleans up
        self.network()
        if tmpfs_bytes:
            self.tmpfs = os.path.join(self.dir, "root")
            os.makedirs(self.tmpfs)
            sh("mount", "-t", "tmpfs", "-o", f"size={tmpfs_bytes}", "tmpfs", self.tmpfs)
        self.start()

    def network(self):
        veth, l = f"v{self.ns}"[:15], self.lab
        sh("ip", "netns", "add", self.ns)
        sh("ip", "link", "add", veth, "type", "veth", "peer", "name", "eth0", "netns", self.ns)
        sh("ip", "link", "set", veth, "master", l.bridge, "up")
        for cmd in (["addr", "add", f"{self.address}/24", "dev", "eth0"], ["link", "set", "eth0", "up"], ["link", "set", "lo", "up"], ["route", "add", "default", "via", l.front]):
            sh("ip", "-n", self.ns, *cmd)
        etc = f"/etc/netns/{self.ns}"
        os.makedirs(etc, exist_ok=True)
        self.hosts({})
        with open(f"{etc}/resolv.conf", "w") as f:
            f.write(f"nameserver {l.front}\noptions timeout:1 attempts:1\n")

    def hosts(self, extra):
        """Names this node resolves, besides the registries of the front."""
        with open(f"/etc/netns/{self.ns}/hosts", "w") as f:
            f.write("127.0.0.1 localhost\n" + "".join(f"{extra.get(n, self.lab.front)} {n}\n" for n in sorted({*NAMES, *LOCAL, *extra})))

    def start(self):
        root = self.tmpfs or os.path.join(self.dir, "root")
        config = os.path.join(self.dir, "config.toml")
        with open(config, "w") as f:
            f.write(f'version = 2\nroot = "{root}"\nstate = "{self.dir}/state"\n[grpc]\n  address = "{self.sock}"\n[plugins."io.containerd.grpc.v1.cri"]\n'
                    f'  sandbox_image = "registry.k8s.io/pause:3.9"\n  [plugins."io.containerd.grpc.v1.cri".containerd]\n    snapshotter = "native"\n')
        log = open(self.log_path, "ab")
        self.process = subprocess.Popen(["ip", "netns", "exec", self.ns, "env", f"SSL_CERT_FILE={self.lab.dir}/ca.pem", "TZ=UTC", "containerd", "-c", config],
                                        stdout=log, stderr=log, start_new_session=True)
        deadline = time.time() + 30
        while time.time() < deadline and not os.path.exists(self.sock):
            time.sleep(0.1)
        import grpc
        self.channel = grpc.insecure_channel("unix://" + self.sock)
        grpc.channel_ready_future(self.channel).result(timeout=30)
        self.pull_image = self.channel.unary_unary("/runtime.v1.ImageService/PullImage", request_serializer=bytes, response_deserializer=bytes)
        while time.time() < deadline:  # the CRI service registers a moment after the socket
            try:
                self.channel.unary_unary("/runtime.v1.RuntimeService/Version", request_serializer=bytes, response_deserializer=bytes)(b"", timeout=5)
                return
            except grpc.RpcError:
                time.sleep(0.2)
        raise RuntimeError(f"containerd on {self.name} did not come up; see {self.log_path}")

    def pull(self, image, timeout=90):
        """→ None, or the error text as the kubelet would get it."""
        import grpc
        try:
            self.pull_image(pb_str(1, pb_str(1, image)), timeout=timeout)
            return None
        except grpc.RpcError as e:
            return f"rpc error: code = {e.code().name.title().replace('_', '')} desc = {e.details()}"

    def stop(self):
        if self.process:
            self.channel.close()
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(10)
            self.process = None

    def close(self):
        self.stop()
        if self.tmpfs:
            sh("umount", "-l", self.tmpfs, check=False)
        sh("ip", "netns", "del", self.ns, check=False)
        shutil.rmtree(f"/etc/netns/{self.ns}", ignore_errors=True)


class Lab:
    def __init__(self, nodes=("n1", "n2", "n3"), net=77, small=(), docker=()):
        self.tag, self.bridge, self.front = f"pm{net}", f"pmbr{net}", f"10.{net}.0.1"
        self.dir = tempfile.mkdtemp(prefix="pullmortem-lab-")
        self.out = os.path.join(self.dir, "out")
        self.processes, self.nodes, self.faults, self.plain = [], {}, Faults(), None
        os.makedirs(self.out)
        self.lock = open(f"/run/lock/pullmortem-lab-{net}" if os.path.isdir("/run/lock") else f"/tmp/pullmortem-lab-{net}.lock", "w")
        fcntl.flock(self.lock, fcntl.LOCK_EX)  # names and addresses are fixed: one laboratory at a time
        self.sweep()
        try:
            sh("ip", "link", "add", self.bridge, "type", "bridge")
            sh("ip", "addr", "add", f"{self.front}/24", "dev", self.bridge)
            sh("ip", "link", "set", self.bridge, "up")
            self.certificates()
            self.name_server()
            self.registry()
            self.proxy()
            self.nginx()
            for i, n in enumerate(nodes):
                kind = DockerNode if n in docker else Node
                kind(self, n, f"10.{net}.0.{11 + i}", dict(small).get(n))
        except BaseException:
            self.close()
            raise

    def sweep(self):
        """What a killed run left behind would be in the way."""
        for line in sh("ip", "netns", "list", check=False).stdout.decode().splitlines():
            name = line.split()[0] if line.split() else ""
            if name.startswith(self.tag):
                for pid in sh("ip", "netns", "pids", name, check=False).stdout.split():
                    os.kill(int(pid), signal.SIGKILL)
                sh("ip", "netns", "del", name, check=False)
                shutil.rmtree(f"/etc/netns/{name}", ignore_errors=True)
        sh("ip", "link", "del", self.bridge, check=False)

    def certificates(self):
        d = self.dir
        sh("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=lab authority", "-keyout", f"{d}/ca.key", "-out", f"{d}/ca.pem")
        with open(f"{d}/san", "w") as f:
            f.write("subjectAltName=" + ",".join(f"DNS:{n}" for n in NAMES))
        sh("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=registries", "-keyout", f"{d}/front.key", "-out", f"{d}/front.csr")
        sh("openssl", "x509", "-req", "-in", f"{d}/front.csr", "-CA", f"{d}/ca.pem", "-CAkey", f"{d}/ca.key", "-CAcreateserial", "-days", "2", "-extfile", f"{d}/san", "-out", f"{d}/front.pem")
        sh("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=selfsigned.corp.example", "-addext", "subjectAltName=DNS:selfsigned.corp.example",
           "-keyout", f"{d}/self.key", "-out", f"{d}/self.pem")

    def name_server(self):
        """Answers NXDOMAIN to everything: what a node does not know from its hosts file does not exist."""
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.bind((self.front, 53))
        s.settimeout(0.2)
        self.closing = threading.Event()

        def serve():
            while not self.closing.is_set():
                try:
                    q, peer = s.recvfrom(4096)
                except socket.timeout:
                    continue
                if len(q) >= 12:
                    s.sendto(q[:2] + struct.pack(">HHHHH", 0x8183, 1, 0, 0, 0) + q[12:], peer)
            s.close()
        self.dns = threading.Thread(target=serve, daemon=True)
        self.dns.start()

    def registry(self):
        self.registry_port = free_port()
        path = os.path.join(self.dir, "registry.yml")
        with open(path, "w") as f:
            f.write(f"version: 0.1\nlog: {{accesslog: {{disabled: false}}, level: info, formatter: text}}\nstorage: {{filesystem: {{rootdirectory: {self.dir}/store}}}}\n"
                    f"http: {{addr: '127.0.0.1:{self.registry_port}'}}\n")
        os.makedirs(f"{self.out}/registry", exist_ok=True)
        access, app = open(f"{self.out}/registry/access.log", "wb"), open(f"{self.out}/registry/registry.log", "wb")
        self.processes.append(subprocess.Popen(["docker-registry", "serve", path], stdout=access, stderr=app, env={**os.environ, "TZ": "UTC"}))
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.registry_port), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("docker-registry did not come up")

    def proxy(self):
        handler = type("H", (Handler,), {"faults": self.faults, "upstream": self.registry_port})
        self.http = Threaded(("127.0.0.1", 0), handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def nginx(self):
        d, port = self.dir, self.http.server_address[1]
        os.makedirs(f"{self.out}/nginx", exist_ok=True)
        with open(f"{d}/nginx.conf", "w") as f:
            f.write(f"""daemon off; worker_processes 1; pid {d}/nginx.pid; error_log {self.out}/nginx/error.log warn; user root;
events {{ worker_connections 512; }}
http {{ access_log {self.out}/nginx/access.log combined; client_body_temp_path {d}/b; proxy_temp_path {d}/p; fastcgi_temp_path {d}/f; uwsgi_temp_path {d}/u; scgi_temp_path {d}/s;
  server {{ listen {self.front}:443 ssl; ssl_certificate {d}/front.pem; ssl_certificate_key {d}/front.key;
    location / {{ proxy_pass http://127.0.0.1:{port}; proxy_http_version 1.1; proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto https; proxy_buffering off; }} }}
  server {{ listen {self.front}:8443 ssl; access_log off; ssl_certificate {d}/self.pem; ssl_certificate_key {d}/self.key; location / {{ return 200; }} }}
  server {{ listen {self.front}:5000; access_log off; location / {{ return 404; }} }} }}
""")
        self.processes.append(subprocess.Popen(["nginx", "-c", f"{d}/nginx.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "TZ": "UTC"}))
        for _ in range(100):
            try:
                socket.create_connection((self.front, 443), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("nginx did not come up")

    # Images: one small layer, a configuration, a manifest; pushed over the registry's own API.
    def blob(self, repo, data):
        digest = "sha256:" + hashlib.sha256(data).hexdigest()
        c = http.client.HTTPConnection("127.0.0.1", self.registry_port)
        c.request("POST", f"/v2/{repo}/blobs/uploads/")
        r = c.getresponse()
        r.read()
        place = urllib.parse.urlsplit(r.getheader("Location"))
        c.request("PUT", f"{place.path}?{place.query}&digest={digest}", data, {"Content-Type": "application/octet-stream"})
        c.getresponse().read()
        c.close()
        return {"digest": digest, "size": len(data)}

    def put_manifest(self, repo, ref, manifest):
        data = json.dumps(manifest).encode()
        c = http.client.HTTPConnection("127.0.0.1", self.registry_port)
        c.request("PUT", f"/v2/{repo}/manifests/{ref}", data, {"Content-Type": manifest["mediaType"]})
        r = c.getresponse()
        r.read()
        c.close()
        return {"mediaType": manifest["mediaType"], "digest": "sha256:" + hashlib.sha256(data).hexdigest(), "size": len(data)}

    def image(self, repo, tag, kib=4, arch="amd64", index=False):
        raw = io.BytesIO()
        with tarfile.open(fileobj=raw, mode="w") as t:
            data = os.urandom(kib * 512).hex().encode()
            info = tarfile.TarInfo(f"srv/{repo.replace('/', '-')}-{tag}")
            info.size = len(data)
            t.addfile(info, io.BytesIO(data))
        layer = gzip.compress(raw.getvalue(), mtime=0)
        config = json.dumps({"architecture": arch, "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(raw.getvalue()).hexdigest()]}}).encode()
        m = {"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
             "config": {"mediaType": "application/vnd.docker.container.image.v1+json", **self.blob(repo, config)},
             "layers": [{"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", **self.blob(repo, layer)}]}
        if not index:
            return self.put_manifest(repo, tag, m)
        d = self.put_manifest(repo, "sha256:" + hashlib.sha256(json.dumps(m).encode()).hexdigest(), m)
        return self.put_manifest(repo, tag, {"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.list.v2+json",
                                             "manifests": [{**d, "platform": {"architecture": arch, "os": "linux"}}]})

    def close(self):
        for n in self.nodes.values():
            n.close()
        for p in self.processes:
            p.terminate()
        for p in self.processes:
            try:
                p.wait(10)
            except subprocess.TimeoutExpired:
                p.kill()
        if getattr(self, "http", None):
            self.http.shutdown()
            self.http.server_close()
        if getattr(self, "dns", None):
            self.closing.set()
            self.dns.join(5)
        sh("ip", "link", "del", self.bridge, check=False)
        shutil.rmtree(self.dir, ignore_errors=True)
        self.lock.close()

    def __enter__(self):
        return self

    def __exit__(self, *x):
        self.close()


class DockerNode(Node):
    """One dockerd (with the containerd it starts) in a network namespace of its own."""

    def start(self):
        import http.client as h
        self.log_path = os.path.join(os.path.dirname(self.log_path), "docker.log")
        empty = os.path.join(os.path.dirname(self.log_path), "containerd.log")
        if os.path.exists(empty):
            os.remove(empty)
        log, config = open(self.log_path, "ab"), os.path.join(self.dir, "daemon.json")
        with open(config, "w") as f:
            f.write("{}")
        self.process = subprocess.Popen(["ip", "netns", "exec", self.ns, "env", f"SSL_CERT_FILE={self.lab.dir}/ca.pem", "TZ=UTC", "sh", "-c", CGROUPS, "dockerd", "--config-file", config, "--data-root", f"{self.dir}/root",
                                         "--exec-root", f"{self.dir}/x", "--pidfile", f"{self.dir}/pid", "-H", f"unix://{self.sock}", "--iptables=false", "--bridge=none", "--storage-driver", "vfs"],
                                        stdout=log, stderr=log, start_new_session=True)

        class Unix(h.HTTPConnection):
            def connect(conn):
                conn.sock = socket.socket(socket.AF_UNIX)
                conn.sock.settimeout(conn.timeout)
                conn.sock.connect(self.sock)
        self.unix = Unix
        deadline = time.time() + 40
        while time.time() < deadline:
            try:
                c = Unix("docker", timeout=5)
                c.request("GET", "/_ping")
                if c.getresponse().status == 200:
                    return
            except OSError:
                time.sleep(0.3)
        raise RuntimeError(f"dockerd on {self.name} did not come up: {open(self.log_path).read()[-600:]}")

    def pull(self, image, timeout=120):
        name, _, tag = image.rpartition(":")
        c = self.unix("docker", timeout=timeout)
        c.request("POST", "/images/create?" + urllib.parse.urlencode({"fromImage": name, "tag": tag}))
        r = c.getresponse()
        body = r.read().decode()
        errors = [json.loads(l)["error"] for l in body.splitlines() if '"error"' in l]
        return errors[-1] if errors else None if r.status == 200 else json.loads(body)["message"]

    def stop(self):
        if self.process:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(10)
            self.process = None
