// Keys and their values, in the writings that logs have: key=value, "key": "value"
// escaped any number of times, key: value of YAML, headers, Go structs and maps, protobuf
// text, percent-encoded bodies, <key>value</key>, --key value, and `name: KEY, value:
// VALUE` of containers' environments.
//
// Deliberately left alone: prose such as "failed to fetch anonymous token: unexpected
// status" or "incorrect username or password: unauthorized". A colon behind a bare key
// counts where the key begins the line, is of several words, or where what follows has
// letters and digits as no word has.
#include "ingest/redact/redact.h"

enum writing { NO_PAIR, QUERY, QUOTED, YAML, STRUCT, PROSE };

static bool begins_line(struct pm_str s, size_t at) {
    while (at > 0 && (s.p[at - 1] == ' ' || s.p[at - 1] == '\t' || s.p[at - 1] == '-')) at--;
    return at == 0 || s.p[at - 1] == '\n' || (at > 1 && s.p[at - 1] == 'n' && s.p[at - 2] == '\\');
}

// Within `map[…]` or `{…}` as Go prints them: `{user:u password:p}`. Quotes end the look:
// JSON is no such place.
static bool in_braces(struct pm_str s, size_t at) {
    size_t stop = at > 256 ? at - 256 : 0;
    int open = 0;
    while (at > stop) {
        char c = s.p[--at];
        if (c == '"' || c == '\n') return false;
        if (c == '}' || c == ']') open++;
        if (c == '{' || c == '[') {
            if (open == 0) return true;
            open--;
        }
    }
    return false;
}

static bool key_follows(struct pm_str s, size_t at, const char *separators) {
    size_t from = at;
    while (at < s.n && (s.p[at] == ' ' || s.p[at] == '"')) at++;
    size_t word = at;
    while (at < s.n && (pm_secret_word((unsigned char)s.p[at]) || s.p[at] == '.')) at++;
    return at == s.n ? at == from : at > word && strchr(separators, s.p[at]) != NULL;
}

// The end of a bare value. What may belong to it or end it (`,` `;` `&`) ends it where
// another key follows.
static size_t bare_end(struct pm_str s, size_t from, bool encoded, bool in_query) {
    size_t at = from;
    for (; at < s.n; at++) {
        unsigned char c = (unsigned char)s.p[at], byte;
        if (c <= ' ' || strchr("\"'<>)}]\\|`", c)) break;
        if (c == '&' && (in_query || key_follows(s, at + 1, "=") || pm_secret_quote(s, at))) break;
        if ((c == ',' || c == ';') && (at + 1 == s.n || strchr(" })]", s.p[at + 1]) ||
                                       s.p[at + 1] == '"' || key_follows(s, at + 1, "=:")))
            break;
        if (c == '%' && encoded && pm_secret_percent(s, at, &byte) && strchr("&\"' \r\n},", byte))
            break;
    }
    while (at > from && !encoded && (s.p[at - 1] == ':' || s.p[at - 1] == '.') &&
           (at == s.n || s.p[at] == ' '))
        at--; // "password=x: denied"
    return at;
}

// A value that names another place, or a digest. Told by its first bytes, before its end
// is looked for.
bool pm_secret_is_elsewhere(struct pm_str v) {
    static const char *const roots[] = {"sha256:", "sha512:",   "/etc/",  "/var/",  "/run/",
                                        "/home/",  "/root/",    "/tmp/",  "/opt/",  "/usr/",
                                        "/mnt/",   "/secrets/", "/proc/", "file://"};
    for (size_t i = 0; i < PM_LEN(roots); i++)
        if (pm_str_starts(v, pm_str_c(roots[i]))) return true;
    return false;
}

