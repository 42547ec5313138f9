/* SPDX-License-Identifier: MIT */
#include "media/mjpeg_marker.h"

bool mjpeg_is_restart(int marker)
{
    return marker >= MJPEG_RST0 && marker <= MJPEG_RST7;
}

int mjpeg_next_marker(struct mjpeg_walk *w)
{
    if (w->at >= w->len || w->bytes[w->at] != 0xff)
        return -1;
    while (w->at < w->len && w->bytes[w->at] == 0xff)
        w->at++;
    if (w->at == w->len || w->bytes[w->at] == 0)
        return -1;
    return w->bytes[w->at++];
}

bool mjpeg_take_segment(struct mjpeg_walk *w, const uint8_t **payload, size_t *size)
{
    if (w->len - w->at < 2)
        return false;
    size_t len = (size_t)w->bytes[w->at] << 8 | w->bytes[w->at + 1];
    if (len < 2 || len > w->len - w->at)
        return false;
    *payload = w->bytes + w->at + 2;
    *size = len - 2;
    w->at += len;
    return true;
}
