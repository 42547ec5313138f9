/* SPDX-License-Identifier: MIT */
#include "net/link.h"

#include <errno.h>
#include <string.h>

#include "util/alloc.h"

/* One GRO buffer holds at most this many datagrams (the kernel's UDP_GRO_CNT_MAX), and hardly any
 * are shorter than SHORT_BYTES when they come in such numbers. */
enum { SLOT_DATAGRAMS = 64, SHORT_BYTES = 256 };

int link_batch_init(struct link_batch *b, size_t slots, size_t slot_bytes)
{
    memset(b, 0, sizeof *b);
    if (slots == 0 || slot_bytes == 0)
        return -EINVAL;
    size_t each = slot_bytes / SHORT_BYTES;
    each = each < 1 ? 1 : each > SLOT_DATAGRAMS ? SLOT_DATAGRAMS : each;
    b->cap = slots * each;
    b->slots = slots;
    b->slot_bytes = slot_bytes;
    b->at = mem_zero(b->cap, sizeof *b->at);
    b->memory = mem_zero(slots, slot_bytes);
    if (b->at && b->memory)
        return 0;
    link_batch_fini(b);
    return -ENOMEM;
}

void link_batch_fini(struct link_batch *b)
{
    mem_free(b->at);
    mem_free(b->memory);
    mem_free(b->scratch);
    memset(b, 0, sizeof *b);
}
