// libyaml's document out of recorded events, for who reads nodes: the same nodes as from
// the text, with their marks. Internal to the judge.
#pragma once
#include "pm/str.h"
#include <yaml.h>

// The document of a text that was recorded (base/embed.h), to be freed with
// yaml_document_delete. False: it was not, nothing was made.
bool pm_yaml_compose(struct pm_str text, yaml_document_t *doc);
