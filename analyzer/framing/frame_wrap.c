// What windows, pagers and web pages do to lines: wrapped at their edge, cut at it,
// quotes written as entities.
//
// A wrap is taken back only where the line cannot be at its end: behind a colon or an
// open quote, behind a word that wants another ("failed to resolve"), or where a box was
// copied with the blanks up to its edge. Everything else stays a line of its own: two
// records made one hide the second.
#include "frame_int.h"
#include "pm/scan.h"

static struct pm_str last_word(struct pm_str s) {
    size_t n = s.n;
    while (n > 0 && pm_char_alnum(s.p[n - 1])) n--;
    return pm_str_from(s, n);
}
static struct pm_str first_word(struct pm_str s) {
    size_t n = 0;
    while (n < s.n && pm_char_alnum(s.p[n])) n++;
    return pm_str_sub(s, 0, n);
}

// Words of error messages about images. `wants`: none of them ends with it.
static const struct {
    const char *text;
    bool wants;
} words[] = {
    {"a", true},           {"an", true},         {"and", true},        {"anonymous", true},
    {"at", true},          {"awaiting", true},   {"by", true},         {"cannot", true},
    {"code", true},        {"connect", false},   {"container", false}, {"content", false},
    {"copy", false},       {"could", true},      {"current", true},    {"daemon", false},
    {"denied", false},     {"desc", true},       {"dial", true},       {"digest", false},
    {"do", true},          {"error", false},     {"exceeded", false},  {"extract", true},
    {"fetch", true},       {"failed", false},    {"for", true},        {"found", false},
    {"from", true},        {"get", false},       {"Get", true},        {"Head", true},
    {"host", false},       {"image", true},      {"in", true},         {"is", true},
    {"it", true},          {"kubelet", false},   {"layer", true},      {"lookup", true},
    {"manifest", true},    {"may", true},        {"no", true},         {"not", true},
    {"of", true},          {"on", true},         {"or", true},         {"policy", false},
    {"present", false},    {"Post", true},       {"pull", true},       {"pulling", true},
    {"read", true},        {"reading", true},    {"reference", true},  {"registry", false},
    {"repository", false}, {"request", false},   {"resolve", true},    {"response", false},
    {"sandbox", true},     {"secret", true},     {"server", false},    {"service", false},
    {"such", true},        {"status", false},    {"tcp", true},        {"that", true},
    {"the", true},         {"timeout", false},   {"to", true},         {"token", false},
    {"unable", true},      {"unexpected", true}, {"unknown", false},   {"unpack", true},
    {"waiting", true},     {"was", true},        {"while", true},      {"with", true},
};

enum { LONGEST = sizeof "unexpected" - 1 }; // of them: names and ids, which are longer, are none

static bool known(struct pm_str w, bool wants) {
    if (!w.n || w.n > LONGEST) return false;
    for (size_t i = 0; i < PM_LEN(words); i++)
        if (w.p[0] == words[i].text[0] && pm_str_eqc(w, words[i].text))
            return !wants || words[i].wants;
    return false;
}

static bool quote_open(struct pm_str s) { return !pm_quotes_even(s); }

static size_t trailing_blanks(struct pm_str s) {
    size_t n = 0;
    while (n < s.n && s.p[s.n - 1 - n] == ' ') n++;
    return n;
}

bool frame_wrap_goes_on(struct pm_str s) {
    if (trailing_blanks(s) >= 2) return true;
    s = pm_str_trim(s);
    if (s.n < 12) return false;
    char last = s.p[s.n - 1];
    if (last == ':' || last == '=' || last == ',') return true;
    return quote_open(s) || known(last_word(s), true);
}

bool frame_wrap_begins(struct pm_str s) {
    static const char *const cues[] = {
        "pull image",    "pulling image",        "pull and unpack",     "resolve reference",
        "resolve image", "response from daemon", "initializing source", "reading manifest",
        "mage pull",     "failed to resolve"};
    if (s.n < 24 || s.n > 4096 || !frame_wrap_goes_on(s)) return false;
    for (size_t i = 0; i < PM_LEN(cues); i++)
        if (pm_str_has(s, pm_str_c(cues[i]))) return true;
    return false;
}

bool frame_wrap_can_follow(struct pm_str before, struct pm_str s) {
    static const char *const names[] = {"Get ", "Head ",   "Post ",    "TLS ",  "HTTP ",
                                        "EOF",  "Client.", "Too Many", "Error "};
    s = pm_str_trim(s);
    if (!s.n) return false;
    if (quote_open(before)) return true;
    if ((s.p[0] >= 'a' && s.p[0] <= 'z') || (s.p[0] >= '0' && s.p[0] <= '9') ||
        strchr("\"'(:,./%[", s.p[0]))
        return true;
    for (size_t i = 0; i < PM_LEN(names); i++)
        if (pm_str_starts(s, pm_str_c(names[i]))) return true;
    return false;
}

