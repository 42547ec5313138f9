/* SPDX-License-Identifier: MIT */
#ifndef PROTO_RATECTL_H
#define PROTO_RATECTL_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/packet.h"

/* How much of a stream one client's path can take, decided from its REPORTs: first fewer frames,
 * then a smaller tier; for a stream that was asked for whole, only fewer frames. It goes down at
 * once: on frames lost after repair, on a standing queue, when the repair budget does not suffice,
 * when nothing arrives; as far as the measured rate of the path says. It goes up a step at a time
 * after a clean while, which doubles when a step up was too much; and not before the path looks
 * wide enough, unless a long clean while says that the look may deceive. Pure, one thread. */
struct ratectl_level {
    uint8_t tiers_down, left_out; /* as in STREAM */
};

/* What the server sent this client, running totals. */
struct ratectl_sent {
    uint64_t bytes;   /* live media, without repairs */
    uint64_t starved; /* times that the budget did not allow a repair */
};

/* One look at the path: what happened since the one before. */
struct ratectl_look {
    uint32_t frames, incomplete;           /* whole, given up */
    uint32_t expected, received, repaired; /* fragments */
    uint64_t sent_kbps;
    bool starved;
    uint32_t queue_us, path_kbps;
};

struct ratectl {
    unsigned tier;  /* asked for */
    unsigned below; /* smaller tiers that may be sent instead */
    unsigned level; /* step of the ladder, 0: all that was asked for */

    bool began; /* report and sent hold the totals of the last look */
    uint64_t look_ns;
    struct packet_report report;
    struct ratectl_sent sent;

    uint64_t hold_ns;         /* what is seen before was caused before the last step down */
    uint64_t clean_ns;        /* clean since */
    uint64_t patience_ns;     /* how long it must be clean for a step up */
    uint64_t blind_ns;        /* … when the path looks too narrow for it */
    uint64_t up_ns;           /* last step up; 0: none, or it has proved good */
    double loss;              /* smoothed share of frames given up */
    unsigned queued;          /* looks in a row with a standing queue */
    uint32_t queue_before_us; /* at the last step down for nothing but a queue; 0: another cause */
    unsigned in_vain;         /* such steps in a row that changed nothing */
    uint32_t floor_us;        /* this much is no queue: the path itself is longer than it was */
    uint64_t pace_kbps;
    unsigned silent; /* looks in a row in which nothing arrived */
};

void ratectl_init(struct ratectl *r);
/* What the client asks for: a tier, and whether smaller ones may take its place. What the path was
 * found to take is kept: a larger tier begins with as few frames as cost no more. */
void ratectl_want(struct ratectl *r, unsigned tier, bool whole);
/* A REPORT came. window_ms: the repair window. True: the level is another one now. */
bool ratectl_report(struct ratectl *r, const struct packet_report *report,
                    const struct ratectl_sent *sent, unsigned window_ms, uint64_t now_ns);
struct ratectl_level ratectl_level(const struct ratectl *r);
/* How fast a frame's fragments may follow each other, 0: as fast as usual. A little faster than the
 * path was found to be, so that a frame does not overrun its queue and a path that has become wider
 * shows it. */
uint64_t ratectl_pace_kbps(const struct ratectl *r);

#endif
