// A terminal's or a job's session: which image is being pulled, while the client's lines
// say only how it goes.
//
//   $ docker pull r.test/acme/web:1          the command line names it
//   1: Pulling from acme/web                 the path alone, without the registry
//   Error response from daemon: toomanyrequests: …       nothing at all
//   #4 [internal] load metadata for r.test/acme/web:1    a step of a build (moby/buildkit:frontend/dockerfile/dockerfile2llb, util/progress/progressui)
//   #4 ERROR: pull access denied, …                      and its error
// The image of the last command, or of the client's own first line, is that of what
// follows, until the client says how it ended. Only text lines of clients: a daemon's log
// has many pulls at once.
#include "frame_int.h"
#include "pm/image.h"
#include "pm/scan.h"

#define SESSION_LINES 400 // progress rows of many layers stand between a command and its error
#define ANSWER_LINES 8    // a CI's own words about the step between a command and its answer

static bool is_one_of(struct pm_str w, const char *const *list, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (pm_str_eqc(w, list[i])) return true;
    return false;
}

static bool is_tool(struct pm_str w) {
    static const char *const tools[] = {"docker", "podman", "nerdctl", "crictl", "ctr", "buildah"};
    switch (w.n > 2 ? w.p[w.n - 1] : 0) { // how they end, ".exe" among it
    case 'r':
    case 'n':
    case 'l':
    case 'h':
    case 'e': break;
    default: return false;
    }
    w = pm_str_from(w, (size_t)(pm_str_rchr(w, '/') + 1));
    if (pm_str_ends(w, PM_STR(".exe"))) w.n -= 4;
    return is_one_of(w, tools, PM_LEN(tools));
}

static bool is_image(struct pm_arena *a, struct pm_str w) {
    struct pm_image image;
    return w.n > 1 && ((w.p[0] >= 'a' && w.p[0] <= 'z') || (w.p[0] >= '0' && w.p[0] <= '9')) &&
           pm_image_parse(a, w, &image);
}

// What stands before a command: a prompt, a runner's mark, sudo. Nothing else: in a
// sentence a command is only spoken of. The first words tell.
#define LEAD_WORDS 6
static bool is_lead(struct pm_str last) {
    char end = last.p[last.n - 1];
    return end == '$' || end == '#' || end == '%' || end == '>' || pm_str_eqc(last, "+") ||
           pm_str_ends(last, PM_STR("[command]"));
}
static bool is_before_any(struct pm_str w) {
    return pm_str_eqc(w, "sudo") || pm_str_eqc(w, "time");
}
// "➜  shop git:(main) ✗ docker pull web": themes of zsh begin a prompt with an arrow, and
// end it as they like.
static bool begins_prompt(struct pm_str s) {
    static const char *const arrows[] = {"➜ ", "❯ ", "λ ", "╰─"};
    for (size_t i = 0; i < PM_LEN(arrows); i++)
        if (pm_str_starts(s, pm_str_c(arrows[i]))) return true;
    return false;
}
static bool leads_in(struct pm_str before) {
    struct pm_scan c = pm_scan_of(pm_str_trim(before));
    struct pm_str w;
    if (pm_scan_end(&c) || begins_prompt(pm_scan_rest(&c))) return true;
    size_t words = 0;
    struct pm_str last = PM_NONE;
    for (; words < LEAD_WORDS && pm_scan_word(&c, &w); words++) {
        pm_scan_blanks(&c);
        if (!is_before_any(w)) last = w;
    }
    return !last.n || is_lead(last);
}

