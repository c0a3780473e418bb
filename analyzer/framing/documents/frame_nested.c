// Files inside of objects: a ConfigMap holds registries.conf, config.toml, daemon.json or
// a kubelet's configuration under any key; an OpenShift MachineConfig holds files of a
// node by their paths, each in a data: URL (Ignition), plain, percent-encoded or base64.
//
// Each text is offered to the parsers of configuration, as if it were a file of that name
// beside the object. Nobody else may have it: what an application's configuration says
// about images is no log. Lines are the object's own where its text shows them (a YAML
// block), else the key's line.
#include "framing/documents/frame_docs.h"
#include "pm/scan.h"

#define NESTED_MAX 256 // keys of one object
#define NESTED_MIN 8
#define NESTED_SURE 60

// Where the key stands in the object's text, in lines from its first one, and whether its
// value follows as a block.
static uint64_t line_of(struct pm_str text, const char *key, bool *block) {
    struct pm_str name = pm_str_c(key);
    uint64_t line = 0;
    size_t counted = 0;
    *block = false;
    for (ptrdiff_t at = pm_str_find(text, name, 0); at >= 0;
         at = pm_str_find(text, name, (size_t)at + 1)) {
        size_t end = (size_t)at + name.n;
        if (end < text.n && (text.p[end] == '"' || text.p[end] == '\'')) end++;
        if (end >= text.n || text.p[end] != ':' || (at > 0 && !strchr(" \"'\n", text.p[at - 1])))
            continue;
        for (; counted < (size_t)at; counted++) line += text.p[counted] == '\n';
        struct pm_str rest = pm_str_trim(pm_str_sub(text, end + 1, 4));
        *block = rest.n && (rest.p[0] == '|' || rest.p[0] == '>');
        return line;
    }
    return 0;
}

static bool is_config(const struct pm_parser *p) {
    return p->component == PM_COMP_HOST && !p->state_bytes;
}

static int offer(struct pm_frame *f, const struct pm_record *r) {
    int best = NESTED_SURE - 1, who = -1;
    for (size_t i = 0; i < f->parser_n; i++) {
        if (!is_config(pm_parsers[i]) || !(pm_parsers[i]->shapes & r->shape)) continue;
        int bid = pm_parsers[i]->bid(r, NULL);
        if (bid > best) {
            best = bid;
            who = (int)i;
        }
    }
    return who >= 0 && frame_ask(f, who, r) == PM_PARSE_OK ? who : -1;
}

static bool has_letters(struct pm_str s) {
    for (size_t i = 0; i < s.n; i++)
        if ((s.p[i] | 32) >= 'a' && (s.p[i] | 32) <= 'z') return true;
    return false;
}

static int nested_text(struct pm_frame *f, const struct pm_record *r, const char *key,
                       struct pm_str text) {
    bool block;
    struct pm_record in = *r;
    const char *why;
    size_t at;
    json_error_t err;
    if (text.n < NESTED_MIN || text.n > PM_FILE_MAX || !has_letters(text) ||
        frame_is_template(text))
        return -1;
    uint64_t line = line_of(r->text, key, &block);
    in.path = pm_arena_fmt(f->record_arena, "%.*s/%s", PM_FMT(f->path), key);
    in.line = (r->line ? r->line : 1) + line + block;
    in.folded = !block;
    in.list_kind = PM_NONE;
    in.shape = PM_SHAPE_FILE;
    in.json = NULL;
    in.memo = NULL;
    in.text = text;
    struct pm_str start = pm_str_trim(text);
    json_t *v = NULL;
    if (start.p[0] == '{') v = frame_json_load(f->record_arena, start, &err);
    else if (pm_str_has(pm_str_sub(text, 0, 4096), PM_STR("kind:")) ||
             pm_str_has(pm_str_sub(text, 0, 4096), PM_STR("apiVersion:")))
        v = frame_yaml_load(text, &why, &at);
    if (json_is_object(v)) {
        in.shape = PM_SHAPE_JSON;
        in.json = v;
    }
    int who = offer(f, &in);
    json_decref(v);
    return who;
}

// CRLF inside a value: written on another system.
static struct pm_str without_cr(struct pm_arena *a, struct pm_str s) {
    if (pm_str_chr(s, '\r', 0) < 0) return s;
    char *p = pm_arena_alloc(a, s.n);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != '\r') p[n++] = s.p[i];
    return (struct pm_str){p, n};
}

