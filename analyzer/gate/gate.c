// A report against a policy: each incident and each check of another kind gets its state,
// the worst is the bundle's.
#include "pm/gate.h"
#include "report/words.h"
#include <Judy.h>
#include <stdio.h>

const char *const pm_gate_state_names[] = {"pass", "not judged", "known", "waived",
                                           "warn", "fail",       "broken"};

static bool cause_fits(const char *match, int cause) {
    if (strcmp(match, "any") == 0 || strcmp(match, "*") == 0) return true;
    if (cause < 0) return strcmp(match, "unknown") == 0;
    return strcmp(match, pm_causes[cause].name) == 0 || strcmp(match, pm_causes[cause].family) == 0;
}

static bool among(const struct pm_strs *list, const char *name) {
    if (!name) return true;
    for (size_t i = 0; i < list->n; i++)
        if (pm_str_eqc(list->items[i], name)) return true;
    return false;
}

static bool incident_fits(const struct pm_check *c, const struct pm_incident *in) {
    return c->kind == PM_CHECK_INCIDENT && cause_fits(c->match, in->root_cause) &&
           in->severity >= c->severity && in->confidence >= c->confidence &&
           (c->scope < 0 || c->scope == (int)in->scope_kind) &&
           among(&in->registries, c->registry) && among(&in->blast.nodes, c->node);
}

static bool waiver_fits(const struct pm_waiver *w, const struct pm_incident *in) {
    return cause_fits(w->match, in->root_cause) && among(&in->registries, w->registry) &&
           among(&in->blast.nodes, w->node) &&
           (!w->fingerprint || pm_str_eqc(in->fingerprint, w->fingerprint));
}

static void excuse(struct pm_gate_item *item, const struct pm_incident *in,
                   const struct pm_gate_policy *p, const struct pm_baseline *known, int64_t now_ns,
                   struct pm_arena *a) {
    for (size_t i = 0; i < p->waivers_n; i++) {
        const struct pm_waiver *w = &p->waivers[i];
        if (!waiver_fits(w, in)) continue;
        char day[32];
        if (w->expires_ns != PM_NO_TIME && w->expires_ns < now_ns) {
            item->note = pm_arena_fmt(a, "its waiver (%s) expired on %.10s", w->reason,
                                      pm_when_format(w->expires_ns, day));
            continue;
        }
        item->state = PM_GATE_WAIVED;
        item->why = pm_arena_dup(a, pm_str_c(w->reason));
        return;
    }
    struct pm_str grown = PM_NONE;
    if (known && pm_baseline_find(known, in->fingerprint, &item->reach, &grown, a)) {
        item->state = PM_GATE_KNOWN;
        item->why = PM_STR("in the baseline");
    } else if (grown.n)
        item->note =
            item->note.n ? pm_arena_fmt(a, "%.*s; %.*s", PM_FMT(item->note), PM_FMT(grown)) : grown;
}

// "registry docker.io: 45 pulls, 3 nodes": what tells nineteen rows of one cause apart.
static struct pm_str where_of(const struct pm_incident *in, struct pm_arena *a) {
    struct pm_str values = pm_words_list(a, &in->scope, 2);
    struct pm_str scope =
        in->scope_kind == PM_SCOPE_CLUSTER
            ? PM_STR("cluster")
            : pm_arena_fmt(a, "%s %.*s", pm_scope_names[in->scope_kind], PM_FMT(values));
    if (in->variant.n) scope = pm_arena_fmt(a, "%.*s, %.*s", PM_FMT(in->variant), PM_FMT(scope));
    struct pm_str count = in->failed_pulls
                              ? pm_words_count(a, in->failed_pulls, "failed pull", "failed pulls")
                              : pm_words_count(a, in->lines, "line", "lines");
    return pm_arena_fmt(
        a, "%.*s: %.*s%s%.*s", PM_FMT(scope), PM_FMT(count), in->blast.nodes.n > 1 ? ", " : "",
        PM_FMT(in->blast.nodes.n > 1 ? pm_words_count(a, in->blast.nodes.n, "node", "nodes")
                                     : PM_NONE));
}

