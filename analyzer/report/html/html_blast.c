// Whom an incident hit and whom it spared: a contrast table, lists, and a tree of pods.
#include "report/html/html.h"
#include "report/words.h"
#include <stdlib.h>

// Namespace, workload, pod: a tree whose branches fold.
static int by_branch(const void *a, const void *b) {
    const struct pm_hit_pod *x = *(const struct pm_hit_pod *const *)a,
                            *y = *(const struct pm_hit_pod *const *)b;
    int c = pm_str_cmp(x->k8s_namespace, y->k8s_namespace);
    if (!c) c = pm_str_cmp(x->workload, y->workload);
    return c ? c : pm_str_cmp(x->name, y->name);
}

static bool same_namespace(const struct pm_hit_pod *x, const struct pm_hit_pod *y) {
    return pm_str_eq(x->k8s_namespace, y->k8s_namespace);
}

static bool same_workload(const struct pm_hit_pod *x, const struct pm_hit_pod *y) {
    return same_namespace(x, y) && pm_str_eq(x->workload, y->workload);
}

static size_t branch_n(const struct pm_hit_pod *const *pods, size_t n,
                       bool (*same)(const struct pm_hit_pod *, const struct pm_hit_pod *)) {
    size_t k = 1;
    while (k < n && same(pods[0], pods[k])) k++;
    return k;
}

static int64_t longest(const struct pm_hit_pod *const *pods, size_t n) {
    int64_t most = 0;
    for (size_t i = 0; i < n; i++)
        if (pods[i]->stuck_ns > most) most = pods[i]->stuck_ns;
    return most;
}

static void branch(struct pm_html *h, struct pm_str name, const struct pm_hit_pod *const *pods,
                   size_t n, bool open) {
    int64_t stuck = longest(pods, n);
    pm_html_raw(h, open ? "<li><details open><summary data-pick=\""
                        : "<li><details><summary data-pick=\"");
    pm_html_text(h, name);
    pm_html_raw(h, "\">");
    pm_html_text(h, name.n ? name : PM_STR("(no workload)"));
    pm_html_raw(h, " <span class=\"dim\">");
    pm_html_text(h, pm_words_count(h->a, n, "pod", "pods"));
    if (stuck > 0)
        pm_html_text(
            h, pm_arena_fmt(h->a, ", stuck up to %.*s", PM_FMT(pm_view_lasted(&h->v, stuck))));
    pm_html_raw(h, "</span></summary><ul class=\"tree\">");
}

static void pod(struct pm_html *h, const struct pm_hit_pod *p) {
    pm_html_raw(h, "<li data-item");
    pm_html_span(h, p->first_ns, p->last_ns);
    pm_html_raw(h, "><code>");
    pm_html_text(h, p->name);
    pm_html_raw(h, "</code> <span class=\"dim\">");
    if (p->node.n) pm_html_text(h, pm_arena_fmt(h->a, "on %.*s, ", PM_FMT(p->node)));
    if (p->image.n) pm_html_text(h, pm_arena_fmt(h->a, "%.*s, ", PM_FMT(p->image)));
    if (p->first_ns != PM_NO_TIME)
        pm_html_text(h,
                     pm_arena_fmt(h->a, "from %.*s, ", PM_FMT(pm_view_time(&h->v, p->first_ns))));
    if (p->stuck_ns > 0)
        pm_html_text(
            h, pm_arena_fmt(h->a, "stuck %.*s, ", PM_FMT(pm_view_lasted(&h->v, p->stuck_ns))));
    if (p->recovered) pm_html_raw(h, "</span><span class=\"ok\">recovered</span>");
    else if (p->gone) pm_html_raw(h, "deleted</span>");
    else pm_html_raw(h, "</span><span class=\"bad\">not recovered</span>");
    if (p->guessed) pm_html_raw(h, " <span class=\"dim\">(workload guessed)</span>");
    pm_html_raw(h, "</li>");
}

enum { PODS = 1200 }; // of the whole page

static int by_patience(const void *a, const void *b) {
    const struct pm_hit_pod *x = *(const struct pm_hit_pod *const *)a,
                            *y = *(const struct pm_hit_pod *const *)b;
    return x->stuck_ns != y->stuck_ns ? (x->stuck_ns < y->stuck_ns) - (x->stuck_ns > y->stuck_ns)
                                      : by_branch(a, b);
}

static void html_pods(struct pm_html *h, const struct pm_incident *in) {
    size_t n = in->blast.pods_n, all = n;
    if (!n) return;
    const struct pm_hit_pod **sorted = PM_NEWN(h->a, const struct pm_hit_pod *, n);
    for (size_t i = 0; i < n; i++) sorted[i] = &in->blast.pods[i];
    if (n >
        PODS -
            h->pods_n) { // the page stays one that a browser opens at once: those that waited longest are shown
        n = PODS - h->pods_n;
        qsort(sorted, all, sizeof *sorted, by_patience);
    }
    h->pods_n += n;
    qsort(sorted, n, sizeof *sorted, by_branch);
    pm_html_raw(h, "<ul class=\"tree\">");
    for (size_t i = 0; i < n;) {
        size_t in_namespace = branch_n(sorted + i, n - i, same_namespace), end = i + in_namespace;
        branch(h, sorted[i]->k8s_namespace.n ? sorted[i]->k8s_namespace : PM_STR("(no namespace)"),
               sorted + i, in_namespace, n <= 40);
        while (i < end) {
            size_t in_workload = branch_n(sorted + i, end - i, same_workload),
                   last = i + in_workload;
            branch(h, sorted[i]->workload, sorted + i, in_workload, false);
            for (; i < last; i++) pod(h, sorted[i]);
            pm_html_raw(h, "</ul></details></li>");
        }
        pm_html_raw(h, "</ul></details></li>");
    }
    pm_html_raw(h, "</ul>");
    if (n < all)
        pm_html_fmt(
            h,
            "<p class=\"dim\">and %zu more pods, which waited less: the JSON report lists them</p>",
            all - n);
}

