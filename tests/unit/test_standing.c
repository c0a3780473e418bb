// Who may testify: members as framing sees them, together, and how many of their events
// count and how many are hearsay.
//
// Every input is written by hand to the grammar of the program named. KUBELET and PULL
// are whole and valid lines: what changes is who writes them.
#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "listen.h"
#include "framing/voices/standing.h"

#define KUBELET                                                                                                                                              \
    "E0305 10:00:01.000001    1201 remote_image.go:180] \"PullImage from image service failed\" err=\"rpc error: code = NotFound desc = failed to pull and " \
    "unpack image \\\"r.acme.test/shop/cart:9\\\": failed to resolve reference \\\"r.acme.test/shop/cart:9\\\": r.acme.test/shop/cart:9: not found\" "       \
    "image=\"r.acme.test/shop/cart:9\"\n"
#define KUBELET_CALM                                                                               \
    "I0305 10:00:00.000001    1201 kubelet.go:2425] \"SyncLoop ADD\" source=\"api\" pods=[\"shop/cart-0\"]\n"
#define CRI "2024-03-05T10:00:01.500000001Z stdout F "
#define CHATTER "order 7 was shipped\n"
#define LONG                                                                                       \
    CHATTER CHATTER CHATTER CHATTER CHATTER CHATTER CHATTER CHATTER CHATTER CHATTER CHATTER CHATTER
#define DOCKER_CLI                                                                                 \
    "Error response from daemon: manifest for r.acme.test/shop/cart:9 not found: manifest unknown: manifest unknown\n"
#define ACCESS                                                                                     \
    "10.1.2.3 - - [05/Mar/2024:10:00:01 +0000] \"GET /v2/shop/cart/manifests/9 HTTP/1.1\" 404 96 \"-\" \"containerd/1.7.2\"\n"
#define POD "nodes/n1/var/log/pods/shop_web-7d9f8b6c5-x2x9p_3c0f1b52-8a4e-4d15-9c7b-0d5a6f1e2b3c/"
#define BOXED                                                                                                               \
    "{\"log\":\"E0305 10:00:01.000001    1201 kuberuntime_image.go:55] \\\"Failed to pull image\\\" err=\\\"not found\\\" " \
    "image=\\\"r.acme.test/a:1\\\"\\n\",\"stream\":\"stderr\",\"time\":\"2024-03-05T10:00:01.5Z\"}\n"
#define CONTAINERD                                                                                                                          \
    "time=\"2024-03-05T10:00:01.4Z\" level=error msg=\"PullImage \\\"r.acme.test/a:1\\\" failed\" error=\"failed to pull and unpack image " \
    "\\\"r.acme.test/a:1\\\": not found\"\n"
// Of a kubelet, taken by a collector at 10:20.
#define COLLECTED(minute)                                                                             \
    "{\"@timestamp\":\"2024-03-05T10:20:09.5Z\",\"kubernetes\":{\"container_name\":\"kubelet\","      \
    "\"pod_name\":\"kubelet-n1\"},\"log\":\"E0305 10:" minute                                         \
    ":01.000001    1201 kuberuntime_image.go:55] \\\"Failed to pull image\\\" err=\\\"not found\\\" " \
    "image=\\\"r.acme.test/a:" minute "\\\"\"}\n"

