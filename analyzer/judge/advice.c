// rules/advice.yaml → the incident's own advice, with its names filled in.
#include "judge/advice.h"
#include "judge/state.h"

static struct pm_str first_name(struct pm_state *s, const struct pm_ids *ids) { return ids->n ? pm_name(s, ids->items[0]) : PM_NONE; }

static struct pm_str secret_of(struct pm_state *s, const struct pm_hit *h) {
    for (size_t i = 0; i < h->pods.n; i++) {
        const struct pm_pod_fact *pod = pm_facts_pod(s, h->pods.items[i]);
        if (pod && pod->secrets.n) return pm_name(s, pod->secrets.items[0]);
    }
    for (size_t i = 0; i < s->traces.n; i++) {
        const struct pm_trace *t = &s->traces.items[i];
        if (t->kind == PM_KIND_SECRET_MISSING && t->secret && (!t->namespace || pm_ids_has(&h->namespaces, t->namespace))) return pm_name(s, t->secret);
    }
    return PM_STR("regcred");
}

static struct pm_str host_of(struct pm_state *s, const struct pm_hit *h) { // the mirror, where it was the mirror
    for (size_t i = 0; i < h->traces.n; i++)
        if (s->traces.items[h->traces.items[i]].host) return pm_name(s, s->traces.items[h->traces.items[i]].host);
    return first_name(s, &h->registries);
}

struct pm_str pm_advice_endpoint(struct pm_str registry) {
    return pm_str_eqc(registry, "docker.io") ? PM_STR("registry-1.docker.io") : registry;
}
struct pm_str pm_advice_address(struct pm_arena *a, struct pm_str registry) {
    struct pm_str host = pm_advice_endpoint(registry);
    return !host.n || pm_str_chr(host, ':', 0) > 0 ? host : pm_arena_fmt(a, "%.*s:443", PM_FMT(host));
}

struct pm_str pm_advice_text(struct pm_arena *a, struct pm_str text, const struct pm_advice_value *values, size_t n) {
    struct pm_buf b = {0};
    for (size_t i = 0; i < text.n; i++) {
        bool done = false;
        for (size_t k = 0; text.p[i] == '{' && k < n && !done; k++) {
            size_t len = strlen(values[k].key);
            if (text.n - i < len + 2 || memcmp(text.p + i + 1, values[k].key, len) != 0 || text.p[i + 1 + len] != '}') continue;
            if (values[k].value.n) pm_buf_add(&b, values[k].value);
            else
                for (size_t c = 0; c < len; c++) pm_buf_addc(&b, (char)(values[k].key[c] >= 'a' && values[k].key[c] <= 'z' ? values[k].key[c] - 32 : '-'));
            i += len + 1;
            done = true;
        }
        if (!done) pm_buf_addc(&b, text.p[i]);
    }
    struct pm_str out = pm_arena_dup(a, pm_buf_str(&b));
    pm_buf_free(&b);
    return out;
}

static struct pm_str lower(struct pm_state *s, struct pm_str x) {
    struct pm_str out = pm_arena_dup(s->a, x);
    char *p = out.n ? pm_arena_alloc(s->a, out.n) : NULL;
    for (size_t i = 0; i < out.n; i++) p[i] = (char)(out.p[i] >= 'A' && out.p[i] <= 'Z' ? out.p[i] + 32 : out.p[i]);
    return (struct pm_str){p, out.n};
}

void pm_advice_fill(struct pm_state *s, struct pm_hit *h) {
    struct pm_incident *inc = h->incident;
    const struct pm_hit_workload *w = NULL; // the one with most pods speaks for all
    for (size_t k = 0; k < inc->blast.workloads_n; k++)
        if (!w || inc->blast.workloads[k].pods > w->pods) w = &inc->blast.workloads[k];
    struct pm_str pod = first_name(s, &h->pods);
    const struct pm_advice_value values[] = {
        {"registry", first_name(s, &h->registries)},
        {"endpoint", pm_advice_endpoint(first_name(s, &h->registries))},
        {"address", pm_advice_address(s->a, first_name(s, &h->registries))},
        {"repository", first_name(s, &h->repositories)},
        {"image", first_name(s, &h->images)},
        {"node", first_name(s, &h->nodes)},
        {"namespace", w ? w->namespace : first_name(s, &h->namespaces)},
        {"pod", pm_str_from(pod, (size_t)(pm_str_chr(pod, '/', 0) + 1))},
        {"workload", w ? w->name : PM_NONE},
        {"workload_kind", w ? lower(s, w->kind) : PM_NONE},
        {"secret", secret_of(s, h)},
        {"user", first_name(s, &h->users)},
        {"client", first_name(s, &h->clients)},
        {"host", host_of(s, h)},
    };
    size_t i;
    json_t *o;
    json_array_foreach(json_object_get(s->advice, "advice"), i, o) {
        const char *cause = json_string_value(json_object_get(o, "cause"));
        if (!cause || !pm_cause_is(h->cause, cause)) continue;
        struct pm_advice *list = PM_NEWN(s->a, struct pm_advice, inc->advice_n + 1); // a handful
        if (inc->advice_n) memcpy(list, inc->advice, inc->advice_n * sizeof *list);
        const char *phase = json_string_value(json_object_get(o, "phase")), *text = json_string_value(json_object_get(o, "text")),
                   *command = json_string_value(json_object_get(o, "command"));
        list[inc->advice_n].phase = pm_arena_dup(s->a, pm_str_c(phase));
        list[inc->advice_n].text = pm_advice_text(s->a, pm_str_c(text), values, PM_LEN(values));
        if (command) list[inc->advice_n].command = pm_advice_text(s->a, pm_str_c(command), values, PM_LEN(values));
        inc->advice = list;
        inc->advice_n++;
    }
}
