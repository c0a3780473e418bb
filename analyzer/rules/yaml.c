// YAML → jansson, by its events (yaml_events.h). Anchors and tags are not handled: our data
// files use none, and a user's file that does is told so.
#include "rules/yaml.h"
#include "base/embed.h"
#include "rules/yaml_events.h"
#include "pm/arena.h"
#include <stdlib.h>

#define DEPTH_MAX 32
#define BRACKETS_MAX 500
#define LINE_KEY "\x01line" // no YAML key can collide: the reader refuses control characters
#define KEYS_KEY "\x01keys" // "\nkey\nline" of each key, one behind the other
#define FILE_KEY                                                                                   \
    "\x01"                                                                                         \
    "file"

struct reader {
    struct pm_yaml_events *events;
    struct pm_yaml_event at;
    const char *name;
    struct pm_diags *diags;
    const char *const *without; // keys that are passed over; NULL: none
    struct pm_buf lines;        // of the mappings that are open, the innermost behind the others
    bool recorded;              // it was read before: UTF-8, and no key twice
    bool failed;
};

static void fail(struct reader *r, size_t line, const char *why) {
    if (!r->failed) pm_diags_add(r->diags, pm_str_c(r->name), line + 1, "yaml", "%s", why);
    r->failed = true;
}

static bool step(struct reader *r) {
    const char *why;
    if (pm_yaml_events_next(r->events, &r->at, &why)) return true;
    fail(r, r->at.line, why);
    return false;
}

static json_t *scalar(const struct reader *r, const struct pm_yaml_event *e) {
    struct pm_str s = e->value;
    if (e->kind == PM_YAML_PLAIN) {
        uint64_t u;
        double d;
        if (s.n == 0 || pm_str_eqc(s, "null") || pm_str_eqc(s, "~")) return json_null();
        if (pm_str_eqc(s, "true")) return json_true();
        if (pm_str_eqc(s, "false")) return json_false();
        if (pm_str_u64(s, &u) && u <= INT64_MAX) return json_integer((json_int_t)u);
        if (s.p[0] != '+' && pm_str_double(s, &d)) return json_real(d);
    }
    return r->recorded ? json_stringn_nocheck(s.n ? s.p : "", s.n)
                       : json_stringn(s.n ? s.p : "", s.n);
}

static json_t *node(struct reader *r, int depth);

static json_t *sequence(struct reader *r, int depth) {
    json_t *list = json_array();
    while (step(r)) {
        if (r->at.kind == PM_YAML_LIST_END) return list;
        json_t *item = node(r, depth + 1);
        if (!item) break;
        json_array_append_new(list, item);
    }
    json_decref(list);
    return NULL;
}

static bool is_passed_over(const struct reader *r, struct pm_str key) {
    for (const char *const *k = r->without; k && *k; k++)
        if (pm_str_eqc(key, *k)) return true;
    return false;
}
// The value of the key at hand.
static bool pass_over(struct reader *r) {
    size_t depth = 0;
    do {
        if (!step(r)) return false;
        if (r->at.kind == PM_YAML_LIST || r->at.kind == PM_YAML_MAP) depth++;
        if (r->at.kind == PM_YAML_LIST_END || r->at.kind == PM_YAML_MAP_END) depth--;
    } while (depth);
    return true;
}

static void key_line_add(struct pm_buf *lines, const char *key, size_t line) {
    pm_buf_addc(lines, '\n');
    pm_buf_add(lines, pm_str_c(key));
    pm_buf_addc(lines, '\n');
    pm_buf_u64(lines, line);
}

static json_t *mapping(struct reader *r, int depth, size_t line) {
    json_t *map = json_object();
    const size_t lines = r->lines.n;
    json_object_set_new_nocheck(map, LINE_KEY, json_integer((json_int_t)line + 1));
    while (step(r)) {
        if (r->at.kind == PM_YAML_MAP_END) {
            pm_buf_addc(&r->lines, '\n');
            json_object_set_new_nocheck(
                map, KEYS_KEY, json_stringn_nocheck(r->lines.p + lines, r->lines.n - lines));
            r->lines.n = lines;
            return map;
        }
        if (r->at.kind != PM_YAML_PLAIN && r->at.kind != PM_YAML_QUOTED) {
            fail(r, r->at.line, "a key must be a plain word");
            break;
        }
        if (is_passed_over(r, r->at.value)) {
            if (pass_over(r)) continue;
            break;
        }
        size_t key_line = r->at.line, n = r->at.value.n;
        char *key = pm_xmalloc(n + 1);
        memcpy(key, n ? r->at.value.p : "", n);
        key[n] = 0;
        if (!r->recorded && json_object_get(map, key))
            fail(r, key_line, "this key stands here twice");
        json_t *value = r->failed || !step(r) ? NULL : node(r, depth + 1);
        if (value && r->recorded) json_object_set_new_nocheck(map, key, value);
        else if (value) json_object_set_new(map, key, value);
        if (value) key_line_add(&r->lines, key, key_line + 1);
        free(key);
        if (!value) break;
    }
    json_decref(map);
    return NULL;
}

