// Records from lines. A program's record can be several lines of the file: a klog block,
// an error that holds a newline, what an issue tracker wrapped.
//
// Each stream ("lane": node, stdout or stderr, ident[pid]) has at most one record
// waiting. It leaves when its lane's next record begins, when it has waited
// FRAME_LANE_LAG lines, or at once where nothing can follow. What cannot be told from a
// new record stays a record of its own: splitting one is cheaper than hiding one.
#include "frame_int.h"
#include "pm/scan.h"

static bool blank(struct pm_str s) {
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != ' ' && s.p[i] != '\t') return false;
    return true;
}

static size_t blanks_of(struct pm_str s) {
    size_t i = 0;
    while (i < s.n && s.p[i] == ' ') i++;
    return i;
}

// "  Warning  Failed     4s    kubelet  …"
static bool frame_join_is_row(struct pm_str s) {
    struct pm_scan c = pm_scan_of(s);
    pm_scan_blanks(&c);
    if (!pm_scan_lit(&c, "Warning") && !pm_scan_lit(&c, "Normal")) return false;
    return pm_scan_blanks(&c) >= 2 || pm_scan_char(&c, '\t');
}

// "shop   28s   Warning   Failed   pod/cart-0   …": a row of `kubectl get events`
static bool has_row(struct pm_str s) {
    return pm_str_has(s, PM_STR("  Normal  ")) || pm_str_has(s, PM_STR("  Warning  ")) ||
           pm_str_has(s, PM_STR("\tNormal\t")) || pm_str_has(s, PM_STR("\tWarning\t"));
}

// Ends with an HTTP status and its phrase: "…/manifests/1.2: 429 Too Many Requests"
static bool ends_status(struct pm_str s) {
    s = pm_str_trim(s);
    size_t i = s.n;
    while (i > 0 && (s.p[i - 1] == ' ' || s.p[i - 1] == '-' || s.p[i - 1] == '\'' ||
                     ((s.p[i - 1] | 32) >= 'a' && (s.p[i - 1] | 32) <= 'z')))
        i--;
    if (i < 5 || i == s.n) return false;
    struct pm_str code = pm_str_sub(s, i - 3, 3);
    return (code.p[0] == '4' || code.p[0] == '5') && code.p[1] >= '0' && code.p[1] <= '9' &&
           code.p[2] >= '0' && code.p[2] <= '9' && s.p[i - 4] == ' ';
}

// `    message: 'Container image "x" is not present with pull policy` goes on in the next, deeper line.
static bool is_open_scalar(struct pm_str s) {
    struct pm_scan c = pm_scan_of(s);
    pm_scan_blanks(&c);
    pm_scan_lit(&c, "- ");
    if (!pm_scan_lit(&c, "message: '")) return false;
    struct pm_str rest = pm_scan_rest(&c);
    size_t quotes = 0;
    for (size_t i = 0; i < rest.n; i++) quotes += rest.p[i] == '\'';
    return quotes % 2 == 0;
}

// "denied: requested access …", "unauthorized: authentication required": an item of a
// registry's list
static bool is_code(struct pm_str s) {
    size_t i = 0;
    while (i < s.n && s.p[i] >= 'a' && s.p[i] <= 'z') i++;
    return i > 0 && i + 1 < s.n && s.p[i] == ':' && s.p[i + 1] == ' ';
}

// What a registry says beneath its status: "toomanyrequests: …", "upstream connect
// error", a page, JSON. A sentence with a capital is another line's.
static bool answer_body(struct pm_str s) {
    s = pm_str_from(s, blanks_of(s));
    return s.n && ((s.p[0] >= 'a' && s.p[0] <= 'z') || s.p[0] == '<' || s.p[0] == '{');
}

// "fatal: [web01]: FAILED! => {", "ok: [web01] => {": Ansible's value of a task goes on
// up to a "}" at a line's beginning.
static bool is_open_value(struct pm_str s) {
    static const char *const heads[] = {"fatal: [", "failed: [", "ok: [", "changed: [",
                                        "skipping: ["};
    for (size_t i = 0; i < PM_LEN(heads) && pm_str_ends(s, PM_STR("=> {")); i++)
        if (pm_str_starts(s, pm_str_c(heads[i]))) return true;
    return false;
}