// A word of prose, or something that an error would name: nothing that anybody keeps
// secret.
static bool is_random(struct pm_str v) { // as no word is: "hunter2x1", not "oauth2"
    size_t digits = 0;
    for (size_t i = 0; i < v.n; i++) digits += v.p[i] >= '0' && v.p[i] <= '9';
    return v.n >= 8 && digits >= 2 && digits < v.n && pm_str_chr(v, '/', 0) < 0;
}
static bool is_prose(struct pm_str s, struct pm_str v, size_t to, bool compound, bool capital) {
    if (to < s.n && s.p[to] == ':') return !is_random(v); // "token: oauth2: cannot fetch"
    if (pm_str_has(v, PM_STR("://")) || pm_str_has(v, PM_STR("/"))) return !compound;
    bool letter = false;
    for (size_t i = 0; i < v.n; i++)
        letter |= (pm_secret_lower((unsigned char)v.p[i]) >= 'a' &&
                   pm_secret_lower((unsigned char)v.p[i]) <= 'z');
    if (compound && capital) return v.n < 6;
    return v.n < 6 || !letter || !pm_secret_has_digit(v);
}

bool pm_secret_plausible(struct pm_str v, const struct pm_secret_key *key) {
    if (v.n < key->value_min || pm_secret_is_blanked(v)) return false;
    if (key->digit && !pm_secret_has_digit(v)) return false;
    if (strcmp(key->kind, "auth") != 0) return true;
    for (size_t i = 0; i < v.n; i++) // "auth=required", "auth: anonymous"
        if (!(v.p[i] >= 'a' && v.p[i] <= 'z') && v.p[i] != '-' && v.p[i] != '_')
            return pm_str_chr(v, ' ', 0) < 0 || v.p[0] == '{';
    return false;
}

// Over `name="value", name=value`, of which the first value ends at `to`.
static size_t parameters_end(struct pm_str s, size_t from) {
    size_t to = from;
    for (size_t at = from;; to = at) {
        bool comma = at == from;
        for (; at < s.n && strchr("\\\"', ", s.p[at]); at++) comma |= s.p[at] == ',';
        if (!comma || !key_follows(s, at, "=") || at == s.n) return to;
        while (s.p[at] != '=') at++;
        at++;
        size_t quote = pm_secret_quote(s, at);
        if (quote) at = pm_secret_quoted_end(s, at + quote, pm_str_sub(s, at, quote)) + quote;
        else at = bare_end(s, at, false, false);
        if (at > s.n) at = s.n;
    }
}

// What a header's value begins with is told, what follows is the secret.
static bool header_secret(struct pm_str s, size_t from, size_t to, struct pm_secret_at *f) {
    static const char *const schemes[] = {
        "token ",     "digest ",      "negotiate ", "ntlm ", "apikey ", "aws4-hmac-sha256 ",
        "sharedkey ", "googlelogin ", "aws ",       "oss ",  "obs "};
    struct pm_str v = pm_str_sub(s, from, s.n);
    for (size_t i = 0; i < PM_LEN(schemes); i++) {
        size_t n = strlen(schemes[i]);
        if (v.n <= n || !pm_str_ieq(pm_str_sub(v, 0, n), pm_str_c(schemes[i]))) continue;
        from += n;
        bool params = to > from;
        if (!params) to = bare_end(s, from, false, false);
        if (!params && key_follows(s, from, "=")) to = parameters_end(s, from);
        if (to - from < 6) return false;
        *f = (struct pm_secret_at){from, to, "auth"};
        return true;
    }
    return false;
}

// Cookies are `name=value; name=value`: all of them, up to the attributes that Set-Cookie
// has behind.
static size_t cookie_end(struct pm_str s, size_t to) {
    while (to + 2 < s.n && s.p[to] == ';') {
        size_t at = to + 1 + (s.p[to + 1] == ' ');
        if (!key_follows(s, at, "=")) break;
        to = bare_end(s, at, false, false);
    }
    return to;
}

static enum writing writing_of(struct pm_str s, size_t separator, size_t after, size_t start,
                               bool quoted_key, bool colon) {
    if (!colon) return QUERY;
    if (quoted_key) return QUOTED;
    if (begins_line(s, start)) return YAML;
    size_t quote = pm_secret_quote(s, after);
    if (quote && after == separator + 1) return QUOTED; // protobuf text
    bool tight = after < s.n && s.p[after] != ' ' && s.p[after] != '\t';
    bool capital = s.p[start] >= 'A' && s.p[start] <= 'Z';
    if (tight && (capital || in_braces(s, start)))
        return STRUCT; // names of images are lower case, their tags no passwords
    return tight && !quote ? NO_PAIR : PROSE;
}

