// What a voice writes, record by record: in whose grammar, in whose words, and how much of
// it is code, prose or a session. The tally is what its standing hangs on where its name
// does not vouch for it (frame_voice_stand.c).
#include "framing/frame_int.h"
#include "pm/scan.h"

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

// A sentence's first words, behind what marks it as an item, a quote or bold.
static bool begins(struct pm_str s, const char *const words[], size_t n) {
    size_t from = 0;
    while (from < s.n && strchr("*>-#_ 0123456789.)", s.p[from])) from++;
    s = pm_str_from(s, from);
    for (size_t i = 0; i < n && s.n; i++) {
        if ((s.p[0] | 32) != (words[i][0] | 32)) continue; // nearly all end here
        if (pm_str_ieq(pm_str_sub(s, 0, strlen(words[i])), pm_str_c(words[i]))) return true;
    }
    return false;
}

// "If you see …", "When a pod …": what to do when it happens, to whomever.
static bool lesson(struct pm_str s) {
    static const char *const words[] = {
        "If you ",     "If the ",         "If a ",      "If this ",    "If it ",
        "When a ",     "When the ",       "When you ",  "When an ",    "Whenever ",
        "This means ", "This happens ",   "To fix ",    "To resolve ", "Check ",
        "Make sure ",  "Verify ",         "Ensure ",    "Escalat",     "Symptom",
        "Remedi",      "Resolution",      "Mitigation", "Diagnosis",   "Prerequisite",
        "Page the ",   "Cause: ",         "Fix: ",      "Q: ",         "A: ",
        "You can ",    "You should ",     "You may ",   "You need ",   "Runbook",
        "Playbook",    "Troubleshooting", "FAQ",        "For example", "Common "};
    return begins(s, words, PM_LEN(words));
}

// "What happened", "I ran …": somebody's own trouble.
static bool report(struct pm_str s) {
    static const char *const words[] = {"What happened",
                                        "What you expected",
                                        "Expected ",
                                        "Actual ",
                                        "Steps to rep",
                                        "To Reproduce",
                                        "Describe the ",
                                        "Environment",
                                        "I ",
                                        "I'm ",
                                        "I've ",
                                        "We ",
                                        "We're ",
                                        "We've ",
                                        "My ",
                                        "Our ",
                                        "Hi",
                                        "Hello",
                                        "Thanks",
                                        "Thank you",
                                        "Version",
                                        "After upg",
                                        "Since ",
                                        "Today",
                                        "Yesterday",
                                        "Anyone ",
                                        "Any idea",
                                        "Can some",
                                        "Please help",
                                        "Bug report"};
    return begins(s, words, PM_LEN(words));
}

// "[09:01] bo: anyone else?", "<bo> yes": what people say to each other in a chat. (A
// logger's stamp has seconds, and its names have digits and dots.)
static bool remark(struct pm_str s) {
    struct pm_scan c = pm_scan_of(s);
    uint64_t hour, minute;
    bool stamped = pm_scan_char(&c, '[') && pm_scan_uint(&c, 2, &hour) && pm_scan_char(&c, ':') &&
                   pm_scan_uint(&c, 2, &minute) && pm_scan_lit(&c, "] ");
    struct pm_str rest = stamped ? pm_scan_rest(&c) : s;
    bool nick = pm_str_starts(rest, PM_STR("<"));
    size_t from = nick ? 1 : 0, i = from;
    while (i < rest.n && ((rest.p[i] | 32) >= 'a' && (rest.p[i] | 32) <= 'z')) i++;
    if (i == from || i > 20 || i + 1 >= rest.n || rest.p[i + 1] != ' ') return false;
    return nick ? rest.p[i] == '>' : stamped && rest.p[i] == ':';
}

// A title in Markdown or AsciiDoc: "# Image pulls", "== Steps".
static bool title(struct pm_str s) {
    size_t n = 0;
    while (n < s.n && s.p[n] == '=') n++;
    bool asciidoc = n > 0 && n + 1 < s.n && s.p[n] == ' ' && s.p[n + 1] >= 'A' && s.p[n + 1] <= 'Z';
    return asciidoc ||
           (pm_str_starts(s, PM_STR("#")) && heading(s) && !pm_str_starts(s, PM_STR("#!")));
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
    if (s.n > 2 && s.p[0] == '<' && s.p[1] >= '0' && s.p[1] <= '9') return false; // syslog's "<3>"
    static const char *const heads[] = {"//",      "/*",   "* ",     "*/",      "#include",
                                        "#define", "#if",  "#endif", "import ", "package ",
                                        "from ",   "def ", "func ",  "return ", "<"};
    for (size_t i = 0; i < PM_LEN(heads); i++)
        if (pm_str_starts(s, pm_str_c(heads[i]))) return true;
    return s.n && strchr(";{}\\", s.p[s.n - 1]) != NULL;
}

// "commit 6b86b273…", the head of each entry of `git log`: the rest is people's words
// about their work.
static bool git_entry(struct pm_str s) {
    struct pm_str id = pm_str_starts(s, PM_STR("commit ")) ? pm_str_sub(s, 7, 40) : PM_NONE;
    for (size_t i = 0; i < id.n; i++)
        if (!strchr("0123456789abcdef", id.p[i])) return false;
    return id.n == 40;
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
    if (title(text)) {
        v->titles += lines;
        if (lesson(text)) v->lessons += lines;
    }
    if (v->plain && r->shape == PM_SHAPE_LINE && remark(pm_str_trim(r->raw))) v->remarks++;
    v->prose |= v->plain && (git_entry(text) || v->remarks > 1);
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
        if (!title(text) && report(text)) v->reports += lines;
    }
    // "If you see `toomanyrequests: …`, log in": a lesson quotes what it is about.
    if ((g == PM_GROUP_CLIENT || !p || fallback) && !title(text) && lesson(text))
        v->lessons += lines;
    if (v->first == PM_GROUP_NONE && v->records == v->preamble) {
        if (p && !fallback) v->first = g ? g : PM_GROUP_ALL;
        else v->preamble += lines;
    }
    v->records += lines;
}

// A program's own line is in its container's log at once. Its clock may be of another zone, which
// is whole quarters of an hour. Who prints it minutes later prints what was said elsewhere.
void frame_voice_lag(struct frame_voice *v, const struct pm_when *written,
                     const struct pm_event *e) {
    const int64_t quarter = 900 * PM_NS_PER_S, at_once = 60 * PM_NS_PER_S;
    const struct pm_when *own = &e->when;
    bool open = own->kind == PM_WHEN_NO_YEAR || own->kind == PM_WHEN_LOCAL;
    if (!v || !v->container || written->kind != PM_WHEN_UTC || e->flags & PM_EV_SNAPSHOT ||
        pm_group_of(e->component) != PM_GROUP_NODE || (!open && own->kind != PM_WHEN_UTC))
        return;
    int64_t lag = pm_time_between(own->ns, written->ns);
    if (open) lag = (lag % quarter + quarter) % quarter;
    v->stamped++;
    v->late += lag > at_once && (!open || lag < quarter - at_once);
}
