// Flags of clients: --creds u:p, -p password, and --key value for any key that names a
// secret.
#include "ingest/redact/redact.h"

enum flag_value { WHOLE, LOGIN, BEHIND_LOGIN };
static const struct flag {
    const char *name;
    enum flag_value value;
    const char *kind;
} flags[] = {
    {"--creds", LOGIN, "password"},      {"--src-creds", LOGIN, "password"},
    {"--dest-creds", LOGIN, "password"}, {"--screds", LOGIN, "password"},
    {"--dcreds", LOGIN, "password"},     {"--user", LOGIN, "password"},
    {"-u", LOGIN, "password"},           {"-U", LOGIN, "password"},
    {"--proxy-user", LOGIN, "password"}, {"--auth", WHOLE, "auth"},
    {"-p", BEHIND_LOGIN, "password"},    {"--registry-creds", LOGIN, "password"},
    {"-passin", LOGIN, "password"},      {"-passout", LOGIN, "password"},
};

// Programs of which one letter is the password's flag; other programs mean a port by it.
enum { APART = 1, TIGHT = 2 };
static const struct tool {
    const char *name, flag;
    int how;
    const char *kind;
} tools[] = {
    {"sshpass", 'p', APART | TIGHT, "password"},
    {"mysql", 'p', TIGHT, "password"},
    {"mariadb", 'p', TIGHT, "password"},
    {"7z", 'p', TIGHT, "password"},
    {"redis-cli", 'a', APART, "password"},
    {"ldapsearch", 'w', APART, "password"},
    {"ldapmodify", 'w', APART, "password"},
    {"ipmitool", 'P', APART, "password"},
    {"zip", 'P', APART, "password"},
    {"mongo", 'p', APART, "password"},
    {"curl", 'b', APART, "cookie"},
};
// The program of this command, of which the flag is the password's.
static const struct tool *tool_of(struct pm_str before, char flag) {
    ptrdiff_t line = pm_str_rchr(before, '\n');
    before = pm_str_from(before, (size_t)(line + 1));
    for (size_t i = 0; i < PM_LEN(tools); i++) {
        ptrdiff_t at = tools[i].flag == flag ? pm_str_rfind(before, pm_str_c(tools[i].name)) : -1;
        if (at >= 0 && pm_str_chr(before, ' ', (size_t)at) >= 0 &&
            (at == 0 || !pm_secret_word((unsigned char)before.p[at - 1]) ||
             strcmp(tools[i].name, "zip") == 0))
            return &tools[i];
    }
    return NULL;
}

// Behind a flag: blanks, `=`, or `","` of an argument list.
static size_t flag_gap(struct pm_str s, size_t at, bool *tight) {
    size_t from = at;
    while (at < s.n && at - from < 8 && strchr(" \t=\"',\\", s.p[at])) at++;
    unsigned char byte;
    for (size_t n; (n = pm_secret_percent(s, at, &byte)) > 0 && (byte == ' ' || byte == '=');)
        at += n;
    *tight = at == from;
    return at;
}

static bool login_value(struct pm_str s, size_t from, size_t to, struct pm_secret_at *f) {
    struct pm_str v = pm_str_sub(s, from, to - from);
    ptrdiff_t colon = pm_str_chr(v, ':', 0);
    if (colon <= 0 || (size_t)colon + 1 >= v.n) return false;
    struct pm_str user = pm_str_sub(v, 0, (size_t)colon), pass = pm_str_from(v, (size_t)colon + 1);
    if ((pm_str_is_digits(user) && pm_str_is_digits(pass)) || pm_secret_is_blanked(pass) ||
        pm_str_starts(pass, PM_STR("//")))
        return false;
    *f = (struct pm_secret_at){from + (size_t)colon + 1, to, "password"};
    return true;
}

static size_t flag_value_end(struct pm_str s, size_t from) {
    size_t to = from;
    while (to < s.n && (unsigned char)s.p[to] > ' ' && !strchr("\"'`\\", s.p[to])) to++;
    while (to > from + 1 && strchr(":,;.)]", s.p[to - 1])) to--; // "--password x: denied"
    return to;
}

