// Shapes of PM_F_DETAIL, one JSON object a kind. Absent keys mean unknown. Level 2; words
// only. States from tables have "age_s", the object's age at the capture, where objects
// have "created".
//
// pod.state      {"phase","reason","waiting":[{"container","image","reason","message","init":bool}],"owner":{"kind","name"},"labels":{},
//                 "service_account","pull_secrets":["name"],"containers":[{"name","image","policy","ready":bool,"running":bool,"since"}],
//                 "created","started","host_ip","ready":bool,"evicted":bool}
// workload.state
// {"kind","desired","ready","updated","available","unavailable","generation","observed",
//                 "conditions":[{"type","status","reason","message","at"}],"owner":{"kind","name"},"images":["…"],"selector":{},
//                 "revision","paused":bool,"created","changed"}   changed: when a revision was last written, but for its status
// hpa.state      {"target":{"kind","name"},"current","desired","min","max","conditions":[…],"scaled"}
// node.state     {"addresses":["10.0.0.1"],"os","arch","kubelet","runtime","region","zone","images":["norm"],
//                 "conditions":[{"type","status","reason","message","at"}],"created","pressure":bool,"unschedulable":bool}
// service (workload.state, kind "Service" or "Endpoints"):
// {"kind","selector":{},"pods":["name"]}
// secret (config, object "Secret/NAME"): {"type":"kubernetes.io/dockerconfigjson","registries":["…"],"created","changed","by"}  (names only, never values)
// service account (config, object "ServiceAccount/NAME"):
// {"pull_secrets":["…"],"created","changed","by"}
//                 changed: when the credentials (the list) were last written; by: the program that wrote them
// config         {"source","settings":{"dotted.key":value},"lines":{"dotted.key":line}}
//                 Secrets are already redacted: where a file holds credentials the setting is true. Lists are arrays of strings.
//                 Sources, and the settings that each may have:
//   containerd.config  version, root, disabled_plugins[], registry.config_path, registry.section (where it is the old plugin's), registry.mirrors.HOST[], registry.configs.HOST.auth,
//                      registry.configs.HOST.tls.insecure_skip_verify, sandbox_image, image_pull_progress_timeout, snapshotter,
//                      max_concurrent_downloads, use_local_image_pull, discard_unpacked_layers
//   containerd.hosts   registry (the folder), server, capabilities[], skip_verify, host.header,
//                      host.URL.{listed,capabilities[],skip_verify,override_path,ca,client,dial_timeout}
//   docker.daemon      registry-mirrors[], insecure-registries[], max-concurrent-downloads, max-download-attempts, data-root,
//                      storage-driver, proxies.{http,https,no}-proxy, features.containerd-snapshotter, live-restore
//   registries.conf    unqualified-search-registries[], short-name-mode, insecure-registries[], blocked-registries[],
//                      registry.NAME.{location,insecure,blocked,digests_only,mirrors[],insecure_mirrors[]}
//   crio.conf          pause_image, pull_progress_timeout, insecure_registries[], registries[], signature_policy, global_auth_file,
//                      short_name_mode, storage_driver, root, separate_pull_cgroup
//   kubelet.config     serializeImagePulls, maxParallelImagePulls, registryPullQPS, registryBurst, imageGCHighThresholdPercent,
//                      imageGCLowThresholdPercent, imageMinimumGCAge, imageMaximumGCAge, runtimeRequestTimeout,
//                      evictionHard.SIGNAL, evictionSoft.SIGNAL …
//   k3s.registries     mirrors.HOST[], mirrors.HOST.rewrite, configs.HOST.auth, configs.HOST.tls.insecure_skip_verify
//   containerd.ignored  key (what its log says that it does not know: "registry mirrors")
//   systemd.environment  http-proxy, https-proxy, no-proxy, proxy-login, unit (of the drop-in's folder)
// disk.usage     {"mount","used_bytes","size_bytes","used_ratio","inodes_ratio"}
// health.check   {"reset"} or {"reset_in_s"}   when the registry said that its limit is whole again
// gc.*           {"used_ratio","freed_bytes","wanted_bytes"}
// image lists    (config, object "Images"): {"images":[{"norm","bytes"}]}
// versions       (config, object "Version"): {"kubelet","containerd","docker","crio","kernel"}
// instance       (config, object "Instance"): {"id"}   cloud instance id
// clock          (config, object "Date"): {"date"}   absolute time of capture of this bundle folder
#pragma once
