#!/bin/sh
# More logs than one machine likes: each shard (a node's folder, an archive, an hour) is ingested anywhere, then the timelines are merged and judged as one.
#
#   shards.sh here  LIST OUT [JOBS]     on this host, JOBS at a time (as many as it has processors); GNU parallel is used where it is there
#   shards.sh slurm LIST OUT            an array job and a merge job behind it; PARTITION, MEMORY (512M) and MINUTES (60) are asked of Slurm
#   shards.sh kubernetes LIST CLAIM     prints a manifest: kubectl apply -f -; shards lie on the volume CLAIM under the paths of LIST; IMAGE, NAMESPACE
#   shards.sh task  LIST OUT N OF       what each of OF tasks does: shards N, N+OF, … (from 0)
#   shards.sh merge LIST OUT            OUT/all.db of all timelines, and the verdict
#
# LIST has one shard a line, OUT is a folder that all tasks write into. What is done already is not done again, so a run that broke is started again as it
# was. Name shards' folders or archives after their nodes, or keep nodes/NAME/ inside: of two shards whose paths end alike the rest of the path tells which
# is which. A shard that was read in part counts (its diagnostics are in its timeline); one of which there is no timeline fails its task, and nothing is merged.
#
# How many? A core reads 0.3 to 1 GB of log a second; a task wants 256 MB of memory; merging takes some 7 ms a timeline and some microseconds an event, on one
# core. 10 TB in 1 000 shards of 10 GB: half a minute to a minute each, about a quarter of an hour on 64 cores; then minutes for the merge.
set -eu

pullmortem=${PULLMORTEM:-pullmortem}
say() { echo "shards.sh: $*" >&2; }
usage() { sed -n '4,8s/^# *//p' "$0" >&2; exit 2; }
count() { grep -c . "$1"; }
shard() { grep . "$1" | sed -n "$(($2 + 1))p"; } # LIST, number from 0

# 3 with a timeline: parts could not be read, and it says which. The rename makes it whole or not there for whoever looks.
ingest() { # shard, timeline
    [ ! -e "$2" ] || return 0
    status=0
    "$pullmortem" ingest "$1" --db "$2.part" -q || status=$?
    if [ $status -ne 0 ] && { [ $status -ne 3 ] || [ ! -e "$2.part" ]; }; then
        say "$1: no timeline (status $status)"
        return 1
    fi
    mv "$2.part" "$2"
}

task() { # LIST OUT N OF
    failed=0 i=$3 n=$(count "$1")
    while [ "$i" -lt "$n" ]; do
        ingest "$(shard "$1" "$i")" "$2/$i.db" || failed=1
        i=$((i + $4))
    done
    return $failed
}

merge() { # LIST OUT
    n=$(count "$1") i=0 list=$1 out=$2
    set --
    while [ "$i" -lt "$n" ]; do
        [ -e "$out/$i.db" ] || { say "$(shard "$list" "$i"): no timeline $out/$i.db; nothing is merged"; return 1; }
        set -- "$@" "$out/$i.db"
        i=$((i + 1))
    done
    rm -f "$out/all.db.part"
    "$pullmortem" merge "$@" --db "$out/all.db.part"
    mv "$out/all.db.part" "$out/all.db"
    "$pullmortem" report "$out/all.db" --format text
}

here() { # LIST OUT JOBS
    numbers() { i=0; while [ "$i" -lt "$(count "$1")" ]; do echo "$i"; i=$((i + 1)); done; }
    n=$(count "$1")
    if command -v parallel >/dev/null 2>&1 && parallel --version 2>/dev/null | grep -q GNU; then
        numbers "$1" | parallel --will-cite -j "$3" --joblog "$2/jobs" sh "$0" task "$1" "$2" {} "$n"
    else
        numbers "$1" | xargs -n 1 -P "$3" sh -c 'sh "$0" task "$1" "$2" "$4" "$3"' "$0" "$1" "$2" "$n"
    fi
    merge "$1" "$2"
}

# Slurm's arrays end at 1000 where nobody raised MaxArraySize: more shards are more for each task. A task that failed keeps the merge from running, and
# --kill-on-invalid-dep from waiting for ever.
slurm() { # LIST OUT
    n=$(count "$1") tasks=$(count "$1") self=$(cd "$(dirname "$0")" && pwd)/$(basename "$0")
    [ "$n" -le 1000 ] || tasks=1000
    mkdir -p "$2/logs"
    common="--parsable --mem=${MEMORY:-512M} --time=${MINUTES:-60} ${PARTITION:+--partition=$PARTITION}"
    # shellcheck disable=SC2086
    array=$(sbatch $common --job-name=pullmortem --array="0-$((tasks - 1))" --output="$2/logs/%A_%a" \
        --wrap "PULLMORTEM='$pullmortem' sh '$self' task '$1' '$2' \$SLURM_ARRAY_TASK_ID $tasks")
    # shellcheck disable=SC2086
    last=$(sbatch $common --job-name=pullmortem-merge --dependency="afterok:${array%%;*}" --kill-on-invalid-dep=yes --output="$2/logs/merge" \
        --wrap "PULLMORTEM='$pullmortem' sh '$self' merge '$1' '$2'")
    echo "${array%%;*} ${last%%;*}"
    say "$n shards in $tasks tasks: job ${array%%;*}; the merge is job ${last%%;*}, its verdict comes to $2/logs/merge"
}

