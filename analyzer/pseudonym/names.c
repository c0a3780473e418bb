// The names of a run and what they are called instead: "node0003", "ns0001". One word has
// one pseudonym wherever it stands, so that a repository and a container of one name stay
// of one name, and what was compared compares alike.
#include "pseudonym/pseudonym.h"
#include "base/embed.h"
#include <stdlib.h>

enum { NAME_MAX_BYTES = 253 };

struct pm_pseudonyms {
    struct pm_arena *a;
    struct pm_intern *words, *domains, *prose, *pairs;
    struct name *names; // by the word's number
    size_t n, cap;
    struct pm_str *real_of_pair; // by the pair's number
    size_t pairs_n, pairs_cap;
    uint32_t next[PM_NAME_KINDS];
    struct addresses *addresses;
    struct endings *endings;
};

static const char *const called[PM_NAME_KINDS] = {
    [PM_NAME_NODE] = "node",     [PM_NAME_NAMESPACE] = "ns",    [PM_NAME_WORKLOAD] = "app",
    [PM_NAME_SECRET] = "secret", [PM_NAME_REPOSITORY] = "repo", [PM_NAME_USER] = "user",
    [PM_NAME_HOST] = "host",     [PM_NAME_FOLDER] = "dir",
};

static void prose_line(struct pm_pseudonyms *p, struct pm_str text) {
    for (size_t i = 0; i < text.n;) {
        size_t from = i;
        while (i < text.n && text.p[i] >= 'a' && text.p[i] <= 'z') i++;
        if (i - from > 1) pm_intern_id(p->prose, pm_str_sub(text, from, i - from));
        if (i == from) i++;
    }
}
static size_t indent_of(struct pm_str line) {
    size_t n = 0;
    while (n < line.n && line.p[n] == ' ') n++;
    return n;
}
// Samples are logs, in which clusters and people have names: their words are nobody's prose.
static bool begins_samples(struct pm_str line) {
    return pm_str_starts(line, PM_STR("match:")) || pm_str_starts(line, PM_STR("leave:"));
}
static void prose_file(struct pm_pseudonyms *p, struct pm_str text) {
    size_t samples = SIZE_MAX; // how far in the key of these stands
    while (text.n) {
        ptrdiff_t end = pm_str_chr(text, '\n', 0);
        struct pm_str line = end < 0 ? text : pm_str_sub(text, 0, (size_t)end);
        text = end < 0 ? PM_NONE : pm_str_from(text, (size_t)end + 1);
        size_t indent = indent_of(line);
        if (indent == line.n || indent > samples) continue;
        struct pm_str said = pm_str_from(line, indent);
        samples = begins_samples(said) ? indent : SIZE_MAX;
        if (samples == SIZE_MAX) prose_line(p, line);
    }
}
// What rules look for is prose: a namespace called "image" must not take that word out of
// every message.
static void prose_read(struct pm_pseudonyms *p) {
    for (const struct pm_embedded *e = pm_embedded; e->path; e++)
        if (pm_str_starts(pm_str_c(e->path), PM_STR("rules/")))
            prose_file(p, (struct pm_str){e->bytes, e->n});
}

struct pm_pseudonyms *pm_pseudonyms_new(void) {
    struct pm_pseudonyms *p = pm_xmalloc(sizeof *p);
    memset(p, 0, sizeof *p);
    p->a = pm_arena_new();
    p->words = pm_intern_new();
    p->domains = pm_intern_new();
    p->prose = pm_intern_new();
    p->pairs = pm_intern_new();
    p->addresses = addresses_new();
    p->endings = endings_new();
    prose_read(p);
    return p;
}
void pm_pseudonyms_free(struct pm_pseudonyms *p) {
    if (!p) return;
    pm_intern_free(p->words);
    pm_intern_free(p->domains);
    pm_intern_free(p->prose);
    pm_intern_free(p->pairs);
    addresses_free(p->addresses);
    endings_free(p->endings);
    free(p->names);
    free(p->real_of_pair);
    pm_arena_free(p->a);
    free(p);
}

struct addresses *name_addresses(const struct pm_pseudonyms *p) {
    return p->addresses;
}
struct endings *name_endings(const struct pm_pseudonyms *p) {
    return p->endings;
}
const struct pm_intern *name_domains(const struct pm_pseudonyms *p) { return p->domains; }
uint32_t name_count(const struct pm_pseudonyms *p) { return (uint32_t)p->n; }
const struct name *name_at(const struct pm_pseudonyms *p, uint32_t id) {
    return id < p->n && p->names[id].settled ? &p->names[id] : NULL;
}
const struct name *name_find(const struct pm_pseudonyms *p, struct pm_str word) {
    uint32_t id = word.n ? pm_intern_find(p->words, word) : UINT32_MAX;
    return id == UINT32_MAX ? NULL : name_at(p, id);
}
bool name_is_prose(const struct pm_pseudonyms *p, struct pm_str word) {
    return pm_intern_find(p->prose, word) != UINT32_MAX;
}

