// Flags of clients: --creds u:p, -p password, and --key value for any key that names a
// secret.
#include "ingest/redact.h"

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
};

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
    while (to > from + 1 && strchr(":,;", s.p[to - 1])) to--; // "--password x: denied"
    return to;
}

bool pm_secret_flag(struct pm_str s, size_t dash, struct pm_secret_at *f) {
    size_t end = dash;
    while (end < s.n && pm_secret_word((unsigned char)s.p[end])) end++;
    struct pm_str word = pm_str_sub(s, dash, end - dash);
    const struct flag *flag = NULL;
    for (size_t i = 0; i < PM_LEN(flags) && !flag; i++)
        if (pm_str_eqc(word, flags[i].name)) flag = &flags[i];
    struct pm_secret_key key = {.kind = "password", .value_min = 1};
    bool named = !flag && word.n > 4 && pm_str_starts(word, PM_STR("--")) &&
                 pm_secret_key(pm_str_from(word, 2), &key) && !key.query_only &&
                 !(end < s.n && s.p[end] == '='); // with '=' it is a pair
    struct pm_str before = pm_str_sub(s, dash > 256 ? dash - 256 : 0, dash > 256 ? 256 : dash);
    bool login = pm_str_ifind(before, PM_STR("login"), 0) >= 0;
    size_t from = end;
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
