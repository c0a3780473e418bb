// PromQL text → tree. See judge/promql.h for the subset.
//
//   sum by (node) (rate(kubelet_runtime_operations_errors_total{operation_type="pull_image"}[5m])) / 2 > 0.1
//
// Source: prometheus/prometheus:promql/parser/lex.go, generated_parser.y@v2.42.0:
// operators bind as there (or < and unless < comparisons < + - < * / < unary -).
#include "judge/alerts/promql_tree.h"
#include "pm/scan.h"
#include <math.h>

#define DEPTH_MAX 64
#define NODES_MAX 2000
#define TEXT_MAX (64u << 10)

struct parse {
    struct pm_promql *q;
    struct pm_str text;
    struct pm_scan c;
    struct pm_promql_error *error;
    int depth;
};

static size_t here(const struct parse *p) { return (size_t)(p->c.at - p->text.p); }

static struct node *refuse(struct parse *p, size_t at, const char *fmt, const char *word, int n) {
    if (p->error->what.n) return NULL; // the first mistake is the one to tell
    p->error->at = at;
    p->error->what = pm_arena_fmt(p->q->a, "%s%.*s%s", fmt, n, word, n ? "'" : "");
    return NULL;
}
static struct node *refuse_plain(struct parse *p, size_t at, const char *what) {
    return refuse(p, at, what, "", 0);
}

static struct node *node_new(struct parse *p, enum node_kind kind, size_t at) {
    if (++p->q->nodes > NODES_MAX) return refuse_plain(p, at, "the expression is too long");
    struct node *n = PM_NEW(p->q->a, struct node);
    *n = (struct node){.kind = kind, .at = at, .next = p->q->all};
    p->q->all = n;
    return n;
}

// words ---------------------------------------------------------------------------------
static bool is_alpha(char ch) { return ((ch | 32) >= 'a' && (ch | 32) <= 'z') || ch == '_'; }
static bool is_digit(char ch) { return ch >= '0' && ch <= '9'; }

static void blanks(struct parse *p) {
    for (; !pm_scan_end(&p->c); p->c.at++) {
        if (*p->c.at == '#') {
            while (!pm_scan_end(&p->c) && *p->c.at != '\n') p->c.at++;
            if (pm_scan_end(&p->c)) return;
        }
        if (!strchr(" \t\r\n", *p->c.at) || !*p->c.at) return;
    }
}
static bool stands(struct parse *p, char c) { // next, behind blanks
    blanks(p);
    return !pm_scan_end(&p->c) && *p->c.at == c;
}
static bool parse_take(struct parse *p, const char *lit) {
    blanks(p);
    return pm_scan_lit(&p->c, lit);
}
static struct pm_str
word_ahead(struct parse *p) { // a name of letters, digits, '_' and ':'; not passed
    blanks(p);
    const char *e = p->c.at;
    while (e < p->c.end && (is_alpha(*e) || *e == ':' || (is_digit(*e) && e > p->c.at))) e++;
    return (struct pm_str){p->c.at, (size_t)(e - p->c.at)};
}
static bool take_word(struct parse *p, const char *keyword) { // keywords are written in any case
    struct pm_str w = word_ahead(p);
    if (!pm_str_ieq(w, pm_str_c(keyword))) return false;
    p->c.at += w.n;
    return true;
}

static bool string(struct parse *p, struct pm_str *out) {
    blanks(p);
    size_t at = here(p);
    char quote = pm_scan_end(&p->c) ? 0 : *p->c.at;
    if (quote != '"' && quote != '\'' && quote != '`')
        return refuse_plain(p, at, "a label's value in quotes is expected here") != NULL;
    const char *from = ++p->c.at;
    while (!pm_scan_end(&p->c) && *p->c.at != quote)
        p->c.at += *p->c.at == '\\' && quote != '`' && p->c.at + 1 < p->c.end ? 2 : 1;
    if (pm_scan_end(&p->c)) return refuse_plain(p, at, "this string has no end") != NULL;
    struct pm_str body = {from, (size_t)(p->c.at++ - from)};
    *out = pm_arena_dup(p->q->a, quote == '`' ? body : pm_unescape(p->q->a, body));
    return true;
}

