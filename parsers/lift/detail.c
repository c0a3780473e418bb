// Writing PM_F_DETAIL. See detail.h.
#include "parsers/lift/detail.h"
#include <inttypes.h>
#include <stdio.h>

static void put(struct pm_detail *d, const char *p, size_t n) {
    if (d->n + n > d->cap) {
        size_t cap = d->cap ? d->cap * 2 : 256;
        while (cap < d->n + n) cap *= 2;
        char *grown = pm_arena_alloc(d->a, cap);
        if (d->n) memcpy(grown, d->p, d->n);
        d->p = grown;
        d->cap = cap;
    }
    if (n) memcpy(d->p + d->n, p, n);
    d->n += n;
}

static void put_quoted(struct pm_detail *d, struct pm_str s) {
    static const char hex[] = "0123456789abcdef";
    put(d, "\"", 1);
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        put(d, s.p + from, i - from);
        from = i + 1;
        if (c == '"' || c == '\\') {
            put(d, c == '"' ? "\\\"" : "\\\\", 2);
        } else if (c == '\n') {
            put(d, "\\n", 2);
        } else {
            char esc[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
            put(d, esc, sizeof esc);
        }
    }
    put(d, s.p ? s.p + from : "", s.n - from);
    put(d, "\"", 1);
}

static void put_key(struct pm_detail *d, struct pm_str key) {
    if (d->comma) put(d, ",", 1);
    d->comma = true;
    if (!key.n) return;
    put_quoted(d, key);
    put(d, ":", 1);
}

struct pm_detail pm_detail_new(struct pm_arena *a) {
    struct pm_detail d = {.a = a};
    put(&d, "{", 1);
    return d;
}

void pm_detail_strk(struct pm_detail *d, struct pm_str key, struct pm_str value) {
    if (!value.n) return;
    put_key(d, key);
    put_quoted(d, value);
}

void pm_detail_str(struct pm_detail *d, const char *key, struct pm_str value) {
    pm_detail_strk(d, pm_str_c(key), value);
}

void pm_detail_int(struct pm_detail *d, const char *key, int64_t value) {
    char text[32];
    int n = snprintf(text, sizeof text, "%" PRId64, value);
    put_key(d, pm_str_c(key));
    put(d, text, (size_t)n);
}

void pm_detail_size(struct pm_detail *d, const char *key, int64_t value) {
    if (value >= 0) pm_detail_int(d, key, value);
}

void pm_detail_ratio(struct pm_detail *d, const char *key, double value) {
    if (!(value >= 0 && value < 1e6)) return;
    char text[32];
    int64_t tenthousandths = (int64_t)(value * 10000 + 0.5);
    int n = snprintf(text, sizeof text, "%" PRId64 ".%04d", tenthousandths / 10000,
                     (int)(tenthousandths % 10000));
    put_key(d, pm_str_c(key));
    put(d, text, (size_t)n);
}

void pm_detail_bool(struct pm_detail *d, const char *key, bool value) {
    put_key(d, pm_str_c(key));
    put(d, value ? "true" : "false", value ? 4 : 5);
}

static void open_with(struct pm_detail *d, const char *key, const char *bracket) {
    put_key(d, pm_str_c(key));
    put(d, bracket, 1);
    d->comma = false;
}
void pm_detail_obj(struct pm_detail *d, const char *key) { open_with(d, key, "{"); }
void pm_detail_list(struct pm_detail *d, const char *key) { open_with(d, key, "["); }

void pm_detail_end(struct pm_detail *d, char close) {
    put(d, &close, 1);
    d->comma = true;
}

struct pm_str pm_detail_done(struct pm_detail *d) {
    put(d, "}", 1);
    return (struct pm_str){d->p, d->n};
}
