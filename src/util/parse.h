/* SPDX-License-Identifier: MIT */
#ifndef UTIL_PARSE_H
#define UTIL_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Text to values. The whole string must match; 0 or ERR_FORMAT, outputs untouched on error. */
int parse_int(const char *s, int64_t least, int64_t most, int64_t *out);
int parse_size(const char *s, unsigned *width, unsigned *height); /* "640x480", 1 … 16384 */
int parse_rate(const char *s, uint32_t *millihertz);              /* "25", "29.97", "30000/1001" */
int parse_duration(const char *s, uint64_t *ms);   /* "60" (s) "90s" "1.5m" "1h" "30d" "200ms" */
int parse_bytes(const char *s, uint64_t *bytes);   /* "512M" "1.5G" "80k" (powers of 1024) */
bool parse_camera_name(const char *s, size_t len); /* [a-z0-9_-]{1,32} */

/* "host", "host:port", "[v6]", "[v6]:port", a bare v6 address. port is default_port if absent. */
int parse_host_port(const char *s, uint16_t default_port, char *host, size_t cap, uint16_t *port);

#endif
