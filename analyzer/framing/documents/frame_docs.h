// The documents among the lines. Each `feed` takes bytes from [p, p+n), returns how many
// it used (0: it needs more) and sets f->mode back to FRAME_LINES when its document is
// over; it counts lines itself, the caller counts bytes. Each `begins` looks at a line's
// start.
#pragma once
#include "framing/frame_int.h"

enum frame_begins { BEGINS_NO = 0, BEGINS_YES, BEGINS_MORE };

enum frame_begins frame_json_begins(const struct pm_frame *f, const char *p, size_t n, bool end);
void frame_json_start(struct pm_frame *f);
size_t frame_json_feed(struct pm_frame *f, const char *p, size_t n, bool end);
void frame_json_end(struct pm_frame *f);
void frame_json_free(struct frame_json *j);
// frame_json_load.c: strings may borrow nothing, the value is its own. Sets err->line and
// err->text where it returns NULL.
json_t *frame_json_load(struct pm_arena *a, struct pm_str s, json_error_t *err);
// What stands between a string's quotes, escapes undone; false where one is none.
bool frame_json_unescape(struct pm_arena *a, struct pm_str s, struct pm_str *out);

// frame_squeezed.c: the beginning of a document or an item on one line, as evidence
// shows it.
struct pm_str frame_json_squeezed(struct pm_arena *a, struct pm_str s);
struct pm_str frame_yaml_squeezed(struct pm_arena *a, struct pm_str s);

// frame_answer.c: where the document is a log store's answer, its entries are run as
// records of their own. False where it is none.
bool frame_answer(struct pm_frame *f, const json_t *doc, const struct frame_unit *whole);

// frame_internal.c: an object of kubectl's internal types becomes one as the API has it;
// takes the reference given, returns one.
json_t *frame_internal_object(json_t *v);

enum frame_begins frame_yaml_begins(const struct pm_frame *f, const char *p, size_t n, bool end);
void frame_yaml_start(struct pm_frame *f);
size_t frame_yaml_feed(struct pm_frame *f, const char *p, size_t n, bool end);
void frame_yaml_end(struct pm_frame *f);
// frame_yaml_load.c: a document of one value; its own. NULL and *why where there is none.
json_t *frame_yaml_load(struct pm_str s, const char **why, size_t *line);
void frame_yaml_free(struct frame_yaml *y);

enum frame_begins frame_export_begins(const struct pm_frame *f, const char *p, size_t n, bool end);
void frame_export_start(struct pm_frame *f);
size_t frame_export_feed(struct pm_frame *f, const char *p, size_t n, bool end);
void frame_export_end(struct pm_frame *f);
void frame_export_free(struct frame_export *x);
// A journald entry whose fields were read apart, on its way to the other envelopes and
// the join.
void frame_entry(struct pm_frame *f, const char *envelope, const struct pm_envelope_hint *hint,
                 struct pm_str message, uint64_t line, uint64_t offset);

// frame_csv.c: exports of log stores.
enum frame_begins frame_csv_begins(const struct pm_frame *f, const char *p, size_t n, bool end);
void frame_csv_start(struct pm_frame *f);
size_t frame_csv_feed(struct pm_frame *f, const char *p, size_t n, bool end);
void frame_csv_free(struct frame_csv *c);

// Native .journal files need random access: they are kept whole (an unlinked temporary
// file beyond some MiB) and read at the end.
bool frame_journal_begins(const char *p, size_t n);
void frame_journal_start(struct pm_frame *f);
size_t frame_journal_feed(struct pm_frame *f, const char *p, size_t n);
void frame_journal_end(struct pm_frame *f);
void frame_journal_free(struct frame_journal *j);
