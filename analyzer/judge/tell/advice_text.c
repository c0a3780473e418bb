// rules/advice.yaml: which rows fit, and texts and commands with names in them. What the
// keys mean stands at the head of that file.
//
// A command is pasted into a root shell at 3 a.m. So a name goes in bare where it is made
// of harmless characters, in single quotes where it is not and stands on its own, and
// else the command is left out: inside the template's own quotes there is no quoting that
// is right for a shell, jq and JSON at once.
#include "base/json_get.h"
#include "judge/tell/advice.h"
#include "rules/tables.h"
#include "pm/rule.h"

static const struct
    key { // their words are pm_words_placeholder, in the order of enum pm_advice_key
    const char *otherwise; // what a text says where there is no value
    bool host;             // part of URLs and of paths
} KEYS[PM_ADV_KEY_COUNT] = {
    [PM_ADV_REGISTRY] = {"the registry", true},
    [PM_ADV_REPOSITORY] = {"the repository", false},
    [PM_ADV_IMAGE] = {"the image", false},
    [PM_ADV_GOOD_IMAGE] = {"a tag that was pulled before", false},
    [PM_ADV_NODE] = {"the node", false},
    [PM_ADV_NAMESPACE] = {"the namespace", false},
    [PM_ADV_POD] = {"the pod", false},
    [PM_ADV_WORKLOAD] = {"the workload", false},
    [PM_ADV_ROLLOUT] = {"the workload", false},
    [PM_ADV_ACCOUNT] = {"default", false},
    [PM_ADV_SECRET] = {"the pull secret", false},
    [PM_ADV_USER] = {"the account", false},
    [PM_ADV_CLIENT] = {"the nodes' address", false},
    [PM_ADV_HOST] = {"the registry", true},
    [PM_ADV_MIRROR] = {"the mirror", true},
    [PM_ADV_ARCH] = {"the nodes' platform", false},
    [PM_ADV_SINCE] = {"", false},
    [PM_ADV_UNTIL] = {"", false},
    [PM_ADV_CONTAINER] = {"the container", false},
    [PM_ADV_DEPLOYMENT] = {"the Deployment", false},
    [PM_ADV_OWN_SECRETS] = {"their pull secrets", false},
    [PM_ADV_HOME] = {"its new home", false},
    [PM_ADV_HOME_SINCE] = {"", false},
    [PM_ADV_NO_HOME] = {"", false},
    [PM_ADV_WORDLESS] = {"", false},
    [PM_ADV_EFFECT] = {"", false},
    [PM_ADV_SMALL_OK] = {"", false},
    [PM_ADV_TOOL] = {"", false},
    [PM_ADV_SIZES] = {"", false},
    [PM_ADV_UNDONE] = {"the workload", false},
    [PM_ADV_UNREAD] = {"the mirror", true},
    [PM_ADV_UNREAD_URL] = {"the mirror", true},
    [PM_ADV_NEW_SECRET] = {"regcred", false},
    [PM_ADV_SERVER] = {"the registry", false},
    [PM_ADV_ADDRESS] = {"the registry", true},
    [PM_ADV_HOSTNAME] = {"the registry", true},
    [PM_ADV_ENDPOINT] = {"the registry", true},
    [PM_ADV_REGION] = {"the region", true},
    [PM_ADV_ACR] = {"the registry", true},
};
// names ---------------------------------------------------------------------------------
static struct pm_str without_port(struct pm_str host) {
    ptrdiff_t colon = pm_str_rchr(host, ':');
    return colon > 0 && pm_str_rchr(host, ']') < colon ? pm_str_sub(host, 0, (size_t)colon) : host;
}

void pm_advice_derive(struct pm_arena *a, struct pm_advice_names *n) {
    struct pm_str *v = n->value, registry = v[PM_ADV_REGISTRY];
    bool hub = pm_str_eqc(registry, "docker.io");
    if (!v[PM_ADV_NEW_SECRET].n)
        v[PM_ADV_NEW_SECRET] = v[PM_ADV_SECRET].n ? v[PM_ADV_SECRET] : PM_STR("regcred");
    v[PM_ADV_SERVER] = hub ? PM_STR("https://index.docker.io/v1/") : registry;
    v[PM_ADV_ADDRESS] = hub ? PM_STR("registry-1.docker.io") : registry;
    if (!v[PM_ADV_HOST].n || pm_str_eqc(v[PM_ADV_HOST], "docker.io"))
        v[PM_ADV_HOST] = v[PM_ADV_ADDRESS];
    v[PM_ADV_HOSTNAME] = without_port(v[PM_ADV_HOST]);
    v[PM_ADV_ENDPOINT] = v[PM_ADV_HOSTNAME].n != v[PM_ADV_HOST].n || !v[PM_ADV_HOST].n
                             ? v[PM_ADV_HOST]
                             : pm_arena_join(a, v[PM_ADV_HOST], PM_STR(":443"));
    if (pm_str_ends(registry, PM_STR(".azurecr.io")))
        v[PM_ADV_ACR] = pm_str_sub(registry, 0, (size_t)pm_str_chr(registry, '.', 0));
    if (pm_str_has(registry, PM_STR(".dkr.ecr.")))
        v[PM_ADV_REGION] = pm_str_between(registry, PM_STR(".dkr.ecr."), PM_STR("."));
    if (!v[PM_ADV_ACCOUNT].n && v[PM_ADV_NAMESPACE].n)
        v[PM_ADV_ACCOUNT] = PM_STR("default"); // what a pod gets that names none
}