bool frame_is_template(struct pm_str text) {
    ptrdiff_t open = pm_str_find(text, PM_STR("{{"), 0);
    return open >= 0 && pm_str_find(text, PM_STR("}}"), (size_t)open) > 0;
}

// ---- Ignition's files

static int sextet(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+' || c == '-') return 62;
    return c == '/' || c == '_' ? 63 : -1;
}

static struct pm_str base64(struct pm_arena *a, struct pm_str s) {
    char *out = pm_arena_alloc(a, s.n);
    size_t n = 0;
    uint32_t bits = 0;
    int have = 0;
    for (size_t i = 0; i < s.n && s.p[i] != '='; i++) {
        int v = sextet(s.p[i]);
        if (v < 0) return PM_NONE;
        bits = bits << 6 | (uint32_t)v;
        have += 6;
        if (have < 8) continue;
        have -= 8;
        out[n++] = (char)(unsigned char)(bits >> have & 0xff);
    }
    return (struct pm_str){out, n};
}

// "data:text/plain;charset=utf-8;base64,W1tyZ…", "data:,%5B%5Bregistry%5D%5D%0A"
static struct pm_str data_url(struct pm_arena *a, struct pm_str s) {
    ptrdiff_t comma = pm_str_chr(s, ',', 0);
    if (!pm_str_starts(s, PM_STR("data:")) || comma < 0) return PM_NONE;
    struct pm_str body = pm_str_from(s, (size_t)comma + 1);
    return pm_str_ends(pm_str_sub(s, 0, (size_t)comma), PM_STR(";base64"))
               ? base64(a, body)
               : pm_percent_decode(a, body);
}

static const json_t *machine_files(const struct pm_record *r) {
    const json_t *o = r->shape == PM_SHAPE_JSON ? r->json : NULL;
    static const char *const path[] = {"spec", "config", "storage", "files"};
    const char *kind = json_string_value(json_object_get(o, "kind"));
    if (!kind || strcmp(kind, "MachineConfig") != 0) return NULL;
    for (size_t i = 0; i < PM_LEN(path); i++) o = json_object_get(o, path[i]);
    return json_is_array(o) ? o : NULL;
}

static int machine_config(struct pm_frame *f, const struct pm_record *r, const json_t *files) {
    int who = -1;
    for (size_t i = 0; i < json_array_size(files) && i < NESTED_MAX; i++) {
        const json_t *file = json_array_get(files, i),
                     *source = json_object_get(json_object_get(file, "contents"), "source");
        const char *path = json_string_value(json_object_get(file, "path"));
        if (!path || !json_is_string(source)) continue;
        struct pm_str text = data_url(f->record_arena, (struct pm_str){json_string_value(source),
                                                                       json_string_length(source)});
        size_t bad = 0;
        text = without_cr(f->record_arena, pm_utf8_clean(f->record_arena, text, &bad));
        int one = nested_text(f, r, path, text);
        if (one >= 0) who = one;
    }
    return who;
}

int frame_nested(struct pm_frame *f, const struct pm_record *r) {
    const json_t *files = machine_files(r);
    if (files) return machine_config(f, r, files);
    const json_t *kind = r->shape == PM_SHAPE_JSON ? json_object_get(r->json, "kind") : NULL,
                 *data = json_object_get(r->json, "data");
    bool listed = !kind && pm_str_eqc(r->list_kind, "ConfigMapList");
    if ((!listed && (!json_is_string(kind) || strcmp(json_string_value(kind), "ConfigMap") != 0)) ||
        !json_is_object(data))
        return -1;
    size_t n = 0;
    int who = -1;
    for (void *it = json_object_iter((json_t *)(uintptr_t)data); it && n < NESTED_MAX;
         it = json_object_iter_next((json_t *)(uintptr_t)data, it), n++) {
        const json_t *v = json_object_iter_value(it);
        if (!json_is_string(v)) continue;
        struct pm_str text = {json_string_value(v), json_string_length(v)};
        int one = nested_text(f, r, json_object_iter_key(it), without_cr(f->record_arena, text));
        if (one >= 0) who = one;
    }
    return who;
}
