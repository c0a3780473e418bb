// Passwords in URLs, and in user:pass@host without a scheme.
#include "ingest/redact/redact.h"

enum { URL_MAX = 4096 };

static bool ends_host(struct pm_str s, size_t at) {
    return at >= s.n || (unsigned char)s.p[at] <= ' ' || strchr("/:\"'<>\\,)]};?#`|&%", s.p[at]);
}

// A host behind '@': with a dot, a port, or the name that needs none; never a digest.
static bool is_host(struct pm_str s, size_t at, bool strict) {
    size_t end = at, dots = 0;
    while (end < s.n && (pm_secret_word((unsigned char)s.p[end]) || s.p[end] == '.'))
        dots += s.p[end++] == '.';
    struct pm_str host = pm_str_sub(s, at, end - at);
    if (end < s.n && s.p[end] == '[' && !strict) return true;
    if (host.n == 0 || (!ends_host(s, end) && s.p[end] != '(')) return false;
    if (pm_str_eqc(host, "sha256") || pm_str_eqc(host, "sha512")) return false;
    if (end < s.n && s.p[end] == '(' && (pm_str_eqc(host, "tcp") || pm_str_eqc(host, "unix")))
        return true; // Go's driver for MySQL
    bool port = end + 1 < s.n && s.p[end] == ':' && s.p[end + 1] >= '0' && s.p[end + 1] <= '9';
    return !strict || dots > 0 || port || pm_str_eqc(host, "localhost");
}

static size_t url_end(struct pm_str s, size_t at, const char *stops) {
    while (at < s.n && (unsigned char)s.p[at] > ' ' && !strchr(stops, s.p[at])) at++;
    return at;
}

// The '@' of an authority whose password may have '/', '#', '?' or ',' in it, which URLs
// must not have: only where no port can be meant.
static ptrdiff_t loose_at(struct pm_str s, size_t after, size_t end, ptrdiff_t colon) {
    if (colon <= 0) return -1;
    size_t at = after + (size_t)colon + 1, digits = at;
    while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9') digits++;
    if (digits > at && ends_host(s, digits) && digits <= end) return -1;
    size_t stop = url_end(pm_str_sub(s, 0, at + 256), at, "\"'<>\\`");
    for (size_t i = at; i < stop; i++)
        if (s.p[i] == '@' && is_host(s, i + 1, true)) return (ptrdiff_t)(i - after);
    return -1;
}

static bool percent_url(struct pm_str s, size_t after, struct pm_secret_at *f) {
    size_t colon = 0;
    for (size_t i = after, n; i < s.n && i - after < 400; i += n) {
        unsigned char byte = (unsigned char)s.p[i];
        n = pm_secret_percent(s, i, &byte);
        bool plain = n == 0;
        if (plain) n = 1;
        if (byte <= ' ' || strchr("/?#\"'<>&", byte)) return false;
        if (byte == ':' && !colon) colon = i + n;
        if (byte != '@') continue;
        if (!colon || i <= colon || pm_secret_is_blanked(pm_str_sub(s, colon, i - colon)))
            return false;
        *f = (struct pm_secret_at){colon, i, "password"};
        return true;
    }
    return false;
}

// Addresses whose path is the secret: whoever knows it may post there.
static bool posting_url(struct pm_str s, size_t after, struct pm_secret_at *f) {
    static const struct {
        const char *text;
        size_t parts; // of the path before the secret, which the reader may see
    } places[] = {{"hooks.slack.com/services/", 0},      {"discord.com/api/webhooks/", 1},
                  {"discordapp.com/api/webhooks/", 1},   {"api.telegram.org/bot", 0},
                  {"chat.googleapis.com/v1/spaces/", 0}, {"outlook.office.com/webhook/", 0}};
    struct pm_str rest = pm_str_sub(s, after, 64);
    for (size_t i = 0; i < PM_LEN(places); i++) {
        if (!pm_str_starts(rest, pm_str_c(places[i].text))) continue;
        size_t from = after + strlen(places[i].text), to = url_end(s, from, "\"'<>\\,)]}");
        for (size_t skip = places[i].parts; skip > 0 && from < to; skip--) {
            ptrdiff_t slash = pm_str_chr(pm_str_sub(s, 0, to), '/', from);
            from = slash < 0 ? to : (size_t)slash + 1;
        }
        while (to > from && strchr(":.;", s.p[to - 1])) to--;
        if (to < from + 16) return false;
        *f = (struct pm_secret_at){from, to, "token"};
        return true;
    }
    return false;
}

