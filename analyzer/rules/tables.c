// What may stand in the data files of rules/: file, key, type, required, closed list of
// words. One table for all; schema.c reads by it.
//
// A row has a name, by which --rules replaces it: an id where the file gives one, else
// what it is about. `only: true` in a file of --rules puts the built-in one of that name
// aside altogether.
#include "rules/tables.h"
#include "rules/commands.h"
#include "rules/ruleset.h"
#include "rules/schema.h"
#include "rules/taxonomy.h"
#include "base/embed.h"

#include <stdlib.h>

// words ---------------------------------------------------------------------------------
const char *const pm_words_observed[] = {"removed", "evicted", "mirror",  "expired",   "gone",
                                         "retries", "helper",  "restart", "meanwhile", NULL};
const char *const pm_words_check[] = {"hub-anonymous",
                                      "latest-always",
                                      "frozen-registry",
                                      "secret-missing",
                                      "mirror-passed-over",
                                      "no-mirror",
                                      "single-mirror",
                                      "mirror-only-way",
                                      "mirror-after-registry",
                                      "mirror-never-pulls",
                                      "mirror-unread",
                                      "mirror-plain-http",
                                      "slow-pulls",
                                      "serial-pulls-waited",
                                      "huge-images",
                                      "one-registry",
                                      "gc-near-use",
                                      "gc-after-eviction",
                                      "gc-narrow",
                                      NULL};
const char *const pm_words_placeholder[] = {
    "registry", "repository", "image",   "good_image", "node",       "namespace",  "pod",
    "workload", "rollout",    "account", "secret",     "user",       "client",     "host",
    "mirror",   "arch",       "since",   "until",      "container",  "deployment", "own_secrets",
    "home",     "home_since", "no_home", "wordless",   "effect",     "small_ok",   "tool",
    "sizes",    "undone",     "unread",  "unread_url", "new_secret", "server",     "address",
    "hostname", "endpoint",   "region",  "acr",        NULL};
const char *const pm_words_phase[] = {"mitigate", "fix", "prevent", NULL};
const char *const pm_words_trait[] = {"kubelet",        "node",        "local",
                                      "manifest",       "wire",        "quota",
                                      "credential",     "by-image",    "of-image",
                                      "stopped",        "unexplained", "reach",
                                      "transient",      "endpoint",    "no-status",
                                      "disk",           "space",       "full",
                                      "restart",        "away",        "unheard",
                                      "before-runtime", "own-limit",   "refused",
                                      "helper",         "expires",     "wrong-credential",
                                      "times-out",      "stalls",      "limit",
                                      "throttle",       "by-user",     "by-address",
                                      "content",        "damaged",     "shared-way",
                                      "certificates",   "missing",     "one-image",
                                      "one-repository", "sandbox",     NULL};
const char *const pm_words_shown[] = {"unknown-words", "disk-pressure",       "runtime-away",
                                      "restart",       "challenge",           "credential-refused",
                                      "token-refused", "tag-without-content", NULL};
const char *const pm_words_seen[] = {
    "other-nodes", "other-registries", "other-images", "same-image", "answer",  "no-answer",
    "no-5xx",      "no-429",           "no-404",       "no-denial",  "no-disk", "no-restart",
    "kubelet",     "many-nodes",       "recovered",    "words",      NULL};
const char *const pm_words_step[] = {"0-10m", "10-30m", "30-120m", "1-7d", NULL};
const char *const pm_words_runtime[] = {"containerd2", "containerd1", "containerd", "k3s", "docker",
                                        "crio",        "podman",      "any",        NULL};

const char *const pm_words_settle[] = {"own-line",
                                       "registry-side-said",
                                       "alike",
                                       "error-text",
                                       "credential-sent",
                                       "credential-shown",
                                       "asked-anonymously",
                                       "no-pull-secrets",
                                       "other-pull-secret",
                                       "own-pull-secret",
                                       "secret-missing",
                                       "none-since",
                                       "same-image-before",
                                       "served-between",
                                       "all-refused",
                                       "repository-pulls",
                                       NULL};
const char *const pm_words_listed[] = {"lookup",   "clouds",        "waiting",
                                       "wrapping", "wrapping-name", NULL};
const char *const pm_words_flag[] = {"cut",    "snapshot", "credentials", "anonymous", "push",
                                     "mirror", "echo",     "sandbox",     NULL};
const char *const pm_words_confidence[] = {"low", "medium", "high", NULL};

