/* SPDX-License-Identifier: MIT */
#ifndef RECORD_HOOK_H
#define RECORD_HOOK_H

#include <stdint.h>

/* Runs a command for every finished segment: to upload it, to tell somebody. The command is a
 * program, found along PATH and run without a shell and without arguments; it learns from its
 * environment what it is about:
 *
 *     CAMWALL_FILE     path of the finished file
 *     CAMWALL_STREAM   name of the stream
 *     CAMWALL_START    RFC 3339 time of its first picture
 *     CAMWALL_SECONDS  duration, with three decimals
 *     CAMWALL_FRAMES   pictures in it
 *     CAMWALL_BYTES    length of the file
 *
 * Its input and output are /dev/null; it is the leader of a session of its own. At most
 * HOOK_AT_ONCE run at the same time; HOOK_WAITING more may wait, the oldest are given up. What
 * fails is logged. */
enum { HOOK_AT_ONCE = 4, HOOK_WAITING = 1000 };

struct hook_segment {
    const char *file, *stream, *start; /* copied */
    double seconds;
    uint64_t frames, bytes;
};

struct hook;
int hook_start(const char *command, struct hook **out);
/* Never waits. Any thread. hook may be NULL: there is none. */
void hook_submit(struct hook *h, const struct hook_segment *s);
/* Starts what waits, no longer waiting for what runs, which goes on by itself; frees. NULL is fine.
 */
void hook_stop(struct hook *h);

#endif
