// What was made of members holds for their events, which stay as they were said: the node of
// those that name none, and writers that are not believed. The view `events` says the same
// in SQL.
#include "timeline/store.h"
#include <Judy.h>
#include <stdlib.h>

// Member, voice and component in one number; voices are 17 bits.
static bool is_voice(int64_t member, int64_t voice, int64_t component) {
    return timeline_is_member(member) && voice > 0 && voice < 1 << 17 && component >= 0 &&
           component < PM_COMP_COUNT;
}
static Word_t voice_key(int64_t member, int64_t voice, int64_t component) {
    return (Word_t)member << 25 | (Word_t)voice << 8 | (Word_t)component;
}

static void given_load(struct pm_timeline *t, struct settled *x) {
    static const char sql[] =
        "SELECT id, coalesce(given, 0), coalesce(also, 0) FROM member WHERE given <> 0";
    sqlite3_stmt *s = NULL;
    int rc;
    if (!timeline_check(t, sqlite3_prepare_v2(t->db, sql, -1, &s, NULL))) return;
    while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
        int64_t id = sqlite3_column_int64(s, 0);
        if (!timeline_is_member(id)) continue;
        while (x->n <= (size_t)id) *PM_PUSH(x->members, x->n, x->cap) = (struct settled_member){0};
        x->members[id] = (struct settled_member){(uint32_t)sqlite3_column_int64(s, 1),
                                                 (uint32_t)sqlite3_column_int64(s, 2)};
    }
    timeline_check(t, rc);
    sqlite3_finalize(s);
}
static void silenced_load(struct pm_timeline *t, struct settled *x) {
    sqlite3_stmt *s = NULL;
    int rc, was;
    if (!timeline_check(t,
                        sqlite3_prepare_v2(t->db, "SELECT member, voice, component FROM silenced",
                                           -1, &s, NULL)))
        return;
    while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
        int64_t member = sqlite3_column_int64(s, 0), voice = sqlite3_column_int64(s, 1),
                component = sqlite3_column_int64(s, 2);
        if (!is_voice(member, voice, component)) continue;
        J1S(was, x->silenced, voice_key(member, voice, component));
        if (was == JERR) pm_die_oom();
    }
    timeline_check(t, rc);
    sqlite3_finalize(s);
}
void timeline_settled_load(struct pm_timeline *t, struct settled *x) {
    given_load(t, x);
    silenced_load(t, x);
}
void timeline_settled_free(struct settled *x) {
    Word_t freed;
    J1FA(freed, x->silenced);
    (void)freed;
    free(x->members);
    *x = (struct settled){0};
}

uint32_t timeline_settled_node(const struct settled *x, int64_t member, const struct shape *shape) {
    uint32_t said = (uint32_t)shape->v[SHAPE_NODE];
    if (member < 0 || (size_t)member >= x->n) return said;
    const struct settled_member *m = &x->members[member];
    bool here = said ? said == m->also : shape->v[SHAPE_OWN] != 0;
    return here && m->given ? m->given : said;
}

enum pm_standing timeline_settled_standing(const struct settled *x, int64_t member,
                                           const struct shape *shape) {
    int64_t voice = shape->v[SHAPE_STANDING] >> 2, component = shape->v[SHAPE_COMPONENT];
    int64_t said = shape->v[SHAPE_STANDING] & 3;
    int silenced = 0;
    if (x->silenced && is_voice(member, voice, component))
        J1T(silenced, x->silenced, voice_key(member, voice, component));
    if (silenced) return PM_STANDING_HEARSAY;
    return said < PM_STANDING_COUNT ? (enum pm_standing)said : (enum pm_standing)0;
}