// The value behind a separator, whatever the key: where it stands.
static bool value_of(struct pm_str s, size_t after, bool encoded, bool in_query, size_t *from,
                     size_t *to, bool *quoted) {
    size_t quote = pm_secret_quote(s, after);
    if (!quote && after + 1 < s.n && strchr("ubrf", s.p[after]) &&
        (s.p[after + 1] == '\'' || s.p[after + 1] == '"'))
        quote = pm_secret_quote(s, ++after); // Python's u'…'
    *quoted = quote > 0;
    *from = after + quote;
    if (pm_secret_is_elsewhere(pm_str_from(s, *from)) ||
        (!quote && *from < s.n && strchr("{&[", s.p[*from])))
        return false;
    *to = quote ? pm_secret_quoted_end(s, *from, pm_str_sub(s, after, quote))
                : bare_end(s, after, encoded, in_query);
    return *to > *from;
}

// The quote that ends at `end`, in any writing: its length.
static size_t quote_before(struct pm_str s, size_t end) {
    if (end == 0) return 0;
    if (s.p[end - 1] == '"' || s.p[end - 1] == '\'') {
        size_t n = 1;
        while (n < end && s.p[end - 1 - n] == '\\') n++;
        return n;
    }
    const char last = s.p[end - 1]; // of \u0022, %27, &quot; and %5C`
    if (last != '2' && last != '7' && last != ';' && last != '`') return 0;
    for (size_t n = 24; n >= 3; n--) // texts within texts have many backslashes
        if (end >= n && (s.p[end - n] == '%' || s.p[end - n] == '\\' || s.p[end - n] == '&') &&
            pm_secret_quote(s, end - n) == n)
            return n;
    return 0;
}

// `name: DB_PASSWORD, value: x`: the key is the value's neighbour. Looked for where a
// pair's key is "value".
static bool env_key(struct pm_str s, size_t start, struct pm_secret_key *key) {
    size_t at = start;
    for (size_t n; at > 0 && start - at < 24; at -= n) { // quotes may be written with letters: \x22
        n = quote_before(s, at);
        if (!n && pm_secret_word((unsigned char)s.p[at - 1])) break;
        if (!n) n = 1;
    }
    if (at > 1 && s.p[at - 1] == 'n' && s.p[at - 2] == '\\') at -= 2; // an escaped line end
    while (at > 0 && start - at < 24 && !pm_secret_word((unsigned char)s.p[at - 1])) at--;
    size_t word = pm_secret_word_start(s, at, ".");
    if (word == at || !pm_secret_key(pm_str_sub(s, word, at - word), key) || key->query_only)
        return false;
    if (pm_str_chr(pm_str_sub(s, at, start - at), '{', 0) >= 0) return true; // {"key":{"value":
    struct pm_str before = pm_str_sub(s, word > 16 ? word - 16 : 0, word > 16 ? 16 : word);
    return pm_str_ifind(before, PM_STR("name"), 0) >= 0 ||
           pm_str_ifind(before, PM_STR("key"), 0) >= 0;
}

struct pair {
    size_t start, end; // of the key
    bool quoted_key, colon, encoded;
    struct pm_secret_key key;
};

static size_t blanks_back(struct pm_str s, size_t at) {
    size_t end = at;
    while (end > 0 && (s.p[end - 1] == ' ' || s.p[end - 1] == '\t') && at - end < 8) end--;
    return end;
}

static bool key_before(struct pm_str s, size_t separator, struct pair *p) {
    p->end = blanks_back(s, separator);
    size_t quote = quote_before(s, p->end);
    p->quoted_key = quote > 0;
    p->end -= quote;
    if (p->end && s.p[p->end - 1] == ']') p->end--; // config[password]=
    if (quote && !pm_secret_may_key(s, p->end)) return false;
    p->start = pm_secret_word_start(s, p->end, ".");
    if (p->start == p->end) return false;
    struct pm_str word = pm_str_sub(s, p->start, p->end - p->start);
    if (word.n >= 5 && pm_str_ieq(pm_str_from(word, word.n - 5), PM_STR("value")) &&
        env_key(s, p->start, &p->key)) {
        p->quoted_key = p->quoted_key || p->colon;
        return true;
    }
    return pm_secret_key(word, &p->key) &&
           !pm_str_ends(pm_str_sub(s, 0, p->start), PM_STR("<redacted:"));
}

