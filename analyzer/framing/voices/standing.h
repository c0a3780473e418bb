// Which voices of a bundle may testify, once all members are read (frame_voice_stand.c says
// what one member alone shows).
#pragma once
#include "framing/frame.h"
#include "framing/voices/writer.h"

struct pm_standing_member {
    struct pm_str node; // as far as known
    uint64_t events;
    const struct pm_frame_voice *voices;
    size_t voices_n;
    struct pm_standing_heard {
        unsigned strict,
            talk; // groups (enum pm_group bits) whose events count: in their own grammar; recognised by their words
    } * heard; // out, one a voice
};
void pm_standing_resolve(struct pm_standing_member *m, size_t n);
// Groups that any voice of the member may speak for.
unsigned pm_standing_groups(const struct pm_standing_member *m);
