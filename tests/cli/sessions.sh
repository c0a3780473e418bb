# What clients, the tools around them and CI runners print of one pull is one pull, of its image; what loops print is as many as were tried; what pulls nothing
# is none. Written by us to what the programs print (docker/compose:pkg/progress, containers/podman, kind, nerdctl, Nomad, npm, Azure Pipelines' agent).
. "$(dirname "$0")/common.inc"
n=0
session() { # name: failed good images; the session on stdin
    n=$((n + 1))
    mkdir "s$n"
    cat >"s$n/session.log"
    run 0 env PULLMORTEM_RECKON=1 "$PM" analyze "s$n" --format json
    python3 -c 'import json, sys
r = json.load(open("out"))
print(r["pulls"]["failed"], r["pulls"]["ok"], *sorted({i for x in r["incidents"] for i in x["blast_radius"]["images"]}))' >told
    [ "$(cat told)" = "$2" ] || wrong "$1: $(cat told), not $2"
}
gone='manifest for acme/web:9 not found: manifest unknown: manifest unknown'

# Compose
session 'a row and the last line' '1 0 ghcr.io/acme/api:2' <<'E'
$ docker compose up -d
[+] Running 1/3
 ✘ api Error    Head "https://ghcr.io/v2/acme/api/manifests/2": denied                                         0.4s 
 ✔ db Pulled                                                                                                    3.1s 
 ! cache Interrupted                                                                                            0.4s 
Error response from daemon: Head "https://ghcr.io/v2/acme/api/manifests/2": denied
E
session 'two rows and the last line' '2 0' <<'E'
$ docker compose pull
 ✘ api Error toomanyrequests: Rate exceeded       0.4s 
 ✘ db Error toomanyrequests: Rate exceeded        0.4s 
Error response from daemon: toomanyrequests: Rate exceeded
E
session 'rows that name images' '1 1 docker.io/acme/web:9' <<E
 Image redis:7.2 Pulling 
 Image acme/web:9 Pulling 
 Image redis:7.2 Pulled 
 Image acme/web:9 Error $gone
Error response from daemon: $gone
E
session 'two errors of one list' '2 0 docker.io/acme/one:latest docker.io/acme/two:latest' <<'E'
$ docker compose pull --ignore-pull-failures
 ⠿ one Warning                                                                       2.1s
 ⠿ two Warning                                                                       2.1s
2 errors occurred:
	* Error response from daemon: pull access denied for acme/one, repository does not exist or may require 'docker login': denied: requested access to the resource is denied
	* Error response from daemon: pull access denied for acme/two, repository does not exist or may require 'docker login': denied: requested access to the resource is denied
E
session 'compose v1' '1 1 docker.io/acme/web:9' <<E
Pulling db    (postgres:14)...
14: Pulling from library/postgres
Status: Downloaded newer image for postgres:14
Pulling web   (acme/web:9)...
ERROR: for web  $gone
ERROR: $gone
E

# Runners and tools around a client
session 'stderr repeated as ##[error]' '1 0 acme.azurecr.io/web:9' <<'E'
2025-05-07T01:32:41.1000000Z ##[command]/usr/bin/docker pull acme.azurecr.io/web:9
2025-05-07T01:32:42.2000000Z Error response from daemon: Get "https://acme.azurecr.io/v2/": dial tcp 192.0.2.3:443: i/o timeout
2025-05-07T01:32:42.3000000Z ##[error]Error response from daemon: Get "https://acme.azurecr.io/v2/": dial tcp 192.0.2.3:443: i/o timeout
2025-05-07T01:32:42.4000000Z ##[error]The process '/usr/bin/docker' failed with exit code 1
E
session 'a step, the build, the action' '1 0 docker.io/library/node:99' <<'E'
2025-05-07T01:32:40.1000000Z #3 [internal] load metadata for docker.io/library/node:99
2025-05-07T01:32:41.1000000Z #3 ERROR: docker.io/library/node:99: not found
2025-05-07T01:32:41.1000004Z ERROR: failed to solve: node:99: failed to resolve source metadata for docker.io/library/node:99: docker.io/library/node:99: not found
2025-05-07T01:32:41.2000000Z ##[error]buildx failed with: ERROR: failed to solve: node:99: failed to resolve source metadata for docker.io/library/node:99: docker.io/library/node:99: not found
E
session 'npm' '1 0 docker.io/acme/web:9' <<E
> shop@1.0.0 fetch
> docker pull acme/web:9

