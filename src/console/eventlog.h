/* SPDX-License-Identifier: MIT */
#ifndef CONSOLE_EVENTLOG_H
#define CONSOLE_EVENTLOG_H

#include "tui/model.h"

/* The newest lines of the log, for the events view. One at a time: it takes the log's hook. */
struct eventlog;
int eventlog_new(struct eventlog **out);
void eventlog_free(struct eventlog *e);

/* Adds what is newer than to->last_seq. Any thread. */
void eventlog_read(struct eventlog *e, struct tui_events *to);

#endif