const char *const pm_words_weight[] = {"confidence-said",
                                       "confidence-medium",
                                       "confidence-low",
                                       "confidence-no-pulls",
                                       "confidence-beside",
                                       "confidence-unexplained",
                                       "confidence-agreeing",
                                       "confidence-most",
                                       "confidence-high-from",
                                       "confidence-medium-from",
                                       "severity-workloads",
                                       "severity-pods",
                                       "severity-pulls",
                                       "severity-nodes",
                                       "severity-retried-s",
                                       "severity-single",
                                       "severity-made-good-s",
                                       "away-lines",
                                       "away-s",
                                       "episode-s",
                                       "clocks-apart-s",
                                       "under-way-s",
                                       "registry-side-s",
                                       NULL};

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
    {.name = "group", .type = SCHEMA_WORDS, .required = true, .words = groups},
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
    {.name = "status", .type = SCHEMA_WHOLE, .required = true},
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
    {.name = "status", .type = SCHEMA_WHOLE},
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
    {.name = "seen", .type = SCHEMA_WORDS, .words = pm_words_settle},
    {.name = "unless", .type = SCHEMA_WORDS, .words = pm_words_settle},
    {.name = "says", .type = SCHEMA_TEXT},     // of lists.yaml: asked for once all are read
    {.name = "says_not", .type = SCHEMA_TEXT}, //
    {.name = "registry", .type = SCHEMA_NAMES},
    {.name = "not_registry", .type = SCHEMA_NAMES},
    {.name = "lasted_s", .type = SCHEMA_NUMBER},
    {.name = "hidden_status", .type = SCHEMA_WHOLE},
    {.name = "near", .type = SCHEMA_ONE, .rows = &near_row},
    {.name = "not_near", .type = SCHEMA_ONE, .rows = &near_row},
    {.name = "beside", .type = SCHEMA_ONE, .rows = &beside_row},
    {.name = "amid", .type = SCHEMA_ONE, .rows = &amid_row},
    {.name = "as", .type = SCHEMA_CAUSE, .words = others},
    {.name = "reopen", .type = SCHEMA_CAUSES},
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
static const struct schema_list alert_rows = {
    .name = "rules", .what = "an alert", .id = {"alert", "record"}};
static const struct schema_file files[PM_TABLE_COUNT] = {
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
    return table < PM_TABLE_COUNT ? files[table].name : NULL;
}
bool pm_table_is(const char *file) {
    for (size_t i = 0; i < PM_LEN(files); i++)
        if (strcmp(file, files[i].name) == 0) return true;
    return false;
}

static json_t *read_without(enum pm_table table, struct pm_str text, const char *path,
                            const char *const *keys, struct pm_diags *diags) {
    json_t *root = pm_yaml_load_without(text, path, keys, diags);
    if (!root || schema_check(&files[table], root, path, diags)) return root;
    json_decref(root);
    return NULL;
}

json_t *pm_table_read(enum pm_table table, struct pm_str text, const char *path,
                      struct pm_diags *diags) {
    return read_without(table, text, path, NULL, diags);
}

// An alert of a new group is still the one of its name in another.
static void alerts_drop(json_t *groups_, const json_t *own) {
    size_t i, k;
    json_t *g, *r;
    json_array_foreach(groups_, i, g) {
        json_t *rows = json_object_get(g, "rules"), *left = json_array();
        json_array_foreach(rows, k, r) {
            const char *name = json_string_value(json_object_get(r, "alert"));
            if (!name || !json_object_get(own, name)) json_array_append(left, r);
        }
        json_object_set_new(g, "rules", left);
    }
}
static void alert_names(json_t *names, const json_t *rows) {
    size_t i;
    json_t *r;
    json_array_foreach((json_t *)(uintptr_t)rows, i, r) {
        const char *name = json_string_value(json_object_get(r, "alert"));
        if (name) json_object_set_new(names, name, json_true());
    }
}
static json_t *group_named(const json_t *groups_, const json_t *like) {
    const char *name = json_string_value(json_object_get(like, "name")), *other;
    size_t i;
    json_t *g;
    json_array_foreach((json_t *)(uintptr_t)groups_, i,
                       g) if (name && (other = json_string_value(json_object_get(g, "name"))) &&
                              strcmp(name, other) == 0) return g;
    return NULL;
}
// Groups of one name become one, in which alerts of one name do; an alert of a group of
// one's own goes before.
static json_t *alerts_merge(json_t *base, const json_t *own) {
    json_t *out = json_array(), *new_names = json_object(), *g;
    size_t i;
    json_array_foreach((json_t *)(uintptr_t)own, i, g) {
        json_t *known = group_named(base, g);
        if (known) {
            json_t *rows = schema_merge(&alert_rows, json_object_get(known, "rules"),
                                        json_object_get(g, "rules"));
            json_object_update(known, g);
            json_object_set_new(known, "rules", rows);
        } else {
            json_array_append(out, g);
            alert_names(new_names, json_object_get(g, "rules"));
        }
    }
    alerts_drop(base, new_names);
    json_array_extend(out, base);
    json_decref(new_names);
    return out;
}
// Rows of a file that has no keys in the table here were not marked by its reader.
static void mark_alerts(json_t *root, const char *path) {
    size_t i, k;
    json_t *g, *r;
    json_array_foreach(json_object_get(root, "groups"), i, g) {
        if (json_is_object(g)) pm_yaml_file_set(g, path);
        json_array_foreach(json_object_get(g, "rules"), k, r) if (json_is_object(r))
            pm_yaml_file_set(r, path);
    }
}