static bool tool_flag(struct pm_str s, size_t dash, struct pm_str before, struct pm_secret_at *f) {
    const struct tool *tool = tool_of(before, s.p[dash + 1]);
    size_t from = dash + 2;
    if (from >= s.n || !tool) return false;
    bool apart = s.p[from] == ' ';
    if (!(tool->how & (apart ? APART : TIGHT)) || (!apart && strchr("=\"'\\", s.p[from])))
        return false; // without a value the text around it may end here
    while (from < s.n && s.p[from] == ' ') from++;
    size_t quote = pm_secret_quote(s, from), to;
    from += quote;
    if (quote) to = pm_secret_quoted_end(s, from, pm_str_sub(s, from - quote, quote));
    else to = flag_value_end(s, from);
    if (to <= from || (!quote && s.p[from] == '-') ||
        pm_secret_is_blanked(pm_str_sub(s, from, to - from)) ||
        pm_secret_is_elsewhere(pm_str_from(s, from)))
        return false;
    *f = (struct pm_secret_at){from, to, tool->kind};
    return true;
}

bool pm_secret_flag(struct pm_str s, size_t dash, struct pm_secret_at *f) {
    size_t end = dash;
    while (end < s.n && pm_secret_word((unsigned char)s.p[end])) end++;
    struct pm_str word = pm_str_sub(s, dash, end - dash);
    const struct flag *flag = NULL;
    for (size_t i = 0; i < PM_LEN(flags) && !flag; i++)
        if (pm_str_eqc(word, flags[i].name)) flag = &flags[i];
    struct pm_secret_key key = {.kind = "password", .value_min = 1};
    size_t dashes = pm_str_starts(word, PM_STR("--")) ? 2 : 1;
    bool named = !flag && word.n > 4 && pm_secret_key(pm_str_from(word, dashes), &key) &&
                 !key.query_only && (dashes == 2 || strcmp(key.kind, "password") == 0) &&
                 !(end < s.n && s.p[end] == '='); // with '=' it is a pair
    struct pm_str before = pm_str_sub(s, dash > 256 ? dash - 256 : 0, dash > 256 ? 256 : dash);
    bool login = pm_str_ifind(before, PM_STR("login"), 0) >= 0;
    size_t from = end;
    if (dashes == 1 && !named && tool_flag(s, dash, before, f)) return true;
    if (dashes == 1 && word.n > 2 && word.p[1] == 'u' && end < s.n && s.p[end] == ':' &&
        pm_str_has(before, PM_STR("curl")))
        return login_value(s, dash + 2, flag_value_end(s, dash + 2), f);
    if (!flag && !named) { // -phunter2
        if (!login || word.n < 4 || word.p[1] != 'p' || word.p[0] != '-') return false;
        from = dash + 2;
    }
    bool tight,
        running = pm_str_has(before, PM_STR(" run ")) || pm_str_has(before, PM_STR(" exec "));
    if (flag || named) from = flag_gap(s, end, &tight);
    if ((flag || named) && tight) return false;
    if (from >= s.n || s.p[from] == '-' || (flag && flag->value == BEHIND_LOGIN && !login) ||
        (flag && flag->value == LOGIN && running))
        return false;
    if (pm_secret_is_elsewhere(pm_str_from(s, from))) return false;
    size_t to = from, quote = from > 0 && (s.p[from - 1] == '"' || s.p[from - 1] == '\'') ? 1 : 0;
    if (quote) to = pm_secret_quoted_end(s, from, pm_str_sub(s, from - 1, 1));
    else to = flag_value_end(s, from);
    if (to <= from) return false;
    if (flag && flag->value == LOGIN) return login_value(s, from, to, f);
    if (named && !pm_secret_plausible(pm_str_sub(s, from, to - from), &key)) return false;
    if (named && !quote && key.value_min > 1 &&
        !pm_secret_has_digit(pm_str_sub(s, from, to - from)))
        return false;
    if (pm_secret_is_blanked(pm_str_sub(s, from, to - from))) return false;
    *f = (struct pm_secret_at){from, to, flag ? flag->kind : key.kind};
    return true;
}
