// Voices: who wrote this record, and for what does his name vouch? What a voice writes is
// counted in frame_voice_tally.c, what it may testify is said in frame_voice_stand.c.
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
#include "framing/frame_int.h"

static struct pm_str dup(struct pm_frame *f, struct pm_str s) {
    return s.n ? pm_arena_dup(f->member, s) : PM_NONE;
}

static bool same_voice(const struct frame_voice *v, const struct pm_envelope_hint *h,
                       struct pm_str section) {
    return pm_str_eq(v->hint.container, h->container) && pm_str_eq(v->hint.pod, h->pod) &&
           pm_str_eq(v->hint.k8s_namespace, h->k8s_namespace) &&
           pm_str_eq(v->hint.ident, h->ident) && pm_str_eq(v->hint.unit, h->unit) &&
           pm_str_eq(v->section, section);
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
    if (pm_str_ends(ident, PM_STR(".sh"))) ident = PM_STR("sh"); // a script's lines are its shell's
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
    if (pod.n) return dup(f, pod);
    return dup(f, container.n ? container : v->hint.ident);
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
    struct pm_str ns = h->k8s_namespace.n ? h->k8s_namespace : at->k8s_namespace,
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
