// The kinds of input, by the file that feeds them.
#pragma once
#include "fuzz.h"

typedef void fuzz_run(struct fuzz_bytes in, size_t variant);
typedef const char *fuzz_names(size_t i);
// bundle.c
fuzz_run fuzz_bundle;
// framing.c
fuzz_run fuzz_framing, fuzz_config;
fuzz_names fuzz_framing_variant, fuzz_config_variant;
// record.c
fuzz_run fuzz_envelope, fuzz_parser, fuzz_fields;
fuzz_names fuzz_envelope_variant, fuzz_parser_variant, fuzz_fields_variant;
// sure.c
fuzz_run fuzz_sure;
// loaders.c
fuzz_run fuzz_toml, fuzz_yaml, fuzz_table, fuzz_ruleset, fuzz_policy, fuzz_quotas;
fuzz_names fuzz_table_variant, fuzz_policy_variant, fuzz_quotas_variant;
// words.c
fuzz_run fuzz_promql, fuzz_time, fuzz_image, fuzz_redact, fuzz_classify;
// rows.c
fuzz_run fuzz_judge, fuzz_render, fuzz_template;
fuzz_names fuzz_render_variant;
// database.c
fuzz_run fuzz_database, fuzz_merge;

// rows.c: the rows that the bytes stand for, in a timeline. Path NULL: in memory.
struct pm_timeline;
struct pm_timeline *fuzz_timeline(struct fuzz_bytes *in, const char *path);