static bool accepts(struct pm_str s, const struct pair *p, enum writing w, struct pm_str v,
                    size_t to, bool quoted) {
    if (!pm_secret_plausible(v, &p->key)) return false;
    bool capital = s.p[p->start] >= 'A' && s.p[p->start] <= 'Z';
    if (strcmp(p->key.kind, "cookie") == 0 && pm_str_chr(v, '=', 0) > 0) return true;
    if (w == YAML && !quoted && to < s.n && (s.p[to] == ' ' || s.p[to] == ':'))
        return !is_prose(s, v, to, p->key.compound, capital) && (p->key.compound || is_random(v));
    if (w == PROSE && quoted)
        return strcmp(p->key.kind, "password") == 0 ||
               (pm_secret_has_digit(v) && pm_str_chr(v, ' ', 0) < 0 &&
                !pm_str_has(v, PM_STR("://")));
    if (w == PROSE) return !is_prose(s, v, to, p->key.compound, capital);
    return true;
}

// A line's end at `at`, real or escaped: its length.
static size_t line_end(struct pm_str s, size_t at) {
    size_t n = 0;
    if (at < s.n && s.p[at] == '\n') return 1;
    while (at + n < s.n && s.p[at + n] == '\\') n++;
    return n > 0 && at + n < s.n && s.p[at + n] == 'n' ? n + 1 : 0;
}
static size_t blanks_at(struct pm_str s, size_t at) {
    size_t n = 0;
    while (at + n < s.n && s.p[at + n] == ' ') n++;
    return n;
}
// `key: |` and `key: >-`: the lines behind that stand farther in than the key does.
static bool block_secret(struct pm_str s, const struct pair *p, size_t mark,
                         struct pm_secret_at *f) {
    size_t at = mark + 1, indent = 0;
    while (at < s.n && (s.p[at] == '-' || s.p[at] == '+' || (s.p[at] >= '0' && s.p[at] <= '9')))
        at++;
    at += blanks_at(s, at);
    if (!line_end(s, at)) return false;
    while (indent < p->start && s.p[p->start - indent - 1] == ' ') indent++;
    size_t from = 0, to = 0;
    for (size_t n; (n = line_end(s, at)) > 0;) {
        size_t in = blanks_at(s, at + n);
        at += n + in;
        if (!line_end(s, at) && in <= indent) break; // an empty line is of the block
        if (!from) from = at;
        while (at < s.n && s.p[at] != '"' && !line_end(s, at)) at++;
        to = at;
    }
    if (!from || to <= from || !pm_secret_plausible(pm_str_sub(s, from, to - from), &p->key))
        return false;
    *f = (struct pm_secret_at){from, to, p->key.kind};
    return true;
}

// ODBC's Pwd={…}, which may hold what else ends a value.
static bool braced_secret(struct pm_str s, const struct pair *p, size_t after,
                          struct pm_secret_at *f) {
    ptrdiff_t end = pm_str_chr(pm_str_sub(s, 0, after + 256), '}', after);
    if (s.p[after] != '{' || end <= (ptrdiff_t)after + 1 || strcmp(p->key.kind, "password") != 0)
        return false;
    struct pm_str v = pm_str_sub(s, after + 1, (size_t)end - after - 1);
    if (pm_str_chr(v, '{', 0) >= 0 || pm_str_chr(v, '"', 0) >= 0 || pm_str_chr(v, ':', 0) >= 0 ||
        pm_str_chr(v, ' ', 0) >= 0 || !pm_secret_plausible(v, &p->key))
        return false;
    *f = (struct pm_secret_at){after + 1, (size_t)end, p->key.kind};
    return true;
}

