// A member's node for those of its events that do not say where they were: known only
// once the member, or its folder, is read.
#include "timeline/store.h"
#include <stdio.h>

void pm_timeline_renode(struct pm_timeline *t, uint32_t file, struct pm_str node,
                        struct pm_str also) {
    if (!node.n || file >= t->spans_n || t->spans[file].hi == 0) return;
    timeline_write_begins(t);
    char text[320];
    snprintf(
        text, sizeof text,
        "UPDATE event SET stamps=stamps|CASE node WHEN 0 THEN %d ELSE %d END,node=? WHERE id BETWEEN ? AND ? AND member=? AND (node=? OR (node=0 AND component IN (%d,%d,%d,%d,%d,%d)))",
        ROW_NODE_GIVEN, ROW_NODE_RENAMED, PM_COMP_KUBELET, PM_COMP_CONTAINERD, PM_COMP_DOCKERD,
        PM_COMP_CRIO, PM_COMP_CLIENT, PM_COMP_HOST);
    sqlite3_stmt *s = NULL;
    if (!timeline_check(t, sqlite3_prepare_v2(t->db, text, -1, &s, NULL))) return;
    sqlite3_bind_int64(s, 1, timeline_string(t, node));
    sqlite3_bind_int64(s, 2, t->spans[file].lo);
    sqlite3_bind_int64(s, 3, t->spans[file].hi);
    sqlite3_bind_int64(s, 4, file);
    sqlite3_bind_int64(s, 5, also.n ? (int64_t)timeline_string(t, also) : -1);
    timeline_run(t, s);
    sqlite3_finalize(s);
}

void pm_timeline_hearsay(struct pm_timeline *t, uint32_t file, uint32_t voice,
                         enum pm_component component) {
    if (file >= t->spans_n || t->spans[file].hi == 0) return;
    timeline_write_begins(t);
    sqlite3_stmt *s = timeline_stmt(t, ST_STANDING);
    if (!s) return;
    const int64_t v[] = {
        PM_STANDING_HEARSAY, t->spans[file].lo, t->spans[file].hi, file, voice, component};
    for (int i = 0; i < (int)PM_LEN(v); i++) sqlite3_bind_int64(s, i + 1, v[i]);
    timeline_run(t, s);
}
