# Exporters and shippers tell once more what a node's own logs tell, in many dresses: nothing is added, and nothing is booked on the node that they run on.
# Alone they are hearsay. Written by us, in the dresses of kubernetes-event-exporter, Loki, Vector, Fluent Bit and Datadog's agent.
. "$(dirname "$0")/common.inc"
uid=3c0f1b52-8a4e-4d15-9c7b-0d5a6f1e2b3c
missing='rpc error: code = NotFound desc = failed to pull and unpack image \"r.acme.test/shop/cart:9\": r.acme.test/shop/cart:9: not found'
twice=$(printf '%s' "$missing" | sed 's/"/\\"/g; s/\\\\"/\\\\\\"/g')
runtime() { echo "time=\"2026-05-04T10:00:$1.400000000Z\" level=error msg=\"PullImage \\\"r.acme.test/shop/cart:9\\\" failed\" error=\"$missing\""; }
mkdir -p own/nodes/n2
for s in 00 13 40; do
    echo "time=\"2026-05-04T10:00:$s.000000000Z\" level=info msg=\"PullImage \\\"r.acme.test/shop/cart:9\\\"\""
    runtime $s
done > own/nodes/n2/containerd.log
event() { echo "{\"metadata\":{\"name\":\"cart-0.17\",\"namespace\":\"shop\"},\"reason\":\"Failed\",\"message\":\"Failed to pull image \\\"r.acme.test/shop/cart:9\\\": $missing\",\"source\":{\"component\":\"kubelet\",\"host\":\"n2\"},\"firstTimestamp\":\"2026-05-04T10:00:00Z\",\"lastTimestamp\":\"2026-05-04T10:00:$1Z\",\"count\":$2,\"type\":\"Warning\",\"involvedObject\":{\"kind\":\"Pod\",\"name\":\"cart-0\",\"namespace\":\"shop\",\"uid\":\"$uid\"}}"; }
dressed() { # dress second count
    case $1 in
    exporter) event "$2" "$3" ;;
    wrapped) echo "{\"msg\":\"event\",\"event\":$(event "$2" "$3")}" ;;
    text) echo "2026-05-04T10:00:$2Z Warning Failed pod/cart-0 Failed to pull image \"r.acme.test/shop/cart:9\": not found" ;;
    logfmt) echo "level=info object=Pod/cart-0 namespace=shop node=n2 reason=Failed count=$3 msg=\"Failed to pull image \\\"r.acme.test/shop/cart:9\\\": not found\"" ;;
    vector) echo "{\"host\":\"n2\",\"message\":\"time=\\\"2026-05-04T10:00:$2.400000000Z\\\" level=error msg=\\\"PullImage failed\\\" error=\\\"$twice\\\"\"}" ;;
    datadog) echo "{\"title\":\"Events from the Pod shop/cart-0\",\"text\":\"3 **Failed**: Failed to pull image \\\"r.acme.test/shop/cart:9\\\": $missing\",\"host\":\"n2\"}" ;;
    esac
}
failed() { "$PM" analyze "$1" --db "$1.db" -o - --format text >/dev/null && "$PM" query "$1.db" "SELECT count(*) || ' ' || ifnull(group_concat(DISTINCT node), '-') FROM pulls WHERE outcome = 'failed'" --format csv | tail -1; }
for dress in exporter wrapped text logfmt vector datadog; do
    for name in main event-exporter; do
        rm -rf b alone
        cp -r own b
        pod=nodes/n1/var/log/pods/obs_$name-7d9f8b6c5-x2x9p_$uid/$name
        mkdir -p "b/$pod" "alone/$pod"
        { dressed $dress 00 1; dressed $dress 13 2; dressed $dress 40 3; } | sed 's/^/2026-05-04T10:00:41.000000000Z stdout F /' > "b/$pod/0.log"
        cp "b/$pod/0.log" "alone/$pod/"
        got=$(failed b) only=$(failed alone)
        case $got in *"3 n2"*) ;; *) echo "$dress of $name beside the node's log: $got"; exit 1 ;; esac
        case $only in *"0 -"*) ;; *) echo "$dress of $name alone: $only"; exit 1 ;; esac
    done
done
