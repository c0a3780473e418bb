// What a client printed: the end of its own pull, which the node's logs may show as well,
// and what the programs around it say of the same failure again.
//
// A session need not have stamps. Without them a trace is of the first attempt that fits,
// wherever in time that lay.
#include "judge/attempts/bucket.h"

// from: the place of the first that may fit.
static uint32_t undated_match(struct pm_fold *f, const struct pm_fold_bucket *b,
                              const struct pm_trace *t, pm_fits *fit, size_t *from) {
    for (; *from < b->attempts.n; ++*from)
        if (fit(f, pm_fold_pull(f, b->attempts.items[*from]), t)) return b->attempts.items[*from];
    return UINT32_MAX;
}

// Of a bucket while its list stays as it is but for new ones at its end: those that went well
// and those that failed before these places were told of by a client, and are so for good. A
// session that tries one image thousands of times is not looked through at each.
struct unseen {
    size_t good, failed;
};

static void client_end(struct pm_fold *f, struct pm_fold_bucket *b, struct unseen *from,
                       uint32_t trace) {
    const struct pm_trace *t = &f->ev->traces.items[trace];
    bool ok = t->said->kind == PM_KIND_PULL_OK;
    pm_fits *fit = ok ? pm_fits_ok_unseen : pm_fits_failed_unseen;
    uint32_t index = t->ts == PM_NO_TIME
                         ? undated_match(f, b, t, fit, ok ? &from->good : &from->failed)
                         : pm_bucket_nearest(f, b, t, t->ts, PM_S(5), fit);
    if (index != UINT32_MAX) pm_fold_absorb(f->env, f->ev, f->pulls, index, trace);
    else pm_bucket_add_ended(f, b, trace, ok ? PM_OUTCOME_OK : PM_OUTCOME_FAILED, t->ts);
}

// Of the same session, and not told of again yet.
static bool fits_failed_once(struct pm_fold *f, const struct pm_attempt *p,
                             const struct pm_trace *t) {
    if (p->outcome != PM_OUTCOME_FAILED || p->flags & PM_EV_ECHO) return false;
    for (size_t i = 0; i < p->traces.n; i++) {
        const struct pm_trace *o = &f->ev->traces.items[pm_few_at(&p->traces, i)];
        if (o->said->origin == PM_ORIGIN_CLIENT && o->file == t->file) return true;
    }
    return false;
}

// The same, told of any number of times: a client says it, its runner's last line, and
// the runner around that. An attempt that only such lines told is none.
static bool fits_failed_same(struct pm_fold *f, const struct pm_attempt *p,
                             const struct pm_trace *t) {
    bool told = false;
    for (size_t i = 0; i < p->traces.n && p->outcome == PM_OUTCOME_FAILED; i++) {
        const struct pm_trace *o = &f->ev->traces.items[pm_few_at(&p->traces, i)];
        if (o->said->origin != PM_ORIGIN_CLIENT || o->said->role != PM_ROLE_END ||
            o->file != t->file)
            continue;
        struct pm_str said = pm_name(f->env, o->said->error),
                      again = pm_name(f->env, t->said->error);
        told |= p->names->verdict->cause < 0 ||
                (said.n && again.n && (pm_str_has(said, again) || pm_str_has(again, said)));
    }
    return told;
}

// A runner's WARNING and its job's last ERROR, a build's step and "failed to solve": the
// second tells of the first's attempt, or of one that nobody told.
static void client_echo(struct pm_fold *f, struct pm_fold_bucket *b, struct unseen *from,
                        uint32_t trace) {
    const struct pm_trace *t = &f->ev->traces.items[trace];
    size_t first = 0;
    pm_fits *fit = t->said->flags & PM_EV_AGAIN ? fits_failed_same : fits_failed_once;
    uint32_t index = t->ts == PM_NO_TIME ? undated_match(f, b, t, fit, &first)
                                         : pm_bucket_nearest(f, b, t, t->ts, PM_S(60), fit);
    if (index != UINT32_MAX) pm_fold_absorb(f->env, f->ev, f->pulls, index, trace);
    else client_end(f, b, from, trace);
}

void pm_fold_client(struct pm_fold *f, struct pm_fold_bucket *b) {
    for (int pass = 0; pass < 2; pass++) {
        struct unseen from = {0};
        for (size_t i = 0; i < b->traces.n; i++) {
            const struct pm_trace *t = &f->ev->traces.items[b->traces.items[i]];
            if (t->said->origin != PM_ORIGIN_CLIENT ||
                t->said->role != (pass ? PM_ROLE_ECHO : PM_ROLE_END))
                continue;
            if (pass && t->said->kind == PM_KIND_PULL_FAIL)
                client_echo(f, b, &from, b->traces.items[i]);
            else if (!pass) client_end(f, b, &from, b->traces.items[i]);
        }
        b->sorted = 0;
        pm_bucket_sort(f, b);
    }
}