bool pm_secret_pair(struct pm_str s, size_t separator, size_t after, struct pm_secret_at *f) {
    if (!pm_secret_may_key(s, separator)) return false;
    unsigned char byte = (unsigned char)s.p[separator];
    if (byte == '\\') // \u003d, \x3a, \=
        byte = strchr("aA:", s.p[after - 1]) ? ':' : '=';
    struct pair p = {.encoded = pm_secret_percent(s, separator, &byte) > 0};
    p.colon = byte == ':';
    if (!key_before(s, separator, &p)) return false;
    enum writing w = writing_of(s, separator, after, p.start, p.quoted_key, p.colon);
    if (w == NO_PAIR || (p.key.query_only && w != QUERY && w != QUOTED)) return false;
    while (after < s.n && (s.p[after] == ' ' || s.p[after] == '\t') &&
           (p.colon || p.end != separator))
        after++;
    unsigned char blank;
    for (size_t n; p.encoded && (n = pm_secret_percent(s, after, &blank)) > 0 && blank == ' ';)
        after += n;
    if (after < s.n && s.p[after] == '[')
        after++; // Go's http.Header: map[Authorization:[Bearer …]]
    if (after < s.n && (s.p[after] == '|' || s.p[after] == '>') && w == YAML)
        return block_secret(s, &p, after, f);
    if (!p.colon && after < s.n && braced_secret(s, &p, after, f)) return true;
    size_t from, to;
    bool quoted,
        in_query = p.start > 0 && (s.p[p.start - 1] == '?' || s.p[p.start - 1] == '&' || p.encoded);
    if (!value_of(s, after, p.encoded, in_query, &from, &to, &quoted)) return false;
    if (strcmp(p.key.kind, "auth") == 0) {
        static const char *const own[] = {"bearer", "basic"}; // looked at where their blank stands
        for (size_t i = 0; i < PM_LEN(own); i++) {
            size_t n = strlen(own[i]);
            if (!pm_str_ieq(pm_str_sub(s, from, n), pm_str_c(own[i])) || from + n >= s.n) continue;
            if (pm_secret_scheme(s, from + n, from + n, f)) return true;
            return false;
        }
        if (header_secret(s, from, quoted ? to : 0, f)) return true;
    }
    if (strcmp(p.key.kind, "cookie") == 0 && !quoted) to = cookie_end(s, to);
    if (!accepts(s, &p, w, pm_str_sub(s, from, to - from), to, quoted)) return false;
    *f = (struct pm_secret_at){from, to, p.key.kind};
    return true;
}

// "Bearer TOKEN" and "Basic B64": `blank` is the byte behind the scheme: a blank, '+', or
// %20.
bool pm_secret_scheme(struct pm_str s, size_t blank, size_t after, struct pm_secret_at *f) {
    unsigned char byte;
    size_t n = pm_secret_percent(s, after, &byte), at = after;
    if (n && byte == ' ') at += n;
    else if (at < s.n && (s.p[at] == ' ' || s.p[at] == '+' || s.p[at] == ':')) at++;
    else return false;
    while (at < s.n && s.p[at] == ' ') at++;
    bool basic = blank >= 5 && pm_secret_lower((unsigned char)s.p[blank - 1]) == 'c';
    size_t to = at;
    while (to < s.n && pm_secret_token((unsigned char)s.p[to])) to++;
    struct pm_str v = pm_str_sub(s, at, to - at);
    if (v.n < 8 || pm_str_starts(v, PM_STR("realm="))) return false;
    size_t before = blank > 40 ? blank - 40 : 0;
    bool header =
        pm_str_ifind(pm_str_sub(s, before, blank - before), PM_STR("authorization"), 0) >= 0;
    bool padded = v.n % 4 == 0 && v.p[v.n - 1] == '=', upper = false, low = false;
    for (size_t i = 0; i < v.n; i++) {
        upper |= v.p[i] >= 'A' && v.p[i] <= 'Z';
        low |= v.p[i] >= 'a' && v.p[i] <= 'z';
    }
    bool odd = pm_secret_has_digit(v) || (upper && low && v.n >= 12);
    if (!(basic ? odd || padded : (odd && v.n >= 16) || (header && v.n >= 8))) return false;
    while (to > at + 8 && s.p[to - 1] == '.') to--;
    *f = (struct pm_secret_at){at, to, basic ? "basic" : "bearer"};
    return true;
}

