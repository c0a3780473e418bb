// Ansible's play, as its default callback prints it: a failed task is a JSON value behind
// its host.
//
//     TASK [cache : pull] *****
//     fatal: [web01]: FAILED! => {"changed": false, "msg": "Error pulling image redis:7.2 - 429 Client Error for http+docker://…: Too Many Requests (\"toomanyrequests: …\")"}
//     failed: [web01] (item=acme/web:9) => {…, "msg": "Error pulling acme/web - code: None message: toomanyrequests: …"}
//     fatal: [web01]: FAILED! => {                                     (stdout_callback = yaml or json indents; frame_join.c keeps it together)
//         "cmd": "docker pull \"acme/web:9\"",
//         "stderr": "Error response from daemon: …",
// Source: ansible/ansible:lib/ansible/plugins/callback/default.py,
// ansible-collections/community.docker:plugins/module_utils/common.py.
//
// The host that the task ran on pulled, and is the client. "attempts" counts a task's
// retries, each of which asked the registry; of a task that waits for a job it counts how
// often it looked.
#include "parsers/client/client.h"
#include <jansson.h>

#define ATTEMPTS_MAX 100 // what one task's value may count

static bool failed_head(struct pm_str s) { return starts(s, "fatal: [") || starts(s, "failed: ["); }

// What a task that went well prints is no word of Ansible's: it is left to those who know
// such text, and to hearsay.
static bool own_line(struct pm_str s) {
    static const char *const heads[] = {
        "TASK [",     "PLAY [",      "PLAY RECAP ", "RUNNING HANDLER [",   "ok: [",
        "changed: [", "skipping: [", "included: ",  "FAILED - RETRYING: ", "ASYNC POLL ",
        "...ignoring"};
    for (size_t i = 0; i < PM_LEN(heads); i++)
        if (starts(s, heads[i])) return !has(s, " => {");
    return has(s, " unreachable=") && has(s, " changed="); // a host's row of the recap
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    struct pm_str s = pm_client_unstamped(r->text);
    if (failed_head(s) && has(s, "=> {")) return 85;
    return own_line(s) ? 60 : 0;
}

static struct pm_str string_at(struct pm_arena *a, const json_t *o, const char *key) {
    const json_t *v = json_object_get(o, key);
    return json_is_string(v)
               ? pm_arena_dup(a, (struct pm_str){json_string_value(v), json_string_length(v)})
               : PM_NONE;
}

// docker-py's `404 Client Error for http+docker://…: Not Found ("why")`, the module's own
// `code: None message: why`, a command's stderr.
static struct pm_str core_of(struct pm_str s) {
    struct pm_str in = after(s, " (\""), message = after(s, " - code: ");
    ptrdiff_t end = pm_str_rfind(in, PM_STR("\")"));
    if (end > 0) return pm_str_sub(in, 0, (size_t)end);
    return message.n && after(message, " message: ").n ? after(message, " message: ") : s;
}

// "Error pulling image redis:7.2 - …", "Error pulling redis - …"; else what the command
// asked for: "docker pull acme/web:9".
static struct pm_str image_of(struct pm_arena *a, struct pm_str message, const json_t *o) {
    static const char *const cues[] = {"Error pulling image ", "Error pulling "};
    for (size_t i = 0; i < PM_LEN(cues); i++)
        if (has(message, cues[i])) return pm_lift_image_at(a, after(message, cues[i]), true);
    struct pm_str command = string_at(a, o, "cmd"), rest = after(command, " pull ");
    if (!has(command, "docker ") && !has(command, "podman ") && !has(command, "nerdctl "))
        return PM_NONE;
    while (starts(rest, "-")) rest = pm_str_trim(after(rest, " "));
    return pm_lift_image_at(a, rest, true);
}

static void emit_failure(struct pm_parse_ctx *ctx, const struct pm_record *r, struct pm_str host,
                         const json_t *o) {
    struct pm_str message = string_at(ctx->a, o, "msg"), error = message;
    if (!pm_lift_refusal(error)) error = string_at(ctx->a, o, "stderr");
    struct pm_event e = pm_event_of(r, PM_COMP_CLIENT, PM_KIND_PULL_FAIL);
    e.field[PM_F_IMAGE] = image_of(ctx->a, message, o);
    if (!pm_lift_refusal(error) && !(e.field[PM_F_IMAGE].n && pm_lift_talks_of_pull(error))) return;
    e.field[PM_F_CLIENT] = host;
    pm_lift_into(ctx->a, &e, pm_client_trim(core_of(error)));
    json_int_t tries = json_integer_value(json_object_get(o, "attempts"));
    if (tries < 1 || tries > ATTEMPTS_MAX || json_object_get(o, "ansible_job_id")) tries = 1;
    for (json_int_t i = 0; i < tries; i++) {
        struct pm_event one = e;
        pm_emit(ctx, r, &one);
    }
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_str s = pm_client_unstamped(r->text),
                  host = pm_str_between(s, PM_STR("["), PM_STR("]"));
    ptrdiff_t at = pm_str_find(s, PM_STR("=> {"), 0),
              to = pm_str_find(host, PM_STR(" -> "), 0); // delegated: web01 -> localhost
    if (!failed_head(s)) return own_line(s) ? PM_PARSE_OK : PM_PARSE_NO;
    if (at < 0) return PM_PARSE_NO;
    struct pm_str value = pm_str_from(s, (size_t)at + 3);
    json_t *o = json_loadb(value.p, value.n, JSON_DISABLE_EOF_CHECK, NULL);
    if (!json_is_object(o)) {
        pm_emit_bad(ctx, r, "ansible-cut", "the task's value does not end");
        return PM_PARSE_BAD;
    }
    emit_failure(ctx, r, to > 0 ? pm_str_from(host, (size_t)to + 4) : host, o);
    json_decref(o);
    return PM_PARSE_OK;
}

const struct pm_parser pm_parser_ansible = {
    .name = "ansible",
    .title = "Ansible: tasks of a play that could not pull",
    .example =
        "fatal: [web01]: FAILED! => {\"changed\": false, \"msg\": \"Error pulling image redis:7.2 - 429 Client Error for "
        "http+docker://localhost/v1.45/images/create?tag=7.2&fromImage=redis: Too Many Requests (\\\"toomanyrequests: Rate exceeded\\\")\"}",
    .source =
        "ansible/ansible:lib/ansible/plugins/callback/default.py, ansible-collections/community.docker",
    .component = PM_COMP_CLIENT,
    .shapes = PM_SHAPE_LINE,
    .bid = bid,
    .parse = parse,
};
