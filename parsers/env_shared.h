// Helpers of the syslog and journald envelopes (parsers/env_shared.c). Not for parsers.
#pragma once
#include "pm/envelope.h"

// "<30>" at the start: its bytes, 0 where it is not there.
size_t pm_envelope_priority(struct pm_str s, struct pm_envelope_hint *hint);
// rsyslog's #011, #012, #033 undone. Returns s itself where there is none.
struct pm_str pm_envelope_octal(struct pm_arena *a, struct pm_str s);
// A member of a JSON object as text; PM_NONE where it is no string.
struct pm_str pm_envelope_text(const json_t *object, const char *key);
