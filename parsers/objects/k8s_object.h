// Reading Kubernetes objects. Not a descriptor: what the object parsers share.
//
// Ownership: everything returned borrows from the record's json.
#pragma once
#include "parsers/lift/detail.h"
#include "pm/parser.h"

// The value at a dotted path ("status.nodeInfo.architecture"); NULL where it is not
// there. Keys that hold dots themselves need json_object_get.
const json_t *pm_k8s_get(const json_t *o, const char *path);
struct pm_str pm_k8s_str(const json_t *o, const char *path); // PM_NONE where it is no string
// numbers may stand as strings
int64_t pm_k8s_int(const json_t *o, const char *path, int64_t otherwise);
bool pm_k8s_true(const json_t *o, const char *path);
// Kubernetes stamps: null and 0001-01-01 are absent.
struct pm_when pm_k8s_when(const json_t *o, const char *path);
struct pm_when pm_k8s_stamp(struct pm_str s);
struct pm_when pm_k8s_later(struct pm_when a, struct pm_when b);
// Its kind, from the object itself, the list that it came from, or the fields that only
// this kind has. PM_NONE: no Kubernetes object known here.
struct pm_str pm_k8s_kind(const struct pm_record *r);
bool pm_k8s_is(const struct pm_record *r, const char *kind);
// "Deployment/web"
struct pm_str pm_k8s_named(struct pm_arena *a, struct pm_str kind, struct pm_str name);
// a snapshot with the object's namespace
struct pm_event pm_k8s_event(const struct pm_record *r, enum pm_kind kind, const json_t *o);

// Parts of details that several kinds have.
void pm_k8s_detail_int(struct pm_detail *d, const char *key, const json_t *o, const char *path);
void pm_k8s_detail_when(struct pm_detail *d, const char *key, struct pm_when w);
// a map of strings; nothing where empty
void pm_k8s_detail_strings(struct pm_detail *d, const char *key, const json_t *object);
void pm_k8s_detail_conditions(struct pm_detail *d, const json_t *conditions);
void pm_k8s_detail_owner(struct pm_detail *d, const json_t *o);
struct pm_when pm_k8s_conditions_latest(const json_t *conditions);