static enum frame_open opens(struct pm_str s, const struct frame_unit *u) {
    if (pm_line_klog(s)) {
        if (pm_str_ends(s, PM_STR("=<"))) return OPEN_BLOCK;
        return pm_quotes_even(s) ? OPEN_TEXT : OPEN_QUOTE;
    }
    bool logrus = pm_str_starts(s, PM_STR("time=")),
         number = s.n && s.p[0] >= '0' && s.p[0] <= '9'; // access logs: nothing to search for
    if (logrus && !pm_quotes_even(s)) return OPEN_QUOTE;
    if (pm_str_ends(s, PM_STR("errors:")) && (s.n == 7 || s.p[s.n - 8] == ' ')) return OPEN_ERRORS;
    if (!logrus && !number) {
        if (frame_join_is_row(s)) return OPEN_ROW;
        if (pm_str_has(s, PM_STR(": output: ")) && pm_str_has(s, PM_STR("pull")))
            return OPEN_OUTPUT;
        if (pm_str_has(s, PM_STR("\" failed with error: "))) return OPEN_COMMAND;
        if (is_open_scalar(s)) return OPEN_SCALAR;
    }
    if (!logrus && ends_status(s) && pm_str_has(s, PM_STR("unexpected status"))) return OPEN_STATUS;
    if (!u->envelope_count && s.n <= 7 && (pm_str_eqc(s, "Warning") || pm_str_eqc(s, "Normal")))
        return OPEN_CELLS;
    if (is_open_value(s)) return OPEN_VALUE;
    if (pm_str_ends(s, PM_STR(" occurred:")) || pm_str_ends(s, PM_STR(" occurred while pulling:")))
        return OPEN_LIST; // hashicorp/go-multierror, podman
    if (!number && frame_wrap_begins(s)) return OPEN_WRAP;
    return u->envelope_count && u->hint.ident.n ? OPEN_REPEAT : OPEN_NO;
}

// Does a parser claim this line for itself? Then it is no continuation.
static bool claimed(struct pm_frame *f, struct pm_str s) {
    struct pm_record r = {
        .text = s, .raw = s, .shape = PM_SHAPE_LINE, .path = f->path, .section = f->section};
    return frame_best_bid(f, &r, false, NULL) >= 40;
}

// "[root@node-7 ~]# crictl images", "user@host:~/work$ docker pull …", "PS C:\\> …": what
// a shell prints before a command, with its user's and host's names
static bool is_shell(struct pm_str s) {
    if (pm_str_starts(s, PM_STR("PS ")) && pm_str_has(pm_str_sub(s, 0, 200), PM_STR("> ")))
        return true;
    size_t i = pm_str_starts(s, PM_STR("[")), from = i;
    while (i < s.n && i < 64 && s.p[i] > ' ' && s.p[i] != '@' && s.p[i] != '"') i++;
    if (i == from || i >= s.n || s.p[i] != '@') return false;
    size_t host = ++i;
    while (i < s.n && i < 128 && s.p[i] > ' ' && s.p[i] != ':' && s.p[i] != ']') i++;
    if (i == host || i >= s.n || (s.p[i] != ':' && s.p[i] != ' ')) return false;
    while (i < s.n && i < 256 && s.p[i] != '$' && s.p[i] != '#') i++;
    return i < s.n && i < 256 && (i + 1 == s.n || s.p[i + 1] == ' ');
}

static bool is_prompt(struct pm_str s) {
    return is_shell(s) || pm_str_starts(s, PM_STR("$ ")) || pm_str_starts(s, PM_STR("# ")) ||
           pm_str_starts(s, PM_STR("```")) || pm_str_starts(s, PM_STR("---"));
}

