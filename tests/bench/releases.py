"""What the same programs say in other releases: the benchmark's other inputs have one wording each, and a fast path may fit just that. A node is upgraded while
its log is written, so each release has its own stretch of the file. Written to kubernetes/kubernetes pkg/kubelet (1.10, 1.18, 1.20, 1.24, 1.28, 1.34),
containerd/containerd (1.2, 1.6, 1.7, 2.1), moby/moby (17.03, 20.10, 29) and cri-o/cri-o (1.24, 1.32)."""

REFUSED = "https://registry-1.docker.io/v2/acme/{img}/manifests/1: 429 Too Many Requests"
MOBY = "toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit"
RESOLVE = 'failed to pull and unpack image \\"docker.io/acme/{img}:1\\": failed to resolve reference \\"docker.io/acme/{img}:1\\": '
SILENT = "I{klog}  {pid} "
# Of 1.34 twice: its patches took over what 1.36 says.
STARTED = ('pod_startup_latency_tracker.go:{line}] "Observed pod startup duration" pod="{{ns}}/{{pod}}" podStartSLOduration=3.42 podStartE2EDuration="3.42s" {pulls} observedRunningTime="2026-04-12 {{now}} +0000 UTC m=+{{n5}}.{{n6}}" '
           'watchObservedRunningTime="2026-04-12 {{now}} +0000 UTC m=+{{n5}}.{{n6}}"')
