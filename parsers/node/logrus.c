// logrus in its forms. What the messages mean is in containerd.c, dockerd.c, crio.c and
// logrus_other.c.
//
//     time="2024-01-02T03:04:05.678901234Z" level=error msg="PullImage \"acme/web:1\" failed" error="…"
//     time="2024-01-02 03:04:05.123456789Z" level=info msg="Pulling image: quay.test/ops/agent:7" id=0f2d name=/runtime.v1.ImageService/PullImage
//     FATA[0003] pulling image: rpc error: code = Unknown desc = …
//     WARN[2024-01-02T03:04:05Z] trying next host                              host=mirror.test
//     {"error":"…","level":"error","msg":"PullImage \"acme/web:1\" failed","time":"2024-01-02T03:04:05.678901234Z"}
//     {"@timestamp":"2024-01-02T03:04:05Z","@version":"1","level":"error","message":"…"}
// Grammar: sirupsen/logrus:text_formatter.go, json_formatter.go;
// containerd/log:context.go (fixed nine digits), cri-o/cri-o:cmd/crio/main.go (blank for
// T up to 1.31). Also copies whose lines lost their time= or the backslashes of their
// quotes. A stamp in quotes without zone is local.
#include "base/json_get.h"
#include "parsers/node/logrus.h"
#include "parsers/lift/lift.h"

static const char *const tty_levels[] = {"TRAC", "DEBU", "INFO", "WARN", "ERRO", "FATA", "PANI"};
static const char *const levels[] = {"trace", "debug", "info",  "warning",
                                     "warn",  "error", "fatal", "panic"};

bool pm_logrus_level(struct pm_str s) {
    for (size_t i = 0; i < PM_LEN(levels); i++)
        if (pm_str_eqc(s, levels[i])) return true;
    return false;
}

// "ERRO[0003] ": how long the head is, 0 where it is none.
static size_t tty_head(struct pm_str s) {
    if (s.n < 7 || s.p[4] != '[') return 0;
    for (size_t i = 0; i < PM_LEN(tty_levels); i++) {
        if (!starts(s, tty_levels[i])) continue;
        ptrdiff_t end = pm_str_chr(pm_str_sub(s, 0, 48), ']', 5);
        return end < 0 ? 0 : (size_t)end + 1;
    }
    return 0;
}

// time=… level=word, level=word msg=…; Prometheus' and slog's logfmt writes levels in
// capitals or "ts=" and is left to others.
static bool text_shape(struct pm_str s) {
    if (!starts(s, "time=") && !starts(s, "level=")) return false;
    struct pm_str head = pm_str_sub(s, 0, 96), word;
    struct pm_scan c = pm_scan_of(after(head, "level="));
    if (!c.at || !pm_scan_word(&c, &word)) return false;
    if (word.n > 1 && word.p[0] == '"')
        word = pm_str_sub(word, 1, word.n - 2); // docker before 1.8: level="error"
    return pm_logrus_level(word);
}

static bool json_shape(const json_t *o) {
    return pm_logrus_level(pm_member_text(o, "level")) &&
           (pm_member_text(o, "msg").p || json_object_get(o, "@version")) &&
           (pm_member_text(o, "time").p || pm_member_text(o, "@timestamp").p);
}

bool pm_logrus_peek(const struct pm_record *r, struct pm_str *msg) {
    *msg = PM_NONE;
    if (r->json) {
        if (!json_shape(r->json)) return false;
        *msg = pm_member_text(r->json, "msg").p ? pm_member_text(r->json, "msg")
                                                : pm_member_text(r->json, "message");
        return true;
    }
    size_t tty = tty_head(r->text);
    if (tty) *msg = pm_str_trim(pm_str_from(r->text, tty));
    else if (text_shape(r->text)) *msg = after(pm_str_sub(r->text, 0, 256), "msg=");
    else return false;
    if (!tty && msg->n && msg->p[0] == '"') *msg = pm_str_from(*msg, 1);
    return true;
}

static void read_stamp(struct pm_str s, struct pm_when *w) {
    if (pm_when_rfc3339(s, w) == 0) w->kind = PM_WHEN_NONE;
}

static void fields_of_pairs(struct pm_logrus *v) {
    v->level = pm_pairs_get(&v->pairs, "level");
    v->error = pm_pairs_get(&v->pairs, "error");
    v->msg = pm_pairs_get(&v->pairs, "msg");
    if (!v->msg.p) v->msg = pm_pairs_get(&v->pairs, "message");
    struct pm_str stamp = pm_pairs_get(&v->pairs, "time");
    read_stamp(stamp.p ? stamp : pm_pairs_get(&v->pairs, "@timestamp"), &v->when);
}

// key="quoted" or key=bare. A bare value ends at a blank; an empty one is allowed ("key=
// next=").
static bool read_pair(struct pm_arena *a, struct pm_scan *c, struct pm_logrus *v) {
    struct pm_str key, value = PM_NONE;
    if (!pm_scan_until(c, '=', &key) || key.n > 96) return false;
    if (!pm_scan_end(c) && *c->at == '"') {
        const struct pm_scan open = *c;
        bool cut = false;
        if (!pm_scan_quoted(c, a, &value, &cut)) return false;
        if (!cut && !pm_scan_end(c) && !pm_blank(*c->at)) value = pm_pairs_bare_quotes(&open, c);
        v->cut = v->cut || cut;
    } else if (!pm_scan_end(c) && *c->at != ' ') {
        pm_scan_word(c, &value);
    }
    pm_pairs_add(&v->pairs, pm_str_trim(key), value);
    return true;
}

