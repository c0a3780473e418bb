// Voices: who wrote this record, and was he there?
//
// A voice is one writer in a member: the container whose output it is, the ident in a
// journal, a section of `tail`, or the member itself. Its name vouches for groups of
// programs (writer.h); what else it says is kept open until the member's end, when the
// whole of it is known: it is heard where the bulk of its records, from the first on, is
// in one program's own grammar. Single lines never decide, however valid: a quoted
// kubelet line is a quotation.
//
// What is not decided here: whether two members tell the same (timeline/duplicates.c),
// and what the bundle's other members say of a node (standing.c).
#include "frame_int.h"

static struct pm_str dup(struct pm_frame *f, struct pm_str s) {
    return s.n ? pm_arena_dup(f->member, s) : PM_NONE;
}

static bool same_voice(const struct frame_voice *v, const struct pm_envelope_hint *h,
                       struct pm_str section) {
    return pm_str_eq(v->hint.container, h->container) && pm_str_eq(v->hint.pod, h->pod) &&
           pm_str_eq(v->hint.namespace, h->namespace) && pm_str_eq(v->hint.ident, h->ident) &&
           pm_str_eq(v->hint.unit, h->unit) && pm_str_eq(v->section, section);
}

// ---- what names vouch for

// Any container may turn out to be a registry, a builder or a probe script by all that it
// writes; to be a node's own program it takes a name as well.
#define BULK_ANY (PM_GROUP_REGISTRY | PM_GROUP_CLIENT | PM_GROUP_PROBE)

static void container_vouched(struct frame_voice *v, struct pm_str name, struct pm_str pod) {
    unsigned groups = pm_writer_groups(name, PM_WRITER_CONTAINER),
             of_pod = pm_writer_groups(pod, PM_WRITER_CONTAINER);
    struct pm_str decisive = groups ? name : pod;
    // A container with a name of its own is what that says, beside a registry as well; in
    // a runner's pod all of them do the job.
    if (!groups && (pm_writer_nameless(name) || of_pod & PM_GROUP_CLIENT)) groups = of_pod;
    v->container = true;
    if (pm_writer_repeats(name) || pm_writer_repeats(decisive)) return;
    v->known = groups & (PM_GROUP_REGISTRY | PM_GROUP_CLIENT);
    v->bulk = BULK_ANY;
    if (groups & PM_GROUP_NODE || (!name.n && !pod.n)) v->bulk |= PM_GROUP_NODE;
    v->named = groups;
}

static void program_vouched(struct frame_voice *v, struct pm_str ident, struct pm_str unit) {
    if (pm_writer_repeats(ident)) return;
    v->known = pm_writer_groups(ident, PM_WRITER_PROGRAM);
    if (!v->known && (!ident.n || pm_str_ends(unit, PM_STR(".service"))))
        v->known = pm_writer_repeats(unit) ? 0 : pm_writer_groups(unit, PM_WRITER_PROGRAM);
    v->named = v->known;
    v->stranger = ident.n && !v->known;
    v->bulk = BULK_ANY | PM_GROUP_NODE;
}

// A CI system's stamps around the lines: the job's log, and whatever it printed is its
// session.
static bool ci_envelope(const struct pm_record *r) {
    static const char *const runners[] = {"github-actions", "gitlab-ci", "jenkins"};
    for (int i = 0; i < r->envelope_count; i++)
        for (size_t k = 0; k < PM_LEN(runners); k++)
            if (strcmp(r->envelopes[i], runners[k]) == 0) return true;
    return false;
}

static bool from_container(const struct pm_record *r) {
    static const char *const streams[] = {"cri", "docker-json"};
    for (int i = 0; i < r->envelope_count; i++)
        for (size_t k = 0; k < PM_LEN(streams); k++)
            if (strcmp(r->envelopes[i], streams[k]) == 0) return true;
    return false;
}

static bool collected_json(const struct pm_record *r) {
    return r->envelope_count > 0 && strcmp(r->envelopes[r->envelope_count - 1], "json-log") == 0;
}

static struct pm_str writer_name(struct pm_frame *f, const struct frame_voice *v, struct pm_str ns,
                                 struct pm_str pod, struct pm_str container) {
    if (ns.n && pod.n) return pm_arena_fmt(f->member, "%.*s/%.*s", PM_FMT(ns), PM_FMT(pod));
    return dup(f, pod.n ? pod : container.n ? container : v->hint.ident);
}

