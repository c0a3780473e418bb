// One reading of a report for all printers: incidents, budgets, alerts and what happened,
// in words.
#include "report/view.h"
#include "pm/version.h"

struct pm_view pm_view_open(const struct pm_report *r, struct pm_arena *a) {
    struct pm_view v = {.a = a, .r = r, .day_ns = r->from_ns};
    v.first = pm_view_incident(&v, r->verdict);
    if (v.first) v.whole = pm_words_whole(r, v.first);
    return v;
}
const struct pm_incident *pm_view_incident(const struct pm_view *v, uint32_t id) {
    for (size_t i = 0; id && i < v->r->incidents_n; i++)
        if (v->r->incidents[i].id == id) return &v->r->incidents[i];
    return NULL;
}

struct pm_str pm_view_tool(const struct pm_report *r, struct pm_arena *a) {
    return pm_arena_fmt(a, "pullmortem " PM_VERSION "%s%s%s%s", *pm_commit ? ", commit " : "",
                        pm_commit, r->rules_hash ? ", rules " : "",
                        r->rules_hash ? r->rules_hash : "");
}

const struct pm_view_title pm_view_titles[PM_SECTION_COUNT] = {
    [PM_SECTION_TIMELINE] = {"timeline", "Timeline", ""},
    [PM_SECTION_INCIDENTS] = {"incidents", "Incidents", ""},
    [PM_SECTION_QUOTAS] = {"quotas", "Quotas", ""},
    [PM_SECTION_PULLS] = {"pulls", "Pulls", ""},
    [PM_SECTION_HEALTH] = {"registries", "Registries", ""},
    [PM_SECTION_ALERTS] = {"alerts", "Alerts", " that would have fired", .name_alone = true},
    [PM_SECTION_FINDINGS] = {"findings", "Findings", ""},
    [PM_SECTION_MISSING] = {"missing", "Missing", " evidence"},
    [PM_SECTION_UNKNOWN] = {"unknown", "Unknown", " errors: no rule knows why"},
    [PM_SECTION_WINDOWS] = {"times", "Other times", " in these logs", .name_alone = true},
    [PM_SECTION_HEARSAY] = {"hearsay", "Hearsay", ": speaks of pulls, was not counted",
                            .name_alone = true},
    [PM_SECTION_CLOCKS] = {"clocks", "Clocks", " that the logs do not state", .name_alone = true},
    [PM_SECTION_INPUT] = {"input", "Input", " problems"},
    [PM_SECTION_FILES] = {"files", "Files", " read"}};

static bool any_pull(const struct pm_report *r) {
    for (size_t k = 0; k < r->by_registry_n; k++)
        if (r->by_registry[k].attempts + r->by_registry[k].cached) return true;
    return false;
}
static bool any_lane(const struct pm_report *r) {
    for (size_t i = 0; i < r->lanes_n; i++)
        if (r->lanes[i].kind == PM_LANE_REGISTRY) return true;
    return false;
}
bool pm_view_has(const struct pm_report *r, enum pm_view_section s) {
    switch (s) {
    case PM_SECTION_TIMELINE: return r->axis.from_ns != PM_NO_TIME && r->axis.n > 1 && any_lane(r);
    case PM_SECTION_INCIDENTS: return r->incidents_n > 0;
    case PM_SECTION_QUOTAS: return r->quotas_n > 0;
    case PM_SECTION_PULLS: return r->by_registry_n || r->by_node_n;
    case PM_SECTION_HEALTH: return any_pull(r);
    case PM_SECTION_ALERTS: return r->alerts_n > 0;
    case PM_SECTION_FINDINGS: return r->findings_n > 0;
    case PM_SECTION_MISSING: return r->missing_n > 0;
    case PM_SECTION_UNKNOWN: return r->unknown_n > 0;
    case PM_SECTION_WINDOWS: return r->windows_n > 0;
    case PM_SECTION_HEARSAY: return r->hearsay_n > 0;
    case PM_SECTION_CLOCKS: return pm_view_any_clock(r);
    case PM_SECTION_INPUT: return r->skipped_n || r->diagnostics_n || r->bad;
    case PM_SECTION_FILES: return r->file_rows_n > 0;
    case PM_SECTION_COUNT: break;
    }
    return false;
}

struct pm_str pm_view_sentence(const struct pm_view *v) {
    if (v->r->verdict_sentence.n) return v->r->verdict_sentence;
    return v->first ? v->first->title : pm_words_calm(v->a, v->r);
}

