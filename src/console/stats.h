/* SPDX-License-Identifier: MIT */
#ifndef CONSOLE_STATS_H
#define CONSOLE_STATS_H

#include <stdint.h>
#include <stdio.h>

#include "console/wall.h"
#include "util/json.h"

/* --stats: a JSON object a stream, one a line. One thread. */
struct stats {
    FILE *out; /* NULL: none is wanted, or it broke */
};

/* path: NULL for none, "-" for standard output; an existing file is emptied. -errno. */
int stats_open(struct stats *s, const char *path);
void stats_write(struct stats *s, const struct wall_view *v, int64_t now_wall_us);
void stats_close(struct stats *s);

/* One object, for a row at a time. */
void stats_row(struct json *j, const struct wall_row *row, int64_t now_wall_us);

/* "4 streams: 4 live, 4 recording; 1203 frames recorded, 0.02 % lost, 31.9 Mb/s". */
enum { STATS_SUMMARY = 160 };
void stats_summary(const struct wall_view *v, char buf[STATS_SUMMARY]);

#endif