// "Name:         cart-0", "Events:", "Error: …" is not one: the next field of a description.
static bool is_field(struct pm_str s) {
    size_t i = 0;
    if (!s.n || s.p[0] < 'A' || s.p[0] > 'Z') return false;
    while (i < s.n && i < 40 && ((s.p[i] | 32) >= 'a' || s.p[i] == ' ' || s.p[i] == '-') &&
           (s.p[i] | 32) <= 'z')
        i++;
    if (i >= s.n || s.p[i] != ':') return false;
    return i + 1 == s.n || blanks_of(pm_str_from(s, i + 1)) >= 2;
}

// "FailedMount": an event's reason, alone
static bool is_reason(struct pm_str s) {
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] | 32) >= 'a' && (s.p[i] | 32) <= 'z')) return false;
    return s.n > 3 && s.p[0] >= 'A' && s.p[0] <= 'Z';
}

static bool full(const struct frame_lane *l) {
    return l->joined >= FRAME_JOIN_LINES || l->text.n >= FRAME_JOIN_BYTES;
}

static bool takes(struct pm_frame *f, const struct frame_lane *l, struct pm_str s) {
    if (full(l)) return false;
    switch (l->open) {
    case OPEN_NO:
    case OPEN_REPEAT: return false;
    case OPEN_BLOCK: return !pm_line_head(s);
    case OPEN_TEXT:
        return !blank(s) && !pm_line_head(s) && !frame_join_is_row(s) && !is_prompt(s) &&
               !claimed(f, s);
    case OPEN_QUOTE: return !blank(s) && !pm_line_head(s);
    case OPEN_ROW:
        return !blank(s) && !pm_line_head(s) && !frame_join_is_row(s) && !is_field(s) &&
               !is_prompt(s) && !has_row(s);
    case OPEN_STATUS:
        return l->joined == 0 && answer_body(s) && !pm_line_head(s) && !frame_join_is_row(s) &&
               !has_row(s) && !is_prompt(s);
    case OPEN_WRAP:
        return l->joined < 16 && (f->fence || frame_wrap_can_follow(pm_buf_str(&l->text), s)) &&
               !blank(s) && !pm_line_head(s) && !frame_join_is_row(s) && !has_row(s) &&
               !is_field(s) && !is_prompt(s) && !claimed(f, s);
    case OPEN_CELLS: return !blank(s) && !pm_line_head(s) && (l->joined || is_reason(s));
    case OPEN_VALUE: return blank(s) || s.p[0] == ' ' || s.p[0] == '}';
    case OPEN_LIST:
        return l->joined < 16 && !blank(s) && (s.p[0] == ' ' || s.p[0] == '\t') &&
               !pm_str_starts(pm_str_trim(s), PM_STR("[ERROR ")); // kubeadm: each is one check's
    case OPEN_ERRORS: return l->joined < 8 && is_code(pm_str_trim(s));
    case OPEN_COMMAND: return l->joined == 0 && pm_str_starts(s, PM_STR("Command Output: "));
    case OPEN_OUTPUT:
        return l->joined < 8 && !blank(s) && !pm_str_starts(pm_str_trim(s), PM_STR("[ERROR"));
    case OPEN_SCALAR:
        return blanks_of(s) > blanks_of(pm_buf_str(&l->text)) &&
               !pm_str_has(pm_buf_str(&l->text), PM_STR("'\n"));
    }
    return false;
}

// A wrap in the middle of a word is one at a fixed column, or after '-' and '/'; else a
// blank was eaten.
static void wrap_join(struct frame_lane *l, struct pm_str s) {
    char last = l->text.n ? l->text.p[l->text.n - 1] : ' ';
    size_t lead = blanks_of(s);
    bool tight = last == ' ' || last == '-' || last == '/' || l->same_width;
    if (lead && lead < 4 && l->open != OPEN_WRAP)
        tight = last == ' '; // a box's margin holds the blank; more is an indented paste
    s = pm_str_from(s, lead);
    enum frame_seam seam = frame_wrap_seam(pm_buf_str(&l->text), s);
    if (seam && !(lead && lead < 4)) tight = seam == SEAM_TIGHT;
    if (!tight) pm_buf_addc(&l->text, ' ');
    pm_buf_add(&l->text, s);
}

