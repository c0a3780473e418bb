// What may stand in the data files of rules/: file, key, type, required, closed list of
// words. One table for all; schema.c reads by it.
//
// A row has a name, by which --rules replaces it: an id where the file gives one, else
// what it is about. `only: true` in a file of --rules puts the built-in one of that name
// aside altogether.
#include "rules/table_files.h"
#include "pm/rule.h"

#include <string.h>

// words that nothing else knows ----------------------------------------------------------
static const char *const rounds[] = {"first", "last", "after", NULL};
static const char *const readings[] = {"open", "none", NULL};
static const char *const sharing[] = {"registry", "node", "repository", NULL};
static const char *const sides[] = {"node", "registry", NULL};
static const char *const repository_only[] = {"repository", NULL};
static const char *const of_its_own[] = {"own", NULL};
static const char *const others[] = {"neighbour", "likeliest", NULL};
static const char *const mirror_only[] = {"mirror", NULL};
static const char *const scopes[] = {"cluster",   "registry", "node", "image",
                                     "namespace", "client",   NULL};
static const char *const groups[] = {"registry",  "repository", "node", "image",
                                     "namespace", "linked",     NULL};
static const char *const shares[] = {"node", "registry", "image", "attempt", "any", NULL};
static const char *const counted[] = {"n", "of", NULL};
static const char *const severities[] = {"info", "warning", "critical", NULL};
static const char *const found[] = {"value", "key", "what", NULL};
static const char *const sources[] = {"containerd.config",   "containerd.hosts",
                                      "containerd.ignored",  "docker.daemon",
                                      "registries.conf",     "crio.conf",
                                      "kubelet.config",      "k3s.registries",
                                      "systemd.environment", NULL}; // include/pm/detail.h
static const char *const places[] = {"elsewhere", NULL};
static const char *const home_states[] = {"frozen", "gone", NULL};
static const char *const identities[] = {"anonymous", "user", NULL};
static const char *const kinds[] = {"sliding", "fixed", NULL};
static const char *const counts[] = {"manifest-get", "request", NULL};
static const char *const pers[] = {"address", "user", "account", "project", NULL};
static const char *const units[] = {"pulls", "requests", NULL};

static const char *const sentence_names[] = {"registry", "registries", "nodes",    "images",
                                             "pods",     "user",       "endpoint", "at",
                                             "by",       "from",       ",from",    NULL};

// keys ----------------------------------------------------------------------------------
static const struct schema_key variant_keys[] = {
    {.name = "variant", .type = SCHEMA_TEXT, .required = true},
    {.name = "title", .type = SCHEMA_SENTENCE, .required = true, .words = sentence_names},
    {.name = "verdict", .type = SCHEMA_SENTENCE, .required = true, .words = sentence_names},
    {.name = NULL},
};
static const struct schema_key rival_keys[] = {
    {.name = "cause",
     .type = SCHEMA_TEXT,
     .required = true}, // one of this very file: rules/cause.c looks for it once all are read
    {.name = "beaten_by", .type = SCHEMA_WORDS, .required = true, .words = pm_words_seen},
    {.name = NULL},
};
static const struct schema_list variant_rows = {
    .name = "variants", .what = "a variant", .keys = variant_keys, .id = {"variant"}};
static const struct schema_list rival_rows = {
    .name = "rivals", .what = "a rival", .keys = rival_keys, .id = {"cause"}};
