// The frame that TOML configuration parsers share: read the file, keep what rows of a
// table name, say what was broken. Not a descriptor.
#pragma once
#include "parsers/host/config.h"
#include "parsers/host/toml.h"

struct pm_toml_row {
    // parts joined with '|': "*" any one part, kept for the name; leading "..." any parts
    // before
    const char *path;
    const char *name; // setting's name; "%" stands for the part that "*" matched
    bool secret;      // only that it is there is told
};
// What could not be read of a TOML file, told at its line of the member.
void pm_config_toml_broken(struct pm_parse_ctx *ctx, const struct pm_record *r, uint64_t line,
                           const char *why);
// Do its first lines look like TOML? A log that quotes a configuration must not be taken
// for one, whole.
bool pm_config_toml_like(struct pm_str text);
// Does a line begin with these words, blanks aside?
bool pm_config_has_line(struct pm_str text, const char *words);
void pm_config_toml(struct pm_parse_ctx *ctx, const struct pm_record *r, struct pm_config *c,
                    const struct pm_toml_row *rows, size_t n);