// Behind "://": the password of the authority, or a token standing as its user.
bool pm_secret_url(struct pm_str s, size_t after, bool percent, struct pm_secret_at *f) {
    if (percent) return percent_url(s, after, f);
    if (posting_url(s, after, f)) return true;
    if (pm_str_chr(pm_str_sub(s, after, URL_MAX), '@', 0) < 0) return false; // most have none
    size_t end = url_end(s, after, "/?#\"'<>\\,)]}");
    struct pm_str authority = pm_str_sub(s, after, end - after);
    ptrdiff_t at = pm_str_rchr(authority, '@'), colon = pm_str_chr(authority, ':', 0);
    if (at <= 0) at = loose_at(s, after, end, colon);
    if (at <= 0 || !is_host(s, after + (size_t)at + 1, false)) return false;
    bool pair = colon >= 0 && colon < at;
    size_t from = after + (pair ? (size_t)colon + 1 : 0), to = after + (size_t)at;
    struct pm_str v = pm_str_sub(s, from, to - from);
    if (v.n == 0 || pm_secret_is_blanked(v) || (!pair && (v.n < 20 || !pm_secret_has_digit(v))))
        return false;
    *f = (struct pm_secret_at){from, to, pair ? "password" : "token"};
    return true;
}

// user:pass@host without a scheme; `at` is the '@'. What people write before a mail
// address is no user.
bool pm_secret_login(struct pm_str s, size_t at, struct pm_secret_at *f) {
    static const char *const words[] = {
        "email",   "mail",       "mailto",      "user",   "username",       "from",    "to",
        "by",      "maintainer", "maintainers", "author", "owner",          "sub",     "iss",
        "subject", "member",     "group",       "domain", "account",        "contact", "principal",
        "git",     "ssh",        "sip",         "server", "client",         "host",    "cc",
        "bcc",     "identity",   "id",          "name",   "serviceaccount", "login"};
    if (!is_host(s, at + 1, true)) return false;
    size_t start = at;
    while (start > 0 && at - start < 256 && (unsigned char)s.p[start - 1] > ' ' &&
           !strchr("\"'<>\\`()[]{}|", s.p[start - 1]))
        start--;
    struct pm_str token = pm_str_sub(s, start, at - start);
    if (pm_str_has(token, PM_STR("://")) || pm_str_rchr(token, '@') >= 0) return false;
    ptrdiff_t colon = pm_str_chr(token, ':', 0);
    if (colon <= 0 || token.n - (size_t)colon < 4) return false;
    struct pm_str user = pm_str_sub(token, 0, (size_t)colon),
                  pass = pm_str_from(token, (size_t)colon + 1);
    size_t letters = 0;
    for (size_t i = user.n;
         i > 0 && (pm_secret_word((unsigned char)user.p[i - 1]) || strchr(".$+%~", user.p[i - 1]));
         i--)
        letters += !(user.p[i - 1] >= '0' && user.p[i - 1] <= '9');
    if (letters == 0 || user.n > 64 || pm_str_has(user, PM_STR("/")) ||
        pm_secret_is_blanked(pass) || pass.p[0] == '/')
        return false;
    for (size_t i = 0; i < PM_LEN(words); i++)
        if (pm_str_ieq(user, pm_str_c(words[i])) ||
            (user.n > strlen(words[i]) &&
             pm_str_ieq(pm_str_from(user, user.n - strlen(words[i])), pm_str_c(words[i])) &&
             pm_secret_word((unsigned char)user.p[user.n - strlen(words[i]) - 1]) == false))
            return false;
    *f = (struct pm_secret_at){start + (size_t)colon + 1, at, "password"};
    return true;
}
