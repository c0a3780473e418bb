// klog text and JSON (kubelet, kube-scheduler, controllers, plug-ins).
//
//     E0102 03:04:05.678901    2711 pod_workers.go:1301] "Error syncing pod, skipping" err="…" pod="shop/web-0" podUID="3c0f…"
//     W0102 03:04:06.000042    2711 kubelet_pods.go:1079] Unable to retrieve pull secret shop/regcred for shop/web-0 due to …
//     E0102 03:04:06.000042    2711 kuberuntime_image.go:55] "Failed to pull image" err=<⏎⇥line⏎⇥line⏎ > image="…"
//     {"ts":1704164645678.9012,"caller":"kuberuntime/kuberuntime_image.go:55","msg":"Failed to pull image","err":"…","image":"…"}
//     {"ts":1704164645678.9012,"msg":"Pull image \"r.test/a:1\" failed: rpc error: …\n","v":0}                              (1.19 and 1.20: no caller)
// Grammar: kubernetes/klog:internal/buffer/buffer.go, internal/serialize/keyvalues.go;
// kubernetes/kubernetes:staging/src/k8s.io/component-base/logs/json/json.go. Pasted forms
// are taken too: no pid, quoted values wrapped over lines, blocks indented by eight
// blanks (journald) instead of a tab. This file's own parser claims klog of programs
// other than the kubelet: what they say about pods is second-hand, so it gives no events.
#include "parsers/node/kubelet.h"
#include "parsers/lift/lift.h"

static bool file_name(struct pm_str s) {
    if (s.n <= 3 || !pm_str_ends(s, PM_STR(".go"))) return false;
    for (size_t i = 0; i < s.n; i++)
        if (!pm_name_char(s.p[i]) && s.p[i] != '_' && s.p[i] != '/' && s.p[i] != 0) return false;
    return true;
}

// "dir/file.go:123] "
static bool scan_place(struct pm_scan *c, struct pm_str *file) {
    struct pm_scan at = *c;
    struct pm_str name;
    uint64_t line;
    if (!pm_scan_until(&at, ':', &name) || name.n > 128 || !file_name(name) ||
        !pm_scan_uint(&at, 9, &line) || !pm_scan_char(&at, ']'))
        return false;
    pm_scan_char(&at, ' ');
    ptrdiff_t slash = pm_str_rchr(name, '/');
    *file = pm_str_from(name, (size_t)(slash + 1));
    *c = at;
    return true;
}

size_t pm_klog_header(struct pm_str s, struct pm_klog_head *k) {
    struct pm_scan c = pm_scan_of(s);
    uint64_t pid;
    *k = (struct pm_klog_head){0};
    if (s.n < 22 || !strchr("IWEFD", s.p[0])) return 0;
    k->severity = s.p[0];
    size_t stamp = pm_when_klog(pm_str_from(s, 1), &k->when);
    if (!stamp) return 0;
    c.at += 1 + stamp;
    pm_scan_blanks(&c);
    const char *digits = c.at;
    if (pm_scan_uint(&c, 10, &pid)) {
        k->pid = (struct pm_str){digits, (size_t)(c.at - digits)};
        if (!pm_scan_blanks(&c)) return 0;
    }
    if (scan_place(&c, &k->file)) k->n = (size_t)(c.at - s.p);
    return k->n;
}

const struct pm_klog_head *pm_klog_head_of(const struct pm_record *r, struct pm_klog_head *room) {
    struct pm_klog_head *k = r->memo ? &r->memo->klog : room;
    if (r->memo && r->memo->klog_known) return k;
    pm_klog_header(r->text, k);
    if (r->memo) r->memo->klog_known = true;
    return k;
}

ptrdiff_t pm_klog_find(struct pm_str s) {
    struct pm_klog_head k;
    for (ptrdiff_t at = pm_str_find(s, PM_STR(".go:"), 0); at >= 0;
         at = pm_str_find(s, PM_STR(".go:"), (size_t)at + 4)) {
        size_t from = (size_t)at > 120 ? (size_t)at - 120 : 0;
        for (size_t i = from; i < (size_t)at; i++)
            if (strchr("IWEFD", s.p[i]) && pm_klog_header(pm_str_from(s, i), &k))
                return (ptrdiff_t)i;
    }
    return -1;
}