// "{key}" or "{key:is|are}" at byte i; -1 where there is none. len is all of it.
static int key_at(struct pm_str text, size_t i, size_t *len) {
    if (text.p[i] != '{' || (i && text.p[i - 1] == '$'))
        return -1; // "${": a variable of the shell's
    ptrdiff_t close = pm_str_chr(text, '}', i + 1);
    if (close < 0) return -1;
    struct pm_str inside = pm_str_sub(text, i + 1, (size_t)close - i - 1);
    ptrdiff_t colon = pm_str_chr(inside, ':', 0);
    bool forms = colon > 0 && pm_str_chr(inside, '|', (size_t)colon) > 0;
    struct pm_str word = forms ? pm_str_sub(inside, 0, (size_t)colon) : inside;
    for (int k = 0; k < PM_ADV_KEY_COUNT; k++) {
        if (!pm_str_eqc(word, pm_words_placeholder[k])) continue;
        *len = inside.n + 2;
        return k;
    }
    return -1;
}

// The word for one or for several, of "{key:is|are}"; PM_NONE where it is the key itself.
static struct pm_str form_of(struct pm_str whole, bool several) {
    ptrdiff_t colon = pm_str_chr(whole, ':', 0), bar = pm_str_chr(whole, '|', 0);
    if (colon < 0 || bar < 0) return PM_NONE;
    return several ? pm_str_sub(whole, (size_t)bar + 1, whole.n - (size_t)bar - 2)
                   : pm_str_sub(whole, (size_t)colon + 1, (size_t)(bar - colon) - 1);
}

#define NAMED_MAX 6 // names that a sentence can hold
static void add_names(struct pm_buf *b, const struct pm_advice_names *n, int k) {
    const struct pm_strs *all = &n->all[k];
    if (all->n < 2) {
        pm_buf_add(b, n->value[k].n ? n->value[k] : pm_str_c(KEYS[k].otherwise));
        if (n->more[k]) pm_buf_fmt(b, " and %zu more", n->more[k]);
        return;
    }
    size_t shown = all->n > NAMED_MAX ? NAMED_MAX - 1 : all->n;
    for (size_t i = 0; i < shown; i++) {
        if (i) pm_buf_add(b, i + 1 == all->n ? PM_STR(" and ") : PM_STR(", "));
        pm_buf_add(b, all->items[i]);
    }
    if (shown < all->n) pm_buf_fmt(b, " and %zu more", all->n - shown);
}

static struct pm_str text_with(struct pm_arena *a, struct pm_str text,
                               const struct pm_advice_names *n) {
    struct pm_buf b = {0};
    size_t first = 0;
    for (size_t i = 0, len = 1; i < text.n; i += len) {
        int k = key_at(text, i, &len);
        if (k < 0) {
            len = 1;
            pm_buf_addc(&b, text.p[i]);
            continue;
        }
        struct pm_str form = form_of(pm_str_sub(text, i, len), n->more[k] > 0);
        if (form.n) pm_buf_add(&b, form);
        else add_names(&b, n, k);
    }
    struct pm_str out = pm_arena_dup(a, pm_buf_str(&b));
    int k = text.n ? key_at(text, 0, &first) : -1;
    if (k >= 0 && !n->value[k].n && out.n && out.p[0] >= 'a' && out.p[0] <= 'z')
        ((char *)(uintptr_t)out.p)[0] = (char)(out.p[0] - 32); // begins a sentence
    pm_buf_free(&b);
    return out;
}

// commands ------------------------------------------------------------------------------
static bool harmless(unsigned char c) {
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') ||
           strchr("._-/:@+", c) != NULL;
}

