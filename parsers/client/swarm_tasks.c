// Tables of Docker Swarm's tasks: `docker service ps`, `docker stack ps`, `docker node ps`.
//
//   ID             NAME             IMAGE                  NODE      DESIRED STATE   CURRENT STATE            ERROR                                  PORTS
//   t1abcdefghij   shop_web.1       r.test/shop/web:9      swarm-2   Ready           Rejected 2 seconds ago   "No such image: r.test/shop/web:9"
//   t2abcdefghij    \_ shop_web.1   r.test/shop/web:9      swarm-2   Shutdown        Rejected 7 seconds ago   "No such image: r.test/shop/web:9"
// A worker that could not pull goes on and does not find the image: the manager is told
// no more than that, the daemon's log on the node knows why. A rejected task is one try.
// Source: docker/cli:cli/command/task, moby/swarmkit, captured: docker 24.
#include "parsers/client/client.h"
#include "parsers/objects/kubectl_table.h"

struct tasks_state {
    struct pm_table table;
};

static bool is_header(struct pm_str text) {
    return pm_str_has(text, PM_STR("DESIRED STATE")) && pm_str_has(text, PM_STR("CURRENT STATE")) &&
           pm_table_header(NULL, text, NULL);
}

static bool read_row(const struct pm_table *t, struct pm_str text, struct pm_str *cells) {
    static const char *const states[] = {"Running",  "Shutdown", "Ready",
                                         "Accepted", "Complete", "Remove"};
    if (!t->n || !pm_table_row(t, text, cells)) return false;
    struct pm_str desired = pm_table_cell(t, cells, "DESIRED STATE");
    for (size_t i = 0; i < PM_LEN(states); i++)
        if (pm_str_eqc(desired, states[i])) return true;
    return false;
}

static int bid(const struct pm_record *r, const void *state) {
    const struct tasks_state *s = state;
    struct pm_str cells[PM_TABLE_COLUMNS];
    if (is_header(r->text)) return 95;
    return s && read_row(&s->table, r->text, cells) ? 80 : 0;
}

static void swarm_tasks_emit_row(struct pm_parse_ctx *ctx, const struct pm_record *r,
                                 const struct pm_table *t, const struct pm_str *cells) {
    struct pm_str state = pm_table_cell(t, cells, "CURRENT STATE"),
                  error = pm_table_cell(t, cells, "ERROR"),
                  image = pm_table_cell(t, cells, "IMAGE");
    if (!starts(state, "Rejected") || !has(error, "image")) return;
    struct pm_event e = pm_event_of(r, PM_COMP_CLIENT, PM_KIND_PULL_FAIL);
    e.field[PM_F_NODE] = pm_table_cell(t, cells, "NODE");
    e.field[PM_F_REASON] = PM_STR("Rejected");
    if (pm_lift_reference_shape(image, true)) e.field[PM_F_IMAGE] = image;
    pm_lift_into(ctx->a, &e, error);
    if (has(error, "\xe2\x80\xa6")) {
        e.flags |= PM_EV_CUT;
        pm_emit_bad(ctx, r, "line-cut", "docker cut the error: --no-trunc prints it whole");
    }
    pm_emit(ctx, r, &e);
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct tasks_state *s = ctx->state;
    struct pm_str cells[PM_TABLE_COLUMNS];
    if (is_header(r->text))
        return pm_table_header(ctx->member, r->text, &s->table) ? PM_PARSE_OK : PM_PARSE_NO;
    if (!read_row(&s->table, r->text, cells)) {
        s->table.n = 0;
        return PM_PARSE_NO;
    }
    swarm_tasks_emit_row(ctx, r, &s->table, cells);
    return PM_PARSE_OK;
}

const struct pm_parser pm_parser_swarm_tasks = {
    .name = "swarm-tasks",
    .title = "Tables of docker service ps",
    .example = "ID   NAME   IMAGE   NODE   DESIRED STATE   CURRENT STATE   ERROR   PORTS",
    .source = "docker/cli:cli/command/task",
    .component = PM_COMP_CLIENT,
    .shapes = PM_SHAPE_LINE,
    .flags = PM_PARSER_STICKY,
    .state_bytes = sizeof(struct tasks_state),
    .bid = bid,
    .parse = parse,
};
