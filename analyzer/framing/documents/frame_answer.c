// What a log store answers to a query, as one JSON document: the lines stand deep inside
// of it, and each store has them elsewhere.
//
//   Loki           {"status":"success","data":{"resultType":"streams","result":[{"stream":{LABELS},"values":[["1704164645678901000","E0102 …"],…]}]}}
//   Elasticsearch  {"took":5,"hits":{"total":{…},"hits":[{"_index":"…","_source":{…}},…]}}
//   CloudWatch     {"results":[[{"field":"@timestamp","value":"…"},{"field":"@message","value":"…"}],…],"status":"Complete"}     (Insights)
//   Datadog        {"data":[{"id":"…","type":"log","attributes":{…}},…]}
//
// Each entry becomes a record of its own, as if the store had printed one JSON object a
// line, and goes on to the envelopes (env_json_log.c). Stores answer with the newest line
// first; what follows a line must come behind it, so such a list is read from its end.
// A document is kept whole for this (frame_json.c, 16 MiB); lists that a store streams
// are NDJSON and need no reading of their own.
// Source: grafana/loki pkg/loghttp/query.go, Elasticsearch's search API, CloudWatch
// Logs' GetQueryResults, Datadog's Logs API.
#include "base/json_get.h"
#include "framing/documents/frame_docs.h"
#include <stdlib.h>

#define ANSWER_MAX 200000 // entries of one document

struct place { // of an entry's text in the document
    size_t from, to;
    uint64_t lines; // before it
};

struct answer {
    struct pm_frame *f;
    const struct frame_unit *whole;
    struct place *at; // of the entries in order, as far as they were found
    size_t at_n, entry;
};

// Where entries stand in the text: what `opens` at this depth, in lists of that name. A
// store has other lists of the same depth beside them, of shards that failed for one.
struct spot {
    const char *list;
    char opens;
    int depth;
};

static size_t string_end(struct pm_str s, size_t at) { // its last quote; s.n: none
    size_t i = at + 1;
    while (i < s.n && s.p[i] != '"') i += s.p[i] == '\\' ? 2 : 1;
    return i < s.n ? i : s.n;
}

static size_t find_entries(struct pm_str s, const struct spot *spot, struct place *out,
                           size_t max) {
    struct pm_str string = PM_NONE; // the last one: a list's name stands before it
    bool in_list = false;
    int level = 0;
    size_t n = 0;
    uint64_t lines = 0;
    for (size_t i = 0; i < s.n && n < max; i++) {
        char c = s.p[i];
        lines += c == '\n';
        if (c == '"') {
            size_t end = string_end(s, i);
            string = pm_str_sub(s, i + 1, end - i - 1);
            i = end;
        }
        if (c == '{' || c == '[') {
            level++;
            if (level == spot->depth - 1) in_list = c == '[' && pm_str_eqc(string, spot->list);
            if (level == spot->depth && in_list && c == spot->opens)
                out[n] = (struct place){i, s.n, lines};
        }
        if (c != '}' && c != ']') continue;
        if (level-- == spot->depth && in_list && (c == '}') == (spot->opens == '{'))
            out[n++].to = i + 1;
    }
    return n;
}

static struct place place_of(struct answer *x, size_t i) {
    return i < x->at_n ? x->at[i] : (struct place){0, x->whole->text.n, 0};
}

// One entry as a record; takes the reference.
static void entry(struct answer *x, size_t i, json_t *object) {
    struct place at = place_of(x, i);
    struct pm_str text = x->whole->text;
    struct frame_unit u = {.line = x->whole->line + at.lines, .offset = x->whole->offset + at.from};
    pm_arena_reset(x->f->line_arena);
    u.raw = frame_json_squeezed(x->f->line_arena, pm_str_sub(text, at.from, at.to - at.from));
    u.text = u.raw;
    u.json = u.owned[u.owned_count++] = object;
    frame_unit_run(x->f, &u);
}

static json_t *as_it_stands(const json_t *entry) { return json_incref((json_t *)(uintptr_t)entry); }

// [{"field":NAME,"value":TEXT},…]
static json_t *of_fields(const json_t *entry) {
    json_t *object = json_object();
    for (size_t i = 0; i < json_array_size(entry); i++) {
        const json_t *cell = json_array_get(entry, i), *field = json_object_get(cell, "field"),
                     *value = json_object_get(cell, "value");
        if (json_is_string(field) && json_is_string(value))
            json_object_set(object, json_string_value(field), (json_t *)(uintptr_t)value);
    }
    return object;
}

static const char *stamp_of_hit(const json_t *e) {
    return pm_member_word(json_object_get(e, "_source"), "@timestamp");
}
static const char *stamp_of_row(const json_t *e) {
    for (size_t i = 0; i < json_array_size(e); i++)
        if (strcmp(pm_member_word(json_array_get(e, i), "field"), "@timestamp") == 0)
            return pm_member_word(json_array_get(e, i), "value");
    return "";
}
static const char *stamp_of_log(const json_t *e) {
    return pm_member_word(json_object_get(e, "attributes"), "timestamp");
}