struct pm_str pm_view_why(const struct pm_view *v, const struct pm_incident *i) {
    struct pm_buf b = {0};
    for (size_t k = 0; k < i->confidence_why.n; k++)
        pm_buf_fmt(&b, "%s%.*s", k ? "; " : "", PM_FMT(i->confidence_why.items[k]));
    struct pm_str why = pm_arena_dup(v->a, pm_buf_str(&b));
    pm_buf_free(&b);
    return why;
}
bool pm_view_triggered(const struct pm_incident *i) {
    return i->trigger.what.n && !pm_str_eqc(i->trigger.what, "unknown");
}
struct pm_str pm_view_trigger(const struct pm_view *v, const struct pm_incident *i,
                              const char *before_time, const char *before_detail) {
    struct pm_str at = before_time && i->trigger.at_ns != PM_NO_TIME
                           ? pm_view_moment(v, i, i->trigger.at_ns)
                           : PM_NONE;
    struct pm_str detail = i->trigger.detail;
    return pm_arena_fmt(v->a, "%.*s%s%.*s%s%.*s", PM_FMT(i->trigger.what), at.n ? before_time : "",
                        PM_FMT(at), detail.n ? before_detail : "", PM_FMT(detail));
}
struct pm_str pm_view_scope(const struct pm_view *v, const struct pm_incident *i) {
    return i->scope.n ? pm_words_list(v->a, &i->scope, 2) : pm_str_c(pm_scope_names[i->scope_kind]);
}
struct pm_str pm_view_step(const struct pm_link *l) {
    return l->what.n ? l->what : pm_str_c(pm_words_cause(l->cause));
}
uint32_t pm_view_advised_before(const struct pm_view *v, const struct pm_incident *i) {
    for (const struct pm_incident *e = v->r->incidents; e < i; e++) {
        size_t k = 0;
        while (i->advice_n == e->advice_n && k < i->advice_n &&
               pm_str_eq(i->advice[k].text, e->advice[k].text))
            k++;
        if (k && k == i->advice_n) return e->id;
    }
    return 0;
}
struct list {
    struct pm_buf b;
    size_t shown, n;
};
static struct list list_of(size_t n, size_t most) {
    return (struct list){.shown = n > most + 1 ? most : n, .n = n};
}
static void list_add(struct list *l, struct pm_str s) {
    if (l->b.n) pm_buf_lit(&l->b, ", ");
    pm_buf_add(&l->b, s);
}
static struct pm_str list_end(struct pm_arena *a, struct list *l) {
    if (l->shown < l->n) pm_buf_fmt(&l->b, " and %zu more", l->n - l->shown);
    struct pm_str s = pm_arena_dup(a, pm_buf_str(&l->b));
    pm_buf_free(&l->b);
    return s;
}
// The pods of an old revision may all be there: then no number is told.
static struct pm_str rollout_words(struct pm_arena *a, const struct pm_rollout *o) {
    struct pm_str name = pm_words_object(a, o->kind, o->k8s_namespace, o->name);
    if (o->ready < 0 || o->ready >= o->desired) return name;
    return pm_arena_fmt(a, "%.*s (%lld of %lld ready)", PM_FMT(name), (long long)o->ready,
                        (long long)o->desired);
}
struct pm_str pm_view_rollouts(const struct pm_view *v, const struct pm_rollout *list, size_t n,
                               size_t most) {
    struct list l = list_of(n, most);
    for (size_t k = 0; k < l.shown; k++) list_add(&l, rollout_words(v->a, &list[k]));
    return list_end(v->a, &l);
}
struct pm_str pm_view_workloads(const struct pm_view *v, const struct pm_incident *i, size_t most) {
    struct list l = list_of(i->blast.workloads_n, most);
    for (size_t k = 0; k < l.shown; k++)
        list_add(&l, pm_words_workload(v->a, &i->blast.workloads[k]));
    return list_end(v->a, &l);
}

static bool told_by_why(const struct pm_incident *i, struct pm_str why) {
    for (size_t k = 0; k < i->confidence_why.n; k++)
        if (pm_str_find(i->confidence_why.items[k], why, 0) >= 0) return true;
    return false;
}
struct pm_view_rivals pm_view_rivals(const struct pm_view *v, const struct pm_incident *i,
                                     size_t most) {
    size_t n = i->against_n < most ? i->against_n : most;
    struct pm_view_rival *rows = PM_NEWN(v->a, struct pm_view_rival, n + 1);
    struct pm_view_rivals out = {.items = rows};
    for (size_t k = 0; k < n; k++) {
        struct pm_str name = pm_str_c(pm_words_cause(i->against[k].cause));
        size_t e = 0;
        while (e < out.n && !pm_str_eq(rows[e].why, i->against[k].why)) e++;
        if (e < out.n) {
            rows[e].causes = pm_arena_fmt(v->a, "%.*s, %.*s", PM_FMT(rows[e].causes), PM_FMT(name));
            continue;
        }
        rows[out.n].causes = name;
        rows[out.n].why = i->against[k].why;
        rows[out.n++].told = told_by_why(i, i->against[k].why);
    }
    return out;
}