// The first tool before `end`, an option of whose command may stand in between; `end`: none
// that something leads in to. In most lines the first words tell that nothing does.
static size_t tool_before(struct pm_str text, size_t end) {
    struct pm_scan words = pm_scan_of(pm_str_sub(text, 0, end));
    struct pm_str w, last = PM_NONE;
    size_t n = 0;
    for (pm_scan_blanks(&words); pm_scan_word(&words, &w); pm_scan_blanks(&words), n++) {
        struct pm_str bare = w; // Azure marks what it runs
        if (pm_str_starts(w, PM_STR("##[command]"))) bare = pm_str_from(w, 11);
        else if (pm_str_starts(w, PM_STR("[command]"))) bare = pm_str_from(w, 9);
        if (is_tool(bare)) {
            size_t at = (size_t)(bare.p - text.p);
            return leads_in(pm_str_sub(text, 0, at)) ? at : end;
        }
        if (n < LEAD_WORDS && !is_before_any(w)) last = w;
        if (n >= LEAD_WORDS && last.n && !is_lead(last)) return end;
    }
    return end;
}

// "docker pull --platform linux/amd64 REF", "ctr -n k8s.io images pull REF": the last
// word that is a reference.
static struct pm_str command_image(struct pm_arena *a, struct pm_str text) {
    ptrdiff_t at = pm_str_find(text, PM_STR(" pull "), 0);
    struct pm_str image = PM_NONE, w;
    if (at < 0 || text.n > 1024 || tool_before(text, (size_t)at) == (size_t)at) return PM_NONE;
    struct pm_scan c = pm_scan_of(pm_str_from(text, (size_t)at + 6));
    for (pm_scan_blanks(&c); pm_scan_word(&c, &w); pm_scan_blanks(&c)) {
        if (pm_str_eqc(w, "&&") || pm_str_eqc(w, ";") || pm_str_eqc(w, "|") ||
            pm_str_starts(w, PM_STR("2>")))
            break;
        if (w.p[0] != '-' && is_image(a, w)) image = w;
    }
    return image;
}

static void terminal_remember(struct pm_frame *f, struct pm_str image, uint64_t line) {
    pm_buf_clear(&f->terminal.image);
    pm_buf_add(&f->terminal.image, image);
    f->terminal.line = line;
    f->terminal.asked = f->terminal.started = false;
    frame_repeat_begin(f);
}

// "#4 [internal] load metadata for REF", "#5 [build 1/3] FROM REF": what behind the
// step's number; false where it is no step.
static bool is_step(struct pm_str text, uint64_t *number, struct pm_str *rest) {
    struct pm_scan c = pm_scan_of(text);
    if (!pm_scan_char(&c, '#') || !pm_scan_uint(&c, 6, number) || !pm_scan_char(&c, ' '))
        return false;
    *rest = pm_scan_rest(&c);
    return true;
}

static struct pm_str step_image(struct pm_arena *a, struct pm_str rest) {
    static const char *const cues[] = {"[internal] load metadata for ", "] FROM ",
                                       "pulling image "}; // the builder's own
    for (size_t i = 0; rest.n && strchr("[p", rest.p[0]) && i < PM_LEN(cues); i++) {
        ptrdiff_t at = pm_str_find(rest, pm_str_c(cues[i]), 0);
        struct pm_str w;
        if (at < 0) continue;
        struct pm_scan c = pm_scan_of(pm_str_from(rest, (size_t)at + strlen(cues[i])));
        return pm_scan_word(&c, &w) && is_image(a, w) ? w : PM_NONE;
    }
    return PM_NONE;
}

// kaniko: "INFO[0000] Retrieving image manifest REF", and before it asks for more than
// that "Retrieving image REF from registry HOST". Its one error behind names what a token
// was asked for, if anything (GoogleContainerTools/kaniko:pkg/image/remote).
static struct pm_str retrieved_image(struct pm_arena *a, struct pm_str text) {
    static const char *const cues[] = {"] Retrieving image manifest ", "] Retrieving image "};
    struct pm_str w;
    if (!pm_str_has(text, PM_STR("] Retrieving image "))) return PM_NONE; // both begin so
    for (size_t i = 0; i < PM_LEN(cues); i++) {
        ptrdiff_t at = pm_str_find(text, pm_str_c(cues[i]), 0);
        struct pm_scan c =
            pm_scan_of(at < 0 ? PM_NONE : pm_str_from(text, (size_t)at + strlen(cues[i])));
        if (at >= 0) return pm_scan_word(&c, &w) && is_image(a, w) ? w : PM_NONE;
    }
    return PM_NONE;
}