static void logrus_read_pairs(struct pm_arena *a, struct pm_scan *c, struct pm_logrus *v) {
    for (pm_scan_blanks(c); !pm_scan_end(c) && *c->at != '\n'; pm_scan_blanks(c))
        if (!read_pair(a, c, v)) return;
}

// The message is padded to 44 columns; pairs follow after two blanks at least. Where a
// longer message is followed by one blank, all of it stays the message.
static void read_tty(struct pm_arena *a, struct pm_str s, size_t head, struct pm_logrus *v) {
    struct pm_str rest = pm_str_trim(pm_str_from(s, head)), inner = pm_str_sub(s, 5, head - 6);
    v->tty = true;
    v->level = pm_str_sub(s, 0, 4);
    read_stamp(inner, &v->when);
    v->msg = rest;
    for (ptrdiff_t at = pm_str_find(rest, PM_STR("  "), 0); at >= 0;
         at = pm_str_find(rest, PM_STR("  "), (size_t)at + 1)) {
        struct pm_scan c = pm_scan_of(pm_str_from(rest, (size_t)at));
        struct pm_str key;
        pm_scan_blanks(&c);
        struct pm_scan pairs = c;
        if (!pm_scan_until(&c, '=', &key) || !key.n || pm_str_chr(key, ' ', 0) >= 0) continue;
        v->msg = pm_str_trim(pm_str_sub(rest, 0, (size_t)at));
        logrus_read_pairs(a, &pairs, v);
        break;
    }
    v->error = pm_pairs_get(&v->pairs, "error");
}

bool pm_logrus_read_text(struct pm_arena *a, struct pm_str s, struct pm_logrus *v) {
    size_t tty = tty_head(s);
    if (!tty && !text_shape(s)) return false;
    if (tty) {
        read_tty(a, s, tty, v);
        return true;
    }
    struct pm_scan c = pm_scan_of(s);
    logrus_read_pairs(a, &c, v);
    fields_of_pairs(v);
    return true;
}

bool pm_logrus_read(struct pm_arena *a, const struct pm_record *r, struct pm_logrus *v) {
    if (!r->json) return pm_logrus_read_text(a, r->text, v);
    if (!json_shape(r->json)) return false;
    pm_pairs_json(a, r->json, &v->pairs);
    fields_of_pairs(v);
    return true;
}

bool pm_logrus_is_error(const struct pm_logrus *v) {
    static const char *const words[] = {"error", "fatal", "panic", "ERRO", "FATA", "PANI"};
    for (size_t i = 0; i < PM_LEN(words); i++)
        if (pm_str_eqc(v->level, words[i])) return true;
    return false;
}

const struct pm_logrus_row *pm_logrus_row_of(const struct pm_logrus_row *rows, size_t n,
                                             struct pm_str msg) {
    for (size_t i = 0; i < n; i++)
        if (msg.n && msg.p[0] == rows[i].head[0] && starts(msg, rows[i].head) &&
            (!rows[i].must || has(msg, rows[i].must)))
            return &rows[i];
    return NULL;
}

struct pm_event pm_logrus_event(const struct pm_logrus_line *l, enum pm_kind kind,
                                const char *message) {
    struct pm_event e = pm_event_of(l->r, l->component, kind);
    if (l->v->when.kind != PM_WHEN_NONE) e.when = l->v->when;
    if (l->v->cut) e.flags |= PM_EV_CUT;
    if (message) e.field[PM_F_MESSAGE] = pm_str_c(message);
    return e;
}

void pm_logrus_emit_error(const struct pm_logrus_line *l, struct pm_event *e, struct pm_str error) {
    pm_lift_into(l->ctx->a, e, error);
    pm_emit(l->ctx, l->r, e);
}

// With its version, where the line has one: "starting containerd 2.1.0".
void pm_logrus_runtime_started(const struct pm_logrus_line *l) {
    struct pm_str version = pm_pairs_get(&l->v->pairs, "version");
    struct pm_event e = pm_logrus_event(l, PM_KIND_RUNTIME_START, NULL);
    if (pm_str_starts(version, PM_STR("v"))) version = pm_str_from(version, 1);
    e.field[PM_F_MESSAGE] =
        version.n ? pm_arena_fmt(l->ctx->a, "%.*s %.*s", PM_FMT(l->v->msg), PM_FMT(version))
                  : l->v->msg;
    pm_emit(l->ctx, l->r, &e);
}
void pm_logrus_runtime_stopped(const struct pm_logrus_line *l) {
    struct pm_event e = pm_logrus_event(l, PM_KIND_RUNTIME_STOP, NULL);
    e.field[PM_F_MESSAGE] = l->v->msg;
    pm_emit(l->ctx, l->r, &e);
}

enum pm_parse pm_logrus_take(const struct pm_logrus_line *l, const struct pm_logrus_row *rows,
                             size_t n) {
    const struct pm_logrus_row *row = pm_logrus_row_of(rows, n, l->v->msg);
    if (row && row->take) row->take(l);
    if (!l->v->cut) return PM_PARSE_OK;
    pm_emit_bad(l->ctx, l->r, "line-cut", "the line ends inside a quoted value");
    return PM_PARSE_BAD;
}
