// Writers by the paths of their output. By their names: writer_name.c.
#include "framing/voices/writer.h"

enum pm_group pm_group_of(enum pm_component c) {
    static const unsigned char groups[PM_COMP_COUNT] = {
        [PM_COMP_KUBELET] = PM_GROUP_NODE,      [PM_COMP_CONTAINERD] = PM_GROUP_NODE,
        [PM_COMP_DOCKERD] = PM_GROUP_NODE,      [PM_COMP_CRIO] = PM_GROUP_NODE,
        [PM_COMP_REGISTRY] = PM_GROUP_REGISTRY, [PM_COMP_PROXY] = PM_GROUP_REGISTRY,
        [PM_COMP_CLOUD] = PM_GROUP_REGISTRY,    [PM_COMP_EVENTS] = PM_GROUP_ACCOUNT,
        [PM_COMP_OBJECTS] = PM_GROUP_ACCOUNT,   [PM_COMP_CLIENT] = PM_GROUP_CLIENT,
        [PM_COMP_HOST] = PM_GROUP_HOST,         [PM_COMP_PROBE] = PM_GROUP_PROBE,
    };
    return (enum pm_group)groups[c];
}

int pm_group_index(enum pm_group g) {
    for (int i = 0; i < PM_GROUP_COUNT; i++)
        if (g == (enum pm_group)(1 << i)) return i;
    return -1;
}

// ---- paths

#define PARTS 24
struct parts {
    struct pm_str at[PARTS]; // the last ones, in order
    size_t n;
};

static struct parts parts_of(struct pm_str path) {
    struct parts p = {0};
    for (size_t from = 0; from <= path.n;) {
        ptrdiff_t slash = pm_str_chr(path, '/', from);
        size_t end = slash < 0 ? path.n : (size_t)slash;
        if (end > from) {
            if (p.n == PARTS) {
                memmove(p.at, p.at + 1, (PARTS - 1) * sizeof *p.at);
                p.n--;
            }
            p.at[p.n++] = pm_str_sub(path, from, end - from);
        }
        from = end + 1;
    }
    return p;
}

