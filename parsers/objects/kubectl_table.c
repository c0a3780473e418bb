// Tables of kubectl and its kin. See kubectl_table.h.
// Source: k8s:staging/src/k8s.io/cli-runtime/pkg/printers/tableprinter.go (tabwriter,
// padding 3), apimachinery/pkg/util/duration/duration.go.
#include "parsers/objects/kubectl_table.h"
#include "pm/scan.h"

static bool blank(char c) { return c == ' ' || c == '\t'; }

int pm_table_split(struct pm_str row, struct pm_str *cells, int max) {
    int n = 0;
    row = pm_str_trim(row);
    size_t i = 0;
    while (i < row.n && n < max) {
        size_t end = i;
        while (end < row.n && row.p[end] != '\t' &&
               !(row.p[end] == ' ' && end + 1 < row.n && blank(row.p[end + 1])))
            end++;
        if (n == max - 1) end = row.n;
        cells[n++] = pm_str_trim(pm_str_sub(row, i, end - i));
        for (i = end; i < row.n && blank(row.p[i]);) i++;
    }
    return n;
}

static bool header_word(struct pm_str w) {
    bool capital = false;
    for (size_t i = 0; i < w.n; i++) {
        char c = w.p[i];
        if (c >= 'A' && c <= 'Z') capital = true;
        else if (!(c >= '0' && c <= '9') && !strchr(" -_/%().", c)) return false;
    }
    return capital;
}

static size_t chars(struct pm_str s) { // code points; a table's cells are aligned by them
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
    return n;
}

bool pm_table_header(struct pm_arena *member, struct pm_str line, struct pm_table *t) {
    struct pm_str cells[PM_TABLE_COLUMNS];
    if (line.n > 1024 || pm_str_chr(line, '\n', 0) >= 0) return false;
    int n = pm_table_split(line, cells, PM_TABLE_COLUMNS);
    if (n < 2) return false;
    for (int i = 0; i < n; i++)
        if (!header_word(cells[i])) return false;
    if (!t) return true;
    struct pm_str kept = pm_arena_dup(member, line);
    t->n = n;
    for (int i = 0; i < n; i++) {
        size_t at = (size_t)(cells[i].p - line.p);
        t->name[i] = pm_str_sub(kept, at, cells[i].n);
        t->at[i] = chars(pm_str_sub(line, 0, at));
    }
    return true;
}

bool pm_table_has(const struct pm_table *t, const char *column) {
    for (int i = 0; i < t->n; i++)
        if (pm_str_eqc(t->name[i], column)) return true;
    return false;
}

static size_t byte_at(struct pm_str s, size_t from,
                      size_t skip) { // byte offset `skip` characters after byte `from`
    size_t i = from;
    while (i < s.n && skip > 0) {
        i++;
        while (i < s.n && ((unsigned char)s.p[i] & 0xc0) == 0x80) i++;
        skip--;
    }
    return i;
}

static bool row_by_offsets(const struct pm_table *t, struct pm_str row,
                           struct pm_str cells[PM_TABLE_COLUMNS]) {
    size_t from = byte_at(row, 0, t->at[0]);
    if (!pm_str_trim(pm_str_sub(row, 0, from)).n && from > 0 && from < row.n &&
        blank(row.p[from]) && t->n < 2)
        return false;
    for (int i = 0; i < t->n; i++) {
        size_t next = i + 1 < t->n ? byte_at(row, from, t->at[i + 1] - t->at[i]) : row.n;
        if (i > 0 && from < row.n && !blank(row.p[from - 1]))
            return false; // the text runs over the column's start
        cells[i] = pm_str_trim(pm_str_sub(row, from, next - from));
        from = next;
    }
    return cells[0].n > 0;
}

bool pm_table_row(const struct pm_table *t, struct pm_str row,
                  struct pm_str cells[PM_TABLE_COLUMNS]) {
    if (t->n == 0 || !pm_str_trim(row).n) return false;
    for (int i = 0; i < PM_TABLE_COLUMNS; i++) cells[i] = PM_NONE;
    if (row_by_offsets(t, row, cells)) return true;
    return pm_table_split(row, cells, t->n) == t->n;
}

struct pm_str pm_table_cell(const struct pm_table *t, const struct pm_str cells[PM_TABLE_COLUMNS],
                            const char *column) {
    for (int i = 0; i < t->n; i++) {
        if (!pm_str_eqc(t->name[i], column)) continue;
        bool none = pm_str_eqc(cells[i], "<none>") || pm_str_eqc(cells[i], "<unknown>") ||
                    pm_str_eqc(cells[i], "<unset>");
        return none ? PM_NONE : cells[i];
    }
    return PM_NONE;
}

struct pm_when pm_when_age_zero(void) {
    return (struct pm_when){PM_WHEN_AGE, 0, PM_NS_PER_S, 0};
}

