// Amazon ECS tasks as `aws ecs describe-tasks` and EventBridge give them: why a task
// stopped, and which of its containers could not be pulled.
//
//     {"tasks": [{"taskArn": "…", "stopCode": "TaskFailedToStart", "stoppedReason": "CannotPullContainerError: … failed to resolve ref …: not found",
//                 "stoppedAt": "2024-03-05T10:12:11.100Z", "containers": [{"name": "web", "image": "acme/web:9", "reason": "CannotPullContainerError: …"}]}]}
// Source: Amazon ECS API reference (Task, Container), "CannotPullContainer task errors".
// A task starts once: one failed pull a container that says so, or one where only the
// task does.
#include "base/json_get.h"
#include "parsers/client/client.h"
#include <jansson.h>

static const json_t *task_list(const json_t *o) {
    const json_t *tasks = json_object_get(o, "tasks");
    return json_is_array(tasks) && json_object_get(json_array_get(tasks, 0), "taskArn") ? tasks
                                                                                        : NULL;
}
static const json_t *single_task(const json_t *o) {
    const json_t *detail = json_object_get(o, "detail"),
                 *task =
                     json_is_object(detail) ? detail : o; // EventBridge's "ECS Task State Change"
    return json_object_get(task, "taskArn") && json_object_get(task, "lastStatus") ? task : NULL;
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    return r->json && (task_list(r->json) || single_task(r->json)) ? 85 : 0;
}

static bool emit_reason(struct pm_parse_ctx *ctx, const struct pm_record *r, const json_t *task,
                        const json_t *container, struct pm_str reason) {
    if (!starts(reason, "CannotPull")) return false;
    struct pm_event e = pm_event_of(r, PM_COMP_CLIENT, PM_KIND_PULL_FAIL);
    struct pm_str image = pm_member_text(container, "image");
    e.field[PM_F_IMAGE] = image.n ? pm_arena_dup(ctx->a, image) : PM_NONE;
    e.field[PM_F_CONTAINER] = pm_arena_dup(ctx->a, pm_member_text(container, "name"));
    (void)pm_when_rfc3339(pm_member_text(task, "stoppedAt"), &e.when);
    pm_lift_into(ctx->a, &e, pm_arena_dup(ctx->a, pm_str_trim(after(reason, ": "))));
    pm_emit(ctx, r, &e);
    return true;
}

static void emit_task(struct pm_parse_ctx *ctx, const struct pm_record *r, const json_t *task) {
    const json_t *containers = json_object_get(task, "containers"), *container;
    bool told = false;
    size_t i;
    json_array_foreach(containers, i, container) told |=
        emit_reason(ctx, r, task, container, pm_member_text(container, "reason"));
    if (!told)
        emit_reason(ctx, r, task,
                    json_array_size(containers) == 1 ? json_array_get(containers, 0) : NULL,
                    pm_member_text(task, "stoppedReason"));
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    const json_t *tasks = task_list(r->json), *one = tasks ? NULL : single_task(r->json);
    for (size_t i = 0; i < json_array_size(tasks); i++) emit_task(ctx, r, json_array_get(tasks, i));
    if (one) emit_task(ctx, r, one);
    return tasks || one ? PM_PARSE_OK : PM_PARSE_NO;
}

const struct pm_parser pm_parser_ecs_task = {
    .name = "ecs-task",
    .title = "Amazon ECS tasks (describe-tasks, EventBridge)",
    .example =
        "{\"tasks\":[{\"taskArn\":\"arn:aws:ecs:eu-west-1:123456789012:task/c/1\",\"lastStatus\":\"STOPPED\",\"stoppedAt\":\"2024-03-05T10:12:11.100Z\","
        "\"stoppedReason\":\"CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref docker.io/acme/web:9: "
        "docker.io/acme/web:9: not found\"}]}",
    .source = "Amazon ECS API reference: Task, Container",
    .component = PM_COMP_CLIENT,
    .shapes = PM_SHAPE_JSON,
    .bid = bid,
    .parse = parse,
};
