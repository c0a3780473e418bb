// Between findings.c, the list of what was found (findings_found.c) and those who find.
#pragma once
#include "judge/scene.h"
#include <jansson.h>

struct found { // before it is told: the same thing on many nodes is told once
    const json_t *rule;
    struct pm_str path, text;
    uint64_t line;
    size_t files;
    bool counted; // files are worth a word
};
struct findings {
    const struct pm_scene *scene;
    struct pm_report *report;
    struct found *items;
    size_t n, cap;
    struct pm_ids files;
};

// The word that a row has under a key; NULL where it has none.
const char *pm_finding_word(const json_t *rule, const char *key);
// A finding of a row of findings.yaml, told of `path`; {what}, {value} and {key} of its text
// are these.
struct pm_found_words {
    struct pm_str what, value, key;
};
void pm_finding_add(struct findings *f, const json_t *rule, struct pm_str path,
                    const struct pm_found_words *words);
// {what} and {value} are the same; `counted`: how many files say it is worth a word.
void pm_finding_put(struct findings *f, const json_t *rule, struct pm_str path, uint64_t line,
                    struct pm_str key, struct pm_str what, bool counted);
void pm_findings_told(struct findings *f); // into the report
// One or two names, or how many there are and the first. At least one is there.
struct pm_str pm_findings_many(const struct pm_env *env, const struct pm_strs *names,
                               const char *noun);
// The file that tells a pull.
struct pm_str pm_path_of_pull(const struct pm_evidence *ev, const struct pm_attempt *p);

// A row of `pulls`: how many pulls of one registry, image, node or namespace are as it says.
void pm_findings_over_pulls(struct findings *f, const json_t *rule);
// A row of `settings`: is a value of the file as it says?
void pm_findings_over_settings(struct findings *f, const json_t *rule,
                               const struct pm_config_fact *c);
bool pm_setting_number(const json_t *v, double *out); // "80%" is 80
bool pm_setting_empty(const json_t *v);
uint64_t pm_setting_line(const struct pm_config_fact *c, const char *key);
bool pm_findings_loopback(struct pm_str host);
// Does a mirror serve the registry?
bool pm_findings_mirrored(const struct pm_evidence *ev, struct pm_str registry);

// The checks, each for a row of `checks`. Objects and lines:
void pm_find_hub_anonymous_pods(struct findings *f, const json_t *rule);
void pm_find_latest_always_pods(struct findings *f, const json_t *rule);
void pm_find_frozen_pods(struct findings *f, const json_t *rule);
void pm_find_secrets_missing(struct findings *f, const json_t *rule);
void pm_find_mirrors_passed(struct findings *f, const json_t *rule);
// Mirrors:
void pm_find_no_mirror(struct findings *f, const json_t *rule);
void pm_find_single_mirror(struct findings *f, const json_t *rule);
void pm_find_idle_mirror(struct findings *f, const json_t *rule);
void pm_find_plain_http(struct findings *f, const json_t *rule);
// Pulls:
void pm_find_slow_pulls(struct findings *f, const json_t *rule);
void pm_find_serial_waits(struct findings *f, const json_t *rule);
void pm_find_huge_images(struct findings *f, const json_t *rule);
void pm_find_one_registry(struct findings *f, const json_t *rule);
// The disk:
void pm_find_gc_near(struct findings *f, const json_t *rule);
void pm_find_gc_thresholds(struct findings *f, const json_t *rule);
