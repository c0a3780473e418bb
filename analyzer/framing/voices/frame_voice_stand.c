// What a voice may testify: an event's standing when it is read, as far as that is known
// then, and the verdict on the whole voice at the member's end.
#include "framing/frame_int.h"

// The line stands in a comment, or as an item or literal of a program's text: somebody's
// example.
static bool quoted_in_code(const struct pm_record *r) {
    static const char *const heads[] = {"//", "/*", "* ", "- '", "- \"", "- {", "{\"", ".", "<"};
    struct pm_str s = pm_str_trim(r->raw);
    if (!s.n || !strchr("/*-{.<\"", s.p[0])) return false; // how all of them begin
    if (s.n > 2 && s.p[0] == '<' && s.p[1] >= '0' && s.p[1] <= '9')
        return false; // "<3> …", a priority of syslog's, is no tag
    if (r->envelope_count && pm_str_starts(s, PM_STR("{"))) return false; // a collector's object
    if (pm_str_starts(s, PM_STR("* ")) && pm_str_has(s, PM_STR("rpc error: code = ")))
        return false; // an item of a Go program's list of errors
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

// Clients print their errors bare. One behind the level of a logger that merely informs,
// or inside of a value that a tool prints ("ok: [n1] => {…}"), is told by that logger or
// tool.
static bool told_by_logger(struct pm_str s) {
    static const char *const levels[] = {"TRACE", "DEBUG", "INFO", "NOTICE"};
    struct pm_str head = pm_str_sub(s, 0, 80);
    if (pm_str_has(head, PM_STR("DOCKER> "))) return false; // Maven's plugin, of what Docker said
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
    if (v->plain && r->shape == PM_SHAPE_LINE && !r->sure && !f->o.every &&
        (quoted_in_code(r) || (g == PM_GROUP_CLIENT && told_by_logger(r->text)) ||
         found_in_code(r->raw))) {
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

// A runbook says what to do when something happens; who asks for help says what happened,
// and a session shows it, whatever its tools advise.
#define LESSONS 2
static bool teaches(const struct frame_voice *v) {
    return v->plain && v->titles && v->lessons >= LESSONS && v->lessons > v->prompts && !v->reports;
}

#define CODE_LINES 4
// A file of no known writer is heard where a ninth of it is in known grammars (an issue
// with a describe between its sentences); what was only recognised by its words, where it
// holds hardly anything else, or stands there as a program prints it.
static unsigned plain_testifies(const struct pm_frame_voice *v, bool talk) {
    uint64_t strict = strict_of(v);
    if (v->teaches) return 0;
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
    if (v->named & g) return 16;
    return g == PM_GROUP_REGISTRY ? 4 : 0;
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

// One line may be late: its writer was held up, or its event is of an earlier time. Where a
// name says that a node's program writes, all may be: the stamps around its lines can be of a
// collector that caught up, or of a clock outside of the virtual machine that it runs in.
static bool prints_late(const struct frame_voice *v) {
    return !(v->named & PM_GROUP_NODE) && v->late >= 3 && v->late * 2 > v->stamped;
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
                                         .quotes = v->quotes || prints_late(v),
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
                                         .headings = v->headings,
                                         .teaches = teaches(v)};
        memcpy(out[i].of, v->of, sizeof v->of);
    }
    return n;
}