// nerdctl's and ctr's progress: "r.test/acme/web:1:   resolved   |+++|".
static struct pm_str progress_image(struct pm_arena *a, struct pm_str text) {
    struct pm_scan c = pm_scan_of(text);
    struct pm_str ref, state;
    if (pm_str_chr(text, '|', 0) < 0 || !pm_scan_word(&c, &ref) || ref.n < 3) return PM_NONE;
    pm_scan_blanks(&c);
    if (ref.p[--ref.n] != ':' || !pm_scan_word(&c, &state)) return PM_NONE;
    pm_scan_blanks(&c);
    bool named = pm_str_eqc(state, "resolving") || pm_str_eqc(state, "resolved");
    return named && pm_scan_char(&c, '|') && pm_str_chr(ref, '/', 0) > 0 && is_image(a, ref)
               ? ref
               : PM_NONE;
}

// crictl says twice why it could not pull: in klog's form with the image, and at last
// ("FATA[0001] pulling image: …") without it where the runtime did not name it.
static bool is_crictl_first(struct pm_str text) {
    return text.n >= 32 && text.p[0] == 'E' && text.p[1] >= '0' && text.p[1] <= '1' &&
           pm_str_has(text, PM_STR("] \"PullImage from image service failed\" "));
}
static struct pm_str crictl_image(struct pm_arena *a, struct pm_str text) {
    ptrdiff_t at = pm_str_rfind(text, PM_STR(" image=\""));
    struct pm_str ref =
        at < 0 ? PM_NONE
               : pm_str_between(pm_str_from(text, (size_t)at), PM_STR("=\""), PM_STR("\""));
    return ref.n && is_image(a, ref) ? ref : PM_NONE;
}

static void remember_step(struct pm_frame *f, const struct pm_record *r) {
    uint64_t number;
    struct pm_str rest;
    struct pm_str image =
        is_step(r->text, &number, &rest) ? step_image(f->record_arena, rest) : PM_NONE;
    if (!image.n) return;
    size_t at = f->terminal.step++ % PM_LEN(f->terminal.steps);
    pm_buf_clear(&f->terminal.steps[at].image);
    pm_buf_add(&f->terminal.steps[at].image, image);
    f->terminal.steps[at].number = number;
    f->terminal.steps[at].line = r->line;
}

// The image of the step whose error this is: the newest of that number, as a job may
// build more than once.
static void name_step(struct pm_frame *f, const struct pm_record *r, struct pm_event *e) {
    uint64_t number;
    struct pm_str rest;
    if (e->kind != PM_KIND_PULL_FAIL || e->field[PM_F_IMAGE].n || !is_step(r->text, &number, &rest))
        return;
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < PM_LEN(f->terminal.steps); i++)
        if (pm_buf_str(&f->terminal.steps[i].image).n && f->terminal.steps[i].number == number &&
            r->line >= f->terminal.steps[i].line &&
            (best == SIZE_MAX || f->terminal.steps[i].line > f->terminal.steps[best].line))
            best = i;
    if (best != SIZE_MAX)
        e->field[PM_F_IMAGE] =
            pm_arena_dup(f->record_arena, pm_buf_str(&f->terminal.steps[best].image));
}

// A command of these pulls no image, whatever its daemon or registry answers: "docker
// login" is refused, "docker rmi" finds none, "helm" fetches charts.
static bool pulls_nothing(struct pm_str tool, struct pm_str verb) {
    static const char *const verbs[] = {
        "login",   "logout",   "push", "tag",    "inspect", "rmi",     "rm",     "save",
        "load",    "images",   "ps",   "exec",   "stop",    "search",  "info",   "logs",
        "version", "manifest", "kill", "commit", "export",  "history", "volume", "network"};
    static const char *const others[] = {"helm", "oras", "cosign", "notation", "curl", "wget"};
    tool = pm_str_from(tool, (size_t)(pm_str_rchr(tool, '/') + 1));
    return is_one_of(tool, others, PM_LEN(others)) ||
           (is_tool(tool) && is_one_of(verb, verbs, PM_LEN(verbs)));
}

