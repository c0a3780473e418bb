// What a verdict stands on. A gate that had nothing to judge, or judged half of it, says
// so instead of passing: status 3, with the reason.
//
// Known is what a parser took for one of its formats, by a line or two: a quiet kubelet
// log is known and may pass. A folder of other programs' texts, an upload that failed, or
// the wrong path are not, whatever their size. Decided against asking for pulls: a calm
// night has none.
#include "pm/gate.h"
#include "pm/timeline.h"
#include "report/words.h"

static uint64_t of_files(const struct pm_report *r) { return r->files_n; }
static uint64_t of_events(const struct pm_report *r) { return r->events; }
static uint64_t of_nodes(const struct pm_report *r) { return r->nodes.n; }
static uint64_t of_pulls(const struct pm_report *r) { return r->total.attempts; }
static uint64_t of_registries(const struct pm_report *r) { return r->by_registry_n; }

const struct pm_requirement_kind pm_requirement_kinds[] = {
    {"files", of_files}, {"events", of_events},         {"nodes", of_nodes},
    {"pulls", of_pulls}, {"registries", of_registries}, {NULL, NULL},
};

static bool known(const struct pm_report *r) {
    if (r->events) return true;
    for (size_t i = 0; i < r->file_rows_n; i++)
        if (r->files[i].format.n) return true;
    return false;
}

static struct pm_str why_empty(const struct pm_report *r, struct pm_arena *a) {
    if (known(r)) return PM_NONE;
    if (!r->file_rows_n && r->skipped_n)
        return pm_arena_fmt(a, "holds no log: %.*s: %.*s%s", PM_FMT(r->skipped[0].path),
                            PM_FMT(r->skipped[0].why),
                            r->skipped_n > 1 ? ", and more of the kind" : "");
    if (!r->bytes) return PM_STR("is empty: there is nothing to judge");
    return pm_arena_fmt(
        a,
        "holds nothing that is known: %llu %s, and no log or object of a node, registry or cluster among them",
        (unsigned long long)r->files_n, r->files_n == 1 ? "file" : "files");
}

static struct pm_str why_short(const struct pm_report *r, const struct pm_gate_policy *p,
                               struct pm_arena *a) {
    for (size_t i = 0; i < p->requirements_n; i++) {
        const struct pm_requirement *q = &p->requirements[i];
        uint64_t there = q->kind->of(r);
        if (there < q->least)
            return pm_arena_fmt(
                a, "holds too little to judge: %llu %s, and the policy requires %llu",
                (unsigned long long)there, q->kind->name, (unsigned long long)q->least);
    }
    return PM_NONE;
}

static struct pm_str why_unjudged(const struct pm_gate_row *row, struct pm_arena *a) {
    for (size_t i = 0; i < row->items_n; i++)
        if (row->items[i].state == PM_GATE_UNJUDGED)
            return pm_arena_fmt(a, "a check could not be judged: %.*s",
                                PM_FMT(row->items[i].message));
    return PM_NONE;
}

struct pm_str pm_gate_why_broken(const struct pm_gate_row *row, const struct pm_report *r,
                                 const struct pm_gate_policy *p, struct pm_arena *a) {
    if (r->partial) return pm_words_partial(a, r);
    struct pm_str why = p->allow_empty ? PM_NONE : why_empty(r, a);
    if (!why.n) why = why_short(r, p, a);
    return why.n || p->allow_empty ? why : why_unjudged(row, a);
}