// Docker's syslog driver puts "docker/" before the container's name or id.
static bool docker_tag(struct pm_str ident, struct pm_str *name) {
    if (!pm_str_starts(ident, PM_STR("docker/"))) return false;
    *name = pm_str_from(ident, 7);
    if (name->n == 12 && pm_str_chr(*name, '-', 0) < 0 && name->p[0] <= 'f' &&
        pm_writer_groups(*name, PM_WRITER_CONTAINER) == 0)
        *name = PM_NONE;
    return true;
}

// It may be anybody's: a name that says nothing.
static void anybody(struct frame_voice *v) {
    v->plain = true;
    v->bulk = PM_GROUP_ALL;
}

static void by_name(struct pm_frame *f, struct frame_voice *v, const struct pm_record *r) {
    const struct pm_envelope_hint *h = &r->hint;
    const struct pm_writer_place *at = &f->place;
    struct pm_str ns = h->namespace.n ? h->namespace : at->namespace,
                  pod = h->pod.n ? h->pod : at->pod,
                  name = h->container.n ? h->container : at->name;
    if (at->container || from_container(r) || h->pod.n || h->container.n) {
        container_vouched(v, name, pod);
        v->writer = writer_name(f, v, ns, pod, name);
    } else if (docker_tag(h->ident, &name)) {
        container_vouched(v, name, PM_NONE);
        v->writer = dup(f, h->ident);
    } else if (ci_envelope(r)) v->known = PM_GROUP_ALL;
    else if (h->ident.n || h->unit.n) {
        program_vouched(v, h->ident, h->unit);
        if (!v->known) v->writer = dup(f, h->ident.n ? h->ident : h->unit);
    } else if (r->section.n) {
        struct pm_writer_place inside = pm_writer_of_path(r->section);
        if (inside.container) container_vouched(v, inside.name, inside.pod);
        else anybody(v);
    } else if (collected_json(r)) v->bulk = BULK_ANY | PM_GROUP_NODE;
    else anybody(v);
}

// In a document no name vouches: whoever wrote it copied the line with its header. A
// program's text has examples and nothing else, and a script is one under any name: what
// it prints stands in another file.
static void vouch(struct pm_frame *f, struct frame_voice *v, const struct pm_record *r) {
    by_name(f, v, r);
    if (!f->voices_n && r->shape == PM_SHAPE_LINE && pm_str_starts(r->raw, PM_STR("#!")))
        f->document = PM_DOCUMENT_PROGRAM;
    if (!f->document || f->o.every) return;
    v->bulk = f->document == PM_DOCUMENT_PROGRAM ? 0 : v->bulk | v->known;
    v->known = 0;
    v->prose = true;
    v->plain &= f->document != PM_DOCUMENT_PROGRAM;
}

struct frame_voice *frame_voice_of(struct pm_frame *f, const struct pm_record *r) {
    if (f->voice && same_voice(f->voice, &r->hint, r->section)) return f->voice;
    for (size_t i = 0; i < f->voices_n; i++)
        if (same_voice(f->voices[i], &r->hint, r->section)) return f->voice = f->voices[i];
    if (f->voices_n == FRAME_VOICES)
        return f->voice =
                   f->voices
                       [FRAME_VOICES -
                        1]; // more writers than anybody looks at: they share what the last one is
    struct frame_voice *v = PM_NEW(f->member, struct frame_voice);
    *v = (struct frame_voice){.hint = frame_hint_dup(f->member, &r->hint),
                              .section = dup(f, r->section),
                              .index = (uint8_t)f->voices_n};
    vouch(f, v, r);
    f->voices[f->voices_n++] = v;
    return f->voice = v;
}

// ---- what it writes

// "$ docker pull …", "+ docker pull …", "root@n1:~# docker pull …"
static bool prompted(struct pm_str s) {
    struct pm_str near = pm_str_sub(s, 0, 80);
    ptrdiff_t at = pm_str_chr(near, '@', 0);
    if (pm_str_starts(s, PM_STR("$ ")) || pm_str_starts(s, PM_STR("+ "))) return true;
    return at > 0 && (pm_str_find(near, PM_STR("$ "), (size_t)at) > 0 ||
                      pm_str_find(near, PM_STR("# "), (size_t)at) > 0);
}

// What only a document or a script has: "# When images will not pull", "## Steps", a
// fence, "#!/bin/sh". A root's prompt has a command behind it.
static bool heading(struct pm_str s) {
    size_t n = 0;
    if (pm_str_starts(s, PM_STR("#!")) || pm_str_starts(s, PM_STR("```")) ||
        pm_str_starts(s, PM_STR("<!DOCTYPE")))
        return true;
    while (n < s.n && s.p[n] == '#') n++;
    return n > 0 && n + 2 < s.n && s.p[n] == ' ' && s.p[n + 1] >= 'A' && s.p[n + 1] <= 'Z' &&
           !(s.p[n + 2] >= '0' && s.p[n + 2] <= '9');
}