// "$ docker login", "+ docker -H tcp://h image rm x", "##[command]/usr/bin/docker push
// x": behind a mark that says it was run. A script's bare lines are printed before any of
// them runs.
static struct pm_str run_command(struct pm_str text) {
    static const char *const marks[] = {"$ ", "+ ", "##[command]", "[command]", "# ", "> "};
    for (size_t i = 0; i < PM_LEN(marks); i++)
        if (pm_str_starts(text, pm_str_c(marks[i]))) return pm_str_from(text, strlen(marks[i]));
    struct pm_str head = pm_str_sub(text, 0, 80);
    ptrdiff_t at = pm_str_chr(head, '@', 0), end = -1; // user@host:~$
    if (at > 0 && (end = pm_str_find(head, PM_STR("$ "), (size_t)at)) < 0)
        end = pm_str_find(head, PM_STR("# "), (size_t)at);
    return end > 0 ? pm_str_from(text, (size_t)end + 2) : PM_NONE;
}

// "kubectl -n shop get events", "oc get pods --namespace=shop", "k get ev -nshop": the
// one namespace whose table follows, which then has no column for it.
static struct pm_str asked_namespace(struct pm_str command) {
    static const char *const tools[] = {"kubectl", "oc", "k", "k3s", "microk8s", "minikube"};
    struct pm_str w, found = PM_NONE;
    struct pm_scan c = pm_scan_of(command);
    bool tool = false, next = false;
    for (pm_scan_blanks(&c); pm_scan_word(&c, &w); pm_scan_blanks(&c)) {
        if (pm_str_eqc(w, "|") || pm_str_eqc(w, "--")) break;
        if (!tool)
            tool =
                is_one_of(pm_str_from(w, (size_t)(pm_str_rchr(w, '/') + 1)), tools, PM_LEN(tools));
        if (!tool && !pm_str_eqc(w, "sudo")) return PM_NONE;
        if (pm_str_eqc(w, "-A") || pm_str_starts(w, PM_STR("--all-namespaces"))) return PM_NONE;
        if (next) found = w;
        else if (pm_str_starts(w, PM_STR("--namespace=")))
            found = pm_str_from(w, strlen("--namespace="));
        else if (pm_str_starts(w, PM_STR("-n")) && w.n > 2)
            found = pm_str_from(w, w.p[2] == '=' ? 3 : 2);
        next = pm_str_eqc(w, "-n") || pm_str_eqc(w, "--namespace");
    }
    for (size_t i = 0; i < found.n; i++) // "$NS" or "<namespace>" says nothing
        if (!(found.p[i] >= 'a' && found.p[i] <= 'z') &&
            !(found.p[i] >= '0' && found.p[i] <= '9') && found.p[i] != '-')
            return PM_NONE;
    return found;
}

static void note_command(struct pm_frame *f, const struct pm_record *r) {
    struct pm_str command = run_command(r->text), tool, verb = PM_NONE, w;
    if (!command.p) return;
    f->terminal.asked = false;
    pm_buf_clear(&f->terminal.k8s_namespace);
    pm_buf_add(&f->terminal.k8s_namespace, asked_namespace(command));
    struct pm_scan c = pm_scan_of(command);
    pm_scan_blanks(&c);
    if (!pm_scan_word(&c, &tool)) return;
    pm_scan_blanks(&c);
    if (pm_str_eqc(tool, "sudo") && pm_scan_word(&c, &tool)) pm_scan_blanks(&c);
    for (; !verb.n && pm_scan_word(&c, &w); pm_scan_blanks(&c))
        if (w.p[0] != '-' && !pm_str_eqc(w, "image") && !pm_str_eqc(w, "compose") &&
            !pm_str_eqc(w, "container"))
            verb = w;
    f->terminal.idle = pulls_nothing(tool, verb);
    f->terminal.typed = f->terminal.typed || (is_tool(tool) && !f->terminal.idle);
    if (is_tool(tool)) frame_repeat_begin(f);
}