Error response from daemon: $gone
npm ERR! code 1
npm ERR! command sh -c docker pull acme/web:9
npm ERR! Error response from daemon: $gone
E
session 'a script that echoes, and tries again' '1 1 docker.io/acme/web:9' <<E
+ docker pull acme/web:9
Error response from daemon: $gone
+ echo 'attempt 1 failed: Error response from daemon: $gone'
attempt 1 failed: Error response from daemon: $gone
+ docker pull acme/web:9
9: Pulling from acme/web
Status: Downloaded newer image for acme/web:9
E
session 'a loop without words' '3 0 docker.io/acme/web:9' <<E
Error response from daemon: $gone
Error response from daemon: $gone
Error response from daemon: $gone
E
session 'kind: why is in the next line' '1 0 docker.io/kindest/node:v9.9' <<'E'
$ kind create cluster --image kindest/node:v9.9
ERROR: failed to create cluster: failed to pull image "kindest/node:v9.9": command "docker pull kindest/node:v9.9" failed with error: exit status 1
Command Output: Error response from daemon: manifest for kindest/node:v9.9 not found: manifest unknown: manifest unknown
E
session 'nerdctl' '1 0 docker.io/acme/x:9' <<'E'
$ nerdctl pull acme/x:9
ERRO[0001] server "registry-1.docker.io" does not seem to support HTTPS  error="failed to resolve reference \"docker.io/acme/x:9\": docker.io/acme/x:9: not found"
FATA[0001] failed to resolve reference "docker.io/acme/x:9": docker.io/acme/x:9: not found 
E
session 'Nomad: the driver and the task' '1 0 docker.io/acme/web:9' <<E
    2024-03-05T10:12:11.100Z [ERROR] client.driver_mgr.docker: failed pulling container: driver=docker image_ref=acme/web:9 error="API error (404): $gone"
    2024-03-05T10:12:11.110Z [ERROR] client.alloc_runner.task_runner: running driver failed: alloc_id=0b1a task=web error="Failed to pull \`acme/web:9\`: API error (404): $gone"
E
session 'GitLab: two tries and the end' '2 0 docker.io/acme/ci:latest' <<'E'
Pulling docker image acme/ci ...
WARNING: Failed to pull image with policy "always": Error response from daemon: pull access denied for acme/ci, repository does not exist or may require 'docker login': denied: requested access to the resource is denied (manager.go:250:0s)
ERROR: Preparation failed: failed to pull image "acme/ci" with specified policies [always]: Error response from daemon: pull access denied for acme/ci, repository does not exist or may require 'docker login': denied: requested access to the resource is denied (manager.go:250:0s)
Will be retried in 3s ...
Pulling docker image acme/ci ...
WARNING: Failed to pull image with policy "always": Error response from daemon: pull access denied for acme/ci, repository does not exist or may require 'docker login': denied: requested access to the resource is denied (manager.go:250:0s)
ERROR: Preparation failed: failed to pull image "acme/ci" with specified policies [always]: Error response from daemon: pull access denied for acme/ci, repository does not exist or may require 'docker login': denied: requested access to the resource is denied (manager.go:250:0s)
ERROR: Job failed: failed to pull image "acme/ci" with specified policies [always]: Error response from daemon: pull access denied for acme/ci, repository does not exist or may require 'docker login': denied: requested access to the resource is denied (manager.go:250:0s)
E
session 'podman: good, and search registries' '1 1 quay.io/acme/nope:latest' <<'E'
$ podman pull alpine
Resolved "alpine" as an alias (/etc/containers/registries.conf.d/shortnames.conf)
Trying to pull docker.io/library/alpine:latest...
Copying blob sha256:4abcf2066143 done
Writing manifest to image destination
$ podman pull acme/nope
Resolving "acme/nope" using unqualified-search registries (/etc/containers/registries.conf)
Trying to pull quay.io/acme/nope:latest...
Trying to pull docker.io/acme/nope:latest...
Error: 2 errors occurred while pulling:
 * initializing source docker://quay.io/acme/nope:latest: reading manifest latest in quay.io/acme/nope: name unknown: repository not found
 * initializing source docker://acme/nope:latest: reading manifest latest in docker.io/acme/nope: requested access to the resource is denied
E
session 'Terraform' '1 0 docker.io/library/redis:7' <<'E'
docker_image.redis: Creating...
╷
│ Error: Unable to read Docker image into resource: unable to pull image redis:7: error pulling image redis:7: Error response from daemon: toomanyrequests: Rate exceeded
│   with docker_image.redis,
╵
E

