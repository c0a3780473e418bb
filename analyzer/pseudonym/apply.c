// A text with its names replaced, word by word: whole words first, then the labels of a
// host, then what stands between underscores, dots and dashes.
#include "pseudonym/pseudonym.h"

enum { PARTS_MAX = 12, SHORT = 3 };

struct work {
    struct pm_pseudonyms *p;
    struct pm_buf *out;
    bool placed; // what stands around says that this is a name
    bool label;  // it is a label of a host
};
static bool word_shown(struct work *w, struct pm_str word);

static struct pm_str lowered(struct pm_str word, char *room, size_t max) {
    if (word.n > max) return PM_NONE;
    for (size_t i = 0; i < word.n; i++)
        room[i] = (char)(word.p[i] >= 'A' && word.p[i] <= 'Z' ? word.p[i] + 32 : word.p[i]);
    return (struct pm_str){room, word.n};
}
static bool is_plain_word(struct pm_str word) {
    for (size_t i = 0; i < word.n; i++)
        if (word.p[i] == '-' || word.p[i] == '.' || digit_byte(word.p[i])) return false;
    return true;
}
// Names of hosts and clusters are small letters; written otherwise they are the same ones.
// But a container called "job" is not the kind "Job".
static const struct name *name_of(const struct work *w, struct pm_str word, bool *capital) {
    char room[256];
    const struct name *n = name_find(w->p, word);
    *capital = false;
    if (n) return n;
    struct pm_str low = lowered(word, room, sizeof room);
    n = low.n && !is_plain_word(word) ? name_find(w->p, low) : NULL;
    *capital = n != NULL;
    return n;
}
static bool known_shown(struct work *w, struct pm_str word) {
    bool capital;
    const struct name *n = name_of(w, word, &capital);
    if (!n || n->kind == PM_NAME_PUBLIC) return false;
    if ((n->ordinary && !w->placed) || (n->label && !w->label)) return false;
    size_t at = w->out->n;
    pm_buf_add(w->out, n->shown);
    char first = w->out->p[at]; // a digit, where a workload is called by a number
    if (capital && first >= 'a' && first <= 'z') w->out->p[at] = (char)(first - 32);
    return true;
}

static bool host_shown(struct work *w, struct pm_str word) {
    struct pm_str labels[LABELS_MAX];
    size_t n = host_labels(word, labels, LABELS_MAX), is_private = host_private(labels, n), own;
    bool tenants = public_domain(labels, n, &own) == DOMAIN_TENANTS, any = false;
    struct work label = {w->p, w->out, true, true};
    for (size_t i = 0; i < n; i++) {
        bool goes = i < is_private && !label_is_common(labels[i], tenants) &&
                    known_shown(&label, labels[i]);
        if (!goes) pm_buf_add(w->out, labels[i]);
        if (i + 1 < n) pm_buf_addc(w->out, '.');
        any |= goes;
    }
    return any;
}

static bool is_uuid(struct pm_str s) {
    return s.n == 36 && s.p[8] == '-' && s.p[13] == '-' && s.p[18] == '-' && s.p[23] == '-';
}
// The longest runs of parts that are names: "web-6d9f8c7b5d" of the pods of "web",
// "kubelet-worker-3.log".
static bool dashes_shown(struct work *w, struct pm_str word) {
    struct pm_str part[PARTS_MAX];
    size_t n = 0;
    bool any = false;
    for (struct pm_str rest = word; rest.n && n < PARTS_MAX; n++) {
        ptrdiff_t dash = pm_str_chr(rest, '-', 0);
        part[n] = dash < 0 ? rest : pm_str_sub(rest, 0, (size_t)dash);
        rest = dash < 0 ? PM_NONE : pm_str_from(rest, (size_t)dash + 1);
        if (rest.n && n + 1 == PARTS_MAX) return false;
    }
    if (n < 2 || is_uuid(word)) return false;
    for (size_t i = 0; i < n;) {
        size_t to = n;
        bool shown = false;
        for (; to > i && !shown; to--) {
            struct pm_str run = {part[i].p, (size_t)(part[to - 1].p + part[to - 1].n - part[i].p)};
            shown = run.n >= SHORT && !(i == 0 && to == n) && known_shown(w, run);
        }
        to = shown ? to + 1 : i + 1;
        if (!shown && !(any && ending_shown(name_endings(w->p), part[i], w->out)))
            pm_buf_add(w->out, part[i]);
        any |= shown;
        i = to;
        if (i < n) pm_buf_addc(w->out, '-');
    }
    return any;
}
static bool split_shown(struct work *w, struct pm_str word, char at) {
    bool any = false, placed = w->placed;
    if (pm_str_chr(word, at, 0) < 0 || word.p[0] == '_') return false; // "_catalog", "_state"
    w->placed |= at == '_';
    for (struct pm_str rest = word; rest.n;) {
        ptrdiff_t end = pm_str_chr(rest, at, 0);
        struct pm_str part = end < 0 ? rest : pm_str_sub(rest, 0, (size_t)end);
        bool shown = part.n && word_shown(w, part);
        if (!shown) pm_buf_add(w->out, part);
        if (end >= 0) pm_buf_addc(w->out, at);
        rest = end < 0 ? PM_NONE : pm_str_from(rest, (size_t)end + 1);
        any |= shown;
    }
    w->placed = placed;
    return any;
}
// True: something stands in the output for it. False: the output is as it was.
static bool word_shown(struct work *w, struct pm_str word) {
    size_t at = w->out->n;
    if (known_shown(w, word)) return true;
    bool host = host_is_one(name_domains(w->p), word, false);
    if (host && host_shown(w, word)) return true;
    w->out->n = at;
    if (host) return false; // a vendor's: nothing in it is anybody's name
    if (split_shown(w, word, '_')) return true;
    w->out->n = at;
    if (split_shown(w, word, '.')) return true;
    w->out->n = at;
    if (dashes_shown(w, word)) return true;
    w->out->n = at;
    return false;
}

static struct pm_str shown_text(struct pm_pseudonyms *p, struct pm_arena *a, struct pm_str s,
                                bool path) {
    struct pm_buf out = {0};
    struct token t;
    size_t done = 0;
    for (size_t at = 0; token_next(s, &at, &t);) {
        struct pm_str word = pm_str_sub(s, t.from, t.to - t.from);
        size_t before = out.n;
        pm_buf_add(&out, pm_str_sub(s, done, t.from - done));
        size_t from = out.n;
        struct work w = {p, &out, path || token_is_placed(s, t.from, t.to), false};
        bool shown = t.kind == TOKEN_ADDRESS;
        if (shown) address_shown(name_addresses(p), &t.address, &out);
        else shown = !(token_is_key(s, t.to) && !path) && word_shown(&w, word);
        if (!shown) {
            out.n = before;
            continue;
        }
        struct pm_str by = pm_str_sub(pm_buf_str(&out), from, out.n - from);
        if (!pm_str_eq(by, word)) name_pair(p, by, word);
        done = t.to;
    }
    if (!done) {
        pm_buf_free(&out);
        return s;
    }
    pm_buf_add(&out, pm_str_from(s, done));
    struct pm_str shown = pm_arena_dup(a, pm_buf_str(&out));
    pm_buf_free(&out);
    return shown;
}
struct pm_str pm_pseudonyms_apply(struct pm_pseudonyms *p, struct pm_arena *a, struct pm_str s) {
    return shown_text(p, a, s, false);
}
struct pm_str pm_pseudonyms_apply_path(struct pm_pseudonyms *p, struct pm_arena *a,
                                       struct pm_str path) {
    return shown_text(p, a, path, true);
}