// A bare "docker start web" or "docker-compose up" of a script.
static bool begins_with_tool(struct pm_str text) {
    struct pm_scan c = pm_scan_of(text);
    struct pm_str w;
    pm_scan_blanks(&c);
    return pm_scan_word(&c, &w) && (is_tool(w) || pm_str_starts(w, PM_STR("docker")));
}

void frame_terminal_line(struct pm_frame *f, const struct pm_record *r) {
    if (r->shape != PM_SHAPE_LINE || r->text.n > 1024) return;
    const bool logged = pm_line_logged(r->text), crictl = is_crictl_first(r->text);
    if (crictl) { // so begins a kubelet's line, too: its image is looked for when it is asked for
        pm_buf_clear(&f->terminal.crictl);
        pm_buf_add(&f->terminal.crictl, r->text);
        f->terminal.crictl_line = r->line;
    }
    if (logged || (crictl && crictl_image(f->record_arena, r->text).n)) return;
    remember_step(f, r);
    note_command(f, r);
    struct pm_str image = command_image(f->record_arena, r->text);
    const bool asked = image.n > 0;
    if (!image.n) image = retrieved_image(f->record_arena, r->text);
    if (!image.n) image = progress_image(f->record_arena, r->text);
    if (image.n) terminal_remember(f, image, r->line);
    else if (begins_with_tool(r->text)) f->terminal.asked = false;
    f->terminal.asked |= asked;
}

static bool same_repository(struct pm_frame *f, const struct pm_event *e,
                            const struct pm_image *at) {
    struct pm_image said;
    struct pm_str full =
        pm_arena_fmt(f->record_arena, "/%.*s/%.*s", PM_FMT(at->registry), PM_FMT(at->repository));
    if (e->field[PM_F_IMAGE].n) {
        bool tagged =
            pm_str_rchr(e->field[PM_F_IMAGE], ':') > pm_str_rchr(e->field[PM_F_IMAGE], '/') ||
            pm_str_has(e->field[PM_F_IMAGE], PM_STR("@"));
        if (!pm_image_parse(f->record_arena, e->field[PM_F_IMAGE], &said) ||
            !pm_str_eq(said.repository, at->repository))
            return false;
        if (!tagged) return true;
        if (!pm_str_starts(e->field[PM_F_IMAGE], said.registry)) // a path: Harbor's own words
            return said.digest.n || pm_str_eq(said.tag, at->tag);
        return pm_str_eq(said.registry, at->registry) && pm_str_eq(said.tag, at->tag) &&
               pm_str_eq(said.digest, at->digest);
    }
    if (!e->field[PM_F_REPOSITORY].n) return true;
    return pm_str_ends(full,
                       pm_arena_fmt(f->record_arena, "/%.*s", PM_FMT(e->field[PM_F_REPOSITORY])));
}

static bool names_anything(const struct pm_event *e) {
    return e->field[PM_F_IMAGE].n || e->field[PM_F_REPOSITORY].n || e->field[PM_F_DIGEST].n;
}

// What a table without the column tells of, but for nodes, is in the namespace that its
// command asked for.
static void name_namespace(struct pm_frame *f, const struct pm_record *r, struct pm_event *e) {
    struct pm_str k8s_namespace = pm_buf_str(&f->terminal.k8s_namespace);
    bool account = e->component == PM_COMP_EVENTS || e->component == PM_COMP_OBJECTS,
         object = e->field[PM_F_OBJECT].n;
    if (!k8s_namespace.n || !account || r->shape != PM_SHAPE_LINE || e->field[PM_F_NAMESPACE].n ||
        e->kind == PM_KIND_NODE_STATE)
        return;
    if (!e->field[PM_F_POD].n && (!object || pm_str_starts(e->field[PM_F_OBJECT], PM_STR("Node/"))))
        return;
    e->field[PM_F_NAMESPACE] = pm_arena_dup(f->record_arena, k8s_namespace);
}