const struct pm_view_phase pm_view_phases[PM_VIEW_PHASES] = {
    {"mitigate", "now", "Now"}, {"fix", "fix", "Fix"}, {"prevent", "prevent", "Prevent"}};

void pm_view_contrasts(const struct pm_incident *i,
                       struct pm_view_contrast rows[PM_VIEW_CONTRASTS]) {
    const struct pm_view_contrast all[PM_VIEW_CONTRASTS] = {
        {"node", "nodes", &i->blast.nodes, &i->blast.spared_nodes},
        {"registry", "registries", &i->blast.registries, &i->blast.spared_registries},
        {"image", "images", &i->blast.images, &i->blast.spared_images}};
    memcpy(rows, all, sizeof all);
}

bool pm_view_quota_told(const struct pm_quota *q) {
    return q->refused || q->note.n || q->exhausted_at_ns != PM_NO_TIME ||
           !pm_str_eqc(q->status, "ok");
}
struct pm_str pm_view_quota_whose(const struct pm_view *v, const struct pm_quota *q) {
    struct pm_str who = q->user.n ? q->user : q->identity;
    return q->client.n ? pm_arena_fmt(v->a, "%.*s from %.*s", PM_FMT(who), PM_FMT(q->client)) : who;
}
struct pm_str pm_view_quota_used(const struct pm_view *v, const struct pm_quota *q) {
    struct pm_str low = pm_words_number(v->a, q->used_low),
                  high = pm_words_number(v->a, q->used_high);
    if (q->used_low == q->used_high) return high;
    return pm_arena_fmt(v->a, "%.*s–%.*s", PM_FMT(low), PM_FMT(high));
}

static struct pm_str quota_limit_words(const struct pm_view *v, int64_t n, int64_t window_s) {
    struct pm_str limit = pm_words_number(v->a, (uint64_t)n);
    if (window_s <= 0) return limit;
    if (window_s % 3600 == 0)
        return pm_arena_fmt(v->a, "%.*s / %lld h", PM_FMT(limit), (long long)window_s / 3600);
    return pm_arena_fmt(v->a, "%.*s / %.*s", PM_FMT(limit),
                        PM_FMT(pm_view_lasted(v, window_s * PM_NS_PER_S)));
}
struct pm_str pm_view_quota_limit(const struct pm_view *v, const struct pm_quota *q) {
    return q->limit < 0 ? PM_NONE : quota_limit_words(v, q->limit, q->window_s);
}
// Whether all of it would have fit is said only where no order of the pulls could have
// passed the limit.
static struct pm_str credentials_words(const struct pm_view *v, const struct pm_quota *q) {
    struct pm_str limit =
                      quota_limit_words(v, q->with_credentials.limit, q->with_credentials.window_s),
                  wanted = pm_words_number(v->a, q->with_credentials.wanted);
    bool fits = q->with_credentials.wanted <= (uint64_t)q->with_credentials.limit;
    return pm_arena_fmt(v->a,
                        fits ? "with an account %.*s: all %.*s that were wanted would have fit"
                             : "with an account %.*s for each, %.*s were wanted",
                        PM_FMT(limit), PM_FMT(wanted));
}
static void fact_add(struct pm_strs *facts, struct pm_str s) { facts->items[facts->n++] = s; }
struct pm_strs pm_view_quota_facts(const struct pm_view *v, const struct pm_quota *q) {
    enum { FACTS = 6 };
    struct pm_strs facts = {.items = PM_NEWN(v->a, struct pm_str, FACTS)};
    struct pm_str at;
    if (q->exhausted_at_ns != PM_NO_TIME) {
        at = pm_words_moment(v->a, q->exhausted_at_ns, q->first_refused_ns, q->last_refused_ns,
                             v->day_ns);
        fact_add(&facts, pm_arena_fmt(v->a, "ran out %.*s", PM_FMT(at)));
    }
    if (q->window_s > 0 && q->window_s <= 60 && q->peak_at_ns != PM_NO_TIME) {
        const char *within = q->window_s == 60 ? "a minute" : "its window";
        at = pm_view_time(v, q->peak_at_ns);
        fact_add(&facts, pm_arena_fmt(v->a, "most within %s at %.*s", within, PM_FMT(at)));
    }
    if (q->refused) {
        at = pm_view_span(v, q->first_refused_ns, q->last_refused_ns);
        fact_add(&facts, pm_arena_fmt(v->a, "refused %.*s", PM_FMT(at)));
    }
    if (q->free_at_ns != PM_NO_TIME) {
        at = pm_view_time(v, q->free_at_ns);
        fact_add(&facts, pm_arena_fmt(v->a, "free again %.*s", PM_FMT(at)));
    }
    if (q->with_cache >= 0)
        fact_add(&facts, pm_arena_fmt(v->a, "%.*s with a pull-through cache",
                                      PM_FMT(pm_words_count(v->a, (uint64_t)q->with_cache,
                                                            "upstream pull", "upstream pulls"))));
    if (q->with_credentials.limit > 0) fact_add(&facts, credentials_words(v, q));
    return facts;
}