static bool hex(struct pm_str s) {
    bool figure = false;
    for (size_t i = 0; i < s.n; i++) {
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f'))) return false;
        figure |= s.p[i] <= '9';
    }
    return s.n > 0 && figure;
}

// Does `joined` stand somewhere in the text already, not in the middle of a word?
static bool seen(struct pm_str text, struct pm_str joined) {
    for (ptrdiff_t at = pm_str_find(text, joined, 0); at >= 0;
         at = pm_str_find(text, joined, (size_t)at + 1)) {
        size_t end = (size_t)at + joined.n;
        if ((at == 0 || !pm_char_alnum(text.p[at - 1])) &&
            (end == text.n || !pm_char_alnum(text.p[end])))
            return true;
    }
    return false;
}

enum frame_seam frame_wrap_seam(struct pm_str before, struct pm_str next) {
    char last = before.n ? before.p[before.n - 1] : ' ', first = next.n ? next.p[0] : ' ';
    if (last == ' ' || first == ' ') return SEAM_TIGHT;
    if (strchr(":,.;)=\\-/@", first)) return SEAM_TIGHT;
    if (strchr("-/@.", last)) return SEAM_TIGHT;
    if (!pm_char_alnum(last) || !pm_char_alnum(first))
        return strchr(":,)\"", last) ? SEAM_BLANK : SEAM_UNKNOWN;
    struct pm_str x = last_word(before), y = first_word(next);
    char *p = (char[160]){0};
    if (x.n + y.n >= 160) return SEAM_TIGHT;
    memcpy(p, x.p, x.n);
    memcpy(p + x.n, y.p, y.n);
    struct pm_str joined = {p, x.n + y.n};
    if (known(joined, false) || seen(before, joined) || seen(next, joined)) return SEAM_TIGHT;
    if (known(x, false) && known(y, false)) return SEAM_BLANK;
    if (hex(x) && hex(y) && x.n + y.n >= 12) return SEAM_TIGHT;
    return known(x, true) ? SEAM_BLANK : SEAM_UNKNOWN;
}

// less -S and systemctl end what they cut with '>' or an ellipsis at the window's edge.
bool frame_pager_cut(struct pm_str *s) {
    static const struct pm_str marks[] = {{">", 1}, {"\xe2\x80\xa6", 3}};
    struct pm_str t = pm_str_trim(*s);
    if (t.n < 40) return false;
    for (size_t i = 0; i < PM_LEN(marks); i++) {
        if (!pm_str_ends(t, marks[i])) continue;
        struct pm_str rest = pm_str_sub(t, 0, t.n - marks[i].n);
        char last = rest.p[rest.n - 1];
        if (i == 0 && (pm_str_chr(rest, '<', 0) >= 0 || last == '-' || last == '=' || last == '>' ||
                       last == '/'))
            return false;
        if (i == 1 && !quote_open(rest)) return false; // programs write an ellipsis, too
        *s = rest;
        return true;
    }
    return false;
}

static const struct {
    struct pm_str entity;
    char c;
} entities[] = {{{"&quot;", 6}, '"'},  {{"&#34;", 5}, '"'},   {{"&#x22;", 6}, '"'},
                {{"&gt;", 4}, '>'},    {{"&lt;", 4}, '<'},    {{"&#39;", 5}, '\''},
                {{"&#x27;", 6}, '\''}, {{"&apos;", 6}, '\''}, {{"&amp;", 5}, '&'},
                {{"&nbsp;", 6}, ' '}};

// Pages keep columns apart with blanks that do not break, and copies out of them keep
// those. Where a table's columns are counted in bytes, one is one blank.
static struct pm_str plain_blanks(struct pm_frame *f, struct pm_str s) {
    static const struct pm_str hard = {"\xc2\xa0", 2};
    if (pm_str_chr(s, hard.p[0], 0) < 0) return s; // nearly every line: at one look
    ptrdiff_t at = pm_str_find(s, hard, 0);
    if (at < 0) return s;
    char *out = pm_arena_alloc(f->line_arena, s.n);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        bool blank = (ptrdiff_t)i >= at && pm_str_starts(pm_str_from(s, i), hard);
        out[n++] = blank ? ' ' : s.p[i];
        i += blank;
    }
    return (struct pm_str){out, n};
}

// ---- links that a chat or a tracker made of what looked like an address
//
// Slack: <http://r.test/web:1|r.test/web:1>, <https://r.test/v2/>. Markdown:
// [r.test/web:1](http://r.test/web:1). Jira: [r.test/web:1|http://r.test/web:1], with
// |smart-link behind it where a person pasted it. What was written is what is shown.

static bool is_address(struct pm_str s) {
    return pm_str_starts(s, PM_STR("http://")) || pm_str_starts(s, PM_STR("https://"));
}