// crictl's last word stands right behind its first.
static void name_crictl(struct pm_frame *f, const struct pm_record *r, struct pm_event *e) {
    if (e->kind != PM_KIND_PULL_FAIL || !f->terminal.crictl.n ||
        r->line != f->terminal.crictl_line + 1 || names_anything(e) ||
        !pm_str_has(r->text, PM_STR("pulling image: ")))
        return;
    struct pm_str image = crictl_image(f->record_arena, pm_buf_str(&f->terminal.crictl));
    if (image.n) e->field[PM_F_IMAGE] = pm_arena_dup(f->record_arena, image);
}

static bool of_session(const struct pm_event *e) {
    return e->kind == PM_KIND_OTHER && pm_str_eqc(e->field[PM_F_REASON], PM_REASON_OF_SESSION);
}

// "docker pull REF", and the engine's answer: "Error response from daemon: denied". What it
// says need not sound like a pull: nothing else was asked.
static bool answers_pull(const struct pm_frame *f, const struct pm_record *r,
                         const struct pm_event *e) {
    return e->kind == PM_KIND_OTHER && e->field[PM_F_ERROR].n && f->terminal.asked &&
           r->line - f->terminal.line <= ANSWER_LINES &&
           pm_str_has(r->text, PM_STR("Error response from daemon: "));
}

bool frame_terminal_event(struct pm_frame *f, const struct pm_record *r, struct pm_event *e) {
    struct pm_image at;
    name_namespace(f, r, e);
    struct pm_str image = pm_buf_str(&f->terminal.image);
    bool start = e->kind == PM_KIND_PULL_START, end = e->kind == PM_KIND_PULL_FAIL ||
                                                      e->kind == PM_KIND_PULL_OK ||
                                                      e->kind == PM_KIND_PULL_CACHED;
    if (e->component != PM_COMP_CLIENT || r->shape != PM_SHAPE_LINE) return true;
    if (of_session(e)) {
        if (!image.n || r->line - f->terminal.line > SESSION_LINES) return false;
        e->kind = PM_KIND_PULL_FAIL; // docker's last word for a layer
        e->field[PM_F_REASON] = PM_NONE;
        end = true;
    }
    if (answers_pull(f, r, e)) {
        e->kind = PM_KIND_PULL_FAIL;
        end = true;
    }
    if (!start && !end) return true;
    if (f->terminal.idle && e->kind == PM_KIND_PULL_FAIL) e->kind = PM_KIND_OTHER;
    if (start) frame_repeat_begin(f);
    name_step(f, r, e);
    name_crictl(f, r, e);
    bool live = image.n && r->line >= f->terminal.line &&
                r->line - f->terminal.line <= SESSION_LINES &&
                pm_image_parse(f->record_arena, image, &at);
    if (live && same_repository(f, e, &at)) {
        if (e->kind == PM_KIND_PULL_FAIL || start || !names_anything(e)) {
            e->field[PM_F_IMAGE] = pm_arena_dup(f->record_arena, image);
            e->field[PM_F_REPOSITORY] = e->field[PM_F_TAG] = e->field[PM_F_DIGEST] =
                e->field[PM_F_REGISTRY] = PM_NONE;
        }
        if (start && f->terminal.started)
            e->kind = PM_KIND_OTHER; // the client's second line about the same pull
        f->terminal.started |= start;
    } else if (start && e->field[PM_F_IMAGE].n) {
        terminal_remember(f, e->field[PM_F_IMAGE], r->line);
        f->terminal.started = true;
    }
    if (e->kind == PM_KIND_PULL_OK && !names_anything(e))
        e->kind = PM_KIND_OTHER; // of no pull that began here
    if (end) {
        pm_buf_clear(&f->terminal.image);
        f->terminal.asked = false;
    }
    return true;
}
