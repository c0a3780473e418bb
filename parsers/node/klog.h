// klog: the log library of Kubernetes, text and JSON, read into one view. Level 3.
#pragma once
#include "parsers/lift/pairs.h"

struct pm_klog {
    struct pm_when when;
    char severity; // I W E F; 0 where the header lacks it
    struct pm_str pid;
    struct pm_str file; // "kuberuntime_image.go", without directory
    struct pm_str msg;  // structured: the message, unquoted; else the whole body
    bool structured;
    bool cut;              // a quoted value ends with the record
    struct pm_pairs pairs; // structured only
};
// The header of a record's text, looked for once.
const struct pm_klog_head *pm_klog_head_of(const struct pm_record *r, struct pm_klog_head *room);
// The same and what follows it, or "file.go:12] " alone. False where it is no klog.
bool pm_klog_read_record(struct pm_arena *a, const struct pm_record *r, struct pm_klog *k);
// Length of a klog header at the start of s ("E0102 03:04:05.678901    2711 file.go:12] "); 0 where there is none. Also takes headers without pid.
size_t pm_klog_header(struct pm_str s, struct pm_klog_head *k);
// Where a klog header stands inside a text ("output: E0102 03:04:05.…"), -1.
ptrdiff_t pm_klog_find(struct pm_str s);
// Text at a header, or at "file.go:12] " alone. False where it is no klog.
bool pm_klog_read(struct pm_arena *a, struct pm_str s, struct pm_klog *k);
bool pm_klog_read_json(struct pm_arena *a, const json_t *o, struct pm_klog *k);
// "ts" in milliseconds, "caller" and "msg": zap in other programs writes seconds or text,
// and a level.
bool pm_klog_is_json(const json_t *o);