struct text {
    const char *path, *bytes;
};
struct row {
    const char *what;
    struct text members[4];
    unsigned heard, hearsay; // events of all members
};
static const struct row rows[] = {
    {"a kubelet's log", {{"kubelet.log", KUBELET_CALM KUBELET}}, 1, 0},
    {"the same lines in a journal that says kubelet",
     {{"messages", "Mar  5 10:00:01 n1 kubelet[1201]: " KUBELET}},
     1,
     0},
    {"the same line in a journal, said by a shipper",
     {{"messages", "Mar  5 10:00:01 n1 promtail[1201]: " KUBELET}},
     0,
     1},
    {"one quoted line between an unknown program's own",
     {{"messages", "Mar  5 10:00:00 n1 shopd[7]: " CHATTER "Mar  5 10:00:01 n1 shopd[7]: " KUBELET
                   "Mar  5 10:00:02 n1 shopd[7]: " CHATTER}},
     0,
     1},
    {"a whole kubelet line in a pod's log", {{POD "app/0.log", CRI CHATTER CRI KUBELET}}, 0, 1},
    {"nothing but kubelet lines in a pod's log: a name is lacking",
     {{POD "app/0.log", CRI KUBELET_CALM CRI KUBELET}},
     0,
     1},
    {"a kubelet that runs as a container, by name and bulk",
     {{"var/log/pods/kube-system_kubelet-n1_0123456789abcdef0123456789abcdef/kubelet/0.log",
       CRI KUBELET_CALM CRI KUBELET}},
     1,
     0},
    {"k3s in Docker: no name, all in a node's grammar",
     {{"c/0b7b2dc5e77b-json.log",
       "{\"log\":\"I0305 10:00:00.000001    1201 kubelet.go:2425] \\\"SyncLoop "
       "ADD\\\" source=\\\"api\\\" pods=[\\\"shop/cart-0\\\"]\\n\",\"stream\":\"stderr\",\"time\":\"2024-03-"
       "05T10:00:00.5Z\"}\n{\"log\":\"E0305 10:00:01.000001    1201 kuberuntime_image.go:55] \\\"Failed to "
       "pull image\\\" err=\\\"not found\\\" "
       "image=\\\"r.acme.test/a:1\\\"\\n\",\"stream\":\"stderr\",\"time\":\"2024-03-05T10:00:01.5Z\"}\n"}},
     1,
     0},
    {"a bot that prints a kubelet's lines an hour later, each at another distance",
     {{"c/0b7b2dc5e77b-json.log",
       "{\"log\":\"E0305 10:00:01.000001    1201 kuberuntime_image.go:55] \\\"Failed to pull image\\\" err=\\\"not found\\\" image=\\\"r.acme.test/a:0\\\"\\n\",\"stream\":\"stderr\",\"time\":\"2024-03-05T11:13:05.5Z\"}\n"
       "{\"log\":\"E0305 10:20:01.000001    1201 kuberuntime_image.go:55] \\\"Failed to pull image\\\" err=\\\"not found\\\" image=\\\"r.acme.test/a:1\\\"\\n\",\"stream\":\"stderr\",\"time\":\"2024-03-05T11:14:08.5Z\"}\n"
       "{\"log\":\"E0305 09:50:01.000001    1201 kuberuntime_image.go:55] \\\"Failed to pull image\\\" err=\\\"not found\\\" image=\\\"r.acme.test/a:2\\\"\\n\",\"stream\":\"stderr\",\"time\":\"2024-03-05T11:17:44.5Z\"}\n"}},
     0,
     3},
    {"a kubelet in a container, in the local time of Kolkata",
     {{"c/0b7b2dc5e77b-json.log",
       "{\"log\":\"E0305 15:30:01.000001    1201 kuberuntime_image.go:55] \\\"Failed to pull image\\\" err=\\\"not found\\\" image=\\\"r.acme.test/a:0\\\"\\n\",\"stream\":\"stderr\",\"time\":\"2024-03-05T10:00:01.1Z\"}\n"
       "{\"log\":\"E0305 15:50:01.000001    1201 kuberuntime_image.go:55] \\\"Failed to pull image\\\" err=\\\"not found\\\" image=\\\"r.acme.test/a:1\\\"\\n\",\"stream\":\"stderr\",\"time\":\"2024-03-05T10:20:01.2Z\"}\n"
       "{\"log\":\"E0305 16:10:01.000001    1201 kuberuntime_image.go:55] \\\"Failed to pull image\\\" err=\\\"not found\\\" image=\\\"r.acme.test/a:2\\\"\\n\",\"stream\":\"stderr\",\"time\":\"2024-03-05T10:40:01.1Z\"}\n"}},
     3,
     0},
    {"a kubelet in a container whose output was held up once",
     {{"c/0b7b2dc5e77b-json.log",
       "{\"log\":\"E0305 10:00:01.000001    1201 kuberuntime_image.go:55] \\\"Failed to pull image\\\" err=\\\"not found\\\" image=\\\"r.acme.test/a:0\\\"\\n\",\"stream\":\"stderr\",\"time\":\"2024-03-05T10:00:01.1Z\"}\n"
       "{\"log\":\"E0305 10:02:01.000001    1201 kuberuntime_image.go:55] \\\"Failed to pull image\\\" err=\\\"not found\\\" image=\\\"r.acme.test/a:1\\\"\\n\",\"stream\":\"stderr\",\"time\":\"2024-03-05T10:06:01.2Z\"}\n"
       "{\"log\":\"E0305 10:20:01.000001    1201 kuberuntime_image.go:55] \\\"Failed to pull image\\\" err=\\\"not found\\\" image=\\\"r.acme.test/a:2\\\"\\n\",\"stream\":\"stderr\",\"time\":\"2024-03-05T10:20:01.1Z\"}\n"}},
     3,
     0},
    {"a kubelet in a container by its name, whose collector caught up",
     {{"fluent.json", COLLECTED("00") COLLECTED("02") COLLECTED("04")}},
     3,
     0},
    {"tail -F in a container prints a header",
     {{"c/0b7b2dc5e77b-json.log",
       "{\"log\":\"==> /host/kubelet.log <==\\n\",\"stream\":\"stdout\",\"time\":\"2024-03-"
       "05T10:00:00.5Z\"}\n{\"log\":\"E0305 10:00:01.000001    1201 kuberuntime_image.go:55] "
       "\\\"Failed to pull image\\\" err=\\\"not found\\\" image=\\\"r.acme.test/a:1\\\"\\n\","
       "\"stream\":\"stdout\",\"time\":\"2024-03-05T10:00:01.5Z\"}\n"}},
     0,
     1},
    {"a registry, known by its container's name",
     {{"var/log/pods/infra_docker-registry-0_3c0f1b52-8a4e-4d15-9c7b-0d5a6f1e2b3c/app/0.log",
       CRI CHATTER CRI ACCESS}},
     1,
     0},
    {"a registry, known by all that it writes",
     {{POD "app/0.log", CRI ACCESS CRI ACCESS CRI ACCESS}},
     3,
     0},
    {"one such request in an application's output",
     {{POD "app/0.log", CRI CHATTER CRI ACCESS CRI CHATTER}},
     0,
     1},
    {"a registry's exporter is no registry",
     {{"var/log/pods/infra_registry-exporter-0_3c0f1b52-8a4e-4d15-9c7b-0d5a6f1e2b3c/registry-exporter/0.log",
       CRI ACCESS}},
     0,
     1},
    {"a CI runner's build container",
     {{"var/log/pods/ci_runner-x1_3c0f1b52-8a4e-4d15-9c7b-0d5a6f1e2b3c/build/0.log",
       CRI CHATTER CRI DOCKER_CLI}},
     1,
     0},
    {"docker-stats is no docker",
     {{"var/log/pods/ops_docker-stats-0_3c0f1b52-8a4e-4d15-9c7b-0d5a6f1e2b3c/docker-stats/0.log",
       CRI CHATTER CRI DOCKER_CLI}},
     0,
     1},
    {"registry-ui is no registry",
     {{"var/log/pods/infra_registry-ui-0_3c0f1b52-8a4e-4d15-9c7b-0d5a6f1e2b3c/registry-ui/0.log",
       CRI CHATTER CRI ACCESS CRI CHATTER}},
     0,
     1},
    {"a shop's viewer beside a registry, in its pod",
     {{"var/log/pods/infra_docker-registry-0_3c0f1b52-8a4e-4d15-9c7b-0d5a6f1e2b3c/viewer/0.log",
       CRI CHATTER CRI ACCESS CRI CHATTER}},
     0,
     1},
    {"kubelet-exporter quotes a whole kubelet",
     {{"var/log/pods/ops_kubelet-exporter-0_3c0f1b52-8a4e-4d15-9c7b-0d5a6f1e2b3c/kubelet-exporter/0.log",
       CRI KUBELET_CALM CRI KUBELET}},
     0,
     1},
    {"kaniko's one error behind a build's output",
     {{"var/log/pods/ci_build-web-x1_3c0f1b52-8a4e-4d15-9c7b-0d5a6f1e2b3c/kaniko/0.log",
       CRI CHATTER CRI DOCKER_CLI}},
     1,
     0},
    {"a build's session in a container of no known name, by all of its lines",
     {{"podlogs/ci-push-4712-zpv7m",
       "#1 [internal] load build definition from Dockerfile\n#1 DONE 0.0s\n#2 [internal] load metadata for docker.io/acme/base:7\n"
       "#2 ERROR: pull access denied, repository does not exist or may require authorization: server message: insufficient_scope\n------\n"
       " > [internal] load metadata for docker.io/acme/base:7:\n------\n"}},
     3,
     0},
    {"the same inside of what a bot prints",
     {{"podlogs/helpdesk-4712-zpv7m", CHATTER CHATTER
       "#2 [internal] load metadata for docker.io/acme/base:7\n"
       "#2 ERROR: pull access denied, repository does not exist or may require authorization: server message: insufficient_scope\n" CHATTER}},
     0,
     2},
    {"a program of the journal with a name of its own, between lines of its log library",
     {{"messages",
       "Mar  5 10:00:00 n1 opsd[7]: time=\"2024-03-05T10:00:00Z\" level=info msg=\"up\"\nMar  5 10:00:01 n1 opsd[7]: " KUBELET
       "Mar  5 10:00:02 n1 opsd[7]: time=\"2024-03-05T10:00:02Z\" level=info msg=\"up\"\n"}},
     0,
     1},
    {"what grep found in a program's text",
     {{"out.txt", "src/pull_test.go:88: " DOCKER_CLI}},
     0,
     1},
    {"a log of commits beside a node's own",
     {{"log.txt",
       "commit 6b86b273ff34fce19d6b804eff5a3f5747ada4ea\nAuthor: A <a@acme.test>\n\n    fix " DOCKER_CLI},
      {"n1/kubelet.log", KUBELET_CALM KUBELET}},
     1,
     1},
    {"GitLab's runner in must-gather's layout, a stamp before each line",
     {{"mg/namespaces/ci/pods/job-1/main/main/logs/current.log",
       "2024-03-05T10:00:00.5Z Running with gitlab-runner 17.0.0\n2024-03-05T10:00:00.5Z Preparing the \"docker\" executor\n"
       "2024-03-05T10:00:01.5Z WARNING: Failed to pull image with policy \"always\": " DOCKER_CLI}},
     1,
     0},
    {"GitLab's build container, known by its pod",
     {{"podlogs/ci/runner-x1y2z3-project-12-concurrent-0/build.log", CHATTER DOCKER_CLI}},
     1,
     0},
    {"k3s as a container, in must-gather's layout",
     {{"mg/namespaces/kube-system/pods/k3s-server-0/k3s/k3s/logs/current.log",
       "2024-03-05T10:00:00.5Z " KUBELET_CALM "2024-03-05T10:00:01.5Z " KUBELET}},
     1,
     0},
    {"must-gather's layout",
     {{"mg/namespaces/shop/pods/web-0/app/app/logs/current.log",
       "2024-03-05T10:00:01.5Z " CHATTER "2024-03-05T10:00:01.5Z " KUBELET}},
     0,
     1},
    {"a pod's log as people save it", {{"pods/web.log", CHATTER KUBELET}}, 0, 1},
    {"kubectl logs of a kubelet under any name", {{"out.txt", KUBELET_CALM KUBELET}}, 1, 0},
    {"a person's question: sentences around a line",
     {{"issue.md", "My pod does not start.\n" KUBELET "What can I do?\n"}},
     1,
     0},
    {"the same text between a cluster's own logs is a document",
     {{"notes/issue.md", "Hello all.\nMy pod does not start.\n" KUBELET},
      {"n1/kubelet.log", KUBELET_CALM KUBELET},
      {"n2/kubelet.log", KUBELET_CALM KUBELET}},
     2,
     1},
    {"a session between a cluster's own logs, by its prompts",
     {{"session.txt",
       "Script started\nLast login\n$ docker pull r.acme.test/shop/cart:9\n" DOCKER_CLI},
      {"n1/kubelet.log", KUBELET_CALM KUBELET},
      {"n2/kubelet.log", KUBELET_CALM KUBELET}},
     3,
     0},
    {"a runbook between a cluster's own logs, by its heading",
     {{"runbook.md", "# When images will not pull\n\n    " KUBELET "\n    " KUBELET},
      {"n1/kubelet.log", KUBELET_CALM KUBELET},
      {"n2/kubelet.log", KUBELET_CALM KUBELET}},
     2,
     2},
    {"a chat beside one node's own log",
     {{"slack.txt",
       "[09:01] bo: \"toomanyrequests: You have reached your pull rate limit\" on staging?\n[09:02] ada: yes, ErrImagePull everywhere\n[09:03] bo: Failed to pull "
       "image \"r.acme.test/shop/cart:9\": 429 Too Many Requests\n"},
      {"n1/kubelet.log", KUBELET_CALM KUBELET}},
     1,
     2},
    {"a builder's log with stamps like a chat's",
     {{"build.log", "[09:01:02] step1: docker pull\n[09:01:03] step1: waiting\n" DOCKER_CLI},
      {"n1/kubelet.log", KUBELET_CALM KUBELET}},
     2,
     0},
    {"one line in a long program",
     {{"a.log",
       CHATTER CHATTER CHATTER CHATTER CHATTER CHATTER CHATTER CHATTER CHATTER CHATTER KUBELET}},
     0,
     1},
    {"a program's text with an example in a comment",
     {{"a.c",
       "#include <stdio.h>\n// " KUBELET "int main(void) {\n    return 0;\n}\nstatic int x;\n"}},
     0,
     1},
    {"and with one at a line's start",
     {{"a.c", "#include <stdio.h>\nint a;\nint b;\nint c;\nint d;\n/*\n" KUBELET}},
     0,
     1},
    {"an item of a list of samples",
     {{"rules.yaml.txt",
       "yes:\n  - 'Error response from daemon: manifest for r.acme.test/a:1 not found'\n"}},
     0,
     1},
    {"an item of such a list with more than a text",
     {{"rules.yaml.txt",
       "no:\n  - {error: 'Error response from daemon: manifest for r.acme.test/a:1 not found'}\n"}},
     0,
     1},
    {"a refusal that names nothing",
     {{"note.txt", "toomanyrequests: You have reached your pull rate limit.\n"}},
     0,
     1},
    {"inside a client's session the command named it",
     {{"term.txt", DOCKER_CLI "toomanyrequests: You have reached your pull rate limit.\n"}},
     2,
     0},
    {"a JSON record that no parser wants is not searched",
     {{"bot.jsonl",
       "{\"level\":\"error\",\"text\":\"Failed to pull image \\\"r.acme.test/a:1\\\": not found\"}\n"}},
     0,
     0},
    {"a node's syslog line that a container repeats is the container's",
     {{"c/0b7b2dc5e77b-json.log",
       "{\"log\":\"Mar  5 10:00:01 n9 kubelet[7]: E0305 10:00:01.000001    1201 kuberuntime_image.go:55] \\\"Failed to pull image\\\" "
       "err=\\\"not found\\\" image=\\\"r.acme.test/a:1\\\"\\n\",\"stream\":\"stdout\",\"time\":\"2024-03-05T10:00:01.5Z\"}\n"}},
     0,
     1},
    {"and one that a program of the journal repeats is that program's",
     {{"messages",
       "Mar  5 10:00:00 n1 chatops-bot[7]: Mar  5 10:00:00 n9 kubelet[1201]: " KUBELET}},
     0,
     1},
    {"Kubernetes metadata in what a shipper prints name no writer",
     {{POD "app/0.log", CRI
       "{\"kubernetes\":{\"container_name\":\"kubelet\",\"pod_name\":\"kubelet-n9\"},\"message\":\"E0305 10:00:01.000001    1201 "
       "kuberuntime_image.go:55] \\\"Failed to pull image\\\" err=\\\"not found\\\" image=\\\"r.acme.test/a:1\\\"\"}\n"}},
     0,
     1},
    {"in a collector's own file they do",
     {{"fluent.json",
       "{\"kubernetes\":{\"container_name\":\"kubelet\",\"pod_name\":\"kubelet-n9\"},\"log\":\"E0305 10:00:01.000001    1201 "
       "kuberuntime_image.go:55] \\\"Failed to pull image\\\" err=\\\"not found\\\" image=\\\"r.acme.test/a:1\\\"\"}\n"}},
     1,
     0},
    {"a container behind Docker's syslog driver",
     {{"messages", "Mar  5 10:00:01 n1 docker/helpdesk[7]: " KUBELET}},
     0,
     1},
    {"Docker itself", {{"messages", "Mar  5 10:00:01 n1 docker[7]: " KUBELET}}, 1, 0},
    {"stern before a line without a header, as before one with it",
     {{"stern.txt", "desk-5d9f-x2k4 app I0305 10:00:00.000001       1 main.go:7] ready\n"
                    "desk-5d9f-x2k4 app " CHATTER "desk-5d9f-x2k4 app " CHATTER
                    "desk-5d9f-x2k4 app " DOCKER_CLI}},
     0,
     1},
    {"a logger that informs of a client's error",
     {{"out.txt", "[worker-1] INFO  c.h.bot.Relay - told: " DOCKER_CLI}},
     0,
     1},
    {"a client's error behind its own word", {{"out.txt", "ERROR: " DOCKER_CLI}}, 1, 0},
    {"an item of a list that a tool prints",
     {{"out.txt",
       "        \"Error response from daemon: manifest for r.acme.test/a:1 not found\",\n"}},
     0,
     1},
    {"a value that a tool prints",
     {{"out.txt",
       "ok: [n1] => {\"msg\": \"Error response from daemon: manifest for r.acme.test/a:1 not found\"}\n"}},
     0,
     1},
    {"a program's text by its name, whatever stands in it",
     {{"src/test_pull.py", KUBELET_CALM KUBELET}},
     0,
     1},
    {"a script by its name", {{"docs/collect.sh", "grep -r \"not found\" .\n" KUBELET}}, 0, 1},
    {"a script by its first line, under any name",
     {{"collect", "#!/bin/sh\n" DOCKER_CLI KUBELET}},
     0,
     2},
    {"what a shell printed is no script", {{"term.txt", "$ ./collect.sh\n" DOCKER_CLI}}, 1, 0},
    {"a kubelet in Docker beside the log of its own runtime",
     {{"nodes/n1/c/0b7b2dc5e77b-json.log", BOXED}, {"nodes/n1/containerd.log", CONTAINERD}},
     2,
     0},
    {"the same lines beside the kubelet's own log: a shipper's",
     {{"nodes/n1/c/0b7b2dc5e77b-json.log", BOXED}, {"nodes/n1/kubelet.log", KUBELET}},
     1,
     1},
    {"an issue by its name, where it is all there is", {{"issue.md", KUBELET_CALM KUBELET}}, 1, 0},
    {"an issue beside a node's own log",
     {{"issue.md", KUBELET_CALM KUBELET}, {"n1/kubelet.log", KUBELET_CALM KUBELET}},
     1,
     1},
    {"an application's JSON with a logger of its own",
     {{"login.log",
       "{\"ts\":\"2024-03-05T10:00:01Z\",\"logger\":\"relay\",\"message\":\"E0305 10:00:01.000001    1201 kuberuntime_image.go:55] \\\"Failed "
       "to pull image\\\" err=\\\"not found\\\" image=\\\"r.acme.test/a:1\\\"\"}\n"}},
     0,
     0},
    {"a collector's JSON without one",
     {{"node.log",
       "{\"ts\":\"2024-03-05T10:00:01Z\",\"host\":\"n9\",\"message\":\"E0305 10:00:01.000001    1201 kuberuntime_image.go:55] \\\"Failed to pull "
       "image\\\" err=\\\"not found\\\" image=\\\"r.acme.test/a:1\\\"\"}\n"}},
     1,
     0},
    {"a proxy known by its container's name, an entrypoint's words first",
     {{"compose.log",
       "proxy-1  | /docker-entrypoint.sh: ready\nproxy-1  | " ACCESS "proxy-1  | " ACCESS}},
     2,
     0},
    {"a kubelet's container begins with the words of its flags",
     {{"var/log/pods/kube-system_kubelet-n1_0123456789abcdef0123456789abcdef/kubelet/0.log",
       CRI "Flag --cloud-provider has been deprecated\n" CRI CHATTER CRI KUBELET_CALM CRI KUBELET}},
     1,
     0},
    {"a container without a name that begins with its own words is no kubelet",
     {{"c/0b7b2dc5e77b-json.log",
       "{\"log\":\"listening\\n\",\"time\":\"2024-03-05T10:00:00.5Z\"}\n{\"log\":\"E0305 10:00:01.000001    1201 kuberuntime_image.go:55] "
       "\\\"Failed to pull image\\\" err=\\\"not found\\\" image=\\\"r.acme.test/a:1\\\"\\n\",\"stream\":\"stdout\",\"time\":\"2024-03-05T10:00:01.5Z\"}\n"}},
     0,
     1},
    {"a registry's container without a name, a start script's words first",
     {{POD "app/0.log", CRI CHATTER CRI ACCESS CRI ACCESS CRI ACCESS}},
     3,
     0},
    {"a conversation as JSON, one message a line",
     {{"chat.jsonl",
       "{\"user\":\"ola\",\"message\":\"E0305 10:00:01.000001    1201 kuberuntime_image.go:55] \\\"Failed to pull image\\\" err=\\\"not found\\\" "
       "image=\\\"r.acme.test/a:1\\\"\"}\n"}},
     0,
     0},
    {"a job's long log", {{"job.log", LONG DOCKER_CLI}}, 1, 0},
    {"a shell's trace of a long job",
     {{"job.txt", LONG "+ docker pull r.acme.test/shop/cart:9\n" DOCKER_CLI}},
     1,
     0},
    {"the same error in a long text without either", {{"story.txt", LONG DOCKER_CLI}}, 0, 1},
    {"in the middle of a log's line", {{"job.log", LONG "then it said " DOCKER_CLI}}, 0, 1},
};