static bool is_pair(struct pm_str s) {
    size_t i = 0;
    while (i < s.n && i < 40 && ((s.p[i] | 32) >= 'a' && (s.p[i] | 32) <= 'z')) i++;
    return i > 0 && i + 1 < s.n && s.p[i] == '=' && s.p[i + 1] == '"';
}

static void append(struct pm_frame *f, struct frame_lane *l, struct pm_str s) {
    l->same_width = l->joined > 0 && l->line_chars == s.n && l->same_width;
    switch (l->open) {
    case OPEN_BLOCK: // journald prints the block's TAB as eight blanks
        pm_buf_addc(&l->text, '\n');
        if (blanks_of(s) >= 8) {
            pm_buf_addc(&l->text, '\t');
            s = pm_str_from(s, 8);
        }
        pm_buf_add(&l->text, s);
        if (pm_str_starts(s, PM_STR(" >")) && !pm_str_ends(s, PM_STR("=<"))) l->open = OPEN_TEXT;
        break;
    case OPEN_WRAP: // a box's blanks up to its edge are no text
        while (l->text.n && l->text.p[l->text.n - 1] == ' ') l->text.n--;
        wrap_join(l, pm_str_trim(s));
        if (f->fence == FENCE_LAST || (!f->fence && !frame_wrap_goes_on(s))) l->open = OPEN_NO;
        break;
    case OPEN_CELLS: // Type, Reason, Age, From, Message
        pm_buf_addc(&l->text, '\t');
        pm_buf_add(&l->text, pm_str_trim(s));
        if (l->joined == 3) l->open = OPEN_NO;
        break;
    case OPEN_QUOTE:
    case OPEN_SCALAR: wrap_join(l, s); break;
    case OPEN_ROW:
        if (!ends_status(pm_buf_str(&l->text)) || blanks_of(s)) wrap_join(l, s);
        else {
            pm_buf_addc(&l->text, '\n');
            pm_buf_add(&l->text, s);
        }
        break;
    default: // a klog pair at a line's start is a wrap, too
        pm_buf_addc(&l->text, l->open == OPEN_TEXT && is_pair(s) ? ' ' : '\n');
        pm_buf_add(&l->text, s);
    }
    l->line_chars = s.n;
    l->joined++;
    l->weight += f->weight - 1;
    if (l->open == OPEN_QUOTE && pm_quotes_even(pm_buf_str(&l->text))) l->open = OPEN_TEXT;
    else if (l->open == OPEN_TEXT && is_pair(s) && !pm_quotes_even(pm_buf_str(&l->text)))
        l->open = OPEN_QUOTE;
    if (l->open == OPEN_OUTPUT && pm_str_starts(s, PM_STR(", error: "))) l->open = OPEN_NO;
    if (l->open == OPEN_VALUE && pm_str_starts(s, PM_STR("}"))) l->open = OPEN_NO;
}

struct frame_lane *frame_lane_of(struct pm_frame *f, struct pm_str key) {
    if (f->last_lane && f->last_lane->used && pm_str_eq(pm_buf_str(&f->last_lane->key), key))
        return f->last_lane;
    struct frame_lane *oldest = &f->lanes[0];
    for (size_t i = 0; i < FRAME_LANES; i++) {
        struct frame_lane *l = &f->lanes[i];
        if (!l->used) {
            oldest = l;
            break;
        }
        if (pm_str_eq(pm_buf_str(&l->key), key)) return f->last_lane = l;
        if (l->last_line < oldest->last_line) oldest = l;
    }
    if (oldest->used) {
        frame_lane_flush(f, oldest);
        oldest->partial = false;
    }
    oldest->used = true;
    oldest->last_line = f->line;
    pm_buf_clear(&oldest->key);
    pm_buf_add(&oldest->key, key);
    return f->last_lane = oldest;
}