// A program's own error, whole and from its first word on, as people copy one between
// their sentences, or as a cell of a table. Behind another program's stamp and level it
// would be what that says.
static bool error_alone(struct pm_str s) {
    static const char *const heads[] = {"Failed to pull image \"",
                                        "Back-off pulling image \"",
                                        "ImagePullBackOff: Back-off pulling image \"",
                                        "ErrImagePull: ",
                                        "rpc error: code = ",
                                        "failed to pull and unpack image \"",
                                        "failed to resolve reference \"",
                                        "Error response from daemon: ",
                                        "docker: Error",
                                        "Error: initializing source ",
                                        "Error: Error response from daemon: "};
    size_t from = 0;
    while (from < s.n && strchr("*>-`' \"", s.p[from])) from++;
    s = pm_str_from(s, from);
    for (size_t i = 0; i < PM_LEN(heads); i++) {
        ptrdiff_t at = pm_str_find(s, pm_str_c(heads[i]), 0);
        if (at == 0 || (at > 2 && s.p[at - 1] == ' ' && strchr(" |", s.p[at - 2]))) return true;
    }
    return false;
}

static bool shell_or_fence(struct pm_str s) {
    return s.n == 0 || pm_str_starts(s, PM_STR("```")) || pm_str_starts(s, PM_STR("$ ")) ||
           pm_str_starts(s, PM_STR("# ")) || pm_str_starts(s, PM_STR("+ "));
}

// A line of a program's text or of a document's source, by what it begins or ends with:
// log lines do neither.
static bool code_like(struct pm_str s) {
    static const char *const heads[] = {"//",      "/*",   "* ",     "*/",      "#include",
                                        "#define", "#if",  "#endif", "import ", "package ",
                                        "from ",   "def ", "func ",  "return ", "<"};
    for (size_t i = 0; i < PM_LEN(heads); i++)
        if (pm_str_starts(s, pm_str_c(heads[i]))) return true;
    return s.n && strchr(";{}\\", s.p[s.n - 1]) != NULL;
}

// The line stands in a comment, or as an item or literal of a program's text: somebody's
// example.
static bool quoted_in_code(const struct pm_record *r) {
    static const char *const heads[] = {"//", "/*", "* ", "- '", "- \"", "- {", "{\"", ".", "<"};
    struct pm_str s = pm_str_trim(r->raw);
    if (r->envelope_count && pm_str_starts(s, PM_STR("{"))) return false; // a collector's object
    for (size_t i = 0; i < PM_LEN(heads); i++)
        if (pm_str_starts(s, pm_str_c(heads[i]))) return true;
    return pm_str_starts(s, PM_STR("\"")) &&
           pm_str_ends(s, PM_STR("\",")); // an item of a printed list
}

// "src/pull.go:88:\t…": what `grep -n` found in a program's text.
static bool found_in_code(struct pm_str s) {
    ptrdiff_t colon = pm_str_chr(pm_str_sub(s, 0, 256), ':', 0);
    size_t i = (size_t)colon + 1;
    if (colon <= 0 || pm_writer_document(pm_str_sub(s, 0, (size_t)colon)) == PM_DOCUMENT_NONE)
        return false;
    while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9') i++;
    return i > (size_t)colon + 1 && i < s.n && s.p[i] == ':';
}

// "commit 6b86b273…", the head of each entry of `git log`: the rest is people's words
// about their work.
static bool git_entry(struct pm_str s) {
    struct pm_str id = pm_str_starts(s, PM_STR("commit ")) ? pm_str_sub(s, 7, 40) : PM_NONE;
    for (size_t i = 0; i < id.n; i++)
        if (!strchr("0123456789abcdef", id.p[i])) return false;
    return id.n == 40;
}

// Clients print their errors bare. One behind the level of a logger that merely informs,
// or inside of a value that a tool prints ("ok: [n1] => {…}"), is told by that logger or
// tool.
static bool told_by_logger(struct pm_str s) {
    static const char *const levels[] = {"TRACE", "DEBUG", "INFO", "NOTICE"};
    struct pm_str head = pm_str_sub(s, 0, 80);
    for (size_t i = 0; i < PM_LEN(levels); i++) {
        struct pm_str level = pm_str_c(levels[i]);
        ptrdiff_t at = pm_str_find(head, level, 0);
        if (at < 0) continue;
        size_t end = (size_t)at + level.n;
        bool left = at == 0 || strchr(" [|", head.p[at - 1]),
             right = end < head.n && strchr(" ]|:", head.p[end]);
        if (left && right) return true;
    }
    bool failed =
        pm_str_starts(s, PM_STR("fatal: [")) ||
        pm_str_starts(
            s, PM_STR("failed: [")); // Ansible's own word for a task (parsers/client/ansible.c)
    return !failed && pm_str_has(head, PM_STR(" => {"));
}