struct seen {
    unsigned settled[PM_STANDING_COUNT];
    struct {
        uint16_t voice;
        enum pm_component component;
    } open[16];
    size_t n;
};

static void on_event(void *ctx, const struct pm_record *r, const struct pm_parser *p,
                     const struct pm_event *e) {
    struct seen *s = ctx;
    (void)r, (void)p;
    if (!e->voice) s->settled[e->standing]++;
    else if (s->n < PM_LEN(s->open))
        s->open[s->n].voice = e->voice, s->open[s->n++].component = e->component;
}

static struct pm_standing_member frame(const struct text *t, struct seen *s,
                                       struct pm_frame_voice *voices,
                                       struct pm_standing_heard *heard) {
    struct pm_diags *diags = pm_diags_new();
    const struct pm_ingest_sink sink = {.ctx = s, .event = on_event, .diags = diags};
    struct pm_frame *f = pm_frame_new(&sink, pm_str_c(t->path), NULL);
    pm_frame_feed(f, t->bytes, strlen(t->bytes));
    pm_frame_end(f, false);
    struct pm_standing_member m = {
        .events = pm_frame_stats(f)->events, .voices = voices, .heard = heard};
    m.voices_n = pm_frame_voices(f, voices, PM_FRAME_VOICES);
    pm_frame_free(f);
    pm_diags_free(diags);
    return m;
}

