# explain: one object a record with exactly the contract's keys, one answer a line, secrets gone, and a cause only where something failed.
. "$(dirname "$0")/common.inc"
set -e
lines() { cat <<'L'
the quick brown fox
Jan 02 03:04:05 n1 dockerd[9]: time="2024-01-02T03:04:05.731900120Z" level=error msg="Not continuing with pull after error: Get \"https://bob:hunter2hunter2@r.acme.test/v2/\": unauthorized: incorrect username or password"
E0102 03:04:17.101442    1187 pod_workers.go:1301] "Error syncing pod, skipping" err="failed to \"StartContainer\" for \"web\" with ErrImagePull: \"pull QPS exceeded\"" pod="shop/cart-6d9f8c7b4-x2x9k" podUID="3c0f2b8e-7a41-4d55-9a0e-1f2d3c4b5a69"
time="2024-01-02T03:04:05.000412000Z" level=info msg="PullImage \"r.acme.test/shop/cart:1.4\""
10.42.0.1 - - [02/Jan/2024:03:04:05 +0000] "GET /v2/ HTTP/1.1" 401 96 "" "containerd/1.7.11"
  Warning  Failed     2m (x4 over 3m)  kubelet  Failed to pull image "app:1": unexpected status from HEAD request to https://registry-1.docker.io/v2/library/app/manifests/1: 429 Too Many Requests
L
}
lines | "$PM" explain --format json - | python3 -c '
import json, sys
keys = "standing variant format envelopes component time kind cause rule confidence image registry repository tag digest http_status method client user namespace pod container node duration_s bytes count error candidates advice".split()
got = [json.loads(l) for l in sys.stdin]
assert len(got) == 6, [g["kind"] for g in got]
for g in got: assert list(g) == keys, list(g)
assert [g["cause"] for g in got] == [None, "auth.invalid-credentials", "rate-limit.client", None, None, "rate-limit.service"], [g["cause"] for g in got]
got.pop(0)
assert got[0]["time"] == "2024-01-02T03:04:05.731Z" and got[0]["node"] == "n1"
assert got[1]["pod"] == "cart-6d9f8c7b4-x2x9k" and got[1]["namespace"] == "shop" and got[1]["container"] == "web"
assert got[2]["kind"] == "pull.start" and got[2]["image"] == "r.acme.test/shop/cart:1.4"
assert got[3]["rule"] == "challenge-401" and got[3]["confidence"] is None and got[3]["http_status"] == 401
assert got[4]["candidates"] == ["rate-limit.service", "rate-limit.anonymous", "rate-limit.authenticated"] and got[4]["count"] == 4
assert got[0]["candidates"] == [] and {a["phase"] for a in got[0]["advice"]} <= {"mitigate", "fix", "prevent"} and got[0]["advice"]
assert "hunter2" not in json.dumps(got)
'
lines | "$PM" explain > out.txt
grep -q '^auth.invalid-credentials  credentials refused' out.txt
if grep -q hunter2 out.txt; then echo "a secret is shown"; exit 1; fi
lines | "$PM" explain --no-redact | grep -q hunter2
printf 'Error response from daemon: pull access denied for a/b\033]0;x\007\n' | "$PM" explain | cat -v | grep -q '\^\[' && exit 1
[ -z "$(printf '' | "$PM" explain --format json)" ]
rc=0; "$PM" explain nowhere.log 2>err.txt || rc=$?
[ $rc = 3 ]
grep -q 'nowhere.log: No such file' err.txt
rc=0; "$PM" explain a b </dev/null 2>err.txt || rc=$?
[ $rc = 2 ]