static void emit_pending(struct pm_frame *f, struct frame_lane *l) {
    if (!l->pending) return;
    l->pending = false;
    f->lanes_pending--;
    l->r.text = pm_buf_str(&l->text);
    l->r.raw = pm_buf_str(&l->raw);
    if (pm_str_ends(l->r.raw, l->r.text)) // what is known of the one holds of the other
        l->r.text = pm_str_from(l->r.raw, l->r.raw.n - l->r.text.n);
    uint64_t at_hand = f->weight;
    f->weight = l->weight;
    frame_dispatch(f, &l->r);
    f->weight = at_hand;
}

void frame_lane_flush(struct pm_frame *f, struct frame_lane *l) {
    emit_pending(f, l);
    if (!l->partial) return;
    // containerd writes a last line without newline as P with no F after it
    l->partial = false;
    struct frame_unit u = {.text = pm_buf_str(&l->piece_text),
                           .raw = pm_buf_str(&l->piece_raw),
                           .line = l->piece.line,
                           .offset = l->piece.offset,
                           .hint = l->piece.hint};
    u.envelope_count = l->piece.envelope_count;
    memcpy(u.envelopes, l->piece.envelopes, sizeof u.envelopes);
    struct pm_record r;
    frame_record_of(f, &u, &r);
    frame_dispatch(f, &r);
}

static struct frame_lane *earliest(struct pm_frame *f) {
    struct frame_lane *best = NULL;
    for (size_t i = 0; i < FRAME_LANES; i++) {
        struct frame_lane *l = &f->lanes[i];
        if (l->pending && (!best || l->r.line < best->r.line)) best = l;
    }
    return best;
}

void frame_flush(struct pm_frame *f) {
    for (struct frame_lane *l; (l = earliest(f));) emit_pending(f, l);
    for (size_t i = 0; i < FRAME_LANES; i++)
        if (f->lanes[i].partial) frame_lane_flush(f, &f->lanes[i]);
}

// Records leave in order as far as that costs no continuation: one that is most likely
// whole goes before the next stream's record. Only where whole lines of nodes interleave
// (a key of several layers) it is given the time that an open one has.
static bool most_likely_whole(const struct frame_lane *l) {
    return l->open == OPEN_REPEAT ||
           (l->open == OPEN_TEXT && pm_str_chr(pm_buf_str(&l->key), '\x1f', 0) < 0);
}

static void flush_lagging(struct pm_frame *f, uint64_t line) {
    for (size_t i = 0; i < FRAME_LANES; i++) {
        struct frame_lane *l = &f->lanes[i];
        if (l->pending && (most_likely_whole(l) || l->last_line + FRAME_LANE_LAG < line))
            emit_pending(f, l);
    }
}

static void hold(struct pm_frame *f, struct frame_lane *l, const struct frame_unit *u,
                 enum frame_open open) {
    if (!l->arena) l->arena = pm_arena_new();
    pm_arena_reset(l->arena);
    pm_buf_clear(&l->text);
    pm_buf_clear(&l->raw);
    pm_buf_add(&l->text, u->text);
    pm_buf_add(&l->raw, pm_str_sub(u->raw, 0, 64u << 10));
    frame_record_of(f, u, &l->r);
    l->r.hint = frame_hint_dup(l->arena, &u->hint);
    l->open = open;
    l->joined = 0;
    l->weight = f->weight;
    l->line_chars = u->text.n;
    l->same_width = true;
    l->pending = true;
    f->lanes_pending++;
}

// "last message repeated 3 times", alone or behind a host
static bool last_repeated(struct pm_frame *f, const struct frame_unit *u) {
    ptrdiff_t at = pm_str_find(pm_str_sub(u->text, 0, 400), PM_STR("last message repeated "), 0);
    if (at < 0 || !f->last_lane || !f->last_lane->pending) return false;
    struct pm_scan c = pm_scan_of(pm_str_from(u->text, (size_t)at + 22));
    uint64_t times;
    if (!pm_scan_uint(&c, 7, &times) || !pm_scan_lit(&c, " time")) return false;
    f->last_lane->r.hint.repeats += (uint32_t)times;
    return true;
}