// An object of the API that nobody asks about (a Role, a ConfigMap of an application):
// the dump that it stands in is no less of a dump for it.
static bool api_object(const struct pm_record *r) {
    return r->shape == PM_SHAPE_JSON && r->json &&
           json_is_string(json_object_get(r->json, "kind")) &&
           (json_is_string(json_object_get(r->json, "apiVersion")) || r->list_kind.n);
}

void frame_voice_tally(struct pm_frame *f, struct frame_voice *v, const struct pm_record *r,
                       const struct pm_parser *p) {
    struct pm_str text = r->shape == PM_SHAPE_LINE ? pm_str_trim(r->text) : PM_STR("{");
    const uint64_t lines = f->weight;
    if (v->container && pm_str_starts(text, PM_STR("==> ")) && pm_str_ends(text, PM_STR(" <==")))
        v->quotes = true; // `tail` of other files
    if (r->hint.relayed) v->quotes = true;
    if (prompted(text)) v->prompts += lines;
    if (heading(text) || (r->shape == PM_SHAPE_LINE && pm_str_starts(r->raw, PM_STR("```"))))
        v->headings += lines;
    v->prose |= v->plain && git_entry(text);
    f->traced |= v->plain && pm_str_starts(text, PM_STR("+ "));
    if (v->records == v->preamble && pm_str_starts(text, PM_STR("Flag --")))
        return; // a Kubernetes program's first words, whichever it is
    if (shell_or_fence(text)) return;
    enum pm_group g = PM_GROUP_NONE;
    bool shared = p && p->flags & PM_PARSER_SHARED, fallback = p && p->flags & PM_PARSER_FALLBACK;
    if (p && !shared && !fallback) g = pm_group_of(p->component);
    if (g) v->of[pm_group_index(g)] += lines;
    else if ((shared || fallback) && f->record_events) {
        v->talk += lines;
        if (error_alone(text)) v->told += lines;
    } else if ((p && !fallback) || api_object(r))
        v->neutral += lines; // a log library's line about something else: klog, logrus
    else {
        v->foreign += lines;
        if (code_like(text)) v->code += lines;
        if (!pm_line_head(text)) v->sentences += lines;
    }
    if (v->first == PM_GROUP_NONE && v->records == v->preamble) {
        if (p && !fallback) v->first = g ? g : PM_GROUP_ALL;
        else v->preamble += lines;
    }
    v->records += lines;
}

// ---- what it may testify

// A client's error at the beginning of its line, which names its image, in a job's long
// log: builds and tests print much before it. In a text of another name a shell's trace
// of the command must stand before.
static bool client_in_job(const struct pm_frame *f, const struct frame_voice *v,
                          const struct pm_record *r, const struct pm_event *e) {
    static const char *const heads[] = {
        "Error response from daemon: ", "docker: Error", "ERROR: ", "Error: ",
        "error building image: ",       "FATA[",         "time=\""};
    if (!v->plain || f->document || !(f->log_named || f->traced)) return false;
    if (!e->field[PM_F_IMAGE].n && !e->field[PM_F_REPOSITORY].n && !f->terminal.image.n)
        return false;
    for (size_t i = 0; i < PM_LEN(heads); i++)
        if (pm_str_starts(r->text, pm_str_c(heads[i]))) return true;
    return false;
}

