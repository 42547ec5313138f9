/* SPDX-License-Identifier: MIT */
#ifndef CONSOLE_STREAM_LOG_H
#define CONSOLE_STREAM_LOG_H

#include "receive/receiver.h"
#include "record/recorder.h"

/* A stream's lines in the log: one when something became different, not one a try. One thread. */
struct stream_log {
    enum receiver_state state; /* that was logged last; RECEIVER_STATES: none */
    char why[RECEIVER_WHY];
};

void stream_log_init(struct stream_log *l);
/* What a recording came to, once it has ended. */
void stream_log_recorded(const char *name, const struct recorder_status *last);
void stream_log_state(struct stream_log *l, const char *name, const struct receiver_status *st);

/* Is this worth a line? Notes it as logged if so. */
bool stream_log_is_news(struct stream_log *l, const struct receiver_status *st);

#endif
