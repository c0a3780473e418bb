// What one member shows of its writers is weighed against the rest of the bundle. Both
// rules only ever silence.
#include "framing/voices/standing.h"
#include <stdlib.h>

unsigned pm_standing_groups(const struct pm_standing_member *m) {
    unsigned groups = 0;
    for (size_t i = 0; i < m->voices_n; i++) groups |= m->heard[i].strict;
    return groups;
}

static bool same_node(struct pm_str a, struct pm_str b) { return !a.n || !b.n || pm_str_eq(a, b); }

// A container without a name that writes nothing but a node's lines may be a node in a
// container (k3s, kind), or a shipper that tails the node's log. Where the log of the
// node's same program is in the bundle, it is told by that; a kubelet in a container
// beside its runtime's own log is no copy of it.
static bool node_has_own_log(const struct pm_standing_member *m, size_t n,
                             const struct pm_standing_member *of, unsigned speaks) {
    for (size_t i = 0; i < n; i++) {
        if (&m[i] == of || !m[i].events || !same_node(m[i].node, of->node)) continue;
        for (size_t k = 0; k < m[i].voices_n; k++)
            if (!m[i].voices[k].container && m[i].heard[k].strict & PM_GROUP_NODE &&
                m[i].voices[k].speaks & speaks)
                return true;
    }
    return false;
}

// A file with headings, or of which a fifth are sentences, is a person's paste where it
// is all there is; beside a cluster's own logs it is a document that quotes (a runbook, a
// ticket, a script). What a shell printed behind its prompts is a client's session all
// the same.
static bool document(const struct pm_frame_voice *v) {
    uint64_t known = v->talk + v->neutral;
    for (int i = 0; i < PM_GROUP_COUNT; i++) known += v->of[i];
    return v->prose || (v->plain && (v->headings || v->foreign > known ||
                                     (v->sentences > 1 && v->sentences * 4 >= known)));
}

static bool bundle_testifies(const struct pm_standing_member *m, size_t n,
                             const struct pm_standing_member *of, size_t need) {
    size_t others = 0;
    for (size_t i = 0; i < n; i++) {
        if (&m[i] == of || !m[i].events) continue;
        for (size_t k = 0; k < m[i].voices_n; k++)
            if (m[i].heard[k].strict & (PM_GROUP_NODE | PM_GROUP_ACCOUNT | PM_GROUP_REGISTRY) &&
                !document(&m[i].voices[k])) {
                others++;
                break;
            }
    }
    return others >= need;
}

void pm_standing_resolve(struct pm_standing_member *m, size_t n) {
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < m[i].voices_n; k++)
            m[i].heard[k] =
                (struct pm_standing_heard){pm_frame_voice_testifies(&m[i].voices[k], false),
                                           pm_frame_voice_testifies(&m[i].voices[k], true)};
    for (size_t i = 0; i < n; i++) {
        if (!m[i].events) continue;
        for (size_t k = 0; k < m[i].voices_n; k++) {
            const struct pm_frame_voice *v = &m[i].voices[k];
            struct pm_standing_heard *h = &m[i].heard[k];
            if (v->container && !v->named && h->strict & PM_GROUP_NODE &&
                node_has_own_log(m, n, &m[i], v->speaks))
                h->strict &= ~(unsigned)PM_GROUP_NODE;
            if (document(v) && h->strict && bundle_testifies(m, n, &m[i], v->prose ? 1 : 2))
                h->strict = h->talk = v->known | (v->prompts ? PM_GROUP_CLIENT : 0u);
        }
    }
}
