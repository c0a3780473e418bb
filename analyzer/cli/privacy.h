// What is shown of secrets and names: the options that several commands share. Level 6.
#pragma once
#include "cli/opts.h"
#include "pm/pseudonym.h"

struct pm_redact_key;
struct pm_privacy {
    struct pm_redact_key *redact_key;
    struct pm_pseudonyms *pseudonyms; // NULL: names stay
    const char *pseudonym_key;        // where to write what they stand for; NULL: nowhere
};
#define PM_OPT_REDACT_KEY                                                                          \
    .name = "redact-key", .kind = PM_OPT_FILE, .value = "FILE", .help = PM_HELP_REDACT_KEY
#define PM_OPT_PSEUDONYMISE .name = "pseudonymise", .help = PM_HELP_PSEUDONYMISE
#define PM_OPT_PSEUDONYM_KEY                                                                       \
    .name = "pseudonym-key", .kind = PM_OPT_FILE, .value = "FILE", .help = PM_HELP_PSEUDONYM_KEY
#define PM_HELP_REDACT_KEY                                                                         \
    "tags of secrets are a keyed hash of them instead of numbers: the same in every run, shard "   \
    "and merge with that key (16 bytes or more)"
#define PM_HELP_PSEUDONYMISE                                                                       \
    "hosts, addresses, nodes, pods, namespaces, users and repositories get other names, the same " \
    "for the same, in all that is written; public names stay"
#define PM_HELP_PSEUDONYM_KEY                                                                      \
    "write there, for oneself alone, what the pseudonyms stand for; the file must not be there yet"

// The values of the three options, NULL where they were not given. PM_EXIT_USAGE: said;
// pm_privacy_free either way.
int pm_privacy_read(const struct pm_command *c, struct pm_privacy *p, const char *redact_key,
                    const char *pseudonymise, const char *pseudonym_key);
void pm_privacy_free(struct pm_privacy *p);

struct pm_timeline;
struct pm_diags;
// The names of a timeline that was just read, and of what was said meanwhile. False: an
// error of the timeline's.
bool pm_privacy_names(const struct pm_privacy *p, struct pm_timeline *t, struct pm_diags *said);
// A timeline opened for reading becomes a copy with other names where that is wanted.
// NULL: *why; it is closed either way.
struct pm_timeline *pm_privacy_copy(const struct pm_privacy *p, struct pm_timeline *t,
                                    const char *path, const char **why);
// The key, once all outputs are there. False: said.
bool pm_privacy_key_write(const struct pm_privacy *p);
// Has the judge read quotas and alerts of the user's, which have the real names, as if they
// had the pseudonyms.
struct pm_judge_options;
void pm_privacy_judge(const struct pm_privacy *p, struct pm_judge_options *o);
// A path of the command line as outputs show it.
struct pm_str pm_privacy_path(const struct pm_privacy *p, struct pm_arena *a, const char *path);