// The event at hand opens the node.
static json_t *node(struct reader *r, int depth) {
    enum pm_yaml_kind kind = r->at.kind;
    size_t line = r->at.line;
    if (kind == PM_YAML_PLAIN || kind == PM_YAML_QUOTED) {
        json_t *out = scalar(r, &r->at);
        if (!out) fail(r, line, "text is not UTF-8");
        return out;
    }
    if (depth >= DEPTH_MAX) fail(r, line, "nested too deep");
    else if (kind == PM_YAML_LIST) return sequence(r, depth);
    else if (kind == PM_YAML_MAP) return mapping(r, depth, line);
    else fail(r, line, "anchors and aliases are not read here");
    return NULL;
}

// The program's own files were read when it was built: their events are the same.
static struct pm_yaml_events *events_of(struct pm_str text) {
    struct pm_str recorded = pm_embedded_events_of(text);
    return recorded.p ? pm_yaml_events_recorded(recorded) : pm_yaml_events_of_text(text);
}

json_t *pm_yaml_load(struct pm_str text, const char *name, struct pm_diags *diags) {
    return pm_yaml_load_without(text, name, NULL, diags);
}
json_t *pm_yaml_load_without(struct pm_str text, const char *name, const char *const *keys,
                             struct pm_diags *diags) {
    struct reader r = {.events = events_of(text),
                       .name = name,
                       .diags = diags,
                       .without = keys,
                       .recorded = pm_embedded_events_of(text).p != NULL};
    json_t *out = NULL;
    if (!r.recorded && pm_yaml_is_deep(text)) fail(&r, 0, "nested too deep");
    while (!r.failed && step(&r) && r.at.kind != PM_YAML_DONE) {
        if (out) fail(&r, r.at.line, "one document a file");
        else out = node(&r, 0);
    }
    pm_yaml_events_free(r.events);
    pm_buf_free(&r.lines);
    if (!r.failed) return out ? out : json_object();
    json_decref(out);
    return NULL;
}

bool pm_yaml_is_deep(struct pm_str text) {
    size_t open = 0;
    for (size_t i = 0; i < text.n && open <= BRACKETS_MAX; i++) {
        if (text.p[i] == '[' || text.p[i] == '{') open++;
        else if ((text.p[i] == ']' || text.p[i] == '}') && open) open--;
    }
    return open > BRACKETS_MAX;
}

int pm_yaml_line(const json_t *mapping_) {
    return (int)json_integer_value(json_object_get(mapping_, LINE_KEY));
}
int pm_yaml_key_line(const json_t *mapping_, const char *key) {
    const json_t *keys = json_object_get(mapping_, KEYS_KEY);
    struct pm_str text = {json_string_value(keys), json_string_length(keys)};
    ptrdiff_t at = text.n ? 0 : -1, line, end;
    uint64_t found;
    for (; at >= 0; at = end) {
        line = pm_str_chr(text, '\n', (size_t)at + 1);
        end = line < 0 ? -1 : pm_str_chr(text, '\n', (size_t)line + 1);
        if (end < 0) break;
        if (pm_str_eqc(pm_str_sub(text, (size_t)at + 1, (size_t)(line - at - 1)), key) &&
            pm_str_u64(pm_str_sub(text, (size_t)line + 1, (size_t)(end - line - 1)), &found))
            return (int)found;
    }
    return pm_yaml_line(mapping_);
}
bool pm_yaml_hidden(const char *key) { return key[0] == '\x01'; }

void pm_yaml_file_set(json_t *mapping_, const char *file) {
    json_object_set_new(mapping_, FILE_KEY, json_string(file));
}
void pm_yaml_file_share(json_t *mapping_, json_t *file) {
    json_object_set_nocheck(mapping_, FILE_KEY, file);
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
