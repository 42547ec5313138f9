/* SPDX-License-Identifier: MIT */
#ifndef PROTO_FRAG_H
#define PROTO_FRAG_H

#include <stdint.h>

/* Cutting a frame: all fragments but the last carry stride bytes. 0 when it cannot be sent
 * (empty, over PROTO_FRAME_BYTES_MAX, more than PROTO_FRAGMENTS_MAX pieces). */
uint16_t frag_count(uint32_t frame_bytes, uint16_t stride);
uint32_t frag_offset(uint16_t index, uint16_t stride);
uint16_t frag_len(uint32_t frame_bytes, uint16_t stride, uint16_t index);
/* Payload bytes that fit a fragment in a UDP payload of mtu bytes. */
uint16_t frag_stride(unsigned mtu);

#endif
