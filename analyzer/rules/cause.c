// The causes in force: rules/taxonomy.yaml as values. Everything that needs a list of
// causes reads pm_causes.
//
// Names and families are asked for in every room, long before and long after a set of
// rules is at hand (a policy names causes, a timeline holds them), so the table is the
// process's own. It begins as the built-in one. Rules of one's own that add a cause put
// theirs in force when they are loaded.
#include "base/json_get.h"
#include "rules/taxonomy.h"
#include "rules/table_files.h"

#include <pthread.h>
#include <stdlib.h>

const char *const pm_confidence_names[] = {"low", "medium", "high"};

struct pm_taxonomy {
    struct pm_arena *a;
    json_t *tree;            // of the file: its strings are used as they stand there
    struct pm_cause *causes; // ends with a NULL name
    struct pm_taxon *taxa;
    size_t n;
    int shown[PM_SHOWN_COUNT];
};
static const struct pm_cause nothing_yet[] = {{.name = NULL}};
const struct pm_cause *pm_causes = nothing_yet;
static struct pm_taxonomy *built_in;
static const struct pm_taxonomy *in_force;

static void cause_tell(struct pm_diags *diags, const json_t *row, const char *what,
                       const char *name) {
    pm_diags_add(diags, pm_str_c(pm_yaml_file(row, "taxonomy.yaml")), (uint64_t)pm_yaml_line(row),
                 "rules", "%s \"%s\"", what, name);
}

static int find_in(const struct pm_cause *causes, struct pm_str name) {
    for (int i = 0; causes[i].name; i++)
        if (pm_str_eqc(name, causes[i].name)) return i;
    return -1;
}

static const json_t *family_row(const json_t *tree, const char *family) {
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(tree, "families"), i,
                       row) if (strcmp(pm_member_word(row, "family"), family) == 0) return row;
    return NULL;
}

// "acme.held" is of "acme"; a name without a dot is a family of its own, where there is one.
static const char *family_of(struct pm_arena *a, const json_t *tree, const char *cause) {
    struct pm_str name = pm_str_c(cause);
    ptrdiff_t dot = pm_str_chr(name, '.', 0);
    if (dot < 0 && family_row(tree, cause)) return cause;
    return dot > 0 && (size_t)dot + 1 < name.n ? pm_arena_cstr(a, pm_str_sub(name, 0, (size_t)dot))
                                               : NULL;
}

static bool names_read(struct pm_taxonomy *t, const json_t *tree, struct pm_diags *diags) {
    const json_t *rows = json_object_get(tree, "causes");
    bool good = true;
    size_t i;
    json_t *row;
    json_array_foreach((json_t *)(uintptr_t)rows, i, row) {
        const char *name = pm_member_word(row, "cause"), *family = family_of(t->a, tree, name);
        if (!family) cause_tell(diags, row, "a cause is named family.word, not", name);
        good = good && family;
        t->causes[t->n++] = (struct pm_cause){
            .name = name, .family = family, .title = pm_member_word(row, "words")};
    }
    for (size_t k = 0; built_in && k < built_in->n; k++)
        if (find_in(t->causes, pm_str_c(built_in->causes[k].name)) < 0) {
            cause_tell(
                diags, json_array_get(rows, 0),
                "`only: true` puts aside a cause that other rules name:", built_in->causes[k].name);
            good = false;
        }
    return good;
}

static struct pm_phrase phrase_read(const json_t *row) {
    return (struct pm_phrase){.title = pm_member_word(row, "title"),
                              .verdict = pm_member_word(row, "verdict")};
}

static void variants_read(struct pm_arena *a, struct pm_taxon *taxon, const json_t *rows) {
    size_t i;
    json_t *row;
    taxon->variants = PM_NEWN(a, struct pm_variant, json_array_size(rows) + 1);
    json_array_foreach((json_t *)(uintptr_t)rows, i, row) taxon->variants[taxon->variants_n++] =
        (struct pm_variant){.name = pm_member_word(row, "variant"), .phrase = phrase_read(row)};
}

// Which of the words? The reader knows no other.
static unsigned word_read(const json_t *word, const char *const *words) {
    unsigned i = 0;
    while (words[i + 1] && strcmp(json_string_value(word), words[i]) != 0) i++;
    return i;
}

static uint64_t traits_read(const json_t *row) {
    const json_t *list = json_object_get(row, "traits");
    uint64_t traits = 0;
    for (size_t i = 0; i < json_array_size(list); i++)
        traits |= UINT64_C(1) << word_read(json_array_get(list, i), pm_words_trait);
    return traits;
}

// What cannot both be true of one cause.
static const enum pm_trait traits_apart[][2] = {
    {PM_TRAIT_BY_USER, PM_TRAIT_BY_ADDRESS},
    {PM_TRAIT_QUOTA, PM_TRAIT_OWN_LIMIT},
    {PM_TRAIT_QUOTA, PM_TRAIT_THROTTLE},
};
static bool traits_agree(uint64_t traits, const json_t *row, struct pm_diags *diags) {
    for (size_t i = 0; i < PM_LEN(traits_apart); i++) {
        enum pm_trait one = traits_apart[i][0], other = traits_apart[i][1];
        if (!(traits >> one & traits >> other & 1)) continue;
        pm_diags_add(diags, pm_str_c(pm_yaml_file(row, "taxonomy.yaml")),
                     (uint64_t)pm_yaml_key_line(row, "traits"), "rules",
                     "\"%s\" and \"%s\" cannot both be traits of \"%s\"", pm_words_trait[one],
                     pm_words_trait[other], pm_member_word(row, "cause"));
        return false;
    }
    return true;
}