bool pm_promql_duration(struct pm_str s, int64_t *ns) {
    static const struct {
        const char *unit;
        int64_t ns;
    } units[] = {{"y", INT64_C(31536000000000000)}, {"w", INT64_C(604800000000000)},
                 {"d", INT64_C(86400000000000)},    {"h", INT64_C(3600000000000)},
                 {"m", INT64_C(60000000000)},       {"s", INT64_C(1000000000)},
                 {"ms", INT64_C(1000000)}};
    struct pm_scan c = pm_scan_of(s);
    size_t next = 0; // units only get smaller
    *ns = 0;
    if (pm_str_eqc(s, "0")) return true;
    while (!pm_scan_end(&c)) {
        uint64_t n;
        if (!pm_scan_uint(&c, 9, &n)) return false;
        const char *unit = c.at;
        while (!pm_scan_end(&c) && is_alpha(*c.at)) c.at++;
        size_t k = next;
        while (k < PM_LEN(units) &&
               !pm_str_eqc((struct pm_str){unit, (size_t)(c.at - unit)}, units[k].unit))
            k++;
        if (k == PM_LEN(units) || (int64_t)n > (INT64_MAX - *ns) / units[k].ns) return false;
        *ns += (int64_t)n * units[k].ns;
        next = k + 1;
    }
    return s.n > 0;
}

// selectors -----------------------------------------------------------------------------
bool pm_promql_matches(const struct matcher *m, struct pm_str value) {
    if (m->how == MATCH_EQ || m->how == MATCH_NE)
        return pm_str_eq(m->value, value) == (m->how == MATCH_EQ);
    pcre2_match_data *md = pcre2_match_data_create(1, NULL);
    pcre2_match_context *mc = pcre2_match_context_create(NULL);
    if (!md || !mc) pm_die_oom();
    pcre2_set_match_limit(mc, 1000000);
    pcre2_set_depth_limit(mc, 1000);
    bool hit = pcre2_match(m->re, (PCRE2_SPTR)(value.n ? value.p : ""), value.n, 0, 0, md, mc) >= 0;
    pcre2_match_data_free(md);
    pcre2_match_context_free(mc);
    return hit == (m->how == MATCH_RE);
}

static bool matcher_compile(struct parse *p, struct matcher *m, size_t at) {
    int code;
    PCRE2_SIZE where;
    PCRE2_UCHAR why[120] = {0};
    if (m->how == MATCH_EQ || m->how == MATCH_NE) return true;
    m->re = pcre2_compile((PCRE2_SPTR)(m->value.n ? m->value.p : ""), m->value.n,
                          PCRE2_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_DOLLAR_ENDONLY |
                              PCRE2_NEVER_BACKSLASH_C,
                          &code, &where, NULL);
    if (m->re) return true;
    pcre2_get_error_message(code, why, sizeof why);
    return refuse_plain(
               p, at,
               pm_arena_cstr(p->q->a,
                             pm_arena_fmt(p->q->a, "the pattern is wrong at its character %zu: %s",
                                          (size_t)where, (const char *)why))) != NULL;
}

static bool matcher(struct parse *p, struct node *n) {
    static const struct {
        const char *sign;
        enum match_how how;
    } signs[] = {{"=~", MATCH_RE}, {"!~", MATCH_NOT_RE}, {"!=", MATCH_NE}, {"=", MATCH_EQ}};
    struct pm_str name = word_ahead(p);
    if (!name.n || pm_str_chr(name, ':', 0) >= 0)
        return refuse_plain(p, here(p), "a label's name is expected here") != NULL;
    p->c.at += name.n;
    size_t k = 0;
    while (k < PM_LEN(signs) && !parse_take(p, signs[k].sign)) k++;
    if (k == PM_LEN(signs))
        return refuse_plain(p, here(p), "one of = != =~ !~ is expected here") != NULL;
    blanks(p);
    size_t at = here(p);
    struct matcher m = {.name = name, .how = signs[k].how};
    if (!string(p, &m.value) || !matcher_compile(p, &m, at)) return false;
    if (n->matchers_n == n->matchers_cap) {
        struct matcher *more = PM_NEWN(p->q->a, struct matcher, n->matchers_cap * 2 + 4);
        if (n->matchers_n) memcpy(more, n->matchers, n->matchers_n * sizeof *more);
        n->matchers = more;
        n->matchers_cap = n->matchers_cap * 2 + 4;
    }
    n->matchers[n->matchers_n++] = m;
    return true;
}

