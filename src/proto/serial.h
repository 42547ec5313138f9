/* SPDX-License-Identifier: MIT */
#ifndef PROTO_SERIAL_H
#define PROTO_SERIAL_H

#include <stdbool.h>
#include <stdint.h>

/* Serial number arithmetic (RFC 1982) for 32-bit frame numbers. */
static inline int32_t serial_diff(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b); /* > 0: a is newer */
}
static inline bool serial_newer(uint32_t a, uint32_t b)
{
    return serial_diff(a, b) > 0;
}

#endif
