// Shapes of PM_F_DETAIL, one JSON object a kind. Absent keys mean unknown. Level 2; words only.
//
// pod.state      {"phase","reason","waiting":[{"container","image","reason","message","init":bool}],"owner":{"kind","name"},"labels":{},
//                 "service_account","pull_secrets":["name"],"containers":[{"name","image","policy","ready":bool,"running":bool}],"created","started","host_ip","ready":bool,
//                 "evicted":bool}
// workload.state {"kind","desired","ready","updated","available","unavailable","generation","observed","conditions":[{"type","status","reason","message","at"}],
//                 "owner":{"kind","name"},"images":["…"],"selector":{},"revision","paused":bool,"created"}
// hpa.state      {"target":{"kind","name"},"current","desired","min","max","conditions":[…]}
// node.state     {"addresses":["10.0.0.1"],"os","arch","kubelet","runtime","region","zone","conditions":[{"type","status","reason","message","at"}],"images":["norm"],
//                 "created","pressure":bool,"unschedulable":bool}
// service (workload.state, kind "Service" or "Endpoints"): {"kind","selector":{},"pods":["name"]}
// secret         (config, object "Secret/NAME"): {"type":"kubernetes.io/dockerconfigjson","registries":["…"]}  (names only, never values)
// service account (config, object "ServiceAccount/NAME"): {"pull_secrets":["…"]}
// config         {"source":"containerd.config|containerd.hosts|docker.daemon|registries.conf|crio.conf|kubelet.config|k3s.registries","settings":{"dotted.key":value},
//                 "lines":{"dotted.key":line}}    secrets already redacted
// disk.usage     {"mount","used_bytes","size_bytes","used_ratio","inodes_ratio"}
// gc.*           {"used_ratio","freed_bytes","wanted_bytes"}
// image lists    (config, object "Images"): {"images":[{"norm","bytes"}]}
// versions       (config, object "Version"): {"kubelet","containerd","docker","crio","kernel"}
// clock          (config, object "Date"): {"date"}   absolute time of capture of this bundle folder
#pragma once
