// One YAML document as a JSON value, by libyaml. Scalars follow the core schema: null,
// booleans, integers and floats where they are plain; quoted ones stay text. Timestamps
// stay text. Anchors and aliases are refused (kubectl and its kin write none; an alias
// bomb would).
#include "framing/documents/frame_docs.h"
#include <stdlib.h>
#include <yaml.h>

#define YAML_DEPTH 128
#define YAML_VALUES (1u << 19)

static bool is_word(struct pm_str s, const char *const *words) {
    for (; *words; words++)
        if (pm_str_eqc(s, *words)) return true;
    return false;
}

// A plain scalar by the core schema.
static json_t *plain(struct pm_str s) {
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL},
                             *const yes[] = {"true", "True", "TRUE", NULL},
                             *const no[] = {"false", "False", "FALSE", NULL};
    if (is_word(s, nulls)) return json_null();
    if (is_word(s, yes)) return json_true();
    if (is_word(s, no)) return json_false();
    bool minus = s.p[0] == '-';
    struct pm_str digits = pm_str_from(s, minus);
    uint64_t u;
    double d;
    if (pm_str_u64(digits, &u) && u <= INT64_MAX)
        return json_integer(minus ? -(json_int_t)u : (json_int_t)u);
    bool number = digits.n && (digits.p[0] == '.' || (digits.p[0] >= '0' && digits.p[0] <= '9'));
    if (number && pm_str_double(s, &d)) return json_real(d);
    return json_stringn(s.p, s.n);
}

struct build {
    json_t *stack[YAML_DEPTH];
    char *keys[YAML_DEPTH]; // the key that waits for its value, by depth
    size_t depth, values;
    json_t *root;
    const char *why;
};

// Puts a finished or just opened value where it belongs. Takes the reference.
static bool put(struct build *b, json_t *v) {
    if (!v) return false;
    if (b->depth == 0) {
        b->root = v;
        return true;
    }
    json_t *top = b->stack[b->depth - 1];
    if (json_is_array(top)) return json_array_append_new(top, v) == 0;
    char **key = &b->keys[b->depth - 1];
    if (!*key) { // a mapping's key
        *key = pm_xstrdup(json_is_string(v) ? json_string_value(v) : "");
        json_decref(v);
        return true;
    }
    bool ok = json_object_set_new(top, *key, v) == 0;
    free(*key);
    *key = NULL;
    return ok;
}

static bool push(struct build *b, json_t *v) {
    if (b->depth >= YAML_DEPTH) {
        json_decref(v);
        b->why = "nested too deeply";
        return false;
    }
    bool key_missing = b->depth && json_is_object(b->stack[b->depth - 1]) && !b->keys[b->depth - 1];
    if (key_missing) {
        json_decref(v);
        b->why = "a key that is no scalar";
        return false;
    }
    if (!put(b, v)) return false;
    b->stack[b->depth] = v;
    b->keys[b->depth++] = NULL;
    return true;
}

static json_t *scalar(const yaml_event_t *e, bool as_key) {
    struct pm_str s = {(const char *)e->data.scalar.value, e->data.scalar.length};
    if (as_key || e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE) return json_stringn(s.p, s.n);
    return plain(s);
}

// False ends the walk: the document is over, or b->why says what is wrong.
static bool event(struct build *b, const yaml_event_t *e) {
    if (++b->values > YAML_VALUES) {
        b->why = "too many values";
        return false;
    }
    switch (e->type) {
    case YAML_DOCUMENT_END_EVENT:
    case YAML_STREAM_END_EVENT: return false;
    case YAML_ALIAS_EVENT: b->why = "aliases are not read"; return false;
    case YAML_SCALAR_EVENT: {
        bool key = b->depth && json_is_object(b->stack[b->depth - 1]) && !b->keys[b->depth - 1];
        if (put(b, scalar(e, key))) return true;
        b->why = "text that is no UTF-8";
        return false;
    }
    case YAML_MAPPING_START_EVENT: return push(b, json_object());
    case YAML_SEQUENCE_START_EVENT: return push(b, json_array());
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
        if (b->depth) {
            free(b->keys[--b->depth]);
            b->keys[b->depth] = NULL;
        }
        return true;
    default: return true;
    }
}

json_t *frame_yaml_load(struct pm_str s, const char **why, size_t *line) {
    yaml_parser_t p;
    struct build b = {0};
    *why = NULL;
    *line = 0;
    if (!yaml_parser_initialize(&p)) pm_die_oom();
    yaml_parser_set_encoding(&p, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&p, (const unsigned char *)s.p, s.n);
    for (bool more = true; more;) {
        yaml_event_t e;
        if (!yaml_parser_parse(&p, &e)) {
            b.why = p.problem ? p.problem : "broken";
            *line = p.problem_mark.line;
            break;
        }
        more = event(&b, &e);
        if (!more) *line = e.start_mark.line;
        yaml_event_delete(&e);
    }
    while (b.depth) free(b.keys[--b.depth]);
    yaml_parser_delete(&p);
    *why = b.why;
    if (!b.why) return b.root;
    json_decref(b.root);
    return NULL;
}