static bool
says_something(const struct node *n) { // a selector that everything matches is a mistake there too
    bool says = n->name.n > 0;
    for (size_t i = 0; i < n->matchers_n; i++) says |= !pm_promql_matches(&n->matchers[i], PM_NONE);
    return says;
}

static struct node *selector(struct parse *p, struct pm_str name, size_t at) {
    struct node *n = node_new(p, NODE_SELECTOR, at);
    if (!n) return NULL;
    n->name = name;
    if (parse_take(p, "{"))
        while (!parse_take(p, "}")) {
            if (!matcher(p, n)) return NULL;
            if (!parse_take(p, ",") && !stands(p, '}'))
                return refuse_plain(p, here(p), "',' or '}' is expected here");
        }
    if (!says_something(n))
        return refuse_plain(p, at, "a selector needs a name, or a label that must be there");
    if (parse_take(p, "[")) {
        blanks(p);
        size_t from = here(p);
        struct pm_str span;
        if (!pm_scan_until(&p->c, ']', &span)) return refuse_plain(p, from, "']' is missing");
        if (pm_str_chr(span, ':', 0) >= 0)
            return refuse_plain(p, from, "subqueries ([range:step]) are not in the subset");
        if (!pm_promql_duration(pm_str_trim(span), &n->range_ns) || !n->range_ns)
            return refuse_plain(p, from, "a range is a duration such as 5m or 1h30m");
    }
    return n;
}

// operators -----------------------------------------------------------------------------
static struct node *expression(struct parse *p, int level);

static bool is_range(const struct node *n) { return n->kind == NODE_SELECTOR && n->range_ns; }
bool pm_promql_is_vector(const struct node *n) {
    switch (n->kind) {
    case NODE_NUMBER: return false;
    case NODE_BINARY: return pm_promql_is_vector(n->left) || pm_promql_is_vector(n->right);
    case NODE_NEGATE: return pm_promql_is_vector(n->left);
    default: return true;
    }
}

static bool label_names(struct parse *p, struct names *out) {
    size_t cap = 0;
    if (!parse_take(p, "(")) return refuse_plain(p, here(p), "'(' is expected here") != NULL;
    while (!parse_take(p, ")")) {
        struct pm_str name = word_ahead(p);
        if (!name.n || pm_str_chr(name, ':', 0) >= 0)
            return refuse_plain(p, here(p), "a label's name is expected here") != NULL;
        p->c.at += name.n;
        if (out->n == cap) {
            struct pm_str *more = PM_NEWN(p->q->a, struct pm_str, cap * 2 + 4);
            if (out->n) memcpy(more, out->items, out->n * sizeof *more);
            out->items = more;
            cap = cap * 2 + 4;
        }
        out->items[out->n++] = name;
        if (!parse_take(p, ",") && !stands(p, ')'))
            return refuse_plain(p, here(p), "',' or ')' is expected here") != NULL;
    }
    return true;
}

static struct node *instant(struct parse *p, struct node *n) { // anything but a bare range
    if (n && is_range(n))
        return refuse_plain(p, n->at, "a range stands only inside rate() and increase()");
    return n;
}

static struct node *parse_rate(struct parse *p, bool per_second, size_t at) {
    struct node *n = node_new(p, NODE_RATE, at);
    if (!n || !parse_take(p, "("))
        return n ? refuse_plain(p, here(p), "'(' is expected here") : NULL;
    n->per_second = per_second;
    n->left = expression(p, 0);
    if (!n->left) return NULL;
    if (!is_range(n->left))
        return refuse_plain(p, n->left->at, "rate() and increase() want a range: name{…}[5m]");
    return parse_take(p, ")") ? n : refuse_plain(p, here(p), "')' is missing");
}