static bool rival_read(struct pm_taxonomy *t, struct pm_rival *rival, const json_t *row,
                       struct pm_diags *diags) {
    const json_t *by = json_object_get(row, "beaten_by");
    size_t i;
    json_t *word;
    *rival = (struct pm_rival){.cause = find_in(t->causes, pm_str_c(pm_member_word(row, "cause"))),
                               .by = PM_NEWN(t->a, enum pm_seen, json_array_size(by) + 1)};
    json_array_foreach((json_t *)(uintptr_t)by, i, word) rival->by[rival->by_n++] =
        (enum pm_seen)word_read(word, pm_words_seen);
    if (rival->cause < 0)
        cause_tell(diags, row, "a rival that is no cause:", pm_member_word(row, "cause"));
    return rival->cause >= 0;
}

static bool rivals_read(struct pm_taxonomy *t, struct pm_taxon *taxon, const json_t *own,
                        const json_t *of_family, struct pm_diags *diags) {
    bool good = true;
    size_t i;
    json_t *row;
    taxon->rivals =
        PM_NEWN(t->a, struct pm_rival, json_array_size(own) + json_array_size(of_family) + 1);
    json_array_foreach((json_t *)(uintptr_t)own, i, row) good &=
        rival_read(t, &taxon->rivals[taxon->rivals_n++], row, diags);
    json_array_foreach((json_t *)(uintptr_t)of_family, i, row) good &=
        rival_read(t, &taxon->rivals[taxon->rivals_n++], row, diags);
    return good;
}

// The first cause that names it stands for it.
static bool shown_read(struct pm_taxonomy *t, const json_t *rows, struct pm_diags *diags) {
    bool good = true;
    for (int by = 0; by < PM_SHOWN_COUNT; by++) t->shown[by] = -1;
    for (size_t i = json_array_size(rows); i-- > 0;) {
        const json_t *list = json_object_get(json_array_get(rows, i), "shown_by");
        for (size_t k = 0; k < json_array_size(list); k++)
            t->shown[word_read(json_array_get(list, k), pm_words_shown)] = (int)i;
    }
    for (int by = 0; by < PM_SHOWN_COUNT; by++) {
        if (t->shown[by] >= 0) continue;
        cause_tell(diags, json_array_get(rows, 0), "no cause is shown by", pm_words_shown[by]);
        good = false;
    }
    return good;
}

struct pm_taxonomy *pm_taxonomy_make(json_t *tree, struct pm_diags *diags) {
    struct pm_taxonomy *t = pm_xmalloc(sizeof *t);
    const json_t *rows = json_object_get(tree, "causes");
    size_t n = json_array_size(rows);
    *t = (struct pm_taxonomy){.a = pm_arena_new(), .tree = json_incref(tree)};
    t->causes = PM_NEWN(t->a, struct pm_cause, n + 1);
    t->taxa = PM_NEWN(t->a, struct pm_taxon, n + 1);
    bool good = names_read(t, tree, diags) && shown_read(t, rows, diags);
    for (size_t i = 0; good && i < n; i++) {
        const json_t *row = json_array_get(rows, i),
                     *family = family_row(tree, t->causes[i].family);
        t->taxa[i].phrase = phrase_read(row);
        t->taxa[i].traits = traits_read(row) | traits_read(family);
        t->taxa[i].waiting = json_string_value(json_object_get(row, "waiting"));
        t->taxa[i].only_at = json_string_value(json_object_get(row, "only_at"));
        variants_read(t->a, &t->taxa[i], json_object_get(row, "variants"));
        good = traits_agree(t->taxa[i].traits, row, diags) &&
               rivals_read(t, &t->taxa[i], json_object_get(row, "rivals"),
                           json_object_get(family, "rivals"), diags);
    }
    if (good) return t;
    pm_taxonomy_free(t);
    return NULL;
}

void pm_taxonomy_use(const struct pm_taxonomy *t) {
    in_force = t;
    pm_causes = t ? t->causes : nothing_yet;
}
void pm_taxonomy_free(struct pm_taxonomy *t) {
    if (!t) return;
    if (in_force == t) pm_taxonomy_use(built_in);
    json_decref(t->tree);
    pm_arena_free(t->a);
    free(t);
}

static void read_built_in(void) {
    static const char file[] = "rules/taxonomy.yaml";
    struct pm_diags *diags = pm_diags_new();
    json_t *tree = pm_table_of_build(PM_TABLE_TAXONOMY, file, NULL, diags);
    built_in = pm_taxonomy_make(tree, diags);
    json_decref(tree);
    if (!in_force) pm_taxonomy_use(built_in);
    pm_diags_free(diags);
}
void pm_causes_read(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, read_built_in);
}

const json_t *pm_taxonomy_use_built_in(void) {
    pm_causes_read();
    pm_taxonomy_use(built_in);
    return built_in ? built_in->tree : NULL;
}

size_t pm_causes_count(void) {
    size_t n = 0;
    pm_causes_read();
    while (pm_causes[n].name) n++;
    return n;
}

int pm_cause_find(struct pm_str name) {
    pm_causes_read();
    return find_in(pm_causes, name);
}
const struct pm_taxon *pm_taxon_of(int cause) { return &in_force->taxa[cause]; }
int pm_cause_shown(enum pm_shown by) {
    pm_causes_read();
    return in_force->shown[by];
}