// Sets the event's standing; where that hangs on the rest of the member, its voice as
// well.
void frame_voice_stand(const struct pm_frame *f, const struct pm_parser *p,
                       const struct pm_record *r, struct pm_event *e) {
    struct frame_voice *v = f ? f->voice : NULL;
    enum pm_group g = pm_group_of(e->component);
    bool talk = p && p->flags & (PM_PARSER_FALLBACK | PM_PARSER_SHARED);
    e->standing =
        g == PM_GROUP_ACCOUNT || (e->component == PM_COMP_KUBELET && e->flags & PM_EV_ECHO)
            ? PM_STANDING_ACCOUNT
            : PM_STANDING_WITNESS;
    if (!v) return;
    v->speaks |= 1u << e->component;
    if (!(v->known & g) && !(g == PM_GROUP_CLIENT && !talk && client_in_job(f, v, r, e))) {
        if (v->bulk & g && (v->plain || !talk)) {
            e->voice = (uint16_t)((v->index + 1u) << 1 | (talk ? 1u : 0u));
            v->open[talk] |= 1u << e->component;
        } else e->standing = PM_STANDING_HEARSAY;
        if (f->o.every &&
            e->voice) { // asked about a line alone: a file of such lines would be heard, a container with one would not
            e->voice = 0;
            if (!v->plain) e->standing = PM_STANDING_HEARSAY;
        }
    }
    bool quoted = quoted_in_code(r) || (g == PM_GROUP_CLIENT && told_by_logger(r->text)) ||
                  found_in_code(r->raw);
    if (v->plain && r->shape == PM_SHAPE_LINE && !f->o.every && quoted) {
        e->standing = PM_STANDING_HEARSAY;
        e->voice = 0;
    }
    if (v->writer.n) e->field[PM_F_WRITER] = v->writer;
}

static uint64_t strict_of(const struct pm_frame_voice *v) {
    uint64_t n = 0;
    for (int i = 0; i < PM_GROUP_COUNT; i++) n += v->of[i];
    return n;
}

#define CODE_LINES 4
// A file of no known writer is heard where a ninth of it is in known grammars (an issue
// with a describe between its sentences); what was only recognised by its words, where it
// holds hardly anything else, or stands there as a program prints it.
static unsigned plain_testifies(const struct pm_frame_voice *v, bool talk) {
    uint64_t strict = strict_of(v);
    if (v->foreign >= CODE_LINES && v->code * 2 > v->foreign)
        return 0; // a program's text, with examples in it
    if (talk && !((strict + v->told) * 8 >= v->foreign && v->told && !v->neutral))
        return strict + v->talk >= v->foreign + v->neutral ? PM_GROUP_ALL : 0;
    return (strict + v->talk) * 8 >= v->foreign ? PM_GROUP_ALL : 0;
}

// Entry points, deprecated flags and a rotated file's half line come before the program's
// own first record. A name allows for some of them, and so does a registry's grammar,
// which nobody quotes line by line; a node's lines in a container without a name begin at
// once.
static unsigned preamble_allowed(const struct pm_frame_voice *v, unsigned g) {
    return v->named & g ? 16 : g == PM_GROUP_REGISTRY ? 4 : 0;
}

// A container or an unknown program is heard where four fifths of what it writes, from
// its first record on, is one group's own.
static unsigned bulk_testifies(const struct pm_frame_voice *v) {
    unsigned groups = 0;
    if (v->quotes || !v->first) return 0;
    for (int i = 0; i < PM_GROUP_COUNT; i++) {
        unsigned g = 1u << i;
        bool began =
            (v->first == PM_GROUP_ALL || v->first == g) && v->preamble <= preamble_allowed(v, g);
        uint64_t records = v->records - v->preamble,
                 own = v->of[i] + (v->stranger && g == PM_GROUP_NODE ? 0 : v->neutral);
        if (v->bulk & g && began && own * 5 >= records * 4 && v->of[i] * 5 >= records) groups |= g;
    }
    return groups;
}

unsigned pm_frame_voice_testifies(const struct pm_frame_voice *v, bool talk) {
    if (v->plain) return v->known | plain_testifies(v, talk);
    return v->known | (talk ? 0 : bulk_testifies(v));
}

size_t pm_frame_voices(const struct pm_frame *f, struct pm_frame_voice *out, size_t max) {
    size_t n = f->voices_n < max ? f->voices_n : max;
    for (size_t i = 0; i < n; i++) {
        const struct frame_voice *v = f->voices[i];
        out[i] = (struct pm_frame_voice){.known = v->known,
                                         .bulk = v->bulk,
                                         .first = v->first,
                                         .preamble = v->preamble,
                                         .plain = v->plain,
                                         .container = v->container,
                                         .named = v->named,
                                         .stranger = v->stranger,
                                         .quotes = v->quotes,
                                         .prose = v->prose,
                                         .open = {v->open[0], v->open[1]},
                                         .speaks = v->speaks,
                                         .records = v->records,
                                         .foreign = v->foreign,
                                         .neutral = v->neutral,
                                         .talk = v->talk,
                                         .told = v->told,
                                         .code = v->code,
                                         .sentences = v->sentences,
                                         .prompts = v->prompts,
                                         .headings = v->headings};
        memcpy(out[i].of, v->of, sizeof v->of);
    }
    return n;
}
