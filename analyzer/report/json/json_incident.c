// JSON: an incident with its blast radius, chain, evidence and advice.
#include "report/json/json_report.h"
#include "report/words.h"

static void hit_pods(struct pm_json *w, const struct pm_incident *i) {
    pm_json_open(w, "pods", '[');
    for (size_t k = 0; k < i->blast.pods_n; k++) {
        const struct pm_hit_pod *p = &i->blast.pods[k];
        pm_json_open(w, NULL, '{');
        pm_json_text_or_null(w, "namespace", p->k8s_namespace);
        pm_json_text(w, "name", p->name);
        pm_json_text_or_null(w, "workload", p->workload);
        pm_json_text_or_null(w, "node", p->node);
        pm_json_text_or_null(w, "image", p->image);
        pm_json_time(w, "first", p->first_ns);
        pm_json_time(w, "last", p->last_ns);
        if (p->stuck_ns >= 0) pm_json_real(w, "stuck_s", (double)p->stuck_ns / 1e9);
        else pm_json_null(w, "stuck_s");
        pm_json_bool(w, "recovered", p->recovered);
        pm_json_bool(w, "guessed", p->guessed);
        pm_json_close(w, '}');
    }
    pm_json_close(w, ']');
}

static void hit_workloads(struct pm_json *w, const struct pm_incident *i) {
    pm_json_open(w, "workloads", '[');
    for (size_t k = 0; k < i->blast.workloads_n; k++) {
        const struct pm_hit_workload *x = &i->blast.workloads[k];
        pm_json_open(w, NULL, '{');
        pm_json_text_or_null(w, "kind", x->kind);
        pm_json_text_or_null(w, "namespace", x->k8s_namespace);
        pm_json_text(w, "name", x->name);
        pm_json_uint(w, "pods", x->pods);
        pm_json_bool(w, "guessed", x->guessed);
        pm_json_close(w, '}');
    }
    pm_json_close(w, ']');
}

static void json_rollouts(struct pm_json *w, const char *key, const struct pm_rollout *x,
                          size_t n) {
    pm_json_open(w, key, '[');
    for (size_t k = 0; k < n; k++) {
        pm_json_open(w, NULL, '{');
        pm_json_text_or_null(w, "kind", x[k].kind);
        pm_json_text_or_null(w, "namespace", x[k].k8s_namespace);
        pm_json_text(w, "name", x[k].name);
        pm_json_text_or_null(w, "why", x[k].why);
        pm_json_known(w, "desired", x[k].desired >= 0, x[k].desired);
        pm_json_known(w, "ready", x[k].ready >= 0, x[k].ready);
        pm_json_time(w, "at", x[k].at_ns);
        pm_json_close(w, '}');
    }
    pm_json_close(w, ']');
}

static void json_autoscalers(struct pm_json *w, const struct pm_incident *i) {
    pm_json_open(w, "blocked_autoscalers", '[');
    for (size_t k = 0; k < i->blast.blocked_autoscalers_n; k++) {
        const struct pm_autoscaler *x = &i->blast.blocked_autoscalers[k];
        pm_json_open(w, NULL, '{');
        pm_json_text_or_null(w, "namespace", x->k8s_namespace);
        pm_json_text(w, "name", x->name);
        pm_json_text_or_null(w, "target", x->target);
        pm_json_known(w, "current", x->current >= 0, x->current);
        pm_json_known(w, "desired", x->desired >= 0, x->desired);
        pm_json_known(w, "max", x->max >= 0, x->max);
        pm_json_close(w, '}');
    }
    pm_json_close(w, ']');
}

static void blast_radius(struct pm_json *w, const struct pm_incident *i) {
    pm_json_open(w, "blast_radius", '{');
    hit_pods(w, i);
    hit_workloads(w, i);
    const struct {
        const char *name;
        const struct pm_strs *list;
    } lists[] = {{"namespaces", &i->blast.namespaces},
                 {"nodes", &i->blast.nodes},
                 {"images", &i->blast.images},
                 {"registries", &i->blast.registries},
                 {"services", &i->blast.services}};
    for (size_t k = 0; k < PM_LEN(lists); k++) pm_json_texts(w, lists[k].name, lists[k].list);
    pm_json_open(w, "counts", '{');
    pm_json_uint(w, "pods", i->blast.pods_n);
    pm_json_uint(w, "workloads", i->blast.workloads_n);
    for (size_t k = 0; k < PM_LEN(lists); k++) pm_json_uint(w, lists[k].name, lists[k].list->n);
    pm_json_close(w, '}');
    pm_json_open(w, "spared", '{');
    pm_json_texts(w, "nodes", &i->blast.spared_nodes);
    pm_json_texts(w, "registries", &i->blast.spared_registries);
    pm_json_texts(w, "images", &i->blast.spared_images);
    pm_json_close(w, '}');
    pm_json_uint(w, "peak_waiting_pods", i->blast.peak_waiting_pods);
    json_rollouts(w, "stuck_rollouts", i->blast.stuck_rollouts, i->blast.stuck_rollouts_n);
    json_autoscalers(w, i);
    json_rollouts(w, "rollbacks", i->blast.rollbacks, i->blast.rollbacks_n);
    pm_json_close(w, '}');
}