// ---- seeing

static bool is_number(struct pm_str s) {
    for (size_t i = 0; i < s.n; i++)
        if (!digit_byte(s.p[i])) return false;
    return true;
}
static struct name *name_add(struct pm_pseudonyms *p, enum pm_name_kind kind, struct pm_str word) {
    if (!word.n || word.n > NAME_MAX_BYTES) return NULL;
    if (kind != PM_NAME_ACCOUNT && is_number(word)) return NULL; // also a tag, a port, a count
    uint32_t id = pm_intern_id(p->words, word);
    while (p->n <= id) PM_PUSH(p->names, p->n, p->cap)->kind = PM_NAME_KINDS;
    struct name *n = &p->names[id];
    n->real = pm_intern_str(p->words, id);
    if (kind < n->kind && !n->settled) n->kind = kind;
    return n;
}
static void label_add(struct pm_pseudonyms *p, struct pm_str label, enum pm_name_kind kind,
                      bool of_cloud) {
    if (label_is_common(label, of_cloud)) return;
    if (is_number(label)) kind = PM_NAME_ACCOUNT;
    if (kind != PM_NAME_ACCOUNT || label.n >= 6) name_add(p, kind, label);
}
static void host_add(struct pm_pseudonyms *p, struct pm_str host, enum pm_name_kind first) {
    struct pm_str labels[LABELS_MAX];
    size_t n = host_labels(host, labels, LABELS_MAX), is_private = n ? host_private(labels, n) : 0,
           own;
    bool tenants = n && public_domain(labels, n, &own) == DOMAIN_TENANTS;
    for (size_t i = 0; i < is_private; i++)
        label_add(p, labels[i], i == 0 ? first : PM_NAME_HOST, tenants);
    if (n > 1 && is_private == n - 1 && !tenants)
        host_seen(p->domains,
                  (struct pm_str){labels[n - 2].p, labels[n - 2].n + 1 + labels[n - 1].n});
}

// Every word of a field that names something: a user may be a mail address, a node a full
// name, a client an address with a port.
static void field_add(struct pm_pseudonyms *p, enum pm_name_kind kind, struct pm_str text) {
    struct token t;
    for (size_t at = 0; token_next(text, &at, &t);) {
        struct pm_str word = pm_str_sub(text, t.from, t.to - t.from);
        if (t.kind == TOKEN_ADDRESS) addresses_add(p->addresses, &t.address);
        else if ((kind == PM_NAME_NODE || kind == PM_NAME_HOST) &&
                 (host_is_one(p->domains, word, true) || kind == PM_NAME_HOST))
            host_add(p, word, kind);
        else if (kind == PM_NAME_USER && host_is_one(p->domains, word, false))
            host_add(p, word, PM_NAME_HOST);
        else name_add(p, public_word(word) ? PM_NAME_PUBLIC : kind, word);
    }
}
static void port_drop(struct pm_str *host) {
    ptrdiff_t colon = pm_str_rchr(*host, ':');
    bool port = colon > 0 && is_number(pm_str_from(*host, (size_t)colon + 1));
    if (port && pm_str_chr(*host, ':', 0) == colon) host->n = (size_t)colon;
}
void pm_pseudonyms_host(struct pm_pseudonyms *p, struct pm_str host) {
    port_drop(&host);
    field_add(p, PM_NAME_HOST, host);
}
void pm_pseudonyms_name(struct pm_pseudonyms *p, enum pm_name_kind kind, struct pm_str name) {
    if (kind == PM_NAME_POD && !public_word(name)) name_add(p, PM_NAME_POD, name);
    else field_add(p, kind, name);
}
void pm_pseudonyms_repository(struct pm_pseudonyms *p, struct pm_str registry,
                              struct pm_str repository) {
    bool is_public = public_repository(registry, repository);
    for (struct pm_str rest = repository; rest.n;) {
        ptrdiff_t slash = pm_str_chr(rest, '/', 0);
        struct pm_str part = slash < 0 ? rest : pm_str_sub(rest, 0, (size_t)slash);
        rest = slash < 0 ? PM_NONE : pm_str_from(rest, (size_t)slash + 1);
        if (is_public) name_add(p, PM_NAME_PUBLIC, part);
        else field_add(p, PM_NAME_REPOSITORY, part);
    }
}
static bool is_machine(struct pm_str word) { // ip-10-0-3-17
    size_t dashes = 0;
    for (size_t i = 3; i < word.n; i++) {
        if (!digit_byte(word.p[i]) && word.p[i] != '-') return false;
        dashes += word.p[i] == '-';
    }
    return dashes == 3 && pm_str_starts(word, PM_STR("ip-"));
}
// bob@acme.corp: who has an address of mail is a user.
static void mail_add(struct pm_pseudonyms *p, struct pm_str text, const struct token *t) {
    struct token host;
    size_t at = t->to + 1;
    struct pm_str word = pm_str_sub(text, t->from, t->to - t->from);
    if (t->to >= text.n || text.p[t->to] != '@' || public_word(word) || name_is_prose(p, word) ||
        !token_next(text, &at, &host) || host.from != t->to + 1)
        return;
    struct pm_str domain = pm_str_sub(text, host.from, host.to - host.from);
    if (pm_str_chr(domain, '.', 0) > 0 && host_is_one(p->domains, domain, false))
        name_add(p, PM_NAME_USER, word);
}
void pm_pseudonyms_text(struct pm_pseudonyms *p, struct pm_str text) {
    struct token t;
    for (size_t at = 0; token_next(text, &at, &t);) {
        struct pm_str word = pm_str_sub(text, t.from, t.to - t.from);
        if (t.kind == TOKEN_WORD) mail_add(p, text, &t);
        if (t.kind == TOKEN_ADDRESS) addresses_add(p->addresses, &t.address);
        else if (is_machine(word)) name_add(p, PM_NAME_HOST, word);
        else if (pm_str_chr(word, '.', 0) > 0 && host_is_one(p->domains, word, false))
            host_add(p, word, PM_NAME_HOST);
    }
}

