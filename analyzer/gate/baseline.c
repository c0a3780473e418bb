// Known incidents: fingerprints that an earlier run wrote, each with how far it reached
// then. A fingerprint is what the trouble is and where (cause, variant, scope, registry;
// for an unknown its wording), without times and hosts, so it survives another
// collection. Reach keeps a known incident from excusing a flood.
#include "pm/gate.h"
#include "report/json_writer.h"
#include <jansson.h>
#include <stdlib.h>

#define SCHEMA "pullmortem.baseline/2"

static uint64_t number(const json_t *o, const char *key) {
    json_int_t n = json_integer_value(json_object_get(o, key));
    return n > 0 ? (uint64_t)n : 0;
}

static void known_in(struct pm_baseline *b, const json_t *o, struct pm_arena *a) {
    const char *f = json_string_value(json_object_get(o, "fingerprint"));
    const json_t *reach = json_object_get(o, "reach");
    if (!f) return;
    *PM_PUSH(b->known, b->known_n, b->known_cap) =
        (struct pm_known){pm_arena_dup(a, pm_str_c(f)),
                          {number(reach, "nodes"), number(reach, "pods"), number(reach, "images")}};
}

bool pm_baseline_load(struct pm_baseline *b, const char *path, struct pm_arena *a,
                      struct pm_diags *diags) {
    json_error_t e;
    json_t *root = json_load_file(path, JSON_ALLOW_NUL, &e), *o;
    const json_t *list = json_object_get(root, "incidents");
    const char *schema = json_string_value(json_object_get(root, "schema"));
    size_t i;
    bool ours = schema && strcmp(schema, SCHEMA) == 0 && json_is_array(list),
         older = schema && strcmp(schema, "pullmortem.baseline/1") == 0;
    if (!root)
        pm_diags_add(diags, pm_str_c(path), e.line > 0 ? (uint64_t)e.line : 0, "baseline", "%s",
                     e.text);
    else if (older)
        pm_diags_add(
            diags, pm_str_c(path), 1, "baseline",
            "is an older version's, which could not tell incidents apart: write it anew with gate --write-baseline FILE");
    else if (!ours)
        pm_diags_add(diags, pm_str_c(path), 1, "baseline",
                     "is no baseline: write one with gate --write-baseline FILE");
    if (ours) json_array_foreach(list, i, o) known_in(b, o, a);
    json_decref(root);
    return ours;
}

// Collected again, an incident may be seen on a node or two more. Three times as many,
// and three more at least, is another matter.
static bool outgrew(uint64_t then, uint64_t now) { return now > 3 * then && now >= then + 3; }

const struct pm_known *pm_baseline_find(const struct pm_baseline *b, struct pm_str fingerprint,
                                        const struct pm_reach *now, struct pm_str *grown,
                                        struct pm_arena *a) {
    *grown = PM_NONE;
    for (size_t i = 0; i < b->known_n; i++) {
        const struct pm_known *k = &b->known[i];
        if (!pm_str_eq(k->fingerprint, fingerprint)) continue;
        const struct {
            const char *what;
            uint64_t then, now;
        } counts[] = {{"nodes", k->reach.nodes, now->nodes},
                      {"pods", k->reach.pods, now->pods},
                      {"images", k->reach.images, now->images}};
        for (size_t c = 0; c < PM_LEN(counts) && !grown->n; c++)
            if (outgrew(counts[c].then, counts[c].now))
                *grown = pm_arena_fmt(a, "the baseline knows it with %llu %s, it has %llu now",
                                      (unsigned long long)counts[c].then, counts[c].what,
                                      (unsigned long long)counts[c].now);
        return grown->n ? NULL : k;
    }
    return NULL;
}

// Of incidents with one fingerprint (in several bundles, or one after the other) the
// farthest reach counts.
static struct pm_reach farthest(const struct pm_gate_result *g, struct pm_str fingerprint) {
    struct pm_reach most = {0};
    for (size_t i = 0; i < g->rows_n; i++) {
        for (size_t k = 0; k < g->rows[i].items_n; k++) {
            const struct pm_gate_item *x = &g->rows[i].items[k];
            if (x->kind != PM_CHECK_INCIDENT || !pm_str_eq(x->fingerprint, fingerprint)) continue;
            if (x->reach.nodes > most.nodes) most.nodes = x->reach.nodes;
            if (x->reach.pods > most.pods) most.pods = x->reach.pods;
            if (x->reach.images > most.images) most.images = x->reach.images;
        }
    }
    return most;
}

static void known_out(struct pm_json *w, const struct pm_gate_result *g,
                      const struct pm_gate_item *x) {
    struct pm_reach reach = farthest(g, x->fingerprint);
    pm_json_open(w, NULL, '{');
    pm_json_text(w, "fingerprint", x->fingerprint);
    pm_json_text(w, "cause", x->id);
    pm_json_text(w, "title", x->title);
    pm_json_text(w, "where", x->where);
    pm_json_open(w, "reach", '{');
    pm_json_uint(w, "nodes", reach.nodes);
    pm_json_uint(w, "pods", reach.pods);
    pm_json_uint(w, "images", reach.images);
    pm_json_close(w, '}');
    pm_json_close(w, '}');
}

static bool write_baseline(FILE *out, const struct pm_gate_result *g, struct pm_arena *a,
                           bool color) {
    (void)a, (void)color;
    struct pm_json w = {.f = out, .inline_from = 2, .first = true};
    struct pm_strs seen = {0};
    pm_json_open(&w, NULL, '{');
    pm_json_text(&w, "schema", PM_STR(SCHEMA));
    pm_json_open(&w, "incidents", '[');
    for (size_t i = 0; i < g->rows_n; i++) {
        for (size_t k = 0; k < g->rows[i].items_n; k++) {
            const struct pm_gate_item *x = &g->rows[i].items[k];
            bool again = false;
            for (size_t n = 0; n < seen.n; n++) again |= pm_str_eq(seen.items[n], x->fingerprint);
            if (x->kind != PM_CHECK_INCIDENT || again) continue;
            *PM_PUSH(seen.items, seen.n, seen.cap) = x->fingerprint;
            known_out(&w, g, x);
        }
    }
    pm_json_close(&w, ']');
    pm_json_close(&w, '}');
    free(seen.items);
    return pm_json_end(&w);
}

const struct pm_gate_output pm_gate_baseline = {"baseline", "a baseline of what is there now",
                                                write_baseline};
