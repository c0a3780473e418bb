// YAML → jansson, by libyaml's event stream. Anchors and tags are not handled: our data
// files use none, and a user's file that does is told so.
#include "rules/yaml.h"
#include "pm/arena.h"
#include <stdlib.h>
#include <yaml.h>

#define DEPTH_MAX 32
#define LINE_KEY "\x01line" // no YAML key can collide: the reader refuses control characters
#define KEYS_KEY "\x01keys" // key → its line
#define FILE_KEY                                                                                   \
    "\x01"                                                                                         \
    "file"

struct reader {
    yaml_parser_t parser;
    yaml_event_t event;
    const char *name;
    struct pm_diags *diags;
    bool failed;
};

static void fail(struct reader *r, size_t line, const char *why) {
    if (!r->failed) pm_diags_add(r->diags, pm_str_c(r->name), line + 1, "yaml", "%s", why);
    r->failed = true;
}

static bool step(struct reader *r) {
    if (yaml_parser_parse(&r->parser, &r->event)) return true;
    fail(r, r->parser.problem_mark.line, r->parser.problem ? r->parser.problem : "no YAML");
    return false;
}

static json_t *scalar(const yaml_event_t *e) {
    struct pm_str s = {(const char *)e->data.scalar.value, e->data.scalar.length};
    if (e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE) {
        uint64_t u;
        double d;
        if (s.n == 0 || pm_str_eqc(s, "null") || pm_str_eqc(s, "~")) return json_null();
        if (pm_str_eqc(s, "true")) return json_true();
        if (pm_str_eqc(s, "false")) return json_false();
        if (pm_str_u64(s, &u) && u <= INT64_MAX) return json_integer((json_int_t)u);
        if (s.p[0] != '+' && pm_str_double(s, &d)) return json_real(d);
    }
    return json_stringn(s.p, s.n);
}

static json_t *node(struct reader *r, int depth);

static json_t *sequence(struct reader *r, int depth) {
    json_t *list = json_array();
    while (step(r)) {
        if (r->event.type == YAML_SEQUENCE_END_EVENT) {
            yaml_event_delete(&r->event);
            return list;
        }
        json_t *item = node(r, depth + 1);
        if (!item) break;
        json_array_append_new(list, item);
    }
    json_decref(list);
    return NULL;
}

static json_t *mapping(struct reader *r, int depth, size_t line) {
    json_t *map = json_object(), *lines = json_object();
    json_object_set_new(map, LINE_KEY, json_integer((json_int_t)line + 1));
    json_object_set_new(map, KEYS_KEY, lines);
    while (step(r)) {
        if (r->event.type == YAML_MAPPING_END_EVENT) {
            yaml_event_delete(&r->event);
            return map;
        }
        if (r->event.type != YAML_SCALAR_EVENT) {
            fail(r, r->event.start_mark.line, "a key must be a plain word");
            yaml_event_delete(&r->event);
            break;
        }
        char *key = pm_xstrdup((const char *)r->event.data.scalar.value);
        size_t key_line = r->event.start_mark.line;
        yaml_event_delete(&r->event);
        if (json_object_get(map, key)) fail(r, key_line, "this key stands here twice");
        json_t *value = r->failed || !step(r) ? NULL : node(r, depth + 1);
        if (value) json_object_set_new(map, key, value);
        if (value) json_object_set_new(lines, key, json_integer((json_int_t)key_line + 1));
        free(key);
        if (!value) break;
    }
    json_decref(map);
    return NULL;
}

// The event at hand opens the node; it is consumed.
static json_t *node(struct reader *r, int depth) {
    yaml_event_type_t type = r->event.type;
    size_t line = r->event.start_mark.line;
    json_t *out = type == YAML_SCALAR_EVENT ? scalar(&r->event) : NULL;
    yaml_event_delete(&r->event);
    if (type == YAML_SCALAR_EVENT) {
        if (!out) fail(r, line, "text is not UTF-8");
        return out;
    }
    if (depth >= DEPTH_MAX) fail(r, line, "nested too deep");
    else if (type == YAML_SEQUENCE_START_EVENT) return sequence(r, depth);
    else if (type == YAML_MAPPING_START_EVENT) return mapping(r, depth, line);
    else fail(r, line, "anchors and aliases are not read here");
    return NULL;
}

json_t *pm_yaml_load(struct pm_str text, const char *name, struct pm_diags *diags) {
    struct reader r = {.name = name, .diags = diags};
    json_t *out = NULL;
    if (!yaml_parser_initialize(&r.parser)) pm_die_oom();
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)(text.n ? text.p : ""), text.n);
    while (!r.failed && step(&r)) {
        yaml_event_type_t type = r.event.type;
        if (type == YAML_STREAM_START_EVENT || type == YAML_DOCUMENT_START_EVENT ||
            type == YAML_DOCUMENT_END_EVENT || type == YAML_STREAM_END_EVENT) {
            yaml_event_delete(&r.event);
            if (type == YAML_STREAM_END_EVENT) break;
            continue;
        }
        if (out) {
            fail(&r, r.event.start_mark.line, "one document a file");
            yaml_event_delete(&r.event);
            break;
        }
        out = node(&r, 0);
    }
    yaml_parser_delete(&r.parser);
    if (!r.failed) return out ? out : json_object();
    json_decref(out);
    return NULL;
}

int pm_yaml_line(const json_t *mapping_) {
    return (int)json_integer_value(json_object_get(mapping_, LINE_KEY));
}
int pm_yaml_key_line(const json_t *mapping_, const char *key) {
    json_int_t line = json_integer_value(json_object_get(json_object_get(mapping_, KEYS_KEY), key));
    return line ? (int)line : pm_yaml_line(mapping_);
}
bool pm_yaml_hidden(const char *key) { return key[0] == '\x01'; }

void pm_yaml_file_set(json_t *mapping_, const char *file) {
    json_object_set_new(mapping_, FILE_KEY, json_string(file));
}
const char *pm_yaml_file(const json_t *mapping_, const char *otherwise) {
    const char *file = json_string_value(json_object_get(mapping_, FILE_KEY));
    return file ? file : otherwise;
}

json_t *pm_yaml_plain(const json_t *tree) {
    json_t *v;
    if (json_is_array(tree)) {
        json_t *list = json_array();
        size_t i;
        json_array_foreach((json_t *)(uintptr_t)tree, i, v)
            json_array_append_new(list, pm_yaml_plain(v));
        return list;
    }
    if (!json_is_object(tree)) return json_deep_copy(tree);
    json_t *map = json_object();
    const char *key;
    json_object_foreach((json_t *)(uintptr_t)tree, key, v) if (!pm_yaml_hidden(key))
        json_object_set_new(map, key, pm_yaml_plain(v));
    return map;
}