static bool grouping(struct parse *p, struct node *n) {
    bool only = take_word(p, "by"), but = !only && take_word(p, "without");
    if (!only && !but) return true;
    if (n->labels_how != LABELS_NONE)
        return refuse_plain(p, here(p), "by or without stands once") != NULL;
    n->labels_how = only ? LABELS_ONLY : LABELS_BUT;
    return label_names(p, &n->labels);
}

static struct node *parse_aggregate(struct parse *p, enum aggregate which, size_t at) {
    struct node *n = node_new(p, NODE_AGGREGATE, at);
    if (!n) return NULL;
    n->aggregate = which;
    if (!grouping(p, n)) return NULL;
    if (!parse_take(p, "(")) return refuse_plain(p, here(p), "'(' is expected here");
    n->left = instant(p, expression(p, 0));
    if (!n->left) return NULL;
    if (!pm_promql_is_vector(n->left))
        return refuse_plain(p, n->left->at, "series are expected here, not a number");
    if (!parse_take(p, ")")) return refuse_plain(p, here(p), "')' is missing");
    return grouping(p, n) ? n : NULL;
}

static bool decimal(struct pm_str s, double *out) { // 12, .5, 1e3, 2.5E-3
    ptrdiff_t e = pm_str_chr(s, 'e', 0);
    if (e < 0) e = pm_str_chr(s, 'E', 0);
    if (e < 0) return pm_str_double(s, out);
    struct pm_str power = pm_str_from(s, (size_t)e + 1);
    bool down = power.n && power.p[0] == '-';
    uint64_t n;
    if (power.n && (down || power.p[0] == '+')) power = pm_str_from(power, 1);
    if (!pm_str_double(pm_str_sub(s, 0, (size_t)e), out) || !pm_str_u64(power, &n) || n > 400)
        return false;
    *out = down ? *out / pow(10, (double)n) : *out * pow(10, (double)n);
    return true;
}

static struct node *number(struct parse *p, size_t at) {
    const char *e = p->c.at;
    while (e < p->c.end && (is_digit(*e) || *e == '.' || is_alpha(*e) ||
                            ((*e == '+' || *e == '-') && (e[-1] | 32) == 'e')))
        e++;
    struct pm_str s = {p->c.at, (size_t)(e - p->c.at)};
    struct node *n = node_new(p, NODE_NUMBER, at);
    if (!n) return NULL;
    if (!decimal(s, &n->number))
        return refuse(p, at, "this is no number that the subset knows: '", s.p, (int)s.n);
    p->c.at = e;
    return n;
}

static struct node *named(struct parse *p, struct pm_str w, size_t at) { // a word begins it
    static const char *const aggregates[AGG_KINDS] = {"sum", "avg", "max", "min", "count"};
    p->c.at += w.n;
    blanks(p);
    bool call = !pm_scan_end(&p->c) && *p->c.at == '(';
    for (int k = 0; k < AGG_KINDS; k++) {
        struct pm_str next = word_ahead(p);
        if (pm_str_ieq(w, pm_str_c(aggregates[k])) &&
            (call || pm_str_ieq(next, PM_STR("by")) || pm_str_ieq(next, PM_STR("without"))))
            return parse_aggregate(p, (enum aggregate)k, at);
    }
    if (call && (pm_str_eqc(w, "rate") || pm_str_eqc(w, "increase")))
        return parse_rate(p, pm_str_eqc(w, "rate"), at);
    if (call)
        return refuse(p, at,
                      "only rate, increase, sum, avg, max, min and count are in the subset, not '",
                      w.p, (int)w.n);
    if (pm_str_ieq(w, PM_STR("inf")) || pm_str_ieq(w, PM_STR("nan"))) {
        struct node *n = node_new(p, NODE_NUMBER, at);
        if (n) n->number = (w.p[0] | 32) == 'i' ? (double)INFINITY : (double)NAN;
        return n;
    }
    return selector(p, w, at);
}