// Behind `oc adm node-logs` an indented continuation has its node but no ident: it
// belongs to that node's last record.
static bool node_indented(struct pm_frame *f, const struct frame_unit *u) {
    struct frame_lane *best = NULL;
    size_t blanks = blanks_of(u->text);
    if (blanks < 15 || !u->key.n) return false;
    for (size_t i = 0; i < FRAME_LANES; i++) {
        struct frame_lane *l = &f->lanes[i];
        struct pm_str key = pm_buf_str(&l->key);
        bool same_node = l->pending && key.n > u->key.n && pm_str_starts(key, u->key) &&
                         key.p[u->key.n] == '\x1f';
        if (same_node && (!best || l->last_line > best->last_line)) best = l;
    }
    if (!best || full(best)) return false;
    struct pm_str rest = pm_str_from(u->text, blanks);
    pm_buf_addc(&best->text, '\n');
    if (best->open ==
        OPEN_BLOCK) { // what klog puts before a block's lines went with the indentation
        bool closes = pm_str_starts(rest, PM_STR(">"));
        pm_buf_addc(&best->text, closes ? ' ' : '\t');
        if (closes && !pm_str_ends(rest, PM_STR("=<"))) best->open = OPEN_TEXT;
    }
    pm_buf_add(&best->text, rest);
    best->joined++;
    best->last_line = u->line;
    return true;
}

// What a window wrapped stands in the very next line, and without the envelope of the
// first.
static bool wrapped_here(const struct pm_frame *f, const struct frame_unit *u) {
    const struct frame_lane *l = f->last_lane;
    return !u->json && !u->fields && !u->envelope_count && l && l->pending &&
           (l->open == OPEN_QUOTE || l->open == OPEN_WRAP) && l->last_line + 1 == u->line;
}

static void cut_by_pager(struct pm_frame *f, struct frame_unit *u) {
    if (u->json || u->fields || (!u->envelope_count && !pm_line_head(u->text)) ||
        !frame_pager_cut(&u->text))
        return;
    u->hint.cut = true;
    pm_diags_add(f->sink.diags, f->path, u->line, "line-cut",
                 "a pager cut this line at the window's edge");
}

void frame_join(struct pm_frame *f, struct frame_unit *u) {
    struct pm_record r;
    const bool object = u->json || u->fields;
    if (!object && node_indented(f, u)) return;
    if (!object && pm_str_ends(u->text, PM_STR("times")) && last_repeated(f, u)) return;
    cut_by_pager(f, u);
    struct frame_lane *l = wrapped_here(f, u) ? f->last_lane : frame_lane_of(f, u->key);
    if (l->pending && !object && takes(f, l, u->text)) {
        append(f, l, u->text);
        l->last_line = u->line;
        if (l->open == OPEN_NO) emit_pending(f, l);
        return;
    }
    emit_pending(f, l);
    if (f->lanes_pending) flush_lagging(f, u->line);
    l->last_line = u->line;
    if (object || blank(u->text)) {
        frame_record_of(f, u, &r);
        if (u->fields && !r.raw.n) f->listed.late = &r;
        if (object) frame_dispatch(f, &r);
        f->listed.late = NULL;
        return;
    }
    enum frame_open open = opens(u->text, u);
    if (open) {
        hold(f, l, u, open);
        return;
    }
    frame_record_of(f, u, &r);
    frame_dispatch(f, &r);
}

bool frame_indented(struct pm_frame *f, struct pm_str line) {
    struct frame_lane *l = f->last_lane;
    if (f->indent < 15 || !l || !l->pending || blanks_of(line) < f->indent || full(l)) return false;
    pm_buf_addc(&l->text, '\n');
    pm_buf_add(&l->text, frame_clean(f, pm_str_from(line, f->indent), f->line));
    l->joined++;
    return true;
}

bool frame_continues(struct pm_frame *f, struct pm_str line) {
    struct frame_lane *l = f->last_lane;
    bool quotes_bodies =
        l && (l->open == OPEN_BLOCK || l->open == OPEN_STATUS || l->open == OPEN_OUTPUT ||
              l->open == OPEN_QUOTE || l->open == OPEN_VALUE);
    return quotes_bodies && l->pending && l->key.n == 0 && takes(f, l, line);
}
