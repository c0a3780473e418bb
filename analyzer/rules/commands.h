// The commands of advice.yaml, put where they are referred to. Internal to the rules.
#pragma once
#include "rules/yaml.h"

// In rows and commands a `run` becomes the `command` that it names. False where an id is
// none or says again what the row says itself, and where nothing runs a command (but of the
// file `spared`): told in diags.
bool pm_commands_put(json_t *advice, const char *spared, struct pm_diags *diags);
