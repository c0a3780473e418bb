// Documents out of recorded events: see yaml_compose.h. Nodes are put down by hand, as
// libyaml's own functions copy each text and its tag to a place of its own: a third of the
// time of a start went there.
#include "rules/yaml_compose.h"
#include "base/embed.h"
#include "rules/yaml_events.h"
#include <stdlib.h>

#define EVENT_BYTES 3 // the least that a recorded event takes

struct composer {
    struct pm_yaml_events *events;
    struct pm_yaml_event at;
    struct pm_arena *a;
    yaml_node_t *nodes;
    int count;
    int *open; // ids of the items of the lists and mappings that are open
    size_t open_n, open_cap;
};

static void yaml_compose_step(struct composer *c) {
    const char *why;
    pm_yaml_events_next(c->events, &c->at, &why); // what is recorded was YAML
}

static int yaml_compose_node(struct composer *c);

// The items of the list or mapping at hand, up to its end.
static void items(struct composer *c, enum pm_yaml_kind end) {
    for (yaml_compose_step(c); c->at.kind != end && c->at.kind; yaml_compose_step(c)) {
        int id = yaml_compose_node(c);
        *PM_PUSH(c->open, c->open_n, c->open_cap) = id;
    }
}

static void list(struct composer *c, yaml_node_t *n) {
    const size_t first = c->open_n;
    items(c, PM_YAML_LIST_END);
    const size_t count = c->open_n - first;
    yaml_node_item_t *to = pm_arena_room(c->a, (count + 1) * sizeof *to);
    for (size_t i = 0; i < count; i++) to[i] = c->open[first + i];
    n->data.sequence.style = YAML_BLOCK_SEQUENCE_STYLE;
    n->data.sequence.items.start = to;
    n->data.sequence.items.top = n->data.sequence.items.end = to + count;
    c->open_n = first;
}

static void map(struct composer *c, yaml_node_t *n) {
    const size_t first = c->open_n;
    items(c, PM_YAML_MAP_END);
    const size_t count = (c->open_n - first) / 2;
    yaml_node_pair_t *to = pm_arena_room(c->a, (count + 1) * sizeof *to);
    for (size_t i = 0; i < count; i++)
        to[i] = (yaml_node_pair_t){c->open[first + 2 * i], c->open[first + 2 * i + 1]};
    n->data.mapping.style = YAML_BLOCK_MAPPING_STYLE;
    n->data.mapping.pairs.start = to;
    n->data.mapping.pairs.top = n->data.mapping.pairs.end = to + count;
    c->open_n = first;
}

static void yaml_compose_scalar(const struct composer *c, yaml_node_t *n) {
    union {
        const char *read;
        yaml_char_t *named;
    } value = {.read =
                   c->at.value.n ? c->at.value.p : ""}; // read only, and libyaml has no word for it
    n->data.scalar.value = value.named;
    n->data.scalar.length = c->at.value.n;
    n->data.scalar.style =
        c->at.kind == PM_YAML_PLAIN ? YAML_PLAIN_SCALAR_STYLE : YAML_DOUBLE_QUOTED_SCALAR_STYLE;
}

// The event at hand opens it. Ids count from 1, and a node stands before what is in it.
static int yaml_compose_node(struct composer *c) {
    yaml_node_t *n = &c->nodes[c->count++];
    const int id = c->count;
    *n = (yaml_node_t){.type = YAML_SCALAR_NODE,
                       .start_mark = {.line = c->at.line, .index = c->at.index}};
    if (c->at.kind == PM_YAML_LIST) {
        n->type = YAML_SEQUENCE_NODE;
        list(c, n);
    } else if (c->at.kind == PM_YAML_MAP) {
        n->type = YAML_MAPPING_NODE;
        map(c, n);
    } else yaml_compose_scalar(c, n);
    n->end_mark = (yaml_mark_t){.line = c->at.line, .index = c->at.index};
    return id;
}

bool pm_yaml_compose(struct pm_str text, struct pm_arena *a, yaml_document_t *doc) {
    struct pm_str recorded = pm_embedded_events_of(text);
    if (!recorded.p) return false;
    struct composer c = {.events = pm_yaml_events_recorded(recorded), .a = a};
    c.nodes = pm_arena_room(a, (recorded.n / EVENT_BYTES + 1) * sizeof *c.nodes);
    yaml_compose_step(&c);
    if (c.at.kind) yaml_compose_node(&c);
    *doc = (yaml_document_t){
        .nodes = {.start = c.nodes, .end = c.nodes + c.count, .top = c.nodes + c.count}};
    pm_yaml_events_free(c.events);
    free(c.open);
    return true;
}
