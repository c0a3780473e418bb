// Every command that the advice can give, for every cause, runtime and kind of workload:
// a shell parses it, and each of its tools knows the subcommands, flags and kinds of
// objects in it. The table is made from the tools' own documentation: kubectl reference
// 1.31, crictl and ctr man pages, docker and podman CLI reference, systemctl(1),
// journalctl(1), aws and az CLI references, skopeo(1), cosign docs, coreutils and
// iproute2 manuals.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>
#include "judge/tell/advice.h"
#include "rules/tables.h"
#include "pm/rule.h"

#define ANY "*" // the tool takes arguments that are no subcommands
static const struct tool {
    const char *name, *subcommands, *flags;
} TOOLS[] = {
    {"kubectl", "create get patch rollout describe cordon drain set apply replace logs",
     "-n --docker-server --docker-username --docker-password --dry-run -o -f -p --type --all-namespaces --field-selector --sort-by --watch -L --raw "
     "--timeout --ignore-daemonsets --delete-emptydir-data"},
    {"crictl", "pull rmi images ps info", "--prune --creds"},
    {"ctr", "images", "-n"},
    {"containerd", "config", ""},
    {"crio", "config", ""},
    {"dockerd", ANY, "--validate"},
    {"docker", "pull image images login logout save load info system buildx",
     "--all --format --username --password-stdin -o -i --platform -t --push"},
    {"podman", "login logout pull", "--username --password-stdin"},
    {"systemctl", "restart status reload edit show try-restart", "--no-pager -p"},
    {"journalctl", ANY, "-u --since --until --no-pager --vacuum-size"},
    {"resolvectl", "status", "--no-pager"},
    {"timedatectl", ANY, ""},
    {"chronyc", "tracking", ""},
    {"aws", "ecr service-quotas",
     "--region --repository-name --repository-names --service-code --query --output --username"},
    {"az", "acr role", "--name --query --output --scope --assignee --role"},
    {"skopeo", "inspect list-tags copy login",
     "--no-tags --creds --raw --all --format --username --password-stdin"},
    {"cosign", "tree", ""},
    {"pullmortem", "explain", ""},
    {"curl", ANY, "-s -sI -sv -so -H -X -m -o -w --connect-timeout --noproxy -4"},
    {"openssl", "s_client x509", "-connect -servername -noout -issuer -subject -dates -ext"},
    {"dig", ANY, "+short"},
    {"getent", "ahosts ahostsv4", ""},
    {"traceroute", ANY, "-T -p"},
    {"ping", ANY, "-c -W -M -s"},
    {"ip", "route link", "-4"},
    {"ss", ANY, "-s -ltnp"},
    {"jq", ANY, "-r --arg"},
    {"grep", ANY, "-i -iE -E -n -rn -c"},
    {"awk", ANY, ""},
    {"xargs", ANY, ""},
    {"base64", ANY, "-d"},
    {"tail", ANY, "-n"},
    {"sort", ANY, "-h -n"},
    {"tr", ANY, ""},
    {"cat", ANY, ""},
    {"echo", ANY, ""},
    {"printf", ANY, ""},
    {"mkdir", ANY, "-p"},
    {"cp", ANY, ""},
    {"mv", ANY, ""},
    {"test", ANY, "-e"},
    {"df", ANY, "-h -i"},
    {"du", ANY, "-x -xh -xsh --max-depth --inodes"},
    {"dmesg", ANY, "-T"},
    {"ps", ANY, "-o -C"},
    {"uname", ANY, "-r"},
    {"sysctl", ANY, ""},
    {NULL, NULL, NULL},
};
static const char GROUPS[] =
    "ecr: get-login-password get-repository-policy describe-repositories; service-quotas: list-service-quotas; acr: show; role: assignment; "
    "images: import export; image: prune rm; system: df; buildx: build; rollout: restart undo pause status; config: dump; "
    "create: secret; set: image";
static const char KINDS[] =
    " secret serviceaccount pod pods node nodes events cronjobs deployment daemonset statefulset ";

