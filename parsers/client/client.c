// Lines of client programs by phrase. See client.h.
//
// Clients print for people: no stamp, no level, any prefix (a CI's clock, a job name, a
// bullet). So a row looks for a phrase, and the error behind it counts only where it
// talks of a pull or a registry: "Error response from daemon: conflict …" is none of
// ours.
#include "parsers/client/client.h"
#include "pm/envelope.h"
#include "parsers/node/klog.h"
#include "parsers/node/logrus.h"
#include <pthread.h>

// "2026-05-04T10:00:01.5Z ", as collectors of containers' logs put it before each line.
struct pm_str pm_client_unstamped(struct pm_str s) {
    ptrdiff_t blank = pm_str_chr(pm_str_sub(s, 0, 40), ' ', 0);
    bool stamp = blank >= 20 && s.p[4] == '-' && s.p[7] == '-' && s.p[10] == 'T' &&
                 s.p[13] == ':' && s.p[0] == '2' && s.p[1] == '0';
    return stamp ? pm_str_from(s, (size_t)blank + 1) : s;
}

static struct pm_str skip_bullets(struct pm_str s) {
    size_t i = 0;
    s = pm_client_unstamped(s);
    while (i < s.n && strchr(" \t*>-|\"'", s.p[i])) i++;
    return pm_str_from(s, i);
}

static struct pm_str behind_cue(const struct pm_client_row *row, struct pm_str s,
                                struct pm_str *from) {
    if (row->cue[0] != '^') {
        ptrdiff_t at = pm_str_find(s, pm_str_c(row->cue), 0);
        *from = at < 0 ? PM_NONE : pm_str_from(s, (size_t)at);
        return after(s, row->cue);
    }
    *from = skip_bullets(s);
    return starts(*from, row->cue + 1) ? pm_str_from(*from, strlen(row->cue) - 1) : PM_NONE;
}

static bool matches(const struct pm_client_row *row, struct pm_str s, struct pm_str *rest,
                    struct pm_str *from) {
    *rest = behind_cue(row, s, from);
    return rest->p && (!row->must || has(*rest, row->must));
}

// The cues of all catalogues that may stand anywhere, each with its catalogue's bit.
static struct pm_word cue_words[PM_CLIENTS_MAX * PM_CLIENT_ROWS_MAX];
static char lower[PM_CLIENTS_MAX * PM_CLIENT_ROWS_MAX][64];
static struct pm_words cues = {.word = cue_words};
// Of each catalogue the bytes with which the others begin ("^…"), that bid.
static bool begins_with[PM_CLIENTS_MAX][256];

static void build_cues(void) {
    for (size_t k = 0; pm_clients[k] && k < PM_CLIENTS_MAX; k++)
        for (size_t i = 0; i < pm_clients[k]->n && i < PM_CLIENT_ROWS_MAX; i++) {
            const char *cue = pm_clients[k]->rows[i].cue;
            if (!pm_clients[k]->rows[i].bid) continue;
            if (cue[0] == '^') {
                begins_with[k][(unsigned char)cue[1]] = true;
                continue;
            }
            for (size_t at = 0; cue[at] && at < sizeof lower[0] - 1; at++)
                lower[cues.n][at] =
                    (char)(cue[at] >= 'A' && cue[at] <= 'Z' ? cue[at] + 32 : cue[at]);
            cue_words[cues.n] = (struct pm_word){lower[cues.n], 1u << k};
            cues.n++;
        }
}

static unsigned cues_in(const struct pm_record *r) {
    static pthread_once_t built = PTHREAD_ONCE_INIT;
    pthread_once(&built, build_cues);
    if (!r->memo) return pm_words_find(&cues, r->text);
    if (!r->memo->client_known) {
        r->memo->client_cues = pm_words_find(&cues, r->text);
        r->memo->client_known = true;
    }
    return r->memo->client_cues;
}