// Values over several lines: "<\n\tline\n\tline\n >". journald turns the tab into eight
// blanks.
static struct pm_str block_value(struct pm_arena *a, struct pm_scan *c, bool *cut) {
    struct pm_str rest = pm_scan_rest(c), text;
    ptrdiff_t end = pm_str_find(rest, PM_STR("\n >"), 0);
    *cut = *cut || end < 0;
    text = end < 0 ? rest : pm_str_sub(rest, 0, (size_t)end);
    c->at = end < 0 ? c->end : c->at + end + 3;
    char *out = pm_arena_alloc(a, text.n + 1);
    size_t n = 0;
    struct pm_scan lines = pm_scan_of(text);
    while (!pm_scan_end(&lines)) {
        struct pm_str line;
        if (!pm_scan_until(&lines, '\n', &line)) {
            line = pm_scan_rest(&lines);
            lines.at = lines.end;
        }
        line = pm_str_trim(line);
        if (!line.n) continue;
        if (n) out[n++] = '\n';
        memcpy(out + n, line.p, line.n);
        n += line.n;
    }
    return (struct pm_str){out, n};
}

// %q never writes a raw newline: one inside quotes comes from a terminal or mail that
// wrapped the line.
static struct pm_str unwrap_lines(struct pm_arena *a, struct pm_str raw) {
    if (pm_str_chr(raw, '\n', 0) < 0) return raw;
    char *out = pm_arena_alloc(a, raw.n);
    for (size_t i = 0; i < raw.n; i++) out[i] = raw.p[i] == '\n' ? ' ' : raw.p[i];
    return (struct pm_str){out, raw.n};
}

static bool blank(char ch) { return ch == ' ' || ch == '\t' || ch == '\n' || ch == '\r'; }

static struct pm_str quoted_value(struct pm_arena *a, struct pm_scan *c, bool *cut) {
    struct pm_scan raw = *c;
    struct pm_str out = PM_NONE;
    bool open = false;
    if (!pm_scan_quoted(c, a, &out, &open)) return PM_NONE;
    if (!open && !pm_scan_end(c) && !blank(*c->at)) return pm_pairs_bare_quotes(&raw, c);
    *cut = *cut || open;
    struct pm_str text = {raw.at, (size_t)(c->at - raw.at)}, flat = unwrap_lines(a, text);
    if (flat.p != text.p) {
        struct pm_scan again = pm_scan_of(flat);
        pm_scan_quoted(&again, a, &out, NULL);
    }
    return out;
}

// JSON of maps and slices, or %+v of old klog: brackets balanced, quotes respected.
static struct pm_str bracket_value(struct pm_scan *c) {
    const char *from = c->at;
    int depth = 0;
    bool quoted = false;
    for (; c->at < c->end; c->at++) {
        char ch = *c->at;
        if (quoted && ch == '\\' && c->at + 1 < c->end) c->at++;
        else if (ch == '"') quoted = !quoted;
        else if (!quoted && (ch == '{' || ch == '[')) depth++;
        else if (!quoted && (ch == '}' || ch == ']') && --depth <= 0) {
            c->at++;
            break;
        }
    }
    return (struct pm_str){from, (size_t)(c->at - from)};
}

static struct pm_str pair_value(struct pm_arena *a, struct pm_scan *c, bool *cut) {
    struct pm_str out = PM_NONE;
    if (pm_scan_end(c)) return out;
    if (*c->at == '"') return quoted_value(a, c, cut);
    if (pm_scan_lit(c, "<\n")) return block_value(a, c, cut);
    if (*c->at == '{' || *c->at == '[') return bracket_value(c);
    pm_scan_word(c, &out);
    return out;
}

static void skip_space(struct pm_scan *c) {
    while (c->at < c->end && strchr(" \t\r\n", *c->at)) c->at++;
}

static void read_pairs(struct pm_arena *a, struct pm_scan *c, struct pm_klog *k) {
    for (skip_space(c); !pm_scan_end(c); skip_space(c)) {
        struct pm_str key;
        struct pm_scan before = *c;
        if (!pm_scan_until(c, '=', &key) || key.n > 64 ||
            pm_str_chr(key, ' ', 0) >=
                0) { // no pair: %+v with blanks, or noise behind a pasted line
            *c = before;
            if (!pm_scan_word(c, &key)) return;
            continue;
        }
        pm_pairs_add(&k->pairs, key, pair_value(a, c, &k->cut));
    }
}

static void read_body(struct pm_arena *a, struct pm_str body, struct pm_klog *k) {
    struct pm_scan c = pm_scan_of(body);
    k->msg = pm_str_trim(body);
    if (!body.n || body.p[0] != '"') return;
    k->structured = true;
    k->msg = quoted_value(a, &c, &k->cut);
    read_pairs(a, &c, k);
}

