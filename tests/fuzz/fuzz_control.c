/* SPDX-License-Identifier: MIT */
/* What a process of the same user sends to a wall's control socket. What decodes must encode to the
 * same bytes again. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "console/control_msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t again[CONTROL_HEADER + CONTROL_REQUEST];
    struct control_msg m;
    size_t used = 0;

    while (size > 0) {
        int err = control_msg_decode(data, size, CONTROL_REQUEST, &m, &used);
        if (err < 0)
            return 0;
        if (used > size || used != control_msg_size(&m))
            abort();
        if (control_msg_encode(&m, again, sizeof(again)) != used ||
            memcmp(again + CONTROL_HEADER, data + CONTROL_HEADER, used - CONTROL_HEADER) != 0)
            abort();
        data += used;
        size -= used;
    }
    return 0;
}
