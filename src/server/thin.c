/* SPDX-License-Identifier: MIT */
#include "server/thin.h"

/* How many frames of the wanted rate there are up to this one: where it rises, one is due. */
static uint64_t wanted_up_to(const struct thin *t, uint32_t frame)
{
    if (t->wanted_millihertz == 0 || t->wanted_millihertz >= t->camera_millihertz)
        return frame;
    return (uint64_t)frame * t->wanted_millihertz / t->camera_millihertz;
}

bool thin_wants(const struct thin *t, uint32_t frame)
{
    uint64_t due = wanted_up_to(t, frame);
    bool rises = frame == 0 || due != wanted_up_to(t, frame - 1);
    return rises && due % (t->left_out + 1u) == 0;
}

void thin_leave_out(struct thin *t, uint32_t frame)
{
    t->run = t->run_end == frame ? t->run + 1 : 1;
    t->run_end = frame + 1;
}

void thin_sent(struct thin *t, uint32_t frame)
{
    uint32_t skipped = t->run_end == frame ? t->run : 0;
    t->run = 0;
    t->sent[frame % THIN_SENT].frame = frame;
    t->sent[frame % THIN_SENT].skipped = skipped < UINT8_MAX ? (uint8_t)skipped : UINT8_MAX;
}

void thin_pause(struct thin *t)
{
    t->run = 0;
}

uint8_t thin_skipped(const struct thin *t, uint32_t frame)
{
    unsigned i = frame % THIN_SENT;
    return t->sent[i].frame == frame ? t->sent[i].skipped : 0;
}
