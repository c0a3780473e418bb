// Commands of rules/advice.yaml with names in them.
//
// A command is pasted into a root shell at 3 a.m. So a name goes in bare where it is made
// of harmless characters, in single quotes where it is not and stands on its own, and
// else the command is left out: inside the template's own quotes there is no quoting that
// is right for a shell, jq and JSON at once.
#include "judge/tell/advice_put.h"
#include "rules/tables.h"

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
} loops[] = {
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
        int k = pm_advice_key_at(text, i, &len);
        if (k < 0) len = 1;
        else if (k == key) return true;
    }
    return false;
}

static int looped_key(struct pm_str text, const struct pm_advice_names *n) {
    for (size_t l = 0; l < PM_LEN(loops); l++) {
        bool good = names_key(text, loops[l].key) && n->all[loops[l].key].n > 1;
        for (size_t i = 0; i < PM_LEN(loops[l].beside) && good; i++)
            good = loops[l].beside[i] < 0 || !names_key(text, loops[l].beside[i]);
        if (good && loops[l].key == PM_ADV_NAMESPACE && names_key(text, PM_ADV_ACCOUNT))
            good = n->one_account;
        if (good) return loops[l].key;
    }
    return -1;
}

static bool may_put(const struct pm_advice_names *n, int k, struct pm_str value, char open,
                    struct pm_buf *b) {
    int how = n->only_told[k] ? NEVER : how_to_put(value, pm_advice_key_is_host(k));
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
        int k = pm_advice_key_at(text, i, &len);
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

struct pm_str pm_advice_command(struct pm_arena *a, struct pm_str text,
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
bool pm_advice_for_a_node(struct pm_str command) {
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
