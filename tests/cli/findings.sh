# analyze: weaknesses of configuration files are told with file and line, and what the files keep secret is nowhere in the output or the timeline.
. "$(dirname "$0")/common.inc"
mkdir -p b/docker.service.d
cat >b/config.toml <<'L'
version = 2
[plugins."io.containerd.grpc.v1.cri".registry.configs."registry.example".auth]
  username = "puller"
  password = "hunter2hunter2"
[plugins."io.containerd.grpc.v1.cri".registry.configs."registry.example".tls]
  insecure_skip_verify = true
L
cat >b/registries.yaml <<'L'
configs:
  "registry.example":
    tls:
      insecure_skip_verify: true
L
printf '[[registry]]\nprefix = "registry.example"\nlocation = "registry.example"\ninsecure = true\n' >b/registries.conf
printf '[Service]\nEnvironment="HTTPS_PROXY=http://puller:hunter2hunter2@proxy.example:3128"\n' >b/docker.service.d/proxy.conf
run 0 "$PM" analyze b --format json -o -
python3 - out <<'P' || wrong "findings"
import json, sys
found = json.load(open(sys.argv[1]))["findings"]
got = {(f["id"], f["file"].split("/")[-1]) for f in found}
want = {("containerd-inline-auth", "config.toml"), ("containerd-skip-verify", "config.toml"), ("k3s-skip-verify", "registries.yaml"),
        ("registries-insecure", "registries.conf"), ("proxy-login", "proxy.conf")}
assert got == want, got
assert all(f["line"] and f["line"] > 0 for f in found), found
P
run 0 "$PM" ingest b --db t.db
grep -qa hunter2 out t.db && wrong "a password is in the output"

# The same inside of ConfigMaps, under any key, between those of applications: a dump of them is an account of the cluster. Hosts are asked in their order.
python3 - >cms.json <<'P'
import json
maps = {"app-%d" % i: {"LOG_LEVEL": "info"} for i in range(20)}
maps["nodes"] = {
    "hosts.toml": 'server = "https://docker.io"\n[host."https://registry-1.docker.io"]\n  capabilities = ["pull"]\n[host."https://m1.example"]\n  capabilities = ["pull"]\n',
    "registries": '[[registry]]\r\nprefix = "docker.io"\r\nlocation = "m2.example/hub"\r\n[[registry.mirror]]\r\nlocation = "docker.io"\r\n',
    "config.toml": 'version = 2\n[plugins."io.containerd.grpc.v1.cri".registry.mirrors."docker.io"]\n  endpoint = ["https://registry-1.docker.io", "https://m3.example"]\n',
    "daemon": '{"registry-mirrors": ["https://m4.example", "https://registry-1.docker.io"]}'}
print(json.dumps({"apiVersion": "v1", "kind": "List", "items": [
    {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": n, "namespace": "kube-system"}, "data": d} for n, d in maps.items()]}, indent=1))
P
run 0 "$PM" analyze cms.json --format json -o -
python3 - out <<'P' || wrong "findings of ConfigMaps"
import json, re, sys
found = json.load(open(sys.argv[1]))["findings"]
assert sorted(re.search(r"m\d", f["text"])[0] for f in found if f["id"] == "mirror-after-registry") == ["m1", "m2", "m3"], found
assert [re.search(r"m\d", f["text"])[0] for f in found if f["id"] == "single-mirror"] == ["m4"], found
P
exit $failed
