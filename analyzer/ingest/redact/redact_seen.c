// Texts found clean of late are not looked through again: logs say the same things, and
// looking for secrets costs more than reading does. Only what is clean is remembered: a
// secret must not stay in memory longer than its line.
//
// A line as it stands in its file is the same as one before but for its stamps, so one
// stamp at its front is taken for any other of its writing: no shape of a secret has one in
// it, or asks which figure stands there. Figures anywhere else are left as they are: they
// may be an escape's (%3D) or a token's ("1//0…", "v1.0-…"). Of an access log's line only
// the request and what stands behind it are asked for: who asked, and when, are an IPv4
// address, "-" and a stamp.
#include "ingest/redact/redact.h"
#include "base/memo.h"
#include "base/mix.h"
#include "pm/ingest.h"
#include <stdlib.h>

// A stamp begins in the front, and its first colon stands within a date's length behind.
enum { TEXT_BYTES = 4096, FRONT_BYTES = 64, DATE_BYTES = 16, PLACES = 4096, RING_BYTES = 1 << 20 };
enum { AS_IT_IS = 1, WITHOUT_STAMPS, REQUEST }; // what is known of a text: the seeds of its hash

// Lines of which each holds a number of its own (a request's id) come once: where few of
// the last were known again, the next are looked through without being remembered.
enum { LINES_TRIED = 256, FEW = LINES_TRIED / 8, LINES_PASSED = 8192 };

struct pm_clean_texts {
    struct pm_memo *memo;
    unsigned tried, known, to_pass; // lines: of the last ones, and how many are not tried
    char line[TEXT_BYTES];          // the one at hand, its stamps alike
};

struct pm_clean_texts *pm_clean_texts_new(void) {
    struct pm_clean_texts *seen = pm_xmalloc(sizeof *seen);
    seen->tried = seen->known = seen->to_pass = 0;
    seen->memo = pm_memo_new(PLACES, RING_BYTES);
    return seen;
}

void pm_clean_texts_free(struct pm_clean_texts *seen) {
    if (seen) pm_memo_free(seen->memo);
    free(seen);
}

// `known` is the text under which `s` is remembered.
static struct pm_str unless_seen(const struct pm_redact_key *key, struct pm_memo *memo,
                                 struct pm_arena *a, struct pm_str s, struct pm_str known,
                                 uint64_t seed, unsigned *found) {
    uint64_t hash = pm_mix(known, seed);
    if (pm_memo_find(memo, known, hash)) {
        ++*found;
        return s;
    }
    struct pm_str out = pm_redact(key, a, s);
    if (out.p == s.p) pm_memo_keep(memo, known, hash, 0);
    return out;
}

struct pm_str pm_redact_anew(const struct pm_redact_key *key, struct pm_clean_texts *seen,
                             struct pm_arena *a, struct pm_str s) {
    if (s.n > TEXT_BYTES) return pm_redact(key, a, s);
    unsigned found = 0;
    return unless_seen(key, seen->memo, a, s, s, AS_IT_IS, &found);
}

// As loggers write them, before a fraction and a zone: '0' a figure, 'A' a letter.
#define STAMP(first, text)                                                                         \
    { {text, sizeof text - 1}, first }
static const struct stamp {
    struct pm_str text;
    size_t first; // of its separators: most words are told apart by it
} stamps[] = {
    STAMP(5, "A0000 00:00:00"),                                   // klog
    STAMP(4, "0000-00-00T00:00:00"),                              // RFC 3339
    STAMP(4, "0000-00-00 00:00:00"), STAMP(3, "AAA 00 00:00:00"), // syslog
    STAMP(3, "AAA  0 00:00:00"),
};