# Of each release: what it says of pulls, and of the rest. {klog} and {rfc} are stamps, the others are generate.words'.
KUBELET = [
    (  # 1.10, with dockershim
        ['E{klog}  {pid} remote_image.go:108] PullImage "acme/{img}:1" from image service failed: rpc error: code = Unknown desc = Error response from daemon: ' + MOBY,
         'E{klog}  {pid} kuberuntime_image.go:50] Pull image "acme/{img}:1" failed: rpc error: code = Unknown desc = Error response from daemon: ' + MOBY,
         'E{klog}  {pid} pod_workers.go:186] Error syncing pod {uid} ("{pod}_{ns}({uid})"), skipping: failed to "StartContainer" for "app" with ImagePullBackOff: "Back-off pulling image \\"acme/{img}:1\\""'],
        [SILENT + 'kubelet.go:1888] SyncLoop (PLEG): "{pod}_{ns}({uid})", event: &pleg.PodLifecycleEvent{{ID:"{uid}", Type:"ContainerStarted", Data:"{hex}{hex}"}}',
         SILENT + 'operation_generator.go:484] MountVolume.SetUp succeeded for volume "default-token-{r5}" (UniqueName: "kubernetes.io/secret/{uid}-default-token-{r5}") pod "{pod}" (UID: "{uid}")',
         "W{klog}  {pid} container.go:393] Failed to create summary reader for \"/kubepods/burstable/pod{uid}/{hex}{hex}\": none of the resources are being tracked."]),
    (  # 1.18
        ['E{klog}  {pid} remote_image.go:113] PullImage "acme/{img}:1" from image service failed: rpc error: code = Unknown desc = failed to pull and unpack image "docker.io/acme/{img}:1": failed to resolve reference "docker.io/acme/{img}:1": unexpected status code [manifests 1]: 429 Too Many Requests',
         'E{klog}  {pid} kuberuntime_manager.go:801] container start failed: ErrImagePull: rpc error: code = Unknown desc = failed to pull and unpack image "docker.io/acme/{img}:1": failed to resolve reference "docker.io/acme/{img}:1": unexpected status code [manifests 1]: 429 Too Many Requests',
         'E{klog}  {pid} pod_workers.go:191] Error syncing pod {uid} ("{pod}_{ns}({uid})"), skipping: failed to "StartContainer" for "app" with ImagePullBackOff: "Back-off pulling image \\"acme/{img}:1\\""'],
        [SILENT + "kubelet_getters.go:172] status for pod {pod} updated to {{Running [{{Initialized True 0001-01-01 00:00:00 +0000 UTC}}] {hex}}}",
         SILENT + 'reconciler.go:224] operationExecutor.VerifyControllerAttachedVolume started for volume "config" (UniqueName: "kubernetes.io/configmap/{uid}-config") pod "{pod}" (UID: "{uid}")',
         "W{klog}  {pid} watcher.go:87] Error while processing event (\"/sys/fs/cgroup/cpu,cpuacct/{hex}\": 0x40000100 == IN_CREATE|IN_ISDIR): inotify_add_watch: no such file or directory"]),
    (  # 1.24
        ['E{klog}  {pid} remote_image.go:236] "PullImage from image service failed" err="rpc error: code = Unknown desc = ' + RESOLVE + 'unexpected status code [manifests 1]: 429 Too Many Requests" image="acme/{img}:1"',
         'E{klog}  {pid} kuberuntime_manager.go:919] container &Container{{Name:app,Image:acme/{img}:1,Command:[],Args:[],WorkingDir:,Ports:[]ContainerPort{{}},ImagePullPolicy:IfNotPresent,}} start failed in pod {pod}_{ns}({uid}): ErrImagePull: rpc error: code = Unknown desc = failed to pull and unpack image "docker.io/acme/{img}:1": failed to resolve reference "docker.io/acme/{img}:1": unexpected status code [manifests 1]: 429 Too Many Requests',
         'E{klog}  {pid} pod_workers.go:951] "Error syncing pod, skipping" err="failed to \\"StartContainer\\" for \\"app\\" with ImagePullBackOff: \\"Back-off pulling image \\\\\\"acme/{img}:1\\\\\\"\\"" pod="{ns}/{pod}" podUID={uid}'],
        [SILENT + 'scope.go:110] "RemoveContainer" containerID="{hex}{hex}"',
         SILENT + 'kubelet.go:2140] "SyncLoop (PLEG): event for pod" pod="{ns}/{pod}" event=&{{ID:{uid} Type:ContainerDied Data:{hex}{hex}}}',
         'E{klog}  {pid} summary_sys_containers.go:48] "Failed to get system container stats" err="failed to get cgroup stats for \\"/system.slice/docker.service\\": unknown container" containerName="/system.slice/docker.service"']),
    (  # 1.34
        ['E{klog}  {pid} log.go:32] "PullImage from image service failed" err="rpc error: code = Unknown desc = ' + RESOLVE + "unexpected status from HEAD request to " + REFUSED + '" image="acme/{img}:1"',
         'E{klog}  {pid} kuberuntime_manager.go:1449] "Unhandled Error" err="container app start failed in pod {pod}_{ns}({uid}): ErrImagePull: ' + RESOLVE + "unexpected status from HEAD request to " + REFUSED + '" logger="UnhandledError"',
         'E{klog}  {pid} pod_workers.go:1324] "Error syncing pod, skipping" err="failed to \\"StartContainer\\" for \\"app\\" with ImagePullBackOff: \\"Back-off pulling image \\\\\\"acme/{img}:1\\\\\\": ErrImagePull: 429 Too Many Requests\\"" pod="{ns}/{pod}" podUID="{uid}"'],
        [*9 * [SILENT + 'kubelet.go:2569] "SyncLoop (PLEG): event for pod" pod="{ns}/{pod}" event={{"ID":"{uid}","Type":"ContainerStarted","Data":"{hex}{hex}"}}'],
         SILENT + STARTED.format(line=104, pulls='podCreationTimestamp="2026-04-12 {made} +0000 UTC" firstStartedPulling="0001-01-01 00:00:00 +0000 UTC" lastFinishedPulling="0001-01-01 00:00:00 +0000 UTC"'),
         SILENT + STARTED.format(line=144, pulls='totalImagesPullingTime="0s" totalInitContainerRuntime="0s" isStatefulPod=false podCreationTimestamp="2026-04-12 {made} +0000 UTC" imagePullSessionsCount=0 imagePullSessionsStartsCount=0'),
         *9 * ['E{klog}  {pid} prober_manager.go:209] "Readiness probe already exists for container" pod="{ns}/{pod}" containerName="app"']]),
]
CONTAINERD = [
    (  # 1.2
        ['time="{rfc}" level=info msg="PullImage "acme/{img}:1""', 'time="{rfc}" level=error msg="PullImage "acme/{img}:1" failed" error="failed to resolve image "docker.io/acme/{img}:1": unexpected status code [manifests 1]: 429 Too Many Requests"'],
        ['time="{rfc}" level=info msg="CreateContainer within sandbox "{hex}" for container &ContainerMetadata{{Name:app,Attempt:0,}}"', 'time="{rfc}" level=info msg="Finish piping stderr of container "{hex}{hex}""']),
    (  # 1.6
        ['time="{rfc}" level=info msg="PullImage \\"acme/{img}:1\\""', 'time="{rfc}" level=info msg="trying next host - response was http.StatusTooManyRequests" host=registry-1.docker.io',
         'time="{rfc}" level=error msg="PullImage \\"acme/{img}:1\\" failed" error="rpc error: code = Unknown desc = ' + RESOLVE + 'unexpected status code [manifests 1]: 429 Too Many Requests"'],
        ['time="{rfc}" level=info msg="shim disconnected" id={hex}{hex}', 'time="{rfc}" level=warning msg="cleaning up after shim disconnected" id={hex}{hex} namespace=k8s.io', 'time="{rfc}" level=info msg="StopPodSandbox for \\"{hex}\\""']),
    (  # 2.1
        ['time="{rfc}" level=info msg="PullImage \\"acme/{img}:1\\""', 'time="{rfc}" level=info msg="stop pulling image docker.io/acme/{img}:1: active requests=0, bytes read=0"',
         'time="{rfc}" level=error msg="PullImage \\"acme/{img}:1\\" failed" error="rpc error: code = Unknown desc = ' + RESOLVE + "unexpected status from HEAD request to " + REFUSED + '"'],
        ['time="{rfc}" level=info msg="received container exit event container_id:\\"{hex}\\" id:\\"{hex}\\" pid:77 exited_at:{{seconds:1776000000}}"', 'time="{rfc}" level=info msg="connecting to shim {hex}" address="unix:///run/containerd/s/{hex}" protocol=ttrpc version=3', 'time="{rfc}" level=info msg="StartContainer for \\"{hex}{hex}\\" returns successfully"']),
]
DOCKERD = [
    (  # 17.03
        ['time="{rfc}" level=warning msg="Error getting v2 registry: Get https://registry-1.docker.io/v2/: net/http: request canceled while waiting for connection"', 'time="{rfc}" level=error msg="Handler for POST /v1.27/images/create returned error: ' + MOBY + '"',
         'time="{rfc}" level=error msg="Not continuing with pull after error: ' + MOBY + '"'],
        ['time="{rfc}" level=info msg="Container {hex}{hex} failed to exit within 10 seconds of signal 15 - using the force"', 'time="{rfc}" level=warning msg="containerd: unable to save {hex}:{r5} starttime: read /proc/77/stat: no such process"']),
    (  # 20.10
        ['time="{rfc}" level=info msg="Attempting next endpoint for pull after error: ' + MOBY + '"', 'time="{rfc}" level=error msg="Handler for POST /v1.41/images/create returned error: ' + MOBY + '"', 'time="{rfc}" level=error msg="Not continuing with pull after error: ' + MOBY + '"'],
        ['time="{rfc}" level=info msg="ignoring event" container={hex}{hex} module=libcontainerd namespace=moby topic=/tasks/delete type="*events.TaskDelete"', 'time="{rfc}" level=info msg="loading plugin \\"io.containerd.event.v1.publisher\\"..." runtime=io.containerd.runc.v2 type=io.containerd.event.v1']),
    (  # 29, with containerd's store
        ['time="{rfc}" level=error msg="Handler for POST /v1.52/images/create returned error" error-response="' + MOBY + '" method=POST module=api request-url="/v1.52/images/create?fromImage=acme%2F{img}&tag=1" vars="map[version:1.52]"',
         'time="{rfc}" level=info msg="image pulled" digest="sha256:{hex}{hex}" remote="docker.io/acme/{img}:1"'],
        ['time="{rfc}" level=info msg="sbJoin: gwep4 \'\'->\'{r5}\', gwep6 \'\'->\'\'" eid={r5} ep={pod} net=bridge nid={r5}', 'time="{rfc}" level=info msg="received task-delete event from containerd" container={hex}{hex} module=libcontainerd namespace=moby topic=/tasks/delete type="*events.TaskDelete"']),
]
SERVICE = " id={uid} name=/runtime.v1.ImageService/PullImage"
CRIO = [  # a pull's first line and its last in one
    (  # 1.24, a blank for T
        ['time="{blank}" level=info msg="Pulling image: docker.io/acme/{img}:1"' + SERVICE + '\ntime="{blank}" level=info msg="Trying to access \\"docker.io/acme/{img}:1\\""' + SERVICE + '\ntime="{blank}" level=info msg="Pulled image: docker.io/acme/{img}@sha256:{hex}{hex}"' + SERVICE],
        ['time="{blank}" level=info msg="Checking image status: quay.io/acme/{img}:1" id={uid} name=/runtime.v1.ImageService/ImageStatus', 'time="{blank}" level=info msg="Created container {hex}{hex}: {ns}/{pod}/app" id={uid} name=/runtime.v1.RuntimeService/CreateContainer',
         'time="{blank}" level=info msg="Stopped pod sandbox: {hex}{hex}" id={uid} name=/runtime.v1.RuntimeService/StopPodSandbox']),
    (  # 1.32
        ['time="{rfc}" level=info msg="Pulling image: docker.io/acme/{img}:1"' + SERVICE + '\ntime="{rfc}" level=info msg="Pulled image: docker.io/acme/{img}@sha256:{hex}{hex}"' + SERVICE],
        ['time="{rfc}" level=info msg="Ran pod sandbox {hex}{hex} with infra container: {ns}/{pod}/POD" id={uid} name=/runtime.v1.RuntimeService/RunPodSandbox', 'time="{rfc}" level=info msg="Removed container {hex}{hex}: {ns}/{pod}/app" id={uid} name=/runtime.v1.RuntimeService/RemoveContainer']),
]


def said(r, releases, share, part, words):
    """One line of the release that runs after this part of the file."""
    pulls, rest = releases[min(int(part * len(releases)), len(releases) - 1)]
    s = part * 36000
    day, ns = f"{6 + int(s) // 3600:02d}:{int(s) // 60 % 60:02d}:{int(s) % 60:02d}", int(s % 1 * 10**9)
    stamps = {"klog": f"0412 {day}.{ns // 1000:06d}", "now": f"{day}.{ns // 1000:06d}", "made": "05:59:57", "rfc": f"2026-04-12T{day}.{ns:09d}Z", "blank": f"2026-04-12 {day}.{ns:09d}Z"}
    return r.choice(pulls if r.random() < share else rest).format(**stamps, **words) + "\n"
