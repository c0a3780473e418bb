// Proxies that a node's programs are given by their environment: systemd drop-ins and
// environment files → config.
//
//   [Service]                                                                    docker.service.d/http-proxy.conf
//   Environment="HTTPS_PROXY=http://proxy.example:3128" "NO_PROXY=localhost,.svc"
//   HTTPS_PROXY=http://proxy.example:3128                                        etc/environment, etc/default/k3s, k3s.service.env
//   export no_proxy=localhost
// Source: systemd.exec(5) "Environment=", systemd.syntax(7) quoting;
// docs.docker.com/engine/daemon/proxy. User and password of a proxy are not kept: that
// there are some is told. A file with none of the three variables is not ours; other
// units' settings are passed over.
#include "parsers/host/config.h"

static const struct {
    const char *variable, *key;
} VARIABLES[] = {
    {"http_proxy", "http-proxy"}, {"https_proxy", "https-proxy"}, {"no_proxy", "no-proxy"}};

// One NAME=value; the rest of the text behind it. Quotes stand around the whole or around
// the value.
struct word {
    struct pm_str name, value;
    bool open; // its quote is not closed
};

static bool next_line(struct pm_str *rest, struct pm_str *line) {
    if (!rest->n) return false;
    ptrdiff_t end = pm_str_chr(*rest, '\n', 0);
    *line = end < 0 ? *rest : pm_str_sub(*rest, 0, (size_t)end);
    *rest = end < 0 ? PM_NONE : pm_str_from(*rest, (size_t)end + 1);
    return true;
}

static bool is_quote(char c) { return c == '"' || c == '\''; }

static struct pm_str unquote(struct pm_str s) {
    return s.n >= 2 && is_quote(s.p[0]) && s.p[s.n - 1] == s.p[0] ? pm_str_sub(s, 1, s.n - 2) : s;
}

static bool next_word(struct pm_str *rest, struct word *w) {
    struct pm_str s = pm_str_from(*rest, pm_str_indent(*rest));
    size_t i = 0;
    char open = 0;
    for (; i < s.n && (open || (s.p[i] != ' ' && s.p[i] != '\t')); i++) {
        if (open ? s.p[i] == open : is_quote(s.p[i])) open = open ? 0 : s.p[i];
    }
    *rest = pm_str_from(s, i);
    w->open = open != 0;
    if (open) return true;
    struct pm_str pair = unquote(pm_str_sub(s, 0, i));
    ptrdiff_t eq = pm_str_chr(pair, '=', 0);
    if (eq < 0) return i > 0;
    *w = (struct word){pm_str_sub(pair, 0, (size_t)eq), unquote(pm_str_from(pair, (size_t)eq + 1)),
                       false};
    return true;
}

static const char *systemd_key_of(struct pm_str name) {
    for (size_t i = 0; i < PM_LEN(VARIABLES); i++)
        if (pm_str_ieq(name, pm_str_c(VARIABLES[i].variable))) return VARIABLES[i].key;
    return NULL;
}

// What a line assigns, without "Environment=" or "export "; PM_NONE for a section, a
// comment, another setting.
static struct pm_str assignments(struct pm_str line, bool *other) {
    line = pm_str_trim(line);
    *other = false;
    if (!line.n || line.p[0] == '#' || line.p[0] == ';' || line.p[0] == '[') return PM_NONE;
    if (pm_str_starts(line, PM_STR("Environment="))) return pm_str_from(line, 12);
    if (pm_str_starts(line, PM_STR("export "))) line = pm_str_from(line, 7);
    ptrdiff_t eq = pm_str_chr(line, '=', 0);
    *other = eq <= 0 || pm_str_chr(pm_str_sub(line, 0, (size_t)eq), ' ', 0) >= 0;
    return *other ? PM_NONE : line;
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    struct pm_str text = pm_str_sub(r->text, 0, 8192), line;
    int proxies = 0;
    for (int lines = 0; lines < 200 && next_line(&text, &line); lines++) {
        bool other;
        struct pm_str rest = assignments(line, &other);
        struct word w = {0};
        if (other && r->text.n <= 8192) return 0;
        for (int words = 0; words < 32 && rest.n && next_word(&rest, &w); words++)
            proxies += systemd_key_of(w.name) != NULL;
    }
    return proxies ? 80 : 0;
}

static void systemd_add(struct pm_config *c, const struct word *w, uint64_t line) {
    const char *key = systemd_key_of(w->name);
    if (!key || !w->value.n) return;
    if (pm_str_has(w->value, PM_STR("://")) && pm_str_has(w->value, PM_STR("@")))
        pm_config_add(c, PM_SETTING_BOOL, PM_STR("proxy-login"), PM_STR("true"), line);
    pm_config_add(c, PM_SETTING_TEXT, pm_str_c(key), w->value, line);
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_config config = pm_config_new(ctx->a, "systemd.environment");
    struct pm_str text = r->text, line, folder = pm_path_folder(r->path);
    if (pm_str_ends(folder, PM_STR(".service.d")))
        pm_config_add(&config, PM_SETTING_TEXT, PM_STR("unit"), pm_str_sub(folder, 0, folder.n - 2),
                      0);
    for (uint64_t at = r->line ? r->line : 1; next_line(&text, &line); at++) {
        bool other;
        struct pm_str rest = assignments(line, &other);
        struct word w = {0};
        for (; rest.n && next_word(&rest, &w); w = (struct word){0}) {
            if (w.open)
                pm_emit_bad(ctx, r, "environment-quote",
                            "a quote is not closed: what it holds was not read");
            else systemd_add(&config, &w, at);
        }
    }
    pm_config_emit(ctx, r, &config, PM_NONE);
    return PM_PARSE_OK;
}

const struct pm_parser pm_parser_config_systemd = {
    .name = "proxy-environment",
    .title = "Proxies in systemd drop-ins and environment files",
    .example =
        "[Service]\nEnvironment=\"HTTPS_PROXY=http://proxy.example:3128\" \"NO_PROXY=localhost,.svc\"\n",
    .source = "systemd.exec(5), docs.docker.com/engine/daemon/proxy",
    .component = PM_COMP_HOST,
    .shapes = PM_SHAPE_FILE,
    .bid = bid,
    .parse = parse,
};