static size_t figures(struct pm_str s) {
    size_t n = 0;
    while (n < s.n && pm_secret_figure(s.p[n])) n++;
    return n;
}
static bool is_alike(char c, char as) {
    if (as == '0') return pm_secret_figure(c);
    return as == 'A' ? pm_secret_letter(c) : c == as;
}
static bool is_written(struct pm_str s, const struct stamp *as) {
    size_t i = 0;
    if (s.n < as->text.n || s.p[as->first] != as->text.p[as->first]) return false;
    while (i < as->text.n && is_alike(s.p[i], as->text.p[i])) i++;
    return i == as->text.n;
}
// The length of the stamp at a word's beginning; 0: none.
static size_t stamp_at(struct pm_str s, size_t at) {
    struct pm_str rest = pm_str_from(s, at);
    for (size_t i = 0; i < PM_LEN(stamps); i++) {
        size_t n = stamps[i].text.n;
        if (!is_written(rest, &stamps[i])) continue;
        if (n < rest.n && rest.p[n] == '.') n += 1 + figures(pm_str_from(rest, n + 1));
        if (n < rest.n && rest.p[n] == 'Z') n++;
        return n < rest.n && (rest.p[n] == ' ' || rest.p[n] == '"') ? n : 0;
    }
    return 0;
}

// A stamp whose first colon this is; *at is where it begins, a word's beginning.
static size_t stamp_of_colon(struct pm_str s, size_t colon, size_t from, size_t *at) {
    for (size_t i = 0; i < PM_LEN(stamps); i++) {
        const size_t before = stamps[i].text.n - 6; // "…00:00:00"
        if (colon < from + before) continue;
        *at = colon - before;
        if (*at > 0 && s.p[*at - 1] != ' ' && s.p[*at - 1] != '"') continue;
        const size_t n = *at < FRONT_BYTES ? stamp_at(s, *at) : 0;
        if (n) return n;
    }
    return 0;
}

static struct pm_str with_stamps_alike(char *out, struct pm_str s) {
    const struct pm_str front = pm_str_sub(s, 0, FRONT_BYTES + DATE_BYTES);
    size_t done = 0, at;
    memcpy(out, s.p, s.n);
    for (ptrdiff_t colon; (colon = pm_str_chr(front, ':', done)) >= 0;) {
        size_t n = stamp_of_colon(s, (size_t)colon, done, &at);
        done = n ? at + n : (size_t)colon + 1;
        for (size_t i = at; n && i < done; i++)
            if (pm_secret_figure(out[i])) out[i] = '0';
    }
    return (struct pm_str){out, s.n};
}

// Where the request of an access log's line begins, with its quote; 0: it is none.
static size_t request_at(struct pm_str s) {
    static const struct stamp east = STAMP(3, " - - [00/AAA/0000:00:00:00 +0000] \""),
                              west = STAMP(3, " - - [00/AAA/0000:00:00:00 -0000] \"");
    size_t n = 0;
    while (n < s.n && (pm_secret_figure(s.p[n]) || s.p[n] == '.')) n++;
    const struct pm_str rest = pm_str_from(s, n);
    return n && (is_written(rest, &east) || is_written(rest, &west)) ? n + east.text.n - 1 : 0;
}

struct pm_str pm_redact_line(const struct pm_redact_key *key, struct pm_clean_texts *seen,
                             struct pm_arena *a, struct pm_str s) {
    if (s.n == 0 || s.n > TEXT_BYTES) return pm_redact(key, a, s);
    if (seen->to_pass) {
        seen->to_pass--;
        return pm_redact(key, a, s);
    }
    if (++seen->tried > LINES_TRIED) {
        seen->to_pass = seen->known < FEW ? LINES_PASSED : 0;
        seen->tried = seen->known = 0;
    }
    const size_t request = request_at(s);
    if (request)
        return unless_seen(key, seen->memo, a, s, pm_str_from(s, request), REQUEST, &seen->known);
    return unless_seen(key, seen->memo, a, s, with_stamps_alike(seen->line, s), WITHOUT_STAMPS,
                       &seen->known);
}
