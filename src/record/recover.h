/* SPDX-License-Identifier: MIT */
#ifndef RECORD_RECOVER_H
#define RECORD_RECOVER_H

#include <stdbool.h>
#include <stdint.h>

#include "record/disk.h"
#include "record/hook.h"

/* Finishes what crashes left: every *.mp4.part in DIR and its subdirectories that bears camwall's
 * mark and that nobody has locked. Each is a line in the log. What cannot be repaired stays as it
 * is. Any thread; several at once, of any number of programs, do not disturb each other. */
struct recover_summary {
    unsigned finished;
    unsigned busy;    /* somebody writes them */
    unsigned foreign; /* not camwall's; not touched */
    unsigned empty;   /* not a single frame; left as they are */
    unsigned failed;  /* left as they are */
    uint64_t frames, bytes;
};

struct recover_settings {
    const char *directory;
    const struct disk *disk; /* NULL: the real one */
    struct hook *hook;       /* NULL: none */
    bool quiet;              /* failures were logged before */
    /* After every leftover, if not NULL: what became of it (0, -EAGAIN busy, ERR_DENIED foreign,
     * ERR_END empty, …), how many are done, and how many there were at the beginning. */
    void (*progress)(void *ctx, const char *path, int rc, unsigned done, unsigned total);
    void *ctx;
};

/* -errno when the directory cannot be read (-ENOENT: there is none); 0 whatever became of files. */
int recover_directory(const struct recover_settings *s, struct recover_summary *out);

#endif
