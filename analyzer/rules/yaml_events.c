// Events of YAML: see yaml_events.h.
#include "rules/yaml_events.h"
#include <stdlib.h>
#include <yaml.h>

struct pm_yaml_events {
    yaml_parser_t parser;
    yaml_event_t raw; // the one at hand, whose text is lent
    bool raw_held;
    const unsigned char *at, *end; // recorded; NULL: by libyaml
};

struct pm_yaml_events *pm_yaml_events_of_text(struct pm_str text) {
    struct pm_yaml_events *s = pm_xmalloc(sizeof *s);
    memset(s, 0, sizeof *s);
    if (!yaml_parser_initialize(&s->parser)) pm_die_oom();
    yaml_parser_set_input_string(&s->parser, (const unsigned char *)(text.n ? text.p : ""), text.n);
    return s;
}

struct pm_yaml_events *pm_yaml_events_recorded(struct pm_str recorded) {
    struct pm_yaml_events *s = pm_xmalloc(sizeof *s);
    memset(s, 0, sizeof *s);
    s->at = (const unsigned char *)recorded.p;
    s->end = s->at + recorded.n;
    return s;
}

static void let_go(struct pm_yaml_events *s) {
    if (s->raw_held) yaml_event_delete(&s->raw);
    s->raw_held = false;
}

void pm_yaml_events_free(struct pm_yaml_events *s) {
    let_go(s);
    if (!s->at) yaml_parser_delete(&s->parser);
    free(s);
}

static size_t number(struct pm_yaml_events *s) {
    size_t n = 0;
    for (unsigned shift = 0; s->at < s->end && shift < 63; shift += 7) {
        unsigned char c = *s->at++;
        n |= (size_t)(c & 0x7f) << shift;
        if (!(c & 0x80)) break;
    }
    return n;
}

static bool is_scalar(enum pm_yaml_kind k) { return k == PM_YAML_PLAIN || k == PM_YAML_QUOTED; }

static void next_recorded(struct pm_yaml_events *s, struct pm_yaml_event *e) {
    *e = (struct pm_yaml_event){.kind = PM_YAML_DONE};
    if (s->at >= s->end) return;
    e->kind = (enum pm_yaml_kind) * s->at++;
    e->line = number(s);
    if (!is_scalar(e->kind)) {
        e->index = number(s);
        return;
    }
    size_t n = number(s), left = (size_t)(s->end - s->at);
    e->value = (struct pm_str){(const char *)s->at, n < left ? n : left};
    s->at += e->value.n;
}

static enum pm_yaml_kind kind_of(const yaml_event_t *raw) {
    switch (raw->type) {
    case YAML_SCALAR_EVENT:
        return raw->data.scalar.style == YAML_PLAIN_SCALAR_STYLE ? PM_YAML_PLAIN : PM_YAML_QUOTED;
    case YAML_SEQUENCE_START_EVENT: return PM_YAML_LIST;
    case YAML_SEQUENCE_END_EVENT: return PM_YAML_LIST_END;
    case YAML_MAPPING_START_EVENT: return PM_YAML_MAP;
    case YAML_MAPPING_END_EVENT: return PM_YAML_MAP_END;
    case YAML_STREAM_END_EVENT: return PM_YAML_DONE;
    default: return PM_YAML_OTHER;
    }
}

static bool is_mark(const yaml_event_t *raw) {
    return raw->type == YAML_STREAM_START_EVENT || raw->type == YAML_DOCUMENT_START_EVENT ||
           raw->type == YAML_DOCUMENT_END_EVENT;
}

bool pm_yaml_events_next(struct pm_yaml_events *s, struct pm_yaml_event *e, const char **why) {
    if (s->at) {
        next_recorded(s, e);
        return true;
    }
    do {
        let_go(s);
        s->raw_held = yaml_parser_parse(&s->parser, &s->raw);
    } while (s->raw_held && is_mark(&s->raw));
    *e = (struct pm_yaml_event){.line = s->parser.problem_mark.line};
    if (!s->raw_held) {
        *why = s->parser.problem ? s->parser.problem : "no YAML";
        return false;
    }
    e->kind = kind_of(&s->raw);
    e->line = s->raw.start_mark.line;
    bool ends = e->kind == PM_YAML_LIST_END || e->kind == PM_YAML_MAP_END;
    if (!is_scalar(e->kind)) e->index = ends ? s->raw.end_mark.index : s->raw.start_mark.index;
    if (is_scalar(e->kind))
        e->value =
            (struct pm_str){(const char *)s->raw.data.scalar.value, s->raw.data.scalar.length};
    return true;
}

static void record_number(struct pm_buf *out, size_t n) {
    for (; n > 0x7f; n >>= 7) pm_buf_addc(out, (char)((n & 0x7f) | 0x80));
    pm_buf_addc(out, (char)n);
}

void pm_yaml_event_record(struct pm_buf *out, const struct pm_yaml_event *e) {
    pm_buf_addc(out, (char)e->kind);
    record_number(out, e->line);
    record_number(out, is_scalar(e->kind) ? e->value.n : e->index);
    if (is_scalar(e->kind)) pm_buf_add(out, e->value);
}
