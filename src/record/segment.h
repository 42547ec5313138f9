/* SPDX-License-Identifier: MIT */
#ifndef RECORD_SEGMENT_H
#define RECORD_SEGMENT_H

#include <stddef.h>
#include <stdint.h>

/* Where files are cut and what they are called. Pure but for the local time zone. */

/* The first cut after wall_us: multiples of length since local midnight, and midnight itself. */
int64_t segment_next_cut(int64_t wall_us, uint64_t length_ms);

/* "recording_20261122_122351+0000" (without directory or suffix) for a file starting at wall_us. */
void segment_stem(int64_t wall_us, char *buf, size_t cap);

/* DIR/STREAM made with its parents; the directory for a stream's files into buf. */
int segment_directory(const char *dir, const char *stream, char *buf, size_t cap);

/* Renames part to stem.mp4, or stem_2.mp4 … when that is taken; never over another file
 * (RENAME_NOREPLACE, else a check and a plain rename); then syncs the directory. final gets the
 * name. */
int segment_publish(const char *part, const char *dir, const char *stem, char *final, size_t cap);

#endif
