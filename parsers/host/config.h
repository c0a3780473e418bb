// Settings of configuration files on their way into a config event. Not a descriptor.
//
// Only what findings need is kept. Credentials are never kept: where a file holds some,
// the setting says true.
#pragma once
#include "parsers/lift/detail.h"
#include "pm/parser.h"

// ITEM: of a list.
enum pm_setting_kind { PM_SETTING_TEXT, PM_SETTING_NUMBER, PM_SETTING_BOOL, PM_SETTING_ITEM };
struct pm_setting {
    struct pm_str key, value;
    enum pm_setting_kind kind;
    uint64_t line;
    bool written;
    struct pm_setting *next;
};
struct pm_config {
    struct pm_arena *a;
    const char *source; // "containerd.config" …, as in pm/detail.h
    struct pm_setting *first, **tail;
    size_t n;
};
#define PM_SETTINGS_MAX 2000
// tail is set on the first add
struct pm_config pm_config_new(struct pm_arena *a, const char *source);
void pm_config_add(struct pm_config *c, enum pm_setting_kind kind, struct pm_str key,
                   struct pm_str value, uint64_t line);
// Emits the config event; object: the file's own name for what it configures (PM_NONE:
// the source).
void pm_config_emit(struct pm_parse_ctx *ctx, const struct pm_record *r, struct pm_config *c,
                    struct pm_str object);
// The line of the first `"key"` or `key:` in a text, from its own first line; 0 where it
// is not there.
uint64_t pm_config_line(const struct pm_record *r, struct pm_str key);
// A JSON value under this key: lists become items, objects are passed over.
void pm_config_add_json(struct pm_config *c, struct pm_str key, const json_t *value, uint64_t line);
struct pm_str pm_path_base(struct pm_str path);   // "hosts.toml"
struct pm_str pm_path_folder(struct pm_str path); // name of the folder it lies in
// Text of a URL or word without user:password@.
struct pm_str pm_config_bare_url(struct pm_arena *a, struct pm_str url);