static const json_t *hits_of(const json_t *doc) {
    return json_object_get(json_object_get(doc, "hits"), "hits");
}
static const json_t *results_of(const json_t *doc) { return json_object_get(doc, "results"); }
static const json_t *data_of(const json_t *doc) { return json_object_get(doc, "data"); }

static bool is_hit(const json_t *e) { return json_is_object(json_object_get(e, "_source")); }
static bool is_row(const json_t *e) {
    return json_is_array(e) && json_object_get(json_array_get(e, 0), "field");
}
static bool is_log_entry(const json_t *e) {
    return strcmp(pm_member_word(e, "type"), "log") == 0 &&
           json_is_object(json_object_get(e, "attributes"));
}

static const struct store {
    const json_t *(*entries)(const json_t *doc);
    bool (*is_entry)(const json_t *entry);
    const char *(*stamp)(const json_t *entry);
    json_t *(*object)(const json_t *entry);
    struct spot spot;
} stores[] = {
    {hits_of, is_hit, stamp_of_hit, as_it_stands, {"hits", '{', 4}},
    {results_of, is_row, stamp_of_row, of_fields, {"results", '[', 3}},
    {data_of, is_log_entry, stamp_of_log, as_it_stands, {"data", '{', 3}},
};

static void run_list(struct answer *x, const struct store *s, const json_t *list) {
    size_t n = json_array_size(list);
    const char *first = s->stamp(json_array_get(list, 0)),
               *last = s->stamp(json_array_get(list, n - 1));
    bool newest_first = strcmp(first, last) > 0;
    for (size_t i = 0; i < n; i++) {
        size_t k = newest_first ? n - 1 - i : i;
        const json_t *e = json_array_get(list, k);
        if (s->is_entry(e)) entry(x, k, s->object(e));
    }
}

// ---- Loki: entries of one stream share its labels

static bool is_stream(const json_t *o) {
    return json_is_object(json_object_get(o, "stream")) &&
           json_is_array(json_object_get(o, "values"));
}

static const json_t *streams_of(const json_t *doc) {
    const json_t *data = json_object_get(doc, "data");
    const json_t *list = json_object_get(data ? data : doc, data ? "result" : "streams");
    return is_stream(json_array_get(list, 0)) ? list : NULL;
}

static json_t *of_value(const json_t *stream, const json_t *value) {
    json_t *object = json_object();
    json_object_set(object, "labels", json_object_get(stream, "stream"));
    json_object_set(object, "timestamp", json_array_get(value, 0));
    json_object_set(object, "line", json_array_get(value, 1));
    return object;
}

static void run_stream(struct answer *x, const json_t *stream) {
    const json_t *values = json_object_get(stream, "values");
    size_t n = json_array_size(values), from = x->entry;
    x->entry += n;
    if (!n) return;
    const char *first = json_string_value(json_array_get(json_array_get(values, 0), 0)),
               *last = json_string_value(json_array_get(json_array_get(values, n - 1), 0));
    bool newest_first = first && last && strcmp(first, last) > 0;
    for (size_t i = 0; i < n; i++) {
        size_t k = newest_first ? n - 1 - i : i;
        const json_t *value = json_array_get(values, k);
        if (json_is_string(json_array_get(value, 1))) entry(x, from + k, of_value(stream, value));
    }
}

static void locate(struct answer *x, const struct spot *spot) {
    size_t most = x->whole->text.n / 4; // [""],
    if (most > ANSWER_MAX) most = ANSWER_MAX;
    x->at = pm_xmalloc((most + 1) * sizeof *x->at);
    x->at_n = find_entries(x->whole->text, spot, x->at, most);
}

bool frame_answer(struct pm_frame *f, const json_t *doc, const struct frame_unit *whole) {
    struct answer x = {.f = f, .whole = whole};
    const json_t *streams = streams_of(doc);
    if (streams) {
        locate(&x, &(struct spot){"values", '[', json_object_get(doc, "data") ? 6 : 5});
        for (size_t i = 0; i < json_array_size(streams); i++)
            run_stream(&x, json_array_get(streams, i));
        free(x.at);
        return true;
    }
    if (is_stream(doc)) { // one a line, as `jq '.data.result[]'` cuts them out
        locate(&x, &(struct spot){"values", '[', 3});
        run_stream(&x, doc);
        free(x.at);
        return true;
    }
    for (size_t i = 0; i < PM_LEN(stores); i++) {
        const json_t *list = stores[i].entries(doc);
        if (!stores[i].is_entry(json_array_get(list, 0))) continue;
        locate(&x, &stores[i].spot);
        run_list(&x, &stores[i], list);
        free(x.at);
        return true;
    }
    return false;
}