// A folder is called as anybody's bundles call theirs, or it goes.
static void folder_words_add(struct pm_pseudonyms *p, struct pm_str word) {
    for (size_t i = 0; i < word.n;) {
        size_t from = i;
        while (i < word.n && ((word.p[i] | 32) >= 'a' && (word.p[i] | 32) <= 'z')) i++;
        struct pm_str part = pm_str_sub(word, from, i - from);
        if (part.n > 2 && !public_path_word(part) && !name_is_prose(p, part) && !public_word(part))
            name_add(p, PM_NAME_FOLDER, part);
        while (i < word.n && ((word.p[i] | 32) < 'a' || (word.p[i] | 32) > 'z')) i++;
    }
}
void pm_pseudonyms_path(struct pm_pseudonyms *p, struct pm_str path) {
    struct token t;
    pm_pseudonyms_text(p, path);
    for (size_t at = 0; token_next(path, &at, &t);)
        if (t.kind == TOKEN_WORD) folder_words_add(p, pm_str_sub(path, t.from, t.to - t.from));
}

// ---- settling

static int by_kind_and_text(const void *x, const void *y) {
    const struct name *a = *(struct name *const *)x, *b = *(struct name *const *)y;
    if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
    return pm_str_cmp(a->real, b->real);
}
static struct name **fresh_names(struct pm_pseudonyms *p, size_t *n) {
    struct name **fresh = pm_xmalloc((p->n + 1) * sizeof *fresh);
    *n = 0;
    for (size_t i = 1; i < p->n; i++)
        if (!p->names[i].settled && p->names[i].real.n && p->names[i].kind < PM_NAME_KINDS)
            fresh[(*n)++] = &p->names[i];
    qsort(fresh, *n, sizeof(struct name *), by_kind_and_text);
    return fresh;
}

// "etcd-worker-3" is the etcd of worker-3, where that is a node.
static struct pm_str node_tail(const struct pm_pseudonyms *p, struct pm_str pod) {
    for (ptrdiff_t dash = pm_str_chr(pod, '-', 1); dash > 0;
         dash = pm_str_chr(pod, '-', (size_t)dash + 1)) {
        struct pm_str tail = pm_str_from(pod, (size_t)dash + 1);
        uint32_t id = tail.n ? pm_intern_find(p->words, tail) : UINT32_MAX;
        if (id < p->n && p->names[id].kind == PM_NAME_NODE) return tail;
    }
    return PM_NONE;
}
static struct pod pod_of(const struct pm_pseudonyms *p, struct pm_str name) {
    struct pm_str node = node_tail(p, name);
    if (!node.n) return pod_split(name);
    return (struct pod){pm_str_sub(name, 0, name.n - node.n - 1),
                        pm_str_from(name, name.n - node.n - 1)};
}
static void workloads_add(struct pm_pseudonyms *p) {
    for (size_t i = 1; i < p->n; i++) {
        if (p->names[i].settled || p->names[i].kind != PM_NAME_POD) continue;
        struct pod pod = pod_of(p, p->names[i].real);
        if (!pod.tail.n) p->names[i].kind = PM_NAME_WORKLOAD;
        else
            name_add(p, public_word(pod.workload) ? PM_NAME_PUBLIC : PM_NAME_WORKLOAD,
                     pod.workload);
        endings_add(p->endings, pod.tail);
    }
}

