// Words and text pieces that several renderers share. Level 5.
#pragma once
#include "pm/arena.h"
#include "pm/incident.h"

// Columns a text takes on a terminal: UTF-8 aware, wide East Asian and emoji 2, combining
// 0.
int pm_text_width(struct pm_str s);
// Control characters, bidirectional overrides and broken UTF-8 made visible: \n, \x1b,
// \u{202e}. Returns s itself where it is clean.
struct pm_str pm_text_visible(struct pm_arena *a, struct pm_str s);
// The same, but tabs and line ends stay.
struct pm_str pm_text_neutral(struct pm_arena *a, struct pm_str s);
bool pm_text_is_neutral(struct pm_str s); // surely: it is printable ASCII
// The first `width` columns, "…" where it was cut.
struct pm_str pm_text_cut(struct pm_arena *a, struct pm_str s, int width);
// The same with the middle left out: errors say what failed first and why last.
struct pm_str pm_text_cut_middle(struct pm_arena *a, struct pm_str s, int width);
// How many bytes of s fit in `width` columns, cut at a blank where there is one (at least
// one character).
size_t pm_text_fit(struct pm_str s, int width);

// A JSON string with its quotes: exact escapes, broken UTF-8 as U+FFFD.
void pm_json_string(struct pm_buf *b, struct pm_str s);

// "Deployment shop/web", "web": where a table had no column for it, the namespace is not
// known and not told.
struct pm_str pm_words_object(struct pm_arena *a, struct pm_str kind, struct pm_str k8s_namespace,
                              struct pm_str name);
// With how many of its pods were hit.
struct pm_str pm_words_workload(struct pm_arena *a, const struct pm_hit_workload *w);
// What a window of another time holds.
struct pm_str pm_words_window(struct pm_arena *a, const struct pm_report *r,
                              const struct pm_window *w);
// "3 lines of pod crm/login speak of pulls; they were not counted".
struct pm_str pm_words_hearsay(struct pm_arena *a, const struct pm_hearsay *h);
// "1 pod", "23 pods"; groups of three from 10 000.
struct pm_str pm_words_count(struct pm_arena *a, uint64_t n, const char *one, const char *many);
// "1.2 GB", decimal as registries say it.
struct pm_str pm_words_bytes(struct pm_arena *a, uint64_t n);
struct pm_str pm_words_number(struct pm_arena *a, uint64_t n); // "12 345"
struct pm_str pm_words_seconds(struct pm_arena *a, double s);  // "85 ms", "3.1 s", "12 min"
// "a, b and 3 more".
struct pm_str pm_words_list(struct pm_arena *a, const struct pm_strs *list, size_t most);
// The verdict's incident with the figures of its whole chain.
struct pm_incident pm_words_whole(const struct pm_report *r, const struct pm_incident *i);
// "could not be read whole: a.tgz: the data breaks off": the worst of it; PM_NONE where
// all was read.
struct pm_str pm_words_partial(struct pm_arena *a, const struct pm_report *r);
// What nothing-to-tell reports say first: "healthy: 12 pulls, none failed".
struct pm_str pm_words_calm(struct pm_arena *a, const struct pm_report *r);
// "2026-04-12 06:02–09:41 UTC"; both dates where they differ; "" where nothing is dated.
struct pm_str pm_words_range(struct pm_arena *a, int64_t from_ns, int64_t to_ns);
// "06:47", with the date in front where it is not the day of `day_ns`; "–" unknown.
struct pm_str pm_words_time(struct pm_arena *a, int64_t ns, int64_t day_ns);
// "06:47–09:41"; with seconds where it is brief, "06:47:09" where nothing passed.
struct pm_str pm_words_span(struct pm_arena *a, int64_t from_ns, int64_t to_ns, int64_t day_ns);
// A moment of something that lasted from–to: with seconds where that was brief.
struct pm_str pm_words_moment(struct pm_arena *a, int64_t ns, int64_t from_ns, int64_t to_ns,
                              int64_t day_ns);
// "0-10m" as a person says it; PM_NONE for no step.
struct pm_str pm_words_within(struct pm_str step);
// "rate-limit.anonymous"; "unknown" outside the table.
const char *pm_words_cause(int cause);
// A shard that a merge had to leave out is a diagnostic, too: who tells both tells it once.
bool pm_words_told(const struct pm_report *r, size_t skipped);
// "73 %"; "" of nothing.
struct pm_str pm_words_ratio(struct pm_arena *a, uint64_t part, uint64_t whole);
// The figures of a registry's health dashboard, the same in every report:
// PM_HEALTH_COLUMNS cells beside its name.
enum { PM_HEALTH_COLUMNS = 9 };
extern const char *const pm_health_heads[PM_HEALTH_COLUMNS];
void pm_words_health(struct pm_arena *a, const struct pm_report *r, const struct pm_pull_stats *s,
                     struct pm_str cells[PM_HEALTH_COLUMNS]);