static struct pm_arena *a;
static const json_t *table;
static size_t commands_n;

static bool listed(const char *list, struct pm_str word) { // among words between blanks
    size_t n = strlen(list);
    for (size_t i = 0; i + word.n <= n; i++)
        if (memcmp(list + i, word.p, word.n) == 0 && (i == 0 || list[i - 1] == ' ') &&
            (i + word.n == n || list[i + word.n] == ' '))
            return word.n > 0;
    return false;
}

// One simple command of the line: its words, quotes kept together.
struct words {
    struct pm_str w[80];
    size_t n;
};

static size_t quoted_end(const char *p, size_t i, size_t n) {
    char q = p[i++];
    while (i < n && p[i] != q) i += p[i] == '\\' && q == '"' ? 2 : 1;
    return i < n ? i + 1 : n;
}

static const struct tool *tool_of(struct pm_str word) {
    for (const struct tool *t = TOOLS; t->name; t++)
        if (pm_str_eqc(word, t->name)) return t;
    return NULL;
}

static bool in_group(struct pm_str group, struct pm_str word) { // "ecr: get-login-password …;"
    struct pm_str all = pm_str_c(GROUPS), key = pm_arena_fmt(a, "%.*s: ", PM_FMT(group));
    for (size_t i = 0; i + key.n < all.n; i++) {
        if (!pm_str_starts(pm_str_from(all, i), key) || (i && all.p[i - 1] != ' ')) continue;
        struct pm_str rest = pm_str_from(all, i + key.n);
        ptrdiff_t end = pm_str_chr(rest, ';', 0);
        return listed(pm_arena_cstr(a, end < 0 ? rest : pm_str_sub(rest, 0, (size_t)end)), word);
    }
    return true; // a subcommand without any below it
}

static const char *wrong_kubectl(const struct words *c, size_t sub) {
    struct pm_str verb = c->w[sub];
    bool rollout = pm_str_eqc(verb, "rollout"), of_object = pm_str_eqc(verb, "get") ||
                                                            pm_str_eqc(verb, "describe") ||
                                                            pm_str_eqc(verb, "patch") || rollout;
    for (size_t i = sub + 1 + rollout; of_object && i < c->n; i++) {
        struct pm_str w = c->w[i];
        if (w.p[0] == '-') {
            if (pm_str_eqc(w, "--raw")) return NULL;
            i += !pm_str_chr(w, '=', 0) || listed("-o -f -p -L", w);
            continue;
        }
        if (w.p[0] == '"') return NULL; // a loop's variable: its items are checked where they stand
        ptrdiff_t slash = pm_str_chr(w, '/', 0);
        struct pm_str kind = slash > 0 ? pm_str_sub(w, 0, (size_t)slash) : w;
        if (!listed(KINDS, kind)) return "no such kind of object";
        if (rollout && !listed("deployment daemonset statefulset", kind))
            return "rollout does not know this kind";
        if (rollout && pm_str_eqc(c->w[sub + 1], "pause") && !pm_str_eqc(kind, "deployment"))
            return "only Deployments can be paused";
        return NULL;
    }
    return NULL;
}