static const struct schema_key taxon_keys[] = {
    {.name = "cause", .type = SCHEMA_TEXT, .required = true},
    {.name = "words", .type = SCHEMA_TEXT, .required = true},
    {.name = "title", .type = SCHEMA_SENTENCE, .required = true, .words = sentence_names},
    {.name = "verdict", .type = SCHEMA_SENTENCE, .required = true, .words = sentence_names},
    {.name = "traits", .type = SCHEMA_WORDS, .words = pm_words_trait},
    {.name = "shown_by", .type = SCHEMA_WORDS, .words = pm_words_shown},
    {.name = "waiting", .type = SCHEMA_TEXT},
    {.name = "only_at", .type = SCHEMA_TEXT},
    {.name = "variants", .type = SCHEMA_ROWS, .rows = &variant_rows},
    {.name = "rivals", .type = SCHEMA_ROWS, .rows = &rival_rows},
    {.name = NULL},
};
static const struct schema_key taxon_family_keys[] = {
    {.name = "family", .type = SCHEMA_TEXT, .required = true},
    {.name = "traits", .type = SCHEMA_WORDS, .words = pm_words_trait},
    {.name = "rivals", .type = SCHEMA_ROWS, .rows = &rival_rows},
    {.name = NULL},
};
static const struct schema_key family_keys[] = {
    {.name = "match", .type = SCHEMA_KIN, .required = true},
    {.name = "group", .type = SCHEMA_WORDS, .required = true, .words = groups, .or_none = true},
    {.name = "gap_s", .type = SCHEMA_NUMBER, .required = true},
    {.name = "scope", .type = SCHEMA_WORD, .required = true, .words = scopes},
    {.name = "together_s", .type = SCHEMA_NUMBER},
    {.name = NULL},
};
static const struct schema_key link_keys[] = {
    {.name = "from", .type = SCHEMA_KIN, .required = true},
    {.name = "to", .type = SCHEMA_KIN, .required = true},
    {.name = "share", .type = SCHEMA_WORD, .required = true, .words = shares},
    {.name = "what", .type = SCHEMA_TEXT, .required = true},
    {.name = "lag_s", .type = SCHEMA_NUMBER, .required = true},
    {.name = "back_s", .type = SCHEMA_NUMBER},
    {.name = "lasts_s", .type = SCHEMA_NUMBER},
    {.name = "observed", .type = SCHEMA_WORD, .words = pm_words_observed},
    {.name = "counted", .type = SCHEMA_TEMPLATE, .words = counted},
    {.name = NULL},
};
static const struct schema_key setting_keys[] = {
    {.name = "id", .type = SCHEMA_TEXT, .required = true},
    {.name = "severity", .type = SCHEMA_WORD, .words = severities}, // info
    {.name = "source", .type = SCHEMA_WORD, .required = true, .words = sources},
    {.name = "key", .type = SCHEMA_TEXT, .required = true},
    {.name = "equals", .type = SCHEMA_SCALAR},
    {.name = "below", .type = SCHEMA_NUMBER},
    {.name = "above", .type = SCHEMA_NUMBER},
    {.name = "begins", .type = SCHEMA_NAMES},
    {.name = "present", .type = SCHEMA_TRUE},
    {.name = "where", .type = SCHEMA_SETTINGS},
    {.name = "not_loopback", .type = SCHEMA_BOOLEAN},
    {.name = "text", .type = SCHEMA_TEMPLATE, .required = true, .words = found},
    {.name = "advice", .type = SCHEMA_TEXT, .required = true},
    {.name = NULL},
};
static const struct schema_key check_keys[] = {
    {.name = "check", .type = SCHEMA_WORD, .required = true, .words = pm_words_check},
    {.name = "id", .type = SCHEMA_TEXT},
    {.name = "severity", .type = SCHEMA_WORD, .words = severities}, // info
    {.name = "only_way", .type = SCHEMA_TRUE},
    {.name = "text", .type = SCHEMA_TEMPLATE, .required = true, .words = found},
    {.name = "advice", .type = SCHEMA_TEXT, .required = true},
    {.name = NULL},
};
static const char *const outcomes[] = {"ok", "failed", "cached", NULL};
static const char *const countables[] = {"registry", "image", "node", "namespace", NULL};
static const struct schema_key pull_keys[] = {
    {.name = "id", .type = SCHEMA_TEXT, .required = true},
    {.name = "severity", .type = SCHEMA_WORD, .words = severities}, // info
    {.name = "by", .type = SCHEMA_WORD, .required = true, .words = countables},
    {.name = "outcome", .type = SCHEMA_WORD, .words = outcomes},
    {.name = "cause", .type = SCHEMA_KIN},
    {.name = "longer_s", .type = SCHEMA_NUMBER},
    {.name = "waited_s", .type = SCHEMA_NUMBER},
    {.name = "larger_mb", .type = SCHEMA_NUMBER},
    {.name = "at_least", .type = SCHEMA_WHOLE}, // 1
    {.name = "text", .type = SCHEMA_TEMPLATE, .required = true, .words = found},
    {.name = "advice", .type = SCHEMA_TEXT, .required = true},
    {.name = NULL},
};
static const struct schema_key advice_keys[] = {
    {.name = "cause", .type = SCHEMA_KIN, .required = true},
    {.name = "phase", .type = SCHEMA_WORD, .required = true, .words = pm_words_phase},
    {.name = "within", .type = SCHEMA_WORD, .required = true, .words = pm_words_step},
    {.name = "text",
     .type = SCHEMA_BY_RUNTIME,
     .required = true,
     .words = pm_words_placeholder,
     .runtimes = pm_words_runtime},
    {.name = "command",
     .type = SCHEMA_BY_RUNTIME,
     .words = pm_words_placeholder,
     .runtimes = pm_words_runtime},
    {.name = "run", .type = SCHEMA_BY_RUNTIME, .runtimes = pm_words_runtime},
    {.name = "registry", .type = SCHEMA_NAMES},
    {.name = "variant", .type = SCHEMA_NAMES},
    {.name = "at", .type = SCHEMA_WORD, .words = places},
    {.name = "needs", .type = SCHEMA_ONE_OR_MORE, .words = pm_words_placeholder},
    {.name = "unless", .type = SCHEMA_ONE_OR_MORE, .words = pm_words_placeholder},
    {.name = NULL},
};
static const struct schema_key command_keys[] = {
    {.name = "id", .type = SCHEMA_TEXT, .required = true},
    {.name = "command",
     .type = SCHEMA_BY_RUNTIME,
     .words = pm_words_placeholder,
     .runtimes = pm_words_runtime},
    {.name = "run", .type = SCHEMA_BY_RUNTIME, .runtimes = pm_words_runtime},
    {.name = NULL},
};
static const struct schema_key quota_keys[] = {
    {.name = "id", .type = SCHEMA_TEXT, .required = true},
    {.name = "registry", .type = SCHEMA_TEXT, .required = true},
    {.name = "identity", .type = SCHEMA_WORD, .required = true, .words = identities},
    {.name = "plan", .type = SCHEMA_TEXT},
    {.name = "user", .type = SCHEMA_TEXT},
    {.name = "users", .type = SCHEMA_NAMES},
    {.name = "from", .type = SCHEMA_TEXT},
    {.name = "until", .type = SCHEMA_TEXT},
    {.name = "limit", .type = SCHEMA_WHOLE},
    {.name = "window_s", .type = SCHEMA_NUMBER, .required = true},
    {.name = "kind", .type = SCHEMA_WORD, .words = kinds},
    {.name = "counts", .type = SCHEMA_WORD, .words = counts},
    {.name = "per", .type = SCHEMA_WORD, .words = pers},
    {.name = "unit", .type = SCHEMA_WORD, .words = units},
    {.name = "source", .type = SCHEMA_TEXT},
    {.name = NULL},
};

