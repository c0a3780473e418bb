// Writing PM_F_DETAIL: compact JSON into an arena, in the order of the calls. Not a
// descriptor: helps its neighbours.
//
// Ownership: the text lives in the arena given. Absent values (PM_NONE, -1 where said)
// write nothing, so callers list keys without asking.
#pragma once
#include "pm/arena.h"

struct pm_detail {
    struct pm_arena *a;
    char *p;
    size_t n, cap;
    bool comma;
};
struct pm_detail pm_detail_new(struct pm_arena *a); // opens the outer object
void pm_detail_str(struct pm_detail *d, const char *key, struct pm_str value);
void pm_detail_strk(struct pm_detail *d, struct pm_str key, struct pm_str value);
void pm_detail_int(struct pm_detail *d, const char *key, int64_t value);
void pm_detail_size(struct pm_detail *d, const char *key, int64_t value); // as int, -1 is absent
// four decimals; negative is absent
void pm_detail_ratio(struct pm_detail *d, const char *key, double value);
void pm_detail_bool(struct pm_detail *d, const char *key, bool value);
void pm_detail_obj(struct pm_detail *d, const char *key); // key NULL inside a list
void pm_detail_list(struct pm_detail *d, const char *key);
void pm_detail_end(struct pm_detail *d, char close); // '}' or ']'
struct pm_str pm_detail_done(struct pm_detail *d);   // closes the outer object