static const char *wrong_words(const struct words *c) {
    size_t first = 0, sub;
    while (first < c->n && (listed("if then else do ! while", c->w[first]) ||
                            (pm_str_chr(c->w[first], '=', 0) > 0 && !tool_of(c->w[first]))))
        first++;
    if (first >= c->n || listed("fi done for", c->w[first])) return NULL;
    if (pm_str_eqc(c->w[first], "xargs")) first++;
    const struct tool *t = tool_of(c->w[first]);
    if (!t) return pm_arena_cstr(a, pm_arena_fmt(a, "no such tool: %.*s", PM_FMT(c->w[first])));
    for (size_t i = first + 1; i < c->n; i++) {
        struct pm_str w = c->w[i];
        ptrdiff_t equal = pm_str_chr(w, '=', 0);
        struct pm_str flag = equal > 0 ? pm_str_sub(w, 0, (size_t)equal) : w;
        bool number = w.n > 1 && w.p[1] >= '0' && w.p[1] <= '9' && !listed(t->flags, flag);
        if (w.n > 1 && w.p[0] == '-' && !number && !listed(t->flags, flag))
            return pm_arena_cstr(a, pm_arena_fmt(a, "%s does not know %.*s", t->name, PM_FMT(w)));
    }
    if (strcmp(t->subcommands, ANY) == 0) return NULL;
    for (sub = first + 1; sub < c->n && c->w[sub].p[0] == '-'; sub++)
        sub += listed("-n", c->w[sub]);
    if (sub >= c->n || !listed(t->subcommands, c->w[sub]))
        return pm_arena_cstr(a, pm_arena_fmt(a, "%s has no such subcommand", t->name));
    if (sub + 1 < c->n && c->w[sub + 1].p[0] != '-' && c->w[sub + 1].p[0] != '>' &&
        !in_group(c->w[sub], c->w[sub + 1]))
        return "no such subcommand below it";
    return strcmp(t->name, "kubectl") == 0 ? wrong_kubectl(c, sub) : NULL;
}

static struct pm_str substituted(struct pm_str s) { // up to the parenthesis that closes it
    size_t depth = 1, i = 0;
    for (; i < s.n; i++) {
        depth += s.p[i] == '(';
        depth -= s.p[i] == ')';
        if (!depth) break;
    }
    return pm_str_sub(s, 0, i);
}

// Cuts the line at pipes, lists and substitutions, and looks at each simple command.
// Substitutions inside of double quotes are looked at, too.
static const char *wrong_line(struct pm_str line) {
    struct words c = {.n = 0};
    const char *wrong = NULL;
    for (size_t i = 0, from = 0; i <= line.n && !wrong;) {
        char ch = i < line.n ? line.p[i] : ';';
        bool ends = strchr("|;&()\n", ch) != NULL, blank = ch == ' ';
        if (i < line.n && (ch == '\'' || ch == '"')) {
            size_t end = quoted_end(line.p, i, line.n);
            struct pm_str in = pm_str_sub(line, i, end - i);
            for (size_t k = 0; ch == '"' && k + 1 < in.n && !wrong; k++)
                if (in.p[k] == '$' && in.p[k + 1] == '(')
                    wrong = wrong_line(substituted(pm_str_from(in, k + 2)));
            i = end;
            continue;
        }
        if (!ends && !blank) {
            i++;
            continue;
        }
        if (i > from && c.n < PM_LEN(c.w) && !(i - from == 1 && line.p[from] == '$'))
            c.w[c.n++] = pm_str_sub(line, from, i - from);
        if (ends && c.n) wrong = wrong_words(&c);
        if (ends) c.n = 0;
        from = ++i;
    }
    return wrong;
}

static void a_shell_parses(const char *path) {
    char line[512];
    snprintf(line, sizeof line, "sh -n %s 2>&1", path);
    FILE *f = popen(line, "r");
    assert_non_null(f);
    struct pm_buf said = {0};
    while (fgets(line, sizeof line, f)) pm_buf_add(&said, pm_str_c(line));
    if (pclose(f) != 0 || said.n) fail_msg("sh -n: %.*s", PM_FMT(pm_buf_str(&said)));
    pm_buf_free(&said);
}

static const char *const RUNTIMES[] = {"containerd1", "containerd2", "containerd", "k3s",
                                       "docker",      "crio",        "podman",     NULL};
static const char *const KINDS_OF_WORKLOAD[] = {"deployment", "daemonset", "statefulset", "job",
                                                ""};
static const char *const REGISTRIES[] = {"docker.io",
                                         "111122223333.dkr.ecr.eu-west-1.amazonaws.com",
                                         "acme.azurecr.io", "ghcr.io", "harbor.example:8443"};

