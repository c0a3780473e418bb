# Pods that admission refuses are no pulls: told once, of their namespace, at most as a warning. Quotas and webhooks that do not answer are none.
# Wordings from the programs' sources, see rules/causes/image.yaml, `admission`.
. "$(dirname "$0")/common.inc"
said() { # folder condition
    run 0 "$PM" analyze "$1" -o s.json
    python3 -c 'import json, sys; r = json.load(open("s.json")); v = r["verdict"]; i = r["incidents"][0] if r["incidents"] else None; assert eval(sys.argv[1]), (v, i)' "$2" 2>err ||
        wrong "$1: $2: $(tail -1 err)"
}
row() { printf '%-11s %-11s %-9s %-14s %-28s %s\n' "$1" "$2" Warning FailedCreate "$3" "$4"; }
head_row='NAMESPACE   LAST SEEN   TYPE      REASON         OBJECT                       MESSAGE'
n=0
refused() { # workload message image-or-empty
    n=$((n + 1))
    mkdir "r$n"
    { echo "$head_row"; row moor 3m "$1" "$2"; } >"r$n/events.txt"
    said "r$n" '(v["root_cause"], i["variant"], i["severity"], i["scope"]["kind"], i["scope"]["values"], i["failed_pulls"]) == ("image.signature", "admission", "warning", "namespace", ["moor"], 0)'
    said "r$n" "i['blast_radius']['images'] == [x for x in ['$3'] if x] and i['blast_radius']['nodes'] == [] and r['pulls']['attempts'] == 0 and i['blast_radius']['workloads'][0]['namespace'] == 'moor'"
}
silent() { # workload message
    n=$((n + 1))
    mkdir "r$n"
    { echo "$head_row"; row moor 3m "$1" "$2"; } >"r$n/events.txt"
    said "r$n" 'v["root_cause"] is None and not r["incidents"] and r["pulls"]["attempts"] == 0'
}
refused replicaset/peat-7d4c9b6f5 'Error creating: admission webhook "validate.kyverno.svc-fail" denied the request: resource Pod/moor/peat-7d4c9b6f5-abcde was blocked due to the following policies require-image: validate: unverified image reg.gorse.example/moor/peat:1.4' reg.gorse.example/moor/peat:1.4
refused replicaset/peat-7d4c9b6f5 "Error creating: admission webhook \"mutate.kyverno.svc-fail\" denied the request: resource Pod/moor/peat-7d4c9b6f5-abcde was blocked due to the following policies check-image: check-image: 'failed to verify image reg.gorse.example/moor/peat:1.4: .attestors[0].entries[0].keys: GET https://reg.gorse.example/v2/moor/peat/manifests/1.4: UNAUTHORIZED: unauthorized to access repository: moor/peat, action: pull'" reg.gorse.example/moor/peat:1.4
refused job/report-29923805 'Error creating: pods "report-29923805-x" is forbidden: image policy webhook backend denied one or more images: Denied by attestor: image reg.gorse.example/moor/report:2: no attestations found' reg.gorse.example/moor/report:2
refused job/report-29923805 'Error creating: pods "report-29923805-x" is forbidden: one or more images rejected by webhook backend' ''
refused daemonset/agent 'Error creating: admission webhook "validation.gatekeeper.sh" denied the request: [only-ours] container <agent> has an invalid image repo <quay.io/moor/agent:3>, allowed repos are ["reg.gorse.example/"]' quay.io/moor/agent:3
refused daemonset/agent 'Error creating: admission webhook "validation.gatekeeper.sh" denied the request: [no-latest] container <agent> uses a disallowed tag <agent:latest>; disallowed tags are ["latest"]' docker.io/library/agent:latest
refused statefulset/store 'create Pod store-0 in StatefulSet store failed error: admission webhook "policy.sigstore.dev" denied the request: validation failed: no matching signatures: spec.containers[0].image reg.gorse.example/moor/store@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef' reg.gorse.example/moor/store@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
refused statefulset/store 'create Pod store-0 in StatefulSet store failed error: admission webhook "policy.sigstore.dev" denied the request: validation failed: invalid value: reg.gorse.example/moor/store:5 must be an image digest: spec.containers[0].image' reg.gorse.example/moor/store:5
refused replicaset/peat-7d4c9b6f5 'Error creating: admission webhook "connaisseur-svc.connaisseur.svc" denied the request: Unable to find signed digest for image reg.gorse.example/moor/peat:1.4.' reg.gorse.example/moor/peat:1.4
refused replicaset/peat-7d4c9b6f5 'Error creating: admission webhook "trust.hooks.securityenforcement.admission.cloud.ibm.com" denied the request: Deny "reg.gorse.example/moor/peat:1.4", no valid ImagePullSecret defined for reg.gorse.example' reg.gorse.example/moor/peat:1.4
refused replicaset/peat-7d4c9b6f5 'Error creating: admission webhook "kubernetes-admission-controller.admission.anchore.io" denied the request: Image reg.gorse.example/moor/peat:1.4 with digest sha256:01234567 failed policy checks for policy default' reg.gorse.example/moor/peat:1.4
refused replicaset/peat-7d4c9b6f5 "Error creating: pods \"peat-7d4c9b6f5-abcde\" is forbidden: ValidatingAdmissionPolicy 'ours.gorse.example' with binding 'ours' denied request: the image quay.io/moor/peat:1.4 is of a registry that is not ours" quay.io/moor/peat:1.4
# Not about an image, or no refusal at all.
silent replicaset/peat-7d4c9b6f5 'Error creating: pods "peat-7d4c9b6f5-abcde" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=10, limited: pods=10'
silent replicaset/peat-7d4c9b6f5 'Error creating: pods "peat-7d4c9b6f5-abcde" is forbidden: exceeded quota: images, requested: count/images=1, used: count/images=10, limited: count/images=10'
silent replicaset/peat-7d4c9b6f5 'Error creating: Internal error occurred: failed calling webhook "mutate.image.kyverno.svc-fail": failed to call webhook: Post "https://kyverno-svc.kyverno.svc:443/verifyimages/fail?timeout=10s": context deadline exceeded'
silent replicaset/peat-7d4c9b6f5 'Error creating: pods "peat-7d4c9b6f5-abcde" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "image" must set securityContext.allowPrivilegeEscalation=false)'
silent replicaset/peat-7d4c9b6f5 'Error creating: admission webhook "validate.kyverno.svc-fail" denied the request: resource Pod/moor/peat-7d4c9b6f5-abcde was blocked due to the following policies require-labels: check-team: the label team is required'
silent replicaset/peat-7d4c9b6f5 'Error creating: pods "peat-7d4c9b6f5-abcde" is forbidden: error looking up service account moor/images: serviceaccount "images" not found'

