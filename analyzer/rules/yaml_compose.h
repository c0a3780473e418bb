// libyaml's document out of recorded events, for who reads nodes: the same nodes as from
// the text, with their marks. Internal to the judge.
#pragma once
#include "pm/arena.h"
#include <yaml.h>

// The document of a text that was recorded (base/embed.h). All of it lies in the arena and
// its texts in the recording: it is not to be given to yaml_document_delete. False: the
// text was not recorded, nothing was made.
bool pm_yaml_compose(struct pm_str text, struct pm_arena *a, yaml_document_t *doc);
