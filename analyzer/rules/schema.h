// What may stand in a data file of rules/: which lists, which keys a row has, of what
// type, and from which closed lists of words. Internal to the judge.
//
// The tables themselves are table_keys.c; schema.c reads by them. One reader for all files, so
// that a word that is read nowhere cannot be passed over in one of them.
#pragma once
#include "rules/yaml.h"
#include "pm/arena.h"
#include "pm/rule.h"

enum schema_type {
    SCHEMA_TEXT = 0,
    SCHEMA_NAMES,       // a text, or a list of texts
    SCHEMA_NUMBER,      // zero or more
    SCHEMA_WHOLE,       // a whole number, zero or more
    SCHEMA_STATUS,      // an HTTP status
    SCHEMA_TRUE,        // true, or left out
    SCHEMA_BOOLEAN,     //
    SCHEMA_SCALAR,      // a text, a number or a boolean
    SCHEMA_SETTINGS,    // a mapping of any keys to numbers and booleans
    SCHEMA_WORD,        // one of `words`
    SCHEMA_WORDS,       // a list of them
    SCHEMA_ONE_OR_MORE, // one of them, or a list
    SCHEMA_KIN,         // a cause, or a family of causes; or one of `words`
    SCHEMA_KINS,        // one of them, or a list
    SCHEMA_CAUSE,       // a cause; or one of `words`
    SCHEMA_CAUSES,      // a list of them
    SCHEMA_ONE,         // a mapping, which is a row of `rows`
    SCHEMA_TEMPLATE,    // a text with placeholders, which are `words`
    SCHEMA_BY_RUNTIME, // such a template (a plain text, where there are no `words`), or one for each of `runtimes`
    SCHEMA_SENTENCE, // a text with names in it: {registry}, {Registry} at its beginning, {nodes?is|are} by their number; `words` are the names
    SCHEMA_ROWS,     // a list of mappings, which are `rows`
    SCHEMA_COUNTS,   // a mapping of `words` to whole numbers
    SCHEMA_SHARE,    // a number from 0 to 1
};
struct schema_list;
struct schema_key {
    const char *name;
    enum schema_type type;
    bool required;
    const char *const *words;       // end with NULL
    const char *const *runtimes;    // SCHEMA_BY_RUNTIME; end with NULL
    const struct schema_list *rows; // SCHEMA_ROWS, SCHEMA_ONE
    size_t most;                    // of a list; 0: any number
    bool or_none;                   // a list may be empty
};
enum { SCHEMA_ID_KEYS = 8 };
struct schema_list {
    const char *name, *what;        // "links", "a link"
    const struct schema_key *keys;  // end with a NULL name
    const char *one_of[6];          // a row needs one of these keys
    const char *id[SCHEMA_ID_KEYS]; // these values together name a row: what --rules replaces
    const char *beside
        [SCHEMA_ID_KEYS]; // a new row goes before the first that shares these; before all where there are none
    bool several; // more rows than one may bear a name; they are replaced together
};
struct schema_file {
    const char *name; // "correlate.yaml"
    const struct schema_key *
        top; // what may stand beside the lists, `schema` and `only`; ends with a NULL name. NULL: nothing
    const char *const *samples; // keys that only checking asks for; NULL: none
    struct schema_list lists[5];
};

// Is the tree as the schema wants it? Each mistake is told with file and line. Rows and the
// tree remember the file (pm_yaml_file); a key that need not be there and has no value goes. `causes` are those that may be named; they end with a
// NULL name.
bool schema_check(const struct schema_file *f, json_t *root, const char *path,
                  const struct pm_cause *causes, struct pm_diags *diags);
// The same of a tree that is known to be as its schema wants it: nothing is told.
void schema_mark(const struct schema_file *f, json_t *root, const char *path);
// The values of these keys in a row, one string; hidden keys do not count. To be freed.
char *schema_row_name(const char *const *keys, const json_t *row);
// The rows of both: a row of `own` takes the place of those of its name in `base`. A new
// list; the rows are shared.
json_t *schema_merge(const struct schema_list *l, const json_t *base, const json_t *own);
// "did you mean …?" or, where nothing is near and the list is short, all of it. Lives in
// `a`.
struct pm_str schema_hint(struct pm_arena *a, struct pm_str word, const char *const *words);