static json_t *merged(enum pm_table table, json_t *base, json_t *own) {
    if (!own || json_is_true(json_object_get(own, "only"))) {
        json_decref(own ? base : NULL);
        return own ? own : base;
    }
    for (size_t i = 0; i < PM_LEN(files[table].lists) && files[table].lists[i].name; i++) {
        const struct schema_list *l = &files[table].lists[i];
        json_t *was = json_object_get(base, l->name), *with = json_object_get(own, l->name);
        if (!was && !with) continue; // a list that nobody writes stays away, from the hash, too
        json_object_set_new(base, l->name,
                            table == PM_TABLE_ALERTS ? alerts_merge(was, with)
                                                     : schema_merge(l, was, with));
    }
    json_decref(own);
    return base;
}

json_t *pm_table_built_in(enum pm_table table, struct pm_diags *diags) {
    struct pm_arena *a = pm_arena_new();
    const char *path = pm_arena_cstr(a, pm_arena_fmt(a, "rules/%s", files[table].name));
    json_t *root = pm_table_read(table, pm_embedded_find(path), path, diags);
    pm_arena_free(a);
    return root;
}

static bool load_one(struct pm_tables *t, enum pm_table table, const char *dir, size_t *count,
                     struct pm_diags *diags) {
    struct pm_arena *a = pm_arena_new();
    const char *name = files[table].name,
               *path = dir ? pm_arena_cstr(a, pm_arena_fmt(a, "%s/%s", dir, name)) : NULL;
    const char *inner = pm_arena_cstr(a, pm_arena_fmt(a, "rules/%s", name));
    struct pm_str text;
    json_t *base = read_without(table, pm_embedded_find(inner), inner, files[table].samples, diags),
           *own = NULL;
    bool there = dir && ruleset_file_read(a, path, &text), good = base != NULL;
    if (there) {
        own = pm_table_read(table, text, path, diags);
        good = good && own;
        *count += 1;
    }
    if (table == PM_TABLE_ALERTS) {
        mark_alerts(base, inner);
        mark_alerts(own, path);
    }
    if (good) t->tree[table] = merged(table, base, own);
    else {
        json_decref(base);
        json_decref(own);
    }
    pm_arena_free(a);
    return good;
}
// Before the next file is read: it may name causes of this one.
static bool taxonomy_put(struct pm_tables *t, struct pm_diags *diags) {
    t->taxonomy = pm_taxonomy_make(t->tree[PM_TABLE_TAXONOMY], diags);
    if (t->taxonomy) pm_taxonomy_use(t->taxonomy);
    return t->taxonomy != NULL;
}
const json_t *pm_table_list(const json_t *root, const char *name) {
    size_t i;
    json_t *o;
    json_array_foreach(json_object_get(root, "lists"), i,
                       o) if (strcmp(json_string_value(json_object_get(o, "list")), name) ==
                              0) return o;
    return NULL;
}
static const char **list_names(struct pm_arena *a, const json_t *root) {
    const json_t *rows = json_object_get(root, "lists");
    size_t n = json_array_size(rows);
    const char **names = PM_NEWN(a, const char *, n + 1);
    for (size_t i = 0; i < n; i++)
        names[i] = json_string_value(json_object_get(json_array_get(rows, i), "list"));
    return names;
}
// A stanza refers to lists that may be of another file: seen once both are read.
static bool list_is_known(const struct pm_tables *t, const json_t *row, const char *key,
                          struct pm_diags *diags) {
    const char *name = json_string_value(json_object_get(row, key));
    const json_t *lists = t->tree[PM_TABLE_LISTS];
    if (!name || pm_table_list(lists, name)) return true;
    struct pm_arena *a = pm_arena_new();
    pm_diags_add(diags, pm_str_c(pm_yaml_file(row, "settle.yaml")),
                 (uint64_t)pm_yaml_key_line(row, key), "rules", "no list \"%s\" in lists.yaml%.*s",
                 name, PM_FMT(schema_hint(a, pm_str_c(name), list_names(a, lists))));
    pm_arena_free(a);
    return false;
}
bool pm_table_weights(const json_t *root, double *values, struct pm_diags *diags) {
    const json_t *rows = json_object_get(root, "weights");
    bool good = true;
    for (int w = 0; w < PM_WEIGHT_COUNT; w++) values[w] = -1;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        int w = 0;
        while (strcmp(pm_words_weight[w], json_string_value(json_object_get(row, "weight"))) != 0)
            w++;
        values[w] = json_number_value(json_object_get(row, "value"));
    }
    for (int w = 0; w < PM_WEIGHT_COUNT; w++) {
        if (values[w] >= 0) continue;
        pm_diags_add(diags, PM_STR("weights.yaml"), 0, "rules", "the weight \"%s\" has to be there",
                     pm_words_weight[w]);
        good = false;
    }
    return good;
}
static bool lists_known(const struct pm_tables *t, struct pm_diags *diags) {
    const json_t *rows = json_object_get(t->tree[PM_TABLE_SETTLE], "settle");
    bool good = true;
    for (size_t i = 0; pm_words_listed[i]; i++) {
        if (pm_table_list(t->tree[PM_TABLE_LISTS], pm_words_listed[i])) continue;
        pm_diags_add(diags, PM_STR("lists.yaml"), 0, "rules", "the list \"%s\" has to be there",
                     pm_words_listed[i]);
        good = false;
    }
    for (size_t i = 0; i < json_array_size(rows); i++) {
        good &= list_is_known(t, json_array_get(rows, i), "says", diags);
        good &= list_is_known(t, json_array_get(rows, i), "says_not", diags);
    }
    return good;
}
bool pm_tables_load(struct pm_tables *t, const char *dir, size_t *count, struct pm_diags *diags) {
    bool good = true;
    pm_causes_read();
    for (int i = 0; i < PM_TABLE_COUNT; i++) {
        good &= load_one(t, (enum pm_table)i, dir, count, diags);
        if (i == PM_TABLE_TAXONOMY && good) good &= taxonomy_put(t, diags);
    }
    good = good && lists_known(t, diags);
    good = good && pm_table_weights(t->tree[PM_TABLE_WEIGHTS], t->weights, diags);
    return good && pm_commands_put(t->tree[PM_TABLE_ADVICE], dir ? "rules/advice.yaml" : "", diags);
}
void pm_tables_free(struct pm_tables *t) {
    pm_taxonomy_free(t->taxonomy);
    for (int i = 0; i < PM_TABLE_COUNT; i++) json_decref(t->tree[i]);
}

