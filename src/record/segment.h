/* SPDX-License-Identifier: MIT */
#ifndef RECORD_SEGMENT_H
#define RECORD_SEGMENT_H

#include <stddef.h>
#include <stdint.h>

#include "record/disk.h"

/* Where files are cut, what they are called, and how a name is taken. A file is STEM.mp4.part while
 * somebody writes it and holds its lock, and STEM.mp4 once it is finished. No name is ever used
 * twice: not by daylight saving, a stepped clock, or a second camwall. Any thread. */

enum { SEGMENT_PATH_MAX = 1024, SEGMENT_STEM_MAX = 256 };

/* The first cut after wall_us: multiples of length since local midnight as clocks on the wall show
 * it, and midnight itself. */
int64_t segment_next_cut(int64_t wall_us, uint64_t length_ms);

/* The usual template: "recording_20261122_122351+0000". */
#define SEGMENT_TEMPLATE "recording_%Y%m%d_%H%M%S%z"

/* The name, without directory or suffix, of a file starting at wall_us: a template in which
 * {stream} and strftime's conversions by number (%Y %y %m %d %H %M %S %j %s %z %F %u %V %%) are
 * filled in; NULL: the usual one. What no file name may hold becomes _. */
void segment_stem(const char *template, const char *stream, int64_t wall_us, char *buf, size_t cap);
/* 0, or ERR_FORMAT and in *why what is wrong with a template. */
int segment_template_check(const char *template, const char **why);

/* DIR/STREAM made with its parents; the directory for a stream's files into buf. */
int segment_directory(const char *dir, const char *stream, char *buf, size_t cap);

/* Kinds of files. */
#define SEGMENT_MP4  ".mp4"
#define SEGMENT_JPEG ".jpg"

/* Makes and locks DIR/STEM.mp4.part (or of another kind), or STEM_2 … when either the part or the
 * finished file of that name is there. *fd is the caller's, and with it the lock, which goes with
 * the last copy of the descriptor. -errno. */
int segment_create(const char *dir, const char *stem, const char *kind, char *part, size_t cap,
                   int *fd);

/* Gives the part (…/STEM.KIND.part) its finished name, or STEM_2.KIND … when that is taken; never
 * over another file; then syncs the directory. final gets the name. */
int segment_publish(const struct disk *disk, const char *part, char *final, size_t cap);

/* Takes the lock on a part, without waiting: 0, or -EAGAIN when somebody else writes it. */
int segment_lock(int fd);

#endif