static const char *const VARIANTS[] = {"",           "sandbox",           "unknown-authority",
                                       "expired",    "not-yet-valid",     "wrong-name",
                                       "plain-http", "handshake-timeout", "no-such-name",
                                       "inodes",     "withdrawn"};

static void strs(struct pm_strs *l, size_t n, struct pm_str stem) {
    *l = (struct pm_strs){PM_NEWN(a, struct pm_str, n), n, n};
    for (size_t i = 0; i < n; i++) l->items[i] = pm_arena_fmt(a, "%.*s%zu", PM_FMT(stem), i);
}

static struct pm_advice_names world(const char *runtime, const char *kind, const char *registry,
                                    int more) {
    struct pm_advice_names n = {.runtime = runtime, .one_account = true};
    for (int k = 0; k < PM_ADV_NEW_SECRET; k++) n.value[k] = PM_STR("name-1");
    n.value[PM_ADV_REGISTRY] = n.value[PM_ADV_HOST] = pm_str_c(registry);
    n.value[PM_ADV_IMAGE] = pm_arena_fmt(a, "%s/acme/web:1", registry);
    n.value[PM_ADV_GOOD_IMAGE] = n.value[PM_ADV_HOME] = pm_arena_fmt(a, "%s/acme/web:0", registry);
    n.value[PM_ADV_SINCE] = n.value[PM_ADV_UNTIL] = PM_STR("2026-01-02 03:04:05 UTC");
    n.value[PM_ADV_WORKLOAD] = *kind ? pm_arena_fmt(a, "%s/web", kind) : PM_NONE;
    bool rolls = listed("deployment daemonset statefulset", pm_str_c(kind));
    n.value[PM_ADV_ROLLOUT] = rolls ? n.value[PM_ADV_WORKLOAD] : PM_NONE;
    n.value[PM_ADV_DEPLOYMENT] =
        strcmp(kind, "deployment") == 0 ? n.value[PM_ADV_WORKLOAD] : PM_NONE;
    n.value[PM_ADV_TOOL] = PM_NONE;
    strs(&n.all[PM_ADV_OWN_SECRETS], 2, PM_STR("pull-"));
    if (!more) return n;
    static const int LISTS[] = {PM_ADV_NODE, PM_ADV_NAMESPACE, PM_ADV_IMAGE};
    for (size_t i = 0; i < PM_LEN(LISTS); i++) {
        strs(&n.all[LISTS[i]], 3,
             LISTS[i] == PM_ADV_IMAGE ? PM_STR("r.test/web:") : PM_STR("name-"));
        n.value[LISTS[i]] = n.all[LISTS[i]].items[0];
        n.more[LISTS[i]] = 2;
    }
    if (!rolls) return n;
    strs(&n.all[PM_ADV_ROLLOUT], 3, pm_arena_fmt(a, "%s/web-", kind));
    strs(&n.pairs, 3, pm_arena_fmt(a, "shop:%s/web-", kind));
    if (n.value[PM_ADV_DEPLOYMENT].n) n.all[PM_ADV_DEPLOYMENT] = n.all[PM_ADV_ROLLOUT];
    n.more[PM_ADV_ROLLOUT] = 2;
    return n;
}

static void commands_of(const struct pm_advice_names *n, int cause, FILE *out) {
    struct pm_advice rows[PM_ADVICE_ROWS];
    size_t found = pm_advice_pick(a, table, cause, n, rows, PM_LEN(rows));
    for (size_t i = 0; i < found; i++) {
        if (!rows[i].command.n) continue;
        const char *wrong = wrong_line(rows[i].command);
        if (wrong) fail_msg("%s: %s: %.*s", pm_causes[cause].name, wrong, PM_FMT(rows[i].command));
        if (pm_str_has(rows[i].command, PM_STR("--force")))
            fail_msg("%s: --force: %.*s", pm_causes[cause].name, PM_FMT(rows[i].command));
        fprintf(out, "%.*s\n", PM_FMT(rows[i].command));
        commands_n++;
    }
}

