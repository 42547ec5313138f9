/* SPDX-License-Identifier: MIT */
#include "tui/iterm.h"

#include <errno.h>

#include "tui/base64.h"

int iterm_image(struct bytes *to, const uint8_t *jpeg, size_t len, unsigned cols, unsigned rows)
{
    if (!len || !cols || !rows) {
        return -EINVAL;
    }
    bytes_printf(to,
                 "\033]1337;File=inline=1;size=%zu;width=%u;height=%u;preserveAspectRatio=0;"
                 "doNotMoveCursor=1:",
                 len, cols, rows);
    base64_add(to, jpeg, len);
    bytes_text(to, "\a");
    return to->failed ? -ENOMEM : 0;
}