static bool hex_run(struct pm_str s, size_t n) {
    if (s.n < n) return false;
    for (size_t i = 0; i < n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f'))) return false;
    return true;
}

// A pod's uid: "3c0f…-…" with hyphens, or a static pod's 32 hex digits.
static bool is_uid(struct pm_str s) {
    if (s.n == 32) return hex_run(s, 32);
    return s.n == 36 && s.p[8] == '-' && s.p[13] == '-' && s.p[18] == '-' && s.p[23] == '-' &&
           hex_run(s, 8);
}

static bool cut_three(struct pm_str s, char between, struct pm_str out[3]) {
    ptrdiff_t a = pm_str_chr(s, between, 0), b = a < 0 ? -1 : pm_str_chr(s, between, (size_t)a + 1);
    if (a <= 0 || b < 0 || pm_str_chr(s, between, (size_t)b + 1) >= 0) return false;
    out[0] = pm_str_sub(s, 0, (size_t)a);
    out[1] = pm_str_sub(s, (size_t)a + 1, (size_t)(b - a) - 1);
    out[2] = pm_str_from(s, (size_t)b + 1);
    return true;
}

// "0.log", "current.log", "logs.txt", "web.log.1.gz": the output of something, and no
// table or object.
static bool log_name(struct pm_str s) {
    static const char *const tails[] = {".gz", ".xz", ".zst", ".bz2"};
    for (size_t i = 0; i < PM_LEN(tails); i++)
        if (pm_str_ends(s, pm_str_c(tails[i]))) s.n -= strlen(tails[i]);
    while (s.n && (s.p[s.n - 1] == '.' || s.p[s.n - 1] == '-' ||
                   (s.p[s.n - 1] >= '0' && s.p[s.n - 1] <= '9')))
        s.n--;
    return pm_str_ends(s, PM_STR(".log")) || pm_str_eqc(s, "logs.txt");
}

static struct pm_str stem(struct pm_str s) {
    ptrdiff_t dot = pm_str_chr(s, '.', 0);
    return dot > 0 ? pm_str_sub(s, 0, (size_t)dot) : s;
}

// /var/log/pods/NS_POD_UID/CONTAINER/0.log, anywhere in the path
static bool kubelet_layout(const struct parts *p, struct pm_writer_place *w) {
    struct pm_str three[3];
    for (size_t i = 0; i + 1 < p->n; i++) {
        if (!cut_three(p->at[i], '_', three) || !is_uid(three[2])) continue;
        *w = (struct pm_writer_place){true, three[0], three[1],
                                      i + 2 < p->n ? p->at[i + 1] : PM_NONE};
        return true;
    }
    return false;
}

// /var/log/containers/POD_NS_CONTAINER-ID.log, and Docker's ID/ID-json.log
static bool file_layout(const struct parts *p, struct pm_writer_place *w) {
    struct pm_str file = p->at[p->n - 1], three[3];
    if (hex_run(file, 64) || pm_str_has(file, PM_STR("-json.log"))) {
        *w = (struct pm_writer_place){.container = true};
        return true;
    }
    if (!log_name(file) || !cut_three(file, '_', three) || three[2].n < 70) return false;
    ptrdiff_t dash = pm_str_rchr(three[2], '-');
    if (dash <= 0 || !hex_run(pm_str_from(three[2], (size_t)dash + 1), 64)) return false;
    *w = (struct pm_writer_place){true, three[1], three[0], pm_str_sub(three[2], 0, (size_t)dash)};
    return true;
}

// Collectors: …/namespaces/NS/pods/POD/CONTAINER/…/logs/current.log (must-gather),
// podlogs/NS/POD/logs/CONTAINER.txt (sonobuoy), NS/POD/logs.txt (cluster-info dump),
// pods/logs/NS/POD/CONTAINER.log (troubleshoot), pods/POD.log (people).
static bool collector_layout(const struct parts *p, struct pm_writer_place *w) {
    struct pm_str file = p->at[p->n - 1];
    if (pm_str_eqc(file, "logs.txt") && p->n >= 3) {
        *w = (struct pm_writer_place){true, p->at[p->n - 3], p->at[p->n - 2], PM_NONE};
        return true;
    }
    for (size_t i = p->n - 1; i-- > 0;) {
        bool podlogs = pm_str_ieq(p->at[i], PM_STR("podlogs")) ||
                       pm_str_ieq(p->at[i], PM_STR("pod-logs")) ||
                       pm_str_ieq(p->at[i], PM_STR("pod_logs"));
        bool pods = pm_str_eqc(p->at[i], "pods");
        if (!podlogs && !(pods && log_name(file))) continue;
        size_t left = p->n - i - 1;                               // parts below
        bool logs = left > 1 && pm_str_eqc(p->at[i + 1], "logs"); // troubleshoot
        bool under_namespace = pods && i >= 2 && pm_str_eqc(p->at[i - 2], "namespaces");
        w->container = true;
        if (under_namespace) {
            w->k8s_namespace = p->at[i - 1];
            w->pod = left > 1 ? p->at[i + 1] : stem(file);
            w->name = left > 2 ? p->at[i + 2] : PM_NONE;
        } else if (left - logs > 2) {
            w->k8s_namespace = p->at[i + 1 + logs];
            w->pod = p->at[i + 2 + logs];
            w->name = stem(file);
        } else if (left - logs == 2) {
            w->pod = p->at[i + 1 + logs];
            w->name = stem(file);
        } else w->pod = stem(file);
        return true;
    }
    return false;
}

struct pm_writer_place pm_writer_of_path(struct pm_str path) {
    struct pm_writer_place w = {0};
    struct parts p = parts_of(path);
    if (p.n) (void)(kubelet_layout(&p, &w) || file_layout(&p, &w) || collector_layout(&p, &w));
    return w;
}

// The longest of the table below: a line of a log whose words are asked is told by its
// length, mostly.
#define TAIL_MAX (sizeof ".markdown" - 1)

enum pm_document pm_writer_document(struct pm_str path) {
    static const struct {
        const char *tail;
        enum pm_document kind;
    } tails[] = {
        {".md", PM_DOCUMENT_PROSE},      {".markdown", PM_DOCUMENT_PROSE},
        {".rst", PM_DOCUMENT_PROSE},     {".adoc", PM_DOCUMENT_PROSE},
        {".html", PM_DOCUMENT_PROSE},    {".htm", PM_DOCUMENT_PROSE},
        {".eml", PM_DOCUMENT_PROSE},     {".mbox", PM_DOCUMENT_PROSE},
        {".tex", PM_DOCUMENT_PROSE},     {".c", PM_DOCUMENT_PROGRAM},
        {".h", PM_DOCUMENT_PROGRAM},     {".cc", PM_DOCUMENT_PROGRAM},
        {".cpp", PM_DOCUMENT_PROGRAM},   {".go", PM_DOCUMENT_PROGRAM},
        {".py", PM_DOCUMENT_PROGRAM},    {".rs", PM_DOCUMENT_PROGRAM},
        {".java", PM_DOCUMENT_PROGRAM},  {".kt", PM_DOCUMENT_PROGRAM},
        {".js", PM_DOCUMENT_PROGRAM},    {".ts", PM_DOCUMENT_PROGRAM},
        {".tsx", PM_DOCUMENT_PROGRAM},   {".rb", PM_DOCUMENT_PROGRAM},
        {".php", PM_DOCUMENT_PROGRAM},   {".cs", PM_DOCUMENT_PROGRAM},
        {".lua", PM_DOCUMENT_PROGRAM},   {".pl", PM_DOCUMENT_PROGRAM},
        {".patch", PM_DOCUMENT_PROGRAM}, {".diff", PM_DOCUMENT_PROGRAM},
        {".sql", PM_DOCUMENT_PROGRAM},   {".xml", PM_DOCUMENT_PROGRAM},
        {".ipynb", PM_DOCUMENT_PROGRAM}, {".tmpl", PM_DOCUMENT_PROGRAM},
        {".sh", PM_DOCUMENT_PROGRAM},    {".bash", PM_DOCUMENT_PROGRAM},
        {".ps1", PM_DOCUMENT_PROGRAM},   {".bat", PM_DOCUMENT_PROGRAM},
    };
    ptrdiff_t dot = pm_str_rchr(path, '.');
    struct pm_str tail = dot < 0 ? PM_NONE : pm_str_from(path, (size_t)dot);
    if (!tail.n || tail.n > TAIL_MAX) return PM_DOCUMENT_NONE;
    for (size_t i = 0; i < PM_LEN(tails); i++)
        if (pm_str_eqc(tail, tails[i].tail)) return tails[i].kind;
    return PM_DOCUMENT_NONE;
}

bool pm_writer_log_name(struct pm_str path) {
    ptrdiff_t slash = pm_str_rchr(path, '/');
    return log_name(slash < 0 ? path : pm_str_from(path, (size_t)slash + 1));
}
