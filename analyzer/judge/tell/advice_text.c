// Texts of rules/advice.yaml with names in them. What the keys mean stands at the head of
// that file.
#include "judge/tell/advice_put.h"
#include "rules/tables.h"

// Their words are pm_words_placeholder, in the order of enum pm_advice_key.
static const struct key {
    const char *otherwise; // what a text says where there is no value
    bool host;             // part of URLs and of paths
} keys[PM_ADV_KEY_COUNT] = {
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

bool pm_advice_key_is_host(int key) { return keys[key].host; }

// "{key}" or "{key:is|are}" at byte i; -1 where there is none. len is all of it.
int pm_advice_key_at(struct pm_str text, size_t i, size_t *len) {
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
        pm_buf_add(b, n->value[k].n ? n->value[k] : pm_str_c(keys[k].otherwise));
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

struct pm_str pm_advice_text(struct pm_arena *a, struct pm_str text,
                             const struct pm_advice_names *n) {
    struct pm_buf b = {0};
    size_t first = 0;
    for (size_t i = 0, len = 1; i < text.n; i += len) {
        int k = pm_advice_key_at(text, i, &len);
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
    int k = text.n ? pm_advice_key_at(text, 0, &first) : -1;
    if (k >= 0 && !n->value[k].n && out.n && out.p[0] >= 'a' && out.p[0] <= 'z')
        ((char *)(uintptr_t)out.p)[0] = (char)(out.p[0] - 32); // begins a sentence
    pm_buf_free(&b);
    return out;
}
