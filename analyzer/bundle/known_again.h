// What an input holds, in a few letters: for a run that goes on where another broke.
#pragma once
#include <stdbool.h>

#define PM_INPUT_CONTENT 33
// Names and bytes of an input. False where some of it could not be read.
bool pm_bundle_content(const char *path, char text[PM_INPUT_CONTENT]);