// At "<http…": what is shown; *n is how much the whole takes, 0 where it is no link.
static struct pm_str chat_link(struct pm_str s, size_t *n) {
    ptrdiff_t end = pm_str_chr(pm_str_sub(s, 0, 1024), '>', 0);
    *n = 0;
    if (end < 0) return PM_NONE;
    struct pm_str in = pm_str_sub(s, 1, (size_t)end - 1);
    ptrdiff_t bar = pm_str_chr(in, '|', 0);
    *n = is_address(in) && pm_str_chr(in, ' ', 0) < 0 ? (size_t)end + 1 : 0;
    return bar < 0 ? in : pm_str_from(in, (size_t)bar + 1);
}

// Between what is shown and its address, and behind that.
struct link_marks {
    const char *mid;
    char end;
};
static const struct link_marks markdown = {"](", ')'}, jira = {"|", ']'};

// At "[": the same. Only where the address is what is shown: other links have a text of
// their own.
static struct pm_str marked_link(struct pm_str s, const struct link_marks *marks, size_t *n) {
    const struct pm_str between = pm_str_c(marks->mid);
    ptrdiff_t mid = pm_str_find(pm_str_sub(s, 0, 1024), between, 0);
    *n = 0;
    if (mid < 2) return PM_NONE;
    struct pm_str shown = pm_str_sub(s, 1, (size_t)mid - 1),
                  to = pm_str_from(s, (size_t)mid + between.n);
    ptrdiff_t end = pm_str_chr(pm_str_sub(to, 0, 1024), marks->end, 0);
    if (end < 0 || pm_str_chr(shown, '[', 0) >= 0) return PM_NONE;
    to = pm_str_sub(to, 0, (size_t)end);
    if (is_address(to) && pm_str_has(to, shown)) *n = (size_t)mid + between.n + to.n + 1;
    return shown;
}

static struct pm_str without_links(struct pm_frame *f, struct pm_str s) {
    if (!pm_str_has(s, PM_STR("http"))) return s;
    bool chat = pm_str_chr(s, '<', 0) >= 0 && pm_str_has(s, PM_STR("<http")),
         marked = pm_str_chr(s, ']', 0) >= 0 &&
                  (pm_str_has(s, PM_STR("](http")) || pm_str_has(s, PM_STR("|http")));
    if (!chat && !marked) return s; // nearly every line: at two looks
    char *out = pm_arena_alloc(f->line_arena, s.n);
    size_t len = 0;
    for (size_t i = 0; i < s.n;) {
        size_t n = 0;
        struct pm_str at = pm_str_from(s, i), shown = PM_NONE;
        if (s.p[i] == '<') shown = chat_link(at, &n);
        if (s.p[i] == '[') shown = marked_link(at, &markdown, &n);
        if (s.p[i] == '[' && !n) shown = marked_link(at, &jira, &n);
        if (!n) shown = pm_str_sub(at, 0, 1);
        memcpy(out + len, shown.p, shown.n);
        len += shown.n;
        i += n ? n : 1;
    }
    return (struct pm_str){out, len};
}

// A word processor makes “” of the quotes, of all that are in a line. Where plain ones stand
// besides, the others are a program's own.
static struct pm_str plain_quotes(struct pm_frame *f, struct pm_str s) {
    if (pm_str_chr(s, '\xe2', 0) < 0 || !pm_str_has(s, PM_STR("\xe2\x80\x9c")) ||
        pm_str_chr(s, '"', 0) >= 0)
        return s;
    char *out = pm_arena_alloc(f->line_arena, s.n);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        struct pm_str at = pm_str_sub(s, i, 3);
        bool quote = pm_str_eqc(at, "\xe2\x80\x9c") || pm_str_eqc(at, "\xe2\x80\x9d");
        out[n++] = quote ? '"' : s.p[i];
        i += quote ? 2 : 0;
    }
    return (struct pm_str){out, n};
}

struct pm_str frame_entities(struct pm_frame *f, struct pm_str s) {
    s = plain_quotes(f, without_links(f, plain_blanks(f, s)));
    if (pm_str_chr(s, '&', 0) < 0) return s;
    if (pm_str_chr(s, '<', 0) >= 0 || pm_str_chr(s, '"', 0) >= 0)
        return s; // a page inside a log line keeps its own
    if (!pm_str_has(s, PM_STR("&quot;")) && !pm_str_has(s, PM_STR("&#34;")) &&
        !pm_str_has(s, PM_STR("&gt;")) && !pm_str_has(s, PM_STR("&#x22;")) &&
        !pm_str_has(s, PM_STR("&nbsp;")))
        return s;
    char *out = pm_arena_alloc(f->line_arena, s.n);
    size_t n = 0;
    for (size_t i = 0; i < s.n;) {
        size_t k = 0;
        while (k < PM_LEN(entities) && !pm_str_starts(pm_str_from(s, i), entities[k].entity)) k++;
        out[n++] = k < PM_LEN(entities) ? entities[k].c : s.p[i];
        i += k < PM_LEN(entities) ? entities[k].entity.n : 1;
    }
    return (struct pm_str){out, n};
}