// All keys known, and then each absent in its turn, so that every `needs` and `unless` is
// met.
static void each_world(FILE *out, int cause) {
    for (size_t r = 0; r < PM_LEN(RUNTIMES); r++) {
        for (size_t k = 0; k < PM_LEN(KINDS_OF_WORKLOAD); k++) {
            for (size_t g = 0; g < PM_LEN(REGISTRIES); g++) {
                for (int more = 0; more < 2; more++) {
                    struct pm_advice_names n =
                        world(RUNTIMES[r], KINDS_OF_WORKLOAD[k], REGISTRIES[g], more);
                    n.value[PM_ADV_OWN_SECRETS] = more ? n.value[PM_ADV_OWN_SECRETS] : PM_NONE;
                    n.value[PM_ADV_UNDONE] = n.value[PM_ADV_UNREAD] =
                        more ? n.value[PM_ADV_UNDONE] : PM_NONE;
                    n.value[PM_ADV_EFFECT] = n.value[PM_ADV_WORDLESS] = n.value[PM_ADV_HOME] =
                        more ? n.value[PM_ADV_HOME] : PM_NONE;
                    if (more) n.value[PM_ADV_SECRET] = n.value[PM_ADV_MIRROR] = PM_NONE;
                    if (RUNTIMES[r] && strcmp(RUNTIMES[r], "podman") == 0)
                        n.value[PM_ADV_TOOL] = PM_STR("podman");
                    pm_advice_derive(a, &n);
                    for (size_t v = 0; v < PM_LEN(VARIANTS); v++) {
                        n.variant = pm_str_c(VARIANTS[v]);
                        commands_of(&n, cause, out);
                    }
                }
            }
        }
    }
}

static void every_command_is_one(void **state) {
    (void)state;
    char path[] = "/tmp/pm-commands-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *out = fdopen(fd, "w");
    for (int c = 0; pm_causes[c].name; c++) each_world(out, c);
    fclose(out);
    assert_true(commands_n > 1000);
    a_shell_parses(path);
    unlink(path);
}

static void the_table_refuses_what_is_none(void **state) {
    (void)state;
    static const char *const BAD[] = {
        "kubectl -n a rollout pause daemonset/web",
        "kubectl -n a rollout restart job/web",
        "kubectl -n a get secretz b",
        "kubectl cordoned n1",
        "kubectl cordon n1 --now",
        "docker image prune --all --force",
        "crictl remove a",
        "ls -la",
        "aws ecr get-login --region eu",
        "echo a | kubectl aply -f -",
        "for n in a b; do kubctl get pods; done",
        "kubectl -n a patch deploymint/web -p '{}'",
        "echo \"$(kubectl nothing)\"",
        "if test -e a; then frobnicate a; fi",
    };
    static const char *const GOOD[] = {
        "kubectl -n a rollout pause deployment/web",
        "for n in a b; do kubectl cordon \"$n\"; done",
        "TOKEN=$(curl -s 'https://a/b?c=d&e' | jq -r .t); curl -sI \"$TOKEN\"",
        "if test -e /a/b; then cat /a/b; else mkdir -p /a && printf '%s' x > /a/b; fi",
    };
    for (size_t i = 0; i < PM_LEN(BAD); i++)
        if (!wrong_line(pm_str_c(BAD[i]))) fail_msg("not refused: %s", BAD[i]);
    for (size_t i = 0; i < PM_LEN(GOOD); i++)
        if (wrong_line(pm_str_c(GOOD[i])))
            fail_msg("refused: %s: %s", GOOD[i], wrong_line(pm_str_c(GOOD[i])));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_table_refuses_what_is_none),
                                       cmocka_unit_test(every_command_is_one)};
    struct pm_diags *diags = pm_diags_new();
    struct pm_ruleset *rs = pm_ruleset_load(NULL, diags);
    a = pm_arena_new();
    if (!rs) return 1;
    table = pm_ruleset_table(rs, PM_TABLE_ADVICE);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    pm_ruleset_free(rs);
    pm_diags_free(diags);
    pm_arena_free(a);
    return failed;
}