static bool read_behind(struct pm_arena *a, struct pm_str s, const struct pm_klog_head *head,
                        struct pm_klog *k) {
    struct pm_scan c = pm_scan_of(s);
    k->when = head->when;
    k->severity = head->severity;
    k->pid = head->pid;
    k->file = head->file;
    if (head->n) c.at += head->n;
    else if (!scan_place(&c, &k->file)) return false;
    read_body(a, pm_scan_rest(&c), k);
    return true;
}

bool pm_klog_read(struct pm_arena *a, struct pm_str s, struct pm_klog *k) {
    struct pm_klog_head head;
    pm_klog_header(s, &head);
    return read_behind(a, s, &head, k);
}

bool pm_klog_read_record(struct pm_arena *a, const struct pm_record *r, struct pm_klog *k) {
    struct pm_klog_head room;
    return read_behind(a, r->text, pm_klog_head_of(r, &room), k);
}

bool pm_klog_is_json(const json_t *o) {
    const json_t *ts = json_object_get(o, "ts");
    double ms = json_number_value(
        ts); // 1973 to 2255: seconds are less, and more does not fit into nanoseconds
    if (!json_is_number(ts) || ms < 1e11 || ms > 9e12 || !json_is_string(json_object_get(o, "msg")))
        return false;
    if (json_is_string(json_object_get(o, "caller"))) return true;
    bool leveled = json_is_integer(json_object_get(o, "v")) ||
                   json_is_string(json_object_get(o, "err")); // 1.19 and 1.20 do not say where
    return leveled && !json_object_get(o, "level") && !json_object_get(o, "severity");
}

// What klog's own writers add to each record; a record that has nothing else holds an
// unstructured message (klog.Errorf), newline and all.
static bool structured_fields(const struct pm_pairs *p) {
    static const char *const own[] = {"ts", "caller", "msg", "v", "logger", "stacktrace"};
    for (size_t i = 0; i < p->n; i++) {
        bool known = false;
        for (size_t k = 0; k < PM_LEN(own) && !known; k++)
            known = pm_str_eqc(p->item[i].key, own[k]);
        if (!known) return true;
    }
    return false;
}

bool pm_klog_read_json(struct pm_arena *a, const json_t *o, struct pm_klog *k) {
    if (!pm_klog_is_json(o)) return false;
    pm_pairs_json(a, o, &k->pairs);
    k->when = pm_when_unix_ns((int64_t)(json_number_value(json_object_get(o, "ts")) * 1e3) * 1000);
    k->when.unit_ns = 1000;
    k->structured = structured_fields(&k->pairs);
    k->msg = pm_str_trim(pm_pairs_get(&k->pairs, "msg"));
    struct pm_str caller = pm_pairs_get(&k->pairs, "caller");
    ptrdiff_t colon = pm_str_rchr(caller, ':'), slash = pm_str_rchr(caller, '/');
    k->file = pm_str_from(pm_str_sub(caller, 0, colon < 0 ? SIZE_MAX : (size_t)colon),
                          (size_t)(slash + 1));
    k->severity = json_object_get(o, "err") ? 'E' : 0;
    if (json_object_get(o, "v")) k->severity = 'I';
    return true;
}

static int bid(const struct pm_record *r, const void *state) {
    struct pm_klog_head room;
    (void)state;
    return pm_klog_head_of(r, &room)->n ? 50 : 0;
}

// Asked first once it won: a line of a kubelet file goes back to the kubelet's parser.
static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_klog_head room;
    const struct pm_klog_head *k = pm_klog_head_of(r, &room);
    (void)ctx;
    if (!k->n || pm_kubelet_file(k->file) || pm_kubelet_ident(r->hint.ident)) return PM_PARSE_NO;
    return pm_kubelet_words(pm_str_from(r->text, k->n)) ? PM_PARSE_NO : PM_PARSE_OK;
}

const struct pm_parser pm_parser_klog = {
    .name = "klog",
    .title = "klog of Kubernetes programs other than the kubelet (no pull talk of their own)",
    .example =
        "I0102 03:04:05.678901       1 leaderelection.go:257] successfully acquired lease kube-system/puller",
    .source = "kubernetes/klog:internal/buffer/buffer.go",
    .component = PM_COMP_NONE,
    .shapes = PM_SHAPE_LINE,
    .flags = PM_PARSER_SPARSE | PM_PARSER_SHARED,
    .bid = bid,
    .parse = parse,
};
