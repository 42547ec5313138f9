/* SPDX-License-Identifier: MIT */
#ifndef CAPTURE_SOURCE_AV_LOG_H
#define CAPTURE_SOURCE_AV_LOG_H

/* Sends what FFmpeg says to util/log instead of standard error: errors as warnings, each text at
 * most once a minute, the rest for debugging. Once a process, any thread. */
void source_av_log_start(void);

#endif
