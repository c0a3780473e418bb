// Rows of events without their header. See kubectl_row.h.
//
//   [NS] LAST TYPE REASON OBJECT [SUBOBJECT [SOURCE]] MESSAGE                   kubectl get events since 1.12, kubectl events
//   [NS] LAST FIRST COUNT NAME KIND [SUBOBJECT] TYPE REASON SOURCE MESSAGE      kubectl get events up to 1.11
//   TYPE REASON AGE FROM MESSAGE                                                kubectl describe
//   FIRST LAST COUNT FROM [SUBOBJECT] TYPE REASON MESSAGE                       kubectl describe up to 1.6
// Source: k8s:pkg/printers/internalversion/{printers,describe}.go@v1.6, v1.11, v1.32.
#include "parsers/objects/kubectl_row.h"
#include "pm/scan.h"

#define CELLS 12

static bool is_type(struct pm_str s) { return pm_str_eqc(s, "Normal") || pm_str_eqc(s, "Warning"); }

static bool is_reason(struct pm_str s) { // CamelCase, one word
    if (s.n < 3 || s.p[0] < 'A' || s.p[0] > 'Z') return false;
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] | 32) >= 'a' && (s.p[i] | 32) <= 'z')) return false;
    return true;
}

static bool is_path(struct pm_str s) {
    return pm_str_starts(s, PM_STR("spec.")) && pm_str_ends(s, PM_STR("}")) &&
           pm_str_chr(s, ' ', 0) < 0;
}

static bool is_source(struct pm_str s) {
    if (s.n > 2 && s.p[0] == '{' && s.p[s.n - 1] == '}') return true;
    ptrdiff_t comma = pm_str_find(s, PM_STR(", "), 0);
    return comma > 0 && pm_str_chr(pm_str_sub(s, 0, (size_t)comma), ' ', 0) < 0 &&
           pm_str_chr(pm_str_from(s, (size_t)comma + 2), ' ', 0) < 0;
}

// From `p` to the end of the row, inner blanks and later lines as they are.
static struct pm_str rest_from(struct pm_str text, struct pm_str cell) {
    return cell.p ? pm_str_trim((struct pm_str){cell.p, (size_t)(text.p + text.n - cell.p)})
                  : PM_NONE;
}

static enum pm_row describe_row(struct pm_str text, const struct pm_str *cells, int n,
                                struct pm_happening *h) {
    if (n < 4 || !is_reason(cells[1]) || !pm_table_age(cells[2], &h->last, &h->first, &h->count))
        return PM_ROW_NO;
    h->type = cells[0];
    h->reason = cells[1];
    // kubectl pads columns by two blanks at least; a paste that lost one leaves From and
    // Message in one cell
    struct pm_scan c = pm_scan_of(cells[3]);
    struct pm_str from = cells[3], message = n > 4 ? rest_from(text, cells[4]) : PM_NONE;
    if (!message.n && pm_scan_word(&c, &from)) {
        pm_scan_blanks(&c);
        message = rest_from(text, pm_scan_rest(&c));
    }
    pm_happening_set_source(h, from);
    pm_happening_set_message(h, message);
    return PM_ROW_DESCRIBE;
}

static enum pm_row table_row(struct pm_str text, const struct pm_str *cells, int n, int type,
                             struct pm_happening *h) {
    if (n < type + 4 || !is_reason(cells[type + 1]) ||
        !pm_table_age(cells[type - 1], &h->last, &h->first, &h->count))
        return PM_ROW_NO;
    struct pm_str object = cells[type + 2];
    if (pm_str_chr(object, '/', 0) <= 0 || pm_str_chr(object, ' ', 0) >= 0) return PM_ROW_NO;
    h->type = cells[type];
    h->reason = cells[type + 1];
    h->k8s_namespace = type == 2 ? cells[0] : PM_NONE;
    pm_kubectl_object(object, &h->object_kind, &h->name);
    int at = type + 3;
    if (at + 1 < n && is_path(cells[at])) h->field_path = cells[at++];
    if (at + 1 < n && is_source(cells[at])) {
        pm_happening_set_source(h, cells[at++]);
        pm_happening_set_message(h, cells[at]); // wide: FIRST SEEN, COUNT and NAME follow
    } else {
        pm_happening_set_message(h, rest_from(text, cells[at]));
    }
    return PM_ROW_TABLE;
}

static bool old_times(struct pm_str a, struct pm_str b, struct pm_str count, struct pm_happening *h,
                      bool first_comes_first) {
    struct pm_when x, y, none;
    uint32_t one;
    uint64_t n;
    if (!pm_str_u64(count, &n) || n > UINT32_MAX || !pm_table_age(a, &x, &none, &one) ||
        !pm_table_age(b, &y, &none, &one))
        return false;
    h->count = (uint32_t)n;
    h->last = first_comes_first ? y : x;
    h->first = first_comes_first ? x : y;
    // Both orders exist among releases, and a last sight is never before the first.
    bool swapped =
        h->last.kind == PM_WHEN_AGE ? h->last.ns > h->first.ns : h->last.ns < h->first.ns;
    if (swapped && h->first.kind == h->last.kind) {
        x = h->first;
        h->first = h->last;
        h->last = x;
    }
    return true;
}