int pm_client_bid(const struct pm_client *c, const struct pm_record *r) {
    if (r->text.n > (64u << 10)) return 0;
    struct pm_str rest, from, begin = skip_bullets(r->text);
    const char *absent = ""; // the cue that was not there: rows of one cue stand together
    const unsigned found = cues_in(r);
    bool anywhere = false, begins = false;
    for (size_t k = 0; pm_clients[k] && k < PM_CLIENTS_MAX; k++) {
        if (pm_clients[k] != c) continue;
        anywhere |= found >> k & 1;
        begins |= begin.n && begins_with[k][(unsigned char)begin.p[0]];
    }
    if (!anywhere && !begins) return 0;
    for (size_t i = 0; i < c->n; i++) {
        const struct pm_client_row *row = &c->rows[i];
        bool may = row->bid && (row->cue[0] == '^' ? starts(begin, row->cue + 1)
                                                   : anywhere && strcmp(row->cue, absent) != 0);
        if (may && matches(row, r->text, &rest, &from)) return row->bid;
        if (may && !from.p) absent = row->cue;
    }
    return 0;
}

// GitLab runner: `"always": Error response from daemon: …`
static struct pm_str without_policy(struct pm_str s) {
    static const char *const policies[] = {
        "\"always\": ", "\"if-not-present\": ", "\"never\": ", "\"\": "};
    for (size_t i = 0; i < PM_LEN(policies); i++)
        if (starts(s, policies[i])) return pm_str_from(s, strlen(policies[i]));
    return s;
}

struct pm_str pm_client_trim(struct pm_str s) {
    static const char *const tails[] = {"\nSee 'docker run --help'", "\n\nRun 'docker run --help'",
                                        " (manager.go:", " (docker.go:", "\nSTDERR"};
    s = without_policy(pm_str_trim(s));
    for (size_t i = 0; i < PM_LEN(tails); i++) {
        ptrdiff_t at = pm_str_find(s, pm_str_c(tails[i]), 0);
        if (at > 0) s = pm_str_trim(pm_str_sub(s, 0, (size_t)at));
    }
    return s;
}

// Get "https://r.test/v2/li… : a quote that opens behind a blank and does not close is a
// line that was cut.
static bool ends_in_quote(struct pm_str s) {
    bool open = false, opens_value = false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\\') i++;
        else if (s.p[i] == '"') {
            open = !open;
            opens_value = i > 0 && strchr(" =(:", s.p[i - 1]);
        }
    }
    return open && opens_value;
}

static bool note_cut(struct pm_parse_ctx *ctx, const struct pm_record *r, struct pm_event *e) {
    if (!ends_in_quote(r->text)) return false;
    e->flags |= PM_EV_CUT;
    pm_emit_bad(ctx, r, "line-cut", "the line ends inside a quoted value");
    return true;
}

static void set_error(struct pm_parse_ctx *ctx, struct pm_event *e, struct pm_str error) {
    pm_lift_into(ctx->a, e, pm_client_trim(error));
}

static enum pm_kind kind_of_refusal(struct pm_str error) {
    if (pm_lift_refused_by_admission(error))
        return PM_KIND_OTHER; // kubectl's error: the pod never was
    return pm_lift_runtime_down(error) ? PM_KIND_RUNTIME_DOWN : PM_KIND_PULL_FAIL;
}

bool pm_client_error(struct pm_parse_ctx *ctx, const struct pm_record *r, struct pm_str error) {
    if (!pm_lift_refusal(error)) return false;
    struct pm_event e = pm_event_of(r, PM_COMP_CLIENT, kind_of_refusal(error));
    set_error(ctx, &e, error);
    note_cut(ctx, r, &e);
    pm_emit(ctx, r, &e);
    return true;
}

// kubeadm and scripts quote crictl's output: "…: output: E0102 03:04:05.… "PullImage from
// image service failed" err="…" image="…"", or time="…" level=fatal msg="…"
static struct pm_str inner_error(struct pm_arena *a, struct pm_str s, struct pm_event *e) {
    struct pm_klog k = {0};
    struct pm_logrus v = {0};
    ptrdiff_t at = pm_klog_find(pm_str_sub(s, 0, 4096)),
              stamp = pm_str_find(s, PM_STR("time=\""), 0);
    if (at >= 0 && pm_klog_read(a, pm_str_from(s, (size_t)at), &k)) {
        struct pm_str err = pm_pairs_get(&k.pairs, "err"), image = pm_pairs_get(&k.pairs, "image");
        if (!e->field[PM_F_IMAGE].n) e->field[PM_F_IMAGE] = image;
        if (k.when.kind != PM_WHEN_NONE && e->when.kind == PM_WHEN_NONE) e->when = k.when;
        return err.n ? err : k.msg;
    }
    if (stamp >= 0 && pm_logrus_read_text(a, pm_str_from(s, (size_t)stamp), &v) && v.msg.n) {
        if (v.when.kind != PM_WHEN_NONE && e->when.kind == PM_WHEN_NONE) e->when = v.when;
        return v.error.n ? v.error : v.msg;
    }
    return s;
}