static struct node *primary(struct parse *p) {
    blanks(p);
    size_t at = here(p);
    if (pm_scan_end(&p->c)) return refuse_plain(p, at, "an expression is expected here");
    char ch = *p->c.at;
    if (parse_take(p, "(")) {
        struct node *n = expression(p, 0);
        if (!n) return NULL;
        return parse_take(p, ")") ? n : refuse_plain(p, here(p), "')' is missing");
    }
    if (is_digit(ch) || ch == '.') return number(p, at);
    if (ch == '"' || ch == '\'' || ch == '`')
        return refuse_plain(p, at, "strings are not in the subset");
    struct pm_str w = word_ahead(p);
    if (w.n) return named(p, w, at);
    if (ch == '{') return selector(p, PM_NONE, at);
    return refuse(p, at, "an expression is expected here, not '", p->c.at, 1);
}

static struct node *
postfix(struct parse *p) { // what may follow a primary there, and is refused here
    struct node *n = primary(p);
    if (!n) return NULL;
    blanks(p);
    if (!pm_scan_end(&p->c) && *p->c.at == '@')
        return refuse_plain(p, here(p), "the @ modifier is not in the subset");
    if (!pm_scan_end(&p->c) && *p->c.at == '[')
        return refuse_plain(
            p, here(p), "a range stands only behind a selector; subqueries are not in the subset");
    if (pm_str_ieq(word_ahead(p), PM_STR("offset")))
        return refuse_plain(p, here(p), "the offset modifier is not in the subset");
    return n;
}

static struct node *unary(struct parse *p) {
    blanks(p);
    size_t at = here(p);
    bool minus = parse_take(p, "-");
    if (!minus && !parse_take(p, "+")) return postfix(p);
    if (++p->depth > DEPTH_MAX) return refuse_plain(p, at, "nested too deep");
    struct node *n = instant(p, unary(p));
    p->depth--;
    if (!n || !minus) return n;
    struct node *negated = node_new(p, NODE_NEGATE, at);
    if (negated) negated->left = n;
    return negated;
}

static const struct {
    const char *sign;
    int level;
    enum op op;
} operators[] = {{"or", 0, OP_OR}, {"and", 1, OP_AND}, {"unless", 1, OP_UNLESS}, {"==", 2, OP_EQ},
                 {"!=", 2, OP_NE}, {"<=", 2, OP_LE},   {"<", 2, OP_LT},          {">=", 2, OP_GE},
                 {">", 2, OP_GT},  {"+", 3, OP_ADD},   {"-", 3, OP_SUB},         {"*", 4, OP_MUL},
                 {"/", 4, OP_DIV}};
#define LEVELS 5

static bool operator_here(struct parse *p, int level, enum op *op) {
    for (size_t i = 0; i < PM_LEN(operators); i++) {
        if (operators[i].level != level) continue;
        if (is_alpha(operators[i].sign[0]) ? take_word(p, operators[i].sign)
                                           : parse_take(p, operators[i].sign)) {
            *op = operators[i].op;
            return true;
        }
    }
    return false;
}

static bool modifiers(struct parse *p, struct node *n) { // bool, on, ignoring
    size_t at = here(p);
    n->returns_bool = take_word(p, "bool");
    if (n->returns_bool && !op_compares(n->op))
        return refuse_plain(p, at, "bool stands only behind a comparison") != NULL;
    bool on = take_word(p, "on"), ignoring = !on && take_word(p, "ignoring");
    if ((on || ignoring) && !label_names(p, &n->labels)) return false;
    if (on) n->labels_how = LABELS_ONLY;
    else if (ignoring) n->labels_how = LABELS_BUT;
    else n->labels_how = LABELS_NONE;
    struct pm_str w = word_ahead(p);
    if (pm_str_ieq(w, PM_STR("group_left")) || pm_str_ieq(w, PM_STR("group_right")))
        return refuse_plain(p, here(p), "group_left and group_right are not in the subset") != NULL;
    return true;
}