// What CI shows beside the verdict. Copied: rows outlive their report.
static void details(struct pm_gate_item *item, const struct pm_incident *in, struct pm_arena *a) {
    struct pm_evidence_line *evidence = PM_NEWN(a, struct pm_evidence_line, in->evidence_n + 1);
    struct pm_advice *advice = PM_NEWN(a, struct pm_advice, in->advice_n + 1);
    for (size_t i = 0; i < in->evidence_n; i++) {
        const struct pm_evidence_line *e = &in->evidence[i];
        evidence[i] = (struct pm_evidence_line){.file = pm_arena_dup(a, e->file),
                                                .text = pm_arena_dup(a, e->text),
                                                .line = e->line,
                                                .time_ns = e->time_ns};
    }
    for (size_t i = 0; i < in->advice_n; i++) {
        const struct pm_advice *x = &in->advice[i];
        advice[i] = (struct pm_advice){.phase = pm_arena_dup(a, x->phase),
                                       .text = pm_arena_dup(a, x->text),
                                       .command = pm_arena_dup(a, x->command),
                                       .within = pm_arena_dup(a, x->within)};
    }
    item->evidence = evidence;
    item->evidence_n = in->evidence_n;
    item->advice = advice;
    item->advice_n = in->advice_n;
}

static struct pm_gate_item *item_new(struct pm_gate_row *row) {
    return PM_PUSH(row->items, row->items_n, row->items_cap);
}

static void incident(struct pm_gate_row *row, const struct pm_incident *in,
                     const struct pm_gate_policy *p, const struct pm_baseline *known,
                     int64_t now_ns, struct pm_arena *a) {
    struct pm_gate_item *item = item_new(row);
    *item = (struct pm_gate_item){
        .kind = PM_CHECK_INCIDENT,
        .severity = in->severity,
        .id = pm_str_c(pm_words_cause(in->root_cause)),
        .title = pm_arena_dup(a, in->title),
        .message = pm_arena_dup(a, in->summary),
        .fingerprint = pm_arena_dup(a, in->fingerprint),
        .where = where_of(in, a),
        .reach = {in->blast.nodes.n, in->blast.pods_n, in->blast.images.n},
        .lasted_ns =
            in->from_ns != PM_NO_TIME && in->to_ns != PM_NO_TIME ? in->to_ns - in->from_ns : 0};
    details(item, in, a);
    if (in->evidence_n) {
        item->file = pm_arena_dup(a, in->evidence[0].file);
        item->line = in->evidence[0].line;
    }
    for (size_t i = 0; i < p->checks_n; i++) {
        if (!incident_fits(&p->checks[i], in)) continue;
        enum pm_gate_state state = p->checks[i].warn ? PM_GATE_WARN : PM_GATE_FAIL;
        if (state <= item->state) continue;
        item->state = state;
        item->why = pm_arena_dup(a, pm_str_c(p->checks[i].id));
    }
    if (item->state >= PM_GATE_WARN) excuse(item, in, p, known, now_ns, a);
}

static bool beyond(const struct pm_check *c, double v) {
    return c->over ? v > c->threshold : v < c->threshold;
}

// The longest run of buckets beyond the threshold; a bucket without pulls neither holds
// nor breaks it.
static int64_t held_ns(const struct pm_report *r, const struct pm_check *c,
                       const struct pm_metric *m, double *worst) {
    int64_t longest = 0, from = PM_NO_TIME,
            step = r->series_n > 1 ? r->series[1].t_ns - r->series[0].t_ns : 0;
    for (size_t i = 0; i < r->series_n; i++) {
        const struct pm_bucket *b = &r->series[i];
        if (!b->attempts) continue;
        double v = m->of_bucket(b);
        if (!beyond(c, v)) {
            from = PM_NO_TIME;
            continue;
        }
        if (from == PM_NO_TIME) from = b->t_ns;
        if (b->t_ns + step - from <= longest) continue;
        longest = b->t_ns + step - from;
        *worst = v;
    }
    return longest;
}