static bool is_word_of_prose(const struct pm_pseudonyms *p, const struct name *n) {
    return n->real.n < 2 || n->kind == PM_NAME_FOLDER || name_is_prose(p, n->real) ||
           public_path_word(n->real);
}
// What readers look for in a name: a repository of layers that a builder keeps is called
// a cache.
static const char *trait_of(struct pm_str real) {
    return pm_str_ifind(real, PM_STR("cache"), 0) >= 0 ? "cache" : "";
}
static void name_settle(struct pm_pseudonyms *p, struct name *n) {
    n->settled = true;
    n->ordinary = is_word_of_prose(p, n);
    n->label = n->kind == PM_NAME_HOST && (public_word(n->real) || public_path_word(n->real));
    if (n->kind == PM_NAME_PUBLIC) {
        n->shown = n->real;
        return;
    }
    do {
        uint32_t number = ++p->next[n->kind];
        n->shown = n->kind == PM_NAME_ACCOUNT
                       ? pm_arena_fmt(p->a, "%0*u", (int)n->real.n, number)
                       : pm_arena_fmt(p->a, "%s%04u%s", called[n->kind], number, trait_of(n->real));
    } while (pm_intern_find(p->words, n->shown) != UINT32_MAX); // somebody's real name
    name_pair(p, n->shown, n->real);
}
static void pod_settle(struct pm_pseudonyms *p, struct name *n) {
    struct pod pod = pod_of(p, n->real);
    struct pm_buf shown = {0};
    const struct name *workload = name_find(p, pod.workload),
                      *node = name_find(p, pm_str_from(pod.tail, 1));
    pm_buf_add(&shown, workload ? workload->shown : pod.workload);
    for (struct pm_str rest = pod.tail; rest.n && !node;) {
        ptrdiff_t next = pm_str_chr(rest, '-', 1);
        struct pm_str part = pm_str_sub(rest, 1, next < 0 ? rest.n : (size_t)next - 1);
        pm_buf_addc(&shown, '-');
        if (!ending_shown(p->endings, part, &shown)) pm_buf_add(&shown, part);
        rest = next < 0 ? PM_NONE : pm_str_from(rest, (size_t)next);
    }
    if (node) pm_buf_fmt(&shown, "-%.*s", PM_FMT(node->shown));
    n->shown = pm_arena_dup(p->a, pm_buf_str(&shown));
    n->settled = true;
    name_pair(p, n->shown, n->real);
    pm_buf_free(&shown);
}

void pm_pseudonyms_settle(struct pm_pseudonyms *p) {
    size_t n;
    workloads_add(p);
    addresses_settle(p->addresses);
    endings_settle(p->endings);
    struct name **fresh = fresh_names(p, &n);
    for (size_t i = 0; i < n; i++)
        if (fresh[i]->kind != PM_NAME_POD) name_settle(p, fresh[i]);
    for (size_t i = 0; i < n; i++)
        if (fresh[i]->kind == PM_NAME_POD) pod_settle(p, fresh[i]);
    free(fresh);
}

// ---- the key

void name_pair(struct pm_pseudonyms *p, struct pm_str shown, struct pm_str real) {
    uint32_t id = pm_intern_id(p->pairs, shown);
    while (p->pairs_n <= id) (void)PM_PUSH(p->real_of_pair, p->pairs_n, p->pairs_cap);
    if (!p->real_of_pair[id].n) p->real_of_pair[id] = pm_arena_dup(p->a, real);
}
bool pm_pseudonyms_key(const struct pm_pseudonyms *p, FILE *f) {
    for (size_t i = 1; i < p->pairs_n; i++) {
        struct pm_str shown = pm_intern_str(p->pairs, (uint32_t)i), real = p->real_of_pair[i];
        fprintf(f, "%.*s\t%.*s\n", PM_FMT(shown), PM_FMT(real));
    }
    return !ferror(f);
}