static bool age_word(struct pm_str s, struct pm_when *w) {
    *w = (struct pm_when){PM_WHEN_NONE, 0, 0, 0};
    if (pm_str_eqc(s, "<unknown>") || pm_str_eqc(s, "<none>")) return true;
    if (pm_str_eqc(s, "<invalid>")) { // the stamp is ahead of the clock that printed the table
        *w = pm_when_age_zero();
        return true;
    }
    int64_t ns, unit;
    if (s.n < 2 || s.p[0] < '0' || s.p[0] > '9' || !pm_human_duration(s, &ns, &unit)) return false;
    *w = (struct pm_when){PM_WHEN_AGE, ns, unit, 0};
    return true;
}

// Dates as Go prints them: an offset after a blank, then a zone's name.
static bool age_date(struct pm_str s, struct pm_when *w) {
    size_t used = pm_when_rfc3339(s, w);
    if (!used) return false;
    struct pm_str rest = pm_str_trim(pm_str_from(s, used));
    int hours, minutes;
    if (w->kind == PM_WHEN_LOCAL && rest.n >= 5 && (rest.p[0] == '+' || rest.p[0] == '-')) {
        struct pm_scan c = pm_scan_of(pm_str_from(rest, 1));
        if (pm_scan_digits(&c, 2, &hours) && pm_scan_digits(&c, 2, &minutes)) {
            int offset_s = (hours * 60 + minutes) * 60 * (rest.p[0] == '-' ? -1 : 1);
            *w =
                (struct pm_when){PM_WHEN_UTC, w->ns - offset_s * PM_NS_PER_S, w->unit_ns, offset_s};
        }
    }
    return true;
}

bool pm_table_age(struct pm_str cell, struct pm_when *last, struct pm_when *first,
                  uint32_t *count) {
    struct pm_str word, over;
    uint64_t n;
    *count = 1;
    *first = (struct pm_when){PM_WHEN_NONE, 0, 0, 0};
    if (age_date(cell, last)) return true;
    struct pm_scan c = pm_scan_of(cell);
    if (!pm_scan_word(&c, &word) || !age_word(word, last)) return false;
    pm_scan_blanks(&c);
    if (pm_scan_end(&c) || pm_str_eqc(pm_scan_rest(&c), "ago")) return true;
    if (!pm_scan_lit(&c, "(x") || !pm_scan_uint(&c, 9, &n)) return false;
    if (!pm_scan_lit(&c, " over ") || !pm_scan_until(&c, ')', &over) || !age_word(over, first))
        return false;
    *count = n ? (uint32_t)n : 1;
    pm_scan_blanks(&c);
    return pm_scan_end(&c);
}

void pm_table_detail_age(struct pm_detail *d, struct pm_str cell) {
    struct pm_when age, first;
    uint32_t count;
    if (pm_table_age(cell, &age, &first, &count) && age.kind == PM_WHEN_AGE)
        pm_detail_int(d, "age_s", age.ns / PM_NS_PER_S);
}

struct pm_when pm_when_rfc1123(struct pm_arena *a, struct pm_str s) {
    struct pm_when w = {PM_WHEN_NONE, 0, 0, 0};
    struct pm_str weekday, day, month, year, time, zone;
    struct pm_scan c = pm_scan_of(pm_str_trim(s));
    if (!pm_scan_word(&c, &weekday) || !pm_scan_blanks(&c) || !pm_scan_word(&c, &day) ||
        !pm_scan_blanks(&c) || !pm_scan_word(&c, &month) || !pm_scan_blanks(&c) ||
        !pm_scan_word(&c, &year) || !pm_scan_blanks(&c) || !pm_scan_word(&c, &time) ||
        !pm_scan_blanks(&c) || !pm_scan_word(&c, &zone))
        return w;
    pm_when_clf(pm_arena_fmt(a, "%.*s/%.*s/%.*s:%.*s %.*s", PM_FMT(day), PM_FMT(month),
                             PM_FMT(year), PM_FMT(time), PM_FMT(zone)),
                &w);
    return w;
}

static const struct {
    const char *printed, *kind;
} KINDS[] = {
    {"pod", "Pod"},
    {"node", "Node"},
    {"deployment", "Deployment"},
    {"replicaset", "ReplicaSet"},
    {"statefulset", "StatefulSet"},
    {"daemonset", "DaemonSet"},
    {"job", "Job"},
    {"cronjob", "CronJob"},
    {"replicationcontroller", "ReplicationController"},
    {"horizontalpodautoscaler", "HorizontalPodAutoscaler"},
    {"service", "Service"},
};

void pm_kubectl_object(struct pm_str cell, struct pm_str *kind, struct pm_str *name) {
    ptrdiff_t slash = pm_str_chr(cell, '/', 0);
    *name = pm_str_from(cell, (size_t)(slash + 1));
    if (slash <= 0) return;
    struct pm_str word = pm_str_sub(cell, 0, (size_t)slash);
    ptrdiff_t dot = pm_str_chr(word, '.', 0);
    *kind = dot > 0 ? pm_str_sub(word, 0, (size_t)dot) : word;
    for (size_t i = 0; i < PM_LEN(KINDS); i++)
        if (pm_str_ieq(*kind, pm_str_c(KINDS[i].printed))) *kind = pm_str_c(KINDS[i].kind);
}
