/* SPDX-License-Identifier: MIT */
/* Whatever claims to be a JPEG: the probe, what a source makes of it, and the decoder. What the
 * probe says must lie within the bytes, and the decoder must not give another size. */
#include <stdint.h>
#include <stdlib.h>

#include "media/mjpeg_dec.h"
#include "media/mjpeg_probe.h"

enum { MOST_PIXELS = 1000 * 1000 }; /* larger ones are right, but slow */

static void require(int truth)
{
    if (!truth)
        abort();
}

static void decode(const uint8_t *data, size_t size, const struct mjpeg_info *info)
{
    static struct mjpeg_dec *decoder;
    static struct frame_pool *pool;
    static const enum frame_format formats[] = {FRAME_I420, FRAME_RGBA};
    if (!decoder && (mjpeg_dec_new(&decoder) < 0 || frame_pool_new(1, &pool) < 0))
        abort();
    for (unsigned i = 0; i < 2; i++)
        for (unsigned scale = 1; scale <= 8; scale *= 2) {
            struct frame *f;
            if (mjpeg_dec_frame(decoder, data, size, formats[i], scale, pool, &f) < 0)
                continue;
            require(f->width == (info->width + scale - 1) / scale);
            require(f->height == (info->height + scale - 1) / scale);
            frame_unref(&f);
        }
    require(frame_pool_live(pool) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mjpeg_info info, whole;
    int probed = mjpeg_probe(data, size, &info);
    if (mjpeg_probe_whole(data, size, &whole) == 0) {
        require(probed == 0 && whole.end <= size && whole.sos == info.sos);
        require(whole.sos + 2 < whole.end);
    }
    if (probed < 0)
        return 0;
    require(info.width && info.height && info.sos + 2 <= size);
    if ((uint64_t)info.width * info.height <= MOST_PIXELS)
        decode(data, size, &info);
    return 0;
}