# An Indexed Job, and a merge Job whose first container waits for the timelines, which needs no rights in the cluster. Timelines are made on the pod's own disk:
# the volume may be a network's, where SQLite must not write.
kubernetes() { # LIST CLAIM
    n=$(count "$1") image=${IMAGE:-localhost/pullmortem:0.2} namespace=${NAMESPACE:-default}
    cat <<END
apiVersion: v1
kind: ConfigMap
metadata: {name: pullmortem-shards, namespace: $namespace}
data:
  list: |
$(grep . "$1" | sed 's/^/    /')
  shards.sh: |
$(sed 's/^/    /' "$0")
---
apiVersion: batch/v1
kind: Job
metadata: {name: pullmortem-ingest, namespace: $namespace}
spec:
  completionMode: Indexed
  completions: $n
  parallelism: $([ "$n" -gt 32 ] && echo 32 || echo "$n")
  backoffLimit: $((n + 6))
  ttlSecondsAfterFinished: 86400
  template:
    spec:
      restartPolicy: Never
      securityContext: {runAsUser: 65534, runAsGroup: 65534, fsGroup: 65534, runAsNonRoot: true}
      containers:
        - name: ingest
          image: $image
          command: [sh, -c, 'cd /data && mkdir -p timelines && sh /shards/shards.sh one /shards/list timelines "\$JOB_COMPLETION_INDEX"']
          resources: {requests: {cpu: "1", memory: 128Mi}, limits: {memory: 512Mi}}
          securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
          volumeMounts: [{name: data, mountPath: /data}, {name: shards, mountPath: /shards}, {name: tmp, mountPath: /tmp}]
      volumes:
        - {name: data, persistentVolumeClaim: {claimName: $2}}
        - {name: shards, configMap: {name: pullmortem-shards}}
        - {name: tmp, emptyDir: {}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: pullmortem-merge, namespace: $namespace}
spec:
  completions: 1
  backoffLimit: 3
  activeDeadlineSeconds: 86400
  ttlSecondsAfterFinished: 86400
  template:
    spec:
      restartPolicy: Never
      securityContext: {runAsUser: 65534, runAsGroup: 65534, fsGroup: 65534, runAsNonRoot: true}
      initContainers:
        - name: wait
          image: $image
          command: [sh, -c, 'cd /data && sh /shards/shards.sh wait /shards/list timelines']
          securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
          volumeMounts: [{name: data, mountPath: /data}, {name: shards, mountPath: /shards}]
      containers:
        - name: merge
          image: $image
          command: [sh, -c, 'cd /data && sh /shards/shards.sh merge-own /shards/list timelines']
          resources: {requests: {cpu: "1", memory: 256Mi}, limits: {memory: 2Gi}}
          securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
          volumeMounts: [{name: data, mountPath: /data}, {name: shards, mountPath: /shards}, {name: tmp, mountPath: /tmp}]
      volumes:
        - {name: data, persistentVolumeClaim: {claimName: $2}}
        - {name: shards, configMap: {name: pullmortem-shards}}
        - {name: tmp, emptyDir: {}}
END
}

# In a pod: the timeline is made on the pod's disk, then copied and renamed.
to_volume() { cp "$1" "$2.part" && mv "$2.part" "$2"; }
one() { # LIST OUT N
    [ ! -e "$2/$3.db" ] || return 0
    own=$(mktemp -d)
    ingest "$(shard "$1" "$3")" "$own/$3.db" && to_volume "$own/$3.db" "$2/$3.db" && rm -r "$own"
}
wait_for() { # LIST OUT
    n=$(count "$1") i=0
    while [ "$i" -lt "$n" ]; do
        if [ -e "$2/$i.db" ]; then i=$((i + 1)); else sleep "${PAUSE:-5}"; fi
    done
}
merge_own() { # LIST OUT
    own=$(mktemp -d)
    cp "$2"/[0-9]*.db "$own" && merge "$1" "$own" && to_volume "$own/all.db" "$2/all.db" && rm -r "$own"
}

mode=${1:-}
[ $# -ge 3 ] || usage
[ -r "$2" ] && [ "$(count "$2")" -gt 0 ] || { say "$2: no list of shards"; exit 2; }
case $mode in
here) mkdir -p "$3" && here "$2" "$3" "${4:-$(getconf _NPROCESSORS_ONLN)}" ;;
slurm) mkdir -p "$3" && slurm "$2" "$3" ;;
kubernetes) kubernetes "$2" "$3" ;;
task) [ $# = 5 ] || usage; task "$2" "$3" "$4" "$5" ;;
merge) merge "$2" "$3" ;;
one) one "$2" "$3" "$4" ;;
wait) wait_for "$2" "$3" ;;
merge-own) merge_own "$2" "$3" ;;
*) usage ;;
esac
