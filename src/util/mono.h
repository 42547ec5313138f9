/* SPDX-License-Identifier: MIT */
#ifndef UTIL_MONO_H
#define UTIL_MONO_H

#include <stddef.h>
#include <stdint.h>

/* The only reader of the clocks. Any thread. */
uint64_t mono_ns(void); /* CLOCK_MONOTONIC */
uint64_t mono_us(void);
int64_t wall_us(void); /* CLOCK_REALTIME since 1970 */

/* "2026-11-22 12:23:51+00:00" (local zone, for people) and RFC 3339 with ms ("…T…51.123+00:00").
 * Both need at least 32 bytes and return buf. */
char *wall_text(int64_t us, char *buf, size_t cap);
char *wall_rfc3339(int64_t us, char *buf, size_t cap);

#define NS_PER_S  UINT64_C(1000000000)
#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_US UINT64_C(1000)

#endif
