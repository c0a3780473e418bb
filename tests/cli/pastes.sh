# One pod, described in every dress that people paste it in: always four failed pulls of one image on one node. Written by us in kubectl's grammar.
. "$(dirname "$0")/common.inc"
image=reg.gorse.example/moor/kiln:9
gone="failed to pull and unpack image \"$image\": failed to resolve reference \"$image\": $image: not found"
cat >described <<EOF
Name:             peat-1
Namespace:        moor
Node:             heath-1/10.0.0.7
Start Time:       Mon, 01 Jun 2026 10:00:00 +0200
Status:           Pending
Containers:
  app:
    Image:          $image
    State:          Waiting
      Reason:       ImagePullBackOff
    Ready:          False
Events:
  Type     Reason     Age                From               Message
  ----     ------     ----               ----               -------
  Normal   Scheduled  3m                 default-scheduler  Successfully assigned moor/peat-1 to heath-1
  Normal   Pulling    80s (x4 over 3m)   kubelet            Pulling image "$image"
  Warning  Failed     80s (x4 over 3m)   kubelet            Failed to pull image "$image": rpc error: code = NotFound desc = $gone
  Warning  Failed     80s (x4 over 3m)   kubelet            Error: ErrImagePull
  Normal   BackOff    5s (x9 over 3m)    kubelet            Back-off pulling image "$image"
  Warning  Failed     5s (x9 over 3m)    kubelet            Error: ImagePullBackOff
EOF
same() { # name, file on stdin
    mkdir -p "$1"
    cat >"$1/paste.txt"
    run 0 "$PM" analyze "$1" -o s.json
    python3 -c 'import json, sys; r = json.load(open("s.json")); i = r["incidents"][0]; b = i["blast_radius"]; got = (r["pulls"]["failed"], r["verdict"]["root_cause"], b["nodes"], [p["name"] for p in b["pods"]], b["images"]); assert got == (4, "image.tag-not-found", ["heath-1"], ["peat-1"], ["reg.gorse.example/moor/kiln:9"]), got' 2>err || wrong "$1: $(tail -1 err)"
}
same plain <described
sed 's/$/\r/' described | same crlf
sed 's/^/> /' described | same quoted
sed 's/^/    /' described | same indented
{ printf '## Bug\n\nI see this:\n\n```\n'; cat described; printf '```\n\nPlease help.\n'; } | same fenced
{ printf '```console\n$ kubectl -n moor describe pod peat-1\n'; cat described; echo '```'; } | same console
sed 's/  /\xc2\xa0 /g' described | same page # a browser's copy keeps the blanks that do not break
sed 's/  /\&nbsp; /g; s/"/\&quot;/g' described | same escaped
sed 's/Warning/\x1b[31mWarning\x1b[0m/' described | same coloured
fold -w 100 described | same wrapped
sed 's/"/\xe2\x80\x9d/g' described | same typographic
cat described described | same twice
{ printf '\357\273\277'; cat described; } | same marked

# Nothing is left of a pod's events but the last: somebody waits, and nobody says for what.
mkdir last
event() { printf '{"apiVersion":"v1","kind":"Event","metadata":{"name":"%s","namespace":"moor","uid":"%s"},"involvedObject":{"kind":"Pod","namespace":"moor","name":"peat-1"},"type":"Warning","reason":"%s","message":"%s","count":3,"firstTimestamp":"2026-06-01T10:00:00Z","lastTimestamp":"%s","source":{"component":"kubelet","host":"heath-1"}}' "$1" "$1" "$2" "$3" "$4"; }
{ printf '{"apiVersion":"v1","kind":"List","items":['; event a Failed 'Error: ImagePullBackOff' 2026-06-01T10:02:00Z; printf ']}\n'; } >last/events.json
run 0 "$PM" analyze last -o s.json
python3 -c 'import json; r = json.load(open("s.json")); i = r["incidents"][0]; assert (i["root_cause"], r["pulls"]["failed"], [p["name"] for p in i["blast_radius"]["pods"]]) == ("unknown", 0, ["peat-1"]), i' 2>err || wrong "the last event alone: $(tail -1 err)"
{ printf '{"apiVersion":"v1","kind":"List","items":['; event a Failed 'Error: ImagePullBackOff' 2026-06-01T10:02:00Z; printf ,; event b Pulled "Successfully pulled image \\\"$image\\\" in 2s" 2026-06-01T10:03:00Z; printf ']}\n'; } >last/events.json
run 0 "$PM" analyze last -o s.json
python3 -c 'import json; r = json.load(open("s.json")); assert r["incidents"][0]["recovered_at"][:16] == "2026-06-01T10:03", r["verdict"]' 2>err || wrong "the image came since: $(tail -1 err)"
exit $failed
