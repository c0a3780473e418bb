// Streaming JSON.
#include "report/json_writer.h"
#include "pm/when.h"
#include "report/words.h"
#include <math.h>

static void flush(struct pm_json *w) {
    if (w->b.n) fwrite(w->b.p, 1, w->b.n, w->f);
    pm_buf_clear(&w->b);
}
static void separate(struct pm_json *w) {
    if (w->depth == 0) return;
    bool inside = w->depth > w->inline_from;
    if (!w->first) pm_buf_addc(&w->b, ',');
    if (inside && !w->first) pm_buf_addc(&w->b, ' ');
    if (!inside) {
        pm_buf_addc(&w->b, '\n');
        for (int i = 0; i < w->depth; i++) pm_buf_addc(&w->b, ' ');
    }
    w->first = false;
}
static void name(struct pm_json *w, const char *key) {
    separate(w);
    if (!key) return;
    pm_json_string(&w->b, pm_str_c(key));
    pm_buf_lit(&w->b, ": ");
}
void pm_json_open(struct pm_json *w, const char *key, char bracket) {
    name(w, key);
    pm_buf_addc(&w->b, bracket);
    w->depth++;
    w->first = true;
}
void pm_json_close(struct pm_json *w, char bracket) {
    bool was_inside = w->depth > w->inline_from, empty = w->first;
    w->depth--;
    if (!was_inside && !empty) {
        pm_buf_addc(&w->b, '\n');
        for (int i = 0; i < w->depth; i++) pm_buf_addc(&w->b, ' ');
    }
    pm_buf_addc(&w->b, bracket);
    w->first = false;
    if (w->b.n > 1 << 16) flush(w);
}
void pm_json_text(struct pm_json *w, const char *key, struct pm_str s) {
    name(w, key);
    pm_json_string(&w->b, s);
}
void pm_json_null(struct pm_json *w, const char *key) {
    name(w, key);
    pm_buf_lit(&w->b, "null");
}
void pm_json_text_or_null(struct pm_json *w, const char *key, struct pm_str s) {
    if (s.n) pm_json_text(w, key, s);
    else pm_json_null(w, key);
}
void pm_json_uint(struct pm_json *w, const char *key, uint64_t n) {
    name(w, key);
    pm_buf_u64(&w->b, n);
}
void pm_json_named(struct pm_json *w, struct pm_str key, uint64_t n) {
    separate(w);
    pm_json_string(&w->b, key);
    pm_buf_lit(&w->b, ": ");
    pm_buf_u64(&w->b, n);
}
static void signed_number(struct pm_buf *b, int64_t n) {
    if (n < 0) pm_buf_addc(b, '-');
    pm_buf_u64(b, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
}
void pm_json_int(struct pm_json *w, const char *key, int64_t n) {
    name(w, key);
    signed_number(&w->b, n);
}
void pm_json_known(struct pm_json *w, const char *key, bool known, int64_t n) {
    if (known) pm_json_int(w, key, n);
    else pm_json_null(w, key);
}
void pm_json_bool(struct pm_json *w, const char *key, bool b) {
    name(w, key);
    pm_buf_lit(&w->b, b ? "true" : "false");
}
// In whole thousandths, so that no library's idea of a shortest double shows.
void pm_json_real(struct pm_json *w, const char *key, double x) {
    if (!isfinite(x) || fabs(x) > 9e15) {
        pm_json_null(w, key);
        return;
    }
    name(w, key);
    long long thousandths = llround(x * 1000),
              rest = thousandths < 0 ? -(thousandths % 1000) : thousandths % 1000;
    if (thousandths < 0 && thousandths > -1000) pm_buf_addc(&w->b, '-');
    signed_number(&w->b, thousandths / 1000);
    if (!rest) return;
    char digits[8];
    int n = snprintf(digits, sizeof digits, ".%03lld", rest);
    while (digits[n - 1] == '0') n--;
    pm_buf_add(&w->b, (struct pm_str){digits, (size_t)n});
}
void pm_json_time(struct pm_json *w, const char *key, int64_t ns) {
    char out[32];
    pm_json_text_or_null(w, key, pm_str_c(pm_when_format(ns, out)));
}
bool pm_json_end(struct pm_json *w) {
    pm_buf_addc(&w->b, '\n');
    flush(w);
    pm_buf_free(&w->b);
    return !ferror(w->f);
}
