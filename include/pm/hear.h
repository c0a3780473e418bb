// What is heard beside the parsers' own words. Level 1.
//
// A rule of one's own names words that no parser knows. Without a hand down from the rules a line that says them is read as free text about something else,
// and the rule is never asked. So whoever loads rules gives their ear here before anything is read: workers of ingest share it and never change it.
// A phrase list was decided against: a rule is a pattern with exceptions, and half of it would hear too much.
#pragma once
#include "pm/str.h"

typedef bool pm_ear(const void *ctx, struct pm_str text); // called by many threads at once
// NULL: nothing beside the parsers' words. `ctx` has to live until the next call.
void pm_hear_with(pm_ear *ear, const void *ctx);
bool pm_hear_any(void); // is there an ear at all? Lines must not be left out unread then
bool pm_heard(struct pm_str text);
