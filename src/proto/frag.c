/* SPDX-License-Identifier: MIT */
#include "proto/frag.h"

#include "proto/limits.h"

uint16_t frag_count(uint32_t frame_bytes, uint16_t stride)
{
    if (stride == 0 || frame_bytes == 0 || frame_bytes > PROTO_FRAME_BYTES_MAX)
        return 0;
    uint32_t count = (frame_bytes - 1) / stride + 1;
    return count <= PROTO_FRAGMENTS_MAX ? (uint16_t)count : 0;
}

uint32_t frag_offset(uint16_t index, uint16_t stride)
{
    return (uint32_t)index * stride;
}

uint16_t frag_len(uint32_t frame_bytes, uint16_t stride, uint16_t index)
{
    uint32_t offset = frag_offset(index, stride);
    if (offset >= frame_bytes)
        return 0;
    uint32_t rest = frame_bytes - offset;
    return rest < stride ? (uint16_t)rest : stride;
}

uint16_t frag_stride(unsigned mtu)
{
    return mtu < PROTO_UDP_PAYLOAD_MIN || mtu > PROTO_UDP_PAYLOAD_MAX
               ? 0
               : (uint16_t)(mtu - PROTO_DTLS_OVERHEAD - PROTO_FRAGMENT_HEADER);
}