static void contrast_cell(struct pm_html *h, const struct pm_strs *names, const char *none) {
    pm_html_raw(h, "<td>");
    if (names->n) {
        pm_html_fmt(h, "<b>%zu</b> ", names->n);
        pm_html_items(h, names->items, names->n);
    } else pm_html_raw(h, none);
    pm_html_raw(h, "</td>");
}
// What was hit beside what was spared: the contrast that the scope was found by.
static void contrast(struct pm_html *h, const struct pm_incident *in) {
    struct pm_view_contrast rows[PM_VIEW_CONTRASTS];
    pm_view_contrasts(in, rows);
    pm_html_raw(h, "<div class=\"contrast\">");
    HEADS(h, "Contrast", "Hit", "Spared");
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        if (!rows[i].hit->n && !rows[i].spared->n) continue;
        pm_html_fmt(h, "<tr><td>%s</td>", rows[i].many);
        contrast_cell(h, rows[i].hit, "none");
        contrast_cell(h, rows[i].spared, "–");
        pm_html_raw(h, "</tr>");
    }
    pm_html_table_end(h);
    pm_html_raw(h, "</div>");
}

// How many, what they are, and which.
static void list_open(struct pm_html *h, size_t n, const char *one, const char *many) {
    pm_html_fmt(h, "<li><span class=\"dim\">%zu %s:</span> ", n, n == 1 ? one : many);
}
static void named_list(struct pm_html *h, const char *one, const char *many,
                       const struct pm_strs *list) {
    if (!list->n) return;
    list_open(h, list->n, one, many);
    pm_html_items(h, list->items, list->n);
    pm_html_raw(h, "</li>");
}

static void html_rollouts(struct pm_html *h, const char *one, const char *many,
                          const struct pm_rollout *list, size_t n) {
    if (!n) return;
    struct pm_str *names = PM_NEWN(h->a, struct pm_str, n);
    for (size_t i = 0; i < n; i++) names[i] = pm_view_rollouts(&h->v, list + i, 1, 1);
    list_open(h, n, one, many);
    pm_html_items(h, names, n);
    if (n == 1 && list->why.n) pm_html_text(h, pm_arena_fmt(h->a, ": %.*s", PM_FMT(list->why)));
    pm_html_raw(h, "</li>");
}

static void html_workloads(struct pm_html *h, const struct pm_incident *in) {
    size_t n = in->blast.workloads_n;
    if (!n) return;
    struct pm_str *names = PM_NEWN(h->a, struct pm_str, n);
    for (size_t i = 0; i < n; i++) names[i] = pm_words_workload(h->a, &in->blast.workloads[i]);
    list_open(h, n, "workload", "workloads");
    pm_html_items(h, names, n);
    pm_html_raw(h, "</li>");
}

static void lists(struct pm_html *h, const struct pm_incident *in) {
    if (!in->blast.pods_n) { // else the tree below names both
        html_workloads(h, in);
        named_list(h, "namespace", "namespaces", &in->blast.namespaces);
    }
    named_list(h, "service", "services", &in->blast.services);
    html_rollouts(h, "stuck rollout", "stuck rollouts", in->blast.stuck_rollouts,
                  in->blast.stuck_rollouts_n);
    html_rollouts(h, "rollout that was taken back", "rollouts that were taken back",
                  in->blast.rollbacks, in->blast.rollbacks_n);
    for (size_t i = 0; i < in->blast.blocked_autoscalers_n; i++) {
        const struct pm_autoscaler *x = &in->blast.blocked_autoscalers[i];
        pm_html_raw(h, "<li><span class=\"dim\">blocked autoscaler</span> ");
        pm_html_text(h, pm_arena_fmt(h->a, "%.*s/%.*s: %lld of %lld replicas",
                                     PM_FMT(x->k8s_namespace), PM_FMT(x->name),
                                     (long long)x->current, (long long)x->desired));
        pm_html_raw(h, "</li>");
    }
}
void pm_html_blast(struct pm_html *h, const struct pm_incident *in) {
    pm_html_raw(h, "<h4>Blast radius</h4>");
    contrast(h, in);
    size_t before = h->b.n;
    pm_html_raw(h, "<ul class=\"plain\">");
    size_t empty = h->b.n;
    lists(h, in);
    if (h->b.n == empty) h->b.n = before; // a list of nothing is none
    else pm_html_raw(h, "</ul>");
    html_pods(h, in);
}