static const struct schema_key home_keys[] = {
    {.name = "old", .type = SCHEMA_TEXT, .required = true},
    {.name = "new", .type = SCHEMA_TEXT},
    {.name = "state", .type = SCHEMA_WORD, .required = true, .words = home_states},
    {.name = "since", .type = SCHEMA_TEXT, .required = true},
    {.name = NULL},
};

static const struct schema_key list_keys[] = {
    {.name = "list", .type = SCHEMA_TEXT, .required = true},
    {.name = "what", .type = SCHEMA_TEXT, .required = true},
    {.name = "texts", .type = SCHEMA_NAMES},
    {.name = "begins", .type = SCHEMA_NAMES},
    {.name = "ends", .type = SCHEMA_NAMES},
    {.name = "whole", .type = SCHEMA_NAMES},
    {.name = NULL},
};
static const struct schema_key answer_keys[] = {
    {.name = "says", .type = SCHEMA_TEXT, .required = true},
    {.name = "status", .type = SCHEMA_STATUS, .required = true},
    {.name = NULL},
};
static const struct schema_key weight_keys[] = {
    {.name = "weight", .type = SCHEMA_WORD, .required = true, .words = pm_words_weight},
    {.name = "value", .type = SCHEMA_NUMBER, .required = true},
    {.name = "what", .type = SCHEMA_TEXT},
    {.name = NULL},
};
static const struct schema_key near_keys[] = {
    {.name = "share", .type = SCHEMA_ONE_OR_MORE, .required = true, .words = sharing},
    {.name = "cause", .type = SCHEMA_KINS, .required = true, .words = of_its_own},
    {.name = "only", .type = SCHEMA_KINS},
    {.name = "other_than", .type = SCHEMA_KINS},
    {.name = NULL},
};
static const struct schema_key beside_keys[] = {
    {.name = "by", .type = SCHEMA_WORD, .required = true, .words = sides},
    {.name = "before_s", .type = SCHEMA_NUMBER, .required = true},
    {.name = "after_s", .type = SCHEMA_NUMBER, .required = true},
    {.name = "cause", .type = SCHEMA_KINS},
    {.name = "kind", .type = SCHEMA_ONE_OR_MORE, .words = pm_kind_names},
    {.name = "fits", .type = SCHEMA_TRUE},
    {.name = "same", .type = SCHEMA_WORD, .words = repository_only},
    {.name = "any_line", .type = SCHEMA_TRUE},
    {.name = NULL},
};
static const struct schema_key amid_keys[] = {
    {.name = "share", .type = SCHEMA_WORD, .required = true, .words = sharing},
    {.name = "within_s", .type = SCHEMA_NUMBER, .required = true},
    {.name = "cause", .type = SCHEMA_KINS, .required = true},
    {.name = NULL},
};
static const struct schema_list near_row = {.what = "a neighbour", .keys = near_keys};
static const struct schema_list beside_row = {
    .what = "a line beside", .keys = beside_keys, .one_of = {"cause", "kind"}};