# Services that pull for one
session 'Testcontainers' '1 0 docker.io/library/redis:7.2' <<'E'
10:12:11.100 [main] INFO  tc.redis:7.2 - Pulling docker image: redis:7.2. Please be patient; this may take some time but only needs to be done once.
10:12:14.100 [main] ERROR tc.redis:7.2 - Failed to pull image: redis:7.2. Please check output of `docker pull redis:7.2`
org.testcontainers.containers.ContainerFetchException: Can't get Docker image: RemoteDockerImage(imageName=redis:7.2)
Caused by: com.github.dockerjava.api.exception.InternalServerErrorException: Status 500: {"message":"toomanyrequests: Rate exceeded"}
E
session 'Azure App Service' '1 0 acme.azurecr.io/web:9' <<'E'
2024-03-05T10:12:10.100Z INFO  - Pulling image: acme.azurecr.io/web:9
2024-03-05T10:12:11.100Z ERROR - DockerApiException: Docker API responded with status code=NotFound, response={"message":"manifest for acme.azurecr.io/web:9 not found: manifest unknown: manifest tagged by \"9\" is not found"}
2024-03-05T10:12:11.200Z ERROR - Image pull failed: Verify docker image configuration and credentials (if using private repository)
E
session 'Azure Container Instances' '1 0 acme.azurecr.io/web:9' <<'E'
(InaccessibleImage) The image 'acme.azurecr.io/web:9' in container group 'web' is not accessible. Please check the image and registry credential.
Code: InaccessibleImage
Message: The image 'acme.azurecr.io/web:9' in container group 'web' is not accessible. Please check the image and registry credential.
E
session 'Cloud Run' '1 0 gcr.io/acme/web:9' <<'E'
ERROR: (gcloud.run.deploy) Image 'gcr.io/acme/web:9' not found.
E
session 'a mirror of packages' '0 0' <<'E'
E: Failed to fetch https://archive.acme.test/v2/dists/stable/InRelease  429  Too Many Requests [IP: 192.0.2.1 443]
E

# Ansible: the host that ran the task is the client; retries are attempts, looks at a job are not
session 'a play' '4 0 docker.io/acme/web:9 docker.io/library/redis:7.2' <<'E'
TASK [cache : pull] ************************************************************
ok: [web02]
fatal: [web01]: FAILED! => {"changed": false, "msg": "Error pulling image redis:7.2 - 429 Client Error for http+docker://localhost/v1.45/images/create?tag=7.2&fromImage=redis: Too Many Requests (\"toomanyrequests: Rate exceeded\")"}
fatal: [web03]: FAILED! => {"attempts": 2, "changed": false, "msg": "Error pulling image redis:7.2 - 429 Client Error for http+docker://localhost/v1.45/images/create?tag=7.2&fromImage=redis: Too Many Requests (\"toomanyrequests: Rate exceeded\")"}
fatal: [web04]: FAILED! => {
    "ansible_job_id": "j575941898829.3431",
    "attempts": 12,
    "msg": "Error pulling image acme/web:9 - 404 Client Error for http+docker://localhost/v1.45/images/create: Not Found (\"manifest for acme/web:9 not found: manifest unknown: manifest unknown\")",
    "stderr": ""
}
E
session 'a task that prints' '0 0' <<'E'
TASK [debug] *******************************************************************
ok: [web01] => {
    "msg": "if you see toomanyrequests: Rate exceeded, call ops"
}
E

# What pulls nothing
session 'login' '0 0' <<'E'
+ docker login -u ci --password-stdin
Error response from daemon: Get "https://registry-1.docker.io/v2/": unauthorized: incorrect username or password
+ exit 1
E
session 'inspect, then a pull' '1 0 docker.io/acme/web:9' <<E
+ docker inspect -f . acme/web:9
Error response from daemon: No such image: acme/web:9
+ docker pull acme/web:9
Error response from daemon: $gone
E
session 'helm' '0 0' <<'E'
$ helm install web oci://registry-1.docker.io/acme/web
Error: INSTALLATION FAILED: failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://auth.docker.io/token?scope=repository%3Aacme%2Fweb%3Apull&service=registry.docker.io: 401 Unauthorized
E
session 'a commit ends as a pull does' '0 0' <<'E'
$ podman commit web acme/web:2
Getting image source signatures
Writing manifest to image destination
E
exit $failed