static void test_standing(void **state) {
    (void)state;
    static struct pm_frame_voice voices[4][PM_FRAME_VOICES];
    static struct pm_standing_heard heard[4][PM_FRAME_VOICES];
    int bad = 0;
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        struct seen seen[4] = {0};
        struct pm_standing_member m[4];
        size_t n = 0;
        for (; n < 4 && rows[i].members[n].path; n++)
            m[n] = frame(&rows[i].members[n], &seen[n], voices[n], heard[n]);
        pm_standing_resolve(m, n);
        unsigned counts = 0, hearsay = 0;
        for (size_t k = 0; k < n; k++) {
            counts += seen[k].settled[PM_STANDING_WITNESS] + seen[k].settled[PM_STANDING_ACCOUNT];
            hearsay += seen[k].settled[PM_STANDING_HEARSAY];
            for (size_t e = 0; e < seen[k].n; e++) {
                const struct pm_standing_heard *h = &m[k].heard[(seen[k].open[e].voice >> 1) - 1];
                if ((seen[k].open[e].voice & 1 ? h->talk : h->strict) &
                    pm_group_of(seen[k].open[e].component))
                    counts++;
                else hearsay++;
            }
        }
        if (counts == rows[i].heard && hearsay == rows[i].hearsay) continue;
        bad++;
        print_error("%s: %u count and %u are hearsay, wanted %u and %u\n", rows[i].what, counts,
                    hearsay, rows[i].heard, rows[i].hearsay);
    }
    assert_int_equal(bad, 0);
}