static void metric(struct pm_gate_row *row, const struct pm_report *r, const struct pm_check *c,
                   struct pm_arena *a) {
    const struct pm_metric *m = pm_metric_find(c->metric);
    const struct pm_pull_stats *s = pm_metric_stats(r, c);
    struct pm_gate_item *item = item_new(row);
    *item = (struct pm_gate_item){.kind = PM_CHECK_METRIC,
                                  .id = pm_arena_dup(a, pm_str_c(c->id)),
                                  .severity = c->warn ? PM_SEVERITY_WARNING : PM_SEVERITY_CRITICAL};
    item->title = item->id;
    const char *lacks = s ? (m->lacks ? m->lacks(s) : NULL) : "it is not in this bundle";
    if (lacks) { // a typing error in a policy must not make its gate green for ever
        item->state = PM_GATE_UNJUDGED;
        item->message = pm_arena_fmt(a, "%s: %s", c->id, lacks);
        item->why = pm_arena_dup(a, pm_str_c(lacks));
        return;
    }
    double v = m->of(s);
    bool bad = beyond(c, v);
    item->message = pm_arena_fmt(a, "%s is %.4g", c->metric, v);
    if (c->for_ns) {
        char held[32];
        int64_t ns = held_ns(r, c, m, &v);
        bad = ns >= c->for_ns;
        item->message =
            pm_arena_fmt(a, "%s was %s %g for %s at most", c->metric, c->over ? "over" : "under",
                         c->threshold, pm_duration_format(ns, held));
    }
    if (bad) item->state = c->warn ? PM_GATE_WARN : PM_GATE_FAIL;
    if (bad) item->why = item->id;
}

// Budgets of one registry and identity of which the same is to be said are one line, with
// their names.
static bool quota_named(struct pm_gate_row *row, size_t from, struct pm_str title,
                        struct pm_str message, struct pm_str who, struct pm_arena *a) {
    for (size_t i = from; i < row->items_n; i++) {
        struct pm_gate_item *item = &row->items[i];
        if (!pm_str_starts(item->title, title) || !pm_str_eq(item->message, message)) continue;
        if (who.n) item->title = pm_arena_fmt(a, "%.*s, %.*s", PM_FMT(item->title), PM_FMT(who));
        return true;
    }
    return false;
}

static void quota(struct pm_gate_row *row, const struct pm_report *r, const struct pm_check *c,
                  struct pm_arena *a) {
    bool met = false;
    size_t from = row->items_n;
    for (size_t i = 0; i < r->quotas_n; i++) {
        const struct pm_quota *q = &r->quotas[i];
        if ((c->registry && !pm_str_eqc(q->registry, c->registry)) ||
            (c->identity && !pm_str_eqc(q->identity, c->identity)))
            continue;
        met = true;
        if (q->limit <= 0 && !q->refused) continue;
        double left = q->refused || q->limit <= 0 || q->peak_used >= (uint64_t)q->limit
                          ? 0
                          : 1 - (double)q->peak_used / (double)q->limit;
        struct pm_str who = q->user.n ? q->user : q->client,
                      title = pm_arena_fmt(a, "%.*s %.*s quota", PM_FMT(q->registry),
                                           PM_FMT(q->identity)),
                      message = pm_arena_fmt(a, "%.0f %% left at its peak, %llu refused",
                                             left * 100, (unsigned long long)q->refused);
        if (quota_named(row, from, title, message, who, a)) continue;
        struct pm_gate_item *item = item_new(row);
        *item = (struct pm_gate_item){.kind = PM_CHECK_QUOTA,
                                      .id = pm_arena_dup(a, pm_str_c(c->id)),
                                      .severity =
                                          q->refused ? PM_SEVERITY_CRITICAL : PM_SEVERITY_WARNING};
        item->title = who.n ? pm_arena_fmt(a, "%.*s of %.*s", PM_FMT(title), PM_FMT(who)) : title;
        item->message = message;
        if (left >= c->headroom) continue;
        item->state = c->warn ? PM_GATE_WARN : PM_GATE_FAIL;
        item->why = item->id;
    }
    if (met || (!c->registry && !c->identity)) return;
    struct pm_gate_item *item = item_new(row);
    *item = (struct pm_gate_item){.kind = PM_CHECK_QUOTA,
                                  .state = PM_GATE_UNJUDGED,
                                  .id = pm_arena_dup(a, pm_str_c(c->id)),
                                  .severity = PM_SEVERITY_WARNING};
    item->title = item->id;
    item->why = PM_STR("no such budget is in this bundle");
    item->message = pm_arena_fmt(a, "%s: %.*s", c->id, PM_FMT(item->why));
}

