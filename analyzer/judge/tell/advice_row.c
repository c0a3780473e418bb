// Which rows of rules/advice.yaml fit an incident, and whether there are rows enough.
#include "base/json_get.h"
#include "judge/tell/advice_put.h"
#include "rules/tables.h"
#include "pm/rule.h"

// `text` and `command` are a string, or one for each runtime; k3s and a containerd of
// unknown version take containerd's.
static struct pm_str for_runtime(const json_t *o, const char *key, const char *runtime) {
    const json_t *v = json_object_get(o, key);
    if (!json_is_object(v)) return pm_str_c(json_string_value(v));
    struct pm_str exact = runtime ? pm_member_text(v, runtime) : PM_NONE;
    if (!exact.n && runtime && strcmp(runtime, "podman") == 0 && strcmp(key, "command") == 0)
        return PM_NONE; // what crictl or a node's docker can do, it need not
    bool kin = runtime && (strncmp(runtime, "containerd", 10) == 0 || strcmp(runtime, "k3s") == 0);
    if (!exact.n && kin) exact = pm_member_text(v, "containerd");
    return exact.n ? exact : pm_member_text(v, "any");
}

// registry: "*.amazonaws.com", or several; "!docker.io": any other. A registry that is
// not known fits neither.
static bool registry_fits(const json_t *want, struct pm_str registry) {
    const char *one = json_string_value(want);
    size_t i;
    json_t *v;
    if (!want) return true;
    if (one && one[0] == '!') return registry.n && !pm_str_glob(one + 1, registry);
    if (one) return registry.n && pm_str_glob(one, registry);
    json_array_foreach(want, i, v) if (json_is_string(v) && registry.n &&
                                       pm_str_glob(json_string_value(v), registry)) return true;
    return false;
}

// variant: "expired", one of a list, or "!plain-http": any other, and where it is not
// known.
static bool variant_fits(const json_t *want, struct pm_str variant) {
    bool asked = false, found = false;
    size_t n;
    if (json_is_array(want)) n = json_array_size(want);
    else if (want) n = 1;
    else n = 0;
    for (size_t i = 0; i < n; i++) {
        const char *word = json_string_value(json_is_array(want) ? json_array_get(want, i) : want);
        if (!word) continue;
        if (word[0] == '!' && pm_str_eqc(variant, word + 1)) return false;
        asked = asked || word[0] != '!';
        found = found || pm_str_eqc(variant, word);
    }
    return found || !asked;
}

static int key_named(struct pm_str word) {
    for (int k = 0; k < PM_ADV_KEY_COUNT; k++)
        if (pm_str_eqc(word, pm_words_placeholder[k])) return k;
    return -1;
}

// needs and unless: one placeholder, or several; all of them have a value, or none has.
static bool all_there(const json_t *want, const struct pm_advice_names *n, bool there) {
    size_t many;
    if (json_is_array(want)) many = json_array_size(want);
    else if (want) many = 1;
    else many = 0;
    for (size_t i = 0; i < many; i++) {
        int k = key_named(
            pm_str_c(json_string_value(json_is_array(want) ? json_array_get(want, i) : want)));
        if (k >= 0 && (n->value[k].n > 0) != there) return false;
    }
    return true;
}

// A row about a cluster, to somebody who pulled with docker on a laptop or in a job.
static bool of_cluster(const json_t *v) {
    static const char *const WORDS[] = {"kubectl", "kubelet", "{namespace}",    "{account}",
                                        "{node}",  "{pod}",   "{workload}",     "{rollout}",
                                        " pods",   "Pods ",   "service account"};
    const char *key;
    json_t *one;
    if (!json_is_object(v)) {
        struct pm_str s = pm_str_c(json_string_value(v));
        for (size_t i = 0; i < PM_LEN(WORDS); i++)
            if (s.n && pm_str_has(s, pm_str_c(WORDS[i]))) return true;
        return false;
    }
    json_object_foreach((json_t *)(uintptr_t)v, key,
                        one) if (key[0] > ' ' && of_cluster(one)) return true;
    return false;
}

static bool fits(const json_t *o, const struct pm_advice_names *n) {
    if (n->value[PM_ADV_TOOL].n &&
        (of_cluster(json_object_get(o, "text")) || of_cluster(json_object_get(o, "command"))))
        return false;
    if (!all_there(json_object_get(o, "needs"), n, true) ||
        !all_there(json_object_get(o, "unless"), n, false))
        return false;
    return variant_fits(json_object_get(o, "variant"), n->variant) &&
           registry_fits(json_object_get(o, "registry"), n->value[PM_ADV_REGISTRY]);
}

size_t pm_advice_pick(struct pm_arena *a, const json_t *root, int cause,
                      const struct pm_advice_names *n, struct pm_advice *rows, size_t max) {
    size_t found = 0, i;
    json_t *o;
    if (cause < 0) return 0;
    json_array_foreach(json_object_get(root, "advice"), i, o) {
        if (found == max) break;
        struct pm_str of = pm_member_text(o, "cause");
        if ((!pm_str_eqc(of, pm_causes[cause].name) && !pm_str_eqc(of, pm_causes[cause].family)) ||
            !fits(o, n))
            continue;
        struct pm_str text = for_runtime(o, "text", n->runtime),
                      command = for_runtime(o, "command", n->runtime);
        if (!text.n) continue;
        struct pm_str says = pm_advice_text(a, text, n),
                      run = command.n ? pm_advice_command(a, command, n) : PM_NONE;
        if (run.n && n->value[PM_ADV_NODE].n && !pm_str_eqc(pm_member_text(o, "at"), "elsewhere") &&
            pm_advice_for_a_node(command))
            says = pm_arena_fmt(a, "%.*s%.*s", PM_FMT(says),
                                PM_FMT(pm_advice_text(a, PM_STR(" Run it on {node}."), n)));
        rows[found++] = (struct pm_advice){.phase = pm_arena_dup(a, pm_member_text(o, "phase")),
                                           .within = pm_arena_dup(a, pm_member_text(o, "within")),
                                           .text = says,
                                           .command = run};
    }
    return found;
}

// What a row may hold is rules/table_keys.c; that there are rows enough is seen here.
static size_t check_words(const json_t *root, int cause, const char *const *words, bool steps,
                          const char *name, struct pm_diags *diags) {
    struct pm_arena *a = pm_arena_new();
    struct pm_advice rows[PM_ADVICE_ROWS + 1];
    static const struct pm_advice_names NOBODY = {0}; // what is there even where nothing is known
    size_t n = pm_advice_pick(a, root, cause, &NOBODY, rows, PM_LEN(rows)), faults = 0;
    for (; *words; words++) {
        bool found = false;
        for (size_t i = 0; i < n && !found; i++)
            found = pm_str_eqc(steps ? rows[i].within : rows[i].phase, *words);
        if (!found)
            pm_diags_add(diags, pm_str_c(name), 0, "rules", "%s has no advice for \"%s\"",
                         pm_causes[cause].name, *words);
        faults += !found;
    }
    pm_arena_free(a);
    return faults;
}
size_t pm_advice_check(const json_t *root, const char *name, struct pm_diags *diags) {
    size_t faults = 0;
    for (int k = 0; pm_causes[k].name; k++)
        faults += check_words(root, k, pm_words_phase, false, name, diags) +
                  check_words(root, k, pm_words_step, true, name, diags);
    return faults;
}