static void test_places(void **state) {
    (void)state;
    static const struct {
        const char *path, *k8s_namespace, *pod, *name;
    } paths[] = {
        {"var/log/pods/shop_web-0_3c0f1b52-8a4e-4d15-9c7b-0d5a6f1e2b3c/app/0.log", "shop", "web-0",
         "app"},
        {"var/log/containers/web-0_shop_app-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.log",
         "shop", "web-0", "app"},
        {"must-gather/x/namespaces/shop/pods/web-0/app/app/logs/previous.log", "shop", "web-0",
         "app"},
        {"podlogs/shop/web-0/logs/app.txt", "", "web-0", "app"},
        {"dump/shop/web-0/logs.txt", "shop", "web-0", ""},
        {"cluster-resources/pods/logs/shop/web-0/app.log", "shop", "web-0", "app"},
        {"pods/prometheus.log", "", "prometheus", ""},
    };
    static const char *const none[] = {"nodes/n1/kubelet.log", "pods/pods-wide.txt",
                                       "namespaces/shop/pods/web-0/web-0.yaml", "var/log/messages",
                                       "registry/access.log"};
    for (size_t i = 0; i < PM_LEN(paths); i++) {
        struct pm_writer_place w = pm_writer_of_path(pm_str_c(paths[i].path));
        assert_true(w.container);
        if (paths[i].k8s_namespace[0])
            assert_true(pm_str_eqc(w.k8s_namespace, paths[i].k8s_namespace));
        assert_true(pm_str_eqc(w.pod, paths[i].pod));
        if (paths[i].name[0]) assert_true(pm_str_eqc(w.name, paths[i].name));
    }
    for (size_t i = 0; i < PM_LEN(none); i++)
        assert_false(pm_writer_of_path(pm_str_c(none[i])).container);
}

