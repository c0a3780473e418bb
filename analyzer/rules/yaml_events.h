// YAML as a stream of events, from text by libyaml or as it was recorded when the program
// was built: reading all rules by libyaml is half of what `explain` costs. Whoever builds
// trees (yaml.c) does not see the difference. Internal to the judge.
//
// A recorded event is a byte (enum pm_yaml_kind), its line, and for scalars the length
// and the bytes, for all others the place; numbers are seven bits a byte, the lowest first, the last without the
// top bit.
#pragma once
#include "pm/arena.h"

enum pm_yaml_kind {
    PM_YAML_DONE = 0,
    PM_YAML_PLAIN = 'p',  // a scalar without quotes: it may be a number
    PM_YAML_QUOTED = 'q', // any other scalar
    PM_YAML_LIST = '[',
    PM_YAML_LIST_END = ']',
    PM_YAML_MAP = '{',
    PM_YAML_MAP_END = '}',
    PM_YAML_OTHER = 'o', // anchors, aliases
};

struct pm_yaml_event {
    enum pm_yaml_kind kind;
    size_t line;  // from 0
    size_t index; // in the text, where it begins, or where a list or mapping ends; 0 for scalars
    struct pm_str value; // of scalars; good until the next event
};

struct pm_yaml_events;
struct pm_yaml_events *pm_yaml_events_of_text(struct pm_str text);
struct pm_yaml_events *pm_yaml_events_recorded(struct pm_str recorded);
// False where the text is no YAML: *why and the event's line tell.
bool pm_yaml_events_next(struct pm_yaml_events *s, struct pm_yaml_event *e, const char **why);
void pm_yaml_events_free(struct pm_yaml_events *s);

void pm_yaml_event_record(struct pm_buf *out, const struct pm_yaml_event *e);