void pm_kubectl_old_name(struct pm_str name, struct pm_happening *h) {
    ptrdiff_t dot = pm_str_rchr(name, '.');
    h->name = name;
    if (dot <= 0 || name.n - (size_t)dot < 11) return;
    for (size_t i = (size_t)dot + 1; i < name.n; i++)
        if (!(name.p[i] >= '0' && name.p[i] <= '9') && !(name.p[i] >= 'a' && name.p[i] <= 'f'))
            return;
    h->uid = name;
    h->name = pm_str_sub(name, 0, (size_t)dot);
}

static enum pm_row old_row(struct pm_str text, const struct pm_str *cells, int n, int type,
                           struct pm_happening *h) {
    if (n < type + 3 || !is_reason(cells[type + 1])) return PM_ROW_NO;
    int count = -1;
    for (int i = 2; i < type && i <= 3 && count < 0; i++)
        if (old_times(cells[i - 2], cells[i - 1], cells[i], h, false)) count = i;
    if (count < 0) return PM_ROW_NO;
    h->type = cells[type];
    h->reason = cells[type + 1];
    int at = count + 1;
    if (is_source(cells[at]) || pm_str_eqc(cells[at], "kubelet") ||
        at + 1 == type) { // describe: no object in the row, and "default-scheduler" is of no node
        pm_happening_set_source(h, cells[at]);
        if (at + 1 < type) h->field_path = cells[at + 1];
        pm_happening_set_message(h, rest_from(text, cells[type + 2]));
        return PM_ROW_OLD_DESCRIBE;
    }
    if (at + 1 >= type || n < type + 4) return PM_ROW_NO;
    h->k8s_namespace = count == 3 ? cells[0] : PM_NONE;
    pm_kubectl_old_name(cells[at], h);
    h->object_kind = cells[at + 1];
    if (at + 2 < type) h->field_path = cells[at + 2];
    pm_happening_set_source(h, cells[type + 2]);
    pm_happening_set_message(h, rest_from(text, cells[type + 3]));
    return PM_ROW_OLD_TABLE;
}

// "98s (x4 over 3m)" at the cursor, as one word or four.
static bool squeezed_age(struct pm_scan *c, struct pm_happening *h) {
    struct pm_scan at = *c;
    struct pm_str word;
    if (!pm_scan_word(&at, &word) || !pm_scan_blanks(&at)) return false;
    struct pm_scan over = at;
    struct pm_str count;
    if (pm_scan_lit(&over, "(x") && pm_scan_until(&over, ')', &count) && pm_scan_blanks(&over)) {
        word.n = (size_t)(count.p + count.n + 1 - word.p);
        at = over;
    }
    if (!pm_table_age(word, &h->last, &h->first, &h->count)) return false;
    *c = at;
    return true;
}

// Rows whose runs of blanks were squeezed by a chat or a form: TYPE REASON AGE FROM
// MESSAGE, or [NS] AGE TYPE REASON OBJECT MESSAGE.
static enum pm_row squeezed_row(struct pm_str text, struct pm_happening *h) {
    struct pm_scan c = pm_scan_of(pm_str_trim(text));
    struct pm_str word, object, node;
    *h = (struct pm_happening){0};
    if (!squeezed_age(&c, h)) {
        if (!pm_scan_word(&c, &word) || !pm_scan_blanks(&c)) return PM_ROW_NO;
        if (is_type(word)) {
            h->type = word;
            if (!pm_scan_word(&c, &h->reason) || !is_reason(h->reason) || !pm_scan_blanks(&c) ||
                !squeezed_age(&c, h) || !pm_scan_word(&c, &word))
                return PM_ROW_NO;
            pm_scan_blanks(&c);
            h->component = word;
            if (pm_str_ends(word, PM_STR(","))) {
                h->component.n--;
                if (!pm_scan_word(&c, &node)) return PM_ROW_NO;
                h->host = node;
                pm_scan_blanks(&c);
            }
            pm_happening_set_message(h, rest_from(text, pm_scan_rest(&c)));
            return h->message.n ? PM_ROW_DESCRIBE : PM_ROW_NO;
        }
        h->k8s_namespace = word;
        if (!squeezed_age(&c, h)) return PM_ROW_NO;
    }
    if (!pm_scan_word(&c, &h->type) || !is_type(h->type) || !pm_scan_blanks(&c) ||
        !pm_scan_word(&c, &h->reason) || !is_reason(h->reason) || !pm_scan_blanks(&c) ||
        !pm_scan_word(&c, &object) || pm_str_chr(object, '/', 0) <= 0)
        return PM_ROW_NO;
    pm_kubectl_object(object, &h->object_kind, &h->name);
    pm_scan_blanks(&c);
    pm_happening_set_message(h, rest_from(text, pm_scan_rest(&c)));
    return h->message.n ? PM_ROW_TABLE : PM_ROW_NO;
}

enum pm_row pm_kubectl_event_row(struct pm_str text, struct pm_happening *h) {
    struct pm_str cells[CELLS];
    int n = pm_table_split(text, cells, CELLS), type = 0;
    enum pm_row row = PM_ROW_NO;
    while (type < n && type < 8 && !is_type(cells[type])) type++;
    if (type == n || type == 8) row = PM_ROW_NO;
    else if (type == 0) row = describe_row(text, cells, n, h);
    else if (type <= 2) row = table_row(text, cells, n, type, h);
    else row = old_row(text, cells, n, type, h);
    return row ? row : squeezed_row(text, h);
}
