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
exit $failed