struct pm_str pm_view_lead(const struct pm_view *v, const struct pm_alert *x) {
    if (!x->lead_known || x->lead_s == 0) return PM_NONE;
    int64_t apart = x->lead_s < 0 ? -x->lead_s : x->lead_s;
    return pm_arena_fmt(v->a, "%.*s %s the first pod was stuck",
                        PM_FMT(pm_view_lasted(v, pm_seconds_ns(apart))),
                        x->lead_s > 0 ? "before" : "after");
}

// What a mark's kind is to people; a kind without words of its own is told by its name.
static struct pm_str mark_words(const char *kind) {
    static const struct {
        const char *kind, *words;
    } rows[] = {{"gc.start", "image GC began"},
                {"gc.ok", "image GC removed an image"},
                {"gc.fail", "image GC failed"},
                {"disk.pressure", "disk pressure"},
                {"runtime.start", "the runtime started"},
                {"runtime.stop", "the runtime stopped"},
                {"runtime.down", "the runtime could not be reached"}};
    for (size_t i = 0; i < PM_LEN(rows); i++)
        if (strcmp(kind, rows[i].kind) == 0) return pm_str_c(rows[i].words);
    return pm_str_c(kind);
}
static void event_add(struct pm_view_events *v, struct pm_view_event e) {
    if (e.at_ns != PM_NO_TIME) *PM_PUSH(v->items, v->n, v->cap) = e;
}
static void incident_events(const struct pm_view *v, const struct pm_incident *i,
                            struct pm_view_events *out) {
    if (pm_view_triggered(i))
        event_add(out, (struct pm_view_event){.kind = PM_VIEW_TRIGGER,
                                              .at_ns = i->trigger.at_ns,
                                              .incident = i,
                                              .what = i->trigger.what,
                                              .detail = i->trigger.detail});
    for (size_t k = 0; k < i->evidence_n; k++) {
        const struct pm_evidence_line *e = &i->evidence[k];
        event_add(out, (struct pm_view_event){.kind = PM_VIEW_EVIDENCE,
                                              .at_ns = e->time_ns,
                                              .incident = i,
                                              .what = e->why.n ? e->why : i->title,
                                              .place = pm_view_place(v, e->file, e->line)});
    }
    event_add(out, (struct pm_view_event){.kind = PM_VIEW_RECOVERED,
                                          .at_ns = i->recovered_ns,
                                          .incident = i,
                                          .what = PM_STR("recovered"),
                                          .detail = i->title});
}
static void quota_events(const struct pm_view *v, const struct pm_quota *q,
                         struct pm_view_events *out) {
    struct pm_str whose =
        pm_arena_fmt(v->a, "%.*s, %.*s", PM_FMT(q->registry), PM_FMT(q->identity));
    event_add(out, (struct pm_view_event){.kind = PM_VIEW_QUOTA_OUT,
                                          .at_ns = q->exhausted_at_ns,
                                          .what = PM_STR("quota used up"),
                                          .detail = whose});
    event_add(out, (struct pm_view_event){.kind = PM_VIEW_QUOTA_FREE,
                                          .at_ns = q->free_at_ns,
                                          .what = PM_STR("quota free again"),
                                          .detail = whose});
}
struct pm_view_events pm_view_events(const struct pm_view *v, size_t incidents_most) {
    const struct pm_report *r = v->r;
    struct pm_view_events out = {0};
    for (size_t i = 0; i < r->incidents_n && i < incidents_most; i++)
        incident_events(v, &r->incidents[i], &out);
    for (size_t i = 0; i < r->quotas_n; i++) quota_events(v, &r->quotas[i], &out);
    for (size_t i = 0; i < r->alerts_n; i++)
        if (r->alerts[i].fired_n)
            event_add(&out, (struct pm_view_event){.kind = PM_VIEW_ALERT,
                                                   .at_ns = r->alerts[i].fired[0].from_ns,
                                                   .what = PM_STR("alert would have fired"),
                                                   .detail = r->alerts[i].name});
    for (size_t i = 0; i < r->marks_n; i++) {
        const struct pm_mark *m = &r->marks[i];
        event_add(&out, (struct pm_view_event){
                            .kind = PM_VIEW_MARK,
                            .at_ns = m->at_ns,
                            .what = mark_words(m->what),
                            .detail = m->count > 1
                                          ? pm_arena_fmt(v->a, "%.*s, %llu times", PM_FMT(m->node),
                                                         (unsigned long long)m->count)
                                          : m->node});
    }
    return out;
}