enum { BARE, QUOTED, NEVER };
static int how_to_put(struct pm_str v, bool host) {
    int how = BARE;
    if (!v.n || v.n > 300 || v.p[0] == '-' ||
        (host && (v.p[0] == '.' || v.p[0] == '/' || pm_str_has(v, PM_STR("..")))))
        return NEVER;
    for (size_t i = 0; i < v.n; i++) {
        unsigned char c = (unsigned char)v.p[i];
        if (c < ' ' || c >= 0x7f) return NEVER; // what is seen must be what is pasted
        if (!c || !harmless(c)) how = host ? NEVER : QUOTED;
        if (host && how == NEVER) return NEVER;
    }
    return how;
}

static void add_quoted(struct pm_buf *b, struct pm_str v) {
    pm_buf_addc(b, '\'');
    for (size_t i = 0; i < v.n; i++) {
        if (v.p[i] == '\'') pm_buf_add(b, PM_STR("'\\''"));
        else pm_buf_addc(b, v.p[i]);
    }
    pm_buf_addc(b, '\'');
}

// Where several nodes, images, workloads or namespaces were hit, one command is for all
// of them: a loop, whose variable stands where the name did. It is one where what the
// command names besides is the same for all; the rest of the rows is about the first, and
// says so by naming it.
static const struct looped {
    int key;
    int beside[8]; // keys that differ from one to the next
} LOOPS[] = {
    {PM_ADV_ROLLOUT,
     {PM_ADV_POD, PM_ADV_CONTAINER, PM_ADV_GOOD_IMAGE, PM_ADV_HOME, PM_ADV_IMAGE, PM_ADV_ACCOUNT,
      PM_ADV_SECRET, -1}},
    {PM_ADV_DEPLOYMENT,
     {PM_ADV_POD, PM_ADV_CONTAINER, PM_ADV_GOOD_IMAGE, PM_ADV_HOME, PM_ADV_IMAGE, PM_ADV_ACCOUNT,
      PM_ADV_SECRET, -1}},
    {PM_ADV_NODE, {PM_ADV_POD, PM_ADV_IMAGE, -1, -1, -1, -1, -1, -1}},
    {PM_ADV_IMAGE,
     {PM_ADV_GOOD_IMAGE, PM_ADV_HOME, PM_ADV_CONTAINER, PM_ADV_ROLLOUT, PM_ADV_REPOSITORY,
      PM_ADV_POD, -1, -1}},
    {PM_ADV_NAMESPACE,
     {PM_ADV_POD, PM_ADV_WORKLOAD, PM_ADV_ROLLOUT, PM_ADV_DEPLOYMENT, PM_ADV_SECRET,
      PM_ADV_OWN_SECRETS, PM_ADV_CONTAINER, -1}},
};

static bool names_key(struct pm_str text, int key) {
    for (size_t i = 0, len = 1; i < text.n; i += len) {
        int k = key_at(text, i, &len);
        if (k < 0) len = 1;
        else if (k == key) return true;
    }
    return false;
}

static int looped_key(struct pm_str text, const struct pm_advice_names *n) {
    for (size_t l = 0; l < PM_LEN(LOOPS); l++) {
        bool good = names_key(text, LOOPS[l].key) && n->all[LOOPS[l].key].n > 1;
        for (size_t i = 0; i < PM_LEN(LOOPS[l].beside) && good; i++)
            good = LOOPS[l].beside[i] < 0 || !names_key(text, LOOPS[l].beside[i]);
        if (good && LOOPS[l].key == PM_ADV_NAMESPACE && names_key(text, PM_ADV_ACCOUNT))
            good = n->one_account;
        if (good) return LOOPS[l].key;
    }
    return -1;
}

static bool may_put(const struct pm_advice_names *n, int k, struct pm_str value, char open,
                    struct pm_buf *b) {
    int how = n->only_told[k] ? NEVER : how_to_put(value, KEYS[k].host);
    if (how == BARE) pm_buf_add(b, value);
    else if (how == QUOTED && !open) add_quoted(b, value);
    return how == BARE || (how == QUOTED && !open);
}

// A workload's item is "shop:deployment/web": namespace and name are its two parts.
static bool is_pair(int loop) { return loop == PM_ADV_ROLLOUT || loop == PM_ADV_DEPLOYMENT; }

static bool put_variable(struct pm_buf *b, int loop, int k, char open) {
    if (open == '\'') return false; // a shell does not look in there
    const char *name = pm_words_placeholder[loop], *quote = open ? "" : "\"";
    if (is_pair(loop))
        pm_buf_fmt(b, k == PM_ADV_NAMESPACE ? "%s${%s%%%%:*}%s" : "%s${%s#*:}%s", quote, name,
                   quote);
    else pm_buf_fmt(b, "%s$%s%s", quote, name, quote);
    return true;
}

