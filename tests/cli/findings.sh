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
# A row over pulls counts what it says, by what it says, from so many on: twelve refused pulls of two nodes, six images.
bundle quota
mkdir mine
cat >mine/findings.yaml <<'Y'
pulls:
  - {id: by-node, by: node, outcome: failed, at_least: 6, text: "{value} of {what}", advice: "a"}
  - {id: by-image, by: image, cause: rate-limit, at_least: 2, text: "{value} of {what}", advice: "a"}
  - {id: too-many, by: registry, outcome: failed, at_least: 13, text: "{value} of {what}", advice: "a"}
  - {id: other-cause, by: registry, cause: network.dns, text: "{value} of {what}", advice: "a"}
  - {id: none-good, by: registry, outcome: ok, text: "{value} of {what}", advice: "a"}
  - {id: none-long, by: registry, longer_s: 3600, text: "{value} of {what}", advice: "a"}
Y
run 0 "$PM" analyze quota --rules mine --format json -o -
python3 - out <<'P' || wrong "findings over pulls"
import json, sys
found = [(f["id"], f["text"]) for f in json.load(open(sys.argv[1]))["findings"] if f["advice"] == "a"]
want = [("by-node", "6 of n1"), ("by-node", "6 of n2")] + [("by-image", f"2 of docker.io/shop/web{i}:1.0") for i in range(6)]
assert sorted(found) == sorted(want), found
P
echo 'pulls: [{id: x, by: node, text: t, advice: a}]' >mine/findings.yaml
run 2 "$PM" rules check --rules mine
has err 'mine/findings.yaml:1: '
exit $failed