static void json_chain(struct pm_json *w, const struct pm_incident *i) {
    pm_json_open(w, "chain", '[');
    for (size_t k = 0; k < i->chain_n; k++) {
        const struct pm_link *l = &i->chain[k];
        pm_json_open(w, NULL, '{');
        if (l->cause >= 0) pm_json_text(w, "cause", pm_json_cause(l->cause));
        else pm_json_null(w, "cause");
        pm_json_time(w, "at", l->at_ns);
        pm_json_text(w, "what", l->what);
        pm_json_known(w, "incident", l->incident != 0, l->incident);
        if (l->share >= 0) pm_json_real(w, "share", l->share);
        else pm_json_null(w, "share");
        pm_json_close(w, '}');
    }
    pm_json_close(w, ']');
    pm_json_known(w, "explained_by", i->explained_by != 0, i->explained_by);
    pm_json_open(w, "explains", '[');
    for (size_t k = 0; k < i->explains_n; k++) pm_json_uint(w, NULL, i->explains[k]);
    pm_json_close(w, ']');
}

static void json_evidence(struct pm_json *w, const struct pm_incident *i) {
    pm_json_open(w, "evidence", '[');
    for (size_t k = 0; k < i->evidence_n; k++) {
        const struct pm_evidence_line *e = &i->evidence[k];
        pm_json_open(w, NULL, '{');
        pm_json_text(w, "file", e->file);
        pm_json_known(w, "line", e->line != 0, (int64_t)e->line);
        pm_json_time(w, "time", e->time_ns);
        pm_json_text_or_null(w, "component", e->component);
        pm_json_text(w, "text", e->text);
        pm_json_text_or_null(w, "why", e->why);
        pm_json_close(w, '}');
    }
    pm_json_close(w, ']');
    pm_json_open(w, "against", '[');
    for (size_t k = 0; k < i->against_n; k++) {
        pm_json_open(w, NULL, '{');
        pm_json_text(w, "cause", pm_json_cause(i->against[k].cause));
        pm_json_text(w, "why", i->against[k].why);
        pm_json_close(w, '}');
    }
    pm_json_close(w, ']');
}

static void json_advice(struct pm_json *w, const struct pm_incident *i) {
    pm_json_open(w, "advice", '[');
    for (size_t k = 0; k < i->advice_n; k++) {
        pm_json_open(w, NULL, '{');
        pm_json_text(w, "phase", i->advice[k].phase);
        pm_json_text(w, "text", i->advice[k].text);
        pm_json_text_or_null(w, "command", i->advice[k].command);
        pm_json_text_or_null(w, "within", i->advice[k].within);
        pm_json_close(w, '}');
    }
    pm_json_close(w, ']');
}

void pm_json_incident(struct pm_json *w, const struct pm_incident *i) {
    pm_json_open(w, NULL, '{');
    pm_json_uint(w, "id", i->id);
    pm_json_text_or_null(w, "fingerprint", i->fingerprint);
    pm_json_text(w, "root_cause", pm_json_cause(i->root_cause));
    pm_json_text_or_null(w, "variant", i->variant);
    pm_json_texts(w, "endpoints", &i->endpoints);
    pm_json_text(w, "title", i->title);
    pm_json_text_or_null(w, "summary", i->summary);
    pm_json_text(w, "severity", pm_str_c(pm_severity_names[i->severity]));
    pm_json_text_or_null(w, "severity_why", i->severity_why);
    pm_json_text(w, "confidence", pm_str_c(pm_confidence_names[i->confidence]));
    pm_json_texts(w, "confidence_why", &i->confidence_why);
    pm_json_real(w, "score", i->score);
    pm_json_time(w, "from", i->from_ns);
    pm_json_time(w, "to", i->to_ns);
    pm_json_time(w, "recovered_at", i->recovered_ns);
    if (i->from_ns != PM_NO_TIME && i->to_ns != PM_NO_TIME)
        pm_json_real(w, "duration_s", (double)(i->to_ns - i->from_ns) / 1e9);
    else pm_json_null(w, "duration_s");
    pm_json_open(w, "scope", '{');
    pm_json_text(w, "kind", pm_str_c(pm_scope_names[i->scope_kind]));
    pm_json_texts(w, "values", &i->scope);
    pm_json_close(w, '}');
    pm_json_texts(w, "registries", &i->registries);
    pm_json_uint(w, "failed_pulls", i->failed_pulls);
    pm_json_uint(w, "failed_requests", i->failed_requests);
    pm_json_uint(w, "lines", i->lines);
    pm_json_counts(w, "http_status", i->http_status, i->http_status_n);
    pm_json_open(w, "stages", '{');
    for (int s = PM_STAGE_RESOLVE; s < PM_STAGE_COUNT; s++)
        pm_json_uint(w, pm_stage_names[s], i->stages[s]);
    pm_json_close(w, '}');
    blast_radius(w, i);
    json_chain(w, i);
    pm_json_open(w, "trigger", '{');
    pm_json_text(w, "what", i->trigger.what.n ? i->trigger.what : PM_STR("unknown"));
    pm_json_time(w, "at", i->trigger.what.n ? i->trigger.at_ns : PM_NO_TIME);
    pm_json_text_or_null(w, "detail", i->trigger.detail);
    pm_json_close(w, '}');
    json_evidence(w, i);
    json_advice(w, i);
    pm_json_close(w, '}');
}