// PM_NONE where a name is missing or may not go where the template wants it. loop: the
// key that a variable stands for, -1 none.
static struct pm_str filled(struct pm_arena *a, struct pm_str text, const struct pm_advice_names *n,
                            int loop) {
    struct pm_buf b = {0};
    char open = 0; // the template's quote that we are in
    bool good = true;
    for (size_t i = 0, len = 1; i < text.n && good; i += len) {
        int k = key_at(text, i, &len);
        if (k >= 0) {
            if (k == PM_ADV_OWN_SECRETS && n->all[k].n) { // words of a loop's list
                for (size_t w = 0; w < n->all[k].n && good; w++) {
                    if (w) pm_buf_addc(&b, ' ');
                    good = may_put(n, k, n->all[k].items[w], open, &b);
                }
            } else if (k == loop || (is_pair(loop) && k == PM_ADV_NAMESPACE))
                good = put_variable(&b, loop, k, open);
            else good = may_put(n, k, n->value[k], open, &b);
            continue;
        }
        char c = text.p[i];
        len = c == '\\' && open != '\'' && i + 1 < text.n ? 2 : 1;
        if ((c == '\'' || c == '"') && (!open || open == c)) open = open ? 0 : c;
        pm_buf_add(&b, pm_str_sub(text, i, len));
    }
    struct pm_str out = good ? pm_arena_dup(a, pm_buf_str(&b)) : PM_NONE;
    pm_buf_free(&b);
    return out;
}

#define LOOP_MAX 200 // nobody pastes a line of eleven thousand names

static struct pm_str command_with(struct pm_arena *a, struct pm_str text,
                                  const struct pm_advice_names *n) {
    int loop = looped_key(text, n);
    struct pm_str body = loop >= 0 ? filled(a, text, n, loop) : PM_NONE;
    if (!body.n) return filled(a, text, n, -1);
    struct pm_buf b = {0};
    bool good = true;
    pm_buf_fmt(&b, "for %s in", pm_words_placeholder[loop]);
    const struct pm_strs *items = is_pair(loop) ? &n->pairs : &n->all[loop];
    size_t put = 0, more = 0;
    for (size_t i = 0; i < items->n && good; i++) {
        if (loop == PM_ADV_DEPLOYMENT && !pm_str_has(items->items[i], PM_STR(":deployment/")))
            continue;
        if (put == LOOP_MAX && ++more) continue;
        pm_buf_addc(&b, ' ');
        good = may_put(n, loop, items->items[i], 0, &b);
        put++;
    }
    pm_buf_fmt(&b, "; do %.*s; done", PM_FMT(body));
    if (more) pm_buf_fmt(&b, " # and %zu more", more);
    struct pm_str out = good ? pm_arena_dup(a, pm_buf_str(&b)) : PM_NONE;
    pm_buf_free(&b);
    return out;
}

// What asks the cluster, a cloud or a registry can be run from anywhere; all else looks
// at the machine that it is run on.
static bool for_a_node(struct pm_str command) {
    static const char *const ANYWHERE[] = {"kubectl", "aws",    "az",    "gcloud",
                                           "skopeo",  "cosign", "buildx"};
    bool begins = true;
    if (pm_str_has(command, PM_STR("containers-storage:"))) return true;
    for (size_t i = 0; i < command.n; i++) {
        for (size_t t = 0; begins && t < PM_LEN(ANYWHERE); t++) {
            struct pm_str rest = pm_str_from(command, i), tool = pm_str_c(ANYWHERE[t]);
            if (pm_str_starts(rest, tool) && rest.n > tool.n && rest.p[tool.n] == ' ') return false;
        }
        begins = command.p[i] == ' ' || command.p[i] == '(' || command.p[i] == ';';
    }
    return true;
}

// rows ----------------------------------------------------------------------------------
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
        struct pm_str says = text_with(a, text, n),
                      run = command.n ? command_with(a, command, n) : PM_NONE;
        if (run.n && n->value[PM_ADV_NODE].n && !pm_str_eqc(pm_member_text(o, "at"), "elsewhere") &&
            for_a_node(command))
            says = pm_arena_fmt(a, "%.*s%.*s", PM_FMT(says),
                                PM_FMT(text_with(a, PM_STR(" (on {node}:)"), n)));
        rows[found++] = (struct pm_advice){.phase = pm_arena_dup(a, pm_member_text(o, "phase")),
                                           .within = pm_arena_dup(a, pm_member_text(o, "within")),
                                           .text = says,
                                           .command = run};
    }
    return found;
}

// check ---------------------------------------------------------------------------------
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
