/* SPDX-License-Identifier: MIT */
#ifndef RECORD_REEL_LOG_H
#define RECORD_REEL_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "record/timeline.h"

/* The lines of the log that tell of a recording. Any thread. */
void reel_log_opened(const char *stream, const char *path);
void reel_log_failed(const char *stream, bool full, const char *error);
void reel_log_resumed(const char *stream, uint64_t dropped);
void reel_log_verdict(const char *stream, enum timeline_verdict verdict); /* none for a plain cut */
void reel_log_hole(const char *stream, uint64_t gap_us);
void reel_log_spoiled(const char *stream);
void reel_log_behind(const char *stream);
void reel_log_caught_up(const char *stream, uint64_t dropped);

#endif