// "machine m login l password p" (netrc), "with password X", "PASSWORD 'x'" (SQL), a column
// behind a column: no separator says that a value follows, so that it must look like one.
static bool is_spoken(struct pm_str s, size_t start, struct pm_str v, bool quoted,
                      const struct pm_secret_key *key) {
    struct pm_str before = pm_str_sub(s, start > 128 ? start - 128 : 0, start > 128 ? 128 : start);
    bool password = strcmp(key->kind, "password") == 0, upper = false, lower = false;
    if (password && pm_str_has(before, PM_STR("login ")) &&
        (pm_str_has(before, PM_STR("machine ")) || pm_str_has(before, PM_STR("default "))))
        return true;
    if (password && quoted && pm_str_starts(pm_str_from(s, start), PM_STR("PASSWORD"))) return true;
    size_t digits = 0;
    for (size_t i = 0; i < v.n; i++) {
        if (!pm_secret_word((unsigned char)v.p[i]) && !strchr("!$%^*+~=", v.p[i])) return false;
        digits += v.p[i] >= '0' && v.p[i] <= '9';
        upper |= v.p[i] >= 'A' && v.p[i] <= 'Z';
        lower |= v.p[i] >= 'a' && v.p[i] <= 'z';
    }
    bool mixed = upper && lower && digits > 0;
    return password || key->compound ? mixed && v.n >= 8 : mixed && digits > 1 && v.n >= 16;
}
bool pm_secret_spoken(struct pm_str s, size_t blank, struct pm_secret_at *f) {
    struct pm_secret_key key;
    if (!pm_secret_may_key(s, blank)) return false;
    size_t start = pm_secret_word_start(s, blank, "."), at = blank;
    if (start == blank || (start > 0 && strchr("/:@", s.p[start - 1])) ||
        !pm_secret_key(pm_str_sub(s, start, blank - start), &key) || key.query_only)
        return false;
    while (at < s.n && s.p[at] == '\\') at++; // an escaped tab
    if (at > blank && at < s.n && s.p[at] == 't') at++;
    while (at < s.n && (s.p[at] == ' ' || s.p[at] == '\t' || s.p[at] == '|')) at++;
    if (pm_str_starts(pm_str_from(s, at), PM_STR("is "))) at += 3;
    size_t from, to;
    bool quoted;
    if (!value_of(s, at, false, false, &from, &to, &quoted)) return false;
    struct pm_str v = pm_str_sub(s, from, to - from);
    if (!pm_secret_plausible(v, &key) || !is_spoken(s, start, v, quoted, &key)) return false;
    *f = (struct pm_secret_at){from, to, key.kind};
    return true;
}

// <password>x</password>, <Data Name="Password">x</Data>: `close` is the '>' of the opening tag.
bool pm_secret_element(struct pm_str s, size_t close, struct pm_secret_at *f) {
    size_t quote = quote_before(s, close), name = close - quote,
           start = pm_secret_word_start(s, name, ".:");
    struct pm_secret_key key;
    if (start == 0 || start == name || !pm_secret_key(pm_str_sub(s, start, name - start), &key) ||
        key.query_only)
        return false;
    struct pm_str before = pm_str_sub(s, start > 16 ? start - 16 : 0, start > 16 ? 16 : start);
    if (quote ? pm_str_ifind(before, PM_STR("name="), 0) < 0 : s.p[start - 1] != '<')
        return false; // <Data Name="Password">
    ptrdiff_t end = pm_str_chr(s, '<', close + 1);
    size_t to = end < 0 ? s.n : (size_t)end;
    if (to <= close + 1 || !pm_secret_plausible(pm_str_sub(s, close + 1, to - close - 1), &key))
        return false;
    *f = (struct pm_secret_at){close + 1, to, key.kind};
    return true;
}

// The next value within the braces of a Secret's "data", whatever its key; *at is where
// to look, and where to look on.
bool pm_secret_data(struct pm_str s, size_t *at, struct pm_secret_at *f) {
    while (*at < s.n && s.p[*at] != '}') {
        size_t after = *at + 1;
        if (s.p[*at] != ':') {
            *at = after;
            continue;
        }
        while (after < s.n && s.p[after] == ' ') after++;
        size_t quote = pm_secret_quote(s, after);
        if (quote) {
            size_t from = after + quote,
                   to = pm_secret_quoted_end(s, from, pm_str_sub(s, after, quote));
            *at = to + quote;
            *f = (struct pm_secret_at){from, to, "secret"};
            if (to > from && !pm_secret_is_blanked(pm_str_sub(s, from, to - from))) return true;
        } else {
            *at = after;
        }
    }
    return false;
}