// Names as people and charts give them, both sides: who vouches, and who only has such a
// word in his name.
static const struct {
    const char *name;
    enum pm_writer_name kind;
    unsigned groups;
} names[] = {
    {"docker-stats", PM_WRITER_CONTAINER, 0},
    {"img-resizer", PM_WRITER_CONTAINER, 0},
    {"img", PM_WRITER_CONTAINER, 0},
    {"sh", PM_WRITER_CONTAINER, 0},
    {"sh", PM_WRITER_PROGRAM, PM_GROUP_CLIENT | PM_GROUP_PROBE},
    {"registry-ui", PM_WRITER_CONTAINER, 0},
    {"registry-browser-7d9f8b6c5-x2x9p", PM_WRITER_CONTAINER, 0},
    {"kubelet-exporter", PM_WRITER_CONTAINER, 0},
    {"kubelet-log-viewer", PM_WRITER_CONTAINER, 0},
    {"schema-registry-0", PM_WRITER_CONTAINER, 0},
    {"service-registry", PM_WRITER_CONTAINER, 0},
    {"harbor-tours", PM_WRITER_CONTAINER, 0},
    {"quay-booking-api", PM_WRITER_CONTAINER, 0},
    {"drone-telemetry", PM_WRITER_CONTAINER, 0},
    {"kraken-trader", PM_WRITER_CONTAINER, 0},
    {"crane-scheduler", PM_WRITER_CONTAINER, 0},
    {"compose-mail", PM_WRITER_CONTAINER, 0},
    {"test-runner", PM_WRITER_CONTAINER, 0},
    {"game-runner-0", PM_WRITER_CONTAINER, 0},
    {"cloud-sql-proxy", PM_WRITER_CONTAINER, 0},
    {"kube-proxy-8kq2m", PM_WRITER_CONTAINER, 0},
    {"init", PM_WRITER_CONTAINER, 0},
    {"jenkins-exporter-prom", PM_WRITER_CONTAINER, 0},
    {"nexus-crm", PM_WRITER_CONTAINER, 0},
    {"nginx-ui", PM_WRITER_CONTAINER, 0},
    {"containerd-metrics", PM_WRITER_CONTAINER, 0},
    {"", PM_WRITER_CONTAINER, 0},
    {"registry", PM_WRITER_CONTAINER, PM_GROUP_REGISTRY},
    {"acme-docker-registry-7d9f8b6c5-x2x9p", PM_WRITER_CONTAINER, PM_GROUP_REGISTRY},
    {"shop_registry_1", PM_WRITER_CONTAINER, PM_GROUP_REGISTRY},
    {"registry-mirror-cache-0", PM_WRITER_CONTAINER, PM_GROUP_REGISTRY},
    {"harbor-core-5b8c9d7f6-tzxkq", PM_WRITER_CONTAINER, PM_GROUP_REGISTRY},
    {"quay-quay-app-6f7d-2", PM_WRITER_CONTAINER, PM_GROUP_REGISTRY},
    {"artifactory-ha-primary-0", PM_WRITER_CONTAINER, PM_GROUP_REGISTRY},
    {"docker-registry-proxy", PM_WRITER_CONTAINER, PM_GROUP_REGISTRY},
    {"proxy-1", PM_WRITER_CONTAINER, PM_GROUP_REGISTRY},
    {"ingress-nginx-controller-6d5c", PM_WRITER_CONTAINER, PM_GROUP_REGISTRY},
    {"squid", PM_WRITER_CONTAINER, PM_GROUP_REGISTRY},
    {"kaniko", PM_WRITER_CONTAINER, PM_GROUP_CLIENT},
    {"buildx_buildkit_default0", PM_WRITER_CONTAINER, PM_GROUP_CLIENT},
    {"gitlab-runner-6c9d5", PM_WRITER_CONTAINER, PM_GROUP_CLIENT},
    {"runner-x1y2z3-project-12-concurrent-0", PM_WRITER_CONTAINER, PM_GROUP_CLIENT},
    {"runner-app", PM_WRITER_CONTAINER, 0},
    {"arc-set-abcd1-runner-m4k2q", PM_WRITER_CONTAINER, PM_GROUP_CLIENT},
    {"k3s-server-0", PM_WRITER_CONTAINER, PM_GROUP_ALL},
    {"k3d-dev-agent-0", PM_WRITER_CONTAINER, PM_GROUP_NODE},
    {"kind-control-plane", PM_WRITER_CONTAINER, PM_GROUP_NODE},
    {"kubelet", PM_WRITER_CONTAINER, PM_GROUP_ALL},
    {"docker", PM_WRITER_CONTAINER, PM_GROUP_ALL},
    {"docker.service", PM_WRITER_PROGRAM, PM_GROUP_ALL},
    {"k3s-agent.service", PM_WRITER_PROGRAM, PM_GROUP_ALL},
    {"snap.microk8s.daemon-kubelite.service", PM_WRITER_PROGRAM, PM_GROUP_ALL},
    {"dockerd-current", PM_WRITER_PROGRAM, PM_GROUP_ALL},
    {"/usr/bin/dockerd", PM_WRITER_PROGRAM, PM_GROUP_ALL},
};
static void test_names(void **state) {
    (void)state;
    for (size_t i = 0; i < PM_LEN(names); i++) {
        unsigned got = pm_writer_groups(pm_str_c(names[i].name), names[i].kind);
        if (got != names[i].groups)
            fail_msg("\"%s\" vouches for %u, wanted %u", names[i].name, got, names[i].groups);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_standing),
                                       cmocka_unit_test(test_places), cmocka_unit_test(test_names)};
    return cmocka_run_group_tests(tests, listen_setup, listen_teardown);
}