# kubectl ends a cell at the first line break: who refuses is told, why is not. Told, for information.
mkdir cut
{ echo "$head_row"; row moor 3m replicaset/peat-7d4c9b6f5 'Error creating: admission webhook "validate.kyverno.svc-fail" denied the request: ...'; } >cut/events.txt
said cut '(i["root_cause"], i["variant"], i["severity"], i["scope"]["values"]) == ("image.signature", "admission", "info", ["moor"]) and v["root_cause"] is None'

# Event objects, of two namespaces; one workload could make its pods since, and pulls that went on are others'.
mkdir both
event() { # name namespace kind object reason stamp message
    printf '{"apiVersion":"v1","kind":"Event","metadata":{"name":"%s","namespace":"%s","uid":"%s"},"involvedObject":{"kind":"%s","namespace":"%s","name":"%s"},"type":"Warning","reason":"%s","message":"%s","count":4,"firstTimestamp":"2026-03-01T09:00:00Z","lastTimestamp":"%s","source":{"component":"replicaset-controller"}}' "$1" "$2" "$1" "$3" "$2" "$4" "$5" "$7" "$6"
}
no='Error creating: admission webhook \"validate.kyverno.svc-fail\" denied the request: unverified image reg.gorse.example/moor/peat:1.4'
{ printf '{"apiVersion":"v1","kind":"List","items":['; event a moor ReplicaSet peat-1 FailedCreate 2026-03-01T09:05:00Z "$no"; printf ,; event b fen ReplicaSet reed-1 FailedCreate 2026-03-01T09:06:00Z "$no"; printf ']}\n'; } >both/events.json
said both 'i["scope"]["values"] == ["fen", "moor"] and i["severity"] == "warning" and i["recovered_at"] is None and {(w["kind"], w["namespace"], w["name"]) for w in i["blast_radius"]["workloads"]} == {("ReplicaSet", "moor", "peat-1"), ("ReplicaSet", "fen", "reed-1")}'
run 1 "$PM" gate both
sed -i "s/\]}\$/,$(event c moor ReplicaSet peat-1 SuccessfulCreate 2026-03-01T09:10:00Z 'Created pod: peat-1-abcde'),$(event d fen ReplicaSet reed-1 SuccessfulCreate 2026-03-01T09:11:00Z 'Created pod: reed-1-abcde')]}/" both/events.json
said both 'i["severity"] == "info" and i["recovered_at"][:16] == "2026-03-01T09:11" and v["root_cause"] is None'
run 0 "$PM" gate both
exit $failed
