// Between findings.c and what finds (findings_pulls.c).
#pragma once
#include "judge/scene.h"
#include <jansson.h>

struct findings;
const struct pm_scene *pm_findings_scene(const struct findings *f);
// A finding of a row of findings.yaml, told of `path`; {what}, {value} and {key} of its text
// are these.
struct pm_found_words {
    struct pm_str what, value, key;
};
void pm_finding_add(struct findings *f, const json_t *rule, struct pm_str path,
                    const struct pm_found_words *words);
// The file that tells a pull.
struct pm_str pm_path_of_pull(const struct pm_evidence *ev, const struct pm_attempt *p);

// A row of `pulls`: how many pulls of one registry, image, node or namespace are as it says.
void pm_findings_over_pulls(struct findings *f, const json_t *rule);
