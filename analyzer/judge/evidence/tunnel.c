// Refused tunnels: what a forward proxy's log tells of a registry that nobody reached.
//
//   TCP_DENIED/403 … CONNECT registry-1.docker.io:443    the proxy does not let it through
//   TCP_DENIED/407 … CONNECT quay.io:443                 asks who it is: no refusal, where
//   TCP_TUNNEL/200 … CONNECT quay.io:443                 the same client then comes through
//
// No image stands in such a line, so that no pull is made of it. It is kept as a trace, one
// for a client and a host as long as they are refused, and told where it is all there is
// (incidents/group.c): a node's own log says the same with the image.
#include "judge/evidence/load.h"

#define AGAIN_NS PM_S(600)    // refusals of one client and host that are one trace
#define CHALLENGE_NS PM_S(60) // until a client comes back with its credentials

static Word_t *tunnel_of(struct pm_loading *l, const struct pm_row *row) {
    const struct pm_event *e = &row->event;
    uint32_t key =
        pm_id_key(l->env, 'T', (const uint32_t[]){row->file, pm_id(l->env, e->field[PM_F_CLIENT])},
                  2, e->field[PM_F_HOST]);
    return pm_map_slot(&l->tunnel_last, key);
}

static void came_through(struct pm_evidence *ev, const struct pm_trace *now,
                         struct pm_trace *refused) {
    struct pm_saying said = *refused->said;
    if (said.status != 407 || pm_time_between(pm_trace_last(refused), now->ts) > CHALLENGE_NS)
        return;
    said.verdict = &pm_verdict_none;
    pm_trace_say(ev, refused, &said);
}

void pm_tunnel_row(struct pm_loading *l, const struct pm_row *row) {
    const struct pm_event *e = &row->event;
    if (!pm_str_eqc(e->field[PM_F_METHOD], "CONNECT") || row->ts_ns == PM_NO_TIME) return;
    Word_t *slot = tunnel_of(l, row);
    struct pm_trace *open = *slot ? &PM_REF(l->ev->traces, *slot) : NULL;
    struct pm_draft d;
    pm_draft_of(l, row, &d);
    if (e->http_status >= 200 && e->http_status < 300) {
        if (open) came_through(l->ev, &d.trace, open);
        *slot = 0;
    } else if (d.said.verdict->cause >= 0 && open && open->said->status == d.said.status &&
               pm_time_between(pm_trace_last(open), d.trace.ts) <= AGAIN_NS) {
        struct pm_trace_extent longer = pm_trace_extent_of(open);
        longer.last = d.trace.ts;
        longer.count = pm_sum_u32(longer.count, 1);
        pm_trace_extend(l->ev, open, &longer);
    } else if (d.said.verdict->cause >= 0) {
        pm_draft_keep(l->ev, &d);
        *slot = l->ev->traces.n;
    }
}
