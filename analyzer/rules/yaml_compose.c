// Documents out of recorded events: see yaml_compose.h.
#include "rules/yaml_compose.h"
#include "base/embed.h"
#include "rules/yaml_events.h"

struct composer {
    yaml_document_t *doc;
    struct pm_yaml_events *events;
    struct pm_yaml_event at;
};

static void yaml_compose_step(struct composer *c) {
    const char *why;
    pm_yaml_events_next(c->events, &c->at, &why); // what is recorded was YAML
}

// libyaml gives no id where it has no memory, and asserts that it gets none.
static int node_id(int id) {
    if (!id) pm_die_oom();
    return id;
}

static int yaml_compose_scalar(struct composer *c) {
    union {
        const char *read;
        char *named;
    } value = {.read = c->at.value.n ? c->at.value.p : ""}; // copied, which libyaml does not say
    yaml_scalar_style_t style =
        c->at.kind == PM_YAML_PLAIN ? YAML_PLAIN_SCALAR_STYLE : YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    return node_id(yaml_document_add_scalar(c->doc, NULL, (yaml_char_t *)value.named,
                                            (int)c->at.value.n, style));
}

static int yaml_compose_node(struct composer *c);

static int list(struct composer *c) {
    int id = node_id(yaml_document_add_sequence(c->doc, NULL, YAML_BLOCK_SEQUENCE_STYLE));
    for (yaml_compose_step(c); c->at.kind != PM_YAML_LIST_END && c->at.kind; yaml_compose_step(c))
        if (!yaml_document_append_sequence_item(c->doc, id, yaml_compose_node(c))) pm_die_oom();
    return id;
}

static int map(struct composer *c) {
    int id = node_id(yaml_document_add_mapping(c->doc, NULL, YAML_BLOCK_MAPPING_STYLE));
    for (yaml_compose_step(c); c->at.kind != PM_YAML_MAP_END && c->at.kind; yaml_compose_step(c)) {
        int key = yaml_compose_node(c);
        yaml_compose_step(c);
        if (!yaml_document_append_mapping_pair(c->doc, id, key, yaml_compose_node(c))) pm_die_oom();
    }
    return id;
}

// The event at hand opens it.
static int yaml_compose_node(struct composer *c) {
    yaml_mark_t start = {.line = c->at.line, .index = c->at.index};
    int id;
    if (c->at.kind == PM_YAML_LIST) id = list(c);
    else id = c->at.kind == PM_YAML_MAP ? map(c) : yaml_compose_scalar(c);
    yaml_node_t *n = yaml_document_get_node(c->doc, id);
    if (!n) pm_die_oom();
    n->start_mark = start;
    n->end_mark = (yaml_mark_t){.line = c->at.line, .index = c->at.index};
    return id;
}

bool pm_yaml_compose(struct pm_str text, yaml_document_t *doc) {
    struct pm_str recorded = pm_embedded_events_of(text);
    if (!recorded.p) return false;
    if (!yaml_document_initialize(doc, NULL, NULL, NULL, 1, 1)) pm_die_oom();
    struct composer c = {.doc = doc, .events = pm_yaml_events_recorded(recorded)};
    yaml_compose_step(&c);
    if (c.at.kind) yaml_compose_node(&c);
    pm_yaml_events_free(c.events);
    return true;
}