static bool operands_fit(struct parse *p, const struct node *n) {
    bool left = pm_promql_is_vector(n->left), right = pm_promql_is_vector(n->right);
    if (op_is_set(n->op) && !(left && right))
        return refuse_plain(p, n->at, "and, or, unless stand between series, not numbers") != NULL;
    if (op_compares(n->op) && !left && !right && !n->returns_bool)
        return refuse_plain(p, n->at, "a comparison of two numbers needs bool") != NULL;
    if (n->labels_how != LABELS_NONE && !(left && right))
        return refuse_plain(p, n->at, "on and ignoring stand between series, not numbers") != NULL;
    return true;
}

static struct node *expression(struct parse *p, int level) {
    if (level == LEVELS) return unary(p);
    if (level == 0 && ++p->depth > DEPTH_MAX) return refuse_plain(p, here(p), "nested too deep");
    struct node *left = expression(p, level + 1);
    enum op op;
    while (left) {
        blanks(p);
        size_t at = here(p);
        if (!operator_here(p, level, &op)) break;
        struct node *n = instant(p, left) ? node_new(p, NODE_BINARY, at) : NULL;
        if (!n) return NULL;
        n->op = op;
        n->left = left;
        if (!modifiers(p, n) || !(n->right = instant(p, expression(p, level + 1))) ||
            !operands_fit(p, n))
            return NULL;
        left = n;
    }
    if (level == 0) p->depth--;
    return left;
}

struct pm_promql *pm_promql_parse(struct pm_arena *a, struct pm_str text,
                                  struct pm_promql_error *error) {
    struct pm_promql *q = PM_NEW(a, struct pm_promql);
    struct parse p = {.q = q, .error = error};
    *error = (struct pm_promql_error){0};
    q->a = a;
    p.text = pm_arena_dup(a, pm_str_sub(text, 0, TEXT_MAX));
    p.c = pm_scan_of(p.text);
    q->root = text.n > TEXT_MAX ? refuse_plain(&p, TEXT_MAX, "the expression is too long")
                                : instant(&p, expression(&p, 0));
    blanks(&p);
    if (q->root && !pm_scan_end(&p.c))
        q->root = refuse(&p, here(&p), "not in the subset from here on: '", p.c.at,
                         (int)(p.c.end - p.c.at > 24 ? 24 : p.c.end - p.c.at));
    if (q->root) return q;
    pm_promql_free(q);
    return NULL;
}

void pm_promql_free(struct pm_promql *q) {
    for (struct node *n = q ? q->all : NULL; n; n = n->next)
        for (size_t i = 0; i < n->matchers_n; i++)
            if (n->matchers[i].re) pcre2_code_free(n->matchers[i].re);
}

bool pm_promql_is_scalar(const struct pm_promql *q) { return !pm_promql_is_vector(q->root); }
int pm_promql_direction(const struct pm_promql *q) {
    const struct node *n = q->root;
    if (n->kind != NODE_BINARY) return 1;
    bool flipped = !pm_promql_is_vector(n->left); // 0.2 > x is x < 0.2
    bool below = n->op == OP_LT || n->op == OP_LE, above = n->op == OP_GT || n->op == OP_GE;
    return (flipped ? above : below) ? -1 : 1;
}
int64_t pm_promql_window_ns(const struct pm_promql *q) {
    int64_t window = 0;
    for (const struct node *n = q->all; n; n = n->next)
        if (n->kind == NODE_SELECTOR && n->range_ns > window) window = n->range_ns;
    return window;
}

int64_t pm_promql_reach_ns(const struct pm_promql *q) {
    int64_t reach = 0;
    for (const struct node *n = q->all; n; n = n->next) {
        int64_t own;
        if (n->kind != NODE_SELECTOR) own = 0;
        else if (n->range_ns) own = n->range_ns;
        else own = PM_LOOKBACK_NS;
        if (own > reach) reach = own;
    }
    return reach;
}