// Who asked names the image, and what the engine answered stands behind it: "Failed to pull
// image [r.test/web:1] on host [10.0.0.5], error: Error response from daemon: …"
static struct pm_str image_before(struct pm_arena *a, struct pm_str line, struct pm_str from) {
    return from.p > line.p ? pm_lift_image(a, pm_str_sub(line, 0, (size_t)(from.p - line.p)))
                           : PM_NONE;
}

// NO where the row's words are there and what it asks of the error is not.
static enum pm_parse emit_row(struct pm_parse_ctx *ctx, const struct pm_record *r,
                              const struct pm_client_row *row, struct pm_str rest,
                              struct pm_str from) {
    struct pm_event e = pm_event_of(r, PM_COMP_CLIENT, row->kind);
    int how = row->how & ~PM_SAY_LAST;
    if (how == PM_SAY_NOTHING) return PM_PARSE_OK;
    if (row->how & PM_SAY_LAST) e.flags |= PM_EV_ECHO;
    if (how == PM_SAY_SESSION) {
        pm_emit(ctx, r, &e);
        return PM_PARSE_OK;
    }
    if (how == PM_SAY_IMAGE) {
        e.field[PM_F_IMAGE] = pm_lift_image_at(ctx->a, rest, true);
        if (!e.field[PM_F_IMAGE].n) return PM_PARSE_NO;
        pm_emit(ctx, r, &e);
        return PM_PARSE_OK;
    }
    struct pm_str error = how == PM_SAY_WHOLE || how == PM_SAY_DOWN ? from : rest;
    if (how != PM_SAY_DOWN && pm_lift_runtime_down(error)) e.kind = PM_KIND_RUNTIME_DOWN;
    else if (how == PM_SAY_ENGINE && pm_lift_talks_of_other(error)) return PM_PARSE_NO;
    else if (how == PM_SAY_ENGINE && !pm_lift_talks_of_pull(error)) e.kind = PM_KIND_OTHER;
    else if (how == PM_SAY_ERROR && !pm_lift_talks_of_pull(error)) return PM_PARSE_NO;
    else if (how == PM_SAY_REFUSAL && !pm_lift_refusal(error)) return PM_PARSE_NO;
    if (e.kind == PM_KIND_RUNTIME_DOWN && has(error, "/images/create?"))
        e.kind = PM_KIND_PULL_FAIL; // a pull was asked for, and nobody was there
    struct pm_event named = {.field[PM_F_ERROR] = from};
    struct pm_str inner = inner_error(ctx->a, error, &e);
    if (inner.p != error.p)
        pm_lift_error(ctx->a, &named); // the image stands before the quoted output
    set_error(ctx, &e, inner);
    if (!e.field[PM_F_IMAGE].n) e.field[PM_F_IMAGE] = named.field[PM_F_IMAGE];
    if (!e.field[PM_F_IMAGE].n) e.field[PM_F_IMAGE] = image_before(ctx->a, r->text, from);
    if (e.field[PM_F_IMAGE].n && !pm_lift_has_tag(e.field[PM_F_IMAGE]))
        e.field[PM_F_IMAGE] = pm_lift_tagged(r->text, e.field[PM_F_IMAGE]);
    bool cut = note_cut(ctx, r, &e);
    pm_emit(ctx, r, &e);
    return cut ? PM_PARSE_BAD : PM_PARSE_OK;
}

enum pm_parse pm_client_line(struct pm_parse_ctx *ctx, const struct pm_record *r,
                             const struct pm_client *c) {
    struct pm_str rest, from;
    bool known = false;
    for (size_t i = 0; i < c->n; i++) {
        if (!matches(&c->rows[i], r->text, &rest, &from)) continue;
        known = known || c->rows[i].bid;
        enum pm_parse got = emit_row(ctx, r, &c->rows[i], rest, from);
        if (got != PM_PARSE_NO) return got;
    }
    return known ? PM_PARSE_OK : PM_PARSE_NO;
}

bool pm_client_next(uint64_t line, const struct pm_record *r) {
    return line && r->line == line + 1;
}