static const struct schema_list amid_row = {.what = "a pull amid", .keys = amid_keys};
static const struct schema_key sample_keys[] = {
    {.name = "at", .type = SCHEMA_NUMBER, .required = true},
    {.name = "from", .type = SCHEMA_WORD, .required = true, .words = pm_component_names},
    {.name = "kind", .type = SCHEMA_WORD, .words = pm_kind_names},
    {.name = "start", .type = SCHEMA_TEXT},
    {.name = "ok", .type = SCHEMA_TEXT},
    {.name = "fail", .type = SCHEMA_TEXT},
    {.name = "image", .type = SCHEMA_TEXT},
    {.name = "node", .type = SCHEMA_TEXT},
    {.name = "error", .type = SCHEMA_TEXT},
    {.name = "pod", .type = SCHEMA_TEXT},
    {.name = "message", .type = SCHEMA_TEXT},
    {.name = "reason", .type = SCHEMA_TEXT},
    {.name = "object", .type = SCHEMA_TEXT},
    {.name = "detail", .type = SCHEMA_TEXT},
    {.name = "host", .type = SCHEMA_TEXT},
    {.name = "url", .type = SCHEMA_TEXT},
    {.name = "client", .type = SCHEMA_TEXT},
    {.name = "agent", .type = SCHEMA_TEXT},
    {.name = "method", .type = SCHEMA_TEXT},
    {.name = "join", .type = SCHEMA_TEXT},
    {.name = "user", .type = SCHEMA_TEXT},
    {.name = "registry", .type = SCHEMA_TEXT},
    {.name = "namespace", .type = SCHEMA_TEXT},
    {.name = "secret", .type = SCHEMA_TEXT},
    {.name = "status", .type = SCHEMA_STATUS},
    {.name = "flags", .type = SCHEMA_WORDS, .words = pm_words_flag},
    {.name = NULL},
};
static const struct schema_list sample_rows = {.name = "match",
                                               .what = "a row of a log",
                                               .keys = sample_keys,
                                               .one_of = {"kind", "start", "ok", "fail"},
                                               .several = true};
static const char *const settle_samples[] = {"match", "leave", NULL};
static const struct schema_key settle_keys[] = {
    {.name = "id", .type = SCHEMA_TEXT, .required = true},
    {.name = "round", .type = SCHEMA_WORD, .words = rounds},
    {.name = "is", .type = SCHEMA_KINS, .words = readings},
    {.name = "is_not", .type = SCHEMA_KINS},
    {.name = "may_be", .type = SCHEMA_KINS},
    {.name = "between", .type = SCHEMA_CAUSES},
    {.name = "may_not_be", .type = SCHEMA_KINS},
    {.name = "seen", .type = SCHEMA_WORDS, .words = pm_words_settle, .most = PM_STANZA_SEEN_MAX},
    {.name = "unless", .type = SCHEMA_WORDS, .words = pm_words_settle, .most = PM_STANZA_SEEN_MAX},
    {.name = "says", .type = SCHEMA_TEXT},     // of lists.yaml: asked for once all are read
    {.name = "says_not", .type = SCHEMA_TEXT}, //
    {.name = "registry", .type = SCHEMA_NAMES, .most = PM_STANZA_GLOBS_MAX},
    {.name = "not_registry", .type = SCHEMA_NAMES, .most = PM_STANZA_GLOBS_MAX},
    {.name = "lasted_s", .type = SCHEMA_NUMBER},
    {.name = "hidden_status", .type = SCHEMA_STATUS},
    {.name = "near", .type = SCHEMA_ONE, .rows = &near_row},
    {.name = "not_near", .type = SCHEMA_ONE, .rows = &near_row},
    {.name = "beside", .type = SCHEMA_ONE, .rows = &beside_row},
    {.name = "amid", .type = SCHEMA_ONE, .rows = &amid_row},
    {.name = "as", .type = SCHEMA_CAUSE, .words = others},
    {.name = "reopen", .type = SCHEMA_CAUSES, .most = PM_CANDIDATES_MAX},
    {.name = "was", .type = SCHEMA_WORD, .words = mirror_only},
    {.name = "confidence", .type = SCHEMA_WORD, .required = true, .words = pm_words_confidence},
    {.name = "why", .type = SCHEMA_TEXT},
    {.name = "own", .type = SCHEMA_BOOLEAN},
    {.name = "match", .type = SCHEMA_ROWS, .rows = &sample_rows},
    {.name = "leave", .type = SCHEMA_ROWS, .rows = &sample_rows},
    {.name = NULL},
};