// What is in force has no samples.
static void samples_drop(json_t *rows, const char *const *keys) {
    for (size_t i = 0; keys && i < json_array_size(rows); i++)
        for (const char *const *k = keys; *k; k++) json_object_del(json_array_get(rows, i), *k);
}
uint64_t pm_tables_hash(const struct pm_tables *t, uint64_t seed) {
    for (int i = 0; i < PM_TABLE_COUNT; i++)
        for (size_t k = 0; k < PM_LEN(files[i].lists) && files[i].lists[k].name; k++) {
            const json_t *rows = json_object_get(t->tree[i], files[i].lists[k].name);
            if (!json_array_size(rows)) continue; // not there, or empty: nothing in force
            json_t *plain = pm_yaml_plain(rows);
            samples_drop(plain, files[i].samples);
            char *text = json_dumps(plain, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
            seed = pm_str_hash(pm_str_c(text), seed);
            free(text);
            json_decref(plain);
        }
    return seed;
}

const json_t *pm_table_home(const json_t *root, struct pm_str image) {
    size_t i;
    json_t *o;
    json_array_foreach(json_object_get(root, "homes"), i, o) {
        struct pm_str old = pm_str_c(json_string_value(json_object_get(o, "old")));
        if (old.n && pm_str_starts(image, old)) return o;
    }
    return NULL;
}