static void finding(struct pm_gate_row *row, const struct pm_report *r, const struct pm_check *c,
                    struct pm_arena *a) {
    for (size_t i = 0; i < r->findings_n; i++) {
        const struct pm_finding *f = &r->findings[i];
        int severity = 0;
        while (severity < 2 && !pm_str_eqc(f->severity, pm_severity_names[severity])) severity++;
        if (c->finding ? !pm_str_eqc(f->id, c->finding) : severity < (int)c->severity) continue;
        struct pm_gate_item *item = item_new(row);
        *item = (struct pm_gate_item){.kind = PM_CHECK_FINDING,
                                      .state = c->warn ? PM_GATE_WARN : PM_GATE_FAIL,
                                      .severity = (enum pm_severity)severity,
                                      .id = pm_arena_dup(a, f->id),
                                      .title = pm_arena_dup(a, f->text),
                                      .message = pm_arena_dup(a, f->advice),
                                      .file = pm_arena_dup(a, f->file),
                                      .line = f->line,
                                      .why = pm_arena_dup(a, pm_str_c(c->id))};
    }
}

// Incidents have a fingerprint; what else was looked at is known by its check and its
// place.
static void fingerprints(struct pm_gate_row *row, struct pm_arena *a) {
    for (size_t i = 0; i < row->items_n; i++) {
        struct pm_gate_item *x = &row->items[i];
        if (x->fingerprint.n) continue;
        uint64_t hash =
            pm_str_hash(x->id, pm_str_hash(x->file, pm_str_hash(x->title, (uint64_t)x->kind + 1)));
        x->fingerprint = pm_arena_fmt(a, "%016llx", (unsigned long long)hash);
    }
}

void pm_gate_number(struct pm_gate_result *g) {
    Pvoid_t seen = NULL;
    Word_t freed;
    for (size_t i = 0; i < g->rows_n; i++) {
        for (size_t k = 0; k < g->rows[i].items_n; k++) {
            struct pm_gate_item *x = &g->rows[i].items[k];
            PWord_t n;
            JLI(n, seen, (Word_t)pm_str_hash(x->fingerprint, 3));
            if (n == PJERR) pm_die_oom();
            x->occurrence = (unsigned)++*n;
        }
    }
    JLFA(freed, seen);
    (void)freed;
}

void pm_gate_judge(struct pm_gate_row *row, const struct pm_report *r,
                   const struct pm_gate_policy *p, const struct pm_baseline *known, int64_t now_ns,
                   struct pm_arena *a) {
    row->attempts = r->total.attempts;
    row->failed = r->total.failed;
    row->incidents = r->incidents_n;
    row->from_ns = r->from_ns;
    row->to_ns = r->to_ns;
    row->verdict = r->verdict ? pm_arena_dup(a, r->verdict_sentence) : PM_NONE;
    for (size_t i = 0; i < r->incidents_n; i++) {
        if (r->incidents[i].id == r->verdict)
            row->root_cause = pm_str_c(pm_words_cause(r->incidents[i].root_cause));
        incident(row, &r->incidents[i], p, known, now_ns, a);
    }
    for (size_t i = 0; i < p->checks_n; i++) {
        const struct pm_check *c = &p->checks[i];
        if (c->kind == PM_CHECK_METRIC) metric(row, r, c, a);
        if (c->kind == PM_CHECK_QUOTA) quota(row, r, c, a);
        if (c->kind == PM_CHECK_FINDING) finding(row, r, c, a);
    }
    fingerprints(row, a);
    for (size_t i = 0; i < row->items_n; i++)
        if (row->items[i].state > row->state && row->state != PM_GATE_BROKEN)
            row->state = row->items[i].state;
}