// files ---------------------------------------------------------------------------------
// Alerts are Prometheus' own form, whose keys and expressions judge/alerts reads; here
// its groups and the alerts in them are only merged.
const struct schema_list pm_table_alert_rows = {
    .name = "rules", .what = "an alert", .id = {"alert", "record"}};
const struct schema_file pm_table_files[PM_TABLE_COUNT] = {
    [PM_TABLE_TAXONOMY] =
        {.name = "taxonomy.yaml",
         .lists = {{.name = "causes", .what = "a cause", .keys = taxon_keys, .id = {"cause"}},
                   {.name = "families",
                    .what = "a family",
                    .keys = taxon_family_keys,
                    .id = {"family"}}}},
    [PM_TABLE_LISTS] =
        {.name = "lists.yaml",
         .lists = {{.name = "lists",
                    .what = "a list",
                    .keys = list_keys,
                    .one_of = {"texts", "begins", "ends", "whole"},
                    .id = {"list"}},
                   {.name = "answers", .what = "an answer", .keys = answer_keys, .id = {"says"}}}},
    [PM_TABLE_ADVICE] =
        {.name = "advice.yaml",
         .lists = {{.name = "advice",
                    .what = "a row of advice",
                    .keys = advice_keys,
                    .id = {"cause", "phase", "within", "text", "registry", "variant", "needs",
                           "unless"}, // of several steps at one time each is its own
                    .beside = {"cause", "phase", "within"},
                    .several = true},
                   {.name = "commands",
                    .what = "a command",
                    .keys = command_keys,
                    .one_of = {"command", "run"},
                    .id = {"id"}}}},
    [PM_TABLE_ALERTS] = {.name = "alerts.yaml",
                         .lists = {{.name = "groups", .what = "a group", .id = {"name"}}}},
    [PM_TABLE_CORRELATE] =
        {.name = "correlate.yaml",
         .lists = {{.name = "families", .what = "a family", .keys = family_keys, .id = {"match"}},
                   {.name = "links",
                    .what = "a link",
                    .keys = link_keys,
                    .id = {"from", "to", "share", "observed"}}}},
    [PM_TABLE_FINDINGS] =
        {.name = "findings.yaml",
         .lists = {{.name = "settings",
                    .what = "a finding over settings",
                    .keys = setting_keys,
                    .one_of = {"equals", "below", "above", "begins", "present"},
                    .id = {"id"},
                    .several = true}, // one weakness, written in several programs' files
                   {.name = "checks", .what = "a check", .keys = check_keys, .id = {"check"}},
                   {.name = "pulls",
                    .what = "a finding over pulls",
                    .keys = pull_keys,
                    .one_of = {"outcome", "cause", "longer_s", "waited_s", "larger_mb"},
                    .id = {"id"}}}},
    [PM_TABLE_HOMES] =
        {.name = "homes.yaml",
         .lists = {{.name = "homes", .what = "a home", .keys = home_keys, .id = {"old"}}}},
    [PM_TABLE_QUOTAS] =
        {.name = "quotas.yaml",
         .lists = {{.name = "quotas", .what = "a quota", .keys = quota_keys, .id = {"id"}}}},
    [PM_TABLE_SETTLE] = {.name = "settle.yaml",
                         .samples = settle_samples,
                         .lists = {{.name = "settle",
                                    .what = "a stanza",
                                    .keys = settle_keys,
                                    .one_of = {"as", "reopen"},
                                    .id = {"id"}}}},
    [PM_TABLE_WEIGHTS] =
        {.name = "weights.yaml",
         .lists = {{.name = "weights", .what = "a weight", .keys = weight_keys, .id = {"weight"}}}},
};

const char *pm_table_name(enum pm_table table) {
    return table < PM_TABLE_COUNT ? pm_table_files[table].name : NULL;
}
bool pm_table_is(const char *file) {
    for (size_t i = 0; i < PM_LEN(pm_table_files); i++)
        if (strcmp(file, pm_table_files[i].name) == 0) return true;
    return false;
}
