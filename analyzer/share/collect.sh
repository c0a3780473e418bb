#!/bin/sh
# Gathers what pullmortem reads into one archive: of a cluster (kubectl), of a node (journal, runtime, disk, configuration), of a registry or proxy beside it.
# What is there is used, what is not is noted in collect.log. Only reading commands; values of environment variables, tokens and passwords are left out, Secrets
# are not read at all. Printed by 'pullmortem collect': read it, copy it to where it is needed, run it.
#
#   sh collect.sh [-o FILE.tar.gz] [WHAT]...     WHAT: cluster node registry; as set below where none is named
#   SINCE='2026-04-12 06:00:00' UNTIL='2026-04-12 08:00:00' NODES='n1 n2' sh collect.sh
set -u
umask 077
LC_ALL=C
export LC_ALL
: "${WHAT:=cluster node registry}"
: "${NODES:=}"
: "${SINCE:=24 hours ago}"
: "${UNTIL:=now}"

archive=
while [ $# -gt 0 ]; do
    case $1 in
    -o) archive=${2:?-o needs a file}; shift 2; WHAT_GIVEN=${WHAT_GIVEN:-} ;;
    cluster | node | registry) WHAT_GIVEN="${WHAT_GIVEN:-} $1"; shift ;;
    *) echo "collect.sh: what is '$1'? There are cluster, node, registry and -o FILE.tar.gz" >&2; exit 2 ;;
    esac
done
[ -z "${WHAT_GIVEN:-}" ] || WHAT=$WHAT_GIVEN

have() { command -v "$1" >/dev/null 2>&1; }
host=$(uname -n)
name=pullmortem-$host-$(date -u +%Y%m%dT%H%M%SZ)
: "${archive:=$name.tar.gz}"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
out=$work/$name
mkdir -p "$out"
log=$out/collect.log
echo "collected on $host at $(date -u +%Y-%m-%dT%H:%M:%SZ): $WHAT; since $SINCE, until $UNTIL" >"$log"

# Values of environment variables and the copy of what was applied, which holds them again; whole members of objects, one a line as kubectl prints them.
without_values() { sed -e 's/^\( *"value": \)".*"/\1"left out"/' -e 's/^\( *"kubectl.kubernetes.io\/last-applied-configuration": \)".*"/\1"left out"/'; }
# Passwords and tokens of configuration files.
without_secrets() { sed -e 's/\([Aa]uth\|[Pp]assword\|[Tt]oken\|[Ss]ecret\)\("\{0,1\} *[:=] *\)"[^"]*"/\1\2"left out"/g' -e 's|//[^/@ ]*:[^/@ ]*@|//left-out@|g'; }

# keep FILE FILTER COMMAND...: what the command prints, where it prints something; why not, in the log.
keep() {
    file=$out/$1 filter=$2
    shift 2
    mkdir -p "$(dirname "$file")"
    if "$@" >"$work/printed" 2>"$work/said" && [ -s "$work/printed" ]; then
        $filter <"$work/printed" >"$file"
        echo "ok    $*" >>"$log"
    else
        echo "none  $*: $(head -n 1 "$work/said")" >>"$log"
    fi
}
keep_file() { # PATH FILTER
    [ -r "$1" ] && [ -f "$1" ] || return 0
    keep "$2$1" without_secrets cat "$1"
}

cluster() {
    have kubectl || { echo "none  kubectl is not here" >>"$log"; return; }
    keep cluster/version.txt cat kubectl version
    for kind in events pods nodes deployments statefulsets daemonsets replicasets jobs cronjobs horizontalpodautoscalers services serviceaccounts; do
        keep "cluster/$kind.json" without_values kubectl get "$kind" --all-namespaces -o json
    done
    for node in $NODES; do # needs the kubelet's log query (NodeLogQuery) and the right nodes/proxy; otherwise run this script on the node
        for unit in kubelet containerd crio docker; do
            keep "nodes/$node/$unit.log" cat kubectl get --raw "/api/v1/nodes/$node/proxy/logs/?query=$unit"
        done
    done
}

node() {
    for unit in kubelet containerd crio docker cri-docker; do
        if have journalctl; then keep "nodes/$host/$unit.log" cat journalctl -u "$unit" --since "$SINCE" --until "$UNTIL" -o short-iso-precise --no-pager -q; fi
    done
    for file in /var/log/kubelet.log /var/log/containerd.log /var/log/crio.log /var/log/docker.log /var/log/syslog /var/log/messages; do
        [ -r "$file" ] && keep "nodes/$host$file" cat grep -aE 'ull|mage|kubelet|containerd|crio|dockerd' "$file"
    done
    if have crictl; then
        keep "nodes/$host/crictl-images.txt" cat crictl images
        keep "nodes/$host/crictl-pods.txt" cat crictl pods
        keep "nodes/$host/crictl-info.json" without_secrets crictl info
    fi
    if have docker; then
        keep "nodes/$host/docker-info.txt" without_secrets docker info
        keep "nodes/$host/docker-images.txt" cat docker images
    fi
    keep "nodes/$host/df.txt" cat df -h
    keep "nodes/$host/df-inodes.txt" cat df -i
    keep "nodes/$host/date.txt" cat date
    have timedatectl && keep "nodes/$host/timedatectl.txt" cat timedatectl
    for file in /etc/containerd/config.toml /etc/docker/daemon.json /etc/crio/crio.conf /etc/containers/registries.conf /etc/resolv.conf /var/lib/kubelet/config.yaml; do
        keep_file "$file" "nodes/$host"
    done
    for file in /etc/containerd/certs.d/*/hosts.toml /etc/containers/registries.conf.d/*.conf /etc/rancher/*/registries.yaml; do keep_file "$file" "nodes/$host"; done
}

registry() {
    for file in /var/log/nginx/access.log /var/log/nginx/error.log /var/log/haproxy.log /var/log/squid/access.log /var/log/harbor/registry.log /var/log/harbor/proxy.log; do
        [ -r "$file" ] && keep "registry$file" cat cat "$file"
    done
    for tool in docker podman; do
        have $tool || continue
        for id in $($tool ps -q 2>/dev/null); do
            image=$($tool inspect -f '{{.Config.Image}}' "$id" 2>/dev/null)
            case $image in
            *registry* | *harbor* | *nexus* | *zot* | *quay* | *nginx* | *haproxy*) keep "registry/$tool-$id.log" cat sh -c '"$0" logs --timestamps "$1" 2>&1' $tool "$id" ;;
            esac
        done
    done
    have journalctl && keep registry/docker-registry.log cat journalctl -u docker-registry --since "$SINCE" --until "$UNTIL" -o short-iso-precise --no-pager -q
}

for part in $WHAT; do
    case $part in
    cluster | node | registry) $part ;;
    *) echo "collect.sh: there is no part '$part'" >&2; exit 2 ;;
    esac
done
got=$(grep -c '^ok' "$log")
[ "$got" -gt 0 ] || { echo "collect.sh: nothing that could be read is here: no kubectl, journal, runtime or log" >&2; cat "$log" >&2; exit 3; }
tar -C "$work" -cf - "$name" | gzip -n >"$archive.part" && mv "$archive.part" "$archive" || exit 3
echo "$archive: $got pieces of $(grep -c '^\(ok\|none\)' "$log"); next: pullmortem $archive"
